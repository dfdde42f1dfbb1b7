"""Relocate: sites go to other places, in five phases. Under way they neither radiate, shoot nor decide.

    in place → leaving (waits for its missiles) → packing → under way → setting up → in place

What others must know is in `site_state.alive` (0 while it does nothing) and in the rows of `site` and `radar`, which are
written here when a place is reached: the one writer of these two besides the making of the World. A World with movers has
copies of its own of them (`world.schema.MOVED_TABLES`). Horizon, masking, attenuation and clutter of all places lie in
tables that nobody writes; a radar's row says which of their rows is its own (`stand`).
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.engine.systems.emission import restart
from openiads.world import schema

# events.MOVE
WAITS, PACKS_UP, STARTS, SETS_UP, READY = range(5)


@kernel
def relocate(w):
    """Bring all movers to the time of this step (writes mover_state, duty, site_state, site, radar and its tables)."""
    t_s = w.sim[0].t_s
    for m in range(w.mover.shape[0]):
        par = w.mover[m]
        s = w.mover_state[m]
        lost = w.duty[par.site].lost == 1
        _advance(w, m, t_s)
        if s.phase == schema.IN_PLACE and s.place + 1 < par.n_place and _wants(w, m, t_s) and not lost:
            s.phase = schema.LEAVING
            s.t_next_s = t_s
            w.duty[par.site].hold = 1
            if par.waits == 1 and guides(w, par.site):
                _tell(w, m, t_s, WAITS)
        if s.phase == schema.LEAVING:
            if lost:
                s.phase = schema.IN_PLACE
                w.duty[par.site].hold = 0
            elif par.waits == 0 or not guides(w, par.site):
                s.phase = schema.PACKING
                s.t_next_s = t_s + par.pack_s
                put_off(w, par.site, schema.OFF_MOVING)
                _tell(w, m, t_s, PACKS_UP)
                _advance(w, m, t_s)


@kernel
def _advance(w, m, t_s):
    """Through the phases that are over by now, and on along the way."""
    site = w.mover[m].site
    s = w.mover_state[m]
    if s.phase <= schema.LEAVING or not _goes_on(w, site):
        return
    while s.phase > schema.LEAVING and t_s >= s.t_next_s:
        _next(w, m)
    if s.phase == schema.UNDER_WAY:
        _drive(w, m, t_s)


@kernel
def _goes_on(w, site):
    """What is lost for good stays where it is; what has a broken component is towed."""
    return w.duty[site].lost == 0 or w.site[site].n_component > 0


@kernel
def _wants(w, m, t_s):
    """Is there a reason to go? Planned times that have passed together count as one."""
    par = w.mover[m]
    s = w.mover_state[m]
    go = par.after_alarm == 1 and s.alarm == 1
    while s.n_time < par.n_time and t_s >= w.move_at_s[par.first_time + s.n_time]:
        s.n_time += 1
        go = True
    return go or (par.after_shots > 0 and _fired(w, par.site) - s.fired >= par.after_shots)


@kernel
def _fired(w, site):
    """Rounds fired so far by a launcher, by the launchers of a radar's battery, or by all of a command post."""
    g = w.site[site]
    n = 0
    for k in range(w.magazine.shape[0]):
        launcher = w.magazine[k].launcher
        b = w.launcher[launcher].battery
        if (
            (g.kind == schema.SITE_LAUNCHER and launcher == g.row)
            or (g.kind == schema.SITE_RADAR and w.battery[b].radar == g.row)
            or (g.kind == schema.SITE_COMMAND_POST and w.battery[b].command_post == g.row)
        ):
            n += w.magazine_state[k].fired
    return n


@kernel
def guides(w, site):
    """Are missiles in the air that need this radar or command post?"""
    g = w.site[site]
    for b in range(w.battery.shape[0]):
        if w.battery_state[b].n_flying > 0 and (
            (g.kind == schema.SITE_RADAR and w.battery[b].radar == g.row)
            or (g.kind == schema.SITE_COMMAND_POST and w.battery_state[b].post == g.row)
        ):
            return True
    return False


