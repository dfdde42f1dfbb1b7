"""Seen elsewhere: a missile jumped past its target between two steps of the clock and "missed", or was set down on it.

Here closest approach is solved inside the step. The same geometry, at steps from 20 ms to one second, in which missile and
target come up to six kilometres closer, must give the same closest approach; and in a whole run every round must
burst, however coarse the clock.
"""

import math

import numpy as np
import pytest
from support import saturation as sat

from openiads.engine import events
from openiads.physics import interceptor_schema as ims
from openiads.physics.interceptor import advance
from openiads.world import schema


def closest(step_s, target_speed, miss_m, phase, along=0.37):
    """(fate, miss m, time s) of a missile that glides without drag, thrust or steering past a target that crosses it."""
    case = sat.fire_unit(10.0, 1, 1, 0.7, missile=sat.item("48N6E3", fuze_radius_m=40.0))
    case.target(sat.straight(sat.at(0.0, 30e3, 9e3), sat.at(0.0, 20e3, 9e3), 200.0))
    weapon = case.world().weapon[0]
    weapon["cd"] = 0.0
    weapon["lateral_g_max"] = 0.0
    m = ims.missiles(1)[0]
    x0, t_meet = sat.ecef(sat.at(0.0, 0.0, 20e3)), 3.0 + along
    east, north, up = sat.enu(sat.HERE)
    m.mode, m.phase, m.mass_kg, m.t_launch_s = ims.AIR, phase, 800.0, -100.0
    m.x_m, m.y_m, m.z_m = x0
    v = 1500.0 * north
    m.vx_mps, m.vy_mps, m.vz_mps = v
    # Where it will be, from the finest clock; the target crosses there, miss_m above.
    tgt_v = target_speed * (east + 0.2 * north)
    meet = x0 + v * t_meet + miss_m * up
    fate, k = ims.FATE_NONE, 0
    while fate == ims.FATE_NONE and k * step_s < 8.0:
        t = k * step_s
        p = meet + tgt_v * (t - t_meet)
        fate = advance(
            m, weapon, t, step_s / 4, 4, *p, *tgt_v, 0.0, 0.0, 0.0, 0.0, *p, *tgt_v, 0.0, 0.0, 0.0, 1.0, 0, 0.0, 0.0, 0.0
        )  # fmt: skip
        k += 1
    return fate, float(m.miss_m), float(m.t_cpa_s)


STEPS = (0.02, 0.1, 0.25, 0.5, 1.0)


@pytest.mark.parametrize("speed", [100.0, 1200.0, 4800.0])
@pytest.mark.parametrize("miss", [100.0, 400.0])
@pytest.mark.parametrize("along", [0.0, 0.37, 0.499])
def test_same_closest_approach_at_every_step(speed, miss, along):
    """Gravity bends the missile down by some 45 m until then, alike at all steps. Tolerance: that bend over one second."""
    found = [closest(step, speed, miss, ims.TERMINAL, along) for step in STEPS]
    assert len({fate for fate, *_ in found}) == 1
    misses, times = np.array([f[1] for f in found]), np.array([f[2] for f in found])
    assert np.ptp(misses) < 0.5, misses
    assert np.ptp(times) < 2e-3, times
    assert found[0][1] > miss  # the missile has fallen below the line that it was aimed along


@pytest.mark.parametrize("speed", [100.0, 4800.0])
def test_the_burst_is_neither_skipped_nor_given(speed):
    """Aimed at where it will have fallen to: a burst at every step. 100 m beside it: at none."""
    drop = -(closest(0.02, speed, 0.0, ims.MIDCOURSE)[1])
    for step in STEPS:
        assert closest(step, speed, drop, ims.TERMINAL)[0] == ims.FATE_INTERCEPT
        assert closest(step, speed, drop - 100.0, ims.TERMINAL)[0] == ims.FATE_MISS


@pytest.mark.parametrize("dt_s", [0.05, 0.25, 0.5])
def test_every_round_meets_its_target_whatever_the_clock(dt_s):
    """Ten targets at 2,500 m/s cross 15 km beside the unit: up to 2 km nearer in a step, fuze radius 60 m."""
    missile = sat.sure_missile(1.0, lethal_radius_m=60.0, fuze_radius_m=60.0)
    case = sat.fire_unit(60.0, 10, 10, 1.0, missile=missile, dt_s=dt_s, decision_period_s=1.0)
    for k in range(10):
        a, b = sat.at(20.0 + 2.0 * k, 110e3, 12e3 + 500.0 * k), sat.at(150.0, 30e3, 12e3 + 500.0 * k)
        case.target(sat.straight(a, b, 2500.0), end=schema.END_LEAVE)
    (o,) = sat.replications(case.world(), 1, 1)
    bursts = sat.of(o, events.BURST)
    assert len(bursts) == 10
    assert sat.killed(o).all()
    assert bursts.range_m.max() < 60.0
    assert math.isfinite(bursts.range_m.sum())
