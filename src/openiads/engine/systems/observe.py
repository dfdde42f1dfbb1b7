"""Observe: every radar looks, tracks what it sees, and reports to its command post, which fuses.

Plots that a confirmed local track has taken go to the fused track with that track's number; a target that is engaged gets
dedicated looks from the fire unit's radar, cued by the fused track.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, status
from openiads.engine.systems import sense
from openiads.engine.systems.burn_through import allowed, gain_of, learned, load_s
from openiads.engine.systems.deceive import false_targets
from openiads.engine.systems.look import NOT_ASKED, REPLY_CIVIL, REPLY_FRIEND, detect, echo
from openiads.engine.systems.nearest import nearest
from openiads.engine.systems.network import arrival_s, next_mail, post_away
from openiads.engine.systems.north import to_true
from openiads.engine.systems.plot_log import log_plots
from openiads.engine.systems.pull_off import answered_by, beside, mislead
from openiads.engine.systems.register import register
from openiads.engine.systems.spikes import clutter_plots
from openiads.physics.antenna import GAUSS_EXPONENT
from openiads.physics.geodesy import ecef_to_enu
from openiads.tracking.fusion import fuse_message, maintain_fused
from openiads.tracking.imm import predicted_state
from openiads.tracking.scan import process_look, process_scan
from openiads.tracking.schema import FREE, NO_ROOM, NOW_CONFIRMED, STROBE
from openiads.world import schema

_MAINTAIN_EVERY_S = 5.0
_SEARCH_EVERY_S = 1.0  # plots of the search are handed over once a second, each with its own time
_LOOK_SIGMAS = 4.0
_LOOK_MARGIN_M = 1000.0


@kernel
def observe(w):
    """Search, track, fuse and maintain (reads platform; writes plot, track, track_set, picture, channel, look)."""
    sim = w.sim[0]
    beat = max(int(_SEARCH_EVERY_S / sim.dt_s + 0.5), 1)
    for r in range(w.radar.shape[0]):
        if (sim.step + r) % beat == 0:
            sense.strobes_over(w, r)
        if w.radar_state[r].emitting == 0 and w.track_set[r].n_high == 0:
            continue
        looks = w.radar[r].battery >= 0 and w.radar_state[r].emitting == 1 and _look_due(w, r, sim.t_s)
        # In turn, so that no step does all the work; and before dedicated looks, so that plots stay in order.
        if looks or (sim.step + r) % beat == 0:
            since_s = w.radar_state[r].t_search_s
            sense.search(w, r)
            if w.repeater.shape[0] > 0:
                false_targets(w, r, since_s, sim.t_s)
            clutter_plots(w, r, since_s, sim.t_s)
            sense.strobes(w, r)
            _track_search_plots(w, r, sim.t_s)
        if looks:
            _track_looks(w, r, sim.t_s)
    if w.link.shape[0] > 0:
        _deliver(w, sim.t_s)
    every = max(int(_MAINTAIN_EVERY_S / sim.dt_s + 0.5), 1)
    if sim.step % every == 0:
        for c in range(w.command_post.shape[0]):
            _maintain(w, c, sim.t_s)


@kernel
def _local_tracks(w, r):
    first = w.radar[r].first_track
    return w.track[first : first + w.radar[r].n_track]


@kernel
def _fused_tracks(w, c):
    first = w.command_post[c].first_track
    return w.track[first : first + w.command_post[c].n_track]


@kernel
def _track_search_plots(w, r, t_s):
    n = w.sim[0].n_plots
    tset = w.track_set[r]
    if n == 0 and t_s < tset.next_due_s:
        return
    tracks = _local_tracks(w, r)
    process_scan(tracks, tset, w.tracker[r], w.plot, n, t_s, w.work)
    if w.plot_log.shape[0] > 0:
        log_plots(w, r, n, 0)
    live = tracks[: tset.n_high]  # what is above is free: the fusion need not look at it
    for i in range(n):
        _report(w, r, live, i)


@kernel
def _report(w, r, tracks, i):
    """Announce a confirmation and send the plot on to the command post."""
    plot = w.plot[i]
    if plot.event == NO_ROOM:
        w.sim[0].status |= status.TRACK_OVERFLOW
    if plot.track < 0 or plot.kind == STROBE:
        return
    if plot.event == NOW_CONFIRMED:
        events.emit(
            w, plot.t_s, events.LOCAL_TRACK, plot.truth, r, tracks[plot.track].id, -1, plot.range_m, math.nan,
            math.nan, math.nan,
        )  # fmt: skip
    c = w.report[r].post
    if c < 0 or w.site_state[w.command_post[c].site].alive == 0:
        return
    if w.command_post[c].registration == 1:
        register(w, r, c, tracks, plot)
    if w.link.shape[0] > 0 and w.command_post[c].standby < 0:
        t_arrive_s = arrival_s(w, r, c, plot, tracks[plot.track].id)
        if t_arrive_s > w.sim[0].t_s:
            if t_arrive_s < math.inf:
                post_away(w, r, c, tracks, plot, t_arrive_s)
            return
        _fuse(w, c, tracks, tracks[plot.track], plot, t_arrive_s)
        return
    _fuse(w, c, tracks, tracks[plot.track], plot, plot.t_s)


@kernel
def _deliver(w, t_s):
    """Fuse the plots that have arrived at their command posts by now."""
    r = next_mail(w, t_s)
    while r >= 0:
        s = w.report[r]
        m = s.first
        s.first = (m + 1) % w.mail.shape[1]
        s.n -= 1
        c = w.mail[r, m].post
        tracks = _local_tracks(w, r)
        local = tracks[w.mail[r, m].local]
        # Not for one that has changed its post or died, nor of a track that the radar has dropped meanwhile.
        if (
            c == s.post
            and w.site_state[w.command_post[c].site].alive == 1
            and local.status != FREE
            and local.id == w.mail[r, m].local_id
        ):
            _fuse(
                w,
                c,
                tracks[: w.track_set[r].n_high],
                w.mail_track[r, m],
                w.mail_plot[r, m],
                w.mail[r, m].t_arrive_s,
            )
        r = next_mail(w, t_s)


@kernel
def _fuse(w, c, tracks, seen, plot, t_s):
    """`seen`: the local track as it was when it took the plot; t_s: when the plot is there."""
    row_of = w.radar.shape[0] + c
    fused = _fused_tracks(w, c)
    fset = w.track_set[row_of]
    before = fset.next_id
    no_room = fset.n_no_room
    linked = tracks[plot.track].system
    linked_id = tracks[plot.track].system_id
    was_live = linked >= 0 and fused[linked].status != FREE and fused[linked].id == linked_id
    k = fuse_message(fused, fset, w.tracker[row_of], tracks, plot.track, seen, plot)
    if k < 0:
        if fset.n_no_room > no_room:
            w.sim[0].status |= status.TRACK_OVERFLOW
        if was_live and fused[linked].status == FREE:
            _dropped(w, c, fused[linked], t_s)
        return
    trk = fused[k]
    if plot.iff != NOT_ASKED:
        trk.iff_asked_n += 1
        if plot.iff == REPLY_FRIEND:
            trk.iff_friend_n += 1
        elif plot.iff == REPLY_CIVIL:
            trk.iff_civil_n += 1
    if fset.next_id > before:
        new_picture(w, c, k, trk, plot, t_s)


@kernel
def new_picture(w, c, k, trk, plot, t_s):
    """A fused track begins: a clean slate in the command post's picture."""
    pic = w.picture[w.command_post[c].first_track + k]
    pic.track_id = trk.id
    pic.identity = 0
    pic.klass = -1
    pic.reported_klass = -1
    pic.p_class = 0.0
    pic.p_hostile = 0.0
    pic.n_scored = 0
    pic.threat = 0.0
    pic.asset = -1
    pic.time_to_go_s = math.inf
    pic.rounds_out = 0
    pic.rounds_in_all = 0
    pic.withheld = 0
    pic.t_scored_s = plot.t_s
    pic.t_verdict_s = -1.0
    pic.t_again_s = -1.0
    pic.t_withheld_s = -1e9
    pic.first_range_m = plot.range_m
    pic.first_el_rad = plot.el_rad
    pic.arm_radar = -1
    pic.arm_verdict = 0
    pic.arm_priority = 0
    pic.arm_llr = 0.0
    pic.t_arm_s = -1e9
    pic.t_arm_again_s = -1e9
    pic.passive = 0
    pic.emitter = 0
    events.emit(
        w,
        t_s,
        events.SYSTEM_TRACK,
        plot.truth,
        c,
        trk.id,
        -1,
        plot.range_m,
        math.nan,
        math.nan,
        math.nan,
    )


