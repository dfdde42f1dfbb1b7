"""Look: what one look of a radar brings back: echoes, which of them are resolved, detection, the plot.

A search hands over the echoes of a batch together, so that those in one resolution cell become one plot; a dedicated look has
one echo. Detection and errors are drawn at the address of the strongest echo of a cell.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng, status
from openiads.engine.systems.ground import hidden
from openiads.engine.systems.jam_plan import illuminate
from openiads.engine.systems.radiate import jam_to_noise
from openiads.engine.systems.rain import rain_echo, rain_loss
from openiads.engine.systems.release import cloud_rcs_m2
from openiads.engine.systems.weather import lobes, mti_gain, surface_echo, two_way
from openiads.physics.accuracy import sigma_angle_rad, sigma_range_m
from openiads.physics.antenna import scan_gain
from openiads.physics.detection import pd_from_snr
from openiads.physics.geodesy import wrap_pi
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, ground_range_m, look_path
from openiads.physics.signature import aspect_angles, rcs_lookup_m2
from openiads.tracking.convert import convert_plot
from openiads.tracking.schema import TARGET
from openiads.world import schema

# A detected echo is at least about as strong as the threshold; the mean SNR of a lucky detection is not its own.
MIN_ENERGY_RATIO = 10.0
_RCS_SPREAD = 0.7  # 3 dB as a natural logarithm

# Reply codes in plots
NO_REPLY = 0
REPLY_FRIEND = 1
REPLY_CIVIL = 2
NOT_ASKED = 3


@kernel
def echo(w, r, p, t_s, e, n, u, az, beam_gain2):
    """Append the echo of platform p at ENU (e, n, u) of radar r to `echo[:n_echoes]`; True if there is one.

    az: its azimuth, rad. `beam_gain2`: two-way loss off the beam axis. The platform must have been evaluated at t_s.
    """
    par = w.radar[r]
    look = w.look[r, p]
    s = w.platform_state[p]
    sim = w.sim[0]
    w.radar_state[r].n_looks += 1
    if w.platform[p].listens == 1:
        illuminate(w, r, p, t_s)
    sq = e * e + n * n + u * u
    if sq > par.range_max_m * par.range_max_m or sq < par.range_min_m * par.range_min_m:
        return False
    dist = math.sqrt(sq)
    arc = ground_range_m(dist, par.alt_m, s.alt_m, EARTH_MEAN_RADIUS_M)
    visible, bend = look_path(w.refraction[w.radar[r].stand], s.alt_m, arc)
    if not visible:
        return False
    if w.mask_m.shape[1] > 0 and hidden(w, r, az, arc, s.alt_m):
        if look.hidden == 0:
            look.hidden = 1
            look.t_hidden_s = t_s
        return False
    el = math.asin(min(max(u / dist, -1.0), 1.0)) + bend
    # The lowest beam looks at el_min: half of it reaches below, which is what sees a target at the horizon.
    if el < par.el_min_rad - 0.5 * par.bw_el_rad or el > par.el_max_rad:
        return False
    low = el < par.bw_el_rad
    cancelled = low and w.surface[w.radar[r].stand].canceller > 0  # a canceller has its own blind speeds
    notch = par.min_radial_mps > 0.0 and not cancelled and (low or par.mti == 1)
    if notch and _in_clutter_notch(par, s, dist):
        return False
    if look.in_sight == 0:
        look.in_sight = 1
        waited_s = t_s - look.t_hidden_s if look.hidden == 1 else math.nan
        emit_platform(w, t_s, events.LINE_OF_SIGHT, p, r, dist, waited_s)
    row = w.echo[sim.n_echoes]
    row.platform = p
    row.t_s = t_s
    row.range_m = dist
    row.az_rad = az
    row.el_rad = el
    row.bend_rad = bend
    row.cos_scan = _cos_scan(par, az, el)
    row.snr = _snr(w, r, p, e, n, u, dist, row.cos_scan, arc, az, el, t_s) * beam_gain2
    row.next = -1
    row.peak = sim.n_echoes
    row.total = row.snr
    row.range_sum_m, row.az_sum_rad, row.el_sum_rad = 0.0, 0.0, 0.0
    row.range_sq_m2, row.az_sq_rad2, row.el_sq_rad2 = 0.0, 0.0, 0.0
    row.leader = sim.n_echoes
    sim.n_echoes += 1
    return True


@kernel
def _in_clutter_notch(par, s, dist):
    """With the beam near the ground, what moves as slowly in range as clutter goes with it."""
    closing = (s.x_m - par.x_m) * s.vx_mps + (s.y_m - par.y_m) * s.vy_mps + (s.z_m - par.z_m) * s.vz_mps
    return abs(closing) < par.min_radial_mps * dist


@kernel
def _cos_scan(par, az, el):
    """Cosine of the angle off the array's broadside; a rotating array is steered in elevation only."""
    tilt = par.boresight_el_rad
    if par.scan == schema.SCAN_SECTOR:
        return math.cos(el) * math.cos(az - par.az0_rad) * math.cos(tilt) + math.sin(el) * math.sin(tilt)
    return math.cos(el - tilt)


