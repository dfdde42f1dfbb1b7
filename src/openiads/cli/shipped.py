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
_LINE = r"^(?:{}):\s*(?:[>|]-?\s*\n\s+)?(.+)$"


def names() -> list[str]:
    """Names of the shipped scenarios."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def describe() -> list[tuple[str, str, str]]:
    """(name, title, the question that it answers) of the shipped scenarios."""
    rows = []
    for name in names():
        text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
        rows.append((name, _value(text, "title|description"), _value(text, "question")))
    return rows


def _value(text: str, keys: str) -> str:
    """The text of the first of these keys, as far as its first line goes; "" without."""
    found = re.search(_LINE.format(keys), text, re.MULTILINE)
    return found.group(1).strip("\"' ") if found else ""


def file_or_shipped(file: Path) -> Path:
    """The file, or the shipped scenario of that name where there is no such file."""
    name = str(file)
    return FOLDER / f"{name}.yaml" if not file.exists() and name in names() else file


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
