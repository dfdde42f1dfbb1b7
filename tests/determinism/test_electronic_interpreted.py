"""Everything electronic at once, compiled and interpreted: the same bits.

One scenario in the language: all modes of noise, directional, by intervals and triggered; false targets; pull-off in range,
velocity and both; towed and launched decoys; chaff and the Doppler filter against it; jammed satellite navigation; jammed links;
blinking radars with their guard; and what protects radars. The events say that each of them has acted.
"""

import os
import pickle
import subprocess
import sys

import pytest
from support import interpreted, runs

from openiads.catalog import load_catalog
from openiads.engine import events as ev
from openiads.scenario import catalogue_names, load_text
from openiads.world.compile import compile_scenario

SEED = 9
ROUTE = "route: [{bearing: BEARING deg, range: RANGE km, altitude: 5 km, speed: 250 m/s}, {bearing: 180 deg, range: 5 km}]"
NOISE = "from: 24 s, power: 20 W, antenna_gain: 5 dB, bandwidth: 100 MHz, freq_min: 2 GHz, freq_max: 12 GHz"
COPY = "power: 20 W, antenna_gain: 5 dB, freq_min: 2 GHz, freq_max: 12 GHz"
STRONG = COPY.replace("power: 20 W", "power: 500 W")
PULL = f"{STRONG}, acceleration: 30 m/s2, start_delay: 1 s, dwell: 1 s, pull: 6 s, hold: 1 s, silent: 1 s"
BEAM = "beam: {toward: {bearing: 0 deg, range: 1 km}, width: 30 deg}"
AWAY = "route: [{bearing: 20 deg, range: 20 km, altitude: 3 km}, {bearing: 90 deg, range: 20 km}]"
LINKS = "power: 500 W, antenna_gain: 10 dB, bandwidth: 10 MHz, freq_min: 4 GHz, freq_max: 6 GHz"
ON_BOARD = {
    "RANGE": f"pull_off: {{{PULL}}}",
    "VELOCITY": f"pull_off: {{{PULL}, gate: velocity}}",
    "BOTH": f"pull_off: {{{PULL}, gate: both}}",
    "SPOT": f"jammer: {{{NOISE}, polarisation: slant}}",
    "BARRAGE": f"jammer: {{{NOISE}, mode: barrage, on_for: 5 s, off_for: 3 s}}",
    "SWEPT": f"jammer: {{{NOISE}, mode: swept, sweep_period: 20 ms, {BEAM}}}",
    "LIT": f"jammer: {{{NOISE}, trigger: illuminated, hold: 4 s}}",
    "COPIES": f"false_targets: {{{COPY}, count: 2, first: 2 km, spacing: 3 km}}",
    "TOW": "towed_decoy: {behind: 150 m, echo: 10 dB}",
    "DROP": f"decoys: [{{type: decoy, after: 5 s, {AWAY}}}], "
    "chaff: [{after: 4 s, bundles: 3, dipoles: 1e6, cut: 3 GHz, lasts: 1 min}]",
    "LINKS": f"link_jammer: {{{LINKS}, from: 30 s, until: 34 s}}",
}  # fmt: skip
TEXT = """openiads: 1
name: electronic
origin: {lat: 30 deg, lon: -40 deg}
duration: 40 s
environment: {gas: 'on'}
defence:
  doctrine:
    rules_of_engagement: free
    reaction_time: 2 s
    asset_margin: 20 km
    identification: {prior_friend: 0.01, prior_neutral: 0.01, prior_hostile: 0.98}
    kill_assessment_delay: 2 s
    emission: {mode: blinking, on: 8 s, off: 4 s, at_least_one: true}
    on_command_loss: {mode: autonomous, after: 2 s}
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}
  radars:
    - {id: S1, type: 91N6E, position: {bearing: 45 deg, range: 800 m}, protection: {agile_bandwidth: 300 MHz,
       polarisation: vertical, canceller: {channels: 2, cancellation: 20 dB}, moving_target_filter: true, blanking_threshold: 1.5}}
    - {id: S2, type: 96L6E, position: {bearing: 225 deg, range: 2 km}}
    - {id: FC, type: 92N6E, position: {bearing: 90 deg, range: 500 m}, sector: {centre: 0 deg, width: 120 deg},
       protection: {capture_probability: 1, rate_check: 900 m/s}}
  batteries:
    - {id: B1, radar: FC}
  launchers:
    - {id: L1, type: 5P85SE2-9M96, battery: B1, position: {bearing: 95 deg, range: 600 m}, rounds: {9M96E2: 16}}
  assets:
    - {id: PORT, type: generic-port, position: {bearing: 180 deg, range: 3 km}}
  satnav_jammers:
    - {id: GNSS, position: {bearing: 0 deg, range: 2 km, altitude: 30 m}, erp: 100 W}
  network:
    topology: star
    delay: 250 ms
    radio: {frequency: 5 GHz, bandwidth: 10 MHz, margin: 15 dB}
raid:
  groups:
    - {id: CM, type: cruise-missile, target: PORT, route: [{bearing: 10 deg, range: 11 km, altitude: 100 m, speed: 280 m/s}],
       navigation: {drift: 1 m/s, threshold: 30 dB}}
GROUPS
"""


def text():
    lines = []
    for k, (name, what) in enumerate(ON_BOARD.items()):
        where = ROUTE.replace("BEARING", str(-25 + 5 * k)).replace("RANGE", str(20 + 2 * k))
        lines.append(f"    - {{id: {name}, type: fighter, {where}, {what}}}")
    return TEXT.replace("GROUPS", "\n".join(lines))


@pytest.fixture(scope="module")
def compiled(compiled_engine):
    catalog = load_catalog()
    made = compile_scenario(load_text(text(), "electronic.yaml", catalogue_names(catalog)), catalog)
    outcome, state = runs.run_with_state(made.world, SEED)
    return made, outcome, state


def test_all_of_it_acts(compiled):
    made, o, state = compiled
    codes = set(o.event.code.tolist())
    for code in (
        ev.JAM_STROBE, ev.JAMMING, ev.PULLED_OFF, ev.PULL_OVER, ev.LINK_CUT, ev.LINK_BACK, ev.EMISSION, ev.COMMAND_LOST, ev.LAUNCH,
    ):  # fmt: skip
        assert code in codes, ev.SPECS[code].name
    gates = set(o.event.detail[o.event.code == ev.PULLED_OFF].tolist())
    assert gates == {0, 1, 2}
    false = o.event[(o.event.code == ev.LOCAL_TRACK) & (o.event.subject < 0)]
    assert len(false) > 0
    names = made.names.platform
    for name in ("TOW-TD", "DROP-D1", "DROP-CH01"):
        seen = o.event[(o.event.code == ev.LINE_OF_SIGHT) & (o.event.subject == names.index(name))]
        assert len(seen) > 0, name
    assert "satnav CM" in made.names.extra
    assert len(state.jammer) == 4 and (made.world.jam_duty < 1.0).any() and (made.world.jam_share < 1.0).any()


def test_same_bits(compiled, tmp_path):
    made, outcome, state = compiled
    (tmp_path / "electronic.world").write_bytes(pickle.dumps((made.world, SEED)))
    done = subprocess.run(
        [sys.executable, interpreted.__file__, str(tmp_path)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    print(done.stdout)
    other, tables = pickle.loads((tmp_path / "electronic.outcome").read_bytes())
    mine = runs.state_bytes(state)
    assert not runs.differences(outcome, other)
    assert [name for name, raw in mine.items() if raw != tables[name]] == []
    assert runs.bytes_of(outcome) == runs.bytes_of(other)
