"""Which tracks can be near a plot: lists by cells of space, so that a plot is not compared with every track.

A track of two plots or more is kept in the list of the cell of its last position if it cannot take a plot
further away than ROW_REACH_M before the index expires; otherwise (fast, uncertain, ballistic) in the WIDE
list, which every plot looks through, comparing its distance with `reach_m` alone. Tracks of one plot are in the YOUNG list. A plot looks into the cells that its own
error and ROW_REACH_M can bridge. The index is exact: it leaves out only tracks that the gate would refuse
(tested).

Cells repeat every N_AXIS cells along each ECEF axis: the cells that one plot looks into are never the same
list. Lists are doubly linked through the rows (`prev`, `next`, `cell`), heads are in the track set. Deleted
rows stay in their list, marked FREE, until the index is renewed or the row is used again.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.tracking.schema import FREE, N_AXIS, WIDE, YOUNG

ROW_REACH_M = 15_000.0
CELL_M = 24_000.0
FALL_MPS2 = 6.0  # half of g and a little: what a ballistic prediction differs by from a straight one, over t^2
_ROUNDING_M = 1e-3
_ONE_IN = 4


@kernel
def bucket_at(ix, iy, iz):
    """List of a cell (integer coordinates)."""
    return (ix & (N_AXIS - 1)) + N_AXIS * ((iy & (N_AXIS - 1)) + N_AXIS * (iz & (N_AXIS - 1)))


@kernel
def unlink(tracks, tset, j):
    """Take row j out of its list, if it is in one."""
    row = tracks[j]
    if row.cell < 0:
        return
    if row.prev >= 0:
        tracks[row.prev].next = row.next
    else:
        tset.bucket[row.cell] = row.next
    if row.next >= 0:
        tracks[row.next].prev = row.prev
    if row.cell == WIDE:
        tset.n_wide -= 1
    row.cell = -1


@kernel
def link(tracks, tset, j, bucket):
    """Put row j, which is in no list, at the head of a list."""
    row = tracks[j]
    head = tset.bucket[bucket]
    row.prev = -1
    row.next = head
    row.cell = bucket
    if head >= 0:
        tracks[head].prev = j
    tset.bucket[bucket] = j
    if bucket == WIDE:
        tset.n_wide += 1


@kernel
def place(tracks, tset, par, j, until_s):
    """Put row j into the list where it belongs for plots up to until_s, and lower `index_until_s` to that."""
    row = tracks[j]
    x = row.pos_ecef_m
    v = row.vel_ecef_mps
    tr = row.traces
    dt = max(until_s - row.t_s, par.late_max_s)
    b = YOUNG
    row.reach_m = math.inf
    if row.n_updates > 1:
        var = tr[0] + dt * (
            2.0 * math.fabs(tr[1]) + dt * (tr[2] + dt * (2.0 * par.q_man_h + par.q_man_v) / 3.0)
        )
        reach = dt * math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) + math.sqrt(max(par.gate * var, 0.0))
        b = WIDE
        if row.n_models == 3:
            reach += FALL_MPS2 * dt * dt
        elif reach <= ROW_REACH_M:
            b = bucket_at(math.floor(x[0] / CELL_M), math.floor(x[1] / CELL_M), math.floor(x[2] / CELL_M))
        row.reach_m = reach + _ROUNDING_M
        tset.index_until_s = min(tset.index_until_s, until_s)
    if b != row.cell:
        unlink(tracks, tset, j)
        link(tracks, tset, j, b)


@kernel
def replace_after_update(tracks, tset, par, j):
    """As `place` after a plot; rows of a set that does not use the index (`cell` -1) are left alone."""
    row = tracks[j]
    if row.cell >= 0:
        place(tracks, tset, par, j, row.t_s + 1.5 * par.revisit_s)


@kernel
def rebuild(tracks, tset, par, t_s):
    """Place all live rows for plots up to at least half a revisit after t_s."""
    tset.index_until_s = math.inf
    for j in range(tset.n_high):
        row = tracks[j]
        if row.status == FREE:
            unlink(tracks, tset, j)
        else:
            place(tracks, tset, par, j, max(row.t_s + 1.5 * par.revisit_s, t_s + 0.5 * par.revisit_s))


@kernel
def collect_near(tracks, tset, x, y, z, reach_m, first, out):
    """Rows that a plot at (x, y, z), whose own error reaches reach_m, may belong to, into `out`; returns how
    many.

    first: tracks of one plot (True) or of more (False). FREE rows may be among them.
    """
    bucket = tset.bucket
    n_high = tset.n_high
    if first:
        return _append(tracks, bucket[YOUNG], x, y, z, reach_m, out, 0)
    r = reach_m + ROW_REACH_M
    if not r < 0.5 * CELL_M * (N_AXIS - 2):
        for j in range(n_high):
            out[j] = j
        return n_high
    if _ONE_IN * tset.n_wide > n_high:  # of so many rows each is looked at faster than one is found by another
        n = 0
        for j in range(n_high):
            if tracks[j].cell == WIDE and _within(tracks[j], x, y, z, reach_m):
                out[n] = j
                n += 1
    else:
        n = _append(tracks, bucket[WIDE], x, y, z, reach_m, out, 0)
    x0 = math.floor((x - r) / CELL_M)
    x1 = math.floor((x + r) / CELL_M) + 1
    y0 = math.floor((y - r) / CELL_M)
    y1 = math.floor((y + r) / CELL_M) + 1
    z0 = math.floor((z - r) / CELL_M)
    z1 = math.floor((z + r) / CELL_M) + 1
    for iz in range(z0, z1):
        for iy in range(y0, y1):
            for ix in range(x0, x1):
                j = bucket[bucket_at(ix, iy, iz)]
                if j >= 0:
                    n = _append(tracks, j, x, y, z, reach_m, out, n)
    return n


@kernel
def _within(row, x, y, z, reach_m):
    p = row.pos_ecef_m
    dx, dy, dz = x - p[0], y - p[1], z - p[2]
    both = reach_m + row.reach_m
    return not dx * dx + dy * dy + dz * dz > both * both


@kernel
def _append(tracks, j, x, y, z, reach_m, out, n):
    """Append what can reach the plot, of the list that begins with row j, to out[n:]; returns the new length."""
    while j >= 0:
        if _within(tracks[j], x, y, z, reach_m):
            out[n] = j
            n += 1
        j = tracks[j].next
    return n
