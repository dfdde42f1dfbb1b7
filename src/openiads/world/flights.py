"""One platform of a scenario → its trajectory as knots and the fields of its PLATFORM row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from openiads.catalog.items import Item
from openiads.physics.ballistic import QUASI_BALLISTIC_MANOEUVRE, fly_ballistic
from openiads.physics.ballistic_flight import NO_MANOEUVRE, Manoeuvre, Missile
from openiads.physics.flight import Wind
from openiads.physics.route import fly_route
from openiads.scenario.formation import PlatformPlan
from openiads.units import STANDARD_GRAVITY_MPS2
from openiads.world import schema
from openiads.world.elevation_grid import Elevation
from openiads.world.kept import kept
from openiads.world.low_flight import check_above_ground, follow

_ROUTE_STEP_S = 0.5
_ACCEL_MPS2 = 2.5  # along track; airliners about 1, fighters more
_MAX_KNOTS = 60_000
#: Truth classes of the catalogue in the order of doctrine.classify (what has no class of its own counts as
#: the class whose place it takes: a decoy imitates a fighter, a transport flies like an airliner).
CLASSES = {
    "fighter": 0, "bomber": 1, "airliner": 2, "cruise_missile": 3, "drone": 4, "ballistic_missile": 5, "arm": 6,
    "helicopter": 7, "transport": 2, "decoy": 0,
}  # fmt: skip
Target = tuple[float, float, float]  # lat_rad, lon_rad, alt_m

_route_buffer = np.zeros((_MAX_KNOTS, 7))


def route_knots(
    plan: PlatformPlan, item: Item, target: Target | None, end_s: float, elevation: Elevation | None = None
) -> np.ndarray:
    """Knots along the waypoints, then to the target if there is one; not beyond end_s. By height: over the terrain."""
    by_height = plan.route[0].height_m is not None
    if by_height and target is not None:
        target = (target[0], target[1], 0.0)
    knots = _level_knots(plan, item, target, end_s)
    if not by_height:
        check_above_ground(knots, elevation)
        return knots
    arrives = target is not None and bool(knots[-1, 0] < end_s + 59.0)
    return follow(knots, plan, item, arrives, elevation)


def _level_knots(plan: PlatformPlan, item: Item, target: Target | None, end_s: float) -> np.ndarray:
    cruise = item.si("cruise_speed_mps")
    way = [(w.lat_rad, w.lon_rad, w.alt_m, w.speed_mps or cruise) for w in plan.route]
    if target is not None:
        way.append((*target, way[-1][3]))
    # The tighter of the stated bank and the load factor.
    load_bank = math.acos(1.0 / max(item.si("load_factor_max"), 1.01))
    bank = min(item.si("bank_max_rad"), load_bank)
    count = fly_route(
        np.array(way), plan.at_s, bank, item.si("climb_rate_max_mps"), _ACCEL_MPS2, _ROUTE_STEP_S, end_s + 60.0,
        _route_buffer,
    )  # fmt: skip
    if count < 0:
        raise ValueError("the flight has too many turns to follow")
    return _route_buffer[: max(count, 2)].copy() if count > 1 else _still(_route_buffer[0])


def _still(row: np.ndarray) -> np.ndarray:
    """Two knots from one, for a flight that starts as the run ends."""
    later = row.copy()
    later[0] += 1.0
    later[1:4] += later[4:7]
    return np.stack([row, later])


def ballistic_knots(plan: PlatformPlan, item: Item, target: Target, wind: Wind) -> np.ndarray:
    """Knots of a ballistic or quasi-ballistic flight from the first waypoint to the target. ValueError out of reach."""
    cd = item.table("cd")
    missile = Missile(
        launch_mass_kg=item.si("launch_mass_kg"),
        propellant_kg=item.si("propellant_mass_kg"),
        isp_s=item.si("isp_s"),
        burn_s=item.si("burn_time_s"),
        area_m2=0.25 * math.pi * item.si("diameter_m") ** 2,
        mach=np.array(cd.axes["mach"], dtype=float),
        cd=np.array(cd.values_si, dtype=float),
        pitch_rate_radps=math.radians(3.0 if item.flag("quasi_ballistic") else 1.348),
    )
    apogee: float | None = None
    manoeuvre: Manoeuvre = NO_MANOEUVRE
    if item.flag("quasi_ballistic"):
        apogee = item.si("apogee_max_m")
        cap = item.si("lateral_accel_max_mps2")
        scale = min(cap / QUASI_BALLISTIC_MANOEUVRE.cap_mps2, 1.0)
        manoeuvre = QUASI_BALLISTIC_MANOEUVRE._replace(
            cap_mps2=cap,
            pull_mps2=QUASI_BALLISTIC_MANOEUVRE.pull_mps2 * scale,
            weave_mps2=QUASI_BALLISTIC_MANOEUVRE.weave_mps2 * scale,
        )
    start = plan.route[0]
    ends = (start.lat_rad, start.lon_rad, start.alt_m, *target)

    def fly() -> np.ndarray:
        return np.column_stack(fly_ballistic(*ends, missile, apogee_m=apogee, manoeuvre=manoeuvre, wind=wind))

    knots = kept("ballistic", (ends, missile, apogee, manoeuvre, wind), 7, fly)
    knots[:, 0] += plan.at_s
    return knots


def homing_knots(plan: PlatformPlan, item: Item, toward: Target) -> np.ndarray:
    """Two knots that give an anti-radiation missile its start; from there on it steers itself."""
    start = plan.route[0]
    speed = start.speed_mps or item.si("cruise_speed_mps")
    way = np.array(
        [(start.lat_rad, start.lon_rad, start.alt_m, speed), (toward[0], toward[1], start.alt_m, speed)]
    )
    out = np.zeros((4, 7))
    fly_route(way, plan.at_s, 0.5, 1.0, 1.0, _ROUTE_STEP_S, plan.at_s + 1.0, out)
    return _still(out[0])


def platform_fields(plan: PlatformPlan, item: Item, target_site: int) -> dict[str, Any]:
    """PLATFORM fields that do not depend on the trajectory."""
    group = plan.group
    works = item.si("p_transponder_works") if group.transponder_works is None else group.transponder_works
    reply = item.si("p_reply")
    fields: dict[str, Any] = {
        "klass": CLASSES[item.role],
        "identity": ("unknown", "friend", "neutral", "hostile").index(group.identity),
        "target_site": target_site,
        "vulnerability": item.si("vulnerability"),
        "p_iff_reply": reply if group.iff_answers in ("friend", "spoofed") else 0.0,
        "p_ssr_reply": reply if group.transponder_on else 0.0,
        "p_transponder_works": works,
        "end": schema.END_LEAVE,
    }
    if item.has("lethal_radius_m"):
        fields["lethal_radius_m"], fields["cep_m"] = item.si("lethal_radius_m"), item.si("cep_m")
        if target_site >= 0:
            fields["end"] = schema.END_IMPACT
    if item.role == "arm":
        speed = item.si("cruise_speed_mps")
        fields.update(
            move=schema.MOVE_HOMING,
            speed_mps=speed,
            turn_radps=item.si("load_factor_max") * STANDARD_GRAVITY_MPS2 / speed,
            memory=int(item.flag("memory")),
            memory_sigma_m=item.si("memory_sigma_m"),
            memory_drift_mps=item.si("memory_drift_mps"),
            max_time_s=item.si("max_flight_time_s"),
            seeker_cos=math.cos(0.5 * item.si("seeker_fov_rad")),
        )
    return fields
