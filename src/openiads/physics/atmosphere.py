"""The air: U.S. Standard Atmosphere 1976, exact and by table.

Up to 86 km the seven linear-temperature layers, from the defining constants. Above, density falls
exponentially between the published rows up to 1,000 km (and on beyond at the last rate) while temperature and
speed of sound keep their 86 km values; pressure then follows from the gas law, so all four are continuous.
Above 86 km only the density is that of the Standard Atmosphere: good for drag, not for thermodynamics.

Temperature is the molecular-scale temperature, the one of the gas law and of the speed of sound; it equals
the kinetic temperature below 80 km and exceeds it by 0.08 K at 86 km.

Source
------
U.S. Standard Atmosphere, 1976, NOAA-S/T 76-1562, NASA-TM-X-74335: eqs. 18, 23, 33a, 33b, 42, 50, tables 2
and 4 (constants, layers); table I, geometric altitude, 90 to 1,000 km (density).
"""

from __future__ import annotations

import math

import numpy as np

from openiads._jit import kernel, plain

GAS_CONSTANT_JPKGK = 8314.32 / 28.9644  # R*/M0 of the 1976 standard (older than the SI value of R)
HEAT_RATIO = 1.4
G0_MPS2 = 9.80665
R0_M = 6_356_766.0  # radius in the relation of geopotential and geometric altitude
TOP_OF_LAYERS_M = 86_000.0
BOTTOM_M = -5_000.0  # where the standard begins; held below

# Layer bases: geopotential altitude m', temperature gradient K/m'. The eighth base closes the last layer.
_BASE_H = (0.0, 11_000.0, 20_000.0, 32_000.0, 47_000.0, 51_000.0, 71_000.0)
_LAPSE = (-6.5e-3, 0.0, 1.0e-3, 2.8e-3, 0.0, -2.8e-3, -2.0e-3)
_GMR = G0_MPS2 / GAS_CONSTANT_JPKGK


