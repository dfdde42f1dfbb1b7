"""Checks of sites that move: phases in their order, and nothing done between two places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from openiads.engine import events as ev
from openiads.testing.case import EPS_S, Case

_WAITS, _PACKS, _READY = (ev.MOVE.index(x) for x in ("waits for its missiles", "packs up", "ready"))


def moves(c: Case) -> Iterator[str]:
    """Each move packs up, goes, sets up and is ready, in that order and to the next place; in between the site does nothing."""
    phase: dict[int, int] = {}
    place: dict[int, int] = defaultdict(int)
    since: dict[int, float] = {}
    away: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for row in c.of(ev.SITE_MOVES):
        s = row.subject
        before = phase.get(s, _READY)
        first = before in (_READY, _WAITS) and row.detail in (_WAITS, _PACKS) and row.detail != before
        if not (first or (before >= _PACKS and row.detail == before + 1)):
            yield f"{c.site(s)}: {ev.MOVE[row.detail]} at {row.t} s after {ev.MOVE[before]}"
        if row.value != place[s] + 1:
            yield f"{c.site(s)} goes to place {row.value:.0f} from place {place[s]}"
        if row.detail == _PACKS:
            since[s] = row.t
        elif row.detail == _READY:
            place[s] += 1
            away[s].append((since.pop(s, row.t), row.t))
        phase[s] = row.detail
    for s, t in since.items():
        away[s].append((t, c.o.t_end_s + 1.0))
    if not away:
        return
    for row in c.of(ev.DETECTION, ev.LAUNCH, ev.IDENTIFIED, ev.ASSIGNED):
        if row.code == ev.LAUNCH:
            site = int(c.w.launcher[row.via].site)
        elif row.code == ev.ASSIGNED:
            site = int(c.w.radar[c.w.battery[row.object].radar].site)
        else:
            table = c.w.radar if row.code == ev.DETECTION else c.w.command_post
            site = int(table[row.object].site)
        if any(a + EPS_S < row.t < b - EPS_S for a, b in away[site]):
            yield f"{ev.SPECS[row.code].name} by {c.site(site)} at {row.t} s, on the move"
