"""Records of the World: power units and what hangs on them. Rules: see `world.schema`."""

from __future__ import annotations

from openiads.world.records import record

SUPPLY = record(  # a site that hangs on a power unit
    ("site", "i8"),
    ("unit", "i8"),  # site of the power unit
    ("backup_s", "f8"),  # it works on without it for so long
)
SUPPLY_STATE = record(  # written by power
    ("t_out_s", "f8"),  # since when its unit gives nothing, -1 while it does
    ("dark", "i8"),  # 1: without power
)
