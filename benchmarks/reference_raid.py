"""The reference raid under the clock: one replication, its parts, its growth with the raid, memory, threads.

Times are CPU seconds of this process where not said otherwise, so that other work on the machine disturbs them little.
What is compared is measured in turns in one process: a, b, a, b ...
"""

from __future__ import annotations

import gc
import json
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import yaml

from openiads._jit import kernel
from openiads.doctrine.standard import decide
from openiads.engine.outcome import Outcome
from openiads.engine.run import Engine, collect, replicate
from openiads.engine.systems.fly import fly
from openiads.engine.systems.log import log
from openiads.engine.systems.move import move
from openiads.engine.systems.observe import observe
from openiads.engine.systems.radiate import radiate
from openiads.engine.systems.settle import settle
from openiads.engine.systems.shoot import shoot
from openiads.study.execute import load
from openiads.world import schema
from openiads.world.schema import World

SEED = 1
SIMULATED_S = 1200.0
_QUANTITY = re.compile(r"\s*([0-9.]+)\s*(\S+)\s*")


# --- the raid and its multiples --------------------------------------------------------------------


def raid_text(factor: int = 1) -> str:
    """The shipped scenario; with a factor, so many times the threats on the same ground in the same time.

    Every group that carries no jammer is multiplied; its platforms fly and start so much closer together. The defence,
    its rounds, the jammers and the civil flights stay.
    """
    path = resources.files("openiads.scenario") / "shipped" / "reference-raid.yaml"
    text = path.read_text(encoding="utf-8")
    if factor == 1:
        return text
    scenario = yaml.safe_load(text)
    for group in scenario["raid"]["groups"]:
        if "jammer" in group:
            continue
        group["count"] = group.get("count", 1) * factor
        for key in ("spacing", "stagger"):
            if key in group:
                group[key] = _divided(group[key], factor)
    scenario["start"] = "2026-06-01T06:00:00Z"
    return yaml.safe_dump(scenario, sort_keys=False)


def _divided(quantity: str, by: int) -> str:
    found = _QUANTITY.fullmatch(quantity)
    if found is None:
        raise ValueError(f"not a quantity: {quantity!r}")
    return f"{float(found[1]) / by:.6g} {found[2]}"


def load_raid(factor: int = 1) -> World:
    """World of the raid without trajectory samples."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "raid.yaml"
        file.write_text(raid_text(factor), encoding="utf-8")
        return load(file, sample_s=0.0).compiled.world


#: Everything of ground and weather. The elevation model lies north of the defence, so that about as much is seen as without.
GROUND_AND_WEATHER = {
    "terrain": {"file": "matplotlib:jacksboro_fault_dem", "move_to": {"bearing": "0 deg", "range": "60 km"},
                "lift": "-236 m"},
    "gas": "on", "rain": "2 mm/h", "surface": {"sea_state": 2}, "multipath": "on", "clutter": "on",
}  # fmt: skip


def load_raid_on_the_ground() -> World:
    """The same raid with ground and weather; low routes are flown by height."""
    text = raid_text().replace("environment:\n", "environment:\n" + "".join(
        f"  {key}: {json.dumps(value)}\n" for key, value in GROUND_AND_WEATHER.items()
    ))  # fmt: skip
    head, raid = text.split("\nraid:", 1)
    raid, traffic = raid.split("\ntraffic:", 1)
    raid = re.sub(r"altitude: ([1-9]\d{0,2}) m\b", r"height: \1 m", raid)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "raid.yaml"
        file.write_text(f"{head}\nraid:{raid}\ntraffic:{traffic}", encoding="utf-8")
        return load(file, sample_s=0.0).compiled.world


def ground(world: World, rounds: int) -> tuple[float, float, float]:
    """(CPU s without, with ground and weather, median of the ratio) of a replication, in turns."""
    engines = [Engine(w, decide) for w in (world, load_raid_on_the_ground())]
    for engine in engines:
        engine.run(SEED, 0)
    times = np.array([[cpu_s(engine, k)[0] for engine in engines] for k in range(rounds)])
    return (
        float(np.median(times[:, 0])),
        float(np.median(times[:, 1])),
        float(np.median(times[:, 1] / times[:, 0])),
    )


def everything_text() -> str:
    """The shipped raid under `everything.yaml`, which lies beside this file."""
    raid = yaml.safe_load(raid_text())
    over = yaml.safe_load(Path(__file__).with_name("everything.yaml").read_text(encoding="utf-8"))
    scenario = _laid_over(raid, over)
    for group in scenario["raid"]["groups"]:
        for point in group["route"]:
            if re.fullmatch(r"[1-9]\d{0,2} m", point.get("altitude", "")):
                point["height"] = point.pop("altitude")
    scenario["start"] = "2026-06-01T06:00:00Z"
    return str(yaml.safe_dump(scenario, sort_keys=False))


def _laid_over(base: object, over: object) -> object:
    if isinstance(base, dict) and isinstance(over, dict):
        return {
            key: _laid_over(base.get(key), over[key]) if key in over else base[key]
            for key in {**base, **over}
        }
    named = isinstance(base, list) and isinstance(over, list) and all("id" in x for x in (*base, *over))
    if not named:
        return over
    changes = {x["id"]: x for x in over}
    merged = [_laid_over(x, changes.pop(x["id"], {})) for x in base]
    return [*merged, *changes.values()]


def load_everything() -> World:
    """World of the raid with everything on."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "raid.yaml"
        file.write_text(everything_text(), encoding="utf-8")
        return load(file, sample_s=0.0).compiled.world


