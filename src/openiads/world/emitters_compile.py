"""Scenario → Assembly for strobes and emitters: rules of command posts, missiles that home on jamming."""

from __future__ import annotations

from typing import Any

from openiads.scenario import Fault, Scenario, fault_of
from openiads.scenario.defence import Doctrine
from openiads.world.assemble import Assembly
from openiads.world.passive import homing_values


def passive_fields(doctrine: Doctrine) -> dict[str, Any]:
    """Key `passive` of a command post of the Assembly: fields of PASSIVE_RULE (`world.passive`)."""
    own, fire = doctrine.passive_tracking, doctrine.engage_emitters
    if own is None:
        return {}
    rule: dict[str, Any] = {
        "on": 1, "radars": own.radars, "confirm": own.confirm, "refute": int(own.refute == "yes"),
        "window_s": own.window_s, "probability": own.probability, "drop_after_s": own.drop_after_s,
        "speed_mps": own.speed_mps, "speed_max_mps": own.speed_max_mps, "acceleration_mps2": own.acceleration_mps2,
        "alt_m": own.altitude_m, "alt_sigma_m": own.altitude_spread_m, "error_max_m": own.max_error_m,
        "range_max_m": own.max_range_m,
    }  # fmt: skip
    if fire is not None:
        rule.update(
            engage=1,
            engage_error_m=fire.max_error_m,
            stand_off=int(fire.stand_off == "yes"),
            value=fire.value,
        )
    return {"passive": rule}


def add_home_on_jam(scenario: Scenario, out: Assembly) -> list[Fault]:
    """Missiles that home on jamming by the scenario; faults of those that cannot, and of firing with none."""
    faults: list[Fault] = []
    items = {item.id: item for item in out.weapons}
    for number, row in enumerate(scenario.defence.home_on_jam):
        item = items.get(row.missile)
        if item is not None and item.choice("seeker") == "command":
            path = ("defence", "home_on_jam", number, "missile")
            message = f"{row.missile} has no seeker that could home on anything"
            faults.append(fault_of(scenario, path, message, "a missile with an active or semi-active seeker"))
        out.home_on_jam[row.missile] = {"range_m": row.range_m, "memory_s": row.memory_s}
    homes = any(homing_values(out, k)["homes"] for k in range(len(out.weapons)))
    for number, post in enumerate(scenario.defence.command_posts):
        if scenario.doctrine(post.id).engage_emitters is None or homes:
            continue
        own = post.doctrine is not None and "engage_emitters" in post.doctrine.model_fields_set
        start: tuple[str | int, ...] = ("defence", "command_posts", number) if own else ("defence",)
        message = "no missile of any launcher homes on jamming, so nothing could be fired"
        faults.append(
            fault_of(
                scenario,
                (*start, "doctrine", "engage_emitters"),
                message,
                "defence: {home_on_jam: [{missile: …}]}",
            )
        )
    return faults
