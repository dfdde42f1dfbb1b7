"""Weather and surface: what air, rain, sea and land do to the echo of a target. Each costs nothing where it is off."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.antenna import pattern_gain
from openiads.physics.attenuation import loss_factor
from openiads.physics.clutter import surface_clutter_to_noise
from openiads.physics.geodesy import wrap_pi
from openiads.physics.mti import target_gain
from openiads.physics.multipath import ROUGH_MILLER_BROWN, depression_rad, mirror_path, propagation_factor4
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR
from openiads.physics.terrain import terrain_height_m

_EFFECTIVE_RADIUS_M = EFFECTIVE_EARTH_FACTOR * EARTH_MEAN_RADIUS_M
# Lobes count in full up to one beamwidth of elevation and not at all from one and a half: the beam then misses the surface.
_FULL_BEAMS, _NO_BEAMS = 1.0, 1.5
_SEA_M = 1.0  # ground up to this height above the datum reflects as the sea does


@kernel
def two_way(w, r, alt_m, arc_m, dist_m):
    """Power factor (0..1) of air and rain on the way to a point and back."""
    return loss_factor(w.loss[w.radar[r].stand], alt_m, arc_m, dist_m)


@kernel
def one_way(w, r, alt_m, arc_m, dist_m):
    """The same on the way from a jammer."""
    if w.loss.shape[1] == 0:
        return 1.0
    return math.sqrt(loss_factor(w.loss[w.radar[r].stand], alt_m, arc_m, dist_m))


@kernel
def surface_row(w, r, az_rad):
    """Row of `surface`, `clutter` and `spike` that holds for radar r in a direction."""
    stand = w.radar[r].stand
    n = w.sector.shape[1]
    if n == 0:
        return stand
    turn = az_rad * (0.5 / math.pi)
    return w.sector[stand, min(int((turn - math.floor(turn)) * n), n - 1)]


@kernel
def lobes(w, r, alt_m, arc_m, el_rad, az_rad):
    """Two-way power factor of direct and reflected ray (0..16) toward a target."""
    par = w.radar[r]
    widths = el_rad / par.bw_el_rad
    if widths >= _NO_BEAMS:
        return 1.0
    surface = w.surface[surface_row(w, r, az_rad)]
    if surface.multipath == 0:
        return 1.0
    antenna_m = par.alt_m - surface.level_m
    target_m = alt_m - surface.level_m
    _, _, leg_m, _, mirror_arc_m = mirror_path(antenna_m, target_m, arc_m, _EFFECTIVE_RADIUS_M)
    if surface.sea_only == 1 and not _sea_at(w, par, az_rad, mirror_arc_m):
        return 1.0
    # The beam is on the target; the mirror point lies below it by elevation and depression.
    off = (el_rad + depression_rad(antenna_m, leg_m, _EFFECTIVE_RADIUS_M)) / par.bw_el_rad
    reflected = pattern_gain(off * off, par.near_gain, par.far_gain)
    factor = propagation_factor4(
        antenna_m, target_m, arc_m, surface.wavelength_m, _EFFECTIVE_RADIUS_M, surface.permittivity,
        surface.loss_permittivity, surface.vertical, surface.rms_height_m, ROUGH_MILLER_BROWN, reflected,
    )  # fmt: skip
    share = min((_NO_BEAMS - widths) / (_NO_BEAMS - _FULL_BEAMS), 1.0)
    return 1.0 + share * (factor - 1.0)


@kernel
def _sea_at(w, par, az_rad, arc_m):
    """Is there sea at this azimuth and ground range from a radar? Plane sailing: mirror points are near."""
    g = w.site[par.site]
    ground = w.ground[0]
    lat = g.lat_rad + arc_m * math.cos(az_rad) * (1.0 / EARTH_MEAN_RADIUS_M)
    mid = max(math.cos(0.5 * (lat + g.lat_rad)), 0.01)
    lon = wrap_pi(g.lon_rad + arc_m * math.sin(az_rad) / (EARTH_MEAN_RADIUS_M * mid))
    return terrain_height_m(w.terrain, ground, lat, lon) <= ground.offset_m + _SEA_M


@kernel
def surface_echo(w, r, alt_m, arc_m, dist_m, el_rad, az_rad):
    """Clutter to noise (ratio) of the surface in the range cell of a target, after the radar's suppression."""
    table = w.clutter[surface_row(w, r, az_rad)]
    if dist_m >= table[0]:
        return 0.0
    par = w.radar[r]
    off = (el_rad + depression_rad(table[1], dist_m, _EFFECTIVE_RADIUS_M)) / par.bw_el_rad
    toward = pattern_gain(off * off, par.near_gain, par.far_gain)
    ratio = surface_clutter_to_noise(table, dist_m, toward * toward)
    if w.loss.shape[1] > 0:
        ratio *= two_way(w, r, alt_m, arc_m, dist_m)
    return ratio


@kernel
def mti_gain(w, r, radial_mps):
    """Power gain of the canceller for a radial speed: mean 1, 0 at speeds that are blind for every PRF."""
    surface = w.surface[w.radar[r].stand]
    total = 0.0
    for k in range(surface.n_prf):
        total += target_gain(surface.canceller, radial_mps, surface.wavelength_m, w.prf_hz[r, k])
    return total / max(surface.n_prf, 1)
