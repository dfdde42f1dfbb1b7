"""Recorded flights: from clean states to knots, moved in place and time.

States are sent about once a second and stamped in whole seconds, so a position is off by up to one second of flight
along the track. Every ten seconds a parabola is fitted to the states of about 30 s (local regression, tricube
weights, two robust passes); its value and slope are the knot. East, north and up are fitted apart: the timing error lies
in the horizontal, the steps of 25 ft in the vertical, and an outlier of the one says nothing about the other.

Source: W. S. Cleveland, "Robust locally weighted regression and smoothing scatterplots", Journal of the American
Statistical Association 74 (368), 1979, pp. 829-836: tricube weights, bisquare on 6 times the median residual.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from openiads._jit import kernel
from openiads.physics.geodesy import A_M, B_M, E2

Floats = NDArray[np.float64]

KNOT_S = 10.0  # between knots
HALF_WINDOW_S = 15.0  # states to either side of a knot that make it
_MIN_SIDE = 3  # states wanted on either side of a knot: the window grows until it has them
_MAX_ROWS = 128  # states in one fit; of more, every second, third ... is taken
_ROBUST_PASSES = 2
_FLOOR_M = 5.0  # residuals below this are never outliers (resolution of the position encoding)


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


def place(lat_rad: Floats, lon_rad: Floats, alt_m: Floats, move: Floats) -> Floats:
    """ECEF positions [n, 3] of geodetic ones after a `rigid_move`."""
    out = np.empty((len(lat_rad), 3))
    place_rows(*(np.ascontiguousarray(a) for a in (lat_rad, lon_rad, alt_m, move)), out)
    return out


def fit(t_s: Floats, xyz: Floats, knot_times: Floats) -> Floats:
    """Knots [m, 7] (t_s, x, y, z, vx, vy, vz) at the given times from positions xyz [n, 3] at times t_s, n >= 3."""
    out = np.empty((len(knot_times), 7))
    work = np.empty((9, _MAX_ROWS))
    fit_knots(np.ascontiguousarray(t_s), np.ascontiguousarray(xyz), knot_times, HALF_WINDOW_S, work, out)
    return out


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
def place_rows(lat, lon, alt, m, out):
    """Geodetic rows -> ECEF rows after the rotation m [3, 3] of their normals. No angle is computed on the way."""
    for i in range(lat.shape[0]):
        cp = math.cos(lat[i])
        a, b, c = cp * math.cos(lon[i]), cp * math.sin(lon[i]), math.sin(lat[i])
        x = m[0, 0] * a + m[0, 1] * b + m[0, 2] * c
        y = m[1, 0] * a + m[1, 1] * b + m[1, 2] * c
        z = m[2, 0] * a + m[2, 1] * b + m[2, 2] * c
        n = A_M / math.sqrt(1.0 - E2 * z * z)
        out[i, 0] = (n + alt[i]) * x
        out[i, 1] = (n + alt[i]) * y
        out[i, 2] = (n * (1.0 - E2) + alt[i]) * z


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
def _parabola(tau, w, q, n):
    """Weighted least squares of q = c0 + c1 tau + c2 tau^2: (c0, c1, c2). A line where a parabola is not determined."""
    s0 = s1 = s2 = s3 = s4 = 0.0
    b0 = b1 = b2 = 0.0
    for i in range(n):
        a = tau[i]
        p0 = w[i]
        p1 = p0 * a
        p2 = p1 * a
        s0 += p0
        s1 += p1
        s2 += p2
        s3 += p2 * a
        s4 += p2 * a * a
        b0 += p0 * q[i]
        b1 += p1 * q[i]
        b2 += p2 * q[i]
    # Orthogonal polynomials under the weights: 1, tau - m, (tau - m)^2 - a (tau - m) - v.
    if s0 <= 0.0:
        return 0.0, 0.0, 0.0
    m = s1 / s0
    v = s2 / s0 - m * m
    if v <= 1e-12:
        return b0 / s0, 0.0, 0.0
    mean = b0 / s0
    slope = (b1 - m * b0) / (s0 * v)
    third = s3 / s0 - 3.0 * m * s2 / s0 + 2.0 * m * m * m
    fourth = s4 / s0 - 4.0 * m * s3 / s0 + 6.0 * m * m * s2 / s0 - 3.0 * m * m * m * m
    a = third / v
    norm = fourth - v * v - a * third
    bend = 0.0
    if norm > 1e-6 * v * v:
        central = b2 / s0 - 2.0 * m * b1 / s0 + m * m * mean
        bend = (central - a * slope * v - v * mean) / norm
    c1 = slope - bend * (a + 2.0 * m)
    return mean - slope * m + bend * (m * m + a * m - v), c1, bend


@kernel
def _reweigh(rest, scratch, base, w, n):
    """w = base * bisquare(residual / (6 median residual)), residuals `rest`."""
    for i in range(n):
        scratch[i] = rest[i]
    limit = 6.0 * max(_median(scratch, n), _FLOOR_M)
    for i in range(n):
        r = min(rest[i] / limit, 1.0)
        w[i] = base[i] * (1.0 - r * r) * (1.0 - r * r)


@kernel
def fit_knots(t, xyz, tk, half_s, work, out):
    """Knots out [m, 7] at times tk [m] from positions xyz [n, 3] at times t [n]; work [9, 128] is scratch."""
    tau, east, north, up = work[0], work[1], work[2], work[3]
    base, wh, wv, rest, scratch = work[4], work[5], work[6], work[7], work[8]
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
        h = 1.05 * max(half_s, max(tk[k] - t[lo], t[hi - 1] - tk[k]))
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
            wh[n] = base[n]
            wv[n] = base[n]
            n += 1
        for turn in range(_ROBUST_PASSES + 1):
            e0, e1, e2 = _parabola(tau, wh, east, n)
            n0, n1, n2 = _parabola(tau, wh, north, n)
            u0, u1, u2 = _parabola(tau, wv, up, n)
            if turn == _ROBUST_PASSES:
                break
            for i in range(n):
                re = east[i] - (e0 + tau[i] * (e1 + tau[i] * e2))
                rn = north[i] - (n0 + tau[i] * (n1 + tau[i] * n2))
                rest[i] = math.sqrt(re * re + rn * rn)
            _reweigh(rest, scratch, base, wh, n)
            for i in range(n):
                rest[i] = abs(up[i] - (u0 + tau[i] * (u1 + tau[i] * u2)))
            _reweigh(rest, scratch, base, wv, n)
        out[k, 0] = tk[k]
        out[k, 1] = x0 + e0 * ex + n0 * nx + u0 * ux
        out[k, 2] = y0 + e0 * ey + n0 * ny + u0 * uy
        out[k, 3] = z0 + n0 * nz + u0 * uz
        out[k, 4] = (e1 * ex + n1 * nx + u1 * ux) / h
        out[k, 5] = (e1 * ey + n1 * ny + u1 * uy) / h
        out[k, 6] = (n1 * nz + u1 * uz) / h


@kernel
def distances(t, xyz, knots):
    """(sum of squares, maximum, number) of the distances of positions to the Hermite curve through the knots."""
    total = 0.0
    worst = 0.0
    n = 0
    c = 0
    for i in range(t.shape[0]):
        if t[i] < knots[0, 0] or t[i] > knots[knots.shape[0] - 1, 0]:
            continue
        while c < knots.shape[0] - 2 and knots[c + 1, 0] <= t[i]:
            c += 1
        h = knots[c + 1, 0] - knots[c, 0]
        u = (t[i] - knots[c, 0]) / max(h, 1e-9)
        v = 1.0 - u
        sq = 0.0
        for d in range(3):
            x = (1.0 + 2.0 * u) * v * v * knots[c, 1 + d] + u * v * v * h * knots[c, 4 + d]
            x += u * u * (3.0 - 2.0 * u) * knots[c + 1, 1 + d] - u * u * v * h * knots[c + 1, 4 + d]
            sq += (x - xyz[i, d]) * (x - xyz[i, d])
        total += sq
        worst = max(worst, math.sqrt(sq))
        n += 1
    return total, worst, n
