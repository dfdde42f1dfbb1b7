"""Closed forms of ballistics: minimum-energy arcs, the rocket equation, drag fall and re-entry.

They are checks of the propagated flights and quick estimates; nothing is integrated here.

Sources
-------
R. R. Bate, D. D. Mueller, J. E. White, Fundamentals of Astrodynamics, 1971, chapter 6 (free-flight range and
minimum-energy trajectory). H. J. Allen, A. J. Eggers, A study of the motion and aerodynamic heating of
ballistic missiles entering the Earth's atmosphere at high supersonic speeds, NACA Report 1381, 1958.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import MU_M3PS2
from openiads.units import STANDARD_GRAVITY_MPS2


@kernel
def minimum_energy(range_m, radius_m):
    """Minimum-energy arc in vacuum between two points of a sphere that does not rotate.

    `range_m` is along the surface, above 0 and below half the circumference. Returns (speed_mps, angle_rad
    above the horizontal, apogee_m above the surface, time_s); zeros outside the domain.
    """
    psi = range_m / radius_m if radius_m > 0.0 else 0.0
    if not (0.0 < psi < math.pi):
        return 0.0, 0.0, 0.0, 0.0
    s = math.sin(0.5 * psi)
    v2 = 2.0 * MU_M3PS2 / radius_m * s / (1.0 + s)
    gamma = 0.25 * (math.pi - psi)
    a = 1.0 / (2.0 / radius_m - v2 / MU_M3PS2)
    h = radius_m * math.cos(gamma)  # angular momentum = h * speed
    e2 = 1.0 - h * h * v2 / (MU_M3PS2 * a)
    e = math.sqrt(e2) if e2 > 0.0 else 0.0
    if e == 0.0:
        return 0.0, 0.0, 0.0, 0.0
    cos_e = min(1.0, max(-1.0, (1.0 - radius_m / a) / e))
    ecc_anomaly = math.acos(cos_e)
    time_s = 2.0 * math.sqrt(a * a * a / MU_M3PS2) * (math.pi - ecc_anomaly + e * math.sin(ecc_anomaly))
    return math.sqrt(v2), gamma, a * (1.0 + e) - radius_m, time_s


@kernel
def rocket_delta_v(isp_s, mass_ratio):
    """Speed gained without gravity and drag, m/s: Isp g0 ln(mass ratio); 0 for a ratio of 1 or less."""
    if not mass_ratio > 1.0:
        return 0.0
    return isp_s * STANDARD_GRAVITY_MPS2 * math.log(mass_ratio)


@kernel
def drag_fall(time_s, g_mps2, terminal_mps):
    """Fall from rest under constant gravity and quadratic drag: (speed_mps, depth_m) after time_s.

    v = v_t tanh(g t / v_t), y = v_t^2 / g ln cosh(g t / v_t), v_t the terminal speed (above 0).
    """
    u = g_mps2 * time_s / terminal_mps
    log_cosh = abs(u) + math.log(0.5 * (1.0 + math.exp(-2.0 * abs(u))))  # no overflow for long times
    return terminal_mps * math.tanh(u), terminal_mps * terminal_mps / g_mps2 * log_cosh


@kernel
def allen_eggers_speed(entry_mps, angle_rad, ballistic_coefficient_kgpm2, rho_kgpm3, scale_height_m):
    """Speed on a straight re-entry path, angle_rad below the horizontal, in an exponential atmosphere.

    v = v_e exp(-rho H / (2 beta sin gamma)), beta = m / (Cd A); gravity neglected. NACA 1381, eq. 8.
    """
    k = 2.0 * ballistic_coefficient_kgpm2 * math.sin(angle_rad)
    if not k > 0.0:
        return 0.0
    return entry_mps * math.exp(-rho_kgpm3 * scale_height_m / k)


@kernel
def allen_eggers_peak(entry_mps, angle_rad, scale_height_m):
    """Greatest deceleration of that re-entry and the speed there: (m/s^2, m/s).

    v_e^2 sin gamma / (2 e H), at v_e / sqrt(e): whatever the ballistic coefficient, as long as the ground
    does not come first. NACA 1381, eqs. 15 and 16.
    """
    peak = entry_mps * entry_mps * math.sin(angle_rad) / (2.0 * math.e * scale_height_m)
    return peak, entry_mps / math.sqrt(math.e)
