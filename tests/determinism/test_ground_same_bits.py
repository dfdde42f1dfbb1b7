"""Ground and weather, compiled and interpreted: the same bits, with everything of them switched on."""

import pickle

import pytest
from support import land, runs
from support import saturation as sat
from support import sighting as see
from test_interpreted import run_interpreted

from openiads.engine import events
from openiads.world.weather import Weather


def scene(weather):
    case = sat.fire_unit(40.0, 2, 4, 0.8)
    case.a.elevation = land.ridge(150.0, side=340)
    case.a.weather = weather
    for k, (alt, bearing) in enumerate(((150.0, 90.0), (400.0, 80.0), (60.0, 270.0), (900.0, 200.0))):
        start = sat.at(bearing, 16e3 + 500.0 * k, alt)
        case.target(sat.straight(start, sat.HERE, 280.0), "cruise-missile")
    arm = sat.item("arm")
    row = case.target(sat.straight(sat.at(100.0, 14e3, 600.0), sat.HERE, 600.0), item=arm, move=1, speed_mps=600.0,
                      turn_radps=0.3, max_time_s=60.0, memory=1, target_site=-1)  # fmt: skip
    noise = {"power_w": 50.0, "antenna_gain_db": 5.0, "bandwidth_hz": 200e6, "freq_min_hz": 2e9, "freq_max_hz": 12e9,
             "polarisation_loss_db": 3.0}  # fmt: skip
    case.a.add_jammer("J", row, noise)
    return case.world()


WEATHER = {
    "sea": Weather(gas=True, rain_mm_h=8.0, sea_state=3, multipath=True, clutter=True),
    "land": Weather(rain_mm_h=2.0, land="rolling-hills", clutter=True),
}


@pytest.mark.parametrize("name", WEATHER)
def test_same_bits(name, compiled_engine, tmp_path):
    world = scene(WEATHER[name])
    (tmp_path / f"{name}.world").write_bytes(pickle.dumps((world, 9)))
    outcome, state = runs.run_with_state(world, 9)
    assert len(sat.of(outcome, events.DETECTION)) > 4
    assert len(sat.of(outcome, events.LAUNCH)) > 0
    waited = sat.of(outcome, events.LINE_OF_SIGHT).value
    assert (waited > 0.0).any()  # something was hidden
    other, tables = run_interpreted(tmp_path)[name]
    assert not runs.differences(outcome, other)
    assert runs.state_bytes(state) == tables


def test_clear_weather_costs_nothing_in_the_outcome():
    """A World with the tables of clear weather is that without."""
    plain = see.Watch(see.quiet("91N6E"), 60.0)
    plain.fly(sat.straight(sat.at(40.0, 100e3, 5e3), sat.at(40.0, 60e3, 5e3), 300.0))
    world = plain.world()
    assert world.mask_m.shape[1:] == (0, 0) and world.loss.shape[1] == 0 and world.clutter.shape[1] == 0
    assert not world.surface.multipath.any() and not world.surface.clutter.any()
