"""A study on other executors, on a Dask cluster whose worker is killed, and as a job array: the bytes are the single machine's."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import studies

import openiads
from openiads.cli.guard import exit_code
from openiads.cli.studies import run_study
from openiads.results.study_schema import MANIFEST, SEALS
from openiads.study import cluster, remote
from openiads.study.cluster import cluster_executor
from openiads.study.design import StudyError
from openiads.study.part import read_part

N, CHUNK = 60, 3


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study-elsewhere")
    studies.write(folder)
    return folder


@pytest.fixture(scope="module")
def alone(place):
    """On the threads of one process."""
    return openiads.Study(
        place / "small.yaml", n=N, chunk=CHUNK, workers=2, keep=1, out=place / "alone"
    ).run()


def same(out, alone):
    assert studies.files(out) == studies.files(alone.path)
    assert seals(out) == seals(alone.path)


def seals(folder):
    return {p.name: p.read_bytes() for p in sorted((folder / SEALS).glob("*.json"))}


# --- a real cluster ---------------------------------------------------------------------------------


@pytest.fixture
def dask_processes(tmp_path):
    """A scheduler and two workers as processes of their own on loopback: (address, worker processes)."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    started = []

    def start(*args):
        command = [sys.executable, "-m", "dask", *map(str, args)]
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "10"},
        )  # fmt: skip
        started.append(process)
        return process

    start("scheduler", "--host", "127.0.0.1", "--port", 0, "--dashboard-address", "127.0.0.1:0",
          "--scheduler-file", file)  # fmt: skip
    end = time.monotonic() + 60.0
    while not (file.exists() and file.stat().st_size) and time.monotonic() < end:
        time.sleep(0.1)
    workers = [
        start("worker", "--scheduler-file", file, "--host", "127.0.0.1", "--no-nanny", "--nthreads", 1,
              "--dashboard-address", "127.0.0.1:0", "--local-directory", tmp_path)
        for _ in range(2)
    ]  # fmt: skip
    try:
        yield json.loads(file.read_text())["address"], workers
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


class KillOne:
    """Progress that kills a worker process when a third of the replications is there."""

    def __init__(self, victim):
        self.victim, self.at = victim, None

    def phase(self, text):
        pass

    def fraction(self, done):
        pass

    def say(self, text):
        pass

    def count(self, done, total, per_s, note):
        if self.at is None and done >= total / 3:
            os.kill(self.victim.pid, signal.SIGKILL)
            self.at = done


def test_a_worker_is_killed_in_mid_study(place, alone, dask_processes):
    address, workers = dask_processes
    told = KillOne(workers[0])
    with cluster_executor(address) as executor:
        end = time.monotonic() + 60.0
        while len(executor._client.nthreads()) < 2 and time.monotonic() < end:
            time.sleep(0.2)
        assert len(executor._client.nthreads()) == 2
        out = place / "killed"
        study = openiads.Study(place / "small.yaml", n=N, chunk=CHUNK, keep=1, out=out).run(
            told, executor=executor
        )
        assert len(executor._client.nthreads()) == 1
    assert told.at is not None and told.at < N  # it died in the middle
    assert workers[0].wait(10) == -signal.SIGKILL and workers[1].poll() is None
    assert study.replications_done == N
    same(out, alone)


def test_a_scheduler_that_is_not_there(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "_TIMEOUT_S", 1)
    with pytest.raises(StudyError, match="no scheduler answers"), cluster_executor("tcp://127.0.0.1:9"):
        pass
    with pytest.raises(StudyError, match="it is local, tcp://HOST:PORT"), cluster_executor("127.0.0.1:8786"):
        pass


# --- any executor -----------------------------------------------------------------------------------


def test_threads_of_an_executor(place, alone):
    with ThreadPoolExecutor(3) as executor:
        openiads.Study(place / "small.yaml", n=N, chunk=CHUNK, keep=1, out=place / "pool").run(
            executor=executor
        )
    same(place / "pool", alone)


def test_points_and_a_goal_stop_where_they_stop_on_threads(place):
    made = []
    for name, executor in (("own", None), ("other", ThreadPoolExecutor(3))):
        study = openiads.Study(
            place / "small.yaml", n=200, vary={"L1.rounds.9M96E2": "6,4"}, until="leakage ±0.06", chunk=10,
            out=place / f"goal-{name}",
        ).run(executor=executor)  # fmt: skip
        made.append((study.done(0), study.done(1), studies.files(study.path)))
        if executor is not None:
            executor.shutdown()
    assert made[0] == made[1]
    assert 30 <= made[0][0] < 200


