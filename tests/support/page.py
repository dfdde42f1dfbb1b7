"""Reading a report as a machine does: it is well-formed XML, so the standard parser serves."""

from __future__ import annotations

import html.parser
import re
from xml.etree import ElementTree as ET

VOID = frozenset({"meta", "br", "img", "input", "link", "hr"})


def parsed(text: str) -> ET.Element:
    """The tree of a page. Raises ParseError where it is not well-formed."""
    assert text.startswith("<!DOCTYPE html>")
    return ET.fromstring(text.removeprefix("<!DOCTYPE html>"))


def text_of(element: ET.Element) -> str:
    """All text inside, one space between words."""
    return " ".join("".join(element.itertext()).split())


def table(root: ET.Element, name: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a table by its name."""
    (box,) = (div for div in root.iter("div") if div.get("data-name") == name)
    head = [text_of(cell) for cell in box.find(".//thead/tr")]
    return head, [[text_of(cell) for cell in row] for row in box.findall(".//tbody/tr")]


def references(root: ET.Element) -> list[str]:
    """Everything that a browser would fetch or go to: values of href, src and the like, and of url(...)."""
    found = []
    for node in root.iter():
        for key, value in node.attrib.items():
            if key.rpartition("}")[2] in ("href", "src", "srcset", "data", "action", "poster", "background"):
                found.append(value)
            found += re.findall(r"url\(([^)]*)\)", value)
        if node.tag in ("style", "script") and node.text:
            found += re.findall(r"url\(([^)]*)\)|(https?:[^\s\"']*)|@import\s+(\S+)", node.text)
    return [r if isinstance(r, str) else "".join(r) for r in found]


class Balance(html.parser.HTMLParser):
    """Reads as HTML: every element is closed, in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        assert tag in VOID, f"<{tag}/> is not HTML"
