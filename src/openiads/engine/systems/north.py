"""North: a radar that is not aligned with north sees the world turned, and points by what it believes."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import ecef_to_enu, enu_to_ecef


@kernel
def north_error_rad(w, r):
    """What is left of the error of radar r's north after what the command post corrects."""
    return w.radar[r].heading_error_rad - w.bias[r].used_az_rad


@kernel
def to_true(w, r, x, y, z):
    """Where radar r in truth looks when it points at (x, y, z) as the command post knows it.

    Its reports are turned clockwise by its heading error; so what it is told to look at is turned back.
    """
    par = w.radar[r]
    if north_error_rad(w, r) == 0.0:
        return x, y, z
    dx, dy, dz = turn_back(w, r, x - par.x_m, y - par.y_m, z - par.z_m)
    return par.x_m + dx, par.y_m + dy, par.z_m + dz


@kernel
def turn_back(w, r, dx, dy, dz):
    """A vector (ECEF) turned counter-clockwise about the vertical of radar r by its heading error."""
    par = w.radar[r]
    g = w.site[par.site]
    e, n, u = ecef_to_enu(dx, dy, dz, g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz)
    error = north_error_rad(w, r)
    c, s = math.cos(error), math.sin(error)
    e, n = e * c - n * s, n * c + e * s
    return enu_to_ecef(e, n, u, g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz)
