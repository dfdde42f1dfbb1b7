"""Which inputs drive a measure: elementary effects, Sobol indices, one at a time; with intervals and the noise.

docs/models/sensitivity.md says what is behind each. Functions of arrays: points by replications, with the
same luck in a column, so that a Python function or a study may have made them.
"""

# ruff: noqa: PLC0415  (SALib only where it is used)
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from openiads.analysis.intervals import CONFIDENCE, z_quantile

RESAMPLES = 500
_STEP = {"morris": "trajectories", "saltelli": "rows", "oat": "inputs"}


class SensitivityError(ValueError):
    """Indices that cannot be made of these figures. The message is for a person; exit code 2."""


@dataclass(frozen=True)
class Index:
    """One index of one input with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Driver:
    """One input: `first` ranks (mu*, total index, effect); `second` is sigma, the first-order index, or None."""

    name: str
    first: Index
    second: Index | None
    above_noise: bool


@dataclass(frozen=True)
class Sensitivity:
    """What drives a measure.

    Attributes:
        method: morris, saltelli or oat.
        drivers: the inputs, the strongest first.
        mean, deviation: of the measure over the points (of the base points of a Saltelli design).
        noise: standard deviation of the measure at a point for want of replications, luck that all points share
            taken out; NaN with one replication.
        floor: what an input without effect would get from that noise on average.
        n: replications per point. points: how many. blocks: trajectories or rows that the bootstrap draws.
    """

    method: str
    drivers: tuple[Driver, ...]
    mean: float
    deviation: float
    noise: float
    floor: float
    n: int
    points: int
    blocks: int
    confidence: float = CONFIDENCE

    @property
    def names(self) -> tuple[str, str]:
        """What `first` and `second` of the drivers are called."""
        return {"morris": ("mu*", "sigma"), "saltelli": ("total", "first"), "oat": ("effect", "")}[
            self.method
        ]


def indices(
    method: str,
    names: Sequence[str],
    cube: np.ndarray,
    top: np.ndarray,
    bottom: np.ndarray | None = None,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> Sensitivity:
    """Indices of a measure over the points of a design.

    Parameters
    ----------
    method : "morris", "saltelli" or "oat": the design that made `cube`.
    names : of the inputs. cube : (points, inputs) probabilities.
    top, bottom : (points, replications); the measure at a point is sum(top) / sum(bottom). Where a replication has
        no value both are 0 (or NaN). Without `bottom` the measure is a mean.

    Raises SensitivityError.
    """
    top = np.asarray(top, dtype=np.float64)
    bottom = np.isfinite(top).astype(np.float64) if bottom is None else np.asarray(bottom, dtype=np.float64)
    has = np.isfinite(top) & np.isfinite(bottom)
    top, bottom = np.where(has, top, 0.0), np.where(has, bottom, 0.0)
    count = int((bottom.sum(axis=1) <= 0.0).sum())
    if count:
        raise SensitivityError(
            f"the measure has no value at {count} of {len(top)} points: it cannot be ranked"
        )
    values = (top.sum(axis=1) / bottom.sum(axis=1))[None, :]
    noise = noise_of(top, bottom, has)
    make, blocks = _method(method, len(names), cube)
    first, second = make(values, np.arange(blocks)[None, :])
    spread = _spread(make, blocks, top, bottom, resamples, seed)
    base = values[0] if method != "saltelli" else _base(values, len(names))[0]
    deviation = float(base.std())
    floor = _floor(method, noise, deviation)
    half = z_quantile(confidence)
    least = 0.0 if method == "morris" else -math.inf  # mu* and sigma are never negative
    drivers = []
    for k, name in enumerate(names):
        one = _index(first[0, k], half * spread[0][k], least)
        two = (
            None if second is None or spread[1] is None else _index(second[0, k], half * spread[1][k], least)
        )
        far = one if method != "oat" else _index(abs(one.value), half * spread[0][k])
        above = far.low > (0.0 if method == "oat" or math.isnan(floor) else floor)
        drivers.append(Driver(name, one, two, above))
    drivers.sort(key=lambda d: -abs(d.first.value))
    return Sensitivity(method, tuple(drivers), float(base.mean()), deviation, noise, floor, top.shape[1], len(top),
                       blocks, confidence)  # fmt: skip


def noise_of(top: np.ndarray, bottom: np.ndarray, has: np.ndarray) -> float:
    """Standard deviation of the measure at one point that replications leave, without what all points share.

    Two-way analysis of variance of the linearised values (points by replications, no interaction): the mean square
    of the residuals over n. H. Scheffé, *The Analysis of Variance*, 1959, section 4.2.
    """
    whole = has.all(axis=0)
    points, n = len(top), int(whole.sum())
    if n < 2 or points < 2:
        return math.nan
    y, x = top[:, whole], bottom[:, whole]
    weight = x.mean(axis=1, keepdims=True)
    if not (weight > 0.0).all():
        return math.nan
    z = (y - x * (y.mean(axis=1, keepdims=True) / weight)) / weight
    rest = z - z.mean(axis=1, keepdims=True) - z.mean(axis=0, keepdims=True) + z.mean()
    return math.sqrt(float((rest * rest).sum()) / ((points - 1) * (n - 1)) / n)


# --- methods ----------------------------------------------------------------------------------------

_Make = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray | None]]


def _method(method: str, inputs: int, cube: np.ndarray) -> tuple[_Make, int]:
    """The function from (resamples, points) values and blocks to (resamples, inputs) indices, and the blocks."""
    if method == "morris":
        effects = _steps(cube, inputs)
        return lambda values, rows: _morris(values, rows, *effects), len(cube) // (inputs + 1)
    if method == "saltelli":
        return lambda values, rows: _saltelli(values, rows, inputs), len(cube) // (inputs + 2)
    if method == "oat":
        return lambda values, rows: (values[:, 2::2] - values[:, 1::2], None), inputs
    raise SensitivityError(f"no indices for the design {method!r}: it is morris, saltelli or oat")


def _steps(cube: np.ndarray, inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """Per trajectory and input: the point before its step, and the step with its sign."""
    paths = np.asarray(cube).reshape(-1, inputs + 1, inputs)
    moves = np.diff(paths, axis=1)  # trajectory, step, input
    which = np.abs(moves).argmax(axis=2)
    rows = np.arange(len(paths))[:, None]
    before = np.zeros((len(paths), inputs), dtype=np.int64)
    size = np.zeros((len(paths), inputs))
    place = rows * (inputs + 1) + np.arange(inputs)[None, :]
    before[rows, which] = place
    size[rows, which] = np.take_along_axis(moves, which[:, :, None], axis=2)[:, :, 0]
    return before, size


def _morris(
    values: np.ndarray, rows: np.ndarray, before: np.ndarray, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """mu* and sigma. Campolongo, Cariboni and Saltelli, Environmental Modelling & Software 22, 2007, eq. 4."""
    effects = (values[:, before + 1] - values[:, before]) / size  # resample, trajectory, input
    chosen = np.take_along_axis(effects, rows[:, :, None], axis=1)
    return np.abs(chosen).mean(axis=1), chosen.std(axis=1, ddof=1)


def _base(values: np.ndarray, inputs: int) -> np.ndarray:
    """The values at the rows of A and B."""
    parts = values.reshape(len(values), -1, inputs + 2)
    return np.concatenate([parts[:, :, 0], parts[:, :, -1]], axis=1)


def _saltelli(values: np.ndarray, rows: np.ndarray, inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """Total and first-order indices by SALib's estimators: Saltelli and others 2010, table 2 (b) and (f)."""
    from SALib.analyze.sobol import first_order, total_order

    parts = values.reshape(len(values), -1, inputs + 2)
    parts = np.take_along_axis(parts, rows[:, :, None], axis=1)
    total, first = np.full((len(values), inputs), np.nan), np.full((len(values), inputs), np.nan)
    for r, part in enumerate(parts):
        ends = part[:, [0, -1]]
        if np.ptp(ends) <= 1e-12 * max(float(np.abs(ends).max()), 1e-300):
            continue
        part = (part - ends.mean()) / ends.std()
        a, b = part[:, :1], part[:, -1:]
        first[r] = first_order(np.broadcast_to(a, part[:, 1:-1].shape), part[:, 1:-1],
                               np.broadcast_to(b, part[:, 1:-1].shape))  # fmt: skip
        total[r] = total_order(np.broadcast_to(a, part[:, 1:-1].shape), part[:, 1:-1],
                               np.broadcast_to(b, part[:, 1:-1].shape))  # fmt: skip
    return total, first


