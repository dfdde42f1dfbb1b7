"""The World: one record dtype per component table. Parameters and state are separate tables.

Rules: SI; positions and velocities in rotating ECEF; azimuth clockwise from true north; -1 means none. Each field says
its meaning, and for state which system writes it. `X` holds parameters (never written by the engine), `X_state` what changes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from openiads.doctrine.assign import WtaWork
from openiads.doctrine.identify import ROE
from openiads.physics.interceptor_schema import MISSILE, MISSILE_TYPE
from openiads.tracking.schema import PLOT, TRACK, TRACK_SET, TRACKER, Work


def _record(*fields: tuple[Any, ...]) -> np.dtype:
    return np.dtype(list(fields), align=True)


_POS = (("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"))
_VEL = (("vx_mps", "f8"), ("vy_mps", "f8"), ("vz_mps", "f8"))
# Unit vectors of the local east-north-up frame in ECEF.
_BASIS = tuple((f"{a}{c}", "f8") for a in "enu" for c in "xyz")

# --- run-wide -------------------------------------------------------------------------------------
SIM = _record(
    ("seed", "i8"),  # 32-bit key of the random numbers
    ("replication", "i8"),  # second half of the key
    ("dt_s", "f8"),  # base step; t = k * dt
    ("n_steps", "i8"),
    ("n_substeps", "i8"),  # missile substeps per base step
    ("sample_every", "i8"),  # base steps between trajectory samples; 0 none
    ("step", "i8"),  # k, written by schedule.step
    ("t_s", "f8"),  # k * dt, written by schedule.step
    ("status", "i8"),  # engine.status bits
    ("n_events", "i8"),
    ("n_samples", "i8"),
    ("n_bursting", "i8"),  # bursts of this step still to be settled (fly)
    ("over", "i8"),  # 1 after the accounts are closed (settle)
    ("n_rounds", "i8"),  # rounds launched, next free row of `round` and `missile`
    ("n_system_tracks", "i8"),  # running number of fused tracks
    ("n_plots", "i8"),  # plots in the buffer of the radar at work (look)
    ("n_echoes", "i8"),  # echoes in the buffer of the radar at work (look)
    ("commands", "i8"),  # 1: links or rules for the loss of a command post are in use (command)
)

# --- ground ---------------------------------------------------------------------------------------
SITE_RADAR, SITE_LAUNCHER, SITE_COMMAND_POST, SITE_ASSET, SITE_TARGET = 0, 1, 2, 3, 4
SITE_DECOY_EMITTER = 5
SITE = _record(
    ("kind", "i8"),  # SITE_*
    ("row", "i8"),  # index into the table of that kind; assets and targets: -1
    *_POS,
    ("lat_rad", "f8"),
    ("lon_rad", "f8"),
    ("alt_m", "f8"),
    *_BASIS,
    ("value", "f8"),  # worth of a defended asset, 0 for what is not one
    ("radius_m", "f8"),  # physical extent; a hit inside it counts in full
    ("hardness", "f8"),  # divides the lethal radius of what hits it
    ("first_component", "i8"),  # slice of `component`
    ("n_component", "i8"),  # 0: lost as a whole
)
SITE_STATE = _record(
    ("alive", "i8"),  # written by damage
    ("t_dead_s", "f8"),
    ("n_hits", "i8"),
)

# --- what flies (threats, friends, civil traffic) --------------------------------------------------
MOVE_KNOTS, MOVE_HOMING = 0, 1
END_LEAVE, END_IMPACT = 0, 1
PLATFORM = _record(
    ("move", "i8"),  # MOVE_*: a trajectory known in advance, or one that homes on an emitter
    ("klass", "i8"),  # true class, doctrine.classify order (scoring only)
    ("identity", "i8"),  # truth, events.IDENTITY (scoring only)
    ("group", "i8"),  # scenario group
    ("first_knot", "i8"),
    ("n_knots", "i8"),
    ("t_start_s", "f8"),
    ("t_end_s", "f8"),  # end of the trajectory
    ("end", "i8"),  # END_*: what happens there
    ("target_site", "i8"),  # site aimed at, -1 none
    ("signature", "i8"),  # row of `rcs_dbsm`
    ("swerling", "i8"),  # 0..4
    ("vulnerability", "f8"),  # factor on the kill probability of a burst
    ("lethal_radius_m", "f8"),  # damage law of its impact
    ("cep_m", "f8"),  # of its impact
    ("p_iff_reply", "f8"),  # probability of a friendly cryptographic reply to one interrogation
    ("p_ssr_reply", "f8"),  # probability of a civil transponder reply to one interrogation
    ("p_transponder_works", "f8"),  # drawn once per replication
    ("speed_mps", "f8"),  # homing: cruise speed
    ("climb_mps", "f8"),  # homing: dive and climb speed limit
    ("turn_radps", "f8"),  # homing: turn rate limit
    ("memory", "i8"),  # homing: 1 keeps the last emitter position when it goes silent
    ("memory_sigma_m", "f8"),  # homing: error of that memory, one sigma per axis
    ("max_time_s", "f8"),  # homing: powered and gliding time
    ("listens", "i8"),  # 1: carries a jammer that waits to be looked at
    ("seeker_cos", "f8"),  # homing: cosine of half its field of view; what transmits inside it can lure it
    (
        "memory_drift_mps",
        "f8",
    ),  # homing: growth of the memory's error with the silence of a radar under emission control
    ("rcs_factor", "f8"),  # on the cross section of its signature
    ("cloud", "i8"),  # row of `cloud` for chaff, else -1
)
CARRIED = _record(  # what leaves a carrier in flight, and does not if the carrier has been lost before
    ("platform", "i8"),
    ("carrier", "i8"),
    ("towed", "i8"),  # 1: on a cable, and lost with the carrier
)
CLOUD = _record(  # chaff, physics.chaff
    ("t_start_s", "f8"),
    ("dipoles", "f8"),  # that fly free
    ("cut_hz", "f8"),
    ("bandwidth", "f8"),  # of their resonance, over cut_hz
    ("bloom_s", "f8"),
    ("diffusivity_m2ps", "f8"),
)
PLATFORM_STATE = _record(
    ("fate", "i8"),  # events.PLATFORM_FATE; 0 flying; written by move, fly and run
    ("active", "i8"),  # 1 between start and end
    ("t_next_s", "f8"),  # before this time `move` has nothing to do with it
    ("t_eval_s", "f8"),  # time of the state below
    *_POS,
    *_VEL,
    ("alt_m", "f8"),
    ("speed_max_mps", "f8"),  # never faster; set once by the World compiler
    ("t_step_s", "f8"),  # homing: time and place of its last step, from which it flies straight
    ("step_x_m", "f8"),
    ("step_y_m", "f8"),
    ("step_z_m", "f8"),
    ("cursor", "i8"),  # knot interval of the last evaluation
    ("transponder_works", "i8"),
    ("emitter_site", "i8"),  # homing: site it homes on, -1 none yet
    ("aim_x_m", "f8"),  # homing: remembered emitter position
    ("aim_y_m", "f8"),
    ("aim_z_m", "f8"),
    ("n_rounds", "i8"),  # rounds fired at it in all
    ("seen", "i8"),  # 1 after the first detection by any radar
)
KNOT = _record(("t_s", "f8"), *_POS, *_VEL)

# --- sensors --------------------------------------------------------------------------------------
SCAN_ROTATING, SCAN_SECTOR = 0, 1
RADAR = _record(
    ("site", "i8"),
    ("command_post", "i8"),
    ("battery", "i8"),  # engagement radar of this battery, -1 none
    ("scan", "i8"),  # SCAN_*
    ("period_s", "f8"),  # of a revolution, or of a search frame
    ("az0_rad", "f8"),  # beam azimuth at t = 0; for a sector its centre
    ("sector_half_rad", "f8"),  # pi for a rotating antenna
    ("el_min_rad", "f8"),
    ("el_max_rad", "f8"),
    ("boresight_el_rad", "f8"),  # tilt of the array face (scan loss)
    *_POS,  # of the antenna
    ("alt_m", "f8"),  # of the antenna above the ellipsoid
    ("range_min_m", "f8"),
    ("range_max_m", "f8"),  # instrumented or unambiguous, the smaller
    ("constant_m2", "f8"),  # K: snr = K * rcs / r^4, one pulse, broadside, beam centre
    ("band", "i8"),  # physics.signature band index
    ("bw_az_rad", "f8"),  # at broadside
    ("bw_el_rad", "f8"),
    ("near_gain", "f8"),  # first side lobe and far side lobes, power ratio to the peak
    ("far_gain", "f8"),
    ("scan_loss_exponent", "f8"),
    ("n_pulses", "i8"),
    ("range_resolution_m", "f8"),
    ("floor_range_m", "f8"),
    ("floor_az_rad", "f8"),
    ("floor_el_rad", "f8"),
    ("heading_error_rad", "f8"),  # added to every reported azimuth (north alignment)
    ("min_radial_mps", "f8"),  # slower radially: lost in clutter when the beam is low; 0 no clutter filter
    ("false_per_s", "f8"),  # mean false plots per second of search
    ("interrogates", "i8"),  # 1: asks IFF and civil transponders at each look
    ("interrogation_range_m", "f8"),
    ("track_period_s", "f8"),  # of a dedicated track look
    ("track_dwell_s", "f8"),
    ("track_budget", "f8"),  # fraction of time that may go into track looks
    ("first_track", "i8"),  # slice of `track`
    ("n_track", "i8"),
    ("t_on_s", "f8"),  # emission window
    ("t_off_s", "f8"),
    ("slc_channels", "i8"),  # auxiliary channels of a side-lobe canceller, 0 none
    ("slc_limit", "f8"),  # power ratio that it takes off a strong jammer
    ("slc_margin", "f8"),  # gain of an auxiliary over the side lobes, power ratio
    ("freq_hz", "f8"),
    ("blank_threshold", "f8"),  # of a side-lobe blanker, power ratio; 0 none
    ("mti", "i8"),  # 1: min_radial_mps counts at any elevation
    ("node", "i8"),  # of the network, -1 without one; an engagement radar: its battery's
    ("bias_range_m", "f8"),  # added to every reported range (registration)
    ("bias_el_rad", "f8"),  # added to every reported elevation
)
RADAR_STATE = _record(
    ("emitting", "i8"),
    ("t_search_s", "f8"),  # time up to which search has been done
    ("t_jam_s", "f8"),  # time of the jam table
    ("n_looks", "i8"),
    ("n_track_looks", "i8"),
)
LOOK = _record(
    ("in_sight", "i8"),  # 1 after the first line of sight
    ("detected", "i8"),  # 1 after the first detection
    ("hidden", "i8"),  # 1 after a look that the ground alone hid it from; written by look
    ("t_hidden_s", "f8"),  # time of the first of them
)
ECHO = _record(  # buffer of the radar at work; written by look
    ("platform", "i8"),
    ("t_s", "f8"),
    ("range_m", "f8"),
    ("az_rad", "f8"),
    ("el_rad", "f8"),  # as it arrives: the straight line's plus the bend
    ("bend_rad", "f8"),
    ("cos_scan", "f8"),
    ("snr", "f8"),  # single pulse, noise and jamming, power ratio
    ("leader", "i8"),  # first echo of the resolution cell that it lies in; itself where it is that
    ("next", "i8"),  # next echo of the same cell, -1 last
    ("chain", "i8"),  # next leader in the list of its range cell, -1 last
    ("peak", "i8"),  # leader: the strongest echo of the cell
    ("total", "f8"),  # leader: sum of snr over the cell, and below moments of the offsets from the leader
    ("range_sum_m", "f8"),
    ("az_sum_rad", "f8"),
    ("el_sum_rad", "f8"),
    ("range_sq_m2", "f8"),
    ("az_sq_rad2", "f8"),
    ("el_sq_rad2", "f8"),
)
N_CELLS = 256  # lists of range cells; a power of two
JAMMER = _record(
    ("platform", "i8"),
    ("t_on_s", "f8"),
    ("t_off_s", "f8"),
    ("planned", "i8"),  # 1: goes on and off inside its window, by intervals or by what it hears
    ("cycle_on_s", "f8"),  # intervals from t_on_s; 0: all the time
    ("cycle_off_s", "f8"),
    ("lit", "i8"),  # 1: only while a radar in its band has looked at it within hold_s
    ("hold_s", "f8"),
    ("beam_rad", "f8"),  # 3 dB width of its main lobe, kept on aim; 0: full gain everywhere
    ("side_gain", "f8"),  # outside it, power ratio to the peak
    ("aim_x_m", "f8"),
    ("aim_y_m", "f8"),
    ("aim_z_m", "f8"),
)
JAMMER_STATE = _record(
    ("on", "i8"),
    ("t_lit_s", "f8"),  # last look at it by a radar in its band; written by jam_plan
)
REPEATER = _record(  # makes false targets
    ("platform", "i8"),
    ("t_on_s", "f8"),
    ("t_off_s", "f8"),
    ("count", "i8"),  # copies of each pulse
    ("first_m", "f8"),  # behind the repeater
    ("spacing_m", "f8"),
)
JAM_STATE = _record(  # radar x jammer, refreshed once per radar and second
    ("ux", "f8"),  # unit vector from the antenna to the jammer, ECEF
    ("uy", "f8"),
    ("uz", "f8"),
    ("jn_main", "f8"),  # J/N with the main beam on the jammer, linear; 0: hidden or off
    ("strobe_s", "f8"),  # last time reported as a strobe
)
# --- ground and weather -----------------------------------------------------------------------------
GROUND = _record(  # where the elevation model lies: physics.terrain.TerrainFrame, and its highest point
    ("north_rad", "f8"),  # centre of the north-west sample
    ("west_rad", "f8"),
    ("rows_per_rad", "f8"),
    ("columns_per_rad", "f8"),
    ("offset_m", "f8"),  # its datum above the ellipsoid
    ("top_m", "f8"),  # highest ground above the ellipsoid
)
MASK = _record(  # of one radar's masking table: physics.terrain.MaskFrame
    ("azimuths_per_rad", "f8"),
    ("ranges_per_m", "f8"),
    ("antenna_height_m", "f8"),
    ("effective_radius_m", "f8"),
)
SURFACE = _record(  # what sea or land does to one radar
    ("multipath", "i8"),  # 1: low targets are seen through direct and reflected ray
    ("clutter", "i8"),  # 1: the echo of the surface competes with low targets
    ("level_m", "f8"),  # altitude of the surface around the radar
    ("wavelength_m", "f8"),
    ("vertical", "i8"),  # polarisation: 1 vertical, 0 horizontal
    ("permittivity", "f8"),  # real part, relative
    ("loss_permittivity", "f8"),  # imaginary part, relative
    ("rms_height_m", "f8"),
    ("canceller", "i8"),  # physics.mti
    ("n_prf", "i8"),  # pulse repetition frequencies, used in turn
    ("sea_only", "i8"),  # 1: the mirror point must lie at sea level (there is an elevation model)
)
MAX_PRF = 8

# --- links ----------------------------------------------------------------------------------------
LOSS_HOLD, LOSS_AUTONOMOUS, LOSS_SUCCESSOR = 0, 1, 2
NODE = _record(("site", "i8"))  # whose life is the node's: command posts, search radars, batteries
NODE_STATE = _record(
    ("alive", "i8"),  # as of the last routing (network)
    ("done", "i8"),  # scratch of the routing
)
LINK = _record(  # both ways
    ("a", "i8"),  # node
    ("b", "i8"),  # node
    ("delay_s", "f8"),
    ("loss", "f8"),  # probability that a message is lost on it
    ("per_s", "f8"),  # messages a second, 0 without limit
    ("wait_max_s", "f8"),  # a message that would have to wait longer is dropped
)
LINK_STATE = _record(
    ("t_free_s", "f8"),  # when the messages taken so far will have been sent (network)
    ("n_sent", "i8"),
    ("n_lost", "i8"),
    ("n_dropped", "i8"),
)
REPORT = _record(  # state: where a radar's plots go, and its plots that are under way (network, command)
    ("post", "i8"),  # command post that it reports to now
    ("cut", "i8"),  # 1: that post is lost or cannot be reached
    ("t_cut_s", "f8"),  # since when
    ("first", "i8"),  # oldest of its plots under way, in its slice of `mail`
    ("n", "i8"),  # how many
)
MAIL = _record(  # a plot under way; the plot and the track that took it are in `mail_plot` and `mail_track`
    ("t_arrive_s", "f8"),
    ("post", "i8"),
    ("local", "i8"),  # row in the radar's slice of `track`
    ("local_id", "i8"),
)
BIAS = _record(  # what the command post believes of a radar's registration (register)
    ("n", "i8"),  # pairs of plots used
    ("az_rad", "f8"),
    ("az_var", "f8"),
    ("range_m", "f8"),
    ("range_var", "f8"),
    ("used_az_rad", "f8"),  # what its reports are corrected by
    ("used_range_m", "f8"),
)

# --- command and fire ------------------------------------------------------------------------------
COMMAND_POST = _record(
    ("site", "i8"),
    ("decision_every", "i8"),  # base steps
    ("first_track", "i8"),
    ("n_track", "i8"),
    ("assignment", "i8"),  # 0 greedy, 1 optimal
    ("policy", "i8"),  # 0 salvo, 1 shoot-look-shoot
    ("salvo", "i8"),
    ("layering", "i8"),  # doctrine.salvo order
    ("reaction_s", "f8"),
    ("assessment_delay_s", "f8"),
    ("min_pk", "f8"),
    ("max_range_fraction", "f8"),  # of the declared reach
    ("max_rounds_per_target", "i8"),
    ("asset_margin_m", "f8"),  # a track that will pass nearer than this threatens an asset
    ("max_threat_time_s", "f8"),  # and within this time
    (
        "arm_answer",
        "i8",
    ),  # events.ARM_ANSWER: what is done about an anti-radiation missile; 0: no test for it
    ("arm_upper", "f8"),  # threshold of the sequential test, natural logarithm
    ("arm_pass_other_m", "f8"),  # spread of the distance at which other traffic passes a radar, one sigma
    ("arm_pass_m", "f8"),  # and of a missile that homes on it
    ("arm_closing_other_mps", "f8"),  # mean closing speed of other traffic
    ("arm_closing_mps", "f8"),  # and of such a missile
    ("arm_closing_sigma_mps", "f8"),  # spread of both
    ("arm_off_s", "f8"),  # time for which the threatened radar is shut down
    ("arm_value", "f8"),  # radars worth less are left on the air
    ("node", "i8"),  # of the network, -1 without one
    ("standby", "i8"),  # battery whose own command this row is, -1 for a command post
    ("loss_mode", "i8"),  # LOSS_*: what those do who have lost this post
    ("successor", "i8"),  # post that takes them, -1 none
    ("loss_after_s", "f8"),  # after so long
    ("rejoin", "i8"),  # 1: they come back when it can be reached again
    ("remote", "i8"),  # 1: its batteries may fire at what their own radar does not see
    ("registration", "i8"),  # 1: biases of the radars are estimated
    ("reference", "i8"),  # radar that the others are compared with, -1 none
)
PICTURE = _record(  # what the command post holds about one fused track; written by identify, decide and shoot
    ("track_id", "i8"),  # of the track that it is about: a reused row starts afresh
    ("identity", "i8"),  # events.IDENTITY
    ("klass", "i8"),  # doctrine.classify, -1 none yet
    ("reported_klass", "i8"),  # last one reported, -1
    ("p_class", "f8"),
    ("p_hostile", "f8"),
    ("n_scored", "i8"),  # track updates that identification has seen
    ("threat", "f8"),  # score, 0 none
    ("asset", "i8"),  # site it threatens, -1
    ("time_to_go_s", "f8"),
    ("rounds_out", "i8"),  # in flight or planned against it
    ("rounds_in_all", "i8"),  # fired at it since it was taken up
    ("withheld", "i8"),  # last reported reason, events.WITHHOLD
    ("vx_mps", "f8"),  # velocity at the last scoring, for the acceleration estimate
    ("vy_mps", "f8"),
    ("vz_mps", "f8"),
    ("t_scored_s", "f8"),  # last appraisal with a new plot
    ("t_seen_s", "f8"),  # last decision epoch
    ("t_again_s", "f8"),  # not weighed again before this time: nothing could be done about it
    ("t_withheld_s", "f8"),  # last report of a reason
    ("t_verdict_s", "f8"),  # after shots at it: only a later plot shows that it has survived
    ("first_range_m", "f8"),  # where it was first seen from
    ("first_el_rad", "f8"),
    ("arm_radar", "i8"),  # radar that it may home on, -1; this and below: written by alarm
    ("arm_verdict", "i8"),  # of the test: 1 homes on it, 0 open
    ("arm_priority", "i8"),  # 1: to be intercepted before others
    ("arm_llr", "f8"),  # log-likelihood ratio, homing over other traffic
    ("t_arm_s", "f8"),  # update of the track last weighed
    ("t_arm_again_s", "f8"),  # not answered again before this time
)
BATTERY = _record(
    ("command_post", "i8"),
    ("radar", "i8"),
    ("first_channel", "i8"),  # slice of `channel`
    ("n_channel", "i8"),  # targets at a time
    ("missile_channels", "i8"),  # missiles at a time
    ("node", "i8"),  # of the network, -1 without one
    ("own_post", "i8"),  # row of its own command, for when it stands alone; -1 none
)
BATTERY_STATE = _record(
    ("n_flying", "i8"),
    ("post", "i8"),  # command post that it obeys now (command)
    ("cut", "i8"),  # 1: that post is lost or cannot be reached (command)
    ("t_cut_s", "f8"),  # since when
)
CHANNEL_FREE, CHANNEL_REACTING, CHANNEL_FIRING, CHANNEL_GUIDING, CHANNEL_ASSESSING = 0, 1, 2, 3, 4
CHANNEL = _record(  # state: one engagement at a time in each channel of a battery
    ("phase", "i8"),  # CHANNEL_*; written by decide and shoot
    ("track", "i8"),  # row of `track` (fused)
    ("track_id", "i8"),  # its number, to notice that the row now is another track
    ("weapon", "i8"),
    ("planned", "i8"),  # rounds still to fire
    ("fired", "i8"),
    ("flying", "i8"),
    ("t_assigned_s", "f8"),
    ("t_ready_s", "f8"),  # end of the reaction or assessment delay
    ("t_look_s", "f8"),  # next dedicated track look
    ("t_plot_s", "f8"),  # last plot by the engagement radar
    ("t_burst_s", "f8"),  # last burst
    ("local_track", "i8"),  # row in the engagement radar's slice of `track`, -1 none
    ("local_id", "i8"),  # and its number
    ("remote", "i8"),  # 1: fires without a plot of its own radar (decide)
)
LAUNCHER = _record(
    ("site", "i8"),
    ("battery", "i8"),
    ("interval_s", "f8"),
    ("reload_s", "f8"),
    ("first_magazine", "i8"),
    ("n_magazine", "i8"),
)
LAUNCHER_STATE = _record(("t_ready_s", "f8"), ("reloading", "i8"))
MAGAZINE = _record(
    ("launcher", "i8"),
    ("weapon", "i8"),
    ("rounds", "i8"),  # at the start
    ("reserve", "i8"),  # at the start
    ("capacity", "i8"),  # rounds that the launcher takes at a reload
)
MAGAZINE_STATE = _record(("rounds", "i8"), ("reserve", "i8"), ("fired", "i8"))
ROUND = _record(  # state: who a launched missile belongs to; same row as in `missile`
    ("launcher", "i8"),
    ("battery", "i8"),
    ("channel", "i8"),  # -1 for a surface strike
    ("track", "i8"),
    ("track_id", "i8"),
    ("dud", "i8"),  # 1: it does not work
    ("platform", "i8"),  # what the fuze and the seeker see (truth), -1 none
    ("site", "i8"),  # surface strike: target site, -1
    ("t_launch_s", "f8"),
    ("fate", "i8"),  # events.MISSILE_FATE
    ("t_end_s", "f8"),
    ("miss_m", "f8"),
    ("address", "i8"),  # of its random draws: magazine and shot number, whoever else has fired
    ("t_est_s", "f8"),  # what it last heard of its target: time and state of the fused track
    ("est_x_m", "f8"),
    ("est_y_m", "f8"),
    ("est_z_m", "f8"),
    ("est_vx_mps", "f8"),
    ("est_vy_mps", "f8"),
    ("est_vz_mps", "f8"),
    ("est_falls", "i8"),  # 1: the estimate is ballistic, gravity acts on it
    ("bursting", "i8"),  # 1: its closest approach fell into this step, the effect is still to be drawn
    ("t_meet_s", "f8"),  # planned meeting, at launch
    ("planned", "i8"),  # 1: the estimate is the planned meeting point, not the target
    ("t_search_s", "f8"),  # next time that it looks for what is where it is told to look
    ("seen_lock", "i8"),  # 1 after its first lock was reported
)
STRIKE = _record(
    ("battery", "i8"), ("weapon", "i8"), ("site", "i8"), ("t_s", "f8"), ("rounds", "i8"), ("interval_s", "f8")
)
STRIKE_STATE = _record(("fired", "i8"), ("t_next_s", "f8"))
AIRWAY = _record(  # a corridor: a capsule on the ground between two points, and a band of altitude
    ("ax_m", "f8"), ("ay_m", "f8"), ("az_m", "f8"),
    ("bx_m", "f8"), ("by_m", "f8"), ("bz_m", "f8"),
    ("half_width_m", "f8"), ("alt_min_m", "f8"), ("alt_max_m", "f8"),
)  # fmt: skip

# --- staying alive ---------------------------------------------------------------------------------
(
    EMIT_CONTINUOUS, EMIT_SILENT, EMIT_BLINKING, EMIT_STAGGERED, EMIT_CUED,
) = range(5)  # fmt: skip
EMISSION = _record(  # one per radar where emission is controlled at all, else none
    ("mode", "i8"),  # EMIT_*
    ("on_s", "f8"),  # blinking: time on the air; staggered: length of a turn
    ("off_s", "f8"),  # blinking
    ("phase_s", "f8"),  # blinking: so far into its cycle at t = 0
    ("ambush_m", "f8"),  # cued: nothing farther from the radar is taken on; 0: no such limit
)
EMISSION_STATE = _record(
    ("t_silent_s", "f8"),  # shut down until then; written by alarm
    ("t_quiet_s", "f8"),  # last time that it went off the air; written by radiate
)
DECOY_EMITTER = _record(
    ("site", "i8"),
    ("command_post", "i8"),
    ("power", "f8"),  # as an anti-radiation missile hears it, a radar being 1
    ("always", "i8"),  # 1: transmits all the time, 0: when it is switched on
)
DECOY_EMITTER_STATE = _record(
    ("emitting", "i8"),  # written by emission
    ("t_until_s", "f8"),  # switched on until then; written by alarm
)
REPAIR_LOGNORMAL, REPAIR_EXPONENTIAL = 0, 1
COMPONENT = _record(
    ("site", "i8"),
    ("kind", "i8"),  # events.COMPONENT
    ("hardness", "f8"),  # relative to that of its site: divides the lethal radius once more
    ("law", "i8"),  # REPAIR_*
    ("repair_s", "f8"),  # lognormal: median, exponential: mean
    ("repair_sigma", "f8"),  # lognormal: standard deviation of the logarithm
    ("mtbf_s", "f8"),  # mean time to a failure without enemy action; 0: never
)
COMPONENT_STATE = _record(  # written by upkeep
    ("broken", "i8"),
    ("n_broken", "i8"),  # times that it was damaged or failed
    ("n_repaired", "i8"),
    ("crew", "i8"),  # at work on it, -1 none
    ("t_broken_s", "f8"),
    ("t_fail_s", "f8"),  # next failure; -1: not drawn yet
)
CREW = _record(("component", "i8"), ("t_done_s", "f8"))  # state: its job, -1 none; written by upkeep
SPARE = _record(("left", "i8"))  # state, one per kind of component; -1: any number; written by upkeep

# --- what is written down ------------------------------------------------------------------------
EVENT = _record(
    ("t_s", "f8"),  # time since the start of the scenario
    ("code", "i8"),  # one of the constants in engine.events
    ("subject", "i8"),  # index into the table events.SPECS[code].subject
    ("object", "i8"),  # index into events.SPECS[code].object, -1 none
    ("via", "i8"),  # index into events.SPECS[code].via, -1 none
    ("detail", "i8"),  # enumeration events.SPECS[code].detail, -1 none
    ("range_m", "f8"),  # slant range between subject and object (or as events.SPECS says), NaN none
    ("alt_m", "f8"),  # altitude of the subject above the ellipsoid, NaN none
    ("speed_mps", "f8"),  # speed of the subject relative to the Earth, NaN none
    ("value", "f8"),  # events.SPECS[code].value says what, NaN none
)
SAMPLE = _record(
    ("t_s", "f8"),
    ("kind", "i8"),  # engine.events.SAMPLE_KINDS
    ("index", "i8"),  # index into the table of that kind (track: system track number)
    ("x_m", "f8"),  # ECEF
    ("y_m", "f8"),
    ("z_m", "f8"),
    ("vx_mps", "f8"),
    ("vy_mps", "f8"),
    ("vz_mps", "f8"),
    ("sigma_m", "f8"),  # tracks: root of the position covariance trace; else NaN
    ("state", "i8"),  # tracks: identity; platforms and missiles: 0
    ("truth", "i8"),  # tracks: platform behind the last plot (scoring only), else -1
)


ARSENAL = _record(  # what doctrine knows of a missile type besides its flight
    ("reach_m", "f8"),  # declared
    ("single_pk", "f8"),  # kill probability of one round that meets its target, for planning
    ("reliability", "f8"),  # probability that a launched round works
    ("cost", "f8"),  # relative price (launch mass)
)


class Desk(NamedTuple):
    """Scratch of the decision: nothing in it has a meaning between decision epochs, save the missiles' columns."""

    track: np.ndarray  # i8 [candidate], rows of `track`
    value: np.ndarray  # f8 [candidate]
    reason: np.ndarray  # i8 [candidate], events.WITHHOLD
    pk: np.ndarray  # f8 [candidate, battery]
    weapon: np.ndarray  # i8 [candidate, battery]
    planned: np.ndarray  # i8 [candidate, battery]
    x: np.ndarray  # i8 [candidate, battery], the assignment
    rounds: np.ndarray  # i8 [battery]
    channels: np.ndarray  # i8 [battery]
    assets: np.ndarray  # f8 [site, 5], doctrine.threat columns
    weapon_pk: np.ndarray  # f8 [weapon]
    weapon_time: np.ndarray  # f8 [weapon]
    weapon_rounds: np.ndarray  # i8 [weapon]
    weapon_reach: np.ndarray  # f8 [weapon], parameter
    weapon_cost: np.ndarray  # f8 [weapon], parameter
    wta: WtaWork


