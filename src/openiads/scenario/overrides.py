"""Scenarios that differ from a file in a few values: paths into the language, ranges of values, the text that comes out.

    defence.doctrine.salvo=1,2            a list
    JAM.jammer.power=100 W..10 kW:log:7   seven values, evenly spaced in the logarithm
    radars.EW.antenna_height=5 m..25 m:5  five values, evenly spaced

A path is written with the names of the language. An entry of a list is called by its id, or by its number
(from 0) where it has none. `defence`, `raid`, `environment` and `traffic` may be left out; an id may come
first.
"""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from openiads.scenario import nodes, references
from openiads.scenario.faults import Fault, ScenarioError, listed, nearest, shown
from openiads.scenario.load import load_in
from openiads.scenario.quantity import Q
from openiads.scenario.references import CatalogIds, field_text
from openiads.scenario.shape import Part, parts
from openiads.scenario.spec import Scenario
from openiads.units import DIMENSIONS, UnitError, parse_quantity

MAX_VALUES = 1000  # of one path
Path_ = tuple[str | int, ...]

_SECTIONS = ("defence", "raid", "environment", "traffic")
_RANGE = re.compile(
    r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\d\s.:][^:]*?)?\s*\.\."
    r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\d\s.:][^:]*?)?\s*((?::[A-Za-z0-9]+)*)\s*"
)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*")


@dataclass(frozen=True)
class Varied:
    """One path and the values that it takes.

    Attributes:
        path: as the user wrote it; names the column of the points table.
        steps: keys and places in the file.
        values: as they stand in the scenario text.
        numbers: the same in SI (or as plain numbers), None for what is no number.
        unit: the SI unit of `numbers`.
    """

    path: str
    steps: Path_
    values: tuple[object, ...]
    numbers: tuple[float | None, ...]
    unit: str


def read_plain(text: str, origin: str) -> object:
    """The text as plain values; ScenarioError where it is no YAML of this language."""
    document = nodes.read(text, origin)
    if document.faults:
        raise ScenarioError(document.faults)
    return document.plain


def read_varied(plain: object, wanted: Mapping[str, object]) -> tuple[Varied, ...]:
    """Paths and their values, each a text such as `1..4:4` or a list of values.

    Raises:
        ScenarioError: with the faults of all of them.
    """
    made: list[Varied] = []
    faults: list[Fault] = []
    for path, spec in wanted.items():
        try:
            steps, part = resolve(plain, path)
            values = _values(spec, dimension_of(part))
            for other in made:
                if other.steps[: len(steps)] == steps[: len(other.steps)]:
                    raise Refused(f"{other.path} is varied already and is the same place, or holds it")
        except Refused as refusal:
            faults.append(Fault(f"--vary {path}", 0, 0, "", refusal.message, refusal.value, refusal.allowed,
                                refusal.suggestion))  # fmt: skip
            continue
        numbers, unit = _numbers(values, dimension_of(part))
        made.append(Varied(path, steps, values, numbers, unit))
    if faults:
        raise ScenarioError(faults)
    return tuple(made)


def with_values(plain: object, settings: Iterable[tuple[Path_, object]]) -> object:
    """A copy of the plain values with these put in; sections that are missing are made."""
    out = copy.deepcopy(plain)
    for steps, value in settings:
        place: Any = out
        for step in steps[:-1]:
            if isinstance(place, dict) and not isinstance(place.get(step), (dict, list)):
                place[step] = {}
            place = place[step]
        place[steps[-1]] = value
    return out


def load_changed(
    plain: object,
    settings: Sequence[tuple[Varied, object]],
    origin: str,
    catalog_ids: CatalogIds,
) -> Scenario:
    """The scenario with these values; what is at fault is told at the value that was put in.

    `origin` is the file of the scenario: recordings are looked for beside it.
    """
    text = written(with_values(plain, [(varied.steps, value) for varied, value in settings]))
    try:
        return load_in(text, origin, catalog_ids, Path(origin).parent)
    except ScenarioError as error:
        raise ScenarioError(blamed(error.faults, settings)) from None


def blamed(faults: Iterable[Fault], settings: Sequence[tuple[Varied, object]]) -> list[Fault]:
    """Faults of a changed scenario without lines of a text that nobody wrote, with the values that led to them."""
    told = []
    for fault in faults:
        mine = [
            (v, x) for v, x in settings if _within(fault.field, field_text(v.steps))
        ] or list(settings)  # fmt: skip
        causes = " ".join(f"{varied.path}={value_text(value)}" for varied, value in mine)
        told.append(replace(fault, origin=f"--vary {causes}", line=0, column=0, source_line=""))
    return told


def _within(field: str, place: str) -> bool:
    """The fault lies at the place, below it, or the place below the fault."""
    return bool(field) and (field.startswith(place) or place.startswith(field))


