"""`openiads replay` and `openiads view` of a run."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import sys
from pathlib import Path

from openiads.cli.guard import UserError


def replay(folder: Path, out: Path | None, beside: Path | None, force: bool, zones: bool = True) -> Path:
    """`openiads replay`: write the page and say where."""
    from openiads.results import open_run
    from openiads.viewer.page import write_replay

    runs = [open_run(folder)] if beside is None else [open_run(folder), open_run(beside)]
    target = write_replay(runs, out or default_page(folder, beside), force=force, zones=zones)
    sys.stdout.write(f"{target} ({target.stat().st_size / 1e6:.1f} MB)\n")
    return target


def default_page(folder: Path, beside: Path | None = None) -> Path:
    """RUN.html beside the folder of the run."""
    place = folder.resolve()
    name = place.name if beside is None else f"{place.name}-beside-{beside.resolve().name}"
    return place.parent / f"{name}.html"


def view(folder: Path, beside: Path | None) -> None:
    """`openiads view RUN`: the same page in the browser, from a folder for temporary files."""
    import tempfile
    import webbrowser

    place = Path(tempfile.mkdtemp(prefix="openiads-view-"))
    target = replay(folder, place / default_page(folder, beside).name, beside, force=False)
    if not webbrowser.open(target.resolve().as_uri()):
        raise UserError(f"no browser could be opened; open {target} by hand")
