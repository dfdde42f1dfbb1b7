"""The container of a replay: a header of JSON and binary columns, packed for a page.

    "OIRP" | version (uint32) | length of the header (uint32) | header (UTF-8 JSON) | columns, one after the other

All numbers are little-endian. The header lists the columns under "columns", in their order: `name`, `type`
(i4, u1, f8), `count`, `order` (how many times neighbouring values were subtracted, modulo 2^32: i4 only) and
`bytes`. Columns of more than one byte per value are stored as planes: all first bytes, all second bytes, and so on.
The whole is compressed as one zlib stream. docs/viewer.md has the same for readers of the format.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

MAGIC = b"OIRP"
VERSION = 1
_LEVEL = 6


class Column(NamedTuple):
    """A column to be packed. values: int32, uint8 or float64; order: 0, 1 or 2 subtractions of neighbours (int32)."""

    name: str
    values: npt.NDArray[Any]
    order: int = 0


def encode(header: Mapping[str, Any], columns: list[Column]) -> bytes:
    """The container, compressed. The same content gives the same bytes."""
    blobs = [_planes(_subtracted(column)) for column in columns]
    listed = [
        {"name": c.name, "type": _type(c.values), "count": len(c.values), "order": c.order, "bytes": len(blob)}
        for c, blob in zip(columns, blobs, strict=True)
    ]  # fmt: skip
    text = json.dumps(
        {**header, "columns": listed}, separators=(",", ":"), allow_nan=False, ensure_ascii=False
    )
    raw = text.encode()
    out = zlib.compressobj(_LEVEL)
    parts = [out.compress(MAGIC + struct.pack("<II", VERSION, len(raw)) + raw)]
    parts += [out.compress(blob) for blob in blobs]
    return b"".join([*parts, out.flush()])


def decode(data: bytes) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Header and columns of a container. Raises ValueError for what is none."""
    try:
        raw = zlib.decompress(data)
    except zlib.error as error:
        raise ValueError(f"not a replay: {error}") from None
    if raw[:4] != MAGIC:
        raise ValueError("not a replay")
    version, length = struct.unpack("<II", raw[4:12])
    if version != VERSION:
        raise ValueError(f"replay of version {version}; this reads {VERSION}")
    header = json.loads(raw[12 : 12 + length])
    return header, dict(_columns(header, raw, 12 + length))


def _columns(header: Mapping[str, Any], raw: bytes, at: int) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    for entry in header["columns"]:
        dtype = np.dtype(f"<{entry['type']}")
        planes = np.frombuffer(raw, np.uint8, entry["bytes"], at).reshape(dtype.itemsize, -1)
        values = np.ascontiguousarray(planes.T).reshape(-1).view(dtype)
        for _ in range(entry["order"]):
            values = np.cumsum(values, dtype=np.int32)
        yield entry["name"], values
        at += entry["bytes"]


def _type(values: npt.NDArray[Any]) -> str:
    name = {"int32": "i4", "uint8": "u1", "float64": "f8"}.get(values.dtype.name)
    if name is None:
        raise TypeError(f"a column of {values.dtype} has no place in a replay")
    return name


def _subtracted(column: Column) -> npt.NDArray[Any]:
    values = column.values
    if column.order and values.dtype != np.int32:
        raise TypeError(f"{column.name}: only int32 columns are subtracted")
    for _ in range(column.order):
        values = np.diff(values, prepend=values.dtype.type(0))
    return values


def _planes(values: npt.NDArray[Any]) -> bytes:
    little = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<")))
    return little.view(np.uint8).reshape(len(values), -1).T.tobytes() if len(values) else b""
