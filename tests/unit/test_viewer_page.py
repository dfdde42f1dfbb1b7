"""The page in a real browser: it opens from disk, shows the run, follows the mouse and the keys, and says no error."""

import json
import math
import re

import numpy as np
import pymap3d
import pytest
from pymap3d.vincenty import vdist
from support.pages import (
    BOX,
    FRIEND,
    GLOBE,
    HOSTILE,
    NEUTRAL,
    SYMBOLS,
    T_S,
    entity,
    going,
    near,
)

from openiads.analysis.explain import explain
from openiads.results import path_of


@pytest.fixture(scope="module")
def run(quickstart):
    return quickstart


@pytest.fixture(scope="module")
def page(replay):
    return replay


@pytest.fixture
def at(page):
    return going(page)


def test_it_opens_without_complaint_and_asks_nobody(page, at):
    at()
    assert page.complaints == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in page.asked)
    assert len([url for url in page.asked if url.startswith("file:")]) == 1


def test_everything_is_where_the_run_says(page, at, run):
    at()
    flying = [r["id"] for r in run.threats.to_pylist() if entity(page, r["id"])["seen"]]
    assert len(flying) > 30
    for ident in flying:
        path = path_of(run, "platform", ident)
        want = [np.interp(T_S, path["t_s"], path[f"{c}_m"]) for c in "xyz"]
        if path["t_s"][-1] >= T_S:
            assert entity(page, ident)["ecef"] == pytest.approx(want, abs=0.3), ident


def test_nothing_flies_before_it_starts_or_after_its_end(page, at, run):
    rows = {r["id"]: r for r in run.threats.to_pylist()}
    killed = next(r for r in rows.values() if r["fate"] == "killed" and r["t_end_s"] > 100)
    at(killed["t_end_s"] - 0.1)
    assert entity(page, killed["id"])["seen"]
    at(killed["t_end_s"] + 0.1)
    assert not entity(page, killed["id"])["seen"]
    at(100.0)
    assert not entity(page, "SCUD-01")["seen"]


def test_the_globe_shows_the_sides_in_their_colours(page, at):
    at()
    for ident, colour in (("GHOST-01", HOSTILE), ("TANKER", FRIEND)):
        where = entity(page, ident)
        assert where["on"]
        x, y = round(where["x"]), round(where["y"])
        box = page.pixels()[y - 12 : y + 12, x - 12 : x + 12]
        assert near(box, colour) > 60, ident
    assert near(page.pixels()[GLOBE], NEUTRAL) > 300


def test_the_side_filter_hides_a_side_and_its_trails(page, at):
    at()
    before = near(page.pixels()[GLOBE], HOSTILE)
    page.js("document.querySelector('.layers input[name=hostile]').click()")
    page.settle()
    after = near(page.pixels()[GLOBE], HOSTILE)
    assert before > 500 and after < 0.1 * before
    at()
    assert near(page.pixels()[GLOBE], HOSTILE) > 0.8 * before


def test_trails_grow_with_their_length(page, at):
    def lit(seconds):
        page.js("openiads.page.options.trail_s = %d" % seconds)  # noqa: UP031
        page.settle()
        return page.pixels()[GLOBE].astype(int).sum()

    at()
    page.js(
        "['stems', 'beams', 'names', 'tracks'].forEach((n) => document.querySelector(`.layers input[name=${n}]`).click())"
    )
    none, some, whole = lit(0), lit(90), lit(1_000_000)
    page.js("openiads.page.options.trail_s = 90")
    assert none < some < whole


def test_the_time_line_is_dragged(page, at):
    at(0.0)
    box = page.js(BOX.replace("SELECTOR", ".timeline"))

    def x(share):
        return box[0] + 8 + (box[2] - 16) * share

    page.click(x(0.5), box[1] + 10)
    assert page.js("openiads.page.clock.t") == pytest.approx(600.0, abs=2.0)
    page.drag(x(0.5), box[1] + 10, x(0.25), box[1] + 10)
    assert page.js("openiads.page.clock.t") == pytest.approx(300.0, abs=2.0)
    page.settle()
    assert page.js("document.querySelector('.time').textContent") == "T+5:00   06:05:00Z"


