"""`openiads run` as a user meets it: a file, a folder, a summary; every way in which it can go wrong."""

import json
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openiads.results import open_run

SCENARIO = """\
openiads: 1
name: tiny
title: A tiny raid
duration: 60 s
origin: {lat: 57.0 deg, lon: 18.0 deg}
defence:
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}
  radars:
    - {id: EW, type: 91N6E, position: {bearing: 45 deg, range: 800 m}}
    - {id: FC, type: 92N6E, position: {bearing: 90 deg, range: 500 m}, sector: {centre: 270 deg}}
  batteries:
    - {id: B1, radar: FC}
  launchers:
    - {id: L1, type: 5P85SE2, battery: B1, position: {bearing: 9 deg, range: 300 m}, rounds: {48N6E3: 4}}
  assets:
    - {id: PORT, type: generic-port, position: {bearing: 90 deg, range: 12 km}, value: 500}
raid:
  groups:
    - id: CM
      type: cruise-missile
      count: 2
      spacing: 500 m
      route: [{bearing: 270 deg, range: 60 km, altitude: 50 m, speed: 240 m/s}]
      target: PORT
"""


def command(*args):
    return [sys.executable, "-m", "openiads", *map(str, args)]


def openiads(*args, cwd, **kwargs):
    return subprocess.run(
        command(*args), capture_output=True, text=True, cwd=cwd, timeout=600, check=False, **kwargs
    )


