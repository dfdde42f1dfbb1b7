"""Records of the World: strobes, passive tracks, homing on jamming. Rules: see `world.schema`.

A World in which no command post tracks emitters has none of these rows.
"""

from __future__ import annotations

from openiads.world.records import record

MAX_PASSIVE = 48  # passive tracks and candidates of one command post; each is one bit of STROBE.taken
CANDIDATE, HELD = 1, 2  # PASSIVE.status; 0: free

PASSIVE_RULE = record(  # one per command post
    ("on", "i8"),  # 1: it crosses strobes
    ("radars", "i8"),  # so many radars must agree before a passive track is held
    ("confirm", "i8"),  # strobes needed of each of them
    ("refute", "i8"),  # 1: a radar that ought to hear an emitter and does not refutes it
    ("window_s", "f8"),  # strobes farther apart in time are not crossed
    ("gate", "f8", (4,)),  # chi-square gate by degrees of freedom; 0: unused
    ("drop_after_s", "f8"),  # without a strobe
    ("speed_mps", "f8"),  # spread of an emitter's velocity per axis before it is known
    ("speed_max_mps", "f8"),  # what seems to fly faster is no emitter
    ("q_m2ps3", "f8"),  # density of its acceleration noise
    ("alt_m", "f8"),  # altitude taken where no radar measures elevation, and its spread
    ("alt_sigma_m", "f8"),
    ("error_max_m", "f8"),  # root of the trace of the covariance; crossings that are worse are not taken
    ("range_max_m", "f8"),  # from either radar
    ("engage", "i8"),  # 1: held passive tracks may be fired at
    ("engage_error_m", "f8"),  # that are located better than this
    ("stand_off", "i8"),  # 1: those too that threaten nothing by their way
    ("value", "f8"),  # score of these
)
PASSIVE_STATE = record(  # one per command post; written by strobe
    ("n_crossed", "i8"),  # candidates begun
    ("n_refuted", "i8"),  # crossings that a further radar refuted before they became candidates
    ("n_full", "i8"),  # crossings for which there was no row
)
EAR = record(  # one per radar
    ("measures_el", "i8"),  # 0: its strobes are azimuths
    ("refutes", "i8"),  # 0: its band is not always jammed, so its silence says nothing
)
STROBE = record(  # state [radar, jammer]: the last strobe that a radar reported; written by strobe
    ("t_s", "f8"),  # when the beam passed; below 0: none yet
    ("t_arrive_s", "f8"),  # when it is at the command post
    ("post", "i8"),  # that command post
    ("fresh", "i8"),  # 1: not dealt with yet
    ("taken", "i8"),  # bit per passive track that has taken it
    ("truth", "i8"),  # platform; for scoring only, no decision reads it
    ("sigma_az_rad", "f8"),  # on the sphere
    ("sigma_el_rad", "f8"),  # 0: elevation is not measured
    ("axis", "f8", (9,)),  # unit vectors along, across in azimuth, across in elevation (strobe_axes), ECEF
)
PASSIVE = record(  # state, a slice of MAX_PASSIVE per command post; the filter itself is in `passive_track`
    ("status", "i8"),  # CANDIDATE, HELD; 0 free
    ("t_start_s", "f8"),
    ("t_last_s", "f8"),  # last strobe taken
    ("n", "i8"),  # strobes taken
    ("truth", "i8"),  # platform that all its radars hear, -1: a ghost; for scoring only
    ("system", "i8"),  # its row of `track`, -1 none
    ("system_id", "i8"),
    ("t_written_s", "f8"),  # update of that row that was its own doing
    ("born_m", "f8", (3,)),  # crossing that began it, and its covariance (upper triangle)
    ("born_m2", "f8", (6,)),
)
PASSIVE_HIT = record(  # state [passive track, radar]
    ("t_s", "f8"),  # last strobe of this radar that it took
    ("slot", "i8"),  # and which of the radar's strobes that was
    ("n", "i8"),
)
HOMING = record(  # state, one per round where missiles home on jamming; written by home_on_jam
    ("armed", "i8"),  # 1: fired at a passive track
    ("hears", "i8"),  # 1: a source is in the seeker's cone
    ("emitter", "i8"),  # platform that it homes on, -1 none yet
    ("t_heard_s", "f8"),  # last time; below 0: never
    ("x_m", "f8"),  # where it takes the source to be then, ECEF
    ("y_m", "f8"),
    ("z_m", "f8"),
    ("vx_mps", "f8"),
    ("vy_mps", "f8"),
    ("vz_mps", "f8"),
    ("e1", "f8"),  # angle error, in standard deviations
    ("e2", "f8"),
)
ARMS = record(  # one per weapon where any homes on jamming
    ("homes", "i8"),
    ("range_m", "f8"),  # it listens from this distance to the estimate on
    ("memory_s", "f8"),  # for which it flies on after the source has gone silent
)
