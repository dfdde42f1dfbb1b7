"""Readers of digital elevation: SRTM .hgt, DTED, NumPy .npz, and GeoTIFF or COG through rasterio.

All give an `Elevation` (see `elevation_grid`). Files are checked before memory is taken; what cannot be used is
refused with an `ElevationError` that names the file.

Sources: T. G. Farr et al., "The Shuttle Radar Topography Mission", Reviews of Geophysics 45, 2007, RG2004, and the
mission's format note (SRTM Topography: big-endian int16, row 0 north, -32768 void, the file name gives the
centre of the south-west sample, heights above the EGM96 geoid); DTED in `elevation_dted`.
"""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from openiads.world.elevation_dted import read_dted
from openiads.world.elevation_grid import (
    Elevation,
    ElevationError,
    check_shape,
    join_elevations,
    make_elevation,
    with_undulation,
)

__all__ = [
    "Elevation",
    "ElevationError",
    "join_elevations",
    "make_elevation",
    "read_dted",
    "read_elevation",
    "read_geotiff",
    "read_hgt",
    "read_npz",
    "with_undulation",
]

_HGT_SIDES = {1201 * 1201 * 2: 1201, 3601 * 3601 * 2: 3601}
_HGT_VOID = -32768
_NPZ_KEYS = ("xmin", "xmax", "ymin", "ymax", "dx", "dy")
_NPY_HEADER_ROOM = 65_536
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, NotImplementedError, RuntimeError
)  # fmt: skip


def read_elevation(path: str | Path, undulation_m: float = 0.0) -> Elevation:
    """Read an elevation file by the end of its name: .hgt, .dt0 .dt1 .dt2, .npz, .tif .tiff.

    undulation_m: height of the file's datum (the geoid) above the WGS-84 ellipsoid at this place.
    """
    path = Path(path)
    readers = {".hgt": read_hgt, ".npz": read_npz, ".tif": read_geotiff, ".tiff": read_geotiff}
    readers |= dict.fromkeys((".dt0", ".dt1", ".dt2"), read_dted)
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ElevationError(f"{path}: elevation is read from {', '.join(readers)}, not from {path.suffix!r}")
    try:
        return reader(path, undulation_m=undulation_m)
    except OSError as error:
        raise ElevationError(f"{path}: cannot be read: {error.strerror or error}") from error


def read_hgt(path: str | Path, undulation_m: float = 0.0) -> Elevation:
    """Read an SRTM tile of one degree, 1201 x 1201 (3 arc seconds) or 3601 x 3601 (1 arc second).

    The name (N36W085.hgt) gives the south-west corner. Refuses (ElevationError) another size or name.
    """
    path = Path(path)
    match = re.match(r"([NS])(\d\d)([EW])(\d\d\d)(?!\d)", path.name.upper())
    if match is None:
        raise ElevationError(f"{path}: the name must begin with the corner, as in N36W085.hgt")
    south = int(match[2]) * (1 if match[1] == "N" else -1)
    west = int(match[4]) * (1 if match[3] == "E" else -1)
    if not (-90 <= south <= 89 and -180 <= west <= 179):
        raise ElevationError(f"{path}: corner {south}, {west} degrees is not on Earth")
    size = path.stat().st_size
    side = _HGT_SIDES.get(size)
    if side is None:
        raise ElevationError(f"{path}: {size} bytes; {' or '.join(map(str, _HGT_SIDES))} are a whole tile")
    raw = np.fromfile(path, dtype=">i2", count=side * side)
    if raw.size != side * side:
        raise ElevationError(f"{path}: shrank while it was read")
    heights = raw.reshape(side, side)
    step = 1.0 / (side - 1)
    return make_elevation(
        heights,
        south + 1.0,
        west,
        step,
        step,
        path,
        void=heights == _HGT_VOID,
        datum="EGM96",
        undulation_m=undulation_m,
    )


