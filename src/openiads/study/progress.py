"""Who is told how a study gets on."""

from __future__ import annotations

from typing import Protocol


class StudyProgress(Protocol):
    """Who is told what is going on."""

    def phase(self, text: str) -> None:
        """The next step begins."""

    def fraction(self, done: float) -> None:
        """Share of the present step that is done."""

    def say(self, text: str) -> None:
        """A line that stays."""

    def count(self, done: int, total: int, per_s: float, note: str) -> None:
        """So many of `total` replications are done; `note`: the running estimate."""


class Quiet:
    """Tells nobody."""

    def phase(self, text: str) -> None:
        """Nothing."""

    def fraction(self, done: float) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def count(self, done: int, total: int, per_s: float, note: str) -> None:
        """Nothing."""


__all__ = ["Quiet", "StudyProgress"]
