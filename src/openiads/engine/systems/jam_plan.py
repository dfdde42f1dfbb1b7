"""Jam plan: jammers that go on and off by intervals or when they are looked at, and where their beam points."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.physics.antenna import GAUSS_EXPONENT
from openiads.physics.geodesy import altitude_m
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, ground_range_m, look_path


@kernel
def planned(w, j, t_s):
    """1 while jammer j, inside its window, jams by its intervals and its trigger (writes nothing)."""
    par = w.jammer[j]
    if par.lit == 1 and t_s - w.jammer_state[j].t_lit_s > par.hold_s:
        return 0
    if par.cycle_on_s > 0.0:
        period = par.cycle_on_s + par.cycle_off_s
        into = t_s - par.t_on_s
        if into - period * math.floor(into / period) >= par.cycle_on_s:
            return 0
    return 1


@kernel
def switch(w, j, on, t_s):
    """Set a planned jammer: it is heard, or not heard any more, at once (writes jammer_state, radar_state.t_jam_s)."""
    row = w.jammer_state[j]
    if row.on == on:
        return
    row.on = on
    for r in range(w.radar.shape[0]):
        w.radar_state[r].t_jam_s = t_s
    p = w.jammer[j].platform
    events.emit(w, t_s, events.JAMMING, p, -1, -1, on, math.nan, math.nan, math.nan, math.nan)


@kernel
def illuminate(w, r, p, t_s):
    """Radar r points its beam at platform p, which must have been evaluated: a jammer that waits for that takes note."""
    par = w.radar[r]
    s = w.platform_state[p]
    dx, dy, dz = s.x_m - par.x_m, s.y_m - par.y_m, s.z_m - par.z_m
    dist = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
    alt = altitude_m(s.x_m, s.y_m, s.z_m)
    visible, _ = look_path(w.refraction[w.radar[r].stand], alt, ground_range_m(dist, par.alt_m, alt, EARTH_MEAN_RADIUS_M))
    if not visible:
        return
    for j in range(w.jammer.shape[0]):
        if w.jammer[j].platform == p and w.jammer[j].lit == 1 and w.jam_coupling_m2[r, j] > 0.0:
            w.jammer_state[j].t_lit_s = max(w.jammer_state[j].t_lit_s, t_s)


@kernel
def beam_gain(w, j, r):
    """Gain of jammer j toward radar r relative to its peak: Gaussian main lobe on its aim, one level outside."""
    par = w.jammer[j]
    if par.beam_rad <= 0.0:
        return 1.0
    s = w.platform_state[par.platform]
    radar = w.radar[r]
    ax, ay, az = par.aim_x_m - s.x_m, par.aim_y_m - s.y_m, par.aim_z_m - s.z_m
    bx, by, bz = radar.x_m - s.x_m, radar.y_m - s.y_m, radar.z_m - s.z_m
    length = math.sqrt((ax * ax + ay * ay + az * az) * (bx * bx + by * by + bz * bz))
    sq = 2.0 * max(1.0 - (ax * bx + ay * by + az * bz) / max(length, 1.0), 0.0)
    return max(math.exp(-GAUSS_EXPONENT * sq / (par.beam_rad * par.beam_rad)), par.side_gain)
