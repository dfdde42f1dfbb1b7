"""E-04, E-05: geodetic, ECEF and local coordinates on WGS-84.

Reference points: EPSG 4979 to 4978 by PROJ (pyproj), equal to an independent program to 1e-9; the local
frame by pymap3d. Oracles run here: pyproj and pymap3d. Tolerances: 1e-4 m where the printed value ends; for
round trips 1e-9 rad and 1e-6 m, far below any use, from -10 km to 40,000 km; `altitude_m` promises 3e-4 m.
"""

import itertools
import math

import numpy as np
import pymap3d
import pyproj
import pytest

from openiads.physics import geodesy as g

DEG = math.pi / 180.0
ALTITUDES = (-10_000.0, -430.0, 0.0, 1.0, 9_000.0, 30_000.0, 200_000.0, 1e6, 2.02e7, 4e7)
LATITUDES = (
    -90.0,
    -89.999_999,
    -60.0,
    -1e-9,
    0.0,
    1e-7,
    30.0,
    44.9999,
    45.0,
    75.0,
    89.9,
    89.999_999_99,
    90.0,
)
LONGITUDES = (-180.0, -90.0, -1e-10, 0.0, 37.62, 90.0, 179.999_999)


@pytest.mark.parametrize(
    ("lat", "lon", "alt", "xyz"),
    [
        (0.0, 0.0, 0.0, (6378137.0, 0.0, 0.0)),
        (90.0, 0.0, 0.0, (0.0, 0.0, 6356752.3142)),
        (45.0, 45.0, 1000.0, (3194919.1451, 3194919.1451, 4488055.5156)),
        (55.75, 37.62, 150.0, (2849867.1331, 2196278.3329, 5248950.8580)),
    ],
)
def test_reference_points(lat, lon, alt, xyz):
    ours = g.geodetic_to_ecef(lat * DEG, lon * DEG, alt)
    assert ours == pytest.approx(xyz, abs=1e-4)
    assert g.ecef_to_geodetic(*ours) == pytest.approx((lat * DEG, lon * DEG, alt), abs=1e-8)


def test_round_trip_by_stratum():
    for lat, lon, alt in itertools.product(LATITUDES, LONGITUDES, ALTITUDES):
        x, y, z = g.geodetic_to_ecef(lat * DEG, lon * DEG, alt)
        lat2, lon2, alt2 = g.ecef_to_geodetic(x, y, z)
        assert lat2 == pytest.approx(lat * DEG, abs=1e-9)
        assert alt2 == pytest.approx(alt, abs=1e-6)
        # Longitude as a distance: at the pole it means nothing.
        assert abs(g.wrap_pi(lon2 - lon * DEG)) * math.cos(lat * DEG) < 1e-9
        assert g.altitude_m(x, y, z) == pytest.approx(alt, abs=3e-4)


def test_against_proj():
    rng = np.random.default_rng(4)
    lat, lon = rng.uniform(-90, 90, 3000), rng.uniform(-180, 180, 3000)
    alt = np.where(rng.random(3000) < 0.5, rng.uniform(-10e3, 1e5, 3000), 10 ** rng.uniform(5, 7.6, 3000))
    proj = pyproj.Transformer.from_crs(4979, 4978, always_xy=True)
    xyz = np.array(proj.transform(lon, lat, alt)).T
    for i in range(3000):
        assert g.geodetic_to_ecef(lat[i] * DEG, lon[i] * DEG, alt[i]) == pytest.approx(xyz[i], abs=1e-6)
        la, lo, h = g.ecef_to_geodetic(*xyz[i])
        assert la == pytest.approx(lat[i] * DEG, abs=1e-9)
        assert abs(g.wrap_pi(lo - lon[i] * DEG)) < 1e-9
        assert h == pytest.approx(alt[i], abs=1e-4)


def test_on_the_axis_and_at_the_centre():
    for alt in ALTITUDES:
        for sign in (1.0, -1.0):
            ours = g.ecef_to_geodetic(0.0, 0.0, sign * (g.B_M + alt))
            assert ours == pytest.approx((sign * math.pi / 2, 0.0, alt), abs=1e-8)
    assert all(math.isfinite(v) for v in g.ecef_to_geodetic(0.0, 0.0, 0.0))
    assert g.altitude_m(0.0, 0.0, 0.0) == -g.A_M


def test_reference_local_frame():
    here = (54.0 * DEG, 36.0 * DEG)
    there = g.geodetic_to_ecef(55.0 * DEG, 37.0 * DEG, 10_000.0)
    site = g.geodetic_to_ecef(*here, 200.0)
    enu = g.ecef_to_enu(*(a - b for a, b in zip(there, site, strict=True)), *g.enu_basis(*here))
    assert enu == pytest.approx((64090.9833, 111935.6514, 8498.3180), abs=1e-3)
    rng_m, az, el = g.enu_to_rae(*enu)
    assert rng_m == pytest.approx(129265.0982, abs=1e-3)
    assert az / DEG == pytest.approx(29.79415299, abs=1e-8)
    assert el / DEG == pytest.approx(3.76953412, abs=1e-8)


def test_local_frame_against_pymap3d():
    rng = np.random.default_rng(5)
    for _ in range(500):
        lat0, lon0, h0 = rng.uniform(-89, 89), rng.uniform(-180, 180), rng.uniform(-100, 3000)
        lat, lon, h = lat0 + rng.uniform(-1, 1), lon0 + rng.uniform(-3, 3), rng.uniform(0, 60e3)
        lat = max(-90.0, min(90.0, lat))
        expected = pymap3d.geodetic2enu(lat, lon, h, lat0, lon0, h0)
        az, el, r = pymap3d.geodetic2aer(lat, lon, h, lat0, lon0, h0)
        basis = g.enu_basis(lat0 * DEG, lon0 * DEG)
        point, site = (
            g.geodetic_to_ecef(lat * DEG, lon * DEG, h),
            g.geodetic_to_ecef(lat0 * DEG, lon0 * DEG, h0),
        )
        d = [a - b for a, b in zip(point, site, strict=True)]
        enu = g.ecef_to_enu(*d, *basis)
        assert enu == pytest.approx(expected, abs=1e-6)
        assert g.enu_to_ecef(*enu, *basis) == pytest.approx(d, abs=1e-6)
        ours = g.enu_to_rae(*enu)
        assert ours[0] == pytest.approx(r, abs=1e-6)
        assert abs(g.wrap_pi(ours[1] - az * DEG)) < 1e-9
        assert ours[2] == pytest.approx(el * DEG, abs=1e-9)
        assert g.rae_to_enu(*ours) == pytest.approx(enu, abs=1e-6)


def test_spherical_earth():
    """`geodetic_on` with no flattening is plain spherical coordinates."""
    a = 6_371_000.0
    for lat, lon, alt in itertools.product((-1.2, 0.0, 0.3), (-2.0, 1.0), (0.0, 5e4)):
        r = a + alt
        xyz = (r * math.cos(lat) * math.cos(lon), r * math.cos(lat) * math.sin(lon), r * math.sin(lat))
        assert g.geodetic_on(*xyz, a, 0.0) == pytest.approx((lat, lon, alt), abs=1e-8)
