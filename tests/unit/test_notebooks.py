"""The notebooks: stored as their sources say, without errors, small; executed anew behind `long`."""

from __future__ import annotations

import ast
import json
import resource
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "notebooks").glob("[0-9]*.py"))


def tool():
    if str(ROOT / "tools") not in sys.path:
        sys.path.insert(0, str(ROOT / "tools"))
    import make_notebooks  # noqa: PLC0415

    return make_notebooks


def stored(source: Path) -> dict:
    return json.loads(source.with_suffix(".ipynb").read_text(encoding="utf-8"))


def text(cell: dict) -> str:
    return "".join(cell["source"])


def streams(cells: list) -> list[str]:
    """What each code cell printed."""
    return [
        "".join("".join(o["text"]) for o in cell["outputs"] if o["output_type"] == "stream")
        for cell in cells
        if cell["cell_type"] == "code"
    ]


def percent(source: Path) -> list[tuple[str, str]]:
    """(kind, text) of the cells of a percent file, read without jupytext."""
    cells: list[tuple[str, list[str]]] = []
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("# %%"):
            cells.append(("markdown" if "[markdown]" in line else "code", []))
        elif cells:
            kind, lines = cells[-1]
            lines.append(line[2:] if kind == "markdown" else line)
    return [(kind, "\n".join(lines).strip()) for kind, lines in cells]


def test_there_are_six() -> None:
    assert len(SOURCES) == 6
    assert sum(p.stat().st_size for p in (ROOT / "notebooks").glob("*.ipynb")) <= 1_500_000


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_stored_as_the_source_says_and_without_errors(source: Path) -> None:
    cells = stored(source)["cells"]
    assert [(c["cell_type"], text(c).strip()) for c in cells] == percent(source)
    code = [c for c in cells if c["cell_type"] == "code"]
    assert [c["execution_count"] for c in code] == list(range(1, len(code) + 1))
    kinds = {o["output_type"] for c in code for o in c["outputs"]}
    assert kinds <= {"stream", "display_data"}  # no error, nothing left over
    assert all(o.get("name") != "stderr" for c in code for o in c["outputs"])
    sizes = [
        len(o["data"]["image/png"]) * 3 // 4
        for c in code
        for o in c["outputs"]
        if "image/png" in o.get("data", {})
    ]
    assert sizes and max(sizes) <= 60_000
    assert any("## Exercise" in text(c) for c in cells) and any("## Solution" in text(c) for c in cells)


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_what_is_checked_is_what_the_text_says(source: Path) -> None:
    """The keys of `stated`, which the notebook compares with what it computed, stand in its text."""
    cells = percent(source)
    told = " ".join(" ".join(t for kind, t in cells if kind == "markdown").split())
    tree = ast.parse("\n".join(t for kind, t in cells if kind == "code"))
    (stated,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "stated"
    )
    assert isinstance(stated, ast.Dict) and len(stated.keys) >= 4
    for key, value in zip(stated.keys, stated.values, strict=True):
        assert isinstance(key, ast.Constant) and key.value in told, ast.unparse(key)
        assert isinstance(value, ast.JoinedStr) and any(
            isinstance(v, ast.FormattedValue) for v in value.values
        )
    assert any(isinstance(node, ast.Assert) and "stated" in ast.unparse(node) for node in tree.body)


@pytest.mark.long
def test_executed_anew_they_say_the_same() -> None:
    """All cells and their asserts run; what they print is what is stored; 60 CPU-s in sum with a warm cache."""
    for name in ("jupytext", "nbclient", "ipykernel"):
        pytest.importorskip(name, reason=f"{name} is not installed: pip install '.[docs]'")
    tool().execute(tool().read_source(SOURCES[-1]))  # warms the cache
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for source in SOURCES:
        book = tool().execute(tool().read_source(source))
        assert streams(book.cells) == streams(stored(source)["cells"]), source.stem
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used <= 90.0  # 60 on an idle machine
