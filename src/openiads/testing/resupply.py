"""Checks of reload columns: no round made or lost without its event, trucks never in two places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from openiads.engine import events as ev
from openiads.testing.case import Case

_SENT, _WAITS, _RELOADS, _BACK, _GONE, _STOCK, _STRANDS = range(7)


def resupply(c: Case) -> Iterator[str]:
    """Rounds of each column: start = in it + on trucks + handed over + lost; what the log says of each agrees."""
    out: Counter[tuple[int, int]] = Counter()
    handed: Counter[int] = Counter()
    lost: Counter[int] = Counter()
    to: Counter[int] = Counter()
    column = {int(row.site): k for k, row in enumerate(c.w.column)}
    for row in c.of(ev.RESUPPLY):
        if row.subject not in column:
            yield f"{c.site(row.subject)} is no reload column"
            continue
        k, name = column[row.subject], f"{c.site(row.subject)} at {row.t} s"
        if row.detail == _SENT:
            out[k, row.object] += 1
            if row.value < 1.0 or c.w.column_serves[k, row.object] == 0:
                yield f"{name}: a truck with {row.value} rounds to {c.names.launcher[row.object]}"
            if out[k, row.object] > 1:
                yield f"{name}: two trucks at once to {c.names.launcher[row.object]}"
        elif row.detail in (_RELOADS, _BACK, _GONE):
            out[k, row.object] -= 1
            if out[k, row.object] < 0:
                yield f"{name}: {ev.RESUPPLY_STATE[row.detail]}, but no truck was sent to {c.names.launcher[row.object]}"
        if row.detail == _RELOADS:
            handed[k] += int(row.value)
            to[row.object] += int(row.value)
        if row.detail in (_GONE, _STOCK):
            lost[k] += int(row.value)
    for k in range(len(c.w.column)):
        name = c.site(int(c.w.column[k].site))
        for q, (start, now) in enumerate(zip(c.w.depot[k], c.o.depot[k], strict=True)):
            parts = (int(now.rounds), int(now.out), int(now.delivered), int(now.lost))
            if min(parts) < 0 or sum(parts) != start.rounds:
                yield f"{name}: began with {start.rounds} of weapon {q}, now {parts} in it, on trucks, handed over, lost"
        for what, told, field in (("handed over", handed[k], "delivered"), ("lost", lost[k], "lost")):
            if told != int(c.o.depot[k][field].sum()):
                yield f"{name}: {told} rounds {what} in the log, {int(c.o.depot[k][field].sum())} in its account"
    for x in range(len(c.w.launcher)) if len(c.w.column) else ():
        par = c.w.launcher[x]
        got = int(c.o.delivered[par.first_magazine : par.first_magazine + par.n_magazine].sum())
        if got != to[x]:
            yield f"{c.names.launcher[x]}: {to[x]} rounds brought by the log, {got} by its account"
