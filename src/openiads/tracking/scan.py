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
from openiads.tracking.assign import assign
from openiads.tracking.gate import coarse_near, gate_d2, track_distance
from openiads.tracking.lifecycle import delete, miss, predicted_sigma_m, shrink, start_track, take_plot
from openiads.tracking.schema import (
    CONFIRMED,
    FREE,
    IGNORED,
    LOOK_DELETED,
    LOOK_HIT,
    LOOK_MISS,
    NO_ROOM,
    NOW_CONFIRMED,
    STARTED,
    STROBE,
    TOO_LATE,
    UPDATED,
)


@kernel
def process_scan(tracks, tset, par, plots, n_plots, t_s, work):
    """Track a batch of plots that ends at time t_s; returns the number of tracks deleted.

    tracks: recarray slice (TRACK) of one radar, tset: its TRACK_SET row, par: its TRACKER row.
    plots[:n_plots]: PLOT rows with converted positions, from less than one revisit, at most one per target.
    Writes plots.track and plots.event, the tracks, the set's counters, and work.dropped[:work.n_dropped[0]]
    (rows deleted; they stay readable until the next call). t_s must not be earlier than the plots.
    """
    work.n_dropped[0] = 0
    if n_plots > 0:
        for i in range(n_plots):
            plot = plots[i]
            plot.track = -1
            plot.event = IGNORED
        for stage in range(2):
            if pair_plots(tracks, tset, par, plots, n_plots, work, stage == 1):
                update_chosen(tracks, tset, par, plots, n_plots, work)
        due = par.revisit_s * (1.0 + par.look_margin)
        for i in range(n_plots):
            plot = plots[i]
            if plot.track < 0 and plot.kind != STROBE and plot.event == IGNORED:
                j = start_track(tracks, tset, par, plot)
                plot.track = j
                plot.event = STARTED if j >= 0 else NO_ROOM
                tset.next_due_s = min(tset.next_due_s, plot.t_s + due)
    if t_s >= tset.next_due_s:
        sweep_missed(tracks, tset, par, t_s, work)
    return work.n_dropped[0]


@kernel
def pair_plots(tracks, tset, par, plots, n_plots, work, first):
    """Gate and assign; `first` selects tracks of one plot (True) or of more (False).

    Writes the chosen track of each plot, or -1, to work.choice. Returns whether there was any pair.
    (Updating is kept apart: the compiler need not carry the filter through every caller.)
    """
    n_high = tset.n_high
    cost = work.cost
    gate = par.gate_first if first else par.gate
    dead_time = par.min_gap * par.revisit_s
    for j in range(n_high):
        work.track_n[j] = 0
    any_pair = False
    for i in range(n_plots):
        work.plot_n[i] = 0
        work.choice[i] = -1
        plot = plots[i]
        if plot.track >= 0 or plot.kind == STROBE or plot.event == TOO_LATE:
            continue
        z = plot.pos_ecef_m
        r = plot.r_ecef_m2
        tr_r = r[0] + r[3] + r[5]
        t = plot.t_s
        for j in range(n_high):
            cost[i, j] = math.inf
            row = tracks[j]
            if row.status == FREE or (row.n_updates < 2) != first:
                continue
            if not coarse_near(row, par, t, z[0], z[1], z[2], tr_r, gate):
                continue
            if t < row.t_s - par.late_max_s:
                plot.event = TOO_LATE
                continue
            if math.fabs(t - row.t_update_s) < dead_time:
                continue
            d2, det = gate_d2(row, par, t, z[0], z[1], z[2], r[0], r[1], r[2], r[3], r[4], r[5])
            if d2 > gate:
                continue
            c = d2 + math.log(det) - par.cost_free
            if c >= 0.0 and not first:
                continue
            cost[i, j] = c
            if work.plot_n[i] == 0:
                work.choice[i] = j
            work.plot_n[i] += 1
            work.track_n[j] += 1
            any_pair = True
        if plot.event == TOO_LATE and work.plot_n[i] == 0:
            tset.n_late += 1
        elif work.plot_n[i] > 0:
            plot.event = IGNORED
    if any_pair:
        # A plot with one candidate that no other plot wants: no choice to make
        for i in range(n_plots):
            if work.plot_n[i] == 1 and work.track_n[work.choice[i]] == 1:
                work.plot_n[i] = 0
        for i in range(n_plots):
            if work.plot_n[i] > 0:
                solve_cluster(n_high, n_plots, i, work, first)
    return any_pair


