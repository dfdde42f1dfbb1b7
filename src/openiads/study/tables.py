"""From the raw arrays of one replication to the labelled tables that are stored.

The same outcome and names give the same tables: nothing here asks the clock or iterates over a set.
"""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from openiads.analysis.covariance import root_of, to_enu
from openiads.doctrine.classify import CLASS_NAMES
from openiads.engine import events as ev
from openiads.engine.outcome import Outcome
from openiads.results import schema
from openiads.results.covariance import ROOT
from openiads.study import columns as col
from openiads.study import depots
from openiads.study.chain import missiles_table, threats_table
from openiads.study.places import site_moves
from openiads.study.plots import plots_table
from openiads.world.names import Names, missile_id, track_id

#: Events whose `detail` is a row of the weapon table.
WEAPON_IN_DETAIL = (ev.ASSIGNED, ev.LAUNCH)


def label(outcome: Outcome, names: Names) -> dict[str, pa.Table]:
    """All tables of a run by name, in the order of the published schema."""
    words = dictionary(outcome, names)
    made = {
        "events": events_table(outcome, names, words),
        "trajectories": trajectories_table(outcome, words),
        "threats": threats_table(outcome, names, words),
        "missiles": missiles_table(outcome, names, words),
        "sites": sites_table(outcome, names),
        "magazines": magazines_table(outcome, names),
    }
    tables = {name: made[name] for name in schema.TABLES}
    if outcome.plot is not None:
        tables["plots"] = plots_table(outcome.plot, words)
    return tables


def dictionary(outcome: Outcome, names: Names) -> col.Words:
    """Every id that an index of this outcome can mean."""
    log = outcome.event
    local, _ = _local_tracks(log)
    return col.Words(
        {
            "local track": [f"{names.radar[radar]}/{number}" for radar, number in local],
            "platform": names.platform,
            "missile": [missile_id(row) for row in range(len(outcome.round))],
            "site": names.site,
            "radar": names.radar,
            "command_post": names.command_post,
            "battery": names.battery,
            "launcher": names.launcher,
            "weapon": names.weapon,
            "identity": ev.IDENTITY,
        },
        {"track": track_id, "passive track": track_id},
    )


def events_table(outcome: Outcome, names: Names, words: col.Words) -> pa.Table:
    """One row per event."""
    log = outcome.event
    parties = {}
    for party in ("subject", "object", "via"):
        codes = np.full(len(log), -1, dtype=np.int32)
        for code, spec in ev.SPECS.items():
            refers_to = getattr(spec, party)
            rows = log.code == code
            if not rows.any() or refers_to is None:
                continue
            if code == ev.LOCAL_TRACK and party == "via":
                codes[rows] = words.codes("local track", _local_tracks(log)[1])
            else:
                codes[rows] = words.codes(refers_to, log[party][rows])
        parties[party] = words.array(codes)
    unknown = np.setdiff1d(log.code, list(ev.SPECS))
    if unknown.size:
        raise col.LabelError(f"event code {int(unknown[0])} has no meaning")
    return col.table(
        "events",
        {
            "t_s": col.floats(log.t_s),
            "event": col.labels(_event_names(), log.code),
            **parties,
            "detail": _details(log, names),
            "range_m": col.floats(log.range_m),
            "alt_m": col.floats(log.alt_m),
            "speed_mps": col.floats(log.speed_mps),
            "value": col.floats(log.value),
        },
        {"events": json.dumps(event_meanings(), sort_keys=True)},
    )


