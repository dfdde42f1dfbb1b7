"""The command line: thin verbs over the public API."""

from __future__ import annotations

#: Thresholds of Python's collector: importing and drawing make some millions of objects that stay, and looking at them
#: again and again took a tenth of the time of a run.
_COLLECT = (50_000, 20, 100)


def main() -> None:
    """Entry point of `openiads`."""
    # Imported here, so that `import openiads.cli` costs nothing.
    import gc  # noqa: PLC0415

    gc.set_threshold(*_COLLECT)
    from openiads.cli.app import app  # noqa: PLC0415
    from openiads.cli.guard import leave  # noqa: PLC0415

    try:
        app(prog_name="openiads")
    except SystemExit as stop:
        if isinstance(stop.code, int):
            leave(stop.code)
        raise


__all__ = ["main"]
