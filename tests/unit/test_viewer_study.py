"""Any replication of a study can be had again as a run; the page of a study shows what its tables say."""

import threading
import urllib.error
import urllib.request

import numpy as np
import pytest
from support import studies

from openiads.analysis.measures import estimate
from openiads.cli.study_view import StudyServer, replayed
from openiads.results import RunError
from openiads.study.design import StudyError
from openiads.study.replay import replay
from openiads.study.study import Study
from openiads.viewer import columns
from openiads.viewer.study_page import SHOWN, study_data, study_page


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    place = tmp_path_factory.mktemp("studies")
    wanted = {"defence.doctrine.salvo": "1,2"}
    return Study(studies.write(place), 12, wanted, out=place / "small", workers=2).run()


def test_a_replication_comes_again_as_it_was(study, tmp_path):
    outcomes = study.table("outcomes").to_pylist()
    for point, replication in ((0, 0), (1, 11)):
        run = replay(study.path, point, replication, tmp_path / f"p{point}-r{replication}")
        assert (run.seed, run.replication) == (study.manifest["seed"], replication)
        assert run.trajectories.num_rows > 100 and run.manifest["notes"]["study"]["point"] == point
        mine = [o for o in outcomes if (o["point"], o["replication"]) == (point, replication)]
        threats = run.threats.to_pylist()
        assert len(mine) == len(threats)
        for row in threats:
            assert row in [{key: o[key] for key in row} for o in mine]


def test_what_is_not_in_the_study_is_refused(study, tmp_path):
    with pytest.raises(StudyError, match="no point 2"):
        replay(study.path, 2, 0, tmp_path / "a")
    with pytest.raises(StudyError, match="no replication 12"):
        replay(study.path, 0, 12, tmp_path / "a")
    with pytest.raises(RunError, match="not a study"):
        replay(tmp_path, 0, 0, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_the_page_holds_what_the_tables_say(study):
    header, got = columns.decode(study_data(study))
    runs = study.table("runs").to_pandas()
    for name in SHOWN:
        assert np.array_equal(got[name], runs[name].to_numpy(dtype=float)), name
    assert np.array_equal(got["point"], runs["point"]) and np.array_equal(
        got["replication"], runs["replication"]
    )
    for point, told in enumerate(header["measures"]):
        mine = {k: v.to_numpy() for k, v in runs[runs["point"] == point].items()}
        leak = next(m for m in told if m["name"] == "leakage")
        found = estimate("leakage", mine)
        assert (leak["value"], leak["low"], leak["high"], leak["n"]) == (
            found.value,
            found.low,
            found.high,
            12,
        )
    assert study_page(study) == study_page(study)


def test_what_never_varied_has_no_interval_of_width_0(study):
    header, _ = columns.decode(study_data(study))
    alike = [m for told in header["measures"] for m in told if m["alike"]]
    assert alike and all(m["value"] is not None and m["low"] is None and m["high"] is None for m in alike)
    rest = [m for told in header["measures"] for m in told if not m["alike"] and m["low"] is not None]
    assert rest and all(m["low"] < m["high"] for m in rest)
    assert any(m["name"] == "wrong_shots" and m["value"] == 0.0 and m["high"] > 0.1 for m in rest)


@pytest.fixture
def server(study, tmp_path):
    made = StudyServer(study_page(study), lambda p, r: replayed(study.path, p, r, tmp_path, None))
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


def answer(address, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as got:
            return got.status, got.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_only_who_knows_the_address_gets_an_answer(server):
    root = server.address.split(server.secret)[0]
    assert answer(server.address)[0] == 200
    for path in ("", "replay?point=0&replication=0", "guess/", f"{server.secret}/../x"):
        assert answer(root + path)[0] == 404
    assert answer(server.address, Host="elsewhere.example")[0] == 404
    assert answer(f"{server.address}replay?point=0")[0] == 400
    assert answer(f"{server.address}replay?point=x&replication=0")[0] == 400
    code, text = answer(f"{server.address}replay?point=0&replication=99")
    assert code == 400 and "no replication 99" in text and "Traceback" not in text and "<h1>" in text


def test_the_page_in_a_browser(browser, study, server):
    runs = study.table("runs").to_pandas()
    page = browser.page(server.address)
    page.until("window.openiadsStudy && (openiadsStudy.page || openiadsStudy.error)")
    assert page.js("openiadsStudy.error") == "" and page.complaints == []
    page.js(
        "(() => { const s = document.querySelector('[name=point]'); s.value = 1; s.dispatchEvent(new Event('change')); })()"
    )
    bins = page.js("openiadsStudy.page.bins")
    leaked = runs[runs["point"] == 1]["leaked"]
    assert [len(b["rows"]) for b in bins] == [int((leaked == b["low"]).sum()) for b in bins]
    assert sum(len(b["rows"]) for b in bins) == 12
    full = next(k for k, b in enumerate(bins) if b["rows"])
    left, top, wide = page.js(
        "(() => { const b = document.querySelector('.histogram').getBoundingClientRect(); return [b.left, b.top, b.width]; })()"
    )
    page.click(left + 40 + (wide - 50) * (full + 0.5) / len(bins), top + 190)
    assert page.js("openiadsStudy.page.chosen") == full
    links = page.js("[...document.querySelectorAll('.replication a')].map((a) => a.href)")
    assert len(links) == len(bins[full]["rows"])
    assert page.js("document.querySelector('.replications h2').textContent") == (
        f"replications with leaked {int(bins[full]['low'])}"
    )
    page.js("document.querySelector('.histogram').focus()")
    page.key("Escape")
    assert page.js("openiadsStudy.page.chosen") is None
    page.key("ArrowRight")
    held = [k for k, b in enumerate(bins) if b["rows"]]
    assert page.js("openiadsStudy.page.chosen") == held[0]
    page.key("ArrowLeft")
    assert page.js("openiadsStudy.page.chosen") == held[0], "there is none before it"
    told = page.js("[...document.querySelectorAll('.meanings dt')].map((e) => e.textContent)")
    assert told == page.js(
        "[...document.querySelectorAll('.measures td:first-child')].map((e) => e.textContent)"
    )
    replay_page = browser.page(links[0])
    replay_page.until("window.openiads && (openiads.ready || openiads.error)")
    assert replay_page.js("openiads.error") == "" and replay_page.complaints == []
    told = replay_page.js("openiads.page.views[0].model.header.run.replication")
    assert links[0].endswith(f"point=1&replication={told}")
