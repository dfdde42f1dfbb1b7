"""Emission: which radars may transmit by doctrine, which decoy emitters do, and what that is to an anti-radiation missile.

A cued engagement radar is silent until one of its fire unit's channels has a target: it counts as able to fight although
it does not transmit. Radars that take turns are counted anew every time: of those able to, exactly one transmits.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.world import schema

_AGAIN_S = -1e9  # a look to be scheduled anew


@kernel
def _able(w, r, t_s):
    """Alive, inside its window, and not shut down."""
    par = w.radar[r]
    return (
        w.site_state[par.site].alive == 1
        and par.t_on_s <= t_s < par.t_off_s
        and t_s >= w.emission_state[r].t_silent_s
    )


@kernel
def wants(w, r, t_s):
    """1 if radar r, alive and in its window, transmits by its doctrine, else 0 (reads emission, channel)."""
    row = w.emission[r]
    if t_s < w.emission_state[r].t_silent_s or row.mode == schema.EMIT_SILENT:
        return 0
    if row.mode == schema.EMIT_BLINKING:
        if _on_by_clock(row, t_s):
            return 1
        return _stands_in(w, r, t_s) if row.guard == 1 else 0
    if row.mode == schema.EMIT_STAGGERED:
        return _turn(w, r, t_s)
    if row.mode == schema.EMIT_CUED:
        bat = w.battery[w.radar[r].battery]
        for c in range(bat.first_channel, bat.first_channel + bat.n_channel):
            if w.channel[c].phase != schema.CHANNEL_FREE:
                return 1
        return 0
    return 1


@kernel
def _on_by_clock(row, t_s):
    """Is it the time on the air of a blinking radar?"""
    period = row.on_s + row.off_s
    x = t_s + row.phase_s
    x -= math.floor(x / max(period, 1e-3) + 1e-9) * period
    return x < row.on_s


@kernel
def _stands_in(w, r, t_s):
    """1 if guarded radar r must transmit in the others' silence: those able to take turns, each as long as the first one's
    time on the air."""
    post = w.report[r].post
    n = 0
    mine = 0
    turn_s = 1.0
    for k in range(w.radar.shape[0]):
        row = w.emission[k]
        if row.guard == 0 or w.report[k].post != post or not _able(w, k, t_s):
            continue
        if _on_by_clock(row, t_s):
            return 0
        if n == 0:
            turn_s = max(row.on_s, 1e-3)
        if k == r:
            mine = n
        n += 1
    return 1 if n > 0 and int(t_s / turn_s + 1e-9) % n == mine else 0


@kernel
def _turn(w, r, t_s):
    """Is it the turn of radar r among the staggered radars of its command post that are able to transmit?"""
    post = w.report[r].post
    n = 0
    mine = 0
    for k in range(w.radar.shape[0]):
        if w.report[k].post == post and w.emission[k].mode == schema.EMIT_STAGGERED and _able(w, k, t_s):
            if k == r:
                mine = n
            n += 1
    slot = int(t_s / max(w.emission[r].on_s, 1e-3) + 1e-9)
    return 1 if n > 0 and slot % n == mine else 0


@kernel
def usable(w, r):
    """Can the fire unit of radar r fight: its radar transmits, or would as soon as it is given a target?"""
    if w.duty.shape[0] > 0 and _about_to_go(w, r):
        return False
    if w.radar_state[r].emitting == 1:
        return True
    if w.emission.shape[0] == 0 or w.emission[r].mode != schema.EMIT_CUED:
        return False
    return _able(w, r, w.sim[0].t_s)


@kernel
def _about_to_go(w, r):
    """Does the radar, or the command post of its fire unit, only wait for its missiles before it goes elsewhere?"""
    if w.duty[w.radar[r].site].hold == 1:
        return True
    b = w.radar[r].battery
    return b >= 0 and w.duty[w.command_post[w.battery_state[b].post].site].hold == 1


@kernel
def too_far(w, r, trk):
    """Does radar r lie in ambush for nearer targets than this track?"""
    limit = w.emission[r].ambush_m
    if limit <= 0.0:
        return False
    par = w.radar[r]
    p = trk.pos_ecef_m
    dx, dy, dz = p[0] - par.x_m, p[1] - par.y_m, p[2] - par.z_m
    return dx * dx + dy * dy + dz * dz > limit * limit


@kernel
def restart(w, r):
    """What the beam would have met while the radar was silent is not met any more (writes due_s)."""
    due = w.due_s[r]
    for p in range(due.shape[0]):
        if due[p] < math.inf:
            due[p] = _AGAIN_S


@kernel
def switch_decoys(w, t_s):
    """Decoy emitters go on and off (writes decoy_emitter_state)."""
    for d in range(w.decoy_emitter.shape[0]):
        par = w.decoy_emitter[d]
        s = w.decoy_emitter_state[d]
        on = 1 if w.site_state[par.site].alive == 1 and (par.always == 1 or t_s < s.t_until_s) else 0
        if on != s.emitting:
            s.emitting = on
            alt = w.site[par.site].alt_m
            events.emit(
                w, t_s, events.DECOY_EMISSION, par.site, -1, -1, on, math.nan, alt, math.nan, math.nan
            )


# --- as an anti-radiation missile hears it ------------------------------------------------------------


@kernel
def decoy_emits(w, site):
    """Does the decoy emitter at this site transmit?"""
    return w.decoy_emitter_state[w.site[site].row].emitting == 1 and w.site_state[site].alive == 1


@kernel
def stronger_decoy(w, x, y, z, best_sq):
    """Site of the decoy emitter that is heard the strongest at (x, y, z), above 1 / best_sq; -1 none."""
    best = -1
    for d in range(w.decoy_emitter.shape[0]):
        par = w.decoy_emitter[d]
        if par.power <= 0.0 or not decoy_emits(w, par.site):
            continue
        g = w.site[par.site]
        dx, dy, dz = g.x_m - x, g.y_m - y, g.z_m - z
        sq = (dx * dx + dy * dy + dz * dz) / par.power
        if sq < best_sq:
            best_sq = sq
            best = par.site
    return best


@kernel
def lure(w, p, hears):
    """A missile follows a decoy emitter inside its field of view that it hears stronger than what it homes on.

    hears: 1 if what it homes on transmits. Writes platform_state.emitter_site.
    """
    s = w.platform_state[p]
    best_sq = 1e300
    if hears:
        g = w.site[s.emitter_site]
        dx, dy, dz = g.x_m - s.x_m, g.y_m - s.y_m, g.z_m - s.z_m
        best_sq = dx * dx + dy * dy + dz * dz
        if g.kind == schema.SITE_DECOY_EMITTER:
            best_sq /= max(w.decoy_emitter[g.row].power, 1e-9)
    v = max(math.sqrt(s.vx_mps * s.vx_mps + s.vy_mps * s.vy_mps + s.vz_mps * s.vz_mps), 1e-9)
    narrow = w.platform[p].seeker_cos
    for d in range(w.decoy_emitter.shape[0]):
        par = w.decoy_emitter[d]
        if par.power <= 0.0 or not decoy_emits(w, par.site):
            continue
        g = w.site[par.site]
        dx, dy, dz = g.x_m - s.x_m, g.y_m - s.y_m, g.z_m - s.z_m
        d2 = max(dx * dx + dy * dy + dz * dz, 1.0)
        along = (dx * s.vx_mps + dy * s.vy_mps + dz * s.vz_mps) / v
        if along >= narrow * math.sqrt(d2) and d2 / par.power < best_sq:
            best_sq = d2 / par.power
            s.emitter_site = par.site


@kernel
def memory_error_sq(w, p, t_s):
    """Variance per axis (m^2) of where a missile believes its silent emitter to be.

    Of a radar under emission control the error grows with the time since it went off the air: the place was known from
    angles, and is carried on by the missile's own navigation.
    """
    par = w.platform[p]
    error_sq = par.memory_sigma_m * par.memory_sigma_m
    row = w.site[w.platform_state[p].emitter_site]
    if w.emission.shape[0] > 0 and row.kind == schema.SITE_RADAR:
        drift = par.memory_drift_mps * max(t_s - w.emission_state[row.row].t_quiet_s, 0.0)
        error_sq += drift * drift
    return error_sq
