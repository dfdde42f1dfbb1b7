"""Recorded flights: from clean states to knots, moved in place and time.

A position is sent about once a second and stamped with the time at which somebody stored it: it is late by a
fraction of a second, sometimes by eight, which is 2 km along the track. The reported velocity is good to a
knot or two. So the path is the one that a Kalman filter with a backward pass finds (`recording_smooth`), from
positions and velocities, those that do not fit weighing less; its position and velocity every ten seconds are
the knots. The place on the Earth and the altitude are smoothed apart: late positions lie in the one, altitude
steps of 25 ft in the other.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openiads._jit import kernel
from openiads.physics.geodesy import A_M, E2
from openiads.world.recording_clean import EARTH_RADIUS_M, Flight, Floats
from openiads.world.recording_smooth import Noise, smoothed

KNOT_S = 10.0  # between knots
_BELIEF_S = 30.0  # reported velocities are compared with the way flown in this time
_BELIEF_MPS = 15.0

# How far a state is trusted (the scatter of the shipped recordings, see the model page), and how fast its
# acceleration changes: m/s3, squared, times the seconds it lasts. Without velocities a path must be stiffer.
LEVEL = Noise(position_m=60.0, rate_mps=2.0, jerk=0.3)
LEVEL_BARE = Noise(position_m=60.0, rate_mps=2.0, jerk=0.02)
HEIGHT = Noise(position_m=8.0, rate_mps=1.5, jerk=0.05)
HEIGHT_BARE = Noise(position_m=8.0, rate_mps=1.5, jerk=0.005)


def rigid_move(
    from_lat_rad: float, from_lon_rad: float, to_lat_rad: float, to_lon_rad: float, rotate_rad: float
) -> Floats:
    """The rotation of the sphere [3, 3] that carries one point to another and turns clockwise by `rotate_rad`
    about it.

    Without the turn, north at the one point becomes north at the other. It acts on the normals of the
    ellipsoid: altitudes stay; distances change with the curvature of the ellipsoid, by 1 % at most.
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
    """States as the smoother wants them, at t_s [n].

    normal [n, 3]: outward normals of the ellipsoid times the Earth's radius, m, after the move; turn [n, 3]:
    their rate of change by the reported ground speed and track, m/s, NaN where not reported (everywhere, if
    not believable); alt_m [n]; climb_mps [n], NaN where not reported; xyz [n, 3]: the positions, ECEF.
    """

    t_s: Floats
    normal: Floats
    turn: Floats
    alt_m: Floats
    climb_mps: Floats
    xyz: Floats


def place(flight: Flight, offset_s: float, move: Floats) -> Path:
    """The states of a flight after a `rigid_move`, offset_s later."""
    n = len(flight)
    alt, climb = np.ascontiguousarray(flight.alt_m), np.ascontiguousarray(flight.climb_mps)
    lat, lon = np.ascontiguousarray(flight.lat_rad), np.ascontiguousarray(flight.lon_rad)
    speed, track = np.ascontiguousarray(flight.speed_mps), np.ascontiguousarray(flight.track_rad)
    normal, turn, xyz = np.empty((n, 3)), np.empty((n, 3)), np.empty((n, 3))
    place_rows(lat, lon, alt, speed, track, np.ascontiguousarray(move), normal, turn, xyz)
    path = Path(flight.t_s + offset_s, normal, turn, alt, climb, xyz)
    return path if believable(path) else path._replace(turn=np.full_like(turn, np.nan))


def believable(path: Path) -> bool:
    """Whether the reported velocities are those of the positions: over half a minute, to 15 m/s in the
    median."""
    later = np.searchsorted(path.t_s, path.t_s + _BELIEF_S)
    i = np.flatnonzero(later < len(path.t_s))
    j = later[i]
    reported = 0.5 * (path.turn[i] + path.turn[j])
    flown = (path.normal[j] - path.normal[i]) / (path.t_s[j] - path.t_s[i])[:, None]
    difference = np.sqrt(((reported - flown) ** 2).sum(axis=1))
    difference = difference[np.isfinite(difference)]
    return len(difference) > 0 and float(np.median(difference)) <= _BELIEF_MPS


