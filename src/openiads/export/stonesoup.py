"""Truth, fused tracks and plots as CSV files that Stone Soup's own readers load, each in order of time.

Positions and velocities twice: Earth-fixed (x_m ...) and in a plane with axes east, north and up about the middle of the sites
(east_m ...), where a tracker of straight flights is at home. `plots.csv` is written where the run holds plots
(`openiads run --plots`): range, azimuth and elevation as the radar measured them, and the position that follows from them.
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
from openiads.export.plots import plots_of, refuse_leftover

_BATCH = 1 << 16
COLUMNS = (
    "time", "t_s", "id", "kind", "type", "identity", "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps", "east_m", "north_m",
    "up_m", "v_east_mps", "v_north_mps", "v_up_mps", "sigma_m", "cov_ee_m2", "cov_en_m2", "cov_eu_m2", "cov_nn_m2", "cov_nu_m2",
    "cov_uu_m2",
)  # fmt: skip
#: Columns of plots.csv, with the decimals of those that have any.
PLOT_COLUMNS = {
    "time": None, "t_s": 6, "radar": None, "kind": None, "range_m": 2, "az_rad": 7, "el_rad": 7, "range_sigma_m": 2,
    "az_sigma_rad": 7, "el_sigma_rad": 7, "snr_db": 2, "reply": None, "track": None, "dedicated": None, "truth": None,
    "radar_lat_deg": 7, "radar_lon_deg": 7, "radar_alt_m": 2, "x_m": 2, "y_m": 2, "z_m": 2, "east_m": 2, "north_m": 2, "up_m": 2,
}  # fmt: skip


def write(content: Content, folder: Path, force: bool = False) -> Iterator[tuple[Path, int]]:
    """Write truth.csv, tracks.csv and, where the run holds plots, plots.csv into a folder; yields path and rows of each."""
    paths = {name: folder / f"{name}.csv" for name in ("truth", "tracks", "plots")}
    held = content.run.holds("plots")
    for path in list(paths.values())[: 3 if held else 2]:
        refuse(path, force)
    if not held:
        refuse_leftover(paths["plots"])
    columns = _columns(content)
    for name, kinds in (("truth", (PLATFORM, MISSILE)), ("tracks", (TRACK,))):
        yield paths[name], _put(_table(content, kinds, columns), paths[name], force)
    if held:
        yield paths["plots"], _put(_plots(content), paths["plots"], force)


def _put(table: pa.Table, path: Path, force: bool) -> int:
    with whole(path, force) as handle:
        options = pyarrow.csv.WriteOptions(quoting_style="needed")
        with pyarrow.csv.CSVWriter(handle, table.schema, write_options=options) as writer:
            writer.write_table(table, _BATCH)
    return int(table.num_rows)


def _table(content: Content, kinds: tuple[str, ...], columns: list[np.ndarray]) -> pa.Table:
    pairs = list(content.in_time(*kinds))
    rows = np.array([k for _, k in pairs], dtype=np.intp)
    movers = [mover for mover, _ in pairs]
    tracks = kinds == (TRACK,)
    numbers = [np.round(column[rows], 2) for column in columns]
    texts: list[Any] = [
        [_clock(content, t, "milliseconds") for t in content.t_s[rows]],
        np.round(content.t_s[rows], 3), [m.id for m in movers], [m.kind for m in movers], [m.type for m in movers],
        content.held[rows].tolist() if tracks else [m.side for m in movers],
    ]  # fmt: skip
    sigma = np.round(content.sigma_m[rows], 1) if tracks else [None] * len(rows)
    none = pa.nulls(len(rows), pa.float64())
    cov = [none] * 6
    if tracks:  # in the axes of east_m, north_m, up_m
        upper = content.covariance_in(*reference(content), rows)[:, *np.triu_indices(3)]
        cov = [pa.array(np.round(column, 2), from_pandas=True) for column in upper.T]
    return pa.table(dict(zip(COLUMNS, [*texts, *numbers, pa.array(sigma, pa.float64()), *cov], strict=True)))


def _plots(content: Content) -> pa.Table:
    """All plots; places are empty where that of the radar is not known."""
    plots = plots_of(content)
    lat0, lon0 = (np.array([angle]) for angle in reference(content))
    position = (plots.x_m, plots.y_m, plots.z_m)
    away = [c - float(o[0]) for c, o in zip(position, ecef(lat0, lon0, np.zeros(1)), strict=True)]
    own: dict[str, Any] = dict(zip(("x_m", "y_m", "z_m"), position, strict=True))
    own |= dict(zip(("east_m", "north_m", "up_m"), enu(lat0, lon0, *away), strict=True))
    own |= {name: getattr(plots, name) for name in ("radar_lat_deg", "radar_lon_deg", "radar_alt_m")}
    own["time"] = [_clock(content, t, "microseconds") for t in plots.table["t_s"]]
    columns = {}
    for name, decimals in PLOT_COLUMNS.items():
        column = own[name] if name in own else plots.table[name]
        columns[name] = pa.array(column if decimals is None else np.round(column, decimals), from_pandas=True)
    return pa.table(columns)


def _clock(content: Content, t_s: float, digits: str) -> str:
    return content.when(t_s).isoformat(timespec=digits).replace("+00:00", "Z")


def _columns(content: Content) -> list[np.ndarray]:
    """The twelve columns of numbers in their order."""
    lat0, lon0 = reference(content)
    lat, lon = np.array([lat0]), np.array([lon0])
    origin = ecef(lat, lon, np.zeros(1))
    position = (content.x_m, content.y_m, content.z_m)
    velocity = (content.vx_mps, content.vy_mps, content.vz_mps)
    away = [c - float(o[0]) for c, o in zip(position, origin, strict=True)]
    return [*position, *velocity, *enu(lat, lon, *away), *enu(lat, lon, *velocity)]


__all__ = ["COLUMNS", "PLOT_COLUMNS", "write"]
