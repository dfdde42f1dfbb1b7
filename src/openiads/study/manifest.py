"""The manifest of a run: what made it, what it holds, and the digest of every file."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openiads.engine import status
from openiads.engine.outcome import Outcome
from openiads.results import schema

LIBRARIES = ("numpy", "numba", "scipy", "pyarrow", "pyyaml", "pydantic", "matplotlib")


@dataclass(frozen=True)
class Provenance:
    """Where a run came from."""

    name: str  # of the scenario
    scenario_text: str  # as run
    catalog_sha256: str
    title: str = ""
    recordings: tuple[Mapping[str, Any], ...] = ()  # cleaning counts, one per recorded file
    command: str = ""
    wall_time_s: float = 0.0
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredFile:
    """A data file in the run folder."""

    sha256: str
    bytes: int
    rows: int | None = None


def sha256(data: bytes | memoryview) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def library_versions() -> dict[str, str]:
    """Versions of what the numbers or the files depend on."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def manifest(outcome: Outcome, origin: Provenance, files: Mapping[str, StoredFile]) -> dict[str, Any]:
    """The manifest as JSON data, without its own digest."""
    from openiads import __version__
    from openiads._jit import COMPILED, ENGINE_DIGEST

    return {
        "format": schema.FORMAT,
        "schema": schema.SCHEMA_VERSION,
        "openiads": __version__,
        "engine_sha256": ENGINE_DIGEST,
        "compiled": COMPILED,
        "scenario": {
            "name": origin.name,
            "title": origin.title,
            "file": schema.SCENARIO,
            "sha256": sha256(origin.scenario_text.encode()),
        },
        "catalog_sha256": origin.catalog_sha256,
        "recordings": [dict(recording) for recording in origin.recordings],
        "seed": int(outcome.seed),
        "replication": int(outcome.replication),
        "t_end_s": float(outcome.t_end_s),
        "status": {
            "bits": int(outcome.status),
            "messages": status.translate(outcome.status),
            "usable": not outcome.status & status.FATAL,
        },
        "notes": dict(origin.notes),
        "libraries": library_versions(),
        "platform": {
            "os_family": platform.system(),
            "machine": platform.machine(),
            "byte_order": sys.byteorder,
        },
        "command": origin.command,
        "created_utc": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "wall_time_s": round(float(origin.wall_time_s), 3),
        "files": {
            name: {key: part for key, part in vars(file).items() if part is not None}
            for name, file in sorted(files.items())
        },
    }


def sealed(content: Mapping[str, Any]) -> bytes:
    """The text of the manifest with the digest of its own content, so that a flipped byte shows."""
    return (json.dumps({**content, "sha256": own_digest(content)}, indent=1, allow_nan=False) + "\n").encode()


def own_digest(content: Mapping[str, Any]) -> str:
    """Digest of a manifest's content without its `sha256`. The reader (results.open) computes the same."""
    rest = {key: part for key, part in content.items() if key != "sha256"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":"), allow_nan=False).encode())
