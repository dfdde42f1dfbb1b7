"""The shipped catalogue as it was read, kept under a digest of its files and of the code that reads them.

Reading forty YAML files with all checks takes a tenth of a second, at every start. What is kept is plain JSON; what is
missing, damaged or of other files or code is read anew from the YAML files.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from openiads import _kept, units
from openiads.catalog.items import Item, Source, Table, Value

_CODE = Path(__file__).resolve().parent
_KEEP = 4  # files of this kind in the folder: other versions and installations

Read = tuple[dict[str, Item], dict[str, Source]]


def place(files: Iterable[Path], folder: Path) -> Path | None:
    """Where the items of exactly these files are kept; None where one cannot be read."""
    digest = hashlib.sha256(f"openiads catalogue 1, Python {sys.version_info[:3]}".encode())
    try:
        for file in (Path(units.__file__), *sorted(_CODE.rglob("*.py")), *files):
            data = file.read_bytes()
            name = file.relative_to(folder) if file.is_relative_to(folder) else file.name
            digest.update(f"{name} {len(data)} ".encode())
            digest.update(data)
    except OSError:
        return None
    return _kept.cache_root() / "catalogue" / digest.hexdigest()[:32]


def load(file: Path, folder: Path) -> Read | None:
    """Items and sources by id; None where nothing whole is kept there. Files are told as those of `folder`."""
    body = _kept.read(file)
    if body is None:
        return None
    plain = json.loads(body)
    sources = [Source(*fields) for fields in plain["sources"]]
    items = {}
    for item_id, kind, role, title, description, name, used, values, tables in plain["items"]:
        items[item_id] = Item(
            item_id, kind, role, title, description, str(folder / name),
            MappingProxyType({sources[k].key: sources[k] for k in used}),
            MappingProxyType({row[0]: _value(row) for row in values}),
            MappingProxyType({row[0]: _table(row) for row in tables}),
        )  # fmt: skip
    return items, {sources[k].key: sources[k] for k in plain["shared"]}


def save(file: Path, folder: Path, items: Mapping[str, Item], shared: Mapping[str, Source]) -> None:
    """Keep what was read; the oldest of other versions go."""
    number: dict[Source, int] = {}
    for source in (*shared.values(), *(s for item in items.values() for s in item.sources.values())):
        number.setdefault(source, len(number))
    plain = {
        "sources": [[s.key, s.title, s.author, s.year, s.seen] for s in number],
        "shared": [number[s] for s in shared.values()],
        "items": [
            [
                i.id, i.kind, i.role, i.title, i.description, str(Path(i.file).relative_to(folder)),
                [number[s] for s in i.sources.values()],
                [_row(v) for v in i.values.values()],
                [[*_row(t)[:1], list(t.axes.items()), *_row(t)[2:]] for t in i.tables.values()],
            ]
            for i in items.values()
        ],
    }  # fmt: skip
    _kept.write(file, json.dumps(plain, separators=(",", ":")).encode())
    _kept.prune(file.parent, _KEEP)


def _row(entry: Value | Table) -> list[Any]:
    return [getattr(entry, name) for name in type(entry).__slots__]


def _value(row: list[Any]) -> Value:
    field, si, raw, unit, source, grade, range_si, range_raw, note = row
    return Value(field, si, raw, unit, tuple(source), grade, _tuples(range_si), _tuples(range_raw), note)


def _table(row: list[Any]) -> Table:
    field, axes, si, raw, unit, source, grade, range_raw, note = row
    points = MappingProxyType({name: tuple(at) for name, at in axes})
    return Table(
        field, points, _tuples(si), _tuples(raw), unit, tuple(source), grade, _tuples(range_raw), note
    )


def _tuples(value: Any) -> Any:
    """Lists of a JSON text as the tuples that they were."""
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value
