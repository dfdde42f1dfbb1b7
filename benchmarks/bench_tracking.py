"""Speed and quality of the tracker: `python benchmarks/bench_tracking.py [--no-library]`.

Prints nanoseconds of the inner kernels, the time of a scan of 100 targets and of a few plots against 200
tracks, and the mean GOSPA over the last scans beside Stone Soup's global nearest neighbour with an extended
Kalman filter, on the same plots in the same run (about two minutes, nearly all of them the library's; without
it that part is left out and says so).
"""

from __future__ import annotations

import argparse
import datetime as dt
import time

import numpy as np

from openiads._jit import kernel
from openiads.analysis.tracking_metrics import gospa
from openiads.physics.geodesy import enu_basis, geodetic_to_ecef
from openiads.tracking import schema, track_plots, tracker_params
from openiads.tracking.assign import assign
from openiads.tracking.convert import convert_plot, polar_to_ecef
from openiads.tracking.gate import coarse_near, gate_d2
from openiads.tracking.imm import imm_update
from openiads.tracking.impact import impact_point
from openiads.tracking.scan import process_scan

LAT, LON, ALT = 0.9, 0.6, 100.0
SITE = np.array(geodetic_to_ecef(LAT, LON, ALT))
FRAME = enu_basis(LAT, LON)
ENU = np.array(FRAME).reshape(3, 3)
SIGMAS = (60.0, np.radians(0.2), np.radians(0.25))
try:
    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.deleter.time import UpdateTimeStepsDeleter
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.initiator.simple import MultiMeasurementInitiator, SimpleMeasurementInitiator
    from stonesoup.measures import Mahalanobis
    from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import ExtendedKalmanPredictor
    from stonesoup.tracker.simple import MultiTargetTracker
    from stonesoup.types.array import StateVector
    from stonesoup.types.detection import Detection
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import ExtendedKalmanUpdater

    HAVE_LIBRARY = True
except ImportError:
    HAVE_LIBRARY = False

REVISIT_S = 10.0
CUT_M = 3000.0


class Raid:
    """Targets in the frame of the radar: straight flight, or (every third) one level 3 g turn."""

    def __init__(self, n, seed=1):
        rng = np.random.default_rng(seed)
        self.n = n
        self.start = np.c_[rng.uniform(-1.5e5, 1.5e5, (n, 2)), rng.uniform(4e3, 12e3, n)]
        self.speed = rng.uniform(180, 300, n)
        self.heading = rng.uniform(0, 2 * np.pi, n)
        self.turn = np.where(np.arange(n) % 3 == 0, 3 * 9.81 / self.speed, 0.0) * rng.choice([-1, 1], n)
        self.begin = rng.uniform(80, 180, n)
        self.length = rng.uniform(10, 30, n)

    def position(self, t):
        step = 0.25
        x = self.start.copy()
        for k in np.arange(0, t, step):
            h = self.heading + self.turn * np.clip(k + step / 2 - self.begin, 0, self.length)
            x[:, 0] += step * self.speed * np.sin(h)
            x[:, 1] += step * self.speed * np.cos(h)
        return x

    def scan(self, t, rng, pd=0.9, n_false=10):
        """(n_plots, 4): range, azimuth, elevation, truth."""
        x = self.position(t)
        seen = rng.random(self.n) < pd
        r = np.linalg.norm(x, axis=1)
        polar = np.c_[r, np.arctan2(x[:, 0], x[:, 1]), np.arcsin(x[:, 2] / r)]
        polar += rng.normal(size=polar.shape) * SIGMAS
        polar = np.c_[polar, np.arange(self.n)][seen]
        f = np.c_[
            rng.uniform(2e4, 2.5e5, n_false),
            rng.uniform(-np.pi, np.pi, n_false),
            rng.uniform(0.01, 0.2, n_false),
        ]
        return np.vstack([polar, np.c_[f, np.full(n_false, -1.0)]])


