"""What moves and what stands in a run, and its clock: the facts about each thing, from the tables and the scenario."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.export.earth import ecef
from openiads.export.out import ExportError
from openiads.results import Run
from openiads.scenario import ScenarioError, nodes
from openiads.scenario.text import normalise

#: Start of a scenario that names none, as the scenario language has it (docs/scenario.md).
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
Vector = tuple[float, float, float]
PLATFORM, MISSILE, TRACK = "platform", "missile", "track"
_GONE = ("killed", "hit its target", "missed its target", "left the area")


@dataclass(frozen=True)
class Mover:
    """A platform or missile (truth) or a fused track (as the command post had it).

    number: from 1, the same in every export of a run. side: hostile, friend, neutral or unknown; of a track as held in the end.
    parent: id of the launcher of a missile, of the carrier of what was let go of in flight; "" none.
    t_end_s: end of a platform or missile, which the last sample precedes; of a track its last sample.
    """

    number: int
    kind: str
    id: str
    type: str
    klass: str
    side: str
    group: str
    parent: str
    target: str
    fate: str
    killer: str
    t_end_s: float
    rows: slice

    @property
    def gone(self) -> bool:
        """It ended within the run, and not with it."""
        if self.kind == PLATFORM:
            return self.fate in _GONE
        return self.kind == TRACK or self.fate not in ("in flight", "end of run")


@dataclass(frozen=True)
class Site:
    """A site on the ground. places: (from s, latitude deg, longitude deg, altitude m), the first from 0."""

    number: int
    id: str
    kind: str
    type: str
    side: str
    value: float | None
    range_m: float | None
    t_lost_s: float | None
    lost_to: str
    places: tuple[tuple[float, float, float, float], ...]


def site_ecef(place: tuple[float, float, float, float]) -> Vector:
    """ECEF of one place of a site, m."""
    lat, lon, alt = (np.array([value]) for value in (np.radians(place[1]), np.radians(place[2]), place[3]))
    x, y, z = ecef(lat, lon, alt)
    return float(x[0]), float(y[0]), float(z[0])


NOTHING: Mapping[str, Any] = {
    "type": "", "klass": "", "side": "unknown", "group": "", "parent": "", "target": "", "fate": "", "killer": "",
}  # fmt: skip


def platform_facts(row: dict[str, Any], threats: Mapping[str, Any]) -> dict[str, Any]:
    """Of a row of the threats table; what is let go of in flight is known by its name (docs/scenario.md)."""
    carrier = row["id"].rpartition("-")[0]
    let_go = row["id"].rpartition("-")[2]
    released = carrier in threats and (let_go == "TD" or let_go[:1] == "D" or let_go[:2] == "CH")
    return {
        "type": row["type"] or "", "klass": row["class"] or "", "side": row["identity"] or "unknown",
        "group": row["group"] or "", "parent": carrier if released else "", "target": row["target"] or "",
        "fate": row["fate"] or "", "killer": row["killer"] or "", "t_end_s": row["t_end_s"],
    }  # fmt: skip


def missile_facts(row: dict[str, Any]) -> dict[str, Any]:
    """Of a row of the missiles table."""
    return {
        "type": row["weapon"] or "", "klass": "interceptor", "side": "friend", "group": row["battery"] or "",
        "parent": row["launcher"] or "", "target": row["target"] or row["target_site"] or "", "fate": row["fate"] or "",
        "t_end_s": row["t_end_s"],
    }  # fmt: skip


def start_of(run: Run) -> dt.datetime:
    """Date and time at which the scenario of a run starts; EPOCH where it names none. Raises ExportError."""
    try:
        plain = nodes.read(normalise(run.scenario_text, "scenario.yaml"), "scenario.yaml").plain
    except ScenarioError as error:
        raise ExportError(f"{run.path}: the scenario of the run cannot be read: {error.faults[0]}") from None
    written = plain.get("start") if isinstance(plain, dict) else None
    if written is None:
        return EPOCH
    try:
        return dt.datetime.fromisoformat(str(written)).astimezone(dt.UTC)
    except ValueError:
        raise ExportError(f"{run.path}: start {str(written)[:40]!r} of its scenario is not a time") from None


__all__ = [
    "EPOCH", "MISSILE", "NOTHING", "PLATFORM", "TRACK", "Mover", "Site", "Vector", "missile_facts", "platform_facts",
    "site_ecef", "start_of",
]  # fmt: skip
