"""Sensitivity: a design over uncertain inputs, its runs, and the indices of a measure.

    found = openiads.sensitivity("raid.yaml", {"catalog.9M96E2.fuze_radius_m": None}, method="morris")
    found.table()

`of_function` puts a Python function in the place of the engine; `of_study` reads a study that was made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from openiads.analysis.measures import COLUMNS, column, measure
from openiads.analysis.sensitivity import Sensitivity, SensitivityError, indices
from openiads.results.study import StudyResults
from openiads.scenario.laws import Law, read_law
from openiads.study.design import StudyError
from openiads.study.designs import MISSING, unit_design
from openiads.study.study import Study, StudyProgress

#: --method → the design that it needs.
METHODS = {"morris": "morris", "sobol": "saltelli", "oat": "oat"}
N, BUDGET = 20, 2000
_LEAST_MORRIS, _LEAST_SOBOL = 4, 8


def planned(method: str, inputs: int, n: int, budget: int) -> tuple[str, int | None, int]:
    """(design, points to ask for, points that come): as many as the budget of replications allows.

    Raises StudyError.
    """
    if method not in METHODS:
        raise StudyError(f"there is no method {method!r} (methods: {', '.join(METHODS)})")
    if not inputs:
        raise StudyError("which inputs are uncertain? give --uncertain PATH[=LAW] once or more")
    if n < 1 or budget < 1:
        raise StudyError("replications and budget are whole numbers of at least 1")
    allowed = budget // n
    if method == "oat":
        least, points = 1 + 2 * inputs, 1 + 2 * inputs
    elif method == "morris":
        block = inputs + 1
        least, points = _LEAST_MORRIS * block, allowed // block * block
    else:
        block = inputs + 2
        least, points = _LEAST_SOBOL * block, 2 ** max((allowed // block).bit_length() - 1, 0) * block
    if allowed < least:
        raise StudyError(
            f"the budget of {budget} replications is too small for {method} with {inputs} inputs: {least} points of "
            f"{n} replications are {least * n}"
        )
    return METHODS[method], None if method == "oat" else points, points


def study_for(
    scenario: str | os.PathLike[str],
    uncertain: Mapping[str, object],
    method: str = "morris",
    n: int = N,
    budget: int = BUDGET,
    **more: Any,
) -> Study:
    """The study that a method needs, by default in studies/<scenario>-<method>-seed<seed>; `more`: seed, out, workers,
    command of `Study`. Raises StudyError."""
    design, points, _ = planned(method, len(uncertain), n, budget)
    if method != "oat":
        _need_salib()
    study = Study(scenario, n, uncertain=uncertain, design=design, points=points, **more)
    study.kind = f"-{method}"
    return study


def sensitivity(
    scenario: str | os.PathLike[str],
    uncertain: Mapping[str, object],
    method: str = "morris",
    n: int = N,
    budget: int = BUDGET,
    of: str = "leakage",
    progress: StudyProgress | None = None,
    **more: Any,
) -> tuple[Sensitivity, StudyResults]:
    """Run a design and rank its inputs by what they do to a measure.

    Raises ScenarioError, StudyError, GoalError (no such measure), SensitivityError.
    """
    measure(of)
    study = study_for(scenario, uncertain, method, n, budget, **more).run(progress)
    return of_study(study, of), study


def of_study(study: StudyResults, of: str = "leakage") -> Sensitivity:
    """The indices of a measure in a study with a design for it.

    Raises SensitivityError: another design, or replications that are missing.
    """
    design = study.manifest.get("design") or {}
    kind = design.get("kind")
    if kind not in METHODS.values() or len(design["cube"]) != len(study.points):
        raise SensitivityError(
            f"{study.path} was not made by `openiads sensitivity`: its design is {kind or 'a list of values'}"
        )
    if study.replications_done < study.replications_wanted:
        raise SensitivityError(
            f"{study.path} is not whole; openiads resume {study.path} computes what is missing"
        )
    if kind == "saltelli":
        _need_salib()
    top, bottom = point_sums(study, of)
    return indices(str(kind), study.paths, np.asarray(design["cube"]), top, bottom)


def point_sums(study: StudyResults, of: str) -> tuple[np.ndarray, np.ndarray]:
    """(points, replications) numerators and denominators of a measure; NaN where a replication has no value."""
    one = measure(of)
    table = study.table("runs", columns=list(COLUMNS))
    runs = {name: table[name].to_numpy() for name in table.column_names}
    shape = (len(study.points), int(study.manifest["replications"]))
    top, bottom = np.full(shape, np.nan), np.full(shape, np.nan)
    at = (runs["point"].astype(np.int64), runs["replication"].astype(np.int64))
    y = column(one.top, runs)
    x = np.ones(len(y)) if not one.bottom else column(one.bottom, runs)
    has = np.asarray(runs["usable"], dtype=bool) & np.isfinite(y) & np.isfinite(x)
    top[at], bottom[at] = np.where(has, y, np.nan), np.where(has, x, np.nan)
    return top, bottom


def of_function(
    function: Callable[[Mapping[str, Any], int], float],
    laws: Mapping[str, Law | str],
    method: str = "morris",
    n: int = 1,
    budget: int = BUDGET,
    seed: int = 1,
) -> Sensitivity:
    """The indices of a Python function of (values, number of the replication), through the same design and analysis."""
    design, points, _ = planned(method, len(laws), n, budget)
    names = list(laws)
    cube = unit_design(design, points, names, seed)
    read = [read_law(law, "") if isinstance(law, str) else law for law in laws.values()]
    columns = [law.at(cube[:, k]) for k, law in enumerate(read)]
    rows = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
    top = np.array([[function(row, k) for k in range(n)] for row in rows], dtype=np.float64)
    return indices(design, names, cube, top)


def _need_salib() -> None:
    try:
        import SALib  # noqa: F401, PLC0415
    except ImportError:
        raise StudyError(MISSING) from None


def picture_file(folder: Path) -> Path:
    """Where the picture of the indices lies."""
    return folder / "sensitivity.png"
