"""W-30: modes of noise jamming and protection against them, through the whole engine.

References, by other code than the package's (tests/support/sighting.py): range falls as (1 + J/N)^(-1/4), so doubling the
power of a stand-off jammer at high J/N takes 2^(-1/4) of it; the exact law of a first detection for looks of which a
share is jammed; and laws of comparison: more power never sees farther, protection never sees less far, a silent jammer is no
jammer. Means inside 3.5 standard errors, fixed seeds; comparisons use the same luck on both sides.
"""

import math

import numpy as np
import pytest
from support import saturation as sat
from support import sighting as see

from openiads.engine import events
from openiads.world.jamming import link

N, PFA = 10, 1e-6
NOISE = {"power_w": 500.0, "antenna_gain_db": 15.0, "bandwidth_hz": 200e6, "freq_min_hz": 2e9, "freq_max_hz": 4e9,
         "polarisation_loss_db": 3.0}  # fmt: skip
ASIDE = sat.at(160.0, 200e3, 10e3)  # 120 degrees from the approach
OTHER = sat.at(280.0, 200e3, 10e3)
RADAR = see.quiet("91N6E", rotation_period_s=2.0, scan_loss_exponent=0.0)
HOP = {"agile_bandwidth_hz": 800e6}
CANCEL = {"canceller_channels": 1, "cancellation_db": 20.0, "auxiliary_margin_db": 6.0}


def scene(start_m, end_m, rcs_m2=0.4, protection=None, jammers=(({}, {}),), places=(ASIDE, OTHER)):
    """(World, Watch, knots): one target straight in, stand-off jammers aside; `jammers`: (changes of NOISE, plan)."""
    knots = sat.straight(sat.at(40.0, start_m, 12e3), sat.at(40.0, end_m, 12e3), 300.0, step_s=5.0)
    watch = see.Watch(RADAR, float(knots[-1, 0]), protection=protection)
    watch.fly(knots)
    for k, place in enumerate(places):
        p = watch.fly(sat.straight(place, sat.at(0.0, 100.0, place.alt_m, place), 0.05))
        if k < len(jammers):
            watch.a.add_jammer(f"J{k}", p, {**NOISE, **jammers[k][0]}, **jammers[k][1])
    world = watch.world()
    world.rcs_dbsm[0] = 10.0 * math.log10(rcs_m2)
    return world, watch, knots


def ranges(start_m, end_m, replications=60, seed=71, **more):
    world, _, _ = scene(start_m, end_m, **more)
    found = see.first_detections(world, seed, replications)
    assert not np.isnan(found).any()
    return found


def jam_noise(watch, protection=None, **changes):
    """J/N in a far side lobe, while in band; share of the looks that it touches; share of their pulses."""
    coupling, share, duty = link(RADAR, protection or {}, {**NOISE, **changes})
    far = 10.0 ** (RADAR.si("far_sidelobe_db") / 10.0)
    return coupling * far / float(np.linalg.norm(sat.ecef(ASIDE) - watch.antenna())) ** 2, share, duty


def law(world, watch, knots, j, share, duty=1.0):
    """Mean and spread of the first detection if a share of the looks is jammed with J/N j on a share of their pulses."""
    j = math.sqrt(1.0 + duty * (2.0 * j + j * j)) - 1.0
    (o,) = sat.replications(world, 1, 1)
    sight = sat.of(o, events.LINE_OF_SIGHT)
    r = see.look_ranges(knots, watch.antenna(), float(sight[sight.subject == 0][0].t_s), 2.0)
    snr = see.constant_from_claim(RADAR) * 0.4 / r**4
    pd = (1.0 - share) * see.swerling1_pd(snr, N, PFA) + share * see.swerling1_pd(snr / (1.0 + j), N, PFA)
    return see.law_of_first(pd, r)


def agrees(found, expected):
    mean, spread, _ = expected
    return abs(found.mean() - mean) < 3.5 * spread / math.sqrt(len(found))


def test_doubling_stand_off_power_takes_a_factor_of_the_fourth_root_of_two():
    _, watch, _ = scene(200e3, 100e3)
    one, _, _ = jam_noise(watch)
    power = 63.0 / one * NOISE["power_w"]  # J/N 63: range by 64^(1/4) = 2.83 shorter
    found = [ranges(190e3, 40e3, jammers=(({"power_w": f * power}, {}),), seed=72 + f) for f in (1, 2)]
    ratio = found[1].mean() / found[0].mean()
    error = ratio * math.hypot(*(x.std(ddof=1) / x.mean() / math.sqrt(len(x)) for x in found))
    assert abs(ratio - ((1.0 + 63.0) / (1.0 + 126.0)) ** 0.25) < 3.5 * error, (ratio, error)


