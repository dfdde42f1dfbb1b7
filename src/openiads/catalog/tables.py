"""One table of a catalogue file: numbers over named axes."""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType

from openiads.catalog.context import Context, found
from openiads.catalog.faults import shown
from openiads.catalog.items import Nested, Table
from openiads.catalog.marked import Node
from openiads.catalog.schema import Axis, Field
from openiads.catalog.values import FieldReader
from openiads.units import format_quantity

TABLE_KEYS = ("axes", "values", "unit", "source", "grade", "range", "note")
AXIS_KEYS = ("unit", "points")
_LARGEST_OFFSET = 1e6

Points = tuple[float, ...] | tuple[str, ...]


def read_table(ctx: Context, spec: Field, node: Node) -> Table | None:
    """The value of a table field; None where it has a fault."""
    reader = FieldReader(ctx, spec, node)
    if not reader.begin(TABLE_KEYS):
        return None
    unit = reader.unit()
    source, grade, note = reader.pedigree()
    axes = _read_axes(reader)
    values = reader.entry("values")
    offset = _read_offset(reader, grade)
    if reader.failed or unit is None or values is None:
        return None
    cells = _read_cells(reader, values, [len(points) for points in axes.values()], unit)
    if cells is None or reader.failed:
        return None
    return Table(spec.name, MappingProxyType(axes), cells[1], cells[0], unit, source, grade, offset, note)


def _read_axes(reader: FieldReader) -> dict[str, Points]:
    names = [axis.name for axis in reader.spec.axes]
    node = reader.entry("axes", ", ".join(names))
    if node is None or reader.ctx.mapping(node, f"{reader.owner}axes") is None:
        return {}
    reader.ctx.known_keys(node, names, f"{reader.owner}axes: ")
    result: dict[str, Points] = {}
    for axis in reader.spec.axes:
        entry = reader.ctx.child(node, axis.name, f"{reader.owner}axes: ")
        if entry is None:
            continue
        points = (
            _read_names(reader, axis, entry) if axis.dimension is None else _read_points(reader, axis, entry)
        )
        if points is not None:
            result[axis.name] = points
    return result


def _read_points(table: FieldReader, axis: Axis, node: Node) -> tuple[float, ...] | None:
    """Ascending numbers with a unit."""
    spec = Field(axis.name, "quantity", axis.meaning, axis.dimension, axis.lo, axis.hi)
    reader = FieldReader(table.ctx, spec, node, f"{table.owner}axis {axis.name}: ")
    if table.ctx.mapping(node, f"{reader.owner}{{unit, points}}") is None:
        return None
    table.ctx.known_keys(node, AXIS_KEYS, reader.owner)
    unit = reader.unit()
    points = reader.entry("points")
    if unit is None or points is None:
        return None
    if not isinstance(points.value, list) or not points.value:
        reader.add(points, f"points: a list of numbers is needed, not {found(points.value)}")
        return None
    numbers = [reader.number(point, unit) for point in points.value]
    rising = [number for number in numbers if number is not None]
    if reader.failed:
        return None
    if any(after <= before for before, after in pairwise(rising)):
        reader.add(points, "points: each must be above the one before")
    elif axis.spans and not _spans(rising, axis):
        low, high = (format_quantity(bound, axis.dimension or "ratio") for bound in (axis.lo, axis.hi))
        reader.add(points, f"points: must run from {low} to {high}")
    return tuple(rising)


def _spans(points: list[float], axis: Axis) -> bool:
    slack = 1e-9 * (axis.hi - axis.lo)
    return abs(points[0] - axis.lo) <= slack and abs(points[-1] - axis.hi) <= slack


def _read_names(reader: FieldReader, axis: Axis, node: Node) -> tuple[str, ...] | None:
    owner = f"axis {axis.name}: "
    if not isinstance(node.value, list) or not node.value:
        reader.add(node, f"{owner}a list of names is needed, not {found(node.value)}")
        return None
    names: list[str] = []
    for entry in node.value:
        if not isinstance(entry.value, str):
            reader.add(entry, f"{owner}{found(entry.value)} is no name")
        elif entry.value in names:
            reader.add(entry, f"{owner}{shown(entry.value)} is given twice")
        else:
            names.append(entry.value)
    if axis.names is not None and tuple(names) != axis.names and not reader.failed:
        reader.add(node, f"{owner}must be [{', '.join(axis.names)}], in this order")
    return tuple(names)


def _read_offset(reader: FieldReader, grade: str) -> tuple[float, float] | None:
    """The range of a table: an offset to every value, in its unit (dB for dBsm)."""
    node = reader.range_node(grade)
    pair = None if node is None else reader.pair(node)
    if node is None or pair is None:
        return None
    low, high = (_plain_number(end) for end in pair)
    if low is None or high is None or not -_LARGEST_OFFSET <= low <= 0.0 <= high <= _LARGEST_OFFSET:
        reader.add(node, "range of a table: [offset <= 0, offset >= 0] to every value is needed")
        return None
    return low, high


def _plain_number(node: Node) -> float | None:
    raw = node.value
    return float(raw) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else None


def _read_cells(reader: FieldReader, node: Node, shape: list[int], unit: str) -> tuple[Nested, Nested] | None:
    """(raw, SI) nested tuples of that shape."""
    if not isinstance(node.value, list) or len(node.value) != shape[0]:
        given = len(node.value) if isinstance(node.value, list) else found(node.value)
        reader.add(node, f"values: {shape[0]} entries are needed here, as on the axis, not {given}")
        return None
    raw: list[float | Nested] = []
    si: list[float | Nested] = []
    for entry in node.value:
        if len(shape) > 1:
            inner = _read_cells(reader, entry, shape[1:], unit)
            if inner is not None:
                raw.append(inner[0])
                si.append(inner[1])
        else:
            number = reader.number(entry, unit, "values: ")
            if number is not None:
                raw.append(float(entry.value))
                si.append(number)
    return tuple(raw), tuple(si)
