"""What every report says of its limits is what the documents say: one source, openiads.report.limits."""

import re
from collections import Counter
from pathlib import Path

import pytest

from openiads.catalog import load_catalog
from openiads.report import limits

DOCS = Path(__file__).resolve().parents[2] / "docs"


def plain(text):
    """Without links, emphasis and line breaks."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*`]", "", text).split())


def section(page, heading):
    text = (DOCS / page).read_text(encoding="utf-8")
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert match is not None, f"{page} has no heading {heading!r}"
    return match[1]


def points(text):
    return [plain(part) for part in re.split(r"^(?:\* |\d+\. )", text, flags=re.MULTILINE)[1:]]


@pytest.mark.parametrize("statements", limits.ALL, ids=lambda s: s.heading)
def test_the_page_says_the_same(statements):
    found = points(section(statements.page, statements.heading))
    wanted = list(statements.texts)
    tail = found[-1].removeprefix(wanted[-1])  # what follows the list on the page
    assert [*found[:-1], found[-1][: len(wanted[-1])]] == wanted
    assert tail == "" or tail.startswith(" "), tail


def test_the_page_counts_the_values_of_the_catalogue_by_grade():
    grades = Counter(str(value.grade) for item in load_catalog() for value in item.values.values())
    said = (
        f"Of {sum(grades.values()):,} values {grades['B']} are of grade B, {grades['C']} C, {grades['D']} D, "
        f"{grades['E']} vendors' claims (E), {grades['F']} assumptions (F); none is a measurement"
    )
    assert said in (DOCS / "credibility.md").read_text(encoding="utf-8") and not grades["A"]


def test_the_confidence_by_model_is_that_of_the_page():
    rows = [
        line
        for line in section("credibility.md", limits.CONFIDENCE_HEADING).splitlines()
        if line.startswith("|")
    ]
    found = [tuple(plain(cell) for cell in row.strip("|").split("|")) for row in rows[2:]]
    assert found == list(limits.CONFIDENCE)


def test_the_comparison_sees_a_changed_word():
    text = section("credibility.md", "What cannot").replace("are assumptions", "are facts", 1)
    assert points(text) != list(limits.CANNOT_CLAIM.texts)
