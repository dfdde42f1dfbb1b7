"""R-22: two-ray interference on the curved Earth against closed forms, exact geometry and the diffracted field.

No tolerance is wider than what the compared closed form itself neglects; where it is, the reason stands there.
"""

import itertools
import math

import pytest
from scipy.optimize import minimize_scalar
from scipy.special import ive

from openiads.physics.multipath import (
    MAX_FACTOR4,
    ROUGH_AMENT,
    ROUGH_MILLER_BROWN,
    depression_rad,
    divergence_factor,
    fresnel,
    ground_permittivity,
    horizon_factor_sq,
    mirror_path,
    propagation_factor4,
    propagation_factor_sq,
    ray_limit,
    rms_wave_height_m,
    roughness_factor,
    sea_permittivity,
)
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, two_ray_factor_sq
from openiads.units import SPEED_OF_LIGHT_MPS

A_E = 4.0 / 3.0 * EARTH_MEAN_RADIUS_M
FLAT = 1e12  # m: an Earth without curvature
PERFECT = 1e12  # permittivity of a mirror
LAMBDA = SPEED_OF_LIGHT_MPS / 3e9


def db(ratio: float) -> float:
    return 10.0 * math.log10(ratio)


def mirror(target: float, ground: float = 20e3, antenna: float = 20.0) -> float:
    return propagation_factor4(antenna, target, ground, LAMBDA, FLAT, PERFECT, 0.0, 0, 0.0, ROUGH_AMENT, 1.0)


# --- flat Earth, perfect mirror ----------------------------------------------------------------------------


def test_r22_first_lobe_and_null() -> None:
    """F = |2 sin(2 pi h_a h_t / (lambda R))|: 3 GHz, 20 m, 20 km: lobe at 24.983 m, +12.041 dB; null at 49.965 m."""
    lobe = minimize_scalar(
        lambda h: -mirror(h), bounds=(15.0, 35.0), method="bounded", options={"xatol": 1e-6}
    ).x
    null = minimize_scalar(mirror, bounds=(40.0, 60.0), method="bounded", options={"xatol": 1e-6}).x
    assert lobe == pytest.approx(24.983, abs=0.01)
    assert null == pytest.approx(49.965, abs=0.01)
    assert db(mirror(lobe)) == pytest.approx(12.041, abs=0.01)
    assert mirror(lobe) <= MAX_FACTOR4
    assert db(mirror(null)) < -60.0


@pytest.mark.parametrize("target", [5.0, 12.0, 24.0, 33.0, 60.0, 90.0])
def test_flat_limit_is_the_textbook_form(target: float) -> None:
    """1e-3: the textbook form is the first order of (heights / range)."""
    textbook = two_ray_factor_sq(20.0, target, LAMBDA, 20e3, 1.0)
    assert mirror(target) == pytest.approx(textbook * textbook, rel=1e-3)


# --- geometry on the sphere --------------------------------------------------------------------------------

GEOMETRY = [
    (20.0, 30.0, 10e3), (20.0, 30.0, 35e3), (20.0, 3e3, 50e3), (20.0, 10e3, 5e3), (20.0, 10e3, 300e3),
    (1_500.0, 50.0, 120e3), (1_500.0, 9e3, 200e3), (20.0, 60e3, 100e3), (5e3, 5e3, 1e3),
]  # fmt: skip


def shortest(antenna: float, target: float, ground: float) -> tuple[float, float]:
    """(path difference, arc to the mirror point) by minimising the length over all points of the sphere (Fermat)."""

    def chord(height: float, arc: float) -> float:
        return math.sqrt(height**2 + 4.0 * A_E * (A_E + height) * math.sin(0.5 * arc / A_E) ** 2)

    best = minimize_scalar(
        lambda x: chord(antenna, x) + chord(target, ground - x),
        bounds=(0.0, ground), method="bounded", options={"xatol": 1e-6},
    )  # fmt: skip
    across = math.sin(0.5 * ground / A_E) ** 2
    direct = math.sqrt((target - antenna) ** 2 + 4.0 * (A_E + antenna) * (A_E + target) * across)
    return best.fun - direct, best.x


