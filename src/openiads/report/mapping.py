"""From ECEF to a flat map: azimuthal equidistant about the defence, kilometres east and north.

Geodetic latitude and longitude by Bowring's closed formula (B. R. Bowring, Transformation from spatial to
geographical
coordinates, Survey Review 23, 1976), then the projection on the sphere of the Gaussian radius of curvature
at the
centre (J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395, 1987, eq. 25-1 to
25-3). Against the ellipsoid that is good to 0.3 % of the distance at 600 km: a picture, not a survey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_A_M = 6_378_137.0
_F = 1.0 / 298.257_223_563
_B_M = _A_M * (1.0 - _F)
_E2 = _F * (2.0 - _F)
_EP2 = _E2 / (1.0 - _E2)


def geodetic(x_m: Array, y_m: Array, z_m: Array) -> tuple[Array, Array, Array]:
    """Latitude and longitude (rad) and altitude (m) of ECEF points."""
    p = np.sqrt(x_m * x_m + y_m * y_m)
    theta = np.arctan2(z_m * _A_M, p * _B_M)
    lat = np.arctan2(z_m + _EP2 * _B_M * np.sin(theta) ** 3, p - _E2 * _A_M * np.cos(theta) ** 3)
    n_m = _A_M / np.sqrt(1.0 - _E2 * np.sin(lat) ** 2)
    alt_m = p * np.cos(lat) + z_m * np.sin(lat) - _A_M * _A_M / n_m
    return lat, np.arctan2(y_m, x_m), alt_m


@dataclass(frozen=True)
class Map:
    """A flat map about a centre."""

    lat_rad: float
    lon_rad: float

    @classmethod
    def about(cls, lat_deg: Array, lon_deg: Array) -> Map:
        """A map about the middle of some places (safe across the antimeridian)."""
        lat, lon = np.radians(lat_deg), np.radians(lon_deg)
        x, y = (np.cos(lat) * np.cos(lon)).mean(), (np.cos(lat) * np.sin(lon)).mean()
        return cls(float(np.arctan2(np.sin(lat).mean(), np.hypot(x, y))), float(np.arctan2(y, x)))

    def project(self, lat_rad: Array, lon_rad: Array) -> tuple[Array, Array]:
        """Kilometres east and north of the centre."""
        sin0, cos0 = np.sin(self.lat_rad), np.cos(self.lat_rad)
        lon = lon_rad - self.lon_rad
        cos_c = np.clip(sin0 * np.sin(lat_rad) + cos0 * np.cos(lat_rad) * np.cos(lon), -1.0, 1.0)
        c = np.arccos(cos_c)
        k = np.where(c < 1e-9, 1.0, c / np.maximum(np.sin(c), 1e-12))
        radius_km = _A_M * np.sqrt(1.0 - _E2) / (1.0 - _E2 * sin0 * sin0) / 1e3
        east = radius_km * k * np.cos(lat_rad) * np.sin(lon)
        north = radius_km * k * (cos0 * np.sin(lat_rad) - sin0 * np.cos(lat_rad) * np.cos(lon))
        return east, north

    def ecef(self, x_m: Array, y_m: Array, z_m: Array) -> tuple[Array, Array]:
        """Kilometres east and north of ECEF points."""
        lat, lon, _ = geodetic(x_m, y_m, z_m)
        return self.project(lat, lon)
