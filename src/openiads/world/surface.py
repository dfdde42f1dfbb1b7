"""Surfaces by direction: sectors of sea and land around a radar, or the coast of the elevation model; spikes of each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from openiads.catalog.items import Item
from openiads.physics.antenna import pattern_gain
from openiads.physics.clutter import (
    TABLE_POINTS,
    patch_area_m2,
    surface_clutter_to_noise,
    surface_sin_grazing,
)
from openiads.physics.clutter_plots import QUANTILES, SHAPE, make_plot_table
from openiads.physics.geodesy import geodesic_direct
from openiads.physics.multipath import depression_rad
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR
from openiads.physics.terrain import terrain_height_m
from openiads.world import schema
from openiads.world.assemble import Assembly, Place
from openiads.world.elevation_grid import Elevation
from openiads.world.rain import area_loss_np_per_m
from openiads.world.weather import Weather, clutter_table, fill_surface, prf_list

COAST_SECTORS = 72
_SEA_M = 1.0  # ground up to this height above the datum is sea
_MIN_ANTENNA_M = 0.5
_A_E = EFFECTIVE_EARTH_FACTOR * EARTH_MEAN_RADIUS_M
_POINTS = 2000
_REVISITS = 6.0


class Sector(NamedTuple):
    """What lies around a radar from one bearing clockwise to another."""

    from_rad: float
    to_rad: float
    sea_state: int | None
    land: str | None
    soil: str
    roughness_m: float | None


class _Rows:
    """Rows of `surface`, `clutter` and, of each point of a clutter row, whether it is land."""

    def __init__(self, made: Mapping[str, Any], weather: Weather) -> None:
        self.surface = [made["surface"][k : k + 1] for k in range(len(made["surface"]))]
        self.clutter = [np.array(row) for row in made["clutter"]]
        self.land = [np.full(TABLE_POINTS, weather.land is not None) for _ in self.clutter]

    def add(self, surface: np.recarray, clutter: np.ndarray, land: np.ndarray) -> int:
        self.surface.append(surface)
        self.clutter.append(clutter)
        self.land.append(land)
        return len(self.surface) - 1


def surface_tables(a: Assembly, made: Mapping[str, Any], antennas_m: Sequence[float]) -> Mapping[str, Any]:
    """The tables of `world.weather.weather_tables` with those of the directions: sector, spike, spike_per_s."""
    weather, n = a.weather, len(a.radars)
    rows = _Rows(made, weather)
    for row, radar in zip(rows.surface, a.radars, strict=True):
        row[0].rain_np_per_m = area_loss_np_per_m(weather, radar)
    used = weather.multipath or weather.clutter
    split = used and (weather.coast is not None or any(r.get("surface") for r in a.radars))
    sector = np.zeros((n, schema.SECTORS if split else 0), np.int64)
    for index, radar in enumerate(a.radars if split else ()):
        sector[index] = index
        if weather.coast is not None:
            _coast(sector[index], rows, a, index, antennas_m[index])
        for one in radar.get("surface") or ():
            row = _sector(rows, weather, one, a, radar, antennas_m[index])
            sector[index, _directions(one)] = row
    spike, per_s = _spikes(a, rows, sector)
    return {
        **made,
        "surface": np.concatenate(rows.surface).view(np.recarray) if n else made["surface"],
        "clutter": np.stack(rows.clutter) if n else made["clutter"],
        "sector": sector, "spike": spike, "spike_per_s": per_s,
    }  # fmt: skip


def spike_room(a: Assembly, per_s: np.ndarray) -> int:
    """Rows of a track table for what spikes begin: each lives for some revisits."""
    rows = [
        _REVISITS
        * rate
        * r["item"].si("rotation_period_s" if r["item"].choice("scan") == "rotating" else "frame_time_s")
        for rate, r in zip(per_s.tolist(), a.radars, strict=True)
    ]
    return math.ceil(max(rows, default=0.0))


def _directions(one: Sector) -> np.ndarray:
    """Whole degrees from one bearing clockwise to the other; all round where both are the same."""
    first = round(math.degrees(one.from_rad))
    width = (round(math.degrees(one.to_rad)) - first) % schema.SECTORS or schema.SECTORS
    return (first + np.arange(width)) % schema.SECTORS


def _sector(
    rows: _Rows, weather: Weather, one: Sector, a: Assembly, radar: Mapping[str, Any], antenna_m: float
) -> int:
    item: Item = radar["item"]
    mine = weather._replace(
        sea_state=one.sea_state, land=one.land, soil=one.soil, roughness_m=one.roughness_m or 0.0,
        multipath=weather.multipath and (one.land is None or one.roughness_m is not None),
    )  # fmt: skip
    surface = np.zeros(1, schema.SURFACE).view(np.recarray)
    level_m = 0.0 if one.land is None else a.sites[radar["site"]]["place"].alt_m
    fill_surface(surface[0], item, mine, level_m, a.elevation is not None)
    clutter = np.zeros(0)
    if weather.clutter:
        clutter = clutter_table(item, mine, max(antenna_m - level_m, _MIN_ANTENNA_M), prf_list(item))
    return rows.add(surface, clutter, np.full(TABLE_POINTS, one.land is not None))


def _coast(directions: np.ndarray, rows: _Rows, a: Assembly, index: int, antenna_m: float) -> None:
    """One clutter row per 5 degrees: the sea's where the ground is the sea, the land's where it is higher, 0 in shadow.

    Land by its own grazing angle: that of flat ground at its height, plus its slope along the ray.
    """
    if not a.weather.clutter or a.elevation is None:
        return
    item, place = a.radars[index]["item"], a.sites[a.radars[index]["site"]]["place"]
    sea = rows.clutter[index]
    h = float(sea[1])
    slant = h + (sea[0] - h) * (np.arange(TABLE_POINTS) / (TABLE_POINTS - 1)) ** 2
    arc = np.sqrt(np.maximum(slant * slant - h * h, 1.0))
    level = clutter_table(item, a.weather._replace(sea_state=None, land=a.weather.coast), h, prf_list(item))
    beam = item.si("beamwidth_az_rad"), item.si("beamwidth_el_rad"), item.si("range_resolution_m")
    j = TABLE_POINTS // 2
    sine = float(surface_sin_grazing(h, slant[j], _A_E))
    constant = level[2 + j] / (sine * patch_area_m2(slant[j], sine, *beam))
    sea_level = a.elevation.undulation_m + _SEA_M
    for k in range(COAST_SECTORS):
        ground = _along(a.elevation, place, 2.0 * math.pi * (k + 0.5) / COAST_SECTORS, arc)
        is_land = ground > sea_level
        rise = (ground - antenna_m) / arc - arc / (2.0 * _A_E)  # tangent of the elevation of the ground
        in_sight = rise >= np.maximum.accumulate(rise)
        # Up from the antenna is not up there: the angle at the ground is less by the arc.
        flat = -np.arctan(rise) - arc / _A_E
        grazing = np.sin(np.maximum(np.arctan(np.gradient(ground, arc)) + flat, 0.0))
        row = np.where(rise >= np.maximum.accumulate(np.where(is_land, rise, -math.inf)), sea[2:], 0.0)
        for i in np.flatnonzero(is_land):
            area = patch_area_m2(slant[i], grazing[i], *beam)
            row[i] = constant * area * grazing[i] if in_sight[i] else 0.0
        new = rows.add(rows.surface[index].copy(), np.concatenate([sea[:2], row]), is_land)
        width = schema.SECTORS // COAST_SECTORS
        directions[k * width : (k + 1) * width] = new


def _along(elevation: Elevation, place: Place, az_rad: float, arc_m: np.ndarray) -> np.ndarray:
    """Ground (m) at these distances along a geodesic."""
    ways = [geodesic_direct(place.lat_rad, place.lon_rad, az_rad, float(s))[:2] for s in arc_m]
    frame = elevation.frame()
    return np.array([float(terrain_height_m(elevation.height_m, frame, *at)) for at in ways])


def _spikes(a: Assembly, rows: _Rows, sector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Plot tables of all clutter rows, and of each radar the rate in its spikiest direction."""
    if not (a.weather.plots and a.weather.clutter):
        return np.zeros((len(rows.clutter), 0)), np.zeros(len(a.radars))
    spike = np.zeros((len(rows.clutter), 1 + QUANTILES))
    most = np.zeros(len(a.radars))
    for index, radar in enumerate(a.radars):
        mine = np.unique(sector[index]).tolist() if sector.shape[1] else [index]
        for k in mine:
            spike[k] = _spike(radar, rows.clutter[k], rows.land[k], a.weather.shape)
        most[index] = spike[mine, 0].max()
    return spike, most


