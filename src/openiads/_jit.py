"""The one way in which this package compiles a function.

Every compiled function uses :data:`kernel`. The settings are part of the promise that the same inputs give
the same bytes: no ``fastmath`` (it gave different digests on different CPUs), no ``parallel``, no bounds
checks in production (the interpreted run, ``NUMBA_DISABLE_JIT=1``, is the one that checks).

Numba keys its on-disk cache by the *defining* file alone, so a function would stay stale when a module that
it imports has changed. The cache folder is therefore named by a digest of every source file of the package,
the Numba version and the Python version; a change anywhere compiles anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba import types

config: Any = numba.config  # its settings are made at run time

F = TypeVar("F", bound=Callable[..., Any])

PACKAGE_DIR = Path(__file__).resolve().parent

#: Rooms whose sources end up in compiled code, hence in the engine digest.
COMPILED_ROOMS = ("physics", "world", "engine", "tracking", "doctrine")


def source_digest() -> str:
    """SHA-256 (hex) of all sources that can reach compiled code, in path order."""
    digest = hashlib.sha256()
    files = [PACKAGE_DIR / "_jit.py", PACKAGE_DIR / "units.py"]
    for room in COMPILED_ROOMS:
        files.extend(sorted((PACKAGE_DIR / room).rglob("*.py")))
    for file in files:
        digest.update(str(file.relative_to(PACKAGE_DIR)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


ENGINE_DIGEST = source_digest()


def cache_dir() -> Path:
    """Folder of compiled code for exactly this source, Numba and Python."""
    root = os.environ.get("OPENIADS_CACHE_DIR")
    if root is None:
        root = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "openiads")
    tag = f"{ENGINE_DIGEST[:16]}-numba{numba.__version__}-py{sys.version_info[0]}{sys.version_info[1]}"
    return Path(root) / "kernels" / tag


def _use_own_cache() -> bool:
    """Point Numba at our folder; without a writable one compile in memory (and say so in `warmup`)."""
    try:
        folder = cache_dir()
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            return False
    except OSError:
        return False
    config.CACHE_DIR = str(folder)
    return True


def prune_cache(keep: int = 3) -> int:
    """Remove the compiled code of older sources, all but the `keep` newest; returns how many folders went.

    Each change of the package leaves a folder of some 30 MB that nothing will read again.
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


CACHE_ON_DISK = _use_own_cache()
COMPILED = not config.DISABLE_JIT

_SETTINGS: dict[str, Any] = {
    "nogil": True,
    "cache": CACHE_ON_DISK,
    "error_model": "numpy",
    "boundscheck": False,
}


def kernel(function: F) -> F:
    """Compile `function` on first call (nogil, cached on disk, IEEE arithmetic)."""
    dispatcher = numba.njit(**_SETTINGS)(function)
    return _without_literals(dispatcher) if COMPILED else dispatcher  # type: ignore[no-any-return]


def _without_literals(dispatcher: Any) -> Any:
    """Compile one version per type, not one per constant that some caller happens to pass.

    Numba types a constant argument as a literal and compiles the callee anew for each (and for loop variables once more
    on the way): the event writer alone was compiled 17 times, the engine took 394 compilations instead of 190.
    """
    original = dispatcher.get_call_template

    def get_call_template(args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        return original(
            tuple(types.unliteral(a) for a in args), {k: types.unliteral(a) for k, a in kws.items()}
        )

    dispatcher.get_call_template = get_call_template
    return dispatcher
