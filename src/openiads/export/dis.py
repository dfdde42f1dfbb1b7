"""DIS (IEEE 1278.1): a run as protocol data units in order of time, to a capture file or, on loopback alone, as datagrams.

Truth only. Every sample is an entity state; sites are told when they change and once a minute, the longest that the standard
allows for what stands still; emissions every ten seconds.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from pathlib import Path

from openiads.export import dis_pdu as pdu
from openiads.export import pcap
from openiads.export.content import MISSILE, PLATFORM, Content, Mover, Site, site_ecef
from openiads.export.emitters import emitters_of
from openiads.export.out import ExportError, whole

PORT = 3000
_FORCE = {"hostile": pdu.OPPOSING, "friend": pdu.FRIENDLY, "neutral": pdu.NEUTRAL, "unknown": pdu.OTHER}
_STILL_S, _EMISSION_S = 60.0, 10.0
_MUNITION = {
    "cruise_missile": 11,
    "ballistic_missile": 11,
    "arm": 4,
    "interceptor": 1,
}  # domains of munitions (UID 14)
_RESULT = {"ground": pdu.GROUND, "dud": pdu.DUD, "self-destruct": pdu.BURST, "strike": pdu.IMPACT}
_MOST = 65_533

Timed = tuple[float, int, bytes]


def write(content: Content, path: Path, force: bool = False) -> int:
    """Write a capture file (pcap); returns the number of PDUs in it."""
    number = 0
    epoch_us = int(content.start.timestamp() * 1e6)
    with whole(path, force) as handle:
        handle.write(pcap.header())
        for t_s, data in pdus(content):
            pcap.put(handle, epoch_us + round(t_s * 1e6), data, PORT)
            number += 1
    return number


def pdus(content: Content) -> Iterator[tuple[float, bytes]]:
    """(time of the run, PDU) in order of time. Raises ExportError where there are more things than numbers."""
    if len(content.sites) + sum(m.kind in (PLATFORM, MISSILE) for m in content.movers) > _MOST:
        raise ExportError(f"DIS numbers no more than {_MOST} entities")
    number = Numbers(content)
    streams = (
        _sites(content, number),
        _states(content, number),
        _ends(content, number),
        _shots(content, number),
    )
    for t_s, _, data in heapq.merge(*streams, _emissions(content, number), key=lambda one: one[:2]):
        yield t_s, data


class Numbers:
    """Entity numbers: sites from 1, then platforms and missiles; and the time stamps of the exercise."""

    def __init__(self, content: Content) -> None:
        real = [m.id for m in content.movers if m.kind in (PLATFORM, MISSILE)]
        names = [site.id for site in content.sites] + real
        self._of = {name: number for number, name in enumerate(names, 1)}
        start = content.start
        self._past_hour_s = start.minute * 60.0 + start.second + start.microsecond * 1e-6

    def of(self, name: str | None) -> int:
        """Its number; 0 for what is no entity here."""
        return self._of.get(name or "", 0)

    def stamp(self, t_s: float) -> int:
        """The time stamp at a time of the run."""
        return pdu.timestamp(self._past_hour_s + t_s)


def kind_of(mover: Mover) -> pdu.Kind:
    """Entity type: what the catalogue class says, and no more."""
    if mover.klass in _MUNITION:
        return pdu.Kind(2, _MUNITION[mover.klass], 0, 1)
    category = {"fighter": 1, "bomber": 3, "transport": 4, "airliner": 87, "helicopter": 21, "drone": 50}
    return pdu.Kind(1, 2, 0, category.get(mover.klass, 0))


def _state(content: Content, number: Numbers, mover: Mover, k: int, t_s: float, appearance: int) -> Timed:
    at, velocity = content.ecef_at(mover, t_s)
    heading, climb = content.course_rad
    angles = pdu.body_angles(
        float(content.lat_rad[k]), float(content.lon_rad[k]), float(heading[k]), float(climb[k])
    )
    reckoning = pdu.STATIC if appearance else pdu.MOVING
    data = pdu.entity_state(
        number.stamp(t_s), number.of(mover.id), _FORCE[mover.side], kind_of(mover), at, velocity, angles, appearance,
        mover.id, reckoning,
    )  # fmt: skip
    return t_s, 0, data


def _states(content: Content, number: Numbers) -> Iterator[Timed]:
    for mover, k in content.in_time(PLATFORM, MISSILE):
        yield _state(content, number, mover, k, float(content.t_s[k]), 0)


def _ends(content: Content, number: Numbers) -> Iterator[Timed]:
    """The last state of what ends within the run: deactivated, and destroyed where it was."""
    over = sorted(
        (m for m in content.movers if m.kind in (PLATFORM, MISSILE) and m.gone), key=lambda m: m.t_end_s
    )
    for mover in over:
        destroyed = mover.kind == MISSILE or mover.fate in ("killed", "hit its target", "missed its target")
        appearance = pdu.DEACTIVATED | (pdu.DESTROYED if destroyed else 0)
        t_s, _, data = _state(content, number, mover, mover.rows.stop - 1, mover.t_end_s, appearance)
        yield t_s, 3, data


def _sites(content: Content, number: Numbers) -> Iterator[Timed]:
    due = []
    for site in content.sites:
        changes = {place[0] for place in site.places} | (
            {site.t_lost_s} if site.t_lost_s is not None else set()
        )
        beats = {k * _STILL_S for k in range(math.ceil(content.run.t_end_s / _STILL_S))}
        due += [(t_s, site) for t_s in changes | beats]
    for t_s, site in sorted(due, key=lambda one: (one[0], one[1].number)):
        yield t_s, 0, _site(number, site, t_s)


def _site(number: Numbers, site: Site, t_s: float) -> bytes:
    place = [p for p in site.places if p[0] <= t_s][-1]
    lost = site.t_lost_s is not None and t_s >= site.t_lost_s
    angles = pdu.body_angles(math.radians(place[1]), math.radians(place[2]), 0.0, 0.0)
    kind = pdu.Kind(5, 1) if site.kind in ("asset", "target") else pdu.Kind(1, 1)
    return pdu.entity_state(
        number.stamp(t_s), number.of(site.id), _FORCE[site.side], kind, site_ecef(place), (0.0, 0.0, 0.0), angles,
        pdu.DESTROYED if lost else 0, site.id, pdu.STATIC,
    )  # fmt: skip


def _shots(content: Content, number: Numbers) -> Iterator[Timed]:
    """Launches as fire; bursts, ends without a burst and impacts on sites as detonations."""
    movers = {m.id: m for m in content.movers if m.kind in (PLATFORM, MISSILE)}
    sites = {site.id: site for site in content.sites}
    burst = {e["subject"] for e in content.events_of("burst", "strike impact")}
    for e in content.events_of("launch", "burst", "strike impact", "missile end", "site hit"):
        t_s, name = float(e["t_s"]), e["event"]
        mover = movers.get(e["object"] if name == "site hit" else e["subject"])
        if mover is None:
            continue  # shorter than the time between two samples
        at, velocity = content.ecef_at(mover, t_s)
        at = content.burst_at(e) or at if name == "burst" else at
        source, event, kind = number.of(mover.parent), number.of(mover.id), kind_of(mover)
        stamp = number.stamp(t_s)
        if name == "launch":
            at = site_ecef(sites[mover.parent].places[0]) if mover.parent in sites else at
            data = pdu.fire(
                stamp,
                source,
                number.of(mover.target),
                event,
                event,
                at,
                kind,
                velocity,
                float(e["range_m"] or 0.0),
            )
            yield t_s, 1, data
            continue
        if name == "missile end" and (e["subject"] in burst or e["detail"] not in _RESULT):
            continue
        result = {"burst": pdu.PROXIMITY, "strike impact": pdu.IMPACT, "site hit": pdu.IMPACT}.get(name)
        result = _RESULT[e["detail"]] if result is None else result
        target = number.of(e["subject"] if name == "site hit" else e["object"])
        yield t_s, 2, pdu.detonation(stamp, source, target, event, event, at, kind, velocity, result)


def _emissions(content: Content, number: Numbers) -> Iterator[Timed]:
    radars = {site.id: site for site in content.sites if site.kind == "radar"}
    known = emitters_of(content)
    due: list[tuple[float, str, bool]] = []
    for name, site in radars.items():
        for begin_s, end_s in on_times(content, site):
            due.append((begin_s, name, True))
            beats = range(1, math.ceil((end_s - begin_s) / _EMISSION_S))
            due += [(begin_s + k * _EMISSION_S, name, True) for k in beats]
            due += [(end_s, name, False)] if end_s < content.run.t_end_s else []
    for event, (t_s, name, on) in enumerate(sorted(due), 1):
        yield t_s, 4, pdu.emission(number.stamp(t_s), number.of(name), event % 65_536, known[name], on)


def on_times(content: Content, site: Site) -> list[tuple[float, float]]:
    """When a radar transmits, from its events; a radar that is lost is silent from then on."""
    spans, since = [], None
    end_s = content.run.t_end_s
    for e in content.events_of("emission"):
        if e["subject"] != site.id:
            continue
        if e["detail"] == "on" and since is None:
            since = float(e["t_s"])
        elif e["detail"] == "off" and since is not None:
            spans.append((since, float(e["t_s"])))
            since = None
    if since is not None:
        spans.append((since, end_s))
    lost = end_s if site.t_lost_s is None else site.t_lost_s
    return [(a, min(b, lost)) for a, b in spans if a < min(b, lost)]


__all__ = ["PORT", "on_times", "pdus", "write"]
