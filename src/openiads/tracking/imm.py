"""The interacting multiple model filter on one TRACK row.

Models: 0 nearly constant velocity, 1 manoeuvre (the same with a high acceleration density), and 2 ballistic,
which takes part only while `n_models` is 3. All share the covariance prediction of constant velocity: over 10
s the gravity gradient and Coriolis terms change it by less than 1 part in 500 (model page), so a model
differs from another by its mean and its noise.

Sources: Blom, Bar-Shalom, "The interacting multiple model algorithm for systems with Markovian switching
coefficients", IEEE Trans. AC 33(8), 1988; Bar-Shalom, Li, Kirubarajan 2001, section 11.6.6.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.tracking.ballistic import height_m, propagate
from openiads.tracking.late import update_late
from openiads.tracking.linear import predict_cov, predict_mean, update_position

MIN_STEP_S = 1e-6  # shorter steps count as none
MU_FLOOR = 1e-9  # keeps a model that is certainly wrong now able to come back


@kernel
def up_vector(x, y, z):
    """Geocentric up; within 0.2 degrees of the normal of the ellipsoid."""
    r2 = x * x + y * y + z * z
    if r2 <= 0.0:
        return 0.0, 0.0, 1.0
    i = 1.0 / math.sqrt(r2)
    return x * i, y * i, z * i


@kernel
def noise_density(qh, qv, ux, uy, uz):
    """W = qh (I - u u') + qv u u', upper triangle."""
    d = qv - qh
    return qh + d * ux * ux, d * ux * uy, d * ux * uz, qh + d * uy * uy, d * uy * uz, qh + d * uz * uz


@kernel
def mix2(row, w0, w1):
    """Mix two models in place; w0 (w1) is the share of model 1 in the mixed model 0 (1)."""
    x = row.x
    p = row.p
    k0 = w0 * (1.0 - w0)
    k1 = w1 * (1.0 - w1)
    e = 0
    for i in range(6):
        di = x[1, i] - x[0, i]
        for j in range(i, 6):
            dd = di * (x[1, j] - x[0, j])
            a = p[0, e]
            b = p[1, e] - a
            p[0, e] = a + w0 * b + k0 * dd
            p[1, e] = a + w1 * b + k1 * dd
            e += 1
    for i in range(6):
        a = x[0, i]
        d = x[1, i] - a
        x[0, i] = a + w0 * d
        x[1, i] = a + w1 * d


@kernel
def mix3(row, a0, a1, a2, b0, b1, b2, c0, c1, c2):
    """Mix three models in place; a0, a1, a2: shares of the old models in the new model 0; b: 1; c: 2."""
    x = row.x
    p = row.p
    a01 = a0 * a1
    a02 = a0 * a2
    a12 = a1 * a2
    b01 = b0 * b1
    b02 = b0 * b2
    b12 = b1 * b2
    c01 = c0 * c1
    c02 = c0 * c2
    c12 = c1 * c2
    e = 0
    for i in range(6):
        fi = x[0, i] - x[1, i]
        gi = x[0, i] - x[2, i]
        hi = x[1, i] - x[2, i]
        for j in range(i, 6):
            f = fi * (x[0, j] - x[1, j])
            g = gi * (x[0, j] - x[2, j])
            h = hi * (x[1, j] - x[2, j])
            q0 = p[0, e]
            q1 = p[1, e]
            q2 = p[2, e]
            p[0, e] = a0 * q0 + a1 * q1 + a2 * q2 + a01 * f + a02 * g + a12 * h
            p[1, e] = b0 * q0 + b1 * q1 + b2 * q2 + b01 * f + b02 * g + b12 * h
            p[2, e] = c0 * q0 + c1 * q1 + c2 * q2 + c01 * f + c02 * g + c12 * h
            e += 1
    for i in range(6):
        q0 = x[0, i]
        q1 = x[1, i]
        q2 = x[2, i]
        x[0, i] = a0 * q0 + a1 * q1 + a2 * q2
        x[1, i] = b0 * q0 + b1 * q1 + b2 * q2
        x[2, i] = c0 * q0 + c1 * q1 + c2 * q2


@kernel
def combine(row):
    """Write the combined estimate (pos, vel, cov, traces) from the models and their probabilities."""
    x = row.x
    p = row.p
    mu = row.mu
    cov = row.cov
    m0 = mu[0]
    m1 = mu[1]
    e = 0
    if row.n_models == 3:
        m2 = mu[2]
        m01 = m0 * m1
        m02 = m0 * m2
        m12 = m1 * m2
        for i in range(6):
            fi = m01 * (x[0, i] - x[1, i])
            gi = m02 * (x[0, i] - x[2, i])
            hi = m12 * (x[1, i] - x[2, i])
            for j in range(i, 6):
                spread = fi * (x[0, j] - x[1, j]) + gi * (x[0, j] - x[2, j]) + hi * (x[1, j] - x[2, j])
                cov[e] = m0 * p[0, e] + m1 * p[1, e] + m2 * p[2, e] + spread
                e += 1
    else:
        m2 = 0.0
        m01 = m0 * m1
        for i in range(6):
            di = m01 * (x[1, i] - x[0, i])
            for j in range(i, 6):
                cov[e] = m0 * p[0, e] + m1 * p[1, e] + di * (x[1, j] - x[0, j])
                e += 1
    pos = row.pos_ecef_m
    vel = row.vel_ecef_mps
    for i in range(3):
        pos[i] = m0 * x[0, i] + m1 * x[1, i] + m2 * x[2, i]
        vel[i] = m0 * x[0, i + 3] + m1 * x[1, i + 3] + m2 * x[2, i + 3]
    tr = row.traces
    tr[0] = cov[0] + cov[6] + cov[11]
    tr[1] = cov[3] + cov[9] + cov[14]
    tr[2] = cov[15] + cov[18] + cov[20]


@kernel
def switch_and_mix(row, par, dt_s):
    """Markov switching over dt and mixing; `mu` becomes the predicted model probabilities.

    Leaving rates are 1 / tau, shared equally among the other models. The transition matrix is
    I + Q (1 - exp(-L dt)) / L with L the sum of the rates: exact for two models, and for three a stochastic
    matrix with the exact short-time limit and the exact stationary distribution.
    """
    mu = row.mu
    tau = par.tau_s
    l0 = 1.0 / tau[0]
    l1 = 1.0 / tau[1]
    if row.n_models == 3:
        l2 = 1.0 / tau[2]
        total = l0 + l1 + l2
        g = 0.5 * (1.0 - math.exp(-total * dt_s)) / total
        f0 = g * l0 * mu[0]  # probability flow from model 0 to each of the others
        f1 = g * l1 * mu[1]
        f2 = g * l2 * mu[2]
        s0 = mu[0] - 2.0 * f0
        s1 = mu[1] - 2.0 * f1
        s2 = mu[2] - 2.0 * f2
        c0 = s0 + f1 + f2
        c1 = f0 + s1 + f2
        c2 = f0 + f1 + s2
        mix3(row, s0 / c0, f1 / c0, f2 / c0, f0 / c1, s1 / c1, f2 / c1, f0 / c2, f1 / c2, s2 / c2)
        mu[0] = c0
        mu[1] = c1
        mu[2] = c2
    else:
        total = l0 + l1
        g = (1.0 - math.exp(-total * dt_s)) / total
        f0 = g * l0 * mu[0]
        f1 = g * l1 * mu[1]
        c0 = mu[0] - f0 + f1
        c1 = mu[1] - f1 + f0
        mix2(row, f1 / c0, (mu[1] - f1) / c1)
        mu[0] = c0
        mu[1] = c1


@kernel
def predict_models(row, par, dt_s):
    """Predict every model by dt > 0 (mixing not included)."""
    x = row.x
    p = row.p
    t2 = dt_s * dt_s
    cpp = t2 * dt_s / 3.0
    cpv = 0.5 * t2
    ux, uy, uz = up_vector(x[0, 0], x[0, 1], x[0, 2])
    a, b, c, d, e, f = noise_density(par.q_cv_h, par.q_cv_v, ux, uy, uz)
    predict_cov(p[0], dt_s, a, b, c, d, e, f, cpp, cpv, dt_s)
    predict_mean(x[0], dt_s)
    a, b, c, d, e, f = noise_density(par.q_man_h, par.q_man_v, ux, uy, uz)
    predict_cov(p[1], dt_s, a, b, c, d, e, f, cpp, cpv, dt_s)
    predict_mean(x[1], dt_s)
    if row.n_models == 3:
        q = par.q_bal
        predict_cov(p[2], dt_s, q, 0.0, 0.0, q, 0.0, q, cpp, cpv, dt_s)
        x[2, 0], x[2, 1], x[2, 2], x[2, 3], x[2, 4], x[2, 5] = propagate(
            x[2, 0], x[2, 1], x[2, 2], x[2, 3], x[2, 4], x[2, 5], dt_s, par.bal_inv_beta_m2pkg
        )


@kernel
def imm_update(row, par, t_s, z0, z1, z2, r00, r01, r02, r11, r12, r22):
    """Predict the track to t_s and update it with a measured position (m) of covariance R (m^2).

    A measurement older than the track is filtered at its own time where `retrodict` says so (module `late`). Else
    it is carried forward to the track's time with the track's velocity, and its covariance grows by that velocity's
    uncertainty; the correlation with what the track knows already is neglected (the caller bounds the age).
    Returns False, with the track predicted but not updated, where an innovation covariance is not positive definite.
    """
    dt = t_s - row.t_s
    retrodict = dt < -MIN_STEP_S and par.retrodict == 1
    if dt > MIN_STEP_S:
        switch_and_mix(row, par, dt)
        predict_models(row, par, dt)
        row.t_s = t_s
    elif dt < -MIN_STEP_S and not retrodict:
        v = row.vel_ecef_mps
        c = row.cov
        z0 -= dt * v[0]
        z1 -= dt * v[1]
        z2 -= dt * v[2]
        t2 = dt * dt
        r00 += t2 * c[15]
        r01 += t2 * c[16]
        r02 += t2 * c[17]
        r11 += t2 * c[18]
        r12 += t2 * c[19]
        r22 += t2 * c[20]
    x = row.x
    p = row.p
    mu = row.mu
    d2 = 0.0
    det2 = 1.0
    three = row.n_models == 3
    if retrodict:
        d0, det0 = _late(row, par, 0, -dt, z0, z1, z2, r00, r01, r02, r11, r12, r22)
        d1, det1 = _late(row, par, 1, -dt, z0, z1, z2, r00, r01, r02, r11, r12, r22)
        if three:
            d2, det2 = _late(row, par, 2, -dt, z0, z1, z2, r00, r01, r02, r11, r12, r22)
    else:
        remember(row, z0, z1, z2, r00, r01, r02, r11, r12, r22)
        d0, det0 = update_position(x[0], p[0], z0, z1, z2, r00, r01, r02, r11, r12, r22)
        d1, det1 = update_position(x[1], p[1], z0, z1, z2, r00, r01, r02, r11, r12, r22)
        if three:
            d2, det2 = update_position(x[2], p[2], z0, z1, z2, r00, r01, r02, r11, r12, r22)
    if det0 <= 0.0 or det1 <= 0.0 or det2 <= 0.0:
        combine(row)
        return False
    # Likelihoods relative to the best exponent: no underflow, and one square root per model instead of a log
    best = min(d0, d1)
    if three:
        best = min(best, d2)
    g0 = mu[0] * math.exp(-0.5 * (d0 - best)) / math.sqrt(det0) * math.sqrt(det1) + MU_FLOOR
    g1 = mu[1] * math.exp(-0.5 * (d1 - best)) + MU_FLOOR
    g2 = 0.0
    if three:
        g2 = mu[2] * math.exp(-0.5 * (d2 - best)) / math.sqrt(det2) * math.sqrt(det1) + MU_FLOOR
    i = 1.0 / (g0 + g1 + g2)
    row.nis = (g0 * d0 + g1 * d1 + g2 * d2) * i
    mu[0] = g0 * i
    mu[1] = g1 * i
    mu[2] = g2 * i
    combine(row)
    if three or _fast(row, par.bal_speed_mps):
        ballistic_membership(row, par)
    return True


@kernel
def remember(row, z0, z1, z2, r00, r01, r02, r11, r12, r22):
    """Keep a plot as the last one taken in order of time."""
    z = row.z_last_m
    z[0] = z0
    z[1] = z1
    z[2] = z2
    r = row.r_last_m2
    r[0] = r00
    r[1] = r01
    r[2] = r02
    r[3] = r11
    r[4] = r12
    r[5] = r22


@kernel
def _late(row, par, m, lag_s, z0, z1, z2, r00, r01, r02, r11, r12, r22):
    """Update model m of the track with a measurement that is lag_s old."""
    x = row.x[m]
    qh, qv = par.q_cv_h, par.q_cv_v
    h0, h1, h2 = x[0] - lag_s * x[3], x[1] - lag_s * x[4], x[2] - lag_s * x[5]
    if m == 1:
        qh, qv = par.q_man_h, par.q_man_v
    elif m == 2:
        qh, qv = par.q_bal, par.q_bal
        h0, h1, h2, _, _, _ = propagate(x[0], x[1], x[2], x[3], x[4], x[5], -lag_s, par.bal_inv_beta_m2pkg)
    ux, uy, uz = up_vector(x[0], x[1], x[2])
    w00, w01, w02, w11, w12, w22 = noise_density(qh, qv, ux, uy, uz)
    last = row.z_last_m
    q = row.r_last_m2
    return update_late(
        x, row.p[m], lag_s, h0, h1, h2, z0, z1, z2, r00, r01, r02, r11, r12, r22,
        w00, w01, w02, w11, w12, w22, last[0], last[1], last[2], q[0], q[1], q[2], q[3], q[4], q[5],
    )  # fmt: skip


@kernel
def _fast(row, speed_mps):
    v = row.vel_ecef_mps
    return v[0] * v[0] + v[1] * v[1] + v[2] * v[2] >= speed_mps * speed_mps


@kernel
def ballistic_membership(row, par):
    """Let the ballistic model in or out by the combined speed and height (rule: TRACKER.bal_*)."""
    pos = row.pos_ecef_m
    h = height_m(pos[0], pos[1], pos[2])
    mu = row.mu
    x = row.x
    p = row.p
    if row.n_models == 3:
        if h < 0.7 * par.bal_alt_m or not _fast(row, 0.7 * par.bal_speed_mps):
            row.n_models = 2
            rest = mu[0] + mu[1]  # above zero: see MU_FLOOR
            mu[0] /= rest
            mu[1] /= rest
            mu[2] = 0.0
            combine(row)
    elif h >= par.bal_alt_m:
        vel = row.vel_ecef_mps
        cov = row.cov
        for i in range(3):
            x[2, i] = pos[i]
            x[2, i + 3] = vel[i]
        for e in range(21):
            p[2, e] = cov[e]
        mu[0] *= 2.0 / 3.0
        mu[1] *= 2.0 / 3.0
        mu[2] = 1.0 / 3.0
        row.n_models = 3
        combine(row)


@kernel
def falling_position(row, dt, bx, by, bz):
    """Position dt after the track's time: straight on, and (bx, by, bz) where it falls, by that model's probability."""
    pos = row.pos_ecef_m
    vel = row.vel_ecef_mps
    m = row.mu[2]
    n = 1.0 - m
    return (
        n * (pos[0] + dt * vel[0]) + m * bx,
        n * (pos[1] + dt * vel[1]) + m * by,
        n * (pos[2] + dt * vel[2]) + m * bz,
    )


@kernel
def predicted_state(row, par, t_s):
    """Combined state (x, y, z, vx, vy, vz) at t_s, without changing the track.

    Straight on, plus the ballistic acceleration weighted with that model's probability. Earlier times than
    the track's are extrapolated backwards in a straight line.
    """
    pos = row.pos_ecef_m
    vel = row.vel_ecef_mps
    dt = t_s - row.t_s
    if row.n_models == 2 or dt <= 0.0:
        return pos[0] + dt * vel[0], pos[1] + dt * vel[1], pos[2] + dt * vel[2], vel[0], vel[1], vel[2]
    bx, by, bz, bu, bv, bw = propagate(
        pos[0], pos[1], pos[2], vel[0], vel[1], vel[2], dt, par.bal_inv_beta_m2pkg
    )
    x, y, z = falling_position(row, dt, bx, by, bz)
    m = row.mu[2]
    n = 1.0 - m
    return x, y, z, n * vel[0] + m * bu, n * vel[1] + m * bv, n * vel[2] + m * bw


@kernel
def predicted_cov(row, par, t_s, out):
    """Combined covariance at t_s >= row.t_s into out[21]; process noise weighted by model probability."""
    dt = max(t_s - row.t_s, 0.0)
    pos = row.pos_ecef_m
    mu = row.mu
    cov = row.cov
    for e in range(21):
        out[e] = cov[e]
    qb = mu[2] * par.q_bal
    qh = mu[0] * par.q_cv_h + mu[1] * par.q_man_h + qb
    qv = mu[0] * par.q_cv_v + mu[1] * par.q_man_v + qb
    ux, uy, uz = up_vector(pos[0], pos[1], pos[2])
    a, b, c, d, e2, f = noise_density(qh, qv, ux, uy, uz)
    predict_cov(out, dt, a, b, c, d, e2, f, dt * dt * dt / 3.0, 0.5 * dt * dt, dt)
