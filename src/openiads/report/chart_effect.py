"""A measure against the values of each varied input, one panel per input; and shares as bars with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from openiads.analysis.intervals import Interval
from openiads.report import style

_MANY = 12  # points at one value or fewer have their intervals drawn


@dataclass(frozen=True)
class Effect:
    """One input: its value at every point as a number, or as words."""

    path: str
    unit: str
    numbers: tuple[float, ...] | None
    words: tuple[str, ...]
    logarithmic: bool


def draw_effect(axes: Axes, effect: Effect, found: Sequence[Interval], label: str) -> None:
    """The measure at every point over the value of one input, with its intervals."""
    kinds = list(dict.fromkeys(effect.words))
    x = (
        np.array(effect.numbers)
        if effect.numbers is not None
        else np.array([kinds.index(w) for w in effect.words], float)
    )
    few = len(x) <= _MANY * max(len(set(x.tolist())), 1)
    for place, one in zip(x, found, strict=True):
        if not math.isfinite(one.value):
            continue
        if few and math.isfinite(one.low) and math.isfinite(one.high):
            axes.plot([place, place], [one.low, one.high], color=style.REACH, lw=1.1, alpha=0.55, zorder=3)
        axes.plot([place], [one.value], "o", color=style.LINKS["held hostile"], ms=4, zorder=4)
    if effect.numbers is None:
        axes.set_xticks(range(len(kinds)), kinds)
        axes.set_xlim(-0.5, len(kinds) - 0.5)
    elif effect.logarithmic:
        axes.set_xscale("log")
        style.plain_log(axes.xaxis)
    axes.set_xlabel(f"{_short(effect.path)}{f', {effect.unit}' if effect.unit else ''}", fontsize=8)
    axes.set_ylabel(label, fontsize=8)
    axes.grid(True, zorder=0)
    axes.tick_params(length=2)


def draw_shares(
    axes: Axes, names: Sequence[str], found: Sequence[Interval], colours: Sequence[str], label: str = ""
) -> None:
    """Bars with intervals, the first on top; `label` of the axis, so that the picture can stand alone."""
    places = np.arange(len(names))[::-1]
    for y, one, colour in zip(places, found, colours, strict=True):
        axes.barh(y, one.value, height=0.55, color=colour, lw=0, zorder=3)
        if math.isfinite(one.low) and math.isfinite(one.high):
            axes.plot([one.low, one.high], [y, y], color=style.TEXT, lw=1.2, zorder=4)
    axes.set_yticks(places, list(names))
    axes.set_ylim(-0.6, max(len(names), 1) - 0.4)
    axes.set_xlim(left=0.0)
    axes.set_xlabel(label, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", zorder=0)


def _short(path: str) -> str:
    return path if len(path) <= 40 else f"\u2026{path[-39:]}"
