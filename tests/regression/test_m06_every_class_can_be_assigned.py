"""Seen elsewhere: a class that could never be assigned; a kinematic classifier that called fighters bombers.

Here every class must win somewhere among plausible targets, and no fighter inside its published limits
(200 to 600 m/s, 1 to 5 m2, 3 to 13 km, level or manoeuvring) may come out as a bomber.
"""

import itertools
import math

import numpy as np

from openiads.doctrine import classify as c

KNOWN = (3.0, 3.0, 100.0, 2.0, math.nan)  # sigmas of speed, climb, altitude and RCS; no acceleration


def classified(speed, climb, altitude, rcs):
    logodds = np.zeros(c.N_CLASSES)
    for _ in range(6):
        c.update_class(logodds, speed, climb, altitude, rcs, c.evidence_weight(10.0), *KNOWN)
    return c.best_class(logodds)[0]


def test_every_class_wins_somewhere():
    rng = np.random.default_rng(1)
    seen = np.zeros(c.N_CLASSES, int)
    for _ in range(4000):
        speed = float(np.exp(rng.uniform(np.log(5.0), np.log(4000.0))))
        climb = float(rng.normal(0.0, 0.1 * speed))
        altitude = float(np.exp(rng.uniform(np.log(50.0), np.log(1e5))))
        seen[classified(speed, climb, altitude, float(rng.uniform(-45.0, 23.0)))] += 1
    assert (seen > 0).all(), dict(zip(c.CLASS_NAMES, seen.tolist(), strict=True))


def test_fighters_are_not_bombers():
    grid = list(
        itertools.product(
            np.arange(200.0, 601.0, 20.0),
            (0.0, 30.0, -40.0),
            np.arange(3e3, 13.1e3, 1e3),
            (0.0, 2.0, 4.0, 7.0),
        )
    )
    found = [classified(*look) for look in grid]
    assert c.BOMBER not in found
    # measured: 97 %; the rest cruise high and slow at 5 m2 (airliner) or do 580 m/s (cruise missile)
    assert np.mean(np.array(found) == c.FIGHTER) > 0.95
    assert set(found) <= {c.FIGHTER, c.AIRLINER, c.CRUISE_MISSILE}
