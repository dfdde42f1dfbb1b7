"""Flight close to the ground: a route flown by height above an elevation model, and the check of one flown by altitude."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.catalog.items import Item
from openiads.physics.geodesy import ecef_to_geodetic, enu_basis, geodetic_to_ecef
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M
from openiads.physics.terrain import (
    follow_terrain,
    grid_spacing_m,
    limit_slopes,
    terrain_frame,
    terrain_height_m,
)
from openiads.scenario import PlatformPlan
from openiads.scenario.positions import Waypoint
from openiads.world.elevation_grid import Elevation

_SEA_STEP_M = 1000.0  # between points without an elevation model
_LONGEST_STEP_S = 8.0  # between two knots, where nothing changes
_FLAT_M = 0.05
_DIVE = 0.2  # slope of the last dive, from the height onto the target
_MIN_HEIGHT_M = 5.0
_CHECK_EVERY_S = 1.0
_SLACK_M = 2.0
_SLOPE_RAD = (math.radians(0.1), math.radians(80.0))


def standing(plan: PlatformPlan, elevation: Elevation | None) -> tuple[Waypoint, ...]:
    """The route with every height above the ground turned into an altitude, point by point."""
    from openiads.world.ground import height_m  # noqa: PLC0415 - ground imports the scenario, this only the plan

    return tuple(
        w
        if w.height_m is None
        else Waypoint.model_construct(
            lat_rad=w.lat_rad, lon_rad=w.lon_rad, speed_mps=w.speed_mps, height_m=None,
            alt_m=w.height_m + height_m(elevation, w.lat_rad, w.lon_rad),
        )
        for w in plan.route
    )  # fmt: skip


def follow(
    track: NDArray[np.float64], plan: PlatformPlan, item: Item, to_target: bool, elevation: Elevation | None
) -> NDArray[np.float64]:
    """Knots of a flight at its heights above the ground, from a `track`: knots of the same flight at sea level.

    The lowest path that keeps the heights and the type's climb limit; with `to_target`, the last part dives to the ground.
    ValueError below 5 m or where the limit of climb cannot be used.
    """
    heights = [w.height_m or 0.0 for w in plan.route]
    if min(heights) < _MIN_HEIGHT_M:
        raise ValueError(f"a height of at least {_MIN_HEIGHT_M:g} m is needed to fly")
    top = float(np.linalg.norm(track[:, 4:7], axis=1).max())
    step_m = _SEA_STEP_M if elevation is None else min(grid_spacing_m(elevation.frame()), 5000.0)
    count = max(math.ceil((track[-1, 0] - track[0, 0]) * top / (0.9 * step_m)), 2) + 1
    t = np.linspace(track[0, 0], track[-1, 0], count)
    pos, vel = _sampled(track, t)
    places = np.array([ecef_to_geodetic(*p)[:2] for p in pos])
    want = _wanted_m(places, plan, heights)
    climb = math.atan(item.si("climb_rate_max_mps") / max(top, 1.0))
    climb = min(max(climb, _SLOPE_RAD[0]), _SLOPE_RAD[1])
    alt, along = _profile(places, want, climb, elevation)
    if to_target:
        ground = _ground_m(places, elevation)
        alt = ground + np.minimum(alt - ground, _DIVE * (along[-1] - along))
    return _thinned(_knots(t, places, alt, vel), alt)


def _profile(
    places: NDArray[np.float64], want: NDArray[np.float64], climb: float, elevation: Elevation | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(altitude, distance along) of the lowest path with these heights and slopes."""
    grid: NDArray[Any] = np.zeros((2, 2), np.float32)
    frame = terrain_frame(0.0, 0.0, 1e-3, 1e-3)
    if elevation is not None:
        grid, frame = elevation.height_m, elevation.frame()
    alt = np.full(len(want), -1e9)
    for height in np.unique(want):
        path = follow_terrain(
            places[:, 0], places[:, 1], float(height), grid, frame, max_climb_rad=climb, max_dive_rad=climb,
            step_m=10_000.0,
        )  # fmt: skip
        alt = np.where(want == height, np.maximum(path.altitude_m, alt), alt)
    along = path.distance_m
    limit_slopes(alt, along, math.tan(climb), math.tan(climb))
    return alt, along


def _ground_m(places: NDArray[np.float64], elevation: Elevation | None) -> NDArray[np.float64]:
    if elevation is None:
        return np.zeros(len(places))
    frame = elevation.frame()
    return np.array([float(terrain_height_m(elevation.height_m, frame, a, b)) for a, b in places])


