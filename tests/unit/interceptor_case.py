"""One made-up missile and a way to fly it, for the interceptor tests. No real system."""

import math

import numpy as np

from openiads.physics import interceptor_schema as S
from openiads.physics.flyout import point_north
from openiads.physics.geodesy import A_M, J2, MU_M3PS2, OMEGA_RADPS
from openiads.physics.interceptor import advance, launch
from openiads.units import STANDARD_GRAVITY_MPS2

MACH = (0.0, 0.8, 1.0, 1.2, 2.0, 3.0, 4.0, 6.0)
COAST = (0.3, 0.3, 0.48, 0.52, 0.38, 0.3, 0.26, 0.22)


def missile_type(**changes):
    """One MISSILE_TYPE row: 1000 kg, 550 kg of propellant in 10 s; `changes` override fields."""
    flow = 55.0
    row = {
        "launch_mass_kg": 1000.0, "boost_thrust_n": flow * 245.0 * STANDARD_GRAVITY_MPS2, "boost_s": 10.0,
        "boost_mdot_kgps": flow, "sustain_thrust_n": 0.0, "sustain_s": 0.0, "sustain_mdot_kgps": 0.0,
        "eject_speed_mps": 30.0, "ignition_s": 0.75, "rise_s": 1.25, "turn_rate_radps": 1.0,
        "ref_area_m2": 0.15, "cd": np.array([S.cd_table(MACH, COAST), 0.8 * S.cd_table(MACH, COAST)]),
        "induced_k": 0.05, "cl_max": 6.0, "lateral_g_max": 25.0, "lag_s": 0.25, "nav_const": 4.0,
        "loft_per_m": 6e-6, "loft_max_rad": 0.5,
        "cruise_mps": 1200.0, "terminal_s": 4.0, "seeker_kind": S.SEEKER_ACTIVE, "seeker_range_m": 20e3,
        "seeker_fov_rad": 0.35, "seeker_gimbal_rad": 1.0, "seeker_noise_rad": 2e-3, "seeker_glint_m": 1.0,
        "seeker_tau_s": 0.1, "lethal_law": 1, "lethal_p0": 0.9, "lethal_radius_m": 15.0, "lethal_tail_m": 0.0,
        "fuze_radius_m": 40.0, "damage_radius_m": 20.0, "cep_m": 30.0, "max_flight_s": 300.0,
        "min_speed_mps": 350.0, "max_alt_m": 80e3, "min_target_alt_m": 10.0, "max_target_alt_m": 30e3,
        "min_range_m": 3e3,
        "max_target_mps": 3000.0,
    }  # fmt: skip
    row.update(changes)
    return S.missile_types([row])[0]


class Flight:
    """Flies one round against a target of constant velocity and acceleration; keeps the state of every
    step."""

    def __init__(self, par, position, velocity=(0.0, 0.0, 0.0), acceleration=(0.0, 0.0, 0.0), *, mode=S.AIR,
                 error=(0.0, 0.0, 0.0), sub=32, step=0.25, rcs=1.0, seeker_on=1, noise=None, ground=0.0,
                 start=0.0, limit_s=1e9):  # fmt: skip
        self.par = par
        self.m = S.missiles(1)[0]
        site = point_north(0.0, 0.0)
        launch(self.m, par, start, *site, mode)
        p, v, a, e = (np.asarray(q, dtype=float) for q in (position, velocity, acceleration, error))
        n_sub = round(sub * step)
        self.states = [self.m.copy()]
        self.times = [start]
        k = 0
        while self.m.fate == S.FATE_NONE and k * step < limit_s:
            t = k * step
            x = p + v * t + 0.5 * a * t * t
            w = v + a * t
            n1, n2 = noise.normal(size=2) if noise is not None else (0.0, 0.0)
            advance(
                self.m, par, start + t, step / n_sub, n_sub, *(x + e), *w, *a, 3.0, *x, *w, *a,
                math.sqrt(math.sqrt(rcs)), seeker_on, n1, n2, ground,
            )  # fmt: skip
            k += 1
            self.states.append(self.m.copy())
            self.times.append(start + k * step)

    @property
    def fate(self):
        return int(self.m.fate)


def speed(m):
    return math.sqrt(m.vx_mps**2 + m.vy_mps**2 + m.vz_mps**2)


def specific_energy(m):
    """Energy per unit mass in the rotating frame: v^2/2, gravitation with J2, centrifugal potential
    (J/kg)."""
    r2 = m.x_m**2 + m.y_m**2 + m.z_m**2
    r = math.sqrt(r2)
    s2 = m.z_m**2 / r2
    u = -MU_M3PS2 / r * (1.0 - J2 * (A_M * A_M / r2) * (1.5 * s2 - 0.5))
    return 0.5 * speed(m) ** 2 + u - 0.5 * OMEGA_RADPS**2 * (m.x_m**2 + m.y_m**2)


def works(m):
    return m.thrust_work_jpkg + m.drag_work_jpkg + m.lift_work_jpkg


__all__ = ["Flight", "missile_type", "point_north", "specific_energy", "speed", "works"]
