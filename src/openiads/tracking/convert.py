"""Radar measurement (range, azimuth, elevation) to ECEF position and covariance, debiased.

The position is the mean of where the target may be, given the measurement: with Gaussian angle errors of
standard deviation s the mean of cosine and sine is shorter by exp(-s^2/2), so the point lies a little inside
the measured arc. The covariance is that of the target about this point: first order in the line-of-sight
frame, plus the second-order spread along the line of sight.

The other usual correction divides by exp(-s^2/2) (Mo, Song, Zhou, Sun, Bar-Shalom, "Unbiased converted
measurements for tracking", IEEE Trans. AES 34(3), 1998): it makes the mean over many measurements of one
target exact, but its covariance, turned with the measured angles, is then correlated with the error
(Bordonaro, Willett, Bar-Shalom, "Decorrelated unbiased converted measurement Kalman filter", IEEE Trans. AES
50(2), 2014). In a matched filter at 300 km with 1 degree and 60 m it gave a mean NEES of 14 where 6 is right,
no correction gave 9.3, this one 8 (300 runs each); at 0.2 degrees all three give 6.2.
"""

from __future__ import annotations

import math

from openiads._jit import kernel


@kernel
def polar_to_ecef(
    range_m, az_rad, el_rad, range_sigma_m, az_sigma_rad, el_sigma_rad,
    sx, sy, sz, ex, ey, ez, nx, ny, nz, ux, uy, uz,
):  # fmt: skip
    """One measurement at the site (sx, sy, sz) with local unit vectors east, north, up (ECEF).

    Returns (x, y, z, rxx, rxy, rxz, ryy, ryz, rzz) in m and m^2.
    """
    sa = math.sin(az_rad)
    ca = math.cos(az_rad)
    se = math.sin(el_rad)
    ce = math.cos(el_rad)
    va = az_sigma_rad * az_sigma_rad
    ve = el_sigma_rad * el_sigma_rad
    # Along the ground (azimuth), across it to the right, and the line of sight and its normal, in ECEF
    hx = sa * ex + ca * nx
    hy = sa * ey + ca * ny
    hz = sa * ez + ca * nz
    ax = ca * ex - sa * nx
    ay = ca * ey - sa * ny
    az = ca * ez - sa * nz
    lx = ce * hx + se * ux
    ly = ce * hy + se * uy
    lz = ce * hz + se * uz
    vx = ce * ux - se * hx
    vy = ce * uy - se * hy
    vz = ce * uz - se * hz
    g = range_m * ce * math.exp(-0.5 * (va + ve))
    u = range_m * se * math.exp(-0.5 * ve)
    x = sx + g * hx + u * ux
    y = sy + g * hy + u * uy
    z = sz + g * hz + u * uz
    r2 = range_m * range_m
    c2 = ce * ce
    rl = range_sigma_m * range_sigma_m + 0.5 * r2 * (c2 * c2 * va * va + ve * ve)
    ra = r2 * c2 * va
    rv = r2 * ve
    return (
        x,
        y,
        z,
        rl * lx * lx + ra * ax * ax + rv * vx * vx,
        rl * lx * ly + ra * ax * ay + rv * vx * vy,
        rl * lx * lz + ra * ax * az + rv * vx * vz,
        rl * ly * ly + ra * ay * ay + rv * vy * vy,
        rl * ly * lz + ra * ay * az + rv * vy * vz,
        rl * lz * lz + ra * az * az + rv * vz * vz,
    )


@kernel
def convert_plot(plot, sx, sy, sz, ex, ey, ez, nx, ny, nz, ux, uy, uz):
    """Fill `pos_ecef_m` and `r_ecef_m2` of a PLOT row from its polar fields and the site's frame."""
    x, y, z, rxx, rxy, rxz, ryy, ryz, rzz = polar_to_ecef(
        plot.range_m, plot.az_rad, plot.el_rad, plot.range_sigma_m, plot.az_sigma_rad, plot.el_sigma_rad,
        sx, sy, sz, ex, ey, ez, nx, ny, nz, ux, uy, uz,
    )  # fmt: skip
    pos = plot.pos_ecef_m
    pos[0] = x
    pos[1] = y
    pos[2] = z
    r = plot.r_ecef_m2
    r[0] = rxx
    r[1] = rxy
    r[2] = rxz
    r[3] = ryy
    r[4] = ryz
    r[5] = rzz
