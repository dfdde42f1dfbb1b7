"""Studies: many replications of a scenario at every point of a design, into a store that survives.

from openiads import Study
study = Study("raid.yaml", n=1000, vary={"defence.doctrine.salvo": "1,2"}).run()
study.table("outcomes").to_pandas()
"""

from __future__ import annotations

import datetime
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from openiads import __version__, _jit
from openiads.agents.load import load_doctrine
from openiads.analysis.intervals import read_goal
from openiads.analysis.measures import measure
from openiads.catalog import Catalog, load_catalog
from openiads.results import study_schema
from openiads.results.study import StudyResults, read_manifest
from openiads.scenario import Fault, ScenarioError
from openiads.scenario.overrides import Varied, read_plain
from openiads.scenario.text import read_text
from openiads.study.carry_on import carry_on, disk_errors_of, estimate_text, make, text_file
from openiads.study.changes import read_changes
from openiads.study.design import CHUNK, MAX_REPLICATIONS, Point, StudyError, chunk_size
from openiads.study.identity import identity, refuse_another, same_doctrine
from openiads.study.manifest import library_versions, sha256
from openiads.study.part import Part, join, no_goal
from openiads.study.points import Points, describe, inputs_of
from openiads.study.progress import Quiet, StudyProgress
from openiads.study.uncertain import points_of, read_back
from openiads.study.uncertain import told as told_paths
from openiads.units import UnitError, parse_quantity


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
    track_quality : time between two looks at the tracks of the first command post, such as "10 s"; their measures go
        into the table `tracks`.
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
        track_quality: str | float | None = None,
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
        self.kind = (
            ""  # what stands in the name of the default folder, so that two verbs do not want the same one
        )
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
        self.faults: list[Fault] = []  # found before, in what the user wrote: told with those of `prepare`
        self.watch_s = None if track_quality is None else read_period(track_quality)

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
        folder, manifest, points = self.prepare(told, joins=self.part is not None)
        if made is not None:
            made(folder)
        return carry_on(folder, manifest, points, self.workers, told, executor, self.part)

    def prepare(self, told: StudyProgress, joins: bool) -> tuple[Path, dict[str, Any], Points]:
        """Check everything and make the folder, or with `joins` go into that of the same study; nothing is computed."""
        told.phase("reading the scenario")
        origin = str(self.file.absolute())
        text = read_text(self.file)
        plain = read_plain(text, str(self.file))
        catalog = load_catalog()
        written, varied, uncertain = read_changes(
            plain, text, self.file, self.vary, self.uncertain, catalog, self.faults
        )
        design, cube = points_of(
            varied, uncertain, self.design, self.points, written.seed if self.seed is None else self.seed
        )
        varied = (*varied, *uncertain)
        if len(design) * self.n > MAX_REPLICATIONS:
            raise StudyError(
                f"{len(design)} points of {self.n} replications; the most is {MAX_REPLICATIONS} in all"
            )
        points = Points(plain, text, origin, varied, design, catalog, self.doctrine, self.watch_s)
        told.phase(f"checking {len(design)} point{'s' if len(design) > 1 else ''}")
        points.check(lambda number: told.fraction(number / len(design)))
        manifest = self._manifest(text, origin, varied, design, points, catalog)
        if uncertain:
            manifest["design"] = {"kind": self.design, "cube": cube.tolist()}
        folder = (
            self.out or Path("studies") / f"{manifest['scenario']['name']}{self.kind}-seed{manifest['seed']}"
        )
        texts = [points.scenario(p.number).text for p in design]
        if joins:
            join(folder, manifest, lambda: make(folder, manifest, texts))
        else:
            make(folder, manifest, texts)
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
            "points": describe(design, varied, text_file),
            "libraries": library_versions(),
            "platform": {
                "os_family": platform.system(),
                "machine": platform.machine(),
                "byte_order": sys.byteorder,
            },
        }
        if self.doctrine is not None:
            content["doctrine"] = self.doctrine.described()
        if self.watch_s is not None:
            content["track_quality"] = self.watch_s
        content["study"] = identity(content)
        content["command"] = self.command
        content["created_utc"] = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        return content


def read_period(text: str | float) -> float:
    """The time between two looks at the tracks, s. Raises StudyError."""
    try:
        period_s = parse_quantity(text, "time") if isinstance(text, str) else float(text)
    except UnitError as error:
        raise StudyError(f"--track-quality {text}: {error}") from None
    if not 0.25 <= period_s <= 3600.0:
        raise StudyError(f"--track-quality {text}: the time between two looks is 0.25 s to 3600 s")
    return period_s


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
    scenario = content["scenario"]
    plain = read_plain(scenario["text"], scenario["file"])
    varied, design = read_back(plain, content, catalog)
    points = Points(
        plain, scenario["text"], scenario["file"], varied, design, catalog, own, content.get("track_quality")
    )
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
    return carry_on(folder, content, points, workers, told, executor, part)


__all__ = ["Quiet", "Study", "StudyProgress", "disk_errors_of", "estimate_text", "identity", "resume"]
