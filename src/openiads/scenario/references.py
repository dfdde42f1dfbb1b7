"""Names: declared once, referred to rightly, known to the catalogue. Works on the file as written.

So a wrong reference is told in the same pass as a wrong number elsewhere. What is not text or not a mapping
is passed over here: the models complain about it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from openiads.scenario.faults import Fault, listed, nearest, shown
from openiads.scenario.nodes import Document
from openiads.scenario.shape import Part, parts

Path = tuple[str | int, ...]
CatalogIds = Mapping[str, Collection[str]]

_NUMBERED = re.compile(r"(.+)-(\d{2,4})", re.ASCII)
_RESERVED = ("origin", "strongest")
_MOST_SUGGESTIONS = 100  # a search for the nearest name costs up to a millisecond


@dataclass
class Index:
    """What one walk over the file finds."""

    kinds: dict[str, tuple[str, Path]] = field(default_factory=dict)  # id -> kind, path of the id
    positions: dict[str, object] = field(default_factory=dict)  # id -> position as written
    counts: dict[str, int] = field(default_factory=dict)  # group -> platforms
    refs: list[tuple[Path, str, Part]] = field(default_factory=list)
    items: list[tuple[Path, str, Part]] = field(default_factory=list)  # references to the catalogue
    twice: list[tuple[Path, str, Path]] = field(default_factory=list)


def index(plain: object, model: type[BaseModel]) -> Index:
    """Walk over the plain values of a file along the models."""
    found = Index()
    _walk(plain, model, (), found)
    return found


def _walk(value: object, model: type[BaseModel], path: Path, found: Index) -> None:
    if not isinstance(value, dict):
        return
    kind = getattr(model, "kind", "")
    name = value.get("id")
    if kind and isinstance(name, str):
        if name in found.kinds:
            found.twice.append(((*path, "id"), name, found.kinds[name][1]))
        else:
            found.kinds[name] = (kind, (*path, "id"))
            found.positions[name] = value.get("position")
            if kind == "group":
                count = value.get("count", 1)
                found.counts[name] = count if type(count) is int and 0 < count <= 1000 else 1
    known = parts(model)
    for key, child in value.items():
        part = known.get(key)
        if part is not None:
            _visit(child, part, (*path, key), found)


def _visit(child: object, part: Part, path: Path, found: Index) -> None:
    if part.model is not None:
        if part.many and isinstance(child, list):
            for number, item in enumerate(child):
                _walk(item, part.model, (*path, number), found)
        elif not part.many:
            _walk(child, part.model, path, found)
        return
    if part.ref is not None and isinstance(child, str):
        found.refs.append((path, child, part))
    elif part.ref is not None and part.many and isinstance(child, list):
        found.refs += [((*path, k), name, part) for k, name in enumerate(child) if isinstance(name, str)]
    if part.cat is not None:
        names = child if isinstance(child, dict) else (child,)
        for name in names:
            if isinstance(name, str):
                found.items.append(((*path, name) if isinstance(child, dict) else path, name, part))


def check(document: Document, found: Index, catalog_ids: CatalogIds | None) -> Iterator[Fault]:
    """Faults of names: given twice, unknown, of the wrong kind, not in the catalogue."""
    yield from _declared(document, found)
    by_kind: dict[str, list[str]] = {}
    for name, (kind, _) in found.kinds.items():
        by_kind.setdefault(kind, []).append(name)
    suggestions = _MOST_SUGGESTIONS
    for path, name, part in found.refs:
        assert part.ref is not None
        kind = found.kinds.get(name, ("", ()))[0]
        if name in part.ref.words or kind in part.ref.kinds:
            continue
        candidates = [n for k in part.ref.kinds for n in by_kind.get(k, ())] + list(part.ref.words)
        guess = nearest(name, candidates) if suggestions > 0 else ""
        suggestions -= 1
        message = _wrong_kind(name, kind, part.ref.kinds)
        yield fault_at(document, path, message, allowed=listed(candidates), suggestion=guess)
    for path, name, part in found.items if catalog_ids is not None else ():
        assert part.cat is not None and catalog_ids is not None
        have = catalog_ids.get(part.cat.kind, ())
        if name in have:
            continue
        guess = nearest(name, sorted(have)) if suggestions > 0 else ""
        suggestions -= 1
        message = _not_in_catalogue(name, part.cat.kind, catalog_ids)
        key = path[-1] == name  # the keys of `rounds` are names of missiles
        yield fault_at(document, path, message, allowed=listed(sorted(have)), suggestion=guess, key=key)


def _declared(document: Document, found: Index) -> Iterator[Fault]:
    for path, name, first in found.twice:
        line = document.place(first)[0]
        yield fault_at(document, path, f"the id {shown(name)} is used twice, first in line {line}")
    for name, (_, path) in found.kinds.items():
        if name in _RESERVED:
            yield fault_at(document, path, f"{shown(name)} has a meaning of its own and cannot be an id")
        match = _NUMBERED.fullmatch(name)
        count = found.counts.get(match[1], 1) if match is not None else 1
        if match is None or count == 1:
            continue
        if 1 <= int(match[2]) <= count and len(match[2]) == max(2, len(str(count))):
            message = f"the id {shown(name)} is also that of a platform of the group {shown(match[1])}"
            yield fault_at(document, path, message)


def _wrong_kind(name: str, kind: str, wanted: tuple[str, ...]) -> str:
    words = [k.replace("_", " ") for k in wanted]
    label = ", ".join(words[:-1]) + (" or " if len(words) > 1 else "") + words[-1]
    if kind:
        return f"{shown(name)} is {_a(kind)}; {_a(label)} is needed"
    return f"there is no {label} with the id {shown(name)}"


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind.replace('_', ' ')}"


def _not_in_catalogue(name: str, kind: str, catalog_ids: CatalogIds) -> str:
    label = kind.replace("_", " ")
    for other, ids in catalog_ids.items():
        if name in ids and "/" not in other and ":" not in other:
            return f"{shown(name)} is {_a(other)} of the catalogue; {_a(label)} is needed"
    return f"the catalogue has no {label} {shown(name)}"


def fault_at(
    document: Document,
    path: Path,
    message: str,
    *,
    value: str = "",
    allowed: str = "",
    suggestion: str = "",
    key: bool = False,
) -> Fault:
    """A fault at a path of the file; `key`: at the key rather than at its value."""
    line, column = document.place(path, key=key)
    return Fault(
        document.origin,
        line,
        column,
        field_text(path),
        message,
        value=value,
        allowed=allowed,
        suggestion=suggestion,
        source_line=document.line(line),
    )


def field_text(path: Path) -> str:
    """A path for people: raid.groups[3].at"""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + step[:60]
    return text
