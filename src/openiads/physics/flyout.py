"""Fly-out tables: how long a missile takes to a point, how fast it arrives, whether it gets there at all.

A table is made by flying the missile itself (`interceptor.advance`) to resting points over (ground range,
altitude), once, when a scenario is compiled; fire control then looks up instead of flying. Nodes are even in
the square root of range and of altitude, which puts them where the surfaces bend. See docs/models/envelope.md
for the errors.
"""

from __future__ import annotations

import math

import numpy as np

from openiads._jit import kernel
from openiads.physics.atmosphere import density_sound
from openiads.physics.geodesy import altitude_m, geodetic_to_ecef
from openiads.physics.interceptor import advance, launch
from openiads.physics.interceptor_schema import AIR, FATE_INTERCEPT, FATE_NONE, missile_types, missiles
from openiads.units import STANDARD_GRAVITY_MPS2

N_RANGE = 44
N_ALT = 16
RADIUS_M = (
    6_371_000.0  # ground range is the arc between the directions from the Earth's centre, at this radius
)
LAT_RAD = math.radians(45.0)  # where the tables are flown, due north
STEP_S = 0.5
N_SUB = 4  # substep 1/8 s
REACHED_M = 300.0  # a pass this near to the resting point counts as reached at the coarse substep
NEEDED_G = 3.0  # lateral acceleration that must still be available on arrival for a margin of zero
MAX_RANGE_M = 600_000.0


@kernel
def point_north(range_m, alt_m):
    """ECEF point (m) at a ground range due north of (LAT_RAD, 0), at an altitude."""
    lat = LAT_RAD + range_m / RADIUS_M
    # the arc is geocentric, the latitude geodetic: the 0.3 % between them is taken out by `ground_range`
    return geodetic_to_ecef(lat, 0.0, alt_m)


@kernel
def ground_range(ax, ay, az, bx, by, bz):
    """Arc (m) between the directions of two ECEF points from the Earth's centre; chord series, exact to
    1e-7."""
    a2 = ax * ax + ay * ay + az * az
    b2 = bx * bx + by * by + bz * bz
    if a2 <= 0.0 or b2 <= 0.0:
        return 0.0
    ia = 1.0 / math.sqrt(a2)
    ib = 1.0 / math.sqrt(b2)
    dx = ax * ia - bx * ib
    dy = ay * ia - by * ib
    dz = az * ia - bz * ib
    c2 = dx * dx + dy * dy + dz * dz
    return RADIUS_M * math.sqrt(c2) * (1.0 + c2 * (1.0 / 24.0 + c2 * (3.0 / 640.0)))


@kernel
def fly_to_point(m, par, range_m, alt_m, step_s, n_sub):
    """Fly a fresh round to a resting point due north; returns its fate. Leaves the flight in `m`."""
    sx, sy, sz = point_north(0.0, 0.0)
    tx, ty, tz = point_north(range_m, alt_m)
    dt_s = step_s / n_sub
    launch(m, par, 0.0, sx, sy, sz, AIR)
    fate = FATE_NONE
    k = 0
    while fate == FATE_NONE and k < 100_000:
        fate = advance(
            m, par, k * step_s, dt_s, n_sub,
            tx, ty, tz, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
            tx, ty, tz, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0, 0.0, 0.0, -1e5,
        )  # fmt: skip
        k += 1
    return fate


@kernel
def available_g(m, par, rho):
    """Lateral acceleration (g0) that the air gives a round at its present speed, at density `rho`, under its
    cap."""
    v2 = m.vx_mps * m.vx_mps + m.vy_mps * m.vy_mps + m.vz_mps * m.vz_mps
    if m.mass_kg <= 0.0:
        return 0.0
    g = par.cl_max * 0.5 * rho * v2 * par.ref_area_m2 / (m.mass_kg * STANDARD_GRAVITY_MPS2)
    if g > par.lateral_g_max:
        return par.lateral_g_max
    return g


@kernel
def _margin(m, par, fate, rho):
    """How comfortably the point was reached: above 0 yes, below 0 no (see docs/models/envelope.md); in [-1,
    1]."""
    if fate != FATE_INTERCEPT:
        return -1.0
    v = math.sqrt(m.vx_mps * m.vx_mps + m.vy_mps * m.vy_mps + m.vz_mps * m.vz_mps)
    worst = 1.0
    s = v / par.min_speed_mps - 1.0 if par.min_speed_mps > 0.0 else 1.0
    worst = min(worst, s)
    s = par.max_flight_s / m.t_end_s - 1.0 if m.t_end_s > 0.0 else 1.0
    worst = min(worst, s)
    s = available_g(m, par, rho) / NEEDED_G - 1.0
    worst = min(worst, s)
    return worst


