"""Shards: the Parquet files of one chunk, and the seal that says that they are there.

    STUDY/outcomes/p00000-r00000000.parquet    one file per table
    STUDY/done/p00000-r00000000.json           the seal: SHA-256, bytes and rows of each file

The files are put in place first, the seal last. A shard whose seal is there is done; without it, whatever is
there does not count and is written again. The seal carries its own digest, so a flipped byte anywhere shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa

from openiads.results import study_schema
from openiads.results.study import SealError, read_seal
from openiads.study.design import Chunk
from openiads.study.files import commit
from openiads.study.manifest import sealed, sha256
from openiads.study.store import encode


def encode_shard(
    tables: Mapping[str, pa.Table], chunk: Chunk, study: str, more: Mapping[str, object]
) -> dict[str, memoryview]:
    """Path below the study folder → content, the seal last. `more` goes into the seal."""
    name = study_schema.shard_name(chunk.point, chunk.first)
    files: dict[str, memoryview] = {}
    entries: dict[str, object] = {}
    for table, data in tables.items():
        stamp = {
            "openiads_format": study_schema.FORMAT,
            "openiads_schema": str(study_schema.SCHEMA_VERSION),
            "table": table,
            "study": study,
        }
        content = memoryview(encode(study_schema.TABLES[table], data.replace_schema_metadata(stamp)))
        path = f"{table}/{name}.parquet"
        files[path] = content
        entries[path] = {"sha256": sha256(content), "bytes": len(content), "rows": data.num_rows}
    seal = {
        "format": study_schema.SHARD_FORMAT,
        "schema": study_schema.SCHEMA_VERSION,
        "study": study,
        "point": chunk.point,
        "first": chunk.first,
        "count": chunk.size,
        **more,
        "files": entries,
    }
    files[f"{study_schema.SEALS}/{name}.json"] = memoryview(sealed(seal))
    return files


def write_shard(folder: Path, files: Mapping[str, memoryview]) -> None:
    """Put the files of a shard in place, in their order. Raises OSError; what is in place then does not count."""
    for path, content in files.items():
        commit(folder / path, content)


def done_chunks(
    folder: Path, study: str, wanted: list[Chunk], damaged: Callable[[str], None]
) -> dict[Chunk, dict[str, object]]:
    """Chunks whose shard is whole, with their seals. `damaged` is told what is there and is not whole."""
    found: dict[Chunk, dict[str, object]] = {}
    for chunk in wanted:
        path = folder / study_schema.SEALS / f"{study_schema.shard_name(chunk.point, chunk.first)}.json"
        try:
            if not path.exists():
                continue
            seal = read_seal(path)
            if seal["study"] != study or seal["count"] != chunk.size:
                raise SealError(f"{path} belongs to another study")
            for name, entry in seal["files"].items():
                check_file(folder / name, entry)
        except (SealError, OSError) as error:
            damaged(str(error))
            continue
        found[chunk] = seal
    return found


def check_file(path: Path, entry: Mapping[str, object]) -> None:
    """Compare a file with its entry in a seal. Raises SealError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SealError(f"{path} is missing") from None
    digest = sha256(data)
    if digest != entry["sha256"]:
        raise SealError(
            f"{path} is damaged or was changed: SHA-256 {digest[:12]}..., its seal says {str(entry['sha256'])[:12]}..."
        )


__all__ = ["check_file", "done_chunks", "encode", "encode_shard", "write_shard"]
