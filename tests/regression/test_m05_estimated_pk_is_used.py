"""Seen elsewhere: a kill probability was estimated, shown to the user, and never used to decide anything.

Here it must decide: change the estimate alone, and the assignment, the missile and the rounds change.
"""

import numpy as np
import pytest

from openiads.doctrine import assign, salvo


@pytest.mark.parametrize("method", [assign.greedy, assign.optimal])
def test_assignment_follows_the_kill_probability(method):
    value = np.array([1.0, 1.0])
    one = np.array([1, 1])
    work = assign.make_work(2, 2, 4)
    for pk, expected in (([[0.9, 0.2], [0.3, 0.8]], [0, 1]), ([[0.2, 0.9], [0.8, 0.3]], [1, 0])):
        x = np.zeros((2, 2), np.int64)
        method(2, 2, value, np.array(pk), one, one, 1, x, work)
        assert x.argmax(axis=1).tolist() == expected


def test_missile_follows_the_kill_probability():
    reach, cost, rounds = np.array([4e5, 1e5]), np.array([2.0, 1.0]), np.array([4, 4])
    for order in (salvo.LONGEST_REACH, salvo.CHEAPEST, salvo.HIGHEST_PK):
        chosen = {
            salvo.choose_weapon(order, 2, np.array(pk), reach, cost, rounds, 0.5)
            for pk in ((0.9, 0.4), (0.4, 0.9))
        }
        assert chosen == {0, 1}
    assert salvo.choose_weapon(0, 2, np.array([0.4, 0.4]), reach, cost, rounds, 0.5) == -1


def test_rounds_follow_the_kill_probability():
    assert [salvo.rounds_for_pk(p, 0.95, 9) for p in (0.96, 0.8, 0.5, 0.3)] == [1, 2, 5, 9]
