"""W-90: longer dedicated looks through noise jamming, paid from the radar's time, through the whole engine.

References: burn-through range of self-screening noise, R^2 = (-C + sqrt(C^2 + 4 K g rcs / s)) / 2, which grows as g^(1/2) at high
J/N, and of stand-off noise, R_clear (1 + J/N)^(-1/4), which grows as g^(1/4) (docs/models/jamming.md); g is the number of dwells
where they are summed with phase, and the ratio of exact Swerling signals where not (docs/models/detection.md). Time: the period
of all looks is the sum of the looks over the share of time that they may take. Binomial limits, 3.5 sigma.
"""

import math

import numpy as np
import pytest
from support import held
from support import saturation as sat

from openiads.engine import events
from openiads.physics.detection import required_snr_db, swerling_pd
from openiads.physics.jamming import burn_through_self_screening_m, burn_through_stand_off_m
from openiads.testing import burn_through as check
from openiads.testing.case import Case
from openiads.world.burn_through import gains

PFA, PULSES = sat.item("92N6E").si("pfa"), sat.item("92N6E").count("n_pulses")


def accounts(outcome, world):
    names = type("N", (), {"radar": ("SR", "FC")})
    return list(check.time_for_looks(Case(outcome, world, names)))


def approach(
    most, *, stand_off=False, coherent=True, swerling=0, near_m=15e3, far_m=95e3, speed=500.0, pd=0.9
):
    """One target that comes straight in and screens itself, or is screened by noise through side lobes from the side."""
    time_s = (far_m - near_m) / speed
    a = held.scene(time_s, 1, {"most": most, "pd": pd, "coherent": coherent} if most > 1 else None)
    own = held.target(a, "T", sat.at(0.0, far_m, 3e3), sat.at(0.0, near_m, 3e3), speed, swerling=swerling)
    if stand_off:
        side = sat.at(90.0, 100e3, 9e3)
        other = held.target(a, "J", side, sat.at(90.0, 99e3, 9e3), 1e3 / time_s)
        held.jam(a, other, 3e6)
        a.platforms[other]["rcs_factor"] = 1e-12
    else:
        held.jam(a, own, 50.0)
    return held.finish(a)


def crossing(found, wanted, most):
    """Distance at which the signal of the longest looks reaches what is wanted (interpolated in logarithms)."""
    mine = [x for x in found if x["number"] == most and x["p"] == 0 and x["snr"] > 0.0]
    r = np.log([x["dist"] for x in mine])
    s = np.log([x["snr"] for x in mine])
    assert s.min() < math.log(wanted) < s.max()
    order = np.argsort(s)
    return float(np.exp(np.interp(math.log(wanted), s[order], r[order])))


def radar_row(world):
    return world.radar[1], 10.0 ** (0.1 * required_snr_db(0.9, PFA, PULSES, 1))


@pytest.fixture(scope="module")
def screened():
    ways = {1: (24e3, 32e3), 9: (75e3, 90e3)}
    return {
        m: (w := approach(m, near_m=a, far_m=b, speed=250.0), *held.looks(w)) for m, (a, b) in ways.items()
    }


def test_self_screening_by_the_root_of_the_gain(screened):
    got = {}
    for most, (world, found, outcome) in screened.items():
        par, wanted = radar_row(world)
        closed = burn_through_self_screening_m(
            par.constant_m2 * most, held.RCS_M2, world.jam_coupling_m2[1, 0], wanted
        )
        got[most] = crossing(found, wanted, most)
        assert got[most] == pytest.approx(
            closed, rel=0.005
        )  # 250 m/s and a table of jamming that is a second old
        assert not accounts(outcome, world)
    assert world.jam_coupling_m2[1, 0] / got[9] ** 2 > 300.0
    assert got[9] / got[1] == pytest.approx(3.0, rel=0.01)


def test_stand_off_by_the_fourth_root_of_the_gain():
    got = {}
    for most in (1, 16):
        world = approach(most, stand_off=True, near_m=40e3, far_m=130e3, speed=1000.0)
        found, outcome = held.looks(world)
        par, wanted = radar_row(world)
        jn = world.jam_coupling_m2[1, 0] / jammer_distance(world) ** 2 * par.far_gain
        clear = (par.constant_m2 * most * held.RCS_M2 / wanted) ** 0.25
        got[most] = crossing(found, wanted, most)
        assert got[most] == pytest.approx(burn_through_stand_off_m(clear, jn), rel=0.005)
        assert jn > 100.0
        assert not accounts(outcome, world)
    assert got[16] / got[1] == pytest.approx(2.0, rel=0.01)


