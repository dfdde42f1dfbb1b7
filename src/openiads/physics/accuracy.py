"""Standard deviations of what a radar measures: noise term from SNR, instrumental floor in quadrature.

All noise terms have the form cell / sqrt(2 * E) with E the energy ratio of the whole measurement (number of
pulses times single-pulse SNR, after jamming). The form is asymptotic for E >> 1; below E = 1/2 it is held, so
that no standard deviation exceeds the resolution cell itself.
Angle: monopulse, cell = beamwidth / k_m with k_m = 1.6; a linear scan across the beam has k = 1.66 with E
divided by the beam-shape loss 1.33 (D. K. Barton, S. A. Leonov, Radar Technology Encyclopedia, p. 6).
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.units import SPEED_OF_LIGHT_MPS

MONOPULSE_SLOPE = 1.6
LINEAR_SCAN_SLOPE = 1.66
_MIN_ENERGY_RATIO = 0.5


@kernel
def noise_sigma(cell, energy_ratio, floor):
    """sqrt((cell / sqrt(2 E))^2 + floor^2), in the unit of `cell` and `floor`."""
    noise_sq = cell * cell / (2.0 * max(energy_ratio, _MIN_ENERGY_RATIO))
    return math.sqrt(noise_sq + floor * floor)


@kernel
def sigma_range_m(range_cell_m, energy_ratio, floor_m):
    """Range standard deviation (m); range_cell_m = c / (2 B)."""
    return noise_sigma(range_cell_m, energy_ratio, floor_m)


@kernel
def sigma_angle_rad(beamwidth_rad, cos_scan, energy_ratio, floor_rad):
    """Monopulse azimuth or elevation standard deviation (rad).

    beamwidth_rad is at broadside; cos_scan (1 for a mechanically turned antenna, held above 0.1736)
    broadens it. For azimuth this is the angle on the sphere: divide by cos(elevation) for the azimuth
    coordinate.
    """
    width = beamwidth_rad / max(cos_scan, 0.17364817766693033)
    return noise_sigma(width / MONOPULSE_SLOPE, energy_ratio, floor_rad)


@kernel
def sigma_angle_scan_rad(beamwidth_rad, energy_ratio, beam_loss, floor_rad):
    """Angle standard deviation (rad) of a beam that scans linearly across the target, E / beam_loss."""
    return noise_sigma(beamwidth_rad / LINEAR_SCAN_SLOPE, energy_ratio / max(beam_loss, 1.0), floor_rad)


@kernel
def sigma_radial_velocity_mps(freq_hz, coherent_s, energy_ratio, floor_mps):
    """Radial-velocity standard deviation (m/s): Doppler cell lambda / (2 T) over sqrt(2 E), and floor."""
    cell = SPEED_OF_LIGHT_MPS / (2.0 * max(freq_hz, 1.0) * max(coherent_s, 1e-9))
    return noise_sigma(cell, energy_ratio, floor_mps)


@kernel
def range_cell_m(bandwidth_hz):
    """Range resolution c / (2 B) in m (a bandwidth below 1 Hz counts as 1 Hz)."""
    return SPEED_OF_LIGHT_MPS / (2.0 * max(bandwidth_hz, 1.0))
