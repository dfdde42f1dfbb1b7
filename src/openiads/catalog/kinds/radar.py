"""Fields of a radar."""

from __future__ import annotations

import math

from openiads.catalog.kinds.ground import PACK_UP, READY
from openiads.catalog.schema import Axis, Kind, choice, count, flag, quantity, table

_DEG = math.pi / 180.0
_ROTATING = ("scan", "rotating")
_SECTOR = ("scan", "sector")
_FCR = ("engagement",)

_BEAM = (
    quantity("freq_hz", "frequency", 30e6, 12e9, "centre frequency; also selects the band of signatures"),
    quantity("bandwidth_hz", "frequency", 1e3, 5e9, "receiver bandwidth that a noise jammer must cover"),
    quantity("noise_temperature_k", "temperature", 50.0, 1e5, "system noise temperature Ts"),
    quantity("antenna_gain_db", "gain", 0.0, 60.0, "peak gain, on transmission and on reception"),
    quantity(
        "beamwidth_az_rad", "angle", 0.05 * _DEG, 60 * _DEG, "one-way 3 dB beam width in azimuth, broadside"
    ),
    quantity("beamwidth_el_rad", "angle", 0.05 * _DEG, 60 * _DEG, "the same in elevation, of one beam"),
    quantity("near_sidelobe_db", "gain", -70.0, -5.0, "side lobes near the beam, relative to its peak"),
    quantity("far_sidelobe_db", "gain", -90.0, -5.0, "side lobes far from the beam, relative to its peak"),
    quantity(
        "scan_loss_exponent",
        "ratio",
        0.0,
        4.0,
        "one-way gain falls as cos(scan angle) to this power; 0: none",
    ),
)

_SCAN = (
    choice(
        "scan", ("rotating", "sector"), "rotating: the antenna turns; sector: the beam is steered in a sector"
    ),
    quantity("rotation_period_s", "time", 0.5, 120.0, "time of one turn", when=_ROTATING),
    quantity(
        "frame_time_s", "time", 0.1, 120.0, "time in which the whole search sector is seen", when=_SECTOR
    ),
    quantity(
        "sector_width_rad", "angle", 1 * _DEG, 360 * _DEG, "full width of the search sector", when=_SECTOR
    ),
    choice(
        "elevation_scan",
        ("electronic", "stacked", "fan"),
        "electronic or stacked beams measure elevation; a fan beam does not (2-D radar)",
    ),
    quantity("elevation_min_rad", "angle", -30 * _DEG, 89 * _DEG, "lowest elevation covered"),
    quantity(
        "elevation_max_rad", "angle", 0.1 * _DEG, 90 * _DEG, "highest elevation; above it is the blind zone"
    ),
    quantity("antenna_tilt_rad", "angle", 0.0, 60 * _DEG, "elevation of the array's normal (scan loss)"),
    quantity("antenna_height_m", "length", 0.5, 100.0, "antenna above the ground"),
    quantity("range_min_m", "length", 0.0, 1e5, "nearest range"),
    quantity(
        "range_instrumented_m",
        "length",
        1e3,
        1e7,
        "farthest range shown (instrumented or unambiguous, the smaller)",
    ),
)

_SENSITIVITY = (
    quantity("claim_range_m", "length", 1e3, 1e7, "published range on `claim_rcs_m2`", group="claim"),
    quantity("claim_rcs_m2", "rcs", 1e-6, 1e4, "radar cross-section that the claim is about", group="claim"),
    quantity(
        "claim_pd", "ratio", 0.01, 0.999, "probability of detection that the claim is about", group="claim"
    ),
    count("claim_swerling", 0, 4, "fluctuation that the claim is about", group="claim"),
    quantity("peak_power_w", "power", 1.0, 1e9, "transmitted peak power", group="physical"),
    quantity("pulse_width_s", "time", 1e-9, 1.0, "transmitted pulse, before compression", group="physical"),
    quantity("loss_db", "gain", 0.0, 40.0, "all losses of the echo", group="physical"),
    count("n_coherent", 1, 100_000, "pulses summed with phase in one look", group="physical"),
    count("n_pulses", 1, 1000, "looks summed without phase before the decision (textbook N)"),
    quantity("pfa", "ratio", 1e-12, 1e-2, "probability of false alarm of one decision"),
    table(
        "claims_range_m",
        "length",
        1e3,
        1e7,
        (Axis("rcs_m2", "radar cross-section", "rcs", lo=1e-6, hi=1e4),),
        "all published detection claims; the engine uses one, tests hold it against the others",
        required=False,
    ),
)

_MEASUREMENT = (
    quantity("range_resolution_m", "length", 0.1, 1e4, "range cell; noise error is cell / sqrt(2 SNR)"),
    quantity("sigma_range_m", "length", 0.0, 1e4, "floor of the range error, one sigma"),
    quantity("sigma_az_rad", "angle", 0.0, 5 * _DEG, "floor of the azimuth error, one sigma"),
    quantity("sigma_el_rad", "angle", 0.0, 5 * _DEG, "floor of the elevation error, one sigma"),
    quantity(
        "min_radial_speed_mps",
        "speed",
        0.0,
        500.0,
        "targets with less radial speed are lost in clutter; 0: no clutter filter",
        required=False,
    ),
    quantity("false_plots_per_scan", "ratio", 0.0, 1e4, "mean number of false plots in one turn or frame"),
)

