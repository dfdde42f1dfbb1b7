"""Summary and picture of a run: what must be in them, on a terminal and elsewhere."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
import synthetic_run as made
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from rich.console import Console

from openiads.physics.geodesy import ecef_to_geodetic
from openiads.report.chart_chain import _STARTS, MAX_ROWS, _beside, chosen
from openiads.report.chart_map import near_km, spread, wide_km
from openiads.report.mapping import Map, geodetic
from openiads.report.picture import overview
from openiads.report.scene import scene
from openiads.report.summary import plain, print_summary
from openiads.results import open_run
from openiads.study.store import new_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with new_run(tmp_path_factory.mktemp("runs") / "run") as folder:
        return open_run(folder.write(*made.outcome(), made.provenance()))


def test_the_plain_summary_tells_everything(run):
    text = plain(run)
    for words in (
        "A made-up raid - seed 1, replication 0",
        "!!! WRONG SHOTS: 1 round at 1 civil or friendly aircraft, 0 killed",
        "What came, and how it ended",
        "What was seen, and when",
        "What was shot at what",
        "What came through: 3 of 31 hostile, 3 hit their target",
        "Sites hit: 2, lost: 1",
        "rounds per hostile killed: 1.71 (24 rounds, 14 killed; this one run)",
        "n = 1 replication",
    ):
        assert words in text
    assert "\x1b" not in text
    assert text.index("WRONG SHOTS") < text.index("What came")


def test_no_rate_without_its_counts(run):
    assert "%" not in plain(run)


def test_a_terminal_gets_tables(run):
    out = io.StringIO()
    print_summary(run, Console(file=out, force_terminal=True, width=140))
    assert "\x1b[" in out.getvalue() and "WRONG SHOTS" in out.getvalue()
    out = io.StringIO()
    print_summary(run, Console(file=out, force_terminal=False))
    assert out.getvalue() == plain(run)


def _png_size(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def test_the_picture_is_a_png_of_the_stated_width(run):
    width, height = _png_size(overview(run))
    assert width == 1600
    assert 900 <= height <= 1500


def test_the_svg_is_the_same_every_time(run):
    first = overview(run, kind="svg")
    assert first == overview(run, kind="svg")
    assert b"strike" in first or b"<svg" in first[:400]


def test_a_run_without_anything_is_drawn_too(tmp_path):
    outcome, names = made.outcome()
    empty = type(outcome)(
        **{
            **vars(outcome),
            "event": outcome.event[:0],
            "sample": outcome.sample[:0],
            "round": outcome.round[:0],
        }
    )
    with new_run(tmp_path / "run") as folder:
        run = open_run(folder.write(empty, names, made.provenance()))
    assert _png_size(overview(run, tracks=True))[0] == 1600
    assert "Nothing was fired." in plain(run)


def test_at_most_forty_rows_and_the_rest_is_counted(run):
    seen = scene(run)
    rows, left_out = chosen(seen)
    assert (len(rows), left_out) == (32, 0)
    many = [{**row, "id": f"{row['id']}-{k}"} for k in range(3) for row in seen.threats]
    rows, left_out = chosen(type(seen)(**{**vars(seen), "threats": many}))
    assert len(rows) == MAX_ROWS
    assert left_out == 3 * 32 - MAX_ROWS
    assert sum(row["id"].startswith("civ-03") for row in rows) == 3  # wrong shots are never left out
    assert sum(row["fate"] == "hit its target" for row in rows) == 9  # nor is what came through


@pytest.mark.parametrize(
    ("end_s", "text", "inside"),
    [(730.0, "killed", True), (930.0, "killed", True), (990.0, "killed", False), (730.0, "x" * 60, False)],
)
def test_what_became_of_a_threat_stands_beside_its_bar_where_there_is_room(end_s, text, inside):
    axes = Figure(figsize=(13.0, 3.0)).add_axes((0.1, 0.1, 0.75, 0.8))
    axes.set_xlim(0.0, 1000.0)
    axes.set_ylim(-0.8, 0.8)
    row = {"fate": "killed", "wrong_shots": 0, "t_end_s": end_s, **{key: 5.0 for _, key in _STARTS}}
    seen = SimpleNamespace(run=SimpleNamespace(t_end_s=1000.0), missiles=[])
    _beside(axes, seen, row, 0, text, 7.0, False)
    canvas = FigureCanvasAgg(axes.figure)
    place, frame = axes.texts[0].get_window_extent(canvas.get_renderer()), axes.get_window_extent()
    assert (frame.x0 < place.x0 and place.x1 < frame.x1) == inside


def test_paths_end_where_the_flight_ends(run):
    seen = scene(run)
    row = next(r for r in seen.threats if r["id"] == "cm-05")
    east, north = seen.where(row, row["t_end_s"])
    port = next(s for s in seen.sites if s.ident == "port")
    assert np.hypot(east - port.east_km, north - port.north_km) < 0.2
    assert 300 <= wide_km(seen) <= 500
    assert near_km(seen, wide_km(seen)) < wide_km(seen) / 2


def test_the_map_agrees_with_the_ellipsoid():
    """Against the package's own geodesy (iterated), and against the distance along a meridian."""
    rng = np.random.default_rng(5)
    points = rng.normal(size=(200, 3))
    points *= (6.371e6 + rng.uniform(-5e3, 1e5, 200) - 6.371e6 * 0.001)[:, None] / np.linalg.norm(
        points, axis=1
    )[:, None]
    lat, lon, alt = geodetic(*points.T)
    for k, point in enumerate(points):
        want = ecef_to_geodetic(*point)
        assert abs(lat[k] - want[0]) < 1e-9 and abs(lon[k] - want[1]) < 1e-12
        assert abs(alt[k] - want[2]) < 0.01
    chart = Map.about(np.array([60.0]), np.array([-30.0]))
    east, north = chart.project(np.radians([65.0, 60.0]), np.radians([-30.0, -24.6]))
    assert north[0] == pytest.approx(557.2, rel=3e-3)  # 5 degrees of meridian from 60 N: WGS-84
    assert east[1] == pytest.approx(301.0, rel=3e-3)


def test_a_map_across_the_antimeridian():
    chart = Map.about(np.array([50.0, 50.0]), np.array([179.5, -179.5]))
    assert abs(abs(np.degrees(chart.lon_rad)) - 180.0) < 1e-9
    east, _ = chart.project(np.radians([50.0, 50.0]), np.radians([179.0, -179.0]))
    assert east[0] == pytest.approx(-east[1])
    assert 60 < east[1] < 80


def test_labels_never_cover_each_other():
    points = [(0.0, 0.0)] * 6 + [(5.0, 0.2)]
    placed = spread(points, 1.0, 4.0)
    for a in range(len(placed)):
        for b in range(a):
            apart = abs(placed[a][0] - placed[b][0]) >= 4.0 or abs(placed[a][1] - placed[b][1]) >= 1.0
            assert apart
