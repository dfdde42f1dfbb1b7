"""Two Dask workers over one: the same study on clusters of one and of two worker processes, in turns."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import openiads
from openiads.study.cluster import cluster_executor

SCENARIO = Path(openiads.__file__).parent / "scenario/shipped/quickstart.yaml"
CHUNK = 5


class Dask(NamedTuple):
    """Wall times of each turn, s, and what the machine had free at the same time."""

    one_s: list[float]
    two_s: list[float]
    free: list[float]  # two busy processes over one, before the first and after each turn
    load: list[float]  # load average of one minute, likewise

    @property
    def gain(self) -> float:
        """Median of the gains of each turn."""
        return statistics.median(self.gains)

    @property
    def gains(self) -> list[float]:
        """Of each turn."""
        return [a / b for a, b in zip(self.one_s, self.two_s, strict=True)]

    @property
    def of_free(self) -> list[float]:
        """Gain of each turn over that of two plain processes, the mean of just before and just after it."""
        around = [0.5 * (a + b) for a, b in pairwise(self.free)]
        return [gain / free for gain, free in zip(self.gains, around, strict=True)]


def _all_there(executor: Any, workers: int) -> None:
    """Wait until all workers have come."""
    until_s = time.monotonic() + 120.0
    while len(executor._client.nthreads()) < workers:
        if time.monotonic() > until_s:
            raise SystemExit(f"{workers} workers were started, {len(executor._client.nthreads())} have come")
        time.sleep(0.1)


def measure(count: int, turns: int, cores_free: Callable[[], float]) -> Dask:
    """`turns` times a study of `count` replications on one worker, then on two (and the other way round)."""
    one_s: list[float] = []
    two_s: list[float] = []
    free, load = [cores_free()], [os.getloadavg()[0]]
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        clusters = {n: stack.enter_context(cluster_executor("local", n)) for n in (1, 2)}

        def run(workers: int, replications: int, name: str) -> float:
            study = openiads.Study(SCENARIO, replications, chunk=CHUNK, out=Path(folder) / name)
            start = time.perf_counter()
            study.run(executor=clusters[workers])
            return time.perf_counter() - start

        for workers, executor in clusters.items():  # imports, the cache, the World: before the clock runs
            _all_there(executor, workers)
            run(workers, 8 * CHUNK * workers, f"warm-{workers}")
        for turn in range(turns):
            for workers in ((1, 2), (2, 1))[turn % 2]:
                (one_s if workers == 1 else two_s).append(run(workers, count, f"{turn}-{workers}"))
            free.append(cores_free())
            load.append(os.getloadavg()[0])
    return Dask(one_s, two_s, free, load)
