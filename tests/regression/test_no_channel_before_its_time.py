"""A channel is not taken minutes before its target comes into the envelope.

The plan looks seven minutes ahead. A slow drone that would come into reach at the end of them was given a channel at once;
ten seconds later its speed was estimated a little lower, and the engagement was closed as "out of the envelope" without a
round: some 15 of 72 assignments in a replication of the quickstart scenario. Where it was not closed, the channel stood idle.
"""

import numpy as np
from support import runs, scenes
from support import saturation as sat

from openiads.engine import events as ev

WAITS = ev.WITHHOLD.index("waits for the target to come nearer")
NO_CHANNEL = ev.WITHHOLD.index("no channel free")
OUT_OF_ENVELOPE = ev.ENGAGEMENT_CLOSE.index("target out of the envelope")


def _slow_and_fast():
    """A unit with one channel; a slow target that is 3 minutes away from its envelope, and a fast one in it."""
    case = sat.fire_unit(
        400.0, 1, 8, 1.0, missile=sat.item("9M96E", seeker="command", seeker_range_m=1e-6, reliability=1.0)
    )
    for bearing, range_m, speed, start_s in ((10.0, 53e3, 80.0, 0.0), (60.0, 35e3, 300.0, 20.0)):
        route = sat.straight(sat.at(bearing, range_m, 500.0), sat.at(bearing, 100.0, 500.0), speed, start_s)
        case.target(route)
    return case.world()


def test_the_channel_is_free_until_the_launch_is_near(compiled_engine):
    outcome = sat.engine(_slow_and_fast()).run(3, 0)
    withheld = {(int(e.subject), int(e.detail)) for e in sat.of(outcome, ev.WITHHELD)}
    assert (0, WAITS) in withheld, "the slow one is planned, and waited for"
    assert (1, NO_CHANNEL) not in withheld, "nothing keeps the channel from the fast one"
    assigned = {int(e.subject): float(e.t_s) for e in sat.of(outcome, ev.ASSIGNED)}
    launched = {int(e.object): float(e.t_s) for e in sat.of(outcome, ev.LAUNCH)}
    assert assigned[1] < 60.0 and assigned[0] > 100.0
    assert launched[0] - assigned[0] < 35.0, "half a minute, and the time between two looks at it"


def test_few_engagements_end_out_of_the_envelope(compiled_engine):
    world, _ = scenes.quickstart()
    opened, given_up = [], []
    for k in range(5):
        log = runs.run(world, 1, k).event
        opened.append(int((log.code == ev.ASSIGNED).sum()))
        ends = log[(log.code == ev.ENGAGEMENT_END) & (log.value == 0)]
        given_up.append(int((ends.detail == OUT_OF_ENVELOPE).sum()))
    assert np.sum(given_up) < 0.08 * np.sum(opened), (given_up, opened)
