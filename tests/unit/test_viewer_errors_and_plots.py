"""The page in a real browser: error ellipsoids and ellipses of tracks, plots of the radar display, strobes from begin to end."""

import math

import numpy as np
import pymap3d
import pytest
from pymap3d.vincenty import vdist
from scipy.stats import chi2
from support.pages import GLOBE, T_S, going, opened

from openiads.results import covariances, path_of
from openiads.viewer import write_replay

VIEW = "openiads.page.views[0]"


@pytest.fixture(scope="module")
def run(quickstart):
    return quickstart


@pytest.fixture(scope="module")
def page(replay):
    return replay


@pytest.fixture
def at(page):
    return going(page)


def pink(page):
    """Number of pixels of a strobe: red and blue well above green, which no symbol has."""
    shown = page.pixels()[GLOBE].astype(int)
    return int(((shown[:, :, 0] - shown[:, :, 1] > 60) & (shown[:, :, 2] - shown[:, :, 1] > 40)).sum())


def confidence(page, percent):
    page.js(
        f"(() => {{ const s = document.querySelector('[name=confidence]'); s.value = '{percent}';"
        " s.dispatchEvent(new Event('change')); })()"
    )
    page.settle()


def stored(run, t_s):
    """Track → (covariance, position) of the last sample at or before a time."""
    table = run.trajectories
    kind, t = np.array(table["kind"].to_pylist()), table["t_s"].to_numpy()
    cov, ids = covariances(table), table["id"].to_pylist()
    place = np.stack([table[f"{c}_m"].to_numpy() for c in "xyz"], axis=1)
    rows = np.flatnonzero((kind == "track") & (t <= t_s + 1e-9) & (t > t_s - 2.0))
    return {ids[k]: (cov[k], place[k]) for k in rows}


def test_the_axes_are_those_of_the_stored_covariance(at, run):
    """Half axes against numpy's eigenvalues, directions against its eigenvectors, for every track in the air."""
    page = at()
    got = page.js(
        f"{VIEW}.model.entities.filter((e) => e.kind === 'track' && e.visible && e.axes())"
        ".map((e) => [e.id, e.axes().half, e.axes().along])"
    )
    want = stored(run, T_S)
    assert len(got) == len(want) > 15
    for ident, half, along in got:
        values, vectors = np.linalg.eigh(want[ident][0])
        assert np.array(half) == pytest.approx(np.sqrt(values[::-1]), rel=1e-9, abs=1e-6), ident
        for k in range(3):
            gap = np.diff(np.sqrt(values)).min() / math.sqrt(values[-1])
            if gap > 1e-3:
                assert abs(np.dot(along[k], vectors[:, 2 - k])) == pytest.approx(1.0, abs=1e-6), ident


def test_the_stated_confidence_is_chi_squares(at):
    page = at()
    page.js(f"{VIEW}.follow([...{VIEW}.model.entities].find((e) => e.kind === 'track' && e.visible).id)")
    page.js(f"{VIEW}.orbit.distance = 3000")
    for percent in (50, 90, 95, 99):
        confidence(page, percent)
        ratio = page.js(
            f"(() => {{ const s = {VIEW}.ellipsoids.shown.find((x) => x.id === {VIEW}.followed.id);"
            f" return s.half[0] / {VIEW}.followed.axes().half[0]; }})()"
        )
        assert ratio == pytest.approx(math.sqrt(chi2.ppf(percent / 100, 3)), rel=1e-9)
        flat = page.js(
            f"(() => {{ const e = {VIEW}.followed, b = {VIEW}.ppi.blips.find((x) => x.id === e.id); return b?.ellipse.major; }})()"
        )
        two = np.linalg.eigvalsh(np.array(page.js(f"{ROOT}"))[:2, :2])
        if flat is not None:
            assert flat == pytest.approx(math.sqrt(chi2.ppf(percent / 100, 2) * two[-1]), rel=1e-9)
        assert f"{percent} % ellipsoid" in page.js("document.querySelector('.legend').innerText")
        assert f"{percent} % error" in page.js("document.querySelector('.details').innerText")
    confidence(page, 95)


#: The covariance of what is followed, from its root.
ROOT = f"""(() => {{ const l = {VIEW}.followed.root, m = [[l[0], 0, 0], [l[1], l[2], 0], [l[3], l[4], l[5]]];
  return m.map((a) => m.map((b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2])); }})()"""


