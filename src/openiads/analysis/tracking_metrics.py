"""How good is a set of tracks, given the truth: OSPA, GOSPA, SIAP, NEES.

Plain NumPy. Points are rows of arrays; any length unit and dimension, the same on both sides.

Sources
-------
OSPA: Schuhmacher, Vo, Vo, "A consistent metric for performance evaluation of multi-object filters", IEEE
Trans. SP 56(8), 2008. GOSPA: Rahmathullah, Garcia-Fernandez, Svensson, "Generalized optimal sub-pattern
assignment metric", FUSION 2017. SIAP: Votruba, Nisley, Rothrock, Zombro, *Single Integrated Air
Picture (SIAP) Metrics Implementation*, SIAP SE TF, 2001. NEES: Bar-Shalom, Li, Kirubarajan, *Estimation with
Applications to Tracking and Navigation*, Wiley 2001, section 5.4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.stats import chi2

Floats = NDArray[np.float64]


class Ospa(NamedTuple):
    """OSPA distance and its two parts (distance^p = localisation^p + cardinality^p; for p = inf the
    largest)."""

    distance: float
    localisation: float
    cardinality: float


class Gospa(NamedTuple):
    """GOSPA distance; the parts are costs to the power p, so distance^p = localisation + missed + false +
    switching."""

    distance: float
    localisation: float
    missed: float
    false: float
    switching: float
    n_missed: int
    n_false: int
    pairs: dict[int, int]  # truth row -> track row, as assigned


def _distances(truth: ArrayLike, tracks: ArrayLike) -> Floats:
    """Euclidean distance of every truth (rows) from every track (columns)."""
    a, b = (np.asarray(v, float) for v in (truth, tracks))
    a = a.reshape(len(a), -1) if a.size else np.zeros((len(a), 0))
    b = b.reshape(len(b), -1) if b.size else np.zeros((len(b), 0))
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("metrics: truth and tracks must be finite")
    if len(a) and len(b) and a.shape[1] != b.shape[1]:
        raise ValueError(f"metrics: truth has {a.shape[1]} dimensions, tracks have {b.shape[1]}")
    if not len(a) or not len(b):
        return np.zeros((len(a), len(b)))
    out: Floats = np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2))
    return out


def _check(c: float, p: float, *, infinite: bool) -> None:
    if not (math.isfinite(c) and c > 0):
        raise ValueError(f"metrics: cut-off c={c} must be finite and above zero")
    if not p >= 1 or (math.isinf(p) and not infinite):
        raise ValueError(f"metrics: order p={p} must be at least 1" + ("" if infinite else " and finite"))


def ospa(truth: ArrayLike, tracks: ArrayLike, c: float, p: float = 2.0) -> Ospa:
    """OSPA distance of order p (inf allowed) and cut-off c; 0 for two empty sets, c for one empty set."""
    _check(c, p, infinite=True)
    d = np.minimum(_distances(truth, tracks), c)
    m, n = sorted(d.shape)
    if n == 0:
        return Ospa(0.0, 0.0, 0.0)
    if math.isinf(p):
        card = c if m < n else 0.0
        loc = _bottleneck(d) if m else 0.0
        return Ospa(max(loc, card), loc, card)
    rows, cols = linear_sum_assignment(d**p)
    loc = float((d[rows, cols] ** p).sum()) / n
    card = c**p * (n - m) / n
    return Ospa((loc + card) ** (1 / p), loc ** (1 / p), card ** (1 / p))


def _bottleneck(d: Floats) -> float:
    """Smallest d* such that the smaller set can be matched completely with distances of at most d*."""
    values = np.unique(d)
    lo, hi = 0, len(values) - 1
    while lo < hi:
        mid = (lo + hi) // 2
        match = maximum_bipartite_matching(csr_array(d <= values[mid]), perm_type="column")
        if (match >= 0).sum() == min(d.shape):
            hi = mid
        else:
            lo = mid + 1
    return float(values[lo])


def gospa(
    truth: ArrayLike,
    tracks: ArrayLike,
    c: float,
    p: float = 2.0,
    *,
    alpha: float = 2.0,
    before: Mapping[int, int] | None = None,
    switching_penalty: float = 0.0,
) -> Gospa:
    """GOSPA distance of order p, cut-off c and 0 < alpha <= 2, with its decomposition.

    With alpha = 2 a pair further apart than c counts as one missed and one false target; with a smaller alpha
    pairs are made as in OSPA. `before` (the `pairs` of the step before, same numbering) adds
    `switching_penalty`^p for each truth that changed its track, and half of it for each that won or lost one.
    """
    _check(c, p, infinite=False)
    if not 0 < alpha <= 2:
        raise ValueError(f"metrics: alpha={alpha} must be in (0, 2]")
    d = _distances(truth, tracks)
    cost = np.minimum(d, c) ** p
    pairs: dict[int, int] = {}
    loc = 0.0
    if min(d.shape) > 0:
        for i, j in zip(*linear_sum_assignment(cost), strict=True):
            if d[i, j] < c or alpha < 2:
                pairs[int(i)] = int(j)
                loc += float(cost[i, j])
    n_missed = d.shape[0] - len(pairs)
    n_false = d.shape[1] - len(pairs)
    missed = c**p / alpha * n_missed
    false = c**p / alpha * n_false
    switching = switching_penalty**p * count_switches(before, pairs) if before is not None else 0.0
    total = loc + missed + false + switching
    return Gospa(total ** (1 / p), loc, missed, false, switching, n_missed, n_false, pairs)


def count_switches(before: Mapping[int, int], after: Mapping[int, int]) -> float:
    """Changes of track: 1 per truth with another track than before, 1/2 per truth that won or lost one."""
    total = 0.0
    for i in set(before) | set(after):
        a, b = before.get(i), after.get(i)
        if a != b:
            total += 0.5 if a is None or b is None else 1.0
    return total


class Siap(NamedTuple):
    """SIAP attributes; nan where the denominator is zero."""

    completeness: float  # C = sum JT / sum J: share of the truth that has a track
    ambiguity: float  # A = sum NA / sum JT: tracks per tracked truth
    spuriousness: float  # S = sum (N - NA) / sum N: share of the tracks that belong to nothing
    position_error: float  # PA: mean error of the tracks that belong to a truth
    break_rate: float  # R = sum (NU - 1) / sum TT, 1/s: number of extra tracks used per second tracked
    longest_segment: float  # LS = sum TL / sum T: share of a truth's life covered by its longest track


class SiapSums(NamedTuple):
    """The sums of which the SIAP attributes are ratios."""

    objects: float  # sum J
    tracked: float  # sum JT
    tracks: float  # sum N
    assigned: float  # sum NA
    changes: float  # sum (NU - 1)
    tracked_s: float  # sum TT
    longest_s: float  # sum TL
    life_s: float  # sum T


def siap_sums(times_s: ArrayLike, present: ArrayLike, owner: ArrayLike) -> SiapSums:
    """The sums behind :func:`siap`, so that those of many runs can be added."""
    t = np.asarray(times_s, float)
    here = np.asarray(present, bool)
    own = np.asarray(owner, int)
    if here.shape[0] != len(t) or own.shape[0] != len(t) or (np.diff(t) <= 0).any():
        raise ValueError("siap: times must increase, and present and owner must have one row per time")
    n_truth = here.shape[1]
    if own.size and own.max() >= n_truth:
        raise ValueError(f"siap: owner {own.max()} is not one of {n_truth} truths")
    belongs = own >= 0
    tracked = np.zeros_like(here)
    k, j = np.nonzero(belongs)
    tracked[k, own[k, j]] = True
    tracked &= here
    step = np.diff(t, prepend=t[0]) if len(t) else t
    needed = np.zeros(n_truth)
    longest = np.zeros(n_truth)
    for i in np.flatnonzero(tracked.any(axis=0)):
        mine = own == i
        holds = mine[:, mine.any(axis=0)] & here[:, [i]]
        needed[i] = _tracks_needed(holds)
        longest[i] = _longest(holds, step)
    return SiapSums(
        float(here.sum()), float(tracked.sum()), float((own >= -1).sum()), float(belongs.sum()),
        float((needed[needed > 0] - 1).sum()), float((tracked * step[:, None]).sum()), float(longest.sum()),
        float((here * step[:, None]).sum()),
    )  # fmt: skip


def siap(times_s: ArrayLike, present: ArrayLike, owner: ArrayLike, error: ArrayLike | None = None) -> Siap:
    """SIAP attributes from which track belongs to what, at each time.

    times_s: (K,) increasing. present: bool (K, n_truth), does the truth exist. owner: int (K, n_tracks):
    truth that the track belongs to, -1 to none, -2 the track does not exist. error: (K, n_tracks) position
    errors, read where owner >= 0. A truth counts as tracked between two successive times if it has a track at
    the later of the two; NU is the least number of tracks that covers these intervals.
    """
    s = siap_sums(times_s, present, owner)
    belongs = np.asarray(owner, int) >= 0
    err = math.nan
    if error is not None and belongs.any():
        err = float(np.asarray(error, float)[belongs].mean())
    return Siap(
        _ratio(s.tracked, s.objects),
        _ratio(s.assigned, s.tracked),
        _ratio(s.tracks - s.assigned, s.tracks),
        err,
        _ratio(s.changes, s.tracked_s),
        _ratio(s.longest_s, s.life_s),
    )


def _ratio(a: float, b: float) -> float:
    return float(a) / float(b) if b > 0 else math.nan


def _tracks_needed(holds: NDArray[np.bool_]) -> int:
    """Least number of tracks covering all times at which any holds; holds: bool (K, n_tracks)."""
    times = len(holds)
    index = np.arange(times)[:, None]
    gap = np.minimum.accumulate(np.where(holds, times, index)[::-1], axis=0)[
        ::-1
    ]  # where the next gap begins
    longest = (gap - index).max(axis=1, initial=0).tolist()
    k, n = 0, 0
    while k < times:
        n += longest[k] > 0
        k += longest[k] or 1
    return n


def _longest(holds: NDArray[np.bool_], step: Floats) -> float:
    """Longest time for which one track holds the truth without a gap."""
    if not holds.size:
        return 0.0
    whole = np.cumsum(step)[:, None]  # less what it was at the last time without: the time held since
    before = np.maximum.accumulate(np.where(holds, 0.0, whole), axis=0)
    return float(np.where(holds, whole - before, 0.0).max())


def nees(error: ArrayLike, cov: ArrayLike) -> Floats:
    """Normalised estimation error squared e' P^-1 e for errors (..., n) and covariances (..., n, n)."""
    e = np.asarray(error, float)
    p = np.asarray(cov, float)
    out: Floats = np.einsum("...i,...i", e, np.linalg.solve(p, e[..., None])[..., 0])
    return out


def nees_bounds(n_dof: int, n_runs: int, prob: float = 0.95) -> tuple[float, float]:
    """Two-sided bounds of the average NEES (or NIS) of n_runs independent runs of a consistent filter."""
    if n_dof < 1 or n_runs < 1 or not 0 < prob < 1:
        raise ValueError(f"nees_bounds: n_dof={n_dof}, n_runs={n_runs}, prob={prob}")
    half = (1 - prob) / 2
    dof = n_dof * n_runs
    return float(chi2.ppf(half, dof) / n_runs), float(chi2.ppf(1 - half, dof) / n_runs)


def full_matrix(triangle: ArrayLike) -> Floats:
    """Symmetric matrices (..., n, n) from upper triangles (..., n (n + 1) / 2), as track tables hold them."""
    tri = np.asarray(triangle, float)
    n = round((math.sqrt(8 * tri.shape[-1] + 1) - 1) / 2)
    i, j = np.triu_indices(n)
    out = np.zeros((*tri.shape[:-1], n, n))
    out[..., i, j] = tri
    out[..., j, i] = tri
    return out
