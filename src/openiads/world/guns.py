"""Guns: scenario → Assembly → tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.catalog import Catalog
from openiads.scenario import Fault, Scenario, fault_of
from openiads.world import schema

if TYPE_CHECKING:
    from openiads.catalog.items import Item
    from openiads.world.assemble import Assembly

_TOWED_AREA_M2 = 0.05  # a towed decoy: assumption, 0.01 to 0.1 m²


def add_guns(
    scenario: Scenario, catalog: Catalog, out: Assembly, sites: dict[str, int], batteries: Mapping[str, int]
) -> Iterator[Fault]:
    """Guns of the Assembly; a fault for every type that flies and has no presented area while there are guns."""
    from openiads.world.assemble import Place  # noqa: PLC0415 - imports this module

    guns = scenario.defence.guns
    for gun in guns:
        item = catalog.get(gun.type, "gun")
        place = Place(gun.position.lat_rad, gun.position.lon_rad, gun.position.alt_m)
        rounds = item.count("rounds") if gun.rounds is None else gun.rounds
        index = out.add_gun(gun.id, item, place, batteries[gun.battery], rounds)
        site = out.sites[out.guns[index]["site"]]
        site["value"] = gun.value
        if gun.radius_m is not None:
            site["radius_m"] = gun.radius_m
        if gun.hardness is not None:
            site["hardness"] = gun.hardness
        sites[gun.id] = out.guns[index]["site"]
    if not guns:
        return
    for part in ("raid", "traffic"):
        for number, group in enumerate(getattr(scenario, part).groups):
            if not catalog.get(group.type, "platform").has("presented_area_m2"):
                message = f"{group.type} has no presented_area_m2 in the catalogue, which guns need"
                yield fault_of(scenario, (part, "groups", number, "type"), message)


def gun_fields(item: Item) -> dict[str, float]:
    """Fields of GUN by the catalogue."""
    return {
        "rate_hz": item.si("rate_hz"), "burst_s": item.si("burst_s"), "pause_s": item.si("pause_s"),
        "muzzle_mps": item.si("muzzle_speed_mps"), "drag_pm": math.log(2.0) / item.si("half_speed_range_m"),
        "dispersion_rad": item.si("dispersion_rad"), "laying_rad": item.si("laying_rad"),
        "kill_given_hit": item.si("kill_given_hit"), "range_min_m": item.si("range_min_m"),
        "range_max_m": item.si("range_max_m"), "height_max_m": item.si("altitude_max_m"),
    }  # fmt: skip


def gun_tables(a: Assembly) -> dict[str, Any]:
    """World fields gun, gun_state, burst."""
    guns = np.zeros(len(a.guns), schema.GUN).view(np.recarray)
    for row, gun in zip(guns, a.guns, strict=True):
        for name, value in gun.items():
            if name in (schema.GUN.names or ()):
                row[name] = value
    state = np.zeros(len(a.guns), schema.GUN_STATE).view(np.recarray)
    state["rounds"] = guns["rounds"]
    state["channel"] = state["track_id"] = -1
    burst = np.zeros((len(a.guns), schema.N_BURSTS), schema.BURST).view(np.recarray)
    return {"gun": guns, "gun_state": state, "burst": burst}


def fill_areas(a: Assembly, platforms: np.recarray) -> None:
    """Presented areas: of the item itself; a cloud of chaff has none that a shell could hit."""
    for row, p in zip(platforms, a.platforms, strict=True):
        if "area_m2" not in p and p["item"].has("presented_area_m2"):
            row.area_m2 = p["item"].si("presented_area_m2")
    for platform, _, towed in a.carried:
        if towed:
            platforms[platform].area_m2 = _TOWED_AREA_M2
        elif platforms[platform].cloud >= 0:
            platforms[platform].area_m2 = 0.0


def event_room(a: Assembly) -> int:
    """Two events a burst, and one for the last round."""
    return sum(
        2 * min(int(a.duration_s / max(g["burst_s"] + g["pause_s"], 0.25)) + 1, g["rounds"]) + 2
        for g in a.guns
    )
