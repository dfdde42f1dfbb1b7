"""O-05 to O-08, O-13: shots, looks, leakers and allocations in closed form.

Values: elementary probability, computed to the digits given and, for each, found again here another way: by
enumerating every outcome. O-13 are the sums that circulate about missile-defence tests: ten successes in
eighteen, four shots per target, quoted in the press as 97 %; one half per shot, four shots, 94 %.
"""

import itertools

import numpy as np
import pytest

from openiads.analysis import oracles
from openiads.doctrine import salvo


def outcomes(n, p):
    """(tuple of n successes, its probability) for all 2^n."""
    for bits in itertools.product((0, 1), repeat=n):
        k = sum(bits)
        yield bits, p**k * (1.0 - p) ** (n - k)


@pytest.mark.parametrize(("p", "n", "kill", "shots"), [(0.7, 2, 0.91, 1.3), (0.8, 2, 0.96, 1.2)])
def test_o05_shoot_look_shoot(p, n, kill, shots):
    assert oracles.shoot_look_shoot(p, n) == pytest.approx((kill, shots), abs=1e-12)
    used = sum(w * (bits.index(1) + 1 if 1 in bits else n) for bits, w in outcomes(n, p))
    assert used == pytest.approx(shots, abs=1e-12)
    assert salvo.salvo_pk(p, n) == pytest.approx(kill, abs=1e-12)


def test_o05_limits():
    assert oracles.shoot_look_shoot(0.0, 3) == (0.0, 3.0)
    assert oracles.shoot_look_shoot(1.0, 3) == (1.0, 1.0)


def test_o06_leakage():
    law = oracles.leakage(10, 0.9)
    assert law.mean == pytest.approx(1.0, abs=1e-12)
    assert law.sd == pytest.approx(0.948683, abs=1e-6)
    assert law.at_most(0) == pytest.approx(0.3486784, abs=1e-7)
    assert law.at_most(1) == pytest.approx(0.7360989, abs=1e-7)
    assert law.at_most(2) == pytest.approx(0.9298092, abs=1e-7)
    counted = np.zeros(11)
    for bits, w in outcomes(10, 0.1):
        counted[sum(bits)] += w
    assert law.pmf == pytest.approx(counted, abs=1e-12)


@pytest.mark.parametrize(("rounds", "even", "random"), [(10, 3.0, 4.83982), (20, 0.9, 2.34239)])
def test_o07_allocation(rounds, even, random):
    assert oracles.even_allocation_leak(10, rounds, 0.7) == pytest.approx(even, abs=1e-9)
    assert oracles.uncoordinated_leak(10, rounds, 0.7) == pytest.approx(random, abs=1e-5)


def test_o07_by_enumeration():
    """Three targets, four rounds, p = 0.4: every choice of targets and every outcome."""
    p, n, m = 0.4, 3, 4
    even = sum(w * (n - len({i % n for i in range(m) if bits[i]})) for bits, w in outcomes(m, p))
    assert oracles.even_allocation_leak(n, m, p) == pytest.approx(even, abs=1e-12)
    random = 0.0
    for choice in itertools.product(range(n), repeat=m):
        for bits, w in outcomes(m, p):
            random += w / n**m * (n - len({choice[i] for i in range(m) if bits[i]}))
    assert oracles.uncoordinated_leak(n, m, p) == pytest.approx(random, abs=1e-12)


def test_o08_looks_without_limit():
    assert oracles.unlimited_look_kills(8, 10, 0.7) == pytest.approx(6.822444, abs=1e-6)
    counted = sum(w * min(8, sum(bits)) for bits, w in outcomes(10, 0.7))
    assert oracles.unlimited_look_kills(8, 10, 0.7) == pytest.approx(counted, abs=1e-12)


def test_coordination_and_looks_never_hurt():
    for n, m, p in itertools.product((2, 5, 9), (1, 4, 12), (0.1, 0.5, 0.9)):
        even = oracles.even_allocation_leak(n, m, p)
        assert even <= oracles.uncoordinated_leak(n, m, p) + 1e-12
        assert n - oracles.unlimited_look_kills(n, m, p) <= even + 1e-12


def test_o13_four_independent_shots():
    """Half a chance, four shots: 93.75 %. Ten in eighteen: 96.10 %; 96.25 % comes of rounding to 56 %."""
    assert oracles.salvo_kill(0.5, 4) == 0.9375
    assert oracles.salvo_kill(10 / 18, 4) == pytest.approx(0.96098, abs=5e-6)
    assert oracles.salvo_kill(0.56, 4) == pytest.approx(0.96252, abs=5e-6)
    # the same at each of nine warheads: 70 %, or 71 % with the rounded figure; three raids in ten leak
    assert oracles.no_leak(10 / 18, 9, 4) == pytest.approx(0.699, abs=5e-4)
    assert oracles.no_leak(0.56, 9, 4) == pytest.approx(0.709, abs=5e-4)


def test_impossible_input_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        oracles.salvo_kill(1.2, 2)
    with pytest.raises(ValueError, match="whole number"):
        oracles.leakage(-1, 0.5)