def _spike(
    radar: Mapping[str, Any], clutter: np.ndarray, land: np.ndarray, shape: float | None
) -> np.ndarray:
    """Plot table of one clutter row, the lowest beam on the surface."""
    item = radar["item"]
    rotating = item.choice("scan") == "rotating"
    near, far = (10.0 ** (0.1 * item.si(f"{name}_sidelobe_db")) for name in ("near", "far"))
    bw_el = item.si("beamwidth_el_rad")
    first = max(clutter[1], item.si("range_min_m"))
    slant = np.linspace(first, max(min(clutter[0], item.si("range_instrumented_m")), first + 1.0), _POINTS)
    residue = np.empty(_POINTS)
    for k, r in enumerate(slant):
        off = (item.si("elevation_min_rad") + depression_rad(clutter[1], r, _A_E)) / bw_el
        toward = pattern_gain(off * off, near, far)
        residue[k] = surface_clutter_to_noise(clutter, r, toward * toward)
    point = np.sqrt(np.clip((slant - clutter[1]) / max(clutter[0] - clutter[1], 1.0), 0.0, 1.0))
    on_land = land[np.minimum((point * (TABLE_POINTS - 1)).astype(int), TABLE_POINTS - 1)]
    shapes = (
        np.where(on_land, SHAPE["land"][1], SHAPE["sea"][1]) if shape is None else np.full(_POINTS, shape)
    )
    half = radar.get("sector_half_rad")
    width = 2.0 * math.pi if rotating else (2.0 * half if half is not None else item.si("sector_width_rad"))
    period = item.si("rotation_period_s" if rotating else "frame_time_s")
    looks = width / item.si("beamwidth_az_rad") / period
    return make_plot_table(slant, residue, shapes, item.si("pfa"), item.si("range_resolution_m"), looks)
