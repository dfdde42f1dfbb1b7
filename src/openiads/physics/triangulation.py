"""Where strobes of several radars cross: position and covariance of an emitter from directions alone.

Each strobe is a line from a radar; to first order it says that the emitter lies in two planes through the
line, one for each angle, with a spread of sigma times distance. So n strobes are 2n weighted planes and three
unknowns, solved by normal equations that grow one plane at a time (ten numbers, no arrays).

All positions are metres from one reference point near the scene (for instance the first radar), axes of any
one Cartesian frame: sums of squares of full ECEF coordinates would lose the residual.

Sources: D. J. Torrieri, "Statistical Theory of Passive Location Systems", IEEE Trans. AES-20(2), 1984 (least squares
and covariance); Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications to Tracking and
Navigation, 2001 (information form, chi-square test).
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import enu_to_ecef

_MIN_SIN_SQ = 1e-8  # crossing angle below 0.1 mrad: parallel
_MIN_PIVOT = 1e-13  # of the largest diagonal element
_MIN_RANGE_M = 1.0


@kernel
def strobe_axes(az_rad, el_rad, ex, ey, ez, nx, ny, nz, ux, uy, uz):
    """Unit vectors of a strobe: (along x, y, z, azimuth axis x, y, z, elevation axis x, y, z).

    In the frame of the basis east, north, up (`geodesy.enu_basis` gives it in ECEF). The azimuth axis is
    horizontal, the elevation axis points up across the strobe.
    """
    sa = math.sin(az_rad)
    ca = math.cos(az_rad)
    se = math.sin(el_rad)
    ce = math.cos(el_rad)
    lx, ly, lz = enu_to_ecef(sa * ce, ca * ce, se, ex, ey, ez, nx, ny, nz, ux, uy, uz)
    ax, ay, az = enu_to_ecef(ca, -sa, 0.0, ex, ey, ez, nx, ny, nz, ux, uy, uz)
    vx, vy, vz = enu_to_ecef(-sa * se, -ca * se, ce, ex, ey, ez, nx, ny, nz, ux, uy, uz)
    return lx, ly, lz, ax, ay, az, vx, vy, vz


@kernel
def closest_approach(px, py, pz, lx, ly, lz, qx, qy, qz, mx, my, mz):
    """Two lines p + s l and q + t m (unit vectors): (crossing, x, y, z, s_m, t_m, gap_m).

    x, y, z: middle of the shortest connection; gap_m its length; s_m, t_m distances along the lines. crossing
    is True where the lines are not parallel (0.1 mrad) and the point is ahead of both.
    """
    dx, dy, dz = qx - px, qy - py, qz - pz
    b = lx * mx + ly * my + lz * mz
    cx, cy, cz = ly * mz - lz * my, lz * mx - lx * mz, lx * my - ly * mx
    sin_sq = cx * cx + cy * cy + cz * cz
    if not sin_sq > _MIN_SIN_SQ:
        return False, px, py, pz, 0.0, 0.0, 0.0
    dl = dx * lx + dy * ly + dz * lz
    dm = dx * mx + dy * my + dz * mz
    s = (dl - b * dm) / sin_sq
    t = (b * dl - dm) / sin_sq
    ax, ay, az = px + s * lx, py + s * ly, pz + s * lz
    bx, by, bz = qx + t * mx, qy + t * my, qz + t * mz
    gx, gy, gz = bx - ax, by - ay, bz - az
    gap = math.sqrt(gx * gx + gy * gy + gz * gz)
    return s > 0.0 and t > 0.0, 0.5 * (ax + bx), 0.5 * (ay + by), 0.5 * (az + bz), s, t, gap


# --- least squares, one plane at a time -----------------------------------------------------------------


@kernel
def add_plane(axx, axy, axz, ayy, ayz, azz, bx, by, bz, c, nx, ny, nz, offset_m, sigma_m):
    """Normal equations after the measurement n . x = offset_m +- sigma_m (n a unit vector); starts from ten zeros.

    Returns (axx, axy, axz, ayy, ayz, azz, bx, by, bz, c): information matrix, information vector, sum of
    weighted squares. A known altitude is a plane too (n up). sigma_m is held above 1e-3 m.
    """
    s = max(sigma_m, 1e-3)
    w = 1.0 / (s * s)
    wo = w * offset_m
    return (
        axx + w * nx * nx,
        axy + w * nx * ny,
        axz + w * nx * nz,
        ayy + w * ny * ny,
        ayz + w * ny * nz,
        azz + w * nz * nz,
        bx + wo * nx,
        by + wo * ny,
        bz + wo * nz,
        c + wo * offset_m,
    )


@kernel
def add_strobe(
    axx, axy, axz, ayy, ayz, azz, bx, by, bz, c,
    px, py, pz, hx, hy, hz, vx, vy, vz, range_m, sigma_az_rad, sigma_el_rad,
):  # fmt: skip
    """Normal equations after one strobe from p with azimuth axis h and elevation axis v (`strobe_axes`).

    range_m: distance at which the angles become metres (that of the last estimate); sigma_az_rad is the angle
    on the sphere. A radar without elevation: sigma_el_rad <= 0 leaves that plane out.
    """
    r = max(range_m, _MIN_RANGE_M)
    s = add_plane(
        axx, axy, axz, ayy, ayz, azz, bx, by, bz, c,
        hx, hy, hz, hx * px + hy * py + hz * pz, r * sigma_az_rad,
    )  # fmt: skip
    if not sigma_el_rad > 0.0:
        return s
    return add_plane(
        s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9],
        vx, vy, vz, vx * px + vy * py + vz * pz, r * sigma_el_rad,
    )  # fmt: skip


@kernel
def solve_position(axx, axy, axz, ayy, ayz, azz, bx, by, bz, c):
    """(solved, x, y, z, cxx, cxy, cxz, cyy, cyz, czz, chi2) from the normal equations.

    Position (m), its covariance (m^2), the weighted sum of squared residuals: chi-square with (planes - 3) degrees
    of freedom for strobes of one emitter. solved is False where the planes do not fix a point.
    """
    scale = _MIN_PIVOT * max(axx, ayy, azz)
    # L D L^T
    if not axx > scale:
        return False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    l10 = axy / axx
    l20 = axz / axx
    d1 = ayy - l10 * axy
    if not d1 > scale:
        return False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    l21 = (ayz - l10 * axz) / d1
    d2 = azz - l20 * axz - l21 * l21 * d1
    if not d2 > scale:
        return False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    m20 = l10 * l21 - l20  # of L^-1
    i0, i1, i2 = 1.0 / axx, 1.0 / d1, 1.0 / d2
    cxx = i0 + l10 * l10 * i1 + m20 * m20 * i2
    cxy = -l10 * i1 - m20 * l21 * i2
    cxz = m20 * i2
    cyy = i1 + l21 * l21 * i2
    cyz = -l21 * i2
    x = cxx * bx + cxy * by + cxz * bz
    y = cxy * bx + cyy * by + cyz * bz
    z = cxz * bx + cyz * by + i2 * bz
    chi2 = max(c - bx * x - by * y - bz * z, 0.0)
    return True, x, y, z, cxx, cxy, cxz, cyy, cyz, i2, chi2


@kernel
def cross_two(
    px, py, pz, l1x, l1y, l1z, h1x, h1y, h1z, v1x, v1y, v1z, sigma_az1_rad, sigma_el1_rad,
    qx, qy, qz, l2x, l2y, l2z, h2x, h2y, h2z, v2x, v2y, v2z, sigma_az2_rad, sigma_el2_rad,
):  # fmt: skip
    """Crossing of two strobes with both angles; returns what `solve_position` returns (chi2: one degree of freedom).

    The closest approach gives the distances that turn the angles' sigmas into metres; not solved for parallel
    strobes or a crossing behind one of them.
    """
    ahead, _, _, _, s, t, _ = closest_approach(px, py, pz, l1x, l1y, l1z, qx, qy, qz, l2x, l2y, l2z)
    if not ahead:
        return False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    n = add_strobe(
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        px, py, pz, h1x, h1y, h1z, v1x, v1y, v1z, s, sigma_az1_rad, sigma_el1_rad,
    )  # fmt: skip
    n = add_strobe(
        n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9],
        qx, qy, qz, h2x, h2y, h2z, v2x, v2y, v2z, t, sigma_az2_rad, sigma_el2_rad,
    )  # fmt: skip
    return solve_position(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9])


@kernel
def strobe_residual(
    x_m, y_m, z_m, px, py, pz, lx, ly, lz, hx, hy, hz, vx, vy, vz, sigma_az_rad, sigma_el_rad
):
    """(ahead, chi2) of a further strobe at a point that is taken as exact: the test of a third radar for a ghost."""
    dx, dy, dz = x_m - px, y_m - py, z_m - pz
    r = dx * lx + dy * ly + dz * lz
    if not r > 0.0:
        return False, 0.0
    a = (dx * hx + dy * hy + dz * hz) / (r * max(sigma_az_rad, 1e-9))
    chi2 = a * a
    if sigma_el_rad > 0.0:
        e = (dx * vx + dy * vy + dz * vz) / (r * max(sigma_el_rad, 1e-9))
        chi2 += e * e
    return True, chi2


# --- passive tracking and counting ----------------------------------------------------------------------


@kernel
def pseudo_position(
    px, py, pz, lx, ly, lz, hx, hy, hz, vx, vy, vz, range_m, sigma_range_m, sigma_az_rad, sigma_el_rad
):
    """One strobe with an assumed distance as a position plot: (x, y, z, cxx, cxy, cxz, cyy, cyz, czz).

    Long along the strobe (sigma_range_m), thin across it: for a filter that takes positions.
    """
    r = max(range_m, _MIN_RANGE_M)
    wl = sigma_range_m * sigma_range_m
    wh = r * sigma_az_rad
    wh = wh * wh
    wv = r * sigma_el_rad
    wv = wv * wv
    return (
        px + r * lx,
        py + r * ly,
        pz + r * lz,
        wl * lx * lx + wh * hx * hx + wv * vx * vx,
        wl * lx * ly + wh * hx * hy + wv * vx * vy,
        wl * lx * lz + wh * hx * hz + wv * vx * vz,
        wl * ly * ly + wh * hy * hy + wv * vy * vy,
        wl * ly * lz + wh * hy * hz + wv * vy * vz,
        wl * lz * lz + wh * hz * hz + wv * vz * vz,
    )


@kernel
def ghost_count(jammers):
    """Largest number of false crossings of two radars' azimuths on n jammers: n (n - 1)."""
    n = max(jammers, 0)
    return n * max(n - 1, 0)


def chi_square_gate(probability: float, degrees: int) -> float:
    """Gate that a true crossing passes with the probability. Compile-time. Refuses p outside (0, 1), degrees < 1."""
    from scipy.special import chdtri  # noqa: PLC0415

    if not 0.0 < probability < 1.0:
        raise ValueError(f"probability: {probability!r} must lie between 0 and 1")
    if degrees < 1:
        raise ValueError(f"degrees: {degrees!r} must be at least 1")
    return float(chdtri(degrees, 1.0 - probability))
