"""T-10: the assignment kernel gives the optimum.

Reference: `scipy.optimize.linear_sum_assignment` (Crouse's modified Jonker-Volgenant), on thousands of random
problems: square and rectangular both ways, integers with many ties, forbidden pairs, a price for a row left
alone. Tolerance 1e-9 of the total (order of summation).
"""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from openiads.tracking.assign import assign


def solve(cost, miss=math.inf):
    n, m = cost.shape
    out = np.full(n, -9, np.int64)
    total = assign(cost, n, m, miss, out, np.full(n + 2 * m, math.nan), np.full(n + 4 * m, -77, np.int64))
    used = out[out >= 0]
    assert ((out >= -1) & (out < m)).all()
    assert len(set(used.tolist())) == len(used)
    assert total == pytest.approx(cost[np.flatnonzero(out >= 0), used].sum(), abs=1e-9)
    return total, out


def random_cost(rng, k):
    n, m = rng.integers(1, 10 if k % 10 else 70, 2)
    return rng.normal(0, 100, (n, m)) if k % 2 else rng.integers(-3, 4, (n, m)).astype(float)


def test_optimum():
    rng = np.random.default_rng(1)
    for k in range(3000):
        cost = random_cost(rng, k)
        total, out = solve(cost)
        i, j = linear_sum_assignment(cost)
        assert total == pytest.approx(cost[i, j].sum(), rel=1e-9, abs=1e-9)
        assert (out >= 0).sum() == min(cost.shape)


def test_forbidden_and_priced():
    """Rows may stay alone at a price: the same as a square problem with a private dummy column per row."""
    rng = np.random.default_rng(2)
    for k in range(2000):
        cost = random_cost(rng, k)
        n, m = cost.shape
        cost[rng.random((n, m)) < rng.random()] = math.inf
        miss = float(rng.normal(0, 60))
        total, out = solve(cost, miss)
        full = np.full((n, m + n), 1e9)
        full[:, :m] = np.where(np.isfinite(cost), cost, 1e9)
        full[np.arange(n), m + np.arange(n)] = miss
        i, j = linear_sum_assignment(full)
        assert total + miss * (out < 0).sum() == pytest.approx(full[i, j].sum(), abs=1e-6)


def test_forbidden_as_many_as_possible():
    rng = np.random.default_rng(3)
    for k in range(1000):
        cost = random_cost(rng, k)
        cost[rng.random(cost.shape) < 0.7] = math.nan if k % 3 == 0 else math.inf
        total, out = solve(cost)
        big = 1e6
        shifted = np.where(np.isfinite(cost), cost - big, 0.0)
        i, j = linear_sum_assignment(shifted)
        pairs = shifted[i, j] < 0
        assert (out >= 0).sum() == pairs.sum()
        assert total == pytest.approx((shifted[i, j] + big)[pairs].sum(), abs=1e-6)


def test_all_small_problems():
    """Every 3 x 3 matrix of 0, 1 and forbidden, by brute force."""
    perms = list(itertools.permutations(range(3)))
    for entries in itertools.product((0.0, 1.0, math.inf), repeat=9):
        cost = np.array(entries).reshape(3, 3)
        best = min(
            min(cost[0, p[0]], 5) + min(cost[1, p[1]], 5) + min(cost[2, p[2]], 5) for p in perms
        )  # a missing pair costs 5
        total, out = solve(cost, 5.0)
        assert total + 5 * (out < 0).sum() == best


def test_published_optimum_of_identity():
    """Costs i*j: the optimum pairs the largest with the smallest (rearrangement inequality), n = 50."""
    v = np.arange(50.0)
    total, out = solve(np.outer(v, v))
    assert total == (v * v[::-1]).sum()
    assert out.tolist() == list(range(49, -1, -1))
