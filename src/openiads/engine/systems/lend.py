"""Lend: a passive track that is held stands in the command post's picture as a fused track, and gives way to plots.

The passive track keeps its own filter. Its estimate is lent to a row of the fused tracks, so that identification, threat
and fire see it like any other; `picture.passive` says that it is known from strobes alone. As soon as a radar's plots feed
that row, the row is theirs; when they end, the strobes take it up again.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, status
from openiads.engine.systems.observe import new_picture
from openiads.tracking.bearing import lend
from openiads.tracking.gate import track_distance
from openiads.tracking.lifecycle import copy_track, delete
from openiads.tracking.schema import CONFIRMED, FREE
from openiads.world.schema_passive import MAX_PASSIVE

_PLOTS_S = 10.0  # plots are better than strobes for so long
_SOURCE = 1 << 62  # in track.sources: not merged with each other, but with what radars track


@kernel
def hand_over(w, c, k, t_s):
    """Keep the picture of held passive track k up to date (writes track, picture)."""
    s = w.passive[k]
    own = w.passive_track[k]
    post = w.command_post[c]
    first = post.first_track
    fused = w.track[first : first + post.n_track]
    fset = w.track_set[w.radar.shape[0] + c]
    a = s.system
    if a >= 0 and (fused[a].status == FREE or fused[a].id != s.system_id):
        a = -1
    if a < 0:
        a = _held_by_radar(w, c, k, fused, fset)
        if a < 0:
            a = _new_row(w, c, k, fused, fset, t_s)
            if a < 0:
                return
        s.system, s.system_id = a, fused[a].id
        w.picture[first + a].emitter = 1
        dist = _distance(w, c, own)
        sigma = math.sqrt(max(own.traces[0], 0.0))
        events.emit(
            w,
            own.t_update_s,
            events.PASSIVE_TRACK,
            s.truth,
            c,
            s.system_id,
            -1,
            dist,
            math.nan,
            math.nan,
            sigma,
        )
    row = fused[a]
    pic = w.picture[first + a]
    if row.t_update_s != s.t_written_s:
        pic.passive = 0
        if t_s - row.t_update_s <= _PLOTS_S:
            return
    if own.t_update_s > row.t_update_s:
        lend(row, own)
        row.sources |= _SOURCE
        s.t_written_s = row.t_update_s
        pic.passive = 1


@kernel
def _held_by_radar(w, c, k, fused, fset):
    """The row of a fused track from plots that is the same target; -1 none."""
    own = w.passive_track[k]
    par = w.tracker[w.radar.shape[0] + c]
    best, best_d = -1, par.gate_correlate
    for b in range(fset.n_high):
        row = fused[b]
        if row.status < CONFIRMED or w.picture[w.command_post[c].first_track + b].passive == 1:
            continue
        dp, dv, _ = track_distance(row, own, par, max(row.t_s, own.t_s), par.gate_correlate)
        if dp + dv < best_d:
            best, best_d = b, dp + dv
    return best


@kernel
def _new_row(w, c, k, fused, fset, t_s):
    own = w.passive_track[k]
    a = copy_track(fused, fset, own, CONFIRMED)
    if a < 0:
        w.sim[0].status |= status.TRACK_OVERFLOW
        return -1
    row = fused[a]
    row.sources = _SOURCE
    plot = w.plot[0]  # free at this point of the step
    plot.t_s = t_s
    plot.range_m = _distance(w, c, own)
    plot.el_rad = 1.0  # no pop-up: nobody has seen where it came from
    plot.truth = own.truth
    new_picture(w, c, a, row, plot, own.t_update_s)
    w.picture[w.command_post[c].first_track + a].passive = 1
    w.passive[k].t_written_s = row.t_update_s
    return a


@kernel
def _distance(w, c, own):
    g = w.site[w.command_post[c].site]
    x = own.pos_ecef_m
    dx, dy, dz = x[0] - g.x_m, x[1] - g.y_m, x[2] - g.z_m
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@kernel
def give_up(w, c, k, t_s):
    """Free passive track k; the row that it has lent to goes with it, unless plots feed that."""
    s = w.passive[k]
    s.status = 0
    w.passive_track[k].status = FREE
    mask = ~(1 << (k - c * MAX_PASSIVE))
    for r in range(w.strobe.shape[0]):
        for j in range(w.strobe.shape[1]):
            if w.strobe[r, j].post == c:
                w.strobe[r, j].taken &= mask
    if s.system < 0:
        return
    post = w.command_post[c]
    fused = w.track[post.first_track : post.first_track + post.n_track]
    row = fused[s.system]
    if row.status != FREE and row.id == s.system_id and w.picture[post.first_track + s.system].passive == 1:
        delete(fused, w.track_set[w.radar.shape[0] + c], s.system)
        events.emit(
            w, t_s, events.TRACK_DROPPED, row.truth, c, row.id, -1, math.nan, math.nan, math.nan, math.nan
        )
    s.system = -1
