"""From a group to its platforms: who starts when, and where each flies beside the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from openiads.scenario.positions import Waypoint, course, destination

if TYPE_CHECKING:
    from openiads.scenario.raid import Group


@dataclass(frozen=True)
class PlatformPlan:
    """One platform of a group."""

    id: str
    group: Group
    index: int  # in the group, from 0
    at_s: float
    route: tuple[Waypoint, ...]  # its own, beside the group's; the target, if there is one, is not part of it


def plans(group: Group, target: tuple[float, float] | None = None) -> tuple[PlatformPlan, ...]:
    """The platforms of a group. `target` (lat_rad, lon_rad) gives the direction of a route of one point.

    Platforms fly abreast, `spacing_m` apart, in the order of their ids from left to right; each route is the
    group's, moved sideways (square to the course at each waypoint).
    """
    routes: list[tuple[Waypoint, ...]]
    if group.spacing_m == 0.0 or group.count == 1:
        routes = [group.route] * group.count
    else:
        courses = _courses(group.route, target)
        middle = 0.5 * (group.count - 1)
        routes = [_beside(group.route, courses, (k - middle) * group.spacing_m) for k in range(group.count)]
    ids = group.platform_ids()
    return tuple(
        PlatformPlan(ids[k], group, k, group.at_s + k * group.stagger_s, routes[k])
        for k in range(group.count)
    )


def _courses(route: tuple[Waypoint, ...], target: tuple[float, float] | None) -> list[float]:
    """Course at each waypoint: of the leg before it, at the first of the leg after it; else north."""
    if len(route) == 1:
        here = (route[0].lat_rad, route[0].lon_rad)
        return [course(*here, *target) if target is not None else 0.0]
    legs = [course(a.lat_rad, a.lon_rad, b.lat_rad, b.lon_rad) for a, b in pairwise(route)]
    return [legs[0], *legs]


def _beside(route: tuple[Waypoint, ...], courses: list[float], offset_m: float) -> tuple[Waypoint, ...]:
    """The route moved `offset_m` to the right (negative: left)."""
    side = math.copysign(0.5 * math.pi, offset_m)
    moved = []
    for point, heading in zip(route, courses, strict=True):
        lat, lon = destination(point.lat_rad, point.lon_rad, heading + side, abs(offset_m))
        moved.append(
            Waypoint.model_construct(
                lat_rad=lat,
                lon_rad=lon,
                alt_m=point.alt_m,
                speed_mps=point.speed_mps,
                height_m=point.height_m,
            )
        )
    return tuple(moved)
