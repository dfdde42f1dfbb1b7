"""R-30: terrain masking. The table of a site against rays drawn another way, on real and on analytic ground.

Three references, none of which shares code with the table:

1. Brute force on the elevation model of the Jacksboro fault that matplotlib ships (SRTM, 3 arc seconds): points every
   5 m along the geodesic by pyproj (C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87, 2013), heights by
   SciPy's interpolator, and every point of ground tested against the straight line from antenna to target in
   the plane of the effective Earth (a cross product; no angles, no running maximum).
2. The same without an effective Earth: a straight line in space between two points over the WGS-84 ellipsoid.
3. Closed forms: horizon of a smooth Earth sqrt(2 a_e h) and exact arcs, the shadow line of a single ridge.

The band. The table is exact at its nodes but for the ground between looks (6 m apart near the site, 23 m far out), and
linear between nodes. Measured over 2,100 directions and ranges from the three sites, out to 12 km, against rays with
a point every 2 m: median 0.5 m, 95 % within 7.3 m, largest 23.3 m, on the side of seeing too much by 1.3 m on
average; a crest missed near the site is magnified by the distance. A target must be judged rightly where it is further
than 30 m from the line, and 98 % of them where it is further than 10 m.
"""

import hashlib
import itertools
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from pyproj import Geod
from scipy.interpolate import RegularGridInterpolator

from openiads.physics import geodesy
from openiads.physics.propagation import horizon_distance_m
from openiads.physics.terrain import (
    follow_terrain,
    lowest_visible_m,
    make_masking_table,
    terrain_frame,
    terrain_height_m,
)
from openiads.world.elevation import read_npz

JACKSBORO = Path(matplotlib.get_data_path()) / "sample_data" / "jacksboro_fault_dem.npz"
GEOD = Geod(ellps="WGS84")
A_E = 4.0 / 3.0 * 6_371_000.0
MAST_M = 15.0
SITES = [(36.3133, -84.25), (36.2983, -84.21), (36.3033, -84.30)]


# --- the independent rays -------------------------------------------------------------------------------


class Ground:
    """Bilinear ground by SciPy over a grid with corner and spacing in degrees; 0 outside."""

    def __init__(self, grid, north, west, d_lat, d_lon):
        lat = north - np.arange(grid.shape[0]) * d_lat
        lon = west + np.arange(grid.shape[1]) * d_lon
        self.at = RegularGridInterpolator(
            (lat[::-1], lon), grid[::-1].astype(float), bounds_error=False, fill_value=0.0
        )

    def along(self, site, az, distance):
        """(latitudes, longitudes, heights) at distances along the geodesic."""
        n = distance.size
        lon, lat, _ = GEOD.fwd(
            np.full(n, site[1]), np.full(n, site[0]), np.full(n, math.degrees(az)), distance
        )
        return np.asarray(lat), np.asarray(lon), self.at(np.column_stack([lat, lon]))


def seen_over(distance, height, antenna, target, a_e):
    """Whether no ground before the target is above the straight line antenna-target over a sphere a_e.

    distance, height: the ground up to and at the target's range; target: height of the target there.
    """
    angle = distance / a_e
    x, z = (a_e + height) * np.sin(angle), (a_e + height) * np.cos(angle) - (a_e + antenna)
    tx, tz = (a_e + target) * np.sin(angle[-1]), (a_e + target) * np.cos(angle[-1]) - (a_e + antenna)
    return bool(np.all(tx * z - tz * x <= 0.0)) and target >= height[-1]


def grid_of(e):
    return e.height_m, e.frame()


def table_for(e, site, mast=MAST_M, reach=12e3, **kw):
    return make_masking_table(*grid_of(e), math.radians(site[0]), math.radians(site[1]), mast, reach, **kw)


@pytest.fixture(scope="module")
def jacksboro():
    return read_npz(JACKSBORO)


