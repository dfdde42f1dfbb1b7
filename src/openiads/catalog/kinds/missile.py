"""Fields of an interceptor missile. The flight model that reads them: docs/models/interceptor.md."""

from __future__ import annotations

import math

from openiads.catalog.schema import Axis, Kind, choice, flag, quantity, table

_DEG = math.pi / 180.0
_G = 9.806_65

MACH = Axis("mach", "Mach number", "ratio", lo=0.0, hi=30.0)
DRAG_MEANING = "zero-lift drag coefficient on the body cross-section (pi d^2 / 4)"
LAWS = ("cookie", "gauss", "cookie_tail")

_BODY = (
    quantity("launch_mass_kg", "mass", 1.0, 1e5, "mass at launch"),
    quantity("diameter_m", "length", 0.02, 5.0, "body diameter; reference area pi d^2 / 4"),
    quantity("boost_propellant_kg", "mass", 0.1, 1e5, "propellant of the boost"),
    quantity("boost_s", "time", 0.1, 300.0, "burning time of the boost, from ignition"),
    quantity("boost_isp_s", "time", 100.0, 400.0, "delivered specific impulse; thrust = Isp g0 mp / time"),
    quantity("sustain_propellant_kg", "mass", 0.0, 1e5, "propellant of the sustainer; 0: none"),
    quantity("sustain_s", "time", 0.0, 600.0, "burning time of the sustainer, at once after the boost"),
    quantity("sustain_isp_s", "time", 100.0, 400.0, "delivered specific impulse of the sustainer"),
    table("cd_boost", "ratio", 0.0, 5.0, (MACH,), f"{DRAG_MEANING}, motor burning"),
    table("cd_coast", "ratio", 0.0, 5.0, (MACH,), f"{DRAG_MEANING}, motor off"),
    quantity("induced_k", "ratio", 0.0, 5.0, "k in Cd = Cd0 + k Cl^2"),
    quantity(
        "cl_max", "ratio", 0.1, 100.0, "largest trimmed lift coefficient: the limit by dynamic pressure"
    ),
)

_LAUNCH = (
    quantity("eject_speed_mps", "speed", 0.0, 200.0, "vertical speed out of the container"),
    quantity("ignition_s", "time", 0.0, 10.0, "from ejection to ignition"),
    quantity("rise_s", "time", 0.0, 20.0, "vertical flight, from ejection to the start of the turn-over"),
    quantity("turn_rate_radps", "angular rate", 1 * _DEG, 180 * _DEG, "fastest turn-over"),
)

_CONTROL = (
    quantity(
        "lateral_accel_max_mps2", "acceleration", _G, 100 * _G, "structural limit of lateral acceleration"
    ),
    quantity("lag_s", "time", 0.01, 5.0, "time constant of the lateral acceleration (first order)"),
    quantity("nav_const", "ratio", 2.0, 8.0, "N' of the terminal law (augmented proportional navigation)"),
    quantity("loft_max_rad", "angle", 0.0, 80 * _DEG, "largest loft angle above the line of sight"),
    quantity("loft_range_m", "length", 1e3, 1e6, "range to go at which it is reached; proportional below"),
    quantity("cruise_mps", "speed", 100.0, 4000.0, "mean speed for the predicted intercept while burning"),
    quantity("terminal_s", "time", 0.0, 60.0, "time to go at which homing starts without a seeker lock"),
    quantity("max_flight_s", "time", 1.0, 3600.0, "self-destruct after this time"),
    quantity("min_speed_mps", "speed", 50.0, 3000.0, "self-destruct below this speed, after burn-out"),
    quantity("max_alt_m", "length", 1e3, 5e5, "self-destruct above this altitude"),
)

