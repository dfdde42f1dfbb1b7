"""Recorded flights: what is dirt in ADS-B states, by stated rules, each of them counted.

The rules run in this order; every row that a rule drops is counted under its name, and cleaning what has been
cleaned changes nothing. All limits are in `Rules`; they are meant for civil traffic.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads._jit import kernel
from openiads.units import to_si

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EARTH_RADIUS_M = (
    6_371_008.8  # mean radius (2a + b)/3 of WGS-84; only for the limits below, never for positions
)
_LOOK_BACK = 256  # rows that a chain may leap over
_MOST_CHAINS = 50  # histories told apart in one aircraft; rows of further ones are spikes


@dataclass(frozen=True)
class Rules:
    """Limits of the cleaning. Civil aircraft are slower, lower and gentler than all of them."""

    lowest_m: float = to_si(-1500.0, "ft", "length")
    highest_m: float = to_si(60_000.0, "ft", "length")
    speed_mps: float = 450.0  # over the ground: a fast airliner in a 200 kt jet stream does 370 m/s
    speed_slack_m: float = 300.0  # times are whole seconds: up to one second of flight is no spike
    climb_mps: float = 50.0  # twice the best climb of an airliner
    climb_slack_m: float = 60.0  # altitudes come in steps of 25 or 100 ft
    gap_s: float = 60.0  # longer gaps split a flight, shorter ones are bridged
    stale_share: float = 0.25  # of the median speed: slower first and last steps are held positions
    min_rows: int = 8
    min_time_s: float = 60.0
    min_extent_m: float = 1000.0  # what stays nearer to its first position is not flying anywhere
    max_median_step_s: float = 15.0  # sparser flights do not show their turns


CIVIL = Rules()


@dataclass(frozen=True, eq=False)
class Flight:
    """States of one aircraft, SI, one row per state, NaN where not known. Not yet clean unless `clean`
    returned it.

    t_s counts from the start of the recording. baro_m is the pressure altitude as sent, geo_m the height
    above the ellipsoid; a clean flight has one of the two throughout. speed, track and climb are what the
    aircraft reported: nothing is computed from them, they are there for comparison.
    """

    name: str
    t_s: Floats
    lat_rad: Floats
    lon_rad: Floats
    baro_m: Floats
    geo_m: Floats
    on_ground: Bools
    speed_mps: Floats
    track_rad: Floats
    climb_mps: Floats

    def __len__(self) -> int:
        return len(self.t_s)

    @property
    def alt_m(self) -> Floats:
        """Altitude that is flown: geometric where there is one, else barometric."""
        return np.where(np.isnan(self.geo_m), self.baro_m, self.geo_m)

    def rows(self, which: Any) -> Flight:
        """The rows of a mask, an index array or a slice."""
        return replace(self, **{name: getattr(self, name)[which] for name in COLUMNS})


COLUMNS = (
    "t_s", "lat_rad", "lon_rad", "baro_m", "geo_m", "on_ground", "speed_mps", "track_rad", "climb_mps",
)  # fmt: skip

#: Rules that drop rows, in the order in which they run.
ROW_RULES = (
    "no_identity", "no_time", "time_far_off", "no_position", "position_out_of_range", "duplicate_time",
    "on_ground", "no_altitude", "altitude_out_of_range", "altitude_spike", "position_repeated",
    "position_spike", "stale_end", "flight_too_short", "flight_too_sparse", "flight_stationary",
)  # fmt: skip


def clean(flight: Flight, rules: Rules = CIVIL) -> tuple[list[Flight], Counter[str]]:
    """The usable flights in the states of one aircraft, and what was done, by rule.

    Counted are the rows of every rule in `ROW_RULES`, `sorted` (rows whose time was before an earlier row's;
    kept), `altitude_from_offset` (kept), `gaps_bridged`, `splits_gap`, `splits_jump`, and the flights found
    and dropped.
    """
    counts: Counter[str] = Counter()
    f = _in_time(flight, counts)
    f = _drop(f, f.on_ground, "on_ground", counts)
    f = _one_altitude(f, rules, counts)
    f = _drop(f, _repeated(f), "position_repeated", counts)
    spikes = ~_keep_chains(f.t_s, _on_sphere(f), rules.speed_mps, rules.speed_slack_m, rules.gap_s)
    f = _drop(f, spikes, "position_spike", counts)
    f = _drop(f, _repeated(f), "position_repeated", counts)
    kept = []
    for part in _split(f, rules, counts):
        counts["flights_found"] += 1
        part = _without_stale_ends(part, rules, counts)
        fault = _why_useless(part, rules)
        if fault:
            counts[f"flight_{fault}"] += len(part)
            counts[f"flights_{fault}"] += 1
        else:
            _count_bridges(part, counts)
            kept.append(part)
    return kept, counts


def _drop(f: Flight, bad: Bools, rule: str, counts: Counter[str]) -> Flight:
    n = int(bad.sum())
    if n == 0:
        return f
    counts[rule] += n
    return f.rows(~bad)


def _in_time(f: Flight, counts: Counter[str]) -> Flight:
    f = _drop(f, ~np.isfinite(f.t_s), "no_time", counts)
    f = _drop(f, ~(np.isfinite(f.lat_rad) & np.isfinite(f.lon_rad)), "no_position", counts)
    beyond = (np.abs(f.lat_rad) > 0.5 * math.pi) | (np.abs(f.lon_rad) > 2.0 * math.pi)
    f = _drop(f, beyond, "position_out_of_range", counts)
    if len(f) > 1 and (np.diff(f.t_s) < 0.0).any():
        counts["sorted"] += int((f.t_s < np.maximum.accumulate(f.t_s)).sum())
        f = f.rows(np.argsort(f.t_s, kind="stable"))
    # Of two states of one time the first in the file that has an altitude and flies counts.
    later = np.zeros(len(f), dtype=bool)
    if len(f) > 1 and (np.diff(f.t_s) == 0.0).any():
        worse = f.on_ground | np.isnan(f.alt_m)
        f = f.rows(np.lexsort((worse, f.t_s)))
        later[1:] = np.diff(f.t_s) == 0.0
    return _drop(f, later, "duplicate_time", counts)


# --- altitude ----------------------------------------------------------------------------


def _one_altitude(f: Flight, rules: Rules, counts: Counter[str]) -> Flight:
    """One altitude per row, of one kind per aircraft: geometric if half of the rows have it, else barometric.

    A row without that kind gets the other one plus the difference of the two, interpolated in time.
    """
    f = _drop(f, np.isnan(f.alt_m), "no_altitude", counts)
    baro, baro_range, baro_spike = _plausible(f.t_s, f.baro_m, rules)
    geo, geo_range, geo_spike = _plausible(f.t_s, f.geo_m, rules)
    geometric = 2 * int(np.isfinite(geo).sum()) >= max(len(f), 1)
    main, other = (geo, baro) if geometric else (baro, geo)
    both = np.isfinite(main) & np.isfinite(other)
    filled = np.isnan(main) & np.isfinite(other) & bool(both.any())
    if filled.any():
        offset = np.interp(f.t_s[filled], f.t_s[both], (main - other)[both])
        main = main.copy()
        main[filled] = other[filled] + offset
    lost = np.isnan(main)
    out_of_range = lost & (baro_range | geo_range)
    counts["altitude_out_of_range"] += int(out_of_range.sum())
    counts["altitude_spike"] += int((lost & ~out_of_range & (baro_spike | geo_spike)).sum())
    counts["no_altitude"] += int((lost & ~(out_of_range | baro_spike | geo_spike)).sum())
    counts["altitude_from_offset"] += int(filled.sum())
    nothing = np.full(len(f), np.nan)
    f = replace(f, geo_m=main if geometric else nothing, baro_m=nothing if geometric else main).rows(~lost)
    again = ~_keep_chains(f.t_s, f.alt_m[:, None], rules.climb_mps, rules.climb_slack_m, rules.gap_s)
    return _drop(f, again, "altitude_spike", counts)


def _plausible(t_s: Floats, alt_m: Floats, rules: Rules) -> tuple[Floats, Bools, Bools]:
    """The altitudes inside the range and without spikes (NaN elsewhere), and which rows either rule took."""
    known = np.isfinite(alt_m)
    inside = known & (alt_m >= rules.lowest_m) & (alt_m <= rules.highest_m)
    good = inside.copy()
    good[inside] = _keep_chains(
        t_s[inside], alt_m[inside][:, None], rules.climb_mps, rules.climb_slack_m, rules.gap_s
    )
    return np.where(good, alt_m, np.nan), known & ~inside, inside & ~good


# --- position ----------------------------------------------------------------------------


def _on_sphere(f: Flight) -> Floats:
    """[n, 3] positions on a sphere, m: good enough to ask whether an aircraft can have come that far."""
    c = np.cos(f.lat_rad)
    xyz = np.stack((c * np.cos(f.lon_rad), c * np.sin(f.lon_rad), np.sin(f.lat_rad)), axis=1)
    return EARTH_RADIUS_M * xyz


def _repeated(f: Flight) -> Bools:
    """Rows at exactly the position of the row before: a receiver network holds the last position it knows."""
    same = np.zeros(len(f), dtype=bool)
    same[1:] = (np.diff(f.lat_rad) == 0.0) & (np.diff(f.lon_rad) == 0.0)
    return same


def _steps_ok(t_s: Floats, q: Floats, rate: float, slack: float) -> Bools:
    step = np.sqrt((np.diff(q, axis=0) ** 2).sum(axis=1))
    return np.asarray(step <= rate * np.diff(t_s) + slack)


def _keep_chains(t_s: Floats, q: Floats, rate: float, slack: float, gap_s: float) -> Bools:
    """Rows that belong to a history one aircraft can have flown; `q` [n, k] in m.

    The longest chain of rows in which each step is possible is kept, what lies between its rows is not, and
    so on with what lies before and after it. A chain that cannot be reached from the one before nor left for
    the one after, while these two fit together, is a false track: dropped as well.
    """
    n = len(t_s)
    keep = np.ones(n, dtype=bool)
    if n < 2 or (_steps_ok(t_s, q, rate, slack) | (np.diff(t_s) > gap_s)).all():
        return keep
    keep[:] = False
    t_s, q = np.ascontiguousarray(t_s), np.ascontiguousarray(q)
    score, before = np.empty(n), np.empty(n, dtype=np.int64)
    chains: list[list[int]] = []
    todo = [(0, n)]
    while todo and len(chains) < _MOST_CHAINS:
        lo, hi = todo.pop()
        i = int(longest_chain(t_s, q, lo, hi, rate, slack, gap_s, score, before))
        chain = []
        while i >= 0:
            chain.append(i)
            i = int(before[i])
        chains.append(chain[::-1])
        todo += [(a, b) for a, b in ((lo, chain[-1]), (chain[0] + 1, hi)) if a < b]
    chains.sort()
    _drop_detours(chains, t_s, q, rate, slack)
    for chain in chains:
        keep[chain] = True
    return keep


def _drop_detours(chains: list[list[int]], t_s: Floats, q: Floats, rate: float, slack: float) -> None:
    def possible(a: list[int], b: list[int]) -> bool:
        pair = [a[-1], b[0]]
        return bool(_steps_ok(t_s[pair], q[pair], rate, slack)[0])

    k = 1
    while k < len(chains) - 1:
        last, here, after = chains[k - 1 : k + 2]
        if possible(last, after) and not possible(last, here) and not possible(here, after):
            del chains[k]
            k = max(k - 1, 1)
        else:
            k += 1


@kernel
def longest_chain(t, q, lo, hi, rate, slack, gap_s, score, before):
    """The last row of the longest chain of possible steps among rows [lo, hi); `before` leads back along it,
    -1 ends.

    A step is possible if it is no longer than rate * dt + slack (times t [n], coordinates q [n, k]) and takes
    at most gap_s. Every row counts 1, less up to a quarter for a step that uses up what is allowed: of two
    chains of the same length the smoother one wins. `score` and `before` [n] are scratch.
    """
    best = lo
    for i in range(lo, hi):
        score[i] = 1.0
        before[i] = -1
        for j in range(i - 1, max(lo, i - _LOOK_BACK) - 1, -1):
            dt = t[i] - t[j]
            if dt > gap_s:
                break
            if score[j] + 1.0 <= score[i]:
                continue
            sq = 0.0
            for d in range(q.shape[1]):
                sq += (q[i, d] - q[j, d]) * (q[i, d] - q[j, d])
            allowed = rate * dt + slack
            share = sq / max(allowed * allowed, 1e-9)
            gain = score[j] + 1.0 - 0.25 * share
            if share <= 1.0 and gain > score[i]:
                score[i] = gain
                before[i] = j
        if score[i] > score[best]:
            best = i
    return best


# --- flights ----------------------------------------------------------------------------


def _split(f: Flight, rules: Rules, counts: Counter[str]) -> list[Flight]:
    if len(f) == 0:
        return []
    gap = np.diff(f.t_s) > rules.gap_s
    jump = ~(
        _steps_ok(f.t_s, _on_sphere(f), rules.speed_mps, rules.speed_slack_m)
        & _steps_ok(f.t_s, f.alt_m[:, None], rules.climb_mps, rules.climb_slack_m)
    )
    counts["splits_gap"] += int(gap.sum())
    counts["splits_jump"] += int((jump & ~gap).sum())
    cuts = np.flatnonzero(gap | jump) + 1
    edges = [0, *cuts.tolist(), len(f)]
    return [f.rows(slice(a, b)) for a, b in pairwise(edges)]


def _without_stale_ends(f: Flight, rules: Rules, counts: Counter[str]) -> Flight:
    """Leave out ends that hardly move: where coverage begins and ends, the last known position is held for a
    while."""
    first, last = 0, len(f)
    step = np.sqrt((np.diff(_on_sphere(f), axis=0) ** 2).sum(axis=1)) / np.maximum(np.diff(f.t_s), 1e-9)
    while last - first >= rules.min_rows:
        slow = rules.stale_share * float(np.median(step[first : last - 1]))
        stale = (bool(step[first] < slow), bool(step[last - 2] < slow))
        if not any(stale):
            break
        first, last = first + stale[0], last - stale[1]
    if last - first == len(f):
        return f
    counts["stale_end"] += len(f) - (last - first)
    return f.rows(slice(first, last))


def _why_useless(f: Flight, rules: Rules) -> str:
    if len(f) < rules.min_rows or f.t_s[-1] - f.t_s[0] < rules.min_time_s:
        return "too_short"
    if float(np.median(np.diff(f.t_s))) > rules.max_median_step_s:
        return "too_sparse"
    here = _on_sphere(f)
    if float(np.sqrt(((here - here[0]) ** 2).sum(axis=1)).max()) < rules.min_extent_m:
        return "stationary"
    return ""


def _count_bridges(f: Flight, counts: Counter[str]) -> None:
    step = np.diff(f.t_s)
    usual = max(3.0 * float(np.median(step)), 10.0)
    counts["gaps_bridged"] += int((step > usual).sum())
