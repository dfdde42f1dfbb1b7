"""Burn-through, in the language: an engagement radar that looks longer at what is jammed or weak."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from openiads.scenario.faults import Fault, shown
from openiads.scenario.quantity import Model, Q


class BurnThrough(Model):
    """Longer dedicated looks, paid from the time that the radar has for such looks."""

    dwell_max: int = Field(ge=2, le=64, description="longest look, in track dwells of the radar's type")
    wanted_pd: Annotated[float, Q("ratio", 0.05, 0.99)] = Field(
        0.9,
        description="probability of detection that a look is lengthened for, no more; grade F, 0.5 to 0.99",
    )
    integration: Literal["coherent", "non-coherent"] = Field(
        "non-coherent",
        description="how a longer look is summed: with phase (gain: the number of dwells) or without",
    )


def check_burn_through(scenario: Any, fault_here: Any) -> Iterator[Fault]:
    """Only the engagement radar of a battery makes dedicated looks. `fault_here(path, message, allowed)` makes a fault."""
    engagement = {battery.radar for battery in scenario.defence.batteries}
    for number, radar in enumerate(scenario.defence.radars):
        if radar.protection is None or radar.protection.burn_through is None or radar.id in engagement:
            continue
        message = f"{shown(radar.id)} makes no dedicated looks: it is the engagement radar of no battery"
        yield fault_here(("defence", "radars", number, "protection", "burn_through"), message, "")


__all__ = ["BurnThrough", "check_burn_through"]
