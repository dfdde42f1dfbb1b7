"""Seen elsewhere: "97 %" for four shots, from ten successes in eighteen trials, rounded and taken as exact.

The sums must keep their digits, and the sample behind them must stay in sight: eighteen trials say little.
"""

import pytest
from scipy.stats import binomtest

from openiads.analysis import oracles


def test_the_quoted_figure_is_not_what_the_sum_gives():
    exact = oracles.salvo_kill(10 / 18, 4)
    assert exact == pytest.approx(1.0 - (8.0 / 18.0) ** 4, abs=1e-15)
    assert round(100 * exact) == 96
    assert round(100 * oracles.salvo_kill(0.58, 4)) == 97  # what would have been needed


def test_rounding_shows_where_it_is_multiplied():
    """Nine warheads: 76 % with the quoted 97 %, 70 % in truth."""
    quoted = 0.97
    assert quoted**9 == pytest.approx(0.760, abs=5e-4)
    assert oracles.no_leak(10 / 18, 9, 4) == pytest.approx(0.699, abs=5e-4)


def test_what_eighteen_trials_are_worth():
    """The 95 % interval of the single shot spans 34 to 75 %, of nine warheads from 16 to 96 %."""
    low, high = binomtest(10, 18).proportion_ci(0.95, "wilson")
    assert (low, high) == pytest.approx((0.337, 0.754), abs=1e-3)
    assert oracles.no_leak(low, 9, 4) < 0.17
    assert oracles.no_leak(high, 9, 4) > 0.96
