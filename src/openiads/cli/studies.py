"""What the verbs for studies do and print."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from openiads.cli import shipped
from openiads.cli.guard import Context, UserError
from openiads.cli.study_progress import StudyProgress
from openiads.cli.tell import _console, show_run


def run_study(
    scenario: str,
    n: int,
    vary: Sequence[str],
    until: str | None,
    out: Path | None,
    seed: int | None,
    workers: int | None,
    chunk: int | None,
    keep: int,
    events: bool,
    cluster: str | None = None,
    shard: str | None = None,
    doctrine: str | None = None,
    uncertain: Sequence[str] = (),
    design: str = "lhs",
    points: int | None = None,
    track_quality: str | None = None,
) -> None:
    """`openiads study`."""
    from openiads.cli.sensitivity import uncertain_of

    file = shipped.find(scenario)
    wanted = _varied(vary)
    command = shlex.join(["openiads", *sys.argv[1:]])
    Context.facts = {"scenario": str(file), "command": command}
    from openiads.cli.elsewhere import finish_part, read_shard, workplace
    from openiads.study.study import Study

    part = read_shard(shard, cluster)
    study = Study(
        file, n, wanted, seed=seed, out=out, workers=workers, chunk=chunk, until=until, keep=keep, events=events,
        command=command, part=part, doctrine=doctrine, uncertain=uncertain_of(uncertain), design=design, points=points,
        track_quality=track_quality,
    )  # fmt: skip
    with StudyProgress() as progress, workplace(cluster, workers, progress) as executor:
        found = study.run(progress, lambda folder: _resumable(folder, doctrine), executor)
    if not finish_part(found, part):
        _finish(found.path)


def resume_study(
    folder: Path,
    workers: int | None,
    cluster: str | None = None,
    shard: str | None = None,
    doctrine: str | None = None,
) -> None:
    """`openiads resume`."""
    Context.facts = {"command": shlex.join(["openiads", "resume", str(folder)])}
    from openiads.cli.elsewhere import finish_part, read_shard, workplace
    from openiads.study.study import resume

    part = read_shard(shard, cluster)
    with StudyProgress() as progress, workplace(cluster, workers, progress) as executor:
        found = resume(
            folder, workers, progress, lambda made: _resumable(made, doctrine), executor, part, doctrine
        )
    if not finish_part(found, part):
        _finish(folder)


def _resumable(folder: Path, doctrine: str | None = None) -> None:
    """From now on there is something to go on with."""
    own = [] if doctrine is None else ["--doctrine", doctrine]
    Context.facts["resume"] = shlex.join(["openiads", "resume", str(folder), *own])


def _varied(vary: Sequence[str], option: str = "--vary") -> dict[str, object]:
    wanted: dict[str, object] = {}
    for text in vary:
        path, mark, values = text.partition("=")
        if not mark or not path.strip() or not values.strip():
            raise UserError(f"{option} {text}: it is written PATH=VALUES, such as defence.doctrine.salvo=1,2")
        if path.strip() in wanted:
            raise UserError(f"{option} {path.strip()} is given twice")
        wanted[path.strip()] = values
    return wanted


def _finish(folder: Path) -> None:
    from openiads.report.study_picture import study_overview
    from openiads.results.study import open_study
    from openiads.results.study_schema import PICTURE
    from openiads.study.files import commit
    from openiads.study.study import disk_errors_of

    study = open_study(folder)
    picture = study_overview(study)
    with disk_errors_of(folder):
        commit(folder / PICTURE, picture)
    show_study(folder)


def show_any(folder: Path) -> None:
    """`openiads show`."""
    from openiads.results.study import is_study

    if is_study(folder):
        show_study(folder)
    else:
        show_run(folder)


def show_study(folder: Path) -> None:
    """The summary of a study."""
    from openiads.report.study_summary import print_study
    from openiads.results.study import open_study

    print_study(open_study(folder), _console())


def export_study(folder: Path, to: str, out: Path | None, force: bool) -> None:
    """`openiads export`."""
    if to not in ("parquet", "csv"):
        raise UserError(f"--to {to}: the formats are parquet and csv")
    from openiads.results.study import open_study
    from openiads.study.export import export

    study = open_study(folder)
    target = out or folder.parent / f"{folder.name}-export"
    for path, rows in export(study, to, target, force):
        sys.stdout.write(f"{path}: {rows} rows\n")
