"""Terrain: height of the ground, what of the sky a site cannot see behind it, and flight that follows it.

A *grid* is int16 or float32 [rows, columns], row 0 north, with a `TerrainFrame` that says where it lies. Outside
the grid the ground is the datum itself (sea level).

The *masking table* of a site, float32 [azimuths + 1, ranges], holds the lowest altitude (m above the ellipsoid) that
is visible at an azimuth and a ground range: column k at k * range step, row j at j * azimuth step, the last row a
copy of the first. A target is visible where its altitude is not below the value. The engine only looks up.

Geometry as in `propagation`: straight rays over a sphere of effective radius a_e, ground ranges are arcs, heights
count from the sphere. With r0 = a_e + antenna height and arc angle t = s / a_e, ground of height h has
tan(elevation) = ((a_e + h) cos t - r0) / ((a_e + h) sin t), and the ray of tangent T is at height
r0 / (cos t - T sin t) - a_e. T is the running maximum along the ray: one step, one comparison.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads._jit import kernel
from openiads.physics.geodesy import A_M, TWO_PI, F, geodesic_direct, wrap_pi
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR

#: Largest altitude in a table; a ray that would be higher (a cliff before the antenna) is cut there.
CEILING_M = 1.0e6
#: Most bytes that one masking table may take.
MAX_TABLE_BYTES = 256 * 2**20

_LEG_M = 2000.0  # positions on a ray: geodesic at the ends of a leg, linear in between (0.1 m at 45 degrees)
_CELL_M = 350.0  # default width of an azimuth step at the largest range
_MAX_AZIMUTHS = 7200
_MAX_RANGES = 1600
_BIG = 1.0e9
_FAR_LOOKS, _NEAR_LOOKS, _LOOKS_TO_SITE = 4.0, 16.0, 200.0


class TerrainFrame(NamedTuple):
    """Where a grid lies: centre of its north-west sample, samples per radian, datum above the ellipsoid."""

    north_rad: float
    west_rad: float
    rows_per_rad: float
    columns_per_rad: float
    offset_m: float


class MaskFrame(NamedTuple):
    """Steps of a masking table (azimuths per radian, ranges per metre), antenna height and effective radius."""

    azimuths_per_rad: float
    ranges_per_m: float
    antenna_height_m: float
    effective_radius_m: float


class MaskingTable(NamedTuple):
    """A masking table with its frame; pass both to `lowest_visible_m`."""

    table: NDArray[np.float32]
    frame: MaskFrame


class TerrainPath(NamedTuple):
    """A path over ground: arrays [n] of distance flown over ground, position, altitude, ground height below."""

    distance_m: NDArray[np.float64]
    lat_rad: NDArray[np.float64]
    lon_rad: NDArray[np.float64]
    altitude_m: NDArray[np.float64]
    ground_m: NDArray[np.float64]


def terrain_frame(
    north_rad: float, west_rad: float, lat_step_rad: float, lon_step_rad: float, offset_m: float = 0.0
) -> TerrainFrame:
    """Frame of a grid from its corner and spacing; refuses (ValueError) a spacing that is not positive."""
    if not (lat_step_rad > 0.0 and lon_step_rad > 0.0):
        raise ValueError(f"lat_step_rad, lon_step_rad: {lat_step_rad!r}, {lon_step_rad!r} must be positive")
    return TerrainFrame(north_rad, west_rad, 1.0 / lat_step_rad, 1.0 / lon_step_rad, offset_m)


# --- kernels --------------------------------------------------------------------------------------------


@kernel
def terrain_height_m(grid, frame, lat_rad, lon_rad):
    """Height of the ground (m above the ellipsoid), bilinear between samples.

    Up to half a sample beyond the outermost ones these count, farther out the datum. Arguments must be finite.
    """
    y = (frame.north_rad - lat_rad) * frame.rows_per_rad
    east = lon_rad - frame.west_rad
    x = east * frame.columns_per_rad
    if x < -0.5 or east > math.pi:  # the other way round the Earth?
        x = (east - TWO_PI * math.floor(east / TWO_PI)) * frame.columns_per_rad
        if x > TWO_PI * frame.columns_per_rad - 0.5:
            x = 0.0
    rows = grid.shape[0]
    columns = grid.shape[1]
    if not (y >= -0.5 and y <= rows - 0.5 and x <= columns - 0.5):
        return frame.offset_m
    y = min(max(y, 0.0), rows - 1.0)
    x = min(max(x, 0.0), columns - 1.0)
    i = min(int(y), rows - 2)
    j = min(int(x), columns - 2)
    g = x - j
    # float(): interpreted, int16 and float32 samples would otherwise stay in their own, shorter arithmetic
    a = float(grid[i, j])
    b = float(grid[i + 1, j])
    a += g * (float(grid[i, j + 1]) - a)
    b += g * (float(grid[i + 1, j + 1]) - b)
    return a + (y - i) * (b - a) + frame.offset_m


@kernel
def ray_height_m(tangent, sin_arc, cos_arc, antenna_height_m, effective_radius_m):
    """Height (m) of the ray of this tangent of elevation at an arc of given sine and cosine; 1,000 km at most."""
    r0 = effective_radius_m + antenna_height_m
    below = cos_arc - tangent * sin_arc
    if below * (effective_radius_m + CEILING_M) <= r0:
        return CEILING_M
    return r0 / below - effective_radius_m


@kernel
def lowest_visible_m(table, frame, az_rad, ground_range_m):
    """Lowest visible altitude (m above the ellipsoid) at an azimuth and a ground range; bilinear, any azimuth.

    Beyond the last range the ray that limits the view there goes on over the effective Earth, without new ground.
    Arguments must be finite.
    """
    last = table.shape[1] - 1
    rows = table.shape[0] - 1
    y = az_rad * frame.azimuths_per_rad
    if y < 0.0 or y >= rows:
        y = min(max(y - rows * math.floor(y / rows), 0.0), float(rows))
    j = min(int(y), rows - 1)
    f = y - j
    x = max(ground_range_m * frame.ranges_per_m, 0.0)
    if x >= last:
        edge = float(table[j, last])
        edge += f * (float(table[j + 1, last]) - edge)
        return _beyond(edge, last / frame.ranges_per_m, ground_range_m, frame)
    k = int(x)
    g = x - k
    a = float(table[j, k])
    b = float(table[j + 1, k])
    a += g * (float(table[j, k + 1]) - a)
    b += g * (float(table[j + 1, k + 1]) - b)
    return a + f * (b - a)


@kernel
def _beyond(edge_m, edge_range_m, range_m, frame):
    """The ray through the table's edge, continued."""
    a_e = frame.effective_radius_m
    t = edge_range_m / a_e
    r = a_e + edge_m
    tangent = (r * math.cos(t) - a_e - frame.antenna_height_m) / max(r * math.sin(t), 1e-9)
    # The quarter circle is as far as the formula goes.
    arc = min(range_m / a_e, 0.5 * math.pi)
    return ray_height_m(tangent, math.sin(arc), math.cos(arc), frame.antenna_height_m, a_e)


