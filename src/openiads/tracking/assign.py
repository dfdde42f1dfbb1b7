"""Optimal rectangular assignment with forbidden pairs and a price for leaving a row alone. Allocates nothing.

Shortest augmenting paths with dual prices, one Dijkstra search per row (Jonker, Volgenant, "A shortest
augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987). Each row has,
besides the real columns, a dummy column of its own at the price `miss_cost`. Only its own row reaches a
dummy, so a dummy that is
taken never lies inside a search tree: its dual price stays zero and it need not be stored.
"""

from __future__ import annotations

import math

from openiads._jit import kernel


@kernel
def assign(cost, n_rows, n_cols, miss_cost, row_to_col, fwork, iwork):
    """Minimise the sum over rows of cost[row, column] or, for a row left alone, `miss_cost`.

    cost: f8 array, the leading n_rows x n_cols is used; inf or nan forbids a pair, -inf must not occur.
    miss_cost: finite, or inf for "as many pairs as the forbidden ones allow, and of these the cheapest".
    row_to_col: i8[n_rows], result; -1 for a row left alone.
    fwork: f8[n_rows + 2 n_cols], iwork: i8[n_rows + 4 n_cols] at least. Returns the sum of cost over the
    pairs.
    """
    # fwork: u (rows) | v (columns) | dist (columns);  iwork: tree rows | col_to_row | pred | done columns |
    # open columns
    iv = n_rows
    idist = n_rows + n_cols
    ic2r = n_rows
    ipred = n_rows + n_cols
    idone = n_rows + 2 * n_cols
    iopen = n_rows + 3 * n_cols
    miss = miss_cost
    if not miss < math.inf:
        miss = _price_of_a_miss(cost, n_rows, n_cols)
    for i in range(n_rows):
        row_to_col[i] = -1
        fwork[i] = 0.0
    for j in range(n_cols):
        fwork[iv + j] = 0.0
        iwork[ic2r + j] = -1
    for start in range(n_rows):
        for j in range(n_cols):
            fwork[idist + j] = math.inf
            iwork[iopen + j] = j
        n_open = n_cols
        n_done = 0
        row = start
        reached = 0.0  # length of the path to `row`
        dummy_row = -1
        dummy_dist = math.inf
        sink = -1
        while True:
            slack = reached + miss - fwork[row]
            if slack < dummy_dist:
                dummy_dist = slack
                dummy_row = row
            base = reached - fwork[row]
            best = math.inf
            best_k = -1
            for k in range(n_open):
                j = iwork[iopen + k]
                d = base + cost[row, j] - fwork[iv + j]
                if d < fwork[idist + j]:
                    fwork[idist + j] = d
                    iwork[ipred + j] = row
                else:
                    d = fwork[idist + j]
                # among equals a free column ends the search at once
                if d < best or (d == best and d < math.inf and iwork[ic2r + j] < 0):
                    best = d
                    best_k = k
            if best_k < 0 or dummy_dist <= best:
                reached = dummy_dist
                break
            reached = best
            j = iwork[iopen + best_k]
            if iwork[ic2r + j] < 0:
                sink = j
                break
            n_open -= 1
            iwork[iopen + best_k] = iwork[iopen + n_open]
            iwork[idone + n_done] = j
            n_done += 1
            row = iwork[ic2r + j]
        # New dual prices, before the matching changes
        fwork[start] += reached
        for k in range(n_done):
            j = iwork[idone + k]
            gain = reached - fwork[idist + j]
            fwork[iwork[ic2r + j]] += gain
            fwork[iv + j] -= gain
        # Augment: towards a free column, or freeing `dummy_row` from the column that it holds
        if sink < 0:
            sink = row_to_col[dummy_row]
            row_to_col[dummy_row] = -1
            if dummy_row == start:
                continue
        j = sink
        while True:
            i = iwork[ipred + j]
            iwork[ic2r + j] = i
            k = row_to_col[i]
            row_to_col[i] = j
            if i == start:
                break
            j = k
    total = 0.0
    for i in range(n_rows):
        if row_to_col[i] >= 0:
            total += cost[i, row_to_col[i]]
    return total


@kernel
def _price_of_a_miss(cost, n_rows, n_cols):
    """A finite price above any possible saving: more pairs always beat cheaper ones."""
    lo = 0.0
    hi = 0.0
    for i in range(n_rows):
        for j in range(n_cols):
            c = cost[i, j]
            if c < math.inf:
                lo = min(lo, c)
                hi = max(hi, c)
    n = min(n_rows, n_cols)
    return (hi - lo) * (n + 1.0) + hi + 1.0