@kernel
def _snr(w, r, p, e, n, u, dist, cos_scan, arc, az, el, t_s):
    """Single-pulse signal to noise, jamming and clutter, power ratio."""
    par = w.radar[r]
    g = w.site[par.site]
    s = w.platform_state[p]
    # Line of sight from radar to target in ECEF.
    ux = (e * g.ex + n * g.nx + u * g.ux) / dist
    uy = (e * g.ey + n * g.ny + u * g.uy) / dist
    uz = (e * g.ez + n * g.nz + u * g.uz) / dist
    az_aspect, el_aspect = aspect_angles(s.vx_mps, s.vy_mps, s.vz_mps, s.x_m, s.y_m, s.z_m, -ux, -uy, -uz)
    if w.platform[p].cloud >= 0:
        rcs = cloud_rcs_m2(w, w.platform[p].cloud, par.freq_hz, t_s)
    else:
        rcs = rcs_lookup_m2(w.rcs_dbsm[w.platform[p].signature], par.band, az_aspect, el_aspect)
        rcs *= w.platform[p].rcs_factor
    gain = scan_gain(cos_scan, par.scan_loss_exponent)
    power = par.constant_m2 * rcs * gain * gain / (dist * dist * dist * dist)
    noise = 1.0 + gain * jam_to_noise(w, r, ux, uy, uz, t_s)
    if w.loss.shape[1] > 0:
        power *= two_way(w, r, s.alt_m, arc, dist)
    through = 1.0
    if w.rain[0].radius_m > 0.0:
        through = rain_loss(w, r, e, n, s.alt_m, dist, t_s)
        power *= through
    surface = w.surface[w.radar[r].stand]
    if surface.multipath == 1:
        power *= lobes(w, r, s.alt_m, arc, el, az)
    if surface.clutter == 1:
        residue = surface_echo(w, r, s.alt_m, arc, dist, el, az)
        wet = 0.0
        if w.rain_m2.shape[1] > 0:
            wet = rain_echo(w, r, e, n, s.alt_m, dist, t_s)
            if w.loss.shape[1] > 0:
                wet *= two_way(w, r, s.alt_m, arc, dist)
            residue += wet
        noise += gain * gain * residue * through
        if surface.canceller > 0 and (el < par.bw_el_rad or wet > 0.0):
            power *= mti_gain(w, r, s.vx_mps * ux + s.vy_mps * uy + s.vz_mps * uz)
    return power / noise


# --- resolution --------------------------------------------------------------------------------------


@kernel
def resolve(w, r):
    """Join echoes of this batch that lie in one resolution cell of radar r (writes echo, cell).

    Leaders are listed by range cell, so each echo is compared with the few at about its own range only.
    """
    n = w.sim[0].n_echoes
    if n < 2:
        return
    par = w.radar[r]
    cell = w.cell
    mask = cell.shape[0] - 1
    for b in range(mask + 1):
        cell[b] = -1
    for i in range(n):
        row = w.echo[i]
        k = int(row.range_m / par.range_resolution_m)
        found = -1
        for b in range(k - 1, k + 2):
            j = cell[b & mask]
            while j >= 0 and found < 0:
                if _unresolved(par, w.echo[j], row):
                    found = j
                j = w.echo[j].chain
        if found >= 0:
            _join(w, found, i)
        else:
            row.chain = cell[k & mask]
            cell[k & mask] = i


@kernel
def _unresolved(par, a, b):
    """Nearer in range, azimuth and elevation than radar `par` can tell apart."""
    if abs(a.range_m - b.range_m) >= par.range_resolution_m or abs(a.el_rad - b.el_rad) >= par.bw_el_rad:
        return False
    return abs(wrap_pi(a.az_rad - b.az_rad)) * math.cos(b.el_rad) * max(b.cos_scan, 0.1) < par.bw_az_rad


@kernel
def _join(w, leader, i):
    """Add echo i to the cell of its leader: powers add, the position is the mean weighted by power."""
    a = w.echo[leader]
    b = w.echo[i]
    b.leader = leader
    b.next = a.next
    a.next = i
    if b.snr > w.echo[a.peak].snr:
        a.peak = i
    dr, da, de = b.range_m - a.range_m, wrap_pi(b.az_rad - a.az_rad), b.el_rad - a.el_rad
    a.total += b.snr
    a.range_sum_m += b.snr * dr
    a.az_sum_rad += b.snr * da
    a.el_sum_rad += b.snr * de
    a.range_sq_m2 += b.snr * dr * dr
    a.az_sq_rad2 += b.snr * da * da
    a.el_sq_rad2 += b.snr * de * de


# --- detection ---------------------------------------------------------------------------------------


