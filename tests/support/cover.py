"""Small scenarios for coverage: one surveillance radar on the open sea, with what a test adds to it."""

from __future__ import annotations

import math
from pathlib import Path

from openiads.physics.propagation import EARTH_MEAN_RADIUS_M

A_E = 4.0 / 3.0 * EARTH_MEAN_RADIUS_M

SCENARIO = """\
openiads: 1
name: alone
title: One radar on the open sea
origin: {{lat: {lat} deg, lon: {lon} deg}}
duration: 10 min
{environment}
defence:
  command_posts: [{{id: CP, type: 55K6E, position: {{bearing: 0 deg, range: 100 m, altitude: 0 m}}}}]
  radars:
    - {{id: R, type: {radar}, position: {{bearing: 0 deg, range: 0 m, altitude: 0 m}}, antenna_height: {mast} m}}
raid:
  groups:
    - {{id: J, type: heavy-bomber, at: 0 s, jammer: {{type: stand-off-jammer, power: {power} W}},
       route: [{{bearing: 300 deg, range: 250 km, altitude: 10 km}}, {{bearing: 330 deg, range: 250 km}}]}}
"""


def write(
    folder: Path,
    lat: float = 30.0,
    lon: float = -40.0,
    radar: str = "91N6E",
    mast: float = 25.0,
    power: float = 500.0,
    environment: str = "",
) -> Path:
    """The scenario as a file in a folder."""
    file = folder / f"alone{abs(hash((lat, lon, radar, mast, power, environment)))}.yaml"
    file.write_text(
        SCENARIO.format(lat=lat, lon=lon, radar=radar, mast=mast, power=power, environment=environment)
    )
    return file


def horizon_m(antenna_m: float, target_m: float) -> float:
    """Arc at the Earth's surface between two heights whose straight line over the 4/3 Earth touches it."""
    turn = math.acos(A_E / (A_E + antenna_m)) + math.acos(A_E / (A_E + target_m))
    return A_E * turn
