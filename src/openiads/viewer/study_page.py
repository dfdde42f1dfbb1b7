"""The page of a study: its measures, the distribution of outcomes, and a way into every replication."""

from __future__ import annotations

import base64
import html
import math
from typing import Any

import numpy as np

from openiads.analysis.intervals import SAME
from openiads.analysis.measures import COLUMNS, MEASURES, estimate
from openiads.results.study import StudyResults
from openiads.results.study_schema import TABLES
from openiads.viewer import coast
from openiads.viewer.columns import Column, encode

#: Counts whose distribution is shown, as they stand in the table `runs`.
SHOWN = ("leaked", "hit", "killed", "rounds_fired", "wrong_shots", "sites_lost", "assets_lost", "value_lost")

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body class="study">
<div id="app">Opening ...</div>
<script type="text/plain" id="study">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def study_page(study: StudyResults) -> str:
    """The page as HTML. Links to replications are `replay?point=P&replication=R`, for whoever serves it."""
    data = base64.b64encode(study_data(study)).decode("ascii")
    return _PAGE.format(
        title=html.escape(f"{study.name} - openiads study"),
        style=coast.static("viewer.css").decode(),
        data=data,
        script=coast.static("study.js").decode().replace("</script", "<\\/script"),
    )


def study_data(study: StudyResults) -> bytes:
    """The container of the page (see `viewer.columns`): the shown counts per replication, and all measures per point."""
    names = tuple(dict.fromkeys((*COLUMNS, *SHOWN)))
    table = study.table("runs", columns=list(names))
    runs = {name: table[name].to_numpy(zero_copy_only=False) for name in names}
    meaning = {c.name: c.meaning for c in TABLES["runs"]}
    header = {
        "format": "openiads study page",
        "study": {
            "name": study.name,
            "title": study.manifest["scenario"].get("title") or study.name,
            "seed": int(study.manifest["seed"]),
            "done": study.replications_done,
            "wanted": study.replications_wanted,
            "path": str(study.path),
        },
        "points": [{"number": p["number"], "label": study.label(p["number"])} for p in study.points],
        "shown": [{"name": name, "meaning": meaning[name]} for name in SHOWN],
        "measures": [_measures(runs, p["number"]) for p in study.points],
    }
    usable = np.asarray(runs["usable"], dtype=bool)
    columns = [
        Column("point", runs["point"].astype(np.int32), 1),
        Column("replication", runs["replication"].astype(np.int32), 2),
        Column("usable", usable.astype(np.uint8)),
        *(Column(name, np.asarray(runs[name], dtype=np.float64)) for name in SHOWN),
    ]
    return encode(header, columns)


def _measures(runs: dict[str, Any], point: int) -> list[dict[str, Any]]:
    mine = np.asarray(runs["point"]) == point
    part = {name: values[mine] for name, values in runs.items()}
    told = []
    for one in MEASURES.values():
        found = estimate(one.name, part)
        value, low, high = (x if math.isfinite(x) else None for x in (found.value, found.low, found.high))
        alike = found.method == SAME  # a value that never varied shows no interval: not one of width 0
        if alike:
            low = high = None
        told.append(
            {
                "name": one.name,
                "meaning": one.meaning,
                "unit": one.unit,
                "value": value,
                "low": low,
                "high": high,
                "n": found.n,
                "alike": alike,
            }
        )
    return told
