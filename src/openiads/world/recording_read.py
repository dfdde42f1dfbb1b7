"""Recorded flights: the file. CSV or Parquet in, columns in SI out, or one `RecordingError` with every fault
found.

Two sets of column names are read, each with its own units: those of the Python package `traffic` (timestamp,
latitude, longitude, altitude in ft, groundspeed in kt, vertical_rate in ft/min) and those of the OpenSky
Network's own state vectors (time, lat, lon, baroaltitude in m, velocity and vertrate in m/s). Sizes are
checked before anything is unpacked.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from openiads.world.recording_columns import (
    FAULTS,
    IDENTITIES,
    OPENSKY,
    TRAFFIC,
    Columns,
    Fault,
    RecordingError,
    guess,
    shown,
    to_flag,
    to_identity,
    to_number,
    to_times,
)

MAX_BYTES = 512 * 1024 * 1024  # of a CSV file; of the wanted columns of a Parquet file, unpacked
MAX_ROWS = 5_000_000
MAX_COLUMNS = 1000
_HEAD = 1 << 16  # bytes in which the line with the names of the columns ends
_BLOCK = 4 * 1024 * 1024  # also the longest line


@dataclass(frozen=True)
class States:
    """All rows of a file as columns in SI. key: code per row (-1 none) into `names`; t_s since start_utc_s,
    NaN none."""

    names: tuple[str, ...]
    key: np.ndarray
    t_s: np.ndarray
    start_utc_s: float
    numbers: Mapping[str, np.ndarray]
    on_ground: np.ndarray
    columns: str
    format: str
    sha256: str
    far_off: np.ndarray  # rows whose time is a week or more from the rest; their t_s is NaN


def read_states(path: str | os.PathLike[str]) -> States:
    """Read a CSV or Parquet file of ADS-B states. Raises RecordingError."""
    file = os.fspath(path)
    head, digest = _open(file)
    table, columns, form = _parquet(file) if head.startswith(b"PAR1") else _csv(file, head)
    if table.num_rows == 0:
        raise _error(file, "no rows")
    faults: list[Fault] = []
    seconds, start, far_off = to_times(table.column(columns.time), file, columns.time, faults)
    numbers = {
        field: to_number(table, name, factor, file, faults)
        for field, (name, factor) in columns.numbers().items()
    }
    key, names = to_identity(table, file, faults)
    ground = to_flag(table, columns.ground, file, faults)
    if faults:
        raise RecordingError(faults)
    return States(names, key, seconds, start, numbers, ground, columns.kind, form, digest, far_off)


def content_digest(path: str | os.PathLike[str]) -> str:
    """SHA-256 (hex) of a file that may be a recording. Raises RecordingError as :func:`read_states` does."""
    return _open(os.fspath(path))[1]


def _error(file: str, message: str, row: int = 0, column: str = "") -> RecordingError:
    return RecordingError([Fault(file, row, column, message)])


# --- the file as bytes ----------------------------------------------------------------------------


def _open(file: str) -> tuple[bytes, str]:
    """The first bytes and the digest of a regular file that is not too large."""
    try:
        if "\0" in file:
            raise _error(file, "the name of a file holds no NUL")
        status = os.stat(file)
        if not stat.S_ISREG(status.st_mode):
            raise _error(file, "not a regular file; a recording is one CSV or Parquet file")
        if status.st_size == 0:
            raise _error(file, "the file is empty")
        if status.st_size > MAX_BYTES:
            raise _error(file, f"{status.st_size:,} bytes; a recording has at most {MAX_BYTES:,}")
        with open(file, "rb") as stream:
            head = stream.read(_HEAD)
            stream.seek(0)
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        raise _error(file, f"there is no such file{_nearest_file(file)}") from None
    except OSError as error:
        raise _error(file, f"cannot be read: {error.strerror or error}") from None
    return head, digest


def _nearest_file(file: str) -> str:
    folder = Path(file).parent
    try:
        names = [entry.name for entry, _ in zip(os.scandir(folder), range(1000), strict=False)]
    except OSError:
        return ""
    return guess(Path(file).name, names)


_PACKED = {b"\x1f\x8b": "gzip", b"PK": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_OTHER = {b"ARROW1": "Arrow/Feather", b"\x89HDF": "HDF5", b"Obj\x01": "Avro", b"[": "JSON", b"{": "JSON"}


def _refuse_other_kinds(file: str, head: bytes) -> None:
    for magic, kind in _PACKED.items():
        if head.startswith(magic):
            raise _error(file, f"packed with {kind}; unpack it first, or use Parquet")
    for magic, kind in _OTHER.items():
        if head.startswith(magic):
            raise _error(file, f"this looks like {kind}; a recording is CSV or Parquet")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _error(file, "UTF-16 text; a CSV file is UTF-8 here")
    if b"\0" in head:
        raise _error(file, "binary, but not Parquet; a recording is CSV (UTF-8 text) or Parquet")
    if file.lower().endswith((".parquet", ".pq")):
        raise _error(file, "not a Parquet file (it does not begin with PAR1)")


# --- columns ----------------------------------------------------------------------------


def _choose(file: str, names: list[str]) -> Columns:
    """Which of the two sets of names the file uses. All missing columns in one error."""
    doubled = sorted({n for n in names if names.count(n) > 1} & {*TRAFFIC.names(), *OPENSKY.names()})
    if doubled:
        raise RecordingError(Fault(file, 0, name, "this column appears twice") for name in doubled)

    def needed(c: Columns) -> list[tuple[str, ...]]:
        return [(c.time,), (c.lat,), (c.lon,), (c.baro[0], c.geo[0]), IDENTITIES]

    def missing(c: Columns) -> list[tuple[str, ...]]:
        return [any_of for any_of in needed(c) if not set(any_of) & set(names)]

    best = min((TRAFFIC, OPENSKY), key=lambda c: len(missing(c)))
    lacking = missing(best)
    if not lacking:
        return best
    folded = {name.casefold().strip(): name for name in names}
    faults = []
    for any_of in lacking:
        near = next((g for name in any_of if (g := guess(name, folded))), "")
        near = near.replace("did you mean", "is it the one called")
        what = " or ".join(repr(name) for name in any_of)
        faults.append(Fault(file, 0, "", f"no column {what}{near}"))
    found = ", ".join(shown(name, 30) for name in names[:12]) or "none"
    read = f"those of `traffic` ({', '.join(TRAFFIC.names())}) or of OpenSky ({', '.join(OPENSKY.names())})"
    faults.append(Fault(file, 0, "", f"columns found: {found}; read are {read}, separated by commas"))
    raise RecordingError(faults)


# --- CSV ----------------------------------------------------------------------------

_NULLS = ["", "NaN", "nan", "NA", "N/A", "None", "none", "null", "NULL", "NaT", "<NA>", "-nan", "#N/A"]


def _csv(file: str, head: bytes) -> tuple[pa.Table, Columns, str]:
    _refuse_other_kinds(file, head)
    names = _header(file, head)
    columns = _choose(file, names)
    wanted = columns.present(names)
    text = {columns.time, columns.ground, *IDENTITIES}
    types = {name: pa.string() if name in text else pa.float64() for name in wanted}
    types |= {name: pa.dictionary(pa.int32(), pa.string()) for name in wanted if name in IDENTITIES}
    try:
        return _stream(file, wanted, types), columns, "csv"
    except pa.ArrowInvalid as error:
        _locate(file, wanted, columns)
        raise _error(file, f"cannot be read as CSV: {shown(error, 200)}") from None


def _header(file: str, head: bytes) -> list[str]:
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").splitlines()
    if not line:
        raise _error(file, "the file holds only empty lines")
    if len(line) == 1 and len(head) == _HEAD:
        raise _error(file, "the first line has more than 64 KiB; it should be the names of the columns")
    try:
        names = next(csv.reader([line[0].decode("utf-8")]), [])
    except UnicodeDecodeError:
        raise _error(file, "the names of the columns are not UTF-8 text") from None
    except csv.Error as error:
        raise _error(file, f"the names of the columns cannot be read: {error}") from None
    if len(names) > MAX_COLUMNS:
        raise _error(file, f"{len(names)} columns; at most {MAX_COLUMNS}")
    return names


# What Arrow says of such a row; its row 1 is the header.
_MALFORMED = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+): (.*)", re.DOTALL)


def _stream(file: str, wanted: list[str], types: Mapping[str, pa.DataType]) -> pa.Table:
    """The wanted columns, block by block, so that a file with too many rows is refused before it is all in
    memory."""
    try:
        reader = pyarrow.csv.open_csv(
            file,
            read_options=pyarrow.csv.ReadOptions(block_size=_BLOCK, use_threads=False),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=wanted, column_types=types, null_values=_NULLS, strings_can_be_null=True
            ),
        )
        batches = []
        rows = 0
        for batch in reader:
            rows += batch.num_rows
            if rows > MAX_ROWS:
                raise _error(file, f"more than {MAX_ROWS:,} rows")
            batches.append(batch)
        table = pa.Table.from_batches(batches, reader.schema)
    except pa.ArrowInvalid as error:
        if found := _MALFORMED.search(str(error)):
            row, wanted_fields, fields, text = found.groups()
            message = f"{fields} fields where the header has {wanted_fields}: {shown(text)!r}"
            raise _error(file, message, int(row) - 1) from None
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError, KeyError) as error:
        raise _error(file, f"cannot be read as CSV: {shown(error, 200)}") from None
    return table


def _locate(file: str, wanted: list[str], columns: Columns) -> None:
    """Read again as text and raise with row, column and value of what is no number."""
    try:
        table = _stream(file, wanted, {name: pa.string() for name in wanted})
    except pa.ArrowInvalid:
        return
    faults: list[Fault] = []
    for name, _ in columns.numbers().values():
        if name not in wanted:
            continue
        column = table.column(name).combine_chunks()
        good = pc.fill_null(pc.match_substring_regex(column, _NUMBER, ignore_case=True), True)
        for row in np.flatnonzero(~np.asarray(good.to_numpy(zero_copy_only=False), dtype=bool))[:FAULTS]:
            value = shown(column[int(row)].as_py())
            faults.append(Fault(file, int(row) + 1, name, f"{value!r} is not a number"))
    if faults:
        raise RecordingError(faults)


_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+|inf|infinity)(e[+-]?\d+)?\s*$"


# --- Parquet ----------------------------------------------------------------------------


def _parquet(file: str) -> tuple[pa.Table, Columns, str]:
    """The wanted columns of a Parquet file whose declared sizes are allowed."""
    try:
        meta = pq.read_metadata(file)
        if meta.num_columns > MAX_COLUMNS:
            raise _error(file, f"{meta.num_columns:,} columns; at most {MAX_COLUMNS}")
        if not 0 <= meta.num_rows <= MAX_ROWS:
            raise _error(file, f"declares {meta.num_rows:,} rows; at most {MAX_ROWS:,}")
        schema = meta.schema.to_arrow_schema()
        columns = _choose(file, list(schema.names))
        wanted = columns.present(schema.names)
        _refuse_large(file, meta, set(wanted))
        _refuse_types(file, schema, wanted, columns)
        # Texts stay a dictionary: few different ones on millions of rows are not spelled out.
        texts = [name for name in wanted if schema.field(name).type in (pa.string(), pa.large_string())]
        with pq.ParquetFile(
            file, metadata=meta, read_dictionary=texts, page_checksum_verification=True
        ) as source:
            table = source.read(columns=wanted, use_threads=False)
            table.validate(full=True)
            return table, columns, "parquet"
    except (pa.ArrowException, OSError, ValueError, KeyError, IndexError, OverflowError) as error:
        if isinstance(error, RecordingError):
            raise
        raise _error(file, f"cannot be read as Parquet: {shown(error, 200)}") from None


def _refuse_large(file: str, meta: Any, wanted: set[str]) -> None:
    size = 0
    for g in range(meta.num_row_groups):
        group = meta.row_group(g)
        for c in range(group.num_columns):
            chunk = group.column(c)
            if chunk.path_in_schema in wanted:
                size += max(chunk.total_uncompressed_size, 0)
    if size > MAX_BYTES:
        raise _error(file, f"declares {size:,} bytes unpacked; at most {MAX_BYTES:,}")


def _refuse_types(file: str, schema: Any, wanted: list[str], columns: Columns) -> None:
    faults = []
    for name in wanted:
        kind = schema.field(name).type
        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        number = pa.types.is_integer(plain) or pa.types.is_floating(plain) or pa.types.is_decimal(plain)
        string = pa.types.is_string(plain) or pa.types.is_large_string(plain)
        if name in IDENTITIES:
            ok, allowed = string, "text"
        elif name == columns.time:
            ok, allowed = number or string or pa.types.is_timestamp(plain), "a time, a number or text"
        elif name == columns.ground:
            ok, allowed = pa.types.is_boolean(plain) or string, "true or false"
        else:
            ok, allowed = number or pa.types.is_null(plain), "a number"
        if not ok:
            faults.append(Fault(file, 0, name, f"holds {shown(kind)}; allowed is {allowed}"))
    if faults:
        raise RecordingError(faults)
