"""Story: of several fire units that could not take a target, the one that came last in the file gave the reason for not firing.

A raider flew into a unit without rounds, and the report said "out of the envelope": a second unit, listed later, looked the other
way. The reason must be that of the unit that came nearest to taking the target, whatever the order.
"""

import math

import numpy as np
import pytest
from support import saturation as sat

from openiads.engine import events


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
