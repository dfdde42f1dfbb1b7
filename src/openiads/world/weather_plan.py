"""What a scenario says of rain areas, coasts, spikes and sectors, as `world.weather` and `world.surface` call it."""

from __future__ import annotations

from typing import Any

from openiads.catalog.items import Item
from openiads.physics.flight import Wind
from openiads.scenario import Scenario
from openiads.world.surface import Sector
from openiads.world.weather import RainArea, Weather, lacking


def completed(weather: Weather, scenario: Scenario, wind: Wind) -> Weather:
    """The weather with its later parts."""
    e = scenario.environment
    if e.surface is not None and e.surface.coast is not None:
        weather = weather._replace(land=None, coast=e.surface.land)
    area = e.rain_area
    if area is not None:
        weather = weather._replace(
            rain_area=RainArea(area.centre.lat_rad, area.centre.lon_rad, area.radius_m)
        )
    return weather._replace(
        rain_echo=e.rain_echo == "on", plots=e.clutter_plots == "on", shape=e.clutter_shape, wind=wind
    )


def lacking_here(item: Item, weather: Weather, radar: Any) -> list[str]:
    """As `world.weather.lacking`, also for the sectors of the radar."""
    sectors = [weather._replace(sea_state=s.sea_state, land=s.land) for s in radar.surface]
    return list(dict.fromkeys(name for w in (weather, *sectors) for name in lacking(item, w)))


def radar_weather(radar: Any) -> dict[str, Any]:
    """What a radar of the scenario sets for itself, for `Assembly.add_radar`."""
    made: dict[str, Any] = {}
    if radar.surface:
        made["surface"] = [
            Sector(s.from_rad, s.to_rad, s.sea_state, s.land, s.soil, s.roughness_m) for s in radar.surface
        ]
    if radar.rain_rejection_db > 0.0:
        made["rain_rejection_db"] = radar.rain_rejection_db
    return made
