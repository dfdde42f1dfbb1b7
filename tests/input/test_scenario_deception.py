"""Gate pull-off, jammed links and the guard of blinking radars in the language: what is read, and what is refused where."""

import math

import pytest

from openiads.catalog import load_catalog
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.world import schema
from openiads.world.compile import compile_scenario

CATALOG = load_catalog()
NAMES = catalogue_names(CATALOG)
TEXT = """openiads: 1
name: led
origin: {lat: 30 deg, lon: -40 deg}
defence:
  doctrine:
    emission: {mode: blinking, on: 20 s, off: 40 s, at_least_one: true}
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}
    - {id: CP2, type: 55K6E, position: {bearing: 90 deg, range: 9 km}}
  radars:
    - {id: R1, type: 96L6E, command_post: CP, position: {bearing: 45 deg, range: 800 m}}
    - {id: R2, type: 96L6E, command_post: CP, position: {bearing: 9 deg, range: 1 km},
       emission: {mode: blinking, on: 5 s, off: 9 s}}
    - {id: FC, type: 92N6E, command_post: CP, position: {bearing: 90 deg, range: 500 m}, sector: {centre: 270 deg},
       protection: {capture_js: 6 dB, capture_probability: 50 %, velocity_gate: 15 m/s}}
  batteries:
    - {id: B1, command_post: CP, radar: FC}
  network:
    topology: star
    radio: {frequency: 5 GHz, bandwidth: 10 MHz, margin: 20 dB}
    links:
      - {from: R1, to: CP, cable: true}
      - {from: B1, to: CP, radio: {frequency: 15 GHz, bandwidth: 20 MHz, margin: 30 dB, antenna_gain: 30 dB,
         beamwidth: 3 deg, mast: 15 m}}
raid:
  groups:
    - id: F
      type: fighter
      count: 2
      route: [{bearing: 270 deg, range: 120 km, altitude: 8 km, speed: 240 m/s}, {bearing: 0 deg, range: 0 m}]
      pull_off: {power: 50 W, antenna_gain: 5 dB, freq_min: 8 GHz, freq_max: 12 GHz, rate: 5 m/s, acceleration: 3 g}
      link_jammer: {power: 200 W, antenna_gain: 10 dB, bandwidth: 20 MHz, freq_min: 4 GHz, freq_max: 6 GHz,
                    beam: {toward: {bearing: 0 deg, range: 0 m, altitude: 10 m}, width: 20 deg}, until: 5 min}
"""


def built(text=TEXT):
    return compile_scenario(load_text(text, "led.yaml", NAMES), CATALOG)


def test_all_of_it_reaches_the_tables():
    w = built().world
    assert w.pull_off["platform"].tolist() == [0, 1]
    row = w.pull_off[0]
    assert (row.gate, row.rate_per_s, row.accel_per_s2) == (
        schema.PULL_RANGE,
        5.0,
        pytest.approx(3 * 9.80665),
    )
    assert (row.start_s, row.dwell_s, row.pull_s, row.hold_s, row.silent_s) == (2.0, 1.5, 12.0, 2.0, 2.0)
    assert (row.t_on_s, row.t_off_s) == (0.0, 1e9)
    assert w.pull_coupling_m2[:2].tolist() == [[0.0, 0.0]] * 2 and (w.pull_coupling_m2[2] > 0.0).all()
    fc = w.radar[2]
    assert (fc.capture_js, fc.p_capture) == (pytest.approx(10.0**0.6), 0.5)
    assert (fc.velocity_gate_mps, fc.edge_gain) == (15.0, 1.0)
    assert w.emission["guard"].tolist() == [1, 0, 0]
    # Links by their ends: CP-R1 a cable, CP-R2 and CP-CP2 as the network says, CP-B1 its own radio and out of the jammer's band.
    by_ends = {frozenset((int(x.a), int(x.b))): k for k, x in enumerate(w.link)}
    cable, plain, own, posts = (by_ends[frozenset((0, n))] for n in (2, 3, 4, 1))
    assert (w.link.margin[cable], w.link_coupling_m2[cable, 0]) == (0.0, 0.0)
    for k in (plain, posts):
        assert (w.link.margin[k], w.link.beam_rad[k], w.link.mast_m[k]) == (pytest.approx(100.0), 0.0, 10.0)
        assert w.link_coupling_m2[k, 0] > 0.0
    assert (w.link.margin[own], w.link.beam_rad[own]) == (
        pytest.approx(1000.0),
        pytest.approx(math.radians(3.0)),
    )
    assert (w.link.side_gain[own], w.link.mast_m[own], w.link_coupling_m2[own, 0]) == (
        pytest.approx(0.01),
        15.0,
        0.0,
    )
    jam = w.link_jammer[1]
    assert (jam.platform, jam.t_off_s, jam.beam_rad) == (1, 300.0, pytest.approx(math.radians(20.0)))
    assert jam.side_gain == pytest.approx(0.01) and jam.aim_x_m != 0.0


