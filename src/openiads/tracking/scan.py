"""One radar's tracker: a batch of plots into its track set, and looks at single tracks.

Order in a batch: (1) plots to tracks with two or more plots, by global nearest neighbour; (2) what is left to
tracks of one plot; (3) what is left begins tracks; (4) tracks that were looked at and not seen.

A rotating radar hands over a few plots per sector. Whether a track has been passed by the beam is not asked
of
the antenna: each track expects its next look one revisit after the last, and the look counts as missed when
`look_margin` of a revisit more has passed. So a target that lies on the border of two sectors is not missed
twice.

Source: Blackman, Popoli, *Design and Analysis of Modern Tracking Systems*, Artech House 1999, chapter 6
(gating, assignment, track initiation and deletion).
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.tracking.associate import AMBIGUOUS, NO_PAIR, best_track, pair_plots, solve_cluster
from openiads.tracking.gate import gate_d2, track_distance
from openiads.tracking.lifecycle import (
    branch,
    delete,
    miss,
    predicted_var_m2,
    shrink,
    start_track,
    take_plot,
)
from openiads.tracking.schema import (
    CONFIRMED,
    FREE,
    IGNORED,
    LOOK_DELETED,
    LOOK_HIT,
    LOOK_MISS,
    NO_ROOM,
    NOW_CONFIRMED,
    REFUSED,
    STARTED,
    STROBE,
    TOO_LATE,
    UPDATED,
)

_SIGMAS = 10.0  # of both tracks together: what is farther apart, and could not have come, is no duplicate
_MORE = 2.0 * (1.0 + 1e-9)


@kernel
def process_scan(tracks, tset, par, plots, n_plots, t_s, work):
    """Track a batch of plots that ends at time t_s; returns the number of tracks deleted.

    tracks: recarray slice (TRACK) of one radar, tset: its TRACK_SET row, par: its TRACKER row.
    plots[:n_plots]: PLOT rows with converted positions, from less than one revisit, at most one per target.
    Writes plots.track and plots.event, the tracks, the set's counters, and work.dropped[:work.n_dropped[0]]
    (rows deleted; they stay readable until the next call). t_s must not be earlier than the plots.
    """
    work.n_dropped[0] = 0
    for i in range(n_plots):
        plot = plots[i]
        plot.track = -1
        plot.event = IGNORED
        if plot.kind != STROBE and not _is_sound(plot):
            plot.event = REFUSED
            tset.n_singular += 1
    if n_plots == 1:
        _process_one(tracks, tset, par, plots[0], work.cols, work.fwork, work.dropped, work.n_dropped)
    elif n_plots > 1:
        _process_batch(tracks, tset, par, plots, n_plots, work)
    if t_s >= tset.next_due_s:
        sweep_missed(tracks, tset, par, t_s, work)
    return work.n_dropped[0]


@kernel
def _is_sound(plot):
    """Finite position on or near the Earth, and variances above zero."""
    z = plot.pos_ecef_m
    r = plot.r_ecef_m2
    far = math.fabs(z[0]) + math.fabs(z[1]) + math.fabs(z[2])
    return far < 1e9 and r[0] > 0.0 and r[3] > 0.0 and r[5] > 0.0 and r[0] + r[3] + r[5] < 1e18


@kernel
def _process_one(tracks, tset, par, plot, cols, costs, dropped, n_dropped):
    """A plot that comes alone: nothing to assign."""
    if plot.kind == STROBE or plot.event == REFUSED:
        return
    j = best_track(tracks, tset, par, plot, False, cols, costs)
    if j < 0 and plot.event != TOO_LATE:
        j = best_track(tracks, tset, par, plot, True, cols, costs)
    if j >= 0:
        _update(tracks, tset, par, plot, j, dropped, n_dropped)
    elif plot.event != TOO_LATE:
        _start(tracks, tset, par, plot)


@kernel
def _process_batch(tracks, tset, par, plots, n_plots, work):
    """Several plots: established tracks first, then tracks of one plot, then new tracks."""
    left = n_plots
    for stage in range(2):
        if left == 0:
            break
        first = stage == 1
        found = pair_plots(
            tracks, tset, par, plots, n_plots, first,
            work.cost, work.plot_n, work.choice, work.track_n, work.cols, work.fwork,
        )  # fmt: skip
        if found == AMBIGUOUS:
            for i in range(n_plots):
                if work.plot_n[i] > 0:
                    solve_cluster(tset.n_high, n_plots, i, work, first)
        if found != NO_PAIR:
            for i in range(n_plots):
                if work.choice[i] >= 0:
                    left -= 1
                    _update(tracks, tset, par, plots[i], work.choice[i], work.dropped, work.n_dropped)
    if left > 0:
        for i in range(n_plots):
            plot = plots[i]
            if plot.track < 0 and plot.kind != STROBE and plot.event == IGNORED:
                _start(tracks, tset, par, plot)


@kernel
def _start(tracks, tset, par, plot):
    """Begin a track with a plot."""
    j = start_track(tracks, tset, par, plot)
    plot.track = j
    plot.event = STARTED if j >= 0 else NO_ROOM
    tset.next_due_s = min(tset.next_due_s, plot.t_s + par.revisit_s * (1.0 + par.look_margin))


@kernel
def _update(tracks, tset, par, plot, j, dropped, n_dropped):
    """Give a plot to track j."""
    if tracks[j].n_updates == 1 and _is_doubtful(tracks[j], par, plot):
        k = branch(tracks, tset, par, j)
        j = k if k >= 0 else j
    used, now, bad = take_plot(tracks, tset, par, j, plot)
    if used:
        plot.track = j
        plot.event = NOW_CONFIRMED if now else UPDATED
        if bad:
            _drop(tracks, tset, j, dropped, n_dropped)


@kernel
def _is_doubtful(row, par, plot):
    """Does a second plot ask for more than `doubt_mps`? Then it may well be another target."""
    z, pos = plot.pos_ecef_m, row.pos_ecef_m
    dx, dy, dz = z[0] - pos[0], z[1] - pos[1], z[2] - pos[2]
    reach = par.doubt_mps * (plot.t_s - row.t_s)
    return dx * dx + dy * dy + dz * dz > reach * reach


@kernel
def _drop(tracks, tset, j, dropped, n_dropped):
    delete(tracks, tset, j)
    dropped[n_dropped[0]] = j
    n_dropped[0] += 1


@kernel
def sweep_missed(tracks, tset, par, t_s, work):
    """Book a missed look for every track that is overdue, delete what has missed too many, renew
    `next_due_s`.

    At most one miss per call: after a silence of the radar the tracks are not all dropped at once.
    """
    wait = par.revisit_s * (1.0 + par.look_margin)
    next_due = math.inf
    for j in range(tset.n_high):
        row = tracks[j]
        if row.status == FREE:
            continue
        if t_s >= row.t_look_s + wait:
            look = max(row.t_look_s + par.revisit_s, t_s - par.revisit_s)
            if miss(row, par, look):
                _drop(tracks, tset, j, work.dropped, work.n_dropped)
                continue
            if row.n_missed >= 2:
                k = duplicate_of(tracks, tset, par, j, t_s)
                if k >= 0:
                    row.merged_into = k
                    tset.n_merged += 1
                    _drop(tracks, tset, j, work.dropped, work.n_dropped)
                    continue
        next_due = min(next_due, row.t_look_s + wait)
    tset.next_due_s = next_due
    shrink(tracks, tset)


@kernel
def duplicate_of(tracks, tset, par, j, t_s):
    """The track that starves track j of plots, or -1.

    Two tracks of one target: one takes the plots and the other misses. Two targets close together: both are
    seen. So j (which has missed its last looks) is a duplicate of k only if k is being updated and their
    positions and velocities agree.
    """
    a = tracks[j]
    var_a = predicted_var_m2(a, par, t_s)
    best = -1
    best_d = math.inf
    for k in range(tset.n_high):
        b = tracks[k]
        if k == j or b.status < CONFIRMED or b.n_missed > 0:
            continue
        dx = a.pos_ecef_m[0] - b.pos_ecef_m[0]
        dy = a.pos_ecef_m[1] - b.pos_ecef_m[1]
        dz = a.pos_ecef_m[2] - b.pos_ecef_m[2]
        d2 = dx * dx + dy * dy + dz * dz
        run = par.speed_max_mps * math.fabs(a.t_s - b.t_s)
        var_b = predicted_var_m2(b, par, t_s)
        if d2 > _MORE * (2.0 * _SIGMAS * _SIGMAS * (var_a + var_b) + run * run):
            continue  # (x + y)^2 <= 2 (x^2 + y^2), twice: nearly all, without a root
        reach = _SIGMAS * (math.sqrt(var_a) + math.sqrt(var_b)) + run
        if d2 > reach * reach:
            continue
        dp, dv, _det = track_distance(a, b, par, b.t_s, par.gate)
        if dp <= par.gate and dv <= par.gate and dp + dv < best_d:
            best = k
            best_d = dp + dv
    return best


@kernel
def process_look(tracks, tset, par, j, plot, has_plot, t_s):
    """One look of a sector radar at its track j: with a plot (has_plot) or without. Returns LOOK_HIT, ....

    A plot outside the gate counts as none. plot.track and plot.event are written.
    """
    row = tracks[j]
    if has_plot:
        plot.track = -1
        plot.event = IGNORED
        z = plot.pos_ecef_m
        r = plot.r_ecef_m2
        gate = par.gate_first if row.n_updates < 2 else par.gate
        if plot.t_s < row.t_s - par.late_max_s:
            plot.event = TOO_LATE
            tset.n_late += 1
        else:
            d2, _det = gate_d2(row, par, plot.t_s, z[0], z[1], z[2], r[0], r[1], r[2], r[3], r[4], r[5])
            if d2 <= gate:
                used, now, bad = take_plot(tracks, tset, par, j, plot)
                if used:
                    plot.track = j
                    plot.event = NOW_CONFIRMED if now else UPDATED
                    if bad:
                        delete(tracks, tset, j)
                        shrink(tracks, tset)
                        return LOOK_DELETED
                    return LOOK_HIT
    if miss(row, par, t_s):
        delete(tracks, tset, j)
        shrink(tracks, tset)
        return LOOK_DELETED
    return LOOK_MISS
