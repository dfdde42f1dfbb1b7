"""The parts that every report carries: its assumptions with their grades, and what the models cannot support."""

from __future__ import annotations

from collections.abc import Iterator

from openiads.analysis.basis import WORST, Basis, UsedItem, UsedValue
from openiads.report import limits
from openiads.report.page.elements import element
from openiads.report.page.parts import Item, Part, Table, box, folded, listed

_PATHS = 4  # places of an item that are written out
_HEAD = ("value of", "is", "range", "grade", "source", "meaning")


def basis_part(basis: Basis) -> Part:
    """Assumptions: the grades of all values, those that are nothing but assumptions first."""
    return Part("assumptions", "Assumptions, with their grades", list(_basis(basis)))


def about(basis: Basis) -> Iterator[Item]:
    """What the scenario is about, in its own words."""
    if basis.description:
        yield basis.description
    if basis.question:
        yield element("p", element("strong", "Question: "), basis.question)


def limits_part() -> Part:
    """What the models cannot support."""
    return Part("limits", "What this cannot tell you", list(_limits()))


def _basis(basis: Basis) -> Iterator[Item]:
    for warning in basis.warnings:
        yield box(warning, kind="alarm", title="Caution.")
    if basis.items:
        yield from _grades(basis)
        yield _assumed(basis)
        yield element("h3", "Every value, item by item")
        for item in basis.items:
            yield _item(item)
        head = ("key", "author", "title", "year", "read")
        rows = [(s["key"], s["author"], s["title"], s["year"], s["seen"]) for s in basis.sources]
        yield Table("sources", "Sources", head, rows)
    if basis.settings:
        yield folded(
            "Doctrine and environment: what the scenario says, and what is assumed where it does not",
            settings_table(basis),
        )


def _grades(basis: Basis) -> Iterator[Item]:
    count = basis.by_grade()
    total = sum(count.values())
    yield (
        f"The scenario names {len(basis.items)} items of the catalogue with {total} values. Each value has a source and a grade "
        f"of confidence. {count[WORST]} of the {total} are of grade {WORST}: assumptions."
    )
    rows = [(grade, basis.grades[grade], str(n)) for grade, n in count.items()]
    yield Table("grades", "", ("grade", "meaning", "values"), rows, frozenset({2}), (),
                [WORST if grade == WORST else "" for grade in count])  # fmt: skip
    drawn = [(v.item, v.field, v.value, v.range, v.grade, v.drawn) for v in basis.values if v.drawn]
    if drawn:
        yield Table("drawn", "Values of the catalogue that this study varies",
                    ("item", "value of", "in the catalogue", "range", "grade", "here"), drawn)  # fmt: skip


def _assumed(basis: Basis) -> Item:
    """The values of the worst grade, a row per item."""
    rows = []
    for item in basis.items:
        mine = [v for v in item.values if v.grade == WORST]
        told = "; ".join(f"{v.field} {_is(v)}" + (f" ({v.range})" if v.range else "") for v in mine)
        if mine:
            rows.append((item.id, str(len(mine)), told))
    total = sum(int(row[1]) for row in rows)
    note = (
        "Nobody has published these. The developers chose each, and the range in brackets in which it may lie. "
        "Vary those on which your question hangs: openiads sensitivity SCENARIO --uncertain catalog.ITEM.VALUE"
    )
    return Table(f"assumed-{WORST}", f"Assumptions: {total} values of grade {WORST}", ("item", "values", "value (range)"),
                 rows, frozenset({1}), (note,), [WORST] * len(rows))  # fmt: skip


def all_values(basis: Basis) -> Table:
    """Every value in one table, for a file."""
    rows = [
        (v.item, v.field, v.value, v.range, v.grade, v.sources, v.drawn, _meaning(v)) for v in basis.values
    ]
    return Table(
        "values", "", ("item", "value_of", "is", "range", "grade", "source", "varied", "meaning"), rows
    )


def _is(value: UsedValue) -> str:
    return f"{value.value} (varied here: {value.drawn})" if value.drawn else value.value


def _item(item: UsedItem) -> Item:
    places = ", ".join(item.places[:_PATHS])
    more = f" and {len(item.places) - _PATHS} more" if len(item.places) > _PATHS else ""
    rows = [(v.field, _is(v), v.range, v.grade, v.sources, _meaning(v)) for v in item.values]
    worst = sum(v.grade == WORST for v in item.values)
    table = Table(
        f"values-{item.id}", "", _HEAD, rows, marks=[v.grade if v.grade == WORST else "" for v in item.values]
    )
    title = f"{item.id}: {item.title} ({item.kind.replace('_', ' ')}; {len(rows)} values, {worst} of grade {WORST})"
    return folded(title, f"Named at {places}{more}.", table, paper=False)


def _meaning(value: UsedValue) -> str:
    return f"{value.meaning}; {value.note}" if value.note else value.meaning


def settings_table(basis: Basis) -> Table:
    """Doctrine and environment, key by key."""
    shown = [s for s in basis.settings if s.given or s.value != "none"]
    rows = [(s.path, s.value, "scenario" if s.given else "default", s.meaning) for s in shown]
    notes = ("Keys without a value are left out: then the catalogue decides, or the effect is off. "
             "Defaults are choices of the developers, like values of grade F.",)  # fmt: skip
    return Table("settings", "", ("key", "value", "from", "meaning"), rows, frozenset(), notes)


def _limits() -> Iterator[Item]:
    yield box(
        "Nothing here is validated against a real system. The numbers above are those of a model made of textbook equations, "
        "public claims and assumptions.", kind="caution",
    )  # fmt: skip
    for statements in (limits.CANNOT_CLAIM, limits.NOT_FOR, limits.CAN_CLAIM, limits.BEFORE_YOU_QUOTE):
        yield element("h3", _TITLES[statements.heading])
        yield listed(statements.texts)
    yield Table(
        "confidence", limits.CONFIDENCE_HEADING, ("model", "form of the equations", "numbers for real equipment"),
        limits.CONFIDENCE, notes=("A: measured or exact; B: open literature; C: estimate.",),
    )  # fmt: skip


_TITLES = {
    limits.CANNOT_CLAIM.heading: "What the models cannot support",
    limits.NOT_FOR.heading: "What this is not for",
    limits.CAN_CLAIM.heading: "What can be claimed",
    limits.BEFORE_YOU_QUOTE.heading: "Before you quote a number",
}