@pytest.mark.parametrize("site", SITES)
def test_against_brute_force_rays(jacksboro, site) -> None:
    """600 targets per site: azimuth, range and height at random, heights about the line and far from it."""
    e = jacksboro
    ground = Ground(e.height_m, e.north_deg, e.west_deg, e.lat_step_deg, e.lon_step_deg)
    table, frame = table_for(e, site, azimuths=1440)
    antenna = float(ground.at([site])[0]) + MAST_M
    assert frame.antenna_height_m == pytest.approx(antenna, abs=1e-6)
    rng = np.random.default_rng(30)
    wrong_10, far_10, both = 0, 0, set()
    for _ in range(600):
        az, s = rng.uniform(0.0, 2.0 * math.pi), 12e3 * math.sqrt(rng.uniform(0.002, 1.0))
        limit = lowest_visible_m(table, frame, az, s)
        off = float(rng.choice([-1.0, 1.0]) * 10.0 ** rng.uniform(0.5, 2.5))
        distance = np.append(np.arange(5.0, s, 5.0), s)
        _, _, height = ground.along(site, az, distance)
        truth = seen_over(distance, height, antenna, limit + off, A_E)
        both.add(truth)
        if abs(off) > 30.0:
            assert truth == (off > 0.0), (
                f"azimuth {math.degrees(az):.3f}, {s:.0f} m, {off:+.1f} m off the line"
            )
        if abs(off) > 10.0:
            far_10 += 1
            wrong_10 += truth != (off > 0.0)
    assert both == {True, False}
    assert far_10 > 250
    assert wrong_10 <= 0.02 * far_10


@pytest.mark.parametrize("az_deg", [0.0, 37.0, 90.0, 200.0, 311.0])
def test_a_straight_line_over_the_ellipsoid(az_deg: float) -> None:
    """Without refraction (radius factor 1) the table must agree with a line in space, 150 km over rolling ground.

    The sphere of 6,371 km in the place of the ellipsoid's own curvature (6,335 to 6,399 km) moves the line by up to half
    a per cent of the bulge s^2 / 2a, 1.8 km at 150 km: 9 m at the far end. Band 10 m; measured 4.6 m at most.
    """
    i = np.arange(2401)
    wave = 120.0 * np.sin(i / 31.0) + 60.0 * np.sin(i / 11.0 + 1.0)
    grid = (400.0 + wave[:, None] + wave[None, :]).astype(np.float32)
    step = 1.0 / 600.0
    north, west = 47.0, 8.0
    frame = terrain_frame(*(math.radians(v) for v in (north, west, step, step)))
    ground = Ground(grid, north, west, step, step)
    site = (45.0, 10.0)
    lat, lon, az = math.radians(site[0]), math.radians(site[1]), math.radians(az_deg)
    table, mask = make_masking_table(grid, frame, lat, lon, 25.0, 150e3, effective_radius_m=6_371_000.0)
    p = np.array(geodesy.geodetic_to_ecef(lat, lon, mask.antenna_height_m))
    for s in (20e3, 60e3, 110e3, 149e3):
        t_lat, t_lon, _ = ground.along(site, az, np.array([s]))
        limit = lowest_visible_m(table, mask, az, s)

        def clear(height: float, t_lat=t_lat, t_lon=t_lon, s=s) -> bool:
            q = np.array(geodesy.geodetic_to_ecef(math.radians(t_lat[0]), math.radians(t_lon[0]), height))
            for f in np.linspace(0.0, 1.0, int(s / 20.0))[1:]:
                b_lat, b_lon, alt = geodesy.ecef_to_geodetic(*(p + f * (q - p)))
                if alt < terrain_height_m(grid, frame, b_lat, b_lon) - 1e-6:
                    return False
            return True

        assert clear(limit + 10.0)
        assert not clear(limit - 10.0)


# --- closed forms ---------------------------------------------------------------------------------------

STEP = math.radians(1.0 / 1200.0)


def flat(height: float = 0.0, side: int = 1201):
    """A level grid of side/1200 degrees with its centre on the equator at 10 degrees east; and the centre."""
    half = (side - 1) / 2 * STEP
    lon = math.radians(10.0)
    return np.full((side, side), height, np.float32), terrain_frame(half, lon - half, STEP, STEP), (0.0, lon)


