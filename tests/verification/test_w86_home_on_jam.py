"""W-86: passive tracks under fire, and missiles that home on jamming, through the whole engine.

A jammer that denies its range to every radar flies in from 100 km. The laws: it is engaged with such missiles and a doctrine that
says so, and not without either; a silent jammer is lost after the memory, to the step; the strongest source in the cone is taken,
whatever was shot at; a common factor on the power of all jammers changes no choice.
"""

from pathlib import Path

import numpy as np
import pytest
from support import emitters as em
from support import land
from support import saturation as sat

from openiads.agents import PlainEngine, engine_of, load_doctrine
from openiads.engine import events as ev
from openiads.engine.systems.home_on_jam import _strongest
from openiads.world import schema

PAIR = [sat.at(270.0, 20e3), sat.at(90.0, 20e3)]
FATE = {name: k for k, name in enumerate(ev.MISSILE_FATE)}
MISSILE = {"reliability": 1.0, "lethal_p0": 1.0, "lethal_law": "cookie"}
HOMES = {"range_m": 30e3, "memory_s": 4.0}


def raid(rules=None, hoj=HOMES, power_w=1000.0, plan=None, more=(), duration_s=125.0, rounds=1, asset=False):
    """A jammer that flies in along the north, and `more` of them: (bearing, range, plan, power)."""
    ears = em.Ears(duration_s, PAIR, rules=rules)
    if asset:
        ears.a.add_site("A", schema.SITE_ASSET, sat.HERE, 100.0, 300.0, 1.0)
    ears.jammer(
        sat.at(0.0, 100e3, 9e3), sat.at(0.0, 20e3, 9e3), 250.0, noise={"power_w": power_w}, **(plan or {})
    )
    for bearing, range_m, own, power in more:
        ears.jammer(
            sat.at(bearing, range_m, 9e3), sat.at(bearing, 20e3, 9e3), 250.0, noise={"power_w": power}, **own
        )
    ears.unit(sat.item("9M96E2", **MISSILE), rounds, **hoj)
    return ears.world()


def fly(world, seed=21, replication=0):
    outcome, own = em.state(world, seed, replication)
    return outcome, own


def reasons(outcome):
    return {ev.WITHHOLD[int(d)] for d in sat.of(outcome, ev.WITHHELD).detail}


FIRE = {"engage": 1}


def test_a_self_screening_jammer_is_engaged_by_home_on_jam():
    """Eight replications: never detected, hit from a passive track; the miss is that of a seeker (metres), the kill certain."""
    world = raid(FIRE)
    misses = []
    for k in range(8):
        outcome, _ = fly(world, 21, k)
        assert not len(sat.of(outcome, ev.DETECTION))
        assert outcome.round.fate.tolist() == [FATE["kill"]]
        homes = sat.of(outcome, ev.HOMES_ON_JAM)
        assert len(homes) == 1 and homes[0].range_m < 33e3
        misses.append(float(outcome.round.miss_m[0]))
    assert np.median(misses) < 5.0 and max(misses) < 25.0


@pytest.mark.parametrize(
    ("rules", "hoj", "reason"),
    [
        (FIRE, {}, "no missile that homes on jamming"),
        ({}, HOMES, "known from strobes alone"),
        ({**FIRE, "stand_off": 0}, HOMES, "not a threat to anything defended"),
        ({**FIRE, "engage_error_m": 20.0}, HOMES, "emitter not located well enough"),
        (None, HOMES, None),
    ],
)
def test_and_not_without(rules, hoj, reason):
    outcome, _ = fly(raid(rules, hoj, duration_s=40.0, asset=rules == {}))
    assert len(outcome.round) == 0
    assert reasons(outcome) == ({reason} if reason else set())


def test_a_jammer_that_goes_silent_is_lost_after_the_memory():
    world = raid(FIRE, plan={"t_off_s": 80.0})
    outcome, _ = fly(world)
    silent = sat.of(outcome, ev.EMITTER_SILENT)
    assert len(silent) == 1 and silent[0].t_s == pytest.approx(80.0, abs=0.26)
    assert outcome.round.fate.tolist() == [FATE["emitter silent"]]
    assert outcome.round.t_end_s[0] == pytest.approx(80.0 + HOMES["memory_s"], abs=0.51)


def test_a_memory_that_lasts_may_still_hit():
    """Silent two seconds before the pass: with a memory of 4 s the round flies on along the last line of sight and bursts."""
    loud, _ = fly(raid(FIRE))
    t_pass = float(loud.round.t_end_s[0])
    outcome, _ = fly(raid(FIRE, plan={"t_off_s": t_pass - 2.0}))
    assert outcome.round.fate[0] == FATE["kill"] and outcome.round.miss_m[0] < 100.0
    short, _ = fly(raid(FIRE, {**HOMES, "memory_s": 1.0}, plan={"t_off_s": t_pass - 2.0}))
    assert short.round.fate[0] == FATE["emitter silent"]


def test_a_jammer_that_blinks_is_heard_again():
    """Off for 2 s at a time: the memory carries the round over each pause."""
    plan = {"planned": 1, "cycle_on_s": 5.0, "cycle_off_s": 2.0}
    outcome, _ = fly(raid(FIRE, plan=plan))
    assert len(sat.of(outcome, ev.EMITTER_SILENT)) >= 1 and len(sat.of(outcome, ev.HOMES_ON_JAM)) >= 2
    assert outcome.round.fate[0] == FATE["kill"]