def _local_tracks(log: np.recarray) -> tuple[np.ndarray, np.ndarray]:
    """(radar, number) of every radar's own track, and which of them each event means."""
    rows = log.code == ev.LOCAL_TRACK
    radar, number = log.object[rows].astype(np.int64), log.via[rows].astype(np.int64)
    if not len(radar):
        return np.zeros((0, 2), dtype=np.int64), np.zeros(0, dtype=np.int64)
    low, span = int(number.min()), int(number.max()) - int(number.min()) + 1
    pairs, which = np.unique(radar * span + (number - low), return_inverse=True)  # by radar, then by number
    return np.column_stack([pairs // span, pairs % span + low]), which.reshape(-1)


def _event_names() -> list[str]:
    """Event names by code."""
    return [ev.SPECS[code].name if code in ev.SPECS else "" for code in range(max(ev.SPECS) + 1)]


def _details(log: np.recarray, names: Names) -> pa.DictionaryArray:
    texts: list[str] = []
    codes = np.full(len(log), -1, dtype=np.int64)
    for code, spec in ev.SPECS.items():
        options = names.weapon if code in WEAPON_IN_DETAIL else words_of(code)
        rows = (log.code == code) & (log.detail >= 0)
        if not rows.any():
            continue
        detail = log.detail[rows]
        if detail.max() >= len(options):
            raise col.LabelError(f"detail {int(detail.max())} of event '{spec.name}' has no meaning")
        codes[rows] = detail + len(texts)
        texts += options
    return col.labels(texts, codes)


def words_of(code: int) -> tuple[str, ...]:
    """What `detail` of an event can be."""
    return CLASS_NAMES if code == ev.CLASSIFIED else ev.SPECS[code].detail or ()


def event_meanings() -> dict[str, dict[str, object]]:
    """Per event: what its columns hold.

    Goes into the metadata of events.parquet, so that a reader needs no engine.
    """
    meanings: dict[str, dict[str, object]] = {}
    for code, spec in ev.SPECS.items():
        parts = {
            "code": code,
            "subject": spec.subject,
            "object": spec.object,
            "via": spec.via,
            "detail": "weapon" if code in WEAPON_IN_DETAIL else words_of(code) or None,
            "value": spec.value,
            "note": spec.note,
        }
        meanings[spec.name] = {key: part for key, part in parts.items() if part not in (None, "")}
    return meanings


def trajectories_table(outcome: Outcome, words: col.Words) -> pa.Table:
    """One row per sample."""
    sample = outcome.sample
    order = np.lexsort((np.arange(len(sample)), sample.t_s, sample.index, sample.kind))
    sample = sample[order].view(np.recarray)
    ids = np.full(len(sample), -1, dtype=np.int32)
    for kind, table in enumerate(ev.SAMPLE_KINDS):
        rows = sample.kind == kind
        if rows.any():
            ids[rows] = words.codes(table, sample.index[rows])
    is_track = (sample.kind == ev.SAMPLE_TRACK) | (sample.kind == ev.SAMPLE_PASSIVE)
    columns: dict[str, pa.Array] = {
        "kind": col.labels(ev.SAMPLE_KINDS, sample.kind),
        "id": words.array(ids),
        "identity": words.array(words.codes("identity", np.where(is_track, sample.state, -1))),
        "truth": words.array(words.codes("platform", np.where(is_track, sample.truth, -1))),
    }
    root = _roots(sample, is_track)
    for column in schema.TRAJECTORIES:
        if column.kind == schema.FIXED:
            values = root[column.decoded] if column.decoded in root else sample[column.decoded]
            columns[column.name] = col.fixed(values, column.per_unit)
    return col.table("trajectories", columns)


def _roots(sample: np.recarray, is_track: np.ndarray) -> dict[str, np.ndarray]:
    """The root of the covariance of every sample by column, NaN of what is no track."""
    own = sample[is_track]
    position = np.stack([own[f"{c}_m"] for c in "xyz"], axis=1)
    root = np.full((len(sample), len(ROOT)), np.nan)
    root[is_track] = root_of(to_enu(position, own["cov_ecef_m2"]))
    return {name: root[:, k] for k, name in enumerate(ROOT)}


def sites_table(outcome: Outcome, names: Names) -> pa.Table:
    """One row per site."""
    state, log = outcome.site_state, outcome.event
    lost_to: list[str] = [""] * len(names.site)
    for row in log[log.code == ev.SITE_LOST]:
        if row.object >= 0 and not lost_to[row.subject]:
            lost_to[row.subject] = names.platform[row.object]
    radar_row = {name: row for row, name in enumerate(names.radar)}
    rows = [
        radar_row.get(name) if kind == "radar" else None
        for name, kind in zip(names.site, names.site_kind, strict=True)
    ]
    moves, end = site_moves(outcome, names)
    return col.table(
        "sites",
        {
            "id": col.keys(names.site),
            "kind": col.keys(names.site_kind),
            "type": col.keys([None if r is None else names.radar_type[r] for r in rows]),
            "lat_deg": col.floats(names.site_lat_deg),
            "lon_deg": col.floats(names.site_lon_deg),
            "alt_m": col.floats(names.site_alt_m),
            "value": col.floats(names.site_value),
            "radar_range_m": col.floats([np.nan if r is None else names.radar_range_m[r] for r in rows]),
            "antenna_height_m": col.floats([np.nan if r is None else names.radar_antenna_m[r] for r in rows]),
            "alive": pa.array(np.asarray(state.alive) != 0),
            "hits": pa.array(np.asarray(state.n_hits, dtype=np.int64)),
            "t_lost_s": col.floats(np.where(state.alive != 0, np.nan, state.t_dead_s)),
            "lost_to": col.keys(lost_to),
            "moves": pa.array(moves),
            "lat_end_deg": col.floats(end[:, 0]),
            "lon_end_deg": col.floats(end[:, 1]),
        },
    )


def magazines_table(outcome: Outcome, names: Names) -> pa.Table:
    """One row per magazine."""
    state = outcome.magazine_state
    counts = {field: np.asarray(state[field], dtype=np.int64) for field in ("rounds", "reserve", "fired")}
    reach_m = dict(zip(names.weapon, names.weapon_range_m, strict=True))
    more = depots.stocks(outcome, names)
    weapons = [*names.magazine_weapon, *(s.weapon for s in more)]
    start = counts["rounds"] + counts["reserve"] + counts["fired"] - depots.brought(outcome)
    none = np.zeros(len(more), dtype=np.int64)
    return col.table(
        "magazines",
        {
            "launcher": col.keys([*names.magazine_launcher, *(s.column for s in more)]),
            "weapon": col.keys(weapons),
            "weapon_range_m": col.floats([reach_m.get(weapon, np.nan) for weapon in weapons]),
            "rounds_start": pa.array(np.append(start, np.array([s.start for s in more], dtype=np.int64))),
            "rounds_fired": pa.array(np.append(counts["fired"], none)),
            "rounds_ready": pa.array(np.append(counts["rounds"], none)),
            "rounds_reserve": pa.array(
                np.append(counts["reserve"], np.array([s.left for s in more], dtype=np.int64))
            ),
        },
    )
