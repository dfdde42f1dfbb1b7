"""Scenario discovery: the box of inputs in which something holds, by the patient rule induction method (PRIM).

Peeling takes a small share of the points off one side of one input after another, that side which raises the share
of hits most; pasting puts shares back while that share does not fall. Of all boxes on the way the one is named that
balances coverage and density best; all are returned.

Sources: J. H. Friedman and N. I. Fisher, "Bump hunting in high-dimensional data", Statistics and Computing 9, 1999,
sections 4 and 5; B. P. Bryant and R. J. Lempert, "Thinking inside the box", Technological Forecasting and Social
Change 77, 2010 (coverage, density, quasi-p).
"""

# ruff: noqa: PLC0415  (scipy only where it is used)
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openiads.analysis.intervals import t_quantile, wilson

PEEL = 0.05


class DiscoveryError(ValueError):
    """A box that cannot be looked for. The message is for a person; exit code 2."""


@dataclass(frozen=True)
class Limit:
    """One side of a box: the input lies at or between `low` and `high` (None: open), or in `values`.

    `quasi_p`: how likely so many hits are inside if this limit does nothing, the box without it being taken as known.
    """

    name: str
    low: float | None
    high: float | None
    values: tuple[object, ...] | None
    quasi_p: float


@dataclass(frozen=True)
class Box:
    """A box with its quality: n points inside, of which `hits`.

    coverage: share of all hits that are inside. density: share of hits inside. mass: share of all points inside.
    """

    limits: tuple[Limit, ...]
    n: int
    hits: int
    coverage: float
    density: float
    mass: float

    @property
    def density_interval(self) -> tuple[float, float]:
        """Wilson's interval of the density, 95 %. The box was chosen for it, so it flatters."""
        return wilson(float(self.hits), float(self.n), t_quantile(max(self.n - 1, 1), 0.95))


@dataclass(frozen=True)
class Discovery:
    """The chosen box, and all on the way (from all points to the smallest)."""

    box: Box
    path: tuple[Box, ...]
    points: int
    hits: int
    condition: str = ""


def prim(
    names: Sequence[str],
    columns: Sequence[Sequence[object]],
    holds: np.ndarray,
    least_mass: float = PEEL,
    peel: float = PEEL,
) -> Discovery:
    """The box in which `holds` is true most often.

    Parameters
    ----------
    names, columns : inputs; a column is of numbers, or of anything else as categories.
    holds : (points,) of bool. least_mass : no box is smaller. peel : share taken off at a time.

    Raises DiscoveryError: no hits, or nothing but hits.
    """
    holds = np.asarray(holds, dtype=bool)
    n, hits = len(holds), int(holds.sum())
    if hits in (0, n):
        raise DiscoveryError(f"the condition holds at {hits} of {n} points: there is no box to look for")
    work = _Prim(
        [_Column(name, column) for name, column in zip(names, columns, strict=True)], holds, least_mass, peel
    )
    boxes = [work.measured(inside) for inside in work.run()]
    return Discovery(max(boxes, key=_balance), tuple(boxes), n, hits)


def inside(box: Box, names: Sequence[str], columns: Sequence[Sequence[object]]) -> np.ndarray:
    """Which points lie in a box."""
    found = np.ones(len(columns[0]), dtype=bool)
    for limit in box.limits:
        column = columns[list(names).index(limit.name)]
        found &= np.array([_within(limit, value) for value in column])
    return found


def _within(limit: Limit, value: object) -> bool:
    if limit.values is not None:
        return value in limit.values
    assert isinstance(value, (int, float))
    return (limit.low is None or value >= limit.low) and (limit.high is None or value <= limit.high)


def _balance(box: Box) -> float:
    """Harmonic mean of coverage and density."""
    total = box.coverage + box.density
    return 2.0 * box.coverage * box.density / total if total > 0.0 else 0.0


class _Column:
    def __init__(self, name: str, values: Sequence[object]) -> None:
        self.name = name
        self.numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
        kinds = sorted({repr(v): v for v in values}.items())
        self.kinds = [v for _, v in kinds]
        place = {key: k for k, (key, _) in enumerate(kinds)}
        self.x = np.array(values if self.numeric else [place[repr(v)] for v in values], dtype=np.float64)

    def peels(self, x: np.ndarray, share: float) -> list[np.ndarray]:
        """Which of the points to keep, for each way to peel this column once."""
        if not self.numeric:
            kinds = np.unique(x)
            return [x != kind for kind in kinds] if len(kinds) > 1 else []
        low, high = np.quantile(x, [share, 1.0 - share])
        low = low if (x < low).any() else x.min()
        ways = [x >= low if (x < low).any() else x > low, x <= high if (x > high).any() else x < x.max()]
        return [keep for keep in ways if keep.any() and not keep.all()]


