"""Progress on stderr: a bar on a terminal, plain lines elsewhere. stdout stays for results."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

_PLAIN_EVERY = 0.25  # share between two plain lines


class Progress:
    """Tells what is going on. `phase` starts a step, `fraction` says how much of it is done."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None
        self._text = ""
        self._told = 0.0
        self._start_s = time.monotonic()

    def __enter__(self) -> Self:
        if self._terminal:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                SpinnerColumn,
                TaskProgressColumn,
                TextColumn,
                TimeElapsedColumn,
            )
            from rich.progress import Progress as Bar

            text = TextColumn("{task.description}")
            columns = (SpinnerColumn(), text, BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, text: str) -> None:
        """A line that stays."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def phase(self, text: str) -> None:
        """The next step begins."""
        self._text, self._told = text, 0.0
        if self._bar is None:
            self.say(f"{text} ...")
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(text, total=None)

    def fraction(self, done: float) -> None:
        """Share of the present step that is done (0 to 1)."""
        if self._bar is not None:
            self._bar.update(self._task, total=1.0, completed=done)
        elif done >= self._told + _PLAIN_EVERY:
            self._told = done
            self.say(f"{self._text}: {100.0 * done:.0f} %")
