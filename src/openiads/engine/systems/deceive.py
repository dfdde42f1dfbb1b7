"""Deceive: plots of false targets that repeaters make, in the main lobe and, where they are strong enough, in side lobes.

A beam position that hears a repeater sees its copies where the beam points, behind the repeater in range. Copies lie at the
same delays in every scan, so in the main lobe they make tracks that move with the repeater.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import rng, status
from openiads.engine.systems.look import MIN_ENERGY_RATIO, NO_REPLY, NOT_ASKED, finish_plot
from openiads.engine.systems.move import evaluate
from openiads.physics.accuracy import sigma_angle_rad, sigma_range_m
from openiads.physics.antenna import pattern_gain
from openiads.physics.deception import false_target_range_offset_m
from openiads.physics.detection import pd_from_snr
from openiads.physics.geodesy import ecef_to_enu, wrap_pi
from openiads.physics.noise_jamming_modes import blanking_probability
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, ground_range_m, look_path
from openiads.tracking.schema import FALSE
from openiads.world import schema

_TWO_PI = 2.0 * math.pi
_LEAST_SNR = 0.03  # a copy below this is never seen


@kernel
def false_targets(w, r, t0_s, t1_s):
    """Append the false plots of the search of radar r from t0_s to t1_s (reads repeater; writes plot)."""
    par = w.radar[r]
    if w.radar_state[r].emitting == 0:
        return
    for d in range(w.repeater.shape[0]):
        row = w.repeater[d]
        s = w.platform_state[row.platform]
        if w.repeater_coupling_m2[r, d] <= 0.0 or s.active == 0 or not row.t_on_s <= t1_s < row.t_off_s:
            continue
        evaluate(w, row.platform, t1_s)
        g = w.site[par.site]
        e, n, u = ecef_to_enu(
            s.x_m - par.x_m, s.y_m - par.y_m, s.z_m - par.z_m,
            g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz,
        )  # fmt: skip
        dist = max(math.sqrt(e * e + n * n + u * u), 1.0)
        arc = ground_range_m(dist, par.alt_m, s.alt_m, EARTH_MEAN_RADIUS_M)
        visible, _ = look_path(w.refraction[w.radar[r].stand], s.alt_m, arc)
        if visible:
            el = math.asin(min(max(u / dist, -1.0), 1.0))
            _sweep(w, r, d, t0_s, t1_s, dist, math.atan2(e, n), el)


@kernel
def _sweep(w, r, d, t0_s, t1_s, dist, az, el):
    """Beam positions passed from t0_s to t1_s that hear repeater d, one after the other."""
    par = w.radar[r]
    width = _TWO_PI if par.scan == schema.SCAN_ROTATING else 2.0 * par.sector_half_rad
    step_s = par.period_s * min(par.bw_az_rad / width, 1.0)
    peak = w.repeater_coupling_m2[r, d] / (dist * dist)
    k = int(t0_s / step_s) + 1
    last = int(t1_s / step_s)
    while k <= last:
        turn = k * step_s / par.period_s
        beam = par.az0_rad + width * (turn - math.floor(turn))
        if par.scan == schema.SCAN_SECTOR:
            beam -= par.sector_half_rad
        off = wrap_pi(beam - az) * math.cos(el) / par.bw_az_rad
        gain = pattern_gain(off * off, par.near_gain, par.far_gain)
        if peak * gain > _LEAST_SNR:
            main = gain > par.near_gain
            _copies(w, r, d, k, k * step_s, dist, az if main else beam, el, peak, gain)
        k += 1


@kernel
def _copies(w, r, d, k, t_s, dist, beam, el, peak, gain):
    """Copies of one beam position that cross the threshold and are not blanked, as plots."""
    par = w.radar[r]
    sim = w.sim[0]
    rep = w.repeater[d]
    snr = peak * gain
    pd = pd_from_snr(w.pd_table[r], w.platform[rep.platform].swerling, snr)
    if par.blank_threshold > 0.0:
        # The auxiliary looks all round, a margin above the first side lobes.
        aux = peak * par.near_gain * par.slc_margin
        pd *= 1.0 - blanking_probability(snr, aux, 0.0, 0.0, par.blank_threshold)
    for c in range(rep.count):
        address = d * 100 + c
        u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_FALSE_TARGET, r, address, k)
        where = dist + false_target_range_offset_m(c, rep.first_m, rep.spacing_m, 0.0, 0.5)
        if u[0] >= pd or where > par.range_max_m:
            continue
        if sim.n_plots >= w.plot.shape[0]:
            sim.status |= status.PLOT_OVERFLOW
            return
        z = rng.normal4(sim.seed, sim.replication, rng.STREAM_FALSE_ERROR, r, address, k)
        energy = max(snr * par.n_pulses, MIN_ENERGY_RATIO)
        row = w.plot[sim.n_plots]
        row.t_s = t_s
        row.range_sigma_m = sigma_range_m(par.range_resolution_m, energy, par.floor_range_m)
        row.az_sigma_rad = sigma_angle_rad(par.bw_az_rad, 1.0, energy, par.floor_az_rad) / max(
            math.cos(el), 0.05
        )
        row.el_sigma_rad = sigma_angle_rad(par.bw_el_rad, 1.0, energy, par.floor_el_rad)
        row.range_m = where + row.range_sigma_m * z[0]
        # Monopulse finds the repeater inside the main lobe; through a side lobe the copy seems to lie on the beam's axis.
        row.az_rad = beam + row.az_sigma_rad * z[1] + par.heading_error_rad
        row.el_rad = el + row.el_sigma_rad * z[2]
        row.snr_db = 10.0 * math.log10(max(snr, 1e-12))
        row.rcs_m2 = snr * where * where * where * where / par.constant_m2
        row.truth = -1
        row.kind = FALSE
        row.iff = NO_REPLY if par.interrogates == 1 else NOT_ASKED
        finish_plot(w, r, row)
        sim.n_plots += 1
