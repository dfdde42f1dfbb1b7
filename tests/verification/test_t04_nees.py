"""T-04: is the covariance of the filter honest? Normalised estimation error squared (NEES), Monte Carlo,
fixed seeds.

Reference: for a consistent filter the NEES of one run is chi-square with n = 6 degrees of freedom, and the
mean of M independent runs is chi-square(n M) / M (Bar-Shalom, Li, Kirubarajan 2001, section 5.4). Matched
cases are held to these bounds. Mismatched ones (a straight line, a turn: no random process) are reported
figures with bounds
that say what may be relied on: never over-confident for long.
"""

import math

import numpy as np
import pytest

from openiads.analysis.tracking_metrics import full_matrix, nees, nees_bounds
from openiads.physics.geodesy import enu_basis, geodetic_to_ecef
from openiads.tracking.ballistic import propagate
from openiads.tracking.convert import convert_plot
from openiads.tracking.lifecycle import start_track, take_plot
from openiads.tracking.params import tracker_params
from openiads.tracking.schema import make_plots, make_track_sets, make_tracks

SITE = np.array(geodetic_to_ecef(0.9, 0.6, 100.0))
FRAME = enu_basis(0.9, 0.6)
ENU = np.array(FRAME).reshape(3, 3)  # rows east, north, up
S400_LIKE = (
    60.0,
    math.radians(0.2),
    math.radians(0.25),
)  # range m, azimuth, elevation: 1.0 x 1.3 km at 300 km


@pytest.mark.parametrize(
    ("n", "runs", "lo", "hi"), [(4, 1, 0.4844, 11.1433), (4, 50, 3.2546, 4.8212), (6, 100, 5.3402, 6.6977)]
)
def test_bounds(n, runs, lo, hi):
    """Two-sided 95 % bounds; chi-square quantiles, 1e-4."""
    assert nees_bounds(n, runs) == pytest.approx((lo, hi), abs=1e-4)


def test_nees_formula():
    p = np.array([[4.0, 1.0], [1.0, 3.0]])
    assert nees([2.0, -1.0], p) == pytest.approx(np.array([2, -1]) @ np.linalg.inv(p) @ np.array([2, -1]))
    assert full_matrix([4, 1, 3]).tolist() == p.tolist()


def monte_carlo(truth, n_scans, revisit_s, runs, *, sigmas=None, cov=None, claimed=None, seed=1, **values):
    """Errors (runs, scans, 6), covariances (runs, scans, 6, 6), NIS and model probabilities of one track.

    truth(rng) gives states (n_scans, 6). Measurements: polar with `sigmas`, or ECEF position with covariance
    `cov`, of which the filter is told `claimed` (default: the truth).
    """
    rng = np.random.default_rng(seed)
    par = tracker_params(revisit_s=revisit_s, **values)[0]
    error = np.zeros((runs, n_scans, 6))
    tri = np.zeros((runs, n_scans, 21))
    nis = np.zeros((runs, n_scans))
    mu = np.zeros((runs, n_scans, 3))
    root = None if cov is None else np.linalg.cholesky(cov)
    told = cov if claimed is None else claimed
    tset = make_track_sets()[0]
    for m in range(runs):
        states = truth(rng)
        tracks = make_tracks(1)
        tset.n_high = 0
        plot = make_plots(1)[0]
        for k in range(n_scans):
            plot.t_s = k * revisit_s
            if root is None:
                measure(plot, states[k, :3], sigmas, rng)
            else:
                plot.pos_ecef_m[:] = states[k, :3] + root @ rng.normal(size=3)
                plot.r_ecef_m2[:] = told[np.triu_indices(3)]
            if k == 0:
                start_track(tracks, tset, par, plot)
            else:
                assert take_plot(tracks, tset, par, 0, plot)[0]
            row = tracks[0]
            error[m, k, :3] = row.pos_ecef_m - states[k, :3]
            error[m, k, 3:] = row.vel_ecef_mps - states[k, 3:]
            tri[m, k] = row.cov
            nis[m, k] = row.nis
            mu[m, k] = row.mu
    return error, full_matrix(tri), nis, mu


