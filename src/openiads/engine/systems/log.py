"""Log: sampled states of everything that moves, for pictures and replays. Never read by the engine."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, status
from openiads.engine.systems.fly import IN_FLIGHT
from openiads.engine.systems.move import evaluate
from openiads.tracking.imm import predicted_state
from openiads.tracking.position_cov import predicted_position_cov
from openiads.tracking.schema import CONFIRMED


@kernel
def log(w):
    """Write samples of platforms, fused tracks and rounds when one is due (reads all; writes sample)."""
    sim = w.sim[0]
    if sim.sample_every <= 0 or sim.step % sim.sample_every != 0:
        return
    for p in range(w.platform.shape[0]):
        s = w.platform_state[p]
        if s.active == 1:
            evaluate(w, p, sim.t_s)
            _sample(
                w,
                events.SAMPLE_PLATFORM,
                p,
                s.x_m,
                s.y_m,
                s.z_m,
                s.vx_mps,
                s.vy_mps,
                s.vz_mps,
                math.nan,
                0,
                p,
            )
    for i in range(sim.n_rounds):
        if w.round[i].fate == IN_FLIGHT:
            m = w.missile[i]
            _sample(
                w, events.SAMPLE_MISSILE, i, m.x_m, m.y_m, m.z_m, m.vx_mps, m.vy_mps, m.vz_mps, math.nan, 0,
                w.round[i].platform,
            )  # fmt: skip
    for c in range(w.command_post.shape[0]):
        first = w.command_post[c].first_track
        for k in range(first, first + w.command_post[c].n_track):
            if w.track[k].status >= CONFIRMED:
                _sample_track(w, c, k)


@kernel
def _sample_track(w, c, k):
    trk = w.track[k]
    par = w.tracker[w.radar.shape[0] + c]
    t_s = w.sim[0].t_s
    x, y, z, vx, vy, vz = predicted_state(trk, par, t_s)
    xx, xy, xz, yy, yz, zz = predicted_position_cov(trk, par, t_s)
    sigma = math.sqrt(max(xx + yy + zz, 0.0))
    kind = events.SAMPLE_PASSIVE if w.picture[k].passive == 1 else events.SAMPLE_TRACK
    n = _sample(w, kind, trk.id, x, y, z, vx, vy, vz, sigma, w.picture[k].identity, trk.truth)
    if n >= 0:
        p = w.sample[n].cov_ecef_m2
        p[0], p[1], p[2], p[3], p[4], p[5] = xx, xy, xz, yy, yz, zz


@kernel
def _sample(w, kind, index, x, y, z, vx, vy, vz, sigma, state, truth):
    """Append a sample without a covariance; returns its row, -1 where there is no room."""
    sim = w.sim[0]
    n = sim.n_samples
    if n >= w.sample.shape[0]:
        sim.status |= status.SAMPLE_OVERFLOW
        return -1
    row = w.sample[n]
    row.t_s = sim.t_s
    row.kind = kind
    row.index = index
    row.x_m, row.y_m, row.z_m = x, y, z
    row.vx_mps, row.vy_mps, row.vz_mps = vx, vy, vz
    row.sigma_m = sigma
    row.state = state
    row.truth = truth
    p = row.cov_ecef_m2
    p[0] = p[1] = p[2] = p[3] = p[4] = p[5] = math.nan
    sim.n_samples = n + 1
    return n
