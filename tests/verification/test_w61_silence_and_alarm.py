"""W-61: emission control against anti-radiation missiles, their detection by a sequential test, decoy emitters, ambush.

References: a Gaussian damage law of scale b under circular normal errors s1, s2 kills with b^2 / (b^2 + s1^2 + s2^2) (A. R.
Washburn, M. Kress, Combat Modeling, 2009, ch. 2); Wald's bound alpha / (1 - beta) on false alarms of a sequential test (A. Wald,
Sequential Analysis, 1947, ch. 3). Exact binomial limits, 3.5 sigma; comparisons by Wilson intervals that do not meet.
"""

import math

import numpy as np
import pytest
from support import besieged
from support import saturation as sat
from support.worlds import Field, spot

from openiads.engine import events
from openiads.testing import check_invariants
from openiads.world import schema

PER_SIGMA = math.sqrt(2.0 * math.log(2.0))
CEP, LETHAL, MEMORY, DRIFT = 8.0, 20.0, 15.0, 2.0


def hunted(duration_s=75.0, n=1, phase_s=None, **more):
    """A radar of no extent and n anti-radiation missiles at it, nobody to stop them."""
    f = Field(duration_s)
    f.post(control=2)
    f.radar("R", "96L6E", spot(0.0, 10.0), **more)
    f.sites[-1].update(radius_m=0.01, hardness=1.0)
    mode = schema.EMIT_CONTINUOUS if phase_s is None else schema.EMIT_BLINKING
    f.control_emission(0, mode, on_s=20.0, off_s=40.0, phase_s=phase_s or 0.0)
    for k in range(n):
        f.arm(
            f"ARM{k}", spot(0.0, 35e3, 6000.0), target=f.radars[0]["site"], at_s=float(k), cep_m=CEP,
            lethal_radius_m=LETHAL, memory_sigma_m=MEMORY, memory_drift_mps=DRIFT,
        )  # fmt: skip
    return f


def lost(f, n, seed):
    world, names = f.finish()
    count = 0
    for o in sat.replications(world, seed, n):
        if o.replication < 3:
            assert check_invariants(o, world, names) == []
        count += 1 - int(o.site_state["alive"][f.radars[0]["site"]])
    return count


def arrival():
    """When the first missile is there."""
    world, _ = hunted().finish()
    (o,) = sat.replications(world, 320, 1)
    return float(sat.of(o, events.PLATFORM_END).t_s[0])


@pytest.mark.parametrize("silent_s", [0.0, 4.0, 12.0, 30.0])
def test_the_miss_grows_with_the_time_of_silence(silent_s):
    """P(lost) = b^2 / (b^2 + s_cep^2 + s_memory^2), s_memory^2 = memory^2 + (drift x silence)^2 once it is silent."""
    t_off = arrival() - silent_s if silent_s > 0.0 else 1e9
    n = 500
    count = lost(hunted(t_off_s=t_off), n, 321)
    s2 = (CEP / PER_SIGMA) ** 2
    if silent_s > 0.0:
        s2 += MEMORY**2 + (DRIFT * silent_s) ** 2
    assert sat.inside(count, n, LETHAL**2 / (LETHAL**2 + s2))


def test_a_radar_that_blinks_is_lost_less_often():
    """Over six phases of 20 s on, 40 s off."""
    n = 60
    steady = 6 * [lost(hunted(), n, 322)]
    blinking = [lost(hunted(phase_s=10.0 * k), n, 322) for k in range(6)]
    assert sat.wilson(sum(blinking), 6 * n)[1] < sat.wilson(sum(steady), 6 * n)[0]


def on_air(outcome, radars, times):
    """bool [time, radar] from the log."""
    table = np.zeros((len(times), radars), bool)
    for e in sat.of(outcome, events.EMISSION):
        table[times >= e.t_s, e.subject] = bool(e.detail)
    return table


def test_blinking_keeps_its_time():
    (o,) = sat.replications(hunted(140.0, n=0, phase_s=5.0).finish()[0], 323, 1)
    rows = sat.of(o, events.EMISSION)
    assert rows.t_s.tolist() == [0.0, 15.0, 55.0, 75.0, 115.0, 135.0]


