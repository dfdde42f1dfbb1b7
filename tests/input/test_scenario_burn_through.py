"""The language of longer dedicated looks: what is read, and what is refused where."""

import pytest
from support import saturation as sat

from openiads.catalog import load_catalog
from openiads.physics.detection import required_snr_db
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.world.burn_through import too_long
from openiads.world.compile import compile_scenario

HEAD = """openiads: 1
name: burn
duration: 10 min
origin: {lat: 57.0 deg, lon: 18.0 deg}
defence:
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}
  radars:
    - {id: EW, type: 91N6E, position: {bearing: 90 deg, range: 500 m}SEARCH}
    - {id: FC, type: 92N6E, position: {bearing: 90 deg, range: 900 m}, sector: {centre: 0 deg}, protection: {burn_through: {RULE}}}
  batteries: [{id: B, radar: FC}]
"""


def read(rule="dwell_max: 8", search=""):
    text = HEAD.replace("RULE", rule).replace("SEARCH", search)
    return load_text(text, "burn.yaml", catalog_ids=catalogue_names(load_catalog()))


def test_what_is_written_arrives_in_the_world():
    made = compile_scenario(read("dwell_max: 8, wanted_pd: 80 %, integration: coherent"), load_catalog())
    w, item = made.world, load_catalog().get("92N6E", "radar")
    assert w.dwell.most.tolist() == [1, 8]
    wanted = 10.0 ** (0.1 * required_snr_db(0.8, item.si("pfa"), item.count("n_pulses"), 1))
    assert w.dwell[1].wanted == pytest.approx(wanted, rel=1e-9)
    assert w.dwell_gain[1].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert w.dwell_gain[0].tolist() == [0] + [1] * 8
    assert len(w.dwell_state) == len(w.channel) == item.count("target_channels")


def test_without_it_there_is_nothing():
    text = HEAD.replace(", protection: {burn_through: {RULE}}", "").replace("SEARCH", "")
    made = compile_scenario(load_text(text, "x", catalog_ids=catalogue_names(load_catalog())), load_catalog())
    assert [len(getattr(made.world, n)) for n in ("dwell", "dwell_gain", "dwell_state", "dwell_use")] == [
        0
    ] * 4


@pytest.mark.parametrize(
    ("rule", "search", "says"),
    [
        ("dwell_max: 1", "", "2"),
        ("dwell_max: 8, wanted_pd: 0", "", "too low"),
        ("dwell_max: 8, integration: none", "", "coherent"),
        ("dwell_maxx: 8", "", "dwell_max"),
        ("wanted_pd: 0.9", "", "dwell_max"),
        ("dwell_max: 8", ", protection: {burn_through: {dwell_max: 4}}", "engagement radar of no battery"),
    ],
)
def test_refused_with_its_place(rule, search, says):
    with pytest.raises(ScenarioError) as caught:
        read(rule, search)
    assert says in str(caught.value)
    assert "burn.yaml:" in str(caught.value)


def test_a_look_of_more_than_a_second_is_refused():
    scenario = read("dwell_max: 64")
    radar = scenario.defence.radars[1]
    assert list(too_long(scenario, load_catalog().get("92N6E", "radar"), radar, 1)) == []
    (fault,) = too_long(scenario, sat.item("92N6E", track_dwell_s=0.02), radar, 1)
    assert "would last 1.3 s" in str(fault) and "at most 50 dwells" in str(fault)
    assert "burn.yaml:10" in str(fault)
