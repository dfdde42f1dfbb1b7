"""What a scenario means once read: SI values, positions, formations, doctrine, hashes, messages."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import json
import math
import pickle
import re
import time
from pathlib import Path

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from openiads.catalog import load_catalog
from openiads.doctrine.identify import ROE
from openiads.scenario import ScenarioError, catalogue_names, fault_of, load_file, load_text
from openiads.scenario.defence import Identification
from openiads.scenario.positions import destination
from openiads.scenario.reference import BEGIN, END, SCHEMA_FILE, schema_text, tables

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TEXT = (HERE / "full_scenario.yaml").read_text()
DOCS = (ROOT / "docs" / "scenario.md").read_text()
SMALL = re.search(r"```yaml\n(openiads: 1.*?)```", DOCS, re.S)[1]
NAMES = catalogue_names(load_catalog())
DEG = math.pi / 180.0


@pytest.fixture(scope="module")
def full():
    return load_text(TEXT)


def refused(text, *words, catalog_ids=None):
    with pytest.raises(ScenarioError) as caught:
        load_text(text, "raid.yaml", catalog_ids)
    message = str(caught.value)
    for word in words:
        assert word in message, message
    return caught.value


def test_values_are_si(full):
    assert full.duration_s == 1200.0
    assert full.start_utc == dt.datetime(2026, 6, 1, 6, tzinfo=dt.UTC)
    assert full.defence.radars[0].heading_error_rad == -1.5 * DEG
    assert full.defence.doctrine.asset_margin_m == 5 * 1852.0
    assert full.defence.doctrine.min_pk == 0.4
    assert full.traffic.groups[0].route[0].speed_mps == pytest.approx(450 * 1852 / 3600, rel=1e-15)
    assert full.traffic.groups[0].jammer.power_w == pytest.approx(10.0, rel=1e-15)
    assert full.defence.launchers[0].rounds == (("40N6E", 1), ("48N6E3", 3))
    assert full.environment.wind[1].alt_m == 10e3
    assert full.traffic.recorded[0].start_at_s == -600.0


def test_defaults(full):
    quiet = load_text("openiads: 1\nname: x\norigin: {lat: 0 deg, lon: 0 deg}\ndefence: {command_posts: "
                      "[{id: C, type: t, position: {lat: 0 deg, lon: 0 deg}}]}")  # fmt: skip
    assert (quiet.duration_s, quiet.seed, quiet.raid.groups, quiet.traffic.recorded) == (1200.0, 1, (), ())
    assert quiet.defence.command_posts[0].position.alt_m == 0.0
    assert [g.iff_answers for g in full.groups()] == ["spoofed", *["none"] * 5]
    assert [g.transponder_on for g in full.groups()] == [False] * 4 + [True] * 2


def test_one_command_post_need_not_be_named():
    scenario = load_text(SMALL)
    assert {r.command_post for r in scenario.defence.radars} == {"CP"}
    assert scenario.defence.batteries[0].command_post == "CP"
    two = SMALL.replace(
        "  radars:", "    - {id: C2, type: 55K6E, position: {bearing: 0 deg, range: 9 km}}\n  radars:"
    )
    refused(two, "defence.radars[0].command_post: this key is missing", "defence.batteries[0].command_post")


def test_positions_against_an_independent_library(full):
    """Direct geodesic: within 0.1 mm of geographiclib (Karney 2013, exact to 15 nm) along the chain."""

    def direct(lat, lon, bearing, range_m):
        end = Geodesic.WGS84.Direct(lat, lon, bearing, range_m)
        return end["lat2"], end["lon2"]

    ew = direct(57.0, 18.01, 45.0, 800.0)
    fc = direct(*ew, 90.0, 500.0)
    l1 = direct(*fc, 90.0, 300.0)
    for site, expected in zip((*full.defence.radars, full.defence.launchers[0]), (ew, fc, l1), strict=True):
        at = (site.position.lat_rad / DEG, site.position.lon_rad / DEG)
        assert Geodesic.WGS84.Inverse(*expected, *at)["s12"] < 1e-4
    assert full.defence.radars[0].position.alt_m == 40.0


@given(
    lat=st.floats(-89, 89),
    lon=st.floats(-180, 180),
    bearing=st.floats(-360, 360),
    range_m=st.floats(0, 3e6) | st.floats(0, 10),
)
def test_destination_against_an_independent_library(lat, lon, bearing, range_m):
    end = Geodesic.WGS84.Direct(lat, lon, bearing, range_m)
    lat1, lon1 = destination(lat * DEG, lon * DEG, bearing * DEG, range_m)
    assert abs(lon1) <= math.pi
    assert Geodesic.WGS84.Inverse(end["lat2"], end["lon2"], lat1 / DEG, lon1 / DEG)["s12"] < 1e-4


def test_route_keeps_altitude_and_speed(full):
    route = full.raid.groups[0].route
    assert [p.alt_m for p in route] == [50.0, 50.0, 30.0]
    assert [p.speed_mps for p in route] == [240.0, 240.0, 230.0]
    assert full.raid.groups[1].route[0].speed_mps is None


def test_formation(full):
    plans = full.platforms()
    assert [p.id for p in plans] == ["CM-01", "CM-02", "CM-03", "CM-04", "TBM", "LOW", "ARM", "CIV", "FERRY"]
    assert [p.at_s for p in plans[:4]] == [60.0, 65.0, 70.0, 75.0]
    # Abreast: the four first points lie on one line square to the course, 500 m apart, from left to right.
    points = [(p.route[0].lat_rad / DEG, p.route[0].lon_rad / DEG) for p in plans[:4]]
    second = full.raid.groups[0].route[1]
    heading = Geodesic.WGS84.Inverse(*_deg(full.raid.groups[0].route[0]), *_deg(second))["azi1"]
    for left, right in itertools.pairwise(points):
        line = Geodesic.WGS84.Inverse(*left, *right)
        assert line["s12"] == pytest.approx(500.0, abs=0.5)
        assert (line["azi1"] - heading) % 360.0 == pytest.approx(90.0, abs=0.3)
    centre = Geodesic.WGS84.Inverse(*_deg(full.raid.groups[0].route[0]), *points[1])["s12"]
    assert centre == pytest.approx(250.0, abs=0.5)


def _deg(point):
    return point.lat_rad / DEG, point.lon_rad / DEG


def test_a_ballistic_salvo_spreads_square_to_its_target():
    text = TEXT.replace("{id: TBM, type: srbm,", "{id: TBM, type: srbm, count: 2, spacing: 2 km,")
    scenario = load_text(text)
    left, right = (p.route[0] for p in scenario.platforms() if p.group.id == "TBM")
    port = scenario.defence.assets[0].position
    line = Geodesic.WGS84.Inverse(*_deg(left), *_deg(right))
    to_port = Geodesic.WGS84.Inverse(*_deg(left), *_deg(port))
    assert line["s12"] == pytest.approx(2000.0, abs=1.0)
    assert (line["azi1"] - to_port["azi1"]) % 360.0 == pytest.approx(90.0, abs=0.7)


def test_doctrine_is_merged_key_by_key(full):
    own, common = full.doctrine("CP"), full.doctrine("CP2")
    assert common == full.defence.doctrine
    assert own.rules_of_engagement == "hold" and common.rules_of_engagement == "tight"
    assert own.identification.keep == 0.5 and common.identification.keep == 0.6
    assert own.identification.prior_friend == 0.1
    assert own.salvo == common.salvo == 2
    with pytest.raises(KeyError):
        full.doctrine("CP3")


def test_identification_has_the_fields_of_the_model():
    wanted = {n for n in ROE.names if n != "control" and not n.startswith("class_")}
    assert set(Identification.model_fields) == wanted


def test_hash_is_of_the_content(full):
    assert load_text(TEXT.replace("500 m\n", "0.5 km\n") + "\n# a comment\n").digest() == full.digest()
    assert load_text(TEXT.replace("seed: 7", "seed: 8")).digest() != full.digest()
    assert json.loads(full.canonical_json())["duration_s"] == 1200.0
    assert pickle.loads(pickle.dumps(full)).digest() == full.digest()
    assert copy.deepcopy(full) == full
    assert full.text == TEXT


def test_frozen(full):
    with pytest.raises(Exception, match="frozen"):
        full.seed = 3
    with pytest.raises(Exception, match="frozen"):
        full.defence.radars[0].position.lat_rad = 0.0


# --- the catalogue --------------------------------------------------------------------------------
def test_catalogue_names():
    assert {"radar", "missile", "launcher", "platform", "jammer", "asset", "command_post"} <= set(NAMES)
    assert "srbm" in NAMES["platform/ballistic_missile"]
    assert "92N6E" in NAMES["radar/engagement"]
    assert NAMES["launcher:5P85SE2"]["48N6E3"] == 4


CATALOGUE_FAULTS = [
    ("type: 92N6E", "type: 92N6", ["the catalogue has no radar '92N6'", "did you mean 92N6E?"]),
    ("type: 92N6E", "type: 48N6E3", ["'48N6E3' is a missile of the catalogue; a radar is needed"]),
    ("type: 92N6E", "type: 91N6E", ["'FC' is a 91N6E, which is no engagement radar", "92N6E"]),
    (", sector: {centre: 270 deg}", "", ["an engagement radar needs a sector"]),
    ("{48N6E3: 4}", "{48N6E3: 5}", ["more rounds than the launcher holds", "4 × 48N6E3"]),
    ("{48N6E3: 4}", "{48N6E3: 3, 40N6E: 2}", ["more rounds than the launcher holds"]),
    ("{48N6E3: 4}", "{9M96E2: 4}", ["the launcher 5P85SE2 does not take the missile '9M96E2'"]),
    ("type: cruise-missile", "type: srbm\n      stagger: 1 s", None),
    ("      target: PORT", "", ["a route of one point needs a target"]),
    ("type: cruise-missile", "type: arm", ["an anti-radiation missile needs a radar, or strongest"]),
    (
        "      target: PORT",
        "      target: strongest",
        ["only an anti-radiation missile can have the strongest"],
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), CATALOGUE_FAULTS, ids=range(len(CATALOGUE_FAULTS)))
def test_types_fit_their_place(old, new, words):
    assert SMALL.count(old) == 1
    text = SMALL.replace(old, new)
    if words is None:
        load_text(text, catalog_ids=NAMES)
    else:
        refused(text, *words, catalog_ids=NAMES)


# --- whole-scenario checks ------------------------------------------------------------------------
WHOLE_FAULTS = [
    (
        TEXT,
        "at: 60 s",
        "at: 21 min",
        ["after the end of the run, which lasts 20 min", "allowed: 0 s to 20 min"],
    ),
    (TEXT, "stagger: 5 s", "stagger: 8 min", ["would start after the end of the run"]),
    (TEXT, "from: 10 s, until: 15 min", "from: 10 min, until: 5 min", ["'until' must be later than 'from'"]),
    (TEXT, "{lat: 57.1 deg, lon: 17.0 deg}", "{lat: 20 deg, lon: 17.0 deg}", ["too far from the origin"]),
    (TEXT, "{lat: 57.1 deg, lon: 17.0 deg}", "{lat: 57.1 deg, range: 1 km}", ["not a mixture"]),
    (TEXT, "{lat: 57.1 deg, lon: 17.0 deg}", "{lat: 57.1 deg}", ["give lat and lon, or bearing and range"]),
    (
        TEXT,
        "{lat: 57.1 deg, lon: 17.0 deg}",
        "{lat: 57.1 deg, lon: 17.0 deg, from: CP}",
        ["'from' goes with bearing"],
    ),
    (TEXT, "{lat: 57.1 deg, lon: 17.0 deg}", "{bearing: 270 deg, range: 200 km}", ["are the same place"]),
    (TEXT, "altitude: 0 m, from: 270 deg", "altitude: 11 km, from: 270 deg", ["must rise in altitude"]),
    (TEXT, "prior_hostile: 0.3", "prior_hostile: 0.4", ["all three priors, adding up to 1"]),
    (TEXT, "altitude_max: 13 km", "altitude_max: 5 km", ["'altitude_max' must be above 'altitude_min'"]),
    (TEXT, "freq_max: 12 GHz", "freq_max: 1 GHz", ["'freq_max' must be above 'freq_min'"]),
    (
        TEXT,
        "{power: 10 dBW, antenna_gain: 3 dBi,",
        "{antenna_gain: 3 dBi,",
        ["a jammer without a type needs power"],
    ),
    (TEXT, "weapon: 48N6E3,", "weapon: 9M96E,", ["no launcher of 'B1' carries '9M96E'", "40N6E, 48N6E3"]),
    (TEXT, "id: CIV", "id: CM-02", ["the id 'CM-02' is also that of a platform of the group 'CM'"]),
    (TEXT, "id: CIV", "id: origin", ["'origin' has a meaning of its own"]),
    (
        TEXT,
        "id: CIV",
        "id: CM",
        [f"the id 'CM' is used twice, first in line {TEXT[: TEXT.index('id: CM')].count(chr(10)) + 1}"],
    ),
    (TEXT, "id: CIV", "id: 12", ["a name that looks like a number: put it in quotes"]),
    (TEXT, "2026-06-01T06:00:00Z", "2026-06-01T06:00:00", ["needs its zone, for example"]),
    (TEXT, "2026-06-01T06:00:00Z", "tomorrow", ["not a date and time of ISO 8601"]),
    (TEXT, "openiads: 1", "openiads: 2", ["openiads: this is none of the choices (given 2; allowed: 1)"]),
    (TEXT, "salvo: 2", "salvo: 2\n    # x\n    salvo: 3", ["the key 'salvo' is given twice"]),
    (SMALL, "position: {bearing: 45 deg", "position: {bearing: 45 mil", None),
    (SMALL, "range: 120 km", "range: 120 NM", None),
    (SMALL, "range: 120 km", "range: 120", ["a length needs a unit, for example 400 km (given 120;"]),
    (SMALL, "range: 120 km", "range: 120 kt", ["'kt' is a unit of speed; a length is needed"]),
    (SMALL, "altitude: 50 m", "alt: 50 m", ["unknown key", "did you mean altitude?"]),
    (SMALL, "altitude: 50 m, ", "", ["the first point of a route needs an altitude"]),
    (SMALL, "radar: FC}", "radar: FCC}", ["there is no radar with the id 'FCC'", "did you mean FC?"]),
    (SMALL, "radar: FC}", "radar: L1}", ["'L1' is a launcher; a radar is needed"]),
    (
        SMALL,
        "defence:",
        "defense:",
        ["defense: unknown key", "did you mean defence?", "defence: this key is missing"],
    ),
]


@pytest.mark.parametrize(("text", "old", "new", "words"), WHOLE_FAULTS, ids=range(len(WHOLE_FAULTS)))
def test_faults(text, old, new, words):
    assert text.count(old) == 1
    changed = text.replace(old, new)
    if words is None:
        load_text(changed)
    else:
        refused(changed, *words)


def test_one_radar_serves_one_battery():
    text = SMALL.replace("  launchers:", "    - {id: B2, radar: FC}\n  launchers:")
    refused(text, "'FC' already is the radar of 'B1'")


def test_recordings_must_be_there(tmp_path):
    path = tmp_path / "raid.yaml"
    path.write_text(TEXT.replace("shipped:sample", "data/flights.csv"))
    with pytest.raises(ScenarioError, match="there is no such file beside the scenario"):
        load_file(path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "flights.csv").write_text("x")
    assert load_file(path).traffic.recorded[0].file == "data/flights.csv"


def test_all_faults_in_one_pass_each_with_its_place():
    """Faults of names, units, bounds and references of one file come together, in the file's order."""
    text = (
        SMALL.replace("name: smallest", "name: small est")
        .replace("range: 800 m", "range: 800 nm")
        .replace("radar: FC}", "radar: FX}")
        .replace("{48N6E3: 4}", "{48N6E3: x}")
        .replace("value: 500", "value: 5000")
        .replace("      count: 4", "      count: 0\n      cuont: 4\n      count: 1")
        .replace("speed: 240 m/s", "speed: 2 Mach")
        .replace("target: PORT", "target: PROT")
    )
    error = refused(text)
    lines = text.split("\n")
    fields = [f.field for f in error.faults]
    assert fields == [
        "name",
        "defence.radars[0].position.range",
        "defence.batteries[0].radar",
        "defence.launchers[0].rounds.48N6E3",
        "defence.assets[0].value",
        "raid.groups[0].count",
        "raid.groups[0].cuont",
        "raid.groups[0].count",
        "raid.groups[0].route[0].speed",
        "raid.groups[0].target",
    ]
    for fault in error.faults:
        assert fault.source_line == lines[fault.line - 1]
        assert fault.origin == "raid.yaml"
        given = fault.value.strip("'") or fault.field.rpartition(".")[2]
        assert lines[fault.line - 1][fault.column - 1 :].startswith(given) or "id" in fault.message
    shown = str(error).split("\n")
    caret = next(
        n for n, line in enumerate(shown) if line.lstrip().startswith("|") and "2 Mach" in shown[n - 1]
    )
    assert shown[caret - 1][shown[caret].index("^") :].startswith("2 Mach")


