"""The decision kernels give the same bits compiled and interpreted.

Run as a program it prints one SHA-256 per kernel over ordinary and broken arguments; the test runs it
compiled and with NUMBA_DISABLE_JIT=1 and compares.
"""

import hashlib
import json
import math
import os
import struct
import subprocess
import sys

import numpy as np

from openiads.doctrine import assign, classify, identify, salvo, threat

BROKEN = (math.nan, math.inf, -math.inf, 0.0, -1.0, 1e300)


def pick(rng, low, high):
    """A number in range, and now and then a broken one."""
    return float(rng.choice(BROKEN)) if rng.random() < 0.05 else float(rng.uniform(low, high))


def pack(*values) -> bytes:
    out = b""
    for v in values:
        if isinstance(v, tuple):
            out += pack(*v)
        elif isinstance(v, np.ndarray):
            out += v.tobytes()
        elif isinstance(v, (bool, int, np.integer, np.bool_)):
            out += struct.pack("<q", int(v))
        else:
            out += b"nan" if math.isnan(v) else struct.pack("<d", v)
    return out


def classification(rng):
    logodds = np.zeros(classify.N_CLASSES)
    for _ in range(4):
        classify.update_class(
            logodds, pick(rng, 0, 3000), pick(rng, -500, 500), pick(rng, 0, 3e4), pick(rng, -40, 25),
            pick(rng, 0, 1), pick(rng, 0, 9), pick(rng, 0, 9), pick(rng, 0, 500), pick(rng, 0, 5),
            pick(rng, 0, 40),
        )  # fmt: skip
    k, p = classify.best_class(logodds)
    return pack(
        logodds, k, p, classify.class_probability(logodds, 3), classify.evidence_weight(pick(rng, 0, 60))
    )


def identification(rng):
    roe = identify.default_roe()[0]
    logodds = rng.normal(0, 20, classify.N_CLASSES)
    n = [int(v) for v in rng.integers(-2, 60, 3)]
    facts = [int(v) for v in rng.integers(-1, 2, 4)]
    p = identify.identity_posterior(roe, *n, logodds, *facts)
    state = identify.declare(roe, int(rng.integers(0, 4)), *p)
    return pack(p, state, identify.may_engage(state, roe, bool(rng.integers(2))))


def threat_evaluation(rng):
    assets = rng.uniform(-1e5, 1e5, (3, 5))
    assets[:, 0] += 6.4e6
    track = (
        [pick(rng, 6.3e6, 6.5e6)]
        + [pick(rng, -3e5, 3e5) for _ in range(2)]
        + [pick(rng, -900, 900) for _ in range(3)]
    )
    impact = [pick(rng, -1, 300), pick(rng, 6.3e6, 6.5e6), pick(rng, -1e5, 1e5), pick(rng, -1e5, 1e5), 1e3]
    return pack(
        threat.evaluate(*track, int(rng.integers(-1, 11)), assets, 3, 2e5, pick(rng, 0, 900), *impact)
    )


def assignment(rng):
    n, m = int(rng.integers(1, 8)), int(rng.integers(1, 5))
    value, pk = rng.uniform(0, 9, n), rng.uniform(0, 1, (n, m))
    rounds, channels = rng.integers(0, 5, m), rng.integers(0, 4, m)
    work = assign.make_work(n, m, 30)
    out = b""
    for most in (1, 3):
        for method in (assign.greedy, assign.optimal):
            x = np.zeros((n, m), np.int64)
            out += pack(method(n, m, value, pk, rounds, channels, most, x, work), x)
        out += pack(assign.upper_bound(n, m, value, pk, rounds, most, work))
    return out


def shots(rng):
    n = 4
    pk, reach, cost = (rng.uniform(0, 1, n) for _ in range(3))
    rounds = rng.integers(0, 3, n)
    whole = [int(v) for v in rng.integers(0, 6, 4)]
    look = salvo.time_to_look(pick(rng, 0, 300), pick(rng, 0, 90), 10.0, 8.0, pick(rng, 0, 90))
    return pack(
        salvo.choose_weapon(int(rng.integers(0, 3)), n, pk, reach, cost, rounds, 0.3),
        salvo.rounds_to_fire(int(rng.integers(0, 2)), whole[0], look, whole[1], whole[2], whole[3] - 1, 4, 5),
        salvo.rounds_for_pk(pick(rng, 0, 1), 0.9, 9),
        salvo.salvo_pk(pick(rng, 0, 1), whole[0]),
        salvo.latest_launch_s(pick(rng, 0, 300), pick(rng, 0, 300)),
    )


CASES = {f.__name__: f for f in (classification, identification, threat_evaluation, assignment, shots)}


def digests() -> dict[str, str]:
    out = {}
    for name, case in CASES.items():
        rng = np.random.default_rng(7)
        digest = hashlib.sha256()
        for _ in range(80):
            digest.update(case(rng))
        out[name] = digest.hexdigest()
    return out


def test_compiled_and_interpreted_agree():
    got = {}
    for mode in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", __file__],
            env={**os.environ, "NUMBA_DISABLE_JIT": mode},
            capture_output=True,
            text=True,
            check=True,
        )
        got[mode] = json.loads(done.stdout)
    assert len(got["0"]) == len(CASES)
    assert got["0"] == got["1"]


if __name__ == "__main__":
    print(json.dumps(digests()))
