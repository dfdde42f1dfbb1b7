"""Upkeep: sites break by component, crews repair what they have spares for, and what is whole again comes back.

A site works while all its components do. A crew has one job at a time; the queue is by the value of the site, then by the
time of the damage. A component that is broken is not broken again by a further hit.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng
from openiads.physics import lethality
from openiads.world import schema


@kernel
def strike_components(w, site, platform, missile, t_s, miss_m, lethal_radius_m):
    """One impact on a site with components, each with a draw of its own (writes site_state, component_state).

    True if inside the physical extent or destructive, as for a site that is lost as a whole.
    """
    row = w.site[site]
    s = w.site_state[site]
    clear = max(miss_m - row.radius_m, 0.0)
    broken = 0
    for k in range(row.first_component, row.first_component + row.n_component):
        if w.component_state[k].broken == 0 and _breaks(w, k, platform, missile, clear, lethal_radius_m):
            broken += 1
    if broken == 0 and miss_m > row.radius_m:
        return False
    s.n_hits += 1
    if platform >= 0:
        events.emit(
            w, t_s, events.SITE_HIT, site, platform, missile, -1, math.nan, row.alt_m, math.nan, miss_m
        )
    for k in range(row.first_component, row.first_component + row.n_component):
        if w.component_state[k].broken == 0 and _breaks(w, k, platform, missile, clear, lethal_radius_m):
            _break(w, k, t_s, events.COMPONENT_LOST, platform, missile)
    if broken > 0 and working(w, site):
        _out_of_action(w, site, t_s, platform, missile, miss_m)
    return True


@kernel
def working(w, site):
    """Is the site not lost? (One that is under way or without power is not.)"""
    return w.duty[site].lost == 0 if w.duty.shape[0] > 0 else w.site_state[site].alive == 1


@kernel
def lose(w, site):
    """The site is lost (writes site_state, duty)."""
    w.site_state[site].alive = 0
    if w.duty.shape[0] > 0:
        w.duty[site].lost = 1


@kernel
def _breaks(w, k, platform, missile, clear_m, lethal_radius_m):
    """The draw of one component against one impact; the same however often it is asked."""
    sim = w.sim[0]
    part = w.component[k]
    radius = lethal_radius_m / max(w.site[part.site].hardness * part.hardness, 1e-6)
    p_break = lethality.damage(lethality.LAW_GAUSS, clear_m, 1.0, radius, 0.0)
    other = platform if platform >= 0 else w.round[missile].address
    u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_COMPONENT, k, other, 0 if platform >= 0 else 1)
    return u[0] < p_break


@kernel
def _break(w, k, t_s, code, platform, missile):
    part = w.component[k]
    c = w.component_state[k]
    c.broken = 1
    c.n_broken += 1
    c.t_broken_s = t_s
    alt = w.site[part.site].alt_m
    events.emit(w, t_s, code, part.site, platform, missile, part.kind, math.nan, alt, math.nan, math.nan)


@kernel
def _out_of_action(w, site, t_s, platform, missile, miss_m):
    s = w.site_state[site]
    lose(w, site)
    s.t_dead_s = t_s
    alt = w.site[site].alt_m
    events.emit(w, t_s, events.SITE_LOST, site, platform, missile, -1, math.nan, alt, math.nan, miss_m)


@kernel
def upkeep(w):
    """Failures, finished repairs, new jobs (writes site_state, component_state, crew, spare)."""
    t_s = w.sim[0].t_s
    for k in range(w.component.shape[0]):
        if w.component[k].mtbf_s > 0.0 and w.component_state[k].broken == 0:
            _fail(w, k, t_s)
    for n in range(w.crew.shape[0]):
        job = w.crew[n]
        if job.component >= 0 and t_s >= job.t_done_s:
            _finish(w, job, t_s)
        if job.component < 0:
            _begin(w, n, t_s)


@kernel
def _fail(w, k, t_s):
    """A failure without enemy action; its time is drawn when the component begins to work."""
    sim = w.sim[0]
    part = w.component[k]
    c = w.component_state[k]
    if c.t_fail_s < 0.0:
        u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_FAILURE, k, c.n_broken, 0)
        c.t_fail_s = t_s - part.mtbf_s * math.log(u[0])
    if t_s < c.t_fail_s:
        return
    _break(w, k, t_s, events.COMPONENT_FAILED, -1, -1)
    if working(w, part.site):
        _out_of_action(w, part.site, t_s, -1, -1, math.nan)


@kernel
def _finish(w, job, t_s):
    k = job.component
    job.component = -1
    part = w.component[k]
    c = w.component_state[k]
    g = w.site[part.site]
    s = w.site_state[part.site]
    c.broken = 0
    c.crew = -1
    c.n_repaired += 1
    c.t_fail_s = -1.0
    events.emit(
        w, t_s, events.COMPONENT_REPAIRED, part.site, -1, -1, part.kind, math.nan, g.alt_m, math.nan,
        t_s - c.t_broken_s,
    )  # fmt: skip
    for i in range(g.first_component, g.first_component + g.n_component):
        if w.component_state[i].broken == 1:
            return
    if w.duty.shape[0] > 0:
        w.duty[part.site].lost = 0
    if w.duty.shape[0] == 0 or w.duty[part.site].off == 0:
        s.alive = 1
    events.emit(
        w, t_s, events.SITE_RESTORED, part.site, -1, -1, -1, math.nan, g.alt_m, math.nan, t_s - s.t_dead_s
    )


@kernel
def _begin(w, n, t_s):
    """The crew takes the most valuable job for which there is a spare; of equals the oldest."""
    best = -1
    for k in range(w.component.shape[0]):
        c = w.component_state[k]
        # An impact may lie a little ahead of this step.
        if c.broken == 0 or c.crew >= 0 or c.t_broken_s > t_s or w.spare[w.component[k].kind].left == 0:
            continue
        if best >= 0:
            value, top = w.site[w.component[k].site].value, w.site[w.component[best].site].value
            if value < top or (value == top and c.t_broken_s >= w.component_state[best].t_broken_s):
                continue
        best = k
    if best < 0:
        return
    part = w.component[best]
    c = w.component_state[best]
    stock = w.spare[part.kind]
    if stock.left > 0:
        stock.left -= 1
    sim = w.sim[0]
    if part.law == schema.REPAIR_EXPONENTIAL:
        u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_REPAIR, best, c.n_broken, 0)
        takes_s = -part.repair_s * math.log(u[0])
    else:
        z = rng.normal4(sim.seed, sim.replication, rng.STREAM_REPAIR, best, c.n_broken, 0)
        takes_s = part.repair_s * math.exp(part.repair_sigma * z[0])
    c.crew = n
    w.crew[n].component = best
    w.crew[n].t_done_s = t_s + takes_s
    events.emit(
        w, t_s, events.REPAIR_STARTED, part.site, -1, -1, part.kind, math.nan, w.site[part.site].alt_m, math.nan,
        takes_s,
    )  # fmt: skip
