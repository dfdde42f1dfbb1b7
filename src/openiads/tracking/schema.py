"""Record dtypes of the tracker: plots, tracks, track sets, parameters, and the scratch that kernels need.

A covariance is kept as its upper triangle, row by row (21 numbers for 6 x 6, the order of
``numpy.triu_indices(6)``; 6 numbers xx, xy, xz, yy, yz, zz for 3 x 3). State order: ECEF x, y, z in m, then
velocity x, y, z in m/s relative to the rotating Earth.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

# Track status
FREE, TENTATIVE, CONFIRMED, COASTED = 0, 1, 2, 3
STATUS_NAMES = ("free", "tentative", "confirmed", "coasted")

# Plot kind. Only TARGET and FALSE plots are tracked, and the tracker never asks which of the two it is.
TARGET, FALSE, STROBE = 0, 1, 2

# What became of a plot (plot.event)
IGNORED, STARTED, UPDATED, NOW_CONFIRMED, TOO_LATE, NO_ROOM, REFUSED = 0, 1, 2, 3, 4, 5, 6

# What came of a look at one track (`process_look`)
LOOK_HIT, LOOK_MISS, LOOK_DELETED = 1, 2, 3

N_MODELS_MAX = 3  # 0 nearly constant velocity, 1 manoeuvre, 2 ballistic
N_COV = 21
N_AXIS = 8  # the index of a track set has N_AXIS^3 lists of cells (a power of two), and two more
WIDE, YOUNG = N_AXIS**3, N_AXIS**3 + 1

LINE = 64  # bytes that a processor reads from memory together


def whole_lines(fields: list[tuple[Any, ...]]) -> np.dtype:
    """An aligned record dtype whose rows are whole cache lines: what a row has at its head is read at once."""
    made = np.dtype(fields, align=True)
    names = made.names or ()
    return np.dtype(
        {
            "names": list(names),
            "formats": [made[name] for name in names],
            "offsets": [made.fields[name][1] for name in names],  # type: ignore[index]
            "itemsize": -(-made.itemsize // LINE) * LINE,
        },
        align=True,
    )


PLOT = np.dtype(
    [
        ("t_s", "f8"),  # time of the measurement, s (sensor)
        ("pos_ecef_m", "f8", (3,)),  # converted, debiased position (convert_plot)
        ("r_ecef_m2", "f8", (6,)),  # its covariance, upper triangle, m^2 (convert_plot)
        ("range_m", "f8"),  # measured slant range (sensor)
        ("az_rad", "f8"),  # measured azimuth from true north (sensor)
        ("el_rad", "f8"),  # measured elevation (sensor)
        ("range_sigma_m", "f8"),  # standard deviations of the three (sensor)
        ("az_sigma_rad", "f8"),
        ("el_sigma_rad", "f8"),
        ("snr_db", "f8"),  # estimated signal to noise (sensor)
        ("rcs_m2", "f8"),  # estimated radar cross section; 0: no estimate (sensor)
        ("radar", "i8"),  # index of the radar (sensor)
        ("track", "i8"),  # row of the track that took this plot, -1 none (process_scan)
        ("truth", "i8"),  # platform index, -1 false alarm; for scoring only, no decision reads it (sensor)
        ("kind", "i8"),  # TARGET, FALSE, STROBE (sensor)
        ("iff", "i8"),  # reply code, 0 none (sensor)
        ("event", "i8"),  # what became of it: IGNORED, STARTED, ... (process_scan)
    ],
    align=True,
)

TRACK = whole_lines(
    [
        # Read for every plot: kept together at the head of the row, what tells most of them apart first
        ("next", "i8"),  # next row in the list of the index, -1 none (index)
        ("reach_m", "f8"),  # no plot farther away, its own error aside, can be its until the index expires (index)
        ("pos_ecef_m", "f8", (3,)),  # combined estimate (imm)
        ("cell", "i8"),  # list of the index that the row is in, -1 none (index)
        ("status", "i8"),  # FREE, TENTATIVE, CONFIRMED, COASTED (lifecycle)
        ("n_updates", "i8"),  # plots taken (lifecycle)
        ("t_s", "f8"),  # time of the state (imm)
        ("vel_ecef_mps", "f8", (3,)),  # combined estimate (imm)
        ("traces", "f8", (3,)),  # traces of the blocks pos-pos, pos-vel, vel-vel of `cov` (imm)
        ("n_models", "i8"),  # 2, or 3 while the ballistic model takes part (imm)
        ("t_update_s", "f8"),  # time of the last plot (lifecycle)
        ("t_look_s", "f8"),  # last look, hit or missed (lifecycle)
        ("n_looks", "i8"),  # looks, hit or missed (lifecycle)
        ("n_missed", "i8"),  # consecutive missed looks (lifecycle)
        ("n_astray", "i8"),  # consecutive plots that the fused track refused (fusion)
        # The interacting multiple model
        ("mu", "f8", (N_MODELS_MAX,)),  # model probabilities (imm)
        ("x", "f8", (N_MODELS_MAX, 6)),  # state of each model (imm)
        ("p", "f8", (N_MODELS_MAX, N_COV)),  # covariance of each model (imm)
        ("cov", "f8", (N_COV,)),  # combined covariance (imm)
        ("nis", "f8"),  # last normalised innovation squared of the mixture, 3 degrees of freedom (imm)
        # Book-keeping
        ("prev", "i8"),  # previous row in that list, -1 none (index)
        ("id", "i8"),  # number in its set, -1 never used (lifecycle)
        ("history", "i8"),  # hit (1) and miss (0) bits, latest lowest (lifecycle)
        ("sources", "i8"),  # bit per radar (mod 63) that fed it since the last maintenance (fusion)
        ("sources_before", "i8"),  # the same, of the maintenance period before (fusion)
        ("merged_into", "i8"),  # row that took over when deleted as a duplicate, else -1 (lifecycle, fusion)
        ("radar", "i8"),  # radar of the last plot (lifecycle)
        ("snr_db", "f8"),  # of the last plot (lifecycle)
        ("rcs_m2", "f8"),  # running mean of the plots' estimates (lifecycle)
        ("first_plot_s", "f8"),  # time of the first plot (lifecycle)
        ("confirmed_s", "f8"),  # time of confirmation, nan before (lifecycle)
        ("system", "i8"),  # row of the fused track that this local track feeds, -1 none (fusion)
        ("system_id", "i8"),  # and its id, which tells a reused row (fusion)
        ("iff", "i8"),  # last reply code, 0 none (lifecycle)
        ("engaged", "i8"),  # free for the engine
        ("truth", "i8"),  # truth of the last plot; for scoring only, no decision reads it (lifecycle)
        # Free for the engine; reset when the row is given to a new track
        ("class_logodds", "f8", (10,)),
        ("iff_friend_n", "i8"),
        ("iff_civil_n", "i8"),
        ("iff_asked_n", "i8"),
        ("identity", "i8"),
        # The last plot taken in order of time: what retrodiction and registration need
        ("z_last_m", "f8", (3,)),  # its position (imm)
        ("r_last_m2", "f8", (6,)),  # its covariance (imm)
        ("t_paired_s", "f8"),  # time of the reference radar's last plot that it was compared with (engine)
    ]
)

TRACK_SET = np.dtype(
    [
        ("n_high", "i8"),  # rows at and above this are FREE and never looked at
        ("free_from", "i8"),  # no row below this and `n_high` is FREE
        ("next_id", "i8"),  # id of the next new track
        ("index_until_s", "f8"),  # plots after this time need the index renewed (index)
        ("n_wide", "i8"),  # rows in the list WIDE (index)
        (
            "bucket",
            "i8",
            (N_AXIS**3 + 2,),
        ),  # first row of each list, -1 empty; the last two: WIDE, YOUNG (index)
        ("next_due_s", "f8"),  # before this time no track of the set can have missed a look
        ("n_started", "i8"),  # counters since the start
        ("n_confirmed", "i8"),
        ("n_deleted", "i8"),
        ("n_merged", "i8"),  # of those deleted: duplicates
        ("n_no_room", "i8"),  # plots that should have started a track and found the table full
        ("n_maintained", "i8"),  # calls of maintain_fused
        ("n_late", "i8"),  # plots older than `late_max_s`, not used
        ("n_singular", "i8"),  # plots and updates refused: not finite, or a covariance not positive definite
    ],
    align=True,
)

TRACKER = np.dtype(
    [
        ("revisit_s", "f8"),  # time between looks at the same target
        (
            "look_margin",
            "f8",
        ),  # a look is missed when this fraction of a revisit has passed beyond the due time
        ("min_gap", "f8"),  # no second plot within this fraction of a revisit
        ("gate", "f8"),  # chi-square gate, 3 degrees of freedom
        ("gate_first", "f8"),  # the same for the second plot of a track (velocity still from the prior)
        ("gate_fused", "f8"),  # the same for a plot that comes with its local track
        ("gate_correlate", "f8"),  # track-to-track gate, 6 degrees of freedom
        ("cost_free", "f8"),  # U: a pair is worth joining when d2 + ln det S < U (see `tracker_params`)
        ("confirm_m", "i8"),  # confirmed with M hits in the last N looks
        ("confirm_n", "i8"),
        ("delete_missed", "i8"),  # a confirmed track is deleted after so many consecutive missed looks
        ("coast_s", "f8"),  # a fused track is deleted this long after its last plot
        ("late_max_s", "f8"),  # plots older than the track by more are not used
        ("pos_sigma_max_m", "f8"),  # a track whose predicted position is less certain is deleted
        ("speed_max_mps", "f8"),  # a faster track is deleted
        ("speed_sigma_mps", "f8"),  # prior standard deviation of each velocity component
        ("doubt_mps", "f8"),  # where a second plot asks for more speed, the first is kept for a better one
        ("q_cv_h", "f8"),  # white-noise acceleration density, horizontal and vertical, m^2/s^3
        ("q_cv_v", "f8"),
        ("q_man_h", "f8"),
        ("q_man_v", "f8"),
        ("q_bal", "f8"),
        ("tau_s", "f8", (N_MODELS_MAX,)),  # mean sojourn time in each model
        ("bal_speed_mps", "f8"),  # the ballistic model takes part above this speed ...
        ("bal_alt_m", "f8"),  # ... and altitude; it leaves below 0.7 of either
        ("bal_inv_beta_m2pkg", "f8"),  # drag: 1 / ballistic coefficient Cd A / m; 0 no drag
        ("retrodict", "i8"),  # 1: late plots are filtered at their own time; 0: carried forward
    ],
    align=True,
)


class Work(NamedTuple):
    """Scratch of the association; one per thread, sized for the largest call. Contents have no meaning
    between calls, except `dropped` and `n_dropped`, which the last call leaves for its caller."""

    cost: np.ndarray  # f8 (plots, tracks): cost of each pair, inf where forbidden
    block: np.ndarray  # f8 (plots, tracks): the cluster being solved
    fwork: np.ndarray  # f8 (plots + 2 tracks,): duals and distances of `assign`
    iwork: np.ndarray  # i8 (plots + 4 tracks,): links of `assign`
    plot_n: np.ndarray  # i8 (plots,): candidate tracks of each plot
    choice: np.ndarray  # i8 (plots,): the track chosen, -1 none
    track_n: np.ndarray  # i8 (tracks,): candidate plots of each track
    rows: np.ndarray  # i8 (plots,): plots of the cluster
    cols: np.ndarray  # i8 (tracks,): tracks of the cluster
    pick: np.ndarray  # i8 (plots,): solution of the cluster
    dropped: np.ndarray  # i8 (tracks,): rows deleted in the last call
    n_dropped: np.ndarray  # i8 (1,): how many of them


def make_work(max_plots: int, max_tracks: int) -> Work:
    """Scratch for calls of at most `max_plots` plots on track sets of at most `max_tracks` rows."""
    n, m = int(max_plots), int(max_tracks)
    if n < 1 or m < 1:
        raise ValueError(f"make_work: need at least one plot and one track, got {max_plots} and {max_tracks}")
    return Work(
        cost=np.zeros((n, m)),
        block=np.zeros((n, m)),
        fwork=np.zeros(n + 2 * m),
        iwork=np.zeros(n + 4 * m, np.int64),
        plot_n=np.zeros(n, np.int64),
        choice=np.zeros(n, np.int64),
        track_n=np.zeros(m, np.int64),
        rows=np.zeros(n, np.int64),
        cols=np.zeros(m, np.int64),
        pick=np.zeros(n, np.int64),
        dropped=np.zeros(m, np.int64),
        n_dropped=np.zeros(1, np.int64),
    )


def make_tracks(n: int) -> np.recarray:
    """A table of `n` free tracks."""
    tracks = np.zeros(n, TRACK).view(np.recarray)
    tracks.id = -1
    tracks.cell = -1
    tracks.system = -1
    tracks.system_id = -1
    tracks.merged_into = -1
    tracks.truth = -1
    return tracks


def make_track_sets(n: int = 1) -> np.recarray:
    """`n` empty track sets (one per radar, one for the command post)."""
    sets = np.zeros(n, TRACK_SET).view(np.recarray)
    sets.next_due_s = np.inf
    sets.index_until_s = np.inf
    sets.bucket = -1
    return sets


def make_plots(n: int) -> np.recarray:
    """A table of `n` blank plots."""
    plots = np.zeros(n, PLOT).view(np.recarray)
    plots.track = -1
    plots.truth = -1
    return plots
