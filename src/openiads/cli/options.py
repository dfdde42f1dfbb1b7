"""Arguments and options that several verbs share, each written once."""

# ruff: noqa: UP045  (typer reads the annotations)
from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A shipped scenario by name, or a file.")
]

SeedOption = Annotated[
    Optional[int],
    typer.Option(
        min=0,
        max=2**32 - 1,
        help="Seed of the random numbers [default: the scenario's].",
        show_default=False,
    ),
]

ReplicationOption = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Number of the replication.")]

SamplesOption = Annotated[
    Optional[str],
    typer.Option(
        metavar="PERIOD", help='Time between trajectory samples, such as "1 s".', show_default=False
    ),
]

WorkersOption = Annotated[
    Optional[int], typer.Option(min=1, max=1024, help="Threads [default: all cores].", show_default=False)
]

StudyOutOption = Annotated[
    Optional[Path],
    typer.Option(help="Folder to make [default: studies/<scenario>-seed<N>].", show_default=False),
]

ChunkOption = Annotated[
    Optional[int],
    typer.Option(min=1, help="Replications per shard [default: 100 or fewer].", show_default=False),
]

RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")]

DoctrineOption = Annotated[
    Optional[str],
    typer.Option(
        metavar="FILE.py:NAME", help="A doctrine of your own instead of the built-in one.", show_default=False
    ),
]

StudyArgument = Annotated[Path, typer.Argument(metavar="STUDY", help="Folder of a study.")]

ClusterOption = Annotated[
    Optional[str],
    typer.Option(
        metavar="local|ADDRESS",
        help="Compute on a Dask cluster: local, or tcp://HOST:PORT of its scheduler.",
        show_default=False,
    ),
]

UncertainOption = Annotated[
    Optional[list[str]],
    typer.Option(
        metavar="PATH[=LAW]",
        help='An uncertain input, such as "EW.antenna_height=uniform(5 m, 25 m)" or catalog.9M96E2.fuze_radius_m '
        "(over its range); several.",
        show_default=False,
    ),
]

ShardOption = Annotated[
    Optional[str],
    typer.Option(metavar="I/N", help="Compute the I-th of N parts (a job array).", show_default=False),
]
