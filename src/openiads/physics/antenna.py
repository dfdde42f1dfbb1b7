"""Antenna pattern envelope, scan loss of a planar array, beam-shape loss. Gains are one-way power ratios.

The pattern is an envelope with four declared numbers, not a computed array pattern: a Gaussian main lobe (the
3 dB width is the beamwidth), a plateau at the first-side-lobe level out to two beamwidths, from there a fall
as 1/angle^2 (the envelope of the far side lobes of an evenly lit aperture), held at the far level.
Offsets are normalised: ``x2 = (offset / beamwidth)^2``, for an elliptic beam the sum over both planes. So one
function serves fan, pencil and elliptic beams, and the inner loop needs no inverse trigonometry.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.radar import db_to_ratio, ratio_to_db

#: Gaussian exponent per (offset/beamwidth)^2: half power at half a beamwidth.
GAUSS_EXPONENT = 4.0 * math.log(2.0)
#: Square of the number of beamwidths at which the first-side-lobe plateau ends (convention of this model).
PLATEAU_END_SQ = 4.0
_MAIN_LOBE_END_SQ = 16.0  # there the Gaussian is at -193 dB: below any side-lobe level


@kernel
def beam_offset_sq(d_az_rad, d_el_rad, cos_el, inv_beamwidth_az, inv_beamwidth_el):
    """Squared offset in beamwidths from azimuth and elevation differences (rad).

    The azimuth difference already lies in [-pi, pi]; cos_el, of the target's elevation, turns it into an
    angle on the sphere.
    """
    a = d_az_rad * cos_el * inv_beamwidth_az
    e = d_el_rad * inv_beamwidth_el
    return a * a + e * e


@kernel
def beam_offset_sq_unit(
    e, n, u, sin_beam_az, cos_beam_az, sin_beam_el, cos_beam_el, inv_beamwidth_az, inv_beamwidth_el
):
    """Squared offset in beamwidths of the unit vector (e, n, u) from a beam; no inverse trigonometry.

    East, north, up of the radar, or any frame in which the beam's azimuth and elevation are meant. Sines of
    the offsets stand for the angles, as in the pattern of an array: 0.2 % at 6 degrees. The last term grows
    with the chord, so a direction behind the antenna is far away and not on the axis again.
    """
    level = e * sin_beam_az + n * cos_beam_az
    side = (e * cos_beam_az - n * sin_beam_az) * inv_beamwidth_az
    rise = (u * cos_beam_el - level * sin_beam_el) * inv_beamwidth_el
    back = (1.0 - level * cos_beam_el - u * sin_beam_el) * min(inv_beamwidth_az, inv_beamwidth_el)
    return side * side + rise * rise + back * back


@kernel
def pattern_gain(offset_sq, near_gain, far_gain):
    """One-way gain relative to the beam peak (0..1) at a squared offset in beamwidths.

    near_gain, far_gain: power ratios below 1 of the first side lobe and of the far side lobes.
    """
    side = near_gain
    if offset_sq > PLATEAU_END_SQ:
        side = max(near_gain * PLATEAU_END_SQ / offset_sq, far_gain)
    if offset_sq >= _MAIN_LOBE_END_SQ:
        return side
    return max(math.exp(-GAUSS_EXPONENT * max(offset_sq, 0.0)), side)


@kernel
def pattern_db(off_axis_rad, beamwidth_rad, near_sidelobe_db, far_sidelobe_db):
    """The same pattern in dB for a circular beam; side-lobe levels in dB below the peak are negative."""
    x = off_axis_rad / max(beamwidth_rad, 1e-9)
    return ratio_to_db(pattern_gain(x * x, db_to_ratio(near_sidelobe_db), db_to_ratio(far_sidelobe_db)))


@kernel
def scan_gain(cos_scan, exponent):
    """One-way gain of a planar array scanned off broadside: cos(scan)^exponent; 0 behind the face.

    Exponent 1: ideal projected aperture; 1.5: usual allowance for element mismatch. A parameter of the radar.
    """
    if not cos_scan > 0.0:
        return 0.0
    c = min(cos_scan, 1.0)
    if exponent == 1.0:
        return c
    if exponent == 1.5:
        return c * math.sqrt(c)
    return math.exp(max(exponent, 0.0) * math.log(c))


@kernel
def scanned_beamwidth_rad(beamwidth_rad, cos_scan):
    """Beamwidth of a planar array off broadside: 1/cos(scan), held beyond 80 degrees."""
    return beamwidth_rad / max(cos_scan, 0.17364817766693033)


@kernel
def beamshape_loss(n_dimensions):
    """Loss (ratio > 1) of a Gaussian beam swept past the target with dense looks, in 1 or 2 dimensions.

    sqrt(8 ln2 / pi) = 1.3286 per dimension, 1.234 dB (Barton & Leonov, Radar Technology Encyclopedia, p. 6,
    give 1.33; older texts use 1.6 dB).
    """
    one = math.sqrt(8.0 * math.log(2.0) / math.pi)
    loss = 1.0
    for _ in range(n_dimensions):
        loss *= one
    return loss


@kernel
def gain_from_beamwidths(beamwidth_az_rad, beamwidth_el_rad, efficiency):
    """Peak gain (ratio) of a beam: efficiency * 4 pi / (az * el); efficiency near 0.8 for a Gaussian beam."""
    area = beamwidth_az_rad * beamwidth_el_rad
    if not area > 0.0:
        return 0.0
    return efficiency * 4.0 * math.pi / area
