"""Fields of what flies (threats, own aircraft, civil traffic) and of the jammers it carries."""

from __future__ import annotations

import math

from openiads.catalog.kinds.missile import DRAG_MEANING, MACH
from openiads.catalog.schema import BANDS, Axis, Kind, count, flag, quantity, table

_DEG = math.pi / 180.0
_G = 9.806_65

_AIRCRAFT = ("fighter", "bomber", "airliner", "transport", "helicopter")
_ROUTED = (*_AIRCRAFT, "cruise_missile", "drone", "decoy")
_BALLISTIC = ("ballistic_missile",)
_ARM = ("arm",)
_WEAPON = ("cruise_missile", "drone", "ballistic_missile", "arm")

RCS_AXES = (
    Axis("band", "letter band of IEEE Std 521, in this order", names=tuple(BANDS)),
    Axis(
        "el",
        "elevation aspect: positive when the radar looks at the upper side",
        "angle",
        lo=-90 * _DEG,
        hi=90 * _DEG,
    ),
    Axis(
        "az",
        "azimuth aspect: 0 nose-on, 180 deg tail-on, both sides alike",
        "angle",
        lo=0.0,
        hi=180 * _DEG,
        spans=True,
    ),
)

_SIGNATURE = (
    table(
        "rcs_m2",
        "rcs",
        1e-8,
        1e6,
        RCS_AXES,
        "radar cross-section (median over fluctuation) by band and aspect",
    ),
    count("swerling", 0, 4, "fluctuation case of the echo"),
    quantity("length_m", "length", 0.05, 200.0, "overall length"),
    quantity(
        "presented_area_m2",
        "area",
        1e-4,
        1e4,
        "that a gun sees from ahead to aside, middling",
        required=False,
    ),
    quantity("vulnerability", "ratio", 0.0, 2.0, "factor on the kill probability of a burst"),
    flag("transponder", "true: carries a civil or military SSR transponder"),
    flag("iff", "true: can carry a cryptographic IFF responder (answers its own side only)"),
    quantity(
        "p_transponder_works", "ratio", 0.0, 1.0, "probability that the responders are on and work at all"
    ),
    quantity(
        "p_reply", "ratio", 0.0, 1.0, "probability of a valid reply to one interrogation, when they work"
    ),
)

_FLIGHT = (
    quantity("speed_min_mps", "speed", 0.0, 1000.0, "slowest speed", classes=_ROUTED),
    quantity("cruise_speed_mps", "speed", 0.0, 4000.0, "usual speed", classes=(*_ROUTED, *_ARM)),
    quantity("speed_max_mps", "speed", 1.0, 6000.0, "fastest speed"),
    quantity("altitude_min_m", "length", 0.0, 3e4, "lowest usual altitude above ground", classes=_ROUTED),
    quantity("altitude_max_m", "length", 10.0, 2e6, "highest altitude (ballistic: of the computed arc)"),
    quantity("load_factor_max", "ratio", 1.0, 60.0, "largest load factor", classes=(*_ROUTED, *_ARM)),
    quantity(
        "bank_max_rad", "angle", 5 * _DEG, 89 * _DEG, "largest bank in turns", classes=(*_ROUTED, *_ARM)
    ),
    quantity("climb_rate_max_mps", "speed", 0.5, 1500.0, "fastest climb or dive", classes=(*_ROUTED, *_ARM)),
)

_EFFECT = (
    quantity("cep_m", "length", 0.1, 5e3, "circular error probable of its impact", classes=_WEAPON),
    quantity(
        "lethal_radius_m", "length", 0.1, 500.0, "distance with damage probability one half", classes=_WEAPON
    ),
    quantity("range_max_m", "length", 1e3, 2e7, "published range", classes=_WEAPON),
)

