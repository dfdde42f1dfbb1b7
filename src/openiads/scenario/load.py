"""From a text or a file to a Scenario, or to one ScenarioError with every fault."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from openiads.scenario import nodes, references
from openiads.scenario.checks import check_whole
from openiads.scenario.faults import MAX_FAULTS, Fault, ScenarioError
from openiads.scenario.messages import translate
from openiads.scenario.positions import Origin, Places
from openiads.scenario.quantity import Q, fault
from openiads.scenario.references import CatalogIds, fault_at
from openiads.scenario.spec import MAX_ENTITIES, Scenario
from openiads.scenario.text import normalise, read_text, refused

_ORIGIN: TypeAdapter[Origin] = TypeAdapter(Origin)
_DURATION = Q("time", 1.0, 86_400.0)


@dataclass
class _Context:
    """What validators may ask about the rest of the file (`info.context`)."""

    places: Places
    duration_s: float | None


def load_file(path: str | os.PathLike[str], catalog_ids: CatalogIds | None = None) -> Scenario:
    """The scenario of a file.

    Parameters
    ----------
    path : a regular file of at most 1 MiB, YAML in UTF-8.
    catalog_ids : kind -> ids of the catalogue (see `catalogue_names`); without it, types are not checked.

    Raises
    ------
    ScenarioError : with every fault that was found, each with its place.
    """
    origin = os.fspath(path)
    return _load(read_text(path), origin, catalog_ids, Path(origin).parent)


def load_text(text: str, origin: str = "<text>", catalog_ids: CatalogIds | None = None) -> Scenario:
    """The scenario of a text; `origin` is what messages call it. Recordings it names are not looked for."""
    return _load(normalise(text, origin), origin, catalog_ids, None)


def load_in(text: str, origin: str, catalog_ids: CatalogIds | None, folder: Path) -> Scenario:
    """As `load_text`; recordings and elevation files are looked for in `folder`."""
    return _load(normalise(text, origin), origin, catalog_ids, folder)


def fault_of(scenario: Scenario, path: tuple[str | int, ...], message: str, allowed: str = "") -> Fault:
    """A fault at a path (keys as in the file) of a scenario that was read: for those who compile it."""
    document = _read_again(scenario.text, scenario.text_origin)
    return fault_at(document, path, message, allowed=allowed)


@lru_cache(maxsize=1)
def _read_again(text: str, origin: str) -> nodes.Document:
    return nodes.read(text, origin)


def _load(text: str, origin: str, catalog_ids: CatalogIds | None, folder: Path | None) -> Scenario:
    document = nodes.read(text, origin)
    faults = list(document.faults)
    found = references.index(document.plain, Scenario)
    _count(document, found, faults)
    for one in references.check(document, found, catalog_ids):
        faults.append(one)
        if len(faults) > 2 * MAX_FAULTS:
            break
    context = _Context(Places(_origin(document.plain), found.positions), _duration(document.plain))
    scenario: Scenario | None = None
    try:
        scenario = Scenario.model_validate(_filled(document.plain), context=context)
    except ValidationError as error:
        faults += translate(error, document, Scenario)
    if document.unknown:  # what an alias stands for is not known: say nothing else about it
        own = set(document.faults)
        faults = [f for f in faults if f in own or (f.line, f.column) not in document.unknown]
    if scenario is not None and not faults:
        faults += check_whole(scenario, document, catalog_ids, folder)
    if faults or scenario is None:
        raise ScenarioError(faults)
    scenario._text = text
    scenario._origin = origin
    return scenario


def _count(document: nodes.Document, found: references.Index, faults: list[Fault]) -> None:
    entities = len(found.kinds) - len(found.counts) + sum(found.counts.values())
    if entities > MAX_ENTITIES:
        raise refused(
            document.origin, f"{entities} sites, batteries and platforms; the most is {MAX_ENTITIES}"
        )


def _origin(plain: object) -> tuple[float, float] | None:
    try:
        origin = _ORIGIN.validate_python(plain.get("origin") if isinstance(plain, dict) else None)
    except ValidationError:
        return None
    return origin.lat_rad, origin.lon_rad


def _duration(plain: object) -> float | None:
    """Length of the run for checks of moments; None where it is at fault itself."""
    value = plain.get("duration", "1200 s") if isinstance(plain, dict) else None
    try:
        return _DURATION.read(value)
    except type(fault("")):
        return None


def _filled(plain: object) -> object:
    """With one command post, radars and batteries need not name it."""
    defence = plain.get("defence") if isinstance(plain, dict) else None
    posts = defence.get("command_posts") if isinstance(defence, dict) else None
    if not isinstance(plain, dict) or not isinstance(defence, dict):
        return plain
    if not isinstance(posts, list) or len(posts) != 1 or not isinstance(posts[0], dict):
        return plain
    name = posts[0].get("id")
    if not isinstance(name, str):
        return plain
    defence = dict(defence)
    for key in ("radars", "batteries", "decoy_emitters"):
        items = defence.get(key)
        if isinstance(items, list):
            defence[key] = [{"command_post": name, **i} if isinstance(i, dict) else i for i in items]
    return {**plain, "defence": defence}
