"""What `openiads export` does and prints: a run in another format, or the tables of a study."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import sys
from pathlib import Path

from openiads.cli.guard import UserError

_OF_STUDIES = ("parquet", "csv")


def export_any(
    folder: Path, to: str, out: Path | None, force: bool, udp: str | None, speed: float | None
) -> None:
    """`openiads export`."""
    from openiads.results.study import is_study

    if speed is not None and udp is None:
        raise UserError("--speed goes with --udp")
    if udp is not None and to != "dis":
        raise UserError(f"--udp goes with --to dis, not with --to {to}")
    if udp is not None and (out is not None or force):
        raise UserError("--udp sends and writes nothing: it does not go with --out and --force")
    if is_study(folder):
        from openiads.cli.studies import export_study

        if to not in _OF_STUDIES:
            raise UserError(f"--to {to}: {folder} is a study, which goes to parquet and csv")
        export_study(folder, to, out, force)
    elif udp is not None:
        _send(folder, udp, 1.0 if speed is None else speed)
    else:
        _write(folder, to, out, force)


def _write(folder: Path, to: str, out: Path | None, force: bool) -> None:
    from openiads.export.plots import without
    from openiads.export.run import export_run
    from openiads.results import open_run

    run = open_run(folder)
    for path, number, what in export_run(run, to, out, force):
        sys.stdout.write(f"{_near(path)}: {number} {what}\n")
    if missing := without(run, to):
        sys.stderr.write(f"{missing}\n")


def _send(folder: Path, udp: str, speed: float) -> None:
    from openiads.export.udp import address, check_speed

    to = address(udp)
    check_speed(speed)
    from openiads.export.content import Content
    from openiads.export.udp import send
    from openiads.results import open_run

    content = Content(open_run(folder))
    sys.stderr.write(f"sending {content.run.t_end_s / speed:.0f} s of DIS to {to[0]} port {to[1]}\n")
    sys.stdout.write(f"{send(content, to, speed)} PDUs sent\n")


def _near(path: Path) -> Path:
    """The path as seen from here, where it is below."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path