def test_the_wrong_emitter():
    """A stronger jammer comes up beside the line after the launch: the round takes that one, and the log says so."""
    decoy = (2.0, 98e3, {"t_on_s": 40.0}, 20e3)
    outcome, own = fly(raid(FIRE, more=(decoy,)))
    launch = sat.of(outcome, ev.LAUNCH)
    homes = sat.of(outcome, ev.HOMES_ON_JAM)
    assert launch[0].object == 0 and {int(x) for x in homes.object} == {1}
    assert outcome.round.fate[0] == FATE["kill"] and outcome.round.platform[0] == 1
    assert own.platform_state[1].fate == 1 and own.platform_state[0].fate != 1


def test_a_weaker_one_is_left_alone_and_only_ratios_count():
    """Half the power beside the line, a little nearer or farther: the choice is by power over distance squared, at any level."""
    for factor in (1.0, 8.0):
        found = []
        for power in (50.0, 20e3):
            decoy = (2.0, 98e3, {"t_on_s": 40.0}, power * factor)
            outcome, _ = fly(raid(FIRE, power_w=1000.0 * factor, more=(decoy,)))
            found.append(int(sat.of(outcome, ev.HOMES_ON_JAM)[0].object))
        assert found == [0, 1]


def test_a_stronger_one_outside_the_cone_is_not_seen():
    """25 degrees aside at the missile's turn to homing, with a field of view of 20 degrees in all."""
    decoy = (30.0, 90e3, {"t_on_s": 40.0}, 20e3)
    outcome, _ = fly(raid(FIRE, more=(decoy,)))
    assert {int(x) for x in sat.of(outcome, ev.HOMES_ON_JAM).object} == {0}
    assert outcome.round.fate[0] == FATE["kill"] and outcome.round.platform[0] == 0


def test_a_seeker_does_not_hear_through_the_ground():
    """A jammer at 100 m, 20 km off, and a ridge half-way: heard by a missile that is high enough to see over it, or without it."""
    heard = {}
    for top_m in (0.0, 800.0):
        ears = em.Ears(10.0, PAIR, rules={})
        ears.a.elevation = land.ridge(top_m)
        ears.jammer(sat.at(90.0, 20e3, 100.0))
        ears.unit(sat.item("9M96E2", **MISSILE), 1, **HOMES)
        world = ears.world()
        world.platform_state.active[0] = world.jammer_state.on[0] = 1
        for alt_m in (300.0, 3000.0):
            here = np.array(sat.ecef(sat.at(90.0, 1e3, alt_m)))
            ahead = np.array(sat.ecef(sat.at(90.0, 20e3, 100.0))) - here
            m = world.missile[0]
            m.x_m, m.y_m, m.z_m, m.alt_m = (*here, alt_m)
            m.vx_mps, m.vy_mps, m.vz_mps = 0.05 * ahead
            heard[top_m, alt_m] = _strongest(world, m, world.weapon[0], 0.0, *ahead)
    assert heard == {(0.0, 300.0): 0, (0.0, 3000.0): 0, (800.0, 300.0): -1, (800.0, 3000.0): 0}


def test_a_missile_that_homes_changes_nothing_where_nobody_jams():
    """The same shots at a target that is seen, with and without the ability: the same bytes."""
    logs = []
    for hoj in (HOMES, {}):
        outcome, _ = fly(raid(FIRE, hoj, plan={"t_off_s": -1.0}, duration_s=110.0, asset=True))
        assert len(outcome.round) > 0
        logs.append(outcome.event.tobytes() + outcome.round.tobytes())
    assert logs[0] == logs[1]


GREEDY = Path(__file__).resolve().parents[2] / "docs/doctrines/greedy.py"


def test_a_doctrine_in_plain_python_may_do_the_same():
    """The example doctrine fires at the passive track under the same rules, and is refused for the same reasons."""
    greedy = load_doctrine(f"{GREEDY}:Greedy")
    outcome = engine_of(greedy, raid(FIRE)).run(21)
    assert not len(sat.of(outcome, ev.DETECTION))
    assert outcome.round.fate.tolist() == [FATE["kill"]]
    assert len(engine_of(greedy, raid(FIRE, hoj={}, duration_s=40.0)).run(21).round) == 0
    outcome = engine_of(greedy, raid({}, asset=True, duration_s=40.0)).run(21)
    assert len(outcome.round) == 0
    assert reasons(outcome) == {"known from strobes alone"}


def test_the_view_says_what_is_known_from_strobes_alone():
    seen = []

    class Watch:
        def decide(self, view):
            tracks = view.tracks
            seen.extend((bool(t["passive"]), bool(t["may_engage"])) for t in tracks)
            if len(tracks):
                homing = view.options.pk[:, 0, :].max()
                seen.append(("pk", float(homing)))

    PlainEngine(raid(FIRE), Watch).run(21)
    assert (True, True) in seen and any(s[0] == "pk" and s[1] > 0.0 for s in seen)
    seen.clear()
    PlainEngine(raid(FIRE, hoj={}), Watch).run(21)
    assert (True, True) in seen and all(s[1] == 0.0 for s in seen if s[0] == "pk")
