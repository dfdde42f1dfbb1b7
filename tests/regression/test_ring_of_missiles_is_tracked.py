"""Story: of 24 anti-radiation missiles that came at one radar at once from all sides, ten were ever tracked.

Two causes. What steers itself is looked at when the batch of plots is handed over, up to a second after the beam was there,
and the next look was counted from that moment: a radar that turns in six seconds looked every seven. And a first plot takes
a second one at up to five kilometres a second: the last missiles of the first turn of the beam took the first plots of those
that had been seen first, in front of them on the ring, these then took those of their neighbours, and so on for ever. The
next look now is counted from when the beam was there, and a first plot that a doubtful second one has taken is kept for a
better one.
"""

import numpy as np
import pytest
from support import besieged
from support import saturation as sat
from support.worlds import Field, spot

from openiads.engine import events

N = 24


def ring(spread_s):
    f = Field(75.0 + N * spread_s)
    f.post(control=2, arm_answer=besieged.ANSWER["ignore"], **besieged.TEST)
    f.radar("R", "96L6E", spot(0.0, 10.0))
    for k in range(N):
        f.arm(
            f"ARM{k}",
            spot(15.0 * k, 45e3, 8000.0),
            target=f.radars[0]["site"],
            at_s=spread_s * k,
            cep_m=1e4,
        )
    return f


@pytest.mark.parametrize("spread_s", [0.0, 1.0, 3.0])
def test_all_of_a_ring_are_tracked_and_recognised(spread_s):
    (o,) = sat.replications(ring(spread_s).finish()[0], 326, 1)
    assert len(np.unique(sat.of(o, events.SYSTEM_TRACK).subject)) == N
    told = sat.of(o, events.ARM_ALARM)
    low = sat.binomial_limits(N, 1.0 - 0.05)[0]
    assert len(np.unique(told.subject)) >= low
    ends = {int(e.subject): float(e.t_s) for e in sat.of(o, events.PLATFORM_END)}
    first = {int(e.subject): float(e.t_s) for e in reversed(told)}
    assert np.median([ends[p] - t for p, t in first.items()]) > 15.0


def test_what_steers_itself_is_looked_at_once_a_turn():
    """Eleven looks in 66 s at six seconds a turn; nine or ten when each look waited for the next second."""
    f = Field(66.0)
    f.post(control=2)
    f.radar("R", "96L6E", spot(0.0, 10.0))
    f.arm("ARM", spot(45.0, 60e3, 8000.0), target=f.radars[0]["site"])
    world, _ = f.finish()
    (o,) = sat.replications(world, 327, 1)
    assert int(o.radar_state.n_looks[0]) == 11
