"""Scenario discovery against boxes that were put there."""

import numpy as np
import pytest

from openiads.analysis.discovery import DiscoveryError, inside, prim
from openiads.report.discovery import discovery_summary

NAMES = ["a", "b", "c", "kind"]


def made(n=1000, seed=1):
    random = np.random.default_rng(seed)
    x = random.random((n, 3))
    kinds = random.choice(["red", "green", "blue"], n)
    holds = (x[:, 0] < 0.4) & (x[:, 1] > 0.5) & (kinds != "blue")
    return [*x.T.tolist(), kinds.tolist()], holds


def test_the_box_that_was_put_there_is_found():
    columns, holds = made()
    found = prim(NAMES, columns, holds)
    limits = {limit.name: limit for limit in found.box.limits}
    assert set(limits) == {"a", "b", "kind"}
    assert limits["a"].low is None and limits["a"].high == pytest.approx(0.4, abs=0.03)
    assert limits["b"].high is None and limits["b"].low == pytest.approx(0.5, abs=0.03)
    assert set(limits["kind"].values) == {"red", "green"}
    assert all(limit.quasi_p < 1e-6 for limit in limits.values())
    assert found.box.coverage > 0.9 and found.box.density > 0.9


def test_coverage_density_and_mass_are_counts():
    columns, holds = made()
    found = prim(NAMES, columns, holds)
    for box in found.path:
        members = inside(box, NAMES, columns)
        assert members.sum() == box.n and holds[members].sum() == box.hits
        assert (
            box.coverage == box.hits / holds.sum()
            and box.density == box.hits / box.n
            and box.mass == box.n / 1000
        )
    assert min(box.mass for box in found.path) >= 0.05
    assert found.path[0].coverage == 1.0 and found.path[0].mass == 1.0


def test_the_box_holds_on_other_points():
    columns, holds = made()
    box = prim(NAMES, columns, holds).box
    others, there = made(seed=2)
    members = inside(box, NAMES, others)
    assert there[members].mean() > 0.85 and there[members].sum() / there.sum() > 0.85


def test_flipped_outcomes_do_not_lead_it_astray():
    columns, holds = made()
    flipped = holds ^ (np.random.default_rng(3).random(1000) < 0.1)
    limits = {limit.name: limit for limit in prim(NAMES, columns, flipped).box.limits}
    assert limits["a"].high == pytest.approx(0.4, abs=0.05) and limits["b"].low == pytest.approx(
        0.5, abs=0.05
    )


def test_nothing_to_find():
    columns, holds = made(100)
    for everywhere in (holds & False, holds | True):
        with pytest.raises(DiscoveryError, match="no box"):
            prim(NAMES, columns, everywhere)


def test_summary():
    columns, holds = made()
    text = discovery_summary(prim(NAMES, columns, holds))
    assert "at or below 0.4" in text and "coverage" in text and "in green, red" in text
