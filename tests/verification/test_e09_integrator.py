"""E-09: the propagator converges with its order and keeps energy.

Order: Runge-Kutta of fourth order; the error against a run at a sixteenth of the step falls as h^4 (slope 4
+- 0.2) on a fall with drag and wind that stays inside one layer of the atmosphere, where the right-hand
side is smooth. Energy: the Jacobi integral of a drag-less flight of 300 s on the rotating J2 Earth, drift
at most 1e-9 of the kinetic energy at launch.
"""

import math

import numpy as np
import pytest

from openiads.physics.flight import STILL_AIR, Body, Wind, jacobi_integral, propagate
from openiads.physics.geodesy import WGS84, enu_basis, enu_to_ecef, geodetic_to_ecef

SPHERE = Body(20.0, 0.05, np.array([0.0]), np.array([0.4]))
NOTHING = Body(1.0, 0.0, np.array([0.0]), np.array([0.0]))
WIND = Wind(np.array([0.0, 10_500.0]), np.array([5.0, 60.0]), np.array([-3.0, 20.0]))


def start(alt, enu):
    lat, lon = 0.7, 0.4
    return [*geodetic_to_ecef(lat, lon, alt), *enu_to_ecef(*enu, *enu_basis(lat, lon))]


def end(dt, body=SPHERE, wind=WIND, seconds=16.0):
    states = np.empty((round(seconds / dt) + 1, 6))
    states[0] = start(10_000.0, (250.0, 100.0, -50.0))
    propagate(WGS84, body, wind, dt, states)
    return states[-1]


def test_fourth_order():
    steps = np.array([4.0, 2.0, 1.0, 0.5])
    exact = end(0.5 / 16.0)
    errors = [np.linalg.norm(end(dt)[:3] - exact[:3]) for dt in steps]
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert slope == pytest.approx(4.0, abs=0.2)


def test_energy_of_free_flight():
    states = np.empty((3001, 6))
    states[0] = start(1_000.0, (700.0, 900.0, 1_200.0))
    propagate(WGS84, NOTHING, STILL_AIR, 0.1, states)
    energy = np.array([jacobi_integral(WGS84, *row) for row in states])
    kinetic = 0.5 * float(states[0, 3:] @ states[0, 3:])
    assert np.abs(energy - energy[0]).max() <= 1e-9 * kinetic
    assert math.dist(states[0, :3], states[-1, :3]) > 3e5  # it did fly


def test_drag_only_takes_energy():
    """In still air the Jacobi integral falls at every step of a flight with drag."""
    states = np.empty((601, 6))
    states[0] = start(2_000.0, (300.0, 300.0, 300.0))
    propagate(WGS84, SPHERE, STILL_AIR, 0.1, states)
    energy = np.array([jacobi_integral(WGS84, *row) for row in states])
    assert np.all(np.diff(energy) < 0.0)
