"""The container of a replay holds the run, to the digit; the page file appears whole or not at all."""

import json
import math
import webbrowser

import numpy as np
import pytest
import synthetic_run as made
from typer.testing import CliRunner

from openiads.analysis.domes import dome_of
from openiads.analysis.envelope import Target, envelope_of
from openiads.analysis.explain import explain
from openiads.catalog import load_catalog
from openiads.cli.app import app
from openiads.results import open_run
from openiads.study.store import new_run
from openiads.viewer import coast, columns, page
from openiads.viewer.columns import Column
from openiads.viewer.pack import pack
from openiads.viewer.paths import IDENTITIES, ROOT


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with new_run(tmp_path_factory.mktemp("runs") / "made-up-seed1") as folder:
        return open_run(folder.write(*made.outcome(), made.provenance()))


@pytest.fixture(scope="module")
def packed(run):
    return pack(run, zones=False)


@pytest.fixture(scope="module")
def content(packed):
    return columns.decode(packed)


# --- the container ------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [0, 1, 2])
def test_whole_numbers_come_back(order):
    rng = np.random.default_rng(3)
    wild = rng.integers(-(2**31), 2**31, 1000, dtype=np.int64).astype(np.int32)
    edges = np.array([2**31 - 1, -(2**31), 0, -1, 2**31 - 1, -(2**31)], np.int32)
    given = np.concatenate([wild, edges])
    _, got = columns.decode(columns.encode({}, [Column("a", given, order), Column("b", given[:0], order)]))
    assert got["a"].dtype == np.int32 and np.array_equal(got["a"], given)
    assert got["b"].size == 0


def test_other_numbers_come_back():
    small = np.arange(256).astype(np.uint8)
    real = np.array([0.1, -1e300, np.pi, 0.0])
    header, got = columns.decode(columns.encode({"x": ["ä", 1]}, [Column("s", small), Column("r", real)]))
    assert header["x"] == ["ä", 1]
    assert np.array_equal(got["s"], small) and got["r"].tobytes() == real.tobytes()


def test_what_is_no_container_is_refused():
    for data in (b"", b"nonsense", b"x\x9c"):
        with pytest.raises(ValueError, match="not a replay"):
            columns.decode(data)
    with pytest.raises(TypeError, match="int64"):
        columns.encode({}, [Column("a", np.arange(3))])
    with pytest.raises(TypeError, match="only int32"):
        columns.encode({}, [Column("a", np.arange(3).astype(np.uint8), 1)])


# --- the run in it ------------------------------------------------------------------------------------


def test_every_sample_is_in_it(run, content):
    header, got = content
    table = run.table("trajectories", raw=True).to_pandas()
    assert sum(p["rows"] for p in header["paths"]) == len(got["t_ms"])
    seen = 0
    for path in header["paths"]:
        mine = table[(table["kind"] == path["kind"]) & (table["id"] == path["id"])]
        rows = slice(path["first"], path["first"] + len(mine))
        assert len(mine) == path["rows"] - bool(path.get("ended"))
        for name in ("t_ms", "x_dm", "y_dm", "z_dm"):
            assert np.array_equal(got[name][rows], mine[name].to_numpy()), (path, name)
        sigma = mine["sigma_dm"].fillna(-1).to_numpy().astype(int)
        assert np.array_equal(got["sigma_dm"][rows], sigma)
        for name in ROOT:
            assert np.array_equal(got[name][rows], mine[name].fillna(0).to_numpy().astype(int)), name
        words = [255 if not isinstance(w, str) else IDENTITIES.index(w) for w in mine["identity"]]
        assert got["identity"][rows].tolist() == words
        seen += len(mine)
    assert seen == len(table)


def test_the_end_of_a_path_is_where_its_velocity_leads(run, content):
    header, got = content
    ended = [p for p in header["paths"] if p.get("ended")]
    assert len(ended) > 10
    ends = {("platform", r["id"]): r["t_end_s"] for r in run.threats.to_pylist()}
    ends |= {("missile", r["id"]): r["t_end_s"] for r in run.missiles.to_pylist()}
    table = run.trajectories.to_pandas()
    for path in ended:
        last = path["first"] + path["rows"] - 1
        assert got["t_ms"][last] == round(ends[path["kind"], path["id"]] * 1e3)
        mine = table[(table["kind"] == path["kind"]) & (table["id"] == path["id"])].iloc[-1]
        wait = got["t_ms"][last] * 1e-3 - mine["t_s"]
        for c in "xyz":
            assert got[f"{c}_dm"][last] * 0.1 == pytest.approx(
                mine[f"{c}_m"] + wait * mine[f"v{c}_mps"], abs=0.2
            )


