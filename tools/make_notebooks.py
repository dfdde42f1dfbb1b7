"""Make and execute the notebooks: `python tools/make_notebooks.py [NAME ...]` (needs `pip install '.[docs]'`).

The source of a notebook is notebooks/NAME.py in percent format; NAME.ipynb is made from it, executed and stored with its
outputs. Nothing that changes from run to run is stored. Without names all are made. A notebook that fails, or that grows too large,
leaves the stored one as it was.
"""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
MOST_PICTURE_BYTES = 60_000
MOST_BYTES = 1_500_000
TIMEOUT_S = 600


def read_source(path: Path) -> Any:
    """The notebook of a percent file, without outputs, with fixed cell ids."""
    import jupytext  # noqa: PLC0415

    book = jupytext.read(path)
    for k, cell in enumerate(book.cells):
        cell["id"] = f"cell-{k:02d}"
    book.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return book


def execute(book: Any, folder: Path = FOLDER) -> Any:
    """Run every cell in `folder`; raises nbclient's CellExecutionError at the first that fails."""
    from nbclient import NotebookClient  # noqa: PLC0415

    source = str(ROOT / "src")
    os.environ["PYTHONPATH"] = os.pathsep.join([source, *filter(None, [os.environ.get("PYTHONPATH")])])
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    client = NotebookClient(
        book, timeout=TIMEOUT_S, kernel_name="python3", resources={"metadata": {"path": str(folder)}},
        record_timing=False,
    )  # fmt: skip
    client.execute()
    book.metadata["language_info"] = {"name": "python"}
    return book


def pictures(book: Any) -> list[int]:
    """Sizes in bytes of the stored PNG figures."""
    return [
        len(base64.b64decode(out["data"]["image/png"]))
        for cell in book.cells
        for out in cell.get("outputs", [])
        if "image/png" in out.get("data", {})
    ]


def main() -> int:
    import nbformat  # noqa: PLC0415

    names = sys.argv[1:] or [p.stem for p in sorted(FOLDER.glob("[0-9]*.py"))]
    for name in names:
        path = FOLDER / f"{name}.py"
        if not path.exists():
            print(f"make_notebooks: there is no {path}", file=sys.stderr)
            return 2
        book = execute(read_source(path))
        sizes = pictures(book)
        if max(sizes, default=0) > MOST_PICTURE_BYTES:
            print(
                f"make_notebooks: {name}: a figure of {max(sizes)} bytes; at most {MOST_PICTURE_BYTES}",
                file=sys.stderr,
            )
            return 1
        target = FOLDER / f"{name}.ipynb"
        beside = target.with_suffix(".part")
        nbformat.write(book, beside)
        beside.replace(target)
        print(
            f"{target.name}: {target.stat().st_size // 1000} kB, {len(sizes)} figures of at most {max(sizes, default=0)} bytes"
        )
    total = sum(p.stat().st_size for p in FOLDER.glob("*.ipynb"))
    if total > MOST_BYTES:
        print(f"make_notebooks: {total} bytes in all; at most {MOST_BYTES}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
