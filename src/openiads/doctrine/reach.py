"""What a fire unit can do about a target: whether a missile suits it, and its radar can turn to it and see it."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine.systems.ground import azimuth_of, hidden
from openiads.engine.systems.meet import track_at
from openiads.physics.geodesy import altitude_m
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, ground_range_m, look_path


@kernel
def suits(w, post, q, site, trk, x, y, z):
    """Declared limits of a missile: reach, altitude and speed of the target where they would meet."""
    par = w.weapon[q]
    v = trk.vel_ecef_mps
    speed = math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    if speed > par.max_target_mps:
        return False
    alt = altitude_m(x, y, z)
    # The track's own error in height must not keep a low target out of the envelope.
    slack = 3.0 * math.sqrt(max(trk.traces[0], 0.0))
    if alt > par.max_target_alt_m + slack or alt < par.min_target_alt_m - slack - 200.0:
        return False
    g = w.site[site]
    dx, dy, dz = x - g.x_m, y - g.y_m, z - g.z_m
    dist = math.sqrt(dx * dx + dy * dy + dz * dz)
    return par.min_range_m <= dist <= post.max_range_fraction * w.arsenal[q].reach_m


@kernel
def in_sector(w, radar, trk):
    """Can the fire unit's radar turn its beam there?"""
    par = w.radar[radar]
    g = w.site[par.site]
    p = trk.pos_ecef_m
    dx, dy, dz = p[0] - par.x_m, p[1] - par.y_m, p[2] - par.z_m
    e = dx * g.ex + dy * g.ey + dz * g.ez
    n = dx * g.nx + dy * g.ny + dz * g.nz
    if dx * dx + dy * dy + dz * dz > par.range_max_m * par.range_max_m:
        return False
    return math.cos(math.atan2(e, n) - par.az0_rad) >= math.cos(par.sector_half_rad)


@kernel
def in_sight(w, radar, trk, par, t_s):
    """Will the target be above the horizon of the fire unit's radar by then? Its height is not known exactly."""
    rad = w.radar[radar]
    x, y, z = track_at(trk, par, t_s, 0.0)
    dx, dy, dz = x - rad.x_m, y - rad.y_m, z - rad.z_m
    dist = math.sqrt(dx * dx + dy * dy + dz * dz)
    alt = max(altitude_m(x, y, z) + math.sqrt(max(trk.traces[0], 0.0)), 10.0)
    arc = ground_range_m(dist, rad.alt_m, alt, EARTH_MEAN_RADIUS_M)
    visible, _ = look_path(w.refraction[w.radar[radar].stand], alt, arc)
    return visible and not hidden(w, radar, azimuth_of(w, radar, dx, dy, dz), arc, alt)


@kernel
def has_launcher(w, b):
    """Is any launcher a part of unit b, working or not? A unit without one can take no target, now or later."""
    n = 0
    for k in range(w.launcher.shape[0]):
        if w.launcher[k].battery == b:
            n += 1
    return n > 0


@kernel
def ready_rounds(w, b, q):
    """(rounds of missile type q on live launchers of unit b, site of one of them)."""
    total = 0
    site = -1
    for k in range(w.magazine.shape[0]):
        mag = w.magazine[k]
        if mag.weapon != q:
            continue
        par = w.launcher[mag.launcher]
        if par.battery == b and w.site_state[par.site].alive == 1 and w.magazine_state[k].rounds > 0:
            total += w.magazine_state[k].rounds
            site = par.site
    return total, site
