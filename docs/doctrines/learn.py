"""A policy of ten numbers, learned by the cross-entropy method in plain NumPy: python learn.py port.yaml

Written to learned.npy beside this file; `learn.py:Learned` then is a doctrine, for `openiads run --doctrine` too.
"""

import sys
import time
from pathlib import Path

import numpy as np

from openiads.agents.compare import side_by_side
from openiads.agents.plain import PlainEngine
from openiads.agents.policy import as_doctrine
from openiads.study.execute import load

TRACKS, SALVO, FEATURES = 8, 2, 5
FILE = Path(__file__).with_name("learned.npy")


class Linear:
    """0, 1 or 2 rounds of the surest missile at each track: whichever of three linear scores is the largest."""

    def __init__(self, weights):
        self.weights = np.reshape(weights, (SALVO, FEATURES))

    def predict(self, observation):
        tracks, pk = observation["tracks"], observation["pk"]
        free = observation["batteries"][:, 1].copy()
        rounds = observation["batteries"][:, 3].sum()
        action = np.zeros(len(tracks), int)
        for slot in np.flatnonzero(tracks[:, 13] > 0):
            battery, missile = np.unravel_index(np.argmax(pk[slot]), pk[slot].shape)
            if pk[slot].max() <= 0.0 or free[battery] < 1:
                continue
            seen = [1.0, pk[slot].max(), tracks[slot, 10] / 100.0, tracks[slot, 9] / 3.0, rounds / 10.0]
            number = int(np.argmax([0.0, *(self.weights @ seen)]))
            if number:
                action[slot] = 1 + (battery * pk.shape[2] + missile) * SALVO + number - 1
                free[battery] -= 1
        return action


def cost(world, names, weights, replications):
    """What came through, and a little for every round; mean over replications of seed 100."""
    engine = PlainEngine(world, as_doctrine(Linear(weights), TRACKS, SALVO), names)
    total = 0.0
    for k in replications:
        outcome = engine.run(100, k)
        hostile = world.platform["identity"] == 3
        total += float((outcome.platform_state["fate"][hostile] == 2).sum()) + 0.02 * len(outcome.round)
    return total / len(replications)


def learn(world, names, generations=5, population=10, elite=3, replications=4, seed=1):
    """The mean of the last elite; every generation meets other luck, its members the same."""
    random = np.random.default_rng(seed)
    mean, spread = np.zeros(SALVO * FEATURES), np.ones(SALVO * FEATURES)
    for g in range(generations):
        tried = mean + spread * random.standard_normal((population, len(mean)))
        luck = range(g * replications, (g + 1) * replications)
        costs = [cost(world, names, one, luck) for one in tried]
        best = tried[np.argsort(costs)[:elite]]
        mean, spread = best.mean(axis=0), best.std(axis=0) + 0.1
    return mean


Learned = as_doctrine(Linear(np.load(FILE)), TRACKS, SALVO) if FILE.exists() else None

if __name__ == "__main__":
    compiled = load(Path(sys.argv[1])).compiled
    start_s = time.process_time()
    weights = learn(compiled.world, compiled.names)
    print(f"learned in {time.process_time() - start_s:.0f} s of processor time")
    np.save(FILE, weights)
    sys.path.insert(0, str(Path(__file__).parent))
    from greedy import Greedy

    doctrines = {
        "built-in": None, "greedy": Greedy, "learned": as_doctrine(Linear(weights), TRACKS, SALVO),
        "not learned": as_doctrine(Linear(np.zeros(SALVO * FEATURES)), TRACKS, SALVO),
    }  # fmt: skip
    print(side_by_side(compiled.world, compiled.names, doctrines, 100, seed=1).text())
