"""E-07: gravity.

Somigliana's normal gravity and the J2 gravitation of NASA/TM-2015-218675, eqs. 29-31, at points of the
ellipsoid. Tolerances 1e-9 and 1e-8 m/s^2: the printed digits. Two checks need no printed number: the force
is the gradient of its potential, and the rotating frame gives the same orbit as the inertial one.
"""

import math

import numpy as np
import pytest

from openiads.physics import geodesy as g
from openiads.physics.flight import STILL_AIR, Body, jacobi_integral, propagate
from openiads.physics.gravity import effective_gravity, gravitation_j2, somigliana

NOTHING = Body(1.0, 0.0, np.zeros(1), np.zeros(1))


@pytest.mark.parametrize(("lat", "gamma"), [(0, 9.7803253359), (45, 9.8061977694), (90, 9.8321849379)])
def test_somigliana(lat, gamma):
    assert somigliana(math.radians(lat)) == pytest.approx(gamma, abs=1e-9)


def test_j2_at_equator_and_pole():
    assert -gravitation_j2(g.A_M, 0.0, 0.0)[0] == pytest.approx(9.814197353, abs=1e-8)
    assert -effective_gravity(g.A_M, 0.0, 0.0, 0.0, 0.0, 0.0)[0] == pytest.approx(9.780281648, abs=1e-8)
    assert -gravitation_j2(0.0, 0.0, g.B_M)[2] == pytest.approx(9.832066847, abs=1e-8)


def test_j2_model_is_near_normal_gravity():
    """J2 alone leaves out the J4 of the ellipsoid: 5e-5 of g, never more."""
    for lat in np.radians(np.linspace(-90, 90, 37)):
        x, y, z = g.geodetic_to_ecef(lat, 0.7, 0.0)
        total = math.dist((0.0, 0.0, 0.0), effective_gravity(x, y, z, 0.0, 0.0, 0.0))
        assert total == pytest.approx(somigliana(lat), rel=5e-5)


def test_force_is_the_gradient_of_the_jacobi_integral():
    """At rest the Jacobi integral is minus the potential of gravity; central differences over 20 m."""
    rng = np.random.default_rng(7)
    for _ in range(100):
        p = np.array(g.geodetic_to_ecef(rng.uniform(-1.57, 1.57), rng.uniform(-3, 3), rng.uniform(0, 5e5)))
        force = effective_gravity(*p, 0.0, 0.0, 0.0)
        for i in range(3):
            step = np.zeros(3)
            step[i] = 10.0
            up, down = (jacobi_integral(g.WGS84, *(p + s), 0.0, 0.0, 0.0) for s in (step, -step))
            assert -(up - down) / 20.0 == pytest.approx(force[i], abs=2e-8)  # round-off of 6e7 J/kg


def test_rotating_frame_gives_the_inertial_orbit():
    """A Kepler orbit (J2 = 0) known in closed form, seen from the rotating Earth for 900 s: within 1 mm.

    Universal to neither code: the oracle solves Kepler's equation in inertial axes and turns them by omega t.
    """
    earth = g.WGS84._replace(j2=0.0)
    mu, omega = earth.mu_m3ps2, earth.omega_radps
    r0 = np.array([6.5e6, 1.0e5, 3.0e5])
    v0 = np.array([1200.0, 3000.0, 2500.0])  # relative to the Earth
    states = np.empty((9001, 6))
    states[0] = [*r0, *v0]
    propagate(earth, NOTHING, STILL_AIR, 0.1, states)

    spin = np.array([0.0, 0.0, omega])
    r, v = r0, v0 + np.cross(spin, r0)
    distance = np.linalg.norm(r)
    a = 1.0 / (2.0 / distance - v @ v / mu)
    n = math.sqrt(mu / a**3)
    e_cos, e_sin = 1.0 - distance / a, (r @ v) / math.sqrt(mu * a)

    def kepler(t):
        d = n * t  # change of eccentric anomaly, by Newton
        for _ in range(30):
            d -= (d - e_cos * math.sin(d) + e_sin * (1 - math.cos(d)) - n * t) / (
                1 - e_cos * math.cos(d) + e_sin * math.sin(d)
            )
        f = 1.0 - a / distance * (1.0 - math.cos(d))
        gg = t + (math.sin(d) - d) / n
        x, y, z = f * r + gg * v
        c, s = math.cos(omega * t), math.sin(omega * t)
        return np.array([c * x + s * y, -s * x + c * y, z])

    for i in (0, 1000, 4500, 9000):
        np.testing.assert_allclose(states[i, :3], kepler(0.1 * i), atol=1e-3)
