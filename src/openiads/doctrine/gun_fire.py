"""Who a gun fires at: the nearest threat that may be engaged, and that its battery's radar can track."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.doctrine import identify
from openiads.engine.systems.emission import usable
from openiads.engine.systems.gun import release_gun
from openiads.tracking.schema import CONFIRMED
from openiads.world import schema

_AHEAD_S = 15.0  # a target is taken when it can be in reach within so long: the radar needs some looks before
_TAKEN_M = 1e6  # others come first than what another gun already fires at


@kernel
def assign_guns(w, c, t_s):
    """Targets of the guns of command post c (reads track, picture; writes gun_state, channel)."""
    for g in range(w.gun.shape[0]):
        par = w.gun[g]
        s = w.gun_state[g]
        b = par.battery
        if w.battery_state[b].post != c:
            continue
        if s.track_id >= 0 and not _keeps(w, c, g):
            release_gun(w, g)
        works = w.site_state[par.site].alive == 1 and s.rounds > 0
        if not works or w.battery_state[b].cut == 1 or not usable(w, w.battery[b].radar):
            if s.track_id >= 0:
                release_gun(w, g)
            continue
        if s.track_id < 0:
            _choose(w, c, g, t_s)


@kernel
def _keeps(w, c, g):
    """Is its target still one, and is it still tracked for it?"""
    s = w.gun_state[g]
    ch = w.channel[s.channel]
    trk = w.track[s.track]
    first = w.command_post[c].first_track
    if s.track < first or s.track >= first + w.command_post[c].n_track:
        return False  # of a command that it obeyed before
    if trk.status < CONFIRMED or trk.id != s.track_id or ch.track_id != s.track_id:
        return False
    return ch.phase != schema.CHANNEL_FREE and _may(w, c, g, s.track) < math.inf


@kernel
def _may(w, c, g, k):
    """Slant range (m) of track k from gun g if it may be fired at and can be in reach soon, else inf."""
    trk = w.track[k]
    pic = w.picture[k]
    if pic.threat <= 0.0 or pic.asset < 0 or pic.passive == 1:
        return math.inf  # what is known from strobes alone has no distance to lay by
    own = pic.arm_priority == 1 or w.site[pic.asset].kind != schema.SITE_ASSET
    if not identify.may_engage(pic.identity, w.roe[c], own):
        return math.inf
    par = w.gun[g]
    site = w.site[par.site]
    p, v = trk.pos_ecef_m, trk.vel_ecef_mps
    dx, dy, dz = p[0] - site.x_m, p[1] - site.y_m, p[2] - site.z_m
    dist = math.sqrt(dx * dx + dy * dy + dz * dz)
    closing = max(-(dx * v[0] + dy * v[1] + dz * v[2]) / max(dist, 1.0), 0.0)
    if dist - closing * _AHEAD_S > par.range_max_m:
        return math.inf
    return dist


@kernel
def _choose(w, c, g, t_s):
    """Give gun g the nearest target, and a channel of its battery that tracks it: one that does already, or a free one."""
    best = -1
    least = math.inf
    first = w.command_post[c].first_track
    for k in range(first, first + w.track_set[w.radar.shape[0] + c].n_high):
        if w.track[k].status < CONFIRMED:
            continue
        cost = _may(w, c, g, k)
        for other in range(w.gun.shape[0]):
            if w.gun_state[other].track_id == w.track[k].id:
                cost += _TAKEN_M
        if cost < least:
            least = cost
            best = k
    if best < 0:
        return
    bat = w.battery[w.gun[g].battery]
    found = -1
    for q in range(bat.first_channel, bat.first_channel + bat.n_channel):
        ch = w.channel[q]
        if ch.phase != schema.CHANNEL_FREE and ch.track_id == w.track[best].id:
            found = q
            break
        if ch.phase == schema.CHANNEL_FREE and found < 0:
            found = q
    if found < 0:
        return
    ch = w.channel[found]
    if ch.phase == schema.CHANNEL_FREE:
        ch.phase = schema.CHANNEL_GUN
        ch.track = best
        ch.track_id = w.track[best].id
        ch.planned = 0
        ch.fired = 0
        ch.flying = 0
        ch.t_look_s = t_s
        ch.t_plot_s = -1e9
        ch.local_track = -1
        ch.local_id = -1
    s = w.gun_state[g]
    s.channel = found
    s.track = best
    s.track_id = w.track[best].id
