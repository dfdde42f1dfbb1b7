"""Open a run folder as labelled tables.

    >>> run = open_run("runs/quickstart-seed1")          # doctest: +SKIP
    >>> run.threats.to_pandas()                          # doctest: +SKIP

Tables come in SI (whole numbers of decimetres and so on are decoded); `raw=True` gives what is stored.
"""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.results import schema
from openiads.results.ground import Ground, GroundError, read_ground

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

#: A table may not be larger than this when unpacked: a small file can declare a huge one.
MAX_TABLE_BYTES = 8 << 30
_MAX_MANIFEST_BYTES = 4 << 20


class RunError(Exception):
    """Not a run, a run of another schema, or a damaged one. The message is for a person; exit code 2."""


class Run:
    """One replication. Tables are read when first asked for.

    Attributes:
        path: the folder.
        manifest: what made the run (see docs/results.md).
    """

    def __init__(self, path: Path, manifest: Mapping[str, Any]) -> None:
        self.path = path
        self.manifest = manifest
        self._tables: dict[tuple[str, bool], pa.Table] = {}

    def __repr__(self) -> str:
        return f"<openiads run {self.name!r} seed {self.seed} replication {self.replication} at {self.path}>"

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.manifest["scenario"]["name"])

    @property
    def seed(self) -> int:
        """Seed of the random numbers."""
        return int(self.manifest["seed"])

    @property
    def replication(self) -> int:
        """Number of the replication."""
        return int(self.manifest["replication"])

    @property
    def t_end_s(self) -> float:
        """Time at which the replication ended."""
        return float(self.manifest["t_end_s"])

    @property
    def warnings(self) -> list[str]:
        """What went wrong inside the engine, in words; empty for a sound run."""
        return list(self.manifest["status"]["messages"])

    @property
    def events(self) -> pa.Table:
        """Everything that happened, in order."""
        return self.table("events")

    @property
    def trajectories(self) -> pa.Table:
        """Sampled truth, tracks and missiles in SI, sorted by kind, id and time."""
        return self.table("trajectories")

    @property
    def threats(self) -> pa.Table:
        """One row per platform."""
        return self.table("threats")

    @property
    def missiles(self) -> pa.Table:
        """One row per missile fired."""
        return self.table("missiles")

    @property
    def sites(self) -> pa.Table:
        """One row per site."""
        return self.table("sites")

    @property
    def magazines(self) -> pa.Table:
        """One row per launcher and missile type."""
        return self.table("magazines")

    def holds(self, table: str) -> bool:
        """Does the run hold this table? (Plots it does where it was asked for them.)"""
        return schema.file_of(table) in self.manifest["files"]

    @property
    def plots(self) -> pa.Table:
        """What the radars measured, in order of time. RunError where the run was made without."""
        return self.table("plots")

    @property
    def scenario_text(self) -> str:
        """The scenario file as it was run."""
        return self._read(schema.SCENARIO).decode("utf-8", errors="replace")

    @property
    def ground(self) -> Ground | None:
        """The ground of the run's picture; None where the scenario has no elevation model."""
        if schema.GROUND not in self.manifest["files"]:
            return None
        try:
            return read_ground(self._read(schema.GROUND), self.path / schema.GROUND)
        except GroundError as error:
            raise RunError(str(error)) from None

    def table(self, name: str, raw: bool = False) -> pa.Table:
        """A table by name; `raw` leaves whole numbers of decimetres etc. as stored."""
        known = schema.TABLES | schema.OPTIONAL
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            guess = f"; did you mean {near[0]!r}?" if near else ""
            raise KeyError(f"no table {name!r}{guess} (tables: {', '.join(known)})")
        if name in schema.OPTIONAL and not self.holds(name):
            raise RunError(f"{self.path}: the run holds no {name} (openiads run --{name} keeps them)")
        key = (name, raw)
        if key not in self._tables:
            stored = self._tables.get((name, True))
            if stored is None:
                stored = self._tables[name, True] = _table(name, self._read(schema.file_of(name)), self.path)
            self._tables[key] = stored if raw else decode(stored)
        return self._tables[key]

    def meanings(self) -> dict[str, dict[str, Any]]:
        """Per event: which tables its subject, object and via belong to, what detail and value mean."""
        metadata = self.table("events", raw=True).schema.metadata or {}
        return dict(json.loads(metadata.get(b"events", b"{}")))

    def verify(self) -> None:
        """Compare every file with its digest. Raises RunError that names the damaged one."""
        for name in self.manifest["files"]:
            self._read(name)

    def _read(self, name: str) -> bytes:
        return _checked(self.path, name, self.manifest["files"][name])


def open_run(path: str | Path, verify: bool = True) -> Run:
    """Open a run folder; with `verify` compare every file with its digest first.

    Raises:
        RunError: not a run, another schema version, or damaged.
    """
    folder = Path(path)
    run = Run(folder, _manifest(folder))
    if verify:
        run.verify()
    return run


def decode(stored: pa.Table) -> pa.Table:
    """The table with its whole-number columns in SI, under their decoded names."""
    import numpy as np
    import pyarrow as pa

    columns, names = [], []
    for field, column in zip(stored.schema, stored.columns, strict=True):
        notes = field.metadata or {}
        if b"scale" in notes:
            per_unit = round(1.0 / float(notes[b"scale"]))
            whole = column.combine_chunks()
            values = whole.fill_null(0).to_numpy(zero_copy_only=False) / per_unit
            missing = whole.is_null().to_numpy(zero_copy_only=False)
            columns.append(pa.array(values, pa.float64(), mask=np.asarray(missing)))
            names.append(notes[b"decoded"].decode())
        else:
            columns.append(column)
            names.append(field.name)
    return pa.table(dict(zip(names, columns, strict=True)))