@pytest.fixture
def place(tmp_path):
    (tmp_path / "tiny.yaml").write_text(SCENARIO)
    return tmp_path


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One run, and what it said."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "tiny.yaml").write_text(SCENARIO)
    done = openiads("run", "tiny.yaml", "--seed", "5", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done


def test_a_run_leaves_a_folder_and_a_summary(finished):
    folder, done = finished
    run = open_run(folder / "runs" / "tiny-seed5")
    assert sorted(p.name for p in run.path.iterdir()) == sorted(
        [*run.manifest["files"], "manifest.json", "overview.png"]
    )
    assert (run.path / "overview.png").read_bytes()[:4] == b"\x89PNG"
    assert run.scenario_text == SCENARIO
    assert run.seed == 5 and run.t_end_s == 60.0 and len(run.threats) == 2
    assert "A tiny raid - seed 5, replication 0" in done.stdout
    assert "simulating" in done.stderr and "\x1b" not in done.stderr
    assert sorted(p.name for p in folder.iterdir()) == ["runs", "tiny.yaml"]


def test_the_manifest_reproduces_the_run(finished):
    """The stored scenario, seed and replication give the same bytes of every table."""
    folder, _ = finished
    first = open_run(folder / "runs" / "tiny-seed5")
    assert first.manifest["command"] == "openiads run tiny.yaml --seed 5 --replication 0"
    again = openiads(
        "run", first.path / "scenario.yaml", "--seed", "5", "--out", folder / "again", cwd=folder
    )
    assert again.returncode == 0, again.stderr
    second = open_run(folder / "again")
    assert first.manifest["files"] == second.manifest["files"]
    shutil.rmtree(folder / "again")


def test_an_earlier_run_is_not_replaced_unless_asked(finished):
    folder, _ = finished
    before = (folder / "runs/tiny-seed5/manifest.json").read_text()
    start = time.monotonic()
    done = openiads("run", "tiny.yaml", "--seed", "5", cwd=folder)
    assert done.returncode == 2
    assert "--force" in done.stderr.splitlines()[-1]
    assert "simulating" not in done.stderr  # refused before any work
    assert time.monotonic() - start < 60
    assert (folder / "runs/tiny-seed5/manifest.json").read_text() == before


def test_the_seed_is_by_default_that_of_the_scenario(place):
    (place / "tiny.yaml").write_text(SCENARIO.replace("duration: 60 s", "duration: 2 s\nseed: 77"))
    done = openiads("run", "tiny.yaml", "--samples", "500 ms", cwd=place)
    assert done.returncode == 0, done.stderr
    run = open_run(place / "runs" / "tiny-seed77")
    times = sorted(set(run.trajectories["t_s"].to_pylist()))
    assert times[:3] == [0.0, 0.5, 1.0]


def test_every_fault_of_a_file_and_nothing_left(place):
    bad = SCENARIO.replace("60 s\n", "60\n").replace("91N6E", "91N6F")
    (place / "tiny.yaml").write_text(bad)
    for verb in ("run", "check"):
        done = openiads(verb, "tiny.yaml", cwd=place)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        for words in ("tiny.yaml:4:", "needs a unit", "did you mean 91N6E", "2 faults"):
            assert words in done.stderr
    assert [p.name for p in place.iterdir()] == ["tiny.yaml"]


def test_check_accepts_scenarios_and_catalogue_items(place):
    import openiads as package  # noqa: PLC0415

    item = Path(package.__file__).parent / "catalog" / "data" / "radar" / "91N6E.yaml"
    text = item.read_text().replace("id: 91N6E", "id: my-radar")
    (place / "mine.yaml").write_text(text)
    (place / "wrong.yaml").write_text(text.replace("grade: F", "grade: Z", 1))
    done = openiads("check", "tiny.yaml", "mine.yaml", cwd=place)
    assert (done.returncode, done.stdout) == (0, "tiny.yaml: ok\nmine.yaml: ok\n"), done.stderr
    done = openiads("check", "tiny.yaml", "wrong.yaml", "nothing.yaml", cwd=place)
    assert done.returncode == 2
    assert "tiny.yaml: ok" in done.stdout and "grade" in done.stderr and "nothing.yaml" in done.stderr


def test_a_faulty_text_is_refused_before_anything_is_built(place):
    (place / "faulty.yaml").write_text((place / "tiny.yaml").read_text().replace("duration:", "duratoin:", 1))
    code = (
        "import sys; sys.argv = ['openiads', 'check', 'faulty.yaml']\n"
        "from openiads.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'numba', 'pyarrow', 'matplotlib', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=place)
    assert done.stdout == "[]\n" and "duratoin" in done.stderr


def _limit_file_size():
    """Stands in for a full disk: nothing larger than 4 kB may be written."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_disk_that_takes_no_more_is_one_line_and_exit_3(place):
    done = openiads("run", "tiny.yaml", cwd=place, preexec_fn=_limit_file_size)
    assert done.returncode == 3, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert "nothing is left half-written" in last or "nothing half-written is left" in last
    assert "Traceback" not in done.stderr
    assert [p.name for p in place.iterdir()] == ["tiny.yaml"]


def test_a_folder_that_cannot_be_made_is_exit_3_before_any_work(place):
    done = openiads("run", "tiny.yaml", "--out", "tiny.yaml/run", cwd=place)
    assert done.returncode == 3, done.stderr
    assert "not a folder" in done.stderr and "simulating" not in done.stderr


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_and_leaves_nothing(place, sent, code):
    (place / "tiny.yaml").write_text(SCENARIO.replace("duration: 60 s", "duration: 24 h"))
    process = subprocess.Popen(
        command("run", "tiny.yaml"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=place,
    )
    for line in process.stderr:
        if line.startswith("simulating"):
            break
    start = time.monotonic()
    process.send_signal(sent)
    _, said = process.communicate(timeout=20)
    assert time.monotonic() - start < 1.0
    assert process.returncode == code
    assert "stopped" in said and "Traceback" not in said
    assert [p.name for p in place.iterdir()] == ["tiny.yaml"]


def test_a_fault_of_the_engine_is_ours(place):
    """A seeded fault: the report names the scenario, the seed and the command; nothing is stored."""
    code = (
        "import sys; sys.argv = ['openiads', 'run', 'tiny.yaml', '--seed', '9']\n"
        "from openiads.engine.run import Engine, EngineFault\n"
        "def broken(*args): raise EngineFault('a state became infinite or not a number')\n"
        "Engine.run = broken\n"
        "from openiads.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=place, check=False
    )
    assert done.returncode == 4
    assert "Traceback" not in done.stderr and "infinite" in done.stderr
    (report,) = place.glob("openiads-crash-*.txt")
    text = report.read_text()
    manifest = (
        "engine_sha256: ",
        "scenario_sha256: ",
        "seed: 9",
        "openiads run tiny.yaml --seed 9 --replication 0",
    )
    assert all(words in text for words in manifest)
    assert sorted(p.name for p in place.iterdir()) == sorted([report.name, "tiny.yaml"])


def test_the_event_meanings_survive_the_way_through(finished):
    folder, _ = finished
    run = open_run(folder / "runs" / "tiny-seed5")
    assert set(run.events["event"].to_pylist()) <= set(run.meanings())
    assert json.loads((run.path / "manifest.json").read_text())["schema"] == 1
