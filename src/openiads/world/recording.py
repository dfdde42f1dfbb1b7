"""Recorded civil flights: a file of ADS-B states becomes trajectories (knots) of the World.

    >>> flights, counts = recorded_platforms("civil-2021-10-07", None, None, 0.0, 0.0, 3, 600.0)
    >>> len(flights), flights[0][1].shape[1]
    (3, 7)

Three steps, each usable alone: `read_recording` (file to flights as sent), `clean` (rules against dirt,
counted) and `to_knots` (smoothing; the move of the whole recording in place and time). The same file and
arguments give the same bytes. Altitude: the height above the ellipsoid where the aircraft sent it
(`geoaltitude`), else the pressure altitude as it is, which differs from it by the weather and the geoid, some
tens to a few hundred metres. No correction is made up.
"""

from __future__ import annotations

import difflib
import itertools
import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from openiads.world.kept import kept_bytes
from openiads.world.recording_clean import CIVIL, ROW_RULES, Flight, Floats, Rules, clean
from openiads.world.recording_columns import Fault, RecordingError
from openiads.world.recording_knots import (
    STAY,
    Misfit,
    fit,
    knot_times,
    mean_direction,
    misfit,
    place,
    rigid_move,
)
from openiads.world.recording_read import content_digest, read_states

__all__ = [
    "CIVIL", "STAY", "Flight", "Recording", "RecordingError", "Rules", "clean", "load_shipped",
    "read_recording", "recorded_platforms", "rigid_move", "shipped_names", "to_knots",
]  # fmt: skip

SHIPPED = "shipped:"  # before the name of a shipped recording; may be left out
_MARGIN_S = 120.0  # states before and after the run that still help to smooth its ends
_MIN_IN_RUN_S = 20.0  # a flight that is there for less than two knot spacings is left out


@dataclass(frozen=True)
class Recording:
    """A file as read. `flights`: one per aircraft, in the order of the file, not yet clean; `counts`: rows
    read and lost."""

    file: str
    sha256: str
    format: str  # csv or parquet
    columns: str  # traffic or opensky: whose column names and units
    start_utc_s: float  # time of the earliest state, s since 1970
    flights: tuple[Flight, ...]
    counts: dict[str, int]


def read_recording(path: str | os.PathLike[str]) -> Recording:
    """Read a CSV or Parquet file of ADS-B states in the columns of `traffic` or of OpenSky.

    Needed: a time, latitude, longitude, an altitude, and icao24, flight_id or callsign. Empty cells are not
    known; a cell that is no number, an infinity, an unknown kind of file and one that is too large are
    refused.

    Raises:
        RecordingError: with file, row, column, value and what is allowed.
    """
    s = read_states(path)
    has = s.key >= 0
    counts = {
        "rows_read": len(s.key),
        "no_identity": int((~has).sum()),
        "time_far_off": int((s.far_off & has).sum()),
    }
    take = np.flatnonzero(has & ~s.far_off)
    order = take[np.argsort(s.key[take], kind="stable")]
    edges = np.searchsorted(s.key[order], np.arange(len(s.names) + 1))
    columns = {"t_s": s.t_s, "on_ground": s.on_ground, **s.numbers}
    flights = tuple(
        Flight(name=name, **{key: values[order[edges[i] : edges[i + 1]]] for key, values in columns.items()})
        for i, name in enumerate(s.names)
    )
    return Recording(os.fspath(path), s.sha256, s.format, s.columns, s.start_utc_s, flights, counts)


# --- shipped recordings ---------------------------------------------------------------------------


def _shelf() -> Any:
    return resources.files("openiads").joinpath("scenario", "shipped", "recordings")


def shipped_names() -> list[str]:
    """Names of the recordings that come with the package."""
    return sorted(
        entry.name.removesuffix(".parquet") for entry in _shelf().iterdir() if entry.name.endswith(".parquet")
    )


def load_shipped(name: str) -> Recording:
    """A shipped recording by name. Raises RecordingError where there is none of that name."""
    with _located(name) as (path, known):
        if known != name:
            raise RecordingError([Fault(name, 0, "", _no_such(name))])
        return read_recording(path)


def _no_such(name: str) -> str:
    names = shipped_names()
    near = difflib.get_close_matches(name[:60].casefold(), names, n=1, cutoff=0.5)
    guess = f"; did you mean {near[0]!r}?" if near else ""
    return (
        f"no shipped recording of this name{guess} (shipped: {', '.join(names)}; a file is given by its path)"
    )


@contextmanager
def _located(path_or_shipped: str | os.PathLike[str]) -> Iterator[tuple[Path, str]]:
    """(path, shipped name or ""): `shipped:NAME` and a bare NAME without suffix are shipped, anything else is
    a path."""
    text = os.fspath(path_or_shipped)
    name = text.removeprefix(SHIPPED)
    if name in shipped_names():
        with resources.as_file(_shelf().joinpath(f"{name}.parquet")) as path:
            yield path, name
    elif name != text:
        raise RecordingError([Fault(text, 0, "", _no_such(name))])
    elif text == os.path.basename(text) and not os.path.splitext(text)[1] and not os.path.lexists(text):
        raise RecordingError([Fault(text, 0, "", _no_such(text))])
    else:
        yield Path(text), ""


