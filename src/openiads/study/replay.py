"""One replication of a study again, as a run folder: the same seed, replication and values, hence the same bytes."""

from __future__ import annotations

import os
from pathlib import Path

from openiads.catalog import load_catalog
from openiads.results import Run, open_run
from openiads.results.study import read_manifest
from openiads.scenario import ScenarioError
from openiads.scenario.overrides import read_plain
from openiads.study.design import StudyError
from openiads.study.execute import Progress, Silent, simulate
from openiads.study.ground import ground_file
from openiads.study.identity import refuse_another, same_doctrine
from openiads.study.manifest import Provenance
from openiads.study.points import Points
from openiads.study.store import new_run
from openiads.study.uncertain import read_back


def replay(
    folder: str | os.PathLike[str],
    point: int,
    replication: int,
    out: str | os.PathLike[str],
    *,
    doctrine: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
    command: str = "",
) -> Run:
    """Run a replication of a study and store it in the folder `out`; with the catalogue values of its point.

    doctrine : FILE.py:NAME, for a study that was made under it: code is run only when it is named.

    Raises RunError (not a study), StudyError (no such point or replication; made by another engine or catalogue, whose luck
    cannot be had again here), ScenarioError, RunExists, StoreError.
    """
    told = progress or Silent()
    told.phase("reading the study")
    path = Path(folder)
    content = read_manifest(path)
    if not 0 <= point < len(content["points"]):
        raise StudyError(f"{path} has no point {point}: its points are 0 to {len(content['points']) - 1}")
    if not 0 <= replication < int(content["replications"]):
        raise StudyError(
            f"{path} has no replication {replication}: they are 0 to {int(content['replications']) - 1}"
        )
    catalog = load_catalog()
    refuse_another(path, content, catalog)
    own = same_doctrine(path, content, doctrine)
    scenario = content["scenario"]
    plain = read_plain(scenario["text"], scenario["file"])
    varied, design = read_back(plain, content, catalog)
    points = Points(plain, scenario["text"], scenario["file"], varied, design, catalog, own)
    try:
        one, compiled = points.scenario(point), points.compiled(point, sampled=True)
    except OSError as error:
        raise StudyError(f"{path} cannot be replayed: a file beside the scenario is gone: {error}") from None
    except ScenarioError as error:
        raise StudyError(f"{path} cannot be replayed: {error}") from None
    origin = Provenance(
        name=one.name,
        title=one.title,
        scenario_text=one.text,
        catalog_sha256=catalog.digest(),
        recordings=tuple(compiled.recordings),
        command=command,
        notes={
            "study": {"study": content["study"], "point": point, "label": content["points"][point]["label"]}
        },
    )
    with new_run(Path(out), force) as made:
        outcome, _ = simulate(compiled.world, int(content["seed"]), replication, told, own, compiled.names)
        return open_run(made.write(outcome, compiled.names, origin, None, ground_file(compiled.world)))


__all__ = ["replay"]
