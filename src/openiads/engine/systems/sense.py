"""Sense: when the search beam of every radar meets whom, false plots, strobes.

A look is one dwell of a radar on one platform. When a rotating beam next meets a platform follows from
the last meeting, so nothing is computed for platforms that the beam is not passing.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng, status
from openiads.engine.systems.look import (
    MIN_ENERGY_RATIO,
    NO_REPLY,
    NOT_ASKED,
    detect,
    echo,
    emit_platform,
    finish_plot,
    resolve,
)
from openiads.engine.systems.move import evaluate
from openiads.physics.accuracy import sigma_angle_rad, sigma_range_m
from openiads.physics.geodesy import ecef_to_enu, wrap_pi, wrap_two_pi
from openiads.tracking.schema import FALSE
from openiads.world import schema

_TWO_PI = 2.0 * math.pi
_STALE_S = 5.0  # a look due longer ago than this was never made
_STROBE_JN = 10.0  # a jammer 10 dB above noise in the main beam is reported as a strobe
_STROBE_SILENCE_S = 30.0  # after so long a silence it is a new strobe


@kernel
def search(w, r):
    """All search looks of radar r that have fallen due, and its false plots, into `plot[:n_plots]`."""
    sim = w.sim[0]
    par = w.radar[r]
    s = w.radar_state[r]
    sim.n_plots = 0
    sim.n_echoes = 0
    if s.emitting == 0:
        s.t_search_s = sim.t_s
        return
    t_s = sim.t_s
    due = w.due_s[r]
    for p in range(due.shape[0]):
        if due[p] <= t_s:
            if due[p] < s.t_search_s - _STALE_S or w.look[r, p].outside == 1:
                _schedule(
                    w, r, p, t_s
                )  # new, or the radar has been silent, or it may be in the sector by now
            else:
                # What steers itself is where its last step has put it: it is looked at now, not up to a second ago.
                homing = w.platform[p].move == schema.MOVE_HOMING
                _search_look(w, r, p, t_s if homing else due[p], due[p])
    resolve(w, r)
    detect(w, r)
    _false_plots(w, r, par, s.t_search_s, sim.t_s)
    s.t_search_s = sim.t_s


@kernel
def _bearing(w, r, p):
    """East, north, up (m) of platform p in the local frame of radar r."""
    par = w.radar[r]
    s = w.platform_state[p]
    g = w.site[par.site]
    e, n, u = ecef_to_enu(
        s.x_m - par.x_m, s.y_m - par.y_m, s.z_m - par.z_m,
        g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz,
    )  # fmt: skip
    return e, n, u


@kernel
def _az_rate(w, r, p, e, n):
    par = w.radar[r]
    s = w.platform_state[p]
    g = w.site[par.site]
    ve, vn, _ = ecef_to_enu(
        s.vx_mps, s.vy_mps, s.vz_mps, g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz
    )
    return (ve * n - vn * e) / max(e * e + n * n, 1.0)


@kernel
def _stays_outside(w, r, p, t_s, e, n, az_rad):
    """Is platform p outside the sector of radar r? Then it is looked up again when it can be inside (writes look, due_s)."""
    par = w.radar[r]
    beyond_rad = abs(wrap_pi(az_rad - par.az0_rad)) - par.sector_half_rad
    outside = beyond_rad > 0.0
    w.look[r, p].outside = 1 if outside else 0
    if outside:
        # The straight way to the nearer edge of the sector, or to the radar itself, as fast as it can ever be.
        way_m = math.sqrt(e * e + n * n) * math.sin(min(beyond_rad, 0.5 * math.pi))
        wait_s = way_m / max(w.platform_state[p].speed_max_mps, 1.0)
        w.due_s[r, p] = t_s + max(wait_s, par.period_s)  # and not more often than once per frame
    return outside


@kernel
def _schedule(w, r, p, t_s):
    """First meeting of the search beam with a platform that has just appeared."""
    par = w.radar[r]
    evaluate(w, p, t_s)
    e, n, _ = _bearing(w, r, p)
    az = math.atan2(e, n)
    if par.scan == schema.SCAN_SECTOR:
        if _stays_outside(w, r, p, t_s, e, n, az):
            return
        # The frame starts at the left edge of the sector.
        left = wrap_two_pi(az - par.az0_rad + par.sector_half_rad)
        inside = min(left / (2.0 * par.sector_half_rad), 1.0)
        due = (math.floor(t_s / par.period_s) + inside) * par.period_s
        w.due_s[r, p] = due if due > t_s else due + par.period_s
    else:
        ahead = wrap_two_pi(az - par.az0_rad - _TWO_PI * t_s / par.period_s)
        w.due_s[r, p] = t_s + ahead / _TWO_PI * par.period_s


@kernel
def _search_look(w, r, p, t_s, due_s):
    """One look at t_s; the next one is counted from when the beam was there, due_s: it does not wait for the look."""
    par = w.radar[r]
    evaluate(w, p, t_s)
    e, n, u = _bearing(w, r, p)
    az = math.atan2(e, n)
    if par.scan == schema.SCAN_SECTOR:
        if _stays_outside(w, r, p, t_s, e, n, az):
            return
        drift = _az_rate(w, r, p, e, n) * par.period_s / (2.0 * par.sector_half_rad)
        w.due_s[r, p] = due_s + par.period_s * max(1.0 + drift, 0.5)
    else:
        # The beam turns at 2 pi / period and meets a target that moves with it a little later.
        drift = _az_rate(w, r, p, e, n) * par.period_s / _TWO_PI
        w.due_s[r, p] = due_s + par.period_s / max(1.0 - drift, 0.5)
    echo(w, r, p, t_s, e, n, u, az, 1.0)


@kernel
def _false_plots(w, r, par, t0_s, t1_s):
    """Noise that crosses the threshold: a Poisson number, uniform over the searched volume."""
    mean = par.false_per_s * (t1_s - t0_s)
    if not mean > 0.0:
        return
    sim = w.sim[0]
    epoch = sim.step
    count = rng.poisson_from_uniform(
        mean, rng.uniform4(sim.seed, sim.replication, rng.STREAM_FALSE_COUNT, r, 0, epoch)[0]
    )
    for k in range(count):
        if sim.n_plots >= w.plot.shape[0]:
            sim.status |= status.PLOT_OVERFLOW
            return
        u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_FALSE_PLOT, r, k, epoch)
        row = w.plot[sim.n_plots]
        # Cells are equal in range and angle, so false plots are too; they lie where the beam has just been.
        row.t_s = t0_s + u[3] * (t1_s - t0_s)
        row.range_m = par.range_min_m + u[0] * (par.range_max_m - par.range_min_m)
        row.az_rad = wrap_pi(beam_azimuth(par, row.t_s) + par.bw_az_rad * (u[1] - 0.5))
        row.el_rad = par.el_min_rad + u[2] * (par.el_max_rad - par.el_min_rad)
        row.range_sigma_m = sigma_range_m(par.range_resolution_m, MIN_ENERGY_RATIO, par.floor_range_m)
        row.el_sigma_rad = sigma_angle_rad(par.bw_el_rad, 1.0, MIN_ENERGY_RATIO, par.floor_el_rad)
        row.az_sigma_rad = sigma_angle_rad(par.bw_az_rad, 1.0, MIN_ENERGY_RATIO, par.floor_az_rad) / max(
            math.cos(row.el_rad), 0.05
        )
        row.snr_db = 10.0
        row.rcs_m2 = 0.0
        row.truth = -1
        row.kind = FALSE
        row.iff = NO_REPLY if par.interrogates == 1 else NOT_ASKED
        finish_plot(w, r, row)
        sim.n_plots += 1


@kernel
def beam_azimuth(par, t_s):
    """Azimuth of the search beam."""
    turn = t_s / par.period_s
    if par.scan == schema.SCAN_SECTOR:
        return par.az0_rad - par.sector_half_rad + 2.0 * par.sector_half_rad * (turn - math.floor(turn))
    return par.az0_rad + _TWO_PI * (turn - math.floor(turn))


@kernel
def strobes(w, r):
    """Report jammers that fill the main beam of radar r when they begin to (writes jam.strobe_s, jam.strobe_from_s)."""
    t_s = w.sim[0].t_s
    if w.radar_state[r].emitting == 0:
        return
    for j in range(w.jammer.shape[0]):
        row = w.jam[r, j]
        if row.jn_main < _STROBE_JN:
            continue
        if t_s >= row.strobe_s + _STROBE_SILENCE_S:
            _close(w, r, j, t_s)
            p = w.jammer[j].platform
            evaluate(w, p, t_s)
            emit_platform(w, t_s, events.JAM_STROBE, p, r, math.nan, 10.0 * math.log10(row.jn_main))
            row.strobe_from_s = t_s
        row.strobe_s = t_s


@kernel
def strobes_over(w, r):
    """Strobes of radar r, on the air or not, that nobody has reported for long are over (writes jam.strobe_from_s)."""
    t_s = w.sim[0].t_s
    for j in range(w.jammer.shape[0]):
        if t_s >= w.jam[r, j].strobe_s + _STROBE_SILENCE_S:
            _close(w, r, j, t_s)


@kernel
def _close(w, r, j, t_s):
    row = w.jam[r, j]
    if row.strobe_from_s >= 0.0:
        lasted = row.strobe_s - row.strobe_from_s
        events.emit(
            w, t_s, events.JAM_STROBE_OVER, w.jammer[j].platform, r, -1, -1, math.nan, math.nan, math.nan, lasted,
        )  # fmt: skip
        row.strobe_from_s = -1.0
