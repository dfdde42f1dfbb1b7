"""Register: how far a radar's reports are off from those of the reference radar, found from targets that both see.

Each plot of a radar is compared with the last plot of the reference radar's track of the same target, carried over the few
seconds between them with that track's velocity. A scalar Kalman filter per radar and coordinate (azimuth, range) takes the
difference in; its errors are those of the two plots and of the velocity, not of any track that holds both.

Source: Bar-Shalom, Li, *Multitarget-Multisensor Tracking: Principles and Techniques*, YBS 1995, section 9.3 (registration);
N. N. Okello, B. Ristic, "Maximum likelihood registration for multiple dissimilar sensors", IEEE Trans. AES 39(3), 2003.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import ecef_to_enu, wrap_pi
from openiads.tracking.schema import CONFIRMED

_PAIR_S = 12.0  # plots farther apart in time are not compared: a revisit of a slow radar
_ACCEL_MPS2 = 3.0  # what a target may do in between, one sigma; F (0 to 30)
_GATE = 16.0  # four sigma
_PAIRS_NEEDED = 10  # before reports are corrected


@kernel
def register(w, r, c, tracks, plot):
    """Compare a plot of radar r with the reference radar of command post c (writes bias)."""
    ref = w.command_post[c].reference
    if ref < 0 or ref == r or w.report[ref].post != c:
        return
    j = _same_target(w, r, ref, plot)
    local = tracks[plot.track]
    if j < 0:
        return
    other = w.track[w.radar[ref].first_track + j]
    if other.t_s <= local.t_paired_s:
        return  # each of its plots is used once
    local.t_paired_s = other.t_s
    _compare(w, r, other, plot)


@kernel
def _same_target(w, r, ref, plot):
    """The only track of the reference radar near enough to the plot, whatever the bias may be; -1 none or several."""
    b = w.bias[r]
    first = w.radar[ref].first_track
    z = plot.pos_ecef_m
    q = plot.r_ecef_m2
    off_az, off_r = b.az_rad - b.used_az_rad, b.range_m - b.used_range_m
    slack = plot.range_m * plot.range_m * (b.az_var + off_az * off_az) + b.range_var + off_r * off_r
    found = -1
    for j in range(w.track_set[ref].n_high):
        row = w.track[first + j]
        dt = plot.t_s - row.t_s
        if row.status < CONFIRMED or abs(dt) > _PAIR_S:
            continue
        p, v, s = row.z_last_m, row.vel_ecef_mps, row.r_last_m2
        dx, dy, dz = p[0] + dt * v[0] - z[0], p[1] + dt * v[1] - z[1], p[2] + dt * v[2] - z[2]
        turn = 0.5 * _ACCEL_MPS2 * dt * dt
        var = slack + q[0] + q[3] + q[5] + s[0] + s[3] + s[5] + dt * dt * row.traces[2] + turn * turn
        if dx * dx + dy * dy + dz * dz < _GATE * var:
            if found >= 0:
                return -1
            found = j
    return found


@kernel
def _along(r00, r01, r02, r11, r12, r22, x, y, z):
    """Variance along a unit vector."""
    return r00 * x * x + r11 * y * y + r22 * z * z + 2.0 * (r01 * x * y + r02 * x * z + r12 * y * z)


@kernel
def _compare(w, r, other, plot):
    """Take the differences in azimuth and range between a plot and another radar's plot in."""
    par = w.radar[r]
    g = w.site[par.site]
    b = w.bias[r]
    dt = plot.t_s - other.t_s
    p, v, s, c = other.z_last_m, other.vel_ecef_mps, other.r_last_m2, other.cov
    dx, dy, dz = p[0] + dt * v[0] - par.x_m, p[1] + dt * v[1] - par.y_m, p[2] + dt * v[2] - par.z_m
    e, n, u = ecef_to_enu(dx, dy, dz, g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz)
    ground = max(math.sqrt(e * e + n * n), 1.0)
    dist = max(math.sqrt(e * e + n * n + u * u), 1.0)
    # Unit vectors across and along the line of sight
    ax, ay, az = (
        (n * g.ex - e * g.nx) / ground,
        (n * g.ey - e * g.ny) / ground,
        (n * g.ez - e * g.nz) / ground,
    )
    lx, ly, lz = dx / dist, dy / dist, dz / dist
    t2 = dt * dt
    across = _along(s[0], s[1], s[2], s[3], s[4], s[5], ax, ay, az) + t2 * _along(
        c[15], c[16], c[17], c[18], c[19], c[20], ax, ay, az
    )
    along = _along(s[0], s[1], s[2], s[3], s[4], s[5], lx, ly, lz) + t2 * _along(
        c[15], c[16], c[17], c[18], c[19], c[20], lx, ly, lz
    )
    turn = 0.5 * _ACCEL_MPS2 * t2
    var_az = plot.az_sigma_rad * plot.az_sigma_rad + (across + turn * turn) / (ground * ground)
    var_r = plot.range_sigma_m * plot.range_sigma_m + along + turn * turn
    d_az = wrap_pi(plot.az_rad - math.atan2(e, n)) + b.used_az_rad - b.az_rad
    d_r = plot.range_m - dist + b.used_range_m - b.range_m
    if d_az * d_az > _GATE * (var_az + b.az_var) or d_r * d_r > _GATE * (var_r + b.range_var):
        return
    k = b.az_var / (b.az_var + var_az)
    b.az_rad += k * d_az
    b.az_var *= 1.0 - k
    k = b.range_var / (b.range_var + var_r)
    b.range_m += k * d_r
    b.range_var *= 1.0 - k
    b.n += 1
    if b.n >= _PAIRS_NEEDED:
        b.used_az_rad = b.az_rad
        b.used_range_m = b.range_m
