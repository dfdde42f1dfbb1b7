"""Recorded flights: from clean states to knots, moved in place and time.

A position is sent about once a second and stamped with the time at which somebody stored it: it is late by a fraction of
a second, sometimes by eight, which is 2 km along the track. The reported velocity is good to a knot or two. So every ten
seconds a parabola is fitted to positions and velocities of about 30 s (local regression, tricube weights, two robust
passes); its value and slope are the knot. Horizontal and vertical are fitted apart: the late positions lie in the
one, the altitude steps of 25 ft in the other, and an outlier of the one says nothing about the other.

Source: W. S. Cleveland, "Robust locally weighted regression and smoothing scatterplots", Journal of the American
Statistical Association 74 (368), 1979, pp. 829-836: tricube weights, bisquare on 6 times the median residual.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openiads._jit import kernel
from openiads.physics.geodesy import A_M, B_M, E2
from openiads.world.recording_clean import Flight, Floats

KNOT_S = 10.0  # between knots
HALF_WINDOW_S = 15.0  # states to either side of a knot that make it
_MIN_SIDE = 3  # states wanted on either side of a knot: the window grows until it has them
_MAX_ROWS = 128  # states in one fit; of more, every second, third ... is taken
_ROBUST_PASSES = 2
_FLOOR_M = 5.0  # median residuals below this count as this (resolution of the position encoding)
_FLOOR_MPS = 0.5
# How far a state is trusted: only the ratios matter. Measured on the shipped recordings: see the model page.
_SIGMA_M, _SIGMA_MPS = 60.0, 2.0
_SIGMA_UP_M, _SIGMA_UP_MPS = 10.0, 1.5
_BELIEF_MPS = 15.0


def rigid_move(
    from_lat_rad: float, from_lon_rad: float, to_lat_rad: float, to_lon_rad: float, rotate_rad: float
) -> Floats:
    """The rotation of the sphere [3, 3] that carries one point to another and turns clockwise by `rotate_rad` about it.

    Without the turn, north at the one point becomes north at the other. It acts on the normals of the ellipsoid:
    altitudes stay as they are, distances change with the curvature of the ellipsoid, by 0.7 % at most.
    """
    c, s = math.cos(rotate_rad), math.sin(rotate_rad)
    e0, n0, u0 = _basis(from_lat_rad, from_lon_rad)
    e1, n1, u1 = _basis(to_lat_rad, to_lon_rad)
    east = [c * e - s * n for e, n in zip(e1, n1, strict=True)]  # where the old east goes
    north = [s * e + c * n for e, n in zip(e1, n1, strict=True)]
    return np.array(
        [[east[i] * e0[j] + north[i] * n0[j] + u1[i] * u0[j] for j in range(3)] for i in range(3)]
    )


def _basis(lat: float, lon: float) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    sp, cp, sl, cl = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
    return (-sl, cl, 0.0), (-sp * cl, -sp * sl, cp), (cp * cl, cp * sl, sp)


STAY = np.eye(3)


class Path(NamedTuple):
    """States in ECEF, as the fit wants them: t_s [n], xyz [n, 3] m, vel [n, 3] horizontal m/s, climb [n] m/s."""

    t_s: Floats
    xyz: Floats
    vel: Floats
    climb: Floats


def place(flight: Flight, offset_s: float, move: Floats) -> Path:
    """The states of a flight after a `rigid_move`, offset_s later."""
    out = np.empty((len(flight), 6))
    rows = (flight.lat_rad, flight.lon_rad, flight.alt_m, flight.speed_mps, flight.track_rad)
    place_rows(*(np.ascontiguousarray(a) for a in (*rows, move)), out)
    xyz, vel = np.ascontiguousarray(out[:, :3]), np.ascontiguousarray(out[:, 3:])
    path = Path(flight.t_s + offset_s, xyz, vel, np.ascontiguousarray(flight.climb_mps))
    return path if believable(path) else path._replace(vel=np.full_like(vel, np.nan))


def believable(path: Path) -> bool:
    """Whether the reported velocities are those of the positions: over half a minute or more, to 15 m/s in the median."""
    later = np.searchsorted(path.t_s, path.t_s + 2.0 * HALF_WINDOW_S)
    i = np.flatnonzero(later < len(path.t_s))
    j = later[i]
    shown = 0.5 * (path.vel[i] + path.vel[j])
    flown = (path.xyz[j] - path.xyz[i]) / (path.t_s[j] - path.t_s[i])[:, None]
    difference = np.sqrt(((shown - flown) ** 2).sum(axis=1))
    difference = difference[np.isfinite(difference)]
    return len(difference) > 0 and float(np.median(difference)) <= _BELIEF_MPS


def fit(path: Path, times: Floats) -> Floats:
    """Knots [m, 7] (t_s, x, y, z, vx, vy, vz) at the given times."""
    out = np.empty((len(times), 7))
    fit_knots(path.t_s, path.xyz, path.vel, path.climb, times, HALF_WINDOW_S, np.empty((14, _MAX_ROWS)), out)
    return out


class Misfit(NamedTuple):
    """Distances of states to the curve: sum of squares (m2) and maximum (m), in all and across the flight direction."""

    states: int
    total_m2: float
    worst_m: float
    across_m2: float
    across_worst_m: float


def misfit(path: Path, knots: Floats) -> Misfit:
    """How far the states inside the knots' time are from the Hermite curve."""
    out = np.empty(4)
    n = distances(path.t_s, path.xyz, knots, out)
    return Misfit(int(n), *out.tolist())


