"""What a published range means against one target: the declared ring of a missile or radar, and what of it is covered."""

from __future__ import annotations

import numpy as np

from openiads.cover.compute import Coverage
from openiads.cover.faults import CoverageError
from openiads.cover.maps import AltitudeMap, arc_m
from openiads.cover.projection import cap_area_m2
from openiads.cover.table import declared_of, length


def answer(cover: Coverage, item: str) -> str:
    """In sentences, for every altitude. Refuses (CoverageError) an item that no radar or battery of the scenario is or has."""
    names = cover.model.names
    weapons = list(dict.fromkeys(unit.weapon for unit in cover.units))
    if item in weapons:
        return _of_weapon(cover, item)
    if item in names.radar_type:
        return _of_radar(cover, item)
    known = [*weapons, *dict.fromkeys(names.radar_type)]
    raise CoverageError(
        f"claim {item!r}: neither a missile nor a radar of the scenario (there are {', '.join(known)})"
    )


def _of_weapon(cover: Coverage, weapon: str) -> str:
    mine = [unit for unit in cover.units if unit.weapon == weapon]
    first = mine[0]
    site = cover.model.world.site[first.sites[0]]
    ring_m2 = float(cap_area_m2(first.declared_m, float(site.lat_rad)))
    lines = [_head(cover, weapon, first.declared_m, ring_m2)]
    for one in cover.maps:
        inside = arc_m(site, one.lat_rad, one.lon_rad) <= first.declared_m
        seen = one.seen(cover.levels[0]) & inside
        used = np.zeros_like(seen)
        for unit in mine:
            used |= one.engaged[unit.id]
        alone = next(
            r
            for r in cover.rows
            if r.kind == "missile" and r.id == first.id and r.altitude_m == one.altitude_m
        )
        lines += [
            f"At {length(one.altitude_m)}:",
            f"  the missile alone, with nobody looking, reaches  {_part(float(alone.inside_m2 or 0.0), ring_m2)}",
            f"  the radars together see                          {_cells(one, seen, ring_m2, site)}",
            f"  it meets what its battery's radar sees in time:  {_cells(one, used & inside, ring_m2, site)}",
        ]
    return "\n".join(lines)


def _of_radar(cover: Coverage, kind: str) -> str:
    r = cover.model.names.radar_type.index(kind)
    site = cover.model.site_of(r)
    range_m, words = declared_of(cover.model, r)
    part = min(float(cover.model.world.radar[r].sector_half_rad) / np.pi, 1.0)
    ring_m2 = float(cap_area_m2(range_m, float(site.lat_rad))) * part
    lines = [_head(cover, f"{kind} ({cover.radars[r]}, {words})", range_m, ring_m2)]
    for one in cover.maps:
        inside = arc_m(site, one.lat_rad, one.lon_rad) <= range_m
        seen = one.seen(cover.levels[0], r) & inside
        lines.append(f"At {length(one.altitude_m)} it sees {_cells(one, seen, ring_m2, site)}")
    return "\n".join(lines)


def _head(cover: Coverage, what: str, range_m: float, ring_m2: float) -> str:
    return (
        f"What do {range_m / 1e3:.0f} km of {what} mean?\n"
        f"Declared is a ring of {ring_m2 / 1e6:,.0f} km². Against {cover.words()}, Pd ≥ {cover.levels[0]:g}:"
    )


def _cells(one: AltitudeMap, flags: np.ndarray, ring_m2: float, site: object) -> str:
    area = float(flags.sum()) * one.cell_m2
    if not area:
        return "none of it"
    far = float(arc_m(site, one.lat_rad[flags], one.lon_rad[flags]).max())
    return f"{_part(area, ring_m2)}, out to {far / 1e3:.1f} km"


def _part(area_m2: float, ring_m2: float) -> str:
    share = 100.0 * area_m2 / ring_m2
    return (
        f"{area_m2 / 1e6:,.0f} km², {share:.2g} % of it"
        if share < 10.0
        else f"{area_m2 / 1e6:,.0f} km², {share:.0f} % of it"
    )
