"""Draw the pictures of the quickstart run in the README and the docs anew: overview.png, viewer.png, report.png.

    python tools/make_page_pictures.py [FOLDER]     # docs/images without FOLDER

Runs the scenario, opens replay and report in a headless Chromium (package chromium), and looks. Needs pip install '.[test]'.
"""

from __future__ import annotations

import base64
import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from PIL import Image
from support.browser import Browser, start
from support.pages import opened

import openiads
from openiads.cli.shipped import find
from openiads.report.page import build
from openiads.results import Run, open_run, open_study
from openiads.study.basis import basis
from openiads.study.execute import execute
from openiads.study.study import Study
from openiads.viewer import write_replay

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
AT_S, FOLLOWED = 640.0, "CRUISE-S-03"
REPLICATIONS = 40
A4_PX = (703, 993)
CLOSER = 12  # turns of the wheel
MARGIN_PX, RULE_PX = 40, 22  # of the sheet; from the line above a heading to it
BEHIND = (201, 212, 209)
SHOW = """(() => { const p = openiads.page; p.clock.set(AT); p.views[0].follow('WHO'); })()"""


def viewer(browser: Browser, run: Run, place: Path, folder: Path) -> None:
    """The replay at a time when much is going on, one cruise missile followed."""
    page = opened(browser, write_replay([run], place / "replay.html"))
    page.js(SHOW.replace("AT", str(AT_S)).replace("WHO", FOLLOWED))
    page.settle(60)
    for _ in range(CLOSER):
        page.call("Input.dispatchMouseEvent", type="mouseWheel", x=640, y=300, deltaX=0, deltaY=-120)
    page.settle(30)
    (folder / "viewer.png").write_bytes(page.png())
    page.close()


def report(browser: Browser, place: Path, folder: Path) -> None:
    """Head and kill chains of the report of a study, as they print."""
    Study(find("quickstart"), n=REPLICATIONS, out=place / "study").run()
    results = open_study(place / "study")
    file = place / "report.html"
    file.write_text(build(results, basis(results)).html(), encoding="utf-8")
    page = browser.page(file.as_uri(), *A4_PX)
    page.until("document.readyState === 'complete'")
    page.call("Emulation.setEmulatedMedia", media="print")
    page.js(f"document.body.style.padding = '{MARGIN_PX}px'")
    chains, after = page.js(
        "(() => { const h = [...document.querySelectorAll('h2')], k = h.findIndex((x) => x.textContent.startsWith('Kill chains'));"
        "return [h[k], h[k + 1]].map((x) => x.getBoundingClientRect().top); })()"
    )
    both = Image.new("RGB", (2 * A4_PX[0] + 36, A4_PX[1] + 24), BEHIND)
    for k, (top, height) in enumerate(((0.0, A4_PX[1]), (chains - RULE_PX, after - chains))):
        clip = {"x": 0, "y": top, "width": A4_PX[0], "height": min(height, A4_PX[1]), "scale": 1}
        shot = page.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        sheet = Image.new("RGB", A4_PX, "white")
        sheet.paste(
            Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB"),
            (0, k * (MARGIN_PX - RULE_PX)),
        )
        both.paste(sheet, (12 + k * (A4_PX[0] + 12), 12))
    both.save(folder / "report.png", optimize=True)


def main() -> None:
    """All three."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    with tempfile.TemporaryDirectory() as temporary, start() as browser:
        place = Path(temporary)
        run = open_run(execute(find("quickstart"), 1, out=place / "run", plots=True))
        (folder / "overview.png").write_bytes(openiads.overview(run))
        viewer(browser, run, place, folder)
        report(browser, place, folder)


main()