def knot_times(first_s: float, last_s: float) -> Floats:
    """Both ends and the multiples of ten seconds between them, none nearer than half a spacing to an end."""
    k = np.arange(math.ceil(first_s / KNOT_S), math.floor(last_s / KNOT_S) + 1) * KNOT_S
    inner = k[(k - first_s >= 0.5 * KNOT_S) & (last_s - k >= 0.5 * KNOT_S)]
    return np.concatenate(([first_s], inner, [last_s]))


def residuals(t_s: Floats, xyz: Floats, knots: Floats) -> tuple[float, float, int]:
    """(sum of squares m2, maximum m, how many) of the distances from states inside the knots' time to the Hermite curve."""
    total, worst, n = distances(np.ascontiguousarray(t_s), np.ascontiguousarray(xyz), knots)
    return float(total), float(worst), int(n)


def mean_direction(lat_rad: Floats, lon_rad: Floats) -> Floats:
    """Mean [3] of the unit normals at geodetic positions."""
    return np.array(mean_normal(np.ascontiguousarray(lat_rad), np.ascontiguousarray(lon_rad)))


@kernel
def mean_normal(lat, lon):
    """(x, y, z) mean of the unit normals; zero for no rows."""
    x = y = z = 0.0
    for i in range(lat.shape[0]):
        cp = math.cos(lat[i])
        x += cp * math.cos(lon[i])
        y += cp * math.sin(lon[i])
        z += math.sin(lat[i])
    n = max(lat.shape[0], 1)
    return x / n, y / n, z / n


@kernel
def place_rows(lat, lon, alt, speed, track, m, out):
    """Geodetic rows -> out [n, 6]: ECEF position and horizontal velocity after the rotation m [3, 3] of the normals."""
    for i in range(lat.shape[0]):
        sp, cp, sl, cl = math.sin(lat[i]), math.cos(lat[i]), math.sin(lon[i]), math.cos(lon[i])
        ve, vn = speed[i] * math.sin(track[i]), speed[i] * math.cos(track[i])
        for d in range(3):
            out[i, d] = m[d, 0] * cp * cl + m[d, 1] * cp * sl + m[d, 2] * sp
            east = -m[d, 0] * sl + m[d, 1] * cl
            north = -m[d, 0] * sp * cl - m[d, 1] * sp * sl + m[d, 2] * cp
            out[i, 3 + d] = ve * east + vn * north
        n = A_M / math.sqrt(1.0 - E2 * out[i, 2] * out[i, 2])
        out[i, 0] *= n + alt[i]
        out[i, 1] *= n + alt[i]
        out[i, 2] *= n * (1.0 - E2) + alt[i]


@kernel
def _first_at_or_after(t, x):
    lo, hi = 0, t.shape[0]
    while lo < hi:
        mid = (lo + hi) // 2
        if t[mid] < x:
            lo = mid + 1
        else:
            hi = mid
    return lo


@kernel
def _window(t, x, half_s):
    """Rows [lo, hi) for a knot at x: 2 * half_s of time inside the flight, as nearly centred on x as can be."""
    n = t.shape[0]
    start = min(max(x - half_s, t[0]), max(t[n - 1] - 2.0 * half_s, t[0]))
    lo = _first_at_or_after(t, start)
    hi = lo
    while hi < n and t[hi] <= start + 2.0 * half_s:
        hi += 1
    here = _first_at_or_after(t, x)
    return max(min(lo, here - _MIN_SIDE), 0), min(max(hi, here + _MIN_SIDE), n)


