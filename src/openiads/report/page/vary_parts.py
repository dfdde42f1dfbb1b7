"""What differs between points, and between studies: effects, indices, a box, a paired comparison."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from matplotlib.figure import Figure

from openiads.analysis.breakdown import PointReport
from openiads.analysis.compare import Comparison
from openiads.analysis.discovery import Discovery
from openiads.analysis.measures import MEASURES
from openiads.analysis.sensitivity import Sensitivity
from openiads.report import compare_picture, compare_summary, discovery, sensitivity, study_picture
from openiads.report.chart_effect import Effect, draw_effect
from openiads.report.page import figures
from openiads.report.page.parts import Item, Part, Picture, box, table_of
from openiads.results import StudyResults

_MOST_EFFECTS = 24
_MOST_POINTS = 40
_LOG = 30.0  # inputs that span more than this are drawn on a logarithmic axis
_COLUMNS = 3


# --- points -----------------------------------------------------------------------------------------
def sensitivity_part(
    study: StudyResults,
    told: list[PointReport],
    of: str,
    indices: Sensitivity | None,
    box_found: Discovery | None,
) -> Part:
    """What changes when inputs change."""
    return Part("sensitivity", "What changes the result", list(_items(study, told, of, indices, box_found)))


def _items(
    study: StudyResults,
    told: list[PointReport],
    of: str,
    indices: Sensitivity | None,
    box_found: Discovery | None,
) -> Iterator[Item]:
    drawn = any(entry.get("law") for entry in study.manifest["vary"])
    yield (
        "Every point has the same luck: replication k has the same seed at each. So differences between points are known better "
        "than the intervals of single points suggest."
    )
    effects = [e for e in _effects(study, told) if len(set(e.words)) > 1][:_MOST_EFFECTS]
    if effects:
        how = "Other inputs differ between the points too." if len(study.paths) > 1 else ""
        yield Picture(
            "effects", f"{of} against each input",
            f"One mark per point: {MEASURES[of].meaning}; lines are 95 % intervals, n = {_n(told)} replications at each "
            f"point. {how}",
            partial(_effect_figure, effects, told, of),
        )  # fmt: skip
    if not drawn:
        left = f" {len(told) - _MOST_POINTS} more are in the table." if len(told) > _MOST_POINTS else ""
        yield Picture("points", "Leakage and its causes at every point", f"n: replications of each point.{left}",
                      partial(_point_figure, study, told))  # fmt: skip
    if indices is not None:
        for section in sensitivity.sections(indices, of):
            yield table_of(section, "indices")
        yield Picture("indices", f"What drives {of}", "Intervals by bootstrap; shaded: what an input without effect would show.",
                      partial(_index_figure, indices))  # fmt: skip
    if box_found is not None:
        for number, section in enumerate(discovery.sections(box_found)):
            yield table_of(section, f"box-{number + 1}")


def _n(told: list[PointReport]) -> str:
    found = sorted({p.n - p.unusable for p in told})
    return str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"


def _effects(study: StudyResults, told: list[PointReport]) -> Iterator[Effect]:
    for k, path in enumerate(study.paths):
        numbers = [study.points[p.number]["numbers"][k] for p in told]
        words = tuple(str(study.points[p.number]["values"][k]) for p in told)
        plain = all(number is not None for number in numbers)
        values = tuple(float(n) for n in numbers) if plain else None
        wide = values is not None and min(values) > 0.0 and max(values) > _LOG * min(values)
        yield Effect(path, str(study.manifest["vary"][k].get("unit") or ""), values, words, wide)


def _effect_figure(effects: list[Effect], told: list[PointReport], of: str) -> Figure:
    columns = min(len(effects), _COLUMNS)
    rows = math.ceil(len(effects) / columns)
    sheet = figures.Sheet(0.15 + 2.35 * rows)
    width = min((figures.WIDTH_IN - 0.2) / columns - 0.75, 4.4)
    found = [p.measures[of] for p in told]
    for k, effect in enumerate(effects):
        row, column = divmod(k, columns)
        axes = sheet.axes(0.7 + column * (width + 0.75), 0.55 + 2.35 * (rows - 1 - row), width, 1.7)
        draw_effect(axes, effect, found, of.replace("_", " ") if column == 0 else "")
    return sheet.figure


def _point_figure(study: StudyResults, told: list[PointReport]) -> Figure:
    shown = told[:_MOST_POINTS]
    height = 1.0 + 0.3 * max(len(shown), 3)
    sheet = figures.Sheet(height)
    places = list(range(len(shown)))[::-1]
    left, right = (sheet.axes(x, 0.55, width, height - 0.75) for x, width in ((2.7, 2.6), (5.5, 2.0)))
    study_picture.draw_leakage(study, left, shown, places)
    study_picture.draw_causes(right, shown, places)
    left.set_xlabel("leakage, 95 % interval", fontsize=8)
    right.set_xlabel("leakage by cause", fontsize=8)
    return sheet.figure


def _index_figure(indices: Sensitivity) -> Figure:
    height = 1.0 + 0.36 * max(min(len(indices.drivers), 30), 3)
    return figures.single(height, lambda axes: sensitivity.draw_indices(axes, indices), 3.3, 0.3)


# --- two studies ------------------------------------------------------------------------------------
def comparison_part(found: Comparison, of: str, other: str) -> Part:
    """Two studies with the same luck; `other`: what B is called."""
    return Part("comparison", "Comparison", list(_comparison(found, of, other)))


def _comparison(found: Comparison, of: str, other: str) -> Iterator[Item]:
    pairs = found.pairs[:_MOST_POINTS]
    verdicts = [f"{compare_summary.name_of(found, p)}{compare_summary.verdict(p, of)}." for p in pairs]
    first = found.pairs[0]
    told = len(pairs) == 1 and first.label_a != first.label_b
    names = [f"{name} ({label})" if told else name
             for name, label in (("this study", first.label_a), (other, first.label_b))]  # fmt: skip
    yield box(*verdicts, title=f"A: {names[0]}. B: {names[1]}. Same luck, seed {found.seed}.")
    for note in found.notes:
        yield box(note, kind="alarm")
    yield Picture(
        "comparison", "B against A",
        "Left: every difference in units of the half-width of its interval; beyond 1 the interval does not hold 0. Right: what "
        "pairing saved, or the difference at every point.", partial(_comparison_figure, found, of),
    )  # fmt: skip
    for number, section in enumerate(compare_summary.sections(found, of)[1:]):
        if section.rows:
            yield table_of(section, f"differences-{number + 1}")
        elif section.title != "Verdict":
            yield box(" ".join(section.notes), title=section.title)


def _comparison_figure(found: Comparison, of: str) -> Figure:
    rows = max(len(found.pairs[0].differences), min(len(found.pairs), _MOST_POINTS))
    height = 0.8 + 0.24 * rows
    sheet = figures.Sheet(height)
    left = sheet.axes(1.9, 0.55, 3.3, height - 0.7)
    right = sheet.axes(6.75, 0.55, 2.1, height - 0.7)
    compare_picture.draw_standardised(left, found.pairs[0])
    left.set_xlabel("B - A in half-widths of its interval", fontsize=8)
    if len(found.pairs) > 1:
        compare_picture.draw_points(right, found, of)
    else:
        compare_picture.draw_halves(right, found.pairs[0])
        right.set_xlabel("variance saved (right of 1: helps)", fontsize=8)
    return sheet.figure