# --- trajectories ----------------------------------------------------------------------------


def to_knots(
    flight: Flight, move: Floats = STAY, offset_s: float = 0.0, duration_s: float = math.inf
) -> tuple[Floats, Misfit]:
    """Knots [n, 7] = t_s, x, y, z (ECEF m), vx, vy, vz (m/s, Earth-fixed) of a clean flight; and how they
    fit.

    move: from `rigid_move`. A state at t_s of the recording is at t_s + offset_s of the run; [0, duration_s]
    of the run is kept. No knots for a flight that is there for less than 20 s. The misfit is that of its
    states.
    """
    first = max(float(flight.t_s[0]) + offset_s, 0.0)
    last = min(float(flight.t_s[-1]) + offset_s, duration_s)
    if last - first < _MIN_IN_RUN_S:
        return np.empty((0, 7)), Misfit(0, 0.0, 0.0, 0.0, 0.0)
    near = (flight.t_s >= first - offset_s - _MARGIN_S) & (flight.t_s <= last - offset_s + _MARGIN_S)
    path = place(flight if near.all() else flight.rows(near), offset_s, move)
    knots = fit(path, knot_times(first, last))
    return knots, misfit(path, knots)


def centroid(flights: Sequence[Flight]) -> tuple[float, float]:
    """(lat_rad, lon_rad) of the middle of all states: the direction of the mean of their normals."""
    sums = np.zeros(3)
    for f in flights:
        sums = sums + mean_direction(f.lat_rad, f.lon_rad) * len(f)
    return math.atan2(sums[2], math.sqrt(sums[0] * sums[0] + sums[1] * sums[1])), math.atan2(sums[1], sums[0])


def recorded_platforms(
    path_or_shipped: str | os.PathLike[str],
    move_to_lat_rad: float | None,
    move_to_lon_rad: float | None,
    rotate_rad: float,
    start_offset_s: float,
    limit: int | None,
    duration_s: float,
    rules: Rules = CIVIL,
) -> tuple[list[tuple[str, Floats]], dict[str, Any]]:
    """Everything at once: the flights of a recording that are in the air during the run, as (name, knots),
    and counts.

    path_or_shipped: a file, or `shipped:NAME` (or just NAME) of a shipped recording.
    move_to: where the recording's centroid (of all its clean states) comes to, radians; None: it stays.
    rotate_rad: turn of the whole recording about that point, clockwise from above.
    start_offset_s: time in the recording, counted from its first state, that is t = 0 of the run. Negative:
    the recording begins so much later than the run.
    limit: at most so many flights, those longest in the air during the run (of equals the earlier in the
    file); None: all.
    The counts are plain JSON data for the manifest: what was read, what was dropped by which rule, what was
    kept, and how well the curves fit.

    Raises:
        RecordingError: the file cannot be used, or no flight is left.
    """
    args = (move_to_lat_rad, move_to_lon_rad, rotate_rad, start_offset_s, limit, duration_s)
    with _located(path_or_shipped) as (path, known):
        digest = content_digest(path)
        body = kept_bytes(
            "recording",
            (digest, known or os.fspath(path), *args, repr(rules)),
            lambda: _packed(*_recorded(read_recording(path), known, *args, rules)),
        )
    return _unpacked(body)


def _packed(platforms: list[tuple[str, Floats]], counts: dict[str, Any]) -> bytes:
    """One line of names, lengths and counts, then the knots."""
    head = {
        "names": [name for name, _ in platforms],
        "knots": [len(k) for _, k in platforms],
        "counts": counts,
    }
    return b"".join([json.dumps(head).encode(), b"\n", *(k.tobytes() for _, k in platforms)])


def _unpacked(body: bytes) -> tuple[list[tuple[str, Floats]], dict[str, Any]]:
    line, _, rest = body.partition(b"\n")
    head = json.loads(line)
    rows = np.frombuffer(rest).reshape(-1, 7).copy()
    ends = np.cumsum([0, *head["knots"]])
    knots = [rows[a:b] for a, b in itertools.pairwise(ends.tolist())]
    return list(zip(head["names"], knots, strict=True)), head["counts"]


