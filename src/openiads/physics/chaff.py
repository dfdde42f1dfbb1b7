"""A cloud of chaff: how large its echo is, where it drifts, how it moves in Doppler, what it hides.

N half-wave dipoles with random orientation. The sum of their mean cross-sections holds while they do not
shade each other; a cloud cannot return more than its projected area. The cloud blooms with one time
constant, grows by turbulence, falls slowly and goes with the wind.

Sources: D. C. Schleher, Electronic Warfare in the Information Age, 1999, and D. L. Adamy, EW 101, 2001 (0.15
lambda^2 to 0.18 lambda^2 per dipole, fall of about 0.3 m/s); F. E. Nathanson, Radar Design Principles, 2nd ed., 1991, ch. 6
(spectrum: turbulence, shear, beam, fall); P. Z. Peebles, "Bistatic radar cross sections of chaff", IEEE Trans.
AES-20(2), 1984 (random dipoles).
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.radar import wavelength_m

#: Mean cross-section of a resonant dipole over lambda^2, span 0.15 to 0.18.
DIPOLE_RCS_PER_LAMBDA_SQ = 0.15
#: Mean extinction cross-section of a lossless resonant dipole over lambda^2: G lambda^2 / pi at best, mean over directions
#: (1 / G) and polarisation (1/2).
DIPOLE_EXTINCTION_PER_LAMBDA_SQ = 0.5 / math.pi
FALL_SPEED_MPS = 0.3
_MIN_TIME_S = 1e-3


# --- echo -----------------------------------------------------------------------------------------------


@kernel
def band_match(freq_hz, cut_freq_hz, relative_bandwidth):
    """Response (0..1) of dipoles cut for one frequency: 1 / (1 + (2 (f - f0) / (b f0))^2), half at the band's edges.

    relative_bandwidth: full width at half power over f0 (0.1 to 0.25: assumption). Second resonances are left
    out; add the cuts of a mixed package one by one.
    """
    width = max(relative_bandwidth, 1e-3) * max(cut_freq_hz, 1.0)
    x = 2.0 * (freq_hz - cut_freq_hz) / width
    return 1.0 / (1.0 + x * x)


@kernel
def dipole_sum_rcs_m2(dipoles, freq_hz, match, factor):
    """Cross-section (m^2) of dipoles that do not shade each other: factor * lambda^2 * N * match.

    dipoles: those that fly free (the dispensed number times the share that does not stick together).
    """
    lam = wavelength_m(freq_hz)
    return max(factor, 0.0) * lam * lam * max(dipoles, 0.0) * max(match, 0.0)


@kernel
def bloom(age_s, time_constant_s):
    """Share (0..1) of the cloud that has opened: 1 - exp(-age / tau); 0 before release."""
    if not age_s > 0.0:
        return 0.0
    return 1.0 - math.exp(-age_s / max(time_constant_s, _MIN_TIME_S))


@kernel
def cloud_radius_m(age_s, burst_radius_m, time_constant_s, diffusivity_m2ps):
    """Radius (m) of the cloud: burst, opening with the bloom, and Fickian growth: sqrt((r b)^2 + 4 K t).

    For a Gaussian puff of variance 2 K t per axis this is sqrt(2) sigma, the circle that holds 1 - 1/e of the
    dipoles in projection.
    """
    t = max(age_s, 0.0)
    r = burst_radius_m * bloom(t, time_constant_s)
    return math.sqrt(r * r + 4.0 * max(diffusivity_m2ps, 0.0) * t)


@kernel
def shaded_rcs_m2(sum_rcs_m2, area_m2):
    """Cross-section (m^2) with mutual shading: A (1 - exp(-sum / A)).

    The sum for a thin cloud, the projected area for a dense one; never above the smaller of both, never below
    0.632 of it.
    """
    if not (area_m2 > 0.0 and sum_rcs_m2 > 0.0):
        return 0.0
    return area_m2 * (1.0 - math.exp(-sum_rcs_m2 / area_m2))


@kernel
def transmission(dipoles, freq_hz, match, factor, area_m2):
    """One-way power share (0..1) through the middle of a cloud: exp(-N * extinction / A)."""
    if not area_m2 > 0.0:
        return 1.0
    return math.exp(-dipole_sum_rcs_m2(dipoles, freq_hz, match, factor) / area_m2)


@kernel
def chaff_echo(age_s, dipoles, freq_hz, match, factor, bloom_s, burst_radius_m, diffusivity_m2ps):
    """(rcs_m2, radius_m) of a cloud at an age: bloom, growth and shading together; (0, 0) before release."""
    radius = cloud_radius_m(age_s, burst_radius_m, bloom_s, diffusivity_m2ps)
    total = dipole_sum_rcs_m2(dipoles, freq_hz, match, factor) * bloom(age_s, bloom_s)
    return shaded_rcs_m2(total, math.pi * radius * radius), radius


# --- motion ---------------------------------------------------------------------------------------------


@kernel
def stopping_distance_m(speed_mps, stop_s, age_s):
    """Distance (m) that the cloud still flies along the dispenser's velocity (air speed): v tau (1 - exp(-t / tau))."""
    return speed_mps * stop_s * bloom(age_s, stop_s)