class World(NamedTuple):
    """All tables of one replication. Parameters first, then state; the last ones are plain arrays."""

    sim: np.recarray
    # parameters
    site: np.recarray
    platform: np.recarray
    knot: np.recarray
    carried: np.recarray  # CARRIED
    cloud: np.recarray  # CLOUD
    radar: np.recarray
    jammer: np.recarray
    command_post: np.recarray
    battery: np.recarray
    launcher: np.recarray
    magazine: np.recarray
    strike: np.recarray
    airway: np.recarray
    emission: np.recarray  # EMISSION: one per radar, or none at all
    decoy_emitter: np.recarray
    component: np.recarray  # COMPONENT: the parts of each site one after another
    weapon: np.recarray  # MISSILE_TYPE
    arsenal: np.recarray  # ARSENAL: one per weapon
    roe: np.recarray  # one per command post
    tracker: np.recarray  # TRACKER parameters: one per radar, then one per command post
    rcs_dbsm: np.ndarray  # [signature, band, elevation, azimuth]
    pd_table: np.ndarray  # [radar, swerling, snr grid], physics.detection
    flyout: np.ndarray  # [weapon, altitude, range, 3], physics.flyout
    flyout_scale: np.ndarray  # [weapon, 2]
    refraction: np.ndarray  # [radar, height, 1 + range], physics.propagation
    jam_coupling_m2: np.ndarray  # [radar, jammer], J/N = coupling / r^2 on the beam axis
    jam_share: np.ndarray  # [radar, jammer], probability that its noise touches a look
    repeater: np.recarray  # REPEATER
    repeater_coupling_m2: (
        np.ndarray
    )  # [radar, repeater], signal to noise of a copy = coupling / r^2 on the beam axis
    jam_duty: np.ndarray  # [radar, jammer], share of the pulses of such a look that it touches
    terrain: np.ndarray  # f4 [row, column], heights of the elevation model; no rows: none
    ground: np.recarray  # GROUND, one
    mask_m: np.ndarray  # f4 [radar, azimuth, range], lowest visible altitude; no azimuths: none
    mask_frame: np.recarray  # MASK, one per radar
    loss: np.ndarray  # [radar, height, 1 + range], physics.attenuation; no heights: clear
    surface: np.recarray  # SURFACE, one per radar
    clutter: np.ndarray  # [radar, 2 + point], physics.clutter; no points: none
    prf_hz: np.ndarray  # [radar, MAX_PRF], pulse repetition frequencies of the canceller
    node: np.recarray
    link: np.recarray
    # state
    site_state: np.recarray
    platform_state: np.recarray
    radar_state: np.recarray
    look: np.recarray  # [radar, platform]
    due_s: np.ndarray  # [radar, platform]: next time that the search beam meets it; inf: not flying
    jammer_state: np.recarray
    jam: np.recarray  # [radar, jammer]
    battery_state: np.recarray
    channel: np.recarray
    launcher_state: np.recarray
    magazine_state: np.recarray
    strike_state: np.recarray
    emission_state: np.recarray
    decoy_emitter_state: np.recarray
    component_state: np.recarray
    crew: np.recarray  # CREW: state
    spare: np.recarray  # SPARE: state, one per kind of component
    track: np.recarray  # TRACK: all radars' slices, then the command posts'
    track_set: np.recarray  # TRACK_SET: one per radar, then one per command post
    picture: np.recarray  # PICTURE: one per row of `track`, used for fused tracks
    echo: np.recarray  # buffers of the radar at work
    cell: np.ndarray  # i8 [N_CELLS]: first leader of each list of range cells, -1 none
    plot: np.recarray
    work: Work  # scratch of the association
    desk: Desk  # scratch of the decision
    missile: np.recarray
    round: np.recarray
    event: np.recarray
    sample: np.recarray
    node_state: np.recarray
    link_state: np.recarray
    route_s: np.ndarray  # [command post, node]: delay of the way, inf where there is none
    route_link: np.ndarray  # i8 [command post, node]: first link of the way
    report: np.recarray  # one per radar
    mail: np.recarray  # [radar, slot]
    mail_plot: np.recarray  # PLOT [radar, slot]
    mail_track: np.recarray  # TRACK [radar, slot]
    bias: np.recarray  # one per radar


