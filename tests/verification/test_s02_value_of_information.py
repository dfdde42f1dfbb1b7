"""Value of information of decisions whose value is known: a closed form, and nested Monte Carlo.

Closed form: two options, the gain of the second over the first is mu + sum a_i z_i with independent standard normal z_i.
Knowing z_i is worth E max(0, N(mu, a_i^2)) - max(0, mu) = s phi(mu / s) + mu Phi(mu / s) - max(0, mu) with s = |a_i|; knowing all,
the same with s^2 = sum a_i^2 (unit normal loss: H. Raiffa, R. Schlaifer, *Applied Statistical Decision Theory*, 1961).
Tolerances are stated where they are used.
"""

import math

import numpy as np
import pytest
from scipy.stats import norm, qmc

from openiads.analysis.smooth import group_basis, process, smooth, spline_basis
from openiads.analysis.value import Term, ValueOfInformationError, value_of_information

SLOPES = np.array([1.0, 0.5, 0.2, 0.0])
MU = 0.3
NAMES = ["a", "b", "c", "d"]


def worth(mu, s):
    return 0.0 if s == 0.0 else s * norm.pdf(mu / s) + mu * norm.cdf(mu / s) - max(0.0, mu)


EVPPI = dict(zip(NAMES, [worth(MU, s) for s in SLOPES], strict=True))
EVPI = worth(MU, math.sqrt(float((SLOPES**2).sum())))


def gaussian(draws, n, seed, most=True):
    """Luck of deviation 2 is shared by all points, luck of deviation 1 is not."""
    random = np.random.default_rng(seed)
    z = norm.ppf(qmc.LatinHypercube(4, seed=random).random(draws))
    gain = np.stack([np.zeros(draws), MU + z @ SLOPES])[:, :, None]
    y = gain + 2.0 * random.standard_normal((1, 1, n)) + random.standard_normal((2, draws, n))
    term = Term(1.0 if most else -1.0, y, np.ones_like(y))
    return value_of_information(["first", "second"], NAMES, z, [term], most=most, seed=seed)


def test_the_closed_form_is_the_expectation():
    """10^6 draws: within 0.002 (four standard errors)."""
    z = np.random.default_rng(1).standard_normal(1_000_000)
    for s in (1.0, 0.5, 0.2):
        assert np.maximum(MU + s * z, 0.0).mean() - MU == pytest.approx(worth(MU, s), abs=0.004 * max(s, 0.5))


def test_gaussian_linear_case():
    """400 draws of 5 noisy replications: within 0.04 (the Monte Carlo error of 400 draws is 0.03), the intervals hold it."""
    found = gaussian(400, 5, 1)
    assert found.options[found.best].label == "second"
    for one in found.inputs:
        assert one.value.value == pytest.approx(EVPPI[one.name], abs=0.04)
        assert one.value.low <= EVPPI[one.name] <= one.value.high
    assert [one.name for one in found.inputs][:2] == ["a", "b"]
    assert found.evpi.value == pytest.approx(EVPI, abs=0.04) and found.evpi.low <= EVPI <= found.evpi.high
    above = {one.name: one.above_noise for one in found.inputs}
    assert above["a"] and above["b"] and not above["d"]


def test_the_sign_of_the_payoff_does_not_matter():
    one, other = gaussian(100, 5, 3), gaussian(100, 5, 3, most=False)
    assert [k.value for k in one.inputs] == [k.value for k in other.inputs] and one.evpi == other.evpi
    assert one.options[1].payoff.value == -other.options[1].payoff.value


@pytest.mark.long
def test_coverage_and_false_alarms():
    """200 designs of 100 draws and 10 replications: no bias beyond 0.02, intervals hold at least 90 %, noise is named noise."""
    runs = [gaussian(100, 10, seed) for seed in range(200)]
    for name in NAMES:
        own = [next(k for k in run.inputs if k.name == name) for run in runs]
        assert np.mean([k.value.value for k in own]) == pytest.approx(EVPPI[name], abs=0.02)
        assert np.mean([k.value.low <= EVPPI[name] <= k.value.high for k in own]) >= 0.90
        if name == "d":
            assert np.mean([k.above_noise for k in own]) <= 0.09
    assert np.mean([run.evpi.value for run in runs]) == pytest.approx(EVPI, abs=0.02)
    assert np.mean([run.evpi.low <= EVPI <= run.evpi.high for run in runs]) >= 0.90


