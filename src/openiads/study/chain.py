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
    """For each of n entities the index of its earliest event among `rows` (of equals the first), or -1.

    The events of an entity stand in the order of time: the log of a replication is sorted (engine.run.collect), and joined
    logs follow one another.
    """
    first = np.full(n, NONE, dtype=np.int64)
    index = np.flatnonzero(rows)
    who = log[key][index]
    known = (who >= 0) & (who < n)
    # Written from the last to the first, so that the first stays.
    first[who[known][::-1]] = index[known][::-1]
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


def threats_table(outcome: Outcome, names: Names, words: col.Words, times: int = 1) -> pa.Table:
    """One row per platform: first time and range of every link, and the fate. `times`: replications in a joined outcome."""
    log, n = outcome.event, len(names.platform) * times
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
        "id": col.keys(names.platform, times),
        "type": col.keys(names.platform_type, times),
        "class": col.keys(names.platform_class, times),
        "identity": col.keys(names.platform_identity, times),
        "group": col.keys(names.platform_group, times),
        "target": col.keys(names.platform_target, times),
        "fate": col.labels(ev.PLATFORM_FATE, np.asarray(outcome.platform_state.fate)),
        "t_end_s": col.floats(take(log.t_s, end)),
        "killer": killers(outcome, n, words, take(log.via, end, NONE).astype(np.int64)),
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


def killers(outcome: Outcome, n: int, words: col.Words, missile: np.ndarray) -> pa.Array:
    """What ended each of n platforms: the missile, or the gun."""
    log = outcome.event
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
