"""Seen elsewhere: a jammer with an effect and no power. Here one without power, gain, bandwidth and band is refused: in a scenario
with file and line, in a World with an error.
"""

import math

import pytest
from support import saturation as sat
from support import sighting as see

from openiads.catalog import load_catalog
from openiads.scenario import ScenarioError, catalogue_names, load_file

FIELDS = {
    "power": "1 kW",
    "antenna_gain": "10 dB",
    "bandwidth": "100 MHz",
    "freq_min": "2 GHz",
    "freq_max": "4 GHz",
}
SCENARIO = """\
openiads: 1
name: noise
origin: {{lat: 30 deg, lon: -40 deg}}
defence:
  command_posts: [{{id: CP, type: 55K6E, position: {{bearing: 0 deg, range: 0 m}}}}]
raid:
  groups:
    - id: J
      type: heavy-bomber
      route: [{{bearing: 0 deg, range: 300 km, altitude: 10 km}}, {{bearing: 10 deg, range: 300 km}}]
      jammer: {jammer}
"""
LINE = 11


def read(tmp_path, jammer):
    file = tmp_path / "noise.yaml"
    file.write_text(SCENARIO.format(jammer="{" + ", ".join(f"{k}: {v}" for k, v in jammer.items()) + "}"))
    return load_file(file, catalogue_names(load_catalog()))


def test_complete_ones_are_read(tmp_path):
    assert read(tmp_path, FIELDS).raid.groups[0].jammer.power_w == 1000.0
    assert read(tmp_path, {"type": "stand-off-jammer"}).raid.groups[0].jammer.type == "stand-off-jammer"


@pytest.mark.parametrize("missing", FIELDS)
def test_what_is_missing_is_named_with_its_line(tmp_path, missing):
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, {k: v for k, v in FIELDS.items() if k != missing})
    faults = [f for f in error.value.faults if missing in f"{f.field} {f.message}"]
    assert faults
    assert all(f.line == LINE and str(f.origin).endswith("noise.yaml") for f in faults)
    assert f"noise.yaml:{LINE}:" in str(error.value)


@pytest.mark.parametrize(
    ("field", "value"), [("power", "0 W"), ("bandwidth", "0 Hz"), ("power", ".nan W"), ("power", "1000")]
)
def test_zero_and_not_a_number_are_no_power(tmp_path, field, value):
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, {**FIELDS, field: value})
    assert f"noise.yaml:{LINE}:" in str(error.value)


@pytest.mark.parametrize("field", ["power_w", "bandwidth_hz"])
@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_no_world_with_one(field, value):
    watch = see.Watch(see.quiet("91N6E"), 10.0)
    p = watch.fly(sat.straight(sat.at(0.0, 90e3, 9e3), sat.at(0.0, 80e3, 9e3), 200.0))
    values = {"power_w": 10.0, "antenna_gain_db": 3.0, "bandwidth_hz": 1e8, "freq_min_hz": 2e9, "freq_max_hz": 4e9,
              "polarisation_loss_db": 3.0}  # fmt: skip
    with pytest.raises(ValueError, match=field):
        watch.a.add_jammer("J", p, {**values, field: value})
