"""The map: sites, rings, tracks by identity, missile trails, bursts, leaks, labels."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from openiads.report import style
from openiads.report.chart_ground import draw_ground
from openiads.report.scene import Layout, Path, Place

_SITE_MARKERS = {
    "radar": "^",
    "launcher": "s",
    "command post": "D",
    "asset": "p",
    "target": "X",
    "gun": "P",
    "power unit": "h",
    "reload column": "d",
}
_ALL_LABELS = 8  # more sites than these: launchers are not named
_NICE_KM = (5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 800, 1000)


def nice_km(radius_km: float) -> float:
    """The next round radius."""
    return float(next((r for r in _NICE_KM if r >= radius_km), _NICE_KM[-1]))


def wide_km(scene: Layout) -> float:
    """Radius of the wide map: what is hostile, and the reach of what was fired, up to 1,000 km."""
    far = [50.0]
    for row in scene.hostile:
        path = scene.path("platform", row["id"])
        if path is not None:
            far.append(float(np.hypot(path.east_km, path.north_km).max()))
    reach = max((scene.reach_km.get(weapon, 0.0) for weapon in scene.fired), default=0.0)
    return nice_km(max(*far, min(reach, 1.4 * max(far))) * 1.03)


def near_km(scene: Layout, wide: float) -> float:
    """Radius of the near map: the sites, and the ends of what was hit or came through nearby."""
    radius = [1.4 * math.hypot(site.east_km, site.north_km) for site in scene.sites if site.kind != "target"]
    ends = [scene.where(row, row["t_end_s"]) for row in scene.hostile]
    close = sorted(math.hypot(*end) for end in ends if end is not None)
    if close:
        radius.append(1.15 * close[len(close) // 2])  # half of all ends lie inside
    return nice_km(min(max([*radius, wide / 12]), wide / 3))


def draw_map(axes: Axes, scene: Layout, radius_km: float, title: str, near: bool, tracks: bool) -> None:
    """One map of that radius."""
    axes.set_xlim(-radius_km, radius_km)
    axes.set_ylim(-radius_km, radius_km)
    axes.set_aspect("equal")
    axes.grid(True, zorder=0)
    axes.set_title(title, loc="left", fontsize=10, fontweight="bold")
    axes.tick_params(length=2, pad=2)
    axes.set_xlabel("km east of the defence", fontsize=8, labelpad=1)
    axes.set_ylabel("km north", fontsize=8, labelpad=0)
    if scene.ground is not None:
        draw_ground(axes, scene.ground, scene.chart)
    names = [] if near else _group_labels(axes, scene, radius_km)
    _rings(axes, scene, radius_km, names)
    _platforms(axes, scene)
    if tracks:
        _fused(axes, scene)
    _emitters(axes, scene)
    _missiles(axes, scene, near)
    _ends(axes, scene, radius_km, near)
    _sites(axes, scene, near)
    _north(axes)


def _halo() -> list[effects.AbstractPathEffect]:
    """A quiet rim around text over lines."""
    return [effects.withStroke(linewidth=2.4, foreground=style.PANEL)]


#: West, south, east and north border of a label, km.
Box = tuple[float, float, float, float]
_LETTER, _HEIGHT = 0.0245, 0.05  # of a ring's label, over the radius of the map


def _box(x: float, y: float, text: str, view: float) -> Box:
    """Of a ring's label with its middle there."""
    wide, high = 0.5 * _LETTER * view * len(text), 0.5 * _HEIGHT * view
    return x - wide, y - high, x + wide, y + high


def _free(here: Box, taken: Sequence[Box]) -> bool:
    """Whether a label keeps clear of these."""
    west, south, east, north = here
    return all(east < w or west > e or north < s or south > n for w, s, e, n in taken)


