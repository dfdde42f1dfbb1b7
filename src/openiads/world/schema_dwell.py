"""Records of the World: radars that lengthen their dedicated looks. Rules: see `world.schema`.

A World in which no radar does has none of these rows.
"""

from __future__ import annotations

from openiads.world.records import record

DWELL = record(  # one per radar
    ("most", "i8"),  # longest dedicated look, in track dwells; 1: it lengthens none
    ("wanted", "f8"),  # signal to noise (one pulse, power ratio) that a look is to reach
)
DWELL_STATE = record(  # one per channel; written by burn_through
    ("track_id", "i8"),  # engagement that the rest is about
    ("number", "i8"),  # track dwells of its next look
    ("snr", "f8"),  # that one track dwell is expected to bring, power ratio
    ("told", "i8"),  # 1 after "looks longer", 2 after "seen" was reported
)
DWELL_USE = record(  # one per radar; written by burn_through
    ("time_s", "f8"),  # spent on dedicated looks
    ("t_free_s", "f8"),  # the budget allows no further look before that
    ("n", "i8"),  # dedicated looks
    ("longest", "i8"),  # of them, in track dwells
)
