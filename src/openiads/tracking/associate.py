"""Plots to tracks: gating and global nearest neighbour.

Source: Blackman, Popoli, *Design and Analysis of Modern Tracking Systems*, Artech House 1999, chapter 6. The
cost of a pair is d^2 + ln det S - U (see `params.free_cost`): below zero where joining is likelier than
"missed, and new".

A second plot of a track is given by d^2 alone. What is known of a new track is a distribution of its velocity,
the same for all; the time between the two plots only turns it into a distance. With ln det S a track that has
missed a look is dearer by 6 ln 2 than one that has not, and in a row of targets its neighbour takes its plot.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.tracking.assign import assign
from openiads.tracking.gate import coarse_near, gate_d2
from openiads.tracking.index import collect_near, rebuild
from openiads.tracking.schema import FREE, IGNORED, STROBE, TOO_LATE

NO_PAIR, CLEAR, AMBIGUOUS = 0, 1, 2


@kernel
def candidates(tracks, tset, par, plot, first, cols, costs):
    """Tracks in whose gate the plot lies, into cols[:n] with their costs; returns n.

    first: tracks of one plot (True) or of more (False). A plot that is too old for the tracks that would have
    it, and that no other would have, is marked TOO_LATE and counted.
    """
    t = plot.t_s
    if t > tset.index_until_s:
        rebuild(tracks, tset, par, t)
    gate = par.gate_first if first else par.gate
    dead_time = par.min_gap * par.revisit_s
    z = plot.pos_ecef_m
    r = plot.r_ecef_m2
    tr_r = r[0] + r[3] + r[5]
    reach_m = math.sqrt(max(gate * tr_r, 0.0))
    n_near = collect_near(tracks, tset, z[0], z[1], z[2], reach_m, first, cols)
    late = False
    n = 0
    for k in range(n_near):
        j = cols[k]
        row = tracks[j]
        if row.status == FREE or (row.n_updates < 2) != first:
            continue
        if not coarse_near(row, par, t, z[0], z[1], z[2], tr_r, gate):
            continue
        if t < row.t_s - par.late_max_s:
            late = True
            continue
        if math.fabs(t - row.t_update_s) < dead_time:
            continue
        d2, det = gate_d2(row, par, t, z[0], z[1], z[2], r[0], r[1], r[2], r[3], r[4], r[5])
        if d2 > gate:
            continue
        c = d2 if first else d2 + math.log(det) - par.cost_free
        if c < 0.0 or first:
            cols[n] = j
            costs[n] = c
            n += 1
    if late and n == 0:
        plot.event = TOO_LATE
        tset.n_late += 1
    return n


@kernel
def best_track(tracks, tset, par, plot, first, cols, costs):
    """The cheapest track for a plot that comes alone, or -1."""
    n = candidates(tracks, tset, par, plot, first, cols, costs)
    best = -1
    best_c = math.inf
    for k in range(n):
        if costs[k] < best_c or (costs[k] == best_c and cols[k] < best):
            best_c = costs[k]
            best = cols[k]
    return best


@kernel
def pair_plots(tracks, tset, par, plots, n_plots, first, cost, plot_n, choice, track_n, cols, costs):
    """Gate a batch. Returns NO_PAIR; CLEAR: `choice` holds the track of each plot, or -1; or AMBIGUOUS:
    clusters remain to be solved (plots with plot_n > 0)."""
    n_high = tset.n_high
    for j in range(n_high):
        track_n[j] = 0
    result = NO_PAIR
    for i in range(n_plots):
        plot_n[i] = 0
        choice[i] = -1
        plot = plots[i]
        if plot.track >= 0 or plot.kind == STROBE or plot.event != IGNORED:
            continue
        n = candidates(tracks, tset, par, plot, first, cols, costs)
        if n > 0:
            result = CLEAR
            plot_n[i] = n
            choice[i] = cols[0]
            for j in range(n_high):
                cost[i, j] = math.inf
            for k in range(n):
                cost[i, cols[k]] = costs[k]
                track_n[cols[k]] += 1
    if result == NO_PAIR:
        return NO_PAIR
    for i in range(n_plots):
        if plot_n[i] == 1 and track_n[choice[i]] == 1:
            plot_n[i] = 0  # one candidate that no other plot wants: no choice to make
        elif plot_n[i] > 0:
            result = AMBIGUOUS
    return result


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
