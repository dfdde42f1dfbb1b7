"""Flight of one interceptor round: launch, turn-over, boost, lofted midcourse, homing, one fate.

A point mass with drag, thrust, limited and lagging lateral acceleration over the rotating, oblate Earth. The
model, its assumptions and its one loft rule: docs/models/interceptor.md. Nothing here knows a particular
missile.

Integration: drift-kick-drift. Forces are taken at the middle of the substep (position drifted by half a
substep, velocity extrapolated with the last acceleration), which is second order, and exact for the work of
each force on the kinetic energy. Within one call altitude and gravity are expanded about the start of the
call: the errors, of third order in a kilometre against the Earth's radius, are under 1 mm and 1e-7 m/s^2.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.atmosphere import density_sound
from openiads.physics.geodesy import MU_M3PS2, OMEGA_RADPS, altitude_m
from openiads.physics.gravity import effective_gravity
from openiads.physics.guidance import closest_approach, limit
from openiads.physics.interceptor_body import drag_coefficient, motor, rise_since, up_unit
from openiads.physics.interceptor_guidance import homing, seek, steer, turn
from openiads.physics.interceptor_schema import (
    AIR,
    DONE,
    FATE_CEILING,
    FATE_ENERGY,
    FATE_GROUND,
    FATE_IMPACT,
    FATE_INTERCEPT,
    FATE_MISS,
    FATE_NONE,
    FATE_NONFINITE,
    FATE_TIMEOUT,
    MIDCOURSE,
    RISE,
    SURFACE,
    TERMINAL,
    TUBE,
    TURNOVER,
)
from openiads.units import STANDARD_GRAVITY_MPS2

STEER_RATE = 0.8  # 1/s: midcourse gain, rate of turn per radian of heading error
TURN_THRUST = 0.7  # largest sideways share of the thrust in the turn-over
FAR = 1e30
NO_TARGET_M = 1e6  # a "true target" farther than this is none


@kernel
def launch(m, par, t_s, x_m, y_m, z_m, mode):
    """Eject one round vertically at time t_s (s) from an ECEF position (m); `mode` is AIR or SURFACE.

    Writes every state field of `m`; the identity fields are the caller's.
    """
    ux, uy, uz = up_unit(x_m, y_m, z_m)
    v = par.eject_speed_mps
    m.mode = mode
    m.phase = RISE
    m.fate = FATE_NONE
    m.locked = 0
    m.x_m = x_m
    m.y_m = y_m
    m.z_m = z_m
    m.vx_mps = v * ux
    m.vy_mps = v * uy
    m.vz_mps = v * uz
    m.ax_mps2 = 0.0
    m.ay_mps2 = 0.0
    m.az_mps2 = 0.0
    m.lx_mps2 = 0.0
    m.ly_mps2 = 0.0
    m.lz_mps2 = 0.0
    m.mass_kg = par.launch_mass_kg
    m.t_launch_s = t_s
    m.alt_m = altitude_m(x_m, y_m, z_m)
    m.e1 = 0.0
    m.e2 = 0.0
    m.t_lock_s = -1.0
    m.miss_m = FAR
    m.t_cpa_s = t_s
    m.t_end_s = -1.0
    m.burnt_kg = 0.0
    m.thrust_work_jpkg = 0.0
    m.drag_work_jpkg = 0.0
    m.lift_work_jpkg = 0.0
    m.max_lateral_mps2 = 0.0
    m.t_go_s = -1.0
    m.loft_per_m = -1.0


@kernel
def _end(m, fate, t_s):
    """Close the flight with its one fate."""
    m.fate = fate
    m.phase = DONE
    m.t_end_s = t_s
    return fate


@kernel
def _pass(
    m, par, ti, room, t_s, x, y, z, vx, vy, vz, ax, ay, az, qx, qy, qz, tx, ty, tz, wx, wy, wz, bx, by, bz
):
    """Closest approach inside [0, room] of the substep that began ti after t_s: (fate, time in the substep).

    Missile x, v, a at the substep's start and, to be quick, q its velocity at the end; target t, w, b at t_s.
    FATE_NONE where the range still closes at the end.
    """
    te = ti + room
    h = 0.5 * room
    rx = tx + (wx + 0.5 * bx * te) * te - (x + (vx + ax * h) * room)
    ry = ty + (wy + 0.5 * by * te) * te - (y + (vy + ay * h) * room)
    rz = tz + (wz + 0.5 * bz * te) * te - (z + (vz + az * h) * room)
    if rx * (wx + bx * te - qx) + ry * (wy + by * te - qy) + rz * (wz + bz * te - qz) < 0.0:
        return FATE_NONE, room
    h = 0.5 * ti
    tc, miss = closest_approach(
        tx + (wx + bx * h) * ti - x,
        ty + (wy + by * h) * ti - y,
        tz + (wz + bz * h) * ti - z,
        wx + bx * ti - vx, wy + by * ti - vy, wz + bz * ti - vz, bx - ax, by - ay, bz - az, room,
    )  # fmt: skip
    if miss < m.miss_m:
        m.miss_m = miss
        m.t_cpa_s = t_s + ti + tc
    if m.mode != AIR:
        return FATE_NONE, room
    if miss <= par.fuze_radius_m:
        return FATE_INTERCEPT, tc
    if m.phase == TERMINAL:
        return FATE_MISS, tc
    return FATE_NONE, room


@kernel
def _limits(m, par, t_end, age, rx, ry, rz, vx, vy, vz):
    """End-of-call limits: finite, opening while homing, time, speed, ceiling. r, v: true relative motion."""
    v2 = m.vx_mps * m.vx_mps + m.vy_mps * m.vy_mps + m.vz_mps * m.vz_mps
    if not (v2 < 1e10 and m.mass_kg > 0.0):
        return _end(m, FATE_NONFINITE, t_end)
    if m.phase == TERMINAL and m.mode == AIR and rx * vx + ry * vy + rz * vz >= 0.0:
        miss = math.sqrt(rx * rx + ry * ry + rz * rz)
        if miss < m.miss_m:
            m.miss_m = miss
            m.t_cpa_s = t_end
        return _end(m, FATE_MISS, t_end)
    fate = FATE_NONE
    if age >= par.max_flight_s:
        fate = FATE_TIMEOUT
    elif (
        m.mode == AIR
        and age > par.ignition_s + par.boost_s + par.sustain_s
        and v2 < par.min_speed_mps * par.min_speed_mps
    ):
        fate = FATE_ENERGY
    elif m.alt_m > par.max_alt_m:
        fate = FATE_CEILING
    if fate != FATE_NONE:
        return _end(m, fate, t_end)
    return FATE_NONE


@kernel
def advance(
    m,
    par,
    t_s,
    dt_s,
    n_sub,
    est_x,
    est_y,
    est_z,
    est_vx,
    est_vy,
    est_vz,
    est_ax,
    est_ay,
    est_az,
    acc_horizon_s,
    tgt_x,
    tgt_y,
    tgt_z,
    tgt_vx,
    tgt_vy,
    tgt_vz,
    tgt_ax,
    tgt_ay,
    tgt_az,
    rcs_root4,
    seeker_on,
    n1,
    n2,
    ground_m,
):
    """Fly one round from t_s by n_sub substeps of dt_s seconds; returns its fate (FATE_NONE: still flying).

    m, par: MISSILE and MISSILE_TYPE rows. est_*: the guidance's estimate of the target at t_s (ECEF m, m/s,
    m/s^2); its acceleration is believed for acc_horizon_s seconds. tgt_*: the truth at t_s, constant
    acceleration through the step (seeker, fuze and miss distance only; farther away than NO_TARGET_M means
    that there is none). rcs_root4: fourth root of the target's RCS in m^2 toward the seeker. seeker_on: 1
    where the seeker may work (illuminated or active, not blinded). n1, n2: standard normal draws of this
    step. ground_m: altitude of the ground below.

    The caller keeps t_s = k * step with an integer k; after a fate the row is left alone. A closest approach
    in homing, or within the fuze radius, is solved inside its substep and ends the flight.
    """
    if m.phase in (TUBE, DONE):
        return m.fate
    x = m.x_m
    y = m.y_m
    z = m.z_m
    vx = m.vx_mps
    vy = m.vy_mps
    vz = m.vz_mps
    age0 = t_s - m.t_launch_s
    span = n_sub * dt_s
    half = 0.5 * dt_s
    r2 = x * x + y * y + z * z
    if not (r2 > 1e12 and r2 < 1e18):  # also not-a-number
        return _end(m, FATE_NONFINITE, t_s)

    # frame of this call: altitude, vertical and gravity near its middle, and their change from there
    x0 = x + 0.5 * span * vx
    y0 = y + 0.5 * span * vy
    z0 = z + 0.5 * span * vz
    alt0 = altitude_m(x0, y0, z0)
    ux, uy, uz = up_unit(x0, y0, z0)
    gx0, gy0, gz0 = effective_gravity(x0, y0, z0, 0.0, 0.0, 0.0)
    r2 = x0 * x0 + y0 * y0 + z0 * z0
    if not r2 > 1e12:
        return _end(m, FATE_NONFINITE, t_s)
    ir = 1.0 / math.sqrt(r2)
    grad = MU_M3PS2 * ir * ir * ir
    kx = x0 * ir
    ky = y0 * ir
    kz = z0 * ir
    bulge = 0.5 * ir
    w2 = 2.0 * OMEGA_RADPS

    # guidance epoch
    rx = tgt_x - x
    ry = tgt_y - y
    rz = tgt_z - z
    ex = tgt_vx - vx
    ey = tgt_vy - vy
    ez = tgt_vz - vz
    ox, oy, oz = seek(
        m,
        par,
        t_s,
        span,
        ux,
        uy,
        uz,
        est_x,
        est_y,
        est_z,
        rx,
        ry,
        rz,
        ex,
        ey,
        ez,
        rcs_root4,
        seeker_on,
        n1,
        n2,
    )
    near_m = 1.5 * math.sqrt(ex * ex + ey * ey + ez * ez) * span + 500.0 * span * span + 2000.0
    near = rx * rx + ry * ry + rz * rz < near_m * near_m  # could be passed within this call
    dx = ux
    dy = uy
    dz = uz
    fx = 0.0
    fy = 0.0
    fz = 0.0
    if m.phase != TERMINAL:
        grav = math.sqrt(gx0 * gx0 + gy0 * gy0 + gz0 * gz0)
        dx, dy, dz, fx, fy, fz = steer(
            m, par, age0, ux, uy, uz, grav,
            est_x, est_y, est_z, est_vx, est_vy, est_vz, est_ax, est_ay, est_az, acc_horizon_s,
        )  # fmt: skip
    # what homing homes on: what the seeker sees, else the estimate; its acceleration is the estimate's
    hx = est_x
    hy = est_y
    hz = est_z
    hvx = est_vx
    hvy = est_vy
    hvz = est_vz
    if m.locked == 1:
        hx = tgt_x
        hy = tgt_y
        hz = tgt_z
        hvx = tgt_vx
        hvy = tgt_vy
        hvz = tgt_vz
    if m.phase == TERMINAL:
        rx = hx - x
        ry = hy - y
        rz = hz - z
        rv = rx * (hvx - vx) + ry * (hvy - vy) + rz * (hvz - vz)
        m.t_go_s = -1.0
        if rv < 0.0:
            m.t_go_s = -(rx * rx + ry * ry + rz * rz) / rv

    decay = 0.0
    mean = 0.0  # share of the lag's initial error that acts, on the mean, over a substep
    if par.lag_s > 0.0:
        decay = math.exp(-dt_s / par.lag_s)
        mean = (1.0 - decay) * par.lag_s / dt_s
    burn_end = par.ignition_s + par.boost_s + par.sustain_s
    cap = par.lateral_g_max * STANDARD_GRAVITY_MPS2
    area = par.ref_area_m2
    induced = par.induced_k
    cl_max = par.cl_max
    nav = par.nav_const
    curves = par.cd
    rise_s = par.rise_s
    phase = m.phase
    ax = m.ax_mps2
    ay = m.ay_mps2
    az = m.az_mps2
    lx = m.lx_mps2
    ly = m.ly_mps2
    lz = m.lz_mps2
    mass = m.mass_kg
    burnt = 0.0
    thrust_work = 0.0
    drag_work = 0.0
    lift_work = 0.0
    most2 = 0.0
    alt = alt0
    fate = FATE_NONE
    t_end = t_s
    for i in range(n_sub):
        ti = i * dt_s
        # drift half a substep; velocity there by the last acceleration
        mx = x + half * vx
        my = y + half * vy
        mz = z + half * vz
        px = vx + half * ax
        py = vy + half * ay
        pz = vz + half * az
        sx = mx - x0
        sy = my - y0
        sz = mz - z0
        alt = alt0 + rise_since(sx, sy, sz, ux, uy, uz, bulge)
        along = 3.0 * (sx * kx + sy * ky + sz * kz)
        gx = gx0 - grad * (sx - along * kx) + w2 * py
        gy = gy0 - grad * (sy - along * ky) - w2 * px
        gz = gz0 - grad * (sz - along * kz)
        v2 = px * px + py * py + pz * pz
        v2 = max(v2, 1e-6)
        speed = math.sqrt(v2)
        iv = 1.0 / speed
        jx = px * iv
        jy = py * iv
        jz = pz * iv

        # motor and air
        age = age0 + ti
        thrust = 0.0
        row = 0
        im = 1.0 / mass
        if age < burn_end:
            thrust, used = motor(par, age, age + dt_s)
            im = 1.0 / (mass - 0.5 * used)
            mass -= used
            burnt += used
            if thrust > 0.0:
                row = 1
        rho, sound = density_sound(alt)
        cd = drag_coefficient(curves, row, speed / sound)
        qs = 0.5 * rho * v2 * area
        most = cl_max * qs * im

        # lateral command, across the velocity, with gravity made up for
        cx = 0.0
        cy = 0.0
        cz = 0.0
        if phase == RISE and age + half >= rise_s:
            phase = TURNOVER
        if phase == TERMINAL:
            tm = ti + half
            cx, cy, cz = homing(
                hx + (hvx + 0.5 * est_ax * tm) * tm - mx,
                hy + (hvy + 0.5 * est_ay * tm) * tm - my,
                hz + (hvz + 0.5 * est_az * tm) * tm - mz,
                hvx + est_ax * tm - px, hvy + est_ay * tm - py, hvz + est_az * tm - pz,
                est_ax, est_ay, est_az, ox, oy, oz, nav,
            )  # fmt: skip
            cx -= gx
            cy -= gy
            cz -= gz
        elif phase == MIDCOURSE:
            k = STEER_RATE * speed
            cx = k * dx + fx - gx
            cy = k * dy + fy - gy
            cz = k * dz + fz - gz
        elif phase == TURNOVER:
            cx, cy, cz = turn(dx, dy, dz, jx, jy, jz, speed, par.turn_rate_radps)
            cx -= gx
            cy -= gy
            cz -= gz
            most = TURN_THRUST * thrust * im  # by thrust vector, not by air
        most = min(most, cap)
        c = cx * jx + cy * jy + cz * jz
        cx, cy, cz = limit(cx - c * jx, cy - c * jy, cz - c * jz, most)
        # the lag: its mean over the substep acts, its end value is kept
        ex = cx + (lx - cx) * mean
        ey = cy + (ly - cy) * mean
        ez = cz + (lz - cz) * mean
        lx = cx + (lx - cx) * decay
        ly = cy + (ly - cy) * decay
        lz = cz + (lz - cz) * decay
        c = ex * jx + ey * jy + ez * jz
        ex, ey, ez = limit(ex - c * jx, ey - c * jy, ez - c * jz, most)
        lat2 = ex * ex + ey * ey + ez * ez
        most2 = max(most2, lat2)

        # forces along the velocity
        push = thrust * im
        drag = qs * cd * im
        if phase == TURNOVER:  # what the thrust gives sideways is lost along
            push = math.sqrt(push * push - lat2)
        elif qs > 1e-3:
            drag += induced * lat2 / (qs * im)
        f = push - drag
        ax = gx + ex + f * jx
        ay = gy + ey + f * jy
        az = gz + ez + f * jz

        # kick, drift, and the work done on the way
        qx = vx + dt_s * ax
        qy = vy + dt_s * ay
        qz = vz + dt_s * az
        wx = half * (vx + qx)
        wy = half * (vy + qy)
        wz = half * (vz + qz)
        path = wx * jx + wy * jy + wz * jz
        thrust_work += push * path
        drag_work -= drag * path
        lift_work += ex * wx + ey * wy + ez * wz

        # the ground, as a plane, and the target: whichever is met first inside the substep
        room = dt_s
        down = -(qx * ux + qy * uy + qz * uz)
        if down > 0.0 and alt - half * down < ground_m:
            room = half + (alt - ground_m) / down
            room = max(room, 0.0)
            fate = FATE_GROUND
            if m.mode == SURFACE:
                fate = FATE_IMPACT
        if near and phase >= MIDCOURSE:
            passed, tc = _pass(
                m, par, ti, room, t_s, x, y, z, vx, vy, vz, ax, ay, az, qx, qy, qz,
                tgt_x, tgt_y, tgt_z, tgt_vx, tgt_vy, tgt_vz, tgt_ax, tgt_ay, tgt_az,
            )  # fmt: skip
            if passed != FATE_NONE:
                fate = passed
                room = tc
        if fate != FATE_NONE:
            h = 0.5 * room
            x += (vx + ax * h) * room
            y += (vy + ay * h) * room
            z += (vz + az * h) * room
            vx += ax * room
            vy += ay * room
            vz += az * room
            span = ti + room
            break
        x += wx
        y += wy
        z += wz
        vx = qx
        vy = qy
        vz = qz

    m.x_m = x
    m.y_m = y
    m.z_m = z
    m.vx_mps = vx
    m.vy_mps = vy
    m.vz_mps = vz
    m.ax_mps2 = ax
    m.ay_mps2 = ay
    m.az_mps2 = az
    m.lx_mps2 = lx
    m.ly_mps2 = ly
    m.lz_mps2 = lz
    m.mass_kg = mass
    m.phase = phase
    m.alt_m = alt0 + rise_since(x - x0, y - y0, z - z0, ux, uy, uz, bulge)
    m.burnt_kg += burnt
    m.thrust_work_jpkg += thrust_work
    m.drag_work_jpkg += drag_work
    m.lift_work_jpkg += lift_work
    if most2 > m.max_lateral_mps2 * m.max_lateral_mps2:
        m.max_lateral_mps2 = math.sqrt(most2)
    t_end = t_s + span
    rx = tgt_x + (tgt_vx + 0.5 * tgt_ax * span) * span - x
    ry = tgt_y + (tgt_vy + 0.5 * tgt_ay * span) * span - y
    rz = tgt_z + (tgt_vz + 0.5 * tgt_az * span) * span - z
    if fate == FATE_IMPACT:  # the miss of a surface shot is where it lands
        m.miss_m = math.sqrt(rx * rx + ry * ry + rz * rz)
        m.t_cpa_s = t_end
    if fate != FATE_NONE:
        return _end(m, fate, t_end)
    ex = tgt_vx + tgt_ax * span - vx
    ey = tgt_vy + tgt_ay * span - vy
    ez = tgt_vz + tgt_az * span - vz
    if rx * rx + ry * ry + rz * rz > NO_TARGET_M * NO_TARGET_M:  # nobody there: judged by the estimate
        ex = est_vx - vx
        ey = est_vy - vy
        ez = est_vz - vz
        rx = est_x + est_vx * span - x
        ry = est_y + est_vy * span - y
        rz = est_z + est_vz * span - z
    return _limits(m, par, t_end, age0 + span, rx, ry, rz, ex, ey, ez)
