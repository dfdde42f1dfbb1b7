"""Staying alive in the language: what is read, and what is refused with its place and what would be right."""

import math

import pytest

from openiads.catalog import load_catalog
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.world import schema
from openiads.world.compile import compile_scenario

CATALOG = load_catalog()
NAMES = catalogue_names(CATALOG)
TEXT = """openiads: 1
name: alive
origin: {lat: 30 deg, lon: -40 deg}
defence:
  doctrine:
    emission: {mode: staggered, on: 30 s, engagement: cued, ambush_range: 40 km}
    against_arm: {answer: decoy-emitter, shut_down_for: 45 s}
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}
  radars:
    - {id: R1, type: 96L6E, position: {bearing: 45 deg, range: 800 m}}
    - {id: R2, type: 96L6E, position: {bearing: 9 deg, range: 1 km}, emission: {mode: blinking, on: 20 s, off: 40 s, phase: 10 s}}
    - {id: FC, type: 92N6E, position: {bearing: 90 deg, range: 500 m}, sector: {centre: 270 deg}}
  batteries:
    - {id: B1, radar: FC}
  launchers:
    - {id: L1, type: 5P85SE2, battery: B1, position: {bearing: 95 deg, range: 600 m}, rounds: {48N6E3: 4}}
  assets:
    - {id: PORT, type: generic-port, position: {bearing: 90 deg, range: 12 km}}
  decoy_emitters:
    - {id: LURE, position: {bearing: 60 deg, range: 2 km}, power: 1.5}
  damage: {radar: {antenna: 0.5}, launcher: {}, command_post: {generator: 2}}
  maintenance:
    crews: 2
    spares: {antenna: 1}
    antenna: {repair: {median: 40 min, spread: 0.6}, mtbf: 100 h}
    link: {repair: {law: exponential, mean: 10 min}}
raid:
  groups:
    - {id: CM, type: cruise-missile, count: 2, stagger: 30 s, arrive_at: 15 min, target: PORT,
       route: [{bearing: 270 deg, range: 120 km, altitude: 50 m, speed: 240 m/s}]}
"""


def built(text=TEXT):
    return compile_scenario(load_text(text, "alive.yaml", NAMES), CATALOG)


def test_all_of_it_reaches_the_tables():
    w = built().world
    assert w.emission["mode"].tolist() == [schema.EMIT_STAGGERED, schema.EMIT_BLINKING, schema.EMIT_CUED]
    assert w.emission["on_s"].tolist()[:2] == [30.0, 20.0]
    assert w.emission["off_s"][1] == 40.0 and w.emission["phase_s"][1] == 10.0
    assert w.emission["ambush_m"].tolist() == [0.0, 0.0, 40e3]
    post = w.command_post[0]
    assert post.arm_answer == 3 and post.arm_off_s == 45.0 and post.arm_upper == pytest.approx(math.log(95.0))
    assert w.decoy_emitter["power"].tolist() == [1.5]
    assert w.site[w.decoy_emitter["site"][0]].kind == schema.SITE_DECOY_EMITTER
    assert w.site["n_component"].tolist() == [3, 3, 3, 3, 2, 0, 0]
    assert w.site["first_component"].tolist()[:5] == [0, 3, 6, 9, 12]
    for k, part in enumerate(w.component):
        g = w.site[part.site]
        assert g.first_component <= k < g.first_component + g.n_component
    antenna = w.component[w.component["kind"] == 0]
    assert set(antenna["repair_s"]) == {2400.0} and set(antenna["mtbf_s"]) == {360e3}
    # One antenna; any number of links; what has no entry cannot be repaired.
    assert w.spare["left"].tolist() == [1, 0, -1, 0, 0, 0]
    assert len(w.crew) == 2


def test_time_on_target():
    w = built().world
    assert w.platform["t_end_s"].tolist() == pytest.approx([900.0, 930.0], abs=1e-9)


