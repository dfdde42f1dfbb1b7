"""What a radar says of its surroundings against what the environment says."""

from __future__ import annotations

from collections.abc import Iterator

from openiads.scenario.faults import Fault
from openiads.scenario.nodes import Document
from openiads.scenario.references import fault_at
from openiads.scenario.spec import Scenario


def check_surfaces(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Faults of sectors and of rain rejection that nothing uses."""
    e = scenario.environment
    for number, radar in enumerate(scenario.defence.radars):
        path = ("defence", "radars", number)
        if radar.surface and e.surface is None:
            message = "sectors of a surface do nothing without one in the environment"
            yield fault_at(
                document, (*path, "surface"), message, allowed="environment: {surface: …, clutter: on}"
            )
        elif radar.surface and e.surface is not None and e.surface.coast is not None:
            message = "sectors and coast: terrain say the same thing twice"
            yield fault_at(document, (*path, "surface"), message)
        if radar.rain_rejection_db > 0.0 and e.rain_echo == "off":
            message = "rain_rejection does nothing without rain_echo: on"
            yield fault_at(document, (*path, "rain_rejection"), message)
