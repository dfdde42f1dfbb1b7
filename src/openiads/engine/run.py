"""Run: replications of one World, from Python. Compiled calls are short, so that Ctrl-C works and progress shows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from threading import local
from typing import Any

import numpy as np
from numba import types
from numba.core.types.function_type import CompileResultWAP

from openiads._jit import CHECKED, COMPILED
from openiads.engine import status
from openiads.engine.outcome import Outcome
from openiads.engine.schedule import run_steps
from openiads.world import schema
from openiads.world.handle import handle
from openiads.world.schema import World

Decide = Callable[[World, int], None]


class EngineFault(RuntimeError):
    """The engine reported a state that must not be used; the program or its numbers are at fault."""


def first_class(decide: Decide, w: Any) -> Any:
    """The doctrine as a first-class function with the engine's explicit signature.

    The engine's own code then is the same for every doctrine and stays in the cache. Interpreted: the function itself.
    """
    if not COMPILED:
        return decide
    import numba.experimental.function_type  # noqa: PLC0415  (what Numba knows of functions as arguments; nothing else needs it)

    signature = types.void(numba.typeof(w), types.int64)
    decide.compile(signature)  # type: ignore[attr-defined]
    return CompileResultWAP(decide.get_compile_result(signature))  # type: ignore[attr-defined]


@contextmanager
def _complaints() -> Iterator[None]:
    """A doctrine is called as a C function, which can say that an index is wrong but not raise: here it ends the run."""
    heard: list[str] = []
    before = sys.unraisablehook
    sys.unraisablehook = lambda what: heard.append(f"{type(what.exc_value).__name__}: {what.exc_value}")
    try:
        yield
    finally:
        sys.unraisablehook = before
    if heard:
        raise EngineFault(f"in the doctrine or what it calls: {heard[0]} ({len(heard)} times)")


checked = _complaints if CHECKED else nullcontext


class Engine:
    """One World and one doctrine, ready to run replications. Not to be shared between threads; see :func:`replicate`."""

    def __init__(self, world: World, decide: Decide, own: World | None = None) -> None:
        self._initial = world
        self._own = schema.scratch(world) if own is None else own
        self._handle = handle(self._own)
        self._decide = first_class(decide, self._handle)

    def run(
        self,
        seed: int,
        replication: int = 0,
        progress: Callable[[float], None] | None = None,
        check: bool = True,
    ) -> Outcome:
        """One replication from its start. `progress` is called with the fraction done after each compiled call.

        Raises EngineFault (with `check`) where a fatal status bit was set.
        """
        w = self._own
        schema.reset(w, self._initial)
        self._plots = PlotLog(w)
        sim = w.sim[0]
        sim.seed = seed & 0xFFFFFFFF
        sim.replication = replication & 0xFFFFFFFF
        # Interpreted runs follow IEEE arithmetic like compiled ones.
        with np.errstate(all="ignore"), checked():
            while run_steps(self._handle, self._decide, schema.LOG_STEPS) == 0:  # far below half a second
                self._plots.take()
                if progress is not None:
                    progress(min(int(sim.step) / max(int(sim.n_steps), 1), 1.0))
        if check and int(sim.status) & status.FATAL:
            raise EngineFault("; ".join(status.translate(int(sim.status))))
        return collect(w, self._plots.all())


class PlotLog:
    """The plots of one run, taken out of the World's log between compiled calls."""

    def __init__(self, w: World) -> None:
        self._w = w
        self._parts: list[np.ndarray] = []

    def take(self) -> None:
        """Empty the log of the World."""
        sim = self._w.sim[0]
        if sim.n_logged > 0:
            self._parts.append(self._w.plot_log[: int(sim.n_logged)].copy())
            sim.n_logged = 0

    def all(self) -> np.recarray | None:
        """All plots in order of time and radar; None where none are kept."""
        self.take()
        if len(self._w.plot_log) == 0:
            return None
        rows = np.concatenate([self._w.plot_log[:0], *self._parts])
        return rows[np.lexsort((rows["radar"], rows["t_s"]))].view(np.recarray)


def collect(w: World, plot: np.recarray | None = None) -> Outcome:
    """Copy what one finished replication leaves behind out of its tables; events in order of time."""
    sim = w.sim[0]
    event = w.event[: int(sim.n_events)].copy()
    event = event[np.argsort(event["t_s"], kind="stable")]
    return Outcome(
        seed=int(sim.seed),
        replication=int(sim.replication),
        status=int(sim.status),
        t_end_s=float(sim.n_steps * sim.dt_s),
        event=event.view(np.recarray),
        sample=w.sample[: int(sim.n_samples)].copy().view(np.recarray),
        platform_state=w.platform_state.copy(),
        site_state=w.site_state.copy(),
        magazine_state=w.magazine_state.copy(),
        round=w.round[: int(sim.n_rounds)].copy().view(np.recarray),
        radar_state=w.radar_state.copy(),
        plot=plot,
        dwell_use=w.dwell_use.copy(),
        depot=w.depot.copy(),
        delivered=w.delivered.copy(),
    )


def simulate(
    world: World,
    decide: Decide,
    seed: int,
    replication: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Outcome:
    """One replication of `world` under the doctrine `decide`."""
    return Engine(world, decide).run(seed, replication, progress)


def replicate(
    world: World, decide: Decide, seed: int, replications: Iterable[int], threads: int = 1
) -> Iterator[Outcome]:
    """Replications in the order asked for, on `threads` threads (the compiled engine holds no interpreter lock).

    The outcome of a replication does not depend on the thread, the order or what else is run.
    """
    if threads <= 1:
        engine = Engine(world, decide)
        for replication in replications:
            yield engine.run(seed, replication)
        return
    Engine(world, decide)  # compile once, before the threads start
    mine = local()

    def one(replication: int) -> Outcome:
        if not hasattr(mine, "engine"):
            mine.engine = Engine(world, decide)
        return mine.engine.run(seed, replication)  # type: ignore[no-any-return]

    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(one, replications)
