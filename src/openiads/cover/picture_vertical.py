"""The vertical coverage chart (after Blake): altitude over ground range at one azimuth, on rays of the 4/3 Earth."""

from __future__ import annotations

import io
import math
from typing import Any, cast

import matplotlib as mpl
import matplotlib.patheffects as effects
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from openiads.cover.compute import Coverage, Vertical
from openiads.cover.model import Array
from openiads.cover.table import declared_of, length
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR, target_height_m
from openiads.report import style

_A_E = EFFECTIVE_EARTH_FACTOR * EARTH_MEAN_RADIUS_M
_RAYS_DEG = (0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0)
_TICKS_KM = (0.0, 0.05, 0.1, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0)
_SHADES = ("#24506e", "#3f8fc4", "#a5dcf7")
_HALO = [effects.withStroke(linewidth=2.4, foreground=style.PANEL)]


def ray(antenna_m: float, elevation_rad: float, far_m: float, points: int = 400) -> tuple[Array, Array]:
    """(ground range m, altitude m) along a ray that leaves an antenna at an elevation, over the 4/3 Earth."""
    slant = far_m * np.linspace(0.0, 1.0, points) / max(math.cos(elevation_rad), 0.05)
    height = np.array([target_height_m(s, elevation_rad, antenna_m, _A_E) for s in slant])
    ground = _A_E * np.arctan2(
        slant * math.cos(elevation_rad), _A_E + antenna_m + slant * math.sin(elevation_rad)
    )
    return np.asarray(ground), height


def vertical_picture(cover: Coverage, chart: Vertical) -> bytes:
    """PNG: detection probability in steps, rays of equal elevation, the altitudes of the maps, the declared range."""
    with mpl.rc_context(cast(Any, style.RC)):
        figure = Figure(figsize=(11.5, 6.6), dpi=110, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        x, y = chart.range_m / 1e3, chart.altitude_m / 1e3
        levels = _levels(cover.levels)
        shade = np.searchsorted(levels, chart.pd, side="right")
        colours = ListedColormap(_SHADES[-len(levels) :])
        axes.pcolormesh(x, y, np.ma.masked_equal(shade, 0), cmap=colours, vmin=0.5, vmax=len(levels) + 0.5,
                        shading="nearest", rasterized=True, zorder=1)  # fmt: skip
        if chart.masked.any():
            drawn = axes.contourf(
                x, y, chart.masked.astype(float), levels=[0.5, 1.5], colors="none", hatches=["...."], zorder=2
            )
            drawn.set_edgecolor(mpl.colors.to_rgba(style.FAINT, 0.6))
        far, top = float(chart.range_m[-1]) / 1e3, float(chart.altitude_m[-1]) / 1e3
        axes.set_yscale("function", functions=(lambda v: np.sqrt(np.maximum(v, 0.0)), np.square))
        axes.set_xlim(0.0, far)
        axes.set_ylim(0.0, top)
        ticks = [t for t in _TICKS_KM if t <= top]
        axes.set_yticks(ticks, [length(1e3 * t) for t in ticks])
        _rays(axes, chart, far, top)
        _lines(axes, cover, chart, far, top)
        axes.set_xlabel("ground range, km")
        axes.set_ylabel("altitude above the ellipsoid (root scale)")
        model = cover.model
        kind = model.names.radar_type[model.radar_index(chart.radar)]
        axes.set_title(
            f"{chart.radar} ({kind}): vertical coverage at azimuth {math.degrees(chart.az_rad) % 360.0:.0f}°\n",
            loc="left", fontsize=12, fontweight="bold",
        )  # fmt: skip
        axes.text(0.0, 1.015, f"target: {cover.words(heights=False)}", transform=axes.transAxes, fontsize=9,
                  color=style.FAINT)  # fmt: skip
        _legend(axes, levels, bool(chart.masked.any()))
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _levels(asked: tuple[float, ...]) -> tuple[float, ...]:
    """A faint step below the ones asked for, where there is room in the palette."""
    kept = asked[-3:]
    return kept if len(kept) == 3 or kept[0] <= 0.1 else (0.1, *kept)


def _rays(axes: Any, chart: Vertical, far: float, top: float) -> None:
    for degrees in _RAYS_DEG:
        x, y = ray(chart.antenna_m, math.radians(degrees), 1.3e3 * far)
        axes.plot(x / 1e3, y / 1e3, color=style.FAINT, lw=0.7, alpha=0.75, zorder=4)
        inside = np.flatnonzero((y / 1e3 < 0.94 * top) & (x / 1e3 < 0.955 * far))
        if inside.size and x[inside[-1]] / 1e3 > 0.04 * far:
            k = inside[-1]
            axes.text(x[k] / 1e3, y[k] / 1e3, f"{degrees:g}°", fontsize=8, color=style.TEXT, ha="center", va="center",
                      zorder=12, path_effects=_HALO)  # fmt: skip
    alt = np.linspace(0.0, top * 1e3, 300)
    horizon = _A_E * (np.arccos(_A_E / (_A_E + alt)) + math.acos(_A_E / (_A_E + max(chart.antenna_m, 0.0))))
    axes.plot(horizon / 1e3, alt / 1e3, color="#ff9d5c", lw=1.5, ls="-.", zorder=6)


def _lines(axes: Any, cover: Coverage, chart: Vertical, far: float, top: float) -> None:
    for one in cover.maps:
        if one.altitude_m / 1e3 < top and not cover.above_ground:
            axes.axhline(one.altitude_m / 1e3, color=style.KILL, lw=0.8, ls=":", alpha=0.8, zorder=5)
            if one.altitude_m / 1e3 not in _TICKS_KM:
                axes.text(0.995 * far, one.altitude_m / 1e3, length(one.altitude_m), fontsize=8, color=style.KILL,
                          ha="right", va="bottom", zorder=12, path_effects=_HALO)  # fmt: skip
    range_m, words = declared_of(cover.model, cover.model.radar_index(chart.radar))
    if range_m / 1e3 < far:
        axes.axvline(range_m / 1e3, color="white", lw=1.2, ls="--", zorder=7)
        axes.text(range_m / 1e3, 0.985 * top, f"declared {range_m / 1e3:.0f} km {words} ", fontsize=8.5, color="white",
                  ha="right", va="top", zorder=12, path_effects=_HALO)  # fmt: skip
    else:
        axes.text(0.985, 0.075, f"declared {range_m / 1e3:.0f} km {words}: off the chart →", fontsize=9, color="white",
                  ha="right", va="bottom", zorder=12, path_effects=_HALO, transform=axes.transAxes)  # fmt: skip


def _legend(axes: Any, levels: tuple[float, ...], masked: bool) -> None:
    marks: list[Any] = [
        Patch(color=colour, label=f"Pd ≥ {level:g}")
        for colour, level in zip(_SHADES[-len(levels) :], levels, strict=True)
    ]
    marks += [
        Line2D([], [], color=style.FAINT, lw=0.9, label="ray of equal elevation, 4/3 Earth"),
        Line2D([], [], color="#ff9d5c", lw=1.5, ls="-.", label="horizon of the smooth 4/3 Earth"),
        Line2D([], [], color=style.KILL, lw=0.9, ls=":", label="altitude of a map"),
    ]
    if masked:
        marks.append(Patch(fc="none", ec=style.FAINT, hatch="....", label="hidden by the ground"))
    axes.figure.legend(handles=marks, loc="outside lower center", ncols=len(marks), fontsize=8.5, frameon=False,
                       labelcolor=style.TEXT)  # fmt: skip
