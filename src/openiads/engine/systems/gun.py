"""Gun: bursts at what doctrine has chosen, laid by the track of the battery's engagement radar.

A burst is aimed where that track will be when its middle arrives. What it meets there is the truth: the distance from the point
aimed at, across the line of fire, is the error of the track and of its prediction; a laying error comes on top.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng
from openiads.engine.systems import move
from openiads.engine.systems.nearest import nearest
from openiads.engine.systems.north import to_true
from openiads.physics.gunnery import burst_kill_probability, hit_probability, time_of_flight_s
from openiads.tracking.imm import predicted_state
from openiads.tracking.schema import FREE
from openiads.world import schema

# events.GUN_FIRE
OPENS, MISSED, KILLED, NOTHING, SPENT = range(5)
FRESH_S = 2.0  # a track of the radar that is older lays no gun
_HOSTILE = 3  # events.IDENTITY
_TURNS = 8
_ON_TIME_S = 1e-3
_LONGEST_S = 60.0  # no shell flies longer
_MEETS_M = 150.0  # what is farther from the point aimed at is not what was shot at


@kernel
def fire_guns(w):
    """Bursts that arrive in this step, then new ones (reads track, channel; writes gun_state, burst, platform_state)."""
    sim = w.sim[0]
    for g in range(w.gun.shape[0]):
        for k in range(w.burst.shape[1]):
            if w.burst[g, k].n > 0 and w.burst[g, k].t_hit_s < sim.t_s + sim.dt_s:
                _arrive(w, g, k)
        s = w.gun_state[g]
        unit = w.battery_state[w.gun[g].battery]
        if s.track_id >= 0 and (unit.cut == 1 or w.site_state[w.command_post[unit.post].site].alive == 0):
            release_gun(w, g)  # nobody to command it
        if s.track_id >= 0 and sim.t_s >= s.t_next_s and w.site_state[w.gun[g].site].alive == 1:
            _fire(w, g, sim.t_s)


@kernel
def release_gun(w, g):
    """No target any more; a channel that tracked for guns only is free when no other gun uses it."""
    s = w.gun_state[g]
    c = s.channel
    s.channel = -1
    s.track_id = -1
    if c < 0 or w.channel[c].phase != schema.CHANNEL_GUN:
        return
    for k in range(w.gun.shape[0]):
        if w.gun_state[k].channel == c:
            return
    ch = w.channel[c]
    ch.phase = schema.CHANNEL_FREE
    ch.track = 0
    ch.track_id = -1
    ch.local_track = -1


@kernel
def _fire(w, g, t_s):
    """One burst, if the radar holds the target and the meeting point is in reach."""
    par = w.gun[g]
    s = w.gun_state[g]
    ch = w.channel[s.channel]
    r = w.battery[par.battery].radar
    if (
        ch.track_id != s.track_id
        or t_s - ch.t_plot_s > FRESH_S
        or ch.local_track < 0
        or w.radar_state[r].emitting == 0
    ):
        return
    trk = w.track[w.radar[r].first_track + ch.local_track]
    if trk.status == FREE or trk.id != ch.local_id:
        return
    site = w.site[par.site]
    wait_s = 0.5 * par.burst_s
    tau = 0.0
    late_s = 0.0
    flight_s = 0.0
    x, y, z, range_m = 0.0, 0.0, 0.0, 0.0
    dx, dy, dz = 0.0, 0.0, 0.0
    for _ in range(_TURNS):  # Newton's method for "shell and target are there at the same time"
        x, y, z, vx, vy, vz = predicted_state(trk, w.tracker[r], t_s + wait_s + flight_s)
        x, y, z = to_true(w, r, x, y, z)  # gun and radar share their unit's north
        dx, dy, dz = x - site.x_m, y - site.y_m, z - site.z_m
        range_m = math.sqrt(dx * dx + dy * dy + dz * dz)
        tau = flight_s
        late_s = time_of_flight_s(range_m, par.muzzle_mps, par.drag_pm) - tau
        opening = (dx * vx + dy * vy + dz * vz) / max(range_m, 1.0)
        slower = math.exp(min(par.drag_pm * range_m, 50.0)) * opening / par.muzzle_mps
        flight_s = min(max(tau + late_s / max(1.0 - slower, 0.1), 0.0), _LONGEST_S)
    if not math.fabs(late_s) <= _ON_TIME_S:
        return
    height_m = dx * site.ux + dy * site.uy + dz * site.uz
    if not par.range_min_m <= range_m <= par.range_max_m or height_m > par.height_max_m:
        return
    n = min(max(int(par.rate_hz * par.burst_s + 0.5), 1), s.rounds)
    if n <= 0:
        return
    for k in range(w.burst.shape[1]):
        row = w.burst[g, k]
        if row.n == 0:
            row.n = n
            row.number = s.bursts
            row.track_id = s.track_id
            row.t_hit_s = t_s + wait_s + tau
            row.x_m, row.y_m, row.z_m = x, y, z
            row.range_m = range_m
            s.bursts += 1
            s.rounds -= n
            s.t_next_s = t_s + par.burst_s + par.pause_s
            tell(w, g, t_s, trk.truth, s.track_id, OPENS, range_m, float(n))
            _wrong(w, trk.truth, s.track, s.track_id, t_s, range_m)
            if s.rounds == 0:
                tell(w, g, t_s, -1, s.track_id, SPENT, math.nan, 0.0)
            return


@kernel
def _wrong(w, p, track, track_id, t_s, range_m):
    """Report a burst at what is not hostile, as a missile's launch is."""
    if p < 0 or w.platform[p].identity == _HOSTILE:
        return
    events.emit(
        w, t_s, events.WRONG_SHOT, -1, p, track_id, w.platform[p].identity, range_m, w.platform_state[p].alt_m, math.nan,
        w.picture[track].p_hostile,
    )  # fmt: skip


