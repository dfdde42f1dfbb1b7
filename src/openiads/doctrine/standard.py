"""The standard doctrine: what a command post does at each of its decision epochs.

Look at the picture (class, identity, threat of every fused track), ask which fire unit could meet which target with what,
assign, and open channels. Every refusal to fire has a reason, which is reported when it changes.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.doctrine import assign, classify, emitters, identify, salvo, threat
from openiads.doctrine.gun_fire import assign_guns
from openiads.doctrine.reach import has_launcher, in_sector, in_sight, ready_rounds, suits
from openiads.engine import events
from openiads.engine.systems.emission import too_far, usable
from openiads.engine.systems.meet import meet
from openiads.engine.systems.network import delay_s, order_s
from openiads.physics.geodesy import altitude_m
from openiads.physics.interceptor_schema import SEEKER_SEMI_ACTIVE
from openiads.tracking.impact import impact_point
from openiads.tracking.schema import CONFIRMED
from openiads.world import schema

# events.WITHHOLD
(
    NO_REASON, IDENTITY, ENVELOPE, NO_CHANNEL, NO_ROUNDS, TOO_LATE, LOW_PK, COMMITTED, NO_UNIT, NO_THREAT, HOLD,
    BELOW_HORIZON,
) = range(12)  # fmt: skip
AMBUSH = events.WITHHOLD.index("not yet near enough for the ambush")
EARLY = events.WITHHOLD.index("waits for the target to come nearer")
MEET_CAP_S = 420.0
_LEAD_S = 30.0  # a channel is not taken earlier before the launch than this: its radar has to find the target
_ARM_WEIGHT = 100.0  # what is to be intercepted first outweighs anything of like value
_YOUNG = 3  # appraisals of a track that are made with every new plot; later ones at most so often:
_APPRAISE_EVERY_S = 3.0  # what threatens something
_GLANCE_EVERY_S = 6.0  # what does not
PLAN_BISECTIONS = 8  # planning is good to two seconds; fire control does it again, finer
_AGAIN_S = 4.0  # a target that nobody can meet is weighed again after so long, or with its next plot
_CHANNEL_AGAIN_S = 2.0  # one that only wants a channel
_REPORT_EVERY_S = 10.0  # reasons for not firing are reported at most so often per track
_LOW_FIRST_RAD = 0.01  # first seen at the horizon ...
_NEAR_FIRST_M = 60e3  # ... and near: it has popped up
_IMPACT_MAX_S = 900.0
OWN_UNIT_TIME_S = 90.0


@kernel
def decide(w, c):
    """One decision epoch of command post c (reads track, site; writes picture, channel, desk)."""
    t_s = w.sim[0].t_s
    list_assets(w)
    first = w.command_post[c].first_track
    n = 0
    for k in range(first, first + w.track_set[w.radar.shape[0] + c].n_high):
        if w.track[k].status < CONFIRMED:
            continue
        appraise(w, c, k, t_s)
        if _is_candidate(w, c, k) and n < w.desk.track.shape[0]:
            w.desk.track[n] = k
            n += 1
    if n > 0:
        _assign(w, c, n, t_s)
    if w.gun.shape[0] > 0:
        assign_guns(w, c, t_s)


@kernel
def list_assets(w):
    """What is worth defending now, as threat evaluation wants it; row = site."""
    assets = w.desk.assets
    for i in range(w.site.shape[0]):
        g = w.site[i]
        assets[i, threat.ASSET_X] = g.x_m
        assets[i, threat.ASSET_Y] = g.y_m
        assets[i, threat.ASSET_Z] = g.z_m
        assets[i, threat.ASSET_RADIUS] = g.radius_m
        assets[i, threat.ASSET_VALUE] = g.value if w.site_state[i].alive == 1 else 0.0


# --- the picture -----------------------------------------------------------------------------------


@kernel
def appraise(w, c, k, t_s):
    """Class, identity and threat of one fused track."""
    trk = w.track[k]
    pic = w.picture[k]
    fresh = trk.t_update_s > pic.t_scored_s
    if pic.n_scored >= _YOUNG:
        pause = _APPRAISE_EVERY_S if pic.threat > 0.0 else _GLANCE_EVERY_S
        fresh = fresh and trk.t_update_s >= pic.t_scored_s + pause
    if not fresh and pic.n_scored > 0:
        pic.time_to_go_s = max(pic.time_to_go_s - (t_s - pic.t_seen_s), 0.0)
        pic.t_seen_s = t_s
        return
    p = trk.pos_ecef_m
    alt = altitude_m(p[0], p[1], p[2])
    _classify(trk, pic, alt)
    _evaluate_threat(w, c, trk, pic, t_s)
    _identify(w, c, k, t_s, alt)
    pic.t_scored_s = trk.t_update_s
    pic.t_seen_s = t_s
    pic.t_again_s = -1.0


@kernel
def _classify(trk, pic, alt):
    p, v = trk.pos_ecef_m, trk.vel_ecef_mps
    r = max(math.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]), 1.0)
    climb = (v[0] * p[0] + v[1] * p[1] + v[2] * p[2]) / r
    speed = math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    sigma_v = math.sqrt(max(trk.traces[2], 0.0) / 3.0)
    rcs_dbsm = math.nan
    rcs_sigma = 4.3 / math.sqrt(max(float(trk.n_updates), 1.0)) + 1.0
    if trk.rcs_m2 > 0.0:
        rcs_dbsm = 10.0 * math.log10(trk.rcs_m2)
    dt = trk.t_update_s - pic.t_scored_s if pic.n_scored > 0 else 10.0
    classify.update_class(
        trk.class_logodds, speed, climb, alt, rcs_dbsm, classify.evidence_weight(max(dt, 1.0)),
        sigma_v, sigma_v, math.sqrt(max(trk.traces[0], 0.0) / 3.0), rcs_sigma, math.nan,
    )  # fmt: skip
    pic.klass, pic.p_class = classify.best_class(trk.class_logodds)
    pic.n_scored += 1


@kernel
def _evaluate_threat(w, c, trk, pic, t_s):
    post = w.command_post[c]
    p, v = trk.pos_ecef_m, trk.vel_ecef_mps
    t_impact, ix, iy, iz, sigma = -1.0, 0.0, 0.0, 0.0, 0.0
    if trk.n_models == 3 and trk.mu[2] > 0.5:
        par = w.tracker[w.radar.shape[0] + c]
        ok, t_hit, ix, iy, iz, see, _, snn = impact_point(trk, 0.0, _IMPACT_MAX_S, par.bal_inv_beta_m2pkg)
        if ok:
            t_impact = max(t_hit - t_s, 0.0)
            sigma = math.sqrt(max(0.5 * (see + snn), 0.0))
    pic.threat, pic.asset, pic.time_to_go_s = threat.evaluate(
        p[0], p[1], p[2], v[0], v[1], v[2], pic.klass, w.desk.assets, w.site.shape[0], post.asset_margin_m,
        post.max_threat_time_s, t_impact, ix, iy, iz, sigma,
    )  # fmt: skip
    if t_impact < 0.0 and w.tracker[w.radar.shape[0] + c].retrodict == 1:
        pic.time_to_go_s = max(pic.time_to_go_s - max(t_s - trk.t_s, 0.0), 0.0)  # what it knows is old


@kernel
def _in_airway(w, x, y, z, alt):
    """Inside any corridor: near enough to its centre line, and in its band of altitude."""
    for a in range(w.airway.shape[0]):
        row = w.airway[a]
        if alt < row.alt_min_m or alt > row.alt_max_m:
            continue
        bx, by, bz = row.bx_m - row.ax_m, row.by_m - row.ay_m, row.bz_m - row.az_m
        px, py, pz = x - row.ax_m, y - row.ay_m, z - row.az_m
        length = max(bx * bx + by * by + bz * bz, 1.0)
        u = min(max((px * bx + py * by + pz * bz) / length, 0.0), 1.0)
        dx, dy, dz = px - u * bx, py - u * by, pz - u * bz
        # Off the chord only sideways: the vertical part (altitude, sag of the chord) is taken out.
        r = max(math.sqrt(x * x + y * y + z * z), 1.0)
        up = (dx * x + dy * y + dz * z) / r
        if dx * dx + dy * dy + dz * dz - up * up <= row.half_width_m * row.half_width_m:
            return identify.YES
    return identify.NO if w.airway.shape[0] > 0 else identify.NOT_KNOWN


@kernel
def _jams(w, c, trk):
    """Does the track lie in a strobe of a radar that is on the air and reports to command post c?"""
    p = trk.pos_ecef_m
    for r in range(w.radar.shape[0]):
        par = w.radar[r]
        if w.radar_state[r].emitting == 0 or w.report[r].post != c:
            continue
        dx, dy, dz = p[0] - par.x_m, p[1] - par.y_m, p[2] - par.z_m
        # The cosine of a beam's width: as near as the strobe knows its direction.
        narrow = 1.0 - 0.5 * par.bw_az_rad * par.bw_az_rad
        within = narrow * narrow * max(dx * dx + dy * dy + dz * dz, 1.0)
        for j in range(w.jammer.shape[0]):
            row = w.jam[r, j]
            if row.jn_main < 10.0 or row.strobe_s < 0.0:
                continue
            along = dx * row.ux + dy * row.uy + dz * row.uz
            if along > 0.0 and along * along > within:
                return identify.YES
    return identify.NO


@kernel
def _identify(w, c, k, t_s, alt):
    trk = w.track[k]
    pic = w.picture[k]
    roe = w.roe[c]
    p = trk.pos_ecef_m
    closing = identify.YES if pic.asset >= 0 else identify.NO
    popped = identify.NO
    if pic.first_el_rad < _LOW_FIRST_RAD and pic.first_range_m < _NEAR_FIRST_M:
        popped = identify.YES
    pf, pn, ph = identify.identity_posterior(
        roe, trk.iff_asked_n, trk.iff_friend_n, trk.iff_civil_n, trk.class_logodds,
        _in_airway(w, p[0], p[1], p[2], alt), closing, popped, _jams(w, c, trk),
    )  # fmt: skip
    if pic.emitter == 1:
        pf, pn, ph = identify.as_emitter(roe, pf, pn, ph)
    state = identify.declare(roe, pic.identity, pf, pn, ph)
    pic.p_hostile = ph
    if state != pic.identity:
        pic.identity = state
        trk.identity = state
        events.emit(w, t_s, events.IDENTIFIED, trk.truth, c, trk.id, state, math.nan, alt, math.nan, ph)
    if pic.klass != pic.reported_klass and pic.p_class > 0.5:
        pic.reported_klass = pic.klass
        events.emit(
            w, t_s, events.CLASSIFIED, trk.truth, c, trk.id, pic.klass, math.nan, alt, math.nan, pic.p_class
        )


# --- fire ------------------------------------------------------------------------------------------


@kernel
def withhold(w, c, k, reason):
    """Report why a threatening track is not fired at, once per reason."""
    pic = w.picture[k]
    t_s = w.sim[0].t_s
    if pic.withheld == reason or t_s < pic.t_withheld_s + _REPORT_EVERY_S:
        return
    pic.withheld = reason
    pic.t_withheld_s = t_s
    trk = w.track[k]
    events.emit(w, t_s, events.WITHHELD, trk.truth, c, trk.id, reason, math.nan, math.nan, math.nan, math.nan)


@kernel
def _is_candidate(w, c, k):
    """May it be fired at, is it a threat, and is nobody at it already?"""
    trk = w.track[k]
    pic = w.picture[k]
    roe = w.roe[c]
    if (
        trk.engaged == 1
        or pic.rounds_out > 0
        or w.sim[0].t_s < pic.t_again_s
        or trk.t_update_s <= pic.t_verdict_s
    ):
        return False
    if pic.passive == 1:
        reason = emitters.refusal(w, c, k)
        if reason != NO_REASON and (reason != NO_THREAT or pic.identity == identify.HOSTILE):
            withhold(w, c, k, reason)
        return reason == NO_REASON
    if pic.threat <= 0.0 or pic.asset < 0:
        if pic.identity == identify.HOSTILE:
            withhold(w, c, k, NO_THREAT)
        return False
    kind = w.site[pic.asset].kind
    own = (
        pic.time_to_go_s < OWN_UNIT_TIME_S
        and kind != schema.SITE_ASSET
        and pic.klass in (classify.ARM, classify.BALLISTIC, classify.CRUISE_MISSILE)
    )
    own = own or pic.arm_priority == 1
    if not identify.may_engage(pic.identity, roe, own):
        withhold(w, c, k, HOLD if roe.control == identify.WEAPONS_HOLD else IDENTITY)
        return False
    limit = w.command_post[c].max_rounds_per_target
    if limit >= 0 and pic.rounds_in_all >= limit:
        withhold(w, c, k, COMMITTED)
        return False
    return True


@kernel
def _assign(w, c, n, t_s):
    """Options of every fire unit against every candidate, the assignment, and the channels that follow."""
    m = w.battery.shape[0]
    desk = w.desk
    for b in range(m):
        desk.channels[b] = free_channels(w, c, b)
        desk.rounds[b] = w.missile.shape[0]
    for i in range(n):
        k = desk.track[i]
        desk.value[i] = w.picture[k].threat
        if w.picture[k].arm_priority == 1:
            desk.value[i] *= _ARM_WEIGHT
        desk.reason[i] = NO_UNIT
        for b in range(m):
            desk.pk[i, b] = 0.0
            reason = _option(w, c, i, b, k, t_s)
            if _nearness(reason) > _nearness(desk.reason[i]):
                desk.reason[i] = reason
    if w.command_post[c].assignment == assign.OPTIMAL:
        assign.optimal(n, m, desk.value, desk.pk, desk.rounds, desk.channels, 1, desk.x, desk.wta)
    else:
        assign.greedy(n, m, desk.value, desk.pk, desk.rounds, desk.channels, 1, desk.x, desk.wta)
    for i in range(n):
        taken = False
        for b in range(m):
            if desk.x[i, b] > 0:
                open_channel(w, c, i, b, t_s)
                taken = True
        if not taken:
            reason = _why_not(w, i, m)
            withhold(w, c, desk.track[i], reason)
            w.picture[desk.track[i]].t_again_s = t_s + (
                _CHANNEL_AGAIN_S if reason == NO_CHANNEL else _AGAIN_S
            )


@kernel
def _nearness(reason):
    """How near a unit came to taking a target, by its reason: of several units the nearest one's is reported."""
    if reason == EARLY:
        return 6
    if reason == LOW_PK:
        return 5
    if reason in (NO_ROUNDS, emitters.NO_HOMING):
        return 4
    if reason in (ENVELOPE, AMBUSH):
        return 3
    if reason == BELOW_HORIZON:
        return 2
    return 1 if reason == NO_UNIT else 0


