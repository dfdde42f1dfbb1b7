"""The fields of every kind as Markdown: the part of docs/catalogue.md that is written by a program.

`python -m openiads.catalog.reference docs/catalogue.md` rewrites it in place.
"""

from __future__ import annotations

import sys
from pathlib import Path

from openiads.catalog.kinds import KINDS
from openiads.catalog.schema import Field, Kind
from openiads.units import DIMENSIONS, format_quantity

BEGIN = "<!-- fields: written by openiads.catalog.reference -->"
END = "<!-- end of fields -->"


def fields_markdown() -> str:
    """One section with a table per kind."""
    return "\n".join(_kind(kind) for kind in KINDS.values())


def replace(text: str) -> str:
    """`text` with what lies between the two marks written anew. ValueError where a mark is missing."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the marks {BEGIN!r} and {END!r} are needed")
    return f"{head}{BEGIN}\n\n{fields_markdown()}\n{END}{tail}"


def _kind(kind: Kind) -> str:
    lines = [f"### {kind.name}", "", f"{kind.meaning.capitalize()}.", ""]
    lines += [f"Class: {'; '.join(f'`{name}` {text}' for name, text in kind.classes.items())}.", ""]
    if kind.one_of:
        lines += [f"Exactly one group is given: {' or '.join(f'*{group}*' for group in kind.one_of)}.", ""]
    lines += ["| field | form | allowed | meaning |", "|---|---|---|---|"]
    lines += [
        f"| `{f.name}` | {_form(f)} | {_allowed(f)} | {f.meaning}{_condition(f)} |" for f in kind.fields
    ]
    if kind.ordered:
        pairs = "; ".join(f"`{low}` ≤ `{high}`" for low, high in kind.ordered)
        lines += ["", f"Always: {pairs}."]
    return "\n".join([*lines, ""])


def _form(spec: Field) -> str:
    if spec.form == "table":
        return f"table by {', '.join(axis.name for axis in spec.axes)}"
    if spec.form == "quantity":
        assert spec.dimension is not None
        return DIMENSIONS[spec.dimension].label
    return spec.form


def _allowed(spec: Field) -> str:
    if spec.form == "choice":
        return ", ".join(f"`{word}`" for word in spec.choices)
    if spec.form == "flag":
        return "true, false"
    if spec.form == "count":
        return f"{spec.lo:g} … {spec.hi:g}"
    low, high = (format_quantity(bound, spec.dimension or "ratio") for bound in (spec.lo, spec.hi))
    return f"{low} … {high}"


def _condition(spec: Field) -> str:
    notes = []
    if not spec.required:
        notes.append("optional")
    if spec.classes is not None:
        notes.append(f"only {', '.join(spec.classes)}")
    if spec.when is not None:
        name, wanted = spec.when
        notes.append(f"only with {name}: {str(wanted).lower() if isinstance(wanted, bool) else wanted}")
    if spec.group is not None:
        notes.append(f"group *{spec.group}*")
    return f" ({'; '.join(notes)})" if notes else ""


def main(path: str) -> None:
    file = Path(path)
    file.write_text(replace(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