def test_whom_to_follow_by_keys(page, at):
    at(400.0)
    followed = "openiads.page.views[0].followed?.id ?? null"
    page.key("Escape")
    assert page.js(followed) is None
    page.key(".", "Period", ".")
    first = page.js(followed)
    page.key(".", "Period", ".")
    second = page.js(followed)
    page.key(",", "Comma", ",")
    assert first and second and first != second and page.js(followed) == first
    page.key("n", "KeyN", "n")
    page.key("Enter", "Enter", "\r")
    last = (
        "openiads.page.views[0].events.shown[openiads.page.views[0].events.before(openiads.page.clock.t) - 1]"
    )
    assert page.js(followed) in (page.js(f"{last}.subject"), page.js(f"{last}.object"))
    page.key("Escape")
    assert page.js(followed) is None


def test_the_keys(page, at):
    at(100.0)
    page.key("ArrowRight")
    assert page.js("openiads.page.clock.t") == pytest.approx(105.0)
    page.key("ArrowLeft")
    page.key("ArrowLeft")
    assert page.js("openiads.page.clock.t") == pytest.approx(95.0)
    speed = page.js("openiads.page.clock.speed")
    page.key("+", "Equal", "+")
    assert page.js("openiads.page.clock.speed") > speed
    page.key("-", "Minus", "-")
    assert page.js("openiads.page.clock.speed") == speed
    page.key(" ", "Space", " ")
    page.until("openiads.page.clock.t > 96")
    page.key(" ", "Space", " ")
    stopped = page.js("openiads.page.clock.t")
    page.settle(4)
    assert page.js("openiads.page.clock.t") == stopped
    page.key("End")
    assert page.js("openiads.page.clock.t") == 1200.0
    page.key("?", "Slash", "?")
    assert page.js("!document.querySelector('.help').hidden")
    assert "space" in page.js("document.querySelector('.help').innerText")
    page.key("Escape")
    assert page.js("document.querySelector('.help').hidden")


def test_a_click_follows_and_tells_the_kill_chain(page, at, run):
    at()
    where = entity(page, "GHOST-01")
    page.click(where["x"], where["y"])
    page.settle()
    ident = page.js("openiads.page.views[0].followed.id")
    assert ident in ("GHOST-01", "GHOST-02")  # they fly side by side
    told, text = explain(run, ident), page.js("document.querySelector('.details').innerText")
    assert told.headline in text
    for step in told.steps:
        assert step.text in text
    for sentence in told.verdict:
        assert sentence in text
    page.settle(3)
    where = entity(page, ident)
    width, height = page.js("[openiads.page.views[0].width, openiads.page.views[0].height]")
    assert (where["x"], where["y"]) == pytest.approx((width / 2, height / 2), abs=2.0)  # the camera is on it
    page.js("document.querySelectorAll('.details .step')[2].click()")
    assert page.js("openiads.page.clock.t") == pytest.approx(told.steps[2].t_s)
    page.key("Escape")
    assert page.js("openiads.page.views[0].followed") is None


def test_missiles_tracks_and_sites_are_told_too(page, at, run):
    at()
    missile = next(m for m in run.missiles.to_pylist() if m["t_launch_s"] < T_S < m["t_end_s"])
    page.js("openiads.page.views[0].follow(%s)" % json.dumps(missile["id"]))  # noqa: UP031
    text = page.js("document.querySelector('.details').innerText")
    assert (
        missile["weapon"] in text
        and missile["target"] in text
        and explain(run, missile["target"]).headline in text
    )
    page.js("openiads.page.views[0].follow('AIRFIELD')")
    hit_by = next(
        row["id"]
        for row in run.threats.to_pylist()
        if row["fate"] == "hit its target" and row["target"] == "AIRFIELD"
    )
    assert hit_by in page.js("document.querySelector('.details').innerText")
    page.js("openiads.page.views[0].follow(%s)" % json.dumps(missile["track"]))  # noqa: UP031
    assert "fused track" in page.js("document.querySelector('.details').innerText")


