"""Radar cross-section by band and aspect, and the closed forms against which tables are checked.

A table is float64[band, elevation, azimuth] in dBsm on a uniform grid: elevation aspect from -90 to +90
degrees (positive: the radar looks at the upper side), azimuth aspect from 0 (nose-on) to 180 degrees
(tail-on). Port and starboard are taken as mirror images, so the sign of the azimuth aspect does not matter.
Between the points the value is bilinear in dB. Bands are IEEE Std 521 letters.

Body axes of a point mass: x along the velocity relative to the Earth, wings level: y (starboard) along
velocity x up, z_up = y x x. With l the unit vector from target to radar:
azimuth aspect = atan2(l.y, l.x), elevation aspect = asin(l.z_up).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads._jit import kernel
from openiads.physics.radar import db_to_ratio

BAND_NAMES = ("VHF", "UHF", "L", "S", "C", "X")
#: Edges in Hz (IEEE Std 521-2019); band i is [edge[i], edge[i+1]).
BAND_EDGES_HZ = (30e6, 300e6, 1e9, 2e9, 4e9, 8e9, 12e9)

RCS_AZIMUTHS = 37  # every 5 degrees
RCS_ELEVATIONS = 13  # every 15 degrees
_HALF_PI = 0.5 * math.pi


@kernel
def band_index(freq_hz):
    """Index into BAND_NAMES; -1 outside VHF..X (to be refused by whoever reads the scenario)."""
    if not (freq_hz >= BAND_EDGES_HZ[0] and freq_hz < BAND_EDGES_HZ[6]):
        return -1
    band = 0
    while freq_hz >= BAND_EDGES_HZ[band + 1]:
        band += 1
    return band


@kernel
def rcs_lookup_dbsm(table, band, az_aspect_rad, el_aspect_rad):
    """RCS in dBsm from table float64[band, elevation, azimuth], bilinear; angles beyond the grid are held."""
    n_el = table.shape[1]
    n_az = table.shape[2]
    x = min(abs(az_aspect_rad), math.pi) * ((n_az - 1) / math.pi)
    y = (min(max(el_aspect_rad, -_HALF_PI), _HALF_PI) + _HALF_PI) * ((n_el - 1) / math.pi)
    i = min(int(x), n_az - 2)
    j = min(int(y), n_el - 2)
    fx = x - i
    a = table[band, j, i]
    a += fx * (table[band, j, i + 1] - a)
    b = table[band, j + 1, i]
    b += fx * (table[band, j + 1, i + 1] - b)
    return a + (y - j) * (b - a)


@kernel
def rcs_lookup_m2(table, band, az_aspect_rad, el_aspect_rad):
    """RCS in m^2; see :func:`rcs_lookup_dbsm`."""
    return db_to_ratio(rcs_lookup_dbsm(table, band, az_aspect_rad, el_aspect_rad))


@kernel
def body_axes(vx, vy, vz, ux, uy, uz):
    """Forward, starboard and up unit vectors (9 floats) of a point mass, wings level.

    v: velocity relative to the Earth (ECEF, any length); u: any vector along local up (ECEF position will do:
    the vertical differs by less than 0.2 degrees). Without velocity, or in vertical flight, starboard is an
    arbitrary fixed direction normal to the axis.
    """
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    if speed < 1e-9:
        # No direction of motion: let the nose point east.
        vx, vy, vz = -uy, ux, 0.0
        speed = math.sqrt(vx * vx + vy * vy)
        if speed < 1e-9:
            vx, vy, vz, speed = 1.0, 0.0, 0.0, 1.0
    fx, fy, fz = vx / speed, vy / speed, vz / speed
    sx, sy, sz = fy * uz - fz * uy, fz * ux - fx * uz, fx * uy - fy * ux
    up = math.sqrt(ux * ux + uy * uy + uz * uz)
    side = math.sqrt(sx * sx + sy * sy + sz * sz)
    if side <= 1e-9 * up or side < 1e-300:
        # Vertical flight: any normal will do; take the one that is farthest from the axis.
        if abs(fz) < 0.9:
            sx, sy, sz = fy, -fx, 0.0
        else:
            sx, sy, sz = 0.0, fz, -fy
        side = math.sqrt(sx * sx + sy * sy + sz * sz)
    sx, sy, sz = sx / side, sy / side, sz / side
    return fx, fy, fz, sx, sy, sz, sy * fz - sz * fy, sz * fx - sx * fz, sx * fy - sy * fx


@kernel
def aspect_from_axes(fx, fy, fz, sx, sy, sz, zx, zy, zz, lx, ly, lz):
    """(azimuth aspect, elevation aspect) in rad of the unit vector l from target to radar in body axes."""
    ahead = lx * fx + ly * fy + lz * fz
    right = lx * sx + ly * sy + lz * sz
    above = min(max(lx * zx + ly * zy + lz * zz, -1.0), 1.0)
    return math.atan2(right, ahead), math.asin(above)


@kernel
def aspect_angles(vx, vy, vz, ux, uy, uz, lx, ly, lz):
    """Aspect (azimuth, elevation) in rad from velocity v, local up u, unit vector l from target to radar."""
    fx, fy, fz, sx, sy, sz, zx, zy, zz = body_axes(vx, vy, vz, ux, uy, uz)
    return aspect_from_axes(fx, fy, fz, sx, sy, sz, zx, zy, zz, lx, ly, lz)


@kernel
def sphere_rcs_m2(radius_m):
    """Optical-region RCS of a perfectly conducting sphere: pi a^2."""
    return math.pi * radius_m * radius_m


@kernel
def flat_plate_rcs_m2(area_m2, wavelength_m):
    """Normal-incidence physical-optics RCS of a flat plate: 4 pi A^2 / lambda^2."""
    lam = max(wavelength_m, 1e-9)
    return 4.0 * math.pi * area_m2 * area_m2 / (lam * lam)


def make_rcs_table(bands: Sequence[tuple[Any, Any, Any]]) -> NDArray[np.float64]:
    """Uniform table float64[6, RCS_ELEVATIONS, RCS_AZIMUTHS] in dBsm from scattered grid lines. Compile-time.

    bands: for each name of BAND_NAMES, in that order, (az_rad[a], el_rad[e], dbsm[e, a]); az rising inside
    [0, pi], el rising inside [-pi/2, pi/2], at least one of each; beyond the outermost lines the value is
    held. Refuses (ValueError) a missing band, angles that do not rise or lie outside, values that are not
    finite.
    """
    if len(bands) != len(BAND_NAMES):
        raise ValueError(f"bands: {len(bands)} given, one for each of {', '.join(BAND_NAMES)} is needed")
    az_grid = np.linspace(0.0, math.pi, RCS_AZIMUTHS)
    el_grid = np.linspace(-_HALF_PI, _HALF_PI, RCS_ELEVATIONS)
    table = np.empty((len(BAND_NAMES), RCS_ELEVATIONS, RCS_AZIMUTHS))
    for b, (az_rad, el_rad, dbsm) in enumerate(bands):
        az = _angles(f"{BAND_NAMES[b]} azimuth", az_rad, 0.0, math.pi)
        el = _angles(f"{BAND_NAMES[b]} elevation", el_rad, -_HALF_PI, _HALF_PI)
        values = np.asarray(dbsm, dtype=np.float64)
        if values.shape != (el.size, az.size) or not np.all(np.isfinite(values)):
            raise ValueError(f"{BAND_NAMES[b]} dbsm: needs {el.size} x {az.size} finite values")
        rows = np.array([np.interp(az_grid, az, row) for row in values])
        table[b] = np.array([np.interp(el_grid, el, column) for column in rows.T]).T
    return table


def constant_rcs_table(rcs_m2: float) -> NDArray[np.float64]:
    """Table of the same RCS in every band and aspect. Compile-time; refuses what is not positive."""
    if not (math.isfinite(rcs_m2) and rcs_m2 > 0.0):
        raise ValueError(f"rcs_m2: {rcs_m2!r} must be positive")
    return np.full((len(BAND_NAMES), RCS_ELEVATIONS, RCS_AZIMUTHS), 10.0 * math.log10(rcs_m2))


def _angles(name: str, values: Any, low: float, high: float) -> NDArray[np.float64]:
    angles = np.atleast_1d(np.asarray(values, dtype=np.float64))
    inside = angles.size > 0 and bool(np.all((angles >= low - 1e-9) & (angles <= high + 1e-9)))
    if angles.ndim != 1 or not inside or np.any(np.diff(angles) <= 0.0):
        raise ValueError(f"{name}: needs rising angles between {low:.4g} and {high:.4g} rad")
    return angles
