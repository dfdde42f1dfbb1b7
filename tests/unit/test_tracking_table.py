"""`track_plots`: a table of plots in, tracks out; and every kind of bad table refused by name and row."""

import math

import numpy as np
import pytest

from openiads.physics.geodesy import enu_basis, geodetic_to_ecef
from openiads.tracking import schema as s
from openiads.tracking import track_plots, tracker_params

SITES = {
    "lat_rad": np.array([0.9, 0.905]),
    "lon_rad": np.array([0.6, 0.62]),
    "alt_m": np.array([100.0, 50.0]),
    "revisit_s": np.array([10.0, 5.0]),
}
ORIGIN = np.array(geodetic_to_ecef(0.9, 0.6, 0.0))
ENU = np.array(enu_basis(0.9, 0.6)).reshape(3, 3)
SIGMAS = (60.0, 0.003, 0.004)


def state(k, t):
    """Position and velocity (east, north, up) of target k."""
    v = 240.0 * np.array([math.cos(k), math.sin(k), 0.0])
    return np.array([4e4 * math.cos(2.4 * k), 4e4 * math.sin(2.4 * k), 8e3 + 300 * k]) + v * t, v


def plots_of(n_sites, n_targets=12, seconds=150.0, pd=0.9, n_false=2, seed=1):
    rng = np.random.default_rng(seed)
    rows = []
    for site in range(n_sites):
        at = np.array(geodetic_to_ecef(SITES["lat_rad"][site], SITES["lon_rad"][site], SITES["alt_m"][site]))
        frame = np.array(enu_basis(SITES["lat_rad"][site], SITES["lon_rad"][site])).reshape(3, 3)
        revisit = SITES["revisit_s"][site]
        for turn in np.arange(0, seconds, revisit):
            for k in range(n_targets):
                if rng.random() > pd:
                    continue
                t = turn
                for _ in range(3):  # when the beam points at it
                    e = frame @ (ORIGIN + state(k, t)[0] @ ENU - at)
                    az = math.atan2(e[0], e[1]) % (2 * math.pi)
                    t = turn + revisit * az / (2 * math.pi)
                r = float(np.linalg.norm(e))
                d, a, b = rng.normal(size=3) * SIGMAS
                rows.append((t, site, r + d, az + a, math.asin(e[2] / r) + b, *SIGMAS, k))
            for _ in range(n_false):
                t = turn + revisit * rng.random()
                az = 2 * math.pi * (t - turn) / revisit
                rows.append((t, site, rng.uniform(2e4, 8e4), az, rng.uniform(0.02, 0.2), *SIGMAS, -1))
    names = (
        "time_s",
        "site",
        "range_m",
        "az_rad",
        "el_rad",
        "range_sigma_m",
        "az_sigma_rad",
        "el_sigma_rad",
        "truth",
    )
    return dict(zip(names, np.array(rows).T, strict=True))


def one_site():
    return {k: v[:1] for k, v in SITES.items()}


def missing_and_wrong(n_sites, seed, at_s=(100.0, 150.0)):
    """Per time: targets without a track within five sigma of it, and other tracks."""
    sites = {k: v[:n_sites] for k, v in SITES.items()}
    result = track_plots(plots_of(n_sites, seed=seed), sites, at_s=list(at_s))
    found = []
    for t in at_s:
        now = result.samples[result.samples["time_s"] == t]
        right = set()
        for row in now[now["truth"] >= 0]:
            x, v = state(row["truth"], t)
            off_m = np.linalg.norm(row["pos_ecef_m"] - ORIGIN - x @ ENU) / math.sqrt(row["var"][:3].sum())
            off_mps = np.linalg.norm(row["vel_ecef_mps"] - v @ ENU) / math.sqrt(row["var"][3:].sum())
            if max(off_m, off_mps) < 5.0:
                right.add(int(row["truth"]))
        found.append((12 - len(right), len(now) - len(right)))
    assert "sorted" in result.notes[0]
    return found


def test_every_target_gets_one_track():
    """Two radars: all at once and for good, and no others."""
    for seed in range(1, 6):
        assert missing_and_wrong(2, seed) == [(0, 0), (0, 0)]


def test_one_slow_radar_finds_nearly_all():
    """Looks every ten seconds that miss one in ten, targets that could be each other's second plot: 30 sets of twelve."""
    found = np.array([missing_and_wrong(1, seed) for seed in range(1, 31)]).sum(axis=0)
    assert found[0, 0] <= 0.08 * 360 and found[1, 0] <= 0.015 * 360
    assert found[0, 1] <= 0.01 * 360 and found[1, 1] <= 0.01 * 360


