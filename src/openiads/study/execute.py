"""One run from a file to a folder: load, compile, simulate, store. Only here do these rooms meet."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from openiads import _jit
from openiads.agents.load import UserDoctrine, engine_of, load_doctrine
from openiads.catalog import Catalog, load_catalog
from openiads.engine.outcome import Outcome
from openiads.scenario import Scenario, catalogue_names, load_file
from openiads.study.ground import ground_file
from openiads.study.manifest import Provenance, sha256
from openiads.study.store import Pictures, default_path, new_run
from openiads.world.compile import Compiled, compile_scenario
from openiads.world.names import Names
from openiads.world.schema import World

_READY = "ready"  # marks a cache folder that holds the whole engine
_WORTH_SAYING_S = 5.0


class Progress(Protocol):
    """Who is told what is going on."""

    def phase(self, text: str) -> None:
        """The next step begins."""

    def fraction(self, done: float) -> None:
        """Share of the present step that is done."""

    def say(self, text: str) -> None:
        """A line that stays."""


class Silent:
    """Tells nobody."""

    def phase(self, text: str) -> None:
        """Nothing."""

    def fraction(self, done: float) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Loaded:
    """A scenario with its catalogue, ready to run any replication."""

    scenario: Scenario
    catalog: Catalog
    compiled: Compiled


def load(file: Path, sample_s: float | None = None, plots: bool = False) -> Loaded:
    """Read and compile a scenario. Raises ScenarioError, CatalogError, RecordingError."""
    catalog = load_catalog()
    scenario = load_file(file, catalogue_names(catalog))
    return Loaded(scenario, catalog, compile_scenario(scenario, catalog, sample_s, plots))


def execute(
    file: Path,
    seed: int | None = None,
    replication: int = 0,
    out: Path | None = None,
    force: bool = False,
    sample_s: float | None = None,
    *,
    progress: Progress | None = None,
    pictures: Pictures | None = None,
    command: str = "",
    facts: MutableMapping[str, str] | None = None,
    doctrine: str | None = None,
    plots: bool = False,
) -> Path:
    """Run one replication of a scenario file and store it; returns the run folder.

    Parameters
    ----------
    file : scenario file.
    seed : 32-bit seed; by default that of the scenario.
    out : folder to write, by default runs/<scenario>-seed<seed>; `force` replaces an earlier run there.
    sample_s : time between trajectory samples, by default that of the scenario.
    progress, pictures : who is told, and who draws (see Progress, store.Pictures).
    command : the command to write into the manifest.
    facts : receives what a crash report should say.
    doctrine : FILE.py:NAME of a doctrine of your own (see docs/doctrines.md); the file is run.
    plots : also keep what the radars measured.

    Raises
    ------
    ScenarioError, CatalogError, RunExists, DoctrineError : the input. StoreError : the disk. EngineFault : the program.
    """
    told: Progress = progress or Silent()
    told.phase("reading the scenario")
    loaded = load(file, sample_s, plots)
    scenario = loaded.scenario
    own = None if doctrine is None else load_doctrine(doctrine)
    used = scenario.seed if seed is None else seed
    if facts is not None:
        facts["scenario_sha256"] = sha256(scenario.text.encode())
        facts["seed"] = str(used)
    with new_run(out or default_path(scenario.name, used, replication), force) as folder:
        outcome, wall_s = simulate(loaded.compiled.world, used, replication, told, own, loaded.compiled.names)
        told.phase("writing the run")
        origin = Provenance(
            name=scenario.name,
            title=scenario.title,
            scenario_text=scenario.text,
            catalog_sha256=loaded.catalog.digest(),
            recordings=tuple(loaded.compiled.recordings),
            command=command,
            wall_time_s=wall_s,
            notes={} if own is None else {"doctrine": own.described()},
        )
        return folder.write(
            outcome, loaded.compiled.names, origin, pictures, ground_file(loaded.compiled.world)
        )


def simulate(
    world: World,
    seed: int,
    replication: int,
    told: Progress,
    doctrine: UserDoctrine | None = None,
    names: Names | None = None,
) -> tuple[Outcome, float]:
    """The outcome, and the seconds that the engine took without compiling."""
    watch = Watch(told)
    outcome = engine_of(doctrine, world, names).run(seed, replication, watch.fraction)
    return outcome, watch.done()


def warm_up(file: Path, progress: Progress | None = None) -> float:
    """Compile what a run of this scenario needs by running it once; returns the seconds that this took."""
    told: Progress = progress or Silent()
    start_s = time.perf_counter()
    told.phase("reading the scenario")
    simulate(load(file).compiled.world, 1, 0, told)
    return time.perf_counter() - start_s


class Watch:
    """Tells compiling from running: the engine's first word comes when all of it is compiled."""

    def __init__(self, told: Progress) -> None:
        self._told = told
        self._mark = _jit.cache_dir() / _READY
        self.cold = _jit.COMPILED and not (_jit.CACHE_ON_DISK and self._mark.exists())
        self._start_s = time.perf_counter()
        if self.cold:
            told.phase("compiling the engine for this machine (once, a minute or more)")
        else:
            told.phase(
                "simulating" if _jit.COMPILED else "simulating, interpreted (NUMBA_DISABLE_JIT is set)"
            )

    def fraction(self, done: float) -> None:
        """The engine has done so much."""
        if self.cold:
            self._compiled()
        self._told.fraction(done)

    def done(self) -> float:
        """The engine is through; returns the seconds that it ran."""
        if self.cold:
            self._compiled()
        return time.perf_counter() - self._start_s

    def _compiled(self) -> None:
        took_s = time.perf_counter() - self._start_s
        kept = "later runs start at once" if _jit.CACHE_WRITABLE else "no cache folder is writable: not kept"
        if took_s > _WORTH_SAYING_S:  # less: another process has compiled meanwhile
            self._told.say(f"compiled the engine in {took_s:.0f} s; {kept}")
        if _jit.CACHE_WRITABLE:
            with suppress(OSError):
                self._mark.touch()
            _jit.prune_cache()
        self.cold = False
        self._start_s = time.perf_counter()
        self._told.phase("simulating")


__all__ = ["Loaded", "Progress", "Silent", "execute", "load", "simulate", "warm_up"]
