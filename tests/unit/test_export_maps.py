"""CZML, KML and GeoJSON: read back by CesiumJS, by GDAL and by the schema of KML, none of them written here."""

import json
import math
from pathlib import Path

import numpy as np
import pymap3d
import pytest
import synthetic_run
from support import exported, readers

from openiads.export import czml, geojson, kml
from openiads.export.content import MISSILE, PLATFORM, TRACK

LAYERS = {PLATFORM: "Platforms (truth)", MISSILE: "Missiles (truth)", TRACK: "Fused tracks"}
TOLERANCE_M = 0.0095  # 7 decimals of a degree and 2 of a metre


@pytest.fixture(scope="module")
def content():
    return exported.quickstart()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return exported.made_up(synthetic_run, tmp_path_factory.mktemp("made") / "made")


def cesium(path):
    node, folder = readers.node()
    return json.loads(readers.output(node, readers.HERE / "read_czml.cjs", path, folder))


def gdal(path, layer=None):
    """Features of a file as GDAL sees them."""
    ogr2ogr = readers.program("ogr2ogr", "gdal-bin")
    layers = [] if layer is None else [layer]
    text = readers.output(
        ogr2ogr, "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=10", "/vsistdout/", path, *layers
    )
    return json.loads(text)["features"]


def points(feature):
    """Coordinates of a line, of its parts, or of a point."""
    geometry = feature["geometry"]
    given = geometry["coordinates"]
    if geometry["type"] == "MultiLineString":
        return np.array([point for part in given for point in part])
    return np.array([given] if geometry["type"] == "Point" else given)


def test_cesium_sees_every_sample(content, tmp_path):
    path = tmp_path / "q.czml"
    assert czml.write(content, path) == len(content.t_s)
    found = cesium(path)
    assert found["name"] == content.title
    assert found["start"] == "2026-06-01T06:00:00.000Z" and found["stop"] == "2026-06-01T06:20:00.000Z"
    things = {thing["id"]: thing for thing in found["things"]}
    assert len(things) == len(content.movers) + len(content.sites)
    worst, samples = 0.0, 0
    for mover in content.movers:
        thing = things[f"{mover.kind}/{mover.id}"]
        places = np.array(thing["places"])
        rows = mover.rows
        assert np.allclose(places[:, 0], content.t_s[rows], atol=5e-4)
        stored = np.stack([content.x_m[rows], content.y_m[rows], content.z_m[rows]], axis=1)
        worst = max(worst, float(np.abs(places[:, 1:] - stored).max()))
        samples += len(places)
        assert thing["properties"].get("side") == mover.side
        assert thing["start"] == iso(content, content.t_s[rows.start])
        assert thing["stop"] == iso(content, max(mover.t_end_s, content.t_s[rows.stop - 1]))
    assert samples == len(content.t_s) and worst <= 1e-3
    for site in content.sites:
        _, lat, lon, alt = site.places[0]
        x = pymap3d.geodetic2ecef(lat, lon, alt)
        assert math.dist(things[f"site/{site.id}"]["first"], x) < 0.001


def iso(content, t_s):
    return content.when(t_s).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_cesium_takes_hostile_names_as_text(hostile, tmp_path):
    path = tmp_path / "m.czml"
    czml.write(hostile, path)
    found = cesium(path)
    assert found["name"] == exported.TITLE
    thing = next(t for t in found["things"] if t["name"] == exported.HOSTILE)
    assert "<x>" not in thing["description"]
    missile = next(t for t in found["things"] if t["properties"].get("target") == exported.HOSTILE)
    assert "&lt;x&gt;&amp;" in missile["description"] and "<x>" not in missile["description"]


def test_gdal_reads_kml(content, tmp_path):
    path = tmp_path / "q.kml"
    assert kml.write(content, path) == len(content.t_s)
    worst = 0.0
    for kind, layer in LAYERS.items():
        movers = {mover.id: mover for mover in content.movers if mover.kind == kind}
        features = gdal(path, layer)
        assert {feature["properties"]["Name"] for feature in features} == set(movers)
        for feature in features:
            mover = movers[feature["properties"]["Name"]]
            lon, lat, alt = points(feature).T
            assert len(lat) == mover.rows.stop - mover.rows.start
            worst = max(worst, float(exported.away_m(content, mover.rows, lat, lon, alt).max()))
            assert feature["properties"]["side"] == mover.side
    assert 0.0 < worst <= TOLERANCE_M
    assert len(gdal(path, "Sites")) == len(content.sites)