@kernel
def _fill(table, ranges, alts, densities, m, par, step_s, n_sub):
    """Fly every node; then give cells that were not reached values that interpolate sensibly."""
    for i in range(alts.shape[0]):
        last = -1
        for j in range(ranges.shape[0]):
            fate = fly_to_point(m, par, ranges[j], alts[i], step_s, n_sub)
            margin = _margin(m, par, fate, densities[i])
            v = math.sqrt(m.vx_mps * m.vx_mps + m.vy_mps * m.vy_mps + m.vz_mps * m.vz_mps)
            table[i, j, 2] = margin
            if fate == FATE_INTERCEPT:
                table[i, j, 0] = m.t_end_s
                table[i, j, 1] = v
                if last < 0:  # nearer than the nearest reached point: as long as that
                    for k in range(j):
                        table[i, k, 0] = m.t_end_s
                        table[i, k, 1] = v
                last = j
            else:
                speed = par.min_speed_mps if par.min_speed_mps > 1.0 else 1.0
                table[i, j, 0] = ranges[j] / speed
                table[i, j, 1] = speed
                if last >= 0:  # beyond the last reached point: on from there, slowly
                    table[i, j, 0] = table[i, last, 0] + (ranges[j] - ranges[last]) / speed


@kernel
def _reach(m, par, alt_m, step_s, n_sub):
    """Farthest reached range (m) at an altitude, among 40 even in the square root up to MAX_RANGE_M."""
    best = 0.0
    for j in range(1, 41):
        r = MAX_RANGE_M * (j * j) / 1600.0
        if fly_to_point(m, par, r, alt_m, step_s, n_sub) == FATE_INTERCEPT:
            best = r
    return best


def make_flyout(par, max_range_m=None, n_range=N_RANGE, n_alt=N_ALT, step_s=STEP_S, n_sub=N_SUB):
    """Fly-out table of one MISSILE_TYPE row.

    Returns (table, scale): table float64 (n_alt, n_range, 3) of time of flight (s), speed on arrival (m/s)
    and margin; scale float64 (2,): range (m) and altitude (m) of the last node. `max_range_m` None: 1.1 x the
    farthest range reached at 5, 15 or 25 km. Beyond the last range nothing is feasible.
    """
    own = missile_types([{name: par[name] for name in par.dtype.names}])
    row = own[0]
    row.fuze_radius_m = max(row.fuze_radius_m, REACHED_M)
    row.seeker_kind = 0
    m = missiles(1)[0]
    if max_range_m is None:
        max_range_m = 1.1 * max(_reach(m, row, alt, step_s, n_sub) for alt in (5_000.0, 15_000.0, 25_000.0))
        max_range_m = max(max_range_m, 10_000.0)
    ranges = max_range_m * (np.arange(n_range) / (n_range - 1.0)) ** 2
    alts = float(row.max_target_alt_m) * (np.arange(n_alt) / (n_alt - 1.0)) ** 2
    densities = np.array([density_sound(alt)[0] for alt in alts])
    table = np.zeros((n_alt, n_range, 3))
    _fill(table, ranges, alts, densities, m, row, step_s, n_sub)
    return table, np.array([max_range_m, float(row.max_target_alt_m)])


@kernel
def flyout_lookup(tables, scales, index, range_m, alt_m):
    """(time of flight s, arrival speed m/s, margin) to a point; bilinear. Outside the table the margin is -1.

    tables, scales: of `make_flyout`, stacked; index: `flyout` of the missile type; range_m: ground range; alt_m:
    altitude.
    """
    n_alt = tables.shape[1]
    n_range = tables.shape[2]
    inside = range_m <= scales[index, 0] and alt_m <= scales[index, 1] and alt_m >= -100.0
    s = 0.0
    if range_m > 0.0:
        s = math.sqrt(range_m / scales[index, 0]) * (n_range - 1)
    t = 0.0
    if alt_m > 0.0:
        t = math.sqrt(alt_m / scales[index, 1]) * (n_alt - 1)
    j = n_range - 2
    if s < n_range - 1:
        j = int(s)
    else:
        s = n_range - 1.0
    i = n_alt - 2
    if t < n_alt - 1:
        i = int(t)
    else:
        t = n_alt - 1.0
    u = s - j
    w = t - i
    a = (1.0 - u) * (1.0 - w)
    b = u * (1.0 - w)
    c = (1.0 - u) * w
    d = u * w
    cell = tables[index]
    tof = a * cell[i, j, 0] + b * cell[i, j + 1, 0] + c * cell[i + 1, j, 0] + d * cell[i + 1, j + 1, 0]
    speed = a * cell[i, j, 1] + b * cell[i, j + 1, 1] + c * cell[i + 1, j, 1] + d * cell[i + 1, j + 1, 1]
    margin = a * cell[i, j, 2] + b * cell[i, j + 1, 2] + c * cell[i + 1, j, 2] + d * cell[i + 1, j + 1, 2]
    if not inside:
        margin = -1.0
    return tof, speed, margin


