"""Claim consistency: one radar constant reproduces all range claims that are published for one radar.

The figures below are *claims that circulate widely*, in brochures and secondary literature; none was
measured or officially confirmed, and this test does not make them true. It checks that they agree with each
other under the R^4 law to within 10 %, so that one constant per radar serves and nothing is tuned per target:
91N6E-class: 390 km on 4 m2, 230 km on 0.4 m2, "600 km class" on large targets (read as 16 m2).
92N6E-class: 340 km on 4 m2, 185 km on 0.4 m2.
"""

import math

import pytest

from openiads.physics.detection import required_snr_db
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, line_of_sight_clear
from openiads.physics.radar import constant_from_claim_m2, db_to_ratio, range_for_snr_m

CLAIMS_KM = {
    "91N6E-class": ((4.0, 390.0), {0.4: 230.0, 16.0: 600.0}),
    "92N6E-class": ((4.0, 340.0), {0.4: 185.0}),
}


@pytest.mark.parametrize("radar", sorted(CLAIMS_KM))
@pytest.mark.parametrize(("pd", "pfa", "swerling", "n_pulses"), [(0.5, 1e-6, 1, 1), (0.9, 1e-7, 3, 10)])
def test_one_constant_per_radar(radar: str, pd: float, pfa: float, swerling: int, n_pulses: int) -> None:
    """Within 10 % of every other claim, whatever Pd, Pfa and fluctuation the claim silently meant."""
    (rcs, km), others = CLAIMS_KM[radar]
    k = constant_from_claim_m2(km * 1e3, rcs, pd, pfa, swerling, n_pulses)
    snr = db_to_ratio(required_snr_db(pd, pfa, n_pulses, swerling))
    for other_rcs, other_km in others.items():
        assert range_for_snr_m(k, other_rcs, snr, 1.0) == pytest.approx(other_km * 1e3, rel=0.10)


def test_the_scaled_figures_themselves() -> None:
    """219 and 552 km from 390 km on 4 m2; 191 km from 340 km: arithmetic, 0.5 km."""
    k = constant_from_claim_m2(390e3, 4.0, 0.5, 1e-6, 1, 1)
    snr = db_to_ratio(required_snr_db(0.5, 1e-6, 1, 1))
    assert range_for_snr_m(k, 0.4, snr, 1.0) == pytest.approx(219.3e3, abs=500.0)
    assert range_for_snr_m(k, 16.0, snr, 1.0) == pytest.approx(551.5e3, abs=500.0)
    assert 340.0 * math.sqrt(math.sqrt(0.1)) == pytest.approx(191.2, abs=0.5)


def test_low_altitude_claims_stay_above_the_horizon() -> None:
    """A low-altitude radar claimed at 90 km on a target at 500 m (5N66M-class, secondary source): possible
    only because 4/3 Earth allows 92 km from the ground; 100 km at that height would need a mast."""
    assert line_of_sight_clear(0.0, 500.0, 90e3, EARTH_MEAN_RADIUS_M, 4.0 / 3.0)
    assert not line_of_sight_clear(0.0, 500.0, 100e3, EARTH_MEAN_RADIUS_M, 4.0 / 3.0)
