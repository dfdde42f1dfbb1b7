"""The command post's tracks: plots that arrive with the number of the local track that took them.

A local track, once confirmed, is correlated with the fused tracks by statistical distance; from then on the
link (local.system, local.system_id) sends its plots straight to the fused track, which runs the same filter
on them.
A fused track is thus fed with plots, not with local estimates: their errors are independent, and no
correlation between local tracks has to be undone.

Sources: Bar-Shalom, "On the track-to-track correlation problem", IEEE Trans. AC 26(2), 1981 (test of common
origin); Blackman, Popoli, *Design and Analysis of Modern Tracking Systems*, Artech House 1999 (fusing plots
against fusing tracks).
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.tracking.gate import gate_d2, track_distance
from openiads.tracking.lifecycle import (
    beyond,
    copy_track,
    delete,
    predicted_sigma_m,
    predicted_var_m2,
    shrink,
    take_plot,
)
from openiads.tracking.schema import COASTED, CONFIRMED, FREE

MERGE_TURNS = 8  # an old track is compared with all others every so many calls
_SIGMAS = 6.0  # of both tracks together: what is farther apart is not compared
ASTRAY_MAX = 2  # consecutive plots outside the gate that break the link


@kernel
def source_bit(radar):
    """Bit of a radar in `sources`. Radars 63 apart share one: fewer duplicates are merged then."""
    return 1 << (radar % 63)


@kernel
def linked_row(fused, local):
    """Row of the fused track that a local track feeds; -1 if none, gone, or its row is used anew."""
    k = local.system
    if k < 0 or k >= fused.shape[0]:
        return -1
    row = fused[k]
    if row.status == FREE or row.id != local.system_id:
        return -1
    return k


@kernel
def fuse_plot(fused, fset, par, locals_, j, plot):
    """Send a plot, just taken by local track j of table `locals_`, to the fused set. Returns the fused row or
    -1.

    par: TRACKER row of the command post. -1 means that the plot was not used: the local track is still
    tentative, the plot is too old (`late_max_s`) or outside `gate_fused`, or the fused table is full. A new
    fused track begins as a copy of the local track (which already holds this plot). Writes the link in the
    local row.
    """
    return fuse_message(fused, fset, par, locals_, j, locals_[j], plot)


@kernel
def fuse_message(fused, fset, par, locals_, j, seen, plot):
    """As `fuse_plot`, for a plot that was under way: `seen` is local track j as it was when it took the plot."""
    local = locals_[j]
    if seen.status < CONFIRMED:
        return -1
    k = linked_row(fused, local)
    if k >= 0:
        row = fused[k]
        if plot.t_s < row.t_s - par.late_max_s:
            fset.n_late += 1
            return -1
        z = plot.pos_ecef_m
        r = plot.r_ecef_m2
        d2, _det = gate_d2(row, par, plot.t_s, z[0], z[1], z[2], r[0], r[1], r[2], r[3], r[4], r[5])
        if d2 > par.gate_fused:
            local.n_astray += 1
            if local.n_astray >= ASTRAY_MAX:
                local.system = -1
                local.system_id = -1
            return -1
        local.n_astray = 0
        return _feed(fused, fset, par, k, plot)
    k = correlate(fused, fset, par, locals_, j, seen)
    if k >= 0:
        _link(local, fused[k], k)
        row = fused[k]
        if plot.t_s < row.t_s - par.late_max_s:
            fset.n_late += 1
            return -1
        return _feed(fused, fset, par, k, plot)
    k = copy_track(fused, fset, seen, CONFIRMED)
    if k >= 0:
        _link(local, fused[k], k)
        fused[k].sources = source_bit(plot.radar)
    return k


@kernel
def _link(local, row, k):
    local.system = k
    local.system_id = row.id
    local.n_astray = 0


@kernel
def _feed(fused, fset, par, k, plot):
    row = fused[k]
    used, _now, bad = take_plot(fused, fset, par, k, plot)
    if not used:
        return -1
    if bad:
        delete(fused, fset, k)
        shrink(fused, fset)
        return -1
    row.sources |= source_bit(plot.radar)
    return k


@kernel
def correlate(fused, fset, par, locals_, j, local):
    """Nearest fused track (likelihood of the difference) inside `gate_correlate`, or -1. `local`: state of track j.

    A fused track that another live track of the same radar feeds is out: one radar has at most one track per
    target, and what it resolves must stay two.
    """
    best = -1
    best_c = math.inf
    pl = local.pos_ecef_m
    for k in range(fset.n_high):
        row = fused[k]
        if row.status == FREE:
            continue
        t = max(row.t_s, local.t_s)
        dt = local.t_s - row.t_s
        pf = row.pos_ecef_m
        vf = row.vel_ecef_mps
        dx = pl[0] - pf[0] - dt * vf[0]
        dy = pl[1] - pf[1] - dt * vf[1]
        dz = pl[2] - pf[2] - dt * vf[2]
        d2 = dx * dx + dy * dy + dz * dz
        if beyond(d2, _SIGMAS, predicted_var_m2(row, par, t), predicted_var_m2(local, par, t)):
            continue
        dp, dv, det = track_distance(row, local, par, t, par.gate_correlate)
        if dp + dv > par.gate_correlate:
            continue
        c = dp + dv + math.log(det)
        if c < best_c and not _held(row, k, locals_, j):
            best = k
            best_c = c
    return best


@kernel
def _held(row, k, locals_, j):
    """Does another live track of this radar feed fused track k?"""
    for i in range(locals_.shape[0]):
        other = locals_[i]
        if i != j and other.status != FREE and other.system == k and other.system_id == row.id:
            return True
    return False


@kernel
def maintain_fused(fused, fset, par, t_s, work):
    """Every few seconds: coast, delete and merge fused tracks; returns how many went
    (work.dropped[:work.n_dropped[0]]).

    A track is coasted when its last plot is older than 1.5 revisits and deleted at `coast_s` or
    `pos_sigma_max_m`. Two tracks whose positions and velocities agree are merged (the one with fewer plots
    goes, `merged_into` says where) unless one radar has fed both in this period or the last: it sees two
    targets. Young tracks are compared each time, others take turns. Local tracks of the loser find their link
    stale and are correlated anew with their next plot.
    """
    work.n_dropped[0] = 0
    for k in range(fset.n_high):
        row = fused[k]
        if row.status == FREE:
            continue
        age = t_s - row.t_update_s
        if age > par.coast_s or predicted_sigma_m(row, par, t_s) > par.pos_sigma_max_m:
            _retire(fused, fset, k, work)
        elif age > 1.5 * par.revisit_s:
            row.status = COASTED
    fset.n_maintained += 1
    n = _predict_all(fused, fset, par, t_s, work.cols, work.at)
    for i in range(n):
        row = fused[work.cols[i]]
        young = t_s - row.first_plot_s < 3.0 * par.revisit_s
        if row.status != FREE and (young or (row.id + fset.n_maintained) % MERGE_TURNS == 0):
            _merge_with_others(fused, fset, par, i, n, work)
    for k in range(fset.n_high):
        row = fused[k]
        row.sources_before = row.sources
        row.sources = 0
    shrink(fused, fset)
    return work.n_dropped[0]


@kernel
def _predict_all(fused, fset, par, t_s, rows, at):
    """Where all live rows are at t_s: their numbers into rows[:n], positions and variances into at[:n]; returns n."""
    n = 0
    for k in range(fset.n_high):
        row = fused[k]
        if row.status == FREE:
            continue
        p, v = row.pos_ecef_m, row.vel_ecef_mps
        dt = t_s - row.t_s
        rows[n] = k
        for e in range(3):
            at[n, e] = p[e] + dt * v[e]
        at[n, 3] = predicted_var_m2(row, par, t_s)
        n += 1
    return n


@kernel
def _merge_with_others(fused, fset, par, i, n, work):
    """Merge the i-th of the n live fused tracks (`_predict_all`) with those that are the same target."""
    rows, at = work.cols, work.at
    a = rows[i]
    ra = fused[a]
    fed_a = ra.sources | ra.sources_before
    far2 = _SIGMAS * _SIGMAS * par.pos_sigma_max_m * par.pos_sigma_max_m
    for j in range(n):
        dx, dy, dz = at[j, 0] - at[i, 0], at[j, 1] - at[i, 1], at[j, 2] - at[i, 2]
        d2 = dx * dx + dy * dy + dz * dz
        if d2 > far2 or j == i or beyond(d2, _SIGMAS, at[i, 3], at[j, 3]):
            continue
        b = rows[j]
        rb = fused[b]
        if rb.status == FREE or (fed_a & (rb.sources | rb.sources_before)) != 0:
            continue
        dp, dv, _det = track_distance(ra, rb, par, max(ra.t_s, rb.t_s), par.gate_correlate)
        if dp + dv > par.gate_correlate:
            continue
        fset.n_merged += 1
        if rb.n_updates > ra.n_updates:
            ra.merged_into = b
            rb.sources |= ra.sources
            _retire(fused, fset, a, work)
            return
        rb.merged_into = a
        ra.sources |= rb.sources
        _retire(fused, fset, b, work)


@kernel
def _retire(fused, fset, k, work):
    delete(fused, fset, k)
    work.dropped[work.n_dropped[0]] = k
    work.n_dropped[0] += 1