def test_velocity_is_pulled_by_its_acceleration():
    w = built(TEXT.replace("rate: 5 m/s, acceleration: 3 g", "gate: velocity, acceleration: 2 g")).world
    assert (w.pull_off.gate[0], w.pull_off.accel_per_s2[0]) == (schema.PULL_VELOCITY, 0.0)
    assert w.pull_off.rate_per_s[0] == pytest.approx(2 * 9.80665)


def test_what_keeps_a_repeater_out():
    """A leading edge shorter than its delay, a check of rates that it does not pass: to the engine there is nothing."""
    for more in ("leading_edge: 50 ns", "rate_check: 100 m/s"):
        w = built(TEXT.replace("velocity_gate: 15 m/s", more)).world
        assert (w.pull_coupling_m2 == 0.0).all()
    w = built(TEXT.replace("velocity_gate: 15 m/s", "leading_edge: 150 ns")).world
    assert (w.pull_coupling_m2[2] > 0.0).all()
    assert w.radar.edge_gain[2] == pytest.approx(150e-9 * 299792458.0 / 60.0)


def test_nothing_of_it_leaves_empty_tables():
    text = TEXT.replace("      pull_off:", "      # pull_off:").split("      link_jammer:")[0]
    w = built(text.replace(", at_least_one: true", "")).world
    assert (w.pull_off.size, w.pull_state.size, w.link_jammer.size, w.emission.guard.sum()) == (0, 0, 0, 0)
    assert set(w.radar.edge_gain) == {1.0}


REFUSED = [
    ("acceleration: 3 g", "accelration: 3 g", ("accelration", "acceleration")),
    ("rate: 5 m/s, acceleration: 3 g", "dwell: 1 s", ("needs a rate or an acceleration",)),
    ("rate: 5 m/s", "gate: velocity, rate: 5 m/s", ("a velocity gate is pulled by an acceleration",)),
    ("rate: 5 m/s", "gate: angle, rate: 5 m/s", ("angle", "range, velocity, both")),
    ("rate: 5 m/s", "rate: 5 km", ("rate", "speed")),
    ("rate: 5 m/s", "rate: 3 km/s", ("too high", "2000 m/s")),
    ("rate: 5 m/s", "repeater_delay: 1 s", ("too high", "100 us")),
    ("freq_max: 12 GHz", "freq_max: 7 GHz", ("'freq_max' must be above",)),
    ("power: 50 W, ", "", ("power",)),
    ("velocity_gate: 15 m/s", "leading_edge: 0 s", ("too low", "1 ns")),
    ("velocity_gate: 15 m/s", "capture_probabilty: 0.5", ("capture_probability",)),
    ("range: 800 m}", "range: 800 m}, protection: {leading_edge: 50 ns}", ("R1", "no gates", "led.yaml:11")),
    ("radio: {frequency: 5 GHz, bandwidth: 10 MHz, margin: 20 dB}", "radio: {frequency: 5 GHz, bandwidth: 10 MHz}", ("margin",)),
    ("margin: 20 dB}", "margin: 20 dB, sidelobe: -20 dB}", ("a sidelobe needs a beamwidth",)),
    ("cable: true", "cable: true, radio: {frequency: 5 GHz, bandwidth: 1 MHz, margin: 9 dB}", ("a cable has no radio",)),
    ("until: 5 min}", "until: 5 min, bandwith: 1 MHz}", ("bandwith", "bandwidth")),
    ("mode: blinking, on: 20 s, off: 40 s, at_least_one: true", "mode: staggered, on: 9 s, at_least_one: true",
     ("at_least_one goes with mode: blinking",)),
    ("on: 5 s, off: 9 s}", "on: 5 s, off: 9 s, at_least_one: 1}", ("at_least_one",)),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused(old, new, words):
    assert TEXT.count(old) == 1, old
    with pytest.raises(ScenarioError) as caught:
        load_text(TEXT.replace(old, new), "led.yaml", NAMES)
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_a_link_jammer_needs_a_radio_link():
    start = TEXT.index("    radio: {frequency: 5 GHz")
    text = TEXT[:start] + TEXT[TEXT.index("raid:") :]
    with pytest.raises(ScenarioError, match="no radio link to jam"):
        load_text(text, "led.yaml", NAMES)
