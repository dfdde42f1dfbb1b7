"""Open a study as labelled tables over all its replications.

    >>> study = open_study("studies/quickstart-seed1")       # doctest: +SKIP
    >>> study.table("outcomes").to_pandas()                  # doctest: +SKIP
    >>> study.sql("select fate, count(*) from outcomes group by fate")   # doctest: +SKIP

Only shards that are done are read, in the order of points and replications: so the rows do not depend on
the number of workers, on interruptions or on the order in which they were computed.
"""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import difflib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.results import study_schema
from openiads.results.run import MAX_TABLE_BYTES, RunError, decode, near_words, own_digest

if TYPE_CHECKING:
    import pyarrow as pa

_MAX_MANIFEST_BYTES = 64 << 20
_MAX_SEAL_BYTES = 1 << 20
_WANTED = ("openiads", "engine_sha256", "scenario", "catalog_sha256", "seed", "replications", "chunk", "vary",
           "points", "until", "keep", "events", "study")  # fmt: skip


class SealError(RunError):
    """A shard that is damaged or belongs elsewhere. The message is for a person."""


class MissingExtra(RunError):
    """A library that is an extra is not installed. The message says how to get it."""


class StudyResults:
    """A study. Tables are read when asked for.

    Attributes:
        path: the folder.
        manifest: what made the study (see docs/studies.md).
    """

    def __init__(self, path: Path, manifest: Mapping[str, Any], verify: bool = True) -> None:
        self.path = path
        self.manifest = manifest
        self._verify = verify
        self._seals: list[dict[str, Any]] | None = None

    def __repr__(self) -> str:
        done, wanted = self.replications_done, self.replications_wanted
        return f"<openiads study {self.name!r}: {len(self.points)} points, {done} of {wanted} replications, at {self.path}>"

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.manifest["scenario"]["name"])

    @property
    def points(self) -> list[dict[str, Any]]:
        """Per point: `values` as written and `numbers` in SI, in the order of `paths`."""
        return list(self.manifest["points"])

    @property
    def paths(self) -> list[str]:
        """The varied paths."""
        return [str(v["path"]) for v in self.manifest["vary"]]

    @property
    def seals(self) -> list[dict[str, Any]]:
        """The seals of all shards that are done, by point and first replication. Raises SealError."""
        if self._seals is None:
            self._seals = list(_seals(self.path, str(self.manifest["study"])))
        return self._seals

    @property
    def replications_done(self) -> int:
        """Replications whose shards are there."""
        return sum(int(seal["count"]) for seal in self.seals)

    @property
    def replications_wanted(self) -> int:
        """Replications that were asked for: with a goal (`until`), the most that may be made."""
        return int(self.manifest["replications"]) * len(self.points)

    def done(self, point: int) -> int:
        """Replications of one point."""
        return sum(int(seal["count"]) for seal in self.seals if seal["point"] == point)

    def label(self, point: int) -> str:
        """The values of a point for a person."""
        return str(self.points[point]["label"])

    def table(self, name: str, columns: Sequence[str] | None = None, raw: bool = False) -> pa.Table:
        """A table by name as Arrow, all points and replications; `columns`: only these.

        Trajectories come in SI; `raw` leaves whole numbers of decimetres etc. as stored. The table `points`
        has the values of each point.

        Raises:
            KeyError: no such table or column. SealError: a damaged file.
        """
        import pyarrow as pa

        if name == "points":
            return self._points_table()
        self._check_name(name)
        parts, size = [], 0
        for part in self.parts(name, columns):
            size += part.nbytes
            if size > MAX_TABLE_BYTES:
                raise RunError(
                    f"{name} is larger than {MAX_TABLE_BYTES >> 30} GB: read it with sql() or in parts()"
                )
            parts.append(part)
        if not parts:
            empty = study_schema.arrow_schema(name).empty_table()
            return empty if columns is None else empty.select(list(columns))
        whole = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
        whole = whole.replace_schema_metadata(None)
        return decode(whole) if name == "trajectories" and not raw and columns is None else whole

    def parts(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """A table shard by shard: for what does not fit into memory."""
        self._check_name(name)
        wanted = [c.name for c in study_schema.TABLES[name]]
        for column in columns or ():
            if column not in wanted:
                raise KeyError(_no_such("column", column, wanted))
        for path, entry in self.files(name):
            yield _read(
                self.path / path, entry, self._verify, list(columns) if columns is not None else wanted
            )

    def files(self, name: str) -> list[tuple[str, dict[str, Any]]]:
        """Files of a table below the folder, each with its entry in its seal."""
        return [
            (path, entry)
            for seal in self.seals
            for path, entry in seal["files"].items()
            if path.partition("/")[0] == name
        ]

    def tables(self) -> list[str]:
        """Names of the tables that have rows or files here."""
        return ["points", *(name for name in study_schema.TABLES if self.files(name))]

    def sql(self, query: str) -> pa.Table:
        """The answer to a query of SQL over the tables, as Arrow. Needs DuckDB: pip install openiads[sql].

        Raises:
            MissingExtra: DuckDB is not installed. duckdb.Error: what is wrong with the query.
        """
        try:
            import duckdb
        except ImportError:
            raise MissingExtra("sql() needs DuckDB: pip install 'openiads[sql]'") from None
        self.verify()
        with duckdb.connect(":memory:") as connection:
            connection.register("points", self._points_table())
            for name in study_schema.TABLES:
                files = [str(self.path / path) for path, _ in self.files(name)]
                if not files:
                    connection.register(name, study_schema.arrow_schema(name).empty_table())
                    continue
                quoted = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
                connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{quoted}])")
            answer = connection.sql(query)
            if answer is None:
                raise RunError("this SQL has no answer: a query begins with SELECT or WITH")
            return answer.to_arrow_table()

    def verify(self) -> None:
        """Compare every file with its digest, once. Raises SealError that names the damaged one."""
        if not self._verify:
            return
        for seal in self.seals:
            for path, entry in seal["files"].items():
                _checked(self.path / path, entry)
        self._verify = False

    def run_text(self, point: int) -> str:
        """The scenario text of a point: `openiads run` of it with the seed and a replication makes that run again."""
        file = self.path / str(self.points[point]["file"])
        return file.read_text(encoding="utf-8")

    def _points_table(self) -> pa.Table:
        import pyarrow as pa

        columns: dict[str, Any] = {
            "point": pa.array([p["number"] for p in self.points], pa.int64()),
            "replications": pa.array([self.done(p["number"]) for p in self.points], pa.int64()),
        }
        for k, path in enumerate(self.paths):
            values = [p["values"][k] for p in self.points]
            numbers = [p["numbers"][k] for p in self.points]
            texts = [v if isinstance(v, str) else json.dumps(v) for v in values]
            plain = all(number is not None for number in numbers)
            columns[path] = pa.array(numbers, pa.float64()) if plain else pa.array(texts, pa.string())
        return pa.table(columns)

    def _check_name(self, name: str) -> None:
        if name not in study_schema.TABLES:
            raise KeyError(_no_such("table", name, ["points", *study_schema.TABLES]))


