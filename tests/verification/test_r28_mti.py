"""R-28: moving-target indication against closed forms and against numerical integration of the clutter spectrum."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from openiads.physics.mti import (
    CLUTTER_SPREAD_MPS,
    NO_CANCELLER,
    THREE_PULSE,
    TWO_PULSE,
    blind_speed_mps,
    improvement,
    target_gain,
    target_gain_staggered,
)

LAMBDA, PRF = 0.1, 1000.0
NEVER = 1e15  # no instability
FIRST = 50.0  # m/s: lambda PRF / 2


def integrated(canceller: int, spread_hz: float, mean_hz: float) -> float:
    """I from |H(f)|^2 over a Gaussian spectrum, the canceller being written out as a filter."""
    taps = np.array([1.0, -1.0]) if canceller == TWO_PULSE else np.array([1.0, -2.0, 1.0])

    def power(f: float) -> float:
        return abs(np.sum(taps * np.exp(-2j * np.pi * f / PRF * np.arange(taps.size)))) ** 2

    def weighted(u: float) -> float:
        return power(mean_hz + spread_hz * u) * math.exp(-0.5 * u * u) / math.sqrt(2.0 * math.pi)

    residue = quad(weighted, -12.0, 12.0, epsabs=0.0, epsrel=1e-10, limit=500)[0]
    return float(np.sum(taps**2)) / residue  # mean gain over Doppler = sum of squared taps


@pytest.mark.parametrize("canceller", [TWO_PULSE, THREE_PULSE])
@pytest.mark.parametrize(
    ("spread", "mean"), [(0.22, 0.0), (0.8, 0.0), (2.0, 0.0), (2.0, 8.0), (4.0, 25.0), (12.0, 3.0)]
)
def test_improvement_against_integration(canceller: int, spread: float, mean: float) -> None:
    """1e-6: the closed form loses digits in 1 - rho where clutter is slow (3 pulses: 1e-16 of about 1e-7)."""
    exact = integrated(canceller, 2.0 * spread / LAMBDA, 2.0 * mean / LAMBDA)
    assert improvement(canceller, spread, mean, LAMBDA, PRF, 0.0, NEVER) == pytest.approx(exact, rel=1e-6)


def test_handbook_forms() -> None:
    """Slow clutter: 2 (PRF / 2 pi s)^2 and 2 (PRF / 2 pi s)^4 (Skolnik 1980, chapter 4): 1 % at s = PRF / 200."""
    s_hz = PRF / 200.0
    spread = 0.5 * LAMBDA * s_hz
    x = PRF / (2.0 * math.pi * s_hz)
    assert improvement(TWO_PULSE, spread, 0.0, LAMBDA, PRF, 0.0, NEVER) == pytest.approx(2.0 * x**2, rel=0.01)
    assert improvement(THREE_PULSE, spread, 0.0, LAMBDA, PRF, 0.0, NEVER) == pytest.approx(
        2.0 * x**4, rel=0.01
    )


def test_scanning_handbook_forms() -> None:
    """n^2 / 1.388 and n^4 / 3.853 (Skolnik 1980, chapter 4): 1 and 1.5 % at 20 pulses, the next order."""
    two = improvement(TWO_PULSE, 0.0, 0.0, LAMBDA, PRF, 20.0, NEVER)
    three = improvement(THREE_PULSE, 0.0, 0.0, LAMBDA, PRF, 20.0, NEVER)
    assert two == pytest.approx(20.0**2 / 1.388, rel=0.01)
    assert three == pytest.approx(20.0**4 / 3.853, rel=0.015)


@pytest.mark.parametrize("n", [5.0, 12.0, 30.0])
def test_scanning_against_a_beam_swept_over_a_scatterer(n: float) -> None:
    """A Gaussian beam moves over one scatterer (two-way voltage = one-way power): what the canceller leaves, summed."""

    def voltage(pulse: np.ndarray) -> np.ndarray:
        return np.exp(-4.0 * math.log(2.0) * (pulse / n) ** 2)

    k = np.arange(-20.0 * n, 20.0 * n, 0.05)
    signal = np.sum(voltage(k) ** 2)
    two = np.sum((voltage(k) - voltage(k - 1)) ** 2)
    three = np.sum((voltage(k) - 2.0 * voltage(k - 1) + voltage(k - 2)) ** 2)
    assert improvement(TWO_PULSE, 0.0, 0.0, LAMBDA, PRF, n, NEVER) == pytest.approx(
        2.0 * signal / two, rel=1e-6
    )
    assert improvement(THREE_PULSE, 0.0, 0.0, LAMBDA, PRF, n, NEVER) == pytest.approx(
        6.0 * signal / three, rel=1e-6
    )


def test_declared_limit() -> None:
    """1 / I = 1 / I_clutter + 1 / I_declared; without a canceller the declared value alone."""
    free = improvement(TWO_PULSE, 0.22, 0.0, LAMBDA, PRF, 20.0, NEVER)
    held = improvement(TWO_PULSE, 0.22, 0.0, LAMBDA, PRF, 20.0, 1e3)
    assert 1.0 / held == pytest.approx(1.0 / free + 1e-3, rel=1e-9)
    assert improvement(NO_CANCELLER, 5.0, 3.0, LAMBDA, PRF, 2.0, 1e4) == pytest.approx(1e4, rel=1e-12)


def test_wind_lets_rain_through() -> None:
    """Rain at half the blind speed is passed better than noise; at the blind speed it is as if it stood still."""
    still = improvement(THREE_PULSE, 2.0, 0.0, LAMBDA, PRF, 0.0, NEVER)
    assert improvement(THREE_PULSE, 2.0, 25.0, LAMBDA, PRF, 0.0, NEVER) < 1.0
    assert improvement(THREE_PULSE, 2.0, FIRST, LAMBDA, PRF, 0.0, NEVER) == pytest.approx(still, rel=1e-6)


@pytest.mark.parametrize("canceller", [TWO_PULSE, THREE_PULSE])
def test_blind_speeds(canceller: int) -> None:
    """v_n = n lambda PRF / 2: nothing there, most half-way: 2 or 8/3 of the mean."""
    for n in range(5):
        v = blind_speed_mps(n, LAMBDA, PRF)
        assert v == pytest.approx(n * FIRST, rel=1e-12)
        assert target_gain(canceller, v, LAMBDA, PRF) < 1e-20
        best = target_gain(canceller, v + 0.5 * FIRST, LAMBDA, PRF)
        assert best == pytest.approx(2.0 if canceller == TWO_PULSE else 8.0 / 3.0, rel=1e-12)


@pytest.mark.parametrize("canceller", [TWO_PULSE, THREE_PULSE, NO_CANCELLER])
def test_mean_gain_is_one(canceller: int) -> None:
    """Over one period of speed: noise of all Dopplers passes with 1, single PRF and staggered."""
    speeds = np.linspace(0.0, FIRST, 1_000, endpoint=False)
    assert np.mean([target_gain(canceller, v, LAMBDA, PRF) for v in speeds]) == pytest.approx(1.0, abs=1e-12)
    prfs = np.array([1000.0, 1250.0])
    speeds = np.linspace(0.0, 250.0, 5_000, endpoint=False)  # 5 and 4 blind speeds of either
    staggered = [target_gain_staggered(canceller, v, LAMBDA, prfs) for v in speeds]
    assert np.mean(staggered) == pytest.approx(1.0, abs=1e-12)


def test_stagger_moves_the_blind_speed() -> None:
    """1000 and 1250 Hz, 4 : 5: blind together only at 250 m/s; at 50 m/s the second PRF still sees."""
    prfs = np.array([1000.0, 1250.0])
    assert target_gain_staggered(TWO_PULSE, 250.0, LAMBDA, prfs) < 1e-20
    alone = target_gain(TWO_PULSE, 50.0, LAMBDA, 1250.0)
    assert target_gain_staggered(TWO_PULSE, 50.0, LAMBDA, prfs) == pytest.approx(0.5 * alone, rel=1e-12)
    assert min(target_gain_staggered(TWO_PULSE, v, LAMBDA, prfs) for v in np.arange(15.0, 235.0, 0.1)) > 0.1
    assert target_gain_staggered(TWO_PULSE, 50.0, LAMBDA, np.empty(0)) == 1.0


def test_spreads_are_ordered() -> None:
    assert all(low <= usual <= high for low, usual, high in CLUTTER_SPREAD_MPS.values())
