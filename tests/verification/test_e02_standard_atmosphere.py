"""E-02, E-03: U.S. Standard Atmosphere 1976.

Sources: U.S. Standard Atmosphere 1976 (NOAA-S/T 76-1562), table 4 (bases of the layers) and table I; the
rows by geometric altitude agree between three independent programs to 1e-5. Oracles: the packages
`ambiance` (to 80 km) and `ussa1976` (to 1,000 km), both written independently of this one. Tolerances:
printed values have six figures at the bases (1e-5 relative, one unit of the last figure), the rows 1e-4;
above 86 km density follows published rows of four figures and exponentials between them, the oracle
integrates diffusion anew and differs from the published rows by up to 6 % (500 km): 8 %.
"""

import ambiance
import numpy as np
import pytest
import ussa1976

from openiads.physics.atmosphere import HEAT_RATIO, R0_M, density_sound, us76


def geometric(geopotential_m: float) -> float:
    return R0_M * geopotential_m / (R0_M - geopotential_m)


@pytest.mark.parametrize(
    ("base_km", "temperature", "pressure"),
    [
        (0, 288.15, 101325.0),
        (11, 216.65, 22632.1),
        (20, 216.65, 5474.89),
        (32, 228.65, 868.019),
        (47, 270.65, 110.906),
        (51, 270.65, 66.9389),
        (71, 214.65, 3.95642),
        (84.852, 186.946, 0.373384),
    ],
)
def test_bases_of_the_layers(base_km, temperature, pressure):
    t, p, _, _ = us76(geometric(base_km * 1e3))
    assert t == pytest.approx(temperature, abs=6e-4)
    assert p == pytest.approx(pressure, rel=1e-5)


@pytest.mark.parametrize(
    "row",
    [
        (0, 288.150, 101325, 1.2250, 340.294),
        (1, 281.651, 89876.3, 1.11166, 336.435),
        (5, 255.676, 54048.3, 0.736428, 320.546),
        (10, 223.252, 26499.9, 0.413510, 299.532),
        (11, 216.774, 22700.0, 0.364802, 295.154),
        (12, 216.650, 19399.4, 0.311938, 295.070),
        (20, 216.650, 5529.3, 0.0889098, 295.070),
        (30, 226.509, 1197.03, 0.0184101, 301.709),
        (50, 270.650, 79.779, 1.02688e-3, 329.799),
        (70, 219.585, 5.2209, 8.2828e-5, 297.061),
        (85, 188.893, 0.44568, 8.2194e-6, 275.520),
    ],
)
def test_rows_by_geometric_altitude(row):
    assert us76(row[0] * 1e3) == pytest.approx(row[1:], rel=1e-4)


def test_density_at_86_km():
    assert us76(86_000.0)[2] == pytest.approx(6.95788e-6, rel=1e-5)


def test_against_ambiance():
    for z in np.linspace(-4_900.0, 80_000.0, 350):
        air = ambiance.Atmosphere(z)
        expected = (air.temperature[0], air.pressure[0], air.density[0], air.speed_of_sound[0])
        assert us76(z) == pytest.approx(expected, rel=2e-5)


def test_against_ussa1976():
    z = np.linspace(0.0, 85_900.0, 300)
    oracle = ussa1976.compute(z=z)
    ours = np.array([us76(alt) for alt in z])
    # It gives the kinetic temperature, which leaves the molecular-scale one above 80 km.
    low = z < 80_000.0
    np.testing.assert_allclose(ours[low, 0], oracle.t.values[low], rtol=1e-5)
    np.testing.assert_allclose(ours[:, 1], oracle.p.values, rtol=2e-5)
    np.testing.assert_allclose(ours[:, 2], oracle.rho.values, rtol=2e-5)


def test_density_above_the_layers():
    z = np.linspace(86_000.0, 1_000_000.0, 500)
    oracle = ussa1976.compute(z=z).rho.values
    ours = np.array([us76(alt)[2] for alt in z])
    np.testing.assert_allclose(ours, oracle, rtol=0.08)
    np.testing.assert_allclose(ours[z < 105_000.0], oracle[z < 105_000.0], rtol=0.01)
    assert us76(100_000.0)[2] == pytest.approx(5.604e-7, rel=1e-9)  # published rows
    assert us76(150_000.0)[2] == pytest.approx(2.076e-9, rel=1e-9)
    assert us76(500_000.0)[2] == pytest.approx(5.215e-13, rel=1e-9)


def test_continuous_and_falling_everywhere():
    joints = [geometric(h) for h in (11e3, 20e3, 32e3, 47e3, 51e3, 71e3)]
    for z in [*joints, 86e3, 90e3, 120e3, 150e3, 1000e3]:
        assert us76(z - 1e-3) == pytest.approx(us76(z + 1e-3), rel=1e-6)
    density = [us76(z)[2] for z in np.linspace(-5e3, 2e6, 4000)]
    assert np.all(np.diff(density) < 0.0)
    assert us76(-9e3) == us76(-5e3)


def test_gas_law_and_speed_of_sound():
    for z in (0.0, 12_345.0, 60_000.0, 85_999.0, 90_000.0, 300_000.0):
        _, p, rho, a = us76(z)
        assert a * a == pytest.approx(HEAT_RATIO * p / rho, rel=1e-12)


def test_table_for_inner_loops():
    """`density_sound` promises 2e-5 below 86 km and 7e-4 above: random altitudes, all kinks of the layers."""
    rng = np.random.default_rng(76)
    kinks = [geometric(h) for h in (0.0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3)]
    near = (np.array(kinks)[:, None] + rng.uniform(-60.0, 60.0, (7, 2_000))).ravel()
    for z in [*rng.uniform(-6e3, 86e3, 20_000), *near]:
        _, _, rho, a = us76(z)
        assert density_sound(z) == pytest.approx((rho, a), rel=2e-5)
    for z in [*rng.uniform(86e3, 400e3, 10_000), 120_000.0, 145_800.0]:
        _, _, rho, a = us76(z)
        assert density_sound(z) == pytest.approx((rho, a), rel=7e-4)
