"""Ground: what it hides from a radar, and how high it is below what flies. Without an elevation model: the ellipsoid."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import ecef_to_geodetic
from openiads.physics.terrain import lowest_visible_m, terrain_height_m

SEA_LEVEL_M = 0.0  # a smooth Earth: the ellipsoid


@kernel
def hidden(w, r, az_rad, arc_m, alt_m):
    """Does the ground lie between radar r and a point at this azimuth, ground range and altitude?"""
    if w.mask_m.shape[1] == 0:
        return False
    stand = w.radar[r].stand
    return alt_m < lowest_visible_m(w.mask_m[stand], w.mask_frame[stand], az_rad, arc_m)


@kernel
def azimuth_of(w, r, dx, dy, dz):
    """Azimuth (rad) of an ECEF difference in the local frame of radar r."""
    g = w.site[w.radar[r].site]
    return math.atan2(dx * g.ex + dy * g.ey + dz * g.ez, dx * g.nx + dy * g.ny + dz * g.nz)


@kernel
def ground_below_m(w, x_m, y_m, z_m, alt_m, room_m):
    """Altitude of the ground below an ECEF point; sea level where the point is more than `room_m` above the highest."""
    if w.terrain.shape[0] == 0 or alt_m > w.ground[0].top_m + room_m:
        return SEA_LEVEL_M
    lat, lon, _ = ecef_to_geodetic(x_m, y_m, z_m)
    return terrain_height_m(w.terrain, w.ground[0], lat, lon)
