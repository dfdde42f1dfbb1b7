"""Release: what leaves a carrier in flight (towed and launched decoys, chaff), and the echo of a cloud of chaff."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine.systems.move import LEFT, NOT_STARTED, end, evaluate
from openiads.physics.chaff import DIPOLE_RCS_PER_LAMBDA_SQ, band_match, chaff_echo


@kernel
def release(w):
    """A lost carrier takes its towed decoy with it, and what it still had on board never starts (writes platform_state)."""
    t_s = w.sim[0].t_s
    for k in range(w.carried.shape[0]):
        row = w.carried[k]
        carrier = w.platform_state[row.carrier]
        if carrier.active == 1 or carrier.fate == NOT_STARTED:
            continue
        s = w.platform_state[row.platform]
        if s.fate == NOT_STARTED:
            s.t_next_s = math.inf
        elif row.towed == 1 and s.active == 1:
            evaluate(w, row.platform, t_s)
            end(w, row.platform, LEFT, t_s, -1, -1)


@kernel
def cloud_rcs_m2(w, cloud, freq_hz, t_s):
    """Cross section of a cloud of chaff at a time: bloom, growth, shading, and how well it is cut for the radar."""
    row = w.cloud[cloud]
    match = band_match(freq_hz, row.cut_hz, row.bandwidth)
    rcs, _ = chaff_echo(
        t_s - row.t_start_s, row.dipoles, freq_hz, match, DIPOLE_RCS_PER_LAMBDA_SQ, row.bloom_s, 0.0,
        row.diffusivity_m2ps,
    )  # fmt: skip
    return max(rcs, 1e-12)
