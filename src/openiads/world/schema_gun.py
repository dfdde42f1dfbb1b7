"""Records of the World: guns. Rules: see `world.schema`."""

from __future__ import annotations

from openiads.world.records import record

N_BURSTS = 16  # bursts of one gun that can be in the air
CHANNEL_GUN = 5  # phase of a channel that only tracks for guns
GUN = record(
    ("site", "i8"),
    ("battery", "i8"),
    ("rounds", "i8"),  # at the start
    ("rate_hz", "f8"),
    ("burst_s", "f8"),
    ("pause_s", "f8"),
    ("muzzle_mps", "f8"),
    ("drag_pm", "f8"),  # speed is muzzle_mps exp(-drag_pm s)
    ("dispersion_rad", "f8"),  # one sigma per axis, each round
    ("laying_rad", "f8"),  # one sigma per axis, each burst
    ("kill_given_hit", "f8"),
    ("range_min_m", "f8"),
    ("range_max_m", "f8"),
    ("height_max_m", "f8"),  # of the meeting point above the mount
)
GUN_STATE = record(
    ("rounds", "i8"),  # left (gun)
    ("bursts", "i8"),  # fired so far: address of the random draws (gun)
    ("channel", "i8"),  # that holds its target, -1 none (gun_fire)
    ("track", "i8"),  # row of `track` (fused) (gun_fire)
    ("track_id", "i8"),  # its number, -1 no target (gun_fire)
    ("t_next_s", "f8"),  # next burst not before (gun)
    ("out", "i8"),  # 1 after "ammunition spent" was reported (gun)
)
BURST = record(  # state: [gun, slot], written by gun
    ("n", "i8"),  # rounds, 0: the slot is free
    ("number", "i8"),  # of the burst
    ("track_id", "i8"),
    ("t_hit_s", "f8"),  # its middle is at the point aimed at
    ("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"),
    ("range_m", "f8"),  # from the gun to that point
)  # fmt: skip
