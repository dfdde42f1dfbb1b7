"""A study survives: kills, failing disks, signals, flipped bytes. What is done stays done; what comes back is the same."""

import contextlib
import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import studies

import openiads
from openiads.results.run import RunError
from openiads.results.study import SealError
from openiads.results.study_schema import MANIFEST, SEALS
from openiads.study import carry_on as carrying
from openiads.study import files
from openiads.study import study as made
from openiads.study.design import StudyError
from openiads.study.manifest import sealed
from openiads.study.store import StoreError


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study-crash")
    studies.write(folder)
    return folder


@pytest.fixture(scope="module")
def whole(place):
    """A small study that nobody disturbed."""
    return openiads.Study(place / "small.yaml", n=12, chunk=6, workers=1, out=place / "whole").run()


def copy_of(study, folder):
    shutil.copytree(study.path, folder)
    return folder


def begun(study, folder):
    """The same study, of which nothing is done yet."""
    folder.mkdir(parents=True)
    shutil.copytree(study.path / "points", folder / "points")
    shutil.copy(study.path / MANIFEST, folder / MANIFEST)
    return folder


def seals(folder):
    found = (folder / SEALS).glob("*.json")
    return {p.name: p.read_bytes() for p in found if not p.name.startswith(".")}


def written(folder):
    """Every file of a study as it stands: a name comes again when it is written again."""
    found = set()
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # renamed or removed meanwhile
            found.add((path.name, path.stat().st_ino, path.stat().st_mtime_ns))
    return found


def kill_after(child, folder, files, before):
    """Kill a process when it has written so many files; False where it ended by itself."""
    while len(written(folder) - before) < files:
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            return False
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def test_twenty_kills_lose_nothing_that_was_done(place):
    """Forked workers are killed in the middle of writing; every seal that was there stays, and the rows are the undisturbed ones.

    When a worker is killed is told by the files that it has written, not by a clock: a busy machine changes nothing.
    """
    n, chunk = 240, 4
    undisturbed = openiads.Study(place / "small.yaml", n=n, chunk=chunk, workers=2, out=place / "calm").run()
    out = begun(undisturbed, place / "killed")
    chance = random.Random(4)
    done = {}
    for _ in range(20):
        before = written(out)
        child = os.fork()
        if child == 0:
            try:
                openiads.resume(out, workers=2)
            finally:
                os._exit(0)
        assert kill_after(child, out, chance.randint(8, 18), before), (
            "the study was done before the last kill"
        )
        now = seals(out)
        assert done.items() <= now.items()  # a finished shard stays, as it was
        openiads.open_study(out).verify()
        done = now
    assert 0 < len(done) < n // chunk
    openiads.resume(out, workers=2)
    assert studies.files(out) == studies.files(undisturbed.path)
    assert not list(out.rglob("*.tmp"))  # what the dead have left is gone


def carry_on(folder, study, points):
    return carrying.carry_on(folder, study.manifest, points, 1, made.Quiet())


def points_of(study):
    """The Worlds of a study, compiled once for many tries."""
    from openiads.catalog import load_catalog  # noqa: PLC0415
    from openiads.scenario.overrides import read_plain  # noqa: PLC0415
    from openiads.study.design import factorial  # noqa: PLC0415
    from openiads.study.points import Points  # noqa: PLC0415

    scenario = study.manifest["scenario"]
    plain = read_plain(scenario["text"], scenario["file"])
    return Points(plain, scenario["text"], scenario["file"], (), factorial(()), load_catalog())


def test_every_call_that_fails_leaves_a_study_that_can_be_continued(place, monkeypatch):
    small = openiads.Study(place / "small.yaml", n=1, chunk=1, workers=1, out=place / "one").run()
    points = points_of(small)
    counting = studies.FailingOs(0, 0)
    monkeypatch.setattr(files, "os", counting)
    carry_on(begun(small, place / "count"), small, points)
    total = counting.n
    assert total > 7 * 7
    wanted = studies.files(small.path)
    for n in range(1, total + 1):
        folder = begun(small, place / f"fault-{n}")
        monkeypatch.setattr(
            files, "os", studies.FailingOs(n, random.Random(n).choice([errno.ENOSPC, errno.EIO]))
        )
        with pytest.raises(StoreError):
            carry_on(folder, small, points)
        monkeypatch.setattr(files, "os", os)
        openiads.open_study(folder).verify()  # what is sealed is whole
        carry_on(folder, small, points)
        assert studies.files(folder) == wanted
        shutil.rmtree(folder)


def test_every_call_that_fails_while_the_folder_is_made(place, whole, monkeypatch):
    counting = studies.FailingOs(0, 0)
    monkeypatch.setattr(files, "os", counting)
    carrying.make(place / "make", whole.manifest, ["text: 1\n"])
    total = counting.n
    assert total > 15
    for n in range(1, total + 1):
        folder = place / f"make-{n}" / "study"
        monkeypatch.setattr(files, "os", studies.FailingOs(n, errno.ENOSPC))
        with pytest.raises(StoreError, match="disk is full"):
            carrying.make(folder, whole.manifest, ["text: 1\n"])
        monkeypatch.setattr(files, "os", os)
        if (folder / MANIFEST).exists():  # only the last fsync may leave a study: whole
            assert n > total - 4
            openiads.open_study(folder)
        else:
            carrying.make(folder, whole.manifest, ["text: 1\n"])


