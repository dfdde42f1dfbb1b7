"""Electronic attack and protection: parts of jammers, raiders and radars."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from openiads.scenario.positions import PositionField
from openiads.scenario.quantity import Model, Q

_DEG = math.pi / 180.0

Polarisation = Literal["horizontal", "vertical", "slant", "right-circular", "left-circular"]


class Beam(Model):
    """The jammer's antenna: a main lobe that is kept on a place, and one level everywhere else."""

    toward: PositionField = Field(description="where the main lobe is kept")
    width_rad: Annotated[float, Q("angle", 0.5 * _DEG, 180.0 * _DEG)] = Field(
        alias="width", description="3 dB width of the main lobe"
    )
    sidelobe_db: Annotated[float, Q("gain", -60.0, -3.0)] = Field(
        -20.0, alias="sidelobe", description="level outside the main lobe, relative to its peak"
    )


class Canceller(Model):
    """A side-lobe canceller."""

    channels: int = Field(ge=1, le=4, description="auxiliary channels, one strong side-lobe jammer each")
    cancellation_db: Annotated[float, Q("gain", 0.0, 40.0)] = Field(
        alias="cancellation", description="what it takes off a strong jammer"
    )
    margin_db: Annotated[float, Q("gain", -10.0, 30.0)] = Field(
        3.0, alias="margin", description="gain of the auxiliary antennas over the side lobes"
    )


class Protection(Model):
    """Electronic protection of a radar; what is left out is as in the catalogue, and there mostly none."""

    agile_bandwidth_hz: Annotated[float, Q("frequency", 1e3, 5e9)] | None = Field(
        None, alias="agile_bandwidth", description="band over which it hops evenly, from look to look"
    )
    polarisation: Polarisation | None = Field(None, description="of its antenna")
    cross_polar_db: Annotated[float, Q("gain", -50.0, -5.0)] | None = Field(
        None, alias="cross_polar", description="response to the orthogonal polarisation"
    )
    canceller: Canceller | None = Field(None, description="side-lobe canceller")
