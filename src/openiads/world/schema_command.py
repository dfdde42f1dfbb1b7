"""Records of the World: links, command and fire, staying alive, what is written down. Rules: see `world.schema`."""

from __future__ import annotations

from openiads.world.records import record

# --- links ----------------------------------------------------------------------------------------
LOSS_HOLD, LOSS_AUTONOMOUS, LOSS_SUCCESSOR = 0, 1, 2
NODE = record(("site", "i8"))  # whose life is the node's: command posts, search radars, batteries
NODE_STATE = record(
    ("alive", "i8"),  # as of the last routing (network)
    ("done", "i8"),  # scratch of the routing
)
LINK = record(  # both ways
    ("a", "i8"),  # node
    ("b", "i8"),  # node
    ("delay_s", "f8"),
    ("loss", "f8"),  # probability that a message is lost on it
    ("per_s", "f8"),  # messages a second, 0 without limit
    ("wait_max_s", "f8"),  # a message that would have to wait longer is dropped
    (
        "margin",
        "f8",
    ),  # of a radio link: the noise at a receiver may rise by this factor; 0: it cannot be jammed
    ("beam_rad", "f8"),  # 3 dB width of the antennas, which look at each other; 0: they hear all round
    ("side_gain", "f8"),  # outside it, power ratio to the peak
    ("mast_m", "f8"),  # antennas above their sites
)
LINK_STATE = record(
    ("t_free_s", "f8"),  # when the messages taken so far will have been sent (network)
    ("n_sent", "i8"),
    ("n_lost", "i8"),
    ("n_dropped", "i8"),
    ("cut", "i8"),  # 1: jammed (link_jam)
)
LINK_JAMMER = record(
    ("platform", "i8"),
    ("t_on_s", "f8"),
    ("t_off_s", "f8"),
    ("beam_rad", "f8"),  # 3 dB width of its main lobe, kept on aim; 0: full gain everywhere
    ("side_gain", "f8"),  # outside it, power ratio to the peak
    ("aim_x_m", "f8"),
    ("aim_y_m", "f8"),
    ("aim_z_m", "f8"),
)
REPORT = record(  # state: where a radar's plots go, and its plots that are under way (network, command)
    ("post", "i8"),  # command post that it reports to now
    ("cut", "i8"),  # 1: that post is lost or cannot be reached
    ("t_cut_s", "f8"),  # since when
    ("first", "i8"),  # oldest of its plots under way, in its slice of `mail`
    ("n", "i8"),  # how many
)
MAIL = record(  # a plot under way; the plot and the track that took it are in `mail_plot` and `mail_track`
    ("t_arrive_s", "f8"),
    ("post", "i8"),
    ("local", "i8"),  # row in the radar's slice of `track`
    ("local_id", "i8"),
)
BIAS = record(  # what the command post believes of a radar's registration (register)
    ("n", "i8"),  # pairs of plots used
    ("az_rad", "f8"),
    ("az_var", "f8"),
    ("range_m", "f8"),
    ("range_var", "f8"),
    ("used_az_rad", "f8"),  # what its reports are corrected by
    ("used_range_m", "f8"),
)

