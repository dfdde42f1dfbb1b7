"""The language of sites that move: what is read, and what is refused where."""

import math

import pytest

from openiads.catalog import load_catalog
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.world.compile import compile_scenario

HEAD = """openiads: 1
name: moves
duration: 20 min
origin: {lat: 57.0 deg, lon: 18.0 deg}
defence:
  doctrine: {DOCTRINE}
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}
  radars:
    - id: FC
      type: 92N6E
      position: {bearing: 90 deg, range: 500 m}
      sector: {centre: 270 deg}
      moves: MOVES
  batteries:
    - {id: B, radar: FC}
  launchers:
    - {id: L, type: 5P85SE2, battery: B, position: {bearing: 90 deg, range: 800 m}, rounds: {48N6E3: 4}}
"""
BOTH = (
    "places: [{position: {bearing: 180 deg, range: 2 km}, via: [{bearing: 135 deg, range: 1 km}]AT1}, "
    "{position: {bearing: 0 deg, range: 2 km, altitude: 50 m}AT2}]"
)
PLACES = BOTH.replace("AT1", "").replace("AT2", "")


def timed(one, two=None):
    """Places with planned times."""
    return BOTH.replace("AT1", f", at: {one}").replace("AT2", f", at: {two}" if two else "")


def text(moves, doctrine=""):
    return HEAD.replace("MOVES", moves).replace("{DOCTRINE}", "{" + doctrine + "}")


def read(moves, doctrine=""):
    return load_text(text(moves, doctrine), "moves.yaml", catalog_ids=catalogue_names(load_catalog()))


def test_what_is_written_arrives_in_the_world():
    scenario = read(
        "{"
        + timed("60 s", "5 min")
        + ", speed: 36 km/h, pack_up: 2 min, after_shots: 3, wait_for_missiles: 'no'}"
    )
    world = compile_scenario(scenario, load_catalog()).world
    (row,) = world.mover
    assert (row.pack_s, row.set_up_s) == (120.0, 300.0)  # the second of the catalogue: five minutes
    assert (row.after_shots, row.after_alarm, row.waits) == (3, 0, 0)
    assert world.move_at_s.tolist() == [60.0, 300.0]
    assert (row.n_place, len(world.place), len(world.leg)) == (3, 3, 3)
    assert world.place[2].alt_m == 50.0
    assert world.place[1].travel_s == pytest.approx(sum(world.leg.duration_s[:2]))
    assert 150.0 < world.place[1].travel_s < 400.0
    assert (world.radar[0].stand, world.place.antenna.tolist()) == (0, [-1, 1, 2])
    assert len(world.refraction) == 3


REFUSED = [
    ("{" + PLACES + "}", "", "needs an occasion", "moves"),
    ("{places: [], after_shots: 1}", "", "", "places"),
    ("{" + timed("2 min", "1 min") + "}", "", "must ascend", "moves"),
    ("{" + timed("1 h") + "}", "", "after the end of the run", "at"),
    ("{" + timed("1 min") + ", speed: 300 km/h}", "", "too high", "speed"),
    ("{" + timed("1 min") + ", pack_up: 5 km}", "", "", "pack_up"),
    ("{" + PLACES + ", after_shot: 2}", "", "after_shots", "after_shot"),
    ("{" + PLACES + ", after_alarm: 'yes'}", "", "no against_arm", "after_alarm"),
    ("{places: [{position: {bearing: 1 deg}, at: 1 min}]}", "", "bearing and range", "position"),
]


@pytest.mark.parametrize(("moves", "doctrine", "says", "field"), REFUSED)
def test_refused_with_its_place(moves, doctrine, says, field):
    with pytest.raises(ScenarioError) as caught:
        read(moves, doctrine)
    told = str(caught.value)
    assert says in told
    assert field in told
    assert "moves.yaml:" in told


def test_an_alarm_may_be_the_occasion():
    scenario = read("{" + PLACES + ", after_alarm: 'yes'}", "against_arm: {answer: ignore}")
    assert compile_scenario(scenario, load_catalog()).world.mover[0].after_alarm == 1


def test_an_asset_does_not_move():
    spoilt = text("{" + timed("1 min") + "}") + (
        "  assets:\n    - {id: A, radius: 10 m, position: {bearing: 1 deg, range: 1 km}, moves: {}}\n"
    )
    with pytest.raises(ScenarioError, match="moves"):
        load_text(spoilt, "moves.yaml", catalog_ids=catalogue_names(load_catalog()))


def test_a_sector_by_place():
    places = BOTH.replace("AT1", ", at: 1 min, sector_centre: 90 deg").replace("AT2", ", at: 2 min")
    world = compile_scenario(read("{" + places + "}"), load_catalog()).world
    assert world.place.turned.tolist() == [0, 1, 0]
    assert world.place[1].az0_rad == pytest.approx(math.radians(90.0))


def test_only_what_has_a_sector_is_turned():
    there = "{places: [{position: {bearing: 180 deg, range: 2 km}, at: 1 min, sector_centre: 90 deg}]}"
    own = text("{" + timed("1 min", "2 min") + "}").replace(
        "rounds: {48N6E3: 4}", "rounds: {48N6E3: 4}, moves: " + there
    )
    with pytest.raises(ScenarioError, match="L has no sector that could be laid anew"):
        load_text(own, "moves.yaml", catalog_ids=catalogue_names(load_catalog()))
