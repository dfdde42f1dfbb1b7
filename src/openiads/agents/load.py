"""Loading a user's doctrine from FILE.py:NAME. Only ever because somebody asked for it by name; never from a scenario."""

from __future__ import annotations

import ast
import difflib
import hashlib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from openiads import _jit
from openiads.agents.faults import DoctrineError, at_compilation, at_fault
from openiads.agents.plain import PlainEngine
from openiads.doctrine.standard import decide
from openiads.engine.outcome import Outcome
from openiads.engine.run import Engine, EngineFault
from openiads.world.names import Names
from openiads.world.schema import World

COMPILED, PLAIN = "compiled", "plain"


@dataclass(frozen=True)
class UserDoctrine:
    """A doctrine of the user's own."""

    file: Path
    name: str
    kind: str  # COMPILED or PLAIN
    sha256: str  # of the file and of the modules beside it that it imports
    target: Callable[..., Any]
    file_sha256: str = ""  # of the file alone: what a worker elsewhere asks for before it runs it

    @property
    def label(self) -> str:
        """As it is written on the command line."""
        return f"{self.file}:{self.name}"

    def described(self) -> dict[str, str]:
        """For a manifest."""
        return {
            "file": self.file.name,
            "name": self.name,
            "kind": self.kind,
            "sha256": self.sha256,
            "file_sha256": self.file_sha256,
            "host_sha256": host_digest(),
        }


