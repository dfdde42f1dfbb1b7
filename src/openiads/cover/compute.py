"""`openiads.coverage`: maps by altitude, polar and vertical grids of one radar, and the table of areas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.catalog import Catalog
from openiads.cover.faults import CoverageError
from openiads.cover.maps import AltitudeMap, Unit, centre, make_map, together, units
from openiads.cover.model import Array, Model, Told, open_model
from openiads.cover.projection import EqualArea
from openiads.cover.table import Row, rows_of

_HIGHEST_M = 100e3
_MOST_ALTITUDES = 12


@dataclass(frozen=True)
class Polar:
    """Looks of one radar over azimuth, ground range and altitude; `dims` names the axes of the arrays."""

    radar: str
    az_rad: Array
    range_m: Array
    altitude_m: Array
    pd: Array
    snr: Array
    dims: tuple[str, str, str] = ("az_rad", "range_m", "altitude_m")


@dataclass(frozen=True)
class Vertical:
    """Looks of one radar along one azimuth: arrays [altitude, ground range]."""

    radar: str
    az_rad: float
    range_m: Array
    altitude_m: Array
    pd: Array
    snr: Array
    el_rad: Array
    masked: NDArray[np.bool_]
    antenna_m: float
    dims: tuple[str, str] = ("altitude_m", "range_m")


@dataclass(frozen=True)
class Coverage:
    """What :func:`coverage` returns.

    maps: one per altitude. units: missile types of batteries. levels: detection probabilities, rising; by the first
    a fire unit's radar is said to see. looks: how many looks together.
    """

    model: Model
    plane: EqualArea
    maps: tuple[AltitudeMap, ...]
    units: tuple[Unit, ...]
    levels: tuple[float, ...]
    looks: int
    above_ground: bool

    @property
    def radars(self) -> tuple[str, ...]:
        """Ids, in the order of `AltitudeMap.pd`."""
        return self.model.names.radar

    def words(self, heights: bool = True) -> str:
        """The conditions in one line; with what altitudes are counted from, where it is the ground."""
        model = self.model
        looks = "one look" if self.looks == 1 else f"{self.looks} looks together"
        jam = "no jamming"
        if model.jamming != "off":
            on = ", ".join(model.names.jammer[j].removesuffix("-JAM") for j in model.jammers_on)
            how = "all jammers on" if model.jamming == "on" else "jamming as in the scenario"
            jam = f"{how} at {model.at_s:g} s ({on or 'none flies then'})"
        above = "; altitudes above the ground" if self.above_ground and heights else ""
        return f"{model.probe.words()}; {looks}; {jam}{above}"

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The table: areas and ranges beside what is declared."""
        return tuple(row for one in self.maps for row in rows_of(self.model, one, self.units, self.levels))

    def polar(
        self, radar: str, range_step_m: float = 1000.0, az_step_rad: float = math.radians(0.5)
    ) -> Polar:
        """Looks of one radar to its instrumented range at the altitudes of the maps: arrays [azimuth, range, altitude].

        Altitudes are above the ellipsoid, or above the ground where the maps' are.
        """
        r = self.model.radar_index(radar)
        far = float(self.model.world.radar[r].range_max_m)
        if not (range_step_m >= 1.0 and az_step_rad >= 1e-4 and far / range_step_m * 6.3 / az_step_rad < 2e7):
            raise CoverageError(
                f"steps of {range_step_m:g} m and {az_step_rad:g} rad: too fine (20 million points)"
            )
        ranges = range_step_m * np.arange(1, int(far / range_step_m) + 1, dtype=np.float64)
        az = np.linspace(0.0, 2.0 * math.pi, max(round(2.0 * math.pi / az_step_rad), 4), endpoint=False)
        lat, lon = self.model.fan(self.model.site_of(r), az, ranges)
        ground = self.model.ground_m(lat, lon) if self.above_ground else 0.0
        found = [self.model.looks(r, lat, lon, ground + np.full(lat.shape, m.altitude_m)) for m in self.maps]
        return Polar(
            radar, az, ranges, np.array([m.altitude_m for m in self.maps]),
            together(np.stack([one.pd for one in found], axis=-1), self.looks), np.stack([one.snr for one in found], axis=-1),
        )  # fmt: skip

    def vertical(
        self,
        radar: str,
        az_rad: float | None = None,
        top_m: float | None = None,
        far_m: float | None = None,
        n_range: int = 1000,
        n_alt: int = 580,
    ) -> Vertical:
        """Looks of one radar along an azimuth (None: north, or the middle of its sector), altitudes even in their root.

        Altitudes are above the ellipsoid; the highest is `top_m`, or 1.2 times the highest map, at least 12 km. Ranges go
        to `far_m`, or a little beyond what is seen.
        """
        r = self.model.radar_index(radar)
        row = self.model.world.radar[r]
        az = float(row.az0_rad) if az_rad is None and row.sector_half_rad < 3.0 else float(az_rad or 0.0)
        top = max(1.2 * self.maps[-1].altitude_m, 12e3) if top_m is None else top_m
        whole = far = float(row.range_max_m)
        if far_m is None:
            first = self._vertical(r, az, top, whole, max(n_range // 2, 1), max(n_alt // 2, 2))
            seen = (first.pd >= self.levels[0]).any(axis=0)
            far = min(1.12 * float(first.range_m[seen].max()), whole) if seen.any() else whole
        return self._vertical(r, az, top, far if far_m is None else far_m, n_range, n_alt)

    def _vertical(self, r: int, az: float, top: float, far: float, n_range: int, n_alt: int) -> Vertical:
        ranges = far * np.arange(1, n_range + 1) / n_range
        alts = top * (np.arange(n_alt) / (n_alt - 1.0)) ** 2
        lat, lon = self.model.fan(self.model.site_of(r), np.array([az]), ranges)
        shape = (n_alt, n_range)
        one = self.model.looks(
            r, np.broadcast_to(lat, shape), np.broadcast_to(lon, shape), np.broadcast_to(alts[:, None], shape)
        )
        return Vertical(
            self.radars[r], az, ranges, alts, together(one.pd, self.looks), one.snr, one.el_rad, one.masked,
            float(self.model.world.radar[r].alt_m),
        )  # fmt: skip


def coverage(
    scenario: str | Path,
    altitude_m: Sequence[float] | float,
    *,
    rcs_m2: float | None = None,
    target: str | None = None,
    speed_mps: float | None = None,
    swerling: int | None = None,
    aspect: str = "approaching",
    course_rad: float | None = None,
    pd: Sequence[float] = (0.5, 0.9),
    looks: int = 1,
    jamming: str = "off",
    at_s: float = 0.0,
    above_ground: bool = False,
    cell_m: float | None = None,
    catalog: Catalog | None = None,
    told: Told | None = None,
) -> Coverage:
    """Where the radars of a scenario see a target, and where its missiles can meet it, by altitude.

    Parameters
    ----------
    scenario : scenario file.
    altitude_m : one or some altitudes above the ellipsoid, or with `above_ground` above the ground below the target.
    rcs_m2 : constant radar cross-section (default 1 m²); or `target`: a catalogue platform with its signature by band and aspect.
    speed_mps, swerling : by default those of the target, else 250 m/s and case 1.
    aspect : approaching, crossing or receding, to each radar by itself; or `course_rad`: one course over the map, from north.
    pd : detection probabilities for which the table is made; `looks` : in so many independent looks together.
    jamming : off, as-scenario or on (every jammer whose carrier flies); they stand where they are at `at_s`.
    cell_m : side of a cell of the maps; by default 400 cells a side.

    All radars transmit, and stand where they stand at the start. Every number comes from the engine's kernels:
    docs/models/coverage.md.

    Raises
    ------
    CoverageError, ScenarioError, CatalogError : the input.
    """
    alts = sorted({float(a) for a in np.atleast_1d(np.asarray(altitude_m, dtype=float))})
    levels = tuple(sorted({float(p) for p in pd}))
    _check(alts, levels, looks, cell_m)
    if told is not None:
        told.phase("reading the scenario")
    model = open_model(
        scenario, target=target, rcs_m2=rcs_m2, speed_mps=speed_mps, swerling=swerling, aspect=aspect,
        course_rad=course_rad, jamming=jamming, at_s=at_s, catalog=catalog,
    )  # fmt: skip
    if above_ground and not len(model.world.terrain):
        raise CoverageError(
            f"above ground: {model.scenario.name} has no elevation model (environment.terrain); without it altitudes are "
            "above the ellipsoid"
        )
    plane, wanted = centre(model), units(model)
    maps = []
    for k, alt in enumerate(alts):
        if told is not None:
            told.phase(f"looking at {alt:g} m" + ("" if k else " (the first time compiles)"))
        maps.append(make_map(model, plane, alt, looks, levels[0], cell_m, above_ground, wanted))
    return Coverage(model, plane, tuple(maps), wanted, levels, looks, above_ground)


def _check(alts: Sequence[float], levels: Sequence[float], looks: int, cell_m: Any) -> None:
    if not 1 <= len(alts) <= _MOST_ALTITUDES:
        raise CoverageError(f"{len(alts)} altitudes: 1 to {_MOST_ALTITUDES} are computed at once")
    for alt in alts:
        if not 0.0 <= alt <= _HIGHEST_M:
            raise CoverageError(f"altitude {alt:g} m: out of range (0 to 100 km)")
    if not levels or not all(0.0 < p < 1.0 for p in levels):
        raise CoverageError(
            f"pd {', '.join(f'{p:g}' for p in levels) or '(none)'}: probabilities between 0 and 1 are needed"
        )
    if not 1 <= looks <= 1000:
        raise CoverageError(f"looks {looks}: 1 to 1000 are computed")
    if cell_m is not None and not (math.isfinite(cell_m) and cell_m >= 1.0):
        raise CoverageError(f"cell {cell_m} m: at least 1 m")


__all__ = ["Coverage", "Polar", "Vertical", "coverage"]
