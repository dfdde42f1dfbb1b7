"""At what ranges things were first detected, and first fired at, by type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from openiads.report import style

DOTS = 40  # more values than these are shown by their quantiles
_LIFT = 0.17


@dataclass(frozen=True)
class Ranges:
    """One type: how many there were, and the ranges of first detection and first launch in km."""

    name: str
    number: int
    detection_km: np.ndarray
    launch_km: np.ndarray


def draw_ranges(axes: Axes, kinds: Sequence[Ranges]) -> None:
    """A row per type. Dots where there are few, else 5, 25, 50, 75 and 95 %."""
    places = np.arange(len(kinds))[::-1]
    for kind, y in zip(kinds, places, strict=True):
        _spread(axes, kind.detection_km, float(y) + _LIFT, style.RADAR, "o")
        _spread(axes, kind.launch_km, float(y) - _LIFT, style.IDENTITY["hostile"], "D")
        told = f"{len(kind.detection_km)} of {kind.number} detected, {len(kind.launch_km)} fired at"
        axes.text(
            1.01, y, told, transform=axes.get_yaxis_transform(), va="center", fontsize=7.5, color=style.FAINT
        )
    axes.set_yticks(places, [kind.name for kind in kinds])
    axes.set_ylim(-0.6, max(len(kinds), 1) - 0.4)
    axes.set_xlim(left=0.0)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", zorder=0)
    axes.set_xlabel("slant range, km (circles: first detection; diamonds: first launch)", fontsize=8)


def _spread(axes: Axes, values: np.ndarray, y: float, colour: str, marker: str) -> None:
    if not len(values):
        return
    if len(values) <= DOTS:
        axes.plot(values, np.full(len(values), y), marker, color=colour, ms=4, mew=0, alpha=0.65, zorder=4)
        return
    low, lower, middle, upper, high = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])
    axes.plot([low, high], [y, y], color=colour, lw=1.0, zorder=3)
    axes.plot([lower, upper], [y, y], color=colour, lw=4.5, alpha=0.55, solid_capstyle="butt", zorder=3)
    axes.plot([middle], [y], marker, color=colour, ms=5, zorder=4)