@pytest.mark.parametrize(("antenna", "target", "ground"), GEOMETRY)
def test_path_difference_is_exact(antenna: float, target: float, ground: float) -> None:
    """0.2 mm to 60 km height (a hundredth of the shortest radar wavelength): the closed-form mirror point is good enough."""
    difference, sine, leg, other, near = mirror_path(antenna, target, ground, A_E)
    exact, arc = shortest(antenna, target, ground)
    assert difference == pytest.approx(exact, abs=2e-4)
    assert near == pytest.approx(arc, abs=0.5 + 1e-3 * ground)
    # The rays meet the surface under equal angles: seen from both ends the grazing angle is one.
    from_target = ((2.0 * A_E + target) * target - other * other) / (2.0 * A_E * other)
    assert sine == pytest.approx(from_target, rel=6e-3, abs=3e-6)
    # Depression + central angle: the antenna looks down by the grazing angle plus the arc.
    grazing = math.asin(sine)
    assert depression_rad(antenna, leg, A_E) == pytest.approx(grazing + near / A_E, abs=1e-7)


def test_divergence() -> None:
    """Flat: 1. Horizon: 0. In between the closed form of Kerr (1951), chapter 5."""
    assert divergence_factor(0.01, 1e3, 2e3, 1e15) == pytest.approx(1.0, abs=1e-6)
    assert divergence_factor(0.0, 1e3, 2e3, A_E) == 0.0
    d = divergence_factor(0.005, 10e3, 10e3, A_E)
    assert d == pytest.approx(1.0 / math.sqrt(1.0 + 2.0 * 10e3 * 10e3 / (A_E * 20e3 * 0.005)), rel=1e-12)


# --- reflection coefficient --------------------------------------------------------------------------------


def test_fresnel_against_complex_arithmetic() -> None:
    for sine in (0.0, 1e-4, 0.01, 0.1, 0.5, 1.0):
        for e in (70.0 - 40.0j, 15.0 - 0.1j, 3.0 + 0.0j):
            q = (e - 1.0 + sine**2) ** 0.5
            for vertical, gamma in ((0, (sine - q) / (sine + q)), (1, (e * sine - q) / (e * sine + q))):
                assert complex(*fresnel(sine, e.real, -e.imag, vertical)) == pytest.approx(gamma, abs=1e-12)


def test_grazing_limit_is_a_mirror() -> None:
    for vertical in (0, 1):
        assert fresnel(0.0, 70.0, 40.0, vertical) == pytest.approx((-1.0, 0.0), abs=1e-12)


def test_brewster_angle() -> None:
    """Lossless ground: vertical polarisation is not reflected at tan(psi) = 1 / sqrt(e). Sea: a minimum, with loss.

    Horizontal polarisation has none: it falls steadily.
    """
    for e in (3.0, 15.0, 30.0):
        psi = math.atan(1.0 / math.sqrt(e))
        assert math.hypot(*fresnel(math.sin(psi), e, 0.0, 1)) < 1e-12
        assert fresnel(math.sin(psi - 0.01), e, 0.0, 1)[0] < 0.0 < fresnel(math.sin(psi + 0.01), e, 0.0, 1)[0]
    real, loss = sea_permittivity(3e9)
    size = [math.hypot(*fresnel(math.sin(math.radians(0.1 * i)), real, loss, 1)) for i in range(901)]
    lowest = 0.1 * size.index(min(size))
    assert 5.0 < lowest < 8.0 and 0.0 < min(size) < 0.4  # Kerr (1951), chapter 5: near 6 degrees at 10 cm
    flat = [math.hypot(*fresnel(math.sin(math.radians(i)), real, loss, 0)) for i in range(91)]
    assert all(a > b for a, b in itertools.pairwise(flat))


