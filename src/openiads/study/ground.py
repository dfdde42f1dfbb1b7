"""The ground of a run for its picture: a coarse elevation grid, and how many radars see a low flyer over each of its samples."""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray

from openiads.results.schema import LOW_FLYER_M
from openiads.world.schema import World

_MOST_SAMPLES = 400  # of a side
_EARTH_M = 6_371_000.0


def ground_file(world: World) -> bytes | None:
    """The file `ground.npz` of docs/results.md; None without an elevation model. The same World gives the same bytes."""
    if not world.terrain.shape[0]:
        return None
    frame = world.ground[0]
    rows, columns = world.terrain.shape
    step = max(math.ceil(max(rows, columns) / _MOST_SAMPLES), 1)
    lat = frame.north_rad - np.arange(0, rows, step) / frame.rows_per_rad
    lon = frame.west_rad + np.arange(0, columns, step) / frame.columns_per_rad
    height = world.terrain[::step, ::step]
    seen = np.zeros(height.shape, np.uint8)
    for r in range(len(world.radar)):
        seen += _sees(world, r, lat, lon, height + frame.offset_m + LOW_FLYER_M)
    out = io.BytesIO()
    np.savez_compressed(
        out,
        height_m=np.round(height).astype(np.int16),
        lat_deg=np.degrees(lat),
        lon_deg=np.degrees(lon),
        seen_by=seen,
    )
    return out.getvalue()


def _sees(
    world: World, r: int, lat: NDArray[np.float64], lon: NDArray[np.float64], alt_m: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which points radar r sees: masking table at the nearest azimuth and range, its range, on a sphere."""
    mask, frame = world.mask_m[r], world.mask_frame[r]
    site = world.site[world.radar.site[r]]
    lat2, lon2 = np.meshgrid(lat, lon, indexing="ij")
    sin0, cos0 = math.sin(site.lat_rad), math.cos(site.lat_rad)
    east = np.cos(lat2) * np.sin(lon2 - site.lon_rad)
    north = cos0 * np.sin(lat2) - sin0 * np.cos(lat2) * np.cos(lon2 - site.lon_rad)
    arc_m = _EARTH_M * np.arcsin(np.clip(np.hypot(east, north), 0.0, 1.0))
    j = np.round((np.arctan2(east, north) % (2.0 * math.pi)) * frame.azimuths_per_rad).astype(int)
    k = np.minimum(np.round(arc_m * frame.ranges_per_m).astype(int), mask.shape[1] - 1)
    return np.asarray((alt_m >= mask[j % (mask.shape[0] - 1), k]) & (arc_m <= world.radar.range_max_m[r]))