def everything(world: World, rounds: int) -> tuple[float, float, float, dict[str, float]]:
    """(CPU s without, with everything, median of the ratio, mean numbers of events and rounds with everything), in turns."""
    engines = [Engine(w, decide) for w in (world, load_everything())]
    for engine in engines:
        engine.run(SEED, 0)
    times, counts = np.empty((rounds, 2)), []
    for k in range(rounds):
        for j, engine in enumerate(engines):
            times[k, j], outcome = cpu_s(engine, k)
        counts.append((len(outcome.event), len(outcome.round)))
    median = np.median(times, axis=0)
    mean = np.mean(counts, axis=0)
    return (
        float(median[0]), float(median[1]), float(np.median(times[:, 1] / times[:, 0])),
        {"events": float(mean[0]), "rounds": float(mean[1])},
    )  # fmt: skip


def n_threats(world: World) -> int:
    """Hostile platforms that carry no jammer."""
    hostile = set(np.flatnonzero(world.platform.identity == 3).tolist())
    return len(hostile - set(world.jammer.platform.tolist()))


# --- one replication ---------------------------------------------------------------------------------


def cpu_s(engine: Engine, replication: int) -> tuple[float, Outcome]:
    """CPU seconds of one replication, and its outcome."""
    start = time.process_time()
    outcome = engine.run(SEED, replication)
    return time.process_time() - start, outcome


@dataclass(frozen=True)
class Raid:
    """Many replications of the reference raid."""

    cpu_s: list[float]
    events: list[int]
    rounds: list[int]

    @property
    def median_s(self) -> float:
        return statistics.median(self.cpu_s)


def replications(world: World, count: int) -> Raid:
    """`count` replications after two to warm up."""
    engine = Engine(world, decide)
    for warm in range(2):
        engine.run(SEED, warm)
    times, events, rounds = [], [], []
    for k in range(count):
        seconds, outcome = cpu_s(engine, k)
        times.append(seconds)
        events.append(len(outcome.event))
        rounds.append(len(outcome.round))
    return Raid(times, events, rounds)


# --- memory -------------------------------------------------------------------------------------------


