"""From a path to a text: only a regular file of at most 1 MiB of UTF-8 gets through."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from openiads.scenario.faults import Fault, ScenarioError

MAX_BYTES = 1 << 20

# Control characters, and the line separators that editors do not count as lines.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_MAGIC = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"%PDF", "a PDF"),
    (b"\x7fELF", "a program"),
)


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a scenario file. Raises ScenarioError with one fault where it is no small readable text."""
    origin = os.fspath(path)
    try:
        data = _read_bytes(origin)
    except FileNotFoundError:
        raise refused(origin, _no_such_file(origin)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refused(origin, f"the file cannot be read: {reason}") from None
    return decode(data, origin)


def _read_bytes(path: str) -> bytes:
    # Non-blocking: opening a FIFO without a writer would wait for ever. The kind is asked of what was opened.
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    )
    handle = os.open(path, flags)
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
            raise refused(path, f"this is {what}, not a scenario file")
        parts, left = [], MAX_BYTES + 1
        while left > 0 and (part := os.read(handle, left)):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)
    finally:
        os.close(handle)


def _no_such_file(path: str) -> str:
    folder = Path(path).parent
    try:
        near = sorted(p.name for p in folder.glob("*.y*ml"))[:5] if folder.is_dir() else []
    except OSError:
        near = []
    return "there is no such file" + (f"; in that folder there are {', '.join(near)}" if near else "")


def decode(data: bytes, origin: str) -> str:
    """UTF-8 bytes, with or without a byte order mark, as text with `\\n` line ends. Raises ScenarioError."""
    if len(data) > MAX_BYTES:
        raise refused(origin, "the file is larger than 1 MiB; bulk data belong beside it as CSV or Parquet")
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise refused(origin, f"this is {what}, not a scenario text")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or _every_other_is_nul(data):
        raise refused(origin, "the text is in UTF-16; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")) + 1
        message = f"byte 0x{data[error.start]:02X} is not UTF-8; save the file as UTF-8"
        raise ScenarioError([Fault(origin, line, column, "", message)]) from None
    return normalise(text, origin)


def _every_other_is_nul(data: bytes) -> bool:
    head = data[:64]
    return len(head) >= 4 and (not any(head[0::2]) or not any(head[1::2])) and any(head)


def normalise(text: str, origin: str) -> str:
    """Line ends as `\\n`; control characters, empty texts and texts above the limit refused."""
    if len(text) > MAX_BYTES:
        raise refused(origin, "the text is larger than 1 MiB; bulk data belong beside it as CSV or Parquet")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = _FORBIDDEN.search(text)
    if found is not None:
        at = found.start()
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        message = (
            f"the character U+{ord(found.group()):04X} is not allowed in a scenario: is this a binary file?"
        )
        raise ScenarioError([Fault(origin, line, column, "", message)])
    if not text.strip():
        raise refused(origin, "the file is empty; docs/scenario.md shows a scenario to start from")
    return text


def refused(origin: str, message: str) -> ScenarioError:
    """A fault of the file as a whole."""
    return ScenarioError([Fault(origin, 0, 0, "", message)])
