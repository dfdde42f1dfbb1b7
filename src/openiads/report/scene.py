"""What a picture of a run needs, projected onto the map: paths, sites, engagements, chains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.analysis.links import leaked
from openiads.report.mapping import Array, Map
from openiads.results import Ground, Run


@dataclass(frozen=True)
class Path:
    """A flown path: times (s) and kilometres east and north."""

    t_s: Array
    east_km: Array
    north_km: Array
    v_east_kmps: float  # at the end, to carry on to the very end of the flight
    v_north_kmps: float

    def at(self, t_s: float) -> tuple[float, float]:
        """Place at a time; after the last sample straight on for at most a minute."""
        if t_s > self.t_s[-1]:
            ahead = min(t_s - float(self.t_s[-1]), 60.0)
            return (
                float(self.east_km[-1]) + self.v_east_kmps * ahead,
                float(self.north_km[-1]) + self.v_north_kmps * ahead,
            )
        return float(np.interp(t_s, self.t_s, self.east_km)), float(np.interp(t_s, self.t_s, self.north_km))

    def until(self, t_s: float | None) -> Path:
        """The path up to a time, with its end point."""
        if t_s is None:
            return self
        keep = self.t_s < t_s
        east, north = self.at(t_s)
        return Path(
            np.append(self.t_s[keep], t_s), np.append(self.east_km[keep], east),
            np.append(self.north_km[keep], north), self.v_east_kmps, self.v_north_kmps,
        )  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A site on the map."""

    ident: str
    kind: str
    east_km: float
    north_km: float
    row: dict[str, Any]
    end_km: tuple[float, float] | None = None  # where it was at the end, if that is elsewhere


@dataclass(frozen=True)
class Layout:
    """All that a map shows."""

    threats: list[dict[str, Any]]
    missiles: list[dict[str, Any]]
    sites: list[Place]
    paths: dict[tuple[str, str], Path]  # (kind, id)
    reach_km: dict[str, float]  # declared, per missile type
    fired: frozenset[str]  # missile types that were fired
    chart: Map
    ground: Ground | None

    @property
    def hostile(self) -> list[dict[str, Any]]:
        """Truly hostile platforms."""
        return [row for row in self.threats if row["identity"] == "hostile"]

    def path(self, kind: str, ident: str | None) -> Path | None:
        """A path, or None where nothing was sampled."""
        return self.paths.get((kind, ident or ""))

    def where(self, threat: dict[str, Any], t_s: float | None) -> tuple[float, float] | None:
        """Where a platform was at a time."""
        path = self.path("platform", threat["id"])
        return None if path is None or t_s is None else path.at(t_s)

    def leaks(self) -> list[dict[str, Any]]:
        """Hostile platforms that came through."""
        return [row for row in self.threats if leaked(row)]


@dataclass(frozen=True)
class Scene(Layout):
    """All that is drawn of a run."""

    run: Run


def scene(run: Run) -> Scene:
    """Read a run for drawing."""
    sites = run.sites.to_pylist()
    own = [row for row in sites if row["kind"] != "target"] or sites
    lat, lon = (np.array([row[key] for row in own] or [0.0]) for key in ("lat_deg", "lon_deg"))
    chart = Map.about(lat, lon)
    places = []
    for row in sites:
        east, north = chart.project(
            np.radians(np.array([row["lat_deg"]])), np.radians(np.array([row["lon_deg"]]))
        )
        end = None
        if row.get("moves"):
            e, n = chart.project(
                np.radians(np.array([row["lat_end_deg"]])), np.radians(np.array([row["lon_end_deg"]]))
            )
            end = (float(e[0]), float(n[0]))
        places.append(Place(row["id"], row["kind"], float(east[0]), float(north[0]), row, end))
    missiles = run.missiles.to_pylist()
    reach = {
        row["weapon"]: row["weapon_range_m"] / 1e3
        for row in run.magazines.to_pylist()
        if row["weapon_range_m"]
    }
    return Scene(
        run=run,
        threats=run.threats.to_pylist(),
        missiles=missiles,
        sites=places,
        paths=_paths(run, chart),
        reach_km=reach,
        fired=frozenset(m["weapon"] for m in missiles),
        chart=chart,
        ground=run.ground,
    )


def _paths(run: Run, chart: Map) -> dict[tuple[str, str], Path]:
    """Paths by kind and id; the table is sorted by kind, id and time, so each is one slice."""
    table = run.trajectories.unify_dictionaries().combine_chunks()
    if not table.num_rows:
        return {}
    column = {
        name: table[name].to_numpy() for name in ("t_s", "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")
    }
    east, north = chart.ecef(column["x_m"], column["y_m"], column["z_m"])
    ahead = [column[f"{c}_m"] + column[f"v{c}_mps"] for c in "xyz"]
    east1, north1 = chart.ecef(*ahead)
    kinds, ids = (table[name].combine_chunks() for name in ("kind", "id"))
    codes = np.stack([kinds.indices.to_numpy(), ids.indices.to_numpy()])
    starts = np.flatnonzero(np.any(np.diff(codes, axis=1, prepend=-1), axis=0))
    ends = np.append(starts[1:], table.num_rows)
    paths = {}
    for a, b in zip(starts, ends, strict=True):
        key = (kinds.dictionary[codes[0, a]].as_py(), ids.dictionary[codes[1, a]].as_py())
        last = b - 1
        paths[key] = Path(
            column["t_s"][a:b], east[a:b], north[a:b],
            float(east1[last] - east[last]), float(north1[last] - north[last]),
        )  # fmt: skip
    return paths