def _wanted_m(places: NDArray[np.float64], plan: PlatformPlan, heights: list[float]) -> NDArray[np.float64]:
    """Height of each point: of the waypoint that it has passed last (nearest approach, in turn)."""
    want = np.full(len(places), heights[0])
    start = 0
    for way, height in zip(plan.route[1:], heights[1:], strict=True):
        d_lat = places[start:, 0] - way.lat_rad
        d_lon = (places[start:, 1] - way.lon_rad) * math.cos(way.lat_rad)
        start += int(np.argmin(d_lat * d_lat + d_lon * d_lon))
        want[start:] = height
    return want


def _sampled(track: NDArray[np.float64], t: NDArray[np.float64]) -> tuple[Any, Any]:
    """Positions and velocities by cubic Hermite interpolation, as the engine does it."""
    k = np.clip(np.searchsorted(track[:, 0], t, side="right") - 1, 0, len(track) - 2)
    a, b = track[k], track[k + 1]
    h = (b[:, 0] - a[:, 0])[:, None]
    u = np.clip((t[:, None] - a[:, :1]) / h, 0.0, 1.0)
    v = 1.0 - u
    pos = (1.0 + 2.0 * u) * v * v * a[:, 1:4] + u * v * v * h * a[:, 4:7]
    pos += u * u * (3.0 - 2.0 * u) * b[:, 1:4] - u * u * v * h * b[:, 4:7]
    vel = 6.0 * u * v / h * (b[:, 1:4] - a[:, 1:4])
    vel += v * (1.0 - 3.0 * u) * a[:, 4:7] + u * (3.0 * u - 2.0) * b[:, 4:7]
    return pos, vel


def _knots(t: Any, places: Any, alt: Any, vel: Any) -> NDArray[np.float64]:
    """Knots with these altitudes. Climb rates never overshoot: 0 at a turn, else the harmonic mean of both sides."""
    rate = np.diff(alt) / np.diff(t)
    climb = np.zeros(len(t))
    both = rate[1:] * rate[:-1]
    total = rate[1:] + rate[:-1]
    climb[1:-1] = np.where(both > 0.0, 2.0 * both / np.where(total == 0.0, 1.0, total), 0.0)
    climb[0], climb[-1] = rate[0], rate[-1]
    out = np.empty((len(t), 7))
    out[:, 0] = t
    for k, ((lat, lon), h) in enumerate(zip(places, alt, strict=True)):
        up = np.array(enu_basis(lat, lon)[6:])
        level = vel[k] - (vel[k] @ up) * up
        out[k, 1:4] = geodetic_to_ecef(lat, lon, h)
        out[k, 4:7] = level * (1.0 + h / EARTH_MEAN_RADIUS_M) + climb[k] * up
    return out


def _thinned(knots: NDArray[np.float64], alt: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without the knots between which the flight is level and straight."""
    keep = np.ones(len(knots), bool)
    turn = np.linalg.norm(np.diff(knots[:, 4:7], axis=0), axis=1)
    last = 0
    for k in range(1, len(knots) - 1):
        level = max(abs(alt[k + 1] - alt[k]), abs(alt[k] - alt[k - 1])) < _FLAT_M
        steady = max(turn[k - 1], turn[k]) < 1.0
        if level and steady and knots[k + 1, 0] - knots[last, 0] < _LONGEST_STEP_S:
            keep[k] = False
        else:
            last = k
    return knots[keep]


def check_above_ground(knots: NDArray[np.float64], elevation: Elevation | None) -> None:
    """Refuse (ValueError) a flight that goes into the ground before its end."""
    if elevation is None:
        return
    top = float(elevation.height_m.max()) + elevation.undulation_m
    frame = elevation.frame()
    t = np.arange(knots[0, 0], knots[-1, 0] - _CHECK_EVERY_S, _CHECK_EVERY_S)
    for now, p in zip(t, _sampled(knots, t)[0], strict=True):
        lat, lon, alt = ecef_to_geodetic(*p)
        if alt < top:
            ground = float(terrain_height_m(elevation.height_m, frame, lat, lon))
            if alt < ground - _SLACK_M:
                raise ValueError(
                    f"it flies into the ground {now - knots[0, 0]:.0f} s after its start, at an altitude of {alt:.0f} m "
                    f"over ground of {ground:.0f} m; a height instead of an altitude follows the terrain"
                )
