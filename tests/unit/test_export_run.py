"""Exports as a whole: the clock, parents, moves, tracks of the same number; what is refused; nothing half written."""

import dataclasses
import datetime as dt
import errno
import math
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pymap3d
import pytest
import synthetic_run
from support import exported

import openiads
from openiads.cli.export import export_any
from openiads.cli.guard import UserError
from openiads.engine import events as ev
from openiads.export import earth, tracks
from openiads.export.content import MISSILE, PLATFORM, Content
from openiads.export.out import ExportError, whole
from openiads.export.run import FILES, FOLDERS, export_run
from openiads.export.things import EPOCH, start_of
from openiads.results import RunError, open_run
from openiads.study.store import StoreError, new_run


@pytest.fixture(scope="module")
def outcome():
    return synthetic_run.outcome()


def write(path, outcome, names):
    """A made-up run under other names."""
    with new_run(path) as target:
        return open_run(target.write(outcome, names, synthetic_run.provenance()))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return exported.made_up(synthetic_run, tmp_path_factory.mktemp("made") / "made").run


def test_the_clock():
    def start(text):
        return start_of(SimpleNamespace(scenario_text=text, path="run"))

    assert start("name: x\n") == EPOCH == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert start("start: 2031-02-03T04:05:06Z\n") == dt.datetime(2031, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    assert start("start: 2031-02-03T04:05:06+02:00\n") == dt.datetime(2031, 2, 3, 2, 5, 6, tzinfo=dt.UTC)
    with pytest.raises(ExportError, match="is not a time"):
        start("start: yesterday\n")
    with pytest.raises(ExportError, match="cannot be read"):
        start("start: [\n")


def test_the_default_is_that_of_the_scenario_language():
    from openiads.scenario.spec import Scenario  # noqa: PLC0415

    assert Scenario.model_fields["start_utc"].default == EPOCH


def test_columns_against_pymap3d():
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(-90, 90, 5000), rng.uniform(-180, 180, 5000)
    alt = rng.uniform(-400, 2e6, 5000)
    xyz = pymap3d.geodetic2ecef(lat, lon, alt)
    found = earth.geodetic(*xyz)
    assert np.abs(np.degrees(found[0]) - lat).max() < 1e-9 and np.abs(found[2] - alt).max() < 1e-5
    assert np.abs((np.degrees(found[1]) - lon + 180) % 360 - 180).max() < 1e-9
    assert np.allclose(earth.ecef(np.radians(lat), np.radians(lon), alt), xyz, rtol=0, atol=1e-6)
    v = rng.normal(0, 300, (3, 5000))
    assert np.allclose(
        earth.enu(np.radians(lat), np.radians(lon), *v), pymap3d.ecef2enuv(*v, lat, lon), rtol=0, atol=1e-9
    )


def test_parents(tmp_path, outcome):
    """Missiles come from their launcher; what is let go of in flight is known by its name."""
    made, names = outcome
    ids = list(names.platform)
    ids[1], ids[2], ids[3] = f"{ids[0]}-TD", f"{ids[0]}-D1", f"{ids[0]}-CH01"
    content = Content(write(tmp_path / "p", made, dataclasses.replace(names, platform=tuple(ids))))
    parents = {m.id: m.parent for m in content.movers if m.kind == PLATFORM}
    assert [parents[i] for i in ids[1:4]] == [ids[0]] * 3 and parents[ids[0]] == parents[ids[5]] == ""
    launchers = dict(
        zip(content.run.missiles["id"].to_pylist(), content.run.missiles["launcher"].to_pylist(), strict=True)
    )
    assert {m.id: m.parent for m in content.movers if m.kind == MISSILE} == launchers


def test_what_still_flies_at_the_end(tmp_path, outcome):
    made, names = outcome
    rounds, events = made.round.copy(), made.event[made.event.code != ev.MISSILE_END]
    rounds.fate[0], rounds.t_end_s[0] = ev.MISSILE_FATE.index("in flight"), np.nan
    kept = events[events.code != ev.PLATFORM_END]
    content = Content(write(tmp_path / "f", dataclasses.replace(made, round=rounds, event=kept), names))
    flying = [mover for mover in content.movers if not mover.gone]
    assert any(mover.kind == MISSILE for mover in flying)
    assert all(mover.t_end_s <= content.run.t_end_s for mover in content.movers)
    for to in FILES:
        export_run(content.run, to, tmp_path / f"x-{to}")


def test_positions_between_samples(run):
    content = Content(run)
    assert content.period_s == synthetic_run.SAMPLE_S
    mover = next(m for m in content.movers if m.kind == PLATFORM)
    k = mover.rows.start + 3
    at, v = content.ecef_at(mover, float(content.t_s[k]))
    assert np.allclose(at, (content.x_m[k], content.y_m[k], content.z_m[k])) and v[0] == content.vx_mps[k]
    middle, _ = content.ecef_at(mover, float(content.t_s[k]) + content.period_s / 2)
    ends = np.array([[c[k], c[k + 1]] for c in (content.x_m, content.y_m, content.z_m)])
    assert np.abs(np.array(middle) - ends.mean(axis=1)).max() < 2.0, "a straight flight"


def test_tracks_of_one_number():
    """Two command posts count their own tracks: one number, two tracks at the same times; and a number after a gap."""
    t_s = np.array([0, 0, 2, 2, 4, 4, 20, 22.0])
    x = np.array([0, 900, 1020, 198, 396, 1140, 5000, 5010.0])
    v = np.array([99, 60, 60, 99, 99, 60, 5, 5.0])
    state = np.stack([x, 0 * x, 0 * x, v, 0 * v, 0 * v], axis=1)
    assert tracks.chains(list(range(8)), t_s, state) == [[0, 3, 4], [1, 2, 5], [6, 7]]
    assert tracks.chains([0, 3, 4], t_s, state) == [[0, 3, 4]]
    assert tracks.chains([0, 1], t_s, state) == [[0], [1]]
    assert tracks.chains([0], t_s, state) == [[0]]


@pytest.mark.parametrize("to", [*FILES, *FOLDERS])
def test_nothing_is_replaced_unasked_and_the_same_bytes_come_twice(run, tmp_path, to):
    out = tmp_path / "out"
    made = export_run(run, to, out)
    before = {path: path.read_bytes() for path, _, _ in made}
    assert all(number > 0 for _, number, _ in made) and all(before.values())
    with pytest.raises(ExportError, match="--force replaces it"):
        export_run(run, to, out)
    assert {path: path.read_bytes() for path in before} == before
    export_run(run, to, out, force=True)
    assert {path: path.read_bytes() for path in before} == before
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


@pytest.mark.parametrize("to", ["tacview", "csv", "dis"])
def test_a_full_disk_leaves_nothing(run, tmp_path, to, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="nothing half-written is left"):
        export_run(run, to, tmp_path / "out")
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left == []


def test_what_goes_wrong_within_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), whole(tmp_path / "x") as handle:
        handle.write(b"half")
        raise ZeroDivisionError
    assert os.listdir(tmp_path) == []


