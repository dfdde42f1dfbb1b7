"""W-72: blinking radars of which at least one is always on the air, through the whole engine.

Reference: the guarantee itself, at every base step from the log and the sites' lives; those that stand in take turns, so at any
time one only; and the clock of each radar, which still holds. Law: where the clocks leave no gap, the guard changes no bit.
"""

import numpy as np
import pytest
from support import saturation as sat
from support.worlds import Field, spot

from openiads.engine import events
from openiads.testing import check_invariants
from openiads.world import schema

ON, OFF = 10.0, 40.0


def scene(phases, guard=1, duration_s=200.0, hit=False, windows=()):
    f = Field(duration_s)
    f.post(control=2)
    for k, phase in enumerate(phases):
        t_on_s, t_off_s = windows[k] if windows else (0.0, 1e9)
        r = f.radar(f"R{k}", "96L6E", spot(120.0 * k, 3000.0), t_on_s=t_on_s, t_off_s=t_off_s)
        f.control_emission(r, schema.EMIT_BLINKING, on_s=ON, off_s=OFF, phase_s=phase, guard=guard)
    if hit:
        f.flight(
            "CM", "cruise-missile", [spot(120.0, 20e3, 60.0)], target=f.radars[1]["site"], cep_m=0.1, lethal_radius_m=500.0
        )  # fmt: skip
    return f.finish()


def played(*args, **more):
    world, names = scene(*args, **more)
    (o,) = sat.replications(world, 351, 1)
    assert check_invariants(o, world, names) == []
    return o


def on_air(o, radars, times):
    """bool [time, radar] from the log."""
    table = np.zeros((len(times), radars), bool)
    for e in sat.of(o, events.EMISSION):
        table[times >= e.t_s, e.subject] = bool(e.detail)
    return table


TIMES = np.arange(0.0, 200.0, 0.25)


def clock(phase):
    return (TIMES + phase) % (ON + OFF) < ON


@pytest.mark.parametrize("phases", [(0.0, 0.0, 0.0), (0.0, 5.0, 30.0), (3.0, 20.0), (7.0,)])
def test_one_is_always_on_the_air(phases):
    """At every step; nobody misses its own time; outside all own times exactly one, and each of them some time."""
    air = on_air(played(phases), len(phases), TIMES)
    own = np.column_stack([clock(p) for p in phases])
    assert air.any(axis=1).all()
    assert air[own].all()
    gap = ~own.any(axis=1)
    assert gap.any() and (air[gap].sum(axis=1) == 1).all()
    assert air[gap].any(axis=0).all()
    without = on_air(played(phases, guard=0), len(phases), TIMES)
    assert (without == own).all()


def test_those_that_are_left_go_on():
    """One of three is lost: from the next step on the other two leave no gap."""
    o = played((0.0, 5.0, 30.0), hit=True)
    assert o.site_state["alive"].tolist() == [1, 1, 0, 1]
    air = on_air(o, 3, TIMES)
    lost_s = float(o.site_state["t_dead_s"][2])
    assert 20.0 < lost_s < 150.0
    step = np.abs(TIMES - lost_s) < 0.5
    assert air[~step].any(axis=1).all()
    assert not air[lost_s + 0.5 < TIMES, 1].any()


def test_only_those_inside_their_window_count():
    """The second radar may transmit from 60 s to 120 s only, the first not after 150 s: then there is nobody."""
    o = played((0.0, 25.0), windows=((0.0, 150.0), (60.0, 120.0)))
    air = on_air(o, 2, TIMES)
    assert air[TIMES < 150.0].any(axis=1).all()
    assert not air[TIMES >= 150.0].any()
    assert not air[(TIMES < 60.0) | (TIMES >= 120.0), 1].any()


def test_without_gaps_it_changes_nothing():
    phases = (0.0, 10.0, 20.0, 30.0, 40.0)
    logs = [played(phases, guard=g).event.tobytes() for g in (0, 1)]
    assert logs[0] == logs[1]
