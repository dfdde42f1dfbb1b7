"""What makes a study the same study: who may go on with it, and with what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openiads import _jit
from openiads.agents.load import UserDoctrine, load_doctrine
from openiads.catalog import Catalog
from openiads.study.design import StudyError
from openiads.study.manifest import library_versions, sha256

#: Libraries whose version can change the last bit of a number.
BITS = ("numpy", "numba", "scipy")


def identity(content: Mapping[str, Any]) -> str:
    """Digest of what decides every row of a study; its shards carry it."""
    keys = ("schema", "engine_sha256", "catalog_sha256", "inputs", "seed", "replications", "chunk", "until", "keep",
            "events", "vary", "points")  # fmt: skip
    own = {key: content[key] for key in keys}
    own["scenario"] = content["scenario"]["sha256"]
    if content.get("doctrine") is not None:
        own["doctrine"] = content["doctrine"]
    if content.get("track_quality") is not None:
        own["track_quality"] = content["track_quality"]
    own["libraries"] = {name: content["libraries"][name] for name in BITS}
    return sha256(json.dumps(own, sort_keys=True, separators=(",", ":"), allow_nan=False).encode())


def same_doctrine(folder: Path, content: Mapping[str, Any], doctrine: str | None) -> UserDoctrine | None:
    """The doctrine of the study, loaded because the user names it."""
    made = content.get("doctrine")
    if made is None and doctrine is None:
        return None
    if made is None:
        raise StudyError(f"{folder} was made under the built-in doctrine; leave --doctrine out")
    if doctrine is None:
        raise StudyError(
            f"{folder} was made under the doctrine {made['name']} of {made['file']}; name it: --doctrine FILE.py:{made['name']}"
        )
    own = load_doctrine(doctrine)
    if own.described() != made:
        raise StudyError(
            f"{folder} cannot be continued: {doctrine} is not the doctrine that it was made under "
            f"({made['file']}:{made['name']}, sha256 {made['sha256'][:12]}, here {own.sha256[:12]})"
        )
    return own


def refuse_another(folder: Path, content: Mapping[str, Any], catalog: Catalog) -> None:
    here = library_versions()
    pairs = [
        ("engine", content["engine_sha256"], _jit.ENGINE_DIGEST),
        ("catalogue", content["catalog_sha256"], catalog.digest()),
        *((name, content["libraries"].get(name), here[name]) for name in BITS),
    ]
    for what, made, own in pairs:
        if made != own:
            raise StudyError(
                f"{folder} cannot be continued: it was made with another {what} ({str(made)[:12]}, here {own[:12]}), and "
                f"its rows would not fit together; its tables can be read, and --out DIR makes a new study"
            )
    if content["study"] != identity(content) or content["scenario"]["sha256"] != sha256(
        content["scenario"]["text"].encode()
    ):
        raise StudyError(
            f"{folder} cannot be continued: its manifest does not fit its own scenario or design"
        )
