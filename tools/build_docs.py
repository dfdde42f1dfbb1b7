"""Build the documentation site: `python tools/build_docs.py [--out build/site]`, then open build/site/index.html.

Lays out what the site is made of in a temporary folder as it lies in the repository (so that relative links hold),
adds the frame from docs/site, checks links and completeness, and runs Sphinx with warnings as errors.
Needs `pip install '.[docs]'`. No page asks for anything from the network.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))
import check_links

ROOT = Path(__file__).resolve().parents[1]
NEEDED = ("sphinx", "furo", "myst_nb", "numpydoc")
#: Pages of the section "How to", in this order; those that a version does not have are left out.
HOW_TO = (
    "cli", "scenario", "studies", "coverage", "viewer", "report", "doctrines", "exports", "export",
)  # fmt: skip
#: Pages that stand in other sections (docs/site/index.md).
ELSEWHERE = (
    "getting-started", "results", "catalogue", "intended-use", "credibility", "vv-report", "known-issues",
    "determinism", "architecture",
)  # fmt: skip
#: Groups of the Python interface; names of `openiads.__all__` that are in none go last.
GROUPS = (
    ("Scenarios and the catalogue", ("load_file", "load_catalog")),
    ("One run", ("execute", "open_run", "Run", "summary", "overview", "explain", "what_if", "contrast")),
    ("Studies", ("Study", "resume", "open_study", "StudyResults", "study_summary", "study_overview")),
    ("Two scenarios compared", ("run_pair", "compare", "comparison_summary", "comparison_overview")),
    (
        "What changes the result",
        ("sensitivity", "sensitivity_summary", "sensitivity_picture", "discover", "discovery_summary"),
    ),
    ("Coverage", ("coverage",)),
    ("Reports", ("html_report", "basis")),
)
_URL = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=["'](https?:)?//[^"']*["']""")

_TARGET = re.compile(r"""<[a-z]+\b[^>]*?\s(?:src|href)=["']([^"']+)["']""")
_ID = re.compile(r"""\sid=["']([^"']+)["']""")


class BuildError(Exception):
    """Why there is no site."""


def how_to(docs: Path) -> list[str]:
    """Pages of "How to": those named above, then every page of docs/ that has no place yet."""
    there = {p.stem for p in docs.glob("*.md")}
    return [n for n in HOW_TO if n in there] + sorted(there - set(HOW_TO) - set(ELSEWHERE))


def api_text() -> str:
    """The public names, grouped, as directives for autodoc."""
    import openiads  # noqa: PLC0415

    public = [n for n in openiads.__all__ if not n.startswith("__")]
    groups = [(title, [n for n in names if n in public]) for title, names in GROUPS]
    rest = sorted(set(public) - {n for _, names in groups for n in names})
    groups.append(("More", rest))
    return "\n".join(_group(title, names) for title, names in groups if names)


def _group(title: str, names: list[str]) -> str:
    import openiads  # noqa: PLC0415

    lines = [f"## {title}", ""]
    for name in names:
        kind = "autoclass" if isinstance(getattr(openiads, name), type) else "autofunction"
        members = "\n   :members:" if kind == "autoclass" else ""
        lines += ["```{eval-rst}", f".. {kind}:: openiads.{name}{members}", "```", ""]
    return "\n".join(lines)


def models_text(readme: str, docs: Path) -> str:
    """The overview of the models with a hidden list of all pages, in the order of its table."""
    order = list(dict.fromkeys(re.findall(r"\]\(([\w-]+)\.md\)", readme)))
    missing = sorted({p.stem for p in (docs / "models").glob("*.md")} - set(order) - {"README"})
    if missing:
        raise BuildError(f"docs/models/README.md does not name: {', '.join(missing)}")
    return readme + _hidden(order)


def _hidden(names: list[str]) -> str:
    return "\n".join(["", "```{toctree}", ":hidden:", "", *names, "```", ""])


