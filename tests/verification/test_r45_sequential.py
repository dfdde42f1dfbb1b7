"""R-45: Wald's sequential test keeps its error rates; sample numbers; Page's test; features of a missile that homes.

References: A. Wald, Sequential Analysis, 1947, ch. 3: alpha <= e^-upper, beta <= e^lower, alpha + beta at most as wanted
together; the operating characteristic and the expected number of samples, which neglect the overshoot;
D. Siegmund, Sequential Analysis, 1985: with both thresholds moved outward by 0.583 steps they become accurate.
Simulated with the package's own addressed random numbers: 20,000 tracks a case, fixed seed.
"""

import math

import numpy as np
import pytest

from openiads._jit import kernel
from openiads.engine.rng import normal4
from openiads.physics.sequential import (
    ACCEPT_H0,
    ACCEPT_H1,
    CONTINUE,
    accept_h0_probability,
    arm_llr,
    closing_features,
    expected_samples,
    gaussian_llr,
    gaussian_llr_spread,
    lateral_llr,
    overshoot_llr,
    page_step,
    separation_features,
    sprt_step,
    tempered_llr,
    wald_thresholds,
)

TRACKS = 20_000


@kernel
def simulate(seed, tracks, mean, mean0, mean1, sigma, lower, upper):
    """(number of H1 decisions, sum and sum of squares of sample numbers) of many tests at a true mean."""
    accepted, total, squares = 0, 0.0, 0.0
    for i in range(tracks):
        llr, decision, n = 0.0, CONTINUE, 0
        while decision == CONTINUE and n < 1_000_000:
            g = normal4(seed, 0, 90, i, 0, n // 4)
            k = n % 4
            z = g[0]
            if k == 1:
                z = g[1]
            elif k == 2:
                z = g[2]
            elif k == 3:
                z = g[3]
            llr, decision = sprt_step(llr, gaussian_llr(mean + sigma * z, mean0, mean1, sigma), lower, upper)
            n += 1
        accepted += decision == ACCEPT_H1
        total += n
        squares += float(n) * n
    return accepted, total, squares


@kernel
def simulate_page(seed, tracks, mean, mean0, mean1, sigma, upper):
    """(sum of run lengths to an alarm, sum of squares)."""
    total, squares = 0.0, 0.0
    for i in range(tracks):
        llr, decision, n = 0.0, CONTINUE, 0
        while decision == CONTINUE and n < 1_000_000:
            z = normal4(seed, 1, 90, i, 0, n)[0]
            llr, decision = page_step(llr, gaussian_llr(mean + sigma * z, mean0, mean1, sigma), upper)
            n += 1
        total += n
        squares += float(n) * n
    return total, squares


def spread(p: float) -> float:
    return math.sqrt(p * (1.0 - p) / TRACKS)


@pytest.mark.parametrize("step", [0.25, 0.5, 1.0, 2.0])
@pytest.mark.parametrize(("alpha", "beta"), [(0.01, 0.05), (0.1, 0.02)])
def test_error_rates_and_sample_numbers(step: float, alpha: float, beta: float) -> None:
    """At both hypotheses, for steps (difference of means over sigma) from 0.25 to 2.

    Errors: Wald's bounds alpha / (1 - beta), beta / (1 - alpha), four standard errors allowed; Siegmund's value e^(-upper -
    0.583 step) times (1 - beta) shows that they are not far off either (15 % plus statistics for steps up to 1).
    Numbers: never below Wald's (four standard errors); within 3 % of Wald's with Siegmund's thresholds for
    steps to 0.5, 7 % for 1, where a test ends after six samples.
    """
    lower, upper = wald_thresholds(alpha, beta)
    sigma = 3.0
    mean0, mean1 = 10.0, 10.0 + step * sigma
    extra = overshoot_llr(mean0, mean1, sigma)
    assert extra == pytest.approx(0.5826 * step, rel=1e-12)
    for mean, is_h0 in ((mean0, True), (mean1, False)):
        accepted, total, squares = simulate(45, TRACKS, mean, mean0, mean1, sigma, lower, upper)
        wrong = accepted / TRACKS if is_h0 else 1.0 - accepted / TRACKS
        bound = alpha / (1.0 - beta) if is_h0 else beta / (1.0 - alpha)
        assert wrong <= bound + 4.0 * spread(bound)
        n = total / TRACKS
        error = math.sqrt((squares / TRACKS - n * n) / TRACKS)
        assert n >= expected_samples(mean, mean0, mean1, sigma, lower, upper) - 4.0 * error
        if step <= 1.0:
            p0 = accept_h0_probability(mean, mean0, mean1, sigma, lower - extra, upper + extra)
            sharp = 1.0 - p0 if is_h0 else p0
            assert wrong == pytest.approx(sharp, abs=0.15 * sharp + 4.0 * spread(sharp))
            wide = expected_samples(mean, mean0, mean1, sigma, lower - extra, upper + extra)
            assert n == pytest.approx(wide, abs=(0.03 if step <= 0.5 else 0.07) * wide + 4.0 * error)


@pytest.mark.parametrize("place", [-0.2, 0.25, 0.5, 0.6, 1.3])
def test_operating_characteristic_between_the_hypotheses(place: float) -> None:
    """A true mean that is neither: steps of 0.2, where the overshoot is small. Thresholds widened: probability within
    0.02, number within 3 %, both plus four standard errors."""
    lower, upper = wald_thresholds(0.05, 0.1)
    extra = overshoot_llr(0.0, 0.2, 1.0)
    accepted, total, squares = simulate(46, TRACKS, 0.2 * place, 0.0, 0.2, 1.0, lower, upper)
    p0 = accept_h0_probability(0.2 * place, 0.0, 0.2, 1.0, lower - extra, upper + extra)
    assert 1.0 - accepted / TRACKS == pytest.approx(p0, abs=0.02 + 4.0 * spread(p0))
    n = total / TRACKS
    error = math.sqrt((squares / TRACKS - n * n) / TRACKS)
    wide = expected_samples(0.2 * place, 0.0, 0.2, 1.0, lower - extra, upper + extra)
    assert n == pytest.approx(wide, abs=0.03 * wide + 4.0 * error)


def test_closed_forms() -> None:
    """Thresholds; the operating characteristic is 1 - alpha and beta at the hypotheses; expected numbers by hand."""
    alpha, beta = 0.01, 0.05
    lower, upper = wald_thresholds(alpha, beta)
    assert upper == pytest.approx(math.log(95.0), rel=1e-12)
    assert lower == pytest.approx(math.log(0.05 / 0.99), rel=1e-12)
    assert accept_h0_probability(0.0, 0.0, 1.0, 2.0, lower, upper) == pytest.approx(1.0 - alpha, rel=1e-12)
    assert accept_h0_probability(1.0, 0.0, 1.0, 2.0, lower, upper) == pytest.approx(beta, rel=1e-12)
    drift = 0.5 * 0.5**2
    by_hand = (beta * lower + (1.0 - beta) * upper) / drift
    assert expected_samples(1.0, 0.0, 1.0, 2.0, lower, upper) == pytest.approx(by_hand, rel=1e-12)
    by_hand = -((1.0 - alpha) * lower + alpha * upper) / drift
    assert expected_samples(0.0, 0.0, 1.0, 2.0, lower, upper) == pytest.approx(by_hand, rel=1e-12)
    middle = -lower * upper / 0.25
    assert expected_samples(0.5, 0.0, 1.0, 2.0, lower, upper) == pytest.approx(middle, rel=1e-12)
    for near in (1e-9, 1e-7, 1e-6, 1e-5, 1e-4):  # the limit is reached without a jump
        assert expected_samples(0.5 + near, 0.0, 1.0, 2.0, lower, upper) == pytest.approx(middle, rel=1e-3)
    assert expected_samples(0.0, 1.0, 1.0, 2.0, lower, upper) == math.inf


def test_extreme_means_do_not_overflow() -> None:
    lower, upper = wald_thresholds(1e-6, 1e-6)
    for mean in (-1e6, -50.0, 50.0, 1e6):
        p = accept_h0_probability(mean, 0.0, 1.0, 1.0, lower, upper)
        assert p == pytest.approx(1.0 if mean < 0.0 else 0.0, abs=1e-12)
        assert expected_samples(mean, 0.0, 1.0, 1.0, lower, upper) >= 0.0


def test_sequential_saves_samples() -> None:
    """A fixed-size test of the same errors needs ((z_a + z_b) / step)^2 samples: 1 % and 5 %: 15.77 / step^2. Wald's mean
    is below 60 % of it at both hypotheses (Wald 1947: saving of about half)."""
    lower, upper = wald_thresholds(0.01, 0.05)
    fixed = ((2.32635 + 1.64485) / 0.25) ** 2
    for mean in (0.0, 0.25):
        accepted, total, _ = simulate(47, TRACKS, mean, 0.0, 0.25, 1.0, lower, upper)
        assert 0.2 * fixed < total / TRACKS < 0.6 * fixed
        assert 0 < accepted < TRACKS


def test_page_keeps_watching() -> None:
    """Run length to a false alarm at least e^upper (Lorden 1971), 2,000 tracks; at a missile it stops about where
    (upper + overshoot) / drift says, sooner or later by the restarts: between 0.7 and 1.3 of it."""
    upper = math.log(200.0)
    total, _ = simulate_page(48, 2_000, 0.0, 0.0, 1.0, 1.0, upper)
    assert total / 2_000 > 200.0
    total, _ = simulate_page(49, 2_000, 1.0, 0.0, 1.0, 1.0, upper)
    expected = (upper + overshoot_llr(0.0, 1.0, 1.0)) / 0.5
    assert 0.7 * expected < total / 2_000 < 1.3 * expected


# --- increments and features ----------------------------------------------------------------------------


def test_increments_are_log_ratios_of_densities() -> None:
    def density(x, mean, sigma):
        return math.exp(-0.5 * ((x - mean) / sigma) ** 2) / (sigma * math.sqrt(2.0 * math.pi))

    for x in np.linspace(-4.0, 7.0, 23):
        same = math.log(density(x, 2.0, 1.5) / density(x, -1.0, 1.5))
        assert gaussian_llr(x, -1.0, 2.0, 1.5) == pytest.approx(same, rel=1e-12, abs=1e-12)
        other = math.log(density(x, 2.0, 0.7) / density(x, -1.0, 1.5))
        assert gaussian_llr_spread(x, -1.0, 1.5, 2.0, 0.7) == pytest.approx(other, rel=1e-12, abs=1e-12)
        r = abs(x)
        plane = math.log(
            density(r, 0.0, 0.5) * density(0.0, 0.0, 0.5) / density(r, 0.0, 3.0) / density(0.0, 0.0, 3.0)
        )
        assert lateral_llr(r, 3.0, 0.5) == pytest.approx(plane, rel=1e-12, abs=1e-12)
    assert gaussian_llr(1.0, 0.0, 1.0, 0.0) == 0.0
    assert gaussian_llr_spread(1.0, 0.0, 0.0, 1.0, 1.0) == 0.0
    assert lateral_llr(1.0, 1.0, 0.0) == 0.0


def test_correlated_updates_count_in_part() -> None:
    assert tempered_llr(2.0, 1.0, 4.0, 5.0) == 0.5
    assert tempered_llr(2.0, 8.0, 4.0, 5.0) == 2.0
    assert tempered_llr(2.0, 1.0, 0.0, 5.0) == 2.0
    assert tempered_llr(-20.0, 1.0, 0.0, 5.0) == -5.0


def test_decisions() -> None:
    assert sprt_step(1.0, 3.0, -2.0, 4.0) == (4.0, ACCEPT_H1)
    assert sprt_step(1.0, -3.0, -2.0, 4.0) == (-2.0, ACCEPT_H0)
    assert sprt_step(1.0, 1.0, -2.0, 4.0) == (2.0, CONTINUE)
    assert page_step(1.0, -3.0, 4.0) == (0.0, CONTINUE)


def test_closing_features() -> None:
    """A missile straight at the radar passes at zero; a passer-by at 3-4-5 geometry; one that leaves."""
    closing, passing, left = closing_features(30e3, 0.0, 40e3, -300.0, 0.0, -400.0)
    assert closing == pytest.approx(500.0, rel=1e-12)
    assert passing == pytest.approx(0.0, abs=1e-3)  # sqrt of a cancelled square of 5e4 m: 1e-8 of it
    assert left == pytest.approx(100.0, rel=1e-12)
    closing, passing, left = closing_features(40e3, 30e3, 0.0, -250.0, 0.0, 0.0)
    assert (closing, passing, left) == pytest.approx((200.0, 30e3, 160.0), rel=1e-12)
    closing, passing, left = closing_features(40e3, 30e3, 0.0, 250.0, 0.0, 0.0)
    assert (closing, passing, left) == pytest.approx((-200.0, 50e3, 0.0), rel=1e-12)
    assert closing_features(0.0, 0.0, 0.0, 1.0, 0.0, 0.0) == (0.0, 0.0, 0.0)
    assert separation_features(3.0, 4.0, 0.0, 30.0, 40.0, 0.0) == pytest.approx((5.0, 50.0))


@kernel
def watch(seed, tracks, homing, lower, upper):
    """Number of H1 decisions on made-up tracks, and updates used: pass distance and closing speed as H1 or H0 draw
    them."""
    accepted, total = 0, 0.0
    for i in range(tracks):
        llr, decision, n = 0.0, CONTINUE, 0
        while decision == CONTINUE and n < 10_000:
            a, b, c, _ = normal4(seed, 2, 90, i, homing, n)
            lateral = 400.0 if homing == 1 else 900.0
            speed = 800.0 if homing == 1 else 650.0
            away = lateral * math.sqrt(a * a + b * b)
            step = arm_llr(away, 900.0, 400.0, speed + 150.0 * c, 650.0, 800.0, 150.0)
            llr, decision = sprt_step(llr, step, lower, upper)
            n += 1
        accepted += decision == ACCEPT_H1
        total += n
    return accepted, total / tracks


def test_a_homing_missile_is_told_from_other_traffic() -> None:
    """Both features together, 10,000 tracks each way: Wald's bounds hold (four standard errors)."""
    lower, upper = wald_thresholds(0.01, 0.05)
    false, _ = watch(50, 10_000, 0, lower, upper)
    right, updates = watch(51, 10_000, 1, lower, upper)
    assert false / 10_000 <= 0.01 / 0.95 + 4.0 * math.sqrt(0.0105 / 10_000)
    assert 1.0 - right / 10_000 <= 0.05 / 0.99 + 4.0 * math.sqrt(0.0505 / 10_000)
    assert 1.0 < updates < 10.0
