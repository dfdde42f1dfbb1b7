"""Tables that depend on a catalogue item alone, kept beside the compiled code: the next start reads them.

What is kept is found by a digest of everything that it was made from (the libraries and the kind of processor, whose
last bits differ, too), in the folder of exactly this source, and holds a digest of itself: a table that is missing, cut
off or changed is made anew. Interpreted runs, which check compiled ones, neither read nor write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import scipy
from llvmlite.binding import get_host_cpu_name

from openiads import _kept
from openiads._jit import CACHE_ON_DISK, COMPILED, cache_dir


def kept(name: str, made_from: tuple[Any, ...], columns: int, make: Callable[[], np.ndarray]) -> np.ndarray:
    """The float64 array (n, `columns`) that `make()` gives, from disk where it is there.

    name: what it is; made_from: all that `make` depends on, besides the sources of the package: numbers, texts,
    arrays, None and tuples of these.
    """
    body = kept_bytes(name, made_from, lambda: np.ascontiguousarray(make(), dtype=np.float64).tobytes())
    return np.frombuffer(body).reshape(-1, columns).copy()


def kept_bytes(name: str, made_from: tuple[Any, ...], make: Callable[[], bytes]) -> bytes:
    """The bytes that `make()` gives, from disk where they are there; as :func:`kept`."""
    if not (CACHE_ON_DISK and COMPILED):
        return make()
    digest = hashlib.sha256(b"".join(_parts((_made_with(), made_from)))).hexdigest()[:32]
    file = cache_dir() / "tables" / f"{name}-{digest}"
    found = _kept.read(file)
    if found is None:
        found = make()
        _kept.write(file, found)
    return found


@cache
def _made_with() -> str:
    return f"NumPy {np.__version__}, SciPy {scipy.__version__}, {get_host_cpu_name()}"


def _parts(value: Any) -> Iterator[bytes]:
    """Everything that tells one value from another, to the last bit."""
    if isinstance(value, tuple):
        yield b"(%d" % len(value)
        for part in value:
            yield from _parts(part)
    elif isinstance(value, np.ndarray | np.record):
        yield f"{value.dtype} {value.shape} ".encode() + value.tobytes()
    elif value is None or isinstance(value, str | bool | int | float | np.floating | np.integer):
        yield f"{value!r};".encode()
    else:
        raise TypeError(f"{type(value).__name__} has no bytes of its own")