@pytest.mark.parametrize("mast", [2.0, 20.0, 150.0])
@pytest.mark.parametrize("factor", [1.0, 4.0 / 3.0])
def test_smooth_earth(mast: float, factor: float) -> None:
    """A target of height h goes below the horizon at sqrt(2 a_e h_a) + sqrt(2 a_e h_t); exactly, at the arcs.

    Outside the grid the ground is sea level too. Tolerance on the lowest height 0.01 m: a line between nodes 250 m
    apart leaves (250 m)^2 / 8 a_e = 1 mm, float32 another; measured 1 mm. Parabolic form: 0.2 % at these heights.
    """
    a_e = factor * 6_371_000.0
    grid, frame, (lat, lon) = flat()
    table, mask = make_masking_table(grid, frame, lat, lon, mast, 400e3, azimuths=24, effective_radius_m=a_e)
    horizon = a_e * math.acos(a_e / (a_e + mast))
    assert horizon == pytest.approx(horizon_distance_m(mast, a_e), rel=1e-3)
    for az in (0.0, 1.0, 2.5, 6.2):
        for s in (0.3 * horizon, 0.9 * horizon):
            assert lowest_visible_m(table, mask, az, s) == pytest.approx(0.0, abs=0.01)
        for s in (1.5 * horizon + 5e3, 150e3, 333e3, 399.9e3):
            exact = a_e / math.cos((s - horizon) / a_e) - a_e
            got = lowest_visible_m(table, mask, az, s)
            assert got == pytest.approx(exact, abs=0.01)
            reach = horizon_distance_m(mast, a_e) + horizon_distance_m(got, a_e)
            assert reach == pytest.approx(s, rel=2e-3)


def test_beyond_the_table_the_ray_goes_on() -> None:
    """From a table of 100 km the horizon's ray is still right at 600 km, and continuous at the edge."""
    grid, frame, (lat, lon) = flat()
    table, mask = make_masking_table(grid, frame, lat, lon, 20.0, 100e3, azimuths=36)
    horizon = A_E * math.acos(A_E / (A_E + 20.0))
    for s in (100e3, 250e3, 600e3):
        exact = A_E / math.cos((s - horizon) / A_E) - A_E
        assert lowest_visible_m(table, mask, 0.3, s) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("height", [0.0, 350.0, 1200.0])
def test_level_ground_lifts_everything(height: float) -> None:
    """A plateau hides nothing within its horizon: the lowest visible altitude is the ground."""
    grid, frame, (lat, lon) = flat(height)
    table, mask = make_masking_table(grid, frame, lat, lon, 30.0, 15e3)
    assert mask.antenna_height_m == pytest.approx(height + 30.0)
    assert np.allclose(table, height, atol=0.01)


@pytest.mark.parametrize(("ridge_m", "top_m"), [(5e3, 300.0), (12e3, 800.0), (20e3, 150.0)])
def test_shadow_of_a_ridge(ridge_m: float, top_m: float) -> None:
    """A north-south ridge one sample wide, seen from the west at right angles and at 60 degrees.

    Closed form: the ray over its top, tan e = ((a_e + H) cos t - r0) / ((a_e + H) sin t) at its distance, goes on as
    the line r0 / (cos t - tan e sin t) - a_e. The ridge's crest is a triangle two samples (185 m) wide, the looks are
    23 m apart: up to 12 m beside the crest, so that up to an eighth of its height is lost, and nothing won (0.5 m for the
    geodesic's position). Measured: 0.8 to 11 % of the height. Ground with such edges needs a finer grid.
    """
    grid, frame, (lat, lon) = flat()
    column = round((grid.shape[1] - 1) / 2 + ridge_m / 6_378_137.0 / STEP)
    grid[:, column] = top_m
    crest = (column - (grid.shape[1] - 1) / 2) * STEP * 6_378_137.0  # the equator is a circle
    table, mask = make_masking_table(grid, frame, lat, lon, 20.0, 45e3, azimuths=360)
    r0 = A_E + 20.0
    for az_deg, slant in ((90, crest), (60, crest / math.sin(math.radians(60.0)))):
        t = slant / A_E
        tangent = ((A_E + top_m) * math.cos(t) - r0) / ((A_E + top_m) * math.sin(t))
        for s in (slant + 400.0, slant + 3e3, 44e3):
            line = r0 / (math.cos(s / A_E) - tangent * math.sin(s / A_E)) - A_E
            got = lowest_visible_m(table, mask, math.radians(az_deg), s)
            assert got <= line + 0.5
            assert got >= line - 0.125 * top_m * s / slant
    before = lowest_visible_m(table, mask, math.radians(90.0), crest - 500.0)
    assert before == pytest.approx(0.0, abs=0.5)
    behind_us = lowest_visible_m(table, mask, math.radians(270.0), 12e3)
    assert behind_us == pytest.approx(0.0, abs=0.5)


