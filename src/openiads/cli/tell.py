"""What the verbs do and print."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.cli import shipped
from openiads.cli.guard import Context, UserError, reproduction
from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from rich.console import Console

    from openiads.analysis.explain import Explanation
    from openiads.catalog import Catalog, Item

_CATALOG_FILE = re.compile(rb"^kind\s*:", re.MULTILINE)
_WIDTH = 110


def _console() -> Console:
    from rich.console import Console

    return Console()


def _write(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


# --- run, show ------------------------------------------------------------------------------------
def run_once(  # noqa: PLR0917 - one parameter per option
    scenario: str, seed: int, replication: int, out: Path | None, force: bool, samples: str | None
) -> None:
    """`openiads run`."""
    from openiads.units import parse_quantity

    file = shipped.find(scenario)
    period_s = None if samples is None else parse_quantity(samples, "time")
    if period_s is not None and period_s <= 0.0:
        raise UserError(f"--samples {samples}: the time between samples must be more than 0 s")
    Context.facts = {
        "scenario": str(file),
        "seed": str(seed),
        "replication": str(replication),
        "command": reproduction(scenario, seed, replication, samples),
    }
    from openiads.study.execute import execute

    with Progress() as progress:
        folder = execute(
            file, seed, replication, out, force, period_s,
            progress=progress, pictures=_pictures, command=Context.facts["command"], facts=Context.facts,
        )  # fmt: skip
    show_run(folder)


def _pictures(folder: Path) -> Mapping[str, bytes]:
    from openiads.report.picture import overview
    from openiads.results import open_run
    from openiads.results.schema import PICTURE

    return {PICTURE: overview(open_run(folder))}


def show_run(folder: Path) -> None:
    """`openiads show`."""
    from openiads.report.summary import print_summary
    from openiads.results import open_run

    print_summary(open_run(folder), _console())


# --- explain --------------------------------------------------------------------------------------
def explain_threat(folder: Path, threat: str) -> None:
    """`openiads explain`."""
    from openiads.analysis.explain import explain
    from openiads.results import open_run

    _write(explanation_text(explain(open_run(folder), threat)))


def explanation_text(told: Explanation) -> str:
    """An explanation as plain text."""
    lines = [told.headline, "", f"{'time s':>8}  {'range km':>8}  {'alt m':>7}"]
    for step in told.steps:
        range_km = "" if step.range_m is None else f"{step.range_m / 1e3:.1f}"
        alt = "" if step.alt_m is None else f"{step.alt_m:.0f}"
        lines.append(f"{step.t_s:8.1f}  {range_km:>8}  {alt:>7}  {step.text}")
    if not told.steps:
        lines.append("    (nothing about it is in the log)")
    lines += ["", f"first failed link: {told.link or 'none'}"]
    for sentence in told.verdict:
        lines += textwrap.wrap(sentence, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


# --- check ----------------------------------------------------------------------------------------
def check_files(files: Iterable[Path]) -> None:
    """`openiads check`: all faults of all files; exit code 2 where there is one."""
    bad = 0
    for file in files:
        found = _faults(file)
        for line in found:
            sys.stderr.write(f"{line}\n")
        if not found:
            _write(f"{file}: ok")
        bad += len(found)
    if bad:
        sys.stderr.write(f"openiads: {bad} fault{'s' if bad != 1 else ''}\n")
        raise SystemExit(2)


def _faults(file: Path) -> list[str]:
    from openiads.catalog import CatalogError, load_catalog
    from openiads.scenario import ScenarioError, load_file

    try:
        if _is_catalog_file(file):
            load_catalog([file])
        else:
            load_file(file)
    except (CatalogError, ScenarioError) as error:
        return [str(fault) for fault in error.faults] or [str(error)]
    return []


def _is_catalog_file(file: Path) -> bool:
    """A catalogue item says its `kind:` at the top level; a scenario does not know that key."""
    if not file.is_file():
        return False
    try:
        with file.open("rb") as handle:
            return _CATALOG_FILE.search(handle.read(1 << 16)) is not None
    except OSError:
        return False


# --- catalog --------------------------------------------------------------------------------------
def show_catalog(item: str | None) -> None:
    """`openiads catalog`."""
    from openiads.catalog import load_catalog

    known = load_catalog()
    _write(catalog_text(known) if item is None else item_text(known.get(item)))


def catalog_text(known: Catalog) -> str:
    """All items by kind."""
    width = max((len(item.id) for item in known), default=0)
    lines = []
    for kind, ids in known.ids().items():
        if not ids:
            continue
        lines += ["", kind.replace("_", " ")] if lines else [kind.replace("_", " ")]
        for ident in ids:
            what = known.get(ident)
            lines.append(f"  {ident:{width}}  {what.title}")
    lines += ["", "openiads catalog ITEM shows the values of one with unit, grade, range and source"]
    return "\n".join(lines)


def item_text(item: Item) -> str:
    """One item: every value with range, grade and source."""
    rows = item.describe()
    columns = ("field", "value", "range", "grade", "source")
    widths = {c: max([len(c), *(len(row[c]) for row in rows)]) for c in columns}
    lines = [f"{item.id}: {item.title}", f"{item.kind.replace('_', ' ')}, class {item.role}", ""]
    lines += [*textwrap.wrap(" ".join(item.description.split()), _WIDTH), ""]
    lines.append("  ".join(f"{c:{widths[c]}}" for c in columns).rstrip())
    for row in rows:
        lines.append("  ".join(f"{row[c]:{widths[c]}}" for c in columns).rstrip())
        if row["note"]:
            lines += textwrap.wrap(row["note"], _WIDTH - 4, initial_indent="    ", subsequent_indent="    ")
    grades = {row["grade"]: row["grade_meaning"] for row in rows}
    lines += ["", "grades: " + ", ".join(f"{g} {grades[g]}" for g in sorted(grades)), "", "sources:"]
    for row in item.source_rows():
        text = f"{row['key']}: {row['author']}: {row['title']} ({row['year']}); {row['seen']}"
        lines += textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines)


# --- warmup ---------------------------------------------------------------------------------------
def compile_engine() -> None:
    """`openiads warmup`."""
    from openiads.study.execute import warm_up

    with Progress() as progress:
        took_s = warm_up(shipped.find("quickstart"), progress)
    _write(f"the engine is compiled and ready ({took_s:.1f} s)")
