"""Reload columns: scenario → Assembly → tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.scenario import Fault, Scenario, fault_of
from openiads.world import schema

if TYPE_CHECKING:
    from openiads.catalog import Catalog
    from openiads.world.assemble import Assembly

# Of a column that does not state them: assumptions, 10 to 100 m and 0.5 to 3.
_RADIUS_M, _HARDNESS = 30.0, 1.0
_EVENTS = 8  # of one trip
_MOST_ROUNDS = 999  # that one magazine can fire: the address of its random draws (shoot)


def add_columns(
    scenario: Scenario, catalog: Catalog, out: Assembly, sites: dict[str, int]
) -> Iterator[Fault]:
    """Columns of the Assembly; a fault for rounds that no launcher fires. After the launchers."""
    from openiads.world.assemble import Place  # noqa: PLC0415 - imports nothing of this, but comes later

    d = scenario.defence
    index = {launcher.id: k for k, launcher in enumerate(d.launchers)}
    for number, column in enumerate(d.reload_columns):
        place = Place(column.position.lat_rad, column.position.lon_rad, column.position.alt_m)
        named = set(column.serves)
        served = [index[x.id] for x in d.launchers if not named or x.id in named or x.battery in named]
        carried = {out.weapons[m["weapon"]].id for m in out.magazines if m["launcher"] in served}
        stock = {}
        for missile, count in column.rounds:
            path = ("defence", "reload_columns", number, "rounds", missile)
            if missile not in carried:
                allowed = ", ".join(sorted(carried)) or "no launcher is served"
                message = f"no launcher that {column.id} serves carries {missile}"
                yield fault_of(scenario, path, message, allowed)
                continue
            stock[out.add_weapon(catalog.get(missile, "missile"))] = count
        sites[column.id] = out.add_column(
            column.id, place, stock, column.trucks, served, column.speed_mps, column.detour, value=column.value,
            radius_m=_RADIUS_M if column.radius_m is None else column.radius_m,
            hardness=_HARDNESS if column.hardness is None else column.hardness,
        )  # fmt: skip
    for m in out.magazines:
        more = sum(c["stock"].get(m["weapon"], 0) for c in out.columns if m["launcher"] in c["serves"])
        if more > 0 and m["rounds"] + m["reserve"] + more > _MOST_ROUNDS:
            launcher, missile = out.launchers[m["launcher"]]["id"], out.weapons[m["weapon"]].id
            message = f"{launcher} could fire {m['rounds'] + m['reserve'] + more} rounds of {missile}"
            yield fault_of(scenario, ("defence", "reload_columns"), message, f"at most {_MOST_ROUNDS}")


def stock(a: Assembly) -> int:
    """Rounds in all columns at the start."""
    return sum(sum(c["stock"].values()) for c in a.columns)


def column_tables(a: Assembly) -> dict[str, Any]:
    """World fields column, column_serves, depot, truck, truck_load, call, delivered."""
    n, n_weapons = len(a.columns), len(a.weapons)
    table = np.zeros(n, schema.COLUMN).view(np.recarray)
    serves = np.zeros((n, len(a.launchers)), np.int64)
    depot = np.zeros((n, n_weapons if n else 0), schema.DEPOT).view(np.recarray)
    trucks = np.zeros(sum(c["trucks"] for c in a.columns), schema.TRUCK).view(np.recarray)
    trucks["launcher"] = -1
    first = 0
    for k, (row, c) in enumerate(zip(table, a.columns, strict=True)):
        row.site, row.speed_mps, row.detour = c["site"], c["speed_mps"], c["detour"]
        row.first_truck, row.n_truck = first, c["trucks"]
        trucks["column"][first : first + c["trucks"]] = k
        first += c["trucks"]
        serves[k, list(c["serves"])] = 1
        for weapon, rounds in c["stock"].items():
            depot[k, weapon].rounds = rounds
    call = np.zeros(len(a.launchers) if n else 0, schema.CALL).view(np.recarray)
    call["t_s"], call["truck"] = -1.0, -1
    return {
        "column": table, "column_serves": serves, "depot": depot, "truck": trucks,
        "truck_load": np.zeros((len(trucks), n_weapons if n else 0), np.int64), "call": call,
        "delivered": np.zeros(len(a.magazines) if n else 0, np.int64),
    }  # fmt: skip


def event_room(a: Assembly) -> int:
    """Every round could be a trip of its own; and trips in vain, to launchers that are lost and come back."""
    trips = stock(a) + sum(c["trucks"] for c in a.columns) * (int(a.duration_s / 60.0) + 2)
    return _EVENTS * trips if a.columns else 0
