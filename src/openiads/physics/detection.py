"""Detection statistics: exact Swerling 0-4, the table that the engine looks up, false alarms, M of N.

Square-law detector, ``n`` pulses summed without phase, false-alarm probability per *integrated* decision, no
collapsing and no CFAR loss (both belong to the declared losses of a radar). The test statistic in noise is
Gamma(n, 1). With a fluctuating target of chi-square family order ``K`` its Laplace transform is
``(1 + p)**(K - n) * (1 + b*p)**(-K)`` with ``b = 1 + n*snr/K``, and K = 1, n, 2, 2n for Swerling 1, 2, 3, 4
(P. Swerling, "Probability of Detection for Fluctuating Targets", IRE Trans. IT-6, 1960). Every closed form
below is that transform inverted.

Functions marked *compile-time* use NumPy and SciPy and allocate; the kernels do neither.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads._jit import kernel

#: The grid of every Pd table: uniform in dB, the same for all radars, so that the kernel needs no header.
PD_SNR_MIN_DB = -30.0
PD_SNR_STEP_DB = 0.1
PD_SNR_POINTS = 901  # up to +60 dB
_INV_STEP = 10.0
_LAST = PD_SNR_POINTS - 1

SWERLING_CASES = (0, 1, 2, 3, 4)

_SERIES_MAX_SIGNAL = 2.0  # below this total SNR the Poisson-type series is short and has no cancellation
_SERIES_TERMS = 400


def detection_threshold(n_pulses: int, pfa: float) -> float:
    """Threshold T with P(Gamma(n_pulses, 1) > T) = pfa, in units of noise power. Compile-time."""
    from scipy.special import gammainccinv  # noqa: PLC0415

    _check(n_pulses, pfa, 0)
    return float(gammainccinv(n_pulses, pfa))


def swerling_pd(snr: float | NDArray[Any], pfa: float, n_pulses: int, swerling: int) -> NDArray[np.float64]:
    """Exact detection probability. Compile-time.

    snr: mean signal-to-noise power *ratio* of one pulse (scalar or array, >= 0); pfa in (0, 1);
    n_pulses >= 1; swerling 0 (steady), 1, 2, 3 or 4. Returns an array of the shape of `snr`.
    Refuses (ValueError) anything else.
    """
    from scipy import special  # noqa: PLC0415

    _check(n_pulses, pfa, swerling)
    ratio = np.asarray(snr, dtype=np.float64)
    if np.any(~np.isfinite(ratio)) or np.any(ratio < 0.0):
        raise ValueError("snr: must be finite and not negative")
    n = n_pulses
    threshold = detection_threshold(n, pfa)
    if swerling == 0:
        from scipy import stats  # noqa: PLC0415  (takes most of a second to import: for this case alone)

        # ncx2 with zero non-centrality is a limit that SciPy leaves to the caller.
        pd = stats.ncx2.sf(2.0 * threshold, 2 * n, 2.0 * n * np.maximum(ratio, 1e-15))
    elif swerling == 2 or (swerling == 1 and n == 1):
        pd = special.gammaincc(n, threshold / (1.0 + ratio))
    elif swerling == 4 or (swerling == 3 and n == 1):
        pd = _pd_swerling4(ratio, threshold, n)
    else:
        pd = _pd_slow(ratio, threshold, n, 1 if swerling == 1 else 2)
    return np.clip(np.asarray(pd, dtype=np.float64), 0.0, 1.0)


def _pd_swerling4(ratio: NDArray[np.float64], threshold: float, n: int) -> NDArray[np.float64]:
    """K = 2n: ((1+p)/(1+bp)^2)^n is a binomial mixture of Gamma(2n-k, b)."""
    from scipy import special  # noqa: PLC0415

    scale = np.asarray(1.0 + 0.5 * ratio)
    total = np.zeros_like(scale)
    for k in range(n + 1):
        ways = special.comb(n, k) * (1.0 / scale) ** k * (1.0 - 1.0 / scale) ** (n - k)
        total += ways * special.gammaincc(2 * n - k, threshold / scale)
    return total


def _pd_slow(ratio: NDArray[np.float64], threshold: float, n: int, order: int) -> NDArray[np.float64]:
    """Swerling 1 (order 1) and 3 (order 2) with n >= 2: scan-to-scan fluctuation."""
    flat = np.atleast_1d(ratio).ravel()
    weak = n * flat <= _SERIES_MAX_SIGNAL
    pd = np.empty_like(flat)
    pd[weak] = _pd_series(flat[weak], threshold, n, order)
    pd[~weak] = _pd_slow_closed(flat[~weak], threshold, n, order)
    return pd.reshape(np.shape(ratio))


def _pd_series(ratio: NDArray[np.float64], threshold: float, n: int, order: int) -> NDArray[np.float64]:
    """Negative-binomial mixture of Gamma(n + j, 1), j = 0, 1, ...; all terms positive."""
    from scipy import special  # noqa: PLC0415

    j = np.arange(_SERIES_TERMS)
    success = order / (order + n * ratio)
    arrangements = special.comb(j + order - 1, order - 1)
    weights = arrangements * success[:, None] ** order * (1.0 - success[:, None]) ** j
    return np.asarray(weights @ special.gammaincc(n + j, threshold))


def _pd_slow_closed(ratio: NDArray[np.float64], threshold: float, n: int, order: int) -> NDArray[np.float64]:
    """Gamma(m, 1) + Gamma(order, b), m = n - order, evaluated by one convolution integral."""
    from scipy import special  # noqa: PLC0415

    m = n - order
    b = 1.0 + n * ratio / order
    x = threshold / b
    if m == 0:
        return np.asarray(special.gammaincc(order, x))
    delta = 1.0 - 1.0 / b
    tail = special.gammaincc(m, threshold)
    first = np.exp(-x - m * np.log(delta)) * special.gammainc(m, delta * threshold)
    if order == 1:
        return np.asarray(tail + first)
    second = np.exp(-x - (m + 1) * np.log(delta)) * special.gammainc(m + 1, delta * threshold)
    return np.asarray(tail + (1.0 + x) * first - (m / b) * second)


def required_snr_db(pd: float, pfa: float, n_pulses: int, swerling: int) -> float:
    """Exact per-pulse SNR in dB for a detection probability. Compile-time. Refuses pd outside (pfa, 1)."""
    _check(n_pulses, pfa, swerling)
    if not pfa < pd < 1.0:
        raise ValueError(f"pd: {pd!r} must lie between pfa ({pfa!r}) and 1")

    def excess(snr_db: float) -> float:
        return float(swerling_pd(_ratio(snr_db), pfa, n_pulses, swerling)) - pd

    low, high = -100.0, 20.0
    while excess(high) < 0.0:
        high += 20.0
        if high > 200.0:
            raise ValueError(f"pd: {pd!r} needs more than 200 dB")
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def albersheim_snr_db(pd: float, pfa: float, n_pulses: int) -> float:
    """Albersheim's approximation of the per-pulse SNR in dB, steady target, *linear* detector.

    Published error below 0.2 dB for pfa 1e-7..1e-3, pd 0.1..0.9, n 1..8096 against the linear detector; up
    to 0.3 dB against the exact square-law detector. W. J. Albersheim, Proc. IEEE 69(7), 1981.
    """
    _check(n_pulses, pfa, 0)
    _check_pd(pd)
    a = math.log(0.62 / pfa)
    b = math.log(pd / (1.0 - pd))
    slope = 6.2 + 4.54 / math.sqrt(n_pulses + 0.44)
    return -5.0 * math.log10(n_pulses) + slope * math.log10(a + 0.12 * a * b + 1.7 * b)


def shnidman_snr_db(pd: float, pfa: float, n_pulses: int, swerling: int) -> float:
    """Shnidman's approximation of the per-pulse SNR in dB, all Swerling cases, square-law detector.

    D. A. Shnidman, "Determination of Required SNR Values", IEEE Trans. AES 38(3), 2002. Within 0.5 dB of the
    exact value for 0.1 <= pd <= 0.99.
    """
    _check(n_pulses, pfa, swerling)
    _check_pd(pd)
    n = n_pulses
    order = {0: math.inf, 1: 1.0, 2: float(n), 3: 2.0, 4: 2.0 * n}[swerling]
    alpha = 0.0 if n < 40 else 0.25
    sign = (pd > 0.5) - (pd < 0.5)
    eta = math.sqrt(-0.8 * math.log(4.0 * pfa * (1.0 - pfa))) + sign * math.sqrt(
        max(0.0, -0.8 * math.log(4.0 * pd * (1.0 - pd)))
    )
    total = eta * (eta + 2.0 * math.sqrt(0.5 * n + (alpha - 0.25)))
    correction_db = 0.0
    if math.isfinite(order):
        correction_db = (((17.7006 * pd - 18.4496) * pd + 14.5339) * pd - 3.525) / order
        if pd > 0.872:
            steep = 0.7 * math.log(1e-5 / pfa) + (2.0 * n - 20.0) / 80.0
            correction_db += (math.exp(27.31 * pd - 25.14) + (pd - 0.8) * steep) / order
    return correction_db + 10.0 * math.log10(total / n)


def make_pd_table(n_pulses: int, pfa: float, cases: Iterable[int] = SWERLING_CASES) -> NDArray[np.float64]:
    """Exact Pd for the kernel :func:`pd_lookup`. Compile-time. Rows of Swerling cases not asked for are NaN.

    Returns float64[5, PD_SNR_POINTS]: row = Swerling case, column = per-pulse SNR from PD_SNR_MIN_DB in steps
    of PD_SNR_STEP_DB. Never below pfa; column 0 is pfa and the last column 1, so that the lookup continues
    without a jump.
    """
    _check(n_pulses, pfa, 0)
    snr_db = PD_SNR_MIN_DB + PD_SNR_STEP_DB * np.arange(PD_SNR_POINTS)
    ratio = np.exp(snr_db * (math.log(10.0) / 10.0))
    table = np.full((5, PD_SNR_POINTS), math.nan)
    for case in cases:
        pd = np.maximum(swerling_pd(ratio, pfa, n_pulses, case), pfa)
        table[case] = np.maximum.accumulate(pd)  # rounding of the closed forms: 1e-15
        table[case, 0], table[case, -1] = pfa, 1.0
    return table


@kernel
def pd_lookup(table, swerling, snr_db):
    """Pd from a table of :func:`make_pd_table`, linear in dB; pfa below the grid, 1 above it.

    snr_db is the mean SNR of one pulse. NaN gives pfa.
    """
    x = (snr_db - PD_SNR_MIN_DB) * _INV_STEP
    if not x > 0.0:
        return table[swerling, 0]
    if x >= _LAST:
        return table[swerling, _LAST]
    i = int(x)
    low = table[swerling, i]
    return low + (x - i) * (table[swerling, i + 1] - low)


@kernel
def pd_from_snr(table, swerling, snr):
    """Pd from the per-pulse SNR as a power ratio (zero, negative or NaN: pfa)."""
    if not snr > 1e-3:
        return table[swerling, 0]
    return pd_lookup(table, swerling, 10.0 * math.log10(snr))


@kernel
def m_of_n_probability(p, m, n):
    """P(at least m successes in n independent trials of probability p); 0 <= m, 0 <= n (int64)."""
    if m <= 0:
        return 1.0
    if m > n:
        return 0.0
    total = 0.0
    for k in range(m, n + 1):
        term = 1.0
        for i in range(k):
            term = term * p * (n - i) / (k - i)
        for _ in range(n - k):
            term = term * (1.0 - p)
        total += term
    return min(total, 1.0)


@kernel
def cumulative_probability(cumulative, p):
    """Probability of at least one detection so far, after one more look of probability p."""
    return 1.0 - (1.0 - cumulative) * (1.0 - p)


@kernel
def resolution_cells(range_extent_m, range_cell_m, n_beams, n_doppler):
    """Number of independent decisions of one scan: range cells x beam positions x Doppler filters."""
    if range_cell_m <= 0.0 or range_extent_m <= 0.0:
        return 0.0
    return range_extent_m / range_cell_m * n_beams * n_doppler


@kernel
def mean_false_plots(pfa, n_cells):
    """Mean number (Poisson for small pfa) of false plots in `n_cells` independent decisions."""
    return pfa * n_cells


def _ratio(db: float) -> float:
    return math.exp(db * (math.log(10.0) / 10.0))


def _check(n_pulses: int, pfa: float, swerling: int) -> None:
    if not (isinstance(n_pulses, (int, np.integer)) and n_pulses >= 1):
        raise ValueError(f"n_pulses: {n_pulses!r} is not a whole number of at least 1")
    if not 0.0 < pfa < 1.0:
        raise ValueError(f"pfa: {pfa!r} must lie between 0 and 1")
    if swerling not in SWERLING_CASES:
        raise ValueError(f"swerling: {swerling!r} is not one of 0, 1, 2, 3, 4")


def _check_pd(pd: float) -> None:
    if not 0.0 < pd < 1.0:
        raise ValueError(f"pd: {pd!r} must lie between 0 and 1")
