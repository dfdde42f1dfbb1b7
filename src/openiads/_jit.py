"""The one way in which this package compiles a function.

Every compiled function uses :data:`kernel`. The settings are part of the promise that the same inputs give
the same bytes: no ``fastmath`` (it gave different digests on different CPUs), no ``parallel``, no bounds
checks in production (``OPENIADS_CHECK_BOUNDS=1`` compiles them in).

A compiled function depends on all modules that its own imports. The cache folder is therefore named by a digest of
every source file of the compiled rooms, the Numba version and the Python version; a change anywhere compiles anew.
What is kept there is told in `openiads._kept_code`.
"""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from llvmlite.binding import Linkage
from numba import types
from numba.core import compiler, errors, lowering, typed_passes, untyped_passes
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import register_pass
from numba.core.sigutils import normalize_signature
from numba.core.typing.templates import make_concrete_template

from openiads._compiling import compiling
from openiads._kept import cache_root
from openiads._kept_code import KeptCode

config: Any = numba.config  # its settings are made at run time

F = TypeVar("F", bound=Callable[..., Any])

PACKAGE_DIR = Path(__file__).resolve().parent

#: Rooms whose sources end up in compiled code, hence in the engine digest.
COMPILED_ROOMS = ("physics", "world", "engine", "tracking", "doctrine")


def source_digest() -> str:
    """SHA-256 (hex) of all sources that can reach compiled code, in path order."""
    digest = hashlib.sha256()
    files = [
        PACKAGE_DIR / name for name in ("_jit.py", "_kept.py", "_kept_code.py", "_compiling.py", "units.py")
    ]
    for room in COMPILED_ROOMS:
        files.extend(sorted((PACKAGE_DIR / room).rglob("*.py")))
    for file in files:
        digest.update(str(file.relative_to(PACKAGE_DIR)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


ENGINE_DIGEST = source_digest()


#: Compiled code that raises IndexError where an index is below zero or too large; for tests (`OPENIADS_CHECK_BOUNDS=1`).
CHECKED = os.environ.get("OPENIADS_CHECK_BOUNDS") == "1"


def cache_dir() -> Path:
    """Folder of compiled code for exactly this source, Numba and Python."""
    tag = f"{ENGINE_DIGEST[:16]}-numba{numba.__version__}-py{sys.version_info[0]}{sys.version_info[1]}"
    if CHECKED:
        tag += "-checked"
    return cache_root() / "kernels" / tag


def _folder() -> tuple[bool, bool]:
    """Whether the folder is there to be read, and to be written; without either all is compiled in memory."""
    folder = cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return True, os.access(folder, os.W_OK)
    except OSError:
        return os.path.isdir(folder), False


def prune_cache(keep: int = 3) -> int:
    """Remove the compiled code of older sources, all but the `keep` newest; returns how many folders went.

    Each change of the package leaves a folder of some MB that nothing will read again.
    """
    own = cache_dir()
    try:
        others = [f for f in own.parent.iterdir() if f.is_dir() and f != own]
        others.sort(key=lambda f: f.stat().st_mtime, reverse=True)
    except OSError:
        return 0
    for folder in others[keep - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)
    return max(len(others) - keep + 1, 0)


CACHE_ON_DISK, CACHE_WRITABLE = _folder()
COMPILED = not config.DISABLE_JIT
if CACHE_WRITABLE:
    config.CACHE_DIR = str(cache_dir())  # for what users compile with Numba's own decorators

_SETTINGS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "boundscheck": CHECKED,
}


_CACHE_DIR = cache_dir()


def plain(function: F) -> F:
    """The Python function of a kernel: for a few calls, where loading compiled code would cost more."""
    return getattr(function, "py_func", function)


def kernel(function: F) -> F:
    """Compile `function` on first call (nogil, cached on disk, IEEE arithmetic)."""
    if any(isinstance(value, float) and math.isnan(value) for value in function.__defaults__ or ()):
        raise ValueError(
            f"{function.__qualname__}: NaN is no default of a kernel: Numba would compile it at every call"
        )
    if not COMPILED:
        return function
    dispatcher = numba.njit(**_SETTINGS, pipeline_class=_Entry)(function)
    if CACHE_ON_DISK:
        dispatcher._cache = KeptCode(function, _CACHE_DIR)
    dispatcher.typeof_pyval = _Types(dispatcher)
    parts = _Parts(dispatcher)
    dispatcher.get_call_template = parts.call_template
    dispatcher.get_overload = parts.overload
    return dispatcher  # type: ignore[no-any-return]


class _Types:
    """Numba type of an argument. What is not known may be of the part of Numba that is loaded with its compiler only."""

    def __init__(self, dispatcher: Any) -> None:
        self._context = dispatcher.targetctx
        self._ask = dispatcher.typeof_pyval

    def __call__(self, value: object) -> Any:
        known = self._ask(value)
        if known is types.pyobject:
            self._context.refresh()
            known = self._ask(value)
        return known


class _Flags(compiler.Flags):
    """Numba's settings of one compilation, which it compares at each look-up of an operator, by listing all of them."""

    __slots__ = ()
    _HASH = hash(compiler.Flags())  # the same for all

    def __hash__(self) -> int:
        return self._HASH

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Flags) and self._values == other._values:
            return True
        return bool(super().__eq__(other))