def _layer_bases() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Temperature (K) and pressure (Pa) at the layer bases, upwards from the sea-level values."""
    temperature = [288.15]
    pressure = [101_325.0]
    for i in range(len(_BASE_H) - 1):
        rise = _BASE_H[i + 1] - _BASE_H[i]
        t0, lapse = temperature[i], _LAPSE[i]
        t1 = t0 + lapse * rise
        falloff = _GMR / lapse * math.log(t0 / t1) if lapse != 0.0 else -_GMR * rise / t0
        temperature.append(t1)
        pressure.append(pressure[i] * math.exp(falloff))
    return tuple(temperature), tuple(pressure)


_BASE_T, _BASE_P = _layer_bases()


@kernel
def _layers(alt_m):
    """(temperature K, pressure Pa) in the layers, from BOTTOM_M to TOP_OF_LAYERS_M."""
    h = R0_M * alt_m / (R0_M + alt_m)
    i = 0
    while i < 6 and h >= _BASE_H[i + 1]:
        i += 1
    lapse = _LAPSE[i]
    t0 = _BASE_T[i]
    rise = h - _BASE_H[i]
    if lapse == 0.0:
        return t0, _BASE_P[i] * math.exp(-_GMR * rise / t0)
    t = t0 + lapse * rise
    return t, _BASE_P[i] * math.exp(_GMR / lapse * math.log(t0 / t))


_T86, _P86 = plain(_layers)(TOP_OF_LAYERS_M)
_A86 = math.sqrt(HEAT_RATIO * GAS_CONSTANT_JPKGK * _T86)

# Published densities, km and kg/m^3; the first row is the value of the layers, for continuity (it is
# published as 6.958e-6).
_UPPER = np.array(
    [
        (86.0, _P86 / (GAS_CONSTANT_JPKGK * _T86)),
        (90.0, 3.416e-6),
        (95.0, 1.393e-6),
        (100.0, 5.604e-7),
        (110.0, 9.708e-8),
        (120.0, 2.222e-8),
        (130.0, 8.152e-9),
        (140.0, 3.831e-9),
        (150.0, 2.076e-9),
        (160.0, 1.233e-9),
        (180.0, 5.194e-10),
        (200.0, 2.541e-10),
        (250.0, 6.073e-11),
        (300.0, 1.916e-11),
        (400.0, 2.803e-12),
        (500.0, 5.215e-13),
        (600.0, 1.137e-13),
        (700.0, 3.070e-14),
        (800.0, 1.136e-14),
        (900.0, 5.759e-15),
        (1000.0, 3.561e-15),
    ]
)
_UPPER_Z = _UPPER[:, 0] * 1000.0
_UPPER_LN = np.log(_UPPER[:, 1])
_UPPER_SLOPE = np.diff(_UPPER_LN) / np.diff(_UPPER_Z)
_LAST = len(_UPPER_SLOPE) - 1


@kernel
def _upper_density(alt_m):
    """Density (kg/m^3) above the layers."""
    i = 0
    while i < _LAST and alt_m >= _UPPER_Z[i + 1]:
        i += 1
    return math.exp(_UPPER_LN[i] + _UPPER_SLOPE[i] * (alt_m - _UPPER_Z[i]))


@kernel
def us76(alt_m):
    """(temperature_k, pressure_pa, density_kgpm3, sound_mps) at a geometric altitude in m.

    Below -5 km the values of -5 km.
    """
    z = BOTTOM_M if alt_m < BOTTOM_M else alt_m
    if z > TOP_OF_LAYERS_M:
        rho = _upper_density(z)
        return _T86, rho * GAS_CONSTANT_JPKGK * _T86, rho, _A86
    t, p = _layers(z)
    return t, p, p / (GAS_CONSTANT_JPKGK * t), math.sqrt(HEAT_RATIO * GAS_CONSTANT_JPKGK * t)


# The table is even in a polynomial that is the geopotential altitude to 0.2 m at 86 km, so that every
# layer boundary falls on a row: linear interpolation across a kink would cost 4e-4.
_STEP_M = 50.0
_ROW0 = 101  # the row of altitude zero; row 0 lies just below BOTTOM_M
_ROWS = 3_042
_INV_R0 = 1.0 / R0_M


def _table() -> np.ndarray:
    """Rows of (density, speed of sound) at even steps of the table coordinate; in plain Python, the same to the bit."""
    layers, upper_density = plain(_layers), plain(_upper_density)
    h = (np.arange(_ROWS) - _ROW0) * _STEP_M
    z = R0_M * h / (R0_M - h)
    for _ in range(4):  # Newton on the cubic of `density_sound`
        u = z * _INV_R0
        z -= (z * (1.0 - u * (1.0 - u)) - h) / (1.0 - 2.0 * u + 3.0 * u * u)
    rows = []
    for alt_m in z.tolist():
        if alt_m < TOP_OF_LAYERS_M:
            t, p = layers(alt_m)
            rows.append((p / (GAS_CONSTANT_JPKGK * t), math.sqrt(HEAT_RATIO * GAS_CONSTANT_JPKGK * t)))
        else:
            rows.append((upper_density(alt_m), _A86))
    return np.array(rows)


_RHO_A = _table()


@kernel
def density_sound(alt_m):
    """(density_kgpm3, sound_mps) by table, for inner loops.

    Against `us76`: 2e-5 of the density and 1e-6 of the speed of sound below 86 km, 7e-4 of the density above
    it (the kinks of the published rows). Not-a-number gives a density that is not a number.
    """
    z = BOTTOM_M if alt_m < BOTTOM_M else alt_m
    u = z * _INV_R0
    s = z * (1.0 - u * (1.0 - u)) * (1.0 / _STEP_M) + _ROW0
    if s < _ROWS - 1.0:
        i = int(s)
        w = s - i
        rho = _RHO_A[i, 0]
        a = _RHO_A[i, 1]
        return rho + w * (_RHO_A[i + 1, 0] - rho), a + w * (_RHO_A[i + 1, 1] - a)
    return _upper_density(alt_m), _A86
