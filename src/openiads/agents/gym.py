"""A Gymnasium environment: the agent is the command post. Needs the extra `rl`."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from openiads.agents.drill import Drill
from openiads.agents.spaces import Reward

try:
    import gymnasium
    from gymnasium import spaces
except ImportError as error:  # pragma: no cover - depends on what is installed
    raise ImportError("this environment needs gymnasium: pip install 'openiads[rl]'") from error


def observation_space(drill: Drill) -> spaces.Dict:
    """Boxes by `spaces.Layout.bounds`: tracks, batteries, pk, time."""
    boxes: dict[str, spaces.Space[Any]] = {
        name: spaces.Box(low, high, dtype=np.float32) for name, (low, high) in drill.layout.bounds().items()
    }
    return spaces.Dict(boxes)


class CommandPostEnv(gymnasium.Env[dict[str, np.ndarray], np.ndarray]):
    """One step is one decision of the command post.

    Action: MultiDiscrete, one number per track slot: 0 leaves the track,
    1 + (battery * missiles + missile) * salvo + rounds - 1 engages it. Orders are carried out slot by slot; one that is
    not permitted is refused and counted in `info["counts"]["refused"]`. `info["action_mask"]` says which are permitted
    now. Observation: see `spaces`. Reward: `spaces.Reward`.

    terminated: the run is over. truncated: never (the end of the run belongs to the scenario).
    `reset(seed=s)` starts replication 0 of seed s; `reset()` the next replication; `options={"replication": k}` chooses one.

    Parameters
    ----------
    scenario : file of a scenario. post, tracks, salvo, reward, skip_idle : see `drill.Drill`.
    """

    metadata = {"render_modes": []}  # noqa: RUF012 - as Gymnasium has it

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
        layout = self.drill.layout
        self.observation_space = observation_space(self.drill)
        self.action_space = spaces.MultiDiscrete(np.full(layout.tracks, layout.per_track))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """The first decision of a replication."""
        super().reset(seed=seed)
        self.drill.reset(seed, (options or {}).get("replication"))
        return self.drill.seen.observation(), self._info({})

    def step(self, action: np.ndarray) -> tuple[dict[str, np.ndarray], float, bool, bool, dict[str, Any]]:
        """Carry out the orders and go on to the next decision."""
        reward, counts = self.drill.step(self.drill.seen.track_orders(action))
        return self.drill.seen.observation(), reward, self.drill.over, False, self._info(counts)

    def _info(self, counts: dict[str, float]) -> dict[str, Any]:
        drill = self.drill
        return {
            "t_s": drill.episode.t_s,
            "seed": drill.seed,
            "replication": drill.replication,
            "counts": counts,
            "refused": [(tuple(r.order), r.reason) for r in drill.refused],
            "action_mask": drill.seen.track_mask(),
        }


__all__ = ["CommandPostEnv", "observation_space"]