def test_carets_in_long_lines():
    text = SMALL.replace("description", "x") + "\ntitle: " + "y" * 300 + "\n"
    shown = str(refused(text, "this text is too long")).split("\n")
    assert max(len(line) for line in shown[1:]) < 130


def test_a_compiler_can_add_faults_with_places():
    scenario = load_text(SMALL, "raid.yaml")
    fault = fault_of(scenario, ("raid", "groups", 0, "target"), "it cannot be reached")
    assert SMALL.split("\n")[fault.line - 1].strip() == "target: PORT"
    assert str(fault).startswith("raid.yaml:") and "raid.groups[0].target: it cannot be reached" in str(fault)


def test_errors_survive_pickling():
    error = refused("name: [")
    again = pickle.loads(pickle.dumps(error))
    assert again.faults == error.faults and str(again) == str(error)


# --- speed, schema, documentation -----------------------------------------------------------------
def test_two_thousand_threats_load_quickly():
    """2,000 groups, each with two waypoints: under a second of processor time, 0.4 to 0.6 s here."""
    groups = "".join(
        f"    - {{id: T{i}, type: cruise-missile, at: {i % 1000} s, target: PORT, route: "
        f"[{{bearing: {i / 10} deg, range: 200 km, altitude: 50 m, speed: 240 m/s}}, "
        f"{{bearing: 12 deg, range: 100 km}}]}}\n"
        for i in range(2000)
    )
    text = SMALL.split("raid:")[0] + "raid:\n  groups:\n" + groups
    load_text(SMALL)
    best = math.inf
    for _ in range(3):
        start = time.process_time()
        scenario = load_text(text, catalog_ids=NAMES)
        best = min(best, time.process_time() - start)
    assert len(scenario.platforms()) == 2000
    assert best < 1.0


