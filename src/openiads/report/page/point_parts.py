"""What is said of one point of a study: causes, kill chains, ranges, missiles and channels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from openiads.analysis import intervals
from openiads.analysis.basis import Basis
from openiads.analysis.breakdown import PointReport
from openiads.analysis.causes import CAUSES
from openiads.report import study_summary, style
from openiads.report.chart_effect import draw_shares
from openiads.report.chart_range import DOTS, Ranges, draw_ranges
from openiads.report.chart_typical import LINKS, Typical, draw_typical
from openiads.report.chart_use import draw_bands
from openiads.report.page import figures
from openiads.report.page.parts import Item, Picture, Table, table_of
from openiads.report.picture import chain_handles
from openiads.results import StudyResults

_ROWS = 42  # of a time line on one page
_MOST_ROWS = 252
_MOST_POINTS = 40
_OUTCOMES = (
    "point", "replication", "id", "type", "group", "identity", "fate", "t_end_s", "t_launch_s", "detection_range_m",
    "launch_range_m", *LINKS.values(),
)  # fmt: skip


class Point:
    """The rows of one point in usable replications, as arrays."""

    def __init__(self, study: StudyResults, number: int) -> None:
        runs = _at(study.table("runs", ["point", "replication", "usable"]), number)
        self.usable = np.sort(runs["replication"][runs["usable"].astype(bool)])
        self.number = number
        self._study = study

    @property
    def n(self) -> int:
        """Usable replications."""
        return len(self.usable)

    def table(self, name: str, columns: tuple[str, ...]) -> dict[str, np.ndarray]:
        """Columns of a table; texts as objects."""
        made = _at(self._study.table(name, list(columns)), self.number)
        keep = np.isin(made["replication"], self.usable)
        return {key: values[keep] for key, values in made.items()}


def _at(table: Any, number: int) -> dict[str, np.ndarray]:
    keep = table["point"].to_numpy() == number
    return {name: table[name].to_numpy(zero_copy_only=False)[keep] for name in table.column_names}


# --- causes -----------------------------------------------------------------------------------------
def cause_items(told: list[PointReport], several: str) -> Iterator[Item]:
    """Why things came through."""
    yield (
        "Each thing that came through has one cause: the first link of its kill chain that failed. The shares add up to the "
        "leakage. A cause tells what happened, not what would have helped."
    )
    first = told[0]
    if first.causes:
        yield Picture(
            "causes", "Causes of leakage",
            f"{several}Share of what was aimed, with {100 * intervals.CONFIDENCE:.0f} % intervals; n = {first.n - first.unusable} "
            "replications.",
            partial(_cause_figure, first),
        )  # fmt: skip
    elif len(told) == 1:
        yield f"Nothing came through (n = {first.n - first.unusable} replications)."
    if any(p.causes for p in told):
        yield table_of(study_summary.causes_section(first), "causes") if len(told) == 1 else _by_point(told)


def _by_point(told: list[PointReport]) -> Table:
    """Shares of the causes at every point, with their intervals."""
    causes = [cause for cause in CAUSES if any(row.name == cause for p in told for row in p.causes)]
    rows = []
    for p in told[:_MOST_POINTS]:
        own = {row.name: study_summary.rate(row.found) for row in p.causes}
        rows.append((str(p.number), *(own.get(cause, "0") for cause in causes), str(p.n - p.unusable)))
    notes = ["Shares of what was aimed, with 95 % intervals; 0: it did not occur."]
    if len(told) > _MOST_POINTS:
        notes.append(f"And {len(told) - _MOST_POINTS} more points.")
    return Table(
        "causes",
        "Causes at every point",
        ("point", *causes, "n"),
        rows,
        frozenset({0, len(causes) + 1}),
        tuple(notes),
    )


_SHARE = f"share of what was aimed, {100 * intervals.CONFIDENCE:.0f} % interval"


def _cause_figure(point: PointReport) -> Figure:
    names = [row.name for row in point.causes]
    colours = [style.CAUSES[CAUSES.index(name)] for name in names]
    found = [row.found for row in point.causes]
    return figures.single(
        0.8 + 0.3 * len(names), lambda axes: draw_shares(axes, names, found, colours, _SHARE)
    )


# --- kill chains ------------------------------------------------------------------------------------
def chain_items(point: Point, several: str) -> Iterator[Item]:
    """The typical time line of every hostile threat."""
    rows = point.table("outcomes", _OUTCOMES)
    threats = list(_typical(rows))
    t_end_s = max([1.0, *(float(np.nanmax(t.end_s)) for t in threats if np.isfinite(t.end_s).any())])
    yield (
        f"{several}One line per threat over {point.n} replications. A link is drawn from its median time on, if it happened in at "
        "least half of the replications. Mark and line: median and middle 80 % of the first launch. Right: how it ended, in "
        "how many replications."
    )
    shown = threats[:_MOST_ROWS]
    for page, start in enumerate(range(0, len(shown), _ROWS)):
        some = shown[start : start + _ROWS]
        groups = ", ".join(dict.fromkeys(t.group for t in some))
        title = f"Kill chains {page + 1}" if len(shown) > _ROWS else "Kill chains"
        yield Picture(f"kill-chain-{page + 1}", title, f"Groups: {groups}. n = {point.n}.",
                      partial(_chain_figure, some, t_end_s))  # fmt: skip
    if len(threats) > len(shown):
        yield f"And {len(threats) - len(shown)} more threats; the table outcomes of the study has them all."


def _typical(rows: dict[str, np.ndarray]) -> Iterator[Typical]:
    hostile = rows["identity"] == "hostile"
    idents = rows["id"]
    for ident in dict.fromkeys(idents[hostile]):
        mine = np.flatnonzero(idents == ident)
        yield Typical(
            str(ident), str(rows["group"][mine[0]]), {name: _floats(rows[column][mine]) for name, column in LINKS.items()},
            _floats(rows["t_launch_s"][mine]), _floats(rows["t_end_s"][mine]), [str(f) for f in rows["fate"][mine]],
        )  # fmt: skip


def _chain_figure(threats: list[Typical], t_end_s: float) -> Figure:
    height = 1.0 + 0.158 * max(len(threats), 3)
    sheet = figures.Sheet(height)
    draw_typical(sheet.axes(1.15, 0.45, 5.0, height - 0.85), threats, t_end_s)
    sheet.legend(chain_handles()[: len(LINKS)], 1.15, height - 0.05, columns=len(LINKS))
    return sheet.figure


# --- ranges -----------------------------------------------------------------------------------------
def range_items(point: Point, told: PointReport, several: str) -> Iterator[Item]:
    """Distributions of the ranges of first detection and first launch."""
    rows = point.table("outcomes", _OUTCOMES)
    kinds = list(_kinds(rows))
    yield "Where the defence first saw each hostile type, and where it first fired at it."
    if kinds:
        yield Picture(
            "ranges", "First detection and first launch",
            f"{several}All threats of a type in {point.n} replications together. Dots: at most {DOTS} of them; else the mark "
            "is the median, the bar the middle half, the line the middle 90 %.",
            lambda: figures.single(0.75 + 0.42 * len(kinds), lambda axes: draw_ranges(axes, kinds), 2.0, 2.3),
        )  # fmt: skip
    yield table_of(study_summary.seen_section(told), "sightings", "Means, with intervals over replications")


def _kinds(rows: dict[str, np.ndarray]) -> Iterator[Ranges]:
    hostile = (rows["identity"] == "hostile") & (rows["fate"] != "not started")
    for kind in dict.fromkeys(rows["type"][hostile]):
        mine = hostile & (rows["type"] == kind)
        found = [_floats(rows[key][mine]) / 1e3 for key in ("detection_range_m", "launch_range_m")]
        yield Ranges(str(kind), int(mine.sum()), *(km[np.isfinite(km)] for km in found))


# --- missiles and channels --------------------------------------------------------------------------
def use_items(point: Point, told: PointReport, basis: Basis, several: str) -> Iterator[Item]:
    """Missiles over time, and what they and the channels were used for."""
    rows = point.table("missiles", ("point", "replication", "weapon", "t_launch_s", "t_end_s"))
    if len(rows["weapon"]):
        yield Picture(
            "use", "Missiles over time",
            f"{several}Above: missiles in flight; below: fired so far. Line: mean of {point.n} replications; band: the middle 80 % "
            "of them.", partial(_use_figure, rows, point.usable),
        )  # fmt: skip
    yield table_of(study_summary.spent_section(told), "missiles")
    yield _channels(point, basis)


def _use_figure(rows: dict[str, np.ndarray], usable: np.ndarray) -> Figure:
    launch, end = _floats(rows["t_launch_s"]), _floats(rows["t_end_s"])
    weapons = sorted(set(rows["weapon"]))
    spans = {}
    for weapon in weapons:
        mine = np.flatnonzero(rows["weapon"] == weapon)
        mine = mine[np.argsort(rows["replication"][mine], kind="stable")]
        cuts = np.searchsorted(rows["replication"][mine], usable, side="right")
        parts = np.split(mine, cuts[:-1])
        spans[str(weapon)] = [(launch[part], end[part]) for part in parts]
    never = np.zeros(0)
    fired = {name: [(up, never) for up, _ in some] for name, some in spans.items()}
    t_end_s = float(np.nanmax(np.concatenate([launch, end])))
    sheet = figures.Sheet(4.1)
    for k, (lines, label) in enumerate(((fired, "missiles\nfired"), (spans, "missiles\nin flight"))):
        axes = sheet.axes(0.95, 0.5 + 1.8 * k, 6.1, 1.5)
        draw_bands(axes, lines, t_end_s)
        axes.set_xlim(0.0, t_end_s)
        axes.set_ylabel(label, fontsize=8)
        axes.tick_params(axis="x", labelbottom=k == 0)
        if k == 0:
            axes.set_xlabel("time since the start of the scenario, s", fontsize=8)
    return sheet.figure


def _channels(point: Point, basis: Basis) -> Table:
    """Use of target channels by battery."""
    rows = point.table(
        "batteries", ("point", "replication", "id", "channels", "engagements", "busy_s", "peak")
    )
    made = []
    for battery in dict.fromkeys(rows["id"]):
        mine = rows["id"] == battery
        ones = np.ones(int(mine.sum()))

        def mean(key: str, mine: np.ndarray = mine, ones: np.ndarray = ones) -> str:
            return study_summary.rate(
                intervals.mean(intervals.sums(rows[key][mine].astype(np.float64), ones))
            )

        full = int((rows["peak"][mine] >= rows["channels"][mine]).sum())
        made.append((str(battery), str(int(rows["channels"][mine][0])), mean("engagements"), mean("busy_s"), mean("peak"),
                     f"{full} of {len(ones)}", str(len(ones))))  # fmt: skip
    head = (
        "battery",
        "channels",
        "engagements",
        "channel-seconds engaged",
        "most at once",
        "all engaged at once in",
        "n",
    )
    return Table("channels", "Target channels per replication", head, made, frozenset({1, 6}))


def _floats(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)
