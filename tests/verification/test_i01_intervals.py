"""Intervals over replications: known values, and how often they hold on 10,000 synthetic studies.

Reference: SciPy for closed forms; for coverage the truth that the data were drawn from. A count of 10,000 has a
standard error of 0.0022 at 95 %, so 94 to 96 % is four to five of them.
"""

import math

import numpy as np
import pytest
import scipy.stats

from openiads.analysis import intervals as iv
from openiads.analysis.measures import MEASURES, estimate, interval_of

STUDIES = 10_000


def covered(found, truth):
    low, high = np.array([(f.low, f.high) for f in found]).T
    return float(np.mean((low <= truth) & (truth <= high)))


@pytest.mark.parametrize(("y", "n"), [(0, 12), (1, 12), (7, 40), (40, 40), (3, 1000)])
def test_wilson_is_that_of_scipy(y, n):
    low, high = iv.wilson(y, n, iv.z_quantile(0.95))
    ref = scipy.stats.binomtest(y, n).proportion_ci(0.95, "wilson")
    assert (low, high) == pytest.approx((ref.low, ref.high), abs=1e-12)


def test_mean_is_that_of_students_t():
    x = np.random.default_rng(1).gamma(2.0, 3.0, 25)
    found = iv.mean(iv.sums(x, np.ones(25)))
    ref = scipy.stats.t.interval(0.95, 24, x.mean(), scipy.stats.sem(x))
    assert (found.low, found.high) == pytest.approx(ref, rel=1e-9)
    assert found.n == 25 and found.value == pytest.approx(x.mean())


@pytest.mark.parametrize(
    ("mean", "in_bursts"), [(0.005, False), (0.02, False), (0.1, False), (0.1, True), (2.0, True)]
)
def test_counts_of_rare_events_hold_where_students_t_does_not(mean, in_bursts):
    random = np.random.default_rng([int(1000 * mean), in_bursts])
    shape = (STUDIES, 200)
    if in_bursts:
        y = (random.random(shape) < mean / 3.0) * (1 + random.poisson(2.0, shape))
    else:
        y = random.poisson(mean, shape)
    found = [iv.count(iv.sums(row, np.ones(200))) for row in y]
    assert (
        0.91 <= covered(found, mean) <= 0.965
    )  # the least where some 1 is expected in all: counts are whole
    assert all(f.low >= 0.0 and f.high > f.value for f in found)
    if mean == 0.005:
        assert covered([iv.mean(iv.sums(row, np.ones(200))) for row in y], mean) < 0.7


def test_where_nothing_was_seen_a_count_has_a_bound():
    found = iv.count(iv.sums(np.zeros(200), np.ones(200)))
    t = scipy.stats.t.ppf(0.975, 199)
    assert (found.value, found.low, found.high) == pytest.approx((0.0, 0.0, t * t / 200))
    assert interval_of(MEASURES["wrong_shots"], iv.sums(np.zeros(50), np.ones(50))).high > 0.05