def test_an_event_of_the_list_is_gone_to(page, at):
    at(0.0)
    row = page.js(
        "(() => { const r = [...document.querySelectorAll('.events .row')][3], b = r.getBoundingClientRect();"
        "return [b.left + 60, b.top + 9, r.textContent]; })()"
    )
    page.click(row[0], row[1])
    minutes, seconds = re.match(r"(\d+):(\d\d)", row[2]).groups()
    assert math.floor(page.js("openiads.page.clock.t")) == 60 * int(minutes) + int(seconds)


def test_the_event_list_and_its_filter(page, at, run):
    at()
    log = run.events.to_pylist()
    shown = page.js("openiads.page.views[0].events.shown.map((e) => e.event)")
    assert shown.count("launch") == sum(e["event"] == "launch" for e in log)
    assert "detection" not in shown
    page.js("[...document.querySelectorAll('.classes input')][4].click()")
    shown = page.js("openiads.page.views[0].events.shown.map((e) => e.event)")
    assert shown.count("detection") == sum(e["event"] == "detection" for e in log)
    page.js("[...document.querySelectorAll('.classes input')][4].click()")


def test_the_radar_display_shows_tracks_by_bearing_and_range(page, at, run):
    at()
    blips = page.js("openiads.page.views[0].ppi.blips")
    assert len(blips) > 15
    site = next(s for s in run.sites.to_pylist() if s["id"] == page.js("openiads.page.views[0].radar.id"))
    for blip in blips[:10]:
        path = path_of(run, "track", blip["id"])
        lat, lon, _ = pymap3d.ecef2geodetic(*(np.interp(T_S, path["t_s"], path[f"{c}_m"]) for c in "xyz"))
        range_m, bearing = vdist(site["lat_deg"], site["lon_deg"], lat, lon)
        assert blip["range"] == pytest.approx(range_m, rel=4e-3)  # the page measures on the mean sphere
        assert math.degrees(math.remainder(blip["az"] - math.radians(bearing), math.tau)) == pytest.approx(
            0.0, abs=0.2
        )
    box = page.js(BOX.replace("SELECTOR", ".ppi"))
    page.click(box[0] + blips[0]["x"], box[1] + blips[0]["y"])
    assert page.js("openiads.page.views[0].followed.id") in [b["id"] for b in blips]


def test_beams_turn_as_the_engine_turns_them(page, at, run):
    """First detections by a rotating radar come when the beam is there. All but those of dedicated looks and of what flies
    overhead, whose bearing changes between two samples, lie on the beam of the page; by chance 1 in 360 would."""
    radars = {r["id"]: r for r in page.js("openiads.page.views[0].model.header.radars")}
    sites = {s["id"]: s for s in run.sites.to_pylist()}
    seen = [
        e for e in run.events.to_pylist() if e["event"] == "detection" and radars[e["object"]]["rotating"]
    ]
    off = []
    for e in seen:
        path, s = path_of(run, "platform", e["subject"]), sites[e["object"]]
        if not path["t_s"][0] <= e["t_s"] <= path["t_s"][-1]:
            continue
        place = [np.interp(e["t_s"], path["t_s"], path[f"{c}_m"]) for c in "xyz"]
        az = pymap3d.ecef2aer(*place, s["lat_deg"], s["lon_deg"], s["alt_m"])[0]
        radar = radars[e["object"]]
        beam = math.degrees(radar["az0_rad"]) + 360.0 * e["t_s"] / radar["period_s"]
        off.append(math.remainder(beam - az, 360.0))
    assert len(off) > 40
    assert np.mean(np.abs(off) < 0.5) > 0.85  # degrees; the beam is 1.5 wide
    assert np.median(np.abs(off)) < 0.1


