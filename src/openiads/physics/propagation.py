"""Where a radio wave goes: horizon, apparent elevation, path to a height; free-space loss; two-ray lobing.

Two refraction models, selectable: straight rays over an Earth of effective radius k*a (k = 4/3 by default),
and exact rays (Snell's law in a spherically layered atmosphere) through the CRPL exponential reference
atmosphere. Both fill the same *refraction table*, one per radar, at compile time; the engine only looks up.

Heights are metres above the sphere of radius `earth_radius_m` (mean 6 371 000 m unless the caller knows the
local radius); ground ranges are arcs on that sphere. The engine's own geometry stays ellipsoidal: from here
it takes only the horizon and the *difference* between apparent and geometric elevation.

Refraction table: float64[TABLE_HEIGHTS, 1 + TABLE_RANGES]. Row i is target height (i * TABLE_ROOT_STEP)^2
above the surface. Column 0: ground range (m) of the horizon for that height. Column 1 + j: apparent minus
geometric elevation (rad) at ground range j / (TABLE_RANGES - 1) of that horizon. The square root of the
height makes the horizon of an effective Earth almost exactly linear between rows.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from openiads._jit import kernel
from openiads.units import SPEED_OF_LIGHT_MPS

EARTH_MEAN_RADIUS_M = 6_371_000.0
EFFECTIVE_EARTH_FACTOR = 4.0 / 3.0

#: CRPL exponential reference atmosphere: N = 313 exp(-0.143859 h/km) (B. R. Bean, G. D. Thayer, CRPL
#: Exponential Reference Atmosphere, NBS Monograph 4, 1959; the mean surface value of that set).
CRPL_SURFACE_N = 313.0
CRPL_DECAY_PER_M = 0.143859e-3

MODEL_EFFECTIVE_EARTH = 0
MODEL_CRPL = 1

TABLE_HEIGHTS = 97
TABLE_RANGES = 33
TABLE_ROOT_STEP = 10.0  # sqrt(m): rows at 0, 100, 400, 900 m ... 921.6 km
_TOP_ROOT = TABLE_ROOT_STEP * (TABLE_HEIGHTS - 1)

_GAUSS_NODES = 24
_RISING_RAYS = 65
_DIPPING_RAYS = 33
_BASE_DEPTH_M = 3000.0


# --- kernels --------------------------------------------------------------------------------------------


@kernel
def effective_earth_radius_m(dn_dh_per_m, earth_radius_m):
    """Effective Earth radius a / (1 + a dn/dh) for a refractive-index gradient (about -39e-9 per m).

    At the ducting gradient (-157e-9 per m) and beyond the rays do not leave the Earth: held at 1000 a.
    """
    return earth_radius_m / max(1.0 + earth_radius_m * dn_dh_per_m, 1e-3)


@kernel
def horizon_distance_m(height_m, effective_radius_m):
    """Distance to the horizon, sqrt(2 a_e h) (parabolic form; 0 for a height below the surface)."""
    return math.sqrt(max(2.0 * effective_radius_m, 0.0) * max(height_m, 0.0))


@kernel
def target_height_m(range_m, elevation_rad, antenna_height_m, effective_radius_m):
    """Height (m) at a slant range and elevation over an Earth of effective radius a_e."""
    r0 = effective_radius_m + antenna_height_m
    sq = range_m * range_m + r0 * r0 + 2.0 * range_m * r0 * math.sin(elevation_rad)
    return math.sqrt(max(sq, 0.0)) - effective_radius_m


@kernel
def line_of_sight_clear(antenna_height_m, target_height_m, ground_range_m, earth_radius_m, k_factor):
    """Whether a smooth Earth of radius k*a leaves the path free: both horizons together reach the target."""
    a_e = k_factor * earth_radius_m
    reach = horizon_distance_m(antenna_height_m, a_e) + horizon_distance_m(target_height_m, a_e)
    return ground_range_m <= reach


@kernel
def ground_range_m(slant_m, height_a_m, height_b_m, earth_radius_m):
    """Arc on the sphere between two points from their straight distance and heights.

    slant^2 = (h_a - h_b)^2 + 4 r_a r_b sin^2(phi / 2), exact on the sphere.
    """
    dh = height_a_m - height_b_m
    ra = earth_radius_m + height_a_m
    rb = earth_radius_m + height_b_m
    s2 = (slant_m * slant_m - dh * dh) / max(4.0 * ra * rb, 1.0)
    s2 = min(max(s2, 0.0), 1.0)
    return 2.0 * earth_radius_m * math.asin(math.sqrt(s2))


@kernel
def horizon_ground_range_m(table, height_m):
    """Ground range (m) at which a target of this height above the surface goes below the horizon."""
    s = math.sqrt(max(height_m, 0.0)) * (1.0 / TABLE_ROOT_STEP)
    i = min(int(min(s, TABLE_HEIGHTS - 1.0)), TABLE_HEIGHTS - 2)
    f = min(s - i, 1.0)
    return table[i, 0] + f * (table[i + 1, 0] - table[i, 0])


@kernel
def look_path(table, height_m, ground_range_m):
    """(visible, elevation correction in rad) of a target; add the correction to the geometric elevation.

    height_m above the surface of the table (below 0 counts as 0, above the last row as the last row).
    """
    s = math.sqrt(max(height_m, 0.0)) * (1.0 / TABLE_ROOT_STEP)
    i = min(int(min(s, TABLE_HEIGHTS - 1.0)), TABLE_HEIGHTS - 2)
    f = min(s - i, 1.0)
    horizon = table[i, 0] + f * (table[i + 1, 0] - table[i, 0])
    x = min(ground_range_m / max(horizon, 1.0), 1.0) * (TABLE_RANGES - 1)
    j = min(int(max(x, 0.0)), TABLE_RANGES - 2)
    g = x - j
    a = table[i, 1 + j]
    a += g * (table[i, 2 + j] - a)
    b = table[i + 1, 1 + j]
    b += g * (table[i + 1, 2 + j] - b)
    return ground_range_m <= horizon, a + f * (b - a)


@kernel
def apparent_elevation_rad(table, height_m, ground_range_m, geometric_elevation_rad):
    """Elevation (rad) at which the radar sees the target: geometric plus refraction."""
    correction = look_path(table, height_m, ground_range_m)[1]
    return geometric_elevation_rad + correction


@kernel
def free_space_loss_db(freq_hz, distance_m):
    """One-way loss between isotropic antennas, 20 log10(4 pi d f / c) (ITU-R P.525)."""
    x = 4.0 * math.pi * max(distance_m, 1e-3) * max(freq_hz, 1.0) / SPEED_OF_LIGHT_MPS
    return 20.0 * math.log10(x)


@kernel
def two_ray_factor_sq(antenna_height_m, target_height_m, wavelength_m, range_m, reflection):
    """F^2, one-way power gain of direct plus ground-reflected ray over a flat Earth (square it for two-way).

    reflection: magnitude of the reflection coefficient (1 = perfect, phase pi); for 1 this is
    (2 sin(2 pi h_a h_t / (lambda R)))^2. Domain: heights much smaller than the range, inside the horizon.
    """
    denominator = max(wavelength_m * range_m, 1e-9)
    phase = 4.0 * math.pi * antenna_height_m * target_height_m / denominator
    return 1.0 + reflection * reflection - 2.0 * reflection * math.cos(phase)


# --- compile-time ---------------------------------------------------------------------------------------


def crpl_index(height_m: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Refractive index of the CRPL exponential reference atmosphere at a height above sea level."""
    return np.asarray(1.0 + 1e-6 * CRPL_SURFACE_N * np.exp(-CRPL_DECAY_PER_M * np.asarray(height_m)))


