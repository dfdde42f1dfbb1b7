"""Then and now: what became of one threat in two runs with the same luck, and what else is different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openiads.analysis.chains import Chains, chains
from openiads.analysis.explain import Explanation, explain_one
from openiads.analysis.links import leaked
from openiads.results import Run

#: Links of the chain with the columns of the threat table that hold their first times.
LINKS = (
    ("line of sight", "t_line_of_sight_s"),
    ("detection", "t_detection_s"),
    ("track", "t_track_s"),
    ("held hostile", "t_hostile_s"),
    ("assignment", "t_assigned_s"),
    ("launch", "t_launch_s"),
    ("burst", "t_burst_s"),
    ("end", "t_end_s"),
)


@dataclass(frozen=True)
class Other:
    """Another threat whose fate is different."""

    id: str
    then: str
    now: str


@dataclass(frozen=True)
class Contrast:
    """One threat in two runs, and the runs around it.

    Attributes:
        threat: its id.
        then, now: its story in each; None where it did not fly.
        rows: (what, then, now) of its kill chain: times in s, rounds, fate; None where there is none.
        first_event: time of its first event that differs, None where its story is the same.
        counts: (what, then, now) of the whole run.
        others: other platforms with another fate.
        first_difference_s: time of the first event of the whole run that differs, None where all are the same.
    """

    threat: str
    then: Explanation | None
    now: Explanation | None
    rows: list[tuple[str, Any, Any]]
    first_event: float | None
    counts: list[tuple[str, int, int]]
    others: list[Other]
    first_difference_s: float | None


def contrast(then: Run, now: Run, threat: str) -> Contrast:
    """Compare one threat, and the outcome, of two runs. Raises UnknownThreat where `then` has no such threat."""
    old, new = chains(then), chains(now)
    story = explain_one(old, threat)
    there = threat in new.threats
    return Contrast(
        threat=threat,
        then=story,
        now=explain_one(new, threat) if there else None,
        rows=_rows(old, new, threat),
        first_event=_first_difference(old.of(threat), new.of(threat)),
        counts=[(what, a, b) for (what, a), (_, b) in zip(_counts(old), _counts(new), strict=True)],
        others=_others(old, new, threat),
        first_difference_s=_first_difference(_log(then), _log(now)),
    )


def _rows(old: Chains, new: Chains, threat: str) -> list[tuple[str, Any, Any]]:
    a, b = old.threats[threat], new.threats.get(threat, {})
    rows: list[tuple[str, Any, Any]] = [("fate", a["fate"], b.get("fate"))]
    rows += [(name, a[column], b.get(column)) for name, column in LINKS]
    rows += [(what, a[what], b.get(what)) for what in ("assigned_battery", "launch_weapon", "rounds_fired", "bursts",
                                                       "killer", "hit_site")]  # fmt: skip
    return rows


def _first_difference(one: list[Any], two: list[Any]) -> float | None:
    for a, b in zip(one, two, strict=False):
        if a != b:
            return float(min(a[0], b[0]))
    if len(one) == len(two):
        return None
    longer = max(one, two, key=len)
    return float(longer[min(len(one), len(two))][0])


def _log(run: Run) -> list[tuple[Any, ...]]:
    columns = run.events.select(["t_s", "event", "subject", "object", "via", "detail", "value"]).to_pydict()
    return list(zip(*columns.values(), strict=True))


def _counts(known: Chains) -> list[tuple[str, int]]:
    rows = list(known.threats.values())
    hostile = [row for row in rows if row["identity"] == "hostile"]
    missiles = known.missiles.values()
    return [
        ("hostile", len(hostile)),
        ("came through", sum(leaked(row) for row in hostile)),
        ("hit something", sum(row["fate"] == "hit its target" for row in hostile)),
        ("killed", sum(row["fate"] == "killed" for row in hostile)),
        (
            "friends and neutrals killed",
            sum(r["fate"] == "killed" for r in rows if r["identity"] != "hostile"),
        ),
        ("missiles fired", len(missiles)),
        ("sites lost", sum(not row["alive"] for row in known.sites.values())),
    ]


def _others(old: Chains, new: Chains, threat: str) -> list[Other]:
    found = []
    for name in dict.fromkeys([*old.threats, *new.threats]):
        a, b = (known.threats[name]["fate"] if name in known.threats else "not there" for known in (old, new))
        if a != b and name != threat:
            found.append(Other(name, a, b))
    return found


__all__ = ["LINKS", "Contrast", "Other", "contrast"]
