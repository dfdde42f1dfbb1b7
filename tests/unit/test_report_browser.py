"""The report in a real browser, from the disk: nothing on its console, the tables sort and filter, it prints."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import synthetic_run as made
from support import page

import openiads
from openiads.report.page import html_report
from openiads.results import open_run
from openiads.study.store import new_run

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")
PROBE = """
<script>
const rows = () => Array.from(document.querySelectorAll("[data-name=kill-chains] tbody tr"));
const heads = document.querySelectorAll("[data-name=kill-chains] thead th");
heads[3].click(); heads[3].click();
const sorted = rows().map(r => r.cells[3].textContent).join(" ");
const box = document.querySelector("[data-name=kill-chains] input");
box.value = "cm-05"; box.dispatchEvent(new Event("input"));
const left = rows().filter(r => !r.hidden).length;
document.title = "sorted: " + sorted + "; left: " + left;
</script>
"""


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    with new_run(tmp_path_factory.mktemp("runs") / "run") as folder:
        run = open_run(folder.write(*made.outcome(), made.provenance()))
    return html_report(run, openiads.basis(run))


def browse(file, folder, *options):
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
         "--enable-logging=stderr", "--v=0", f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=4000",
         *options, file.as_uri()],
        capture_output=True, timeout=120, check=False, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-500:]
    said = [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
    return done.stdout.decode(errors="replace"), said


def test_it_opens_from_the_disk_without_a_word(text, tmp_path):
    file = tmp_path / "a report.html"
    file.write_text(text, encoding="utf-8")
    shown, said = browse(file, tmp_path, "--dump-dom")
    assert said == []
    assert 'type="search"' in shown and shown.count("<svg") == text.count("<svg ") >= 5


def test_tables_sort_and_filter(text, tmp_path):
    file = tmp_path / "probe.html"
    policy = re.search(r'<meta http-equiv="Content-Security-Policy"[^>]*>', text)[0]
    file.write_text(text.replace(policy, "").replace("</body>", PROBE + "</body>"), encoding="utf-8")
    shown, said = browse(file, tmp_path, "--dump-dom")
    assert said == []
    title = re.search(r"<title>sorted: ([^;]*); left: (\d+)</title>", shown)
    _, rows = page.table(page.parsed(text), "kill-chains")
    times = [row[3] for row in rows]
    known = sorted((t for t in times if t != "-"), key=float, reverse=True)
    assert title[1].split() == ["-"] * times.count("-") + known and title[2] == "1"


def test_the_policy_stops_other_scripts(text, tmp_path):
    file = tmp_path / "foreign.html"
    file.write_text(
        text.replace("</body>", "<script>document.title = 'taken over'</script></body>"), encoding="utf-8"
    )
    shown, said = browse(file, tmp_path, "--dump-dom")
    assert "<title>taken over" not in shown and any("Content Security Policy" in line for line in said)


def test_it_prints(text, tmp_path):
    file, pdf = tmp_path / "report.html", tmp_path / "report.pdf"
    file.write_text(text, encoding="utf-8")
    browse(file, tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={pdf}")
    data = pdf.read_bytes()
    assert data.startswith(b"%PDF") and 4 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 40