@kernel
def fill_masking_ray(row, grid, terrain, lat_rad, lon_rad, az_rad, site_height_m, mask, steps, parts, leg):
    """Fill one row of a masking table: the lowest visible altitude along one azimuth.

    steps: float64 [n, 3], ground range, sine and cosine of its arc for every look at the ground. parts: int64
    [ranges - 1], how many looks lie in each range step, the last at its end, where a value is stored. The
    position is a geodesic's, computed every `leg` range steps and linear in between.
    """
    a_e = mask.effective_radius_m
    r0 = a_e + mask.antenna_height_m
    leg_m = leg / mask.ranges_per_m
    lat0, lon0 = lat_rad, lon_rad
    lat1, lon1, az = lat_rad, lon_rad, az_rad
    start_m = 0.0
    d_lat = 0.0
    d_lon = 0.0
    best = -_BIG
    row[0] = site_height_m
    n = 0
    for k in range(parts.shape[0]):
        if k % leg == 0:
            lat0, lon0 = lat1, lon1
            lat1, lon1, az = geodesic_direct(lat0, lon0, az, leg_m)
            d_lat = (lat1 - lat0) / leg_m
            d_lon = wrap_pi(lon1 - lon0) / leg_m
            start_m = k / mask.ranges_per_m
        for _ in range(parts[k]):
            along = steps[n, 0] - start_m
            h = terrain_height_m(grid, terrain, lat0 + along * d_lat, lon0 + along * d_lon)
            r = a_e + h
            best = max(best, (r * steps[n, 2] - r0) / max(r * steps[n, 1], 1e-9))
            n += 1
        row[k + 1] = ray_height_m(best, steps[n - 1, 1], steps[n - 1, 2], mask.antenna_height_m, a_e)


