"""While kernels are compiled: what Numba works out anew at every use is worked out once, and an index counts from the start.

A replacement below is made for one compilation and taken back after it, and only where Numba still has the original
with the arguments that are expected here: another version compiles more slowly, not otherwise. Each gives what the
original gives, but that of indices: kernels of this package have none below zero (tests/invariants runs them with
their bounds checked), so that code to count those from the end is left out. Measured figures are in docs/architecture.md.
"""

from __future__ import annotations

import gc
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any

from numba import types
from numba.core import base
from numba.core.typing import context as typing_context
from numba.cpython import slicing

#: Thresholds of Python's collector meanwhile: a compilation makes millions of small objects that live as long as it.
_COLLECT = (1_000_000, 20, 1_000)

_TABLE_AND_NUMBER = (types.Number, types.Boolean, types.Array, types.Record)
_KNOWN_FEW = 100_000


def _operators(ask: Callable[..., Any]) -> Callable[..., Any]:
    """Signature of a built-in function for numbers and tables: Numba tries dozens of meanings of `a * b` at every use."""

    def get_call_type(self: Any, context: Any, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        if kws or not all(isinstance(a, _TABLE_AND_NUMBER) for a in args):
            return ask(self, context, args, kws)
        known = self.__dict__.setdefault("openiads_known", {})
        if args not in known:
            known[args] = ask(self, context, args, kws)
        return known[args]

    return get_call_type


def _sizes(ask: Callable[..., Any]) -> Callable[..., Any]:
    """Size of an LLVM type: Numba writes a module of text and parses it at every use."""
    known: dict[Any, int] = {}

    def get_abi_sizeof(self: Any, ty: Any) -> int:
        if ty not in known:
            known[ty] = ask(self, ty)
        return known[ty]

    return get_abi_sizeof


def _places(ask: Callable[..., Any]) -> Callable[..., Any]:
    """Whether a function of Numba's takes `loc`."""
    return lru_cache(_KNOWN_FEW)(ask)


def _indices(ask: Callable[..., Any]) -> Callable[..., Any]:
    """The place of an index that may be below zero, which Numba makes sure of at each use of a table."""

    def fix_index(builder: Any, idx: Any, size: Any) -> Any:
        return idx if getattr(builder, "counts_from_the_start", False) else ask(builder, idx, size)

    return fix_index


def _slices(ask: Callable[..., Any]) -> Callable[..., Any]:
    """Bounds of a slice, which Numba finds by the same function: these may be below zero, as in Python."""

    def fix_slice(builder: Any, slice: Any, size: Any) -> None:
        before = getattr(builder, "counts_from_the_start", False)
        builder.counts_from_the_start = False
        try:
            ask(builder, slice, size)
        finally:
            builder.counts_from_the_start = before

    return fix_slice


def _refreshes(ask: Callable[..., Any]) -> Callable[..., Any]:
    """Numba looks for new operations whenever it tries a second meaning of a call.

    New ones come with a new module, or are made for the types at hand and put into a registry of the context. Contexts
    are copied, and a copy knows what the first one does.
    """

    def refresh(self: Any) -> None:
        known = len(sys.modules), sum(len(registry.functions) for registry in self._registries)
        if self.__dict__.get("openiads_looked") != known:
            self.openiads_looked = known  # before it looks: looking may bring more
            ask(self)

    return refresh


_BuiltIn: Any = types.Function
_BaseContext: Any = base.BaseContext

#: owner, name, arguments, what is put around it
_REPLACED: tuple[tuple[Any, str, tuple[str, ...], Callable[..., Any]], ...] = (
    (_BuiltIn, "get_call_type", ("self", "context", "args", "kws"), _operators),
    (_BaseContext, "get_abi_sizeof", ("self", "ty"), _sizes),
    (base, "_has_loc", ("fn",), _places),
    (slicing, "fix_index", ("builder", "idx", "size"), _indices),
    (slicing, "fix_slice", ("builder", "slice", "size"), _slices),
    (_BaseContext, "refresh", ("self",), _refreshes),
    (typing_context.BaseContext, "refresh", ("self",), _refreshes),
)
_MADE: dict[tuple[Any, str], Callable[..., Any]] = {}


def replacements() -> list[tuple[Any, str, Callable[..., Any]]]:
    """Owner, name and replacement of all that this version of Numba has as it is expected."""
    found = []
    for owner, name, args, around in _REPLACED:
        original = getattr(owner, name, None)
        if original is None or tuple(inspect.signature(original).parameters) != args:
            continue
        if (owner, name) not in _MADE:
            _MADE[owner, name] = around(original)
        found.append((owner, name, _MADE[owner, name]))
    return found


@contextmanager
def compiling() -> Iterator[None]:
    """One compilation; those of callees go on inside it."""
    if _depth:
        yield
        return
    with ExitStack() as stack:
        _depth.append(True)
        stack.callback(_depth.pop)
        stack.callback(gc.set_threshold, *gc.get_threshold())
        if gc.get_threshold()[0]:  # not where somebody has switched it off
            gc.set_threshold(*_COLLECT)
        for owner, name, replacement in replacements():
            inherited = name not in vars(owner)
            before = getattr(owner, name)
            setattr(owner, name, replacement)
            if inherited:
                stack.callback(delattr, owner, name)
            else:
                stack.callback(setattr, owner, name, before)
        yield


_depth: list[bool] = []
