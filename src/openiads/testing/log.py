"""Checks of the log as such, and of everything that flies."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import cache

import numpy as np

from openiads.engine import events as ev
from openiads.engine import status
from openiads.engine.systems import move
from openiads.testing.case import EPS_S, Case, Table
from openiads.world import schema
from openiads.world.names import missile_id

_SPEED_MARGIN_MPS = 100.0
_LOWEST_M, _HIGHEST_M = -1000.0, 5e6
_MAY_BE_NEVER = ("t_next_s",)  # infinite: nothing is due any more
_MAY_BE_NONE = ("aim_x_m",)  # NaN: a homing missile without an aim


def indices(c: Case) -> Iterator[str]:
    """Known codes, and index columns that lie inside the tables that they refer to."""
    size = {
        "platform": len(c.w.platform), "radar": len(c.w.radar), "command_post": len(c.w.command_post),
        "battery": len(c.w.battery), "launcher": len(c.w.launcher), "site": len(c.w.site), "missile": len(c.o.round),
        "track": math.inf, None: 0,
    }  # fmt: skip
    if _all_inside(c, size):
        return
    for row in c.log:
        spec = ev.SPECS.get(row.code)
        if spec is None:
            yield f"unknown event code {row.code} at {row.t} s"
            continue
        for column in ("subject", "object", "via"):
            index, table = getattr(row, column), getattr(spec, column)
            if table not in size:
                yield f"{spec.name}: no table {table}"
            elif not -1 <= index < size[table]:
                yield f"{spec.name} at {row.t} s: {column} {index} is no row of {table}"
        if spec.detail is not None and not 0 <= row.detail < len(spec.detail):
            yield f"{spec.name} at {row.t} s: detail {row.detail} has no meaning"


_PARTIES = ("subject", "object", "via")
_TABLES = sorted({getattr(spec, party) or "" for spec in ev.SPECS.values() for party in _PARTIES})
_CODES = max(ev.SPECS) + 1
#: By code: is it one, which table (of _TABLES) each party belongs to, and how many words `detail` may choose from.
_KNOWN = np.isin(np.arange(_CODES), list(ev.SPECS))
_TABLE = {
    party: np.array([
        _TABLES.index(getattr(ev.SPECS[code], party) or "") if code in ev.SPECS else 0 for code in range(_CODES)
    ])
    for party in _PARTIES
}  # fmt: skip
_WORDS = np.array([
    len(ev.SPECS[code].detail or ()) if code in ev.SPECS else 0 for code in range(_CODES)
])  # fmt: skip


def _all_inside(c: Case, size: dict[str | None, float]) -> bool:
    """Is no index out of place? The whole log at once; which one it is, the caller finds out."""
    code = c.o.event["code"]
    if not (((code >= 0) & (code < _CODES)).all() and _KNOWN[code].all()):
        return False
    limit = np.array([size.get(table or None, -1.0) for table in _TABLES])
    for party in _PARTIES:
        index = c.o.event[party]
        if not ((index >= -1) & (index < limit[_TABLE[party][code]])).all():
            return False
    words, detail = _WORDS[code], c.o.event["detail"]
    return bool(((words == 0) | ((detail >= 0) & (detail < words))).all())


def time_order(c: Case) -> Iterator[str]:
    """Events in order, finite, inside the run; samples likewise."""
    last = 0.0
    times = c.o.event["t_s"]
    sound = len(times) == 0 or (
        times[0] >= 0.0 and times[-1] <= c.o.t_end_s + EPS_S and bool((times[1:] >= times[:-1]).all())
    )
    for row in () if sound else c.log:
        if not last <= row.t <= c.o.t_end_s + EPS_S:
            yield f"{ev.SPECS[row.code].name} at {row.t} s, after one at {last} s, in a run of {c.o.t_end_s} s"
        last = row.t if row.t == row.t else last
    t = c.o.sample["t_s"]
    if len(t) and not (t[0] >= 0.0 and t[-1] <= c.o.t_end_s + EPS_S and np.all(np.diff(t) >= 0.0)):
        yield "samples are not in order of time inside the run"


def finite(c: Case) -> Iterator[str]:
    """No infinity anywhere, no NaN where a number is promised, no fatal status bit."""
    for text in status.translate(c.o.status & status.FATAL):
        yield f"status: {text}"
    for name in ("platform_state", "site_state", "magazine_state", "round", "radar_state"):
        table = getattr(c.o, name)
        for field in _doubtful(table):
            strange = ~np.isfinite(table[field])
            if field in _MAY_BE_NEVER:
                strange &= ~np.isposinf(table[field])
            if np.any(strange) and field not in _MAY_BE_NONE:
                yield f"{name}.{field} is not finite"
    for field in ("x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps") if _doubtful(c.o.sample) else ():
        if not np.all(np.isfinite(c.o.sample[field])):
            yield f"sample.{field} is not finite"
    for field in ("range_m", "alt_m", "speed_mps", "value"):
        if np.any(np.isinf(c.o.event[field])):
            yield f"event.{field} is infinite"


def _doubtful(table: Table) -> tuple[str, ...]:
    """Fields that have to be looked at one by one: all, unless one look at the whole table has found nothing."""
    names: tuple[str, ...] = table.dtype.names
    columns = _floats(table.dtype)
    if columns is None or not table.array.flags.c_contiguous:
        return names
    block = table.array.view(np.float64).reshape(len(table), len(names))
    if not np.isfinite(block[:, columns]).all():
        return names
    return tuple(name for name in names if name in (*_MAY_BE_NEVER, *_MAY_BE_NONE))


@cache
def _floats(dtype: np.dtype) -> list[int] | None:
    """Columns of 64-bit floats that must be finite, where every field has 64 bits; else None."""
    if dtype.itemsize != 8 * len(dtype.names or ()):
        return None
    may = (*_MAY_BE_NEVER, *_MAY_BE_NONE)
    return [k for k, name in enumerate(dtype.names or ()) if dtype[name] == np.float64 and name not in may]


# --- what flies


def one_end(c: Case) -> Iterator[str]:
    """Exactly one end per platform that has started, none for one that has not, and both books agree."""
    count = Counter(row.subject for row in c.of(ev.PLATFORM_END))
    for p, state in enumerate(c.o.platform_state):
        want = 0 if state.fate == move.NOT_STARTED else 1
        if count[p] != want:
            yield f"{c.platform(p)}: {count[p]} ends in the log, fate {ev.PLATFORM_FATE[int(state.fate)]!r}"
        if state.active != 0 or state.fate == move.FLYING:
            yield f"{c.platform(p)} is still flying after the run"
        par = c.w.platform[p]
        if state.fate == move.NOT_STARTED and p in c.w.carried.platform:
            continue  # its carrier was lost before
        if (state.fate == move.NOT_STARTED) != (par.t_start_s > c.o.t_end_s):
            yield f"{c.platform(p)}: to start at {par.t_start_s} s, fate {ev.PLATFORM_FATE[int(state.fate)]!r}"
        end = c.end_of.get(p)
        if end is None:
            continue
        if end.detail != state.fate:
            yield f"{c.platform(p)}: the log says {ev.PLATFORM_FATE[end.detail]!r}, the state {int(state.fate)}"
        known = par.move == schema.MOVE_KNOTS
        if end.t < par.t_start_s - EPS_S or (known and end.t > par.t_end_s + EPS_S and end.t < c.o.t_end_s):
            yield f"{c.platform(p)} ends at {end.t} s, its flight lasts from {par.t_start_s} to {par.t_end_s} s"


def silence_after_end(c: Case) -> Iterator[str]:
    """Nothing sees, strikes or meets a platform before its start or after its end; nothing of it is sampled."""
    codes = (ev.LINE_OF_SIGHT, ev.DETECTION, ev.LOCAL_TRACK, ev.SYSTEM_TRACK, ev.JAM_STROBE)
    for row in c.of(*codes):
        if row.subject >= 0 and not _flies(c, row.subject, row.t):
            yield f"{ev.SPECS[row.code].name} of {c.platform(row.subject)} at {row.t} s, when it does not fly"
    for row in c.of(ev.SEEKER_ON, ev.BURST, ev.SITE_HIT):
        if row.object >= 0 and not _flies(c, row.object, row.t):
            yield f"{ev.SPECS[row.code].name} by or at {c.platform(row.object)} at {row.t} s, when it does not fly"
    rows = c.o.sample[c.o.sample["kind"] == ev.SAMPLE_PLATFORM]
    known = (rows["index"] >= 0) & (rows["index"] < len(c.w.platform))
    since, until = (part[np.where(known, rows["index"], 0)] for part in c.flown)
    rows = rows[~(known & (since - EPS_S <= rows["t_s"]) & (rows["t_s"] <= until + EPS_S))]
    for t, p in zip(rows["t_s"].tolist(), rows["index"].tolist(), strict=True):
        if not _flies(c, p, t):
            yield f"a sample of {c.platform(p)} at {t} s, when it does not fly"


def _flies(c: Case, p: int, t: float) -> bool:
    end = c.end_of.get(p)
    return end is not None and float(c.w.platform[p].t_start_s) - EPS_S <= t <= end.t + EPS_S


def speeds(c: Case) -> Iterator[str]:
    """Nothing is faster than its own flight or motor allows, and all is between the ground and space."""
    s = c.o.sample
    speed = np.sqrt(s["vx_mps"] ** 2 + s["vy_mps"] ** 2 + s["vz_mps"] ** 2)
    radius = np.sqrt(s["x_m"] ** 2 + s["y_m"] ** 2 + s["z_m"] ** 2)
    for kind, limit in ((ev.SAMPLE_PLATFORM, _platform_limit), (ev.SAMPLE_MISSILE, _missile_limit)):
        mine = s["kind"] == kind
        top = np.zeros(int(s["index"][mine].max(initial=-1)) + 1)
        np.maximum.at(top, s["index"][mine], speed[mine])
        for k in np.flatnonzero(top).tolist():
            if top[k] > limit(c, k):
                yield f"{ev.SAMPLE_KINDS[kind]} {k} flies at {top[k]:.0f} m/s, its limit is {limit(c, k):.0f} m/s"
        outside = mine & ~((radius > 6.35e6 + _LOWEST_M) & (radius < 6.38e6 + _HIGHEST_M))
        if np.any(outside):
            yield f"a {ev.SAMPLE_KINDS[kind]} is {radius[outside][0]:.0f} m from the Earth's centre"
    for row in c.of(ev.BURST, ev.MISSILE_END):
        if row.speed_mps > _missile_limit(c, row.subject):
            yield f"{missile_id(row.subject)} at {row.speed_mps:.0f} m/s at its {ev.SPECS[row.code].name}"


def _platform_limit(c: Case, p: int) -> float:
    """The greatest speed of the knots (cubic in between), or the cruise speed of what steers itself, and some margin."""
    par = c.w.platform[p]
    knots = c.w.knot[par.first_knot : par.first_knot + par.n_knots]
    top = float(np.sqrt(knots["vx_mps"] ** 2 + knots["vy_mps"] ** 2 + knots["vz_mps"] ** 2).max())
    return 1.05 * max(top, float(par.speed_mps)) + _SPEED_MARGIN_MPS


def _missile_limit(c: Case, i: int) -> float:
    """Ejection speed and the rocket equation's ideal gain: air and height only take from it."""
    launch = c.launch_of.get(i)
    if launch is None:
        return math.inf
    par = c.w.weapon[launch.detail]
    mass, gain = float(par.launch_mass_kg), 0.0
    for stage in ("boost", "sustain"):
        flow, burn = float(getattr(par, f"{stage}_mdot_kgps")), float(getattr(par, f"{stage}_s"))
        if flow > 0.0 and burn > 0.0:
            after = max(mass - flow * burn, 1.0)
            gain += float(getattr(par, f"{stage}_thrust_n")) / flow * math.log(mass / after)
            mass = after
    return float(par.eject_speed_mps) + gain + _SPEED_MARGIN_MPS
