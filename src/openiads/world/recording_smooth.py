"""A fixed-interval smoother for positions and velocities of unequal times: Kalman filter, backward pass,
robust weights.

The state is position, velocity and acceleration; the acceleration wanders (white jerk). Several axes share
one covariance. Measurements that lie far from the smoothed path weigh less in the next pass, as if their
errors were drawn from Student's distribution.

Sources
-------
Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications to Tracking and Navigation (2001),
section 6.2.3 (white jerk), 8.6 (backward recursion of H. Rauch, F. Tung and C. Striebel, AIAA Journal 3,
1965, pp. 1445-1450). K. L. Lange, R. J. A. Little, J. M. G. Taylor, Robust statistical modeling using the t
distribution, Journal of the American Statistical Association 84 (408), 1989, pp. 881-896: weights (nu + 1) /
(nu + r^2), nu = 4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from openiads._jit import kernel
from openiads.world.recording_clean import Floats

_PASSES = 4
_NU = 4.0
_START = (1e8, 2.5e5, 25.0)  # variances about the first position: m2, m2/s2, m2/s4


class Noise(NamedTuple):
    """Standard deviations of a measured position (m) and rate (m/s); intensity of the white jerk (m2/s5)."""

    position_m: float
    rate_mps: float
    jerk: float


def smoothed(t_s: Floats, z: Floats, rate: Floats, noise: Noise, at_s: Floats) -> tuple[Floats, Floats]:
    """Position and rate [m, a] at times at_s [m] (rising) from positions z [n, a] and rates [n, a] at times
    t_s [n].

    Times rise strictly; a rate of NaN is not known.
    """
    times = np.concatenate((t_s, at_s))
    order = np.argsort(times, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    times = times[order]
    n, axes = len(times), z.shape[1]
    zs, rates = np.zeros((n, axes)), np.zeros((n, axes))
    w_z, w_rate = np.zeros(n), np.zeros(n)
    rows = place[: len(t_s)]
    origin = z[0].copy()
    known = np.asarray(np.isfinite(rate).all(axis=1))
    zs[rows], rates[rows] = z - origin, np.where(known[:, None], rate, 0.0)
    w_z[rows], w_rate[rows] = 1.0, known.astype(np.float64)
    x = np.empty((n, 3, axes))
    cov = np.empty((n, 12))
    for _ in range(_PASSES):
        smooth(times, zs, rates, w_z, w_rate, noise.position_m, noise.rate_mps, noise.jerk, cov, x)
        reweigh(zs, rates, x, noise.position_m, noise.rate_mps, w_z, w_rate)
    wanted = place[len(t_s) :]
    return x[wanted, 0, :] + origin, x[wanted, 1, :]


@kernel
def reweigh(z, rate, x, sigma_z, sigma_rate, w_z, w_rate):
    """Weights of the measurements (0: there is none) from their distance to the path x [n, 3, a]."""
    axes = z.shape[1]
    for i in range(z.shape[0]):
        rz = 0.0
        rr = 0.0
        for a in range(axes):
            rz += (z[i, a] - x[i, 0, a]) * (z[i, a] - x[i, 0, a])
            rr += (rate[i, a] - x[i, 1, a]) * (rate[i, a] - x[i, 1, a])
        if w_z[i] > 0.0:
            w_z[i] = (_NU + axes) / (_NU + rz / (sigma_z * sigma_z))
        if w_rate[i] > 0.0:
            w_rate[i] = (_NU + axes) / (_NU + rr / (sigma_rate * sigma_rate))


@kernel
def _predicted(c, dt, q):
    """Covariance (p00, p01, p02, p11, p12, p22) after dt with white jerk of intensity q."""
    p00, p01, p02, p11, p12, p22 = c
    h = 0.5 * dt * dt
    a00 = p00 + dt * p01 + h * p02  # rows of F P
    a01 = p01 + dt * p11 + h * p12
    a02 = p02 + dt * p12 + h * p22
    a11 = p11 + dt * p12
    a12 = p12 + dt * p22
    d3 = dt * dt * dt
    return (
        a00 + dt * a01 + h * a02 + q * d3 * dt * dt / 20.0,
        a01 + dt * a02 + q * d3 * dt / 8.0,
        a02 + q * d3 / 6.0,
        a11 + dt * a12 + q * d3 / 3.0,
        a12 + q * h,
        p22 + q * dt,
    )


@kernel
def smooth(t, z, rate, w_z, w_rate, sigma_z, sigma_rate, q, cov, x):
    """Smoothed states x [n, 3, a] at times t [n]; cov [n, 12] is scratch (filtered and predicted
    covariances)."""
    n, axes = z.shape
    for a in range(axes):
        x[0, 0, a] = x[0, 1, a] = x[0, 2, a] = 0.0
    c = (_START[0], 0.0, 0.0, _START[1], 0.0, _START[2])
    for i in range(n):
        if i > 0:
            dt = t[i] - t[i - 1]
            c = _predicted(c, dt, q)
            for a in range(axes):
                x[i, 0, a] = x[i - 1, 0, a] + dt * x[i - 1, 1, a] + 0.5 * dt * dt * x[i - 1, 2, a]
                x[i, 1, a] = x[i - 1, 1, a] + dt * x[i - 1, 2, a]
                x[i, 2, a] = x[i - 1, 2, a]
        for k in range(6):
            cov[i, 6 + k] = c[k]
        if w_z[i] > 0.0:
            p00, p01, p02, p11, p12, p22 = c
            s = p00 + sigma_z * sigma_z / w_z[i]
            k0, k1, k2 = p00 / s, p01 / s, p02 / s
            for a in range(axes):
                r = z[i, a] - x[i, 0, a]
                x[i, 0, a] += k0 * r
                x[i, 1, a] += k1 * r
                x[i, 2, a] += k2 * r
            c = (
                p00 - k0 * p00,
                p01 - k0 * p01,
                p02 - k0 * p02,
                p11 - k1 * p01,
                p12 - k1 * p02,
                p22 - k2 * p02,
            )
        if w_rate[i] > 0.0:
            p00, p01, p02, p11, p12, p22 = c
            s = p11 + sigma_rate * sigma_rate / w_rate[i]
            k0, k1, k2 = p01 / s, p11 / s, p12 / s
            for a in range(axes):
                r = rate[i, a] - x[i, 1, a]
                x[i, 0, a] += k0 * r
                x[i, 1, a] += k1 * r
                x[i, 2, a] += k2 * r
            c = (
                p00 - k0 * p01,
                p01 - k0 * p11,
                p02 - k0 * p12,
                p11 - k1 * p11,
                p12 - k1 * p12,
                p22 - k2 * p12,
            )
        for k in range(6):
            cov[i, k] = c[k]
    for i in range(n - 2, -1, -1):
        _step_back(t[i + 1] - t[i], cov[i], cov[i + 1], x[i], x[i + 1], axes)


@kernel
def _step_back(dt, now, later, x, x_later, axes):
    """x += P F' (predicted P of the later time)^-1 (smoothed later state - predicted later state)."""
    h = 0.5 * dt * dt
    p00, p01, p02, p11, p12, p22 = later[6], later[7], later[8], later[9], later[10], later[11]
    # Inverse of the symmetric 3 x 3 by cofactors.
    i00 = p11 * p22 - p12 * p12
    i01 = p02 * p12 - p01 * p22
    i02 = p01 * p12 - p02 * p11
    i11 = p00 * p22 - p02 * p02
    i12 = p01 * p02 - p00 * p12
    i22 = p00 * p11 - p01 * p01
    det = p00 * i00 + p01 * i01 + p02 * i02
    if det <= 0.0:
        return
    f00, f01, f02, f11, f12, f22 = now[0], now[1], now[2], now[3], now[4], now[5]
    for a in range(axes):
        d0 = x_later[0, a] - (x[0, a] + dt * x[1, a] + h * x[2, a])
        d1 = x_later[1, a] - (x[1, a] + dt * x[2, a])
        d2 = x_later[2, a] - x[2, a]
        y0 = (i00 * d0 + i01 * d1 + i02 * d2) / det
        y1 = (i01 * d0 + i11 * d1 + i12 * d2) / det
        y2 = (i02 * d0 + i12 * d1 + i22 * d2) / det
        # F' y, then P times it
        g0, g1, g2 = y0, dt * y0 + y1, h * y0 + dt * y1 + y2
        x[0, a] += f00 * g0 + f01 * g1 + f02 * g2
        x[1, a] += f01 * g0 + f11 * g1 + f12 * g2
        x[2, a] += f02 * g0 + f12 * g1 + f22 * g2
