"""What editors and people are told about the language, written from the models: JSON Schema and field tables.

python -m openiads.scenario.reference     # writes schema.json and the tables in docs/scenario.md anew
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from openiads.scenario.quantity import Q
from openiads.scenario.shape import Part, parts
from openiads.scenario.spec import Scenario
from openiads.units import format_quantity

SCHEMA_FILE = Path(__file__).with_name("schema.json")
BEGIN, END = "<!-- fields: written by openiads.scenario.reference -->", "<!-- end of fields -->"
_OTHER_FORMS = {
    "id": "name",
    "name": "name",
    "start": "date and time",
    "self_defence": "`true`, `false`",
    "moving_target_filter": "`true`, `false`",
    "at_least_one": "`true`, `false`",
    "cable": "`true`, `false`",
}
_OPTIONAL = ("command_post",)  # filled in where there is one command post


def schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, for editors (`# yaml-language-server: $schema=…`)."""
    raw = Scenario.model_json_schema(by_alias=True, mode="validation")
    raw = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **raw,
        "title": "openiads scenario, version 1",
    }
    for definition in (raw, *raw["$defs"].values()):
        for name, prop in definition.get("properties", {}).items():
            _readable_default(prop)
            if name in _OPTIONAL and name in definition.get("required", ()):
                definition["required"].remove(name)
    return raw


def _readable_default(prop: dict[str, Any]) -> None:
    """Defaults are SI numbers in the models; the file has texts with units."""
    kinds = [prop, *prop.get("anyOf", ())]
    dimension = next((k["x-dimension"] for k in kinds if "x-dimension" in k), None)
    default = prop.get("default")
    if dimension is not None and isinstance(default, (int, float)) and dimension != "ratio":
        prop["default"] = format_quantity(default, dimension)
    if default is None or isinstance(default, (dict, list)):
        prop.pop("default", None)


def schema_text() -> str:
    """The text of schema.json."""
    return json.dumps(schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def tables() -> str:
    """All mappings of the language as Markdown tables, in the order in which they are met."""
    done: list[type[BaseModel]] = []
    texts: list[str] = []

    def visit(model: type[BaseModel], path: str) -> None:
        if model in done:
            return
        done.append(model)
        texts.append(_table(model, path))
        for part in parts(model).values():
            if part.model is not None:
                visit(part.model, f"{path}.{part.key}".lstrip(".") + ("[]" if part.many else ""))

    visit(Scenario, "")
    return "\n".join(texts)


def _table(model: type[BaseModel], path: str) -> str:
    doc = (model.__doc__ or "").strip().split("\n", maxsplit=1)[0]
    lines = [
        f"### {path or 'the file'}",
        "",
        doc,
        "",
        "| key | form | default | meaning |",
        "|---|---|---|---|",
    ]
    for part in parts(model).values():
        lines.append(
            f"| `{part.key}` | {_form(part)} | {_default(part, model)} | {part.info.description or ''} |"
        )
    return "\n".join([*lines, ""])


def _quantity(part: Part) -> Q | None:
    return next((mark for mark in part.marks if isinstance(mark, Q)), None)


def _form(part: Part) -> str:
    quantity = _quantity(part)
    if quantity is not None:
        return f"{quantity.dimension}, {quantity.allowed}"
    if part.model is not None:
        return ("list of " if part.many else "") + _spaced(part.model.__name__.removeprefix("Written"))
    if part.cat is not None:
        what = f"{part.cat.kind.replace('_', ' ')} of the catalogue"
        return f"{{{what}: number}}" if part.name in ("rounds", "reloads") else what
    if part.ref is not None:
        return ("list of ids of a " if part.many else "id of a ") + " / ".join(
            k.replace("_", " ") for k in part.ref.kinds + part.ref.words
        )
    return _simple_form(part)


def _simple_form(part: Part) -> str:
    if part.choices:
        return ", ".join(f"`{c}`" for c in part.choices)
    bounds = {type(m).__name__: m for m in part.info.metadata}
    if "Ge" in bounds and "Le" in bounds:
        return f"whole number, {bounds['Ge'].ge} to {bounds['Le'].le}"
    return _OTHER_FORMS.get(part.key, "text")


def _spaced(name: str) -> str:
    """CommandPost -> command post"""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def _default(part: Part, model: type[BaseModel]) -> str:
    if part.key in _OPTIONAL:
        return "the only one"
    default = part.info.default
    if default is PydanticUndefined:
        return "" if part.info.default_factory is not None else "**required**"
    quantity = _quantity(part)
    if default is None or default in ((), ""):
        return ""
    if quantity is not None:
        return format_quantity(float(default), quantity.dimension)
    return f"`{default}`" if part.key != "start" else "2026-01-01T00:00:00Z"


def write(docs: Path) -> None:
    """Write schema.json, and the tables between the marks of docs/scenario.md."""
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
    text = docs.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    docs.write_text(f"{head}{BEGIN}\n\n{tables()}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).parents[3] / "docs" / "scenario.md")
