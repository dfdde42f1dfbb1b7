"""Spikes: false plots from the residue of the surface, where its power is spikier than the threshold allows for."""

from __future__ import annotations

from openiads._jit import kernel
from openiads.engine import rng, status
from openiads.engine.systems.look import MIN_ENERGY_RATIO, NO_REPLY, NOT_ASKED, finish_plot
from openiads.engine.systems.sense import beam_azimuth
from openiads.engine.systems.weather import surface_row
from openiads.physics.accuracy import sigma_angle_rad, sigma_range_m
from openiads.physics.geodesy import wrap_pi
from openiads.physics.multipath import depression_rad
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR
from openiads.tracking.schema import FALSE

_EFFECTIVE_RADIUS_M = EFFECTIVE_EARTH_FACTOR * EARTH_MEAN_RADIUS_M


@kernel
def clutter_plots(w, r, t0_s, t1_s):
    """Append the spikes of a stretch of search to `plot[:n_plots]`: a Poisson number, where the beam has been.

    Drawn at the rate of the spikiest direction of radar r and thinned by that of the one that the beam looked at.
    """
    sim = w.sim[0]
    par = w.radar[r]
    most = w.spike_per_s[par.stand]
    if w.radar_state[r].emitting == 0 or not most > 0.0:
        return
    u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_SPIKE_COUNT, r, 0, sim.step)
    count = rng.poisson_from_uniform(min(most * (t1_s - t0_s), 50.0), u[0])
    sigma_az = sigma_angle_rad(par.bw_az_rad, 1.0, MIN_ENERGY_RATIO, par.floor_az_rad)
    for k in range(count):
        if sim.n_plots >= w.plot.shape[0]:
            sim.status |= status.PLOT_OVERFLOW
            return
        u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_SPIKE_PLOT, r, k, sim.step)
        t_s = t0_s + u[0] * (t1_s - t0_s)
        az = wrap_pi(beam_azimuth(par, t_s) + par.bw_az_rad * (u[1] - 0.5))
        i = surface_row(w, r, az)
        table = w.spike[i]
        if u[2] * most >= table[0]:
            continue
        x = u[3] * (table.shape[0] - 2)
        j = min(int(x), table.shape[0] - 3)
        row = w.plot[sim.n_plots]
        row.t_s = t_s
        row.range_m = table[1 + j] + (x - j) * (table[2 + j] - table[1 + j])
        row.az_rad = az
        row.el_rad = -depression_rad(w.clutter[i, 1], row.range_m, _EFFECTIVE_RADIUS_M)
        row.range_sigma_m = sigma_range_m(par.range_resolution_m, MIN_ENERGY_RATIO, par.floor_range_m)
        row.el_sigma_rad = sigma_angle_rad(par.bw_el_rad, 1.0, MIN_ENERGY_RATIO, par.floor_el_rad)
        row.az_sigma_rad = sigma_az
        row.snr_db = 10.0
        row.rcs_m2 = 0.0
        row.truth = -1
        row.kind = FALSE
        row.iff = NO_REPLY if par.interrogates == 1 else NOT_ASKED
        finish_plot(w, r, row)
        sim.n_plots += 1
