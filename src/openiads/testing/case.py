"""One outcome, as the checks look at it."""

from __future__ import annotations

import math
from collections import defaultdict, namedtuple
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np

from openiads.engine import events as ev
from openiads.engine.outcome import Outcome
from openiads.world.names import Names
from openiads.world.schema import World

EPS_S = 1e-6  # two computations of one time


class Row(NamedTuple):
    """One event as plain Python numbers (fields of world.schema.EVENT, in their order)."""

    t: float
    code: int
    subject: int
    object: int
    via: int
    detail: int
    range_m: float
    alt_m: float
    speed_mps: float
    value: float


@cache
def _record(fields: tuple[str, ...]) -> Any:
    """A class of plain rows with these fields."""
    return namedtuple("record", fields)


class Table:
    """A table that is read often: its rows as plain Python numbers, made once; its columns and parts as NumPy has them.

    `table[3].site`, `table["site"]`, `table.site`, `table[mask]`, `len(table)`, iteration over rows.
    """

    def __init__(self, array: np.ndarray) -> None:
        self.array = np.asarray(array).view(np.ndarray)
        self.dtype = self.array.dtype

    @cached_property
    def rows(self) -> list[Any]:
        """All rows; of a table with two axes the tables along the first."""
        if self.array.ndim > 1:
            return [Table(part) for part in self.array]
        make = _record(self.dtype.names or ())._make
        return [make(row) for row in self.array.tolist()]

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __getitem__(self, key: Any) -> Any:
        return self.rows[key] if type(key) is int or isinstance(key, np.integer) else self.array[key]

    def __getattr__(self, name: str) -> np.ndarray:
        if name.startswith("_") or name not in (self.dtype.names or ()):
            raise AttributeError(name)
        column: np.ndarray = self.array[name]
        return column


class Tables:
    """The tables of a World or of an outcome, each as a :class:`Table`; what is no table is as it was."""

    def __init__(self, of: Any) -> None:
        self._of = of

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._of, name)
        if isinstance(value, np.ndarray) and value.dtype.names:
            value = Table(value)
        self.__dict__[name] = value
        return value


class Case:
    """An outcome with its World and Names, and the views of it that several checks need.

    `w`, `o`: the World, in its initial state, and the outcome as :class:`Tables`. `w` of an earlier Case of the same World may be
    given instead of the World: its rows are not made again.
    """

    def __init__(self, outcome: Outcome, world: World | Tables, names: Names) -> None:
        self.w: Any = world if isinstance(world, Tables) else Tables(world)
        self.o: Any = Tables(outcome)
        self.names = names
        self.log = [Row._make(row) for row in outcome.event.tolist()]
        self.by_code: dict[int, list[Row]] = defaultdict(list)
        for row in self.log:
            self.by_code[row.code].append(row)
        self._of: dict[tuple[int, ...], list[Row]] = {}
        self._posts: dict[int, set[int]] = {}

    def of(self, *codes: int) -> list[Row]:
        """Events of these codes in order of time."""
        if len(codes) == 1:
            return self.by_code[codes[0]]
        found = self._of.get(codes)
        if found is None:
            there = [code for code in codes if code in self.by_code]
            if len(there) <= 1:
                found = self.by_code[there[0]] if there else []
            else:
                found = [row for row in self.log if row.code in there]
            self._of[codes] = found
        return found

    @cached_property
    def dead_from(self) -> list[float]:
        """Per site: the time at which it was lost, inf if never."""
        out = []
        for before, after in zip(self.w.site_state, self.o.site_state, strict=True):
            lost = math.inf if after.alive == 1 else float(after.t_dead_s)
            out.append(-math.inf if before.alive == 0 else lost)
        for row in self.of(ev.SITE_RESTORED):  # it comes back: `upkeep` looks at what it does in between
            out[row.subject] = math.inf
        return out

    @cached_property
    def end_of(self) -> dict[int, Row]:
        """Per platform: its (first) end."""
        out: dict[int, Row] = {}
        for row in self.of(ev.PLATFORM_END):
            out.setdefault(row.subject, row)
        return out

    @cached_property
    def flown(self) -> tuple[np.ndarray, np.ndarray]:
        """Per platform: from when to when it flies, s (f8; NaN where it has no end)."""
        until = np.full(len(self.w.platform), np.nan)
        for p, row in self.end_of.items():
            until[p] = row.t
        return self.w.platform["t_start_s"], until

    @cached_property
    def launch_of(self) -> dict[int, Row]:
        """Per missile: its (first) launch."""
        out: dict[int, Row] = {}
        for row in self.of(ev.LAUNCH):
            out.setdefault(row.subject, row)
        return out

    def platform(self, p: int) -> str:
        """Name of a platform."""
        return self.names.platform[p] if 0 <= p < len(self.names.platform) else f"platform {p}"

    def site(self, s: int) -> str:
        """Name of a site."""
        return self.names.site[s] if 0 <= s < len(self.names.site) else f"site {s}"

    def post_of_radar(self, r: int) -> int:
        """Command post that a radar reports to."""
        return int(self.w.radar[r].command_post)

    def posts_of_radar(self, r: int) -> set[int]:
        """All command posts that a radar has reported to, by itself or with its battery."""
        if r not in self._posts:
            moves = [x.object for x in self.of(ev.REPORTS_TO) if x.subject == r]
            b = self.w.radar[r].battery
            moves += [x.object for x in self.of(ev.COMMAND_TAKEN, ev.COMMAND_BACK) if x.subject == b]
            self._posts[r] = {int(self.w.radar[r].command_post), *moves}
        return self._posts[r]

    def post_of_battery(self, b: int, t: float) -> int:
        """Command post that a battery obeys at a time."""
        post = int(self.w.battery[b].command_post)
        for row in self.of(ev.COMMAND_TAKEN, ev.COMMAND_BACK):
            if row.subject == b and row.t <= t:
                post = row.object
        return post
