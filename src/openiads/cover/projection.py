"""The map of a coverage: Lambert's equal-area projection of the WGS-84 ellipsoid about a centre.

Every cell of a raster on it has the same area on the ellipsoid, so areas are counted, not estimated.
J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395, 1987, eq. 3-11 to 3-13, 3-18 and
24-13 to 24-31 (oblique aspect).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.cover.faults import CoverageError
from openiads.physics.geodesy import A_M, E2

Array = NDArray[np.float64]
_E = math.sqrt(E2)
_HIGHEST_RAD = math.radians(89.0)


def _q(sin_lat: Array) -> Array:
    es = _E * sin_lat
    return np.asarray((1.0 - E2) * (sin_lat / (1.0 - es * es) + np.arctanh(es) / _E))


_QP = float(_q(np.array(1.0)))
_RQ = A_M * math.sqrt(0.5 * _QP)
#: Latitude from authalic latitude: coefficients of sin 2b, sin 4b, sin 6b.
_SERIES = (
    E2 / 3.0 + 31.0 * E2**2 / 180.0 + 517.0 * E2**3 / 5040.0,
    23.0 * E2**2 / 360.0 + 251.0 * E2**3 / 3780.0,
    761.0 * E2**3 / 45360.0,
)


@dataclass(frozen=True)
class EqualArea:
    """The projection about one point (rad). Refuses (CoverageError) a centre within 1 degree of a pole."""

    lat0_rad: float
    lon0_rad: float

    def __post_init__(self) -> None:
        if not abs(self.lat0_rad) <= _HIGHEST_RAD:
            at = math.degrees(self.lat0_rad)
            raise CoverageError(f"the defence lies at latitude {at:.2f} deg: no map within 1 deg of a pole")

    def _constants(self) -> tuple[float, float, float]:
        """(sine, cosine of the authalic latitude of the centre, D)."""
        s = math.sin(self.lat0_rad)
        sin_b = float(_q(np.array(s))) / _QP
        cos_b = math.sqrt(1.0 - sin_b * sin_b)
        m = math.cos(self.lat0_rad) / math.sqrt(1.0 - E2 * s * s)
        return sin_b, cos_b, A_M * m / (_RQ * cos_b)

    def forward(self, lat_rad: Array, lon_rad: Array) -> tuple[Array, Array]:
        """Metres east and north of the centre; any shape. Undefined at the antipode."""
        sin1, cos1, d = self._constants()
        sin_b = _q(np.sin(lat_rad)) / _QP
        cos_b = np.sqrt(np.maximum(1.0 - sin_b * sin_b, 0.0))
        turn = lon_rad - self.lon0_rad
        cos_t = np.cos(turn)
        b = _RQ * np.sqrt(2.0 / (1.0 + sin1 * sin_b + cos1 * cos_b * cos_t))
        return np.asarray(b * d * cos_b * np.sin(turn)), np.asarray(
            b / d * (cos1 * sin_b - sin1 * cos_b * cos_t)
        )

    def inverse(self, x_m: Array, y_m: Array) -> tuple[Array, Array]:
        """Latitude and longitude (rad; longitude within pi of the centre's) of points of the map."""
        sin1, cos1, d = self._constants()
        rho = np.maximum(np.hypot(x_m / d, d * y_m), 1e-9)
        c = 2.0 * np.arcsin(np.minimum(rho / (2.0 * _RQ), 1.0))
        sin_c, cos_c = np.sin(c), np.cos(c)
        beta = np.arcsin(np.clip(cos_c * sin1 + d * y_m * sin_c * cos1 / rho, -1.0, 1.0))
        lat = beta + sum(k * np.sin(2.0 * (n + 1) * beta) for n, k in enumerate(_SERIES))
        turn = np.arctan2(x_m * sin_c, d * rho * cos1 * cos_c - d * d * y_m * sin1 * sin_c)
        return np.asarray(lat), np.asarray(self.lon0_rad + turn)

    @property
    def proj4(self) -> str:
        """The same projection in the words of PROJ."""
        lat, lon = math.degrees(self.lat0_rad), math.degrees(self.lon0_rad)
        return f"+proj=laea +lat_0={lat:.12f} +lon_0={lon:.12f} +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"


def cap_area_m2(range_m: Array | float, lat_rad: float) -> Array:
    """Area within a geodesic distance of a point: on the sphere whose radius is the mean (Gaussian) curvature's there.

    Within 1e-4 of the ellipsoid's at 1,000 km.
    """
    radius = A_M * math.sqrt(1.0 - E2) / (1.0 - E2 * math.sin(lat_rad) ** 2)
    half = np.sin(0.5 * np.asarray(range_m) / radius)
    return np.asarray(4.0 * math.pi * radius * radius * half * half)
