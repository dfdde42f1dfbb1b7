"""R-42: chaff: dipoles, bloom, shading, drift, Doppler.

References: a thin resonant half-wave dipole with short-circuited centre by quadrature (mean echo 0.15 lambda^2, the constant of
the textbooks; mean extinction lambda^2 / (2 pi)); limits of the shading law; the drift against numerical integration
of the package's own wind profile.
"""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from openiads.physics.chaff import (
    DIPOLE_EXTINCTION_PER_LAMBDA_SQ,
    DIPOLE_RCS_PER_LAMBDA_SQ,
    FALL_SPEED_MPS,
    band_match,
    bloom,
    chaff_echo,
    cloud_radius_m,
    dipole_sum_rcs_m2,
    drift_m,
    mean_radial_velocity_mps,
    shaded_rcs_m2,
    stopping_distance_m,
    transmission,
    velocity_spread_mps,
)
from openiads.physics.wind import wind_at

ALT = np.array([500.0, 1000.0, 3000.0, 9000.0])
EAST = np.array([2.0, 10.0, 6.0, 40.0])
NORTH = np.array([0.0, -3.0, 4.0, 12.0])


def dipole_power(theta: float) -> float:
    """Power pattern of a half-wave dipole, 1 at broadside."""
    return (math.cos(0.5 * math.pi * math.cos(theta)) / math.sin(theta)) ** 2


def test_the_constants_of_a_dipole() -> None:
    """Short-circuited: four times the matched echo, G^2 lambda^2 / pi = 0.86 lambda^2 broadside. Random orientation: pattern
    twice, polarisation cos^4 (mean 3/8). Extinction G lambda^2 / pi, pattern and cos^2 once. Echo 0.151: within 1 % of 0.15."""
    mean1 = quad(lambda t: dipole_power(t) * math.sin(t) / 2.0, 1e-9, math.pi - 1e-9)[0]
    mean2 = quad(lambda t: dipole_power(t) ** 2 * math.sin(t) / 2.0, 1e-9, math.pi - 1e-9)[0]
    gain = 1.0 / mean1
    assert gain == pytest.approx(1.641, abs=1e-3)
    assert gain**2 / math.pi == pytest.approx(0.857, abs=1e-3)
    assert gain**2 / math.pi * mean2 * 3.0 / 8.0 == pytest.approx(DIPOLE_RCS_PER_LAMBDA_SQ, rel=0.01)
    assert gain / math.pi * mean1 / 2.0 == pytest.approx(DIPOLE_EXTINCTION_PER_LAMBDA_SQ, rel=1e-12)


def test_sum_of_dipoles() -> None:
    """A million dipoles at 3 GHz: 0.15 * 0.0999^2 * 1e6 = 1,498 m2."""
    assert dipole_sum_rcs_m2(1e6, 3e9, 1.0, 0.15) == pytest.approx(1497.9, abs=0.1)
    assert dipole_sum_rcs_m2(1e6, 6e9, 1.0, 0.15) == pytest.approx(1497.9 / 4.0, abs=0.1)
    assert dipole_sum_rcs_m2(0.0, 3e9, 1.0, 0.15) == 0.0


def test_band() -> None:
    """Half at the edges of the declared width, 1 in its middle, never above."""
    assert band_match(9e9, 9e9, 0.15) == 1.0
    for edge in (9e9 * 1.075, 9e9 * 0.925):
        assert band_match(edge, 9e9, 0.15) == pytest.approx(0.5, rel=1e-12)
    assert band_match(3e9, 9e9, 0.15) < 0.013


def test_bloom() -> None:
    assert bloom(-1.0, 2.0) == 0.0
    assert bloom(0.0, 2.0) == 0.0
    assert bloom(2.0, 2.0) == pytest.approx(1.0 - math.exp(-1.0), rel=1e-12)
    assert bloom(100.0, 2.0) == pytest.approx(1.0, abs=1e-15)


