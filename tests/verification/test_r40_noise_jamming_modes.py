"""R-40: swept noise, frequency agility, polarisation, side-lobe cancellation and blanking.

References: closed forms worked out by hand, brute-force averages over positions and, for the statistical
forms, direct simulation of complex Gaussian samples (NumPy Philox, fixed seed; tolerances from the number of
samples). A made-up victim: 10 kHz at 3 GHz, 40 dB, 500 K.
"""

import math

import numpy as np
import pytest

from openiads.physics.detection import m_of_n_probability
from openiads.physics.jamming import (
    band_overlap_hz,
    jam_to_noise,
    jammed_snr,
    jammer_coupling_m2,
    range_factor,
)
from openiads.physics.noise_jamming_modes import (
    CIRCULAR,
    LINEAR,
    agile_coupling_m2,
    blanking_probability,
    cancellation_ratio,
    cancelled_jam_to_noise,
    cancelled_sum,
    channel_correlation_sq,
    channel_hit_share,
    delay_correlation_sq,
    dwell_touched_probability,
    insert_strongest,
    mean_jam_to_noise,
    mixed_probability,
    polarisation_efficiency,
    polarisation_loss,
    sliding_overlap,
    summed_jam_to_noise,
    swept_coupling_m2,
)

FREQ, BAND, GAIN, TS = 3e9, 10e3, 1e4, 500.0
DRAWS = 400_000


def barrage(width_hz: float, centre_hz: float = FREQ, band_hz: float = BAND) -> float:
    return jammer_coupling_m2(1e4, centre_hz, width_hz, GAIN, FREQ, band_hz, TS, 1.0)


def complex_noise(rng, power: float, n: int = DRAWS):
    return math.sqrt(power / 2.0) * (rng.standard_normal(n) + 1j * rng.standard_normal(n))


# --- sweep and agility ----------------------------------------------------------------------------------


@pytest.mark.parametrize("fixed", [0.0, 30.0, 47.0, 49.5, 53.0, 70.0])
@pytest.mark.parametrize(("fixed_width", "moving"), [(4.0, 10.0), (10.0, 4.0), (6.0, 6.0), (200.0, 3.0)])
def test_sliding_overlap_against_counting(fixed: float, fixed_width: float, moving: float) -> None:
    """Every position of the moving band, one by one, in a range of 100 around 0. 20,001 midpoints: the share
    to one step at each of two edges (1e-4), the mean of a trapezoid to 1e-6."""
    steps = 20_001
    centres = -50.0 + moving / 2 + (np.arange(steps) + 0.5) / steps * (100.0 - moving)
    overlap = np.array([band_overlap_hz(fixed, fixed_width, c, moving) for c in centres])
    share, mean = sliding_overlap(fixed, fixed_width, moving, 0.0, 100.0)
    assert share == pytest.approx(np.mean(overlap > 0.0), abs=1e-4)
    assert mean == pytest.approx(overlap.mean(), abs=1e-5)


def test_a_sweep_has_the_mean_power_of_a_barrage() -> None:
    """Inside the sweep, away from its ends: duty = (Br + Bs) / (W - Bs), mean = Br / W of the power, corrected
    for the ends: Br / (W - Bs). With Bs << W the barrage over W."""
    duty, on = swept_coupling_m2(1e4, 2e6, FREQ, 500e6, GAIN, FREQ, BAND, TS, 1.0)
    assert duty == pytest.approx((BAND + 2e6) / (500e6 - 2e6), rel=1e-12)
    assert duty * on == pytest.approx(barrage(500e6 - 2e6), rel=1e-9)
    assert duty * on == pytest.approx(barrage(500e6), rel=5e-3)
    # While on it is nearly the spot at full strength: the flanks, Br of Br + Bs, count half.
    assert on == pytest.approx(barrage(2e6) * 2e6 / (2e6 + BAND), rel=1e-9)


def test_a_sweep_that_does_not_move_is_a_spot() -> None:
    duty, on = swept_coupling_m2(1e4, 2e6, FREQ, 2e6, GAIN, FREQ, BAND, TS, 1.0)
    assert duty == 1.0
    assert on == pytest.approx(barrage(2e6), rel=1e-12)
    assert swept_coupling_m2(1e4, 2e6, FREQ + 5e6, 4e6, GAIN, FREQ, BAND, TS, 1.0) == (0.0, 0.0)


