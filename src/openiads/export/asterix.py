"""ASTERIX (EUROCONTROL) in a capture file: fused tracks (category 062), service messages (034) and plots (048) of the radars.

Made from what a run stores: tracks at every sample; north marks from the turning of the antenna, which points north when a run
begins; going on and off the air, as sector crossings with the status of the station, from the events (both of radars that rotate);
jamming strobes from the first strobe of each radar and jammer, with the azimuth at which the jammer truly was. Plots are written
where the run holds them (`openiads run --plots`): as they were measured, with no truth in them.
"""

from __future__ import annotations

import heapq
import math
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from openiads.export import asterix_items as item
from openiads.export import pcap
from openiads.export.asterix_plots import reports
from openiads.export.content import PLATFORM, TRACK, Content, Site, site_ecef
from openiads.export.dis import on_times
from openiads.export.earth import ecef, enu
from openiads.export.emitters import radars_of, turn_s
from openiads.export.out import ExportError, whole
from openiads.export.plots import radar_numbers

PORT = 8600
SAC = 0  # area code of nobody
POST_SIC = 100  # the command posts together: a run does not say whose a track is
_LONGEST = 1400  # of a data block: one datagram, not broken up
_FT_STEP_M, _CLIMB_STEP_MPS = 6.25 * 0.3048, 6.25 * 0.3048 / 60.0
_NORTH, _SECTOR, _STROBE = 1, 2, 4
_NOT_WORKING = 0x80

Timed = tuple[float, int, bytes]


def write(content: Content, path: Path, force: bool = False) -> int:
    """Write a capture file (pcap); returns the number of records in it."""
    number = 0
    epoch_us = int(content.start.timestamp() * 1e6)
    with whole(path, force) as handle:
        handle.write(pcap.header())
        for t_s, data, records in blocks(content):
            pcap.put(handle, epoch_us + round(t_s * 1e6), data, PORT)
            number += records
    return number


def blocks(content: Content) -> Iterator[tuple[float, bytes, int]]:
    """(time of the run, data block, records in it) in order of time."""
    waiting: list[bytes] = []
    at: tuple[float, int] | None = None
    streams = [_tracks(content), _service(content)]
    if content.run.holds("plots"):
        streams.append(reports(content, SAC, radar_numbers(content), _day_s(content, 0.0)))
    for t_s, category, data in heapq.merge(*streams, key=lambda one: one[:2]):
        full = sum(map(len, waiting)) + len(data) > _LONGEST
        if waiting and at is not None and (at != (t_s, category) or full):
            yield at[0], item.block(at[1], waiting), len(waiting)
            waiting = []
        at = (t_s, category)
        waiting.append(data)
    if waiting and at is not None:
        yield at[0], item.block(at[1], waiting), len(waiting)


def _day_s(content: Content, t_s: float) -> float:
    start = content.start
    return start.hour * 3600.0 + start.minute * 60.0 + start.second + start.microsecond * 1e-6 + t_s


def reference(content: Content) -> tuple[float, float]:
    """Latitude and longitude (rad) of the system's plane: the middle of the sites, or of the tracks where there are none."""
    places = [site.places[0] for site in content.sites if site.kind != "target"]
    if places:
        lat, lon = (np.radians([place[k] for place in places]) for k in (1, 2))
    else:
        lat, lon = content.lat_rad, content.lon_rad
    if not len(lat):
        raise ExportError(f"{content.run.path}: the run holds neither sites nor samples")
    x, y = float(np.mean(np.cos(lat) * np.cos(lon))), float(np.mean(np.cos(lat) * np.sin(lon)))
    return math.atan2(float(np.mean(np.sin(lat))), math.hypot(x, y)), math.atan2(y, x)


