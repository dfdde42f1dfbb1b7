"""docs/catalogue.md says what the schema says, and its example works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openiads.catalog import GRADES, load_catalog
from openiads.catalog.reference import replace

PAGE = Path(__file__).parents[2] / "docs" / "catalogue.md"


def test_fields_of_the_page_are_those_of_the_schema() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert replace(text) == text, "run: python -m openiads.catalog.reference docs/catalogue.md"


def test_replace_refuses_a_page_without_marks() -> None:
    with pytest.raises(ValueError, match="marks"):
        replace("# nothing here\n")


def test_grades_of_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for grade, meaning in GRADES.items():
        row = re.search(rf"^\| {grade} \| (.*) \|$", text, re.MULTILINE)
        assert row is not None
        assert row.group(1).split()[0].strip(",:") == meaning.split()[0]


def test_values_in_the_python_example() -> None:
    text = PAGE.read_text(encoding="utf-8")
    radar = load_catalog().get("91N6E")
    assert f'radar.si("claim_range_m")                     # {radar.si("claim_range_m")}' in text
    assert f"# {radar.value('claim_range_m').range_si}" in text
