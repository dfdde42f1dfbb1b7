"""Files that appear whole or not at all: written beside as a stream, forced to the disk, renamed."""

# ruff: noqa: PLC0415  (the store is imported only where it is needed: it brings the engine)
from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from openiads.study import files

_BUFFER = 1 << 20


class ExportError(Exception):
    """What was asked for cannot be exported. The message is for a person; exit code 2."""


@contextmanager
def whole(path: Path, force: bool = False) -> Iterator[BinaryIO]:
    """A new file to write to; it gets its name when the block ends well, and leaves no trace otherwise.

    Raises ExportError where `path` is there and `force` is not given, StoreError where the disk refuses.
    """
    refuse(path, force)
    beside = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    with disk_errors_of(path):
        files.make_folder(path.parent)
        try:
            with open(beside, "xb", buffering=_BUFFER) as handle:
                yield handle
                handle.flush()
                os.fsync(handle.fileno())
            refuse(path, force)
            os.replace(beside, path)
            files.fsync_folder(path.parent)
        finally:
            with suppress(OSError):
                os.unlink(beside)


def refuse(path: Path, force: bool) -> None:
    """ExportError where something is in the way."""
    if not os.path.lexists(path):
        return
    if not path.is_file() or path.is_symlink():
        raise ExportError(f"{path} exists and is not a file; name another with --out")
    if not force:
        raise ExportError(f"{path} exists; --force replaces it, --out writes elsewhere")


@contextmanager
def disk_errors_of(path: Path) -> Iterator[None]:
    """Turn what the disk says into one message (exit code 3)."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        from openiads.study.store import StoreError

        reason = error.strerror or str(error)
        raise StoreError(f"{path} cannot be written: {reason}; nothing half-written is left") from None


__all__ = ["ExportError", "disk_errors_of", "refuse", "whole"]
