"""Wald's sequential probability ratio test on Gaussian measurements, and what an anti-radiation missile does.

One number per track, the log-likelihood ratio `llr` (natural logarithm, H1 over H0), grows with every update
until it leaves (lower, upper). Watching a track for ever takes Page's form, which starts anew at zero.

Sources: A. Wald, Sequential Analysis, 1947, ch. 3 (thresholds, operating characteristic, expected sample
numbers); E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954; G. Lorden, Annals of Mathematical
Statistics 42, 1971 (run length); D. Siegmund, Sequential Analysis, 1985 (mean overshoot 0.583).
"""

from __future__ import annotations

import math

from openiads._jit import kernel

CONTINUE = 0
ACCEPT_H1 = 1
ACCEPT_H0 = -1

#: Mean overshoot of a Gaussian random walk over a far boundary, in standard deviations of a step (Siegmund 1985).
OVERSHOOT = 0.5826
_TINY = 1e-12


# --- increments -----------------------------------------------------------------------------------------


@kernel
def gaussian_llr(x, mean0, mean1, sigma):
    """Increment of llr for one Gaussian measurement with mean0 under H0, mean1 under H1; 0 for sigma <= 0."""
    if not sigma > 0.0:
        return 0.0
    return (mean1 - mean0) * (x - 0.5 * (mean0 + mean1)) / (sigma * sigma)


@kernel
def gaussian_llr_spread(x, mean0, sigma0, mean1, sigma1):
    """The same with a standard deviation for each hypothesis; 0 where one is not positive."""
    if not (sigma0 > 0.0 and sigma1 > 0.0):
        return 0.0
    a = (x - mean0) / sigma0
    b = (x - mean1) / sigma1
    return math.log(sigma0 / sigma1) + 0.5 * (a * a - b * b)


@kernel
def lateral_llr(distance, sigma0, sigma1):
    """Increment for the length of a two-dimensional Gaussian offset, per-axis sigma0 under H0, sigma1 under H1."""
    if not (sigma0 > 0.0 and sigma1 > 0.0):
        return 0.0
    a = distance / sigma0
    b = distance / sigma1
    return 2.0 * math.log(sigma0 / sigma1) + 0.5 * (a * a - b * b)


@kernel
def tempered_llr(increment, interval_s, correlation_s, cap):
    """Increment times min(1, interval / correlation time), held within +-cap.

    Successive estimates of a tracking filter are not independent: an update that brings a part of a new
    measurement counts as that part. The cap keeps one wild measurement from deciding alone.
    """
    share = 1.0
    if correlation_s > 0.0:
        share = min(max(interval_s, 0.0) / correlation_s, 1.0)
    return min(max(increment * share, -cap), cap)


# --- the test -------------------------------------------------------------------------------------------


@kernel
def wald_thresholds(alpha, beta):
    """(lower, upper) = (ln(beta / (1 - alpha)), ln((1 - beta) / alpha)); alpha, beta held within 1e-12 .. 0.49."""
    a = min(max(alpha, _TINY), 0.49)
    b = min(max(beta, _TINY), 0.49)
    return math.log(b / (1.0 - a)), math.log((1.0 - b) / a)


@kernel
def sprt_step(llr, increment, lower, upper):
    """(llr, decision) after one update: ACCEPT_H1 at upper and above, ACCEPT_H0 at lower and below, else CONTINUE."""
    total = llr + increment
    if total >= upper:
        return total, ACCEPT_H1
    if total <= lower:
        return total, ACCEPT_H0
    return total, CONTINUE


@kernel
def page_step(llr, increment, upper):
    """(llr, decision) of Page's test: never below zero, ACCEPT_H1 at `upper`; H0 is never accepted for good.

    The mean number of updates to a false alarm is at least exp(upper) (Lorden 1971).
    """
    total = max(llr + increment, 0.0)
    if total >= upper:
        return total, ACCEPT_H1
    return total, CONTINUE


# --- what to expect of it -------------------------------------------------------------------------------