def test_the_picture_shows_the_ellipsoid_in_its_size(at, run):
    """Seen from above, a covariance reaches sqrt(P_ee) east and sqrt(P_nn) north, times the factor; so many pixels are yellow."""
    page = at()
    ident, (cov, _) = max(stored(run, T_S).items(), key=lambda one: one[1][0][0, 0])
    page.js(
        "['stems', 'beams', 'names', 'marks', 'strobes'].forEach((n) => document.querySelector(`.layers input[name=${n}]`).click())"
    )
    page.js(f"{VIEW}.shows = (e) => e === {VIEW}.followed")
    page.js(f"{VIEW}.options.trail_s = 0, {VIEW}.options.dome = 'none', {VIEW}.follow({ident!r})")
    page.js(f"{VIEW}.orbit.el = Math.PI / 2 - 1e-3, {VIEW}.orbit.az = 0, {VIEW}.orbit.distance = 9000")
    page.settle(3)
    focal = page.js(f"{VIEW}.height / (2 * Math.tan({VIEW}.orbit.camera.fov * Math.PI / 360))")
    factor = math.sqrt(chi2.ppf(0.95, 3))

    def yellow():
        shown = page.pixels()[20:500, 310:980].astype(int)  # the key lies below
        return (shown[:, :, 0] > 60) & (shown[:, :, 1] > 60) & (shown[:, :, 0] - shown[:, :, 2] > 35)

    with_it = yellow()
    rows, columns = np.flatnonzero(with_it.any(axis=1)), np.flatnonzero(with_it.any(axis=0))
    depth = page.js(f"{VIEW}.followed.depth")
    for span, variance in ((columns, cov[0, 0]), (rows, cov[1, 1])):
        half_px = (span[-1] - span[0]) / 2
        assert half_px == pytest.approx(factor * math.sqrt(variance) / depth * focal, rel=0.08, abs=3.0)
    page.js("document.querySelector('.layers input[name=sigma]').click()")
    page.settle(3)
    assert yellow().sum() < 0.02 * with_it.sum()
    assert page.js("document.querySelector('.legend').hidden")
    page.js(f"{VIEW}.options.trail_s = 90, {VIEW}.options.dome = 'selected', delete {VIEW}.shows")
    at()


def test_the_display_draws_the_ellipse_where_the_track_is(at, run):
    """Its long axis points on the display as it does on the ground, seen from the radar."""
    page = at()
    blips = {b["id"]: b for b in page.js(f"{VIEW}.ppi.blips")}
    factor = math.sqrt(chi2.ppf(0.95, 2))
    checked = 0
    for ident, (cov, _) in stored(run, T_S).items():
        if ident not in blips:
            continue
        values, vectors = np.linalg.eigh(cov[:2, :2])
        ellipse = blips[ident]["ellipse"]
        assert ellipse["major"] == pytest.approx(factor * math.sqrt(values[1]), rel=1e-6)
        assert ellipse["minor"] == pytest.approx(factor * math.sqrt(max(values[0], 0.0)), rel=1e-6, abs=1e-3)
        if values[1] > 1.05 * values[0]:
            turned = ellipse["az"] - math.atan2(*vectors[:, 1])
            assert abs(math.sin(turned)) < 1e-5, ident
            checked += 1
    assert checked > 10


# --- plots --------------------------------------------------------------------------------------------


def test_the_display_shows_the_plots_of_its_radar(at, run):
    """Number, place and kind of each against the table of the run; the range along the ground against a geodesic."""
    page = at()
    radar = page.js(f"{VIEW}.radar")
    sites = {s["id"]: s for s in run.sites.to_pylist()}
    site, span = sites[radar["id"]], min(max(3 * radar["period_s"], 6), 40)
    page.js(f"{VIEW}.ppi.scale = 1")
    page.settle()
    got = page.js(f"{VIEW}.ppi.plots")
    rows = [
        p for p in run.plots.to_pylist()
        if p["radar"] == radar["id"] and T_S - span <= p["t_s"] <= T_S + 1e-9
    ]  # fmt: skip
    assert len(got) == len(rows) > 30
    assert sum(p["false"] for p in got) == sum(p["kind"] == "false" for p in rows) > 0
    for p, row in zip(got, rows, strict=True):
        assert p["age"] == pytest.approx(T_S - row["t_s"], abs=1e-3)
        assert math.remainder(p["az"] - row["az_rad"], math.tau) == pytest.approx(0.0, abs=1e-5)
        assert p["false"] == (row["kind"] == "false") and p["dedicated"] == row["dedicated"]
        up = site["alt_m"] + site["antenna_height_m"]
        at_m = pymap3d.aer2geodetic(
            math.degrees(row["az_rad"]),
            math.degrees(row["el_rad"]),
            row["range_m"],
            site["lat_deg"],
            site["lon_deg"],
            up,
        )
        ground, _ = vdist(site["lat_deg"], site["lon_deg"], at_m[0], at_m[1])
        assert p["range"] == pytest.approx(ground, rel=4e-3, abs=5.0)  # the page measures on the mean sphere


