"""Learned policies as doctrines: whatever says an action for an observation of `CommandPostEnv`.

from openiads.agents.policy import as_doctrine
table = side_by_side(world, names, {"built-in": None, "learned": as_doctrine(model)}, n=200)

A policy has a method `predict(observation)` (stable-baselines3's also gives a state, which is not used), or is a function. The
observation and the action are those of `agents.gym.CommandPostEnv` with the same `tracks` and `salvo`. No library is needed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from openiads.agents.faults import DoctrineError
from openiads.agents.load import read_module
from openiads.agents.plain import Doctrine
from openiads.agents.spaces import Layout, Seen
from openiads.agents.view import Assignment, View


def as_doctrine(policy: Any, tracks: int = 16, salvo: int = 2) -> type[Doctrine]:
    """A doctrine class that asks a policy, for `side_by_side` or as the NAME of `--doctrine FILE.py:NAME`.

    Parameters
    ----------
    policy : with a method `predict`, or a function; of an observation. It gives an action, (tracks,) whole numbers, or a
        tuple that begins with one. `deterministic=True` and `action_masks=` are given to those that name them.
    tracks, salvo : as in the environment in which it learned.

    It leads every command post, and is not asked where nothing could be ordered (as with `skip_idle`).
    Raises DoctrineError for what is no policy; in a run, for an action that is none.
    """
    ask = _asking(policy)

    class Learned(Doctrine):
        """The policy as a doctrine."""

        def decide(self, view: View) -> Iterable[Assignment]:
            """The orders of its action."""
            seen = Seen(Layout(tracks, len(view.batteries["mine"]), len(view.missiles["cost"]), salvo), view)
            return seen.track_orders(_action(ask(seen), seen.layout)) if seen.can_act else []

    return Learned


def load_policy(text: str, tracks: int = 16, salvo: int = 2) -> type[Doctrine]:
    """The policy FILE.py:NAME as a doctrine class: an object with `predict`, a class of such, or a function. The file is run.

    Raises DoctrineError.
    """
    path, mark, name = text.rpartition(":")
    file = Path(path).absolute()
    if not mark or not name.isidentifier() or file.suffix != ".py" or not file.is_file():
        raise DoctrineError(f"policy {text}: it is written FILE.py:NAME, and the file exists")
    module, _ = read_module(file)
    if not hasattr(module, name):
        raise DoctrineError(f"{file}: there is no {name!r} in it")
    found = getattr(module, name)
    return as_doctrine(found() if inspect.isclass(found) else found, tracks, salvo)


def _asking(policy: Any) -> Callable[[Seen], Any]:
    """What puts an observation to the policy, with the arguments that it knows."""
    call = getattr(policy, "predict", policy)
    if not callable(call) or inspect.isclass(policy):
        raise DoctrineError(
            f"{type(policy).__name__} is no policy: it has no predict(observation) and is no function"
        )
    try:
        known = set(inspect.signature(call).parameters)
    except (TypeError, ValueError):  # of compiled code
        known = set()

    def ask(seen: Seen) -> Any:
        more: dict[str, Any] = {"deterministic": True} if "deterministic" in known else {}
        if "action_masks" in known:
            more["action_masks"] = seen.track_mask().reshape(-1).astype(bool)
        return call(seen.observation(), **more)

    return ask


def _action(answer: Any, layout: Layout) -> np.ndarray:
    action = np.asarray(answer[0] if isinstance(answer, tuple) else answer)
    if action.shape != (layout.tracks,) or action.dtype.kind not in "iu":
        raise DoctrineError(f"the policy says {answer!r}; an action is {layout.tracks} whole numbers")
    if int(action.min()) < 0 or int(action.max()) >= layout.per_track:
        raise DoctrineError(
            f"the policy says {answer!r}; an action is of numbers from 0 to {layout.per_track - 1}"
        )
    return action


__all__ = ["as_doctrine", "load_policy"]
