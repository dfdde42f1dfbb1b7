"""The measures of the tracks of a study, for its summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from openiads.analysis.intervals import CONFIDENCE, Interval
from openiads.analysis.track_quality import MEASURES, estimates
from openiads.report.summary import Section
from openiads.results.study import StudyResults

_OF_POINTS = ("gospa", "completeness", "ambiguity", "spuriousness", "position_error", "nees_inside")
_SHOWN = 40


def track_sections(study: StudyResults, rate: Callable[[Interval], str]) -> Iterator[Section]:
    """Nothing where tracks were not measured; `rate` writes an estimate with its interval."""
    every_s = study.manifest.get("track_quality")
    if every_s is None:
        return
    found = track_measures(study)
    note = (
        f"tracks of the first command post, looked at every {every_s:g} s (docs/models/track-metrics.md)",
    )
    if len(study.points) == 1:
        for own in found.values():
            rows: list[tuple[str, ...]] = [
                (name, rate(one), MEASURES[name].unit, str(one.n), MEASURES[name].meaning)
                for name, one in own.items()
            ]
            head = ("measure", f"{100 * CONFIDENCE:.0f} % interval", "unit", "n", "what it is")
            yield Section("Tracks", head, rows, frozenset({3}), note)
        return
    rows = [
        (str(number), *(rate(own[name]) for name in _OF_POINTS), str(own["completeness"].n))
        for number, own in list(found.items())[:_SHOWN]
    ]
    yield Section("Tracks", ("point", *_OF_POINTS, "n"), rows, frozenset({0, len(_OF_POINTS) + 1}), note)


def track_measures(study: StudyResults) -> dict[int, dict[str, Interval]]:
    """Point → measures of the tracks by name, over its usable replications."""
    rows = {name: column.to_numpy() for name, column in _columns(study, "tracks").items()}
    runs = {
        name: column.to_numpy()
        for name, column in _columns(study, "runs", ["point", "replication", "usable"]).items()
    }
    usable = dict(
        zip(zip(runs["point"].tolist(), runs["replication"].tolist(), strict=True), runs["usable"].tolist(), strict=True)
    )  # fmt: skip
    rows["usable"] = np.array(
        [usable[p, r] for p, r in zip(rows["point"].tolist(), rows["replication"].tolist(), strict=True)], bool
    )  # fmt: skip
    return {
        int(number): estimates({name: values[rows["point"] == number] for name, values in rows.items()})
        for number in np.unique(rows["point"])
    }


def _columns(study: StudyResults, name: str, columns: list[str] | None = None) -> dict[str, Any]:
    table = study.table(name, columns)
    return {column: table[column] for column in table.column_names}


__all__ = ["track_measures", "track_sections"]
