"""Rain of a scenario → where it falls, what it takes from a ray, and the echo of it at every radar."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from openiads.physics.attenuation import CIRCULAR, rain_db_per_km
from openiads.physics.geodesy import enu_basis, geodetic_to_ecef
from openiads.physics.rain import make_rain_table
from openiads.physics.wind import wind_at
from openiads.world import schema
from openiads.world.assemble import Assembly
from openiads.world.sensors import radar_constant
from openiads.world.weather import CANCELLER, TILT, Weather, prf_list

_NP_PER_M = 2.0 * 1e-4 * math.log(10.0)  # two-way, from dB/km one way


def widespread(weather: Weather) -> Weather:
    """Without the rain of an area, which is not in the loss tables."""
    return weather if weather.rain_area is None else weather._replace(rain_mm_h=0.0)


def rain_tables(a: Assembly) -> Mapping[str, Any]:
    """The World's tables rain and rain_m2."""
    weather = a.weather
    rain = np.zeros(1, schema.RAIN).view(np.recarray)
    rain[0].top_m = weather.rain_top_m
    if weather.rain_area is not None:
        area = weather.rain_area
        rain[0].radius_m = area.radius_m
        rain[0].x_m, rain[0].y_m, rain[0].z_m = geodetic_to_ecef(area.lat_rad, area.lon_rad, 0.0)
        basis = np.array(enu_basis(area.lat_rad, area.lon_rad)).reshape(3, 3)
        east, north = _wind(weather, 0.5 * weather.rain_top_m)
        rain[0].vx_mps, rain[0].vy_mps, rain[0].vz_mps = east * basis[0] + north * basis[1]
    if not (weather.rain_echo and weather.rain_mm_h > 0.0) or not a.radars:
        return {"rain": rain, "rain_m2": np.zeros((len(a.radars), 0, 0))}
    return {"rain": rain, "rain_m2": np.stack([_table(weather, r) for r in a.radars])}


def _wind(weather: Weather, alt_m: float) -> tuple[float, float]:
    wind = weather.wind
    east, north = wind_at(alt_m, wind.alt_m, wind.east_mps, wind.north_mps)
    return float(east), float(north)


def _table(weather: Weather, radar: Mapping[str, Any]) -> np.ndarray:
    item = radar["item"]
    dwell = 0.0
    if item.choice("scan") == "rotating":
        dwell = item.si("rotation_period_s") * item.si("beamwidth_az_rad") / (2.0 * math.pi)
    return make_rain_table(
        radar_constant(item), weather.rain_mm_h, weather.rain_top_m, item.si("freq_hz"),
        (item.si("beamwidth_az_rad"), item.si("beamwidth_el_rad")), item.si("range_resolution_m"),
        CANCELLER[item.choice("canceller")], prf_list(item), dwell, item.si("clutter_improvement_db"),
        radar.get("rain_rejection_db", 0.0), lambda alt_m: _wind(weather, alt_m),
    )  # fmt: skip


def area_loss_np_per_m(weather: Weather, radar: Mapping[str, Any]) -> float:
    """Two-way loss (Np/m) inside the rain of an area; 0 where it rains everywhere or nowhere."""
    if weather.rain_area is None:
        return 0.0
    item = radar["item"]
    tilt = TILT.get(item.choice("polarisation"), CIRCULAR) if item.has("polarisation") else CIRCULAR
    return _NP_PER_M * rain_db_per_km(item.si("freq_hz"), weather.rain_mm_h, 0.0, tilt)
