"""The command line `openiads` itself: its name, its help, its version."""

# ruff: noqa: PLC0415
from __future__ import annotations

from typing import Annotated

import typer

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
