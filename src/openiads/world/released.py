"""What leaves a platform in flight: a towed decoy, launched decoys, chaff → platforms of their own.

Where they go is known when the World is made: from the carrier's knots, a route, or the wind. Whether they start at all is
seen in the run (`engine/systems/release.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from openiads.catalog import Catalog
from openiads.physics.chaff import drift_m, stopping_distance_m
from openiads.physics.flight import Wind
from openiads.physics.geodesy import ecef_to_geodetic, enu_basis
from openiads.physics.radar import db_to_ratio
from openiads.scenario import PlatformPlan
from openiads.scenario.electronic import Chaff
from openiads.scenario.positions import Waypoint
from openiads.world import flights, schema
from openiads.world.assemble import Assembly

_STOP_S = 0.2  # dipoles lose the carrier's speed with this time constant: assumption, 0.05 to 0.5 s
_AGES_S = (0.0, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 15.0, 30.0)
_AGE_STEP_S = 30.0
_GROWN_S = 60.0  # age at which the scenario states the radius of a cloud
_SWERLING_CHAFF = 1


def add(
    out: Assembly, catalog: Catalog, plan: PlatformPlan, carrier: int, wind: Wind, duration_s: float
) -> None:
    """Everything that the group of `plan` lets go of, for its platform in row `carrier`. ValueError for what would
    leave it when it does not fly."""
    group = plan.group
    knots = out.platforms[carrier]["knots"]
    if group.towed_decoy is not None:
        tow = group.towed_decoy
        own = cut(knots, plan.at_s + tow.after_s, f"{plan.id}: the towed decoy")
        _add(
            out, f"{plan.id}-TD", carrier, 1, towed_knots(own, tow.behind_m), out.platforms[carrier]["item"], plan,
            rcs_factor=db_to_ratio(tow.echo_db), klass=flights.CLASSES["decoy"],
        )  # fmt: skip
    for number, decoy in enumerate(group.decoys, 1):
        item = catalog.get(decoy.type, "platform")
        if item.role in ("ballistic_missile", "arm"):
            raise ValueError(f"{decoy.type} cannot be launched as a decoy: it does not follow a route")
        start = cut(knots, plan.at_s + decoy.after_s, f"{plan.id}: decoy {number}")[0]
        lat, lon, alt = ecef_to_geodetic(*start[1:4])
        speed = float(np.linalg.norm(start[4:7]))
        first = Waypoint.model_construct(lat_rad=lat, lon_rad=lon, alt_m=alt, speed_mps=speed)
        flight = replace(plan, at_s=float(start[0]), route=(first, *decoy.route))
        path = flights.route_knots(flight, item, None, duration_s)
        copied = catalog.get(decoy.copies, "platform") if decoy.copies is not None else item
        _add(
            out, f"{plan.id}-D{number}", carrier, 0, path, item, plan, echo=copied,
            klass=flights.CLASSES["decoy"], vulnerability=item.si("vulnerability"),
        )  # fmt: skip
    number = 0
    for chaff in group.chaff:
        for k in range(chaff.bundles):
            number += 1
            at_s = plan.at_s + chaff.after_s + k * chaff.every_s
            start = cut(knots, at_s, f"{plan.id}: drop {number} of chaff")[0]
            _add(
                out, f"{plan.id}-CH{number:02d}", carrier, 0, chaff_knots(start, chaff, wind),
                out.platforms[carrier]["item"], plan, klass=flights.CLASSES["decoy"], swerling=_SWERLING_CHAFF,
                vulnerability=0.0, cloud=add_cloud(out, chaff, at_s),
            )  # fmt: skip


def _add(
    out: Assembly,
    name: str,
    carrier: int,
    towed: int,
    knots: np.ndarray,
    item: Any,
    plan: PlatformPlan,
    **more: Any,
) -> None:
    group = plan.group
    labels = {
        "class": "chaff" if "cloud" in more else "decoy", "identity": group.identity, "group": group.id, "target": "",
    }  # fmt: skip
    row = out.add_platform(
        name, item, knots, identity=("unknown", "friend", "neutral", "hostile").index(group.identity),
        end=schema.END_LEAVE, p_iff_reply=0.0, p_ssr_reply=0.0, names=labels, **more,
    )  # fmt: skip
    out.carried.append((row, carrier, towed))


def add_cloud(out: Assembly, chaff: Chaff, at_s: float) -> int:
    """A row of `cloud`."""
    out.clouds.append({
        "t_start_s": at_s, "dipoles": chaff.dipoles, "cut_hz": chaff.cut_hz, "bandwidth": chaff.relative_bandwidth,
        "bloom_s": chaff.bloom_s, "diffusivity_m2ps": chaff.radius_m**2 / (4.0 * _GROWN_S),
    })  # fmt: skip
    return len(out.clouds) - 1


def cut(knots: np.ndarray, t_s: float, what: str) -> np.ndarray:
    """Knots from t_s on, the first one interpolated (cubic, as the engine does). ValueError outside the flight."""
    if not knots[0, 0] <= t_s < knots[-1, 0] - 1e-6:
        raise ValueError(
            f"{what} would leave at {t_s:.0f} s; the carrier flies from {knots[0, 0]:.0f} s to {knots[-1, 0]:.0f} s"
        )
    i = int(np.searchsorted(knots[:, 0], t_s, "right")) - 1
    a, b = knots[i], knots[i + 1]
    h = b[0] - a[0]
    u = (t_s - a[0]) / h
    v = 1.0 - u
    pos = (
        (1 + 2 * u) * v * v * a[1:4]
        + u * v * v * h * a[4:7]
        + u * u * (3 - 2 * u) * b[1:4]
        - u * u * v * h * b[4:7]
    )
    vel = 6 * u * v / h * (b[1:4] - a[1:4]) + v * (1 - 3 * u) * a[4:7] + u * (3 * u - 2) * b[4:7]
    return np.vstack([[t_s, *pos, *vel], knots[i + 1 :]])


def towed_knots(knots: np.ndarray, behind_m: float) -> np.ndarray:
    """The carrier's path, moved back along its velocity."""
    out = knots.copy()
    speed = np.maximum(np.linalg.norm(knots[:, 4:7], axis=1), 1e-3)
    out[:, 1:4] -= behind_m * knots[:, 4:7] / speed[:, None]
    return out


def chaff_knots(start: np.ndarray, chaff: Chaff, wind: Wind) -> np.ndarray:
    """Path of a cloud: it keeps the carrier's velocity for a moment, then goes with the wind and falls, to the ground at most."""
    lat, lon, alt = ecef_to_geodetic(*start[1:4])
    basis = np.array(enu_basis(lat, lon)).reshape(3, 3)
    lasts = min(chaff.lasts_s, max(alt, 1.0) / chaff.fall_mps)
    ages = [a for a in (*_AGES_S, *np.arange(2 * _AGE_STEP_S, lasts, _AGE_STEP_S)) if a < lasts - 0.05] + [
        lasts
    ]
    speed = float(np.linalg.norm(start[4:7]))
    ahead = start[4:7] / max(speed, 1e-3)

    def place(age: float) -> np.ndarray:
        blown = drift_m(age, alt, chaff.fall_mps, wind.alt_m, wind.east_mps, wind.north_mps)
        return np.asarray(
            start[1:4] + ahead * stopping_distance_m(speed, _STOP_S, age) + np.array(blown) @ basis
        )

    h = 1e-3
    rows = [
        [start[0] + a, *place(a), *((place(a + h) - place(a - h if a > h else a)) / (2 * h if a > h else h))]
        for a in ages
    ]
    return np.array(rows)
