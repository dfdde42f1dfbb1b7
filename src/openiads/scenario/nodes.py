"""From a text to a tree of values that know their line and column.

The text is hostile until shown otherwise. It is read event by event, without recursion: nothing is built from
what exceeds a limit, and aliases are never followed. Plain scalars are read by the core schema of YAML 1.2
(section 10.3.2): `no` and `12:30` are texts, `1e9` is a number.
"""

from __future__ import annotations

import re
from dataclasses import replace

import yaml

from openiads.scenario.faults import Fault, ScenarioError, shown
from openiads.scenario.text import refused

MAX_NODES = 50_000  # values; keys are not counted
MAX_DEPTH = 32
MAX_SCALAR = 8_000  # characters of one text
MAX_DIGITS = 300  # of one whole number; nothing here needs more than 10
_MOST_FAULTS = 200  # of structure; then the reader gives up

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]+", re.ASCII)
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", re.ASCII)
_WORDS: dict[str, object] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS.update(dict.fromkeys(("true", "True", "TRUE"), True))
_WORDS.update(dict.fromkeys(("false", "False", "FALSE"), False))
_MAYBE_NUMBER = frozenset("+-.0123456789")

# What the YAML library says, in words that help.
_PLAINER = (
    ("found character that cannot start any token", "a tab, @ or ` cannot start a value: indent with spaces"),
    ("found a tab character that violates indentation", "a tab: indent with spaces"),
    ("mapping values are not allowed", "a colon here: is the line above indented as it should be?"),
    ("did not find expected key", "a key was expected: is the line indented as its neighbours?"),
    ("did not find expected ',' or '}'", "a comma or } was expected: is a { left open?"),
    ("did not find expected ',' or ']'", "a comma or ] was expected: is a [ left open?"),
    ("did not find expected '-' indicator", "an item of the list (- …) was expected here"),
    ("could not find expected ':'", "a colon and a blank were expected after the key"),
    ("did not find expected node content", "a value was expected: is a bracket left open?"),
    ("found unexpected end of stream", "the text ends inside a quoted text"),
)


class Node:
    """A scalar, a tuple of nodes or a dict of nodes, and where it starts (from 1)."""

    __slots__ = ("column", "keys", "line", "value")

    def __init__(self, value: object, line: int, column: int) -> None:
        self.value = value
        self.line = line
        self.column = column
        self.keys: dict[str, tuple[int, int]] | None = None  # of a mapping: where each key stands


class Document:
    """A read text: its origin, lines, root node, the same as plain values, and the faults of structure."""

    def __init__(self, origin: str, text: str, root: Node, plain: object, faults: list[Fault]) -> None:
        self.origin = origin
        self.text = text
        self.lines = text.split("\n")
        self.root = root
        self.plain = plain
        self.faults = faults
        #: places of an alias or an unread number: the value is unknown, nothing else is said about it
        self.unknown: set[tuple[int, int]] = set()

    def line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def place(self, path: tuple[str | int, ...], *, key: bool = False) -> tuple[int, int]:
        """Line and column of the value at a path or of its key, else of the nearest part."""
        node, place = self.root, (self.root.line, self.root.column)
        for step in path:
            keys, value = node.keys, node.value
            if isinstance(value, dict) and step in value:
                node = value[step]
                place = keys[str(step)] if key and keys is not None else (node.line, node.column)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                node = value[step]
                place = (node.line, node.column)
            else:
                return (node.line, node.column)
        return place


def read(text: str, origin: str) -> Document:
    """The document of a normalised text. Raises ScenarioError where it is no YAML mapping within the limits.

    What can be passed over (duplicate keys, aliases, anchors, tags) is collected in `Document.faults`.
    """
    builder = _Builder(origin, text)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise ScenarioError([*builder.faults, _syntax(error, builder)]) from None
    except (yaml.YAMLError, UnicodeError) as error:
        reason = shown(str(error).split("\n", maxsplit=1)[0])
        raise ScenarioError(
            [*builder.faults, Fault(origin, 0, 0, "", f"this is not YAML: {reason}")]
        ) from None
    root = builder.root
    if root is None or (root.value is None and not builder.faults):
        raise refused(origin, "the file holds no scenario, only comments or blanks")
    if not isinstance(root.value, dict):
        message = "a scenario is a mapping (key: value); this is a list or a single value"
        raise ScenarioError([*builder.faults, builder.fault(root.line, root.column, message)])
    document = Document(origin, text, root, builder.plain, builder.faults)
    document.unknown = builder.unknown
    return document


def _syntax(error: yaml.MarkedYAMLError, builder: _Builder) -> Fault:
    """The library's complaint in words that help, at a place that exists."""
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or error.context or "a fault")
    message = "this is not YAML: " + next((says for key, says in _PLAINER if key in problem), problem)
    if "nesting depth" in problem:  # newer libraries stop reading ahead by themselves
        message = f"nested deeper than {MAX_DEPTH} levels"
    start = error.context_mark
    if start is not None and "flow" in str(error.context):
        message += f" (the bracket that opens in line {start.line + 1})"
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    lines = builder.lines()
    if line > len(lines) or not lines[line - 1].strip():
        line = max((n for n, text in enumerate(lines[:line], 1) if text.strip()), default=1)
        column = len(lines[line - 1].rstrip()) + 1
    return replace(builder.fault(line, column, message), field="")