@kernel
def _maintain(w, c, t_s):
    row_of = w.radar.shape[0] + c
    fused = _fused_tracks(w, c)
    n = maintain_fused(fused, w.track_set[row_of], w.tracker[row_of], t_s, w.work)
    for i in range(n):
        _dropped(w, c, fused[w.work.dropped[i]], t_s)


@kernel
def _dropped(w, c, trk, t_s):
    events.emit(
        w, t_s, events.TRACK_DROPPED, trk.truth, c, trk.id, -1, math.nan, math.nan, math.nan, math.nan
    )


@kernel
def _look_due(w, r, t_s):
    """Is a dedicated look due at any target of this fire unit?"""
    bat = w.battery[w.radar[r].battery]
    for c in range(bat.first_channel, bat.first_channel + bat.n_channel):
        if w.channel[c].phase != schema.CHANNEL_FREE and t_s >= w.channel[c].t_look_s:
            return True
    return False


@kernel
def _track_looks(w, r, t_s):
    """Dedicated looks at the targets of this fire unit's channels, within its time budget (writes channel)."""
    par = w.radar[r]
    bat = w.battery[par.battery]
    busy = 0
    for c in range(bat.first_channel, bat.first_channel + bat.n_channel):
        if w.channel[c].phase != schema.CHANNEL_FREE:
            busy += 1
    # When the looks would take more than their share of the time, they come less often.
    period = max(par.track_period_s, busy * par.track_dwell_s / max(par.track_budget, 1e-6))
    longer = w.dwell.shape[0] > 0 and w.dwell[r].most > 1
    if longer:
        period = max(par.track_period_s, load_s(w, r, t_s) / max(par.track_budget, 1e-6))
    for c in range(bat.first_channel, bat.first_channel + bat.n_channel):
        ch = w.channel[c]
        if ch.phase != schema.CHANNEL_FREE and t_s >= ch.t_look_s:
            if longer and not allowed(w, r, t_s):
                continue
            ch.t_look_s = t_s + period
            _look_at(w, r, c, t_s)


