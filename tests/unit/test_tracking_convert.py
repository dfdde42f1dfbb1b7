"""Polar to ECEF conversion: unbiased, with an honest covariance, also where the angle errors are large."""

import math

import numpy as np
import pytest

from openiads.physics.geodesy import ecef_to_enu, enu_basis, enu_to_rae, geodetic_to_ecef
from openiads.tracking.convert import convert_plot, polar_to_ecef
from openiads.tracking.schema import make_plots

SITE = geodetic_to_ecef(0.7, 1.2, 300.0)
FRAME = enu_basis(0.7, 1.2)


def test_exact_without_noise():
    for az in np.linspace(0, 6.2, 9):
        for el in (-0.02, 0.1, 1.4):
            x, y, z, *_ = polar_to_ecef(1.2e5, az, el, 50.0, 0.0, 0.0, *SITE, *FRAME)
            enu = ecef_to_enu(x - SITE[0], y - SITE[1], z - SITE[2], *FRAME)
            got = enu_to_rae(*enu)
            assert (got[0], got[2]) == pytest.approx((1.2e5, el), rel=1e-9)
            assert math.cos(got[1] - az) == pytest.approx(1.0, abs=1e-12)


def errors(sigma_deg, n=40_000):
    """Errors of n converted measurements at 300 km in the frame of their own line of sight, and the sigmas
    claimed.
    """
    rng = np.random.default_rng(2)
    r, az, el, sr = 3e5, 0.8, 0.03, 60.0
    s = math.radians(sigma_deg)
    truth = np.array(polar_to_ecef(r, az, el, 1.0, 0.0, 0.0, *SITE, *FRAME)[:3])
    error = np.zeros((n, 3))
    nees = np.zeros(n)
    i, j = np.triu_indices(3)
    cov = np.zeros((3, 3))
    for k, (a, b, c) in enumerate(rng.normal(size=(n, 3))):
        polar = (r + sr * a, az + s * b, el + s * c)
        out = np.array(polar_to_ecef(*polar, sr, s, s, *SITE, *FRAME))
        sight = np.array(polar_to_ecef(*polar, sr, 0.0, 0.0, *SITE, *FRAME)[:3]) - SITE
        d = out[:3] - truth
        cov[i, j] = cov[j, i] = out[3:]
        error[k, 0] = d @ sight / polar[0]
        nees[k] = d @ np.linalg.solve(cov, d)
    return error[:, 0], nees


@pytest.mark.parametrize(("sigma_deg", "tol"), [(0.2, 0.03), (1.0, 0.03), (3.0, 0.08)])
def test_bias_and_covariance(sigma_deg, tol):
    """40,000 measurements: the mean error along the line of sight is nil within 4 standard errors (and, at 3
    degrees, the third order), and the mean normalised error squared is 3 (3 degrees of freedom; sampling
    error 0.4 %).
    """
    along, nees = errors(sigma_deg)
    third_order = 3e5 * math.radians(sigma_deg) ** 4
    assert abs(along.mean()) < 4 * along.std() / 200 + third_order
    assert nees.mean() == pytest.approx(3.0, rel=tol)


def test_size_of_the_correction():
    """The test above can fail: at 1 degree and 300 km the correction is r s^2 = 91 m, 150 standard errors."""
    s = math.radians(1.0)
    plain = polar_to_ecef(3e5, 0.8, 0.03, 60.0, 0.0, 0.0, *SITE, *FRAME)[:3]
    meant = polar_to_ecef(3e5, 0.8, 0.03, 60.0, s, s, *SITE, *FRAME)[:3]
    assert math.dist(plain, meant) == pytest.approx(3e5 * s * s, rel=0.02)


def test_convert_plot():
    plot = make_plots(1)[0]
    plot.range_m, plot.az_rad, plot.el_rad = 1e5, 1.0, 0.1
    plot.range_sigma_m, plot.az_sigma_rad, plot.el_sigma_rad = 50.0, 0.002, 0.003
    convert_plot(plot, *SITE, *FRAME)
    want = polar_to_ecef(1e5, 1.0, 0.1, 50.0, 0.002, 0.003, *SITE, *FRAME)
    assert (*plot.pos_ecef_m, *plot.r_ecef_m2) == want
