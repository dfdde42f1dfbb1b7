"""Draw docs/images/terrain-masking.png: what a site in the Jacksboro model sees, beside the ground.

    python tools/make_terrain_figure.py [output.png]

Left the elevation model that matplotlib ships (SRTM, 3 arc seconds); right the height above the ground down to
which a 15 m mast sees; below a section along one azimuth with the shadow.
"""

from __future__ import annotations

import math
import sys
import warnings
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import BoundaryNorm

from openiads.physics.geodesy import geodesic_direct
from openiads.physics.terrain import lowest_visible_m, make_masking_table, terrain_height_m
from openiads.report.style import FAINT, GRID, KILL, RADAR, RC, SITE
from openiads.world.elevation import Elevation, read_npz

SITE_DEG = (36.3133, -84.25)
MAST_M, RANGE_M, SECTION_DEG = 15.0, 15e3, 135.0
LEVELS = (0.0, 10.0, 30.0, 100.0, 200.0, 400.0, 800.0, 1600.0)


def polar(e: Elevation, mask: tuple) -> tuple[np.ndarray, ...]:
    """East, north (km), ground and lowest visible height above it on a polar mesh."""
    lat, lon = map(math.radians, SITE_DEG)
    azimuths, ranges = np.radians(np.arange(0.0, 360.5, 0.5)), np.arange(50.0, RANGE_M, 50.0)
    above = np.empty((azimuths.size, ranges.size))
    for j, az in enumerate(azimuths):
        for k, s in enumerate(ranges):
            p_lat, p_lon, _ = geodesic_direct(lat, lon, az, s)
            ground = terrain_height_m(e.height_m, e.frame(), p_lat, p_lon)
            above[j, k] = lowest_visible_m(*mask, az, s) - ground
    east = np.sin(azimuths)[:, None] * ranges / 1e3
    north = np.cos(azimuths)[:, None] * ranges / 1e3
    return east, north, np.maximum(above, 0.0)


def section(e: Elevation, mask: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Range (m), ground and lowest visible altitude along the azimuth of the section."""
    lat, lon, az = *map(math.radians, SITE_DEG), math.radians(SECTION_DEG)
    ranges = np.arange(0.0, RANGE_M, 20.0)
    ground, limit = np.empty(ranges.size), np.empty(ranges.size)
    for k, s in enumerate(ranges):
        p_lat, p_lon, _ = geodesic_direct(lat, lon, az, s)
        ground[k] = terrain_height_m(e.height_m, e.frame(), p_lat, p_lon)
        limit[k] = lowest_visible_m(*mask, az, s)
    return ranges, ground, limit


def draw(out: Path) -> None:
    e = read_npz(Path(matplotlib.get_data_path()) / "sample_data" / "jacksboro_fault_dem.npz")
    mask = make_masking_table(
        e.height_m, e.frame(), *map(math.radians, SITE_DEG), MAST_M, RANGE_M, azimuths=1440
    )
    km_lat, km_lon = 110.96, 111.32 * math.cos(math.radians(SITE_DEG[0])) * 1.0022
    extent = (
        (e.west_deg - SITE_DEG[1]) * km_lon,
        (e.east_deg - SITE_DEG[1]) * km_lon,
        (e.south_deg - SITE_DEG[0]) * km_lat,
        (e.north_deg - SITE_DEG[0]) * km_lat,
    )
    with plt.rc_context(RC):
        figure = plt.figure(figsize=(11, 8.2), layout="constrained")
        grid = figure.add_gridspec(2, 2, height_ratios=(2.4, 1.0))
        left, right, below = (figure.add_subplot(grid[at]) for at in ((0, 0), (0, 1), (1, slice(None))))
        picture = left.imshow(e.height_m, extent=extent, cmap="gist_earth", vmin=0, vmax=1100)
        figure.colorbar(picture, ax=left, label="ground, m", shrink=0.85)
        left.set_title("Elevation: Jacksboro fault, SRTM 3″")
        east, north, above = polar(e, mask)
        norm = BoundaryNorm(LEVELS, 256, extend="max")
        warnings.filterwarnings("ignore", "The input coordinates to pcolormesh")  # a disc is not monotonic
        mesh = right.pcolormesh(
            east, north, above, cmap="viridis", norm=norm, shading="nearest", rasterized=True
        )
        figure.colorbar(mesh, ax=right, label="lowest visible height above ground, m", shrink=0.85)
        right.set_title(f"What a {MAST_M:.0f} m mast sees down to")
        reach = RANGE_M / 1e3
        for axes in (left, right):
            axes.plot(0, 0, "^", color=SITE, markeredgecolor="black", markersize=9)
            line = math.radians(SECTION_DEG)
            axes.plot([0, reach * math.sin(line)], [0, reach * math.cos(line)], color=KILL, linewidth=1.0)
            axes.set(
                xlabel="east of the site, km", xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal"
            )
        left.set_ylabel("north of the site, km")
        ranges, ground, limit = section(e, mask)
        below.fill_between(ranges / 1e3, ground, color="#6b5a45", label="ground")
        below.fill_between(ranges / 1e3, ground, limit, color="#3b4a5c", label="not visible")
        below.plot(ranges / 1e3, limit, color=RADAR, label="lowest visible altitude")
        below.plot([0], [mask.frame.antenna_height_m], "^", color=SITE, markersize=8)
        below.set(
            xlabel=f"ground range along azimuth {SECTION_DEG:.0f}°, km", ylabel="altitude, m",
            xlim=(0, reach), ylim=(200, max(limit.max(), ground.max()) + 100),
        )  # fmt: skip
        below.grid(color=GRID)
        below.legend(loc="upper right", frameon=False, labelcolor=FAINT)
        figure.savefig(out, dpi=110, metadata={"Software": None})
        plt.close(figure)


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[1] / "docs" / "images" / "terrain-masking.png"
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
