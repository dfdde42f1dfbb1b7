"""The defence as it was run: radars with their scan and dome, batteries with their channels, places and states of sites."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from openiads.analysis.domes import dome_of
from openiads.catalog import Catalog, Item, load_catalog
from openiads.results import Run
from openiads.results.schema import SCENARIO
from openiads.scenario import Scenario, ScenarioError, catalogue_names
from openiads.scenario.load import load_text

Log = list[dict[str, Any]]


def described(run: Run, log: Log) -> dict[str, Any]:
    """`start_utc`, `radars`, `batteries`, `states` and `places` of the sites, and `missing`: what cannot be told, and why.

    Radars are those of the scenario that the run carries, with the values of this version's catalogue. Where that cannot be
    read there are none, and `missing` says so.
    """
    catalog = load_catalog()
    missing = []
    if not run.holds("plots"):
        missing.append(
            "radar plots: the run holds none (openiads run --plots keeps them); radar displays show fused tracks alone"
        )
    if any(row["event"] == "jam strobe" for row in log):
        missing.append(
            "bearings of jam strobes: results hold when one begins and ends; it is drawn where the jammer truly is"
        )
    start, radars, batteries, places = None, [], [], {}
    try:
        scenario = load_text(run.scenario_text, f"{run.path / SCENARIO}", catalogue_names(catalog))
        sites = {row["id"]: row for row in run.sites.to_pylist()}
        states = site_states(log)
        radars = [
            _radar(radar, catalog, scenario, sites[radar.id], states.get(radar.id, []))
            for radar in scenario.defence.radars
        ]
        batteries = [_battery(battery, scenario, catalog) for battery in scenario.defence.batteries]
        places = _places(scenario)
        start = scenario.start_utc.isoformat()
    except (ScenarioError, KeyError) as error:
        first = (str(error).splitlines() or [""])[0]
        missing.append(f"radars and batteries: the scenario of the run cannot be read here ({first})")
    if radars and run.manifest["catalog_sha256"] != catalog.digest():
        missing.append("the catalogue of the run: scan and ranges of radars are those of this version's")
    return {
        "start_utc": start,
        "radars": radars,
        "batteries": batteries,
        "places": places,
        "states": site_states(log),
        "emissions": emission_times(log),
        "missing": missing,
    }


def _radar(
    radar: Any, catalog: Catalog, scenario: Scenario, site: Mapping[str, Any], states: list[list[Any]]
) -> dict[str, Any]:
    item: Item = catalog.get(radar.type, "radar")
    rotating = item.choice("scan") == "rotating"
    half = math.pi if rotating else 0.5 * item.si("sector_width_rad")
    sector = radar.sector
    if sector is not None and sector.width_rad is not None:
        half = 0.5 * sector.width_rad
    height = site["antenna_height_m"]
    az0 = 0.0 if sector is None else sector.centre_rad
    places = {}
    for _, what, *more in states:
        if what == "ready" and len(more) == 2:
            number, alt_m = int(more[0]), more[1]
            places[str(number)] = {
                "az0_rad": _facing(radar, number, az0),
                "dome": _dome(item, scenario, alt_m + height),
            }
    return {
        "id": radar.id,
        "type": radar.type,
        "role": item.role,
        "rotating": rotating,
        "period_s": item.si("rotation_period_s" if rotating else "frame_time_s"),
        "az0_rad": az0,
        "half_rad": half,
        "beamwidth_rad": item.si("beamwidth_az_rad"),
        "antenna_height_m": height,
        "range_m": item.si("range_instrumented_m"),
        "el_max_rad": item.si("elevation_max_rad"),
        "dome": _dome(item, scenario, site["alt_m"] + height),
        "places": places,
    }


def _facing(radar: Any, number: int, first_rad: float) -> float:
    """Middle of the sector at a further place (from 1): laid anew there, or at the last place where it was."""
    laid = [place.sector_centre_rad for place in radar.moves.places[:number]] if radar.moves else []
    return float(next((az for az in reversed(laid) if az is not None), first_rad))


def _dome(item: Item, scenario: Scenario, antenna_alt_m: float) -> dict[str, list[int]]:
    lowest = item.si("elevation_min_rad") - 0.5 * item.si("beamwidth_el_rad")  # as the engine has it
    dome = dome_of(
        antenna_alt_m, item.si("range_min_m"), item.si("range_instrumented_m"), lowest,
        item.si("elevation_max_rad"), scenario.environment.refraction,
    )  # fmt: skip
    return {
        "alt_m": _rounded(dome.alt_m),
        "near_m": _rounded(dome.near_m),
        "far_m": _rounded(dome.far_m),
    }


def _rounded(values: Iterable[float]) -> list[int]:
    return [round(float(value)) for value in values]


def _battery(battery: Any, scenario: Scenario, catalog: Catalog) -> dict[str, Any]:
    radar = next(r for r in scenario.defence.radars if r.id == battery.radar)
    return {
        "id": battery.id,
        "radar": battery.radar,
        "channels": catalog.get(radar.type, "radar").count("target_channels"),
        "launchers": [x.id for x in scenario.defence.launchers if x.battery == battery.id],
    }


def _places(scenario: Scenario) -> dict[str, list[list[float]]]:
    """Further places of sites that move: latitude and longitude in degrees; place 1 is the first."""
    found = {}
    for kind in ("command_posts", "radars", "launchers", "guns"):
        for site in getattr(scenario.defence, kind):
            moves = getattr(site, "moves", None)
            if moves is not None:
                found[site.id] = [
                    [math.degrees(place.position.lat_rad), math.degrees(place.position.lon_rad)]
                    for place in moves.places
                ]
    return found


def site_states(log: Log) -> dict[str, list[list[Any]]]:
    """Per site its changes in order of time: [t, "lost" | "restored"] and [t, "under way" | "ready", place, altitude there]."""
    changes: dict[str, list[list[Any]]] = defaultdict(list)
    for row in log:
        if row["event"] in ("site lost", "site restored"):
            changes[row["subject"]].append([row["t_s"], row["event"].removeprefix("site ")])
        elif row["event"] == "site moves" and row["detail"] in ("under way", "ready"):
            changes[row["subject"]].append([row["t_s"], row["detail"], row["value"], row["alt_m"]])
    return dict(changes)


def emission_times(log: Log) -> dict[str, list[list[Any]]]:
    """Per radar and decoy emitter: [t, on] in order of time."""
    found: dict[str, list[list[Any]]] = defaultdict(list)
    for row in log:
        if row["event"] in ("emission", "decoy emission"):
            found[row["subject"]].append([row["t_s"], row["detail"] == "on"])
    return dict(found)