@kernel
def tell(w, g, t_s, platform, track_id, what, range_m, value):
    """One event of a gun."""
    alt = w.platform_state[platform].alt_m if platform >= 0 else math.nan
    events.emit(
        w, t_s, events.GUN_FIRE, platform, w.gun[g].site, track_id, what, range_m, alt, math.nan, value
    )


@kernel
def _arrive(w, g, k):
    """A burst is where it was aimed at: who is there, and is he hit?"""
    row = w.burst[g, k]
    n = row.n
    row.n = 0
    t_s = row.t_hit_s
    p = nearest(w, t_s, row.x_m, row.y_m, row.z_m, _MEETS_M, True)
    if p < 0:
        tell(w, g, t_s, -1, row.track_id, NOTHING, row.range_m, 0.0)
        return
    par = w.gun[g]
    sim = w.sim[0]
    z = rng.normal4(sim.seed, sim.replication, rng.STREAM_GUN_LAYING, g, row.number, 0)
    miss = _offset_m(w, g, row, p, z[0] * par.laying_rad * row.range_m, z[1] * par.laying_rad * row.range_m)
    hit = hit_probability(w.platform[p].area_m2, par.dispersion_rad * row.range_m, miss)
    p_kill = burst_kill_probability(min(hit * par.kill_given_hit * w.platform[p].vulnerability, 1.0), n)
    u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_GUN_KILL, g, row.number, p)
    killed = u[0] < p_kill
    tell(w, g, t_s, p, row.track_id, KILLED if killed else MISSED, row.range_m, p_kill)
    if killed:
        move.end(w, p, move.KILLED, t_s, -1, -1)


@kernel
def _offset_m(w, g, row, p, side_m, up_m):
    """Distance across the line of fire between platform p and the middle of the burst, which is laid off by (side, up)."""
    site = w.site[w.gun[g].site]
    s = w.platform_state[p]
    r = max(row.range_m, 1.0)
    ax, ay, az = (row.x_m - site.x_m) / r, (row.y_m - site.y_m) / r, (row.z_m - site.z_m) / r
    bx, by, bz = ay * site.uz - az * site.uy, az * site.ux - ax * site.uz, ax * site.uy - ay * site.ux
    b = math.sqrt(bx * bx + by * by + bz * bz)
    if b < 1e-6:  # straight up: any two directions will do
        bx, by, bz, b = site.ex, site.ey, site.ez, 1.0
    bx, by, bz = bx / b, by / b, bz / b
    cx, cy, cz = by * az - bz * ay, bz * ax - bx * az, bx * ay - by * ax
    dx, dy, dz = s.x_m - row.x_m, s.y_m - row.y_m, s.z_m - row.z_m
    side = dx * bx + dy * by + dz * bz - side_m
    up = dx * cx + dy * cy + dz * cz - up_m
    return math.sqrt(side * side + up * up)
