"""Every table of a run as CSV or Parquet, decoded to SI: a file per table, units in column names (and in Parquet's metadata)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from openiads.export.out import refuse, whole
from openiads.export.plots import refuse_leftover
from openiads.results import Run, schema

_BATCH = 1 << 16


def write(run: Run, to: str, folder: Path, force: bool = False) -> Iterator[tuple[Path, int]]:
    """Write all tables of a run as `parquet` or `csv` into a folder; yields path and rows of each file."""
    held = [*schema.TABLES, *(name for name in schema.OPTIONAL if run.holds(name))]
    paths = {name: folder / f"{name}.{to}" for name in held}
    for path in paths.values():
        refuse(path, force)
    for name in schema.OPTIONAL.keys() - paths.keys():
        refuse_leftover(folder / f"{name}.{to}")
    for name, path in paths.items():
        table = _plain(run, name)
        with whole(path, force) as handle:
            if to == "csv":
                with pyarrow.csv.CSVWriter(handle, table.schema) as writer:
                    for batch in table.to_batches(_BATCH):
                        writer.write_batch(batch)
            else:
                floats = [f.name for f in table.schema if pa.types.is_floating(f.type)]
                texts = [f.name for f in table.schema if pa.types.is_string(f.type)]
                pq.write_table(
                    table, handle, version="2.6", compression="zstd", use_dictionary=texts,
                    column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"), write_page_checksum=True,
                )  # fmt: skip
        yield path, table.num_rows


def _plain(run: Run, name: str) -> pa.Table:
    """The decoded table with plain texts; meaning, unit and frame stay in the metadata of the fields."""
    table = run.table(name)
    columns = {c.decoded or c.name: c for c in schema.columns_of(name)}
    arrays, fields = [], []
    for label, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            column = column.cast(pa.string())
        known = columns.get(label)
        notes = {"meaning": known.meaning, "unit": known.unit, "frame": known.frame} if known else {}
        arrays.append(column)
        fields.append(pa.field(label, column.type, metadata={k: v for k, v in notes.items() if v}))
    meta = {
        "openiads_run": run.name,
        "seed": str(run.seed),
        "replication": str(run.replication),
        "table": name,
    }
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=meta))


__all__ = ["write"]
