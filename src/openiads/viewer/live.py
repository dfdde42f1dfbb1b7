"""The page of a run that goes on: its first content, the frames that follow, and the files that it is served as.

A frame is a container as a replay is (`viewer.columns`), so that the page needs no second decoder. docs/live.md has its keys.
"""

from __future__ import annotations

import base64
import html
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from openiads.analysis.chains import Chains, Event, enter
from openiads.analysis.explain import explain_one
from openiads.results import Run
from openiads.viewer import coast
from openiads.viewer.columns import Column, decode, encode
from openiads.viewer.defence import emission_times, site_states
from openiads.viewer.pack import event_row, origin_of, pack
from openiads.viewer.paths import pack_paths
from openiads.viewer.zones import zones_of

FORMAT = "openiads live frame"
_MOST_NAMED = 400  # rounds that get a place for their name beforehand

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<link rel="stylesheet" href="viewer.css">
</head>
<body data-live="{title}">
<div id="app">Opening ...</div>
<noscript>This page needs JavaScript and WebGL 2.</noscript>
<script type="text/plain" id="notice">{notice}</script>
<script type="text/plain" id="coast-world">{coast_world}</script>
<script type="text/plain" id="coast-near">{coast_near}</script>
<script src="viewer.js"></script>
</body>
</html>
"""


def policy(port: int) -> str:
    """The content policy: the page's own script and style, its own socket, nothing else; no inline script or style."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
        f"connect-src ws://127.0.0.1:{port}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def files(run: Run) -> dict[str, tuple[str, bytes]]:
    """Everything that is served, by name: type and content. No name is a path."""
    origin = origin_of(run)
    page = _PAGE.format(
        title=html.escape(f"{run.name}, seed {run.seed}, live - openiads"),
        notice=html.escape(coast.static("NOTICE.txt").decode(), quote=False),
        coast_world=_text(zlib.compress(coast.world(), 9)),
        coast_near=_text(zlib.compress(coast.near(origin["lat_deg"], origin["lon_deg"]), 9)),
    )
    return {
        "": ("text/html; charset=utf-8", page.encode()),
        "viewer.js": ("text/javascript; charset=utf-8", coast.static("viewer.js")),
        "viewer.css": ("text/css; charset=utf-8", coast.static("viewer.css")),
    }


def zones(run: Run) -> list[dict[str, Any]]:
    """Engagement zones of the run, made once (a second per missile type)."""
    return zones_of(run)


def snapshot(run: Run, made_zones: list[dict[str, Any]], state: Mapping[str, Any]) -> bytes:
    """The whole run so far, as a replay has it, with `live`: what the page needs to know of the run that goes on."""
    header, values = decode(pack(run, zones=False))
    columns = [Column(c["name"], values[c["name"]], c["order"]) for c in header.pop("columns")]
    for row in header["platforms"]:
        if row["t_end_s"] is None:
            header["chains"][row["id"]] = _open(header["chains"][row["id"]])
    known = {(p["kind"], p["id"]) for p in header["paths"]}
    later = [("platform", row["id"]) for row in header["platforms"]]
    rounds = sum(row["rounds_start"] or 0 for row in header["magazines"])
    later += [("missile", f"SAM-{k + 1:03d}") for k in range(min(int(rounds), _MOST_NAMED))]
    header["paths"] += [
        {"kind": kind, "id": ident, "first": 0, "rows": 0}
        for kind, ident in later
        if (kind, ident) not in known
    ]
    return encode({**header, "zones": made_zones, "live": dict(state)}, columns)


