"""From chunks to shards: what a worker does, the threads that do it, and when a point has enough replications."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue

from openiads.agents.watching import WatchedEngine
from openiads.analysis.intervals import Goal, Interval, Sums
from openiads.analysis.measures import Measure, interval_of, sums_of
from openiads.analysis.track_quality import quality
from openiads.study.design import Chunk
from openiads.study.points import Points
from openiads.study.rows import shard_tables
from openiads.study.shards import encode_shard, write_shard
from openiads.study.track_rows import tracks_table

_POLL_S = 0.1


class Stopped(Exception):
    """The study was told to stop while a replication was running."""


@dataclass(frozen=True)
class Job:
    """What every chunk of a study needs."""

    folder: Path
    study: str
    seed: int
    keep: int
    events: bool
    points: Points
    measure: Measure
    stop: threading.Event = field(default_factory=threading.Event)
    #: called after each replication, from any thread
    counted: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Done:
    """A chunk that is computed: its sums of the measure, and its shard, ready to be written."""

    chunk: Chunk
    sums: Sums
    unusable: int
    files: dict[str, memoryview]


def compute(job: Job, chunk: Chunk) -> Done:
    """Run the replications of a chunk and encode its shard. Raises Stopped."""

    def stopped(_: float) -> None:
        if job.stop.is_set():
            raise Stopped

    outcomes, seen = [], []
    compiled = job.points.engine(chunk.point, False)[1]
    for replication in range(chunk.first, chunk.first + chunk.size):
        stopped(0.0)
        engine, _ = job.points.engine(chunk.point, replication < job.keep)
        outcomes.append(engine.run(job.seed, replication, stopped, check=False))
        if isinstance(engine, WatchedEngine):
            seen.append(quality(engine.looks, len(compiled.world.platform)))
        job.counted()
    tables = shard_tables(outcomes, chunk.point, compiled.names, compiled.world, job.events, job.keep)
    if seen:
        tables["tracks"] = tracks_table(seen, chunk)
    runs = {name: tables["runs"][name].to_numpy() for name in tables["runs"].column_names}
    found = sums_of(job.measure, runs)
    unusable = int((~runs["usable"]).sum())
    files = encode_shard(
        tables, chunk, job.study, {"measure": job.measure.name, "sums": list(found), "unusable": unusable}
    )
    return Done(chunk, found, unusable, files)


class Course:
    """Which chunks are wanted, what they add up to, and which points have reached their goal.

    Chunks of a point count in their order. With a goal, a chunk is written only when all before it are there
    and the goal was not reached by them: so what is in the store does not depend on who was faster.
    """

    def __init__(self, wanted: Sequence[Chunk], measure: Measure, goal: Goal | None) -> None:
        self.wanted = list(wanted)
        self.measure = measure
        self.goal = goal
        self._of_point: dict[int, list[Chunk]] = {}
        for chunk in self.wanted:
            self._of_point.setdefault(chunk.point, []).append(chunk)
        self._sums: dict[Chunk, Sums] = {}
        self._next: dict[int, int] = dict.fromkeys(self._of_point, 0)  # per point: chunks that count
        self._total: dict[int, Sums] = dict.fromkeys(self._of_point, Sums())
        self._reached: set[int] = set()
        self._given: set[Chunk] = set()
        self._place = 0  # in `wanted`: all before it are given, or not needed
        self._change = threading.Condition()

    def known(self, chunk: Chunk, sums: Sums) -> None:
        """A chunk is in the store."""
        with self._change:
            self._sums[chunk] = sums
            self._given.add(chunk)
            self._advance(chunk.point)
            self._change.notify_all()

    def _advance(self, point: int) -> None:
        chunks = self._of_point[point]
        while self._next[point] < len(chunks) and point not in self._reached:
            sums = self._sums.get(chunks[self._next[point]])
            if sums is None:
                return
            self._total[point] = self._total[point].plus(sums)
            self._next[point] += 1
            if self.goal is not None and self._next[point] < len(chunks):
                found = interval_of(self.measure, self._total[point], self.goal.confidence)
                if self.goal.reached(found):
                    self._reached.add(point)

    def take(self) -> Chunk | None:
        """The next chunk to compute, None when none is left."""
        with self._change:
            while self._place < len(self.wanted):
                chunk = self.wanted[self._place]
                self._place += 1
                if chunk not in self._given and chunk.point not in self._reached:
                    self._given.add(chunk)
                    return chunk
            return None

    def may_write(self, chunk: Chunk, stop: threading.Event) -> bool:
        """With a goal: wait until it is known whether the chunk counts."""
        if self.goal is None:
            return True
        with self._change:
            while not stop.is_set():
                if chunk.point in self._reached:
                    return False
                if self._of_point[chunk.point][self._next[chunk.point]] == chunk:
                    return True
                self._change.wait(_POLL_S)
            raise Stopped

    def counts(self, chunk: Chunk) -> bool | None:
        """Does a chunk count? None: not known yet, for chunks before it are missing. Does not wait."""
        with self._change:
            if self.goal is None:
                return True
            if chunk.point in self._reached:
                return False
            return True if self._of_point[chunk.point][self._next[chunk.point]] == chunk else None

    def total(self) -> Sums:
        """Sums over all points, in their order, of the chunks that count."""
        with self._change:
            whole = Sums()
            for sums in self._total.values():
                whole = whole.plus(sums)
            return whole

    def interval(self, point: int, confidence: float) -> Interval:
        """The measure at one point."""
        with self._change:
            return interval_of(self.measure, self._total[point], confidence)

    def left(self) -> int:
        """Replications that may still have to be run."""
        with self._change:
            return sum(c.size for c in self.wanted if c not in self._sums and c.point not in self._reached)


def do(job: Job, course: Course, chunk: Chunk) -> Done | None:
    """Compute a chunk and write its shard; None where it turned out that it does not count."""
    done = compute(job, chunk)
    if not course.may_write(chunk, job.stop):
        return None
    if job.stop.is_set():
        raise Stopped
    write_shard(job.folder, done.files)
    course.known(chunk, done.sums)
    return done


def in_threads(job: Job, course: Course, workers: int) -> Iterator[Done | None]:
    """Do all chunks on so many threads; yields each chunk when its shard is there, and None while waiting.

    What goes wrong in a thread is raised here; then, or when the caller stops, the others stop within one
    call of the engine.
    """
    said: Queue[Done | BaseException | None] = Queue()

    def work() -> None:
        try:
            while not job.stop.is_set():
                chunk = course.take()
                if chunk is None:
                    break
                done = do(job, course, chunk)
                if done is not None:
                    said.put(done)
        except Stopped:
            pass
        except BaseException as error:
            job.stop.set()
            said.put(error)
        said.put(None)

    threads = [threading.Thread(target=work, name=f"worker {k}", daemon=True) for k in range(workers)]
    for thread in threads:
        thread.start()
    try:
        running = workers
        while running:
            try:
                word = said.get(timeout=_POLL_S)
            except Empty:
                yield None
                continue
            if word is None:
                running -= 1
            elif isinstance(word, BaseException):
                raise word
            else:
                yield word
    finally:
        job.stop.set()
        until_s = time.monotonic() + 0.6
        for thread in threads:
            thread.join(max(until_s - time.monotonic(), 0.0))
