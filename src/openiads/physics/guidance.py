"""Homing guidance: command laws, the autopilot lag, and the arithmetic of an intercept.

Vectors are separate floats. "Relative" is target minus missile. Commands are accelerations in m/s^2.

Sources ------- P. Zarchan, Tactical and Strategic Missile Guidance, AIAA, chapters 2, 3 and 8: proportional
navigation, the zero-effort-miss form, augmented proportional navigation, single-lag miss. (The book was not
at hand; the closed forms were derived again by inverse Laplace transform, see docs/models/guidance.md.)
"""

from __future__ import annotations

import math

from openiads._jit import kernel

LOFT_NONE_M = 100_000.0  # altitude of a meeting point from which there is no loft


@kernel
def apn_command(rx, ry, rz, vx, vy, vz, atx, aty, atz, nav):
    """Augmented true proportional navigation, normal to the line of sight.

    a = N Vc (omega x e) + (N/2) a_T(normal), e the unit line of sight, omega its rotation vector; written
    without square roots as a = N (Vc / R) v_n, v_n the relative velocity normal to the line of sight. With
    a_T = 0 it is true proportional navigation. Opening range (Vc <= 0) or zero range commands nothing.

    r: relative position (m); v: relative velocity (m/s); at: target acceleration (m/s^2); nav: N' (-).
    Returns (ax, ay, az) in m/s^2.
    """
    r2 = rx * rx + ry * ry + rz * rz
    rv = rx * vx + ry * vy + rz * vz
    if r2 <= 0.0 or rv >= 0.0:
        return 0.0, 0.0, 0.0
    inv = 1.0 / r2
    k = -rv * inv  # closing speed over range, 1/s
    g = nav * k
    h = 0.5 * nav
    ra = (rx * atx + ry * aty + rz * atz) * inv
    return (
        g * (vx + k * rx) + h * (atx - ra * rx),
        g * (vy + k * ry) + h * (aty - ra * ry),
        g * (vz + k * rz) + h * (atz - ra * rz),
    )


@kernel
def zem_command(y_m, ydot_mps, at_mps2, t_go_s, nav):
    """The same law in one linearised dimension: a = N (y + ydot t_go + a_T t_go^2 / 2) / t_go^2.

    y: target minus missile across the line of sight. With at = 0 it is plain proportional navigation.
    """
    if t_go_s <= 0.0:
        return 0.0
    return nav * (y_m / (t_go_s * t_go_s) + ydot_mps / t_go_s + 0.5 * at_mps2)


@kernel
def lag_step(achieved, command, decay):
    """One step of a first-order lag under a constant command, exact. decay = exp(-dt / time constant).

    Returns the new achieved value.
    """
    return command + (achieved - command) * decay


@kernel
def lag_mean(achieved, command, decay, dt_over_tau):
    """Mean over the step of what `lag_step` passes through; the step's exact impulse is this times dt."""
    if dt_over_tau <= 0.0:
        return command
    return command + (achieved - command) * (1.0 - decay) / dt_over_tau


@kernel
def limit(ax, ay, az, most):
    """The vector, shortened to length `most` where it is longer."""
    a2 = ax * ax + ay * ay + az * az
    if a2 <= most * most:
        return ax, ay, az
    k = most / math.sqrt(a2)
    return ax * k, ay * k, az * k


@kernel
def time_to_meet(dx, dy, dz, vx, vy, vz, speed_mps):
    """Time (s) in which something of constant speed can meet a target of constant velocity; -1 where it
    cannot.

    d: target position from the chaser (m); v: target velocity (m/s). The smallest positive root of
    |d + v t| = speed t.
    """
    d2 = dx * dx + dy * dy + dz * dz
    dv = dx * vx + dy * vy + dz * vz
    a = speed_mps * speed_mps - (vx * vx + vy * vy + vz * vz)
    if d2 <= 0.0:
        return 0.0
    disc = dv * dv + a * d2
    if disc < 0.0:
        return -1.0
    # the root without cancellation, and without dividing by a, which is zero at equal speeds
    q = math.sqrt(disc) - dv
    if q <= 0.0:
        return -1.0
    return d2 / q


@kernel
def head_on_intercept_range(detect_range_m, target_speed_mps, reaction_s, missile_speed_mps):
    """Range from the launcher at which a head-on target is met: (R_d - v t_r) v_m / (v + v_m); never below
    0."""
    closing = target_speed_mps + missile_speed_mps
    if closing <= 0.0:
        return 0.0
    r = (detect_range_m - target_speed_mps * reaction_s) * missile_speed_mps / closing
    if r < 0.0:
        return 0.0
    return r


