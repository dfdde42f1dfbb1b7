"""One outcome, as the checks look at it."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from openiads.engine import events as ev
from openiads.engine.outcome import Outcome
from openiads.world.names import Names
from openiads.world.schema import World

EPS_S = 1e-6  # two computations of one time


@dataclass(frozen=True)
class Row:
    """One event as plain Python numbers (fields of world.schema.EVENT)."""

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


class Case:
    """An outcome with its World and Names, and the views of it that several checks need."""

    def __init__(self, outcome: Outcome, world: World, names: Names) -> None:
        self.o, self.w, self.names = outcome, world, names
        self.log = [Row(*row) for row in outcome.event.tolist()]
        self.by_code: dict[int, list[Row]] = defaultdict(list)
        for row in self.log:
            self.by_code[row.code].append(row)

    def of(self, *codes: int) -> list[Row]:
        """Events of these codes in order of time."""
        if len(codes) == 1:
            return self.by_code[codes[0]]
        return [row for row in self.log if row.code in codes]

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
        moves = [x.object for x in self.of(ev.REPORTS_TO) if x.subject == r]
        b = self.w.radar[r].battery
        moves += [x.object for x in self.of(ev.COMMAND_TAKEN, ev.COMMAND_BACK) if x.subject == b]
        return {int(self.w.radar[r].command_post), *moves}

    def post_of_battery(self, b: int, t: float) -> int:
        """Command post that a battery obeys at a time."""
        post = int(self.w.battery[b].command_post)
        for row in self.of(ev.COMMAND_TAKEN, ev.COMMAND_BACK):
            if row.subject == b and row.t <= t:
                post = row.object
        return post
