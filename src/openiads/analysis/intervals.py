"""Intervals of rates and means over replications. docs/models/intervals.md says what is behind each.

The replication is the unit everywhere. Threats of one replication share weather, losses and magazines: they
are not independent, and an interval that counts them singly would be too narrow.
"""

# ruff: noqa: PLC0415  (scipy only where it is used: the command line starts fast)
from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

CONFIDENCE = 0.95
#: A sequential study does not stop before so many usable replications.
MIN_REPLICATIONS = 30
SAME = "none: the same in all replications"


class Sums(NamedTuple):
    """What an interval needs of n replications with numerators y and denominators x."""

    n: int = 0
    y: float = 0.0
    x: float = 0.0
    yy: float = 0.0
    xx: float = 0.0
    xy: float = 0.0

    def plus(self, other: Sums) -> Sums:
        """The sums of both."""
        return Sums(
            self.n + other.n, self.y + other.y, self.x + other.x,
            self.yy + other.yy, self.xx + other.xx, self.xy + other.xy,
        )  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval.

    Attributes:
        value: the estimate, NaN where the denominators are all zero.
        low, high: the interval.
        n: replications in it.
        units: what the denominators count together (threats, missiles); n for a mean per replication.
        method: how the interval was made.
    """

    value: float
    low: float
    high: float
    n: int
    units: float
    method: str
    confidence: float = CONFIDENCE

    @property
    def half_width(self) -> float:
        """Half of the length of the interval."""
        return 0.5 * (self.high - self.low)


def sums(y: np.ndarray, x: np.ndarray) -> Sums:
    """Sums over replications."""
    y, x = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    return Sums(
        len(y), math.fsum(y), math.fsum(x), math.fsum(y * y), math.fsum(x * x), math.fsum(x * y)
    )  # fmt: skip


@lru_cache(maxsize=4096)
def t_quantile(degrees: int, confidence: float) -> float:
    """Two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + 0.5 * confidence))


@lru_cache(maxsize=64)
def z_quantile(confidence: float) -> float:
    """Two-sided quantile of the normal distribution."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + 0.5 * confidence))


def wilson(y: float, x: float, quantile: float) -> tuple[float, float]:
    """Score interval of a proportion y/x; x may be an effective number and need not be whole.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22 (1927).
    """
    p, q2 = y / x, quantile * quantile
    middle = (p + 0.5 * q2 / x) / (1.0 + q2 / x)
    half = quantile * math.sqrt(max(p * (1.0 - p) / x + 0.25 * q2 / (x * x), 0.0)) / (1.0 + q2 / x)
    # At 0 and 1 the bound is exact; rounding shall not move it past the estimate.
    return (0.0 if y == 0.0 else max(middle - half, 0.0)), (1.0 if y == x else min(middle + half, 1.0))


def proportion(s: Sums, confidence: float = CONFIDENCE) -> Interval:
    """A proportion pooled over replications: y of x units in each, the replication being the unit.

    Wilson's interval on the effective number of units: that which would give the variance of the ratio
    estimator over replications if units were independent, never more than there are. With no variance to be
    seen (all or nothing) the effective number is that of replications.
    """
    if s.n == 0 or s.x <= 0.0:
        return Interval(math.nan, math.nan, math.nan, s.n, s.x, "none", confidence)
    p = s.y / s.x
    if s.n == 1:
        return Interval(p, 0.0, 1.0, 1, s.x, "none: one replication", confidence)
    variance = _ratio_variance(s)
    if 0.0 < p < 1.0 and variance > 0.0:
        effective = min(p * (1.0 - p) / variance, s.x)
    else:
        effective = min(float(s.n), s.x) if not 0.0 < p < 1.0 else s.x
    low, high = wilson(p * effective, effective, t_quantile(s.n - 1, confidence))
    low, high = (0.0 if p == 0.0 else low), (1.0 if p == 1.0 else high)
    return Interval(p, low, high, s.n, s.x, "Wilson, replications as clusters", confidence)


def ratio(s: Sums, confidence: float = CONFIDENCE) -> Interval:
    """A ratio of sums over replications (rounds per kill): t on the linearised residuals.

    Source: W. G. Cochran, *Sampling Techniques*, 1977, chapter on ratio estimators.
    """
    if s.n == 0 or s.x == 0.0:
        return Interval(math.nan, math.nan, math.nan, s.n, s.x, "none", confidence)
    value = s.y / s.x
    if s.n == 1:
        return Interval(value, -math.inf, math.inf, 1, s.x, "none: one replication", confidence)
    half = t_quantile(s.n - 1, confidence) * math.sqrt(_ratio_variance(s))
    if half == 0.0:
        return Interval(value, value, value, s.n, s.x, SAME, confidence)
    return Interval(value, value - half, value + half, s.n, s.x, "t, ratio over replications", confidence)


def mean(s: Sums, confidence: float = CONFIDENCE) -> Interval:
    """A mean over replications (x is 1 in each): Student's t."""
    found = ratio(s, confidence)
    method = found.method if found.method.startswith("none") else "t"
    return Interval(found.value, found.low, found.high, s.n, float(s.n), method, confidence)