def refracted_path_m(
    antenna_height_m: float,
    elevation_rad: float,
    target_height_m: float,
    earth_radius_m: float = EARTH_MEAN_RADIUS_M,
) -> tuple[float, float]:
    """(radar range, ground range) of a rising CRPL ray from the antenna to a target height. Compile-time.

    Radar range is the optical path (what an echo's delay measures). Snell: n r cos(e) constant along the ray.
    Refuses (ValueError) a falling ray or a target below the antenna.
    """
    from scipy.integrate import quad  # noqa: PLC0415

    if elevation_rad < 0.0 or elevation_rad > 0.5 * math.pi or target_height_m < antenna_height_m:
        raise ValueError("elevation_rad must lie in [0, pi/2] and the target above the antenna")
    h0, a = antenna_height_m, earth_radius_m
    invariant = float(crpl_index(h0)) * (a + h0) * math.cos(elevation_rad)

    def parts(u: float) -> tuple[float, float, float]:
        h = h0 + u * u
        n = float(crpl_index(h))
        return n, a + h, math.sqrt(max((n * (a + h)) ** 2 - invariant**2, 1e-30))

    def optical(u: float) -> float:
        n, r, q = parts(u)
        return 2.0 * u * n * n * r / q

    def ground(u: float) -> float:
        _, r, q = parts(u)
        return 2.0 * u * invariant * a / (r * q)

    top = math.sqrt(target_height_m - h0)
    return quad(optical, 0.0, top, limit=400)[0], quad(ground, 0.0, top, limit=400)[0]


