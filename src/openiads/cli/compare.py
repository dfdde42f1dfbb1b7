"""What `openiads compare` does and prints."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.cli import shipped
from openiads.cli.guard import Context, UserError
from openiads.cli.relabel import given_by
from openiads.cli.study_progress import StudyProgress
from openiads.cli.tell import make_console

if TYPE_CHECKING:
    from openiads.analysis.compare import Comparison
    from openiads.study.study import Study

PICTURE, TABLE = "comparison.png", "comparison.csv"


def run_compare(
    one: str,
    two: str | None,
    n: int | None,
    own: tuple[Sequence[str], Sequence[str]],
    vary: Sequence[str],
    until: str | None,
    out: Path | None,
    seed: int | None,
    workers: int | None,
    chunk: int | None,
    cluster: str | None,
) -> None:
    """`openiads compare`."""
    Context.facts = {"command": shlex.join(["openiads", *sys.argv[1:]])}
    studies = [_is_study(name) for name in (one, two) if name is not None]
    asked = [n, until, seed, workers, chunk, cluster, *own[0], *own[1], *vary]
    if all(studies):
        if any(option is not None for option in asked):
            raise UserError("these are studies that have been run: of the options only --out applies")
        _compare_studies(Path(one), Path(two or one), out)
        return
    if any(studies):
        raise UserError("a study that has been run is compared with another one, a scenario with a scenario")
    if n is None:
        raise UserError("how many replications? -n N (with --until the most)")
    if two is None and not any(own):
        raise UserError(
            "there is nothing to compare: give a second scenario, or a change with --b PATH=VALUE"
        )
    _compare_scenarios(one, two or one, n, own, vary, until, out, seed, workers, chunk, cluster)


def _is_study(name: str) -> bool:
    from openiads.results.study import is_study

    return name not in shipped.names() and is_study(name)


def _compare_studies(one: Path, two: Path, out: Path | None) -> None:
    from openiads.analysis.compare import compare
    from openiads.results.study import open_study

    study = open_study(one)
    found = compare(study, study if two == one else open_study(two))
    if out is not None:
        from openiads.study.files import make_folder
        from openiads.study.study import disk_errors_of

        with disk_errors_of(out):
            make_folder(out)
    _finish(found, out, "leakage")


def _compare_scenarios(
    one: str,
    two: str,
    n: int,
    own: tuple[Sequence[str], Sequence[str]],
    vary: Sequence[str],
    until: str | None,
    out: Path | None,
    seed: int | None,
    workers: int | None,
    chunk: int | None,
    cluster: str | None,
) -> None:
    from openiads.analysis.compare import read_difference_goal
    from openiads.cli.elsewhere import workplace
    from openiads.cli.studies import varied_or_refused
    from openiads.study.pair import one_value, run_pair
    from openiads.study.study import Study

    goal = None if until is None else read_difference_goal(until)
    files = [shipped.find(one), shipped.find(two)]
    common = varied_or_refused(vary)
    folder = out or Path("comparisons") / (
        f"{files[0].stem}-vs-{files[1].stem}" if files[0] != files[1] else files[0].stem
    )
    studies: list[Study] = []
    for file, settings, letter in zip(files, own, "ab", strict=True):
        mine = varied_or_refused(settings, f"--{letter}")
        with given_by((path, f"--{letter}") for path in mine):
            one_value(file, mine, f"--{letter}")
        again = [path for path in mine if path in common]
        if again:
            raise UserError(f"{again[0]} is given by --{letter} and by --vary")
        studies.append(
            Study(file, n, {**mine, **common}, seed=seed, out=folder / letter, workers=workers, chunk=chunk,
                  command=Context.facts["command"])
        )  # fmt: skip
    labels = [
        (path, f"--{letter}") for letter, k in (("a", 0), ("b", 1)) for path in varied_or_refused(own[k])
    ]
    with StudyProgress() as progress, workplace(cluster, workers, progress) as executor, given_by(labels):
        _, _, found = run_pair(studies[0], studies[1], goal, progress, _again, executor)
    _finish(found, folder, "leakage" if goal is None else goal.measure)


def _again(_: Path) -> None:
    """A comparison goes on when it is started again: its studies are joined."""
    Context.facts["resume"] = Context.facts["command"]


def _finish(found: Comparison, folder: Path | None, shown: str) -> None:
    from openiads.report.compare_picture import comparison_overview
    from openiads.report.compare_summary import print_comparison
    from openiads.study.export import csv_bytes
    from openiads.study.files import commit
    from openiads.study.study import disk_errors_of

    if folder is not None:
        with disk_errors_of(folder):
            commit(folder / PICTURE, comparison_overview(found, shown))
            commit(folder / TABLE, csv_bytes(found.table()))
    print_comparison(found, make_console(), shown)
    if folder is not None:
        sys.stdout.write(f"\n{folder}: {PICTURE}, {TABLE}\n")
