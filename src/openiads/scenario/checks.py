"""What only the whole scenario shows: parts that do not fit together, types that do not fit their place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from openiads.scenario.burn_through import check_burn_through
from openiads.scenario.emitters import check_emitters
from openiads.scenario.faults import Fault, listed, shown
from openiads.scenario.link_jam import check_link_jammers
from openiads.scenario.moves import check_moves
from openiads.scenario.network import check_network, check_succession
from openiads.scenario.nodes import Document
from openiads.scenario.pull_off import check_gates
from openiads.scenario.raid import Group
from openiads.scenario.references import CatalogIds, fault_at
from openiads.scenario.resupply import check_columns
from openiads.scenario.spec import Scenario
from openiads.scenario.surface_checks import check_surfaces
from openiads.scenario.survival_checks import check_survival

BALLISTIC = "platform/ballistic_missile"
ANTI_RADIATION = "platform/arm"
ENGAGEMENT = "radar/engagement"


def catalogue_names(catalog: Any) -> dict[str, Collection[str]]:
    """What a scenario is checked against, from a catalogue (which iterates over its items).

    Keys: `kind` (all ids of a kind), `kind/class`, and `launcher:ID` (the missiles that it takes, with
    the most rounds of each).
    """
    names: dict[str, Collection[str]] = {}
    for item in catalog:
        for key in (item.kind, f"{item.kind}/{item.role}"):
            names[key] = (*names.get(key, ()), item.id)
        if item.kind == "launcher":
            names[f"launcher:{item.id}"] = _loads(item)
    return names


def _loads(item: Any) -> dict[str, float]:
    """Missile -> rounds of a launcher that carries nothing else."""
    tubes = item.si("tubes")
    return {str(at[0]): tubes * per_tube for at, per_tube in item.table("rounds_per_tube").cells()}


def check_whole(
    scenario: Scenario, document: Document, catalog_ids: CatalogIds | None, folder: Path | None
) -> Iterator[Fault]:
    """Faults of a scenario whose parts are all right by themselves."""
    known = catalog_ids or {}
    yield from _batteries(scenario, document, known)
    yield from _launchers(scenario, document, known)
    yield from _strikes(scenario, document)
    yield from check_survival(scenario, document)
    yield from check_surfaces(scenario, document)
    yield from check_moves(scenario, document)

    def here(path: tuple[str | int, ...], message: str, allowed: str) -> Fault:
        return fault_at(document, path, message, allowed=allowed)

    if scenario.defence.network is not None:
        yield from check_network(scenario, here)
    yield from check_succession(scenario, here)
    yield from check_gates(scenario, here)
    yield from check_burn_through(scenario, here)
    yield from check_columns(scenario, here)
    yield from check_link_jammers(scenario, here)
    yield from check_emitters(scenario, here)
    for section, groups in (("raid", scenario.raid.groups), ("traffic", scenario.traffic.groups)):
        for number, group in enumerate(groups):
            yield from _group(scenario, document, known, (section, "groups", number), group)
    if folder is not None:
        yield from _recordings(scenario, document, folder)
        yield from _elevation(scenario, document, folder)


def _batteries(scenario: Scenario, document: Document, known: CatalogIds) -> Iterator[Fault]:
    radars = {radar.id: radar for radar in scenario.defence.radars}
    users: dict[str, str] = {}
    for number, battery in enumerate(scenario.defence.batteries):
        path = ("defence", "batteries", number, "radar")
        if battery.radar in users:
            other = users[battery.radar]
            yield fault_at(document, path, f"{shown(battery.radar)} already is the radar of {shown(other)}")
        users.setdefault(battery.radar, battery.id)
        radar = radars[battery.radar]
        if ENGAGEMENT in known and radar.type not in known[ENGAGEMENT]:
            message = f"{shown(radar.id)} is a {radar.type}, which is no engagement radar"
            yield fault_at(document, path, message, allowed=f"types {listed(sorted(known[ENGAGEMENT]))}")
        elif radar.sector is None:
            at = scenario.defence.radars.index(radar)
            message = "an engagement radar needs a sector, for example sector: {centre: 270 deg}"
            yield fault_at(document, ("defence", "radars", at), message)
        if radar.command_post != battery.command_post:
            message = (
                f"{shown(radar.id)} reports to {radar.command_post}, its battery to {battery.command_post}"
            )
            yield fault_at(document, path, message)


def _launchers(scenario: Scenario, document: Document, known: CatalogIds) -> Iterator[Fault]:
    for number, launcher in enumerate(scenario.defence.launchers):
        takes = known.get(f"launcher:{launcher.type}")
        for field, loads in (("rounds", launcher.rounds), ("reloads", launcher.reloads)):
            for missile, _ in loads:
                if takes is not None and missile not in takes:
                    path = ("defence", "launchers", number, field, missile)
                    message = f"the launcher {launcher.type} does not take the missile {shown(missile)}"
                    yield fault_at(document, path, message, allowed=listed(takes), key=True)
        if isinstance(takes, Mapping) and all(missile in takes for missile, _ in launcher.rounds):
            full = sum(n / takes[missile] for missile, n in launcher.rounds)
            if full > 1.0 + 1e-9:
                whole = ("defence", "launchers", number, "rounds")
                allowed = listed(f"{most:g} × {missile}" for missile, most in takes.items())
                yield fault_at(
                    document, whole, "more rounds than the launcher holds", allowed=f"of one kind {allowed}"
                )


def _strikes(scenario: Scenario, document: Document) -> Iterator[Fault]:
    carried: dict[str, set[str]] = {}
    for launcher in scenario.defence.launchers:
        loads = {missile for missile, n in (*launcher.rounds, *launcher.reloads) if n > 0}
        carried.setdefault(launcher.battery, set()).update(loads)
    for number, strike in enumerate(scenario.defence.surface_strikes):
        have = carried.get(strike.battery, set())
        if strike.weapon not in have:
            path = ("defence", "surface_strikes", number, "weapon")
            message = f"no launcher of {shown(strike.battery)} carries {shown(strike.weapon)}"
            yield fault_at(document, path, message, allowed=listed(sorted(have)))


def _group(
    scenario: Scenario, document: Document, known: CatalogIds, path: tuple[str | int, ...], group: Group
) -> Iterator[Fault]:
    radars = {radar.id for radar in scenario.defence.radars}
    if group.type in known.get(BALLISTIC, ()):
        if group.target is None:
            yield fault_at(document, path, "a ballistic missile needs a target")
        if len(group.route) > 1:
            message = "the route of a ballistic missile is one point, where it is launched"
            yield fault_at(document, (*path, "route"), message)
    if ANTI_RADIATION in known:
        homing = group.type in known[ANTI_RADIATION]
        if homing and (group.target is None or group.target not in {*radars, "strongest"}):
            message = "an anti-radiation missile needs a radar, or strongest, as its target"
            yield fault_at(
                document, (*path, "target"), message, allowed=listed([*sorted(radars), "strongest"])
            )
        elif homing and group.arrive_at_s is not None:
            message = "when an anti-radiation missile arrives is not known beforehand"
            yield fault_at(document, (*path, "arrive_at"), message, key=True)
        elif group.target == "strongest" and not homing:
            message = "only an anti-radiation missile can have the strongest emitter as its target"
            yield fault_at(document, (*path, "target"), message)


def _recordings(scenario: Scenario, document: Document, folder: Path) -> Iterator[Fault]:
    for number, recorded in enumerate(scenario.traffic.recorded):
        if recorded.file.startswith("shipped:"):
            continue
        try:
            there = (folder / recorded.file).is_file()
        except (OSError, ValueError):
            there = False
        if not there:
            message = "there is no such file beside the scenario"
            yield fault_at(
                document, ("traffic", "recorded", number, "file"), message, value=shown(recorded.file)
            )


def _elevation(scenario: Scenario, document: Document, folder: Path) -> Iterator[Fault]:
    terrain = scenario.environment.terrain
    if terrain is None or terrain.file.startswith("matplotlib:"):
        return
    try:
        there = (folder / terrain.file).is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        path = ("environment", "terrain", "file")
        message = "there is no such file beside the scenario"
        yield fault_at(document, path, message, value=shown(terrain.file))
