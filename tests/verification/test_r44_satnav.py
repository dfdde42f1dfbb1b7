"""R-44: jamming of satellite navigation and the drift that follows.

References: free-space arithmetic by hand; anti-jam factors Q by quadrature of the spectra (E. D. Kaplan, C. J. Hegarty,
Understanding GPS, 2nd ed., 2006, ch. 6: 1, 1.5 and 2.2); published grades of inertial systems (El-Sheimy, Youssef 2020).
"""

import math

import pytest
from scipy.integrate import quad

from openiads.physics.propagation import free_space_loss_db
from openiads.physics.satnav import (
    CA_CHIP_RATE_HZ,
    CA_SIGNAL_W,
    GPS_L1_HZ,
    GRADES,
    Q_MATCHED,
    Q_NARROWBAND,
    Q_NULL_TO_NULL,
    SCHULER_RADPS,
    effective_cn0_hz,
    inertial_sigma_m,
    jam_to_signal,
    jamming_range_m,
    js_threshold,
    null_gain,
    schuler_bias_error_m,
    sigma_from_cep,
    tracking_lost,
)
from openiads.units import dbw_to_w, ratio_to_db


def test_jam_to_signal_by_hand() -> None:
    """10 W isotropic at 10 km: 10 dBW - 116.40 dB + 158.5 dBW = 52.1 dB. ITU-R P.525 for the loss; 0.01 dB."""
    js = ratio_to_db(jam_to_signal(10.0, GPS_L1_HZ, 10e3, CA_SIGNAL_W, 1.0))
    assert pytest.approx(158.5, abs=1e-9) == -ratio_to_db(CA_SIGNAL_W)
    assert js == pytest.approx(10.0 - free_space_loss_db(GPS_L1_HZ, 10e3) + 158.5, abs=1e-6)
    assert js == pytest.approx(52.11, abs=0.01)


def test_range_is_where_the_threshold_is_met() -> None:
    """And goes as the root of power; a null of 20 dB takes nine tenths of it."""
    for erp in (0.1, 10.0, 1e4):
        for threshold_db in (25.0, 40.0):
            threshold = 10.0 ** (threshold_db / 10.0)
            r = jamming_range_m(erp, GPS_L1_HZ, CA_SIGNAL_W, 0.5, threshold)
            js = jam_to_signal(erp, GPS_L1_HZ, r, CA_SIGNAL_W, 0.5)
            assert js == pytest.approx(threshold, rel=1e-12)
            assert tracking_lost(js * (1.0 + 1e-9), threshold)
            assert not tracking_lost(js * (1.0 - 1e-9), threshold)
            four = jamming_range_m(4.0 * erp, GPS_L1_HZ, CA_SIGNAL_W, 0.5, threshold)
            assert four == pytest.approx(2.0 * r, rel=1e-12)
            nulled = jamming_range_m(erp, GPS_L1_HZ, CA_SIGNAL_W, 0.5 * null_gain(1, 4, 100.0), threshold)
            assert nulled == pytest.approx(0.1 * r, rel=1e-12)


def test_nulls_run_out() -> None:
    assert [null_gain(n, 4, 1000.0) for n in range(6)] == [1.0, 1e-3, 1e-3, 1e-3, 1.0, 1.0]
    assert null_gain(1, 1, 1000.0) == 1.0
    assert null_gain(1, 7, 0.1) == 1.0  # a null is never a gain


def sinc_sq(x: float) -> float:
    return 1.0 if x == 0.0 else (math.sin(math.pi * x) / (math.pi * x)) ** 2


@pytest.mark.parametrize(
    ("spectrum", "quality"),
    [(lambda x: 0.5 if abs(x) <= 1.0 else 0.0, Q_NULL_TO_NULL), (sinc_sq, Q_MATCHED)],
)
def test_quality_factor_by_quadrature(spectrum, quality: float) -> None:
    """Q = 1 / integral of both unit spectra, frequency over chip rate: noise from null to null 2.215, matched 1.5."""
    overlap, _ = quad(lambda x: sinc_sq(x) * spectrum(x), -60.0, 60.0, limit=2_000, points=[-1.0, 0.0, 1.0])
    assert 1.0 / overlap == pytest.approx(quality, rel=1e-3)
    assert 1.0 / sinc_sq(0.0) == Q_NARROWBAND