_SEEKER = (
    choice(
        "seeker",
        ("command", "tvm", "active"),
        "end game: command guidance only, track-via-missile (semi-active), active radar",
    ),
    quantity("seeker_range_m", "length", 0.0, 1e6, "lock range on 1 m2; others by the fourth root of RCS"),
    quantity("seeker_fov_rad", "angle", 0.0, 180 * _DEG, "full width of the field of view"),
    quantity("seeker_gimbal_rad", "angle", 0.0, 180 * _DEG, "largest angle from velocity to line of sight"),
    quantity("seeker_noise_rad", "angle", 0.0, 5 * _DEG, "angle error per axis, one sigma"),
    quantity("seeker_glint_m", "length", 0.0, 100.0, "apparent position error per axis, one sigma"),
    quantity("seeker_tau_s", "time", 1e-3, 10.0, "correlation time of both errors"),
    flag("home_on_jam", "true: homes on jamming when fired at an emitter; left out: false", required=False),
    quantity(
        "home_on_jam_range_m", "length", 1e3, 200e3, "distance to the target from which it listens",
        when=("home_on_jam", True),
    ),
    quantity(
        "home_on_jam_memory_s", "time", 0.0, 60.0, "flies on so long after the source goes silent",
        when=("home_on_jam", True),
    ),
)  # fmt: skip

_LETHALITY = (
    choice(
        "lethal_law",
        LAWS,
        "kill probability by miss r: cookie p0 inside the radius; gauss p0 exp(-r^2/(2 radius^2)); "
        "cookie_tail p0 inside, Gaussian fall of scale lethal_tail_m outside",
    ),
    quantity(
        "lethal_p0", "ratio", 0.0, 1.0, "kill probability at the centre, for a target of vulnerability 1"
    ),
    quantity("lethal_radius_m", "length", 0.1, 500.0, "radius or scale of the law"),
    quantity("lethal_tail_m", "length", 0.0, 500.0, "scale of the tail of cookie_tail; 0 otherwise"),
    quantity("fuze_radius_m", "length", 0.1, 1000.0, "a closest approach inside it bursts"),
    quantity("reliability", "ratio", 0.0, 1.0, "probability that a launched missile works at all"),
)

_CLAIMS = (
    quantity(
        "range_max_m", "length", 1e3, 1e6, "declared reach on an aerodynamic target (a claim, no limit)"
    ),
    quantity("range_min_m", "length", 0.0, 1e5, "declared nearest range"),
    quantity("altitude_max_m", "length", 1e3, 1e5, "declared highest target"),
    quantity("altitude_min_m", "length", 0.0, 1e4, "declared lowest target"),
    quantity("target_speed_max_mps", "speed", 100.0, 1e4, "declared fastest target"),
    quantity(
        "ballistic_range_m", "length", 0.0, 5e5, "declared reach on a ballistic target; 0: none declared"
    ),
    quantity("speed_claim_mps", "speed", 200.0, 6000.0, "published speed; its note says peak or average"),
)

_SURFACE = (
    quantity(
        "surface_range_m", "length", 0.0, 1e6, "farthest ground target of the surface mode; 0: no such mode"
    ),
    quantity("cep_m", "length", 0.0, 1e4, "circular error probable in the surface mode"),
    quantity(
        "damage_radius_m", "length", 0.1, 1e3, "scale b of the damage law exp(-r^2/(2 b^2)) on the ground"
    ),
)

MISSILE = Kind(
    "missile",
    "a surface-to-air missile, as a point mass",
    {
        "long_range": "declared reach beyond 150 km",
        "medium_range": "declared reach of 60 to 150 km",
        "short_range": "declared reach below 60 km",
    },
    (*_BODY, *_LAUNCH, *_CONTROL, *_SEEKER, *_LETHALITY, *_CLAIMS, *_SURFACE),
    ordered=(
        ("boost_propellant_kg", "launch_mass_kg"),
        ("sustain_propellant_kg", "launch_mass_kg"),
        ("ignition_s", "rise_s"),
        ("range_min_m", "range_max_m"),
        ("altitude_min_m", "altitude_max_m"),
        ("ballistic_range_m", "range_max_m"),
        ("altitude_max_m", "max_alt_m"),
    ),
)