def test_agility_dilutes_a_matched_barrage() -> None:
    """The barrage must cover the agile band: twice the band, half the J/N; every pulse is jammed."""
    hits, couplings = zip(
        *(agile_coupling_m2(1e4, FREQ, w, GAIN, FREQ, w, BAND, TS, 1.0) for w in (100e6, 200e6, 400e6)),
        strict=True,
    )
    assert hits == (1.0, 1.0, 1.0)
    assert couplings[0] / couplings[1] == pytest.approx(2.0, rel=1e-9)
    assert couplings[1] / couplings[2] == pytest.approx(2.0, rel=1e-9)
    assert couplings[0] == pytest.approx(barrage(100e6), rel=1e-9)


def test_a_spot_hits_only_a_share_of_the_pulses() -> None:
    """Share spot / agile band (plus the victim's own width); a hit has the full strength of the spot."""
    hit, on = agile_coupling_m2(1e4, FREQ, 5e6, GAIN, FREQ, 200e6, BAND, TS, 1.0)
    assert hit == pytest.approx(5e6 / 200e6, rel=3e-3)  # Br / Bs = 0.002, Br / Ba
    assert hit == pytest.approx((5e6 + BAND) / (200e6 - BAND), rel=1e-12)
    assert on == pytest.approx(barrage(5e6), rel=3e-3)
    assert channel_hit_share(40, 1) == 0.025
    assert channel_hit_share(4, 9) == 1.0
    assert channel_hit_share(0, 1) == 0.0


def test_range_laws() -> None:
    """Range factor (1 + J/N)^(-1/4); twice the power at high J/N: 2^(-1/4) of the range; agility over 16 times the
    band gives twice the range against a barrage that follows."""
    jn = jam_to_noise(barrage(100e6), 1e-3, 100e3)
    assert jn > 100.0
    assert range_factor(jn) == pytest.approx((1.0 + jn) ** -0.25, rel=1e-12)
    assert range_factor(2e8) / range_factor(1e8) == pytest.approx(2.0**-0.25, rel=1e-8)
    _, narrow = agile_coupling_m2(1e12, FREQ, 20e6, GAIN, FREQ, 20e6, BAND, TS, 1.0)
    _, wide = agile_coupling_m2(1e12, FREQ, 320e6, GAIN, FREQ, 320e6, BAND, TS, 1.0)
    ratio = range_factor(jam_to_noise(wide, 1.0, 1e5)) / range_factor(jam_to_noise(narrow, 1.0, 1e5))
    assert ratio == pytest.approx(2.0, rel=1e-6)


@pytest.mark.parametrize("width", [1e5, 3e6, 40e6, 400e6])
def test_more_power_never_helps_the_victim(width: float) -> None:
    """Swept or spot, for either way of summing: SNR falls with ERP."""
    last_mean, last_sum = math.inf, math.inf
    for erp in np.geomspace(1e-3, 1e9, 40):
        duty, on = swept_coupling_m2(erp, width, FREQ, 500e6, GAIN, FREQ, BAND, TS, 1.0)
        j = jam_to_noise(on, 1e-3, 80e3)
        mean = jammed_snr(100.0, mean_jam_to_noise(j, duty))
        summed = jammed_snr(100.0, summed_jam_to_noise(j, duty))
        assert mean <= last_mean
        assert summed <= last_sum
        assert summed <= mean * (1.0 + 1e-12)
        last_mean, last_sum = mean, summed


def test_sum_of_jammed_and_clear_pulses() -> None:
    """The variance of a square-law sum of 64 pulses, each jammed with probability d at J/N 30 with CFAR on the
    known number of jammed pulses (4 of 64): exponential powers. 100,000 sums: standard error of a variance about
    1 % (kurtosis of few strong terms), so 3 %."""
    j, n, k = 30.0, 64, 4
    rng = np.random.Generator(np.random.Philox(40))
    power = np.where(np.arange(n) < k, 1.0 + j, 1.0)
    sums = (rng.exponential(size=(100_000, n)) * power).sum(axis=1)
    effective = 1.0 + summed_jam_to_noise(j, k / n)
    assert sums.var() == pytest.approx(n * effective**2, rel=0.03)
    assert sums.mean() == pytest.approx(n * (1.0 + mean_jam_to_noise(j, k / n)), rel=3e-3)
    assert summed_jam_to_noise(j, 1.0) == pytest.approx(j, rel=1e-12)
    assert summed_jam_to_noise(j, 0.0) == 0.0
    assert effective - 1.0 > mean_jam_to_noise(j, k / n)


def test_a_counting_detector_shrugs_off_a_spot() -> None:
    """2 of 8 with 0.9 a pulse, of which 2.5 % are lost altogether: the mixture is exact for independent hops."""
    p = mixed_probability(0.9, 0.0, 0.025)
    assert p == pytest.approx(0.8775, rel=1e-12)
    exact = 1.0 - 0.1225**8 - 8 * 0.8775 * 0.1225**7
    assert m_of_n_probability(p, 2, 8) == pytest.approx(exact, rel=1e-12)


