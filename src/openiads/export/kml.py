"""KML 2.2 with gx:Track: a folder each for sites, platforms, missiles and tracks; every point with its time.

Source: Open Geospatial Consortium, "OGC KML", 07-147r2, 2008, whose schema fixes the order of elements; Google, "KML extension
namespace" for gx:Track. Angles have 7 decimals (1 cm), altitudes 2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape as _escape

from openiads.export.content import MISSILE, PLATFORM, TRACK, Content, Mover, Site
from openiads.export.out import whole

_ABGR = {"hostile": "ff3c3ce6", "friend": "ffff8c46", "neutral": "ff6ec850", "unknown": "ff46c8f0"}
_FOLDERS = ((PLATFORM, "Platforms (truth)"), (MISSILE, "Missiles (truth)"), (TRACK, "Fused tracks"))


def write(content: Content, path: Path, force: bool = False) -> int:
    """Write the file; returns the number of samples in it."""
    with whole(path, force) as handle:
        _put(handle, '<?xml version="1.0" encoding="UTF-8"?>')
        _put(
            handle,
            '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">',
        )
        _put(handle, f"<Document><name>{escape(content.title)}</name>")
        for side, colour in _ABGR.items():
            _put(handle, _style(side, colour))
        _put(handle, "<Folder><name>Sites</name>")
        for site in content.sites:
            for line in _site(content, site):
                _put(handle, line)
        _put(handle, "</Folder>")
        for kind, name in _FOLDERS:
            _put(handle, f"<Folder><name>{name}</name>")
            for mover in content.movers:
                if mover.kind == kind:
                    for line in _mover(content, mover):
                        _put(handle, line)
            _put(handle, "</Folder>")
        _put(handle, "</Document></kml>")
    return len(content.t_s)


def _style(side: str, colour: str) -> str:
    return (
        f'<Style id="{side}"><IconStyle><color>{colour}</color><scale>0.6</scale></IconStyle>'
        f"<LabelStyle><color>{colour}</color><scale>0.7</scale></LabelStyle>"
        f"<LineStyle><color>{colour}</color><width>1.5</width></LineStyle></Style>"
    )


def _mover(content: Content, mover: Mover) -> Iterator[str]:
    facts = {
        "kind": mover.kind, "type": mover.type, "side": mover.side, "group": mover.group, "parent": mover.parent,
        "target": mover.target, "fate": mover.fate, "killer": mover.killer,
    }  # fmt: skip
    yield f"<Placemark><name>{escape(mover.id)}</name><styleUrl>#{mover.side}</styleUrl>{_data(facts)}<gx:Track>"
    yield "<altitudeMode>absolute</altitudeMode>"
    rows = range(mover.rows.start, mover.rows.stop)
    yield "\n".join(f"<when>{_iso(content.when(content.t_s[k]))}</when>" for k in rows)
    lon, lat, alt = content.lon_deg, content.lat_deg, content.alt_m
    yield "\n".join(f"<gx:coord>{lon[k]:.7f} {lat[k]:.7f} {alt[k]:.2f}</gx:coord>" for k in rows)
    yield "</gx:Track></Placemark>"


def _site(content: Content, site: Site) -> Iterator[str]:
    """A placemark for each place of a site, with the time in which it is there and whole."""
    ends: list[float | None] = [*(place[0] for place in site.places[1:]), site.t_lost_s]
    for (t_s, lat, lon, alt), end_s in zip(site.places, ends, strict=True):
        span = f"<begin>{_iso(content.when(t_s))}</begin>"
        span += f"<end>{_iso(content.when(max(end_s, t_s)))}</end>" if end_s is not None else ""
        facts = {"kind": site.kind, "type": site.type, "side": site.side, "lost_to": site.lost_to}
        yield (
            f"<Placemark><name>{escape(site.id)}</name><TimeSpan>{span}</TimeSpan><styleUrl>#{site.side}</styleUrl>"
            f"{_data(facts)}<Point><altitudeMode>absolute</altitudeMode>"
            f"<coordinates>{lon:.7f},{lat:.7f},{alt:.2f}</coordinates></Point></Placemark>"
        )


def _data(facts: dict[str, str]) -> str:
    pairs = (
        f'<Data name="{key}"><value>{escape(text)}</value></Data>' for key, text in facts.items() if text
    )
    return f"<ExtendedData>{''.join(pairs)}</ExtendedData>"


def escape(text: str) -> str:
    """A text as XML; what XML cannot hold becomes a blank."""
    kept = "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)
    return _escape(kept, {'"': "&quot;"})


def _iso(when: dt.datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _put(handle: BinaryIO, line: str) -> None:
    handle.write(line.encode("utf-8", "replace") + b"\n")


__all__ = ["write"]
