"""Speed and memory of openiads as Markdown tables: `python -m benchmarks [--only NAME ...]`."""

from __future__ import annotations

import argparse
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
Row = tuple[str, str, str]

#: scripts of their own, and what they are given in the default run
SCRIPTS = {
    "radar": ("bench_radar.py",),
    "missile": ("bench_missile.py",),
    "tracking": ("bench_tracking.py", "--no-library"),
    "assign": ("bench_assign.py",),
}
SAID = "OPENIADS_BENCHMARK_SAID "  # a child says the times at which it came so far

FIRST_RESULT = f"""
import time
from openiads.study.execute import load
from openiads.engine.run import simulate
from openiads.doctrine.standard import decide
from pathlib import Path
import openiads
file = Path(openiads.__file__).parent / "scenario/shipped/quickstart.yaml"
simulate(load(file).compiled.world, decide, 1)
print({SAID!r}, time.time())
"""


def table(title: str, rows: list[Row]) -> None:
    """Print one Markdown table."""
    print(f"\n## {title}\n\n| what | measured | aim |\n|---|---:|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


# --- the reference raid ---------------------------------------------------------------------------


@cache
def raid_world():
    """The reference raid, loaded once for all sections."""
    from benchmarks import reference_raid  # noqa: PLC0415  (the machine's description is printed before)

    return reference_raid.load_raid()


def raid(options: argparse.Namespace) -> None:
    """One replication."""
    from benchmarks import reference_raid as rr  # noqa: PLC0415

    world = raid_world()
    found = rr.replications(world, options.replications)
    low, high = min(found.cpu_s), max(found.cpu_s)
    table("Reference raid, one replication", [
        ("threats, jammers, civil flights, radars, fire units",
         f"{rr.n_threats(world)}, {len(world.jammer)}, {int((world.platform.identity == 2).sum())}, "
         f"{len(world.radar)}, {len(world.battery)}", "100, 4, 100, 10, 6"),
        (f"CPU time, median of {len(found.cpu_s)} (least, most)",
         f"{found.median_s:.3f} s ({low:.3f}, {high:.3f})", "0.06 s, at most 0.24 s"),
        ("simulated over CPU time, one core", f"{rr.SIMULATED_S / found.median_s:,.0f} ×", "20,000 ×, at least 5,000 ×"),
        ("events, median", f"{statistics.median(found.events):,.0f}", ""),
        ("rounds fired, median (least, most)",
         f"{statistics.median(found.rounds):.0f} ({min(found.rounds)}, {max(found.rounds)})", "at least 72"),
    ])  # fmt: skip


def share(options: argparse.Namespace) -> None:
    """Where the time goes."""
    from benchmarks import reference_raid as rr  # noqa: PLC0415

    parts, whole = rr.shares(raid_world(), options.share_replications)
    total = sum(parts.values())
    rows = [
        (name, f"{seconds * 1e3:.1f} ms, {100 * seconds / total:.1f} %", "")
        for name, seconds in parts.items()
    ]
    rows.append(("all systems, called one by one", f"{total * 1e3:.1f} ms", ""))
    rows.append(("the same replications in one compiled call", f"{whole * 1e3:.1f} ms", ""))
    table("Reference raid, share of each system", rows)


def ground(options: argparse.Namespace) -> None:
    """The price of terrain, air, rain, lobes and surface echo."""
    from benchmarks import reference_raid as rr  # noqa: PLC0415

    without, with_all, ratio = rr.ground(raid_world(), options.replications)
    table("Reference raid, ground and weather", [
        ("CPU time without", f"{without:.3f} s", ""),
        ("CPU time with terrain, air, rain, lobes and surface echo", f"{with_all:.3f} s", ""),
        ("with over without, median", f"{ratio:.2f} ×", "at most 2 × with all other options together"),
    ])  # fmt: skip


def everything(options: argparse.Namespace) -> None:
    """The price of all parts of the language together."""
    from benchmarks import reference_raid as rr  # noqa: PLC0415

    without, with_all, ratio, counts = rr.everything(raid_world(), options.replications)
    table("Reference raid, everything on", [
        ("CPU time without", f"{without:.3f} s", ""),
        ("CPU time with `everything.yaml`", f"{with_all:.3f} s", ""),
        ("with over without, median", f"{ratio:.2f} ×", "at most 2 ×"),
        ("events, rounds fired, with everything, mean", f"{counts['events']:,.0f}, {counts['rounds']:.0f}", ""),
    ])  # fmt: skip


def memory(options: argparse.Namespace) -> None:
    """Resident memory and its growth, in a process that does nothing else and finds the engine compiled."""
    raid_world()
    count = options.memory_replications
    code = f"from benchmarks import reference_raid as rr; print(*rr.memory(rr.load_raid(), {count}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True, check=True
    )
    before, growth = map(float, done.stdout.split())
    said = "not known on this system" if math.isnan(before) else f"{before:.0f} MB"
    grown = "not known on this system" if math.isnan(growth) else f"{growth:+.2f} MB"
    table("Reference raid, memory of the process", [
        ("resident after 20 replications", said, ""),
        (f"growth over {count:,} more", grown, "flat over 10,000"),
    ])  # fmt: skip


