"""Assembly → the tables of sites that move: places, ways, and for radars all that depends on where the antenna stands.

A radar's horizon, masking, attenuation and clutter are made for every declared place before the run: these tables have a
row per stand, first the radars at their first places, then the further places. A radar's row says at which it stands
(`radar.stand`), so an arrival copies nothing (`engine/systems/relocate.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.physics.geodesy import enu_basis, geodetic_to_ecef
from openiads.world import schema

if TYPE_CHECKING:
    from openiads.world.assemble import Assembly, Place

#: Tables that depend on the place of a radar, with a row per stand.
BY_PLACE = (
    "refraction", "mask_m", "mask_frame", "loss", "surface", "clutter", "sector", "spike", "spike_per_s",
)  # fmt: skip
_LEAST_TRAVEL_S = 1e-3


def antennas(a: Assembly) -> Assembly:
    """The Assembly with a radar more for every further place of a radar, in the order of `movers`."""
    sites, radars = list(a.sites), list(a.radars)
    of_site = {r["site"]: r for r in a.radars}
    for mover in a.movers:
        radar = of_site.get(mover["site"])
        if radar is None or a.sites[mover["site"]]["kind"] != schema.SITE_RADAR:
            continue
        for place, _ in mover["places"]:
            sites.append({**a.sites[mover["site"]], "place": place})
            radars.append({**radar, "site": len(sites) - 1})
    return replace(a, sites=sites, radars=radars)


def by_place(a: Assembly, *makers: Callable[[Assembly], Mapping[str, Any]]) -> dict[str, Any]:
    """World fields of what `makers` make per radar; those that depend on the place with a row for every stand."""
    n = len(a.radars)
    there = antennas(a) if a.movers else a
    out: dict[str, Any] = {}
    for make in makers:
        out.update(make(there))
    more = len(there.radars) - n
    for name, table in out.items():
        if name not in BY_PLACE and more > 0 and getattr(table, "shape", (0,))[0] == n + more:
            out[name] = table[:n].copy()
    return out


def _ecef(place: Place) -> np.ndarray:
    return np.array(geodetic_to_ecef(place.lat_rad, place.lon_rad, place.alt_m))


def move_tables(a: Assembly, antenna_alt_m: Callable[[Assembly, dict[str, Any]], float]) -> dict[str, Any]:
    """World fields mover, place, leg, move_at_s, mover_state, duty. Without movers and power units they have no rows."""
    movers = np.zeros(len(a.movers), schema.MOVER).view(np.recarray)
    places: list[np.void] = []
    legs: list[np.void] = []
    times: list[float] = []
    radar_of = {r["site"]: r for r in a.radars if a.sites[r["site"]]["kind"] == schema.SITE_RADAR}
    stand = len(a.radars)
    for row, mover in zip(movers, a.movers, strict=True):
        site = mover["site"]
        for name, value in mover["rules"].items():
            row[name] = value
        row.site, row.first_place, row.n_place = site, len(places), 1 + len(mover["places"])
        row.first_time, row.n_time = len(times), len(mover["at_s"])
        times += mover["at_s"]
        before = a.sites[site]["place"]
        for number, (place, via) in enumerate([(before, []), *mover["places"]]):
            made = np.zeros(1, schema.PLACE).view(np.recarray)[0]
            made.x_m, made.y_m, made.z_m = _ecef(place)
            made.lat_rad, made.lon_rad, made.alt_m = place.lat_rad, place.lon_rad, place.alt_m
            names = (f"{v}{c}" for v in "enu" for c in "xyz")
            for name, value in zip(names, enu_basis(place.lat_rad, place.lon_rad), strict=True):
                made[name] = value
            made.first_leg, made.antenna = len(legs), -1
            if number > 0:
                way, made.travel_s = _way([before, *via, place], mover["speed_mps"])
                legs += way
                made.n_leg = len(way)
            if site in radar_of and number > 0:
                made.antenna = stand
                stand += 1
                radar = radar_of[site]
                there = replace(a, sites=[*a.sites, {**a.sites[site], "place": place}])
                made.antenna_alt_m = antenna_alt_m(there, {**radar, "site": len(a.sites)})
                made.antenna_x_m, made.antenna_y_m, made.antenna_z_m = geodetic_to_ecef(
                    place.lat_rad, place.lon_rad, made.antenna_alt_m
                )
            turn = mover.get("az0_rad", {}).get(number)
            if turn is not None:
                made.turned, made.az0_rad = 1, turn
            places.append(made)
            before = place
    duty = np.zeros(len(a.sites) if a.movers or a.supplies else 0, schema.DUTY)
    return {
        "mover": movers, "place": _rows(places, schema.PLACE), "leg": _rows(legs, schema.LEG),
        "move_at_s": np.array(times, dtype=float), "duty": duty.view(np.recarray),
        "mover_state": np.zeros(len(a.movers), schema.MOVER_STATE).view(np.recarray),
    }  # fmt: skip


def _rows(rows: list[np.void], dtype: np.dtype) -> np.recarray:
    table = np.zeros(len(rows), dtype).view(np.recarray)
    for k, row in enumerate(rows):
        table[k] = row
    return table


def _way(points: list[Place], speed_mps: float) -> tuple[list[np.void], float]:
    """Straight legs through the points and the time that they take together."""
    legs = []
    t = 0.0
    for start, end in pairwise(points):
        a, b = _ecef(start), _ecef(end)
        leg = np.zeros(1, schema.LEG).view(np.recarray)[0]
        leg.duration_s = max(float(np.linalg.norm(b - a)) / speed_mps, _LEAST_TRAVEL_S)
        t += leg.duration_s
        leg.t_s = t
        leg.ax_m, leg.ay_m, leg.az_m = a
        leg.bx_m, leg.by_m, leg.bz_m = b
        legs.append(leg)
    return legs, t


def event_room(a: Assembly) -> int:
    """Events of all moves there can be: five of its own each, and a radar's off and on."""
    return sum(8 * len(m["places"]) for m in a.movers)