class _Prim:
    def __init__(self, columns: list[_Column], holds: np.ndarray, least_mass: float, peel: float) -> None:
        self.columns, self.holds, self.peel = columns, holds, peel
        self.least = max(2, math.ceil(least_mass * len(holds)))

    def run(self) -> list[np.ndarray]:
        """Members of the boxes, from all points on; the last ones by pasting."""
        members = np.ones(len(self.holds), dtype=bool)
        path = [members]
        while (better := self._peeled(members)) is not None:
            members = better
            path.append(members)
        best = max(path, key=lambda m: _balance(self.measured(m)))
        while (better := self._pasted(best)) is not None:
            best = better
            path.append(best)
        return path

    def _peeled(self, members: np.ndarray) -> np.ndarray | None:
        """The peel that raises the density most per point that it costs."""
        rows = np.flatnonzero(members)
        density = float(self.holds[rows].mean())
        best, gain = None, 0.0
        for column in self.columns:
            for keep in column.peels(column.x[rows], self.peel):
                left = rows[keep]
                if len(left) < self.least:
                    continue
                rise = (float(self.holds[left].mean()) - density) / (len(rows) - len(left))
                if rise > gain:
                    best, gain = left, rise
        return None if best is None else self._mask(best)

    def _pasted(self, members: np.ndarray) -> np.ndarray | None:
        """The widening by one share of the points that raises the balance of coverage and density most."""
        now = _balance(self.measured(members))
        best = None
        for k in range(len(self.columns)):
            others = self._others(members, k)
            for wider in self._wider(members, others, k):
                found = _balance(self.measured(wider))
                if found > now:
                    best, now = wider, found
        return best

    def _wider(self, members: np.ndarray, others: np.ndarray, k: int) -> list[np.ndarray]:
        x = self.columns[k].x
        count = max(1, round(self.peel * int(members.sum())))
        low, high = x[members].min(), x[members].max()
        if not self.columns[k].numeric:
            new = np.unique(x[others & ~np.isin(x, x[members])])
            return [members | (others & (x == kind)) for kind in new]
        below, above = np.sort(x[others & (x < low)])[::-1], np.sort(x[others & (x > high)])
        made = []
        if len(below):
            made.append(others & (x >= below[min(count, len(below)) - 1]) & (x <= high))
        if len(above):
            made.append(others & (x >= low) & (x <= above[min(count, len(above)) - 1]))
        return made

    def _others(self, members: np.ndarray, k: int) -> np.ndarray:
        """Points that the box would hold without its limits on column k."""
        found = np.ones(len(members), dtype=bool)
        for j, column in enumerate(self.columns):
            if j == k:
                continue
            x = column.x[members]
            found &= (column.x >= x.min()) & (column.x <= x.max()) if column.numeric else np.isin(column.x, x)
        return found

    def _mask(self, rows: np.ndarray) -> np.ndarray:
        made = np.zeros(len(self.holds), dtype=bool)
        made[rows] = True
        return made

    def measured(self, members: np.ndarray) -> Box:
        """The box round these points, with its limits and quality."""
        n, hits = int(members.sum()), int(self.holds[members].sum())
        limits = [
            limit for k in range(len(self.columns)) if (limit := self._limit(members, k, n, hits)) is not None
        ]
        limits.sort(key=lambda one: one.quasi_p)
        members = self._kept(limits)
        n, hits = int(members.sum()), int(self.holds[members].sum())
        return Box(tuple(limits), n, hits, hits / int(self.holds.sum()), hits / n, n / len(self.holds))

    def _kept(self, limits: Sequence[Limit]) -> np.ndarray:
        """The points that these limits keep: where a side was open, corners may come in again."""
        found = np.ones(len(self.holds), dtype=bool)
        for limit in limits:
            column = next(c for c in self.columns if c.name == limit.name)
            if limit.values is not None:
                found &= np.isin(column.x, [k for k, v in enumerate(column.kinds) if v in limit.values])
            else:
                found &= column.x >= (-math.inf if limit.low is None else limit.low)
                found &= column.x <= (math.inf if limit.high is None else limit.high)
        return found

    def _limit(self, members: np.ndarray, k: int, n: int, hits: int) -> Limit | None:
        from scipy.stats import binom

        column = self.columns[k]
        x, own = column.x, column.x[members]
        others = self._others(members, k)
        density = float(self.holds[others].mean())
        quasi_p = float(binom.sf(hits - 1, n, density))
        if not column.numeric:
            kept = np.unique(own)
            if len(kept) == len(np.unique(x[others])):
                return None
            return Limit(column.name, None, None, tuple(column.kinds[int(v)] for v in kept), quasi_p)
        low, high = float(own.min()), float(own.max())
        # A side beyond which the rest of the box holds no point limits nothing.
        open_low, open_high = not (x[others] < low).any(), not (x[others] > high).any()
        if open_low and open_high:
            return None
        return Limit(column.name, None if open_low else low, None if open_high else high, None, quasi_p)
