"""A track that two batteries are at is engaged until both have ended.

A battery whose command post was lost was handed over in the middle of an engagement to a post whose other battery was at the same
target. The first of the two to end marked the track as free, and the post gave the battery a second channel at what it
was shooting at already. Found by 10,000 replications with all checks; the one below showed it.
"""

import numpy as np
from support import runs, scenes

from openiads.engine import events as ev
from openiads.testing import check_invariants


def test_no_second_channel_at_the_same_target(compiled_engine):
    world, names = scenes.cut_off()
    outcome = runs.run(world, 7, 9)
    log = outcome.event
    handed = log[log.code == ev.HANDED_OVER]
    assert len(handed)
    shared = [
        row
        for row in handed
        if np.any(
            (log.code == ev.ASSIGNED)
            & (log.via == row.via)
            & (log.object != row.object)
            & (log.t_s < row.t_s)
        )
    ]
    assert shared, "nobody else was at the track that was handed over: this replication shows nothing"
    assert check_invariants(outcome, world, names) == []