def _tracks(content: Content) -> Iterator[Timed]:
    """Category 062. Track numbers are those of the file's order, modulo 65,536."""
    lat0, lon0 = reference(content)
    zero = np.zeros(1)
    x0, y0, z0 = (float(v[0]) for v in ecef(zero + lat0, zero + lon0, zero))
    x, y, _ = enu(zero + lat0, zero + lon0, content.x_m - x0, content.y_m - y0, content.z_m - z0)
    vx, vy, _ = enu(zero + lat0, zero + lon0, content.vx_mps, content.vy_mps, content.vz_mps)
    climb_mps = content.velocity_enu[2]
    cov = content.covariance_in(
        lat0, lon0, slice(None)
    )  # of x and y as of 062/100; the height is that above the track's own place
    numbers = {m.number: k % 65_536 for k, m in enumerate(m for m in content.movers if m.kind == TRACK)}
    for mover, k in content.in_time(TRACK):
        last = k == mover.rows.stop - 1 and mover.t_end_s + content.period_s <= content.run.t_end_s
        items = {
            "010": item.source(SAC, POST_SIC),
            "070": item.time_of_day(_day_s(content, float(content.t_s[k]))),
            "105": item.wgs84(float(content.lat_deg[k]), float(content.lon_deg[k])),
            "100": item.cartesian(float(x[k]), float(y[k])),
            "040": struct.pack(">H", numbers[mover.number]),
            "080": item.track_status(k == mover.rows.start, last),
        }
        speed = (item.in_steps(float(vx[k]), 0.25), item.in_steps(float(vy[k]), 0.25))
        if speed[0] is not None and speed[1] is not None:
            items["185"] = speed[0] + speed[1]
        height = item.in_steps(float(content.alt_m[k]), _FT_STEP_M)
        climb = item.in_steps(float(climb_mps[k]), _CLIMB_STEP_MPS)
        items |= {"130": height} if height is not None else {}
        items |= {"220": climb} if climb is not None else {}
        p = cov[k]
        spread = (float(p[0, 0]), float(p[1, 1]), float(content.cov_enu_m2[k, 2, 2]))
        accuracy = item.accuracies(
            math.sqrt(spread[0]), math.sqrt(spread[1]), float(p[0, 1]), math.sqrt(spread[2])
        )
        items |= {"500": accuracy} if accuracy is not None else {}
        yield float(content.t_s[k]), 62, item.record(item.UAP_062, items)


def _service(content: Content) -> Iterator[Timed]:
    """Category 034 of every radar, in order of time."""
    found: list[Timed] = []
    radars = [site for site in content.sites if site.kind == "radar"]
    if len(radars) >= POST_SIC:
        raise ExportError(f"ASTERIX: {len(radars)} radars; fewer than {POST_SIC} can be told apart here")
    turns = {name: turn_s(what) for name, what in radars_of(content).items()}
    for sic, radar in enumerate(radars, 1):
        turn = turns[radar.id]
        if turn is not None:
            found += _turning(content, radar, sic, turn)
    found += _strobes(content, {radar.id: (sic, radar) for sic, radar in enumerate(radars, 1)})
    return iter(sorted(found))


def _turning(content: Content, radar: Site, sic: int, turn: float) -> Iterator[Timed]:
    """North marks while it transmits, and a sector crossing when it goes on or off."""
    period = {"041": struct.pack(">H", round(turn * 128.0))}
    for begin_s, end_s in on_times(content, radar):
        for k in range(math.ceil(begin_s / turn), math.ceil(end_s / turn)):
            yield _message(content, radar, sic, k * turn, _NORTH, {**period, "050": _status(True)})
        for t_s, on in ((begin_s, True), (end_s, False)):
            if on or t_s < content.run.t_end_s:
                sector = bytes([int(t_s / turn % 1.0 * 256.0) % 256])
                yield _message(content, radar, sic, t_s, _SECTOR, {"020": sector, "050": _status(on)})


def _strobes(content: Content, radars: Mapping[str, tuple[int, Site]]) -> Iterator[Timed]:
    jammers = {mover.id: mover for mover in content.movers if mover.kind == PLATFORM}
    for event in content.events_of("jam strobe"):
        if event["subject"] not in jammers or event["object"] not in radars:
            continue
        sic, radar = radars[event["object"]]
        t_s = float(event["t_s"])
        at, _ = content.ecef_at(jammers[event["subject"]], t_s)
        azimuth = item.angle_16(_azimuth_deg(radar, at))
        reach = struct.pack(">HH", 0, 0xFFFF)  # 1/256 NM: a strobe has a direction and no range
        yield _message(content, radar, sic, t_s, _STROBE, {"100": reach + azimuth + azimuth})


def _azimuth_deg(radar: Site, at: tuple[float, float, float]) -> float:
    """Azimuth of a point from a radar's first place, clockwise from true north."""
    _, lat_deg, lon_deg, _ = radar.places[0]
    away = [np.array([a - b]) for a, b in zip(at, site_ecef(radar.places[0]), strict=True)]
    east, north, _ = enu(np.radians([lat_deg]), np.radians([lon_deg]), *away)
    return math.degrees(math.atan2(float(east[0]), float(north[0])))


def _status(on: bool) -> bytes:
    """Item 034/050: the station as a whole works, or does not."""
    return bytes([0x80, 0 if on else _NOT_WORKING])


def _message(
    content: Content, radar: Site, sic: int, t_s: float, kind: int, more: Mapping[str, bytes]
) -> Timed:
    _, lat, lon, alt = [place for place in radar.places if place[0] <= t_s][-1]
    items = {
        "010": item.source(SAC, sic), "000": bytes([kind]), "030": item.time_of_day(_day_s(content, t_s)),
        "120": item.wgs84_3d(lat, lon, alt), **more,
    }  # fmt: skip
    return t_s, 34, item.record(item.UAP_034, items)


__all__ = ["PORT", "blocks", "write"]
