"""Two studies with the same luck, side by side in one folder: OUT/a and OUT/b."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from pathlib import Path

from openiads.analysis.compare import Comparison, compare, goal_reached
from openiads.analysis.intervals import MIN_REPLICATIONS, Goal
from openiads.results.study import StudyResults
from openiads.scenario.overrides import read_plain, read_varied
from openiads.scenario.text import read_text
from openiads.study.carry_on import carry_on
from openiads.study.design import StudyError
from openiads.study.study import Quiet, Study, StudyProgress

#: With a goal, the interval is looked at when there are so many times more replications than at the last look.
GROWTH = 1.5


def run_pair(
    study_a: Study,
    study_b: Study,
    goal: Goal | None = None,
    progress: StudyProgress | None = None,
    made: Callable[[Path], None] | None = None,
    executor: Executor | None = None,
) -> tuple[StudyResults, StudyResults, Comparison]:
    """Run both (or go on with both) and compare them; with a goal, stop when the difference is known that well.

    Both need `out`, the same `n` and the same chunks; the seed of the second is that of the first. Raises as
    `Study.run`, and CompareError.
    """
    told = progress or Quiet()
    if (study_a.n, study_a.chunk) != (study_b.n, study_b.chunk) or study_a.goal or study_b.goal:
        raise StudyError(
            "two studies that are to be compared have the same n and chunk, and no goals of their own"
        )
    first = study_a.prepare(told, joins=True)
    study_b.seed = int(first[1]["seed"])
    second = study_b.prepare(told, joins=True)
    if made is not None:
        made(first[0])
    for limit in looks(study_a.n, study_a.chunk, goal):
        done = [
            carry_on(folder, manifest, points, study_a.workers, told, executor, None, limit)
            for folder, manifest, points in (first, second)
        ]
        found = compare(done[0], done[1], confidence=goal.confidence if goal else 0.95, first=limit)
        if goal is not None and goal_reached(found, goal):
            break
    return done[0], done[1], found


def looks(n: int, chunk: int, goal: Goal | None) -> list[int]:
    """Numbers of replications at which a goal is looked at; whole chunks, each half as many again as the last."""
    if goal is None:
        return [n]
    made: list[int] = []
    now = float(MIN_REPLICATIONS)
    while True:
        size = math.ceil(now / chunk) * chunk
        if size >= n:
            return [*made, n]
        made.append(size)
        now = max(GROWTH * now, size * GROWTH)


def one_value(file: Path, settings: Mapping[str, object], option: str) -> None:
    """Refuse a setting that stands for several values. Raises ScenarioError, StudyError."""
    for varied in read_varied(read_plain(read_text(file), str(file)), settings):
        if len(varied.values) != 1:
            raise StudyError(
                f"{option} {varied.path}: one value is needed, {len(varied.values)} are given; --vary takes several"
            )


__all__ = ["GROWTH", "looks", "one_value", "run_pair"]
