"""R-17, R-18: attenuation by gas (ITU-R P.676-12) and rain (ITU-R P.838-3), and the loss table of a radar.

Printed values are those of the public ITU validation examples for both recommendations; the table is held against
a numerical integration along the path; a maintained library (itur, where installed) is the second opinion over a grid.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from openiads.physics.atmosphere import us76
from openiads.physics.attenuation import (
    CIRCULAR,
    HORIZONTAL,
    VERTICAL,
    gas_db_per_km,
    loss_factor,
    loss_lookup,
    make_loss_table,
    rain_coefficients,
    rain_db_per_km,
    standard_gas_db_per_km,
    vapour_pressure_pa,
)
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, make_refraction_table

A_E = 4.0 / 3.0 * EARTH_MEAN_RADIUS_M


# --- specific attenuation: printed values ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ghz", "oxygen", "vapour", "total"),
    [
        (1, 0.005388658, 5.09e-5, 0.005439563),
        (2, None, None, 0.00692042),
        (3, 0.00707596, 0.000462793, 0.007538753),
        (5, None, None, 0.008713885),
        (12, 0.008698264, 0.009535388, 0.018233652),
        (20, 0.01188355, 0.097047305, 0.108930855),
    ],
)
def test_r17_gas(ghz: float, oxygen: float | None, vapour: float | None, total: float) -> None:
    """1013.25 hPa of *dry* air, 288.15 K, 7.5 g/m3. Tolerance: the last printed digit (1e-8; 5e-8 for 5.09e-5)."""
    o, w = gas_db_per_km(ghz * 1e9, 101_325.0, 288.15, 7.5e-3)
    assert o + w == pytest.approx(total, abs=1e-8)
    if oxygen is not None:
        assert o == pytest.approx(oxygen, abs=1e-8)
        assert w == pytest.approx(vapour, abs=5e-8 if ghz == 1 else 1e-8)


def test_the_pressure_is_that_of_dry_air() -> None:
    """7.5 g/m3 at 15 C are 10 hPa: taking the barometer for the dry pressure makes oxygen about 2 % too strong."""
    e = vapour_pressure_pa(7.5e-3, 288.15)
    assert e == pytest.approx(997.3, abs=0.5)
    wrong = gas_db_per_km(3e9, 101_325.0, 288.15, 7.5e-3)[0]
    right = gas_db_per_km(3e9, 101_325.0 - e, 288.15, 7.5e-3)[0]
    assert 1.015 < wrong / right < 1.025
    assert standard_gas_db_per_km(3e9, 0.0) == pytest.approx(
        sum(gas_db_per_km(3e9, us76(0.0)[1] - e, us76(0.0)[0], 7.5e-3)), rel=1e-9
    )


@pytest.mark.parametrize(
    ("ghz", "k", "alpha", "at_4", "at_16", "at_50"),
    [
        (3, 1.38979e-4, 1.23216, 7.670e-4, 4.2327e-3, 1.72327e-2),
        (10, 0.012167, 1.257097, 0.069507, 0.397081, 1.663232),
    ],
)
def test_r18_rain(ghz, k, alpha, at_4, at_16, at_50) -> None:
    """Horizontal path and polarisation, 4, 16 and 50 mm/h. Tolerance 1e-4: k is printed to five digits."""
    assert rain_coefficients(ghz * 1e9, 0.0, HORIZONTAL) == pytest.approx((k, alpha), rel=1e-4)
    for rate, expected in ((4.0, at_4), (16.0, at_16), (50.0, at_50)):
        assert rain_db_per_km(ghz * 1e9, rate, 0.0, HORIZONTAL) == pytest.approx(expected, rel=1e-4)


def test_r18_rain_validation_row() -> None:
    """An inclined path of the ITU examples: the last printed digit."""
    el = math.radians(31.07699124)
    k, alpha = rain_coefficients(14.25e9, el, HORIZONTAL)
    assert k == pytest.approx(0.03975488, abs=1e-8)
    assert alpha == pytest.approx(1.12418043, abs=1e-8)
    assert rain_db_per_km(14.25e9, 26.48052, el, HORIZONTAL) == pytest.approx(1.58130839, abs=1e-7)


def test_polarisation() -> None:
    """Flat drops take more from H than from V; circular is between, and straight up there is no difference."""
    h, c, v = (rain_db_per_km(10e9, 30.0, 0.0, tilt) for tilt in (HORIZONTAL, CIRCULAR, VERTICAL))
    assert h > c > v
    up = [rain_db_per_km(10e9, 30.0, 0.5 * math.pi, tilt) for tilt in (HORIZONTAL, CIRCULAR, VERTICAL)]
    assert up == pytest.approx([c, c, c], rel=1e-12)


# --- against a maintained library --------------------------------------------------------------------------


def test_r17_against_itur() -> None:
    """0.5 to 40 GHz, ground to 20 km, dry to tropical. Both follow one text: 1e-9 leaves room for rounding alone."""
    itur = pytest.importorskip("itur", reason="second opinion needs the package itur")
    from itur.models import itu676, itu838  # noqa: PLC0415

    assert itur.__version__
    itu676.change_version(12)
    itu838.change_version(3)
    for ghz in np.concatenate([np.linspace(0.5, 40.0, 80), [22.235]]):
        for hpa, kelvin in (
            (1013.25, 288.15),
            (1013.25, 310.0),
            (700.0, 260.0),
            (300.0, 229.0),
            (55.0, 216.65),
        ):
            for rho in (0.0, 0.5, 7.5, 25.0):
                ours = gas_db_per_km(ghz * 1e9, hpa * 100.0, kelvin, rho * 1e-3)
                assert ours[0] == pytest.approx(itu676.gamma0_exact(ghz, hpa, rho, kelvin).value, rel=1e-9)
                assert ours[1] == pytest.approx(itu676.gammaw_exact(ghz, hpa, rho, kelvin).value, rel=1e-9)
        if ghz >= 1.0:
            for el, tilt, rate in ((0.0, 0.0, 1.0), (20.0, 90.0, 25.0), (70.0, 45.0, 120.0)):
                ours_rain = rain_db_per_km(ghz * 1e9, rate, math.radians(el), math.radians(tilt))
                theirs = itu838.rain_specific_attenuation(rate, ghz, el, tilt).value
                assert ours_rain == pytest.approx(theirs, rel=1e-9)


# --- the table ---------------------------------------------------------------------------------------------


def slant(antenna: float, target: float, ground: float) -> float:
    ra, rt = A_E + antenna, A_E + target
    return math.sqrt((target - antenna) ** 2 + 4.0 * ra * rt * math.sin(0.5 * ground / A_E) ** 2)


def integrated_db(antenna: float, target: float, ground: float, at_height) -> float:
    """Two-way dB: a local attenuation (dB/km) integrated along the straight line over the 4/3 Earth."""
    angle, length = ground / A_E, slant(antenna, target, ground)
    ax, ay = 0.0, A_E + antenna
    bx, by = (A_E + target) * math.sin(angle), (A_E + target) * math.cos(angle)

    def local(u: float) -> float:
        x, y = ax + u * (bx - ax), ay + u * (by - ay)
        return at_height(math.sqrt(x * x + y * y) - A_E, A_E * math.atan2(x, y))

    cuts = np.concatenate([[0.0], np.geomspace(1e-3, 1.0, 12)])
    parts = [quad(local, a, b, limit=200)[0] for a, b in pairwise(cuts)]
    return 2.0 * length / 1e3 * sum(parts)


GAS_CASES = [
    (20.0, 30.0, 15e3), (20.0, 200.0, 40e3), (20.0, 1_000.0, 10e3), (20.0, 3_100.0, 60e3), (20.0, 10_500.0, 5e3),
    (20.0, 10_500.0, 150e3), (20.0, 10_500.0, 400e3), (20.0, 60e3, 300e3), (1_500.0, 50.0, 120e3), (1_500.0, 9e3, 90e3),
]  # fmt: skip


@pytest.mark.parametrize("freq_hz", [3e9, 10e9, 35e9])
def test_table_gas(freq_hz: float) -> None:
    """One per cent of the loss: interpolation between rows and columns (largest found in 360 random paths: 0.5 %)."""
    tables = {a: make_loss_table(a, freq_hz) for a in (20.0, 1_500.0)}
    for antenna, target, ground in GAS_CASES:
        exact = integrated_db(
            antenna, target, ground, lambda h, _: standard_gas_db_per_km(freq_hz, max(h, 0.0))
        )
        length = slant(antenna, target, ground)
        found = loss_lookup(tables[antenna], target, ground, length)
        assert found == pytest.approx(exact, rel=0.01), (antenna, target, ground)
        factor = loss_factor(tables[antenna], target, ground, length)
        assert -10.0 * math.log10(factor) == pytest.approx(found, rel=1e-12)


def test_zenith_and_horizon_of_an_s_band_radar() -> None:
    """Orders of magnitude known from the literature: 3 GHz, two-way zenith below 0.1 dB, 400 km low path 2 to 5 dB."""
    table = make_loss_table(20.0, 3e9)
    assert 0.05 < loss_lookup(table, 30e3, 0.0, 30e3) < 0.1
    assert 2.0 < loss_lookup(table, 10e3, 400e3, slant(20.0, 10e3, 400e3)) < 5.0


def test_table_rain_below_its_top() -> None:
    """16 mm/h below 5 km at 10 GHz, circular (no dependence on elevation): rain length times gamma.

    A target above the rain meets a kink between the rows: 3 % of the loss there, 1e-3 inside the rain.
    """
    gamma = rain_db_per_km(10e9, 16.0, 0.0, CIRCULAR)
    wet = make_loss_table(20.0, 10e9, rain_mm_h=16.0, rain_top_m=5_000.0, tilt_rad=CIRCULAR)
    dry = make_loss_table(20.0, 10e9)
    for target, ground, tolerance in (
        (1_000.0, 30e3, 1e-3), (4_000.0, 80e3, 1e-3), (10e3, 0.0, 0.03), (10e3, 40e3, 0.03), (20e3, 150e3, 0.03),
    ):  # fmt: skip
        exact = integrated_db(20.0, target, ground, lambda h, _: gamma if h < 5_000.0 else 0.0)
        length = slant(20.0, target, ground)
        rain = loss_lookup(wet, target, ground, length) - loss_lookup(dry, target, ground, length)
        assert rain == pytest.approx(exact, rel=tolerance), (target, ground)


def test_table_rain_within_a_radius() -> None:
    """Rain to 20 km around the radar: a path of 60 km is wet for a third of its length."""
    wet = make_loss_table(20.0, 10e9, rain_mm_h=16.0, rain_radius_m=20e3, tilt_rad=CIRCULAR)
    dry = make_loss_table(20.0, 10e9)
    gamma = rain_db_per_km(10e9, 16.0, 0.0, CIRCULAR)
    length = slant(20.0, 1_000.0, 60e3)
    rain = loss_lookup(wet, 1_000.0, 60e3, length) - loss_lookup(dry, 1_000.0, 60e3, length)
    assert rain == pytest.approx(2.0 * 20.0 * gamma, rel=0.02)  # columns are 4 km apart: the edge is blurred


def test_table_shares_its_addresses_with_the_refraction_table() -> None:
    """Column 0 is the same horizon."""
    assert make_loss_table(20.0, 3e9)[:, 0] == pytest.approx(make_refraction_table(20.0, 0)[:, 0], rel=1e-12)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"antenna_height_m": 0.0}, "antenna_height_m"),
        ({"freq_hz": 1e6}, "freq_hz"),
        ({"rain_mm_h": -1.0}, "rain_mm_h"),
        ({"rain_mm_h": math.nan}, "rain_mm_h"),
        ({"rain_top_m": 20e3}, "rain_top_m"),
        ({"vapour_kg_m3": 1.0}, "vapour_kg_m3"),
        ({"scale_height_m": 0.0}, "scale_height_m"),
    ],
)
def test_refusals(bad: dict[str, float], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        make_loss_table(**({"antenna_height_m": 20.0, "freq_hz": 3e9} | bad))