# --- metamorphic ----------------------------------------------------------------------------------------


def test_a_higher_mast_hides_nothing(jacksboro) -> None:
    """Not one entry of the table rises when the mast grows from 3 m to 300 m."""
    tables = [table_for(jacksboro, SITES[0], mast).table for mast in (3.0, 10.0, 40.0, 300.0)]
    for low, high in itertools.pairwise(tables):
        assert (high <= low + 1e-3).all()
        assert (high < low - 1.0).any()


def test_raised_ground_reveals_nothing(jacksboro) -> None:
    """A hill put anywhere but under the antenna lowers no entry, and raises some."""
    e = jacksboro
    base = table_for(e, SITES[0]).table
    rng = np.random.default_rng(31)
    for _ in range(5):
        raised = np.array(e.height_m)
        i, j = rng.integers(20, 320), rng.integers(20, 380)
        raised[i : i + 8, j : j + 8] += 150
        raised[155:165, 190:202] = e.height_m[155:165, 190:202]  # the site stands where it stood
        table = make_masking_table(
            raised, e.frame(), math.radians(SITES[0][0]), math.radians(SITES[0][1]), MAST_M, 12e3
        ).table
        assert (table >= base - 1e-3).all()


def test_a_larger_earth_hides_less(jacksboro) -> None:
    a = table_for(jacksboro, SITES[0], effective_radius_m=6_371_000.0).table
    b = table_for(jacksboro, SITES[0], effective_radius_m=A_E).table
    assert (b <= a + 1e-3).all()


def test_datum_moves_all_heights_alike(jacksboro) -> None:
    """With the geoid 31 m below the ellipsoid everything is 31 m lower (to the change of a_e, 1e-4)."""
    from openiads.world.elevation import with_undulation  # noqa: PLC0415

    a, b = table_for(jacksboro, SITES[0]).table, table_for(with_undulation(jacksboro, -31.0), SITES[0]).table
    assert np.allclose(b - a, -31.0, atol=0.05)


# --- the look-up ----------------------------------------------------------------------------------------


def test_nodes_and_wrapping(jacksboro) -> None:
    """At nodes the stored value; any number of turns more or fewer changes nothing; between nodes between them."""
    table, frame = table_for(jacksboro, SITES[0], azimuths=360)
    for j, k in ((0, 0), (17, 5), (359, 60), (180, table.shape[1] - 2)):
        az, s = j / frame.azimuths_per_rad, k / frame.ranges_per_m
        for turns in (-7, -1, 0, 1, 3):
            got = lowest_visible_m(table, frame, az + turns * 2.0 * math.pi, s)
            assert got == pytest.approx(float(table[j, k]), abs=1e-6 * (1 + abs(turns)) * 1e4)
        four = table[j : j + 2, k : k + 2]
        got = lowest_visible_m(table, frame, az + 0.3 / frame.azimuths_per_rad, s + 0.6 / frame.ranges_per_m)
        assert four.min() <= got <= four.max()
    assert np.array_equal(table[0], table[-1])
    assert lowest_visible_m(table, frame, -1e-18, 5e3) == pytest.approx(
        lowest_visible_m(table, frame, 0.0, 5e3)
    )


def test_ground_against_scipy(jacksboro) -> None:
    e = jacksboro
    ground = Ground(e.height_m, e.north_deg, e.west_deg, e.lat_step_deg, e.lon_step_deg)
    rng = np.random.default_rng(32)
    lat, lon = rng.uniform(e.south_deg, e.north_deg, 500), rng.uniform(e.west_deg, e.east_deg, 500)
    want = ground.at(np.column_stack([lat, lon]))
    got = [
        terrain_height_m(*grid_of(e), math.radians(a), math.radians(b)) for a, b in zip(lat, lon, strict=True)
    ]
    assert np.allclose(got, want, atol=1e-6)
    turned = [
        terrain_height_m(*grid_of(e), math.radians(a), math.radians(b + 360.0))
        for a, b in zip(lat, lon, strict=True)
    ]
    assert np.allclose(turned, want, atol=1e-6)
    assert terrain_height_m(*grid_of(e), math.radians(50.0), math.radians(-84.2)) == 0.0


