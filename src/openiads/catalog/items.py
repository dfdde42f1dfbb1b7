"""Items of the catalogue as plain, frozen data, and the catalogue itself."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from openiads.catalog.faults import CatalogError, Fault, listed, nearest
from openiads.catalog.kinds import KINDS
from openiads.catalog.schema import GRADES

Nested = tuple["float | Nested", ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where values come from. `seen` says how it was read: directly, in another source, or not at all."""

    key: str
    title: str
    author: str
    year: str
    seen: str

    def __str__(self) -> str:
        return f"{self.author}: {self.title} ({self.year})"


@dataclass(frozen=True, slots=True)
class Value:
    """One number, word or flag. `si` is NaN for a word or flag; `range_si` is None where none is given."""

    field: str
    si: float
    raw: float | int | str | bool
    unit: str
    source: tuple[str, ...]
    grade: str
    range_si: tuple[float, float] | None = None
    range_raw: tuple[float, float] | None = None
    note: str = ""

    @property
    def text(self) -> str:
        """The value as it was written: "390 km", "rotating"."""
        return _text(self.raw, self.unit)

    @property
    def range_text(self) -> str:
        """The range as it was written: "350 … 425 km"; "" without one."""
        if self.range_raw is None:
            return ""
        low, high = self.range_raw
        return f"{_plain(low)} … {_text(high, self.unit)}"


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers over named axes. `values_si` and `values_raw` are nested tuples, one level per axis.

    `axes` maps the axis name to its points in SI (or to names); `range_raw` is an offset to every raw value.
    """

    field: str
    axes: Mapping[str, tuple[float, ...] | tuple[str, ...]]
    values_si: Nested
    values_raw: Nested
    unit: str
    source: tuple[str, ...]
    grade: str
    range_raw: tuple[float, float] | None = None
    note: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(points) for points in self.axes.values())

    def cells(self) -> Iterator[tuple[tuple[float | str, ...], float]]:
        """Every raw value with its coordinates, last axis fastest."""
        names = list(self.axes.values())

        def walk(
            level: int, at: tuple[float | str, ...], values: object
        ) -> Iterator[tuple[tuple[float | str, ...], float]]:
            if level == len(names):
                yield at, values  # type: ignore[misc]
                return
            for point, inner in zip(names[level], values, strict=True):  # type: ignore[call-overload]
                yield from walk(level + 1, (*at, point), inner)

        return walk(0, (), self.values_raw)


@dataclass(frozen=True)
class Item:
    """One radar, missile, platform … `role` is its class within the kind."""

    id: str
    kind: str
    role: str
    title: str
    description: str
    file: str
    sources: Mapping[str, Source]
    values: Mapping[str, Value]
    tables: Mapping[str, Table] = field(default_factory=lambda: MappingProxyType({}))

    def has(self, name: str) -> bool:
        """Whether an optional field is given."""
        return name in self.values or name in self.tables

    def value(self, name: str) -> Value:
        """The value with unit, source, grade and range. KeyError, with the nearest name, if there is none."""
        try:
            return self.values[name]
        except KeyError:
            raise self._absent(name, self.values) from None

    def table(self, name: str) -> Table:
        """The table of that field. KeyError, with the nearest name, where there is none."""
        try:
            return self.tables[name]
        except KeyError:
            raise self._absent(name, self.tables) from None

    def si(self, name: str) -> float:
        """The number in SI (the unit is in the field's name). For a word or a flag: KeyError."""
        value = self.value(name)
        if math.isnan(value.si):
            raise KeyError(f"{self.kind} {self.id}: {name} is {value.raw!r}, not a number")
        return value.si

    def count(self, name: str) -> int:
        """A whole number."""
        return int(self.si(name))

    def choice(self, name: str) -> str:
        """A word."""
        return str(self.value(name).raw)

    def flag(self, name: str) -> bool:
        """true or false."""
        return self.value(name).raw is True

    def describe(self) -> list[dict[str, str]]:
        """Rows for a person: field, value, range, grade, source, note, meaning; in schema order."""
        rows = []
        for spec in KINDS[self.kind].fields:
            if spec.name in self.values:
                value = self.values[spec.name]
                text, span = value.text, value.range_text
                rest: Value | Table = value
            elif spec.name in self.tables:
                rest = self.tables[spec.name]
                text, span = _table_text(rest), _offset_text(rest)
            else:
                continue
            rows.append(
                {
                    "field": spec.name,
                    "value": text,
                    "range": span,
                    "grade": rest.grade,
                    "grade_meaning": GRADES[rest.grade],
                    "source": ", ".join(rest.source),
                    "note": rest.note,
                    "meaning": spec.meaning,
                }
            )
        return rows

    def source_rows(self) -> list[dict[str, str]]:
        """The sources that this item names, for a person: key, author, title, year, seen."""
        used = used_keys(self.values, self.tables)
        return [
            {"key": s.key, "author": s.author, "title": s.title, "year": s.year, "seen": s.seen}
            for key, s in sorted(self.sources.items())
            if key in used
        ]

    def _absent(self, name: str, given: Mapping[str, object]) -> KeyError:
        return KeyError(
            f"{self.kind} {self.id} has no {name!r}{nearest(name, given)} (given: {listed(given)})"
        )


class Catalog:
    """All items by id. Ids are unique over all kinds."""

    def __init__(self, items: Mapping[str, Item]) -> None:
        self._items = dict(sorted(items.items(), key=lambda pair: pair[0].casefold()))

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._items

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def get(self, item_id: str, kind: str | None = None) -> Item:
        """The item of that id; with `kind`, only of that kind. CatalogError with the nearest id otherwise."""
        item = self._items.get(item_id)
        if item is not None and kind in (None, item.kind):
            return item
        known = [i.id for i in self if kind in (None, i.kind)]
        what = kind or "item"
        message = f"no {what} {item_id!r} in the catalogue"
        if item is not None:
            message += f" (that is a {item.kind})"
        raise CatalogError(
            [Fault("catalogue", 0, 0, f"{message}{nearest(item_id, known)} ({what}s: {listed(known)})")]
        )

    def items(self, kind: str) -> tuple[Item, ...]:
        """The items of a kind, by id. KeyError on an unknown kind."""
        if kind not in KINDS:
            raise KeyError(f"no kind {kind!r}{nearest(kind, KINDS)} (kinds: {listed(KINDS)})")
        return tuple(item for item in self if item.kind == kind)

    def ids(self) -> dict[str, list[str]]:
        """Kind to ids, in the order of the kinds."""
        return {kind: [item.id for item in self.items(kind)] for kind in KINDS}

    def digest(self) -> str:
        """SHA-256 (hex) of everything that the items say, wherever their files lie."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        content = [_canonical(item) for item in self]
        text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def used_keys(values: Mapping[str, Value], tables: Mapping[str, Table]) -> set[str]:
    """The source keys that values and tables name."""
    keys = {key for value in values.values() for key in value.source}
    return keys.union(*(table.source for table in tables.values()))


def _canonical(item: Item) -> list[object]:
    sources = [[s.key, s.title, s.author, s.year, s.seen] for _, s in sorted(item.sources.items())]
    values = [
        [v.field, v.raw, None if math.isnan(v.si) else v.si, v.unit, v.source, v.grade, v.range_raw, v.note]
        for _, v in sorted(item.values.items())
    ]
    tables = [
        [t.field, list(t.axes.items()), t.values_raw, t.unit, t.source, t.grade, t.range_raw, t.note]
        for _, t in sorted(item.tables.items())
    ]
    return [item.id, item.kind, item.role, item.title, item.description, sources, values, tables]


def _plain(number: float | int | str | bool) -> str:
    if isinstance(number, bool):
        return "true" if number else "false"
    return number if isinstance(number, str) else f"{number:.6g}"


def _text(raw: float | int | str | bool, unit: str) -> str:
    return _plain(raw) if unit in ("", "1") else f"{_plain(raw)} {unit}"


def _table_text(table: Table) -> str:
    numbers = [number for _, number in table.cells()]
    shape = " x ".join(f"{len(points)} {name}" for name, points in table.axes.items())
    if len(numbers) <= 4 and len(table.axes) == 1:
        return ", ".join(f"{_plain(at[0])}: {_text(number, table.unit)}" for at, number in table.cells())
    return f"{_plain(min(numbers))} … {_text(max(numbers), table.unit)} ({shape})"


def _offset_text(table: Table) -> str:
    if table.range_raw is None:
        return ""
    low, high = table.range_raw
    unit = "dB" if table.unit == "dBsm" else table.unit
    return f"each {low:+.6g} … {high:+.6g} {unit}".rstrip()
