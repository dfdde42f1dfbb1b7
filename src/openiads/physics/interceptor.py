"""Flight of one interceptor round: launch, turn-over, boost, lofted midcourse, homing, one fate.

A point mass with drag, thrust, limited and lagging lateral acceleration over the rotating, oblate Earth. The model,
its assumptions and its one loft rule: docs/models/interceptor.md. Nothing here knows a particular missile.

Integration: drift-kick-drift. Forces are taken at the middle of the substep (position drifted by half a substep,
velocity extrapolated with the last acceleration), which is second order, and exact for the work of each force on
the kinetic energy. Within one call altitude and gravity are expanded about the start of the call: the errors, of
third order in a kilometre against the Earth's radius, are under 1 mm and 1e-7 m/s^2.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.atmosphere import density_sound
from openiads.physics.geodesy import A_M, B_M, MU_M3PS2, OMEGA_RADPS, altitude_m
from openiads.physics.gravity import effective_gravity
from openiads.physics.guidance import closest_approach, lag_step, limit, time_to_meet
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
    MACH_STEP,
    MIDCOURSE,
    N_MACH,
    RISE,
    SEEKER_NONE,
    SURFACE,
    TERMINAL,
    TUBE,
    TURNOVER,
)
from openiads.units import STANDARD_GRAVITY_MPS2

STEER_RATE = 0.8  # 1/s: midcourse gain, rate of turn per radian of heading error
TURN_GAIN = 4.0  # 1/s: the turn-over slows down within turn_rate / TURN_GAIN of its end
TURN_DONE = 0.06  # sine of the heading error at which the turn-over ends
FAR = 1e30
_INV_MACH_STEP = 1.0 / MACH_STEP
_LAST_MACH = N_MACH - 1.0
_IA2 = 1.0 / (A_M * A_M)
_IB2 = 1.0 / (B_M * B_M)


@kernel
def up_unit(x, y, z):
    """Local vertical: the gradient of the ellipsoid's equation, within 6e-5 rad of the normal below 100 km."""
    ux = x * _IA2
    uy = y * _IA2
    uz = z * _IB2
    n2 = ux * ux + uy * uy + uz * uz
    if n2 <= 0.0:
        return 0.0, 0.0, 1.0
    k = 1.0 / math.sqrt(n2)
    return ux * k, uy * k, uz * k


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


@kernel
def _overlap(a, b, lo, hi):
    """Length of the common part of [a, b] and [lo, hi]."""
    if a < lo:
        a = lo
    if b > hi:
        b = hi
    if b > a:
        return b - a
    return 0.0


@kernel
def motor(par, t0, t1):
    """Mean thrust (N) and propellant used (kg) between two times after ejection (s)."""
    on = par.ignition_s
    end = on + par.boost_s
    b = _overlap(t0, t1, on, end)
    s = _overlap(t0, t1, end, end + par.sustain_s)
    dt = t1 - t0
    if dt <= 0.0:
        return 0.0, 0.0
    return (
        (b * par.boost_thrust_n + s * par.sustain_thrust_n) / dt,
        b * par.boost_mdot_kgps + s * par.sustain_mdot_kgps,
    )


