"""Two studies beside each other, replication by replication.

>>> found = compare(open_study("studies/one"), open_study("studies/two"))     # doctest: +SKIP
>>> found.table().to_pandas()                                                 # doctest: +SKIP
>>> found.pairs[0].differences["leakage"]                                     # doctest: +SKIP
"""

# ruff: noqa: PLC0415  (pyarrow only where it is used: the command line starts fast)
from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.analysis.intervals import CONFIDENCE, MIN_REPLICATIONS, Goal, read_goal
from openiads.analysis.measures import COLUMNS, MEASURES, PROPORTION, Measure, column, measure
from openiads.analysis.paired import Difference, equal, holm, paired
from openiads.results.study import StudyResults

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN = "leakage"


class CompareError(ValueError):
    """Two studies that cannot be compared. The message is for a person; exit code 2."""


@dataclass(frozen=True)
class Pair:
    """One point of each study.

    Attributes:
        point_a, point_b, label_a, label_b: the points and their values.
        differences: by the name of the measure, b minus a.
        firm: measures whose difference stands after Holm's correction for the number of measures.
        unusable: replications left out because the engine reported a fault in one of the two.
        same: both points are the same scenario.
    """

    point_a: int
    point_b: int
    label_a: str
    label_b: str
    differences: dict[str, Difference]
    firm: frozenset[str]
    unusable: int
    same: bool


@dataclass(frozen=True)
class Comparison:
    """Two studies, pair of points by pair of points."""

    name_a: str
    name_b: str
    pairs: list[Pair]
    seed: int
    confidence: float
    notes: tuple[str, ...] = ()

    def table(self) -> pa.Table:
        """One row per pair of points and measure, as Arrow; the columns are the fields of `Difference`."""
        import pyarrow as pa

        rows = [
            {"point_a": p.point_a, "point_b": p.point_b, "label_a": p.label_a, "label_b": p.label_b, "measure": name,
             **dataclasses.asdict(d), "firm": name in p.firm}
            for p in self.pairs
            for name, d in p.differences.items()
        ]  # fmt: skip
        return pa.Table.from_pylist(rows)


def compare(
    study_a: StudyResults,
    study_b: StudyResults,
    points: Sequence[tuple[int, int]] | None = None,
    *,
    confidence: float = CONFIDENCE,
    first: int | None = None,
) -> Comparison:
    """Paired differences (b minus a) of every measure over the replications that both studies have.

    Parameters
    ----------
    points : pairs of points; by default the only ones, or those with the same values of what both vary. A study
        against itself: its first point against each other.
    first : only replications below this number.

    Raises
    ------
    CompareError : another seed (their luck is not the same), no replication in common, or points that do not match.
    """
    seeds = [int(study.manifest["seed"]) for study in (study_a, study_b)]
    if seeds[0] != seeds[1]:
        raise CompareError(
            f"the studies have seeds {seeds[0]} and {seeds[1]}: their luck is not the same, so nothing pairs them; "
            "make one again with --seed"
        )
    matched = list(points) if points is not None else _matched(study_a, study_b)
    for a, b in matched:
        for study, point in ((study_a, a), (study_b, b)):
            if not 0 <= point < len(study.points):
                raise CompareError(
                    f"{study.path} has no point {point}; its points are 0 to {len(study.points) - 1}"
                )
    runs_a = _runs(study_a)
    runs_b = runs_a if study_b is study_a else _runs(study_b)
    pairs = [_pair(study_a, study_b, runs_a, runs_b, a, b, confidence, first) for a, b in matched]
    return Comparison(
        study_a.name, study_b.name, pairs, seeds[0], confidence, tuple(_notes(study_a, study_b))
    )


def _matched(study_a: StudyResults, study_b: StudyResults) -> list[tuple[int, int]]:
    count_a, count_b = len(study_a.points), len(study_b.points)
    if study_a.path == study_b.path:
        if count_a < 2:
            raise CompareError(f"{study_a.path} has one point: there is nothing to compare it with")
        return [(0, point) for point in range(1, count_a)]
    if count_a == count_b == 1 or _grid(study_a) == _grid(study_b):
        return [(point, point) for point in range(count_a)]
    raise CompareError(
        f"the points of the studies do not match: {count_a} in {study_a.path}, {count_b} in {study_b.path}; both must "
        "vary the same paths over the same values (Python: compare(a, b, points=[(0, 1)]))"
    )


