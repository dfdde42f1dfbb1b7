"""Covariances of tracks: what a run stores is what the tracker had, to the rounding, and what other programs are given is that."""

import numpy as np
import pandas as pd
import pymap3d
import pytest
from scipy.stats import chi2
from support import exported, scenes
from support.runs import run as simulate
from test_export_asterix import fields

from openiads.analysis.covariance import local_axes, root_of, to_enu
from openiads.cli.shipped import find
from openiads.engine import events as ev
from openiads.export import asterix, stonesoup
from openiads.export.content import TRACK
from openiads.results import covariances
from openiads.study.execute import load
from openiads.study.live import LiveRun
from openiads.tracking.imm import predicted_cov
from openiads.tracking.position_cov import predicted_position_cov
from openiads.tracking.schema import CONFIRMED

BLOCK = [0, 1, 2, 6, 7, 11]  # of a 6 x 6 triangle: position against position
STEP_M = 0.05  # half of the last place that is stored


@pytest.fixture(scope="module")
def going(compiled_engine):
    """A shipped run, stopped right after a sample in the thick of it."""
    run = LiveRun(load(find("quickstart")), 1)
    run.advance(1700)
    before = run.rows[1]
    while run.rows[1] == before or run.t_s < 430.0:
        before = run.rows[1]
        run.advance(1)
    return run, before


def last_tracks(going):
    """SAMPLE rows of the tracks of the last sample, each with its row of the World's tracks and its parameters."""
    run, before = going
    w = run.world
    rows = w.sample[before : run.rows[1]]
    rows = rows[rows["kind"] == ev.SAMPLE_TRACK]
    by_id = {int(t["id"]): t for t in w.track if t["status"] >= CONFIRMED}
    return [(row, by_id[int(row["index"])], w.tracker[len(w.radar)]) for row in rows]


def test_the_engine_samples_the_trackers_own(going):
    """Against `imm.predicted_cov`, to the bit: the position block at the time of the sample."""
    pairs = last_tracks(going)
    assert len(pairs) > 15
    ahead = 0
    for row, track, par in pairs:
        full = np.zeros(21)
        predicted_cov(track, par, row["t_s"], full)
        assert np.array_equal(row["cov_ecef_m2"], full[BLOCK])
        trace = full[0] + full[6] + full[11]
        assert row["sigma_m"] == np.sqrt(trace)
        ahead += row["t_s"] > track["t_s"] + 1.0
    assert ahead > 5, "tracks that are carried on to the time of the sample"


def test_a_track_later_and_earlier(going):
    for _, track, par in last_tracks(going):
        for dt in (-3.0, 0.0, 0.7, 25.0):
            full = np.zeros(21)
            predicted_cov(track, par, track["t_s"] + dt, full)
            assert np.array_equal(predicted_position_cov(track, par, track["t_s"] + dt), full[BLOCK])


def test_what_is_no_track_has_none(compiled_engine):
    world, _ = scenes.cruise_raid()
    sample = simulate(world, 1).sample
    track = np.isin(sample.kind, (ev.SAMPLE_TRACK, ev.SAMPLE_PASSIVE))
    assert track.any() and not track.all()
    assert np.isnan(sample.cov_ecef_m2[~track]).all() and np.isfinite(sample.cov_ecef_m2[track]).all()


def test_the_stored_is_the_trackers_in_local_axes(going):
    """Half axes and the matrix itself against numpy and pymap3d, within the rounding of the root."""
    run, before = going
    table = run.since(run.rows[0], before).trajectories
    kinds, names = table["kind"].to_pylist(), table["id"].to_pylist()
    stored = dict(zip(zip(kinds, names, strict=True), covariances(table), strict=True))
    assert np.isnan(stored[next(key for key in stored if key[0] == "platform")]).all()
    for row, _, _ in last_tracks(going):
        ecef = np.empty((3, 3))
        ecef[np.triu_indices(3)] = row["cov_ecef_m2"]
        ecef.T[np.triu_indices(3)] = row["cov_ecef_m2"]
        lat, lon, _ = pymap3d.ecef2geodetic(row["x_m"], row["y_m"], row["z_m"])
        axes = np.array([pymap3d.ecef2enuv(*unit, lat, lon) for unit in np.eye(3)]).T
        want, got = axes @ ecef @ axes.T, stored["track", f"TN{row['index']:04d}"]
        half, mine = (np.sqrt(np.linalg.eigvalsh(m)) for m in (want, got))
        assert np.abs(half - mine).max() < 2.0 * STEP_M
        assert np.abs(want - got).max() < 2.0 * STEP_M * half[-1] * np.sqrt(3.0) + 3.0 * STEP_M**2
        assert np.linalg.cholesky(got + 1e-9 * np.eye(3)).shape == (3, 3)


def test_axes_are_east_north_and_up():
    g = np.random.default_rng(2)
    lat, lon, alt = g.uniform(-90, 90, 200), g.uniform(-180, 180, 200), g.uniform(0, 100e3, 200)
    axes = local_axes(*(np.asarray(v) for v in pymap3d.geodetic2ecef(lat, lon, alt)))
    for k, unit in enumerate(np.eye(3)):
        want = np.stack(pymap3d.ecef2enuv(*unit, lat, lon), axis=1)
        assert np.abs(axes[:, :, k] - want).max() < 1e-8


