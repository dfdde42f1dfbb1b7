"""Records of the World: sites that move, and what puts a site out of work without harm. Rules: see `world.schema`."""

from __future__ import annotations

from openiads.world.records import BASIS, POS, record

MOVER = record(  # a site that has other places to go to
    ("site", "i8"),
    (
        "first_place",
        "i8",
    ),  # slice of `place`, in the order in which they are taken; the first is where it begins
    ("n_place", "i8"),
    ("pack_s", "f8"),  # from the order to the start
    ("set_up_s", "f8"),  # from the arrival to ready
    ("after_shots", "i8"),  # goes after so many rounds from one place; 0: not for that
    ("after_alarm", "i8"),  # 1: goes when an anti-radiation missile homes on it or on what it belongs to
    ("waits", "i8"),  # 1: not before the missiles that it guides are down
    ("first_time", "i8"),  # slice of `move_at_s`
    ("n_time", "i8"),
)
IN_PLACE, LEAVING, PACKING, UNDER_WAY, SETTING_UP = range(5)
MOVER_STATE = record(  # written by relocate
    ("phase", "i8"),  # of the five above
    ("place", "i8"),  # where it is or comes from, counted in its slice of `place`
    ("n_time", "i8"),  # planned times that have passed
    ("fired", "i8"),  # rounds fired before it came to this place
    ("alarm", "i8"),  # 1: an alarm since it came to this place (alarm)
    ("t_next_s", "f8"),  # end of the phase
)
PLACE = record(
    *POS,
    ("lat_rad", "f8"),
    ("lon_rad", "f8"),
    ("alt_m", "f8"),
    *BASIS,
    ("first_leg", "i8"),  # slice of `leg`: the way from the place before
    ("n_leg", "i8"),
    ("travel_s", "f8"),  # time on that way
    ("antenna", "i8"),  # `radar.stand` when it is there, -1 for what is no radar and for first places
    ("antenna_x_m", "f8"),  # of the antenna of a radar there
    ("antenna_y_m", "f8"),
    ("antenna_z_m", "f8"),
    ("antenna_alt_m", "f8"),
    ("turned", "i8"),  # 1: the sector of a radar is laid anew there
    ("az0_rad", "f8"),  # bearing of its middle then
)
LEG = record(  # a straight piece of the way
    ("t_s", "f8"),  # end, since the start from the place before
    ("duration_s", "f8"),
    ("ax_m", "f8"), ("ay_m", "f8"), ("az_m", "f8"),
    ("bx_m", "f8"), ("by_m", "f8"), ("bz_m", "f8"),
)  # fmt: skip

OFF_MOVING, OFF_DARK = 1, 2
DUTY = record(  # state, one per site where sites move or hang on power units, else none
    ("off", "i8"),  # sum of OFF_*: does nothing, and is not lost (relocate, power)
    ("lost", "i8"),  # 1: lost, as a whole or by a component (damage, upkeep)
    ("hold", "i8"),  # 1: takes nothing new, because it is about to go (relocate)
)
