"""Interference of the direct ray with the one reflected by sea or flat ground, on the curved Earth.

One-way power relative to free space (the pattern-propagation factor squared):

    F^2 = |1 + rho * D * Gamma * sqrt(g) * exp(-j 2 pi delta / lambda)|^2

Gamma: Fresnel coefficient of a smooth surface; rho: what roughness leaves of the mirror reflection; D:
divergence by the curved Earth; g: antenna gain toward the reflection point relative to that toward the target;
delta: path difference. Two-way: F^4 = (F^2)^2. The rays are straight over an Earth of effective radius.

Sources: D. E. Kerr (ed.), Propagation of Short Radio Waves, 1951, chapters 2 and 5; M. W. Long, Radar Reflectivity
of Land and Sea; W. S. Ament, Proc. IRE 41 (1953) 142; A. R. Miller, R. M. Brown, E. Vegh, IEE Proc. F 131 (1984) 114.
"""

from __future__ import annotations

import math

from openiads._jit import kernel

ROUGH_AMENT = 0
ROUGH_MILLER_BROWN = 1

#: Largest two-way gain: both rays in phase.
MAX_FACTOR4 = 16.0

#: Significant wave height (m) by sea state 0..6, middle of the classes of WMO code table 3700.
SIGNIFICANT_WAVE_M = (0.0, 0.05, 0.3, 0.875, 1.875, 3.25, 5.0)

#: (relative permittivity, conductivity in S/m) of ground, ITU-R P.527 (values for 1 GHz and below).
GROUND = {"wet ground": (30.0, 1e-2), "medium dry ground": (15.0, 1e-3), "very dry ground": (3.0, 1e-4)}

_EPSILON_0 = 8.854_187_8128e-12  # F/m, CODATA 2018
_TWO_PI = 2.0 * math.pi


# --- kernels --------------------------------------------------------------------------------------------


@kernel
def _arc_sine_sq(x):
    """sin^2(x) of a small angle (series, better than 1e-13 relative for x < 0.15)."""
    q = x * x
    s = x * (1.0 - q * (1.0 / 6.0) * (1.0 - q * 0.05 * (1.0 - q * (1.0 / 42.0))))
    return s * s


@kernel
def _chord_m(height_a_m, height_b_m, angle_rad, radius_m):
    """Straight distance between two heights an angle at the Earth's centre apart (below 0.3 rad)."""
    dh = height_a_m - height_b_m
    half = _arc_sine_sq(0.5 * angle_rad)
    return math.sqrt(max(dh * dh + 4.0 * (radius_m + height_a_m) * (radius_m + height_b_m) * half, 0.0))


@kernel
def mirror_path(antenna_height_m, target_height_m, ground_range_m, effective_radius_m):
    """(path difference m, sine of the grazing angle, both legs m, arc m to the mirror point) of the reflected ray.

    The point solves the cubic of Kerr (1951, chapter 2) in closed form; lengths are then exact on the sphere, so
    that by Fermat's principle its small error does not matter. Heights below 0.1 m count as 0.1 m, ranges below 1 m as
    1 m, ranges beyond 0.3 effective radii as that. At and beyond the horizon path difference and grazing angle are 0.
    """
    a = max(effective_radius_m, 1.0)
    h1 = max(antenna_height_m, 0.1)
    h2 = max(target_height_m, 0.1)
    d = min(max(ground_range_m, 1.0), 0.3 * a)
    p = math.sqrt((a * (h1 + h2) + 0.25 * d * d) * (4.0 / 3.0))
    x = 2.0 * a * d * (h1 - h2) / (p * p * p)
    d1 = 0.5 * d + p * math.sin(math.asin(min(max(x, -1.0), 1.0)) * (1.0 / 3.0))
    d1 = min(max(d1, 0.0), d)
    per_m = 1.0 / a
    r1 = _chord_m(h1, 0.0, d1 * per_m, a)
    r2 = _chord_m(h2, 0.0, (d - d1) * per_m, a)
    sine = ((2.0 * a + h1) * h1 - r1 * r1) / (2.0 * a * r1)
    if not sine > 0.0:
        return 0.0, 0.0, r1, r2, d1
    return max(r1 + r2 - _chord_m(h1, h2, d * per_m, a), 0.0), min(sine, 1.0), r1, r2, d1


