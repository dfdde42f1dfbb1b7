"""The run folder: one replication as Parquet files, the scenario, the manifest and a picture.

Everything is encoded in memory, written beside the final name, fsynced and renamed. The same outcome gives
the same Parquet bytes.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from openiads.engine.outcome import Outcome
from openiads.results import schema
from openiads.study.files import FolderExists, NewFolder, write_file
from openiads.study.manifest import Provenance, StoredFile, manifest, sealed, sha256
from openiads.study.tables import label
from openiads.world.names import Names

#: Draws pictures of the run in a folder: file name -> content. It comes from outside: this room knows no
#: pictures.
Pictures = Callable[[Path], Mapping[str, bytes]]

#: Names that a run folder may hold; `--force` removes no folder with anything else in it.
OWN = frozenset(
    {schema.MANIFEST, schema.SCENARIO, schema.PICTURE, "overview.svg", schema.GROUND}
    | {schema.file_of(t) for t in schema.TABLES | schema.OPTIONAL}
)


class StoreError(OSError):
    """The disk did not take the run (full, read-only, no permission). Nothing half-written is left.

    Exit code 3.
    """


class RunExists(Exception):
    """There is something under the name of the run folder. Exit code 2."""


def encode(columns: Sequence[schema.Column], data: pa.Table) -> pa.Buffer:
    """A table as Parquet: dictionaries on keys, BYTE_STREAM_SPLIT on floats, page checksums."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        data,
        sink,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=[c.name for c in columns if c.kind == schema.KEY],
        column_encoding={c.name: e for c in columns if (e := schema.encoding_of(c))},
        write_page_checksum=True,
    )
    return sink.getvalue()


def encode_all(outcome: Outcome, names: Names) -> dict[str, tuple[pa.Buffer, int]]:
    """File name -> (bytes, rows) of every data file of a run."""
    stamp = {
        "openiads_format": schema.FORMAT,
        "openiads_schema": str(schema.SCHEMA_VERSION),
        "seed": str(int(outcome.seed)),
        "replication": str(int(outcome.replication)),
    }
    files = {}
    for table, data in label(outcome, names).items():
        own = {key.decode(): value.decode() for key, value in (data.schema.metadata or {}).items()}
        data = data.replace_schema_metadata({**own, **stamp, "table": table})
        files[schema.file_of(table)] = (encode(schema.columns_of(table), data), data.num_rows)
    return files


class RunFolder:
    """A run folder in the making; see :func:`new_run`."""

    def __init__(self, folder: NewFolder) -> None:
        self._folder = folder

    def write(
        self,
        outcome: Outcome,
        names: Names,
        origin: Provenance,
        pictures: Pictures | None = None,
        ground: bytes | None = None,
    ) -> Path:
        """Write and publish the run; returns its path. Raises RunExists, StoreError."""
        files = encode_all(outcome, names)
        stored = {
            name: StoredFile(sha256(memoryview(data)), len(data), rows)
            for name, (data, rows) in files.items()
        }
        text = origin.scenario_text.encode()
        stored[schema.SCENARIO] = StoredFile(sha256(text), len(text))
        contents = {name: memoryview(data) for name, (data, _) in files.items()}
        contents[schema.SCENARIO] = memoryview(text)
        if ground is not None:
            stored[schema.GROUND] = StoredFile(sha256(ground), len(ground))
            contents[schema.GROUND] = memoryview(ground)
        contents[schema.MANIFEST] = memoryview(sealed(manifest(outcome, origin, stored)))
        with disk_errors(self._folder.final):
            for name, content in contents.items():
                write_file(self._folder.path / name, content)
        drawn = pictures(self._folder.path) if pictures is not None else {}
        with disk_errors(self._folder.final):
            for name, picture in drawn.items():
                write_file(self._folder.path / name, picture)
            self._folder.publish()
        return self._folder.final


@contextmanager
def new_run(path: Path, force: bool = False) -> Iterator[RunFolder]:
    """A run folder that appears whole on `write`, or not at all.

    Refuses at once what cannot work, before anything is computed.

    Raises:
        RunExists: something is there (and `force` is not given, or it is not a run).
        StoreError: the disk refuses.
    """
    folder = NewFolder(path, OWN, force)
    with disk_errors(folder.final):
        folder.__enter__()
    try:
        yield RunFolder(folder)
    finally:
        folder.__exit__(None, None, None)


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns what the disk says into one sentence."""
    try:
        yield
    except FolderExists as error:
        raise RunExists(str(error)) from None
    except OSError as error:
        raise StoreError(error.errno, disk_message(error, path)) from error


def disk_message(error: OSError, path: Path) -> str:
    """What the disk says, in words."""
    reasons = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EFBIG: "the file is larger than the limit",
        errno.EROFS: "the file system is read-only",
        errno.EACCES: "no permission",
        errno.EPERM: "no permission",
        errno.EMFILE: "too many open files",
        errno.ENFILE: "too many open files",
        errno.ENOTDIR: "a part of the path is not a folder",
        errno.ENAMETOOLONG: "the name is too long",
    }
    reason = reasons.get(error.errno or 0) or error.strerror or str(error)
    where = error.filename if error.filename is not None else path
    return f"cannot write the run to {os.fspath(where)}: {reason}; nothing is left half-written"


def default_path(name: str, seed: int, replication: int = 0) -> Path:
    """runs/<scenario>-seed<N> under the current folder; other replications than 0 say so."""
    tail = f"-rep{replication}" if replication else ""
    return Path("runs") / f"{name}-seed{seed}{tail}"
