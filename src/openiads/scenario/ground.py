"""Ground and weather of a scenario: elevation model, rain and gas, the surface and what it does to radar."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from openiads.scenario.positions import Bearing, PositionField
from openiads.scenario.quantity import Model, Q, fault

_FILE = re.compile(
    r"(?:matplotlib:[A-Za-z0-9][A-Za-z0-9_.-]{0,79})|(?:[^/\\:\s][^\\:]*\.(?:hgt|dt0|dt1|dt2|npz|tif|tiff))",
    re.ASCII | re.IGNORECASE,
)
#: Elevation models that an installed package brings along; they are read where they lie.
PACKAGED = ("matplotlib:jacksboro_fault_dem",)


def _file(value: str) -> str:
    allowed = f"a .hgt, .dt0 to .dt2, .npz or .tif file in the scenario's folder, or {PACKAGED[0]}"
    if not _FILE.fullmatch(value) or ".." in value.split("/"):
        raise fault("this file cannot be used", allowed)
    if value.startswith("matplotlib:") and value not in PACKAGED:
        raise fault("there is no such elevation model", allowed)
    return value


class Terrain(Model):
    """The elevation model. Beyond its edge is sea."""

    file: Annotated[str, Field(max_length=200), AfterValidator(_file)] = Field(
        description="elevation: a path relative to the scenario, or `matplotlib:jacksboro_fault_dem`"
    )
    move_to: PositionField | None = Field(
        None, description="where the middle of the model is moved to; without it: it stays"
    )
    lift_m: Annotated[float, Q("length", -9000.0, 9000.0)] = Field(
        0.0, alias="lift", description="added to every height: a model moved to sea is lowered to it"
    )
    undulation_m: Annotated[float, Q("length", -200.0, 200.0)] = Field(
        0.0, alias="undulation", description="height of the model's datum, the geoid, above the ellipsoid"
    )


Land = Literal["mountain", "urban", "wooded-hills", "rolling-hills", "farmland", "flatland", "smooth"]


class RainArea(Model):
    """A disc in which it rains; it drifts with the wind at half the height of `rain_top`."""

    centre: PositionField = Field(description="its middle at the start of the run")
    radius_m: Annotated[float, Q("length", 1e3, 1000e3)] = Field(alias="radius", description="of the disc")


class Surface(Model):
    """Sea or land around the radars: one of `sea_state` and `land`; both with `coast: terrain`."""

    sea_state: int | None = Field(None, ge=0, le=6, description="Douglas sea state")
    land: Land | None = Field(None, description="class of land (mean echo)")
    coast: Literal["terrain"] | None = Field(
        None, description="with both: land where the elevation model is above its sea, else sea"
    )
    soil: Literal["wet", "medium-dry", "very-dry"] = Field(
        "medium-dry", description="of the land, for its reflection"
    )
    roughness_m: Annotated[float, Q("length", 0.0, 100.0)] | None = Field(
        None, alias="roughness", description="rms height of the land; multipath over land needs it"
    )

    def model_post_init(self, context: Any, /) -> None:
        if self.coast is not None:
            if self.sea_state is None or self.land is None:
                raise fault("coast needs both", "for example {sea_state: 3, land: farmland, coast: terrain}")
            if {"soil", "roughness_m"} & self.model_fields_set:
                raise fault("with a coast lobes are formed at sea only: no 'soil', no 'roughness'")
        elif (self.sea_state is None) == (self.land is None):
            raise fault("give sea_state or land", "for example {sea_state: 3} or {land: farmland}")
        if self.land is None and {"soil", "roughness_m"} & self.model_fields_set:
            raise fault("'soil' and 'roughness' belong to land; the sea has a sea_state")


class SurfaceSector(Model):
    """Sea or land in one sector around a radar, to a whole degree: one of `sea_state` and `land`."""

    from_rad: Bearing = Field(alias="from", description="bearing where it begins")
    to_rad: Bearing = Field(alias="to", description="bearing where it ends, clockwise")
    sea_state: int | None = Field(None, ge=0, le=6, description="Douglas sea state")
    land: Land | None = Field(None, description="class of land (mean echo)")
    soil: Literal["wet", "medium-dry", "very-dry"] = Field(
        "medium-dry", description="of the land, for its reflection"
    )
    roughness_m: Annotated[float, Q("length", 0.0, 100.0)] | None = Field(
        None, alias="roughness", description="rms height of the land; without it no lobes in this sector"
    )

    def model_post_init(self, context: Any, /) -> None:
        if (self.sea_state is None) == (self.land is None):
            raise fault("give sea_state or land", "for example {from: 0 deg, to: 90 deg, land: farmland}")
        if self.land is None and {"soil", "roughness_m"} & self.model_fields_set:
            raise fault("'soil' and 'roughness' belong to land; the sea has a sea_state")
        if len(self.degrees()) < 1:
            raise fault("a sector needs at least one degree")

    def degrees(self) -> set[int]:
        """Whole degrees that it covers; none where both bearings are the same."""
        first = round(math.degrees(self.from_rad))
        width = (round(math.degrees(self.to_rad)) - first) % 360
        return {(first + k) % 360 for k in range(width)}


def check_sectors(sectors: tuple[SurfaceSector, ...]) -> None:
    """Refuse sectors that overlap."""
    seen: set[int] = set()
    for one in sectors:
        if seen & one.degrees():
            raise fault("the sectors of a surface must not overlap")
        seen |= one.degrees()
