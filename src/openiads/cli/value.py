"""What `openiads value` does and prints."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import sys
from pathlib import Path


def run_value(folder: Path, least: str | None, most: str | None) -> None:
    """`openiads value`."""
    from openiads.report.value import value_picture, value_summary
    from openiads.results.study import open_study
    from openiads.study.files import commit
    from openiads.study.study import disk_errors_of
    from openiads.study.value import PAYOFF, picture_file, value_of_information

    study = open_study(folder)
    found = value_of_information(study, least, most)
    payoff = " ".join((least or most or PAYOFF).split())
    title = study.manifest["scenario"].get("title") or study.name
    with disk_errors_of(folder):
        commit(picture_file(folder), value_picture(found, payoff, title))
    sys.stdout.write(value_summary(found, payoff))
    sys.stdout.write(f"\n  picture: {picture_file(folder)}\n")
