"""Angles and local coordinates at their seams."""

import math

import pytest

from openiads.physics import geodesy as g

PI = math.pi


def test_wrap_pi_seams():
    assert g.wrap_pi(0.0) == 0.0
    assert g.wrap_pi(PI) == -PI  # half-open: [-pi, pi)
    assert g.wrap_pi(-PI) == -PI
    assert g.wrap_pi(3 * PI) == pytest.approx(-PI)
    assert g.wrap_pi(2 * PI) == 0.0
    for k in range(-40, 41):
        r = g.wrap_pi(0.37 * k)
        assert -PI <= r < PI
        assert math.cos(r) == pytest.approx(math.cos(0.37 * k))
        assert math.sin(r) == pytest.approx(math.sin(0.37 * k))
    for near in (math.nextafter(PI, 4), math.nextafter(-PI, -4), math.nextafter(PI, 0), -5e-324, 1e15):
        assert -PI <= g.wrap_pi(near) < PI


def test_wrap_two_pi_seams():
    for angle in (0.0, -1e-300, -1e-17, 2 * PI, -2 * PI, 7.0, -0.1, 1e15, math.nextafter(2 * PI, 0)):
        r = g.wrap_two_pi(angle)
        assert 0.0 <= r < 2 * PI
    assert g.wrap_two_pi(-0.1) == pytest.approx(2 * PI - 0.1)


def test_azimuth_is_clockwise_from_north_in_a_half_open_circle():
    for enu, az in [((0, 1, 0), 0.0), ((1, 0, 0), PI / 2), ((0, -1, 0), PI), ((-1, 0, 0), 1.5 * PI)]:
        assert g.enu_to_rae(*map(float, enu))[1] == pytest.approx(az)
    assert g.enu_to_rae(-1e-300, 1.0, 0.0)[1] == 0.0  # not two pi
    assert g.enu_to_rae(0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)
    assert g.enu_to_rae(0.0, 0.0, 5.0) == (5.0, 0.0, PI / 2)


def test_basis_is_orthonormal_and_right_handed():
    for lat in (-PI / 2, -0.3, 0.0, 1.2, PI / 2):
        e = g.enu_basis(lat, 2.1)
        east, north, up = e[:3], e[3:6], e[6:]

        def dot(a, b):
            return sum(i * j for i, j in zip(a, b, strict=True))

        for a, b, expected in [
            (east, east, 1),
            (north, north, 1),
            (east, north, 0),
            (east, up, 0),
            (north, up, 0),
        ]:
            assert dot(a, b) == pytest.approx(expected, abs=1e-15)
        cross = (
            east[1] * north[2] - east[2] * north[1],
            east[2] * north[0] - east[0] * north[2],
            east[0] * north[1] - east[1] * north[0],
        )
        assert cross == pytest.approx(up, abs=1e-15)


def test_geodesic_of_no_length_and_there_and_back():
    assert g.geodesic_direct(0.5, 1.0, 0.7, 0.0) == pytest.approx((0.5, 1.0, 0.7), abs=1e-12)
    lat, lon, az = g.geodesic_direct(0.5, 1.0, 0.7, 3e6)
    assert g.geodesic_direct(lat, lon, az, -3e6) == pytest.approx((0.5, 1.0, 0.7), abs=1e-11)
