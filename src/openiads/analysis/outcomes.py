"""The outcome of one run as numbers: what came, what was seen, what was shot, what came through, what it
cost.

Plain data; report.summary prints it. One replication is one draw: counts are given, a ratio only together
with its counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from openiads.analysis.chains import Chains, chains
from openiads.analysis.links import LEAKED, first_failed_link, leaked
from openiads.results import Run


@dataclass(frozen=True)
class Arrivals:
    """What came, per group, type and true identity; `fates` counts each fate that occurred."""

    group: str
    type: str
    identity: str
    number: int
    fates: dict[str, int]


@dataclass(frozen=True)
class Sightings:
    """When things of one type were first seen. Ranges and times are None where nothing was."""

    type: str
    identity: str
    number: int
    in_sight: int
    detected: int
    tracked: int
    held_hostile: int
    range_max_m: float | None
    range_median_m: float | None
    range_min_m: float | None
    t_first_s: float | None


@dataclass(frozen=True)
class Shots:
    """What was shot at what: missiles of one type at threats of one type."""

    weapon: str
    target_type: str
    identity: str
    rounds: int
    bursts: int
    kills: int


@dataclass(frozen=True)
class Rounds:
    """Missiles of one type: start, fired, by fate, left."""

    weapon: str
    start: int
    fired: int
    fates: dict[str, int]
    ready: int
    reserve: int
    kills: int


@dataclass(frozen=True)
class Leak:
    """A hostile threat that came through, and the first link that failed."""

    threat: str
    type: str
    fate: str
    site: str
    t_s: float | None
    link: str
    cause: str


@dataclass(frozen=True)
class WrongShot:
    """A missile fired at, or a kill of, what is not hostile."""

    target: str
    type: str
    identity: str
    rounds: int
    fate: str


@dataclass(frozen=True)
class Loss:
    """A site that was hit."""

    site: str
    kind: str
    hits: int
    lost: bool
    t_s: float | None
    to: str


@dataclass(frozen=True)
class Outcome:
    """Everything that the summary says."""

    arrivals: list[Arrivals]
    sightings: list[Sightings]
    shots: list[Shots]
    rounds: list[Rounds]
    leaks: list[Leak]
    wrong_shots: list[WrongShot]
    losses: list[Loss]
    hostile: int
    hostile_killed: int
    rounds_fired: int
    undecided: list[str]  # ids of what was aimed at something and still flew when the run ended

    @property
    def rounds_at_hostile(self) -> int:
        """Missiles fired at what truly was hostile."""
        return sum(s.rounds for s in self.shots if s.identity == "hostile")


def outcome(run: Run) -> Outcome:
    """The numbers of one run."""
    known = chains(run)
    threats = list(known.threats.values())
    hostile = [row for row in threats if row["identity"] == "hostile"]
    return Outcome(
        arrivals=_arrivals(threats),
        sightings=_sightings(threats),
        shots=_shots(known),
        rounds=_rounds(known, run.magazines.to_pylist()),
        leaks=_leaks(known, hostile),
        wrong_shots=_wrong_shots(threats),
        losses=_losses(known.sites.values()),
        hostile=len(hostile),
        hostile_killed=sum(row["fate"] == "killed" for row in hostile),
        rounds_fired=len(known.missiles),
        undecided=[r["id"] for r in hostile if r["target"] is not None and r["fate"] in _STILL_FLYING],
    )


_STILL_FLYING = ("end of run", "flying")
_ORDER = {"hostile": 0, "friend": 1, "neutral": 2}


def _arrivals(threats: list[dict[str, Any]]) -> list[Arrivals]:
    sorts: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in threats:
        sorts[row["identity"] or "", row["group"] or "", row["type"] or ""].append(row["fate"])
    return [
        Arrivals(group, kind, identity, len(fates), dict(Counter(fates)))
        for (identity, group, kind), fates in sorted(
            sorts.items(), key=lambda item: _ORDER.get(item[0][0], 3)
        )
    ]


def _sightings(threats: list[dict[str, Any]]) -> list[Sightings]:
    sorts: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in threats:
        sorts[row["identity"] or "", row["type"] or ""].append(row)
    found = []
    for (identity, kind), rows in sorted(sorts.items(), key=lambda item: _ORDER.get(item[0][0], 3)):
        seen = [row for row in rows if row["t_detection_s"] is not None]
        ranges = [row["detection_range_m"] for row in seen if row["detection_range_m"] is not None]
        found.append(
            Sightings(
                type=kind,
                identity=identity,
                number=len(rows),
                in_sight=sum(row["t_line_of_sight_s"] is not None for row in rows),
                detected=len(seen),
                tracked=sum(row["t_track_s"] is not None for row in rows),
                held_hostile=sum(row["t_hostile_s"] is not None for row in rows),
                range_max_m=max(ranges, default=None),
                range_median_m=median(ranges) if ranges else None,
                range_min_m=min(ranges, default=None),
                t_first_s=min((row["t_detection_s"] for row in seen), default=None),
            )
        )
    return found


def _shots(known: Chains) -> list[Shots]:
    sorts: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for missile in known.missiles.values():
        target = known.threats.get(missile["target"])
        kind, identity = (target["type"], target["identity"]) if target else _no_target(missile)
        sorts[missile["weapon"] or "", kind or "", identity].append(missile)
    kills = Counter(
        _kill_key(known, row) for row in known.threats.values() if row["killer"] in known.missiles
    )
    return [
        Shots(*key, len(rows), sum(m["t_burst_s"] is not None for m in rows), kills[key])
        for key, rows in sorted(sorts.items(), key=lambda item: (_ORDER.get(item[0][2], 3), item[0]))
    ]


def _no_target(missile: dict[str, Any]) -> tuple[str, str]:
    if missile["target_site"] is not None:
        return f"ground target {missile['target_site']}", "site"
    return "nothing (false track)", "none"


def _kill_key(known: Chains, row: dict[str, Any]) -> tuple[str, str, str]:
    return known.missiles[row["killer"]]["weapon"] or "", row["type"] or "", row["identity"]


def _rounds(known: Chains, magazines: list[dict[str, Any]]) -> list[Rounds]:
    kills = Counter(
        known.missiles[row["killer"]]["weapon"]
        for row in known.threats.values()
        if row["killer"] in known.missiles
    )
    found = []
    for weapon in dict.fromkeys(row["weapon"] for row in magazines):
        mine = [row for row in magazines if row["weapon"] == weapon]
        fates = Counter(m["fate"] for m in known.missiles.values() if m["weapon"] == weapon)
        found.append(
            Rounds(
                weapon=weapon,
                start=sum(row["rounds_start"] for row in mine),
                fired=sum(row["rounds_fired"] for row in mine),
                fates=dict(fates),
                ready=sum(row["rounds_ready"] for row in mine),
                reserve=sum(row["rounds_reserve"] for row in mine),
                kills=kills[weapon],
            )
        )
    return found


def _leaks(known: Chains, hostile: list[dict[str, Any]]) -> list[Leak]:
    found = []
    for row in hostile:
        if leaked(row):
            finding = first_failed_link(known, row["id"])
            site = row["hit_site"] or row["target"] or ""
            found.append(
                Leak(row["id"], row["type"], row["fate"], site, row["t_end_s"], finding.link, finding.cause)
            )
    return sorted(found, key=lambda leak: (LEAKED.index(leak.fate), leak.t_s or 0.0))


def _wrong_shots(threats: list[dict[str, Any]]) -> list[WrongShot]:
    return [
        WrongShot(row["id"], row["type"], row["identity"], row["wrong_shots"], row["fate"])
        for row in threats
        if row["identity"] != "hostile" and (row["wrong_shots"] or row["fate"] == "killed")
    ]


def _losses(sites: Iterable[dict[str, Any]]) -> list[Loss]:
    hit = [row for row in sites if row["hits"] or not row["alive"]]
    found = [
        Loss(row["id"], row["kind"], row["hits"], not row["alive"], row["t_lost_s"], row["lost_to"] or "")
        for row in hit
    ]
    return sorted(found, key=lambda loss: (not loss.lost, loss.t_s or 0.0))
