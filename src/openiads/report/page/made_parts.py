"""How a result was made: the manifest for a person, and the scenario in full."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from typing import Any

from openiads.analysis.basis import Basis
from openiads.report.page.elements import element
from openiads.report.page.parts import Item, Part, facts, folded
from openiads.results import Run, StudyResults


def made_part(pairs: Mapping[str, str], basis: Basis) -> Part:
    """Hashes, versions and seed, and the text of the scenario."""
    items: list[Item] = [
        "The same scenario, catalogue, engine, libraries and seed give the same numbers.",
        facts(pairs),
        folded("The scenario as it was run", element("pre", basis.text)),
    ]
    return Part("made", "How this was made", items)


def run_facts(run: Run) -> dict[str, str]:
    """The manifest of a run."""
    manifest = run.manifest
    return {
        "folder": run.path.name,
        **_common(manifest),
        "seed": str(run.seed),
        "replication": str(run.replication),
        "SHA-256 of the scenario": str(manifest["scenario"]["sha256"]),
        **_recordings(manifest),
        "engine": "compiled" if manifest.get("compiled") else "interpreted",
        "warnings of the engine": "; ".join(run.warnings) or "none",
        "made": f"{manifest.get('created_utc', '')}, {manifest.get('wall_time_s', 0)} s of simulation",
        "command": str(manifest.get("command") or "-"),
        **_ends(manifest),
    }


def study_facts(study: StudyResults) -> dict[str, str]:
    """The manifest of a study."""
    manifest = study.manifest
    inputs = [f"{name} {digest}" for name, digest in manifest.get("inputs", {}).items()]
    return {
        "folder": study.path.name,
        **_common(manifest),
        "seed": str(manifest["seed"]),
        "replications": f"{study.replications_done} of {study.replications_wanted}, at {len(study.points)} points",
        "stopped when": str(manifest["until"] or "all were made"),
        "SHA-256 of the scenario": str(manifest["scenario"]["sha256"]),
        "SHA-256 of files that it reads": ", ".join(inputs) or "-",
        "SHA-256 of the study": str(manifest["study"]),
        "made": str(manifest.get("created_utc", "")),
        "command": str(manifest.get("command") or "-"),
        **_ends(manifest),
    }


def _common(manifest: Mapping[str, Any]) -> dict[str, str]:
    doctrine = manifest.get("doctrine") or manifest.get("notes", {}).get("doctrine")
    own = (
        "-" if doctrine is None else f"{doctrine['name']} of {doctrine['file']}, SHA-256 {doctrine['sha256']}"
    )
    return {
        "openiads": str(manifest["openiads"]),
        "doctrine of the user's own": own,
        "SHA-256 of the engine": str(manifest["engine_sha256"]),
        "SHA-256 of the catalogue": str(manifest["catalog_sha256"]),
    }


def _recordings(manifest: Mapping[str, Any]) -> dict[str, str]:
    told = [f"{r['file']} {r['sha256']}" for r in manifest.get("recordings", ()) if "sha256" in r]
    return {"SHA-256 of recordings": ", ".join(told)} if told else {}


def _ends(manifest: Mapping[str, Any]) -> dict[str, str]:
    from openiads import __version__  # noqa: PLC0415 - the version of the moment

    libraries = ", ".join(f"{name} {version}" for name, version in manifest.get("libraries", {}).items())
    machine = manifest.get("platform", {})
    return {
        "libraries": libraries,
        "platform": " ".join(str(part) for part in machine.values()),
        "SHA-256 of the manifest": str(manifest["sha256"]),
        "this report": f"openiads {__version__}, matplotlib {importlib.metadata.version('matplotlib')}",
    }
