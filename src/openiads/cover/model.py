"""A scenario's World with a probe in it, and the questions that can be put to it point by point."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from openiads.catalog import Catalog, load_catalog
from openiads.cover import kernels
from openiads.cover.faults import CoverageError
from openiads.cover.probe import Probe, make_probe, with_probe
from openiads.scenario import Scenario, catalogue_names, load_file
from openiads.world.compile import compile_scenario
from openiads.world.handle import handle
from openiads.world.names import Names
from openiads.world.schema import World

Array = NDArray[np.float64]
JAMMING = {"off": kernels.JAM_OFF, "as-scenario": kernels.JAM_PLANNED, "on": kernels.JAM_ALL}
_MOST_CHANCES = 6  # jammers whose noise touches a look by chance: all combinations are computed


class Told(Protocol):
    """Who is told what is going on."""

    def phase(self, text: str) -> None:
        """The next step begins."""


@dataclass(frozen=True)
class Looks:
    """One look at each of some points; arrays of their shape.

    snr: single pulse against noise, jamming and clutter, power ratio, 0 without an echo; where noise touches a look by
    chance, with all of it. pd: detection probability, the mean over that chance. el_rad: apparent elevation, nan without
    an echo. masked: hidden by the ground alone.
    """

    snr: Array
    pd: Array
    el_rad: Array
    masked: NDArray[np.bool_]


class Model:
    """What `coverage` and its parts ask: looks of a radar, and the reach of a missile, at points."""

    def __init__(
        self, scenario: Scenario, catalog: Catalog, world: World, names: Names,
        probe: Probe, jamming: str, at_s: float,
    ) -> None:  # fmt: skip
        if jamming not in JAMMING:
            raise CoverageError(f"jamming {jamming!r}: not one of {', '.join(JAMMING)}")
        if not 0.0 <= at_s <= scenario.duration_s:
            raise CoverageError(f"at {at_s:g} s: the scenario lasts from 0 to {scenario.duration_s:g} s")
        self.scenario, self.catalog, self.names, self.probe = scenario, catalog, names, probe
        self.jamming, self.at_s = jamming, at_s
        self.world, self.row = with_probe(world, names, catalog, probe)
        self._handle = handle(self.world)
        with np.errstate(all="ignore"):
            kernels.set_jammers(self._handle, float(at_s), JAMMING[jamming])
        self._share = world.jam_share
        self._heard = self.world.jam["jn_main"].copy()

    @property
    def jammers_on(self) -> list[int]:
        """Jammers that jam."""
        return [int(j) for j in np.flatnonzero(self.world.jammer_state.on)]

    def looks(
        self,
        r: int,
        lat: Array,
        lon: Array,
        alt_m: Array,
        course: Array | None = None,
        relative: int | None = None,
    ) -> Looks:
        """One look of radar r at the probe in points (rad, rad, m; one shape). `course`, `relative`: its own course there."""
        shape = lat.shape
        if course is None:
            course, relative = np.full(lat.size, self.probe.angle_rad), self.probe.relative
        place = [np.ascontiguousarray(a, dtype=np.float64).ravel() for a in (lat, lon, alt_m, course)]
        total = np.zeros(lat.size)
        snr, pd, el = np.empty(lat.size), np.empty(lat.size), np.empty(lat.size)
        masked = np.empty(lat.size, np.int64)
        for weight in self._chances(r):
            with np.errstate(all="ignore"):
                kernels.look_at(
                    self._handle, r, self.row, self.at_s, place[0], place[1], place[2], place[3], relative,
                    self.probe.speed_mps, snr, pd, el, masked,
                )  # fmt: skip
            total += weight * pd
        return Looks(snr.reshape(shape), total.reshape(shape), el.reshape(shape), masked.reshape(shape) == 1)

    def _chances(self, r: int) -> Iterator[float]:
        """Every combination of jammers whose noise may touch a look, set up, with its probability; all of them last."""
        heard, share = self._heard[r], self._share[r]
        open_to = [j for j in range(len(heard)) if heard[j] > 0.0 and share[j] < 1.0]
        if len(open_to) > _MOST_CHANCES:
            raise CoverageError(
                f"{self.names.radar[r]} hears {len(open_to)} jammers that touch a look by chance; at most {_MOST_CHANCES}"
            )
        self.world.jam_share[r] = 1.0
        for touched in product((0, 1), repeat=len(open_to)):
            weight = 1.0
            for j, on in zip(open_to, touched, strict=True):
                self.world.jam["jn_main"][r, j] = heard[j] if on else 0.0
                weight *= share[j] if on else 1.0 - share[j]
            yield weight
        self.world.jam["jn_main"][r] = heard

    def meetings(self, q: int, post: int, site: int, lat: Array, lon: Array, alt_m: Array) -> Array:
        """Time of flight (s) of missile q from a site to each point, by the engine's fire control; nan where it cannot."""
        out = np.empty(lat.size)
        kernels.meet_at(
            self._handle, q, post, site, lat.ravel(), lon.ravel(), alt_m.ravel(), self.probe.speed_mps, out
        )
        return out.reshape(lat.shape)

    def before(
        self, r: int, lat: Array, lon: Array, alt_m: Array, before_s: Array
    ) -> tuple[Array, Array, Array]:
        """(lat, lon, course from north) of the probe so long before it comes to each point, as radar r's aspect says."""
        out = [np.empty(lat.size) for _ in range(3)]
        course = np.full(lat.size, self.probe.angle_rad)
        kernels.earlier(
            self._handle, r, self.row, lat, lon, alt_m, course, self.probe.relative, self.probe.speed_mps, before_s, *out
        )  # fmt: skip
        return out[0], out[1], out[2]

    def ground_m(self, lat: Array, lon: Array) -> Array:
        """Height of the ground in each point."""
        out = np.empty(lat.size)
        kernels.ground_m(self._handle, lat.ravel(), lon.ravel(), out)
        return out.reshape(lat.shape)

    def site_of(self, r: int) -> Any:
        """SITE row of a radar."""
        return self.world.site[int(self.world.radar[r].site)]

    def fan(self, site: Any, az_rad: Array, range_m: Array) -> tuple[Array, Array]:
        """(lat, lon) of points [azimuth, rising ground range] from a SITE row."""
        lat, lon = np.empty((az_rad.size, range_m.size)), np.empty((az_rad.size, range_m.size))
        kernels.fan(float(site.lat_rad), float(site.lon_rad), az_rad, range_m, lat, lon)
        return lat, lon

    def radar_index(self, name: str) -> int:
        """Row of a radar. Refuses (CoverageError) an unknown one."""
        if name not in self.names.radar:
            raise CoverageError(f"no radar {name!r} in the scenario (radars: {', '.join(self.names.radar)})")
        return self.names.radar.index(name)


