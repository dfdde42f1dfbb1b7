"""T-12: the Kalman filter against an independent library (Stone Soup), plot by plot.

One constant-velocity model on both sides (here: both models of the IMM made equal), the same ECEF position
measurements with full covariance, irregular times. States must
agree to 1 mm after 40 updates: the library rounds times to a microsecond.
"""

import datetime as dt

import numpy as np
import pytest

from openiads.analysis.tracking_metrics import full_matrix
from openiads.tracking.lifecycle import start_track, take_plot
from openiads.tracking.params import tracker_params
from openiads.tracking.schema import make_plots, make_track_sets, make_tracks

pytest.importorskip("stonesoup", reason="stonesoup is not installed: comparison with it skipped")

from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import KalmanUpdater

Q, SIGMA_V = 5.0, 300.0


def test_same_filter():
    rng = np.random.default_rng(1)
    a = rng.normal(size=(3, 3)) * 300
    r = a @ a.T + 100 * np.eye(3)
    origin = np.array([3.5e6, 7e5, 5.3e6])
    times = np.cumsum(rng.uniform(0.2, 12, 40))
    z = origin + np.outer(times, [200.0, -100, 30]) + rng.multivariate_normal(np.zeros(3), r, 40)

    par = tracker_params(
        q_cv_h=Q, q_cv_v=Q, q_man_h=Q, q_man_v=Q, speed_sigma_mps=SIGMA_V, bal_speed_mps=1e6
    )[0]
    tracks, tset, plot = make_tracks(1), make_track_sets()[0], make_plots(1)[0]
    plot.r_ecef_m2[:] = r[np.triu_indices(3)]

    model = CombinedLinearGaussianTransitionModel([ConstantVelocity(Q)] * 3)
    predictor = KalmanPredictor(model)
    sensor = LinearGaussian(6, (0, 2, 4), r)
    updater = KalmanUpdater(sensor)
    start = dt.datetime(2024, 1, 1)
    order = [0, 3, 1, 4, 2, 5]  # theirs: x, vx, y, vy, z, vz
    theirs = None
    for k, t in enumerate(times):
        plot.t_s = t
        plot.pos_ecef_m[:] = z[k]
        when = start + dt.timedelta(seconds=float(t))
        if k == 0:
            start_track(tracks, tset, par, plot)
            cov = np.zeros((6, 6))
            cov[:3, :3] = r
            cov[3:, 3:] = SIGMA_V**2 * np.eye(3)
            state = np.concatenate([z[0], np.zeros(3)])
            theirs = GaussianState(state[order][:, None], cov[np.ix_(order, order)], timestamp=when)
            continue
        take_plot(tracks, tset, par, 0, plot)
        prediction = predictor.predict(theirs, timestamp=when)
        detection = Detection(z[k][:, None], timestamp=when, measurement_model=sensor)
        theirs = updater.update(SingleHypothesis(prediction, detection))
    row = tracks[0]
    ours = np.concatenate([row.pos_ecef_m, row.vel_ecef_mps])
    np.testing.assert_allclose(ours[order], np.asarray(theirs.state_vector, float).ravel(), atol=1e-3)
    got = full_matrix(row.cov)[np.ix_(order, order)]
    np.testing.assert_allclose(got, np.asarray(theirs.covar, float), rtol=1e-5, atol=1e-3)
