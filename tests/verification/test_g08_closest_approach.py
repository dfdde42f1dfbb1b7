"""G-08. Closest approach is solved inside the substep: nothing is passed through, nothing is teleported.

Regression for a mistake found in other simulators: testing a distance against a radius at the ends of a step
lets a fast missile pass through its target and "miss", or jump onto it. Reference: the closest point of two
parabolas by dense sampling; and the flight of the same engagement with substeps from 1/8 to 1/256 s, at 5
km/s of closing speed (600 m per coarse substep), which must give the same miss to a metre.
"""

import numpy as np
import pytest

from openiads.analysis.envelope import missile_row
from openiads.catalog.load import load_catalog
from openiads.physics.engagement import fly_engagement
from openiads.physics.guidance import closest_approach
from openiads.physics.interceptor_schema import FATE_INTERCEPT, missile_types, missiles


def test_against_dense_sampling():
    rng = np.random.default_rng(11)
    for _ in range(300):
        dt = float(rng.uniform(0.01, 0.25))
        v = rng.normal(size=3) * 2000.0
        a = rng.normal(size=3) * 200.0
        r = -v * rng.uniform(-0.3, 1.3) * dt + rng.normal(size=3) * 30.0
        t, miss = closest_approach(*r, *v, *a, dt)
        grid = np.linspace(0.0, dt, 20_001)[:, None]
        sampled = np.linalg.norm(r + v * grid + 0.5 * a * grid**2, axis=1).min()
        assert 0.0 <= t <= dt
        assert miss <= sampled + 1e-9
        assert miss == pytest.approx(sampled, abs=0.01)


def test_resting_pair_has_its_distance():
    assert closest_approach(3.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0) == (0.0, 5.0)


@pytest.mark.parametrize("n_sub", [2, 4, 8, 16, 64])
def test_no_substep_passes_through(n_sub):
    item = next(item for item in load_catalog() if item.id == "48N6E3")
    par = missile_types([missile_row(item)])[0]
    m = missiles(1)[0]
    fate, _, _ = fly_engagement(m, par, 50e3, 20e3, 4800.0, 0.0, 0.0, 0.6, 1.0, 0.25, n_sub)
    assert fate == FATE_INTERCEPT
    assert m.miss_m < 5.0
