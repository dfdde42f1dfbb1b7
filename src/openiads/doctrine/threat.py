"""Which track threatens what, and how soon.

An aerodynamic track is taken to fly on as it does now. The geometry is that of the horizontal plane of each
asset: the Earth's curvature then bends no level flight away from its target, as it would along a straight
line in space (by 7 km at 300 km). A ballistic track is judged by its predicted impact point alone.

    score = value of the asset * weight of the class * 1 / (1 + t / T)

with t the time to go and T the time at which urgency has fallen to one half. Time to go, closest point of
approach, class and value of the asset are the usual parameters of rule-based threat evaluation (J. N. Roux,
J. H. van Vuuren, "Threat evaluation and weapon assignment decision support: a review of the state of the
art", ORiON 23 (2007), 151-187); the form of the product and its numbers are assumptions (grade F).
"""

from __future__ import annotations

import math

import numpy as np

from openiads._jit import kernel
from openiads.doctrine import classify

URGENCY_TIME_S = 120.0  # T, F (30 to 600)
RECEDING_FACTOR = 0.25  # a track that is near but going away counts this much, F (0 to 1)


def _weights() -> np.ndarray:
    """Weight per class, order of classify: the harm of an arrival relative to a ballistic missile. F."""
    weight = np.zeros(classify.N_CLASSES)
    weight[classify.FIGHTER] = 0.6
    weight[classify.BOMBER] = 0.8
    weight[classify.AIRLINER] = 0.05
    weight[classify.CRUISE_MISSILE] = 0.8
    weight[classify.DRONE] = 0.3
    weight[classify.BALLISTIC] = 1.0
    weight[classify.ARM] = 0.9
    weight[classify.HELICOPTER] = 0.4
    weight[classify.BIRD] = 0.02
    weight[classify.OTHER] = 0.2
    weight.setflags(write=False)
    return weight


CLASS_WEIGHT = _weights()  # f8 [10]

# Columns of an asset array
ASSET_X, ASSET_Y, ASSET_Z, ASSET_RADIUS, ASSET_VALUE = 0, 1, 2, 3, 4


@kernel
def approach(px, py, pz, vx, vy, vz, ax, ay, az, radius_m):
    """Straight level flight past one asset: (time to go s, miss distance m, 1 closing or 0).

    p, v: ECEF position m and velocity m/s of the track; a: ECEF position of the asset. The miss distance is
    horizontal. Time to go is the time to the circle of `radius_m` round the asset where the path meets it,
    else the time of closest approach. A track that recedes or stands still has its present distance as miss,
    and time 0.
    """
    rx, ry, rz, wx, wy, wz = _level(px, py, pz, vx, vy, vz, ax, ay, az)
    d2 = rx * rx + ry * ry + rz * rz
    w2 = wx * wx + wy * wy + wz * wz
    rw = rx * wx + ry * wy + rz * wz
    if rw >= 0.0 or w2 < 1e-6:
        return 0.0, math.sqrt(d2), 0
    t = -rw / w2
    miss2 = max(d2 + rw * t, 0.0)
    r2 = radius_m * radius_m
    if d2 <= r2:
        t = 0.0
    elif miss2 < r2:
        t -= math.sqrt((r2 - miss2) / w2)
    return max(t, 0.0), math.sqrt(miss2), 1


@kernel
def _level(px, py, pz, vx, vy, vz, ax, ay, az):
    """Position relative to the asset and velocity, both in the horizontal plane of the asset, ECEF."""
    scale = 1.0 / max(ax * ax + ay * ay + az * az, 1.0)
    rx = px - ax
    ry = py - ay
    rz = pz - az
    up = (rx * ax + ry * ay + rz * az) * scale
    climb = (vx * ax + vy * ay + vz * az) * scale
    return rx - up * ax, ry - up * ay, rz - up * az, vx - climb * ax, vy - climb * ay, vz - climb * az


@kernel
def urgency(time_s):
    """1 now, one half at URGENCY_TIME_S, falling to 0."""
    return 1.0 / (1.0 + max(time_s, 0.0) / URGENCY_TIME_S)


@kernel
def _passes_wide(px, py, pz, vx, vy, vz, ax, ay, az, limit_m):
    """True only if the straight line of :func:`approach` certainly passes beyond limit_m: no root, no division by speed.

    miss^2 = d^2 - (r.w)^2 / w^2 for what closes, d^2 for what recedes.
    """
    rx, ry, rz, wx, wy, wz = _level(px, py, pz, vx, vy, vz, ax, ay, az)
    excess = rx * rx + ry * ry + rz * rz - 1.000001 * limit_m * limit_m
    if excess <= 0.0:
        return False
    rw = rx * wx + ry * wy + rz * wz
    return rw >= 0.0 or excess * (wx * wx + wy * wy + wz * wz) > rw * rw


@kernel
def asset_threat(
    px, py, pz, vx, vy, vz, ax, ay, az, radius_m, value, weight, margin_m, max_time_s,
    impact_time_s, ix, iy, iz, impact_sigma_m,
):  # fmt: skip
    """(score, time to go s) of one track against one asset; (0, inf) where it is no threat.

    radius_m, value: of the asset; value <= 0 never is threatened. weight: of the class. The track threatens
    when it will pass within radius_m + margin_m, no later than max_time_s from now. impact_time_s >= 0 says
    that the track is ballistic and comes down at (ix, iy, iz), ECEF, with a standard deviation
    impact_sigma_m: two of these are added to the margin.
    """
    if value <= 0.0:
        return 0.0, math.inf
    factor = 1.0
    limit = radius_m + margin_m
    if impact_time_s >= 0.0:
        dx = ix - ax
        dy = iy - ay
        dz = iz - az
        time_s = impact_time_s
        miss = math.sqrt(dx * dx + dy * dy + dz * dz)
        limit += 2.0 * max(impact_sigma_m, 0.0)
    else:
        if _passes_wide(px, py, pz, vx, vy, vz, ax, ay, az, limit):
            return 0.0, math.inf
        time_s, miss, closing = approach(px, py, pz, vx, vy, vz, ax, ay, az, radius_m)
        if closing == 0:
            factor = RECEDING_FACTOR
    if not (miss <= limit and time_s <= max_time_s):
        return 0.0, math.inf
    return factor * value * weight * urgency(time_s), time_s


@kernel
def evaluate(
    px, py, pz, vx, vy, vz, klass, assets, n_assets, margin_m, max_time_s,
    impact_time_s=-1.0, ix=0.0, iy=0.0, iz=0.0, impact_sigma_m=0.0,
):  # fmt: skip
    """(score, asset, time to go s): the asset that a track threatens most; (0, -1, inf) for none.

    assets: f8 [n, 5], columns ASSET_*: ECEF x, y, z m, radius m, value. klass: order of `classify`.
    The other arguments as in :func:`asset_threat`. On a tie the lower asset number wins.
    """
    best_score = 0.0
    best = -1
    best_time_s = math.inf
    weight = 0.0
    if 0 <= klass < classify.N_CLASSES:
        weight = CLASS_WEIGHT[klass]
    for k in range(n_assets):
        score, time_s = asset_threat(
            px, py, pz, vx, vy, vz,
            assets[k, ASSET_X], assets[k, ASSET_Y], assets[k, ASSET_Z],
            assets[k, ASSET_RADIUS], assets[k, ASSET_VALUE], weight, margin_m, max_time_s,
            impact_time_s, ix, iy, iz, impact_sigma_m,
        )  # fmt: skip
        if score > best_score:
            best_score = score
            best = k
            best_time_s = time_s
    return best_score, best, best_time_s
