"""Classification: densities that are densities, every class within reach, evidence that saturates."""

import math

import numpy as np
import pytest

from openiads.doctrine import classify as c

# Typical members by published teaching figures: speed m/s, climb m/s, altitude m, cross section dBsm.
TYPICAL = {
    "fighter of 2 m2": (c.FIGHTER, 300, 0, 8000, 3),
    "fighter of 5 m2, slow": (c.FIGHTER, 220, 0, 6000, 7),
    "fighter climbing": (c.FIGHTER, 350, 60, 5000, 4),
    "low-observable fighter": (c.FIGHTER, 280, 0, 9000, -25),
    "large bomber, 100 m2": (c.BOMBER, 240, 0, 10500, 20),
    "bomber at low level": (c.BOMBER, 260, 0, 300, 6),
    "low-observable bomber": (c.BOMBER, 240, 0, 11000, -35),
    "airliner in cruise": (c.AIRLINER, 240, 0, 11000, 15),
    "airliner climbing": (c.AIRLINER, 180, 10, 4000, 14),
    "cruise missile": (c.CRUISE_MISSILE, 240, 0, 80, -10),
    "cruise missile, small": (c.CRUISE_MISSILE, 210, 0, 50, -18),
    "one-way drone": (c.DRONE, 51, 0, 1500, -13),
    "quadcopter": (c.DRONE, 22, 0, 120, -25),
    "ballistic, free flight": (c.BALLISTIC, 1500, -900, 60e3, -5),
    "ballistic, boost": (c.BALLISTIC, 400, 300, 8000, 0),
    "quasi-ballistic": (c.BALLISTIC, 1900, -100, 45e3, -8),
    "fast ballistic": (c.BALLISTIC, 4500, -2000, 120e3, -5),
    "anti-radiation missile": (c.ARM, 900, -50, 12e3, -10),
    "anti-radiation missile diving": (c.ARM, 800, -400, 5000, -8),
    "helicopter": (c.HELICOPTER, 60, 0, 300, 7),
    "bird": (c.BIRD, 13, 0, 500, -14),
    "stratospheric balloon": (c.OTHER, 15, 0, 20e3, -10),
}


EXACT = (0.0, 0.0, 0.0, 2.0, math.nan)  # sigmas of speed, climb, altitude and RCS; no acceleration


def classified(speed, climb, altitude, rcs, looks=10, step_s=10.0, **kw):
    logodds = np.zeros(c.N_CLASSES)
    for _ in range(looks):
        c.update_class(
            logodds,
            float(speed),
            float(climb),
            float(altitude),
            float(rcs),
            c.evidence_weight(step_s),
            kw.get("speed_sigma", 0.0),
            kw.get("climb_sigma", 0.0),
            0.0,
            2.0,
            kw.get("accel", math.nan),
        )
    return logodds


@pytest.mark.parametrize("name", TYPICAL)
def test_typical_members_are_recognised(name):
    klass, *features = TYPICAL[name]
    best, p = c.best_class(classified(*features))
    assert c.CLASS_NAMES[best] == c.CLASS_NAMES[klass]
    assert p > 0.5


def test_every_class_has_a_typical_member_above():
    assert {row[0] for row in TYPICAL.values()} == set(range(c.N_CLASSES))


def test_each_density_integrates_to_one():
    """The four features of every component, by quadrature over edges of its own and of the estimate."""
    for row in c.COMPONENTS:
        for k in (2, 5, 8, 11):
            lo, hi, edge = row[k : k + 3]
            s = math.hypot(edge, 1.5 * edge)
            x = np.linspace(lo - 9 * s, hi + 9 * s, 40_001)
            misfit = np.array([c._misfit(v, lo, hi, edge, 1.5 * edge) for v in x])
            density = np.exp(-0.5 * misfit) / c._width(lo, hi, edge, 1.5 * edge)
            assert np.trapezoid(density, x) == pytest.approx(1.0, abs=1e-6)


