"""Strobe: what a command post makes of jam strobes: crossings, candidates, passive tracks.

Once a second. Every radar reports a direction for each jammer that its beam has passed; the command post offers it to the
passive tracks that it has, crosses what they do not explain with the strobes of other radars, and asks further radars whether
they hear anything there. Which jammer a strobe is of is never asked: `slot` and `taken` only say that it is the same report.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng
from openiads.engine.systems.ground import hidden
from openiads.engine.systems.lend import give_up, hand_over
from openiads.engine.systems.move import evaluate
from openiads.engine.systems.network import delay_s, reached
from openiads.physics.accuracy import sigma_angle_rad
from openiads.physics.antenna import pattern_gain
from openiads.physics.geodesy import altitude_m, ecef_to_enu, wrap_pi, wrap_two_pi
from openiads.physics.noise_jamming_modes import summed_jam_to_noise
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, ground_range_m, look_path
from openiads.physics.triangulation import (
    add_plane,
    add_strobe,
    closest_approach,
    solve_position,
    strobe_axes,
)
from openiads.tracking.bearing import begin_bearing, plane_innovation, predict_bearing, update_plane
from openiads.tracking.imm import up_vector
from openiads.world import schema
from openiads.world.schema_passive import CANDIDATE, HELD, MAX_PASSIVE

_TWO_PI = 2.0 * math.pi
_BEAT_S = 1.0
_STROBE_JN = 10.0  # as of `sense.strobes`
_NEVER_S = -1e9
_HEARD = 1.2  # turns within which a radar that hears an emitter has reported it
_MISSED = 3.2  # turns without a report after which it does not hear it
_LOWEST_M, _HIGHEST_M = -1e3, 30e3  # an emitter flies
_YOUNG = 6  # strobes before the speed of a candidate says anything


@kernel
def cross_strobes(w):
    """Strobes and passive tracks of all command posts (reads jam; writes strobe, passive, passive_track, passive_hit)."""
    sim = w.sim[0]
    for r in range(w.radar.shape[0]):
        if w.radar_state[r].emitting == 0:
            w.ear_on_s[r] = math.inf
        elif w.ear_on_s[r] == math.inf:
            w.ear_on_s[r] = sim.t_s
    if sim.step % max(int(_BEAT_S / sim.dt_s + 0.5), 1) != 0:
        return
    for r in range(w.radar.shape[0]):
        c = w.report[r].post
        if w.radar_state[r].emitting == 1 and c >= 0 and w.passive_rule[c].on == 1:
            for j in range(w.jammer.shape[0]):
                _measure(w, r, j, c, sim.t_s)
    for c in range(w.command_post.shape[0]):
        if w.passive_rule[c].on == 1 and w.site_state[w.command_post[c].site].alive == 1:
            _work(w, c, sim.t_s)


# --- what a radar reports ----------------------------------------------------------------------------


@kernel
def _enu(w, r, dx, dy, dz):
    g = w.site[w.radar[r].site]
    return ecef_to_enu(dx, dy, dz, g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz)


@kernel
def _passed_s(par, az, t_s):
    """When the search beam last passed an azimuth; far in the past outside the sector."""
    if par.scan == schema.SCAN_SECTOR:
        inside = wrap_two_pi(az - par.az0_rad + par.sector_half_rad) / (2.0 * par.sector_half_rad)
        if inside > 1.0:
            return _NEVER_S
        t = (math.floor(t_s / par.period_s) + inside) * par.period_s
        return t if t <= t_s else t - par.period_s
    return t_s - wrap_two_pi(par.az0_rad + _TWO_PI * t_s / par.period_s - az) / _TWO_PI * par.period_s


@kernel
def _measure(w, r, j, c, t_s):
    """The strobe of radar r on jammer j, if its beam has passed it since the last beat and nothing louder hides it.

    Jammers in one beam are one strobe, in the direction of their power; those outside it are noise to the measurement.
    """
    sim = w.sim[0]
    par = w.radar[r]
    row = w.strobe[r, j]
    if w.jam[r, j].jn_main < _STROBE_JN or w.jammer_state[j].on == 0 or row.fresh == 1:
        return
    p = w.jammer[j].platform
    s = w.platform_state[p]
    if s.active == 0:
        return
    evaluate(w, p, t_s)
    e, n, u = _enu(w, r, s.x_m - par.x_m, s.y_m - par.y_m, s.z_m - par.z_m)
    t_beam = _passed_s(par, math.atan2(e, n), t_s)
    if t_beam <= t_s - _BEAT_S - 0.05 or t_beam < max(row.t_s + 0.5 * par.period_s, w.ear_on_s[r]):
        return
    if w.platform[p].move == schema.MOVE_KNOTS:
        evaluate(w, p, t_beam)
        e, n, u = _enu(w, r, s.x_m - par.x_m, s.y_m - par.y_m, s.z_m - par.z_m)
    dist = max(math.sqrt(e * e + n * n + u * u), 1.0)
    az, el = math.atan2(e, n), math.asin(min(max(u / dist, -1.0), 1.0))
    if el < par.el_min_rad - 0.5 * par.bw_el_rad or el > par.el_max_rad:
        return
    epoch = int(t_beam * 1000.0)
    own, beside, m_az, m_el, q_az, q_el = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    mine = w.jam[r, j]
    for k in range(w.jammer.shape[0]):
        other = w.jam[r, k]
        if not other.jn_main > 0.0 or w.jammer_state[k].on == 0:
            continue
        jn = other.jn_main
        if w.jam_share[r, k] < 1.0:
            draw = rng.uniform4(sim.seed, sim.replication, rng.STREAM_JAM_TOUCH, r, k, epoch)
            if draw[0] >= w.jam_share[r, k]:
                if k == j:
                    return
                continue
        if w.jam_duty[r, k] < 1.0:
            jn = summed_jam_to_noise(jn, w.jam_duty[r, k])
        ke, kn, ku = _enu(w, r, other.ux, other.uy, other.uz)
        je, jn_, ju = _enu(w, r, mine.ux, mine.uy, mine.uz)
        d_az = wrap_pi(math.atan2(ke, kn) - math.atan2(je, jn_)) * max(math.cos(el), 0.05)
        d_el = math.asin(min(max(ku, -1.0), 1.0)) - math.asin(min(max(ju, -1.0), 1.0))
        if abs(d_az) < par.bw_az_rad and abs(d_el) < par.bw_el_rad:
            if other.jn_main > mine.jn_main or (other.jn_main == mine.jn_main and k < j):
                return  # in the beam of a louder one
            own += jn
            m_az += jn * d_az
            m_el += jn * d_el
            q_az += jn * d_az * d_az
            q_el += jn * d_el * d_el
        else:
            sq = (d_az * d_az) / (par.bw_az_rad * par.bw_az_rad) + (d_el * d_el) / (
                par.bw_el_rad * par.bw_el_rad
            )
            beside += jn * pattern_gain(sq, par.near_gain, par.far_gain)
    energy = own / (1.0 + beside)
    if energy < _STROBE_JN:
        return
    m_az, m_el = m_az / own, m_el / own
    cos_el = max(math.cos(el), 0.05)
    cos_scan = math.cos(el - par.boresight_el_rad)
    if par.scan == schema.SCAN_SECTOR:
        tilt = par.boresight_el_rad
        cos_scan = math.cos(el) * math.cos(az - par.az0_rad) * math.cos(tilt) + math.sin(el) * math.sin(tilt)
    sa = sigma_angle_rad(par.bw_az_rad, cos_scan, energy, par.floor_az_rad)
    se = sigma_angle_rad(par.bw_el_rad, cos_scan, energy, par.floor_el_rad)
    sa = math.sqrt(sa * sa + max(q_az / own - m_az * m_az, 0.0))
    se = math.sqrt(se * se + max(q_el / own - m_el * m_el, 0.0))
    z = rng.normal4(sim.seed, sim.replication, rng.STREAM_STROBE, r, j, epoch)
    az += (m_az + sa * z[0]) / cos_el + (par.heading_error_rad - w.bias[r].used_az_rad)
    el += m_el + se * z[1] + par.bias_el_rad
    if w.ear[r].measures_el == 0:
        el, se = 0.0, 0.0
    row.t_s = t_beam
    row.post = c
    row.taken = 0
    row.truth = p
    row.sigma_az_rad, row.sigma_el_rad = sa, se
    g = w.site[par.site]
    found = strobe_axes(az, el, g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz)
    axis = row.axis
    axis[0], axis[1], axis[2], axis[3], axis[4] = found[0], found[1], found[2], found[3], found[4]
    axis[5], axis[6], axis[7], axis[8] = found[5], found[6], found[7], found[8]
    if reached(w, c, par.node):
        row.fresh = 1
        row.t_arrive_s = t_beam + delay_s(w, c, par.node)


# --- what the command post makes of it ---------------------------------------------------------------


@kernel
def _work(w, c, t_s):
    first = c * MAX_PASSIVE
    n_radar, n_jam = w.radar.shape[0], w.jammer.shape[0]
    for k in range(first, first + MAX_PASSIVE):
        if w.passive[k].status > 0:
            for r in range(n_radar):
                _offer(w, c, k, r, t_s, True)
    for r in range(n_radar):
        for j in range(n_jam):
            a = w.strobe[r, j]
            if a.fresh == 0 or a.post != c or a.t_arrive_s > t_s:
                continue
            for q in range(n_radar):
                for i in range(n_jam):
                    b = w.strobe[q, i]
                    if q == r or b.t_s < 0.0 or b.post != c or b.t_arrive_s > t_s:
                        continue
                    if b.fresh == 1 and q < r:
                        continue  # that pair has been tried
                    if (a.taken & b.taken) == 0 and abs(a.t_s - b.t_s) <= w.passive_rule[c].window_s:
                        _cross(w, c, r, j, q, i, t_s)
    for r in range(n_radar):
        for j in range(n_jam):
            a = w.strobe[r, j]
            if a.post == c and a.t_arrive_s <= t_s:
                a.fresh = 0
    for k in range(first, first + MAX_PASSIVE):
        if w.passive[k].status > 0:
            _tend(w, c, k, t_s)


@kernel
def _offer(w, c, k, r, t_s, fresh):
    """Let passive track k take the strobe of radar r that fits it best; not fresh ones where they are of the last turn."""
    rule = w.passive_rule[c]
    par = w.radar[r]
    trk = w.passive_track[k]
    bit = 1 << (k - c * MAX_PASSIVE)
    best, best_d2 = -1, math.inf
    for j in range(w.jammer.shape[0]):
        a = w.strobe[r, j]
        if a.t_s < 0.0 or a.post != c or a.t_arrive_s > t_s or (a.taken & bit) != 0:
            continue
        if (fresh and a.fresh == 0) or t_s - a.t_s > _HEARD * par.period_s + _BEAT_S + a.t_arrive_s - a.t_s:
            continue
        if a.t_s > trk.t_s and a.fresh == 1:
            predict_bearing(trk, a.t_s, rule.q_m2ps3)
        x = trk.pos_ecef_m
        dx, dy, dz = x[0] - par.x_m, x[1] - par.y_m, x[2] - par.z_m
        d = a.axis
        along = dx * d[0] + dy * d[1] + dz * d[2]
        if along <= 1.0:
            continue
        nu, var = plane_innovation(trk, a.t_s, d[3], d[4], d[5], par.x_m, par.y_m, par.z_m)
        sigma = along * a.sigma_az_rad
        d2 = nu * nu / max(var + sigma * sigma, 1e-6)
        n = 1
        if a.sigma_el_rad > 0.0:
            nu, var = plane_innovation(trk, a.t_s, d[6], d[7], d[8], par.x_m, par.y_m, par.z_m)
            sigma = along * a.sigma_el_rad
            d2 += nu * nu / max(var + sigma * sigma, 1e-6)
            n = 2
        if d2 <= rule.gate[n] and d2 < best_d2:
            best, best_d2 = j, d2
    if best >= 0:
        _take(w, k, r, best, bit)


@kernel
def _take(w, k, r, j, bit):
    """Update passive track k with the strobe of radar r in slot j."""
    a = w.strobe[r, j]
    par = w.radar[r]
    trk = w.passive_track[k]
    d = a.axis
    x = trk.pos_ecef_m
    along = (x[0] - par.x_m) * d[0] + (x[1] - par.y_m) * d[1] + (x[2] - par.z_m) * d[2]
    along = max(along, 1.0)
    update_plane(trk, a.t_s, d[3], d[4], d[5], par.x_m, par.y_m, par.z_m, along * a.sigma_az_rad)
    if a.sigma_el_rad > 0.0:
        update_plane(trk, a.t_s, d[6], d[7], d[8], par.x_m, par.y_m, par.z_m, along * a.sigma_el_rad)
    trk.radar = r
    s = w.passive[k]
    s.n += 1
    s.t_last_s = max(s.t_last_s, a.t_s)
    _note(w, k, r, j, bit)


@kernel
def _note(w, k, r, j, bit):
    """Book that passive track k rests on this strobe."""
    a = w.strobe[r, j]
    a.taken |= bit
    hit = w.passive_hit[k, r]
    hit.t_s = max(hit.t_s, a.t_s)
    hit.slot = j
    hit.n += 1


@kernel
def _cross(w, c, r, j, q, i, t_s):
    """Cross two strobes; begin a candidate where they meet within their errors and nobody refutes it."""
    rule = w.passive_rule[c]
    a, b = w.strobe[r, j], w.strobe[q, i]
    pa, pb = w.radar[r], w.radar[q]
    d, f = a.axis, b.axis
    bx, by, bz = pb.x_m - pa.x_m, pb.y_m - pa.y_m, pb.z_m - pa.z_m
    ahead, x, y, z, s, t, _ = closest_approach(0.0, 0.0, 0.0, d[0], d[1], d[2], bx, by, bz, f[0], f[1], f[2])
    if not ahead or s > rule.range_max_m or t > rule.range_max_m:
        return
    # What has moved between the two strobes blurs the older one.
    moved = rule.speed_mps * (b.t_s - a.t_s)
    late_a, late_b = max(moved, 0.0) / max(s, 1.0), max(-moved, 0.0) / max(t, 1.0)
    ea, eb = a.sigma_el_rad, b.sigma_el_rad
    sa, sb = a.sigma_az_rad, b.sigma_az_rad
    sa, sb = math.sqrt(sa * sa + late_a * late_a), math.sqrt(sb * sb + late_b * late_b)
    planes = 2
    if ea > 0.0:
        ea = math.sqrt(ea * ea + late_a * late_a)
        planes += 1
    if eb > 0.0:
        eb = math.sqrt(eb * eb + late_b * late_b)
        planes += 1
    n = add_strobe(
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        0.0, 0.0, 0.0, d[3], d[4], d[5], d[6], d[7], d[8], s, sa, ea,
    )  # fmt: skip
    n = add_strobe(
        n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9],
        bx, by, bz, f[3], f[4], f[5], f[6], f[7], f[8], t, sb, eb,
    )  # fmt: skip
    if planes == 2:
        ux, uy, uz = up_vector(pa.x_m + x, pa.y_m + y, pa.z_m + z)
        rise = rule.alt_m - altitude_m(pa.x_m + x, pa.y_m + y, pa.z_m + z)
        n = add_plane(
            n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9],
            ux, uy, uz, ux * x + uy * y + uz * z + rise, rule.alt_sigma_m,
        )  # fmt: skip
    ok, x, y, z, cxx, cxy, cxz, cyy, cyz, czz, chi2 = solve_position(
        n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9]
    )
    if not ok or (planes == 4 and chi2 > rule.gate[1]):
        return
    trace = cxx + cyy + czz
    x, y, z = x + pa.x_m, y + pa.y_m, z + pa.z_m
    slack = 3.0 * math.sqrt(max(trace, 0.0))
    alt = altitude_m(x, y, z)
    if trace > rule.error_max_m * rule.error_max_m or alt < _LOWEST_M - slack or alt > _HIGHEST_M + slack:
        return
    first = c * MAX_PASSIVE
    k = first
    while k < first + MAX_PASSIVE and w.passive[k].status > 0:
        k += 1
    if k == first + MAX_PASSIVE:
        w.passive_state[c].n_full += 1
        return
    row = w.passive[k]
    row.status = CANDIDATE
    row.t_start_s = max(a.t_s, b.t_s)
    row.t_last_s = row.t_start_s
    row.n = 2
    row.system, row.system_id, row.t_written_s = -1, -1, -1.0
    row.truth = a.truth if a.truth == b.truth else -1
    born, born2 = row.born_m, row.born_m2
    born[0], born[1], born[2] = x, y, z
    born2[0], born2[1], born2[2], born2[3], born2[4], born2[5] = cxx, cxy, cxz, cyy, cyz, czz
    begin_bearing(
        w.passive_track[k], row.t_start_s, x, y, z, cxx, cxy, cxz, cyy, cyz, czz, rule.speed_mps, k, row.truth
    )
    for m in range(w.radar.shape[0]):
        hit = w.passive_hit[k, m]
        hit.t_s, hit.slot, hit.n = _NEVER_S, -1, 0
    bit = 1 << (k - first)
    _note(w, k, r, j, bit)
    _note(w, k, q, i, bit)
    for m in range(w.radar.shape[0]):
        if m not in (r, q):
            _offer(w, c, k, m, t_s, False)
    if rule.refute == 1 and _refuted_by(w, c, k, t_s, _NEVER_S) >= 0:
        w.passive_state[c].n_refuted += 1
        give_up(w, c, k, t_s)
        return
    w.passive_state[c].n_crossed += 1
    post = w.site[w.command_post[c].site]
    dx, dy, dz = x - post.x_m, y - post.y_m, z - post.z_m
    dist = math.sqrt(dx * dx + dy * dy + dz * dz)
    events.emit(
        w, t_s, events.STROBES_CROSS, row.truth, c, -1, -1, dist, alt, math.nan, math.sqrt(max(trace, 0.0))
    )


@kernel
def _refuted_by(w, c, k, t_s, since_s):
    """A radar of the band of those that hear passive track k which ought to have heard it since then and has not; -1 none."""
    s = w.passive[k]
    trk = w.passive_track[k]
    x = trk.pos_ecef_m
    bands = 0
    for r in range(w.radar.shape[0]):
        if w.passive_hit[k, r].n > 0:
            bands |= 1 << w.radar[r].band
    for r in range(w.radar.shape[0]):
        par = w.radar[r]
        if w.report[r].post != c or w.ear[r].refutes == 0 or (bands & (1 << par.band)) == 0:
            continue
        if not reached(w, c, par.node):
            continue
        hit = w.passive_hit[k, r]
        quiet_s = s.t_last_s - max(hit.t_s, s.t_start_s, w.ear_on_s[r])
        if s.status == CANDIDATE:
            if hit.n > 0 or t_s - max(w.ear_on_s[r], since_s) < _HEARD * par.period_s:
                continue
        elif quiet_s < _MISSED * par.period_s + _BEAT_S:
            continue
        if _covers(w, r, x[0], x[1], x[2], math.sqrt(max(trk.traces[0], 0.0))):
            return r
    return -1


@kernel
def _covers(w, r, x, y, z, sigma_m):
    """Would radar r hear an emitter there: inside its sector and elevations, above its horizon, also a little lower?"""
    par = w.radar[r]
    e, n, u = _enu(w, r, x - par.x_m, y - par.y_m, z - par.z_m)
    dist = max(math.sqrt(e * e + n * n + u * u), 1.0)
    off = sigma_m / dist
    az = math.atan2(e, n)
    if abs(wrap_pi(az - par.az0_rad)) + off > par.sector_half_rad and par.scan == schema.SCAN_SECTOR:
        return False
    el = math.asin(min(max(u / dist, -1.0), 1.0))
    if el - off < par.el_min_rad - 0.5 * par.bw_el_rad or el + off > par.el_max_rad:
        return False
    alt = max(altitude_m(x, y, z) - sigma_m, 10.0)
    arc = ground_range_m(dist, par.alt_m, alt, EARTH_MEAN_RADIUS_M)
    visible, _ = look_path(w.refraction[w.radar[r].stand], alt, arc)
    return visible and not hidden(w, r, az, arc, alt)


@kernel
def _tend(w, c, k, t_s):
    """Give up what has gone or is refuted, hold what is confirmed, and keep the picture up to date."""
    rule = w.passive_rule[c]
    s = w.passive[k]
    trk = w.passive_track[k]
    v = trk.vel_ecef_mps
    fast = v[0] * v[0] + v[1] * v[1] + v[2] * v[2] > rule.speed_max_mps * rule.speed_max_mps
    error_sq = trk.traces[0]
    gone = t_s - s.t_last_s > rule.drop_after_s or (s.n >= _YOUNG and fast) or _duplicate(w, c, k)
    gone = gone or not error_sq < 4.0 * rule.error_max_m * rule.error_max_m
    by = -1
    if not gone and rule.refute == 1:
        by = _refuted_by(w, c, k, t_s, s.t_start_s)
    if gone or by >= 0:
        if by >= 0:
            dist = math.sqrt(max(error_sq, 0.0))
            events.emit(
                w, t_s, events.CROSSING_REFUTED, s.truth, by, -1, -1, math.nan, math.nan, math.nan, dist
            )
        give_up(w, c, k, t_s)
        return
    agree = 0
    truth = -2
    for r in range(w.radar.shape[0]):
        hit = w.passive_hit[k, r]
        if hit.n >= rule.confirm:
            agree += 1
        if hit.n > 0 and s.t_last_s - hit.t_s < rule.drop_after_s:
            p = w.jammer[hit.slot].platform
            truth = p if truth in (-2, p) else -1
    s.truth = max(truth, -1)
    trk.truth = s.truth
    if s.status == CANDIDATE and agree >= rule.radars and error_sq < rule.error_max_m * rule.error_max_m:
        s.status = HELD
    if s.status == HELD:
        hand_over(w, c, k, t_s)


@kernel
def _duplicate(w, c, k):
    """Does another passive track with no fewer strobes rest on the same reports of all radars they have in common?"""
    s = w.passive[k]
    for m in range(c * MAX_PASSIVE, (c + 1) * MAX_PASSIVE):
        other = w.passive[m]
        if m == k or other.status < s.status or other.n < s.n or (other.n == s.n and m > k):
            continue
        common, same = 0, 0
        for r in range(w.radar.shape[0]):
            a, b = w.passive_hit[k, r], w.passive_hit[m, r]
            if a.n > 0 and b.n > 0:
                common += 1
                if a.slot == b.slot:
                    same += 1
        if common >= 2 and common == same:
            return True
    return False
