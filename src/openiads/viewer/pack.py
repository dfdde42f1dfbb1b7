"""From a run to the container of a replay: everything that the page shows, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from openiads.analysis.chains import Chains, Event, chains
from openiads.analysis.explain import explain_one
from openiads.analysis.sentences import sentence
from openiads.results import Ground, Run
from openiads.viewer.columns import Column, encode
from openiads.viewer.defence import described
from openiads.viewer.paths import pack_paths
from openiads.viewer.plots import pack_plots
from openiads.viewer.zones import zones_of

FORMAT = "openiads replay"
_RUN_KEYS = ("openiads", "engine_sha256", "catalog_sha256", "created_utc", "notes")


def pack(run: Run, zones: bool = True) -> bytes:
    """The container of a run (see `viewer.columns`); `zones`: with engagement zones, which take a second per missile type."""
    paths, columns = pack_paths(run)
    plots, more = pack_plots(run)
    columns += more
    log = run.events.to_pylist()
    header: dict[str, Any] = {
        "format": FORMAT,
        "run": _about(run),
        "origin": origin_of(run),
        "paths": paths,
        "plots": plots,
        "platforms": run.threats.to_pylist(),
        "missiles": run.missiles.to_pylist(),
        "sites": run.sites.to_pylist(),
        "magazines": run.magazines.to_pylist(),
        "events": [event_row(row) for row in log],
        "chains": _stories(chains(run)),
        **described(run, log),
        "zones": zones_of(run) if zones else [],
        "ground": None,
    }
    ground = run.ground
    if ground is not None:
        header["ground"], more = _ground(ground)
        columns += more
    return encode(header, columns)


def _about(run: Run) -> dict[str, Any]:
    scenario = run.manifest["scenario"]
    return {
        "name": run.name,
        "title": scenario.get("title", ""),
        "seed": run.seed,
        "replication": run.replication,
        "t_end_s": run.t_end_s,
        "warnings": run.warnings,
        "scenario_sha256": scenario.get("sha256", ""),
        **{key: run.manifest.get(key) for key in _RUN_KEYS},
    }


def origin_of(run: Run) -> dict[str, float]:
    """Where the page puts its origin: the middle of the sites that are defended, else of what flies."""
    sites = run.sites.to_pylist()
    own = [row for row in sites if row["kind"] != "target"] or sites
    if not own:
        return {"lat_deg": 0.0, "lon_deg": 0.0}
    lon = np.radians([row["lon_deg"] for row in own])
    middle = np.arctan2(np.sin(lon).mean(), np.cos(lon).mean())
    return {"lat_deg": float(np.mean([row["lat_deg"] for row in own])), "lon_deg": float(np.degrees(middle))}


def event_row(row: dict[str, Any]) -> dict[str, Any]:
    """An event with its sentence; what is empty is left out."""
    told = Event(*(row[name] for name in Event._fields))
    return {
        "t": row["t_s"],
        "event": row["event"],
        **{key: row[key] for key in ("subject", "object", "via", "detail", "value") if row[key] is not None},
        "text": sentence(told),
    }


def _stories(known: Chains) -> dict[str, Any]:
    """The kill chain of every platform, as `openiads explain` tells it."""
    stories = {}
    for threat in known.threats:
        told = explain_one(known, threat)
        stories[threat] = {
            "headline": told.headline,
            "link": told.link,
            "verdict": told.verdict,
            "steps": [[s.t_s, s.text, s.range_m, s.alt_m] for s in told.steps],
        }
    return stories


def _ground(ground: Ground) -> tuple[dict[str, Any], list[Column]]:
    rows, columns = ground.height_m.shape
    about = {
        "rows": rows,
        "columns": columns,
        "lat_deg": [float(ground.lat_deg[0]), float(ground.lat_deg[-1])],
        "lon_deg": [float(ground.lon_deg[0]), float(ground.lon_deg[-1])],
    }
    height = np.round(ground.height_m.astype(np.float64) * 10.0).astype(np.int32).reshape(-1)
    seen = np.minimum(ground.seen_by, 255).astype(np.uint8).reshape(-1)
    return about, [Column("ground_height_dm", height, 1), Column("ground_seen_by", seen)]
