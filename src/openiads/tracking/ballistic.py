"""Ballistic motion for tracks.

The acceleration is `physics.gravity.effective_gravity` (J2 gravitation, centrifugal, Coriolis) minus an
optional drag with constant ballistic coefficient in an exponential atmosphere, within 30 % of the US Standard
Atmosphere 1976 up to 50 km (tested): a tracker does not know the drag of what it sees any better.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import A_M, B_M
from openiads.physics.gravity import effective_gravity

RHO0_KGPM3 = 1.225
SCALE_HEIGHT_M = 7_160.0
FLAT = (A_M - B_M) / A_M
STEP_S = 20.0  # longest Runge-Kutta step without drag; the error over 20 s is below 1 mm (tested)
STEP_DRAG_S = 1.0


@kernel
def height_m(x, y, z):
    """Altitude to first order in the flattening: error below 60 m up to 100 km; only for rules of thumb."""
    r2 = x * x + y * y + z * z
    if r2 <= 0.0:
        return -A_M
    return math.sqrt(r2) - A_M * (1.0 - FLAT * z * z / r2)


@kernel
def ballistic_accel(x, y, z, vx, vy, vz, inv_beta_m2pkg):
    """Acceleration (ax, ay, az) in m/s^2 in rotating ECEF of a body without lift or thrust."""
    ax, ay, az = effective_gravity(x, y, z, vx, vy, vz)
    if inv_beta_m2pkg > 0.0:
        h = height_m(x, y, z)
        if h < 100_000.0:
            rho = RHO0_KGPM3 * math.exp(-max(h, 0.0) / SCALE_HEIGHT_M)
            k = -0.5 * rho * inv_beta_m2pkg * math.sqrt(vx * vx + vy * vy + vz * vz)
            ax += k * vx
            ay += k * vy
            az += k * vz
    return ax, ay, az


@kernel
def rk4(x, y, z, vx, vy, vz, dt, b):
    """One classical Runge-Kutta step of the ballistic motion; returns the new (x, y, z, vx, vy, vz)."""
    h = 0.5 * dt
    a1, b1, c1 = ballistic_accel(x, y, z, vx, vy, vz, b)
    u2 = vx + h * a1
    v2 = vy + h * b1
    w2 = vz + h * c1
    a2, b2, c2 = ballistic_accel(x + h * vx, y + h * vy, z + h * vz, u2, v2, w2, b)
    u3 = vx + h * a2
    v3 = vy + h * b2
    w3 = vz + h * c2
    a3, b3, c3 = ballistic_accel(x + h * u2, y + h * v2, z + h * w2, u3, v3, w3, b)
    u4 = vx + dt * a3
    v4 = vy + dt * b3
    w4 = vz + dt * c3
    a4, b4, c4 = ballistic_accel(x + dt * u3, y + dt * v3, z + dt * w3, u4, v4, w4, b)
    s = dt / 6.0
    return (
        x + s * (vx + 2.0 * (u2 + u3) + u4),
        y + s * (vy + 2.0 * (v2 + v3) + v4),
        z + s * (vz + 2.0 * (w2 + w3) + w4),
        vx + s * (a1 + 2.0 * (a2 + a3) + a4),
        vy + s * (b1 + 2.0 * (b2 + b3) + b4),
        vz + s * (c1 + 2.0 * (c2 + c3) + c4),
    )


@kernel
def propagate(x, y, z, vx, vy, vz, dt_s, inv_beta_m2pkg):
    """Ballistic motion over dt_s >= 0 in equal steps of at most STEP_S (STEP_DRAG_S with drag)."""
    longest = STEP_DRAG_S if inv_beta_m2pkg > 0.0 else STEP_S
    n = math.ceil(dt_s / longest)
    if n < 1:
        return x, y, z, vx, vy, vz
    h = dt_s / n
    for _ in range(n):
        x, y, z, vx, vy, vz = rk4(x, y, z, vx, vy, vz, h, inv_beta_m2pkg)
    return x, y, z, vx, vy, vz
