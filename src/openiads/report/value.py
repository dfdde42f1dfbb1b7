"""What is worth knowing before a decision, as a table and a picture.

print(openiads.value_summary(found, "leakage"))
value_picture(found, "leakage", "A small raid")      # PNG as bytes
"""

from __future__ import annotations

import io
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from openiads.analysis.sensitivity import Index
from openiads.analysis.value import Value
from openiads.report import style
from openiads.report.summary import Section, plain_lines

_MOST = 20  # inputs in the picture
_COLOURS = (
    style.MISSILE,
    style.KILL,
    style.WRONG,
    style.RADAR,
    "#ff7a5c",
    style.REACH,
    style.ASSET,
    style.MISS,
)


def sections(found: Value, payoff: str) -> list[Section]:
    """The options, and what it is worth to know each input."""
    wish = "large" if found.most else "small"
    options = [
        (
            str(k),
            option.label,
            _text(option.payoff),
            f"{100 * option.best_in:.0f} %",
            "now" if k == found.best else "",
        )
        for k, option in enumerate(found.options)
    ]
    known = [
        (one.name, _text(one.value), _share(one.value, found.evpi), f"{one.floor:.3g}",
         "above" if one.above_noise else "not told from it")
        for one in found.inputs
    ]  # fmt: skip
    level = f"{100 * found.confidence:g} %"
    fitted = "" if found.used == found.draws else f" (fitted to the first {found.used} draws)"
    return [
        Section(f"The decision: {payoff}, {wish} is good", ("option", "values", f"mean payoff ({level})", "best in", "take"),
                options, frozenset({0, 3}),
                (f"{found.draws} draws of the inputs, {found.n} replications at each, the same luck at every point",
                 "best in: share of the draws in which this option is the best one, by the fit on all inputs")),
        Section("What it is worth to know an input first", ("input", f"EVPPI ({level})", "of EVPI", "floor", "against the noise"),
                known, frozenset({2, 3}),
                (f"EVPI, all inputs known: {_text(found.evpi)}{fitted}, in the unit of the payoff",
                 "EVPPI: by how much the mean payoff gets better when this input is known before the option is chosen",
                 "floor: what an input that says nothing shows with these figures in one case of twenty")),
    ]  # fmt: skip


def value_summary(found: Value, payoff: str) -> str:
    """The tables as text."""
    return (
        "\n".join(line for section in sections(found, payoff) for line in plain_lines(section)).rstrip()
        + "\n"
    )


def value_picture(found: Value, payoff: str, title: str, kind: str = "png") -> bytes:
    """Left the value of each input with its interval, right the payoff of every option against the first of them."""
    shown = found.inputs[:_MOST]
    height = 2.6 + 0.4 * max(len(shown), 4)
    with mpl.rc_context(cast(Any, style.RC)):
        figure = Figure(figsize=(13.0, height))
        FigureCanvasAgg(figure)
        low, tall = 0.85 / height, 1.0 - 1.95 / height
        _values(figure.add_axes((0.24, low, 0.30, tall)), found)
        _curves(figure.add_axes((0.62, low, 0.36, tall)), found, payoff)
        figure.text(0.015, 1 - 0.33 / height, title, fontsize=15, fontweight="bold", va="center")
        told = (f"what is worth knowing before the decision on {payoff}: {len(found.options)} options, {found.draws} draws of "
                f"{found.n} replications, {100 * found.confidence:g} % intervals")  # fmt: skip
        figure.text(0.015, 1 - 0.66 / height, told, fontsize=10, color=style.FAINT, va="center")
        out = io.BytesIO()
        figure.savefig(
            out, format=kind, dpi=100, metadata={"Software": None} if kind == "png" else {"Date": None}
        )
    return out.getvalue()


def _values(axes: Any, found: Value) -> None:
    shown = found.inputs[:_MOST]
    places = np.arange(len(shown))[::-1] + 1
    axes.axvspan(found.evpi.low, found.evpi.high, color=style.EDGE, alpha=0.5, zorder=0)
    _bar(axes, found.evpi, 0, style.TEXT, "D")
    for one, y in zip(shown, places, strict=True):
        _bar(axes, one.value, y, style.KILL if one.above_noise else style.FAINT, "o")
        axes.plot([one.floor], [y], "|", color=style.LEAK, ms=12, mew=1.6, zorder=5)
    axes.set_yticks([0, *places], ["all of them (EVPI)", *(_short(one.name) for one in shown)])
    axes.set_ylim(-0.6, len(shown) + 0.6)
    axes.set_xlim(left=0.0)
    axes.grid(axis="x")
    axes.set_xlabel("value of knowing it, in the unit of the payoff; red: floor of the noise")


def _curves(axes: Any, found: Value, payoff: str) -> None:
    """Where the options cross, the input decides."""
    one = found.inputs[0]
    for d, option in enumerate(found.options[: len(_COLOURS)]):
        now = " (best now)" if d == found.best else ""
        axes.plot(one.place, one.curve[:, d], color=_COLOURS[d], lw=2.0, label=_short(option.label, 40) + now)
    axes.grid()
    axes.set_xlabel(_short(one.name, 60))
    axes.set_ylabel(payoff if len(payoff) <= 30 else "payoff")
    axes.set_title("mean payoff where that input is known", fontsize=9, color=style.FAINT, loc="left")
    axes.legend(loc="best", fontsize=8, frameon=True, facecolor=style.BACKGROUND, edgecolor=style.EDGE,
                labelcolor=style.TEXT)  # fmt: skip


def _bar(axes: Any, index: Index, y: float, colour: str, marker: str) -> None:
    axes.plot([index.low, index.high], [y, y], color=colour, lw=2.0, solid_capstyle="butt", zorder=3)
    axes.plot([index.value], [y], marker, color=colour, ms=6, zorder=4)


def _share(value: Index, whole: Index) -> str:
    return f"{100 * value.value / whole.value:.0f} %" if whole.value > 0.0 else "-"


def _text(index: Index) -> str:
    return f"{index.value:.3g} ({index.low:.3g} to {index.high:.3g})"


def _short(text: str, most: int = 34) -> str:
    return text if len(text) <= most else f"…{text[-most + 1 :]}"


__all__ = ["sections", "value_picture", "value_summary"]
