"""Power: sites that hang on a power unit work on batteries when it is lost, then not at all, until it gives power again."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.engine.systems.relocate import put_off, put_on
from openiads.world import schema

# events.POWER
BATTERIES, DARK, BACK = range(3)


@kernel
def power(w):
    """Bring all supplies to the time of this step (writes supply_state, duty, site_state)."""
    t_s = w.sim[0].t_s
    for k in range(w.supply.shape[0]):
        par = w.supply[k]
        s = w.supply_state[k]
        if w.site_state[par.unit].alive == 1:
            if s.t_out_s >= 0.0:
                _tell(w, par, t_s, BACK, t_s - s.t_out_s)
                s.t_out_s = -1.0
                s.dark = 0
                put_on(w, par.site, schema.OFF_DARK)
            continue
        if s.t_out_s < 0.0:
            s.t_out_s = max(w.site_state[par.unit].t_dead_s, 0.0)
            if par.backup_s > 0.0:
                _tell(w, par, s.t_out_s, BATTERIES, 0.0)
        if s.dark == 0 and t_s >= s.t_out_s + par.backup_s:
            s.dark = 1
            put_off(w, par.site, schema.OFF_DARK)
            _tell(w, par, s.t_out_s + par.backup_s, DARK, par.backup_s)


@kernel
def _tell(w, par, t_s, what, since_s):
    events.emit(
        w,
        t_s,
        events.POWER,
        par.site,
        par.unit,
        -1,
        what,
        math.nan,
        w.site[par.site].alt_m,
        math.nan,
        since_s,
    )
