"""Sense: search looks of every radar, dedicated looks at engaged targets, false plots, strobes.

A look is one dwell of a radar on one platform. When a rotating beam next meets a platform follows from
the last meeting, so nothing is computed for platforms that the beam is not passing.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng, status
from openiads.engine.systems.move import evaluate
from openiads.engine.systems.radiate import jam_to_noise
from openiads.physics.accuracy import sigma_angle_rad, sigma_range_m
from openiads.physics.antenna import scan_gain
from openiads.physics.detection import pd_from_snr
from openiads.physics.geodesy import ecef_to_enu, wrap_pi, wrap_two_pi
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, ground_range_m, look_path
from openiads.physics.signature import aspect_angles, rcs_lookup_m2
from openiads.tracking.convert import convert_plot
from openiads.tracking.schema import FALSE, TARGET
from openiads.world import schema

_TWO_PI = 2.0 * math.pi
# A detected echo is at least about as strong as the threshold; the mean SNR of a lucky detection is not its own.
_MIN_ENERGY_RATIO = 10.0
_RCS_SPREAD = 0.7  # 3 dB as a natural logarithm
_STALE_S = 5.0  # a look due longer ago than this was never made
_STROBE_JN = 10.0  # a jammer 10 dB above noise in the main beam is reported as a strobe
_STROBE_SILENCE_S = 30.0  # after so long a silence it is a new strobe

# Reply codes in plots
NO_REPLY = 0
REPLY_FRIEND = 1
REPLY_CIVIL = 2
NOT_ASKED = 3


@kernel
def search(w, r):
    """All search looks of radar r that have fallen due, and its false plots, into `plot[:n_plots]`."""
    sim = w.sim[0]
    par = w.radar[r]
    s = w.radar_state[r]
    sim.n_plots = 0
    if s.emitting == 0:
        s.t_search_s = sim.t_s
        return
    t_s = sim.t_s
    due = w.due_s[r]
    for p in range(due.shape[0]):
        if due[p] <= t_s:
            if due[p] < s.t_search_s - _STALE_S:
                _schedule(w, r, p, t_s)  # new, or the radar has been silent
            else:
                # What steers itself is where its last step has put it: it is looked at now, not up to a second ago.
                homing = w.platform[p].move == schema.MOVE_HOMING
                _search_look(w, r, p, t_s if homing else due[p])
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
def _schedule(w, r, p, t_s):
    """First meeting of the search beam with a platform that has just appeared."""
    par = w.radar[r]
    evaluate(w, p, t_s)
    e, n, _ = _bearing(w, r, p)
    if par.scan == schema.SCAN_SECTOR:
        # The frame starts at the left edge of the sector; what is outside is looked up once per frame only.
        phase = t_s / par.period_s
        left = wrap_two_pi(math.atan2(e, n) - par.az0_rad + par.sector_half_rad)
        inside = min(left / (2.0 * par.sector_half_rad), 1.0)
        due = (math.floor(phase) + inside) * par.period_s
        w.due_s[r, p] = due if due > t_s else due + par.period_s
    else:
        ahead = wrap_two_pi(math.atan2(e, n) - par.az0_rad - _TWO_PI * t_s / par.period_s)
        w.due_s[r, p] = t_s + ahead / _TWO_PI * par.period_s


@kernel
def _search_look(w, r, p, t_s):
    par = w.radar[r]
    evaluate(w, p, t_s)
    e, n, u = _bearing(w, r, p)
    rate = _az_rate(w, r, p, e, n)
    if par.scan == schema.SCAN_SECTOR:
        w.due_s[r, p] = t_s + par.period_s * max(1.0 + rate * par.period_s / (2.0 * par.sector_half_rad), 0.5)
        if abs(wrap_pi(math.atan2(e, n) - par.az0_rad)) > par.sector_half_rad:
            return
    else:
        # The beam turns at 2 pi / period and meets a target that moves with it a little later.
        w.due_s[r, p] = t_s + par.period_s / max(1.0 - rate * par.period_s / _TWO_PI, 0.5)
    dwell(w, r, p, t_s, e, n, u, 1.0)


@kernel
def dwell(w, r, p, t_s, e, n, u, beam_gain2):
    """One look of radar r at platform p at ENU (e, n, u); `beam_gain2` two-way loss off the beam axis.

    Returns True when a plot was made. The platform must have been evaluated at t_s.
    """
    par = w.radar[r]
    look = w.look[r, p]
    s = w.platform_state[p]
    sim = w.sim[0]
    w.radar_state[r].n_looks += 1
    sq = e * e + n * n + u * u
    if sq > par.range_max_m * par.range_max_m or sq < par.range_min_m * par.range_min_m:
        return False
    dist = math.sqrt(sq)
    arc = ground_range_m(dist, par.alt_m, s.alt_m, EARTH_MEAN_RADIUS_M)
    visible, bend = look_path(w.refraction[r], s.alt_m, arc)
    if not visible:
        return False
    el = math.asin(min(max(u / dist, -1.0), 1.0)) + bend
    # The lowest beam looks at el_min: half of it reaches below, which is what sees a target at the horizon.
    if el < par.el_min_rad - 0.5 * par.bw_el_rad or el > par.el_max_rad:
        return False
    if par.min_radial_mps > 0.0 and el < par.bw_el_rad and _in_clutter_notch(par, s, dist):
        return False
    if look.in_sight == 0:
        look.in_sight = 1
        _emit_platform(w, t_s, events.LINE_OF_SIGHT, p, r, dist, math.nan)
    az = math.atan2(e, n)
    cos_scan = _cos_scan(par, az, el)
    snr = _snr(w, r, p, e, n, u, dist, cos_scan) * beam_gain2
    pd = pd_from_snr(w.pd_table[r], w.platform[p].swerling, snr)
    draw = rng.uniform4(sim.seed, sim.replication, rng.STREAM_DETECT, p, r, _epoch(t_s))
    if draw[0] >= pd:
        return False
    if look.detected == 0:
        look.detected = 1
        s.seen = 1
        _emit_platform(w, t_s, events.DETECTION, p, r, dist, 10.0 * math.log10(max(snr, 1e-12)))
    _measure(w, r, p, t_s, dist, az, el - bend, cos_scan, snr, draw[1])
    return True


@kernel
def _in_clutter_notch(par, s, dist):
    """With the beam near the ground, what moves as slowly in range as clutter goes with it."""
    closing = (s.x_m - par.x_m) * s.vx_mps + (s.y_m - par.y_m) * s.vy_mps + (s.z_m - par.z_m) * s.vz_mps
    return abs(closing) < par.min_radial_mps * dist


@kernel
def _epoch(t_s):
    """Address of a look in time: milliseconds."""
    return int(t_s * 1000.0)


@kernel
def _emit_platform(w, t_s, code, p, r, dist, value):
    s = w.platform_state[p]
    speed = math.sqrt(s.vx_mps * s.vx_mps + s.vy_mps * s.vy_mps + s.vz_mps * s.vz_mps)
    events.emit(w, t_s, code, p, r, -1, -1, dist, s.alt_m, speed, value)


@kernel
def _cos_scan(par, az, el):
    """Cosine of the angle off the array's broadside; a rotating array is steered in elevation only."""
    tilt = par.boresight_el_rad
    if par.scan == schema.SCAN_SECTOR:
        return math.cos(el) * math.cos(az - par.az0_rad) * math.cos(tilt) + math.sin(el) * math.sin(tilt)
    return math.cos(el - tilt)


