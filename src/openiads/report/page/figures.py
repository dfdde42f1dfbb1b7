"""The figures of a report: the charts of this room, laid out for a page of paper (9 inches wide)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from openiads.analysis.chains import Chains
from openiads.report.chart_chain import draw_chain
from openiads.report.chart_map import draw_map
from openiads.report.picture import chain_handles, map_handles
from openiads.report.scene import Layout, Scene

WIDTH_IN = 9.0
_LEGEND: dict[str, Any] = {"frameon": False, "fontsize": 8, "handlelength": 2.0, "alignment": "left"}


class Sheet:
    """A figure of the usual width; axes are placed in inches from the lower left corner."""

    def __init__(self, height_in: float) -> None:
        self.height_in = height_in
        self.figure = Figure(figsize=(WIDTH_IN, height_in))
        FigureCanvasAgg(self.figure)

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Axes there."""
        return self.figure.add_axes(
            (left / WIDTH_IN, bottom / self.height_in, width / WIDTH_IN, height / self.height_in)
        )

    def legend(self, handles: Sequence[Artist], left: float, top: float, columns: int = 1) -> None:
        """A legend whose upper left corner is there."""
        self.figure.legend(
            handles=list(handles), loc="upper left", ncols=columns,
            bbox_to_anchor=(left / WIDTH_IN, top / self.height_in), columnspacing=1.4, borderpad=0.0, **_LEGEND,
        )  # fmt: skip


def single(height_in: float, draw: Callable[[Axes], None], left: float = 1.75, right: float = 2.1) -> Figure:
    """One pair of axes with room for labels on both sides."""
    sheet = Sheet(height_in)
    draw(sheet.axes(left, 0.5, WIDTH_IN - left - right, height_in - 0.65))
    return sheet.figure


def map_figure(layout: Layout, radius_km: float, near: bool, happened: bool = True) -> Figure:
    """A map with its legend beside it."""
    sheet = Sheet(6.55)
    draw_map(sheet.axes(0.6, 0.42, 6.0, 6.0), layout, radius_km, "", near, tracks=False)
    sheet.legend(map_handles(layout, happened), 6.75, 6.42)
    return sheet.figure


def chain_figure(scene: Scene, known: Chains, rows: list[dict[str, Any]]) -> Figure:
    """Time lines of some threats, the fate of each in a column to the right."""
    height = 1.0 + 0.158 * max(len(rows), 3)
    sheet = Sheet(height)
    axes = sheet.axes(1.15, 0.45, 5.3, height - 0.95)
    draw_chain(axes, scene, known, rows, 0, margin=True)
    axes.set_title("", loc="left")
    axes.set_xlim(0.0, scene.run.t_end_s)
    axes.tick_params(axis="x", labelbottom=True)
    axes.set_xlabel("time since the start of the scenario, s", fontsize=8)
    sheet.legend(chain_handles(), 1.15, height - 0.05, columns=7)
    return sheet.figure
