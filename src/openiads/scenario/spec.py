"""The whole scenario as it is after reading: checked, frozen, in SI, positions resolved."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, PrivateAttr

from openiads.scenario.defence import Defence, Doctrine
from openiads.scenario.formation import PlatformPlan, plans
from openiads.scenario.ground import RainArea, Surface, Terrain
from openiads.scenario.positions import Altitude, Bearing, Origin
from openiads.scenario.quantity import Model, Name, Q, Text, Title, Utc, fault
from openiads.scenario.raid import Group, Raid, Traffic

MAX_ENTITIES = 10_000  # sites, batteries and platforms; recorded flights are counted when they are read


class Wind(Model):
    """One level of the wind profile."""

    alt_m: Altitude = Field(alias="altitude", description="of this level")
    from_rad: Bearing = Field(alias="from", description="where the wind comes from")
    speed_mps: Annotated[float, Q("speed", 0.0, 150.0)] = Field(alias="speed", description="wind speed")


class Environment(Model):
    """Air and propagation."""

    refraction: Literal["four-thirds", "crpl-exponential"] = Field(
        "four-thirds", description="bending of radar rays"
    )
    wind: Annotated[tuple[Wind, ...], Field(strict=False, max_length=200)] = Field(
        (), description="profile, lowest level first; between levels linear, beyond them as at the end"
    )
    terrain: Terrain | None = Field(None, description="elevation model; without it: the smooth ellipsoid")
    gas: Literal["on", "off"] = Field("off", description="absorption of radar waves by air")
    rain_mm_h: Annotated[float, Q("rain rate", 0.0, 200.0)] = Field(
        0.0, alias="rain", description="rain everywhere below rain_top: absorption of radar waves"
    )
    rain_top_m: Annotated[float, Q("length", 100.0, 12e3)] = Field(
        5000.0, alias="rain_top", description="height of the top of the rain above the ellipsoid"
    )
    surface: Surface | None = Field(None, description="sea or land, for multipath and clutter")
    multipath: Literal["on", "off"] = Field(
        "off", description="reflection by the surface: lobes of low targets"
    )
    clutter: Literal["on", "off"] = Field(
        "off", description="echo of the surface, and moving-target indication"
    )
    rain_area: RainArea | None = Field(None, description="where it rains; without it: everywhere")
    rain_echo: Literal["on", "off"] = Field(
        "off", description="echo of the rain beside a target's; needs clutter: on"
    )
    clutter_plots: Literal["on", "off"] = Field(
        "off", description="false plots where the surface's echo is spikier than the threshold allows for"
    )
    clutter_shape: Annotated[float, Q("ratio", 0.2, 1.0)] | None = Field(
        None,
        description="Weibull shape of the echo's power, 1 not spiky; without it: 0.75 of sea, 0.5 of land (assumed)",
    )

    def model_post_init(self, context: Any, /) -> None:
        heights = [level.alt_m for level in self.wind]
        if any(b <= a for a, b in itertools.pairwise(heights)):
            raise fault("the levels of the wind must rise in altitude")
        used = [name for name in ("multipath", "clutter") if getattr(self, name) == "on"]
        if used and self.surface is None:
            raise fault(f"{used[0]} needs a surface, for example surface: {{sea_state: 3}}")
        if self.surface is not None and not used:
            raise fault("a surface does nothing without multipath: on or clutter: on")
        if self.multipath == "on" and self.surface is not None and self.surface.land is not None:
            if self.terrain is not None and self.surface.coast is None:
                raise fault("multipath is of flat land or the sea; an elevation model is not flat")
            if self.surface.roughness_m is None and self.surface.coast is None:
                raise fault("multipath over land needs its roughness, for example roughness: 30 cm")
        if "rain_top_m" in self.model_fields_set and self.rain_mm_h == 0.0:
            raise fault("rain_top does nothing without rain")
        if self.rain_area is not None and self.rain_mm_h == 0.0:
            raise fault("rain_area does nothing without rain")
        if self.rain_echo == "on" and (self.rain_mm_h == 0.0 or self.clutter == "off"):
            raise fault("rain_echo needs rain and clutter: on")
        if self.clutter_plots == "on" and self.clutter == "off":
            raise fault("clutter_plots needs clutter: on")
        if self.clutter_shape is not None and self.clutter_plots == "off":
            raise fault("clutter_shape does nothing without clutter_plots: on")
        if self.surface is not None and self.surface.coast is not None and self.terrain is None:
            raise fault("coast needs an elevation model: terrain")


class Scenario(Model):
    """A scenario of format version 1. See docs/scenario.md for the language."""

    openiads: Literal[1] = Field(description="format version")
    name: Name = Field(description="short name: letters, digits, '-', '_', '.'")
    title: Title = Field("", description="one line")
    description: Text = Field("", description="what happens")
    question: Text = Field("", description="the question that the scenario answers")
    start_utc: Utc = Field(
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC), alias="start", description="date and time of the start, UTC"
    )
    duration_s: Annotated[float, Q("time", 1.0, 86_400.0)] = Field(
        1200.0, alias="duration", description="length of the run"
    )
    seed: int = Field(1, ge=0, le=2**32 - 1, description="of the random numbers")
    origin: Origin = Field(description="reference point of bearings and ranges")
    environment: Environment = Field(
        default_factory=lambda: Environment.model_validate({}), description="air and propagation"
    )
    defence: Defence = Field(description="the defending side")
    raid: Raid = Field(default_factory=lambda: Raid.model_validate({}), description="the attack")
    traffic: Traffic = Field(default_factory=lambda: Traffic.model_validate({}), description="other flights")

    _text: str = PrivateAttr("")
    _origin: str = PrivateAttr("")

    @property
    def text(self) -> str:
        """The text that the scenario was read from."""
        return self._text

    @property
    def text_origin(self) -> str:
        """File, or whatever the caller said where the text came from."""
        return self._origin

    def groups(self) -> Iterator[Group]:
        """All groups: the raid's, then the traffic's."""
        yield from self.raid.groups
        yield from self.traffic.groups

    def platforms(self) -> tuple[PlatformPlan, ...]:
        """All groups expanded into single platforms, in the order of the file."""
        return tuple(plan for group in self.groups() for plan in plans(group, self._target_place(group)))

    def _target_place(self, group: Group) -> tuple[float, float] | None:
        if group.target is None or len(group.route) > 1:
            return None
        d = self.defence
        for site in (
            *d.assets,
            *d.radars,
            *d.command_posts,
            *d.launchers,
            *d.ground_targets,
            *d.guns,
            *d.power_units,
            *d.reload_columns,
        ):
            if site.id == group.target:
                return site.position.lat_rad, site.position.lon_rad
        return None

    def doctrine(self, command_post: str) -> Doctrine:
        """Doctrine of a command post: that of the defence, changed key by key. KeyError for an unknown id."""
        post = next((p for p in self.defence.command_posts if p.id == command_post), None)
        if post is None:
            raise KeyError(command_post)
        base, own = self.defence.doctrine, post.doctrine
        if own is None:
            return base
        update: dict[str, Any] = {name: getattr(own, name) for name in own.model_fields_set}
        if "identification" in update:
            beliefs = own.identification
            changed = {name: getattr(beliefs, name) for name in beliefs.model_fields_set}
            update["identification"] = base.identification.model_copy(update=changed)
        return base.model_copy(update=update)

    def canonical_json(self) -> str:
        """The resolved scenario as JSON with sorted keys: equal for equal content, however it was written."""
        return json.dumps(_plain(self), sort_keys=True, separators=(",", ":"), allow_nan=False)

    def digest(self) -> str:
        """SHA-256 of `canonical_json`."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value
