"""Masked guidance, a rain area, spikes and surfaces by direction, compiled and interpreted: the same bits."""

import itertools
import math
import pickle

import numpy as np
import pytest
from support import land, runs
from support import saturation as sat
from support import sighting as see
from test_interpreted import run_interpreted

from openiads.engine import events
from openiads.physics.flight import Wind
from openiads.world.assemble import Place
from openiads.world.surface import Sector
from openiads.world.weather import RainArea, Weather

AREA = RainArea(sat.at(80.0, 9e3).lat_rad, sat.at(80.0, 9e3).lon_rad, 6e3)
WIND = Wind(np.array([0.0, 5e3]), np.array([9.0, 20.0]), np.array([3.0, -4.0]))
WET = Weather(
    gas=True, rain_mm_h=12.0, rain_top_m=3e3, rain_area=AREA, rain_echo=True, sea_state=3, multipath=True, clutter=True,
    plots=True, shape=0.3, wind=WIND,
)  # fmt: skip
SECTORS = [Sector(math.pi, 1.9 * math.pi, None, "wooded-hills", "wet", 0.3)]


def along(points, speed_mps):
    """Knots from place to place."""
    out, t_s = [], 0.0
    for a, b in itertools.pairwise(points):
        leg = sat.straight(a, b, speed_mps, t_s, 1.0)
        out.append(leg[1:] if out else leg)
        t_s = float(leg[-1, 0])
    return np.concatenate(out)


def scene(weather, sectors):
    missile = sat.item("9M96E2", reliability=1.0)
    case = sat.fire_unit(40.0, 3, 6, 0.8, missile=missile, reaction_s=1.0, decision_period_s=1.0)
    case.a.elevation = land.ridge(700.0, side=340)
    case.a.weather = weather
    poor = see.quiet("91N6E", clutter_improvement_db=0.0, canceller="none", range_min_m=500.0)
    case.a.add_radar("POOR", poor, sat.HERE, 0, value=0.0, surface=sectors)
    way = [sat.at(90.0, 14.4e3, 1750.0), sat.at(90.0, 13.2e3, 1600.0), sat.at(90.0, 10.75e3, 250.0)]
    way.append(Place(way[-1].lat_rad + 8e3 / 6371e3, way[-1].lon_rad, 250.0))
    case.target(along(way, 250.0), "cruise-missile", end=0)
    for k, bearing in enumerate((200.0, 280.0)):
        case.target(sat.straight(sat.at(bearing, 17e3 + 500.0 * k, 300.0), sat.HERE, 280.0), "cruise-missile")
    noise = {"power_w": 50.0, "antenna_gain_db": 5.0, "bandwidth_hz": 200e6, "freq_min_hz": 2e9, "freq_max_hz": 12e9,
             "polarisation_loss_db": 3.0}  # fmt: skip
    case.a.add_jammer("J", 1, noise)
    world = case.world()
    world.spike_per_s[:2] = 0.0  # those that see everything see every spike too
    return world


SCENES = {"sectors": (WET, SECTORS), "coast": (WET._replace(coast="rolling-hills"), None)}


@pytest.mark.parametrize("name", SCENES)
def test_same_bits(name, compiled_engine, tmp_path):
    world = scene(*SCENES[name])
    assert world.spike_per_s.max() > 0.1 and world.rain_m2.size and world.sector.size
    (tmp_path / f"{name}.world").write_bytes(pickle.dumps((world, 9)))
    outcome, state = runs.run_with_state(world, 9)
    assert len(sat.of(outcome, events.LAUNCH)) > 0
    assert len(sat.of(outcome, events.SEEKER_CUT)) + len(sat.of(outcome, events.COMMAND_LINK_CUT)) > 0
    other, tables = run_interpreted(tmp_path)[name]
    assert not runs.differences(outcome, other)
    assert runs.state_bytes(state) == tables