@kernel
def accept_h0_probability(mean, mean0, mean1, sigma, lower, upper):
    """Wald's operating characteristic: P(accept H0) at a true mean, overshoot neglected.

    (A^h - 1) / (A^h - B^h) with h = (mean0 + mean1 - 2 mean) / (mean1 - mean0); at h = 0 the limit
    upper / (upper - lower).
    """
    gap = mean1 - mean0
    span = upper - lower
    if gap == 0.0 or not (sigma > 0.0 and span > 0.0):
        return 0.5
    h = (mean0 + mean1 - 2.0 * mean) / gap
    if abs(h) * span < 1e-9:
        return upper / span
    h = min(max(h, -600.0 / span), 600.0 / span)
    if h > 0.0:  # divided by A^h, so that nothing overflows
        return (1.0 - math.exp(-h * upper)) / (1.0 - math.exp(-h * span))
    return (math.exp(h * span) - math.exp(h * -lower)) / (math.exp(h * span) - 1.0)


@kernel
def expected_samples(mean, mean0, mean1, sigma, lower, upper):
    """Wald's expected number of samples at a true mean, overshoot neglected (so a little too small).

    (L lower + (1 - L) upper) / E[z]; where the mean increment vanishes, -lower upper / E[z^2].
    """
    gap = mean1 - mean0
    if gap == 0.0 or not sigma > 0.0:
        return math.inf
    drift = gaussian_llr(mean, mean0, mean1, sigma)
    step = abs(gap) / sigma
    if abs(drift) * (upper - lower) < 1e-5 * step * step:  # nearer the limit the quotient would cancel
        return -lower * upper / (step * step)
    p0 = accept_h0_probability(mean, mean0, mean1, sigma, lower, upper)
    return (p0 * lower + (1.0 - p0) * upper) / drift


@kernel
def overshoot_llr(mean0, mean1, sigma):
    """Mean overshoot of llr over a boundary: 0.583 |mean1 - mean0| / sigma (Siegmund).

    Move both thresholds outward by it and `expected_samples` comes close to what a simulation counts.
    """
    if not sigma > 0.0:
        return 0.0
    return OVERSHOOT * abs(mean1 - mean0) / sigma


# --- features of an anti-radiation missile --------------------------------------------------------------


@kernel
def closing_features(x_m, y_m, z_m, vx_mps, vy_mps, vz_mps):
    """(closing speed in m/s, pass distance in m, time to closest approach in s) of a track as seen from a radar.

    Position and velocity relative to the radar, straight flight. A missile that homes on the radar passes at
    about zero; time 0 for a track that does not come nearer (its distance is then the present one).
    """
    r2 = x_m * x_m + y_m * y_m + z_m * z_m
    v2 = vx_mps * vx_mps + vy_mps * vy_mps + vz_mps * vz_mps
    along = x_m * vx_mps + y_m * vy_mps + z_m * vz_mps
    r = math.sqrt(r2)
    if not (r > 0.0 and v2 > 0.0):
        return 0.0, r, 0.0
    if along >= 0.0:
        return -along / r, r, 0.0
    return -along / r, math.sqrt(max(r2 - along * along / v2, 0.0)), -along / v2


@kernel
def separation_features(dx_m, dy_m, dz_m, dvx_mps, dvy_mps, dvz_mps):
    """(separation in m, separation rate in m/s) of a new track from the parent that it left."""
    d = math.sqrt(dx_m * dx_m + dy_m * dy_m + dz_m * dz_m)
    if not d > 0.0:
        return 0.0, math.sqrt(dvx_mps * dvx_mps + dvy_mps * dvy_mps + dvz_mps * dvz_mps)
    return d, (dx_m * dvx_mps + dy_m * dvy_mps + dz_m * dvz_mps) / d


@kernel
def arm_llr(
    pass_distance_m, lateral0_m, lateral1_m, closing_mps, closing0_mps, closing1_mps, closing_sigma_mps
):
    """Increment for "homes on this radar" against "passes by": pass distance and closing speed, independent.

    lateral0_m, lateral1_m: per-axis spread of the pass distance of other traffic and of a homing missile
    (tracking error included); closing0_mps, closing1_mps: mean closing speeds with their common spread.
    """
    return lateral_llr(pass_distance_m, lateral0_m, lateral1_m) + gaussian_llr(
        closing_mps, closing0_mps, closing1_mps, closing_sigma_mps
    )
