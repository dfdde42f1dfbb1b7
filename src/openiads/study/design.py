"""The design of a study: points, replications of each, and the chunks of which the work consists.

A point is a set of values put into the scenario. Replication k of every point has the same luck: the same
seed and the same number. A chunk is a point, a first replication and a count; whoever computes a chunk
writes its shard.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from openiads.scenario.overrides import Varied, value_text

MAX_POINTS = 10_000
MAX_REPLICATIONS = 10_000_000  # of all points together
CHUNK = 100
_CHUNKS = 16  # of one point, so that studies keep many workers busy ...
_FEWER_CHUNKS = 8  # ... where a shard would else be so small that writing it costs more than it is worth:
_WORTH_A_SHARD = 25


class StudyError(Exception):
    """A study that cannot be made or continued as asked. The message is for a person; exit code 2."""


class Chunk(NamedTuple):
    """Replications first to first + size - 1 of one point."""

    point: int
    first: int
    size: int


@dataclass(frozen=True)
class Point:
    """One point: the value of every varied path."""

    number: int
    values: tuple[object, ...]
    numbers: tuple[float | None, ...]  # in SI

    def label(self, varied: Sequence[Varied]) -> str:
        """Its values for a person."""
        pairs = zip(varied, self.values, strict=True)
        return ", ".join(f"{v.path}={value_text(value)}" for v, value in pairs) or "as written"


def factorial(varied: Sequence[Varied]) -> tuple[Point, ...]:
    """All combinations; the last path varies fastest."""
    count = math.prod(len(v.values) for v in varied)
    if count > MAX_POINTS:
        raise StudyError(f"{count} points; the most is {MAX_POINTS}")
    rows = itertools.product(*(range(len(v.values)) for v in varied))
    return tuple(
        Point(
            number,
            tuple(v.values[k] for v, k in zip(varied, row, strict=True)),
            tuple(v.numbers[k] for v, k in zip(varied, row, strict=True)),
        )
        for number, row in enumerate(rows)
    )


def chunk_size(n: int, wanted: int | None) -> int:
    """Replications per shard: about 100, fewer in small studies. It follows from n alone, not from the machine."""
    if wanted is not None:
        return wanted
    return min(CHUNK, max(math.ceil(n / _CHUNKS), min(_WORTH_A_SHARD, math.ceil(n / _FEWER_CHUNKS)), 1))


def chunks(points: int, n: int, size: int) -> list[Chunk]:
    """All chunks, point by point, in the order in which they count."""
    return [
        Chunk(point, first, min(size, n - first)) for point in range(points) for first in range(0, n, size)
    ]
