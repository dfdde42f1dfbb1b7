"""One file per table out of a study. Shard by shard: memory does not grow with the study."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from openiads.results.run import decode
from openiads.results.study import StudyResults
from openiads.study import files
from openiads.study.design import StudyError
from openiads.study.study import disk_errors_of


def export(study: StudyResults, to: str, folder: Path, force: bool = False) -> Iterator[tuple[Path, int]]:
    """Write every table of a study as parquet or csv; yields path and rows of each file.

    Each file appears whole or not at all. Raises StudyError where one is there and `force` is not given.
    """
    names = study.tables()
    paths = {name: folder / f"{name}.{to}" for name in names}
    for path in paths.values():
        if path.exists() and not force:
            raise StudyError(f"{path} exists; --force replaces it, --out DIR writes elsewhere")
    with disk_errors_of(folder):
        files.make_folder(folder)
        for name, path in paths.items():
            yield path, _write(study, name, to, path)


def _write(study: StudyResults, name: str, to: str, path: Path) -> int:
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    rows = 0
    try:
        writer = None
        for part in _parts(study, name):
            rows += part.num_rows
            if writer is None:
                writer = _writer(to, beside, part.schema)
            writer.write_table(part)
        if writer is not None:
            writer.close()
        files.fsync_file(beside)
        os.replace(beside, path)
        files.fsync_folder(path.parent)
    finally:
        with suppress(OSError):
            os.unlink(beside)
    return rows


def _parts(study: StudyResults, name: str) -> Iterator[pa.Table]:
    if name == "points":
        yield study.table("points")
        return
    for part in study.parts(name):
        part = part.replace_schema_metadata(None)
        part = decode(part) if name == "trajectories" else part
        plain = [
            column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
            for column in part.columns
        ]
        yield pa.table(dict(zip(part.column_names, plain, strict=True)))


def _writer(to: str, path: Path, schema: pa.Schema) -> pq.ParquetWriter | pyarrow.csv.CSVWriter:
    if to == "csv":
        return pyarrow.csv.CSVWriter(path, schema)
    floats = [f.name for f in schema if pa.types.is_floating(f.type)]
    keys = [f.name for f in schema if pa.types.is_string(f.type)]
    return pq.ParquetWriter(
        path, schema, version="2.6", compression="zstd", compression_level=3, use_dictionary=keys,
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"), write_page_checksum=True,
    )  # fmt: skip


def csv_bytes(table: pa.Table) -> bytes:
    """A table as CSV."""
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, sink)
    return bytes(sink.getvalue())


__all__ = ["csv_bytes", "export"]
