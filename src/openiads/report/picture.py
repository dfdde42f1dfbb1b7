"""The overview picture of a run: two maps, the kill-chain time line and the rounds in flight.

openiads.overview(run)                 # PNG as bytes, 1600 pixels wide
openiads.overview(run, kind="svg")
"""

from __future__ import annotations

import io
from typing import Any, cast

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from openiads.analysis.chains import chains
from openiads.report import style
from openiads.report.chart_chain import chosen, draw_chain, draw_rounds
from openiads.report.chart_map import draw_map, near_km, wide_km
from openiads.report.scene import Layout, Scene, scene
from openiads.results import Run

_WIDTH_IN, _DPI = 16.0, 100
_MAP_IN, _STRIP_IN, _HEAD_IN = 5.7, 0.62, 0.85
_ROW_IN, _MIN_CHAIN_IN = 0.118, 1.6
_HAPPENED = (
    "hostile, not yet detected",
    "missile",
    "killed",
    "burst without a kill",
    "came through",
    "any of these, lost (red)",
)


def overview(run: Run, kind: str = "png", tracks: bool = False) -> bytes:
    """The picture as PNG or SVG; `tracks` adds the fused tracks to the maps."""
    with mpl.rc_context(cast(Any, style.RC)):
        figure = _draw(run, tracks)
        out = io.BytesIO()
        metadata = {"Software": None} if kind == "png" else {"Date": None}
        figure.savefig(out, format=kind, dpi=_DPI, metadata=metadata)
    return out.getvalue()


def _draw(run: Run, tracks: bool) -> Figure:
    seen = scene(run)
    known = chains(run)
    rows, left_out = chosen(seen)
    chain_in = max(_MIN_CHAIN_IN, _ROW_IN * len(rows) + 0.2)
    height = _HEAD_IN + _MAP_IN + chain_in + _STRIP_IN + 1.6
    figure = Figure(figsize=(_WIDTH_IN, height))
    FigureCanvasAgg(figure)
    place = _Placer(figure, height)
    wide = wide_km(seen)
    top = height - _HEAD_IN - 0.22
    draw_map(place(0.62, top - _MAP_IN, _MAP_IN, _MAP_IN), seen, wide, "The raid", False, tracks)
    near = near_km(seen, wide)
    draw_map(place(7.0, top - _MAP_IN, _MAP_IN, _MAP_IN), seen, near, f"Within {near:.0f} km", True, tracks)
    _legend(place(12.95, top - _MAP_IN, 2.9, _MAP_IN), seen)
    bottom = 0.5
    strip = place(1.15, bottom, 12.1, _STRIP_IN)
    chain = place(1.15, bottom + _STRIP_IN + 0.1, 12.1, chain_in)
    draw_chain(chain, seen, known, rows, left_out)
    draw_rounds(strip, seen)
    for axes in (chain, strip):
        axes.set_xlim(0.0, run.t_end_s)
    _headline(figure, seen, height)
    return figure


class _Placer:
    """Places axes in inches from the lower left corner."""

    def __init__(self, figure: Figure, height: float) -> None:
        self.figure, self.height = figure, height

    def __call__(self, left: float, bottom: float, width: float, height: float) -> Axes:
        size = (left / _WIDTH_IN, bottom / self.height, width / _WIDTH_IN, height / self.height)
        return self.figure.add_axes(size)


def _headline(figure: Figure, seen: Scene, height: float) -> None:
    run = seen.run
    title = run.manifest["scenario"].get("title") or run.name
    figure.text(0.62 / _WIDTH_IN, 1 - 0.33 / height, title, fontsize=17, fontweight="bold", va="center")
    hostile = seen.hostile
    killed = sum(row["fate"] == "killed" for row in hostile)
    leaks = seen.leaks()
    hit = sum(row["fate"] == "hit its target" for row in leaks)
    wrong = sum(row["wrong_shots"] for row in seen.threats)
    counts = (
        f"{len(hostile)} hostile: {killed} killed, {len(leaks)} came through ({hit} hit)     "
        f"{len(seen.missiles)} missiles fired     "
        f"seed {run.seed}, replication {run.replication}; one run, n = 1"
    )
    figure.text(0.62 / _WIDTH_IN, 1 - 0.66 / height, counts, fontsize=10.5, color=style.FAINT, va="center")
    if wrong:
        text = f"{wrong} WRONG SHOT{'S' if wrong > 1 else ''} at civil or friendly aircraft"
        figure.text(
            1 - 0.35 / _WIDTH_IN, 1 - 0.33 / height, text,
            fontsize=13, color=style.WRONG, fontweight="bold", va="center", ha="right",
        )  # fmt: skip


