"""R-23b, R-23c, R-24, R-24b: noise jamming of a made-up radar, and its scaling laws.

The radar is nobody's: 100 kW, 40 dB, 3 GHz, 100 us (10 kHz), 10 coherent pulses, loss 6 dB on the echo
only, 500 K. References computed from the equations with independent code, tolerance 0.1 % or 0.01 dB. The
form of J/S is the one in encyclopaedic articles on radar jamming: J/S = EIRP_j / EIRP_r * 4 pi R^2 / rcs *
B_r / B_j.
"""

import math

import pytest

from openiads.physics.jamming import (
    band_overlap_hz,
    burn_through_self_screening_m,
    burn_through_stand_off_m,
    check_jammer,
    jam_to_noise,
    jammed_snr,
    jammer_coupling_m2,
    range_factor,
    strobe_reported,
    strobe_sigma_rad,
)
from openiads.physics.radar import (
    db_to_ratio,
    radar_constant_m2,
    range_for_snr_m,
    ratio_to_db,
    snr_from_constant,
)

FREQ, BAND, TS, GAIN = 3e9, 10e3, 500.0, 1e4
LOSS = 10.0**0.6
K = radar_constant_m2(100e3, 100e-6, GAIN, GAIN, FREQ, TS, LOSS, 10)
S13 = 10.0**1.3


def coupling(erp_w: float, width_hz: float = 200e6, centre_hz: float = FREQ, loss: float = 1.0) -> float:
    return jammer_coupling_m2(erp_w, centre_hz, width_hz, GAIN, FREQ, BAND, TS, loss)


@pytest.mark.parametrize(("range_m", "db"), [(50e3, 52.6296), (100e3, 46.6090), (200e3, 40.5884)])
def test_r23b_self_screening(range_m: float, db: float) -> None:
    """1 kW ERP over 200 MHz in the main beam."""
    assert ratio_to_db(jam_to_noise(coupling(1e3), 1.0, range_m)) == pytest.approx(db, abs=0.01)


def test_r23c_burn_through() -> None:
    """14.1550 km on 1 m2 at S/J 13 dB: sqrt(Pt tau n G rcs B_j / (4 pi ERP L S/J)), and where SNR really
    crosses."""
    closed = math.sqrt(100e3 * 100e-6 * 10 * GAIN * 1.0 * 200e6 / (4 * math.pi * 1e3 * LOSS * S13))
    assert closed == pytest.approx(14_155.0, rel=1e-3)
    r = burn_through_self_screening_m(K, 1.0, coupling(1e3), S13)
    assert r == pytest.approx(closed, rel=1e-6)
    snr = jammed_snr(snr_from_constant(K, 1.0, r, 1.0), jam_to_noise(coupling(1e3), 1.0, r))
    assert snr == pytest.approx(S13, rel=1e-9)


def test_r24_stand_off_through_a_side_lobe() -> None:
    """100 kW ERP over 200 MHz at 200 km through -30 dB: J/N 30.5884 dB, factor 0.171868, R(13 dB)
    94.5965 km."""
    jn = jam_to_noise(coupling(100e3), 1e-3, 200e3)
    assert ratio_to_db(jn) == pytest.approx(30.5884, abs=0.01)
    assert range_factor(jn) == pytest.approx(0.171868, rel=1e-3)
    clear = range_for_snr_m(K, 1.0, S13, 1.0)
    r = burn_through_stand_off_m(clear, jn)
    assert r == pytest.approx(94_596.5, rel=1e-3)
    assert jammed_snr(snr_from_constant(K, 1.0, r, 1.0), jn) == pytest.approx(S13, rel=1e-9)


def test_r24b_scaling_laws() -> None:
    """J >> N: self-screening R ~ sqrt(rcs / ERP); stand-off R ~ (ERP * side lobe)^(-1/4)."""

    def ssj(rcs: float, erp: float) -> float:
        return burn_through_self_screening_m(K, rcs, coupling(erp), S13)

    base = ssj(1.0, 1e5)
    assert ssj(16.0, 1e5) / base == pytest.approx(4.0, rel=1e-6)
    assert ssj(1.0, 16e5) / base == pytest.approx(0.25, rel=1e-6)
    soj = range_factor(1e6)
    assert range_factor(16e6) / soj == pytest.approx(0.5, rel=1e-6)


def test_without_a_jammer_nothing_changes() -> None:
    assert range_factor(0.0) == 1.0
    assert jammed_snr(7.0, 0.0) == 7.0
    clear = range_for_snr_m(K, 1.0, S13, 1.0)
    assert burn_through_self_screening_m(K, 1.0, 0.0, S13) == pytest.approx(clear, rel=1e-12)


def test_jammers_add_as_power() -> None:
    one = jam_to_noise(coupling(1e3), 1e-2, 100e3)
    two = jam_to_noise(coupling(2e3), 1e-2, 100e3)
    assert one + one == pytest.approx(two, rel=1e-12)


def test_band_overlap() -> None:
    """Inside: receiver bandwidth drops out. Half outside: half. Beside: nothing. Narrow spot inside: all
    power."""
    inside = coupling(1e3)
    assert jammer_coupling_m2(1e3, FREQ, 200e6, GAIN, FREQ, 1e6, TS, 1.0) == pytest.approx(inside, rel=1e-12)
    edge = FREQ + 100e6
    assert coupling(1e3, centre_hz=edge) == pytest.approx(0.5 * inside, rel=1e-6)
    assert coupling(1e3, centre_hz=FREQ + 101e6) == 0.0
    spot = jammer_coupling_m2(1e3, FREQ, 1e3, GAIN, FREQ, BAND, TS, 1.0)
    assert spot == pytest.approx(inside * 200e6 / BAND, rel=1e-9)
    assert band_overlap_hz(10.0, 4.0, 13.0, 4.0) == 1.0


def test_polarisation_loss() -> None:
    assert ratio_to_db(coupling(1e3) / coupling(1e3, loss=db_to_ratio(3.0))) == pytest.approx(3.0, abs=1e-9)


@pytest.mark.parametrize("field", ["power_w", "gain", "bandwidth_hz"])
@pytest.mark.parametrize("value", [None, 0.0, -1.0, math.nan, math.inf])
def test_a_jammer_without_numbers_is_refused(field: str, value: float | None) -> None:
    """An invented effect without power, gain or bandwidth is a mistake seen in other simulators."""
    fields = {"power_w": 100.0, "gain": 10.0, "bandwidth_hz": 1e6} | {field: value}
    with pytest.raises(ValueError, match=field):
        check_jammer(**fields)


def test_a_complete_jammer_is_accepted() -> None:
    check_jammer(100.0, 10.0, 1e6)


def test_strobe() -> None:
    """Reported at the threshold and above; direction as good as the J/N allows, never better than the
    floor."""
    assert strobe_reported(10.0, 10.0)
    assert not strobe_reported(9.99, 10.0)
    weak = strobe_sigma_rad(0.02, 1.0, 10.0, 1e-4)
    strong = strobe_sigma_rad(0.02, 1.0, 1e5, 1e-4)
    assert weak == pytest.approx(math.sqrt((0.02 / 1.6) ** 2 / 20.0 + 1e-8), rel=1e-12)
    assert 1e-4 < strong < weak
