"""Doctrines side by side on one World with the same luck, beside what no doctrine can do better than."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.agents.load import UserDoctrine, engine_of
from openiads.agents.plain import PlainEngine
from openiads.analysis.baselines import shoot_look_shoot_leak
from openiads.analysis.intervals import Interval, mean, proportion, sums
from openiads.engine import events
from openiads.engine.run import Engine
from openiads.world.names import Names
from openiads.world.schema import World


@dataclass(frozen=True)
class Line:
    """One doctrine: leakage and rounds with their intervals, and the difference of leakage to the first doctrine."""

    name: str
    leakage: Interval  # leakers per hostile platform with a target; the replication is the unit
    rounds: Interval  # fired per replication
    difference: Interval  # leakers per replication, less those of the first line, replication by replication


@dataclass(frozen=True)
class Table:
    """The lines, and the fewest leakers that the rounds allow (None where p was not given)."""

    lines: tuple[Line, ...]
    targets: int
    bound: float | None  # expected share of targets that come through

    def text(self) -> str:
        """As it is printed: every figure with its 95 % interval and n."""
        rows = [
            f"{'doctrine':24} {'leakage (95 %)':28} {'rounds (95 %)':26} {'leakers, less first (95 %)':30} n"
        ]
        for line in self.lines:
            found = [_said(i) for i in (line.leakage, line.rounds, line.difference)]
            rows.append(f"{line.name:24} {found[0]:28} {found[1]:26} {found[2]:30} {line.leakage.n}")
        if self.bound is not None:
            rows.append(
                f"{'no doctrine below':24} {self.bound:.4f} (closed form, perfect looks, no limit of time)"
            )
        return "\n".join(rows)


def _said(found: Interval) -> str:
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


Contender = UserDoctrine | type[Any] | Callable[[World, Names | None], Engine] | None


def _engine(doctrine: Contender, world: World, names: Names | None) -> Engine:
    if inspect.isclass(doctrine):
        return PlainEngine(world, doctrine, names)
    if doctrine is None or isinstance(doctrine, UserDoctrine):
        return engine_of(doctrine, world, names)
    return doctrine(world, names)


def side_by_side(
    world: World,
    names: Names | None,
    doctrines: Mapping[str, Contender],
    n: int,
    seed: int = 1,
    p: float | None = None,
) -> Table:
    """Run n replications under each doctrine; replication k has the same luck under all.

    doctrines : name → a loaded doctrine, None for the built-in one, a class with a method `decide` (a learned policy:
        `agents.policy.as_doctrine`), or what makes an Engine.
    p : kill probability of one round, where the World has one; then the closed-form bound is given: shoot-look-shoot with
    all ready and reserve rounds, perfect looks and as many waves as rounds. Rounds differ in a World with several
    missiles; the largest p then still gives a bound.
    """
    if n < 2:
        raise ValueError(f"n is {n}; an interval needs at least 2 replications")
    hostile = world.platform["identity"] == events.IDENTITY.index("hostile")
    aimed = int((hostile & (world.platform["target_site"] >= 0)).sum())
    if aimed == 0:
        raise ValueError("nothing hostile in this World is aimed at anything")
    lines: list[Line] = []
    first: Sequence[float] = ()
    for name, doctrine in doctrines.items():
        engine = _engine(doctrine, world, names)
        leaks, fired = [], []
        for replication in range(n):
            outcome = engine.run(seed, replication)
            fate = outcome.platform_state["fate"][hostile]
            leaks.append(float((fate == events.PLATFORM_FATE.index("hit its target")).sum()))
            fired.append(float(len(outcome.round)))
        first = first or leaks
        one = np.ones(n)
        lines.append(Line(
            name, proportion(sums(np.array(leaks), aimed * one)), mean(sums(np.array(fired), one)),
            mean(sums(np.array(leaks) - np.array(first), one)),
        ))  # fmt: skip
    bound = None
    if p is not None:
        rounds = int(
            world.magazine["rounds"].sum() + world.magazine["reserve"].sum() + world.depot["rounds"].sum()
        )
        bound = shoot_look_shoot_leak(aimed, rounds, rounds, p) / aimed
    return Table(tuple(lines), aimed, bound)


__all__ = ["Line", "Table", "side_by_side"]
