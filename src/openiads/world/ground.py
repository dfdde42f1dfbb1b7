"""Ground: the elevation model of a scenario, what stands on it, what it hides from every radar."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from openiads.physics.propagation import EARTH_MEAN_RADIUS_M
from openiads.physics.terrain import grid_spacing_m, make_masking_table, terrain_height_m
from openiads.scenario import Scenario, ScenarioError, fault_of
from openiads.scenario.positions import Position
from openiads.world import schema
from openiads.world.elevation import ElevationError, read_elevation
from openiads.world.elevation_grid import HIGHEST_M, LOWEST_M, Elevation

_MOST_BYTES = 512 * 2**20  # of all masking tables
_MOST_AZIMUTHS, _MOST_RANGES = 7200, 1600
_MIN_MAST_M = 0.5


# --- the elevation model ------------------------------------------------------------------------------


def load_terrain(scenario: Scenario) -> Elevation | None:
    """The elevation model of a scenario, moved and lifted; None without one. ScenarioError for a file that is none."""
    terrain = scenario.environment.terrain
    if terrain is None:
        return None
    try:
        elevation = read_elevation(_path(terrain.file, scenario.text_origin), terrain.undulation_m)
        if terrain.lift_m != 0.0:
            elevation = lifted(elevation, terrain.lift_m)
    except ElevationError as error:
        raise ScenarioError([fault_of(scenario, ("environment", "terrain", "file"), str(error))]) from None
    if terrain.move_to is not None:
        elevation = moved(elevation, terrain.move_to.lat_rad, terrain.move_to.lon_rad)
    return elevation


def _path(file: str, origin: str) -> Path:
    if file.startswith("matplotlib:"):
        from matplotlib import cbook  # noqa: PLC0415 - a second to import, and only this wants it

        found = cbook.get_sample_data(f"{file.removeprefix('matplotlib:')}.npz", asfileobj=False)
        return Path(str(found))
    return Path(origin).parent / file


def lifted(elevation: Elevation, lift_m: float) -> Elevation:
    """The same ground, every height raised. ElevationError where heights come out that do not exist on Earth."""
    heights = elevation.height_m.astype(np.float32) + np.float32(lift_m)
    if heights.min() < LOWEST_M or heights.max() > HIGHEST_M:
        raise ElevationError(f"{elevation.source}: lifted by {lift_m:g} m it is no ground on Earth")
    heights.flags.writeable = False
    return replace(elevation, height_m=heights)


def moved(elevation: Elevation, lat_rad: float, lon_rad: float) -> Elevation:
    """The same ground with its middle elsewhere; its east-west extent in metres is kept."""
    old = 0.5 * (elevation.north_deg + elevation.south_deg)
    step = elevation.lon_step_deg * math.cos(math.radians(old)) / math.cos(lat_rad)
    rows, columns = elevation.height_m.shape
    return replace(
        elevation,
        north_deg=math.degrees(lat_rad) + 0.5 * (rows - 1) * elevation.lat_step_deg,
        west_deg=math.degrees(lon_rad) - 0.5 * (columns - 1) * step,
        lon_step_deg=step,
    )


def height_m(elevation: Elevation | None, lat_rad: float, lon_rad: float) -> float:
    """Height of the ground above the ellipsoid; without a model 0."""
    if elevation is None:
        return 0.0
    return float(terrain_height_m(elevation.height_m, elevation.frame(), lat_rad, lon_rad))


# --- what stands on it --------------------------------------------------------------------------------


def on_the_ground(scenario: Scenario, elevation: Elevation | None) -> Scenario:
    """The scenario with the altitude of every position above the ellipsoid; a site below the ground is a fault."""
    if elevation is None:
        return scenario
    faults = []
    defence: dict[str, Any] = {}
    for key in (
        "command_posts",
        "radars",
        "launchers",
        "assets",
        "ground_targets",
        "guns",
        "power_units",
        "reload_columns",
    ):
        sites = []
        for number, site in enumerate(getattr(scenario.defence, key)):
            ground = height_m(elevation, site.position.lat_rad, site.position.lon_rad)
            if not site.position.above_ground and site.position.alt_m < ground - 0.5:
                path = ("defence", key, number, "position", "altitude")
                allowed = f"at least {ground:.0f} m here, or ground"
                faults.append(fault_of(scenario, path, f"{site.id} would lie below the ground", allowed))
            alt = ground + site.position.alt_m if site.position.above_ground else site.position.alt_m
            place = Position.model_construct(
                lat_rad=site.position.lat_rad, lon_rad=site.position.lon_rad, alt_m=alt, above_ground=False
            )
            sites.append(site.model_copy(update={"position": place}))
        defence[key] = tuple(sites)
    if faults:
        raise ScenarioError(faults)
    return scenario.model_copy(update={"defence": scenario.defence.model_copy(update=defence)})


# --- tables -------------------------------------------------------------------------------------------


def ground_tables(
    elevation: Elevation | None, antennas: Sequence[tuple[float, float, float]], ranges_m: Sequence[float]
) -> Mapping[str, Any]:
    """The World's tables of the ground: terrain, ground, mask_m, mask_frame.

    antennas: (lat_rad, lon_rad, altitude of the antenna); ranges_m: instrumented range of each radar.
    """
    frame = np.zeros(1, schema.GROUND).view(np.recarray)
    masks = np.zeros(len(antennas), schema.MASK).view(np.recarray)
    if elevation is None:
        return {
            "terrain": np.zeros((0, 0), np.float32), "ground": frame,
            "mask_m": np.zeros((len(antennas), 0, 0), np.float32), "mask_frame": masks,
        }  # fmt: skip
    grid = np.array(elevation.height_m, dtype=np.float32)
    for name, value in elevation.frame()._asdict().items():
        frame[0][name] = value
    frame[0].top_m = float(grid.max()) + elevation.undulation_m
    tables = _masks(elevation, antennas, ranges_m, masks)
    return {"terrain": grid, "ground": frame, "mask_m": tables, "mask_frame": masks}


def _masks(
    elevation: Elevation,
    antennas: Sequence[tuple[float, float, float]],
    ranges_m: Sequence[float],
    frames: np.recarray,
) -> np.ndarray:
    """Masking tables [radar, azimuth, range] as far as the model reaches; beyond it only the smooth horizon counts."""
    if not antennas:
        return np.zeros((0, 0, 0), np.float32)
    spacing = grid_spacing_m(elevation.frame())
    reach = max(
        min(_farthest_m(elevation, lat, lon), max(far, 1000.0))
        for (lat, lon, _), far in zip(antennas, ranges_m, strict=True)
    )
    step = max(reach / _MOST_RANGES, spacing)
    azimuths = min(max(math.ceil(2.0 * math.pi * reach / spacing), 360), _MOST_AZIMUTHS)
    ranges = math.ceil(reach / step) + 1
    while 4 * len(antennas) * azimuths * ranges > _MOST_BYTES and azimuths > 360:
        azimuths //= 2
    out = []
    for (lat, lon, alt), row in zip(antennas, frames, strict=True):
        table, frame = _mask(
            _Key(elevation), lat, lon, round(max(alt - height_m(elevation, lat, lon), _MIN_MAST_M), 3), reach,
            min(step, reach, 2000.0), azimuths,
        )  # fmt: skip
        out.append(table)
        for name, value in frame._asdict().items():
            row[name] = value
    return np.stack(out)


class _Key:
    """An elevation model as a key of the cache: the same one is one in which nothing differs."""

    def __init__(self, elevation: Elevation) -> None:
        self.elevation = elevation
        e = elevation
        self._key = (
            e.source, e.north_deg, e.west_deg, e.lat_step_deg, e.lon_step_deg, e.undulation_m,
            hash(e.height_m.tobytes()),
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._key == other._key


@lru_cache(maxsize=16)
def _mask(
    key: _Key, lat: float, lon: float, mast_m: float, reach_m: float, step_m: float, azimuths: int
) -> tuple[np.ndarray, Any]:
    e = key.elevation
    made = make_masking_table(
        e.height_m, e.frame(), lat, lon, mast_m, reach_m, range_step_m=step_m, azimuths=azimuths, at_sea=True
    )
    return made.table, made.frame


def _farthest_m(elevation: Elevation, lat_rad: float, lon_rad: float) -> float:
    """Ground range from a place to the farthest corner of the model, roughly and not less."""
    most = 0.0
    for lat in (elevation.north_deg, elevation.south_deg):
        for lon in (elevation.west_deg, elevation.east_deg):
            a, b = math.radians(lat), math.radians(lon)
            s, c = math.sin(0.5 * (a - lat_rad)), math.sin(0.5 * (b - lon_rad))
            h = min(s * s + math.cos(lat_rad) * math.cos(a) * c * c, 1.0)
            most = max(most, 2.0 * EARTH_MEAN_RADIUS_M * math.asin(math.sqrt(h)))
    return max(1.01 * most, 1000.0)
