"""Shoot: carry out what was decided. Each channel of a fire unit goes through one engagement at a time:

    free → reacting → firing → guiding → assessing → free

and is given back whatever the end is: a kill, a miss, a dud, a lost track, a lost radar, no rounds.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng, status
from openiads.engine.systems import fly
from openiads.engine.systems.emission import usable
from openiads.engine.systems.home_on_jam import arm
from openiads.engine.systems.meet import meet
from openiads.engine.systems.move import evaluate
from openiads.engine.systems.network import delay_s
from openiads.physics import interceptor_schema as ims
from openiads.physics import lethality
from openiads.physics.interceptor import launch
from openiads.tracking.imm import predicted_state
from openiads.tracking.schema import FREE
from openiads.world import schema

_ACQUIRE_S = (
    15.0  # an engagement whose target the fire unit's radar cannot acquire is given up after this time
)
_FRESH_S = 4.0  # a plot by the engagement radar within this time counts as holding the target
_MEET_CAP_S = 420.0
_RETRY_S = 0.5
_BISECTIONS = 13  # of seven minutes: to within 0.1 s
_EARLY_S = 2.0  # a launch this much before its time is still on time
LAUNCHED, WAIT, NO_MEETING = 0, 1, 2
_NEW_LOOK_S = 0.5  # a track updated so long after the burst has survived it

# events.ENGAGEMENT_CLOSE
(
    ASSESSED_KILL,
    TRACK_LOST,
    PASSED,
    UNIT_LOST,
    NO_ROUNDS,
    OUT_OF_ENVELOPE,
    IDENTITY_CHANGED,
    NOT_KILLED,
    NOT_ACQUIRED,
) = range(1, 10)


@kernel
def shoot(w):
    """Run every channel and the planned surface strikes (reads track; writes channel, magazine_state, round, missile)."""
    for b in range(w.battery.shape[0]):
        par = w.battery[b]
        for c in range(par.first_channel, par.first_channel + par.n_channel):
            if w.channel[c].phase != schema.CHANNEL_FREE and w.channel[c].phase != schema.CHANNEL_GUN:
                _run_channel(w, b, c)
    for k in range(w.strike.shape[0]):
        _run_strike(w, k)
    if w.sim[0].step % 4 == 0:
        _reload(w)


@kernel
def _run_channel(w, b, c):
    t_s = w.sim[0].t_s
    ch = w.channel[c]
    radar = w.battery[b].radar
    trk = w.track[ch.track]
    s = w.battery_state[b]
    post = w.command_post[s.post]
    if not usable(w, radar) or w.site_state[post.site].alive == 0 or s.cut == 1:
        stop_firing(w, ch)
        if ch.flying <= 0:
            close(w, b, c, UNIT_LOST)
        return
    if (trk.status == FREE or trk.id != ch.track_id) and ch.phase != schema.CHANNEL_ASSESSING:
        stop_firing(w, ch)
        if ch.flying <= 0:
            close(w, b, c, TRACK_LOST if ch.fired == 0 else ASSESSED_KILL)
        return
    if ch.phase == schema.CHANNEL_REACTING:
        _react(w, b, c, t_s)
    if ch.phase == schema.CHANNEL_FIRING and t_s >= ch.t_ready_s:
        _fire(w, b, c, t_s)
    if ch.phase == schema.CHANNEL_GUIDING and ch.flying <= 0:
        ch.phase = schema.CHANNEL_ASSESSING
        # What its radar sees after the burst must have got to the command post.
        ch.t_ready_s = t_s + (post.assessment_delay_s + delay_s(w, s.post, w.battery[b].node))
    if ch.phase == schema.CHANNEL_ASSESSING and t_s >= ch.t_ready_s:
        _assess(w, b, c)


@kernel
def _react(w, b, c, t_s):
    """Wait out the reaction time; fire only once the fire unit's own radar holds the target, or where it need not."""
    ch = w.channel[c]
    if t_s < ch.t_ready_s:
        return
    if t_s - ch.t_plot_s <= _FRESH_S or ch.remote == 1:
        ch.phase = schema.CHANNEL_FIRING
    elif t_s > ch.t_ready_s + _ACQUIRE_S:
        close(w, b, c, NOT_ACQUIRED)


@kernel
def _fire(w, b, c, t_s):
    """Launch the planned rounds as launchers and missile channels allow."""
    ch = w.channel[c]
    while ch.planned > 0 and w.battery_state[b].n_flying < w.battery[b].missile_channels:
        mag, any_left = _pick_magazine(w, b, ch.weapon, t_s)
        if mag < 0:
            if not any_left:
                stop_firing(w, ch)
                if ch.fired == 0:
                    close(w, b, c, NO_ROUNDS)
            break
        launched = _launch_at_track(w, b, c, mag, t_s)
        if launched == WAIT:
            ch.t_ready_s = t_s + _RETRY_S
            break
        if launched == NO_MEETING:
            stop_firing(w, ch)
            if ch.fired == 0:
                close(w, b, c, OUT_OF_ENVELOPE)
            break
    if ch.phase == schema.CHANNEL_FIRING and ch.planned == 0:
        ch.phase = schema.CHANNEL_GUIDING


