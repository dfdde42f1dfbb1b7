"""Sections of a scenario → values of the Assembly: wind, weather, places, protection, plans of jammers, rules of engagement."""

from __future__ import annotations

from typing import Any

import numpy as np

from openiads.doctrine import identify
from openiads.physics.flight import STILL_AIR, Wind
from openiads.scenario import Scenario
from openiads.scenario.defence import Doctrine
from openiads.scenario.electronic import Protection
from openiads.scenario.pull_off import GATES
from openiads.scenario.raid import Jammer
from openiads.world.assemble import Place
from openiads.world.weather import Weather

CONTROL = {"free": identify.WEAPONS_FREE, "tight": identify.WEAPONS_TIGHT, "hold": identify.WEAPONS_HOLD}


def wind_of(scenario: Scenario) -> Wind:
    """Profile of where the air goes to, east and north."""
    levels = scenario.environment.wind
    if not levels:
        return STILL_AIR
    speed = np.array([w.speed_mps for w in levels])
    come = np.array([w.from_rad for w in levels])
    return Wind(np.array([w.alt_m for w in levels]), -speed * np.sin(come), -speed * np.cos(come))


def protection_fields(own: Protection | None) -> dict[str, Any]:
    """What a scenario gives a radar against jamming, as `world.jamming` calls it."""
    if own is None:
        return {}
    found: dict[str, Any] = {
        name: getattr(own, name)
        for name in (
            "agile_bandwidth_hz",
            "polarisation",
            "cross_polar_db",
            "moving_target_filter",
            "blanking_threshold",
            *GATES,
        )
    }
    if own.canceller is not None:
        found.update(
            canceller_channels=own.canceller.channels,
            cancellation_db=own.canceller.cancellation_db,
            auxiliary_margin_db=own.canceller.margin_db,
        )
    if own.burn_through is not None:
        rule = own.burn_through
        found["burn_through"] = {
            "most": rule.dwell_max, "pd": rule.wanted_pd, "coherent": rule.integration == "coherent",
        }  # fmt: skip
    return found


def jam_plan(jammer: Jammer) -> dict[str, Any]:
    """Fields of JAMMER that the scenario sets: intervals, trigger, beam."""
    plan: dict[str, Any] = {}
    if jammer.on_s is not None:
        plan.update(planned=1, cycle_on_s=jammer.on_s, cycle_off_s=jammer.off_s)
    if jammer.trigger is not None:
        plan.update(planned=1, lit=1, hold_s=jammer.hold_s)
    if jammer.beam is not None:
        plan.update(
            beam_rad=jammer.beam.width_rad, side_gain=10.0 ** (0.1 * jammer.beam.sidelobe_db),
            aim=place_of(jammer.beam.toward),
        )  # fmt: skip
    return plan


def weather_of(scenario: Scenario) -> Weather:
    e = scenario.environment
    weather = Weather(e.gas == "on", e.rain_mm_h, e.rain_top_m)
    if e.surface is None:
        return weather
    return weather._replace(
        sea_state=e.surface.sea_state, land=e.surface.land, soil=e.surface.soil,
        roughness_m=e.surface.roughness_m or 0.0, multipath=e.multipath == "on", clutter=e.clutter == "on",
    )  # fmt: skip


def roe_fields(doctrine: Doctrine) -> dict[str, Any]:
    """Fields of ROE that the scenario sets."""
    roe: dict[str, Any] = {"control": CONTROL[doctrine.rules_of_engagement]}
    for name in type(doctrine.identification).model_fields:
        value = getattr(doctrine.identification, name)
        if value is not None:
            roe[name] = int(value) if name == "self_defence" else value
    return roe


def place_of(position: Any) -> Place:
    return Place(position.lat_rad, position.lon_rad, position.alt_m)
