"""Faults of a catalogue file: where, what was found, what is allowed, the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

MAX_FAULTS = 100  # of one file; then it is not read on

_SHOWN = 80  # characters of a user's text that a message repeats
_LISTED = 12  # names that a message lists


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `line` and `column` count from 1; 0 means the whole file."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}"


class CatalogError(ValueError):
    """A catalogue that cannot be used. `faults` holds all that was found, in file and line order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(faults, key=lambda f: (f.file, f.line, f.column)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def shown(value: object) -> str:
    """The text of a user's value, quoted and short."""
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")


def nearest_name(name: object, known: Iterable[str]) -> str:
    """The known name that was probably meant, or "". Case does not count."""
    by_folded = {k.casefold(): k for k in known}
    wanted = str(name)[:_SHOWN].casefold()
    close = difflib.get_close_matches(wanted, by_folded, n=1, cutoff=0.6)
    if not close and len(wanted) >= 3:
        # Often only a suffix is lacking or too much ("range" for "range_min_m").
        close = [k for k in by_folded if k.startswith(wanted) or wanted.startswith(k)][:1]
    return by_folded[close[0]] if close else ""


def nearest(name: object, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing where no known name is near."""
    meant = nearest_name(name, known)
    return f"; did you mean {meant!r}?" if meant else ""


def listed(names: Iterable[str]) -> str:
    """`a, b, c`, cut after a dozen."""
    every = list(names)
    head = ", ".join(every[:_LISTED])
    return head if len(every) <= _LISTED else f"{head}, … ({len(every)} in all)"