@pytest.mark.long
def test_a_broken_pool_of_processes_leaves_a_study_that_goes_on(place, alone):
    """One process of a pool is killed: the pool is lost (that is how Python's works), the study is not."""
    out = place / "broken"
    study = openiads.Study(place / "small.yaml", n=N, chunk=CHUNK, keep=1, out=out)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        told = KillOne(None)

        def count(done, total, per_s, note):
            if told.at is None and done:
                told.at = done
                os.kill(next(iter(executor._processes)), signal.SIGKILL)

        told.count = count
        with pytest.raises(remote.ClusterError, match="the workers are gone"):
            study.run(told, executor=executor)
    assert 0 < openiads.open_study(out).replications_done < N
    openiads.resume(out, workers=2)
    same(out, alone)


class Stubborn(ThreadPoolExecutor):
    """Every first attempt at a chunk fails as if its worker had died; `always`: every attempt."""

    def __init__(self, always=False):
        super().__init__(2)
        self.tried, self.always = {}, always

    def submit(self, fn, order, chunk):
        self.tried[chunk] = self.tried.get(chunk, 0) + 1
        if self.always or self.tried[chunk] == 1:
            future = Future()
            future.set_exception(type("KilledWorker", (Exception,), {})("died"))
            return future
        return super().submit(fn, order, chunk)


def test_chunks_of_dead_workers_are_given_out_again(place, alone):
    with Stubborn() as executor:
        openiads.Study(place / "small.yaml", n=N, chunk=CHUNK, keep=1, out=place / "again").run(
            executor=executor
        )
    assert set(executor.tried.values()) == {2}
    same(place / "again", alone)
    with Stubborn(always=True) as executor, pytest.raises(remote.ClusterError, match="died 10 times"):
        openiads.Study(place / "small.yaml", n=4, chunk=4, out=place / "never").run(executor=executor)


def test_a_worker_with_another_engine_is_refused(place, alone):
    order = remote.order_of(alone.manifest, "leakage", {"numpy": alone.manifest["libraries"]["numpy"]})
    changed = {**order.__dict__, "study": "x", "libraries": {"numpy": "0.1"}}
    with pytest.raises(remote.WorkerError, match=r"another numpy .*the study 0\.1"):
        remote.work(remote.Order(**changed), (0, 0, 1))
    changed = {**order.__dict__, "study": "y", "inputs": {"gone.csv": "00"}}
    with pytest.raises(remote.WorkerError, match=r"cannot read .*gone\.csv"):
        remote.work(remote.Order(**changed), (0, 0, 1))


def test_a_lost_executor_is_said_as_such():
    future = Future()
    future.set_exception(BrokenProcessPool("a process died"))
    with pytest.raises(remote.ClusterError, match="BrokenProcessPool: a process died"):
        remote._result(future, None, None)


# --- job arrays -------------------------------------------------------------------------------------


def test_a_job_array_fills_one_folder(place, alone):
    """Two jobs at once, neither of which knows of the other, on the command line."""
    command = [sys.executable, "-m", "openiads", "study", "small.yaml", "-n", str(N), "--chunk", str(CHUNK), "--keep",
               "1", "--out", "array", "--workers", "1", "--shard"]  # fmt: skip
    jobs = [
        subprocess.Popen(
            [*command, f"{k}/2"], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for k in (1, 2)
    ]
    said = [job.communicate(timeout=300) for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0], said
    same(place / "array", alone)
    assert (place / "array" / "overview.png").exists()  # the last one draws it
    assert any("Measures" in out for out, _ in said)


def test_a_lost_job_is_made_up_by_resume(place, alone):
    file, out = place / "small.yaml", place / "lost"
    for number in (1, 3):
        openiads.Study(file, n=N, chunk=CHUNK, keep=1, out=out, part=read_part(f"{number}/3")).run()
    assert openiads.open_study(out).replications_done == N - CHUNK * 7  # of 20 chunks, part 2 has seven
    openiads.resume(out, part=read_part("2/3"))
    same(out, alone)
    assert (out / MANIFEST).exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shard": "0/3"}, "numbered 1 to 3"),
        ({"shard": "4/3"}, "numbered 1 to 3"),
        ({"shard": "three"}, "it is written i/n"),
        ({"shard": "1/3", "cluster": "local"}, "exclude each other"),
        ({"shard": "1/3", "until": "leakage ±0.1"}, "cannot be cut into parts"),
        ({"shard": "1/3", "out": "alone"}, "holds another study"),
        ({"cluster": "nowhere"}, "it is local, tcp://HOST:PORT"),
    ],
)
def test_refusals(place, alone, options, said, monkeypatch):
    """Each is the user's mistake: one message, exit code 2."""
    monkeypatch.chdir(place)
    given = {"until": None, "out": None, "cluster": None, "shard": None, **options}
    out = None if given["out"] is None else Path(given["out"])
    with pytest.raises(Exception, match=said) as caught:
        run_study(
            "small.yaml",
            9,
            [],
            given["until"],
            out,
            None,
            1,
            None,
            0,
            False,
            given["cluster"],
            given["shard"],
        )
    assert exit_code(caught.value) == 2 and "\n" not in str(caught.value)
