"""Where a radar can look: the limits of its coverage over altitude, without target, jamming or terrain.

Of each altitude the farthest ground range: the nearer of the horizon (by the run's refraction model) and the instrumented
slant range; and the nearest: the blind cone above the highest elevation, or the least range. docs/models/viewer-domes.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.physics.propagation import (
    EARTH_MEAN_RADIUS_M,
    MODEL_CRPL,
    MODEL_EFFECTIVE_EARTH,
    horizon_ground_range_m,
    make_refraction_table,
)

MODELS = {"four-thirds": MODEL_EFFECTIVE_EARTH, "crpl-exponential": MODEL_CRPL}
_LOWEST_ANTENNA_M, _HIGHEST_ANTENNA_M = 0.5, 12_000.0


@dataclass(frozen=True)
class Dome:
    """Limits per altitude (m above the ellipsoid): nearest and farthest ground range, m; farthest 0 where nothing is seen."""

    alt_m: NDArray[np.float64]
    near_m: NDArray[np.float64]
    far_m: NDArray[np.float64]


def default_altitudes() -> NDArray[np.float64]:
    """0 to 40 km, denser near the ground."""
    return np.asarray(40_000.0 * (np.arange(33) / 32.0) ** 2)


def dome_of(
    antenna_alt_m: float,
    range_min_m: float,
    range_max_m: float,
    el_min_rad: float,
    el_max_rad: float,
    refraction: str = "four-thirds",
    alt_m: NDArray[np.float64] | None = None,
) -> Dome:
    """The dome of one radar. Ranges are slant ranges, elevations those of straight rays over the 4/3 Earth.

    Refuses (ValueError) an unknown refraction model.
    """
    if refraction not in MODELS:
        raise ValueError(f"refraction: {refraction!r} must be one of {', '.join(MODELS)}")
    alts = default_altitudes() if alt_m is None else np.asarray(alt_m, dtype=np.float64)
    antenna = min(max(antenna_alt_m, _LOWEST_ANTENNA_M), _HIGHEST_ANTENNA_M)
    table = make_refraction_table(antenna, MODELS[refraction])
    near, far = np.zeros(alts.size), np.zeros(alts.size)
    for i, alt in enumerate(alts.tolist()):
        low = _ground_range(range_max_m, alt - antenna)
        high = _ground_range(range_min_m, alt - antenna)
        above, below = _at_elevation(el_max_rad, antenna, alt), _at_elevation(el_min_rad, antenna, alt)
        far[i] = min(low, float(horizon_ground_range_m(table, alt)), below if alt > antenna else math.inf)
        near[i] = max(high, above if alt > antenna else 0.0)
        if far[i] <= near[i]:
            near[i] = far[i] = 0.0
    return Dome(alts, near, far)


def _ground_range(slant_m: float, rise_m: float) -> float:
    """Arc on the mean Earth below a slant range to a point that much higher; 0 where it is not reached."""
    square = slant_m * slant_m - rise_m * rise_m
    if square <= 0.0:
        return 0.0
    return 2.0 * EARTH_MEAN_RADIUS_M * math.asin(min(math.sqrt(square) / (2.0 * EARTH_MEAN_RADIUS_M), 1.0))


def _at_elevation(elevation_rad: float, antenna_m: float, alt_m: float) -> float:
    """Ground range at which a straight ray of this elevation over the 4/3 Earth comes to an altitude; infinite if never.

    cos(phi + el) = (r_antenna / r) cos(el), from the triangle with the Earth's centre.
    """
    radius = 4.0 / 3.0 * EARTH_MEAN_RADIUS_M
    if elevation_rad >= 0.5 * math.pi:
        return 0.0
    share = (radius + antenna_m) / (radius + alt_m) * math.cos(elevation_rad)
    if share > 1.0:
        return math.inf
    return max(radius * (math.acos(share) - elevation_rad), 0.0)
