"""What a study says: its measures per point, and leakage, sightings, causes and missiles broken down by kind.

Everything is a function of the tables of the store; the replication is the unit of every interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from openiads.analysis import intervals, measures
from openiads.analysis.causes import CAUSES
from openiads.analysis.intervals import CONFIDENCE, Interval
from openiads.analysis.links import LEAKED
from openiads.results.study import StudyResults

_COLUMNS = (
    "point", "replication", "identity", "type", "group", "target", "fate", "detection_range_m", "launch_range_m",
    "t_detection_s", "t_launch_s", "cause",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One estimate of a breakdown."""

    name: str
    found: Interval


@dataclass(frozen=True)
class Sighting:
    """Ranges and times of one type: means over those for which there are any, with how many there are."""

    type: str
    seen: Interval  # share detected
    detection_range_m: Interval
    launch_range_m: Interval
    sensor_to_shooter_s: Interval


@dataclass(frozen=True)
class Weapon:
    """Missiles of one type, per replication."""

    name: str
    fired: Interval
    kills: Interval
    kills_per_round: Interval
    left: Interval


@dataclass(frozen=True)
class PointReport:
    """All that is said of one point. `measures` by name; `unusable` replications are in none of them."""

    number: int
    label: str
    n: int
    unusable: int
    warnings: int  # replications in which a table of the engine was full
    measures: dict[str, Interval]
    by_type: list[Row]
    by_group: list[Row]
    by_target: list[Row]
    causes: list[Row]  # share of all that was aimed
    sightings: list[Sighting]
    weapons: list[Weapon]


def report(study: StudyResults, confidence: float = CONFIDENCE) -> list[PointReport]:
    """All points of a study, in their order; points without replications are left out."""
    runs = _arrays(study.table("runs", [*dict.fromkeys((*measures.COLUMNS, "status"))]))
    outcomes = _Outcomes(study, runs)
    rounds = study.table("rounds")
    made = []
    for point in study.points:
        number = int(point["number"])
        rows = runs["point"] == number
        if rows.any():
            made.append(
                _point(study, number, {k: v[rows] for k, v in runs.items()}, outcomes, rounds, confidence)
            )
    return made


def headline(
    study: StudyResults, names: tuple[str, ...], confidence: float = CONFIDENCE
) -> dict[int, dict[str, Interval]]:
    """Point → some measures by name: what needs the `runs` table only."""
    runs = _arrays(study.table("runs", list(measures.COLUMNS)))
    found = {}
    for number in np.unique(runs["point"]):
        own = {k: v[runs["point"] == number] for k, v in runs.items()}
        found[int(number)] = {name: measures.estimate(name, own, confidence) for name in names}
    return found


def _arrays(table: Any) -> dict[str, np.ndarray]:
    return {name: table[name].to_numpy() for name in table.column_names}


class _Outcomes:
    """The outcomes table as arrays: labels as codes, and the place of each row's replication."""

    def __init__(self, study: StudyResults, runs: dict[str, np.ndarray]) -> None:
        table = study.table("outcomes", list(_COLUMNS))
        self.words: dict[str, list[str]] = {}
        self.of: dict[str, np.ndarray] = {}
        for name in _COLUMNS:
            column = table[name].combine_chunks()
            if hasattr(column, "indices"):
                self.words[name] = column.dictionary.to_pylist()
                self.of[name] = column.indices.fill_null(-1).to_numpy()
            else:
                self.of[name] = column.to_numpy(zero_copy_only=False)
        order = {
            (int(p), int(r)): k
            for k, (p, r) in enumerate(zip(runs["point"], runs["replication"], strict=True))
        }
        pairs = np.column_stack([self.of["point"], self.of["replication"]])
        change = np.flatnonzero(np.concatenate([[len(pairs) > 0], np.any(pairs[1:] != pairs[:-1], axis=1)]))
        first = [order[int(p), int(r)] for p, r in pairs[change]]
        sizes = np.diff(np.concatenate([change, [len(pairs)]]))
        self.run = np.repeat(np.asarray(first, dtype=np.int64), sizes)

    def code(self, column: str, *names: str) -> np.ndarray:
        """Rows in which a column is one of these."""
        codes = [self.words[column].index(name) for name in names if name in self.words[column]]
        return np.isin(self.of[column], codes)


def _point(
    study: StudyResults,
    number: int,
    runs: dict[str, np.ndarray],
    outcomes: _Outcomes,
    rounds: Any,
    confidence: float,
) -> PointReport:
    usable = np.asarray(runs["usable"], dtype=bool)
    some = _Selected(outcomes, number, usable)
    return PointReport(
        number=number,
        label=study.label(number),
        n=len(usable),
        unusable=int((~usable).sum()),
        warnings=int(((np.asarray(runs["status"]) != 0) & usable).sum()),
        measures={name: _positive(measures.estimate(name, runs, confidence)) for name in measures.MEASURES},
        by_type=list(some.leakage("type", confidence)),
        by_group=list(some.leakage("group", confidence)),
        by_target=list(some.leakage("target", confidence)),
        causes=list(some.causes(confidence)),
        sightings=list(some.sightings(confidence)),
        weapons=list(_weapons(rounds, number, runs, confidence)),
    )


