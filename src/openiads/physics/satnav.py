"""Satellite navigation under jamming, and the drift of an inertial system that has lost it.

J/S at the receiver from the jammer's radiated power and distance in free space; loss of tracking by a
declared J/S or by the effective carrier-to-noise density; antenna null; growth of the position error.

Sources: IS-GPS-200 (received power, chip rate); E. D. Kaplan, C. J. Hegarty (eds.), Understanding GPS, 2nd
ed., 2006, ch. 6 (effective C/N0, anti-jam factor Q); D. H. Titterton, J. L. Weston, Strapdown Inertial
Navigation Technology, 2nd ed., 2004, ch. 12 (error growth, Schuler); N. El-Sheimy, A. Youssef, "Inertial sensors
technologies for navigation applications", Satellite Navigation 1:2, 2020, table 1 (grades).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from openiads._jit import kernel
from openiads.physics.radar import wavelength_m
from openiads.units import NAUTICAL_MILE_M, STANDARD_GRAVITY_MPS2

GPS_L1_HZ = 1_575.42e6
CA_CHIP_RATE_HZ = 1.023e6
#: Least received power of L1 C/A on the ground, -158.5 dBW (IS-GPS-200), in W.
CA_SIGNAL_W = 1.412_537_544_622_754e-16

# Anti-jam quality factor Q of a BPSK code (Kaplan and Hegarty 2006, ch. 6; recomputed in the tests).
Q_NARROWBAND = 1.0
Q_MATCHED = 1.5
Q_NULL_TO_NULL = 2.215

_EARTH_RADIUS_M = 6_371_000.0
#: Schuler frequency sqrt(g / R), period 84.4 min.
SCHULER_RADPS = math.sqrt(STANDARD_GRAVITY_MPS2 / _EARTH_RADIUS_M)
_CEP_TO_SIGMA = 1.0 / math.sqrt(2.0 * math.log(2.0))
_FOUR_PI = 4.0 * math.pi


class InertialGrade(NamedTuple):
    """Published span of the position error rate (m/s, radial) of a grade, free of aid."""

    low_mps: float
    high_mps: float


#: Grades as published (El-Sheimy and Youssef 2020, table 1); for navigation 1 NM/h, the span of a factor of two around it is
#: an assumption.
GRADES = {
    "strategic": InertialGrade(30.0 / 3600.0, 100.0 / 3600.0),
    "navigation": InertialGrade(0.5 * NAUTICAL_MILE_M / 3600.0, 2.0 * NAUTICAL_MILE_M / 3600.0),
    "tactical": InertialGrade(10.0 * NAUTICAL_MILE_M / 3600.0, 20.0 * NAUTICAL_MILE_M / 3600.0),
}


# --- jamming --------------------------------------------------------------------------------------------


@kernel
def jam_to_signal(erp_w, freq_hz, range_m, signal_w, relative_gain):
    """J/S (ratio) in free space: erp lambda^2 / (4 pi R)^2 * g / signal.

    signal_w: satellite signal that an isotropic antenna would take; relative_gain: receiver's gain toward the
    jammer over its gain toward the satellite (an antenna null included). 0 without a signal; R >= 1 m.
    """
    if not signal_w > 0.0:
        return 0.0
    x = wavelength_m(freq_hz) / (_FOUR_PI * max(range_m, 1.0))
    return max(erp_w, 0.0) * x * x * max(relative_gain, 0.0) / signal_w


@kernel
def jamming_range_m(erp_w, freq_hz, signal_w, relative_gain, js_threshold):
    """Distance (m) within which J/S is at or above the threshold (ratio), line of sight given."""
    if not (signal_w > 0.0 and js_threshold > 0.0):
        return 0.0
    return (
        wavelength_m(freq_hz)
        / _FOUR_PI
        * math.sqrt(max(erp_w, 0.0) * max(relative_gain, 0.0) / (signal_w * js_threshold))
    )


@kernel
def tracking_lost(js_sum, js_threshold):
    """Whether the receiver loses its satellites: summed J/S at or above the declared threshold (ratios)."""
    return js_sum >= js_threshold


@kernel
def effective_cn0_hz(cn0_hz, js_sum, quality, chip_rate_hz):
    """Effective carrier-to-noise density (Hz): 1 / (1/cn0 + J/S / (Q Rc)); 0 without a carrier."""
    if not cn0_hz > 0.0:
        return 0.0
    return 1.0 / (1.0 / cn0_hz + max(js_sum, 0.0) / max(quality * chip_rate_hz, 1e-9))


@kernel
def js_threshold(cn0_hz, cn0_needed_hz, quality, chip_rate_hz):
    """J/S (ratio) at which the effective C/N0 falls to what tracking needs: Q Rc (1/needed - 1/cn0); >= 0."""
    if not (cn0_hz > 0.0 and cn0_needed_hz > 0.0):
        return 0.0
    return max(quality * chip_rate_hz * (1.0 / cn0_needed_hz - 1.0 / cn0_hz), 0.0)


@kernel
def null_gain(jammers, elements, null_depth):
    """Gain factor toward each jammer of a nulling antenna: 1/null_depth up to elements - 1 jammers, else 1.

    null_depth (ratio >= 1) is declared. With more jammers than that the model gives no null at all.
    """
    if jammers < 1 or jammers > elements - 1:
        return 1.0
    return 1.0 / max(null_depth, 1.0)


# --- drift ----------------------------------------------------------------------------------------------


@kernel
def inertial_sigma_m(sigma0_m, rate_mps, accel_mps2, time_s):
    """Position error (m, one sigma) after a time without aid: sqrt(sigma0^2 + (a t)^2 + (b t^2 / 2)^2).

    sigma0_m at the loss, rate_mps error of velocity (or a published drift rate), accel_mps2 of uncorrected
    acceleration. First order: the last term holds for times well below the Schuler period (84 min).
    """
    t = max(time_s, 0.0)
    first = rate_mps * t
    second = 0.5 * accel_mps2 * t * t
    return math.sqrt(sigma0_m * sigma0_m + first * first + second * second)


@kernel
def schuler_bias_error_m(accel_mps2, time_s):
    """Position error (m) of a constant accelerometer bias in a levelled system: b / w^2 (1 - cos w t)."""
    half = math.sin(0.5 * SCHULER_RADPS * time_s)
    return 2.0 * accel_mps2 / (SCHULER_RADPS * SCHULER_RADPS) * half * half


@kernel
def sigma_from_cep(cep):
    """Standard deviation of each of two equal axes from the radius that holds half: CEP / sqrt(2 ln 2)."""
    return cep * _CEP_TO_SIGMA
