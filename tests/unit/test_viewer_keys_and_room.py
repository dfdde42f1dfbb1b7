"""The page by keys alone, in small windows, and what is drawn about sites."""

import json

import numpy as np
import pytest
from support.pages import going, opened

from openiads.viewer import write_replay

VIEW = "openiads.page.views[0]"
FOCUS = """(() => { const e = document.activeElement;
  return `${e.tagName} ${e.className} ${e.getAttribute('aria-label') ?? ''}`; })()"""
BOXES = """['.title', '.which-events', '.events', '.scope', '.details', '.charts', '.bar'].map((s) => {
  const b = document.querySelector(s).getBoundingClientRect(); return [s, b.left, b.top, b.right, b.bottom]; })"""


@pytest.fixture
def at(replay):
    return going(replay)


@pytest.fixture
def page(replay, at):
    at(430.0)
    yield replay
    replay.js("document.activeElement.blur(); openiads.page.box.classList.remove('bare')")
    at(430.0)


def size(page, width, height):
    page.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
    )
    page.settle(3)


def press(page, key):
    page.key(key, f"Key{key.upper()}", key)


def test_the_kill_chain_is_reached_and_used_by_keys(page):
    page.js(f"{VIEW}.follow('SCUD-01'); document.querySelector('.details').focus()")
    assert page.js(FOCUS).startswith("DIV details")
    page.key("Tab")  # the button that lets go
    page.key("Tab")
    assert page.js(FOCUS).startswith("DIV step")
    page.key("Tab")
    want = page.js(f"{VIEW}.model.header.chains['SCUD-01'].steps[1][0]")
    page.key("Enter", "Enter", "\r")
    assert page.js("openiads.page.clock.t") == pytest.approx(want)
    page.js("openiads.page.clock.set(0)")
    page.key(" ", "Space", " ")
    assert page.js("openiads.page.clock.t") == pytest.approx(want)
    assert not page.js("openiads.page.clock.playing"), "space was the step's"
    assert page.js(f"{VIEW}.followed.id") == "SCUD-01", "and enter too"


def test_the_kill_chain_moves_with_the_clock(page):
    page.js(f"{VIEW}.follow('SCUD-01'); openiads.page.clock.set(0); {VIEW}.details.held = -Infinity")
    page.settle()
    assert page.js("document.querySelector('.details').scrollTop") == 0
    page.js("openiads.page.clock.set(486)")
    page.settle()
    inside = page.js(
        "(() => { const d = document.querySelector('.details').getBoundingClientRect(),"
        "r = document.querySelector('.step.last').getBoundingClientRect(); return [r.top - d.top, d.bottom - r.bottom]; })()"
    )
    assert min(inside) >= 0


def test_a_button_with_the_focus_has_the_space_key(page):
    page.key("Tab")
    page.js("[...document.querySelectorAll('.bar button')].find((b) => b.textContent === 'Layers').focus()")
    page.key(" ", "Space", " ")
    assert not page.js("document.querySelector('.layers').hidden")
    assert not page.js("openiads.page.clock.playing")
    page.key("Escape")


def test_panels_take_the_focus_and_give_it_back(page):
    page.js("document.querySelector('.play').focus()")
    press(page, "l")
    assert page.js(FOCUS) == "DIV layers layers"
    page.key("Tab")
    assert page.js("document.activeElement.closest('.layers') !== null")
    page.key("Escape")
    assert page.js(FOCUS).startswith("BUTTON play")
    page.key("?", "Slash", "?")
    assert page.js(FOCUS) == "DIV help help"
    page.key("Escape")
    assert page.js("document.querySelector('.help').hidden") and page.js(FOCUS).startswith("BUTTON play")


def test_a_list_used_with_the_mouse_gives_the_keys_back(page):
    page.js("document.activeElement.blur()")
    page.click(640, 300)
    page.js(
        "(() => { const s = document.querySelector('.scope select'); s.focus(); s.selectedIndex = 1;"
        "s.dispatchEvent(new Event('change')); })()"
    )
    page.key(" ", "Space", " ")
    assert page.js("openiads.page.clock.playing")


def test_the_camera_by_keys(page):
    def orbit():
        return np.array(
            page.js(f"(() => {{ const o = {VIEW}.orbit; return [o.az, o.el, o.distance, o.lat, o.lon]; }})()")
        )

    start = orbit()
    moved = []
    for key in "oikuzx":
        before = orbit()
        press(page, key)
        moved.append(orbit() - before)
    assert moved[0][0] == pytest.approx(0.105) and moved[3][0] == pytest.approx(-0.105)
    assert moved[1][1] == pytest.approx(0.105) and moved[2][1] == pytest.approx(-0.105)
    assert moved[4][2] < 0 < moved[5][2]
    assert orbit() == pytest.approx(start)
    for key, axis, sign in (("I", 3, 1), ("K", 3, -1), ("O", 4, 1), ("U", 4, -1)):
        before = orbit()
        press(page, key)
        change = orbit() - before
        assert sign * change[axis] > 1e-4 and change[7 - axis] == pytest.approx(0.0, abs=1e-12), key


