"""Strobes, emitters and home-on-jam in the language: what is read, and what is refused with its place and what would be right."""

import numpy as np
import pytest

from openiads.catalog import load_catalog
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.world.compile import compile_scenario
from openiads.world.schema_passive import MAX_PASSIVE

CATALOG = load_catalog()
NAMES = catalogue_names(CATALOG)
TEXT = """openiads: 1
name: ears
origin: {lat: 30 deg, lon: -40 deg}
defence:
  doctrine:
    passive_tracking: {radars: 3, confirm: 4, refute: 'no', window: 8 s, probability: 99.9 %, drop_after: 30 s, speed: 200 m/s,
      speed_max: 900 m/s, acceleration: 2 m/s2, altitude: 8 km, altitude_spread: 3 km, max_error: 12 km, max_range: 400 km}
    engage_emitters: {max_error: 3 km, stand_off: 'no', value: 40}
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}
  radars:
    - {id: R1, type: 91N6E, position: {bearing: 45 deg, range: 8 km}}
    - {id: FC, type: 92N6E, position: {bearing: 90 deg, range: 500 m}, sector: {centre: 270 deg}}
  batteries:
    - {id: B1, radar: FC}
  launchers:
    - {id: L1, type: 5P85SE2, battery: B1, position: {bearing: 95 deg, range: 600 m}, rounds: {40N6E: 1, 48N6E3: 2}}
  home_on_jam:
    - {missile: 40N6E, range: 25 km, memory: 6 s}
raid:
  groups:
    - {id: J, type: fighter, jammer: {type: self-protection-jammer},
       route: [{bearing: 270 deg, range: 120 km, altitude: 9 km}, {bearing: 270 deg, range: 20 km, altitude: 9 km}]}
"""


def built(text=TEXT):
    return compile_scenario(load_text(text, "ears.yaml", NAMES), CATALOG)


def test_all_of_it_reaches_the_tables():
    compiled = built()
    w = compiled.world
    rule = w.passive_rule[0]
    assert (rule.on, rule.radars, rule.confirm, rule.refute, rule.engage, rule.stand_off) == (
        1,
        3,
        4,
        0,
        1,
        0,
    )
    assert (rule.window_s, rule.drop_after_s, rule.speed_mps, rule.speed_max_mps) == (8.0, 30.0, 200.0, 900.0)
    assert (rule.alt_m, rule.alt_sigma_m, rule.error_max_m, rule.range_max_m) == (8e3, 3e3, 12e3, 400e3)
    assert rule.q_m2ps3 == pytest.approx(160.0) and (rule.engage_error_m, rule.value) == (3e3, 40.0)
    assert rule.gate == pytest.approx([0.0, 10.828, 13.816, 16.266], abs=1e-3)  # printed tables of chi-square
    weapon = {name: k for k, name in enumerate(compiled.names.weapon)}
    assert w.arms[weapon["40N6E"]].tolist() == (1, 25e3, 6.0) and w.arms[weapon["48N6E3"]].homes == 0
    assert len(w.passive) == MAX_PASSIVE and w.strobe.shape == (2, 1) and len(w.homing) == 3
    assert w.jam_erp_w[0] > 0.0


def test_left_out_it_costs_nothing():
    text = "\n".join(
        line for line in TEXT.splitlines()
        if not any(key in line for key in ("passive_", "engage_", "speed_max", "home_on_jam", "missile:", "  doctrine:"))
    )  # fmt: skip
    w = built(text).world
    for name in ("passive_rule", "ear", "arms", "jam_erp_w", "strobe", "passive", "passive_hit", "homing"):
        assert np.asarray(getattr(w, name)).size == 0, name


def test_a_command_post_may_have_its_own():
    text = TEXT.replace("range: 0 m}}", "range: 0 m}, doctrine: {passive_tracking: {radars: 2}}}")
    rule = built(text).world.passive_rule[0]
    assert (rule.radars, rule.confirm, rule.engage) == (2, 3, 1)


def refused(old, new):
    assert old in TEXT
    with pytest.raises(ScenarioError) as caught:
        built(TEXT.replace(old, new))
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("radars: 3", "radars: 1", 6, ("radars", "2")),
        ("window: 8 s", "window: 8", 6, ("window", "unit")),
        ("window: 8 s", "windows: 8 s", 6, ("windows", "window")),
        ("speed: 200 m/s", "speed: 950 m/s", 6, ("'speed_max' must be above 'speed'",)),
        ("probability: 99.9 %", "probability: 2", 6, ("probability", "high")),
        ("max_error: 3 km", "max_error: 3 s", 8, ("max_error", "length")),
        ("missile: 40N6E", "missile: 9M96E2", 19, ("no launcher carries '9M96E2'", "40N6E, 48N6E3")),
        ("missile: 40N6E", "missile: 40N6X", 19, ("40N6X", "40N6E")),
        ("memory: 6 s", "memory: 2 min", 19, ("memory", "1 min")),
        ("memory: 6 s}", "memory: 6 s}\n    - {missile: 40N6E}", 20, ("named twice",)),
    ],
)
def test_what_is_wrong_is_refused_where_it_stands(old, new, line, words):
    message = refused(old, new)
    assert f"ears.yaml:{line}" in message
    for word in words:
        assert word in message, message


def test_fire_needs_what_it_is_made_of():
    start = TEXT.index("    passive_tracking:")
    end = TEXT.index("    engage_emitters:")
    message = refused(TEXT[start:end], "")
    assert "has no passive_tracking" in message and "ears.yaml:6" in message
    message = refused("  home_on_jam:\n    - {missile: 40N6E, range: 25 km, memory: 6 s}\n", "")
    assert "no missile of any launcher homes on jamming" in message and "ears.yaml:8" in message


def test_a_missile_without_a_seeker_cannot_home():
    text = TEXT.replace("type: 5P85SE2,", "type: point-defence-vehicle,").replace(
        "{40N6E: 1, 48N6E3: 2}", "{generic-point-defence: 4}"
    )
    with pytest.raises(ScenarioError, match="has no seeker that could home on anything"):
        built(text.replace("missile: 40N6E", "missile: generic-point-defence"))


def test_the_catalogue_says_no_and_marks_it_as_an_assumption():
    for item in CATALOG:
        if item.kind == "missile":
            assert item.flag("home_on_jam") is False and item.values["home_on_jam"].grade == "F"