def resident_mb() -> float:
    """Memory of this process in MB; NaN where the system does not say (no /proc)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return float("nan")
    import resource  # noqa: PLC0415  (not on every system; where /proc is, it is)

    return pages * resource.getpagesize() / 1e6


def memory(world: World, count: int) -> tuple[float, float]:
    """Resident memory after 20 replications, and its growth over `count` more, MB."""
    engine = Engine(world, decide)
    for k in range(20):
        engine.run(SEED, k)
    gc.collect()
    before = resident_mb()
    for k in range(count):
        engine.run(SEED, k)
    gc.collect()
    return before, resident_mb() - before


# --- growth with the raid, threads ------------------------------------------------------------------


def scaling(world: World, factors: tuple[int, ...], rounds: int) -> list[tuple[int, float, float]]:
    """(threats, median CPU s of a replication, median of its ratio to the smallest raid) for each factor, in turns."""
    worlds = [world if f == 1 else load_raid(f) for f in factors]
    engines = [Engine(w, decide) for w in worlds]
    for engine in engines:
        engine.run(SEED, 0)
    times = np.array([[cpu_s(engine, k)[0] for engine in engines] for k in range(rounds)])
    ratios = times / times[:, :1]
    return [
        (n_threats(w), float(np.median(times[:, i])), float(np.median(ratios[:, i])))
        for i, w in enumerate(worlds)
    ]


@dataclass(frozen=True)
class Threads:
    """The same replications on one thread and on two, medians."""

    one_s: float  # wall time
    two_s: float
    gain: float  # one over two, pair by pair
    cpu_ratio: float  # CPU time on two threads over that on one: 1 where they do not hinder each other


def threads(world: World, count: int, rounds: int) -> Threads:
    """`count` replications on one thread and on two, in turns."""

    def clocks(n: int) -> tuple[float, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in replicate(world, decide, SEED, range(count), threads=n):
            pass
        return time.perf_counter() - wall, time.process_time() - cpu

    clocks(2)
    pairs = [(clocks(1), clocks(2)) for _ in range(rounds)]
    middle = statistics.median
    return Threads(
        one_s=middle(one[0] for one, _ in pairs),
        two_s=middle(two[0] for _, two in pairs),
        gain=middle(one[0] / two[0] for one, two in pairs),
        cpu_ratio=middle(two[1] / one[1] for one, two in pairs),
    )


# --- share of each system --------------------------------------------------------------------------


@kernel
def _nothing(w):
    """What a call from Python costs by itself."""
    return w.sim[0].step


SYSTEMS: dict[str, Callable[..., object]] = {
    "move": move,
    "radiate": radiate,
    "observe": observe,
    "decide": decide,
    "shoot": shoot,
    "log": log,
    "fly": fly,
}


def shares(world: World, count: int) -> tuple[dict[str, float], float]:
    """Seconds of each system in one replication (mean of `count`), and of the same replications in one compiled call.

    The loop of engine.schedule is driven from Python: each compiled system is called by itself, between two readings of
    the thread's CPU clock, on the very states of a normal run (the events must come out equal, or AssertionError). From every
    reading the median cost of calling an empty compiled function the same way is taken off.
    """
    engine = Engine(world, decide)
    w, handle = engine._own, engine._handle
    clock = time.thread_time_ns
    empty = []
    _nothing(handle)
    for _ in range(20_000):
        start = clock()
        _nothing(handle)
        empty.append(clock() - start)
    call_ns = statistics.median(empty)

    spent = dict.fromkeys(SYSTEMS, 0.0)
    whole = 0.0
    _driven(w, world, handle, 0, dict(spent), 0.0)  # compiles the entries that only Python uses
    for k in range(count):
        seconds, outcome = cpu_s(engine, k)
        whole += seconds
        driven = _driven(w, world, handle, k, spent, call_ns)
        if driven.event.tobytes() != outcome.event.tobytes():
            raise AssertionError(
                "driven from Python, the run came out otherwise: its schedule is not that of the engine"
            )
    return {name: ns * 1e-9 / count for name, ns in spent.items()}, whole / count


def _driven(
    w: World, initial: World, handle: object, replication: int, spent: dict[str, float], call_ns: float
) -> Outcome:
    """One replication, system by system; adds nanoseconds to `spent`."""
    schema.reset(w, initial)
    sim = w.sim[0]
    sim.seed, sim.replication = SEED, replication
    every = [int(n) for n in w.command_post.decision_every]
    sites = [int(s) for s in w.command_post.site]
    clock = time.thread_time_ns
    before = [SYSTEMS[name] for name in ("move", "radiate", "observe")]
    after = [SYSTEMS[name] for name in ("shoot", "log", "fly")]
    ns = dict.fromkeys(SYSTEMS, 0.0)
    dt_s, n_steps = float(sim.dt_s), int(sim.n_steps)
    for step in range(n_steps):
        sim.step = step
        sim.t_s = step * dt_s
        for name, system in zip(("move", "radiate", "observe"), before, strict=True):
            start = clock()
            system(handle)
            ns[name] += clock() - start - call_ns
        for c, site in enumerate(sites):
            if step % every[c] == 0 and w.site_state[site].alive == 1:
                start = clock()
                decide(handle, c)
                ns["decide"] += clock() - start - call_ns
        for name, system in zip(("shoot", "log", "fly"), after, strict=True):
            start = clock()
            system(handle)
            ns[name] += clock() - start - call_ns
    sim.step = n_steps
    settle(handle)
    for name, value in ns.items():
        spent[name] += value
    return collect(w)
