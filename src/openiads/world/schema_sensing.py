"""Records of the World: the ground, what flies, sensors and jammers, ground truth and weather. Rules: see `world.schema`."""

from __future__ import annotations

from openiads.world.records import BASIS, POS, VEL, record

# --- ground ---------------------------------------------------------------------------------------
SITE_RADAR, SITE_LAUNCHER, SITE_COMMAND_POST, SITE_ASSET, SITE_TARGET = 0, 1, 2, 3, 4
SITE_DECOY_EMITTER = 5
SITE_GUN = 6
SITE_POWER = 7
SITE_COLUMN = 8
SITE = record(
    ("kind", "i8"),  # SITE_*
    ("row", "i8"),  # index into the table of that kind; assets and targets: -1
    *POS,
    ("lat_rad", "f8"),
    ("lon_rad", "f8"),
    ("alt_m", "f8"),
    *BASIS,
    ("value", "f8"),  # worth of a defended asset, 0 for what is not one
    ("radius_m", "f8"),  # physical extent; a hit inside it counts in full
    ("hardness", "f8"),  # divides the lethal radius of what hits it
    ("first_component", "i8"),  # slice of `component`
    ("n_component", "i8"),  # 0: lost as a whole
)
SITE_STATE = record(
    ("alive", "i8"),  # written by damage
    ("t_dead_s", "f8"),
    ("n_hits", "i8"),
)

