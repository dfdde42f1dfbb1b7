"""GeoJSON (RFC 7946): a line per thing with the time of every point, a point per site and per event that has a place.

Source: H. Butler et al., "The GeoJSON Format", RFC 7946, 2016: longitude first, WGS-84, lines cut at the antimeridian (3.1.9).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from openiads.export.content import Content, Mover, Site
from openiads.export.out import whole

_EVENTS = ("launch", "burst", "site hit")


def write(content: Content, path: Path, force: bool = False) -> int:
    """Write the file; returns the number of samples in it."""
    head = {
        "type": "FeatureCollection",
        "name": content.run.name,
        "title": content.title,
        "start": content.start.isoformat(),
    }
    with whole(path, force) as handle:
        handle.write((_text(head)[:-1] + ',"features":[\n').encode("utf-8", "replace"))
        mark = ""
        for feature in _features(content):
            handle.write((mark + _text(feature)).encode("utf-8", "replace"))
            mark = ",\n"
        handle.write(b"\n]}\n")
    return len(content.t_s)


def _features(content: Content) -> Iterator[dict[str, Any]]:
    for site in content.sites:
        yield _site(content, site)
    for mover in content.movers:
        yield _mover(content, mover)
    yield from _events(content)


def _mover(content: Content, mover: Mover) -> dict[str, Any]:
    rows = mover.rows
    lon, lat, alt = content.lon_deg[rows], content.lat_deg[rows], content.alt_m[rows]
    points = np.round(np.stack([lon, lat, alt], axis=1), 7)
    points[:, 2] = np.round(points[:, 2], 2)
    cuts = np.flatnonzero(np.abs(np.diff(lon)) > 180.0) + 1
    facts = {
        "kind": mover.kind, "id": mover.id, "type": mover.type, "side": mover.side, "group": mover.group,
        "parent": mover.parent, "target": mover.target, "fate": mover.fate, "killer": mover.killer,
        "start_utc": _iso(content.when(content.t_s[rows.start])), "end_utc": _iso(content.when(mover.t_end_s)),
        "t_s": [round(float(t), 3) for t in content.t_s[rows]],
    }  # fmt: skip
    return _feature(_line([part.tolist() for part in np.split(points, cuts)]), facts)


def _line(parts: list[list[list[float]]]) -> dict[str, Any]:
    """A line; a point where there is one sample; several lines where it was cut, a lone point between doubled."""
    if len(parts) == 1 and len(parts[0]) == 1:
        return {"type": "Point", "coordinates": parts[0][0]}
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": [p if len(p) > 1 else p * 2 for p in parts]}


def _site(content: Content, site: Site) -> dict[str, Any]:
    _, lat, lon, alt = site.places[0]
    facts = {
        "kind": site.kind, "id": site.id, "type": site.type, "side": site.side, "value": site.value,
        "radar_range_m": site.range_m, "t_lost_s": site.t_lost_s, "lost_to": site.lost_to,
    }  # fmt: skip
    if len(site.places) > 1:
        facts |= {
            "t_moved_s": site.places[1][0],
            "lat_end_deg": site.places[1][1],
            "lon_end_deg": site.places[1][2],
        }
    return _feature({"type": "Point", "coordinates": [round(lon, 7), round(lat, 7), round(alt, 2)]}, facts)


def _events(content: Content) -> Iterator[dict[str, Any]]:
    """Launches and hits at their site; bursts where the target was."""
    places = {site.id: site.places[0] for site in content.sites}
    for event in content.events_of(*_EVENTS):
        site = places.get(event["via"] if event["event"] == "launch" else event["subject"])
        burst = content.burst_at(event) if event["event"] == "burst" else None
        if burst is not None:
            lat, lon, alt = content.place_of(burst)
        elif site is not None:
            _, lat, lon, alt = site
        else:
            continue
        facts = {
            "kind": "event", "id": event["event"], "subject": event["subject"], "object": event["object"],
            "via": event["via"], "detail": event["detail"], "t_s": [round(float(event["t_s"]), 3)],
            "start_utc": _iso(content.when(event["t_s"])),
        }  # fmt: skip
        point = [round(lon, 7), round(lat, 7), round(alt, 2)]
        yield _feature({"type": "Point", "coordinates": point}, facts)


def _feature(geometry: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in facts.items() if value not in (None, "")}
    return {"type": "Feature", "geometry": geometry, "properties": kept}


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _iso(when: dt.datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


__all__ = ["write"]
