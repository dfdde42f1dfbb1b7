"""Weapon-target assignment: who shoots at what.

Static problem: n targets of worth v_i, m fire units with r_j rounds and c_j target channels, kill
probabilities p_ij, rounds independent. Maximise the worth saved

    sum_i v_i (1 - prod_j (1 - p_ij)^x_ij),   sum_i x_ij <= r_j,   #{i: x_ij > 0} <= c_j,   sum_j x_ij <= K.

* :func:`greedy`: best marginal return, one round at a time. Optimal where all rounds are alike (G. G. den
  Broeder, R. E. Ellison, L. Emerling, "On optimum target assignments", Operations Research 7 (1959),
  322-326).
* :func:`optimal`: with K = 1 the problem is a linear assignment of targets to channels, and the answer exact.
  With K > 1 the problem is NP-complete (S. P. Lloyd, H. S. Witsenhausen, "Weapons allocation is NP-complete",
  1986): one linear assignment per round of fire, then exchange of single rounds and of pairs until nothing
  improves; the better of this and of the same exchange from the greedy answer. Never worse than greedy.
* :func:`upper_bound`: every target met by its best unit as often as liked; alike rounds again, so exact by
  den Broeder. The distance to it bounds the error of any answer.

Conventions: x is i8 [n, m], the answer; value f8 [n], pk f8 [n, m], rounds and channels i8 [m]; leading n and
m rows are used, so tables may be larger. Scratch comes from :func:`make_work`. Ties fall to the lower target,
then unit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from openiads._jit import kernel
from openiads.tracking.assign import assign

GREEDY, OPTIMAL = 0, 1  # method
METHOD_NAMES = ("greedy", "optimal")

MAX_PASSES = 100  # of the exchange; each pass must improve, so this only bounds the time
_LEAST_GAIN = 1e-12  # relative to the total worth; what is less is rounding


class WtaWork(NamedTuple):
    """Scratch for problems up to the size it was made for; nothing in it has a meaning between calls."""

    cost: np.ndarray  # f8 [targets, slots]
    row_to_col: np.ndarray  # i8 [targets]
    fwork: np.ndarray  # f8 [targets + 2 slots], for the linear assignment
    iwork: np.ndarray  # i8 [targets + 4 slots]
    slot_unit: np.ndarray  # i8 [slots], unit that a slot belongs to
    survive: np.ndarray  # f8 [targets], survival probability under x
    left: np.ndarray  # i8 [units], rounds left
    free: np.ndarray  # i8 [units], channels left
    taken: np.ndarray  # i8 [targets], rounds on each target
    other: np.ndarray  # i8 [targets, units], second answer
    saved: np.ndarray  # i8 [targets, units], answer to go back to


def make_work(max_targets: int, max_units: int, max_slots: int) -> WtaWork:
    """Scratch for so many targets, units and slots; a problem needs sum of min(r_j, c_j, n) slots."""
    n, m, s = int(max_targets), int(max_units), int(max_slots)
    if n < 1 or m < 1 or s < 1:
        raise ValueError(f"make_work: sizes must be at least 1, got {max_targets}, {max_units}, {max_slots}")
    return WtaWork(
        cost=np.zeros((n, s)),
        row_to_col=np.zeros(n, np.int64),
        fwork=np.zeros(n + 2 * s),
        iwork=np.zeros(n + 4 * s, np.int64),
        slot_unit=np.zeros(s, np.int64),
        survive=np.zeros(n),
        left=np.zeros(m, np.int64),
        free=np.zeros(m, np.int64),
        taken=np.zeros(n, np.int64),
        other=np.zeros((n, m), np.int64),
        saved=np.zeros((n, m), np.int64),
    )


@kernel
def worth(n, m, value, pk, x):
    """Expected worth of the targets killed under x."""
    total = 0.0
    for i in range(n):
        total += value[i] * (1.0 - _survival(i, m, pk, x, -1, -1))
    return total


@kernel
def greedy(n, m, value, pk, rounds, channels, most_per_target, x, work):
    """Fill x round by round, each where it adds most; returns the worth. most_per_target: K."""
    _clear(n, m, x)
    _refresh(n, m, pk, rounds, channels, x, work)
    _fill(n, m, value, pk, most_per_target, x, work)
    return worth(n, m, value, pk, x)


@kernel
def optimal(n, m, value, pk, rounds, channels, most_per_target, x, work):
    """Best x known (exact for most_per_target = 1, see the head of this file); returns the worth.

    Returns -1 and an empty x where `work` was made for fewer slots than sum of min(r_j, c_j, n).
    """
    _clear(n, m, x)
    slots = 0
    for j in range(m):
        slots += max(min(rounds[j], channels[j], n), 0)
    if slots > work.slot_unit.shape[0]:
        return -1.0
    _refresh(n, m, pk, rounds, channels, x, work)
    placed = 1
    while placed > 0:
        placed = _stage(n, m, value, pk, most_per_target, x, work)
        if most_per_target <= 1:
            return worth(n, m, value, pk, x)
    _improve(n, m, value, pk, rounds, channels, most_per_target, x, work)
    best = worth(n, m, value, pk, x)
    second = work.other
    greedy(n, m, value, pk, rounds, channels, most_per_target, second, work)
    _improve(n, m, value, pk, rounds, channels, most_per_target, second, work)
    rival = worth(n, m, value, pk, second)
    if rival > best:
        for i in range(n):
            for j in range(m):
                x[i, j] = second[i, j]
        best = rival
    return best


@kernel
def upper_bound(n, m, value, pk, rounds, most_per_target, work):
    """No assignment is worth more than this: all rounds alike, each as good as the target's best unit."""
    n_rounds = 0
    for j in range(m):
        n_rounds += max(rounds[j], 0)
    best_pk = work.fwork
    for i in range(n):
        work.survive[i] = 1.0
        work.taken[i] = 0
        best_pk[i] = 0.0
        for j in range(m):
            if rounds[j] > 0:
                best_pk[i] = max(best_pk[i], pk[i, j])
    total = 0.0
    for _ in range(n_rounds):
        pick = -1
        gain = 0.0
        for i in range(n):
            g = value[i] * work.survive[i] * best_pk[i]
            if work.taken[i] < most_per_target and g > gain:
                gain = g
                pick = i
        if pick < 0:
            break
        total += gain
        work.survive[pick] *= 1.0 - best_pk[pick]
        work.taken[pick] += 1
    return total