def plot_rows(polar, t):
    plots = schema.make_plots(len(polar))
    plots.t_s = t
    plots.range_m, plots.az_rad, plots.el_rad, truth = polar.T
    plots.truth = truth.astype(int)
    plots.range_sigma_m, plots.az_sigma_rad, plots.el_sigma_rad = SIGMAS
    for plot in plots:
        convert_plot(plot, *SITE, *FRAME)
    return plots


@kernel
def _loop_update(row, par, r, n, dt_s):
    t = row.t_s
    for k in range(n):
        t += dt_s
        x = row.pos_ecef_m
        v = row.vel_ecef_mps
        wobble = 100.0 * (k % 7 - 3)
        imm_update(
            row, par, t, x[0] + dt_s * v[0] + wobble, x[1] + dt_s * v[1], x[2] + dt_s * v[2],
            r[0], r[1], r[2], r[3], r[4], r[5],
        )  # fmt: skip


@kernel
def _loop_coarse(tracks, par, n):
    c = 0
    x = tracks[0].pos_ecef_m
    for k in range(n):
        if coarse_near(tracks[k % 200], par, 10.0, x[0] + k, x[1], x[2], 1e6, 16.0):
            c += 1
    return c


@kernel
def _loop_gate(row, par, r, n):
    c = 0.0
    x = row.pos_ecef_m
    for k in range(n):
        d, _ = gate_d2(row, par, row.t_s + 10.0, x[0] + k, x[1], x[2], r[0], r[1], r[2], r[3], r[4], r[5])
        c += d
    return c


@kernel
def _loop_convert(s, f, n):
    c = 0.0
    for k in range(n):
        c += polar_to_ecef(
            1e5 + k, 0.5 + 1e-6 * k, 0.05 + 1e-7 * k, 60.0, 0.003, 0.004, s[0], s[1], s[2],
            f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8],
        )[0]  # fmt: skip
    return c


@kernel
def _loop_impact(row, n):
    c = 0.0
    for _ in range(n):
        c += impact_point(row, 0.0, 900.0, 0.0)[1]
    return c


def per_call(name, function, n):
    function(1)
    best = min(timed(function, n) for _ in range(3))
    print(f"  {name:<46} {best / n * 1e9:9.1f} ns")


def timed(function, n):
    t = time.perf_counter()
    function(n)
    return time.perf_counter() - t


def kernels():
    print("kernels, per call")
    par = tracker_params()[0]
    plots = plot_rows(np.array([[1e5, 0.3, 0.08, 0.0]]), 0.0)
    tracks, sets, work = schema.make_tracks(4), schema.make_track_sets(), schema.make_work(4, 4)
    process_scan(tracks, sets[0], par, plots, 1, 0.0, work)
    row = tracks[0]
    r = plots[0].r_ecef_m2
    many = schema.make_tracks(200)
    many[:] = tracks[0]
    per_call("polar to ECEF with covariance", lambda n: _loop_convert(SITE, np.array(FRAME), n), 200_000)
    per_call("IMM update, 2 models, 10 s", lambda n: _loop_update(row, par, r, n, 10.0), 200_000)
    per_call("coarse gate, running through 200 tracks", lambda n: _loop_coarse(many, par, n), 1_000_000)
    per_call("fine gate", lambda n: _loop_gate(row, par, r, n), 200_000)
    up = SITE / np.linalg.norm(SITE)
    tracks[1:2] = tracks[0:1]
    high = tracks[1]
    high.n_models = 3
    high.mu[:] = (0.05, 0.05, 0.9)
    high.x[:, :3] = SITE + 45e3 * up
    high.x[:, 3:] = 1200.0 * ENU[0] + 600 * up
    high.p[:] = high.p[0]
    high.pos_ecef_m[:] = high.x[0, :3]
    high.vel_ecef_mps[:] = high.x[0, 3:]
    per_call("impact point with ellipse (7 flights)", lambda n: _loop_impact(high, n), 500)
    held = tracks[1:2].copy()

    def three(n):
        tracks[1:2] = held
        _loop_update(high, par, r, n, 1.0)

    per_call("IMM update, 3 models, 1 s (100 steps)", three, 100)
    rng = np.random.default_rng(2)
    for n, m in ((10, 10), (100, 100), (100, 200)):
        cost = rng.random((n, m))
        pick, f, w = np.zeros(n, np.int64), np.zeros(n + 2 * m), np.zeros(n + 4 * m, np.int64)
        args = (cost, n, m, np.inf, pick, f, w)
        per_call(f"assignment {n} x {m}, dense", lambda k, a=args: [assign(*a) for _ in range(k)], 20)


