"""The table of a coverage: areas and ranges, beside what is declared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from openiads.cover.maps import AltitudeMap, Flags, Unit, arc_m
from openiads.cover.model import Array, Model
from openiads.cover.projection import cap_area_m2

_MOST_FOLD = 3
_REACH_STEPS = 2000  # to the declared range; and a fifth more beyond it


@dataclass(frozen=True)
class Row:
    """One line. Areas in m²; None: no such thing for this row.

    kind: radar, network, missile (what it reaches by itself) or engaged (what it can be used against: its battery's radar
    sees in time). level: detection probability. fold: by how many radars. area_m2: all of it; inside_m2: what of it
    lies in the declared ring. farthest_m: from the radar or the first launcher. gaps: of a missile, whether ranges between
    its nearest and its farthest are not reached.
    """

    altitude_m: float
    kind: str
    id: str
    type: str
    level: float | None
    fold: int
    area_m2: float
    farthest_m: float | None
    declared_m: float | None
    declared_m2: float | None
    inside_m2: float | None
    gaps: bool = False

    @property
    def share(self) -> float | None:
        """Share of the declared ring."""
        if self.inside_m2 is None or not self.declared_m2:
            return None
        return self.inside_m2 / self.declared_m2


def declared_of(model: Model, r: int) -> tuple[float, str]:
    """(range m, in words) that is published for a radar: its claim, else its instrumented range."""
    item = model.catalog.get(model.names.radar_type[r], "radar")
    if item.has("claim_range_m"):
        return item.si("claim_range_m"), f"on {item.si('claim_rcs_m2'):g} m²"
    return item.si("range_instrumented_m"), "instrumented"


def rows_of(model: Model, one: AltitudeMap, units: Sequence[Unit], levels: Sequence[float]) -> Iterable[Row]:
    """The lines of one altitude."""
    for r, name in enumerate(model.names.radar):
        site = model.site_of(r)
        away = arc_m(site, one.lat_rad, one.lon_rad)
        ring_m, _ = declared_of(model, r)
        part = float(model.world.radar[r].sector_half_rad) / math.pi
        ring_m2 = float(cap_area_m2(ring_m, float(site.lat_rad))) * min(part, 1.0)
        for level in levels:
            seen = one.seen(level, r)
            yield _row(one, "radar", name, model.names.radar_type[r], level, 1, seen, away, ring_m, ring_m2)
    for level in levels:
        count = one.count(level)
        for fold in range(1, min(len(model.names.radar), _MOST_FOLD) + 1):
            area = float((count >= fold).sum()) * one.cell_m2
            yield Row(one.altitude_m, "network", "network", "", level, fold, area, None, None, None, None)
    for unit in units:
        site = model.world.site[unit.sites[0]]
        ring_m2 = float(cap_area_m2(unit.declared_m, float(site.lat_rad)))
        yield _reach(model, one.altitude_m, unit, ring_m2)
        away = arc_m(site, one.lat_rad, one.lon_rad)
        yield _row(
            one, "engaged", unit.id, unit.weapon, levels[0], 1, one.engaged[unit.id], away, unit.declared_m, ring_m2
        )  # fmt: skip


def _row(
    one: AltitudeMap, kind: str, name: str, what: str, level: float, fold: int,
    seen: Flags, away: Array, ring_m: float, ring_m2: float,
) -> Row:  # fmt: skip
    far = float(away[seen].max()) if seen.any() else 0.0
    inside = float((seen & (away <= ring_m)).sum()) * one.cell_m2
    return Row(
        one.altitude_m,
        kind,
        name,
        what,
        level,
        fold,
        float(seen.sum()) * one.cell_m2,
        far,
        ring_m,
        ring_m2,
        inside,
    )


def _reach(model: Model, altitude_m: float, unit: Unit, ring_m2: float) -> Row:
    """What the missile reaches by itself, from the first of its launchers: rings, as the table does not depend on azimuth."""
    site = model.world.site[unit.sites[0]]
    step = unit.declared_m / _REACH_STEPS
    edges = step * np.arange(_REACH_STEPS + _REACH_STEPS // 5 + 1, dtype=np.float64)
    middle = 0.5 * (edges[1:] + edges[:-1])
    lat, lon = model.fan(site, np.zeros(1), middle)
    alt = np.full(lat.shape, altitude_m)
    ok = np.isfinite(model.meetings(unit.weapon_row, unit.post, unit.sites[0], lat, lon, alt))[0]
    rings = np.diff(cap_area_m2(edges, float(site.lat_rad)))
    far = float(middle[ok][-1] + 0.5 * step) if ok.any() else 0.0
    inside = ok & (middle <= unit.declared_m)
    hit = np.flatnonzero(ok)
    gaps = hit.size > 0 and int(hit[-1] - hit[0]) + 1 - hit.size > _REACH_STEPS // 100
    return Row(
        altitude_m, "missile", unit.id, unit.weapon, None, 1, float(rings[ok].sum()), far, unit.declared_m, ring_m2,
        float(rings[inside].sum()), gaps,
    )  # fmt: skip


def length(metres: float) -> str:
    """A length for a person."""
    return f"{metres / 1e3:g} km" if metres >= 1000.0 else f"{metres:g} m"


def text_of(rows: Sequence[Row]) -> str:
    """The table as plain text, one block per altitude."""
    lines: list[str] = []
    for alt in dict.fromkeys(row.altitude_m for row in rows):
        head = f"{'':31}{'Pd':>5}{'area km²':>12}{'farthest km':>13}{'declared km':>13}{'share of the declared ring':>28}"
        lines += ["", f"altitude {length(alt)}", head]
        lines += [_line(row) for row in rows if row.altitude_m == alt]
    return "\n".join(lines[1:])


def _line(row: Row) -> str:
    name = f"{row.id} ({row.type})" if row.kind == "radar" else row.id
    if row.kind == "network":
        name = "all radars: at least one" if row.fold == 1 else f"all radars: at least {row.fold}"
    if row.kind in ("missile", "engaged"):
        name += ": reach alone" if row.kind == "missile" else ": seen in time"
    cells = [
        f"{name:31}",
        f"{'' if row.level is None else f'{row.level:g}':>5}",
        f"{row.area_m2 / 1e6:12,.0f}",
        f"{'' if row.farthest_m is None else f'{row.farthest_m / 1e3:.1f}':>13}",
        f"{'' if row.declared_m is None else f'{row.declared_m / 1e3:.0f}':>13}",
        f"{'' if row.share is None else f'{100.0 * row.share:.2g} %' if row.share < 0.1 else f'{100.0 * row.share:.0f} %':>28}",
    ]
    return "".join(cells).rstrip() + (", gaps" if row.gaps else "")