@kernel
def _clear(n, m, x):
    for i in range(n):
        for j in range(m):
            x[i, j] = 0


@kernel
def _survival(i, m, pk, x, minus, plus):
    """Survival of target i under x, with one round of unit `minus` less and one of `plus` more (-1: none)."""
    s = 1.0
    for j in range(m):
        k = x[i, j]
        if j == minus:
            k -= 1
        if j == plus:
            k += 1
        for _ in range(k):
            s *= 1.0 - pk[i, j]
    return s


@kernel
def _refresh(n, m, pk, rounds, channels, x, work):
    """Rounds and channels that x leaves, rounds on each target, survival of each target."""
    for j in range(m):
        work.left[j] = max(rounds[j], 0)
        work.free[j] = max(channels[j], 0)
    for i in range(n):
        work.taken[i] = 0
        for j in range(m):
            work.taken[i] += x[i, j]
            work.left[j] -= x[i, j]
            if x[i, j] > 0:
                work.free[j] -= 1
        work.survive[i] = _survival(i, m, pk, x, -1, -1)


@kernel
def _add(i, j, m, pk, x, work):
    """One more round of unit j on target i."""
    if x[i, j] == 0:
        work.free[j] -= 1
    x[i, j] += 1
    work.left[j] -= 1
    work.taken[i] += 1
    work.survive[i] = _survival(i, m, pk, x, -1, -1)