def jammer_distance(world):
    k, par = world.knot[world.platform[1].first_knot], world.radar[1]
    return float(np.linalg.norm([k.x_m - par.x_m, k.y_m - par.y_m, k.z_m - par.z_m]))


@pytest.mark.parametrize("coherent", [True, False])
def test_looks_see_as_often_as_the_law_of_their_length_says(coherent):
    """A fluctuating target: each look is a draw at Pd(g SNR / (1 + J/N)), the gain g by the number of dwells of that look."""
    world = approach(8, coherent=coherent, swerling=1, speed=600.0)
    par, _ = radar_row(world)
    g = gains(8, coherent, 0.9, PFA, PULSES)
    seen, p = [], []
    for rep in range(3):
        found, outcome = held.looks(world, 91, rep)
        assert not accounts(outcome, world)
        for x in found:
            jn = world.jam_coupling_m2[1, 0] / x["dist"] ** 2
            snr = par.constant_m2 * held.RCS_M2 / x["dist"] ** 4 / (1.0 + jn) * g[int(x["number"])]
            seen.append(x["seen"])
            p.append(float(swerling_pd(snr, PFA, PULSES, 1)[()]))
        assert {int(x["number"]) for x in found} >= {1, 8}
    p = np.array(p)
    assert abs(sum(seen) - p.sum()) < 3.5 * math.sqrt((p * (1.0 - p)).sum())
    assert 0.2 < p.mean() < 0.95


@pytest.mark.parametrize("most", [1, 5])
def test_the_others_are_looked_at_less_often(most):
    """Four targets that fill the budget, one of them so weak that it gets the longest looks: 4 / (4 B) a second each, then
    (3 + m) / 4 as long between two looks, for all; and not a millisecond more than the share of time."""
    a = held.scene(
        40.0, 4, {"most": most, "pd": 0.9, "coherent": True} if most > 1 else None, track_dwell_s=0.05,
        track_time_budget=0.2, claim_range_m=3000e3,
    )  # fmt: skip
    for k in range(4):
        ways = sat.at(30.0 * k, 60e3, 8e3), sat.at(30.0 * k, 40e3, 8e3)
        held.target(a, f"T{k}", *ways, rcs_factor=1e-7 if k == 0 else 1.0)
    world = held.finish(a)
    found, outcome = held.looks(world)
    period = (3 + most) * 0.05 / 0.2
    for p in range(4):
        times = [x["t"] for x in found if x["p"] == p and x["t"] > 10.0]
        assert np.diff(times).tolist() == [period] * (len(times) - 1) and len(times) > 10
        assert {x["number"] for x in found if x["p"] == p and x["t"] > 10.0} == {most if p == 0 else 1}
    assert not accounts(outcome, world)
    if most > 1:
        use = outcome.dwell_use[1]
        assert use.time_s == pytest.approx(0.2 * (40.0 - 3.25), abs=0.05 * (3 + most))
        assert [events.BURN[e.detail] for e in sat.of(outcome, events.BURN_THROUGH)] == list(events.BURN)


def test_a_strong_target_is_looked_at_as_before():
    """Nothing to burn through: the same log, to the bit."""
    logs = []
    for burn in (None, {"most": 8, "pd": 0.9, "coherent": False}):
        a = held.scene(30.0, 2, burn, claim_range_m=3000e3)
        for k in range(2):
            held.target(a, f"T{k}", sat.at(40.0 * k, 60e3, 8e3), sat.at(40.0 * k, 40e3, 8e3))
        logs.append(held.looks(held.finish(a))[1].event.tobytes())
    assert logs[0] == logs[1]


def test_gains():
    """With phase the number; without, between its root and itself, growing, and what the exact statistics ask."""
    assert gains(5, True, 0.9, PFA, PULSES).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    g = gains(32, False, 0.9, PFA, PULSES)
    m = np.arange(1, 33)
    assert (np.diff(g) > 0.0).all() and (g[1:] <= m + 1e-12).all() and (g[1:] >= np.sqrt(m)).all()
    one = 10.0 ** (0.1 * required_snr_db(0.9, PFA, PULSES, 1))
    assert float(swerling_pd(one / g[8], PFA, 8 * PULSES, 1)[()]) == pytest.approx(0.9, abs=1e-6)


def test_nobody_asks_and_nothing_is_there():
    a = held.scene(1.0, 2)
    world = held.finish(a)
    assert [len(getattr(world, n)) for n in ("dwell", "dwell_gain", "dwell_state", "dwell_use")] == [0] * 4
