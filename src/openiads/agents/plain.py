"""Doctrines in plain Python, and the engine that runs under one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from openiads.agents.episode import Episode
from openiads.agents.faults import DoctrineError, at_fault
from openiads.agents.view import Assignment, View
from openiads.doctrine import standard
from openiads.engine.outcome import Outcome
from openiads.engine.run import Engine
from openiads.world import schema
from openiads.world.names import Names
from openiads.world.schema import World


def _nothing(view: View) -> None:
    """What a doctrine without a method `start` does."""


def _orders(doctrine: Any, view: View) -> list[Any]:
    return list(doctrine.decide(view) or ())


class Doctrine:
    """Base of a doctrine in plain Python. A new instance is made for every replication: none remembers another.

    Any class with a method `decide` will do; this one says what is called when.
    """

    def start(self, view: View) -> None:
        """Called once, before the first decision, with its view."""

    def decide(self, view: View) -> Iterable[Assignment]:
        """Called at every decision of every command post; returns orders, carried out in this order."""
        raise NotImplementedError(f"{type(self).__name__} has no method decide(self, view)")


class PlainEngine(Engine):
    """An Engine whose command posts are led by a plain-Python doctrine. The compiled engine halts for it."""

    def __init__(
        self,
        world: World,
        make: Callable[[], Any],
        names: Names | None = None,
        file: Path = Path("doctrine"),
        own: World | None = None,
    ) -> None:
        own = schema.scratch(world) if own is None else own
        super().__init__(world, standard.decide, own)
        self._make, self._file = make, file
        self._episode = Episode(world, names, own)

    def run(
        self,
        seed: int,
        replication: int = 0,
        progress: Callable[[float], None] | None = None,
        check: bool = True,
    ) -> Outcome:
        """One replication. Raises DoctrineError where the doctrine fails, with the place in its file."""
        episode = self._episode
        episode.start(seed, replication)
        doctrine, started = None, False
        while (post := episode.go_on(progress)) is not None:
            doing = f"decision at {episode.t_s:g} s of replication {replication}, seed {seed}"
            view = episode.view(post)
            if doctrine is None:
                doctrine = self._called(self._make, doing)
            if not started:
                started = True
                self._called(partial(getattr(doctrine, "start", _nothing), view), doing)
            orders = self._called(partial(_orders, doctrine, view), doing)
            try:
                episode.order(view, orders)
            except DoctrineError as error:
                raise DoctrineError(f"{self._file}: {error} ({doing})") from None
        return episode.outcome(check)

    def _called(self, call: Callable[[], Any], doing: str) -> Any:
        """A call into the user's code; what goes wrong in it is told with its place."""
        try:
            return call()
        except Exception as error:
            raise at_fault(error, self._file, doing) from error


__all__ = ["Doctrine", "PlainEngine"]
