"""The shape of the models, for those who walk over a file as it is written: keys, parts, references."""

from __future__ import annotations

import types
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from openiads.scenario.quantity import Cat, Ref


@dataclass(frozen=True)
class Part:
    """One key of a mapping in the file."""

    key: str
    name: str  # of the attribute
    info: FieldInfo
    model: type[BaseModel] | None  # what the value, or each item of it, is
    many: bool
    ref: Ref | None
    cat: Cat | None
    marks: tuple[Any, ...]  # all annotations met on the way to the value
    choices: tuple[Any, ...]  # of a Literal


@cache
def parts(model: type[BaseModel]) -> dict[str, Part]:
    """The keys that a model reads."""
    found = {}
    for name, info in model.model_fields.items():
        marks: list[Any] = list(info.metadata)
        inner, many, choices = _unwrap(info.annotation, marks)
        ref = next((m for m in marks if isinstance(m, Ref)), None)
        cat = next((m for m in marks if isinstance(m, Cat)), None)
        key = info.alias or name
        found[key] = Part(key, name, info, inner, many, ref, cat, tuple(marks), choices)
    return found


def _unwrap(annotation: Any, marks: list[Any]) -> tuple[type[BaseModel] | None, bool, tuple[Any, ...]]:
    """The model inside Annotated, Optional and tuple, and choices; marks met on the way are collected."""
    many = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            marks.extend(more)
        elif origin in (Union, types.UnionType):
            annotation = next(a for a in get_args(annotation) if a is not type(None))
        elif origin is tuple:
            annotation, many = get_args(annotation)[0], True
        else:
            break
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    return (annotation if is_model else None), many, choices
