"""What stands under the table: for what the declared ranges were published, what has gaps, and what the numbers leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openiads.cover.table import declared_of

if TYPE_CHECKING:
    from openiads.cover.compute import Coverage

_MEANING = (
    "Declared: the catalogue's published range, and for a sector radar its sector of that ring. Reach alone: the missile, with",
    "nobody looking. Seen in time: it meets the target there, the battery's own radar sees it then, and saw it before launch.",
)
_GAPS = "Gaps: at some ranges nearer than its farthest, between direct and lofted flight, it comes with too little left to turn."
_LEFT_OUT = (
    "Left out: a detection is no track; identification, channels, rounds left, tracks of other batteries, what shoots back.",
    "Computed from published claims and assumptions; nothing here is validated against a real system.",
)


def notes(cover: Coverage) -> list[str]:
    """Lines of text."""
    gaps = [_GAPS] if any(row.gaps for row in cover.rows) else []
    return [*_MEANING, *gaps, *published(cover), *_LEFT_OUT]


def published(cover: Coverage) -> list[str]:
    """For each radar type, on what target its range was published: another target than the one here is seen less far or farther."""
    said: dict[str, str] = {}
    for r, kind in enumerate(cover.model.names.radar_type):
        range_m, words = declared_of(cover.model, r)
        said.setdefault(kind, f"  {kind}: {range_m / 1e3:.0f} km, {words}{_level(cover, kind)}")
    return [f"Published for (here: {cover.model.probe.words()}):", *said.values()]


def _level(cover: Coverage, kind: str) -> str:
    """At what probability a claim is taken to hold."""
    item = cover.model.catalog.get(kind, "radar")
    if not item.has("claim_range_m"):
        return ""
    return f", taken as Pd {item.si('claim_pd'):g}"


__all__ = ["notes", "published"]
