"""One run from a file to a folder: load, compile, simulate, store. Only here do these rooms meet."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from openiads import _jit
from openiads.catalog import Catalog, load_catalog
from openiads.doctrine.standard import decide
from openiads.engine.run import Engine, first_class
from openiads.engine.schedule import run_steps
from openiads.scenario import Scenario, catalogue_names, load_file
from openiads.study.manifest import Provenance, sha256
from openiads.study.store import Pictures, default_path, new_run
from openiads.world import schema
from openiads.world.compile import Compiled, compile_scenario
from openiads.world.schema import World

_READY = "ready"  # marks a cache folder that holds the whole engine


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


def load(file: Path, sample_s: float | None = None) -> Loaded:
    """Read and compile a scenario. Raises ScenarioError, CatalogError, RecordingError."""
    catalog = load_catalog()
    scenario = load_file(file, catalogue_names(catalog))
    return Loaded(scenario, catalog, compile_scenario(scenario, catalog, sample_s))


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

    Raises
    ------
    ScenarioError, CatalogError, RunExists : the input. StoreError : the disk. EngineFault : the program.
    """
    told: Progress = progress or Silent()
    told.phase("reading the scenario")
    loaded = load(file, sample_s)
    scenario = loaded.scenario
    used = scenario.seed if seed is None else seed
    if facts is not None:
        facts["scenario_sha256"] = sha256(scenario.text.encode())
        facts["seed"] = str(used)
    with new_run(out or default_path(scenario.name, used, replication), force) as folder:
        warm(loaded.compiled.world, told)
        told.phase("simulating")
        start_s = time.perf_counter()
        outcome = Engine(loaded.compiled.world, decide).run(used, replication, told.fraction)
        wall_s = time.perf_counter() - start_s
        told.phase("writing the run")
        origin = Provenance(
            name=scenario.name,
            title=scenario.title,
            scenario_text=scenario.text,
            catalog_sha256=loaded.catalog.digest(),
            recordings=tuple(loaded.compiled.recordings),
            command=command,
            wall_time_s=wall_s,
        )
        return folder.write(outcome, loaded.compiled.names, origin, pictures)


def warm(world: World, told: Progress) -> float:
    """Compile the engine if this machine has not done so yet; returns the seconds it took."""
    mark = _jit.cache_dir() / _READY
    if not _jit.COMPILED or (_jit.CACHE_ON_DISK and mark.exists()):
        return 0.0
    told.phase("compiling the engine for this machine (once, about a minute)")
    start_s = time.perf_counter()
    own = schema.scratch(world)
    run_steps(own, first_class(decide, own), 0)
    took_s = time.perf_counter() - start_s
    if _jit.CACHE_ON_DISK:
        mark.touch()
        told.say(f"compiled the engine in {took_s:.0f} s; later runs start at once")
    else:
        told.say(f"compiled the engine in {took_s:.0f} s; no cache folder is writable, so it is not kept")
    return took_s


def warm_up(file: Path, progress: Progress | None = None) -> float:
    """Compile everything that a run of this scenario needs and run it once; returns the seconds it took."""
    told: Progress = progress or Silent()
    told.phase("compiling")
    start_s = time.perf_counter()
    world = load(file).compiled.world
    warm(world, told)
    Engine(world, decide).run(1)
    return time.perf_counter() - start_s


__all__: list[Any] = ["Loaded", "Progress", "Silent", "execute", "load", "warm", "warm_up"]