def _spread(
    make: _Make, blocks: int, top: np.ndarray, bottom: np.ndarray, resamples: int, seed: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Standard deviations over the bootstrap: blocks and, the same for all points, replications are drawn anew."""
    random = np.random.Generator(np.random.Philox(seed))
    n = top.shape[1]
    firsts, seconds = [], []
    step = max(1, min(resamples, 4_000_000 // len(top)))
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        weights = random.multinomial(n, np.full(n, 1.0 / n), size=count).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            values = (weights @ top.T) / (weights @ bottom.T)
        first, second = make(values, random.integers(blocks, size=(count, blocks)))
        firsts.append(first)
        if second is not None:
            seconds.append(second)
    return _deviation(firsts), _deviation(seconds) if seconds else None


def _deviation(parts: list[np.ndarray]) -> np.ndarray:
    whole = np.concatenate(parts)
    found = np.isfinite(whole)
    count = np.maximum(found.sum(axis=0), 2)
    mean = np.where(found, whole, 0.0).sum(axis=0) / count
    return np.asarray(np.sqrt((np.where(found, whole - mean, 0.0) ** 2).sum(axis=0) / (count - 1)))


def _floor(method: str, noise: float, deviation: float) -> float:
    """What an input without effect gets on average from independent noise of two points that are compared."""
    if method == "saltelli":
        return min(noise * noise / (deviation * deviation), 1.0) if deviation > 0.0 else math.nan
    step = 2.0 / 3.0 if method == "morris" else 1.0  # of Morris' grid of four levels
    return 2.0 * noise / math.sqrt(math.pi) / step


def _index(value: float, half: float, least: float = -math.inf) -> Index:
    return Index(float(value), max(float(value - half), least), float(value + half))
