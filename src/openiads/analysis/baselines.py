"""Optima beside which a doctrine is judged: the best assignment of one decision, and shoot-look-shoot with few rounds.

Plain Python and SciPy, independent of the engine. Rounds are independent of one another throughout. Closed forms, among them
the Hughes salvo model, are in :mod:`openiads.analysis.oracles`.
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

_MOST_COLUMNS = 200_000


class Optimum(NamedTuple):
    """The best assignment."""

    worth: float  # expected worth of the targets killed
    x: np.ndarray  # i8 [target, unit], rounds


def assignment_optimum(
    value: np.ndarray, pk: np.ndarray, rounds: np.ndarray, channels: np.ndarray, most_per_target: int = 1
) -> Optimum:
    """The exact optimum of the static assignment problem of `doctrine.assign`.

    Maximise sum_i v_i (1 - prod_j (1 - p_ij)^x_ij) with at most rounds[j] rounds and channels[j] targets per unit and
    `most_per_target` rounds per target. With one round per target a linear assignment; with more a set packing by
    mixed-integer programming (HiGHS): one variable per target and way to engage it.

    value : f8 [n], not below 0. pk : f8 [n, m], 0 to 1. rounds, channels : i8 [m]. Raises ValueError for other shapes or
    values, and for problems of more than 200,000 ways.
    """
    value, pk = np.asarray(value, float), np.asarray(pk, float)
    rounds, channels = np.asarray(rounds, np.int64), np.asarray(channels, np.int64)
    if (
        pk.ndim != 2
        or value.shape != pk.shape[:1]
        or rounds.shape != pk.shape[1:]
        or channels.shape != rounds.shape
    ):
        raise ValueError(
            f"shapes do not fit: value {value.shape}, pk {pk.shape}, {rounds.shape}, {channels.shape}"
        )
    if not ((pk >= 0.0) & (pk <= 1.0)).all() or not (value >= 0.0).all() or most_per_target < 1:
        raise ValueError("pk must be from 0 to 1, value not below 0, most_per_target at least 1")
    if most_per_target == 1:
        return _linear(value, pk, np.minimum(rounds, channels))
    return _packing(value, pk, rounds, channels, most_per_target)


def _linear(value: np.ndarray, pk: np.ndarray, offered: np.ndarray) -> Optimum:
    n, m = pk.shape
    unit = np.repeat(np.arange(m), np.clip(offered, 0, n))
    x = np.zeros((n, m), np.int64)
    gain = value[:, None] * pk[:, unit]
    rows, slots = optimize.linear_sum_assignment(gain, maximize=True)
    for i, s in zip(rows, slots, strict=True):
        if gain[i, s] > 0.0:
            x[i, unit[s]] = 1
    return Optimum(float((value[:, None] * pk * x).sum()), x)


def _packing(
    value: np.ndarray, pk: np.ndarray, rounds: np.ndarray, channels: np.ndarray, most: int
) -> Optimum:
    n, m = pk.shape
    if n * math.comb(m + most, most) > _MOST_COLUMNS:
        raise ValueError(
            f"{n} targets, {m} units and {most} rounds per target are too many for an exact answer"
        )
    ways = [w for w in itertools.product(range(most + 1), repeat=m) if 0 < sum(w) <= most]
    way = np.array(ways, np.int64)
    gain = np.array([value[i] * (1.0 - np.prod((1.0 - pk[i]) ** way, axis=1)) for i in range(n)])
    columns = n * len(way)
    used = np.vstack([
        np.kron(np.eye(n), np.ones(len(way))),  # one way per target
        np.tile(way.T, (1, n)),  # rounds
        np.tile((way.T > 0).astype(float), (1, n)),  # channels
    ])  # fmt: skip
    most_used = np.concatenate([np.ones(n), np.maximum(rounds, 0), np.maximum(channels, 0)])
    found = optimize.milp(
        -gain.ravel(), constraints=optimize.LinearConstraint(used, -np.inf, most_used),
        integrality=np.ones(columns), bounds=optimize.Bounds(0.0, 1.0), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    if found.x is None:
        raise ValueError(f"no answer: {found.message}")
    taken = np.rint(found.x).reshape(n, len(way))
    return Optimum(float((gain * taken).sum()), (taken @ way).astype(np.int64))


def shoot_look_shoot_leak(
    n_targets: int, n_rounds: int, n_looks: int, p: float, channels: int | None = None
) -> float:
    """Fewest expected leakers of like targets with `n_looks` waves of fire and a perfect look after each.

    Dynamic programme over (targets alive, rounds left, waves left). A wave fires r rounds at s targets (at most `channels`),
    spread as evenly as possible over them; r and s are chosen best. Spreading unevenly was never better in the cases that the tests
    enumerate. p : kill probability of a round.
    """
    if (
        min(n_targets, n_rounds, n_looks) < 0
        or not 0.0 <= p <= 1.0
        or (channels is not None and channels < 0)
    ):
        raise ValueError(f"not a problem: {n_targets}, {n_rounds}, {n_looks}, {p}, {channels}")

    @cache
    def least(alive: int, left: int, waves: int) -> float:
        if alive == 0 or left == 0 or waves == 0:
            return float(alive)
        best = float(alive)
        for s in range(1, min(alive, left, alive if channels is None else channels) + 1):
            for r in range(s, left + 1):
                law = _kills(s, r, p)
                found = sum(q * least(alive - k, left - r, waves - 1) for k, q in enumerate(law))
                best = min(best, float(found))
        return best

    return least(n_targets, n_rounds, n_looks)


@cache
def _kills(s: int, r: int, p: float) -> tuple[float, ...]:
    """Law of the number of kills of r rounds spread evenly over s targets."""
    each, more = divmod(r, s)
    few = stats.binom.pmf(np.arange(s - more + 1), s - more, 1.0 - (1.0 - p) ** each)
    many = stats.binom.pmf(np.arange(more + 1), more, 1.0 - (1.0 - p) ** (each + 1))
    return tuple(float(q) for q in np.convolve(few, many))


__all__ = ["Optimum", "assignment_optimum", "shoot_look_shoot_leak"]
