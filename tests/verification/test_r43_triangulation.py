"""R-43: crossing strobes: closest approach, covariance, chi-square, ghosts.

References: exact geometry of made-up sites; NumPy's dense least squares on the same planes; closed forms of the covariance of two
bearings (D. J. Torrieri, IEEE Trans. AES-20(2), 1984); simulated bearing errors (NumPy Philox, fixed seed).
"""

import itertools
import math

import numpy as np
import pytest

from openiads.physics.geodesy import ecef_to_enu, enu_basis, enu_to_rae, geodetic_to_ecef
from openiads.physics.triangulation import (
    add_plane,
    add_strobe,
    chi_square_gate,
    closest_approach,
    cross_two,
    ghost_count,
    pseudo_position,
    solve_position,
    strobe_axes,
    strobe_residual,
)

FLAT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
NOTHING = (0.0,) * 10
SIGMA = 3e-3


def look(site, point, d_az=0.0, d_el=0.0):
    """Axes of the strobe from a site to a point in flat coordinates, with errors of the angles on the sphere."""
    _, az, el = enu_to_rae(*(np.subtract(point, site)))
    el += d_el
    return strobe_axes(az + d_az / math.cos(el), el, *FLAT)


def cross(site_a, axes_a, site_b, axes_b, el_sigma=SIGMA):
    return cross_two(*site_a, *axes_a, SIGMA, el_sigma, *site_b, *axes_b, SIGMA, el_sigma)


def test_axes_are_orthonormal_and_right() -> None:
    basis = enu_basis(0.8, 0.2)
    for az, el in itertools.product((0.0, 1.0, 3.0, 5.5), (-0.2, 0.0, 0.7)):
        axes = np.array(strobe_axes(az, el, *basis)).reshape(3, 3)
        assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-15)
        _, back_az, back_el = enu_to_rae(*ecef_to_enu(*axes[0], *basis))
        assert (back_az, back_el) == pytest.approx((az, el), abs=1e-12)
        nearby = np.array(strobe_axes(az + 1e-6, el, *basis))[:3]
        assert (nearby - axes[0]) @ axes[1] == pytest.approx(1e-6 * math.cos(el), rel=1e-6)
        nearby = np.array(strobe_axes(az, el + 1e-6, *basis))[:3]
        assert (nearby - axes[0]) @ axes[2] == pytest.approx(1e-6, rel=1e-6)


def test_exact_crossing_on_the_earth() -> None:
    """Three radars some 100 km apart, emitter at 10 km height, positions relative to the first: without errors the point is
    found to 1 mm."""
    sites = [
        geodetic_to_ecef(math.radians(a), math.radians(b), 200.0)
        for a, b in ((50, 10), (50.6, 11), (49.7, 11.5))
    ]
    emitter = np.array(geodetic_to_ecef(math.radians(50.9), math.radians(12.2), 10e3))
    origin = np.array(sites[0])
    n = NOTHING
    for (lat, lon), site in zip(((50, 10), (50.6, 11), (49.7, 11.5)), sites, strict=True):
        basis = enu_basis(math.radians(lat), math.radians(lon))
        r, az, el = enu_to_rae(*ecef_to_enu(*(emitter - site), *basis))
        n = add_strobe(*n, *(site - origin), *strobe_axes(az, el, *basis)[3:], r, SIGMA, SIGMA)
    solved = solve_position(*n)
    assert solved[0]
    assert np.array(solved[1:4]) == pytest.approx(emitter - origin, abs=1e-3)
    assert solved[10] < 1e-6


def test_closest_approach() -> None:
    """Two skew lines 7 m apart by construction; parallel and backward ones are refused."""
    crossing, x, y, z, s, t, gap = closest_approach(0, 0, 0, 1, 0, 0, 100.0, -50.0, 7.0, 0, 1, 0)
    assert crossing
    assert (x, y, z, s, t, gap) == pytest.approx((100.0, 0.0, 3.5, 100.0, 50.0, 7.0), rel=1e-12)
    assert not closest_approach(0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 5.0, 0.0, 1.0, 0.0, 0.0)[0]
    assert not closest_approach(0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 100.0, 50.0, 0.0, 0.0, 1.0, 0.0)[0]
    assert not closest_approach(0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 100.0, -50.0, 0.0, 0.0, 1.0, 0.0)[0]


def test_covariance_of_two_perpendicular_bearings() -> None:
    """Sites west and south of the emitter, 60 and 80 km: across each line the other has nothing to say, so
    sd north = sigma * 60 km, sd east = sigma * 80 km; height: both, 1 / (1/a^2 + 1/b^2)."""
    west, south, emitter = (-60e3, 0.0, 0.0), (0.0, -80e3, 0.0), (0.0, 0.0, 0.0)
    solved = cross(west, look(west, emitter), south, look(south, emitter))
    assert solved[0]
    _, x, y, z, cxx, cxy, cxz, cyy, cyz, czz, chi2 = solved
    assert (x, y, z) == pytest.approx((0.0, 0.0, 0.0), abs=1e-6)
    a, b = (SIGMA * 60e3) ** 2, (SIGMA * 80e3) ** 2
    assert cyy == pytest.approx(a, rel=1e-9)
    assert cxx == pytest.approx(b, rel=1e-9)
    assert czz == pytest.approx(1.0 / (1.0 / a + 1.0 / b), rel=1e-9)
    assert (cxy, cxz, cyz) == pytest.approx((0.0, 0.0, 0.0), abs=1e-4)
    assert chi2 == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("degrees", [10.0, 30.0, 60.0, 90.0, 150.0])
