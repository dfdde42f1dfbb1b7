"""Scenario → Assembly for sites that move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from openiads.catalog import Catalog
from openiads.scenario import Fault, Scenario, fault_of
from openiads.world.assemble import Assembly, Place
from openiads.world.elevation_grid import Elevation
from openiads.world.ground import height_m

_KINDS = {"command_posts": "command_post", "radars": "radar", "launchers": "launcher"}


def add_moves(
    scenario: Scenario, catalog: Catalog, out: Assembly, sites: Mapping[str, int]
) -> Iterator[Fault]:
    """Movers of the Assembly; faults for times that nobody states and for places below the ground."""
    for key, kind in _KINDS.items():
        for number, site in enumerate(getattr(scenario.defence, key)):
            moves = site.moves
            if moves is None:
                continue
            path = ("defence", key, number, "moves")
            item = catalog.get(site.type, kind)
            times = {}
            for name, stated, field in (
                ("pack_s", moves.pack_up_s, "pack_up_time_s"),
                ("set_up_s", moves.set_up_s, "ready_time_s"),
            ):
                if stated is None and not item.has(field):
                    key = "pack_up" if name == "pack_s" else "set_up"
                    message = f"{site.type} has no {field} in the catalogue: give {key}"
                    yield fault_of(scenario, path, message)
                times[name] = stated if stated is not None else item.si(field) if item.has(field) else 0.0
            places = []
            for n, other in enumerate(moves.places):
                where = []
                for k, position in enumerate((*other.via, other.position)):
                    place, low = _stand(position, out.elevation)
                    if low:
                        own = ("via", k) if k < len(other.via) else ("position",)
                        message = f"{site.id} would lie below the ground"
                        yield fault_of(
                            scenario, (*path, "places", n, *own), message, "ground, or a height above it"
                        )
                    where.append(place)
                places.append((where[-1], where[:-1]))
            out.add_move(
                sites[site.id], places, moves.speed_mps, moves.times_s,
                {n + 1: p.sector_centre_rad for n, p in enumerate(moves.places) if p.sector_centre_rad is not None},
                **times,
                after_shots=moves.after_shots or 0, after_alarm=int(moves.after_alarm == "yes"),
                waits=int(moves.wait_for_missiles == "yes"),
            )  # fmt: skip


def _stand(position: Any, elevation: Elevation | None) -> tuple[Place, bool]:
    """Where something stands, and whether that is below the ground."""
    if elevation is None:
        return Place(position.lat_rad, position.lon_rad, position.alt_m), False
    ground = height_m(elevation, position.lat_rad, position.lon_rad)
    alt_m = ground + position.alt_m if position.above_ground else position.alt_m
    return Place(position.lat_rad, position.lon_rad, alt_m), alt_m < ground - 0.5
