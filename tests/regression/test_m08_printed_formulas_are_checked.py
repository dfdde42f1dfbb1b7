"""Seen elsewhere: a formula printed wrongly in a published paper, and results quoted for their opposite.

So no closed form is trusted for being printed: here those that decisions or tests rest on are held against a
simulation that does not know the formula. (The percentages of the exchange in test_o09 are of ships
remaining; they have been quoted as losses.)
"""

import math

import numpy as np
import pytest

from openiads.analysis import oracles

TRIALS = 40_000


def near(values, expected):
    """Mean of independent trials within 3.5 of its standard errors."""
    return abs(np.mean(values) - expected) < 3.5 * np.std(values) / math.sqrt(len(values)) + 1e-12


@pytest.mark.parametrize("p", [0.3, 0.7])
def test_shoot_look_shoot_played_out(p):
    hits = np.random.default_rng(2).random((TRIALS, 3)) < p
    first = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1, 3)
    kill, rounds = oracles.shoot_look_shoot(p, 3)
    assert near(hits.any(axis=1), kill)
    assert near(first, rounds)


def test_allocations_played_out():
    rng = np.random.default_rng(3)
    n, m, p = 7, 11, 0.6
    hits = rng.random((TRIALS, m)) < p

    def leakers(aim):
        alive = np.ones((TRIALS, n), bool)
        for k in range(m):
            alive[np.arange(TRIALS)[hits[:, k]], aim[hits[:, k], k]] = False
        return alive.sum(axis=1)

    even = np.tile(np.arange(m) % n, (TRIALS, 1))
    assert near(leakers(even), oracles.even_allocation_leak(n, m, p))
    assert near(leakers(rng.integers(0, n, (TRIALS, m))), oracles.uncoordinated_leak(n, m, p))
    assert near(np.minimum(hits.sum(axis=1), n), oracles.unlimited_look_kills(n, m, p))


def test_one_window_played_out():
    rng = np.random.default_rng(4)
    n, channels, missiles, p = 16, 6, 72, 0.7
    served = min(n, channels, missiles // 2)
    saved = (rng.random((TRIALS, served, 2)) < p).any(axis=2).sum(axis=1)
    assert near(n - saved, oracles.channel_limited_leak(n, channels, missiles, 2, p))
