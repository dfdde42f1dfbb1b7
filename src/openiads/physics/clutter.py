"""Echoes of sea, land and rain, as power relative to the receiver's noise, before and after MTI.

Surface: a patch of one range cell has sigma_c = sigma0 * A. With the radar constant K of `openiads.physics.radar`
(snr = K * rcs / R^4) the clutter-to-noise ratio is

    C/N = K * sigma0 * A * g^2 * F_c^4 / (I * R^4)

with g the one-way pattern gain toward the surface and I the improvement factor (`openiads.physics.mti`). Sea: NRL model
(V. Gregers-Hansen, R. Mital, NRL/MR/5310--12-9346, 2012, equation 7). Land: constant gamma, sigma0 = gamma sin psi.
Nothing beyond the horizon. Rain: volume reflectivity by Marshall-Palmer drops, Z = 200 R^1.6.

Clutter table: float64[2 + TABLE_POINTS]; [0] slant range (m) of the horizon, [1] antenna height (m), then K sigma0 A F_c^4 / I
(m^4) at slant ranges h + (R_h - h) (j / (TABLE_POINTS - 1))^2. It is a function of *slant* range: the clutter that
competes with a target is what lies in the same range cell, whatever the target's height.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiads._jit import kernel
from openiads.physics.mti import NO_CANCELLER, improvement
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR
from openiads.units import SPEED_OF_LIGHT_MPS

TABLE_POINTS = 129

#: Two-way beam shape of a Gaussian beam: its clutter is that of 1 / 1.33 of the one-way 3 dB width (Barton: L_p).
BEAM_SHAPE = math.sqrt(math.pi / (8.0 * math.log(2.0)))

#: gamma in dB by terrain class: (low, usual, high). Usual values: D. K. Barton, Radar System Analysis and Modeling, 2005,
#: section on land clutter; low and high: spread between published tables.
GAMMA_DB = {
    "mountain": (-7.0, -5.0, 0.0),
    "urban": (-7.0, -5.0, 0.0),
    "wooded hills": (-12.0, -10.0, -8.0),
    "rolling hills": (-15.0, -12.0, -10.0),
    "farmland, desert": (-18.0, -15.0, -12.0),
    "flatland": (-25.0, -20.0, -17.0),
    "smooth": (-32.0, -29.0, -25.0),
}

DIELECTRIC_FACTOR_WATER = 0.93  # |(e - 1) / (e + 2)|^2, 0 to 20 C, 3 to 30 cm (Battan 1973)

# Gregers-Hansen and Mital (2012): c1 .. c5 for horizontal and vertical polarisation.
_NRL_H = (-73.00, 20.78, 7.351, 25.65, 0.00540)
_NRL_V = (-50.79, 25.93, 0.7093, 21.58, 0.00211)

_LN10_10 = math.log(10.0) / 10.0
_PI_5 = math.pi * math.pi * math.pi * math.pi * math.pi


class Surface(NamedTuple):
    """What the radar stands over. sea_state 0..6 for the sea; None for land of gamma_db."""

    sea_state: float | None
    gamma_db: float
    vertical: bool  # polarisation; for the sea only
    spread_mps: float  # standard deviation of radial velocity in the clutter
    mean_mps: float = 0.0


class Processing(NamedTuple):
    """How the radar suppresses it: canceller of `mti`, PRF, pulses while scanning over a beamwidth (0: no scanning)."""

    canceller: int
    prf_hz: float
    pulses_in_beam: float
    declared_db: (
        float  # improvement factor that instabilities allow; without a canceller the improvement itself
    )


# --- kernels --------------------------------------------------------------------------------------------


@kernel
def nrl_sea_db(sin_grazing, freq_ghz, sea_state, vertical):
    """Mean reflectivity sigma0 (dB, m2/m2) of the sea, NRL model (2012), equation 7.

    Domain of the fit: 0.5 .. 35 GHz, grazing angle 0.1 .. 60 degrees, sea state 0 .. 6; held outside, but for grazing angles below
    0.1 degrees, where the formula goes on. "Apparent": propagation near the surface is in it, no F^4 belongs to it.
    """
    s = min(max(sin_grazing, 1e-7), 0.8660254037844386)
    a = math.asin(s) * (180.0 / math.pi)
    lg_f = math.log10(min(max(freq_ghz, 0.5), 35.0))
    state = min(max(sea_state, 0.0), 6.0)
    c1, c2, c3, c4, c5 = _NRL_H
    if vertical != 0:
        c1, c2, c3, c4, c5 = _NRL_V
    wave = math.exp(math.log(1.0 + state) / (2.0 + 0.085 * a + 0.033 * state))
    return c1 + c2 * math.log10(s) + (27.5 + c3 * a) * lg_f / (1.0 + 0.95 * a) + c4 * wave + c5 * a * a


@kernel
def surface_sin_grazing(antenna_height_m, slant_m, effective_radius_m):
    """Sine of the grazing angle at which the surface is seen at a slant range; 0 at and beyond the horizon."""
    a = max(effective_radius_m, 1.0)
    h = max(antenna_height_m, 0.0)
    r = max(slant_m, 1.0)
    return min(max(((2.0 * a + h) * h - r * r) / (2.0 * a * r), 0.0), 1.0)


@kernel
def patch_area_m2(slant_m, sin_grazing, beamwidth_az_rad, beamwidth_el_rad, range_cell_m):
    """Area of surface in one range cell and one beam (Gaussian, two-way): limited by the pulse or by the elevation beam."""
    s = min(max(sin_grazing, 0.0), 1.0)
    c = math.sqrt(max(1.0 - s * s, 1e-12))
    depth = range_cell_m / c
    if s > 0.0:
        depth = min(depth, BEAM_SHAPE * slant_m * beamwidth_el_rad / s)
    return BEAM_SHAPE * slant_m * beamwidth_az_rad * depth


@kernel
def surface_clutter_to_noise(table, slant_m, gain_two_way):
    """Residual C/N (ratio) of the surface in the range cell of a target at slant_m; 0 beyond the horizon.

    gain_two_way: product of the one-way pattern gains toward the surface at that range (0..1).
    """
    h = table[1]
    reach = table[0]
    if slant_m >= reach or slant_m < h:
        return 0.0
    x = math.sqrt((slant_m - h) / max(reach - h, 1.0)) * (TABLE_POINTS - 1)
    j = min(int(x), TABLE_POINTS - 2)
    a = table[2 + j]
    a += (x - j) * (table[3 + j] - a)
    r2 = max(slant_m, 1.0)
    r2 = r2 * r2
    return a * gain_two_way / (r2 * r2)


@kernel
def rain_reflectivity_per_m(rain_mm_h, wavelength_m):
    """Radar cross-section of rain per volume (m2/m3): pi^5 |K|^2 Z / lambda^4, Z = 200 R^1.6 mm6/m3 (Rayleigh)."""
    if not rain_mm_h > 0.0:
        return 0.0
    z = 200e-18 * math.exp(1.6 * math.log(rain_mm_h))
    w2 = max(wavelength_m, 1e-4)
    w2 = w2 * w2
    return _PI_5 * DIELECTRIC_FACTOR_WATER * z / (w2 * w2)


@kernel
def rain_coupling_m2(
    constant_m2, rain_mm_h, wavelength_m, beamwidth_az_rad, beamwidth_el_rad, range_cell_m, improve
):
    """Constant of the residual rain clutter: C/N = constant * fill / R^2. improve: improvement factor (ratio).

    Volume of a range cell in a Gaussian beam, two-way: pi R^2 az el cell / (8 ln 2) (J. R. Probert-Jones, QJRMS 88, 1962).
    """
    beam = BEAM_SHAPE * BEAM_SHAPE * beamwidth_az_rad * beamwidth_el_rad
    volume = beam * range_cell_m
    return constant_m2 * rain_reflectivity_per_m(rain_mm_h, wavelength_m) * volume / max(improve, 1e-12)


@kernel
def rain_fill(target_height_m, slant_m, beamwidth_el_rad, rain_top_m):
    """Part (0..1) of a beam centred on the target that lies below the top of the rain."""
    width = max(slant_m * beamwidth_el_rad, 1.0)
    return min(max(0.5 + (rain_top_m - target_height_m) / width, 0.0), 1.0)


@kernel
def rain_clutter_to_noise(coupling_m2, slant_m, fill):
    """Residual C/N (ratio) of rain at a slant range (below 1 m counts as 1 m)."""
    r = max(slant_m, 1.0)
    return coupling_m2 * fill / (r * r)


@kernel
def sinr(snr, target_mti_gain, surface_cn, rain_cn, jam_noise):
    """Signal to interference and noise: snr * G(v) / (1 + C/N surface + C/N rain + J/N), each after processing."""
    return snr * target_mti_gain / (1.0 + max(surface_cn, 0.0) + max(rain_cn, 0.0) + max(jam_noise, 0.0))


# --- set-up ---------------------------------------------------------------------------------------------


def range_cell_m(bandwidth_hz: float) -> float:
    """Depth (m) of a range cell, c / (2 B). Refuses (ValueError) a bandwidth outside 1 kHz .. 10 GHz."""
    if not 1e3 <= bandwidth_hz <= 10e9:
        raise ValueError(f"bandwidth_hz: {bandwidth_hz!r} must lie between 1 kHz and 10 GHz")
    return SPEED_OF_LIGHT_MPS / (2.0 * bandwidth_hz)


def make_clutter_table(
    constant_m2: float,
    freq_hz: float,
    antenna_height_m: float,
    beamwidth_az_rad: float,
    beamwidth_el_rad: float,
    range_cell_m: float,
    surface: Surface,
    processing: Processing,
    factor4: float = 1.0,
    earth_radius_m: float = EARTH_MEAN_RADIUS_M,
) -> NDArray[np.float64]:
    """Surface-clutter table of one radar (module docstring). Set-up code, about a millisecond.

    antenna_height_m above the surface around the radar; factor4: F_c^4 of the clutter path over land (the NRL sea model contains
    its own). Refuses (ValueError) a frequency outside 0.1 .. 100 GHz (sea: 0.5 .. 35 GHz), an antenna outside 0.5 m .. 12 km, a
    sea state outside 0 .. 6, gamma outside -60 .. 20 dB, and beams, cell, constant or PRF that are not positive.
    """
    low, high = (0.1, 100.0) if surface.sea_state is None else (0.5, 35.0)
    _within("freq_hz / 1e9", freq_hz / 1e9, low, high)
    _within("antenna_height_m", antenna_height_m, 0.5, 12_000.0)
    _within("beamwidth_az_rad", beamwidth_az_rad, 1e-5, 2.0 * math.pi)
    _within("beamwidth_el_rad", beamwidth_el_rad, 1e-5, math.pi)
    _within("range_cell_m", range_cell_m, 0.01, 1e6)
    _within("constant_m2", constant_m2, 1e-300, 1e300)
    _within("factor4", factor4, 0.0, 16.0)
    _within("gamma_db" if surface.sea_state is None else "sea_state", *_surface_limits(surface))
    _within("spread_mps", surface.spread_mps, 0.0, 50.0)
    _within("declared_db", processing.declared_db, 0.0, 120.0)
    if processing.canceller != NO_CANCELLER:
        _within("prf_hz", processing.prf_hz, 10.0, 1e6)
    a_e = EFFECTIVE_EARTH_FACTOR * earth_radius_m
    reach = math.sqrt((2.0 * a_e + antenna_height_m) * antenna_height_m)
    scale = constant_m2 * (1.0 if surface.sea_state is not None else factor4)
    scale /= improvement(
        processing.canceller, surface.spread_mps, surface.mean_mps, SPEED_OF_LIGHT_MPS / freq_hz,
        processing.prf_hz, processing.pulses_in_beam, math.exp(processing.declared_db * _LN10_10),
    )  # fmt: skip
    table = np.empty(2 + TABLE_POINTS)
    table[:2] = reach, antenna_height_m
    for j in range(TABLE_POINTS):
        slant = antenna_height_m + (reach - antenna_height_m) * (j / (TABLE_POINTS - 1)) ** 2
        sine = surface_sin_grazing(antenna_height_m, slant, a_e)
        area = patch_area_m2(slant, sine, beamwidth_az_rad, beamwidth_el_rad, range_cell_m)
        table[2 + j] = scale * area * reflectivity(surface, sine, freq_hz)
    table[-1] = 0.0  # the horizon: rounding must leave nothing
    return table


def reflectivity(surface: Surface, sin_grazing: float, freq_hz: float) -> float:
    """sigma0 (m2/m2) of a surface at a grazing angle; 0 at grazing angle 0."""
    if not sin_grazing > 0.0:
        return 0.0
    if surface.sea_state is None:
        return math.exp(surface.gamma_db * _LN10_10) * sin_grazing
    db = nrl_sea_db(sin_grazing, freq_hz / 1e9, float(surface.sea_state), int(surface.vertical))
    return math.exp(db * _LN10_10)


def _surface_limits(surface: Surface) -> tuple[float, float, float]:
    return (surface.gamma_db, -60.0, 20.0) if surface.sea_state is None else (surface.sea_state, 0.0, 6.0)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name}: {value!r} must lie between {low:g} and {high:g}")
