"""Radiate: which radars emit, which jammers jam, and how much of each jammer every radar hears.

The sum over jammers depends on where the beam points, but a jammer's strength on the beam axis and its
direction do not. They are found once per radar and second; a look only adds up the antenna pattern.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.engine.systems.emission import restart, switch_decoys, wants
from openiads.engine.systems.move import evaluate
from openiads.physics.antenna import pattern_gain
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, ground_range_m, look_path

_JAM_REFRESH_S = 1.0


@kernel
def radiate(w):
    """Emission plans, losses of radars, jammers' state (writes radar_state, jam, platform_state.jam_on)."""
    t_s = w.sim[0].t_s
    for r in range(w.radar.shape[0]):
        par = w.radar[r]
        s = w.radar_state[r]
        on = 1 if (w.site_state[par.site].alive == 1 and par.t_on_s <= t_s < par.t_off_s) else 0
        if on == 1 and w.emission.shape[0] > 0:
            on = wants(w, r, t_s)
        if on != s.emitting:
            s.emitting = on
            if on == 1 and w.emission.shape[0] + w.component.shape[0] > 0:
                restart(w, r)
            if on == 0 and w.emission.shape[0] > 0:
                w.emission_state[r].t_quiet_s = t_s
            s.t_search_s = t_s  # what was not searched while silent is not searched now
            events.emit(w, t_s, events.EMISSION, r, -1, -1, on, math.nan, par.alt_m, math.nan, math.nan)
    switch_decoys(w, t_s)
    for j in range(w.jammer.shape[0]):
        par = w.jammer[j]
        row = w.jammer_state[j]
        row.on = 1 if (w.platform_state[par.platform].active == 1 and par.t_on_s <= t_s < par.t_off_s) else 0
    for r in range(w.radar.shape[0]):
        if w.radar_state[r].emitting == 1 and t_s >= w.radar_state[r].t_jam_s:
            w.radar_state[r].t_jam_s = t_s + _JAM_REFRESH_S
            _hear_jammers(w, r, t_s)


@kernel
def _hear_jammers(w, r, t_s):
    par = w.radar[r]
    for j in range(w.jammer.shape[0]):
        row = w.jam[r, j]
        row.jn_main = 0.0
        p = w.jammer[j].platform
        s = w.platform_state[p]
        if w.jammer_state[j].on == 0 or w.jam_coupling_m2[r, j] <= 0.0:
            continue
        evaluate(w, p, t_s)
        dx, dy, dz = s.x_m - par.x_m, s.y_m - par.y_m, s.z_m - par.z_m
        dist = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
        arc = ground_range_m(dist, par.alt_m, s.alt_m, EARTH_MEAN_RADIUS_M)
        visible, _ = look_path(w.refraction[r], s.alt_m, arc)
        row.ux, row.uy, row.uz = dx / dist, dy / dist, dz / dist
        if visible:
            row.jn_main = w.jam_coupling_m2[r, j] / (dist * dist)


@kernel
def jam_to_noise(w, r, ux, uy, uz):
    """J/N (power ratio) that radar r hears with its beam along the unit vector u, all jammers summed."""
    par = w.radar[r]
    total = 0.0
    for j in range(w.jammer.shape[0]):
        row = w.jam[r, j]
        if row.jn_main > 0.0:
            # Chord for angle: exact to 0.1 % inside the main lobe, and the side lobes are a plateau.
            sq = 2.0 * max(1.0 - (ux * row.ux + uy * row.uy + uz * row.uz), 0.0)
            total += row.jn_main * pattern_gain(
                sq / (par.bw_az_rad * par.bw_el_rad), par.near_gain, par.far_gain
            )
    return total
