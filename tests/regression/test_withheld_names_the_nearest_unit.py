"""Story: of several fire units that could not take a target, the one that came last in the file gave the reason for not firing.

A raider flew into a unit without rounds, and the report said "out of the envelope": a second unit, listed later, looked the other
way. The reason must be that of the unit that came nearest to taking the target, whatever the order.
"""

import math

import numpy as np
import pytest
from support import saturation as sat

from openiads.engine import events


def _reasons(outcome):
    return {events.WITHHOLD[int(row.detail)] for row in sat.of(outcome, events.WITHHELD)}


@pytest.mark.parametrize("away_first", [False, True])
def test_the_unit_that_came_nearest_speaks(away_first):
    case = sat.fire_unit(60.0, 4, 0, 0.9)  # looks all around, has no rounds
    unit = sat.sure_radar("92N6E", interrogator=False)
    # looks south only
    radar = case.a.add_radar("FC2", unit, sat.HERE, 0, value=0.0, az0_rad=math.pi, sector_half_rad=0.3)
    battery = case.a.add_battery("B2", 0, radar, 4, 4)
    case.a.add_launcher("L2", sat.item("5P85SE2"), sat.HERE, battery, {case.weapon: (4, 0)})
    if away_first:
        case.a.batteries.reverse()
        for row in case.a.launchers:
            row["battery"] = 1 - row["battery"]
        for row in case.a.radars[1:]:
            row["battery"] = 1 - row["battery"]
    sat.fan(case, 1, 50e3, 300.0)
    reasons = {
        events.WITHHOLD[int(row.detail)]
        for o in sat.replications(case.world(), 5, 2)
        for row in sat.of(o, events.WITHHELD)
    }
    assert reasons == {"no rounds ready"}, reasons
    assert np.all([len(o.round) == 0 for o in sat.replications(case.world(), 5, 1)])


def test_a_unit_without_launchers_has_no_say():
    """Story: a radar that a battery of its own, without a launcher, stood beside: it said "no rounds ready" for every target that
    the unit with rounds could not reach yet, since no rounds come nearer to firing than out of the envelope.
    """
    case = sat.fire_unit(60.0, 4, 4, 0.9, max_range_fraction=0.05)  # has rounds, and waits for near targets
    unit = sat.sure_radar("92N6E", interrogator=False)
    radar = case.a.add_radar("FC2", unit, sat.HERE, 0, value=0.0, sector_half_rad=math.pi)
    case.a.add_battery("B2", 0, radar, 4, 4)
    sat.fan(case, 1, 50e3, 300.0)
    for o in sat.replications(case.world(), 5, 2):
        assert _reasons(o) == {"out of the envelope"}


def test_nobody_is_there_where_no_unit_has_a_launcher():
    case = sat.fire_unit(60.0, 4, 4, 0.9)
    case.a.launchers.clear()
    case.a.magazines.clear()
    sat.fan(case, 1, 50e3, 300.0)
    for o in sat.replications(case.world(), 5, 1):
        assert _reasons(o) == {"no fire unit working"}
