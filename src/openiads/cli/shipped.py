"""Shipped scenarios by name, files by path."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

import openiads
from openiads.cli.guard import UserError

FOLDER = Path(openiads.__file__).resolve().parent / "scenario" / "shipped"
_SUFFIXES = (".yaml", ".yml")
_TITLE = re.compile(r"^(?:title|description):\s*(?:[>|]-?\s*\n\s+)?(.+)$", re.MULTILINE)


def names() -> list[str]:
    """Names of the shipped scenarios."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def describe() -> list[tuple[str, str]]:
    """(name, title) of the shipped scenarios."""
    rows = []
    for name in names():
        found = _TITLE.search((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
        rows.append((name, found.group(1).strip("\"' ") if found else ""))
    return rows


def find(scenario: str) -> Path:
    """The file of a shipped name or of a path.

    A name without suffix or separator is a shipped one, if there is one.
    """
    if scenario in names():
        return FOLDER / f"{scenario}.yaml"
    path = Path(scenario)
    looks_like_path = path.suffix in _SUFFIXES or os.sep in scenario or "/" in scenario
    if looks_like_path or path.exists():
        return path  # the loader says what is wrong with it
    near = difflib.get_close_matches(scenario.casefold(), names(), n=1, cutoff=0.5)
    guess = f"; did you mean {near[0]!r}?" if near else ""
    listed = ", ".join(names()) or "none"
    raise UserError(
        f"no shipped scenario {scenario!r}{guess} (shipped: {listed}; a file is given by its path)"
    )
