"""Damage: what an impact does to a site, and what the loss of a site does to the battalion.

A site that is hit in earnest is lost as a whole here: a radar stops radiating, a launcher keeps its rounds to itself, a command
post decides no more. Everything else looks at `site_state.alive` when it needs the site, so nothing has to be told.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng
from openiads.engine.systems.upkeep import lose, strike_components, working
from openiads.physics import lethality


@kernel
def strike_site(w, p, site, t_s, offset_m):
    """Impact of platform p at a site, `offset_m` off besides its own dispersion; True if it came near enough to count.

    Dispersion: circular normal by the platform's CEP. Damage: Gaussian law with the lethal radius over the hardness;
    inside the site's own radius the impact is a direct hit.
    """
    if site < 0:
        return False
    sim = w.sim[0]
    par = w.platform[p]
    n = rng.normal4(sim.seed, sim.replication, rng.STREAM_DISPERSION, p, site, 0)
    east, north = lethality.cep_offset(n[0], n[1], par.cep_m)
    east += offset_m
    miss = math.sqrt(east * east + north * north)
    u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_DAMAGE, p, site, 0)
    return damage_site(w, site, p, -1, t_s, miss, par.lethal_radius_m, u[0])


@kernel
def damage_site(w, site, platform, missile, t_s, miss_m, lethal_radius_m, u):
    """Apply one impact to a site (writes site_state); True if inside the physical extent or destructive."""
    row = w.site[site]
    if row.n_component > 0:
        return strike_components(w, site, platform, missile, t_s, miss_m, lethal_radius_m)
    s = w.site_state[site]
    radius = lethal_radius_m / max(row.hardness, 1e-6)
    clear = max(miss_m - row.radius_m, 0.0)  # distance from the edge of what is hit
    p_kill = lethality.damage(lethality.LAW_GAUSS, clear, 1.0, radius, 0.0)
    inside = miss_m <= row.radius_m
    destroyed = u < p_kill
    if not (inside or destroyed):
        return False
    s.n_hits += 1
    if platform >= 0:  # a strike of one's own has its "strike impact" instead
        events.emit(
            w, t_s, events.SITE_HIT, site, platform, missile, -1, math.nan, row.alt_m, math.nan, miss_m
        )
    if destroyed and working(w, site):
        lose(w, site)
        s.t_dead_s = t_s
        events.emit(
            w, t_s, events.SITE_LOST, site, platform, missile, -1, math.nan, row.alt_m, math.nan, miss_m
        )
    return True
