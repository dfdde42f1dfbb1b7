"""Run with OPENIADS_CHECK_BOUNDS=1: scenes, random Worlds and all shipped scenarios, with every index checked.

A wrong index ends in IndexError or, below the doctrine, in EngineFault. Prints what has been run.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from support import scenes, wrong_index

import openiads
from openiads._jit import CHECKED
from openiads.doctrine import classify
from openiads.doctrine.standard import decide
from openiads.engine.run import Engine, EngineFault
from openiads.study.execute import load


def worlds():
    for make in (*scenes.SCENES.values(), *scenes.MORE.values()):
        yield make()[0], 10
    for seed in range(300):
        yield scenes.generated(seed)[0], 2
    for seed in range(20):
        yield scenes.dense(seed)[0], 1
    for file in sorted((Path(openiads.__file__).parent / "scenario" / "shipped").glob("*.yaml")):
        yield load(file).compiled.world, 1


def main():
    assert CHECKED
    small = scenes.SCENES["cruise_raid"]()[0]
    for doctrine in (wrong_index.beyond_a_table, wrong_index.none_for_an_index):
        try:
            Engine(small, doctrine).run(1)
        except EngineFault as fault:
            assert "IndexError" in str(fault), fault
            continue
        raise SystemExit(f"{doctrine.__name__} was not refused")
    for wrong in (-1, classify.N_CLASSES):
        try:
            classify.class_probability(np.zeros(classify.N_CLASSES), wrong)
        except IndexError:
            continue
        raise SystemExit(f"index {wrong} was not refused")
    runs = 0
    for world, replications in worlds():
        engine = Engine(world, decide)
        for k in range(replications):
            engine.run(1, k)
            runs += 1
    print(f"{runs} runs")


main()