def test_charts_count_what_the_tables_say(page, at, run):
    threats, missiles, log = run.threats.to_pylist(), run.missiles.to_pylist(), run.events.to_pylist()
    first = {r["id"]: path_of(run, "platform", r["id"])["t_s"] for r in threats if r["identity"] == "hostile"}
    for t in (50.3, 430.1, 700.7, 1100.9):
        at(t)
        got = page.js(
            "(() => { const t = openiads.page.clock.t; return openiads.page.charts.boxes.map((b) => {"
            "const s = b.runs[0]; let v = 0; for (let i = 0; i < s.t.length && s.t[i] <= t; i++) v = s.v[i]; return v; }); })()"
        )
        alive = sum(
            len(p) > 0 and p[0] <= t and r["t_end_s"] > t
            for r in threats
            if (p := first.get(r["id"])) is not None
        )
        flying = sum(m["t_launch_s"] <= t < m["t_end_s"] for m in missiles)
        begun = sum(e["event"] == "assigned" and e["t_s"] <= t for e in log)
        over = sum(e["event"] == "engagement end" and e["t_s"] <= t for e in log)
        assert got == [alive, flying, begun - over]


def test_domes_zones_and_beams_are_drawn_and_can_be_taken_away(page, at):
    at()
    page.js(
        "['names', 'tracks', 'stems'].forEach((n) => document.querySelector(`.layers input[name=${n}]`).click())"
    )

    def lit():
        page.settle(3)
        return page.pixels()[GLOBE].astype(int).sum()

    page.js(
        "openiads.page.options.dome = 'none', document.querySelector('.layers input[name=beams]').click()"
    )
    bare = lit()
    page.js("openiads.page.options.dome = 'selected'")
    assert lit() > 1.02 * bare
    page.js(
        "openiads.page.options.dome = 'none', document.querySelector('.layers input[name=\"zone-48N6E3\"]').click()"
    )
    assert lit() > 1.02 * bare
    page.js("document.querySelector('.layers input[name=\"zone-48N6E3\"]').click()")
    page.js("document.querySelector('.layers input[name=beams]').click()")
    assert lit() > 1.005 * bare
    page.js("openiads.page.options.dome = 'selected'")


def test_the_mouse_turns_moves_and_zooms(page, at):
    at()

    def where():
        return page.js(
            "(() => { const o = openiads.page.views[0].orbit; return [o.az, o.el, o.distance, o.lat]; })()"
        )

    az, el, distance, lat = where()
    page.drag(640, 300, 740, 340)
    assert where()[0] == pytest.approx(az - 0.6, abs=0.1) and where()[1] > el and where()[3] == lat
    page.drag(640, 300, 640, 360, "right")
    assert where()[3] > lat
    page.call("Input.dispatchMouseEvent", type="mouseWheel", x=640, y=300, deltaX=0, deltaY=-240)
    page.settle()
    assert where()[2] < 0.9 * distance


def test_nothing_lies_outside_the_page(page, at):
    at()
    page.js("openiads.page.views[0].follow('SCUD-01')")
    page.settle()
    boxes = page.js(
        "['.title', '.events', '.scope', '.details', '.charts', '.bar'].map((s) => {"
        "const b = document.querySelector(s).getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"
    )
    for k, (left, top, right, bottom) in enumerate(boxes):
        assert 0 <= left < right <= 1280 and 0 <= top < bottom <= 720
        for other in boxes[k + 1 :]:
            apart = other[0] >= right or other[2] <= left or other[1] >= bottom - 0.5 or other[3] <= top + 0.5
            assert apart, (boxes[k], other)


def test_sides_differ_in_shape_and_read_well(page):
    """Contrast of texts at least 4.5 to 1 (WCAG 2, 1.4.3); every side has its own frame."""

    def luminance(rgb):
        c = np.array(rgb) / 255.0
        c = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        return float(c @ [0.2126, 0.7152, 0.0722])

    ground = luminance((9, 16, 19))
    for selector in (".title b", ".title span", ".when", ".time", ".row .what"):
        colour = page.js(f"getComputedStyle(document.querySelector('{selector}')).color")
        text = luminance([int(k) for k in re.findall(r"\d+", colour)[:3]])
        assert (text + 0.05) / (ground + 0.05) > 4.5, selector
    cells = page.js(SYMBOLS)
    shapes = [np.array(c).reshape(64, 64) > 128 for c in cells]
    for k, shape in enumerate(shapes):
        assert shape.sum() > 500
        for other in shapes[k + 1 :]:
            assert (shape ^ other).sum() > 120
