"""Chunks on any executor of `concurrent.futures`: other processes, a Dask cluster, MPI.

What travels is plain data: the scenario text there, the encoded shard back. The one who has the study folder
writes it, so workers need no common disk, and a worker that dies takes nothing with it but its chunk.
"""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from openiads import _jit
from openiads.agents.load import UserDoctrine, load_doctrine
from openiads.analysis.intervals import Sums
from openiads.analysis.measures import measure
from openiads.catalog import load_catalog
from openiads.scenario.overrides import read_plain
from openiads.study.design import Chunk, StudyError
from openiads.study.manifest import library_versions
from openiads.study.points import Points
from openiads.study.shards import write_shard
from openiads.study.uncertain import read_back
from openiads.study.work import Course, Done, Job, compute

#: A chunk whose worker died is given out again so many times.
TRIES = 10
_POLL_S = 0.1
_ASK_S = 2.0  # between two questions after the size of a cluster
_KEPT = 2  # studies of which a worker keeps the Worlds
#: Errors of clusters that mean "the worker died", by name: their packages are extras.
_DIED = frozenset({"KilledWorker", "WorkerDied"})
#: Errors that mean "there is nobody to work any more".
_GONE = frozenset(
    {
        "CancelledError",
        "FutureCancelledError",
        "FuturesCancelledError",
        "CommClosedError",
        "TerminatedWorkerError",
    }
)


class ClusterError(Exception):
    """The executor or cluster is gone. What is done is in the store; exit code 3."""


class WorkerError(StudyError):
    """A worker has another engine, catalogue, library or input file: its rows would not fit. Exit code 2."""


@dataclass(frozen=True)
class Order:
    """What a worker elsewhere needs to know of a study: plain data."""

    study: str
    text: str
    origin: str
    inputs: Mapping[str, str]
    design: Mapping[str, Any]
    seed: int
    keep: int
    events: bool
    measure: str
    engine: str
    catalog: str
    libraries: Mapping[str, str]
    watch_s: float | None = None
    doctrine: tuple[str, Mapping[str, str]] | None = None  # FILE.py:NAME, and what the manifest says of it


class Shard(NamedTuple):
    """What comes back: a chunk with its sums and its encoded files, the seal last."""

    chunk: tuple[int, int, int]
    sums: tuple[float, ...]
    unusable: int
    files: dict[str, bytes]


def order_of(
    content: Mapping[str, Any], measured: str, libraries: Mapping[str, str], own: UserDoctrine | None = None
) -> Order:
    """The order that goes with the manifest of a study; `own`: the doctrine that the user has named."""
    scenario = content["scenario"]
    drawn = any("law" in v for v in content["vary"])
    design = {"vary": content["vary"], "points": content["points"] if drawn else []}
    return Order(
        study=str(content["study"]), text=scenario["text"], origin=scenario["file"], inputs=dict(content["inputs"]),
        design=design, seed=int(content["seed"]),
        keep=int(content["keep"]), events=bool(content["events"]), measure=measured,
        engine=content["engine_sha256"], catalog=content["catalog_sha256"], libraries=dict(libraries),
        watch_s=content.get("track_quality"),
        doctrine=None if own is None else (own.label, own.described()),
    )  # fmt: skip


# --- at the worker ----------------------------------------------------------------------------------

_known: OrderedDict[str, Points] = OrderedDict()
_lock = Lock()


def work(order: Order, chunk: tuple[int, int, int]) -> Shard:
    """Compute one chunk. Runs at the worker; writes nothing there. Raises WorkerError."""
    job = Job(
        Path(), order.study, order.seed, order.keep, order.events, _points(order), measure(order.measure)
    )
    done = compute(job, Chunk(*chunk))
    files = {name: bytes(content) for name, content in done.files.items()}
    return Shard(
        (done.chunk.point, done.chunk.first, done.chunk.size), tuple(done.sums), done.unusable, files
    )


def _points(order: Order) -> Points:
    with _lock:
        if order.study not in _known:
            _known[order.study] = _read(order)
            while len(_known) > _KEPT:
                _known.popitem(last=False)
        _known.move_to_end(order.study)
        return _known[order.study]


def _read(order: Order) -> Points:
    catalog = load_catalog()
    here = library_versions()
    pairs = [("engine", order.engine, _jit.ENGINE_DIGEST), ("catalogue", order.catalog, catalog.digest())]
    pairs += [(name, version, here[name]) for name, version in order.libraries.items()]
    for what, wanted, own in pairs:
        if wanted != own:
            raise WorkerError(
                f"the worker on {platform.node()} has another {what} ({own[:12]}, the study {wanted[:12]}): its rows "
                "would not fit together; install the same versions there"
            )
    for name, digest in order.inputs.items():
        _same_input(Path(order.origin).parent / name, digest)
    plain = read_plain(order.text, order.origin)
    varied, design = read_back(plain, order.design, catalog)
    named = None if order.doctrine is None else _same_doctrine(*order.doctrine)
    return Points(plain, order.text, order.origin, varied, design, catalog, named, order.watch_s)