def count(s: Sums, confidence: float = CONFIDENCE) -> Interval:
    """A mean number of rare events per replication (x is 1 in each): never below zero, and wide enough where none was seen.

    Score interval of a Poisson mean on the effective number of replications: that which would give the variance seen
    if the events were independent, never more than there are. The Poisson limit of Wilson's interval.
    """
    if s.n < 2 or s.x <= 0.0:
        return mean(s, confidence)
    value, variance = s.y / s.n, _ratio_variance(s)
    effective = min(value / variance, float(s.n)) if variance > 0.0 else float(s.n)
    square = t_quantile(s.n - 1, confidence) ** 2
    middle = value + 0.5 * square / effective
    half = math.sqrt(square * value / effective + 0.25 * square * square / (effective * effective))
    low = 0.0 if value == 0.0 else max(middle - half, 0.0)
    return Interval(value, low, middle + half, s.n, float(s.n), "score, counts over replications", confidence)


def _ratio_variance(s: Sums) -> float:
    """Variance of y/x by linearisation, with n - 1 degrees of freedom."""
    r = s.y / s.x
    residual = max(s.yy - 2.0 * r * s.xy + r * r * s.xx, 0.0)
    if residual <= 1e-12 * (s.yy + r * r * s.xx):  # nothing but rounding
        return 0.0
    return s.n / (s.n - 1) * residual / (s.x * s.x)


def bootstrap(
    y: np.ndarray, x: np.ndarray | None = None, confidence: float = CONFIDENCE, resamples: int = 2000,
    seed: int = 1,
) -> Interval:  # fmt: skip
    """A mean, or a ratio of sums, by the percentile bootstrap over replications.

    Nothing is assumed about the distribution but that replications are independent. The same numbers give
    the same interval (seed).

    Source: B. Efron and R. J. Tibshirani, *An Introduction to the Bootstrap*, 1993.
    """
    y = np.asarray(y, dtype=np.float64)
    x = np.ones(len(y)) if x is None else np.asarray(x, dtype=np.float64)
    n, units = len(y), float(np.sum(x))
    if n == 0 or units == 0.0:
        return Interval(math.nan, math.nan, math.nan, n, units, "none", confidence)
    value = float(np.sum(y)) / units
    if n == 1:
        return Interval(value, -math.inf, math.inf, 1, units, "none: one replication", confidence)
    made = resampled(y[:, None], x[:, None], resamples, seed)[:, 0]
    tail = 0.5 * (1.0 - confidence)
    low, high = np.nanquantile(made, [tail, 1.0 - tail])
    return Interval(value, float(low), float(high), n, units, "percentile bootstrap", confidence)


def resampled(y: np.ndarray, x: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    """Ratios of (resamples, columns) resampled sums; the columns are studies of the same number of rows."""
    n = len(y)
    random = np.random.Generator(np.random.Philox(seed))
    parts = []
    step = max(1, min(resamples, 20_000_000 // max(n, 1)))
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        weights = random.multinomial(n, np.full(n, 1.0 / n), size=count).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            parts.append((weights @ y) / (weights @ x))
    return np.concatenate(parts)


# --- sequential stopping --------------------------------------------------------------------------


class GoalError(ValueError):
    """A goal that cannot be read. The message is for a person; exit code 2."""


@dataclass(frozen=True)
class Goal:
    """Stop when the interval of a measure is this narrow."""

    measure: str
    half_width: float
    confidence: float

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.measure} ±{self.half_width:g} at {100.0 * self.confidence:g} %"

    def reached(self, found: Interval) -> bool:
        """Is there an interval, is it narrow enough, and of enough replications?"""
        return found.method != SAME and found.n >= MIN_REPLICATIONS and found.half_width <= self.half_width


_GOAL = re.compile(
    r"\s*([a-z_]+)\s*(?:±|\+/-|\+-)\s*(\d+\.?\d*|\.\d+)\s*(%?)\s*(?:at\s+(\d+\.?\d*)\s*%)?\s*", re.ASCII
)


def read_goal(text: str) -> Goal:
    """A goal such as "leakage ±0.01" or "leakage ±1 % at 99 %". Raises GoalError."""
    match = _GOAL.fullmatch(text)
    if match is None:
        raise GoalError(f'{text!r} is no goal; write for example "leakage ±0.01" or "leakage ±1 % at 99 %"')
    measure, width, percent, confidence = match.groups()
    half = float(width) / (100.0 if percent else 1.0)
    level = CONFIDENCE if confidence is None else float(confidence) / 100.0
    if not half > 0.0:
        raise GoalError(f"{text!r}: the half-width is more than 0")
    if not 0.5 <= level <= 0.9999:
        raise GoalError(f"{text!r}: the confidence is 50 % to 99.99 %")
    return Goal(measure, half, level)