def measure(plot, position, sigmas, rng):
    """One noisy polar measurement of an ECEF position."""
    e, n, u = ENU @ (position - SITE)
    r = math.sqrt(e * e + n * n + u * u)
    plot.range_m = r + sigmas[0] * rng.normal()
    plot.az_rad = math.atan2(e, n) + sigmas[1] * rng.normal()
    plot.el_rad = math.asin(u / r) + sigmas[2] * rng.normal()
    plot.range_sigma_m, plot.az_sigma_rad, plot.el_sigma_rad = sigmas
    convert_plot(plot, *SITE, *FRAME)


def random_walk(q, revisit_s, n_scans, sigma_v, start_enu, jumps=None):
    """Truth of the filter's own model: white-noise acceleration of density q (or, with jumps = (q1, tau0,
    tau1), a Markov chain between q and q1 that starts in its stationary distribution and jumps at the
    scans).
    """
    t = revisit_s
    unit = np.linalg.cholesky(np.array([[t**3 / 3, t * t / 2], [t * t / 2, t]]))

    def truth(rng):
        x = np.zeros((n_scans, 6))
        x[0, :3] = SITE + ENU.T @ np.asarray(start_enu)
        x[0, 3:] = sigma_v * rng.normal(size=3)
        mode = 0 if jumps is None else int(rng.random() > jumps[1] / (jumps[1] + jumps[2]))
        for k in range(1, n_scans):
            density = q
            if jumps is not None:
                rates = (1 / jumps[1], 1 / jumps[2])
                total = sum(rates)
                if rng.random() < rates[mode] / total * (1 - math.exp(-total * t)):
                    mode = 1 - mode
                density = jumps[0] if mode else q
            w = math.sqrt(density) * unit @ rng.normal(size=(2, 3))
            x[k, :3] = x[k - 1, :3] + t * x[k - 1, 3:] + w[0]
            x[k, 3:] = x[k - 1, 3:] + w[1]
        return x

    return truth


def inside(values, dof, runs, prob):
    lo, hi = nees_bounds(dof, runs, prob)
    return (values > lo) & (values < hi)


def test_matched_linear():
    """Both models equal, linear Gaussian: the filter is the Kalman filter and must be exactly consistent.

    40 scans x 200 runs: each scan's mean inside its 99.99 % bounds, at least 85 % of them inside the 95 %
    ones, and the innovations likewise. A covariance that is 10 % wrong fails.
    """
    cov = np.diag([60.0, 900.0, 1200.0]) ** 2
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    cov = turn @ cov @ turn.T
    runs, n = 200, 40
    truth = random_walk(5.0, 10.0, n, 80.0, (2e5, 1e5, 9e3))
    e, p, nis, _ = monte_carlo(
        truth, n, 10.0, runs, cov=cov, q_cv_h=5.0, q_cv_v=5.0, q_man_h=5.0, q_man_v=5.0, speed_sigma_mps=80.0
    )
    mean = nees(e, p).mean(axis=0)
    assert inside(mean, 6, runs, 0.9999).all(), mean
    assert inside(mean, 6, runs, 0.95).mean() >= 0.85
    mean = nis[:, 1:].mean(axis=0)
    assert inside(mean, 3, runs, 0.9999).all(), mean
    # the innovations of a matched filter are white: all scans together are one chi-square
    assert inside(np.array([nis[:, 1:].mean()]), 3, runs * (n - 1), 0.9999).all()


def test_a_wrong_covariance_is_found():
    """The check above can fail: measurement noise understated by a third of its standard deviation is far
    outside.
    """
    cov = np.diag([500.0, 500.0, 500.0]) ** 2
    truth = random_walk(5.0, 10.0, 15, 80.0, (2e5, 1e5, 9e3))
    e, p, nis, _ = monte_carlo(
        truth, 15, 10.0, 50, cov=cov, claimed=cov / 1.5**2,
        q_cv_h=5.0, q_cv_v=5.0, q_man_h=5.0, q_man_v=5.0, speed_sigma_mps=80.0,
    )  # fmt: skip
    assert not inside(nees(e, p).mean(axis=0)[5:], 6, 50, 0.9999).any()
    assert not inside(np.array([nis[:, 1:].mean()]), 3, 50 * 14, 0.9999)[0]