@kernel
def _why_not(w, i, m):
    """A candidate that no unit took: it had an option but no channel was left, or it had none."""
    for b in range(m):
        if w.desk.pk[i, b] > 0.0:
            return NO_CHANNEL
    return w.desk.reason[i]


@kernel
def free_channels(w, c, b):
    """Free channels of unit b for command post c; 0 where it is another's, cut off or off the air."""
    bat = w.battery[b]
    if w.battery_state[b].post != c or w.battery_state[b].cut == 1 or not usable(w, bat.radar):
        return 0
    free = 0
    for k in range(bat.first_channel, bat.first_channel + bat.n_channel):
        if w.channel[k].phase == schema.CHANNEL_FREE:
            free += 1
    return free


@kernel
def _option(w, c, i, b, k, t_s):
    """Best missile of fire unit b against track k into desk.pk and desk.weapon; returns the reason where there is none.

    A unit that is not there for this target (another's, cut off, off the air, without any launcher) has no reason of its own.
    """
    desk = w.desk
    post = w.command_post[c]
    bat = w.battery[b]
    if (
        not has_launcher(w, b)
        or w.battery_state[b].post != c
        or w.battery_state[b].cut == 1
        or not usable(w, bat.radar)
    ):
        return 0
    trk = w.track[k]
    if w.emission.shape[0] > 0 and too_far(w, bat.radar, trk):
        return AMBUSH
    par = w.tracker[w.radar.shape[0] + c]
    reaction_s = post.reaction_s + delay_s(w, c, bat.node)  # the order takes its time
    own = True  # the unit's own radar can hold the target
    passive = w.picture[k].passive == 1  # nobody's radar need
    if not in_sector(w, bat.radar, trk):
        if post.remote == 0 and not passive:
            return ENVELOPE
        own = False
    elif not in_sight(w, bat.radar, trk, par, t_s + reaction_s):
        if post.remote == 0 and not passive:
            return BELOW_HORIZON
        own = False
    cap = MEET_CAP_S
    if w.picture[k].klass in (classify.CRUISE_MISSILE, classify.DRONE, classify.BALLISTIC, classify.ARM):
        cap = min(cap, w.picture[k].time_to_go_s)  # what flies into its target is not met after that
    reason = NO_ROUNDS
    n_weapons = w.weapon.shape[0]
    for q in range(n_weapons):
        desk.weapon_pk[q] = 0.0
        desk.weapon_rounds[q], site = ready_rounds(w, b, q)
        if desk.weapon_rounds[q] <= 0:
            continue
        if passive and (w.arms.shape[0] == 0 or w.arms[q].homes == 0):
            reason = emitters.NO_HOMING if reason == NO_ROUNDS else reason
            continue
        reason = ENVELOPE
        if not own and not passive and w.weapon[q].seeker_kind == SEEKER_SEMI_ACTIVE:
            continue  # it has to be lit by that radar
        ok, tau, tof, x, y, z = meet(w, q, site, trk, par, t_s, reaction_s, cap, PLAN_BISECTIONS)
        if not ok or not suits(w, post, q, site, trk, x, y, z):
            continue
        desk.weapon_pk[q] = w.arsenal[q].single_pk
        desk.weapon_time[q] = tau
        desk.weapon_wait[q] = tau - tof - reaction_s
    best = salvo.choose_weapon(
        post.layering,
        n_weapons,
        desk.weapon_pk,
        desk.weapon_reach,
        desk.weapon_cost,
        desk.weapon_rounds,
        post.min_pk,
    )
    if best < 0:
        for q in range(n_weapons):
            if desk.weapon_pk[q] > 0.0:
                return LOW_PK
        return reason
    if desk.weapon_wait[best] > _LEAD_S:
        return EARLY
    can_look = salvo.time_to_look(
        w.picture[k].time_to_go_s, desk.weapon_time[best], post.assessment_delay_s, reaction_s,
        0.5 * desk.weapon_time[best],
    )  # fmt: skip
    flying = w.battery_state[b].n_flying
    rounds = salvo.rounds_to_fire(
        post.policy, post.salvo, can_look, 0, w.picture[k].rounds_in_all, post.max_rounds_per_target,
        desk.weapon_rounds[best], max(bat.missile_channels - flying, 1),
    )  # fmt: skip
    if rounds <= 0:
        return NO_ROUNDS
    desk.weapon[i, b] = best
    desk.planned[i, b] = rounds
    # A nearer unit is preferred among equals: the earlier meeting leaves time for another shot.
    desk.pk[i, b] = salvo.salvo_pk(desk.weapon_pk[best], rounds) * (1.0 - 1e-4 * desk.weapon_time[best])
    return NO_REASON


