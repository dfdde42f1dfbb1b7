"""Uncertain inputs of a study: paths with laws, and the points that a design draws from them.

    catalog.91N6E.claim_range_m            a value of the catalogue, over its own range
    EW.antenna_height=uniform(5 m, 25 m)   a key of the scenario

Every point goes through the scenario language, and changed values of the catalogue through the checks of a
catalogue file, before anything runs. All points share their luck: replication k has the same seed and number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from openiads.catalog import KINDS, Catalog, CatalogError
from openiads.catalog.changed import changed
from openiads.scenario import Fault, ScenarioError, overrides
from openiads.scenario.faults import listed, nearest
from openiads.scenario.laws import Law, LawError, over, read_law
from openiads.scenario.overrides import Varied
from openiads.study.design import MAX_POINTS, Point, StudyError, factorial
from openiads.study.designs import unit_design
from openiads.units import UnitError, parse_quantity, si_unit, to_si

_SECTION = "catalog"
_DRAWN = re.compile(r"(?<= )[-+]?\d[\d.e+-]*(?= )")


@dataclass(frozen=True)
class Uncertain(Varied):
    """A path with a law. `item` and `field` are those of a catalogue value, "" for a key of the scenario."""

    law: Law
    dimension: str
    item: str = ""
    field: str = ""
    offset: bool = False  # of a table: what is drawn is added to all its values

    def drawn(self, shares: np.ndarray) -> list[tuple[object, float | None]]:
        """(value as written, number in SI) at these probabilities."""
        return [self._written(value) for value in self.law.at(shares)]

    def _written(self, value: Any) -> tuple[object, float | None]:
        if self.law.name != "discrete":
            value = overrides.number_of(_short(float(value), self.law), self.law.unit)
        return value, self._number(value)

    def _number(self, value: object) -> float | None:
        if isinstance(value, bool):
            return None
        if isinstance(value, (int, float)):
            return float(value)
        try:
            return parse_quantity(value, self.dimension) if self.dimension else None
        except UnitError:
            return None


def _short(value: float, law: Law) -> float:
    """Six digits are more than anybody knows, but they shall not pass a bound."""
    rounded = float(f"{value:.6g}")
    low, high = law.at([0.0, 1.0])
    return rounded if low <= rounded <= high else value


def read_uncertain(
    plain: object, wanted: Mapping[str, object], catalog: Catalog, varied: Sequence[Varied] = ()
) -> tuple[Uncertain, ...]:
    """Paths and their laws: a text, or None for the range of the catalogue.

    Raises ScenarioError with the faults of all of them.
    """
    made: list[Uncertain] = []
    faults: list[Fault] = []
    for path, spec in wanted.items():
        try:
            one = _read(plain, path, spec, catalog)
            for other in (*varied, *made):
                if other.steps[: len(one.steps)] == one.steps[: len(other.steps)]:
                    raise LawError(f"{other.path} is given already and is the same place, or holds it")
        except LawError as error:
            faults.append(Fault(f"--uncertain {path}", 0, 0, "", str(error)))
            continue
        made.append(one)
    if faults:
        raise ScenarioError(faults)
    return tuple(made)


def points_of(
    varied: Sequence[Varied], uncertain: Sequence[Uncertain], kind: str, points: int | None, seed: int
) -> tuple[tuple[Point, ...], np.ndarray]:
    """Every combination of the varied values with every draw: the same draws for each; and the draws' probabilities."""
    grid = factorial(varied)
    if not uncertain:
        if points is not None or kind != "lhs":
            raise StudyError("a design and points are for uncertain inputs: give --uncertain PATH[=LAW] too")
        return grid, np.zeros((0, 0))
    if points is not None and points * len(grid) > MAX_POINTS:
        raise StudyError(f"{points * len(grid)} points; the most is {MAX_POINTS}")
    cube = unit_design(kind, points, [u.path for u in uncertain], seed)
    if len(cube) * len(grid) > MAX_POINTS:
        raise StudyError(f"{len(cube) * len(grid)} points; the most is {MAX_POINTS}")
    columns = [u.drawn(cube[:, k]) for k, u in enumerate(uncertain)]
    draws = list(zip(*columns, strict=True))
    made = tuple(
        Point(
            g * len(draws) + k,
            base.values + tuple(value for value, _ in draw),
            base.numbers + tuple(number for _, number in draw),
        )
        for g, base in enumerate(grid)
        for k, draw in enumerate(draws)
    )
    return made, cube


def told(varied: Sequence[Varied]) -> list[dict[str, Any]]:
    """Varied and uncertain paths as they stand in the manifest."""
    return [
        {"path": v.path, "unit": v.unit, "values": list(v.values), "numbers": list(v.numbers)}
        | ({"law": v.law.text} if isinstance(v, Uncertain) else {})
        for v in varied
    ]


def read_back(
    plain: object, content: Mapping[str, Any], catalog: Catalog
) -> tuple[tuple[Varied, ...], tuple[Point, ...]]:
    """Paths and points of a study that exists. Drawn points are read, never drawn again."""
    fixed = {v["path"]: v["values"] for v in content["vary"] if "law" not in v}
    varied = overrides.read_varied(plain, fixed)
    laws = {v["path"]: v["law"] for v in content["vary"] if "law" in v}
    if not laws:
        return varied, factorial(varied)
    uncertain = read_uncertain(plain, laws, catalog, varied)
    points = [Point(p["number"], tuple(p["values"]), tuple(p["numbers"])) for p in content["points"]]
    return (*varied, *uncertain), tuple(points)