def open_study(path: str | Path, verify: bool = True) -> StudyResults:
    """Open a study folder; with `verify` every file is compared with its digest when it is read.

    Raises:
        RunError: not a study, another schema version, or damaged.
    """
    folder = Path(path)
    return StudyResults(folder, read_manifest(folder), verify)


def is_study(path: str | Path) -> bool:
    """Does the folder say that it is a study?"""
    return (Path(path) / study_schema.MANIFEST).is_file()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a study folder. Raises RunError."""
    file = folder / study_schema.MANIFEST
    if not folder.exists():
        raise RunError(f"{folder}: there is no such folder{near_words(folder)}")
    if not folder.is_dir():
        raise RunError(f"{folder} is a file; a study is a folder with a {study_schema.MANIFEST}")
    if not file.is_file():
        raise RunError(f"{folder} is not a study: it has no {study_schema.MANIFEST}")
    content = _json(file, _MAX_MANIFEST_BYTES)
    if content.get("format") != study_schema.FORMAT:
        raise RunError(
            f"{folder} is not a study: its {study_schema.MANIFEST} does not say {study_schema.FORMAT!r}"
        )
    version = content.get("schema")
    if version != study_schema.SCHEMA_VERSION:
        raise RunError(f"{file}: schema {version!r}, this openiads reads {study_schema.SCHEMA_VERSION}")
    if content.get("sha256") != own_digest(content):
        raise RunError(f"{file} is damaged or was edited: its content does not fit its own digest")
    for key in _WANTED:
        if key not in content:
            raise RunError(f"{file} lacks {key!r}")
    return content


def read_seal(file: Path) -> dict[str, Any]:
    """A seal. Raises SealError where it is damaged."""
    try:
        content = _json(file, _MAX_SEAL_BYTES)
    except RunError as error:
        raise SealError(str(error)) from None
    if content.get("format") != study_schema.SHARD_FORMAT or content.get("sha256") != own_digest(content):
        raise SealError(f"{file} is damaged or was edited: its content does not fit its own digest")
    if content.get("schema") != study_schema.SCHEMA_VERSION:
        raise SealError(
            f"{file}: schema {content.get('schema')!r}, this openiads reads {study_schema.SCHEMA_VERSION}"
        )
    for name in content["files"]:
        table, _, rest = str(name).partition("/")
        if table not in study_schema.TABLES or Path(rest).name != rest:
            raise SealError(f"{file}: the entry of {name!r} is not one of a shard")
    return content


def _seals(folder: Path, study: str) -> Iterator[dict[str, Any]]:
    place = folder / study_schema.SEALS
    try:
        names = sorted(
            name for name in os.listdir(place) if not name.startswith(".") and name.endswith(".json")
        )
    except FileNotFoundError:
        return
    for name in names:
        seal = read_seal(place / name)
        if seal["study"] != study:
            raise SealError(f"{place / name} belongs to another study")
        yield seal


def _json(file: Path, most: int) -> dict[str, Any]:
    try:
        with file.open("rb") as handle:
            text = handle.read(most + 1)
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}") from None
    if len(text) > most:
        raise RunError(f"{file} is larger than any of its kind")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise RunError(f"{file} is damaged: it is not JSON") from None
    if not isinstance(content, dict):
        raise RunError(f"{file} is damaged: it is not a mapping")
    return content


def _checked(file: Path, entry: Mapping[str, Any]) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SealError(
            f"{file} cannot be read: {error.strerror}; openiads resume computes it again"
        ) from None
    digest = hashlib.sha256(data).hexdigest()
    if digest != entry["sha256"]:
        raise SealError(
            f"{file} is damaged or was changed: SHA-256 {digest[:12]}..., its seal says "
            f"{str(entry['sha256'])[:12]}...; openiads resume computes it again"
        )
    return data


def _read(file: Path, entry: Mapping[str, Any], verify: bool, columns: list[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = _checked(file, entry) if verify else file.read_bytes()
    try:
        parquet = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        meta = parquet.metadata
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if size > MAX_TABLE_BYTES:
            raise SealError(
                f"{file} declares {size >> 20} MB of data; more are refused than {MAX_TABLE_BYTES >> 20}"
            )
        # Not with Arrow's own threads; see results.run.
        return parquet.read(columns=columns, use_threads=False).select(columns)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise SealError(f"{file} is damaged: {str(error).splitlines()[0]}") from None


def _no_such(what: str, name: str, have: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, have, n=1)
    guess = f"; did you mean {near[0]!r}?" if near else ""
    return f"no {what} {name!r}{guess} ({what}s: {', '.join(have)})"


__all__ = [
    "MissingExtra",
    "SealError",
    "StudyResults",
    "is_study",
    "open_study",
    "read_manifest",
    "read_seal",
]
