"""YAML with marks: a text becomes a tree in which each node knows its line and column.

The text is treated as hostile. It is read event by event, so that a file is refused at the first alias,
anchor, tag, second document, excess depth or excess node: nothing is built from it before. Plain scalars are
resolved as YAML 1.2 does for numbers, `true`, `false` and `null`; everything else stays text (`no` is text,
and so is `12:30`).
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from openiads.catalog.faults import MAX_FAULTS, CatalogError, Fault, shown

MAX_BYTES = 1 << 20
MAX_NODES = 50_000
MAX_DEPTH = 32
MAX_SCALAR = 4_000

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_NOT_FINITE = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}
_WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "~": None, "": None}
_STR_TAG = "tag:yaml.org,2002:str"


class Node:
    """A scalar (`str`, `int`, `float`, `bool`, `None`), a list of nodes or a dict of key text to node.

    Of a dict, `keys` holds the place of each key.
    """

    __slots__ = ("column", "keys", "line", "value")

    def __init__(self, value: object, line: int, column: int) -> None:
        self.value = value
        self.line = line
        self.column = column
        self.keys: dict[str, tuple[int, int]] = {}


def read_text(path: Path) -> str:
    """The text of a regular UTF-8 file within `MAX_BYTES`. Raises CatalogError."""
    try:
        if not path.exists():
            raise _refused(path, "there is no such file")
        if not path.is_file():
            raise _refused(path, "this is not a regular file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(path, f"the file cannot be read: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise _refused(path, f"the file is larger than {MAX_BYTES} bytes, the limit of a catalogue file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CatalogError([Fault(str(path), line, 1, "the file is not text in UTF-8")]) from None


def parse(text: str, file: str) -> Node:
    """The tree of one YAML document. Raises CatalogError on the first thing that is not allowed."""
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        message = f"this is not YAML: {error.problem}"
        if "nesting depth" in str(error.problem):  # newer libraries stop reading ahead by themselves
            message = f"nested deeper than {MAX_DEPTH} levels"
        raise CatalogError([Fault(file, line, column, message)]) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        fault = Fault(file, before.count("\n") + 1, 1, f"this is not YAML: {error.reason}")
        raise CatalogError([fault]) from None
    except yaml.YAMLError as error:
        raise CatalogError([Fault(file, 0, 0, f"this is not YAML: {shown(error)}")]) from None
    if builder.root is None:
        raise CatalogError([Fault(file, 1, 1, "the file is empty: an item with id, kind, title … is needed")])
    if builder.faults:
        raise CatalogError(builder.faults)
    return builder.root


class _Builder:
    """Takes events, keeps the open collections on a stack of its own (no recursion)."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self._stack: list[Node] = []
        self._key: list[tuple[str, int, int] | None] = []
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._open(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._stack.pop()
            self._key.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise self._no(event, "an alias (*name) is not allowed: write the value out")
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise self._no(event, "a second document (---) is not allowed: one item to a file")

    def _no(self, event: yaml.Event, message: str) -> CatalogError:
        mark = event.start_mark
        return CatalogError([*self.faults, Fault(self.file, mark.line + 1, mark.column + 1, message)])

    def _check(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            raise self._no(event, f"an anchor (&{event.anchor[:40]}) is not allowed")
        tag = event.tag
        if tag is not None and tag != "!" and not (tag == _STR_TAG and isinstance(event, yaml.ScalarEvent)):
            raise self._no(event, f"a tag ({tag[:60]}) is not allowed")
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._no(event, f"more than {MAX_NODES} nodes, the limit of a catalogue file")

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        self._check(event)
        if len(self._stack) >= MAX_DEPTH:
            raise self._no(event, f"nested deeper than {MAX_DEPTH} levels")
        mark = event.start_mark
        value: object = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self._stack and isinstance(self._stack[-1].value, dict) and self._key[-1] is None:
            raise self._no(event, "a key must be a plain text")
        node = Node(value, mark.line + 1, mark.column + 1)
        self._put(node)
        self._stack.append(node)
        self._key.append(None)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._check(event)
        text = event.value
        if len(text) > MAX_SCALAR:
            raise self._no(event, f"a text of {len(text)} characters; {MAX_SCALAR} are allowed")
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if self._stack and isinstance(self._stack[-1].value, dict) and self._key[-1] is None:
            self._key[-1] = (text, line, column)
            return
        plain = event.implicit[0] and not event.style
        self._put(Node(_resolve(text) if plain else text, line, column))

    def _put(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
            return
        assert isinstance(parent.value, dict)
        key = self._key[-1]
        assert key is not None
        self._key[-1] = None
        name, line, column = key
        if name in parent.value:
            first = parent.keys[name][0]
            message = f"key {shown(name)} is given twice (first in line {first})"
            self.faults.append(Fault(self.file, line, column, message))
            if len(self.faults) >= MAX_FAULTS:
                raise CatalogError(self.faults)
            return
        parent.value[name] = node
        parent.keys[name] = (line, column)


def _resolve(text: str) -> object:
    if _NUMBER.fullmatch(text):
        # An integer of thousands of digits costs quadratic time: as a float it is inf, and refused later.
        return int(text) if len(text) <= 18 and text.lstrip("+-").isdigit() else float(text)
    if text in _WORDS:
        return _WORDS[text]
    lowered = text.lower()
    return float(_NOT_FINITE[lowered]) if lowered in _NOT_FINITE else text


def _refused(path: Path, message: str) -> CatalogError:
    return CatalogError([Fault(str(path), 0, 0, message)])
