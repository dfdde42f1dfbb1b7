"""The kill chain of each threat over many replications: medians of its links, and how often it ended how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from openiads.analysis.links import LEAKED
from openiads.report import style

#: Link → column of the outcomes; the order is that of the chain.
LINKS = {
    "in sight": "t_line_of_sight_s",
    "detected": "t_detection_s",
    "tracked": "t_track_s",
    "held hostile": "t_hostile_s",
    "assigned": "t_assigned_s",
}
_HALF = 0.5


@dataclass(frozen=True)
class Typical:
    """One threat: its times in each replication (NaN: never), and its fates.

    Attributes:
        times: link → (replications,) seconds.
        launch_s, end_s: first launch at it, its end.
    """

    name: str
    group: str
    times: dict[str, np.ndarray]
    launch_s: np.ndarray
    end_s: np.ndarray
    fates: Sequence[str]


def draw_typical(axes: Axes, threats: Sequence[Typical], t_end_s: float) -> None:
    """A row per threat. A link is drawn where it happened in half of the replications or more, at its median."""
    places = np.arange(len(threats))[::-1]
    for threat, y in zip(threats, places, strict=True):
        end_s = _median(threat.end_s, t_end_s)
        starts = [(name, _middle(threat.times[name])) for name in LINKS]
        known = [(name, start) for name, start in starts if np.isfinite(start)]
        for k, (name, start) in enumerate(known):
            stop = min([later for _, later in known[k + 1 :]] + [end_s])
            if stop > start:
                axes.barh(y, stop - start, left=start, height=0.66, color=style.LINKS[name], lw=0, zorder=3)
        launched = threat.launch_s[np.isfinite(threat.launch_s)]
        if len(launched) >= _HALF * len(threat.fates):
            low, middle, high = np.quantile(launched, [0.1, 0.5, 0.9])
            axes.plot([low, high], [y, y], color=style.MISSILE, lw=1.2, zorder=5)
            axes.plot([middle], [y], "|", color=style.MISSILE, ms=6, mew=1.4, zorder=5)
        axes.text(1.005, y, fates_text(threat.fates), transform=axes.get_yaxis_transform(), va="center", fontsize=7,
                  color=_colour(threat.fates))  # fmt: skip
    axes.set_yticks(places, [threat.name for threat in threats])
    axes.set_ylim(-0.8, max(len(threats), 1) - 0.2)
    axes.set_xlim(0.0, t_end_s)
    axes.tick_params(axis="y", length=0, labelsize=7.5)
    axes.tick_params(axis="x", length=2)
    axes.grid(axis="x", zorder=0)
    axes.set_xlabel("time since the start of the scenario, s", fontsize=8)


def fates_text(fates: Sequence[str]) -> str:
    """ "killed 38, hit its target 2 of 40" """
    count = Counter(fates)
    return ", ".join(f"{fate} {n}" for fate, n in count.most_common()) + f" of {len(fates)}"


def _colour(fates: Sequence[str]) -> str:
    return style.LEAK if any(fate in LEAKED for fate in fates) else style.FAINT


def _median(values: np.ndarray, none: float) -> float:
    return float(np.median(np.where(np.isfinite(values), values, none)))


def _middle(values: np.ndarray) -> float:
    """Median of what happened; NaN where it did so in less than half of the replications."""
    found = values[np.isfinite(values)]
    return float(np.median(found)) if len(found) >= _HALF * len(values) and len(found) else float("nan")
