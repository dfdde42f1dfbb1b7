"""Pages of replays for tests: shipped runs, a page opened, where things are on it, what colours it shows."""

from __future__ import annotations

import json

import numpy as np

from openiads.results import open_run
from openiads.study.execute import execute

#: Of the quickstart run: ballistic missiles, cruise missiles, airliners and missiles are in the air.
T_S = 430.0
RESET = """(() => { const p = openiads.page; if (p.clock.playing) p.clock.toggle(); p.clock.set(TIME);
  for (const b of document.querySelectorAll('.layers input[type=checkbox]')) {
    if (!b.checked && !b.name.startsWith('zone')) b.click();
  }
  p.views.forEach((v) => { v.follow(null); v.home(); }); })()"""
WHERE = """(() => { const v = openiads.page.views[0], e = v.model.byId.get(IDENT);
  return {x: e.screenX, y: e.screenY, on: e.onScreen, seen: e.visible, ecef: v.model.frame.toEcef(e.x, e.y, e.z)}; })()"""
BOX = "(() => { const b = document.querySelector('SELECTOR').getBoundingClientRect(); return [b.left, b.top, b.width]; })()"
SYMBOLS = """['hostile', 'friend', 'neutral', 'unknown'].map((i) => {
  const v = openiads.page.views[0], c = v.atlas.symbol('platform', i, 'F'), w = v.atlas.canvas.width, h = v.atlas.canvas.height;
  return Array.from(v.atlas.pen.getImageData(c.u * w, c.v * h, 64, 64).data.filter((_, k) => k % 4 === 3)); })"""
HOSTILE, FRIEND, NEUTRAL = (255, 138, 107), (108, 196, 245), (183, 200, 195)
GLOBE = (slice(90, 530), slice(310, 980))  # what no panel covers


def shipped_runs(place):
    """`get(name, seed, plots)`: a run of a shipped scenario in the folder `place`, made once."""
    from openiads.cli.shipped import find  # noqa: PLC0415 - a small help of the command line

    def get(name, seed=1, plots=False):
        out = place / f"{name}-{seed}{'-plots' * plots}"
        return open_run(out if out.exists() else execute(find(name), seed, out=out, plots=plots))

    return get


def opened(browser, file):
    """A page in the browser, when it is ready."""
    page = browser.page(file.as_uri())
    page.until("window.openiads && (openiads.ready || openiads.error)")
    assert page.js("openiads.error") == ""
    return page


def going(page):
    """`go(t_s)`: the page at a time, nothing followed, every side shown."""

    def go(t_s=T_S):
        page.front()
        page.js(RESET.replace("TIME", repr(t_s)))
        page.settle()
        return page

    return go


def entity(page, ident):
    """Where something is on the screen, and its place in ECEF."""
    return page.js(WHERE.replace("IDENT", json.dumps(ident)))


def near(pixels, colour, far=40):
    """Number of pixels of about a colour."""
    return int((np.abs(pixels.astype(int) - np.array(colour)).sum(axis=2) < far).sum())
