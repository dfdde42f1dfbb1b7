"""Messages about values that were given by another option than `--vary`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace


@contextmanager
def given_by(options: Iterable[tuple[str, str]]) -> Iterator[None]:
    """Faults at these (path, option) are told with their own option."""
    from openiads.scenario import ScenarioError  # noqa: PLC0415 - the command line starts fast

    try:
        yield
    except ScenarioError as error:
        faults = []
        for fault in error.faults:
            origin = fault.origin
            for path, option in options:
                if f"--vary {path}" in origin:
                    origin = origin.replace("--vary", option, 1)
                    break
            faults.append(replace(fault, origin=origin))
        raise ScenarioError(faults) from None
