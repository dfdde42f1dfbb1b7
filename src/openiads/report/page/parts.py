"""What a report is made of, before it is HTML: parts with texts, tables and pictures."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from matplotlib.figure import Figure

from openiads.report import style
from openiads.report.page import svg
from openiads.report.page.elements import clean, document, element
from openiads.report.summary import Section


@dataclass(frozen=True)
class Table:
    """A table. `right`: columns of numbers; `marks`: the class of each row, where rows have one."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    right: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    marks: Sequence[str] = ()
    alarm: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture, drawn when it is wanted. `name` is that of its files."""

    name: str
    title: str
    caption: str
    draw: Callable[[], Figure]


Item = str | ET.Element | Table | Picture


@dataclass(frozen=True)
class Part:
    """One part of a report, with a place in its table of contents."""

    ident: str
    title: str
    items: Sequence[Item]


@dataclass(frozen=True)
class Report:
    """A whole report. `head` stands above the contents; `data`: tables of numbers for `--figures` only."""

    title: str
    subtitle: str
    head: Sequence[Item]
    parts: Sequence[Part]
    data: Sequence[Table] = field(default_factory=tuple)

    def html(self) -> str:
        """The page."""
        body = element(
            "body", element("h1", self.title), element("p", self.subtitle, class_="sub"),
            *_made(self.head, "head"), _contents(self.parts),
        )  # fmt: skip
        for part in self.parts:
            body.append(
                element("section", element("h2", part.title), *_made(part.items, part.ident), id=part.ident)
            )
        return document(self.title, body)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every picture as SVG and PNG, every table as CSV: (name of the file, content)."""
        items = [item for part in self.parts for item in part.items]
        for item in [*self.head, *items]:
            if isinstance(item, Picture):
                with style.wearing(style.LIGHT):
                    figure = item.draw()
                    yield f"{item.name}.png", svg.png(figure)
                    width, height = figure.get_size_inches()
                    picture = svg.svg(figure, item.name, item.title)
                yield f"{item.name}.svg", svg.standalone(picture, (float(width), float(height)))
        for item in (*self.head, *items, *self.data):
            if isinstance(item, Table) and item.rows:
                yield f"{item.name}.csv", csv_text(item).encode()


def csv_text(table: Table) -> str:
    """The table as comma-separated values."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.head)
    writer.writerows(table.rows)
    return out.getvalue()


def table_of(section: Section, name: str, title: str | None = None) -> Table:
    """A section of a summary as a table of the report."""
    return Table(
        name, section.title if title is None else title, section.head, section.rows, section.right,
        section.notes, (), section.alarm,
    )  # fmt: skip


def facts(pairs: Mapping[str, str]) -> ET.Element:
    """Names and values without a head."""
    rows = [element("tr", element("th", name), element("td", value)) for name, value in pairs.items()]
    return element("div", element("table", element("tbody", *rows)), class_="scroll")


def box(*texts: str, kind: str = "", title: str = "") -> ET.Element:
    """A framed remark; `kind`: alarm or caution."""
    head = element("p", element("strong", title)) if title else None
    return element("div", head, *(element("p", text) for text in texts), class_=f"box {kind}".strip())


def listed(texts: Sequence[str]) -> ET.Element:
    """Points, one below the other."""
    return element("ul", *(element("li", text) for text in texts))


def big(numbers: Sequence[tuple[str, str]]) -> ET.Element:
    """The few numbers that matter most: (number, what it is)."""
    return element(
        "div", *(element("div", element("b", n), element("span", text)) for n, text in numbers), class_="big"
    )


def folded(title: str, *items: Item, paper: bool = True) -> ET.Element:
    """What is shown when asked for, and on paper if `paper`."""
    made = element("details", element("summary", title), class_="print" if paper else "screen")
    made.extend(_made(items, ""))
    return made


def _contents(parts: Sequence[Part]) -> ET.Element:
    entries = [element("li", element("a", part.title, href=f"#{part.ident}")) for part in parts]
    return element("nav", element("ol", *entries), aria_label="contents")


def _made(items: Sequence[Item], ident: str) -> Iterator[ET.Element]:
    for item in items:
        if isinstance(item, str):
            yield element("p", item)
        elif isinstance(item, ET.Element):
            yield item
        elif isinstance(item, Picture):
            yield _figure(item)
        else:
            yield _table(item)


def _figure(picture: Picture) -> ET.Element:
    with style.wearing(style.LIGHT):
        drawn = svg.svg(picture.draw(), picture.name, clean(picture.title))
    caption = element("figcaption", element("strong", picture.title), ". ", picture.caption)
    return element("figure", drawn, caption, class_=picture.name)


def _table(table: Table) -> ET.Element:
    made = element("div", class_="box alarm" if table.alarm else "table", data_name=table.name)
    if table.title:
        made.append(element("h3", table.title))
    if table.rows:
        head = [_cell("th", text, k in table.right) for k, text in enumerate(table.head)]
        body = element("tbody")
        for number, row in enumerate(table.rows):
            cells = [_cell("td", text, k in table.right) for k, text in enumerate(row)]
            mark = table.marks[number] if table.marks else ""
            body.append(element("tr", *cells, **({"class_": mark} if mark else {})))
        rows = element("table", element("thead", element("tr", *head)), body, class_="data")
        made.append(element("div", rows, class_="scroll"))
    for note in table.notes:
        made.append(element("p", note, class_="note"))
    return made


def _cell(tag: str, text: str, right: bool) -> ET.Element:
    return element(tag, text, **({"class_": "right"} if right else {}))
