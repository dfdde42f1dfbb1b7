"""What a study changes, read in one pass: every fault of the text, of varied and uncertain paths, and of their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from openiads.catalog import Catalog
from openiads.scenario import Fault, Scenario, ScenarioError
from openiads.scenario.overrides import Varied, read_varied
from openiads.study.design import Point, factorial
from openiads.study.points import Points
from openiads.study.uncertain import Uncertain, read_uncertain

_ENDS = (0.0, 0.5, 1.0)  # of a law, where another path is at fault and no design is drawn
_MOST = 50  # values of a path that are then tried


def read_changes(
    plain: object,
    text: str,
    file: Path,
    vary: Mapping[str, object],
    uncertain: Mapping[str, object],
    catalog: Catalog,
    known: Iterable[Fault] = (),
) -> tuple[Scenario, tuple[Varied, ...], tuple[Uncertain, ...]]:
    """The scenario as written, the varied and the uncertain paths.

    known : faults that have been found already; they are told with the others.

    Raises ScenarioError with the faults of all. Where some paths can be read and others cannot, the values of the
    first are tried one by one, so that their faults are told too.
    """
    faults = list(known)
    written = None
    try:
        written = Points(plain, text, str(file), (), factorial(()), catalog).scenario(0)
    except ScenarioError as error:
        faults += error.faults
    varied, more = _good_varied(plain, vary)
    drawn, others = _good_uncertain(plain, uncertain, catalog, varied)
    faults += [*more, *others]
    if not faults:
        assert written is not None
        return written, varied, drawn
    if written is not None:
        origin = str(file.absolute())
        for one in varied:
            faults += _of_values(plain, text, origin, one, one.values[:_MOST], one.numbers[:_MOST], catalog)
        for law in drawn:
            if law.law.name == "discrete":
                values = law.law.values[:_MOST]
            else:
                values = tuple(value for value, _ in law.drawn(np.array(_ENDS)))
            faults += _of_values(plain, text, origin, law, values, (None,) * len(values), catalog)
    raise ScenarioError(faults)


def _good_varied(plain: object, wanted: Mapping[str, object]) -> tuple[tuple[Varied, ...], list[Fault]]:
    try:
        return read_varied(plain, wanted), []
    except ScenarioError as error:
        bad = {fault.origin for fault in error.faults}
        rest = {path: spec for path, spec in wanted.items() if f"--vary {path}" not in bad}
        return read_varied(plain, rest), list(error.faults)


def _good_uncertain(
    plain: object, wanted: Mapping[str, object], catalog: Catalog, varied: tuple[Varied, ...]
) -> tuple[tuple[Uncertain, ...], list[Fault]]:
    try:
        return read_uncertain(plain, wanted, catalog, varied), []
    except ScenarioError as error:
        bad = {fault.origin for fault in error.faults}
        rest = {path: spec for path, spec in wanted.items() if f"--uncertain {path}" not in bad}
        return read_uncertain(plain, rest, catalog, varied), list(error.faults)


def _of_values(
    plain: object,
    text: str,
    origin: str,
    one: Varied,
    values: tuple[object, ...],
    numbers: tuple[float | None, ...],
    catalog: Catalog,
) -> list[Fault]:
    """Faults of the values of one path, each alone in the scenario."""
    points = tuple(
        Point(k, (value,), (number,)) for k, (value, number) in enumerate(zip(values, numbers, strict=True))
    )
    try:
        Points(plain, text, origin, (one,), points, catalog).check(lambda number: None)
    except ScenarioError as error:
        return list(error.faults)
    return []


__all__ = ["read_changes"]