__all__ = [
    "AIRWAY", "ARSENAL", "BATTERY", "BATTERY_STATE", "BIAS", "CHANNEL", "COMMAND_POST", "ECHO", "EVENT", "GROUND", "JAMMER",
    "JAMMER_STATE", "JAM_STATE", "KNOT", "LAUNCHER", "LAUNCHER_STATE", "LINK", "LINK_STATE", "LOOK", "MAGAZINE", "MAGAZINE_STATE",
    "MASK", "MISSILE", "MISSILE_TYPE", "PICTURE", "PLATFORM", "PLATFORM_STATE", "PLOT", "RADAR", "RADAR_STATE", "ROE",
    "ROUND", "SAMPLE", "SIM", "SITE", "SITE_STATE", "STRIKE", "STRIKE_STATE", "SURFACE", "TRACK", "TRACKER", "TRACK_SET",
    "World",
]  # fmt: skip

#: Tables that a run changes; all others are parameters and are never written by the engine.
STATE_TABLES = (
    "sim", "site_state", "platform_state", "radar_state", "look", "due_s", "jammer_state", "jam", "battery_state",
    "channel", "launcher_state", "magazine_state", "strike_state", "track", "track_set", "picture", "echo", "cell", "plot",
    "missile", "round", "event", "sample", "emission_state", "decoy_emitter_state", "component_state", "crew", "spare",
    "node_state", "link_state", "route_s", "route_link", "report", "mail", "mail_plot", "mail_track", "bias",
)  # fmt: skip

#: Of these, buffers whose used part is counted by `sim`: what is left in them has no meaning and is not cleaned.
BUFFERS = ("event", "sample", "echo", "cell", "plot", "mail", "mail_plot", "mail_track")


def scratch(world: World) -> World:
    """A World with state tables of its own and the parameter tables of `world`: one per thread."""
    own = {name: getattr(world, name).copy() for name in STATE_TABLES}
    own["work"] = Work(*(array.copy() for array in world.work))
    desk = world.desk._asdict()
    wta = WtaWork(*(array.copy() for array in desk.pop("wta")))
    own["desk"] = Desk(wta=wta, **{name: array.copy() for name, array in desk.items()})
    return world._replace(**own)


def reset(own: World, world: World) -> None:
    """Bring the state tables of `own` back to the initial state of `world`, in place."""
    for name in STATE_TABLES:
        if name not in BUFFERS:
            np.copyto(getattr(own, name), getattr(world, name))
