"""What kind of thing is this track? A naive-Bayes class posterior from kinematics and radar cross section.

Each class is a mixture of *components* (a fighter is conventional or low-observable; an airliner cruises or
climbs). A component gives every feature a flat density between two published limits, with Gaussian edges,

    f(x) = exp(-d(x)^2 / (2 s^2)) / (hi - lo + sqrt(2 pi) s),    d = distance of x outside [lo, hi],

which integrates to one, so that a wide class pays for its width. `s` joins the edge of the table with the
standard deviation of the estimate. Lateral acceleration, where it is known, has an exponential density.

Successive looks at one target are not independent. Evidence therefore saturates: the log-odds are an
exponential average worth at most `EVIDENCE_LOOKS` independent looks, forgotten with the time constant
`EVIDENCE_TIME_S`.

Sources: the naive-Bayes form is textbook (R. O. Duda, P. E. Hart, D. G. Stork, Pattern Classification,
2nd ed., 2001, ch. 2). Speeds and cross sections: teaching figures as in M. I. Skolnik, Introduction to Radar
Systems, and press figures for one-way drones (51 m/s); graded line by line. The prior is equal for all.
"""

from __future__ import annotations

import math

import numpy as np

from openiads._jit import kernel

FIGHTER, BOMBER, AIRLINER, CRUISE_MISSILE, DRONE, BALLISTIC, ARM, HELICOPTER, BIRD, OTHER = range(10)
N_CLASSES = 10
CLASS_NAMES = (
    "fighter", "bomber", "airliner", "cruise_missile", "drone",
    "ballistic", "arm", "helicopter", "bird", "other",
)  # fmt: skip

EVIDENCE_LOOKS = 4.0  # independent looks that a long track is worth, F (2 to 10)
EVIDENCE_TIME_S = 30.0  # correlation time of speed, height and aspect, F (10 to 100 s)
LOG_FLOOR = -20.0  # one look speaks against a class at most this much, relative to OTHER, F