def scaling(options: argparse.Namespace) -> None:
    """Growth with the number of threats."""
    from benchmarks import reference_raid as rr  # noqa: PLC0415

    found = rr.scaling(raid_world(), (1, 3, 10), options.scaling_rounds)
    first = found[0][0]
    table("Reference raid, more threats against the same defence", [
        (f"{n:,} threats", f"{seconds:.3f} CPU-s, {ratio:.2f} ×", f"at most {n / first:.0f} ×")
        for n, seconds, ratio in found
    ])  # fmt: skip


def cores_free() -> float:
    """How many of two cores the machine has for us at this moment: two busy processes against one."""
    busy = (sys.executable, "-S", "-c", "for _ in range(30_000_000): pass")

    def wall_s(n: int) -> float:
        start = time.perf_counter()
        for process in [subprocess.Popen(busy) for _ in range(n)]:
            process.wait()
        return time.perf_counter() - start

    return 2.0 * wall_s(1) / wall_s(2)


def threads(options: argparse.Namespace) -> None:
    """Two threads against one, and what two processes without anything in common get at the same time."""
    from benchmarks import reference_raid as rr  # noqa: PLC0415

    count = options.thread_replications
    before = cores_free()
    found = rr.threads(raid_world(), count, 3)
    after = cores_free()
    table(f"Reference raid, {count} replications on threads (medians of 3, in turns)", [
        ("wall time, one thread", f"{found.one_s:.2f} s", ""),
        ("wall time, two threads", f"{found.two_s:.2f} s", ""),
        ("two threads over one", f"{found.gain:.2f} ×", "at least 1.7 ×, on two idle cores"),
        ("two processes over one, before and after", f"{before:.2f} ×, {after:.2f} ×", "2 × on two idle cores"),
        ("CPU time on two threads over that on one", f"{found.cpu_ratio:.2f} ×", "1 ×"),
    ])  # fmt: skip


def dask(options: argparse.Namespace) -> None:
    """Two worker processes of a local Dask cluster against one."""
    from benchmarks import bench_dask  # noqa: PLC0415

    found = bench_dask.measure(options.dask_replications, options.dask_turns, cores_free)
    gains, shares = found.gains, found.of_free
    table(f"quickstart, {options.dask_replications} replications on Dask ({len(gains)} turns)", [
        ("wall time, one worker, median (least, most)",
         f"{statistics.median(found.one_s):.2f} s ({min(found.one_s):.2f}, {max(found.one_s):.2f})", ""),
        ("wall time, two workers, likewise",
         f"{statistics.median(found.two_s):.2f} s ({min(found.two_s):.2f}, {max(found.two_s):.2f})", ""),
        ("two workers over one, median (least, most)",
         f"{found.gain:.2f} × ({min(gains):.2f}, {max(gains):.2f})", "at least 1.6 ×, on two idle cores"),
        ("two processes over one meanwhile (least, most)",
         f"{min(found.free):.2f} ×, {max(found.free):.2f} ×", "2 × on two idle cores"),
        ("gain over that of two processes at the same moments, median (least, most)",
         f"{100 * statistics.median(shares):.0f} % ({100 * min(shares):.0f}, {100 * max(shares):.0f})", ""),
        ("load of one minute meanwhile (least, most)", f"{min(found.load):.1f}, {max(found.load):.1f}", ""),
    ])  # fmt: skip


def study(options: argparse.Namespace) -> None:
    """What a study costs beside the engine: rows, encoding, writing, scheduling."""
    from benchmarks import bench_study  # noqa: PLC0415

    rows: list[Row] = []
    for name, count, shard in bench_study.CASES:
        cost = bench_study.measure(name, count, options.study_turns, shard)
        aim = "at most 5 % at 0.1 s a replication" if cost.engine_ms > 50.0 else ""
        rows.append(
            (f"{name}, {count} replications in shards of {cost.chunk}",
             f"{cost.engine_ms:.1f} ms engine, {cost.beside_ms:.2f} ms beside it: {100 * cost.share:.1f} % "
             f"({100 * cost.least:.1f}, {100 * cost.most:.1f})", aim)
        )  # fmt: skip
    table(
        f"Study on one thread, CPU time per replication (median share of {options.study_turns}, least, most)",
        rows,
    )


# --- starting -----------------------------------------------------------------------------------------


def child(*arguments: str, cache_dir: str | None = None) -> tuple[float, float]:
    """(wall, CPU) seconds of a Python process; to the time that it says, where it says one."""
    import resource  # noqa: PLC0415  (not on every system)

    env = dict(os.environ)
    if cache_dir is not None:
        env["OPENIADS_CACHE_DIR"] = cache_dir
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.time()
    done = subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, check=False)
    end = time.time()
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)[:80]}: exit code {done.returncode}\n{done.stderr}")
    for line in done.stdout.splitlines():
        if line.startswith(SAID.strip()):
            end = float(line.removeprefix(SAID.strip()))
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end - start, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def openiads(*arguments: str) -> tuple[str, ...]:
    """How to call the command line of this very installation."""
    return ("-c", "import sys; from openiads.cli import main; sys.argv[0] = 'openiads'; main()", *arguments)


