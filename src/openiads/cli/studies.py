"""What the verbs for studies do and print."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.cli import shipped
from openiads.cli.guard import Context, UserError
from openiads.cli.study_progress import StudyProgress
from openiads.cli.tell import make_console, show_run

if TYPE_CHECKING:
    from openiads.scenario import Fault


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
    wanted, faults = varied_of(vary)
    drawn, more = uncertain_of(uncertain)
    command = shlex.join(["openiads", *sys.argv[1:]])
    Context.facts = {"scenario": str(file), "command": command}
    from openiads.cli.elsewhere import finish_part, read_shard, workplace
    from openiads.study.study import Study

    part = read_shard(shard, cluster)
    study = Study(
        file, n, wanted, seed=seed, out=out, workers=workers, chunk=chunk, until=until, keep=keep, events=events,
        command=command, part=part, doctrine=doctrine, uncertain=drawn, design=design, points=points,
        track_quality=track_quality,
    )  # fmt: skip
    study.faults = [*faults, *more]
    with StudyProgress() as progress, workplace(cluster, workers, progress) as executor:
        found = study.run(progress, lambda folder: resumable(folder, doctrine), executor)
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
            folder, workers, progress, lambda made: resumable(made, doctrine), executor, part, doctrine
        )
    if not finish_part(found, part):
        _finish(folder)


def resumable(folder: Path, doctrine: str | None = None) -> None:
    """From now on there is something to go on with."""
    own = [] if doctrine is None else ["--doctrine", doctrine]
    Context.facts["resume"] = shlex.join(["openiads", "resume", str(folder), *own])


def varied_of(texts: Sequence[str], option: str = "--vary") -> tuple[dict[str, object], list[Fault]]:
    """Paths and values of `--vary PATH=VALUES`, and what is wrong with the way they are written."""
    from openiads.scenario import Fault

    wanted: dict[str, object] = {}
    faults: list[Fault] = []
    for text in texts:
        path, mark, values = text.partition("=")
        if not mark or not path.strip() or not values.strip():
            told = "it is written PATH=VALUES, such as defence.doctrine.salvo=1,2"
            faults.append(Fault(f"{option} {text}", 0, 0, "", told))
        elif path.strip() in wanted:
            faults.append(Fault(f"{option} {path.strip()}", 0, 0, "", "it is given twice"))
        else:
            wanted[path.strip()] = values
    return wanted, faults


def varied_or_refused(texts: Sequence[str], option: str = "--vary") -> dict[str, object]:
    """Paths and values. Raises ScenarioError with every text that cannot be read."""
    from openiads.scenario import ScenarioError

    wanted, faults = varied_of(texts, option)
    if faults:
        raise ScenarioError(faults)
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

    print_study(open_study(folder), make_console())


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
