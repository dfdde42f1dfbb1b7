"""What the panels of the map picture share: frame and ground, outlines, hatching, sites and jammers."""

from __future__ import annotations

import math
from typing import Any, cast

import matplotlib as mpl
import matplotlib.patheffects as effects
import numpy as np

from openiads.cover.compute import Coverage
from openiads.cover.maps import AltitudeMap
from openiads.cover.model import Array
from openiads.physics.geodesy import ecef_to_geodetic
from openiads.report import style
from openiads.report.chart_ground import draw_ground
from openiads.results import Ground

MARKERS = {"radar": "^", "launcher": "s", "command post": "D"}
HALO = [effects.withStroke(linewidth=2.4, foreground=style.PANEL)]
_MOST_SAMPLES = 400
_GAP_CELLS = 8
_MOST_RINGS = 60  # an outline of more is not read as one


class _Chart:
    """The projection in kilometres, as `draw_ground` asks for it."""

    def __init__(self, cover: Coverage) -> None:
        self._plane = cover.plane

    def project(self, lat_rad: Array, lon_rad: Array) -> tuple[Array, Array]:
        east, north = self._plane.forward(np.asarray(lat_rad), np.asarray(lon_rad))
        return east / 1e3, north / 1e3


def without_gaps(flags: Any) -> Any:
    """For the small scale: lobes and specks closed, so that outlines can be told apart."""
    from scipy.ndimage import binary_closing, binary_fill_holes  # noqa: PLC0415 - slow to import

    n = _GAP_CELLS
    return binary_fill_holes(binary_closing(np.pad(flags, n), iterations=n))[n:-n, n:-n]


def frame(axes: Any, cover: Coverage, view: float, title: str) -> None:
    axes.set_xlim(-view, view)
    axes.set_ylim(-view, view)
    axes.set_aspect("equal")
    axes.grid(True, zorder=0)
    axes.set_title(title, loc="left", fontsize=10.5, fontweight="bold")
    axes.tick_params(length=2, pad=2)
    axes.set_xlabel("km east of the defence", fontsize=8, labelpad=1)
    axes.set_ylabel("km north", fontsize=8, labelpad=0)
    land = ground(cover)
    if land is not None:
        draw_ground(axes, land, cast(Any, _Chart(cover)))


def ground(cover: Coverage) -> Ground | None:
    """The elevation model, thinned."""
    world = cover.model.world
    if not world.terrain.shape[0]:
        return None
    frame = world.ground[0]
    rows, columns = world.terrain.shape
    step = max(math.ceil(max(rows, columns) / _MOST_SAMPLES), 1)
    height = np.asarray(world.terrain[::step, ::step])
    lat = np.degrees(frame.north_rad - np.arange(0, rows, step) / frame.rows_per_rad)
    lon = np.degrees(frame.west_rad + np.arange(0, columns, step) / frame.columns_per_rad)
    return Ground(np.round(height).astype(np.int16), lat, lon, np.zeros(height.shape, np.uint8))


def outline(
    axes: Any, one: AltitudeMap, flags: Any, colour: str, width: float, dash: Any, fill: float = 0.0
) -> None:
    x, y, z = one.x_m / 1e3, one.y_m / 1e3, flags.astype(float)
    if _rings(flags) <= _MOST_RINGS:
        axes.contour(x, y, z, levels=[0.5], colors=[colour], linewidths=[width], linestyles=[dash], zorder=6)
    if fill:
        axes.contourf(x, y, z, levels=[0.5, 1.5], colors=[colour], alpha=fill, zorder=2)


def _rings(flags: Any) -> int:
    """Of how many pieces and holes an outline would be."""
    from scipy.ndimage import label  # noqa: PLC0415 - slow to import

    return int(label(flags)[1]) + int(label(~flags)[1])


def hatch(axes: Any, one: AltitudeMap, flags: Any, pattern: str, colour: str) -> None:
    drawn = axes.contourf(
        one.x_m / 1e3,
        one.y_m / 1e3,
        flags.astype(float),
        levels=[0.5, 1.5],
        colors="none",
        hatches=[pattern],
        zorder=5,
    )
    drawn.set_edgecolor(mpl.colors.to_rgba(colour, 0.55))
    drawn.set_linewidth(0.0)


def sites(axes: Any, cover: Coverage) -> None:
    names = cover.model.names
    east, north = cover.plane.forward(np.radians(names.site_lat_deg), np.radians(names.site_lon_deg))
    for kind, marker in MARKERS.items():
        here = [k for k, what in enumerate(names.site_kind) if what == kind]
        axes.plot(east[here] / 1e3, north[here] / 1e3, marker, color=style.SITE, ms=4.5, mec=style.BACKGROUND, mew=0.7,
                  zorder=11)  # fmt: skip


def jammers(axes: Any, cover: Coverage, view: float, label: bool = True) -> None:
    """Where the jammers that jam are; of some close together one label for all."""
    model, red = cover.model, style.IDENTITY["hostile"]
    named: list[tuple[float, float, list[str]]] = []
    for j in model.jammers_on:
        s = model.world.platform_state[int(model.world.jammer[j].platform)]
        lat, lon, _ = ecef_to_geodetic(s.x_m, s.y_m, s.z_m)
        x, y = (float(v) / 1e3 for v in cover.plane.forward(np.array(lat), np.array(lon)))
        if max(abs(x), abs(y)) > 0.98 * view:
            continue
        axes.plot(x, y, "X", color=red, ms=8, mec=style.BACKGROUND, mew=0.8, zorder=13)
        name = model.names.jammer[j].removesuffix("-JAM")
        near = [one for one in named if abs(one[0] - x) < 0.3 * view and abs(one[1] - y) < 0.06 * view]
        if near:
            near[0][2].append(name)
        else:
            named.append((x, y, [name]))
    for x, y, names in named if label else ():
        axes.text(x, y + 0.025 * view, ", ".join(names), color=red, fontsize=8, ha="left" if x < 0.0 else "right",
                  va="bottom", zorder=13, path_effects=HALO)  # fmt: skip
