"""Small checks that every level of a catalogue file needs, with the faults of that file."""

from __future__ import annotations

from collections.abc import Iterable

from openiads.catalog.faults import MAX_FAULTS, Fault, listed, nearest, shown
from openiads.catalog.items import Source
from openiads.catalog.marked import Node


class TooManyFaultsError(Exception):
    """Raised inside one file to stop reading it."""


class Context:
    """The file being read: its faults and the sources that its values may name.

    `label` says at which item a message is ("radar 91N6E: ").
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.sources: dict[str, Source] = {}
        self.label = ""

    def add(self, node: Node, message: str) -> None:
        self.add_at((node.line, node.column), message)

    def add_at(self, place: tuple[int, int], message: str) -> None:
        self.faults.append(Fault(self.file, *place, message))
        if len(self.faults) >= MAX_FAULTS:
            self.faults.append(
                Fault(self.file, *place, f"more than {MAX_FAULTS} faults: the rest is not read")
            )
            raise TooManyFaultsError

    def mapping(self, node: Node, what: str) -> dict[str, Node] | None:
        """The entries of a mapping; None and a fault where the node is none."""
        if isinstance(node.value, dict):
            return node.value
        self.add(node, f"{what}: a mapping (key: value) is needed, not {found(node.value)}")
        return None

    def child(self, node: Node, key: str, owner: str = "") -> Node | None:
        """The entry of that key; None and a fault where it is missing."""
        assert isinstance(node.value, dict)
        entry = node.value.get(key)
        if entry is None:
            self.add(node, f"{owner}{key} is missing")
        return entry

    def child_mapping(self, node: Node, key: str) -> Node | None:
        entry = self.child(node, key)
        return entry if entry is not None and self.mapping(entry, key) is not None else None

    def known_keys(self, node: Node, allowed: Iterable[str], owner: str) -> None:
        """A fault for each key that is not allowed."""
        assert isinstance(node.value, dict)
        names = tuple(allowed)
        for key in node.value:
            if key not in names:
                near = nearest(key, names)
                self.add_at(
                    node.keys[key], f"{owner}no key {shown(key)} here{near} (allowed: {listed(names)})"
                )


def found(value: object) -> str:
    """What stands there, for a message."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "nothing" if value is None else shown(value)
