"""A comparison for a person: every difference with its interval, its n, and what pairing was worth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from openiads.analysis.compare import Comparison, Pair
from openiads.analysis.intervals import SAME
from openiads.analysis.measures import MEASURES
from openiads.analysis.paired import CONSTANT, EQUAL, ONE, Difference
from openiads.report.summary import Section, plain_lines, print_section

if TYPE_CHECKING:
    from rich.console import Console

_DETAILED = 4  # pairs of points that are told in full; of more, the shown measure alone


def plain_comparison(found: Comparison, shown: str = "leakage") -> str:
    """The comparison as text; `shown`: the measure of the verdict."""
    return (
        "\n".join(line for section in sections(found, shown) for line in plain_lines(section)).rstrip() + "\n"
    )


def print_comparison(found: Comparison, console: Console, shown: str = "leakage") -> None:
    """The comparison on a terminal; as plain text where there is none."""
    if not console.is_terminal:
        console.file.write(plain_comparison(found, shown))
        return
    for section in sections(found, shown):
        print_section(section, console)


def sections(found: Comparison, shown: str) -> list[Section]:
    """All parts of the comparison."""
    title = f"A: {found.name_a}; B: {found.name_b} - same luck, seed {found.seed}"
    made = [Section(title, notes=found.notes)]
    for pair in found.pairs[:_DETAILED] if len(found.pairs) > _DETAILED else found.pairs:
        made.append(_measures(found, pair))
    if len(found.pairs) > 1:
        made.append(_pairs(found, shown))
    made.append(
        Section("Verdict", notes=tuple(name_of(found, p) + verdict(p, shown) for p in found.pairs[:40]))
    )
    return [*made, _reading(found)]


def verdict(pair: Pair, shown: str) -> str:
    """What may be said of one measure, and no more."""
    d, what = pair.differences[shown], shown.replace("_", " ")
    if pair.same:
        return "A and B are the same scenario: every difference is exactly 0"
    if not any(one.changed or one.only_one for one in pair.differences.values()):
        return f"A and B came out the same in all {d.n} replications: the change had no effect that a measure shows"
    if d.method == SAME:
        return f"{what} is {_number(d.a)} in all {d.n} replications of both; more replications could differ"
    if d.method == CONSTANT:
        return f"{what} is {_higher(d.value)} in B by {_number(abs(d.value))} in each of {d.n} replications"
    if not d.known:
        return f"nothing can be said of {what}: n = {d.n}"
    level = f"{100 * d.confidence:g} %"
    span = f"{level} interval of B - A {_number(d.low)} to {_number(d.high)}, n = {d.n}"
    if d.low <= 0.0 <= d.high:
        return f"no difference in {what} is shown ({span}); one inside the interval is not excluded"
    return f"{what} is {_higher(d.value)} in B by {_number(abs(d.value))} ({span})"


def _higher(value: float) -> str:
    return "higher" if value > 0.0 else "lower"


def name_of(found: Comparison, pair: Pair) -> str:
    """What a line about this pair begins with; nothing where there is only one."""
    return "" if len(found.pairs) == 1 else f"{_labels(pair)}: "


def _labels(pair: Pair) -> str:
    return pair.label_a if pair.label_a == pair.label_b else f"{pair.label_a} | {pair.label_b}"


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4g}"


def _interval(d: Difference) -> str:
    if d.method == EQUAL:
        return "0 (same scenario)"
    if d.method in (SAME, CONSTANT):
        return f"{_number(d.value)} (in all)"
    if d.method == ONE or not math.isfinite(d.value):
        return f"{_number(d.value)} (n = {d.n})" if d.method == ONE else "-"
    return f"{_number(d.value)} ({_number(d.low)} to {_number(d.high)})"


def _span(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "no variance"
    return f"{value:.3g} ({low:.3g} to {high:.3g})"


def _row(name: str, pair: Pair) -> tuple[str, ...]:
    d = pair.differences[name]
    mark = "**" if name in pair.firm else "*" if d.known and not d.low <= 0.0 <= d.high else ""
    return (
        name, _number(d.a), _number(d.b), _interval(d), mark, MEASURES[name].unit, str(d.n), str(d.changed),
        _span(d.correlation, d.correlation_low, d.correlation_high), _span(d.gain, d.gain_low, d.gain_high),
    )  # fmt: skip


_HEAD = ("measure", "A", "B", "B - A", "", "unit", "n", "changed", "correlation", "variance saved")


def _measures(found: Comparison, pair: Pair) -> Section:
    notes = [f"A: {pair.label_a}; B: {pair.label_b}"] if pair.label_a != pair.label_b else []
    if pair.unusable:
        notes.append(f"{pair.unusable} replications are left out: the engine reported a fault in A or in B")
    single = [f"{name} {d.only_one}" for name, d in pair.differences.items() if d.only_one]
    if single:
        notes.append(
            f"replications with a value in only one of the two, in no difference: {', '.join(single)}"
        )
    rows = [_row(name, pair) for name in pair.differences]
    return Section(f"Differences{'' if len(found.pairs) == 1 else ', ' + _labels(pair)}", _HEAD, rows,
                   frozenset({1, 2, 6, 7}), tuple(notes))  # fmt: skip


def _pairs(found: Comparison, shown: str) -> Section:
    rows = [(str(p.point_b), _labels(p), *_row(shown, p)[1:]) for p in found.pairs]
    return Section(
        f"{shown} at every point", ("point", "values", *_HEAD[1:]), rows, frozenset({0, 2, 3, 7, 8})
    )


def _reading(found: Comparison) -> Section:
    level = 100 * found.confidence
    return Section("How to read it", notes=(
        f"B - A with its {level:g} % interval over pairs of replications with the same luck (docs/models/paired.md);",
        "n: pairs; changed: pairs that differ; variance saved: of the difference of two independent studies of this size,",
        "over that of the pairs: 4 means that four times as many replications would be needed without pairing.",
        f"*: the interval does not hold 0. Of {len(MEASURES)} measures about one in twenty does so by chance;",
        "**: stands after Holm's correction for their number. Choose the measure before you look.",
        "A difference of the model's figures, between these two scenarios; not a statement about real systems.",
    ))  # fmt: skip


__all__ = ["plain_comparison", "print_comparison", "sections", "verdict"]