def test_plots_fade_and_false_ones_look_different(at, page):
    """By shape and by colour: dots and crosses; blue-yellow and lightness differ, which colour-blind people see."""
    at()
    off = ("tracks", "sigma", "strobes", "beams")
    page.js(f"{list(off)}.forEach((n) => document.querySelector(`.layers input[name=${{n}}]`).click())")
    box = "(() => { const b = document.querySelector('.ppi').getBoundingClientRect(); return [b.left, b.top]; })()"

    def look(scale):
        page.js(f"{VIEW}.ppi.scale = {scale}")
        page.settle()
        left, top = page.js(box)
        shown = page.pixels().astype(int)
        return [(p, lambda dx, dy, p=p: shown[round(top + p["y"] + dy), round(left + p["x"] + dx)])
                for p in page.js(f"{VIEW}.ppi.plots")]  # fmt: skip

    true = [(p, pixel(0, 0)) for p, pixel in look(6) if not p["false"]]
    fresh = [c.mean() for p, c in true if p["age"] < 12]
    stale = [c.mean() for p, c in true if p["age"] > 24]
    assert min(len(fresh), len(stale)) > 5 and np.mean(fresh) > 1.3 * np.mean(stale)
    assert np.mean([c[0] - c[2] for p, c in true if p["age"] < 12]) < 10
    false = [(p, pixel) for p, pixel in look(1) if p["false"] and p["age"] < 25]
    assert len(false) > 1
    for _, pixel in false:
        about = [pixel(dx, dy) for dx in (-2, -1, 0, 1, 2) for dy in (-2, -1, 0, 1, 2)]
        assert max(c[0] - c[2] for c in about) > 25
    assert "false plot" in page.js("document.querySelector('.key').innerText")
    page.js("document.querySelector('.layers input[name=plots]').click()")
    page.settle()
    assert page.js(f"{VIEW}.ppi.plots") == [] and "plot" not in page.js(
        "document.querySelector('.key').innerText"
    )
    at()


# --- strobes ------------------------------------------------------------------------------------------


def test_strobes_last_from_their_begin_to_their_last_report(browser, shipped, tmp_path):
    """Also in the middle of minutes, where they ended after 30 s; each towards where its jammer is then."""
    run = shipped("hidden-jammers")
    log = [e for e in run.events.to_pylist() if e["event"].startswith("jam strobe")]
    over = [e for e in log if e["event"] == "jam strobe over"]
    assert len(over) == sum(e["event"] == "jam strobe" for e in log) == 6
    page = opened(browser, write_replay([run], tmp_path / "jam.html", zones=False))
    sites = {s["id"]: s for s in run.sites.to_pylist()}
    for t in (1.0, 100.0, 203.0):
        page.js(f"openiads.page.clock.set({t})")
        page.settle()
        found = page.js(f"{VIEW}.strobes.now(openiads.page.clock.t)")
        assert {(s["source"], s["radar"]) for s in found} == {(e["subject"], e["object"]) for e in over}
        for s in found:
            path, site = path_of(run, "platform", s["source"]), sites[s["radar"]]
            place = [np.interp(t, path["t_s"], path[f"{c}_m"]) for c in "xyz"]
            az = pymap3d.ecef2aer(*place, site["lat_deg"], site["lon_deg"], site["alt_m"])[0]
            assert math.degrees(s["az"]) % 360.0 == pytest.approx(az, abs=0.05)
        assert pink(page) > 50
    for e in over:
        last = (
            next(
                x["t_s"]
                for x in log
                if (x["event"], x["subject"], x["object"]) == ("jam strobe", e["subject"], e["object"])
            )
            + e["value"]
        )
        assert last + 30.0 <= e["t_s"] <= last + 31.5
    page.js(f"openiads.page.clock.set({max(e['t_s'] for e in over) - 28.0})")
    page.settle()
    assert page.js(f"{VIEW}.strobes.now(openiads.page.clock.t)") == []
    assert pink(page) == 0
    page.close()