def test_across_the_date_line() -> None:
    """A grid from 179.5 east to 179.5 west and a site on the line: the same table as anywhere else."""
    rng = np.random.default_rng(33)
    grid = rng.integers(0, 500, (241, 241)).astype(np.int16)
    step = math.radians(1.0 / 240.0)
    tables = []
    for west_deg, site_deg in ((179.5, 180.0), (179.5, -180.0), (-180.5, 180.0), (9.5, 10.0)):
        frame = terrain_frame(math.radians(0.5), math.radians(west_deg), step, step)
        tables.append(make_masking_table(grid, frame, 0.0, math.radians(site_deg), 20.0, 30e3).table)
    for other in tables[1:]:
        assert np.allclose(tables[0], other, rtol=1e-4, atol=0.1)


# --- terrain following ----------------------------------------------------------------------------------

ROUTE = ([36.1833, 36.2633, 36.4233], [-84.40, -84.20, -84.10])


@pytest.mark.parametrize(("climb_deg", "dive_deg"), [(5.0, 5.0), (12.0, 6.0), (30.0, 45.0)])
def test_following_terrain(jacksboro, climb_deg: float, dive_deg: float) -> None:
    """Never below ground + clearance (looked at every 3 m), never steeper than allowed, and no higher than needed."""
    e = jacksboro
    lat, lon = np.radians(ROUTE[0]), np.radians(ROUTE[1])
    limits = {"max_climb_rad": math.radians(climb_deg), "max_dive_rad": math.radians(dive_deg)}
    path = follow_terrain(lat, lon, 60.0, *grid_of(e), **limits)
    slope = np.diff(path.altitude_m) / np.diff(path.distance_m)
    assert slope.max() <= math.tan(math.radians(climb_deg)) + 1e-9
    assert slope.min() >= -math.tan(math.radians(dive_deg)) - 1e-9
    ground = Ground(e.height_m, e.north_deg, e.west_deg, e.lat_step_deg, e.lon_step_deg)
    at = np.arange(0.0, path.distance_m[-1], 3.0)
    fine = np.column_stack(
        [np.degrees(np.interp(at, path.distance_m, v)) for v in (path.lat_rad, path.lon_rad)]
    )
    surface = ground.at(fine)
    clearance = np.interp(at, path.distance_m, path.altitude_m) - surface
    assert clearance.min() >= 60.0 - 1e-4
    assert clearance.min() <= 60.5
    # No lower profile is allowed: each point is held up by the ground itself or by a limit from some point that is.
    # 1.5 m: the points here are 3 m apart on slopes up to 1.
    a, d = path.altitude_m, path.distance_m
    for k in range(1, a.size - 1):
        from_left = a[k - 1] - math.tan(math.radians(dive_deg)) * (d[k] - d[k - 1])
        from_right = a[k + 1] - math.tan(math.radians(climb_deg)) * (d[k + 1] - d[k])
        near = (at >= d[k - 1]) & (at <= d[k + 1])
        assert a[k] <= max(from_left, from_right, surface[near].max() + 60.0 + 1.5) + 1e-6


def test_length_of_the_route(jacksboro) -> None:
    """Distance over ground against Karney's geodesics, leg by leg: 1e-5."""
    path = follow_terrain(np.radians(ROUTE[0]), np.radians(ROUTE[1]), 60.0, *grid_of(jacksboro))
    true = GEOD.line_length(ROUTE[1], ROUTE[0])
    assert path.distance_m[-1] == pytest.approx(true, rel=1e-5)


