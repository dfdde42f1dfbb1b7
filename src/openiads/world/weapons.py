"""Catalogue missiles → MISSILE_TYPE rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from openiads.catalog.items import Item
from openiads.physics.interceptor_schema import from_catalog, missile_types


def weapon_table(items: Sequence[Item]) -> np.recarray:
    """MISSILE_TYPE rows in the order of the items."""
    rows = []
    for item in items:
        values = {name: v.raw if math.isnan(v.si) else v.si for name, v in item.values.items()}
        coast, boost = (item.table(f"cd_{phase}") for phase in ("coast", "boost"))
        rows.append(
            from_catalog(values, (coast.axes["mach"], coast.values_si), (boost.axes["mach"], boost.values_si))
        )
    return missile_types(rows)
