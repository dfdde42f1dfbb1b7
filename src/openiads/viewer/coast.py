"""Coast lines for a page: coarse of the whole Earth, finer about the site.

A file holds rings of land: number of points (uint32), longitude and latitude of the first point (int32, thousandths of a degree),
then differences (int16). A ring that goes over the antimeridian goes on beyond 180 degrees. Made from Natural Earth by
viewer/build.mjs.
"""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Iterator
from importlib import resources

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.int32]  # (n, 2): longitude, latitude, thousandths of a degree

REACH_DEG = 14.0  # of the finer lines, in latitude
_EVERY = 25  # of the points outside one in so many is kept
_MOST_STEP = 32_000


def static(name: str) -> bytes:
    """A file that ships with the viewer."""
    return resources.files("openiads.viewer").joinpath("static", name).read_bytes()


def world() -> bytes:
    """All coasts, scale 1:110 million."""
    return static("coast110.bin")


def near(lat_deg: float, lon_deg: float) -> bytes:
    """Coasts within about 1500 km, scale 1:50 million; what goes on outside is thinned."""
    return b"".join(write_ring(ring) for ring in _clipped(static("coast50.bin"), lat_deg, lon_deg))


def read_rings(data: bytes) -> Iterator[Points]:
    """The rings of a file."""
    at = 0
    while at < len(data):
        (n,) = struct.unpack_from("<I", data, at)
        first = np.frombuffer(data, "<i4", 2, at + 4)
        steps = np.frombuffer(data, "<i2", 2 * (n - 1), at + 12).reshape(-1, 2)
        yield np.concatenate([first[None], first + np.cumsum(steps, axis=0, dtype=np.int32)]).astype(np.int32)
        at += 12 + 4 * (n - 1)


def write_ring(ring: Points) -> bytes:
    """A ring as it stands in a file; steps of more than 32 degrees are divided."""
    pieces = [ring[:1]]
    for a, b in itertools.pairwise(ring):
        n = max(1, math.ceil(int(np.abs(b - a).max()) / _MOST_STEP))
        share = np.arange(1, n + 1)[:, None] / n
        pieces.append(np.round(a + (b - a) * share).astype(np.int32))
    whole = np.concatenate(pieces)
    steps = np.diff(whole, axis=0).astype("<i2")
    return struct.pack("<Iii", len(whole), int(whole[0, 0]), int(whole[0, 1])) + steps.tobytes()


def _clipped(data: bytes, lat_deg: float, lon_deg: float) -> Iterator[Points]:
    half_lon = min(REACH_DEG / max(math.cos(math.radians(lat_deg)), 0.05), 180.0)
    for ring in read_rings(data):
        lon, lat = ring[:, 0] / 1e3, ring[:, 1] / 1e3
        away = np.abs((lon - lon_deg + 180.0) % 360.0 - 180.0)
        inside = (away < half_lon) & (np.abs(lat - lat_deg) < REACH_DEG)
        if not inside.any() and not _around(lon, lat, lat_deg, lon_deg, half_lon):
            continue
        keep = inside | np.roll(inside, 1) | np.roll(inside, -1)
        keep[::_EVERY] = True
        keep[[0, -1]] = True
        yield ring[keep]


def _around(
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    lat_deg: float,
    lon_deg: float,
    half_lon: float,
) -> bool:
    """Could the ring have the box within it? Its bounding box tells, in whichever turn of longitude."""
    tall = lat.min() < lat_deg + REACH_DEG and lat.max() > lat_deg - REACH_DEG
    turns = (lon_deg - 360.0, lon_deg, lon_deg + 360.0)
    return bool(tall and any(lon.min() < x + half_lon and lon.max() > x - half_lon for x in turns))