# One line per component: class, share in its class | speed m/s lo, hi, edge of ln(speed) | vertical speed m/s
# lo, hi, edge | altitude above the ellipsoid m lo, hi, edge | cross section dBsm lo, hi, edge | mean lateral
# acceleration m/s^2. Grades: C general literature, F assumption. Cross sections are front-sector figures.
_ROWS = (
    # conventional fighter: 1 to 5 m2, 200 to 600 m/s (C); level flight, then manoeuvre
    (FIGHTER, 0.50, 200, 600, 0.10, -5, 5, 4, 3000, 13e3, 1000, 0, 8, 3, 2.0),
    (FIGHTER, 0.25, 200, 600, 0.10, -60, 60, 30, 200, 15e3, 1000, 0, 8, 3, 15.0),
    # low-observable fighter: 1e-3 to 1e-2 m2 nominal, 250 to 500 m/s (C)
    (FIGHTER, 0.20, 240, 500, 0.08, -5, 5, 4, 5000, 14e3, 1000, -30, -20, 3, 2.0),
    (FIGHTER, 0.05, 240, 500, 0.08, -60, 60, 30, 2000, 15e3, 1000, -30, -20, 3, 15.0),
    # large bomber in cruise: about 100 m2, 240 m/s (C)
    (BOMBER, 0.50, 210, 255, 0.06, -3, 3, 4, 8500, 14e3, 400, 18, 23, 2, 1.0),
    # low-level penetration of a swing-wing bomber: 1 to 10 m2 (F)
    (BOMBER, 0.35, 200, 320, 0.10, -10, 10, 5, 100, 1000, 300, 2, 12, 3, 2.0),
    # low-observable bomber: 1e-4 to 1e-3 m2 nominal (C)
    (BOMBER, 0.15, 200, 260, 0.06, -5, 5, 4, 5e3, 15e3, 1000, -40, -30, 3, 1.0),
    # airliner in cruise: 20 to 40 m2, jumbo 100 m2, 230 to 260 m/s (C)
    (AIRLINER, 0.60, 210, 265, 0.06, -3, 3, 4, 8500, 12.8e3, 400, 11, 18, 2, 1.0),
    # airliner climbing or descending (C)
    (AIRLINER, 0.40, 110, 240, 0.10, -12, 15, 4, 600, 10e3, 1000, 11, 18, 2, 2.0),
    # subsonic cruise missile: 0.01 to 0.5 m2, 200 to 270 m/s, low (C; terrain: wide edge)
    (CRUISE_MISSILE, 0.85, 190, 280, 0.06, -12, 12, 10, 0, 600, 300, -20, -3, 3, 3.0),
    # supersonic cruise missile (F)
    (CRUISE_MISSILE, 0.15, 620, 1000, 0.05, -20, 20, 15, 0, 14e3, 1000, -10, 0, 3, 4.0),
    # one-way drone with piston engine: 0.01 to 0.2 m2, about 51 m/s (C)
    (DRONE, 0.55, 38, 65, 0.12, -5, 5, 4, 50, 4000, 500, -20, -7, 3, 1.5),
    # jet one-way drone (F)
    (DRONE, 0.10, 90, 170, 0.12, -8, 8, 5, 50, 6000, 500, -20, -5, 3, 2.0),
    # large reconnaissance drone (F)
    (DRONE, 0.15, 45, 110, 0.12, -5, 5, 4, 2000, 9000, 800, -10, 3, 3, 1.0),
    # quadcopter: 0.001 to 0.05 m2, 10 to 25 m/s (C)
    (DRONE, 0.20, 10, 25, 0.15, -4, 4, 2, 0, 500, 100, -30, -13, 3, 2.0),
    # ballistic missile in powered climb (F)
    (BALLISTIC, 0.20, 150, 2000, 0.20, 80, 1500, 60, 1e3, 50e3, 3000, -13, 3, 4, 10.0),
    # in free flight: 0.05 to 1 m2 (C)
    (BALLISTIC, 0.40, 700, 4800, 0.15, -3500, 3500, 200, 25e3, 400e3, 5000, -13, 0, 4, 8.0),
    # re-entry (C)
    (BALLISTIC, 0.30, 700, 4800, 0.15, -4000, -350, 100, 0, 40e3, 2000, -13, 0, 4, 15.0),
    # quasi-ballistic, flat (F)
    (BALLISTIC, 0.10, 1200, 2300, 0.10, -600, 600, 100, 15e3, 60e3, 3000, -13, 0, 4, 15.0),
    # anti-radiation missile: 0.05 to 0.3 m2, 600 to 1,200 m/s (C), cruising or diving
    (ARM, 0.60, 600, 1200, 0.10, -200, 60, 50, 2000, 22e3, 2000, -13, -5, 3, 4.0),
    (ARM, 0.40, 400, 1200, 0.10, -600, -80, 60, 50, 15e3, 1000, -13, -5, 3, 8.0),
    # helicopter (F)
    (HELICOPTER, 1.00, 20, 85, 0.15, -8, 8, 3, 0, 1500, 400, 2, 12, 3, 2.0),
    # bird or flock: 0.01 to 0.1 m2 (C)
    (BIRD, 0.80, 6, 20, 0.10, -2, 2, 1.5, 0, 1500, 300, -20, -10, 3, 1.5),
    # insect or clear-air echo moving with the wind: 1e-5 m2 (F)
    (BIRD, 0.20, 2, 15, 0.20, -2, 2, 1.5, 0, 2000, 400, -52, -40, 4, 0.5),
    # anything: thin, wins only where nothing else fits (balloon, debris, clutter)
    (OTHER, 1.00, 0.5, 8000, 0.30, -4000, 4000, 200, -500, 500e3, 5000, -60, 40, 5, 20.0),
)  # fmt: skip