def test_schema_and_tables_are_up_to_date():
    """If this fails: python -m openiads.scenario.reference"""
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()
    assert DOCS.partition(BEGIN)[2].partition(END)[0].strip() == tables().strip()


def test_schema_agrees_with_the_reader():
    jsonschema = pytest.importorskip("jsonschema")
    import yaml  # noqa: PLC0415

    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text()))
    for text in (TEXT, SMALL):
        data = yaml.safe_load(re.sub(r"start: (\S+)", r"start: '\1'", text))
        assert [e.message for e in validator.iter_errors(data)] == []
    data = yaml.safe_load(SMALL.replace("range: 120 km", "range: 120").replace("count: 4", "count: 0"))
    assert len(list(validator.iter_errors(data))) == 2


def test_examples_of_the_documentation_are_scenarios():
    """The smallest scenario, and each other YAML block put in its place, against the real catalogue."""
    blocks = re.findall(r"```yaml\n(.*?)```", DOCS, re.S)
    assert blocks[0] == SMALL and len(blocks) == 9
    load_text(SMALL, catalog_ids=NAMES)
    defence, alive, links, raid, let_go, emitters, environment, traffic = blocks[1:]
    sky = load_text(SMALL.replace("defence:", environment + "defence:", 1), catalog_ids=NAMES).environment
    assert sky.terrain is not None and sky.rain_mm_h == 4.0 and sky.clutter == "on"
    rest = SMALL.partition("  radars:")[2].replace("{id: EW,", "{id: EW, command_post: CP-N,")
    rest = rest.replace("{id: FC,", "{id: FC, command_post: CP-N,").replace(
        "{id: B1,", "{id: B1, command_post: CP-N,"
    )
    head = SMALL.partition("defence:")[0]
    two = load_text(head + defence + "  radars:" + rest, catalog_ids=NAMES)
    assert two.doctrine("CP-N").rules_of_engagement == "hold" and two.doctrine("CP-S").layering == "cheapest"
    own, _, net = links.partition("  doctrine:\n")[2].partition("  network:")
    text = head + defence.replace("  doctrine:\n", "  doctrine:\n" + own, 1) + "  radars:" + rest
    linked = load_text(text.replace("\nraid:", "\n  network:" + net + "raid:", 1), catalog_ids=NAMES).defence
    assert linked.network.links[0].bandwidth == 50 and linked.doctrine.engage_on_remote == "yes"
    before_raid = SMALL.partition("raid:")[0]
    flight = "route: [{bearing: 0 deg, range: 200 km, altitude: 8 km}, {bearing: 0 deg, range: 20 km}]"
    group = f"raid:\n  groups:\n    - id: F\n      type: fighter\n      at: 0 s\n      {flight}\n"
    carrier = load_text(before_raid + group + let_go, catalog_ids=NAMES).raid.groups[0]
    assert carrier.towed_decoy.behind_m == 150.0 and len(carrier.chaff) == len(carrier.decoys) == 1
    armed = SMALL.replace("defence:\n", emitters, 1).replace("48N6E3: 4", "40N6E: 4")
    heard = load_text(armed, catalog_ids=NAMES).defence
    assert heard.doctrine.engage_emitters.max_error_m == 5e3 and heard.home_on_jam[0].range_m == 30e3
    scenario = load_text(before_raid + raid + traffic, catalog_ids=NAMES)
    assert [p.id for p in scenario.platforms()] == ["TBM", "ARM-01", "ARM-02", "SOJ", "CIV"]
    radars, _, others = alive.partition("  radars:\n")[2].partition("  decoy_emitters:")
    text = before_raid.replace(
        "  radars:\n", alive.partition("defence:\n")[2].partition("  radars:")[0] + "  radars:\n" + radars
    )
    scenario = load_text(text + "  decoy_emitters:" + others, catalog_ids=NAMES)
    assert scenario.defence.maintenance.crews == 2 and scenario.defence.radars[0].emission.phase_s == 10.0
    inline = re.findall(r"`(\{id: A59.*?\})`", DOCS, re.S) + re.findall(
        r"`((?:surface_strikes|ground_targets): \[.*?\])`", DOCS, re.S
    )
    assert len(inline) == 3
    text = before_raid + f"  airways: [{inline[0]}]\n  {inline[1]}\n  {inline[2]}\n"
    assert load_text(text, catalog_ids=NAMES).defence.airways[0].width_m == 20e3