@kernel
def fill_masking_table(table, grid, terrain, lat_rad, lon_rad, site_height_m, mask, steps, parts, leg):
    """Fill every row of a masking table; arguments as in `fill_masking_ray`."""
    rows = table.shape[0] - 1
    for j in range(rows):
        az = j / mask.azimuths_per_rad
        fill_masking_ray(
            table[j], grid, terrain, lat_rad, lon_rad, az, site_height_m, mask, steps, parts, leg
        )
    for k in range(table.shape[1]):
        table[rows, k] = table[0, k]


@kernel
def limit_slopes(altitude_m, distance_m, max_climb, max_dive):
    """Raise a profile [n], in place and as little as possible, until no slope exceeds the limits (tangents)."""
    n = altitude_m.shape[0]
    for i in range(1, n):
        floor = altitude_m[i - 1] - max_dive * (distance_m[i] - distance_m[i - 1])
        altitude_m[i] = max(altitude_m[i], floor)
    for i in range(n - 2, -1, -1):
        floor = altitude_m[i + 1] - max_climb * (distance_m[i + 1] - distance_m[i])
        altitude_m[i] = max(altitude_m[i], floor)


@kernel
def heights_along(height_m, grid, frame, lat_rad, lon_rad):
    """Fill height_m [n] with the ground under n points."""
    for i in range(height_m.shape[0]):
        height_m[i] = terrain_height_m(grid, frame, lat_rad[i], lon_rad[i])


# --- compile-time ---------------------------------------------------------------------------------------


def grid_spacing_m(frame: TerrainFrame) -> float:
    """North-south spacing (m) of a grid's rows."""
    return EARTH_MEAN_RADIUS_M / frame.rows_per_rad


def make_masking_table(
    grid: NDArray[np.int16] | NDArray[np.float32],
    terrain: TerrainFrame,
    lat_rad: float,
    lon_rad: float,
    mast_m: float,
    max_range_m: float,
    *,
    range_step_m: float | None = None,
    azimuths: int | None = None,
    effective_radius_m: float = EFFECTIVE_EARTH_FACTOR * EARTH_MEAN_RADIUS_M,
    at_sea: bool = False,
) -> MaskingTable:
    """Masking table of a site whose antenna stands `mast_m` above the ground. Compile-time (seconds).

    Unless given, the range step is a 1600th of the range, but no less than the grid's spacing, and the azimuth step
    is 350 m wide at the largest range, but no less than 0.05 degrees. A stored value is
    that of its own ray, neither a mean nor a maximum over its cell. at_sea: the site may lie outside the grid, on its datum.

    Refuses (ValueError) a site outside the grid, a mast outside 0.1 m .. 12 km, a range outside 100 m .. 2,000 km or
    reaching to within a degree of a pole, fewer than 8 azimuths or 2 ranges, more than 256 MB.
    """
    spacing = grid_spacing_m(terrain)
    _check_site(grid, terrain, lat_rad, lon_rad, mast_m, max_range_m, effective_radius_m, at_sea)
    step = max(max_range_m / _MAX_RANGES, spacing) if range_step_m is None else range_step_m
    if not 1.0 <= step <= min(max_range_m, _LEG_M):
        raise ValueError(f"range_step_m: {step!r} must lie between 1 m and 2 km, within max_range_m")
    ranges = math.ceil(max_range_m / step - 1e-9) + 1
    if azimuths is None:
        azimuths = min(max(math.ceil(TWO_PI * max_range_m / _CELL_M), 360), _MAX_AZIMUTHS)
    if azimuths < 8 or 4 * (azimuths + 1) * ranges > MAX_TABLE_BYTES:
        raise ValueError(
            f"azimuths: {azimuths} x {ranges} ranges; 8 or more, and at most {MAX_TABLE_BYTES} bytes"
        )
    steps, parts = _looks(step, ranges, spacing, effective_radius_m)
    ground = float(terrain_height_m(grid, terrain, lat_rad, lon_rad))
    mask = MaskFrame(azimuths / TWO_PI, 1.0 / step, ground + mast_m, float(effective_radius_m))
    table = np.empty((azimuths + 1, ranges), dtype=np.float32)
    leg = max(int(_LEG_M / step), 1)
    fill_masking_table(table, grid, terrain, lat_rad, lon_rad, ground, mask, steps, parts, leg)
    table.flags.writeable = False
    return MaskingTable(table, mask)