@kernel
def solve_cluster(n_high, n_plots, seed, work, first):
    """Collect the plots and tracks that hang together with plot `seed`, and assign them."""
    cost = work.cost
    rows = work.rows
    cols = work.cols
    rows[0] = seed
    work.plot_n[seed] = 0
    n_r = 1
    n_c = 0
    k = 0
    while k < n_r:
        i = rows[k]
        k += 1
        for j in range(n_high):
            if cost[i, j] < math.inf and work.track_n[j] > 0:
                work.track_n[j] = 0
                cols[n_c] = j
                n_c += 1
                for i2 in range(n_plots):
                    if work.plot_n[i2] > 0 and cost[i2, j] < math.inf:
                        work.plot_n[i2] = 0
                        rows[n_r] = i2
                        n_r += 1
    block = work.block
    for a in range(n_r):
        for b in range(n_c):
            block[a, b] = cost[rows[a], cols[b]]
    # Costs are below zero where joining pays; for second plots every pair in the gate is better than none
    assign(block, n_r, n_c, math.inf if first else 0.0, work.pick, work.fwork, work.iwork)
    for a in range(n_r):
        work.choice[rows[a]] = cols[work.pick[a]] if work.pick[a] >= 0 else -1


@kernel
def update_chosen(tracks, tset, par, plots, n_plots, work):
    """Give each plot to the track of work.choice."""
    for i in range(n_plots):
        j = work.choice[i]
        if j < 0:
            continue
        plot = plots[i]
        row = tracks[j]
        used, now, bad = take_plot(row, tset, par, plot)
        if used:
            plot.track = j
            plot.event = NOW_CONFIRMED if now else UPDATED
            if bad:
                _drop(row, tset, j, work)


@kernel
def _drop(row, tset, j, work):
    delete(row, tset)
    work.dropped[work.n_dropped[0]] = j
    work.n_dropped[0] += 1


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
                _drop(row, tset, j, work)
                continue
            if row.n_missed >= 2:
                k = duplicate_of(tracks, tset, par, j, t_s)
                if k >= 0:
                    row.merged_into = k
                    tset.n_merged += 1
                    _drop(row, tset, j, work)
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
    best = -1
    best_d = math.inf
    for k in range(tset.n_high):
        b = tracks[k]
        if k == j or b.status < CONFIRMED or b.n_missed > 0:
            continue
        dx = a.pos_ecef_m[0] - b.pos_ecef_m[0]
        dy = a.pos_ecef_m[1] - b.pos_ecef_m[1]
        dz = a.pos_ecef_m[2] - b.pos_ecef_m[2]
        reach = 10.0 * (predicted_sigma_m(a, par, t_s) + predicted_sigma_m(b, par, t_s))
        reach += par.speed_max_mps * math.fabs(a.t_s - b.t_s)
        if dx * dx + dy * dy + dz * dz > reach * reach:
            continue
        dp, dv, _det = track_distance(a, b, par, b.t_s)
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
                used, now, bad = take_plot(row, tset, par, plot)
                if used:
                    plot.track = j
                    plot.event = NOW_CONFIRMED if now else UPDATED
                    if bad:
                        delete(row, tset)
                        shrink(tracks, tset)
                        return LOOK_DELETED
                    return LOOK_HIT
    if miss(row, par, t_s):
        delete(row, tset)
        shrink(tracks, tset)
        return LOOK_DELETED
    return LOOK_MISS