def test_sea_water_against_an_independent_model() -> None:
    """Klein and Swift (IEEE Trans. AP 25, 1977), single Debye: two fits of measurements agree within 5 %, 1 to 10 GHz."""
    for ghz in (1.0, 3.0, 5.0, 10.0):
        for t in (5.0, 20.0, 28.0):
            s, w = 35.0, 2.0 * math.pi * ghz * 1e9
            static = 87.134 - 1.949e-1 * t - 1.276e-2 * t**2 + 2.491e-4 * t**3
            static *= 1.0 + 1.613e-5 * s * t - 3.656e-3 * s + 3.210e-5 * s**2 - 4.232e-7 * s**3
            tau = 1.768e-11 - 6.086e-13 * t + 1.104e-14 * t**2 - 8.111e-17 * t**3
            tau *= 1.0 + 2.282e-5 * s * t - 7.638e-4 * s - 7.760e-6 * s**2 + 1.105e-8 * s**3
            d = 25.0 - t
            beta = 2.033e-2 + 1.266e-4 * d + 2.464e-6 * d**2 - s * (1.849e-5 - 2.551e-7 * d + 2.551e-8 * d**2)
            sigma = (
                s * (0.182521 - 1.46192e-3 * s + 2.09324e-5 * s**2 - 1.28205e-7 * s**3) * math.exp(-d * beta)
            )
            value = 4.9 + (static - 4.9) / (1.0 + 1j * w * tau) - 1j * sigma / (w * 8.854e-12)
            real, loss = sea_permittivity(ghz * 1e9, t)
            assert real == pytest.approx(value.real, rel=0.05), (ghz, t)
            assert loss == pytest.approx(-value.imag, rel=0.05), (ghz, t)


def test_ground_constants() -> None:
    assert ground_permittivity("medium dry ground", 1e9) == pytest.approx((15.0, 0.01798), rel=1e-3)


# --- roughness ---------------------------------------------------------------------------------------------


def test_roughness() -> None:
    """Closed forms; a smooth surface reflects all (1), a rough one nothing; Miller-Brown never below Ament."""
    for sigma, sine in ((0.05, 0.01), (0.3, 0.02), (1.0, 0.05), (1.25, 0.2)):
        x = 2.0 * (2.0 * math.pi * sigma * sine / LAMBDA) ** 2
        ament = roughness_factor(sigma, sine, LAMBDA, ROUGH_AMENT)
        brown = roughness_factor(sigma, sine, LAMBDA, ROUGH_MILLER_BROWN)
        assert ament == pytest.approx(math.exp(-x), rel=1e-12)
        assert brown == pytest.approx(ive(0, x), abs=2e-7)
        assert brown >= ament
    for model in (ROUGH_AMENT, ROUGH_MILLER_BROWN):
        assert roughness_factor(1.0, 0.0, LAMBDA, model) == 1.0
        assert roughness_factor(0.0, 0.5, LAMBDA, model) == 1.0
        assert roughness_factor(1.25, 1e-7, LAMBDA, model) == pytest.approx(1.0, abs=1e-6)
    assert roughness_factor(1.25, 0.5, LAMBDA, ROUGH_AMENT) < 1e-30


def test_a_very_rough_sea_leaves_free_space() -> None:
    real, loss = sea_permittivity(10e9)
    f2 = propagation_factor_sq(
        20.0, 3e3, 20e3, 0.03, A_E, real, loss, 0, rms_wave_height_m(6), ROUGH_AMENT, 1.0
    )
    assert f2 == pytest.approx(1.0, abs=1e-6)


def test_roughness_fills_the_nulls() -> None:
    """At the null of a flat sea, sea state after sea state raises the field toward free space."""
    real, loss = sea_permittivity(3e9)

    def null(state: int) -> float:
        rms = rms_wave_height_m(state)
        return propagation_factor_sq(
            20.0, 49.965, 20e3, LAMBDA, FLAT, real, loss, 0, rms, ROUGH_MILLER_BROWN, 1.0
        )

    values = [null(state) for state in range(7)]
    assert all(a < b < 1.0 for a, b in itertools.pairwise(values))


def test_antenna_pattern_at_the_reflection() -> None:
    """No gain toward the sea: free space. Amplitude, not power, enters: g = 1/4 gives lobes of 1.5 and nulls of 0.5."""
    assert propagation_factor_sq(20.0, 24.983, 20e3, LAMBDA, FLAT, PERFECT, 0.0, 0, 0.0, 0, 0.0) == 1.0
    lobe = propagation_factor_sq(20.0, 24.983, 20e3, LAMBDA, FLAT, PERFECT, 0.0, 0, 0.0, 0, 0.25)
    null = propagation_factor_sq(20.0, 49.965, 20e3, LAMBDA, FLAT, PERFECT, 0.0, 0, 0.0, 0, 0.25)
    assert (math.sqrt(lobe), math.sqrt(null)) == pytest.approx((1.5, 0.5), abs=1e-4)


