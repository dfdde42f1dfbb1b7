"""The event log of a run, sorted by threat: what happened to it and to the missiles fired at it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from openiads.results import Run


class Event(NamedTuple):
    """One row of events.parquet (times in s, ranges in m; None where the log has nothing)."""

    t_s: float
    event: str
    subject: str | None
    object: str | None
    via: str | None
    detail: str | None
    range_m: float | None
    alt_m: float | None
    speed_mps: float | None
    value: float | None


@dataclass
class Chains:
    """All that one needs to tell the story of any threat of one run.

    Attributes:
        threats: rows of the threat table by id, in the order of the scenario.
        missiles: rows of the missile table by id.
        sites: rows of the site table by id.
        events: events per platform, in time order.
        losses: events "site lost", in time order.
        strobes: times of jam strobes per radar.
        assignments: events "assigned" of all threats, in time order.
        commands: what changed who commands, which links are cut, who has power or is in its place, in time order.
    """

    threats: dict[str, dict[str, Any]]
    missiles: dict[str, dict[str, Any]]
    sites: dict[str, dict[str, Any]]
    t_end_s: float
    events: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    losses: list[Event] = field(default_factory=list)
    strobes: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    commands: list[Event] = field(default_factory=list)
    assignments: list[Event] = field(default_factory=list)

    def of(self, threat: str, *kinds: str) -> list[Event]:
        """Events of a threat, of these kinds if any are given."""
        return [e for e in self.events.get(threat, []) if not kinds or e.event in kinds]

    def lost_before(self, t_s: float, *kinds: str) -> list[Event]:
        """Sites of these kinds that were lost before a time."""
        return [e for e in self.losses if e.t_s <= t_s and self.sites[str(e.subject)]["kind"] in kinds]


def chains(run: Run) -> Chains:
    """Read a run once; see :class:`Chains`."""
    made = Chains(
        threats={row["id"]: row for row in run.threats.to_pylist()},
        missiles={row["id"]: row for row in run.missiles.to_pylist()},
        sites={row["id"]: row for row in run.sites.to_pylist()},
        t_end_s=run.t_end_s,
    )
    meanings = run.meanings()
    about = {name: (m.get("subject"), m.get("object")) for name, m in meanings.items()}
    columns = run.events.to_pydict()
    log = [Event(*row) for row in zip(*(columns[name] for name in Event._fields), strict=True)]
    for event in sorted(log, key=lambda e: e.t_s):
        enter(made, event, about.get(event.event, (None, None)))
    return made


_OF_COMMAND = ("command lost", "command taken", "command back", "link cut", "link back", "power supply")


def enter(made: Chains, event: Event, about: tuple[str | None, str | None]) -> None:
    """Put one event, in its turn of time, where it belongs; `about`: the tables of its subject and object."""
    if event.event == "jam strobe over":
        return  # it comes 30 s late, often after the platform's own end, and no link of its chain hangs on it
    for platform in _concerns(event, about, made.missiles):
        made.events[platform].append(event)
    if event.event == "site lost":
        made.losses.append(event)
    elif event.event == "assigned":
        made.assignments.append(event)
    elif event.event in _OF_COMMAND:
        made.commands.append(event)
    elif event.event == "site moves":
        if event.detail in ("packs up", "ready"):
            made.commands.append(event)
        for threat, row in made.threats.items():
            if row["target"] == event.subject and (row["t_end_s"] is None or event.t_s <= row["t_end_s"]):
                made.events[threat].append(event)
    elif event.event == "jam strobe" and event.object is not None:
        made.strobes[event.object].append(event.t_s)


def _concerns(
    event: Event, about: tuple[str | None, str | None], missiles: dict[str, dict[str, Any]]
) -> list[str]:
    """Platforms to whose story an event belongs: its parties, and what its missile was fired at."""
    found = [
        party
        for party, table in zip((event.subject, event.object), about, strict=True)
        if table == "platform"
    ]
    if about[0] == "missile" and event.subject in missiles:
        found.append(missiles[event.subject]["target"])
    return list(dict.fromkeys(party for party in found if party is not None))
