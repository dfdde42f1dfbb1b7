"""Progress of a study on stderr: rate, time left and the running estimate."""

from __future__ import annotations

import time

from openiads.cli.progress import Progress

_PLAIN_EVERY_S = 10.0


class StudyProgress(Progress):
    """As `Progress`, with a count of replications."""

    def __init__(self) -> None:
        super().__init__()
        self._said_s = time.monotonic()
        self._last = -1

    def count(self, done: int, total: int, per_s: float, note: str) -> None:
        """So many of `total` replications are done."""
        text = count_text(done, total, per_s, note)
        if self._bar is not None:
            self._bar.update(self._task, description=text, total=total, completed=done)
            return
        now_s = time.monotonic()
        finished = done >= total and self._last < total
        if finished or (done > self._last and now_s - self._said_s >= _PLAIN_EVERY_S):
            self._said_s, self._last = now_s, done
            self.say(text)


def count_text(done: int, total: int, per_s: float, note: str) -> str:
    """One line of progress."""
    parts = [f"{done} of {total} replications"]
    if per_s > 0.0 and done:
        parts.append(f"{per_s:.3g}/s" if per_s >= 1.0 else f"{1.0 / per_s:.3g} s each")
        if done < total:
            parts.append(f"{duration((total - done) / per_s)} left")
    return ", ".join(parts) + (f"; {note}" if note else "")


def duration(seconds: float) -> str:
    """A time span for a person."""
    if seconds < 100.0:
        return f"{seconds:.0f} s"
    if seconds < 6000.0:
        return f"{seconds / 60.0:.0f} min"
    return f"{seconds / 3600.0:.1f} h"