@kernel
def _remove(i, j, m, pk, x, work):
    """One round of unit j on target i less."""
    x[i, j] -= 1
    if x[i, j] == 0:
        work.free[j] += 1
    work.left[j] += 1
    work.taken[i] -= 1
    work.survive[i] = _survival(i, m, pk, x, -1, -1)


@kernel
def _fill(n, m, value, pk, most_per_target, x, work):
    """Marginal return: the most useful single round, again and again, while any adds worth."""
    while True:
        gain = 0.0
        pick_i = -1
        pick_j = -1
        for i in range(n):
            if work.taken[i] >= most_per_target:
                continue
            stake = value[i] * work.survive[i]
            for j in range(m):
                g = stake * pk[i, j]
                if g > gain and work.left[j] > 0 and (x[i, j] > 0 or work.free[j] > 0):
                    gain = g
                    pick_i = i
                    pick_j = j
        if pick_i < 0:
            return
        _add(pick_i, pick_j, m, pk, x, work)


@kernel
def _stage(n, m, value, pk, most_per_target, x, work):
    """One more round on every target at most, by linear assignment of targets to slots; returns how many.

    A unit offers as many slots as it has rounds, or free channels where it engages nothing yet. A unit out of
    channels may go on only with what it engages; the assignment knows that pair by pair, but not that two new
    targets may want the same last channel of a unit that also goes on with others: the later one then waits.
    """
    n_slots = 0
    for j in range(m):
        held = 0
        for i in range(n):
            if x[i, j] > 0:
                held += 1
        offer = min(work.left[j], work.free[j] + held, n)
        for _ in range(offer):
            work.slot_unit[n_slots] = j
            n_slots += 1
    if n_slots == 0:
        return 0
    cost = work.cost
    for i in range(n):
        stake = value[i] * work.survive[i]
        if work.taken[i] >= most_per_target:
            stake = 0.0
        for s in range(n_slots):
            j = work.slot_unit[s]
            cost[i, s] = 0.0
            if x[i, j] > 0 or work.free[j] > 0:
                cost[i, s] = -stake * pk[i, j]
    assign(cost, n, n_slots, 0.0, work.row_to_col, work.fwork, work.iwork)
    placed = 0
    for i in range(n):
        s = work.row_to_col[i]
        if s < 0 or not cost[i, s] < 0.0:
            continue
        j = work.slot_unit[s]
        if x[i, j] > 0 or work.free[j] > 0:
            _add(i, j, m, pk, x, work)
            placed += 1
    return placed


@kernel
def _improve(n, m, value, pk, rounds, channels, most_per_target, x, work):
    """Exchange until nothing improves; keeps the books (`_refresh`) in order."""
    worth_of_all = 0.0
    for i in range(n):
        worth_of_all += value[i]
    least = _LEAST_GAIN * worth_of_all
    for _ in range(MAX_PASSES):
        _fill(n, m, value, pk, most_per_target, x, work)
        moved = 0
        for i in range(n):
            for j in range(m):
                if x[i, j] > 0:
                    moved += _move(i, j, n, m, value, pk, most_per_target, x, work, least)
                if x[i, j] > 0:
                    moved += _swap(i, j, n, m, value, pk, x, work, least)
                if x[i, j] > 0:
                    moved += _relocate(i, j, n, m, value, pk, most_per_target, x, work, least)
        if moved == 0:
            moved = _redeal(n, m, value, pk, rounds, channels, most_per_target, x, work, least)
        if moved == 0:
            return