@kernel
def sound(w, c, r):
    """An alarm about radar r of command post c: movers that it concerns take note (writes mover_state)."""
    for m in range(w.mover.shape[0]):
        g = w.site[w.mover[m].site]
        if (
            (g.kind == schema.SITE_RADAR and g.row == r)
            or (g.kind == schema.SITE_LAUNCHER and w.launcher[g.row].battery == w.radar[r].battery)
            or (g.kind == schema.SITE_COMMAND_POST and g.row == c)
        ):
            w.mover_state[m].alarm = 1


@kernel
def put_off(w, site, why):
    """The site does nothing from now on, without being lost."""
    if w.duty[site].off & why == 0:
        w.duty[site].off += why
    w.site_state[site].alive = 0


@kernel
def put_on(w, site, why):
    """That reason is gone; it works again if there is no other."""
    d = w.duty[site]
    if d.off & why != 0:
        d.off -= why
    if d.off == 0 and d.lost == 0:
        w.site_state[site].alive = 1


@kernel
def _tell(w, m, t_s, what):
    s = w.mover_state[m]
    site = w.mover[m].site
    to = s.place if what == READY else s.place + 1
    events.emit(
        w, t_s, events.SITE_MOVES, site, -1, -1, what, math.nan, w.site[site].alt_m, math.nan, float(to)
    )


@kernel
def _next(w, m):
    """The next phase begins where the last one ended, which may be between two steps."""
    par = w.mover[m]
    s = w.mover_state[m]
    t_s = s.t_next_s
    if s.phase == schema.PACKING:
        s.phase = schema.UNDER_WAY
        s.t_next_s = t_s + w.place[par.first_place + s.place + 1].travel_s
        _tell(w, m, t_s, STARTS)
    elif s.phase == schema.UNDER_WAY:
        _arrive(w, par.site, par.first_place + s.place + 1)
        s.phase = schema.SETTING_UP
        s.t_next_s = t_s + par.set_up_s
        _tell(w, m, t_s, SETS_UP)
    else:
        s.phase = schema.IN_PLACE
        s.place += 1
        s.fired = _fired(w, par.site)
        s.alarm = 0
        w.duty[par.site].hold = 0
        put_on(w, par.site, schema.OFF_MOVING)
        _tell(w, m, t_s, READY)


@kernel
def _drive(w, m, t_s):
    """Where it is on its way: what strikes it must know."""
    par = w.mover[m]
    s = w.mover_state[m]
    to = w.place[par.first_place + s.place + 1]
    since_s = t_s - (s.t_next_s - to.travel_s)
    k = to.first_leg
    while k < to.first_leg + to.n_leg - 1 and since_s > w.leg[k].t_s:
        k += 1
    leg = w.leg[k]
    u = min(max(1.0 - (leg.t_s - since_s) / max(leg.duration_s, 1e-9), 0.0), 1.0)
    g = w.site[par.site]
    g.x_m = leg.ax_m + u * (leg.bx_m - leg.ax_m)
    g.y_m = leg.ay_m + u * (leg.by_m - leg.ay_m)
    g.z_m = leg.az_m + u * (leg.bz_m - leg.az_m)


@kernel
def _arrive(w, site, k):
    """The site is at place k; a radar sees from there."""
    p = w.place[k]
    g = w.site[site]
    g.x_m, g.y_m, g.z_m = p.x_m, p.y_m, p.z_m
    g.lat_rad, g.lon_rad, g.alt_m = p.lat_rad, p.lon_rad, p.alt_m
    g.ex, g.ey, g.ez = p.ex, p.ey, p.ez
    g.nx, g.ny, g.nz = p.nx, p.ny, p.nz
    g.ux, g.uy, g.uz = p.ux, p.uy, p.uz
    if p.antenna < 0:
        return
    row = w.radar[g.row]
    row.stand = p.antenna
    row.x_m, row.y_m, row.z_m, row.alt_m = p.antenna_x_m, p.antenna_y_m, p.antenna_z_m, p.antenna_alt_m
    if p.turned == 1:
        row.az0_rad = p.az0_rad
    restart(w, g.row)


@kernel
def displaced_m(w, site):
    """How far a site is from where it was at the start, which is where those who know of it aim; 0 for what does not move."""
    for m in range(w.mover.shape[0]):
        if w.mover[m].site == site:
            p, g = w.place[w.mover[m].first_place], w.site[site]
            dx, dy, dz = g.x_m - p.x_m, g.y_m - p.y_m, g.z_m - p.z_m
            return math.sqrt(dx * dx + dy * dy + dz * dz)
    return 0.0
