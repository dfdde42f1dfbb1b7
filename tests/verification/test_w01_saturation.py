"""W-01: one battery against more targets than it has channels or rounds, through the whole simulator.

The physics is made certain (tests/support/saturation.py), so that the run is the textbook's "single window": N targets
at once, c channels, M missiles, two rounds a target, single-shot kill probability p, no second engagement. Then
the expected leakers are N - min(N, c, M // 2) * (1 - (1 - p)^2), and the number of kills is exactly binomial.

Reference: the table of expected leakers below (elementary probability; p = 0.7, 72 missiles), whose bend lies
where targets outnumber channels, or half the missiles. Limits: exact binomial, 3.5 sigma two-sided (one false
alarm in 2,100 honest draws), fixed seeds.
"""

from functools import cache

import numpy as np
import pytest
from scipy import stats
from support import saturation as sat

from openiads.analysis import oracles
from openiads.engine import events

TARGETS = (4, 8, 12, 16, 24, 36, 48, 72)
LEAKERS = {
    6: (0.36, 2.54, 6.54, 10.54, 18.54, 30.54, 42.54, 66.54),
    12: (0.36, 0.72, 1.08, 5.08, 13.08, 25.08, 37.08, 61.08),
    36: (0.36, 0.72, 1.08, 1.44, 2.16, 3.24, 15.24, 39.24),
}
P = 0.7
ONE_WINDOW = {"assessment_delay_s": 1e4, "salvo": 2, "max_rounds_per_target": 2}


@cache
def one_window(n, rounds):
    """n targets abreast at 800 m/s from 60 km; no verdict before they have arrived. Channels are set by the test."""
    case = sat.fire_unit(90.0, 36, rounds, P, **ONE_WINDOW)
    sat.fan(case, n, 60e3, 800.0)
    return case.world()


def played(world, channels, replications, seed):
    """(targets engaged, rounds fired, kills) of every replication."""
    world.battery.n_channel[:] = channels
    return [
        (len(np.unique(sat.of(o, events.ASSIGNED).subject)), len(o.round), int(sat.killed(o).sum()))
        for o in sat.replications(world, seed, replications)
    ]


