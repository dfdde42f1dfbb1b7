"""Exit codes: 0 ok, 2 the user's input, 3 incomplete and resumable, 4 our fault; 130 and 143 stopped by a
signal.

A message for a person is one line per fault. A traceback goes to a file, never to the screen.
"""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import _thread
import errno
import functools
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_AGAIN_S = 0.02

OK, USER, INCOMPLETE, OURS, INTERRUPTED, TERMINATED = 0, 2, 3, 4, 130, 143

_DISK_REFUSES = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EFBIG", "EMFILE", "ENFILE")
    if hasattr(errno, name)
)

#: What the errors of this package mean. By name: importing the classes would import their rooms.
CODES = {
    "ScenarioError": USER,
    "CatalogError": USER,
    "RecordingError": USER,
    "UnitError": USER,
    "RunError": USER,
    "RunExists": USER,
    "UnknownThreat": USER,
    "UserError": USER,
    "StudyError": USER,
    "GoalError": USER,
    "CompareError": USER,
    "DoctrineError": USER,
    "SensitivityError": USER,
    "DiscoveryError": USER,
    "CoverageError": USER,
    "ExportError": USER,
    "PageError": USER,
    "ValueOfInformationError": USER,
    "StoreError": INCOMPLETE,
    "ClusterError": INCOMPLETE,
}


class UserError(Exception):
    """What the user asked for cannot be done. The message is for a person."""


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived."""


class Context:
    """What a crash report should say about the work in hand."""

    facts: dict[str, str] = {}  # noqa: RUF012 - one command per process


def exit_code(error: BaseException) -> int:
    """The exit code: known errors of this package by their class, everything else is our fault."""
    if isinstance(error, OSError) and error.errno in _DISK_REFUSES:
        return INCOMPLETE
    for kind in type(error).__mro__:
        if kind.__module__.partition(".")[0] == "openiads" and kind.__name__ in CODES:
            return CODES[kind.__name__]
    return OURS


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """A command that ends with one line and the right exit code, whatever happens."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        _listen()
        try:
            return command(*args, **kwargs)
        except Terminated:
            _say("stopped (SIGTERM); nothing half-written is left" + _resume())
            code = TERMINATED
        except KeyboardInterrupt:
            _say("stopped (Ctrl-C); nothing half-written is left" + _resume())
            code = INTERRUPTED
        except BrokenPipeError:
            _silence()
            code = OK
        except MemoryError:
            _say("not enough memory for this run; nothing half-written is left" + _resume())
            code = INCOMPLETE
        except Exception as error:
            code = exit_code(error)
            text = crash(error) if code == OURS else _message(error)
            _say(text + (_resume() if code in (OURS, INCOMPLETE) else ""))
        raise SystemExit(code)

    return run


def _resume() -> str:
    """How to go on, where there is something to go on with."""
    command = Context.facts.get("resume")
    return f"; go on with: {command}" if command else ""


def crash(error: Exception) -> str:
    """Write the report and return the one line for the screen."""
    text = _report(error)
    name = f"openiads-crash-{os.getpid()}.txt"
    for folder in (Path.cwd(), Path(os.environ.get("TMPDIR", "/tmp"))):
        try:
            (folder / name).write_text(text, encoding="utf-8")
        except OSError:
            continue
        return f"internal error ({_short(error)}); the report is in {folder / name}"
    return f"internal error ({_short(error)}); no folder would take the report"


def _report(error: Exception) -> str:
    import platform

    from openiads import __version__

    facts = {"openiads": __version__, "python": platform.python_version(), "system": platform.platform()}
    jit = sys.modules.get("openiads._jit")
    if jit is not None:
        facts["engine_sha256"] = str(jit.ENGINE_DIGEST)
    facts |= Context.facts
    lines = ["openiads internal error. Please report this file.", ""]
    lines += [f"{key}: {value}" for key, value in facts.items()]
    lines += ["", "reproduce with:", f"  {Context.facts.get('command', _command())}", ""]
    return "\n".join(lines) + "".join(traceback.format_exception(error))


def _command() -> str:
    import shlex

    return shlex.join(["openiads", *sys.argv[1:]])


def reproduction(scenario: str, seed: int | None, replication: int, samples: str | None = None) -> str:
    """The one command that makes the same run again."""
    import shlex

    command = ["openiads", "run", scenario]
    command += [] if seed is None else ["--seed", str(seed)]
    command += ["--replication", str(replication)]
    return shlex.join(command + (["--samples", samples] if samples else []))


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:120]}" if text else type(error).__name__


def _message(error: Exception) -> str:
    if type(error) is OSError:  # not one of ours: from the cache of compiled code, or a library
        where = f" ({error.filename})" if error.filename else ""
        return f"the disk refuses: {error.strerror}{where}; nothing half-written is left"
    faults = getattr(error, "faults", None)
    text = str(error).strip() or type(error).__name__
    if faults is not None and len(faults) > 1:
        text += f"\n{len(faults)} faults"
    return text


def _say(text: str) -> None:
    try:
        sys.stderr.write(f"openiads: {text}\n")
        sys.stderr.flush()
    except OSError:
        pass


def _silence() -> None:
    """The reader of our output has gone (`| head`): say nothing more, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _listen() -> None:
    """Ctrl-C and SIGTERM end a command; each raises where the command is just then.

    LLVM calls back into Python through ctypes while it compiles, and what is raised there is dropped. So a
    dropped stop is sent once more a little later, until it lands where it is heard.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    def dropped(lost: sys.UnraisableHookArgs) -> None:
        if not isinstance(lost.exc_value, KeyboardInterrupt):
            sys.__unraisablehook__(lost)
            return
        number = signal.SIGTERM if isinstance(lost.exc_value, Terminated) else signal.SIGINT
        again = threading.Timer(_AGAIN_S, _send, (number,))
        again.daemon = True
        again.start()

    try:
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    except ValueError:  # not in the main thread (tests): then nobody sends us signals
        return
    sys.unraisablehook = dropped


def _send(number: int) -> None:
    """A signal to the main thread; a real one where there is such a thing, for it also ends a sleep."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


def leave(code: int) -> None:
    """End the process at once after a signal: unloading the compiler would take another second."""
    if code in (INTERRUPTED, TERMINATED):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
