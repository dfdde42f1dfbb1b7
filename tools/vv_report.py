"""Write docs/vv-report.md from the tests themselves: what is required, how near is near enough, which test says so.

    python tools/vv_report.py            # write it
    python tools/vv_report.py --check    # exit code 1 where the file is not what would be written

Requirement: the first paragraph of a test file's docstring. Acceptance: the sentences of the docstring that speak of tolerances
and bounds. Model: the pages of docs/models that name the file. Nothing here runs a test; the report says what a passing
run has shown.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "vv-report.md"

ROOMS = {
    "verification": "Models against published values, closed forms and independent programs",
    "determinism": "The same inputs give the same bytes",
    "invariants": "What holds in every run",
    "input": "No input breaks it",
    "crash": "No interruption leaves half a run",
    "regression": "Mistakes of other simulators, and our own, that must not come back",
    "unit": "Parts",
}
_NEAR = re.compile(
    r"\b(tolerances?|within|exact|exactly|bit for bit|bits|bytes|sigma|bounds?|band|last printed)\b",
    re.IGNORECASE,
)
_ASSERTED = re.compile(r"\b(rel|abs|rtol|atol)=([0-9][0-9.e+-]*)")
_SENTENCE = re.compile(r"(?<=[.;:])\s+(?=[A-Z*])")
HEAD = """\
# Verification and validation report

Written by `tools/vv_report.py` from the tests; do not edit. One row per test file: what is required (its first words), how
near is near enough (what it says of tolerances; sources and reasons are in the file), the model page that it supports, and
how many test functions stand behind it. A passing `python -m pytest -q` is the result; what carries over to reality, and
what does not, is in [credibility.md](credibility.md).
"""


@dataclass(frozen=True)
class Case:
    """One test file."""

    file: Path
    requirement: str
    acceptance: str
    tests: int
    long: int


def cases(room: str) -> list[Case]:
    """The test files of a room, in order of their names."""
    return [case(file) for file in sorted((ROOT / "tests" / room).glob("test_*.py"))]


def case(file: Path) -> Case:
    """Read one test file."""
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    text = ast.get_docstring(tree) or ""
    paragraphs = [" ".join(p.split()) for p in text.split("\n\n")]
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
    long = sum("mark.long" in ast.unparse(d) for f in functions for d in f.decorator_list)
    return Case(file, paragraphs[0], acceptance(paragraphs, source), len(functions), long)


def acceptance(paragraphs: list[str], source: str) -> str:
    """The sentences on tolerances; without any, the tolerances that stand in the assertions."""
    said = [s for p in paragraphs for s in _SENTENCE.split(p) if _NEAR.search(s) and s not in paragraphs[0]]
    if said:
        return textwrap.shorten(" ".join(said), 320, placeholder=" …")
    asserted = dict.fromkeys(f"{how} {float(value):g}" for how, value in _ASSERTED.findall(source))
    return "asserted: " + ", ".join(asserted) if asserted else "exact, or as said in the assertions"


def models() -> dict[str, list[str]]:
    """Test file name without suffix -> model pages that name it."""
    found: dict[str, list[str]] = {}
    for page in sorted((ROOT / "docs" / "models").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for name in sorted(set(re.findall(r"\b(test_[a-z0-9_]+)", text))):
            found.setdefault(name, []).append(page.name)
        for name in sorted(set(re.findall(r"\b([A-Z])-(\d\d)\b", text))):
            found.setdefault(f"test_{name[0].lower()}{name[1]}", []).append(page.name)
    return found


def pages(known: dict[str, list[str]], stem: str) -> str:
    """Links to the pages that name a file, in full or by its check's number (T-04)."""
    short = re.match(r"test_[a-z]\d\d(?=_)", stem)
    names = known.get(stem, []) + (known.get(short[0], []) if short else [])
    return ", ".join(f"[{name.removesuffix('.md')}](models/{name})" for name in sorted(set(names)))


def cell(text: str) -> str:
    """Text fit for a table."""
    return text.replace("|", "\\|")


def report() -> str:
    """The whole report."""
    known = models()
    parts = [HEAD]
    totals = []
    for room, title in ROOMS.items():
        found = cases(room)
        if not found:
            continue
        totals.append(f"| `tests/{room}` | {len(found)} | {sum(c.tests for c in found)} |")
        parts.append(f"\n## {title} (`tests/{room}`)\n")
        parts.append("| requirement | acceptance | model | test | functions |\n|---|---|---|---|---:|")
        for c in found:
            link = f"[`{c.file.stem}`](../{c.file.relative_to(ROOT).as_posix()})"
            count = f"{c.tests}" + (f" ({c.long} long)" if c.long else "")
            cells = (cell(c.requirement), cell(c.acceptance), pages(known, c.file.stem), link, count)
            parts.append("| " + " | ".join(cells) + " |")
    parts.insert(1, "\n| room | files | test functions |\n|---|---:|---:|\n" + "\n".join(totals))
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write or check the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where the report is out of date"
    )
    text = report()
    if not parser.parse_args().check:
        REPORT.write_text(text, encoding="utf-8")
    elif not REPORT.exists() or REPORT.read_text(encoding="utf-8") != text:
        sys.exit(f"{REPORT.relative_to(ROOT)} is out of date: run python tools/vv_report.py")


if __name__ == "__main__":
    main()