def test_growth_by_turbulence() -> None:
    """A puff of dipoles in a random walk with diffusivity K: the circle sqrt(4 K t) holds 1 - 1/e of them. 40,000 walkers,
    four standard errors."""
    rng = np.random.Generator(np.random.Philox(42))
    k, t = 3.0, 40.0
    place = rng.normal(0.0, math.sqrt(2.0 * k * t), (40_000, 2))
    inside = np.mean((place**2).sum(axis=1) < cloud_radius_m(t, 0.0, 1.0, k) ** 2)
    p = 1.0 - math.exp(-1.0)
    assert inside == pytest.approx(p, abs=4.0 * math.sqrt(p * (1.0 - p) / 40_000))
    assert cloud_radius_m(1e6, 10.0, 1.0, 0.0) == pytest.approx(10.0, rel=1e-12)
    assert cloud_radius_m(-5.0, 10.0, 1.0, 3.0) == 0.0


@pytest.mark.parametrize("area", [1.0, 50.0, 1e4])
def test_shading_stays_below_both_limits(area: float) -> None:
    """At most min(sum, projected area), at least 1 - 1/e of it; the sum when thin, the area when dense."""
    for total in np.geomspace(1e-4, 1e8, 60):
        rcs = shaded_rcs_m2(total, area)
        limit = min(total, area)
        assert (1.0 - math.exp(-1.0)) * limit * (1.0 - 1e-12) <= rcs <= limit
    assert shaded_rcs_m2(1e-6 * area, area) == pytest.approx(1e-6 * area, rel=1e-6)
    assert shaded_rcs_m2(1e3 * area, area) == area
    assert shaded_rcs_m2(0.0, area) == 0.0
    assert shaded_rcs_m2(1.0, 0.0) == 0.0


def test_shading_of_random_discs() -> None:
    """The same law by throwing: 300 discs of 1 m2 on 500 m2 (torus), covered share of a grid of points. Mean of 40 throws:
    1 - (1 - 1/500)^300; against 1 - exp(-300/500) to 1 %."""
    rng = np.random.Generator(np.random.Philox(43))
    side = math.sqrt(500.0)
    grid = (np.arange(60) + 0.5) / 60.0 * side
    covered = []
    for _ in range(40):
        x, y = rng.uniform(0.0, side, (2, 300))
        dx = abs(grid[:, None] - x)
        dy = abs(grid[:, None] - y)
        dx, dy = np.minimum(dx, side - dx) ** 2, np.minimum(dy, side - dy) ** 2
        near = dx[:, None, :] + dy[None, :, :] < 1.0 / math.pi
        covered.append(near.any(axis=2).mean())
    assert np.mean(covered) * 500.0 == pytest.approx(shaded_rcs_m2(300.0, 500.0), rel=0.015)


def test_transmission() -> None:
    """Attenuation in dB = 4.343 N lambda^2 / (2 pi A); two clouds in line multiply; nothing without dipoles."""
    lam = 0.0999308193
    one = transmission(1e6, 3e9, 1.0, DIPOLE_EXTINCTION_PER_LAMBDA_SQ, 2000.0)
    db = -10.0 * math.log10(one)
    assert db == pytest.approx(4.342945 * 1e6 * lam**2 / (2.0 * math.pi) / 2000.0, rel=1e-6)
    two = transmission(2e6, 3e9, 1.0, DIPOLE_EXTINCTION_PER_LAMBDA_SQ, 2000.0)
    assert two == pytest.approx(one * one, rel=1e-12)
    assert transmission(0.0, 3e9, 1.0, 0.16, 2000.0) == 1.0
    assert transmission(1e6, 3e9, 1.0, 0.16, 0.0) == 1.0


def test_echo_of_a_cloud() -> None:
    """Never shrinks, starts at zero, ends at the sum of the dipoles once the cloud is thin; more dipoles are never less."""
    cloud = (2e6, 9e9, 0.8, 0.15, 1.5, 5.0, 2.0)
    ages = np.linspace(0.0, 600.0, 300)
    values = [chaff_echo(t, *cloud)[0] for t in ages]
    assert values[0] == 0.0
    assert values == sorted(values)
    total = dipole_sum_rcs_m2(*cloud[:4])
    assert values[-1] <= total
    assert chaff_echo(1e6, *cloud)[0] == pytest.approx(total, rel=1e-4)
    assert chaff_echo(-1.0, *cloud) == (0.0, 0.0)
    early = chaff_echo(0.3, *cloud)  # dense, optical depth 4.8: the projected area but for e^-4.8
    assert early[0] == pytest.approx(math.pi * early[1] ** 2, rel=0.01)
    more = chaff_echo(30.0, 4e6, *cloud[1:])[0]
    assert more > chaff_echo(30.0, *cloud)[0]


