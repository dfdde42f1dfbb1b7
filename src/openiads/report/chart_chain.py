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
_PER_LETTER = 0.0058  # share of the axes that one of them takes, at most

_STARTS = (
    ("in sight", "t_line_of_sight_s"),
    ("detected", "t_detection_s"),
    ("tracked", "t_track_s"),
    ("held hostile", "t_hostile_s"),
    ("assigned", "t_assigned_s"),
)


def chosen(scene: Scene, most: int = MAX_ROWS) -> tuple[list[dict[str, Any]], int]:
    """Threats for the time line, at most `most`, and how many are left out.

    Kept first: what came through, wrong shots, what was engaged; shown by group, in the scenario's order.
    """
    rows = [row for row in scene.threats if row["identity"] == "hostile" or row["wrong_shots"]]

    def weight(row: dict[str, Any]) -> tuple[int, float]:
        if row["identity"] != "hostile":
            return 0, 0.0
        if row["fate"] in LEAKED:
            return 1, row["t_end_s"] or 0.0
        return (2 if row["rounds_fired"] else 3), row["t_detection_s"] or 1e9

    kept = sorted(rows, key=weight)[:most]
    groups = list(dict.fromkeys(row["group"] for row in scene.threats))
    order = {row["id"]: k for k, row in enumerate(scene.threats)}
    kept.sort(key=lambda row: (groups.index(row["group"]), order[row["id"]]))
    return kept, len(rows) - len(kept)


def draw_chain(
    axes: Axes, scene: Scene, known: Chains, rows: list[dict[str, Any]], left_out: int, margin: bool = False
) -> None:
    """The bars. What became of each stands near its bar, with `margin` in a column to the right of the axes."""
    n = max(len(rows), 1)
    font = 8.0 if n <= 28 else 7.0
    for place, row in enumerate(rows):
        _chain(axes, scene, row, n - 1 - place)
        text = _fate(axes, scene, known, row, n - 1 - place)
        _beside(axes, scene, row, n - 1 - place, text, font, margin)
    _losses(axes, known)
    _bands(axes, rows, n)
    axes.set_ylim(-0.8, n - 0.2)
    axes.set_yticks(range(n), [row["id"] for row in reversed(rows)] or [""], fontsize=font)
    for label, row in zip(axes.get_yticklabels(), reversed(rows), strict=False):
        label.set_color(style.WRONG if row["wrong_shots"] else style.TEXT)
    axes.tick_params(axis="y", length=0, pad=3)
    axes.tick_params(axis="x", labelbottom=False, length=2)
    axes.grid(True, axis="x", zorder=0)
    noun = "threat is" if left_out == 1 else "threats are"
    more = f"   ({left_out} more {noun} not shown)" if left_out else ""
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


def _fate(axes: Axes, scene: Scene, known: Chains, row: dict[str, Any], y: int) -> str:
    """Mark the end of a threat; returns what to write beside the bar."""
    end = row["t_end_s"] if row["t_end_s"] is not None else scene.run.t_end_s
    hostile = row["identity"] == "hostile"
    if row["fate"] == "killed":
        colour = style.KILL if hostile else style.WRONG
        axes.plot([end], [y], "*", color=colour, ms=9, mec=style.PANEL, mew=0.5, zorder=7)
        return "killed" if hostile else f"{row['identity']} KILLED"
    cause = first_failed_link(known, row["id"]).cause
    if row["fate"] in LEAKED and hostile:
        axes.plot([end], [y], "X", color=style.LEAK, ms=7.5, mec=style.OUTLINE, mew=0.7, zorder=7)
        word = (
            f"hit {row['hit_site'] or 'its target'}" if row["fate"] == LEAKED[0] else "came through, missed"
        )
        return f"{word}: {cause}"
    marker = ">" if row["fate"] == "left the area" else "o"
    axes.plot([end], [y], marker, color=style.FAINT, ms=3.4, zorder=7)
    return cause if hostile else f"{row['identity']}, shot at"


def _fate_colour(row: dict[str, Any]) -> str:
    if row["wrong_shots"]:
        return style.WRONG
    if row["fate"] == "killed":
        return style.KILL
    return style.LEAK if row["fate"] in LEAKED else style.FAINT


def _beside(
    axes: Axes, scene: Scene, row: dict[str, Any], y: int, text: str, font: float, margin: bool
) -> None:
    """Write where there is room: after the bar and its missiles, before it, or in the margin."""
    t_end_s = scene.run.t_end_s
    ends = [row["t_end_s"], *(m["t_end_s"] for m in scene.missiles if m["target"] == row["id"])]
    end = max((t for t in ends if t is not None), default=t_end_s)
    start = min((row[key] for _, key in _STARTS if row[key] is not None), default=end)
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\u2026"
    look: dict[str, Any] = {"fontsize": font - 0.5, "color": _fate_colour(row), "va": "center", "zorder": 8}
    if not margin and end <= (0.985 - _PER_LETTER * len(text)) * t_end_s:
        axes.text(end + 0.008 * t_end_s, y, text, **look)
    elif not margin and start > 0.3 * t_end_s:
        axes.text(start - 0.006 * t_end_s, y, text, ha="right", **look)
    else:
        axes.text(1.004, y, text, transform=axes.get_yaxis_transform(), clip_on=False, **look)


def _bands(axes: Axes, rows: list[dict[str, Any]], n: int) -> None:
    """A quiet band behind every other group."""
    groups = [row["group"] for row in rows]
    for k, group in enumerate(dict.fromkeys(groups)):
        first, count = groups.index(group), groups.count(group)
        if k % 2:
            axes.axhspan(n - first - count - 0.5, n - first - 0.5, color=style.BAND, zorder=0.5, lw=0)


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
