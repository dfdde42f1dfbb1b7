"""Fields of what stands on the ground besides radars: launchers, command posts, defended assets."""

from __future__ import annotations

from openiads.catalog.schema import Axis, Kind, count, quantity, table

RADIUS = quantity("radius_m", "length", 0.1, 5e3, "physical extent; a hit inside it counts in full")
HARDNESS = quantity("hardness", "ratio", 0.1, 100.0, "divides the lethal radius of what hits it")
PACK_UP = quantity(
    "pack_up_time_s", "time", 0.0, 86_400.0, "from the order to move to the march", required=False
)
READY = quantity("ready_time_s", "time", 0.0, 86_400.0, "from the march to ready", required=False)

LAUNCHER = Kind(
    "launcher",
    "a launcher of interceptor missiles",
    {"heavy": "full-size tubes (48N6 family, 40N6)", "light": "small missiles in packs (9M96 family)"},
    (
        count("tubes", 1, 64, "tube positions; each takes one large missile or one pack of small ones"),
        table(
            "rounds_per_tube",
            "ratio",
            1.0,
            16.0,
            (Axis("missile", "missile that fits", items_of="missile"),),
            "rounds of each missile that one tube position takes",
        ),
        quantity("launch_interval_s", "time", 0.1, 60.0, "shortest time between two launches"),
        quantity("reload_time_s", "time", 1.0, 86_400.0, "time from empty to full"),
        quantity("ready_time_s", "time", 0.0, 86_400.0, "from the march to ready to fire"),
        PACK_UP,
        RADIUS,
        HARDNESS,
    ),
)

COMMAND_POST = Kind(
    "command_post",
    "a command post over batteries",
    {"regiment": "over several batteries", "battery": "over one battery"},
    (
        quantity("reaction_time_s", "time", 0.0, 600.0, "from an assigned target to the first launch"),
        quantity("kill_assessment_s", "time", 0.0, 600.0, "from a burst to the decision on its effect"),
        READY,
        PACK_UP,
        count("track_capacity", 1, 100_000, "fused tracks kept at a time"),
        count("target_channels", 1, 10_000, "targets engaged at a time by all batteries"),
        count("missile_channels", 1, 10_000, "missiles guided at a time by all batteries"),
        RADIUS,
        HARDNESS,
    ),
    ordered=(("target_channels", "missile_channels"),),
)

ASSET = Kind(
    "asset",
    "something on the ground that is defended or struck; always a generic one",
    {
        "airfield": "runways and stands",
        "depot": "storage",
        "radar_site": "a fixed radar",
        "command_post": "a headquarters",
        "port": "quays and cranes",
        "power": "a power station or substation",
    },
    (
        RADIUS,
        HARDNESS,
        count("hits_to_disable", 1, 1000, "damaging hits after which it no longer works"),
    ),
)
