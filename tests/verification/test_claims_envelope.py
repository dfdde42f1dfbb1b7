"""Declared reach of the interceptors against what their published masses and plausible motors can fly.

Claims (catalogue, grade E): 400, 250, 200, 120 and 40 km; targets up to 30 km high; 60 km against ballistic
targets; targets of 4.8 km/s. Each missile has one parameter set of published mass and diameter and assumed
propellant, specific impulse, drag and loft (grade F, with ranges); nothing depends on the target. The
envelope is the missile's own: ideal tracking, no radar horizon. Band -10 % / +15 %: the claims themselves are
round numbers and the motors are assumptions. What is not reached is asserted as not reached
(docs/models/envelope.md).
"""

import importlib.util
import itertools
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from openiads.analysis.envelope import ASPECTS, Target, envelope_of, missile_row
from openiads.catalog.load import load_catalog
from openiads.physics.engagement import fly_engagement
from openiads.physics.interceptor_schema import FATE_INTERCEPT, missile_types, missiles

ALTS = np.array([30.0, 1e3, 3e3, 6e3, 10e3, 15e3, 20e3])
MISSILES = ("40N6E", "48N6E3", "48N6E2", "9M96E2", "9M96E")


@cache
def item(name):
    return next(item for item in load_catalog() if item.id == name)


@cache
def envelope(name, target=Target(), high=False):  # noqa: B008 - frozen
    claim = item(name).si("range_max_m")
    alts = np.arange(18e3, 34.1e3, 1e3) if high else ALTS
    return envelope_of(item(name), target, claim * np.arange(1, 31) / 20.0, alts)


@pytest.mark.parametrize("name", MISSILES)
def test_declared_reach(name):
    claim = item(name).si("range_max_m")
    assert 0.90 * claim <= envelope(name).reach_m <= 1.15 * claim


@pytest.mark.parametrize("name", ["40N6E", "48N6E3", "48N6E2", "9M96E"])
def test_declared_altitude(name):
    assert envelope(name, high=True).ceiling_m >= item(name).si("altitude_max_m") - 1e3


def test_declared_altitude_of_the_9m96e2_is_not_reached_by_air_alone():
    """30 km is declared; with 3 g to be had from the air it stops at 28 km. A side thruster, which is
    published but not modelled, would have to do the rest. If this test fails, the page must change."""
    assert 26e3 <= envelope("9M96E2", high=True).ceiling_m < 29e3


def test_what_thirty_kilometres_would_take():
    """The figures of docs/models/envelope.md: 2.15 g of 3 g by air; lift or propellant alone could do it, impulse could not."""
    tool = _tool("make_ceiling_figure")
    now = tool.best(30e3)
    assert now.g == pytest.approx(2.15, abs=0.02) and now.range_m == 16e3
    assert (now.speed_mps, now.mass_kg) == (pytest.approx(1140.0, abs=5.0), pytest.approx(205.0))
    assert (3.0 - now.g) * 9.80665 * now.mass_kg == pytest.approx(1.7e3, rel=0.03)
    assert tool.needed("cl_max") == pytest.approx(11.15, rel=0.01)  # about as 8 x 3 / 2.15
    assert tool.needed("cl_max") == pytest.approx(8.0 * 3.0 / now.g, rel=0.01)
    assert math.isnan(tool.needed("boost_isp_s"))
    more = tool.needed("boost_propellant_kg")
    assert more == pytest.approx(228.0, abs=1.0) and tool.reach_m(boost_propellant_kg=more) > 1.15 * 120e3
    ends = tool.at_the_ends()
    assert [name for name, (_, high) in ends.items() if high >= 3.0] == [
        "propellant",
        "largest lift coefficient",
    ]


def _tool(name):
    path = Path(__file__).parents[2] / "tools" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["40N6E", "48N6E3"])
@pytest.mark.parametrize("speed", [2000.0, 2800.0, 4800.0])
def test_sixty_kilometres_against_ballistic_targets(name, speed):
    """Re-entry at 45 degrees, met at 20 km of altitude from 15 to 60 km of ground range."""
    par = missile_types([missile_row(item(name))])[0]
    m = missiles(1)[0]
    for distance in (15e3, 30e3, 45e3, 60e3):
        fate, _, _ = fly_engagement(
            m, par, distance, 20e3, speed, 0.0, 0.0, math.radians(45.0), 0.4**0.25, 0.25, 8
        )
        assert fate == FATE_INTERCEPT
        assert m.miss_m <= par.lethal_radius_m


@pytest.mark.parametrize("name", MISSILES)
def test_crossing_and_receding_reach_less_than_approaching(name):
    """By the target's range at launch, at 6 and 10 km: approaching > crossing > receding."""
    launch = {}
    for aspect, angle in ASPECTS.items():
        env = envelope(name, Target(300.0, aspect_rad=angle))
        launch[aspect] = [env.max_launch_range_m(i) for i in (3, 4)]
    for i in (0, 1):
        assert launch["approaching"][i] > launch["crossing"][i] > launch["receding"][i] > 0.0


@pytest.mark.parametrize("name", MISSILES)
def test_faster_targets_change_the_envelope_one_way(name):
    """Launch range grows with the speed of what approaches, falls with the speed of what recedes."""
    speeds = (100.0, 300.0, 500.0)
    near = [envelope(name, Target(v)).max_launch_range_m(4) for v in speeds]
    away = [envelope(name, Target(v, aspect_rad=math.pi)).max_launch_range_m(4) for v in speeds]
    assert all(b > a for a, b in itertools.pairwise(near))
    assert all(b < a for a, b in itertools.pairwise(away))


@pytest.mark.parametrize("name", MISSILES)
def test_manoeuvre_costs_reach(name):
    reach = [envelope(name, Target(300.0, g)).reach_m for g in (0.0, 3.0, 6.0)]
    assert reach[0] >= reach[1] >= reach[2]
    assert reach[2] < reach[0]


@pytest.mark.parametrize("name", MISSILES)
def test_dense_air_costs_reach_against_manoeuvre(name):
    """Against a 3 g weave the gap-free reach at 30 m lies below the reach at height.

    The ratio is not 0.3 to 0.6 throughout, as a rule of thumb for level flight says: a lofted round flies
    over the dense air and dives on a low target (docs/models/envelope.md gives the figures).
    """
    env = envelope(name, Target(300.0, 3.0))
    ratio = env.whole_range_m(0) / env.reach_m
    assert 0.1 < ratio < 0.95
