"""Why things came through, for many replications at once: the rules of `explain` on the events of the leakers only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from openiads.analysis.causes import cause_of
from openiads.analysis.chains import Chains, Event, enter
from openiads.analysis.links import LEAKED, first_failed_link
from openiads.engine import events as ev
from openiads.engine.outcome import Outcome
from openiads.study import columns as col
from openiads.study import tables
from openiads.world.names import Names

_ABOUT = {spec.name: (spec.subject, spec.object) for spec in ev.SPECS.values()}
_NOT_ASKED = (ev.CLASSIFIED, ev.SITE_HIT, ev.PLATFORM_END, ev.MISSILE_END, ev.SEEKER_ON, ev.JAMMING)
#: (party, table) → by code of the event: do the rules ask for it as one of that party?
_ASKED = {
    (party, table): np.array([
        code in ev.SPECS and getattr(ev.SPECS[code], party) == table and code not in _NOT_ASKED
        for code in range(max(ev.SPECS) + 1)
    ])
    for party, table in (("subject", "platform"), ("object", "platform"), ("subject", "missile"))
}  # fmt: skip
_OF_ALL = (
    ev.SITE_LOST, ev.COMMAND_LOST, ev.COMMAND_TAKEN, ev.COMMAND_BACK, ev.LINK_CUT, ev.LINK_BACK, ev.POWER, ev.SITE_MOVES,
)  # fmt: skip


@dataclass(frozen=True)
class Leaks:
    """Columns over the joined platforms, null where nothing came through."""

    link: pa.Array
    cause: pa.Array
    text: pa.Array


def leaks_of(
    one: Outcome,
    names: Names,
    words: col.Words,
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
        known = _chains(one, names, words, rep, n, threats, missiles, leakers, count)
        for row in leakers:
            chains = known[int(row) // n]
            name = names.platform[int(row) % n]
            finding = first_failed_link(chains, name)
            found["link"].append(finding.link)
            found["cause"].append(cause_of(chains, name, finding))
            found["text"].append(finding.cause)
    return Leaks(*(col.sparse_keys(values, leakers, len(fate)) for values in found.values()))


def _chains(
    one: Outcome,
    names: Names,
    words: col.Words,
    rep: np.ndarray,
    n: int,
    threats: pa.Table,
    missiles: pa.Table,
    leakers: np.ndarray,
    count: int,
) -> dict[int, Chains]:
    """Per replication with leakers: their chains, and the losses and changes of command of that replication."""
    log = one.event
    is_leaker = np.zeros(n * count, dtype=bool)
    is_leaker[leakers] = True
    launch = log[(log.code == ev.LAUNCH) & (log.object >= 0)]
    at_leaker = np.zeros(len(one.round), dtype=bool)
    at_leaker[launch.subject[is_leaker[launch.object]]] = True
    sites = {name: {"kind": kind} for name, kind in zip(names.site, names.site_kind, strict=True)}
    known: dict[int, Chains] = {}
    rows = threats.take(pa.array(leakers)).to_pylist()
    for place, row in zip(leakers, rows, strict=True):
        number = int(place) // n
        if number not in known:
            known[number] = Chains(threats={}, missiles={}, sites=sites, t_end_s=one.t_end_s)
        known[number].threats[row["id"]] = row
    shot = np.flatnonzero(at_leaker)
    owner = dict(zip(launch.subject.tolist(), (launch.object // n).tolist(), strict=True))
    for place, row in zip(shot, missiles.take(pa.array(shot)).to_pylist(), strict=True):
        known[owner[int(place)]].missiles[row["id"]] = row
    has = np.zeros(count, dtype=bool)
    has[list(known)] = True
    wanted = _concerning(log, is_leaker, at_leaker) | (np.isin(log.code, _OF_ALL) & has[rep])
    unseen = is_leaker.copy()
    unseen[log.subject[(log.code == ev.DETECTION) & (log.subject >= 0)]] = False
    if unseen.any():  # only they ask who was jammed
        dark = np.zeros(count, dtype=bool)
        dark[np.flatnonzero(unseen) // n] = True
        wanted |= (log.code == ev.JAM_STROBE) & dark[rep]
    _fill(known, one, names, words, rep, np.flatnonzero(wanted))
    return known


def _concerning(log: np.recarray, is_leaker: np.ndarray, at_leaker: np.ndarray) -> np.ndarray:
    """Events that the rules ask for of which a leaker is a party, or a missile fired at one the subject."""
    wanted = np.zeros(len(log), dtype=bool)
    for party in ("subject", "object"):
        rows = _codes(log.code, party, "platform") & (log[party] >= 0)
        wanted[rows] |= is_leaker[log[party][rows]]
    rows = _codes(log.code, "subject", "missile") & (log.subject >= 0)
    wanted[rows] |= at_leaker[log.subject[rows]]
    return wanted


def _codes(code: np.ndarray, party: str, table: str) -> np.ndarray:
    """Which events have an entity of that table as a party, those left out that no rule asks for."""
    found: np.ndarray = _ASKED[party, table][code]
    return found


def _fill(
    known: dict[int, Chains], one: Outcome, names: Names, words: col.Words, rep: np.ndarray, rows: np.ndarray
) -> None:
    rows = rows[np.lexsort((one.event.t_s[rows], rep[rows]))]
    some = Outcome(**{**vars(one), "event": one.event[rows].view(np.recarray)})
    labels = tables._events(some, names, _with_local(some, names, words))
    columns = [_listed(labels[name]) for name in Event._fields]
    for number, event in zip(rep[rows].tolist(), map(Event._make, zip(*columns, strict=True)), strict=True):
        enter(known[number], event, _ABOUT[event.event])


def _listed(column: pa.ChunkedArray) -> list[object]:
    """The values of a column; texts are shared, not made anew."""
    whole = column.combine_chunks()
    if not pa.types.is_dictionary(whole.type):
        return whole.to_pylist()  # type: ignore[no-any-return]
    words = [*whole.dictionary.to_pylist(), None]
    return [words[k] for k in whole.indices.fill_null(len(words) - 1).to_pylist()]


def _with_local(some: Outcome, names: Names, words: col.Words) -> col.Words:
    """The dictionary with the local tracks of these events (their numbering is that of the log they are in)."""
    local, _ = tables._local_tracks(some.event)
    return words.instead("local track", [f"{names.radar[radar]}/{number}" for radar, number in local])
