"""SIMDIS ASCII scenario input (.asi): platforms with their positions, truth and fused tracks.

Source: U.S. Naval Research Laboratory, SIMDIS SDK, the public example reader `ASIViewer` (commands and the order of their values).
What that example does not read (Version, RefLLA, CoordSystem, PlatformType, PlatformFHN) is as other public writers have it.
Times are seconds since the beginning of the year of reference, angles degrees, velocities east, north and up.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import numpy as np

from openiads.export.content import MISSILE, PLATFORM, TRACK, Content, Mover
from openiads.export.out import whole

_LETTER = {"hostile": "H", "friend": "F", "neutral": "N", "unknown": "U"}
_TYPE = {PLATFORM: "aircraft", MISSILE: "missile", TRACK: "unknown"}
_ICON = {PLATFORM: "unk_air", MISSILE: "unk_missile", TRACK: "unk_unknown"}


def write(content: Content, path: Path, force: bool = False) -> int:
    """Write the file; returns the number of samples in it."""
    year = content.start.year
    offset_s = (content.start - dt.datetime(year, 1, 1, tzinfo=dt.UTC)).total_seconds()
    with whole(path, force) as handle:
        out = io.TextIOWrapper(handle, encoding="utf-8", newline="\n")
        out.write(f"# {quote(content.title)}\nVersion 24\n{_origin(content)}\n")
        out.write(f'CoordSystem "LLA"\nReferenceYear {year}\nDegreeAngles 1\n')
        for site in content.sites:
            _head(out, site.number, site.id, "landsite", "unk_land", site.side)
        for mover in content.movers:
            _head(out, mover.number, mover.id, _kind(mover), _ICON[mover.kind], mover.side)
        for site in content.sites:
            for t_s, lat, lon, alt in site.places:
                when = "-1" if len(site.places) == 1 else f"{offset_s + t_s:.3f}"
                out.write(f"PlatformData {site.number} {when} {lat:.9f} {lon:.9f} {alt:.2f} 0 0 0 0 0 0\n")
        heading, climb = (np.degrees(angle) for angle in content.course_rad)
        east, north, up = content.velocity_enu
        for mover in content.movers:
            for k in range(mover.rows.start, mover.rows.stop):
                out.write(
                    f"PlatformData {mover.number} {offset_s + content.t_s[k]:.3f} {content.lat_deg[k]:.9f} "
                    f"{content.lon_deg[k]:.9f} {content.alt_m[k]:.2f} {heading[k]:.2f} {climb[k]:.2f} 0 "
                    f"{east[k]:.2f} {north[k]:.2f} {up[k]:.2f}\n"
                )
        out.flush()
        out.detach()
    return len(content.t_s)


def _origin(content: Content) -> str:
    places = [site.places[0] for site in content.sites] or [(0.0, 0.0, 0.0, 0.0)]
    _, lat, lon, alt = places[0]
    return f"RefLLA {lat:.9f} {lon:.9f} {alt:.2f}"


def _kind(mover: Mover) -> str:
    if mover.kind == PLATFORM and mover.klass in ("cruise_missile", "ballistic_missile", "arm"):
        return "missile"
    return "helicopter" if mover.klass == "helicopter" else _TYPE[mover.kind]


def _head(out: io.TextIOWrapper, number: int, name: str, kind: str, icon: str, side: str) -> None:
    out.write(
        f"PlatformID {number}\nPlatformName {number} {quote(name)}\nPlatformType {number} {quote(kind)}\n"
        f"PlatformIcon {number} {quote(icon)}\nPlatformFHN {number} {_LETTER[side]}\n"
    )


def quote(text: str) -> str:
    """A text in quotation marks, on one line; quotation marks within become apostrophes."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return '"' + kept.replace("\\", "/").replace('"', "'") + '"'


__all__ = ["quote", "write"]