@kernel
def _snr(w, r, p, e, n, u, dist, cos_scan):
    """Single-pulse signal to noise and jamming, power ratio."""
    par = w.radar[r]
    g = w.site[par.site]
    s = w.platform_state[p]
    # Line of sight from radar to target in ECEF.
    ux = (e * g.ex + n * g.nx + u * g.ux) / dist
    uy = (e * g.ey + n * g.ny + u * g.uy) / dist
    uz = (e * g.ez + n * g.nz + u * g.uz) / dist
    az_aspect, el_aspect = aspect_angles(s.vx_mps, s.vy_mps, s.vz_mps, s.x_m, s.y_m, s.z_m, -ux, -uy, -uz)
    rcs = rcs_lookup_m2(w.rcs_dbsm[w.platform[p].signature], par.band, az_aspect, el_aspect)
    gain = scan_gain(cos_scan, par.scan_loss_exponent)
    echo = par.constant_m2 * rcs * gain * gain / (dist * dist * dist * dist)
    return echo / (1.0 + gain * jam_to_noise(w, r, ux, uy, uz))


@kernel
def _measure(w, r, p, t_s, dist, az, el, cos_scan, snr, u_reply):
    """Append the plot of a detection: range, azimuth, elevation with errors from the SNR, and the reply."""
    sim = w.sim[0]
    par = w.radar[r]
    if sim.n_plots >= w.plot.shape[0]:
        sim.status |= status.PLOT_OVERFLOW
        return
    energy = max(snr * par.n_pulses, _MIN_ENERGY_RATIO)
    cos_el = max(math.cos(el), 0.05)
    sr = sigma_range_m(par.range_resolution_m, energy, par.floor_range_m)
    sa = sigma_angle_rad(par.bw_az_rad, cos_scan, energy, par.floor_az_rad) / cos_el
    se = sigma_angle_rad(par.bw_el_rad, cos_scan, energy, par.floor_el_rad)
    z = rng.normal4(sim.seed, sim.replication, rng.STREAM_MEASURE, p, r, _epoch(t_s))
    row = w.plot[sim.n_plots]
    row.t_s = t_s
    row.range_m = dist + sr * z[0]
    row.az_rad = az + sa * z[1] + par.heading_error_rad
    row.el_rad = el + se * z[2]
    row.range_sigma_m, row.az_sigma_rad, row.el_sigma_rad = sr, sa, se
    row.snr_db = 10.0 * math.log10(max(snr, 1e-12))
    # The radar knows its own constant, so a plot's strength and range give an estimate of the cross section.
    r2 = row.range_m * row.range_m
    # One look at a fluctuating echo is good for some 3 dB.
    row.rcs_m2 = snr * r2 * r2 / par.constant_m2 * math.exp(_RCS_SPREAD * z[3])
    row.truth = p
    row.kind = TARGET
    row.iff = _reply(w, r, p, dist, u_reply)
    _finish(w, r, row)
    sim.n_plots += 1