def fit(path: Path, times: Floats) -> Floats:
    """Knots [m, 7] (t_s, x, y, z, vx, vy, vz) at the given times."""
    level = LEVEL if np.isfinite(path.turn).any() else LEVEL_BARE
    height = HEIGHT if np.isfinite(path.climb_mps).any() else HEIGHT_BARE
    normal, turn = smoothed(path.t_s, path.normal, path.turn, level, times)
    alt, climb = smoothed(path.t_s, path.alt_m[:, None], path.climb_mps[:, None], height, times)
    out = np.empty((len(times), 7))
    write_knots(times, normal, turn, alt[:, 0].copy(), climb[:, 0].copy(), out)
    return out


class Misfit(NamedTuple):
    """Distances of states to the curve: sum of squares (m2) and maximum (m), in all and across the flight
    direction."""

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
def place_rows(lat, lon, alt, speed, track, m, normal, turn, xyz):
    """Geodetic rows -> normals, their rates and ECEF positions after the rotation m [3, 3] (see `Path`)."""
    for i in range(lat.shape[0]):
        sp, cp, sl, cl = math.sin(lat[i]), math.cos(lat[i]), math.sin(lon[i]), math.cos(lon[i])
        w2 = 1.0 - E2 * sp * sp
        prime = A_M / math.sqrt(w2)
        meridian = prime * (1.0 - E2) / w2
        ve = speed[i] * math.sin(track[i]) * EARTH_RADIUS_M / (prime + alt[i])
        vn = speed[i] * math.cos(track[i]) * EARTH_RADIUS_M / (meridian + alt[i])
        for d in range(3):
            xyz[i, d] = m[d, 0] * cp * cl + m[d, 1] * cp * sl + m[d, 2] * sp
            east = -m[d, 0] * sl + m[d, 1] * cl
            north = -m[d, 0] * sp * cl - m[d, 1] * sp * sl + m[d, 2] * cp
            normal[i, d] = EARTH_RADIUS_M * xyz[i, d]
            turn[i, d] = ve * east + vn * north
        prime = A_M / math.sqrt(1.0 - E2 * xyz[i, 2] * xyz[i, 2])
        xyz[i, 0] *= prime + alt[i]
        xyz[i, 1] *= prime + alt[i]
        xyz[i, 2] *= prime * (1.0 - E2) + alt[i]


@kernel
def write_knots(times, normal, turn, alt, climb, out):
    """Knots from smoothed normals (any length), their rates, altitudes and climb rates: place on the
    ellipsoid, and its derivative."""
    for k in range(times.shape[0]):
        x, y, z = normal[k, 0], normal[k, 1], normal[k, 2]
        length = max(math.sqrt(x * x + y * y + z * z), 1.0)
        x, y, z = x / length, y / length, z / length
        vx, vy, vz = turn[k, 0] / length, turn[k, 1] / length, turn[k, 2] / length
        outward = vx * x + vy * y + vz * z
        vx, vy, vz = vx - outward * x, vy - outward * y, vz - outward * z
        w2 = 1.0 - E2 * z * z
        prime = A_M / math.sqrt(w2)
        prime_rate = prime * E2 * z * vz / w2
        out[k, 0] = times[k]
        out[k, 1] = (prime + alt[k]) * x
        out[k, 2] = (prime + alt[k]) * y
        out[k, 3] = (prime * (1.0 - E2) + alt[k]) * z
        out[k, 4] = (prime_rate + climb[k]) * x + (prime + alt[k]) * vx
        out[k, 5] = (prime_rate + climb[k]) * y + (prime + alt[k]) * vy
        out[k, 6] = (prime_rate * (1.0 - E2) + climb[k]) * z + (prime * (1.0 - E2) + alt[k]) * vz


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