def map_handles(seen: Layout, happened: bool = True) -> list[Artist]:
    """What the legend of a map shows; without `happened`: of a plan, in which nothing has happened yet."""
    lines: list[Artist] = [
        _line(style.IDENTITY["hostile"], "hostile (truth)"),
        _line(style.IDENTITY["hostile"], "hostile, not yet detected", ls=(0, (1, 2))),
        _line(style.IDENTITY["friend"], "friend"),
        _line(style.IDENTITY["neutral"], "civil", lw=0.8),
        _line(style.MISSILE, "missile"),
        _line(style.REACH, "declared missile reach", ls=(0, (6, 3))),
        _line(style.RADAR, "instrumented radar range", ls=(0, (1, 2))),
        _mark("*", style.KILL, "killed", 11),
        _mark("x", style.MISS, "burst without a kill", 6),
        _mark("X", style.LEAK, "came through", 9),
        _mark("^", style.SITE, "radar", 7),
        _mark("s", style.SITE, "launcher", 6),
        _mark("D", style.SITE, "command post", 6),
        _mark("P", style.SITE, "gun", 7),
        _mark("h", style.SITE, "power unit", 7),
        _mark("d", style.SITE, "reload column", 6),
        _mark("p", style.ASSET, "defended asset", 8),
        _mark("X", style.ASSET, "target of surface fire", 7),
        _mark("s", style.LEAK, "any of these, lost (red)", 6),
    ]
    if any(kind == "passive track" for kind, _ in seen.paths):
        lines.append(_mark("d", style.RADAR, "emitter held from strobes", 5))
    if seen.ground is not None:
        lines.append(_mark("s", style.RADAR, "a radar sees 100 m above ground", 6))
    if any(row["wrong_shots"] for row in seen.threats):
        lines.append(_line(style.WRONG, "fired at civil or friend", lw=2.0))
    absent = _absent(seen) | (set() if happened else set(_HAPPENED))
    return [line for line in lines if line.get_label() not in absent]


def _absent(seen: Layout) -> set[str]:
    """Labels of what no map of this run can show."""
    who = {row["identity"] for row in seen.threats}
    kinds = {site.kind for site in seen.sites}
    there = {
        "hostile (truth)": "hostile" in who,
        "hostile, not yet detected": "hostile" in who,
        "friend": "friend" in who,
        "civil": "neutral" in who,
        "missile": bool(seen.missiles),
        "burst without a kill": bool(seen.missiles),
        "declared missile reach": bool(seen.reach_km),
        "defended asset": "asset" in kinds,
        "target of surface fire": "target" in kinds,
        **{
            kind: kind in kinds
            for kind in ("radar", "launcher", "command post", "gun", "power unit", "reload column")
        },
    }
    return {label for label, is_there in there.items() if not is_there}


def chain_handles() -> list[Artist]:
    """What the legend of the time line shows."""
    chain: list[Artist] = [Patch(color=colour, label=name) for name, colour in style.LINKS.items()]
    chain += [
        _line(style.MISSILE, "missile in flight", lw=2.0),
        _mark("x", style.TEXT, "burst without a kill", 5),
    ]
    return chain


def _legend(axes: Axes, seen: Scene) -> None:
    """The legend, and what was fired."""
    axes.set_axis_off()
    lines, chain = map_handles(seen), chain_handles()
    common: dict[str, Any] = {
        "loc": "upper left", "frameon": False, "fontsize": 8.5, "labelspacing": 0.42, "borderpad": 0.0,
        "handlelength": 2.0, "alignment": "left", "title_fontproperties": {"weight": "bold", "size": 9.5},
    }  # fmt: skip
    first = axes.legend(handles=lines, title="Maps", bbox_to_anchor=(0.0, 1.0), **common)
    axes.add_artist(first)
    axes.legend(handles=chain, title="Time line", bbox_to_anchor=(0.0, 0.355), **common)


def _line(colour: str, label: str, lw: float = 1.4, ls: Any = "-") -> Line2D:
    return Line2D([], [], color=colour, lw=lw, ls=ls, label=label)


def _mark(marker: str, colour: str, label: str, size: float) -> Line2D:
    edge, width = (colour, 1.2) if marker == "x" else (style.PANEL, 0.6)
    return Line2D([], [], color=colour, marker=marker, ls="", ms=size, mec=edge, mew=width, label=label)


__all__ = ["overview"]