def test_what_is_in_the_way(run, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ExportError, match="is not a file"):
        export_run(run, "kml", tmp_path / "folder", force=True)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ExportError, match="names a folder"):
        export_run(run, "csv", tmp_path / "file", force=True)
    assert (tmp_path / "file").read_text() == "mine"
    with pytest.raises(ExportError, match="did you mean 'kml'"):
        export_run(run, "klm", tmp_path / "x")


def openiads_(*args, cwd):
    command = [sys.executable, "-m", "openiads", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, check=False)


def test_the_command(run, tmp_path):
    done = openiads_("export", run.path, "--to", "kml", "--out", "a.kml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("a.kml: ")
    assert openiads_("export", run.path, "--to", "kml", "--out", "a.kml", cwd=tmp_path).returncode == 2
    done = openiads_("export", run.path, "--to", "dis", "--udp", "8.8.8.8:3000", cwd=tmp_path)
    assert (
        done.returncode == 2 and "only loopback addresses" in done.stderr and "Traceback" not in done.stderr
    )
    assert sorted(os.listdir(tmp_path)) == ["a.kml"]


def test_options_that_do_not_go_together(run, tmp_path):
    out, udp = tmp_path / "x", "127.0.0.1:3000"
    for to, where, force, address, speed, word in (
        ("kmz", None, False, None, None, "did you mean 'kml'"),
        ("kml", None, False, udp, None, "--udp goes with --to dis"),
        ("dis", None, False, None, 3.0, "--speed goes with --udp"),
        ("dis", out, False, udp, None, "writes nothing"),
        ("dis", None, True, udp, None, "writes nothing"),
        ("dis", None, False, udp, -1.0, "above 0"),
        ("dis", None, False, udp, 0.0, "above 0"),
        ("dis", None, False, udp, math.nan, "above 0"),
    ):
        with pytest.raises((UserError, ExportError), match=word):
            export_any(run.path, to, where, force, address, speed)
    with pytest.raises(RunError, match="no such folder"):
        export_any(tmp_path / "nowhere", "kml", None, False, None, None)
    assert os.listdir(tmp_path) == []


def test_from_python(run, tmp_path):
    ((path, number, what),) = openiads.export_run(run, "geojson", tmp_path / "a.geojson")
    assert path.exists() and number == run.trajectories.num_rows and what == "samples"


def test_exporting_needs_no_engine():
    code = "import sys, openiads.export.run; print([m for m in ('numba', 'scipy', 'matplotlib') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