def test_the_time_line_says_the_time(page):
    page.js("openiads.page.clock.set(125)")
    page.settle()
    told = "document.querySelector('.timeline').getAttribute('aria-{}')"
    assert [page.js(told.format(k)) for k in ("valuenow", "valuemax", "valuetext")] == ["125", "1200", "2:05"]
    assert page.js("document.querySelector('.timeline').tabIndex") == 0


def test_the_list_says_who_fires_at_whom(page):
    lines = page.js(
        "[...document.querySelectorAll('.events .row')].map((r) => [r.querySelector('.what').textContent, r.title])"
    )
    launches = [(line, title) for line, title in lines if "launched" in title]
    targets = page.js(f"Object.fromEntries([...{VIEW}.model.missiles.values()].map((m) => [m.id, m.target]))")
    assert launches
    for line, title in launches:
        missile = line.split()[0]
        assert line.startswith(f"{missile} fired at {targets[missile]} (")
        assert title.endswith(f"({targets[missile]})")


@pytest.mark.parametrize(("width", "height"), [(800, 600), (853, 480), (1280, 720), (1920, 1080)])
def test_small_windows_keep_room_for_everything(page, width, height):
    """853 x 480 is a window of 1280 x 720 at a zoom of 150 %."""
    page.js(f"{VIEW}.follow('SCUD-01')")
    size(page, width, height)
    try:
        boxes = page.js(BOXES)
        for k, (name, left, top, right, bottom) in enumerate(boxes):
            assert 0 <= left < right <= width and 0 <= top < bottom <= height, (name, boxes)
            for other, x0, y0, x1, y1 in boxes[k + 1 :]:
                assert x0 >= right or x1 <= left or y0 >= bottom - 0.5 or y1 <= top + 0.5, (name, other)
        room = {name: (right - left, bottom - top) for name, left, top, right, bottom in boxes}
        assert room[".details"][1] > 0.18 * height and room[".events"][1] > 60
        rows = page.js(
            "[...document.querySelectorAll('.events .row')].map((r) => r.getBoundingClientRect().bottom)"
        )
        assert max(rows) > next(b[4] for b in boxes if b[0] == ".events") - 25, "the list is full"
        assert width - room[".events"][0] - room[".scope"][0] > 0.45 * width, "most is left for the globe"
        press(page, "v")
        assert page.js("getComputedStyle(document.querySelector('.panel')).display") == "none"
        press(page, "v")
        assert page.js("getComputedStyle(document.querySelector('.panel')).display") != "none"
    finally:
        size(page, 1280, 720)


def test_zones_are_about_launchers_that_stand(page):
    """Launchers far apart have one zone each, not one in their middle; those that are lost have none."""
    name = page.js(f"{VIEW}.model.header.zones.find((z) => z.launchers.length > 1).weapon")
    quoted, box = json.dumps(name), f"document.querySelector('.layers input[name=\"zone-{name}\"]')"
    where = (
        f"(() => {{ const v = {VIEW}, z = v.zones.get({quoted}); return z.group.children.filter((c) => c.visible)"
        ".map((c) => v.model.frame.geodetic(...c.matrix.elements.slice(12, 15))); })()"
    )
    mine = page.js(f"{VIEW}.model.header.zones.find((z) => z.weapon === {quoted}).launchers")
    far = mine[-1]
    page.js(f"{box}.click()")
    page.settle()
    assert len(page.js(where)) == 1
    assert f"zone of {name}" in page.js("document.querySelector('.foot').innerText")
    page.js(f"{VIEW}.model.byId.get('{far}').x += 60e3")
    try:
        page.settle()
        found = np.array(page.js(where))
        lat, lon = page.js(
            f"(() => {{ const m = {VIEW}.model, e = m.byId.get('{far}'); return m.frame.geodetic(e.x, e.y, e.z); }})()"
        )[:2]
        assert len(found) == 2
        assert np.abs(found[:, :2] - [lat, lon]).max(axis=1).min() < 1e-8
        assert found[:, 2] == pytest.approx(0.0, abs=1e-3)
        page.js(f"{VIEW}.model.header.states['{far}'] = [[100, 'lost']]")
        page.settle()
        assert len(page.js(where)) == 1
    finally:
        page.js(
            f"(() => {{ const m = {VIEW}.model; m.byId.get('{far}').x -= 60e3; delete m.header.states['{far}']; }})()"
        )
        page.js(f"{box}.click()")


def test_a_dome_is_closed_below(page):
    """What is covered down to the ground looks covered: it is not a hole in the dome."""
    page.js(
        "['tracks','sites','missiles','names','stems','beams','strobes','hostile','neutral','friend','unknown','marks']"
        ".forEach((n) => document.querySelector(`.layers input[name=${n}]`).click())"
    )
    page.js(f"(() => {{ const o = {VIEW}.orbit; o.el = 1.5; o.distance = 60e3; }})()")

    def looks(dome):
        page.js(f"openiads.page.options.dome = '{dome}'")
        page.settle()
        return page.pixels()[300:330, 660:700].astype(int)

    with_dome, without = looks("selected"), looks("none")
    page.js("openiads.page.options.dome = 'selected'")
    assert (np.median(with_dome - without, axis=(0, 1)) >= [3, 6, 8]).all()


