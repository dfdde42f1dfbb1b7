"""Nothing half-written is ever seen: the n-th call fails, the process is killed, the disk is full."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
import synthetic_run as made

from openiads.results import RunError, open_run
from openiads.study import files
from openiads.study.store import RunExists, StoreError, new_run

CALLS = ("open", "write", "fsync", "close", "rename", "mkdir")


class FailingOs:
    """`os`, whose n-th call that touches the disk fails."""

    def __init__(self, fail_at, error=errno.ENOSPC):
        self.n, self.fail_at, self.error = 0, fail_at, error

    def __getattr__(self, name):
        real = getattr(os, name)
        if name not in CALLS:
            return real

        def call(*args, **kwargs):
            self.n += 1
            if self.n == self.fail_at:
                if name == "close":
                    real(*args)
                raise OSError(self.error, os.strerror(self.error))
            return real(*args, **kwargs)

        return call


@pytest.fixture(scope="module")
def raid():
    return made.outcome()


def write(path, raid, force=False, seed=1):
    outcome = type(raid[0])(**{**vars(raid[0]), "seed": seed})
    with new_run(path, force) as folder:
        return folder.write(outcome, raid[1], made.provenance())


def visible(folder):
    """What a person sees: names without a leading dot."""
    return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) if folder.exists() else []


def calls_of(tmp_path, raid, monkeypatch, **kwargs):
    counting = FailingOs(0)
    monkeypatch.setattr(files, "os", counting)
    write(tmp_path / "count" / "run", raid)
    if kwargs:
        counting.n = 0
        write(tmp_path / "count" / "run", raid, **kwargs)
    monkeypatch.setattr(files, "os", os)
    return counting.n


def test_failure_of_every_single_call_leaves_nothing_or_a_whole_run(tmp_path, raid, monkeypatch):
    total = calls_of(tmp_path, raid, monkeypatch)
    assert total > 25
    for n in range(1, total + 1):
        parent = tmp_path / f"n{n}" / "runs"
        monkeypatch.setattr(files, "os", FailingOs(n))
        with pytest.raises(StoreError, match="disk is full"):
            write(parent / "run", raid)
        monkeypatch.setattr(files, "os", os)
        if visible(parent):  # only the fsync of the parent, after the rename, may leave the run: whole
            assert visible(parent) == ["run"]
            open_run(parent / "run")
        assert not list(parent.glob(".*"))
        assert open_run(write(parent / "run", raid, force=True)).seed == 1


def test_failure_of_every_single_call_while_replacing_keeps_an_earlier_run(tmp_path, raid, monkeypatch):
    total = calls_of(tmp_path, raid, monkeypatch, force=True)
    for n in range(1, total + 1):
        path = tmp_path / f"n{n}" / "run"
        write(path, raid, seed=1)
        monkeypatch.setattr(files, "os", FailingOs(n, errno.EIO))
        with pytest.raises(StoreError):
            write(path, raid, force=True, seed=2)
        monkeypatch.setattr(files, "os", os)
        assert open_run(path).seed in (1, 2)


def test_an_earlier_run_is_never_overwritten(tmp_path, raid):
    path = write(tmp_path / "run", raid, seed=1)
    with pytest.raises(RunExists, match="--force"):
        write(path, raid, seed=2)
    assert open_run(path).seed == 1
    assert open_run(write(path, raid, force=True, seed=2)).seed == 2
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_force_never_removes_what_is_not_a_run(tmp_path, raid):
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    with pytest.raises(RunExists, match=r"letter\.txt"):
        write(home, raid, force=True)
    path = write(tmp_path / "run", raid)
    (path / "notes.md").write_text("mine")
    with pytest.raises(RunExists, match=r"notes\.md"):
        write(path, raid, force=True)
    assert (path / "notes.md").read_text() == "mine"
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(RunExists, match="not a folder"):
        write(file, raid, force=True)
    link = tmp_path / "link"
    link.symlink_to(home)
    with pytest.raises(RunExists):
        write(link, raid, force=True)
    assert (home / "letter.txt").exists()


def test_an_empty_folder_may_be_filled(tmp_path, raid):
    (tmp_path / "run").mkdir()
    open_run(write(tmp_path / "run", raid))


def test_refusal_comes_before_any_work(tmp_path, raid):
    write(tmp_path / "run", raid)
    with pytest.raises(RunExists), new_run(tmp_path / "run"):
        pytest.fail("the work was begun")
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="not a folder"), new_run(tmp_path / "file" / "run"):
        pytest.fail("the work was begun")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission_is_one_line(tmp_path, raid):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(StoreError, match="no permission"):
        write(folder / "run", raid)


def test_an_error_in_between_leaves_nothing(tmp_path, raid):
    with pytest.raises(ZeroDivisionError), new_run(tmp_path / "runs" / "run"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_fails_leaves_nothing(tmp_path, raid):
    def broken(folder):
        assert (folder / "manifest.json").exists()
        raise ValueError("no ink")

    with pytest.raises(ValueError, match="no ink"), new_run(tmp_path / "run") as folder:
        folder.write(*raid, made.provenance(), broken)
    assert list(tmp_path.iterdir()) == []


def test_pictures_are_written_with_the_run(tmp_path, raid):
    with new_run(tmp_path / "run") as folder:
        path = folder.write(*raid, made.provenance(), lambda _: {"overview.png": b"png"})
    assert (path / "overview.png").read_bytes() == b"png"


VICTIM = """
import sys, time
sys.path.insert(0, {unit!r})
import synthetic_run as made
from pathlib import Path
from openiads.study import files
from openiads.study.store import new_run
real = files.write_file
def slow(path, data):
    real(path, data)
    print("wrote", path.name, flush=True)
    time.sleep(0.02)
files.write_file = slow
import openiads.study.store as store
store.write_file = slow
outcome, names = made.outcome()
print("ready", flush=True)
while True:
    with new_run(Path({path!r}), force=True) as folder:
        folder.write(outcome, names, made.provenance())
    print("done", flush=True)
"""


def test_kill_nine_leaves_no_half_run(tmp_path, raid):
    path = tmp_path / "run"
    code = VICTIM.format(unit=str(Path(__file__).parents[1] / "unit"), path=str(path))
    stops = [(8, 0.0), (3, 0.005), (13, 0.001), (17, 0.01)]  # lines to read, then seconds to wait
    for lines, wait_s in stops:
        victim = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(lines):
            assert victim.stdout.readline()
        time.sleep(wait_s)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        victim.stdout.close()
        if path.exists():
            open_run(path)
        else:
            with pytest.raises(RunError):
                open_run(path)
    write(path, raid, force=True)
    open_run(path)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]  # what the dead have left is gone


def test_killed_between_the_two_renames_gives_the_earlier_run_back(tmp_path, raid):
    path = write(tmp_path / "run", raid, seed=1)
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    host = files.NewFolder(path, frozenset())._host
    path.rename(tmp_path / f".run.old-{host}-{process.pid}-00000000")
    with pytest.raises(RunExists), new_run(path):
        pytest.fail("the earlier run was forgotten")
    assert open_run(path).seed == 1


def test_a_living_neighbour_is_left_alone(tmp_path, raid):
    host = files.NewFolder(tmp_path / "run", frozenset())._host
    other = tmp_path / f".run.new-{host}-{os.getppid()}-00000000"
    other.mkdir()
    write(tmp_path / "run", raid)
    assert other.exists()
