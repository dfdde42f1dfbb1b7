"""Power units: scenario → Assembly → tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.scenario import Fault, Scenario, fault_of
from openiads.world import schema

if TYPE_CHECKING:
    from openiads.world.assemble import Assembly

_RADIUS_M, _HARDNESS = (
    5.0,
    1.0,
)  # of a power unit that does not state them: assumptions, 3 to 10 m and 0.5 to 3
_EVENTS = 3  # of each loss of a unit, per site that hangs on it


def add_power(scenario: Scenario, out: Assembly, sites: dict[str, int]) -> Iterator[Fault]:
    """Power units of the Assembly; a fault for a site that hangs on one and moves. Before components are added."""
    from openiads.world.assemble import Place  # noqa: PLC0415 - imports nothing of this, but comes later

    d = scenario.defence
    for unit in d.power_units:
        place = Place(unit.position.lat_rad, unit.position.lon_rad, unit.position.alt_m)
        radius_m = _RADIUS_M if unit.radius_m is None else unit.radius_m
        hardness = _HARDNESS if unit.hardness is None else unit.hardness
        sites[unit.id] = out.add_site(unit.id, schema.SITE_POWER, place, unit.value, radius_m, hardness)
    backup_s = {unit.id: unit.backup_s for unit in d.power_units}
    for key in ("command_posts", "radars", "launchers", "guns"):
        for number, site in enumerate(getattr(d, key)):
            if site.power is None:
                continue
            if getattr(site, "moves", None) is not None:
                message = f"{site.id} moves: it cannot hang on a power unit, which stays"
                yield fault_of(scenario, ("defence", key, number, "power"), message)
                continue
            out.add_supply(sites[site.id], sites[site.power], backup_s[site.power])


def power_tables(a: Assembly) -> dict[str, Any]:
    """World fields supply, supply_state."""
    supply = np.zeros(len(a.supplies), schema.SUPPLY).view(np.recarray)
    for row, (site, unit, backup_s) in zip(supply, a.supplies, strict=True):
        row.site, row.unit, row.backup_s = site, unit, backup_s
    state = np.zeros(len(a.supplies), schema.SUPPLY_STATE).view(np.recarray)
    state["t_out_s"] = -1.0
    return {"supply": supply, "supply_state": state}


def event_room(a: Assembly) -> int:
    """Every loss of a unit, and a radar's off and on; what breaks often is limited by its repair, as for components."""
    per_loss = (_EVENTS + 2) * len(a.supplies)
    losses = 10.0
    for part in a.components:
        mtbf_s = part.get("mtbf_s", 0.0)
        if mtbf_s > 0.0 and any(part["site"] == unit for _, unit, _ in a.supplies):
            losses += 2.0 * a.duration_s / max(mtbf_s + part.get("repair_s", 0.0), 1.0)
    return per_loss * int(losses)
