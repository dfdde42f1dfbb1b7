"""What the verbs do and print."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import re
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.cli import shipped
from openiads.cli.guard import Context, UserError, reproduction
from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from rich.console import Console

    from openiads.analysis.envelope import Target
    from openiads.analysis.explain import Explanation
    from openiads.catalog import Catalog, Item
    from openiads.scenario import Scenario

_CATALOG_FILE = re.compile(rb"^(?:kind|class|values)\s*:", re.MULTILINE)
_SCENARIO_FILE = re.compile(rb"^openiads\s*:", re.MULTILINE)
WIDTH = 110


def make_console() -> Console:
    """The terminal, as Rich sees it."""
    from rich.console import Console

    return Console()


def say(text: str) -> None:
    """To standard output, with a line end."""
    sys.stdout.write(text if text.endswith("\n") or not text else f"{text}\n")


# --- run, show ------------------------------------------------------------------------------------
def run_once(
    scenario: str,
    seed: int | None,
    replication: int,
    out: Path | None,
    force: bool,
    samples: str | None,
    doctrine: str | None = None,
    plots: bool = False,
) -> None:
    """`openiads run`."""
    from openiads.units import parse_quantity

    file = shipped.find(scenario)
    period_s = None if samples is None else parse_quantity(samples, "time")
    if period_s is not None and period_s <= 0.0:
        raise UserError(f"--samples {samples}: the time between samples must be more than 0 s")
    Context.facts = {
        "scenario": str(file),
        "seed": "that of the scenario" if seed is None else str(seed),
        "replication": str(replication),
        "command": reproduction(scenario, seed, replication, samples),
    }
    if plots:
        Context.facts["command"] += " --plots"
    if doctrine is not None:
        Context.facts["command"] += f" --doctrine {shlex.quote(doctrine)}"
    from openiads.study.execute import execute

    with Progress() as progress:
        folder = execute(
            file, seed, replication, out, force, period_s,
            progress=progress, pictures=run_pictures, command=Context.facts["command"], facts=Context.facts,
            doctrine=doctrine, plots=plots,
        )  # fmt: skip
    show_run(folder)


def run_pictures(folder: Path) -> Mapping[str, bytes]:
    """File name → picture of a run that is written."""
    from openiads.report.picture import overview
    from openiads.results import open_run
    from openiads.results.schema import PICTURE

    return {PICTURE: overview(open_run(folder))}


def show_run(folder: Path) -> None:
    """`openiads show`."""
    from openiads.report.summary import print_summary
    from openiads.results import open_run

    print_summary(open_run(folder), make_console())


# --- explain --------------------------------------------------------------------------------------
def explain_threat(folder: Path, threat: str) -> None:
    """`openiads explain`."""
    from openiads.analysis.explain import explain
    from openiads.results import open_run

    say(explanation_text(explain(open_run(folder), threat)))


def explanation_text(told: Explanation) -> str:
    """An explanation as plain text."""
    lines = [told.headline, "", f"{'time s':>8}  {'range km':>8}  {'alt m':>7}"]
    for step in told.steps:
        range_km = "" if step.range_m is None else f"{step.range_m / 1e3:.1f}"
        alt = "" if step.alt_m is None else f"{step.alt_m:z.0f}"  # z: no "-0"
        lines.append(f"{step.t_s:8.1f}  {range_km:>8}  {alt:>7}  {step.text}")
    if not told.steps:
        lines.append("    (nothing about it is in the log)")
    lines += ["", f"first failed link: {told.link or 'none'}"]
    for sentence in told.verdict:
        lines += textwrap.wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


# --- check ----------------------------------------------------------------------------------------
def check_files(files: Iterable[Path]) -> None:
    """`openiads check`: all faults of all files; exit code 2 where there is one."""
    from openiads.cli.notes import notes_of_file

    bad = 0
    for file in map(shipped.file_or_shipped, files):
        found = _faults(file)
        for line in found:
            sys.stderr.write(f"{line}\n")
        if not found:
            say(f"{file}: ok")
            say("".join(f"{file}: note: {note}\n" for note in notes_of_file(file)))
        bad += len(found)
    if bad:
        sys.stderr.write(f"openiads: {bad} fault{'s' if bad != 1 else ''}\n")
        raise SystemExit(2)


def _faults(file: Path) -> list[str]:
    from openiads.catalog import CatalogError, load_catalog
    from openiads.scenario import ScenarioError, catalogue_names, load_file

    try:
        if is_catalog_file(file):
            load_catalog([file])
            return []
        catalog = load_catalog()
        scenario = load_file(file, catalogue_names(catalog))
    except CatalogError as error:
        return [str(fault) for fault in error.faults]
    except ScenarioError as error:
        return [fault.with_source() for fault in error.faults]
    return _faults_of_tables(scenario, catalog)


def _faults_of_tables(scenario: Scenario, catalog: Catalog) -> list[str]:
    """What a text that is sound in itself asks for and cannot have: a target out of reach, an elevation file that is damaged."""
    from openiads.scenario import ScenarioError
    from openiads.world.compile import compile_scenario
    from openiads.world.recording import RecordingError

    try:
        compile_scenario(scenario, catalog, 0.0)
    except RecordingError as error:
        return [str(fault) for fault in error.faults]
    except ScenarioError as error:
        return [fault.with_source() for fault in error.faults]
    return []


def is_catalog_file(file: Path) -> bool:
    """A scenario says `openiads: 1` at the top level, a catalogue item `kind:`, `class:`, `values:`."""
    if not file.is_file():
        return False
    try:
        with file.open("rb") as handle:
            start = handle.read(1 << 16)
    except OSError:
        return False
    return not _SCENARIO_FILE.search(start) and bool(_CATALOG_FILE.search(start))


# --- catalog --------------------------------------------------------------------------------------
def show_catalog(item: str | None) -> None:
    """`openiads catalog`."""
    from openiads.catalog import load_catalog

    known = load_catalog()
    say(catalog_text(known) if item is None else item_text(known.get(item)))


def catalog_text(known: Catalog) -> str:
    """All items by kind."""
    width = max((len(item.id) for item in known), default=0)
    lines: list[str] = []
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
    lines += [*textwrap.wrap(" ".join(item.description.split()), WIDTH), ""]
    lines.append("  ".join(f"{c:{widths[c]}}" for c in columns).rstrip())
    for row in rows:
        lines.append("  ".join(f"{row[c]:{widths[c]}}" for c in columns).rstrip())
        if row["note"]:
            lines += textwrap.wrap(row["note"], WIDTH - 4, initial_indent="    ", subsequent_indent="    ")
    grades = {row["grade"]: row["grade_meaning"] for row in rows}
    lines += ["", "grades: " + ", ".join(f"{g} {grades[g]}" for g in sorted(grades)), "", "sources:"]
    for row in item.source_rows():
        text = f"{row['key']}: {row['author']}: {row['title']} ({row['year']}); {row['seen']}"
        lines += textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines)


# --- warmup ---------------------------------------------------------------------------------------
def compile_engine() -> None:
    """`openiads warmup`."""
    from openiads.study.execute import warm_up

    with Progress() as progress:
        took_s = warm_up(shipped.find("quickstart"), progress)
    say(f"the engine is compiled and ready ({took_s:.1f} s)")


# --- envelope -------------------------------------------------------------------------------------
def show_envelope(missile: str, targets: Mapping[str, Target], out: Path | None, force: bool) -> None:
    """`openiads envelope`: the envelope against one target, as a table and as a picture."""
    from openiads.analysis.envelope import compute_envelope, default_grid, missile_row, plot_envelopes
    from openiads.catalog import load_catalog
    from openiads.physics.interceptor_schema import missile_types

    item = load_catalog().get(missile, "missile")
    ((label, target),) = targets.items()
    picture = out or Path(f"envelope-{item.id}.png")
    if picture.suffix not in (".png", ".svg"):
        raise UserError(f"--out {picture}: the picture is a .png or a .svg file")
    if picture.exists() and not force:
        raise UserError(f"{picture} exists; --force replaces it, --out FILE writes elsewhere")
    reach_m, ceiling_m = item.si("range_max_m"), item.si("altitude_max_m")
    with Progress() as progress:
        progress.phase(f"flying {item.id} against {label} (the first time compiles)")
        found = compute_envelope(
            missile_types([missile_row(item)])[0], target, *default_grid(reach_m, ceiling_m)
        )
    say(
        f"{item.id}: {item.title}\nagainst {label}; "
        "ideal track and seeker, so this is the missile, not a system\n"
    )
    say(envelope_text(found.rows()))
    say(f"farthest {found.reach_m / 1e3:.0f} km (declared {reach_m / 1e3:.0f} km), highest "
           f"{found.ceiling_m / 1e3:.1f} km (declared {ceiling_m / 1e3:.0f} km)")  # fmt: skip
    _save(picture, lambda path: plot_envelopes(
        {label: found}, f"{item.id}: where it can meet a target {label}", path, reach_m, ceiling_m
    ))  # fmt: skip
    say(f"picture: {picture}")


def _save(picture: Path, draw: Callable[[Path], object]) -> None:
    """Draw beside, then rename: no half a picture. What the disk says is one line, exit code 3."""
    beside = picture.with_name(f".{picture.stem}.new{picture.suffix}")
    try:
        draw(beside)
        beside.replace(picture)
    except OSError as error:
        sys.stderr.write(f"openiads: cannot write {picture}: {error.strerror or error}\n")
        raise SystemExit(3) from None
    finally:
        beside.unlink(missing_ok=True)


def envelope_text(rows: Iterable[Mapping[str, float]]) -> str:
    """The rows of an envelope as a table."""
    lines = [
        f"{'alt km':>7} {'nearest km':>11} {'farthest km':>12} "
        f"{'at launch km':>13} {'flight s':>9} {'end m/s':>8}"
    ]
    for row in rows:
        if row["max_range_m"] > 0.0:
            lines.append(
                f"{row['alt_m'] / 1e3:7.1f} {row['min_range_m'] / 1e3:11.1f} "
                f"{row['max_range_m'] / 1e3:12.1f} "
                f"{row['launch_range_m'] / 1e3:13.1f} {row['time_s']:9.0f} {row['speed_mps']:8.0f}"
            )
        else:
            lines.append(f"{row['alt_m'] / 1e3:7.1f} {'-':>11} {'-':>12} {'-':>13} {'-':>9} {'-':>8}")
    return "\n".join(lines)
