"""R-41: repeater J/S, gate pull-off, false targets, two sources in one cell.

References: the radar equation of this package with an echo of the equivalent cross-section against one-way link arithmetic;
kinematics by hand; the pattern of `antenna`; averages over the phase of two coherent sources (Skolnik, ch. 4).
"""

import math

import numpy as np
import pytest

from openiads.physics.antenna import pattern_gain
from openiads.physics.deception import (
    PHASE_DWELL,
    PHASE_HOLD,
    PHASE_OFF,
    PHASE_PULL,
    apparent_offset,
    capture_probability,
    centroid_share,
    false_target_azimuths,
    false_target_range_offset_m,
    false_targets_per_scan,
    jam_to_signal,
    pattern_reach_sq,
    pull_followed,
    pull_off,
    pull_off_reading,
    range_and_doppler_agree,
    repeater_equivalent_rcs_m2,
    repeater_saturation_range_m,
    resolution_range_m,
    seduced_angle_rad,
    two_source_glint_rad,
)

ERP, FREQ = 1e9, 3e9  # 100 kW, 40 dB
LAM = 299_792_458.0 / FREQ
PROGRAM = (2.0, 8.0, 3.0, 2.0)  # dwell, pull, hold, off


# --- repeater -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("range_m", "limit_w"), [(100e3, 1e9), (100e3, 10.0), (5e3, 10.0)])
def test_equivalent_rcs_is_link_arithmetic(range_m: float, limit_w: float) -> None:
    """Received density times aperture, amplified, held, sent back, against the density of the echo
    of a target, erp rcs / (4 pi R^2)^2."""
    grx, gain, gtx, g = 10.0, 1e6, 20.0, 0.3
    incident = ERP * g / (4 * math.pi * range_m**2) * grx * LAM**2 / (4 * math.pi)
    sent = min(incident * gain, limit_w) * gtx
    received = sent / (4 * math.pi * range_m**2)  # W/m2 at the radar
    rcs = repeater_equivalent_rcs_m2(ERP, FREQ, range_m, g, grx, gain, gtx, limit_w)
    echo = ERP / (4 * math.pi * range_m**2) * rcs / (4 * math.pi * range_m**2)
    assert echo == pytest.approx(received, rel=1e-12)
    assert jam_to_signal(rcs, 5.0) == pytest.approx(received / (echo * 5.0 / rcs), rel=1e-12)


def test_constant_gain_does_not_depend_on_range() -> None:
    """J/S = Grx G Gtx lambda^2 / (4 pi rcs) below saturation; above it J/S ~ R^2: burn-through."""
    known = 10.0 * 1e6 * 20.0 * LAM**2 / (4 * math.pi)
    limit = repeater_saturation_range_m(ERP, FREQ, 1.0, 10.0, 1e6, 50.0)
    for factor in (1.0001, 2.0, 10.0):
        rcs = repeater_equivalent_rcs_m2(ERP, FREQ, factor * limit, 1.0, 10.0, 1e6, 20.0, 50.0)
        assert rcs == pytest.approx(known, rel=1e-12)
    for factor in (0.5, 0.1):
        rcs = repeater_equivalent_rcs_m2(ERP, FREQ, factor * limit, 1.0, 10.0, 1e6, 20.0, 50.0)
        assert rcs == pytest.approx(known * factor**2, rel=1e-12)
    saturated = repeater_equivalent_rcs_m2(ERP, FREQ, 1e4, 1.0, 10.0, 1e12, 20.0, 50.0)
    assert saturated == pytest.approx(4 * math.pi * 1e4**2 * 50.0 * 20.0 / ERP, rel=1e-12)


def test_more_repeater_power_never_lowers_j_to_s() -> None:
    values = [
        repeater_equivalent_rcs_m2(ERP, FREQ, 30e3, 1.0, 10.0, 1e7, 20.0, p)
        for p in np.geomspace(1e-3, 1e6, 60)
    ]
    assert values == sorted(values)
    assert jam_to_signal(1.0, 0.0) == math.inf
    assert repeater_equivalent_rcs_m2(0.0, FREQ, 30e3, 1.0, 10.0, 1e7, 20.0, 1.0) == 0.0


# --- pull-off -------------------------------------------------------------------------------------------


