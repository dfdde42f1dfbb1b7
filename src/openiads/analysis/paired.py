"""Differences between two studies with common random numbers. docs/models/paired.md says what is behind them.

Replication k of both has the same luck. So its two outcomes are looked at together: what luck did to both
alike falls out of their difference.
"""

# ruff: noqa: PLC0415  (scipy only where it is used: the command line starts fast)
from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from openiads.analysis.intervals import CONFIDENCE, SAME, t_quantile

EQUAL = "none: the same scenario"
CONSTANT = "none: the same difference in all replications"
ONE = "none: fewer than 2 replications"


@dataclass(frozen=True)
class Difference:
    """A measure of two studies and its difference, b minus a.

    Attributes:
        a, b: the measure in each, NaN where the denominators are all zero.
        value, low, high: the difference with its interval.
        n: pairs of replications in it.
        changed: of these, pairs whose numerators or denominators differ.
        only_one: replications that have a value in only one of the two, and are not in it.
        p: two-sided p-value of "no difference"; NaN where there is no interval.
        gain, gain_low, gain_high: variance of the difference of two independent studies of n replications each,
            over that of the paired difference; above 1 pairing helps. NaN or infinite where there is no variance.
        correlation, correlation_low, correlation_high: of the pairs.
        method: how the interval was made.
    """

    a: float
    b: float
    value: float
    low: float
    high: float
    n: int
    changed: int
    only_one: int
    p: float
    gain: float
    gain_low: float
    gain_high: float
    correlation: float
    correlation_low: float
    correlation_high: float
    method: str
    confidence: float = CONFIDENCE

    @property
    def half_width(self) -> float:
        """Half of the length of the interval."""
        return 0.5 * (self.high - self.low)

    @property
    def known(self) -> bool:
        """Is there an interval that rests on what was seen?"""
        return math.isfinite(self.low) and not self.method.startswith("none")


def paired(
    y_a: np.ndarray,
    x_a: np.ndarray,
    y_b: np.ndarray,
    x_b: np.ndarray,
    proportion: bool = False,
    confidence: float = CONFIDENCE,
) -> Difference:
    """The difference of two ratios sum y / sum x over the same n replications (x = 1: of two means).

    Parameters
    ----------
    y_a, x_a, y_b, x_b : (n,) per replication; a pair with a value that is not finite is left out.
    proportion : y counts some of x; two pseudo-pairs are added (see the page), so that an interval is never of
        length zero because nothing has happened yet.

    Source: variance by linearisation, W. G. Cochran, *Sampling Techniques*, 1977; two pseudo-pairs, D. G. Bonett
    and R. M. Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired
    data", Journal of Educational and Behavioral Statistics 37, 2012.
    """
    rows = np.array([y_a, x_a, y_b, x_b], dtype=np.float64)
    has = np.isfinite(rows)
    both = has.all(axis=0)
    only_one = int((has[:2].all(axis=0) ^ has[2:].all(axis=0)).sum())
    y_a, x_a, y_b, x_b = rows[:, both]
    n = int(both.sum())
    if n == 0 or x_a.sum() == 0.0 or x_b.sum() == 0.0:
        a, b = (y.sum() / x.sum() if x.sum() else math.nan for y, x in ((y_a, x_a), (y_b, x_b)))
        return _without(float(a), float(b), n, 0, only_one, "none", confidence)
    a, b = math.fsum(y_a) / math.fsum(x_a), math.fsum(y_b) / math.fsum(x_b)
    changed = (y_a != y_b) | (x_a != x_b)
    if n < 2:
        return _without(a, b, n, int(changed.sum()), only_one, ONE, confidence)
    e_a, e_b = (y_a - a * x_a) / x_a.mean(), (y_b - b * x_b) / x_b.mean()
    value = b - a if changed.any() else 0.0
    size = _size((y_b / x_b.mean() - y_a / x_a.mean())[changed]) if proportion else 0.0
    middle, variance = _moments(e_b - e_a, value, size if changed.any() else float(proportion), n)
    if variance == 0.0:
        method = CONSTANT if changed.any() else SAME
        return _without(a, b, n, int(changed.sum()), only_one, method, confidence, value)
    half = t_quantile(n - 1, confidence) * math.sqrt(variance)
    low, high = middle - half, middle + half
    if proportion:
        low, high = max(low, -1.0), min(high, 1.0)
    return Difference(
        a, b, value, low, high, n, int(changed.sum()), only_one, _p(middle / math.sqrt(variance), n - 1),
        *_gain(e_a, e_b, confidence), *_correlation(e_a, e_b, confidence),
        "t, paired, two pseudo-pairs" if proportion else "t, paired", confidence,
    )  # fmt: skip


