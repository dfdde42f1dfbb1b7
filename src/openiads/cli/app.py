"""The verbs of `openiads`. Each imports what it needs when it is called: `--help` imports none of it."""

# ruff: noqa: PLC0415, UP045  (lazy imports; typer reads the annotations)
from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from openiads.cli.guard import UserError, guarded
from openiads.cli.options import (
    ChunkOption,
    ClusterOption,
    DoctrineOption,
    RunArgument,
    ScenarioArgument,
    SeedOption,
    ShardOption,
    StudyArgument,
    StudyOutOption,
    UncertainOption,
    WorkersOption,
)

app = typer.Typer(
    name="openiads",
    help="An open simulator of integrated air defence: "
    "radar physics to intercept, every value with its source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from openiads import __version__

        typer.echo(f"openiads {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """An open simulator of integrated air defence."""


@app.command(short_help="Simulate a scenario once.")
@guarded
def run(
    scenario: ScenarioArgument,
    seed: SeedOption = None,
    replication: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Number of the replication.")] = 0,
    out: Annotated[
        Optional[Path],
        typer.Option(help="Folder to write [default: runs/<scenario>-seed<N>].", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier run of that name.")] = False,
    samples: Annotated[
        Optional[str],
        typer.Option(
            metavar="PERIOD", help='Time between trajectory samples, such as "1 s".', show_default=False
        ),
    ] = None,
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
    out: StudyOutOption = None,
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


@app.command(short_help="Write a run in another format, or the tables of a study to single files.")
@guarded
def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN|STUDY", help="Folder of a run or a study.")],
    to: Annotated[
        str,
        typer.Option(
            metavar="FORMAT",
            help="Of a run: tacview, czml, kml, geojson, csv, parquet, dis, asterix, simdis, stonesoup; "
            "of a study: parquet, csv.",
        ),
    ] = "parquet",
    out: Annotated[
        Optional[Path],
        typer.Option(
            help="File or folder to write [default: beside it, named after it].", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files of an earlier export.")] = False,
    udp: Annotated[
        Optional[str],
        typer.Option(
            metavar="ADDRESS:PORT", help="With --to dis: send it, to a loopback address.", show_default=False
        ),
    ] = None,
    speed: Annotated[
        Optional[float],
        typer.Option(
            help="With --udp: so many times as fast as it happened [default: 1].", show_default=False
        ),
    ] = None,
) -> None:
    """Write a run in another format (docs/exports.md), or every table of a study to one file."""
    from openiads.cli.export import export_any

    export_any(folder, to, out, force, udp, speed)


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
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario or catalogue files.")],
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
    """List the shipped scenarios."""
    from openiads.cli.shipped import describe

    for name, title in describe():
        typer.echo(f"{name:24} {title}".rstrip())


@app.command(short_help="Compile the engine for this machine.")
@guarded
def warmup() -> None:
    """Compile the engine for this machine, so that the first run starts at once."""
    from openiads.cli.tell import compile_engine

    compile_engine()


@app.command(short_help="Where the radars of a scenario see, and its missiles reach.")
@guarded
def coverage(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A shipped scenario by name, or a file.")
    ],
    altitude: Annotated[
        Optional[str],
        typer.Option(metavar="LIST", help="Altitudes [default: 50m,300m,3km,10km].", show_default=False),
    ] = None,
    rcs: Annotated[
        Optional[str],
        typer.Option(help="Radar cross-section from everywhere [default: 1 m2].", show_default=False),
    ] = None,
    target: Annotated[
        Optional[str],
        typer.Option(
            metavar="ITEM", help="A platform of the catalogue, with its signature.", show_default=False
        ),
    ] = None,
    speed: Annotated[
        Optional[str],
        typer.Option(help="Speed [default: the item's cruise, else 250 m/s].", show_default=False),
    ] = None,
    aspect: Annotated[
        str, typer.Option(help="To each radar by itself: approaching, crossing or receding.")
    ] = "approaching",
    course: Annotated[
        Optional[str], typer.Option(help="One course over the map, from north.", show_default=False)
    ] = None,
    swerling: Annotated[
        Optional[int],
        typer.Option(
            "--fluctuation", help="Swerling case, 0 to 4 [default: the item's, else 1].", show_default=False
        ),
    ] = None,
    pd: Annotated[str, typer.Option(metavar="LIST", help="Detection probabilities.")] = "0.5,0.9",
    looks: Annotated[int, typer.Option(help="In so many independent looks together.")] = 1,
    jamming: Annotated[
        Optional[str],
        typer.Option(
            metavar="off|as-scenario|on", help="[default: off; with --at as-scenario].", show_default=False
        ),
    ] = None,
    at: Annotated[
        Optional[str],
        typer.Option(metavar="TIME", help="When the jammers are where they are.", show_default=False),
    ] = None,
    above_ground: Annotated[
        bool, typer.Option("--above-ground", help="Altitudes above the ground, not the ellipsoid.")
    ] = False,
    cell: Annotated[
        Optional[str], typer.Option(help="Side of a cell [default: 400 cells a side].", show_default=False)
    ] = None,
    claim: Annotated[
        Optional[str],
        typer.Option(
            metavar="ITEM",
            help="Say what the declared range of this missile or radar means [against a cruise missile at 15 m].",
            show_default=False,
        ),
    ] = None,
    vertical: Annotated[
        Optional[list[str]],
        typer.Option(
            metavar="RADAR", help="Vertical charts of these radars only; several.", show_default=False
        ),
    ] = None,
    azimuth: Annotated[
        Optional[str],
        typer.Option(
            help="Of the vertical charts [default: north, or the middle of the sector].", show_default=False
        ),
    ] = None,
    top: Annotated[
        Optional[str],
        typer.Option(
            help="Highest altitude of the vertical charts [default: 12 km or more].", show_default=False
        ),
    ] = None,
    to: Annotated[
        str, typer.Option(metavar="LIST", help="Files: geojson, kml, png, geotiff.")
    ] = "geojson,kml,png",
    out: Annotated[
        Optional[Path],
        typer.Option(help="Folder to make [default: coverage-<scenario>].", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier folder of that name.")] = False,
) -> None:
    """Where radars see and missiles reach, by altitude: a table here, maps and charts there."""
    from openiads.cli.coverage import Words, run_coverage

    words = Words(
        altitude, rcs, target, speed, aspect, course, swerling, pd, looks, jamming, at, above_ground, cell, claim,
        vertical or [], azimuth, top, to,
    )  # fmt: skip
    run_coverage(scenario, words, out, force)


@app.command(short_help="Write a run or a study as one HTML file.")
@guarded
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN|STUDY", help="Folder of a run or a study.")],
    out: Annotated[
        Optional[Path],
        typer.Option(
            metavar="FILE",
            help="File to write [default: RUN-report.html beside the folder].",
            show_default=False,
        ),
    ] = None,
    figures: Annotated[
        Optional[Path],
        typer.Option(
            metavar="DIR", help="Also every picture as SVG and PNG, every table as CSV.", show_default=False
        ),
    ] = None,
    against: Annotated[
        Optional[Path],
        typer.Option(
            metavar="STUDY", help="Another study of the same seed, compared in pairs.", show_default=False
        ),
    ] = None,
    of: Annotated[
        str, typer.Option(metavar="MEASURE", help="What is drawn against inputs, and compared.")
    ] = "leakage",
    where: Annotated[
        Optional[str],
        typer.Option(
            metavar="CONDITION", help='Look for where it holds, such as "leakage <= 0.1".', show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier report.")] = False,
) -> None:
    """Write a run or a study as one HTML file: figures, tables, assumptions with their grades, what it cannot tell."""
    from openiads.cli.report import make_report

    make_report(folder, out, figures, against, of, where, force)


BesideOption = Annotated[
    Optional[Path],
    typer.Option(
        metavar="RUN2", help="A second run, shown side by side on the same clock.", show_default=False
    ),
]


@app.command(short_help="Write a run as one page that opens from disk.")
@guarded
def replay(
    folder: RunArgument,
    out: Annotated[
        Optional[Path], typer.Option(metavar="FILE", help="Page [default: RUN.html].", show_default=False)
    ] = None,
    beside: BesideOption = None,
    zones: Annotated[bool, typer.Option(help="With engagement zones (a second per missile type).")] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier page of that name.")] = False,
) -> None:
    """Write a run as one HTML page with a 3-D globe. It opens from disk and needs no network."""
    from openiads.cli.replay import replay as write_page

    write_page(folder, out, beside, force, zones)


@app.command(short_help="Open a run or a study in the browser.")
@guarded
def view(
    folder: Annotated[Path, typer.Argument(metavar="RUN|STUDY", help="Folder of a run or a study.")],
    beside: BesideOption = None,
    point: Annotated[
        Optional[int], typer.Option(min=0, help="Of a study: replay this point.", show_default=False)
    ] = None,
    replication: Annotated[
        Optional[int], typer.Option(min=0, help="Of a study: replay this replication.", show_default=False)
    ] = None,
    doctrine: DoctrineOption = None,
) -> None:
    """Open the page of a run in the browser, or of a study: its distributions, and from there any replication."""
    from openiads.cli.replay import view as open_page

    open_page(folder, beside, point, replication, doctrine)


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


@app.command(short_help="Run a scenario live in the browser.")
@guarded
def live(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A shipped scenario by name, or a file.")
    ],
    seed: Annotated[
        Optional[int],
        typer.Option(
            min=0,
            max=2**32 - 1,
            help="Seed of the random numbers [default: the scenario's].",
            show_default=False,
        ),
    ] = None,
    replication: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Number of the replication.")] = 0,
    speed: Annotated[float, typer.Option(min=1.0, max=100.0, help="Times wall time, 1 to 100.")] = 1.0,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    out: Annotated[
        Optional[Path], typer.Option(help="Keep the run in this folder.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier run of that name.")] = False,
    samples: Annotated[
        Optional[str],
        typer.Option(
            metavar="PERIOD", help='Time between trajectory samples, such as "1 s".', show_default=False
        ),
    ] = None,
    zones: Annotated[bool, typer.Option(help="With engagement zones (a second per missile type).")] = True,
) -> None:
    """Run a scenario in the browser at 1 to 100 times wall time: pause, step, switch the doctrine on the way."""
    from openiads.cli.live import live as go_live

    go_live(scenario, seed, replication, speed, port, browser, out, force, samples, zones)


__all__ = ["UserError", "app"]
