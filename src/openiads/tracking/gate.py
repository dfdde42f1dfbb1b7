"""Statistical distances: plot to track, and track to track."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.tracking.ballistic import ballistic_accel
from openiads.tracking.imm import noise_density, up_vector
from openiads.tracking.index import FALL_MPS2
from openiads.tracking.linear import inverse_sym3


@kernel
def coarse_near(row, par, t_s, z0, z1, z2, tr_r, gate):
    """False only if the plot (position z, trace of covariance tr_r) is certainly outside the gate of
    `gate_d2`.

    The largest eigenvalue of S is at most its trace, so distance^2 > gate * trace excludes.
    """
    dt = t_s - row.t_s
    pos = row.pos_ecef_m
    vel = row.vel_ecef_mps
    tr = row.traces
    a = math.fabs(dt)
    tr_s = (
        tr_r
        + tr[0]
        + a * (2.0 * math.fabs(tr[1]) + a * (tr[2] + a * (2.0 * par.q_man_h + par.q_man_v) / 3.0))
    )
    d0 = z0 - pos[0] - dt * vel[0]
    d1 = z1 - pos[1] - dt * vel[1]
    d2 = z2 - pos[2] - dt * vel[2]
    d = d0 * d0 + d1 * d1 + d2 * d2
    lim = gate * tr_s
    if d <= lim:
        return True
    if row.n_models == 2:
        return False
    reach = math.sqrt(lim) + FALL_MPS2 * a * a
    return d <= reach * reach


@kernel
def gate_d2(row, par, t_s, z0, z1, z2, r00, r01, r02, r11, r12, r22):
    """Distance d2 of a plot from the track predicted to t_s, and det S; (inf, 1) where S is not positive.

    The gate is the widest of the models' gates: combined covariance and the manoeuvre noise. For a plot older
    than the track noise is added only where late plots are retrodicted.
    """
    dt = t_s - row.t_s
    pos = row.pos_ecef_m
    vel = row.vel_ecef_mps
    c = row.cov
    t2 = dt * dt
    n0 = z0 - pos[0] - dt * vel[0]
    n1 = z1 - pos[1] - dt * vel[1]
    n2 = z2 - pos[2] - dt * vel[2]
    q = 0.0
    if dt > 0.0:
        q = t2 * dt / 3.0
        if row.n_models == 3:
            ax, ay, az = ballistic_accel(
                pos[0], pos[1], pos[2], vel[0], vel[1], vel[2], par.bal_inv_beta_m2pkg
            )
            h = 0.5 * t2 * row.mu[2]
            n0 -= h * ax
            n1 -= h * ay
            n2 -= h * az
    elif par.retrodict == 1:
        q = -t2 * dt / 3.0
    ux, uy, uz = up_vector(pos[0], pos[1], pos[2])
    w00, w01, w02, w11, w12, w22 = noise_density(q * par.q_man_h, q * par.q_man_v, ux, uy, uz)
    s00, s01, s02, s11, s12, s22, det = inverse_sym3(
        c[0] + 2.0 * dt * c[3] + t2 * c[15] + w00 + r00,
        c[1] + dt * (c[4] + c[8]) + t2 * c[16] + w01 + r01,
        c[2] + dt * (c[5] + c[12]) + t2 * c[17] + w02 + r02,
        c[6] + 2.0 * dt * c[9] + t2 * c[18] + w11 + r11,
        c[7] + dt * (c[10] + c[13]) + t2 * c[19] + w12 + r12,
        c[11] + 2.0 * dt * c[14] + t2 * c[20] + w22 + r22,
    )
    if det <= 0.0:
        return math.inf, 1.0
    d2 = n0 * (s00 * n0 + 2.0 * (s01 * n1 + s02 * n2)) + n1 * (s11 * n1 + 2.0 * s12 * n2) + n2 * s22 * n2
    return d2, det


@kernel
def track_distance(a, b, par, t_s, most):
    """Position and velocity distances of two TRACK rows at t_s: (d2 of position, d2 of velocity, det of S).

    Where that of position is above `most`, nobody asks for that of velocity: (inf, inf, 1).

    Each is a chi-square of 3 degrees of freedom for tracks of the same target with independent errors. The
    common process noise makes real distances smaller (Bar-Shalom 1981); that correlation is neglected: fewer
    pairs are split, some more are joined.
    """
    da = t_s - a.t_s
    db = t_s - b.t_s
    pa = a.pos_ecef_m
    va = a.vel_ecef_mps
    pb = b.pos_ecef_m
    vb = b.vel_ecef_mps
    ca = a.cov
    cb = b.cov
    q = max(math.fabs(da), math.fabs(db))
    q = q * q * q / 3.0 * par.q_cv_h
    fa = da * da
    fb = db * db
    s00, s01, s02, s11, s12, s22, det = inverse_sym3(
        ca[0] + 2.0 * da * ca[3] + fa * ca[15] + cb[0] + 2.0 * db * cb[3] + fb * cb[15] + q,
        ca[1] + da * (ca[4] + ca[8]) + fa * ca[16] + cb[1] + db * (cb[4] + cb[8]) + fb * cb[16],
        ca[2] + da * (ca[5] + ca[12]) + fa * ca[17] + cb[2] + db * (cb[5] + cb[12]) + fb * cb[17],
        ca[6] + 2.0 * da * ca[9] + fa * ca[18] + cb[6] + 2.0 * db * cb[9] + fb * cb[18] + q,
        ca[7] + da * (ca[10] + ca[13]) + fa * ca[19] + cb[7] + db * (cb[10] + cb[13]) + fb * cb[19],
        ca[11] + 2.0 * da * ca[14] + fa * ca[20] + cb[11] + 2.0 * db * cb[14] + fb * cb[20] + q,
    )
    if det <= 0.0:
        return math.inf, math.inf, 1.0
    n0 = pa[0] + da * va[0] - pb[0] - db * vb[0]
    n1 = pa[1] + da * va[1] - pb[1] - db * vb[1]
    n2 = pa[2] + da * va[2] - pb[2] - db * vb[2]
    d2p = n0 * (s00 * n0 + 2.0 * (s01 * n1 + s02 * n2)) + n1 * (s11 * n1 + 2.0 * s12 * n2) + n2 * s22 * n2
    if d2p > most:
        return math.inf, math.inf, 1.0
    s00, s01, s02, s11, s12, s22, dv = inverse_sym3(
        ca[15] + cb[15], ca[16] + cb[16], ca[17] + cb[17], ca[18] + cb[18], ca[19] + cb[19], ca[20] + cb[20]
    )
    if dv <= 0.0:
        return math.inf, math.inf, 1.0
    n0 = va[0] - vb[0]
    n1 = va[1] - vb[1]
    n2 = va[2] - vb[2]
    d2v = n0 * (s00 * n0 + 2.0 * (s01 * n1 + s02 * n2)) + n1 * (s11 * n1 + 2.0 * s12 * n2) + n2 * s22 * n2
    return d2p, d2v, det
