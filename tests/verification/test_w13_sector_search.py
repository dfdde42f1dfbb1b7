"""W-13: a sector radar looks at everything in its sector once per frame, and at nothing outside it.

What is outside is looked up again when it can have come to the nearer edge; nothing may slip in unseen. Reference: where
each target is by its own trajectory. Aircraft cross the sector at all ranges, fast and slow, tangentially, through the
radar's own place, from behind; the radar sees everything exactly (`saturation.sure_radar`).
"""

import math

import numpy as np
import pytest
from support import saturation as sat
from support.sighting import Watch

from openiads.doctrine.standard import decide
from openiads.engine.run import Engine
from openiads.physics.geodesy import enu_basis

PERIOD_S = 5.0
DURATION_S = 400.0
HALF = math.radians(45.0)


def legs():
    """(from, to, speed): chords past the radar at many distances and headings, and some that stay outside or inside."""
    rng = np.random.default_rng(5)
    for _ in range(120):
        a, b = rng.uniform(0.0, 360.0, 2)
        near, far = rng.uniform(3e3, 120e3, 2)
        yield sat.at(a, near, 9e3), sat.at(b, far, 9e3), rng.uniform(120.0, 900.0)
    yield sat.at(180.0, 60e3, 9e3), sat.at(0.0, 100e3, 9e3), 600.0  # from behind, over the radar
    yield sat.at(44.0, 40e3, 9e3), sat.at(46.0, 40.1e3, 9e3), 5.0  # creeps over the edge


def azimuths(watch, knots, t_s):
    """Azimuth from the radar at times t_s, by interpolation of the knots (cubic, as flown)."""
    from scipy.interpolate import CubicHermiteSpline  # noqa: PLC0415

    here = watch.antenna()
    east, north = np.array(enu_basis(sat.HERE.lat_rad, sat.HERE.lon_rad)).reshape(3, 3)[:2]
    x = CubicHermiteSpline(knots[:, 0], knots[:, 1:4], knots[:, 4:7])(t_s) - here
    return np.arctan2(x @ east, x @ north)


@pytest.fixture(scope="module")
def flown():
    watch = Watch(
        sat.sure_radar("92N6E", frame_time_s=PERIOD_S), DURATION_S, az0_rad=0.3, sector_half_rad=HALF
    )
    watch.a.plots = True
    paths = []
    for start, end, speed in legs():
        knots = sat.straight(start, end, speed, step_s=5.0)
        knots = knots[knots[:, 0] <= DURATION_S]
        if len(knots) > 2:
            watch.fly(knots)
            paths.append(knots)
    world = watch.world(rcs_m2=10.0)
    return watch, paths, Engine(world, decide).run(1).plot


def inside(az):
    return np.abs((az - 0.3 + math.pi) % (2.0 * math.pi) - math.pi) <= HALF


def test_nothing_outside_is_seen(flown):
    watch, paths, plots = flown
    for p, knots in enumerate(paths):
        t_s = np.sort(plots.t_s[plots.truth == p])
        assert inside(azimuths(watch, knots, t_s)).all()


def test_what_is_inside_is_seen_in_each_frame(flown):
    """Never two frames and a second (the batch) without a look while it is inside."""
    watch, paths, plots = flown
    seen = crossings = 0
    for p, knots in enumerate(paths):
        grid = np.arange(knots[0, 0] + 1.0, min(knots[-1, 0], DURATION_S) - 1.0, 0.25)
        within = inside(azimuths(watch, knots, grid))
        looks = np.sort(plots.t_s[plots.truth == p])
        edges = np.flatnonzero(np.diff(np.concatenate([[0], within.astype(int), [0]])))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            begin, end = grid[first], grid[last - 1]
            times = np.concatenate([[begin], looks[(looks >= begin) & (looks <= end)], [end]])
            crossings += first > 0
            seen += len(times) - 2
            assert np.diff(times).max() < 2.0 * PERIOD_S + 1.0, (p, begin, end)
    assert crossings > 15 and seen > 500
