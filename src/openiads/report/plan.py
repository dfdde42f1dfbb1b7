"""The map of a plan: sites and routes as the scenario lays them out, before anything has happened."""

from __future__ import annotations

import numpy as np

from openiads.analysis.basis import Plan, PlannedFlight
from openiads.report.mapping import Map
from openiads.report.scene import Layout, Path, Place


def plan_layout(plan: Plan) -> Layout:
    """The plan for drawing. Routes are straight lines between their corners."""
    own = [site for site in plan.sites if site.kind != "target"] or list(plan.sites)
    lat, lon = np.array([s.lat_deg for s in own] or [0.0]), np.array([s.lon_deg for s in own] or [0.0])
    chart = Map.about(lat, lon)
    sites = []
    for site in plan.sites:
        east, north = chart.project(
            np.radians(np.array([site.lat_deg])), np.radians(np.array([site.lon_deg]))
        )
        row = {"alive": True, "type": site.type, "radar_range_m": site.range_m}
        sites.append(Place(site.id, site.kind, float(east[0]), float(north[0]), row))
    return Layout(
        threats=[_row(flight) for flight in plan.flights],
        missiles=[],
        sites=sites,
        paths={("platform", flight.id): _path(flight, chart) for flight in plan.flights},
        reach_km={name: reach / 1e3 for name, reach in plan.reach_m.items()},
        fired=frozenset(plan.reach_m),
        chart=chart,
        ground=None,
    )


def _row(flight: PlannedFlight) -> dict[str, object]:
    return {
        "id": flight.id, "type": flight.type, "group": flight.group, "identity": flight.identity, "fate": None,
        "t_detection_s": 0.0, "t_launch_s": None, "t_end_s": None, "wrong_shots": 0, "killer": None,
    }  # fmt: skip


def _path(flight: PlannedFlight, chart: Map) -> Path:
    east, north = chart.project(np.radians(np.array(flight.lat_deg)), np.radians(np.array(flight.lon_deg)))
    return Path(np.arange(len(east), dtype=np.float64), east, north, 0.0, 0.0)
