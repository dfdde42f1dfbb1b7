"""Records of the World: reload columns and their trucks. Rules: see `world.schema`.

A World without reload columns has none of these rows.
"""

from __future__ import annotations

from openiads.world.records import record

COLUMN = record(
    ("site", "i8"),
    ("first_truck", "i8"),  # slice of `truck`
    ("n_truck", "i8"),
    ("speed_mps", "f8"),  # of its trucks on the road
    ("detour", "f8"),  # length of the road over the straight distance
)
DEPOT = record(  # state [column, weapon]: where its rounds are; written by resupply
    ("rounds", "i8"),  # in the column
    ("out", "i8"),  # on trucks
    ("delivered", "i8"),  # handed over to launchers
    ("lost", "i8"),  # with the column or with a truck
)
AT_HOME, GOING, AT_LAUNCHER, LOADING, RETURNING, STRANDED, TRUCK_LOST = range(7)
TRUCK = record(  # state; written by resupply
    ("column", "i8"),
    ("phase", "i8"),  # of the seven above
    ("launcher", "i8"),  # that it is for, -1 none
    ("t_next_s", "f8"),  # end of the phase; of one that waits: since when it could begin
    ("told", "i8"),  # 1 after "waits" was reported of this trip
    ("hits", "i8"),  # on the launcher when the loading began
    ("x_m", "f8"),  # where it goes to or stands
    ("y_m", "f8"),
    ("z_m", "f8"),
)
CALL = record(  # state, one per launcher; written by resupply
    ("t_s", "f8"),  # empty since, below 0: not
    ("truck", "i8"),  # that serves it, -1 none
)
