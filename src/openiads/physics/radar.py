"""Radar range equation, in the textbook form, the search form and as one constant per radar.

The textbook form (monostatic, matched filter, one coherent interval of energy Pt*tau):

    snr = Pt * tau * Gt * Gr * lambda^2 * rcs / ((4 pi)^3 * k * Ts * L * R^4)

Everything but target, range and propagation is one number, the *radar constant* K (unit m^2):

    snr = K * rcs * F^4 / R^4

K comes from physical parameters or from one published claim ("range R0 on RCS s0 at Pd, Pfa, Swerling case,
N pulses"): K = snr_required * R0^4 / s0. A claim already contains every loss of the radar that made it.
Sources: M. I. Skolnik, Introduction to Radar Systems; D. K. Barton, Radar System Analysis and Modeling.
Ratios are linear power ratios unless the name ends in ``_db``.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.detection import required_snr_db
from openiads.units import BOLTZMANN_J_PER_K, SPEED_OF_LIGHT_MPS

_DB_TO_NEPER = math.log(10.0) / 10.0
_FOUR_PI = 4.0 * math.pi
_FOUR_PI_CUBED = _FOUR_PI * _FOUR_PI * _FOUR_PI
_MIN_RANGE_M = 1.0  # far-field formula: nearer than this the answer is held, never infinite
_MIN_RATIO = 1e-300


@kernel
def db_to_ratio(value_db):
    """Power ratio of a value in dB (held at -3000 and +3000 dB, where floats end)."""
    return math.exp(min(max(value_db, -3000.0), 3000.0) * _DB_TO_NEPER)


@kernel
def ratio_to_db(ratio):
    """dB of a power ratio; -3000 dB for zero and below."""
    if not ratio > _MIN_RATIO:
        return -3000.0
    return 10.0 * math.log10(ratio)


@kernel
def wavelength_m(freq_hz):
    """Wavelength in m (freq_hz below 1 Hz is read as 1 Hz)."""
    return SPEED_OF_LIGHT_MPS / max(freq_hz, 1.0)


@kernel
def radar_constant_m2(peak_power_w, pulse_s, gain_tx, gain_rx, freq_hz, noise_temp_k, loss, n_coherent):
    """Radar constant K (m^2) from physical parameters; n_coherent pulses are summed with phase.

    gain_tx, gain_rx, loss: power ratios, loss >= 1. Zero for a noise temperature or loss that is not
    positive.
    """
    noise = BOLTZMANN_J_PER_K * noise_temp_k * loss
    if not noise > 0.0:
        return 0.0
    lam = wavelength_m(freq_hz)
    return peak_power_w * pulse_s * n_coherent * gain_tx * gain_rx * lam * lam / (_FOUR_PI_CUBED * noise)


@kernel
def snr_from_constant(constant_m2, rcs_m2, range_m, factor4):
    """Single-look SNR (ratio) = K * rcs * F^4 / R^4; range below 1 m counts as 1 m.

    factor4: everything that scales two-way power: pattern (one-way gains multiplied), scan loss both ways,
    propagation factor F^4, beam-shape loss; 1 on the beam axis in free space.
    """
    r2 = max(range_m, _MIN_RANGE_M)
    r2 = r2 * r2
    return constant_m2 * rcs_m2 * factor4 / (r2 * r2)


@kernel
def range_for_snr_m(constant_m2, rcs_m2, snr, factor4):
    """Range (m) at which the single-look SNR falls to `snr`; 0 where there is no such range."""
    if not snr > 0.0:
        return 0.0
    fourth = constant_m2 * rcs_m2 * factor4 / snr
    if not fourth > 0.0:
        return 0.0
    return math.sqrt(math.sqrt(fourth))


@kernel
def search_snr(power_aperture_w_m2, rcs_m2, scan_time_s, noise_temp_k, loss, solid_angle_sr, range_m):
    """Search form: snr = Pav*A * rcs * t / (4 pi k Ts L Omega R^4) (ratio)."""
    noise = _FOUR_PI * BOLTZMANN_J_PER_K * noise_temp_k * loss * solid_angle_sr
    r2 = max(range_m, _MIN_RANGE_M)
    r2 = r2 * r2
    if not noise > 0.0:
        return 0.0
    return power_aperture_w_m2 * rcs_m2 * scan_time_s / (noise * r2 * r2)


@kernel
def sector_solid_angle_sr(az_extent_rad, el_low_rad, el_high_rad):
    """Solid angle of an azimuth-elevation sector: d_az * (sin el2 - sin el1)."""
    return az_extent_rad * (math.sin(el_high_rad) - math.sin(el_low_rad))


@kernel
def unambiguous_range_m(prf_hz):
    """Largest range whose echo returns before the next pulse (prf below 1e-3 Hz counts as 1e-3)."""
    return SPEED_OF_LIGHT_MPS / (2.0 * max(prf_hz, 1e-3))


def constant_from_claim_m2(
    range_m: float, rcs_m2: float, pd: float, pfa: float, swerling: int, n_pulses: int
) -> float:
    """Radar constant K (m^2) from one published claim: range_m on rcs_m2 at pd, pfa. Compile-time.

    K refers to one of the `n_pulses` that are summed without phase: use the Pd table made with the same
    n_pulses and pfa. Refuses (ValueError) a range or RCS that is not positive, and what
    :func:`openiads.physics.detection.required_snr_db` refuses.
    """
    for name, value in (("range_m", range_m), ("rcs_m2", rcs_m2)):
        if not (math.isfinite(value) and value > 0.0):
            raise ValueError(f"{name}: {value!r} must be positive")
    snr = db_to_ratio(required_snr_db(pd, pfa, n_pulses, swerling))
    r2 = range_m * range_m
    return float(snr * r2 * r2 / rcs_m2)