def test_a_mark_tells_of_whom_it_is(page, at, quickstart):
    """A click on the star of a kill follows whom it was, though that flies no more."""
    rows = {r["id"]: r for r in quickstart.threats.to_pylist()}
    at(700.0)
    shown = page.js(f"{VIEW}.marks.filter((m) => m.at && m.icon === 'kill').map((m) => [m.id, ...m.at])")
    near = page.js(f"{VIEW}.model.entities.filter((e) => e.onScreen).map((e) => [e.screenX, e.screenY])")
    alone = [
        (ident, x, y)
        for ident, x, y in shown
        if 320 < x < 960 and 100 < y < 500
        and min(np.hypot(x - ex, y - ey) for ex, ey in near) > 20
        and all(other == ident or np.hypot(x - ox, y - oy) > 3 for other, ox, oy in shown)
    ]  # fmt: skip
    assert alone
    ident, x, y = alone[0]
    page.click(x, y)
    page.settle()
    assert page.js(f"{VIEW}.followed.id") == ident and rows[ident]["fate"] == "killed"
    assert f"killed by {rows[ident]['killer']}" in page.js("document.querySelector('.details').innerText")
    page.js("document.querySelector('.layers input[name=marks]').click()")
    page.settle()
    page.key("Escape")
    page.click(x, y)
    assert page.js(f"{VIEW}.followed") is None, "what is hidden is not clicked"


def test_the_globe_comes_back_after_its_context_was_lost(page):
    """As after sleep or a driver's reset: also while nothing moves."""
    before = page.pixels()[100:500, 320:960].astype(int)
    page.js(
        f"window.lost = {VIEW}.canvas.getContext('webgl2').getExtension('WEBGL_lose_context'); lost.loseContext();"
        "new Promise((done) => setTimeout(done, 300))"
    )
    back = f"new Promise((done) => {VIEW}.canvas.addEventListener('webglcontextrestored', () => setTimeout(done, 500)))"
    page.js(f"(() => {{ const back = {back}; lost.restoreContext(); return back; }})()")
    assert np.abs(page.pixels()[100:500, 320:960].astype(int) - before).mean() < 2.0


def test_two_cameras_stay_together(browser, quickstart, tmp_path):
    """Moving one view over the ground lets go in both; each view has its own list of events."""
    page = opened(browser, write_replay([quickstart, quickstart], tmp_path / "two.html", zones=False))
    page.js("openiads.page.clock.set(430)")
    page.js(f"{VIEW}.follow('STRIKE-01')")
    page.settle()
    shown = "openiads.page.views.map((v) => v.events.shown.length)"
    before = page.js(shown)
    page.js("document.querySelectorAll('.classes')[1].querySelectorAll('input')[4].click()")
    assert page.js(shown)[0] == before[0] and page.js(shown)[1] > before[1], "each list has its own choice"
    page.js("document.querySelector('.classes input').click()")
    assert page.js(shown)[0] < before[0]
    page.drag(320, 400, 350, 430, "right")
    page.settle()
    told = page.js("openiads.page.views.map((v) => [v.orbit.lat, v.orbit.lon, v.orbit.follow])")
    assert told[0] == told[1] and told[0][2] is False
    page.close()


def test_anything_is_found_by_its_name(page):
    page.key("/", "Slash", "/")
    assert page.js(FOCUS) == "INPUT  name"
    for letter in "ud-0":  # letters are the box's, not keys of the page
        page.key(letter, f"Key{letter.upper()}", letter)
    names = page.js("[...document.querySelectorAll('.found .row')].map((r) => r.firstChild.textContent)")
    assert "SCUD-01" in names and all("ud-0" in name.lower() for name in names)
    page.js(
        "(() => { const i = document.querySelector('.find input'); i.value = 'scud-02';"
        " i.dispatchEvent(new Event('input')); openiads.page.clock.set(0); })()"
    )
    page.key("Enter", "Enter", "\r")
    assert page.js(f"{VIEW}.followed.id") == "SCUD-02" and page.js("document.querySelector('.find').hidden")
    born = page.js(f"{VIEW}.followed.t0")
    assert page.js("openiads.page.clock.t") == pytest.approx(born) and born > 0, (
        "the clock goes where it is there"
    )
    page.js("openiads.page.clock.set(1190)")
    page.key("/", "Slash", "/")
    page.js(
        "(() => { const i = document.querySelector('.find input'); i.value = 'nobody'; i.dispatchEvent(new Event('input')); })()"
    )
    assert page.js("document.querySelector('.found').textContent") == "nothing has such a name"
    page.key("Escape")
    assert page.js("document.querySelector('.find').hidden")
