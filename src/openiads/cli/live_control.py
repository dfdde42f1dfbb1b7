"""What a page may ask of a live run, and when the run is due to go on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SLOWEST, FASTEST = 1.0, 100.0  # times wall time
MOST_BYTES = 1024  # of a message
MOST_A_SECOND = 60  # messages of one page
_MOST_BEHIND_S = 1.0  # wall time that is made up for; more is given up


class MalformedError(ValueError):
    """A message that is none of those that a page sends."""


@dataclass(frozen=True)
class Command:
    """do: ready, go, pause, stop; speed (number); step (second or event); switch (post, what, choice)."""

    do: str
    number: float = 0.0
    word: str = ""
    post: str = ""
    choice: str | int = ""


_PLAIN = ("ready", "go", "pause", "stop")
_STEPS = ("second", "event")


def read(text: str) -> Command:
    """A message as a command. Raises MalformedError for everything else: no key more, none less, every type as it must be."""
    if len(text) > MOST_BYTES:
        raise MalformedError("too long")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedError("no JSON") from None
    if not isinstance(told, dict):
        raise MalformedError("no object")
    do = told.get("do")
    if do in _PLAIN and set(told) == {"do"}:
        return Command(str(do))
    if do == "speed" and set(told) == {"do", "value"}:
        return Command("speed", number=_number(told["value"]))
    if do == "step" and set(told) == {"do", "value"} and told["value"] in _STEPS:
        return Command("step", word=told["value"])
    if do == "switch" and set(told) == {"do", "post", "what", "value"}:
        post, what, choice = told["post"], told["what"], told["value"]
        whole = isinstance(choice, int) and not isinstance(choice, bool)
        if isinstance(post, str) and isinstance(what, str) and (isinstance(choice, str) or whole):
            return Command("switch", word=what, post=post, choice=choice)
    raise MalformedError("not a command")


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not SLOWEST <= value <= FASTEST:
        raise MalformedError("not a speed")
    return float(value)


class Pace:
    """Keeps a run at its multiple of wall time, reckoned from one moment on: rounding does not add up.

    After a stall of less than a second it catches up; what is more is given up and counted in `lost_s` (seconds of wall time).
    """

    def __init__(self, dt_s: float, speed: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._dt_s, self._clock = dt_s, clock
        self.speed, self.lost_s = speed, 0.0
        self._from_s, self._from_step = clock(), 0

    def anchor(self, step: int, speed: float | None = None) -> None:
        """Reckon from here and now."""
        self.speed = self.speed if speed is None else speed
        self._from_s, self._from_step = self._clock(), step

    def due(self, step: int) -> int:
        """Steps that are due now, for a run that has done so many."""
        passed = self._clock() - self._from_s
        target = self._from_step + int(passed * self.speed / self._dt_s + 1e-9)
        most = max(int(_MOST_BEHIND_S * self.speed / self._dt_s), 1)
        if target - step > most:
            given_up = target - step - most
            self.lost_s += given_up * self._dt_s / self.speed
            self._from_step -= given_up
            target -= given_up
        return max(target - step, 0)


class Allowance:
    """At most so many messages a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._left, self._last = clock, float(MOST_A_SECOND), clock()

    def take(self) -> bool:
        """One message: is it within the allowance?"""
        now = self._clock()
        self._left = min(MOST_A_SECOND, self._left + (now - self._last) * MOST_A_SECOND)
        self._last = now
        self._left -= 1.0
        return self._left >= 0.0


__all__ = ["FASTEST", "MOST_BYTES", "SLOWEST", "Allowance", "Command", "MalformedError", "Pace", "read"]
