"""Recorded flights: the columns. Names, units, faults, and an Arrow column made an array in SI."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openiads.units import to_si

SHOWN = 60  # characters of a user's text that a message repeats
FAULTS = 10  # faults told of one file

IDENTITIES = ("icao24", "flight_id", "callsign")


@dataclass(frozen=True)
class Columns:
    """Names of one kind of recording, with units."""

    kind: str
    time: str
    lat: str
    lon: str
    baro: tuple[str, str]
    geo: tuple[str, str]
    speed: tuple[str, str]
    track: str
    climb: tuple[str, str]
    ground: str = "onground"

    def numbers(self) -> dict[str, tuple[str, float]]:
        """Field of Flight -> (column, factor to SI)."""
        deg = to_si(1.0, "deg", "angle")
        return {
            "lat_rad": (self.lat, deg),
            "lon_rad": (self.lon, deg),
            "baro_m": (self.baro[0], to_si(1.0, self.baro[1], "length")),
            "geo_m": (self.geo[0], to_si(1.0, self.geo[1], "length")),
            "speed_mps": (self.speed[0], to_si(1.0, self.speed[1], "speed")),
            "track_rad": (self.track, deg),
            "climb_mps": (self.climb[0], to_si(1.0, self.climb[1], "speed")),
        }

    def names(self) -> list[str]:
        """Every column that has a meaning here."""
        return [*IDENTITIES, self.time, *(name for name, _ in self.numbers().values()), self.ground]

    def present(self, found: Collection[str]) -> list[str]:
        """The columns to read of those found: one identity (the first of `IDENTITIES`) and all that are
        known."""
        identity = next(name for name in IDENTITIES if name in found)
        return [identity, *(name for name in self.names() if name in found and name not in IDENTITIES)]


TRAFFIC = Columns(
    "traffic", "timestamp", "latitude", "longitude", ("altitude", "ft"), ("geoaltitude", "ft"),
    ("groundspeed", "kt"), "track", ("vertical_rate", "ft/min"),
)  # fmt: skip
OPENSKY = Columns(
    "opensky", "time", "lat", "lon", ("baroaltitude", "m"), ("geoaltitude", "m"),
    ("velocity", "m/s"), "heading", ("vertrate", "m/s"),
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One fault. `row` counts data rows from 1 (the header is not one); 0 and "" mean the whole file or
    column."""

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        place = [shown(self.file, 200)]
        place += [f"row {self.row}"] if self.row else []
        place += [f"column {shown(self.column)!r}"] if self.column else []
        return f"{', '.join(place)}: {self.message}"


class RecordingError(ValueError):
    """A recording that cannot be used. `faults` holds what was found, at most ten."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)[:FAULTS]
        super().__init__("\n".join(str(fault) for fault in self.faults))


def shown(value: object, width: int = SHOWN) -> str:
    """A user's text for a message: one line, printable, short."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value)[: width + 1])
    return text if len(text) <= width else text[: width - 1] + "…"


def guess(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name[:SHOWN].casefold(), list(known), n=1, cutoff=0.6)
    return f"; did you mean {shown(close[0])!r}?" if close else ""


# --- columns to arrays ----------------------------------------------------------------------------


def to_number(table: pa.Table, name: str, factor: float, file: str, faults: list[Fault]) -> np.ndarray:
    """A column in SI; NaN where there is nothing, or no such column."""
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    column = table.column(name)
    values = np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    for row in np.flatnonzero(np.isinf(values))[:FAULTS]:
        faults.append(Fault(file, int(row) + 1, name, f"{values[row]} is not a finite number"))
    return values * factor


_FLAGS = {"true": True, "false": False, "t": True, "f": False, "1": True, "0": False}


def to_flag(table: pa.Table, name: str, file: str, faults: list[Fault]) -> np.ndarray:
    """A column of true and false; what is not known is false (in the air)."""
    if name not in table.column_names:
        return np.zeros(table.num_rows, dtype=bool)
    column = table.column(name)
    if pa.types.is_boolean(column.type):
        return np.asarray(pc.fill_null(column, False).to_numpy(), dtype=bool)
    coded = pc.dictionary_encode(column).combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        coded = pa.concat_arrays(coded.unify_dictionaries().chunks)
    texts = [str(v) for v in coded.dictionary.to_pylist()[: 2 * FAULTS]]
    codes = coded.indices.fill_null(-1).to_numpy()
    for code, text in enumerate(texts):
        if text.strip().lower() not in _FLAGS:
            row = int(np.argmax(codes == code)) + 1
            faults.append(Fault(file, row, name, f"{shown(text)!r} is neither true nor false"))
    value = np.array([_FLAGS.get(text.strip().lower(), False) for text in texts] + [False])
    return np.asarray(value[np.where(codes < len(texts), codes, -1)])


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,31}", re.ASCII)
_MAX_AIRCRAFT = 20_000