def equal(found: Difference) -> Difference:
    """The difference of a scenario from itself: zero, and known."""
    return _without(found.a, found.a, found.n, 0, found.only_one, EQUAL, found.confidence, 0.0)


def _without(
    a: float,
    b: float,
    n: int,
    changed: int,
    only_one: int,
    method: str,
    confidence: float,
    value: float = math.nan,
) -> Difference:
    """No variance, or too little to say."""
    nan, inf = math.nan, math.inf
    if method == ONE:
        value, low, high = b - a, -inf, inf
    else:
        low = high = value
    return Difference(
        a, b, value, low, high, n, changed, only_one, nan, nan, nan, nan, nan, nan, nan, method, confidence
    )


def _size(deltas: np.ndarray) -> float:
    """Root mean square of the differences of those pairs that differ: the size of a pseudo-pair."""
    return math.sqrt(float(np.mean(deltas * deltas))) if deltas.size else 1.0


def _moments(d: np.ndarray, value: float, size: float, n: int) -> tuple[float, float]:
    """Middle of the interval and variance there; with pseudo-pairs of +size and -size where size is not 0."""
    squares = math.fsum(d * d)
    if size == 0.0:
        rounding = 1e-24 * n * max(value * value, 1e-300)
        return value, 0.0 if squares <= rounding else squares / (n * (n - 1))
    middle = n * value / (n + 2)
    mean_square = (squares + n * value * value + 2.0 * size * size) / (n + 2)
    return middle, max(mean_square - middle * middle, 0.0) / (n + 2)


def _p(t: float, degrees: int) -> float:
    from scipy.special import stdtr

    return float(2.0 * stdtr(degrees, -abs(t)))


def _gain(e_a: np.ndarray, e_b: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Variance of independent over that of paired differences, its interval by the delta method on the logarithm."""
    n, apart, together = len(e_a), e_a * e_a + e_b * e_b, (e_b - e_a) * (e_b - e_a)
    if together.sum() <= 1e-24 * apart.sum():
        top = math.inf if apart.sum() > 0.0 else math.nan
        return top, top, top
    influence = apart / apart.mean() - together / together.mean()
    half = t_quantile(n - 1, confidence) * math.sqrt(float(influence.var(ddof=1)) / n)
    gain = float(apart.sum() / together.sum())
    return gain, gain * math.exp(-half), gain * math.exp(half)


def _correlation(e_a: np.ndarray, e_b: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Correlation, its interval by the delta method on Fisher's scale."""
    s_a, s_b = (math.sqrt(float(np.mean(e * e))) for e in (e_a, e_b))
    if s_a == 0.0 or s_b == 0.0:
        return math.nan, math.nan, math.nan
    u, v = e_a / s_a, e_b / s_b
    rho = min(max(float(np.mean(u * v)), -1.0), 1.0)
    if abs(rho) > 1.0 - 1e-12:
        return rho, rho, rho
    influence = u * v - 0.5 * rho * (u * u + v * v)
    half = (
        t_quantile(len(u) - 1, confidence)
        * math.sqrt(float(influence.var(ddof=1)) / len(u))
        / (1.0 - rho * rho)
    )
    z = math.atanh(rho)
    return rho, math.tanh(z - half), math.tanh(z + half)


def holm(p: dict[str, float], level: float) -> set[str]:
    """Names whose p-values stand after Holm's correction for their number (those without a p-value are not counted).

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6, 1979.
    """
    found = sorted((value, name) for name, value in p.items() if math.isfinite(value))
    stands: set[str] = set()
    for place, (value, name) in enumerate(found):
        if value > level / (len(found) - place):
            break
        stands.add(name)
    return stands


__all__ = ["CONSTANT", "EQUAL", "ONE", "Difference", "equal", "holm", "paired"]
