"""Fields of guns of a point defence."""

from __future__ import annotations

from openiads.catalog.kinds.ground import HARDNESS, RADIUS
from openiads.catalog.schema import Kind, count, quantity

GUN = Kind(
    "gun",
    "a gun mount of a point defence, laid by the engagement radar of its battery",
    {"automatic": "fires bursts at a high rate"},
    (
        quantity("rate_hz", "frequency", 0.5, 500.0, "rounds a second of all barrels together"),
        quantity("burst_s", "time", 0.05, 10.0, "length of a burst"),
        quantity("pause_s", "time", 0.0, 60.0, "between two bursts"),
        quantity("muzzle_speed_mps", "speed", 100.0, 2500.0, "of the projectile"),
        quantity(
            "half_speed_range_m", "length", 100.0, 50e3, "way on which the projectile loses half its speed"
        ),
        quantity(
            "dispersion_rad", "angle", 1e-5, 0.1, "of single rounds about their mean, one sigma per axis"
        ),
        quantity(
            "laying_rad", "angle", 0.0, 0.1, "error of a whole burst besides the track's, one sigma per axis"
        ),
        quantity(
            "kill_given_hit", "ratio", 0.0, 1.0, "probability that one hit kills a target of vulnerability 1"
        ),
        quantity("range_min_m", "length", 0.0, 20e3, "nearest slant range"),
        quantity("range_max_m", "length", 10.0, 20e3, "farthest slant range of the meeting point"),
        quantity("altitude_max_m", "length", 10.0, 20e3, "highest meeting point above the mount"),
        count("rounds", 1, 100_000, "ammunition"),
        RADIUS,
        HARDNESS,
    ),
    ordered=(("range_min_m", "range_max_m"),),
)
