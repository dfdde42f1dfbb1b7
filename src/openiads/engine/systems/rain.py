"""Rain: its echo beside a target's, and, where it falls in an area only, what it takes from a ray. Moves with the wind."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.clutter import rain_clutter_to_noise, rain_fill
from openiads.physics.geodesy import ecef_to_enu
from openiads.physics.rain import part_below, rain_constant_m2, share_in_disc


@kernel
def _centre(w, r, t_s):
    """East and north (m) of the middle of the rain from radar r."""
    par = w.radar[r]
    g = w.site[par.site]
    rain = w.rain[0]
    east, north, _ = ecef_to_enu(
        rain.x_m + rain.vx_mps * t_s - par.x_m, rain.y_m + rain.vy_mps * t_s - par.y_m,
        rain.z_m + rain.vz_mps * t_s - par.z_m,
        g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz,
    )  # fmt: skip
    return east, north


@kernel
def rain_loss(w, r, e, n, alt_m, dist_m, t_s):
    """Two-way power factor (0..1) of the rain area on the way to a point east and north of radar r."""
    rain = w.rain[0]
    east, north = _centre(w, r, t_s)
    part = part_below(w.radar[r].alt_m, alt_m, rain.top_m)
    share = share_in_disc(e, n, east, north, rain.radius_m, part)
    return math.exp(-w.surface[w.radar[r].stand].rain_np_per_m * share * dist_m)


@kernel
def one_way_through_rain(w, r, dx_m, dy_m, dz_m, alt_m, dist_m, t_s):
    """Power factor (0..1) of the rain area on the way from an ECEF difference to radar r: a jammer's."""
    g = w.site[w.radar[r].site]
    e, n, _ = ecef_to_enu(dx_m, dy_m, dz_m, g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz)
    return math.sqrt(rain_loss(w, r, e, n, alt_m, dist_m, t_s))


@kernel
def rain_echo(w, r, e, n, alt_m, dist_m, t_s):
    """Clutter to noise (ratio) of the rain in the range cell of a target, after the radar's suppression; 0 outside."""
    rain = w.rain[0]
    fill = rain_fill(alt_m, dist_m, w.radar[r].bw_el_rad, rain.top_m)
    if fill <= 0.0:
        return 0.0
    if rain.radius_m > 0.0:
        east, north = _centre(w, r, t_s)
        dx, dy = e - east, n - north
        if dx * dx + dy * dy > rain.radius_m * rain.radius_m:
            return 0.0
    value = rain_constant_m2(w.rain_m2[r], math.atan2(e, n), alt_m / max(rain.top_m, 1.0))
    return rain_clutter_to_noise(value, dist_m, fill)