def test_shares_of_a_class_add_up():
    for klass in range(c.N_CLASSES):
        rows = c.COMPONENTS[c.COMPONENTS[:, 0] == klass]
        assert len(rows) > 0
        assert np.exp(rows[:, 1]).sum() == pytest.approx(1.0, abs=1e-12)
    assert (np.diff(c.COMPONENTS[:, 0]) >= 0).all()  # update_class relies on the order


def test_the_short_cut_changes_nothing():
    """`least` only spares work: what is above it comes out the same with and without."""
    rng = np.random.default_rng(5)
    for _ in range(300):
        i = int(rng.integers(c.N_COMPONENTS))
        look = (math.log(rng.uniform(5, 3000)), rng.normal(0, 50), rng.uniform(0, 3e4), rng.uniform(-40, 25))
        accel = rng.choice([math.nan, rng.uniform(0, 60)])
        full = c.component_loglik(i, *look, accel, 0.01, 3.0, 100.0, 2.0, -1e300)
        cut = c.component_loglik(i, *look, accel, 0.01, 3.0, 100.0, 2.0, -60.0)
        assert cut == max(full, -60.0)


def test_one_look_is_worth_less_than_many_and_many_are_bounded():
    features = (300, 0, 8000, 3)
    p = [c.best_class(classified(*features, looks=n))[1] for n in (1, 3, 10, 100)]
    assert p[0] < p[1] < p[2] <= p[3]
    one = classified(*features, looks=1, step_s=1e6)  # a full memory: EVIDENCE_LOOKS looks
    assert classified(*features, looks=500) == pytest.approx(one, abs=1e-6)


def test_evidence_goes_by_time_not_by_number_of_looks():
    fast = classified(300, 0, 8000, 3, looks=60, step_s=0.5)
    slow = classified(300, 0, 8000, 3, looks=3, step_s=10.0)
    assert fast == pytest.approx(slow, rel=1e-9)


def test_a_class_can_be_lost_again():
    logodds = classified(180, 10, 4000, 14)
    assert c.best_class(logodds)[0] == c.AIRLINER
    for _ in range(12):
        c.update_class(logodds, 900.0, -300.0, 8000.0, -9.0, c.evidence_weight(10.0), *EXACT)
    assert c.best_class(logodds)[0] == c.ARM


def test_an_uncertain_climb_says_less():
    """25 m/s of climb rules out a bomber in cruise; known to 30 m/s only, it says little."""
    sharp = classified(240, 25, 11e3, 20, looks=1)
    vague = classified(240, 25, 11e3, 20, looks=1, climb_sigma=30.0)
    assert c.class_probability(sharp, c.BOMBER) < 1e-3
    assert c.class_probability(vague, c.BOMBER) > 0.2


def test_hard_turns_are_not_an_airliner():
    assert c.best_class(classified(240, 0, 10e3, 9, accel=30.0))[0] == c.FIGHTER


def test_a_missing_cross_section_is_no_evidence():
    for missing in (math.nan, -math.inf):
        logodds = classified(1500, -900, 60e3, missing)
        assert np.isfinite(logodds).all()
        assert c.best_class(logodds)[0] == c.BALLISTIC


def test_nonsense_leaves_the_memory_alone():
    logodds = classified(300, 0, 8000, 3)
    before = logodds.copy()
    for bad in ((math.nan, 0.0, 1.0), (1.0, math.inf, 1.0), (1.0, 0.0, math.nan)):
        c.update_class(logodds, *bad, 3.0, 0.3, *EXACT)
    c.update_class(logodds, 300.0, 0.0, 8000.0, 3.0, 0.0, *EXACT)
    c.update_class(logodds, 300.0, 0.0, 8000.0, 3.0, math.nan, *EXACT)
    assert (logodds == before).all()


def test_no_evidence_is_ten_equal_classes():
    assert c.best_class(np.zeros(10)) == (0, pytest.approx(0.1))
    total = sum(c.class_probability(classified(300, 0, 8000, 3), k) for k in range(10))
    assert total == pytest.approx(1.0, abs=1e-12)
