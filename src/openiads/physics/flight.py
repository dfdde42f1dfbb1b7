"""A point mass in rotating ECEF: one acceleration function for everybody, and an accurate propagator.

Position and velocity are ECEF, velocity relative to the rotating Earth. The fast engine kernels write their
own short steps on `acceleration`; `propagate` is for verification and for trajectories made before a run,
where accuracy comes first: classical Runge-Kutta of fourth order, exact standard atmosphere, altitude by
Bowring.

Sources
-------
D. G. Murri, E. B. Jackson, R. O. Shelton, Check-Cases for Verification of 6-Degree-of-Freedom Flight Vehicle
Simulations, NASA/TM-2015-218675, 2015. W. H. Press et al., Numerical Recipes, 3rd ed., 2007, section 17.1
(Runge-Kutta step).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openiads._jit import kernel
from openiads.physics.atmosphere import us76
from openiads.physics.geodesy import MU_M3PS2, Earth, enu_basis, geodetic_on
from openiads.physics.gravity import effective_gravity_on
from openiads.physics.wind import wind_at

#: A sphere of the Earth's mean radius that does not rotate: for closed forms and textbook cases.
STILL_SPHERE = Earth(6_371_000.0, 0.0, MU_M3PS2, 0.0, 0.0)


class Wind(NamedTuple):
    """A wind profile: see `wind.wind_at`. Arrays of one length, float64."""

    alt_m: np.ndarray
    east_mps: np.ndarray
    north_mps: np.ndarray


STILL_AIR = Wind(np.empty(0), np.empty(0), np.empty(0))


class Body(NamedTuple):
    """A passive body: mass, reference area, and drag coefficient by Mach number (one row: constant)."""

    mass_kg: float
    area_m2: float
    mach: np.ndarray
    cd: np.ndarray


@kernel
def cd_at(mach, mach_rows, cd_rows):
    """Drag coefficient at a Mach number: linear between rows, held beyond the ends; 0 without rows."""
    n = len(mach_rows)
    if n == 0:
        return 0.0
    if not mach > mach_rows[0]:
        return cd_rows[0]
    i = 1
    while i < n and mach >= mach_rows[i]:
        i += 1
    if i == n:
        return cd_rows[n - 1]
    u = (mach - mach_rows[i - 1]) / (mach_rows[i] - mach_rows[i - 1])
    return cd_rows[i - 1] + u * (cd_rows[i] - cd_rows[i - 1])


@kernel
def drag_acceleration(ux_mps, uy_mps, uz_mps, rho_kgpm3, cda_per_mass_m2pkg):
    """Acceleration by drag, -rho |u| u Cd A / (2 m), for the velocity u relative to the air; m/s^2."""
    speed = math.sqrt(ux_mps * ux_mps + uy_mps * uy_mps + uz_mps * uz_mps)
    k = -0.5 * rho_kgpm3 * speed * cda_per_mass_m2pkg
    return k * ux_mps, k * uy_mps, k * uz_mps


@kernel
def acceleration(earth, x, y, z, vx, vy, vz, wx, wy, wz, rho_kgpm3, cda_per_mass_m2pkg, fx, fy, fz):
    """Acceleration (ax, ay, az) of a point mass in rotating ECEF, m/s^2.

    Gravitation, centrifugal and Coriolis of `earth`, drag in air of density rho that moves with (wx, wy, wz)
    m/s (ECEF axes, relative to the ground), and a given specific force (fx, fy, fz) in m/s^2: thrust or lift
    over mass. Positions in m, velocities in m/s.
    """
    gx, gy, gz = effective_gravity_on(earth, x, y, z, vx, vy, vz)
    dx, dy, dz = drag_acceleration(vx - wx, vy - wy, vz - wz, rho_kgpm3, cda_per_mass_m2pkg)
    return gx + dx + fx, gy + dy + fy, gz + dz + fz


@kernel
def air_at(earth, wind, x, y, z):
    """The air at a point: (alt_m, rho_kgpm3, sound_mps, wind x, y, z in ECEF m/s, up x, y, z)."""
    lat, lon, alt = geodetic_on(x, y, z, earth.a_m, earth.f)
    _, _, rho, sound = us76(alt)
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_basis(lat, lon)
    east, north = wind_at(alt, wind.alt_m, wind.east_mps, wind.north_mps)
    return (
        alt,
        rho,
        sound,
        east * ex + north * nx,
        east * ey + north * ny,
        east * ez + north * nz,
        ux,
        uy,
        uz,
    )


@kernel
def _passive(earth, body, wind, x, y, z, vx, vy, vz):
    """Acceleration of a passive body."""
    _, rho, sound, wx, wy, wz, _, _, _ = air_at(earth, wind, x, y, z)
    ux = vx - wx
    uy = vy - wy
    uz = vz - wz
    mach = math.sqrt(ux * ux + uy * uy + uz * uz) / sound
    k = cd_at(mach, body.mach, body.cd) * body.area_m2 / body.mass_kg
    return acceleration(earth, x, y, z, vx, vy, vz, wx, wy, wz, rho, k, 0.0, 0.0, 0.0)


@kernel
def rk4_step(earth, body, wind, dt, x, y, z, vx, vy, vz):
    """One Runge-Kutta step of dt seconds of a passive body: the new (x, y, z, vx, vy, vz)."""
    h = 0.5 * dt
    ax1, ay1, az1 = _passive(earth, body, wind, x, y, z, vx, vy, vz)
    vx2, vy2, vz2 = vx + h * ax1, vy + h * ay1, vz + h * az1
    ax2, ay2, az2 = _passive(earth, body, wind, x + h * vx, y + h * vy, z + h * vz, vx2, vy2, vz2)
    vx3, vy3, vz3 = vx + h * ax2, vy + h * ay2, vz + h * az2
    ax3, ay3, az3 = _passive(earth, body, wind, x + h * vx2, y + h * vy2, z + h * vz2, vx3, vy3, vz3)
    vx4, vy4, vz4 = vx + dt * ax3, vy + dt * ay3, vz + dt * az3
    ax4, ay4, az4 = _passive(earth, body, wind, x + dt * vx3, y + dt * vy3, z + dt * vz3, vx4, vy4, vz4)
    s = dt / 6.0
    return (
        x + s * (vx + 2.0 * (vx2 + vx3) + vx4),
        y + s * (vy + 2.0 * (vy2 + vy3) + vy4),
        z + s * (vz + 2.0 * (vz2 + vz3) + vz4),
        vx + s * (ax1 + 2.0 * (ax2 + ax3) + ax4),
        vy + s * (ay1 + 2.0 * (ay2 + ay3) + ay4),
        vz + s * (az1 + 2.0 * (az2 + az3) + az4),
    )


@kernel
def propagate(earth, body, wind, dt_s, states):
    """Fill `states` [n, 6] (x, y, z in m, vx, vy, vz in m/s, ECEF) from its row 0; a row every dt_s."""
    x, y, z = states[0, 0], states[0, 1], states[0, 2]
    vx, vy, vz = states[0, 3], states[0, 4], states[0, 5]
    for i in range(1, states.shape[0]):
        x, y, z, vx, vy, vz = rk4_step(earth, body, wind, dt_s, x, y, z, vx, vy, vz)
        states[i, 0], states[i, 1], states[i, 2] = x, y, z
        states[i, 3], states[i, 4], states[i, 5] = vx, vy, vz


@kernel
def jacobi_integral(earth, x, y, z, vx, vy, vz):
    """Energy per mass in the rotating frame, J/kg: constant in free, drag-less flight.

    v^2/2 - U - (omega rho)^2/2 with U the gravitation potential including J2 and rho the distance to the
    axis.
    """
    r2 = x * x + y * y + z * z
    if r2 == 0.0:
        return 0.0
    r = math.sqrt(r2)
    oblate = 0.5 * earth.j2 * earth.a_m * earth.a_m / r2 * (3.0 * z * z / r2 - 1.0)
    w = earth.omega_radps
    kinetic = 0.5 * (vx * vx + vy * vy + vz * vz)
    return kinetic - earth.mu_m3ps2 / r * (1.0 - oblate) - 0.5 * w * w * (x * x + y * y)
