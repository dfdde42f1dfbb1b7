"""The summary of a study for a person: every figure with its interval and its n."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from openiads.analysis.breakdown import PointReport, Row, report
from openiads.analysis.intervals import CONFIDENCE, SAME, Interval
from openiads.analysis.measures import MEASURES, PROPORTION
from openiads.report.summary import Section, plain_lines, print_section
from openiads.report.track_summary import track_sections
from openiads.results.study import StudyResults

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN = 40  # points in a table before "and n more"
_OF_POINTS = ("leakage", "hits", "rounds_per_kill", "rounds_left", "wrong_shots")


def plain_study(study: StudyResults) -> str:
    """The summary as text."""
    return "\n".join(line for section in sections(study) for line in plain_lines(section)).rstrip() + "\n"


def print_study(study: StudyResults, console: Console) -> None:
    """The summary on a terminal; as plain text where there is none."""
    if not console.is_terminal:
        console.file.write(plain_study(study))
        return
    for section in sections(study):
        print_section(section, console)


def sections(study: StudyResults) -> list[Section]:
    """All parts of the summary."""
    told = report(study)
    made = [_title(study), *alarm_sections(study, told)]
    if len(study.points) == 1:
        for point in told:
            made += [*_detail(point)]
    elif told:
        made += [points_section(study, told), _causes_of_points(told)]
    return [*made, *track_sections(study, rate), _reading(study)]


def rate(found: Interval) -> str:
    """An estimate with its interval."""
    if math.isnan(found.value):
        return "-"
    if not math.isfinite(found.low) or not math.isfinite(found.high):
        return f"{found.value:.4g} (n = 1)"
    if found.method == SAME:
        return f"{found.value:.4g} (in all)"
    return f"{found.value:.4g} ({found.low:.4g} to {found.high:.4g})"


def percent(found: Interval) -> str:
    """A share with its interval, for people: as many digits as the interval bears out."""
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return f"{_percent(found.value)} % (n = 1)"
    if found.method == SAME:
        return f"{_percent(found.value)} % (in all)"
    return f"{_percent(found.value)} % ({_percent(found.low)} to {_percent(found.high)} %)"


def _percent(share: float) -> str:
    """One digit after the point; below 0.1 % two significant ones, and no 0 or 100 that is none."""
    number = 100.0 * share
    if 0.0 < number < 0.1 or 99.9 < number < 100.0:
        return f"{number:.2g}" if number < 1.0 else f"{number:.3f}"
    return f"{number:.1f}".removesuffix(".0")


def _title(study: StudyResults) -> Section:
    manifest = study.manifest
    title = manifest["scenario"].get("title") or study.name
    done, wanted = study.replications_done, study.replications_wanted
    points = f"{len(study.points)} point{'s' if len(study.points) != 1 else ''}"
    goal = f"; until {manifest['until']}" if manifest["until"] else ""
    made = f"openiads {manifest['openiads']}, engine {manifest['engine_sha256'][:12]}"
    return Section(
        f"{title} - study, seed {manifest['seed']}",
        notes=(f"{points}, {done} of {'at most ' if goal else ''}{wanted} replications{goal}; {made}",
               f"study folder: {study.path}"),
    )  # fmt: skip


def alarm_sections(study: StudyResults, told: list[PointReport]) -> Iterator[Section]:
    """What a reader must know first: replications that are missing or unusable, tables that were full."""
    done, wanted = study.replications_done, study.replications_wanted
    if done < wanted and not study.manifest["until"]:
        yield Section("INCOMPLETE", notes=(f"{wanted - done} replications are missing: openiads resume {study.path}",),
                      alarm=True)  # fmt: skip
    unusable, n = sum(p.unusable for p in told), sum(p.n for p in told)
    if unusable:
        yield Section("WARNING: unusable replications", alarm=True, notes=(
            f"{unusable} of {n}: the engine reported a fault (column status); they are in no measure below",))  # fmt: skip
    warned = sum(p.warnings for p in told)
    if warned:
        yield Section("WARNING: full tables", alarm=True, notes=(
            f"in {warned} of {n} replications a table of the engine was full (column status); they are counted",))  # fmt: skip
    yield from _undecided(told)


def _undecided(told: list[PointReport]) -> Iterator[Section]:
    """Leakage counts what came through; what still flies at the end may yet."""
    found = [p.measures["unresolved"] for p in told if p.measures["unresolved"].value > 0.0]
    if not found:
        return
    worst = max(found, key=lambda one: one.value)
    where = f" at {len(found)} of {len(told)} points, at worst" if len(told) > 1 else ""
    yield Section(
        "NOT DECIDED: attackers on the way to their target when the run ended", alarm=True,
        notes=(f"{where} {percent(worst)} of what was aimed, n = {worst.n}; neither killed nor come through, so leakage may be "
               "too low: a longer duration would tell".strip(),),
    )  # fmt: skip


def _detail(point: PointReport) -> Iterator[Section]:
    yield measures_section(point)
    for what, rows in (("type", point.by_type), ("group", point.by_group), ("target", point.by_target)):
        yield leakage_section(what, rows)
    yield causes_section(point)
    yield seen_section(point)
    yield spent_section(point)


def measures_section(point: PointReport) -> Section:
    """The measures of one point, with their intervals."""
    rows = []
    for name, found in point.measures.items():
        one = MEASURES[name]
        units = f"{found.units:.0f}" if one.bottom else "-"
        rows.append((name, rate(found), one.unit, str(found.n), units, one.meaning))
    head = ("measure", f"{100 * CONFIDENCE:.0f} % interval", "unit", "n", "of", "what it is")
    return Section("Measures", head, rows, frozenset({3, 4}),
                   ("n: replications in which the measure has a value; of: what the rate is over, all replications together",
                    "(in all): the same in every replication, so there is no interval",))  # fmt: skip


def leakage_section(what: str, found: list[Row]) -> Section:
    """Leakage by one property of what came (`what`: its name)."""
    rows = [(row.name, rate(row.found), str(row.found.n), f"{row.found.units:.0f}") for row in found]
    return Section(f"Leakage by {what}", (what, "leakage", "n", "aimed"), rows, frozenset({2, 3}))


def causes_section(point: PointReport) -> Section:
    """What leaked, by cause."""
    leakage = point.measures["leakage"]
    rows = [(row.name, rate(row.found), str(row.found.n), f"{row.found.units:.0f}") for row in point.causes]
    return Section("Causes of leakage, as shares of what was aimed", ("cause", "share", "n", "aimed"), rows,
                   frozenset({2, 3}), (f"together the leakage, {rate(leakage)}",))  # fmt: skip


def seen_section(point: PointReport) -> Section:
    """How soon and how far out threats were seen."""

    def km(found: Interval) -> str:
        return rate(
            Interval(found.value / 1e3, found.low / 1e3, found.high / 1e3, found.n, found.units, found.method)
        )

    rows = [
        (s.type, rate(s.seen), km(s.detection_range_m), f"{s.detection_range_m.units:.0f}",
         km(s.launch_range_m), rate(s.sensor_to_shooter_s), f"{s.sensor_to_shooter_s.units:.0f}")
        for s in point.sightings
    ]  # fmt: skip
    head = ("type", "detected", "first detection km", "of", "first launch km", "detection to launch s", "of")
    return Section("First detections and launches", head, rows, frozenset({3, 6}),
                   (f"n = {point.n - point.unusable} replications; means over what was detected, or fired at",))  # fmt: skip


def spent_section(point: PointReport) -> Section:
    """Missiles fired, what they killed, what was left."""
    rows = [
        (w.name, rate(w.fired), rate(w.kills), rate(w.kills_per_round), rate(w.left), str(w.fired.n))
        for w in point.weapons
    ]
    head = ("missile", "fired", "targets killed", "killed per round", "left", "n")
    return Section("Missiles per replication", head, rows, frozenset({5}))


def points_section(study: StudyResults, told: list[PointReport]) -> Section:
    """One row per point."""
    rows = [
        (str(p.number), p.label, *(rate(p.measures[name]) for name in _OF_POINTS), str(p.n - p.unusable))
        for p in told[:_SHOWN]
    ]
    head = ("point", "values", *_OF_POINTS, "n")
    return Section("Points", head, rows, frozenset({0, len(head) - 1}), _more(len(told)))


def _causes_of_points(told: list[PointReport]) -> Section:
    causes = list(dict.fromkeys(row.name for p in told for row in p.causes))
    rows = []
    for p in told[:_SHOWN]:
        own = {row.name: row.found.value for row in p.causes}
        rows.append(
            (str(p.number), *(f"{own[c]:.4g}" if c in own else "0" for c in causes), str(p.n - p.unusable))
        )
    return Section("Causes of leakage, as shares of what was aimed", ("point", *causes, "n"), rows,
                   frozenset(range(len(causes) + 2)), _more(len(told)))  # fmt: skip


def _more(number: int) -> tuple[str, ...]:
    return (f"and {number - _SHOWN} more; the tables hold all",) if number > _SHOWN else ()


def _reading(study: StudyResults) -> Section:
    notes = [
        f"Intervals: {100 * CONFIDENCE:.0f} %, the replication as the unit (docs/models/intervals.md). "
        "They say how well the model's own figure is known, not how near it is to anything real.",
    ]
    if study.manifest["until"]:
        notes.append("Stopping when the interval is narrow favours draws that look quiet: see that page.")
    proportions = ", ".join(name for name, m in MEASURES.items() if m.kind == PROPORTION)
    notes.append(f"Proportions: {proportions}.")
    return Section("How to read it", notes=tuple(notes))
