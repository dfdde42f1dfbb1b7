"""Sensitivity indices of functions whose indices are known, through the same designs and analysis as a study.

References: T. Ishigami and T. Homma, "An importance quantification technique in uncertainty analysis for computer
models", 1990; closed forms of both functions in A. Saltelli and others, *Global Sensitivity Analysis. The Primer*,
2008, chapters 4 and 5. The tolerance is stated where it is used.
"""

import math

import numpy as np
import pytest

pytest.importorskip("SALib")

from SALib.analyze import morris

from openiads.analysis.sensitivity import SensitivityError, indices
from openiads.study.designs import problem, unit_design
from openiads.study.sensitivity import of_function

CIRCLE = f"uniform({-math.pi!r}, {math.pi!r})"
ISHIGAMI = {"x1": CIRCLE, "x2": CIRCLE, "x3": CIRCLE}
# a = 7, b = 0.1: V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = 8 b^2 pi^8 / 225
V1, V2, V13 = (1 + 0.1 * math.pi**4 / 5) ** 2 / 2, 49 / 8, 8 * 0.01 * math.pi**8 / 225
VARIANCE = V1 + V2 + V13
FIRST = {"x1": V1 / VARIANCE, "x2": V2 / VARIANCE, "x3": 0.0}
TOTAL = {"x1": (V1 + V13) / VARIANCE, "x2": V2 / VARIANCE, "x3": V13 / VARIANCE}


def ishigami(x, _=0):
    return math.sin(x["x1"]) + 7 * math.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * math.sin(x["x1"])


def test_the_closed_form_is_the_published_one():
    assert [round(v, 4) for v in FIRST.values()] == [0.3139, 0.4424, 0.0]
    assert [round(v, 4) for v in TOTAL.values()] == [0.5576, 0.4424, 0.2437]


def test_ishigami():
    """2,048 rows of a scrambled sequence: within 0.02 of the closed form, and the intervals hold it."""
    found = of_function(ishigami, ISHIGAMI, "sobol", budget=5 * 2048)
    assert found.mean == pytest.approx(3.5, abs=0.05) and found.deviation**2 == pytest.approx(
        VARIANCE, rel=0.02
    )
    assert found.drivers[0].name == "x1"
    for driver in found.drivers:
        assert driver.first.value == pytest.approx(TOTAL[driver.name], abs=0.02)
        assert driver.second.value == pytest.approx(FIRST[driver.name], abs=0.02)
        assert driver.first.low <= TOTAL[driver.name] <= driver.first.high
        assert driver.second.low <= FIRST[driver.name] <= driver.second.high


def test_sobol_g_function():
    """a = (0, 1, 4.5, 9, 99, 99, 99, 99): within 0.02; the order of the first four is that of a."""
    a = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0]

    def g(x, _):
        return math.prod((abs(4 * x[f"x{k}"] - 2) + ak) / (1 + ak) for k, ak in enumerate(a))

    own = [1 / (3 * (1 + ak) ** 2) for ak in a]
    whole = math.prod(1 + v for v in own) - 1
    found = of_function(g, {f"x{k}": "uniform(0, 1)" for k in range(8)}, "sobol", budget=10 * 2048)
    by_name = {d.name: d for d in found.drivers}
    for k, v in enumerate(own):
        total = v * math.prod(1 + other for j, other in enumerate(own) if j != k) / whole
        assert by_name[f"x{k}"].second.value == pytest.approx(v / whole, abs=0.02)
        assert by_name[f"x{k}"].first.value == pytest.approx(total, abs=0.02)
    assert [d.name for d in found.drivers[:4]] == ["x0", "x1", "x2", "x3"]
    assert round(own[0] / whole, 3) == 0.716  # published