def test_covariance_and_crossing_angle(degrees: float) -> None:
    """Level: trace of the horizontal covariance sigma^2 (r1^2 + r2^2) / sin^2(gamma)."""
    gamma = math.radians(degrees)
    r1, r2 = 70e3, 110e3
    one = (0.0, -r1, 0.0)
    two = (-r2 * math.sin(gamma), -r2 * math.cos(gamma), 0.0)
    solved = cross(one, look(one, (0, 0, 0)), two, look(two, (0, 0, 0)))
    assert solved[4] + solved[7] == pytest.approx(SIGMA**2 * (r1**2 + r2**2) / math.sin(gamma) ** 2, rel=1e-9)


def test_against_dense_least_squares() -> None:
    """Five sites with noisy angles, one of them without elevation: same point, covariance and residual as numpy.linalg."""
    rng = np.random.Generator(np.random.Philox(43))
    emitter = np.array([20e3, 90e3, 9e3])
    rows, right, n = [], [], NOTHING
    for k in range(5):
        site = np.array([*rng.uniform(-60e3, 60e3, 2), 0.0])
        axes = look(site, emitter, *rng.normal(0.0, SIGMA, 2))
        r = float(np.linalg.norm(emitter - site))
        el_sigma = 0.0 if k == 4 else 2.0 * SIGMA
        n = add_strobe(*n, *site, *axes[3:], r, SIGMA, el_sigma)
        for axis, s in ((axes[3:6], SIGMA), (axes[6:9], el_sigma)):
            if s > 0.0:
                rows.append(np.array(axis) / (r * s))
                right.append(np.array(axis) @ site / (r * s))
    n = add_plane(*n, 0.0, 0.0, 1.0, 9.3e3, 500.0)  # altitude known to 500 m
    rows.append(np.array([0.0, 0.0, 1.0 / 500.0]))
    right.append(9.3e3 / 500.0)
    matrix, right = np.array(rows), np.array(right)
    best, squares, _, _ = np.linalg.lstsq(matrix, right, rcond=None)
    covariance = np.linalg.inv(matrix.T @ matrix)
    solved = solve_position(*n)
    assert solved[0]
    assert np.array(solved[1:4]) == pytest.approx(best, rel=1e-9)
    upper = covariance[np.triu_indices(3)]
    assert np.array(solved[4:10]) == pytest.approx(upper, rel=1e-7, abs=1e-4)
    assert solved[10] == pytest.approx(squares[0], rel=1e-6)


def test_errors_follow_the_covariance_and_chi_square() -> None:
    """4,000 pairs of noisy strobes. Normalised error squared: mean 3 (four standard errors sqrt(6 / n)); residual: mean 1 (sqrt(2 /
    n)); the 99 % gate of one degree of freedom keeps 99 % (sqrt(p q / n)). 3 % are added to the means for the weights,
    which come from the noisy crossing."""
    rng = np.random.Generator(np.random.Philox(44))
    a, b, emitter = np.array([0.0, 0.0, 0.0]), np.array([90e3, 0.0, 0.0]), np.array([30e3, 80e3, 10e3])
    gate, n, errors, residuals = chi_square_gate(0.99, 1), 4000, [], []
    assert gate == pytest.approx(6.6349, abs=1e-4)
    for _ in range(n):
        e = rng.normal(0.0, SIGMA, 4)
        solved = cross(a, look(a, emitter, *e[:2]), b, look(b, emitter, *e[2:]))
        assert solved[0]
        c = np.empty((3, 3))
        c[np.triu_indices(3)] = solved[4:10]
        c = np.triu(c) + np.triu(c, 1).T
        d = np.array(solved[1:4]) - emitter
        errors.append(d @ np.linalg.solve(c, d))
        residuals.append(solved[10])
    assert np.mean(errors) == pytest.approx(3.0, abs=0.09 + 4.0 * math.sqrt(6.0 / n))
    assert np.mean(residuals) == pytest.approx(1.0, abs=0.03 + 4.0 * math.sqrt(2.0 / n))
    kept = np.mean(np.array(residuals) < gate)
    assert kept == pytest.approx(0.99, abs=4.0 * math.sqrt(0.99 * 0.01 / n))


