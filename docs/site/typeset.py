"""A Sphinx extension: equations that the pages hold as plain text are set as pictures of text (inline SVG).

The pages stay readable anywhere, and the site needs nothing from the network, no script and no font of its own: the curves
come from Matplotlib's mathtext, in the colour of the text around. A reader that speaks gets the plain line.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from docutils import nodes
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Curve
from matplotlib.textpath import TextPath
from sphinx.application import Sphinx
from sphinx.util import logging

TABLE = Path(__file__).resolve().parent / "equations.txt"
_SIZE = 16.0  # px of the letters
_MARGIN = 2.0
_FONT = FontProperties(math_fontfamily="stix")
_LETTERS = {Curve.MOVETO: "M", Curve.LINETO: "L", Curve.CURVE3: "Q", Curve.CURVE4: "C", Curve.CLOSEPOLY: "Z"}
log = logging.getLogger(__name__)


def read(text: str) -> dict[str, tuple[str, str]]:
    """Plain line → (TeX, words beside it). ValueError where a line has no TeX, or stands twice."""
    found: dict[str, tuple[str, str]] = {}
    plain = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if plain or line in found:
                raise ValueError(f"equations.txt: {plain or line!r} has no TeX, or stands twice")
            plain = line.rstrip()
            continue
        tex, _, words = line.strip().partition(" # ")
        found[plain] = (tex, words)
        plain = ""
    if plain or "" in found:
        raise ValueError(f"equations.txt: {plain or 'a line of TeX'} stands alone")
    return found


def svg(tex: str, plain: str) -> str:
    """The equation as an SVG element. ValueError for what mathtext cannot set."""
    curves = TextPath((0.0, 0.0), f"${tex}$", size=_SIZE, prop=_FONT)
    box = curves.get_extents()
    west, north = box.x0 - _MARGIN, -box.y1 - _MARGIN
    wide, high = box.width + 2.0 * _MARGIN, box.height + 2.0 * _MARGIN
    steps = []
    for points, code in curves.iter_segments(simplify=False):
        pairs = [] if code == Curve.CLOSEPOLY else points.reshape(-1, 2)
        steps.append(_LETTERS[code] + " ".join(f"{x:.2f} {-y:.2f}" for x, y in pairs))
    label = html.escape(plain, quote=True)
    return (
        f'<svg role="img" aria-label="{label}" width="{wide:.1f}" height="{high:.1f}" '
        f'viewBox="{west:.2f} {north:.2f} {wide:.2f} {high:.2f}"><title>{label}</title>'
        f'<path fill="currentColor" d="{"".join(steps)}"/></svg>'
    )


def block(lines: list[str], known: dict[str, tuple[str, str]]) -> str:
    """A block of equations, one below the other, each with its words."""
    rows = []
    for line in lines:
        tex, words = known[line]
        beside = f'<span class="words">{html.escape(words)}</span>' if words else ""
        rows.append(f'<div class="row">{svg(tex, line)}{beside}</div>')
    return f'<div class="equations">{"".join(rows)}</div>'


def _set(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Replace blocks of which every line is known; remember what was used."""
    known: dict[str, tuple[str, str]] = app.env.openiads_equations
    if app.builder.format != "html":
        return
    for node in list(tree.findall(nodes.literal_block)):
        lines = [line.strip() for line in node.astext().splitlines() if line.strip()]
        if lines and all(line in known for line in lines):
            node.replace_self(nodes.raw("", block(lines, known), format="html"))
            app.env.openiads_used.update(lines)


def _begin(app: Sphinx) -> None:
    env: Any = app.env
    env.openiads_equations, env.openiads_used = read(TABLE.read_text(encoding="utf-8")), set()


def _end(app: Sphinx, error: Exception | None) -> None:
    """An equation that was changed in its page only is a fault (with -W)."""
    if error is not None or app.builder.format != "html":
        return
    for line in app.env.openiads_equations.keys() - app.env.openiads_used:
        log.warning("equations.txt: no page holds the line %r", line)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("builder-inited", _begin)
    app.connect("doctree-resolved", _set)
    app.connect("build-finished", _end)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
