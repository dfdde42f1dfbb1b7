"""ASTERIX: tracks (062) and service messages (034), dissected by Wireshark and decoded by libasterix and asterix-decoder."""

import json
import math

import numpy as np
import pymap3d
import pytest
from support import exported, readers

from openiads.export import asterix, asterix_items
from openiads.export.content import TRACK
from openiads.export.dis import on_times

LAT, TIME = "asterix.062_105_LAT", "asterix.062_070_VALUE"
FIELDS = (TIME, "asterix.062_040_VALUE", LAT, "asterix.062_105_LON", "asterix.062_130_VALUE", "asterix.062_185_VX",
          "asterix.062_185_VY", "asterix.062_100_X", "asterix.062_100_Y", "asterix.062_080_SIM")  # fmt: skip
SERVICE = ("asterix.034_010_SIC", "asterix.034_000_VALUE", "asterix.034_030_VALUE")
FOOT_M = 0.3048
#: Steps of 180/2^25 deg (0.6 m) and 6.25 ft: half of each, along three axes.
TOLERANCE_M = math.sqrt(2 * 0.30**2 + (3.125 * FOOT_M) ** 2) + 0.01

HIGHEST_M = 32_767.5 * 6.25 * FOOT_M  # 62.4 km: the item has 16 bits


@pytest.fixture(scope="module")
def content():
    return exported.quickstart()


