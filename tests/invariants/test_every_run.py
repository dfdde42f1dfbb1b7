"""What must be true of every run (openiads.testing), on the shipped scenario, on scenes and on random Worlds."""

from collections import Counter

import pytest
from support import runs, scenes

from openiads.engine import events, status
from openiads.testing import check_invariants


def assert_sound(outcome, world, names, what):
    wrong = check_invariants(outcome, world, names)
    assert not wrong, f"{what}:\n" + "\n".join(wrong)


ALL = {**scenes.SCENES, **scenes.MORE}


@pytest.mark.parametrize("name", ALL)
def test_scenes(compiled_engine, name):
    world, names = ALL[name]()
    for seed in range(20):
        assert_sound(runs.run(world, seed), world, names, f"{name}, seed {seed}")


def test_quickstart(compiled_engine):
    world, names = scenes.quickstart()
    launches = 0
    for seed in range(1, 11):
        outcome = runs.run(world, seed)
        assert_sound(outcome, world, names, f"quickstart, seed {seed}")
        launches += len(outcome.round)
    assert launches > 100


def sweep(worlds, replications, build=scenes.generated):
    """Run them all; returns what has happened in them, so that a sweep over empty sky is noticed."""
    seen = Counter()
    for seed in worlds:
        world, names = build(seed)
        for k in range(replications):
            outcome = runs.run(world, seed, k)
            assert_sound(outcome, world, names, f"World {seed}, replication {k}")
            for code, detail in zip(outcome.event.code.tolist(), outcome.event.detail.tolist(), strict=True):
                seen[events.SPECS[code].name] += 1
                kinds = events.SPECS[code].detail
                if kinds is not None:
                    seen[f"{events.SPECS[code].name}: {kinds[detail]}"] += 1
            seen["track table full"] += bool(outcome.status & status.TRACK_OVERFLOW)
            seen["replications"] += 1
    return seen


#: Of parts that random Worlds do not use: these scenes do, and tests/verification/test_w30, w31 and w10_command
#: for jammers that go on and off, seekers that are lured and command that comes back.
ELSEWHERE = (
    "jamming", "seduced", "component lost", "component failed", "repair started", "component repaired", "site restored",
    "anti-radiation alarm", "decoy emission", "command lost", "command taken", "command back", "reports to",
    "engagement handed over", "command link lost", "seeker blinded", "track pulled off", "pull-off over", "link cut",
    "link back", "strobes cross", "passive track", "crossing refuted", "homes on jamming", "emitter silent", "site moves",
    "gun fire", "power supply", "burn-through", "resupply",
)  # fmt: skip
EVERYDAY = (
    *(spec.name for spec in events.SPECS.values() if spec.name not in ELSEWHERE),
    *(f"missile end: {fate}" for fate in ("kill", "miss", "dud", "end of run", "strike")),
    *(f"platform end: {fate}" for fate in ("killed", "hit its target", "missed its target", "left the area", "end of run")),
    *(f"identified: {who}" for who in ("friend", "neutral", "hostile")),
    "track table full",
)  # fmt: skip


def test_random_worlds(compiled_engine):
    seen = sweep(range(300), 1)
    missing = [name for name in EVERYDAY if not seen[name]]
    assert not missing, f"300 random Worlds without: {missing}"


def test_what_random_worlds_lack_happens_in_scenes(compiled_engine):
    seen = Counter()
    for name in ("siege", "cut_off", "strobes", *scenes.MORE):
        world, _ = ALL[name]()
        for seed in range(12):
            seen.update(events.SPECS[code].name for code in runs.run(world, seed).event.code.tolist())
    missing = [
        name for name in ELSEWHERE if not seen[name] and name not in ("jamming", "seduced", "command back")
    ]
    assert not missing, missing


def test_crowds(compiled_engine):
    seen = sweep(range(40), 4, scenes.dense)
    assert seen["launch"] > 1000 and seen["missile end: no target"] > 10


@pytest.mark.long
def test_many_crowds(compiled_engine):
    sweep(range(1000, 1300), 10, scenes.dense)


@pytest.mark.long
def test_ten_thousand_random_replications(compiled_engine):
    seen = sweep(range(10_000, 11_250), 8)
    assert seen["replications"] == 10_000
    rare = [name for name in (*EVERYDAY, "missile end: no target", "missile end: ground") if seen[name] < 10]
    assert not rare, f"{rare} in {seen}"


def test_a_search_plot_older_than_a_dedicated_look(compiled_engine):
    """Search plots were handed over up to a second late, dedicated looks at once: a track in the log before its detection."""
    for seed, replication in ((29, 2), (57, 5)):
        world, names = scenes.dense(seed)
        assert_sound(
            runs.run(world, seed, replication), world, names, f"crowd {seed}, replication {replication}"
        )


@pytest.mark.parametrize(("seed", "replication"), [(10_139, 6), (11_112, 7)])
def test_two_bursts_in_one_step(compiled_engine, seed, replication):
    """Two rounds reach one target within a base step: they were settled in the order of their rows, so that the log had a
    burst at a target that was dead already."""
    world, names = scenes.generated(seed)
    assert_sound(runs.run(world, seed, replication), world, names, f"World {seed}, replication {replication}")