@kernel
def _redeal(n, m, value, pk, rounds, channels, most_per_target, x, work, least):
    """Take one round off every target and deal these rounds anew, all at once, by linear assignment.

    Finds the cyclic exchanges that pairs cannot (the neighbourhood of R. K. Ahuja, A. Kumar, K. C. Jha,
    J. B. Orlin, "Exact and heuristic algorithms for the weapon-target assignment problem", Operations
    Research 55 (2007), 1136-1146, restricted to one round per target). Goes back where that is no better.
    """
    most = 0
    for i in range(n):
        most = max(most, work.taken[i])
    for turn in range(most):
        before = worth(n, m, value, pk, x)
        for i in range(n):
            skip = 0
            if work.taken[i] > 0:
                skip = turn % work.taken[i]
            taken = -1
            for j in range(m):
                work.saved[i, j] = x[i, j]
                if taken < 0 and x[i, j] > skip:
                    taken = j
                elif taken < 0:
                    skip -= x[i, j]
            if taken >= 0:
                x[i, taken] -= 1
        _refresh(n, m, pk, rounds, channels, x, work)
        _stage(n, m, value, pk, most_per_target, x, work)
        _fill(n, m, value, pk, most_per_target, x, work)
        if worth(n, m, value, pk, x) - before > least:
            return 1
        for i in range(n):
            for j in range(m):
                x[i, j] = work.saved[i, j]
        _refresh(n, m, pk, rounds, channels, x, work)
    return 0


@kernel
def _move(i, j, n, m, value, pk, most_per_target, x, work, least):
    """Give one round of unit j on target i to another target, or to another unit, where that helps most."""
    without = _survival(i, m, pk, x, j, -1)
    loss = value[i] * (without - work.survive[i])
    best = loss + least
    to_i = -1
    to_j = -1
    channel = work.free[j] > 0 or x[i, j] == 1
    for k in range(n):
        if k != i and work.taken[k] < most_per_target and (x[k, j] > 0 or channel):
            g = value[k] * work.survive[k] * pk[k, j]
            if g > best:
                best = g
                to_i = k
                to_j = j
    for u in range(m):
        if u != j and work.left[u] > 0 and (x[i, u] > 0 or work.free[u] > 0):
            g = value[i] * without * pk[i, u]
            if g > best:
                best = g
                to_i = i
                to_j = u
    if to_i < 0:
        return 0
    _remove(i, j, m, pk, x, work)
    _add(to_i, to_j, m, pk, x, work)
    return 1


@kernel
def _swap(i, j, n, m, value, pk, x, work, least):
    """Trade one round of unit j on target i for one of another unit on another target, if that helps."""
    for k in range(n):
        if k == i:
            continue
        for u in range(m):
            if u == j or x[k, u] == 0:
                continue
            # each unit needs a channel for its new target, its own old one if this round was the last there
            if not (x[k, j] > 0 or work.free[j] > 0 or x[i, j] == 1):
                continue
            if not (x[i, u] > 0 or work.free[u] > 0 or x[k, u] == 1):
                continue
            before = value[i] * work.survive[i] + value[k] * work.survive[k]
            after = value[i] * _survival(i, m, pk, x, j, u) + value[k] * _survival(k, m, pk, x, u, j)
            if before - after > least:
                _remove(i, j, m, pk, x, work)
                _remove(k, u, m, pk, x, work)
                _add(k, j, m, pk, x, work)
                _add(i, u, m, pk, x, work)
                return 1
    return 0


@kernel
def _relocate(i, j, n, m, value, pk, most_per_target, x, work, least):
    """Take unit j off target i altogether and let it fire as many rounds at another, where that helps most.

    What a single round cannot do where a unit has no channel left.
    """
    q = x[i, j]
    without = 1.0
    for u in range(m):
        if u != j:
            for _ in range(x[i, u]):
                without *= 1.0 - pk[i, u]
    best = value[i] * (without - work.survive[i]) + least
    to = -1
    for k in range(n):
        if k == i or x[k, j] > 0 or work.taken[k] + 1 > most_per_target:
            continue
        fits = min(q, most_per_target - work.taken[k])
        s = work.survive[k]
        for _ in range(fits):
            s *= 1.0 - pk[k, j]
        g = value[k] * (work.survive[k] - s)
        if g > best:
            best = g
            to = k
    if to < 0:
        return 0
    fits = min(q, most_per_target - work.taken[to])
    for _ in range(q):
        _remove(i, j, m, pk, x, work)
    for _ in range(fits):
        _add(to, j, m, pk, x, work)
    return 1
