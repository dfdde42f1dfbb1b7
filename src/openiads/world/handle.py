"""The World as compiled code sees it: one address instead of a hundred arrays.

A NamedTuple is passed to a compiled function field by field, some 400 machine arguments at every call. Measured on this
engine: 212 CPU-s to compile with the NamedTuple, 73 with an address of the same arrays, at equal speed of the run.
Python keeps the NamedTuple; both look at the same memory.

At that address stand, for each array, where its data are and its shape. Compiled code is told that these words never
change, so that it reads them once and not after each write to some table. It counts no references: Python holds the
arrays as long as it holds the :class:`WorldHandle`, and two threads do not share a counter. The Numba type has a short name,
where that of the arrays' record types, 83,000 characters, would become part of every symbol.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, models, register_model, unbox
from numba.np import arrayobj

from openiads._jit import COMPILED
from openiads.world.schema import World


class WorldType(types.Type):
    """Numba type of such an address: the fields of the World with their types and the words where they start."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields
        self.word: dict[str, int] = {}
        n = 0
        for name, kind in fields.items():
            self.word[name] = n
            n += _words(kind)
        super().__init__(name=f"World_{hashlib.sha256(str(list(fields.items())).encode()).hexdigest()[:12]}")


def _words(kind: Any) -> int:
    """How many words describe an array, or a tuple of arrays."""
    if isinstance(kind, types.Array):
        if kind.layout != "C":
            raise TypeError(f"a World holds arrays in C order, not {kind}")
        return 1 + int(kind.ndim)
    if isinstance(kind, types.BaseTuple):
        parts: Any = kind
        return sum(_words(part) for part in parts.types)
    raise TypeError(f"a World holds arrays and tuples of arrays, not {kind}")


def _describe(value: Any) -> Iterator[int]:
    """The words of an array, or of a tuple of arrays."""
    if isinstance(value, tuple):
        for part in value:
            yield from _describe(part)
    else:
        yield value.ctypes.data
        yield from value.shape


class WorldHandle:
    """The words that describe a World's arrays, their address, and what keeps all of it alive."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._words = np.array(list(_describe(world)), np.int64)
        self._numba_type_ = WorldType({name: numba.typeof(getattr(world, name)) for name in world._fields})
        self._address = self._words.ctypes.data


@register_model(WorldType)
class _WorldModel(models.OpaqueModel):
    """A plain pointer."""


@unbox(WorldType)
def _unbox(typ: WorldType, obj: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(obj, "_address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer, is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))


@infer_getattr
class _WorldAttribute(AttributeTemplate):
    key = WorldType

    def generic_resolve(self, typ: WorldType, attr: str) -> Any:  # type: ignore[override]
        return typ.fields.get(attr)


@lower_getattr_generic(WorldType)
def _get(context: Any, builder: Any, typ: WorldType, value: Any, attr: str) -> Any:
    words = builder.bitcast(value, ir.IntType(64).as_pointer())
    return _view(context, builder, typ.fields[attr], words, typ.word[attr])


def _view(context: Any, builder: Any, kind: Any, words: Any, at: int) -> Any:
    """The array that word `at` and those after it describe, or the tuple of arrays; it owns nothing."""

    def read(k: int) -> Any:
        word = builder.load(builder.gep(words, [ir.IntType(64)(k)]))
        word.set_metadata("invariant.load", builder.module.add_metadata([]))
        return word

    if isinstance(kind, types.BaseTuple):
        parts = []
        for part in kind.types:  # type: ignore[attr-defined]
            parts.append(_view(context, builder, part, words, at))
            at += _words(part)
        return context.make_tuple(builder, kind, parts)
    array = context.make_array(kind)(context, builder)
    shape = [read(at + 1 + axis) for axis in range(kind.ndim)]
    itemsize = arrayobj.get_itemsize(context, kind)
    strides = [ir.IntType(64)(itemsize)]
    for extent in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], extent))
    data = builder.inttoptr(read(at), context.get_data_type(kind.dtype).as_pointer())
    arrayobj.populate_array(array, data, shape, strides, itemsize, meminfo=None)
    return array._getvalue()


def handle(world: World) -> Any:
    """A reference to the tables of `world`, which it keeps alive; interpreted, the World itself."""
    return WorldHandle(world) if COMPILED else world
