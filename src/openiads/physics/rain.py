"""A rain area as radar sees it: how much of a ray lies in it, and what a canceller leaves of its echo in the wind.

The echo itself, C/N = constant * fill / R^2, is `clutter.rain_coupling_m2`. The rain drifts with the wind, so its mean radial
velocity, and with it the improvement factor, goes as the cosine of the angle between beam and wind.

A table holds the constant (m2) of one radar over azimuth and height: float64 [AZIMUTHS + 1, LAYERS], rows from north
clockwise, the last a copy of the first, columns the middles of equal layers from the ellipsoid to the top of the rain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from openiads._jit import kernel
from openiads.physics.clutter import rain_coupling_m2
from openiads.physics.mti import CLUTTER_SPREAD_MPS, improvement
from openiads.units import SPEED_OF_LIGHT_MPS

AZIMUTHS = 180
LAYERS = 8

_TWO_PI = 2.0 * math.pi


@kernel
def share_in_disc(east_m, north_m, centre_east_m, centre_north_m, radius_m, part):
    """Share (0..1) of the way from the origin to a point that lies in a disc, within the first `part` of the way."""
    a = east_m * east_m + north_m * north_m
    c = centre_east_m * centre_east_m + centre_north_m * centre_north_m - radius_m * radius_m
    if a < 1.0:
        return part if c < 0.0 else 0.0
    b = east_m * centre_east_m + north_m * centre_north_m
    root = b * b - a * c
    if root <= 0.0:
        return 0.0
    root = math.sqrt(root)
    return max(min((b + root) / a, part) - max((b - root) / a, 0.0), 0.0)


@kernel
def part_below(antenna_alt_m, target_alt_m, top_m):
    """First part (0..1) of a straight way up that lies below the top of the rain; 0 for an antenna above it."""
    if antenna_alt_m >= top_m:
        return 0.0
    if target_alt_m <= top_m:
        return 1.0
    return (top_m - antenna_alt_m) / (target_alt_m - antenna_alt_m)


@kernel
def rain_constant_m2(table, az_rad, height_share):
    """Constant of a radar's rain echo at an azimuth; height_share: height over the top of the rain (held in 0..1)."""
    rows = table.shape[0] - 1
    turn = az_rad * (1.0 / _TWO_PI)
    x = (turn - math.floor(turn)) * rows
    j = min(int(x), rows - 1)
    k = min(max(int(height_share * table.shape[1]), 0), table.shape[1] - 1)
    return table[j, k] + (x - j) * (table[j + 1, k] - table[j, k])


def make_rain_table(
    constant_m2: float,
    rain_mm_h: float,
    top_m: float,
    freq_hz: float,
    beams_rad: tuple[float, float],
    range_cell_m: float,
    canceller: int,
    prfs_hz: Sequence[float],
    pulses_per_hz: float,
    improvement_db: float,
    rejection_db: float,
    wind: Callable[[float], tuple[float, float]],
) -> NDArray[np.float64]:
    """Table of one radar (module docstring). Set-up code.

    beams_rad: azimuth and elevation; prfs_hz: used in turn, the mean of what each leaves counts (none without a canceller);
    pulses_per_hz: time in which the beam moves by its width (s), 0 standing; improvement_db: what all else allows; rejection_db: by
    polarisation; wind: altitude → where the air goes to, east and north (m/s).
    """
    wave = SPEED_OF_LIGHT_MPS / freq_hz
    spread = CLUTTER_SPREAD_MPS["rain"][1]
    declared = 10.0 ** (0.1 * improvement_db)
    raw = rain_coupling_m2(constant_m2, rain_mm_h, wave, beams_rad[0], beams_rad[1], range_cell_m, 1.0)
    raw *= 10.0 ** (-0.1 * rejection_db)
    table = np.zeros((AZIMUTHS + 1, LAYERS))
    for k in range(LAYERS):
        east, north = wind((k + 0.5) / LAYERS * top_m)
        for j in range(AZIMUTHS):
            az = _TWO_PI * j / AZIMUTHS
            radial = east * math.sin(az) + north * math.cos(az)
            left = [
                1.0 / improvement(canceller, spread, radial, wave, prf, prf * pulses_per_hz, declared)
                for prf in (prfs_hz or (1000.0,))
            ]
            table[j, k] = raw * float(np.mean(left))
    table[-1] = table[0]
    return table
