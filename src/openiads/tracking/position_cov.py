"""Position covariance of a track at a later time, without the rest of the matrix."""

from __future__ import annotations

from openiads._jit import kernel
from openiads.tracking.imm import noise_density, up_vector


@kernel
def predicted_position_cov(row, par, t_s):
    """Position covariance (xx, xy, xz, yy, yz, zz; m^2, ECEF) at t_s: the first block of `imm.predicted_cov`, to the bit.

    Earlier times than the track's give the covariance that it has.
    """
    dt = max(t_s - row.t_s, 0.0)
    pos, mu, c = row.pos_ecef_m, row.mu, row.cov
    qb = mu[2] * par.q_bal
    qh = mu[0] * par.q_cv_h + mu[1] * par.q_man_h + qb
    qv = mu[0] * par.q_cv_v + mu[1] * par.q_man_v + qb
    ux, uy, uz = up_vector(pos[0], pos[1], pos[2])
    w00, w01, w02, w11, w12, w22 = noise_density(qh, qv, ux, uy, uz)
    t2 = dt * dt
    q = dt * dt * dt / 3.0
    return (
        c[0] + (dt * (c[3] + c[3]) + t2 * c[15] + q * w00),
        c[1] + (dt * (c[4] + c[8]) + t2 * c[16] + q * w01),
        c[2] + (dt * (c[5] + c[12]) + t2 * c[17] + q * w02),
        c[6] + (dt * (c[9] + c[9]) + t2 * c[18] + q * w11),
        c[7] + (dt * (c[10] + c[13]) + t2 * c[19] + q * w12),
        c[11] + (dt * (c[14] + c[14]) + t2 * c[20] + q * w22),
    )