@kernel
def _late(tables, scales, index, lx, ly, lz, px, py, pz, vx, vy, vz, ax, ay, az, delay_s, t):
    """By how much (s) the missile comes later than the target to where the target is at time t."""
    h = 0.5 * t
    x = px + (vx + ax * h) * t
    y = py + (vy + ay * h) * t
    z = pz + (vz + az * h) * t
    tof, _, _ = flyout_lookup(tables, scales, index, ground_range(lx, ly, lz, x, y, z), altitude_m(x, y, z))
    return delay_s + tof - t


@kernel
def predict_intercept(
    tables, scales, index, lx, ly, lz, px, py, pz, vx, vy, vz, ax, ay, az, delay_s, t_max_s
):
    """Where and when a missile launched `delay_s` from now would meet a target: (t s, x, y, z m, margin).

    l: launcher, p, v, a: target now (ECEF; give gravity as `a` for a ballistic target, zero for one that
    flies). t counts from now. The earliest meeting is bracketed, then found to 0.02 s by the Illinois form of
    false position. No meeting before t_max_s: t = -1 and margin -1. A meeting point below ground has margin
    -1.
    """
    t0 = 0.0
    f0 = _late(tables, scales, index, lx, ly, lz, px, py, pz, vx, vy, vz, ax, ay, az, delay_s, t0)
    t1 = f0
    if not (t1 > 0.0 and t1 <= t_max_s):
        t1 = t_max_s
    v2 = vx * vx + vy * vy + vz * vz
    if v2 > 0.0:  # a fast target is past and away by then: look where it is nearest
        near = ((lx - px) * vx + (ly - py) * vy + (lz - pz) * vz) / v2
        if near > 0.0 and near < t1:
            t1 = near
    f1 = _late(tables, scales, index, lx, ly, lz, px, py, pz, vx, vy, vz, ax, ay, az, delay_s, t1)
    n = 0
    while f1 > 0.02 and n < 8:  # the target runs: follow until the missile is the earlier one
        slope = 0.0
        if t1 > t0:
            slope = (f1 - f0) / (t1 - t0)
        ahead = 2.0 * f1
        if slope < -0.1 and -1.2 * f1 / slope < ahead * 4.0:
            ahead = -1.2 * f1 / slope
        t0 = t1
        f0 = f1
        t1 += ahead
        if t1 >= t_max_s:
            t1 = t_max_s
            n = 8
        f1 = _late(tables, scales, index, lx, ly, lz, px, py, pz, vx, vy, vz, ax, ay, az, delay_s, t1)
        n += 1
    if not f1 <= 0.02:
        return -1.0, px, py, pz, -1.0
    t = t1
    f = f1
    side = 0
    n = 0
    while (f > 0.02 or f < -0.02) and n < 12:
        t = (t0 * f1 - t1 * f0) / (f1 - f0)
        f = _late(tables, scales, index, lx, ly, lz, px, py, pz, vx, vy, vz, ax, ay, az, delay_s, t)
        if f < 0.0:
            t1 = t
            f1 = f
            if side == -1:
                f0 *= 0.5
            side = -1
        else:
            t0 = t
            f0 = f
            if side == 1:
                f1 *= 0.5
            side = 1
        n += 1
    h = 0.5 * t
    x = px + (vx + ax * h) * t
    y = py + (vy + ay * h) * t
    z = pz + (vz + az * h) * t
    alt = altitude_m(x, y, z)
    _, _, margin = flyout_lookup(tables, scales, index, ground_range(lx, ly, lz, x, y, z), alt)
    if alt < 0.0:
        margin = -1.0
    return t, x, y, z, margin
