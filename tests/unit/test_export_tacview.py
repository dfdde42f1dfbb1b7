"""Tacview: an exported flight recording, read back by pyacmi, which nobody here wrote."""

import datetime as dt

import numpy as np
import pymap3d
import pytest
import synthetic_run
from support import exported

from openiads.export import tacview
from openiads.export.content import MISSILE, PLATFORM, TRACK

pyacmi = pytest.importorskip("pyacmi.acmi", reason="pip install pyacmi")
#: 7 decimals of a degree are 0.011 m from step to step, so 0.006 m along each angle, and 0.005 m in altitude.
TOLERANCE_M = 0.0095


@pytest.fixture(scope="module")
def content():
    return exported.quickstart()


@pytest.fixture(scope="module")
def recording(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("tacview") / "q.acmi"
    assert tacview.write(content, path) == len(content.t_s)
    return path, read(path)


def read(path):
    found = pyacmi.Acmi()
    found.load_acmi(str(path))
    return found


def column(thing, name, times):
    values = thing.data[name]
    return np.array([values[t] for t in times])


def test_every_sample_survives(content, recording):
    _, found = recording
    worst, samples = 0.0, 0
    for mover in content.movers:
        thing = found.objects[f"{mover.number:x}"]
        times = np.round(content.t_s[mover.rows], 3)
        assert list(thing.data["Longitude"]) == list(times)
        lat, lon, alt = (column(thing, name, times) for name in ("Latitude", "Longitude", "Altitude"))
        worst = max(worst, float(exported.away_m(content, mover.rows, lat, lon, alt).max()))
        samples += len(times)
    assert samples == content.run.trajectories.num_rows > 10_000
    assert 0.0 < worst <= TOLERANCE_M


def test_noses_point_along_the_velocity(content, recording):
    _, found = recording
    for mover in content.movers[::3]:
        thing = found.objects[f"{mover.number:x}"]
        rows = mover.rows
        times = np.round(content.t_s[rows], 3)
        velocity = (content.vx_mps[rows], content.vy_mps[rows], content.vz_mps[rows])
        east, north, up = pymap3d.ecef2enuv(*velocity, content.lat_deg[rows], content.lon_deg[rows])
        yaw = np.degrees(np.arctan2(east, north))
        pitch = np.degrees(np.arctan2(up, np.hypot(east, north)))
        assert np.abs((column(thing, "Yaw", times) - yaw + 180) % 360 - 180).max() <= 0.051
        assert np.abs(column(thing, "Pitch", times) - pitch).max() <= 0.051


def test_the_head(content, recording):
    _, found = recording
    assert found.file_version == 2.2 and found.file_type == "text/acmi/tacview"
    assert found.reference_time == dt.datetime(2026, 6, 1, 6) == content.start.replace(tzinfo=None)
    assert len(found.objects) == len(content.movers) + len(content.sites)


def test_sides_types_and_parents(content, recording):
    _, found = recording
    for mover in content.movers:
        thing = found.objects[f"{mover.number:x}"]
        assert thing.call_sign() == mover.id
        if mover.kind == PLATFORM:
            assert thing.coalition() == mover.side.capitalize() and thing.name == mover.type
        if mover.kind == TRACK:
            assert thing.coalition() == "Picture"
        if mover.kind == MISSILE:
            assert thing.is_missile and found.objects[thing.parent()].call_sign() == mover.parent
    planes = [m for m in content.movers if m.klass in ("fighter", "airliner") and m.type not in ("decoy",)]
    assert planes and all(found.objects[f"{m.number:x}"].is_plane for m in planes)
    for site in content.sites:
        thing = found.objects[f"{site.number:x}"]
        assert abs(thing.latitude() - site.places[0][1]) < 1e-7 and thing.call_sign() == site.id


def test_ends_and_fates(content, recording):
    path, found = recording
    text = path.read_text(encoding="utf-8-sig")
    fates = content.run.threats["fate"].to_pylist()
    assert text.count("Event=Destroyed") == fates.count("killed") + sum(
        s.t_lost_s is not None for s in content.sites
    )
    assert text.count("Event=LeftArea") == sum(
        f not in ("killed", "end of run", "not started") for f in fates
    )
    missiles = content.run.missiles["fate"].to_pylist()
    assert text.count("Outcome:Kill") == missiles.count("kill") > 0
    assert text.count("Event=Timeout") == len(missiles) - sum(
        f in ("end of run", "in flight") for f in missiles
    )
    for mover in content.movers:
        removed = found.objects[f"{mover.number:x}"].removed_at
        if mover.kind != TRACK and mover.gone:
            assert removed == pytest.approx(mover.t_end_s, abs=5e-4)
        if not mover.gone:
            assert removed is None
    assert found.timeframes == sorted(set(found.timeframes))


def test_zipped_says_the_same(content, recording, tmp_path):
    path, found = recording
    packed = tmp_path / "q.zip.acmi"
    tacview.write(content, packed)
    assert packed.stat().st_size < path.stat().st_size / 2
    before = packed.read_bytes()
    tacview.write(content, packed, force=True)
    assert packed.read_bytes() == before
    again = read(packed)
    assert again.objects.keys() == found.objects.keys() and again.timeframes == found.timeframes


def test_hostile_names(tmp_path):
    content = exported.made_up(synthetic_run, tmp_path / "made")
    path = tmp_path / "m.acmi"
    tacview.write(content, path)
    found = read(path)
    # This reader leaves the escape before a comma in place.
    assert found.title.replace("\\,", ",") == exported.TITLE.replace("\\", "/").replace("\t", " ")
    assert found.objects["1"].call_sign().replace("\\,", ",") == exported.HOSTILE.replace("\\", "/")
    assert found.reference_time == dt.datetime(2026, 1, 1), "the start of a scenario that names none"
    assert len(found.objects) == len(content.movers) + len(content.sites)
