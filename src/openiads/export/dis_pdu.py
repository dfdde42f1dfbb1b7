"""Protocol data units of DIS version 7 as bytes: entity state, fire, detonation, electromagnetic emission.

Sources: IEEE Std 1278.1-2012, "Distributed Interactive Simulation - Application Protocols", 7.2.2, 7.3.2, 7.3.3, 7.6.2;
enumerations: SISO-REF-010. Everything is big-endian; positions are Earth-centred, Earth-fixed, in metres, 64-bit.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import NamedTuple

VERSION, EXERCISE = 7, 1
SITE, APPLICATION = 1, 1
ENTITY_STATE, FIRE, DETONATION, EMISSION = 1, 2, 3, 23
_FAMILY = {ENTITY_STATE: 1, FIRE: 2, DETONATION: 2, EMISSION: 6}
FRIENDLY, OPPOSING, NEUTRAL, OTHER = 1, 2, 3, 0
PROXIMITY, IMPACT, GROUND, BURST, DUD = 2, 1, 3, 5, 6  # results of a detonation (UID 62)
STATIC, MOVING = 1, 2  # dead reckoning: none; constant velocity, no rotation, world frame (UID 44)
DESTROYED, DEACTIVATED = 3 << 3, 1 << 23  # appearance bits (UID 31, 32)

Vector = tuple[float, float, float]


class Kind(NamedTuple):
    """Entity type (UID 30): kind, domain, country, category, subcategory, specific, extra."""

    kind: int
    domain: int
    country: int = 0
    category: int = 0
    subcategory: int = 0
    specific: int = 0
    extra: int = 0

    def packed(self) -> bytes:
        """The eight bytes of the record."""
        return struct.pack(">BBHBBBB", *self)


@dataclass(frozen=True)
class Emitter:
    """What an emission PDU says of a transmitter; 0 where nothing is known."""

    freq_hz: float = 0.0
    erp_dbm: float = 0.0
    prf_hz: float = 0.0
    scan_rad: float = 0.0  # half width of the sector in azimuth
    el_rad: float = 0.0  # half width in elevation


def timestamp(seconds_past_hour: float) -> int:
    """Absolute time stamp: the hour in 2^31 - 1 parts, lowest bit set (6.2.88)."""
    return int(seconds_past_hour % 3600.0 / 3600.0 * (2**31 - 1)) << 1 | 1


def entity_id(number: int) -> bytes:
    """Entity identifier; number 0 is nobody."""
    return struct.pack(">HHH", SITE, APPLICATION, number) if number else bytes(6)


def pdu(kind: int, stamp: int, body: bytes) -> bytes:
    """Header and body."""
    return (
        struct.pack(">BBBBIHBB", VERSION, EXERCISE, kind, _FAMILY[kind], stamp, 12 + len(body), 0, 0) + body
    )


def entity_state(
    stamp: int,
    number: int,
    force: int,
    kind: Kind,
    at: Vector,
    velocity: Vector,
    angles: Vector,
    appearance: int,
    marking: str,
    reckoning: int,
) -> bytes:
    """Entity state (144 bytes). angles: psi, theta, phi of the body in the Earth-fixed frame, rad."""
    name = marking.encode("ascii", "replace")[:11]
    body = entity_id(number) + struct.pack(">BB", force, 0) + kind.packed() + kind.packed()
    body += struct.pack(">3f3d3fI", *velocity, *at, *angles, appearance)
    body += struct.pack(">B15x3f3f", reckoning, *(0.0,) * 6)
    return pdu(ENTITY_STATE, stamp, body + struct.pack(">B11sI", 1, name, 0))


def fire(
    stamp: int,
    launcher: int,
    target: int,
    missile: int,
    event: int,
    at: Vector,
    kind: Kind,
    velocity: Vector,
    range_m: float,
) -> bytes:
    """Fire (96 bytes); the event number is that of the missile."""
    body = (
        entity_id(launcher)
        + entity_id(target)
        + entity_id(missile)
        + struct.pack(">HHH", SITE, APPLICATION, event)
    )
    body += struct.pack(">I3d", 0, *at) + kind.packed() + struct.pack(">HHHH", 0, 0, 1, 0)
    return pdu(FIRE, stamp, body + struct.pack(">3ff", *velocity, range_m))


def detonation(
    stamp: int,
    source: int,
    target: int,
    missile: int,
    event: int,
    at: Vector,
    kind: Kind,
    velocity: Vector,
    result: int,
) -> bytes:
    """Detonation (104 bytes)."""
    body = (
        entity_id(source)
        + entity_id(target)
        + entity_id(missile)
        + struct.pack(">HHH", SITE, APPLICATION, event)
    )
    body += struct.pack(">3f3d", *velocity, *at) + kind.packed() + struct.pack(">HHHH", 0, 0, 1, 0)
    return pdu(DETONATION, stamp, body + struct.pack(">3fBBH", 0.0, 0.0, 0.0, result, 0, 0))


def emission(stamp: int, number: int, event: int, emitter: Emitter, on: bool) -> bytes:
    """Electromagnetic emission: one system, one beam while it transmits, no beam while it does not."""
    beam = b""
    if on:
        e = emitter
        beam = struct.pack(">BBH5f", 52 // 4, 1, 0, e.freq_hz, 0.0, e.erp_dbm, e.prf_hz, 0.0)
        beam += struct.pack(">5f", 0.0, e.scan_rad, 0.0, e.el_rad, 0.0)
        beam += struct.pack(">BBBBI", 1, 0, 0, 0, 0)  # function: search
    system = struct.pack(">BBHHBB3f", (20 + len(beam)) // 4, int(on), 0, 0, 2, 1, 0.0, 0.0, 0.0) + beam
    body = entity_id(number) + struct.pack(">HHH", SITE, APPLICATION, event) + struct.pack(">BBH", 0, 1, 0)
    return pdu(EMISSION, stamp, body + system)


def body_angles(lat_rad: float, lon_rad: float, heading_rad: float, climb_rad: float) -> Vector:
    """Psi, theta, phi of a body without roll, nose along heading and climb, from the geocentric axes.

    Nose and right wing as Earth-fixed vectors; then the angles of the sequence z, y, x (IEEE 1278.1, 1.6.3).
    """
    sl, cl, so, co = math.sin(lat_rad), math.cos(lat_rad), math.sin(lon_rad), math.cos(lon_rad)
    north, east, up = (-sl * co, -sl * so, cl), (-so, co, 0.0), (cl * co, cl * so, sl)
    ch, sh, cc, sc = math.cos(heading_rad), math.sin(heading_rad), math.cos(climb_rad), math.sin(climb_rad)
    nose = [cc * (ch * n + sh * e) + sc * u for n, e, u in zip(north, east, up, strict=True)]
    wing = [ch * e - sh * n for n, e in zip(north, east, strict=True)]
    down = nose[0] * wing[1] - nose[1] * wing[0]  # third component of nose x wing
    theta = math.asin(min(max(-nose[2], -1.0), 1.0))
    return math.atan2(nose[1], nose[0]), theta, math.atan2(wing[2], down)


__all__ = [
    "BURST", "DEACTIVATED", "DESTROYED", "DETONATION", "DUD", "EMISSION", "ENTITY_STATE", "FIRE", "FRIENDLY", "GROUND",
    "IMPACT", "MOVING", "NEUTRAL", "OPPOSING", "OTHER", "PROXIMITY", "STATIC", "Emitter", "Kind", "Vector", "body_angles",
    "detonation", "emission", "entity_state", "fire", "timestamp",
]  # fmt: skip
