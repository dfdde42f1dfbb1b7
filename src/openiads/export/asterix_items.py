"""ASTERIX data items as bytes: categories 034, 048 and 062.

Sources: EUROCONTROL-SPEC-0149-2b, "Category 034" (edition 1.29); EUROCONTROL-SPEC-0149-4, "Category 048" (edition 1.32), with its
appendix A (reserved expansion field, edition 1.13); EUROCONTROL-SPEC-0149-9, "Category 062" (edition 1.20): order of items
(UAP), lengths and least significant bits.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

#: Place of an item in the field specification.
UAP_034 = {"010": 1, "000": 2, "030": 3, "020": 4, "041": 5, "050": 6, "100": 9, "120": 11}
UAP_048 = {"010": 1, "140": 2, "020": 3, "040": 4, "161": 11, "110": 19, "RE": 28}
UAP_062 = {
    "010": 1,
    "070": 4,
    "105": 5,
    "100": 6,
    "185": 7,
    "040": 12,
    "080": 13,
    "130": 18,
    "220": 20,
    "500": 27,
}

_DAY = 86_400 * 128
_ANGLE_32 = 2**25 / 180.0  # WGS-84 co-ordinates of category 062
_ANGLE_24 = 2**23 / 180.0  # of category 034


def block(category: int, records: list[bytes]) -> bytes:
    """A data block: category, length, records."""
    body = b"".join(records)
    return struct.pack(">BH", category, 3 + len(body)) + body


def record(uap: Mapping[str, int], items: Mapping[str, bytes]) -> bytes:
    """A record: field specification, then the items in their order."""
    order = sorted(items, key=lambda name: uap[name])
    octets = bytearray((uap[order[-1]] + 6) // 7)
    for name in order:
        number = uap[name] - 1
        octets[number // 7] |= 0x80 >> number % 7
    for place in range(len(octets) - 1):
        octets[place] |= 1
    return bytes(octets) + b"".join(items[name] for name in order)


def u24(value: int) -> bytes:
    """Three bytes."""
    return struct.pack(">I", value & 0xFFFFFF)[1:]


def s24(value: float) -> bytes:
    """Three bytes, two's complement, to the nearest; the ends where it does not fit."""
    return u24(min(max(round(value), -(2**23)), 2**23 - 1))


def time_of_day(seconds: float) -> bytes:
    """Seconds since midnight UTC in 1/128 s, of whatever day."""
    return u24(round(seconds * 128.0) % _DAY)


def source(sac: int, sic: int) -> bytes:
    """System area and identification codes."""
    return struct.pack(">BB", sac, sic)


def wgs84(lat_deg: float, lon_deg: float) -> bytes:
    """Item 062/105: steps of 180/2^25 deg, 0.6 m."""
    return struct.pack(">ii", round(lat_deg * _ANGLE_32), round(lon_deg * _ANGLE_32))


def wgs84_3d(lat_deg: float, lon_deg: float, alt_m: float) -> bytes:
    """Item 034/120: height in m, steps of 180/2^23 deg, 2.4 m."""
    return struct.pack(">h", round(alt_m)) + s24(lat_deg * _ANGLE_24) + s24(lon_deg * _ANGLE_24)


def cartesian(x_m: float, y_m: float) -> bytes:
    """Item 062/100: steps of 0.5 m."""
    return s24(x_m * 2.0) + s24(y_m * 2.0)


def in_steps(value: float, step: float) -> bytes | None:
    """A signed 16-bit number of steps; None where it does not fit."""
    steps = round(value / step)
    return struct.pack(">h", steps) if -32_768 <= steps <= 32_767 else None


def angle_16(degrees: float) -> bytes:
    """An azimuth in 360/2^16 deg."""
    return struct.pack(">H", round(degrees % 360.0 * 65_536.0 / 360.0) % 65_536)


def target_report(kind: int, far: bool, mode_4: int) -> bytes:
    """Item 048/020: type, simulated; where there is something to say of it, extended range and the reply to Mode 4."""
    if not far and not mode_4:
        return bytes([kind << 5 | 0x10])
    return bytes([kind << 5 | 0x10 | 1, 0x40 * far | mode_4 << 1])


def extended_range(steps: int) -> bytes:
    """Item 048/RE with the extended range alone: 1/256 NM, for what lies beyond the 256 NM of item 040."""
    return bytes([5, 0x08]) + u24(min(steps, 0xFFFFFF))


def accuracies(sx_m: float, sy_m: float, cov_xy_m2: float, sz_m: float) -> bytes | None:
    """Item 062/500: standard deviations of x and y (0.5 m) and of the height (6.25 ft), and the signed root of their covariance
    (0.5 m). A part that does not fit is left out; None where nothing fits."""
    root = math.copysign(math.sqrt(abs(cov_xy_m2)), cov_xy_m2)
    x, y, xy, z = round(sx_m * 2.0), round(sy_m * 2.0), round(root * 2.0), round(sz_m / (6.25 * 0.3048))
    parts, bits = b"", 0
    if max(x, y) <= 0xFFFF:
        bits, parts = 0x80, struct.pack(">HH", x, y)
        if -32_768 <= xy <= 32_767:
            bits, parts = bits | 0x40, parts + struct.pack(">h", xy)
    if z <= 0xFF:
        bits, parts = bits | 0x10, parts + bytes([z])
    return bytes([bits]) + parts if bits else None


def track_status(first: bool, last: bool) -> bytes:
    """Item 062/080: confirmed, several sensors, geometric height of a 3D radar; simulated, first or last report."""
    return bytes([0x20 | 2 << 2 | 1, 0x80 | 0x40 * last | 0x20 * first])


__all__ = [
    "UAP_034", "UAP_048", "UAP_062", "accuracies", "angle_16", "block", "cartesian", "extended_range", "in_steps", "record",
    "source", "target_report", "time_of_day", "track_status", "wgs84", "wgs84_3d",
]  # fmt: skip