def _ring(
    axes: Axes,
    radius: float,
    view: float,
    colour: str,
    line: Any,
    text: str,
    angle_deg: float,
    taken: list[Box],
) -> None:
    """A ring, its label on it where other labels leave room; the label joins those."""
    if not 0.12 * view < radius < 1.3 * view:
        return
    turn = np.linspace(0.0, 2.0 * math.pi, 361)
    axes.plot(
        radius * np.sin(turn), radius * np.cos(turn), color=colour, lw=1.0, ls=line, alpha=0.75, zorder=2
    )
    turns = [math.radians(angle_deg + shift) for shift in range(0, 360, 15)]
    inside = [(radius * math.sin(a), radius * math.cos(a)) for a in turns]
    inside = [(x, y) for x, y in inside if abs(x) < 0.8 * view and abs(y) < 0.95 * view]
    free = [(x, y) for x, y in inside if _free(_box(x, y, text, view), taken)]
    for x, y in (free or inside)[:1]:
        axes.text(
            x, y, text, color=colour, fontsize=7.5, ha="center", va="center", zorder=9, path_effects=_halo()
        )
        taken.append(_box(x, y, text, view))


def _rings(axes: Axes, scene: Layout, view: float, taken: list[Box]) -> None:
    for k, (weapon, reach) in enumerate(sorted(scene.reach_km.items(), key=lambda item: -item[1])):
        _ring(
            axes,
            reach,
            view,
            style.REACH,
            (0, (6, 3)),
            f"{weapon} declared {reach:.0f} km",
            200.0 + 22.0 * k,
            taken,
        )
    radars: dict[float, list[str]] = defaultdict(list)
    for site in scene.sites:
        if site.row["radar_range_m"] is not None:
            name = site.row["type"] or site.ident
            if name not in radars[site.row["radar_range_m"]]:
                radars[site.row["radar_range_m"]].append(name)
    for k, (range_m, names) in enumerate(sorted(radars.items(), reverse=True)):
        text = f"{', '.join(names)} range {range_m / 1e3:.0f} km"
        _ring(axes, range_m / 1e3, view, style.RADAR, (0, (1, 2)), text, 120.0 + 22.0 * k, taken)


def _platforms(axes: Axes, scene: Layout) -> None:
    """Paths by identity; before the first detection a hostile path is dotted."""
    grey, seen, unseen = [], defaultdict(list), defaultdict(list)
    for row in scene.threats:
        path = scene.path("platform", row["id"])
        if path is None or len(path.t_s) < 2:
            continue
        if row["identity"] == "neutral":
            grey.append(_points(path))
            continue
        t0 = row["t_detection_s"]
        full = path.until(row["t_end_s"])
        if t0 is None:
            unseen[row["identity"]].append(_points(full))
            continue
        unseen[row["identity"]].append(_points(full.until(t0)))
        later = full.t_s >= t0
        seen[row["identity"]].append(np.column_stack([full.east_km[later], full.north_km[later]]))
    axes.add_collection(
        LineCollection(grey, colors=style.IDENTITY["neutral"], linewidths=0.6, alpha=0.38, zorder=3)
    )
    for identity, lines in unseen.items():
        colour = style.IDENTITY.get(identity, style.FAINT)
        axes.add_collection(
            LineCollection(lines, colors=colour, linewidths=0.9, alpha=0.65, linestyles=(0, (1, 2)), zorder=4)
        )
    for identity, lines in seen.items():
        colour = style.IDENTITY.get(identity, style.FAINT)
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=1.15, alpha=0.9, zorder=5))


def _points(path: Path) -> np.ndarray:
    return np.column_stack([path.east_km, path.north_km])


def _fused(axes: Axes, scene: Layout) -> None:
    for (kind, _), path in scene.paths.items():
        if kind == "track":
            axes.plot(
                path.east_km, path.north_km, ".", ms=1.2, color=style.IDENTITY["unknown"], alpha=0.5, zorder=5
            )


def _emitters(axes: Axes, scene: Layout) -> None:
    """Passive tracks: where emitters are held to be, from strobes alone."""
    for (kind, _), path in scene.paths.items():
        if kind == "passive track":
            axes.plot(
                path.east_km, path.north_km, "d", ms=2.6, mfc="none", mew=0.5, color=style.RADAR, alpha=0.7,
                zorder=5,
            )  # fmt: skip


