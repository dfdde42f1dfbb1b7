"""A made ridge near the usual place of small Worlds, and the line of sight over it by other code."""

from __future__ import annotations

import math

import numpy as np

from openiads.world.elevation_grid import Elevation

from . import saturation as sat

A_E = 4.0 / 3.0 * 6371e3
STEP_DEG = 1.0 / 1200.0  # 3 arc seconds


def ridge(top_m: float, east_m: float = 10e3, half_m: float = 500.0, side: int = 400) -> Elevation:
    """A north-south ridge with a triangular section, its crest `east_m` east of sat.HERE; all else is sea."""
    lat, lon = math.degrees(sat.HERE.lat_rad), math.degrees(sat.HERE.lon_rad)
    west, north = lon - 0.5 * side * STEP_DEG, lat + 0.5 * side * STEP_DEG
    columns = west + STEP_DEG * np.arange(side)
    east = np.radians(columns - lon) * 6378.137e3 * math.cos(sat.HERE.lat_rad)
    section = top_m * np.clip(1.0 - np.abs(east - east_m) / half_m, 0.0, None)
    heights = np.repeat(section[None, :], side, axis=0).astype(np.float32)
    return Elevation(heights, north, west, STEP_DEG, STEP_DEG, f"ridge of {top_m:g} m")


def first_sight_m(antenna_m: float, target_m: float, elevation: Elevation) -> float:
    """Ground range from the east at which the straight ray over the 4/3 Earth first clears the samples and the sea."""
    lon = math.degrees(sat.HERE.lon_rad)
    columns = elevation.west_deg + STEP_DEG * np.arange(elevation.height_m.shape[1])
    s = np.radians(columns - lon) * 6378.137e3 * math.cos(sat.HERE.lat_rad)
    ground = elevation.height_m[0].astype(float)
    sea = np.arange(100.0, 200e3, 100.0)
    s, ground = np.concatenate([s, sea]), np.concatenate([ground, np.zeros(sea.size)])
    for d in np.arange(200e3, 1e3, -20.0):
        on = (s > 0.0) & (s < d)
        ray = antenna_m + (target_m - antenna_m) * s[on] / d - s[on] * (d - s[on]) / (2.0 * A_E)
        if (ray >= ground[on]).all():
            return float(d)
    return 0.0
