"""One engagement flown with ideal information: a missile against a target whose path is a formula.

What envelopes are made of. The track that guides is the truth and the seeker makes no error.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.atmosphere import density_sound
from openiads.physics.flyout import fly_to_point, ground_range, point_north
from openiads.physics.interceptor import advance, launch
from openiads.physics.interceptor_body import up_unit
from openiads.physics.interceptor_schema import AIR, FATE_NONE
from openiads.units import STANDARD_GRAVITY_MPS2

WEAVE_S = 12.0  # period of the target's weave
ACC_HORIZON_S = 2.0  # how long the target's acceleration is believed to last


@kernel
def fly_engagement(m, par, range_m, alt_m, speed_mps, g, aspect_rad, dive_rad, rcs_root4, step_s, n_sub):
    """Fly one round against a moving target aimed to be at (range, altitude) when the round can be there.

    The time is that of a flight to the resting point. Returns (fate, ground range of the target at launch,
    density at the end); the flight stays in `m`.
    """
    fate = fly_to_point(m, par, range_m, alt_m, step_s, n_sub)
    meet_s = m.t_end_s
    sx, sy, sz = point_north(0.0, 0.0)
    cx, cy, cz = point_north(range_m, alt_m)
    ux, uy, uz = up_unit(cx, cy, cz)
    # at the meeting point: n horizontal outward (north), e across (east, which is +y here)
    ex = 0.0
    ey = 1.0
    ez = 0.0
    nx = uy * ez - uz * ey
    ny = uz * ex - ux * ez
    nz = ux * ey - uy * ex
    ca = -math.cos(aspect_rad) * math.cos(dive_rad)
    sa = math.sin(aspect_rad) * math.cos(dive_rad)
    sd = -math.sin(dive_rad)
    wx = speed_mps * (ca * nx + sa * ex + sd * ux)
    wy = speed_mps * (ca * ny + sa * ey + sd * uy)
    wz = speed_mps * (ca * nz + sa * ez + sd * uz)
    # the weave: horizontal, across the path
    px = -(sa * nx - ca * ex)
    py = -(sa * ny - ca * ey)
    pz = -(sa * nz - ca * ez)
    k = px * px + py * py + pz * pz
    if k > 0.0:
        k = 1.0 / math.sqrt(k)
    w = 2.0 * math.pi / WEAVE_S
    a = g * STANDARD_GRAVITY_MPS2 * k
    bx = cx - wx * meet_s
    by = cy - wy * meet_s
    bz = cz - wz * meet_s
    away = ground_range(sx, sy, sz, bx, by, bz)
    dt_s = step_s / n_sub
    launch(m, par, 0.0, sx, sy, sz, AIR)
    fate = FATE_NONE
    i = 0
    while fate == FATE_NONE and i < 100_000:
        t = i * step_s
        sn = a * math.sin(w * t)
        vn = -a / w * math.cos(w * t)
        dn = -sn / (w * w)
        tx = bx + wx * t + dn * px
        ty = by + wy * t + dn * py
        tz = bz + wz * t + dn * pz
        vx = wx + vn * px
        vy = wy + vn * py
        vz = wz + vn * pz
        ax = sn * px
        ay = sn * py
        az = sn * pz
        fate = advance(
            m, par, t, dt_s, n_sub,
            tx, ty, tz, vx, vy, vz, ax, ay, az, ACC_HORIZON_S,
            tx, ty, tz, vx, vy, vz, ax, ay, az, rcs_root4, 1, 0.0, 0.0, -1e5,
        )  # fmt: skip
        i += 1
    rho, _ = density_sound(m.alt_m)
    return fate, away, rho
