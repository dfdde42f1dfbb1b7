"""R-01 .. R-06, R-23a: the radar range equation against worked examples with printed answers.

References: the examples on the MathWorks Radar Toolbox / Phased Array reference pages `radareqsnr` (two),
`radareqrng` and `radareqsearchsnr` (defaults there: Ts 290 K, RCS 1 m2, gain 20 dB both ways). They print
five figures; each was recomputed from the written equation to the digits given here. Tolerance 5e-4 dB:
half of the last printed digit.
"""

import math

import pytest

from openiads.physics.detection import make_pd_table, pd_from_snr
from openiads.physics.radar import (
    constant_from_claim_m2,
    db_to_ratio,
    radar_constant_m2,
    range_for_snr_m,
    ratio_to_db,
    search_snr,
    sector_solid_angle_sr,
    snr_from_constant,
)

PRINTED = 5e-4


def snr_db(constant_m2: float, rcs_m2: float, range_m: float) -> float:
    return ratio_to_db(snr_from_constant(constant_m2, rcs_m2, range_m, 1.0))


def test_r01_one_megawatt_at_50_km() -> None:
    k = radar_constant_m2(1e6, 0.2e-6, 100.0, 100.0, 1e9, 290.0, 1.0, 1)
    assert snr_db(k, 1.0, 50e3) == pytest.approx(5.5868, abs=PRINTED)


def test_r02_with_losses_and_a_warmer_receiver() -> None:
    k = radar_constant_m2(1e6, 1e-6, 1e4, 1e4, 10e9, 300.0, db_to_ratio(3.0), 1)
    assert snr_db(k, 0.5, 100e3) == pytest.approx(14.3778, abs=PRINTED)


def test_r04_range_for_a_given_snr() -> None:
    k = radar_constant_m2(1e6, 10e-6, 100.0, 100.0, 10e9, 290.0, 1.0, 1)
    assert range_for_snr_m(k, 1.0, db_to_ratio(6.0), 1.0) == pytest.approx(41_057.0, rel=1e-4)


def test_r06_search_form() -> None:
    solid_angle = sector_solid_angle_sr(math.radians(30.0), 0.0, math.radians(45.0))
    snr = search_snr(3e6, 0.1, 10.0, 487.0, db_to_ratio(6.0), solid_angle, 1000e3)
    assert ratio_to_db(snr) == pytest.approx(13.8182, abs=PRINTED)


def test_r23a_generic_radar_with_coherent_pulses() -> None:
    """Made-up radar: 100 kW, 40 dB, 3 GHz, 100 us, 10 coherent pulses, L 6 dB, 500 K. Computed from the
    equation with independent code; tolerance 0.01 dB / 0.1 %."""
    k = radar_constant_m2(100e3, 100e-6, 1e4, 1e4, 3e9, 500.0, db_to_ratio(6.0), 10)
    assert snr_db(k, 1.0, 100e3) == pytest.approx(42.6272, abs=0.01)
    assert snr_db(k, 1.0, 200e3) == pytest.approx(30.5860, abs=0.01)
    assert range_for_snr_m(k, 1.0, db_to_ratio(13.0), 1.0) == pytest.approx(550_401.0, rel=1e-3)


@pytest.mark.parametrize("swerling", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("n_pulses", [1, 10])
def test_a_claim_is_reproduced_at_its_own_point(swerling: int, n_pulses: int) -> None:
    """A radar made from "390 km on 4 m2 at Pd 0.8" detects 4 m2 at 390 km with 0.8.

    Tolerance 1e-3: the stated error of the Pd table.
    """
    k = constant_from_claim_m2(390e3, 4.0, 0.8, 1e-6, swerling, n_pulses)
    table = make_pd_table(n_pulses, 1e-6)
    pd = pd_from_snr(table, swerling, snr_from_constant(k, 4.0, 390e3, 1.0))
    assert pd == pytest.approx(0.8, abs=1e-3)