@kernel
def depression_rad(antenna_height_m, leg_m, effective_radius_m):
    """Angle (rad) below the antenna's horizontal at which the surface is met after leg_m: where to read the pattern."""
    a = max(effective_radius_m, 1.0)
    h = max(antenna_height_m, 0.1)
    r = max(leg_m, 0.1)
    sine = ((2.0 * a + h) * h + r * r) / (2.0 * (a + h) * r)
    return math.asin(min(max(sine, 0.0), 1.0))


@kernel
def divergence_factor(sin_grazing, leg_a_m, leg_b_m, effective_radius_m):
    """Amplitude (0..1) left by reflection on a convex Earth, [1 + 2 r1 r2 / (a (r1 + r2) sin psi)]^(-1/2)."""
    a, r1, r2 = max(effective_radius_m, 1.0), max(leg_a_m, 0.0), max(leg_b_m, 0.0)
    spread = a * (r1 + r2) * max(sin_grazing, 0.0)
    return math.sqrt(spread / max(spread + 2.0 * r1 * r2, 1e-30))


@kernel
def fresnel(sin_grazing, permittivity, loss_permittivity, vertical):
    """(real, imaginary) reflection coefficient of a smooth surface; complex permittivity e' - j e''.

    vertical 1: vertical polarisation, 0: horizontal. Time factor exp(+j w t), as in Kerr (1951, chapter 5).
    """
    s = min(max(sin_grazing, 0.0), 1.0)
    u = permittivity - 1.0 + s * s
    v = max(loss_permittivity, 0.0)
    m = math.sqrt(u * u + v * v)
    qr = math.sqrt(max(0.5 * (m + u), 0.0))
    qi = -math.sqrt(max(0.5 * (m - u), 0.0))
    nr, ni = s, 0.0
    if vertical != 0:
        nr, ni = permittivity * s, -v * s
    br, bi = nr + qr, ni + qi
    below = max(br * br + bi * bi, 1e-30)
    ar, ai = nr - qr, ni - qi
    return (ar * br + ai * bi) / below, (ai * br - ar * bi) / below


@kernel
def roughness_factor(rms_height_m, sin_grazing, wavelength_m, model):
    """Coherent reflection of a rough surface relative to a smooth one (0..1).

    x = 2 (2 pi sigma sin(psi) / lambda)^2; Ament exp(-x); Miller-Brown exp(-x) I0(x), which falls more slowly and is
    nearer to measurements over a rough sea (I0: Abramowitz and Stegun 9.8.1, 9.8.2, better than 2e-7).
    """
    g = _TWO_PI * rms_height_m * sin_grazing / max(wavelength_m, 1e-6)
    x = 2.0 * g * g
    if model == ROUGH_AMENT:
        return math.exp(-min(x, 700.0))
    t = x * (1.0 / 3.75)
    if t < 1.0:
        t = t * t
        s = 0.0360768 + t * 0.0045813
        s = 1.2067492 + t * (0.2659732 + t * s)
        return math.exp(-x) * (1.0 + t * (3.5156229 + t * (3.0899424 + t * s)))
    t = 1.0 / t
    s = -0.02057706 + t * (0.02635537 + t * (-0.01647633 + t * 0.00392377))
    s = 0.00225319 + t * (-0.00157565 + t * (0.00916281 + t * s))
    return (0.39894228 + t * (0.01328592 + t * s)) / math.sqrt(x)


@kernel
def _cube_root(x):
    """x^(1/3), x > 0."""
    return math.exp(math.log(max(x, 1e-300)) * (1.0 / 3.0))


@kernel
def ray_limit(wavelength_m, effective_radius_m):
    """Sine of the grazing angle below which ray optics fails, (lambda / (2 pi a))^(1/3) (Kerr 1951, chapter 2)."""
    return _cube_root(wavelength_m / (_TWO_PI * max(effective_radius_m, 1.0)))