def to_identity(table: pa.Table, file: str, faults: list[Fault]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Who flies, from the first column of `IDENTITIES` that the file has: codes and names, in order of
    appearance."""
    name = next(n for n in IDENTITIES if n in table.column_names)
    column = table.column(name)
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    column = column.unify_dictionaries()
    texts = column.chunk(0).dictionary.to_pylist() if column.num_chunks else []
    if len(texts) > _MAX_AIRCRAFT:
        faults.append(
            Fault(file, 0, name, f"{len(texts):,} different values; at most {_MAX_AIRCRAFT:,} aircraft")
        )
        return np.empty(0, dtype=np.int64), ()
    raw = np.concatenate([chunk.indices.fill_null(-1).to_numpy() for chunk in column.chunks]).astype(np.int64)
    merged: dict[str, int] = {}
    code = np.full(len(texts) + 1, -1, dtype=np.int64)
    for i, text in enumerate(texts):
        clean = (text or "").strip()
        if not clean:
            continue
        if not _NAME.fullmatch(clean):
            row = int(np.argmax(raw == i)) + 1
            allowed = "1 to 32 letters, digits and _.+- are allowed, a letter or digit first"
            faults.append(Fault(file, row, name, f"{shown(clean)!r} is no name of an aircraft; {allowed}"))
        code[i] = merged.setdefault(clean.upper(), len(merged))
    return code[raw], tuple(merged)


# --- time ----------------------------------------------------------------------------

_WEEK_S = 7 * 86400.0


def to_times(column: Any, file: str, name: str, faults: list[Fault]) -> tuple[np.ndarray, float, np.ndarray]:
    """(seconds since the first state, that state's time in s since 1970, rows a week or more off) of a time
    column."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _time_from_text(column, file, name, faults)
        if column is None:
            return np.empty(0), 0.0, np.empty(0, dtype=bool)
    if pa.types.is_timestamp(column.type):
        per_s = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[column.type.unit]
        valid = np.asarray(pc.is_valid(column).to_numpy(), dtype=bool)
        ticks = np.asarray(pc.fill_null(pc.cast(column, pa.int64()), 0).to_numpy(), dtype=np.int64)
    else:
        ticks = np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy(), dtype=np.float64)
        valid = np.isfinite(ticks)
        ticks = np.where(valid, ticks, 0.0)
        per_s = _ticks_per_second(ticks[valid])
    if not valid.any():
        faults.append(Fault(file, 0, name, "no row has a time"))
        return np.empty(0), 0.0, np.empty(0, dtype=bool)
    # Relative to one of the times, in whole ticks: exact for integers, and for any float of the same size.
    centre = np.sort(ticks[valid], kind="stable")[int(valid.sum()) // 2]
    relative = (ticks - centre) / per_s
    far = valid & (np.abs(ticks.astype(np.float64) - float(centre)) / per_s >= _WEEK_S)
    good = valid & ~far
    first = float(relative[good].min())
    seconds = np.where(good, relative - first, np.nan)
    return seconds, float(centre) / per_s + first, far


def _ticks_per_second(values: np.ndarray) -> float:
    """Numbers since 1970 (or since any start) are s, ms, us or ns, by the size of the middle one."""
    size = float(np.median(np.abs(values))) if len(values) else 0.0
    return 1.0 if size < 1e11 else 1e3 if size < 1e14 else 1e6 if size < 1e17 else 1e9


_TIME_FORMS = (pa.float64(), pa.timestamp("ns", tz="UTC"), pa.timestamp("ns"))


def _time_from_text(column: Any, file: str, name: str, faults: list[Fault]) -> Any:
    """Numbers, or ISO 8601 with a zone, or without (then UTC)."""
    for kind in _TIME_FORMS:
        try:
            return pc.cast(column, kind)
        except pa.ArrowInvalid:
            continue
    found = len(faults)
    allowed = (
        "allowed: 2021-10-07 13:00:00+00:00 (without a zone: UTC), one form throughout, or seconds since 1970"
    )
    form = _form_of(next((v for v in column.to_pylist() if v is not None), ""))
    for row, value in enumerate(column.to_pylist(), 1):
        if value is not None and (form is None or not _castable(value, form)):
            faults.append(Fault(file, row, name, f"{shown(value)!r} is not a time; {allowed}"))
            if len(faults) - found >= 3:
                break
    return None


def _form_of(value: str) -> pa.DataType | None:
    return next((kind for kind in _TIME_FORMS if _castable(value, kind)), None)


def _castable(value: str, kind: pa.DataType) -> bool:
    try:
        pc.cast(pa.scalar(value, pa.string()), kind)
    except pa.ArrowInvalid:
        return False
    return True
