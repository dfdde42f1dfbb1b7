"""Resupply: trucks of reload columns drive to launchers that are empty, load them, and drive back.

    at home → going → at the launcher → loading → returning → at home

A launcher without rounds and without a reserve of its own calls. Of those that have called the one that called first gets the
truck of the column from which the road is shortest.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.engine.systems.upkeep import working
from openiads.world import schema

# events.RESUPPLY
SENT, WAITS, RELOADS, TURNS_BACK, TRUCK_GONE, STOCK_LOST, STRANDS = range(7)
_HERE_M = 50.0  # nearer than this it need not drive on
_PHASES = 6  # that one truck can go through in one step


@kernel
def resupply(w):
    """Bring all columns and trucks to the time of this step (writes depot, truck, truck_load, call, magazine_state)."""
    t_s = w.sim[0].t_s
    for k in range(w.column.shape[0]):
        if w.site_state[w.column[k].site].alive == 0:
            _column_lost(w, k)
    for n in range(w.truck.shape[0]):
        for _ in range(_PHASES):
            if not _advance(w, n, t_s):
                break
    for x in range(w.launcher.shape[0]):
        if w.call[x].t_s < 0.0 and _empty(w, x):
            w.call[x].t_s = t_s
        elif w.call[x].t_s >= 0.0 and w.call[x].truck < 0 and not working(w, w.launcher[x].site):
            w.call[x].t_s = -1.0
    for _ in range(w.truck.shape[0]):
        if not _dispatch(w, t_s):
            break


@kernel
def _empty(w, x):
    """A launcher that works and has nothing ready and nothing in reserve."""
    par = w.launcher[x]
    if not working(w, par.site):
        return False
    for g in range(par.first_magazine, par.first_magazine + par.n_magazine):
        if w.magazine_state[g].rounds + w.magazine_state[g].reserve > 0:
            return False
    return True


# --- sending -----------------------------------------------------------------------------------------


@kernel
def _dispatch(w, t_s):
    """Send one truck; False where there is none to send or nobody to send it to."""
    best, column, drive_s = -1, -1, 0.0
    for x in range(w.launcher.shape[0]):
        c = w.call[x]
        if c.t_s < 0.0 or c.truck >= 0 or (best >= 0 and c.t_s >= w.call[best].t_s):
            continue
        k, takes_s = _nearest(w, x)
        if k >= 0:
            best, column, drive_s = x, k, takes_s
    if best < 0:
        return False
    n = _free_truck(w, column)
    s = w.truck[n]
    total = 0
    par = w.launcher[best]
    for g in range(par.first_magazine, par.first_magazine + par.n_magazine):
        q = w.magazine[g].weapon
        d = w.depot[column, q]
        take = min(w.magazine[g].capacity, d.rounds)
        d.rounds -= take
        d.out += take
        w.truck_load[n, q] += take
        total += take
    s.phase = schema.GOING
    s.launcher = best
    s.told = 0
    s.x_m, s.y_m, s.z_m = _goal(w, par.site)
    s.t_next_s = t_s + drive_s
    w.call[best].truck = n
    _tell(w, n, t_s, SENT, total)
    return True


@kernel
def _nearest(w, x):
    """(column with the shortest way to launcher x that serves it, has a truck and rounds for it; time of the drive); -1 none."""
    best, best_s = -1, math.inf
    gx, gy, gz = _goal(w, w.launcher[x].site)
    for k in range(w.column.shape[0]):
        if w.column_serves[k, x] == 0 or _free_truck(w, k) < 0 or not _fits(w, k, x):
            continue
        takes_s = _drive_s(w, k, gx, gy, gz)
        if takes_s < best_s:
            best, best_s = k, takes_s
    return best, best_s


@kernel
def _free_truck(w, k):
    par = w.column[k]
    for n in range(par.first_truck, par.first_truck + par.n_truck):
        if w.truck[n].phase == schema.AT_HOME:
            return n
    return -1


@kernel
def _fits(w, k, x):
    par = w.launcher[x]
    for g in range(par.first_magazine, par.first_magazine + par.n_magazine):
        if w.depot[k, w.magazine[g].weapon].rounds > 0 and w.magazine[g].capacity > 0:
            return True
    return False


@kernel
def _goal(w, site):
    """Where a launcher stands, or will when it is on its way."""
    for m in range(w.mover.shape[0]):
        phase = w.mover_state[m].phase
        if w.mover[m].site == site and (phase in (schema.PACKING, schema.UNDER_WAY)):
            p = w.place[w.mover[m].first_place + w.mover_state[m].place + 1]
            return p.x_m, p.y_m, p.z_m
    g = w.site[site]
    return g.x_m, g.y_m, g.z_m


@kernel
def _drive_s(w, k, x, y, z):
    """Time on the road between column k and a place."""
    g = w.site[w.column[k].site]
    return _road_s(w, k, x - g.x_m, y - g.y_m, z - g.z_m)


@kernel
def _road_s(w, k, dx, dy, dz):
    par = w.column[k]
    return par.detour * math.sqrt(dx * dx + dy * dy + dz * dz) / max(par.speed_mps, 0.1)


# --- under way ---------------------------------------------------------------------------------------


@kernel
def _advance(w, n, t_s):
    """One truck into its next phase, if that is due; True if it may have more to do in this step."""
    s = w.truck[n]
    if s.phase == schema.GOING and t_s >= s.t_next_s:
        s.phase = schema.AT_LAUNCHER
        return True
    if s.phase == schema.AT_LAUNCHER:
        return _meet(w, n, t_s)
    if s.phase == schema.LOADING:
        return _load(w, n, t_s)
    if s.phase == schema.RETURNING and t_s >= s.t_next_s:
        _arrive(w, n, t_s)
    return False


@kernel
def _meet(w, n, t_s):
    """At the place that it was sent to: load, wait, drive on to where the launcher now is, or turn back."""
    s = w.truck[n]
    site = w.launcher[s.launcher].site
    if not working(w, site):
        _tell(w, n, t_s, TURNS_BACK, _carried(w, n))
        _go_home(w, n)
        return True
    if w.site_state[site].alive == 0:  # under way or without power
        if s.told == 0:
            s.told = 1
            _tell(w, n, t_s, WAITS, _carried(w, n))
        s.t_next_s = t_s
        return False
    g = w.site[site]
    dx, dy, dz = g.x_m - s.x_m, g.y_m - s.y_m, g.z_m - s.z_m
    if dx * dx + dy * dy + dz * dz > _HERE_M * _HERE_M:
        s.x_m, s.y_m, s.z_m = g.x_m, g.y_m, g.z_m
        s.t_next_s += _road_s(w, s.column, dx, dy, dz)
        s.phase = schema.GOING
        return True
    s.hits = w.site_state[site].n_hits
    s.t_next_s += w.launcher[s.launcher].reload_s
    s.phase = schema.LOADING
    return True


@kernel
def _load(w, n, t_s):
    """Loading goes on while the launcher stands and works; what is destroyed takes the truck with it."""
    s = w.truck[n]
    site = w.launcher[s.launcher].site
    if not working(w, site) and w.site_state[site].n_hits > s.hits:
        _tell(w, n, t_s, TRUCK_GONE, _carried(w, n))
        _lose_load(w, n)
        w.call[s.launcher].truck = -1
        w.call[s.launcher].t_s = -1.0
        s.launcher = -1
        s.phase = schema.TRUCK_LOST
        return False
    if w.site_state[site].alive == 0:
        s.phase = schema.AT_LAUNCHER
        s.t_next_s = t_s
        return True
    if t_s < s.t_next_s:
        return False
    total = 0
    par = w.launcher[s.launcher]
    for g in range(par.first_magazine, par.first_magazine + par.n_magazine):
        q = w.magazine[g].weapon
        take = min(w.magazine[g].capacity, w.truck_load[n, q])
        w.magazine_state[g].rounds += take
        w.delivered[g] += take
        w.truck_load[n, q] -= take
        w.depot[s.column, q].out -= take
        w.depot[s.column, q].delivered += take
        total += take
    events.emit(w, t_s, events.RELOADED, s.launcher, -1, -1, -1, math.nan, math.nan, math.nan, float(total))
    _tell(w, n, t_s, RELOADS, total)
    _go_home(w, n)
    return True


@kernel
def _go_home(w, n):
    s = w.truck[n]
    w.call[s.launcher].truck = -1
    w.call[s.launcher].t_s = -1.0
    s.launcher = -1
    s.phase = schema.RETURNING
    s.t_next_s += _drive_s(w, s.column, s.x_m, s.y_m, s.z_m)


@kernel
def _arrive(w, n, t_s):
    """Home, with what is left; where there is no home any more it is of no use."""
    s = w.truck[n]
    if w.site_state[w.column[s.column].site].alive == 0:
        s.phase = schema.STRANDED
        _tell(w, n, t_s, STRANDS, _carried(w, n))
        return
    s.phase = schema.AT_HOME
    for q in range(w.depot.shape[1]):
        d = w.depot[s.column, q]
        d.out -= w.truck_load[n, q]
        d.rounds += w.truck_load[n, q]
        w.truck_load[n, q] = 0


# --- losses ------------------------------------------------------------------------------------------


@kernel
def _column_lost(w, k):
    """The stock and the trucks that are at home are lost with the column (once)."""
    par = w.column[k]
    total, here = 0, 0
    for q in range(w.depot.shape[1]):
        d = w.depot[k, q]
        total += d.rounds
        d.lost += d.rounds
        d.rounds = 0
    for n in range(par.first_truck, par.first_truck + par.n_truck):
        if w.truck[n].phase == schema.AT_HOME:
            w.truck[n].phase = schema.TRUCK_LOST
            here += 1
    if total + here > 0:
        t_s = w.site_state[par.site].t_dead_s
        events.emit(
            w, t_s, events.RESUPPLY, par.site, -1, -1, STOCK_LOST, math.nan, w.site[par.site].alt_m, math.nan, float(total)
        )  # fmt: skip


@kernel
def _lose_load(w, n):
    s = w.truck[n]
    for q in range(w.depot.shape[1]):
        d = w.depot[s.column, q]
        d.out -= w.truck_load[n, q]
        d.lost += w.truck_load[n, q]
        w.truck_load[n, q] = 0


@kernel
def _carried(w, n):
    total = 0
    for q in range(w.truck_load.shape[1]):
        total += w.truck_load[n, q]
    return total


@kernel
def _tell(w, n, t_s, what, rounds):
    s = w.truck[n]
    site = w.column[s.column].site
    events.emit(
        w, t_s, events.RESUPPLY, site, s.launcher, -1, what, math.nan, w.site[site].alt_m, math.nan, float(rounds)
    )  # fmt: skip
