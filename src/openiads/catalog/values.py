"""One value of a catalogue file: number, unit, source, grade, range."""

from __future__ import annotations

import math

from openiads.catalog.context import Context, found
from openiads.catalog.faults import listed, nearest, shown
from openiads.catalog.items import Value
from openiads.catalog.marked import Node
from openiads.catalog.schema import GRADES, RANGE_NEEDED, Field
from openiads.units import UnitError, format_quantity, to_si

VALUE_KEYS = ("value", "unit", "source", "grade", "range", "note")
_LONGEST_NOTE = 600
_SLACK = 1e-9  # relative: limits are compared after conversion


class FieldReader:
    """Reads one field. `entries` are its keys; `owner` is how messages begin."""

    def __init__(self, ctx: Context, spec: Field, node: Node, owner: str = "") -> None:
        self.ctx = ctx
        self.spec = spec
        self.node = node
        self.owner = owner or f"{ctx.label}{spec.name}: "
        self.entries: dict[str, Node] = node.value if isinstance(node.value, dict) else {}
        self._before = len(ctx.faults)

    @property
    def failed(self) -> bool:
        """Whether a fault was found since this field was begun."""
        return len(self.ctx.faults) > self._before

    def add(self, node: Node, message: str) -> None:
        self.ctx.add(node, self.owner + message)

    def begin(self, keys: tuple[str, ...]) -> bool:
        """False and a fault where the field is no mapping; faults for unknown keys."""
        if not isinstance(self.node.value, dict):
            form = "{axes, values, unit, source, grade}" if "axes" in keys else "{value, unit, source, grade}"
            why = "a bare value does not say where it is from"
            self.add(self.node, f"{form} is needed, not {found(self.node.value)}: {why}")
            return False
        self.ctx.known_keys(self.node, keys, self.owner)
        return True

    def entry(self, key: str, hint: str = "") -> Node | None:
        """The node of that key; None and a fault where it is missing."""
        node = self.entries.get(key)
        if node is None:
            self.add(self.node, f"{key} is missing{f' ({hint})' if hint else ''}")
        return node

    def unit(self) -> str | None:
        """The unit as `units` reads it ("" for a pure number, written 1)."""
        dimension = self.spec.dimension or "ratio"
        node = self.entry("unit", f"{dimension}; 1 for a pure number")
        if node is None:
            return None
        unit = node.value
        if unit == "1" or (unit == 1 and not isinstance(unit, bool)):
            unit = ""
        if not isinstance(unit, str):
            self.add(node, f"unit: {found(unit)} is no unit of {dimension}")
            return None
        if self.spec.form == "count" and unit:
            self.add(node, f"unit: {shown(unit)}: a count has unit 1")
            return None
        try:
            to_si(1.0, unit, dimension)
        except UnitError as error:
            self.add(node, f"unit: {error}")
            return None
        return unit

    def pedigree(self) -> tuple[tuple[str, ...], str, str]:
        """(sources, grade, note)."""
        return self._sources(), self._grade(), self._note()

    def _sources(self) -> tuple[str, ...]:
        node = self.entry("source", "a key of sources")
        if node is None:
            return ()
        keys = []
        entries = node.value if isinstance(node.value, list) else [node]
        if not entries:
            self.add(node, "source is empty")
        for entry in entries:
            if isinstance(entry.value, str) and entry.value in self.ctx.sources:
                keys.append(entry.value)
                continue
            known = self.ctx.sources
            near = nearest(entry.value, known)
            self.add(entry, f"no source {found(entry.value)}{near} (keys: {listed(known) or 'none'})")
        return tuple(keys)

    def _grade(self) -> str:
        node = self.entry("grade", "A to F")
        if node is None:
            return ""
        if isinstance(node.value, str) and node.value in GRADES:
            return node.value
        allowed = ", ".join(f"{grade} {meaning}" for grade, meaning in GRADES.items())
        self.add(node, f"grade {found(node.value)} is not allowed (allowed: {allowed})")
        return ""

    def _note(self) -> str:
        node = self.entries.get("note")
        if node is None:
            return ""
        text = node.value
        if isinstance(text, str) and text.strip() and len(text) <= _LONGEST_NOTE:
            return " ".join(text.split())
        self.add(node, f"note: a text of 1 to {_LONGEST_NOTE} characters is needed")
        return ""

    def number(self, node: Node, unit: str, part: str = "") -> float | None:
        """The number in SI within the field's limits; None and a fault otherwise."""
        raw = node.value
        if isinstance(raw, bool) or not isinstance(raw, (int, float)):
            hint = " (the unit goes into unit)" if isinstance(raw, str) and raw[:1].isdigit() else ""
            self.add(node, f"{part}{found(raw)} is not a number{hint}")
            return None
        spec = self.spec
        try:
            si = to_si(raw, unit, spec.dimension or "ratio")
        except UnitError as error:
            self.add(node, f"{part}{error}")
            return None
        if spec.form == "count" and si != int(si):
            self.add(node, f"{part}{shown(raw)} is not a whole number")
            return None
        if not within(si, spec.lo, spec.hi):
            given = f"{raw:.6g} {unit}".rstrip()
            self.add(node, f"{part}{given} is outside {self._limit(spec.lo)} … {self._limit(spec.hi)}")
            return None
        return si

    def _limit(self, bound: float) -> str:
        if self.spec.form == "count":
            return f"{bound:g}"
        return format_quantity(bound, self.spec.dimension or "ratio")

    def pair(self, node: Node) -> tuple[Node, Node] | None:
        """The two ends of a range."""
        if isinstance(node.value, list) and len(node.value) == 2:
            return node.value[0], node.value[1]
        self.add(node, "range: two numbers are needed, [lowest, highest]")
        return None

    def range_node(self, grade: str) -> Node | None:
        """The range; a fault where an assumption has none."""
        node = self.entries.get("range")
        if node is None and grade in RANGE_NEEDED:
            self.add(self.node, f"range is missing: grade {grade} ({GRADES[grade]}) needs [lowest, highest]")
        return node


