"""Fly: guide and move every round that is in the air, and give each its one fate.

Midcourse is flown on the fused track, never on truth; truth is what the seeker looks at and what the fuze meets.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng
from openiads.engine.systems import move
from openiads.engine.systems.damage import damage_site
from openiads.engine.systems.ground import ground_below_m
from openiads.engine.systems.home_on_jam import listen
from openiads.engine.systems.nearest import nearest
from openiads.engine.systems.north import north_error_rad, to_true, turn_back
from openiads.engine.systems.sightline import linked, seeker_sees
from openiads.physics import interceptor_schema as ims
from openiads.physics import lethality
from openiads.physics.deception import centroid_share
from openiads.physics.gravity import effective_gravity
from openiads.physics.interceptor import advance
from openiads.physics.signature import aspect_angles, rcs_lookup_m2
from openiads.tracking.imm import predicted_state
from openiads.tracking.schema import FREE
from openiads.world import schema

# Fates in the run's own words (events.MISSILE_FATE)
IN_FLIGHT, KILL, MISS, NO_TARGET, SELF_DESTRUCT, GROUND, DUD, END_OF_RUN, STRIKE = range(9)
EMITTER_SILENT = events.MISSILE_FATE.index("emitter silent")

_SEARCH_EVERY_S = 1.0  # how often a missile without a lock looks for what is nearest to its estimate
_SEARCH_GATE_M = 1500.0
_SEEKER_BAND = 5  # X band: seekers are of that order of frequency
_FAR_M = 1e9
_NEAR_M = 20e3
_GROUND_ROOM_M = 1000.0  # farther than any missile falls in one step
_PLAN_S = 15.0  # until so long before the planned meeting a falling target is met at the planned point
_FALL_HORIZON_S = 240.0  # a ballistic estimate is trusted to fall for as long as any flight lasts
_DUD_S = 1.0  # a round that does not work is seen to fail this long after ignition


@kernel
def fly(w):
    """Advance all rounds in the air by one base step (reads track; writes missile, round, channel, platform_state)."""
    sim = w.sim[0]
    for i in range(sim.n_rounds):
        if w.round[i].fate == IN_FLIGHT:
            _fly_one(w, i, sim.t_s, sim.dt_s)
    while sim.n_bursting > 0:
        sim.n_bursting -= 1
        _close(w, _first_burst(w), ims.FATE_INTERCEPT, 0.0)


@kernel
def _first_burst(w):
    """The earliest burst of this step that is still to be settled: of two rounds at one target the first counts."""
    first = -1
    earliest = math.inf
    for i in range(w.sim[0].n_rounds):
        if w.round[i].bursting == 1 and w.missile[i].t_cpa_s < earliest:
            earliest = w.missile[i].t_cpa_s
            first = i
    w.round[first].bursting = 0
    return first


@kernel
def _uplink(w, i, t_s):
    """Refresh what the round knows of its target from the fused track, while its fire unit's radar works."""
    r = w.round[i]
    trk = w.track[r.track]
    radar = w.battery[r.battery].radar
    if trk.status == FREE or trk.id != r.track_id or w.radar_state[radar].emitting == 0:
        return
    if not linked(w, i, radar, t_s):
        return
    tracker = w.tracker[w.radar.shape[0] + w.battery_state[r.battery].post]
    falls = trk.n_models == 3 and trk.mu[2] > 0.5
    if falls and r.t_meet_s > t_s + _PLAN_S:
        # A falling target is as fast as the missile, and the first point where their paths cross is mostly beyond
        # the missile's ceiling: it is sent to the meeting that fire control has planned.
        x, y, z, vx, vy, vz = predicted_state(trk, tracker, r.t_meet_s)
        vx, vy, vz = 0.0, 0.0, 0.0
        falls = False
        r.planned = 1
    else:
        x, y, z, vx, vy, vz = predicted_state(trk, tracker, t_s)
        r.planned = 0
    # Radar and missile share their unit's north: an error of it cancels between them.
    if north_error_rad(w, radar) != 0.0:
        x, y, z = to_true(w, radar, x, y, z)
        vx, vy, vz = turn_back(w, radar, vx, vy, vz)
    r.t_est_s = t_s
    r.est_x_m, r.est_y_m, r.est_z_m = x, y, z
    r.est_vx_mps, r.est_vy_mps, r.est_vz_mps = vx, vy, vz
    r.est_falls = 1 if falls else 0


