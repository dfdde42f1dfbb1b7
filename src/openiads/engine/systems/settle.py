"""Settle: at the end of the run everything that is still in the air gets its one end, and the state is checked."""

from __future__ import annotations

from openiads._jit import kernel
from openiads.engine import status
from openiads.engine.systems import fly, move


@kernel
def settle(w):
    """Close the accounts (writes round, platform_state, sim.over)."""
    sim = w.sim[0]
    t_s = sim.n_steps * sim.dt_s
    for i in range(sim.n_rounds):
        if w.round[i].fate == fly.IN_FLIGHT:
            fly.finish(w, i, fly.END_OF_RUN, t_s)
    for p in range(w.platform.shape[0]):
        s = w.platform_state[p]
        if s.active == 1:
            move.evaluate(w, p, t_s)
            move.end(w, p, move.END_OF_RUN, t_s, -1, -1)
        if not (s.x_m - s.x_m == 0.0 and s.vx_mps - s.vx_mps == 0.0):
            sim.status |= status.NONFINITE_STATE
    for i in range(sim.n_rounds):
        m = w.missile[i]
        if not (m.x_m - m.x_m == 0.0 and m.vx_mps - m.vx_mps == 0.0):
            sim.status |= status.NONFINITE_STATE
    for g in range(w.duty.shape[0]):
        if w.duty[g].off != 0 and w.duty[g].lost == 0:
            w.site_state[g].alive = 1  # under way or without power at the end: not lost
    sim.over = 1
