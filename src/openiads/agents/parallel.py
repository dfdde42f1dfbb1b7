"""A PettingZoo parallel environment: every battery is an agent. Needs the extra `rl`."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from openiads.agents.drill import Drill
from openiads.agents.spaces import Reward

try:
    from gymnasium import spaces
    from pettingzoo import ParallelEnv

    from openiads.agents.gym import observation_space
except ImportError as error:  # pragma: no cover - depends on what is installed
    raise ImportError(
        "this environment needs gymnasium and pettingzoo: pip install 'openiads[rl]'"
    ) from error


class BatteriesEnv(ParallelEnv[str, dict[str, np.ndarray], int]):
    """One step is one decision, at which every battery chooses for itself.

    Action of a battery: Discrete, 0 waits, 1 + (slot * missiles + missile) * salvo + rounds - 1 engages the track in that slot.
    Batteries act in their order: of two that choose the same track the second is refused. All see the same picture; `own` marks the
    battery itself. The reward is that of all, the same for each. A battery that is lost stays and can do nothing.

    Parameters and seeds: as for `gym.CommandPostEnv`.
    """

    metadata = {"name": "openiads_batteries_v0", "render_modes": []}  # noqa: RUF012 - as PettingZoo has it

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
        self.drill = Drill(
            scenario, post=post, tracks=tracks, salvo=salvo, reward=reward, skip_idle=skip_idle
        )
        self.render_mode = None
        self.possible_agents = list(self.drill.names.battery)
        self.agents: list[str] = []
        layout = self.drill.layout
        own = spaces.Box(0.0, 1.0, (layout.batteries,), np.float32)
        self._observed = {
            agent: spaces.Dict({**observation_space(self.drill).spaces, "own": own})
            for agent in self.possible_agents
        }
        self._acted = {agent: spaces.Discrete(layout.per_battery) for agent in self.possible_agents}

    def observation_space(self, agent: str) -> spaces.Dict:
        """Space of what a battery sees."""
        return self._observed[agent]

    def action_space(self, agent: str) -> spaces.Discrete:
        """Space of what it does."""
        return self._acted[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, dict[str, Any]]]:
        """The first decision of a replication."""
        self.drill.reset(seed, (options or {}).get("replication"))
        self.agents = list(self.possible_agents)
        return self._observations(), self._infos({})

    def step(self, actions: dict[str, int]) -> tuple[Any, ...]:
        """Carry out what the batteries choose and go on to the next decision."""
        index = {agent: k for k, agent in enumerate(self.possible_agents)}
        chosen = {index[agent]: int(action) for agent, action in actions.items() if agent in self.agents}
        reward, counts = self.drill.step(self.drill.seen.battery_orders(chosen))
        there = list(self.agents)
        over = self.drill.over
        out = (
            self._observations(),
            dict.fromkeys(there, reward),
            dict.fromkeys(there, over),
            dict.fromkeys(there, False),
            self._infos(counts),
        )
        if over:
            self.agents = []
        return out

    def render(self) -> None:
        """Nothing: pictures are made of stored runs."""

    def close(self) -> None:
        """Nothing is open."""

    def _observations(self) -> dict[str, dict[str, np.ndarray]]:
        n = self.drill.layout.batteries
        found = {}
        for agent in self.agents:
            own = np.zeros(n, np.float32)
            own[self.possible_agents.index(agent)] = 1.0
            found[agent] = {**self.drill.seen.observation(), "own": own}
        return found

    def _infos(self, counts: dict[str, float]) -> dict[str, dict[str, Any]]:
        drill = self.drill
        return {
            agent: {
                "t_s": drill.episode.t_s,
                "counts": dict(counts),
                "action_mask": drill.seen.battery_mask(self.possible_agents.index(agent)),
            }
            for agent in self.agents
        }


__all__ = ["BatteriesEnv"]
