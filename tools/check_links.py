"""Check every relative link and anchor of the Markdown pages: `python tools/check_links.py`.

Looks at README.md, CHANGELOG.md, CONTRIBUTING.md, docs/**/*.md, notebooks/README.md and the Markdown of notebooks/*.py. A link
must name a file or folder of the repository, its anchor a heading of that page (by the rule of GitHub, which the site
follows). Links to other hosts are not fetched. One line per fault; exit code 1 where there are any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
_NOT_IN_A_SLUG = re.compile(r"[^\w\- ]")


def pages(root: Path) -> list[Path]:
    """The Markdown pages that are checked, docs/site (the frame of the site) apart."""
    top = [root / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
    top.append(root / "notebooks" / "README.md")
    return [p for p in top if p.exists()] + sorted(
        p for p in (root / "docs").rglob("*.md") if root / "docs" / "site" not in p.parents
    )


def slug(heading: str) -> str:
    """Anchor of a heading: lower case, without punctuation, blanks as hyphens."""
    return _NOT_IN_A_SLUG.sub("", heading.strip().lower()).replace(" ", "-")


def markdown_of(path: Path) -> str:
    """Text of a page; of a notebook in percent format its Markdown cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    lines, inside = [], False
    for line in text.splitlines():
        if line.startswith("# %%"):
            inside = "[markdown]" in line
            lines.append("")
        elif inside:
            lines.append(line[2:])
        else:
            lines.append("")
    return "\n".join(lines)


@cache
def anchors(path: Path) -> frozenset[str]:
    """Anchors of the headings of a page; the second of a name gets -1, and so on."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown_of(path))
    found: set[str] = set()
    for k, token in enumerate(tokens):
        if token.type == "heading_open":
            text = "".join(
                c.content for c in tokens[k + 1].children or [] if c.type in ("text", "code_inline")
            )
            name, n = slug(text), 0
            while (name if n == 0 else f"{name}-{n}") in found:
                n += 1
            found.add(name if n == 0 else f"{name}-{n}")
    return frozenset(found)


def links(path: Path) -> Iterator[tuple[int, str]]:
    """(line, target) of every link and image."""
    for block in MarkdownIt("commonmark").enable("table").parse(markdown_of(path)):
        line = (block.map or [0])[0] + 1
        for token in _inside(block):
            target = token.attrs.get("href") or token.attrs.get("src")
            if target:
                yield line, str(target)


def _inside(token: Token) -> Iterator[Token]:
    for child in token.children or []:
        yield child
        yield from _inside(child)


def fault(path: Path, target: str, root: Path) -> str | None:
    """What is wrong with a link of a page, None for nothing."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    goal = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not goal.is_relative_to(root):
        return "leads out of the repository"
    if not goal.exists():
        return "there is no such file"
    if parts.fragment and goal.suffix in (".md", ".py") and parts.fragment not in anchors(goal):
        return f"{goal.name} has no heading #{parts.fragment}"
    return None


def faults(root: Path = ROOT) -> list[str]:
    """One line per broken link: page, line, target, what is wrong."""
    root = root.resolve()
    notebooks = sorted((root / "notebooks").glob("*.py"))
    found = []
    for path in [*pages(root), *notebooks]:
        for line, target in links(path):
            wrong = fault(path, target, root)
            if wrong is not None:
                found.append(f"{path.relative_to(root)}:{line}: {target}: {wrong}")
    return found


def main() -> int:
    found = faults()
    print("\n".join(found) if found else f"links: {len(pages(ROOT))} pages, nothing broken")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
