"""The rows of the table `tracks` of a shard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from openiads.results import study_schema
from openiads.results.schema import FLOAT
from openiads.study.design import Chunk
from openiads.study.rows import table


def tracks_table(seen: Sequence[Mapping[str, float]], chunk: Chunk) -> pa.Table:
    """One row per replication of a chunk, from its sums (analysis.track_quality)."""
    columns: dict[str, object] = {
        "point": np.full(len(seen), chunk.point, dtype=np.int64),
        "replication": chunk.first + np.arange(len(seen), dtype=np.int64),
    }
    for column in study_schema.TRACKS[len(study_schema.KEYS) :]:
        values = np.array([sums[column.name] for sums in seen], dtype=np.float64)
        columns[column.name] = values if column.kind == FLOAT else values.astype(np.int64)
    return table("tracks", columns)


__all__ = ["tracks_table"]