def _grid(study: StudyResults) -> list[tuple[str, list[Any]]]:
    """What a study varies, without the paths that take one value."""
    return [(v["path"], v["values"]) for v in study.manifest["vary"] if len(v["values"]) > 1]


def _runs(study: StudyResults) -> dict[str, np.ndarray]:
    table = study.table("runs", list(COLUMNS))
    return {name: table[name].to_numpy() for name in COLUMNS}


def _pair(
    study_a: StudyResults,
    study_b: StudyResults,
    runs_a: Mapping[str, np.ndarray],
    runs_b: Mapping[str, np.ndarray],
    a: int,
    b: int,
    confidence: float,
    first: int | None,
) -> Pair:
    one, two, unusable = _common(_at(runs_a, a, first), _at(runs_b, b, first))
    if not len(one["replication"]):
        raise CompareError(
            f"point {a} of {study_a.path} and point {b} of {study_b.path} have no usable replication in common"
        )
    same = study_a.run_text(a) == study_b.run_text(b)
    found = {name: _difference(m, one, two, confidence) for name, m in MEASURES.items()}
    if same:
        found = {name: equal(d) for name, d in found.items()}
    firm = holm({name: d.p for name, d in found.items()}, 1.0 - confidence)
    return Pair(a, b, study_a.label(a), study_b.label(b), found, frozenset(firm), unusable, same)


def _at(runs: Mapping[str, np.ndarray], point: int, first: int | None) -> dict[str, np.ndarray]:
    rows = runs["point"] == point
    if first is not None:
        rows &= runs["replication"] < first
    return {name: values[rows] for name, values in runs.items()}


def _common(
    one: Mapping[str, np.ndarray], two: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], int]:
    """The rows of the replications that both have and both may use."""
    _, i, j = np.intersect1d(one["replication"], two["replication"], assume_unique=True, return_indices=True)
    good = one["usable"][i].astype(bool) & two["usable"][j].astype(bool)
    i, j = i[good], j[good]
    return {k: v[i] for k, v in one.items()}, {k: v[j] for k, v in two.items()}, int((~good).sum())


def _difference(
    m: Measure, one: Mapping[str, np.ndarray], two: Mapping[str, np.ndarray], confidence: float
) -> Difference:
    def sides(runs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        top = column(m.top, runs)
        return top, np.ones(len(top)) if not m.bottom else column(m.bottom, runs)

    return paired(*sides(one), *sides(two), m.kind == PROPORTION, confidence)


def _notes(study_a: StudyResults, study_b: StudyResults) -> list[str]:
    made = []
    for what in ("engine_sha256", "catalog_sha256"):
        if study_a.manifest[what] != study_b.manifest[what]:
            made.append(f"the studies were made with another {what.removesuffix('_sha256')}: differences may come from "
                        "that, and the luck of a replication may not be the same")  # fmt: skip
    return made


# --- goals ------------------------------------------------------------------------------------------


def read_difference_goal(text: str) -> Goal:
    """A goal such as "difference ±0.01" (of leakage) or "rounds_per_kill difference ±0.1 at 99 %". Raises GoalError."""
    words = text.replace("difference", " ", 1).strip()
    goal = read_goal(words if words[:1].isalpha() else f"{_SHOWN} {words}")
    measure(goal.measure)
    return goal


def goal_reached(found: Comparison, goal: Goal) -> bool:
    """Is the interval of the difference narrow enough at every pair of points, with enough replications?"""
    own = [pair.differences[goal.measure] for pair in found.pairs]
    return all(
        math.isfinite(d.half_width)
        and d.n >= MIN_REPLICATIONS
        and d.known
        and d.half_width <= goal.half_width
        for d in own
    )


__all__ = ["CompareError", "Comparison", "Pair", "compare", "goal_reached", "read_difference_goal"]
