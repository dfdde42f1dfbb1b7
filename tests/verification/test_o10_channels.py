"""O-10 to O-12: fire channels as servers - Erlang loss, impatient targets, and the one-window table.

Sources: Erlang's formulas; D. Y. Barrer, "Queuing with impatient customers and ordered service", Operations
Research 5 (1957), 650-656. The values come from the closed forms by other code; (6, 6, 1, 0.5) also from a
simulation of 20 million arrivals, .14788 +- .0003. Tolerance 1e-9 for Erlang, 1e-7 for patience; our own
simulations within 3.5 of their standard errors (two-sided, 0.05 % of false alarms), with fixed seeds.
"""

import itertools
import math

import pytest

from openiads.analysis import oracles


@pytest.mark.parametrize(
    ("c", "load", "loss"),
    [(1, 1, 0.5), (2, 1, 0.2), (4, 2, 0.0952380952), (6, 6, 0.2649223222), (10, 5, 0.0183845703)],
)
def test_o10_erlang_b(c, load, loss):
    assert oracles.erlang_b(c, load) == pytest.approx(loss, abs=1e-9)
    terms = [load**k / math.factorial(k) for k in range(c + 1)]  # the definition, without the recursion
    assert oracles.erlang_b(c, load) == pytest.approx(terms[-1] / sum(terms), abs=1e-14)


@pytest.mark.parametrize(("c", "load", "wait"), [(2, 1, 0.3333333333), (10, 5, 0.0361053592)])
def test_o10_erlang_c(c, load, wait):
    assert oracles.erlang_c(c, load) == pytest.approx(wait, abs=1e-9)


def test_o10_erlang_c_needs_a_queue_that_ends():
    with pytest.raises(ValueError, match="without end"):
        oracles.erlang_c(2, 2.0)


@pytest.mark.parametrize(
    ("c", "rate", "service", "patience", "loss"),
    [(1, 1, 1, 1, 0.33333333), (6, 6, 1, 0.5, 0.14760820)],
)
def test_o11_impatient_targets(c, rate, service, patience, loss):
    assert oracles.channel_loss(c, rate, service, patience) == pytest.approx(loss, abs=1e-7)


def test_o11_limits():
    """No patience: Erlang's loss. Endless patience under overload: what the channels cannot serve."""
    for c, load in itertools.product((1, 4, 6), (0.5, 3.0, 9.0)):
        assert oracles.channel_loss(c, load, 1.0, 0.0) == pytest.approx(oracles.erlang_b(c, load), abs=1e-12)
    assert oracles.channel_loss(4, 8.0, 1.0, 50.0) == pytest.approx(0.5, abs=1e-6)
    near = oracles.channel_loss(3, 3.0 * (1 + 1e-7), 1.0, 2.0)  # removable 0/0 where rate = c * service_rate
    assert oracles.channel_loss(3, 3.0, 1.0, 2.0) == pytest.approx(near, abs=1e-6)


@pytest.mark.parametrize(
    ("c", "rate", "service", "patience"),
    [(1, 1.0, 1.0, 1.0), (6, 6.0, 1.0, 0.5), (3, 5.0, 2.0, 0.2), (6, 6.0, 1.0, 0.0)],
)
def test_o11_against_simulation(c, rate, service, patience):
    lost, error = oracles.simulate_channel_loss(c, rate, service, patience, n=200_000, seed=11)
    assert 0.0 < error < 0.004
    assert abs(lost - oracles.channel_loss(c, rate, service, patience)) < 3.5 * error


TARGETS = (4, 8, 12, 16, 24, 36, 48, 72)
LEAKERS = {
    6: (0.36, 2.54, 6.54, 10.54, 18.54, 30.54, 42.54, 66.54),
    12: (0.36, 0.72, 1.08, 5.08, 13.08, 25.08, 37.08, 61.08),
    36: (0.36, 0.72, 1.08, 1.44, 2.16, 3.24, 15.24, 39.24),
}


@pytest.mark.parametrize("channels", LEAKERS)
def test_o12_one_window(channels):
    """72 missiles, two a target, p = 0.7: the bend is where targets outnumber channels (or missiles / 2)."""
    got = [oracles.channel_limited_leak(n, channels, 72, 2, 0.7) for n in TARGETS]
    assert got == pytest.approx(LEAKERS[channels], abs=1e-9)
