"""The same seed and replication give the same bytes: on any number of threads, in any order and chunking, alone or after others."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import runs, scenes

from openiads.doctrine.standard import decide
from openiads.engine.run import Engine, replicate

SEED = 20
N = 50


@pytest.fixture(scope="module")
def raid(compiled_engine):
    return scenes.cruise_raid()[0]


@pytest.fixture(scope="module")
def reference(raid):
    """Replications 0..N-1, each by an engine of its own: nothing can be left over from another."""
    return [runs.run(raid, SEED, k) for k in range(N)]


def chunks(items, size):
    it = iter(items)
    while part := list(itertools.islice(it, size)):
        yield part


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("backwards", [False, True])
def test_threads_orders_and_chunks(raid, reference, threads, size, backwards):
    order = range(N - 1, -1, -1) if backwards else range(N)
    seen = []
    for part in chunks(order, size):
        for outcome in replicate(raid, decide, SEED, part, threads=threads):
            assert runs.bytes_of(outcome) == runs.bytes_of(reference[outcome.replication]), runs.differences(
                outcome, reference[outcome.replication]
            )
            seen.append(outcome.replication)
    assert seen == list(order)


def test_replications_and_seeds_differ(raid, reference):
    """The test above would pass if every run were the same."""
    assert len({runs.digest(o) for o in reference}) == N
    assert runs.digest(runs.run(raid, SEED + 1, 0)) not in {runs.digest(o) for o in reference}


def test_a_replication_alone_is_the_replication_after_others(compiled_engine):
    """100 replications in a row on one engine; then each again, alone, on the same engine in another order."""
    world, _ = scenes.one_drone(40.0).finish()
    engine = Engine(world, decide)
    first = [runs.digest(engine.run(SEED, k)) for k in range(100)]
    for k in sorted(range(100), key=lambda k: (k * 37) % 100):
        assert runs.digest(engine.run(SEED, k)) == first[k], f"replication {k} depends on what ran before it"
        if k % 10 == 0:
            assert runs.digest(runs.run(world, SEED, k)) == first[k]
    assert len(set(first)) > 50


@pytest.mark.parametrize("name", scenes.SCENES)
def test_what_is_left_over_does_not_matter(compiled_engine, name):
    """Buffers keep the rows of the last run; filled with rubbish before a run they give the same bytes and tables."""
    world, _ = scenes.SCENES[name]()
    clean, state = runs.run_with_state(world, SEED)
    engine = Engine(world, decide)
    for table in ("event", "sample", "plot"):
        getattr(engine._own, table).view("u1").fill(0x7F)
    for array in engine._own.work:
        array.fill(0x55)
    desk = engine._own.desk
    for field in ("track", "value", "reason", "pk", "weapon", "planned", "x", "rounds", "channels", "assets",
                  "weapon_pk", "weapon_time", "weapon_rounds"):  # fmt: skip
        getattr(desk, field).fill(77)
    for array in desk.wta:
        array.fill(77)
    again = engine.run(SEED)
    assert not runs.differences(clean, again)
    assert runs.state_bytes(state) == runs.state_bytes(engine._own)


@pytest.mark.parametrize("name", scenes.SCENES)
def test_parameters_are_never_written(compiled_engine, name):
    world, _ = scenes.SCENES[name]()
    before = runs.digest_parameters(world)
    engine = Engine(world, decide)
    engine.run(SEED)
    assert runs.digest_parameters(world) == before
    assert runs.digest_parameters(engine._own) == before
    reach, cost = world.desk.weapon_reach.tobytes(), world.desk.weapon_cost.tobytes()
    assert (engine._own.desk.weapon_reach.tobytes(), engine._own.desk.weapon_cost.tobytes()) == (reach, cost)


def test_the_initial_state_is_never_written(compiled_engine):
    world, _ = scenes.two_posts()
    before = runs.state_bytes(world)
    for k in range(3):
        runs.run(world, SEED, k)
    assert runs.state_bytes(world) == before


def test_the_digest_notices_one_bit(raid):
    """A parameter changed in its last bit has another digest, and the engine another outcome."""
    world, _ = scenes.cruise_raid()
    before = runs.digest_parameters(world)
    world.radar["constant_m2"][0] *= 1.0 + 2.3e-16
    assert runs.digest_parameters(world) != before
    world.radar["constant_m2"][0] *= 0.5
    assert runs.digest(runs.run(world, SEED, 0)) != runs.digest(runs.run(raid, SEED, 0))


def test_another_process_builds_and_runs_the_same(compiled_engine):
    """Also the World's tables: nothing may depend on the order of hashes, on addresses or on what ran before."""
    code = (
        "from support import runs, scenes; world, _ = scenes.jammed_traffic();"
        "print(runs.digest_parameters(world), runs.digest(runs.run(world, 20, 3)))"
    )
    world, _ = scenes.jammed_traffic()
    here = f"{runs.digest_parameters(world)} {runs.digest(runs.run(world, 20, 3))}"
    path = os.pathsep.join([str(Path(runs.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    for hashseed in ("0", "4711"):
        there = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": hashseed},
            capture_output=True, text=True, timeout=600, check=True,
        )  # fmt: skip
        assert there.stdout.split() == here.split()
