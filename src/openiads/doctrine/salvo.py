"""Shot doctrine: which missile, how many rounds, and whether there is time to look before shooting again.

Sources: elementary probability, 1 - (1 - p)^n for n independent rounds. Shoot-look-shoot as treated in
A. R. Washburn, M. Kress, Combat Modeling (Springer, 2009), ch. 2. Independence of rounds is an assumption
that the engine does not share: there every round flies for itself against the same target and the same
jamming.
"""

from __future__ import annotations

import math

from openiads._jit import kernel

SALVO, SHOOT_LOOK_SHOOT = 0, 1  # policy
POLICY_NAMES = ("salvo", "shoot_look_shoot")

LONGEST_REACH, CHEAPEST, HIGHEST_PK = 0, 1, 2  # layering: which of the missiles that can reach
LAYERING_NAMES = ("longest_reach", "cheapest", "highest_pk")

NO_LIMIT = -1  # of rounds per target


@kernel
def salvo_pk(single_pk, n):
    """Kill probability of n independent rounds, 1 - (1 - p)^n."""
    survive = 1.0
    for _ in range(n):
        survive *= 1.0 - single_pk
    return 1.0 - survive


@kernel
def rounds_for_pk(single_pk, wanted_pk, most):
    """Fewest rounds whose joint kill probability reaches `wanted_pk`, but at most `most`; 0 where p is 0."""
    if single_pk <= 0.0:
        return 0
    survive = 1.0
    n = 0
    while n < most and 1.0 - survive < wanted_pk:
        survive *= 1.0 - single_pk
        n += 1
    return n


@kernel
def time_to_look(time_to_go_s, flight_s, assessment_s, reaction_s, next_flight_s):
    """True where a shot now, its assessment and one more shot all fit in before the target arrives.

    time_to_go_s: until the target reaches what it must not reach; flight_s, next_flight_s: times of flight of
    the first and of the second round; assessment_s: from burst to verdict; reaction_s: from verdict to
    launch.
    """
    return flight_s + assessment_s + reaction_s + next_flight_s <= time_to_go_s


@kernel
def rounds_to_fire(policy, salvo, can_look, n_flying, n_fired, most_per_target, n_ready, n_guidable):
    """Rounds to fire at a target now.

    Parameters
    ----------
    policy : SALVO or SHOOT_LOOK_SHOOT.
    salvo : rounds of one salvo, at least 1; under SHOOT_LOOK_SHOOT of the last chance.
    can_look : :func:`time_to_look`. With it SHOOT_LOOK_SHOOT fires one round and waits for the verdict;
        without, a salvo.
    n_flying : rounds on their way to this target or not yet assessed; the plan counts them in.
    n_fired : rounds fired at it in all; most_per_target : their limit, NO_LIMIT for none.
    n_ready, n_guidable : rounds on the launchers, and missile channels free.
    """
    wanted = max(salvo, 1)
    if policy == SHOOT_LOOK_SHOOT and can_look:
        wanted = 1
    wanted -= n_flying
    if most_per_target >= 0:
        wanted = min(wanted, most_per_target - n_fired)
    return max(min(wanted, n_ready, n_guidable), 0)


@kernel
def choose_weapon(layering, n, pk, reach_m, cost, rounds, min_pk):
    """Index of the missile type to use among n, -1 for none.

    pk, reach_m, cost : f8 [n], kill probability against this target (0: cannot intercept it), declared reach,
        price.
    rounds : i8 [n], ready now. Fit is what has rounds, and a kill probability above 0 and of at least min_pk.
    LONGEST_REACH takes the one that reaches farthest and keeps the short ones for later; CHEAPEST the
    cheapest that is good enough; HIGHEST_PK the surest. Ties: higher kill probability, then lower cost, then
    lower index.
    """
    best = -1
    best_key = 0.0
    for j in range(n):
        if rounds[j] <= 0 or not (pk[j] > 0.0 and pk[j] >= min_pk):
            continue
        key = pk[j]
        if layering == LONGEST_REACH:
            key = reach_m[j]
        elif layering == CHEAPEST:
            key = -cost[j]
        better = best < 0 or key > best_key
        if not better and key == best_key:
            better = pk[j] > pk[best] or (pk[j] == pk[best] and cost[j] < cost[best])
        if better:
            best = j
            best_key = key
    return best


@kernel
def latest_launch_s(time_to_go_s, flight_s):
    """Time left until the last moment to launch; negative: too late; -inf where there is no intercept."""
    if not flight_s < math.inf:
        return -math.inf
    return time_to_go_s - flight_s
