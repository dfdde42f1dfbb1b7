"""The picture of a study: leakage per point with intervals, and the causes of it.

openiads.study_overview(study)                 # PNG as bytes
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from openiads.analysis.breakdown import PointReport, report
from openiads.analysis.causes import CAUSES
from openiads.report import style
from openiads.results.study import StudyResults

_DPI = 100
_LONGEST = 34  # characters of a label
_MOST = 60  # points in the picture


def study_overview(study: StudyResults, kind: str = "png") -> bytes:
    """The picture as PNG or SVG."""
    with mpl.rc_context(cast(Any, style.RC)):
        figure = _draw(study, report(study))
        out = io.BytesIO()
        figure.savefig(
            out, format=kind, dpi=_DPI, metadata={"Software": None} if kind == "png" else {"Date": None}
        )
    return out.getvalue()


def _draw(study: StudyResults, told: list[PointReport]) -> Figure:
    shown = told[:_MOST]
    height = 2.3 + 0.34 * max(len(shown), 3)
    figure = Figure(figsize=(13.0, height))
    FigureCanvasAgg(figure)
    bottom, top = 0.85 / height, 1.0 - 1.05 / height
    left = figure.add_axes((0.24, bottom, 0.33, top - bottom))
    right = figure.add_axes((0.6, bottom, 0.24, top - bottom))
    places = range(len(shown))[::-1]
    draw_leakage(study, left, shown, places)
    draw_causes(right, shown, places)
    _headline(figure, study, told, height)
    return figure


def draw_leakage(study: StudyResults, axes: Axes, shown: list[PointReport], places: Sequence[int]) -> None:
    """Leakage of every point with its interval, over the name of the point."""
    for point, y in zip(shown, places, strict=True):
        found = point.measures["leakage"]
        if not np.isfinite(found.value):
            continue
        axes.plot([found.low, found.high], [y, y], color=style.LEAK, lw=2.2, solid_capstyle="butt", zorder=3)
        axes.plot([found.value], [y], "o", color=style.TEXT, ms=5, zorder=4)
    axes.set_yticks(places, [_name(study, p) for p in shown])
    axes.set_ylim(-0.7, len(shown) - 0.3)
    high = max(
        (p.measures["leakage"].high for p in shown if np.isfinite(p.measures["leakage"].high)), default=1.0
    )
    axes.set_xlim(0.0, min(1.0, max(1.15 * high, 0.02)))
    axes.grid(axis="x")
    axes.set_xlabel("leakage: share of what was aimed that came through (95 % interval)")


def _name(study: StudyResults, point: PointReport) -> str:
    """The values of a point, by the last words of their paths."""
    values = study.points[point.number]["values"]
    texts = [v if isinstance(v, str) else json.dumps(v) for v in values]
    label = (
        ", ".join(f"{name} {text}" for name, text in zip(_short(study.paths), texts, strict=True))
        or "as written"
    )
    label = label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}\u2026"
    return f"{label}  (n = {point.n - point.unusable})"


def _short(paths: list[str]) -> list[str]:
    """As many words from the end of each path as tell them apart."""
    for count in range(1, 10):
        names = [".".join(path.split(".")[-count:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return paths


def draw_causes(axes: Axes, shown: list[PointReport], places: Sequence[int]) -> None:
    """Leakage of every point by cause."""
    left = np.zeros(len(shown))
    for cause, colour in zip(CAUSES, style.CAUSES, strict=True):
        share = np.array([next((r.found.value for r in p.causes if r.name == cause), 0.0) for p in shown])
        if share.any():
            axes.barh(places, share, left=left, height=0.62, color=colour, label=cause, zorder=3)
            left += share
    axes.set_yticks([])
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.set_xlim(0.0, max(1.05 * float(left.max(initial=0.0)), 0.02))
    axes.grid(axis="x")
    axes.set_xlabel("leakage by cause")
    if left.any():
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, fontsize=8)


def _headline(figure: Figure, study: StudyResults, told: list[PointReport], height: float) -> None:
    title = study.manifest["scenario"].get("title") or study.name
    figure.text(0.02, 1 - 0.33 / height, title, fontsize=15, fontweight="bold", va="center")
    n = sum(p.n - p.unusable for p in told)
    left_out = f"; {len(told) - _MOST} points are not shown" if len(told) > _MOST else ""
    text = f"{len(told)} point{'s' if len(told) != 1 else ''}, {n} replications in all, seed {study.manifest['seed']}{left_out}"
    figure.text(0.02, 1 - 0.66 / height, text, fontsize=10, color=style.FAINT, va="center")


__all__ = ["study_overview"]
