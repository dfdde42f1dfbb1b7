"""R-20, R-21, R-21b, R-21c: beam-shape loss, measurement accuracy, scan loss.

References: D. K. Barton, S. A. Leonov, Radar Technology Encyclopedia, p. 6 (beam-shape loss 1.33, monopulse
k_m = 1.6, linear scan k = 1.66); numbers computed from the formulas by hand-checkable arithmetic.
"""

import math

import numpy as np
import pytest

from openiads.physics.accuracy import (
    noise_sigma,
    range_cell_m,
    sigma_angle_rad,
    sigma_angle_scan_rad,
    sigma_radial_velocity_mps,
    sigma_range_m,
)
from openiads.physics.antenna import (
    beamshape_loss,
    gain_from_beamwidths,
    pattern_db,
    pattern_gain,
    scan_gain,
    scanned_beamwidth_rad,
)

SNR_13_DB = 10.0**1.3


def test_r20_beam_shape_loss() -> None:
    """1.2338 dB in one plane, 2.4677 dB in two; tolerance 1e-3."""
    assert beamshape_loss(1) == pytest.approx(1.3286, abs=1e-3)
    assert 10.0 * math.log10(beamshape_loss(1)) == pytest.approx(1.2338, abs=1e-3)
    assert 10.0 * math.log10(beamshape_loss(2)) == pytest.approx(2.4677, abs=1e-3)


def test_r20_is_the_loss_of_this_very_pattern() -> None:
    """Sum the two-way gain of the pattern over dense looks one beamwidth's worth: 1 / sum = 1.3286."""
    offset = np.linspace(-3.0, 3.0, 6001)
    two_way = np.array([pattern_gain(x * x, 1e-9, 1e-9) ** 2 for x in offset])
    step = offset[1] - offset[0]
    assert 1.0 / (two_way.sum() * step) == pytest.approx(
        1.0 / math.sqrt(math.pi / (8 * math.log(2))), rel=1e-6
    )


def test_r21_monopulse_angle() -> None:
    """Beamwidth 1 deg, 13 dB: 0.098938 deg; a code that drops the 2 under the root gives 0.1399."""
    sigma = math.degrees(sigma_angle_rad(math.radians(1.0), 1.0, SNR_13_DB, 0.0))
    assert sigma == pytest.approx(0.098938, abs=1e-5)


def test_r21_linear_scan_is_worse() -> None:
    sigma = sigma_angle_scan_rad(1.0, SNR_13_DB, 1.33, 0.0)
    assert sigma == pytest.approx(1.0 / (1.66 * math.sqrt(2.0 * SNR_13_DB / 1.33)), rel=1e-12)
    assert sigma > sigma_angle_rad(1.0, 1.0, SNR_13_DB, 0.0)


def test_r21b_range() -> None:
    """Cell 150 m, 13 dB: 23.745 m, tolerance 1e-3; 1 MHz is a cell of 149.9 m."""
    assert sigma_range_m(150.0, SNR_13_DB, 0.0) == pytest.approx(23.745, abs=1e-3)
    assert range_cell_m(1e6) == pytest.approx(149.896, abs=1e-3)


def test_radial_velocity() -> None:
    """3 GHz, 10 ms coherent: Doppler cell 4.9965 m/s, over sqrt(2 E) at 13 dB: 0.79099 m/s."""
    cell = 299_792_458.0 / 3e9 / 0.02
    assert cell == pytest.approx(4.9965, abs=1e-4)
    assert sigma_radial_velocity_mps(3e9, 0.01, SNR_13_DB, 0.0) == pytest.approx(0.7910, abs=1e-4)


def test_floor_in_quadrature_and_bounded_noise() -> None:
    assert noise_sigma(3.0, 0.5, 4.0) == 5.0
    assert noise_sigma(100.0, math.inf, 4.0) == 4.0
    for energy in (0.0, -1.0, 1e-9):
        assert noise_sigma(150.0, energy, 0.0) == 150.0


def test_r21c_scan_loss_and_broadening() -> None:
    """60 deg off broadside: -3.01 dB (cos), -4.52 dB (cos^1.5) one way; the beam is twice as wide."""
    c = math.cos(math.radians(60.0))
    assert 10.0 * math.log10(scan_gain(c, 1.0)) == pytest.approx(-3.01, abs=5e-3)
    assert 10.0 * math.log10(scan_gain(c, 1.5)) == pytest.approx(-4.52, abs=5e-3)
    assert 10.0 * math.log10(scan_gain(c, 1.2)) == pytest.approx(12.0 * math.log10(0.5), abs=1e-9)
    assert scanned_beamwidth_rad(0.02, c) == pytest.approx(0.04)
    assert sigma_angle_rad(0.02, c, 10.0, 0.0) == pytest.approx(2.0 * sigma_angle_rad(0.02, 1.0, 10.0, 0.0))
    assert scan_gain(0.0, 1.5) == scan_gain(-0.5, 1.0) == 0.0


def test_pattern_half_power_and_levels() -> None:
    """-3.01 dB at half a beamwidth; -25 dB plateau to two beamwidths; -45 dB far away; never rising
    outward."""
    assert pattern_db(0.01, 0.02, -25.0, -45.0) == pytest.approx(-3.0103, abs=1e-4)
    assert pattern_db(0.036, 0.02, -25.0, -45.0) == pytest.approx(-25.0, abs=1e-9)
    assert pattern_db(0.08, 0.02, -25.0, -45.0) == pytest.approx(-25.0 - 6.0206, abs=1e-3)
    assert pattern_db(3.1, 0.02, -25.0, -45.0) == pytest.approx(-45.0, abs=1e-9)
    levels = [pattern_db(x, 0.02, -25.0, -45.0) for x in np.linspace(0.0, 1.0, 4001)]
    assert np.all(np.diff(levels) <= 1e-12)


def test_gain_of_a_pencil_beam() -> None:
    """1 deg by 1 deg without losses: 41253 square degrees on the sphere, 46.15 dB."""
    one = math.radians(1.0)
    assert gain_from_beamwidths(one, one, 1.0) == pytest.approx(41_253.0, rel=1e-5)
