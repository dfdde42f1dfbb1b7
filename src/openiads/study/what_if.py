"""One run again with the same luck and something changed.

then = openiads.open_run("runs/quickstart-seed1")
now = openiads.what_if(then, {"defence.doctrine.salvo": 2}, "runs/two-at-once")
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from openiads import _jit
from openiads.catalog import load_catalog
from openiads.results import Run, open_run
from openiads.results.run import RunError
from openiads.scenario import ScenarioError, catalogue_names
from openiads.scenario.overrides import blamed, load_changed, read_plain, read_varied
from openiads.study.design import StudyError
from openiads.study.execute import Progress, Silent, simulate
from openiads.study.manifest import Provenance
from openiads.study.store import new_run
from openiads.world.compile import compile_scenario


def what_if(
    run: Run,
    changes: Mapping[str, object],
    out: str | os.PathLike[str],
    *,
    beside: str | os.PathLike[str] | None = None,
    force: bool = False,
    progress: Progress | None = None,
    command: str = "",
) -> Run:
    """Run the scenario of a run again, with its seed and replication, and other values at these paths.

    Parameters
    ----------
    changes : path of the scenario → one value, as in a study (docs/studies.md).
    out : folder of the new run; `force` replaces an earlier run there.
    beside : folder of the recordings and elevation models that the scenario reads; by default the current one.

    Raises
    ------
    RunError : made by another engine or catalogue: the luck would not be the same. StudyError : a path with several
        values. ScenarioError, RunExists, StoreError.
    """
    told = progress or Silent()
    told.phase("reading the scenario")
    catalog = load_catalog()
    _refuse_another(run, catalog.digest())
    text = run.scenario_text
    origin = str(Path(beside or ".").absolute() / f"{run.name}.yaml")
    plain = read_plain(text, origin)
    varied = read_varied(plain, changes)
    if not varied:
        raise StudyError(
            "nothing is changed: a change is written PATH=VALUE, such as defence.doctrine.salvo=2"
        )
    for one in varied:
        if len(one.values) != 1:
            raise StudyError(f"{one.path}: one value is needed, {len(one.values)} are given")
    settings = [(one, one.values[0]) for one in varied]
    scenario = load_changed(plain, settings, origin, catalogue_names(catalog))
    try:
        compiled = compile_scenario(scenario, catalog, None)
    except ScenarioError as error:
        raise ScenarioError(blamed(error.faults, settings)) from None
    with new_run(Path(out), force) as folder:
        outcome, wall_s = simulate(compiled.world, run.seed, run.replication, told)
        made = Provenance(
            name=scenario.name, title=scenario.title, scenario_text=scenario.text, catalog_sha256=catalog.digest(),
            recordings=tuple(compiled.recordings), command=command, wall_time_s=wall_s,
            notes={"what_if": {one.path: value for one, value in settings}},
        )  # fmt: skip
        return open_run(folder.write(outcome, compiled.names, made))


def _refuse_another(run: Run, catalog_sha256: str) -> None:
    pairs = (
        ("engine", run.manifest["engine_sha256"], _jit.ENGINE_DIGEST),
        ("catalogue", run.manifest["catalog_sha256"], catalog_sha256),
    )
    for what, made, own in pairs:
        if made != own:
            raise RunError(
                f"{run.path} was made with another {what} ({str(made)[:12]}, here {own[:12]}): its luck cannot be had "
                "again here; make the run anew"
            )
    if "doctrine" in run.manifest["notes"]:
        raise RunError(
            f"{run.path} was made under a doctrine of its user's own, which is not run again from here"
        )


__all__ = ["what_if"]
