"""Maps: at each altitude, which cells of an equal-area raster the radars see and the missiles reach."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.cover.faults import CoverageError
from openiads.cover.model import Array, Model
from openiads.cover.projection import EqualArea
from openiads.physics.geodesy import A_M, E2
from openiads.physics.propagation import horizon_ground_range_m

Flags = NDArray[np.bool_]
_CELLS = 400  # of a side, unless the cell is given
_MOST_CELLS = 4_000_000
_FEWEST_CELLS = 10  # of a side, where the cell is given
_COARSE = 160  # cells of a side of the first, coarse map
_FAINT = 0.2  # of the level asked for: seen on the coarse map
_MARGIN = 1.04
_SMALLEST_M = 1.0


@dataclass(frozen=True)
class Unit:
    """A missile type of a battery, from all its launchers that have it."""

    battery: str
    weapon: str
    radar: int
    post: int
    weapon_row: int
    sites: tuple[int, ...]
    declared_m: float

    @property
    def id(self) -> str:
        """For tables."""
        return f"{self.weapon} of {self.battery}"


@dataclass(frozen=True)
class AltitudeMap:
    """One altitude. Arrays are [row, column], row 0 in the south, column 0 in the west; cells of one area.

    alt_m: above the ellipsoid, of each cell. pd: float32 [radar, row, column], of all looks together. masked: [radar, row,
    column], hidden by the ground alone. engaged: unit id → cells where that missile can meet the target and the
    battery's own radar sees it then, and saw it early enough.
    """

    altitude_m: float
    cell_m: float
    x_m: Array
    y_m: Array
    lat_rad: Array
    lon_rad: Array
    alt_m: Array
    pd: NDArray[np.float32]
    masked: Flags
    engaged: dict[str, Flags] = field(default_factory=dict)

    @property
    def cell_m2(self) -> float:
        """Area of a cell on the ellipsoid."""
        return self.cell_m * self.cell_m

    def seen(self, level: float, radar: int | None = None) -> Flags:
        """Cells where that radar, or any, sees the target with at least this probability."""
        one = self.pd >= level
        return np.asarray(one.any(axis=0) if radar is None else one[radar])

    def extent_m(self, level: float) -> float:
        """Farthest seen east, west, north or south of the middle."""
        seen = self.seen(level)
        ends = np.append(np.abs(self.x_m)[seen.any(axis=0)], np.abs(self.y_m)[seen.any(axis=1)])
        return float(ends.max(initial=0.0))

    def count(self, level: float) -> NDArray[np.int64]:
        """How many radars see it there."""
        return np.asarray((self.pd >= level).sum(axis=0))


def centre(model: Model) -> EqualArea:
    """The map about the middle of radars and launchers."""
    rows = [*model.world.radar.site, *model.world.launcher.site]
    points = np.array([[model.world.site[int(k)][c] for c in ("x_m", "y_m", "z_m")] for k in rows])
    x, y, z = points.mean(axis=0)
    return EqualArea(math.atan2(z, (1.0 - E2) * math.hypot(x, y)), math.atan2(y, x))


def units(model: Model) -> tuple[Unit, ...]:
    """Every missile type of every battery that has a round of it."""
    found: dict[tuple[int, int], list[int]] = {}
    world = model.world
    for row, state in zip(world.magazine, world.magazine_state, strict=True):
        if state.rounds + state.reserve > 0:
            launcher = world.launcher[int(row.launcher)]
            found.setdefault((int(launcher.battery), int(row.weapon)), []).append(int(launcher.site))
    return tuple(
        Unit(
            model.names.battery[b], model.names.weapon[q], int(world.battery[b].radar), int(world.battery[b].command_post),
            q, tuple(dict.fromkeys(sites)), float(world.arsenal[q].reach_m),
        )
        for (b, q), sites in sorted(found.items())
    )  # fmt: skip


def sight_m(model: Model, altitude_m: float, above_ground: bool) -> float:
    """Ground range beyond which no radar can see that altitude: horizon or instrumented range."""
    top_m = altitude_m
    if above_ground and model.world.terrain.shape[0]:
        top_m += max(float(model.world.ground[0].top_m), 0.0)
    best = 0.0
    for r, row in enumerate(model.world.radar):
        horizon = float(horizon_ground_range_m(model.world.refraction[r], top_m))
        # The arc of an instrumented slant range is at most that range at the surface.
        best = max(best, min(horizon, float(row.range_max_m)))
    return best


def make_map(
    model: Model, plane: EqualArea, altitude_m: float, looks: int, level: float,
    cell_m: float | None, above_ground: bool, wanted: tuple[Unit, ...],
) -> AltitudeMap:  # fmt: skip
    """The map of one altitude, as large as what is seen. Refuses (CoverageError) cells so small that there are four
    million, and so large that there are not ten a side.

    A coarse map as far as any radar could see says how large; where the fine one then is seen up to its edge after all,
    it is made as large as that.
    """
    places = model.world.site[model.world.radar.site]
    off = float(np.hypot(*plane.forward(places.lat_rad, places.lon_rad)).max())
    half = _MARGIN * (sight_m(model, altitude_m, above_ground) + off)
    coarse = 2.0 * half / _COARSE
    first = _look(model, plane, altitude_m, looks, half, coarse, above_ground)
    near = np.abs(first.x_m)[(first.pd >= _FAINT * level).any(axis=(0, 1))]
    near = np.append(near, np.abs(first.y_m)[(first.pd >= _FAINT * level).any(axis=(0, 2))])
    inner = min(float(near.max(initial=0.0)) + 2.0 * coarse, half)
    made = _fine(model, plane, altitude_m, looks, inner, cell_m, above_ground)
    edge = made.seen(level).copy()
    edge[1:-1, 1:-1] = False
    if edge.any() and inner < half:
        made = _fine(model, plane, altitude_m, looks, half, cell_m, above_ground)
    for unit in wanted:
        made.engaged[unit.id] = _engaged(model, made, unit, looks, level)
    return made


def _fine(
    model: Model, plane: EqualArea, altitude_m: float, looks: int, half: float, cell_m: float | None, above_ground: bool
) -> AltitudeMap:  # fmt: skip
    cell = max(2.0 * half / _CELLS, _SMALLEST_M) if cell_m is None else cell_m
    n = math.ceil(2.0 * half / cell)
    if n * n > _MOST_CELLS:
        raise CoverageError(
            f"cells of {cell:g} m at {altitude_m:g} m make {n * n / 1e6:,.0f} million; "
            f"at most {_MOST_CELLS / 1e6:.0f} million"
        )
    if cell_m is not None and n < _FEWEST_CELLS:
        raise CoverageError(
            f"cells of {cell:g} m are too coarse for the map at {altitude_m:g} m, which is {2.0 * half / 1e3:.0f} km wide; "
            f"at most {2.0 * half / _FEWEST_CELLS:.0f} m"
        )
    return _look(model, plane, altitude_m, looks, 0.5 * n * cell, cell, above_ground)


def _look(
    model: Model, plane: EqualArea, altitude_m: float, looks: int, half: float, cell: float, above_ground: bool
) -> AltitudeMap:  # fmt: skip
    """Every radar looks at every cell."""
    n = max(round(2.0 * half / cell), 1)
    axis = cell * (np.arange(n, dtype=np.float64) + 0.5 - 0.5 * n)
    lat, lon = plane.inverse(*np.meshgrid(axis, axis))
    alt = np.full(lat.shape, altitude_m)
    if above_ground:
        alt = alt + model.ground_m(lat, lon)
    pd = np.zeros((len(model.names.radar), n, n), np.float32)
    masked = np.zeros(pd.shape, np.bool_)
    for r in range(len(pd)):
        one = model.looks(r, lat, lon, alt)
        pd[r] = together(one.pd, looks)
        masked[r] = one.masked
    return AltitudeMap(altitude_m, cell, axis, axis.copy(), lat, lon, alt, pd, masked)


def together(pd: Any, looks: int) -> Array:
    """Probability of at least one detection in so many independent looks."""
    return np.asarray(1.0 - (1.0 - pd) ** looks) if looks > 1 else np.asarray(pd)


def _engaged(model: Model, made: AltitudeMap, unit: Unit, looks: int, level: float) -> Flags:
    """Cells where the round meets the target while the battery's radar sees it, and where that radar saw it before launch."""
    out = made.seen(level, unit.radar).copy()
    here = np.flatnonzero(out)
    if not here.size:
        return out
    lat, lon, alt = (a.ravel()[here] for a in (made.lat_rad, made.lon_rad, made.alt_m))
    with np.errstate(invalid="ignore"):
        tof = np.fmin.reduce(
            [model.meetings(unit.weapon_row, unit.post, site, lat, lon, alt) for site in unit.sites]
        )
    ok = np.isfinite(tof)
    reaction_s = float(model.world.command_post[unit.post].reaction_s)
    then = model.before(unit.radar, lat[ok], lon[ok], alt[ok], tof[ok] + reaction_s)
    ok[ok] = together(model.looks(unit.radar, then[0], then[1], alt[ok], then[2], 0).pd, looks) >= level
    out[:] = False
    out.ravel()[here[ok]] = True
    return out


def arc_m(site: Any, lat_rad: Array, lon_rad: Array) -> Array:
    """Distance along the ellipsoid from a SITE row, by the chord and the Gaussian radius there (within 1e-4 to 1,000 km)."""
    radius = A_M * math.sqrt(1.0 - E2) / (1.0 - E2 * math.sin(float(site.lat_rad)) ** 2)

    def point(lat: Any, lon: Any) -> Any:
        n = A_M / np.sqrt(1.0 - E2 * np.sin(lat) ** 2)
        return np.stack(
            [n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1.0 - E2) * np.sin(lat)]
        )

    here = point(np.float64(site.lat_rad), np.float64(site.lon_rad)).reshape(3, *([1] * np.ndim(lat_rad)))
    chord = np.sqrt(((point(lat_rad, lon_rad) - here) ** 2).sum(axis=0))
    return np.asarray(2.0 * radius * np.arcsin(np.minimum(0.5 * chord / radius, 1.0)))


__all__ = ["AltitudeMap", "Unit", "arc_m", "centre", "make_map", "sight_m", "together", "units"]
