"""Compiled and interpreted flight give the same bits: the whole state, after every step, of several
engagements."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__)


def digest():
    """SHA-256 over the state bytes of short flights that pass every phase, both modes and all guidance
    branches."""
    from interceptor_case import Flight, missile_type, point_north  # noqa: PLC0415

    from openiads.physics import interceptor_schema as schema  # noqa: PLC0415
    from openiads.physics.flyout import flyout_lookup, predict_intercept  # noqa: PLC0415
    from openiads.physics.lethality import kill_probability  # noqa: PLC0415

    sha = hashlib.sha256()
    p = np.array(point_north(14e3, 6e3))
    v = (np.array(point_north(13e3, 6e3)) - p) * 0.3
    cases = (
        {"noise": np.random.default_rng(1), "acceleration": (5.0, 8.0, -3.0)},
        {"error": (0.0, 150.0, 20.0), "rcs": 0.01},
        {"mode": schema.SURFACE, "position": point_north(12e3, 0.0), "velocity": (0.0, 0.0, 0.0)},
        {"position": point_north(60e3, 20e3), "limit_s": 20.0},
    )
    for case in cases:
        case = {"position": p, "velocity": v, **case}
        flight = Flight(
            missile_type(sustain_s=3.0, sustain_mdot_kgps=5.0, sustain_thrust_n=9e3), sub=16, **case
        )
        for state in flight.states:
            sha.update(state.tobytes())
    rng = np.random.default_rng(2)
    tables = rng.uniform(0.0, 1.0, (1, 6, 8, 3)) + np.linspace(0.0, 200.0, 8)[None, None, :, None]
    scales = np.array([[200e3, 30e3]])
    for _ in range(50):
        r, h = rng.uniform(-1e3, 250e3), rng.uniform(-200.0, 32e3)
        sha.update(np.array(flyout_lookup(tables, scales, 0, r, h)).tobytes())
        q = np.array(point_north(rng.uniform(20e3, 150e3), 9e3))
        w = rng.normal(size=3) * 400.0
        site = point_north(0.0, 0.0)
        found = predict_intercept(tables, scales, 0, *site, *q, *w, 0.0, 0.0, -9.8, 5.0, 300.0)
        sha.update(np.array(found).tobytes())
        sha.update(
            np.float64(kill_probability(1, rng.uniform(0.0, 50.0), 0.9, 15.0, 0.0, 40.0, 1.0)).tobytes()
        )
    return sha.hexdigest()


def test_same_bits():
    env = dict(os.environ, NUMBA_DISABLE_JIT="1")
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=env, capture_output=True, text=True, check=True, cwd=SCRIPT.parent
    )
    assert done.stdout.strip() == digest()
    assert "Warning" not in done.stderr, done.stderr


if __name__ == "__main__":
    print(digest())