class _Selected:
    """The rows of one point in usable replications."""

    def __init__(self, outcomes: _Outcomes, number: int, usable: np.ndarray) -> None:
        rows = np.flatnonzero(outcomes.of["point"] == number)
        place = outcomes.run[rows] - (outcomes.run[rows].min() if len(rows) else 0)
        keep = usable[place] if len(rows) else np.zeros(0, dtype=bool)
        self._rows, self._all = rows[keep], outcomes
        number_of = np.cumsum(usable) - 1
        self._run = number_of[place[keep]]
        self._n = int(usable.sum())
        hostile = outcomes.code("identity", "hostile")[self._rows]
        started = ~outcomes.code("fate", "not started")[self._rows]
        self._through = hostile & outcomes.code("fate", *LEAKED)[self._rows]
        self._hostile = hostile & started
        self._aimed = self._hostile & ((outcomes.of["target"][self._rows] >= 0) | self._through)

    def _counts(self, rows: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        values = None if weights is None else weights[rows]
        return np.bincount(self._run[rows], weights=values, minlength=self._n).astype(np.float64)

    def _kinds(self, column: str, rows: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        codes = self._all.of[column][self._rows]
        for code in np.unique(codes[rows]):
            name = self._all.words[column][code] if code >= 0 else "-"
            yield name, rows & (codes == code)

    def leakage(self, column: str, confidence: float) -> Iterator[Row]:
        """Leakage per kind."""
        for name, rows in self._kinds(column, self._aimed):
            s = intervals.sums(self._counts(rows & self._through), self._counts(rows))
            yield Row(name, intervals.proportion(s, confidence))

    def causes(self, confidence: float) -> Iterator[Row]:
        """Share of what was aimed that came through by each cause; the shares add up to the leakage."""
        aimed = self._counts(self._aimed)
        if "cause" not in self._all.words:
            return
        for cause in CAUSES:
            rows = self._through & self._all.code("cause", cause)[self._rows]
            if rows.any():
                yield Row(cause, intervals.proportion(intervals.sums(self._counts(rows), aimed), confidence))

    def sightings(self, confidence: float) -> Iterator[Sighting]:
        """First detections and launches per type of what is hostile."""
        of = {name: self._all.of[name][self._rows] for name in _COLUMNS}
        for name, rows in self._kinds("type", self._hostile):
            wait_s = of["t_launch_s"] - of["t_detection_s"]

            def over(values: np.ndarray, rows: np.ndarray = rows) -> Interval:
                has = rows & np.isfinite(values)
                s = intervals.sums(self._counts(has, values), self._counts(has))
                return _positive(intervals.ratio(s, confidence))

            seen = rows & np.isfinite(of["t_detection_s"])
            share = intervals.proportion(intervals.sums(self._counts(seen), self._counts(rows)), confidence)
            yield Sighting(
                name, share, over(of["detection_range_m"]), over(of["launch_range_m"]), over(wait_s)
            )


def _weapons(rounds: Any, number: int, runs: dict[str, np.ndarray], confidence: float) -> Iterator[Weapon]:
    usable = {int(r) for r, ok in zip(runs["replication"], runs["usable"], strict=True) if ok}
    of = {name: rounds[name].to_numpy() for name in rounds.column_names if name != "weapon"}
    column = rounds["weapon"].combine_chunks()
    words, codes = column.dictionary.to_pylist(), column.indices.to_numpy(zero_copy_only=False)
    here = (of["point"] == number) & np.isin(of["replication"], list(usable))
    for code, name in enumerate(words):
        rows = here & (codes == code)
        if not rows.any():
            continue
        ones = np.ones(int(rows.sum()))
        fired, kills = of["rounds_fired"][rows], of["kills"][rows]
        left = of["rounds_ready"][rows] + of["rounds_reserve"][rows]
        yield Weapon(
            name,
            _positive(intervals.mean(intervals.sums(fired, ones), confidence)),
            _positive(intervals.mean(intervals.sums(kills, ones), confidence)),
            _positive(intervals.ratio(intervals.sums(kills, fired), confidence)),
            _positive(intervals.mean(intervals.sums(left, ones), confidence)),
        )


def _positive(found: Interval) -> Interval:
    """Student's t knows no border; nothing that is told here (rounds, kills, metres, seconds, worth) can be below zero."""
    return replace(found, low=0.0) if -math.inf < found.low < 0.0 else found
