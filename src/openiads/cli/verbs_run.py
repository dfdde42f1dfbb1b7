"""Verbs of scenarios and single runs. Each imports what it needs when it is called: `--help` imports none of it."""

# ruff: noqa: PLC0415, UP045  (lazy imports; typer reads the annotations)
from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from openiads.cli.guard import guarded
from openiads.cli.options import (
    DoctrineOption,
    ReplicationOption,
    RunArgument,
    SamplesOption,
    ScenarioArgument,
    SeedOption,
)
from openiads.cli.root import app


@app.command(short_help="Simulate a scenario once.")
@guarded
def run(
    scenario: ScenarioArgument,
    seed: SeedOption = None,
    replication: ReplicationOption = 0,
    out: Annotated[
        Optional[Path],
        typer.Option(help="Folder to write [default: runs/<scenario>-seed<N>].", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier run of that name.")] = False,
    samples: SamplesOption = None,
    plots: Annotated[bool, typer.Option("--plots", help="Also keep what the radars measured.")] = False,
    doctrine: DoctrineOption = None,
) -> None:
    """Simulate a scenario once: a summary here, a folder with tables and a picture there."""
    from openiads.cli.tell import run_once

    run_once(scenario, seed, replication, out, force, samples, doctrine, plots)


@app.command(short_help="Print the summary of a run or a study again.")
@guarded
def show(
    folder: Annotated[Path, typer.Argument(metavar="RUN|STUDY", help="Folder of a run or a study.")],
) -> None:
    """Print the summary of a finished run again, or the measures of a study with their intervals."""
    from openiads.cli.studies import show_any

    show_any(folder)


@app.command(short_help="Tell the kill chain of one threat.")
@guarded
def explain(
    folder: RunArgument,
    threat: Annotated[str, typer.Argument(metavar="THREAT", help="Id of what was flying.")],
    what_if: Annotated[
        Optional[list[str]],
        typer.Option(
            metavar="PATH=VALUE",
            help="Replay the same luck with this changed, and compare.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Optional[Path],
        typer.Option(help="With --what-if: keep the changed run in this folder.", show_default=False),
    ] = None,
) -> None:
    """Tell the whole kill chain of one threat, and the first link that failed."""
    if what_if or out is not None:
        from openiads.cli.what_if import explain_what_if

        explain_what_if(folder, threat, what_if or [], out)
        return
    from openiads.cli.tell import explain_threat

    explain_threat(folder, threat)


@app.command(short_help="Validate scenario or catalogue files.")
@guarded
def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="Scenario or catalogue files; also shipped scenarios by name."
        ),
    ],
) -> None:
    """Validate files; every fault with its place, value and what is allowed."""
    from openiads.cli.tell import check_files

    check_files(files)


@app.command(short_help="List the catalogue, or show one item.")
@guarded
def catalog(
    item: Annotated[
        Optional[str], typer.Argument(metavar="[ITEM]", show_default=False, help="Id of an item.")
    ] = None,
) -> None:
    """List the catalogue, or show one item with sources, grades and ranges."""
    from openiads.cli.tell import show_catalog

    show_catalog(item)


@app.command(short_help="Where a missile can meet a target.")
@guarded
def envelope(
    missile: Annotated[str, typer.Argument(metavar="MISSILE", help="Id of a missile of the catalogue.")],
    speed: Annotated[str, typer.Option(help="Speed of the target.")] = "300 m/s",
    turn: Annotated[str, typer.Option("--g", help="Peak of its weave.")] = "0 g",
    aspect: Annotated[str, typer.Option(help="approaching, crossing or receding.")] = "approaching",
    dive: Annotated[str, typer.Option(help="Descent angle of its path.")] = "0 deg",
    rcs: Annotated[str, typer.Option(help="Its radar cross-section.")] = "1 m2",
    out: Annotated[
        Optional[Path], typer.Option(help="Picture [default: envelope-<missile>.png].", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier picture.")] = False,
) -> None:
    """Compute and draw where a missile can meet a target, over range and altitude."""
    from openiads.cli.target import read_target
    from openiads.cli.tell import show_envelope

    show_envelope(missile, read_target(speed, turn, aspect, dive, rcs), out, force)


@app.command()
@guarded
def scenarios() -> None:
    """List the shipped scenarios, each with the question that it answers."""
    import textwrap

    from openiads.cli.shipped import describe

    for name, title, question in describe():
        typer.echo(f"{name:24} {title}".rstrip())
        typer.echo(textwrap.fill(question, 110, initial_indent=" " * 25, subsequent_indent=" " * 25))


@app.command(short_help="Compile the engine for this machine.")
@guarded
def warmup() -> None:
    """Compile the engine for this machine, so that the first run starts at once."""
    from openiads.cli.tell import compile_engine

    compile_engine()