@pytest.mark.parametrize(
    ("changes", "protection"),
    [
        ({}, HOP),  # a spot on a radar that hops: a quarter of the looks
        ({"mode": "barrage"}, None),  # all the time, a tenth of the density
        ({"mode": "barrage"}, HOP),
        ({"mode": "swept", "sweep_period_s": 2.0}, None),  # a tenth of the looks, wholly
        ({"mode": "swept", "sweep_period_s": 1e-3}, None),  # every look, a tenth of its pulses
        ({"mode": "swept", "sweep_period_s": 2.0}, HOP),
    ],
)
def test_jammed_and_clear_looks_mix(changes, protection):
    world, watch, knots = scene(340e3, 80e3, protection=protection, jammers=((changes, {}),))
    j, share, duty = jam_noise(watch, protection, **changes)
    found = see.first_detections(world, 75, 80)
    assert agrees(found, law(world, watch, knots, j, share, duty)), (found.mean(), j, share, duty)


def test_shares_are_those_of_the_bands():
    """By hand: 200 MHz of noise on 1 MHz that hops over 800 MHz, sweeps of 200 MHz over 2 GHz."""
    _, watch, _ = scene(200e3, 100e3)
    spot, share, duty = jam_noise(watch)
    assert (share, duty) == (1.0, 1.0)
    hop, share, _ = jam_noise(watch, HOP)
    assert share == pytest.approx((200.0 + 1.0) / (800.0 - 1.0), rel=1e-9)
    assert hop * share == pytest.approx(spot * 200.0 / 799.0, rel=1e-9)
    wide, share, _ = jam_noise(watch, mode="barrage")
    assert share == 1.0 and wide == pytest.approx(spot / 10.0, rel=1e-9)
    swept, share, duty = jam_noise(watch, mode="swept", sweep_period_s=1e-3)
    assert share == 1.0 and swept * duty == pytest.approx(spot * 200.0 / 1800.0, rel=1e-6)
    _, share, duty = jam_noise(watch, mode="swept", sweep_period_s=60.0)
    assert share * duty == pytest.approx(201.0 / 1800.0, rel=1e-9) and duty == pytest.approx(1.0, abs=0.01)


def test_more_power_never_sees_farther():
    """Same luck: every replication's first detection comes no earlier with more noise, in each mode."""
    for changes in ({}, {"mode": "barrage"}, {"mode": "swept", "sweep_period_s": 0.5}):
        for protection in (None, HOP, CANCEL):
            before = np.full(8, math.inf)
            for power in (5.0, 50.0, 500.0, 5000.0):
                now = ranges(
                    330e3, 6e3, 8, 76, protection=protection, jammers=(({**changes, "power_w": power}, {}),)
                )
                assert (now <= before + 1e-6).all()
                before = now


def test_protection_never_sees_less_far():
    """Agility and the canceller give range back; nothing gives back more than there was without the jammer."""
    loud = (({"power_w": 5e3}, {}),)
    bare, hop, cancel, clear = (
        ranges(330e3, 6e3, 12, 77, protection=p, jammers=j)
        for p, j in ((None, loud), (HOP, loud), (CANCEL, loud), (None, ()))
    )
    assert (hop >= bare).all() and (cancel >= bare).all() and hop.mean() > bare.mean() < cancel.mean()
    assert (hop <= clear).all() and (cancel <= clear).all()


def test_one_auxiliary_takes_one_jammer():
    """20 dB off the stronger of two; the other stays. J/N by hand, range by the exact law."""
    jammers = (({"power_w": 5e3}, {}), ({"power_w": 500.0}, {}))
    world, watch, knots = scene(300e3, 60e3, protection=CANCEL, jammers=jammers)
    strong, _, _ = jam_noise(watch, power_w=5e3)
    weak, _, _ = jam_noise(watch)
    aux = strong * 10.0**0.6
    left = strong * (1.0 - 0.99 * aux / (1.0 + aux))
    found = see.first_detections(world, 78, 80)
    assert agrees(found, law(world, watch, knots, left + weak, 1.0))


