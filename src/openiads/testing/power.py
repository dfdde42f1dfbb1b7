"""Checks of power units: the clock of the batteries, and nothing done in the dark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from openiads.engine import events as ev
from openiads.testing.case import EPS_S, Case

_BATTERIES, _DARK, _BACK = range(3)


def power(c: Case) -> Iterator[str]:
    """A site goes dark its backup time after its unit was lost, and does nothing until power is back."""
    backup = {int(s.site): (int(s.unit), float(s.backup_s)) for s in c.w.supply}
    lost: dict[int, float] = {}
    dark: dict[int, float] = {}
    spans: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for row in c.of(ev.SITE_LOST, ev.SITE_RESTORED, ev.POWER):
        s = row.subject
        if row.code == ev.SITE_LOST:
            lost[s] = row.t
        elif row.code == ev.SITE_RESTORED:
            lost.pop(s, None)
        elif s not in backup or backup[s][0] != row.object:
            yield f"{c.site(s)} does not hang on {c.site(row.object)}"
        elif row.detail == _DARK:
            since = lost.get(row.object, -1.0)
            if abs(row.t - since - backup[s][1]) > EPS_S:
                yield f"{c.site(s)} is dark at {row.t} s, its unit was lost at {since} s, batteries {backup[s][1]} s"
            dark[s] = row.t
        elif row.detail == _BACK and s in dark:
            spans[s].append((dark.pop(s), row.t))
    for s, t in dark.items():
        spans[s].append((t, c.o.t_end_s + 1.0))
    for row in c.of(ev.DETECTION, ev.LAUNCH, ev.IDENTIFIED) if spans else ():
        if row.code == ev.LAUNCH:
            site = int(c.w.launcher[row.via].site)
        else:
            table = c.w.radar if row.code == ev.DETECTION else c.w.command_post
            site = int(table[row.object].site)
        # What is switched off takes until the next step to be so.
        if any(a + 0.5 < row.t < b - EPS_S for a, b in spans[site]):
            yield f"{ev.SPECS[row.code].name} by {c.site(site)} at {row.t} s, without power"