def lay_out(stage: Path) -> None:
    """Copy what the site is made of to `stage`, with the frame around it."""
    shutil.copytree(ROOT / "docs", stage / "docs", ignore=shutil.ignore_patterns("site", "__pycache__"))
    shutil.copytree(
        ROOT / "docs" / "site", stage, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"):
        shutil.copy(ROOT / name, stage / name)
    shutil.copytree(ROOT / "tests", stage / "tests", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    (stage / "notebooks").mkdir()
    for path in sorted((ROOT / "notebooks").iterdir()):
        if path.suffix in (".ipynb", ".md", ".yaml"):
            shutil.copy(path, stage / "notebooks" / path.name)
    _fill(stage / "index.md", "<<how-to>>", "\n".join(f"docs/{n}" for n in how_to(stage / "docs")))
    _fill(stage / "api.md", "<<api>>", api_text())
    models = stage / "docs" / "models" / "README.md"
    models.write_text(models_text(models.read_text(encoding="utf-8"), stage / "docs"), encoding="utf-8")
    overview = stage / "notebooks" / "README.md"
    names = sorted(p.stem for p in (stage / "notebooks").glob("*.ipynb"))
    overview.write_text(overview.read_text(encoding="utf-8") + _hidden(names), encoding="utf-8")


def _fill(path: Path, mark: str, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(mark, text), encoding="utf-8")


def outside(site: Path) -> list[str]:
    """What pages of the site would load from elsewhere."""
    found = []
    for page in sorted(site.rglob("*.html")):
        for hit in _URL.finditer(page.read_text(encoding="utf-8")):
            if 'rel="canonical"' not in hit.group(0):
                found.append(f"{page.relative_to(site)}: {hit.group(0)}")
    return found


def broken_inside(site: Path) -> list[str]:
    """Links, scripts, styles and pictures of the built pages that lead to no file of the site, or to no place of a page."""
    ids: dict[Path, set[str]] = {}
    found = []
    for page in sorted(site.rglob("*.html")):
        for target in _TARGET.findall(page.read_text(encoding="utf-8")):
            parts = urlsplit(html.unescape(target))
            if parts.scheme or parts.netloc:
                continue
            goal = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not goal.is_file():
                found.append(f"{page.relative_to(site)}: {target}")
            elif parts.fragment and goal.suffix == ".html":
                if goal not in ids:
                    ids[goal] = set(_ID.findall(goal.read_text(encoding="utf-8")))
                if unquote(parts.fragment) not in ids[goal]:
                    found.append(f"{page.relative_to(site)}: {target}")
    return found


def build(out: Path) -> Path:
    """Build the site into `out` (replaced as a whole when all went well); return it. BuildError with the reason otherwise."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise BuildError(f"not installed: {', '.join(missing)}. Install with: pip install '.[docs]'")
    broken = check_links.faults(ROOT)
    if broken:
        raise BuildError("broken links:\n" + "\n".join(broken))
    if out.exists() and not (out / "searchindex.js").exists():
        raise BuildError(
            f"{out} exists and is not a site that this tool built: name another folder with --out"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".site-") as temporary:
        stage, made = Path(temporary, "stage"), Path(temporary, "site")
        stage.mkdir()
        lay_out(stage)
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
        path = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
        done = subprocess.run(
            [*command, "-d", str(Path(temporary, "doctrees")), str(stage), str(made)],
            env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise BuildError(
                f"Sphinx found faults:\n{done.stdout}{done.stderr}".replace(str(stage) + "/", "")
            )
        elsewhere = outside(made)
        if elsewhere:
            raise BuildError("pages would load from the network:\n" + "\n".join(elsewhere))
        broken = broken_inside(made)
        if broken:
            raise BuildError("broken links inside the site:\n" + "\n".join(broken))
        if out.exists():
            shutil.rmtree(out)
        made.rename(out)
    return out


def main() -> int:
    sys.path.insert(0, str(ROOT / "src"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build" / "site", help="folder of the site [build/site]"
    )
    try:
        site = build(parser.parse_args().out.resolve())
    except BuildError as error:
        print(f"build_docs: {error}", file=sys.stderr)
        return 2
    print(f"{len(list(site.rglob('*.html')))} pages: {site / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
