"""Fly-out of a single-stage ballistic missile: boost by a pitch programme, coast, drag on re-entry.

Point mass in rotating ECEF. Thrust is constant, Isp g0 (propellant / burn time), along the programmed
elevation in the horizon of the launch point; propellant burns at a constant rate until cut-off. A
manoeuvring ("quasi-ballistic") missile adds lift on its way down: a pull-up and a lateral weave, both
bounded by a cap on lateral acceleration and by the lift that the air gives, and paid for in induced drag.

Sources
-------
G. Forden, Science & Global Security 15, 2007: the Scud-B of tables 1 and 3, drag coefficient of figure 1
(read in the transcription of the open repository armscontrolwonk/GUI-Flyout-Implementation).
J. D. Anderson, Fundamentals of Aerodynamics: induced drag proportional to lift squared.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openiads._jit import kernel
from openiads.physics.flight import acceleration, air_at, cd_at
from openiads.physics.geodesy import enu_basis, geodetic_on
from openiads.units import STANDARD_GRAVITY_MPS2

HALF_PI = 0.5 * math.pi
EDGE_M = 2_000.0  # lift is faded in and out over this height, so that flights depend smoothly on their aim
EDGE_MPS = 50.0  # and over this rate of descent


class Missile(NamedTuple):
    """A single-stage missile, what it is made of and how fast it pitches over after its vertical start.

    `warhead_mass_kg` 0: it flies on whole after cut-off; else the warhead alone does, with the same drag
    table.
    """

    launch_mass_kg: float
    propellant_kg: float
    isp_s: float
    burn_s: float
    area_m2: float
    mach: np.ndarray  # rows of the drag table
    cd: np.ndarray
    warhead_mass_kg: float = 0.0
    warhead_area_m2: float = 0.0
    vertical_s: float = 0.0
    pitch_rate_radps: float = 0.02


class Program(NamedTuple):
    """How it is flown: straight up until vertical_s, pitching over at an even rate to final_el; cut-off."""

    az_rad: float
    final_el_rad: float
    cutoff_s: float
    vertical_s: float
    pitch_rate_radps: float


class Manoeuvre(NamedTuple):
    """Lift while descending inside two bands of altitude; zeros: none. Every value is an assumption."""

    cap_mps2: float = 0.0  # greatest lateral acceleration
    cl_max: float = 0.0  # greatest lift coefficient on the area that flies
    induced_k: float = 0.0  # induced drag coefficient = induced_k * CL^2
    pull_mps2: float = 0.0  # in the vertical plane; negative pushes down
    pull_top_m: float = 0.0
    pull_bottom_m: float = 0.0
    weave_mps2: float = 0.0  # amplitude across the vertical plane
    weave_period_s: float = 1.0
    weave_top_m: float = 0.0
    weave_bottom_m: float = 0.0


NO_MANOEUVRE = Manoeuvre()


@kernel
def elevation_at(program, t):
    """Programmed thrust elevation (rad) at t seconds after launch."""
    el = HALF_PI
    if t > program.vertical_s:
        el -= program.pitch_rate_radps * (t - program.vertical_s)
    return el if el > program.final_el_rad else program.final_el_rad


@kernel
def _ramp(u):
    """0 below 0, 1 above 1, smooth between."""
    if not u > 0.0:
        return 0.0
    if u > 1.0:
        return 1.0
    return u * u * (3.0 - 2.0 * u)


@kernel
def _band(alt, bottom, top):
    """1 inside a band of altitude, fading to 0 over EDGE_M inside its edges."""
    return _ramp((alt - bottom) / EDGE_M) * _ramp((top - alt) / EDGE_M)


@kernel
def _lift(man, t, alt, q_area_per_mass, wx, wy, wz, upx, upy, upz):
    """Lift of the manoeuvre, (ax, ay, az, induced drag acceleration), for the air-relative velocity w."""
    speed = math.sqrt(wx * wx + wy * wy + wz * wz)
    if man.cap_mps2 <= 0.0 or not speed > 1.0 or not q_area_per_mass > 0.0:
        return 0.0, 0.0, 0.0, 0.0
    climb = wx * upx + wy * upy + wz * upz
    going_down = _ramp(-climb / EDGE_MPS)
    pull = man.pull_mps2 * going_down * _band(alt, man.pull_bottom_m, man.pull_top_m)
    phase = 2.0 * math.pi * t / man.weave_period_s if man.weave_period_s > 0.0 else 0.0
    weave = man.weave_mps2 * going_down * _band(alt, man.weave_bottom_m, man.weave_top_m) * math.sin(phase)
    wanted = math.sqrt(pull * pull + weave * weave)
    if wanted == 0.0:
        return 0.0, 0.0, 0.0, 0.0
    limit = min(man.cap_mps2, q_area_per_mass * man.cl_max)
    scale = limit / wanted if wanted > limit else 1.0
    ux, uy, uz = wx / speed, wy / speed, wz / speed
    c = climb / speed
    nx, ny, nz = upx - c * ux, upy - c * uy, upz - c * uz  # up, made perpendicular to the path
    n = math.sqrt(nx * nx + ny * ny + nz * nz)
    if n < 1e-6:
        return 0.0, 0.0, 0.0, 0.0
    nx, ny, nz = nx / n, ny / n, nz / n
    sx, sy, sz = uy * nz - uz * ny, uz * nx - ux * nz, ux * ny - uy * nx
    pull *= scale
    weave *= scale
    cl = wanted * scale / q_area_per_mass
    return (
        pull * nx + weave * sx,
        pull * ny + weave * sy,
        pull * nz + weave * sz,
        man.induced_k * cl * cl * q_area_per_mass,
    )


@kernel
def _derivative(earth, wind, missile, program, man, powered, axes, t, x, y, z, vx, vy, vz):
    """Acceleration in boost (`powered`) or after cut-off; `axes`: east-north-up basis of the launch point."""
    alt, rho, sound, wex, wey, wez, upx, upy, upz = air_at(earth, wind, x, y, z)
    rx, ry, rz = vx - wex, vy - wey, vz - wez
    speed2 = rx * rx + ry * ry + rz * rz
    cd = cd_at(math.sqrt(speed2) / sound, missile.mach, missile.cd)
    flow = missile.propellant_kg / missile.burn_s
    burnt = flow * min(t, program.cutoff_s)
    mass = missile.launch_mass_kg - burnt
    area = missile.area_m2
    fx, fy, fz = 0.0, 0.0, 0.0
    if powered:
        thrust = missile.isp_s * STANDARD_GRAVITY_MPS2 * flow / mass
        el = elevation_at(program, t)
        e = thrust * math.cos(el) * math.sin(program.az_rad)
        n = thrust * math.cos(el) * math.cos(program.az_rad)
        u = thrust * math.sin(el)
        fx = e * axes[0] + n * axes[3] + u * axes[6]
        fy = e * axes[1] + n * axes[4] + u * axes[7]
        fz = e * axes[2] + n * axes[5] + u * axes[8]
    else:
        if missile.warhead_mass_kg > 0.0:
            mass = missile.warhead_mass_kg
            area = missile.warhead_area_m2
        q_area = 0.5 * rho * speed2 * area / mass
        lx, ly, lz, induced = _lift(man, t, alt, q_area, rx, ry, rz, upx, upy, upz)
        if speed2 > 0.0:
            k = induced / math.sqrt(speed2)
            fx, fy, fz = lx - k * rx, ly - k * ry, lz - k * rz
    return acceleration(earth, x, y, z, vx, vy, vz, wex, wey, wez, rho, cd * area / mass, fx, fy, fz)


@kernel
def _step(earth, wind, missile, program, man, powered, axes, t, dt, x, y, z, vx, vy, vz):
    """One Runge-Kutta step of dt seconds: the new (x, y, z, vx, vy, vz)."""
    h = 0.5 * dt
    ax1, ay1, az1 = _derivative(earth, wind, missile, program, man, powered, axes, t, x, y, z, vx, vy, vz)
    vx2, vy2, vz2 = vx + h * ax1, vy + h * ay1, vz + h * az1
    ax2, ay2, az2 = _derivative(
        earth, wind, missile, program, man, powered, axes, t + h,
        x + h * vx, y + h * vy, z + h * vz, vx2, vy2, vz2,
    )  # fmt: skip
    vx3, vy3, vz3 = vx + h * ax2, vy + h * ay2, vz + h * az2
    ax3, ay3, az3 = _derivative(
        earth, wind, missile, program, man, powered, axes, t + h,
        x + h * vx2, y + h * vy2, z + h * vz2, vx3, vy3, vz3,
    )  # fmt: skip
    vx4, vy4, vz4 = vx + dt * ax3, vy + dt * ay3, vz + dt * az3
    ax4, ay4, az4 = _derivative(
        earth, wind, missile, program, man, powered, axes, t + dt,
        x + dt * vx3, y + dt * vy3, z + dt * vz3, vx4, vy4, vz4,
    )  # fmt: skip
    s = dt / 6.0
    return (
        x + s * (vx + 2.0 * (vx2 + vx3) + vx4),
        y + s * (vy + 2.0 * (vy2 + vy3) + vy4),
        z + s * (vz + 2.0 * (vz2 + vz3) + vz4),
        vx + s * (ax1 + 2.0 * (ax2 + ax3) + ax4),
        vy + s * (ay1 + 2.0 * (ay2 + ay3) + ay4),
        vz + s * (az1 + 2.0 * (az2 + az3) + az4),
    )


@kernel
def fly(earth, wind, missile, program, man, lat_rad, lon_rad, alt_m, ground_alt_m, dt_s, out):
    """Fly from rest at a launch point until the way down crosses ground_alt_m.

    Fills `out` [rows, 7] with t (s), x, y, z (m), vx, vy, vz (m/s), ECEF, one row a step; steps end exactly
    at the corners of the programme and at impact. Returns the number of rows, or 0 when the missile does
    not leave the ground, or -1 when `out` is too short.
    """
    if not (missile.burn_s > 0.0 and missile.propellant_kg > 0.0 and dt_s > 0.0 and out.shape[0] > 0):
        return 0
    if not (missile.launch_mass_kg > missile.propellant_kg and 0.0 < program.cutoff_s <= missile.burn_s):
        return 0
    axes = enu_basis(lat_rad, lon_rad)
    sin_lat = math.sin(lat_rad)
    e2 = earth.f * (2.0 - earth.f)
    n = earth.a_m / math.sqrt(1.0 - e2 * sin_lat * sin_lat)
    x = (n + alt_m) * math.cos(lat_rad) * math.cos(lon_rad)
    y = (n + alt_m) * math.cos(lat_rad) * math.sin(lon_rad)
    z = (n * (1.0 - e2) + alt_m) * sin_lat
    vx, vy, vz = 0.0, 0.0, 0.0
    out[0, 0], out[0, 1], out[0, 2], out[0, 3] = 0.0, x, y, z
    out[0, 4], out[0, 5], out[0, 6] = vx, vy, vz
    rows = 1
    capacity = out.shape[0]

    corner = min(program.vertical_s, program.cutoff_s)
    pitched = corner
    if program.pitch_rate_radps > 0.0:
        pitched += (HALF_PI - program.final_el_rad) / program.pitch_rate_radps
    pitched = min(pitched, program.cutoff_s)
    begin = 0.0
    for phase in range(3):
        end = corner if phase == 0 else (pitched if phase == 1 else program.cutoff_s)
        steps = math.ceil((end - begin) / dt_s)
        if end <= begin or steps < 1:
            continue
        if rows + steps > capacity:
            return -1
        dt = (end - begin) / steps
        for i in range(steps):
            t = begin + i * dt
            x, y, z, vx, vy, vz = _step(
                earth, wind, missile, program, man, True, axes, t, dt, x, y, z, vx, vy, vz
            )
            out[rows, 0], out[rows, 1], out[rows, 2], out[rows, 3] = begin + (i + 1) * dt, x, y, z
            out[rows, 4], out[rows, 5], out[rows, 6] = vx, vy, vz
            rows += 1
            if geodetic_on(x, y, z, earth.a_m, earth.f)[2] < alt_m - 1.0:
                return 0
        begin = end

    coast = 0
    while rows < capacity:
        t = begin + coast * dt_s
        nx, ny, nz, nvx, nvy, nvz = _step(
            earth, wind, missile, program, man, False, axes, t, dt_s, x, y, z, vx, vy, vz
        )
        alt = geodetic_on(nx, ny, nz, earth.a_m, earth.f)[2]
        down = nx * nvx + ny * nvy + nz * nvz < 0.0
        dt = dt_s
        if down and alt <= ground_alt_m:
            low, high = 0.0, dt_s  # the crossing, by halving the step
            for _ in range(40):
                dt = 0.5 * (low + high)
                nx, ny, nz, nvx, nvy, nvz = _step(
                    earth, wind, missile, program, man, False, axes, t, dt, x, y, z, vx, vy, vz
                )
                if geodetic_on(nx, ny, nz, earth.a_m, earth.f)[2] > ground_alt_m:
                    low = dt
                else:
                    high = dt
        out[rows, 0], out[rows, 1], out[rows, 2], out[rows, 3] = t + dt, nx, ny, nz
        out[rows, 4], out[rows, 5], out[rows, 6] = nvx, nvy, nvz
        rows += 1
        if down and alt <= ground_alt_m:
            return rows
        x, y, z, vx, vy, vz = nx, ny, nz, nvx, nvy, nvz
        coast += 1
    return -1
