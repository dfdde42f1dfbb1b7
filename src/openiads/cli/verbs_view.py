"""Verbs that make pictures, pages and files for other programs. Each imports what it needs when it is called."""

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


@app.command(short_help="Where the radars of a scenario see, and its missiles reach.")
@guarded
def coverage(
    scenario: ScenarioArgument,
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
        Optional[str],
        typer.Option(
            help="To each radar by itself: approaching, crossing or receding [default: approaching].",
            show_default=False,
        ),
    ] = None,
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


@app.command(short_help="Run a scenario live in the browser.")
@guarded
def live(
    scenario: ScenarioArgument,
    seed: SeedOption = None,
    replication: ReplicationOption = 0,
    speed: Annotated[float, typer.Option(min=1.0, max=100.0, help="Times wall time, 1 to 100.")] = 1.0,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    out: Annotated[
        Optional[Path], typer.Option(help="Keep the run in this folder.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier run of that name.")] = False,
    samples: SamplesOption = None,
    zones: Annotated[bool, typer.Option(help="With engagement zones (a second per missile type).")] = True,
) -> None:
    """Run a scenario in the browser at 1 to 100 times wall time: pause, step, switch the doctrine on the way."""
    from openiads.cli.live import live as go_live

    go_live(scenario, seed, replication, speed, port, browser, out, force, samples, zones)


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
