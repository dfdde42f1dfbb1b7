"""W-09: a salvo exchange and a volley at warheads, published values through the whole simulator.

Hughes' salvo model with leaky defence: Y. M. Tiah, An Analysis of Small Navy Tactics Using a Modified Hughes' Salvo Model,
Naval Postgraduate School, 2007, excursion A3 (pp. 26-29): 4 frigates (8 missiles, 6 interceptors, 1.5 hits) and 12 corvettes
(4, 2, 1), scouting 0.6, launch 0.9, hit 0.7, interceptors 0.68. Left after one exchange 0.13 and 8.13 ships, after two 0 and 8.0.
The model counts in means, fractions of missiles included; a run counts missiles. So each of the four volleys is played with the
two whole numbers about its mean, in the shares that give the mean: strike S and defence D, one round at each target, no second
look. Scouting, launch and hit come before the run: they say how many good missiles come. Then the engine must give the hits,
max(S - D, 0) + 0.32 min(S, D) on the mean.

Volley at warheads: 36 interceptors on 9 warheads, four at each, 0.56 a round: the 96.2 % per warhead of the press are a chance
of 71 % that nothing gets through. Limits: exact binomial, 3.5 sigma two-sided, fixed seeds; printed digits of the source.
"""

import math
from functools import cache
from typing import NamedTuple

import pytest
from support import saturation as sat

from openiads.analysis import oracles

SAM = 0.68
BLUE = oracles.Fleet(4, 8, 6, 1.5, scouting=0.6, launch=0.9, hit=0.7, sam=SAM)
RED = oracles.Fleet(12, 4, 2, 1.0, scouting=0.6, launch=0.9, hit=0.7, sam=SAM)
PLAYED = 400


class Volley(NamedTuple):
    """What was played: means of strike, rounds fired and hits; hits by 3.5 sigma of the kills."""

    strike: float
    fired: float
    hits: float
    margin: float


@cache
def world(strike, stop):
    """So many missiles abreast, each straight at the ships; one round at each while there are rounds."""
    case = sat.fire_unit(90.0, max(stop, 1), stop, SAM, assessment_delay_s=1e4)
    sat.fan(case, strike, 60e3, 800.0)
    return case.world()


def shares(mean):
    """The two whole numbers about a mean, and how often each is played."""
    low = math.floor(mean)
    often = round(PLAYED * (mean - low))
    return [(low, PLAYED - often), (low + 1, often)]


def volley(shooter, target, seed):
    """The strike of one fleet on the other."""
    strike = shooter.ships * shooter.offence * shooter.scouting * shooter.launch * shooter.hit
    sizes = [size for size, often in shares(strike) for _ in range(often)]
    stops = [size for size, often in shares(target.ships * target.defence) for _ in range(often)]
    stops = stops[1::2] + stops[::2]  # so that strong strikes do not meet strong defence only
    fired = killed = hits = 0
    volleys = list(zip(sizes, stops, strict=True))
    for coming, stop in sorted(set(volleys)):
        which = [k for k, played in enumerate(volleys) if played == (coming, stop)]
        for outcome in sat.replications(world(coming, stop), seed, which) if coming else ():
            assert len(outcome.round) == min(coming, stop)
            fired += len(outcome.round)
            killed += int(sat.killed(outcome).sum())
            hits += sat.leakers(outcome)
    assert hits == sum(sizes) - killed
    assert sat.inside(killed, fired, SAM)
    margin = 3.5 * math.sqrt(fired * SAM * (1.0 - SAM)) / PLAYED
    return Volley(sum(sizes) / PLAYED, fired / PLAYED, hits / PLAYED, margin)


def exchange(blue, red, seed):
    """(blue, red) after an exchange by the engine's hits, and their margins in ships."""
    at_blue, at_red = volley(red, blue, seed), volley(blue, red, seed + 1)
    left = [
        (max(fleet.ships - v.hits / fleet.staying, 0.0), v.margin / fleet.staying)
        for fleet, v in ((blue, at_blue), (red, at_red))
    ]
    return left, (at_blue, at_red)


def test_first_exchange():
    """18.144 missiles on 24 interceptors and 12.096 on 24: 0.13 frigates and 8.13 corvettes are left."""
    left, (at_blue, at_red) = exchange(BLUE, RED, 71)
    assert at_blue.strike == pytest.approx(18.144, abs=2e-3) and at_red.strike == pytest.approx(
        12.096, abs=2e-3
    )
    assert at_blue.fired == at_blue.strike and at_red.fired == at_red.strike  # each meets a round
    for (ships, margin), published in zip(left, (0.13, 8.13), strict=True):
        assert abs(ships - published) < margin + 5e-3
    closed = oracles.leaky_salvo(BLUE, RED)
    assert closed == pytest.approx((0.13, 8.13), abs=5e-3)


def test_second_exchange():
    """What is left goes on: the one round of 0.13 frigates stops next to nothing, their strike costs an eighth of a corvette."""
    blue, red = oracles.leaky_salvo(BLUE, RED)
    left, (at_blue, at_red) = exchange(BLUE._replace(ships=blue), RED._replace(ships=red), 73)
    assert at_blue.strike > 12.0 and at_blue.fired < 1.0  # saturated
    assert left[0][0] == 0.0
    assert at_red.strike == at_red.fired < 1.0
    assert abs(left[1][0] - 8.0) < left[1][1] + 5e-3


def test_four_interceptors_at_each_of_nine_warheads():
    case = sat.fire_unit(90.0, 9, 36, 0.56, assessment_delay_s=1e4, salvo=4, max_rounds_per_target=4)
    sat.fan(case, 9, 60e3, 800.0)
    leaked = []
    for outcome in sat.replications(case.world(), 75, 300):
        assert len(outcome.round) == 36
        leaked.append(sat.leakers(outcome))
    each, nothing = oracles.salvo_kill(0.56, 4), oracles.no_leak(0.56, 9, 4)
    assert each == pytest.approx(0.962, abs=1e-3) and nothing == pytest.approx(0.71, abs=5e-3)
    assert sat.inside(2700 - sum(leaked), 2700, each)
    assert sat.inside(leaked.count(0), 300, nothing)