@pytest.fixture(scope="module")
def capture(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("asterix") / "q.pcap"
    number = asterix.write(content, path)
    assert number == sum(records for _, _, records in asterix.blocks(content))
    return path


@pytest.fixture(scope="module")
def tracks(content):
    """Rows of the samples of tracks in the order of the file, and the track number of each."""
    numbers = {m.id: k for k, m in enumerate(m for m in content.movers if m.kind == TRACK)}
    pairs = list(content.in_time(TRACK))
    return [k for _, k in pairs], [numbers[mover.id] for mover, _ in pairs]


def fields(path, category, names):
    """Fields of all records of a category; a packet has several records, and tshark lists their values with commas."""
    wanted = [part for name in names for part in ("-e", name)]
    lines = readers.tshark(
        path, "-Y", f"asterix.category == {category}", "-T", "fields", "-E", "separator=;", *wanted
    )
    columns = [[] for _ in names]
    for line in lines:
        for column, values in zip(columns, line.split(";"), strict=True):
            column += values.split(",") if values else []
    return columns


def day_s(content, t_s):
    start = content.start
    return start.hour * 3600 + start.minute * 60 + start.second + t_s


def test_wireshark_finds_nothing_wrong(content, capture):
    assert set(readers.tshark(capture, "-T", "fields", "-e", "frame.protocols")) == {"raw:ip:udp:asterix"}
    assert not readers.tshark(capture, "-Y", "_ws.malformed || _ws.expert")[:3]
    lengths = readers.tshark(capture, "-T", "fields", "-e", "frame.len")
    assert max(map(int, lengths)) <= 1500


def test_every_track_sample_survives(content, capture, tracks):
    rows, numbers = tracks
    time, number, lat, lon, alt, vx, vy, x, y, sim = fields(capture, 62, FIELDS)
    assert len(time) == len(rows) > 5_000 and set(sim) == {"1", "True"} & set(sim)
    assert [int(n, 0) for n in number] == numbers
    assert np.abs(np.array(time, float) - day_s(content, content.t_s[rows])).max() <= 1 / 256 + 1e-6
    lat, lon, alt, vx, vy, x, y = (np.array(column, float) for column in (lat, lon, alt, vx, vy, x, y))
    low = content.alt_m[rows] < HIGHEST_M
    assert len(alt) == low.sum() < len(rows), (
        "a missile of this run flies too high for the item, which then is not there"
    )
    away = exported.away_m(content, np.array(rows)[low], lat[low], lon[low], alt * FOOT_M)
    assert 0.1 < away.max() <= TOLERANCE_M
    lat0, lon0 = np.degrees(asterix.reference(content))
    east, north, _ = pymap3d.ecef2enu(
        content.x_m[rows], content.y_m[rows], content.z_m[rows], lat0, lon0, 0.0
    )
    assert max(np.abs(x - east).max(), np.abs(y - north).max()) <= 0.251
    v_east, v_north, _ = pymap3d.ecef2enuv(
        content.vx_mps[rows], content.vy_mps[rows], content.vz_mps[rows], lat0, lon0
    )
    assert max(np.abs(vx - v_east).max(), np.abs(vy - v_north).max()) <= 0.126
    up = pymap3d.ecef2enuv(
        content.vx_mps[rows],
        content.vy_mps[rows],
        content.vz_mps[rows],
        content.lat_deg[rows],
        content.lon_deg[rows],
    )[2]
    fits = np.abs(up) < 32_767 * 6.25 * FOOT_M / 60
    (climb,) = fields(capture, 62, ("asterix.062_220_VALUE",))
    assert np.abs(np.array(climb, float) * FOOT_M / 60 - up[fits]).max() <= 3.126 * FOOT_M / 60


def test_libasterix_says_the_same(content, tracks):
    base = pytest.importorskip("asterix.base", reason="pip install libasterix")
    generated = pytest.importorskip("asterix.generated")
    classes = {34: generated.Cat_034_1_29, 62: generated.Cat_062_1_20}
    rows, numbers = tracks
    place, service, read = 0, 0, 0
    for number, (_, data, records) in enumerate(asterix.blocks(content)):
        tracks_here = records if data[0] == 62 else 0
        place += tracks_here
        if (
            number % 7 and tracks_here
        ):  # it takes its time: all service messages, and every seventh block of tracks
            continue
        (raw,) = base.RawDatablock.parse(base.Bits.from_bytes(data))
        parsed = classes[raw.get_category()].cv_uap.parse(raw.get_raw_records())
        assert not isinstance(parsed, ValueError) and len(parsed) == records
        for k, record in enumerate(parsed, place - tracks_here):
            if not tracks_here:
                service += record.get_item("120") is not None
                continue
            read += 1
            at = record.get_item("105").variation
            lat, lon = (at.get_item(name).variation.content.as_quantity() for name in ("LAT", "LON"))
            assert record.get_item("040").variation.content.as_uint() == numbers[k]
            assert abs(lat - content.lat_deg[rows[k]]) <= 90.0 / 2**25 + 1e-9
            assert abs(lon - content.lon_deg[rows[k]]) <= 90.0 / 2**25 + 1e-9
    assert place == len(rows) and service > 100 and read > 500


def test_asterix_decoder_says_the_same(content, capture, tracks):
    rows, numbers = tracks
    told = readers.output(readers.python("asterix"), readers.HERE / "read_asterix.py", capture)
    found = [json.loads(line) for line in told.splitlines()]
    mine = [one for one in found if one["category"] == 62]
    assert [one["track"] for one in mine] == numbers
    low = [one["alt"] is not None for one in mine]
    assert low == list(content.alt_m[rows] < HIGHEST_M)
    lat, lon, alt = (np.array([one[name] for one in mine], float)[low] for name in ("lat", "lon", "alt"))
    assert exported.away_m(content, np.array(rows)[low], lat, lon, alt * FOOT_M).max() <= TOLERANCE_M
    assert {one["type"] for one in found if one["category"] == 34} == {1, 2, 4}


def test_north_marks(content, capture):
    sic, kind, time = fields(capture, 34, SERVICE)
    radars = [site for site in content.sites if site.kind == "radar"]
    for number, radar in enumerate(radars, 1):
        marks = [
            float(t) for s, k, t in zip(sic, kind, time, strict=True) if int(s, 0) == number and k == "1"
        ]
        turn_s = {"91N6E": 12.0, "96L6E": 6.0}.get(radar.type)
        if turn_s is None:
            assert not marks, "it does not rotate"
            continue
        ((begin_s, end_s),) = on_times(content, radar)
        assert begin_s == 0.0 and marks == [day_s(content, k * turn_s) for k in range(round(end_s / turn_s))]


def test_the_antenna_points_where_the_marks_say(content):
    """First detections come when the beam passes: their azimuth is that of an antenna that is north at every mark."""
    turns = {site.id: (site, {"91N6E": 12.0, "96L6E": 6.0}[site.type])
             for site in content.sites if site.type in ("91N6E", "96L6E")}  # fmt: skip
    off = []
    for event in content.events_of("detection"):
        if event["object"] not in turns:
            continue
        radar, turn_s = turns[event["object"]]
        mover = content.real[event["subject"]]
        at, _ = content.ecef_at(mover, event["t_s"])
        azimuth, _, _ = pymap3d.ecef2aer(*at, *radar.places[0][1:])
        off.append(abs(math.remainder(azimuth - 360.0 * event["t_s"] / turn_s, 360.0)))
    assert len(off) > 40
    assert np.percentile(off, 90) < 1.0, "beams are 1.5 deg wide"


def test_jamming_strobes(content, capture):
    names = (*SERVICE, "asterix.034_100_THETAST")
    sic, kind, time = fields(capture, 34, SERVICE)
    _, _, _, theta = fields(capture, 34, names)
    strobes = [(int(s, 0), float(t)) for s, k, t in zip(sic, kind, time, strict=True) if k == "4"]
    events = content.events_of("jam strobe")
    assert len(strobes) == len(theta) == len(events) > 0
    radars = [site for site in content.sites if site.kind == "radar"]
    wanted = []
    for event in events:
        number = next(k for k, radar in enumerate(radars, 1) if radar.id == event["object"])
        at, _ = content.ecef_at(content.real[event["subject"]], event["t_s"])
        azimuth, _, _ = pymap3d.ecef2aer(*at, *radars[number - 1].places[0][1:])
        wanted.append((number, day_s(content, event["t_s"]), float(azimuth)))
    for (number, t_s), azimuth in zip(strobes, theta, strict=True):
        near = min(
            wanted, key=lambda one: (one[0] != number, abs(one[1] - t_s), abs(one[2] - float(azimuth)))
        )
        assert near[0] == number and abs(near[1] - t_s) < 0.005 and abs(near[2] - float(azimuth)) < 0.003


def test_the_field_specification_has_no_item_out_of_order():
    found = asterix_items.record({"a": 1, "b": 9}, {"b": b"B", "a": b"A"})
    assert found == bytes([0b1000_0001, 0b0100_0000]) + b"AB"
    assert asterix_items.time_of_day(86_400.0 + 1.0) == asterix_items.time_of_day(1.0), (
        "time of day, not of the run"
    )
    assert asterix_items.in_steps(1e6, 1.0) is None
