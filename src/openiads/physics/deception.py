"""Deception: gate pull-off, false targets, seduction of a seeker by a second source.

A repeater is described by gains and a power limit, a deception program by times, rates and an acceleration,
a tracker by its gate, the J/S that captures it and what it can follow. Random outcomes take one uniform u as
an argument, so the caller's address decides.

Sources: D. L. Adamy, EW 101, 2001, and D. C. Schleher, Electronic Warfare in the Information Age, 1999 (gate
pull-off, repeater J/S, leading-edge tracking); F. Neri, Introduction to Electronic Defense Systems, 2nd ed.,
2001 (false targets, decoys); M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, ch. 4 (two-source glint).
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.antenna import GAUSS_EXPONENT, PLATEAU_END_SQ
from openiads.physics.radar import wavelength_m

PHASE_OFF = 0  # the jammer is silent
PHASE_DWELL = 1  # it repeats the pulse as it comes, to let the gain control settle on it
PHASE_PULL = 2
PHASE_HOLD = 3  # the hook: the false echo keeps going where it was led

_FOUR_PI = 4.0 * math.pi
_MIN_RANGE_M = 1.0


# --- repeater -------------------------------------------------------------------------------------------


@kernel
def repeater_equivalent_rcs_m2(
    radar_erp_w, freq_hz, range_m, gain_toward, rx_gain, repeater_gain, tx_gain, max_power_w
):
    """Cross-section (m^2) of a target with the same echo as the repeater at this distance.

    radar_erp_w: peak power times peak gain; gain_toward: one-way pattern gain of the radar toward the
    repeater as it transmits (the receive pattern is the caller's, as for any target); rx_gain, repeater_gain,
    tx_gain: ratios; the output is held at max_power_w. Below the limit Grx G Gtx lambda^2 / (4 pi), whatever
    the distance; at the limit 4 pi R^2 P Gtx / erp.
    """
    if not radar_erp_w > 0.0:
        return 0.0
    r = max(range_m, _MIN_RANGE_M)
    x = wavelength_m(freq_hz) / (_FOUR_PI * r)
    output = radar_erp_w * gain_toward * rx_gain * x * x * repeater_gain
    return _FOUR_PI * r * r * min(output, max_power_w) * tx_gain / radar_erp_w


@kernel
def repeater_saturation_range_m(radar_erp_w, freq_hz, gain_toward, rx_gain, repeater_gain, max_power_w):
    """Distance (m) inside which the repeater is at its power limit."""
    if not max_power_w > 0.0:
        return math.inf
    power = max(radar_erp_w * gain_toward * rx_gain * repeater_gain / max_power_w, 0.0)
    return wavelength_m(freq_hz) / _FOUR_PI * math.sqrt(power)


@kernel
def jam_to_signal(equivalent_rcs_m2, rcs_m2):
    """J/S (ratio) of a repeater on board of a target: equivalent over true cross-section; inf for no target."""
    if not rcs_m2 > 0.0:
        return math.inf
    return equivalent_rcs_m2 / rcs_m2


# --- gate pull-off --------------------------------------------------------------------------------------


@kernel
def pull_off(time_s, dwell_s, pull_s, hold_s, off_s, rate_per_s, accel_per_s2):
    """(phase, offset, rate) of a pull-off program at a time since its start; it repeats for ever.

    offset in the unit of the gate, m for range or m/s for velocity; rate its derivative. During the pull
    rate_per_s * s + accel_per_s2 * s^2 / 2 (linear with accel 0, parabolic with rate 0); in the hold the offset
    stays. Before the start, and with a program of no length: off.
    """
    period = dwell_s + pull_s + hold_s + off_s
    if not (time_s >= 0.0 and period > 0.0):
        return PHASE_OFF, 0.0, 0.0
    t = time_s - period * math.floor(time_s / period)
    if t < dwell_s:
        return PHASE_DWELL, 0.0, 0.0
    t -= dwell_s
    if t < pull_s:
        return PHASE_PULL, rate_per_s * t + 0.5 * accel_per_s2 * t * t, rate_per_s + accel_per_s2 * t
    t -= pull_s
    if t < hold_s:
        return PHASE_HOLD, rate_per_s * pull_s + 0.5 * accel_per_s2 * pull_s * pull_s, 0.0
    return PHASE_OFF, 0.0, 0.0


@kernel
def capture_probability(js, js_needed, p_capture, repeater_delay_s, leading_edge_s):
    """Probability that the false echo takes the gate: p_capture where J/S reaches js_needed, else 0.

    A tracker of the leading edge (leading_edge_s > 0) looks only at that much of the pulse: a repeater whose
    own delay is longer does not get in. leading_edge_s <= 0: no such tracker. A negative delay is a
    repeater that predicts the pulse.
    """
    if not js >= js_needed:
        return 0.0
    if leading_edge_s > 0.0 and repeater_delay_s > leading_edge_s:
        return 0.0
    return min(max(p_capture, 0.0), 1.0)


@kernel
def pull_followed(rate_per_s, accel_per_s2, max_rate_per_s, max_accel_per_s2):
    """Whether the tracking loop can follow the pull: rate and acceleration within its limits."""
    return abs(rate_per_s) <= max_rate_per_s and abs(accel_per_s2) <= max_accel_per_s2


@kernel
def apparent_offset(offset, js, gate, captured):
    """What the tracker reads with both echoes present, in the unit of the gate.

    Both within one gate (|offset| < gate): their centroid by power. Apart: the false one if captured, else
    the true one (0).
    """
    j = max(js, 0.0)
    if abs(offset) < gate:
        return offset * (j / (1.0 + j)) if j < 1e300 else offset
    return offset if captured else 0.0


@kernel
def pull_off_reading(
    time_s, dwell_s, pull_s, hold_s, off_s, rate_per_s, accel_per_s2,
    js, js_needed, p_capture, repeater_delay_s, leading_edge_s, gate, max_rate_per_s, max_accel_per_s2, u,
):  # fmt: skip
    """(follows, offset, rate) that a gated tracker reads at a time, deterministic given u in (0, 1).

    One u per target and program cycle. follows: the gate goes with the false echo. A pull that the loop
    cannot follow, or a J/S too small, leaves the gate on the target; while both are in it, the centroid.
    When the jammer goes silent the reading is 0: the caller drops the track or finds the target again.
    """
    phase, offset, rate = pull_off(time_s, dwell_s, pull_s, hold_s, off_s, rate_per_s, accel_per_s2)
    if phase == PHASE_OFF:
        return False, 0.0, 0.0
    captured = u < capture_probability(js, js_needed, p_capture, repeater_delay_s, leading_edge_s)
    last_rate = rate_per_s + accel_per_s2 * pull_s
    fastest = max(abs(rate_per_s), abs(last_rate))
    captured = captured and pull_followed(fastest, accel_per_s2, max_rate_per_s, max_accel_per_s2)
    if not captured and leading_edge_s > 0.0 and repeater_delay_s > leading_edge_s:
        return False, 0.0, 0.0
    read = apparent_offset(offset, js, gate, captured)
    if offset == 0.0:
        return captured, 0.0, 0.0
    return captured, read, rate * read / offset


@kernel
def range_and_doppler_agree(range_rate_mps, doppler_rate_mps, tolerance_mps):
    """Whether the rate of change of range and the Doppler velocity tell the same story: a check that pull-off in
    one of them alone does not pass."""
    return abs(range_rate_mps - doppler_rate_mps) <= tolerance_mps


# --- false targets --------------------------------------------------------------------------------------


@kernel
def false_target_range_offset_m(index, first_m, spacing_m, jitter_m, u):
    """Range offset (m) of the index-th false target (0, 1, ...): first + index * spacing + jitter (u - 1/2).

    A repeater that only delays has offsets above zero (behind itself); before it, it must predict the pulse.
    """
    return first_m + spacing_m * index + jitter_m * (u - 0.5)


@kernel
def pattern_reach_sq(gain_needed, near_gain, far_gain):
    """Squared offset in beamwidths up to which the pattern of `antenna.pattern_gain` is at or above a gain.

    inf where even the far side lobes are enough, 0 where the peak is not.
    """
    if gain_needed > 1.0:
        return 0.0
    if gain_needed <= far_gain:
        return math.inf
    main = -math.log(max(gain_needed, 1e-300)) / GAUSS_EXPONENT
    if gain_needed <= near_gain:
        return max(main, near_gain * PLATEAU_END_SQ / gain_needed)
    return main


@kernel
def false_target_azimuths(gain_needed, beamwidth_rad, near_gain, far_gain):
    """Half width (rad, up to pi) of the azimuths, around the jammer's own, at which its false targets are seen.

    A false target of a strong jammer enters through side lobes and shows up where the beam then points.
    gain_needed: SNR needed over SNR at the beam peak, of the way by which the level depends on the pattern
    (one-way for a repeater at its power limit; its square root for one below it).
    """
    return min(beamwidth_rad * math.sqrt(pattern_reach_sq(gain_needed, near_gain, far_gain)), math.pi)


@kernel
def false_targets_per_scan(per_pulse, half_width_rad, beam_step_rad, scan_width_rad):
    """Number of false plots per scan: false targets per pulse times beam positions that let them in, at least one."""
    if not per_pulse > 0.0:
        return 0.0
    width = min(2.0 * half_width_rad, max(scan_width_rad, 0.0))
    return per_pulse * max(width / max(beam_step_rad, 1e-9), 1.0)


# --- two sources in one cell ----------------------------------------------------------------------------


@kernel
def centroid_share(power_a, power_b):
    """Place of the power centroid on the way from source a (0) to source b (1); 1/2 without any power."""
    total = power_a + power_b
    if not total > 0.0:
        return 0.5
    return power_b / total


@kernel
def two_source_glint_rad(separation_rad, amplitude_ratio, phase_rad):
    """Direction (rad, from the middle) that two coherent point sources show.

    One of amplitude 1 at +separation/2, one of amplitude k at -separation/2:
    separation/2 (1 - k^2) / (1 + k^2 + 2 k cos phi). Weighted with the received power its mean over the
    phase is the centroid; unweighted it is the stronger source.
    """
    k = amplitude_ratio
    denominator = 1.0 + k * k + 2.0 * k * math.cos(phase_rad)
    return 0.5 * separation_rad * (1.0 - k * k) / max(denominator, 1e-9)


@kernel
def seduced_angle_rad(
    angle_target_rad, power_target, angle_decoy_rad, power_decoy, beamwidth_rad, decoy_chosen
):
    """Angle (rad) to which a seeker points: centroid while both lie within one beamwidth, then one of them.

    decoy_chosen: which one after they are resolved (the caller's rule; the stronger, as a first guess).
    """
    gap = angle_decoy_rad - angle_target_rad
    if abs(gap) < beamwidth_rad:
        return angle_target_rad + gap * centroid_share(power_target, power_decoy)
    return angle_decoy_rad if decoy_chosen else angle_target_rad


@kernel
def resolution_range_m(separation_m, beamwidth_rad):
    """Distance (m) at which two sources a length apart across the line of sight fill one beamwidth."""
    return separation_m / max(beamwidth_rad, 1e-9)