class _Builder:
    """Takes events; the open collections are on a stack of its own, so depth costs no recursion."""

    def __init__(self, origin: str, text: str) -> None:
        self.origin = origin
        self.root: Node | None = None
        self.plain: object = None
        self.faults: list[Fault] = []
        self.unknown: set[tuple[int, int]] = set()
        self._text = text
        self._lines: list[str] | None = None
        self._stack: list[tuple[Node, object, str]] = []  # node, the same as plain values, path
        self._key: list[tuple[str, int, int] | None] = []
        self._count = 0

    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = self._text.split("\n")
        return self._lines

    def fault(self, line: int, column: int, message: str, value: str = "") -> Fault:
        lines = self.lines()
        source = lines[line - 1] if 0 < line <= len(lines) else ""
        return Fault(self.origin, line, column, self._path(), message, value=value, source_line=source)

    def _path(self) -> str:
        """Path of what is being read, for people."""
        if not self._stack:
            return ""
        node, _, path = self._stack[-1]
        if node.keys is None:
            return f"{path}[{len(node.value)}]"  # type: ignore[arg-type]
        key = self._key[-1]
        return path if key is None else f"{path}{'.' if path else ''}{key[0][:60]}"

    def _note(self, line: int, column: int, message: str, value: str = "") -> None:
        self.faults.append(self.fault(line, column, message, value))
        if len(self.faults) >= _MOST_FAULTS:
            raise ScenarioError(self.faults)

    def _stop(self, line: int, column: int, message: str) -> ScenarioError:
        return ScenarioError([*self.faults, self.fault(line, column, message)])

    def take(self, event: yaml.Event) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._open(event, kind is yaml.MappingStartEvent)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._stack.pop()
            self._key.pop()
        elif kind is yaml.AliasEvent:
            mark = event.start_mark
            self._note(mark.line + 1, mark.column + 1, "aliases (*name) are not read: write the value out")
            if self._wants_key():
                self._key[-1] = (f"*{event.anchor}", mark.line + 1, mark.column + 1)
            else:
                self.unknown.add((mark.line + 1, mark.column + 1))
                self._put(Node(None, mark.line + 1, mark.column + 1), None)
        elif kind is yaml.DocumentStartEvent and self.root is not None:
            mark = event.start_mark
            raise self._stop(
                mark.line + 1, mark.column + 1, "a second document (---): one scenario to a file"
            )

    def _wants_key(self) -> bool:
        return bool(self._stack) and self._stack[-1][0].keys is not None and self._key[-1] is None

    def _decoration(self, event: yaml.NodeEvent, line: int, column: int) -> None:
        if event.anchor is not None:
            self._note(line, column, "anchors (&name) are not read", shown("&" + event.anchor))
        if event.tag is not None:
            self._note(line, column, "tags (!name) are not read: write the plain value", shown(event.tag))

    def _open(self, event: yaml.CollectionStartEvent, is_mapping: bool) -> None:
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if len(self._stack) >= MAX_DEPTH:
            raise self._stop(line, column, f"nested deeper than {MAX_DEPTH} levels")
        if self._wants_key():
            raise self._stop(line, column, "a key is a plain text, not a list or a mapping")
        self._decoration(event, line, column)
        plain: object = {} if is_mapping else []
        node = Node({} if is_mapping else [], line, column)
        if is_mapping:
            node.keys = {}
        path = self._path()
        self._put(node, plain)
        self._stack.append((node, plain, path))
        self._key.append(None)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        text = event.value
        if len(text) > MAX_SCALAR:
            raise self._stop(line, column, f"a text of {len(text)} characters; the most is {MAX_SCALAR}")
        if event.anchor is not None or event.tag is not None:
            self._decoration(event, line, column)
        if self._wants_key():
            self._key[-1] = (text, line, column)
            return
        value = self._resolve(text, line, column) if event.implicit[0] else text
        self._put(Node(value, line, column), value)

    def _resolve(self, text: str, line: int, column: int) -> object:
        """A plain scalar by the core schema."""
        if text[:1] not in _MAYBE_NUMBER:
            return _WORDS.get(text, text)
        if _INT.fullmatch(text):
            if len(text) > MAX_DIGITS:
                self.unknown.add((line, column))
                self._note(line, column, f"a whole number of {len(text)} digits", shown(text))
                return 0
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        if _BASED.fullmatch(text) and len(text) <= MAX_DIGITS:
            return int(text, 0)
        if _SPECIAL.fullmatch(text):
            return float(text.replace(".", ""))
        return text

    def _put(self, node: Node, plain: object) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise self._stop(node.line, node.column, f"more than {MAX_NODES} values; use groups with a count")
        if not self._stack:
            self.root, self.plain = node, plain
            return
        parent, parent_plain, _ = self._stack[-1]
        if parent.keys is None:
            parent.value.append(node)  # type: ignore[attr-defined]
            parent_plain.append(plain)  # type: ignore[attr-defined]
            return
        name, line, column = self._key[-1] or ("", node.line, node.column)
        if name in parent.keys:
            first = parent.keys[name][0]
            self._note(line, column, f"the key {shown(name)} is given twice, first in line {first}")
            self._key[-1] = None
            return
        self._key[-1] = None
        parent.keys[name] = (line, column)
        parent.value[name] = node  # type: ignore[index]
        parent_plain[name] = plain  # type: ignore[index]
