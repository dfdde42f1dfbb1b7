"""Compiled and interpreted runs give the same bits: the Python source is the oracle of the machine code.

Five scenes that between them use every system (test_scenes_use_every_system says which event shows it), and random ones. With the
compiler off the engine is some hundred times slower, so all are small, and one process runs them all.
"""

import os
import pickle
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from support import interpreted, runs, scenes

from openiads.engine import events as ev
from openiads.engine.systems import fly, move
from openiads.world import schema

SEED = 5
GENERATED = range(2000, 2030)
NEEDED = {
    "search": ev.DETECTION, "line of sight": ev.LINE_OF_SIGHT, "tracking": ev.LOCAL_TRACK, "fusion": ev.SYSTEM_TRACK,
    "track loss": ev.TRACK_DROPPED, "jamming": ev.JAM_STROBE, "identification": ev.IDENTIFIED,
    "classification": ev.CLASSIFIED, "withheld fire": ev.WITHHELD, "assignment": ev.ASSIGNED, "salvo": ev.LAUNCH,
    "seeker": ev.SEEKER_ON, "burst": ev.BURST, "wrong shot": ev.WRONG_SHOT, "reload": ev.RELOADED,
    "surface strike": ev.STRIKE_IMPACT, "leak": ev.SITE_HIT, "loss of a site": ev.SITE_LOST, "emission": ev.EMISSION,
    "end of an engagement": ev.ENGAGEMENT_END, "crossed strobes": ev.STROBES_CROSS,
    "passive track": ev.PASSIVE_TRACK, "home on jam": ev.HOMES_ON_JAM, "silent emitter": ev.EMITTER_SILENT,
}  # fmt: skip


def build():
    """Name → World and seed."""
    out = {name: (scene()[0], SEED) for name, scene in scenes.SCENES.items()}
    return out | {f"generated-{k}": (scenes.generated(k)[0], k) for k in GENERATED}


@pytest.fixture(scope="module")
def compiled(compiled_engine):
    """Name → (World, seed, outcome, state tables as bytes)."""
    out = {}
    for name, (world, seed) in build().items():
        outcome, state = runs.run_with_state(world, seed)
        out[name] = world, seed, outcome, runs.state_bytes(state)
    return out


@pytest.fixture(scope="module")
def interpreted_runs(compiled, tmp_path_factory):
    """The same, with the compiler off."""
    folder = tmp_path_factory.mktemp("worlds")
    for name, (world, seed, _, _) in compiled.items():
        (folder / f"{name}.world").write_bytes(pickle.dumps((world, seed)))
    return run_interpreted(folder)


def run_interpreted(folder, timeout_s=900):
    """Name → (outcome, state tables as bytes)."""
    done = subprocess.run(
        [sys.executable, interpreted.__file__, str(folder)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, timeout=timeout_s, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return {file.stem: pickle.loads(file.read_bytes()) for file in Path(folder).glob("*.outcome")}


def test_scenes_use_every_system(compiled):
    outcomes = {name: compiled[name][2] for name in scenes.SCENES}
    seen = Counter(code for o in outcomes.values() for code in o.event.code.tolist())
    assert not [what for what, code in NEEDED.items() if not seen[code]]
    assert all(o.radar_state.n_track_looks.sum() > 0 for o in outcomes.values()), "dedicated looks"
    rounds = Counter(f for o in outcomes.values() for f in o.round.fate.tolist())
    assert rounds[fly.KILL] and rounds[fly.MISS] and rounds[fly.STRIKE]
    ends = Counter(f for o in outcomes.values() for f in o.platform_state.fate.tolist())
    assert all(ends[f] for f in (move.KILLED, move.HIT_TARGET, move.MISSED_TARGET, move.END_OF_RUN))
    world, _, hunt, _ = compiled["radar_hunt"]
    kinds = world.site.kind[hunt.event.subject[hunt.event.code == ev.SITE_LOST]]
    assert schema.SITE_RADAR in kinds, "a radar is lost to what homes on it"
    assert compiled["cruise_raid"][0].radar.false_per_s[0] > 1.0, "false plots"


def test_same_bits(compiled, interpreted_runs):
    wrong = {}
    for name, (_, _, outcome, tables) in compiled.items():
        other, other_tables = interpreted_runs[name]
        found = runs.differences(outcome, other)
        found += " ".join(table for table, raw in tables.items() if raw != other_tables[table])
        if found or runs.bytes_of(outcome) != runs.bytes_of(other):
            wrong[name] = found
    assert not wrong
    assert len(interpreted_runs) == len(scenes.SCENES) + len(GENERATED)


@pytest.mark.long
def test_same_bits_quickstart(compiled_engine, tmp_path):
    world, _ = scenes.quickstart()
    (tmp_path / "quickstart.world").write_bytes(pickle.dumps((world, 1)))
    outcome, state = runs.run_with_state(world, 1)
    other, tables = run_interpreted(tmp_path, 7200)["quickstart"]
    assert not runs.differences(outcome, other)
    assert runs.state_bytes(state) == tables
