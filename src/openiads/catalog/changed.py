"""The catalogue with a few values changed: for studies of values that are only known to a range.

A changed value goes through every check of a catalogue file: limits of its field, order of pairs, whole
numbers. Source, grade and note stay; the range goes, for in such a catalogue the value is what it is.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from openiads.catalog.faults import CatalogError
from openiads.catalog.items import Catalog, Item
from openiads.catalog.marked import Node, parse, read_text
from openiads.catalog.read import read_item

#: (item, field) → (number, unit); of a table the number is added to every value of it.
Changes = Mapping[tuple[str, str], tuple[float, str]]


def changed(catalog: Catalog, changes: Changes) -> Catalog:
    """A catalogue with these values. Raises CatalogError, with the faults of all."""
    items: dict[str, Item] = {item.id: item for item in catalog}
    faults = []
    for item_id in dict.fromkeys(item for item, _ in changes):
        item = catalog.get(item_id)
        root = copy.deepcopy(_tree(item.file))
        for (owner, field), (number, unit) in changes.items():
            if owner == item_id:
                _put(root, field, number, unit)
        made, found = read_item(root, item.file, item.sources)
        faults += found
        if made is not None:
            items[item_id] = made
    if faults:
        raise CatalogError(faults)
    return Catalog(items)


@lru_cache(maxsize=256)
def _tree(file: str) -> Node:
    root = parse(read_text(Path(file)), file)
    assert isinstance(root.value, dict)
    root.value.pop("sources", None)  # they come with the item, which was read already
    return root


def _put(root: Node, field: str, number: float, unit: str) -> None:
    values = root.value["values"]  # type: ignore[index]
    entry = values.value[field]
    if "values" in entry.value:
        _add(entry.value["values"], number)
        entry.value["range"] = _pair(entry, 0.0)
        return
    entry.value["value"].value = int(number) if float(number).is_integer() else number
    entry.value["unit"].value = unit or "1"
    entry.value["range"] = _pair(entry, number)


def _pair(entry: Node, number: float) -> Node:
    ends = [Node(number, entry.line, entry.column) for _ in range(2)]
    return Node(ends, entry.line, entry.column)


def _add(node: Node, offset: float) -> None:
    if isinstance(node.value, list):
        for child in node.value:
            _add(child, offset)
    elif isinstance(node.value, (int, float)):
        node.value = float(node.value) + offset
