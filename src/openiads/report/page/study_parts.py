"""The parts of the report of a study."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from openiads.analysis.basis import Basis, Plan
from openiads.analysis.breakdown import PointReport, report
from openiads.analysis.compare import Comparison
from openiads.analysis.discovery import Discovery
from openiads.analysis.intervals import CONFIDENCE, Interval
from openiads.analysis.measures import MEASURES, PROPORTION
from openiads.analysis.sensitivity import Sensitivity
from openiads.report import study_summary
from openiads.report.chart_map import nice_km, wide_km
from openiads.report.page import figures
from openiads.report.page.basis_parts import about, all_values, basis_part, limits_part, settings_table
from openiads.report.page.made_parts import made_part, study_facts
from openiads.report.page.parts import Item, Part, Picture, Report, Table, big, box, table_of
from openiads.report.page.point_parts import Point, cause_items, chain_items, range_items, use_items
from openiads.report.page.vary_parts import comparison_part, sensitivity_part
from openiads.report.plan import plan_layout
from openiads.results import StudyResults

_FEW = 10  # replications: fewer are told to be few


@dataclass(frozen=True)
class Extras:
    """What a report of a study may hold besides: indices, a box, a comparison with another study.

    `of`: the measure that is explained and compared. `other`: what the other study is called.
    """

    of: str = "leakage"
    other: str = "another study"
    sensitivity: Sensitivity | None = None
    discovery: Discovery | None = None
    comparison: Comparison | None = None


def study_report(study: StudyResults, basis: Basis, extras: Extras) -> Report:
    """The report of a study."""
    told = report(study)
    title = study.manifest["scenario"].get("title") or study.name
    parts: list[Part] = []
    if extras.comparison is not None:
        parts.append(comparison_part(extras.comparison, extras.of, extras.other))
    if told:
        parts.append(Part("measures", "Measures", list(_measures(study, told))))
        if len(study.points) > 1:
            parts.append(sensitivity_part(study, told, extras.of, extras.sensitivity, extras.discovery))
    if basis.plan is not None:
        parts.append(Part("map", "Map of the plan", list(_map(basis.plan))))
    if told:
        parts += _of_point(study, told, basis)
    return Report(
        title=title,
        subtitle=_subtitle(study, told),
        head=[*about(basis), *_head(study, told)],
        parts=[*parts, basis_part(basis), limits_part(), made_part(study_facts(study), basis)],
        data=[estimates(told), all_values(basis), settings_table(basis)],
    )


def _of_point(study: StudyResults, told: list[PointReport], basis: Basis) -> list[Part]:
    """What is said of one point: of the first, where there are several."""
    first = told[0]
    point = Point(study, first.number)
    several = f"At the first of {len(told)} points ({first.label}). " if len(told) > 1 else ""
    return [
        Part("causes", "Causes of leakage", list(cause_items(told, several))),
        Part("chains", "Kill chains", list(chain_items(point, several))),
        Part("ranges", "Ranges of detection and engagement", list(range_items(point, first, several))),
        Part("use", "Missiles and channels", list(use_items(point, first, basis, several))),
    ]


def _subtitle(study: StudyResults, told: list[PointReport]) -> str:
    n = sum(p.n - p.unusable for p in told)
    points = f" at {len(study.points)} points" if len(study.points) > 1 else ""
    return f"Scenario {study.name}, seed {study.manifest['seed']}: {n} usable replications{points}"


def _head(study: StudyResults, told: list[PointReport]) -> Iterator[Item]:
    if not told:
        yield box("No replication has been computed yet.", kind="alarm")
        return
    for number, section in enumerate(study_summary.alarm_sections(study, told)):
        table = table_of(section, f"alarm-{number + 1}")
        notes = tuple(note.replace(str(study.path), study.path.name) for note in table.notes)
        yield Table(table.name, table.title, table.head, table.rows, table.right, notes, (), True)
    if len(told) == 1:
        yield from _headline(told[0])
    else:
        yield _span(told)
    n = min(p.n - p.unusable for p in told)
    level = f"{100 * CONFIDENCE:.0f} %"
    text = (
        f"Numbers in brackets are {level} intervals over replications. They say how well the model's own figure is known, "
        "not how near it is to anything real."
    )
    if n < _FEW:
        text = f"Only {n} replication{'s' if n != 1 else ''} at a point: hardly more than anecdotes. {text}"
    yield box(text, kind="caution" if n < _FEW else "")


_BIG = {
    "leakage": "of what was aimed came through",
    "hits": "of what was aimed hit",
    "rounds_per_kill": "missiles per hostile killed",
    "assets_surviving": "of the defended assets survive",
    "wrong_shot_runs": "of the runs had a missile fired at a friend or a civil aircraft",
}

_UNITS = {"aimed": "aimed", "killed": "kills", "assets": "assets"}


def _headline(point: PointReport) -> Iterator[Item]:
    shown = []
    for name, text in _BIG.items():
        found = point.measures[name]
        if math.isfinite(found.value):
            share = MEASURES[name].kind == PROPORTION
            told = study_summary.percent(found) if share else study_summary.rate(found)
            number, _, span = told.partition(" (")
            shown.append((number, f"{text} ({span}, {_of(name, found)}"))
    yield big(shown)


def _of(name: str, found: Interval) -> str:
    what = _UNITS.get(MEASURES[name].bottom)
    return f"n = {found.n} runs" + (f", {found.units:.0f} {what}" if what else "")


def _span(told: list[PointReport]) -> Item:
    known = [p for p in told if math.isfinite(p.measures["leakage"].value)]
    if not known:
        return box("Nothing was aimed at anything on the ground at any point.")
    known.sort(key=lambda p: p.measures["leakage"].value)

    def one(point: PointReport) -> str:
        found = point.measures["leakage"]
        return f"{study_summary.percent(found)}, n = {found.n}, at {point.label}"

    return box(f"Least: {one(known[0])}.", f"Most: {one(known[-1])}.",
               title=f"Leakage over {len(known)} points: what was aimed at something on the ground and came through.")  # fmt: skip


def _measures(study: StudyResults, told: list[PointReport]) -> Iterator[Item]:
    if len(told) > 1:
        yield table_of(study_summary.points_section(study, told), "points", "")
        return
    point = told[0]
    yield table_of(study_summary.measures_section(point), "measures", "")
    for what, rows in (("type", point.by_type), ("group", point.by_group), ("target", point.by_target)):
        yield table_of(study_summary.leakage_section(what, rows), f"leakage-by-{what}")


def _map(plan: Plan) -> Iterator[Item]:
    layout = plan_layout(plan)
    wide = wide_km(layout)
    yield (
        "Where the scenario puts the sites, and the routes that it plans. Rings are declared or instrumented ranges, not "
        "what is reached. Recorded flights are not drawn."
    )
    yield Picture("map-wide", "The plan", f"Everything within {wide:.0f} km.",
                  partial(figures.map_figure, layout, wide, False, False))  # fmt: skip
    far = max((math.hypot(s.east_km, s.north_km) for s in layout.sites if s.kind != "target"), default=1.0)
    near = nice_km(min(max(1.6 * far, wide / 12), wide / 3))
    yield Picture("map-near", f"Within {near:.0f} km", "The sites.",
                  partial(figures.map_figure, layout, near, True, False))  # fmt: skip


def estimates(told: list[PointReport]) -> Table:
    """Every estimate of the report as numbers: one row each."""
    rows: list[tuple[str, ...]] = []
    for p in told:
        for name, found in _estimates(p):
            kind, _, what = name.partition("/")
            numbers = [f"{x!r}" if math.isfinite(x) else "" for x in (found.value, found.low, found.high)]
            rows.append(
                (str(p.number), p.label, kind, what, *numbers, str(found.n), f"{found.units:g}", found.method)
            )
    head = ("point", "values", "kind", "name", "value", "low", "high", "n", "of", "method")
    return Table("estimates", "", head, rows)


def _estimates(p: PointReport) -> Iterator[tuple[str, Interval]]:
    for name, found in p.measures.items():
        yield f"measure/{name}", found
    for kind, made in (("type", p.by_type), ("group", p.by_group), ("target", p.by_target)):
        for row in made:
            yield f"leakage by {kind}/{row.name}", row.found
    for row in p.causes:
        yield f"cause/{row.name}", row.found
    for s in p.sightings:
        yield f"detected/{s.type}", s.seen
        yield f"first detection m/{s.type}", s.detection_range_m
        yield f"first launch m/{s.type}", s.launch_range_m
        yield f"detection to launch s/{s.type}", s.sensor_to_shooter_s
    for w in p.weapons:
        yield f"fired/{w.name}", w.fired
        yield f"kills/{w.name}", w.kills
        yield f"kills per round/{w.name}", w.kills_per_round
        yield f"left/{w.name}", w.left


__all__ = ["Extras", "study_report"]
