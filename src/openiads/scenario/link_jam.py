"""Jamming of links: the radio of a link, and a jammer on board that jams it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from openiads.scenario.electronic import Beam
from openiads.scenario.faults import Fault
from openiads.scenario.quantity import Model, Q, Window, fault

_DEG = math.pi / 180.0


class Radio(Model):
    """The radio of a link, alike at both ends. A link without one cannot be jammed."""

    freq_hz: Annotated[float, Q("frequency", 30e6, 4e10)] = Field(
        alias="frequency", description="centre frequency"
    )
    bandwidth_hz: Annotated[float, Q("frequency", 1e3, 2e9)] = Field(
        alias="bandwidth", description="of its receivers"
    )
    margin_db: Annotated[float, Q("gain", 0.1, 80.0)] = Field(
        alias="margin",
        description="the noise at a receiver may rise by this before the link is cut: fading reserve and processing gain",
    )
    antenna_gain_db: Annotated[float, Q("gain", -10.0, 60.0)] = Field(
        0.0, alias="antenna_gain", description="of a receiver, toward the other end"
    )
    beam_rad: Annotated[float, Q("angle", 0.1 * _DEG, 180.0 * _DEG)] | None = Field(
        None, alias="beamwidth", description="3 dB width of its antenna; without it: it hears all round"
    )
    sidelobe_db: Annotated[float, Q("gain", -70.0, -3.0)] = Field(
        -20.0, alias="sidelobe", description="level outside its beam, relative to its peak"
    )
    noise_k: Annotated[float, Q("temperature", 50.0, 1e5)] = Field(
        1000.0, alias="noise_temperature", description="of its receivers"
    )
    mast_m: Annotated[float, Q("length", 0.5, 300.0)] = Field(
        10.0, alias="mast", description="antennas above their sites"
    )

    def model_post_init(self, context: Any, /) -> None:
        if "sidelobe_db" in self.model_fields_set and self.beam_rad is None:
            raise fault("a sidelobe needs a beamwidth")

    def values(self) -> dict[str, float]:
        """As the Assembly takes it."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        found["beam_rad"] = self.beam_rad or 0.0
        return found


class LinkJammer(Window):
    """A noise jammer against the radio links of the network. Its band is set on each link, as far as its limits allow."""

    power_w: Annotated[float, Q("power", 1e-3, 1e7)] = Field(
        alias="power", description="transmitted noise power, for each link"
    )
    antenna_gain_db: Annotated[float, Q("gain", -10.0, 50.0)] = Field(
        alias="antenna_gain", description="antenna gain toward the link"
    )
    bandwidth_hz: Annotated[float, Q("frequency", 1e3, 2e10)] = Field(
        alias="bandwidth", description="bandwidth over which the power is spread"
    )
    freq_min_hz: Annotated[float, Q("frequency", 30e6, 4e10)] = Field(
        alias="freq_min", description="lowest frequency it can jam"
    )
    freq_max_hz: Annotated[float, Q("frequency", 30e6, 4e10)] = Field(
        alias="freq_max", description="highest frequency it can jam"
    )
    loss_db: Annotated[float, Q("gain", 0.0, 60.0)] = Field(3.0, alias="loss", description="by polarisation")
    beam: Beam | None = Field(None, description="directional antenna; without it: full gain everywhere")

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        if self.freq_min_hz >= self.freq_max_hz:
            raise fault("'freq_max' must be above 'freq_min'")


def check_link_jammers(scenario: Any, fault_here: Any) -> Iterator[Fault]:
    """A link jammer needs a radio link. `fault_here(path, message, allowed)` makes a fault."""
    network = scenario.defence.network
    if network is not None and (network.radio is not None or any(x.radio is not None for x in network.links)):
        return
    for section, groups in (("raid", scenario.raid.groups), ("traffic", scenario.traffic.groups)):
        for number, group in enumerate(groups):
            if group.link_jammer is not None:
                message = "there is no radio link to jam: defence.network, or one of its links, needs a radio"
                yield fault_here((section, "groups", number, "link_jammer"), message, "")
