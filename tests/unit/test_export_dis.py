"""DIS: protocol data units in a capture file and on loopback, dissected by Wireshark and decoded by opendis."""

import json
import math
import socket
import threading
import time

import numpy as np
import pymap3d
import pytest
import synthetic_run
from support import exported, readers

from openiads.export import dis, dis_pdu, udp
from openiads.export.content import MISSILE, PLATFORM
from openiads.export.out import ExportError

FIELDS = (
    "frame.time_epoch", "dis.proto_ver", "dis.entity_id_entity", "dis.force_id", "dis.entity_location.x",
    "dis.entity_location.y", "dis.entity_location.z", "dis.entity_linear_velocity.x", "dis.entity_marking", "dis.appearance",
)  # fmt: skip


@pytest.fixture(scope="module")
def content():
    return exported.quickstart()


@pytest.fixture(scope="module")
def capture(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("dis") / "q.pcap"
    number = dis.write(content, path)
    assert number == sum(1 for _ in dis.pdus(content))
    return path


def fields(path, pdu_type, names):
    """Rows of fields of all PDUs of one type, as tshark prints them."""
    wanted = [part for name in names for part in ("-e", name)]
    lines = readers.tshark(
        path, "-Y", f"dis.pdu_type == {pdu_type}", "-T", "fields", "-E", "separator=;", *wanted
    )
    return [line.split(";") for line in lines]


def real(content):
    """Entity number to mover, as the file numbers them."""
    movers = [m for m in content.movers if m.kind in (PLATFORM, MISSILE)]
    return dict(enumerate(movers, 1 + len(content.sites)))


def test_wireshark_finds_nothing_wrong(content, capture):
    frames = readers.tshark(capture, "-T", "fields", "-e", "frame.protocols")
    assert set(frames) == {"raw:ip:udp:dis"} and len(frames) == sum(1 for _ in dis.pdus(content))
    wrong = "_ws.malformed || _ws.expert.severity > 0x200000"
    assert not readers.tshark(capture, "-Y", wrong, "-o", "ip.check_checksum:TRUE")[:3]


def test_every_sample_survives(content, capture):
    start = content.start.timestamp()
    seen = {}
    for when, version, entity, force, x, y, z, vx, marking, appearance in fields(capture, 1, FIELDS):
        assert version == "7"
        seen.setdefault(int(entity), []).append(
            (
                float(when) - start,
                float(x),
                float(y),
                float(z),
                float(vx),
                int(force),
                marking,
                int(appearance, 0),
            )
        )
    worst = 0.0
    for number, mover in real(content).items():
        own = [row for row in seen[number] if row[7] == 0]
        rows = mover.rows
        assert len(own) == rows.stop - rows.start
        found = np.array([row[:5] for row in own])
        stored = np.stack(
            [
                content.t_s[rows],
                content.x_m[rows],
                content.y_m[rows],
                content.z_m[rows],
                content.vx_mps[rows],
            ],
            1,
        )
        worst = max(worst, float(np.abs(found - stored).max()))
        assert {row[5] for row in own} == {{"hostile": 2, "friend": 1, "neutral": 3}[mover.side]}
        assert own[0][6] == mover.id[:11]
        last = seen[number][-1]
        assert (last[7] >> 23) & 1 == mover.gone
        if mover.fate == "killed":
            assert (last[7] >> 3) & 3 == 3 and last[0] == pytest.approx(mover.t_end_s, abs=1e-5)
    assert worst < 1e-3, "positions are written as they are stored; tshark prints velocities with six digits"
    for number, site in enumerate(content.sites, 1):
        at = pymap3d.geodetic2ecef(*site.places[0][1:])
        assert math.dist(seen[number][0][1:4], at) < 1e-3
        assert len(seen[number]) >= 20, "what stands still is told once a minute"
        assert any((row[7] >> 3) & 3 == 3 for row in seen[number]) == (site.t_lost_s is not None)


def test_shots(content, capture):
    launches = content.events_of("launch")
    fired = fields(capture, 2, ("frame.time_epoch", "dis.entity_id_entity", "dis.event_number"))
    assert len(fired) == len(launches) == content.run.missiles.num_rows
    numbers = {mover.id: number for number, mover in real(content).items()}
    sites = {site.id: number for number, site in enumerate(content.sites, 1)}
    for row, event in zip(fired, launches, strict=True):
        assert float(row[0]) - content.start.timestamp() == pytest.approx(event["t_s"], abs=1e-5)
        launcher, target, missile = (int(part) for part in row[1].split(",")[:3])
        assert (
            launcher == sites[event["via"]]
            and target == numbers[event["object"]]
            and missile == numbers[event["subject"]]
        )
    ends = fields(capture, 3, ("frame.time_epoch", "dis.entity_id_entity"))
    burst = {event["subject"] for event in content.events_of("burst")}
    silent = [
        event
        for event in content.events_of("missile end")
        if event["detail"] in ("ground", "dud", "self-destruct") and event["subject"] not in burst
    ]
    wanted = sorted(e["t_s"] for e in (*content.events_of("burst", "site hit"), *silent))
    assert np.allclose([float(row[0]) - content.start.timestamp() for row in ends], wanted, rtol=0, atol=1e-5)
    assert len(ends) == len(burst) + len(content.events_of("site hit")) + len(silent)


def test_emissions(content, capture):
    found = fields(
        capture,
        23,
        (
            "frame.time_epoch",
            "dis.entity_id_entity",
            "dis.electromagnetic.emission.num_beams",
            "dis.em.fund.frequency",
        ),
    )
    radars = {number: site for number, site in enumerate(content.sites, 1) if site.kind == "radar"}
    assert {int(row[1].split(",")[0]) for row in found} == set(radars)
    assert len(found) == len(radars) * content.run.t_end_s / 10.0, "all of them transmit all the time"
    for row in found:
        assert row[2] == "1" and float(row[3]) > 1e9


def test_an_emission_ends(content):
    class Run:
        t_end_s = 100.0

    class Some:
        run = Run()

        def events_of(self, name):
            return [
                {"t_s": 0.0, "subject": "R", "detail": "on"}, {"t_s": 5.0, "subject": "S", "detail": "off"},
                {"t_s": 20.0, "subject": "R", "detail": "off"}, {"t_s": 50.0, "subject": "R", "detail": "on"},
            ]  # fmt: skip

    radar = next(site for site in content.sites if site.kind == "radar")
    radar = type(radar)(**{**vars(radar), "id": "R", "t_lost_s": 70.0})
    assert dis.on_times(Some(), radar) == [(0.0, 20.0), (50.0, 70.0)]


def test_opendis_says_the_same(content, capture):
    told = readers.output(readers.python("dis"), readers.HERE / "read_dis.py", capture)
    found = [json.loads(line) for line in told.splitlines()]
    made = list(dis.pdus(content))
    assert len(found) == len(made)
    assert {one["type"] for one in found} == {1, 2, 3, 23}
    assert all(
        one["version"] == 7 and one["length"] == len(data) for one, (_, data) in zip(found, made, strict=True)
    )
    movers = real(content)
    rows = {number: iter(range(mover.rows.start, mover.rows.stop)) for number, mover in movers.items()}
    worst = angle = 0.0
    for one in found:
        k = next(rows[one["id"]], None) if one["type"] == 1 and one["id"] in movers else None
        if k is None:
            continue
        worst = max(worst, math.dist(one["at"], (content.x_m[k], content.y_m[k], content.z_m[k])))
        if "nose" in one:  # opendis's own conversion of the angles to heading and climb
            heading, climb = (float(c[k]) for c in content.course_rad)
            angle = max(
                angle, abs(math.remainder(one["nose"][0] - heading, 2 * math.pi)), abs(one["nose"][1] - climb)
            )
    assert worst < 1e-6
    assert 0.0 < angle < 2e-3
    seconds = [one["timestamp"] / 2 * 3600 / (2**31 - 1) for one in found]
    assert all(abs(s - t_s % 3600) < 1e-3 for s, (t_s, _) in zip(seconds, made, strict=True)), (
        "06:00 is a full hour"
    )


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8:3000", "0.0.0.0:3000", "192.168.1.1:3000", "224.0.0.1:3000", "255.255.255.255:3000", "[::]:3000", "[ff02::1]:3000",
     "[::ffff:8.8.8.8]:3000", "example.org:3000", "127.0.0.1.example.org:3000", "localhost.example.org:3000", "2130706433:3000",
     "127.1:3000", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:x", ":3000", ""],
)  # fmt: skip
def test_no_other_address_than_loopback(text):
    with pytest.raises(ExportError, match="--udp"):
        udp.address(text)


