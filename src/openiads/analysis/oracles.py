"""Closed forms of air-defence operations research, to test simulations against and to teach with.

Everything here is independent of the engine: plain Python, no compiled code, no random numbers save in
:func:`simulate_channel_loss`, which is itself a check on a closed form. Rounds are independent throughout,
which real rounds are not; each function says what it assumes.
"""

from __future__ import annotations

import heapq
import math
from typing import NamedTuple

import numpy as np
from scipy import stats


def _probability(p: float, name: str = "p") -> float:
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"{name} must be between 0 and 1, got {p}")
    return float(p)


def _count(n: int, name: str, least: int = 0) -> int:
    if n != int(n) or n < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {n}")
    return int(n)


# --- rounds and targets ----------------------------------------------------------------------------


def salvo_kill(p: float, n: int) -> float:
    """Kill probability of n independent rounds, 1 - (1 - p)^n."""
    return 1.0 - (1.0 - _probability(p)) ** _count(n, "n")


def shoot_look_shoot(p: float, n: int) -> tuple[float, float]:
    """(kill probability, expected rounds) with at most n single shots and a perfect look after each.

    E[rounds] = (1 - (1 - p)^n) / p, the mean of a truncated geometric law; n where p = 0.
    """
    kill = salvo_kill(p, n)
    return kill, (kill / p if p > 0.0 else float(n))


def no_leak(p: float, n_warheads: int, n_each: int) -> float:
    """Probability that none of n_warheads gets through n_each independent interceptors apiece."""
    return salvo_kill(p, n_each) ** _count(n_warheads, "n_warheads")


class Leakage(NamedTuple):
    """Law of the number of leakers among n targets that are each killed with probability pk."""

    mean: float
    sd: float
    pmf: np.ndarray  # f8 [n + 1], probability of 0 .. n leakers

    def at_most(self, k: int) -> float:
        """Probability of at most k leakers."""
        return float(self.pmf[: k + 1].sum())


def leakage(n: int, pk: float) -> Leakage:
    """Binomial leakage of n targets, independent, each engaged once with kill probability pk."""
    n = _count(n, "n")
    q = 1.0 - _probability(pk, "pk")
    return Leakage(n * q, math.sqrt(n * q * (1.0 - q)), stats.binom.pmf(np.arange(n + 1), n, q))


def even_allocation_leak(n_targets: int, n_rounds: int, p: float) -> float:
    """Expected leakers when the rounds are spread as evenly as possible: (N-r)(1-p)^q + r(1-p)^(q+1)."""
    n, m = _count(n_targets, "n_targets", 1), _count(n_rounds, "n_rounds")
    q, r = divmod(m, n)
    s = 1.0 - _probability(p)
    return (n - r) * s**q + r * s ** (q + 1)


def uncoordinated_leak(n_targets: int, n_rounds: int, p: float) -> float:
    """Expected leakers when every round picks its target at random: N (1 - p/N)^M."""
    n, m = _count(n_targets, "n_targets", 1), _count(n_rounds, "n_rounds")
    return n * (1.0 - _probability(p) / n) ** m


def unlimited_look_kills(n_targets: int, n_rounds: int, p: float) -> float:
    """Expected kills with M single rounds, each at a target known to be alive: E[min(N, Bin(M, p))]."""
    n, m = _count(n_targets, "n_targets"), _count(n_rounds, "n_rounds")
    k = np.arange(m + 1)
    return float((np.minimum(k, n) * stats.binom.pmf(k, m, _probability(p))).sum())


def channel_limited_leak(n_targets: int, n_channels: int, n_missiles: int, salvo: int, p: float) -> float:
    """Expected leakers of one engagement window: each channel serves one target, with one salvo.

    min(N, channels, missiles // salvo) targets are engaged and leak with (1 - p)^salvo, the others leak for
    certain.
    """
    served = min(
        _count(n_targets, "n_targets"),
        _count(n_channels, "n_channels"),
        _count(n_missiles, "n_missiles") // _count(salvo, "salvo", 1),
    )
    return n_targets - served * salvo_kill(p, salvo)


# --- salvo exchange ---------------------------------------------------------------------------------


def hughes_salvo(
    a: float, b: float, alpha: float, beta: float, a1: float, b1: float, a3: float, b3: float
) -> tuple[float, float]:
    """Survivors (A, B) of one exchange between fleets of A and B ships.

    dB = (alpha A - b3 B) / b1, dA = (beta B - a3 A) / a1, each between 0 and the fleet: alpha, beta missiles
    per ship, a3, b3 missiles that a ship stops, a1, b1 hits that put a ship out of action. W. P. Hughes,
    Fleet Tactics and Coastal Combat (Naval Institute Press, 2000).
    """
    if a1 <= 0.0 or b1 <= 0.0:
        raise ValueError(f"staying power must be positive, got {a1} and {b1}")
    lost_b = min(max((alpha * a - b3 * b) / b1, 0.0), b)
    lost_a = min(max((beta * b - a3 * a) / a1, 0.0), a)
    return a - lost_a, b - lost_b