@kernel
def _fly_one(w, i, t_s, dt_s):
    r = w.round[i]
    m = w.missile[i]
    par = w.weapon[m.missile_type]
    sim = w.sim[0]
    if r.dud == 1 and t_s >= r.t_launch_s + par.ignition_s + _DUD_S:
        finish(w, i, DUD, t_s)
        return
    if r.site >= 0:
        g = w.site[r.site]
        fate = advance(
            m, par, t_s, dt_s / sim.n_substeps, sim.n_substeps,
            r.est_x_m, r.est_y_m, r.est_z_m, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
            r.est_x_m, r.est_y_m, r.est_z_m, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
            1.0, 0, 0.0, 0.0, g.alt_m,
        )  # fmt: skip
        if fate != ims.FATE_NONE:
            _close(w, i, fate, t_s + dt_s)
        return
    _uplink(w, i, t_s)
    age = t_s - r.t_est_s
    ax, ay, az = 0.0, 0.0, 0.0
    if r.est_falls == 1:
        ax, ay, az = effective_gravity(
            r.est_x_m, r.est_y_m, r.est_z_m, r.est_vx_mps, r.est_vy_mps, r.est_vz_mps
        )
    h = 0.5 * age * age
    ex = r.est_x_m + r.est_vx_mps * age + ax * h
    ey = r.est_y_m + r.est_vy_mps * age + ay * h
    ez = r.est_z_m + r.est_vz_mps * age + az * h
    evx, evy, evz = r.est_vx_mps + ax * age, r.est_vy_mps + ay * age, r.est_vz_mps + az * age
    on_jam = w.homing.shape[0] > 0 and w.homing[i].armed == 1
    if on_jam:
        lost, ex, ey, ez, evx, evy, evz = listen(w, i, t_s, ex, ey, ez, evx, evy, evz)
        if lost:
            finish(w, i, EMITTER_SILENT, t_s)
            return
    if not on_jam and m.locked == 0 and r.planned == 0 and t_s >= r.t_search_s and m.phase >= ims.MIDCOURSE:
        _choose_platform(w, i, t_s, ex, ey, ez)
    p = r.platform
    tx, ty, tz, tvx, tvy, tvz = _FAR_M, _FAR_M, _FAR_M, 0.0, 0.0, 0.0
    tax, tay, taz = 0.0, 0.0, 0.0
    root4, noise_1, noise_2 = 0.0, 0.0, 0.0
    seeker_on = 0
    # Far from where the target is thought to be neither seeker nor fuze has anything to look at.
    near = r.planned == 0 and _distance(m, ex, ey, ez) < max(3.0 * par.seeker_range_m, _NEAR_M)
    if near and p >= 0 and w.platform_state[p].active == 1 and move.in_flight(w, p, t_s):
        s = w.platform_state[p]
        move.evaluate(w, p, t_s)
        tx, ty, tz, tvx, tvy, tvz = s.x_m, s.y_m, s.z_m, s.vx_mps, s.vy_mps, s.vz_mps
        root4 = _rcs_root4(w, p, m)
        seeker_on = 0 if on_jam else _seeker_works(w, r, par)
        if seeker_on == 1:
            seeker_on = seeker_sees(w, i, p, root4, t_s)
        n = rng.normal4(sim.seed, sim.replication, rng.STREAM_SEEKER, r.address, p, sim.step)
        noise_1, noise_2 = n[0], n[1]
        if w.platform[p].move == schema.MOVE_KNOTS:
            move.evaluate(w, p, t_s + dt_s)
            tax, tay, taz = (s.vx_mps - tvx) / dt_s, (s.vy_mps - tvy) / dt_s, (s.vz_mps - tvz) / dt_s
    was_locked = m.locked
    fate = advance(
        m, par, t_s, dt_s / sim.n_substeps, sim.n_substeps,
        ex, ey, ez, evx, evy, evz, ax, ay, az, _FALL_HORIZON_S if r.est_falls == 1 else 0.0,
        tx, ty, tz, tvx, tvy, tvz, tax, tay, taz,
        root4, seeker_on, noise_1, noise_2, ground_below_m(w, m.x_m, m.y_m, m.z_m, m.alt_m, _GROUND_ROOM_M),
    )  # fmt: skip
    if m.locked == 1 and was_locked == 0 and r.seen_lock == 0:
        r.seen_lock = 1
        events.emit(
            w, t_s, events.SEEKER_ON, i, p, -1, -1, _distance(m, tx, ty, tz), m.alt_m, _speed(m), math.nan
        )
        _seduce(w, i, t_s)
    if fate == ims.FATE_INTERCEPT:
        r.bursting = 1
        sim.n_bursting += 1
    elif fate != ims.FATE_NONE:
        _close(w, i, fate, t_s + dt_s)


