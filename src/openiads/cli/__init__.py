"""The command line: thin verbs over the public API."""

from __future__ import annotations


def main() -> None:
    """Entry point of `openiads`."""
    # Imported here, so that `import openiads.cli` costs nothing.
    from openiads.cli.app import app  # noqa: PLC0415
    from openiads.cli.guard import leave  # noqa: PLC0415

    try:
        app(prog_name="openiads")
    except SystemExit as stop:
        if isinstance(stop.code, int):
            leave(stop.code)
        raise


__all__ = ["main"]
