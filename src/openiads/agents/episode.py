"""One replication that halts at every decision: for doctrines in plain Python and for learning environments."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from openiads.agents import halting
from openiads.agents.faults import DoctrineError
from openiads.agents.view import Assignment, Options, Refusal, View
from openiads.doctrine import standard
from openiads.engine import events, status
from openiads.engine.outcome import Outcome
from openiads.engine.run import EngineFault, PlotLog, collect
from openiads.world import schema
from openiads.world.handle import handle
from openiads.world.names import Names
from openiads.world.schema import World

MOST_ROUNDS = 16  # in one order
_RNG_STREAM = 0x0D0C  # third word of the key: the engine's own draws use none of this generator


class Episode:
    """A World that runs from decision to decision. Not to be shared between threads.

    episode.start(seed); while (post := episode.go_on()) is not None: view = episode.view(post); episode.order(post, …)
    """

    def __init__(self, world: World, names: Names | None = None, own: World | None = None) -> None:
        self._initial, self.names = world, names
        self.world = schema.scratch(world) if own is None else own
        self._handle = handle(self.world)
        self._at = halting.UNDER_WAY
        self._refused: dict[int, list[Refusal]] = {}
        self.rng = np.random.default_rng(0)
        self.start(0)

    def start(self, seed: int, replication: int = 0) -> None:
        """Back to the initial state, with the luck of this seed and replication."""
        schema.reset(self.world, self._initial)
        self._plots = PlotLog(self.world)
        sim = self.world.sim[0]
        sim.seed, sim.replication = seed & 0xFFFFFFFF, replication & 0xFFFFFFFF
        self._at = halting.UNDER_WAY
        self._refused = {}
        words = (int(sim.seed), int(sim.replication), _RNG_STREAM)
        self.rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(words)))

    @property
    def over(self) -> bool:
        """The run is through and its accounts are closed."""
        return int(self.world.sim[0].over) == 1

    @property
    def t_s(self) -> float:
        """Time of the decision."""
        return float(self.world.sim[0].t_s)

    def go_on(self, progress: Callable[[float], None] | None = None) -> int | None:
        """On to the next decision; the row of the command post that takes it, None when the run is over."""
        sim = self.world.sim[0]
        with np.errstate(all="ignore"):
            while True:
                self._at = int(halting.go_on(self._handle, self._at, schema.LOG_STEPS))
                self._plots.take()
                if progress is not None and (self._at < 0 or int(sim.step) % schema.LOG_STEPS == 0):
                    progress(min(int(sim.step) / max(int(sim.n_steps), 1), 1.0))
                if self._at >= 0:
                    return self._at
                if self._at == halting.OVER:
                    return None

    def standard(self, post: int) -> None:
        """Let the built-in doctrine decide."""
        with np.errstate(all="ignore"):
            standard.decide(self._handle, post)

    def view(self, post: int) -> View:
        """The picture of a command post, appraised as the built-in doctrine does it."""
        with np.errstate(all="ignore"):
            halting.appraise(self._handle, post)
        return View(
            self.world, post, self.names, self.rng,
            lambda rows: self._weigh(post, rows),
            lambda k: int(halting.permission(self._handle, post, k)) == standard.NO_REASON,
            lambda b: int(standard.free_channels(self._handle, post, b)),
            self._refused.get(post, ()),
        )  # fmt: skip

    def _weigh(self, post: int, rows: np.ndarray) -> Options:
        shape = (len(rows), len(self.world.battery), len(self.world.weapon))
        found = Options(np.zeros(shape), np.full(shape, np.nan), np.zeros(shape, np.int64))
        with np.errstate(all="ignore"):
            halting.weigh_all(
                self._handle, post, np.ascontiguousarray(rows, np.int64), found.reason, found.pk, found.time_s
            )
        return found

    def order(self, view: View, orders: Iterable[Any]) -> list[Refusal]:
        """Carry out orders one after another, each checked when its turn comes; returns those refused.

        Raises DoctrineError for what is no order: a track, battery or missile that does not exist, a number below 1.
        """
        refused = []
        for number, given in enumerate(orders):
            what = self._read(view, number, given)
            with np.errstate(all="ignore"):
                reason, _ = halting.order(
                    self._handle, view.post, view.row_of(what.track), what.battery, what.missile, what.number
                )
            if int(reason) != standard.NO_REASON:
                refused.append(Refusal(what, events.WITHHOLD[int(reason)]))
        self._refused[view.post] = refused
        return refused

    def _read(self, view: View, number: int, given: Any) -> Assignment:
        try:
            what = Assignment(*(operator.index(part) for part in given))
        except TypeError:
            raise DoctrineError(
                f"order {number} is {given!r}; an Assignment of whole numbers is needed: track, battery, missile, number"
            ) from None
        if view.row_of(what.track) < 0:
            known = [int(t) for t in view.tracks["id"]]
            raise DoctrineError(f"order {number} names track {what.track}; the tracks are {known[:20]}")
        for name, value, most in (
            ("battery", what.battery, len(self.world.battery) - 1),
            ("missile", what.missile, len(self.world.weapon) - 1),
        ):
            if not 0 <= value <= most:
                raise DoctrineError(f"order {number} names {name} {value}; there are 0 to {most}")
        if not 1 <= what.number <= MOST_ROUNDS:
            raise DoctrineError(f"order {number} is for {what.number} rounds; 1 to {MOST_ROUNDS} are allowed")
        return what

    def outcome(self, check: bool = True) -> Outcome:
        """What the finished run leaves behind. Raises EngineFault (with `check`)."""
        bits = int(self.world.sim[0].status)
        if check and bits & status.FATAL:
            raise EngineFault("; ".join(status.translate(bits)))
        return collect(self.world, self._plots.all())


__all__ = ["MOST_ROUNDS", "Episode"]