def test_flipped_bytes_are_found_and_named(place, whole):
    """Anywhere in any file: in pages, footers, seals and the manifest."""
    folder = copy_of(whole, place / "flips")
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in (".parquet", ".json"))
    chance = random.Random(7)
    for _ in range(300):
        path = chance.choice(paths)
        data = bytearray(path.read_bytes())
        kept = bytes(data)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        with pytest.raises(RunError, match=path.name.split(".")[0]):
            openiads.open_study(folder).verify()
        path.write_bytes(kept)
    openiads.open_study(folder).verify()


def test_a_damaged_shard_is_named_and_computed_again(place, whole):
    folder = copy_of(whole, place / "damaged")
    path = folder / "outcomes" / "p00000-r00000006.parquet"
    data = bytearray(path.read_bytes())
    data[100] ^= 4
    path.write_bytes(data)
    with pytest.raises(SealError, match=r"p00000-r00000006\.parquet is damaged.*openiads resume"):
        openiads.open_study(folder).table("outcomes")
    said = []

    class Told(made.Quiet):
        def say(self, text):
            said.append(text)

    openiads.resume(folder, progress=Told())
    assert len(said) == 1 and "outcomes/p00000-r00000006.parquet is damaged" in said[0]
    assert studies.files(folder) == studies.files(whole.path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"engine_sha256": "0" * 64}, "another engine"),
        ({"catalog_sha256": "0" * 64}, "another catalogue"),
        ({"seed": 99}, "does not fit its own"),
        ({"libraries": {"numpy": "1.0", "numba": "1.0", "scipy": "1.0"}}, "another numpy"),
    ],
)
def test_a_study_of_another_make_is_never_continued(place, whole, change, says):
    folder = copy_of(whole, place / f"other-{says.split()[-1]}")
    content = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_bytes(sealed({**{k: v for k, v in content.items() if k != "sha256"}, **change}))
    before = seals(folder)
    with pytest.raises(StudyError, match=says):
        openiads.resume(folder)
    assert seals(folder) == before


def test_shards_of_another_study_do_not_count(place, whole):
    other = openiads.Study(place / "small.yaml", n=12, chunk=6, seed=5, workers=1, out=place / "seed5").run()
    folder = copy_of(whole, place / "mixed")
    name = "p00000-r00000006"
    shutil.copy(other.path / SEALS / f"{name}.json", folder / SEALS / f"{name}.json")
    with pytest.raises(SealError, match="another study"):
        openiads.open_study(folder).table("runs")
    openiads.resume(folder)
    assert studies.files(folder) == studies.files(whole.path)


def test_an_earlier_study_is_never_overwritten(place, whole):
    with pytest.raises(StudyError, match="openiads resume"):
        openiads.Study(place / "small.yaml", n=3, out=whole.path).run()
    (place / "home").mkdir()
    (place / "home" / "letter.txt").write_text("dear")
    with pytest.raises(StudyError, match=r"letter\.txt"):
        openiads.Study(place / "small.yaml", n=3, out=place / "home").run()
    with pytest.raises(StudyError, match="not a folder"):
        openiads.Study(place / "small.yaml", n=3, out=place / "small.yaml").run()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_within_a_second_and_says_how_to_go_on(place, number, code):
    out = place / f"signal-{code}"
    command = [
        sys.executable,
        "-m",
        "openiads",
        "study",
        "small.yaml",
        "-n",
        "100000",
        "--chunk",
        "4",
        "--out",
        str(out),
    ]
    with subprocess.Popen(
        command, cwd=place, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        until = time.monotonic() + 120
        while not list((out / SEALS).glob("p*.json")) and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(number)
        start = time.monotonic()
        _, said = process.communicate(timeout=60)
        took = time.monotonic() - start
    assert process.returncode == code, said
    assert took < 1.0
    assert f"openiads resume {out}" in said.splitlines()[-1]
    openiads.open_study(out).verify()


def test_a_full_disk_is_one_line_and_exit_code_3(place):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = studies.openiads("study", "small.yaml", "-n", "40", "--chunk", "40", "--out", "full", cwd=place,
                            preexec_fn=small_files)  # fmt: skip
    assert done.returncode == 3, done.stderr
    last = done.stderr.splitlines()[-1]
    assert "cannot write the study" in last and "openiads resume full" in last
    study = openiads.resume(place / "full", workers=1)
    assert study.replications_done == 40


@pytest.mark.parametrize(
    ("error", "says"),
    [(errno.EMFILE, "too many open files"), (errno.EROFS, "read-only"), (errno.EACCES, "no permission")],
)
def test_what_the_disk_refuses_is_told_as_such(place, whole, monkeypatch, error, says):
    points = points_of(whole)
    folder = begun(whole, place / f"refused-{error}")
    monkeypatch.setattr(files, "os", studies.FailingOs(60, error))
    with pytest.raises(StoreError, match=says):
        carry_on(folder, whole, points)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_one_line(place):
    closed = place / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(StoreError, match="no permission"):
        openiads.Study(place / "small.yaml", n=2, out=closed / "study").run()