def test_dwell_meets_the_sweep() -> None:
    """Random phase, counted on 100,001 phases."""
    period, duty, dwell = 1e-2, 0.03, 2e-3
    phase = np.linspace(0.0, period, 100_001)[:-1]
    counted = np.mean((phase < duty * period) | (phase + dwell > period))
    assert dwell_touched_probability(duty, period, dwell) == pytest.approx(counted, abs=2e-5)
    assert dwell_touched_probability(duty, 1e-3, dwell) == 1.0
    assert dwell_touched_probability(0.0, 1e-3, dwell) == 0.0


# --- polarisation ---------------------------------------------------------------------------------------


def test_polarisation() -> None:
    """cos^2 between linear ones, 3 dB between linear and circular, nothing between opposite circular ones but the floor."""
    for degrees in (0, 20, 45, 70, 90):
        angle = math.radians(degrees)
        assert polarisation_efficiency(LINEAR, LINEAR, angle, 0.0) == pytest.approx(
            math.cos(angle) ** 2, abs=1e-15
        )
        assert polarisation_loss(LINEAR, CIRCULAR, angle, 0.0) == pytest.approx(2.0, rel=1e-12)
    assert polarisation_efficiency(CIRCULAR, CIRCULAR, 0.7, 0.0) == pytest.approx(1.0, rel=1e-12)
    assert polarisation_loss(CIRCULAR, -CIRCULAR, 0.7, 10.0**-2.5) == pytest.approx(10.0**2.5, rel=1e-12)
    assert polarisation_loss(LINEAR, LINEAR, math.pi / 2, 0.01) == pytest.approx(100.0, rel=1e-12)


def test_polarisation_of_ellipses_against_jones_vectors() -> None:
    """|a* . b|^2 of unit Jones vectors of two ellipses, 200 random pairs."""
    rng = np.random.default_rng(41)

    def jones(ellipticity, tilt):
        c, s = math.cos(tilt), math.sin(tilt)
        return np.array([[c, -s], [s, c]]) @ np.array([math.cos(ellipticity), 1j * math.sin(ellipticity)])

    for a, b, tilt in rng.uniform([-0.785, -0.785, -3.2], [0.785, 0.785, 3.2], (200, 3)):
        exact = abs(np.vdot(jones(a, tilt), jones(b, 0.0))) ** 2
        assert polarisation_efficiency(a, b, tilt, 0.0) == pytest.approx(exact, abs=1e-12)


# --- cancellation ---------------------------------------------------------------------------------------


def test_cancellation_ratio_is_what_the_best_weight_reaches() -> None:
    """Main and auxiliary channel with one common jammer (40 and 60 times noise, match 0.99): the least-squares
    weight over 400,000 samples. Estimated ratio within 1 %: its standard error is sqrt(2 / n)."""
    rng = np.random.Generator(np.random.Philox(42))
    main_j, aux_j, match = 40.0, 60.0, 0.99
    common, other = complex_noise(rng, 1.0), complex_noise(rng, 1.0)
    seen = math.sqrt(match) * common + math.sqrt(1.0 - match) * other
    main = math.sqrt(main_j) * common + complex_noise(rng, 1.0)
    aux = math.sqrt(aux_j) * seen + complex_noise(rng, 1.0)
    weight = np.vdot(aux, main) / np.vdot(aux, aux)
    left = np.mean(abs(main - weight * aux) ** 2)
    rho_sq = channel_correlation_sq(main_j, aux_j, match)
    assert np.mean(abs(main) ** 2) / left == pytest.approx(cancellation_ratio(rho_sq), rel=0.01)
    jn_left = cancelled_jam_to_noise(main_j, aux_j, 1.0 / (1.0 - match))
    assert jn_left == pytest.approx((1.0 + main_j) / cancellation_ratio(rho_sq) - 1.0, rel=1e-12)
    assert 1.0 + jn_left == pytest.approx(left, rel=0.01)


def test_cancellation_limits() -> None:
    """1 / (1 - rho^2): rho^2 = 0.99 gives 20 dB, 0.999 30 dB. A strong auxiliary leaves J / limit; none leaves J."""
    assert cancellation_ratio(0.99) == pytest.approx(100.0, rel=1e-12)
    assert cancellation_ratio(0.999) == pytest.approx(1000.0, rel=1e-12)
    assert cancelled_jam_to_noise(1e4, 1e12, 100.0) == pytest.approx(100.0, rel=1e-6)
    assert cancelled_jam_to_noise(1e4, 0.0, 100.0) == 1e4
    assert cancelled_jam_to_noise(1e4, 1e4, 1.0) == 1e4


