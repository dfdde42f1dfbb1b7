"""A radar that moves up a hill: its dome, its sector, its altitude and the height of its antenna are those of each place."""

import math

import numpy as np
import pytest
from support.pages import opened

from openiads.analysis.domes import dome_of
from openiads.catalog import load_catalog
from openiads.cli.shipped import find
from openiads.export.content import Content
from openiads.results import open_run
from openiads.study.execute import execute
from openiads.viewer import pack, write_replay
from openiads.viewer.columns import decode

MOVES = (
    "moves: {speed: 20 m/s, pack_up: 10 s, set_up: 10 s, places: ["
    "{position: {bearing: 200 deg, range: 3.4 km, altitude: 400 m}, at: 60 s}, "
    "{position: {bearing: 210 deg, range: 3.6 km, altitude: 900 m}, at: 200 s, sector_centre: 90 deg}]}"
)
VIEW = "openiads.page.views[0]"


@pytest.fixture(scope="module")
def run(compiled_engine, tmp_path_factory):
    place = tmp_path_factory.mktemp("moving")
    text = find("quickstart").read_text()
    one = "position: {bearing: 300 deg, range: 2 km, altitude: 20 m}, sector: {centre: 300 deg}}"
    assert text.count(one) == 1
    file = place / "moving.yaml"
    file.write_text(text.replace(one, one.replace("{centre: 300 deg}}", "{centre: 300 deg}, " + MOVES + "}")))
    return open_run(execute(file, 1, out=place / "run", plots=True))


@pytest.fixture(scope="module")
def header(run):
    return decode(pack(run, zones=False))[0]


def test_each_place_has_its_dome(run, header):
    radar = next(r for r in header["radars"] if r["id"] == "GRAVE-1")
    site = next(s for s in run.sites.to_pylist() if s["id"] == "GRAVE-1")
    item = load_catalog().get("92N6E", "radar")
    assert site["antenna_height_m"] == item.si("antenna_height_m") == radar["antenna_height_m"]
    assert site["moves"] == 2 and set(radar["places"]) == {"1", "2"}
    lowest = item.si("elevation_min_rad") - 0.5 * item.si("beamwidth_el_rad")
    seen = []
    for alt_m, dome in (
        (20.0, radar["dome"]),
        *((h, radar["places"][k]["dome"]) for k, h in (("1", 400.0), ("2", 900.0))),
    ):
        want = dome_of(
            alt_m + site["antenna_height_m"],
            item.si("range_min_m"),
            item.si("range_instrumented_m"),
            lowest,
            item.si("elevation_max_rad"),
        )
        assert dome["far_m"] == [round(x) for x in want.far_m]
        seen.append(dome["far_m"][1])
    assert seen[0] < seen[1] < seen[2], "from higher up it sees farther along the ground"
    assert math.degrees(radar["az0_rad"]) == pytest.approx(300.0)
    facing = [math.degrees(radar["places"][k]["az0_rad"]) for k in ("1", "2")]
    assert facing == pytest.approx([300.0, 90.0])


def test_the_page_takes_each_place_at_its_time(browser, run, tmp_path):
    ready = [e for e in run.events.to_pylist() if e["event"] == "site moves" and e["detail"] == "ready"]
    assert [e["alt_m"] for e in ready] == pytest.approx([400.0, 900.0])
    page = opened(browser, write_replay([run], tmp_path / "a.html", zones=False))
    page.js(f"{VIEW}.selectRadar('GRAVE-1')")
    ask = (
        f"(() => {{ const v = {VIEW}, d = v.domes.get('GRAVE-1'), e = v.model.byId.get('GRAVE-1');"
        "const m = d.group.matrix.elements, r = d.radar; return {alt: v.model.state(e).alt, far: r.dome.far_m[1], az: r.az0_rad,"
        "beam: v.beams.get('GRAVE-1').radar === r, off: Math.hypot(m[12] - e.x, m[13] - e.y, m[14] - e.z),"
        "groups: v.scene.children.filter((g) => g === d.group).length}; })()"
    )
    told = []
    for t in (10.0, ready[0]["t_s"] + 1.0, ready[1]["t_s"] + 1.0, 10.0):
        page.js(f"openiads.page.clock.set({t})")
        page.settle()
        told.append(page.js(ask))
    assert [x["alt"] for x in told] == pytest.approx([20.0, 400.0, 900.0, 20.0], abs=0.1)
    assert told[0]["far"] < told[1]["far"] < told[2]["far"] and told[3] == told[0]
    assert [math.degrees(x["az"]) for x in told] == pytest.approx([300.0, 300.0, 90.0, 300.0])
    assert all(x["off"] < 0.5 and x["beam"] and x["groups"] == 1 for x in told)
    assert page.complaints == []
    page.close()


def test_exports_have_the_altitude_of_the_last_place(run):
    site = next(s for s in Content(run).sites if s.id == "GRAVE-1")
    assert [place[3] for place in site.places] == pytest.approx([20.0, 900.0])


def test_plots_fit_the_truth_from_both_places(run):
    """From the antenna of the place where they were measured: errors of some sigmas, not of hundreds of metres."""
    from openiads.export.plots import plots_of  # noqa: PLC0415

    found = plots_of(Content(run))
    radar, truth = (np.array(found.table[name], object) for name in ("radar", "truth"))
    t_s = np.asarray(found.table["t_s"])
    paths = {}
    for (kind, ident), rows in run.trajectories.to_pandas().groupby(["kind", "id"], observed=True):
        if kind == "platform":
            paths[ident] = rows
    checked = {"before": 0, "after": 0}
    for k in np.flatnonzero((radar == "GRAVE-1") & np.array([x is not None for x in truth])):
        path = paths.get(truth[k])
        if path is None or np.isnan(found.x_m[k]) or not path.t_s.iloc[0] <= t_s[k] <= path.t_s.iloc[-1]:
            continue
        off = np.linalg.norm(
            [np.interp(t_s[k], path.t_s, path[f"{c}_m"]) - getattr(found, f"{c}_m")[k] for c in "xyz"]
        )
        wide = found.table["range_m"][k] * max(found.table["az_sigma_rad"][k], found.table["el_sigma_rad"][k])
        assert off < 6.0 * (wide + found.table["range_sigma_m"][k]) + 400.0
        checked["after" if t_s[k] > 300.0 else "before"] += 1
    assert checked["after"] > 50