def read_npz(path: str | Path, undulation_m: float = 0.0) -> Elevation:
    """Read a NumPy archive with `elevation` [rows, columns] (m) and xmin, xmax, ymin, ymax, dx, dy in degrees.

    The layout of matplotlib's jacksboro_fault_dem.npz: row 0 is north, at ymax. In that file ymin stands as far
    north of ymax as it should stand south of it; ymax is right (the highest sample is then Cross Mountain,
    Tennessee), so only the distance of ymin is used, for the check that follows.
    The limits are either the outer edges of the outermost samples (width = columns x dx) or their centres
    (width = (columns - 1) x dx); anything else is refused, as are missing keys and pickled objects.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            shape = _npy_shape(archive, "elevation", path)
            check_shape(shape, path)
            for key in _NPZ_KEYS:
                if math.prod(_npy_shape(archive, key, path)) != 1:
                    raise ElevationError(f"{path}: {key} is not one number")
        with np.load(path, allow_pickle=False) as data:
            heights = data["elevation"]
            value = {key: float(data[key].reshape(-1)[0]) for key in _NPZ_KEYS}
    except ElevationError:
        raise
    except _BROKEN_ARCHIVE as error:
        raise ElevationError(f"{path}: no usable NumPy archive: {error}") from error
    for key, number in value.items():
        if not math.isfinite(number):
            raise ElevationError(f"{path}: {key} is {number}")
    lat_step, lon_step = abs(value["dy"]), abs(value["dx"])
    west = min(value["xmin"], value["xmax"])
    north = value["ymax"] - _inset(abs(value["ymax"] - value["ymin"]), lat_step, shape[0], "y", path)
    west += _inset(max(value["xmin"], value["xmax"]) - west, lon_step, shape[1], "x", path)
    return make_elevation(heights, north, west, lat_step, lon_step, path, undulation_m=undulation_m)


def _npy_shape(archive: zipfile.ZipFile, key: str, path: Path) -> tuple[int, ...]:
    """Declared shape of one member, read without its data; the member must be no larger than it declares."""
    try:
        info = archive.getinfo(f"{key}.npy")
    except KeyError:
        raise ElevationError(f"{path}: has no {key!r}") from None
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ElevationError(f"{path}: {key} is packed in a way that NumPy does not write")
    with archive.open(info) as member:
        version = npy.read_magic(member)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(member)
    if dtype.kind not in "iuf":
        raise ElevationError(f"{path}: {key} is of type {dtype}; numbers are needed")
    if info.file_size > math.prod(shape) * dtype.itemsize + _NPY_HEADER_ROOM:
        raise ElevationError(f"{path}: {key} unpacks to {info.file_size} bytes, more than {shape} needs")
    return shape


def _inset(extent: float, step: float, count: int, axis: str, path: Path) -> float:
    """From the stated limit to the centre of the outermost sample: half a step or nothing."""
    if not step > 0.0:
        raise ElevationError(f"{path}: d{axis} is zero")
    steps = extent / step
    if abs(steps - count) < 0.01:
        return 0.5 * step
    if abs(steps - (count - 1)) < 0.01:
        return 0.0
    raise ElevationError(
        f"{path}: {axis} limits are {steps:.3f} steps apart; {count} samples need {count} or one less"
    )


def read_geotiff(
    path: str | Path,
    undulation_m: float = 0.0,
    within_deg: tuple[float, float, float, float] | None = None,
) -> Elevation:
    """Read band 1 of a GeoTIFF or cloud-optimised GeoTIFF in geographic coordinates. Needs rasterio.

    within_deg (south, west, north, east) reads only that part. Refuses (ElevationError): rasterio not installed, a
    projected or unknown coordinate system, a rotated or south-up image, too many samples.
    """
    path = Path(path)
    try:
        import rasterio  # noqa: PLC0415
        from rasterio.errors import RasterioError  # noqa: PLC0415
    except ImportError:
        raise ElevationError(
            f"{path}: GeoTIFF needs the package rasterio: pip install 'openiads[terrain]' (or: pip install rasterio)"
        ) from None
    try:
        with rasterio.open(path, driver="GTiff") as source:
            crs, t = source.crs, source.transform
            if crs is None or not crs.is_geographic:
                raise ElevationError(
                    f"{path}: not in latitude and longitude (gdalwarp -t_srs EPSG:4326 makes it so)"
                )
            if t.b != 0.0 or t.d != 0.0 or not (t.a > 0.0 and t.e < 0.0):
                raise ElevationError(f"{path}: the image is rotated or not north-up")
            window = _window(source.shape, t, within_deg, path)
            (row0, row1), (col0, col1) = window
            check_shape((row1 - row0, col1 - col0), path)
            heights = source.read(1, window=window)
            void = source.read_masks(1, window=window) == 0
    except RasterioError as error:
        raise ElevationError(f"{path}: cannot be read: {error}") from error
    return make_elevation(
        heights,
        t.f + (row0 + 0.5) * t.e,
        t.c + (col0 + 0.5) * t.a,
        -t.e,
        t.a,
        path,
        void=np.asarray(void),
        undulation_m=undulation_m,
    )


def _window(
    shape: tuple[int, int],
    t: Any,
    within_deg: tuple[float, float, float, float] | None,
    path: Path,
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Rows and columns of the samples that surround the asked part, cut to the image."""
    if within_deg is None:
        return (0, shape[0]), (0, shape[1])
    if not all(math.isfinite(v) for v in within_deg):
        raise ElevationError(f"{path}: within_deg {within_deg} is not finite")
    south, west, north, east = within_deg
    rows = math.floor((north - t.f) / t.e - 0.5), math.ceil((south - t.f) / t.e - 0.5) + 1
    columns = math.floor((west - t.c) / t.a - 0.5), math.ceil((east - t.c) / t.a - 0.5) + 1
    rows = max(rows[0], 0), min(rows[1], shape[0])
    columns = max(columns[0], 0), min(columns[1], shape[1])
    if rows[1] - rows[0] < 2 or columns[1] - columns[0] < 2:
        raise ElevationError(f"{path}: holds nothing within {within_deg}")
    return rows, columns
