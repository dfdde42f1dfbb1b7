"""Flight along waypoints: bank-limited turns, climb and acceleration limits. Compile-time, once per platform.

A kinematic point flies at fixed small steps towards the next waypoint on the WGS-84 ellipsoid; it turns before the waypoint
(fly-by) so that the turn ends on the next leg. The result is a list of knots for cubic Hermite
interpolation: dense where the flight changes, sparse where it is steady.

Source of the turn radius: coordinated turn, R = v^2 / (g tan(bank)); any text on flight mechanics, for example
B. Etkin, Dynamics of Flight (1972), ch. 12.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import A_M, E2, enu_basis, geodetic_to_ecef, wrap_pi
from openiads.units import STANDARD_GRAVITY_MPS2

_STEADY_KNOT_S = 40.0  # Hermite error over 40 s at 1 km/s: below 1 cm
_TURNING_KNOT_S = 2.0


@kernel
def radii_m(lat_rad):
    """Meridian and prime-vertical radii of curvature of the ellipsoid."""
    s = math.sin(lat_rad)
    w2 = 1.0 - E2 * s * s
    w = math.sqrt(w2)
    return A_M * (1.0 - E2) / (w2 * w), A_M / w


@kernel
def _offset(lat, lon, lat1, lon1, alt):
    """North and east distance (m) to a point, by mid-latitude sailing; bearing errors vanish as one approaches."""
    m, n = radii_m(0.5 * (lat + lat1))
    return (lat1 - lat) * (m + alt), wrap_pi(lon1 - lon) * (n + alt) * math.cos(0.5 * (lat + lat1))


@kernel
def _initial_course(lat, lon, lat1, lon1):
    """Great-circle course from one point to another (sphere)."""
    d = wrap_pi(lon1 - lon)
    y = math.sin(d) * math.cos(lat1)
    x = math.cos(lat) * math.sin(lat1) - math.sin(lat) * math.cos(lat1) * math.cos(d)
    return math.atan2(y, x)


@kernel
def _limit(value, bound):
    return min(max(value, -bound), bound)


@kernel
def _write(out, k, t, lat, lon, alt, course, speed, climb):
    x, y, z = geodetic_to_ecef(lat, lon, alt)
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_basis(lat, lon)
    ve = speed * math.sin(course)
    vn = speed * math.cos(course)
    out[k, 0] = t
    out[k, 1] = x
    out[k, 2] = y
    out[k, 3] = z
    out[k, 4] = ve * ex + vn * nx + climb * ux
    out[k, 5] = ve * ey + vn * ny + climb * uy
    out[k, 6] = ve * ez + vn * nz + climb * uz


@kernel
def fly_route(way, t0_s, bank_rad, climb_mps, accel_mps2, dt_s, t_max_s, out):
    """Fly waypoints `way` [n, 4] (lat_rad, lon_rad, alt_m, ground speed m/s), n >= 2; the first is the start.

    bank_rad: steepest bank; climb_mps: climb and descent limit; accel_mps2: along track. Stops at the last
    waypoint or at t_max_s. Writes knots [t_s, x, y, z, vx, vy, vz] to `out` and returns how many; -1 if `out` is full.
    """
    n_way = way.shape[0]
    lat, lon, alt, speed = way[0, 0], way[0, 1], way[0, 2], max(way[0, 3], 1.0)
    course = _initial_course(lat, lon, way[1, 0], way[1, 1])
    climb = 0.0
    goal = 1
    t = t0_s
    k = 0
    steps = 0
    last_knot_t = t0_s - 1e9
    turning_rate = max(STANDARD_GRAVITY_MPS2 * math.tan(bank_rad), 0.1)
    while True:
        north, east = _offset(lat, lon, way[goal, 0], way[goal, 1], alt)
        dist = math.sqrt(north * north + east * east)
        done = t >= t_max_s
        # One step before the last waypoint the flight is over; the remainder is flown straight into it.
        if goal == n_way - 1 and dist <= speed * dt_s:
            done = True
            if k >= out.shape[0]:
                return -1
            t += dist / speed
            course = math.atan2(east, north) if dist > 1e-3 else course
            _write(out, k, t, way[goal, 0], way[goal, 1], alt + climb * (dist / speed), course, speed, climb)
            return k + 1
        wanted = _initial_course(lat, lon, way[goal, 0], way[goal, 1])
        if dist < 50e3:
            wanted = math.atan2(east, north)
        if goal < n_way - 1:
            after = _initial_course(way[goal, 0], way[goal, 1], way[goal + 1, 0], way[goal + 1, 1])
            bend = min(abs(wrap_pi(after - wanted)), 2.6)
            lead = speed * speed / turning_rate * math.tan(0.5 * bend)
            if dist <= lead + 0.5 * speed * dt_s:
                goal += 1
                continue
        turn = _limit(wrap_pi(wanted - course), turning_rate / speed * dt_s)
        climb_new = _limit((way[goal, 2] - alt) / max(dist / speed, dt_s), climb_mps)
        gain = _limit(way[goal, 3] - speed, accel_mps2 * dt_s)
        steady = abs(turn) < 2e-4 and abs(climb_new - climb) < 0.05 and gain == 0.0
        if done or t - last_knot_t >= (_STEADY_KNOT_S if steady else _TURNING_KNOT_S) or steps == 0:
            if k >= out.shape[0]:
                return -1
            _write(out, k, t, lat, lon, alt, course, speed, climb_new)
            last_knot_t = t
            k += 1
        if done:
            return k
        climb = climb_new
        course = wrap_pi(course + turn)
        speed += gain
        m, n = radii_m(lat)
        mid = course - 0.5 * turn
        lat += speed * math.cos(mid) * dt_s / (m + alt)
        lon += speed * math.sin(mid) * dt_s / ((n + alt) * max(math.cos(lat), 1e-6))
        alt += climb * dt_s
        steps += 1
        t = t0_s + steps * dt_s