def _missiles(axes: Axes, scene: Layout, near: bool) -> None:
    lines: list[np.ndarray] = []
    wrong: list[np.ndarray] = []
    for missile in scene.missiles:
        path = scene.path("missile", missile["id"])
        if path is not None:
            end = path.until(missile["t_end_s"]) if len(path.t_s) > 1 else path
            (wrong if missile["wrong_shot"] else lines).append(_points(end))
    width = 1.0 if near else 0.7
    axes.add_collection(LineCollection(lines, colors=style.MISSILE, linewidths=width, alpha=0.55, zorder=6))
    axes.add_collection(LineCollection(wrong, colors=style.WRONG, linewidths=1.4, alpha=0.95, zorder=6))


def _ends(axes: Axes, scene: Layout, view: float, near: bool) -> None:
    """Bursts and fates."""
    by_id = {row["id"]: row for row in scene.threats}
    marks: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for missile in scene.missiles:
        target = by_id.get(missile["target"])
        if target is not None and missile["t_burst_s"] is not None and target["killer"] != missile["id"]:
            marks["miss"].append(scene.where(target, missile["t_burst_s"]) or (math.nan, math.nan))
    for row in scene.threats:
        end = scene.where(row, row["t_end_s"])
        if end is None:
            continue
        if row["fate"] == "killed":
            marks["killed" if row["identity"] == "hostile" else "wrong"].append(end)
        elif row["fate"] in ("hit its target", "missed its target") and row["identity"] == "hostile":
            marks["leak"].append(end)
    size = 1.25 if near else 1.0
    looks: dict[str, dict[str, Any]] = {
        "miss": {"marker": "x", "s": 16 * size, "c": style.MISS, "linewidths": 1.0, "zorder": 7},
        "killed": {"marker": "*", "s": 62 * size, "c": style.KILL, "edgecolors": style.PANEL, "zorder": 8},
        "leak": {"marker": "X", "s": 78 * size, "c": style.LEAK, "edgecolors": style.OUTLINE, "zorder": 11},
        "wrong": {
            "marker": "*",
            "s": 130 * size,
            "c": style.WRONG,
            "edgecolors": style.OUTLINE,
            "zorder": 12,
        },
    }
    for name, points in marks.items():
        x, y = np.array(points).T
        axes.scatter(x, y, **{"linewidths": 0.7, **looks[name]})
    for row in scene.threats:
        here = scene.where(row, row["t_launch_s"])
        if row["wrong_shots"] and here is not None and max(map(abs, here)) < view:
            right = here[0] > 0.4 * view
            axes.annotate(
                f"{row['id']}: {row['identity']}, shot at", here, xytext=(-6 if right else 6, 6),
                textcoords="offset points", ha="right" if right else "left",
                fontsize=8, color=style.WRONG, fontweight="bold", path_effects=_halo(), zorder=13, clip_on=True,
            )  # fmt: skip


def _sites(axes: Axes, scene: Layout, near: bool) -> None:
    size = 46 if near else 12
    for kind, marker in _SITE_MARKERS.items():
        for alive, face in ((True, None), (False, style.LEAK)):
            mine = [s for s in scene.sites if s.kind == kind and bool(s.row["alive"]) is alive]
            if mine:
                colour = face or (style.ASSET if kind in ("asset", "target") else style.SITE)
                axes.scatter(
                    [s.east_km for s in mine], [s.north_km for s in mine], marker=marker, s=size, c=colour,
                    edgecolors=style.PANEL, linewidths=0.6, zorder=10,
                )  # fmt: skip
    for s in scene.sites:
        if s.end_km is not None:
            axes.annotate(
                "", s.end_km, xytext=(s.east_km, s.north_km), zorder=9, annotation_clip=True,
                arrowprops={"arrowstyle": "-|>", "color": style.SITE, "lw": 0.8, "ls": (0, (3, 2)), "shrinkA": 2, "shrinkB": 0},
            )  # fmt: skip
    if near:
        _site_labels(axes, scene.sites)


