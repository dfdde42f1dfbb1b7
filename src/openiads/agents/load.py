"""Loading a user's doctrine from FILE.py:NAME. Only ever because somebody asked for it by name; never from a scenario."""

from __future__ import annotations

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
    except OSError as error:
        raise DoctrineError(f"{file} cannot be read: {error.strerror}") from None
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise DoctrineError(f"{file} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    before = set(sys.modules)
    cached = _jit.CACHE_ON_DISK
    sys.modules[name] = module
    sys.path.insert(0, str(file.parent))
    try:
        _jit.CACHE_ON_DISK = False
        spec.loader.exec_module(module)
    except Exception as error:
        sys.modules.pop(name, None)
        raise at_fault(error, file, "loading") from error
    finally:
        _jit.CACHE_ON_DISK = cached
        sys.path.remove(str(file.parent))
    _BESIDE.setdefault(name, set()).update(set(sys.modules) - before)
    return module, _digest(file, _BESIDE[name])


#: Module of a doctrine → modules that it was the first to import. A file that is loaded again in one process finds them there.
_BESIDE: dict[str, set[str]] = {}


def _digest(file: Path, loaded: set[str]) -> str:
    found = {file}
    for name in loaded:
        origin = getattr(sys.modules.get(name), "__file__", None)
        if origin and Path(origin).absolute().is_relative_to(file.parent):
            found.add(Path(origin).absolute())
    total = hashlib.sha256()
    for path in sorted(found):
        total.update(f"{path.relative_to(file.parent)}\n".encode())
        total.update(path.read_bytes())
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
        """One replication; interpreted, an error in the kernel is told with its place."""
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
