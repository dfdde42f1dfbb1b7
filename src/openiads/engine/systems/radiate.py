"""Radiate: which radars emit, which jammers jam, and how much of each jammer every radar hears.

The sum over jammers depends on where the beam points, but a jammer's strength on the beam axis and its
direction do not. They are found once per radar and second; a look only adds up the antenna pattern.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng
from openiads.engine.systems.emission import restart, switch_decoys, wants
from openiads.engine.systems.ground import azimuth_of, hidden
from openiads.engine.systems.jam_plan import beam_gain, planned, switch
from openiads.engine.systems.move import evaluate
from openiads.engine.systems.rain import one_way_through_rain
from openiads.engine.systems.weather import one_way
from openiads.physics.antenna import pattern_gain
from openiads.physics.noise_jamming_modes import cancelled_sum, insert_strongest, summed_jam_to_noise
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
            if on == 1 and w.emission.shape[0] + w.component.shape[0] + w.duty.shape[0] > 0:
                restart(w, r)
            if on == 0 and w.emission.shape[0] > 0:
                w.emission_state[r].t_quiet_s = t_s
            s.t_search_s = t_s  # what was not searched while silent is not searched now
            events.emit(w, t_s, events.EMISSION, r, -1, -1, on, math.nan, par.alt_m, math.nan, math.nan)
    switch_decoys(w, t_s)
    for j in range(w.jammer.shape[0]):
        par = w.jammer[j]
        row = w.jammer_state[j]
        on = 1 if (w.platform_state[par.platform].active == 1 and par.t_on_s <= t_s < par.t_off_s) else 0
        if par.planned == 1:
            switch(w, j, planned(w, j, t_s) if on == 1 else 0, t_s)
        else:
            row.on = on
    for r in range(w.radar.shape[0]):
        if w.radar_state[r].emitting == 1 and t_s >= w.radar_state[r].t_jam_s:
            w.radar_state[r].t_jam_s = t_s + _JAM_REFRESH_S
            hear_jammers(w, r, t_s)


@kernel
def hear_jammers(w, r, t_s):
    """What radar r hears now of every jammer (writes jam)."""
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
        visible, _ = look_path(w.refraction[w.radar[r].stand], s.alt_m, arc)
        row.ux, row.uy, row.uz = dx / dist, dy / dist, dz / dist
        if visible and w.mask_m.shape[1] > 0:
            visible = not hidden(w, r, azimuth_of(w, r, dx, dy, dz), arc, s.alt_m)
        if visible:
            row.jn_main = w.jam_coupling_m2[r, j] / (dist * dist) * one_way(w, r, s.alt_m, arc, dist)
            if w.rain[0].radius_m > 0.0:
                row.jn_main *= one_way_through_rain(w, r, dx, dy, dz, s.alt_m, dist, t_s)
            if w.jammer[j].beam_rad > 0.0:
                row.jn_main *= beam_gain(w, j, r)


@kernel
def jam_to_noise(w, r, ux, uy, uz, t_s):
    """J/N (power ratio) that radar r hears in a look at t_s with its beam along the unit vector u, all jammers summed.

    With a side-lobe canceller the strongest jammers outside the main lobe are taken down, one for each auxiliary.
    """
    par = w.radar[r]
    total = 0.0
    side = 0.0
    s1, s2, s3, s4 = 0.0, 0.0, 0.0, 0.0
    for j in range(w.jammer.shape[0]):
        row = w.jam[r, j]
        if row.jn_main > 0.0:
            # Chord for angle: exact to 0.1 % inside the main lobe, and the side lobes are a plateau.
            sq = 2.0 * max(1.0 - (ux * row.ux + uy * row.uy + uz * row.uz), 0.0)
            gain = pattern_gain(sq / (par.bw_az_rad * par.bw_el_rad), par.near_gain, par.far_gain)
            jn = row.jn_main * gain
            if w.jam_share[r, j] < 1.0 or w.jam_duty[r, j] < 1.0:
                jn = _touched(w, r, j, t_s, jn)
            if par.slc_channels > 0 and gain <= par.near_gain:
                side += jn
                s1, s2, s3, s4 = insert_strongest(s1, s2, s3, s4, jn)
            else:
                total += jn
    if side > 0.0:
        return cancelled_sum(total, side, s1, s2, s3, s4, par.slc_channels, par.slc_margin, par.slc_limit)
    return total


@kernel
def _touched(w, r, j, t_s, jn):
    """J/N in one look of noise that is not always in the radar's band: drawn whether it is, then over its pulses."""
    sim = w.sim[0]
    if w.jam_share[r, j] < 1.0:
        u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_JAM_TOUCH, r, j, int(t_s * 1000.0))
        if u[0] >= w.jam_share[r, j]:
            return 0.0
    if w.jam_duty[r, j] < 1.0:
        return summed_jam_to_noise(jn, w.jam_duty[r, j])
    return jn