# Columns of COMPONENTS
_CLASS, _LOG_SHARE, _V, _W, _H, _R, _A, _PEAK, _PEAK_NO_RCS = 0, 1, 2, 5, 8, 11, 14, 15, 16
_SQRT_TAU = math.sqrt(2.0 * math.pi)


def _components() -> np.ndarray:
    """The table with ln(speed) limits, ln(share), and the highest log density each component can reach."""
    rows = np.array(_ROWS, dtype=np.float64)
    table = np.zeros((len(rows), 17))
    table[:, :15] = rows
    table[:, _LOG_SHARE] = np.log(rows[:, _LOG_SHARE])
    table[:, _V : _V + 2] = np.log(rows[:, _V : _V + 2])
    widths = [table[:, k + 1] - table[:, k] + _SQRT_TAU * table[:, k + 2] for k in (_V, _W, _H, _R)]
    per_accel = np.maximum(0.0, -np.log(table[:, _A]))
    table[:, _PEAK_NO_RCS] = table[:, _LOG_SHARE] - np.log(widths[0] * widths[1] * widths[2]) + per_accel
    table[:, _PEAK] = table[:, _PEAK_NO_RCS] - np.log(widths[3])
    table.setflags(write=False)
    return table


COMPONENTS = _components()  # f8 [component, 17]
N_COMPONENTS = len(_ROWS)


@kernel
def _misfit(x, lo, hi, edge, sigma):
    """d^2 / s^2 of one feature; see the head of this file."""
    d = 0.0
    if x < lo:
        d = lo - x
    elif x > hi:
        d = x - hi
    else:
        return 0.0
    return d * d / (edge * edge + sigma * sigma)


@kernel
def _width(lo, hi, edge, sigma):
    """Integral of the unnormalised density of one feature."""
    return hi - lo + _SQRT_TAU * math.sqrt(edge * edge + sigma * sigma)


@kernel
def component_loglik(
    i, ln_speed, vertical_mps, altitude_m, rcs_dbsm, accel_mps2, s_ln, s_vert, s_alt, s_rcs, least
):
    """Log density of one look under component `i`, or `least` if it is lower than that.

    Cross section or acceleration not finite: that feature is left out.
    """
    c = COMPONENTS
    has_rcs = math.isfinite(rcs_dbsm)
    peak = c[i, _PEAK] if has_rcs else c[i, _PEAK_NO_RCS]
    q = _misfit(ln_speed, c[i, _V], c[i, _V + 1], c[i, _V + 2], s_ln)
    if (
        peak - 0.5 * q <= least
    ):  # the speed alone rules out most; the roots and the logarithm are for the rest
        return least
    q += _misfit(vertical_mps, c[i, _W], c[i, _W + 1], c[i, _W + 2], s_vert)
    q += _misfit(altitude_m, c[i, _H], c[i, _H + 1], c[i, _H + 2], s_alt)
    if has_rcs:
        q += _misfit(rcs_dbsm, c[i, _R], c[i, _R + 1], c[i, _R + 2], s_rcs)
    if peak - 0.5 * q <= least:
        return least
    width = _width(c[i, _V], c[i, _V + 1], c[i, _V + 2], s_ln)
    width *= _width(c[i, _W], c[i, _W + 1], c[i, _W + 2], s_vert)
    width *= _width(c[i, _H], c[i, _H + 1], c[i, _H + 2], s_alt)
    if has_rcs:
        width *= _width(c[i, _R], c[i, _R + 1], c[i, _R + 2], s_rcs)
    linear = 0.0
    if math.isfinite(accel_mps2):
        linear = abs(accel_mps2) / c[i, _A]
        width *= c[i, _A]
    return max(c[i, _LOG_SHARE] - 0.5 * q - linear - math.log(width), least)


