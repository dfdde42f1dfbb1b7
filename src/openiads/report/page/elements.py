"""HTML as a tree: every text that goes in is escaped by the library that writes it out (xml.etree).

The page is well-formed XML as well as HTML: `document` writes the head, everything else is a tree without
void elements.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from xml.etree import ElementTree as ET

Child = ET.Element | str | None

#: What XML cannot hold, and what would turn the direction of the text around it.
_UNFIT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """The text without characters that no page can hold."""
    return _UNFIT.sub("\ufffd", text)


def element(tag: str, *children: Child, **attributes: str) -> ET.Element:
    """An element; `class_` stands for class, `data_x` for data-x. None among the children is left out."""
    made = ET.Element(
        tag, {name.rstrip("_").replace("_", "-"): clean(value) for name, value in attributes.items()}
    )
    return append(made, children)


def append(parent: ET.Element, children: Iterable[Child]) -> ET.Element:
    """Add children; texts go where they belong in the tree."""
    for child in children:
        if child is None:
            continue
        if isinstance(child, ET.Element):
            parent.append(child)
        elif len(parent):
            parent[-1].tail = (parent[-1].tail or "") + clean(child)
        else:
            parent.text = (parent.text or "") + clean(child)
    return parent


def document(title: str, body: ET.Element) -> str:
    """The whole page: one file, nothing from elsewhere, and a policy that says so to the browser."""
    css, js = _shipped("page.css"), _shipped("page.js")
    digest = base64.b64encode(hashlib.sha256(js.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'"
    head = (
        '<meta charset="utf-8"/>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        f"<title>{escape(clean(title), quote=False)}</title>\n<style>{css}</style>\n"
    )
    body.append(ET.Element("script"))
    text = ET.tostring(body, encoding="unicode", short_empty_elements=False)
    mark = "<script></script></body>"
    if not text.endswith(mark):
        raise ValueError("the script must be the last element of the body")
    text = text.removesuffix(mark) + f"<script>{js}</script></body>"
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}</head>\n{text}\n</html>\n'


def _shipped(name: str) -> str:
    """A file of this folder. It may not hold what XML would read otherwise."""
    text = (files("openiads.report.page") / name).read_text(encoding="utf-8")
    if "<" in text or "&" in text:
        raise ValueError(f"{name} holds < or &")
    return text
