"""DTED level 0, 1 and 2: digital terrain elevation data, one file per one-degree cell.

Three headers (UHL 80 bytes, DSI 648, ACC 2,700), then one record per meridian from west to east, each with its
heights from south to north: sentinel 0xAA, block count (3 bytes), longitude and latitude count (2 and 2),
big-endian signed-magnitude heights of 16 bits, and the sum of all bytes of the record before it as 32 bits.
-32767 is void.

Source: MIL-PRF-89020B, Performance Specification, Digital Terrain Elevation Data, 2000, sections 3.10 and 3.11.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openiads.world.elevation_grid import Elevation, ElevationError, check_shape, make_elevation

_UHL, _DSI, _ACC = 80, 648, 2700
_SENTINEL = 0xAA
_VOID = 0xFFFF  # sign and magnitude of -32767
_MAX_TAPE_LABELS = 8
_DATUMS = {"MSL": "MSL", "E96": "EGM96"}


def read_dted(path: str | Path, undulation_m: float = 0.0) -> Elevation:
    """Read one DTED cell (.dt0, .dt1, .dt2).

    Refuses (ElevationError) a missing or damaged header, a size that differs from what the header declares, a record
    without its sentinel, out of order or with a wrong checksum, and heights that do not exist on Earth.
    """
    path = Path(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        start = _skip_tape_labels(file.read(80 * _MAX_TAPE_LABELS))
        file.seek(start)
        head = file.read(_UHL + _DSI + _ACC)
        west, south, lon_step, lat_step, columns, rows = _read_uhl(head, path)
        if head[_UHL : _UHL + 3] != b"DSI" or head[_UHL + _DSI : _UHL + _DSI + 3] != b"ACC":
            raise ElevationError(f"{path}: header DSI or ACC is not where it belongs (truncated or no DTED)")
        check_shape((rows, columns), path)
        record = 12 + 2 * rows
        declared = start + len(head) + columns * record
        if size < declared:
            raise ElevationError(
                f"{path}: {size} bytes, {declared} are declared ({columns} x {rows} heights)"
            )
        data = np.frombuffer(file.read(columns * record), dtype=np.uint8)
    if data.size != columns * record:
        raise ElevationError(f"{path}: shrank while it was read")
    magnitude = _read_records(data.reshape(columns, record), path)
    void = magnitude == _VOID
    heights = (magnitude & 0x7FFF).astype(np.int16)
    np.negative(heights, out=heights, where=(magnitude & 0x8000) != 0)
    datum = head[_UHL + 141 : _UHL + 144].decode("ascii", "replace")
    return make_elevation(
        heights.T[::-1],
        south + (rows - 1) * lat_step,
        west,
        lat_step,
        lon_step,
        path,
        void=void.T[::-1],
        datum=_DATUMS.get(datum, "unknown"),
        undulation_m=undulation_m,
    )


def _skip_tape_labels(head: bytes) -> int:
    """Files copied from tape begin with 80-byte volume and header labels."""
    start = 0
    while start < len(head) and head[start : start + 3] in (b"VOL", b"HDR"):
        start += 80
    return start


def _read_uhl(head: bytes, path: Path) -> tuple[float, float, float, float, int, int]:
    """(west, south, longitude step, latitude step in degrees, columns, rows) from the user header label."""
    if len(head) < _UHL + _DSI + _ACC:
        raise ElevationError(
            f"{path}: {len(head)} bytes of header, {_UHL + _DSI + _ACC} are needed (truncated)"
        )
    if head[:4] != b"UHL1":
        raise ElevationError(f"{path}: begins with {head[:4]!r}, not with UHL1 (no DTED file)")
    west = _angle(head[4:12], "E", "W", 180, path)
    south = _angle(head[12:20], "N", "S", 90, path)
    lon_step = _count(head[20:24], "longitude interval", path) / 36_000.0
    lat_step = _count(head[24:28], "latitude interval", path) / 36_000.0
    return (
        west,
        south,
        lon_step,
        lat_step,
        _count(head[47:51], "columns", path),
        _count(head[51:55], "rows", path),
    )


def _angle(field: bytes, plus: str, minus: str, limit: int, path: Path) -> float:
    match = re.fullmatch(rf"(\d{{3}})(\d\d)(\d\d)([{plus}{minus}])", field.decode("ascii", "replace"))
    if match is None:
        raise ElevationError(f"{path}: origin {field!r} in UHL is not DDDMMSS and {plus} or {minus}")
    degrees = int(match[1]) + int(match[2]) / 60.0 + int(match[3]) / 3600.0
    if degrees > limit:
        raise ElevationError(f"{path}: origin {field!r} in UHL is beyond {limit} degrees")
    return -degrees if match[4] == minus else degrees


def _count(field: bytes, what: str, path: Path) -> int:
    text = field.decode("ascii", "replace").strip()
    if re.fullmatch(r"\d+", text, re.ASCII) is None or int(text) == 0:
        raise ElevationError(f"{path}: {what} {field!r} in UHL is not a positive number")
    return int(text)


def _read_records(records: NDArray[np.uint8], path: Path) -> NDArray[np.uint16]:
    """Raw heights [column, row from the south]; sentinel, order and checksum of every record checked."""
    number = np.arange(records.shape[0])
    wrong = records[:, 0] != _SENTINEL
    if wrong.any():
        raise ElevationError(f"{path}: record {int(np.argmax(wrong))} does not begin with 0xAA")
    longitude_count = records[:, 4].astype(np.int64) * 256 + records[:, 5]
    wrong = longitude_count != number
    if wrong.any():
        k = int(np.argmax(wrong))
        raise ElevationError(f"{path}: record {k} says it is record {longitude_count[k]}")
    stated = np.ascontiguousarray(records[:, -4:]).view(">u4")[:, 0].astype(np.int64)
    summed = records[:, :-4].sum(axis=1, dtype=np.int64)
    wrong = stated != summed
    if wrong.any():
        k = int(np.argmax(wrong))
        raise ElevationError(f"{path}: checksum of record {k} is {stated[k]}, its bytes give {summed[k]}")
    return np.ascontiguousarray(records[:, 8:-4]).view(">u2").astype(np.uint16)
