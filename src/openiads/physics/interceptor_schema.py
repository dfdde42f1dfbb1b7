"""Records of interceptor missiles: one row per missile type (parameters), one per round (state).

SI units. Positions ECEF (rotating frame), velocities relative to the rotating Earth. -1 is "none" in index
fields.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from openiads.units import STANDARD_GRAVITY_MPS2

# Drag tables: zero-lift drag coefficient on a uniform Mach grid, held beyond the last point.
N_MACH = 33
MACH_STEP = 0.25
MACH_GRID = np.arange(N_MACH) * MACH_STEP  # 0 .. 8

# phase
TUBE, RISE, TURNOVER, MIDCOURSE, TERMINAL, DONE = range(6)
PHASE_NAMES = ("tube", "rise", "turn-over", "midcourse", "terminal", "done")

# mode
AIR, SURFACE = range(2)

# seeker_kind
SEEKER_NONE, SEEKER_SEMI_ACTIVE, SEEKER_ACTIVE = range(3)
SEEKER_NAMES = ("none", "semi-active", "active")

# fate: why the flight ended; the return value of `interceptor.advance`. 8 and above are for the caller's use.
FATE_NONE = 0  # still flying
FATE_INTERCEPT = (
    1  # closest approach passed within the fuze radius: the burst, whose effect is drawn by the caller
)
FATE_MISS = 2  # closest approach passed outside the fuze radius
FATE_TIMEOUT = 3  # self-destruct: flight time limit
FATE_ENERGY = 4  # self-destruct: slower than the speed limit after burn-out
FATE_GROUND = 5  # hit the ground (air mode)
FATE_CEILING = 6  # self-destruct: above the altitude limit of the flight
FATE_IMPACT = 7  # surface mode: reached the ground; miss_m is the distance to the target there
FATE_ABORT = 8  # (caller) destroyed on command: no track, no channel, hold fire
FATE_DUD = 9  # (caller) failed at or after launch
FATE_NONFINITE = 10  # state became non-finite; the status bit of the engine
FATE_NAMES = (
    "flying",
    "intercept",
    "miss",
    "timeout",
    "energy",
    "ground",
    "ceiling",
    "impact",
    "abort",
    "dud",
    "nonfinite",
)

MISSILE_TYPE = np.dtype(
    [
        # masses and propulsion (boost, then at once sustain; no sustain: zero duration)
        ("launch_mass_kg", "f8"),
        ("boost_thrust_n", "f8"),  # mean thrust
        ("boost_s", "f8"),  # duration from ignition
        ("boost_mdot_kgps", "f8"),  # propellant mass flow
        ("sustain_thrust_n", "f8"),
        ("sustain_s", "f8"),
        ("sustain_mdot_kgps", "f8"),
        # launch
        ("eject_speed_mps", "f8"),  # vertical speed out of the container
        ("ignition_s", "f8"),  # delay from ejection to ignition
        ("rise_s", "f8"),  # vertical flight from ejection to the start of the turn-over
        ("turn_rate_radps", "f8"),  # bound of the turn-over rate
        # aerodynamics
        ("ref_area_m2", "f8"),
        ("cd", "f8", (2, N_MACH)),  # zero-lift drag on MACH_GRID: row 0 motor off, row 1 motor burning
        ("induced_k", "f8"),  # drag due to lift: Cd = Cd0 + k Cl^2
        ("cl_max", "f8"),  # largest trimmed lift coefficient
        # control
        ("lateral_g_max", "f8"),  # structural cap, in g0
        ("lag_s", "f8"),  # time constant of the lateral acceleration
        ("nav_const", "f8"),  # N' of the terminal law
        # midcourse (the one loft rule of docs/models/interceptor.md)
        ("loft_per_m", "f8"),  # loft angle per metre of horizontal range to go, rad/m
        ("loft_max_rad", "f8"),  # largest loft angle
        ("cruise_mps", "f8"),  # mean speed used for the predicted intercept point while the motor burns
        ("terminal_s", "f8"),  # time to go at which the terminal law starts without a seeker lock
        # seeker
        ("seeker_kind", "i8"),  # SEEKER_*
        ("seeker_range_m", "f8"),  # lock range on 1 m^2
        ("seeker_fov_rad", "f8"),  # full width of the field of view around the estimated direction
        ("seeker_gimbal_rad", "f8"),  # largest angle between velocity and line of sight
        ("seeker_noise_rad", "f8"),  # standard deviation of the angle error per axis
        ("seeker_glint_m", "f8"),  # standard deviation of the apparent position error per axis
        ("seeker_tau_s", "f8"),  # correlation time of both errors
        # lethality
        ("lethal_law", "i8"),  # lethality.LAW_*
        ("lethal_p0", "f8"),
        ("lethal_radius_m", "f8"),
        ("lethal_tail_m", "f8"),
        ("fuze_radius_m", "f8"),  # a closest approach inside it bursts
        ("damage_radius_m", "f8"),  # surface mode: Gaussian damage radius
        ("cep_m", "f8"),  # surface mode: circular error probable of the aim
        # limits
        ("max_flight_s", "f8"),  # self-destruct time from ejection
        ("min_speed_mps", "f8"),  # self-destruct speed after burn-out
        ("max_alt_m", "f8"),  # highest altitude of flight
        ("min_target_alt_m", "f8"),  # lowest target altitude
        ("max_target_alt_m", "f8"),  # highest target altitude
        ("min_range_m", "f8"),  # shortest engagement range
        ("max_target_mps", "f8"),  # fastest target
        ("flyout", "i8"),  # index of the fly-out table of this type, -1 none
    ],
    align=True,
)

MISSILE = np.dtype(
    [
        # identity (written by the caller at launch)
        ("missile_type", "i8"),  # row in the MISSILE_TYPE table
        ("track", "i8"),  # track that guides the round, -1 none
        ("target", "i8"),  # platform behind the track: truth, for seeker, fuze and scoring only
        ("launcher", "i8"),  # launcher that fired it
        ("site", "i8"),  # radar whose channel guides it, -1 none
        ("mode", "i8"),  # AIR or SURFACE
        # state (written by launch and advance)
        ("phase", "i8"),  # TUBE .. DONE
        ("fate", "i8"),  # FATE_*
        ("locked", "i8"),  # 1: the seeker holds the target
        ("x_m", "f8"),  # position, ECEF
        ("y_m", "f8"),
        ("z_m", "f8"),
        ("vx_mps", "f8"),  # velocity relative to the rotating Earth, ECEF axes
        ("vy_mps", "f8"),
        ("vz_mps", "f8"),
        ("ax_mps2", "f8"),  # total acceleration of the last substep, ECEF axes (mid-step velocity estimate)
        ("ay_mps2", "f8"),
        ("az_mps2", "f8"),
        ("lx_mps2", "f8"),  # achieved lateral acceleration (state of the lag), ECEF axes
        ("ly_mps2", "f8"),
        ("lz_mps2", "f8"),
        ("mass_kg", "f8"),
        ("t_launch_s", "f8"),
        ("alt_m", "f8"),  # altitude at the last step's end
        ("e1", "f8"),  # seeker error state, two axes, in standard deviations
        ("e2", "f8"),
        ("t_lock_s", "f8"),  # time of seeker lock, -1 never
        ("miss_m", "f8"),  # closest approach so far; in the end the miss distance
        ("t_cpa_s", "f8"),  # its time
        ("t_end_s", "f8"),  # time of the fate, -1 while flying
        ("burnt_kg", "f8"),  # propellant used
        ("thrust_work_jpkg", "f8"),  # work of thrust per unit mass, summed over the flight
        ("drag_work_jpkg", "f8"),  # work of drag per unit mass (negative)
        ("lift_work_jpkg", "f8"),  # work of the lateral force per unit mass (integration residue, near zero)
        ("max_lateral_mps2", "f8"),  # largest lateral acceleration flown
        ("t_go_s", "f8"),  # time to go by the guidance's own estimate, -1 none
        ("loft_per_m", "f8"),  # loft angle per metre to go chosen for this flight, -1 not yet
    ],
    align=True,
)


def cd_table(mach: Any, cd: Any) -> np.ndarray:
    """Zero-lift drag coefficients on MACH_GRID from break points (increasing Mach); linear, held outside."""
    return np.asarray(np.interp(MACH_GRID, np.asarray(mach, dtype=float), np.asarray(cd, dtype=float)))


def missile_types(rows: Sequence[Mapping[str, Any]]) -> np.recarray:
    """Table of missile types from mappings field -> SI value; only `flyout` (default -1) may be left out."""
    names = set(MISSILE_TYPE.names or ())
    table = np.zeros(len(rows), dtype=MISSILE_TYPE).view(np.recarray)
    for row, values in zip(table, rows, strict=True):
        wrong = sorted((names - {"flyout"}) ^ (set(values) - {"flyout"}))
        if wrong:
            raise KeyError(f"missile type: missing or unknown fields {wrong}")
        for name, value in values.items():
            row[name] = value
        row["flyout"] = values.get("flyout", -1)
    return table


_LAWS = {"cookie": 0, "gauss": 1, "cookie_tail": 2}
_SEEKERS = {"command": SEEKER_NONE, "tvm": SEEKER_SEMI_ACTIVE, "active": SEEKER_ACTIVE}
_SAME_NAME = (
    "launch_mass_kg", "boost_s", "sustain_s", "eject_speed_mps", "ignition_s", "rise_s", "turn_rate_radps",
    "induced_k", "cl_max", "lag_s", "nav_const", "loft_max_rad", "cruise_mps", "terminal_s", "seeker_range_m",
    "seeker_fov_rad", "seeker_gimbal_rad", "seeker_noise_rad", "seeker_glint_m", "seeker_tau_s", "lethal_p0",
    "lethal_radius_m", "lethal_tail_m", "fuze_radius_m", "damage_radius_m", "cep_m", "max_flight_s",
    "min_speed_mps", "max_alt_m",
)  # fmt: skip


def from_catalog(
    values: Mapping[str, Any], cd_coast: tuple[Any, Any], cd_boost: tuple[Any, Any]
) -> dict[str, Any]:
    """Fields of one MISSILE_TYPE row from the SI values of a catalogue missile.

    values: the catalogue's field names (quantities in SI, choices as words); cd_*: (Mach points,
    coefficients).
    """
    row = {name: values[name] for name in _SAME_NAME}
    for part in ("boost", "sustain"):
        flow = values[f"{part}_propellant_kg"] / values[f"{part}_s"] if values[f"{part}_s"] > 0.0 else 0.0
        row[f"{part}_mdot_kgps"] = flow
        row[f"{part}_thrust_n"] = flow * values[f"{part}_isp_s"] * STANDARD_GRAVITY_MPS2
    row["ref_area_m2"] = 0.25 * math.pi * values["diameter_m"] * values["diameter_m"]
    row["cd"] = np.array([cd_table(*cd_coast), cd_table(*cd_boost)])
    row["lateral_g_max"] = values["lateral_accel_max_mps2"] / STANDARD_GRAVITY_MPS2
    row["loft_per_m"] = values["loft_max_rad"] / values["loft_range_m"]
    row["seeker_kind"] = _SEEKERS[values["seeker"]]
    row["lethal_law"] = _LAWS[values["lethal_law"]]
    row["min_target_alt_m"] = values["altitude_min_m"]
    row["max_target_alt_m"] = values["altitude_max_m"]
    row["min_range_m"] = values["range_min_m"]
    row["max_target_mps"] = values["target_speed_max_mps"]
    return row


def missiles(n: int) -> np.recarray:
    """Table of `n` rounds in their tubes."""
    table = np.zeros(n, dtype=MISSILE).view(np.recarray)
    for name in ("track", "target", "launcher", "site"):
        table[name] = -1
    table["t_lock_s"] = -1.0
    table["t_end_s"] = -1.0
    table["t_go_s"] = -1.0
    table["miss_m"] = 1e30
    return table