def test_ghosts_of_two_radars() -> None:
    """n emitters level with two radars and in front of both: n^2 crossings of azimuths, n (n - 1) of them false, counted."""
    west, east = (-100e3, 0.0, 0.0), (100e3, 0.0, 0.0)
    rng = np.random.Generator(np.random.Philox(45))
    for n in (1, 2, 3, 5):
        emitters = [(x, y, 0.0) for x, y in rng.uniform([-30e3, 150e3], [30e3, 200e3], (n, 2))]
        false = 0
        for i, j in itertools.product(range(n), repeat=2):
            a, b = look(west, emitters[i]), look(east, emitters[j])
            found = closest_approach(*west, *a[:3], *east, *b[:3])
            assert found[0]
            false += math.dist(found[1:4], emitters[i]) > 1.0
        assert false == ghost_count(n) == n * (n - 1)
    assert ghost_count(0) == 0


def test_a_third_radar_sees_through_ghosts() -> None:
    """Two emitters; the two true crossings pass the third radar's strobes at the 99.9 % gate, the two ghosts do not. Elevation
    alone does it too, where the heights differ."""
    west, east, third = (-100e3, 0.0, 0.0), (100e3, 0.0, 0.0), (0.0, 20e3, 0.0)
    emitters = [(-20e3, 150e3, 6e3), (25e3, 170e3, 11e3)]
    gate = chi_square_gate(0.999, 2)
    for i, j in itertools.product(range(2), repeat=2):
        a, b = look(west, emitters[i]), look(east, emitters[j])
        point = cross(west, a, east, b)
        assert point[0]
        best = math.inf
        for e in emitters:
            ahead, chi2 = strobe_residual(*point[1:4], *third, *look(third, e), SIGMA, SIGMA)
            assert ahead
            best = min(best, chi2)
        assert (best < gate) == (i == j)
        assert (point[10] < chi_square_gate(0.999, 1)) == (i == j)
    assert not strobe_residual(0.0, -50e3, 0.0, *third, *look(third, emitters[0]), SIGMA, SIGMA)[0]


def test_residual_of_a_further_strobe() -> None:
    """A strobe wrong by 2 sigma in azimuth and 3 sigma in elevation: 4 + 9 (3e-3: tangent for angle, curved parallels
    of azimuth); without elevation 4."""
    site, point = (10e3, -20e3, 0.0), (30e3, 70e3, 9e3)
    axes = look(site, point, 2.0 * SIGMA, -3.0 * SIGMA)
    ahead, chi2 = strobe_residual(*point, *site, *axes, SIGMA, SIGMA)
    assert ahead
    assert chi2 == pytest.approx(13.0, rel=3e-3)
    assert strobe_residual(*point, *site, *axes, SIGMA, 0.0)[1] == pytest.approx(4.0, rel=3e-3)


def test_what_does_not_fix_a_point_is_refused() -> None:
    """One strobe; two azimuths without elevation; the same with a known altitude is enough."""
    west, south, emitter = (-60e3, 0.0, 0.0), (0.0, -80e3, 0.0), (0.0, 0.0, 8e3)
    n = add_strobe(*NOTHING, *west, *look(west, emitter)[3:], 60e3, SIGMA, SIGMA)
    assert not solve_position(*n)[0]
    assert not solve_position(*NOTHING)[0]
    n = add_strobe(*NOTHING, *west, *look(west, emitter)[3:], 60e3, SIGMA, 0.0)
    n = add_strobe(*n, *south, *look(south, emitter)[3:], 80e3, SIGMA, 0.0)
    assert not solve_position(*n)[0]
    solved = solve_position(*add_plane(*n, 0.0, 0.0, 1.0, 8e3, 300.0))
    assert solved[0]
    assert solved[1:4] == pytest.approx(emitter, abs=1e-6)
    assert math.sqrt(solved[9]) == pytest.approx(300.0, rel=1e-9)


def test_one_strobe_as_a_position() -> None:
    """Long along the line, thin across: eigenvalues are the three variances; two of them (as information) give the crossing."""
    site, emitter = np.array([-60e3, 10e3, 0.0]), np.array([5e3, 20e3, 8e3])
    axes = look(site, emitter)
    r = float(np.linalg.norm(emitter - site))
    plot = pseudo_position(*site, *axes, r, 20e3, 2e-3, 4e-3)
    assert plot[:3] == pytest.approx(emitter, abs=1e-6)
    c = np.empty((3, 3))
    c[np.triu_indices(3)] = plot[3:]
    c = np.triu(c) + np.triu(c, 1).T
    assert np.linalg.eigvalsh(c) == pytest.approx([(2e-3 * r) ** 2, (4e-3 * r) ** 2, 20e3**2], rel=1e-9)
    assert np.array(axes[:3]) @ c @ np.array(axes[:3]) == pytest.approx(20e3**2, rel=1e-9)


@pytest.mark.parametrize(("p", "degrees"), [(0.0, 1), (1.0, 1), (0.5, 0)])
def test_gate_refuses(p: float, degrees: int) -> None:
    with pytest.raises(ValueError, match=r"probability|degrees"):
        chi_square_gate(p, degrees)
