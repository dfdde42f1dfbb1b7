"""What `openiads report` does."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.cli.guard import INCOMPLETE, UserError

if TYPE_CHECKING:
    from openiads.analysis.compare import Comparison
    from openiads.analysis.discovery import Discovery
    from openiads.analysis.sensitivity import Sensitivity
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

    measure(of)
    results = _open(folder)
    target = out or folder.resolve().parent / f"{folder.resolve().name}-report.html"
    _refuse(target, force, "--out FILE")
    if figures is not None and (figures / "manifest.json").exists():
        raise UserError(
            f"--figures {figures}: that is the folder of a run or study; pictures and tables want one of their own"
        )
    extras = _extras(results, against, of, where)
    from openiads.report.page import build
    from openiads.study.basis import basis

    report = build(results, basis(results), extras)
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
    from openiads.report.page import Extras
    from openiads.results import Run
    from openiads.results.study import is_study

    if isinstance(results, Run):
        for name, given in (("--against", against), ("--where", where)):
            if given is not None:
                raise UserError(f"{name} is for studies; {results.path} is one run")
        return None
    if against is not None and not is_study(against):
        raise UserError(f"--against {against}: it is not the folder of a study")
    return Extras(
        of=of,
        other="" if against is None else against.resolve().name,
        sensitivity=_indices(results, of),
        discovery=None if where is None else _box(results, where),
        comparison=None if against is None else _compared(results, against),
    )


# Each imports its room when it is wanted: those of the engine would cost more than the report.
def _indices(study: StudyResults, of: str) -> Sensitivity | None:
    kind = (study.manifest.get("design") or {}).get("kind")
    if kind is None or study.replications_done < study.replications_wanted:
        return None
    from openiads.study.sensitivity import METHODS, of_study

    return of_study(study, of) if kind in METHODS.values() else None


def _box(study: StudyResults, where: str) -> Discovery:
    from openiads.study.discovery import discover

    return discover(study, where)


def _compared(study: StudyResults, against: Path) -> Comparison:
    from openiads.analysis.compare import compare
    from openiads.results.study import open_study

    return compare(study, open_study(against))


def _write(pages: dict[Path, bytes]) -> None:
    """Each file beside its name, then renamed: no half a page. What the disk says is one line, exit code 3; new files go again."""
    from openiads.study.files import commit, make_folder

    new: list[Path] = []
    for path, content in pages.items():
        new += [one for one in (*reversed(path.parents), path) if not one.exists()]
        try:
            make_folder(path.parent)
            commit(path, content)
        except OSError as error:
            _take_back(new)
            sys.stderr.write(
                f"openiads: cannot write {path}: {error.strerror or error}; nothing half-written is left\n"
            )
            raise SystemExit(INCOMPLETE) from None


def _take_back(new: list[Path]) -> None:
    """Remove the files and folders that were made, the last first; what cannot be removed stays."""
    for path in reversed(new):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)


__all__ = ["make_report"]