_AGAINST_CLUTTER = (
    choice(
        "canceller",
        ("none", "two-pulse", "three-pulse"),
        "moving-target indication near the ground; none: Doppler filters as declared, and `min_radial_speed_mps`",
        required=False,
    ),
    table(
        "prf_hz",
        "frequency",
        50.0,
        1e5,
        (Axis("turn", "place in the sequence", "ratio", lo=1.0, hi=8.0),),
        "pulse repetition frequencies of the canceller, used in turn (1 to 8)",
        required=False,
    ),
    quantity(
        "clutter_improvement_db",
        "gain",
        0.0,
        100.0,
        "clutter improvement that instabilities allow; without a canceller the improvement itself",
        required=False,
    ),
)

_CAPACITY = (
    count("track_capacity", 1, 100_000, "tracks kept at a time"),
    count("target_channels", 1, 1000, "targets engaged at a time", classes=_FCR),
    count("missile_channels", 1, 1000, "missiles guided at a time", classes=_FCR),
    quantity("track_dwell_s", "time", 1e-5, 1.0, "time of one dedicated track look", classes=_FCR),
    quantity(
        "track_period_s", "time", 0.01, 60.0, "time between dedicated track looks at a target", classes=_FCR
    ),
    quantity(
        "track_time_budget", "ratio", 0.0, 1.0, "largest share of time given to track looks", classes=_FCR
    ),
    flag("interrogator", "true: asks transponders (IFF and civil) at each look"),
    quantity(
        "interrogator_range_m", "length", 1e3, 1e7, "reach of the interrogator", when=("interrogator", True)
    ),
    quantity("radius_m", "length", 0.1, 500.0, "physical extent; a hit inside it counts in full"),
    quantity("hardness", "ratio", 0.1, 100.0, "divides the lethal radius of what hits it"),
)

POLARISATIONS = ("horizontal", "vertical", "slant", "right-circular", "left-circular")
_PROTECTION = (
    quantity(
        "agile_bandwidth_hz", "frequency", 1e3, 5e9, "band over which it hops evenly, from look to look",
        required=False,
    ),
    quantity(
        "blanking_threshold", "ratio", 0.1, 100.0,
        "side-lobe blanker: power of its auxiliary over the main channel that blanks a pulse", required=False,
    ),
    flag("moving_target_filter", "true: the slowest radial speed counts at any elevation", required=False),
    choice(
        "polarisation", POLARISATIONS, "of its antenna; multipath and sea clutter need horizontal or vertical",
        required=False,
    ),
    quantity(
        "cross_polar_db", "gain", -50.0, -5.0, "response to the orthogonal polarisation", required=False
    ),
    count(
        "canceller_channels", 1, 4, "auxiliary channels of its side-lobe canceller", required=False
    ),
    quantity("cancellation_db", "gain", 0.0, 40.0, "what it takes off a strong jammer", required=False),
    quantity(
        "auxiliary_margin_db", "gain", -10.0, 30.0, "gain of the auxiliary antennas over the side lobes",
        required=False,
    ),
    quantity(
        "leading_edge_s", "time", 1e-9, 1e-4,
        "part of the front of an echo that its tracker uses, and with it that share of the echo", required=False,
    ),
    quantity(
        "capture_js_db", "gain", -20.0, 40.0, "false echo over true one from which it can take the gates",
        required=False,
    ),
    quantity("capture_probability", "ratio", 0.0, 1.0, "probability that it then does", required=False),
    quantity("velocity_gate_mps", "speed", 1.0, 1000.0, "width of its velocity gate", required=False),
    quantity(
        "rate_check_mps", "speed", 1.0, 1000.0,
        "largest difference between range rate and Doppler that its tracker accepts", required=False,
    ),
)  # fmt: skip

RADAR = Kind(
    "radar",
    "a radar; its sensitivity is one published claim or physical parameters",
    {
        "surveillance": "early warning and target acquisition",
        "all_altitude": "acquisition with a low-altitude mode, often on a mast",
        "engagement": "tracks targets and missiles in a sector and guides the missiles",
        "other": "anything else, for example a point-defence search radar",
    },
    (
        *_BEAM,
        *_SCAN,
        *_SENSITIVITY,
        *_MEASUREMENT,
        *_AGAINST_CLUTTER,
        *_CAPACITY,
        *_PROTECTION,
        READY,
        PACK_UP,
    ),
    one_of=("claim", "physical"),
    ordered=(
        ("elevation_min_rad", "elevation_max_rad"),
        ("range_min_m", "range_instrumented_m"),
        ("far_sidelobe_db", "near_sidelobe_db"),
        ("track_dwell_s", "track_period_s"),
        ("target_channels", "missile_channels"),
    ),
)