def test_a_root_of_anything_gives_a_covariance():
    """Regular, flat, a line, a point, and one that rounding has made slightly indefinite."""
    g = np.random.default_rng(3)
    some = g.normal(size=(50, 3, 3)) * [1000.0, 30.0, 5.0]
    flat = some * [1.0, 1.0, 0.0]
    line = some * [1.0, 0.0, 0.0]
    cov = np.concatenate([m @ np.swapaxes(m, 1, 2) for m in (some, flat, line, 0.0 * some)])
    root = root_of(cov)
    low = np.zeros((len(cov), 3, 3))
    low[:, *np.tril_indices(3)] = root
    assert np.isfinite(root).all()
    scale = 1.0 + np.abs(cov).max(axis=(1, 2))
    assert (np.abs(low @ np.swapaxes(low, 1, 2) - cov).max(axis=(1, 2)) / scale).max() < 1e-6
    assert np.isnan(root_of(np.full((1, 3, 3), np.nan))).all()
    bent = np.diag([4.0, 1.0, -1e-9])[None]
    assert root_of(bent)[0].tolist() == [2.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    assert np.isnan(to_enu(np.array([[6.4e6, 0.0, 0.0]]), np.full((1, 6), np.nan))).all()


def test_the_truth_is_inside_as_often_as_is_said():
    """Normalised squares of the errors of all tracks of the quickstart: 95 % below the quantile of chi-square, to 3 in 100."""
    run = exported.quickstart().run
    table = run.trajectories.to_pandas()
    cov = covariances(run.trajectories)
    truth = table[table["kind"] == "platform"][["id", "t_s", "x_m", "y_m", "z_m"]].astype({"id": str})
    tracks = (
        table[(table["kind"] == "track") & table["truth"].notna()]
        .reset_index(names="row")
        .astype({"truth": str})
    )
    both = tracks.merge(truth, left_on=["truth", "t_s"], right_on=["id", "t_s"], suffixes=("", "_true"))
    place = both[["x_m", "y_m", "z_m"]].to_numpy()
    off = place - both[["x_m_true", "y_m_true", "z_m_true"]].to_numpy()
    local = np.einsum("nij,nj->ni", local_axes(*place.T), off)
    weighed = np.linalg.solve(cov[both["row"]] + 1e-3 * np.eye(3), local[:, :, None])[:, :, 0]
    squares = np.einsum("ni,ni->n", local, weighed)
    assert len(squares) > 4000
    assert np.mean(squares < chi2.ppf(0.95, 3)) == pytest.approx(0.95, abs=0.03)


# --- what other programs are given ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def content():
    return exported.quickstart()


def in_the_plane(content, rows):
    """Covariances of rows in the axes of the plane, turned by pymap3d."""
    lat0, lon0 = np.degrees(asterix.reference(content))
    found = []
    for k in rows:
        here = np.array([pymap3d.ecef2enuv(*u, content.lat_deg[k], content.lon_deg[k]) for u in np.eye(3)]).T
        there = np.array([pymap3d.ecef2enuv(*u, lat0, lon0) for u in np.eye(3)]).T
        turn = there @ here.T
        found.append(turn @ content.cov_enu_m2[k] @ turn.T)
    return np.array(found)


def test_stone_soup_has_it_in_the_axes_of_its_plane(content, tmp_path):
    truth, tracks = (pd.read_csv(path) for path, _ in stonesoup.write(content, tmp_path))
    names = [f"cov_{pair}_m2" for pair in ("ee", "en", "eu", "nn", "nu", "uu")]
    assert truth[names].isna().all(axis=None) and tracks[names].notna().all(axis=None)
    rows = np.array([k for _, k in content.in_time(TRACK)])
    some = np.arange(0, len(rows), 97)
    want = in_the_plane(content, rows[some])[:, *np.triu_indices(3)]
    assert np.abs(tracks[names].to_numpy()[some] - want).max() < 6e-3


def test_asterix_has_the_accuracies(content, tmp_path):
    """Item 062/500, dissected by Wireshark: deviations of x and y in 0.5 m, their signed root, of the height in 6.25 ft."""
    capture = tmp_path / "run.pcap"
    asterix.write(content, capture)
    names = ("APC_X", "APC_Y", "COV_VALUE", "AGA_VALUE")
    got = fields(capture, 62, [f"asterix.062_500_{n}" for n in names])
    rows = np.array([k for _, k in content.in_time(TRACK)])
    x, y, xy, up = (np.array(column, float) for column in got)
    some = np.arange(0, len(rows), 31)
    want = in_the_plane(content, rows[some])
    assert len(x) == len(rows)
    assert np.abs(x[some] - np.sqrt(want[:, 0, 0])).max() <= 0.251
    assert np.abs(y[some] - np.sqrt(want[:, 1, 1])).max() <= 0.251
    root = np.sign(want[:, 0, 1]) * np.sqrt(np.abs(want[:, 0, 1]))
    assert np.abs(xy[some] - root).max() <= 0.251
    sigma_up = np.sqrt(content.cov_enu_m2[rows, 2, 2])
    fits = np.round(sigma_up / (6.25 * 0.3048)) <= 255
    assert np.abs(up * 0.3048 - sigma_up[fits]).max() <= 3.126 * 0.3048
