"""Ground and weather in the language: what is taken, what is refused and where, what only shows with the elevation model."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from openiads.catalog import load_catalog
from openiads.cli.tell import _faults
from openiads.physics.geodesy import ecef_to_geodetic
from openiads.scenario import ScenarioError, catalogue_names, load_file, load_text
from openiads.world.compile import compile_scenario
from openiads.world.ground import height_m, load_terrain, on_the_ground

HEAD = "openiads: 1\nname: t\nduration: 5 min\norigin: {lat: 30 deg, lon: -40 deg}\n"
TERRAIN = (
    'terrain: {file: "matplotlib:jacksboro_fault_dem", move_to: {bearing: 0 deg, range: 0 m}, lift: -236 m}'
)
SITES = """
defence:
  command_posts: [{id: CP, type: 55K6E, position: {bearing: 90 deg, range: 12 km}}]
  radars: [{id: R, type: %s, position: {bearing: 88 deg, range: 14 km%s}}]
  assets: [{id: A, type: generic-depot, position: {bearing: 95 deg, range: 10 km}}]
"""
RAID = """
raid:
  groups:
    - {id: G, type: cruise-missile, %s route: [%s]}
"""


def text(environment="", radar="91N6E", at="", raid=""):
    env = f"environment: {{{environment}}}\n" if environment else ""
    return HEAD + env + SITES % (radar, at) + raid


def faults(source):
    catalog = load_catalog()
    try:
        compile_scenario(load_text(source, catalog_ids=catalogue_names(catalog)), catalog)
    except ScenarioError as error:
        return [(f.field, f.message, f.allowed) for f in error.faults]
    return []


@pytest.mark.parametrize(
    ("environment", "field", "words"),
    [
        ("multipath: on", "environment", "needs a surface"),
        ("surface: {sea_state: 3}", "environment", "does nothing"),
        ("clutter: on, surface: {sea_state: 7}", "environment.surface.sea_state", "more than 6"),
        ("clutter: on, surface: {sea_state: 2.5}", "environment.surface.sea_state", "whole number"),
        ("clutter: on, surface: {sea_state: 3, land: urban}", "environment.surface", "sea_state or land"),
        ("clutter: on, surface: {}", "environment.surface", "sea_state or land"),
        ("clutter: on, surface: {sea_state: 3, soil: wet}", "environment.surface", "belong to land"),
        ("multipath: on, surface: {land: urban}", "environment", "roughness"),
        (f"multipath: on, surface: {{land: urban, roughness: 1 m}}, {TERRAIN}", "environment", "not flat"),
        ("rain_top: 3 km", "environment", "without rain"),
        ("rain: 4 mm", "environment.rain", "unit of"),
        ("rain: 4", "environment.rain", "needs a unit"),
        ("rain: 300 mm/h", "environment.rain", "too high"),
        ("rain_area: {centre: {bearing: 0 deg, range: 9 km}, radius: 9 km}", "environment", "without rain"),
        ("rain: 4 mm/h, rain_area: {centre: {bearing: 0 deg, range: 9 km}, radius: 9}", "environment.rain_area.radius",
         "needs a unit"),
        ("rain: 4 mm/h, rain_area: {radius: 9 km}", "environment.rain_area.centre", "missing"),
        ("rain: 4 mm/h, rain_echo: on", "environment", "clutter: on"),
        ("clutter: on, surface: {sea_state: 3}, rain_echo: on", "environment", "needs rain"),
        ("clutter_plots: on", "environment", "clutter: on"),
        ("clutter: on, surface: {sea_state: 3}, clutter_shape: 0.5", "environment", "without clutter_plots"),
        ("clutter: on, surface: {sea_state: 3}, clutter_plots: on, clutter_shape: 0.1", "environment.clutter_shape",
         "too low"),
        ("clutter: on, surface: {sea_state: 3, coast: terrain}", "environment.surface", "needs both"),
        ("clutter: on, surface: {sea_state: 3, land: urban, coast: terrain}", "environment", "elevation model"),
        (f"clutter: on, surface: {{sea_state: 3, land: urban, soil: wet, coast: terrain}}, {TERRAIN}",
         "environment.surface", "at sea only"),
        ("terrain: {file: hill.csv}", "environment.terrain.file", "cannot be used"),
        ("terrain: {file: ../hill.hgt}", "environment.terrain.file", "cannot be used"),
        ("terrain: {file: /etc/hill.hgt}", "environment.terrain.file", "cannot be used"),
        ("terrain: {file: 'matplotlib:other'}", "environment.terrain.file", "no such elevation model"),
        ("terrain: {file: N00W001.hgt}", "environment.terrain.file", "cannot be read"),
    ],
)  # fmt: skip
def test_refused(environment, field, words):
    found = faults(text(environment))
    assert [f for f in found if f[0] == field and words in f[1]], found


SEA = "clutter: on, surface: {sea_state: 3}"


@pytest.mark.parametrize(
    ("environment", "own", "field", "words"),
    [
        ("gas: on", "surface: [{from: 0 deg, to: 90 deg, land: urban}]", "surface", "without one in the environment"),
        (SEA, "surface: [{from: 0 deg, to: 90 deg}]", "surface[0]", "sea_state or land"),
        (SEA, "surface: [{from: 0 deg, to: 90 deg, land: urban, sea_state: 2}]", "surface[0]", "sea_state or land"),
        (SEA, "surface: [{from: 0 deg, to: 90 deg, sea_state: 2, soil: wet}]", "surface[0]", "belong to land"),
        (SEA, "surface: [{from: 10 deg, to: 10 deg, land: urban}]", "surface[0]", "at least one degree"),
        (SEA, "surface: [{from: 350 deg, to: 20 deg, land: urban}, {from: 10 deg, to: 40 deg, land: urban}]", "",
         "must not overlap"),
        (SEA, "surface: [{from: 0 deg, to: 90 deg, land: town}]", "surface[0].land", "urban"),
        (SEA, "rain_rejection: 12 dB", "rain_rejection", "without rain_echo"),
        (SEA, "rain_rejection: 12", "rain_rejection", "needs a unit"),
        (f"clutter: on, surface: {{sea_state: 3, land: urban, coast: terrain}}, {TERRAIN}",
         "surface: [{from: 0 deg, to: 90 deg, land: urban}]", "surface", "same thing twice"),
    ],
)  # fmt: skip
def test_sectors_refused(environment, own, field, words):
    found = faults(text(environment).replace("range: 14 km}", "range: 14 km}, " + own))
    path = f"defence.radars[0].{field}".rstrip(".")
    assert [f for f in found if f[0] == path and words in f[1] + f[2]], found


def test_sectors_rain_and_spikes_reach_the_tables():
    environment = (
        "rain: 5 mm/h, rain_echo: on, rain_area: {centre: {bearing: 90 deg, range: 40 km}, radius: 12 km}, "
        "wind: [{altitude: 0 m, from: 270 deg, speed: 10 m/s}], clutter: on, clutter_plots: on, surface: {sea_state: 3}"
    )
    own = ", surface: [{from: 350 deg, to: 20 deg, land: urban}], rain_rejection: 10 dB"
    source = text(environment).replace("range: 14 km}", "range: 14 km}" + own)
    catalog = load_catalog()
    world = compile_scenario(load_text(source, catalog_ids=catalogue_names(catalog)), catalog).world
    assert set(np.flatnonzero(world.sector[0] == 1)) == {*range(350, 360), *range(20)}
    assert (world.sector[0] == 0).sum() == 330
    assert world.spike_per_s[0] == world.spike[:, 0].max()
    rain = world.rain[0]
    assert rain.radius_m == 12e3 and rain.top_m == 5e3
    speed = math.sqrt(rain.vx_mps**2 + rain.vy_mps**2 + rain.vz_mps**2)
    assert speed == pytest.approx(10.0, rel=1e-9)
    assert world.loss.shape[1] == 0 and world.surface.rain_np_per_m[0] > 0.0
    plain = load_text(source.replace(", rain_rejection: 10 dB", ""), catalog_ids=catalogue_names(catalog))
    assert compile_scenario(plain, catalog).world.rain_m2 == pytest.approx(10.0 * world.rain_m2, rel=1e-9)


def test_a_sea_sector_needs_the_polarisation_of_the_radar():
    source = text("clutter: on, surface: {land: urban}", radar="36D6")
    found = faults(
        source.replace("range: 14 km}", "range: 14 km}, surface: [{from: 0 deg, to: 9 deg, sea_state: 2}]")
    )
    assert "polarisation" in found[0][1]


def test_a_radar_without_the_values_is_refused():
    found = faults(text("clutter: on, surface: {sea_state: 3}", radar="36D6"))
    assert found == [
        ("defence.radars[0].type",
         "36D6 has no polarisation, canceller, clutter_improvement_db in the catalogue, which clutter needs", "")
    ]  # fmt: skip
    assert not faults(text("rain: 4 mm/h, gas: on", radar="36D6"))


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("{bearing: 10 deg, range: 50 km, altitude: 50 m, height: 50 m}", "not both"),
        ("{bearing: 10 deg, range: 50 km, height: 50 m}, {bearing: 10 deg, range: 40 km, altitude: 50 m}", "not by both"),
        ("{bearing: 10 deg, range: 50 km, altitude: 50 m}, {bearing: 10 deg, range: 40 km, height: 50 m}", "not by both"),
        ("{bearing: 10 deg, range: 50 km, altitude: ground}", "no altitude 'ground'"),
        ("{bearing: 10 deg, range: 50 km}", "an altitude or a height"),
        ("{bearing: 10 deg, range: 50 km, height: 1 m}", "at least 5 m"),
    ],
)  # fmt: skip
def test_routes_refused(route, words):
    found = faults(text(raid=RAID % ("target: A,", route)))
    assert [f for f in found if words in f[1]], found


def test_a_flight_into_the_ground_and_a_buried_site_are_refused():
    low = RAID % ("target: A,", "{bearing: 290 deg, range: 40 km, altitude: 50 m}")
    found = faults(text(TERRAIN, raid=low))
    assert "flies into the ground" in found[0][1] and found[0][0].startswith("raid.groups[0]")
    found = faults(text(TERRAIN, at=", altitude: 100 m"))
    assert found[0][0] == "defence.radars[0].position.altitude" and "below the ground" in found[0][1]


def test_sites_stand_on_the_ground():
    catalog = load_catalog()

    def radar_alt_m(at, environment=TERRAIN):
        scenario = load_text(text(environment, at=at))
        return compile_scenario(scenario, catalog).world.radar.alt_m[0]

    scenario = load_text(text(TERRAIN))
    elevation = load_terrain(scenario)
    position = scenario.defence.radars[0].position
    ground = height_m(elevation, position.lat_rad, position.lon_rad)
    assert 150.0 < ground < 260.0
    assert radar_alt_m("") == pytest.approx(ground + 10.0, abs=1e-6)
    assert radar_alt_m(", altitude: ground") == radar_alt_m("")
    assert radar_alt_m(", height: 25 m") == pytest.approx(ground + 35.0, abs=1e-6)
    assert radar_alt_m(", altitude: 400 m") == pytest.approx(410.0, abs=1e-6)
    assert radar_alt_m(", height: 25 m", "") == pytest.approx(
        35.0, abs=1e-6
    )  # without a model: above the ellipsoid
    assert on_the_ground(scenario, elevation).text == scenario.text


def test_the_model_is_moved_without_distortion():
    elevation = load_terrain(load_text(text(TERRAIN)))
    middle = (
        0.5 * (elevation.north_deg + elevation.south_deg),
        0.5 * (elevation.west_deg + elevation.east_deg),
    )
    assert middle == pytest.approx((30.0, -40.0), abs=1e-9)
    width = (elevation.east_deg - elevation.west_deg) * math.cos(math.radians(30.0))
    assert width == pytest.approx(402 * 0.00083333 * math.cos(math.radians(36.3029)), rel=1e-4)
    assert elevation.height_m.min() == 0.0 and elevation.height_m.max() == 840.0


def test_low_flyers_keep_their_height_and_climb_limit():
    """At every tenth of a second between the knots, as the engine evaluates them; then the dive."""
    catalog = load_catalog()
    raid = RAID % ("target: A,", "{bearing: 290 deg, range: 40 km, height: 60 m, speed: 240 m/s}")
    scenario = load_text(text(TERRAIN, raid=raid))
    elevation = load_terrain(scenario)
    knots = np.array(compile_scenario(scenario, catalog).world.knot.tolist())
    from openiads.world.low_flight import _sampled  # noqa: PLC0415

    t = np.arange(knots[0, 0], knots[-1, 0], 0.1)
    geo = np.array([ecef_to_geodetic(*p) for p in _sampled(knots, t)[0]])
    clear = geo[:, 2] - [height_m(elevation, a, b) for a, b, _ in geo]
    dive = t > t[-1] - 3.0
    assert clear[~dive].min() > 59.5
    assert clear[dive].min() > -0.5 and clear[-1] < 10.0
    climb = catalog.get("cruise-missile").si("climb_rate_max_mps")
    assert (
        np.abs(np.diff(geo[~dive, 2]) / 0.1).max() < 1.6 * climb
    )  # a cubic between knots: 1.5 times its mean slope
    assert geo[:, 2].max() > 400.0  # there was a ridge
    over_sea = geo[: int(60.0 / 0.1), 2]
    assert np.abs(over_sea - 60.0).max() < 0.5


def test_check_tells_a_bad_elevation_file(tmp_path: Path):
    scenario = tmp_path / "s.yaml"
    scenario.write_text(text("terrain: {file: N30W040.hgt}"))
    with pytest.raises(ScenarioError, match="no such file beside the scenario"):
        load_file(scenario)
    (tmp_path / "N30W040.hgt").write_bytes(b"x" * 100)
    (fault,) = _faults(scenario)
    assert "100 bytes" in fault and "s.yaml:5" in fault
    np.zeros((1201, 1201), ">i2").tofile(tmp_path / "N30W040.hgt")
    assert not _faults(scenario)