@kernel
def _aim(par, px, py, pz, speed, loft_speed, ux, uy, uz, ex, ey, ez, wx, wy, wz, bx, by, bz, horizon_s):
    """Midcourse direction: where to fly now to arrive, lofted, at the predicted intercept point.

    p: missile position; speed: what the meeting time is reckoned with; u: local up; e, w, b: estimate of target
    position, velocity, acceleration, the last believed for horizon_s. Returns (unit direction, feed-forward
    acceleration, time to go; -1 where no meeting exists).
    """
    dx = ex - px
    dy = ey - py
    dz = ez - pz
    t_go = time_to_meet(dx, dy, dz, wx, wy, wz, speed)
    t = t_go
    if t < 0.0:
        t = 0.0
    for _ in range(2):  # the acceleration shifts the meeting point, which shifts the time
        h = t
        if h > horizon_s:
            h = horizon_s
        k = h * (t - 0.5 * h)
        t_go = time_to_meet(dx + k * bx, dy + k * by, dz + k * bz, wx, wy, wz, speed)
        if t_go >= 0.0:
            t = t_go
    h = t
    if h > horizon_s:
        h = horizon_s
    k = h * (t - 0.5 * h)
    dx += wx * t + k * bx
    dy += wy * t + k * by
    dz += wz * t + k * bz
    r = math.sqrt(dx * dx + dy * dy + dz * dz)
    if r <= 1.0:
        return ux, uy, uz, 0.0, 0.0, 0.0, t_go
    ir = 1.0 / r
    dx *= ir
    dy *= ir
    dz *= ir
    # n: unit vector across the line of sight, upwards in the vertical plane; c: cosine of its elevation
    s = dx * ux + dy * uy + dz * uz
    c2 = 1.0 - s * s
    if c2 < 1e-6:
        return dx, dy, dz, 0.0, 0.0, 0.0, t_go
    c = math.sqrt(c2)
    ic = 1.0 / c
    nx = (ux - s * dx) * ic
    ny = (uy - s * dy) * ic
    nz = (uz - s * dz) * ic
    loft = par.loft_per_m * r * c
    rate = loft_speed * loft * ir  # turn of the line of sight that flying off it causes, rad/s
    if loft > par.loft_max_rad:
        loft = par.loft_max_rad
        rate = loft_speed * math.sin(loft) * ir
    else:
        rate += loft_speed * par.loft_per_m * c  # and of the loft angle itself
    ca = math.cos(loft)
    sa = math.sin(loft)
    f = -loft_speed * rate
    nfx = f * (nx * ca - dx * sa)
    nfy = f * (ny * ca - dy * sa)
    nfz = f * (nz * ca - dz * sa)
    return dx * ca + nx * sa, dy * ca + ny * sa, dz * ca + nz * sa, nfx, nfy, nfz, t_go


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
def _end(m, fate, t_s):
    """Close the flight with its one fate."""
    m.fate = fate
    m.phase = DONE
    m.t_end_s = t_s
    return fate


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

    m, par: MISSILE and MISSILE_TYPE rows. est_*: the guidance's estimate of the target at t_s (ECEF m, m/s, m/s^2);
    its acceleration is believed for acc_horizon_s seconds. tgt_*: the truth at t_s, constant acceleration through
    the step (seeker, fuze and miss distance only). rcs_root4: fourth root of the target's RCS in m^2 toward
    the seeker. seeker_on: 1 where the seeker may work (illuminated or active, not blinded). n1, n2: standard normal
    draws of this step. ground_m: altitude of the ground below.

    The caller keeps t_s = k * step with an integer k; after a fate the row is left alone. A closest approach in
    homing, or within the fuze radius, is solved inside its substep and ends the flight.
    """
    if m.phase == TUBE or m.phase == DONE:
        return m.fate
    x = m.x_m
    y = m.y_m
    z = m.z_m
    vx = m.vx_mps
    vy = m.vy_mps
    vz = m.vz_mps
    ax = m.ax_mps2
    ay = m.ay_mps2
    az = m.az_mps2
    phase = m.phase
    half = 0.5 * dt_s
    t0 = t_s - m.t_launch_s
    span = n_sub * dt_s
    burn_end = par.ignition_s + par.boost_s + par.sustain_s

    # frame of this call: altitude, vertical, gravity at the start and their first-order change
    x0 = x
    y0 = y
    z0 = z
    alt0 = altitude_m(x, y, z)
    ux, uy, uz = up_unit(x, y, z)
    gx0, gy0, gz0 = effective_gravity(x, y, z, 0.0, 0.0, 0.0)
    r2 = x * x + y * y + z * z
    if not (r2 > 1e12 and r2 < 1e18):  # also not-a-number
        return _end(m, FATE_NONFINITE, t_s)
    radius = math.sqrt(r2)
    grad = MU_M3PS2 / (r2 * radius)
    ir = 1.0 / radius
    kx = x * ir
    ky = y * ir
    kz = z * ir
    bulge = 0.5 * ir
    w2 = 2.0 * OMEGA_RADPS

    # guidance epoch: seeker, phase, midcourse direction
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    rx = tgt_x - x
    ry = tgt_y - y
    rz = tgt_z - z
    ox = 0.0
    oy = 0.0
    oz = 0.0
    locked = m.locked
    homing = phase == MIDCOURSE or phase == TERMINAL
    if m.mode == AIR and homing and par.seeker_kind != SEEKER_NONE:
        if seeker_on == 0:
            locked = 0
        elif locked == 0:
            closing = rx * (tgt_vx - vx) + ry * (tgt_vy - vy) + rz * (tgt_vz - vz)
            if closing < 0.0 and _seeker_sees(
                par, rx, ry, rz, est_x - x, est_y - y, est_z - z, vx, vy, vz, rcs_root4
            ):
                locked = 1
                phase = TERMINAL
                if m.t_lock_s < 0.0:
                    m.t_lock_s = t_s
    m.locked = locked
    if locked == 1:
        ox, oy, oz = _seeker_error(m, par, span, n1, n2, rx, ry, rz, ux, uy, uz)
    dx = ux
    dy = uy
    dz = uz
    fx = 0.0
    fy = 0.0
    fz = 0.0
    if phase == TURNOVER or phase == MIDCOURSE or phase == RISE:
        reckon = speed
        if t0 < burn_end and reckon < par.cruise_mps:
            reckon = par.cruise_mps
        dx, dy, dz, fx, fy, fz, t_go = _aim(
            par, x, y, z, reckon, speed, ux, uy, uz,
            est_x, est_y, est_z, est_vx, est_vy, est_vz, est_ax, est_ay, est_az, acc_horizon_s,
        )  # fmt: skip
        m.t_go_s = t_go
        if phase == MIDCOURSE and t_go >= 0.0 and t_go <= par.terminal_s:
            phase = TERMINAL

    # the homing target: what the seeker sees, else the estimate
    hx = est_x
    hy = est_y
    hz = est_z
    hvx = est_vx
    hvy = est_vy
    hvz = est_vz
    hax = est_ax
    hay = est_ay
    haz = est_az
    if locked == 1:
        hx = tgt_x
        hy = tgt_y
        hz = tgt_z
        hvx = tgt_vx
        hvy = tgt_vy
        hvz = tgt_vz
        hax = tgt_ax
        hay = tgt_ay
        haz = tgt_az

    # closest approach is looked for when it can happen within this call
    ex = tgt_vx - vx
    ey = tgt_vy - vy
    ez = tgt_vz - vz
    rel_speed = math.sqrt(ex * ex + ey * ey + ez * ez)
    near_m = 1.5 * rel_speed * span + 500.0 * span * span + 2000.0
    near = rx * rx + ry * ry + rz * rz < near_m * near_m

    decay = 0.0
    mean = 0.0
    if par.lag_s > 0.0:
        decay = math.exp(-dt_s / par.lag_s)
        mean = (1.0 - decay) * par.lag_s / dt_s
    cap = par.lateral_g_max * STANDARD_GRAVITY_MPS2
    area = par.ref_area_m2
    induced = par.induced_k
    cl_max = par.cl_max
    nav = par.nav_const
    turn_rate = par.turn_rate_radps
    rise_s = par.rise_s
    cd_boost = par.cd_boost
    cd_coast = par.cd_coast
    lx = m.lx_mps2
    ly = m.ly_mps2
    lz = m.lz_mps2
    mass = m.mass_kg
    thrust_work = m.thrust_work_jpkg
    drag_work = m.drag_work_jpkg
    lift_work = m.lift_work_jpkg
    most2 = m.max_lateral_mps2 * m.max_lateral_mps2
    fate = FATE_NONE
    t_end = t_s
    t_stop = 0.0
    alt = alt0
    for i in range(n_sub):
        ti = i * dt_s
        # drift half a substep; velocity there by the last acceleration
        mx = x + half * vx
        my = y + half * vy
        mz = z + half * vz
        sx = mx - x0
        sy = my - y0
        sz = mz - z0
        px = vx + half * ax
        py = vy + half * ay
        pz = vz + half * az
        rise = sx * ux + sy * uy + sz * uz
        alt = alt0 + rise + (sx * sx + sy * sy + sz * sz - rise * rise) * bulge
        along = 3.0 * (sx * kx + sy * ky + sz * kz)
        gx = gx0 - grad * (sx - along * kx) + w2 * py
        gy = gy0 - grad * (sy - along * ky) - w2 * px
        gz = gz0 - grad * (sz - along * kz)
        v2 = px * px + py * py + pz * pz
        if v2 < 1e-6:
            v2 = 1e-6
        speed = math.sqrt(v2)
        iv = 1.0 / speed
        jx = px * iv
        jy = py * iv
        jz = pz * iv

        # motor and air
        age = t0 + ti
        thrust = 0.0
        im = 1.0 / mass
        table = cd_coast
        if age < burn_end:
            thrust, used = motor(par, age, age + dt_s)
            im = 1.0 / (mass - 0.5 * used)
            mass -= used
            if thrust > 0.0:
                table = cd_boost
        rho, sound = density_sound(alt)
        s = speed / sound * _INV_MACH_STEP
        if s < _LAST_MACH:
            j = int(s)
            c0 = table[j]
            cd = c0 + (s - j) * (table[j + 1] - c0)
        else:
            cd = table[N_MACH - 1]
        qs = 0.5 * rho * v2 * area
        most = cl_max * qs * im
        if most > cap:
            most = cap

        # lateral command, across the velocity
        cx = 0.0
        cy = 0.0
        cz = 0.0
        if phase == TERMINAL:
            tm = ti + half
            wx = hvx + hax * tm
            wy = hvy + hay * tm
            wz = hvz + haz * tm
            tx = hx + (hvx + 0.5 * hax * tm) * tm - mx
            ty = hy + (hvy + 0.5 * hay * tm) * tm - my
            tz = hz + (hvz + 0.5 * haz * tm) * tm - mz
            ex = wx - px
            ey = wy - py
            ez = wz - pz
            d2 = tx * tx + ty * ty + tz * tz
            rv = tx * ex + ty * ey + tz * ez
            if d2 > 0.0 and rv < 0.0:
                inv = 1.0 / d2
                k = -rv * inv
                h = 0.5 * nav
                g = nav * k
                # guidance.apn_command, plus the seeker's apparent displacement over the time to go squared
                cx = g * (ex + k * tx + k * ox) + h * est_ax
                cy = g * (ey + k * ty + k * oy) + h * est_ay
                cz = g * (ez + k * tz + k * oz) + h * est_az
                q = h * (tx * est_ax + ty * est_ay + tz * est_az) * inv
                cx -= q * tx
                cy -= q * ty
                cz -= q * tz
            cx -= gx
            cy -= gy
            cz -= gz
        elif phase == MIDCOURSE:
            k = STEER_RATE * speed
            cx = k * dx + fx - gx
            cy = k * dy + fy - gy
            cz = k * dz + fz - gz
        elif phase == TURNOVER:
            c = dx * jx + dy * jy + dz * jz
            ex = dx - c * jx
            ey = dy - c * jy
            ez = dz - c * jz
            sn = math.sqrt(ex * ex + ey * ey + ez * ez)
            most = cap  # thrust vector, not air
            if (sn < TURN_DONE and c > 0.0) or age > burn_end:
                phase = MIDCOURSE
            if sn > 1e-9:
                k = turn_rate
                if c > 0.0 and TURN_GAIN * sn < turn_rate:
                    k = TURN_GAIN * sn
                k *= speed / sn
                cx = k * ex - gx
                cy = k * ey - gy
                cz = k * ez - gz
        elif age >= rise_s:
            phase = TURNOVER
        c = cx * jx + cy * jy + cz * jz
        cx -= c * jx
        cy -= c * jy
        cz -= c * jz
        cx, cy, cz = limit(cx, cy, cz, most)
        # the lag's mean over the substep acts, its end value is kept
        ex = cx + (lx - cx) * mean
        ey = cy + (ly - cy) * mean
        ez = cz + (lz - cz) * mean
        lx = lag_step(lx, cx, decay)
        ly = lag_step(ly, cy, decay)
        lz = lag_step(lz, cz, decay)
        c = ex * jx + ey * jy + ez * jz
        ex -= c * jx
        ey -= c * jy
        ez -= c * jz
        ex, ey, ez = limit(ex, ey, ez, most)
        lat2 = ex * ex + ey * ey + ez * ez
        if lat2 > most2:
            most2 = lat2

        # forces along the velocity
        drag = qs * cd * im
        if qs > 1e-3:
            drag += induced * lat2 / (qs * im)
        push = thrust * im
        f = push - drag
        ax = gx + ex + f * jx
        ay = gy + ey + f * jy
        az = gz + ez + f * jz

        # kick and drift
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

        # the plane of the ground, if it is crossed inside the substep (or before it, on entry below ground)
        room = dt_s
        down = -(qx * ux + qy * uy + qz * uz)
        if down > 0.0 and alt - half * down < ground_m:
            room = half + (alt - ground_m) / down
            if room < 0.0:
                room = 0.0
            t_stop = room
            fate = FATE_GROUND
            if m.mode == SURFACE:
                fate = FATE_IMPACT
        if near and phase >= MIDCOURSE:
            bx = tgt_vx + tgt_ax * ti
            by = tgt_vy + tgt_ay * ti
            bz = tgt_vz + tgt_az * ti
            te = ti + dt_s
            rx = tgt_x + (tgt_vx + 0.5 * tgt_ax * te) * te - (x + wx)
            ry = tgt_y + (tgt_vy + 0.5 * tgt_ay * te) * te - (y + wy)
            rz = tgt_z + (tgt_vz + 0.5 * tgt_az * te) * te - (z + wz)
            ex = bx + tgt_ax * dt_s - qx
            ey = by + tgt_ay * dt_s - qy
            ez = bz + tgt_az * dt_s - qz
            if rx * ex + ry * ey + rz * ez >= 0.0 or fate != FATE_NONE:
                h = 0.5 * ti
                tc, miss = closest_approach(
                    tgt_x + (tgt_vx + tgt_ax * h) * ti - x,
                    tgt_y + (tgt_vy + tgt_ay * h) * ti - y,
                    tgt_z + (tgt_vz + tgt_az * h) * ti - z,
                    bx - vx, by - vy, bz - vz, tgt_ax - ax, tgt_ay - ay, tgt_az - az, room,
                )  # fmt: skip
                if miss < m.miss_m:
                    m.miss_m = miss
                    m.t_cpa_s = t_s + ti + tc
                if m.mode == AIR:
                    if miss <= par.fuze_radius_m:
                        fate = FATE_INTERCEPT
                        t_stop = tc
                    elif phase == TERMINAL and fate == FATE_NONE:
                        fate = FATE_MISS
                        t_stop = tc
        if fate != FATE_NONE:
            h = 0.5 * t_stop
            x += (vx + ax * h) * t_stop
            y += (vy + ay * h) * t_stop
            z += (vz + az * h) * t_stop
            vx += ax * t_stop
            vy += ay * t_stop
            vz += az * t_stop
            t_end = t_s + ti + t_stop
            if fate == FATE_IMPACT:  # the miss of a surface shot is where it lands
                te = ti + t_stop
                rx = tgt_x + (tgt_vx + 0.5 * tgt_ax * te) * te - x
                ry = tgt_y + (tgt_vy + 0.5 * tgt_ay * te) * te - y
                rz = tgt_z + (tgt_vz + 0.5 * tgt_az * te) * te - z
                m.miss_m = math.sqrt(rx * rx + ry * ry + rz * rz)
                m.t_cpa_s = t_end
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
    m.burnt_kg = par.launch_mass_kg - mass
    m.thrust_work_jpkg = thrust_work
    m.drag_work_jpkg = drag_work
    m.lift_work_jpkg = lift_work
    m.max_lateral_mps2 = math.sqrt(most2)
    m.alt_m = alt
    m.phase = phase
    if fate != FATE_NONE:
        return _end(m, fate, t_end)
    t_end = t_s + span
    v2 = vx * vx + vy * vy + vz * vz
    if not v2 < 1e10:
        return _end(m, FATE_NONFINITE, t_end)
    if phase == TERMINAL and m.mode == AIR and not near:
        rx = tgt_x + (tgt_vx + 0.5 * tgt_ax * span) * span - x
        ry = tgt_y + (tgt_vy + 0.5 * tgt_ay * span) * span - y
        rz = tgt_z + (tgt_vz + 0.5 * tgt_az * span) * span - z
        ex = tgt_vx + tgt_ax * span - vx
        ey = tgt_vy + tgt_ay * span - vy
        ez = tgt_vz + tgt_az * span - vz
        if rx * ex + ry * ey + rz * ez >= 0.0:  # opening: it will not come closer
            m.miss_m = math.sqrt(rx * rx + ry * ry + rz * rz)
            m.t_cpa_s = t_end
            return _end(m, FATE_MISS, t_end)
    if t0 + span >= par.max_flight_s:
        return _end(m, FATE_TIMEOUT, t_end)
    if t0 + span > burn_end and v2 < par.min_speed_mps * par.min_speed_mps:
        return _end(m, FATE_ENERGY, t_end)
    if alt > par.max_alt_m:
        return _end(m, FATE_CEILING, t_end)
    return FATE_NONE