def test_no_canceller_against_the_main_beam():
    """A self-screening jammer is in the main lobe: the canceller changes nothing, to the bit."""
    found = []
    for protection in (None, CANCEL):
        knots = sat.straight(sat.at(40.0, 140e3, 6e3), sat.at(40.0, 20e3, 6e3), 300.0, step_s=5.0)
        watch = see.Watch(RADAR, float(knots[-1, 0]), protection=protection)
        watch.a.add_jammer("J", watch.fly(knots), {**NOISE, "power_w": 1.0})
        (o,) = sat.replications(watch.world(4.0), 79, 1)
        found.append(o.event.tobytes())
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "plan", [{"planned": 1, "cycle_on_s": 1.0, "cycle_off_s": 1e6}, {"planned": 1, "lit": 1, "hold_s": 1.0}]
)
def test_a_silent_jammer_is_no_jammer(plan):
    """One whose interval is over, or on whom no radar of its band ever looks, leaves every event as it is without it."""
    outside = {"freq_min_hz": 8e9, "freq_max_hz": 9e9} if "lit" in plan else {}
    t_on = {} if "lit" in plan else {"t_on_s": -100.0}
    logs = []
    for jammers in (((outside, {**plan, **t_on}),), ()):
        world, _, _ = scene(300e3, 200e3, jammers=jammers)
        (o,) = sat.replications(world, 80, 1)
        logs.append(o.event.tobytes())
    assert logs[0] == logs[1]


def test_intervals_and_trigger_are_kept():
    world, _, _ = scene(
        300e3, 250e3, jammers=(({}, {"planned": 1, "cycle_on_s": 10.0, "cycle_off_s": 30.0}),)
    )
    (o,) = sat.replications(world, 81, 1)
    rows = sat.of(o, events.JAMMING)
    assert rows.t_s[:4].tolist() == [0.0, 10.0, 40.0, 50.0] and rows.detail[:4].tolist() == [1, 0, 1, 0]
    seen = sat.of(o, events.LOCAL_TRACK)
    assert set(seen.subject) >= {1}  # the jammer itself is seen in its silence

    world, _, _ = scene(300e3, 250e3, jammers=(({}, {"planned": 1, "lit": 1, "hold_s": 1.0}),))
    (o,) = sat.replications(world, 82, 1)
    rows = sat.of(o, events.JAMMING)
    on, off = rows.t_s[rows.detail == 1], rows.t_s[rows.detail == 0]
    # Looked at once in two seconds, heard at the next step, silent a second later: half the time, the right half.
    assert np.diff(on) == pytest.approx(2.0, abs=0.26)
    assert off[0] - on[0] == pytest.approx(1.0, abs=0.26)


def test_the_beam_of_a_jammer():
    """On its axis full power; off it the side lobes; half a beam width off, half of it. J/N by the strobe event."""
    heard = {}
    for name, plan in {
        "none": {},
        "on": {"beam_rad": 0.2, "side_gain": 0.01, "aim": sat.HERE},
        "half": {"beam_rad": 0.2, "side_gain": 0.01, "aim": sat.at(250.0, 200e3 * math.tan(0.1))},
        "off": {"beam_rad": 0.2, "side_gain": 0.01, "aim": OTHER},
    }.items():
        world, _, _ = scene(300e3, 290e3, jammers=(({}, plan),))
        (o,) = sat.replications(world, 83, 1)
        heard[name] = float(sat.of(o, events.JAM_STROBE)[0].value)
    assert heard["on"] == pytest.approx(heard["none"], abs=0.02)
    assert heard["half"] - heard["none"] == pytest.approx(-3.01, abs=0.15)
    assert heard["off"] - heard["none"] == pytest.approx(-20.0, abs=1e-6)


def test_polarisation():
    """Linear crossed: the cross-polar floor; slant or circular on linear: 3 dB; the same: nothing."""
    own = {"polarisation": "vertical", "cross_polar_db": -25.0}
    same = link(RADAR, own, {**NOISE, "polarisation": "vertical"})[0]
    for name, loss in {"horizontal": 25.0, "slant": 3.0103, "left-circular": 3.0103}.items():
        other = link(RADAR, own, {**NOISE, "polarisation": name})[0]
        assert 10.0 * math.log10(same / other) == pytest.approx(loss, abs=1e-3)
    assert link(RADAR, {}, {**NOISE, "polarisation": "vertical"})[0] == link(RADAR, {}, NOISE)[0]