@pytest.mark.parametrize("channels", LEAKERS)
@pytest.mark.parametrize("k", range(len(TARGETS)), ids=[f"N{n}" for n in TARGETS])
def test_one_window(channels, k):
    n = TARGETS[k]
    served = min(n, channels, 36)
    replications = -(-400 // served)
    got = played(one_window(n, 72), channels, replications, seed=11)
    assert {(engaged, rounds) for engaged, rounds, _ in got} == {(served, 2 * served)}
    kills = sum(killed for *_, killed in got)
    assert sat.inside(kills, replications * served, oracles.salvo_kill(P, 2))
    # the same in the words of the table
    pk = (n - LEAKERS[channels][k]) / served
    assert pk == pytest.approx(0.91, abs=1e-9)
    assert n - kills / replications == pytest.approx(
        LEAKERS[channels][k], abs=3.5 * np.sqrt(served * pk * (1 - pk) / replications)
    )


def test_the_second_bend_is_the_magazine():
    """36 channels but 24 missiles: twelve targets are served, however many come."""
    got = played(one_window(36, 24), 36, 40, seed=102)
    assert {(engaged, rounds) for engaged, rounds, _ in got} <= {(e, 24) for e in range(12, 37)}
    kills = [killed for *_, killed in got]
    assert max(kills) <= 12 + 0  # 24 rounds in pairs
    assert sat.inside(sum(kills), 40 * 12, 0.91)


@pytest.mark.parametrize(("p", "n"), [(0.7, 1), (0.7, 2), (0.5, 4), (0.3, 3), (0.56, 4)])
def test_o05_salvo(p, n):
    """P(kill) = 1 - (1 - p)^n for rounds that are independent, as these are."""
    case = sat.fire_unit(90.0, 24, 24 * n, p, assessment_delay_s=1e4, salvo=n, max_rounds_per_target=n)
    sat.fan(case, 24, 60e3, 800.0)
    got = played(case.world(), 24, 40, seed=103)
    assert {(engaged, rounds) for engaged, rounds, _ in got} == {(24, 24 * n)}
    assert sat.inside(sum(k for *_, k in got), 40 * 24, oracles.salvo_kill(p, n))


@pytest.mark.parametrize(("p", "looks"), [(0.7, 2), (0.8, 2), (0.5, 3)])
def test_o05_shoot_look_shoot(p, looks):
    """Kill 1 - (1 - p)^n, rounds (1 - (1 - p)^n) / p on the mean: 0.91 and 1.30 for p = 0.7 and two looks."""
    case = sat.fire_unit(
        260.0, 16, 16 * looks, p, policy=1, salvo=1, max_rounds_per_target=looks, assessment_delay_s=3.0
    )
    sat.fan(case, 16, 75e3, 300.0)
    replications = 60
    fired = np.zeros(looks + 1, int)
    kills = 0
    for o in sat.replications(case.world(), 104, replications):
        kills += int(sat.killed(o).sum())
        for count in o.platform_state["n_rounds"]:
            fired[count] += 1
    n = 16 * replications
    pk, rounds = oracles.shoot_look_shoot(p, looks)
    assert fired[0] == 0
    assert sat.inside(kills, n, pk)
    # number of rounds: geometric, cut off at the last look
    law = np.array([(1 - p) ** k * p for k in range(looks - 1)] + [(1 - p) ** (looks - 1)])
    assert all(sat.inside(int(fired[k + 1]), n, law[k]) for k in range(looks))
    mean = fired @ np.arange(looks + 1) / n
    spread = np.sqrt((law @ np.arange(1, looks + 1) ** 2 - rounds**2) / n)
    assert abs(mean - rounds) < 3.5 * spread


def test_o06_leak_counts_are_binomial():
    """Ten targets, Pk 0.9: no leaker .3487, at most one .7361, at most two .9298; and the whole law."""
    case = sat.fire_unit(90.0, 10, 10, 0.9, assessment_delay_s=1e4)
    sat.fan(case, 10, 60e3, 800.0)
    replications = 600
    counts = np.array([sat.leakers(o) for o in sat.replications(case.world(), 105, replications)])
    law = oracles.leakage(10, 0.9)
    for k, share in ((0, 0.3486784), (1, 0.7360989), (2, 0.9298092)):
        assert law.at_most(k) == pytest.approx(share, abs=1e-7)
        assert sat.inside(int((counts <= k).sum()), replications, share)
    seen = np.array([(counts == k).sum() for k in range(3)] + [(counts >= 3).sum()])
    wanted = replications * np.array([*law.pmf[:3], law.pmf[3:].sum()])
    assert ((seen - wanted) ** 2 / wanted).sum() < stats.chi2.isf(2 * sat.TAIL, 3)
    # variance: neither clumped nor spread
    assert counts.var(ddof=1) == pytest.approx(law.sd**2, rel=3.5 * np.sqrt(2.3 / replications))


@pytest.mark.parametrize(("rounds", "salvo", "leak"), [(10, 1, 3.0), (20, 2, 0.9)])
def test_o07_even_allocation(rounds, salvo, leak):
    """Ten targets; the command post gives each its share: 3.0 leakers with ten rounds, 0.9 with twenty."""
    case = sat.fire_unit(
        90.0, 10, rounds, P, assessment_delay_s=1e4, salvo=salvo, max_rounds_per_target=salvo
    )
    sat.fan(case, 10, 60e3, 800.0)
    leaked = [sat.leakers(o) for o in sat.replications(case.world(), 106, 100)]
    assert oracles.even_allocation_leak(10, rounds, P) == pytest.approx(leak)
    assert sat.inside(sum(leaked), 1000, leak / 10)


def test_o08_looks_without_limit():
    """Ten single rounds, eight targets, each round at one known to live: E[min(8, Bin(10, .7))] = 6.822 kills."""
    case = sat.fire_unit(300.0, 8, 10, P, policy=1, salvo=1, max_rounds_per_target=-1, assessment_delay_s=3.0)
    sat.fan(case, 8, 80e3, 280.0)
    kills = np.array([int(sat.killed(o).sum()) for o in sat.replications(case.world(), 107, 300)])
    mean = oracles.unlimited_look_kills(8, 10, P)
    k = np.arange(11)
    law = stats.binom.pmf(k, 10, P)
    sd = np.sqrt(law @ np.minimum(k, 8) ** 2 - mean**2)
    assert mean == pytest.approx(6.822444, abs=1e-6)
    assert abs(kills.mean() - mean) < 3.5 * sd / np.sqrt(300)
    assert sat.inside(int((kills == 8).sum()), 300, law[8:].sum())
