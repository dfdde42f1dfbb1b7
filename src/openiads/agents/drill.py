"""A scenario as a sequence of decisions of one command post, with seeds and a reward: what both environments are made of."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from openiads.agents.episode import Episode
from openiads.agents.spaces import Layout, Reward, Seen
from openiads.agents.view import Assignment, Refusal
from openiads.catalog import load_catalog
from openiads.scenario import catalogue_names, load_file
from openiads.world.compile import compile_scenario


class Drill:
    """Steps through one replication after another. Other command posts follow the built-in doctrine.

    Parameters
    ----------
    scenario : file. post : row of the command post that is led. tracks : track slots. salvo : rounds of the largest order.
    reward : weights. skip_idle : go on to the next decision at which something could be ordered.
    """

    def __init__(
        self,
        scenario: str | os.PathLike[str],
        *,
        post: int = 0,
        tracks: int = 16,
        salvo: int = 2,
        reward: Reward | None = None,
        skip_idle: bool = True,
    ) -> None:
        catalog = load_catalog()
        loaded = load_file(Path(scenario), catalogue_names(catalog))
        compiled = compile_scenario(loaded, catalog, 0.0)
        world = compiled.world
        if not 0 <= post < len(world.command_post):
            raise ValueError(f"post is {post}; the scenario has {len(world.command_post)} command posts")
        if tracks < 1 or not 1 <= salvo <= 16:
            raise ValueError(f"tracks must be at least 1 and salvo from 1 to 16, got {tracks} and {salvo}")
        self.names = compiled.names
        self.scenario_seed = loaded.seed
        self.layout = Layout(tracks, len(world.battery), len(world.weapon), salvo)
        self.reward = reward or Reward()
        self.episode = Episode(world, compiled.names)
        self.post, self.skip_idle = post, skip_idle
        self.seed, self.replication = loaded.seed, -1
        self.seen = Seen(self.layout, None)
        self.refused: list[Refusal] = []
        self._events = 0

    def reset(self, seed: int | None = None, replication: int | None = None) -> None:
        """A new replication, up to its first decision. A seed begins with replication 0; none goes on to the next replication."""
        if seed is not None:
            self.seed, self.replication = seed & 0xFFFFFFFF, -1
        self.replication = self.replication + 1 if replication is None else replication
        self.episode.start(self.seed, self.replication)
        self._events, self.refused = 0, []
        self._advance()

    @property
    def over(self) -> bool:
        """The run is through."""
        return self.seen.view is None

    def step(self, orders: Iterable[Assignment]) -> tuple[float, dict[str, float]]:
        """Carry out orders and go on to the next decision: (reward, how often each thing happened meanwhile)."""
        self.refused = []
        if self.seen.view is not None:
            self.refused = self.episode.order(self.seen.view, orders)
            self._advance()
        counts, self._events = self.reward.counted(self.episode.world, self._events)
        counts["refused"] = float(len(self.refused))
        return self.reward.of(counts), counts

    def _advance(self) -> None:
        while (post := self.episode.go_on()) is not None:
            if post != self.post:
                self.episode.standard(post)
                continue
            self.seen = Seen(self.layout, self.episode.view(post))
            if self.seen.can_act or not self.skip_idle:
                return
        self.seen = Seen(self.layout, None)


__all__ = ["Drill"]
