"""The report as a file: its numbers are those of the tables, it needs nothing else, and no name can break it."""

import base64
import csv
import errno
import hashlib
import io
import json
import math
import os
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import synthetic_run as made
from support import page, studies

import openiads
from openiads.analysis import intervals
from openiads.analysis.breakdown import _positive, report
from openiads.analysis.compare import compare
from openiads.analysis.intervals import Interval
from openiads.analysis.links import LEAKED
from openiads.analysis.outcomes import outcome
from openiads.catalog import load_catalog
from openiads.cli import guard
from openiads.cli.guard import UserError
from openiads.cli.report import make_report
from openiads.report import limits, style
from openiads.report.chart_map import _box, _free
from openiads.report.page import Extras, build, html_report, run_parts
from openiads.report.picture import map_handles
from openiads.report.scene import scene
from openiads.report.study_summary import percent, rate
from openiads.results import open_run
from openiads.study.discovery import discover
from openiads.study.sensitivity import of_study
from openiads.study.store import new_run

N = 12


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    studies.write(folder)
    return folder


@pytest.fixture(scope="module")
def run(place):
    return open_run(openiads.execute(place / "small.yaml", out=place / "run"))


@pytest.fixture(scope="module")
def single(place):
    return openiads.Study(place / "small.yaml", n=N, workers=2, out=place / "single").run()


@pytest.fixture(scope="module")
def varied(place):
    return openiads.Study(
        place / "small.yaml", n=6, vary={"L1.rounds.9M96E2": "6,2", "F.jammer.power": "1 kW..100 kW:log:2"},
        workers=2, out=place / "varied",
    ).run()  # fmt: skip


@pytest.fixture(scope="module")
def ranked(place):
    paths = {"catalog.9M96E2.reliability": None, "EW.antenna_height": "uniform(5 m, 25 m)"}
    return openiads.Study(
        place / "small.yaml", n=4, uncertain=paths, design="oat", workers=2, out=place / "oat"
    ).run()


@pytest.fixture(scope="module")
def run_text(run):
    return html_report(run, openiads.basis(run))


@pytest.fixture(scope="module")
def single_text(single):
    return html_report(single, openiads.basis(single))


@pytest.fixture(scope="module")
def varied_text(varied, single):
    extras = Extras(comparison=compare(varied, varied), other="itself")
    return html_report(varied, openiads.basis(varied), extras)


@pytest.fixture(params=["run_text", "single_text", "varied_text"])
def text(request):
    return request.getfixturevalue(request.param)


# --- one file that needs nothing else ---------------------------------------------------------------
def test_the_page_is_well_formed(text):
    root = page.parsed(text)
    assert [child.tag for child in root] == ["head", "body"]
    assert page.Balance(text).tags.count("script") == 1
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    assert "nan" not in "".join(path.get("d", "") for path in root.iter("path"))


def test_nothing_comes_from_elsewhere(text):
    root = page.parsed(text)
    ids = {node.get("id") for node in root.iter()}
    for reference in page.references(root):
        assert (reference.startswith("#") and reference[1:] in ids) or reference.startswith(
            "data:image/png"
        ), reference
    assert not {"link", "iframe", "object", "embed", "base", "form", "img"} & {
        node.tag for node in root.iter()
    }
    handlers = [key for node in root.iter() for key in node.attrib if key.startswith("on")]
    assert not handlers


