"""E-08: NASA atmospheric flight check-cases 1, 4, 6, 8 and 9 with the point-mass propagator.

Source of the cases and of the reference values: D. G. Murri, E. B. Jackson, R. O. Shelton, "Check-Cases for
Verification of 6-Degree-of-Freedom Flight Vehicle Simulations", NASA/TM-2015-218675, January 2015,
constants of table 73 and the time histories published with it (US Government data); the values are those of
simulation 4. All cases last 30 s; the "sphere" is 1 slug, 0.1963495 ft^2, Cd 0.1 (0 in case 1), in US
Standard Atmosphere 1976.

Tolerances: the report states none. The three simulations of the consistent group (4, 5, 6) differ by 0.011
ft in cases 4 to 8 and by 0.4 ft in case 9; case 1 has no modelling freedom at all. Hence 1e-3 ft (case 1),
0.05 ft (4, 6, 8), 0.5 ft (9), and velocities in proportion.
"""

import math

import numpy as np
import pytest

from openiads.physics.flight import STILL_AIR, Body, Wind, propagate
from openiads.physics.geodesy import (
    MU_M3PS2,
    OMEGA_RADPS,
    Earth,
    ecef_to_enu,
    enu_basis,
    enu_to_ecef,
    geodetic_on,
)

FT = 0.3048
SLUG_KG = 14.593_902_94
AREA_M2 = 0.196_349_5 * FT * FT
ELLIPSOID = Earth(20_925_646.325_46 * FT, 1.0 / 298.257_223_563, MU_M3PS2, 0.001_082_629_82, OMEGA_RADPS)
STILL_SPHERE = Earth(20_902_254.530_5 * FT, 0.0, MU_M3PS2, 0.0, 0.0)
DRAGLESS = Body(SLUG_KG, AREA_M2, np.array([0.0]), np.array([0.0]))
SPHERE = Body(SLUG_KG, AREA_M2, np.array([0.0]), np.array([0.1]))
# Case 8: (0.003 h - 20) ft/s from the west, h in ft
SHEAR = Wind(np.array([0.0, 40_000.0 * FT]), np.array([-20.0, 100.0]) * FT, np.zeros(2))
DT = 0.01

# name: (earth, body, wind, alt0 ft, velocity north, east, down ft/s,
#        {t: alt ft}, at 30 s: lon deg, Ve, Vd ft/s, tolerance of altitude ft, of velocity ft/s)
CASES = {
    "1 dragless": (
        ELLIPSOID, DRAGLESS, STILL_AIR, 30_000.0, (0.0, 0.0, 0.0),
        {10: 28_400.2041, 20: 23_600.3277, 30: 15_598.904_35},
        5.745_522e-5, 2.101_011_086, 960.293_064_5, 1e-3, 1e-4,
    ),
    "4 drag, round Earth that stands still": (
        STILL_SPHERE, SPHERE, STILL_AIR, 30_000.0, (0.0, 0.0, 0.0),
        {10: 28_401.2850, 20: 23_701.9922, 30: 16_231.305_92},
        0.0, 0.0, 867.104_924_5, 0.05, 0.005,
    ),
    "6 drag, WGS-84": (
        ELLIPSOID, SPHERE, STILL_AIR, 30_000.0, (0.0, 0.0, 0.0),
        {10: 28_407.7830, 20: 23_727.1675, 30: 16_284.443_77},
        5.337_982_514e-5, 1.842_930_856, 864.010_905_6, 0.05, 0.005,
    ),
    "8 wind shear": (
        ELLIPSOID, SPHERE, SHEAR, 30_000.0, (0.0, 0.0, 0.0),
        {30: 16_290.997_87},
        2.735_796_673e-4, 8.730_999_852, 863.694_253_3, 0.05, 0.005,
    ),
    "9 shot eastwards": (
        ELLIPSOID, SPHERE, STILL_AIR, 0.0, (0.0, 1000.0, -1000.0),
        {10: 7_306.6060, 20: 10_423.9542, 30: 10_160.989_76},
        0.061_647_850_71, 610.746_581_9, 181.748_229, 0.5, 0.02,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_case(name):
    earth, body, wind, alt0, ned, alts, lon, east, down, tol_alt, tol_v = CASES[name]
    states = np.empty((round(30.0 / DT) + 1, 6))
    states[0, :3] = earth.a_m + alt0 * FT, 0.0, 0.0  # latitude 0, longitude 0
    states[0, 3:] = enu_to_ecef(ned[1] * FT, ned[0] * FT, -ned[2] * FT, *enu_basis(0.0, 0.0))
    propagate(earth, body, wind, DT, states)
    for t, expected in alts.items():
        *_, alt = geodetic_on(*states[round(t / DT), :3], earth.a_m, earth.f)
        assert alt / FT == pytest.approx(expected, abs=max(tol_alt, 1e-3)), f"altitude at {t} s"
    lat_rad, lon_rad, _ = geodetic_on(*states[-1, :3], earth.a_m, earth.f)
    ve, vn, vu = ecef_to_enu(*states[-1, 3:], *enu_basis(lat_rad, lon_rad))
    assert math.degrees(lon_rad) == pytest.approx(lon, abs=tol_v * 30.0 * FT / 111_319.0)
    assert ve / FT == pytest.approx(east, abs=tol_v)
    assert vn == pytest.approx(0.0, abs=1e-9)
    assert -vu / FT == pytest.approx(down, abs=tol_v)
