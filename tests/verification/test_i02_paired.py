"""I-02: intervals of paired differences hold what they promise; what pairing saves is what correlation says.

Reference: synthetic pairs of studies whose true difference is known. 95 % intervals must hold it in 95 % of 10,000
pairs, standard error 0.2 %. Accepted are 93.5 % and more (skewed clusters are a little below, see the page), and no more
than 98 % where events are not few (proportions of few events are wider than they could be). Bonett and Price's
interval for one unit per replication is computed here a second time, from its own formula.
"""

import math

import numpy as np
import pytest
from scipy import stats

from openiads.analysis.intervals import SAME
from openiads.analysis.paired import CONSTANT, holm, paired

STUDIES = 10_000


def binary(random, n, p_a=0.2, p_b=0.1):
    """One threat per replication; the same uniform number decides both, but for one draw in three."""
    u = random.random(n)
    v = np.where(random.random(n) < 1 / 3, random.random(n), u)
    return (u < p_a).astype(float), np.ones(n), (v < p_b).astype(float), np.ones(n), p_b - p_a


def clusters(random, n, p_a=0.3, p_b=0.2):
    """Six to fourteen threats with a common weather: beta-binomial, correlation 0.2, and the luck of each shared."""
    x = random.integers(6, 15, n)
    weather = random.beta(0.3 * 4, 0.7 * 4, n)
    u = random.random((n, 14))
    there = np.arange(14) < x[:, None]
    a = ((u < weather[:, None]) & there).sum(1)
    b = ((u < (weather * p_b / p_a)[:, None]) & there).sum(1)
    return a.astype(float), x.astype(float), b.astype(float), x.astype(float), p_b - p_a


def rare(random, n):
    return binary(random, n, 0.03, 0.02)


def means(random, n):
    common = random.normal(size=n)
    return common + random.normal(size=n), np.ones(n), 0.5 + common + random.normal(size=n), np.ones(n), 0.5


def ratios(random, n):
    """Rounds per kill: both counts depend on a common raid size."""
    kills = 1 + random.poisson(6, n)
    a = kills + random.poisson(0.4 * kills)
    b = kills + random.poisson(0.6 * kills)
    return a.astype(float), kills.astype(float), b.astype(float), kills.astype(float), 0.2


@pytest.mark.parametrize(
    ("draw", "n", "proportion"),
    [
        (binary, 60, True),
        (rare, 100, True),
        (clusters, 60, True),
        (means, 12, False),
        pytest.param(binary, 300, True, marks=pytest.mark.long),
        pytest.param(ratios, 60, False, marks=pytest.mark.long),
    ],
)
def test_coverage(draw, n, proportion, record_property):
    random = np.random.default_rng(5)
    held = 0
    for _ in range(STUDIES):
        *columns, truth = draw(random, n)
        found = paired(*columns, proportion)
        held += found.low <= truth <= found.high
    record_property("held", held / STUDIES)
    print(f"{draw.__name__} n={n}: {100 * held / STUDIES:.1f} %")
    assert 0.935 <= held / STUDIES <= (1.0 if draw is rare else 0.98)


def test_pairs_counted_as_independent_would_be_wrong():
    """The check is not hollow: without pairing the interval is far too wide, with wrong pairs far too narrow."""
    random = np.random.default_rng(6)
    wide = narrow = 0
    for _ in range(400):
        y_a, x, y_b, _, truth = means(random, 30)
        found = paired(y_a, x, y_b, x)
        apart = stats.ttest_ind(y_b, y_a).confidence_interval()
        wide += apart.low <= truth <= apart.high
        half = found.half_width / math.sqrt(2.0)  # as if each pair were two
        narrow += abs(found.value - truth) <= half
    assert wide / 400 > 0.98 and narrow / 400 < 0.90


def test_bonett_and_price():
    """One unit per replication: (b+1)/(n+2) - (c+1)/(n+2), and its variance, here with t for z."""
    random = np.random.default_rng(7)
    for n in (10, 47, 200):
        y_a, x, y_b, _, _ = binary(random, n, 0.5, 0.3)
        found = paired(y_a, x, y_b, x, True)
        up, down = ((y_b > y_a).sum() + 1) / (n + 2), ((y_b < y_a).sum() + 1) / (n + 2)
        half = stats.t.ppf(0.975, n - 1) * math.sqrt((up + down - (up - down) ** 2) / (n + 2))
        assert (found.low, found.high) == pytest.approx((up - down - half, up - down + half), abs=1e-12)
        assert found.value == pytest.approx(y_b.mean() - y_a.mean(), abs=1e-15)


def test_a_mean_is_the_paired_t_test():
    random = np.random.default_rng(8)
    y_a, x, y_b, _, _ = means(random, 25)
    found, known = paired(y_a, x, y_b, x), stats.ttest_rel(y_b, y_a)
    interval = known.confidence_interval()
    assert (found.low, found.high, found.p) == pytest.approx(
        (interval.low, interval.high, known.pvalue), rel=1e-9
    )


def test_what_pairing_saves_is_what_correlation_says():
    """Equal variances: saved = 1 / (1 - correlation), and the intervals hold the true values."""
    random = np.random.default_rng(9)
    held_gain = held_rho = 0
    for _ in range(800):
        y_a, x, y_b, _, _ = means(random, 100)  # correlation 1/2: saves a factor of 2
        found = paired(y_a, x, y_b, x)
        held_gain += found.gain_low <= 2.0 <= found.gain_high
        held_rho += found.correlation_low <= 0.5 <= found.correlation_high
        e_a, e_b = y_a - y_a.mean(), y_b - y_b.mean()
        assert found.correlation == pytest.approx(np.corrcoef(y_a, y_b)[0, 1], abs=1e-12)
        assert found.gain == pytest.approx((e_a @ e_a + e_b @ e_b) / ((e_b - e_a) @ (e_b - e_a)), rel=1e-12)
    print(f"saving {held_gain / 8:.1f} %, correlation {held_rho / 8:.1f} %")
    assert 0.92 <= held_gain / 800 <= 0.97
    assert 0.92 <= held_rho / 800 <= 0.97


def test_equal_columns_differ_by_exactly_nothing():
    random = np.random.default_rng(10)
    y, x, _, _, _ = clusters(random, 50)
    found = paired(y, x, y, x, True)
    assert (
        found.value == 0.0 and found.changed == 0 and found.low < 0.0 < found.high
    )  # others may still differ
    found = paired(y, x, y, x)
    assert (found.value, found.low, found.high, found.method) == (0.0, 0.0, 0.0, SAME)
    found = paired(y, x, y + 2.0 * x, x)
    assert found.value == pytest.approx(2.0) and found.method == CONSTANT


def test_what_has_no_value_in_one_is_said():
    nan, one = math.nan, np.ones(4)
    found = paired(np.array([1.0, nan, 3.0, nan]), one, np.array([2.0, 2.0, 5.0, nan]), one)
    assert (found.n, found.only_one, found.value) == (2, 1, 1.5)
    found = paired(np.array([1.0]), one[:1], np.array([3.0]), one[:1])
    assert found.value == 2.0 and math.isinf(found.high) and not found.known
    found = paired(np.zeros(5), np.zeros(5), np.ones(5), np.ones(5))
    assert math.isnan(found.value) and found.b == 1.0 and not found.known


def test_holm():
    """Holm (1979): 0.01, 0.04, 0.03, 0.005 at 0.05: the two smallest stand."""
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005, "none": math.nan}, 0.05)
    assert found == {"a", "d"}