@kernel
def _median(values, n):
    """Median (upper of two) of values[0:n]; sorts them in place."""
    for i in range(1, n):
        v = values[i]
        j = i - 1
        while j >= 0 and values[j] > v:
            values[j + 1] = values[j]
            j -= 1
        values[j + 1] = v
    return values[n // 2]


@kernel
def _parabola(tau, q, wq, rate, wr, n):
    """Weighted least squares of q = c0 + c1 tau + c2 tau^2 and of rate = c1 + 2 c2 tau: (c0, c1, c2).

    What the data do not determine is left out (then it is a line, or a constant).
    """
    s00 = s01 = s02 = s11 = s12 = s22 = 0.0
    b0 = b1 = b2 = 0.0
    for i in range(n):
        a = tau[i]
        w = wq[i]
        s00 += w
        s01 += w * a
        s02 += w * a * a
        s12 += w * a * a * a
        s22 += w * a * a * a * a
        b0 += w * q[i]
        b1 += w * a * q[i]
        b2 += w * a * a * q[i]
        v = wr[i]
        s11 += v
        s12 += 2.0 * v * a
        s22 += 4.0 * v * a * a
        b1 += v * rate[i]
        b2 += 2.0 * v * a * rate[i]
    s11 += s02
    # Symmetric elimination; a pivot that has shrunk to nothing takes its coefficient with it.
    if s00 <= 0.0:
        return 0.0, 0.0, 0.0
    l1, l2 = s01 / s00, s02 / s00
    d1 = s11 - l1 * s01
    e1 = b1 - l1 * b0
    m12 = s12 - l1 * s02
    if d1 <= 1e-9 * s00:
        return b0 / s00, 0.0, 0.0
    l12 = m12 / d1
    d2 = s22 - l2 * s02 - l12 * m12
    e2 = b2 - l2 * b0 - l12 * e1
    c2 = e2 / d2 if d2 > 1e-9 * s00 else 0.0
    c1 = (e1 - m12 * c2) / d1
    return (b0 - s01 * c1 - s02 * c2) / s00, c1, c2


@kernel
def _reweigh(rest, scratch, base, w, scale, floor, n):
    """w = scale * base * bisquare(rest / (6 median rest)); rows with a negative residual are not known: 0."""
    m = 0
    for i in range(n):
        if rest[i] >= 0.0:
            scratch[m] = rest[i]
            m += 1
    limit = 6.0 * max(_median(scratch, m), floor) if m > 0 else 1.0
    for i in range(n):
        r = min(rest[i] / limit, 1.0)
        w[i] = scale * base[i] * (1.0 - r * r) * (1.0 - r * r) if rest[i] >= 0.0 else 0.0


@kernel
def fit_knots(t, xyz, vel, climb, tk, half_s, work, out):
    """Knots out [m, 7] at times tk [m] from positions xyz [n, 3] and velocities at times t [n].

    vel [n, 3]: horizontal velocity, climb [n]: vertical speed, NaN where not known. work [14, 128] is scratch.
    """
    tau, base, rest, scratch = work[0], work[1], work[2], work[3]
    east, north, up = work[4], work[5], work[6]
    veast, vnorth, vup = work[7], work[8], work[9]
    wh, wvh, wu, wvu = work[10], work[11], work[12], work[13]
    for k in range(tk.shape[0]):
        lo, hi = _window(t, tk[k], half_s)
        stride = (hi - lo + _MAX_ROWS - 1) // _MAX_ROWS
        ref = min(_first_at_or_after(t, tk[k]), t.shape[0] - 1)
        x0, y0, z0 = xyz[ref, 0], xyz[ref, 1], xyz[ref, 2]
        # Outward normal of the ellipsoid through the point (exact on the ellipsoid, 1e-5 rad off at 12 km).
        gx, gy, gz = x0 / (A_M * A_M), y0 / (A_M * A_M), z0 / (B_M * B_M)
        g = math.sqrt(gx * gx + gy * gy + gz * gz)
        ux, uy, uz = gx / g, gy / g, gz / g
        p = max(math.sqrt(ux * ux + uy * uy), 1e-12)
        ex, ey = -uy / p, ux / p
        nx, ny, nz = -uz * ey, uz * ex, ux * ey - uy * ex
        h = 1.05 * max(half_s, tk[k] - t[lo], t[hi - 1] - tk[k])
        lever = _SIGMA_M / (_SIGMA_MPS * h)
        lever_up = _SIGMA_UP_M / (_SIGMA_UP_MPS * h)
        scale, scale_up = lever * lever, lever_up * lever_up
        n = 0
        for i in range(lo, hi, stride):
            dx, dy, dz = xyz[i, 0] - x0, xyz[i, 1] - y0, xyz[i, 2] - z0
            tau[n] = (t[i] - tk[k]) / h
            east[n] = dx * ex + dy * ey
            north[n] = dx * nx + dy * ny + dz * nz
            up[n] = dx * ux + dy * uy + dz * uz
            a = abs(tau[n])
            b = 1.0 - a * a * a
            base[n] = b * b * b
            wh[n], wu[n] = base[n], base[n]
            vx, vy, vz = vel[i, 0], vel[i, 1], vel[i, 2]
            veast[n] = vnorth[n] = vup[n] = 0.0
            wvh[n] = wvu[n] = 0.0
            if _known(vx):
                veast[n] = h * (vx * ex + vy * ey)
                vnorth[n] = h * (vx * nx + vy * ny + vz * nz)
                wvh[n] = scale * base[n]
                if _known(climb[i]):
                    vup[n] = h * (vx * ux + vy * uy + vz * uz + climb[i])
                    wvu[n] = scale_up * base[n]
            n += 1
        for turn in range(_ROBUST_PASSES + 1):
            e0, e1, e2 = _parabola(tau, east, wh, veast, wvh, n)
            n0, n1, n2 = _parabola(tau, north, wh, vnorth, wvh, n)
            u0, u1, u2 = _parabola(tau, up, wu, vup, wvu, n)
            if turn == _ROBUST_PASSES:
                break
            for i in range(n):
                re = east[i] - (e0 + tau[i] * (e1 + tau[i] * e2))
                rn = north[i] - (n0 + tau[i] * (n1 + tau[i] * n2))
                rest[i] = math.sqrt(re * re + rn * rn)
            _reweigh(rest, scratch, base, wh, 1.0, _FLOOR_M, n)
            for i in range(n):
                rest[i] = abs(up[i] - (u0 + tau[i] * (u1 + tau[i] * u2)))
            _reweigh(rest, scratch, base, wu, 1.0, _FLOOR_M, n)
            for i in range(n):
                re = veast[i] - (e1 + 2.0 * tau[i] * e2)
                rn = vnorth[i] - (n1 + 2.0 * tau[i] * n2)
                rest[i] = math.sqrt(re * re + rn * rn) if _known(vel[lo + i * stride, 0]) else -1.0
            _reweigh(rest, scratch, base, wvh, scale, _FLOOR_MPS * h, n)
            for i in range(n):
                j = lo + i * stride
                r = abs(vup[i] - (u1 + 2.0 * tau[i] * u2))
                rest[i] = r if _known(vel[j, 0]) and _known(climb[j]) else -1.0
            _reweigh(rest, scratch, base, wvu, scale_up, _FLOOR_MPS * h, n)
        out[k, 0] = tk[k]
        out[k, 1] = x0 + e0 * ex + n0 * nx + u0 * ux
        out[k, 2] = y0 + e0 * ey + n0 * ny + u0 * uy
        out[k, 3] = z0 + n0 * nz + u0 * uz
        out[k, 4] = (e1 * ex + n1 * nx + u1 * ux) / h
        out[k, 5] = (e1 * ey + n1 * ny + u1 * uy) / h
        out[k, 6] = (n1 * nz + u1 * uz) / h


@kernel
def _known(x):
    return not math.isnan(x)


@kernel
def distances(t, xyz, knots, out):
    """Distances of positions to the Hermite curve through the knots, those inside the knots' time.

    out [4]: sum of squares, maximum, and the same across the direction of flight (where an error of the time
    stamp does not show). Returns how many.
    """
    n = 0
    c = 0
    out[0] = out[1] = out[2] = out[3] = 0.0
    for i in range(t.shape[0]):
        if t[i] < knots[0, 0] or t[i] > knots[knots.shape[0] - 1, 0]:
            continue
        while c < knots.shape[0] - 2 and knots[c + 1, 0] <= t[i]:
            c += 1
        h = max(knots[c + 1, 0] - knots[c, 0], 1e-9)
        u = (t[i] - knots[c, 0]) / h
        v = 1.0 - u
        sq = along = speed_sq = 0.0
        for d in range(3):
            a, b = knots[c, 1 + d], knots[c + 1, 1 + d]
            va, vb = knots[c, 4 + d], knots[c + 1, 4 + d]
            x = (
                (1.0 + 2.0 * u) * v * v * a
                + u * v * v * h * va
                + u * u * (3.0 - 2.0 * u) * b
                - u * u * v * h * vb
            )
            speed = 6.0 * u * v / h * (b - a) + v * (1.0 - 3.0 * u) * va + u * (3.0 * u - 2.0) * vb
            off = xyz[i, d] - x
            sq += off * off
            along += off * speed
            speed_sq += speed * speed
        across = max(sq - along * along / max(speed_sq, 1e-9), 0.0)
        out[0] += sq
        out[1] = max(out[1], math.sqrt(sq))
        out[2] += across
        out[3] = max(out[3], math.sqrt(across))
        n += 1
    return n