@kernel
def evidence_weight(dt_s):
    """Share of the memory that a look `dt_s` after the last one replaces, 1 - exp(-dt / EVIDENCE_TIME_S).

    For the first look of a track use the time between looks.
    """
    if dt_s <= 0.0:
        return 0.0
    return 1.0 - math.exp(-dt_s / EVIDENCE_TIME_S)


@kernel
def update_class(
    logodds,
    speed_mps,
    vertical_mps,
    altitude_m,
    rcs_dbsm,
    weight,
    speed_sigma_mps,
    vertical_sigma_mps,
    altitude_sigma_m,
    rcs_sigma_db,
    accel_mps2,
):
    """Bring `logodds` (f8 [10], natural logarithm, relative to OTHER, zeros at the start) up to date.

    Parameters
    ----------
    speed_mps, vertical_mps : magnitude of the velocity relative to the Earth, and its upward part, m/s.
    altitude_m : above the ellipsoid.
    rcs_dbsm : estimated mean radar cross section, dB over 1 m2; NaN where there is none.
    weight : :func:`evidence_weight` of the time since the last update.
    *_sigma* : standard deviations of the estimates (mean of n Swerling-1 looks: about 4.3 / sqrt(n) dB).
    accel_mps2 : lateral acceleration where the tracker resolves it, else NaN.
    Non-finite speed, height, climb or sigma leaves `logodds` as it is.
    """
    numbers = speed_mps + vertical_mps + altitude_m
    sigmas = speed_sigma_mps + vertical_sigma_mps + altitude_sigma_m + rcs_sigma_db
    if not math.isfinite(numbers + sigmas) or not weight > 0.0:
        return
    speed = max(speed_mps, 0.1)
    ln_speed = math.log(speed)
    s_ln = speed_sigma_mps / speed
    other = component_loglik(
        N_COMPONENTS - 1, ln_speed, vertical_mps, altitude_m, rcs_dbsm, accel_mps2,
        s_ln, vertical_sigma_mps, altitude_sigma_m, rcs_sigma_db, -1.0e300,
    )  # fmt: skip
    least = other + LOG_FLOOR
    keep = 1.0 - weight
    gain = weight * EVIDENCE_LOOKS
    klass = 0
    top = least  # running log-sum-exp of the class at hand: top + log(total), never below the floor
    total = 0.0
    for i in range(N_COMPONENTS):
        if int(COMPONENTS[i, _CLASS]) != klass:
            logodds[klass] = keep * logodds[klass] + gain * (_log_sum(top, total) - other)
            klass = int(COMPONENTS[i, _CLASS])
            top = least
            total = 0.0
        value = component_loglik(
            i, ln_speed, vertical_mps, altitude_m, rcs_dbsm, accel_mps2,
            s_ln, vertical_sigma_mps, altitude_sigma_m, rcs_sigma_db, least,
        )  # fmt: skip
        if value > top:
            total = total * math.exp(top - value) + 1.0
            top = value
        elif value > least:
            total = total + math.exp(value - top)
    logodds[OTHER] = 0.0


@kernel
def _log_sum(top, total):
    """top + log(total); the floor where no component came above it."""
    if total <= 1.0:
        return top
    return top + math.log(total)


@kernel
def class_probability(logodds, klass):
    """Posterior probability of `klass` (equal priors)."""
    top = logodds[0]
    for k in range(1, N_CLASSES):
        top = max(top, logodds[k])
    total = 0.0
    for k in range(N_CLASSES):
        total += math.exp(logodds[k] - top)
    return math.exp(logodds[klass] - top) / total


@kernel
def best_class(logodds):
    """(most probable class, its posterior probability); on a tie the lower number. All zeros: (0, 0.1)."""
    best = 0
    for k in range(1, N_CLASSES):
        if logodds[k] > logodds[best]:
            best = k
    total = 0.0
    for k in range(N_CLASSES):
        total += math.exp(logodds[k] - logodds[best])
    return best, 1.0 / total
