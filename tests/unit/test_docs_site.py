"""Links of the pages, completeness of the site, and the site itself where Sphinx is installed."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import openiads
from openiads.scenario import catalogue_names

ROOT = Path(__file__).resolve().parents[2]


def tool(name: str):
    """A script of tools/ as a module."""
    if str(ROOT / "tools") not in sys.path:
        sys.path.insert(0, str(ROOT / "tools"))
    return importlib.import_module(name)


@pytest.fixture(scope="module")
def check_links():
    return tool("check_links")


def small(folder: Path, text: str) -> Path:
    (folder / "docs").mkdir()
    (folder / "docs" / "b.md").write_text("# One thing\n\n## It's `x_y` -- two\n\n## Same\n\n## Same\n")
    (folder / "README.md").write_text(text)
    return folder


def test_no_link_is_broken(check_links) -> None:
    assert check_links.faults(ROOT) == []
    assert len(check_links.pages(ROOT)) > 50


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[x](docs/b.md#one-thing) ![y](docs/b.md) [z](https://example.org/nothing)", None),
        ("[x](docs/b.md#its-x_y----two) [y](docs/b.md#same-1)", None),
        ("a\n\n[x](docs/c.md)", "README.md:3: docs/c.md: there is no such file"),
        ("[x](docs/b.md#two)", "README.md:1: docs/b.md#two: b.md has no heading #two"),
        ("[x](#nowhere)", "README.md:1: #nowhere: README.md has no heading #nowhere"),
        ("[x](../elsewhere.md)", "README.md:1: ../elsewhere.md: leads out of the repository"),
        ("| a |\n|---|\n| ![p](docs/p.png) |", "docs/p.png: there is no such file"),
        ("`[x](docs/c.md)`\n\n    [x](docs/c.md)\n", None),
    ],
)
def test_what_a_broken_link_is(check_links, tmp_path: Path, text: str, wrong: str | None) -> None:
    found = check_links.faults(small(tmp_path, text))
    assert found == [] if wrong is None else len(found) == 1 and found[0].endswith(wrong)


def test_the_scenario_of_the_tutorial_is_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
    file = tmp_path / "raid.yaml"
    file.write_text(text.split("```yaml\n")[1].split("```")[0])
    scenario = openiads.load_file(file, catalogue_names(openiads.load_catalog()))
    assert scenario.name == "raid" and len(scenario.platforms()) == 4


def test_every_public_name_is_on_the_page_of_the_interface() -> None:
    text = tool("build_docs").api_text()
    for name in openiads.__all__:
        assert name.startswith("__") or f":: openiads.{name}\n" in text, name


def test_every_model_page_is_in_the_overview() -> None:
    docs = ROOT / "docs"
    text = tool("build_docs").models_text((docs / "models" / "README.md").read_text(encoding="utf-8"), docs)
    for page in (docs / "models").glob("*.md"):
        assert page.stem == "README" or f"\n{page.stem}\n" in text, page.name


def test_the_site_is_built_without_a_warning_and_asks_for_nothing(tmp_path: Path) -> None:
    """Sphinx with -W into a temporary folder; what the pages load and link to inside the site is there."""
    missing = [n for n in tool("build_docs").NEEDED if importlib.util.find_spec(n) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed: pip install '.[docs]'")
    site = tool("build_docs").build(tmp_path / "site")
    pages = sorted(p for p in site.rglob("*.html"))
    names = {str(p.relative_to(site)) for p in pages}
    for wanted in (
        "index.html",
        "api.html",
        "search.html",
        "docs/cli.html",
        "docs/models/radar-equation.html",
    ):
        assert wanted in names
    for book in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"notebooks/{book.stem}.html" in names
    assert (site / "searchindex.js").read_text(encoding="utf-8").startswith("Search.setIndex(")
    assert tool("build_docs").outside(site) == []
    assert tool("build_docs").broken_inside(site) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["site"]
    assert 'role="img" aria-label="snr = Pt tau n' in (site / "docs/models/radar-equation.html").read_text(
        encoding="utf-8"
    )


# --- equations --------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def typeset():
    """The extension of the site that sets equations."""
    pytest.importorskip("sphinx")
    spec = importlib.util.spec_from_file_location("typeset", ROOT / "docs" / "site" / "typeset.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_equation_is_that_of_a_page(typeset) -> None:
    """The plain line stands in a page, and what is set from it is an SVG with that line as its words."""
    known = typeset.read(typeset.TABLE.read_text(encoding="utf-8"))
    pages = [*(ROOT / "docs" / "models").glob("*.md"), *(ROOT / "notebooks").glob("*.py")]
    lines = {line.strip("# ") for page in pages for line in page.read_text(encoding="utf-8").splitlines()}
    assert len(known) >= 30 and set(known) <= lines
    for plain, (tex, _) in known.items():
        drawn = ET.fromstring(typeset.svg(tex, plain))
        assert drawn.get("aria-label") == plain and drawn.find("path").get("d").startswith("M")
        assert drawn.find("path").get("fill") == "currentColor"


def test_a_block_of_equations(typeset) -> None:
    made = ET.fromstring(
        typeset.block(["a < b", "c"], {"a < b": ("a < b", "if <so>"), "c": (r"\frac{1}{2}", "")})
    )
    assert [len(row) for row in made] == [2, 1] and made[0][1].text == "if <so>"


@pytest.mark.parametrize("text", ["a\nb\n    c\n", "    c\n", "a\n", "a\n    b\na\n    c\n"])
def test_a_table_of_equations_that_is_none(typeset, text: str) -> None:
    with pytest.raises(ValueError, match=r"equations\.txt"):
        typeset.read(text)


def test_tex_that_cannot_be_set(typeset) -> None:
    with pytest.raises(ValueError):
        typeset.svg(r"\frac{1}", "one over nothing")
