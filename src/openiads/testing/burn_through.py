"""Checks of dedicated looks that are longer: the time that they take, and who may lengthen them."""

from __future__ import annotations

from collections.abc import Iterator

from openiads.engine import events as ev
from openiads.testing.case import EPS_S, Case


def time_for_looks(c: Case) -> Iterator[str]:
    """The time of all dedicated looks stays within its share of the run, and is that of looks of the lengths allowed."""
    t_s = c.o.t_end_s + float(c.w.sim[0].dt_s)
    for r, use in enumerate(c.o.dwell_use):
        par, most = c.w.radar[r], int(c.w.dwell[r].most)
        if most <= 1:
            continue
        name, dwell_s = c.names.radar[r], float(par.track_dwell_s)
        if use.time_s > float(par.track_budget) * t_s + most * dwell_s + EPS_S:
            yield f"{name} has spent {use.time_s} s of {t_s} s on dedicated looks, more than its share {par.track_budget}"
        if use.n != c.o.radar_state[r].n_track_looks:
            yield f"{name}: {use.n} dedicated looks paid, {c.o.radar_state[r].n_track_looks} made"
        if not use.n * dwell_s - EPS_S <= use.time_s <= use.n * most * dwell_s + EPS_S or use.longest > most:
            yield f"{name}: {use.n} looks of at most {most} dwells have taken {use.time_s} s, the longest {use.longest}"
    for row in c.of(ev.BURN_THROUGH):
        if not 2 <= row.value <= c.w.dwell[row.object].most:
            yield f"{c.names.radar[row.object]} looks {row.value} dwells long at {row.t} s"