def test_stories_are_those_of_explain(run, content):
    header, _ = content
    assert list(header["chains"]) == run.threats["id"].to_pylist()
    for threat in list(header["chains"])[::5]:
        told, story = explain(run, threat), header["chains"][threat]
        assert story["headline"] == told.headline and story["verdict"] == told.verdict
        assert story["link"] == told.link
        assert [s[:2] for s in story["steps"]] == [[s.t_s, s.text] for s in told.steps]


def test_events_keep_their_order_and_say_what_happened(run, content):
    events, log = content[0]["events"], run.events.to_pylist()
    assert [(e["t"], e["event"], e.get("subject")) for e in events] == [
        (r["t_s"], r["event"], r["subject"]) for r in log
    ]
    assert all(e["text"] for e in events)


def test_what_cannot_be_told_is_said(content):
    missing = " ".join(content[0]["missing"])
    assert "radar plots" in missing and content[0]["plots"] is None
    assert "the scenario of the run cannot be read" in missing  # the made-up run has none
    assert content[0]["radars"] == []


def test_the_same_run_gives_the_same_bytes(run, packed):
    assert pack(run, zones=False) == packed


def test_zones_are_those_of_the_envelope(run):
    zones = {z["weapon"]: z for z in columns.decode(pack(run))[0]["zones"]}
    assert set(zones) == set(run.magazines["weapon"].to_pylist())
    zone = zones["48N6E3"]
    item = load_catalog().get("48N6E3", "missile")
    k = len(zone["alt_m"]) // 2
    ranges = 1.25 * item.si("range_max_m") * np.arange(1, 25) / 24
    one = envelope_of(item, Target(), ranges, np.array([float(zone["alt_m"][k])]))
    assert zone["far_m"][k] == pytest.approx(
        one.max_range_m(0), rel=0.06
    )  # the altitude is rounded to a metre
    assert zone["near_m"][k] == pytest.approx(one.min_range_m(0), rel=0.06)


# --- domes --------------------------------------------------------------------------------------------


def test_a_dome_ends_at_the_horizon_the_range_and_the_highest_elevation():
    """Closed forms: horizon sqrt(2 a_e h) of both ends over the 4/3 Earth; slant range; a straight ray over that Earth."""
    alts = np.array([100.0, 1000.0, 10_000.0, 30_000.0])
    dome = dome_of(20.0, 2e3, 200e3, math.radians(-1.0), math.radians(30.0), alt_m=alts)
    a_e = 4.0 / 3.0 * 6_371_000.0
    horizon = np.sqrt(2 * a_e * 20.0) + np.sqrt(2 * a_e * alts)
    assert dome.far_m[:2] == pytest.approx(horizon[:2], rel=2e-3)
    assert dome.far_m[2] == pytest.approx(math.sqrt(200e3**2 - 9980.0**2), rel=2e-3)
    slant = np.linspace(0.0, 400e3, 400_001)
    height = (
        np.sqrt((a_e + 20.0) ** 2 + slant**2 + 2 * slant * (a_e + 20.0) * math.sin(math.radians(30.0))) - a_e
    )
    for k in (2, 3):
        s = slant[np.searchsorted(height, alts[k])]
        arc = math.asin(s * math.cos(math.radians(30.0)) / (a_e + alts[k]))
        assert dome.near_m[k] == pytest.approx(a_e * arc, rel=2e-3)
    assert dome.near_m[0] == pytest.approx(math.sqrt(2e3**2 - 80.0**2), rel=2e-3)
    level = dome_of(
        20.0, 2e3, 200e3, 0.0, math.radians(30.0), alt_m=alts
    ).far_m  # nothing below the horizontal
    assert level[0] == pytest.approx(math.sqrt(2 * a_e * 80.0), rel=2e-3)


def test_a_dome_has_a_roof_and_knows_its_models():
    dome = dome_of(20.0, 2e3, 50e3, 0.0, math.radians(89.0), alt_m=np.array([49_000.0, 60_000.0]))
    assert dome.far_m[0] > 0.0 and dome.far_m[1] == dome.near_m[1] == 0.0
    assert dome_of(10.0, 0.0, 600e3, 0.0, 0.5, "crpl-exponential").far_m[3] > 0.0
    with pytest.raises(ValueError, match="refraction: 'straight'"):
        dome_of(10.0, 0.0, 1e5, 0.0, 0.5, "straight")


# --- coasts -------------------------------------------------------------------------------------------


def test_coasts_come_back_and_none_near_is_lost():
    rings = list(coast.read_rings(coast.world()))
    assert b"".join(coast.write_ring(r) for r in rings) == coast.world()
    assert 100 < len(rings) < 1000
    near = {tuple(p) for ring in coast.read_rings(coast.near(38.0, 15.0)) for p in ring}
    every = np.concatenate(list(coast.read_rings(coast.static("coast50.bin"))))
    inside = (np.abs(every[:, 0] - 15_000) < 14_000) & (np.abs(every[:, 1] - 38_000) < 13_900)
    assert inside.sum() > 1000
    assert all(tuple(p) in near for p in every[inside])
    assert len(near) < 0.25 * len(every)


