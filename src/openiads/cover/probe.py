"""The probe: what is looked for, as one more platform at the end of a World's tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.catalog import Catalog
from openiads.catalog.items import Item
from openiads.cover.faults import CoverageError
from openiads.physics.signature import constant_rcs_table
from openiads.world import schema
from openiads.world.names import Names
from openiads.world.schema import World
from openiads.world.sensors import pd_table
from openiads.world.signatures import rcs_table

#: Angle between the course and the direction to the radar.
ASPECTS = {"approaching": 0.0, "crossing": 0.5 * math.pi, "receding": math.pi}
DEFAULT_SPEED_MPS = 250.0
DEFAULT_SWERLING = 1


@dataclass(frozen=True)
class Probe:
    """A target that flies level and straight.

    item: catalogue platform whose signature by band and aspect it has, or None: `rcs_m2` from everywhere. course_rad:
    from true north; None: `aspect` (of ASPECTS) to each radar.
    """

    rcs_m2: float
    speed_mps: float
    swerling: int
    aspect: str = "approaching"
    course_rad: float | None = None
    item: Item | None = None

    @property
    def angle_rad(self) -> float:
        """Course, or the angle off the direction to the radar."""
        return ASPECTS[self.aspect] if self.course_rad is None else self.course_rad

    @property
    def relative(self) -> int:
        """1: its course is counted from the direction to the radar."""
        return int(self.course_rad is None)

    def words(self) -> str:
        """For titles."""
        what = f"{self.rcs_m2:g} m² (Swerling {self.swerling})" if self.item is None else self.item.id
        way = self.aspect if self.course_rad is None else f"on course {math.degrees(self.course_rad):.0f}°"
        return f"{what}, {self.speed_mps:.0f} m/s, {way}"


def make_probe(
    catalog: Catalog,
    target: str | None,
    rcs_m2: float | None,
    speed_mps: float | None,
    swerling: int | None,
    aspect: str,
    course_rad: float | None,
) -> Probe:
    """A checked probe. Refuses (CoverageError) an unknown aspect, both a target and an RCS, values out of range."""
    if aspect not in ASPECTS:
        raise CoverageError(f"aspect {aspect!r}: not one of {', '.join(ASPECTS)}")
    if target is not None and rcs_m2 is not None:
        raise CoverageError("target and rcs: one of both; the item has a cross section of its own")
    item = None if target is None else catalog.get(target, "platform")
    rcs = 1.0 if rcs_m2 is None else rcs_m2
    speed = speed_mps
    if speed is None:
        speed = DEFAULT_SPEED_MPS
        if item is not None and item.has("cruise_speed_mps"):
            speed = item.si("cruise_speed_mps")
    case = swerling
    if case is None:
        case = DEFAULT_SWERLING if item is None else item.count("swerling")
    if case not in range(5):
        raise CoverageError(f"swerling {case}: the cases are 0 (steady) to 4")
    if not 1e-6 <= rcs <= 1e6:
        raise CoverageError(f"rcs {rcs:g} m2: out of range (1e-6 to 1e6 m2)")
    if course_rad is not None and not abs(course_rad) <= 2.0 * math.pi:
        raise CoverageError(f"course {math.degrees(course_rad):g} deg: out of range (-360 to 360 deg)")
    if not 0.0 <= speed <= 8000.0:
        raise CoverageError(f"speed {speed:g} m/s: out of range (0 to 8 km/s)")
    return Probe(rcs, speed, case, aspect, course_rad, item)


def with_probe(world: World, names: Names, catalog: Catalog, probe: Probe) -> tuple[World, int]:
    """A World of its own with the probe, and the probe's row. The tables of `world` are not written."""
    signature = constant_rcs_table(probe.rcs_m2) if probe.item is None else rcs_table(probe.item)
    row = _row(world.platform, move=schema.MOVE_KNOTS, signature=len(world.rcs_dbsm), swerling=probe.swerling,
               target_site=-1, seeker_cos=2.0, vulnerability=1.0, rcs_factor=1.0, cloud=-1)  # fmt: skip
    state = _row(world.platform_state, emitter_site=-1, active=0)
    radars = len(world.radar)
    look = np.zeros((radars, 1), world.look.dtype)
    echo = world.echo if len(world.echo) else np.zeros(1, schema.ECHO).view(np.recarray)
    own = schema.scratch(world)._replace(
        platform=_joined(world.platform, row),
        platform_state=_joined(world.platform_state, state),
        look=np.concatenate([world.look, look], axis=1).view(np.recarray),
        due_s=np.concatenate([world.due_s, np.full((radars, 1), np.inf)], axis=1),
        rcs_dbsm=np.ascontiguousarray(np.concatenate([world.rcs_dbsm, signature[None]])),
        pd_table=_pd_tables(world, names, catalog, probe.swerling),
        jam_share=world.jam_share.copy(),
        echo=echo.copy(),
    )
    return own, len(world.platform)


def _row(table: np.recarray, **values: Any) -> np.ndarray:
    row = np.zeros(1, table.dtype)
    for name, value in values.items():
        row[name] = value
    return row


def _joined(table: np.recarray, row: np.ndarray) -> Any:
    return np.concatenate([table, row]).view(np.recarray)


def _pd_tables(world: World, names: Names, catalog: Catalog, case: int) -> np.ndarray:
    """Detection tables of all radars, with the probe's case in them: a World's own holds the cases that fly in it."""
    tables = world.pd_table.copy()
    for r, kind in enumerate(names.radar_type):
        tables[r, case] = pd_table(catalog.get(kind, "radar"), frozenset({case}))[case]
    return tables
