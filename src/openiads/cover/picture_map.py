"""The map picture: on the left what is declared beside what is seen at each altitude, on the right each altitude by itself."""

from __future__ import annotations

import io
import math
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from openiads.cover.compute import Coverage
from openiads.cover.maps import AltitudeMap
from openiads.cover.model import along
from openiads.cover.picture_parts import HALO, MARKERS, frame, hatch, jammers, outline, sites, without_gaps
from openiads.cover.table import declared_of, length
from openiads.report import style
from openiads.report.chart_map import nice_km

#: One radar, two, three or more: darker to brighter, told apart in grey too.
FOLDS = ("#24506e", "#3f8fc4", "#a5dcf7")
IN_TIME = "#ffc20a"
_ALTITUDES = ("#f0e442", "#ff9d5c", "#7fd3a6", "#56b4e9", "#c79bf2", "#e8f6ff")
_DASHES: tuple[Any, ...] = ("-", (0, (7, 2)), (0, (4, 1.5)), (0, (2, 1)), "-.", ":")
_MARK_IN = 2.3  # width of a mark of the legend with its words


def map_picture(cover: Coverage) -> bytes:
    """PNG."""
    with mpl.rc_context(cast(Any, style.RC)):
        n = len(cover.maps)
        columns = 1 if n <= 2 else 2
        rows = math.ceil(n / columns)
        wide = 1 if n == 1 else 2
        figure = Figure(
            figsize=(12.5 + 3.5 * (columns - 1), max(4.1 * rows, 8.2 if n > 1 else 6.2) + 0.9),
            dpi=110,
            layout="constrained",
        )
        FigureCanvasAgg(figure)
        cast(Any, figure.get_layout_engine()).set(rect=(0.0, 0.06, 1.0, 0.87), h_pad=0.16)
        grid = figure.add_gridspec(rows, wide + columns)
        _wide(figure.add_subplot(grid[:, :wide]), cover)
        for k, one in enumerate(cover.maps):
            axes = figure.add_subplot(grid[k // columns, wide + k % columns])
            _near(axes, cover, one)
            if k + columns < n:
                axes.set_xlabel("")
            if k % columns:
                axes.set_ylabel("")
        _words(figure, cover)
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _words(figure: Figure, cover: Coverage) -> None:
    model = cover.model
    figure.text(
        0.008,
        0.992,
        f"Coverage: {model.scenario.title}",
        fontsize=14,
        fontweight="bold",
        va="top",
        color=style.TEXT,
    )
    figure.text(
        0.008, 0.958, f"target: {cover.words()}", fontsize=10.5, va="top", color=style.FAINT
    )  # fmt: skip
    figure.text(
        0.992,
        0.988,
        "single looks, not tracks; computed, not measured",
        fontsize=9,
        va="top",
        ha="right",
        color=style.FAINT,
    )
    level = cover.levels[0]
    marks: list[Any] = [
        Patch(color=FOLDS[0], label=f"one radar sees it (Pd ≥ {level:g})"),
        *(Patch(color=c, label=w) for c, w in zip(FOLDS[1:], ("two radars", "three or more"), strict=True)),
    ][: len(cover.radars)]
    if cover.units:
        amber = (*mpl.colors.to_rgb(IN_TIME), 0.3)
        marks.append(Patch(fc=amber, ec=IN_TIME, hatch="////", label="a missile meets it, seen in time"))
    if len(cover.levels) > 1:
        marks.append(Line2D([], [], color="white", lw=1.1, label=f"any radar, Pd ≥ {cover.levels[-1]:g}"))
    if len(model.world.terrain):
        marks.append(Patch(fc="none", ec=style.FAINT, hatch="....", label="hidden by the ground"))
    marks += [
        Line2D([], [], color=style.SITE, marker=m, ls="", ms=6, label=kind)
        for kind, m in MARKERS.items()
        if kind in model.names.site_kind
    ]
    if model.jammers_on:
        marks.append(Line2D([], [], color=style.IDENTITY["hostile"], marker="X", ls="", ms=7, label="jammer"))
    columns = min(len(marks), max(int(figure.get_figwidth() / _MARK_IN), 3))
    figure.legend(
        handles=marks, loc="lower center", ncols=columns, frameon=False, fontsize=9, labelcolor=style.TEXT
    )


# --- left ---------------------------------------------------------------------------------------------


def _wide(axes: Any, cover: Coverage) -> None:
    """All declared rings, and the outline of what any radar sees at each altitude."""
    model = cover.model
    rings: list[tuple[str, float, Any, str, Any]] = []
    for r, kind in enumerate(model.names.radar_type):
        range_m, on = declared_of(model, r)
        words = f"{kind} declared {range_m / 1e3:.0f} km, {on}"
        rings.append((words, range_m, model.site_of(r), style.RADAR, (0, (1, 2))))
    rings += [(f"{u.weapon} declared {u.declared_m / 1e3:.0f} km", u.declared_m, model.world.site[u.sites[0]], style.REACH,
               (0, (6, 3))) for u in cover.units]  # fmt: skip
    seen_m = [one.extent_m(cover.levels[0]) for one in cover.maps]
    rows = [ring[2] for ring in rings]
    off = np.hypot(
        *cover.plane.forward(np.array([s.lat_rad for s in rows]), np.array([s.lon_rad for s in rows]))
    )
    far = max([*(ring[1] + o for ring, o in zip(rings, off, strict=True)), *seen_m])
    view = 1.06 * far / 1e3
    frame(axes, cover, view, "Declared beside seen by any radar")
    known: dict[str, float] = {}
    for text, range_m, site, colour, dash in sorted(rings, key=lambda ring: -ring[1]):
        new = text not in known
        known.setdefault(text, 190.0 + 31.0 * len(known))
        _ring(axes, cover, text if new else "", range_m, site, colour, dash, known[text])
    handles = []
    for k, one in reversed(list(enumerate(cover.maps))):
        seen = one.seen(cover.levels[0])
        colour, dash = _ALTITUDES[k % len(_ALTITUDES)], _DASHES[k % len(_DASHES)]
        area = float(seen.sum()) * one.cell_m2 / 1e6
        if seen.any():
            outline(axes, one, without_gaps(seen), colour, 1.8, dash, fill=0.10)
        words = f"{length(one.altitude_m)}: {area:,.0f} km²"
        handles.append(Line2D([], [], color=colour, lw=1.8, ls=dash, label=words))
    sites(axes, cover)
    jammers(axes, cover, view)
    handles.append(Line2D([], [], color=style.RADAR, lw=1.0, ls=(0, (1, 2)), label="declared, radar"))
    if cover.units:
        handles.append(Line2D([], [], color=style.REACH, lw=1.0, ls=(0, (6, 3)), label="declared, missile"))
    title = f"seen at altitude (Pd ≥ {cover.levels[0]:g})"
    box = axes.legend(handles=handles, loc="upper left", fontsize=9, title=title, facecolor=style.BACKGROUND,
                      edgecolor=style.EDGE, labelcolor=style.TEXT, framealpha=0.92)  # fmt: skip
    box.get_title().set_color(style.FAINT)
    box.set_zorder(20)


def _ring(
    axes: Any, cover: Coverage, text: str, range_m: float, site: Any, colour: str, dash: Any, at_deg: float
) -> None:
    az = np.linspace(0.0, 2.0 * math.pi, 361)
    lat, lon = along(float(site.lat_rad), float(site.lon_rad), az, range_m)
    x, y = cover.plane.forward(lat, lon)
    axes.plot(x / 1e3, y / 1e3, color=colour, lw=1.0, ls=dash, alpha=0.85, zorder=3)
    k = round(at_deg) % 360
    side = x[k] / 1e3 / axes.get_xlim()[1]  # -1 at the left edge: there words go inwards
    axes.text(x[k] / 1e3, y[k] / 1e3, text, color=colour, fontsize=8, va="center", zorder=12, path_effects=HALO,
              ha="left" if side < -0.5 else "right" if side > 0.5 else "center")  # fmt: skip


# --- right --------------------------------------------------------------------------------------------


def _near(axes: Any, cover: Coverage, one: AltitudeMap) -> None:
    """One altitude: by how many radars it is seen."""
    seen = one.seen(cover.levels[0])
    view = float(np.abs(one.x_m[0])) / 1e3
    strict = one.seen(cover.levels[-1])
    title = f"{length(one.altitude_m)}: {float(seen.sum()) * one.cell_m2 / 1e6:,.0f} km² seen"
    if len(cover.levels) > 1:
        words = f"Pd ≥ {cover.levels[-1]:g}: {float(strict.sum()) * one.cell_m2 / 1e6:,.0f} km²"
        axes.text(0.985, 0.015, words, transform=axes.transAxes, fontsize=8.5, color="white", ha="right", va="bottom",
                  zorder=14, path_effects=HALO)  # fmt: skip
    frame(axes, cover, view, title)
    axes.grid(False)
    count = np.ma.masked_where(~seen, np.clip(one.count(cover.levels[0]), 1, 3))
    half = 0.5 * one.cell_m / 1e3
    extent = (
        one.x_m[0] / 1e3 - half,
        one.x_m[-1] / 1e3 + half,
        one.y_m[0] / 1e3 - half,
        one.y_m[-1] / 1e3 + half,
    )
    ground = len(cover.model.world.terrain) > 0
    axes.imshow(
        count, origin="lower", extent=extent, cmap=ListedColormap(FOLDS), vmin=0.5, vmax=3.5, zorder=1,
        interpolation="nearest", alpha=0.72 if ground else 1.0,
    )  # fmt: skip
    hidden = one.masked.any(axis=0) & ~seen
    if hidden.any():
        hatch(axes, one, hidden, "....", style.FAINT)
    in_time = np.zeros_like(seen)
    for flags in one.engaged.values():
        in_time |= flags
    if in_time.any():
        hatch(axes, one, in_time, "////", IN_TIME)
        outline(axes, one, in_time, IN_TIME, 1.4, "-")
    if len(cover.levels) > 1 and strict.any():
        outline(axes, one, strict, "white", 0.9, "-")
    for range_km in _round_ranges(view):
        turn = np.linspace(0.0, 2.0 * math.pi, 181)
        axes.plot(
            range_km * np.sin(turn), range_km * np.cos(turn), color=style.FAINT, lw=0.6, alpha=0.6, zorder=4
        )
        axes.text(-0.342 * range_km, -0.94 * range_km, f"{range_km:g} km", color=style.TEXT, fontsize=7.5, ha="center", va="center",
                  zorder=12, path_effects=HALO)  # fmt: skip
    sites(axes, cover)
    jammers(axes, cover, view, label=False)


def _round_ranges(view: float) -> list[float]:
    step = nice_km(view / 3.0)
    return [step * k for k in range(1, 5) if step * k < 0.97 * view]