@pytest.mark.parametrize("start", [300.0, 700.0, 2000.0, 3010.0, 9500.0])
@pytest.mark.parametrize("fall", [0.0, FALL_SPEED_MPS, 5.0])
def test_drift_against_integration(start: float, fall: float) -> None:
    """20,000 midpoints along the fall of 300 s: 1 mm (kinks of the profile)."""
    age, n = 300.0, 20_000
    times = (np.arange(n) + 0.5) / n * age
    winds = np.array([wind_at(start - fall * t, ALT, EAST, NORTH) for t in times])
    east, north, up = drift_m(age, start, fall, ALT, EAST, NORTH)
    assert (east, north) == pytest.approx(tuple(winds.mean(axis=0) * age), abs=0.01)
    assert up == -fall * age


def test_drift_in_still_air() -> None:
    none = np.empty(0)
    assert drift_m(100.0, 3000.0, 0.3, none, none, none) == pytest.approx((0.0, 0.0, -30.0))
    assert drift_m(-1.0, 3000.0, 0.3, ALT, EAST, NORTH) == (0.0, 0.0, 0.0)


def test_stopping() -> None:
    """250 m/s with 0.2 s: 50 m in all, 63 % of it after 0.2 s."""
    assert stopping_distance_m(250.0, 0.2, 60.0) == pytest.approx(50.0, rel=1e-12)
    assert stopping_distance_m(250.0, 0.2, 0.2) == pytest.approx(50.0 * (1.0 - math.exp(-1.0)), rel=1e-12)


def test_mean_doppler_is_the_wind() -> None:
    """Derivative of the range to the drifting cloud; wind across the line of sight gives none."""
    assert mean_radial_velocity_mps(10.0, 0.0, 0.0, math.pi / 2, 0.0) == pytest.approx(10.0, rel=1e-12)
    assert mean_radial_velocity_mps(10.0, 0.0, 0.0, 0.0, 0.0) == 0.0
    az, el, r = 0.7, 0.3, 20e3
    e, n, u = r * math.sin(az) * math.cos(el), r * math.cos(az) * math.cos(el), r * math.sin(el)
    dt = 0.1
    after = math.sqrt((e + 8.0 * dt) ** 2 + (n - 5.0 * dt) ** 2 + (u - 0.3 * dt) ** 2)
    assert mean_radial_velocity_mps(8.0, -5.0, 0.3, az, el) == pytest.approx((after - r) / dt, abs=1e-3)


def test_spread() -> None:
    """Nathanson's shear term 0.3 k R phi (0.289 here, a uniformly filled beam); quadrature; uniform sample of heights."""
    k, r, phi = 5.7e-3, 20e3, math.radians(2.0)
    shear = velocity_spread_mps(0.0, k, r * phi, 0.0, 0.0, 0.0, 0.0)
    assert shear == pytest.approx(0.3 * k * r * phi, rel=0.04)
    heights = (np.arange(10_000) + 0.5) / 10_000 * r * phi
    assert shear == pytest.approx(np.std(k * heights), rel=1e-6)
    both = velocity_spread_mps(1.0, k, r * phi, 0.0, 0.0, 0.0, 0.0)
    assert both == pytest.approx(math.sqrt(1.0 + shear**2), rel=1e-12)
    assert velocity_spread_mps(0.0, 0.0, 0.0, 20.0, 0.03, 0.0, 0.0) == pytest.approx(
        20.0 * 0.03 / math.sqrt(12.0)
    )
    assert velocity_spread_mps(0.0, 0.0, 0.0, 0.0, 0.0, 0.2, math.pi / 2) == pytest.approx(0.2, rel=1e-12)