def test_threshold_from_carrier_to_noise() -> None:
    """44 dB-Hz unjammed, 28 dB-Hz needed, noise from null to null: 35.44 dB by hand, within the 25 to 40 dB that are quoted
    for C/A receivers without an antenna null. At that J/S the effective density is the one needed."""
    cn0, needed = 10.0**4.4, 10.0**2.8
    js = js_threshold(cn0, needed, Q_NULL_TO_NULL, CA_CHIP_RATE_HZ)
    by_hand = 10.0 * math.log10(2.215 * 1.023e6 * (10.0**-2.8 - 10.0**-4.4))
    assert ratio_to_db(js) == pytest.approx(by_hand, abs=1e-9)
    assert ratio_to_db(js) == pytest.approx(35.44, abs=0.01)
    assert effective_cn0_hz(cn0, js, Q_NULL_TO_NULL, CA_CHIP_RATE_HZ) == pytest.approx(needed, rel=1e-12)
    assert effective_cn0_hz(cn0, 0.0, 1.0, CA_CHIP_RATE_HZ) == pytest.approx(cn0, rel=1e-12)
    assert js_threshold(needed, cn0, 1.0, CA_CHIP_RATE_HZ) == 0.0
    assert effective_cn0_hz(0.0, 1.0, 1.0, 1.0) == 0.0


def test_more_power_never_helps() -> None:
    last = math.inf
    for erp in [10.0 ** (0.25 * k) for k in range(-16, 24)]:
        js = jam_to_signal(erp, GPS_L1_HZ, 30e3, CA_SIGNAL_W, 1.0)
        now = effective_cn0_hz(10.0**4.4, js, Q_MATCHED, CA_CHIP_RATE_HZ)
        assert now < last
        last = now


def test_published_grades() -> None:
    """Navigation 1 NM/h, tactical 10 to 20 NM/h, strategic 30 to 100 m/h, as published; the drift law returns them."""
    assert GRADES["navigation"].low_mps < 1852.0 / 3600.0 < GRADES["navigation"].high_mps
    tactical = GRADES["tactical"]
    assert inertial_sigma_m(0.0, tactical.low_mps, 0.0, 3600.0) == pytest.approx(18_520.0, rel=1e-12)
    assert inertial_sigma_m(0.0, tactical.high_mps, 0.0, 3600.0) == pytest.approx(37_040.0, rel=1e-12)
    assert inertial_sigma_m(0.0, GRADES["strategic"].high_mps, 0.0, 3600.0) == pytest.approx(100.0, rel=1e-12)


def test_drift_law() -> None:
    """Quadrature of three terms; each alone; never shrinks with time."""
    assert inertial_sigma_m(5.0, 0.3, 0.01, 0.0) == 5.0
    assert inertial_sigma_m(0.0, 0.0, 0.01, 60.0) == pytest.approx(18.0, rel=1e-12)
    assert inertial_sigma_m(3.0, 0.4, 0.0, 10.0) == pytest.approx(5.0, rel=1e-12)
    values = [inertial_sigma_m(5.0, 0.3, 0.01, float(t)) for t in range(0, 1000, 10)]
    assert values == sorted(values)
    assert inertial_sigma_m(5.0, 0.3, 0.01, -1.0) == 5.0


def test_domain_of_the_quadratic_term() -> None:
    """A levelled system swings with 84.4 min. Of 1 milli-g, b t^2 / 2 is the start of the swing: 1 % too much at 4.65 min,
    10 % at 14.5 min, and far off at half the period, where the swing is 2 b / w^2."""
    assert pytest.approx(84.4, abs=0.1) == 2.0 * math.pi / SCHULER_RADPS / 60.0
    b = 9.80665e-3

    def excess(t: float) -> float:
        return inertial_sigma_m(0.0, 0.0, b, t) / schuler_bias_error_m(b, t) - 1.0

    assert excess(4.65 * 60.0) == pytest.approx(0.01, abs=1e-4)
    assert excess(14.5 * 60.0) == pytest.approx(0.1, abs=5e-3)
    half = math.pi / SCHULER_RADPS
    assert schuler_bias_error_m(b, half) == pytest.approx(2.0 * b / SCHULER_RADPS**2, rel=1e-12)
    assert excess(half) > 1.0


def test_radius_of_half() -> None:
    """CEP = 1.17741 sigma."""
    assert sigma_from_cep(1.177410022515475) == pytest.approx(1.0, rel=1e-12)


def test_no_signal_no_ratio() -> None:
    assert jam_to_signal(1.0, GPS_L1_HZ, 1e3, 0.0, 1.0) == 0.0
    assert jamming_range_m(1.0, GPS_L1_HZ, 0.0, 1.0, 1.0) == 0.0
    assert dbw_to_w(-158.5) == pytest.approx(CA_SIGNAL_W, rel=1e-12)