def value_text(value: object) -> str:
    """A value for people and for the name of a point."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# --- paths ------------------------------------------------------------------------------------------


class Refused(Exception):
    """A path or a value that cannot be varied, and what could be."""

    def __init__(self, message: str, value: str = "", allowed: str = "", suggestion: str = "") -> None:
        super().__init__(message)
        self.message, self.value, self.allowed, self.suggestion = message, value, allowed, suggestion


def resolve(plain: object, path: str) -> tuple[Path_, Part]:
    """Steps of a dotted path, and the key of the language at its end."""
    words = [word.strip() for word in path.split(".")]
    if not path.strip() or "" in words:
        raise Refused("a path is written as names with dots between them, such as defence.doctrine.salvo")
    found = references.index(plain, Scenario)
    if words[0] in parts(Scenario):
        return _below(plain, Scenario, (), words)
    for count in range(len(words), 0, -1):  # an id may hold dots
        name = ".".join(words[:count])
        if name in found.kinds:
            steps = found.kinds[name][1][:-1]
            model = _model_at(steps)
            if count == len(words):
                raise Refused(f"{shown(name)} is a {found.kinds[name][0].replace('_', ' ')}: which key of it?",
                               allowed=listed(parts(model)))  # fmt: skip
            return _below(_at(plain, steps), model, steps, words[count:])
    for section in _SECTIONS:
        inside = parts(Scenario)[section].model
        if inside is not None and words[0] in parts(inside):
            value = plain.get(section) if isinstance(plain, dict) else None
            return _below(value, inside, (section,), words)
    names = [*parts(Scenario), *found.kinds]
    for section in _SECTIONS:
        inside = parts(Scenario)[section].model
        names += list(parts(inside)) if inside is not None else []
    raise Refused(
        f"there is no section, key or id {shown(words[0])}",
        allowed=listed(parts(Scenario)),
        suggestion=nearest(words[0], names),
    )


def _below(value: object, model: type[BaseModel], steps: Path_, words: list[str]) -> tuple[Path_, Part]:
    """Follow keys of a model, and entries of its lists."""
    known = parts(model)
    word, rest = words[0], words[1:]
    part = known.get(word)
    where = f" in {field_text(steps)}" if steps else ""
    if part is None:
        raise Refused(f"there is no key {shown(word)}{where}", allowed=listed(known),
                       suggestion=nearest(word, known))  # fmt: skip
    steps = (*steps, word)
    child = value.get(word) if isinstance(value, dict) else None
    if not rest:
        if word == "id":
            raise Refused("ids are the names of things and cannot be varied")
        return steps, part
    if part.many:
        return _entry(child, part, steps, rest)
    if part.model is not None:
        if isinstance(child, str):
            raise Refused(f"{field_text(steps)} is written as a text here; vary it as a whole")
        return _below(child, part.model, steps, rest)
    if part.cat is not None and isinstance(child, dict):  # {missile: number}
        name = ".".join(rest)
        if name not in child:
            raise Refused(f"there is no {shown(name)} in {field_text(steps)}", allowed=listed(map(str, child)),
                           suggestion=nearest(name, [str(c) for c in child]))  # fmt: skip
        return (*steps, name), part
    raise Refused(f"{field_text(steps)} has no parts; the path ends there")


def _entry(items: object, part: Part, steps: Path_, words: list[str]) -> tuple[Path_, Part]:
    """An entry of a list: by id, else by number."""
    entries = items if isinstance(items, list) else []
    ids = {e["id"]: k for k, e in enumerate(entries) if isinstance(e, dict) and isinstance(e.get("id"), str)}
    for count in range(len(words), 0, -1):
        name = ".".join(words[:count])
        place = ids.get(name)
        if place is None and count == 1 and name.isdecimal() and int(name) < len(entries):
            place = int(name)
        if place is None:
            continue
        here = (*steps, place)
        if count == len(words):
            if part.model is None:
                return here, part
            raise Refused(
                f"{field_text(here)} is a whole entry: which key of it?", allowed=listed(parts(part.model))
            )
        if part.model is None:
            raise Refused(f"{field_text(here)} has no parts; the path ends there")
        return _below(entries[place], part.model, here, words[count:])
    numbers = f"0 to {len(entries) - 1}" if entries and not ids else "nothing: the list is empty"
    raise Refused(f"there is no entry {shown(words[0])} in {field_text(steps)}",
                   allowed=listed(ids) or numbers, suggestion=nearest(words[0], list(ids)))  # fmt: skip


def _at(plain: Any, steps: Path_) -> object:
    for step in steps:
        plain = plain[step]
    return plain


def _model_at(steps: Path_) -> type[BaseModel]:
    model: type[BaseModel] = Scenario
    for step in steps:
        if isinstance(step, str):
            inner = parts(model)[step].model
            assert inner is not None
            model = inner
    return model


# --- values -----------------------------------------------------------------------------------------


def dimension_of(part: Part) -> str:
    """Dimension of the quantity at a key, "" where there is none."""
    return next((mark.dimension for mark in part.marks if isinstance(mark, Q)), "")


def _values(spec: object, dimension: str) -> tuple[object, ...]:
    items = (
        _listed(spec) if isinstance(spec, str) else list(spec) if isinstance(spec, (list, tuple)) else [spec]
    )
    values: list[object] = []
    for item in items:
        text = item if isinstance(item, str) else ""
        match = _RANGE.fullmatch(text)
        values += [item] if match is None else _range(text, match, dimension)
        if len(values) > MAX_VALUES:
            raise Refused(f"more than {MAX_VALUES} values")
    if not values:
        raise Refused("there are no values; a list is written a,b,c and a range a..b:n")
    seen: list[str] = []
    for value in values:
        text = written(value)
        if text in seen:
            raise Refused("the same value is given twice", value=shown(value))
        seen.append(text)
    return tuple(values)


def _listed(spec: str) -> list[object]:
    """The items of a list as it is written on the command line."""
    try:
        document = nodes.read(f"v: [{spec}\n]", "--vary")
    except ScenarioError:
        document = None
    plain = None if document is None or document.faults else document.plain
    if not isinstance(plain, dict) or set(plain) != {"v"}:
        message = "the values cannot be read; a list is written a,b,c and a range a..b:n"
        raise Refused(message, value=shown(spec))
    return list(plain["v"])


def _range(text: str, match: re.Match[str], dimension: str) -> list[object]:
    low, low_unit, high, high_unit, tail = match.groups()
    options = [part for part in tail.split(":") if part]
    logarithmic = options[:1] == ["log"]
    counts = options[1:] if logarithmic else options
    if len(counts) > 1 or (counts and not counts[0].isdecimal()):
        raise Refused("a range is written a..b:n or a..b:log:n", value=shown(text))
    unit = (high_unit or low_unit or "").strip()
    first, last = float(low), float(high)
    if low_unit and high_unit and low_unit.strip() != unit:
        first, last, unit = _common(low + low_unit, high + high_unit, dimension)
    whole = not unit and "." not in low + high and "e" not in (low + high).lower()
    if counts:
        n = int(counts[0])
    elif whole and not logarithmic:
        n = int(abs(last - first)) + 1
    else:
        raise Refused("how many values? a range is written a..b:n or a..b:log:n", value=shown(text))
    if not 2 <= n <= MAX_VALUES:
        raise Refused("a range has 2 values or more", value=shown(text), allowed=f"2 to {MAX_VALUES}")
    if logarithmic and unit.startswith("dB"):
        raise Refused("a range in decibels is logarithmic already: leave log out", value=shown(text))
    if logarithmic and not (first > 0.0 and last > 0.0):
        raise Refused("a logarithmic range lies above zero", value=shown(text))
    made = []
    for k in range(n):
        share = k / (n - 1)
        if k in (0, n - 1):
            number = last if k else first
        elif logarithmic:
            number = math.exp(math.log(first) + share * (math.log(last) - math.log(first)))
        else:
            number = first + share * (last - first)
        made.append(number_of(number, unit))
    return made


def _common(low: str, high: str, dimension: str) -> tuple[float, float, str]:
    """Both ends in the SI unit, where their units differ."""
    try:
        unit = DIMENSIONS[dimension].si if dimension else ""
        if not dimension:
            raise UnitError("there is no quantity here")
        return parse_quantity(low, dimension), parse_quantity(high, dimension), unit
    except UnitError as error:
        raise Refused(str(error), value=shown(f"{low}..{high}")) from None


def number_of(value: float, unit: str) -> object:
    """The number as a scenario file would have it: with its unit, whole where it is whole."""
    rounded = float(f"{value:.12g}")
    if unit:
        text = repr(int(rounded)) if rounded.is_integer() and abs(rounded) < 1e15 else repr(rounded)
        return f"{text} {unit}"
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def _numbers(values: tuple[object, ...], dimension: str) -> tuple[tuple[float | None, ...], str]:
    found: list[float | None] = []
    for value in values:
        number: float | None = None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            number = float(value)
        elif isinstance(value, str) and dimension:
            try:
                number = parse_quantity(value, dimension)
            except UnitError:
                number = None
        found.append(number)
    return tuple(found), DIMENSIONS[dimension].si if dimension else ""


# --- the text ---------------------------------------------------------------------------------------


def written(plain: object) -> str:
    """Plain values as a YAML text of this language: reading it gives the same values."""
    return "\n".join(_lines(plain, "")) + "\n"


def _lines(value: object, indent: str) -> list[str]:
    if isinstance(value, dict) and value:
        lines = []
        for key, child in value.items():
            lines += _item(f"{indent}{_scalar(str(key))}:", child, indent)
        return lines
    if isinstance(value, list) and value:
        lines = []
        for child in value:
            if isinstance(child, (dict, list)) and child:
                first, *rest = _lines(child, indent + "  ")
                lines += [f"{indent}- {first.lstrip(' ')}", *rest]
            else:
                lines.append(f"{indent}- {_scalar(child)}")
        return lines
    return [f"{indent}{_scalar(value)}"]


def _item(head: str, child: object, indent: str) -> list[str]:
    if isinstance(child, (dict, list)) and child:
        return [head, *_lines(child, indent + "  ")]
    return [f"{head} {_scalar(child)}"]


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in ("null", "true", "false", "inf", "nan")
        return value if plain else json.dumps(value)
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else (".inf" if value > 0 else "-.inf")
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    return json.dumps(value)
