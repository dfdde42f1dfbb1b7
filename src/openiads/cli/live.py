"""`openiads live`: a scenario runs in the browser at a multiple of wall time, with pause, step and switches of doctrine."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import importlib.util
import signal
import sys
import time
import webbrowser
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.cli import shipped
from openiads.cli.guard import Context, Terminated, UserError, reproduction
from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from openiads.cli.live_server import LiveServer
    from openiads.study.live import LiveRun
    from openiads.study.store import RunFolder

_NEEDS = ("starlette", "uvicorn", "websockets")


def live(
    scenario: str,
    seed: int | None,
    replication: int,
    speed: float,
    port: int,
    browser: bool,
    out: Path | None,
    force: bool,
    samples: str | None,
    zones: bool,
    show: Callable[[str], bool] | None = None,
) -> None:
    """Serve the page until it is closed or Ctrl-C; with `out` keep the run as `openiads run` does. `show` opens an address."""
    missing = [name for name in _NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        raise UserError(f"openiads live needs {', '.join(missing)}: pip install 'openiads[live]'")
    from openiads.study.execute import load
    from openiads.study.live import LiveRun
    from openiads.study.store import new_run

    file = shipped.find(scenario)
    command = reproduction(scenario, seed, replication, samples)
    Context.facts = {"scenario": str(file), "replication": str(replication), "command": command}
    with Progress() as progress:
        progress.phase("reading the scenario")
        loaded = load(file, _period(samples))
        progress.phase("preparing the engine")
        run = LiveRun(loaded, seed, replication, command.replace("openiads run", "openiads live", 1))
        progress.phase("preparing the page")
        server = _server(run, speed, port, zones)
    with nullcontext() if out is None else new_run(out, force) as folder:
        start_s = time.perf_counter()
        sys.stdout.write(f"{server.address} (Ctrl-C ends it, and closing its page)\n")
        sys.stdout.flush()
        if browser and not (show or webbrowser.open)(server.address):
            sys.stdout.write("no browser could be opened; open that address by hand\n")
        server.serve()
        if signal.SIGTERM in server.signals:
            raise Terminated
        if folder is not None:
            _keep(run, folder, time.perf_counter() - start_s)
    if server.signals:
        raise KeyboardInterrupt


def _server(run: LiveRun, speed: float, port: int, zones: bool) -> LiveServer:
    from openiads.cli.live_server import LiveServer

    try:
        return LiveServer(run, speed, port, zones)
    except OSError as error:
        raise UserError(f"--port {port} cannot be had: {error.strerror}; --port 0 takes a free one") from None


def _period(samples: str | None) -> float | None:
    from openiads.units import parse_quantity

    if samples is None:
        return None
    period_s = parse_quantity(samples, "time")
    if period_s <= 0.0:
        raise UserError(f"--samples {samples}: the time between samples must be more than 0 s")
    return period_s


def _keep(run: LiveRun, folder: RunFolder, wall_s: float) -> None:
    """Close the accounts where it was stopped, and write the run."""
    from openiads.cli.tell import run_pictures

    run.stop()
    path = folder.write(run.outcome(), run.names, run.provenance(wall_s), run_pictures, run.ground)
    sys.stdout.write(f"{path}\n")
    for change in run.changes:
        sys.stdout.write(
            f"at {change.t_s:g} s by hand: {change.what} of {change.command_post} from {change.before} to {change.after}\n"
        )


__all__ = ["live"]
