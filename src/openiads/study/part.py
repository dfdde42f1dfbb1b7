"""Parts of a study for job arrays: `--shard 3/100` computes every hundredth chunk, starting with the third.

Each job of an array is told its number. All share one folder; the first makes it, the others join. No job
waits for another, and the folder is complete when all have run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from openiads.results import study_schema
from openiads.results.study import read_manifest
from openiads.study.design import Chunk, StudyError

MAX_PARTS = 1_000_000
_PART = re.compile(r"\s*(\d{1,7})\s*/\s*(\d{1,7})\s*", re.ASCII)


class Part(NamedTuple):
    """Part `number` (from 1) of `total`."""

    number: int
    total: int

    def pick(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        """The chunks of this part: dealt like cards, so that all parts take about as long."""
        return list(chunks[self.number - 1 :: self.total])


def read_part(text: str) -> Part:
    """A part such as "3/100". Raises StudyError."""
    match = _PART.fullmatch(text)
    if match is None:
        raise StudyError(f"--shard {text}: it is written i/n, such as 3/100 for the third of a hundred jobs")
    part = Part(int(match[1]), int(match[2]))
    if not 1 <= part.total <= MAX_PARTS:
        raise StudyError(f"--shard {text}: the number of jobs is 1 to {MAX_PARTS}")
    if not 1 <= part.number <= part.total:
        raise StudyError(
            f"--shard {text}: jobs are numbered 1 to {part.total} (a Slurm array: --array=1-{part.total})"
        )
    return part


def no_goal(part: Part | None, until: object) -> None:
    """Refuse a part of a study with a goal: when to stop follows from all chunks in their order."""
    if part is not None and until is not None:
        raise StudyError(
            "a study with a goal (--until) cannot be cut into parts: when to stop follows from all replications in "
            "their order; leave out --until or --shard, or use --cluster"
        )


def join(folder: Path, content: Mapping[str, Any], make: Callable[[], None]) -> None:
    """Make the folder of a study, or join the one that another job has made. Raises StudyError where it is another study."""
    file = folder / study_schema.MANIFEST
    if not file.exists():
        try:
            make()
        except StudyError:
            if not file.exists():  # not another job that was faster
                raise
    if read_manifest(folder)["study"] != content["study"]:
        raise StudyError(
            f"{folder} holds another study (other scenario, -n, --vary, --seed, --chunk, or another version); "
            "name another folder with --out"
        )


__all__ = ["MAX_PARTS", "Part", "join", "no_goal", "read_part"]
