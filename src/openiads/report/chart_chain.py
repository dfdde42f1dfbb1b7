"""The kill-chain time line: one row per threat, and the rounds in flight underneath."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from openiads.analysis.chains import Chains
from openiads.analysis.links import LEAKED, first_failed_link
from openiads.report import style
from openiads.report.scene import Scene

MAX_ROWS = 40
_LONGEST = 46  # characters beside a bar

_STARTS = (
    ("in sight", "t_line_of_sight_s"),
    ("detected", "t_detection_s"),
    ("tracked", "t_track_s"),
    ("held hostile", "t_hostile_s"),
    ("assigned", "t_assigned_s"),
)


def chosen(scene: Scene) -> tuple[list[dict[str, Any]], int]:
    """Threats for the time line, at most `MAX_ROWS`, and how many are left out.

    Kept first: what came through, wrong shots, what was engaged; shown by group, in the scenario's order.
    """
    rows = [row for row in scene.threats if row["identity"] == "hostile" or row["wrong_shots"]]

    def weight(row: dict[str, Any]) -> tuple[int, float]:
        if row["identity"] != "hostile":
            return 0, 0.0
        if row["fate"] in LEAKED:
            return 1, row["t_end_s"] or 0.0
        return (2 if row["rounds_fired"] else 3), row["t_detection_s"] or 1e9

    kept = sorted(rows, key=weight)[:MAX_ROWS]
    groups = list(dict.fromkeys(row["group"] for row in scene.threats))
    order = {row["id"]: k for k, row in enumerate(scene.threats)}
    kept.sort(key=lambda row: (groups.index(row["group"]), order[row["id"]]))
    return kept, len(rows) - len(kept)


def draw_chain(axes: Axes, scene: Scene, known: Chains, rows: list[dict[str, Any]], left_out: int) -> None:
    """The bars."""
    n = max(len(rows), 1)
    font = 8.0 if n <= 28 else 7.0
    for place, row in enumerate(rows):
        _chain(axes, scene, row, n - 1 - place)
        _fate(axes, known, row, n - 1 - place, scene.run.t_end_s, font)
    _losses(axes, known)
    _bands(axes, rows, n)
    axes.set_ylim(-0.8, n - 0.2)
    axes.set_yticks(range(n), [row["id"] for row in reversed(rows)] or [""], fontsize=font)
    for label, row in zip(axes.get_yticklabels(), reversed(rows), strict=False):
        label.set_color(style.WRONG if row["wrong_shots"] else style.TEXT)
    axes.tick_params(axis="y", length=0, pad=3)
    axes.tick_params(axis="x", labelbottom=False, length=2)
    axes.grid(True, axis="x", zorder=0)
    more = f"   ({left_out} more threats are not shown)" if left_out else ""
    axes.set_title(f"Kill chain per threat{more}", loc="left", fontsize=10, fontweight="bold")


def _chain(axes: Axes, scene: Scene, row: dict[str, Any], y: int) -> None:
    end = row["t_end_s"] if row["t_end_s"] is not None else scene.run.t_end_s
    times = [(name, row[key]) for name, key in _STARTS if row[key] is not None]
    for k, (name, start) in enumerate(times):
        stop = min([t for _, t in times[k + 1 :]] + [end])
        if stop > start:
            axes.barh(
                y, stop - start, left=start, height=0.66, color=style.LINKS[name], zorder=3, linewidth=0
            )
    for missile in scene.missiles:
        if missile["target"] != row["id"]:
            continue
        stop = missile["t_end_s"] if missile["t_end_s"] is not None else scene.run.t_end_s
        colour = style.WRONG if missile["wrong_shot"] else style.MISSILE
        axes.plot(
            [missile["t_launch_s"], stop], [y, y], color=colour, lw=1.6, zorder=5, solid_capstyle="butt"
        )
        axes.plot([missile["t_launch_s"]], [y], "|", color=colour, ms=5.5, mew=1.1, zorder=5)
        if missile["t_burst_s"] is not None and row["killer"] != missile["id"]:
            axes.plot([missile["t_burst_s"]], [y], "x", color=style.TEXT, ms=4.0, mew=1.0, zorder=6)


def _fate(axes: Axes, known: Chains, row: dict[str, Any], y: int, t_end_s: float, font: float) -> None:
    end = row["t_end_s"] if row["t_end_s"] is not None else t_end_s
    fate, text, colour = row["fate"], "", style.FAINT
    if fate == "killed":
        killed = style.KILL if row["identity"] == "hostile" else style.WRONG
        axes.plot([end], [y], "*", color=killed, ms=9, mec=style.PANEL, mew=0.5, zorder=7)
        text = "killed" if row["identity"] == "hostile" else f"{row['identity']} KILLED"
        colour = killed
    elif fate in LEAKED and row["identity"] == "hostile":
        axes.plot([end], [y], "X", color=style.LEAK, ms=7.5, mec="white", mew=0.7, zorder=7)
        word = f"hit {row['hit_site'] or 'its target'}" if fate == LEAKED[0] else "came through, missed"
        text, colour = f"{word}: {first_failed_link(known, row['id']).cause}", style.LEAK
    else:
        axes.plot([end], [y], ">" if fate == "left the area" else "o", color=style.FAINT, ms=3.4, zorder=7)
        cause = first_failed_link(known, row["id"]).cause
        text = cause if row["identity"] == "hostile" else f"{row['identity']}, shot at"
        colour = style.WRONG if row["wrong_shots"] else style.FAINT
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\u2026"
    near_right = end > 0.72 * t_end_s
    start = min((row[key] for _, key in _STARTS if row[key] is not None), default=end)
    if near_right and start > 0.3 * t_end_s:
        axes.text(
            start - 0.006 * t_end_s,
            y,
            text,
            fontsize=font - 0.5,
            color=colour,
            va="center",
            ha="right",
            zorder=8,
        )
    elif near_right:
        axes.text(1.004, y, text, fontsize=font - 0.5, color=colour, va="center", ha="left", zorder=8,
                  transform=axes.get_yaxis_transform(), clip_on=False)  # fmt: skip
    else:
        axes.text(end + 0.008 * t_end_s, y, text, fontsize=font - 0.5, color=colour, va="center", zorder=8)


def _bands(axes: Axes, rows: list[dict[str, Any]], n: int) -> None:
    """A quiet band behind every other group."""
    groups = [row["group"] for row in rows]
    for k, group in enumerate(dict.fromkeys(groups)):
        first, count = groups.index(group), groups.count(group)
        if k % 2:
            axes.axhspan(n - first - count - 0.5, n - first - 0.5, color="#141f22", zorder=0.5, lw=0)


def _losses(axes: Axes, known: Chains) -> None:
    for k, event in enumerate(known.losses):
        axes.axvline(event.t_s, color=style.LEAK, lw=0.9, ls=(0, (3, 2)), alpha=0.8, zorder=2)
        if k < 6:
            axes.text(
                event.t_s, 1.002, f"{event.subject} lost", color=style.LEAK, fontsize=7.5, ha="center",
                va="bottom", transform=axes.get_xaxis_transform(),
            )  # fmt: skip


def draw_rounds(axes: Axes, scene: Scene) -> None:
    """Rounds in flight over time."""
    t_end_s = scene.run.t_end_s
    up = [(m["t_launch_s"], 1) for m in scene.missiles if m["t_launch_s"] is not None]
    down = [(m["t_end_s"], -1) for m in scene.missiles if m["t_end_s"] is not None]
    steps = sorted(up + down)
    t = np.array([0.0, *(s[0] for s in steps), t_end_s])
    n = np.concatenate([[0], np.cumsum([s[1] for s in steps], dtype=float), [0]])
    n[-1] = n[-2] if len(n) > 1 else 0
    axes.fill_between(t, n, step="post", color=style.MISSILE, alpha=0.28, lw=0, zorder=3)
    axes.step(t, n, where="post", color=style.MISSILE, lw=1.0, zorder=4)
    top = max(float(n.max()), 1.0)
    axes.set_ylim(0, top * 1.25)
    axes.set_yticks([0, int(top)])
    axes.set_ylabel("rounds\nin flight", fontsize=8, rotation=0, ha="right", va="center", labelpad=8)
    axes.set_xlabel("time since the start of the scenario, s", fontsize=8, labelpad=1)
    axes.grid(True, axis="x", zorder=0)
    axes.tick_params(length=2)