def test_loopback_addresses():
    assert udp.address("127.0.0.1:3000") == ("127.0.0.1", 3000)
    assert udp.address("localhost:1") == ("127.0.0.1", 1)
    assert udp.address("127.8.9.10:65535") == ("127.8.9.10", 65535)
    assert udp.address("[::1]:3000") == ("::1", 3000)


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan, math.inf])
def test_speeds_that_are_none(content, speed):
    with pytest.raises(ExportError, match="--speed"):
        udp.send(content, ("127.0.0.1", 9), speed)


def test_datagrams_are_paced(tmp_path):
    """Nothing comes before it is due, the last when the run is over, and every PDU that comes is one of the file's."""
    content = exported.made_up(synthetic_run, tmp_path / "made")
    made = list(dis.pdus(content))
    speed = content.run.t_end_s / 1.5
    got = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inbox:
        inbox.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        inbox.bind(("127.0.0.1", 0))
        inbox.settimeout(0.5)
        over = threading.Event()

        def listen():
            while True:
                try:
                    data = inbox.recv(2048)
                except TimeoutError:
                    if over.is_set():
                        return
                    continue
                got.append((time.monotonic(), data))

        thread = threading.Thread(target=listen)
        thread.start()
        began = time.monotonic()
        assert udp.send(content, ("127.0.0.1", inbox.getsockname()[1]), speed) == len(made)
        took_s = time.monotonic() - began
        over.set()
        thread.join()
    due = {data: t_s for t_s, data in made}
    assert took_s >= made[-1][0] / speed
    assert len(got) > 0.9 * len(made), "a kernel may drop datagrams when the reader is slow"
    assert all(data in due for _, data in got)
    assert all(at - began >= due[data] / speed - 1e-3 for at, data in got)


def test_more_things_than_numbers(content, monkeypatch):
    monkeypatch.setattr(dis, "_MOST", 10)
    with pytest.raises(ExportError, match="no more than 10 entities"):
        next(dis.pdus(content))


def test_time_stamps():
    assert dis_pdu.timestamp(0.0) == 1 and dis_pdu.timestamp(3600.0) == 1
    assert dis_pdu.timestamp(1800.0) >> 1 == (2**31 - 1) // 2