def start(_: argparse.Namespace) -> None:
    """Help, first result, a whole run, with a warm cache."""

    def best(make: Callable[[], tuple[float, float]], times: int) -> str:
        tried = [make() for _ in range(times)]
        return f"{min(t[0] for t in tried):.2f} s ({min(t[1] for t in tried):.2f} CPU-s)"

    child("-c", FIRST_RESULT)  # compiles, where that is still to be done
    with tempfile.TemporaryDirectory() as folder:
        run = openiads("run", "quickstart", "--force", "--out", f"{folder}/run")
        child(*run)
        table("Starting, warm cache (wall time, least of 3)", [
            ("`openiads --help`", best(lambda: child(*openiads("--help")), 3), "at most 0.3 s"),
            ("start to first result (quickstart, not stored)", best(lambda: child("-c", FIRST_RESULT), 3), "at most 2 s"),
            ("`openiads run quickstart`, tables and picture written", best(lambda: child(*run), 3), ""),
        ])  # fmt: skip


def cold(_: argparse.Namespace) -> None:
    """Compile everything anew, in a cache folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = child(*openiads("warmup"), cache_dir=folder)
        size = sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file()) / 1e6
    table("Compiling everything (`openiads warmup`, empty cache)", [
        ("CPU time", f"{cpu:.1f} CPU-s", "at most 60 CPU-s"),
        ("wall time", f"{wall:.1f} s", ""),
        ("size of the cache", f"{size:.0f} MB", ""),
    ])  # fmt: skip


# --- kernels ------------------------------------------------------------------------------------------


def script(name: str, options: argparse.Namespace) -> None:
    """A benchmark of one room, as it prints itself."""
    file, *arguments = SCRIPTS[name]
    if options.library:
        arguments = [a for a in arguments if a != "--no-library"]
    print(f"\n## {name} (`benchmarks/{file}`)\n\n```", flush=True)
    done = subprocess.run([sys.executable, FOLDER / file, *arguments], check=False)
    print("```", flush=True)
    if done.returncode != 0:
        raise SystemExit(f"{file}: exit code {done.returncode}")


SECTIONS: dict[str, Callable[[argparse.Namespace], None]] = {
    "raid": raid,
    "share": share,
    "ground": ground,
    "everything": everything,
    "memory": memory,
    "scaling": scaling,
    "threads": threads,
    "dask": dask,
    "study": study,
    "start": start,
    "cold": cold,
    **{name: lambda options, n=name: script(n, options) for name in SCRIPTS},
}


def machine() -> None:
    """What the figures hold for."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(
            (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model
        )
    except OSError:
        pass
    import openiads as package  # noqa: PLC0415
    from openiads._jit import COMPILED, ENGINE_DIGEST  # noqa: PLC0415

    if not COMPILED:
        raise SystemExit("NUMBA_DISABLE_JIT is set: nothing here is worth measuring interpreted")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numba", "numpy"))
    print(f"# openiads {package.__version__}, engine {ENGINE_DIGEST[:12]}\n")
    print(
        f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {versions}."
    )
    print(f"Load before: {load()}.", flush=True)


def load() -> str:
    """Load averages of 1, 5 and 15 minutes."""
    return ", ".join(f"{x:.2f}" for x in os.getloadavg())


def main() -> None:
    """Run the sections asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=list(SECTIONS), metavar="NAME", help=f"of {', '.join(SECTIONS)}"
    )
    parser.add_argument("--cold", action="store_true", help="also compile everything anew (minutes)")
    parser.add_argument(
        "--library", action="store_true", help="also the tracking library, for comparison (minutes)"
    )
    parser.add_argument("--replications", type=int, default=30, help="of the reference raid")
    parser.add_argument("--memory-replications", type=int, default=100, help="10,000 for the whole promise")
    parser.add_argument("--share-replications", type=int, default=3, help="for the share of each system")
    parser.add_argument(
        "--scaling-rounds", type=int, default=3, help="of 100, 300 and 1,000 threats in turns"
    )
    parser.add_argument("--thread-replications", type=int, default=10, help="on one thread and on two")
    parser.add_argument("--dask-replications", type=int, default=160, help="on one worker and on two")
    parser.add_argument("--study-turns", type=int, default=3, help="whole studies per scenario")
    parser.add_argument("--dask-turns", type=int, default=4, help="of one worker and two")
    options = parser.parse_args()
    began = time.perf_counter()
    machine()
    for name in options.only or SECTIONS:
        if name not in ("cold", "dask") or (name == "cold" and options.cold) or options.only:
            SECTIONS[name](options)
    print(f"\nLoad after: {load()}. Took {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