@kernel
def detect(w, r):
    """Plots of the echoes of this batch that cross the threshold; returns how many echoes made one."""
    seen = 0
    for i in range(w.sim[0].n_echoes):
        if w.echo[i].leader == i and _detect_one(w, r, i):
            seen += 1
    return seen


@kernel
def _detect_one(w, r, i):
    sim = w.sim[0]
    row = w.echo[i]
    peak = w.echo[row.peak]
    p = peak.platform
    pd = pd_from_snr(w.pd_table[r], w.platform[p].swerling, row.total)
    draw = rng.uniform4(sim.seed, sim.replication, rng.STREAM_DETECT, p, r, epoch(peak.t_s))
    if draw[0] >= pd:
        return False
    k = i
    while k >= 0:  # all that lie in the cell are in the plot
        member = w.echo[k]
        _first_detection(w, r, member)
        k = member.next
    _measure(w, r, row, peak, draw[1])
    return True


@kernel
def _first_detection(w, r, row):
    look = w.look[r, row.platform]
    if look.detected == 0:
        look.detected = 1
        w.platform_state[row.platform].seen = 1
        snr_db = 10.0 * math.log10(max(row.snr, 1e-12))
        emit_platform(w, row.t_s, events.DETECTION, row.platform, r, row.range_m, snr_db)


@kernel
def epoch(t_s):
    """Address of a look in time: milliseconds."""
    return int(t_s * 1000.0)


@kernel
def emit_platform(w, t_s, code, p, r, dist, value):
    """An event of platform p and radar r."""
    s = w.platform_state[p]
    speed = math.sqrt(s.vx_mps * s.vx_mps + s.vy_mps * s.vy_mps + s.vz_mps * s.vz_mps)
    events.emit(w, t_s, code, p, r, -1, -1, dist, s.alt_m, speed, value)


@kernel
def _measure(w, r, lead, peak, u_reply):
    """Append the plot of a detection: range, azimuth, elevation with errors from the SNR, and the reply.

    What lies unresolved in one cell wanders between its parts: their spread, weighted by power, adds to the errors.
    """
    sim = w.sim[0]
    par = w.radar[r]
    if sim.n_plots >= w.plot.shape[0]:
        sim.status |= status.PLOT_OVERFLOW
        return
    snr = lead.total
    scale = 1.0 / max(snr, 1e-30)
    dr, da, de = lead.range_sum_m * scale, lead.az_sum_rad * scale, lead.el_sum_rad * scale
    dist, az, el = lead.range_m + dr, lead.az_rad + da, lead.el_rad - lead.bend_rad + de
    energy = max(snr * par.n_pulses, MIN_ENERGY_RATIO)
    cos_el = max(math.cos(el), 0.05)
    sr = sigma_range_m(par.range_resolution_m, energy, par.floor_range_m)
    sa = sigma_angle_rad(par.bw_az_rad, peak.cos_scan, energy, par.floor_az_rad) / cos_el
    se = sigma_angle_rad(par.bw_el_rad, peak.cos_scan, energy, par.floor_el_rad)
    if lead.next >= 0:
        sr = math.sqrt(sr * sr + max(lead.range_sq_m2 * scale - dr * dr, 0.0))
        sa = math.sqrt(sa * sa + max(lead.az_sq_rad2 * scale - da * da, 0.0))
        se = math.sqrt(se * se + max(lead.el_sq_rad2 * scale - de * de, 0.0))
    p = peak.platform
    z = rng.normal4(sim.seed, sim.replication, rng.STREAM_MEASURE, p, r, epoch(peak.t_s))
    row = w.plot[sim.n_plots]
    row.t_s = peak.t_s
    fix = w.bias[r]
    row.range_m = dist + sr * z[0] + (par.bias_range_m - fix.used_range_m)
    row.az_rad = az + sa * z[1] + (par.heading_error_rad - fix.used_az_rad)
    row.el_rad = el + se * z[2] + par.bias_el_rad
    row.range_sigma_m, row.az_sigma_rad, row.el_sigma_rad = sr, sa, se
    row.snr_db = 10.0 * math.log10(max(snr, 1e-12))
    # The radar knows its own constant, so a plot's strength and range give an estimate of the cross section.
    r2 = row.range_m * row.range_m
    # One look at a fluctuating echo is good for some 3 dB.
    row.rcs_m2 = snr * r2 * r2 / par.constant_m2 * math.exp(_RCS_SPREAD * z[3])
    row.truth = p
    row.kind = TARGET
    row.iff = _reply(w, r, p, dist, u_reply)
    finish_plot(w, r, row)
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
def finish_plot(w, r, row):
    """Fill in the Cartesian position and covariance of a plot."""
    par = w.radar[r]
    g = w.site[par.site]
    row.radar = r
    row.track = -1
    row.event = 0
    convert_plot(row, par.x_m, par.y_m, par.z_m, g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz)
