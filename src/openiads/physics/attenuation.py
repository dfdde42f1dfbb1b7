"""What air and rain take from a radar wave: specific attenuation, and one loss table per radar.

Gas: ITU-R P.676-12, Annex 1, line by line (44 oxygen lines, 35 water-vapour lines, the dry continuum). Rain:
ITU-R P.838-3, gamma = k R^alpha with polarisation and path elevation. Both are set-up code; the engine
looks up.

Trap: the pressure of P.676 is that of the *dry* air. The barometer shows dry + vapour; 7.5 g/m^3 is 10 hPa.

Loss table: float64[TABLE_HEIGHTS, 1 + TABLE_RANGES], addressed exactly like the refraction table of
`openiads.physics.propagation`: row i is target height (i * TABLE_ROOT_STEP)^2, column 0 the ground range of
the horizon for that height, column 1 + j belongs to ground range j / (TABLE_RANGES - 1) of that horizon.
What is stored is the *mean* two-way attenuation along the path in nepers of power per metre of slant range:
in a flat layered atmosphere it does not depend on elevation at all, so that few columns serve.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from openiads._jit import kernel
from openiads.physics.atmosphere import us76
from openiads.physics.attenuation_lines import (
    OXYGEN_LINES,
    RAIN_ALPHA_H,
    RAIN_ALPHA_V,
    RAIN_K_H,
    RAIN_K_V,
    VAPOUR_LINES,
)
from openiads.physics.propagation import (
    EARTH_MEAN_RADIUS_M,
    EFFECTIVE_EARTH_FACTOR,
    TABLE_HEIGHTS,
    TABLE_RANGES,
    TABLE_ROOT_STEP,
)

STANDARD_VAPOUR_KG_M3 = (
    7.5e-3  # ITU-R P.835: surface value and scale height of the mean annual global atmosphere
)
VAPOUR_SCALE_HEIGHT_M = 2000.0
HORIZONTAL, CIRCULAR, VERTICAL = 0.0, 0.25 * math.pi, 0.5 * math.pi  # tilt of the polarisation (P.838: tau)

_DB_PER_NEPER = 10.0 / math.log(10.0)
_LAYERS = 600
_TOP_M = 100e3  # above it nothing absorbs (oxygen at 100 km: 1e-7 of the ground)
_VAPOUR_PA = 100.0 / 216.7  # P.676-12: e = rho T / 216.7 in hPa, g/m^3 and K


# --- kernels --------------------------------------------------------------------------------------------


@kernel
def mean_loss_np_per_m(table, height_m, ground_range_m):
    """Mean two-way attenuation (nepers of power per m of slant range) toward a target.

    Held beyond the horizon and above the last row; below 0 counts as 0.
    """
    s = math.sqrt(max(height_m, 0.0)) * (1.0 / TABLE_ROOT_STEP)
    i = min(int(min(s, TABLE_HEIGHTS - 1.0)), TABLE_HEIGHTS - 2)
    f = min(s - i, 1.0)
    horizon = table[i, 0] + f * (table[i + 1, 0] - table[i, 0])
    x = min(max(ground_range_m, 0.0) / max(horizon, 1.0), 1.0) * (TABLE_RANGES - 1)
    j = min(int(x), TABLE_RANGES - 2)
    g = x - j
    a = table[i, 1 + j]
    a += g * (table[i, 2 + j] - a)
    b = table[i + 1, 1 + j]
    b += g * (table[i + 1, 2 + j] - b)
    return a + f * (b - a)


@kernel
def loss_lookup(table, height_m, ground_range_m, slant_m):
    """Two-way loss (dB, >= 0) by gas and rain toward a target.

    height_m: target altitude as in the table; ground_range_m: arc; slant_m: straight distance.
    """
    return _DB_PER_NEPER * mean_loss_np_per_m(table, height_m, ground_range_m) * max(slant_m, 0.0)


@kernel
def loss_factor(table, height_m, ground_range_m, slant_m):
    """Two-way power factor (0..1) of the same loss: multiply the SNR with it."""
    return math.exp(-mean_loss_np_per_m(table, height_m, ground_range_m) * max(slant_m, 0.0))


# --- set-up ---------------------------------------------------------------------------------------------


def gas_db_per_km(
    freq_hz: float, dry_pressure_pa: float, temp_k: float, vapour_kg_m3: float
) -> tuple[float, float]:
    """(oxygen, water vapour) specific attenuation in dB/km, one way (ITU-R P.676-12, equations 1 to 9).

    dry_pressure_pa: pressure of the dry air, *without* the vapour. Refuses (ValueError) a frequency outside
    0.1 .. 1000 GHz (below 1 GHz the recommendation gives nothing: extrapolated), a temperature outside
    150 .. 350 K, a negative pressure or density.
    """
    if not 0.1e9 <= freq_hz <= 1000e9:
        raise ValueError(f"freq_hz: {freq_hz!r} must lie between 0.1 and 1000 GHz")
    if not 150.0 <= temp_k <= 350.0:
        raise ValueError(f"temp_k: {temp_k!r} must lie between 150 and 350 K")
    if not (dry_pressure_pa >= 0.0 and vapour_kg_m3 >= 0.0 and math.isfinite(dry_pressure_pa + vapour_kg_m3)):
        raise ValueError("dry_pressure_pa and vapour_kg_m3 must be finite and not negative")
    f = freq_hz / 1e9
    p = dry_pressure_pa / 100.0
    e = vapour_pressure_pa(vapour_kg_m3, temp_k) / 100.0
    theta = 300.0 / temp_k
    scale = 0.1820 * f
    return scale * (_oxygen(f, p, e, theta) + _continuum(f, p, e, theta)), scale * _vapour(f, p, e, theta)


def vapour_pressure_pa(vapour_kg_m3: float, temp_k: float) -> float:
    """Partial pressure (Pa) of water vapour of a given density."""
    return vapour_kg_m3 * 1e3 * temp_k * _VAPOUR_PA


def _oxygen(f: float, p: float, e: float, theta: float) -> float:
    """Imaginary part of the refractivity by the oxygen lines (equations 3, 5, 6, 7)."""
    f0, a1, a2, a3, a4, a5, a6 = np.array(OXYGEN_LINES).T
    strength = a1 * 1e-7 * p * theta**3 * np.exp(a2 * (1.0 - theta))
    width = a3 * 1e-4 * (p * theta ** (0.8 - a4) + 1.1 * e * theta)
    width = np.sqrt(width**2 + 2.25e-6)  # Zeeman splitting
    overlap = (a5 + a6 * theta) * 1e-4 * (p + e) * theta**0.8
    return float(np.sum(strength * _shape(f, f0, width, overlap)))


def _vapour(f: float, p: float, e: float, theta: float) -> float:
    """Imaginary part of the refractivity by the water-vapour lines."""
    f0, b1, b2, b3, b4, b5, b6 = np.array(VAPOUR_LINES).T
    strength = b1 * 1e-1 * e * theta**3.5 * np.exp(b2 * (1.0 - theta))
    width = b3 * 1e-4 * (p * theta**b4 + b5 * e * theta**b6)
    width = 0.535 * width + np.sqrt(0.217 * width**2 + 2.1316e-12 * f0**2 / theta)  # Doppler broadening
    return float(np.sum(strength * _shape(f, f0, width, 0.0)))


def _shape(
    f: float, f0: NDArray[np.float64], width: NDArray[np.float64], overlap: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    below = (width - overlap * (f0 - f)) / ((f0 - f) ** 2 + width**2)
    above = (width - overlap * (f0 + f)) / ((f0 + f) ** 2 + width**2)
    return np.asarray(f / f0 * (below + above))


def _continuum(f: float, p: float, e: float, theta: float) -> float:
    """Dry continuum: Debye spectrum of oxygen and pressure-induced nitrogen (equations 8, 9)."""
    d = 5.6e-4 * (p + e) * theta**0.8
    if not d > 0.0:
        return 0.0
    debye = 6.14e-5 / (d * (1.0 + (f / d) ** 2))
    nitrogen = 1.4e-12 * p * theta**1.5 / (1.0 + 1.9e-5 * f**1.5)
    return float(f * p * theta**2 * (debye + nitrogen))


def rain_coefficients(freq_hz: float, elevation_rad: float, tilt_rad: float) -> tuple[float, float]:
    """(k, alpha) of ITU-R P.838-3, equations 2 to 5: gamma = k R^alpha in dB/km, R in mm/h.

    tilt_rad: polarisation relative to the horizontal (HORIZONTAL, CIRCULAR, VERTICAL). Refuses (ValueError) a frequency
    outside 1 .. 1000 GHz.
    """
    if not 1e9 <= freq_hz <= 1000e9:
        raise ValueError(f"freq_hz: {freq_hz!r} must lie between 1 and 1000 GHz")
    x = math.log10(freq_hz / 1e9)
    k_h, k_v = 10.0 ** _fit(x, RAIN_K_H), 10.0 ** _fit(x, RAIN_K_V)
    a_h, a_v = _fit(x, RAIN_ALPHA_H), _fit(x, RAIN_ALPHA_V)
    w = math.cos(elevation_rad) ** 2 * math.cos(2.0 * tilt_rad)
    k = 0.5 * (k_h + k_v + (k_h - k_v) * w)
    return k, (k_h * a_h + k_v * a_v + (k_h * a_h - k_v * a_v) * w) / (2.0 * k)


def _fit(x: float, table: tuple[tuple[tuple[float, float, float], ...], float, float]) -> float:
    bells, slope, constant = table
    return sum(a * math.exp(-(((x - b) / c) ** 2)) for a, b, c in bells) + slope * x + constant


def rain_db_per_km(freq_hz: float, rain_mm_h: float, elevation_rad: float, tilt_rad: float) -> float:
    """Specific attenuation (dB/km, one way) in rain; below 1 GHz the value of 1 GHz (an upper bound)."""
    if not 0.0 <= rain_mm_h <= 500.0:
        raise ValueError(f"rain_mm_h: {rain_mm_h!r} must lie between 0 and 500 mm/h")
    if rain_mm_h == 0.0:
        return 0.0
    k, alpha = rain_coefficients(max(freq_hz, 1e9), elevation_rad, tilt_rad)
    return float(k * rain_mm_h**alpha)


def standard_gas_db_per_km(
    freq_hz: float,
    alt_m: float,
    vapour_kg_m3: float = STANDARD_VAPOUR_KG_M3,
    scale_height_m: float = VAPOUR_SCALE_HEIGHT_M,
) -> float:
    """Gas attenuation (dB/km, one way) at an altitude of the standard atmosphere.

    vapour_kg_m3 at sea level, falling with scale_height_m. Dry pressure = that of the standard atmosphere less the vapour.
    """
    temp, pressure = us76(alt_m)[:2]
    temp = max(temp, 150.0)
    rho = vapour_kg_m3 * math.exp(-alt_m / scale_height_m)
    dry = max(pressure - vapour_pressure_pa(rho, temp), 0.0)
    return math.fsum(gas_db_per_km(freq_hz, dry, temp, rho))


def make_loss_table(
    antenna_height_m: float,
    freq_hz: float,
    rain_mm_h: float = 0.0,
    rain_top_m: float = 5000.0,
    rain_radius_m: float = math.inf,
    tilt_rad: float = HORIZONTAL,
    vapour_kg_m3: float = STANDARD_VAPOUR_KG_M3,
    scale_height_m: float = VAPOUR_SCALE_HEIGHT_M,
    earth_radius_m: float = EARTH_MEAN_RADIUS_M,
) -> NDArray[np.float64]:
    """Loss table of one radar (module docstring). Set-up code, under a second.

    Paths are straight over the 4/3 Earth. Heights are altitudes in the standard atmosphere. Rain of rain_mm_h falls evenly
    below rain_top_m and within rain_radius_m (ground range) of the radar. Refuses (ValueError) an antenna outside 0.5 m ..
    12 km, vapour above 0.05 kg/m^3, a scale height outside 0.5 .. 5 km, a rain top outside 0 .. 12 km.
    """
    if not 0.5 <= antenna_height_m <= 12_000.0:
        raise ValueError(f"antenna_height_m: {antenna_height_m!r} must lie between 0.5 m and 12 km")
    if not 0.0 <= vapour_kg_m3 <= 0.05:
        raise ValueError(f"vapour_kg_m3: {vapour_kg_m3!r} must lie between 0 and 0.05 kg/m3")
    if not 500.0 <= scale_height_m <= 5000.0:
        raise ValueError(f"scale_height_m: {scale_height_m!r} must lie between 500 and 5000 m")
    if not (0.0 <= rain_top_m <= 12_000.0 and rain_radius_m >= 0.0):
        raise ValueError("rain_top_m must lie between 0 and 12 km and rain_radius_m not be negative")
    if not 0.0 <= rain_mm_h <= 500.0:
        raise ValueError(f"rain_mm_h: {rain_mm_h!r} must lie between 0 and 500 mm/h")
    a_e = EFFECTIVE_EARTH_FACTOR * earth_radius_m
    edges = _TOP_M * np.linspace(0.0, 1.0, _LAYERS + 1) ** 2
    gas = np.array(
        [
            standard_gas_db_per_km(freq_hz, float(h), vapour_kg_m3, scale_height_m)
            for h in 0.5 * (edges[1:] + edges[:-1])
        ]
    )
    here = float(np.interp(antenna_height_m, 0.5 * (edges[1:] + edges[:-1]), gas))
    table = np.empty((TABLE_HEIGHTS, 1 + TABLE_RANGES))
    for i in range(TABLE_HEIGHTS):
        height = (TABLE_ROOT_STEP * i) ** 2
        arc = _horizon_arc(antenna_height_m, a_e) + _horizon_arc(height, a_e)
        table[i, 0] = arc
        for j in range(TABLE_RANGES):
            ground = arc * j / (TABLE_RANGES - 1)
            path = _Path(antenna_height_m, height, ground, a_e)
            mean = path.integral(edges, gas) / path.slant_m if path.slant_m > 1.0 else here
            if rain_mm_h > 0.0:
                share = path.share_in_rain(rain_top_m, rain_radius_m)
                mean += share * rain_db_per_km(freq_hz, rain_mm_h, path.elevation_rad, tilt_rad)
            table[i, 1 + j] = 2.0 * mean / (1e3 * _DB_PER_NEPER)
    return table


def _horizon_arc(height_m: float, radius_m: float) -> float:
    return 2.0 * radius_m * math.asin(math.sqrt(0.5 * height_m / (radius_m + height_m)))


class _Path:
    """Straight line from (0, antenna) to (ground range, target) over a sphere, measured from its perigee."""

    def __init__(self, antenna_m: float, target_m: float, ground_m: float, radius_m: float) -> None:
        ra, rt = radius_m + antenna_m, radius_m + target_m
        angle = ground_m / radius_m
        dh = target_m - antenna_m
        self.radius_m, self.angle = radius_m, angle
        self.slant_m = math.sqrt(dh * dh + 4.0 * ra * rt * math.sin(0.5 * angle) ** 2)
        up = dh - 2.0 * rt * math.sin(0.5 * angle) ** 2
        self.elevation_rad = math.atan2(up, rt * math.sin(angle)) if self.slant_m > 0.0 else 0.0
        self.ra = ra
        self.start = ra * math.sin(self.elevation_rad)  # signed distance from the perigee
        self.stop = self.start + self.slant_m
        self.perigee_sq = (ra * math.cos(self.elevation_rad)) ** 2

    def _reach(self, height_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distance from the perigee at which the line reaches a height (0 for heights below the perigee)."""
        return np.sqrt(np.maximum((self.radius_m + height_m) ** 2 - self.perigee_sq, 0.0))

    def integral(self, edges: NDArray[np.float64], db_per_km: NDArray[np.float64]) -> float:
        """Layer attenuation times length, summed: dB/km * m."""
        reach = self._reach(edges)
        reach[0] = 0.0  # what dips below the lowest edge (rounding at the horizon) counts as the lowest layer
        down = np.clip(-reach, self.start, self.stop)  # legs on both sides of the perigee
        up = np.clip(reach, self.start, self.stop)
        return float(np.sum(db_per_km * (np.diff(up) - np.diff(down))))

    def share_in_rain(self, top_m: float, radius_m: float) -> float:
        """Part (0..1) of the path below the rain top and within a ground range of the radar."""
        reach = float(self._reach(np.array([top_m]))[0])
        if self.radius_m + top_m <= math.sqrt(self.perigee_sq):
            return 0.0
        last = self.stop
        limit = radius_m / self.radius_m
        if limit < self.angle:
            opening = math.cos(self.elevation_rad + limit)
            last = min(last, self.start + self.ra * math.sin(limit) / max(opening, 1e-9))
        low, high = max(self.start, -reach), min(last, reach)
        if self.slant_m <= 1.0:
            return 1.0 if self.ra - self.radius_m < top_m and radius_m > 0.0 else 0.0
        return max(high - low, 0.0) / self.slant_m
