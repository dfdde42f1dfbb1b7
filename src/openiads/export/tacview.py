"""Tacview ACMI 2.2 (text, or zipped where the name ends in .zip.acmi): truth, fused tracks, sites and events.

Source: Raia Software, "ACMI 2.2 flight recording format", public documentation of Tacview.
Angles have 7 decimals (1 cm), altitudes 2.
"""

from __future__ import annotations

import heapq
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np

from openiads import __version__
from openiads.export.content import MISSILE, PLATFORM, TRACK, Content, Mover, Site
from openiads.export.out import whole

TYPES = {
    "fighter": "Air+FixedWing", "bomber": "Air+FixedWing", "airliner": "Air+FixedWing", "transport": "Air+FixedWing",
    "helicopter": "Air+Rotorcraft", "drone": "Air+FixedWing", "bird": "Misc+Minor", "cruise_missile": "Weapon+Missile",
    "ballistic_missile": "Weapon+Missile", "decoy": "Misc+Decoy", "arm": "Weapon+Missile", "interceptor": "Weapon+Missile",
}  # fmt: skip
SITE_TYPES = {
    "radar": "Ground+Static+Sensor", "launcher": "Ground+AntiAircraft", "command post": "Ground+Static+Building",
    "asset": "Ground+Static+Building", "target": "Ground+Static+Building", "decoy emitter": "Ground+Static+Sensor",
    "gun": "Ground+AntiAircraft",
}  # fmt: skip
COLOURS = {"hostile": "Red", "friend": "Blue", "neutral": "Green", "unknown": "Orange"}
_MISSED = ("miss", "no target", "self-destruct", "ground", "dud", "emitter silent")
#: Events that become messages, and whom they are pinned to: what is there at that time for certain.
_MESSAGES = {"launch": "via", "site hit": "subject", "strike impact": "object", "wrong shot": "object"}
_ORDER = {"appear": 0, "move": 1, "event": 2, "gone": 3}


def write(content: Content, path: Path, force: bool = False) -> int:
    """Write the file; returns the number of samples in it."""
    with whole(path, force) as handle:
        if not path.name.endswith(".zip.acmi"):
            return _text(content, handle)
        inside = zipfile.ZipInfo(
            path.name.removesuffix(".zip.acmi") + ".acmi"
        )  # dated 1980: the same bytes every time
        inside.compress_type = zipfile.ZIP_DEFLATED
        with (
            zipfile.ZipFile(handle, "w") as packed,
            packed.open(inside, "w", force_zip64=True) as inner,
        ):
            return _text(content, inner)


def _text(content: Content, handle: IO[bytes]) -> int:
    out = io.TextIOWrapper(handle, encoding="utf-8", newline="\n", write_through=False)
    samples = 0
    out.write("\ufeffFileType=text/acmi/tacview\nFileVersion=2.2\n")
    start = content.start.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    out.write(f"0,ReferenceTime={start.replace('.000Z', 'Z')}\n")
    out.write(f"0,DataSource=openiads {__version__}\n0,DataRecorder=openiads export\n")
    out.write(f"0,Title={escape(content.title)}\n0,Category=Simulation\n")
    now = None
    for t_s, kind, line in heapq.merge(_happenings(content), _moves(content), key=lambda e: (e[0], e[1])):
        if now is None or t_s != now:
            out.write(f"#{t_s:.3f}\n".replace(".000\n", "\n"))
            now = t_s
        out.write(line)
        samples += kind == _ORDER["move"]
    out.flush()
    out.detach()
    return samples


def _moves(content: Content) -> Iterator[tuple[float, int, str]]:
    """The samples, each thing with its properties when it is first there."""
    heading, climb = (np.degrees(angle) for angle in content.course_rad)
    lat, lon, alt = content.lat_deg, content.lon_deg, content.alt_m
    for mover, k in content.in_time(PLATFORM, MISSILE, TRACK):
        line = f"{mover.number:x},T={lon[k]:.7f}|{lat[k]:.7f}|{alt[k]:.2f}|0|{climb[k]:.1f}|{heading[k]:.1f}"
        if k == mover.rows.start:
            line += _properties(content, mover, k)
        elif mover.kind == TRACK and content.held[k] != content.held[k - 1]:
            line += f",Color={COLOURS[content.held[k]]},Label={content.held[k]}"
        yield _ms(content.t_s[k]), _ORDER["move"], line + "\n"


