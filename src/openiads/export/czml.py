"""CZML for CesiumJS: a packet per thing, positions in the Earth-fixed frame in metres.

Source: Analytical Graphics, "CZML Guide" and its JSON Schema (public). Positions as stored: 0.1 m. Between samples: straight.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from openiads.export.content import MISSILE, PLATFORM, TRACK, Content, Mover, Site
from openiads.export.out import whole

_RGBA = {
    "hostile": [230, 60, 60, 255], "friend": [70, 140, 255, 255], "neutral": [80, 200, 110, 255],
    "unknown": [240, 200, 70, 255],
}  # fmt: skip
_PIXELS = {PLATFORM: 7, MISSILE: 5, TRACK: 4}
_TRAIL_S = 60
_SITE_NAMES_M = 150_000  # names of sites are shown from no farther away: they stand close together
_FADE = {"nearFarScalar": [2e5, 1.0, 1.5e6, 0.5]}
_LOST = [120, 120, 120, 255]


def write(content: Content, path: Path, force: bool = False) -> int:
    """Write the file; returns the number of samples in it."""
    with whole(path, force) as handle:
        mark = b"[\n"
        for packet in _packets(content):
            text = json.dumps(packet, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
            handle.write(mark + text.encode("utf-8", "replace"))
            mark = b",\n"
        handle.write(b"\n]\n")
    return len(content.t_s)


def _packets(content: Content) -> Iterator[dict[str, Any]]:
    end_s = content.run.t_end_s
    whole_run = f"{_iso(content.start)}/{_iso(content.when(end_s))}"
    clock = {
        "interval": whole_run,
        "currentTime": _iso(content.start),
        "multiplier": 10,
        "range": "LOOP_STOP",
    }
    yield {"id": "document", "name": content.title, "version": "1.0", "clock": clock}
    for site in content.sites:
        yield _site(content, site, whole_run)
    for mover in content.movers:
        yield _mover(content, mover)


def _mover(content: Content, mover: Mover) -> dict[str, Any]:
    rows = mover.rows
    first, last = float(content.t_s[rows.start]), max(mover.t_end_s, float(content.t_s[rows.stop - 1]))
    points = np.stack([content.t_s[rows], content.x_m[rows], content.y_m[rows], content.z_m[rows]], axis=1)
    points[:, 0] = np.round(points[:, 0], 3)
    side = mover.side
    facts = {
        "kind": mover.kind, "type": mover.type, "side": side, "group": mover.group, "target": mover.target,
        "fate": mover.fate, "killer": mover.killer, "launched_from" if mover.kind == MISSILE else "carrier": mover.parent,
    }  # fmt: skip
    return {
        "id": f"{mover.kind}/{mover.id}",
        "name": mover.id,
        "description": _words(facts),
        "availability": f"{_iso(content.when(first))}/{_iso(content.when(last))}",
        "properties": {key: {"string": value} for key, value in facts.items() if value},
        "position": {
            "interpolationAlgorithm": "LINEAR", "interpolationDegree": 1, "referenceFrame": "FIXED",
            "forwardExtrapolationType": "HOLD", "epoch": _iso(content.start), "cartesian": points.ravel().round(3).tolist(),
        },
        "point": {"pixelSize": _PIXELS[mover.kind], "color": {"rgba": _RGBA[side]}},
        "path": {
            "leadTime": 0, "trailTime": _TRAIL_S, "width": 1, "resolution": max(content.period_s, 0.1),
            "material": {"solidColor": {"color": {"rgba": [*_RGBA[side][:3], 140]}}},
        },
        "label": {
            "text": mover.id, "font": "11px sans-serif", "show": mover.kind == PLATFORM,
            "pixelOffset": {"cartesian2": [0, -14]}, "fillColor": {"rgba": _RGBA[side]}, "scaleByDistance": _FADE,
        },
    }  # fmt: skip


def _site(content: Content, site: Site, whole_run: str) -> dict[str, Any]:
    ends = [*(place[0] for place in site.places[1:]), content.run.t_end_s]
    places = [
        {
            "interval": f"{_iso(content.when(t_s))}/{_iso(content.when(max(end_s, t_s)))}",
            "cartographicDegrees": [lon, lat, alt],
        }
        for (t_s, lat, lon, alt), end_s in zip(site.places, ends, strict=True)
    ]
    colour: Any = {"rgba": _RGBA[site.side]}
    if site.t_lost_s is not None:
        lost, (begin, end) = _iso(content.when(site.t_lost_s)), whole_run.split("/")
        colour = [
            {"interval": f"{begin}/{lost}", **colour}, {"interval": f"{lost}/{end}", "rgba": _LOST},
        ]  # fmt: skip
    facts = {"kind": site.kind, "type": site.type, "side": site.side, "lost_to": site.lost_to}
    return {
        "id": f"site/{site.id}", "name": site.id, "description": _words(facts), "availability": whole_run,
        "properties": {key: {"string": value} for key, value in facts.items() if value},
        "position": places[0] if len(places) == 1 else places, "point": {"pixelSize": 9, "color": colour},
        "label": {
            "text": site.id, "font": "11px sans-serif", "pixelOffset": {"cartesian2": [0, 14]},
            "distanceDisplayCondition": {"distanceDisplayCondition": [0, _SITE_NAMES_M]},
        },
    }  # fmt: skip


def _words(facts: dict[str, str]) -> str:
    """Facts as the HTML that Cesium shows in its box; what is in them is text."""
    pairs = (f"<b>{key}</b> {_html(value)}" for key, value in facts.items() if value)
    return "<br>".join(pairs)


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _iso(when: dt.datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


__all__ = ["write"]
