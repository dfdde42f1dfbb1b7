"""Verbs of studies. Each imports what it needs when it is called: `--help` imports none of it."""

# ruff: noqa: PLC0415, UP045  (lazy imports; typer reads the annotations)
from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from openiads.cli.guard import guarded
from openiads.cli.options import (
    ChunkOption,
    ClusterOption,
    DoctrineOption,
    ScenarioArgument,
    SeedOption,
    ShardOption,
    StudyArgument,
    StudyOutOption,
    UncertainOption,
    WorkersOption,
)
from openiads.cli.root import app


@app.command(short_help="Simulate a scenario many times.")
@guarded
def study(
    scenario: ScenarioArgument,
    n: Annotated[int, typer.Option("-n", min=1, help="Replications of every point; with --until the most.")],
    vary: Annotated[
        Optional[list[str]],
        typer.Option(
            metavar="PATH=VALUES",
            help="Values of a key, as a,b,c or a..b:n or a..b:log:n; several: all combinations.",
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        Optional[str],
        typer.Option(metavar="GOAL", help='Stop early, such as "leakage ±0.01".', show_default=False),
    ] = None,
    out: StudyOutOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    chunk: ChunkOption = None,
    keep: Annotated[
        int, typer.Option(min=0, help="Store events and trajectories of so many replications per point.")
    ] = 0,
    events: Annotated[bool, typer.Option("--events", help="Store the events of all replications.")] = False,
    cluster: ClusterOption = None,
    shard: ShardOption = None,
    doctrine: DoctrineOption = None,
    uncertain: UncertainOption = None,
    design: Annotated[
        str, typer.Option(metavar="lhs|sobol|oat|fractional", help="How uncertain inputs are drawn.")
    ] = "lhs",
    points: Annotated[
        Optional[int],
        typer.Option(min=2, help="Draws of the uncertain inputs (lhs, sobol).", show_default=False),
    ] = None,
    track_quality: Annotated[
        Optional[str],
        typer.Option(
            metavar="PERIOD", help='Measure the tracks every so often, such as "10 s".', show_default=False
        ),
    ] = None,
) -> None:
    """Simulate a scenario many times, at many points: measures with intervals here, tables there."""
    from openiads.cli.studies import run_study

    run_study(
        scenario,
        n,
        vary or [],
        until,
        out,
        seed,
        workers,
        chunk,
        keep,
        events,
        cluster,
        shard,
        doctrine,
        uncertain or [],
        design,
        points,
        track_quality,
    )


@app.command(short_help="Continue a study.")
@guarded
def resume(
    folder: StudyArgument,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    shard: ShardOption = None,
    doctrine: DoctrineOption = None,
) -> None:
    """Compute what is missing or damaged in a study."""
    from openiads.cli.studies import resume_study

    resume_study(folder, workers, cluster, shard, doctrine)


@app.command(short_help="Compare two scenarios or studies with the same luck.")
@guarded
def compare(
    a: Annotated[
        str, typer.Argument(metavar="A", help="A scenario by name or file, or the folder of a study.")
    ],
    b: Annotated[
        Optional[str],
        typer.Argument(metavar="[B]", help="Another one [default: A again, with --b].", show_default=False),
    ] = None,
    n: Annotated[
        Optional[int],
        typer.Option("-n", min=1, help="Replications of each; with --until the most.", show_default=False),
    ] = None,
    set_a: Annotated[
        Optional[list[str]],
        typer.Option("--a", metavar="PATH=VALUE", help="Change a value in A only.", show_default=False),
    ] = None,
    set_b: Annotated[
        Optional[list[str]],
        typer.Option("--b", metavar="PATH=VALUE", help="Change a value in B only.", show_default=False),
    ] = None,
    vary: Annotated[
        Optional[list[str]],
        typer.Option(metavar="PATH=VALUES", help="Compare at each of these values.", show_default=False),
    ] = None,
    until: Annotated[
        Optional[str],
        typer.Option(metavar="GOAL", help='Stop early, such as "difference ±0.01".', show_default=False),
    ] = None,
    out: Annotated[
        Optional[Path],
        typer.Option(help="Folder to make [default: comparisons/<A>-vs-<B>].", show_default=False),
    ] = None,
    seed: Annotated[
        Optional[int],
        typer.Option(min=0, max=2**32 - 1, help="Seed of both [default: that of A].", show_default=False),
    ] = None,
    workers: WorkersOption = None,
    chunk: ChunkOption = None,
    cluster: ClusterOption = None,
) -> None:
    """Compare two scenarios, or two studies that have been run, replication by replication with the same luck."""
    from openiads.cli.compare import run_compare

    run_compare(a, b, n, (set_a or [], set_b or []), vary or [], until, out, seed, workers, chunk, cluster)


@app.command(short_help="Rank uncertain inputs by what they do.")
@guarded
def sensitivity(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO|STUDY", help="A scenario, or a study that this verb made.")
    ],
    uncertain: UncertainOption = None,
    method: Annotated[str, typer.Option(metavar="morris|sobol|oat", help="Kind of indices.")] = "morris",
    n: Annotated[int, typer.Option("-n", min=1, help="Replications of every point.")] = 20,
    budget: Annotated[int, typer.Option(min=1, help="Replications in all, at most.")] = 2000,
    of: Annotated[str, typer.Option(metavar="MEASURE", help="What is to be explained.")] = "leakage",
    out: Annotated[
        Optional[Path],
        typer.Option(
            help="Folder to make [default: studies/<scenario>-<method>-seed<N>].", show_default=False
        ),
    ] = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
) -> None:
    """Draw uncertain inputs, simulate, and rank them by what they do to a measure: table here, picture there."""
    from openiads.cli.sensitivity import run_sensitivity

    run_sensitivity(scenario, uncertain or [], method, n, budget, of, out, seed, workers)


@app.command(short_help="Say in which part of the inputs a condition holds.")
@guarded
def discover(
    folder: StudyArgument,
    where: Annotated[
        str, typer.Option(metavar="CONDITION", help='What is looked for, such as "leakage <= 0.1".')
    ],
    mass: Annotated[
        float, typer.Option(min=0.01, max=0.5, help="Least share of the points in a box.")
    ] = 0.05,
) -> None:
    """Find the box of uncertain inputs in which a condition holds most often, with its coverage and density."""
    from openiads.cli.sensitivity import run_discover

    run_discover(folder, where, mass)


@app.command(short_help="Say what is worth knowing before a decision.")
@guarded
def value(
    folder: StudyArgument,
    least: Annotated[
        Optional[str],
        typer.Option(
            metavar="PAYOFF",
            help='What is good when small, such as "12 rounds_fired + 50 leaked" [default: leakage].',
            show_default=False,
        ),
    ] = None,
    most: Annotated[
        Optional[str],
        typer.Option(
            metavar="PAYOFF", help="What is good when large, such as assets_surviving.", show_default=False
        ),
    ] = None,
) -> None:
    """Value of information of a study with --vary (the options) and --uncertain (the inputs): EVPI and EVPPI."""
    from openiads.cli.value import run_value

    run_value(folder, least, most)
