"""G-07. Where a head-on target is met: R_i = (R_d - v t_r) v_m / (v + v_m).

R_d 120 km, v 300 m/s, t_r 8 s, v_m 1000 m/s gives 90.4615 km. The closed form is checked to 1e-6; the
fire-control prediction, fed with a fly-out table of a missile of constant 1000 m/s, must find the same point
to 1e-3 (it works over the curved Earth: the target flies straight while ground range is an arc).
"""

import math

import numpy as np
import pytest

from openiads.physics.flyout import ground_range, point_north, predict_intercept
from openiads.physics.geodesy import enu_basis
from openiads.physics.guidance import head_on_intercept_range, time_to_meet


def constant_speed_table(speed_mps, max_range_m=400e3, max_alt_m=30e3, n=1200):
    ranges = max_range_m * (np.arange(n) / (n - 1.0)) ** 2
    table = np.ones((1, 2, n, 3))
    table[0, :, :, 0] = ranges / speed_mps
    table[0, :, :, 1] = speed_mps
    return table, np.array([[max_range_m, max_alt_m]])


def test_closed_form():
    assert head_on_intercept_range(120e3, 300.0, 8.0, 1000.0) == pytest.approx(90_461.538, rel=1e-6)
    assert head_on_intercept_range(1e3, 300.0, 8.0, 1000.0) == 0.0  # it is past before the reaction ends
    assert head_on_intercept_range(1e3, 0.0, 8.0, 0.0) == 0.0


def test_prediction_finds_it():
    tables, scales = constant_speed_table(1000.0)
    site = point_north(0.0, 0.0)
    target = point_north(120e3, 5e3)
    _, _, _, nx, ny, nz, *_ = enu_basis(math.radians(45.0) + 90e3 / 6.371e6, 0.0)
    t, x, y, z, margin = predict_intercept(
        tables, scales, 0, *site, *target, -300.0 * nx, -300.0 * ny, -300.0 * nz, 0.0, 0.0, 0.0, 8.0, 400.0
    )
    assert t == pytest.approx(8.0 + 90_461.538 / 1000.0, rel=1e-3)
    start = ground_range(*site, *target)
    assert ground_range(*site, x, y, z) == pytest.approx((start - 2400.0) * 1000.0 / 1300.0, rel=1e-3)
    assert margin == 1.0


@pytest.mark.parametrize("speed", [600.0, 2800.0, 4800.0])
def test_fast_targets_are_not_stepped_over(speed):
    """A target that would be past and away after the first guess is still met on its way in."""
    tables, scales = constant_speed_table(1000.0)
    site = point_north(0.0, 0.0)
    target = point_north(200e3, 20e3)
    _, _, _, nx, ny, nz, *_ = enu_basis(math.radians(45.0) + 100e3 / 6.371e6, 0.0)
    t, *_, margin = predict_intercept(
        tables, scales, 0, *site, *target, -speed * nx, -speed * ny, -speed * nz, 0.0, 0.0, 0.0, 5.0, 400.0
    )
    expected = 5.0 + head_on_intercept_range(200e3, speed, 5.0, 1000.0) / 1000.0
    assert t == pytest.approx(expected, rel=5e-3)
    assert margin > 0.0


def test_a_target_that_cannot_be_caught():
    tables, scales = constant_speed_table(1000.0)
    site = point_north(0.0, 0.0)
    target = point_north(100e3, 10e3)
    _, _, _, nx, ny, nz, *_ = enu_basis(math.radians(46.0), 0.0)
    t, *_, margin = predict_intercept(
        tables, scales, 0, *site, *target, 1500.0 * nx, 1500.0 * ny, 1500.0 * nz, 0.0, 0.0, 0.0, 5.0, 400.0
    )
    assert (t, margin) == (-1.0, -1.0)


def test_time_to_meet_solves_its_equation():
    rng = np.random.default_rng(7)
    for _ in range(300):
        d = rng.normal(size=3) * 1e4
        v = rng.normal(size=3) * 500.0
        t = time_to_meet(*d, *v, 1500.0)
        if t >= 0.0:
            assert np.linalg.norm(d + v * t) == pytest.approx(1500.0 * t, rel=1e-9)
    assert time_to_meet(1e4, 0.0, 0.0, 400.0, 0.0, 0.0, 400.0) == -1.0  # running away at the same speed
    assert time_to_meet(1e4, 0.0, 0.0, -400.0, 0.0, 0.0, 400.0) == pytest.approx(12.5)
