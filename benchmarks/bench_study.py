"""What a study costs beside the engine: labelling, encoding, fsync, scheduling and progress, in CPU time of the process.

A whole study on one worker thread is run from its prepared folder to its last seal. The CPU time of the worker inside
`Engine.run` is the engine's; all else that the process used is what lies beside it. Both are of the same run at the same moments,
so that the load of the machine disturbs their ratio little. Compiling and the checking of the points come before.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import openiads
from openiads.engine.run import Engine
from openiads.study.carry_on import carry_on
from openiads.study.progress import Quiet

SHIPPED = Path(openiads.__file__).parent / "scenario/shipped"
#: Scenario, replications and shard (None: the default of so many): about 6, 20, 60, 75 and 280 ms a replication.
CASES = (
    ("low-approach", 200, None),
    ("low-approach", 200, 100),
    ("suppression-raid", 200, None),
    ("quickstart", 200, None),
    ("quickstart", 200, 100),
    ("drone-saturation", 200, None),
    ("drone-saturation", 200, 100),
    ("reference-raid", 40, 20),
)


class Cost(NamedTuple):
    """Per replication, ms, of the median study; share: beside over engine, median, least and most."""

    chunk: int
    engine_ms: float
    beside_ms: float
    share: float
    least: float
    most: float


def measure(name: str, count: int, turns: int, shard: int | None = None) -> Cost:
    """`turns` whole studies of `count` replications of a shipped scenario, in shards of `shard`."""
    with tempfile.TemporaryDirectory() as folder:

        def study(size: int, out: str) -> openiads.Study:
            return openiads.Study(SHIPPED / f"{name}.yaml", size, chunk=shard, out=Path(folder) / out)

        _once(study(2, "warm"))
        chunk = study(count, "").chunk
        found = [_once(study(count, str(turn))) for turn in range(turns)]
    found.sort(key=lambda cost: cost[1] / cost[0])
    engine_s, beside_s = found[len(found) // 2]
    shares = [beside / engine for engine, beside in found]
    return Cost(
        chunk,
        1e3 * engine_s / count,
        1e3 * beside_s / count,
        statistics.median(shares),
        shares[0],
        shares[-1],
    )


def _once(study: openiads.Study) -> tuple[float, float]:
    """(CPU s of the engine, CPU s of all else) of one study."""
    folder, manifest, points = study.prepare(Quiet(), joins=False)
    points.engine(0, False)[0].run(1, 0)
    engine_s, lock, run = [0.0], threading.Lock(), Engine.run

    def timed(*args: Any, **more: Any) -> Any:
        start = time.thread_time()
        try:
            return run(*args, **more)
        finally:
            with lock:
                engine_s[0] += time.thread_time() - start

    with mock.patch.object(Engine, "run", timed):
        start = time.process_time()
        carry_on(folder, manifest, points, 1, Quiet())
        total_s = time.process_time() - start
    return engine_s[0], total_s - engine_s[0]
