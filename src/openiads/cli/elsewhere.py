"""Studies on other machines: what `--cluster` and `--shard` mean."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from openiads.cli.guard import UserError
from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from openiads.results.study import StudyResults
    from openiads.study.part import Part


@contextmanager
def workplace(cluster: str | None, workers: int | None, told: Progress) -> Iterator[Executor | None]:
    """The executor that `--cluster` names; None: threads of this process."""
    if cluster is None:
        yield None
        return
    from openiads.study.cluster import cluster_executor

    told.phase(f"joining the cluster ({cluster})")
    with cluster_executor(cluster, workers, told.say) as executor:
        yield executor


def read_shard(shard: str | None, cluster: str | None) -> Part | None:
    """`--shard i/n`."""
    if shard is None:
        return None
    if cluster is not None:
        raise UserError(
            "--shard and --cluster exclude each other: a job of an array computes its part itself"
        )
    from openiads.study.part import read_part

    return read_part(shard)


def finish_part(study: StudyResults, part: Part | None) -> bool:
    """Say what is there after a part of a study; False where the study is whole, and its summary is due."""
    if part is None:
        return False
    done, wanted = study.replications_done, study.replications_wanted
    if done == wanted:
        return False
    sys.stdout.write(
        f"{study.path}: part {part.number} of {part.total} is done; {done} of {wanted} replications are there\n"
    )
    return True


__all__ = ["finish_part", "read_shard", "workplace"]