def _site_labels(axes: Axes, sites: list[Place]) -> None:
    """Names on both sides of the cluster; launchers only where there is room for all, or where lost."""
    view = axes.get_xlim()[1]
    inside = [s for s in sites if max(abs(s.east_km), abs(s.north_km)) < 0.97 * view]
    if len(inside) > _ALL_LABELS:
        inside = [s for s in inside if s.kind != "launcher" or not s.row["alive"]]
    middle = float(np.median([s.east_km for s in inside])) if inside else 0.0
    for side, align in ((1.0, "left"), (-1.0, "right")):
        mine = [s for s in inside if (s.east_km >= middle) == (side > 0.0)]
        starts = [(s.east_km + side * 0.035 * view, s.north_km) for s in mine]
        for site, (x, y) in zip(mine, spread(starts, 0.052 * view, 0.24 * view), strict=True):
            lost = not site.row["alive"]
            axes.annotate(
                f"{site.ident}{' LOST' if lost else ''}", (site.east_km, site.north_km), xytext=(x, y),
                textcoords="data", fontsize=7.5, color=style.LEAK if lost else style.TEXT, ha=align,
                va="center", path_effects=_halo(), zorder=12,
                arrowprops={"arrowstyle": "-", "color": style.FAINT, "lw": 0.4, "shrinkA": 0, "shrinkB": 2},
            )  # fmt: skip


def spread(points: list[tuple[float, float]], height: float, width: float) -> list[tuple[float, float]]:
    """Move labels up or down until none covers another (each `width` by `height`, anchored left)."""
    placed: list[tuple[float, float]] = []
    order = sorted(range(len(points)), key=lambda k: -points[k][1])
    out: dict[int, tuple[float, float]] = {}
    for k in order:
        x, y = points[k]
        for _ in range(60):
            clash = [q for p, q in placed if abs(p - x) < width and abs(q - y) < height]
            if not clash:
                break
            y = min(clash) - height * 1.01
        placed.append((x, y))
        out[k] = (x, y)
    return [out[k] for k in range(len(points))]


def _group_labels(axes: Axes, scene: Layout, view: float) -> list[Box]:
    """The names of the groups where they come from; where they stand."""
    groups: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    types: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in scene.threats:
        path = scene.path("platform", row["id"])
        if row["identity"] == "neutral" or path is None:
            continue
        inside = np.maximum(np.abs(path.east_km), np.abs(path.north_km)) < 0.97 * view
        if inside.any():
            k = int(np.argmax(inside))
            key = (row["group"] or row["type"], row["identity"])
            groups[key].append((float(path.east_km[k]), float(path.north_km[k])))
            types[key].append(row["type"])
    keys = list(groups)
    if not keys:
        return []
    texts = {key: _group_text(key[0], types[key]) for key in keys}
    anchors = [tuple(np.mean(groups[key], axis=0)) for key in keys]
    starts = []
    for key, (x, y) in zip(keys, anchors, strict=True):
        width = 0.0245 * view * len(texts[key])
        outward = x - 0.5 * width + 0.06 * view * math.copysign(1.0, x)
        starts.append(
            (min(max(outward, -0.97 * view), 0.97 * view - width), min(y + 0.05 * view, 0.95 * view))
        )
    boxes: list[Box] = []
    for key, (x, y), anchor in zip(keys, spread(starts, 0.062 * view, 0.55 * view), anchors, strict=True):
        boxes.append((x, y - 0.031 * view, x + 0.0245 * view * len(texts[key]), y + 0.031 * view))
        axes.annotate(
            texts[key], anchor, xytext=(x, y), textcoords="data", fontsize=8.5, fontweight="bold",
            color=style.IDENTITY.get(key[1], style.TEXT), path_effects=_halo(), zorder=12, va="center",
            arrowprops={"arrowstyle": "-", "color": style.FAINT, "lw": 0.5, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
    return boxes


def _group_text(group: str, types: list[str]) -> str:
    kinds = sorted(set(types))
    what = kinds[0].replace("_", " ").replace("-", " ") if len(kinds) == 1 else "mixed"
    many = f" x{len(types)}" if len(types) > 1 else ""
    return f"{group}{many}" if group.casefold() in what else f"{group}{many} ({what})"


def _north(axes: Axes) -> None:
    axes.annotate(
        "N", (0.965, 0.985), xytext=(0.965, 0.915), xycoords="axes fraction", textcoords="axes fraction",
        fontsize=9, ha="center", va="center", color=style.FAINT, zorder=12,
        arrowprops={"arrowstyle": "-|>", "color": style.FAINT, "lw": 1.0},
    )  # fmt: skip