@kernel
def _distance(m, x, y, z):
    dx, dy, dz = x - m.x_m, y - m.y_m, z - m.z_m
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@kernel
def _speed(m):
    return math.sqrt(m.vx_mps * m.vx_mps + m.vy_mps * m.vy_mps + m.vz_mps * m.vz_mps)


@kernel
def _rcs_root4(w, p, m):
    """Fourth root of the target's RCS toward the missile: what scales the seeker's lock range."""
    s = w.platform_state[p]
    if w.platform[p].cloud >= 0:
        return 0.0  # chaff: slower than anything that a seeker lets through
    dx, dy, dz = m.x_m - s.x_m, m.y_m - s.y_m, m.z_m - s.z_m
    d = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
    az, el = aspect_angles(s.vx_mps, s.vy_mps, s.vz_mps, s.x_m, s.y_m, s.z_m, dx / d, dy / d, dz / d)
    rcs = rcs_lookup_m2(w.rcs_dbsm[w.platform[p].signature], _SEEKER_BAND, az, el)
    return math.sqrt(math.sqrt(rcs * w.platform[p].rcs_factor))


@kernel
def _seeker_works(w, r, par):
    """An active seeker needs nobody; a semi-active one needs its fire unit's radar on the air."""
    if par.seeker_kind == ims.SEEKER_SEMI_ACTIVE:
        return w.radar_state[w.battery[r.battery].radar].emitting
    return 1


@kernel
def _choose_platform(w, i, t_s, ex, ey, ez):
    """What the seeker would find where it is told to look: the platform nearest to the estimate (truth).

    It need not be what was shot at: a missile whose target has gone, or whose track has strayed, may take another.
    """
    r = w.round[i]
    r.t_search_s = t_s + _SEARCH_EVERY_S
    m = w.missile[i]
    par = w.weapon[m.missile_type]
    dist = _distance(m, ex, ey, ez)
    if dist > 3.0 * par.seeker_range_m:
        return
    # What the seeker can see beside its cue: half its field of view, and never less than the error of a track.
    gate = max(0.5 * par.seeker_fov_rad * dist, _SEARCH_GATE_M)
    r.platform = nearest(w, t_s, ex, ey, ez, gate, False)
    m.target = r.platform


@kernel
def _seduce(w, i, t_s):
    """At its first lock a seeker has target and towed decoy before it: it takes one of them, by power.

    The share of the decoy in the power of both (echo over fourth power of distance) is its probability.
    """
    r = w.round[i]
    m = w.missile[i]
    sim = w.sim[0]
    for k in range(w.carried.shape[0]):
        row = w.carried[k]
        if row.towed == 0 or r.platform not in (row.carrier, row.platform):
            continue
        a, b = row.carrier, row.platform
        if w.platform_state[a].active == 0 or w.platform_state[b].active == 0:
            continue
        move.evaluate(w, a, t_s)
        move.evaluate(w, b, t_s)
        share = centroid_share(_echo_power(w, a, m), _echo_power(w, b, m))
        u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_SEDUCE, r.address, b, 0)
        r.platform = b if u[0] < share else a
        m.target = r.platform
        if r.platform == b:
            s = w.platform_state[b]
            dist = _distance(m, s.x_m, s.y_m, s.z_m)
            events.emit(w, t_s, events.SEDUCED, i, b, -1, -1, dist, m.alt_m, _speed(m), share)
        return


