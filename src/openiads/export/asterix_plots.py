"""ASTERIX category 048: what each radar measured, as it measured it."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping

from openiads.export import asterix_items as item
from openiads.export.content import Content
from openiads.export.plots import plots_of

_NM_256 = 1852.0 / 256.0
_HEIGHT_M = 25.0 * 0.3048
_MODE_4 = {"friend": 1, "none": 3, "civil": 3}  # friendly; no reply
_RADAR_ONLY, _WITH_TRANSPONDER = 1, 3


def reports(
    content: Content, sac: int, numbers: Mapping[str, int], midnight_s: float
) -> Iterator[tuple[float, int, bytes]]:
    """(time of the run, 48, record) of every plot in order of time; midnight_s: time of day when the run begins.

    No Mode 3/A: the replies of the model have no codes. False plots look like all others. Track numbers are the radar's own,
    modulo 4,096; the height, above the ellipsoid, follows from range and elevation.
    """
    plots = plots_of(content)
    table = plots.table
    for k in range(len(plots)):
        t_s, reply = float(table["t_s"][k]), table["reply"][k]
        steps = round(float(table["range_m"][k]) / _NM_256)
        far = steps > 0xFFFF
        items = {
            "010": item.source(sac, numbers[table["radar"][k]]),
            "140": item.time_of_day(midnight_s + t_s),
            "020": item.target_report(_type(reply), far, _MODE_4.get(reply, 0)),
            "040": struct.pack(">H", min(steps, 0xFFFF))
            + item.angle_16(math.degrees(float(table["az_rad"][k]))),
        }
        if table["track"][k] is not None:
            items["161"] = struct.pack(">H", table["track"][k] % 4096)
        height = _height(float(plots.alt_m[k]))
        items |= {"110": height} if height is not None else {}
        items |= {"RE": item.extended_range(steps)} if far else {}
        yield t_s, 48, item.record(item.UAP_048, items)


def _type(reply: str | None) -> int:
    return _WITH_TRANSPONDER if reply in ("friend", "civil") else _RADAR_ONLY


def _height(alt_m: float) -> bytes | None:
    """Item 048/110: 14 bits, steps of 25 ft; None where it does not fit or is not known."""
    if not math.isfinite(alt_m):
        return None
    steps = round(alt_m / _HEIGHT_M)
    return struct.pack(">H", steps & 0x3FFF) if -8192 <= steps <= 8191 else None


__all__ = ["reports"]
