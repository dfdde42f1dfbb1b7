"""A study on other executors, on a Dask cluster whose worker is killed, and as a job array: the bytes are the single machine's."""

import hashlib
import json
import os
import re
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
from openiads.agents import load_doctrine
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


# --- doctrines of the user's own ---------------------------------------------------------------------

GREEDY = Path(__file__).resolve().parents[2] / "docs/doctrines/greedy.py"


@pytest.fixture(scope="module")
def greedy(place):
    """The example doctrine in a folder of its own, and a study under it on the threads of one process."""
    file = place / "greedy.py"
    file.write_bytes(GREEDY.read_bytes())
    study = openiads.Study(
        place / "small.yaml", n=12, chunk=2, workers=1, out=place / "greedy", doctrine=f"{file}:Greedy"
    ).run()
    return file, study


def test_a_doctrine_of_ones_own_on_a_dask_worker(place, greedy):
    """The worker is a process of its own: it reads the file that was named, and its rows are those of this process."""
    pytest.importorskip("distributed")
    file, study = greedy
    out = place / "greedy-dask"
    with cluster_executor("local", 1) as executor:
        made = openiads.Study(place / "small.yaml", n=12, chunk=2, out=out, doctrine=f"{file}:Greedy")
        found = made.run(executor=executor)
    assert found.manifest["doctrine"]["file_sha256"] == hashlib.sha256(GREEDY.read_bytes()).hexdigest()
    same(out, study)


def test_a_worker_runs_no_other_file(place, greedy):
    file, study = greedy
    order = remote.order_of(study.manifest, "leakage", {}, load_doctrine(f"{file}:Greedy"))
    label, made = order.doctrine
    ran = place / "ran"
    other = place / "other.py"
    other.write_text(f"open({str(ran)!r}, 'w').close()\n{GREEDY.read_text()}")
    changed = {**order.__dict__, "study": "other"}
    with pytest.raises(remote.WorkerError, match=r"is another file \(sha256 .*it is not run") as caught:
        remote.work(remote.Order(**{**changed, "doctrine": (f"{other}:Greedy", made)}), (0, 0, 1))
    assert not ran.exists() and exit_code(caught.value) == 2
    with pytest.raises(remote.WorkerError, match="under the same path on every machine"):
        remote.work(remote.Order(**{**changed, "doctrine": (f"{place / 'gone.py'}:Greedy", made)}), (0, 0, 1))
    with pytest.raises(remote.WorkerError, match="differ from those of the study"):
        remote.work(remote.Order(**{**changed, "doctrine": (label, {**made, "host_sha256": "0"})}), (0, 0, 1))
    assert remote.work(order, (0, 0, 2)).chunk == (0, 0, 2)


def test_an_order_for_a_study_without_a_doctrine_names_no_code(alone):
    assert remote.order_of(alone.manifest, "leakage", {}).doctrine is None


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


def documented_job():
    """The job script that docs/studies.md prints."""
    text = (Path(__file__).resolve().parents[2] / "docs/studies.md").read_text()
    (script,) = re.findall(r"```bash\n(#!/bin/bash\n#SBATCH.*?)```", text, re.S)
    return script


def test_the_job_script_of_the_documentation(tmp_path):
    """Run by bash as an array of three tasks, each a process that knows of the others only what Slurm tells it."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "openiads-cache").symlink_to(
        os.environ.get("OPENIADS_CACHE_DIR", str(Path.home() / ".cache/openiads"))
    )
    studies.write(tmp_path).rename(tmp_path / "raid.yaml")
    script = documented_job()
    tasks, n = 3, 24
    assert "/300" in script and "-n 1000000" in script and "--array=1-300" in script
    (tmp_path / "job.sh").write_text(script.replace("/300", f"/{tasks}").replace("-n 1000000", f"-n {n}"))
    program = tmp_path / "bin" / "openiads"
    program.parent.mkdir()
    program.write_text(f'#!/bin/bash\nexec "{sys.executable}" -m openiads "$@"\n')
    program.chmod(0o755)

    def task(number):
        env = {
            **os.environ, "SHARED": str(shared), "SLURM_ARRAY_TASK_ID": str(number), "SLURM_CPUS_PER_TASK": "1",
            "PATH": f"{program.parent}:{os.environ['PATH']}",
        }  # fmt: skip
        return subprocess.Popen(
            ["bash", "job.sh"],
            cwd=tmp_path,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    together = [task(3), task(1)]  # in any order, at once
    said = [job.communicate(timeout=300) for job in together]
    assert [job.returncode for job in together] == [0, 0], said
    assert 0 < openiads.open_study(shared / "raid").replications_done < n
    last = task(2)
    out, err = last.communicate(timeout=300)
    assert last.returncode == 0 and "Measures" in out, err
    whole = openiads.Study(tmp_path / "raid.yaml", n=n, out=tmp_path / "whole").run()
    same(shared / "raid", whole)


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
