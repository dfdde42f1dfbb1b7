"""Catalogue platform → one RCS table on the engine's grid."""

from __future__ import annotations

import numpy as np

from openiads.catalog.items import Item
from openiads.physics.signature import BAND_NAMES, make_rcs_table


def rcs_table(item: Item) -> np.ndarray:
    """RCS in dBsm [band, elevation, azimuth] of a catalogue platform."""
    table = item.table("rcs_m2")
    dbsm = 10.0 * np.log10(np.asarray(table.values_si, dtype=float))
    names = list(table.axes["band"])
    bands = [(table.axes["az"], table.axes["el"], dbsm[names.index(name)]) for name in BAND_NAMES]
    return make_rcs_table(bands)