def load_doctrine(text: str) -> UserDoctrine:
    """The doctrine FILE.py:NAME: a function decorated with openiads.kernel, or a class with a method `decide`.

    The file is run. Raises DoctrineError.
    """
    path, mark, name = text.rpartition(":")
    if not mark or not path or not name.isidentifier():
        raise DoctrineError(f"doctrine {text}: it is written FILE.py:NAME")
    file = Path(path).absolute()
    if file.suffix != ".py" or not file.is_file():
        raise DoctrineError(f"doctrine {text}: {path} is not a Python file that exists")
    module, digest = read_module(file)
    if not hasattr(module, name):
        near = difflib.get_close_matches(name, [n for n in vars(module) if not n.startswith("_")], 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise DoctrineError(f"{file}: there is no {name!r} in it{hint}")
    target = getattr(module, name)
    own = hashlib.sha256(file.read_bytes()).hexdigest()
    return UserDoctrine(file, name, _kind(target, file, name), digest, target, own)


def _kind(target: Any, file: Path, name: str) -> str:
    if inspect.isclass(target):
        if not callable(getattr(target, "decide", None)):
            raise DoctrineError(f"{file}: class {name} has no method decide(self, view)")
        return PLAIN
    if hasattr(target, "py_func") or (not _jit.COMPILED and inspect.isfunction(target)):
        parameters = inspect.signature(getattr(target, "py_func", target)).parameters
        if len(parameters) != 2:
            raise DoctrineError(
                f"{file}: {name} takes {len(parameters)} arguments; a compiled doctrine takes two: w, c"
            )
        return COMPILED
    if inspect.isfunction(target):
        raise DoctrineError(
            f"{file}: {name} is a plain function; decorate it with @openiads.kernel, or give a class"
        )
    raise DoctrineError(f"{file}: {name} is a {type(target).__name__}; a class or a kernel is needed")


def read_module(file: Path) -> tuple[ModuleType, str]:
    """Run the file as a module; its kernels are not kept on disk, where nobody would see that a helper has changed."""
    try:
        name = f"openiads_doctrine_{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}"
        texts = {path: path.read_bytes() for path in modules_beside(file)}
    except OSError as error:
        raise DoctrineError(f"{error.filename or file} cannot be read: {error.strerror}") from None
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise DoctrineError(f"{file} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    _forget_what_changed(texts)
    cached, bytecode = _jit.CACHE_ON_DISK, sys.dont_write_bytecode
    sys.modules[name] = module
    sys.path.insert(0, str(file.parent))
    try:
        _jit.CACHE_ON_DISK = False
        sys.dont_write_bytecode = True  # Python would take it for a text of the same second and size
        spec.loader.exec_module(module)
    except Exception as error:
        sys.modules.pop(name, None)
        raise at_fault(error, file, "loading") from error
    finally:
        _jit.CACHE_ON_DISK, sys.dont_write_bytecode = cached, bytecode
        sys.path.remove(str(file.parent))
    return module, _digest(file, texts)


def modules_beside(file: Path) -> list[Path]:
    """The file and all Python files in its folder that it imports, and they in turn, in order; found without running them.

    A package counts as a whole. What is imported by computed name is not found. Raises OSError.
    """
    found: set[Path] = set()
    todo = {file}
    while todo:
        path = todo.pop()
        found.add(path)
        for name in _imported(path.read_bytes()):
            top = file.parent / name
            beside = {top.with_suffix(".py")} | (set(top.rglob("*.py")) if top.is_dir() else set())
            todo |= {p for p in beside if p.is_file()} - found
    return sorted(found)


def _imported(text: bytes) -> set[str]:
    """Top-level names of all modules that a source imports, at any depth; none where it is no Python (running it will say so)."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return set()
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module and n.level == 0}
    return {name.partition(".")[0] for name in names} - {"openiads"}


#: Module beside a doctrine → digest of the text that was imported in this process.
_READ: dict[Path, str] = {}


def _forget_what_changed(texts: dict[Path, bytes]) -> None:
    """Where the text of a module beside it is another than when it was imported, all of them are imported anew."""
    now = {path: hashlib.sha256(text).hexdigest() for path, text in texts.items()}
    if any(_READ.get(path, digest) != digest for path, digest in now.items()):
        files = {str(path) for path in texts}
        for name, module in list(sys.modules.items()):
            if getattr(module, "__file__", None) in files:
                del sys.modules[name]
    _READ.update(now)


def _digest(file: Path, texts: dict[Path, bytes]) -> str:
    total = hashlib.sha256()
    for path, text in texts.items():
        total.update(f"{path.relative_to(file.parent)}\n".encode())
        total.update(text)
    return total.hexdigest()


def host_digest() -> str:
    """SHA-256 of this room: what runs a plain-Python doctrine is not part of the engine's digest."""
    total = hashlib.sha256()
    for name in ("halting.py", "view.py", "episode.py", "plain.py"):
        total.update(Path(__file__).with_name(name).read_bytes())
    return total.hexdigest()


def engine_of(doctrine: UserDoctrine | None, world: World, names: Names | None = None) -> Engine:
    """An engine for a World under a doctrine, the built-in one for None. Raises DoctrineError."""
    if doctrine is None:
        return Engine(world, decide)
    if doctrine.kind == PLAIN:
        return PlainEngine(world, doctrine.target, names, doctrine.file)
    return CompiledEngine(world, doctrine)


class CompiledEngine(Engine):
    """An Engine under a user's kernel."""

    def __init__(self, world: World, doctrine: UserDoctrine) -> None:
        self._doctrine = doctrine
        try:
            super().__init__(world, doctrine.target)
        except Exception as error:
            raise at_compilation(error, doctrine.file, doctrine.name) from error

    def run(
        self,
        seed: int,
        replication: int = 0,
        progress: Callable[[float], None] | None = None,
        check: bool = True,
    ) -> Outcome:
        """One replication; interpreted, an error in the kernel is told with its place; with checked bounds, a wrong index."""
        if _jit.CHECKED and _jit.COMPILED:
            try:
                return super().run(seed, replication, progress, check)
            except EngineFault as fault:
                raise DoctrineError(f"{self._doctrine.file}: {self._doctrine.name}: {fault}") from fault
        if _jit.COMPILED:
            return super().run(seed, replication, progress, check)
        told: list[BaseException] = []

        def tell(done: float) -> None:
            try:
                if progress is not None:
                    progress(done)
            except BaseException as error:
                told.append(error)
                raise

        try:
            return super().run(seed, replication, tell, check)
        except EngineFault:
            raise
        except Exception as error:
            if error in told:
                raise
            raise at_fault(error, self._doctrine.file, f"replication {replication}, seed {seed}") from error


__all__ = ["COMPILED", "PLAIN", "UserDoctrine", "engine_of", "load_doctrine"]