class Fleet(NamedTuple):
    """A group of like ships. offence, defence: missiles and interceptors per ship and salvo; staying:
    hits."""

    ships: float
    offence: float
    defence: float
    staying: float
    scouting: float = 1.0
    launch: float = 1.0
    hit: float = 1.0
    sam: float = 1.0
    readiness: float = 1.0


def leaky_salvo(blue: Fleet, red: Fleet) -> tuple[float, float]:
    """Ships left (blue, red) after one exchange in which interceptors may miss.

    A salvo of S = ships * offence * scouting * launch * hit good missiles meets D = ships * defence *
    readiness interceptors. Those met are stopped with probability `sam`, those above D all arrive: hits =
    max(S - D, 0) + (1 - sam) min(S, D). Source of the form: Y. M. Tiah, An Analysis of Small Navy Tactics
    Using a Modified Hughes' Salvo Model, thesis, Naval Postgraduate School, 2007.
    """

    def hits(shooter: Fleet, target: Fleet) -> float:
        strike = shooter.ships * shooter.offence * shooter.scouting * shooter.launch * shooter.hit
        stop = target.ships * target.defence * target.readiness
        return max(strike - stop, 0.0) + (1.0 - target.sam) * min(strike, stop)

    left_blue = max(blue.ships - hits(red, blue) / blue.staying, 0.0)
    left_red = max(red.ships - hits(blue, red) / red.staying, 0.0)
    return left_blue, left_red


# --- queues: fire channels as servers ----------------------------------------------------------------


def erlang_b(channels: int, load: float) -> float:
    """Loss probability of `channels` servers without a queue, offered load = arrival rate * service time.

    Recursion B(c) = a B(c-1) / (c + a B(c-1)); depends on the service time through its mean alone.
    """
    b = 1.0
    for c in range(1, _count(channels, "channels") + 1):
        b = load * b / (c + load * b)
    return b


def erlang_c(channels: int, load: float) -> float:
    """Probability of having to wait with `channels` servers and an endless queue; needs load < channels."""
    if not 0.0 <= load < channels:
        raise ValueError(f"the queue grows without end: load {load} is not below {channels} channels")
    b = erlang_b(channels, load)
    return b / (1.0 - load / channels * (1.0 - b))


def channel_loss(channels: int, rate: float, service_rate: float, patience: float) -> float:
    """Share of targets that leave unserved, M/M/c + D: each waits at most `patience`, then is gone.

    Poisson arrivals at `rate`, exponential service at `service_rate`, first come first served. With p(n) the
    law of the number of busy channels while any is free, and d = rate - c * service_rate,
        loss = T / (sum_{n<c} p(n) + I + T),
        I = rate p(c-1) (e^{d patience} - 1) / d,   T = rate p(c-1) e^{d patience} / (c service_rate).
    D. Y. Barrer, "Queuing with impatient customers and ordered service", Operations Research 5 (1957),
    650-656.
    """
    c = _count(channels, "channels", 1)
    if rate <= 0.0 or service_rate <= 0.0 or patience < 0.0:
        raise ValueError(
            f"rates must be positive and patience not below 0: {rate}, {service_rate}, {patience}"
        )
    load = rate / service_rate
    p = [1.0]
    for n in range(1, c):
        p.append(p[-1] * load / n)
    d = rate - c * service_rate
    x = d * patience
    wait = rate * p[-1] * (patience if abs(x) < 1e-9 else math.expm1(x) / d)
    full = rate * p[-1] * math.exp(x) / (c * service_rate)
    return full / (sum(p) + wait + full)


def simulate_channel_loss(
    channels: int, rate: float, service_rate: float, patience: float, n: int, seed: int
) -> tuple[float, float]:
    """(share lost, its standard error) among n arrivals of the system of :func:`channel_loss`.

    First come first served, so the next free channel and hence the fate of an arrival are known when it
    comes. The standard error comes from 20 batches, since losses follow one another.
    """
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1.0 / rate, n))
    service = rng.exponential(1.0 / service_rate, n)
    free_at = [0.0] * channels
    heapq.heapify(free_at)
    lost = np.zeros(n)
    for i in range(n):
        start = max(arrivals[i], free_at[0])
        if start - arrivals[i] > patience:
            lost[i] = 1.0
        else:
            heapq.heapreplace(free_at, start + service[i])
    batches = lost[: n - n % 20].reshape(20, -1).mean(axis=1)
    return float(lost.mean()), float(batches.std(ddof=1) / math.sqrt(20.0))
