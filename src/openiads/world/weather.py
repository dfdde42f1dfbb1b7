"""Weather and surface of a scenario → one loss table, one surface row and one clutter table per radar."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from openiads.catalog.items import Item
from openiads.physics import mti
from openiads.physics.attenuation import CIRCULAR, HORIZONTAL, VERTICAL, make_loss_table
from openiads.physics.clutter import GAMMA_DB, TABLE_POINTS, Processing, Surface, make_clutter_table
from openiads.physics.flight import STILL_AIR, Wind
from openiads.physics.mti import CLUTTER_SPREAD_MPS
from openiads.physics.multipath import ground_permittivity, rms_wave_height_m, sea_permittivity
from openiads.physics.propagation import TABLE_HEIGHTS, TABLE_RANGES
from openiads.units import SPEED_OF_LIGHT_MPS
from openiads.world import schema
from openiads.world.sensors import radar_constant

#: Names of the language → classes of physics.clutter.
LAND = {
    "mountain": "mountain", "urban": "urban", "wooded-hills": "wooded hills", "rolling-hills": "rolling hills",
    "farmland": "farmland, desert", "flatland": "flatland", "smooth": "smooth",
}  # fmt: skip
SOIL = {"wet": "wet ground", "medium-dry": "medium dry ground", "very-dry": "very dry ground"}
CANCELLER = {"none": mti.NO_CANCELLER, "two-pulse": mti.TWO_PULSE, "three-pulse": mti.THREE_PULSE}
_LINEAR = {"horizontal": HORIZONTAL, "vertical": VERTICAL}
TILT = {**_LINEAR, "slant": 0.5 * (HORIZONTAL + VERTICAL)}  # circular ones: as CIRCULAR
_MIN_ANTENNA_M = 0.5


class RainArea(NamedTuple):
    """Where it rains: a disc about a place at the start of the run."""

    lat_rad: float
    lon_rad: float
    radius_m: float


class Weather(NamedTuple):
    """What the scenario says. sea_state None with land None: no surface."""

    gas: bool = False
    rain_mm_h: float = 0.0
    rain_top_m: float = 5000.0
    sea_state: int | None = None
    land: str | None = None
    soil: str = "medium-dry"
    roughness_m: float = 0.0
    multipath: bool = False
    clutter: bool = False
    coast: str | None = None  # land where an elevation model is not sea; `land` then is None
    rain_area: RainArea | None = None  # None: everywhere
    rain_echo: bool = False
    plots: bool = False  # false plots of the surface
    shape: float | None = None  # of their law; None: by the kind of surface
    wind: Wind = STILL_AIR  # carries the rain


CLEAR = Weather()


def lacking(item: Item, weather: Weather) -> list[str]:
    """Values that a radar of the catalogue would need for this weather and does not have."""
    need = (
        ["polarisation"] if weather.multipath or (weather.clutter and weather.sea_state is not None) else []
    )
    if weather.clutter:
        need += ["canceller", "clutter_improvement_db"]
        if item.has("canceller") and item.choice("canceller") != "none":
            need.append("prf_hz")
    missing = [name for name in need if not item.has(name)]
    if "polarisation" in need and item.has("polarisation") and item.choice("polarisation") not in _LINEAR:
        missing.append("polarisation horizontal or vertical")
    return missing


def weather_tables(
    weather: Weather, radars: Sequence[tuple[Item, float, float]], has_terrain: bool
) -> Mapping[str, Any]:
    """The World's tables loss, surface, clutter and prf_hz. radars: (item, altitude of antenna, of site).

    ValueError for a radar that lacks a value (see `lacking`).
    """
    n = len(radars)
    surface = np.zeros(n, schema.SURFACE).view(np.recarray)
    prf = np.zeros((n, schema.MAX_PRF))
    loss = np.zeros((n, 0, 1 + TABLE_RANGES))
    if weather.gas or weather.rain_mm_h > 0.0:
        loss = np.zeros((n, TABLE_HEIGHTS, 1 + TABLE_RANGES))
    clutter = np.zeros((n, 2 + TABLE_POINTS if weather.clutter else 0))
    for k, (item, alt_m, site_m) in enumerate(radars):
        missing = lacking(item, weather)
        if missing:
            raise ValueError(f"{item.id} has no {', '.join(missing)}")
        if loss.shape[1]:
            loss[k] = _loss_table(
                round(max(alt_m, _MIN_ANTENNA_M), 3), item.si("freq_hz"), weather.gas, weather.rain_mm_h,
                weather.rain_top_m, TILT.get(item.choice("polarisation"), CIRCULAR) if item.has("polarisation") else CIRCULAR,
            )  # fmt: skip
        if weather.multipath or weather.clutter:
            fill_surface(surface[k], item, weather, 0.0 if weather.land is None else site_m, has_terrain)
        if weather.clutter:
            cells = prf_list(item)
            prf[k, : len(cells)] = cells
            height = max(alt_m - surface[k].level_m, _MIN_ANTENNA_M)
            clutter[k] = clutter_table(item, weather, height, cells)
    return {"loss": loss, "surface": surface, "clutter": clutter, "prf_hz": prf}


@lru_cache(maxsize=64)
def _loss_table(
    antenna_m: float, freq_hz: float, gas: bool, rain_mm_h: float, rain_top_m: float, tilt_rad: float
) -> np.ndarray:
    table = make_loss_table(antenna_m, freq_hz, rain_mm_h, rain_top_m, tilt_rad=tilt_rad)
    if not gas and rain_mm_h > 0.0:
        table[:, 1:] -= _loss_table(antenna_m, freq_hz, True, 0.0, rain_top_m, tilt_rad)[:, 1:]
        np.maximum(table[:, 1:], 0.0, out=table[:, 1:])
    return table


def prf_list(item: Item) -> list[float]:
    """Pulse repetition frequencies (Hz) of the canceller; none without one."""
    if item.choice("canceller") == "none":
        return []
    return [float(v) for v in item.table("prf_hz").values_si]  # type: ignore[arg-type]


def fill_surface(row: Any, item: Item, weather: Weather, level_m: float, has_terrain: bool) -> None:
    """The row of `surface` for a radar of this type whose antenna stands over a surface at level_m (m)."""
    freq = item.si("freq_hz")
    row.level_m = level_m
    row.wavelength_m = SPEED_OF_LIGHT_MPS / freq
    row.multipath, row.clutter = int(weather.multipath), int(weather.clutter)
    row.sea_only = int(has_terrain)
    if item.has("polarisation"):
        row.vertical = int(item.choice("polarisation") == "vertical")
    if weather.land is None:
        row.permittivity, row.loss_permittivity = sea_permittivity(freq)
        row.rms_height_m = rms_wave_height_m(weather.sea_state or 0)
    else:
        row.permittivity, row.loss_permittivity = ground_permittivity(SOIL[weather.soil], freq)
        row.rms_height_m = weather.roughness_m
    if weather.clutter:
        row.canceller = CANCELLER[item.choice("canceller")]
        row.n_prf = len(prf_list(item))


def clutter_table(item: Item, weather: Weather, antenna_m: float, prfs: Sequence[float]) -> np.ndarray:
    """Residue of the surface; with several PRFs, used in turn, the mean of what each leaves."""
    land = weather.land is not None
    surface = Surface(
        None if land else float(weather.sea_state or 0),
        GAMMA_DB[LAND[weather.land]][1] if weather.land is not None else 0.0,
        item.has("polarisation") and item.choice("polarisation") == "vertical",
        CLUTTER_SPREAD_MPS["woods, windy" if land else "sea"][1],
    )
    beams_per_s = 0.0
    if item.choice("scan") == "rotating":
        beams_per_s = 2.0 * math.pi / (item.si("rotation_period_s") * item.si("beamwidth_az_rad"))
    tables = [
        make_clutter_table(
            radar_constant(item), item.si("freq_hz"), antenna_m, item.si("beamwidth_az_rad"),
            item.si("beamwidth_el_rad"), item.si("range_resolution_m"), surface,
            Processing(
                CANCELLER[item.choice("canceller")], prf, prf / beams_per_s if beams_per_s > 0.0 else 0.0,
                item.si("clutter_improvement_db"),
            ),
        )
        for prf in (prfs or (1000.0,))
    ]  # fmt: skip
    return np.asarray(np.mean(tables, axis=0))
