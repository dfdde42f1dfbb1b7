"""Terrain: one site's masking table over 400 km at 3 arc seconds, and the look-ups, on one core.

    python benchmarks/bench_terrain.py [--json] [--side N]

The ground is made of summed sines, int16, N x N samples (default 12,001: 10 degrees, 288 MB), the site in its
middle. The look-ups are 65,536 azimuths and ranges at random (the table is larger than the caches), and 65,536
along 64 flights, as an engine asks; what the loop itself costs is taken off. Best of seven passes.
"""

from __future__ import annotations

import argparse
import json
import math
import time

import numpy as np

from openiads._jit import kernel
from openiads.physics.terrain import lowest_visible_m, make_masking_table, terrain_frame, terrain_height_m

PASSES = 7
N_POINTS = 65_536
REPEATS = 20
STEP_RAD = math.radians(1.0 / 1200.0)
LAT, LON = math.radians(45.0), math.radians(10.0)
RANGE_M, MAST_M = 400e3, 20.0


@kernel
def sweep_nothing(a, b, repeats):
    """The loop without a look-up."""
    total = 0.0
    for _ in range(repeats):
        for i in range(a.shape[0]):
            total += a[i] * b[i]
    return total


@kernel
def sweep_table(table, frame, az, ground_range, repeats):
    """Sum of the lowest visible altitudes."""
    total = 0.0
    for _ in range(repeats):
        for i in range(az.shape[0]):
            total += lowest_visible_m(table, frame, az[i], ground_range[i])
    return total


@kernel
def sweep_ground(grid, frame, lat, lon, repeats):
    """Sum of the ground heights."""
    total = 0.0
    for _ in range(repeats):
        for i in range(lat.shape[0]):
            total += terrain_height_m(grid, frame, lat[i], lon[i])
    return total


def synthetic_ground(side: int) -> np.ndarray:
    """int16 [side, side]: sums of sines from 250 km down to 4 km of wavelength, 0 to 3.5 km high."""
    at = np.arange(side)
    ground = np.full((side, side), 800.0, dtype=np.float32)
    for scale, height in ((450.0, 500.0), (150.0, 300.0), (60.0, 200.0), (22.0, 90.0), (7.0, 30.0)):
        rows = np.sin(at / scale + 1.0).astype(np.float32)
        columns = (height * np.sin(at / (1.3 * scale) + 2.0)).astype(np.float32)
        for i in range(side):  # row by row: no second grid in memory
            ground[i] += rows[i] * columns + np.float32(0.5) * np.roll(columns, i // 3)
    np.maximum(ground, 0.0, out=ground)
    return ground.astype(np.int16)


def best(function):
    """Best seconds of PASSES calls."""
    seconds = math.inf
    for _ in range(PASSES):
        start = time.perf_counter()
        function()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds


def points() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Azimuths and ranges: at random, and along flights of 1,024 points 60 m apart."""
    rng = np.random.default_rng(21)
    scattered = rng.uniform(0.0, 2.0 * math.pi, N_POINTS), RANGE_M * np.sqrt(rng.uniform(0.0, 1.0, N_POINTS))
    start = rng.uniform(-200e3, 200e3, (64, 2))
    course = rng.uniform(0.0, 2.0 * math.pi, 64)
    way = 60.0 * np.arange(N_POINTS // 64)
    east = (start[:, :1] + way * np.sin(course)[:, None]).ravel()
    north = (start[:, 1:] + way * np.cos(course)[:, None]).ravel()
    return {"scattered": scattered, "along flights": (np.arctan2(east, north), np.sqrt(east**2 + north**2))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--side", type=int, default=12_001, help="samples per side of the ground")
    options = parser.parse_args()
    grid = synthetic_ground(options.side)
    half = (options.side - 1) / 2 * STEP_RAD
    frame = terrain_frame(LAT + half, LON - half, STEP_RAD, STEP_RAD)
    make_masking_table(grid, frame, LAT, LON, MAST_M, 1e3, azimuths=8)  # compiles
    seconds = math.inf
    for _ in range(2):
        start = time.perf_counter()
        table, mask = make_masking_table(grid, frame, LAT, LON, MAST_M, RANGE_M)
        seconds = min(seconds, time.perf_counter() - start)
    result = {
        "table_s": seconds,
        "table_mb": table.nbytes / 1e6,
        "azimuths": table.shape[0] - 1,
        "ranges": table.shape[1],
        "grid_mb": grid.nbytes / 1e6,
    }
    count = N_POINTS * REPEATS
    for name, (az, ground_range) in points().items():
        lat = LAT + ground_range * np.cos(az) / 6.371e6
        lon = LON + ground_range * np.sin(az) / (6.371e6 * math.cos(LAT))
        sweep_nothing(az, ground_range, 1)
        sweep_table(table, mask, az, ground_range, 1)
        sweep_ground(grid, frame, lat, lon, 1)
        empty = best(lambda a=az, b=ground_range: sweep_nothing(a, b, REPEATS))
        looked = best(lambda a=az, b=ground_range: sweep_table(table, mask, a, b, REPEATS))
        ground = best(lambda a=lat, b=lon: sweep_ground(grid, frame, a, b, REPEATS))
        result[f"lookup_ns, {name}"] = 1e9 * (looked - empty) / count
        result[f"ground_ns, {name}"] = 1e9 * (ground - empty) / count
    if options.json:
        print(json.dumps(result))
        return
    shape = f"{result['azimuths']} azimuths x {result['ranges']} ranges"
    print(
        f"{'masking table of one site, 400 km':<36}{seconds:8.2f} s    {shape}, {result['table_mb']:.1f} MB"
    )
    print(f"{'  ground, 3 arc seconds, int16':<36}{result['grid_mb']:8.0f} MB")
    for name in ("scattered", "along flights"):
        print(f"{'look-up, ' + name:<36}{result[f'lookup_ns, {name}']:8.1f} ns")
        print(f"{'  ground height, ' + name:<36}{result[f'ground_ns, {name}']:8.1f} ns")


if __name__ == "__main__":
    main()