# --- command and fire ------------------------------------------------------------------------------
COMMAND_POST = record(
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
PICTURE = record(  # what the command post holds about one fused track; written by identify, decide and shoot
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
    ("passive", "i8"),  # 1: known from strobes alone (lend)
    ("emitter", "i8"),  # 1: strobes have located it as a source of jamming (lend)
)
BATTERY = record(
    ("command_post", "i8"),
    ("radar", "i8"),
    ("first_channel", "i8"),  # slice of `channel`
    ("n_channel", "i8"),  # targets at a time
    ("missile_channels", "i8"),  # missiles at a time
    ("node", "i8"),  # of the network, -1 without one
    ("own_post", "i8"),  # row of its own command, for when it stands alone; -1 none
)
BATTERY_STATE = record(
    ("n_flying", "i8"),
    ("post", "i8"),  # command post that it obeys now (command)
    ("cut", "i8"),  # 1: that post is lost or cannot be reached (command)
    ("t_cut_s", "f8"),  # since when
)
CHANNEL_FREE, CHANNEL_REACTING, CHANNEL_FIRING, CHANNEL_GUIDING, CHANNEL_ASSESSING = 0, 1, 2, 3, 4
CHANNEL = record(  # state: one engagement at a time in each channel of a battery
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
LAUNCHER = record(
    ("site", "i8"),
    ("battery", "i8"),
    ("interval_s", "f8"),
    ("reload_s", "f8"),
    ("first_magazine", "i8"),
    ("n_magazine", "i8"),
)
LAUNCHER_STATE = record(("t_ready_s", "f8"), ("reloading", "i8"))
MAGAZINE = record(
    ("launcher", "i8"),
    ("weapon", "i8"),
    ("rounds", "i8"),  # at the start
    ("reserve", "i8"),  # at the start
    ("capacity", "i8"),  # rounds that the launcher takes at a reload
)
MAGAZINE_STATE = record(("rounds", "i8"), ("reserve", "i8"), ("fired", "i8"))
ROUND = record(  # state: who a launched missile belongs to; same row as in `missile`
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
GUIDE = record(  # state: what ground and Earth have hidden from a round; same row as in `round`
    ("cut", "i8"),  # 1 after the first loss of its command link; written by sightline
    (
        "blind",
        "i8",
    ),  # 1 after the first time that its seeker was hidden from its target; written by sightline
)
STRIKE = record(
    ("battery", "i8"), ("weapon", "i8"), ("site", "i8"), ("t_s", "f8"), ("rounds", "i8"), ("interval_s", "f8")
)
STRIKE_STATE = record(("fired", "i8"), ("t_next_s", "f8"))
AIRWAY = record(  # a corridor: a capsule on the ground between two points, and a band of altitude
    ("ax_m", "f8"), ("ay_m", "f8"), ("az_m", "f8"),
    ("bx_m", "f8"), ("by_m", "f8"), ("bz_m", "f8"),
    ("half_width_m", "f8"), ("alt_min_m", "f8"), ("alt_max_m", "f8"),
)  # fmt: skip

# --- staying alive ---------------------------------------------------------------------------------
(
    EMIT_CONTINUOUS, EMIT_SILENT, EMIT_BLINKING, EMIT_STAGGERED, EMIT_CUED,
) = range(5)  # fmt: skip
EMISSION = record(  # one per radar where emission is controlled at all, else none
    ("mode", "i8"),  # EMIT_*
    ("on_s", "f8"),  # blinking: time on the air; staggered: length of a turn
    ("off_s", "f8"),  # blinking
    ("phase_s", "f8"),  # blinking: so far into its cycle at t = 0
    ("ambush_m", "f8"),  # cued: nothing farther from the radar is taken on; 0: no such limit
    ("guard", "i8"),  # blinking: 1 stands in where no other such radar of its command post would transmit
)
EMISSION_STATE = record(
    ("t_silent_s", "f8"),  # shut down until then; written by alarm
    ("t_quiet_s", "f8"),  # last time that it went off the air; written by radiate
)
DECOY_EMITTER = record(
    ("site", "i8"),
    ("command_post", "i8"),
    ("power", "f8"),  # as an anti-radiation missile hears it, a radar being 1
    ("always", "i8"),  # 1: transmits all the time, 0: when it is switched on
)
DECOY_EMITTER_STATE = record(
    ("emitting", "i8"),  # written by emission
    ("t_until_s", "f8"),  # switched on until then; written by alarm
)
REPAIR_LOGNORMAL, REPAIR_EXPONENTIAL = 0, 1
COMPONENT = record(
    ("site", "i8"),
    ("kind", "i8"),  # events.COMPONENT
    ("hardness", "f8"),  # relative to that of its site: divides the lethal radius once more
    ("law", "i8"),  # REPAIR_*
    ("repair_s", "f8"),  # lognormal: median, exponential: mean
    ("repair_sigma", "f8"),  # lognormal: standard deviation of the logarithm
    ("mtbf_s", "f8"),  # mean time to a failure without enemy action; 0: never
)
COMPONENT_STATE = record(  # written by upkeep
    ("broken", "i8"),
    ("n_broken", "i8"),  # times that it was damaged or failed
    ("n_repaired", "i8"),
    ("crew", "i8"),  # at work on it, -1 none
    ("t_broken_s", "f8"),
    ("t_fail_s", "f8"),  # next failure; -1: not drawn yet
)
CREW = record(("component", "i8"), ("t_done_s", "f8"))  # state: its job, -1 none; written by upkeep
SPARE = record(("left", "i8"))  # state, one per kind of component; -1: any number; written by upkeep

# --- what is written down ------------------------------------------------------------------------
EVENT = record(
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
SAMPLE = record(
    ("t_s", "f8"),
    ("kind", "i8"),  # engine.events.SAMPLE_KINDS
    ("index", "i8"),  # index into the table of that kind (track: system track number)
    ("x_m", "f8"),  # ECEF
    ("y_m", "f8"),
    ("z_m", "f8"),
    ("vx_mps", "f8"),
    ("vy_mps", "f8"),
    ("vz_mps", "f8"),
    ("sigma_m", "f8"),  # tracks: root of the trace of the covariance below; else NaN
    ("state", "i8"),  # tracks: identity; platforms and missiles: 0
    ("truth", "i8"),  # tracks: platform behind the last plot (scoring only), else -1
    ("cov_ecef_m2", "f8", (6,)),  # tracks: covariance of the position, xx xy xz yy yz zz; else NaN
)


ARSENAL = record(  # what doctrine knows of a missile type besides its flight
    ("reach_m", "f8"),  # declared
    ("single_pk", "f8"),  # kill probability of one round that meets its target, for planning
    ("reliability", "f8"),  # probability that a launched round works
    ("cost", "f8"),  # relative price (launch mass)
)
