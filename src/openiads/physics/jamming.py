"""Noise jamming: J/N at the victim, its effect on SNR, burn-through, strobes.

A noise jammer of power P and antenna gain Gj spreads P*Gj evenly over its band Bj. The victim, at distance
Rj, takes what falls into its own band through its pattern gain toward the jammer (one-way, 1/R^2):

    J/N = P*Gj * (overlap / Bj) * Gr * g * lambda^2 / ((4 pi Rj)^2 * Lpol * k * Ts * Br)

With the victim's band wholly inside Br / Br = 1 the receiver bandwidth drops out. Everything except g and
Rj is one number per (jammer, radar), the *coupling* C (m^2): J/N = C * g / Rj^2. Several jammers add as
powers; the jammed SNR is SNR / (1 + J/N). No deception, no coherent processing of the jammer, no saturation
of the receiver.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.accuracy import sigma_angle_rad
from openiads.physics.radar import wavelength_m
from openiads.units import BOLTZMANN_J_PER_K

_FOUR_PI = 4.0 * math.pi
_MIN_RANGE_M = 1.0


def check_jammer(power_w: float, gain: float, bandwidth_hz: float) -> None:
    """Refuse (ValueError naming the field) a jammer without power, gain and bandwidth. Compile-time.

    There is no jammer "strength" in this model: without these three numbers there is no effect to compute.
    """
    for name, value in (("power_w", power_w), ("gain", gain), ("bandwidth_hz", bandwidth_hz)):
        if value is None or not (math.isfinite(value) and value > 0.0):
            raise ValueError(f"jammer {name}: {value!r}: a jammer needs a positive, finite {name}")


@kernel
def band_overlap_hz(freq_a_hz, bandwidth_a_hz, freq_b_hz, bandwidth_b_hz):
    """Width (Hz) common to two bands given by centre and full width; 0 where they do not meet."""
    low = max(freq_a_hz - 0.5 * bandwidth_a_hz, freq_b_hz - 0.5 * bandwidth_b_hz)
    high = min(freq_a_hz + 0.5 * bandwidth_a_hz, freq_b_hz + 0.5 * bandwidth_b_hz)
    return max(high - low, 0.0)


@kernel
def jammer_coupling_m2(
    erp_w, jam_freq_hz, jam_bandwidth_hz, rx_gain, rx_freq_hz, rx_bandwidth_hz, noise_temp_k, loss
):
    """Coupling C (m^2) of one jammer and one victim: J/N = C * g / R^2.

    erp_w = power times antenna gain toward the victim; rx_gain the victim's peak receive gain (ratio); loss
    the polarisation (and any one-way propagation) loss as a ratio >= 1. 0 for bands that do not meet.
    """
    overlap = band_overlap_hz(jam_freq_hz, jam_bandwidth_hz, rx_freq_hz, rx_bandwidth_hz)
    noise = BOLTZMANN_J_PER_K * noise_temp_k * rx_bandwidth_hz * jam_bandwidth_hz * max(loss, 1.0)
    if not (overlap > 0.0 and noise > 0.0):
        return 0.0
    lam = wavelength_m(rx_freq_hz)
    return erp_w * overlap * rx_gain * lam * lam / (_FOUR_PI * _FOUR_PI * noise)


@kernel
def jam_to_noise(coupling_m2, pattern_gain, range_m):
    """J/N (ratio) of one jammer; sum over jammers as it is. Range below 1 m counts as 1 m."""
    r = max(range_m, _MIN_RANGE_M)
    return coupling_m2 * pattern_gain / (r * r)


@kernel
def jammed_snr(snr, jam_noise):
    """SNR with the sum of J/N of all jammers as additional noise."""
    return snr / (1.0 + max(jam_noise, 0.0))


@kernel
def range_factor(jam_noise):
    """Detection range under a J/N that does not depend on target range, relative to clear: (1+J/N)^(-1/4)."""
    return 1.0 / math.sqrt(math.sqrt(1.0 + max(jam_noise, 0.0)))


@kernel
def burn_through_stand_off_m(clear_range_m, jam_noise):
    """Burn-through range (m) against a jammer whose own distance and direction are fixed."""
    return clear_range_m * range_factor(jam_noise)


@kernel
def burn_through_self_screening_m(constant_m2, rcs_m2, coupling_m2, snr_required):
    """Burn-through range (m) of a target that carries the jammer, in the main beam, receiver noise included.

    Solves K*rcs/R^4 / (1 + C/R^2) = s:  R^2 = (-C + sqrt(C^2 + 4 K rcs / s)) / 2, written without
    cancellation.
    """
    if not snr_required > 0.0:
        return 0.0
    echo = constant_m2 * rcs_m2 / snr_required
    root = coupling_m2 + math.sqrt(max(coupling_m2 * coupling_m2 + 4.0 * echo, 0.0))
    if not root > 0.0:
        return 0.0
    return math.sqrt(max(2.0 * echo / root, 0.0))


@kernel
def strobe_reported(jam_noise_main_beam, threshold):
    """Whether a jammer in the main beam is strong enough to be reported as a strobe (J/N >= threshold)."""
    return jam_noise_main_beam >= threshold


@kernel
def strobe_sigma_rad(beamwidth_rad, cos_scan, jam_noise_main_beam, floor_rad):
    """Angle standard deviation (rad) of a strobe: the monopulse law with J/N in the place of E.

    One noise sample; averaging over a dwell would improve it, so this is an upper bound for one source in the
    beam. Two jammers in one beam give a direction between them: not modelled.
    """
    return sigma_angle_rad(beamwidth_rad, cos_scan, jam_noise_main_beam, floor_rad)
