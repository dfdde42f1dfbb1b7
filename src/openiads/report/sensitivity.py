"""What drives a result, as a ranked table and a picture.

print(openiads.sensitivity_summary(found, "leakage"))
sensitivity_picture(found, "leakage", "A small raid")      # PNG as bytes
"""

from __future__ import annotations

import io
import math
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from openiads.analysis.sensitivity import Index, Sensitivity
from openiads.report import style
from openiads.report.summary import Section, plain_lines

_TITLES = {"morris": "Elementary effects (Morris)", "saltelli": "Sobol indices", "oat": "One at a time"}
_MEANING = {
    "morris": ("mu*: mean size of the change when one input moves, per whole width of its distribution (in probability)",
               "sigma: spread of these changes; large against mu*: the input acts through others, or not in a straight line"),
    "saltelli": ("total: share of the variance that goes when everything but this input is known, alone or with others",
                 "first: share of the variance that goes when this input is known"),
    "oat": ("effect: change of the measure from the 5 % to the 95 % point of the input, all others at their medians",),
}  # fmt: skip
_MOST = 30  # inputs in the picture


def sections(found: Sensitivity, of: str) -> list[Section]:
    """The ranked table, with what must be known to read it."""
    name, second = found.names
    head = ("input", name, *((second,) if second else ()), "against the noise")
    rows = [
        (d.name, _text(d.first), *((_text(d.second),) if second and d.second is not None else ()),
         "above" if d.above_noise else "not told from it")
        for d in found.drivers
    ]  # fmt: skip
    notes = (
        f"{found.points} points of {found.n} replications, the same luck at every point; intervals {100 * found.confidence:g} %, "
        f"bootstrap of {found.blocks} {_blocks(found.method)} and of {found.n} replications",
        f"{of}: mean {found.mean:.4g}, standard deviation over the points {found.deviation:.4g}",
        _noise(found, name),
        *_MEANING[found.method],
    )
    if found.deviation == 0.0:
        notes = (f"{of} is {found.mean:.4g} at every point: no input changes it here", *notes)
    return [Section(f"{_TITLES[found.method]}: what drives {of}", head, rows, frozenset(), notes)]


def sensitivity_summary(found: Sensitivity, of: str) -> str:
    """The table as text."""
    return "\n".join(line for section in sections(found, of) for line in plain_lines(section)).rstrip() + "\n"


def sensitivity_picture(found: Sensitivity, of: str, title: str, kind: str = "png") -> bytes:
    """The ranking with intervals and the floor of the noise, as PNG or SVG."""
    shown = found.drivers[:_MOST]
    height = 2.1 + 0.36 * max(len(shown), 3)
    with mpl.rc_context(cast(Any, style.RC)):
        figure = Figure(figsize=(11.0, height))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.36, 0.8 / height, 0.6, 1.0 - 1.75 / height))
        draw_indices(axes, found)
        figure.text(0.02, 1 - 0.33 / height, title, fontsize=15, fontweight="bold", va="center")
        left_out = (
            f"; {len(found.drivers) - _MOST} inputs are not shown" if len(found.drivers) > _MOST else ""
        )
        told = f"what drives {of}: {found.points} points of {found.n} replications, "
        told += f"{100 * found.confidence:g} % intervals{left_out}"
        figure.text(0.02, 1 - 0.66 / height, told, fontsize=10, color=style.FAINT, va="center")
        out = io.BytesIO()
        figure.savefig(
            out, format=kind, dpi=100, metadata={"Software": None} if kind == "png" else {"Date": None}
        )
    return out.getvalue()


def draw_indices(axes: Any, found: Sensitivity) -> None:
    """The ranking with intervals and the floor of the noise."""
    shown = found.drivers[:_MOST]
    places = np.arange(len(shown))[::-1]
    for driver, y in zip(shown, places, strict=True):
        colour = style.KILL if driver.above_noise else style.FAINT
        _bar(axes, driver.first, y + (0.12 if driver.second else 0.0), colour, "o")
        if driver.second is not None:
            _bar(axes, driver.second, y - 0.16, style.REACH, "D")
    if math.isfinite(found.floor) and found.floor > 0.0:
        axes.axvspan(
            -found.floor if found.method == "oat" else 0.0,
            found.floor,
            color=style.EDGE,
            alpha=0.6,
            zorder=0,
        )
    axes.axvline(0.0, color=style.EDGE, lw=1.0)
    axes.set_yticks(places, [_short(d.name) for d in shown])
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.grid(axis="x")
    name, second = found.names
    axes.set_xlabel(
        f"{name} (circles)" + (f", {second} (diamonds)" if second else "") + "; shaded: noise floor"
    )


def _bar(axes: Any, index: Index, y: float, colour: str, marker: str) -> None:
    if not math.isfinite(index.value):
        return
    axes.plot([index.low, index.high], [y, y], color=colour, lw=2.0, solid_capstyle="butt", zorder=3)
    axes.plot([index.value], [y], marker, color=colour, ms=5, zorder=4)


def _noise(found: Sensitivity, name: str) -> str:
    if math.isnan(found.noise):
        return "noise of the replications: not known with one replication per point"
    share = (found.noise / found.deviation) ** 2 if found.deviation > 0.0 else math.nan
    part = f", {100.0 * share:.3g} % of the variance over the points" if math.isfinite(share) else ""
    return (f"noise of the replications: standard deviation {found.noise:.3g} at a point{part}; "
            f"an input without effect would show {name} of about {found.floor:.3g} or less")  # fmt: skip


def _blocks(method: str) -> str:
    return {"morris": "trajectories", "saltelli": "rows", "oat": "inputs (not drawn)"}[method]


def _text(index: Index | None) -> str:
    if index is None or not math.isfinite(index.value):
        return "-"
    return f"{index.value:.3g} ({index.low:.3g} to {index.high:.3g})"


def _short(path: str) -> str:
    return path if len(path) <= 44 else f"\u2026{path[-43:]}"