def scans():
    print("scans")
    for n in (100, 200):
        raid, rng = Raid(n), np.random.default_rng(3)
        par = tracker_params(revisit_s=REVISIT_S)[0]
        tracks, sets, work = schema.make_tracks(400), schema.make_track_sets(2), schema.make_work(300, 400)
        times = []
        for k in range(25):
            plots = plot_rows(raid.scan(REVISIT_S * k, rng), REVISIT_S * k)
            t = time.perf_counter()
            process_scan(tracks, sets[0], par, plots, len(plots), REVISIT_S * k, work)
            times.append(time.perf_counter() - t)
        live = int((tracks.status >= schema.CONFIRMED).sum())
        ms = np.median(times[5:]) * 1e3
        print(f"  a scan of {n} targets and 10 false plots, median {ms:15.3f} ms ({live} confirmed)")
    sectors()


@kernel
def _sectors(tracks, tset, par, plots, n_plots, size, work):
    k = 0
    while k < n_plots:
        n = min(size, n_plots - k)
        process_scan(tracks, tset, par, plots[k : k + n], n, plots[k + n - 1].t_s, work)
        k += n


def sectors():
    """200 targets, plots in the order of the sweep, handed over a few at a time as the engine does."""
    raid = Raid(200)
    for size in (1, 4, 20):
        rng = np.random.default_rng(3)
        par = tracker_params(revisit_s=REVISIT_S)[0]
        tracks, sets, work = schema.make_tracks(400), schema.make_track_sets(2), schema.make_work(300, 400)
        times = []
        for k in range(25):
            polar = raid.scan(REVISIT_S * k, rng)
            polar = polar[np.argsort(polar[:, 1] % (2 * np.pi))]
            plots = plot_rows(polar, REVISIT_S * k)
            plots.t_s += 1e-3 * np.arange(len(plots))
            t = time.perf_counter()
            _sectors(tracks, sets[0], par, plots, len(plots), size, work)
            times.append((time.perf_counter() - t) / len(plots))
        print(f"  200 tracks, {size:2d} plots a call, per plot, all in {np.min(times[5:]) * 1e6:21.2f} us")


def ours(polar):
    plots = {k: [] for k in ("time_s", "site", "range_m", "az_rad", "el_rad")}
    for k, rows in enumerate(polar):
        for name, v in zip(plots, (REVISIT_S * k, 0, *rows.T[:3]), strict=True):
            plots[name].extend(np.broadcast_to(v, len(rows)))
    plots = {k: np.array(v) for k, v in plots.items()}
    for name, v in zip(("range_sigma_m", "az_sigma_rad", "el_sigma_rad"), SIGMAS, strict=True):
        plots[name] = np.full(len(plots["site"]), v)
    sites = {"lat_rad": [LAT], "lon_rad": [LON], "alt_m": [ALT], "revisit_s": [REVISIT_S]}
    track_plots(plots, sites)  # compiled
    t = time.perf_counter()
    out = track_plots(plots, sites, at_s=REVISIT_S * np.arange(len(polar)))
    took = time.perf_counter() - t
    times = REVISIT_S * np.arange(len(polar))
    rows = [out.samples[out.samples["time_s"] == s]["pos_ecef_m"] for s in times]
    return [(x - SITE) @ ENU.T for x in rows], took / len(polar)


