"""The measures of a study: each a ratio of sums over replications, or a mean, with its interval and its n.

Names are those that `--until` takes and that `openiads show` prints.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from openiads.analysis import intervals
from openiads.analysis.intervals import CONFIDENCE, GoalError, Interval, Sums

PROPORTION, RATIO, MEAN, COUNT = "proportion", "ratio", "mean", "count"


@dataclass(frozen=True)
class Measure:
    """A measure over the rows of the `runs` table: sum of `top` over sum of `bottom` ("": per replication)."""

    name: str
    kind: str
    top: str
    bottom: str
    meaning: str
    unit: str = ""


MEASURES: Final = {
    m.name: m
    for m in (
        Measure("leakage", PROPORTION, "leaked", "aimed", "of what was aimed at something, the share that came through"),
        Measure("hits", PROPORTION, "hit", "aimed", "of what was aimed at something, the share that hit"),
        Measure("unresolved", PROPORTION, "unresolved", "aimed", "of what was aimed, still flying when the run ended"),
        Measure("clean", PROPORTION, "is_clean", "", "replications in which nothing came through"),
        Measure("rounds_per_kill", RATIO, "rounds_at_hostile", "killed", "missiles fired at hostile platforms, per one killed"),
        Measure("kills_per_round", RATIO, "killed", "rounds_at_hostile", "hostile platforms killed per missile fired at them"),
        Measure("rounds_fired", MEAN, "rounds_fired", "", "missiles fired"),
        Measure("rounds_left", MEAN, "rounds_left", "", "missiles left, ready and in reserve"),
        Measure("wrong_shots", COUNT, "wrong_shots", "", "missiles and bursts of guns fired at what is not hostile"),
        Measure("wrong_kills", COUNT, "wrong_kills", "", "friends and neutrals killed by a missile"),
        Measure("wrong_shot_runs", PROPORTION, "has_wrong_shot", "", "replications with a wrong shot"),
        Measure("assets_surviving", PROPORTION, "assets_left", "assets", "defended assets that survive"),
        Measure("sites_surviving", PROPORTION, "sites_left", "sites", "radars, launchers and command posts that survive"),
        Measure("value_lost", MEAN, "value_lost", "", "worth of what is lost, as the scenario states it"),
        Measure("availability", MEAN, "availability", "", "share of the run for which radars, launchers and posts worked"),
        Measure("channel_use", MEAN, "channel_use", "", "share of target channels and of the run that was engaged"),
        Measure("channel_peak", MEAN, "channel_peak", "", "largest share of a battery's channels engaged at once"),
        Measure("first_detection", MEAN, "t_first_detection_s", "", "first detection of anything hostile", "s"),
        Measure("first_launch", MEAN, "t_first_launch_s", "", "first missile launched at anything hostile", "s"),
    )
}  # fmt: skip

#: Columns of `runs` that any measure needs.
COLUMNS: Final = ("point", "replication", "usable", *sorted(
    ({m.top for m in MEASURES.values()} | {m.bottom for m in MEASURES.values()} | {"leaked", "sites_lost", "assets_lost"})
    - {"", "is_clean", "has_wrong_shot", "assets_left", "sites_left"}
))  # fmt: skip


def measure(name: str) -> Measure:
    """A measure by its name. Raises GoalError with the nearest."""
    if name not in MEASURES:
        near = difflib.get_close_matches(name, MEASURES, n=1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        raise GoalError(f"there is no measure {name!r}{guess} (measures: {', '.join(MEASURES)})")
    return MEASURES[name]


def sums_of(one: Measure, runs: Mapping[str, Any]) -> Sums:
    """Sums of a measure over the usable rows of `runs` (columns as arrays) in which it has a value."""
    usable = np.asarray(runs["usable"], dtype=bool)
    top = column(one.top, runs)[usable]
    bottom = np.ones(len(top)) if not one.bottom else column(one.bottom, runs)[usable]
    has = np.isfinite(top) & np.isfinite(bottom)
    return intervals.sums(top[has], bottom[has])


def interval_of(one: Measure, s: Sums, confidence: float = CONFIDENCE) -> Interval:
    """The interval that belongs to the kind of the measure."""
    make = {
        PROPORTION: intervals.proportion, RATIO: intervals.ratio, MEAN: intervals.mean, COUNT: intervals.count,
    }[one.kind]  # fmt: skip
    return make(s, confidence)


def estimate(name: str, runs: Mapping[str, Any], confidence: float = CONFIDENCE) -> Interval:
    """A measure over rows of `runs`."""
    one = measure(name)
    return interval_of(one, sums_of(one, runs), confidence)


def column(name: str, runs: Mapping[str, Any]) -> Any:
    if name == "is_clean":
        return (column("leaked", runs) == 0.0).astype(np.float64)
    if name == "has_wrong_shot":
        return (column("wrong_shots", runs) > 0.0).astype(np.float64)
    if name in ("assets_left", "sites_left"):
        kind = name.removesuffix("_left")
        return column(kind, runs) - column(f"{kind}_lost", runs)
    return np.asarray(runs[name], dtype=np.float64)
