"""Columns of positions and velocities: ECEF to geodetic and to east, north, up.

Sources: as `physics/geodesy.py` (NIMA TR8350.2; B. R. Bowring, Survey Review 28 (218), 1985), here for whole columns at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

A_M = 6_378_137.0
F = 1.0 / 298.257_223_563
_B_M = A_M * (1.0 - F)
_E2 = F * (2.0 - F)
_EP2 = _E2 / (1.0 - _E2)


def geodetic(x_m: Array, y_m: Array, z_m: Array) -> tuple[Array, Array, Array]:
    """Latitude and longitude (rad) and altitude above the ellipsoid (m) of ECEF columns [n].

    Two passes of Bowring's formula. From the ground to 2,000 km: 1e-11 rad, 1e-6 m.
    """
    p = np.hypot(x_m, y_m)
    beta = np.arctan2(z_m * A_M, p * _B_M)
    lat = beta
    for _ in range(2):
        lat = np.arctan2(z_m + _EP2 * _B_M * np.sin(beta) ** 3, p - _E2 * A_M * np.cos(beta) ** 3)
        beta = np.arctan2((1.0 - F) * np.sin(lat), np.cos(lat))
    alt_m = p * np.cos(lat) + z_m * np.sin(lat) - A_M * np.sqrt(1.0 - _E2 * np.sin(lat) ** 2)
    return lat, np.arctan2(y_m, x_m), alt_m


def ecef(lat_rad: Array, lon_rad: Array, alt_m: Array) -> tuple[Array, Array, Array]:
    """The way back. Exact."""
    n_m = A_M / np.sqrt(1.0 - _E2 * np.sin(lat_rad) ** 2)
    p = (n_m + alt_m) * np.cos(lat_rad)
    return p * np.cos(lon_rad), p * np.sin(lon_rad), (n_m * (1.0 - _E2) + alt_m) * np.sin(lat_rad)


def enu(lat_rad: Array, lon_rad: Array, x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
    """ECEF vectors [n] as east, north and up at the places given."""
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat_rad), np.cos(lat_rad), np.sin(lon_rad), np.cos(lon_rad)
    east = -sin_lon * x + cos_lon * y
    out = cos_lon * x + sin_lon * y
    return east, cos_lat * z - sin_lat * out, sin_lat * z + cos_lat * out


def from_enu(
    lat_rad: float, lon_rad: float, east: Array, north: Array, up: Array
) -> tuple[Array, Array, Array]:
    """East, north and up [n] at one place as ECEF vectors."""
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat_rad), np.cos(lat_rad), np.sin(lon_rad), np.cos(lon_rad)
    out = cos_lat * up - sin_lat * north
    return cos_lon * out - sin_lon * east, sin_lon * out + cos_lon * east, cos_lat * north + sin_lat * up


def turned(cov: Array, lat_rad: Array, lon_rad: Array, lat0_rad: float, lon0_rad: float) -> Array:
    """Covariances [n, 3, 3] in axes east, north and up at places [n] as they are in those axes of one other place."""
    one, zero = np.ones_like(lat_rad), np.zeros_like(lat_rad)
    here = np.stack([np.stack(enu(lat_rad, lon_rad, *axis), axis=1) for axis in _unit(one, zero)], axis=2)
    at = one * lat0_rad, one * lon0_rad
    there = np.stack([np.stack(enu(*at, *axis), axis=1) for axis in _unit(one, zero)], axis=2)
    turn = there @ np.swapaxes(here, 1, 2)
    found: Array = turn @ cov @ np.swapaxes(turn, 1, 2)
    return found


def _unit(one: Array, zero: Array) -> tuple[tuple[Array, Array, Array], ...]:
    return (one, zero, zero), (zero, one, zero), (zero, zero, one)


__all__ = ["A_M", "Array", "F", "ecef", "enu", "from_enu", "geodetic", "turned"]