@kernel
def open_channel(w, c, i, b, t_s):
    """Give the engagement to a free channel of unit b."""
    desk = w.desk
    k = desk.track[i]
    bat = w.battery[b]
    for q in range(bat.first_channel, bat.first_channel + bat.n_channel):
        ch = w.channel[q]
        if ch.phase != schema.CHANNEL_FREE:
            continue
        trk = w.track[k]
        pic = w.picture[k]
        ch.phase = schema.CHANNEL_REACTING
        ch.track = k
        ch.track_id = trk.id
        ch.weapon = desk.weapon[i, b]
        ch.planned = desk.planned[i, b]
        ch.fired = 0
        ch.flying = 0
        ch.t_assigned_s = t_s
        ch.t_ready_s = t_s + w.command_post[c].reaction_s + order_s(w, c, b, trk.truth, t_s)
        ch.remote = max(w.command_post[c].remote, pic.passive)
        ch.t_look_s = t_s
        ch.t_plot_s = -1e9
        ch.t_burst_s = -1e9
        ch.local_track = -1
        ch.local_id = -1
        trk.engaged = 1
        pic.rounds_out += ch.planned
        pic.withheld = NO_REASON
        pic.t_withheld_s = -1e9
        events.emit(
            w,
            t_s,
            events.ASSIGNED,
            trk.truth,
            b,
            trk.id,
            ch.weapon,
            math.nan,
            math.nan,
            math.nan,
            desk.pk[i, b],
        )
        return
