"""Studies: many replications of a scenario at every point of a design, into a store that survives.

from openiads import Study
study = Study("raid.yaml", n=1000, vary={"defence.doctrine.salvo": "1,2"}).run()
study.table("outcomes").to_pandas()
"""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from openiads import __version__, _jit
from openiads.agents.load import load_doctrine
from openiads.analysis.intervals import CONFIDENCE, Interval, Sums, read_goal
from openiads.analysis.measures import interval_of, measure
from openiads.catalog import Catalog, load_catalog
from openiads.results import study_schema
from openiads.results.study import StudyResults, open_study, read_manifest
from openiads.scenario import ScenarioError
from openiads.scenario.overrides import Varied, read_plain, read_varied
from openiads.scenario.text import read_text
from openiads.study import files
from openiads.study.design import (
    CHUNK,
    MAX_REPLICATIONS,
    Chunk,
    Point,
    StudyError,
    chunk_size,
    chunks,
    factorial,
)
from openiads.study.execute import _Watch
from openiads.study.identity import BITS, at_home, identity, refuse_another, same_doctrine
from openiads.study.manifest import library_versions, sealed, sha256
from openiads.study.part import Part, join, no_goal
from openiads.study.points import Points, describe, inputs_of
from openiads.study.remote import in_executor, order_of
from openiads.study.shards import done_chunks
from openiads.study.store import StoreError, _disk_message
from openiads.study.uncertain import points_of, read_back, read_uncertain
from openiads.study.uncertain import told as told_paths
from openiads.study.work import Course, Job, Stopped, in_threads

_SHOWN_MEASURE = "leakage"


class StudyProgress(Protocol):
    """Who is told what is going on."""

    def phase(self, text: str) -> None:
        """The next step begins."""

    def fraction(self, done: float) -> None:
        """Share of the present step that is done."""

    def say(self, text: str) -> None:
        """A line that stays."""

    def count(self, done: int, total: int, per_s: float, note: str) -> None:
        """So many of `total` replications are done; `note`: the running estimate."""


class Quiet:
    """Tells nobody."""

    def phase(self, text: str) -> None:
        """Nothing."""

    def fraction(self, done: float) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def count(self, done: int, total: int, per_s: float, note: str) -> None:
        """Nothing."""


class Study:
    """A study that has not been run yet.

    Parameters
    ----------
    scenario : file of the scenario.
    n : replications of every point; with `until` the most that may be made.
    vary : path of the scenario → values, as a list or a text (see docs/studies.md); all combinations are run.
    seed : of the random numbers, by default that of the scenario.
    out : folder to make, by default studies/<scenario>-seed<seed>.
    workers : threads, by default as many as there are cores.
    chunk : replications per shard; by default about 100.
    until : a goal such as "leakage ±0.01": a point stops when it is reached.
    keep : store events and trajectories of the first so many replications of every point.
    events : store the events of all replications.
    part : compute only this part of the chunks, in a folder that others share (see study.part).
    doctrine : FILE.py:NAME of a doctrine of your own (see docs/doctrines.md); the file is run.
    uncertain : path of the scenario or `catalog.ITEM.FIELD` → law, None for the range of the catalogue.
    design : how the uncertain inputs are drawn (see `study.designs`); `points`: how many draws.
    """

    def __init__(
        self,
        scenario: str | os.PathLike[str],
        n: int,
        vary: Mapping[str, object] | None = None,
        *,
        seed: int | None = None,
        out: str | os.PathLike[str] | None = None,
        workers: int | None = None,
        chunk: int | None = None,
        until: str | None = None,
        keep: int = 0,
        events: bool = False,
        command: str = "",
        part: Part | None = None,
        doctrine: str | None = None,
        uncertain: Mapping[str, object] | None = None,
        design: str = "lhs",
        points: int | None = None,
    ) -> None:
        for name, value, low in (
            ("n", n, 1),
            ("chunk", chunk, 1),
            ("workers", workers, 1),
            ("keep", keep, 0),
        ):
            if value is not None and (type(value) is not int or value < low):
                raise StudyError(f"{name} is {value!r}; a whole number of at least {low} is needed")
        if seed is not None and not 0 <= seed < 2**32:
            raise StudyError(f"seed is {seed!r}; a whole number of 32 bits is needed")
        self.file = Path(scenario)
        self.n, self.keep, self.events = n, keep, events
        self.vary = dict(vary or {})
        self.seed = seed
        self.out = None if out is None else Path(out)
        self.workers = workers
        self.uncertain, self.design, self.points = dict(uncertain or {}), design, points
        self.chunk = chunk_size(n, chunk if chunk is not None or not self.uncertain else min(n, CHUNK))
        self.goal = None if until is None else read_goal(until)
        if self.goal is not None:
            measure(self.goal.measure)
        self.command = command
        self.part = part
        no_goal(part, until)
        self.doctrine = None if doctrine is None else load_doctrine(doctrine)

    def run(
        self,
        progress: StudyProgress | None = None,
        made: Callable[[Path], None] | None = None,
        executor: Executor | None = None,
    ) -> StudyResults:
        """Check everything, make the folder, compute. `made` is told the folder when it can be continued.

        `executor`: any of `concurrent.futures`, or one that behaves so; by default threads of this process. Its
        workers need this package in the same version and nothing else; it is not shut down. Then `workers` says
        how many chunks are given out at a time: two for each.

        Raises ScenarioError, StudyError: the input. StoreError: the disk. ClusterError: the executor is gone.
        """
        told = progress or Quiet()
        at_home(self.doctrine, executor)
        folder, manifest, points = self.prepare(told, joins=self.part is not None)
        if made is not None:
            made(folder)
        return _carry_on(folder, manifest, points, self.workers, told, executor, self.part)

    def prepare(self, told: StudyProgress, joins: bool) -> tuple[Path, dict[str, Any], Points]:
        """Check everything and make the folder, or with `joins` go into that of the same study; nothing is computed."""
        told.phase("reading the scenario")
        origin = str(self.file.absolute())
        text = read_text(self.file)
        plain = read_plain(text, str(self.file))
        catalog = load_catalog()
        written = Points(plain, text, str(self.file), (), factorial(()), catalog).scenario(
            0
        )  # faults of the file itself
        varied = read_varied(plain, self.vary)
        uncertain = read_uncertain(plain, self.uncertain, catalog, varied)
        design, cube = points_of(
            varied, uncertain, self.design, self.points, written.seed if self.seed is None else self.seed
        )
        varied = (*varied, *uncertain)
        if len(design) * self.n > MAX_REPLICATIONS:
            raise StudyError(
                f"{len(design)} points of {self.n} replications; the most is {MAX_REPLICATIONS} in all"
            )
        points = Points(plain, text, origin, varied, design, catalog, self.doctrine)
        told.phase(f"checking {len(design)} point{'s' if len(design) > 1 else ''}")
        points.check(lambda number: told.fraction(number / len(design)))
        manifest = self._manifest(text, origin, varied, design, points, catalog)
        if uncertain:
            manifest["design"] = {"kind": self.design, "cube": cube.tolist()}
        folder = self.out or Path("studies") / f"{manifest['scenario']['name']}-seed{manifest['seed']}"
        texts = [points.scenario(p.number).text for p in design]
        if joins:
            join(folder, manifest, lambda: _make(folder, manifest, texts))
        else:
            _make(folder, manifest, texts)
        return folder, manifest, points

    def _manifest(
        self,
        text: str,
        origin: str,
        varied: Sequence[Varied],
        design: Sequence[Point],
        points: Points,
        catalog: Catalog,
    ) -> dict[str, Any]:
        scenario = points.scenario(0)
        inputs: dict[str, str] = {}
        for point in design:
            inputs |= inputs_of(points.scenario(point.number))
        content: dict[str, Any] = {
            "format": study_schema.FORMAT,
            "schema": study_schema.SCHEMA_VERSION,
            "openiads": __version__,
            "engine_sha256": _jit.ENGINE_DIGEST,
            "catalog_sha256": catalog.digest(),
            "scenario": {
                "name": scenario.name,
                "title": scenario.title,
                "file": origin,
                "sha256": sha256(text.encode()),
                "text": text,
            },
            "inputs": inputs,
            "seed": scenario.seed if self.seed is None else self.seed,
            "replications": self.n,
            "chunk": self.chunk,
            "until": None if self.goal is None else self.goal.text,
            "keep": self.keep,
            "events": self.events,
            "vary": told_paths(varied),
            "points": describe(design, varied, _text_file),
            "libraries": library_versions(),
            "platform": {
                "os_family": platform.system(),
                "machine": platform.machine(),
                "byte_order": sys.byteorder,
            },
        }
        if self.doctrine is not None:
            content["doctrine"] = self.doctrine.described()
        content["study"] = identity(content)
        content["command"] = self.command
        content["created_utc"] = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        return content


