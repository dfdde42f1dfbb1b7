"""What steers a round at each guidance epoch and substep: seeker, midcourse, homing, turn-over.

Parts of `interceptor.advance`; the laws themselves are in `guidance`.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import altitude_m
from openiads.physics.guidance import choose_loft, lofted_direction, predicted_meeting
from openiads.physics.interceptor_schema import AIR, MIDCOURSE, SEEKER_NONE, TERMINAL, TURNOVER

TURN_GAIN = 4.0  # 1/s: the turn-over slows down within turn_rate / TURN_GAIN of its end
TURN_DONE = 0.998  # cosine of the heading error at which the turn-over ends


@kernel
def _seeker_sees(par, rx, ry, rz, qx, qy, qz, vx, vy, vz, rcs_root4):
    """Whether the seeker can hold a target: range, field of view about the estimate, gimbal.

    r: true relative position; q: estimated one; v: missile velocity. Range scales as the fourth root of RCS.
    """
    r2 = rx * rx + ry * ry + rz * rz
    reach = par.seeker_range_m * rcs_root4
    if r2 > reach * reach or r2 <= 0.0:
        return False
    q2 = qx * qx + qy * qy + qz * qz
    v2 = vx * vx + vy * vy + vz * vz
    r = math.sqrt(r2)
    look = rx * vx + ry * vy + rz * vz
    if look < math.cos(par.seeker_gimbal_rad) * r * math.sqrt(v2):
        return False
    off = rx * qx + ry * qy + rz * qz
    return off >= math.cos(0.5 * par.seeker_fov_rad) * r * math.sqrt(q2)


@kernel
def _seeker_error(m, par, dt_s, n1, n2, rx, ry, rz, ux, uy, uz):
    """Apparent displacement (m, ECEF) of the target to the seeker for this step, from two normal draws."""
    tau = par.seeker_tau_s
    rho = 0.0
    if tau > 0.0:
        rho = math.exp(-dt_s / tau)
    fresh = math.sqrt(1.0 - rho * rho)
    m.e1 = rho * m.e1 + fresh * n1
    m.e2 = rho * m.e2 + fresh * n2
    r2 = rx * rx + ry * ry + rz * rz
    # two axes across the line of sight: horizontal, and completing the triad
    hx = ry * uz - rz * uy
    hy = rz * ux - rx * uz
    hz = rx * uy - ry * ux
    h2 = hx * hx + hy * hy + hz * hz
    if h2 <= 1e-12 * r2 or r2 <= 0.0:
        return 0.0, 0.0, 0.0
    ih = 1.0 / math.sqrt(h2)
    hx *= ih
    hy *= ih
    hz *= ih
    ir = 1.0 / math.sqrt(r2)
    wx = (hy * rz - hz * ry) * ir
    wy = (hz * rx - hx * rz) * ir
    wz = (hx * ry - hy * rx) * ir
    a = par.seeker_noise_rad
    g = par.seeker_glint_m
    sd = math.sqrt(a * a * r2 + g * g)
    e1 = sd * m.e1
    e2 = sd * m.e2
    return e1 * hx + e2 * wx, e1 * hy + e2 * wy, e1 * hz + e2 * wz


@kernel
def seek(m, par, t_s, span, ux, uy, uz, est_x, est_y, est_z, rx, ry, rz, cx, cy, cz, rcs_root4, on, n1, n2):
    """Seeker at a guidance epoch: gain or lose lock; returns the apparent displacement (m, ECEF) while
    locked.

    r, c: true relative position and velocity. Lock needs closing range; losing `on` loses it.
    """
    if on == 0 or m.mode != AIR or par.seeker_kind == SEEKER_NONE:
        m.locked = 0
    elif (
        m.locked == 0
        and m.phase >= MIDCOURSE
        and rx * cx + ry * cy + rz * cz < 0.0
        and _seeker_sees(
            par,
            rx,
            ry,
            rz,
            est_x - m.x_m,
            est_y - m.y_m,
            est_z - m.z_m,
            m.vx_mps,
            m.vy_mps,
            m.vz_mps,
            rcs_root4,
        )
    ):
        m.locked = 1
        m.phase = TERMINAL
        if m.t_lock_s < 0.0:
            m.t_lock_s = t_s
    if m.locked == 0:
        return 0.0, 0.0, 0.0
    return _seeker_error(m, par, span, n1, n2, rx, ry, rz, ux, uy, uz)


@kernel
def steer(m, par, age, ux, uy, uz, grav, ex, ey, ez, wx, wy, wz, bx, by, bz, horizon_s):
    """Midcourse at a guidance epoch: (direction to fly, feed-forward acceleration); may start the next phase.

    age: time since ejection; grav: size of gravity; e, w, b: estimate of target position, velocity,
    acceleration.
    """
    x = m.x_m
    y = m.y_m
    z = m.z_m
    v2 = m.vx_mps * m.vx_mps + m.vy_mps * m.vy_mps + m.vz_mps * m.vz_mps
    speed = math.sqrt(v2)
    powered = age < par.ignition_s + par.boost_s + par.sustain_s
    reckon = speed
    if powered and reckon < par.cruise_mps:
        reckon = par.cruise_mps
    dx, dy, dz, t_go = predicted_meeting(x, y, z, reckon, ex, ey, ez, wx, wy, wz, bx, by, bz, horizon_s)
    m.t_go_s = t_go
    if m.phase == MIDCOURSE and t_go >= 0.0 and t_go <= par.terminal_s:
        m.phase = TERMINAL
    if m.loft_per_m < 0.0:
        alt = altitude_m(x + dx, y + dy, z + dz)
        m.loft_per_m = choose_loft(dx, dy, dz, ux, uy, uz, alt, par.loft_per_m, par.loft_max_rad)
    loft = m.loft_per_m
    if not powered:  # no lower than the arc that needs no lift
        rise = m.vx_mps * ux + m.vy_mps * uy + m.vz_mps * uz
        flat = v2 - rise * rise
        if 2.0 * flat * loft < grav and flat > 1.0:
            loft = 0.5 * grav / flat
    dx, dy, dz, fx, fy, fz = lofted_direction(dx, dy, dz, ux, uy, uz, speed, loft, par.loft_max_rad)
    if m.phase == TURNOVER:  # over when the velocity has come round, or nothing is left to turn it with
        c = dx * m.vx_mps + dy * m.vy_mps + dz * m.vz_mps
        if c > TURN_DONE * speed or not powered:
            m.phase = MIDCOURSE
    return dx, dy, dz, fx, fy, fz


@kernel
def homing(rx, ry, rz, vx, vy, vz, bx, by, bz, ox, oy, oz, nav):
    """`guidance.apn_command` on a target seen displaced by o (m): the displacement is one more miss to be
    flown off in the time to go."""
    r2 = rx * rx + ry * ry + rz * rz
    rv = rx * vx + ry * vy + rz * vz
    if r2 <= 0.0 or rv >= 0.0:
        return 0.0, 0.0, 0.0
    inv = 1.0 / r2
    k = -rv * inv
    g = nav * k
    h = 0.5 * nav
    q = h * (rx * bx + ry * by + rz * bz) * inv
    return (
        g * (vx + k * (rx + ox)) + h * bx - q * rx,
        g * (vy + k * (ry + oy)) + h * by - q * ry,
        g * (vz + k * (rz + oz)) + h * bz - q * rz,
    )


@kernel
def turn(dx, dy, dz, jx, jy, jz, speed, rate):
    """Turn-over toward direction d at a bounded rate: the acceleration across the velocity j (m/s^2)."""
    c = dx * jx + dy * jy + dz * jz
    ex = dx - c * jx
    ey = dy - c * jy
    ez = dz - c * jz
    s = math.sqrt(ex * ex + ey * ey + ez * ez)
    if s <= 1e-9:
        return 0.0, 0.0, 0.0
    k = rate
    if c > 0.0 and TURN_GAIN * s < rate:
        k = TURN_GAIN * s
    k *= speed / s
    return k * ex, k * ey, k * ez
