"""Elevation in memory: one regular grid of heights in latitude and longitude, and the joining of adjacent grids.

Whatever file it came from, a grid has row 0 in the north and column 0 in the west, and its corner is the *centre*
of the north-west sample. Heights stay as the file has them (int16 or float32) above the file's own datum; the
distance of that datum from the WGS-84 ellipsoid is one number per grid, `undulation_m`, which the reader of the
file has to supply (it is not in the file). 0, the default, takes the datum for the ellipsoid.

Voids (samples without a height) get the height of the nearest sample that has one, by distance in rows and
columns; `void` says which they were. A grid of nothing but voids is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openiads.physics.terrain import TerrainFrame, terrain_frame

#: Most samples that one grid may have: 16,384 x 16,384, half a gigabyte as int16.
MAX_SAMPLES = 2**28
#: What may be a height on Earth, deepest trench to highest summit, with room to spare (m).
LOWEST_M, HIGHEST_M = -12_000.0, 9_500.0

Heights = NDArray[np.int16] | NDArray[np.float32]


class ElevationError(ValueError):
    """An elevation file or grid that cannot be used; the message names it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Elevation:
    """A grid of heights.

    height_m: int16 or float32 [rows, columns], read-only, metres above `datum`; row 0 north, column 0 west.
    north_deg, west_deg: centre of the north-west sample. lat_step_deg, lon_step_deg: spacing, both positive.
    void: bool [rows, columns], True where the file had no height and one was filled in; None without any.
    datum: "EGM96", "MSL", "ellipsoid" or "unknown". undulation_m: the datum's height above the ellipsoid.
    """

    height_m: Heights
    north_deg: float
    west_deg: float
    lat_step_deg: float
    lon_step_deg: float
    source: str
    datum: str = "unknown"
    undulation_m: float = 0.0
    void: NDArray[np.bool_] | None = None

    @property
    def south_deg(self) -> float:
        """Latitude of the centres of the last row."""
        return float(self.north_deg - (self.height_m.shape[0] - 1) * self.lat_step_deg)

    @property
    def east_deg(self) -> float:
        """Longitude of the centres of the last column; above 180 where the grid crosses the date line."""
        return float(self.west_deg + (self.height_m.shape[1] - 1) * self.lon_step_deg)

    def frame(self) -> TerrainFrame:
        """Where the grid lies, as the kernels of `physics.terrain` take it beside `height_m`."""
        return terrain_frame(
            math.radians(self.north_deg),
            math.radians(self.west_deg),
            math.radians(self.lat_step_deg),
            math.radians(self.lon_step_deg),
            self.undulation_m,
        )


def check_shape(shape: Sequence[int], source: str | Path) -> None:
    """Refuse (ElevationError) a declared shape that is not a grid or is too large; call before allocating."""
    if len(shape) != 2 or min(shape) < 2:
        raise ElevationError(f"{source}: {tuple(shape)} is not a grid of at least 2 x 2 heights")
    if shape[0] * shape[1] > MAX_SAMPLES:
        raise ElevationError(f"{source}: {shape[0]} x {shape[1]} heights; at most {MAX_SAMPLES} are read")


def make_elevation(
    heights: NDArray[np.generic],
    north_deg: float,
    west_deg: float,
    lat_step_deg: float,
    lon_step_deg: float,
    source: str | Path,
    *,
    void: NDArray[np.bool_] | None = None,
    datum: str = "unknown",
    undulation_m: float = 0.0,
) -> Elevation:
    """A checked grid with its voids filled. Not-a-number counts as void.

    Refuses (ElevationError): no grid, too large, a corner or spacing that is not on Earth, nothing but voids, an
    infinite height or one below -12 km or above 9.5 km.
    """
    check_shape(heights.shape, source)
    _check_frame(heights.shape, north_deg, west_deg, lat_step_deg, lon_step_deg, source)
    if not (math.isfinite(undulation_m) and abs(undulation_m) <= 200.0):
        raise ElevationError(f"{source}: undulation_m {undulation_m!r} must lie within 200 m")
    if heights.dtype.kind not in "iuf":
        raise ElevationError(f"{source}: heights of type {heights.dtype}; numbers are needed")
    hole = np.zeros(heights.shape, dtype=bool) if void is None else np.array(void, dtype=bool)
    if heights.dtype.kind == "f":
        hole |= np.isnan(heights)
    if hole.all():
        raise ElevationError(f"{source}: not one of {hole.size} samples has a height (all void)")
    _check_heights(heights, hole, source)
    plain = _fill(_compact(heights, hole), hole)
    plain.flags.writeable = False
    if hole.any():
        hole.flags.writeable = False
    return Elevation(
        plain,
        float(north_deg),
        float(west_deg),
        float(lat_step_deg),
        float(lon_step_deg),
        str(source),
        datum,
        float(undulation_m),
        hole if hole.any() else None,
    )


def _check_frame(
    shape: Sequence[int], north: float, west: float, lat_step: float, lon_step: float, source: str | Path
) -> None:
    if not all(math.isfinite(v) for v in (north, west, lat_step, lon_step)):
        raise ElevationError(
            f"{source}: corner or spacing is not finite: {north}, {west}, {lat_step}, {lon_step}"
        )
    if not (1e-7 <= lat_step <= 10.0 and 1e-7 <= lon_step <= 10.0):
        raise ElevationError(f"{source}: spacing {lat_step} x {lon_step} degrees; 1e-7 to 10 can be used")
    south = north - (shape[0] - 1) * lat_step
    if north > 90.0 + 1e-9 or south < -90.0 - 1e-9:
        raise ElevationError(f"{source}: latitudes {south} to {north} degrees are not on Earth")
    if abs(west) > 360.0 or (shape[1] - 1) * lon_step > 360.0 + 1e-9:
        raise ElevationError(f"{source}: longitudes from {west}, {shape[1]} x {lon_step} degrees")


