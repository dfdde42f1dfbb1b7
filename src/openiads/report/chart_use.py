"""Missiles and channels over time: of one run as steps, of many replications as a mean with a band."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from openiads.report import style

_GRID = 240  # instants at which replications are looked at
_HUES = (0, 5, 2, 10, 6, 4, 3, 9)  # of style.CAUSES: those that are told apart best
_LINES = ("-", "--", ":", "-.")


def levels(up: Iterable[float], down: Iterable[float], t_s: np.ndarray) -> np.ndarray:
    """How many are up at each time, of things that begin and end at these times (NaN: never)."""
    begun, ended = _sorted(up), _sorted(down)
    found: np.ndarray = np.searchsorted(begun, t_s, side="right") - np.searchsorted(ended, t_s, side="right")
    return found


def steps(up: Iterable[float], down: Iterable[float], t_end_s: float) -> tuple[np.ndarray, np.ndarray]:
    """The same as (times, numbers) of a step function."""
    begun, ended = _sorted(up), _sorted(down)
    t_s = np.unique(np.concatenate([[0.0], begun, ended, [t_end_s]]))
    return t_s, levels(begun, ended, t_s)


def draw_steps(
    axes: Axes, lines: Mapping[str, tuple[np.ndarray, np.ndarray]], most: Mapping[str, int]
) -> None:
    """Step functions by name; `most`: the number there is of each, as a dotted line."""
    for k, (name, (t_s, number)) in enumerate(lines.items()):
        colour = style.CAUSES[_HUES[k % len(_HUES)]]
        label = f"{name} (of {most[name]})" if name in most else name
        axes.step(
            t_s,
            number,
            where="post",
            color=colour,
            lw=1.3,
            ls=_LINES[k // len(_HUES) % 4],
            label=label,
            zorder=4,
        )
    for there in sorted({most[name] for name in lines if name in most}):
        axes.axhline(there, color=style.FAINT, lw=0.8, ls=(0, (1, 2)), zorder=2)
    top = max([1.0, *(float(number.max()) for _, number in lines.values() if len(number)), *most.values()])
    _finish(axes, top)


def draw_bands(
    axes: Axes, lines: Mapping[str, Sequence[tuple[np.ndarray, np.ndarray]]], t_end_s: float
) -> None:
    """Per name and replication (begins, ends): the mean number over time, and where 80 % of the replications are."""
    t_s = np.linspace(0.0, t_end_s, _GRID)
    top = 1.0
    for k, (name, replications) in enumerate(lines.items()):
        colour = style.CAUSES[_HUES[k % len(_HUES)]]
        found = np.array([levels(up, down, t_s) for up, down in replications] or [np.zeros(_GRID)])
        low, high = np.quantile(found, [0.1, 0.9], axis=0)
        axes.fill_between(t_s, low, high, color=colour, alpha=0.16, lw=0, zorder=2)
        axes.plot(
            t_s,
            found.mean(axis=0),
            color=colour,
            lw=1.4,
            ls=_LINES[k // len(_HUES) % 4],
            label=name,
            zorder=4,
        )
        top = max(top, float(high.max()))
    _finish(axes, top)


def _finish(axes: Axes, top: float) -> None:
    axes.set_ylim(0.0, 1.15 * top)
    axes.grid(True, zorder=0)
    axes.tick_params(length=2)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="upper left", bbox_to_anchor=(1.01, 1.02), frameon=False, fontsize=8, handlelength=1.6
        )


def _sorted(values: Iterable[float]) -> np.ndarray:
    found = np.sort(np.fromiter((v for v in values if v is not None), dtype=np.float64))
    return found[np.isfinite(found)]
