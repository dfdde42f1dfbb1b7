"""The command line: thin verbs over the public API."""

from __future__ import annotations


def main() -> None:
    """Entry point of `openiads`."""
    from openiads.cli.app import app  # noqa: PLC0415 - keeps `import openiads.cli` free

    app(prog_name="openiads")


__all__ = ["main"]