def test_staggered_radars_hand_over():
    """At any time exactly one of three is on the air; after the loss of one, one of two."""
    f = Field(200.0)
    f.post(control=2)
    for k in range(3):
        r = f.radar(f"R{k}", "96L6E", spot(120.0 * k, 3000.0))
        f.control_emission(r, schema.EMIT_STAGGERED, on_s=20.0)
    f.flight(
        "CM",
        "cruise-missile",
        [spot(0.0, 20e3, 60.0)],
        target=f.radars[1]["site"],
        cep_m=0.1,
        lethal_radius_m=500.0,
    )
    world, names = f.finish()
    (o,) = sat.replications(world, 324, 1)
    assert check_invariants(o, world, names) == []
    assert o.site_state["alive"].tolist() == [1, 1, 0, 1]
    air = on_air(o, 3, np.arange(0.3, 200.0, 0.25))
    assert (air.sum(axis=1) <= 1).all()
    assert (air.sum(axis=1) == 1).mean() > 0.995  # the step in which the radar is lost
    assert air[-320:, [0, 2]].any(axis=0).all()


def watched(answer, duration_s=150.0, control=2, **test):
    f = Field(duration_s)
    f.post(control=control, arm_answer=besieged.ANSWER[answer], **{**besieged.TEST, **test})
    f.radar("R", "96L6E", spot(0.0, 10.0))
    return f


def test_false_alarms_stay_within_walds_bound():
    """Traffic as the test assumes it: pass distance N(0, 5 km), closing speed N(250, 150) m/s, one track at a time."""
    alpha, beta = 0.05, 0.05
    draw = np.random.default_rng(325)
    f = watched("ignore", 3000.0, arm_upper=math.log((1 - beta) / alpha))
    n = 480
    for k in range(n):
        speed = max(250.0 + 150.0 * draw.standard_normal(), 40.0)
        bearing, aside = draw.uniform(0.0, 360.0), 5e3 * draw.standard_normal()
        off = math.degrees(math.asin(max(-0.9, min(aside / 45e3, 0.9))))
        start, end = spot(bearing + off, 45e3, 9000.0), spot(bearing + 180.0 - off, 45e3, 9000.0)
        f.flight(f"T{k}", "fighter", [start, end], speed_mps=speed, at_s=6.0 * k, identity="neutral")
    world, names = f.finish()
    alarms = tracks = 0
    for o in sat.replications(world, 325, 1):
        assert check_invariants(o, world, names) == []
        alarms += len(np.unique(sat.of(o, events.ARM_ALARM).subject))
        tracks += len(np.unique(sat.of(o, events.SYSTEM_TRACK).subject))
    assert tracks >= n * 0.9
    assert 0 < alarms <= sat.binomial_limits(tracks, alpha / (1.0 - beta))[1]


def test_what_homes_is_told():
    """Missiles from all sides, one at a time: of those tracked the share that the test promises, well before they arrive."""
    n = 24
    f = watched("ignore", 30.0 * n + 90.0)
    for k in range(n):
        f.arm(f"ARM{k}", spot(15.0 * k, 45e3, 8000.0), target=f.radars[0]["site"], at_s=30.0 * k, cep_m=1e4)
    world, _ = f.finish()
    (o,) = sat.replications(world, 326, 1)
    told = {}
    for e in sat.of(o, events.ARM_ALARM):
        told.setdefault(int(e.subject), float(e.t_s))
    tracked = np.unique(sat.of(o, events.SYSTEM_TRACK).subject)
    assert len(tracked) >= n // 2
    assert len(told) >= sat.binomial_limits(len(tracked), 1.0 - 0.05)[0]
    ends = {int(e.subject): float(e.t_s) for e in sat.of(o, events.PLATFORM_END)}
    assert np.median([ends[p] - t for p, t in told.items()]) > 15.0


def test_shutting_down_saves_radars():
    saved = {}
    for answer in ("ignore", "shut-down"):
        f = watched(answer, 85.0, arm_off_s=60.0)
        f.arm("ARM", spot(0.0, 45e3, 6000.0), target=f.radars[0]["site"], cep_m=CEP, lethal_radius_m=LETHAL,
              memory_sigma_m=60.0)  # fmt: skip
        f.sites[f.radars[0]["site"]].update(radius_m=0.01)
        saved[answer] = sat.wilson(150 - lost(f, 150, 327), 150)
    assert saved["shut-down"][0] > saved["ignore"][1]


def test_low_value_is_left_on_the_air():
    f = watched("shut-down", 80.0, arm_value=30.0)
    f.arm("ARM", spot(0.0, 45e3, 6000.0), target=f.radars[0]["site"], cep_m=1e4)
    (o,) = sat.replications(f.finish()[0], 328, 1)
    assert [events.ARM_ANSWER[e.detail] for e in sat.of(o, events.ARM_ALARM)] == ["ignore"]
    assert len(sat.of(o, events.EMISSION)) == 1


