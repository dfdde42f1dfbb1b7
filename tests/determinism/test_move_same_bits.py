"""Sites that move, guns and power units, compiled and interpreted: the same bits, and the checks that users can run."""

import pickle

from support import besieged, runs
from support import saturation as sat
from test_interpreted import run_interpreted

from openiads.engine import events
from openiads.testing import check_invariants


def test_same_bits(compiled_engine, tmp_path):
    world, names = besieged.on_the_move()
    (tmp_path / "move.world").write_bytes(pickle.dumps((world, 7)))
    outcome, state = runs.run_with_state(world, 7)
    assert check_invariants(outcome, world, names) == []
    done = {events.MOVE[e.detail] for e in sat.of(outcome, events.SITE_MOVES)}
    assert done >= {"packs up", "under way", "sets up", "ready"}
    assert len({e.subject for e in sat.of(outcome, events.SITE_MOVES)}) == 3
    assert len(sat.of(outcome, events.GUN_FIRE)) > 2
    assert {events.POWER_STATE[e.detail] for e in sat.of(outcome, events.POWER)} == set(events.POWER_STATE)
    other, tables = run_interpreted(tmp_path)["move"]
    assert not runs.differences(outcome, other)
    assert runs.state_bytes(state) == tables