@kernel
def _profile_integral(low_m, high_m, alt_m, value):
    """Integral over altitude, low_m <= high_m, of a profile linear between rows and held beyond its ends."""
    n = len(alt_m)
    total = value[0] * max(min(high_m, alt_m[0]) - low_m, 0.0)
    total += value[n - 1] * max(high_m - max(low_m, alt_m[n - 1]), 0.0)
    for i in range(n - 1):
        a = max(low_m, alt_m[i])
        b = min(high_m, alt_m[i + 1])
        span = alt_m[i + 1] - alt_m[i]
        if b > a and span > 0.0:
            middle = (0.5 * (a + b) - alt_m[i]) / span
            total += (b - a) * (value[i] + middle * (value[i + 1] - value[i]))
    return total


@kernel
def drift_m(age_s, release_alt_m, fall_speed_mps, profile_alt_m, profile_east_mps, profile_north_mps):
    """Offset (east, north, up) in m from the release point: wind along the fall, exact for the profile of `wind`.

    The arrays are those of `wind.wind_at` (n = 0 is still air). The ground is not looked at.
    """
    t = max(age_s, 0.0)
    fall = max(fall_speed_mps, 0.0) * t
    if len(profile_alt_m) == 0:
        return 0.0, 0.0, -fall
    depth = max(fall, 1e-3)  # a cloud that does not fall: mean over a millimetre
    low = release_alt_m - depth
    east = _profile_integral(low, release_alt_m, profile_alt_m, profile_east_mps)
    north = _profile_integral(low, release_alt_m, profile_alt_m, profile_north_mps)
    return east / depth * t, north / depth * t, -fall


@kernel
def mean_radial_velocity_mps(east_mps, north_mps, fall_speed_mps, az_rad, el_rad):
    """Mean range rate (m/s, positive outward) of a cloud in a wind, seen at an azimuth and elevation."""
    level = east_mps * math.sin(az_rad) + north_mps * math.cos(az_rad)
    return level * math.cos(el_rad) - fall_speed_mps * math.sin(el_rad)


@kernel
def velocity_spread_mps(
    turbulence_mps, shear_per_s, height_m, cross_wind_mps, width_rad, fall_spread_mps, el_rad
):
    """Standard deviation (m/s) of the radial velocity: turbulence, shear over the seen height, beam, fall; in quadrature.

    height_m: of the part of the cloud inside the beam, shear k h / sqrt(12) cos(el); width_rad: angle that the seen
    part fills across the wind, u width / sqrt(12). Nathanson's 0.3 k R phi for a beam of elevation width phi.
    """
    shear = shear_per_s * height_m * math.cos(el_rad) * 0.2886751345948129
    beam = cross_wind_mps * width_rad * 0.2886751345948129
    fall = fall_spread_mps * math.sin(el_rad)
    return math.sqrt(turbulence_mps * turbulence_mps + shear * shear + beam * beam + fall * fall)