_BALLISTIC_FIELDS = (
    quantity("launch_mass_kg", "mass", 10.0, 1e5, "mass at launch", classes=_BALLISTIC),
    quantity("propellant_mass_kg", "mass", 1.0, 1e5, "propellant", classes=_BALLISTIC),
    quantity("isp_s", "time", 100.0, 400.0, "delivered specific impulse", classes=_BALLISTIC),
    quantity("burn_time_s", "time", 1.0, 300.0, "burning time", classes=_BALLISTIC),
    quantity("diameter_m", "length", 0.1, 5.0, "reference area pi d^2 / 4", classes=_BALLISTIC),
    table("cd", "ratio", 0.0, 5.0, (MACH,), DRAG_MEANING, classes=_BALLISTIC),
    flag("quasi_ballistic", "true: a depressed path with lift and terminal manoeuvre", classes=_BALLISTIC),
    quantity(
        "apogee_max_m",
        "length",
        1e4,
        2e6,
        "highest point of the depressed path",
        when=("quasi_ballistic", True),
    ),
    quantity(
        "lateral_accel_max_mps2",
        "acceleration",
        0.0,
        60.0 * _G,
        "lateral acceleration that it can use",
        when=("quasi_ballistic", True),
    ),
)

_ARM_FIELDS = (
    quantity("freq_min_hz", "frequency", 1e8, 4e10, "lowest emitter frequency it homes on", classes=_ARM),
    quantity("freq_max_hz", "frequency", 1e8, 4e10, "highest emitter frequency it homes on", classes=_ARM),
    flag("memory", "true: flies on to the last known place of an emitter that goes silent", classes=_ARM),
    quantity("memory_sigma_m", "length", 0.0, 5e3, "position error of that memory, one sigma", classes=_ARM),
    quantity(
        "seeker_fov_rad",
        "angle",
        1 * _DEG,
        180 * _DEG,
        "full width of the field in which another emitter can lure it",
        classes=_ARM,
    ),
    quantity(
        "memory_drift_mps",
        "speed",
        0.0,
        100.0,
        "growth of that error with the time for which a radar has been silent",
        classes=_ARM,
    ),
    quantity("max_flight_time_s", "time", 5.0, 3600.0, "longest flight", classes=_ARM),
)

PLATFORM = Kind(
    "platform",
    "anything that flies and is not an interceptor",
    {
        "fighter": "fighters and strike aircraft",
        "bomber": "bombers",
        "airliner": "civil jets",
        "transport": "military transports and other large aircraft",
        "helicopter": "helicopters",
        "cruise_missile": "air-breathing missiles on a route",
        "drone": "unmanned aircraft, one-way attack drones included",
        "decoy": "what looks like another class on radar",
        "ballistic_missile": "ballistic and quasi-ballistic missiles",
        "arm": "anti-radiation missiles",
    },
    (*_SIGNATURE, *_FLIGHT, *_EFFECT, *_BALLISTIC_FIELDS, *_ARM_FIELDS),
    ordered=(
        ("speed_min_mps", "cruise_speed_mps"),
        ("cruise_speed_mps", "speed_max_mps"),
        ("altitude_min_m", "altitude_max_m"),
        ("propellant_mass_kg", "launch_mass_kg"),
        ("freq_min_hz", "freq_max_hz"),
    ),
)

JAMMER = Kind(
    "jammer",
    "a noise jammer; nothing without power, gain and bandwidth",
    {
        "self_protection": "protects its carrier (self-screening)",
        "escort": "flies with the aircraft it protects",
        "stand_off": "jams from outside the defended volume",
    },
    (
        quantity("power_w", "power", 1e-3, 1e7, "transmitted noise power"),
        quantity("antenna_gain_db", "gain", -10.0, 50.0, "antenna gain toward the victim"),
        quantity("bandwidth_hz", "frequency", 1e3, 2e10, "bandwidth over which the power is spread"),
        quantity("freq_min_hz", "frequency", 30e6, 4e10, "lowest frequency it can jam"),
        quantity("freq_max_hz", "frequency", 30e6, 4e10, "highest frequency it can jam"),
        quantity("beamwidth_az_rad", "angle", 0.5 * _DEG, 360 * _DEG, "beam width in azimuth"),
        quantity("beamwidth_el_rad", "angle", 0.5 * _DEG, 180 * _DEG, "beam width in elevation"),
        quantity("polarisation_loss_db", "gain", 0.0, 30.0, "loss from unlike polarisation"),
    ),
    ordered=(("freq_min_hz", "freq_max_hz"),),
)
