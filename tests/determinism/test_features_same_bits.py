"""Longer looks, reload columns and the identity of emitters, compiled and interpreted: the same bits, and sound accounts."""

import pickle

from support import runs
from support import saturation as sat
from support.supplied import supplied
from test_interpreted import run_interpreted

from openiads.engine import events
from openiads.testing import check_invariants


def test_same_bits(compiled_engine, tmp_path):
    world, names = supplied()
    (tmp_path / "supplied.world").write_bytes(pickle.dumps((world, 7)))
    outcome, state = runs.run_with_state(world, 7)
    assert check_invariants(outcome, world, names) == []
    done = {events.RESUPPLY_STATE[e.detail] for e in sat.of(outcome, events.RESUPPLY)}
    assert done >= {"truck sent", "reloads"}
    assert {events.BURN[e.detail] for e in sat.of(outcome, events.BURN_THROUGH)} == set(events.BURN)
    other, tables = run_interpreted(tmp_path)["supplied"]
    assert not runs.differences(outcome, other)
    assert runs.state_bytes(state) == tables


if __name__ == "__main__":
    made, called = supplied()
    o, _ = runs.run_with_state(made, 7)
    print(check_invariants(o, made, called))
    for code in (events.RESUPPLY, events.BURN_THROUGH, events.PASSIVE_TRACK, events.SITE_LOST):
        print(events.SPECS[code].name, sat.of(o, code)[["t_s", "subject", "object", "detail", "value"]])
