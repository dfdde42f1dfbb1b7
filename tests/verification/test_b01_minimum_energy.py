"""B-01: minimum-energy trajectories in vacuum between two points of a sphere that stands still.

Closed form: v^2 = (2 mu/R) sin(psi/2) / (1 + sin(psi/2)), gamma = (pi - psi)/4 (Bate, Mueller, White,
Fundamentals of Astrodynamics, 1971, chapter 6), R 6,371 km, mu 3.986004418e14. The table was computed
independently and its arcs integrated. Tolerance 1e-4 relative, the promise; the printed digits hold to
1e-6. The last test flies the arc with the propagator: an independent road to the same point, within 1 m and
1 ms.
"""

import math

import numpy as np
import pytest

from openiads.physics.ballistic_forms import minimum_energy
from openiads.physics.flight import STILL_AIR, STILL_SPHERE, Body, propagate

TABLE = [  # range km, v m/s, gamma deg, apogee km, time s
    (300, 1696.481, 44.3255, 74.110, 251.035),
    (600, 2371.748, 43.6510, 146.414, 360.393),
    (1000, 3016.118, 42.7517, 239.938, 474.360),
    (2000, 4112.874, 40.5034, 458.790, 701.785),
    (3000, 4864.996, 38.2551, 655.207, 895.036),
    (10000, 7198.084, 22.5170, 1319.477, 1930.956),
]


@pytest.mark.parametrize("row", TABLE)
def test_closed_form(row):
    v, gamma, apogee, time = minimum_energy(row[0] * 1e3, 6_371_000.0)
    assert (v, math.degrees(gamma), apogee / 1e3, time) == pytest.approx(row[1:], rel=1e-5)


@pytest.mark.parametrize("row", TABLE)
def test_flown(row):
    r = STILL_SPHERE.a_m
    v, gamma, apogee, time = minimum_energy(row[0] * 1e3, r)
    n = 2000
    states = np.empty((n + 1, 6))
    states[0] = r, 0.0, 0.0, v * math.sin(gamma), v * math.cos(gamma), 0.0
    dragless = Body(1.0, 0.0, np.zeros(1), np.zeros(1))
    propagate(STILL_SPHERE, dragless, STILL_AIR, time / n, states)
    psi = row[0] * 1e3 / r
    target = (r * math.cos(psi), r * math.sin(psi), 0.0)
    assert states[-1, :3] == pytest.approx(target, abs=1.0)
    assert np.linalg.norm(states[n // 2, :3]) - r == pytest.approx(apogee, abs=1.0)


def test_it_is_the_minimum():
    """A millimetre a second slower does not arrive, at any angle near the best."""
    r = STILL_SPHERE.a_m
    v, gamma, _, _ = minimum_energy(1e6, r)
    mu = STILL_SPHERE.mu_m3ps2

    def reach(speed, angle):
        """Ground range of an arc by its true anomaly at launch."""
        a = 1.0 / (2.0 / r - speed**2 / mu)
        p = (r * speed * math.cos(angle)) ** 2 / mu
        e = math.sqrt(1.0 - p / a)
        return 2.0 * (math.pi - math.acos((p / r - 1.0) / e)) * r

    assert reach(v, gamma) == pytest.approx(1e6, abs=0.01)
    assert max(reach(v - 1e-3, gamma + d) for d in np.linspace(-0.02, 0.02, 401)) < 1e6


def test_outside_the_domain():
    assert minimum_energy(0.0, 6.371e6) == (0.0, 0.0, 0.0, 0.0)
    assert minimum_energy(2.1e7, 6.371e6) == (0.0, 0.0, 0.0, 0.0)
    assert minimum_energy(1.0e5, 0.0) == (0.0, 0.0, 0.0, 0.0)
