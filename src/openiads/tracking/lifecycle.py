"""Birth, hit, miss and death of one track."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.tracking.imm import combine, imm_update, remember
from openiads.tracking.index import place, replace_after_update, unlink
from openiads.tracking.schema import COASTED, CONFIRMED, FREE, TENTATIVE

HISTORY_MASK = (1 << 30) - 1
_TWICE = 2.0 * (1.0 + 1e-9)


@kernel
def free_row(tracks, tset):
    """Lowest FREE row, counting it as used (`n_high`); -1 when the table is full."""
    for j in range(tset.free_from, tset.n_high):
        if tracks[j].status == FREE:
            tset.free_from = j + 1
            return j
    if tset.n_high < tracks.shape[0]:
        tset.n_high += 1
        tset.free_from = tset.n_high
        return tset.n_high - 1
    return -1


@kernel
def _blank(row, tset):
    """Book-keeping of a new track."""
    row.id = tset.next_id
    tset.next_id += 1
    tset.n_started += 1
    row.n_updates = 0
    row.n_looks = 0
    row.n_missed = 0
    row.n_astray = 0
    row.history = 0
    row.sources = 0
    row.sources_before = 0
    row.merged_into = -1
    row.rcs_m2 = 0.0
    row.snr_db = 0.0
    row.confirmed_s = math.nan
    row.system = -1
    row.system_id = -1
    row.iff = 0
    row.engaged = 0
    row.truth = -1
    odds = row.class_logodds
    for k in range(10):
        odds[k] = 0.0
    row.iff_friend_n = 0
    row.iff_civil_n = 0
    row.iff_asked_n = 0
    row.identity = 0
    row.t_paired_s = -1e9


@kernel
def start_track(tracks, tset, par, plot):
    """Begin a tentative track from one plot: its position, and a velocity of 0 +- `speed_sigma_mps` per
    component.

    Returns the row, or -1 when the table is full (counted in `n_no_room`).
    """
    j = free_row(tracks, tset)
    if j < 0:
        tset.n_no_room += 1
        return -1
    unlink(tracks, tset, j)
    row = tracks[j]
    _blank(row, tset)
    row.status = TENTATIVE
    row.n_models = 2
    row.t_s = plot.t_s
    row.first_plot_s = plot.t_s
    row.t_look_s = plot.t_s
    row.nis = 0.0
    z = plot.pos_ecef_m
    r = plot.r_ecef_m2
    remember(row, z[0], z[1], z[2], r[0], r[1], r[2], r[3], r[4], r[5])
    x = row.x
    p = row.p
    mu = row.mu
    v = par.speed_sigma_mps * par.speed_sigma_mps
    for m in range(2):
        for k in range(3):
            x[m, k] = z[k]
            x[m, k + 3] = 0.0
        for e in range(21):
            p[m, e] = 0.0
        p[m, 0] = r[0]
        p[m, 1] = r[1]
        p[m, 2] = r[2]
        p[m, 6] = r[3]
        p[m, 7] = r[4]
        p[m, 11] = r[5]
        p[m, 15] = v
        p[m, 18] = v
        p[m, 20] = v
    # the stationary probabilities of the switching
    tau = par.tau_s
    mu[0] = tau[0] / (tau[0] + tau[1])
    mu[1] = 1.0 - mu[0]
    mu[2] = 0.0
    combine(row)
    hit(row, tset, par, plot)
    place(tracks, tset, par, j, row.t_s + 1.5 * par.revisit_s)
    return j


@kernel
def branch(tracks, tset, par, j):
    """A second track from the one plot of track j, so that both this and a later plot can follow it; -1: no room."""
    k = free_row(tracks, tset)
    if k < 0:
        return -1
    unlink(tracks, tset, k)
    number = tset.next_id
    tset.next_id += 1
    tset.n_started += 1
    tracks[k] = tracks[j]
    row = tracks[k]
    row.id = number
    row.cell, row.next, row.prev = -1, -1, -1
    place(tracks, tset, par, k, row.t_s + 1.5 * par.revisit_s)
    return k


@kernel
def copy_track(tracks, tset, source, status):
    """Begin a track as a copy of the kinematic estimate of another TRACK row (hand-over, new fused track).

    `source` may lie in another table, not in `tracks`. Returns the row, or -1 when the table is full.
    """
    j = free_row(tracks, tset)
    if j < 0:
        tset.n_no_room += 1
        return -1
    unlink(tracks, tset, j)
    row = tracks[j]
    _blank(row, tset)
    row.status = status
    row.n_models = source.n_models
    row.t_s = source.t_s
    row.first_plot_s = source.t_s
    row.t_look_s = source.t_s
    row.t_update_s = source.t_s
    row.nis = source.nis
    row.radar = source.radar
    row.snr_db = source.snr_db
    row.rcs_m2 = source.rcs_m2
    row.iff = source.iff
    row.truth = source.truth
    row.n_updates = 2  # the velocity is known: not to be treated as a first plot
    row.n_looks = 1
    row.history = 1
    if status != TENTATIVE:
        row.confirmed_s = source.t_s
        tset.n_confirmed += 1
    z = source.z_last_m
    r = source.r_last_m2
    remember(row, z[0], z[1], z[2], r[0], r[1], r[2], r[3], r[4], r[5])
    x = row.x
    p = row.p
    mu = row.mu
    xs = source.x
    ps = source.p
    ms = source.mu
    for m in range(3):
        mu[m] = ms[m]
        for k in range(6):
            x[m, k] = xs[m, k]
        for e in range(21):
            p[m, e] = ps[m, e]
    combine(row)
    tset.index_until_s = -math.inf  # the next scan of this set, if there is one, has to look
    return j


@kernel
def hit(row, tset, par, plot):
    """Book a look that gave a plot. Returns True when this confirmed the track.

    Looks that must have passed without a plot since the last one, and that no sweep has booked, are booked as
    missed.
    """
    skipped = min(max((plot.t_s - row.t_look_s) / par.revisit_s - 0.5, 0.0), 30.0)
    for _ in range(int(skipped)):
        row.history = (row.history << 1) & HISTORY_MASK
        row.n_looks += 1
    row.history = ((row.history << 1) | 1) & HISTORY_MASK
    row.n_looks += 1
    row.n_updates += 1
    row.n_missed = 0
    row.t_look_s = max(plot.t_s, row.t_s)
    row.t_update_s = row.t_look_s
    row.radar = plot.radar
    row.snr_db = plot.snr_db
    row.truth = plot.truth
    if plot.iff != 0:
        row.iff = plot.iff
    if plot.rcs_m2 > 0.0:
        if row.rcs_m2 > 0.0:
            row.rcs_m2 += (plot.rcs_m2 - row.rcs_m2) / min(row.n_updates, 16)
        else:
            row.rcs_m2 = plot.rcs_m2
    if row.status == TENTATIVE:
        if hits_in(row.history, par.confirm_n) >= par.confirm_m:
            row.status = CONFIRMED
            row.confirmed_s = row.t_look_s
            tset.n_confirmed += 1
            return True
    elif row.status == COASTED:
        row.status = CONFIRMED
    return False


@kernel
def hits_in(history, n):
    """Number of hits among the last n looks."""
    c = 0
    for _ in range(n):
        c += history & 1
        history >>= 1
    return c


@kernel
def miss(row, par, t_look_s):
    """Book a look at t_look_s that gave no plot. Returns True when the track should be deleted."""
    row.history = (row.history << 1) & HISTORY_MASK
    row.n_looks += 1
    row.n_missed += 1
    row.t_look_s = t_look_s
    if row.status == TENTATIVE:
        looks = min(row.n_looks, par.confirm_n)
        return looks - hits_in(row.history, looks) > par.confirm_n - par.confirm_m
    row.status = COASTED
    return row.n_missed >= par.delete_missed or predicted_sigma_m(row, par, t_look_s) > par.pos_sigma_max_m


@kernel
def delete(tracks, tset, j):
    """Free row j. Its contents stay readable until the row is given to a new track."""
    tracks[j].status = FREE
    tset.free_from = min(tset.free_from, j)
    tset.n_deleted += 1


@kernel
def shrink(tracks, tset):
    """Lower `n_high` past free rows at the end."""
    while tset.n_high > 0 and tracks[tset.n_high - 1].status == FREE:
        tset.n_high -= 1


@kernel
def predicted_var_m2(row, par, t_s):
    """Trace of the predicted position covariance; noise weighted by model probability."""
    dt = max(t_s - row.t_s, 0.0)
    tr = row.traces
    mu = row.mu
    qb = 3.0 * mu[2] * par.q_bal
    q = mu[0] * (2.0 * par.q_cv_h + par.q_cv_v) + mu[1] * (2.0 * par.q_man_h + par.q_man_v) + qb
    return max(tr[0] + dt * (2.0 * tr[1] + dt * tr[2]) + q * dt * dt * dt / 3.0, 0.0)


@kernel
def predicted_sigma_m(row, par, t_s):
    """Root of that."""
    return math.sqrt(predicted_var_m2(row, par, t_s))


@kernel
def beyond(d2, sigmas, var_a, var_b):
    """Is a distance (its square, m^2) more than `sigmas` of one track and as many of the other together?"""
    sq = sigmas * sigmas
    if d2 > _TWICE * sq * (var_a + var_b):  # as (a + b)^2 <= 2 (a^2 + b^2): nearly all, without a root
        return True
    reach = sigmas * (math.sqrt(var_a) + math.sqrt(var_b))
    return d2 > reach * reach


@kernel
def take_plot(tracks, tset, par, j, plot):
    """Update track j with a plot. Returns (used, confirmed now, delete it): too fast a track has to go."""
    row = tracks[j]
    z = plot.pos_ecef_m
    r = plot.r_ecef_m2
    if not imm_update(row, par, plot.t_s, z[0], z[1], z[2], r[0], r[1], r[2], r[3], r[4], r[5]):
        tset.n_singular += 1
        return False, False, False
    now = hit(row, tset, par, plot)
    replace_after_update(tracks, tset, par, j)
    v = row.vel_ecef_mps
    s = par.speed_max_mps
    return True, now, v[0] * v[0] + v[1] * v[1] + v[2] * v[2] > s * s