def _same_doctrine(label: str, made: Mapping[str, str]) -> UserDoctrine:
    """The doctrine at this worker: its file is run only when it is the one that the user has named there."""
    where = f"the doctrine {label} at the worker on {platform.node()}"
    try:
        found = hashlib.sha256(Path(label.rpartition(":")[0]).read_bytes()).hexdigest()
    except OSError as error:
        raise WorkerError(f"{where} cannot be read: {error.strerror}; its file must be under the same path on every "
                          "machine") from None  # fmt: skip
    if found != made["file_sha256"]:
        raise WorkerError(
            f"{where} is another file (sha256 {found[:12]}, the study {made['file_sha256'][:12]}); it is not run"
        )
    own = load_doctrine(label)
    if own.described() != made:
        raise WorkerError(f"{where}: modules beside it, or openiads.agents, differ from those of the study")
    return own


def _same_input(path: Path, digest: str) -> None:
    try:
        same = hashlib.sha256(path.read_bytes()).hexdigest() == digest
    except OSError as error:
        raise WorkerError(f"the worker on {platform.node()} cannot read {path}: {error.strerror}; files beside the "
                          "scenario must be under the same path on every machine") from None  # fmt: skip
    if not same:
        raise WorkerError(f"{path} on {platform.node()} is not the file of the study")


# --- at the folder ----------------------------------------------------------------------------------


def in_executor(
    order: Order,
    course: Course,
    folder: Path,
    executor: Executor,
    workers: int | None,
    counted: Callable[[int], None],
) -> Iterator[Done | None]:
    """Do all chunks on an executor; yields each when its shard is written, and None while waiting.

    The executor is not shut down: it belongs to the caller. Raises ClusterError when it is gone.
    """
    running: dict[Future[Shard], Chunk] = {}
    held: dict[Chunk, Done] = {}
    tries: Counter[Chunk] = Counter()
    ahead = _Ahead(executor, workers)
    try:
        while True:
            most = ahead.now()
            while len(running) < most and len(running) + len(held) < 4 * most:
                chunk = course.take()
                if chunk is None:
                    break
                running[_submit(executor, order, chunk)] = chunk
            if not running:
                return
            finished, _ = wait(running, timeout=_POLL_S, return_when=FIRST_COMPLETED)
            if not finished:
                yield None
            for future in finished:
                chunk = running.pop(future)
                done = _result(future, chunk, tries)
                if done is None:
                    running[_submit(executor, order, chunk)] = chunk
                else:
                    held[chunk] = done
            yield from _write(held, course, folder, counted)
    finally:
        for future in running:
            future.cancel()


def _submit(executor: Executor, order: Order, chunk: Chunk) -> Future[Shard]:
    try:
        return executor.submit(work, order, (chunk.point, chunk.first, chunk.size))
    except (RuntimeError, OSError) as error:  # broken or shut down
        raise _gone(error) from error


def _result(future: Future[Shard], chunk: Chunk, tries: Counter[Chunk]) -> Done | None:
    """The chunk; None where its worker died and it is to be given out again."""
    try:
        shard = future.result()
    except (BrokenExecutor, CancelledError) as error:
        raise _gone(error) from None
    except Exception as error:
        name = type(error).__name__
        if name in _GONE:
            raise _gone(error) from None
        if name not in _DIED:
            raise
        tries[chunk] += 1
        if tries[chunk] >= TRIES:
            raise ClusterError(
                f"point {chunk.point}, replications from {chunk.first} on: the workers that had it died {TRIES} times; "
                "is their memory enough?"
            ) from None
        return None
    files = {name: memoryview(content) for name, content in shard.files.items()}
    return Done(chunk, Sums(*shard.sums), shard.unusable, files)  # type: ignore[arg-type]


def _gone(error: BaseException) -> ClusterError:
    text = " ".join(str(error).split())
    return ClusterError(f"the workers are gone ({type(error).__name__}{': ' + text[:120] if text else ''}); "
                        "what is done is in the store")  # fmt: skip


def _write(
    held: dict[Chunk, Done], course: Course, folder: Path, counted: Callable[[int], None]
) -> Iterator[Done]:
    """Write what counts by now, in its order; drop what lies after a stop."""
    for chunk in sorted(held):
        counts = course.counts(chunk)
        if counts is None:
            continue
        done = held.pop(chunk)
        if counts:
            write_shard(folder, done.files)
            course.known(chunk, done.sums)
            counted(chunk.size)
            yield done


class _Ahead:
    """How many chunks to give out: two for every worker, whoever joins or leaves."""

    def __init__(self, executor: Executor, workers: int | None) -> None:
        self._client = getattr(executor, "_client", None)
        own = getattr(executor, "_max_workers", None)
        self._fixed = workers or (own if isinstance(own, int) else None) or os.cpu_count() or 1
        self._asked_s = -_ASK_S

    def now(self) -> int:
        """The number, asked anew every few seconds."""
        if self._client is not None and time.monotonic() - self._asked_s >= _ASK_S:
            self._asked_s = time.monotonic()
            try:
                self._fixed = max(1, sum(self._client.nthreads().values()))
            except Exception as error:
                raise _gone(error) from error
        return 2 * self._fixed


__all__ = ["TRIES", "ClusterError", "Order", "Shard", "WorkerError", "in_executor", "order_of", "work"]