@kernel
def stop_firing(w, ch):
    """Give up the rounds not yet fired; they no longer count as committed."""
    pic = w.picture[ch.track]
    if pic.track_id == ch.track_id:
        pic.rounds_out -= ch.planned
    ch.planned = 0


@kernel
def _pick_magazine(w, b, weapon, t_s):
    """(magazine ready to fire now or -1, whether any live launcher still has such rounds); the fullest first."""
    best = -1
    most = 0
    any_left = False
    for k in range(w.magazine.shape[0]):
        mag = w.magazine[k]
        rounds = w.magazine_state[k].rounds
        if mag.weapon != weapon or rounds <= 0:
            continue
        par = w.launcher[mag.launcher]
        if par.battery != b or w.site_state[par.site].alive == 0:
            continue
        any_left = True
        if w.launcher_state[mag.launcher].t_ready_s <= t_s and rounds > most:
            most = rounds
            best = k
    return best, any_left


@kernel
def _take_round(w, b, mag, t_s):
    """Next row of the missile table for one round out of a magazine; -1 when the table is full."""
    sim = w.sim[0]
    i = sim.n_rounds
    if i >= w.missile.shape[0]:
        sim.status |= status.MISSILE_OVERFLOW
        return -1
    sim.n_rounds = i + 1
    state = w.magazine_state[mag]
    state.rounds -= 1
    state.fired += 1
    par = w.launcher[w.magazine[mag].launcher]
    w.launcher_state[w.magazine[mag].launcher].t_ready_s = t_s + par.interval_s
    r = w.round[i]
    r.launcher = w.magazine[mag].launcher
    r.battery = b
    r.t_launch_s = t_s
    r.fate = fly.IN_FLIGHT
    r.address = mag * 1000 + state.fired
    r.site = -1
    r.channel = -1
    r.platform = -1
    r.seen_lock = 0
    r.bursting = 0
    r.t_search_s = 0.0
    u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_FLIGHT, r.address, 0, 0)
    r.dud = 1 if u[0] >= w.arsenal[w.magazine[mag].weapon].reliability else 0
    m = w.missile[i]
    m.missile_type = w.magazine[mag].weapon
    m.launcher = w.magazine[mag].launcher
    g = w.site[par.site]
    launch(m, w.weapon[m.missile_type], t_s, g.x_m, g.y_m, g.z_m, ims.AIR)
    w.battery_state[b].n_flying += 1
    return i


@kernel
def _launch_at_track(w, b, c, mag, t_s):
    """One launch at the channel's track: LAUNCHED; WAIT while the target is still to come into the envelope."""
    ch = w.channel[c]
    trk = w.track[ch.track]
    par = w.tracker[w.radar.shape[0] + w.battery_state[b].post]
    site = w.launcher[w.magazine[mag].launcher].site
    x, y, z, vx, vy, vz = predicted_state(trk, par, t_s)
    ok, flight_s, tof_s, _, _, _ = meet(w, ch.weapon, site, trk, par, t_s, 0.0, _MEET_CAP_S, _BISECTIONS)
    if not ok:
        return NO_MEETING
    if flight_s - tof_s > _EARLY_S:
        return WAIT
    i = _take_round(w, b, mag, t_s)
    if i < 0:
        return NO_MEETING
    r = w.round[i]
    r.channel = c
    r.track = ch.track
    r.track_id = ch.track_id
    r.platform = trk.truth
    r.t_est_s = t_s
    r.est_x_m, r.est_y_m, r.est_z_m = x, y, z
    r.est_vx_mps, r.est_vy_mps, r.est_vz_mps = vx, vy, vz
    r.est_falls = 0
    r.planned = 0
    r.t_meet_s = t_s + flight_s
    m = w.missile[i]
    m.track = ch.track
    m.target = trk.truth
    ch.planned -= 1
    ch.fired += 1
    ch.flying += 1
    w.picture[ch.track].rounds_in_all += 1
    if w.homing.shape[0] > 0:
        arm(w, i)
    _report_launch(w, i, c, t_s, x, y, z, flight_s)
    return LAUNCHED


@kernel
def _report_launch(w, i, c, t_s, x, y, z, flight_s):
    r = w.round[i]
    m = w.missile[i]
    dx, dy, dz = x - m.x_m, y - m.y_m, z - m.z_m
    dist = math.sqrt(dx * dx + dy * dy + dz * dz)
    p = r.platform
    events.emit(w, t_s, events.LAUNCH, i, p, r.launcher, m.missile_type, dist, m.alt_m, 0.0, flight_s)
    if p >= 0:
        w.platform_state[p].n_rounds += 1
        truth = w.platform[p].identity
        evaluate(w, p, t_s)
        if truth != 3:
            events.emit(
                w, t_s, events.WRONG_SHOT, i, p, w.track[r.track].id, truth, dist, w.platform_state[p].alt_m,
                math.nan, w.picture[r.track].p_hostile,
            )  # fmt: skip


