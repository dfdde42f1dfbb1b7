"""Rounds of reload columns in the tables of rounds: what they began with and have left, and what launchers got from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from openiads.engine.outcome import Outcome
from openiads.world.names import Names


class Stock(NamedTuple):
    """Rounds of one column and missile type."""

    column: str
    weapon: str
    start: int
    left: int  # in the column and on trucks; the rest was handed over or lost


def brought(outcome: Outcome) -> np.ndarray:
    """Rounds per magazine that columns have brought, i8 [magazine]."""
    if len(outcome.delivered):
        return np.asarray(outcome.delivered, dtype=np.int64)
    return np.zeros(len(outcome.magazine_state), dtype=np.int64)


def stocks(outcome: Outcome, names: Names) -> list[Stock]:
    """What every column holds, by missile type; types that it never had are left out."""
    found = []
    for name, row in zip(names.column, outcome.depot, strict=False):
        for weapon, d in zip(names.weapon, row, strict=True):
            left = int(d["rounds"]) + int(d["out"])
            start = left + int(d["delivered"]) + int(d["lost"])
            if start > 0:
                found.append(Stock(name, weapon, start, left))
    return found


def by_weapon(
    outcomes: Sequence[Outcome], names: Names, weapons: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """(start, left) to add to the rounds of the launchers: i8 [outcome x weapon], outcome by outcome.

    start: what the columns began with, less what they have brought, which the launchers' accounts contain. left: in the
    columns and on their trucks.
    """
    start = np.zeros((len(outcomes), len(weapons)), dtype=np.int64)
    left = np.zeros_like(start)
    which = np.array([weapons.index(w) for w in names.magazine_weapon], dtype=np.int64)
    for k, outcome in enumerate(outcomes):
        if not names.column:
            break
        for s in stocks(outcome, names):
            start[k, weapons.index(s.weapon)] += s.start
            left[k, weapons.index(s.weapon)] += s.left
        np.subtract.at(start[k], which, brought(outcome))
    return start.ravel(), left.ravel()


__all__ = ["Stock", "brought", "by_weapon", "stocks"]
