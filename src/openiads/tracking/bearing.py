"""A direction as a measurement of a six-state track: one plane through the line of sight.

The track is a TRACK row whose first two models are kept equal, so that it can be handed to the ordinary tracker as it is.

Source: Bar-Shalom, Li, Kirubarajan, *Estimation with Applications to Tracking and Navigation*, Wiley 2001, section 5.2
(Kalman filter); a scalar measurement needs no inverse.
"""

from __future__ import annotations

from openiads._jit import kernel
from openiads.tracking.imm import combine
from openiads.tracking.linear import predict_cov, predict_mean
from openiads.tracking.schema import CONFIRMED


@kernel
def begin_bearing(row, t_s, x, y, z, cxx, cxy, cxz, cyy, cyz, czz, speed_mps, number, truth):
    """A track at a crossing: its position and covariance, and a velocity of 0 +- speed_mps per axis."""
    row.status = CONFIRMED
    row.n_models = 2
    row.t_s = t_s
    row.t_update_s = t_s
    row.first_plot_s = t_s
    row.n_updates = 1
    row.id = number
    row.truth = truth
    row.rcs_m2 = 0.0
    row.snr_db = 0.0
    row.iff = 0
    row.radar = -1
    row.nis = 0.0
    s, p, mu = row.x, row.p, row.mu
    for e in range(21):
        p[0, e] = 0.0
    s[0, 0], s[0, 1], s[0, 2], s[0, 3], s[0, 4], s[0, 5] = x, y, z, 0.0, 0.0, 0.0
    p[0, 0], p[0, 1], p[0, 2], p[0, 6], p[0, 7], p[0, 11] = cxx, cxy, cxz, cyy, cyz, czz
    v = speed_mps * speed_mps
    p[0, 15], p[0, 18], p[0, 20] = v, v, v
    mu[0], mu[1], mu[2] = 0.8, 0.2, 0.0
    _same(row)


@kernel
def predict_bearing(row, t_s, q_m2ps3):
    """Carry the track to t_s, straight on, with white acceleration noise of density q_m2ps3 in all directions."""
    dt = t_s - row.t_s
    if dt <= 0.0:
        return
    predict_mean(row.x[0], dt)
    q = q_m2ps3
    predict_cov(row.p[0], dt, q, 0.0, 0.0, q, 0.0, q, dt * dt * dt / 3.0, 0.5 * dt * dt, dt)
    row.t_s = t_s
    _same(row)


@kernel
def plane_innovation(row, t_s, hx, hy, hz, px, py, pz):
    """(nu, variance) of the plane h . (x - p) = 0 seen at t_s; earlier than the track: by its own velocity."""
    x, p = row.x[0], row.p[0]
    dt = t_s - row.t_s
    nu = -(hx * (x[0] + dt * x[3] - px) + hy * (x[1] + dt * x[4] - py) + hz * (x[2] + dt * x[5] - pz))
    pp = p[0] * hx * hx + p[6] * hy * hy + p[11] * hz * hz
    pp += 2.0 * (p[1] * hx * hy + p[2] * hx * hz + p[7] * hy * hz)
    pv = hx * (p[3] * hx + p[4] * hy + p[5] * hz) + hy * (p[8] * hx + p[9] * hy + p[10] * hz)
    pv += hz * (p[12] * hx + p[13] * hy + p[14] * hz)
    vv = p[15] * hx * hx + p[18] * hy * hy + p[20] * hz * hz
    vv += 2.0 * (p[16] * hx * hy + p[17] * hx * hz + p[19] * hy * hz)
    return nu, max(pp + dt * (2.0 * pv + dt * vv), 0.0)


@kernel
def update_plane(row, t_s, hx, hy, hz, px, py, pz, sigma_m):
    """Take in the plane h . (x - p) = 0 +- sigma_m (h a unit vector), seen at t_s."""
    nu, var = plane_innovation(row, t_s, hx, hy, hz, px, py, pz)
    x, p = row.x[0], row.p[0]
    dt = t_s - row.t_s
    ux, uy, uz = dt * hx, dt * hy, dt * hz
    g0 = p[0] * hx + p[1] * hy + p[2] * hz + p[3] * ux + p[4] * uy + p[5] * uz
    g1 = p[1] * hx + p[6] * hy + p[7] * hz + p[8] * ux + p[9] * uy + p[10] * uz
    g2 = p[2] * hx + p[7] * hy + p[11] * hz + p[12] * ux + p[13] * uy + p[14] * uz
    g3 = p[3] * hx + p[8] * hy + p[12] * hz + p[15] * ux + p[16] * uy + p[17] * uz
    g4 = p[4] * hx + p[9] * hy + p[13] * hz + p[16] * ux + p[18] * uy + p[19] * uz
    g5 = p[5] * hx + p[10] * hy + p[14] * hz + p[17] * ux + p[19] * uy + p[20] * uz
    i = 1.0 / (var + max(sigma_m * sigma_m, 1e-6))
    k = nu * i
    x[0] += k * g0
    x[1] += k * g1
    x[2] += k * g2
    x[3] += k * g3
    x[4] += k * g4
    x[5] += k * g5
    p[0] -= i * g0 * g0
    p[1] -= i * g0 * g1
    p[2] -= i * g0 * g2
    p[3] -= i * g0 * g3
    p[4] -= i * g0 * g4
    p[5] -= i * g0 * g5
    p[6] -= i * g1 * g1
    p[7] -= i * g1 * g2
    p[8] -= i * g1 * g3
    p[9] -= i * g1 * g4
    p[10] -= i * g1 * g5
    p[11] -= i * g2 * g2
    p[12] -= i * g2 * g3
    p[13] -= i * g2 * g4
    p[14] -= i * g2 * g5
    p[15] -= i * g3 * g3
    p[16] -= i * g3 * g4
    p[17] -= i * g3 * g5
    p[18] -= i * g4 * g4
    p[19] -= i * g4 * g5
    p[20] -= i * g5 * g5
    row.n_updates += 1
    row.t_update_s = max(row.t_update_s, t_s)
    _same(row)


@kernel
def lend(row, source):
    """Write the estimate of a passive track into an ordinary TRACK row of the command post."""
    x, p, mu = row.x, row.p, row.mu
    xs, ps, ms = source.x, source.p, source.mu
    for m in range(2):
        for k in range(6):
            x[m, k] = xs[m, k]
        for e in range(21):
            p[m, e] = ps[m, e]
        mu[m] = ms[m]
    mu[2] = 0.0
    row.n_models = 2
    row.status = CONFIRMED
    row.t_s = source.t_s
    row.t_update_s = source.t_update_s
    row.t_look_s = source.t_update_s
    row.n_updates += 1
    row.truth = source.truth
    combine(row)


@kernel
def _same(row):
    """Both models alike, and the combined estimate with what a later plot may ask for."""
    x, p = row.x, row.p
    for k in range(6):
        x[1, k] = x[0, k]
    for e in range(21):
        p[1, e] = p[0, e]
    combine(row)
    z, r, pos, c = row.z_last_m, row.r_last_m2, row.pos_ecef_m, row.cov
    for k in range(3):
        z[k] = pos[k]
    r[0], r[1], r[2], r[3], r[4], r[5] = c[0], c[1], c[2], c[6], c[7], c[11]
