"""Truth and fused tracks as CSV files that Stone Soup's own readers load: `truth.csv` and `tracks.csv`, in order of time.

Positions and velocities twice: Earth-fixed (x_m ...) and in a plane with axes east, north and up about the middle of the sites
(east_m ...), where a tracker of straight flights is at home. Plots are not in a run, so they are not written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from openiads.export.asterix import reference
from openiads.export.content import MISSILE, PLATFORM, TRACK, Content
from openiads.export.earth import ecef, enu
from openiads.export.out import refuse, whole

_BATCH = 1 << 16
COLUMNS = (
    "time", "t_s", "id", "kind", "type", "identity", "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps", "east_m", "north_m",
    "up_m", "v_east_mps", "v_north_mps", "v_up_mps", "sigma_m",
)  # fmt: skip


def write(content: Content, folder: Path, force: bool = False) -> Iterator[tuple[Path, int]]:
    """Write both files into a folder; yields path and rows of each."""
    paths = {"truth": folder / "truth.csv", "tracks": folder / "tracks.csv"}
    for path in paths.values():
        refuse(path, force)
    columns = _columns(content)
    for name, kinds in (("truth", (PLATFORM, MISSILE)), ("tracks", (TRACK,))):
        table = _table(content, kinds, columns)
        with whole(paths[name], force) as handle:
            options = pyarrow.csv.WriteOptions(quoting_style="needed")
            with pyarrow.csv.CSVWriter(handle, table.schema, write_options=options) as writer:
                writer.write_table(table, _BATCH)
        yield paths[name], table.num_rows


def _table(content: Content, kinds: tuple[str, ...], columns: list[np.ndarray]) -> pa.Table:
    pairs = list(content.in_time(*kinds))
    rows = np.array([k for _, k in pairs], dtype=np.intp)
    movers = [mover for mover, _ in pairs]
    tracks = kinds == (TRACK,)
    numbers = [np.round(column[rows], 2) for column in columns]
    texts: list[Any] = [
        [content.when(t).isoformat(timespec="milliseconds").replace("+00:00", "Z") for t in content.t_s[rows]],
        np.round(content.t_s[rows], 3), [m.id for m in movers], [m.kind for m in movers], [m.type for m in movers],
        content.held[rows].tolist() if tracks else [m.side for m in movers],
    ]  # fmt: skip
    sigma = np.round(content.sigma_m[rows], 1) if tracks else [None] * len(rows)
    return pa.table(dict(zip(COLUMNS, [*texts, *numbers, pa.array(sigma, pa.float64())], strict=True)))


def _columns(content: Content) -> list[np.ndarray]:
    """The twelve columns of numbers in their order."""
    lat0, lon0 = reference(content)
    lat, lon = np.array([lat0]), np.array([lon0])
    origin = ecef(lat, lon, np.zeros(1))
    position = (content.x_m, content.y_m, content.z_m)
    velocity = (content.vx_mps, content.vy_mps, content.vz_mps)
    away = [c - float(o[0]) for c, o in zip(position, origin, strict=True)]
    return [*position, *velocity, *enu(lat, lon, *away), *enu(lat, lon, *velocity)]


__all__ = ["COLUMNS", "write"]
