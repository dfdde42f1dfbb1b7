"""The ground under the maps: a muted hillshade, and where the radars see a low flyer."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap

from openiads.report import style
from openiads.report.mapping import Map
from openiads.results import Ground

_SUN_AZ, _SUN_EL = math.radians(315.0), math.radians(45.0)
_M_PER_DEG = 111_195.0
_STEEPER = 3.0  # slopes are drawn steeper than they are


def draw_ground(axes: Axes, ground: Ground, chart: Map) -> None:
    """Hillshade below everything; sea is left out. Tinted where any radar sees what flies 100 m above the ground."""
    height = ground.height_m.astype(float)
    if min(height.shape) > 1:
        lat, lon = np.radians(ground.lat_deg), np.radians(ground.lon_deg)
        east, north = chart.project(*np.meshgrid(_edges(lat), _edges(lon), indexing="ij"))
        land = LinearSegmentedColormap.from_list("ground", list(style.LAND))
        shade = np.ma.masked_where(height <= 0.0, _shade(height, ground.lat_deg, ground.lon_deg))
        axes.pcolormesh(
            east, north, shade, cmap=land, vmin=0.0, vmax=1.0, zorder=-2, rasterized=True, shading="flat"
        )
        seen = np.ma.masked_where(ground.seen_by == 0, np.ones(height.shape))
        axes.pcolormesh(
            east, north, seen, cmap=ListedColormap([style.RADAR]), alpha=0.16, zorder=-1, rasterized=True, shading="flat",
            linewidth=0, antialiased=False,
        )  # fmt: skip


def _edges(middles: np.ndarray) -> np.ndarray:
    """Edges of cells about their middles."""
    half = 0.5 * (middles[1] - middles[0])
    return np.append(middles - half, middles[-1] + half)


def _shade(height: np.ndarray, lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
    """Lambert's law for a light in the north-west, 0 to 1."""
    dy = (lat_deg[1] - lat_deg[0]) * _M_PER_DEG
    dx = (lon_deg[1] - lon_deg[0]) * _M_PER_DEG * math.cos(math.radians(float(lat_deg.mean())))
    north, east = np.gradient(_STEEPER * height, dy, dx)
    sun = math.cos(_SUN_EL) * (-east * math.sin(_SUN_AZ) - north * math.cos(_SUN_AZ)) + math.sin(_SUN_EL)
    return np.asarray(np.clip(sun / np.sqrt(1.0 + east * east + north * north), 0.0, 1.0))
