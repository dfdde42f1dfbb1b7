"""T-13: plots that come late. Exact for one lag; honest covariances for lags of several updates.

Reference 1: the Kalman filter that gets the same two measurements in the right order; algorithm A1 of Bar-Shalom (2002) equals it
for one lag. Reference 2: chi-square of the NEES over many runs of a matched linear problem (T-04), with two sensors of which the
second is heard with a delay of up to four updates.
"""

import numpy as np
import pytest

from openiads.analysis.tracking_metrics import full_matrix, nees
from openiads.tracking.imm import imm_update
from openiads.tracking.late import update_late
from openiads.tracking.lifecycle import start_track
from openiads.tracking.linear import predict_cov, predict_mean, update_position
from openiads.tracking.params import tracker_params
from openiads.tracking.schema import make_plots, make_track_sets, make_tracks

TRI = np.triu_indices(6)
ORIGIN = np.array([3.5e6, 7e5, 5.3e6])


def six(m):
    return [m[0, 0], m[0, 1], m[0, 2], m[1, 1], m[1, 2], m[2, 2]]


def spread(rng, s):
    b = rng.normal(size=(3, 3)) * s
    return b @ b.T + 0.3 * s * s * np.eye(3)


@pytest.mark.parametrize("seed", range(20))
def test_one_lag_is_exact(seed):
    """Any covariances, any times: the same estimate and covariance as in order of time, to 1e-9 of their size."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(6, 6)) * np.array([100.0] * 3 + [10.0] * 3)[:, None]
    start, p0 = 100.0 * rng.normal(size=6), (a @ a.T + np.diag([1e3] * 3 + [10.0] * 3))[TRI]
    w, r1, r2 = six(spread(rng, 3.0)), six(spread(rng, 60.0)), six(spread(rng, 80.0))
    dt1, dt2 = rng.uniform(0.5, 10.0, 2)
    z1, z2 = 300.0 * rng.normal(size=(2, 3))

    def predict(x, p, dt):
        predict_cov(p, dt, *w, dt**3 / 3.0, 0.5 * dt * dt, dt)
        predict_mean(x, dt)

    x, p = start.copy(), p0.copy()
    predict(x, p, dt1)
    update_position(x, p, *z1, *r1)
    predict(x, p, dt2)
    update_position(x, p, *z2, *r2)
    y, q = start.copy(), p0.copy()
    predict(y, q, dt1 + dt2)
    update_position(y, q, *z2, *r2)
    update_late(y, q, dt2, *(y[:3] - dt2 * y[3:]), *z1, *r1, *w, *z2, *r2)
    assert y == pytest.approx(x, abs=1e-9 * np.abs(x).max())
    assert q == pytest.approx(p, abs=1e-9 * np.abs(p).max())


def mean_nees(delay_s, retrodict, density=30.0, runs=100, seed=1, late_used=True):
    """Mean NEES and position error (m) after the 8th update, over all updates and runs: matched white-noise acceleration.

    Sensors at 0, 5, 10 … and 2.5, 7.5 … s, 100 m; the second is heard `delay_s` late.
    """
    rng = np.random.default_rng(seed)
    par = tracker_params(
        q_cv_h=density, q_cv_v=density, q_man_h=density, q_man_v=density, late_max_s=60.0, retrodict=retrodict
    )[0]
    r = np.array([1, 0, 0, 1, 0, 1]) * 1e4
    got, error = [], []
    for _ in range(runs):
        times = 2.5 * np.arange(40)
        x = np.concatenate([ORIGIN, 200.0 * rng.normal(size=3)])
        truth = [x.copy()]
        root = np.linalg.cholesky(density * np.array([[2.5**3 / 3, 2.5**2 / 2], [2.5**2 / 2, 2.5]]))
        for _k in times[1:]:
            n = root @ rng.normal(size=(2, 3))
            x = np.concatenate([x[:3] + 2.5 * x[3:] + n[0], x[3:] + n[1]])
            truth.append(x.copy())
        heard = sorted((t + (delay_s if k % 2 else 0.0), k) for k, t in enumerate(times))
        tracks, tset = make_tracks(1), make_track_sets()[0]
        row = None
        for count, (_, k) in enumerate(heard):
            z = truth[k][:3] + 100.0 * rng.normal(size=3)
            if row is None:
                plot = make_plots(1)[0]
                plot.t_s, plot.pos_ecef_m[:], plot.r_ecef_m2[:] = times[k], z, r
                start_track(tracks, tset, par, plot)
                row = tracks[0]
                continue
            if late_used or times[k] >= row.t_s:
                imm_update(row, par, times[k], *z, *r)
            if count > 8:
                now = truth[round(row.t_s / 2.5)]
                e = np.concatenate([row.pos_ecef_m, row.vel_ecef_mps]) - now
                got.append(float(nees(e, full_matrix(row.cov))))
                error.append(float(e[:3] @ e[:3]))
    return float(np.mean(got)), float(np.sqrt(np.mean(error)))


@pytest.mark.parametrize(("delay_s", "bound"), [(0.0, 6.3), (3.0, 6.3), (8.0, 6.6), (16.0, 7.0)])
def test_covariance_stays_honest(delay_s, bound):
    """6 is right. The late sensor still helps: the error is less than without it."""
    value, error = mean_nees(delay_s, 1)
    _, without = mean_nees(delay_s, 1, late_used=False)
    print(
        f"delay {delay_s} s: NEES {value:.2f}, error {error:.1f} m, without the late sensor {without:.1f} m"
    )
    assert 5.6 < value < bound
    assert error < without or delay_s == 0.0


def test_carrying_forward_is_not_honest():
    """What retrodiction is for: plots carried forward by 8 s with the track's own velocity make the filter over-confident."""
    carried, _ = mean_nees(8.0, 0)
    assert carried > 6.5 > mean_nees(8.0, 1)[0]