def test_delay_between_channels() -> None:
    """White noise of bandwidth B delayed by tau: sin(x) / x; first zero at B tau = 1; for small x a cancellation
    of 3 / x^2."""
    assert delay_correlation_sq(1e6, 0.0) == 1.0
    assert delay_correlation_sq(1e6, 1e-6) == pytest.approx(0.0, abs=1e-30)
    x = math.pi * 1e6 * 3e-9
    assert cancellation_ratio(delay_correlation_sq(1e6, 3e-9)) == pytest.approx(3.0 / x**2, rel=1e-4)


def test_the_strongest_are_cancelled_and_the_main_beam_is_not() -> None:
    rng = np.random.default_rng(43)
    for _ in range(50):
        jammers = rng.uniform(0.0, 1e3, rng.integers(1, 9)).tolist()
        top = (0.0, 0.0, 0.0, 0.0)
        for j in jammers:
            top = insert_strongest(*top, j)
        assert list(top) == sorted([*jammers, 0.0, 0.0, 0.0, 0.0], reverse=True)[:4]
        last = sum(jammers) + 5.0
        for n in range(5):
            left = cancelled_sum(5.0, sum(jammers), *top, n, 2.0, 300.0)
            ranked = sorted(jammers, reverse=True)
            by_hand = 5.0 + sum(
                cancelled_jam_to_noise(j, 2.0 * j, 300.0) if i < n else j for i, j in enumerate(ranked)
            )
            assert left == pytest.approx(by_hand, rel=1e-9)
            assert 5.0 <= left <= last + 1e-9
            last = left


# --- blanking -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pulse_main", "pulse_aux", "jam_main", "jam_aux", "threshold"),
    [(10.0, 40.0, 0.0, 0.0, 1.5), (100.0, 0.5, 0.0, 0.0, 1.5), (50.0, 1.0, 8.0, 30.0, 1.0), (0.0, 0.0, 0.0, 0.0, 3.0)],
)  # fmt: skip
def test_blanking_probability(pulse_main, pulse_aux, jam_main, jam_aux, threshold) -> None:
    """400,000 pairs of complex Gaussian samples, pulse and jammer each common to both channels, random phase of
    one against the other; 4 standard errors of a proportion. With a fixed relative phase the form is an
    approximation for pulse and jam together; here the phase is drawn, and 0.01 is allowed in that case."""
    rng = np.random.Generator(np.random.Philox(44))
    pulse, jam = complex_noise(rng, 1.0), complex_noise(rng, 1.0)
    turn = np.exp(2j * math.pi * rng.random(DRAWS))
    main = math.sqrt(pulse_main) * pulse + math.sqrt(jam_main) * jam + complex_noise(rng, 1.0)
    aux = math.sqrt(pulse_aux) * pulse + math.sqrt(jam_aux) * turn * jam + complex_noise(rng, 1.0)
    counted = np.mean(abs(aux) ** 2 > threshold * abs(main) ** 2)
    p = blanking_probability(pulse_main, pulse_aux, jam_main, jam_aux, threshold)
    both = min(pulse_main, jam_main) > 0.0
    assert counted == pytest.approx(p, abs=0.01 if both else 4.0 * math.sqrt(p * (1.0 - p) / DRAWS))


def test_blanking_of_noise_alone() -> None:
    """Independent channels of equal power: F^-1-law 1 / (1 + F)."""
    for f in (0.5, 1.0, 4.0):
        assert blanking_probability(0.0, 0.0, 0.0, 0.0, f) == pytest.approx(1.0 / (1.0 + f), rel=1e-12)


def test_strong_noise_blanks_the_own_echo() -> None:
    """An echo of 20 dB in the main beam, auxiliary 35 dB lower: hardly blanked without jamming, often when a side-lobe
    jammer is stronger in the auxiliary; and P(detected and not blanked) >= Pd (1 - P blanked), simulated."""
    quiet = blanking_probability(100.0, 100.0 * 10**-3.5, 0.0, 0.0, 2.0)
    assert quiet < 0.03
    last = quiet
    for jam in (1.0, 10.0, 100.0, 1000.0):
        now = blanking_probability(100.0, 100.0 * 10**-3.5, jam, 4.0 * jam, 2.0)
        assert now > last
        last = now
    rng = np.random.Generator(np.random.Philox(45))
    main = complex_noise(rng, 101.0)
    aux = complex_noise(rng, 5.0)
    detected, kept = abs(main) ** 2 > 13.8, abs(aux) ** 2 < 2.0 * abs(main) ** 2
    assert np.mean(detected & kept) > np.mean(detected) * np.mean(kept)
