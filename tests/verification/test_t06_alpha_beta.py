"""T-06: the steady state of the Kalman filter is the alpha-beta filter.

Kalata's tracking index L = s_w T^2 / s_v with piecewise-constant acceleration of standard deviation s_w and
position noise s_v gives in closed form (Kalata, "The tracking index", IEEE Trans. AES 20(2), 1984)

    r = (4 + L - sqrt(8 L + L^2)) / 4,  alpha = 1 - r^2,  beta = 2 (2 - alpha) - 4 sqrt(1 - alpha)

L = 1: alpha = 0.75, beta = 0.5. L = 0.5: 0.6283735, 0.3048059. The compiled covariance prediction and update,
run to the fixed point, must give these gains on each axis; 1e-9: rounding only.
"""

import math

import numpy as np
import pytest

from openiads.tracking.linear import predict_cov, predict_mean, update_position


def kalata(index):
    r = (4 + index - math.sqrt(8 * index + index * index)) / 4
    alpha = 1 - r * r
    return alpha, 2 * (2 - alpha) - 4 * math.sqrt(1 - alpha)


def test_closed_form_values():
    assert kalata(1.0) == pytest.approx((0.75, 0.5), abs=1e-12)
    assert kalata(0.5) == pytest.approx((0.6283735, 0.3048059), abs=1e-7)


@pytest.mark.parametrize("index", [0.05, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("t", [1.0, 10.0])
def test_gains(index, t):
    s_v = 200.0
    w = (index * s_v / t**2) ** 2
    p = np.zeros(21)
    p[[0, 6, 11, 15, 18, 20]] = 1e8
    for _ in range(600):
        predict_cov(p, t, w, 0.0, 0.0, w, 0.0, w, t**4 / 4, t**3 / 2, t * t)
        x = np.zeros(6)
        update_position(x, p, 1.0, 0.0, 0.0, s_v**2, 0.0, 0.0, s_v**2, 0.0, s_v**2)
    alpha, beta = kalata(index)
    # a unit innovation moves the state by the gain: position by alpha, velocity by beta / T; no other axis
    assert x[0] == pytest.approx(alpha, abs=1e-9)
    assert x[3] * t == pytest.approx(beta, abs=1e-9)
    assert np.all(x[[1, 2, 4, 5]] == 0)


def test_filter_algebra_against_matrices():
    """Prediction and update on triangles against plain matrix algebra (Joseph form), random positive
    matrices.
    """
    rng = np.random.default_rng(1)
    tri6, tri3 = np.triu_indices(6), np.triu_indices(3)
    f = np.eye(6)
    h = np.eye(3, 6)
    for _ in range(200):
        a, b, c = (rng.normal(size=(k, k)) for k in (6, 3, 3))
        p0 = a @ a.T
        r = b @ b.T + 0.1 * np.eye(3)
        w = c @ c.T
        x0, z, t = rng.normal(size=6), rng.normal(size=3), rng.uniform(0.1, 3)
        f[:3, 3:] = t * np.eye(3)
        q = np.block([[w * t**3 / 3, w * t * t / 2], [w * t * t / 2, w * t]])
        pred = f @ p0 @ f.T + q
        s = pred[:3, :3] + r
        k = pred @ h.T @ np.linalg.inv(s)
        nu = z - h @ f @ x0
        want_x = f @ x0 + k @ nu
        j = np.eye(6) - k @ h
        want_p = j @ pred @ j.T + k @ r @ k.T
        x, p = x0.copy(), p0[tri6]
        predict_mean(x, t)
        predict_cov(p, t, *w[tri3], t**3 / 3, t * t / 2, t)
        np.testing.assert_allclose(p, pred[tri6], rtol=1e-12)
        d2, det = update_position(x, p, *z, *r[tri3])
        scale = np.abs(pred).max()
        np.testing.assert_allclose(x, want_x, atol=1e-9 * scale)
        np.testing.assert_allclose(p, want_p[tri6], atol=1e-9 * scale)
        assert d2 == pytest.approx(nu @ np.linalg.solve(s, nu), rel=1e-8)
        assert det == pytest.approx(np.linalg.det(s), rel=1e-8)


def test_a_matrix_that_is_not_positive_changes_nothing():
    x, p = np.arange(6.0), np.zeros(21)
    assert update_position(x, p, 1.0, 1.0, 1.0, -1.0, 0.0, 0.0, 1.0, 0.0, 1.0) == (0.0, 0.0)
    assert x.tolist() == list(range(6))
    assert not p.any()
