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


def view(
    folder: Path, beside: Path | None, point: int | None, replication: int | None, doctrine: str | None
) -> None:
    """`openiads view`: a run, one replication of a study, or the page of a study."""
    import tempfile

    from openiads.results.study import is_study

    if not is_study(folder):
        if point is not None or replication is not None or doctrine is not None:
            raise UserError(f"--point, --replication and --doctrine belong to a study; {folder} is none")
        place = Path(tempfile.mkdtemp(prefix="openiads-view-"))
        _open(replay(folder, place / default_page(folder, beside).name, beside, force=False))
        return
    if beside is not None:
        raise UserError("--beside takes two runs; replications of a study are opened from its page")
    if replication is None and point is None:
        from openiads.cli.study_view import view_study

        view_study(folder, doctrine)
        return
    _open(_replication(folder, point or 0, replication or 0, doctrine))


def _replication(folder: Path, point: int, replication: int, doctrine: str | None) -> Path:
    import tempfile

    from openiads.cli.progress import Progress
    from openiads.study.replay import replay as again

    place = Path(tempfile.mkdtemp(prefix="openiads-view-"))
    name = f"{folder.resolve().name}-p{point}-r{replication}"
    with Progress() as progress:
        again(folder, point, replication, place / name, doctrine=doctrine, progress=progress)
    return replay(place / name, None, None, force=False)


def _open(page: Path) -> None:
    import webbrowser

    if not webbrowser.open(page.resolve().as_uri()):
        raise UserError(f"no browser could be opened; open {page} by hand")