def test_profile() -> None:
    """Parabolic with 50 m/s2: 0, at 4 s of pull 400 m and 200 m/s, held at 1,600 m, off, and the same a period later."""
    for cycle in (0.0, 15.0, 150.0):
        assert pull_off(cycle + 1.9, *PROGRAM, 0.0, 50.0) == (PHASE_DWELL, 0.0, 0.0)
        phase, offset, rate = pull_off(cycle + 6.0, *PROGRAM, 0.0, 50.0)
        assert phase == PHASE_PULL
        assert (offset, rate) == pytest.approx((400.0, 200.0), rel=1e-12)
        assert pull_off(cycle + 12.0, *PROGRAM, 0.0, 50.0) == (PHASE_HOLD, 1600.0, 0.0)
        assert pull_off(cycle + 12.9, *PROGRAM, 0.0, 50.0)[0] == PHASE_HOLD
        assert pull_off(cycle + 13.1, *PROGRAM, 0.0, 50.0) == (PHASE_OFF, 0.0, 0.0)
        assert pull_off(cycle + 14.0, *PROGRAM, 0.0, 50.0) == (PHASE_OFF, 0.0, 0.0)
    assert pull_off(-1.0, *PROGRAM, 0.0, 50.0) == (PHASE_OFF, 0.0, 0.0)
    assert pull_off(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 50.0) == (PHASE_OFF, 0.0, 0.0)
    assert pull_off(7.0, *PROGRAM, -30.0, 0.0)[1:] == (-150.0, -30.0)


def test_rate_is_the_derivative() -> None:
    """Central difference inside the pull, 1e-6 (quadratic: exact but for rounding)."""
    for t in np.linspace(2.1, 9.9, 30):
        before = pull_off(t - 1e-3, *PROGRAM, 40.0, 15.0)[1]
        after = pull_off(t + 1e-3, *PROGRAM, 40.0, 15.0)[1]
        assert (after - before) / 2e-3 == pytest.approx(pull_off(t, *PROGRAM, 40.0, 15.0)[2], rel=1e-6)


def test_capture() -> None:
    """Threshold in J/S; a leading-edge tracker keeps out a repeater that is later than its gate; one that predicts gets in."""
    assert capture_probability(2.0, 2.0, 0.8, 50e-9, 0.0) == 0.8
    assert capture_probability(1.99, 2.0, 0.8, 50e-9, 0.0) == 0.0
    assert capture_probability(2.0, 2.0, 0.8, 150e-9, 100e-9) == 0.0
    assert capture_probability(2.0, 2.0, 0.8, -20e-9, 100e-9) == 0.8
    assert capture_probability(math.nan, 2.0, 0.8, 0.0, 0.0) == 0.0
    assert pull_followed(100.0, 20.0, 100.0, 20.0)
    assert not pull_followed(100.0, 20.1, 100.0, 20.0)
    assert not pull_followed(-101.0, 0.0, 100.0, 20.0)


def reading(t, js=4.0, p=0.8, delay=0.0, edge=0.0, max_rate=500.0, max_accel=60.0, u=0.5):
    return pull_off_reading(t, *PROGRAM, 0.0, 50.0, js, 2.0, p, delay, edge, 150.0, max_rate, max_accel, u)


def test_what_the_tracker_reads() -> None:
    """Captured: 4/5 of the offset while both are in the gate, all of it beyond. Not captured: its share in the gate, then
    the target. Nothing in the dwell and when the jammer is off."""
    assert reading(1.0) == (True, 0.0, 0.0)
    assert reading(4.0) == pytest.approx((True, 80.0, 80.0))  # 100 m, 100 m/s, J/(1+J) = 0.8
    assert reading(6.0) == pytest.approx((True, 400.0, 200.0))
    assert reading(6.0, u=0.81) == (False, 0.0, 0.0)
    assert reading(4.0, u=0.81) == pytest.approx((False, 80.0, 80.0))
    assert reading(6.0, js=1.0) == (False, 0.0, 0.0)
    assert reading(6.0, max_accel=40.0) == (False, 0.0, 0.0)
    assert reading(6.0, max_rate=390.0) == (False, 0.0, 0.0)  # 400 m/s at the end of the pull
    assert reading(4.0, delay=2e-7, edge=1e-7) == (False, 0.0, 0.0)
    assert reading(14.0) == (False, 0.0, 0.0)


def test_share_captured() -> None:
    """Over even u the share is the declared probability: 1,000 midpoints, exact."""
    follows = [reading(6.0, p=0.37, u=(k + 0.5) / 1000.0)[0] for k in range(1000)]
    assert sum(follows) == 370