def lured(power=None, answer="decoy-emitter", always=False):
    f = watched(answer, 95.0)
    f.arm("ARM", spot(0.0, 45e3, 6000.0), target=f.radars[0]["site"], cep_m=CEP, lethal_radius_m=LETHAL,
          memory_sigma_m=MEMORY, seeker_cos=math.cos(math.radians(30.0)))  # fmt: skip
    f.sites[f.radars[0]["site"]].update(radius_m=0.01)
    if power is not None:
        f.add_decoy_emitter("LURE", spot(60.0, 600.0), 0, power, always=always)
    return f


def test_a_decoy_emitter_draws_the_missile():
    world, names = lured(1.0).finish()
    for o in sat.replications(world, 329, 10):
        assert check_invariants(o, world, names) == []
        end = sat.of(o, events.PLATFORM_END)[0]
        assert names.site[end.object] == "LURE"
        assert o.site_state["alive"][1] == 1  # the radar


@pytest.mark.parametrize(("power", "drawn"), [(0.3, False), (3.0, True)])
def test_power_decides_while_both_transmit(power, drawn):
    world, names = lured(power, "ignore", always=True).finish()
    (o,) = sat.replications(world, 330, 1)
    assert (names.site[sat.of(o, events.PLATFORM_END)[0].object] == "LURE") == drawn


def test_an_idle_decoy_emitter_changes_nothing():
    """To the bit, all but its own row among the sites."""
    a, b = (
        next(iter(sat.replications(f.finish()[0], 331, 1)))
        for f in (lured(None, "shut-down"), lured(1.0, "shut-down"))
    )
    for table in ("event", "platform_state", "radar_state", "round"):
        assert getattr(a, table).tobytes() == getattr(b, table).tobytes(), table
    assert a.site_state.tobytes() == b.site_state[:-1].tobytes()


def fire_unit(ambush_m=0.0, answer="none", control=0):
    f = Field(140.0)
    test = {} if answer == "none" else {"arm_answer": besieged.ANSWER[answer], **besieged.TEST}
    f.post(control=control, **test)
    f.radar("S", "96L6E", spot(200.0, 1000.0))
    f.fire_unit("B", spot(90.0, 500.0), {"9M96E2": (8, 0)}, kind="92N6E")
    asset = f.asset("A", spot(180.0, 1500.0))
    return f, asset


@pytest.mark.parametrize("ambush_m", [0.0, 20e3])
def test_a_cued_radar_is_silent_until_its_target_is_near(ambush_m):
    f, asset = fire_unit()
    f.control_emission(1, schema.EMIT_CUED, ambush_m=ambush_m)
    f.flight("CM", "cruise-missile", [spot(5.0, 32e3, 300.0)], target=asset)
    world, names = f.finish()
    (o,) = sat.replications(world, 332, 1)
    assert check_invariants(o, world, names) == []
    first = sat.of(o, events.ASSIGNED)[0]
    mine = sat.of(o, events.EMISSION)
    mine = mine[mine.subject == 1]
    assert mine.detail.tolist()[:2] == [1, 0]
    assert 0.0 < mine.t_s[0] - first.t_s <= 0.25
    assert len(sat.of(o, events.LAUNCH)) > 0
    range_m = 32e3 - 240.0 * float(first.t_s)
    assert (range_m < ambush_m + 1e3) if ambush_m > 0.0 else (range_m > 22e3)
    waits = [events.WITHHOLD[e.detail] for e in sat.of(o, events.WITHHELD)]
    assert ("not yet near enough for the ambush" in waits) == (ambush_m > 0.0)


def test_intercept_is_self_defence():
    """Weapons held: a missile known to home on a radar is shot at earlier than one that only looks like it."""
    first = {}
    for answer in ("none", "intercept"):
        f, _ = fire_unit(answer=answer, control=2)
        f.arm("ARM", spot(0.0, 75e3, 9000.0), target=f.radars[1]["site"])
        world, names = f.finish()
        (o,) = sat.replications(world, 333, 1)
        assert check_invariants(o, world, names) == []
        rows = sat.of(o, events.ASSIGNED)
        first[answer] = float(rows.t_s[0]) if len(rows) else math.inf
    assert first["intercept"] < first["none"]