@pytest.mark.parametrize("start", [(2.4e5, 1.8e5, 10e3), (0.0, 3e5, 12e3), (-6e4, 2e4, 9e3)])
def test_matched_polar(start):
    """The same through the radar's polar measurement at 300 and 63 km: conversion and its covariance are
    honest too.

    Bounds: the 99.99 % interval widened by 5 %, for what the conversion leaves (R is evaluated at the
    measurement).
    """
    runs, n = 200, 25
    truth = random_walk(5.0, 10.0, n, 80.0, start)
    e, p, nis, _ = monte_carlo(
        truth,
        n,
        10.0,
        runs,
        sigmas=S400_LIKE,
        q_cv_h=5.0,
        q_cv_v=5.0,
        q_man_h=5.0,
        q_man_v=5.0,
        speed_sigma_mps=80.0,
    )
    mean = nees(e, p).mean(axis=0)
    lo, hi = nees_bounds(6, runs, 0.9999)
    assert ((mean > lo * 0.95) & (mean < hi * 1.05)).all(), mean
    assert nis[:, 1:].mean() == pytest.approx(3.0, rel=0.05)


def test_large_angle_errors():
    """1 degree at 300 km (5 km across, 60 m along): the thin, curved error is not Gaussian and no converted
    measurement is exact. Measured 8 against 6 (the usual unbiased conversion: 14); held below 9."""
    s = math.radians(1.0)
    truth = random_walk(5.0, 10.0, 20, 80.0, (2.4e5, 1.8e5, 10e3))
    e, p, _, _ = monte_carlo(
        truth, 20, 10.0, 300, sigmas=(60.0, s, s),
        q_cv_h=5.0, q_cv_v=5.0, q_man_h=5.0, q_man_v=5.0, speed_sigma_mps=80.0,
    )  # fmt: skip
    assert 5.0 < nees(e, p)[:, 3:].mean() < 9.0


def test_matched_switching():
    """Truth that jumps between the two models as the filter assumes. The IMM is not exact (it keeps 2
    hypotheses of 2^k), so its mean NEES over all scans is held to 6 +- 15 %; measured 5.9."""
    runs, n = 300, 40
    truth = random_walk(0.2, 10.0, n, 80.0, (2e5, 1e5, 9e3), jumps=(1500.0, 90.0, 25.0))
    cov = np.diag([300.0, 300.0, 300.0]) ** 2
    e, p, _, _ = monte_carlo(
        truth,
        n,
        10.0,
        runs,
        cov=cov,
        seed=5,
        q_cv_v=0.2,
        q_man_v=1500.0,
        speed_sigma_mps=80.0,
        bal_speed_mps=1e5,
    )
    assert nees(e, p)[:, 5:].mean() == pytest.approx(6.0, rel=0.15)


def test_matched_ballistic():
    """A ballistic arc (no drag) entering coverage at 35 km altitude, with acceleration noise of the filter's
    density.
    """
    runs, n, t, q = 100, 25, 10.0, 0.1
    unit = np.linalg.cholesky(q * np.array([[t**3 / 3, t * t / 2], [t * t / 2, t]]))

    def truth(rng):
        x = np.zeros((n, 6))
        a = rng.uniform(0, 2 * math.pi)
        x[0, :3] = SITE + ENU.T @ np.array([3e5 * math.sin(a), 3e5 * math.cos(a), 35e3])
        x[0, 3:] = ENU.T @ np.array([-1200 * math.sin(a), -1200 * math.cos(a), 1100.0])
        for k in range(1, n):
            w = unit @ rng.normal(size=(2, 3))
            x[k] = np.array(propagate(*x[k - 1], t, 0.0)) + w.ravel()
        return x

    e, p, _, mu = monte_carlo(truth, n, t, runs, sigmas=S400_LIKE, seed=6)
    assert (mu[:, 8:, 2] > 0.9).mean() > 0.95  # recognised
    mean = nees(e, p)[:, 8:].mean()
    assert 4.0 < mean < 6.7, mean  # not over-confident; the other models' share makes it a little cautious
    rmse = math.sqrt((e[:, 15:, :3] ** 2).sum(axis=2).mean())
    assert rmse < 650.0  # the plots have 900 m