@kernel
def _reply(w, r, p, dist, u):
    """Answer to the interrogation that goes with the look; one uniform decides."""
    par = w.radar[r]
    if par.interrogates == 0 or dist > par.interrogation_range_m:
        return NOT_ASKED
    what = w.platform[p]
    if u < what.p_iff_reply:
        return REPLY_FRIEND
    if w.platform_state[p].transponder_works == 1 and u < what.p_iff_reply + what.p_ssr_reply:
        return REPLY_CIVIL
    return NO_REPLY


@kernel
def _finish(w, r, row):
    """Fill in the Cartesian position and covariance of a plot."""
    par = w.radar[r]
    g = w.site[par.site]
    row.radar = r
    row.track = -1
    row.event = 0
    convert_plot(row, par.x_m, par.y_m, par.z_m, g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz)


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
        row.az_rad = wrap_pi(_beam_azimuth(par, row.t_s) + par.bw_az_rad * (u[1] - 0.5))
        row.el_rad = par.el_min_rad + u[2] * (par.el_max_rad - par.el_min_rad)
        row.range_sigma_m = sigma_range_m(par.range_resolution_m, _MIN_ENERGY_RATIO, par.floor_range_m)
        row.el_sigma_rad = sigma_angle_rad(par.bw_el_rad, 1.0, _MIN_ENERGY_RATIO, par.floor_el_rad)
        row.az_sigma_rad = sigma_angle_rad(par.bw_az_rad, 1.0, _MIN_ENERGY_RATIO, par.floor_az_rad) / max(
            math.cos(row.el_rad), 0.05
        )
        row.snr_db = 10.0
        row.rcs_m2 = 0.0
        row.truth = -1
        row.kind = FALSE
        row.iff = NO_REPLY if par.interrogates == 1 else NOT_ASKED
        _finish(w, r, row)
        sim.n_plots += 1


@kernel
def _beam_azimuth(par, t_s):
    """Azimuth of the search beam."""
    turn = t_s / par.period_s
    if par.scan == schema.SCAN_SECTOR:
        return par.az0_rad - par.sector_half_rad + 2.0 * par.sector_half_rad * (turn - math.floor(turn))
    return par.az0_rad + _TWO_PI * (turn - math.floor(turn))


@kernel
def strobes(w, r):
    """Report jammers that fill the main beam of radar r when they begin to (writes jam.strobe_s)."""
    t_s = w.sim[0].t_s
    if w.radar_state[r].emitting == 0:
        return
    for j in range(w.jammer.shape[0]):
        row = w.jam[r, j]
        if row.jn_main < _STROBE_JN:
            continue
        if t_s >= row.strobe_s + _STROBE_SILENCE_S:
            p = w.jammer[j].platform
            evaluate(w, p, t_s)
            _emit_platform(w, t_s, events.JAM_STROBE, p, r, math.nan, 10.0 * math.log10(row.jn_main))
        row.strobe_s = t_s