def test_the_policy_allows_this_script_only(text):
    root = page.parsed(text)
    (script,) = root.iter("script")
    policy = next(m.get("content") for m in root.iter("meta") if m.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy


def test_text_in_pictures_is_text(text):
    root = page.parsed(text)
    charts = [svg for svg in root.iter("svg") if svg.get("class") == "chart"]
    assert len(charts) >= 4
    for svg in charts:
        assert svg.get("aria-label") and list(svg.iter("text")), svg.get("aria-label")
        assert not list(svg.iter("metadata"))


def test_the_same_run_gives_the_same_bytes(run, run_text, place):
    assert html_report(open_run(run.path), openiads.basis(run)) == run_text
    code = (
        "import openiads, sys; r = openiads.open_run(sys.argv[1]); "
        "sys.stdout.buffer.write(openiads.html_report(r, openiads.basis(r)).encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "run"], capture_output=True, check=True, cwd=place,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert done.stdout == run_text.encode()


# --- the numbers ------------------------------------------------------------------------------------
def test_the_numbers_of_a_run(run, run_text):
    root = page.parsed(run_text)
    told, threats = outcome(run), run.threats.to_pylist()
    hostile = [t for t in threats if t["identity"] == "hostile"]
    numbers = [page.text_of(b) for b in root.find(".//div[@class='big']").iter("b")]
    leaks = [t for t in hostile if t["fate"] in LEAKED]
    killed = sum(t["fate"] == "killed" for t in hostile)
    assert numbers == [str(x) for x in (len(hostile), killed, len(leaks), run.missiles.num_rows, 0)]
    _, rows = page.table(root, "arrivals")
    assert sum(int(row[3]) for row in rows) == len(threats)
    head, rows = page.table(root, "kill-chains")
    assert [row[0] for row in rows] == [t["id"] for t in hostile]
    for row, threat in zip(rows, hostile, strict=True):
        for name, key in (("detected", "t_detection_s"), ("first launch", "t_launch_s"), ("end", "t_end_s")):
            wanted = "-" if threat[key] is None else f"{threat[key]:.1f}"
            assert row[head.index(name)] == wanted
    _, rows = page.table(root, "missiles")
    assert [int(row[2]) for row in rows] == [r.fired for r in told.rounds]
    assert "One run is an anecdote." in run_text and "n = 1" in run_text
    assert "%" not in page.text_of(root.find("body/h1/..")).split("Kill chains")[0]  # no rate from one run


def test_the_numbers_of_a_study(single, single_text):
    root = page.parsed(single_text)
    (point,) = report(single)
    head, rows = page.table(root, "measures")
    assert {row[0]: row[1] for row in rows} == {name: rate(found) for name, found in point.measures.items()}
    runs = single.table("runs").to_pydict()
    leakage = next(row for row in rows if row[0] == "leakage")
    assert float(leakage[1].split()[0]) == float(f"{sum(runs['leaked']) / sum(runs['aimed']):.4g}")
    assert leakage[head.index("n")] == str(N) and leakage[head.index("of")] == str(sum(runs["aimed"]))
    _, rows = page.table(root, "causes")
    assert sum(float(row[1].split()[0]) for row in rows) == pytest.approx(
        float(leakage[1].split()[0]), rel=1e-3
    )
    chains = page.text_of(root.find(".//section[@id='chains']"))
    assert f"n = {N}" in chains and f"of {N}" in chains


def test_every_rate_has_its_n(single_text, varied_text):
    for text in (single_text, varied_text):
        for box in page.parsed(text).iter("div"):
            rows = box.findall(".//tbody/tr")
            if box.get("data-name") and any(re.search(r"\d \([\d.]+ to", page.text_of(row)) for row in rows):
                head = [page.text_of(cell) for cell in box.find(".//thead/tr")]
                assert "n" in head or "n = " in page.text_of(box), box.get("data-name")


def test_every_point_is_told(varied, varied_text):
    root = page.parsed(varied_text)
    _, rows = page.table(root, "points")
    told = report(varied)
    assert [row[2] for row in rows] == [rate(p.measures["leakage"]) for p in told]
    assert [row[-1] for row in rows] == ["6"] * 4
    _, rows = page.table(root, "causes")
    own = {row.name: rate(row.found) for row in told[1].causes}
    assert set(own.values()) <= set(rows[1])
    labels = {svg.get("aria-label") for svg in root.iter("svg")}
    assert {"leakage against each input", "Leakage and its causes at every point", "B against A"} <= labels
    axis = [page.text_of(t) for t in root.iter("text")]
    assert "F.jammer.power, W" in axis and "100000" in axis


def test_indices_and_a_box(ranked):
    extras = Extras("rounds_left", sensitivity=of_study(ranked, "rounds_left"))
    root = page.parsed(html_report(ranked, openiads.basis(ranked), extras))
    _, rows = page.table(root, "indices")
    assert {row[0] for row in rows} == {"catalog.9M96E2.reliability", "EW.antenna_height"}
    _, rows = page.table(root, "drawn")
    assert rows[0][:2] == ["9M96E2", "reliability"] and rows[0][-1].startswith("uniform(")


def test_a_box(place):
    study = openiads.Study(
        place / "small.yaml",
        n=3,
        uncertain={"L1.rounds.9M96E2": "discrete(1, 6)"},
        points=20,
        workers=2,
        out=place / "lhs",
    ).run()
    found = discover(study, "leakage <= 0.3")
    root = page.parsed(html_report(study, openiads.basis(study), Extras(discovery=found)))
    assert f"inside: {found.box.hits} of {found.box.n} points" in page.text_of(root)


# --- what it rests on -------------------------------------------------------------------------------
def test_every_value_of_the_catalogue_is_told_with_its_grade(run, run_text):
    basis, root = openiads.basis(run), page.parsed(run_text)
    assert {item.id for item in basis.items} == {
        "96L6E", "92N6E", "9M96E2", "5P85SE2-9M96", "55K6E", "cruise-missile", "fighter", "escort-jammer", "airliner",
        "generic-port",
    }  # fmt: skip
    catalog = load_catalog()
    assert len(basis.values) == sum(len(catalog.get(item.id).describe()) for item in basis.items)
    _, rows = page.table(root, "grades")
    assert {row[0]: int(row[2]) for row in rows} == basis.by_grade()
    _, rows = page.table(root, "assumed-F")
    told = {row[0]: row[2] for row in rows}
    for value in basis.assumed():
        assert f"{value.field} {value.value}" in told[value.item]
    assert sum(int(row[1]) for row in rows) == basis.by_grade()["F"] > 0
    for item in basis.items:
        _, rows = page.table(root, f"values-{item.id}")
        assert [row[:4] for row in rows] == [
            [v.field, " ".join(v.value.split()), v.range, v.grade] for v in item.values
        ]
    keys = {key for value in basis.values for key in value.sources.split(", ")}
    _, rows = page.table(root, "sources")
    assert {row[0] for row in rows} == keys


def test_it_carries_its_limits_and_its_origin(run, text, run_text):
    words = page.text_of(page.parsed(text))
    for statements in limits.ALL:
        for one in statements.texts:
            assert one in words
    words = page.text_of(page.parsed(run_text))
    manifest = run.manifest
    for told in (
        manifest["engine_sha256"],
        manifest["catalog_sha256"],
        manifest["sha256"],
        manifest["scenario"]["sha256"],
    ):
        assert told in words
    for name, version in manifest["libraries"].items():
        assert f"{name} {version}" in words
    assert " ".join(run.scenario_text.split()) in words


def test_another_catalogue_and_a_doctrine_of_ones_own_are_told(run):
    other = open_run(run.path)
    own = {"file": "mine.py", "name": "Greedy", "sha256": "1" * 64}
    other.manifest = {**run.manifest, "catalog_sha256": "0" * 64, "notes": {"doctrine": own}}
    words = page.text_of(page.parsed(html_report(other, openiads.basis(other))))
    assert "The catalogue has changed since: made with 000000000000" in words
    assert f"Greedy of mine.py, SHA-256 {'1' * 64}" in words


def test_defaults_are_told_apart(run):
    settings = {s.path: s for s in openiads.basis(run).settings}
    assert settings["defence.doctrine.salvo"].value == "1" and settings["defence.doctrine.salvo"].given
    assert settings["defence.doctrine.decision_period"].value == "1 s"
    assert not settings["defence.doctrine.decision_period"].given


# --- names ------------------------------------------------------------------------------------------
EVIL = (
    "<script>alert(1)</script>", "</title><b>&amp;", "\"'><img src=x onerror=alert(1)>", "$x^2$ ]]> $", "a\x00\x07b\u202ec",
    "</svg></style>", "{{7*7}} %s",
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A run in which every name that a scenario can give is hostile."""
    result, names = made.outcome()
    changed = {}
    for key, values in vars(names).items():
        if key in ("platform_identity", "platform_class") or not isinstance(values, (list, tuple)):
            continue
        changed[key] = type(values)(
            f"{v}{EVIL[k % len(EVIL)]}" if isinstance(v, str) and v else v for k, v in enumerate(values)
        )
    origin = made.provenance()
    origin = type(origin)(**{**vars(origin), "title": " ".join(EVIL), "scenario_text": "\n".join(EVIL)})
    with new_run(tmp_path_factory.mktemp("hostile") / "run") as folder:
        return open_run(folder.write(result, type(names)(**{**vars(names), **changed}), origin))


def test_hostile_names_stay_text(hostile):
    text = html_report(hostile, openiads.basis(hostile))
    root = page.parsed(text)
    tags = page.Balance(text).tags
    assert tags.count("script") == tags.count("style") == tags.count("title") == 1
    assert "img" not in tags and tags[:6] == ["html", "head", "meta", "meta", "meta", "title"]
    assert not [key for node in root.iter() for key in node.attrib if key.startswith("on")]
    words = page.text_of(root)
    for part in (
        "<script>alert(1)</script>",
        "</title><b>&amp;",
        "<img src=x onerror=alert(1)>",
        "$x^2$ ]]> $",
        "{{7*7}} %s",
    ):
        assert part in words
    assert "\x00" not in text and "\u202e" not in text
    assert "This version cannot read the scenario" in words  # and says so, instead of listing nothing
    drawn = " ".join(page.text_of(node) for svg in root.iter("svg") for node in svg.iter("text"))
    assert "$x^2$" in drawn  # not read as a formula


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
def test_hostile_names_in_the_picture(hostile):
    drawn = openiads.overview(hostile, kind="svg")
    assert drawn == openiads.overview(hostile, kind="svg") and b"<script" not in drawn


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
def test_hostile_names_in_files(hostile):
    for name, content in islice(build(hostile, openiads.basis(hostile)).files(), 4):
        assert re.fullmatch(r"[A-Za-z0-9.-]+", name), name
        if name.endswith(".svg"):
            ET.fromstring(content)


# --- pictures and tables as files -------------------------------------------------------------------
def test_pictures_and_tables_as_files(single):
    made_report = build(single, openiads.basis(single))
    files = dict(made_report.files())
    pictures = {"causes", "kill-chain-1", "map-near", "map-wide", "ranges", "use"}
    assert {n.removesuffix(".svg") for n in files if n.endswith(".svg")} == pictures
    for name in pictures:
        assert files[f"{name}.png"].startswith(b"\x89PNG\r\n\x1a\n")
        root = ET.fromstring(files[f"{name}.svg"])
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("width").endswith("pt")
    rows = list(csv.DictReader(io.StringIO(files["estimates.csv"].decode())))
    (point,) = report(single)
    own = {r["name"]: r for r in rows if r["kind"] == "measure"}
    for name, found in point.measures.items():
        wanted = found.value if math.isfinite(found.value) else ""
        assert own[name]["value"] == (repr(wanted) if wanted != "" else "") and own[name]["n"] == str(found.n)
    assert dict(islice(made_report.files(), 4)).items() <= files.items()


def test_the_palette_is_that_of_the_context():
    dark = style.TEXT
    with style.wearing(style.LIGHT):
        assert style.TEXT == style.LIGHT.TEXT != dark
        assert style.RC["axes.facecolor"] == style.LIGHT.PANEL
    assert style.TEXT == dark == style.DARK.TEXT
    with pytest.raises(AttributeError, match="NOTHING"):
        _ = style.NOTHING


# --- the command line -------------------------------------------------------------------------------
def report_of(folder, out=None, figures=None, against=None, of="leakage", where=None, force=False):
    make_report(folder, out, figures, against, of, where, force)


def refused(*words, **given):
    """What the verb says in place of a report: one line per fault, and the code of the user's mistakes."""
    with pytest.raises(Exception) as caught:
        report_of(**given)
    assert guard.exit_code(caught.value) == guard.USER, caught.value
    (line,) = str(caught.value).splitlines()
    for word in words:
        assert word in line


def test_the_verb(run_text, place):
    done = studies.openiads("report", "run", "--figures", "figures", cwd=place)
    assert done.returncode == 0, done.stderr
    assert (place / "run-report.html").read_bytes() == run_text.encode()
    assert (place / "figures" / "map-wide.svg").is_file() and (place / "figures" / "values.csv").is_file()
    before = (place / "run-report.html").stat().st_mtime_ns
    done = studies.openiads("report", "run", cwd=place)
    assert (
        done.returncode == 2
        and len(done.stderr.splitlines()) == 1
        and "run-report.html exists" in done.stderr
    )
    new = place / "new.html"
    refused("exists", "--figures", folder=place / "run", out=new, figures=place / "figures")
    assert not new.exists() and (place / "run-report.html").stat().st_mtime_ns == before
    (place / "run-report.html").write_text("earlier")
    report_of(place / "run", force=True)
    assert (place / "run-report.html").read_bytes() == run_text.encode()
    assert not [p for p in place.rglob(".*") if p.is_file()]


def test_what_cannot_be_reported_is_one_line(run, single, place, tmp_path):
    out = tmp_path / "x.html"
    refused("no such folder", "did you mean", folder=place / "rum")
    refused("did you mean 'leakage'", folder=run.path, out=out, of="leakege")
    refused("is a folder", folder=run.path, out=tmp_path)
    refused("one run", folder=run.path, out=out, against=single.path)
    refused("not the folder of a study", folder=single.path, out=out, against=run.path)
    refused("nothing to compare", folder=single.path, out=out, against=single.path)
    refused("is no condition", folder=single.path, out=out, where="leakage is low")
    bad = tmp_path / "bad"
    bad.mkdir()
    for file in run.path.iterdir():
        (bad / file.name).write_bytes(file.read_bytes())
    data = bytearray((bad / "events.parquet").read_bytes())
    data[len(data) // 2] ^= 1
    (bad / "events.parquet").write_bytes(bytes(data))
    refused("events.parquet is damaged", folder=bad)
    manifest = json.loads((bad / "manifest.json").read_text())
    (bad / "manifest.json").write_text(json.dumps({**manifest, "seed": 99}))
    refused("manifest.json is damaged", folder=bad)
    assert not out.exists() and not (tmp_path / "bad-report.html").exists()


def test_a_disk_that_refuses_is_one_line(run, place, capsys):
    with pytest.raises(SystemExit) as left:
        report_of(run.path, out=place / "small.yaml" / "x.html")
    assert left.value.code == guard.INCOMPLETE
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot write" in line and "small.yaml" in line


def test_a_disk_that_fills_up_leaves_nothing_half_written(run, tmp_path, monkeypatch):
    """The page and some pictures are there when the disk is full: they go again, and so do the folders made for them."""
    written = []

    def commit(path, content):
        if len(written) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        path.write_bytes(content)

    monkeypatch.setattr("openiads.study.files.commit", commit)
    with pytest.raises(SystemExit) as stopped:
        make_report(
            run.path, tmp_path / "a.html", tmp_path / "deep" / "figures", None, "leakage", None, False
        )
    assert stopped.value.code == 3 and len(written) == 4 and not list(tmp_path.iterdir())


# --- little to tell ---------------------------------------------------------------------------------
def test_a_run_in_which_nothing_happened(tmp_path):
    result, names = made.outcome()
    empty = type(result)(
        **{**vars(result), "event": result.event[:0], "sample": result.sample[:0], "round": result.round[:0]}
    )
    with new_run(tmp_path / "run") as folder:
        run = open_run(folder.write(empty, names, made.provenance()))
    root = page.parsed(html_report(run, openiads.basis(run)))
    assert "Nothing was fired." in page.text_of(root)


QUIET = studies.SCENARIO.partition("raid:")[0] + "raid: {groups: []}\n"


def test_a_study_of_one_replication_without_a_raid(tmp_path):
    (tmp_path / "quiet.yaml").write_text(QUIET)
    study = openiads.Study(tmp_path / "quiet.yaml", n=1, workers=1, out=tmp_path / "quiet").run()
    words = page.text_of(page.parsed(html_report(study, openiads.basis(study))))
    assert "Only 1 replication at a point: hardly more than anecdotes." in words
    assert "Nothing came through (n = 1 replications)." in words


def test_an_unfinished_study_says_so(single, place):
    copy = place / "part"
    for file in sorted(p for p in single.path.rglob("*") if p.is_file()):
        target = copy / file.relative_to(single.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    seals = sorted((copy / "done").glob("*.json"))
    for seal in seals[2:]:
        seal.unlink()
    some = openiads.open_study(copy)
    words = page.text_of(page.parsed(html_report(some, openiads.basis(some))))
    missing = some.replications_wanted - some.replications_done
    assert f"{missing} replications are missing: openiads resume part" in words
    for seal in seals[:2]:
        seal.unlink()
    none = openiads.open_study(copy)
    words = page.text_of(page.parsed(html_report(none, openiads.basis(none))))
    assert "No replication has been computed yet." in words and "What this cannot tell you" in words


# --- what a reader could misread --------------------------------------------------------------------


def test_attackers_on_their_way_at_the_end_are_told(tmp_path):
    """Nobody came through, because nobody had the time: without a word that would read as a perfect defence."""
    (tmp_path / "late.yaml").write_text(re.sub(r"duration: .*", "duration: 20 s", studies.SCENARIO))
    study = openiads.Study(tmp_path / "late.yaml", n=3, workers=1, out=tmp_path / "late").run()
    (point,) = report(study)
    assert point.measures["leakage"].value == 0.0 and point.measures["unresolved"].value == 1.0
    words = page.text_of(page.parsed(html_report(study, openiads.basis(study))))
    assert "NOT DECIDED" in words and "100 % (" in words and "leakage may be too low" in words
    assert "NOT DECIDED" in openiads.study_summary(study)
    one = openiads.open_run(openiads.execute(tmp_path / "late.yaml", out=tmp_path / "run"))
    told = outcome(one)
    assert told.undecided and "neither killed nor come through" in openiads.summary(one)
    assert f"NOT DECIDED: {len(told.undecided)}" in page.text_of(
        page.parsed(html_report(one, openiads.basis(one)))
    )


def test_shares_at_the_head_are_in_per_cent(single, single_text):
    (point,) = report(single)
    leakage = point.measures["leakage"]
    box = page.parsed(single_text).find(".//div[@class='big']/div")
    number, text = page.text_of(box.find("b")), page.text_of(box.find("span"))
    assert number == f"{100 * leakage.value:.1f} %".replace(".0 %", " %")
    assert f"{100 * leakage.low:.1f}".removesuffix(".0") in text and f"n = {N}" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1.0, "100"), (0.0711, "7.1"), (0.5, "50"), (0.00042, "0.042"), (0.9997, "99.970")],
)
def test_percentages(value, text):
    found = Interval(value, value, value, 9, 9.0, "t")
    assert percent(found) == f"{text} % ({text} to {text} %)"


def test_no_count_below_zero(place):
    """A type of missile of which one is left in one replication of five."""
    ones, left = np.ones(5), np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    plain = intervals.mean(intervals.sums(left, ones))
    assert plain.low < 0.0 and _positive(plain).low == 0.0 and _positive(plain).high == plain.high


def test_pictures_do_not_go_into_a_run(run, tmp_path):
    before = sorted(p.name for p in run.path.iterdir())
    with pytest.raises(UserError, match="folder of a run or study"):
        make_report(run.path, tmp_path / "a.html", run.path, None, "leakage", None, False)
    assert sorted(p.name for p in run.path.iterdir()) == before and not list(tmp_path.iterdir())


def test_the_legend_names_what_is_there(run, single_text):
    labels = [line.get_label() for line in map_handles(scene(run))]
    kinds = set(run.sites.column("kind").to_pylist())
    assert {"radar", "launcher"} <= set(labels) and ("gun" in labels) == ("gun" in kinds)
    assert ("friend" in labels) == ("friend" in run.threats.column("identity").to_pylist())


def test_labels_of_rings_keep_clear_of_names():
    name = (-200.0, -20.0, -50.0, 20.0)
    assert not _free(_box(-100.0, 0.0, "9M96E2 declared 120 km", 450.0), [name])
    assert _free(_box(200.0, 100.0, "9M96E2 declared 120 km", 450.0), [name])


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("openiads run raids/mine.yaml --seed 3", "raids/mine.yaml"),
        ("openiads run 'my raid.yaml' --replication 0", "'my raid.yaml'"),
        ("openiads live quickstart", "quickstart"),
        ("openiads run 'half a quote", "quickstart"),
        (None, "quickstart"),
    ],
)
def test_the_study_that_a_report_asks_for_can_be_typed(command, told):
    run = SimpleNamespace(manifest={"command": command}, name="quickstart")
    assert run_parts._scenario(run) == told
