"""Predicted impact point of a ballistic track, with the error ellipse of its covariance."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import altitude_m, ecef_to_geodetic, enu_basis
from openiads.tracking.ballistic import rk4

STEP_S = 5.0
STEP_DRAG_S = 1.0
POS_STEP_M = 100.0
VEL_STEP_MPS = 0.5


@kernel
def fly_to_ground(x, y, z, vx, vy, vz, ground_alt_m, max_time_s, inv_beta_m2pkg):
    """Ballistic motion down to an altitude. Returns (ok, flight time s, x, y, z at impact).

    ok is False when the body starts below the altitude or is not down within max_time_s.
    """
    h0 = altitude_m(x, y, z) - ground_alt_m
    if not h0 > 0.0:
        return False, 0.0, x, y, z
    step = STEP_DRAG_S if inv_beta_m2pkg > 0.0 else STEP_S
    t = 0.0
    h1 = h0
    while t < max_time_s:
        x1, y1, z1, u1, v1, w1 = rk4(x, y, z, vx, vy, vz, step, inv_beta_m2pkg)
        h1 = altitude_m(x1, y1, z1) - ground_alt_m
        if not h1 > 0.0:
            break
        x, y, z, vx, vy, vz = x1, y1, z1, u1, v1, w1
        h0 = h1
        t += step
    if not (h1 <= 0.0 and h0 > h1):
        return False, t, x, y, z
    # The ground lies inside this step: false position (Illinois) on the length of the step
    lo = 0.0
    hi = step
    dt = step
    xi, yi, zi = x, y, z
    for _ in range(20):
        dt = lo + (hi - lo) * h0 / (h0 - h1)
        xi, yi, zi, _u, _v, _w = rk4(x, y, z, vx, vy, vz, dt, inv_beta_m2pkg)
        h = altitude_m(xi, yi, zi) - ground_alt_m
        if math.fabs(h) < 1e-3:
            break
        if h > 0.0:
            lo = dt
            h0 = h
            h1 *= 0.5
        else:
            hi = dt
            h1 = h
            h0 *= 0.5
        if not h0 > h1:
            break
    return True, t + dt, xi, yi, zi


@kernel
def impact_point(row, ground_alt_m, max_time_s, inv_beta_m2pkg):
    """Where a TRACK row comes down, if it flies on as a ballistic body from its estimate at row.t_s.

    Returns (ok, impact time s, x, y, z, east variance, east-north covariance, north variance in m^2 at the
    impact point). The covariance is J P J' with J from one-sided differences of seven flights, in the local
    level plane; process noise on the way is not in it. With the ballistic model taking part its own state and
    covariance are used, otherwise the combined ones.
    """
    if row.n_models == 3:
        xs = row.x
        x, y, z, u, v, w = xs[2, 0], xs[2, 1], xs[2, 2], xs[2, 3], xs[2, 4], xs[2, 5]
    else:
        pos = row.pos_ecef_m
        vel = row.vel_ecef_mps
        x, y, z, u, v, w = pos[0], pos[1], pos[2], vel[0], vel[1], vel[2]
    ok, t, xi, yi, zi = fly_to_ground(x, y, z, u, v, w, ground_alt_m, max_time_s, inv_beta_m2pkg)
    if not ok:
        return False, row.t_s + t, xi, yi, zi, 0.0, 0.0, 0.0
    lat, lon, _ = ecef_to_geodetic(xi, yi, zi)
    ex, ey, ez, nx, ny, nz, _ux, _uy, _uz = enu_basis(lat, lon)
    g = ground_alt_m
    m = max_time_s
    b = inv_beta_m2pkg
    d = POS_STEP_M
    e0, n0, k0 = _shift(x + d, y, z, u, v, w, d, g, m, b, xi, yi, zi, ex, ey, ez, nx, ny, nz)
    e1, n1, k1 = _shift(x, y + d, z, u, v, w, d, g, m, b, xi, yi, zi, ex, ey, ez, nx, ny, nz)
    e2, n2, k2 = _shift(x, y, z + d, u, v, w, d, g, m, b, xi, yi, zi, ex, ey, ez, nx, ny, nz)
    d = VEL_STEP_MPS
    e3, n3, k3 = _shift(x, y, z, u + d, v, w, d, g, m, b, xi, yi, zi, ex, ey, ez, nx, ny, nz)
    e4, n4, k4 = _shift(x, y, z, u, v + d, w, d, g, m, b, xi, yi, zi, ex, ey, ez, nx, ny, nz)
    e5, n5, k5 = _shift(x, y, z, u, v, w + d, d, g, m, b, xi, yi, zi, ex, ey, ez, nx, ny, nz)
    east = (e0, e1, e2, e3, e4, e5)
    north = (n0, n1, n2, n3, n4, n5)
    if row.n_models == 3:
        see, sen, snn = _spread(row.p[2], east, north)
    else:
        see, sen, snn = _spread(row.cov, east, north)
    return k0 and k1 and k2 and k3 and k4 and k5, row.t_s + t, xi, yi, zi, see, sen, snn


@kernel
def _spread(p, east, north):
    """J P J' for the two rows of J, with P as a triangle: (east variance, covariance, north variance)."""
    see = 0.0
    sen = 0.0
    snn = 0.0
    k = 0
    for i in range(6):
        for j in range(i, 6):
            q = p[k] if i == j else 2.0 * p[k]
            see += q * east[i] * east[j]
            sen += 0.5 * q * (east[i] * north[j] + east[j] * north[i])
            snn += q * north[i] * north[j]
            k += 1
    return see, sen, snn


@kernel
def _shift(x, y, z, u, v, w, d, ground_alt_m, max_time_s, inv_beta, xi, yi, zi, ex, ey, ez, nx, ny, nz):
    """Shift of the impact point (east, north) per unit of a state shifted by d, and whether it came down."""
    ok, _t, xs, ys, zs = fly_to_ground(x, y, z, u, v, w, ground_alt_m, max_time_s, inv_beta)
    dx = (xs - xi) / d
    dy = (ys - yi) / d
    dz = (zs - zi) / d
    return dx * ex + dy * ey + dz * ez, dx * nx + dy * ny + dz * nz, ok


@kernel
def error_ellipse(see, sen, snn):
    """Half axes (major, minor; m, one sigma) and azimuth of the major axis (rad from north, 0..pi).

    The probability inside k times these half axes is 1 - exp(-k^2 / 2): 39 % at k = 1, 95 % at k = 2.448.
    """
    mean = 0.5 * (see + snn)
    diff = 0.5 * (see - snn)
    root = math.sqrt(diff * diff + sen * sen)
    az = 0.5 * math.atan2(2.0 * sen, snn - see)
    if az < 0.0:
        az += math.pi
    return math.sqrt(max(mean + root, 0.0)), math.sqrt(max(mean - root, 0.0)), az