def test_bootstrap_is_near_that_of_scipy_and_repeats():
    x = np.random.default_rng(2).gamma(2.0, 3.0, 60)
    found = iv.bootstrap(x, resamples=9000)
    ref = scipy.stats.bootstrap(
        (x,), np.mean, n_resamples=9000, method="percentile", rng=np.random.default_rng(3)
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((ref.low, ref.high), rel=0.02)  # both are simulated
    assert iv.bootstrap(x, resamples=9000) == found


def clustered(random, n, rho, p, size):
    """y of x units in n replications of STUDIES studies, with intra-cluster correlation rho."""
    x = random.integers(size - 4, size + 5, (STUDIES, n))
    if rho == 0.0:
        return random.binomial(x, p[:, None]), x
    scale = (1.0 - rho) / rho
    share = random.beta((p * scale)[:, None], ((1.0 - p) * scale)[:, None], (STUDIES, n))
    return random.binomial(x, share), x


@pytest.mark.parametrize(("n", "rho"), [(50, 0.1), (50, 0.4), (200, 0.1), (200, 0.4)])
def test_proportions_of_dependent_threats_hold(n, rho):
    random = np.random.default_rng([n, int(10 * rho)])
    p = random.uniform(0.05, 0.6, STUDIES)
    y, x = clustered(random, n, rho, p, 10)
    found = [iv.proportion(iv.sums(a, b)) for a, b in zip(y, x, strict=True)]
    assert 0.94 <= covered(found, p) <= 0.96


def test_proportions_of_independent_threats_are_never_too_narrow():
    random = np.random.default_rng(5)
    p = random.uniform(0.05, 0.6, STUDIES)
    y, x = clustered(random, 50, 0.0, p, 10)
    found = [iv.proportion(iv.sums(a, b)) for a, b in zip(y, x, strict=True)]
    assert (
        0.945 <= covered(found, p) <= 0.975
    )  # wider by intent: never narrower than independent units would be


def test_counting_threats_singly_would_be_wrong():
    """The check above can fail: with correlation 0.4, Wilson over single threats holds in far fewer than 95 %."""
    random = np.random.default_rng(6)
    p = random.uniform(0.05, 0.6, STUDIES)
    y, x = clustered(random, 50, 0.4, p, 10)
    z = iv.z_quantile(0.95)
    low, high = np.array([iv.wilson(a.sum(), b.sum(), z) for a, b in zip(y, x, strict=True)]).T
    assert np.mean((low <= p) & (p <= high)) < 0.75


def test_one_threat_per_replication_is_wilsons_case():
    random = np.random.default_rng(7)
    p = random.uniform(0.02, 0.98, STUDIES)
    y = random.random((STUDIES, 100)) < p[:, None]
    found = [iv.proportion(iv.sums(a, np.ones(100))) for a in y]
    assert 0.94 <= covered(found, p) <= 0.96


def test_means_hold():
    x = np.random.default_rng(8).normal(3.0, 2.0, (STUDIES, 12))
    found = [iv.mean(iv.sums(a, np.ones(12))) for a in x]
    assert 0.94 <= covered(found, 3.0) <= 0.96


def test_ratios_hold():
    """Rounds per kill: both counts vary, and depend on each other."""
    random = np.random.default_rng(9)
    kills = random.poisson(20.0, (STUDIES, 60))
    rounds = kills + random.poisson(0.6 * 20.0, (STUDIES, 60))
    found = [iv.ratio(iv.sums(a, b)) for a, b in zip(rounds, kills, strict=True)]
    assert 0.94 <= covered(found, 1.6) <= 0.96


def test_bootstrap_holds_for_skewed_data():
    x = np.random.default_rng(10).gamma(2.0, 1.0, (200, STUDIES))
    made = iv.resampled(x, np.ones_like(x), 1000, 1)
    low, high = np.quantile(made, [0.025, 0.975], axis=0)
    assert 0.94 <= np.mean((low <= 2.0) & (high >= 2.0)) <= 0.96


@pytest.mark.parametrize("p", [0.05, 0.2])
def test_what_sequential_stopping_costs(p):
    """Stopping at the first chunk border at which the interval is narrow: coverage stays above 93 %, and below what it was."""
    random = np.random.default_rng(int(100 * p))
    goal = iv.Goal("leakage", 0.03, 0.95)
    chunk, most, studies = 20, 60, 3000
    hits = stops = 0
    scale = 9.0  # correlation 0.1
    for _ in range(studies):
        share = random.beta(p * scale, (1.0 - p) * scale, chunk * most)
        y = random.binomial(10, share)
        total = iv.Sums()
        for k in range(most):
            part = y[k * chunk : (k + 1) * chunk]
            total = total.plus(iv.sums(part, np.full(chunk, 10.0)))
            found = iv.proportion(total)
            if goal.reached(found):
                break
        stops += k < most - 1
        hits += found.low <= p <= found.high
    assert stops == studies
    assert 0.93 <= hits / studies <= 0.96


def test_all_or_nothing_counts_replications():
    """No leaker among 10 x 50 threats: the bound is that of 50 trials, for the threats may all depend on each other."""
    s = iv.sums(np.zeros(50), np.full(50, 10.0))
    assert iv.proportion(s).high == pytest.approx(iv.wilson(0, 50, iv.t_quantile(49, 0.95))[1])
    s = iv.sums(np.full(50, 10.0), np.full(50, 10.0))
    found = iv.proportion(s)
    assert found.high == 1.0 and 0.9 < found.low < 1.0


def test_degenerate_samples():
    one = iv.proportion(iv.sums(np.array([2.0]), np.array([5.0])))
    assert (one.low, one.high, one.n) == (0.0, 1.0, 1)
    none = iv.proportion(iv.Sums())
    assert math.isnan(none.value) and none.n == 0
    same = iv.mean(iv.sums(np.full(40, 3.0), np.ones(40)))
    assert same.method == iv.SAME
    assert not iv.Goal("wrong_shots", 1.0, 0.95).reached(same)


def test_sums_add_up():
    random = np.random.default_rng(11)
    y, x = random.integers(0, 9, 100), random.integers(1, 20, 100)
    total = iv.Sums()
    for k in range(0, 100, 7):
        total = total.plus(iv.sums(y[k : k + 7], x[k : k + 7]))
    assert total == iv.sums(y, x)


@pytest.mark.parametrize(
    ("text", "measure", "half", "level"),
    [
        ("leakage ±0.01", "leakage", 0.01, 0.95),
        ("leakage +-1 %", "leakage", 0.01, 0.95),
        ("rounds_per_kill +/- 0.2 at 99 %", "rounds_per_kill", 0.2, 0.99),
    ],
)
def test_goals(text, measure, half, level):
    goal = iv.read_goal(text)
    assert (goal.measure, goal.half_width, goal.confidence) == (measure, pytest.approx(half), level)
    assert iv.read_goal(goal.text) == goal


@pytest.mark.parametrize(
    "text", ["", "leakage", "leakage 0.01", "leakage ±0", "leakage ±0.01 at 20 %", "±1", "leakage ±x"]
)
def test_no_goals(text):
    with pytest.raises(iv.GoalError):
        iv.read_goal(text)


def test_unusable_and_missing_replications_are_not_counted():
    runs = {
        "usable": np.array([True, False, True, True]),
        "leaked": np.array([1, 9, 0, 2]),
        "aimed": np.array([10, 10, 10, 10]),
        "t_first_launch_s": np.array([5.0, 1.0, np.nan, 7.0]),
    }
    found = estimate("leakage", runs)
    assert (found.value, found.n, found.units) == (pytest.approx(0.1), 3, 30.0)
    found = estimate("first_launch", runs)
    assert (found.value, found.n) == (pytest.approx(6.0), 2)
    assert interval_of(MEASURES["leakage"], iv.Sums()).n == 0