@kernel
def _height_gain_db(y):
    """Height-gain term of ITU-R P.526-15, equation 18; y: normalised height."""
    if y > 2.0:
        b = y - 1.1
        return 17.6 * math.sqrt(b) - 5.0 * math.log10(b) - 8.0
    y = max(y, 1e-3)
    return 20.0 * math.log10(y + 0.1 * y * y * y)


@kernel
def horizon_factor_sq(antenna_height_m, target_height_m, ground_range_m, wavelength_m, effective_radius_m):
    """F^2 (one-way, at most 1) of diffraction by a smooth sphere (ITU-R P.526-15, section 3.1.1, first residue).

    Valid at the horizon and beyond it. Horizontal polarisation, or vertical above 20 MHz over land, 300 MHz over sea.
    """
    a = max(effective_radius_m, 1.0)
    k = math.pi / max(wavelength_m, 1e-6)
    x = max(ground_range_m, 1.0) * _cube_root(k / (a * a))
    per_m = 2.0 * _cube_root(k * k / a)
    db = 11.0 + 10.0 * math.log10(x) - 17.6 * x
    if x < 1.6:
        db = -20.0 * math.log10(x) - 5.6488 * math.exp(1.425 * math.log(x))
    db += _height_gain_db(per_m * antenna_height_m) + _height_gain_db(per_m * target_height_m)
    return math.exp(min(max(db, -300.0), 0.0) * (math.log(10.0) / 10.0))


@kernel
def propagation_factor_sq(
    antenna_height_m, target_height_m, ground_range_m, wavelength_m, effective_radius_m,
    permittivity, loss_permittivity, vertical, rms_height_m, roughness_model, reflected_gain,
):  # fmt: skip
    """F^2 (one-way power, 0..4): direct plus reflected ray. Square it for two-way.

    permittivity, loss_permittivity: e' and e'' of the surface at this frequency (`sea_permittivity`,
    `ground_permittivity`); vertical 1 or 0; rms_height_m of the surface (`rms_wave_height_m`); reflected_gain: one-way
    antenna power gain toward the reflection point over that toward the target (1 for a broad beam).

    Near the horizon ray optics fails (grazing angle below `ray_limit`). From there to the horizon, F in dB is
    interpolated linearly in the sine of the grazing angle between the rays, with the divergence held, and the diffracted
    field (the "bold interpolation" of Kerr 1951, chapter 2). Beyond the horizon the diffracted field stays.
    """
    a = max(effective_radius_m, 1.0)
    difference, sine, r1, r2, _ = mirror_path(antenna_height_m, target_height_m, ground_range_m, a)
    near_horizon = sine * sine * sine * (_TWO_PI * a) < wavelength_m
    limit = ray_limit(wavelength_m, a) if near_horizon else sine
    divergence = divergence_factor(limit, r1, r2, a)
    real, imag = fresnel(sine, permittivity, loss_permittivity, vertical)
    size = divergence * math.sqrt(max(reflected_gain, 0.0))
    if rms_height_m > 0.0:
        size *= roughness_factor(rms_height_m, sine, wavelength_m, roughness_model)
    phase = _TWO_PI * difference / max(wavelength_m, 1e-6)
    c, s = math.cos(phase), math.sin(phase)
    x = 1.0 + size * (real * c + imag * s)
    y = size * (imag * c - real * s)
    f2 = x * x + y * y
    if not near_horizon:
        return f2
    bent = horizon_factor_sq(antenna_height_m, target_height_m, ground_range_m, wavelength_m, a)
    w = sine / limit
    return math.exp(w * math.log(max(f2, 1e-30)) + (1.0 - w) * math.log(max(bent, 1e-30)))


@kernel
def propagation_factor4(
    antenna_height_m, target_height_m, ground_range_m, wavelength_m, effective_radius_m,
    permittivity, loss_permittivity, vertical, rms_height_m, roughness_model, reflected_gain,
):  # fmt: skip
    """F^4 (two-way power, 0..16): multiply the SNR with it. Arguments as in `propagation_factor_sq`."""
    f2 = propagation_factor_sq(
        antenna_height_m, target_height_m, ground_range_m, wavelength_m, effective_radius_m,
        permittivity, loss_permittivity, vertical, rms_height_m, roughness_model, reflected_gain,
    )  # fmt: skip
    return f2 * f2


