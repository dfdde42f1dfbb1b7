"""Sightline: what ground and Earth hide from a round in the air: its command link, its seeker, its illuminator.

Without an elevation model only the Earth's curve counts. The first loss of each sort is told once per round.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.engine.systems.ground import azimuth_of, hidden
from openiads.physics import interceptor_schema as ims
from openiads.physics.geodesy import ecef_to_geodetic, wrap_pi
from openiads.physics.propagation import (
    EARTH_MEAN_RADIUS_M,
    EFFECTIVE_EARTH_FACTOR,
    ground_range_m,
    line_of_sight_clear,
    look_path,
)
from openiads.physics.terrain import terrain_height_m

_TWO_RADII_M = 2.0 * EARTH_MEAN_RADIUS_M
_MAX_LOOKS = 256  # at the ground under one ray; longer rays are looked at less densely
_LOOKS_PER_SAMPLE = 2.0  # looks in one spacing of the elevation model


@kernel
def radar_sees(w, r, x_m, y_m, z_m, alt_m):
    """Line of sight between the antenna of radar r and a point (ECEF m)."""
    par = w.radar[r]
    dx, dy, dz = x_m - par.x_m, y_m - par.y_m, z_m - par.z_m
    sq = dx * dx + dy * dy + dz * dz
    # What is nearer than its own horizon is seen over a smooth Earth from any antenna: nearly all, at once.
    if w.terrain.shape[0] == 0 and sq < _TWO_RADII_M * alt_m:
        return True
    arc = ground_range_m(math.sqrt(sq), par.alt_m, alt_m, EARTH_MEAN_RADIUS_M)
    visible, _ = look_path(w.refraction[w.radar[r].stand], alt_m, arc)
    if not visible or w.mask_m.shape[1] == 0:
        return visible
    return not hidden(w, r, azimuth_of(w, r, dx, dy, dz), arc, alt_m)


@kernel
def ray_clear(w, ax_m, ay_m, az_m, a_alt_m, bx_m, by_m, bz_m, b_alt_m):
    """Line of sight between two points (ECEF m) of known altitudes: the smooth 4/3 Earth, then the elevation model.

    The ground is looked at every half of the model's spacing where the ray is not above its highest point.
    """
    dx, dy, dz = bx_m - ax_m, by_m - ay_m, bz_m - az_m
    sq = dx * dx + dy * dy + dz * dz
    if not line_of_sight_clear(a_alt_m, b_alt_m, math.sqrt(sq), EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR):
        return False
    if w.terrain.shape[0] == 0:
        return True
    ground = w.ground[0]
    sag_m = sq / (2.0 * EFFECTIVE_EARTH_FACTOR * EARTH_MEAN_RADIUS_M)  # over u (1 - u)
    limit_m = ground.top_m + 0.25 * sag_m
    if min(a_alt_m, b_alt_m) > limit_m:
        return True
    lat0, lon0, _ = ecef_to_geodetic(ax_m, ay_m, az_m)
    lat1, lon1, _ = ecef_to_geodetic(bx_m, by_m, bz_m)
    d_lat, d_lon, climb_m = lat1 - lat0, wrap_pi(lon1 - lon0), b_alt_m - a_alt_m
    # Only the part of the ray that is low.
    first, last = 0.0, 1.0
    if a_alt_m > limit_m:
        first = (limit_m - a_alt_m) / min(climb_m, -1e-6)
    elif b_alt_m > limit_m:
        last = (limit_m - a_alt_m) / max(climb_m, 1e-6)
    low_m = (last - first) * math.sqrt(sq)
    n = int(low_m * ground.rows_per_rad * (_LOOKS_PER_SAMPLE / EARTH_MEAN_RADIUS_M)) + 2
    n = min(n, _MAX_LOOKS)
    for k in range(1, n):
        u = first + (last - first) * k / n
        ray_m = a_alt_m + u * climb_m - u * (1.0 - u) * sag_m
        if (
            ray_m < ground.top_m
            and terrain_height_m(w.terrain, ground, lat0 + u * d_lat, lon0 + u * d_lon) > ray_m
        ):
            return False
    return True


@kernel
def linked(w, i, radar, t_s):
    """Can the guiding radar reach round i? Its first loss is told (writes guide)."""
    m = w.missile[i]
    if radar_sees(w, radar, m.x_m, m.y_m, m.z_m, m.alt_m):
        return True
    if w.guide[i].cut == 0 and m.phase >= ims.MIDCOURSE:
        w.guide[i].cut = 1
        events.emit(
            w,
            t_s,
            events.COMMAND_LINK_CUT,
            i,
            w.round[i].platform,
            radar,
            -1,
            math.nan,
            m.alt_m,
            math.nan,
            math.nan,
        )
    return False


@kernel
def seeker_sees(w, i, p, root4, t_s):
    """1 unless ground or Earth lies between a seeker that looks and its target, or between that and its illuminator.

    Asked only within the range of the seeker, or once it has locked. The first loss is told (writes guide).
    """
    m = w.missile[i]
    par = w.weapon[m.missile_type]
    if par.seeker_kind == ims.SEEKER_NONE or m.phase < ims.MIDCOURSE:
        return 1
    s = w.platform_state[p]
    dx, dy, dz = s.x_m - m.x_m, s.y_m - m.y_m, s.z_m - m.z_m
    reach = par.seeker_range_m * root4
    sq = dx * dx + dy * dy + dz * dz
    if m.locked == 0 and sq > reach * reach:
        return 1
    clear = ray_clear(w, m.x_m, m.y_m, m.z_m, m.alt_m, s.x_m, s.y_m, s.z_m, s.alt_m)
    if clear and par.seeker_kind == ims.SEEKER_SEMI_ACTIVE:
        clear = radar_sees(w, w.battery[w.round[i].battery].radar, s.x_m, s.y_m, s.z_m, s.alt_m)
    if clear:
        return 1
    if w.guide[i].blind == 0:
        w.guide[i].blind = 1
        events.emit(w, t_s, events.SEEKER_CUT, i, p, -1, m.locked, math.sqrt(sq), m.alt_m, math.nan, math.nan)
    return 0
