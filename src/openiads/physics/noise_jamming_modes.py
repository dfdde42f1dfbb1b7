"""How noise jamming is spread in frequency and time, and what the victim does about it.

Barrage, spot and swept noise; a victim that hops in frequency; polarisation; side-lobe cancellation and
side-lobe blanking. Everything ends in a J/N that enters `jamming.jammed_snr`, or in a mixture of jammed and
clear pulses. Bands are given by centre and full width, as in `jamming.band_overlap_hz`.

Sources: D. C. Schleher, Electronic Warfare in the Information Age, 1999 (barrage, spot, swept, agility);
D. L. Adamy, EW 101, 2001; IEEE Std 145 (polarisation efficiency); A. Farina, Antenna-Based Signal Processing
Techniques for Radar Systems, 1992 (canceller); L. Maisel, "Performance of Sidelobe Blanking Systems", IEEE
Trans. AES-4(2), 1968 (blanking).
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.jamming import band_overlap_hz, jammer_coupling_m2

LINEAR = 0.0  # ellipticity angle of linear polarisation
CIRCULAR = 0.25 * math.pi  # of circular polarisation; the sign is the sense of rotation

#: Auxiliary channels that `insert_strongest` and `cancelled_sum` can serve.
MAX_AUXILIARIES = 4


# --- barrage, spot, sweep, agility ----------------------------------------------------------------------


@kernel
def _ramp_integral(x, width):
    """Integral up to x of clamp(t, 0, width)."""
    if x <= 0.0:
        return 0.0
    if x <= width:
        return 0.5 * x * x
    return 0.5 * width * width + width * (x - width)


@kernel
def sliding_overlap(fixed_freq_hz, fixed_width_hz, moving_width_hz, range_freq_hz, range_width_hz):
    """A band that takes every position inside a range, evenly, and one that stays: (touch share, mean overlap in Hz).

    Touch share (0..1): share of positions at which the two bands meet. Mean overlap: over all positions. The
    moving band stays inside the range; one as wide as the range or wider does not move.
    """
    travel = range_width_hz - moving_width_hz
    if not travel > 0.0:
        overlap = band_overlap_hz(fixed_freq_hz, fixed_width_hz, range_freq_hz, moving_width_hz)
        return (1.0 if overlap > 0.0 else 0.0), overlap
    reach = 0.5 * (fixed_width_hz + moving_width_hz)
    # The overlap is a trapezoid in the centre of the moving band; in x = centre - (fixed - reach) its rise is
    # clamp(x, 0, narrow) and its fall clamp(x - wide, 0, narrow).
    narrow = min(fixed_width_hz, moving_width_hz)
    wide = max(fixed_width_hz, moving_width_hz)
    start = range_freq_hz - 0.5 * travel - fixed_freq_hz + reach
    stop = start + travel
    area = _ramp_integral(stop, narrow) - _ramp_integral(stop - wide, narrow)
    area -= _ramp_integral(start, narrow) - _ramp_integral(start - wide, narrow)
    touch = min(stop, 2.0 * reach) - max(start, 0.0)
    if not (touch > 0.0 and narrow > 0.0):
        return 0.0, 0.0
    return min(touch / travel, 1.0), max(area, 0.0) / travel


@kernel
def swept_coupling_m2(
    erp_w,
    spot_width_hz,
    sweep_freq_hz,
    sweep_width_hz,
    rx_gain,
    rx_freq_hz,
    rx_bandwidth_hz,
    noise_temp_k,
    loss,
):
    """Swept spot against a fixed victim: (duty, coupling in m^2 while it is in the victim's band).

    Linear sweep without pauses. duty * coupling is the mean coupling; inside the sweep it is that of a barrage
    over the swept width.
    """
    duty, overlap = sliding_overlap(rx_freq_hz, rx_bandwidth_hz, spot_width_hz, sweep_freq_hz, sweep_width_hz)
    if not (duty > 0.0 and spot_width_hz > 0.0):
        return 0.0, 0.0
    full = jammer_coupling_m2(
        erp_w, rx_freq_hz, rx_bandwidth_hz, rx_gain, rx_freq_hz, rx_bandwidth_hz, noise_temp_k, loss
    )
    return duty, full * overlap / (spot_width_hz * duty)


@kernel
def agile_coupling_m2(
    erp_w,
    jam_freq_hz,
    jam_width_hz,
    rx_gain,
    agile_freq_hz,
    agile_width_hz,
    rx_bandwidth_hz,
    noise_temp_k,
    loss,
):
    """Fixed jammer against a victim that hops evenly over an agile band: (hit share, coupling in m^2 when hit).

    The wavelength is that of the middle of the agile band.
    """
    hit, overlap = sliding_overlap(jam_freq_hz, jam_width_hz, rx_bandwidth_hz, agile_freq_hz, agile_width_hz)
    if not (hit > 0.0 and jam_width_hz > 0.0):
        return 0.0, 0.0
    full = jammer_coupling_m2(
        erp_w, agile_freq_hz, rx_bandwidth_hz, rx_gain, agile_freq_hz, rx_bandwidth_hz, noise_temp_k, loss
    )
    return hit, full * overlap / (jam_width_hz * hit)


@kernel
def channel_hit_share(channels, jammed_channels):
    """Share of pulses hit when the victim draws one of `channels` evenly and the jammer covers some of them."""
    if not channels > 0:
        return 0.0
    return min(max(float(jammed_channels), 0.0) / float(channels), 1.0)


@kernel
def mean_jam_to_noise(jam_noise_on, duty):
    """Mean J/N of an on-off jammer: what a threshold on the mean noise (CFAR) sees."""
    return min(max(duty, 0.0), 1.0) * max(jam_noise_on, 0.0)


@kernel
def summed_jam_to_noise(jam_noise_on, duty):
    """Steady J/N with the same fluctuation of a sum of many pulses, of which the share `duty` is jammed.

    Noise variance of the unweighted square-law sum: (1 - d) + d (1 + J)^2 = (1 + J_eff)^2. At least the mean
    J/N: an unweighted sum suffers more from few strong pulses than from the same power spread evenly.
    """
    d = min(max(duty, 0.0), 1.0)
    j = max(jam_noise_on, 0.0)
    return math.sqrt(1.0 + d * (2.0 * j + j * j)) - 1.0


@kernel
def mixed_probability(p_clear, p_jammed, jammed_share):
    """Detection probability of one pulse (or burst) that is jammed with a given probability."""
    d = min(max(jammed_share, 0.0), 1.0)
    return (1.0 - d) * p_clear + d * p_jammed


@kernel
def dwell_touched_probability(duty, sweep_period_s, dwell_s):
    """Probability that a dwell at a random time meets the on-time of a sweep: min(1, duty + dwell / period)."""
    if not duty > 0.0:
        return 0.0
    return min(duty + max(dwell_s, 0.0) / max(sweep_period_s, 1e-9), 1.0)


# --- polarisation ---------------------------------------------------------------------------------------


@kernel
def polarisation_efficiency(ellipticity_a_rad, ellipticity_b_rad, tilt_difference_rad, floor):
    """Share (floor..1) of the power of wave a that an antenna of polarisation b takes.

    Ellipticity angle: 0 linear, +-pi/4 circular (sign: sense). Half of one plus the cosine of the distance on
    the Poincare sphere. `floor` (power ratio) is the cross-polar response of real antennas.
    """
    a2 = 2.0 * ellipticity_a_rad
    b2 = 2.0 * ellipticity_b_rad
    cosine = math.sin(a2) * math.sin(b2) + math.cos(a2) * math.cos(b2) * math.cos(2.0 * tilt_difference_rad)
    return min(max(0.5 * (1.0 + cosine), floor, 0.0), 1.0)


@kernel
def polarisation_loss(ellipticity_a_rad, ellipticity_b_rad, tilt_difference_rad, floor):
    """The same as a loss (ratio >= 1), as `jamming.jammer_coupling_m2` takes it; at most 1e12."""
    return 1.0 / max(
        polarisation_efficiency(ellipticity_a_rad, ellipticity_b_rad, tilt_difference_rad, floor), 1e-12
    )


# --- side-lobe cancellation -----------------------------------------------------------------------------


@kernel
def delay_correlation_sq(bandwidth_hz, delay_s):
    """|rho|^2 of white noise of a bandwidth with itself delayed: (sin x / x)^2, x = pi B tau."""
    x = math.pi * bandwidth_hz * delay_s
    if abs(x) < 1e-6:
        return 1.0
    s = math.sin(x) / x
    return s * s


@kernel
def channel_correlation_sq(jam_main, jam_aux, match_sq):
    """|rho|^2 between main and auxiliary channel: jammer common, receiver noise not; match_sq of the channels."""
    m = max(jam_main, 0.0)
    a = max(jam_aux, 0.0)
    return min(max(match_sq, 0.0), 1.0) * (m / (1.0 + m)) * (a / (1.0 + a))


@kernel
def cancellation_ratio(correlation_sq):
    """Power before over after the best single auxiliary weight, noise included: 1 / (1 - |rho|^2) (<= 1e12)."""
    return 1.0 / max(1.0 - max(correlation_sq, 0.0), 1e-12)


@kernel
def cancelled_jam_to_noise(jam_main, jam_aux, limit):
    """J/N left of one side-lobe jammer: J (1 - (1 - 1/limit) Ja / (1 + Ja)).

    limit (power ratio >= 1): what the declared canceller reaches on a strong jammer; it stands for the match
    of the channels, |rho|^2 <= 1 - 1/limit. A weak auxiliary signal cancels less. Equals
    (1 + J)(1 - |rho|^2) - 1.
    """
    a = max(jam_aux, 0.0)
    return max(jam_main, 0.0) * (1.0 - (1.0 - 1.0 / max(limit, 1.0)) * a / (1.0 + a))


@kernel
def insert_strongest(s1, s2, s3, s4, value):
    """The four largest of five numbers, falling, s1 >= s2 >= s3 >= s4 given; start with zeros."""
    if value > s1:
        return value, s1, s2, s3
    if value > s2:
        return s1, value, s2, s3
    if value > s3:
        return s1, s2, value, s3
    if value > s4:
        return s1, s2, s3, value
    return s1, s2, s3, s4


@kernel
def cancelled_sum(main_beam_sum, side_lobe_sum, s1, s2, s3, s4, auxiliaries, aux_over_side, limit):
    """Sum of J/N after cancellation of the strongest side-lobe jammers, one for each auxiliary channel.

    main_beam_sum: of jammers in the main beam, which are never cancelled (that would cancel the target too);
    side_lobe_sum: of all others; s1..s4: the strongest of these (`insert_strongest`). aux_over_side: gain of
    an auxiliary over the side-lobe gain. auxiliaries (int): 0..4.
    """
    left = side_lobe_sum
    if auxiliaries >= 1:
        left += cancelled_jam_to_noise(s1, s1 * aux_over_side, limit) - s1
    if auxiliaries >= 2:
        left += cancelled_jam_to_noise(s2, s2 * aux_over_side, limit) - s2
    if auxiliaries >= 3:
        left += cancelled_jam_to_noise(s3, s3 * aux_over_side, limit) - s3
    if auxiliaries >= 4:
        left += cancelled_jam_to_noise(s4, s4 * aux_over_side, limit) - s4
    return max(main_beam_sum, 0.0) + max(left, 0.0)


# --- side-lobe blanking ---------------------------------------------------------------------------------


@kernel
def ratio_exceeded_probability(power_main, power_aux, cross_sq, threshold):
    """P(|v|^2 > F |u|^2) for two correlated complex Gaussian samples of given powers and |E u v*|^2.

    1/2 (1 + t / sqrt(t^2 + 4 F (Pu Pv - |c|^2))), t = Pv - F Pu: the odds of the two eigenvalues of the
    difference of powers.
    """
    f = max(threshold, 0.0)
    t = power_aux - f * power_main
    spread = max(power_main * power_aux - cross_sq, 0.0)
    root = math.sqrt(t * t + 4.0 * f * spread)
    if not root > 0.0:
        return 0.5
    return 0.5 * (1.0 + t / root)


@kernel
def blanking_probability(pulse_main, pulse_aux, jam_main, jam_aux, threshold):
    """Probability that a sample is blanked: auxiliary power above `threshold` times main power.

    pulse_main, pulse_aux: power over receiver noise of the pulse (false target, impulse or echo, fluctuating
    as Swerling 1 from look to look) in each channel; jam_main, jam_aux: the same of noise jamming. The phase
    between the two pairs is taken as random. An echo has its share too: detection probability falls at most
    by the factor one minus this.
    """
    u = 1.0 + max(pulse_main, 0.0) + max(jam_main, 0.0)
    v = 1.0 + max(pulse_aux, 0.0) + max(jam_aux, 0.0)
    cross = max(pulse_main * pulse_aux, 0.0) + max(jam_main * jam_aux, 0.0)
    return ratio_exceeded_probability(u, v, cross, threshold)