def make_refraction_table(
    antenna_height_m: float, model: int, earth_radius_m: float = EARTH_MEAN_RADIUS_M, k: float | None = None
) -> NDArray[np.float64]:
    """Refraction table of one radar. Compile-time (a few hundredths of a second).

    antenna_height_m above the smooth surface on which `earth_radius_m` is measured; model
    MODEL_EFFECTIVE_EARTH (k = 4/3 unless given) or MODEL_CRPL (takes no k). Refuses (ValueError) an antenna
    outside 0.5 m .. 12 km.
    """
    if not 0.5 <= antenna_height_m <= 12_000.0:
        raise ValueError(f"antenna_height_m: {antenna_height_m!r} must lie between 0.5 m and 12 km")
    heights = (TABLE_ROOT_STEP * np.arange(TABLE_HEIGHTS)) ** 2
    fraction = np.linspace(0.0, 1.0, TABLE_RANGES)
    table = np.empty((TABLE_HEIGHTS, 1 + TABLE_RANGES))
    if model == MODEL_EFFECTIVE_EARTH:
        factor = EFFECTIVE_EARTH_FACTOR if k is None else k
        if not 0.1 <= factor <= 1000.0:
            raise ValueError(f"k: {k!r} must lie between 0.1 and 1000")
    elif model != MODEL_CRPL or k is not None:
        raise ValueError(f"model: {model!r} with k {k!r}; 0 (effective Earth) or 1 (CRPL, without k)")
    for i, height in enumerate(heights):
        if model == MODEL_CRPL:
            arc, correction = _crpl_correction(antenna_height_m, float(height), earth_radius_m)
            table[i, 0] = arc[-1]
            table[i, 1:] = np.interp(fraction * arc[-1], arc, correction)
        else:
            a_e = factor * earth_radius_m
            horizon = _horizon_arc(antenna_height_m, a_e) + _horizon_arc(float(height), a_e)
            arc = fraction * horizon
            table[i, 0] = horizon
            table[i, 1:] = _straight_elevation(antenna_height_m, float(height), arc, a_e)
            table[i, 1:] -= _straight_elevation(antenna_height_m, float(height), arc, earth_radius_m)
    table[:, 1] = 0.0  # straight up or down: no bending
    return table


def _horizon_arc(height_m: float, radius_m: float) -> float:
    """Exact arc to the tangent point, radius * acos(radius / (radius + h)), without cancellation."""
    return 2.0 * radius_m * math.asin(math.sqrt(0.5 * height_m / (radius_m + height_m)))


