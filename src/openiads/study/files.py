"""A folder that appears whole or not at all: written beside, fsynced, renamed.

Every call that touches the disk goes through `os` of this module, so that the tests can let the n-th one
fail.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_CHUNK = 1 << 24
_IN_USE: set[Path] = set()  # folders that this process is making now


class FolderExists(FileExistsError):
    """The folder is there and may not be replaced. The message is for a person."""


def write_file(path: Path, data: bytes | memoryview) -> None:
    """Write a new file and force it to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view[:_CHUNK]) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_folder(path: Path) -> None:
    """Force the names in a folder to the disk (where the system knows such a thing)."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class NewFolder:
    """A folder in the making. `publish` gives it its name; leaving the block without it removes every trace.

    `own` says which file names may be replaced when `force` is given: a folder that holds anything else is
    never removed.
    """

    def __init__(self, final: Path, own: frozenset[str], force: bool = False) -> None:
        self.final = Path(os.path.abspath(final))
        self.own = own
        self.force = force
        self._made_parents: list[Path] = []
        self._host = socket.gethostname().split(".")[0]
        mark = f"{self._host}-{os.getpid()}-{secrets.token_hex(4)}"
        self.path = self.final.with_name(f".{self.final.name}.new-{mark}")
        self._old = self.final.with_name(f".{self.final.name}.old-{mark}")

    def __enter__(self) -> NewFolder:
        self._recover()
        self._refuse()
        for parent in reversed([p for p in self.final.parents if not p.exists()]):
            os.mkdir(parent)
            self._made_parents.append(parent)
        self._remove_leftovers()
        try:
            os.mkdir(self.path)
        except OSError:
            self._remove_parents()
            raise
        _IN_USE.update((self.path, self._old))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        self._remove_parents()
        _IN_USE.difference_update((self.path, self._old))

    def publish(self) -> None:
        """Give the folder its final name. An earlier one stays until the new one is in its place."""
        fsync_folder(self.path)
        self._refuse()
        replaced = self.final.exists()
        if replaced:
            os.rename(self.final, self._old)
        try:
            os.rename(self.path, self.final)
        except BaseException:
            if replaced:
                os.rename(self._old, self.final)
            raise
        self._made_parents = []
        fsync_folder(self.final.parent)
        shutil.rmtree(self._old, ignore_errors=True)

    def _refuse(self) -> None:
        if not os.path.lexists(self.final):
            return
        if not self.final.is_dir() or self.final.is_symlink():
            raise FolderExists(f"{self.final} exists and is not a folder; name another with --out")
        foreign = sorted(set(os.listdir(self.final)) - self.own)
        if foreign:
            raise FolderExists(f"{self.final} holds {foreign[0]!r}, which no run writes; it is not replaced")
        if not self.force and os.listdir(self.final):
            raise FolderExists(f"{self.final} exists; --force replaces it, --out DIR writes elsewhere")

    def _recover(self) -> None:
        """What was killed between the two renames left the earlier folder under another name: put it back."""
        if not self.final.exists():
            for old in self._siblings("old"):
                os.rename(old, self.final)
                return

    def _remove_leftovers(self) -> None:
        for what in ("new", "old"):
            for folder in self._siblings(what):
                shutil.rmtree(folder, ignore_errors=True)

    def _siblings(self, what: str) -> list[Path]:
        """What processes of this machine that are no longer alive have left beside us."""
        prefix = f".{self.final.name}.{what}-{self._host}-"
        if not self.final.parent.is_dir():
            return []
        found = sorted(name for name in os.listdir(self.final.parent) if name.startswith(prefix))
        folders = [self.final.parent / name for name in found]
        return [f for f in folders if f not in _IN_USE and _is_dead(f.name[len(prefix) :].partition("-")[0])]

    def _remove_parents(self) -> None:
        for parent in reversed(self._made_parents):
            try:
                os.rmdir(parent)
            except OSError:
                return
        self._made_parents = []


def _is_dead(pid: str) -> bool:
    if not pid.isdecimal() or len(pid) > 9 or int(pid) == 0 or os.name == "nt":
        return False  # on Windows os.kill would end the process
    if int(pid) == os.getpid():
        return True  # a namesake: in a container the same number comes back
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def commit(path: Path, data: bytes | memoryview) -> None:
    """Put a file under its name, whole or not at all: written beside, fsynced, renamed, its folder fsynced."""
    beside = path.with_name(f".{path.name}.{_host()}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        write_file(beside, data)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
    fsync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and those above it; their names are forced to the disk."""
    missing = [p for p in (path, *path.parents) if not p.exists()]
    for folder in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(folder)
        fsync_folder(folder.parent)


def sweep(folder: Path) -> None:
    """Remove what `commit` of processes of this machine that are no longer alive has left half-written."""
    prefix = f".{_host()}-"
    for name in os.listdir(folder):
        _, mark, rest = name.rpartition(prefix)
        if name.startswith(".") and name.endswith(".tmp") and mark and _is_dead(rest.partition("-")[0]):
            with suppress(OSError):
                os.unlink(folder / name)


def _host() -> str:
    return socket.gethostname().split(".")[0]


def fsync_file(path: Path) -> None:
    """Force a finished file to the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
