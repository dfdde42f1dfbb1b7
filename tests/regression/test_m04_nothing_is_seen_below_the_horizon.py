"""Seen elsewhere: a radar that saw 600 km down to sea level; another that knew no height at all."""

import math

import numpy as np
from support import saturation as sat
from support import sighting as see

from openiads.engine import events


def test_two_hundred_low_flyers():
    """Heights from 5 m to 3 km, a radar whose power would reach round the Earth: nobody is seen beyond 4/3-Earth sight."""
    rng = np.random.default_rng(4)
    radar = sat.sure_radar("91N6E")
    heights = np.exp(rng.uniform(math.log(5.0), math.log(3000.0), 200))
    limits = 4124.0 * (math.sqrt(30.0) + np.sqrt(heights))
    watch = see.Watch(radar, 160.0, 30.0)
    for k, (h, d) in enumerate(zip(heights, limits, strict=True)):
        path = sat.straight(sat.at(1.8 * k, 1.2 * d, h), sat.at(1.8 * k, 0.5 * d, h), 0.7 * d / 160.0)
        watch.fly(path, "cruise-missile", swerling=0)
    (o,) = sat.replications(watch.world(), 1, 1)
    found = sat.of(o, events.DETECTION)
    assert len(found) == 200
    reach = found.range_m / limits[found.subject]
    assert reach.max() < 1.005  # sphere for ellipsoid, slant for arc
    assert reach.min() > 0.95  # and all are seen soon after
    assert (sat.of(o, events.LINE_OF_SIGHT).t_s <= found.t_s).all()


def test_no_shot_at_what_the_fire_unit_cannot_see():
    """The search radar stands on a 300 m hill and sees it at 80 km; the fire unit, 30 m up, must wait for 38 km."""
    case = sat.fire_unit(400.0, 2, 4, 1.0)
    case.a.radars[0]["antenna_height_m"] = 300.0
    case.target(sat.straight(sat.at(80.0, 90e3, 15.0), sat.at(80.0, 0.0, 15.0), 240.0), kind="cruise-missile")
    (o,) = sat.replications(case.world(), 1, 1)
    sight = {int(e.object): e.range_m for e in sat.of(o, events.LINE_OF_SIGHT)}
    assert sight[0] > 75e3
    assert sight[1] < 39e3
    assert sat.of(o, events.LAUNCH).range_m.max() < 39.5e3