def _straight_elevation(
    from_m: float, to_m: float, arc_m: NDArray[np.float64], radius_m: float
) -> NDArray[np.float64]:
    """Elevation of a straight line between two heights over a sphere."""
    angle = arc_m / radius_m
    half = np.sin(0.5 * angle)
    up = (to_m - from_m) - 2.0 * (radius_m + to_m) * half * half
    return np.asarray(np.arctan2(up, (radius_m + to_m) * np.sin(angle)))


def _crpl_correction(
    antenna_m: float, target_m: float, radius_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(rising ground ranges up to the horizon, apparent minus geometric elevation) for one target height.

    Rays are labelled by Snell's invariant. First those that rise all the way from the lower end, then those
    that dip below it, down to the one that grazes the surface.
    """
    low, high = min(antenna_m, target_m), max(antenna_m, target_m)
    at_low = float(crpl_index(low)) * (radius_m + low)
    rising = np.empty(0)
    if high - low > 1e-3:
        a_e = EFFECTIVE_EARTH_FACTOR * radius_m
        level = _horizon_arc(high - low, a_e + low)
        guess = np.linspace(0.0, 1.0, _RISING_RAYS)[1:] * level
        angle = np.maximum(_straight_elevation(low, high, guess, a_e), 0.0)
        angle[-1] = 0.0
        rising = at_low * np.cos(angle)
    dipping = np.empty(0)
    if low > 0.0:
        perigee = low * (1.0 - (np.arange(1, _DIPPING_RAYS + 1) / _DIPPING_RAYS) ** 2)
        dipping = crpl_index(perigee) * (radius_m + perigee)
    arc = _crpl_arc(rising, low, high, radius_m)
    if dipping.size:
        below = _crpl_arc(dipping, None, low, radius_m) + _crpl_arc(dipping, None, high, radius_m)
        arc = np.concatenate([arc, below])
    invariant = np.concatenate([rising, dipping])
    at_antenna = float(crpl_index(antenna_m)) * (radius_m + antenna_m)
    apparent = np.arccos(np.minimum(invariant / at_antenna, 1.0))
    if antenna_m > low:
        apparent[: rising.size] *= -1.0
    apparent[rising.size :] *= -1.0
    correction = apparent - _straight_elevation(antenna_m, target_m, arc, radius_m)
    return np.concatenate([[0.0], arc]), np.concatenate([[0.0], correction])


@cache
def _gauss() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.polynomial.legendre.leggauss(_GAUSS_NODES)


def _crpl_arc(
    invariant: NDArray[np.float64], from_m: float | None, to_m: float, radius_m: float
) -> NDArray[np.float64]:
    """Ground range of each ray between two heights (from its own perigee where from_m is None).

    Gauss-Legendre in u = sqrt(h - base), with the base at the ray's (possibly virtual) perigee, where the
    integrand is smooth; a steep ray has none within 3 km below and takes that depth.
    """
    floor = -_BASE_DEPTH_M if from_m is None else from_m - _BASE_DEPTH_M
    base = np.full_like(invariant, floor)
    for _ in range(5):  # Newton on n(h) (a + h) = invariant
        n = crpl_index(base)
        slope = n - CRPL_DECAY_PER_M * (n - 1.0) * (radius_m + base)
        base = np.maximum(base + (invariant - n * (radius_m + base)) / slope, floor)
    start = np.zeros_like(base) if from_m is None else np.sqrt(np.maximum(from_m - base, 0.0))
    stop = np.sqrt(np.maximum(to_m - base, 0.0))
    node, weight = _gauss()
    u = 0.5 * (stop + start)[:, None] + 0.5 * (stop - start)[:, None] * node[None, :]
    h = base[:, None] + u * u
    n = crpl_index(h)
    r = radius_m + h
    c = invariant[:, None]
    q = np.sqrt(np.maximum((n * r - c) * (n * r + c), 1e-6))
    return np.asarray(0.5 * (stop - start) * ((2.0 * u * c * radius_m / (r * q)) @ weight))
