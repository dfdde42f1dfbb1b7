"""Laws of uncertain values and the designs that draw from them."""

import math

import numpy as np
import pytest
from scipy import stats

from openiads.scenario.laws import LawError, over, read_law
from openiads.study.design import StudyError
from openiads.study.designs import unit_design

U = np.linspace(0.0, 1.0, 41)
CASES = [
    ("uniform(2, 5)", stats.uniform(2, 3)),
    ("log-uniform(2, 50)", stats.loguniform(2, 50)),
    ("triangular(1, 2, 5)", stats.triang(0.25, 1, 4)),
    ("normal(3, 2, 1, 4)", stats.truncnorm(-1, 0.5, 3, 2)),
    ("normal(0, 1, 6, 8)", stats.truncnorm(6, 8)),
    ("normal(0, 1, -8, -6)", stats.truncnorm(-8, -6)),
]


@pytest.mark.parametrize(("text", "theirs"), CASES, ids=[c[0] for c in CASES])
def test_values_are_those_of_scipy(text, theirs):
    law = read_law(text, "")
    assert law.at(U) == pytest.approx(theirs.ppf(U), rel=1e-7)
    assert law.at([-1.0, 2.0]) == law.at([0.0, 1.0])


def test_lognormal_is_cut_by_inversion():
    """Nothing piles up at the bounds: 2,000 even probabilities give 2,000 different values."""
    values = read_law("lognormal(10 m, 2, 8 m, 30 m)", "length").at((np.arange(2000) + 0.5) / 2000)
    assert len(set(values)) == 2000 and min(values) > 8.0 and max(values) < 30.0
    z = (np.log([8.0, 15.0, 30.0]) - math.log(10)) / math.log(2)
    low, at, high = stats.norm.cdf(z)
    assert np.mean(np.array(values) < 15.0) == pytest.approx((at - low) / (high - low), abs=1e-3)


def test_discrete_and_integers():
    law = read_law("discrete(salvo @ 3, shoot-look-shoot @ 1)", "")
    drawn = law.at((np.arange(400) + 0.5) / 400)
    assert drawn.count("salvo") == 300 and drawn.count("shoot-look-shoot") == 100
    drawn = read_law("integers(1, 4)", "").at((np.arange(400) + 0.5) / 400)
    assert [drawn.count(k) for k in (1, 2, 3, 4)] == [100] * 4


def test_units():
    assert read_law("uniform(1 kW, 5 kW)", "power").unit == "kW"
    mixed = read_law("uniform(500 W, 5 kW)", "power")
    assert mixed.unit == "W" and mixed.at([0, 1]) == [500.0, 5000.0]
    assert read_law("uniform(20 dBW, 40 dBW)", "power").at([0.5]) == [30.0]


def test_the_law_of_a_range():
    assert over(5, 24, "m").name == "uniform" and over(1, 10, "kW").name == "log-uniform"
    assert over(0, 10, "kW").name == "uniform" and over(1, 10, "dB").name == "uniform"
    assert over(1, 40, "", whole=True).name == "integers"


@pytest.mark.parametrize(
    ("text", "dimension", "says"),
    [
        ("5 m", "length", "is no law"),
        ("unifrm(1, 2)", "", "did you mean uniform"),
        ("uniform(1)", "", "uniform\\(low, high\\)"),
        ("uniform(2, 1)", "", "low is below high"),
        ("uniform(1 s, 2 s)", "length", "unit of time"),
        ("uniform(1 s, 2 s)", "", "no quantity here"),
        ("uniform(a, 2)", "", "is no number"),
        ("log-uniform(0, 2)", "", "above zero"),
        ("log-uniform(1 dBW, 2 dBW)", "power", "logarithmic already"),
        ("triangular(1, 9, 2)", "", "mode lies"),
        ("normal(1, 0, 0, 2)", "", "above zero"),
        ("normal(0, 1, 60, 61)", "", "next to nothing"),
        ("lognormal(1, 0.5, 0.1, 2)", "", "above one"),
        ("lognormal(1 m, 2 m, 1 m, 2 m)", "length", "without a unit"),
        ("integers(1.5, 2)", "", "whole numbers"),
        ("discrete(1)", "", "2 to 100"),
        ("discrete(1 @ x, 2)", "", "is no weight"),
        ("discrete(1 @ 0, 2)", "", "above zero"),
        ("discrete(1, 1)", "", "twice"),
        ("discrete({a, 2)", "", "cannot be read"),
    ],
)
def test_faults(text, dimension, says):
    with pytest.raises(LawError, match=says):
        read_law(text, dimension)


def test_one_input_more_leaves_the_others_as_they_are():
    two, three = unit_design("lhs", 50, ["a", "b"], 7), unit_design("lhs", 50, ["b", "c", "a"], 7)
    assert (two[:, 0] == three[:, 2]).all() and (two[:, 1] == three[:, 0]).all()
    assert not (two == unit_design("lhs", 50, ["a", "b"], 8)).any()
    for column in three.T:  # one value in each of the fifty parts
        assert sorted((50 * column).astype(int)) == list(range(50))


def test_sobol_fills_evenly():
    made = unit_design("sobol", 64, ["a", "b", "c"], 1)
    assert all(np.histogram(column, 64, (0, 1))[0].max() == 1 for column in made.T)


def test_fraction_of_two_levels():
    """Balanced, main effects orthogonal, and clear of every pair."""
    signs = np.sign(unit_design("fractional", None, list("abcde"), 1) - 0.5)
    assert signs.shape == (16, 5) and (signs.sum(axis=0) == 0).all()
    assert (signs.T @ signs == 16 * np.eye(5)).all()
    pairs = np.array([signs[:, i] * signs[:, j] for i in range(5) for j in range(i)])
    assert (pairs @ signs == 0).all()


def test_one_at_a_time():
    assert unit_design("oat", None, ["a", "b"], 1).tolist() == [
        [0.5, 0.5], [0.05, 0.5], [0.95, 0.5], [0.5, 0.05], [0.5, 0.95]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "points", "says"),
    [("lss", 5, "no design"), ("lhs", None, "number of points"), ("oat", 9, "as many"),
     ("morris", 7, "multiple of 3"), ("saltelli", 12, "power of two")],
)  # fmt: skip
def test_designs_that_cannot_be(kind, points, says):
    with pytest.raises(StudyError, match=says):
        unit_design(kind, points, ["a", "b"], 1)