@kernel
def _echo_power(w, p, m):
    """Echo of platform p at a seeker, up to a factor: cross section over the fourth power of distance in km."""
    s = w.platform_state[p]
    root4 = _rcs_root4(w, p, m)
    x = root4 / max(1e-3 * _distance(m, s.x_m, s.y_m, s.z_m), 1e-3)
    return x * x * x * x


@kernel
def _close(w, i, fate, t_end_s):
    """The one place where a round ends: burst and kill, or its other fates; accounts of channel and battery."""
    r = w.round[i]
    m = w.missile[i]
    p = r.platform
    result = MISS
    if w.homing.shape[0] > 0 and w.homing[i].armed == 1 and w.homing[i].t_heard_s < 0.0:
        result = NO_TARGET  # nothing jammed where it looked
    if fate == ims.FATE_INTERCEPT:
        t_end_s = m.t_cpa_s
        result = _burst(w, i, p)
    elif fate == ims.FATE_IMPACT:
        result = _impact(w, i)
    elif fate in (ims.FATE_TIMEOUT, ims.FATE_ENERGY, ims.FATE_CEILING):
        result = NO_TARGET
        if r.site >= 0 or (p >= 0 and w.platform_state[p].active == 1):
            result = SELF_DESTRUCT
    elif fate == ims.FATE_GROUND:
        result = GROUND
    elif fate == ims.FATE_NONFINITE:
        w.sim[0].status |= 1
        result = DUD
    finish(w, i, result, t_end_s)


@kernel
def finish(w, i, result, t_end_s):
    """Write the fate of a round and give its channel back."""
    r = w.round[i]
    m = w.missile[i]
    r.fate = result
    r.t_end_s = t_end_s
    r.miss_m = m.miss_m
    if r.channel >= 0:
        c = w.channel[r.channel]
        c.flying -= 1
        c.t_burst_s = max(c.t_burst_s, t_end_s)
        pic = w.picture[r.track]
        if pic.track_id == r.track_id:
            pic.rounds_out -= 1
    w.battery_state[r.battery].n_flying -= 1
    obj = r.platform if r.site < 0 else -1
    events.emit(
        w,
        t_end_s,
        events.MISSILE_END,
        i,
        obj,
        -1,
        result,
        math.nan,
        m.alt_m,
        _speed(m),
        t_end_s - r.t_launch_s,
    )


@kernel
def _burst(w, i, p):
    """Draw the effect of a burst at the closest approach."""
    r = w.round[i]
    m = w.missile[i]
    par = w.weapon[m.missile_type]
    sim = w.sim[0]
    if p < 0 or w.platform_state[p].active == 0 or not move.in_flight(w, p, m.t_cpa_s):
        return NO_TARGET
    pk = lethality.kill_probability(
        par.lethal_law, m.miss_m, par.lethal_p0, par.lethal_radius_m, par.lethal_tail_m, par.fuze_radius_m,
        w.platform[p].vulnerability,
    )  # fmt: skip
    events.emit(w, m.t_cpa_s, events.BURST, i, p, -1, -1, m.miss_m, m.alt_m, _speed(m), pk)
    u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_KILL, r.address, p, 0)
    if u[0] >= pk:
        return MISS
    move.evaluate(w, p, m.t_cpa_s)
    move.end(w, p, move.KILLED, m.t_cpa_s, -1, i)
    return KILL


@kernel
def _impact(w, i):
    """A surface strike reaches the ground: damage by the distance to the target."""
    r = w.round[i]
    m = w.missile[i]
    sim = w.sim[0]
    g = w.site[r.site]
    dx, dy, dz = m.x_m - g.x_m, m.y_m - g.y_m, m.z_m - g.z_m
    miss = math.sqrt(dx * dx + dy * dy + dz * dz)
    events.emit(w, m.t_end_s, events.STRIKE_IMPACT, i, r.site, -1, -1, math.nan, m.alt_m, _speed(m), miss)
    u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_DAMAGE, r.address, r.site, 1)
    damage_site(w, r.site, -1, i, m.t_end_s, miss, w.weapon[m.missile_type].damage_radius_m, u[0])
    return STRIKE