def model(u, kind):
    """Three options; a threshold, an interaction and a category (the payoff is a cost)."""
    a, b = u[..., 0], u[..., 1]
    return np.stack([
        1.2 + 0.8 * np.sin(3.0 * a),
        0.9 + 2.0 * a * b + 0.3 * (kind == 1),
        np.where(b > 0.6, 2.4, 0.9) + 0.2 * (kind == 2),
    ])  # fmt: skip


def nested(seed=5, outer=400, inner=4000):
    """EVPPI of each input and EVPI (smallest cost) by two loops, without any regression."""
    random = np.random.default_rng(seed)
    u, kind = random.random((400_000, 2)), random.integers(3, size=400_000)
    cost = model(u, kind)
    now = cost.mean(axis=1).min()
    known = {"all": now - cost.min(axis=0).mean()}
    grid = (np.arange(outer) + 0.5) / outer
    for k, name in ((0, "a"), (1, "b")):
        best = []
        for value in grid:
            u, kind = random.random((inner, 2)), random.integers(3, size=inner)
            u[:, k] = value
            best.append(model(u, kind).mean(axis=1).min())
        known[name] = now - np.mean(best)
    best = [model(random.random((200_000, 2)), np.full(200_000, g)).mean(axis=1).min() for g in range(3)]
    known["kind"] = now - np.mean(best)
    return known


def test_three_options_against_nested_monte_carlo():
    """500 draws with noise 0.3: EVPPI within 0.03, EVPI within 0.05 of two loops."""
    random = np.random.default_rng(2)
    cube = qmc.LatinHypercube(3, seed=random).random(500)
    kind = np.floor(3.0 * cube[:, 2])
    y = model(cube[:, :2], kind)[:, :, None] + 0.3 * random.standard_normal((3, 500, 4))
    x = np.column_stack([cube[:, :2], kind])
    found = value_of_information(
        ["x", "y", "z"], ["a", "b", "kind"], x, [Term(1.0, y, np.ones_like(y))], most=False,
        grouped=[False, False, True],
    )  # fmt: skip
    reference = nested()
    for one in found.inputs:
        assert one.value.value == pytest.approx(reference[one.name], abs=0.03), one.name
        assert one.value.low <= reference[one.name] <= one.value.high
    assert found.evpi.value == pytest.approx(reference["all"], abs=0.05)
    assert found.evpi.low <= reference["all"] <= found.evpi.high


def test_a_payoff_may_be_a_ratio_with_a_mean_added():
    """sum(top) / sum(bottom) times a factor, plus another term: the payoffs are those by hand."""
    random = np.random.default_rng(4)
    top, bottom = random.random((2, 30, 6)), 1.0 + random.random((2, 30, 6))
    fired = random.random((2, 30, 6))
    terms = [Term(3.0, top, bottom), Term(0.5, fired, np.ones_like(fired))]
    found = value_of_information(["p", "q"], ["a"], random.random((30, 1)), terms, most=False)
    by_hand = 3.0 * top.sum(axis=2) / bottom.sum(axis=2) + 0.5 * fired.mean(axis=2)
    for option, row in zip(found.options, by_hand, strict=True):
        assert option.payoff.value == pytest.approx(row.mean(), rel=1e-12)


def test_smoothers_reproduce_what_they_can():
    """A straight line through a penalised spline, means of groups, a line through a process: to 1e-6."""
    x = np.sort(np.random.default_rng(6).random(80))
    line = 2.0 - 3.0 * x
    fitted, _ = smooth(spline_basis(x), line[:, None])
    assert fitted[:, 0] == pytest.approx(line, abs=1e-6)
    group = np.repeat([0.0, 1.0, 2.0, 3.0], 20)
    y = np.random.default_rng(7).random(80)
    means = np.repeat(y.reshape(4, 20).mean(axis=1), 20)
    assert smooth(group_basis(group), y[:, None])[0][:, 0] == pytest.approx(means, abs=1e-6)
    assert process(x[:, None], line).at(line) == pytest.approx(line, abs=1e-3)


def test_refusals():
    y = np.ones((2, 30, 2))
    with pytest.raises(ValueOfInformationError, match="two options"):
        value_of_information(["one"], ["a"], np.ones((30, 1)), [Term(1.0, y[:1], y[:1])], most=True)
    with pytest.raises(ValueOfInformationError, match="at least 20"):
        value_of_information(["p", "q"], ["a"], np.ones((5, 1)), [Term(1.0, y[:, :5], y[:, :5])], most=True)
    with pytest.raises(ValueOfInformationError, match="no value at 60"):
        value_of_information(["p", "q"], ["a"], np.ones((30, 1)), [Term(1.0, y, 0.0 * y)], most=True)
