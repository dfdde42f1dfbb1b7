"""Move: where everything that flies is, and when its flight ends.

A trajectory known in advance (route, recorded flight, ballistic arc) is evaluated when somebody looks, from knots, by
cubic Hermite interpolation. Only what reacts is stepped: an anti-radiation missile that homes on an emitter.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng
from openiads.engine.systems.damage import strike_site
from openiads.engine.systems.emission import decoy_emits, lure, memory_error_sq, stronger_decoy
from openiads.engine.systems.ground import ground_below_m
from openiads.engine.systems.relocate import displaced_m
from openiads.physics.geodesy import altitude_m
from openiads.world import schema

FLYING = 0
KILLED = 1
HIT_TARGET = 2
MISSED_TARGET = 3
LEFT = 4
END_OF_RUN = 5
NOT_STARTED = 6

_DIVE_SINE = 0.5  # a homing missile dives when the line to its aim point is 30 degrees below the horizontal
_HOMING_HIT_RANGE_M = 5.0


@kernel
def evaluate(w, p, t_s):
    """Bring `platform_state[p]` to time t_s (reads knot; writes platform_state)."""
    s = w.platform_state[p]
    if s.t_eval_s == t_s:
        return
    par = w.platform[p]
    if par.move == schema.MOVE_HOMING:
        _extrapolate(s, t_s)
    else:
        _hermite(w, par, s, t_s)
    s.t_eval_s = t_s
    s.alt_m = altitude_m(s.x_m, s.y_m, s.z_m)


@kernel
def _extrapolate(s, t_s):
    """Where a homing missile is between its steps: from the last one, so that being looked at changes nothing."""
    dt = t_s - s.t_step_s
    s.x_m = s.step_x_m + s.vx_mps * dt
    s.y_m = s.step_y_m + s.vy_mps * dt
    s.z_m = s.step_z_m + s.vz_mps * dt


@kernel
def in_flight(w, p, t_s):
    """Has platform p not yet come to the end of its trajectory at t_s? (`move` ends it at the next step.)"""
    par = w.platform[p]
    return par.move == schema.MOVE_HOMING or t_s < par.t_end_s


@kernel
def _hermite(w, par, s, t_s):
    first = par.first_knot
    last = first + par.n_knots - 2
    c = min(max(s.cursor, first), last)
    while c < last and w.knot[c + 1].t_s <= t_s:
        c += 1
    while c > first and w.knot[c].t_s > t_s:
        c -= 1
    s.cursor = c
    a = w.knot[c]
    b = w.knot[c + 1]
    h = b.t_s - a.t_s
    u = min(max((t_s - a.t_s) / max(h, 1e-9), 0.0), 1.0)
    u2 = u * u
    v = 1.0 - u
    # Hermite basis and its derivative
    p0 = (1.0 + 2.0 * u) * v * v
    m0 = u * v * v * h
    p1 = u2 * (3.0 - 2.0 * u)
    m1 = -u2 * v * h
    s.x_m = p0 * a.x_m + m0 * a.vx_mps + p1 * b.x_m + m1 * b.vx_mps
    s.y_m = p0 * a.y_m + m0 * a.vy_mps + p1 * b.y_m + m1 * b.vy_mps
    s.z_m = p0 * a.z_m + m0 * a.vz_mps + p1 * b.z_m + m1 * b.vz_mps
    d = 6.0 * u * v / max(h, 1e-9)
    e0 = v * (1.0 - 3.0 * u)
    e1 = u * (3.0 * u - 2.0)
    s.vx_mps = d * (b.x_m - a.x_m) + e0 * a.vx_mps + e1 * b.vx_mps
    s.vy_mps = d * (b.y_m - a.y_m) + e0 * a.vy_mps + e1 * b.vy_mps
    s.vz_mps = d * (b.z_m - a.z_m) + e0 * a.vz_mps + e1 * b.vz_mps


@kernel
def move(w):
    """Start, steer and end flights at the time of this step (reads platform; writes platform_state, site_state)."""
    t_s = w.sim[0].t_s
    state = w.platform_state
    for p in range(state.shape[0]):
        s = state[p]
        if t_s >= s.t_next_s:
            if s.active == 1:
                _advance(w, p, t_s)
            elif s.fate == NOT_STARTED:
                _start(w, p, t_s)


@kernel
def _start(w, p, t_s):
    par = w.platform[p]
    s = w.platform_state[p]
    s.active = 1
    s.fate = FLYING
    s.t_next_s = par.t_end_s if par.move == schema.MOVE_KNOTS else par.t_start_s
    s.cursor = par.first_knot
    k = w.knot[par.first_knot]
    s.x_m, s.y_m, s.z_m = k.x_m, k.y_m, k.z_m
    s.vx_mps, s.vy_mps, s.vz_mps = k.vx_mps, k.vy_mps, k.vz_mps
    s.t_eval_s = par.t_start_s
    s.t_step_s = par.t_start_s
    s.step_x_m, s.step_y_m, s.step_z_m = s.x_m, s.y_m, s.z_m
    s.alt_m = altitude_m(s.x_m, s.y_m, s.z_m)
    sim = w.sim[0]
    u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_TRANSPONDER, p, 0, 0)
    s.transponder_works = 1 if u[0] < par.p_transponder_works else 0
    for r in range(w.radar.shape[0]):
        w.due_s[r, p] = -1e9  # to be scheduled


@kernel
def _advance(w, p, t_s):
    par = w.platform[p]
    if par.move == schema.MOVE_HOMING:
        _home(w, p, t_s)
        return
    evaluate(w, p, par.t_end_s)
    if par.end == schema.END_IMPACT:
        off_m = 0.0
        if w.mover.shape[0] > 0 and par.target_site >= 0:
            off_m = displaced_m(w, par.target_site)
        hit = strike_site(w, p, par.target_site, par.t_end_s, off_m)
        end(w, p, HIT_TARGET if hit else MISSED_TARGET, par.t_end_s, par.target_site, -1)
    else:
        end(w, p, LEFT, par.t_end_s, -1, -1)


@kernel
def end(w, p, fate, t_s, site, missile):
    """The one place where a flight ends; a second end of the same flight is ignored."""
    s = w.platform_state[p]
    if s.active != 1:
        return
    s.active = 0
    s.fate = fate
    s.t_next_s = math.inf
    for r in range(w.radar.shape[0]):
        w.due_s[r, p] = math.inf
    speed = math.sqrt(s.vx_mps * s.vx_mps + s.vy_mps * s.vy_mps + s.vz_mps * s.vz_mps)
    events.emit(w, t_s, events.PLATFORM_END, p, site, missile, fate, math.nan, s.alt_m, speed, math.nan)


@kernel
def _choose_emitter(w, p):
    """Nearest emitting radar (in free space the strongest of equals); -1 none."""
    s = w.platform_state[p]
    best = -1
    best_sq = 1e300
    for r in range(w.radar.shape[0]):
        site = w.radar[r].site
        if w.radar_state[r].emitting == 1 and w.site_state[site].alive == 1:
            dx = w.site[site].x_m - s.x_m
            dy = w.site[site].y_m - s.y_m
            dz = w.site[site].z_m - s.z_m
            sq = dx * dx + dy * dy + dz * dz
            if sq < best_sq:
                best_sq = sq
                best = site
    if w.decoy_emitter.shape[0] > 0:
        decoy = stronger_decoy(w, s.x_m, s.y_m, s.z_m, best_sq)
        if decoy >= 0:
            best = decoy
    return best


@kernel
def _is_emitting(w, site):
    row = w.site[site]
    if row.kind == schema.SITE_DECOY_EMITTER:
        return decoy_emits(w, site)
    if row.kind != schema.SITE_RADAR:
        return False
    return w.radar_state[row.row].emitting == 1 and w.site_state[site].alive == 1


@kernel
def _home(w, p, t_s):
    """One base step of an anti-radiation missile: aim at the emitter, or at where it last was; dive; hit."""
    par = w.platform[p]
    s = w.platform_state[p]
    evaluate(w, p, t_s)
    s.t_step_s = t_s
    s.step_x_m, s.step_y_m, s.step_z_m = s.x_m, s.y_m, s.z_m
    if s.emitter_site < 0:
        s.emitter_site = par.target_site if par.target_site >= 0 else _choose_emitter(w, p)
    if w.decoy_emitter.shape[0] > 0 and s.emitter_site >= 0:
        lure(w, p, _is_emitting(w, s.emitter_site))
    if s.emitter_site >= 0 and _is_emitting(w, s.emitter_site):
        site = w.site[s.emitter_site]
        s.aim_x_m, s.aim_y_m, s.aim_z_m = site.x_m, site.y_m, site.z_m
    elif par.memory == 0:
        s.aim_x_m = math.nan
    if (
        s.alt_m <= ground_below_m(w, s.x_m, s.y_m, s.z_m, s.alt_m, 0.0)
        or t_s >= par.t_start_s + par.max_time_s
    ):
        _fall(w, p, t_s)
    elif s.aim_x_m == s.aim_x_m:
        _steer(w, p, t_s)


@kernel
def _fall(w, p, t_s):
    """Out of time or on the ground: it ends where it is; a site near enough is hit all the same."""
    s = w.platform_state[p]
    site = s.emitter_site
    miss = math.inf
    if site >= 0:
        row = w.site[site]
        dx, dy, dz = row.x_m - s.x_m, row.y_m - s.y_m, row.z_m - s.z_m
        miss = math.sqrt(dx * dx + dy * dy + dz * dz)
    if site >= 0 and miss < 1000.0 and strike_site(w, p, site, t_s, miss):
        end(w, p, HIT_TARGET, t_s, site, -1)
    else:
        end(w, p, MISSED_TARGET, t_s, site, -1)


@kernel
def _steer(w, p, t_s):
    par = w.platform[p]
    s = w.platform_state[p]
    dt = w.sim[0].dt_s
    dx, dy, dz = s.aim_x_m - s.x_m, s.aim_y_m - s.y_m, s.aim_z_m - s.z_m
    dist = math.sqrt(dx * dx + dy * dy + dz * dz)
    if dist <= par.speed_mps * dt + _HOMING_HIT_RANGE_M:
        t_hit = t_s + dist / max(par.speed_mps, 1.0)
        # The emitter may have been silent: the miss is from the remembered point to the site itself.
        row = w.site[s.emitter_site]
        ex, ey, ez = row.x_m - s.aim_x_m, row.y_m - s.aim_y_m, row.z_m - s.aim_z_m
        offset = math.sqrt(ex * ex + ey * ey + ez * ez)
        if not _is_emitting(w, s.emitter_site):
            sim = w.sim[0]
            z = rng.normal4(sim.seed, sim.replication, rng.STREAM_DISPERSION, p, s.emitter_site, 1)
            error_sq = memory_error_sq(w, p, t_hit) * (z[0] * z[0] + z[1] * z[1])
            offset = math.sqrt(offset * offset + error_sq)
        s.x_m, s.y_m, s.z_m = s.aim_x_m, s.aim_y_m, s.aim_z_m
        hit = strike_site(w, p, s.emitter_site, t_hit, offset)
        end(w, p, HIT_TARGET if hit else MISSED_TARGET, t_hit, s.emitter_site, -1)
        return
    up = math.sqrt(s.x_m * s.x_m + s.y_m * s.y_m + s.z_m * s.z_m)
    ux, uy, uz = s.x_m / up, s.y_m / up, s.z_m / up
    drop = -(dx * ux + dy * uy + dz * uz)
    if drop < _DIVE_SINE * dist:
        # Cruise: hold altitude (follow the local horizontal) until the dive angle is reached.
        dx, dy, dz = dx + drop * ux, dy + drop * uy, dz + drop * uz
    _turn_towards(s, dx, dy, dz, par.turn_radps * dt, par.speed_mps)


@kernel
def _turn_towards(s, dx, dy, dz, max_turn_rad, speed_mps):
    """Turn the velocity towards d by at most max_turn_rad and set the speed."""
    n = math.sqrt(dx * dx + dy * dy + dz * dz)
    v = math.sqrt(s.vx_mps * s.vx_mps + s.vy_mps * s.vy_mps + s.vz_mps * s.vz_mps)
    if n < 1e-9 or v < 1e-9:
        return
    ax, ay, az = s.vx_mps / v, s.vy_mps / v, s.vz_mps / v
    bx, by, bz = dx / n, dy / n, dz / n
    c = min(max(ax * bx + ay * by + az * bz, -1.0), 1.0)
    angle = math.acos(c)
    if angle > max_turn_rad:
        # Component of b normal to a; straight back has none, then any side will do.
        px, py, pz = bx - c * ax, by - c * ay, bz - c * az
        q = math.sqrt(px * px + py * py + pz * pz)
        if q < 1e-9:
            px, py, pz, q = -ay, ax, 0.0, max(math.sqrt(ax * ax + ay * ay), 1e-9)
        ct, st = math.cos(max_turn_rad), math.sin(max_turn_rad)
        bx, by, bz = ct * ax + st * px / q, ct * ay + st * py / q, ct * az + st * pz / q
    s.vx_mps, s.vy_mps, s.vz_mps = speed_mps * bx, speed_mps * by, speed_mps * bz
