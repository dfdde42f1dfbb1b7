"""The compiled part of doctrines in plain Python: the step with a halt at every decision, and orders with their checks.

The step is that of `engine.schedule`, with a halt between its parts. An order may do what the standard
doctrine may do: the checks are its own functions. All kernels of this room are in this file: Numba's cache looks at the
defining file, and at the engine's rooms, alone.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.doctrine import classify, emitters, identify, standard
from openiads.doctrine.gun_fire import assign_guns
from openiads.doctrine.reach import in_sector, in_sight, ready_rounds, suits
from openiads.engine.schedule import act, decides, sense
from openiads.engine.systems.emission import too_far, usable
from openiads.engine.systems.meet import meet
from openiads.engine.systems.network import delay_s
from openiads.engine.systems.settle import settle
from openiads.physics.interceptor_schema import SEEKER_SEMI_ACTIVE
from openiads.tracking.schema import CONFIRMED
from openiads.world import schema

#: Why a threat may not be fired at whatever is ordered: said in the log without an order.
_TOLD = (standard.IDENTITY, standard.HOLD, emitters.KNOWN_FROM_STROBES, emitters.NOT_LOCATED)
OVER, UNDER_WAY = -1, -2  # instead of a command post: the run is over; so many steps without a decision


@kernel
def due_after(w, last):
    """Next command post after `last` that decides in this step, -1 none."""
    for c in range(last + 1, w.command_post.shape[0]):
        if decides(w, c):
            return c
    return -1


@kernel
def go_on(w, c, most):
    """From the decision of post c (or UNDER_WAY: from between two steps) to the next; at most so many steps.

    Returns the post that decides now, OVER or UNDER_WAY.
    """
    sim = w.sim[0]
    if c >= 0:
        following = due_after(w, c)
        if following >= 0:
            return following
        act(w)
    for _ in range(most):
        if sim.step >= sim.n_steps or sim.over == 1:
            break
        sense(w)
        following = due_after(w, -1)
        if following >= 0:
            return following
        act(w)
    if sim.step >= sim.n_steps and sim.over == 0:
        settle(w)
    if sim.over == 1:
        return OVER
    return UNDER_WAY


@kernel
def appraise(w, c):
    """Class, identity and threat of every confirmed track of post c, as the standard doctrine finds them."""
    t_s = w.sim[0].t_s
    standard.list_assets(w)
    first = w.command_post[c].first_track
    for k in range(first, first + w.track_set[w.radar.shape[0] + c].n_high):
        if w.track[k].status < CONFIRMED:
            continue
        standard.appraise(w, c, k, t_s)
        if w.picture[k].threat > 0.0:
            reason = permission(w, c, k)
            if reason in _TOLD:
                standard.withhold(w, c, k, reason)
    if w.gun.shape[0] > 0:
        assign_guns(w, c, t_s)


@kernel
def permission(w, c, k):
    """May track k be fired at now? NO_REASON, or why not (events.WITHHOLD)."""
    trk = w.track[k]
    pic = w.picture[k]
    roe = w.roe[c]
    if trk.engaged == 1 or pic.rounds_out > 0:
        return standard.COMMITTED
    if trk.t_update_s <= pic.t_verdict_s:
        return standard.COMMITTED  # shot at, and not yet seen to have survived
    if pic.passive == 1:
        return emitters.refusal(w, c, k)
    own = pic.arm_priority == 1
    if pic.threat > 0.0 and pic.asset >= 0 and pic.time_to_go_s < standard.OWN_UNIT_TIME_S:
        kind = w.site[pic.asset].kind
        attacks = pic.klass in (classify.ARM, classify.BALLISTIC, classify.CRUISE_MISSILE)
        own = own or (kind != schema.SITE_ASSET and attacks)
    if not identify.may_engage(pic.identity, roe, own):
        return standard.HOLD if roe.control == identify.WEAPONS_HOLD else standard.IDENTITY
    limit = w.command_post[c].max_rounds_per_target
    if limit >= 0 and pic.rounds_in_all >= limit:
        return standard.COMMITTED
    return standard.NO_REASON


@kernel
def bearing_on(w, c, b, k):
    """Can battery b take track k at all? (reason, 1 where its own radar holds the target)"""
    post = w.command_post[c]
    bat = w.battery[b]
    if w.battery_state[b].post != c or w.battery_state[b].cut == 1 or not usable(w, bat.radar):
        return standard.NO_UNIT, 0
    trk = w.track[k]
    if w.emission.shape[0] > 0 and too_far(w, bat.radar, trk):
        return standard.AMBUSH, 0
    alone = post.remote == 0 and w.picture[k].passive == 0  # a passive track needs nobody's radar
    if not in_sector(w, bat.radar, trk):
        return (standard.ENVELOPE if alone else standard.NO_REASON), 0
    par = w.tracker[w.radar.shape[0] + c]
    t_s = w.sim[0].t_s + (post.reaction_s + delay_s(w, c, bat.node))
    if not in_sight(w, bat.radar, trk, par, t_s):
        return (standard.BELOW_HORIZON if alone else standard.NO_REASON), 0
    return standard.NO_REASON, 1


@kernel
def weigh(w, c, k, b, q, own):
    """(reason, kill probability of one round, time to the meeting) of missile q of battery b against track k."""
    post = w.command_post[c]
    rounds, site = ready_rounds(w, b, q)
    if rounds <= 0:
        return standard.NO_ROUNDS, 0.0, math.nan
    passive = w.picture[k].passive == 1
    if passive and (w.arms.shape[0] == 0 or w.arms[q].homes == 0):
        return emitters.NO_HOMING, 0.0, math.nan
    if own == 0 and not passive and w.weapon[q].seeker_kind == SEEKER_SEMI_ACTIVE:
        return standard.ENVELOPE, 0.0, math.nan
    cap = standard.MEET_CAP_S
    if w.picture[k].klass in (classify.CRUISE_MISSILE, classify.DRONE, classify.BALLISTIC, classify.ARM):
        cap = min(cap, w.picture[k].time_to_go_s)
    trk = w.track[k]
    par = w.tracker[w.radar.shape[0] + c]
    reaction_s = post.reaction_s + delay_s(w, c, w.battery[b].node)
    ok, tau, _, x, y, z = meet(w, q, site, trk, par, w.sim[0].t_s, reaction_s, cap, standard.PLAN_BISECTIONS)
    if not ok or not suits(w, post, q, site, trk, x, y, z):
        return standard.ENVELOPE, 0.0, math.nan
    pk = w.arsenal[q].single_pk
    if not (pk > 0.0 and pk >= post.min_pk):
        return standard.LOW_PK, 0.0, tau
    return standard.NO_REASON, pk, tau


@kernel
def weigh_all(w, c, rows, reason, pk, time_s):
    """Every battery and missile against the tracks `rows`, [track, battery, missile]; channels are counted too."""
    for i in range(rows.shape[0]):
        may = permission(w, c, rows[i])
        for b in range(w.battery.shape[0]):
            why, own = may, 0
            if why == standard.NO_REASON:
                why, own = bearing_on(w, c, b, rows[i])
            full = standard.free_channels(w, c, b) == 0
            for q in range(w.weapon.shape[0]):
                reason[i, b, q] = why
                pk[i, b, q] = 0.0
                time_s[i, b, q] = math.nan
                if why != standard.NO_REASON:
                    continue
                reason[i, b, q], pk[i, b, q], time_s[i, b, q] = weigh(w, c, rows[i], b, q, own)
                if full and reason[i, b, q] == standard.NO_REASON:
                    reason[i, b, q] = standard.NO_CHANNEL
                    pk[i, b, q] = 0.0


@kernel
def order(w, c, k, b, q, number):
    """Engage track k with `number` rounds of missile q of battery b: (reason, rounds planned).

    The reason is NO_REASON where a channel was opened. Rounds are cut to what is ready, can be guided and is allowed per target.
    """
    reason = permission(w, c, k)
    own = 0
    if reason == standard.NO_REASON:
        reason, own = bearing_on(w, c, b, k)
    pk = 0.0
    tau = 0.0
    if reason == standard.NO_REASON:
        reason, pk, tau = weigh(w, c, k, b, q, own)
    if reason == standard.NO_REASON and standard.free_channels(w, c, b) == 0:
        reason = standard.NO_CHANNEL
    if reason != standard.NO_REASON:
        standard.withhold(w, c, k, reason)
        return reason, 0
    ready, _ = ready_rounds(w, b, q)
    n = min(number, ready, max(w.battery[b].missile_channels - w.battery_state[b].n_flying, 1))
    limit = w.command_post[c].max_rounds_per_target
    if limit >= 0:
        n = min(n, limit - w.picture[k].rounds_in_all)
    survive = 1.0
    for _ in range(n):
        survive *= 1.0 - pk
    desk = w.desk
    desk.track[0] = k
    desk.weapon[0, b] = q
    desk.planned[0, b] = n
    desk.pk[0, b] = (1.0 - survive) * (1.0 - 1e-4 * tau)
    standard.open_channel(w, c, 0, b, w.sim[0].t_s)
    return standard.NO_REASON, n
