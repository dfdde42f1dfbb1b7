"""Wind profiles, drag tables and the acceleration function at their edges."""

import math

import numpy as np
import pytest

from openiads.physics.flight import acceleration, cd_at, drag_acceleration
from openiads.physics.geodesy import WGS84
from openiads.physics.gravity import effective_gravity
from openiads.physics.wind import wind_at

ALT = np.array([0.0, 1_000.0, 5_000.0])
EAST = np.array([1.0, 11.0, 51.0])
NORTH = np.array([0.0, -4.0, 4.0])
NONE = np.empty(0)


def test_wind_between_rows_and_beyond():
    assert wind_at(-50.0, ALT, EAST, NORTH) == (1.0, 0.0)
    assert wind_at(0.0, ALT, EAST, NORTH) == (1.0, 0.0)
    assert wind_at(500.0, ALT, EAST, NORTH) == pytest.approx((6.0, -2.0))
    assert wind_at(1_000.0, ALT, EAST, NORTH) == (11.0, -4.0)
    assert wind_at(3_000.0, ALT, EAST, NORTH) == pytest.approx((31.0, 0.0))
    assert wind_at(5_000.0, ALT, EAST, NORTH) == (51.0, 4.0)
    assert wind_at(9e9, ALT, EAST, NORTH) == (51.0, 4.0)
    assert wind_at(100.0, NONE, NONE, NONE) == (0.0, 0.0)
    assert wind_at(100.0, ALT[:1], EAST[:1], NORTH[:1]) == (1.0, 0.0)
    assert wind_at(math.nan, ALT, EAST, NORTH) == (1.0, 0.0)  # stays inside the arrays


def test_wind_agrees_with_numpy():
    rng = np.random.default_rng(3)
    rows = np.sort(rng.uniform(0, 2e4, 17))
    east, north = rng.normal(size=17), rng.normal(size=17)
    for alt in rng.uniform(-1e3, 2.2e4, 300):
        expected = np.interp(alt, rows, east), np.interp(alt, rows, north)
        assert wind_at(alt, rows, east, north) == pytest.approx(expected, abs=1e-12)


def test_drag_coefficient():
    mach, cd = np.array([0.5, 1.0, 2.0]), np.array([0.2, 0.4, 0.3])
    for m in (0.0, 0.5, 0.75, 1.0, 1.4, 2.0, 7.0):
        assert cd_at(m, mach, cd) == pytest.approx(np.interp(m, mach, cd))
    assert cd_at(1.0, NONE, NONE) == 0.0
    assert cd_at(3.0, mach[:1], cd[:1]) == 0.2
    assert cd_at(math.nan, mach, cd) == 0.2


def test_drag_is_against_the_air_and_quadratic():
    assert drag_acceleration(0.0, 0.0, 0.0, 1.2, 0.01) == (0.0, 0.0, 0.0)
    one, two = drag_acceleration(10.0, 0.0, -20.0, 1.2, 0.01), drag_acceleration(20.0, 0.0, -40.0, 1.2, 0.01)
    assert two == pytest.approx([4.0 * a for a in one])
    assert one[0] < 0.0 < one[2]


def test_acceleration_adds_up():
    state = (6.4e6, 1e5, 2e5, 100.0, -300.0, 50.0)
    free = effective_gravity(*state)
    assert acceleration(WGS84, *state, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0) == pytest.approx(
        free, abs=1e-15
    )
    with_thrust = acceleration(WGS84, *state, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0)
    assert np.subtract(with_thrust, free) == pytest.approx((1.0, 2.0, 3.0))
    # What moves with the air feels no drag.
    carried = acceleration(WGS84, *state, *state[3:], 1.2, 0.01, 0.0, 0.0, 0.0)
    assert carried == pytest.approx(free, abs=1e-15)
