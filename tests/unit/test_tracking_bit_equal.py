"""The tracker gives the same bits compiled and interpreted.

Run as a program it tracks one small raid (two rotating radars, a command post, a sector radar, a ballistic
target, crossing targets, false plots, late plots) and prints one SHA-256 per table; the test runs it compiled
and with NUMBA_DISABLE_JIT=1 and compares.
"""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np

from openiads.physics.geodesy import enu_basis, geodetic_to_ecef
from openiads.tracking import schema as s
from openiads.tracking.assign import assign
from openiads.tracking.ballistic import propagate
from openiads.tracking.convert import convert_plot
from openiads.tracking.fusion import fuse_plot, maintain_fused
from openiads.tracking.imm import predicted_cov, predicted_state
from openiads.tracking.impact import error_ellipse, impact_point
from openiads.tracking.lifecycle import copy_track
from openiads.tracking.params import tracker_params
from openiads.tracking.scan import process_look, process_scan

SITES = [(0.9, 0.6, 100.0), (0.905, 0.615, 60.0)]


def truth(t):
    """ECEF positions of four targets at time t."""
    o = np.array(geodetic_to_ecef(0.9, 0.6, 0.0))
    b = np.array(enu_basis(0.9, 0.6)).reshape(3, 3)
    level = [
        (250 * (t - 60), 9e4, 9e3),
        (3e4 - 80 * t, 8e4 + 240 * t, 8.9e3),
        (240 * (60 - t), 9e4 + 5 * t, 9e3),
    ]
    high = np.concatenate([o + (1.2e5, 6e4, 4.5e4) @ b, (-900.0, -600.0, 700.0) @ b])
    return [o + np.array(e) @ b for e in level] + [np.array(propagate(*high, t, 0.0)[:3])]


def measure(plot, t, radar, x, rng):
    site = geodetic_to_ecef(*SITES[radar])
    frame = enu_basis(*SITES[radar][:2])
    e = np.array(frame).reshape(3, 3) @ (x - site)
    r = float(np.linalg.norm(e))
    plot.t_s, plot.radar = t, radar
    plot.range_m = r + 60 * rng.normal()
    plot.az_rad = np.arctan2(e[0], e[1]) + 0.003 * rng.normal()
    plot.el_rad = np.arcsin(e[2] / r) + 0.003 * rng.normal()
    plot.range_sigma_m, plot.az_sigma_rad, plot.el_sigma_rad = 60.0, 0.003, 0.003
    plot.rcs_m2 = rng.exponential(2.0)
    convert_plot(plot, *site, *frame)


def raid():
    rng = np.random.default_rng(17)
    par = tracker_params(3, revisit_s=10.0, min_gap=0.0)
    local = [s.make_tracks(24) for _ in SITES]
    fused, sector = s.make_tracks(24), s.make_tracks(4)
    sets = s.make_track_sets(4)
    work = s.make_work(24, 24)
    outputs = []
    for k in range(14):
        for radar in range(2):
            t = 10.0 * k + 4.0 * radar
            plots = s.make_plots(8)
            targets = [x for x in truth(t) if rng.random() < 0.9]
            for i, x in enumerate(targets):
                measure(plots[i], t - 0.3 * (i % 2), radar, x, rng)
            for i in range(len(targets), len(targets) + 2):
                measure(plots[i], t, radar, truth(0)[0] + 3e4 * rng.normal(size=3), rng)
            n = len(targets) + 2
            process_scan(local[radar], sets[radar], par[radar], plots, n, t, work)
            for i in range(n):
                if plots[i].track >= 0:
                    fuse_plot(fused, sets[2], par[2], local[radar], plots[i].track, plots[i])
            outputs.append(plots.tobytes())
        maintain_fused(fused, sets[2], par[2], 10.0 * k + 5, work)
        plot = s.make_plots(1)[0]
        t = 10.0 * k + 6
        if k == 6:
            copy_track(sector, sets[3], fused[0], s.CONFIRMED)
        if k > 6 and sector[0].status != s.FREE:
            near = min(truth(t), key=lambda x: np.linalg.norm(x - sector[0].pos_ecef_m))
            measure(plot, t, 0, near, rng)
            process_look(sector, sets[3], par[0], 0, plot, k % 3 != 0, t)
    cov = np.zeros(21)
    numbers = []
    for row in fused:
        if row.status != s.FREE:
            predicted_cov(row, par[2], 150.0, cov)
            impact = impact_point(row, 0.0, 900.0, 1e-4)
            numbers += [*predicted_state(row, par[2], 150.0), *cov, *impact, *error_ellipse(*impact[5:])]
    cost = rng.normal(0, 1, (12, 17))
    cost[rng.random(cost.shape) < 0.3] = np.inf
    pick = np.zeros(12, np.int64)
    numbers.append(assign(cost, 12, 17, 0.2, pick, np.zeros(46), np.zeros(80, np.int64)))
    assert (fused.n_models == 3).any(), "the ballistic target must be among them"
    assert sets.n_confirmed[2] >= 4
    return {
        "local": local[0].tobytes() + local[1].tobytes(),
        "fused": fused.tobytes(),
        "sector": sector.tobytes(),
        "sets": sets.tobytes(),
        "plots": b"".join(outputs),
        "numbers": np.array(numbers, float).tobytes() + pick.tobytes(),
    }


def digests():
    return {name: hashlib.sha256(data).hexdigest() for name, data in raid().items()}


def run(**extra):
    out = subprocess.run(
        [sys.executable, __file__], env={**os.environ, **extra}, capture_output=True, text=True, check=True
    )
    return json.loads(out.stdout)


def test_same_bits():
    compiled = run(NUMBA_DISABLE_JIT="0")
    interpreted = run(NUMBA_DISABLE_JIT="1")
    assert compiled == interpreted


if __name__ == "__main__":
    print(json.dumps(digests()))
