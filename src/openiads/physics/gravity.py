"""Gravitation of an oblate Earth, and what a body feels in the rotating frame.

Sources
-------
NIMA TR8350.2 (WGS-84), 3rd ed., 2000, sections 4 and 5: Somigliana's closed form, eq. 4-1, and its
constants. D. G. Murri, E. B. Jackson, R. O. Shelton, NASA/TM-2015-218675, 2015, eqs. 29-31: gravitation
with the J2 term.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import A_M, E2, J2, MU_M3PS2, OMEGA_RADPS

GAMMA_EQUATOR_MPS2 = 9.780_325_335_9  # TR8350.2 table 3.4, normal gravity at the equator
SOMIGLIANA_K = 0.001_931_852_652_41  # TR8350.2 eq. 4-1


@kernel
def gravitation_on(x_m, y_m, z_m, mu_m3ps2, j2, a_m):
    """Gravitation (gx, gy, gz) in m/s^2 of an Earth with the given GM, J2 and equatorial radius; no rotation.

    With j2 = 0 it is the point mass. The centre, where it is singular, gives zero.
    """
    r2 = x_m * x_m + y_m * y_m + z_m * z_m
    if r2 == 0.0:
        return 0.0, 0.0, 0.0
    inv2 = 1.0 / r2
    g = -mu_m3ps2 * inv2 * math.sqrt(inv2)
    j = 1.5 * j2 * a_m * a_m * inv2
    q = 5.0 * z_m * z_m * inv2
    across = g * (1.0 + j * (1.0 - q))
    return across * x_m, across * y_m, g * (1.0 + j * (3.0 - q)) * z_m


@kernel
def gravitation_j2(x_m, y_m, z_m):
    """WGS-84 gravitation with J2, (gx, gy, gz) in m/s^2 (ECEF axes); the centrifugal term is not in it."""
    return gravitation_on(x_m, y_m, z_m, MU_M3PS2, J2, A_M)


@kernel
def effective_gravity(x_m, y_m, z_m, vx_mps, vy_mps, vz_mps):
    """Acceleration of a free body seen in rotating ECEF: J2 gravitation + centrifugal + Coriolis, m/s^2.

    Velocity is relative to the rotating Earth.
    """
    gx, gy, gz = gravitation_on(x_m, y_m, z_m, MU_M3PS2, J2, A_M)
    w = OMEGA_RADPS
    return gx + w * (w * x_m + 2.0 * vy_mps), gy + w * (w * y_m - 2.0 * vx_mps), gz


@kernel
def effective_gravity_on(earth, x_m, y_m, z_m, vx_mps, vy_mps, vz_mps):
    """As `effective_gravity` for any `geodesy.Earth` (a non-rotating sphere, say)."""
    gx, gy, gz = gravitation_on(x_m, y_m, z_m, earth.mu_m3ps2, earth.j2, earth.a_m)
    w = earth.omega_radps
    return gx + w * (w * x_m + 2.0 * vy_mps), gy + w * (w * y_m - 2.0 * vx_mps), gz


@kernel
def somigliana(lat_rad):
    """Normal gravity on the WGS-84 ellipsoid (gravitation + centrifugal), m/s^2, at a geodetic latitude."""
    s = math.sin(lat_rad)
    s2 = s * s
    return GAMMA_EQUATOR_MPS2 * (1.0 + SOMIGLIANA_K * s2) / math.sqrt(1.0 - E2 * s2)
