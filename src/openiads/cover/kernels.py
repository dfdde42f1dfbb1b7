"""The compiled part of coverage: the engine's own look and the engine's own fly-out table, asked at points of a map.

A probe, one platform more at the end of the World's tables, is put at each point with its velocity; the look is
`engine.systems.look.echo`, the jamming `engine.systems.radiate`, the reach `engine.systems.meet.reach` with
`doctrine.reach.suits`. All kernels of this room are in this file: Numba's cache looks at the defining file, and at the
engine's rooms, alone.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.doctrine.reach import suits
from openiads.engine.systems.jam_plan import planned
from openiads.engine.systems.look import echo
from openiads.engine.systems.meet import reach
from openiads.engine.systems.radiate import hear_jammers
from openiads.physics.detection import pd_from_snr
from openiads.physics.geodesy import (
    ecef_to_enu,
    enu_basis,
    enu_to_ecef,
    geodesic_direct,
    geodetic_to_ecef,
    wrap_pi,
)
from openiads.physics.terrain import terrain_height_m
from openiads.world import schema

JAM_OFF, JAM_PLANNED, JAM_ALL = 0, 1, 2


@kernel
def set_jammers(w, t_s, mode):
    """Put the jammers where they are at t_s and let every radar hear them (writes platform_state, jammer_state, jam).

    mode: JAM_OFF none jams; JAM_PLANNED as the scenario says, one that waits to be looked at taken as looked at; JAM_ALL
    every jammer whose carrier flies. Carriers that steer themselves are not in flight here.
    """
    w.sim[0].t_s = t_s
    for j in range(w.jammer.shape[0]):
        par = w.jammer[j]
        carrier = w.platform[par.platform]
        row = w.jammer_state[j]
        flies = carrier.move == schema.MOVE_KNOTS and carrier.t_start_s <= t_s < carrier.t_end_s
        w.platform_state[par.platform].active = 1 if flies else 0
        row.on = 0
        if flies and mode == JAM_ALL:
            row.on = 1
        elif flies and mode == JAM_PLANNED and par.t_on_s <= t_s < par.t_off_s:
            row.t_lit_s = t_s
            row.on = planned(w, j, t_s) if par.planned == 1 else 1
    for r in range(w.radar.shape[0]):
        hear_jammers(w, r, t_s)


@kernel
def _place(w, p, lat, lon, alt_m, course, relative, speed_mps, x0, y0, z0):
    """Put the probe at a point, level, on a course: from north, or (relative 1) from the direction to (x0, y0, z0)."""
    s = w.platform_state[p]
    s.x_m, s.y_m, s.z_m = geodetic_to_ecef(lat, lon, alt_m)
    s.alt_m = alt_m
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_basis(lat, lon)
    heading = course
    if relative == 1:
        e, n, _ = ecef_to_enu(x0 - s.x_m, y0 - s.y_m, z0 - s.z_m, ex, ey, ez, nx, ny, nz, ux, uy, uz)
        heading += math.atan2(e, n)
    s.vx_mps, s.vy_mps, s.vz_mps = enu_to_ecef(
        speed_mps * math.sin(heading), speed_mps * math.cos(heading), 0.0, ex, ey, ez, nx, ny, nz, ux, uy, uz
    )
    return heading


@kernel
def look_at(w, r, p, t_s, lat, lon, alt_m, course, relative, speed_mps, snr, pd, el_rad, masked):
    """One search look of radar r at probe p in each of the points: f8[n] lat, lon (rad), alt_m, course (rad).

    Writes snr (single pulse, power ratio), pd, el_rad (apparent elevation) and masked (i8: hidden by the ground alone);
    where the radar gets no echo the first two are 0 and the third is nan.
    """
    par = w.radar[r]
    g = w.site[par.site]
    s = w.platform_state[p]
    look = w.look[r, p]
    look.in_sight = 1  # nothing is to be told
    for i in range(lat.shape[0]):
        _place(w, p, lat[i], lon[i], alt_m[i], course[i], relative, speed_mps, par.x_m, par.y_m, par.z_m)
        e, n, u = ecef_to_enu(
            s.x_m - par.x_m, s.y_m - par.y_m, s.z_m - par.z_m,
            g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz,
        )  # fmt: skip
        snr[i], pd[i], el_rad[i], masked[i] = 0.0, 0.0, math.nan, 0
        az = math.atan2(e, n)
        if par.scan == schema.SCAN_SECTOR and abs(wrap_pi(az - par.az0_rad)) > par.sector_half_rad:
            continue
        w.sim[0].n_echoes = 0
        look.hidden = 0
        if echo(w, r, p, t_s, e, n, u, az, 1.0):
            snr[i] = w.echo[0].snr
            pd[i] = pd_from_snr(w.pd_table[r], w.platform[p].swerling, w.echo[0].total)
            el_rad[i] = w.echo[0].el_rad
        masked[i] = look.hidden
    w.sim[0].n_echoes = 0


@kernel
def meet_at(w, q, c, site, lat, lon, alt_m, speed_mps, tof_s):
    """Can missile q from a site of command post c meet a target at these points? Writes tof_s, nan where it cannot.

    By the fly-out table, and inside the declared limits that fire control keeps.
    """
    g = w.site[site]
    trk = w.track[0]
    trk.traces[0] = 0.0
    trk.vel_ecef_mps[0], trk.vel_ecef_mps[1], trk.vel_ecef_mps[2] = speed_mps, 0.0, 0.0
    for i in range(lat.shape[0]):
        x, y, z = geodetic_to_ecef(lat[i], lon[i], alt_m[i])
        tof, margin = reach(w, q, g.x_m, g.y_m, g.z_m, x, y, z)
        ok = margin >= 0.0 and suits(w, w.command_post[c], q, site, trk, x, y, z)
        tof_s[i] = tof if ok else math.nan


@kernel
def earlier(w, r, p, lat, lon, alt_m, course, relative, speed_mps, before_s, out_lat, out_lon, out_course):
    """Where a target that flies straight and level to each point was so long before, and its course there (from north)."""
    par = w.radar[r]
    for i in range(lat.shape[0]):
        heading = _place(
            w, p, lat[i], lon[i], alt_m[i], course[i], relative, speed_mps, par.x_m, par.y_m, par.z_m
        )
        out_lat[i], out_lon[i], back = geodesic_direct(
            lat[i], lon[i], heading + math.pi, speed_mps * before_s[i]
        )
        out_course[i] = back + math.pi


@kernel
def along(lat0, lon0, az_rad, range_m, out_lat, out_lon):
    """Ends of geodesics from one point: f8[n] azimuths and ranges."""
    for i in range(az_rad.shape[0]):
        out_lat[i], out_lon[i], _ = geodesic_direct(lat0, lon0, az_rad[i], range_m[i])


@kernel
def fan(lat0, lon0, az_rad, range_m, out_lat, out_lon):
    """Points on geodesics from one point: f8[azimuth], f8[range] (rising) -> f8[azimuth, range] lat, lon."""
    for i in range(az_rad.shape[0]):
        lat, lon, az, gone = lat0, lon0, az_rad[i], 0.0
        for j in range(range_m.shape[0]):
            lat, lon, az = geodesic_direct(lat, lon, az, range_m[j] - gone)
            gone = range_m[j]
            out_lat[i, j], out_lon[i, j] = lat, lon


@kernel
def ground_m(w, lat, lon, out):
    """Height of the ground (m above the ellipsoid) under each point; 0 without an elevation model."""
    for i in range(lat.shape[0]):
        out[i] = terrain_height_m(w.terrain, w.ground[0], lat[i], lon[i]) if w.terrain.shape[0] > 0 else 0.0
