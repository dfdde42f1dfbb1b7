"""Where the sites of a run were at its end, from its log."""

from __future__ import annotations

import numpy as np

from openiads.engine import events as ev
from openiads.engine.outcome import Outcome
from openiads.world.names import Names

_SETS_UP = ev.MOVE.index("sets up")


def site_moves(outcome: Outcome, names: Names) -> tuple[np.ndarray, np.ndarray]:
    """(further places reached per site, latitude and longitude [site, 2] of the last place that each stood at, deg)."""
    moves = np.zeros(len(names.site), np.int64)
    end = np.column_stack([names.site_lat_deg, names.site_lon_deg]).reshape(-1, 2).astype(float)
    log = outcome.event
    for row in log[(log.code == ev.SITE_MOVES) & (log.detail == _SETS_UP)]:
        moves[row.subject] += 1
        end[row.subject] = names.site_places[int(row.subject)][int(row.value) - 1]
    return moves, end