def _properties(content: Content, mover: Mover, k: int) -> str:
    if mover.kind == TRACK:
        held = content.held[k]
        return f",Type=Misc+Minor,Name=track,CallSign={mover.id},Coalition=Picture,Color={COLOURS[held]},Label={held}"
    decoy = mover.parent and mover.kind == PLATFORM
    kind = "Misc+Decoy" if decoy else TYPES.get(mover.klass, "Air+FixedWing")
    text = f",Type={kind},Name={escape(mover.type)},CallSign={escape(mover.id)}"
    text += f",Coalition={mover.side.capitalize()},Color={COLOURS[mover.side]}"
    text += f",Group={escape(mover.group)}" if mover.group else ""
    parent = content.numbers.get(mover.parent)
    return text + (f",Parent={parent:x}" if parent else "")


def _happenings(content: Content) -> Iterable[tuple[float, int, str]]:
    """Sites, ends and events, in order of time."""
    found: list[tuple[float, int, str]] = []
    for site in content.sites:
        found += _site(site)
    for mover in content.movers:
        if not mover.gone:
            continue
        t_s = _ms(mover.t_end_s)
        if mover.kind == TRACK:  # held until a sample of it is missing
            t_s = _ms(mover.t_end_s + content.period_s)
            if t_s > content.run.t_end_s:
                continue
        if mover.fate == "killed":
            by = f"by {mover.killer}" if mover.killer else ""
            found.append((t_s, _ORDER["event"], f"0,Event=Destroyed|{mover.number:x}|{_plain(by)}\n"))
        elif mover.kind == PLATFORM:
            found.append((t_s, _ORDER["event"], f"0,Event=LeftArea|{mover.number:x}|{_plain(mover.fate)}\n"))
        elif mover.kind == MISSILE:
            found.append((t_s, _ORDER["event"], _timeout(content, mover)))
        found.append((t_s, _ORDER["gone"], f"-{mover.number:x}\n"))
    for event in content.events_of(*_MESSAGES):
        number = content.numbers.get(event[_MESSAGES[event["event"]]])
        if number:
            text = f"{event['event']}: {event['subject']} {event['object'] or ''}"
            found.append(
                (_ms(event["t_s"]), _ORDER["event"], f"0,Event=Message|{number:x}|{_plain(text.strip())}\n")
            )
    return sorted(found, key=lambda e: (e[0], e[1]))


def _site(site: Site) -> Iterator[tuple[float, int, str]]:
    for number, (t_s, lat, lon, alt) in enumerate(site.places):
        line = f"{site.number:x},T={lon:.7f}|{lat:.7f}|{alt:.2f}"
        if number == 0:
            line += (
                f",Type={SITE_TYPES.get(site.kind, 'Ground+Static')},Name={escape(site.type or site.kind)}"
            )
            line += (
                f",CallSign={escape(site.id)},Coalition={site.side.capitalize()},Color={COLOURS[site.side]}"
            )
        yield _ms(t_s), _ORDER["appear"], line + "\n"
    if site.t_lost_s is not None:
        text = f"lost to {site.lost_to}" if site.lost_to else "lost"
        yield _ms(site.t_lost_s), _ORDER["event"], f"0,Event=Destroyed|{site.number:x}|{_plain(text)}\n"
        yield _ms(site.t_lost_s), _ORDER["gone"], f"-{site.number:x}\n"


def _timeout(content: Content, mover: Mover) -> str:
    parent, target = content.numbers.get(mover.parent), content.numbers.get(mover.target)
    parts = [f"SourceId:{parent:x}"] if parent else []
    parts += [f"AmmoType:{_plain(mover.type)}", "AmmoCount:1"]
    parts += [f"TargetId:{target:x}"] if target else []
    parts += ["Outcome:Kill"] if mover.fate == "kill" else ["Outcome:Miss"] if mover.fate in _MISSED else []
    return f"0,Event=Timeout|{'|'.join(parts)}\n"


def _ms(t_s: float) -> float:
    return round(float(t_s), 3)


def escape(text: str) -> str:
    """A text as a property: commas and line ends escaped; a backslash, which cannot be told from an escape, becomes a slash."""
    text = "".join(c if c.isprintable() or c == "\n" else " " for c in text.replace("\r\n", "\n"))
    return text.replace("\\", "/").replace(",", "\\,").replace("\n", "\\\n")


def _plain(text: str) -> str:
    """A text within an event, whose parts are separated by bars."""
    return escape(text).replace("|", "/")


__all__ = ["COLOURS", "escape", "write"]
