"""Seen elsewhere: an estimated kill probability that was displayed and never used. Here, in a whole run: change what the command
post believes of its missile, and nothing else, and it fires or does not.
"""

import pytest
from support import saturation as sat

from openiads.engine import events


def outcome(believed_pk, min_pk=0.5, policy=0):
    case = sat.fire_unit(120.0, 2, 8, 0.7, min_pk=min_pk, salvo=2, max_rounds_per_target=2, policy=policy)
    sat.fan(case, 2, 60e3, 500.0)
    world = case.world()
    world.arsenal.single_pk[:] = believed_pk
    (o,) = sat.replications(world, 1, 1)
    return o


@pytest.mark.parametrize(("believed", "rounds"), [(0.4, 0), (0.6, 4)])
def test_below_the_minimum_nothing_is_fired(believed, rounds):
    o = outcome(believed)
    assert len(o.round) == rounds
    reasons = {events.WITHHOLD[e.detail] for e in sat.of(o, events.WITHHELD)}
    assert ("kill probability too low" in reasons) == (rounds == 0)


def test_it_is_reported_with_the_assignment():
    """Of the salvo of two, as planned: 1 - (1 - p)^2, less a trifle for the time of flight (it breaks ties)."""
    for believed in (0.55, 0.9):
        planned = sat.of(outcome(believed), events.ASSIGNED).value
        assert planned == pytest.approx(1.0 - (1.0 - believed) ** 2, rel=0.02)
