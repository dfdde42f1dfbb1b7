"""Two Dask workers over one: the same study on clusters of one and of two worker processes, in turns."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

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
        return statistics.median(a / b for a, b in zip(self.one_s, self.two_s, strict=True))


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

        for (
            workers
        ) in clusters:  # imports, the cache, the World: all workers have had work before the clock runs
            run(workers, 4 * CHUNK * workers, f"warm-{workers}")
        for turn in range(turns):
            for workers in ((1, 2), (2, 1))[turn % 2]:
                (one_s if workers == 1 else two_s).append(run(workers, count, f"{turn}-{workers}"))
            free.append(cores_free())
            load.append(os.getloadavg()[0])
    return Dask(one_s, two_s, free, load)
