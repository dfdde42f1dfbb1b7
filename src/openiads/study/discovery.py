"""In which part of its inputs a study meets a condition: "the defence holds where …".

openiads.discover(openiads.open_study("studies/raid-seed1"), "leakage <= 0.1")
"""

from __future__ import annotations

import operator
import re
from dataclasses import replace

import numpy as np

from openiads.analysis.discovery import Discovery, DiscoveryError, prim
from openiads.analysis.measures import measure
from openiads.results.study import StudyResults
from openiads.study.sensitivity import point_sums

_CONDITION = re.compile(
    r"\s*([a-z_]+)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*", re.ASCII
)
_TESTS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_LEAST = 20  # points


def discover(study: StudyResults, where: str, least_mass: float = 0.05) -> Discovery:
    """The box of the inputs of a study in which a condition on a measure holds most often.

    The condition is put to the value of the measure at each point, over the replications of the point.

    Raises DiscoveryError, GoalError (no such measure).
    """
    match = _CONDITION.fullmatch(where)
    if match is None:
        raise DiscoveryError(f'{where!r} is no condition; write for example "leakage <= 0.1"')
    name, test, bound = match.groups()
    measure(name)
    if len(study.points) < _LEAST:
        raise DiscoveryError(
            f"{len(study.points)} points are too few to look for a box; at least {_LEAST} are needed"
        )
    top, bottom = point_sums(study, name)
    y, x = np.nansum(top, axis=1), np.nansum(bottom, axis=1)
    has = x > 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        holds = _TESTS[test](y / x, float(bound))[has]
    columns: list[list[object]] = []
    for k in range(len(study.paths)):
        numbers = [p["numbers"][k] for p in study.points]
        plain = all(number is not None for number in numbers)
        values = numbers if plain else [repr(p["values"][k]).strip("'") for p in study.points]
        columns.append([v for v, there in zip(values, has, strict=True) if there])
    condition = f"{name} {test} {float(bound):g}"
    return replace(prim(study.paths, columns, holds, least_mass), condition=condition)
