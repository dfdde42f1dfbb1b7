"""The picture of a comparison: the measures that differ most clearly, and how pairs of replications lie.

openiads.comparison_overview(found)            # PNG as bytes
"""

from __future__ import annotations

import io
import math
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from openiads.analysis.compare import Comparison, Pair
from openiads.report import style
from openiads.report.compare_summary import verdict

_DPI = 100
_MOST = 40  # points in the picture


def comparison_overview(found: Comparison, shown: str = "leakage", kind: str = "png") -> bytes:
    """The picture as PNG or SVG; `shown`: the measure of the verdict."""
    with mpl.rc_context(cast(Any, style.RC)):
        figure = _draw(found, shown)
        out = io.BytesIO()
        figure.savefig(
            out, format=kind, dpi=_DPI, metadata={"Software": None} if kind == "png" else {"Date": None}
        )
    return out.getvalue()


def _draw(found: Comparison, shown: str) -> Figure:
    rows = max(len(found.pairs[0].differences), min(len(found.pairs), _MOST))
    height = 2.4 + 0.27 * rows
    figure = Figure(figsize=(13.0, height))
    FigureCanvasAgg(figure)
    bottom, top = 0.8 / height, 1.0 - 1.3 / height
    left = figure.add_axes((0.13, bottom, 0.42, top - bottom))
    right = figure.add_axes((0.7, bottom, 0.27, top - bottom))
    draw_standardised(left, found.pairs[0])
    if len(found.pairs) > 1:
        draw_points(right, found, shown)
    else:
        draw_halves(right, found.pairs[0])
    name = found.name_a if found.name_a == found.name_b else f"{found.name_a} and {found.name_b}"
    figure.text(
        0.02,
        1 - 0.33 / height,
        f"{name}: B against A, same luck",
        fontsize=15,
        fontweight="bold",
        va="center",
    )
    figure.text(0.02, 1 - 0.66 / height, _short(verdict(found.pairs[0], shown), 150), fontsize=10, color=style.FAINT,
                va="center")  # fmt: skip
    figure.text(0.02, 1 - 0.94 / height, _short(_who(found), 150), fontsize=10, color=style.TEXT, va="center")
    return figure


def _who(found: Comparison) -> str:
    """What A and B are; of several pairs of points, those of the first, which is the one drawn on the left."""
    pair = found.pairs[0]
    told = []
    for letter, name, label in (("A", found.name_a, pair.label_a), ("B", found.name_b, pair.label_b)):
        words = [name] if found.name_a != found.name_b else []
        told.append(f"{letter}: {', '.join([*words, label] if label else words or [name])}")
    left = " (on the left)" if len(found.pairs) > 1 else ""
    return f"{'; '.join(told)}{left}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"


def draw_standardised(axes: Axes, pair: Pair) -> None:
    """Every difference in units of its own half-width: beyond 1 the interval does not hold 0."""
    names = list(pair.differences)
    places = np.arange(len(names))[::-1]
    texts = []
    for name, y in zip(names, places, strict=True):
        d = pair.differences[name]
        texts.append(f"{d.value:+.3g}" if math.isfinite(d.value) else "-")
        if not d.known or d.half_width == 0.0:
            continue
        middle = 0.5 * (d.low + d.high) / d.half_width
        clear = not d.low <= 0.0 <= d.high
        colour = style.KILL if name in pair.firm else style.REACH if clear else style.MISS
        shown = math.copysign(min(abs(middle), 9.0), middle)
        axes.plot([shown - 1.0, shown + 1.0], [y, y], color=colour, lw=2.2, solid_capstyle="butt", zorder=3)
        axes.plot([shown], [y], "o" if abs(middle) <= 9.0 else "D", color=colour, ms=5, zorder=4)
    axes.axvline(0.0, color=style.TEXT, lw=0.9)
    axes.set_xlim(-10.5, 10.5)
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.set_yticks(places, [f"{n}  {t}" for n, t in zip(names, texts, strict=True)])
    axes.grid(axis="x")
    axes.set_xlabel(
        "B - A in half-widths of its interval (diamond: beyond 9; yellow: stands after Holm's correction)"
    )


def draw_halves(axes: Axes, pair: Pair) -> None:
    """Half-widths with pairing and as they would be without."""
    names = [n for n, d in pair.differences.items() if math.isfinite(d.gain) and d.gain > 0.0]
    places = np.arange(len(names))[::-1]
    for name, y in zip(names, places, strict=True):
        d = pair.differences[name]
        axes.plot(
            [d.gain_low, d.gain_high], [y, y], color=style.RADAR, lw=2.2, solid_capstyle="butt", zorder=3
        )
        axes.plot([d.gain], [y], "o", color=style.TEXT, ms=5, zorder=4)
    axes.axvline(1.0, color=style.TEXT, lw=0.9)
    axes.set_yticks(places, names)
    axes.set_ylim(-0.7, max(len(names), 1) - 0.3)
    axes.set_xscale("log")
    style.plain_log(axes.xaxis)
    axes.grid(axis="x")
    axes.set_xlabel("variance saved by pairing (right of 1: helps)")


def draw_points(axes: Axes, found: Comparison, shown: str) -> None:
    """The difference of the measure `shown` at every pair of points, with its interval."""
    pairs = found.pairs[:_MOST]
    places = np.arange(len(pairs))[::-1]
    for pair, y in zip(pairs, places, strict=True):
        d = pair.differences[shown]
        if math.isfinite(d.low):
            axes.plot([d.low, d.high], [y, y], color=style.REACH, lw=2.2, solid_capstyle="butt", zorder=3)
        axes.plot([d.value], [y], "o", color=style.TEXT, ms=5, zorder=4)
    axes.axvline(0.0, color=style.TEXT, lw=0.9)
    axes.set_yticks(places, [_short(p.label_b, 30) for p in pairs])
    axes.grid(axis="x")
    axes.set_xlabel(f"{shown}: B - A at every point")


__all__ = ["comparison_overview"]
