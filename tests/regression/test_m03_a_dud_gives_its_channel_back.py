"""Seen elsewhere: a fire channel stayed taken for ever after a round that did not work."""

import numpy as np
from support import saturation as sat

from openiads.engine import events
from openiads.world import schema


def test_one_channel_outlives_a_magazine_of_duds():
    """One target channel, one missile channel, twelve targets one after another, nothing but duds: each gets its shot."""
    dud = sat.sure_missile(1.0, reliability=0.0)
    case = sat.fire_unit(500.0, 1, 12, 1.0, missile=dud, assessment_delay_s=5.0)
    case.a.batteries[0]["missiles"] = 1
    for k in range(12):
        path = sat.straight(sat.at(6.0 * k, 40e3, 8e3), sat.at(6.0 * k, 5e3, 8e3), 800.0, 38.0 * k)
        case.target(path, end=schema.END_LEAVE)
    world = case.world()
    world.arsenal.single_pk[:] = 0.5
    (o,) = sat.replications(world, 1, 1)
    launched = sat.of(o, events.LAUNCH)
    assert sorted(launched.object) == list(range(12))
    ends = sat.of(o, events.MISSILE_END)
    assert {events.MISSILE_FATE[f] for f in ends.detail} == {"dud"}
    assert sorted(ends.subject) == list(range(12))
    assert len(sat.of(o, events.ASSIGNED)) == len(sat.of(o, events.ENGAGEMENT_END)) == 12


def test_so_does_one_after_every_other_fate():
    """Rounds that are duds, miss, kill, or lose their target in flight: never more open than there are channels."""
    missile = sat.sure_missile(0.5, reliability=0.7)
    case = sat.fire_unit(400.0, 2, 40, 0.5, missile=missile, assessment_delay_s=3.0, max_rounds_per_target=3)
    for k in range(20):
        # every third target leaves while the round is on its way
        stop = 25e3 if k % 3 == 0 else 5e3
        case.target(
            sat.straight(sat.at(4.0 * k, 40e3, 8e3), sat.at(4.0 * k, stop, 8e3), 500.0, 15.0 * k),
            end=schema.END_LEAVE,
        )
    fates = set()
    for o in sat.replications(case.world(), 2, 5):
        begun, ended = sat.of(o, events.ASSIGNED), sat.of(o, events.ENGAGEMENT_END)
        steps = np.concatenate(
            [
                np.column_stack([ended.t_s, -np.ones(len(ended))]),
                np.column_stack([begun.t_s, np.ones(len(begun))]),
            ]
        )
        order = np.lexsort((steps[:, 1], steps[:, 0]))
        assert np.cumsum(steps[order, 1]).max() <= 2
        assert len(begun) == len(ended)
        fates |= {events.MISSILE_FATE[f] for f in sat.of(o, events.MISSILE_END).detail}
        last = ended.t_s.max()
        assert begun.t_s.max() > 200.0, last  # still at work late in the run
    assert {"dud", "kill", "miss"} <= fates