def test_centroid_in_the_gate() -> None:
    assert apparent_offset(100.0, 1.0, 150.0, False) == 50.0
    assert apparent_offset(100.0, math.inf, 150.0, False) == 100.0
    assert apparent_offset(100.0, 0.0, 150.0, True) == 0.0
    assert apparent_offset(200.0, 1.0, 150.0, True) == 200.0
    assert apparent_offset(200.0, 1.0, 150.0, False) == 0.0


def test_velocity_and_range_must_agree() -> None:
    """Range pulled off at 100 m/s without the Doppler to it is seen through; with it, not."""
    assert not range_and_doppler_agree(-200.0 + 100.0, -200.0, 30.0)
    assert range_and_doppler_agree(-200.0 + 100.0, -200.0 + 100.0, 30.0)


# --- false targets --------------------------------------------------------------------------------------


def test_false_targets_in_range() -> None:
    assert [false_target_range_offset_m(k, 500.0, 1500.0, 0.0, 0.3) for k in range(3)] == [
        500.0,
        2000.0,
        3500.0,
    ]
    assert false_target_range_offset_m(1, 500.0, 1500.0, 200.0, 0.75) == 2050.0


@pytest.mark.parametrize("needed", [0.9, 0.5, 0.1, 3e-3, 1.0e-3, 6e-4, 2e-4])
def test_reach_inverts_the_pattern(needed: float) -> None:
    """Near -30 dB, far -40 dB: just inside the reach the pattern has the gain, just outside it has not."""
    near, far = 1e-3, 1e-4
    reach = pattern_reach_sq(needed, near, far)
    assert pattern_gain(reach * (1.0 - 1e-9), near, far) >= needed
    assert pattern_gain(reach * (1.0 + 1e-9) + 1e-12, near, far) < needed
    assert pattern_reach_sq(1.01, near, far) == 0.0
    assert pattern_reach_sq(1e-4, near, far) == math.inf


def test_false_targets_around_the_scan() -> None:
    """Weak: the main beam only (half power at half a beamwidth). Strong: through the far side lobes all round."""
    width = math.radians(2.0)
    assert false_target_azimuths(0.5, width, 1e-3, 1e-4) == pytest.approx(0.5 * width, rel=1e-12)
    assert false_target_azimuths(1e-5, width, 1e-3, 1e-4) == math.pi
    assert false_targets_per_scan(8.0, 0.5 * width, width, 2.0 * math.pi) == 8.0
    assert false_targets_per_scan(8.0, math.pi, width, 2.0 * math.pi) == pytest.approx(8.0 * 180.0)
    assert false_targets_per_scan(8.0, math.pi, width, 0.5 * math.pi) == pytest.approx(8.0 * 45.0)
    assert false_targets_per_scan(0.0, math.pi, width, 2.0 * math.pi) == 0.0
    last = 0.0
    for needed in np.geomspace(1.0, 1e-6, 50):  # a stronger jammer needs less gain
        now = false_target_azimuths(needed, width, 1e-3, 1e-4)
        assert now >= last
        last = now


# --- two sources ----------------------------------------------------------------------------------------


def test_centroid() -> None:
    assert centroid_share(1.0, 3.0) == 0.75
    assert centroid_share(0.0, 0.0) == 0.5
    assert seduced_angle_rad(0.0, 1.0, 0.01, 4.0, 0.05, True) == pytest.approx(0.008, rel=1e-12)
    assert seduced_angle_rad(0.0, 1.0, 0.06, 4.0, 0.05, True) == 0.06
    assert seduced_angle_rad(0.0, 1.0, 0.06, 4.0, 0.05, False) == 0.0
    assert resolution_range_m(100.0, 0.05) == pytest.approx(2000.0, rel=1e-12)


@pytest.mark.parametrize("k", [0.2, 0.7, 1.6])
def test_glint_averages(k: float) -> None:
    """Mean over the phase: the stronger source (Poisson kernel). Weighted with power 1 + k^2 + 2 k cos phi: the centroid of
    incoherent sources. 4,096 even phases: exact to 1e-9 for a smooth periodic function."""
    phase = 2.0 * math.pi * np.arange(4096) / 4096
    angle = np.array([two_source_glint_rad(2.0, k, p) for p in phase])
    power = 1.0 + k * k + 2.0 * k * np.cos(phase)
    assert angle.mean() == pytest.approx(1.0 if k < 1.0 else -1.0, abs=1e-9)
    share = centroid_share(1.0, k * k)  # from +1 to -1
    assert (angle * power).sum() / power.sum() == pytest.approx(1.0 - 2.0 * share, abs=1e-9)
    # Far outside the pair when the phases oppose: that is glint.
    assert abs(two_source_glint_rad(2.0, k, math.pi)) > 1.0
