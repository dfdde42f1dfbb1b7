"""Why things came through, for many replications at once: the rules of `explain` on the events of the leakers only.

The rules ask for few events of few kinds. So the events of all leakers are sorted once by leaker and kind, and become
objects only when a rule asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import pyarrow as pa

from openiads.analysis.causes import cause_of
from openiads.analysis.chains import Chains, Event
from openiads.analysis.links import LEAKED, first_failed_link
from openiads.engine import events as ev
from openiads.engine.outcome import Outcome
from openiads.study import columns as col
from openiads.study import tables
from openiads.study.joined import Columns
from openiads.world.names import Names, missile_id, track_id

_NOT_ASKED = (ev.SITE_HIT, ev.PLATFORM_END, ev.MISSILE_END, ev.SEEKER_ON, ev.JAMMING)
_CODES = max(ev.SPECS) + 1
#: (party, table) → by code of the event: do the rules ask for it as one of that party?
_ASKED = {
    (party, table): np.array([
        code in ev.SPECS and getattr(ev.SPECS[code], party) == table and code not in _NOT_ASKED
        for code in range(_CODES)
    ])
    for party, table in (("subject", "platform"), ("object", "platform"), ("subject", "missile"))
}  # fmt: skip
_CODE_OF = {spec.name: code for code, spec in ev.SPECS.items()}
_COMMANDS = (
    ev.COMMAND_LOST,
    ev.COMMAND_TAKEN,
    ev.COMMAND_BACK,
    ev.LINK_CUT,
    ev.LINK_BACK,
    ev.POWER,
    ev.SITE_MOVES,
)
_OF_ALL = np.isin(np.arange(_CODES), (ev.SITE_LOST, *_COMMANDS))
_TOLD_MOVES = ("packs up", "ready")


@dataclass(frozen=True)
class Leaks:
    """Columns over the joined platforms, null where nothing came through."""

    link: pa.Array
    cause: pa.Array
    text: pa.Array


class _Log:
    """The joined log; its rows as events of `explain` (ids of one replication, None where there is nothing)."""

    def __init__(
        self, one: Outcome, names: Names, rep: np.ndarray, n: int, first_missile: np.ndarray
    ) -> None:
        self.columns = cast(Columns, one.event)
        self.names, self.rep, self.n, self.first = names, rep, n, first_missile
        self._words: dict[str, np.ndarray] = {}

    def field(self, name: str) -> np.ndarray:
        """A plain column."""
        return self.columns[name]

    def events(self, code: int, where: np.ndarray) -> list[Event]:
        """Rows of the log, all of one code, as events."""
        rep, spec = self.rep[where], ev.SPECS[code]
        rows = {name: self.columns[name][where] for name in self.columns.names if name != "code"}
        subject, other, via = (
            self._ids(table, rows[party], rep)
            for party, table in (("subject", spec.subject), ("object", spec.object), ("via", spec.via))
        )
        if code == ev.LOCAL_TRACK:
            pairs = zip(rows["object"].tolist(), rows["via"].tolist(), strict=True)
            via = [f"{self.names.radar[radar]}/{number}" for radar, number in pairs]
        details = self.names.weapon if code in tables.WEAPON_IN_DETAIL else tables.words_of(code)
        numbers = (_numbers(rows[name]) for name in ("range_m", "alt_m", "speed_mps", "value"))
        columns = (rows["t_s"].tolist(), [spec.name] * len(where), subject, other, via,
                   _words(details)[rows["detail"]].tolist(), *numbers)  # fmt: skip
        return list(map(Event._make, zip(*columns, strict=True)))

    def _ids(self, table: str | None, index: np.ndarray, rep: np.ndarray) -> list[str | None]:
        if table is None:
            return [None] * len(index)
        if table in ("track", "passive track"):
            return [track_id(number) if number >= 0 else None for number in index.tolist()]
        if table == "missile":
            local = index - self.first[rep]
            return [
                missile_id(k) if i >= 0 else None for i, k in zip(index.tolist(), local.tolist(), strict=True)
            ]
        if table not in self._words:
            self._words[table] = _words(ev.IDENTITY if table == "identity" else getattr(self.names, table))
        if table == "platform":
            index = np.where(index >= 0, index % self.n, -1)
        return self._words[table][index].tolist()  # type: ignore[no-any-return]


def _words(names: Sequence[str]) -> np.ndarray:
    """Texts by their number, None for "" and for -1."""
    return np.array([*(name or None for name in names), None], dtype=object)


def _numbers(values: np.ndarray) -> list[float | None]:
    """Plain numbers, None for what is not finite."""
    finite = np.isfinite(values)
    if finite.all():
        return values.tolist()  # type: ignore[no-any-return]
    if not finite.any():
        return [None] * len(values)
    found = values.astype(object)
    found[~finite] = None
    return found.tolist()  # type: ignore[no-any-return]


class _Kind:
    """The events of one kind of all leakers, by leaker."""

    def __init__(self, log: _Log, code: int, places: np.ndarray, rows: np.ndarray) -> None:
        self.rows = rows.tolist()
        self.events = log.events(code, rows)
        which, start = np.unique(places, return_index=True)
        ends = [*start[1:].tolist(), len(places)]
        self.span = dict(zip(which.tolist(), zip(start.tolist(), ends, strict=True), strict=True))


class _Sorted:
    """Events of leakers by kind and leaker; those of a kind are made when the first of them is asked for."""

    def __init__(self, log: _Log, places: np.ndarray, rows: np.ndarray) -> None:
        """places: of the leaker; rows: of the log; in any order, some of them twice."""
        self.log, size = log, np.int64(max(len(log.columns), 1))
        place_row = np.unique(places * size + rows)  # a party to an event twice has a part in it once
        places, rows = place_row // size, place_row % size
        code = log.field("code")[rows]
        self._kinds: dict[int, _Kind | tuple[np.ndarray, np.ndarray]] = {
            int(c): (places[code == c], rows[code == c])
            for c in np.flatnonzero(np.bincount(code, minlength=1))
        }

    def _kind(self, code: int) -> _Kind | None:
        kind = self._kinds.get(code)
        if isinstance(kind, tuple):
            kind = self._kinds[code] = _Kind(self.log, code, *kind)
        return kind

    def of(self, place: int, kinds: tuple[str, ...]) -> list[Event]:
        """Events of a leaker, of these kinds (of all where none is given), in order of time."""
        found: list[tuple[int, Event]] = []
        for code in [_CODE_OF[kind] for kind in kinds] or list(self._kinds):
            kind = self._kind(code)
            if kind is None or place not in kind.span:
                continue
            a, b = kind.span[place]
            if len(kinds) == 1:
                return kind.events[a:b]
            found += zip(kind.rows[a:b], kind.events[a:b], strict=True)
        return [event for _, event in sorted(found)]


class _OfLeakers(Chains):
    """The chains of one replication, of its leakers only."""

    def __init__(self, of_all: Chains, by: _Sorted) -> None:
        super().__init__({}, {}, of_all.sites, of_all.t_end_s)
        self._by = by
        self._place: dict[str, int] = {}

    def add(self, place: int, row: dict[str, Any]) -> None:
        """A leaker, with its row of the threat table."""
        self.threats[row["id"]] = row
        self._place[row["id"]] = place

    def of(self, threat: str, *kinds: str) -> list[Event]:
        """See :meth:`Chains.of`."""
        return self._by.of(self._place[threat], kinds)


@dataclass(frozen=True)
class _Joined:
    """What `leaks_of` is given."""

    one: Outcome
    log: _Log
    threats: pa.Table
    missiles: pa.Table
    leakers: np.ndarray
    count: int

    @cached_property
    def place(self) -> np.ndarray:
        """Joined platform → its place among the leakers, -1."""
        place = np.full(self.log.n * self.count, -1, dtype=np.int64)
        place[self.leakers] = np.arange(len(self.leakers))
        return place

    @cached_property
    def target(self) -> np.ndarray:
        """Joined missile → place of the leaker that it was launched at, -1."""
        log = self.log.columns
        launch = np.flatnonzero((log.code == ev.LAUNCH) & (log.object >= 0))
        at = np.full(len(self.one.round), -1, dtype=np.int64)
        at[log.subject[launch]] = self.place[log.object[launch]]
        return at

    def wanted(self) -> tuple[np.ndarray, np.ndarray]:
        """(leaker's place, row of the log) of what the rules may ask for: a leaker, or a missile fired at one, is a party."""
        code = self.log.field("code")
        places, rows = [], []
        for (party, table), asked in _ASKED.items():
            who = self.log.field(party)
            found = np.flatnonzero(asked[code] & (who >= 0))
            of = (self.place if table == "platform" else self.target)[who[found]]
            places.append(of[of >= 0])
            rows.append(found[of >= 0])
        return np.concatenate(places), np.concatenate(rows)

    def chains(self) -> dict[int, _OfLeakers]:
        """Per replication with leakers: their chains, with the losses and changes of command of that replication."""
        names = self.log.names
        sites = {name: {"kind": kind} for name, kind in zip(names.site, names.site_kind, strict=True)}
        whole = Chains({}, {}, sites, self.one.t_end_s)
        by = _Sorted(self.log, *self.wanted())
        known: dict[int, _OfLeakers] = {}
        for place, row in enumerate(_rows(self.threats, self.leakers)):
            number = int(self.leakers[place]) // self.log.n
            if number not in known:
                known[number] = _OfLeakers(whole, by)
            known[number].add(place, row)
        shot = np.flatnonzero(self.target >= 0)
        owner = self.leakers[self.target[shot]] // self.log.n
        for number, row in zip(owner.tolist(), _rows(self.missiles, shot), strict=True):
            known[number].missiles[row["id"]] = row
        self._of_all(known)
        self._shared(known)
        return known

    def _shared(self, known: dict[int, _OfLeakers]) -> None:
        """Where nothing was fired at a leaker that was assigned: all rounds and assignments of those tracks, which held others."""
        log, rep, rounds = self.log.columns, self.log.rep, self.one.round
        fired_at = np.zeros(len(self.leakers), dtype=bool)
        fired_at[self.target[self.target >= 0]] = True
        assigned = np.flatnonzero((log.code == ev.ASSIGNED) & (log.subject >= 0))
        place = self.place[log.subject[assigned]]
        asking = (place >= 0) & ~fired_at[place]
        if not asking.any():
            return

        def key(number: np.ndarray, battery: np.ndarray, track: np.ndarray) -> np.ndarray:
            made: np.ndarray = (
                number.astype(np.int64) * len(self.log.names.battery) + battery
            ) * 2**32 + track
            return made

        keys = key(rep[assigned], log.object[assigned], log.via[assigned])
        asked = np.unique(keys[asking])
        for row, event in self._made(assigned[np.isin(keys, asked)]):
            known[rep[row]].assignments.append(event)
        number = np.searchsorted(self.log.first, np.arange(len(rounds)), side="right") - 1
        there = np.isin(key(number, rounds.battery, rounds.track_id), asked) & (self.target < 0)
        shared = np.flatnonzero(there)
        for k, missile in zip(number[shared].tolist(), _rows(self.missiles, shared), strict=True):
            known[k].missiles[missile["id"]] = missile

    def _of_all(self, known: dict[int, _OfLeakers]) -> None:
        log, rep = self.log.columns, self.log.rep
        has = np.zeros(self.count, dtype=bool)
        has[list(known)] = True
        for row, event in self._made(np.flatnonzero(_OF_ALL[log.code] & has[rep])):
            if event.event == "site lost":
                known[rep[row]].losses.append(event)
            elif event.event != "site moves" or event.detail in _TOLD_MOVES:
                known[rep[row]].commands.append(event)
        unseen = self.place >= 0
        unseen[log.subject[(log.code == ev.DETECTION) & (log.subject >= 0)]] = False
        if not unseen.any():  # only they ask who was jammed
            return
        dark = np.zeros(self.count, dtype=bool)
        dark[np.flatnonzero(unseen) // self.log.n] = True
        for row, event in self._made(np.flatnonzero((log.code == ev.JAM_STROBE) & dark[rep])):
            if event.object is not None:
                known[rep[row]].strobes[event.object].append(event.t_s)

    def _made(self, where: np.ndarray) -> list[tuple[int, Event]]:
        """(row, event) of rows of the log, in order of time."""
        code = self.log.field("code")[where]
        found: list[tuple[int, Event]] = []
        for c in np.unique(code):
            rows = where[code == c]
            found += zip(rows.tolist(), self.log.events(int(c), rows), strict=True)
        return sorted(found)


def leaks_of(
    one: Outcome,
    names: Names,
    rep: np.ndarray,
    n: int,
    threats: pa.Table,
    missiles: pa.Table,
    first_missile: np.ndarray,
    count: int,
) -> Leaks:
    """Link and cause of everything hostile that came through, in joined replications (see rows.Batch)."""
    fate = np.asarray(one.platform_state.fate)
    through = np.isin(fate, [ev.PLATFORM_FATE.index(f) for f in LEAKED])
    hostile = np.tile([identity == "hostile" for identity in names.platform_identity], count).astype(bool)
    leakers = np.flatnonzero(through & hostile)
    found: dict[str, list[str]] = {"link": [], "cause": [], "text": []}
    if len(leakers):
        log = _Log(one, names, rep, n, first_missile)
        known = _Joined(one, log, threats, missiles, leakers, count).chains()
        for row in leakers.tolist():
            chains, name = known[row // n], names.platform[row % n]
            finding = first_failed_link(chains, name)
            found["link"].append(finding.link)
            found["cause"].append(cause_of(chains, name, finding))
            found["text"].append(finding.cause)
    return Leaks(*(col.sparse_keys(values, leakers, len(fate)) for values in found.values()))


def _rows(table: pa.Table, which: np.ndarray) -> list[dict[str, Any]]:
    """Rows of a table as dicts; texts are shared, not made anew."""
    some = table.take(pa.array(which))
    names = some.column_names
    return [
        dict(zip(names, row, strict=True)) for row in zip(*(_listed(some[c]) for c in names), strict=True)
    ]


def _listed(column: pa.ChunkedArray) -> list[Any]:
    whole = column.combine_chunks()
    if not pa.types.is_dictionary(whole.type):
        return whole.to_pylist()  # type: ignore[no-any-return]
    words = [*whole.dictionary.to_pylist(), None]
    return [words[k] for k in whole.indices.fill_null(len(words) - 1).to_pylist()]