@kernel
def closest_approach(rx, ry, rz, vx, vy, vz, ax, ay, az, dt_s):
    """Closest approach of a relative motion r + v t + a t^2 / 2 inside [0, dt]: (time s, distance m).

    The straight-line solution starts Newton on the derivative of the squared distance; with a = 0 it is
    exact. The better of the result and both ends is returned, so a minimum inside the step is never stepped
    over.
    """
    v2 = vx * vx + vy * vy + vz * vz
    t = 0.0
    if v2 > 0.0:
        t = -(rx * vx + ry * vy + rz * vz) / v2
    if t < 0.0:
        t = 0.0
    elif t > dt_s:
        t = dt_s
    for _ in range(3):
        h = 0.5 * t
        px = rx + (vx + ax * h) * t
        py = ry + (vy + ay * h) * t
        pz = rz + (vz + az * h) * t
        wx = vx + ax * t
        wy = vy + ay * t
        wz = vz + az * t
        slope = px * wx + py * wy + pz * wz
        curve = wx * wx + wy * wy + wz * wz + px * ax + py * ay + pz * az
        if curve <= 0.0:
            break
        t -= slope / curve
        if t < 0.0:
            t = 0.0
        elif t > dt_s:
            t = dt_s
    best = rx * rx + ry * ry + rz * rz
    t_best = 0.0
    for k in range(2):
        s = t if k == 0 else dt_s
        h = 0.5 * s
        px = rx + (vx + ax * h) * s
        py = ry + (vy + ay * h) * s
        pz = rz + (vz + az * h) * s
        d2 = px * px + py * py + pz * pz
        if d2 < best:
            best = d2
            t_best = s
    return t_best, math.sqrt(best)


@kernel
def predicted_meeting(px, py, pz, speed, ex, ey, ez, wx, wy, wz, bx, by, bz, horizon_s):
    """Predicted intercept point from the missile, (dx, dy, dz) in m, and the time to go (-1: no meeting).

    p: missile position; speed: what the meeting time is reckoned with; e, w, b: estimate of target position,
    velocity, acceleration, the last believed for horizon_s.
    """
    dx = ex - px
    dy = ey - py
    dz = ez - pz
    t_go = time_to_meet(dx, dy, dz, wx, wy, wz, speed)
    t = t_go
    t = max(t, 0.0)
    k = 0.0
    for _ in range(3):  # the acceleration shifts the meeting point, which shifts the time
        h = t
        h = min(h, horizon_s)
        k = h * (t - 0.5 * h)
        t_go = time_to_meet(dx + k * bx, dy + k * by, dz + k * bz, wx, wy, wz, speed)
        if t_go >= 0.0:
            t = t_go
    return dx + wx * t + k * bx, dy + wy * t + k * by, dz + wz * t + k * bz, t_go


@kernel
def choose_loft(dx, dy, dz, ux, uy, uz, alt_m, loft_per_m, loft_max_rad):
    """Loft angle per metre of horizontal range to go, fixed once per flight: the loft rule.

    d: vector to the predicted intercept point (m), alt_m its altitude; u: local up. The missile type's
    `loft_per_m`, less where the angle would begin above `loft_max_rad`, and falling linearly to none at
    LOFT_NONE_M, since a high meeting point needs no loft to leave the dense air.
    """
    s = dx * ux + dy * uy + dz * uz
    h2 = dx * dx + dy * dy + dz * dz - s * s
    share = 1.0 - alt_m / LOFT_NONE_M
    if share <= 0.0 or h2 <= 1.0:
        return 0.0
    share = min(share, 1.0)
    c = loft_per_m
    most = loft_max_rad / math.sqrt(h2)
    c = min(c, most)
    return c * share


@kernel
def lofted_direction(dx, dy, dz, ux, uy, uz, speed, loft_per_m, loft_max_rad):
    """Direction to fly so as to arrive along a parabola above the line of sight, and its feed-forward.

    d: vector to the predicted intercept point (m); u: local up. The flight direction stands `loft_per_m` x
    (horizontal distance to go) above the line of sight, which draws a parabola. Returns (unit direction,
    turning acceleration (m/s^2) of flying it at `speed`).
    """
    r = math.sqrt(dx * dx + dy * dy + dz * dz)
    if r <= 1.0:
        return ux, uy, uz, 0.0, 0.0, 0.0
    ir = 1.0 / r
    dx *= ir
    dy *= ir
    dz *= ir
    s = dx * ux + dy * uy + dz * uz
    c2 = 1.0 - s * s
    if c2 < 1e-6:
        return dx, dy, dz, 0.0, 0.0, 0.0
    c = math.sqrt(c2)
    ic = 1.0 / c
    nx = (ux - s * dx) * ic  # across the line of sight, upwards
    ny = (uy - s * dy) * ic
    nz = (uz - s * dz) * ic
    loft = loft_per_m * r * c
    own = loft_per_m * c  # turn per metre flown: of the loft angle, and of the line of sight
    if loft > loft_max_rad:
        loft = loft_max_rad
        own = 0.0
    ca = math.cos(loft)
    sa = math.sin(loft)
    f = -speed * speed * (own * ca + sa * ir)
    return (
        dx * ca + nx * sa,
        dy * ca + ny * sa,
        dz * ca + nz * sa,
        f * (nx * ca - dx * sa),
        f * (ny * ca - dy * sa),
        f * (nz * ca - dz * sa),
    )