def test_rows_and_plots_belong_together():
    plots = plots_of(1)
    result = track_plots(plots, one_site())
    assert len(result.plot_track) == len(plots["time_s"])
    up = result.updates
    assert (plots["time_s"][up["plot"]] == up["time_s"]).all()
    assert (result.plot_track[up["plot"]] == up["track"]).all()
    assert set(result.plot_event) <= {s.STARTED, s.UPDATED, s.NOW_CONFIRMED}
    np.testing.assert_allclose(up["mu"].sum(axis=1), 1.0)
    # truth rides along and belongs to the last plot
    assert (up["truth"] == plots["truth"][up["plot"]]).all()


def test_truth_is_never_read_by_a_decision():
    plots = plots_of(2)
    a = track_plots(plots, SITES)
    b = track_plots({**plots, "truth": plots["truth"][::-1].copy()}, SITES)
    for name in ("track", "time_s", "pos_ecef_m", "vel_ecef_mps", "var"):
        assert (a.updates[name] == b.updates[name]).all()


def test_order_of_rows_does_not_matter():
    plots = plots_of(1)
    order = np.random.default_rng(2).permutation(len(plots["time_s"]))
    a = track_plots(plots, one_site())
    b = track_plots({k: v[order] for k, v in plots.items()}, one_site())
    assert (a.updates["pos_ecef_m"] == b.updates["pos_ecef_m"]).all()
    assert (a.plot_track[order] == b.plot_track).all()


def test_structured_array_and_frame():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    plots = plots_of(1)
    want = track_plots(plots, one_site()).updates
    frame = pandas.DataFrame(plots)
    assert (track_plots(frame, pandas.DataFrame(one_site())).updates == want).all()
    assert (track_plots(frame.to_records(index=False), one_site()).updates == want).all()


def test_many_targets_grow_the_table():
    """More simultaneous tracks than the table begins with."""
    rng = np.random.default_rng(3)
    n = 400
    az = rng.uniform(0, 2 * math.pi, n)
    one = {"range_m": rng.uniform(5e4, 2e5, n), "az_rad": az, "el_rad": rng.uniform(0.02, 0.5, n)}
    plots = {k: np.tile(v, 3) for k, v in one.items()}
    plots["time_s"] = np.repeat([0.0, 10.0, 20.0], n)
    plots["site"] = np.zeros(3 * n)
    for name, value in zip(
        ("range_sigma_m", "az_sigma_rad", "el_sigma_rad"), (50.0, 1e-3, 1e-3), strict=True
    ):
        plots[name] = np.full(3 * n, value)
    result = track_plots(plots, one_site(), at_s=[20.0])
    assert len(result.samples) == n


def test_empty_table():
    plots = {k: np.zeros(0) for k in plots_of(1, n_targets=1)}
    result = track_plots(plots, SITES, at_s=[1.0])
    assert len(result.updates) == len(result.samples) == 0


BAD = [
    ("az_rad", math.nan, r"plots\.az_rad, row 3: nan is not finite"),
    ("time_s", math.inf, r"plots\.time_s, row 3: inf is not finite"),
    ("range_m", -5.0, r"plots.range_m, row 3: .*-5.0.* outside"),
    ("range_sigma_m", 0.0, r"plots.range_sigma_m, row 3"),
    ("el_rad", 2.0, r"plots.el_rad, row 3"),
    ("az_sigma_rad", 3.0, r"plots.az_sigma_rad, row 3"),
    ("site", 1.0, r"plots.site, row 3"),
    ("site", 0.5, r"plots.site, row 3"),
]


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_bad_values(name, value, message):
    plots = plots_of(1, n_targets=2)
    plots[name] = plots[name].copy()
    plots[name][3] = value
    with pytest.raises(ValueError, match=message):
        track_plots(plots, one_site())


def test_bad_tables():
    plots = plots_of(1, n_targets=2)
    with pytest.raises(ValueError, match="no column 'el_rad'"):
        track_plots({k: v for k, v in plots.items() if k != "el_rad"}, one_site())
    with pytest.raises(ValueError, match="differ in length"):
        track_plots({**plots, "az_rad": plots["az_rad"][:-1]}, one_site())
    with pytest.raises(ValueError, match="not numeric"):
        track_plots({**plots, "az_rad": ["x"] * len(plots["az_rad"])}, one_site())
    with pytest.raises(ValueError, match="no column 'alt_m'"):
        track_plots(plots, {"lat_rad": [0.9], "lon_rad": [0.6]})
    with pytest.raises(ValueError, match=r"sites\.lat_rad, row 0"):
        track_plots(plots, {"lat_rad": [55.0], "lon_rad": [0.6], "alt_m": [0.0]})
    with pytest.raises(ValueError, match="revisit_s"):
        track_plots(plots, {**one_site(), "revisit_s": [0.0]})
    with pytest.raises(ValueError, match="4 rows of params"):
        track_plots(plots, one_site(), params=tracker_params(4))
    with pytest.raises(ValueError, match="at_s"):
        track_plots(plots, one_site(), at_s=[math.nan])
