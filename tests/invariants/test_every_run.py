"""What must be true of every run (openiads.testing), on the shipped scenario, on scenes and on random Worlds."""

import time
from collections import Counter

import numpy as np
import pytest
from support import runs, scenes

from openiads.doctrine.standard import decide
from openiads.engine import events, status
from openiads.engine.run import Engine
from openiads.testing import CHECKS, Invariants, check_invariants


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


class Sweep:
    """Runs replications, checks each, and keeps count: of what has happened in them, so that empty sky is noticed."""

    def __init__(self):
        self.codes, self.seen, self.events = Counter(), Counter(), 0

    def run(self, world, names, seed, replications, what):
        engine, sound = Engine(world, decide), Invariants(world, names)
        for k in replications:
            outcome = engine.run(seed, k)
            wrong = sound.check(outcome)
            assert not wrong, f"{what}, seed {seed}, replication {k}:\n" + "\n".join(wrong)
            both = outcome.event.code * 1000 + np.clip(outcome.event.detail, -1, 998) + 1
            self.codes.update(both.tolist())
            self.events += len(both)
            self.seen["track table full"] += bool(outcome.status & status.TRACK_OVERFLOW)
            self.seen["replications"] += 1

    def counts(self):
        """How often each event, and each event with each word of its detail, has happened."""
        found = Counter(self.seen)
        for both, number in self.codes.items():
            spec, detail = events.SPECS[both // 1000], both % 1000 - 1
            found[spec.name] += number
            if spec.detail is not None:
                found[f"{spec.name}: {spec.detail[detail]}"] += number
        return found


def sweep(worlds, replications, build=scenes.generated):
    """Run them all; returns what has happened in them."""
    many = Sweep()
    for seed in worlds:
        many.run(*build(seed), seed, range(replications), f"World {seed}")
    return many.counts()


#: Of parts that random Worlds do not use: these scenes do, and tests/verification/test_w30, w31 and w10_command
#: for jammers that go on and off, seekers that are lured and command that comes back.
ELSEWHERE = (
    "jamming", "seduced", "component lost", "component failed", "repair started", "component repaired", "site restored",
    "anti-radiation alarm", "decoy emission", "command lost", "command taken", "command back", "reports to",
    "engagement handed over", "command link lost", "seeker blinded", "track pulled off", "pull-off over", "link cut",
    "link back", "strobes cross", "passive track", "crossing refuted", "homes on jamming", "emitter silent", "site moves",
    "gun fire", "power supply", "burn-through", "resupply",
)  # fmt: skip
IN_TESTS_OF_THEIR_OWN = ("jamming", "seduced", "command back")
EVERYDAY = (
    *(spec.name for spec in events.SPECS.values() if spec.name not in ELSEWHERE),
    *(f"missile end: {fate}" for fate in ("kill", "miss", "dud", "end of run", "strike")),
    *(f"platform end: {fate}" for fate in ("killed", "hit its target", "missed its target", "left the area", "end of run")),
    *(f"identified: {who}" for who in ("friend", "neutral", "hostile")),
    "track table full",
)  # fmt: skip


WORLDS, OF_A_WORLD, OF_A_SCENE = 475, 8, 520


def test_ten_thousand_replications(compiled_engine, capsys):
    """Random Worlds and every scene, all checks on each: no violation, and everything that can happen has happened."""
    start_s = time.process_time()
    random, staged = Sweep(), Sweep()
    for seed in range(WORLDS):
        random.run(*scenes.generated(seed), seed, range(OF_A_WORLD), f"World {seed}")
    for name, scene in ALL.items():
        staged.run(*scene(), 7, range(OF_A_SCENE), name)
    seen, rest = random.counts(), staged.counts()
    total = seen["replications"] + rest["replications"]
    with capsys.disabled():
        print(
            f"\ninvariants: {total} replications of {WORLDS + len(ALL)} Worlds, {random.events + staged.events} events, "
            f"{total * (len(CHECKS) + 1)} checks, 0 violations, {time.process_time() - start_s:.0f} CPU-s"
        )
    assert total >= 10_000
    missing = [name for name in EVERYDAY if not seen[name]]
    assert not missing, f"{WORLDS} random Worlds without: {missing}"
    missing = [name for name in ELSEWHERE if not rest[name] and name not in IN_TESTS_OF_THEIR_OWN]
    assert not missing, f"scenes without: {missing}"


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
