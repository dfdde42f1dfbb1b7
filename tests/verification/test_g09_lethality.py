"""G-09. Damage laws and their closed forms under circular normal error.

Source: A. R. Washburn and M. Kress, Combat Modeling, Springer 2009, chapter 2: a Gaussian damage function of
scale b and a circular normal error of standard deviation s give p0 b^2 / (b^2 + s^2); a cookie cutter of
radius R gives 1 - exp(-R^2 / (2 s^2)), which is one half at R = CEP. Monte Carlo of 200,000 fixed draws; 3.5
sigma bounds.
"""

import itertools
import math

import numpy as np
import pytest

from openiads.physics.lethality import (
    LAW_COOKIE,
    LAW_COOKIE_TAIL,
    LAW_GAUSS,
    cep_offset,
    cookie_hit_probability,
    damage,
    gauss_hit_probability,
    kill_probability,
)

DRAWS = np.random.default_rng(3).normal(size=(200_000, 2))


def misses(cep):
    return [math.hypot(*cep_offset(a, b, cep)) for a, b in DRAWS]


def test_half_of_the_shots_fall_inside_the_cep():
    inside = np.mean(np.array(misses(25.0)) <= 25.0)
    assert inside == pytest.approx(0.5, abs=3.5 * math.sqrt(0.25 / len(DRAWS)))
    assert cookie_hit_probability(25.0, 25.0) == pytest.approx(0.5, abs=1e-15)
    assert cookie_hit_probability(50.0, 25.0) == pytest.approx(1.0 - 0.5**4, abs=1e-15)


@pytest.mark.parametrize(("radius", "cep"), [(20.0, 10.0), (20.0, 40.0), (5.0, 60.0)])
def test_gaussian_law_by_monte_carlo(radius, cep):
    effects = np.array([damage(LAW_GAUSS, r, 0.9, radius, 0.0) for r in misses(cep)])
    expected = gauss_hit_probability(0.9, radius, cep)
    assert effects.mean() == pytest.approx(expected, abs=3.5 * effects.std() / math.sqrt(len(effects)))


@pytest.mark.parametrize(("radius", "cep"), [(20.0, 10.0), (20.0, 40.0)])
def test_cookie_cutter_by_monte_carlo(radius, cep):
    effects = np.array([damage(LAW_COOKIE, r, 1.0, radius, 0.0) for r in misses(cep)])
    p = cookie_hit_probability(radius, cep)
    assert effects.mean() == pytest.approx(p, abs=3.5 * math.sqrt(p * (1.0 - p) / len(effects)))


@pytest.mark.parametrize("law", [LAW_COOKIE, LAW_GAUSS, LAW_COOKIE_TAIL])
def test_laws_fall_with_miss_distance(law):
    p = [kill_probability(law, r, 0.9, 20.0, 10.0, 60.0, 1.0) for r in np.linspace(0.0, 80.0, 161)]
    assert p[0] == 0.9
    assert all(b <= a for a, b in itertools.pairwise(p))
    assert p[-1] == 0.0  # beyond the fuze radius


def test_published_points_of_the_gaussian():
    assert damage(LAW_GAUSS, 20.0, 1.0, 20.0, 0.0) == pytest.approx(math.exp(-0.5), rel=1e-15)
    assert damage(LAW_COOKIE_TAIL, 30.0, 1.0, 20.0, 10.0) == pytest.approx(math.exp(-0.5), rel=1e-15)


def test_bad_input_kills_nothing():
    assert kill_probability(LAW_GAUSS, math.nan, 0.9, 20.0, 0.0, 60.0, 1.0) == 0.0
    assert damage(LAW_GAUSS, -1.0, 0.9, 20.0, 0.0) == 0.0
    assert damage(LAW_GAUSS, 1.0, 0.9, 0.0, 0.0) == 0.0
    assert kill_probability(LAW_COOKIE, 1.0, 0.9, 20.0, 0.0, 60.0, 5.0) == 1.0
    assert kill_probability(LAW_COOKIE, 1.0, 0.9, 20.0, 0.0, 60.0, -1.0) == 0.0