def test_coasts_near_the_antimeridian_and_the_pole():
    ring = np.concatenate(list(coast.read_rings(coast.near(-17.0, 179.9))))  # Fiji lies on both sides
    assert (ring[:, 0] > 175_000).any() and (ring[:, 0] < -175_000).any()
    assert coast.near(89.0, 0.0)


def is_land(rings, lon_deg, lat_deg):
    """Even-odd, in every turn of longitude, as the page fills them."""
    crossings = 0
    for ring in rings:
        x, y = ring[:, 0] / 1e3, ring[:, 1] / 1e3
        x0, y0, x1, y1 = x, y, np.roll(x, -1), np.roll(y, -1)
        spans = np.flatnonzero((y0 > lat_deg) != (y1 > lat_deg))
        at = x0[spans] + (lat_deg - y0[spans]) / (y1[spans] - y0[spans]) * (x1[spans] - x0[spans])
        crossings += sum(int((at + turn > lon_deg).sum()) for turn in (-360.0, 0.0, 360.0))
    return crossings % 2 == 1


@pytest.mark.parametrize("name", ["coast110.bin", "coast50.bin"])
def test_no_ring_goes_around_the_earth(name):
    """Rings over the antimeridian, and the one around the pole: no line along a latitude, no land where there is sea."""
    rings = list(coast.read_rings(coast.static(name)))
    for ring in rings:
        wide = np.abs(np.diff(ring[:, 0])) > 15_000
        assert (ring[:-1, 1][wide] < -89_000).all(), "only along the pole"
    land = (
        (25.0, 67.0),
        (-175.5, 66.5),
        (177.0, 67.0),
        (30.0, -88.0),
        (-60.0, -80.0),
        (100.0, 72.0),
        (2.0, 47.0),
    )
    sea = ((0.0, 71.0), (-30.0, 66.8), (-100.0, -16.6), (0.0, -65.0), (178.0, 75.0), (-40.0, 30.0))
    assert [is_land(rings, *p) for p in land] == [True] * len(land)
    assert [is_land(rings, *p) for p in sea] == [False] * len(sea)


# --- the file -----------------------------------------------------------------------------------------


def test_the_page_needs_no_network_and_is_whole(run, tmp_path):
    out = page.write_replay([run], tmp_path / "new" / "a.html", zones=False)
    text = out.read_text()
    assert text.startswith("<!DOCTYPE html>") and text.rstrip().endswith("</html>")
    assert "default-src 'none'" in text and 'src="' not in text and "@import" not in text
    assert "three.js" in text and "Natural Earth" in text  # the notices of what is in it
    assert out.stat().st_size < 5e6
    assert page.replay_page([run], zones=False) == text
    with pytest.raises(page.PageExists, match="exists already"):
        page.write_replay([run], out, zones=False)
    page.write_replay([run], out, force=True, zones=False)
    assert [p.name for p in out.parent.iterdir()] == ["a.html"]


def test_a_failure_leaves_no_file(run, tmp_path, monkeypatch):
    monkeypatch.setattr(page.os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "no space")))
    with pytest.raises(OSError, match="no space"):
        page.write_replay([run], tmp_path / "a.html", zones=False)
    assert list(tmp_path.iterdir()) == []


def test_a_title_cannot_break_out_of_the_page(run):
    evil = "</script><img src=x onerror=alert(1)>"
    text = page.assemble(evil, "", 0.0, 0.0)
    assert evil not in text and "&lt;/script&gt;" in text


def test_the_command_line(run, tmp_path, monkeypatch):
    def openiads(*words):
        return CliRunner().invoke(app, [str(word) for word in words])

    done = openiads("replay", run.path, "--out", tmp_path / "a.html", "--no-zones")
    assert done.exit_code == 0 and "a.html" in done.stdout, done.output
    again = openiads("replay", run.path, "--out", tmp_path / "a.html", "--no-zones")
    assert again.exit_code == 2 and "exists already" in again.stderr and again.stderr.count("\n") == 1
    none = openiads("replay", tmp_path / "nothing")
    assert none.exit_code == 2 and "no such folder" in none.stderr
    two = openiads("replay", run.path, "--beside", tmp_path)
    assert two.exit_code == 2 and "is not a run" in two.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.html"]
    shown = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not shown.append(address))
    assert openiads("view", run.path).exit_code == 0
    assert shown[0].startswith("file://") and shown[0].endswith(f"{run.path.name}.html")
    wrong = openiads("view", run.path, "--replication", 3)
    assert wrong.exit_code == 2 and "belong to a study" in wrong.stderr
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    headless = openiads("view", run.path)
    assert headless.exit_code == 2 and "open /" in headless.stderr


def test_the_header_is_plain_json(content):
    assert json.loads(json.dumps(content[0])) == content[0]
