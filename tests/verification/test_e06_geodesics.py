"""E-06: geodesics on WGS-84.

Reference rows: C. F. F. Karney's test set as shipped with GeographicLib
(geographiclib/test/test_geodesic.py, MIT licence). Oracle: the package `geographiclib` (C. F. F. Karney,
Algorithms for geodesics, J. Geodesy 87, 2013). Tolerance 1e-8 degree at the end of the line (about 1 mm),
as for the reference set; measured 2e-12.
"""

import itertools
import math

import pytest
from geographiclib.geodesic import Geodesic

from openiads.physics.geodesy import geodesic_direct, wrap_pi

ROWS = [  # lat1, lon1, azi1, lat2, lon2, azi2 (deg), s12 (m)
    (
        35.60777,
        -139.44815,
        111.098748429560326,
        -11.17491,
        -69.95921,
        129.289270889708762,
        8935244.5604818305,
    ),
    (55.52454, 106.05087, 22.020059880982801, 77.03196, 197.18234, 109.112041110671519, 4105086.1713924406),
]


def follow(lat, lon, az, s):
    """`geodesic_direct` in degrees."""
    return [
        math.degrees(v) for v in geodesic_direct(math.radians(lat), math.radians(lon), math.radians(az), s)
    ]


def gap_deg(a, b):
    return abs(math.degrees(wrap_pi(math.radians(a - b))))


@pytest.mark.parametrize("row", ROWS)
def test_reference_rows(row):
    lat1, lon1, azi1, lat2, lon2, azi2, s12 = row
    lat, lon, az = follow(lat1, lon1, azi1, s12)
    assert lat == pytest.approx(lat2, abs=1e-8)
    assert gap_deg(lon, lon2) < 1e-8
    assert gap_deg(az, azi2) < 1e-8


def test_by_stratum_against_geographiclib():
    lats, azs = (-90.0, -45.0, 0.0, 1e-7, 37.5, 89.999), (0.0, 33.0, 90.0, 179.0, 270.0)
    for lat, az, s in itertools.product(lats, azs, (0.0, 1.0, 5e4, 1e6, 1e7, 1.99e7)):
        expected = Geodesic.WGS84.Direct(lat, 10.0, az, s)
        lat2, lon2, az2 = follow(lat, 10.0, az, s)
        across = math.cos(math.radians(lat2))  # near the pole longitude and azimuth mean little
        assert lat2 == pytest.approx(expected["lat2"], abs=1e-8)
        assert gap_deg(lon2, expected["lon2"]) * across < 1e-8
        assert gap_deg(az2, expected["azi2"]) * across < 1e-8
