"""What `openiads coverage` writes, read back by GDAL; what it refuses; the folder that it makes."""

import json
import math
import shutil
import subprocess
import sys

import numpy as np
import pytest
from support import cover as small
from typer.testing import CliRunner

from openiads.cli import shipped
from openiads.cli.app import app
from openiads.cover import shapes, write
from openiads.cover.compute import coverage
from openiads.cover.faults import CoverageError
from openiads.cover.projection import EqualArea

GDAL = pytest.mark.skipif(
    shutil.which("ogrinfo") is None, reason="GDAL's programs are not installed: apt install gdal-bin"
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    file = small.write(tmp_path_factory.mktemp("cover"))
    return coverage(file, [30.0, 2000.0], rcs_m2=1.0, jamming="on", at_s=60.0)


def run(*words, **kwargs):
    return subprocess.run(
        list(map(str, words)), capture_output=True, text=True, check=False, timeout=300, **kwargs
    )


def openiads(*words, cwd):
    return run(sys.executable, "-m", "openiads", *words, cwd=cwd)


def read_back(path):
    """Every feature of every layer as GDAL sees it: name → (properties, geometry)."""
    answer = run("ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=9", "/vsistdout/", path)
    assert answer.returncode == 0, answer.stderr
    return {
        f["properties"]["name"]: (f["properties"], f["geometry"])
        for f in json.loads(answer.stdout)["features"]
    }


def points(geometry):
    """All vertices of a (multi)polygon, sorted."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    flat = np.array([p[:2] for polygon in parts for ring in polygon for p in ring])
    return flat[np.lexsort(flat.T)]


@GDAL
def test_geojson_read_by_gdal(found, tmp_path):
    """Every shape comes back with all its vertices to 1e-7 degree, valid for GDAL."""
    made = shapes.shapes_of(found)
    file = tmp_path / "coverage.geojson"
    file.write_bytes(write.geojson(found, made))
    back = read_back(file)
    assert {s.name for s in made} <= set(back)
    assert {"R", "CP"} <= set(back)
    for shape in made:
        mine = np.concatenate([ring for polygon in shape.polygons for ring in polygon])
        mine = np.round(mine, 7)
        np.testing.assert_allclose(points(back[shape.name][1]), mine[np.lexsort(mine.T)], atol=1.01e-7)
        assert back[shape.name][0]["kind"] == shape.kind
    told = run("ogrinfo", "-al", "-so", file)
    assert told.returncode == 0 and "WGS 84" in told.stdout and "ERROR" not in told.stderr


@GDAL
def test_kml_read_by_gdal(found, tmp_path):
    """Layers by kind and altitude; the same vertices as the GeoJSON."""
    made = shapes.shapes_of(found)
    file = tmp_path / "coverage.kml"
    file.write_bytes(write.kml(found, made))
    layers = run("ogrinfo", file)
    assert layers.returncode == 0, layers.stderr
    for name in ("declared", "radar, 30 m", "network, 2000 m", "sites"):
        assert name in layers.stdout
    for shape in made:
        layer = (
            shape.kind if shape.kind == "declared" else f"{shape.kind}, {shape.properties['altitude_m']:g} m"
        )
        answer = run("ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=9", "/vsistdout/", file, layer)
        one = next(f for f in json.loads(answer.stdout)["features"] if f["properties"]["Name"] == shape.name)
        geometry = one["geometry"]
        if geometry["type"] == "GeometryCollection":
            geometry = {
                "type": "MultiPolygon",
                "coordinates": [g["coordinates"] for g in geometry["geometries"]],
            }
        mine = np.round(np.concatenate([ring for polygon in shape.polygons for ring in polygon]), 7)
        np.testing.assert_allclose(points(geometry), mine[np.lexsort(mine.T)], atol=1.01e-7)


@GDAL
def test_geotiff_read_by_gdal(found, tmp_path):
    """Size, bands, and the value that GDAL finds at the longitude and latitude of cells."""
    pytest.importorskip("rasterio", reason="pip install 'openiads[terrain]'")
    one = found.maps[1]
    file = tmp_path / "coverage.tif"
    file.write_bytes(write.geotiff(found, one))
    told = json.loads(run("gdalinfo", "-json", file).stdout)
    n = one.x_m.size
    assert told["size"] == [n, n]
    assert [b["description"] for b in told["bands"]] == [
        "Pd R",
        "radars with Pd >= 0.5",
        "radars with Pd >= 0.9",
    ]
    assert "Lambert_Azimuthal" in told["coordinateSystem"]["wkt"].replace(" ", "_")
    rng = np.random.default_rng(1)
    for i, j in rng.integers(0, n, (12, 2)):
        lon, lat = math.degrees(one.lon_rad[i, j]), math.degrees(one.lat_rad[i, j])
        answer = run("gdallocationinfo", "-wgs84", "-valonly", "-b", 1, file, lon, lat)
        assert float(answer.stdout) == pytest.approx(float(one.pd[0, i, j]), abs=1e-6)


def test_area_of_polygons(found):
    """The area of each outline on the ellipsoid, by GeographicLib through PROJ, is that of its cells: corners are cut, 0.5 %."""
    pyproj = pytest.importorskip("pyproj", reason="pip install pyproj")
    geod = pyproj.Geod(ellps="WGS84")
    checked = 0
    for shape in shapes.shapes_of(found):
        if shape.kind not in ("radar", "network"):
            continue
        area = 0.0
        for polygon in shape.polygons:
            for ring in polygon:  # outer rings run anticlockwise and count positive, holes negative
                area += geod.polygon_area_perimeter(ring[:, 0], ring[:, 1])[0]
        assert area / 1e6 == pytest.approx(shape.properties["area_km2"], rel=5e-3)
        checked += 1
    assert checked >= 6


def test_antimeridian_and_pole(tmp_path):
    """Maps and areas are made there; GeoJSON and KML are refused with a way out."""
    across = coverage(small.write(tmp_path, lat=10.0, lon=179.5), 1000.0)
    here = coverage(small.write(tmp_path, lat=10.0, lon=20.0), 1000.0)
    areas = [float(c.maps[0].seen(0.5).sum()) * c.maps[0].cell_m2 for c in (across, here)]
    assert areas[0] == pytest.approx(areas[1], rel=1e-6)
    with pytest.raises(CoverageError, match="antimeridian"):
        shapes.shapes_of(across)
    near = coverage(small.write(tmp_path, lat=88.0, lon=20.0), 1000.0)
    assert near.maps[0].seen(0.5).any()
    with pytest.raises(CoverageError, match="pole"):
        shapes.shapes_of(near)
    with pytest.raises(CoverageError, match="within 1 deg of a pole"):
        EqualArea(math.radians(89.5), 0.0)


def test_command_line(tmp_path):
    """One folder, whole; not replaced unless asked; nothing foreign ever."""
    file = small.write(tmp_path)
    words = (
        "coverage",
        file,
        "--altitude",
        "100m",
        "--to",
        "geojson,png",
        "--claim",
        "91N6E",
        "--rcs",
        "1m2",
    )
    done = openiads(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "What do 390 km of 91N6E (R, on 4 m²) mean?" in done.stdout
    folder = tmp_path / f"coverage-{file.stem}"
    assert sorted(p.name for p in folder.iterdir()) == [
        "coverage.geojson", "coverage.json", "coverage.png", "coverage.txt", "vertical-R.png",
    ]  # fmt: skip
    rows = json.loads((folder / "coverage.json").read_text())["rows"]
    assert rows[0]["id"] == "R" and 0.0 < rows[0]["share"] < 1.0
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    again = openiads(*words, cwd=tmp_path)
    assert again.returncode == 2 and "--force" in again.stderr
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    (folder / "notes.txt").write_text("mine")
    foreign = openiads(*words, "--force", cwd=tmp_path)
    assert foreign.returncode == 2 and "notes.txt" in foreign.stderr
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--altitude", "15"), "unit"),
        (("--altitude", "200km"), "out of range"),
        (("--rcs", "1m2", "--target", "fighter"), "one of both"),
        (("--aspect", "sideways"), "approaching"),
        (("--to", "pdf"), "geojson"),
        (("--at", "9h"), "the scenario lasts"),
        (("--pd", "0.5,2"), "between 0 and 1"),
        (("--target", "48N6E3"), "no platform"),
        (("--cell", "0.1m"), "at least 1 m"),
        (("--jamming", "maybe"), "as-scenario"),
        (("--fluctuation", "7"), "0 (steady) to 4"),
        (("--looks", "0"), "1 to 1000"),
        (("--course", "400deg"), "out of range"),
    ],
)
def test_bad_options(words, said, tmp_path):
    """One line, exit code 2, nothing left."""
    file = small.write(tmp_path)
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["coverage", str(file), "--out", str(out), *words])
    assert done.exit_code == 2
    assert said in done.output + (done.stderr if done.stderr_bytes else "")
    assert "Traceback" not in done.output
    assert not out.exists()


def test_the_table_says_what_was_published_and_what_is_left_out(found):
    """390 km were published on 4 m²: beside 1 m² that must be said."""
    text = write.summary(found)
    assert "91N6E: 390 km, on 4 m², taken as Pd 0.5" in text and "Published for (here: 1 m²" in text
    assert "a detection is no track" in text and "validated" in text


def test_a_reach_with_gaps_is_marked(tmp_path):
    """48N6E3 meets a target at 50 m directly or after a lofted flight, and in between not at all."""
    cover = coverage(shipped.find("quickstart"), [50.0], rcs_m2=1.0, cell_m=2000.0)
    gaps = {row.type: row.gaps for row in cover.rows if row.kind == "missile"}
    assert gaps["48N6E3"] and not gaps["40N6E"] and not gaps["9M96E2"]
    assert "78 %, gaps" in write.summary(cover) and "Gaps:" in write.summary(cover)


def test_no_height_above_a_ground_that_is_not_there(tmp_path):
    with pytest.raises(CoverageError, match="no elevation model"):
        coverage(small.write(tmp_path), [50.0], rcs_m2=1.0, above_ground=True)


def test_cells_too_coarse_for_a_map(tmp_path):
    with pytest.raises(CoverageError, match=r"too coarse for the map at 50 m, .* at most \d+ m"):
        coverage(small.write(tmp_path), [50.0], rcs_m2=1.0, cell_m=50e3)


def test_one_course_or_one_aspect(tmp_path):
    file = small.write(tmp_path)
    done = CliRunner().invoke(
        app,
        ["coverage", str(file), "--aspect", "crossing", "--course", "45deg", "--out", str(tmp_path / "c")],
    )
    assert done.exit_code == 2 and "one of both" in done.output + str(done.stderr)
    assert not (tmp_path / "c").exists()


def test_the_json_says_what_it_leaves_out(found):
    assert any("a detection is no track" in line for line in json.loads(write.table_json(found))["notes"])
