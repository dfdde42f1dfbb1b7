"""Plots of a run as columns: what each radar measured, and where that is. Truth is carried along and never mixed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from openiads.export.content import Content, Site, site_ecef
from openiads.export.earth import Array, from_enu, geodetic
from openiads.export.out import ExportError
from openiads.results import Run

Place = tuple[float, float, float, float]

#: Formats that plots go to.
FORMATS = ("asterix", "csv", "parquet", "stonesoup")


@dataclass(frozen=True)
class Plots:
    """Columns [n] in order of time. `table`: the columns of the run.

    radar_lat_deg ... radar_alt_m: place of the antenna; x_m ... alt_m: measured position (ECEF and altitude, m). Both are NaN where
    the place is not known: radars between their first and their last place.
    """

    table: Mapping[str, Any]
    radar_lat_deg: Array
    radar_lon_deg: Array
    radar_alt_m: Array
    x_m: Array
    y_m: Array
    z_m: Array
    alt_m: Array

    def __len__(self) -> int:
        return len(self.x_m)


def radar_numbers(content: Content) -> dict[str, int]:
    """Number by id of radar, from 1, in the order of the sites."""
    return {site.id: k for k, site in enumerate((s for s in content.sites if s.kind == "radar"), 1)}


def plots_of(content: Content) -> Plots:
    """The plots of a run that holds them, RunError otherwise."""
    stored = content.run.plots
    table: dict[str, Any] = {}
    for name, column in zip(stored.column_names, stored.columns, strict=True):
        plain = name in ("radar", "kind", "reply", "truth", "track")
        table[name] = column.to_pylist() if plain else column.to_numpy()
    position, antenna = np.full((2, 3, stored.num_rows), np.nan)
    of = np.array(table["radar"], object)
    heights = antenna_heights(content)
    for radar in (site for site in content.sites if site.kind == "radar" and site.id in heights):
        rows = np.flatnonzero(of == radar.id)
        for place, own in _by_place(content, radar, table["t_s"][rows]):
            at = (*place[:3], place[3] + heights[radar.id])
            antenna[:, rows[own]] = np.array(at[1:])[:, None]
            position[:, rows[own]] = _ecef(
                at, *(table[n][rows[own]] for n in ("range_m", "az_rad", "el_rad"))
            )
    x_m, y_m, z_m = position
    return Plots(table, antenna[0], antenna[1], antenna[2], x_m, y_m, z_m, geodetic(x_m, y_m, z_m)[2])


def antenna_heights(content: Content) -> dict[str, float]:
    """Height of the antenna above its site (m) by id of radar."""
    rows = content.run.sites.to_pylist()
    return {row["id"]: row["antenna_height_m"] for row in rows if row["antenna_height_m"] is not None}


def _by_place(content: Content, radar: Site, t_s: Array) -> list[tuple[Place, Any]]:
    """Places of a radar that a run holds, each with the rows that were measured there. (Those in between it does not hold.)"""
    ready = [
        float(event["t_s"])
        for event in content.events_of("site moves")
        if event["subject"] == radar.id and event["detail"] == "ready"
    ]
    if not ready:
        return [(radar.places[0], slice(None))]
    return [(radar.places[0], t_s < ready[0]), (radar.places[-1], t_s >= ready[-1])]


def _ecef(place: Place, range_m: Array, az_rad: Array, el_rad: Array) -> Array:
    """Measured range, azimuth and elevation [n] at a place as ECEF [3, n]."""
    flat = range_m * np.cos(el_rad)
    away = from_enu(
        np.radians(place[1]),
        np.radians(place[2]),
        flat * np.sin(az_rad),
        flat * np.cos(az_rad),
        range_m * np.sin(el_rad),
    )
    return np.stack([a + b for a, b in zip(away, site_ecef(place), strict=True)])


def without(run: Run, to: str) -> str:
    """One line for a format that plots would go to, where the run holds none; else nothing."""
    if to not in FORMATS or run.holds("plots"):
        return ""
    made = str(run.manifest.get("command") or f"openiads run {run.name} --seed {run.seed}")
    return f"no plots: the run holds none; {made} --plots keeps them"


def refuse_leftover(path: Path) -> None:
    """ExportError where a file of plots lies among the files of a run that holds none: it would be taken for its own."""
    if path.exists():
        raise ExportError(
            f"{path} is of another run, and this one holds no plots; remove it, or --out elsewhere"
        )


__all__ = ["FORMATS", "Plots", "plots_of", "radar_numbers", "refuse_leftover", "without"]