def straight(range_m, alt_m, speed_mps, revisit_s, n):
    def truth(rng):
        a, b = rng.uniform(0, 2 * math.pi, 2)
        p0 = SITE + ENU.T @ np.array([range_m * math.sin(a), range_m * math.cos(a), alt_m])
        v = ENU.T @ np.array([speed_mps * math.sin(b), speed_mps * math.cos(b), 0.0])
        t = np.arange(n)[:, None] * revisit_s
        return np.hstack([p0 + t * v, np.tile(v, (n, 1))])

    return truth


def turning(range_m, speed_mps, g_load, revisit_s, n, begin_s, end_s):
    """Level flight with one turn at constant speed."""

    def truth(rng):
        a, b = rng.uniform(0, 2 * math.pi, 2)
        w = g_load * 9.80665 / speed_mps
        fine = np.arange(0, n * revisit_s, 0.1)
        heading = b + w * np.clip(fine - begin_s, 0, end_s - begin_s)
        v = speed_mps * np.stack([np.sin(heading), np.cos(heading), 0 * heading], axis=1)
        x = (
            np.array([range_m * math.sin(a), range_m * math.cos(a), 9e3])
            + np.cumsum(v, axis=0) * 0.1
            - v * 0.05
        )
        k = np.round(np.arange(n) * revisit_s / 0.1).astype(int)
        return np.hstack([SITE + x[k] @ ENU, v[k] @ ENU])

    return truth


CASES = {
    # name: (truth, revisit, scans, sigmas, mean NEES at most, position RMSE over plot RMSE at most)
    # measured: 3.3, 0.58; 3.0, 0.68; 6.2, 0.75; 4.5, 0.63 (in the first scan of a turn 50 and 31, then
    # falling)
    "airliner 300 km": (straight(3e5, 10e3, 250.0, 10.0, 25), 10.0, 25, S400_LIKE, 4.0, 0.65),
    "cruise missile 30 km": (straight(3e4, 100.0, 240.0, 5.0, 25), 5.0, 25, (60.0, 0.004, 0.005), 4.0, 0.75),
    "fighter 3 g 150 km": (turning(1.5e5, 280.0, 3.0, 10.0, 25, 95, 125), 10.0, 25, S400_LIKE, 8.0, 0.85),
    "fighter 5 g 80 km": (turning(8e4, 280.0, 5.0, 5.0, 40, 95, 115), 5.0, 40, S400_LIKE, 8.0, 0.85),
}


@pytest.mark.parametrize("name", CASES)
def test_typical_targets(name, record_property):
    """Deterministic motion: how far may the covariance be trusted, and what is gained over the plots."""
    truth, revisit_s, n, sigmas, nees_max, gain_max = CASES[name]
    e, p, _, _ = monte_carlo(truth, n, revisit_s, 60, sigmas=sigmas, seed=7)
    settled = slice(5, None)
    mean = nees(e, p)[:, settled].mean()
    rmse = math.sqrt((e[:, settled, :3] ** 2).sum(axis=2).mean())
    plots = math.sqrt(plot_square_error(truth, n, sigmas))
    record_property("mean NEES", round(float(mean), 2))
    record_property("position RMSE / plot RMSE", round(rmse / plots, 3))
    assert mean < nees_max
    assert rmse / plots < gain_max


def plot_square_error(truth, n, sigmas):
    """Mean square error of the converted plots on the same geometry."""
    rng = np.random.default_rng(8)
    plot = make_plots(1)[0]
    total = []
    for _ in range(20):
        for x in truth(rng)[5:n]:
            measure(plot, x[:3], sigmas, rng)
            total.append(((plot.pos_ecef_m - x[:3]) ** 2).sum())
    return float(np.mean(total))
