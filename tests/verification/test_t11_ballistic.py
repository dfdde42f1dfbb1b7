"""T-11: ballistic prediction and impact point.

References: an adaptive eighth-order integration (SciPy DOP853, rtol 1e-12) of the same equations in an
inertial frame, written here independently; Monte Carlo of the impact point for the error ellipse; the US
Standard Atmosphere 1976.
"""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from openiads.physics.geodesy import altitude_m, enu_basis, geodetic_to_ecef
from openiads.tracking.ballistic import RHO0_KGPM3, SCALE_HEIGHT_M, height_m, propagate
from openiads.tracking.imm import combine
from openiads.tracking.impact import error_ellipse, fly_to_ground, impact_point
from openiads.tracking.schema import make_tracks

OMEGA = 7.292115e-5
MU = 3.986004418e14
A = 6378137.0
J2 = 1.082629821313e-3


def start(speed=1500.0, climb=1.2, alt=40e3):
    lat, lon = 0.85, 0.4
    x = np.array(geodetic_to_ecef(lat, lon, alt))
    enu = np.array(enu_basis(lat, lon)).reshape(3, 3)
    v = speed * np.array([math.cos(climb) * 0.6, math.cos(climb) * 0.8, math.sin(climb)]) @ enu
    return np.concatenate([x, v])


def inertial_reference(state, t):
    """Integrate in inertial axes that coincide with ECEF at t = 0, then rotate back."""

    def rates(_t, y):
        x, r = y[:3], np.linalg.norm(y[:3])
        k = 1.5 * J2 * (A / r) ** 2
        s = 5 * (x[2] / r) ** 2
        g = -MU / r**3 * x * np.array([1 + k * (1 - s), 1 + k * (1 - s), 1 + k * (3 - s)])
        return np.concatenate([y[3:], g])

    spin = np.array([0, 0, OMEGA])
    y0 = np.concatenate([state[:3], state[3:] + np.cross(spin, state[:3])])
    y = solve_ivp(rates, (0, t), y0, method="DOP853", rtol=1e-12, atol=1e-6).y[:, -1]
    c, s = math.cos(OMEGA * t), math.sin(OMEGA * t)
    back = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    x = back @ y[:3]
    return np.concatenate([x, back @ y[3:] - np.cross(spin, x)])


@pytest.mark.parametrize(("t", "tol_m"), [(10.0, 1e-4), (20.0, 1e-3), (300.0, 0.05)])
def test_propagation(t, tol_m):
    """Fixed Runge-Kutta steps of at most 20 s against the reference; far below any measurement error."""
    s = start()
    got = np.array(propagate(*s, t, 0.0))
    want = inertial_reference(s, t)
    assert np.linalg.norm(got[:3] - want[:3]) < tol_m
    assert np.linalg.norm(got[3:] - want[3:]) < tol_m / 5


def test_covariance_prediction_as_straight_line():
    """The filter predicts covariance as if the path were straight. Over 10 s the exact transition matrix
    differs by less than 1 part in 500 of each sigma (positions of 1 km, velocities of 100 m/s)."""
    s = start()
    sigma = np.array([1e3] * 3 + [100.0] * 3)
    phi = np.zeros((6, 6))
    base = np.array(propagate(*s, 10.0, 0.0))
    for k in range(6):
        d = np.zeros(6)
        d[k] = 1e-2 * sigma[k]
        phi[:, k] = (np.array(propagate(*(s + d), 10.0, 0.0)) - base) / d[k]
    straight = np.eye(6)
    straight[:3, 3:] = 10 * np.eye(3)
    exact = np.sqrt(np.diag(phi @ np.diag(sigma**2) @ phi.T))
    model = np.sqrt(np.diag(straight @ np.diag(sigma**2) @ straight.T))
    assert np.abs(model / exact - 1).max() < 1 / 500


def test_height_rule_of_thumb():
    for lat in np.linspace(-1.5, 1.5, 31):
        for alt in (0.0, 2e4, 1e5):
            x = geodetic_to_ecef(lat, 1.0, alt)
            assert abs(height_m(*x) - alt) < 60.0
            assert abs(altitude_m(*x) - alt) < 60.0