def test_nothing_of_it_leaves_empty_tables():
    start, end = TEXT.index("  doctrine:"), TEXT.index("  command_posts:")
    text = TEXT[:start] + TEXT[end : TEXT.index("  decoy_emitters:")] + TEXT[TEXT.index("raid:") :]
    w = built(text.replace(", emission: {mode: blinking, on: 20 s, off: 40 s, phase: 10 s}", "")).world
    for table in (
        "emission",
        "emission_state",
        "decoy_emitter",
        "component",
        "component_state",
        "crew",
        "spare",
    ):
        assert len(getattr(w, table)) == 0, table
    assert w.command_post["arm_answer"].tolist() == [0]


REFUSED = [
    ("mode: staggered, on: 30 s", "mode: staggered", ["doctrine.emission", "staggered needs on"]),
    ("mode: staggered, on: 30 s", "mode: staggered, on: 30 s, off: 20 s", ["staggered has no off"]),
    ("mode: staggered, on: 30 s", "mode: blinking, on: 30 s", ["blinking needs on and off"]),
    ("mode: staggered, on: 30 s", "mode: continuous, on: 30 s", ["on and off go with mode"]),
    ("mode: staggered, on: 30 s", "mode: stagger, on: 30 s", ["mode", "staggered"]),
    ("on: 30 s", "on: 30 km", ["emission.on"]),
    ("engagement: cued, ", "", ["an ambush_range needs engagement: cued"]),
    ("mode: blinking, on: 20 s, off: 40 s, phase: 10 s", "mode: silent, phase: 10 s", ["a phase needs mode: blinking"]),
    ("mode: blinking, on: 20 s, off: 40 s, phase: 10 s", "mode: cued", ["defence.radars[1].emission.mode", "'R2' is none"]),
    ("sector: {centre: 270 deg}", "sector: {centre: 270 deg}, emission: {mode: silent}",
     ["defence.radars[2].emission.mode", "continuous, cued"]),
    ("answer: decoy-emitter", "answer: decoy", ["against_arm.answer"]),
    ("answer: decoy-emitter", "answer: shut-down, pass_homing: 9 km", ["'pass_homing' must be below 'pass_other'"]),
    ("answer: decoy-emitter", "answer: shut-down, false_alarm: 2", ["false_alarm", "too high"]),
    ("    - {id: LURE, position: {bearing: 60 deg, range: 2 km}, power: 1.5}", "    []", ["has no decoy_emitters"]),
    ("power: 1.5", "power: 0", ["decoy_emitters[0].power", "too low"]),
    ("  damage: {radar: {antenna: 0.5}, launcher: {}, command_post: {generator: 2}}\n", "",
     ["defence.maintenance", "nothing to repair"]),
    ("radar: {antenna: 0.5}", "radar: {anntena: 0.5}", ["anntena", "antenna"]),
    ("radar: {antenna: 0.5}", "radar: {antenna: 0}", ["damage.radar.antenna", "too low"]),
    ("spares: {antenna: 1}", "spares: {antenna: -1}", ["spares.antenna"]),
    ("median: 40 min, spread: 0.6", "mean: 40 min", ["a lognormal repair time needs a median"]),
    ("law: exponential, mean: 10 min", "law: exponential, median: 10 min", ["an exponential repair time needs a mean"]),
    ("law: exponential, mean: 10 min", "law: exponential, mean: 10 min, spread: 1", ["has no spread"]),
    ("crews: 2", "crews: 2.5", ["crews"]),
    ("arrive_at: 15 min", "arrive_at: 15 min, at: 1 min", ["'arrive_at' needs a target, and goes without 'at'"]),
    ("arrive_at: 15 min", "arrive_at: 9 h", ["after the end of the run"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused(old, new, words):
    assert TEXT.count(old) == 1
    with pytest.raises(ScenarioError) as caught:
        load_text(TEXT.replace(old, new), "alive.yaml", NAMES)
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_too_early_to_start_and_what_homes():
    with pytest.raises(ScenarioError, match=r"start \d+ s before the run"):
        built(TEXT.replace("arrive_at: 15 min", "arrive_at: 2 min"))
    arm = TEXT.replace("type: cruise-missile", "type: arm").replace("target: PORT", "target: R1")
    with pytest.raises(ScenarioError, match="not known beforehand"):
        load_text(arm, "alive.yaml", NAMES)
