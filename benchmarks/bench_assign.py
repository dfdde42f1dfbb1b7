"""Time and quality of the decision kernels: `python benchmarks/bench_assign.py`.

Prints nanoseconds per call of the per-track kernels, and for weapon assignment microseconds per problem,
the worth left alive by each method, and a lower bound on it from the convex relaxation (fractional rounds,
no whole-number condition, solved by Frank-Wolfe; what it proves holds for every assignment).
"""

from __future__ import annotations

import math
import time

import numpy as np

from openiads._jit import kernel
from openiads.doctrine import assign, classify, identify, threat


def relaxation_bound(value, pk, rounds, iterations=400):
    """Lower bound on sum_i v_i exp(sum_j x_ij ln(1 - p_ij)), sum_i x_ij <= r_j, x >= 0; no channel limit."""
    log_miss = np.log1p(-pk)
    x = np.zeros_like(pk)
    best = -np.inf
    for step in range(iterations):
        alive = value * np.exp((x * log_miss).sum(axis=1))
        gradient = alive[:, None] * log_miss
        vertex = np.zeros_like(x)
        vertex[gradient.argmin(axis=0), np.arange(pk.shape[1])] = rounds
        best = max(best, alive.sum() + (gradient * (vertex - x)).sum())  # duality gap of Frank-Wolfe
        low, high = 0.0, 1.0  # exact line search of a convex function by bisection of its slope
        towards = ((vertex - x) * log_miss).sum(axis=1)
        for _ in range(40):
            middle = 0.5 * (low + high)
            if (alive * np.exp(middle * towards) * towards).sum() > 0.0:
                high = middle
            else:
                low = middle
        x += 0.5 * (low + high) * (vertex - x)
        if step % 50 == 49 and high == 0.0:
            break
    return best


@kernel
def _loop_classify(logodds, n):
    for i in range(n):
        classify.update_class(logodds, 240.0 + i % 7, 0.0, 11000.0, 15.0, 0.3, 2.0, 3.0, 50.0, 2.0, math.nan)


@kernel
def _loop_identify(roe, logodds, n):
    total = 0.0
    for i in range(n):
        p, _, _ = identify.identity_posterior(roe[0], 5 + i % 3, i % 2, i % 3, logodds, 1, 0, 0, 0)
        total += p
    return total


@kernel
def _loop_threat(assets, n):
    total = 0.0
    for i in range(n):
        s, _, _ = threat.evaluate(6.5e6 + i, 1e5, 0.0, 0.0, -250.0, 10.0, 0, assets, 4, 2e4, 600.0)
        total += s
    return total


def per_call_ns(function, *args, n=200_000, repeat=5):
    """Best of `repeat`, nanoseconds per turn of a compiled loop."""
    function(*args, 10)
    best = np.inf
    for _ in range(repeat):
        start = time.perf_counter()
        function(*args, n)
        best = min(best, time.perf_counter() - start)
    return best / n * 1e9


def per_problem_us(method, value, pk, rounds, channels, k, repeat=20):
    """(microseconds of the fastest of `repeat`, worth killed)."""
    n, m = pk.shape
    work = assign.make_work(n, m, int(np.minimum(np.minimum(rounds, channels), n).sum()))
    x = np.zeros((n, m), np.int64)
    killed = method(n, m, value, pk, rounds, channels, k, x, work)
    best = np.inf
    for _ in range(repeat):
        start = time.perf_counter()
        method(n, m, value, pk, rounds, channels, k, x, work)
        best = min(best, time.perf_counter() - start)
    return best * 1e6, killed


def main():
    logodds = np.zeros(classify.N_CLASSES)
    assets = np.array([[6.4e6, 0.0, 0.0, 2e3, 1.0]] * 4)
    roe = identify.default_roe()
    print(f"update_class        {per_call_ns(_loop_classify, logodds):8.0f} ns")
    print(f"identity_posterior  {per_call_ns(_loop_identify, roe, logodds):8.0f} ns")
    print(f"threat.evaluate x 4 {per_call_ns(_loop_threat, assets):8.0f} ns")
    print()
    print("targets units rounds K   greedy us  optimal us   alive greedy  alive optimal  no less than")
    rng = np.random.default_rng(20240501)
    # (targets, units, rounds each, channels each, rounds per target)
    for n, m, r, c, k in ((24, 6, 6, 6, 1), (100, 6, 6, 6, 1), (24, 6, 12, 6, 2), (100, 50, 1, 100, 50),
                          (100, 50, 2, 100, 100), (100, 50, 3, 100, 150)):  # fmt: skip
        value = rng.integers(25, 101, n).astype(float)
        pk = rng.uniform(0.0, 1.0, (n, m)) if m == 50 else rng.uniform(0.6, 0.9, (n, m))
        rounds = np.full(m, r, np.int64)
        channels = np.full(m, c, np.int64)
        t_greedy, greedy = per_problem_us(assign.greedy, value, pk, rounds, channels, k)
        t_optimal, optimal = per_problem_us(assign.optimal, value, pk, rounds, channels, k, repeat=3)
        floor = relaxation_bound(value, pk, rounds)
        total = value.sum()
        print(f"{n:7d} {m:5d} {r:6d} {k:3d} {t_greedy:9.1f} {t_optimal:11.1f} {total - greedy:14.3f}"
              f" {total - optimal:14.3f} {floor:13.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
