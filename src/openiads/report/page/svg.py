"""A figure of matplotlib as SVG that can stand inside a page, or in a file of its own; and as PNG.

Text stays text. The same figure gives the same bytes: no dates, ids from a fixed salt. Ids carry the
picture's name, so that several pictures fit in one page.
"""

from __future__ import annotations

import io
import re
import warnings
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.text import Text

from openiads.report import style
from openiads.report.page.elements import clean

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_LONG = re.compile(r"-?\d+\.\d{3,}")
_REF = re.compile(r"url\(#([^)]+)\)")
_HALO = "halo"
_FONT = ("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
_DPI = 200


def png(figure: Figure) -> bytes:
    """The figure as PNG."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None})
    return out.getvalue()


def svg(figure: Figure, name: str, title: str) -> ET.Element:
    """The figure as an element of a page; `title`: for those who cannot see it."""
    halos = _halos(figure)
    out = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # the reader's fonts draw the text
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    root = ET.fromstring(clean(out.getvalue().decode()))
    _strip(root)
    _halo(root, halos)
    _rename(root, name)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib.update({"class": "chart", "role": "img", "aria-label": title})
    return root


def standalone(element: ET.Element, size_in: tuple[float, float]) -> bytes:
    """An element of `svg` as a file of its own. References are written in the old way too, for old readers."""
    root = ET.fromstring(ET.tostring(element))
    for node in root.iter():
        if "href" in node.attrib:
            node.attrib["xlink:href"] = node.attrib["href"]
    root.attrib |= {
        "xmlns": _SVG.strip("{}"),
        "xmlns:xlink": _LINK.strip("{").partition("}")[0],
        "width": f"{72 * size_in[0]:g}pt",
        "height": f"{72 * size_in[1]:g}pt",
        "style": "stroke-linejoin: round; stroke-linecap: butt",
    }
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _halos(figure: Figure) -> set[str]:
    """Take path effects off texts, which would turn them into outlines; returns the ids of these texts."""
    found = set()
    artists = [artist for artist in figure.findobj(Text) if artist.get_path_effects()]
    for number, artist in enumerate(artists):
        artist.set_path_effects([])
        artist.set_gid(f"{_HALO}{number}")
        found.add(f"{_HALO}{number}")
    return found


def _strip(root: ET.Element) -> None:
    """Plain tags, no metadata, no sheet that would reach the page, two decimals."""
    for parent in list(root.iter()):
        for child in list(parent):
            if not child.tag.startswith(_SVG) or child.tag in (f"{_SVG}metadata", f"{_SVG}style"):
                parent.remove(child)
    for node in root.iter():
        node.tag = node.tag.removeprefix(_SVG)
        if _LINK in node.attrib:
            node.attrib["href"] = node.attrib.pop(_LINK)
        for key, value in node.attrib.items():
            scaled = key == "transform" and ("scale" in value or "matrix" in value)
            if key in ("d", "x", "y", "transform", "points", "width", "height") and not scaled:
                node.attrib[key] = " ".join(_LONG.sub(_short, value).split())
            elif key == "style":
                node.attrib[key] = value.replace(*_FONT)
        if node.text is not None and not node.text.strip():
            node.text = None
        if node.tail is not None and not node.tail.strip():
            node.tail = None


def _short(match: re.Match[str]) -> str:
    text = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _halo(root: ET.Element, halos: set[str]) -> None:
    """A rim in the colour of the ground around these texts."""
    rim = f"paint-order: stroke; stroke: {style.PANEL}; stroke-width: 2.4px"
    for group in root.iter("g"):
        for text in group.iter("text") if group.attrib.get("id") in halos else ():
            text.attrib["style"] = f"{text.attrib.get('style', '')}; {rim}"


def _rename(root: ET.Element, name: str) -> None:
    """Ids that nothing refers to go, the others carry the picture's name."""
    used: set[str] = set()
    for node in root.iter():
        for key, value in node.attrib.items():
            used.update(_REF.findall(value))
            if key == "href" and value.startswith("#"):
                used.add(value[1:])
    for node in root.iter():
        ident = node.attrib.pop("id", None)
        if ident in used:
            node.attrib["id"] = f"{name}-{ident}"
        for key, value in node.attrib.items():
            if key == "href" and value.startswith("#"):
                node.attrib[key] = f"#{name}-{value[1:]}"
            elif "url(#" in value:
                node.attrib[key] = _REF.sub(lambda m: f"url(#{name}-{m[1]})", value)
