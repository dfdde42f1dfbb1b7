"""What the models complain about, as faults with a place and in words for the writer of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from openiads.scenario.faults import MAX_FAULTS, Fault, listed, nearest, shown
from openiads.scenario.nodes import Document
from openiads.scenario.references import Path, fault_at
from openiads.scenario.shape import Part, parts

_MOST_SUGGESTIONS = 100

# Error type of pydantic -> message. {name}: what its context holds.
_PLAIN = {
    "string_type": "a text is needed",
    "int_type": "a whole number is needed",
    "bool_type": "true or false is needed",
    "dict_type": "a mapping (key: value) is needed",
    "model_type": "a mapping (key: value) is needed",
    "model_attributes_type": "a mapping (key: value) is needed",
    "tuple_type": "a list (- item, or [item, …]) is needed",
    "int_from_float": "a whole number is needed",
    "float_type": "a number is needed",
    "finite_number": "a finite number is needed",
}


def translate(error: ValidationError, document: Document, model: type[BaseModel]) -> Iterator[Fault]:
    """The faults of a ValidationError."""
    suggestions = _MOST_SUGGESTIONS
    for count, item in enumerate(error.errors(include_url=False)):
        if count >= MAX_FAULTS:
            return
        suggestions -= item["type"] == "extra_forbidden"
        if not _spurious(item):
            yield _fault(item, document, model, suggest=suggestions >= 0)


def _spurious(item: Any) -> bool:
    """A list is not too short because some of its items are at fault (only the others are counted)."""
    if item["type"] != "too_short":
        return False
    value = item.get("input")
    return isinstance(value, (list, dict)) and len(value) >= item["ctx"]["min_length"]


def _fault(item: Any, document: Document, model: type[BaseModel], *, suggest: bool) -> Fault:
    kind, context = item["type"], item.get("ctx", {})
    path: Path = tuple(step for step in item["loc"] if step != "[key]")
    key = len(path) != len(item["loc"])
    value = item.get("input")
    if kind == "missing":
        return _missing(path, document, model)
    if kind == "extra_forbidden":
        return _unknown_key(path, document, model, suggest=suggest)
    message, allowed, suggestion = _words(kind, context, value, item["msg"])
    if value is None and kind in _PLAIN:
        message = f"there is nothing here; {message}"
    if kind == "scenario" and isinstance(value, (dict, list)):
        return fault_at(document, path, message, allowed=allowed)
    given = shown(path[-1] if key and path else value)
    return fault_at(document, path, message, value=given, allowed=allowed, suggestion=suggestion, key=key)


def _words(kind: str, context: dict[str, Any], value: object, fallback: str) -> tuple[str, str, str]:
    """Message, what is allowed, nearest valid value."""
    if kind == "scenario":
        return str(context["message"]), str(context["allowed"]), ""
    if kind == "literal_error":
        choices = [c.strip("' ") for c in str(context["expected"]).replace(" or ", ", ").split(",")]
        guess = nearest(value, choices) if isinstance(value, str) else ""
        return "this is none of the choices", listed(choices), guess
    message = _PLAIN.get(kind)
    if message is not None:
        return message, "", ""
    if kind in _LIMITS:
        message, allowed = _LIMITS[kind]
        return message.format(**context), allowed.format(**context), ""
    return fallback, "", ""


# Error type -> message, bound; {…} is filled from the context of the error.
_LIMITS = {
    "greater_than_equal": ("less than {ge}", "at least {ge}"),
    "less_than_equal": ("more than {le}", "at most {le}"),
    "too_long": ("too many entries", "at most {max_length}"),
    "too_short": ("too few entries", "at least {min_length}"),
    "string_too_long": ("this text is too long", "at most {max_length} characters"),
    "string_pattern_mismatch": (
        "this is not a name",
        "letters, digits, '-', '_' and '.', at most 40, a letter or digit first",
    ),
}


def _missing(path: Path, document: Document, model: type[BaseModel]) -> Fault:
    part = _part(path, model)
    about = f": {part.info.description}" if part is not None and part.info.description else ""
    return fault_at(document, path, f"this key is missing{about}")


def _unknown_key(path: Path, document: Document, model: type[BaseModel], *, suggest: bool) -> Fault:
    owner = _owner(path, model)
    keys = list(parts(owner)) if owner is not None else []
    guess = nearest(str(path[-1]), keys) if suggest else ""
    return fault_at(document, path, "unknown key", allowed=listed(keys, 40), suggestion=guess, key=True)


def _owner(path: Path, model: type[BaseModel]) -> type[BaseModel] | None:
    """The model that the last step of the path is a key of."""
    at: type[BaseModel] | None = model
    for step in path[:-1]:
        if isinstance(step, int):
            continue
        part = parts(at).get(step) if at is not None else None
        at = part.model if part is not None else None
    return at


def _part(path: Path, model: type[BaseModel]) -> Part | None:
    owner = _owner(path, model)
    return parts(owner).get(str(path[-1])) if owner is not None else None