def _recorded(
    recording: Recording,
    known: str,
    move_to_lat_rad: float | None,
    move_to_lon_rad: float | None,
    rotate_rad: float,
    start_offset_s: float,
    limit: int | None,
    duration_s: float,
    rules: Rules,
) -> tuple[list[tuple[str, Floats]], dict[str, Any]]:
    """:func:`recorded_platforms` of a recording that is read."""
    counts, kept = _cleaned(recording, known or recording.file, rules)
    middle = centroid(kept) if kept else (0.0, 0.0)
    move = STAY
    if move_to_lat_rad is not None and move_to_lon_rad is not None:
        move = rigid_move(*middle, move_to_lat_rad, move_to_lon_rad, rotate_rad)
    elif rotate_rad != 0.0:
        move = rigid_move(*middle, *middle, rotate_rad)
    chosen = _present(kept, start_offset_s, limit, duration_s, counts)
    platforms: list[tuple[str, Floats]] = []
    fits: list[Misfit] = []
    for flight in chosen:
        knots, off = to_knots(flight, move, -start_offset_s, duration_s)
        if _impossible(knots, rules):
            counts["flights"]["dropped"]["impossible_fit"] += 1
            continue
        platforms.append((flight.name, knots))
        fits.append(off)
    counts["flights"]["used"] = len(platforms)
    counts["centroid_deg"] = [round(math.degrees(a), 6) for a in middle]
    counts["fit"] = _summed(fits) | {"knots": sum(len(knots) for _, knots in platforms)}
    if not platforms:
        raise RecordingError([Fault(recording.file, 0, "", _why_nothing(counts, start_offset_s, duration_s))])
    return platforms, counts


def _cleaned(recording: Recording, file: str, rules: Rules) -> tuple[dict[str, Any], list[Flight]]:
    kept: list[Flight] = []
    done: Counter[str] = Counter({k: v for k, v in recording.counts.items() if k != "rows_read"})
    kinds = Counter[str]()
    for raw in recording.flights:
        parts, counted = clean(raw, rules)
        done += counted
        for i, part in enumerate(parts, 1):
            kinds["geometric" if np.isfinite(part.geo_m[0]) else "barometric"] += 1
            kept.append(part if i == 1 else _renamed(part, i))
    return {
        "file": file,
        "sha256": recording.sha256,
        "format": recording.format,
        "columns": recording.columns,
        "start_utc_s": round(recording.start_utc_s, 3),
        "rows_read": recording.counts["rows_read"],
        "rows_kept": sum(len(f) for f in kept),
        "rows_dropped": {rule: done[rule] for rule in ROW_RULES if done[rule]},
        "rows_changed": {what: done[what] for what in ("sorted", "altitude_from_offset") if done[what]},
        "splits": {what: done[f"splits_{what}"] for what in ("gap", "jump")},
        "gaps_bridged": done["gaps_bridged"],
        "aircraft": len(recording.flights),
        "altitude": dict(sorted(kinds.items())),
        "flights": {
            "found": done["flights_found"],
            "kept": len(kept),
            "dropped": {
                **{why: done[f"flights_{why}"] for why in ("too_short", "too_sparse", "stationary")},
                "outside_the_run": 0,
                "over_the_limit": 0,
                "impossible_fit": 0,
            },
        },
    }, kept


def _summed(fits: list[Misfit]) -> dict[str, Any]:
    """Root mean squares and maxima over all flights, to 0.1 m."""
    n = sum(f.states for f in fits)
    return {
        "states": n,
        "rms_m": round(math.sqrt(sum(f.total_m2 for f in fits) / max(n, 1)), 1),
        "max_m": round(max((f.worst_m for f in fits), default=0.0), 1),
        "across_track_rms_m": round(math.sqrt(sum(f.across_m2 for f in fits) / max(n, 1)), 1),
        "across_track_max_m": round(max((f.across_worst_m for f in fits), default=0.0), 1),
    }


def _renamed(flight: Flight, i: int) -> Flight:
    return Flight(**{**vars(flight), "name": f"{flight.name}-{i}"})


def _present(
    flights: list[Flight], start_s: float, limit: int | None, duration_s: float, counts: dict[str, Any]
) -> list[Flight]:
    """The flights that are there during the run, in the order of the file; of too many, those longest
    there."""
    end_s = start_s + duration_s
    here = [min(float(f.t_s[-1]), end_s) - max(float(f.t_s[0]), start_s) for f in flights]
    found = [i for i, there in enumerate(here) if there >= _MIN_IN_RUN_S]
    longest = sorted(found, key=lambda i: (-here[i], i))
    taken = sorted(longest if limit is None else longest[: max(limit, 0)])
    counts["flights"]["dropped"]["outside_the_run"] = len(flights) - len(found)
    counts["flights"]["dropped"]["over_the_limit"] = len(found) - len(taken)
    return [flights[i] for i in taken]


def _impossible(knots: Floats, rules: Rules) -> bool:
    """No knots, a number that is none, or faster than the rules allow."""
    if len(knots) < 2 or not np.isfinite(knots).all():
        return True
    return bool((knots[:, 4] ** 2 + knots[:, 5] ** 2 + knots[:, 6] ** 2).max() > rules.speed_mps**2)


def _why_nothing(counts: dict[str, Any], start_s: float, duration_s: float) -> str:
    dropped = [f"{n} {rule.replace('_', ' ')}" for rule, n in counts["rows_dropped"].items()]
    lost = [f"{n} {why.replace('_', ' ')}" for why, n in counts["flights"]["dropped"].items() if n]
    return (
        f"no usable flight from {start_s + 0.0:g} s to {start_s + duration_s:g} s of the recording: "
        f"{counts['rows_read']} rows read; "
        f"rows dropped: {', '.join(dropped) or 'none'}; flights dropped: {', '.join(lost) or 'none'}"
    )
