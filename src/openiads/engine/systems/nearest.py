"""Nearest: which platform a dedicated look, a seeker or a burst meets where it is pointed (truth)."""

from __future__ import annotations

from openiads._jit import kernel
from openiads.engine.systems.move import evaluate, in_flight


@kernel
def nearest(w, t_s, x, y, z, reach_m, clouds):
    """The platform in flight nearest to a point (ECEF m), within reach; -1 none. `clouds`: chaff counts too (True)."""
    best = -1
    best_sq = reach_m * reach_m
    state = w.platform_state
    for p in range(state.shape[0]):
        s = state[p]
        # Where it last was, and how far it can have come since, rules out nearly all without an evaluation.
        dx, dy, dz = s.x_m - x, s.y_m - y, s.z_m - z
        bound = reach_m + s.speed_max_mps * abs(t_s - s.t_eval_s)
        if dx * dx + dy * dy + dz * dz > bound * bound or s.active == 0:
            continue
        if not in_flight(w, p, t_s) or (not clouds and w.platform[p].cloud >= 0):
            continue
        evaluate(w, p, t_s)
        dx, dy, dz = s.x_m - x, s.y_m - y, s.z_m - z
        sq = dx * dx + dy * dy + dz * dz
        if sq < best_sq:
            best_sq = sq
            best = p
    return best