@kernel
def _look_at(w, r, c, t_s):
    """One dedicated look at the target of channel c, where the fused track says that it is."""
    ch = w.channel[c]
    trk = w.track[ch.track]
    if trk.status == FREE or trk.id != ch.track_id:
        return
    post = w.report[r].post
    first = w.command_post[post].first_track
    if ch.track < first or ch.track >= first + w.command_post[post].n_track:
        return  # an engagement that a lost command post has left behind
    x, y, z, _, _, _ = predicted_state(trk, w.tracker[w.radar.shape[0] + post], t_s)
    x, y, z = to_true(w, r, x, y, z)
    w.radar_state[r].n_track_looks += 1
    w.sim[0].n_plots = 0
    w.sim[0].n_echoes = 0
    reach_m = _LOOK_SIGMAS * math.sqrt(max(trk.traces[0], 0.0)) + _LOOK_MARGIN_M
    p = nearest(w, t_s, x, y, z, reach_m, True)  # the range and angle gate of the look
    q = -1
    if w.pull_off.shape[0] > 0:
        q = answered_by(w, r, c, p, t_s, x, y, z, reach_m)
        if q >= 0 and w.pull_state[r, q].captured == 1:
            p = w.pull_off[q].platform
            x, y, z = beside(w, r, p, x, y, z)
    seen = p >= 0 and _dwell_at(w, r, c, p, t_s, x, y, z, q)
    if w.dwell.shape[0] > 0 and w.dwell[r].most > 1:
        learned(w, r, c, seen, t_s)
    tracks = _local_tracks(w, r)
    tset = w.track_set[r]
    j = ch.local_track
    if j >= 0 and (tracks[j].status == FREE or tracks[j].id != ch.local_id):
        j = -1
    if j >= 0:
        process_look(tracks, tset, w.tracker[r], j, w.plot[0], seen, t_s)
    elif seen:
        process_scan(tracks, tset, w.tracker[r], w.plot, 1, t_s, w.work)
    if seen and w.plot_log.shape[0] > 0:
        log_plots(w, r, 1, 1)
    if not seen or w.plot[0].track < 0:
        return
    j = w.plot[0].track
    local = tracks[j]
    # The look was cued by the fused track: what it finds belongs to it.
    local.system = ch.track - w.command_post[post].first_track
    local.system_id = ch.track_id
    ch.local_track = j
    ch.local_id = local.id
    ch.t_plot_s = t_s
    _report(w, r, tracks[: tset.n_high], 0)


@kernel
def _dwell_at(w, r, c, p, t_s, x, y, z, q):
    """Point the beam at (x, y, z) and look at platform p, which lies a little off its axis; q: pull-off that answers."""
    par = w.radar[r]
    g = w.site[par.site]
    s = w.platform_state[p]
    e, n, u = ecef_to_enu(
        s.x_m - par.x_m, s.y_m - par.y_m, s.z_m - par.z_m,
        g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz,
    )  # fmt: skip
    az = math.atan2(e, n)
    off = az - par.az0_rad
    if math.cos(off) < math.cos(par.sector_half_rad):
        return False
    dx, dy, dz = x - s.x_m, y - s.y_m, z - s.z_m
    sq = (dx * dx + dy * dy + dz * dz) / max(e * e + n * n + u * u, 1.0)
    loss = math.exp(-2.0 * GAUSS_EXPONENT * sq / (par.bw_az_rad * par.bw_el_rad))
    loss *= par.edge_gain
    if w.dwell.shape[0] > 0 and w.dwell[r].most > 1:
        loss *= gain_of(w, r, c)
    if not echo(w, r, p, t_s, e, n, u, az, loss):
        return False
    return (q < 0 or mislead(w, r, c, q, t_s)) and detect(w, r) > 0
