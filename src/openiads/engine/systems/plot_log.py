"""Plot log: what the radars measured, for other programs and pictures. Never read by the engine."""

from __future__ import annotations

from openiads._jit import kernel
from openiads.engine import status
from openiads.tracking.schema import FREE


@kernel
def log_plots(w, r, n, dedicated):
    """Keep plot[:n] of radar r, which its tracker has been through (writes plot_log)."""
    sim = w.sim[0]
    first = w.radar[r].first_track
    for i in range(n):
        if sim.n_logged >= w.plot_log.shape[0]:
            sim.status |= status.PLOT_LOG_OVERFLOW
            return
        plot = w.plot[i]
        row = w.plot_log[sim.n_logged]
        row.t_s = plot.t_s
        row.radar = r
        row.kind = plot.kind
        row.range_m, row.az_rad, row.el_rad = plot.range_m, plot.az_rad, plot.el_rad
        row.range_sigma_m = plot.range_sigma_m
        row.az_sigma_rad = plot.az_sigma_rad
        row.el_sigma_rad = plot.el_sigma_rad
        row.snr_db = plot.snr_db
        row.iff = plot.iff
        row.truth = plot.truth
        row.dedicated = dedicated
        row.track = -1
        if plot.track >= 0 and w.track[first + plot.track].status != FREE:
            row.track = w.track[first + plot.track].id
        sim.n_logged += 1
