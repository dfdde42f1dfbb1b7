"""Outlines of sets of cells, as polygons in longitude and latitude."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from openiads.cover.compute import Coverage
from openiads.cover.faults import CoverageError
from openiads.cover.maps import AltitudeMap, Flags
from openiads.cover.model import Array, along
from openiads.cover.projection import EqualArea
from openiads.cover.table import declared_of

_RING_POINTS = 180


@dataclass(frozen=True)
class Shape:
    """One named area: polygons, each a list of closed rings [point, (lon, lat)] in degrees, the outer one first."""

    name: str
    kind: str
    properties: dict[str, Any]
    polygons: list[list[Array]]


def outlines(flags: Flags, one: AltitudeMap, plane: EqualArea) -> list[list[Array]]:
    """Polygons about cells, their borders half way between cells that are in and cells that are not.

    Outer rings run anticlockwise and holes clockwise (RFC 7946).
    """
    from contourpy import FillType, contour_generator  # noqa: PLC0415 - comes with matplotlib

    padded = np.pad(flags.astype(float), 1)
    x = np.concatenate([[one.x_m[0] - one.cell_m], one.x_m, [one.x_m[-1] + one.cell_m]])
    y = np.concatenate([[one.y_m[0] - one.cell_m], one.y_m, [one.y_m[-1] + one.cell_m]])
    drawn = contour_generator(x, y, padded, fill_type=FillType.OuterOffset).filled(0.5, 2.0)
    polygons = []
    for points, offsets in zip(*drawn, strict=True):
        lat, lon = plane.inverse(points[:, 0], points[:, 1])
        degrees = np.degrees(np.column_stack([lon, lat]))
        rings = [degrees[a:b] for a, b in pairwise(offsets)]
        polygons.append([_wound(ring, k == 0) for k, ring in enumerate(rings)])
    return polygons


def _wound(ring: Array, anticlockwise: bool) -> Array:
    """The ring in that sense, closed to the bit."""
    x, y = ring[:, 0], ring[:, 1]
    twice = float(np.sum((x[:-1] - x[0]) * (y[1:] - y[0]) - (x[1:] - x[0]) * (y[:-1] - y[0])))
    out = ring if (twice > 0.0) == anticlockwise else ring[::-1]
    out = out.copy()
    out[-1] = out[0]
    return out


def circle(lat_rad: float, lon_rad: float, range_m: float) -> list[list[Array]]:
    """A geodesic circle as a polygon."""
    az = -np.linspace(0.0, 2.0 * math.pi, _RING_POINTS + 1)  # anticlockwise seen from above
    lat, lon = along(lat_rad, lon_rad, az, range_m)
    lon = lon_rad + np.angle(np.exp(1j * (lon - lon_rad)))
    return [[_wound(np.degrees(np.column_stack([lon, lat])), True)]]


def shapes_of(cover: Coverage) -> list[Shape]:
    """Everything that a map file holds. Refuses (CoverageError) what crosses the antimeridian or encloses a pole."""
    found = _declared(cover)
    for one in cover.maps:
        found += _seen(cover, one)
    for shape in found:
        _check(shape)
    return found


def _declared(cover: Coverage) -> list[Shape]:
    model = cover.model
    found = []
    for r, name in enumerate(cover.radars):
        range_m, words = declared_of(model, r)
        site = model.site_of(r)
        rings = circle(float(site.lat_rad), float(site.lon_rad), range_m)
        found.append(Shape(f"{name} declared {range_m / 1e3:.0f} km", "declared", {"radar": name, "claim": words,
                           "range_m": range_m}, rings))  # fmt: skip
    for unit in cover.units:
        site = model.world.site[unit.sites[0]]
        rings = circle(float(site.lat_rad), float(site.lon_rad), unit.declared_m)
        found.append(Shape(f"{unit.id} declared {unit.declared_m / 1e3:.0f} km", "declared", {"weapon": unit.weapon,
                           "battery": unit.battery, "range_m": unit.declared_m}, rings))  # fmt: skip
    return found


def _seen(cover: Coverage, one: AltitudeMap) -> list[Shape]:
    found = []
    above = {"altitude_m": one.altitude_m}

    def add(name: str, kind: str, flags: Flags, **more: Any) -> None:
        if flags.any():
            area = float(flags.sum()) * one.cell_m2
            words = {**above, **more, "area_km2": round(area / 1e6, 3)}
            found.append(
                Shape(f"{name} at {one.altitude_m:g} m", kind, words, outlines(flags, one, cover.plane))
            )

    for level in cover.levels:
        for r, name in enumerate(cover.radars):
            add(f"{name} Pd {level:g}", "radar", one.seen(level, r), radar=name, pd=level)
        count = one.count(level)
        for fold in range(1, len(cover.radars) + 1):
            words = "any radar" if fold == 1 else f"at least {fold} radars"
            add(f"{words} Pd {level:g}", "network", count >= fold, radars=fold, pd=level)
    for unit in cover.units:
        add(unit.id, "engaged", one.engaged[unit.id], weapon=unit.weapon, battery=unit.battery)
    return found


def _check(shape: Shape) -> None:
    for polygon in shape.polygons:
        lon, lat = polygon[0][:, 0], polygon[0][:, 1]
        turn = float(np.sum(np.angle(np.exp(1j * np.radians(np.diff(lon))))))
        if abs(turn) > math.pi:
            raise CoverageError(
                f"{shape.name}: encloses a pole, which GeoJSON and KML cannot hold; {_WAY_OUT}"
            )
        if lon.min() < -180.0 or lon.max() > 180.0 or abs(np.diff(lon)).max(initial=0.0) > 180.0:
            raise CoverageError(
                f"{shape.name}: crosses the antimeridian, which is refused in GeoJSON and KML; {_WAY_OUT}"
            )
        if abs(lat).max() > 90.0:
            raise CoverageError(f"{shape.name}: beyond a pole; {_WAY_OUT}")


_WAY_OUT = "--to png,geotiff writes the rest"
