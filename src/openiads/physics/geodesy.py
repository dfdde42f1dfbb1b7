"""The Earth as an ellipsoid: geodetic, ECEF and local east-north-up coordinates.

All angles in radians, lengths in metres. Azimuth is clockwise from true north, elevation above the local
horizontal, altitude above the ellipsoid. "Ellipsoid" means WGS-84 except in `geodetic_on`.

Sources
-------
NIMA TR8350.2, Department of Defense World Geodetic System 1984, 3rd ed., 2000: tables 3.1, 3.3 and 3.4
(a, 1/f, omega, GM), section 5 table 5.1 (C20, hence J2 = -sqrt(5) C20).
B. R. Bowring, "The accuracy of geodetic latitude and height equations", Survey Review 28 (218), 1985,
pp. 202-206: latitude from ECEF and its start value.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from openiads._jit import kernel

A_M = 6_378_137.0  # semi-major axis
F = 1.0 / 298.257_223_563  # flattening
B_M = A_M * (1.0 - F)  # semi-minor axis
E2 = F * (2.0 - F)  # first eccentricity squared
EP2 = E2 / (1.0 - E2)  # second eccentricity squared
OMEGA_RADPS = 7.292_115e-5  # rotation rate
MU_M3PS2 = 3.986_004_418e14  # GM including the atmosphere
J2 = 1.082_629_821_313e-3  # dynamic form factor, -sqrt(5) * C20 with C20 = -4.84166774985e-4

TWO_PI = 2.0 * math.pi


class Earth(NamedTuple):
    """The five numbers of an ellipsoidal, rotating Earth; kernels take it as one argument."""

    a_m: float
    f: float
    mu_m3ps2: float
    j2: float
    omega_radps: float


WGS84 = Earth(A_M, F, MU_M3PS2, J2, OMEGA_RADPS)


@kernel
def geodetic_to_ecef(lat_rad, lon_rad, alt_m):
    """Geodetic latitude, longitude, altitude -> ECEF (x, y, z) in m. Exact."""
    s = math.sin(lat_rad)
    c = math.cos(lat_rad)
    n = A_M / math.sqrt(1.0 - E2 * s * s)  # radius of curvature in the prime vertical
    p = (n + alt_m) * c
    return p * math.cos(lon_rad), p * math.sin(lon_rad), (n * (1.0 - E2) + alt_m) * s


@kernel
def geodetic_on(x_m, y_m, z_m, a_m, f):
    """ECEF -> (lat_rad, lon_rad, alt_m) on any ellipsoid (`f` = 0 is a sphere).

    Two passes of Bowring's formula from his start value, then the height as distance along the normal, which
    does not feel an error of the latitude to first order. From -10 km to 40,000 km, poles and axis included,
    against exact points: 1e-14 rad and 1e-8 m. Not meant for the deep interior (within 50 km of the centre).
    """
    b_m = a_m * (1.0 - f)
    e2 = f * (2.0 - f)
    ep2 = e2 / (1.0 - e2)
    p = math.sqrt(x_m * x_m + y_m * y_m)
    r = math.sqrt(p * p + z_m * z_m)
    if r == 0.0:  # the centre has no latitude
        return 0.0, 0.0, -a_m
    sin_b = b_m * z_m * (1.0 + ep2 * b_m / r)  # reduced latitude, not normalised
    cos_b = a_m * p
    sin_lat = 0.0
    cos_lat = 1.0
    for _ in range(2):
        n = math.sqrt(sin_b * sin_b + cos_b * cos_b)
        sin_b /= n
        cos_b /= n
        sin_lat = z_m + ep2 * b_m * sin_b * sin_b * sin_b
        across = p - e2 * a_m * cos_b * cos_b * cos_b
        cos_lat = 0.0 if across < 0.0 else across
        n = math.sqrt(sin_lat * sin_lat + cos_lat * cos_lat)
        if n == 0.0:
            return 0.0, 0.0, -b_m
        sin_lat /= n
        cos_lat /= n
        sin_b = (1.0 - f) * sin_lat
        cos_b = cos_lat
    alt_m = p * cos_lat + z_m * sin_lat - a_m * math.sqrt(1.0 - e2 * sin_lat * sin_lat)
    lon_rad = 0.0
    if p > 0.0:
        lon_rad = math.atan2(y_m, x_m)
    return math.atan2(sin_lat, cos_lat), lon_rad, alt_m


@kernel
def ecef_to_geodetic(x_m, y_m, z_m):
    """ECEF -> WGS-84 (lat_rad, lon_rad in [-pi, pi], alt_m), as `geodetic_on`. On the axis lon is 0."""
    return geodetic_on(x_m, y_m, z_m, A_M, F)


@kernel
def altitude_m(x_m, y_m, z_m):
    """Altitude above the ellipsoid with one square root and one division.

    The normal is taken at the latitude of first order in f, psi + f (a/r) sin 2 psi (psi geocentric). The
    height is stationary in that latitude, so the error is of fourth order: below 3e-4 m to 40,000 km.
    """
    r2 = x_m * x_m + y_m * y_m + z_m * z_m
    if r2 == 0.0:
        return -A_M
    r = math.sqrt(r2)
    inv = 1.0 / r2
    s2 = z_m * z_m * inv  # sin^2 psi
    c2 = 1.0 - s2
    k = 2.0 * F * A_M * r * inv
    d2 = k * k * s2 * c2  # delta^2, delta = angle from the radius to the normal
    sin_cos = k * s2 * c2 * (1.0 - d2 * (2.0 / 3.0))  # sin psi cos psi sin delta cos delta
    cos2 = 1.0 - d2 * (1.0 - d2 / 3.0)  # cos^2 delta
    sin_lat2 = s2 * cos2 + 2.0 * sin_cos + c2 * (1.0 - cos2)
    w = E2 * sin_lat2
    root = 1.0 - w * (0.5 + w * (0.125 + w * (0.0625 + w * 0.039_062_5)))  # sqrt(1 - w)
    return r * (1.0 - d2 * (0.5 - d2 / 24.0)) - A_M * root


@kernel
def enu_basis(lat_rad, lon_rad):
    """Unit vectors of the local frame in ECEF: (east x, y, z, north x, y, z, up x, y, z)."""
    sp = math.sin(lat_rad)
    cp = math.cos(lat_rad)
    sl = math.sin(lon_rad)
    cl = math.cos(lon_rad)
    return -sl, cl, 0.0, -sp * cl, -sp * sl, cp, cp * cl, cp * sl, sp


@kernel
def ecef_to_enu(dx, dy, dz, ex, ey, ez, nx, ny, nz, ux, uy, uz):
    """ECEF vector -> (east, north, up) on the basis of `enu_basis`."""
    return (
        dx * ex + dy * ey + dz * ez,
        dx * nx + dy * ny + dz * nz,
        dx * ux + dy * uy + dz * uz,
    )


@kernel
def enu_to_ecef(e, n, u, ex, ey, ez, nx, ny, nz, ux, uy, uz):
    """(east, north, up) -> ECEF vector; the inverse of `ecef_to_enu`."""
    return (
        e * ex + n * nx + u * ux,
        e * ey + n * ny + u * uy,
        e * ez + n * nz + u * uz,
    )


@kernel
def enu_to_rae(e_m, n_m, u_m):
    """(east, north, up) -> (range_m, az_rad in [0, 2 pi), el_rad); the zero vector gives (0, 0, 0)."""
    g2 = e_m * e_m + n_m * n_m
    az_rad = math.atan2(e_m, n_m)
    if az_rad < 0.0:
        az_rad += TWO_PI
        if az_rad >= TWO_PI:  # a tiny negative angle rounds up to the full circle
            az_rad = 0.0
    return math.sqrt(g2 + u_m * u_m), az_rad, math.atan2(u_m, math.sqrt(g2))


@kernel
def rae_to_enu(range_m, az_rad, el_rad):
    """(range, azimuth, elevation) -> (east, north, up) in m."""
    g = range_m * math.cos(el_rad)
    return g * math.sin(az_rad), g * math.cos(az_rad), range_m * math.sin(el_rad)


@kernel
def _surface_curvature(x, y, z, tx, ty, tz):
    """Acceleration of unit speed along a geodesic: normal to the ellipsoid, keeping the curve on it."""
    gx, gy, gz = x / (A_M * A_M), y / (A_M * A_M), z / (B_M * B_M)
    bend = (tx * tx + ty * ty) / (A_M * A_M) + tz * tz / (B_M * B_M)
    k = -bend / (gx * gx + gy * gy + gz * gz)
    return k * gx, k * gy, k * gz


@kernel
def geodesic_direct(lat_rad, lon_rad, az_rad, distance_m):
    """Follow the geodesic on the ellipsoid: (lat_rad, lon_rad, az_rad in [0, 2 pi)) at its end.

    The straightest line integrated in space (no singular points), Runge-Kutta in steps of 4 km at most:
    within 1e-11 degree (a micrometre) of the series solution over half the Earth. For laying out scenarios;
    about 15 ns a km. Arguments must be finite.
    """
    ex, ey, ez, nx, ny, nz, _, _, _ = enu_basis(lat_rad, lon_rad)
    x, y, z = geodetic_to_ecef(lat_rad, lon_rad, 0.0)
    tx, ty, tz = enu_to_ecef(math.sin(az_rad), math.cos(az_rad), 0.0, ex, ey, ez, nx, ny, nz, 0.0, 0.0, 0.0)
    steps = int(abs(distance_m) / 4000.0) + 1
    h = distance_m / steps
    for _ in range(steps):
        q = 0.5 * h
        ax1, ay1, az1 = _surface_curvature(x, y, z, tx, ty, tz)
        ux, uy, uz = tx + q * ax1, ty + q * ay1, tz + q * az1
        ax2, ay2, az2 = _surface_curvature(x + q * tx, y + q * ty, z + q * tz, ux, uy, uz)
        vx, vy, vz = tx + q * ax2, ty + q * ay2, tz + q * az2
        ax3, ay3, az3 = _surface_curvature(x + q * ux, y + q * uy, z + q * uz, vx, vy, vz)
        wx, wy, wz = tx + h * ax3, ty + h * ay3, tz + h * az3
        ax4, ay4, az4 = _surface_curvature(x + h * vx, y + h * vy, z + h * vz, wx, wy, wz)
        x += h / 6.0 * (tx + 2.0 * (ux + vx) + wx)
        y += h / 6.0 * (ty + 2.0 * (uy + vy) + wy)
        z += h / 6.0 * (tz + 2.0 * (uz + vz) + wz)
        tx += h / 6.0 * (ax1 + 2.0 * (ax2 + ax3) + ax4)
        ty += h / 6.0 * (ay1 + 2.0 * (ay2 + ay3) + ay4)
        tz += h / 6.0 * (az1 + 2.0 * (az2 + az3) + az4)
    lat, lon, _ = ecef_to_geodetic(x, y, z)
    ex, ey, ez, nx, ny, nz, _, _, _ = enu_basis(lat, lon)
    _, az, _ = enu_to_rae(tx * ex + ty * ey + tz * ez, tx * nx + ty * ny + tz * nz, 0.0)
    return lat, lon, az


@kernel
def wrap_pi(angle_rad):
    """The same direction in [-pi, pi). The angle must be finite."""
    # floor, not fmod (a library call); the rounding of the quotient may leave r just outside its interval
    r = angle_rad - TWO_PI * math.floor(angle_rad / TWO_PI + 0.5)
    if r < -math.pi:
        r += TWO_PI
    return r if r < math.pi else -math.pi


@kernel
def wrap_two_pi(angle_rad):
    """The same direction in [0, 2 pi). The angle must be finite."""
    r = angle_rad - TWO_PI * math.floor(angle_rad / TWO_PI)
    if r < 0.0:
        r += TWO_PI
    return r if r < TWO_PI else 0.0