@dataclass
class Story:
    """What has been told of a run so far: rows of its tables and kill chains, each with the number of its last change."""

    about: dict[str, tuple[str | None, str | None]]
    chains: Chains
    number: int = 0
    rows: dict[tuple[str, str], tuple[int, dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run) -> Story:
        """At the start of a run."""
        about = {name: (m.get("subject"), m.get("object")) for name, m in run.meanings().items()}
        made = cls(about, Chains(threats={}, missiles={}, sites={}, t_end_s=run.t_end_s))
        made.update(run, run)
        return made

    def update(self, run: Run, fresh: Run) -> None:
        """Take what is new. `run`: with the tables as they stand; `fresh`: with the events alone that came since the last time."""
        self.number += 1
        tables = {
            "platforms": run.threats,
            "missiles": run.missiles,
            "sites": run.sites,
            "magazines": run.magazines,
        }
        listed = {name: table.to_pylist() for name, table in tables.items()}
        known = self.chains
        known.threats = {row["id"]: row for row in listed["platforms"]}
        known.missiles = {row["id"]: row for row in listed["missiles"]}
        known.sites = {row["id"]: row for row in listed["sites"]}
        known.t_end_s = run.t_end_s
        before = {threat: len(known.events[threat]) for threat in known.threats}
        for row in fresh.events.to_pylist():
            event = Event(*(row[name] for name in Event._fields))
            enter(known, event, self.about.get(event.event, (None, None)))
        for name, rows in listed.items():
            for row in rows:
                key = row["id"] if "id" in row else f"{row['launcher']} {row['weapon']}"
                changed = self._keep(name, key, row)
                if name == "platforms" and (changed or before[key] < len(known.events[key])):
                    self._keep("chains", key, _story(known, key))

    def _keep(self, name: str, key: str, row: dict[str, Any]) -> bool:
        have = self.rows.get((name, key))
        if have is not None and have[1] == row:
            return False
        self.rows[name, key] = (self.number, row)
        return True

    def after(self, number: int) -> dict[str, Any]:
        """What has changed after that number, by table."""
        found: dict[str, Any] = {"platforms": [], "missiles": [], "sites": [], "magazines": [], "chains": {}}
        for (name, key), (when, row) in self.rows.items():
            if when > number:
                if name == "chains":
                    found[name][key] = row
                else:
                    found[name].append(row)
        return found


def frame(fresh: Run, changed: Mapping[str, Any], state: Mapping[str, Any]) -> bytes:
    """What a page lacks: samples and events of `fresh`, `changed` rows of `Story.after`, and the state.

    Entries of `paths` say `now` where their last row is no sample but where the thing is at `state["t_s"]`, carried on along
    its last velocity.
    """
    paths, columns = pack_paths(fresh)
    t_ms = columns[0].values
    now = round(float(state["t_s"]) * 1e3)
    sampled = bool(state["sampled"])
    for entry in paths:
        if not sampled and t_ms[entry["first"] + entry["rows"] - 1] == now and "ended" not in entry:
            entry["now"] = True
    log = fresh.events.to_pylist()
    header = {
        "format": FORMAT,
        "paths": paths,
        "events": [event_row(row) for row in log],
        "states": site_states(log),
        "emissions": emission_times(log),
        **changed,
        "live": dict(state),
    }
    return encode(header, columns)


def reach_m(start_ecef_m: np.ndarray, origin_ecef_m: np.ndarray) -> float:
    """How far the scene reaches: the distance within which four of five of these starting points lie, at least 20 km."""
    if not len(start_ecef_m):
        return 20e3
    far = np.linalg.norm(start_ecef_m - origin_ecef_m, axis=1)
    return max(20e3, float(np.quantile(far, 0.8)))


def _story(known: Chains, threat: str) -> dict[str, Any]:
    told = explain_one(known, threat)
    story: dict[str, Any] = {
        "headline": told.headline,
        "link": told.link,
        "verdict": told.verdict,
        "steps": [[s.t_s, s.text, s.range_m, s.alt_m] for s in told.steps],
    }
    return _open(story) if known.threats[threat]["t_end_s"] is None else story


def _open(story: Mapping[str, Any]) -> dict[str, Any]:
    """Of what still flies: which link has failed cannot be said yet."""
    return {**story, "link": "", "verdict": []}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


__all__ = ["FORMAT", "Story", "files", "frame", "policy", "reach_m", "snapshot", "zones"]
