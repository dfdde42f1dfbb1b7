"""What is wrong with a user's file, and where: one `Fault` per fault, all of them in one `ScenarioError`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

MAX_SHOWN = 40  # faults written out in the text of an error; the rest are counted
MAX_FAULTS = 1000  # faults kept
_WIDTH = 100  # characters of a source line shown round the fault
_LONGEST_VALUE = 60
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a1-\u1fff\u2030-\u205e\u2070-\ud7ff\uf900-\ufdff\ufe30-\ufefe]")


@dataclass(frozen=True)
class Fault:
    """One fault. Lines and columns count from 1; 0 means that the fault has no place in the text."""

    origin: str
    line: int
    column: int
    field: str  # path in the file, for example raid.groups[3].at; "" for the file as a whole
    message: str
    value: str = ""  # as found, shortened
    allowed: str = ""
    suggestion: str = ""  # nearest valid name
    source_line: str = ""

    def __str__(self) -> str:
        """One line: place, field, message, value, what is allowed, nearest valid name."""
        place = f"{_clean(self.origin)}:{self.line}:{self.column}" if self.line else _clean(self.origin)
        extra = [f"given {self.value}"] if self.value else []
        extra += [f"allowed: {self.allowed}"] if self.allowed else []
        extra += [f"did you mean {_clean(self.suggestion)}?"] if self.suggestion else []
        tail = f" ({'; '.join(extra)})" if extra else ""
        return ": ".join(part for part in (place, _clean(self.field), self.message) if part) + tail

    def with_source(self) -> str:
        """The one line, then the source line with a caret under the fault."""
        if not self.line or not self.source_line.strip():
            return str(self)
        column = max(self.column - 1, 0)
        start = 0 if column < _WIDTH - 20 else column - _WIDTH // 2
        shown = _clean(self.source_line[start : start + _WIDTH].replace("\t", " "))
        gutter = f"{self.line:>6} | "
        return f"{self}\n{gutter}{shown}\n{' ' * (len(gutter) - 2)}| {' ' * (column - start)}^"


class ScenarioError(ValueError):
    """A scenario that is refused. `faults` holds every fault found, in the order of the text."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        # Without a place in a text, the origin is the place: an option of the command line, a file.
        unique = {(f.line, f.column, f.message, "" if f.line else f.origin): f for f in faults}
        self.faults = tuple(sorted(unique.values(), key=lambda f: (f.line, f.column)))[:MAX_FAULTS]
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [fault.with_source() for fault in self.faults[:MAX_SHOWN]]
        left = len(self.faults) - MAX_SHOWN
        if left > 0:
            more = " or more" if len(self.faults) >= MAX_FAULTS else ""
            lines.append(f"… and {left}{more} faults besides these")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        return (ScenarioError, (self.faults,))


def _clean(text: str) -> str:
    """Text that cannot steer a terminal: control and direction characters become a question mark."""
    return _UNPRINTABLE.sub("?", text)


def shown(value: object) -> str:
    """A value for a message: short, harmless, never a dump of a container."""
    if isinstance(value, dict):
        return f"a mapping of {len(value)} keys"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)} items"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else repr(value)
    if len(text) > _LONGEST_VALUE:
        text = text[: _LONGEST_VALUE - 1] + "…"
    return repr(_clean(text)) if isinstance(value, str) else text


# What people write for a key of this language.
_SYNONYMS = {
    "alt": "altitude",
    "height": "altitude",
    "latitude": "lat",
    "lng": "lon",
    "long": "lon",
    "longitude": "lon",
    "distance": "range",
    "azimuth": "bearing",
    "velocity": "speed",
    "time": "at",
    "begin": "start",
    "number": "count",
    "quantity": "count",
    "missiles": "rounds",
    "waypoints": "route",
    "threats": "groups",
    "defense": "defence",
    "roe": "rules_of_engagement",
    "kind": "type",
    "worth": "value",
}


def nearest(name: str, candidates: Collection[str]) -> str:
    """The candidate most like `name`, "" where none is near. Names of much other length are left out."""
    if len(name) > 60:
        return ""
    other = _SYNONYMS.get(name.lower())
    if other is not None and other in candidates:
        return other
    lowered = name.lower()
    likely = [c for c in candidates if abs(len(c) - len(name)) <= 4][:400]
    for candidate in likely:
        if candidate.lower() == lowered or candidate.lower().replace("-", "_") == lowered.replace("-", "_"):
            return candidate
    close = difflib.get_close_matches(name, likely, n=1, cutoff=0.62)
    if close:
        return close[0]
    longer = [c for c in candidates if len(name) >= 3 and c.lower().startswith(lowered)]
    return longer[0] if len(longer) == 1 else ""


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names for a message, at most so many."""
    names = list(names)
    tail = f", … ({len(names)} in all)" if len(names) > most else ""
    return ", ".join(_clean(n[:40]) for n in names[:most]) + tail