def test_over_a_step(jacksboro) -> None:
    """A wall of 500 m on a plain: climb and dive ramps of exactly the two limits."""
    grid, frame, (_, lon) = flat()
    grid[:, 600:] = 500.0
    path = follow_terrain(
        [0.0, 0.0], [lon - 0.002, lon + 0.002], 100.0, grid, frame,
        max_climb_rad=math.atan(0.2), max_dive_rad=math.atan(0.1),
    )  # fmt: skip
    ramp = 2500.0  # 500 m at 0.2
    i = int(np.argmax(path.altitude_m > 100.0 + 1e-6))
    j = int(np.argmax(path.altitude_m >= 600.0 - 1e-6))
    assert path.distance_m[j] - path.distance_m[i] == pytest.approx(ramp, abs=190.0)
    assert path.altitude_m[0] == pytest.approx(100.0)
    assert path.altitude_m[-1] == pytest.approx(600.0)


# --- refusals and bits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"lat_rad": 1.0}, "outside the grid"),
        ({"lon_rad": math.nan}, "not finite"),
        ({"mast_m": 0.0}, "mast_m"),
        ({"mast_m": math.nan}, "mast_m"),
        ({"max_range_m": 5e7}, "max_range_m"),
        ({"max_range_m": math.inf}, "max_range_m"),
        ({"range_step_m": 0.0}, "range_step_m"),
        ({"range_step_m": math.nan}, "range_step_m"),
        ({"azimuths": 3}, "azimuths"),
        ({"azimuths": 10**7}, "azimuths"),
        ({"effective_radius_m": 0.0}, "effective_radius_m"),
    ],
)
def test_refused_sites(change, match: str) -> None:
    grid, frame, (lat, lon) = flat(side=101)
    args = {
        "grid": grid,
        "terrain": frame,
        "lat_rad": lat,
        "lon_rad": lon,
        "mast_m": 10.0,
        "max_range_m": 5e3,
    }
    with pytest.raises(ValueError, match=match):
        make_masking_table(**(args | change))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"lat_rad": [0.0]}, "two or more"),
        ({"lat_rad": [0.0, math.nan]}, "finite"),
        ({"clearance_m": 0.0}, "clearance_m"),
        ({"max_climb_rad": 0.0}, "max_climb_rad"),
        ({"max_dive_rad": 1.55}, "max_dive_rad"),
        ({"step_m": math.nan}, "step_m"),
        ({"step_m": 1.0, "lon_rad": [0.1, 3.0]}, "million"),
    ],
)
def test_refused_routes(change, match: str) -> None:
    grid, frame, (_, lon) = flat(side=101)
    args = {
        "lat_rad": [0.0, 0.0],
        "lon_rad": [lon, lon + 1e-3],
        "clearance_m": 50.0,
        "grid": grid,
        "terrain": frame,
    }
    with pytest.raises(ValueError, match=match):
        follow_terrain(**(args | change))


def bits() -> dict[str, str]:
    """SHA-256 of small tables, look-ups and a path."""
    e = read_npz(JACKSBORO)
    result = {}
    for name, grid in (("int16", e.height_m), ("float32", e.height_m.astype(np.float32) + np.float32(0.3))):
        table, frame = make_masking_table(
            grid, e.frame(), math.radians(36.3133), math.radians(-84.25), 15.0, 3e3, azimuths=16
        )
        rng = np.random.default_rng(34)
        values = [
            lowest_visible_m(table, frame, float(a), float(s))
            for a, s in zip(rng.normal(0, 9, 300), rng.uniform(-100, 5e3, 300), strict=True)
        ]
        path = follow_terrain(np.radians(ROUTE[0]), np.radians(ROUTE[1]), 60.0, grid, e.frame(), step_m=400.0)
        for what, data in (("table", table), ("values", np.array(values)), ("path", path.altitude_m)):
            result[f"{name} {what}"] = hashlib.sha256(np.ascontiguousarray(data).tobytes()).hexdigest()
    return result


def test_compiled_and_interpreted_give_the_same_bits() -> None:
    outputs = []
    for off in ("0", "1"):
        env = os.environ | {"NUMBA_DISABLE_JIT": off}
        done = subprocess.run([sys.executable, __file__], env=env, capture_output=True, text=True, check=True)
        outputs.append(json.loads(done.stdout))
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) == 6


if __name__ == "__main__":
    print(json.dumps(bits()))