# --- what flies (threats, friends, civil traffic) --------------------------------------------------
MOVE_KNOTS, MOVE_HOMING = 0, 1
END_LEAVE, END_IMPACT = 0, 1
PLATFORM = record(
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
    ("area_m2", "f8"),  # presented to a gun
)
CARRIED = record(  # what leaves a carrier in flight, and does not if the carrier has been lost before
    ("platform", "i8"),
    ("carrier", "i8"),
    ("towed", "i8"),  # 1: on a cable, and lost with the carrier
)
CLOUD = record(  # chaff, physics.chaff
    ("t_start_s", "f8"),
    ("dipoles", "f8"),  # that fly free
    ("cut_hz", "f8"),
    ("bandwidth", "f8"),  # of their resonance, over cut_hz
    ("bloom_s", "f8"),
    ("diffusivity_m2ps", "f8"),
)
PLATFORM_STATE = record(
    # Read for every platform: kept together at the head of the row
    ("fate", "i8"),  # events.PLATFORM_FATE; 0 flying; written by move, fly and run
    ("active", "i8"),  # 1 between start and end
    ("t_next_s", "f8"),  # before this time `move` has nothing to do with it
    ("speed_max_mps", "f8"),  # never faster; set once by the World compiler
    ("t_eval_s", "f8"),  # time of the state below
    *POS,
    *VEL,
    ("alt_m", "f8"),
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
KNOT = record(("t_s", "f8"), *POS, *VEL)

# --- sensors --------------------------------------------------------------------------------------
SCAN_ROTATING, SCAN_SECTOR = 0, 1
RADAR = record(
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
    *POS,  # of the antenna
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
    (
        "edge_gain",
        "f8",
    ),  # of dedicated looks: what a tracker of the leading edge keeps of the echo; 1 without one
    ("capture_js", "f8"),  # J/S from which a false echo can take the gate, power ratio
    ("p_capture", "f8"),  # and does with this probability
    ("velocity_gate_mps", "f8"),  # width of the velocity gate of dedicated looks
    ("stand", "i8"),  # row of the tables of what depends on the place: `refraction`, `mask_m`, … (relocate)
)
RADAR_STATE = record(
    ("emitting", "i8"),
    ("t_search_s", "f8"),  # time up to which search has been done
    ("t_jam_s", "f8"),  # time of the jam table
    ("n_looks", "i8"),
    ("n_track_looks", "i8"),
)
LOOK = record(
    ("in_sight", "i8"),  # 1 after the first line of sight
    ("detected", "i8"),  # 1 after the first detection
    ("hidden", "i8"),  # 1 after a look that the ground alone hid it from; written by look
    ("t_hidden_s", "f8"),  # time of the first of them
    ("outside", "i8"),  # 1: outside the sector of the radar, due_s is when it can be inside; written by sense
)
ECHO = record(  # buffer of the radar at work; written by look
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
PLOT_LOG = (
    record(  # what the radars measured, kept where a run asks for it; written by plot_log, read by nobody
        ("t_s", "f8"),
        ("radar", "i8"),
        ("kind", "i8"),  # tracking.schema: TARGET, FALSE, STROBE
        ("range_m", "f8"),
        ("az_rad", "f8"),
        ("el_rad", "f8"),
        ("range_sigma_m", "f8"),
        ("az_sigma_rad", "f8"),
        ("el_sigma_rad", "f8"),
        ("snr_db", "f8"),
        ("iff", "i8"),  # reply code (look)
        ("truth", "i8"),  # platform of the strongest echo, -1 a false plot
        ("track", "i8"),  # number of the radar's own track that took it, -1 none
        ("dedicated", "i8"),  # 1: of a look at a target that is engaged, 0: of the search
    )
)
N_CELLS = 256  # lists of range cells; a power of two
JAMMER = record(
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
JAMMER_STATE = record(
    ("on", "i8"),
    ("t_lit_s", "f8"),  # last look at it by a radar in its band; written by jam_plan
)
REPEATER = record(  # makes false targets
    ("platform", "i8"),
    ("t_on_s", "f8"),
    ("t_off_s", "f8"),
    ("count", "i8"),  # copies of each pulse
    ("first_m", "f8"),  # behind the repeater
    ("spacing_m", "f8"),
)
PULL_RANGE, PULL_VELOCITY, PULL_BOTH = 0, 1, 2
PULL_OFF = record(  # a deceiving repeater that leads the gate of a tracking radar away; times since that radar's first look
    ("platform", "i8"),
    ("t_on_s", "f8"),
    ("t_off_s", "f8"),
    ("gate", "i8"),  # PULL_*
    ("start_s", "f8"),  # of its program, after that look
    ("dwell_s", "f8"),  # both echoes in one place
    ("pull_s", "f8"),  # the false one moves away
    ("hold_s", "f8"),  # and stays there
    ("silent_s", "f8"),  # then nothing, and all again
    ("rate_per_s", "f8"),  # of the offset: m/s, of a velocity gate m/s^2
    ("accel_per_s2", "f8"),  # and its growth, m/s^2; of a velocity gate 0
)
PULL_STATE = record(  # radar x pull-off, written by pull_off
    ("t_start_s", "f8"),  # first of its looks
    ("t_look_s", "f8"),  # last of them
    ("cycle", "i8"),  # of the program, for which the capture has been drawn; -1 none
    ("captured", "i8"),  # 1: the gate follows the false echo
    ("channel", "i8"),  # of that gate
    ("apart", "i8"),  # 1: and has left the target with it
    ("empty", "i8"),  # 1: the false echo is gone, and the velocity gate holds nothing
    ("offset", "f8"),  # at the last look, m or m/s
)
JAM_STATE = record(  # radar x jammer, refreshed once per radar and second
    ("ux", "f8"),  # unit vector from the antenna to the jammer, ECEF
    ("uy", "f8"),
    ("uz", "f8"),
    ("jn_main", "f8"),  # J/N with the main beam on the jammer, linear; 0: hidden or off
    ("strobe_s", "f8"),  # last time reported as a strobe
    ("strobe_from_s", "f8"),  # begin of the strobe that is not over yet; below 0: none
)
# --- ground and weather -----------------------------------------------------------------------------
GROUND = record(  # where the elevation model lies: physics.terrain.TerrainFrame, and its highest point
    ("north_rad", "f8"),  # centre of the north-west sample
    ("west_rad", "f8"),
    ("rows_per_rad", "f8"),
    ("columns_per_rad", "f8"),
    ("offset_m", "f8"),  # its datum above the ellipsoid
    ("top_m", "f8"),  # highest ground above the ellipsoid
)
MASK = record(  # of one radar's masking table: physics.terrain.MaskFrame
    ("azimuths_per_rad", "f8"),
    ("ranges_per_m", "f8"),
    ("antenna_height_m", "f8"),
    ("effective_radius_m", "f8"),
)
SURFACE = record(  # what sea or land does to one radar
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
    ("rain_np_per_m", "f8"),  # two-way loss in the rain of an area; 0: rain everywhere is in `loss`
)
RAIN = record(  # the area in which it rains
    *POS,  # of its middle on the ground at t = 0
    *VEL,  # with the wind
    ("radius_m", "f8"),  # 0: everywhere
    ("top_m", "f8"),  # altitude
)
SECTORS = 360  # directions of `sector`, from north clockwise
MAX_PRF = 8