def path_of(run: Run, kind: str, ident: str) -> dict[str, np.ndarray]:
    """Samples of one platform, track or missile: t_s, x_m, y_m, z_m, vx_mps, vy_mps, vz_mps (ECEF)."""
    import pyarrow.compute as pc

    table = run.trajectories
    rows = table.filter(pc.and_(pc.equal(table["kind"], kind), pc.equal(table["id"], ident)))
    names = ("t_s", "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")
    return {name: rows[name].to_numpy() for name in names}


def _pair_in(folder: Path) -> str:
    """What to say of the folder of a comparison, which holds two studies; nothing of any other."""
    if not all((folder / letter / "study.json").is_file() for letter in "ab"):
        return ""
    return f"; it is a comparison of two studies: openiads report {folder / 'a'} --against {folder / 'b'}"


def _manifest(folder: Path) -> dict[str, Any]:
    file = folder / schema.MANIFEST
    if not folder.exists():
        raise RunError(f"{folder}: there is no such folder{near_words(folder)}")
    if not folder.is_dir():
        raise RunError(f"{folder} is a file; a run is a folder with a {schema.MANIFEST}")
    try:
        with file.open("rb") as handle:
            text = handle.read(_MAX_MANIFEST_BYTES + 1)
    except FileNotFoundError:
        raise RunError(f"{folder} is not a run: it has no {schema.MANIFEST}{_pair_in(folder)}") from None
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}") from None
    if len(text) > _MAX_MANIFEST_BYTES:
        raise RunError(f"{file} is larger than any manifest")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise RunError(f"{file} is damaged: it is not JSON") from None
    if not isinstance(content, dict) or content.get("format") != schema.FORMAT:
        raise RunError(f"{folder} is not a run: its {schema.MANIFEST} does not say {schema.FORMAT!r}")
    _check_version(content, file)
    if content.get("sha256") != own_digest(content):
        raise RunError(f"{file} is damaged or was edited: its content does not fit its own digest")
    _check_shape(content, file)
    return content


def _check_version(content: dict[str, Any], file: Path) -> None:
    version = content.get("schema")
    if version == schema.SCHEMA_VERSION:
        return
    newer = isinstance(version, int) and version > schema.SCHEMA_VERSION
    hint = "; it was written by a newer openiads" if newer else ""
    raise RunError(f"{file}: schema {version!r}, this openiads reads {schema.SCHEMA_VERSION}{hint}")


def _check_shape(content: dict[str, Any], file: Path) -> None:
    """What this reader relies on; a sealed manifest of this version always has it."""
    wanted = {schema.SCENARIO, *map(schema.file_of, schema.TABLES)}
    files = content.get("files")
    if not isinstance(files, dict):
        raise RunError(f"{file} does not list its files")
    missing = sorted(wanted - set(files))
    if missing:
        raise RunError(f"{file} does not list {missing[0]}")
    for name, entry in files.items():
        if Path(name).name != name or not isinstance(entry, dict) or not isinstance(entry.get("sha256"), str):
            raise RunError(f"{file}: the entry of {name!r} is not one of a run")
    for key in ("scenario", "seed", "replication", "t_end_s", "status"):
        if key not in content:
            raise RunError(f"{file} lacks {key!r}")


def own_digest(content: dict[str, Any]) -> str:
    """SHA-256 of a manifest without the digest that it holds."""
    rest = {key: part for key, part in content.items() if key != "sha256"}
    try:
        text = json.dumps(rest, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()
    except (ValueError, RecursionError):
        return ""


def _checked(folder: Path, name: str, entry: Mapping[str, Any]) -> bytes:
    file = folder / name
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise RunError(f"{folder} is incomplete: {name} is missing") from None
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}") from None
    digest = hashlib.sha256(data).hexdigest()
    if digest != entry["sha256"]:
        raise RunError(
            f"{file} is damaged or was changed: SHA-256 {digest[:12]}..., "
            f"the manifest says {entry['sha256'][:12]}..."
        )
    return data


def _table(name: str, data: bytes, folder: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = folder / schema.file_of(name)
    try:
        parquet = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        meta = parquet.metadata
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if size > MAX_TABLE_BYTES:
            raise RunError(
                f"{file} declares {size >> 20} MB of data; more than {MAX_TABLE_BYTES >> 20} are refused"
            )
        # Not with Arrow's own threads: one that lets go of `data` while Python ends aborts the process (seen in 3 of 50 runs).
        table = parquet.read(use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RunError(f"{file} is damaged: {str(error).splitlines()[0]}") from None
    wanted = [column.name for column in schema.columns_of(name)]
    missing = [column for column in wanted if column not in table.column_names]
    if missing:
        raise RunError(f"{file} has no column {missing[0]!r}")
    return table


def near_words(folder: Path) -> str:
    """The nearest name beside a folder that is not there."""
    try:
        beside = [entry.name for entry in folder.parent.iterdir() if entry.is_dir()]
    except OSError:
        return ""
    near = difflib.get_close_matches(folder.name, beside, n=1)
    return f"; did you mean {folder.parent / near[0]}?" if near else ""