def catalog_of(catalog: Catalog, settings: Sequence[tuple[Varied, object]]) -> Catalog:
    """The catalogue of a point. Raises ScenarioError."""
    changes: dict[tuple[str, str], tuple[float, str]] = {}
    for one, value in settings:
        if isinstance(one, Uncertain) and one.item:
            words = str(value).split(None, 1)
            changes[one.item, one.field] = (float(words[0]), words[1] if len(words) > 1 else "")
    if not changes:
        return catalog
    try:
        return changed(catalog, changes)
    except CatalogError as error:
        paths = {v.path for v, _ in settings if isinstance(v, Uncertain) and v.item}
        raise ScenarioError(
            Fault(f"--uncertain {listed(sorted(paths))}", 0, 0, "", fault.message) for fault in error.faults
        ) from None


def of_scenario(settings: Sequence[tuple[Varied, object]]) -> list[tuple[Varied, object]]:
    """Those settings that are keys of the scenario."""
    return [(v, x) for v, x in settings if not (isinstance(v, Uncertain) and v.item)]


def blamed_once(error: ScenarioError, varied: Sequence[Varied]) -> ScenarioError:
    """Faults of drawn points: each told once, whatever was drawn."""
    if not any(isinstance(v, Uncertain) for v in varied):
        return error
    kept: dict[tuple[str, str], Fault] = {}  # by field, and by message whatever number it names
    for fault in error.faults:
        origin = fault.origin.replace("--vary", "--uncertain")
        kept.setdefault((fault.field, _DRAWN.sub("#", fault.message)), replace(fault, origin=origin))
    return ScenarioError(kept.values())


# --- paths ------------------------------------------------------------------------------------------


def _read(plain: object, path: str, spec: object, catalog: Catalog) -> Uncertain:
    if spec is not None and not isinstance(spec, str):
        raise LawError("a law is a text, such as 'uniform(5 m, 25 m)'")
    if path.partition(".")[0] == _SECTION:
        return _of_catalog(path, spec, catalog)
    try:
        steps, part = overrides.resolve(plain, path)
    except overrides.Refused as refusal:
        raise LawError(str(Fault("", 0, 0, "", refusal.message, refusal.value, refusal.allowed,
                                 refusal.suggestion))) from None  # fmt: skip
    if spec is None:
        raise LawError("the scenario has no range: give a law, such as "
                       f"{path}=uniform(LOW, HIGH); ranges are known of values of the catalogue (catalog.ITEM.FIELD)")  # fmt: skip
    dimension = overrides.dimension_of(part)
    law = read_law(spec, dimension)
    if dimension and law.name != "discrete" and not law.unit and si_unit(dimension):
        raise LawError(f"{spec!r}: the parameters need a unit, for example {si_unit(dimension)}")
    return Uncertain(path, steps, (), (), si_unit(dimension) if dimension else "", law, dimension)


def _of_catalog(path: str, spec: str | None, catalog: Catalog) -> Uncertain:
    rest = path.partition(".")[2]
    item_id, _, field = rest.rpartition(".")
    ids = [item.id for item in catalog]
    if item_id not in catalog:
        near = nearest(item_id or rest, ids)
        raise LawError(f"a value of the catalogue is written catalog.ITEM.FIELD; there is no item {item_id or rest!r}"
                       + (f"; did you mean {near}?" if near else ""))  # fmt: skip
    item = catalog.get(item_id)
    numbers = [name for name, v in item.values.items() if not math.isnan(v.si)]
    names = [*numbers, *item.tables]
    if field not in names:
        near = nearest(field, names)
        raise LawError(f"{item_id} has no number {field!r}" + (f"; did you mean {near}?" if near else ""))
    dimension = KINDS[item.kind].by_name[field].dimension or "ratio"
    steps: tuple[str | int, ...] = (_SECTION, item_id, field)
    if field in item.tables:
        return _of_table(path, spec, catalog, item_id, field, steps)
    value = item.value(field)
    whole = KINDS[item.kind].by_name[field].form == "count"
    if spec is not None:
        law = read_law(spec, dimension)
    elif value.range_raw is None or value.range_raw[0] == value.range_raw[1]:
        raise LawError(f"{item_id} has no range for {field} (grade {value.grade}): give a law")
    else:
        unit = "" if value.unit == "1" else value.unit
        law = over(*value.range_raw, unit, whole)
    try:
        if law.name == "discrete":
            for one in law.values:
                parse_quantity(one, dimension)
        else:
            to_si(law.numbers[-1], law.unit, dimension)
    except UnitError as error:
        raise LawError(str(error)) from None
    return Uncertain(path, steps, (), (), si_unit(dimension), law, dimension, item_id, field)


def _of_table(
    path: str, spec: str | None, catalog: Catalog, item_id: str, field: str, steps: tuple[str | int, ...]
) -> Uncertain:
    """A table as a whole: one number is added to all its values, in its unit (dB for dBsm)."""
    table = catalog.get(item_id).table(field)
    if spec is not None:
        law = read_law(_without_db(spec), "")
    elif table.range_raw is None or table.range_raw[0] == table.range_raw[1]:
        raise LawError(f"{item_id} has no range for the table {field}: give a law of the number to add")
    else:
        low, high = table.range_raw
        law = over(low, high, "")
    if law.name == "discrete":
        raise LawError("a table is changed by a number that is added to it: give a law of numbers")
    unit = "dB" if table.unit == "dBsm" else ("" if table.unit == "1" else table.unit)
    return Uncertain(path, steps, (), (), unit, law, "", item_id, field, offset=True)


def _without_db(spec: str) -> str:
    """The law of an offset may carry dB, which says nothing new."""
    return spec.replace(" dB", "").replace("dB", "")
