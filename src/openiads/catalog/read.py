"""From the tree of a file to an item: every check that one file allows, all faults in one pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from openiads.catalog.context import Context, TooManyFaultsError, found
from openiads.catalog.faults import Fault, listed, nearest, nearest_name, shown
from openiads.catalog.items import Item, Source, Table, Value, used_keys
from openiads.catalog.kinds import KINDS
from openiads.catalog.marked import Node
from openiads.catalog.schema import Field, Kind
from openiads.catalog.tables import read_table
from openiads.catalog.values import read_value

ITEM_KEYS = ("id", "kind", "class", "title", "description", "sources", "values")
SOURCE_KEYS = ("title", "author", "year", "seen")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", re.ASCII)
_LONGEST_TEXT = 2000


class Reader(Context):
    """Reads one file; collects faults instead of stopping."""

    _place = (0, 0)  # of the key `values`: where a missing field belongs

    def item(self, root: Node, shared: Mapping[str, Source]) -> Item | None:
        """The item, or None where the file has a fault (see `faults`)."""
        top = self.mapping(root, "the file")
        if top is None:
            return None
        self.known_keys(root, ITEM_KEYS, "")
        item_id = self._id(root)
        kind = self._kind(root)
        role = None if kind is None else self._role(root, kind)
        title, description = self.text(root, "title"), self.text(root, "description")
        self.label = f"{kind.name if kind else 'item'} {item_id or '?'}: "
        self.sources = {**shared, **self.source_list(top.get("sources"), shared)}
        values: dict[str, Value] = {}
        tables: dict[str, Table] = {}
        given = self.child_mapping(root, "values")
        if kind is not None and given is not None:
            self._place = root.keys["values"]
            self._fields(kind, role, given, values, tables)
        if self.faults or kind is None:
            return None
        used = sorted(used_keys(values, tables))
        return Item(
            item_id,
            kind.name,
            role or "",
            title,
            description,
            self.file,
            MappingProxyType({key: self.sources[key] for key in used}),
            MappingProxyType(values),
            MappingProxyType(tables),
        )

    # --- the head of the file ---------------------------------------------------------------------
    def _id(self, root: Node) -> str:
        node = self.child(root, "id")
        if node is None:
            return ""
        if not isinstance(node.value, str) or not _ID.fullmatch(node.value):
            allowed = "letters, digits, '-', '_' and '.', 63 at most, quoted if it looks like a number"
            self.add(node, f"id: {shown(node.value)} is no id (allowed: {allowed})")
            return ""
        return node.value

    def _kind(self, root: Node) -> Kind | None:
        node = self.child(root, "kind")
        if node is None:
            return None
        if not isinstance(node.value, str) or node.value not in KINDS:
            near = nearest(node.value, KINDS)
            self.add(node, f"kind: {shown(node.value)} is no kind{near} (allowed: {listed(KINDS)})")
            return None
        return KINDS[node.value]

    def _role(self, root: Node, kind: Kind) -> str | None:
        node = self.child(root, "class")
        if node is None:
            return None
        if not isinstance(node.value, str) or node.value not in kind.classes:
            near = nearest(node.value, kind.classes)
            allowed = listed(kind.classes)
            self.add(
                node, f"class: {shown(node.value)} is no class of {kind.name}{near} (allowed: {allowed})"
            )
            return None
        return node.value

    def text(self, root: Node, key: str, owner: str = "") -> str:
        node = self.child(root, key, owner)
        if node is None:
            return ""
        value = node.value
        if isinstance(value, (int, float)) and not isinstance(value, bool) and key == "year":
            return str(value)
        if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT:
            self.add(
                node, f"{owner}{key}: a text of 1 to {_LONGEST_TEXT} characters is needed, not {found(value)}"
            )
            return ""
        return " ".join(value.split())

    def source_list(self, node: Node | None, taken: Mapping[str, Source]) -> dict[str, Source]:
        """The sources of an item or of a sources.yaml; a key that is `taken` is a fault."""
        if node is None:
            return {}
        entries = self.mapping(node, "sources")
        result: dict[str, Source] = {}
        for key, entry in (entries or {}).items():
            place = node.keys[key]
            if not _KEY.fullmatch(key):
                self.add_at(place, f"sources: {shown(key)} is no key (letters, digits, '-', '_', 63 at most)")
                continue
            if key in taken:
                self.add_at(place, f"sources: key {key!r} is taken ({taken[key]})")
                continue
            owner = f"sources.{key}."
            if self.mapping(entry, f"sources.{key}") is None:
                continue
            self.known_keys(entry, SOURCE_KEYS, owner)
            result[key] = Source(key, *(self.text(entry, name, owner) for name in SOURCE_KEYS))
        return result

    # --- the fields -------------------------------------------------------------------------------
    def _fields(
        self, kind: Kind, role: str | None, given: Node, values: dict[str, Value], tables: dict[str, Table]
    ) -> None:
        entries = given.value
        assert isinstance(entries, dict)
        meant: set[str] = set()  # misspelt fields: not reported as missing, too
        for name, node in entries.items():
            spec = kind.by_name.get(name)
            if spec is None:
                meant.add(nearest_name(name, kind.by_name))
                near = nearest(name, kind.by_name)
                self.add_at(given.keys[name], f"{self.label}no field {shown(name)} in kind {kind.name}{near}")
                continue
            if spec.classes is not None and role is not None and role not in spec.classes:
                allowed = f"{self.label}{name} is for class {listed(spec.classes)} only, not {role}"
                self.add_at(given.keys[name], allowed)
                continue
            if spec.form == "table":
                table = read_table(self, spec, node)
                if table is not None:
                    tables[name] = table
            else:
                value = read_value(self, spec, node)
                if value is not None:
                    values[name] = value
        self._missing(kind, role, given, values, meant)
        self._ordered(kind, given, values)

    def _missing(
        self, kind: Kind, role: str | None, given: Node, values: Mapping[str, Value], meant: set[str]
    ) -> None:
        entries = given.value
        assert isinstance(entries, dict)
        group = self._group(kind, given)
        for spec in kind.fields:
            present = spec.name in entries
            if spec.when is not None:
                other, wanted = spec.when
                applies = other in values and values[other].raw == wanted
                if present and not applies and other in values:
                    word = str(wanted).lower() if isinstance(wanted, bool) else wanted
                    self.add_at(given.keys[spec.name], f"{self.label}{spec.name} needs {other}: {word}")
            elif spec.group is not None:
                applies = spec.group == group
            else:
                applies = spec.classes is None or role in spec.classes
            if applies and spec.required and not present and spec.name not in meant:
                self.add_at(self._place, f"{self.label}{spec.name} is missing: {_wanted(spec)}")

    def _group(self, kind: Kind, given: Node) -> str | None:
        """The one group of alternatives that is given; both or none is a fault."""
        if not kind.one_of:
            return None
        entries = given.value
        assert isinstance(entries, dict)
        groups = [g for g in kind.one_of if any(f.name in entries for f in kind.fields if f.group == g)]
        if len(groups) == 1:
            return groups[0]
        members = " or ".join(
            f"{g} ({', '.join(f.name for f in kind.fields if f.group == g)})" for g in kind.one_of
        )
        self.add_at(self._place, f"{self.label}exactly one of {members} is needed; {len(groups)} given")
        return None

    def _ordered(self, kind: Kind, given: Node, values: Mapping[str, Value]) -> None:
        for low, high in kind.ordered:
            if low in values and high in values and values[low].si > values[high].si:
                message = f"{low} ({values[low].text}) is above {high} ({values[high].text})"
                self.add_at(given.keys[low], f"{self.label}{message}")


def _wanted(spec: Field) -> str:
    """What a missing field should hold."""
    if spec.form == "choice":
        return f"{spec.meaning} (allowed: {', '.join(spec.choices)})"
    if spec.form == "flag":
        return f"{spec.meaning} (allowed: true, false)"
    return f"{spec.meaning} ({spec.dimension if spec.form == 'quantity' else f'a {spec.form}'})"


def read_item(root: Node, file: str, shared: Mapping[str, Source]) -> tuple[Item | None, list[Fault]]:
    """The item of a parsed file, or None and its faults."""
    reader = Reader(file)
    try:
        return reader.item(root, shared), reader.faults
    except TooManyFaultsError:
        return None, reader.faults


def read_sources(root: Node, file: str, taken: Mapping[str, Source]) -> tuple[dict[str, Source], list[Fault]]:
    """The sources of a parsed sources.yaml (one mapping under `sources`)."""
    reader = Reader(file)
    try:
        if reader.mapping(root, "the file") is None:
            return {}, reader.faults
        reader.known_keys(root, ("sources",), "")
        return reader.source_list(reader.child(root, "sources"), taken), reader.faults
    except TooManyFaultsError:
        return {}, reader.faults
