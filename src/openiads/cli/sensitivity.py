"""What `openiads sensitivity` and `openiads discover` do and print."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.cli import shipped
from openiads.cli.guard import Context, UserError
from openiads.cli.studies import resumable
from openiads.cli.study_progress import StudyProgress

if TYPE_CHECKING:
    from openiads.scenario import Fault


def uncertain_of(texts: Sequence[str]) -> tuple[dict[str, object], list[Fault]]:
    """Paths and laws of `--uncertain PATH[=LAW]`, and what is wrong with the way they are written."""
    from openiads.scenario import Fault

    wanted: dict[str, object] = {}
    faults: list[Fault] = []
    for text in texts:
        path, mark, law = text.partition("=")
        if not path.strip() or (mark and not law.strip()):
            told = "it is written PATH or PATH=LAW, such as EW.antenna_height=uniform(5 m, 25 m)"
            faults.append(Fault(f"--uncertain {text}", 0, 0, "", told))
        elif path.strip() in wanted:
            faults.append(Fault(f"--uncertain {path.strip()}", 0, 0, "", "it is given twice"))
        else:
            wanted[path.strip()] = law.strip() if mark else None
    return wanted, faults


def run_sensitivity(
    scenario: str,
    uncertain: Sequence[str],
    method: str,
    n: int,
    budget: int,
    of: str,
    out: Path | None,
    seed: int | None,
    workers: int | None,
) -> None:
    """`openiads sensitivity`: of a scenario, or again of a study that it made."""
    from openiads.analysis.measures import measure
    from openiads.results.study import is_study, open_study

    measure(of)
    if is_study(scenario):
        if uncertain:
            raise UserError(f"{scenario} is a study: its inputs were drawn already; leave --uncertain out")
        _tell(Path(scenario), of)
        return
    wanted, faults = uncertain_of(uncertain)
    file = shipped.find(scenario)
    command = shlex.join(["openiads", *sys.argv[1:]])
    Context.facts = {"scenario": str(file), "command": command}
    from openiads.scenario import ScenarioError
    from openiads.study.sensitivity import study_for

    if faults and not wanted:
        raise ScenarioError(faults)
    study = study_for(file, wanted, method, n, budget, seed=seed, out=out, workers=workers, command=command)
    study.faults = faults
    with StudyProgress() as progress:
        found = study.run(progress, resumable)
    _tell(open_study(found.path).path, of)


def _tell(folder: Path, of: str) -> None:
    from openiads.report.sensitivity import sensitivity_picture, sensitivity_summary
    from openiads.results.study import open_study
    from openiads.study.files import commit
    from openiads.study.sensitivity import of_study, picture_file
    from openiads.study.study import disk_errors_of

    study = open_study(folder)
    found = of_study(study, of)
    title = study.manifest["scenario"].get("title") or study.name
    with disk_errors_of(folder):
        commit(picture_file(folder), sensitivity_picture(found, of, title))
    sys.stdout.write(sensitivity_summary(found, of))
    sys.stdout.write(f"\n  picture: {picture_file(folder)}\n")


def run_discover(folder: Path, where: str, least_mass: float) -> None:
    """`openiads discover`."""
    from openiads.report.discovery import discovery_summary
    from openiads.results.study import open_study
    from openiads.study.discovery import discover

    sys.stdout.write(discovery_summary(discover(open_study(folder), where, least_mass)))