def library(polar, q):
    """Stone Soup: GNN, extended Kalman filter on the polar measurement, M-of-N-like initiation, 4 missed
    scans.
    """
    sensor = CartesianToElevationBearingRange(
        6, (0, 2, 4), np.diag([SIGMAS[2] ** 2, SIGMAS[1] ** 2, SIGMAS[0] ** 2])
    )
    motion = CombinedLinearGaussianTransitionModel(
        [ConstantVelocity(q), ConstantVelocity(q), ConstantVelocity(q / 5)]
    )
    predictor, updater = ExtendedKalmanPredictor(motion), ExtendedKalmanUpdater(sensor)
    associate = GNNWith2DAssignment(
        DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=4)
    )
    deleter = UpdateTimeStepsDeleter(4)
    zero = dt.datetime(2024, 1, 1)
    prior = GaussianState(np.zeros(6), np.diag([1e10, 300.0**2] * 2 + [1e8, 100.0**2]), timestamp=zero)
    initiator = MultiMeasurementInitiator(
        prior, UpdateTimeStepsDeleter(2), associate, updater, sensor, min_points=3,
        initiator=SimpleMeasurementInitiator(prior, sensor),
    )  # fmt: skip

    def scans_of():
        for k, rows in enumerate(polar):
            when = zero + dt.timedelta(seconds=REVISIT_S * k)
            yield (
                when,
                {
                    Detection(
                        StateVector([r[2], np.pi / 2 - r[1], r[0]]), timestamp=when, measurement_model=sensor
                    )
                    for r in rows
                },
            )

    tracker = MultiTargetTracker(initiator, deleter, scans_of(), associate, updater)
    out = []
    t = time.perf_counter()
    for _when, tracks in tracker:
        out.append(np.array([np.asarray(x.state_vector, float)[[0, 2, 4], 0] for x in tracks]).reshape(-1, 3))
    return out, (time.perf_counter() - t) / len(polar)


def quality(with_library, n=100, n_scans=25):
    print(f"GOSPA (c = {CUT_M:.0f} m, p = 2), {n} targets, scans 6 to {n_scans}, 10 false plots each, Pd 0.9")
    raid, rng = Raid(n), np.random.default_rng(4)
    polar = [raid.scan(REVISIT_S * k, rng) for k in range(n_scans)]
    truth = [raid.position(REVISIT_S * k) for k in range(n_scans)]
    runs = [("openiads, IMM, GNN", lambda: ours(polar))]
    if with_library:
        runs += [(f"Stone Soup, EKF q = {q:g}, GNN", lambda q=q: library(polar, q)) for q in (5.0, 50.0)]
    for name, function in runs:
        estimates, per_scan = function()
        parts = [gospa(a, b, CUT_M, 2) for a, b in zip(truth[5:], estimates[5:], strict=True)]
        pairs = sum(len(g.pairs) for g in parts)
        rms = np.sqrt(sum(g.localisation for g in parts) / pairs)
        print(
            f"  {name:<30} GOSPA {np.mean([g.distance for g in parts]):8.0f} m   rms {rms:5.0f} m   missed"
            f" {np.mean([g.n_missed for g in parts]):5.2f}   false {np.mean([g.n_false for g in parts]):5.2f}"
            f"   {per_scan * 1e3:9.2f} ms/scan",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-library", action="store_true", help="leave the comparison with Stone Soup out")
    chosen = parser.parse_args()
    kernels()
    scans()
    with_library = not chosen.no_library
    if with_library and not HAVE_LIBRARY:
        print("stonesoup is not installed: comparison left out")
    with_library = with_library and HAVE_LIBRARY
    quality(with_library)


if __name__ == "__main__":
    main()