def test_kml_keeps_its_schema(content, hostile, tmp_path):
    """The order of elements and every type, by the schema of the Open Geospatial Consortium with Google's extension."""
    etree = pytest.importorskip("lxml.etree", reason="pip install lxml")
    pykml = pytest.importorskip("pykml", reason="pip install pykml")
    folder = Path(pykml.__file__).parent / "schemas"
    schema = etree.XMLSchema(etree.parse(str(folder / "kml22gx.xsd")))
    for name, run in (("q", content), ("m", hostile)):
        path = tmp_path / f"{name}.kml"
        kml.write(run, path)
        tree = etree.parse(str(path))
        assert schema.validate(tree), str(schema.error_log)[:2000]
        space = {"k": "http://www.opengis.net/kml/2.2", "gx": "http://www.google.com/kml/ext/2.2"}
        whens, coords = tree.findall(".//gx:Track/k:when", space), tree.findall(".//gx:Track/gx:coord", space)
        assert len(whens) == len(coords) == len(run.t_s)
        assert whens[0].text == iso(run, run.t_s[run.movers[0].rows.start])
    names = {one.text for one in tree.findall(".//k:Placemark/k:name", space)}
    assert exported.HOSTILE in names
    assert tree.find(".//k:Document/k:name", space).text == exported.TITLE
    broken = etree.fromstring(path.read_bytes().replace(b"<gx:Track><altitudeMode>absolute</altitudeMode>", b"<gx:Track>")
                              .replace(b"</gx:Track>", b"<altitudeMode>absolute</altitudeMode></gx:Track>"))  # fmt: skip
    assert not schema.validate(broken), "the schema has to see an order that is wrong"


def test_gdal_reads_geojson(content, tmp_path):
    path = tmp_path / "q.geojson"
    assert geojson.write(content, path) == len(content.t_s)
    features = gdal(path)
    kinds = {kind: [f for f in features if f["properties"]["kind"] == kind] for kind in LAYERS}
    worst = 0.0
    for kind, found in kinds.items():
        movers = {mover.id: mover for mover in content.movers if mover.kind == kind}
        assert {f["properties"]["id"] for f in found} == set(movers)
        for feature in found:
            mover = movers[feature["properties"]["id"]]
            lon, lat, alt = points(feature).T
            worst = max(worst, float(exported.away_m(content, mover.rows, lat, lon, alt).max()))
            times = feature["properties"]["t_s"]
            times = times if isinstance(times, list) else json.loads(times)
            assert np.allclose(times, content.t_s[mover.rows], atol=5e-4)
            assert (feature["properties"].get("fate") or "") == mover.fate
    assert 0.0 < worst <= TOLERANCE_M
    events = [f for f in features if f["properties"]["kind"] == "event"]
    assert sum(f["properties"]["id"] == "launch" for f in events) == content.run.missiles.num_rows
    assert sum(f["properties"]["id"] == "burst" for f in events) == len(content.events_of("burst"))


def test_gdal_reads_hostile_names(hostile, tmp_path):
    path = tmp_path / "m.geojson"
    geojson.write(hostile, path)
    assert json.loads(path.read_text())["title"] == exported.TITLE
    names = {feature["properties"].get("id") for feature in gdal(path)}
    assert exported.HOSTILE in names
    path = tmp_path / "m.kml"
    kml.write(hostile, path)
    assert exported.HOSTILE in {f["properties"]["Name"] for f in gdal(path, LAYERS[PLATFORM])}


def test_bursts_have_the_altitude_of_the_missile(content, tmp_path):
    """The event says how high the missile was when it burst; the place is that of the target, from samples 5 s apart."""
    path = tmp_path / "q.geojson"
    geojson.write(content, path)
    told = {(e["subject"], round(e["t_s"], 3)): e["alt_m"] for e in content.events_of("burst")}
    off = []
    for feature in json.loads(path.read_text())["features"]:
        facts = feature["properties"]
        if facts["kind"] == "event" and facts["id"] == "burst":
            off.append(abs(feature["geometry"]["coordinates"][2] - told[facts["subject"], facts["t_s"][0]]))
    assert len(off) == len(told) > 20
    assert np.median(off) < 10.0 and max(off) < 300.0


def test_a_line_over_the_antimeridian_is_cut():
    one, two = [[179.9, 0.0, 1.0], [179.99, 0.0, 1.0]], [[-179.95, 0.0, 1.0]]
    found = geojson._line([one, two])
    assert found == {"type": "MultiLineString", "coordinates": [one, two * 2]}
    assert geojson._line([two]) == {"type": "Point", "coordinates": two[0]}