def test_morris_is_that_of_salib():
    """mu* and sigma equal to SALib's to rounding, on the same trajectories."""
    names = list(ISHIGAMI)
    cube = unit_design("morris", 4 * 25, names, 1)
    y = np.array([ishigami(dict(zip(names, (2 * row - 1) * math.pi, strict=True))) for row in cube])
    theirs = morris.analyze(problem(names), cube, y, seed=1)
    found = {d.name: d for d in indices("morris", names, cube, y[:, None]).drivers}
    for k, name in enumerate(names):
        assert found[name].first.value == pytest.approx(float(theirs["mu_star"][k]), rel=1e-9)
        assert found[name].second.value == pytest.approx(float(theirs["sigma"][k]), rel=1e-9)


def test_morris_of_a_plane_is_its_slopes():
    found = of_function(
        lambda x, _: 3 * x["a"] - 2 * x["b"], {"a": "uniform(0, 2)", "b": "uniform(0, 1)"}, budget=60
    )
    assert [(d.name, round(d.first.value, 9)) for d in found.drivers] == [("a", 6.0), ("b", 2.0)]
    assert all(d.second.value < 1e-9 for d in found.drivers)


def test_one_at_a_time_of_a_plane():
    """From the 5 % to the 95 % point is 0.9 of the width."""
    found = of_function(
        lambda x, _: 3 * x["a"] - 2 * x["b"], {"a": "uniform(0, 2)", "b": "uniform(0, 1)"}, "oat", budget=60
    )
    assert [(d.name, round(d.first.value, 9)) for d in found.drivers] == [("a", 5.4), ("b", -1.8)]


def noisy(x, k):
    """x["dead"] changes nothing but the luck: independent noise of standard deviation 2 at every point."""
    key = [k, *(int(1e9 * v) for v in x.values())]
    return (
        4.0 * x["live"]
        + 2.0 * np.random.Generator(np.random.Philox(np.random.SeedSequence(key))).standard_normal()
    )


LIVE = dict.fromkeys(("live", "dead1", "dead2", "dead3", "dead4", "dead5"), "uniform(0, 1)")


@pytest.mark.parametrize(("method", "budget"), [("sobol", 10 * 8 * 128), ("morris", 10 * 7 * 100)])
def test_what_cannot_matter_lies_at_the_floor_of_the_noise(method, budget):
    """Noise 2 / sqrt(10) at a point. Inputs that only change the luck show the floor on average, within 15 %."""
    found = of_function(noisy, LIVE, method, n=10, budget=budget)
    live, *dead = found.drivers
    assert found.noise == pytest.approx(2 / math.sqrt(10), rel=0.05)
    assert live.name == "live" and live.above_noise
    assert np.mean([d.first.value for d in dead]) == pytest.approx(found.floor, rel=0.15)
    assert sum(d.above_noise for d in dead) <= 1  # 2.5 % each


def test_what_cannot_be_negative_has_no_interval_below_zero():
    found = of_function(noisy, LIVE, "morris", n=2, budget=2 * 7 * 4)  # so few that noise reaches below zero
    assert min(i.low for d in found.drivers for i in (d.first, d.second)) == 0.0


def test_luck_that_all_points_share_is_no_noise():
    found = of_function(lambda x, k: x["live"] + 100.0 * math.sin(7.0 * k), LIVE, n=5, budget=200)
    assert found.noise == pytest.approx(0.0, abs=1e-9) and found.drivers[1].first.value == pytest.approx(
        0.0, abs=1e-9
    )


@pytest.mark.long
def test_intervals_hold_the_truth():
    """Total index of x1 of Ishigami, 128 rows, 200 designs: nominal 95 %."""
    held = sum(
        d.first.low <= TOTAL["x1"] <= d.first.high
        for seed in range(200)
        for d in of_function(ishigami, ISHIGAMI, "sobol", budget=5 * 128, seed=seed).drivers
        if d.name == "x1"
    )
    assert held >= 180


def test_a_measure_without_a_value_is_refused():
    cube = unit_design("morris", 12, ["a", "b"], 1)
    with pytest.raises(SensitivityError, match="no value at 12 of 12"):
        indices("morris", ["a", "b"], cube, np.zeros((12, 2)), np.zeros((12, 2)))