def _check_heights(heights: NDArray[np.generic], hole: NDArray[np.bool_], source: str | Path) -> None:
    """One row after the other: no copy of the whole grid."""
    for i in range(heights.shape[0]):
        row = heights[i]
        bad = ~hole[i] & ~((row >= LOWEST_M) & (row <= HIGHEST_M))
        if bad.any():
            j = int(np.argmax(bad))
            raise ElevationError(
                f"{source}: height {row[j]} m in row {i}, column {j}; {LOWEST_M:.0f} to {HIGHEST_M:.0f} m exist"
            )


def _compact(heights: NDArray[np.generic], hole: NDArray[np.bool_]) -> Heights:
    """A private copy: int16 from integers, float32 from floats; voids 0."""
    kind = np.float32 if heights.dtype.kind == "f" else np.int16
    out = np.zeros(heights.shape, dtype=kind)
    np.copyto(out, heights, where=~hole, casting="unsafe")
    return out


def _fill(heights: Heights, hole: NDArray[np.bool_]) -> Heights:
    """The height of the nearest valid sample into each void."""
    if not hole.any():
        return heights
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415

    index = distance_transform_edt(hole, return_distances=False, return_indices=True)
    return np.ascontiguousarray(heights[index[0], index[1]])


def with_undulation(elevation: Elevation, undulation_m: float) -> Elevation:
    """The same grid with another height of its datum above the ellipsoid (m, within 200 m)."""
    if not (math.isfinite(undulation_m) and abs(undulation_m) <= 200.0):
        raise ElevationError(f"{elevation.source}: undulation_m {undulation_m!r} must lie within 200 m")
    return replace(elevation, undulation_m=float(undulation_m))


def join_elevations(tiles: Sequence[Elevation], missing_m: float | None = None) -> Elevation:
    """Adjacent (or overlapping) grids as one.

    All must have the same spacing, datum and undulation and lie on one lattice, to a thousandth of the spacing.
    Where tiles overlap the first that has a height gives it. Samples that no tile covers are refused, unless
    `missing_m` gives their height (0 for tiles left out because they are sea); they then count as void.
    """
    if not tiles:
        raise ElevationError("join: no tiles")
    first = tiles[0]
    lat_step, lon_step = first.lat_step_deg, first.lon_step_deg
    for tile in tiles:
        _check_partner(first, tile)
    north = max(t.north_deg for t in tiles)
    west = min(t.west_deg for t in tiles)
    place = [
        (_offset(north - t.north_deg, lat_step, t), _offset(t.west_deg - west, lon_step, t)) for t in tiles
    ]
    rows = max(i + t.height_m.shape[0] for (i, _), t in zip(place, tiles, strict=True))
    columns = max(j + t.height_m.shape[1] for (_, j), t in zip(place, tiles, strict=True))
    name = f"{len(tiles)} tiles from {first.source}"
    check_shape((rows, columns), name)
    kind = np.int16 if all(t.height_m.dtype == np.int16 for t in tiles) else np.float32
    out = np.zeros((rows, columns), dtype=kind)
    covered = np.zeros((rows, columns), dtype=bool)
    void = np.ones((rows, columns), dtype=bool)
    for (i, j), tile in zip(place, tiles, strict=True):
        window = (slice(i, i + tile.height_m.shape[0]), slice(j, j + tile.height_m.shape[1]))
        own_void = np.zeros(tile.height_m.shape, dtype=bool) if tile.void is None else tile.void
        take = ~covered[window] | (void[window] & ~own_void)
        out[window][take] = tile.height_m[take]
        void[window][take] = own_void[take]
        covered[window] = True
    if not covered.all():
        if missing_m is None:
            raise ElevationError(
                f"{name}: {int((~covered).sum())} samples lie in no tile (missing_m=0 for sea)"
            )
        if not LOWEST_M <= missing_m <= HIGHEST_M:
            raise ElevationError(f"{name}: missing_m {missing_m!r} is no height on Earth")
        out[~covered] = missing_m
    out.flags.writeable = False
    void.flags.writeable = False
    return replace(
        first, height_m=out, north_deg=north, west_deg=west, source=name, void=void if void.any() else None
    )


def _check_partner(first: Elevation, tile: Elevation) -> None:
    for what in ("lat_step_deg", "lon_step_deg"):
        a, b = getattr(first, what), getattr(tile, what)
        if abs(a - b) > 1e-9 * a:
            raise ElevationError(f"{tile.source}: {what} {b} differs from {a} of {first.source}")
    for what in ("datum", "undulation_m"):
        if getattr(first, what) != getattr(tile, what):
            raise ElevationError(f"{tile.source}: {what} {getattr(tile, what)!r} differs from {first.source}")


def _offset(distance_deg: float, step_deg: float, tile: Elevation) -> int:
    steps = distance_deg / step_deg
    whole = round(steps)
    if abs(steps - whole) > 1e-3:
        raise ElevationError(
            f"{tile.source}: lies {steps - whole:+.3f} of a sample off the lattice of the others"
        )
    return whole
