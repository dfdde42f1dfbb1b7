"""What `openiads report` does."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.cli.guard import UserError

if TYPE_CHECKING:
    from openiads.report.page import Extras
    from openiads.results import Run, StudyResults


def make_report(
    folder: Path,
    out: Path | None,
    figures: Path | None,
    against: Path | None,
    of: str,
    where: str | None,
    force: bool,
) -> None:
    """`openiads report`: one HTML file, and its pictures and tables where asked for."""
    from openiads.analysis.measures import measure
    from openiads.report.page import build
    from openiads.study.basis import basis

    measure(of)
    results = _open(folder)
    target = out or folder.resolve().parent / f"{folder.resolve().name}-report.html"
    _refuse(target, force, "--out FILE")
    report = build(results, basis(results), _extras(results, against, of, where))
    pages = {target: report.html().encode()}
    if figures is not None:
        pages |= {figures / name: content for name, content in report.files()}
        for path in list(pages)[1:]:
            _refuse(path, force, "--figures DIR")
    _write(pages)
    sys.stdout.write(f"{target}: {len(pages[target]) / 1e6:.2f} MB\n")
    if figures is not None:
        sys.stdout.write(f"{figures}: {len(pages) - 1} files\n")


def _open(folder: Path) -> Run | StudyResults:
    from openiads.results import open_run, open_study
    from openiads.results.study import is_study

    return open_study(folder) if is_study(folder) else open_run(folder)


def _refuse(path: Path, force: bool, other: str) -> None:
    if path.is_dir():
        raise UserError(f"{path} is a folder; {other} writes elsewhere")
    if path.exists() and not force:
        raise UserError(f"{path} exists; --force replaces it, {other} writes elsewhere")


def _extras(results: Run | StudyResults, against: Path | None, of: str, where: str | None) -> Extras | None:
    """What stands in the report of a study besides."""
    from openiads.analysis.compare import compare
    from openiads.report.page import Extras
    from openiads.results import Run
    from openiads.results.study import is_study, open_study
    from openiads.study.discovery import discover
    from openiads.study.sensitivity import METHODS, of_study

    if isinstance(results, Run):
        for name, given in (("--against", against), ("--where", where)):
            if given is not None:
                raise UserError(f"{name} is for studies; {results.path} is one run")
        return None
    if against is not None and not is_study(against):
        raise UserError(f"--against {against}: it is not the folder of a study")
    kind = (results.manifest.get("design") or {}).get("kind")
    whole = results.replications_done >= results.replications_wanted
    return Extras(
        of=of,
        other="" if against is None else against.resolve().name,
        sensitivity=of_study(results, of) if kind in METHODS.values() and whole else None,
        discovery=None if where is None else discover(results, where),
        comparison=None if against is None else compare(results, open_study(against)),
    )


def _write(pages: dict[Path, bytes]) -> None:
    """Each file beside its name, then renamed: no half a page. What the disk says ends with code 3."""
    from openiads.study.files import commit, make_folder
    from openiads.study.study import disk_errors_of

    for path, content in pages.items():
        with disk_errors_of(path.parent):
            make_folder(path.parent)
            commit(path, content)


__all__ = ["make_report"]
