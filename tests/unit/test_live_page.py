"""The live page in a real browser: things move, it pauses, steps and switches the doctrine, and the console says nothing."""

import threading

import pytest
from support import studies

pytest.importorskip("uvicorn", reason="pip install uvicorn")

from openiads.cli.live_server import LiveServer
from openiads.study.execute import load
from openiads.study.live import LiveRun

PLACES = """openiads.page.views[0].model.entities.filter((e) => e.visible && e.kind !== 'site')
  .map((e) => [e.id, ...openiads.page.views[0].model.frame.toEcef(e.x, e.y, e.z)])"""
CLOCK = "openiads.page.clock"
FACTS = "document.querySelector('.live-facts').textContent"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    run = LiveRun(load(studies.write(tmp_path_factory.mktemp("live"))), 5)
    made = LiveServer(run, 10.0, zones=False)
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    yield made
    made.end()
    thread.join(20)


def press(page, name):
    page.js(f"document.querySelector('.live [name={name}]').click()")


def choose(page, name, value):
    page.js(
        f"(() => {{ const s = document.querySelector('.live [name={name}]'); s.value = {value!r};"
        " s.dispatchEvent(new Event('change')); })()"
    )


def test_the_live_page(browser, server):
    page = browser.page(server.address)
    page.until("window.openiads && (openiads.ready || openiads.error)")
    assert page.js("openiads.error") == ""
    # things move, where the engine has them
    page.until(f"{CLOCK}.t > 5")
    since, places = page.js(
        f"[{CLOCK}.t, {PLACES}]"
    )  # the run does not wait for a slow browser: from wherever it is now
    before = {row[0]: row[1:] for row in places}
    page.until(f"{CLOCK}.t > {since} + 10")
    after = {row[0]: row[1:] for row in page.js(PLACES)}
    moved = [k for k in before if k in after and abs(before[k][0] - after[k][0]) > 100.0]
    assert len(moved) >= 5
    # tracks that have come since the page was opened have their errors
    page.until(
        "openiads.page.views[0].model.entities.some((e) => e.kind === 'track' && e.visible && e.more.length > 5 && e.axes())"
    )
    # pause: by the button of the clock
    page.js("document.querySelector('.play').click()")
    page.until(f"{FACTS} === 'paused'")
    stands = server.run.t_s
    page.until(f"Math.abs({CLOCK}.t - {stands}) < 1e-6")
    page.settle()
    for name, *place in page.js(PLACES):
        if name in server.run.names.platform:
            row = server.run.names.platform.index(name)
            state = server.run.carried()
            mine = state[(state["kind"] == 0) & (state["index"] == row)]
            assert [float(mine[f"{c}_m"][0]) for c in "xyz"] == pytest.approx(place, abs=0.5)
    # steps
    press(page, "second")
    page.until(f"Math.abs({CLOCK}.t - {stands + 1.0}) < 1e-6")
    rows = server.run.rows[0]
    press(page, "event")
    page.until(f"openiads.page.views[0].model.events.length > {rows}")
    assert server.run.rows[0] > rows and page.js(FACTS) == "paused"
    # doctrine
    assert page.js("document.querySelector('.live [name=rules_of_engagement]').value") == "free"
    assert page.js("document.querySelector('.views > .luck:last-child').hidden")
    choose(page, "rules_of_engagement", "hold")
    page.until(
        "document.querySelector('.views > .luck:last-child').textContent.includes('no longer the run')"
    )
    assert server.run.posts()[0]["rules_of_engagement"] == "hold" and len(server.run.changes) == 1
    # looking back, and to the present again
    page.js(f"{CLOCK}.set(3)")
    assert page.js(FACTS).startswith("looking back") and page.js(f"{CLOCK}.t") == 3
    press(page, "now")
    page.until(f"{CLOCK}.t === {CLOCK}.end")
    # speed and on
    page.js(f"{CLOCK}.faster(1)")
    page.js("document.querySelector('.play').click()")
    page.until(f"document.querySelector('.speed').textContent === '×20' && {CLOCK}.t > 60")
    # a page opened again has the whole run so far
    again = browser.page(server.address)
    again.until("window.openiads && (openiads.ready || openiads.error)")
    again.until(f"{CLOCK}.t > 62 && openiads.page.views[0].model.events.length > {rows}")
    assert again.js("document.querySelector('.live [name=rules_of_engagement]').value") == "hold"
    press(page, "stop")
    page.until(f"{FACTS} === 'the run was ended'")
    assert server.run.over and page.complaints == [] and again.complaints == []
    assert {url.split("/")[2] for url in page.asked} == {f"127.0.0.1:{server.port}"}
