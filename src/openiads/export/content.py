"""What is exported: everything that moves with its samples, the sites, the events, on one clock.

Every format is written from a `Content`; so what is said of sides, parents and times is the same in all of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from openiads.export.earth import Array, enu, geodetic, turned
from openiads.export.things import (
    EPOCH,
    MISSILE,
    NOTHING,
    PLATFORM,
    TRACK,
    Mover,
    Site,
    Vector,
    missile_facts,
    platform_facts,
    site_ecef,
    start_of,
)  # fmt: skip
from openiads.export.tracks import chains
from openiads.results import Run, covariances

_TRACKS = ("track", "passive track")
_SAMPLES = ("t_s", "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")


class Content:
    """A run as columns of samples with movers, sites and events that point into it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.start = start_of(run)
        self.title = str(run.manifest["scenario"].get("title") or run.name)
        table = run.trajectories.unify_dictionaries().combine_chunks()
        self._kinds = table["kind"].combine_chunks().to_pylist() if table.num_rows else []
        order, found = self._sort(table)
        self.t_s, self.x_m, self.y_m, self.z_m, self.vx_mps, self.vy_mps, self.vz_mps = (
            table[name].to_numpy()[order] for name in _SAMPLES
        )
        self.sigma_m = table["sigma_m"].to_numpy(zero_copy_only=False)[order]
        self.cov_enu_m2 = covariances(table)[
            order
        ]  # axes east, north and up at the track; NaN of what is no track
        self.held = np.array([word or "unknown" for word in table["identity"].to_pylist()], object)[order]
        self.lat_rad, self.lon_rad, self.alt_m = geodetic(self.x_m, self.y_m, self.z_m)
        self.lat_deg, self.lon_deg = np.degrees(self.lat_rad), np.degrees(self.lon_rad)
        self.movers = self._movers(found)
        self.sites = self._sites()

    def _sort(self, table: Any) -> tuple[Any, list[tuple[str, str, slice]]]:
        """Rows so that every mover is one slice in order of time, and (kind, id, slice) of each."""
        ids = table["id"].to_pylist()
        t_s = table["t_s"].to_numpy()
        rows: dict[tuple[str, str], list[int]] = {}
        for row, (kind, ident) in enumerate(zip(self._kinds, ids, strict=True)):
            rows.setdefault((TRACK if kind in _TRACKS else kind, ident), []).append(row)
        order: list[int] = []
        found: list[tuple[str, str, slice]] = []
        position = np.stack([table[name].to_numpy() for name in _SAMPLES[1:]], axis=1) if ids else None
        for (kind, ident), own in rows.items():
            own.sort(key=lambda row: t_s[row])
            parts = chains(own, t_s, position) if kind == TRACK else [own]
            for number, part in enumerate(parts):
                name = ident if number == 0 else f"{ident}.{number + 1}"
                found.append((kind, name, slice(len(order), len(order) + len(part))))
                order += part
        return np.array(order, dtype=np.intp), found

    def _movers(self, found: list[tuple[str, str, slice]]) -> list[Mover]:
        threats = {row["id"]: row for row in self.run.threats.to_pylist()}
        missiles = {row["id"]: row for row in self.run.missiles.to_pylist()}
        rank = {PLATFORM: 0, MISSILE: 1, TRACK: 2}
        found = sorted(found, key=lambda one: rank[one[0]])  # stable: within a kind by id
        made: list[Mover] = []
        for number, (kind, ident, rows) in enumerate(found, 1):
            facts = {
                PLATFORM: lambda i: platform_facts(threats[i], threats),
                MISSILE: lambda i: missile_facts(missiles[i]),
                TRACK: lambda _: {},
            }[kind](ident)
            if kind == TRACK:
                last = rows.stop - 1
                facts = {"side": str(self.held[last]), "fate": "", "t_end_s": float(self.t_s[last])}
            if facts["t_end_s"] is None:  # still flying
                facts["t_end_s"] = self.run.t_end_s
            made.append(Mover(number, kind, ident, rows=rows, **{**NOTHING, **facts}))
        return made

    def _sites(self) -> list[Site]:
        ready = {}
        for event in self.events_of("site moves"):
            if event["detail"] == "ready":
                ready[event["subject"]] = (float(event["t_s"]), event["alt_m"])
        made: list[Site] = []
        for row in self.run.sites.to_pylist():
            first = (0.0, row["lat_deg"], row["lon_deg"], row["alt_m"])
            moved = row["id"] in ready and row.get("lat_end_deg") is not None
            end: tuple[tuple[float, float, float, float], ...] = ()
            if moved:
                t_s, alt_m = ready[row["id"]]
                end = ((t_s, row["lat_end_deg"], row["lon_end_deg"], alt_m),)
            side = "hostile" if row["kind"] == "target" else "friend"
            made.append(
                Site(
                    len(self.movers) + len(made) + 1, row["id"], row["kind"], row["type"] or "", side, row["value"],
                    row["radar_range_m"], row["t_lost_s"] if not row["alive"] else None, row["lost_to"] or "",
                    (first, *end),
                )
            )  # fmt: skip
        return made

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """Every event as a row, in order of time."""
        return list(self.run.events.to_pylist())

    def events_of(self, *names: str) -> list[dict[str, Any]]:
        """The events of these names."""
        return [event for event in self.events if event["event"] in names]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Number by id of what is real: platforms, missiles, sites."""
        found = {mover.id: mover.number for mover in self.movers if mover.kind != TRACK}
        return {**{site.id: site.number for site in self.sites}, **found}

    @cached_property
    def period_s(self) -> float:
        """Time between samples."""
        steps = [np.diff(self.t_s[mover.rows]) for mover in self.movers]
        found = np.concatenate(steps) if steps else np.zeros(0)
        return round(float(np.median(found)), 3) if len(found) else 1.0

    def in_time(self, *kinds: str) -> Iterator[tuple[Mover, int]]:
        """(mover, row) of all samples of these kinds in order of time, then of number."""
        chosen = [mover for mover in self.movers if mover.kind in kinds]
        if not chosen:
            return
        rows = np.concatenate([np.arange(m.rows.start, m.rows.stop) for m in chosen])
        which = np.concatenate([np.full(m.rows.stop - m.rows.start, i) for i, m in enumerate(chosen)])
        for k in np.lexsort((which, self.t_s[rows])):
            yield chosen[which[k]], int(rows[k])

    @cached_property
    def course_rad(self) -> tuple[Array, Array]:
        """Heading clockwise from north and climb angle of every sample, along its velocity relative to the ground."""
        east, north, up = self.velocity_enu
        return np.arctan2(east, north) % (2.0 * np.pi), np.arctan2(up, np.hypot(east, north))

    @cached_property
    def velocity_enu(self) -> tuple[Array, Array, Array]:
        """East, north and up of every velocity, m/s."""
        return enu(self.lat_rad, self.lon_rad, self.vx_mps, self.vy_mps, self.vz_mps)

    def covariance_in(self, lat_rad: float, lon_rad: float, rows: Any) -> Array:
        """Covariances [n, 3, 3] (m^2) of the positions of these rows in the axes east, north and up of one place."""
        return turned(self.cov_enu_m2[rows], self.lat_rad[rows], self.lon_rad[rows], lat_rad, lon_rad)

    def ecef_at(self, mover: Mover, t_s: float) -> tuple[Vector, Vector]:
        """Position and velocity at a time: between two samples the cubic that both of them give, else carried on."""
        own = self.t_s[mover.rows]
        k = mover.rows.start + max(int(np.searchsorted(own, t_s, side="right")) - 1, 0)
        at, v = self._state(k)
        ahead_s = t_s - float(self.t_s[k])
        if ahead_s <= 0.0 or k + 1 >= mover.rows.stop:
            moved = [a + b * ahead_s for a, b in zip(at, v, strict=True)]
            return (moved[0], moved[1], moved[2]), v
        then, v_then = self._state(k + 1)
        span_s = float(self.t_s[k + 1] - self.t_s[k])
        u = ahead_s / span_s
        cubic = (
            1 - 3 * u * u + 2 * u**3,
            (u - 2 * u * u + u**3) * span_s,
            3 * u * u - 2 * u**3,
            (u**3 - u * u) * span_s,
        )
        moved = [
            sum(c * p for c, p in zip(cubic, parts, strict=True))
            for parts in zip(at, v, then, v_then, strict=True)
        ]
        speed = [(1 - u) * p + u * q for p, q in zip(v, v_then, strict=True)]
        return (moved[0], moved[1], moved[2]), (speed[0], speed[1], speed[2])

    def _state(self, k: int) -> tuple[Vector, Vector]:
        return (float(self.x_m[k]), float(self.y_m[k]), float(self.z_m[k])), (
            float(self.vx_mps[k]), float(self.vy_mps[k]), float(self.vz_mps[k]),
        )  # fmt: skip

    @cached_property
    def real(self) -> Mapping[str, Mover]:
        """Platforms and missiles by id."""
        return {mover.id: mover for mover in self.movers if mover.kind != TRACK}

    def burst_at(self, event: Mapping[str, Any]) -> Vector | None:
        """Where a missile burst, to its miss distance: at its target, which turns less than itself; else where it was."""
        mover = self.real.get(event["object"] or "") or self.real.get(event["subject"] or "")
        return None if mover is None else self.ecef_at(mover, float(event["t_s"]))[0]

    @staticmethod
    def place_of(at: Vector) -> Vector:
        """Latitude and longitude (deg) and altitude (m) of one ECEF point."""
        lat, lon, alt = geodetic(*(np.array([value]) for value in at))
        return float(np.degrees(lat[0])), float(np.degrees(lon[0])), float(alt[0])

    def when(self, t_s: float) -> dt.datetime:
        """A time of the run as date and time, UTC."""
        return self.start + dt.timedelta(seconds=float(t_s))


__all__ = [
    "EPOCH",
    "MISSILE",
    "PLATFORM",
    "TRACK",
    "Content",
    "Mover",
    "Site",
    "Vector",
    "site_ecef",
    "start_of",
]
