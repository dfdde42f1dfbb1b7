"""Shot doctrine: rounds, looks and the choice of missile."""

import itertools
import math

import numpy as np
import pytest

from openiads.doctrine import salvo as s


def test_rounds_for_a_wanted_kill_probability():
    for p, wanted in itertools.product((0.2, 0.5, 0.7, 0.9), (0.5, 0.9, 0.99)):
        n = s.rounds_for_pk(p, wanted, 100)
        assert s.salvo_pk(p, n) >= wanted > s.salvo_pk(p, n - 1)
    assert s.rounds_for_pk(0.1, 0.999, 4) == 4
    assert s.rounds_for_pk(0.0, 0.5, 4) == 0
    assert s.rounds_for_pk(1.0, 1.0, 4) == 1


def test_time_to_look():
    assert s.time_to_look(100.0, 40.0, 10.0, 8.0, 42.0)
    assert not s.time_to_look(99.0, 40.0, 10.0, 8.0, 42.0)
    assert not s.time_to_look(300.0, math.inf, 10.0, 8.0, 20.0)  # no intercept
    assert not s.time_to_look(1e9, math.nan, 10.0, 8.0, 1.0)


def fire(policy=s.SALVO, salvo=2, look=False, flying=0, fired=0, most=s.NO_LIMIT, ready=8, guidable=12):
    return s.rounds_to_fire(policy, salvo, look, flying, fired, most, ready, guidable)


def test_rounds_to_fire():
    assert fire() == 2
    assert fire(look=True) == 2  # a salvo does not wait
    assert fire(s.SHOOT_LOOK_SHOOT, look=True) == 1
    assert fire(s.SHOOT_LOOK_SHOOT, look=False) == 2  # last chance
    assert fire(flying=1) == 1
    assert fire(flying=3) == 0
    assert fire(s.SHOOT_LOOK_SHOOT, look=True, flying=1) == 0
    assert fire(fired=3, most=4) == 1
    assert fire(fired=5, most=4) == 0
    assert fire(salvo=0) == 1
    assert fire(salvo=4, ready=3) == 3
    assert fire(salvo=4, guidable=1) == 1
    assert fire(ready=0) == 0


def test_rounds_to_fire_never_exceeds_any_limit():
    for policy, salvo, look, flying, fired, most, ready, guidable in itertools.product(
        (0, 1), (1, 3), (False, True), (0, 2), (0, 3), (-1, 0, 4), (0, 2), (0, 5)
    ):
        n = fire(policy, salvo, look, flying, fired, most, ready, guidable)
        assert 0 <= n <= min(salvo, ready, guidable)
        assert most < 0 or n == 0 or fired + n <= most


PK = np.array([0.5, 0.7, 0.8, 0.6])
REACH = np.array([400e3, 250e3, 120e3, 40e3])
COST = np.array([4.0, 2.0, 1.5, 1.0])
MANY = np.array([4, 4, 4, 4])


def choose(order, pk=PK, rounds=MANY, min_pk=0.0):
    return s.choose_weapon(order, len(pk), pk, REACH, COST, rounds, min_pk)


def test_choice_of_missile():
    assert choose(s.LONGEST_REACH) == 0
    assert choose(s.CHEAPEST) == 3
    assert choose(s.HIGHEST_PK) == 2
    assert choose(s.LONGEST_REACH, min_pk=0.65) == 1
    assert choose(s.CHEAPEST, min_pk=0.65) == 2
    assert choose(s.CHEAPEST, min_pk=0.9) == -1
    assert choose(s.LONGEST_REACH, rounds=np.array([0, 0, 3, 3])) == 2
    assert choose(s.HIGHEST_PK, pk=np.zeros(4)) == -1
    assert choose(s.HIGHEST_PK, pk=np.array([math.nan, 0.1, math.nan, 0.0])) == 1
    assert choose(s.HIGHEST_PK, rounds=np.zeros(4, np.int64)) == -1


def test_ties_fall_to_the_surer_then_the_cheaper_then_the_first():
    same = np.full(4, 0.6)
    assert choose(s.HIGHEST_PK, pk=same) == 3  # cheapest of equals
    reach = np.full(4, 1e5)
    assert s.choose_weapon(s.LONGEST_REACH, 4, PK, reach, COST, MANY, 0.0) == 2
    assert s.choose_weapon(s.LONGEST_REACH, 4, same, reach, np.ones(4), MANY, 0.0) == 0


def test_latest_launch():
    assert s.latest_launch_s(100.0, 60.0) == 40.0
    assert s.latest_launch_s(50.0, 60.0) < 0.0
    assert s.latest_launch_s(50.0, math.inf) == -math.inf


@pytest.mark.parametrize("p", [0.3, 0.7])
def test_salvo_pk_of_no_rounds(p):
    assert s.salvo_pk(p, 0) == 0.0
    assert s.salvo_pk(p, 1) == pytest.approx(p, abs=1e-15)
