"""What the catalogue says of the radars of a run; nothing, where the catalogue is not the one that the run was made with."""

from __future__ import annotations

import math

from openiads.catalog import Item, load_catalog
from openiads.export.content import Content
from openiads.export.dis_pdu import Emitter


def radars_of(content: Content) -> dict[str, Item | None]:
    """Catalogue item by id of the radar."""
    catalog = load_catalog()
    same = content.run.manifest.get("catalog_sha256") == catalog.digest()
    return {
        site.id: catalog.get(site.type, "radar") if same and site.type else None
        for site in content.sites
        if site.kind == "radar"
    }


def emitters_of(content: Content) -> dict[str, Emitter]:
    """Frequency and half widths of the search by id of the radar; no power, for the catalogue has none."""
    return {name: _emitter(item) for name, item in radars_of(content).items()}


def _emitter(item: Item | None) -> Emitter:
    if item is None:
        return Emitter()
    rotating = item.choice("scan") == "rotating"
    return Emitter(
        freq_hz=item.si("freq_hz"),
        scan_rad=math.pi if rotating else 0.0,
        el_rad=(item.si("elevation_max_rad") - item.si("elevation_min_rad")) / 2.0,
    )


def turn_s(item: Item | None) -> float | None:
    """Time of one revolution; None for what does not rotate or is not known."""
    if item is None or item.choice("scan") != "rotating":
        return None
    return item.si("rotation_period_s")


__all__ = ["emitters_of", "radars_of", "turn_s"]
