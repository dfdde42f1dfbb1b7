"""Files of the cache folder. Each holds a digest of itself, so that what is cut off or changed is not taken for whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

_DIGEST_BYTES = 32


def cache_root() -> Path:
    """The folder of everything that is kept from run to run (`OPENIADS_CACHE_DIR`)."""
    root = os.environ.get("OPENIADS_CACHE_DIR")
    if root is None:
        root = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "openiads")
    return Path(root)


def read(file: Path) -> bytes | None:
    """What was written there; None where nothing is, or not all of it."""
    try:
        text = file.read_bytes()
    except OSError:
        return None
    digest, body = text[:_DIGEST_BYTES], text[_DIGEST_BYTES:]
    return body if hashlib.sha256(body).digest() == digest else None


def write(file: Path, body: bytes) -> None:
    """Beside, then renamed: no reader sees half of it. A folder that cannot be written costs time only."""
    mine = f"{os.getpid()}-{os.urandom(4).hex()}"  # machines may share the folder
    beside = file.with_name(f"{file.name}.{mine}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(hashlib.sha256(body).digest() + body)
        beside.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()


def prune(folder: Path, keep: int) -> None:
    """Remove all files of a folder but the `keep` newest."""
    with contextlib.suppress(OSError):
        files = sorted(folder.iterdir(), key=lambda f: f.stat().st_mtime, reverse=True)
        for file in files[keep:]:
            file.unlink()