def test_density_profile():
    """Exponential atmosphere within 30 % of US76 to 50 km (geometric altitude km: density, US Standard
    Atmosphere).
    """
    table = {0: 1.2250, 5: 0.736428, 10: 0.413510, 20: 0.0889098, 30: 0.0184101, 50: 1.02688e-3}
    for km, rho in table.items():
        assert RHO0_KGPM3 * math.exp(-km * 1e3 / SCALE_HEIGHT_M) == pytest.approx(rho, rel=0.30)


def test_impact_against_reference():
    s = start()
    ok, t, x, y, z = fly_to_ground(*s, 0.0, 1e3, 0.0)
    assert ok
    want = inertial_reference(s, t)
    assert np.linalg.norm(want[:3] - (x, y, z)) < 1.0
    assert abs(altitude_m(x, y, z)) < 0.01


def test_no_impact():
    assert not fly_to_ground(*start(), 0.0, 50.0, 0.0)[0]  # not down in time
    assert not fly_to_ground(*start(), 41e3, 500.0, 0.0)[0]  # starts below
    assert not fly_to_ground(*start(speed=12e3), 0.0, 900.0, 0.0)[0]  # escapes


def test_drag_shortens_and_slows():
    far = fly_to_ground(*start(), 0.0, 1e3, 0.0)
    near = fly_to_ground(*start(), 0.0, 1e3, 1 / 2000.0)
    s = start()[:3]
    assert np.linalg.norm(near[2:] - s) < np.linalg.norm(far[2:] - s)
    assert near[1] > far[1]


def make_track(state, sigma_p, sigma_v, models):
    row = make_tracks(1)[0]
    row.status = 2
    row.t_s = 100.0
    row.n_models = models
    row.mu[:] = (0.5, 0.5, 0.0) if models == 2 else (0.0, 0.0, 1.0)
    row.x[:] = state
    row.p[:] = 0
    row.p[:, [0, 6, 11]] = sigma_p**2
    row.p[:, [15, 18, 20]] = sigma_v**2
    combine(row)
    return row


@pytest.mark.parametrize("models", [2, 3])
def test_error_ellipse_against_monte_carlo(models):
    """2,000 starts drawn from the track's covariance: sample covariance of the impact points, and the share
    inside the 95 % ellipse. Sampling error of a variance is 3 % (one sigma); 12 % allowed; share within 3.5
    binomial sigma.
    """
    s = start()
    row = make_track(s, 300.0, 5.0, models)
    ok, t, x, y, z, see, sen, snn = impact_point(row, 0.0, 1e3, 0.0)
    assert ok
    assert t > 100.0
    lat = math.atan2(z, math.hypot(x, y) * (1 - 0.00669438))
    enu = np.array(enu_basis(lat, math.atan2(y, x))).reshape(3, 3)
    rng = np.random.default_rng(9)
    n = 2000
    hits = np.zeros((n, 2))
    for k in range(n):
        d = np.concatenate([300.0 * rng.normal(size=3), 5.0 * rng.normal(size=3)])
        hits[k] = (enu @ (np.array(fly_to_ground(*(s + d), 0.0, 1e3, 0.0)[2:]) - (x, y, z)))[:2]
    cov = np.cov(hits.T)
    want = np.array([[see, sen], [sen, snn]])
    assert np.abs(cov - want).max() < 0.12 * np.abs(want).max()
    share = (np.einsum("ki,ij,kj->k", hits, np.linalg.inv(want), hits) < 5.9915).mean()
    assert share == pytest.approx(0.95, abs=3.5 * math.sqrt(0.95 * 0.05 / n))
    major, minor, az = error_ellipse(see, sen, snn)
    values, vectors = np.linalg.eigh(want)
    assert (minor, major) == pytest.approx(tuple(np.sqrt(values)), rel=1e-9)
    assert abs(vectors[:, 1] @ (math.sin(az), math.cos(az))) == pytest.approx(1.0, abs=1e-9)
