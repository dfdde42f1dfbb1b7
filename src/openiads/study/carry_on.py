"""A study folder: made, and filled with the shards that are missing."""

from __future__ import annotations

import contextlib
import os
import shlex
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from threading import Lock
from typing import Any

from openiads.analysis.intervals import CONFIDENCE, Interval, Sums, read_goal
from openiads.analysis.measures import interval_of, measure
from openiads.results import study_schema
from openiads.results.study import StudyResults, open_study
from openiads.study import files
from openiads.study.design import Chunk, StudyError, chunks
from openiads.study.execute import Watch
from openiads.study.identity import BITS
from openiads.study.manifest import sealed
from openiads.study.part import Part
from openiads.study.points import Points
from openiads.study.progress import StudyProgress
from openiads.study.remote import in_executor, order_of
from openiads.study.shards import done_chunks
from openiads.study.store import StoreError, disk_message
from openiads.study.work import Course, Job, Stopped, in_threads

_SHOWN_MEASURE = "leakage"


def text_file(number: int) -> str:
    """Where the scenario text of a point lies, below the folder."""
    return f"{study_schema.SCENARIOS}/p{number:05d}.yaml"


def make(folder: Path, content: Mapping[str, Any], texts: Sequence[str]) -> None:
    """The folder with its manifest; the manifest comes last, and with it the study exists."""
    if os.path.lexists(folder):
        if not folder.is_dir():
            raise StudyError(f"{folder} exists and is not a folder; name another with --out")
        if (folder / study_schema.MANIFEST).exists():
            raise StudyError(f"{folder} holds a study; openiads resume {shlex.quote(str(folder))} continues it, "
                             "--out DIR makes another")  # fmt: skip
        foreign = [
            n for n in sorted(os.listdir(folder)) if not n.startswith(".") and n != study_schema.SCENARIOS
        ]
        if foreign:
            raise StudyError(
                f"{folder} holds {foreign[0]!r}, which is no study; name another folder with --out"
            )
    with disk_errors_of(folder):
        files.make_folder(folder / study_schema.SCENARIOS)
        for number, text in enumerate(texts):
            files.commit(folder / text_file(number), text.encode())
        files.commit(folder / study_schema.MANIFEST, sealed(content))


def carry_on(
    folder: Path,
    content: Mapping[str, Any],
    points: Points,
    workers: int | None,
    told: StudyProgress,
    executor: Executor | None = None,
    part: Part | None = None,
    first: int | None = None,
) -> StudyResults:
    """Compute what is missing: of all, of a part, or of the first so many replications of every point."""
    study = str(content["study"])
    goal = None if content["until"] is None else read_goal(content["until"])
    shown = measure(_SHOWN_MEASURE if goal is None else goal.measure)
    wanted = chunks(len(content["points"]), int(content["replications"]), int(content["chunk"]))
    wanted = wanted if part is None else part.pick(wanted)
    wanted = wanted if first is None else [c for c in wanted if c.first < first]
    course = Course(wanted, shown, goal)
    with disk_errors_of(folder):
        for name in (*study_schema.TABLES, study_schema.SEALS):
            if (
                name in study_schema.ALWAYS
                or name == study_schema.SEALS
                or content["keep"]
                or (content["events"] and name == "events")
                or (name == "tracks" and content.get("track_quality"))
            ):
                files.make_folder(folder / name)
                files.sweep(folder / name)
        there = done_chunks(folder, study, wanted, lambda text: told.say(f"{text}; it is computed again"))
    for chunk, seal in there.items():
        course.known(chunk, Sums(*seal["sums"]))  # type: ignore[misc]
    if course.left():
        _compute(folder, content, points, course, workers, told, executor)
    return open_study(folder)


def _compute(
    folder: Path,
    content: Mapping[str, Any],
    points: Points,
    course: Course,
    workers: int | None,
    told: StudyProgress,
    executor: Executor | None,
) -> None:
    seed = int(content["seed"])
    counter = _Counter()
    job = Job(folder, str(content["study"]), seed, int(content["keep"]), bool(content["events"]), points,
              course.measure, counted=counter.add)  # fmt: skip
    if executor is None:
        _warm(points, course.wanted[0], seed, told)
    first = course.left()
    before = sum(c.size for c in course.wanted) - first
    start_s = time.perf_counter()
    unusable = 0
    if executor is None:
        threads = max(1, min(workers or os.cpu_count() or 1, sum(1 for _ in course.wanted)))
        work = in_threads(job, course, threads)
    else:
        told.phase("computing elsewhere")
        libraries = {name: content["libraries"][name] for name in BITS}
        order = order_of(content, course.measure.name, libraries, points.doctrine)
        work = in_executor(order, course, folder, executor, workers, counter.add)
    with disk_errors_of(folder):
        for done in work:
            unusable += 0 if done is None else done.unusable
            made = min(counter.value, first - 1)  # the last word is said when the last shard is there
            per_s = made / max(time.perf_counter() - start_s, 1e-9)
            told.count(before + made, before + first, per_s, note(course))
    told.count(
        before + first, before + first, counter.value / max(time.perf_counter() - start_s, 1e-9), note(course)
    )
    if unusable:
        told.say(
            f"WARNING: {unusable} replications are unusable: the engine reported a fault; no measure counts them"
        )


def note(course: Course) -> str:
    """The running estimate, for the line of progress."""
    confidence = CONFIDENCE if course.goal is None else course.goal.confidence
    found = interval_of(course.measure, course.total(), confidence)
    return "" if found.n < 2 else f"{course.measure.name} {estimate_text(found)}"


def estimate_text(found: Interval) -> str:
    """An estimate with its interval and its n."""
    return f"{found.value:.4g} ({found.low:.4g} to {found.high:.4g}, n = {found.n})"


class _Counter:
    def __init__(self) -> None:
        self.value = 0
        self._lock = Lock()

    def add(self, count: int = 1) -> None:
        """So many replications more."""
        with self._lock:
            self.value += count


def _warm(points: Points, chunk: Chunk, seed: int, told: StudyProgress) -> None:
    """Compile before the threads start, where the engine is not compiled yet."""
    watch = Watch(told)
    if not watch.cold:
        return

    def enough(done: float) -> None:
        watch.fraction(done)
        raise Stopped

    with contextlib.suppress(Stopped):
        points.engine(chunk.point, False)[0].run(seed, chunk.first, enough, check=False)
    watch.done()


class disk_errors_of:
    """What the disk says as one sentence, exit code 3."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and not isinstance(error, StoreError):
            text = disk_message(error, self.folder).replace("cannot write the run", "cannot write the study")
            raise StoreError(error.errno, text) from error


__all__ = ["carry_on", "disk_errors_of", "estimate_text", "make", "note", "text_file"]