def along(lat_rad: float, lon_rad: float, az_rad: Array, range_m: float) -> tuple[Array, Array]:
    """(lat, lon) in rad at the ends of geodesics of one length from one point."""
    lat, lon = np.empty(az_rad.size), np.empty(az_rad.size)
    kernels.along(lat_rad, lon_rad, az_rad, np.full(az_rad.size, float(range_m)), lat, lon)
    return lat, lon


def open_model(
    scenario: str | Path,
    *,
    target: str | None = None,
    rcs_m2: float | None = None,
    speed_mps: float | None = None,
    swerling: int | None = None,
    aspect: str = "approaching",
    course_rad: float | None = None,
    jamming: str = "off",
    at_s: float = 0.0,
    catalog: Catalog | None = None,
) -> Model:
    """Read a scenario file and put the probe into its World. Parameters as of `coverage`."""
    known = catalog or load_catalog()
    probe = make_probe(known, target, rcs_m2, speed_mps, swerling, aspect, course_rad)
    read = load_file(Path(scenario), catalogue_names(known))
    if not read.defence.radars:
        raise CoverageError(f"{read.name}: no radar in the scenario")
    made = compile_scenario(read, known)
    if not math.isfinite(at_s):
        raise CoverageError(f"at {at_s}: a time is needed")
    return Model(read, known, made.world, made.names, probe, jamming, float(at_s))