def within(si: float, low: float, high: float) -> bool:
    """low <= si <= high, with rounding slack."""
    return low - _SLACK * abs(low) <= si <= high + _SLACK * abs(high)


def read_value(ctx: Context, spec: Field, node: Node) -> Value | None:
    """The value of a field that is no table; None where it has a fault."""
    reader = FieldReader(ctx, spec, node)
    if not reader.begin(VALUE_KEYS):
        return None
    value = reader.entry("value")
    source, grade, note = reader.pedigree()
    if spec.form not in ("quantity", "count"):
        return _read_word(reader, value, source, grade, note)
    unit = reader.unit()
    if value is None or unit is None:
        return None
    si = reader.number(value, unit)
    bounds = None
    range_node = reader.range_node(grade)
    if range_node is not None and si is not None:
        bounds = _read_range(reader, range_node, unit, si)
    if reader.failed or si is None or not isinstance(value.value, (int, float)):
        return None
    range_raw, range_si = bounds if bounds is not None else (None, None)
    return Value(spec.name, si, value.value, unit, source, grade, range_si, range_raw, note)


def _read_word(
    reader: FieldReader, node: Node | None, source: tuple[str, ...], grade: str, note: str
) -> Value | None:
    """A choice or a flag: no unit, no range."""
    spec = reader.spec
    for key in ("unit", "range"):
        if key in reader.entries:
            reader.add(reader.entries[key], f"a {spec.form} has no {key}")
    if node is None:
        return None
    raw = node.value
    if spec.form == "flag":
        if not isinstance(raw, bool):
            reader.add(node, f"{found(raw)} is not allowed (allowed: true, false)")
    elif not isinstance(raw, str) or raw not in spec.choices:
        near = nearest(raw, spec.choices)
        reader.add(node, f"{found(raw)} is not allowed{near} (allowed: {listed(spec.choices)})")
    if reader.failed or not isinstance(raw, (str, bool)):
        return None
    return Value(spec.name, math.nan, raw, "", source, grade, None, None, note)


def _read_range(
    reader: FieldReader, node: Node, unit: str, si: float
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """(raw, SI) of a range that contains the value."""
    pair = reader.pair(node)
    if pair is None:
        return None
    low = reader.number(pair[0], unit, "range: ")
    high = reader.number(pair[1], unit, "range: ")
    if low is None or high is None:
        return None
    if low > high:
        reader.add(node, "range: the first number is above the second")
    elif not within(si, low, high):
        reader.add(node, f"range does not contain the value ({reader.entries['value'].value})")
    return (float(pair[0].value), float(pair[1].value)), (low, high)  # type: ignore[arg-type]
