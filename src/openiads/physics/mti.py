"""Moving-target indication: what a canceller leaves of clutter, and what it does to a target of a given speed.

Everything is normalised to the canceller's mean gain over Doppler: noise passes with 1, a target with G(v) (mean 1, 0 at
the blind speeds), clutter with 1 / I. The improvement factor I is the usual one, (S/C out) / (S/C in) averaged over
all target speeds.

A Gaussian clutter spectrum (standard deviation s_f about f_0) has correlation rho_k = exp(-2 (pi s_f k T)^2) over k
periods; scanning multiplies it with exp(-2 ln2 k^2 / n^2), n pulses within the one-way 3 dB beamwidth. Then, exactly,

    2 pulses: 1 / I = 1 - rho_1 cos(w)        3 pulses: 1 / I = 1 - (4/3) rho_1 cos(w) + (1/3) rho_2 cos(2 w)

with w = 2 pi f_0 T. For slow clutter these are the handbook forms 2 (PRF / 2 pi s_f)^2, 2 (PRF / 2 pi s_f)^4, n^2 / 1.388,
n^4 / 3.853. Instabilities add their own limit: 1 / I = 1 / I_clutter + 1 / I_declared.

Sources: M. I. Skolnik, Introduction to Radar Systems, 2nd ed. 1980, chapter 4; W. W. Shrader, V. Gregers-Hansen, in
Radar Handbook, 3rd ed. 2008, chapter 2; M. A. Richards, Fundamentals of Radar Signal Processing, section 5.2.
"""

from __future__ import annotations

import math

from openiads._jit import kernel

#: No canceller: G = 1 for every speed, and the declared improvement alone counts (coherent processing as declared).
NO_CANCELLER, TWO_PULSE, THREE_PULSE = 0, 2, 3

#: Standard deviation of the radial velocity (m/s) inside clutter, (low, usual, high): spread of the measurements
#: collected in Skolnik (1980), chapter 4. The limits are assumptions (grade F) around them.
CLUTTER_SPREAD_MPS = {
    "woods, calm": (0.01, 0.02, 0.04),
    "woods, windy": (0.1, 0.22, 0.32),
    "sea": (0.46, 0.8, 1.1),
    "chaff": (0.37, 0.9, 1.2),
    "rain": (1.8, 2.0, 4.0),
}

_TWO_LN2 = 2.0 * math.log(2.0)
_TWO_PI_SQ = 2.0 * math.pi * math.pi


@kernel
def blind_speed_mps(n, wavelength_m, prf_hz):
    """The n-th blind speed, n lambda PRF / 2 (m/s)."""
    return 0.5 * n * wavelength_m * prf_hz


@kernel
def correlation(periods, spread_mps, wavelength_m, prf_hz, pulses_in_beam):
    """Correlation (0..1) of clutter over a number of pulse periods: inner motion and scanning.

    spread_mps: standard deviation of radial velocity; pulses_in_beam: pulses while the beam moves by its one-way 3 dB width
    (0: the beam stands still).
    """
    doppler = 2.0 * spread_mps * periods / max(wavelength_m * prf_hz, 1e-12)
    x = _TWO_PI_SQ * doppler * doppler
    if pulses_in_beam > 0.0:
        moved = periods / max(pulses_in_beam, 1e-6)
        x += _TWO_LN2 * moved * moved
    return math.exp(-min(x, 700.0))


@kernel
def improvement(canceller, spread_mps, mean_mps, wavelength_m, prf_hz, pulses_in_beam, declared):
    """Improvement factor I (power ratio) against clutter of a mean radial velocity and a spread.

    canceller: NO_CANCELLER, TWO_PULSE or THREE_PULSE; declared: limit by everything else (instability, quantisation), a power
    ratio; without a canceller I is that. Against clutter that moves at half the first blind speed I is below 1.
    """
    limit = 1.0 / max(declared, 1e-12)
    if canceller == NO_CANCELLER:
        return 1.0 / limit
    turn = 4.0 * math.pi * mean_mps / max(wavelength_m * prf_hz, 1e-12)
    one = correlation(1.0, spread_mps, wavelength_m, prf_hz, pulses_in_beam) * math.cos(turn)
    rest = 1.0 - one
    if canceller == THREE_PULSE:
        two = correlation(2.0, spread_mps, wavelength_m, prf_hz, pulses_in_beam) * math.cos(2.0 * turn)
        rest = 1.0 - (4.0 * one - two) * (1.0 / 3.0)
    return 1.0 / max(max(rest, 0.0) + limit, 1e-12)


@kernel
def target_gain(canceller, radial_mps, wavelength_m, prf_hz):
    """Power gain of a canceller for a target's radial velocity, mean 1: 2 sin^2 x or (8/3) sin^4 x, x = 2 pi v / (lambda PRF)."""
    if canceller == NO_CANCELLER:
        return 1.0
    s = math.sin(2.0 * math.pi * radial_mps / max(wavelength_m * prf_hz, 1e-12))
    s = s * s
    if canceller == THREE_PULSE:
        return (8.0 / 3.0) * s * s
    return 2.0 * s


@kernel
def target_gain_staggered(canceller, radial_mps, wavelength_m, prf_hz):
    """The same with several PRFs (float64[n], Hz), dwell after dwell: the mean of their gains.

    Blind only where every PRF is. n = 0 counts as no canceller.
    """
    n = len(prf_hz)
    if n == 0:
        return 1.0
    total = 0.0
    for i in range(n):
        total += target_gain(canceller, radial_mps, wavelength_m, prf_hz[i])
    return total / n
