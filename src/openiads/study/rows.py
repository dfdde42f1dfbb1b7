"""From the raw arrays of many replications of one point to the labelled tables of a shard.

The replications are joined into one log whose platforms and missiles are numbered through; then the code
that labels one run labels them all at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa

from openiads.engine import events as ev
from openiads.engine import status
from openiads.engine.outcome import Outcome
from openiads.results import schema, study_schema
from openiads.study import columns as col
from openiads.study import depots, tables
from openiads.study.chain import missiles_table, threats_table
from openiads.study.joined import Columns
from openiads.study.leaks import Leaks, leaks_of
from openiads.world.names import Names, missile_id, track_id
from openiads.world.schema import World

_KILLED, _HIT, _MISSED = (
    ev.PLATFORM_FATE.index(f) for f in ("killed", "hit its target", "missed its target")
)
_END_OF_RUN, _NOT_STARTED = (ev.PLATFORM_FATE.index(f) for f in ("end of run", "not started"))
_FLYING = ev.PLATFORM_FATE.index("flying")
_DEFENCE = ("radar", "launcher", "command post")
#: (party, table) → by code of the event: is that party of that table?
_ABOUT = {
    (party, kind): np.array(
        [code in ev.SPECS and getattr(ev.SPECS[code], party) == kind for code in range(max(ev.SPECS) + 1)]
    )
    for party in ("subject", "object", "via")
    for kind in ("platform", "missile")
}
MOST_EVENTS = 200_000  # of one joined log; more replications are labelled in several goes


@dataclass(frozen=True)
class Batch:
    """Replications of one point, joined."""

    outcomes: Sequence[Outcome]
    one: Outcome  # joined: platforms and missiles numbered through
    names: Names  # of one replication
    rep: np.ndarray  # per event: which of the outcomes
    n_platforms: int  # of one replication
    first_missile: np.ndarray  # per outcome: its first row of `one.round`
    words: col.Words


def shard_tables(
    outcomes: Sequence[Outcome], point: int, names: Names, world: World, events: bool, kept: int
) -> dict[str, pa.Table]:
    """All tables of a shard: `outcomes` are successive replications of one point.

    `events`: of all; else events and trajectories of replications below `kept`.
    """
    parts: dict[str, list[pa.Table]] = {name: [] for name in study_schema.TABLES}
    for some in _in_goes(outcomes):
        batch = join(some, names)
        for name, table in _always(batch, point, names, world).items():
            parts[name].append(table)
    for outcome in outcomes:
        if events or outcome.replication < kept:
            own = tables.dictionary(outcome, names)
            parts["events"].append(_keyed("events", tables.events_table(outcome, names, own), point, outcome))
        if outcome.replication < kept:
            parts["trajectories"].append(
                _keyed("trajectories", tables.trajectories_table(outcome, own), point, outcome)
            )
    return {name: one_table(name, found) for name, found in parts.items() if found}


def one_table(name: str, parts: Sequence[pa.Table]) -> pa.Table:
    """Several tables under one dictionary per column, in one piece."""
    if len(parts) == 1:
        return parts[0]
    return pa.concat_tables(parts).unify_dictionaries().combine_chunks()


def _in_goes(outcomes: Sequence[Outcome]) -> list[list[Outcome]]:
    goes: list[list[Outcome]] = [[]]
    total = 0
    for outcome in outcomes:
        if goes[-1] and total + len(outcome.event) > MOST_EVENTS:
            goes.append([])
            total = 0
        goes[-1].append(outcome)
        total += len(outcome.event)
    return goes


def join(outcomes: Sequence[Outcome], names: Names) -> Batch:
    """See :class:`Batch`."""
    n, count = len(names.platform), len(outcomes)
    sizes = np.array([len(o.round) for o in outcomes], dtype=np.int64)
    first_missile = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    rep = np.repeat(np.arange(count), [len(o.event) for o in outcomes])
    log = Columns([o.event for o in outcomes])
    shift = {"platform": rep * n, "missile": first_missile[rep]}
    for party in ("subject", "object", "via"):
        values = log[party]
        for kind, by in shift.items():
            rows = np.flatnonzero(_ABOUT[party, kind][log.code] & (values >= 0))
            values[rows] += by[rows]
    rounds = np.concatenate([np.asarray(o.round) for o in outcomes]).view(np.recarray)
    one = dataclasses.replace(
        outcomes[0],
        event=cast(np.recarray, log),
        round=rounds,
        platform_state=np.concatenate([np.asarray(o.platform_state) for o in outcomes]).view(np.recarray),
    )
    return Batch(outcomes, one, names, rep, n, first_missile, _words(names, sizes))


def _words(names: Names, missiles: np.ndarray) -> col.Words:
    numbers = [missile_id(row) for row in range(int(missiles.max(initial=0)))]
    words = col.Words(
        {
            "platform": names.platform,
            "missile": numbers,
            "site": names.site,
            "radar": names.radar,
            "command_post": names.command_post,
            "battery": names.battery,
            "launcher": names.launcher,
            "weapon": names.weapon,
            "identity": ev.IDENTITY,
        },
        {"track": track_id},
    )
    words.numbered_through("platform", np.tile(np.arange(len(names.platform)), len(missiles)))
    first = np.cumsum(missiles) - missiles
    words.numbered_through("missile", np.arange(int(missiles.sum())) - np.repeat(first, missiles))
    return words


def _always(batch: Batch, point: int, names: Names, world: World) -> dict[str, pa.Table]:
    threats = threats_table(batch.one, batch.names, batch.words, len(batch.outcomes))
    missiles = missiles_table(batch.one, batch.names, batch.words)
    leaks = leaks_of(batch.one, batch.names, batch.rep, batch.n_platforms, threats, missiles,
                     batch.first_missile, len(batch.outcomes))  # fmt: skip
    replications = np.array([o.replication for o in batch.outcomes], dtype=np.int64)
    sites = sites_table(batch, names)
    batteries = _batteries(batch, names, world)
    count = len(batch.outcomes)
    sizes: dict[str, np.ndarray] = {
        "outcomes": np.full(count, batch.n_platforms),
        "runs": np.ones(count, dtype=np.int64),
        "missiles": np.array([len(o.round) for o in batch.outcomes], dtype=np.int64),
        "rounds": np.full(count, len(_weapons(names))),
        "sites": np.full(count, len(names.site)),
        "batteries": np.full(count, len(names.battery)),
    }
    made = {
        "outcomes": {name: threats[name].combine_chunks() for name in threats.column_names}
        | {"failed_link": leaks.link, "cause": leaks.cause, "cause_text": leaks.text},
        "runs": _runs(batch, names, sites, batteries),
        "missiles": {name: missiles[name].combine_chunks() for name in missiles.column_names},
        "rounds": _rounds(batch, names),
        "sites": sites,
        "batteries": {key: value for key, value in batteries.items() if key != "share"},
    }
    done = {}
    for name, columns in made.items():
        keyed = {
            "point": np.full(int(sizes[name].sum()), point, dtype=np.int64),
            "replication": np.repeat(replications, sizes[name]),
        }
        done[name] = table(name, {**keyed, **columns})
    return done


def table(name: str, columns: dict[str, object]) -> pa.Table:
    """A table of the published schema; a column that is missing or too many is a mistake in the program."""
    wanted = study_schema.arrow_schema(name)
    if set(columns) != set(wanted.names):
        raise col.LabelError(f"columns of {name}: {sorted(set(columns) ^ set(wanted.names))}")
    arrays = []
    for column, field in zip(study_schema.TABLES[name], wanted, strict=True):
        values = columns[column.name]
        if not isinstance(values, pa.Array):
            values = col.floats(values) if column.kind == schema.FLOAT else pa.array(values, field.type)
        arrays.append(values)
    return pa.Table.from_arrays(arrays, schema=wanted)


def _keyed(name: str, rows: pa.Table, point: int, outcome: Outcome) -> pa.Table:
    columns = {key: rows[key].combine_chunks() for key in rows.column_names}
    n = rows.num_rows
    keys = {"point": np.full(n, point), "replication": np.full(n, outcome.replication)}
    return table(name, {**keys, **columns})


def _tiled(names: Sequence[str], count: int) -> pa.DictionaryArray:
    """The names, once per replication."""
    words = col.Words({"all": [name or "" for name in names]})
    return words.array(words.codes("all", np.tile(np.arange(len(names)), count)))


def _per_rep(batch: Batch, rows: np.ndarray) -> np.ndarray:
    """Number of platforms (rows of the joined state) in each replication."""
    counted: np.ndarray = rows.reshape(len(batch.outcomes), -1).sum(axis=1).astype(np.int64)
    return counted


def sites_table(batch: Batch, names: Names) -> dict[str, object]:
    count, n = len(batch.outcomes), len(names.site)
    states = [o.site_state for o in batch.outcomes]

    def field(name: str) -> np.ndarray:
        return np.concatenate([np.asarray(state[name]) for state in states]) if n else np.zeros(0)

    alive = field("alive") != 0
    t_dead_s = np.asarray(field("t_dead_s"), dtype=np.float64)
    t_end_s = np.repeat([o.t_end_s for o in batch.outcomes], n)
    log = batch.one.event
    back = log.code == ev.SITE_RESTORED
    where = batch.rep[back] * n + log.subject[back]
    down_s = np.bincount(where, weights=log.value[back], minlength=count * n)[: count * n]
    down_s = down_s + np.where(alive, 0.0, t_end_s - t_dead_s)
    return {
        "id": _tiled(names.site, count),
        "kind": _tiled(names.site_kind, count),
        "alive": alive,
        "hits": np.asarray(field("n_hits"), dtype=np.int64),
        "t_lost_s": np.where(alive, np.nan, t_dead_s),
        "working": 1.0 - down_s / np.maximum(t_end_s, 1e-9),
    }


def _batteries(batch: Batch, names: Names, world: World) -> dict[str, object]:
    """Engagements from the log: a channel is busy from the assignment to the end of the engagement."""
    count, n = len(batch.outcomes), len(names.battery)
    log = batch.one.event
    rows = np.flatnonzero((log.code == ev.ASSIGNED) | (log.code == ev.ENGAGEMENT_END))
    key = batch.rep[rows] * n + log.object[rows]
    order = np.lexsort((log.t_s[rows], key))
    key, t_s = key[order], log.t_s[rows][order]
    change = np.where(log.code[rows][order] == ev.ASSIGNED, 1, -1)
    begun = np.bincount(key[change > 0], minlength=count * n)
    balance = np.bincount(key, weights=change, minlength=count * n)
    t_end_s = np.repeat([o.t_end_s for o in batch.outcomes], n)
    busy_s = balance * t_end_s - np.bincount(key, weights=change * t_s, minlength=count * n)
    peak = np.zeros(count * n, dtype=np.int64)
    if len(key):
        level = np.cumsum(change)
        start = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        before = np.concatenate([[0], level[start[1:] - 1]])
        peak[key[start]] = np.maximum(np.maximum.reduceat(level, start) - before, 0)
    channels = np.tile(np.asarray(world.battery["n_channel"], dtype=np.int64)[:n], count)
    return {
        "id": _tiled(names.battery, count),
        "channels": channels,
        "engagements": begun.astype(np.int64),
        "busy_s": busy_s,
        "peak": peak,
        "share": peak / np.maximum(channels, 1),
    }


def _weapons(names: Names) -> list[str]:
    return list(dict.fromkeys(names.magazine_weapon))


def _rounds(batch: Batch, names: Names) -> dict[str, object]:
    weapons, count = _weapons(names), len(batch.outcomes)
    which = np.array([weapons.index(w) for w in names.magazine_weapon], dtype=np.int64)
    key = (np.arange(count)[:, None] * len(weapons) + which[None, :]).ravel()

    def total(field: str) -> np.ndarray:
        if not len(which):
            return np.zeros(0, dtype=np.int64)
        values = np.concatenate([np.asarray(o.magazine_state[field]) for o in batch.outcomes])
        return np.bincount(key, weights=values, minlength=count * len(weapons)).astype(np.int64)

    ready, reserve, fired = total("rounds"), total("reserve"), total("fired")
    more, left = depots.by_weapon(batch.outcomes, names, weapons)
    log = batch.one.event
    hostile = _identity(batch, "hostile")
    ends = np.flatnonzero((log.code == ev.PLATFORM_END) & (log.detail == _KILLED) & (log.via >= 0))
    ends = ends[hostile[log.subject[ends]]]
    weapon_of = np.full(len(batch.one.round), -1, dtype=np.int64)
    launch = np.flatnonzero(log.code == ev.LAUNCH)
    weapon_of[log.subject[launch]] = log.detail[launch]
    row_of = np.array([weapons.index(w) if w in weapons else -1 for w in names.weapon], dtype=np.int64)
    by = row_of[weapon_of[log.via[ends]]] if len(ends) else np.zeros(0, dtype=np.int64)
    kills = np.bincount(
        (log.subject[ends] // batch.n_platforms) * len(weapons) + by, minlength=count * len(weapons)
    )
    return {
        "weapon": _tiled(weapons, count),
        "rounds_start": ready + reserve + fired + more,
        "rounds_fired": fired,
        "kills": kills[: count * len(weapons)].astype(np.int64),
        "rounds_ready": ready,
        "rounds_reserve": reserve + left,
    }


def _identity(batch: Batch, identity: str) -> np.ndarray:
    one = np.array([name == identity for name in batch.names.platform_identity], dtype=bool)
    return np.tile(one, len(batch.outcomes))


def _runs(
    batch: Batch, names: Names, sites: dict[str, object], batteries: dict[str, object]
) -> dict[str, object]:
    count, n = len(batch.outcomes), batch.n_platforms
    log = batch.one.event
    fate = np.asarray(batch.one.platform_state.fate)
    started = fate != _NOT_STARTED
    hostile = _identity(batch, "hostile")
    through = (fate == _HIT) | (fate == _MISSED)
    aimed = (
        hostile
        & started
        & (np.tile([t != "" for t in batch.names.platform_target], count).astype(bool) | through)
    )

    def seen(code: int, party: str) -> np.ndarray:
        who = log[party][(log.code == code) & (log[party] >= 0)]
        return np.bincount(who, minlength=count * n)[: count * n] > 0

    def first(code: int, party: str) -> np.ndarray:
        rows = np.flatnonzero((log.code == code) & (log[party] >= 0))
        rows = rows[hostile[log[party][rows]]]
        out = np.full(count, np.inf)
        np.minimum.at(out, batch.rep[rows], log.t_s[rows])
        return out

    target = log.object[(log.code == ev.LAUNCH) & (log.object >= 0)]
    at_hostile = np.bincount(target[hostile[target]] // max(n, 1), minlength=count)[:count]
    magazine = {
        f: np.array([int(np.sum(o.magazine_state[f])) for o in batch.outcomes], dtype=np.int64)
        for f in ("rounds", "reserve", "fired")
    }
    more, spare = (
        x.reshape(count, -1).sum(axis=1) for x in depots.by_weapon(batch.outcomes, names, _weapons(names))
    )
    wrong = np.bincount(batch.rep[log.code == ev.WRONG_SHOT], minlength=count)[:count]
    bits = np.array([o.status for o in batch.outcomes], dtype=np.int64)
    kinds = np.array(names.site_kind)
    defence, assets = np.isin(kinds, _DEFENCE), kinds == "asset"
    alive = np.asarray(sites["alive"]).reshape(count, -1)
    working = np.asarray(sites["working"]).reshape(count, -1)
    value = np.asarray(names.site_value, dtype=np.float64)
    channels = np.asarray(batteries["channels"], dtype=np.float64).reshape(count, -1)
    t_end_s = np.array([o.t_end_s for o in batch.outcomes])
    busy = np.asarray(batteries["busy_s"]).reshape(count, -1).sum(axis=1)
    share = np.asarray(batteries["share"]).reshape(count, -1)
    none = np.full(count, np.nan)
    return {
        "status": bits,
        "usable": (bits & status.FATAL) == 0,
        "hostile": _per_rep(batch, hostile & started),
        "aimed": _per_rep(batch, aimed),
        "leaked": _per_rep(batch, hostile & through),
        "hit": _per_rep(batch, hostile & (fate == _HIT)),
        "aimed_killed": _per_rep(batch, aimed & (fate == _KILLED)),
        "unresolved": _per_rep(batch, aimed & ((fate == _END_OF_RUN) | (fate == _FLYING))),
        "killed": _per_rep(batch, hostile & (fate == _KILLED)),
        "detected": _per_rep(batch, hostile & seen(ev.DETECTION, "subject")),
        "engaged": _per_rep(batch, hostile & seen(ev.LAUNCH, "object")),
        "t_first_detection_s": first(ev.DETECTION, "subject"),
        "t_first_launch_s": first(ev.LAUNCH, "object"),
        "rounds_fired": np.array([len(o.round) for o in batch.outcomes], dtype=np.int64),
        "rounds_at_hostile": at_hostile.astype(np.int64),
        "bursts": np.bincount(batch.rep[log.code == ev.BURST], minlength=count)[:count].astype(np.int64),
        "rounds_start": magazine["rounds"] + magazine["reserve"] + magazine["fired"] + more,
        "rounds_left": magazine["rounds"] + magazine["reserve"] + spare,
        "wrong_shots": wrong.astype(np.int64),
        "wrong_kills": _per_rep(batch, ~hostile & (fate == _KILLED)),
        "others": _per_rep(batch, ~hostile & started),
        "sites": np.full(count, int(defence.sum())),
        "sites_lost": (~alive[:, defence]).sum(axis=1).astype(np.int64),
        "assets": np.full(count, int(assets.sum())),
        "assets_lost": (~alive[:, assets]).sum(axis=1).astype(np.int64),
        "value": np.full(count, float(value.sum())),
        "value_lost": (~alive * value).sum(axis=1),
        "availability": working[:, defence].mean(axis=1) if defence.any() else none,
        "channel_use": busy / (channels.sum(axis=1) * t_end_s) if channels.sum() > 0 else none,
        "channel_peak": share.max(axis=1) if share.shape[1] else none,
    }


__all__ = ["Batch", "Leaks", "join", "one_table", "shard_tables"]