def _looks(
    step_m: float, ranges: int, spacing_m: float, effective_radius_m: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Where a ray looks at the ground (see `fill_masking_ray`).

    A quarter of the grid's spacing apart, and closer near the site, down to a sixteenth: there a metre missed
    is an angle that hides hundreds of metres far out.
    """
    from_m = step_m * np.arange(ranges - 1)
    apart = np.clip(from_m / _LOOKS_TO_SITE, spacing_m / _NEAR_LOOKS, spacing_m / _FAR_LOOKS)
    parts = np.maximum(np.ceil(step_m / apart - 1e-9), 1.0).astype(np.int64)
    at = np.concatenate([a + step_m * np.arange(1, n + 1) / n for a, n in zip(from_m, parts, strict=True)])
    arc = at / effective_radius_m
    return np.ascontiguousarray(np.stack([at, np.sin(arc), np.cos(arc)], axis=1)), parts


def _check_site(
    grid: NDArray[np.int16] | NDArray[np.float32],
    terrain: TerrainFrame,
    lat_rad: float,
    lon_rad: float,
    mast_m: float,
    max_range_m: float,
    effective_radius_m: float,
    at_sea: bool,
) -> None:
    if not (math.isfinite(lat_rad) and math.isfinite(lon_rad)):
        raise ValueError(f"site: {lat_rad!r}, {lon_rad!r} rad is not finite")
    y = (terrain.north_rad - lat_rad) * terrain.rows_per_rad
    x = ((lon_rad - terrain.west_rad + 1e-9) % TWO_PI) * terrain.columns_per_rad
    if not at_sea and not (-0.5 <= y <= grid.shape[0] - 0.5 and x <= grid.shape[1] - 0.5):
        raise ValueError(
            f"site: {math.degrees(lat_rad)}, {math.degrees(lon_rad)} degrees lies outside the grid"
        )
    if not 0.1 <= mast_m <= 12_000.0:
        raise ValueError(f"mast_m: {mast_m!r} must lie between 0.1 m and 12 km")
    if not 100.0 <= max_range_m <= 2.0e6:
        raise ValueError(f"max_range_m: {max_range_m!r} must lie between 100 m and 2,000 km")
    if abs(lat_rad) + max_range_m / EARTH_MEAN_RADIUS_M > math.radians(89.0):
        raise ValueError("max_range_m: rays may not come within a degree of a pole")
    if not 0.1 * EARTH_MEAN_RADIUS_M <= effective_radius_m <= 1000.0 * EARTH_MEAN_RADIUS_M:
        raise ValueError(f"effective_radius_m: {effective_radius_m!r} must be 0.1 to 1000 Earth radii")


def follow_terrain(
    lat_rad: ArrayLike,
    lon_rad: ArrayLike,
    clearance_m: float,
    grid: NDArray[np.int16] | NDArray[np.float32],
    terrain: TerrainFrame,
    *,
    max_climb_rad: float = math.radians(10.0),
    max_dive_rad: float = math.radians(10.0),
    step_m: float | None = None,
) -> TerrainPath:
    """Altitude along a route of two or more waypoints, `clearance_m` above the ground or more. Compile-time.

    The lowest profile that keeps the clearance and whose slopes (straight between points `step_m` apart,
    default the grid's spacing) stay within the limits. Both ends of a step clear the highest ground under it, so
    no point between does less. Waypoints are joined straight in latitude and longitude. A limit on vertical
    acceleration is not applied.

    Refuses (ValueError) fewer than two waypoints, different lengths, not finite, a clearance not above 0, limits
    outside 0.1 .. 80 degrees, a step outside 1 m .. 10 km, more than a million points.
    """
    lat = np.asarray(lat_rad, dtype=np.float64)
    lon = np.asarray(lon_rad, dtype=np.float64)
    if lat.ndim != 1 or lat.shape != lon.shape or lat.size < 2 or not np.isfinite(lat + lon).all():
        raise ValueError("lat_rad, lon_rad: two or more finite waypoints, as many of each, are needed")
    if not (math.isfinite(clearance_m) and clearance_m > 0.0):
        raise ValueError(f"clearance_m: {clearance_m!r} must be positive")
    for name, angle in (("max_climb_rad", max_climb_rad), ("max_dive_rad", max_dive_rad)):
        if not math.radians(0.1) <= angle <= math.radians(80.0):
            raise ValueError(f"{name}: {angle!r} must lie between 0.1 and 80 degrees")
    step = grid_spacing_m(terrain) if step_m is None else step_m
    if not 1.0 <= step <= 10_000.0:
        raise ValueError(f"step_m: {step!r} must lie between 1 m and 10 km")
    at, path_lat, path_lon, highest = [np.zeros(1)], [lat[:1]], [lon[:1]], []
    for k in range(lat.size - 1):
        leg = _Leg(lat[k], lon[k], lat[k + 1] - lat[k], wrap_pi(float(lon[k + 1] - lon[k])))
        parts = max(math.ceil(_lengths_m(leg, 1)[0] / step - 1e-9), 1)
        if parts + sum(map(len, at)) > 1_000_000:
            raise ValueError("step_m: the path would have more than a million points")
        t = np.arange(1, parts + 1) / parts
        at.append(at[-1][-1] + np.cumsum(_lengths_m(leg, parts)))
        path_lat.append(leg.lat + t * leg.d_lat)
        path_lon.append(leg.lon + t * leg.d_lon)
        highest.append(_highest_per_part(leg, parts, grid, terrain))
    under = np.concatenate(highest)
    distance = np.concatenate(at)
    altitude = np.empty(distance.size)  # both ends of a step clear all of it
    altitude[:-1] = under
    altitude[-1] = under[-1]
    altitude[1:-1] = np.maximum(under[:-1], under[1:])
    altitude += clearance_m
    limit_slopes(altitude, distance, math.tan(max_climb_rad), math.tan(max_dive_rad))
    lats, lons = np.concatenate(path_lat), np.concatenate(path_lon)
    ground = np.empty(distance.size)
    heights_along(ground, grid, terrain, lats, lons)
    return TerrainPath(distance, lats, lons, altitude, ground)


class _Leg(NamedTuple):
    """A piece of a route, straight in latitude and longitude."""

    lat: float
    lon: float
    d_lat: float
    d_lon: float


def _lengths_m(leg: _Leg, parts: int) -> NDArray[np.float64]:
    """Length of each of the equal parts of a leg, by the radii of curvature at its middle."""
    mid = leg.lat + leg.d_lat * (np.arange(parts) + 0.5) / parts
    e2 = F * (2.0 - F)
    w = 1.0 - e2 * np.sin(mid) ** 2
    north = A_M * (1.0 - e2) / (w * np.sqrt(w)) * leg.d_lat / parts
    east = A_M / np.sqrt(w) * np.cos(mid) * leg.d_lon / parts
    return np.asarray(np.sqrt(north * north + east * east))


def _highest_per_part(
    leg: _Leg, parts: int, grid: NDArray[np.int16] | NDArray[np.float32], terrain: TerrainFrame
) -> NDArray[np.float64]:
    """Highest ground under each of the equal parts of a leg. Exact.

    Between the lines of the grid bilinear ground is a parabola along the leg: it is looked at where the leg
    crosses a line (or a half, where the grid may end), and halfway between, and the parabola's top is taken.
    """
    cuts = [np.arange(parts + 1) / parts]
    for start, change in (
        ((terrain.north_rad - leg.lat) * terrain.rows_per_rad, -leg.d_lat * terrain.rows_per_rad),
        ((leg.lon - terrain.west_rad) * terrain.columns_per_rad, leg.d_lon * terrain.columns_per_rad),
    ):
        first, last = sorted((2.0 * start, 2.0 * (start + change)))
        if last - first > 8_000_000.0:
            raise ValueError("step_m: the path crosses more than a million samples")
        if abs(change) > 1e-9:
            lines = np.arange(math.ceil(first), math.floor(last) + 1)
            cuts.append(np.clip((0.5 * lines - start) / change, 0.0, 1.0))
    t = np.unique(np.concatenate(cuts))
    both = np.concatenate([t, 0.5 * (t[:-1] + t[1:])])
    height = np.empty(both.size)
    heights_along(height, grid, terrain, leg.lat + both * leg.d_lat, leg.lon + both * leg.d_lon)
    a, b, m = height[: t.size - 1], height[1 : t.size], height[t.size :]
    bend = a + b - 2.0 * m  # twice the sag: negative where the ground bulges
    x = np.clip((b - a) / np.where(bend < 0.0, -4.0 * bend, np.inf), -0.5, 0.5)
    top = np.maximum(m + x * (b - a) + 2.0 * bend * x * x, np.maximum(np.maximum(a, b), m))
    return np.asarray(np.maximum.reduceat(top, np.searchsorted(t, cuts[0][:-1])))
