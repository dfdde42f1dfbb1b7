"""What is wrong with a user's doctrine, as one line with its place."""

from __future__ import annotations

import difflib
import re
import traceback
from pathlib import Path

import numpy as np

from openiads.world import schema

_PLACE = re.compile(r'File "([^"]+)", line (\d+)')
_LONGEST = 300


class DoctrineError(Exception):
    """A doctrine cannot be loaded, compiled or carried out. The message is for its author: file, line, what."""


def at_fault(error: BaseException, file: Path, doing: str) -> DoctrineError:
    """The innermost place in the user's own folder, what went wrong there, and when."""
    own = [f for f in traceback.extract_tb(error.__traceback__) if _is_own(f.filename, file)]
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{error.filename}:{error.lineno}"
        text = error.msg
    else:
        where = f"{own[-1].filename}:{own[-1].lineno}" if own else str(file)
        text = " ".join(str(error).split())[:_LONGEST]
    return DoctrineError(f"{where}: {type(error).__name__}{': ' if text else ''}{text} ({doing})")


def at_compilation(error: BaseException, file: Path, name: str) -> DoctrineError:
    """What Numba says, shortened to the place in the user's file and the sentence about it."""
    if type(error) is KeyError:  # all that Numba says of a field that a record does not have
        return _no_field(str(error.args[0]), file, name)
    text = str(error)
    places = [(f, n) for f, n in _PLACE.findall(text) if _is_own(f, file)]
    where = f"{file}:{places[-1][1]}" if places else str(file)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [s for s in lines if _tells(s)] or lines[:1] or [type(error).__name__]
    return DoctrineError(f"{where}: {name} cannot be compiled: {telling[-1][:_LONGEST]}")


def _no_field(field: str, file: Path, name: str) -> DoctrineError:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    used = [n for n, line in enumerate(lines, 1) if re.search(rf"\.{re.escape(field)}\b", line)]
    where = f"{file}:{used[0]}" if used else str(file)
    known = {f for kind in vars(schema).values() if isinstance(kind, np.dtype) for f in kind.names or ()}
    near = difflib.get_close_matches(field, sorted(known), 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return DoctrineError(f"{where}: {name} cannot be compiled: that row has no field {field!r}{hint}")


def _is_own(name: str, file: Path) -> bool:
    path = Path(name)
    return path == file or (path.suffix == ".py" and path.is_absolute() and path.parent == file.parent)


def _tells(line: str) -> bool:
    words = ("Unknown attribute", "not found", "not defined", "Cannot", "cannot", "No implementation", "Untyped",
             "KeyError", "Field", "unsupported", "Unsupported", "Invalid use", "not supported")  # fmt: skip
    return any(word in line for word in words) and not line.startswith(("File ", "[", "- Resolution"))
