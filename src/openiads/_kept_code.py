"""Compiled kernels on disk: one file for one kernel and one set of argument types, each with a digest of itself.

What is found is used at once: nothing of Numba's compiler is loaded for it. What is missing, cut off, changed or of
another version is compiled anew and written again. A folder that cannot be written is read all the same.

Numba's own cache trusts its files and loads its whole library of compiled operations before it reads one.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import numba
from llvmlite import binding, ir
from numba.core import caching, serialize, sigutils
from numba.core.compiler import CompileResult
from numba.core.runtime.nrt import rtsys

from openiads import _kept

_FORMAT = "openiads kernel 1"
_VERSIONS = (_FORMAT, numba.__version__, llvmlite.__version__, platform.python_version())
_PACKAGE_DIR = Path(__file__).resolve().parent


class KeptCode(caching._Cache):
    """The compiled versions of one function, for Numba's dispatcher."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self._function = function
        self._folder = folder
        self._enabled = True
        self._stamp = _stamp(function.__code__.co_filename)
        self._identity: list[str | None] = []  # of the function, once it is asked for

    @property
    def cache_path(self) -> str:
        """The folder."""
        return str(self._folder)

    def enable(self) -> None:
        """From now on read and write."""
        self._enabled = True

    def disable(self) -> None:
        """From now on compile in memory."""
        self._enabled = False

    def flush(self) -> None:
        """Remove what is kept of this function."""
        for file in self._folder.glob(f"{self._stem()}-*"):
            with contextlib.suppress(OSError):
                file.unlink()

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled version for these argument types; None where there is none to be trusted."""
        file = self._file(sig, target_context.codegen())
        body = None if file is None else _kept.read(file)
        if body is None:
            return None
        rtsys.initialize(target_context)  # the functions of Numba's run time that wrappers call
        return CompileResult._rebuild(target_context, *serialize.loads(body))

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled for these argument types."""
        file = self._file(sig, data.codegen)
        library = data.library
        if file is None or library.has_dynamic_globals or any(not x.can_cache for x in data.lifted):
            return
        (name, kind, (code, _)), *rest = data._reduce()
        _kept.write(file, serialize.dumps(((name, kind, (code, _names(library._final_module))), *rest)))

    def _stem(self) -> str:
        module = self._function.__module__.rpartition(".")[2]
        name = self._function.__qualname__.replace("<", "").replace(">", "")
        return f"{module}.{name}"[:100]

    def _file(self, sig: Any, codegen: Any) -> Path | None:
        if not self._enabled:
            return None
        if not self._identity:
            unchanged = _stamp(self._function.__code__.co_filename) == self._stamp
            self._identity.append(identity(self._function) if unchanged else None)
        if self._identity[0] is None:
            return None
        args, result = sigutils.normalize_signature(sig)
        told = repr((_VERSIONS, codegen.magic_tuple(), self._identity[0], args, result))
        return self._folder / f"{self._stem()}-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _names(module: Any) -> bytes:
    """A module that defines all names of `module` and nothing more: Numba asks it for names, and nobody links a kernel
    that is native already. The code itself would be a third of what is read at every start."""
    small = ir.Module()
    for one in (*module.functions, *module.global_variables):
        if not one.is_declaration:
            ir.GlobalVariable(small, ir.IntType(8), one.name).initializer = ir.IntType(8)(0)
    with binding.parse_assembly(str(small)) as parsed:
        return bytes(parsed.as_bitcode())


def _stamp(file: str) -> tuple[int, int] | None:
    """Time and size of a source file: a function that was imported before a change must not pass for the one after it."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def identity(function: Callable[..., Any]) -> str | None:
    """Digest of all that makes this function, besides the sources of the package; None where its source is not known."""
    code = function.__code__
    file = Path(code.co_filename)
    try:
        source = file.read_bytes()
        place = str(file.relative_to(_PACKAGE_DIR) if file.is_relative_to(_PACKAGE_DIR) else file)
    except OSError:  # typed in, or the cell of a notebook
        try:
            source, place = inspect.getsource(function).encode(), ""
        except OSError:
            return None
    digest = hashlib.sha256(source)
    digest.update(repr((place, function.__qualname__, code.co_firstlineno)).encode())
    digest.update(code.co_code)
    if function.__closure__ is not None:
        digest.update(serialize.dumps(tuple(cell.cell_contents for cell in function.__closure__)))
    return digest.hexdigest()