def resume(
    path: str | os.PathLike[str],
    workers: int | None = None,
    progress: StudyProgress | None = None,
    made: Callable[[Path], None] | None = None,
    executor: Executor | None = None,
    part: Part | None = None,
    doctrine: str | None = None,
) -> StudyResults:
    """Compute what is missing or damaged in a study. A study that is whole is left as it is.

    Parameters
    ----------
    executor, part : as in `Study`.
    doctrine : FILE.py:NAME, for a study that was made under it: code is run only when it is named.

    Raises
    ------
    RunError, StoreError : the folder, the disk. StudyError : made by another engine, catalogue or scenario.
    """
    told = progress or Quiet()
    told.phase("reading the study")
    folder = Path(path)
    content = read_manifest(folder)
    no_goal(part, content["until"])
    catalog = load_catalog()
    refuse_another(folder, content, catalog)
    own = same_doctrine(folder, content, doctrine)
    at_home(own, executor)
    scenario = content["scenario"]
    plain = read_plain(scenario["text"], scenario["file"])
    varied, design = read_back(plain, content, catalog)
    points = Points(plain, scenario["text"], scenario["file"], varied, design, catalog, own)
    try:
        inputs: dict[str, str] = {}
        for point in content["points"]:
            inputs |= inputs_of(points.scenario(point["number"]))
    except (ScenarioError, OSError) as error:
        raise StudyError(
            f"{folder} cannot be continued: a file beside the scenario is gone: {error}"
        ) from None
    for name, digest in content["inputs"].items():
        if inputs.get(name) != digest:
            raise StudyError(f"{folder} cannot be continued: {name} has changed since; make a new study")
    if made is not None:
        made(folder)
    return _carry_on(folder, content, points, workers, told, executor, part)


def _text_file(number: int) -> str:
    return f"{study_schema.SCENARIOS}/p{number:05d}.yaml"


def _make(folder: Path, content: Mapping[str, Any], texts: Sequence[str]) -> None:
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
            files.commit(folder / _text_file(number), text.encode())
        files.commit(folder / study_schema.MANIFEST, sealed(content))


def _carry_on(
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
        order = order_of(content, course.measure.name, {name: content["libraries"][name] for name in BITS})
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
    watch = _Watch(told)
    if not watch._cold:
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
            text = _disk_message(error, self.folder).replace("cannot write the run", "cannot write the study")
            raise StoreError(error.errno, text) from error


__all__ = ["Quiet", "Study", "StudyProgress", "disk_errors_of", "estimate_text", "identity", "resume"]
