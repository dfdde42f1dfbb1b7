"""The World as compiled code sees it: one address instead of fifty arrays.

A NamedTuple is passed to a compiled function field by field, some 400 machine arguments at every call. Measured on this
engine: 212 CPU-s to compile with the NamedTuple, 73 with a reference to the same arrays, at equal speed of the run.
Python keeps the NamedTuple; both look at the same memory.

The reference counts nothing: Python holds the arrays as long as it holds the :class:`WorldHandle`, so compiled code need
not count references to them (8 % of a run went into atomic counting), and two threads do not share a counter. Its Numba type
has a short name, where that of the arrays' record types, 83,000 characters, would become part of every symbol.
"""

from __future__ import annotations

import hashlib
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.experimental import structref
from numba.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    register_model,
    unbox,
)

from openiads._jit import COMPILED, kernel
from openiads.world.schema import World


@structref.register
class TablesType(types.StructRef):
    """Numba type of the memory that holds the arrays' descriptions."""

    def preprocess_fields(self, fields: Any) -> Any:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Tables(structref.StructRefProxy):
    """What Python holds of that memory; frees it with the last reference."""


structref.define_constructor(Tables, TablesType, list(World._fields))
structref.define_boxing(TablesType, Tables)


class WorldType(types.Type):
    """Numba type of the address of such memory."""

    def __init__(self, tables: TablesType) -> None:
        self.tables = tables
        super().__init__(name=f"World_{hashlib.sha256(str(tables).encode()).hexdigest()[:12]}")


@register_model(WorldType)
class _WorldModel(models.OpaqueModel):
    """A plain pointer."""


class WorldHandle:
    """The address of a World's tables, and what keeps them alive."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._numba_type_ = WorldType(tables._numba_type_)
        self._address = _address(tables)


@intrinsic
def _data_address(typingctx: Any, tables: Any) -> Any:
    """Address of the payload of a structref."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        ref = cgutils.create_struct_proxy(signature.args[0])(context, builder, value=args[0])
        pointer = context.nrt.meminfo_data(builder, ref.meminfo)
        return builder.ptrtoint(pointer, context.get_value_type(types.uintp))

    return types.uintp(tables), codegen


@kernel
def _address(tables):
    return _data_address(tables)  # type: ignore[call-arg]


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
        return typ.tables.field_dict.get(attr)


@lower_getattr_generic(WorldType)
def _get(context: Any, builder: Any, typ: WorldType, value: Any, attr: str) -> Any:
    payload = typ.tables.get_data_type()
    kind = context.data_model_manager[payload].get_value_type()
    data = cgutils.create_struct_proxy(payload)(
        context, builder, ref=builder.bitcast(value, kind.as_pointer())
    )
    return _uncounted(context, builder, typ.tables.field_dict[attr], getattr(data, attr))


def _uncounted(context: Any, builder: Any, typ: Any, value: Any) -> Any:
    """The same array, or tuple of arrays, owning nothing: no reference to it is ever counted."""
    if isinstance(typ, types.Array):
        array = context.make_array(typ)(context, builder, value=value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()
    if isinstance(typ, types.BaseTuple):
        for k, kind in enumerate(typ.types):  # type: ignore[attr-defined]
            item = _uncounted(context, builder, kind, builder.extract_value(value, k))
            value = builder.insert_value(value, item, k)
        return value
    raise TypeError(f"a World holds arrays and tuples of arrays, not {typ}")


@kernel
def _make(world):
    return Tables(*world)


def handle(world: World) -> Any:
    """A reference to the tables of `world`, which it keeps alive; interpreted, the World itself."""
    return WorldHandle(_make(world)) if COMPILED else world
