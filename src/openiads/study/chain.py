"""The kill chain per platform and per missile, read from the event log."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from openiads.engine import events as ev
from openiads.engine.outcome import Outcome
from openiads.study import columns as col
from openiads.world.names import Names

NONE = -1


def first_rows(log: np.recarray, rows: np.ndarray, key: str, n: int) -> np.ndarray:
    """For each of n entities the index of its earliest event among `rows` (of equals the first), or -1."""
    first = np.full(n, NONE, dtype=np.int64)
    index = np.flatnonzero(rows & (log[key] >= 0) & (log[key] < n))
    index = index[np.argsort(log.t_s[index], kind="stable")]
    # Written from the last to the first, so that the first stays.
    first[log[key][index[::-1]]] = index[::-1]
    return first


def take(values: np.ndarray, index: np.ndarray, none: float = np.nan) -> np.ndarray:
    """values[index], `none` where the index is -1."""
    if not len(values):
        return np.full(index.shape, none)
    return np.where(index >= 0, values[np.maximum(index, 0)], none)


def counts(log: np.recarray, code: int, key: str, n: int) -> np.ndarray:
    """Number of events of one code per entity."""
    who = log[key][(log.code == code) & (log[key] >= 0)]
    return np.bincount(who, minlength=n)[:n].astype(np.int64)


def threats_table(outcome: Outcome, names: Names, words: col.Words) -> pa.Table:
    """One row per platform: first time and range of every link, and the fate."""
    log, n = outcome.event, len(names.platform)
    known = (log.code == ev.IDENTIFIED) & (log.detail > 0)
    rows = {
        "line_of_sight": (log.code == ev.LINE_OF_SIGHT, "subject"),
        "detection": (log.code == ev.DETECTION, "subject"),
        "track": (log.code == ev.SYSTEM_TRACK, "subject"),
        "identified": (known, "subject"),
        "assigned": (log.code == ev.ASSIGNED, "subject"),
        "launch": (log.code == ev.LAUNCH, "object"),
    }
    first = {link: first_rows(log, mask, key, n) for link, (mask, key) in rows.items()}
    hostile = first_rows(log, known & (log.detail == ev.IDENTITY.index("hostile")), "subject", n)
    burst = first_rows(log, log.code == ev.BURST, "object", n)
    end = first_rows(log, log.code == ev.PLATFORM_END, "subject", n)
    hit = np.asarray(outcome.platform_state.fate) == ev.PLATFORM_FATE.index("hit its target")

    def which(link: str, table: str, field: str) -> pa.Array:
        return words.array(words.codes(table, take(log[field], first[link], NONE).astype(np.int64)))

    columns: dict[str, pa.Array] = {
        "id": col.keys(names.platform),
        "type": col.keys(names.platform_type),
        "class": col.keys(names.platform_class),
        "identity": col.keys(names.platform_identity),
        "group": col.keys(names.platform_group),
        "target": col.keys(names.platform_target),
        "fate": col.labels(ev.PLATFORM_FATE, np.asarray(outcome.platform_state.fate)),
        "t_end_s": col.floats(take(log.t_s, end)),
        "killer": killers(outcome, names, words, take(log.via, end, NONE).astype(np.int64)),
        "hit_site": words.array(
            words.codes("site", np.where(hit, take(log.object, end, NONE), NONE).astype(np.int64))
        ),
        "line_of_sight_radar": which("line_of_sight", "radar", "object"),
        "detection_radar": which("detection", "radar", "object"),
        "track": which("track", "track", "via"),
        "identified_as": which("identified", "identity", "detail"),
        "t_hostile_s": col.floats(take(log.t_s, hostile)),
        "assigned_battery": which("assigned", "battery", "object"),
        "launch_weapon": which("launch", "weapon", "detail"),
        "t_burst_s": col.floats(take(log.t_s, burst)),
        "rounds_fired": pa.array(np.bincount(_targets(outcome), minlength=n)[:n].astype(np.int64)),
        "bursts": pa.array(counts(log, ev.BURST, "object", n)),
        "wrong_shots": pa.array(counts(log, ev.WRONG_SHOT, "object", n)),
    }
    for link, index in first.items():
        columns[f"t_{link}_s"] = col.floats(take(log.t_s, index))
        columns[f"{link}_range_m"] = col.floats(take(log.range_m, index))
    return col.table("threats", columns)


def killers(outcome: Outcome, names: Names, words: col.Words, missile: np.ndarray) -> pa.Array:
    """What ended every platform: the missile, or the gun."""
    log, n = outcome.event, len(names.platform)
    shot = (log.code == ev.GUN_FIRE) & (log.detail == ev.GUN.index("kill"))
    gun = take(log.object, first_rows(log, shot, "subject", n), NONE).astype(np.int64)
    codes = words.codes("missile", missile)
    return words.array(np.where(gun >= 0, words.codes("site", gun), codes))


def _targets(outcome: Outcome) -> np.ndarray:
    """Platform of every launch that had one."""
    log = outcome.event
    targets: np.ndarray = log.object[(log.code == ev.LAUNCH) & (log.object >= 0)]
    return targets


def missiles_table(outcome: Outcome, names: Names, words: col.Words) -> pa.Table:
    """One row per missile fired."""
    log, rounds, n = outcome.event, outcome.round, len(outcome.round)
    launch = first_rows(log, log.code == ev.LAUNCH, "subject", n)
    seeker = first_rows(log, log.code == ev.SEEKER_ON, "subject", n)
    burst = first_rows(log, log.code == ev.BURST, "subject", n)
    ended = rounds.fate != 0

    def of(table: str, index: np.ndarray) -> pa.Array:
        return words.array(words.codes(table, np.asarray(index, dtype=np.int64)))

    t_end_s = np.where(ended, rounds.t_end_s, np.nan)
    return col.table(
        "missiles",
        {
            "id": of("missile", np.arange(n)),
            "launcher": of("launcher", rounds.launcher),
            "battery": of("battery", rounds.battery),
            "weapon": of("weapon", take(log.detail, launch, NONE)),
            "target": of("platform", take(log.object, launch, NONE)),
            "target_site": of("site", rounds.site),
            "track": of("track", rounds.track_id),
            "t_launch_s": col.floats(rounds.t_launch_s),
            "launch_range_m": col.floats(take(log.range_m, launch)),
            "predicted_flight_time_s": col.floats(take(log.value, launch)),
            "t_seeker_s": col.floats(take(log.t_s, seeker)),
            "t_burst_s": col.floats(take(log.t_s, burst)),
            "miss_m": col.floats(np.where(ended, rounds.miss_m, np.nan)),
            "kill_probability": col.floats(take(log.value, burst)),
            "fate": col.labels(ev.MISSILE_FATE, np.asarray(rounds.fate)),
            "t_end_s": col.floats(t_end_s),
            "time_of_flight_s": col.floats(t_end_s - rounds.t_launch_s),
            "wrong_shot": pa.array(counts(log, ev.WRONG_SHOT, "subject", n) > 0),
        },
    )
