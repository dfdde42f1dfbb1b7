"""More pages in a real browser: two runs, ground, strobes, a run that lacks things, and pages that cannot be shown."""

import math

import numpy as np
import pytest
import synthetic_run as made
from support.browser import start
from support.pages import GLOBE, opened

from openiads.results import open_run
from openiads.scenario.load import load_file
from openiads.study.store import new_run
from openiads.viewer import pack, write_replay
from openiads.viewer.columns import decode


@pytest.fixture(scope="module")
def run(quickstart):
    return quickstart


@pytest.fixture(scope="module")
def alone(run, tmp_path_factory):
    """The page of that run without zones, as a file."""
    return write_replay([run], tmp_path_factory.mktemp("alone") / "a.html", zones=False)


@pytest.fixture
def tab(browser):
    """`tab(file)`: a page, closed after the test."""
    made = []

    def open_one(file):
        made.append(opened(browser, file))
        return made[-1]

    yield open_one
    for page in made:
        page.close()


def test_two_runs_share_one_clock(tab, run, shipped, tmp_path):
    other = shipped("quickstart", 2)
    page = tab(write_replay([run, other], tmp_path / "two.html", zones=False))
    assert page.complaints == []
    page.js("openiads.page.clock.set(430)")
    page.settle()
    assert page.js("openiads.page.views.length") == 2
    page.js("openiads.page.views[0].follow('STRIKE-01')")
    assert page.js("openiads.page.views[1].followed.id") == "STRIKE-01"
    page.drag(300, 300, 360, 300)
    assert page.js("openiads.page.views[0].orbit.az === openiads.page.views[1].orbit.az")
    left, right = page.pixels()[90:530, 220:420], page.pixels()[90:530, 860:1060]
    assert left.std() > 5 and right.std() > 5
    assert "not the same luck" in page.js("document.body.innerText")
    keys = page.js("[...document.querySelectorAll('.key')].map((k) => k.innerText)")
    assert "false plot" in keys[0] and "no plots in this run" in keys[1]
    assert "--plots" in page.js("document.querySelector('.help').textContent")
    assert page.js("openiads.page.views.map((v) => v.ppi.plots.length > 0)") == [True, False]
    runs = page.js("openiads.page.charts.boxes.map((b) => b.runs.length)")
    assert runs == [2, 2, 2]


def test_the_ground(tab, shipped, tmp_path):
    page = tab(write_replay([shipped("low-approach")], tmp_path / "low.html", zones=False))
    page.js("openiads.page.views[0].orbit.distance = 42000, openiads.page.options.dome = 'none'")
    page.js("openiads.page.clock.set(60)")
    page.settle(3)
    shown = page.pixels()[GLOBE].astype(int)
    seen = ((shown[:, :, 1] - shown[:, :, 2] > 12) & (shown[:, :, 1] - shown[:, :, 0] > 25)).sum()
    hidden = ((shown[:, :, 0] - shown[:, :, 2] > 4) & (shown[:, :, 0] > 25)).sum()
    assert seen > 5000 and hidden > 5000


def test_a_run_without_a_readable_scenario_is_shown_and_says_what_is_missing(tab, tmp_path):
    with new_run(tmp_path / "run") as folder:
        made_up = open_run(folder.write(*made.outcome(), made.provenance()))
    page = tab(write_replay([made_up], tmp_path / "a.html", zones=False))
    page.js("openiads.page.clock.set(300)")
    page.settle()
    assert page.complaints == []
    assert page.js("document.querySelector('.scope').innerText") == "no radar"
    page.key("?", "Slash", "?")
    assert "cannot be read here" in page.js("document.querySelector('.help').innerText")
    assert page.js("openiads.page.views[0].model.entities.filter((e) => e.onScreen).length") > 10


def test_a_radar_that_moves_takes_its_beam_along(tab, alone):
    """The plan of a site that moves is written into the page; the beam's place is that of the site."""
    page = tab(alone)
    where = page.js(
        "(() => { const v = openiads.page.views[0], h = v.model.header; h.places['CHEESE'] = [[31, -40]];"
        "h.states['CHEESE'] = [[100, 'ready', 1]]; const at = (t) => { openiads.page.clock.set(t); openiads.page.frame();"
        "const m = v.beams.get('CHEESE').group.matrix.elements, e = v.model.byId.get('CHEESE');"
        "return [m[12] - e.x, m[13] - e.y, m[14] - e.z, e.y]; }; return [at(50), at(150)]; })()"
    )
    assert np.abs([w[:3] for w in where]).max() < 1.0
    assert where[1][3] - where[0][3] == pytest.approx(
        1.0254 * 110_900, rel=0.01
    )  # CHEESE stands 3 km south of 30 N


def test_a_damaged_page_says_so(browser, alone, tmp_path):
    file, text = tmp_path / "a.html", alone.read_text()
    place = text.index(">", text.index("data-run=")) + 4000
    file.write_text(text[:place] + "AAAA" + text[place + 4 :])
    page = browser.page(file.as_uri())
    page.until("window.openiads && (openiads.ready || openiads.error)")
    assert "cannot be shown" in page.js("document.getElementById('app').textContent")
    page.close()


def test_no_detection_of_the_engine_lies_outside_its_dome(run):
    """Over 100 detections; the horizon of the engine is on the ellipsoid, that of the dome on the mean sphere."""
    radars = {r["id"]: r for r in decode(pack(run, zones=False))[0]["radars"]}
    sites = {s["id"]: s for s in run.sites.to_pylist()}
    inside = []
    for e in run.events.to_pylist():
        if e["event"] != "detection":
            continue
        radar, a = radars[e["object"]], 6_371_000.0
        antenna = sites[e["object"]]["alt_m"] + radar["antenna_height_m"]
        rise, top = e["alt_m"] - antenna, e["range_m"]
        ground = 2 * a * math.asin(math.sqrt((top**2 - rise**2) / 4 / (a + antenna) / (a + e["alt_m"])))
        root, roots = math.sqrt(e["alt_m"]), np.sqrt(radar["dome"]["alt_m"])
        far, near_m = (np.interp(root, roots, radar["dome"][k]) for k in ("far_m", "near_m"))
        inside.append(0.98 * near_m - 50.0 <= ground <= 1.002 * far)
    assert len(inside) > 100
    assert all(inside)


def test_a_browser_without_webgl_is_told_so(alone):
    with start("--disable-3d-apis") as blind:
        page = blind.page(alone.as_uri())
        page.until("window.openiads && (openiads.ready || openiads.error)")
        assert "no WebGL 2" in page.js("document.getElementById('app').textContent")


def test_the_scenario_of_the_run_can_be_read_again(run):
    assert load_file(run.path / "scenario.yaml").name == "quickstart"
