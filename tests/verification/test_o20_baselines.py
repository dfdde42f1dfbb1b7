"""O-20: the exact optima that doctrines are judged by, against closed forms, enumeration and published values.

Published: den Broeder's theorem (alike rounds: greedy is optimal), the 3 x 3 toy with its optimum by enumeration, closed forms of
elementary probability in `analysis.oracles`. Tolerance 1e-9: double precision, a few hundred operations.
"""

import itertools

import numpy as np
import pytest

from openiads.analysis import oracles
from openiads.analysis.baselines import assignment_optimum, shoot_look_shoot_leak
from openiads.doctrine import assign

TOY = (np.array([5.0, 10, 20]), np.array([[0.3, 0.2, 0.5], [0.1, 0.6, 0.5], [0.4, 0.5, 0.4]]))


def worth(value, pk, x):
    return float((value * (1.0 - np.prod((1.0 - pk) ** x, axis=1))).sum())


def enumerated(value, pk, rounds, channels, most):
    n, m = pk.shape
    best = 0.0
    for flat in itertools.product(range(most + 1), repeat=n * m):
        x = np.array(flat).reshape(n, m)
        fits = (x.sum(0) <= rounds).all() and ((x > 0).sum(0) <= channels).all() and (x.sum(1) <= most).all()
        if fits:
            best = max(best, worth(value, pk, x))
    return best


@pytest.mark.parametrize("most", [1, 2])
@pytest.mark.parametrize("seed", range(6))
def test_assignment_is_the_best_of_all(seed, most):
    rng = np.random.default_rng(seed)
    value, pk = rng.uniform(1, 10, 3), rng.uniform(0, 0.9, (3, 2))
    rounds, channels = rng.integers(1, 4, 2), rng.integers(1, 3, 2)
    found = assignment_optimum(value, pk, rounds, channels, most)
    assert found.worth == pytest.approx(enumerated(value, pk, rounds, channels, most), abs=1e-9)
    assert found.worth == pytest.approx(worth(value, pk, found.x), abs=1e-9)
    assert (found.x.sum(0) <= rounds).all() and ((found.x > 0).sum(0) <= channels).all()


def test_published_optima():
    value, pk = TOY
    p_units = assignment_optimum(value, pk, np.ones(3, int), np.full(3, 3), 3)
    by_hand = max(
        worth(value, pk, np.array([[int(t == i) for t in who] for i in range(3)]))
        for who in itertools.product(range(3), repeat=3)
    )
    assert p_units.worth == pytest.approx(by_hand, abs=1e-9)
    alike = np.array([[0.6], [0.7], [0.5], [0.9]])
    found = assignment_optimum(np.array([10.0, 8, 6, 4]), alike, np.array([7]), np.array([4]), 7)
    assert 28.0 - found.worth == pytest.approx(4.22, abs=1e-9)
    assert found.x[:, 0].tolist() == [2, 2, 2, 1]


@pytest.mark.parametrize("seed", range(5))
def test_the_doctrine_is_never_better(seed):
    rng = np.random.default_rng(100 + seed)
    n, m = 6, 3
    value, pk = rng.uniform(1, 10, n), rng.uniform(0.2, 0.9, (n, m))
    rounds, channels = np.array([3, 4, 2]), np.array([2, 2, 2])
    work, x = assign.make_work(n, m, 20), np.zeros((n, m), np.int64)
    exact = assignment_optimum(value, pk, rounds, channels, 2).worth
    assert assign.greedy(n, m, value, pk, rounds, channels, 2, x, work) <= exact + 1e-9
    heuristic = assign.optimal(n, m, value, pk, rounds, channels, 2, x, work)
    assert 0.97 * exact <= heuristic <= exact + 1e-9
    single = assign.optimal(n, m, value, pk, rounds, channels, 1, x, work)
    assert single == pytest.approx(assignment_optimum(value, pk, rounds, channels, 1).worth, abs=1e-9)


def test_shoot_look_shoot_closed_forms():
    # One wave is an even allocation; a wave per round is a look after every shot; one target is a geometric law.
    assert shoot_look_shoot_leak(10, 20, 1, 0.7) == pytest.approx(
        oracles.even_allocation_leak(10, 20, 0.7), abs=1e-9
    )
    assert shoot_look_shoot_leak(4, 6, 6, 0.7) == pytest.approx(
        4 - oracles.unlimited_look_kills(4, 6, 0.7), abs=1e-9
    )
    assert shoot_look_shoot_leak(1, 2, 2, 0.7) == pytest.approx(
        1 - oracles.shoot_look_shoot(0.7, 2)[0], abs=1e-12
    )
    assert shoot_look_shoot_leak(8, 72, 1, 0.7, channels=6) < oracles.channel_limited_leak(8, 6, 72, 2, 0.7)


def partitions(total, parts, most):
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(min(total, most), -1, -1):
        for rest in partitions(total - first, parts - 1, first):
            yield (first, *rest)


def uneven(alive, left, waves, p):
    """The same programme over every way to spread the rounds."""
    if alive == 0 or left == 0 or waves == 0:
        return float(alive)
    best = float(alive)
    for r in range(1, left + 1):
        for spread in partitions(r, alive, r):
            law = np.ones(1)
            for k in spread:
                law = np.convolve(law, [(1 - p) ** k, 1 - (1 - p) ** k])
            best = min(best, sum(q * uneven(alive - k, left - r, waves - 1, p) for k, q in enumerate(law)))
    return best


@pytest.mark.parametrize("case", [(2, 4, 2, 0.5), (3, 4, 2, 0.7), (3, 5, 2, 0.3), (2, 4, 3, 0.8)])
def test_even_spreading_loses_nothing(case):
    assert shoot_look_shoot_leak(*case) == pytest.approx(uneven(*case), abs=1e-12)


def test_what_is_refused():
    with pytest.raises(ValueError, match="shapes"):
        assignment_optimum(np.ones(2), np.ones((3, 2)), np.ones(2, int), np.ones(2, int))
    with pytest.raises(ValueError, match="too many"):
        assignment_optimum(np.ones(500), np.ones((500, 12)) / 2, np.ones(12, int), np.ones(12, int), 4)
    with pytest.raises(ValueError, match="problem"):
        shoot_look_shoot_leak(1, 1, 1, 1.5)