# --- toward the horizon ------------------------------------------------------------------------------------


def residue_db(h1: float, h2: float, ground: float, freq_hz: float) -> float:
    """ITU-R P.526-15, equations 13 to 18 in the practical units printed there (MHz, km, m), beta = 1."""
    mhz, a_km = freq_hz / 1e6, A_E / 1e3
    x = 2.188 * mhz ** (1 / 3) * a_km ** (-2 / 3) * ground / 1e3
    total = 11.0 + 10.0 * math.log10(x) - 17.6 * x if x >= 1.6 else -20.0 * math.log10(x) - 5.6488 * x**1.425
    for h in (h1, h2):
        y = 9.575e-3 * mhz ** (2 / 3) * a_km ** (-1 / 3) * h
        if y > 2.0:
            total += 17.6 * math.sqrt(y - 1.1) - 5.0 * math.log10(y - 1.1) - 8.0
        else:
            total += 20.0 * math.log10(y + 0.1 * y**3)
    return total


@pytest.mark.parametrize("freq_hz", [1e9, 3e9, 10e9])
@pytest.mark.parametrize("target", [10.0, 100.0, 1_000.0, 10_000.0])
def test_at_the_horizon_the_diffracted_field(freq_hz: float, target: float) -> None:
    """0.1 dB: the printed practical form has rounded constants. One-way -12 to -25 dB at the horizon."""
    horizon = math.sqrt(2.0 * A_E * 20.0) + math.sqrt(2.0 * A_E * target)
    wave = SPEED_OF_LIGHT_MPS / freq_hz
    real, loss = sea_permittivity(freq_hz)
    expected = residue_db(20.0, target, horizon, freq_hz)
    assert db(horizon_factor_sq(20.0, target, horizon, wave, A_E)) == pytest.approx(expected, abs=0.1)
    here = propagation_factor_sq(20.0, target, horizon, wave, A_E, real, loss, 0, 0.0, 0, 1.0)
    assert db(here) == pytest.approx(expected, abs=0.1)
    assert -25.0 < db(here) < -12.0


def test_steady_from_the_last_lobe_to_the_horizon() -> None:
    """No jump where the two descriptions meet, and nothing but decline between the last lobe and the horizon."""
    real, loss = sea_permittivity(3e9)
    horizon = math.sqrt(2.0 * A_E * 20.0) + math.sqrt(2.0 * A_E * 100.0)
    values = [
        db(
            propagation_factor_sq(
                20.0, 100.0, horizon * (0.62 + 0.0005 * i), LAMBDA, A_E, real, loss, 0, 0.0, 0, 1.0
            )
        )
        for i in range(800)
    ]
    steps = [b - a for a, b in itertools.pairwise(values)]
    assert max(steps) < 0.0
    assert min(steps) > -0.1  # dB for 30 m
    assert values[0] > 4.0 and values[-1] < -14.0


def test_ray_limit() -> None:
    assert ray_limit(0.1, A_E) == pytest.approx((0.1 / (2.0 * math.pi * A_E)) ** (1.0 / 3.0), rel=1e-12)


def test_strange_arguments_stay_finite() -> None:
    """The engine asks with whatever it has: below ground, at zero range, beyond the horizon, no wavelength."""
    for h in (-50.0, 0.0, 1e6):
        for ground in (-1.0, 0.0, 1e7):
            for wave in (0.0, 0.03):
                value = propagation_factor4(h, h, ground, wave, A_E, 70.0, 40.0, 1, 0.5, 1, 1.0)
                assert 0.0 <= value <= MAX_FACTOR4 + 1e-9


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: rms_wave_height_m(7), "sea_state"),
        (lambda: rms_wave_height_m(2.5), "sea_state"),
        (lambda: sea_permittivity(3e9, 60.0), "temp_c"),
        (lambda: sea_permittivity(3e9, 20.0, -1.0), "salinity"),
        (lambda: sea_permittivity(1e6), "freq_hz"),
        (lambda: ground_permittivity("snow", 3e9), "kind"),
    ],
)
def test_refusals(call, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()
