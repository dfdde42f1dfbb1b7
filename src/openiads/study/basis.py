"""What a run or a study rests on: read from its scenario and from the catalogue.

>>> basis(open_run("runs/quickstart-seed1")).by_grade()           # doctest: +SKIP
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from openiads.analysis.basis import (
    Basis,
    Plan,
    PlannedFlight,
    PlannedSite,
    Setting,
    UsedItem,
    UsedValue,
)
from openiads.catalog import GRADES, KINDS, Catalog, Item, load_catalog
from openiads.results import Run, StudyResults
from openiads.scenario import Scenario, ScenarioError, catalogue_names, load_text
from openiads.scenario.quantity import Q
from openiads.scenario.shape import Part, parts
from openiads.units import format_quantity

_SITES = (
    ("radar", "radars"),
    ("launcher", "launchers"),
    ("command post", "command_posts"),
    ("asset", "assets"),
    ("target", "ground_targets"),
    ("gun", "guns"),
    ("power unit", "power_units"),
)
_MOST_FLIGHTS = 2000


def basis(results: Run | StudyResults) -> Basis:
    """What a run or a study rests on. What cannot be read is told in its `warnings`."""
    catalog = load_catalog()
    text = _text(results)
    warnings: list[str] = []
    if results.manifest["catalog_sha256"] != catalog.digest():
        warnings.append(
            f"The catalogue has changed since: made with {str(results.manifest['catalog_sha256'])[:12]}, here "
            f"{catalog.digest()[:12]}. The values below are those of the catalogue here, not of the result."
        )
    try:
        scenario = load_text(text, "scenario.yaml", catalogue_names(catalog))
    except ScenarioError as error:
        fault = str(error.faults[0]) if error.faults else str(error)
        warnings.append(
            "This version cannot read the scenario, so its items, settings and lay-out are not listed. "
            f"First fault: {fault}"
        )
        return Basis((), dict(GRADES), (), (), None, text, tuple(warnings))
    items = _items(scenario, catalog, results)
    sources = {row["key"]: row for item in items for row in catalog.get(item.id).source_rows()}
    return Basis(
        items=items,
        grades=dict(GRADES),
        sources=tuple(sources[key] for key in sorted(sources)),
        settings=tuple(_settings(scenario)),
        plan=_plan(scenario, catalog),
        text=text,
        warnings=tuple(warnings),
        description=" ".join(scenario.description.split()),
        question=" ".join(scenario.question.split()),
    )


def _text(results: Run | StudyResults) -> str:
    if isinstance(results, Run):
        return results.scenario_text
    return str(results.manifest["scenario"]["text"])


# --- items of the catalogue -------------------------------------------------------------------------
def _items(scenario: Scenario, catalog: Catalog, results: Run | StudyResults) -> tuple[UsedItem, ...]:
    places: dict[str, list[str]] = {}
    for path, name in (*_named(scenario, ""), *_varied_names(catalog, results)):
        places.setdefault(name, []).append(path)
    drawn = _drawn(results)
    order = {kind: k for k, kind in enumerate(KINDS)}
    found = sorted((catalog.get(name) for name in places), key=lambda item: (order[item.kind], item.id))
    return tuple(
        UsedItem(item.id, item.kind, item.title, tuple(places[item.id]), tuple(_values(item, drawn)))
        for item in found
    )


def _values(item: Item, drawn: dict[tuple[str, str], str]) -> Iterator[UsedValue]:
    for row in item.describe():
        yield UsedValue(
            item.id, row["field"], row["value"], row["range"], row["grade"], row["source"], row["meaning"],
            row["note"], drawn.get((item.id, row["field"]), ""),
        )  # fmt: skip


def _named(model: BaseModel, path: str) -> Iterator[tuple[str, str]]:
    """(place, item) of every reference to the catalogue, defaults included."""
    for part in parts(type(model)).values():
        value = getattr(model, part.name)
        here = f"{path}.{part.key}".lstrip(".")
        if value is None:
            continue
        if part.model is not None:
            for number, child in enumerate(value if part.many else (value,)):
                yield from _named(child, _child(here, number, child) if part.many else here)
        elif part.cat is not None:
            for name in (value,) if isinstance(value, str) else (entry[0] for entry in value):
                yield here, name


def _child(path: str, number: int, child: BaseModel) -> str:
    return f"{path}.{getattr(child, 'id', number)}"


def _varied(results: Run | StudyResults) -> list[dict[str, Any]]:
    return [] if isinstance(results, Run) else list(results.manifest["vary"])


def _varied_names(catalog: Catalog, results: Run | StudyResults) -> Iterator[tuple[str, str]]:
    """Items that only some points of a study name."""
    for number, entry in enumerate(_varied(results)):
        values = {str(point["values"][number]) for point in results.manifest["points"]}
        for value in sorted(values):
            if value in catalog:
                yield str(entry["path"]), value


def _drawn(results: Run | StudyResults) -> dict[tuple[str, str], str]:
    """(item, field) of catalogue values that differ between the points → how."""
    found = {}
    for entry in _varied(results):
        head, _, rest = str(entry["path"]).partition(".")
        item, _, name = rest.rpartition(".")
        if head == "catalog" and item:
            found[item, name] = str(entry.get("law") or ", ".join(map(str, entry["values"])))
    return found


# --- settings ---------------------------------------------------------------------------------------
def _settings(scenario: Scenario) -> Iterator[Setting]:
    yield from _keys(scenario.environment, "environment")
    yield from _keys(scenario.defence.doctrine, "defence.doctrine")
    for post in scenario.defence.command_posts:
        if post.doctrine is not None:
            for setting in _keys(post.doctrine, f"defence.command_posts.{post.id}.doctrine"):
                if setting.given:  # the rest is that of the defence
                    yield setting


def _keys(model: BaseModel, path: str) -> Iterator[Setting]:
    for part in parts(type(model)).values():
        value = getattr(model, part.name)
        here = f"{path}.{part.key}"
        if part.model is not None and value is not None:
            for number, child in enumerate(value if part.many else (value,)):
                yield from _keys(child, _child(here, number, child) if part.many else here)
        else:
            given = part.name in model.model_fields_set
            yield Setting(here, _value(value, part), given, part.info.description or "")


def _value(value: object, part: Part) -> str:
    quantity = next((mark for mark in part.marks if isinstance(mark, Q)), None)
    if value is None:
        return "none"
    if isinstance(value, float):
        return format_quantity(value, quantity.dimension if quantity is not None else "ratio")
    if isinstance(value, tuple):
        return ", ".join(str(entry) for entry in value) or "none"
    return str(value)


# --- lay-out ----------------------------------------------------------------------------------------
def _plan(scenario: Scenario, catalog: Catalog) -> Plan:
    d = scenario.defence
    radars = {radar.id: catalog.get(radar.type, "radar") for radar in d.radars}
    missiles = {name for launcher in d.launchers for name, _ in (*launcher.rounds, *launcher.reloads)}
    return Plan(
        sites=tuple(_sites(scenario, radars)),
        flights=tuple(_flights(scenario)),
        reach_m={name: catalog.get(name, "missile").si("range_max_m") for name in sorted(missiles)},
        channels={battery.id: radars[battery.radar].count("target_channels") for battery in d.batteries},
    )


def _sites(scenario: Scenario, radars: dict[str, Item]) -> Iterator[PlannedSite]:
    for kind, name in _SITES:
        for site in getattr(scenario.defence, name):
            yield PlannedSite(
                site.id, kind, getattr(site, "type", None) or "",
                math.degrees(site.position.lat_rad), math.degrees(site.position.lon_rad),
                radars[site.id].si("range_instrumented_m") if kind == "radar" else None,
            )  # fmt: skip


def _flights(scenario: Scenario) -> Iterator[PlannedFlight]:
    where = {
        site.id: (site.position.lat_rad, site.position.lon_rad)
        for _, name in _SITES
        for site in getattr(scenario.defence, name)
    }
    for plan in scenario.platforms()[:_MOST_FLIGHTS]:
        corners = [(point.lat_rad, point.lon_rad) for point in plan.route]
        corners += [where[plan.group.target]] if plan.group.target in where else []
        yield PlannedFlight(
            plan.id, plan.group.type, plan.group.id, getattr(plan.group, "identity", "hostile"),
            tuple(math.degrees(lat) for lat, _ in corners), tuple(math.degrees(lon) for _, lon in corners),
        )  # fmt: skip


__all__ = ["basis"]