@kernel
def _assess(w, b, c):
    """Killed? The command post believes so unless the track has been seen again after the last burst."""
    ch = w.channel[c]
    trk = w.track[ch.track]
    survived = trk.status != FREE and trk.id == ch.track_id and trk.t_update_s > ch.t_burst_s + _NEW_LOOK_S
    close(w, b, c, NOT_KILLED if survived else ASSESSED_KILL)


@kernel
def others_at(w, c):
    """1 where another channel is at the track of channel c too: one may have been handed over to a post that had its own."""
    ch = w.channel[c]
    for q in range(w.channel.shape[0]):
        if (
            q != c
            and w.channel[q].track == ch.track
            and w.channel[q].track_id == ch.track_id
            and w.channel[q].phase not in (schema.CHANNEL_FREE, schema.CHANNEL_GUN)
        ):
            return 1
    return 0


@kernel
def close(w, b, c, reason):
    """The one place where an engagement ends and its channel becomes free."""
    ch = w.channel[c]
    stop_firing(w, ch)
    trk = w.track[ch.track]
    truth = trk.truth if trk.id == ch.track_id else -1
    events.emit(
        w, w.sim[0].t_s, events.ENGAGEMENT_END, truth, b, ch.track_id, reason, math.nan, math.nan, math.nan,
        float(ch.fired),
    )  # fmt: skip
    if trk.id == ch.track_id:
        trk.engaged = others_at(w, c)
        if ch.fired > 0:
            # What has been shot at is a target again only when it is seen to have survived.
            w.picture[ch.track].t_verdict_s = max(ch.t_burst_s, 0.0) + _NEW_LOOK_S
    ch.phase = schema.CHANNEL_FREE
    ch.track = 0
    ch.track_id = -1
    ch.planned = 0
    ch.fired = 0
    ch.flying = 0
    ch.local_track = -1


@kernel
def _run_strike(w, k):
    """Planned shots at a ground installation."""
    sim = w.sim[0]
    par = w.strike[k]
    s = w.strike_state[k]
    if s.fired >= par.rounds or sim.t_s < max(par.t_s, s.t_next_s):
        return
    mag, _ = _pick_magazine(w, par.battery, par.weapon, sim.t_s)
    if mag < 0 or w.battery_state[par.battery].n_flying >= w.battery[par.battery].missile_channels:
        return
    i = _take_round(w, par.battery, mag, sim.t_s)
    if i < 0:
        return
    s.fired += 1
    s.t_next_s = sim.t_s + par.interval_s
    r = w.round[i]
    m = w.missile[i]
    m.mode = ims.SURFACE
    r.site = par.site
    r.track = 0
    r.track_id = -1
    g = w.site[par.site]
    n = rng.normal4(sim.seed, sim.replication, rng.STREAM_DISPERSION, r.address, par.site, 1)
    e, north = lethality.cep_offset(n[0], n[1], w.weapon[par.weapon].cep_m)
    # The aim point is dispersed once, in the local horizontal plane.
    r.est_x_m = g.x_m + e * g.ex + north * g.nx
    r.est_y_m = g.y_m + e * g.ey + north * g.ny
    r.est_z_m = g.z_m + e * g.ez + north * g.nz
    dx, dy, dz = g.x_m - m.x_m, g.y_m - m.y_m, g.z_m - m.z_m
    dist = math.sqrt(dx * dx + dy * dy + dz * dz)
    events.emit(w, sim.t_s, events.LAUNCH, i, -1, r.launcher, par.weapon, dist, m.alt_m, 0.0, math.nan)


@kernel
def _reload(w):
    """An empty launcher with rounds in reserve is out for its reload time, then full again."""
    t_s = w.sim[0].t_s
    for k in range(w.launcher.shape[0]):
        par = w.launcher[k]
        s = w.launcher_state[k]
        if s.reloading == 1:
            if w.site_state[par.site].alive == 0:
                s.reloading = 0
            elif t_s >= s.t_ready_s:
                s.reloading = 0
                _refill(w, k, t_s)
            continue
        left = 0
        reserve = 0
        for g in range(par.first_magazine, par.first_magazine + par.n_magazine):
            left += w.magazine_state[g].rounds
            reserve += w.magazine_state[g].reserve
        if left == 0 and reserve > 0 and w.site_state[par.site].alive == 1:
            s.reloading = 1
            s.t_ready_s = max(s.t_ready_s, t_s + par.reload_s)


@kernel
def _refill(w, k, t_s):
    par = w.launcher[k]
    total = 0
    for g in range(par.first_magazine, par.first_magazine + par.n_magazine):
        s = w.magazine_state[g]
        n = min(w.magazine[g].capacity, s.reserve)
        s.rounds += n
        s.reserve -= n
        total += n
    events.emit(w, t_s, events.RELOADED, k, -1, -1, -1, math.nan, math.nan, math.nan, float(total))
