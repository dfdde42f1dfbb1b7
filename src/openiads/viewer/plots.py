"""The plots of a run as columns of a replay: per radar, in order of time, where its display shows them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from openiads.results import Run
from openiads.viewer.columns import Column

FALSE, DEDICATED = 1, 2  # bits of `plot_kind`
_RADIUS_M = 6_371_000.0  # the page measures on this sphere (viewer/src/geo.ts)
_AZ_STEPS = 1e5  # per rad


def pack_plots(run: Run) -> tuple[list[dict[str, Any]] | None, list[Column]]:
    """One entry per radar (id, first row, rows) and the columns of all rows; None and no columns where the run holds no plots.

    The range is along the ground: slant range and elevation over a sphere, from the antenna. A radar that moves is a few metres
    higher or lower then; that is nothing here.
    """
    if not run.holds("plots"):
        return None, []
    table = run.plots
    above = {
        row["id"]: (row["alt_m"] or 0.0) + (row["antenna_height_m"] or 0.0) for row in run.sites.to_pylist()
    }
    t_s, az, el, slant = (table[name].to_numpy() for name in ("t_s", "az_rad", "el_rad", "range_m"))
    radar = np.asarray(table["radar"].to_pylist(), dtype=object)
    names = sorted(set(radar.tolist()))
    number = np.asarray([names.index(name) for name in radar], dtype=np.int64)
    order = np.lexsort((t_s, number))
    base = _RADIUS_M + np.asarray([above.get(name, 0.0) for name in names])[number]
    ground = _RADIUS_M * np.arctan2(slant * np.cos(el), base + slant * np.sin(el))
    kind = FALSE * np.asarray([word == "false" for word in table["kind"].to_pylist()], dtype=np.uint8)
    kind += DEDICATED * table["dedicated"].to_numpy(zero_copy_only=False).astype(np.uint8)
    turned = np.mod(az, 2.0 * math.pi)
    columns = {
        "plot_t_ms": np.rint(t_s * 1e3), "plot_az": np.rint(turned * _AZ_STEPS), "plot_range_m": np.rint(ground),
    }  # fmt: skip
    counts = np.bincount(number, minlength=len(names))
    firsts = np.cumsum(counts) - counts
    entries = [
        {"radar": name, "first": int(first), "rows": int(rows)}
        for name, first, rows in zip(names, firsts, counts, strict=True)
    ]
    packed = [
        Column(name, v[order].astype(np.int32), int(name == "plot_t_ms")) for name, v in columns.items()
    ]
    return entries, [*packed, Column("plot_kind", kind[order].astype(np.uint8))]


__all__ = ["DEDICATED", "FALSE", "pack_plots"]
