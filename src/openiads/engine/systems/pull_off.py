"""Pull-off: dedicated looks at a target whose repeater answers with a stronger echo, and leads it away.

Both echoes in one cell are seen together at their centre of power; apart, the gate has the false one. Whether the tracker
goes along is not decided here: the plot lies where the false echo is, and the radar's own track takes it or does not.
A repeater whose J/S is too small, or which does not take the gate, changes nothing.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng
from openiads.engine.systems.move import evaluate
from openiads.engine.systems.north import to_true
from openiads.engine.systems.weather import one_way
from openiads.physics.antenna import scan_gain
from openiads.physics.deception import (
    PHASE_OFF,
    apparent_offset,
    capture_probability,
    jam_to_signal,
    pull_off,
)
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, ground_range_m
from openiads.physics.signature import aspect_angles, rcs_lookup_m2
from openiads.tracking.imm import predicted_state
from openiads.tracking.schema import FREE
from openiads.world import schema

_FORGET_S = 10.0  # a repeater that has not been looked at for so long begins its program anew; F (2 to 60 s)
_REACH_SIGMAS = 4.0  # the gate of a look about the radar's own track, as that about its cue (observe)
_REACH_MARGIN_M = 1000.0
_MOST_JS = 1e9


@kernel
def _program(w, r, q, t_s):
    """(phase, offset, cycle) of pull-off q as radar r sees it: cycles count from the first look at it."""
    row = w.pull_off[q]
    into = t_s - w.pull_state[r, q].t_start_s - row.start_s
    phase, offset, _ = pull_off(
        into, row.dwell_s, row.pull_s, row.hold_s, row.silent_s, row.rate_per_s, row.accel_per_s2
    )
    if not row.t_on_s <= t_s < row.t_off_s:
        phase = PHASE_OFF
    period = row.dwell_s + row.pull_s + row.hold_s + row.silent_s
    return phase, offset, math.floor(into / max(period, 0.1))


@kernel
def answered_by(w, r, c, near, t_s, x, y, z, reach_m):
    """Pull-off whose echoes the look of channel c gets, -1 none (writes pull_state where a track is gone).

    near: the platform nearest to the cue (x, y, z), within reach_m. A false echo that has the gate is looked for about the
    radar's own track; without such a track nothing has the gate.
    """
    ch = w.channel[c]
    j = w.radar[r].first_track + max(ch.local_track, 0)
    trk = w.track[j]
    held = ch.local_track >= 0 and trk.status != FREE and trk.id == ch.local_id
    if held:
        x, y, z, _, _, _ = predicted_state(trk, w.tracker[r], t_s)
        x, y, z = to_true(w, r, x, y, z)
        reach_m = _REACH_SIGMAS * math.sqrt(max(trk.traces[0], 0.0)) + _REACH_MARGIN_M
    best = -1
    best_sq = reach_m * reach_m
    par = w.radar[r]
    for q in range(w.pull_off.shape[0]):
        row = w.pull_off[q]
        s = w.pull_state[r, q]
        if w.pull_coupling_m2[r, q] <= 0.0 or w.platform_state[row.platform].active == 0:
            continue
        if s.captured + s.empty > 0 and (s.channel != c or not held):
            if s.channel != c and w.channel[s.channel].phase != schema.CHANNEL_FREE:
                continue  # the gate of another engagement: in that of this one the target is alone
            _over(w, r, q, t_s)
            s.empty = 0
        if s.captured == 0:
            if row.platform == near and best < 0:
                best = q
            continue
        evaluate(w, row.platform, t_s)
        p = w.platform_state[row.platform]
        dx, dy, dz = p.x_m - par.x_m, p.y_m - par.y_m, p.z_m - par.z_m
        away = 0.0 if row.gate == schema.PULL_VELOCITY else s.offset
        k = 1.0 + away / max(math.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
        dx, dy, dz = par.x_m + k * dx - x, par.y_m + k * dy - y, par.z_m + k * dz - z
        sq = dx * dx + dy * dy + dz * dz
        if sq < best_sq:
            best = q
            best_sq = sq
    return best


@kernel
def beside(w, r, p, x, y, z):
    """(x, y, z) moved along the line of sight to platform p to its distance: a beam has no depth."""
    par = w.radar[r]
    s = w.platform_state[p]
    dx, dy, dz = s.x_m - par.x_m, s.y_m - par.y_m, s.z_m - par.z_m
    along = (x - s.x_m) * dx + (y - s.y_m) * dy + (z - s.z_m) * dz
    k = along / max(dx * dx + dy * dy + dz * dz, 1.0)
    return x - k * dx, y - k * dy, z - k * dz


@kernel
def mislead(w, r, c, q, t_s):
    """What pull-off q makes of the one echo of a look by channel c; False if the gate is empty (writes echo, pull_state)."""
    par = w.radar[r]
    row = w.pull_off[q]
    s = w.pull_state[r, q]
    e = w.echo[0]
    if t_s - s.t_look_s > _FORGET_S:
        s.t_start_s = t_s
        s.cycle = -1
        s.captured, s.apart, s.empty = 0, 0, 0
    s.t_look_s = t_s
    phase, offset, cycle = _program(w, r, q, t_s)
    if phase == PHASE_OFF:
        empty = s.captured == 1 and s.apart == 1 and row.gate == schema.PULL_VELOCITY
        _over(w, r, q, t_s)
        if empty:
            s.empty = 1
        return s.empty == 0
    js = _jam_to_signal(w, r, q, e)
    gate = par.velocity_gate_mps if row.gate == schema.PULL_VELOCITY else par.range_resolution_m
    if cycle != s.cycle:
        s.cycle = cycle
        s.channel = c if s.empty == 0 else s.channel
        sim = w.sim[0]
        u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_PULL_OFF, r, q, int(t_s * 1000.0))
        p = capture_probability(js, par.capture_js, par.p_capture, 0.0, 0.0)
        # Both echoes must be in the gate, and there must be one.
        s.captured = 1 if s.empty == 0 and offset < gate and u[0] < p else 0
    elif row.gate == schema.PULL_VELOCITY and s.captured == 1 and abs(offset - s.offset) > gate:
        _over(w, r, q, t_s)  # between two looks it has left the gate by itself
    if s.captured == 0:
        return s.empty == 0
    s.offset = offset
    if row.gate != schema.PULL_VELOCITY:
        e.range_m += apparent_offset(offset, js, gate, True)
    e.snr *= js if offset >= gate else 1.0 + js
    e.total = e.snr
    if offset >= gate and s.apart == 0:
        s.apart = 1
        _tell(w, r, q, t_s, events.PULLED_OFF, 10.0 * math.log10(max(js, 1e-12)))
    return True


@kernel
def _jam_to_signal(w, r, q, e):
    """J/S (ratio) of pull-off q in echo e of its platform: both through the same antenna, one way and two ways."""
    par = w.radar[r]
    p = w.pull_off[q].platform
    s = w.platform_state[p]
    dx, dy, dz = par.x_m - s.x_m, par.y_m - s.y_m, par.z_m - s.z_m
    dist = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
    az, el = aspect_angles(s.vx_mps, s.vy_mps, s.vz_mps, s.x_m, s.y_m, s.z_m, dx / dist, dy / dist, dz / dist)
    rcs = rcs_lookup_m2(w.rcs_dbsm[w.platform[p].signature], par.band, az, el) * w.platform[p].rcs_factor
    arc = ground_range_m(dist, par.alt_m, s.alt_m, EARTH_MEAN_RADIUS_M)
    way = scan_gain(e.cos_scan, par.scan_loss_exponent) * one_way(w, r, s.alt_m, arc, dist)
    equivalent = w.pull_coupling_m2[r, q] * dist * dist / max(par.constant_m2 * way, 1e-30)
    return min(jam_to_signal(equivalent, rcs), _MOST_JS)


@kernel
def _over(w, r, q, t_s):
    """The gate has nothing of pull-off q any more."""
    s = w.pull_state[r, q]
    if s.captured == 1 and s.apart == 1:
        _tell(w, r, q, t_s, events.PULL_OVER, s.offset)
    s.captured = 0
    s.apart = 0


@kernel
def _tell(w, r, q, t_s, code, value):
    row = w.pull_off[q]
    s = w.platform_state[row.platform]
    speed = math.sqrt(s.vx_mps * s.vx_mps + s.vy_mps * s.vy_mps + s.vz_mps * s.vz_mps)
    dx, dy, dz = s.x_m - w.radar[r].x_m, s.y_m - w.radar[r].y_m, s.z_m - w.radar[r].z_m
    dist = math.sqrt(dx * dx + dy * dy + dz * dz)
    track = w.channel[w.pull_state[r, q].channel].track_id
    events.emit(w, t_s, code, row.platform, r, track, row.gate, dist, s.alt_m, speed, value)
