"""Command: who obeys whom. A battery or radar whose command post is lost or cannot be reached goes by that post's rule:

    hold (as it is), stand alone on its own radar's tracks, or obey a successor; and it may come back.

A battery that stands alone has a row of its own in `command_post`, with its own picture and rules of engagement. Engagements
whose target the battery's own radar holds go on under the new command; the others end.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.engine.systems import shoot
from openiads.engine.systems.fly import IN_FLIGHT
from openiads.engine.systems.network import reached, route
from openiads.engine.systems.observe import new_picture
from openiads.tracking.fusion import correlate, source_bit
from openiads.tracking.lifecycle import copy_track
from openiads.tracking.schema import CONFIRMED
from openiads.world import schema


@kernel
def command(w):
    """Ways, losses of command posts, and who takes over (reads site_state; writes battery_state, report, channel, track)."""
    sim = w.sim[0]
    if sim.commands == 0:
        return
    if w.link.shape[0] > 0:
        route(w)
    for r in range(w.radar.shape[0]):
        if w.radar[r].battery < 0:
            _radar(w, r, sim.t_s)
    for b in range(w.battery.shape[0]):
        if w.site_state[w.radar[w.battery[b].radar].site].alive == 1:
            _battery(w, b, sim.t_s)


@kernel
def _radar(w, r, t_s):
    """A search radar: it may report to a successor, and come back."""
    s = w.report[r]
    node = w.radar[r].node
    home = w.radar[r].command_post
    if s.post != home and w.command_post[home].rejoin == 1 and reached(w, home, node):
        _report_to(w, r, home)
        s.cut = 0
        events.emit(w, t_s, events.REPORTS_TO, r, home, -1, -1, math.nan, math.nan, math.nan, math.nan)
        return
    if reached(w, s.post, node):
        s.cut = 0
        return
    if s.cut == 0:
        s.cut = 1
        s.t_cut_s = t_s
    rule = w.command_post[s.post]
    if rule.loss_mode != schema.LOSS_SUCCESSOR or t_s < s.t_cut_s + rule.loss_after_s:
        return
    c = rule.successor
    if reached(w, c, node):
        _report_to(w, r, c)
        s.cut = 0
        events.emit(w, t_s, events.REPORTS_TO, r, c, -1, -1, math.nan, math.nan, math.nan, math.nan)


@kernel
def _battery(w, b, t_s):
    par = w.battery[b]
    s = w.battery_state[b]
    home = par.command_post
    if s.post != home and w.command_post[home].rejoin == 1 and reached(w, home, par.node):
        s.cut = 0
        _take(w, b, home, events.COMMAND_BACK, t_s)
        return
    if reached(w, s.post, par.node):
        if s.cut == 1:
            s.cut = 0
            events.emit(
                w,
                t_s,
                events.COMMAND_BACK,
                b,
                s.post,
                -1,
                -1,
                math.nan,
                math.nan,
                math.nan,
                float(_busy(w, b)),
            )
        return
    if s.cut == 0:
        s.cut = 1
        s.t_cut_s = t_s
        events.emit(w, t_s, events.COMMAND_LOST, b, s.post, -1, -1, math.nan, math.nan, math.nan, math.nan)
    rule = w.command_post[s.post]
    if rule.loss_mode == schema.LOSS_HOLD or t_s < s.t_cut_s + rule.loss_after_s:
        return
    c = par.own_post if rule.loss_mode == schema.LOSS_AUTONOMOUS else rule.successor
    if c >= 0 and reached(w, c, par.node):
        s.cut = 0
        _take(w, b, c, events.COMMAND_TAKEN, t_s)


@kernel
def _busy(w, b):
    bat = w.battery[b]
    n = 0
    for q in range(bat.first_channel, bat.first_channel + bat.n_channel):
        if w.channel[q].phase != schema.CHANNEL_FREE:
            n += 1
    return n


@kernel
def _report_to(w, r, c):
    """Radar r reports to post c from now on: its tracks are new there."""
    w.report[r].post = c
    tracks = w.track[w.radar[r].first_track : w.radar[r].first_track + w.radar[r].n_track]
    for j in range(w.track_set[r].n_high):
        tracks[j].system = -1
        tracks[j].system_id = -1


@kernel
def _take(w, b, c, code, t_s):
    """Battery b and its radar obey post c from now on."""
    bat = w.battery[b]
    _report_to(w, bat.radar, c)
    w.report[bat.radar].cut = 0
    w.battery_state[b].post = c
    kept = 0
    for q in range(bat.first_channel, bat.first_channel + bat.n_channel):
        ch = w.channel[q]
        if ch.phase in (schema.CHANNEL_FREE, schema.CHANNEL_GUN):
            continue
        if _hand_over(w, b, q, c, t_s):
            kept += 1
        elif ch.flying <= 0:
            shoot.close(w, b, q, shoot.UNIT_LOST)
        else:
            shoot.stop_firing(w, ch)
    events.emit(w, t_s, code, b, c, -1, -1, math.nan, math.nan, math.nan, float(kept))


@kernel
def _hand_over(w, b, q, c, t_s):
    """Carry the engagement of channel q on with post c, if the battery's own radar holds the target."""
    ch = w.channel[q]
    r = w.battery[b].radar
    first = w.radar[r].first_track
    tracks = w.track[first : first + w.radar[r].n_track]
    j = ch.local_track
    if j < 0 or tracks[j].id != ch.local_id or tracks[j].status < CONFIRMED:
        return False
    k = _adopt(w, c, r, tracks, j, t_s)
    if k < 0:
        return False
    out = ch.planned + ch.flying
    old = w.track[ch.track]
    if old.id == ch.track_id:
        old.engaged = shoot.others_at(w, q)
        if w.picture[ch.track].track_id == ch.track_id:
            w.picture[ch.track].rounds_out -= out
    for i in range(w.sim[0].n_rounds):
        if w.round[i].channel == q and w.round[i].fate == IN_FLIGHT and w.round[i].track_id == ch.track_id:
            w.round[i].track = k
            w.round[i].track_id = w.track[k].id
            w.missile[i].track = k
    events.emit(
        w, t_s, events.HANDED_OVER, w.track[k].truth, b, w.track[k].id, -1, math.nan, math.nan, math.nan,
        float(ch.track_id),
    )  # fmt: skip
    ch.track = k
    ch.track_id = w.track[k].id
    w.track[k].engaged = 1
    w.picture[k].rounds_out += out
    w.picture[k].rounds_in_all += ch.fired
    return True


@kernel
def _adopt(w, c, r, tracks, j, t_s):
    """Row of `track` of the fused track that local track j feeds at post c; begun if need be, -1 where there is no room."""
    row_of = w.radar.shape[0] + c
    first = w.command_post[c].first_track
    fused = w.track[first : first + w.command_post[c].n_track]
    fset = w.track_set[row_of]
    local = tracks[j]
    k = correlate(fused, fset, w.tracker[row_of], tracks, j, local)
    if k < 0:
        k = copy_track(fused, fset, local, CONFIRMED)
        if k < 0:
            return -1
        fused[k].sources = source_bit(r)
        plot = w.plot[0]  # the buffer is free between two looks
        plot.t_s = t_s
        plot.truth = local.truth
        plot.range_m = math.nan
        plot.el_rad = 0.0
        new_picture(w, c, k, fused[k], plot, t_s)
    local.system = k
    local.system_id = fused[k].id
    local.n_astray = 0
    return first + k