class _Parts:
    """A kernel as its callers compile it in: LLVM code that is optimised and made native with theirs, once.

    Numba makes each function native, with its callees in it and two wrappers for Python, before it compiles a caller:
    a callee ten levels down is optimised ten times. Here that is done for what Python calls; for what another kernel
    calls, its own code is kept as it was generated, one version per type (Numba makes one per constant passed).
    """

    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher = dispatcher
        self._known: dict[tuple[Any, ...], tuple[Any, object]] = {}  # argument types → signature, key

    def call_template(self, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        """What Numba's type inference asks of a callee."""
        of = self._dispatcher
        signature, args = of.fold_argument_types(
            tuple(types.unliteral(a) for a in args), {k: types.unliteral(a) for k, a in kws.items()}
        )
        if args not in self._known:
            self._known[args] = self._compile(args)
        known = [signature for signature, _ in self._known.values()]
        name = of.py_func.__name__
        template = make_concrete_template(f"CallTemplate({name})", key=name, signatures=known)
        return template, signature, args, {}

    def overload(self, signature: Any) -> object:
        """The key under which Numba's code generation finds the callee."""
        args, _ = normalize_signature(signature)
        return self._known[tuple(args)][1]

    def _compile(self, args: tuple[Any, ...]) -> tuple[Any, object]:
        of = self._dispatcher
        flags = _Flags()
        of.targetdescr.options.parse_as_flags(flags, of.targetoptions)
        for name in ("no_compile", "no_cpython_wrapper", "no_cfunc_wrapper"):
            setattr(flags, name, True)
        library = _Part(of.targetctx.codegen(), of.py_func.__qualname__)
        with global_compiler_lock, compiling():
            result = compiler.compile_extra(
                of.typingctx,
                of.targetctx,
                of.py_func,
                args,
                None,
                flags,
                {},
                library=library,
                pipeline_class=_Inner,
            )
            key = object()
            of.targetctx.insert_user_function(key, result.fndesc, [library])
        return result.signature, key


class _Linking(JITCodeLibrary):
    """A library that takes in the code of others when it is finished, not when they are."""

    def add_linking_library(self, library: Any) -> None:
        if isinstance(library, _Part):
            self._linking_libraries.append(library)
        else:
            super().add_linking_library(library)


class _Part(_Linking):
    """Code that waits for a caller to be compiled with."""

    _taken = False

    def finalize(self) -> None:
        raise RuntimeError(f"{self.name} is compiled with its callers only")

    def _get_module_for_linking(self) -> Any:
        if self._shared_module is None:
            for function in self._final_module.functions:
                if not function.is_declaration:
                    function.linkage = "linkonce_odr"
            self._shared_module = self._final_module
        return self._shared_module

    def add_llvm_module(self, ll_module: Any) -> None:
        """A part is one module: taken as it is, not copied into an empty one."""
        if self._taken:
            super().add_llvm_module(ll_module)
            return
        ll_module.data_layout = self._codegen._data_layout
        self._final_module = ll_module
        self._taken = True

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout


class _Whole(_Linking):
    """What Python calls, and all that it calls in turn."""

    def finalize(self) -> None:
        todo: list[Any] = list(self._linking_libraries)
        found: dict[Any, None] = {}
        while todo:
            library = todo.pop()
            if library not in found:
                found[library] = None
                if isinstance(library, _Part):
                    todo.extend(library._linking_libraries)
        self._linking_libraries = list(found)
        super().finalize()

    def _optimize_final_module(self) -> None:
        """One pass of second degree. The code is scalar: a pass for counted references before it, turning loops and sums
        into vectors, and the third degree cost time and gave nothing (measured on the reference raid)."""
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == Linkage.linkonce_odr:
                function.linkage = (
                    "internal"  # nobody else calls it: what is called at one place only is put there
                )
        manager, builder = self._codegen._module_pass_manager(
            opt=2, loop_vectorize=False, slp_vectorize=False
        )
        manager.run(self._final_module, builder)


class _Lower(lowering.Lower):
    """Numba's code generation without counting references: kernels allocate nothing, whoever calls them owns all."""

    def lower_function_body(self) -> Any:
        returned = self.context.data_model_manager[self.fndesc.restype]
        if isinstance(self.library, _Whole) and returned.contains_nrt_meminfo():
            raise errors.TypingError("a kernel that Python calls cannot return an array")
        self.context.enable_nrt = False
        self.builder.counts_from_the_start = _is_ours(self.func_ir.func_id.func)
        try:
            return super().lower_function_body()
        finally:
            self.context.enable_nrt = True  # for the wrappers


def _is_ours(function: Callable[..., Any]) -> bool:
    """A function of this package: its indices are never negative (`openiads._compiling`). A user's own may be."""
    return Path(function.__code__.co_filename).resolve().is_relative_to(PACKAGE_DIR)


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(typed_passes.NativeLowering):
    _name = "openiads_lowering"

    @property
    def lowering_class(self) -> type:
        return _Lower


#: Numba's passes for what kernels do not use: closures and comprehensions, expressions of whole arrays, `with`, the
#: inlining of Python code, branches on arguments that are None, the end of life of variables (for counted references).
_WITHOUT = (
    untyped_passes.WithLifting,
    untyped_passes.InlineClosureLikes,
    untyped_passes.MakeFunctionToJitFunction,
    untyped_passes.InlineInlinables,
    untyped_passes.RewriteSemanticConstants,
    untyped_passes.DeadBranchPrune,
    untyped_passes.LiteralUnroll,
    typed_passes.InlineOverloads,
    typed_passes.NopythonRewrites,
    typed_passes.DumpParforDiagnostics,
    typed_passes.IRLegalization,
)


class _Inner(compiler.Compiler):
    """Numba's compiler, for a kernel that another one calls."""

    def define_pipelines(self) -> Any:
        managers = super().define_pipelines()
        for manager in managers:
            manager.passes = [
                (_Lowering if kind is typed_passes.NativeLowering else kind, name)
                for kind, name in manager.passes
                if kind not in _WITHOUT
            ]
            manager.finalize()
        return managers


class _Entry(_Inner):
    """Numba's compiler, for a function that Python calls."""

    def compile_extra(self, func: Any) -> Any:
        with compiling():
            return super().compile_extra(func)

    def define_pipelines(self) -> Any:
        if self.state.library is None:
            self.state.library = _Whole(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
            self.state.library.enable_object_caching()
        return super().define_pipelines()
