"""Engagement zones of the missile types of a run: `analysis.envelope` on a coarse grid."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from openiads.analysis.envelope import Target, envelope_of
from openiads.catalog import CatalogError, load_catalog
from openiads.results import Run

TARGET = Target()  # approaching at 300 m/s, straight and level, 1 m2
_RANGES, _ALTITUDES = 24, 10


def zones_of(run: Run) -> list[dict[str, Any]]:
    """Per missile type: its launchers, and nearest and farthest meeting point (ground range, m) over altitude (m).

    Altitudes at which nothing is met are left out. The missile has ideal information; it is the envelope of the missile and
    not of the system.
    """
    catalog = load_catalog()
    launchers: dict[str, list[str]] = {}
    for row in run.magazines.to_pylist():
        launchers.setdefault(row["weapon"], []).append(row["launcher"])
    zones = []
    for weapon, mine in launchers.items():
        try:
            item = catalog.get(weapon, "missile")
        except (KeyError, CatalogError):
            continue  # not in this version's catalogue: no zone rather than a wrong one
        reach, ceiling = item.si("range_max_m"), item.si("altitude_max_m")
        ranges = 1.25 * reach * np.arange(1, _RANGES + 1) / _RANGES
        alts = 50.0 + (1.05 * ceiling - 50.0) * (np.arange(_ALTITUDES) / (_ALTITUDES - 1)) ** 1.2
        rows = [r for r in envelope_of(item, TARGET, ranges, alts).rows() if math.isfinite(r["min_range_m"])]
        keys = {"alt_m": "alt_m", "near_m": "min_range_m", "far_m": "max_range_m"}
        profile = {name: [round(r[key]) for r in rows] for name, key in keys.items()}
        zones.append({"weapon": weapon, "launchers": mine, **profile})
    return zones