# --- set-up ---------------------------------------------------------------------------------------------


def rms_wave_height_m(sea_state: int) -> float:
    """RMS height (m) of the sea surface, a quarter of the significant wave height; 0..6, else ValueError."""
    if sea_state not in range(len(SIGNIFICANT_WAVE_M)):
        raise ValueError(f"sea_state: {sea_state!r} must be a whole number from 0 to 6")
    return 0.25 * SIGNIFICANT_WAVE_M[sea_state]


def ground_permittivity(kind: str, freq_hz: float) -> tuple[float, float]:
    """(e', e'') of one of GROUND: e'' = sigma / (2 pi f e0). Refuses (ValueError) another kind."""
    if kind not in GROUND:
        raise ValueError(f"kind: {kind!r} must be one of {', '.join(GROUND)}")
    real, conductivity = GROUND[kind]
    return real, conductivity / (_TWO_PI * _checked(freq_hz) * _EPSILON_0)


def sea_permittivity(
    freq_hz: float, temp_c: float = 20.0, salinity_g_kg: float = 35.0
) -> tuple[float, float]:
    """(e', e'') of sea water, double Debye form of ITU-R P.527 (T. Meissner, F. J. Wentz, IEEE Trans. GRS 42, 2004).

    Refuses (ValueError) a temperature outside -4 .. 40 C, a salinity outside 0 .. 40 g/kg, a frequency outside
    0.1 .. 100 GHz.
    """
    if not -4.0 <= temp_c <= 40.0:
        raise ValueError(f"temp_c: {temp_c!r} must lie between -4 and 40")
    if not 0.0 <= salinity_g_kg <= 40.0:
        raise ValueError(f"salinity_g_kg: {salinity_g_kg!r} must lie between 0 and 40")
    f, t, s = _checked(freq_hz) / 1e9, temp_c, salinity_g_kg
    theta = 300.0 / (t + 273.15) - 1.0
    static = 77.66 + 103.3 * theta
    first = 20.20 - 146.4 * theta + 316.0 * theta**2  # GHz
    middle, top, second = 0.0671 * static, 3.52 - 7.52 * theta, 39.8 * first
    static *= math.exp(-3.56417e-3 * s + 4.74868e-6 * s**2 + 1.15574e-5 * t * s)
    first *= 1.0 + s * (2.39357e-3 - 3.13530e-5 * t + 2.52477e-7 * t**2)
    middle *= math.exp(-6.28908e-3 * s + 1.76032e-4 * s**2 - 9.22144e-5 * t * s)
    second *= 1.0 + s * (-1.99723e-2 + 1.81176e-4 * t)
    top *= 1.0 + s * (-2.04265e-3 + 1.57883e-4 * t)
    value = (static - middle) / (1.0 + 1j * f / first) + (middle - top) / (1.0 + 1j * f / second) + top
    return value.real, -value.imag + _sea_conductivity(t, s) / (_TWO_PI * freq_hz * _EPSILON_0)


def _sea_conductivity(t: float, s: float) -> float:
    """Conductivity (S/m) of sea water (Stogryn's form, as in ITU-R P.527)."""
    at_35 = 2.903602 + 8.607e-2 * t + 4.738817e-4 * t**2 - 2.991e-6 * t**3 + 4.3047e-9 * t**4
    ratio = s * (37.5109 + 5.45216 * s + 1.4409e-2 * s**2) / (1004.75 + 182.283 * s + s**2)
    a0 = (6.9431 + 3.2841 * s - 9.9486e-2 * s**2) / (84.850 + 69.024 * s + s**2)
    a1 = 49.843 - 0.2276 * s + 0.198e-2 * s**2
    return at_35 * ratio * (1.0 + a0 * (t - 15.0) / (a1 + t))


def _checked(freq_hz: float) -> float:
    if not 0.1e9 <= freq_hz <= 100e9:
        raise ValueError(f"freq_hz: {freq_hz!r} must lie between 0.1 and 100 GHz")
    return freq_hz
