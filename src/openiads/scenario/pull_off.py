"""Gate pull-off: a deceiving repeater that leads the gates of tracking radars away, and what a radar has against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from openiads.scenario.faults import Fault, shown
from openiads.scenario.quantity import Q, Window, fault

#: What a radar's `protection` may say of its gates.
GATES = ("leading_edge_s", "capture_js_db", "capture_probability", "velocity_gate_mps", "rate_check_mps")
LeadingEdge = Annotated[float, Q("time", 1e-9, 1e-4)]
CaptureRatio = Annotated[float, Q("gain", -20.0, 40.0)]
VelocityGate = Annotated[float, Q("speed", 1.0, 1000.0)]
RateCheck = Annotated[float, Q("speed", 1.0, 1000.0)]
_Part = Annotated[float, Q("time", 0.0, 600.0)]


class PullOff(Window):
    """A repeater whose stronger echo leads the gates of engagement radars away: in range by delay, in velocity by frequency."""

    gate: Literal["range", "velocity", "both"] = Field(
        "range", description="which gate it pulls; both: its delay and its shift of frequency agree"
    )
    power_w: Annotated[float, Q("power", 1e-3, 1e7)] = Field(alias="power", description="of its pulses")
    antenna_gain_db: Annotated[float, Q("gain", -10.0, 50.0)] = Field(
        alias="antenna_gain", description="toward the radar"
    )
    freq_min_hz: Annotated[float, Q("frequency", 30e6, 4e10)] = Field(
        alias="freq_min", description="lowest frequency that it repeats"
    )
    freq_max_hz: Annotated[float, Q("frequency", 30e6, 4e10)] = Field(
        alias="freq_max", description="highest frequency that it repeats"
    )
    loss_db: Annotated[float, Q("gain", 0.0, 60.0)] = Field(
        3.0, alias="loss", description="by polarisation and by imperfect copies"
    )
    repeater_delay_s: Annotated[float, Q("time", 0.0, 1e-4)] = Field(
        100e-9,
        alias="repeater_delay",
        description="that it cannot avoid: a leading edge shorter than this keeps it out",
    )
    start_s: _Part = Field(
        2.0,
        alias="start_delay",
        description="from the first dedicated look of a radar at it until its program begins",
    )
    dwell_s: Annotated[float, Q("time", 0.1, 600.0)] = Field(
        1.5, alias="dwell", description="its echo stays on that of the carrier, to take the gate"
    )
    pull_s: Annotated[float, Q("time", 0.5, 600.0)] = Field(
        12.0, alias="pull", description="and then moves away for so long"
    )
    hold_s: _Part = Field(2.0, alias="hold", description="stays there for so long")
    silent_s: _Part = Field(2.0, alias="silent", description="is silent for so long, and begins again")
    rate_mps: Annotated[float, Q("speed", 0.0, 2000.0)] = Field(
        0.0,
        alias="rate",
        description="speed of the false echo away from the target, at once; not of a velocity gate",
    )
    acceleration_mps2: Annotated[float, Q("acceleration", 0.0, 1000.0)] = Field(
        0.0, alias="acceleration", description="and its growth"
    )

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        if self.freq_min_hz >= self.freq_max_hz:
            raise fault("'freq_max' must be above 'freq_min'")
        if self.gate == "velocity" and self.rate_mps > 0.0:
            raise fault("a velocity gate is pulled by an acceleration, not by a rate")
        if not self.rate_mps + self.acceleration_mps2 > 0.0:
            raise fault("a false echo that is to pull needs a rate or an acceleration")


def check_gates(scenario: Any, fault_here: Any) -> Iterator[Fault]:
    """Only the engagement radar of a battery has gates. `fault_here(path, message, allowed)` makes a fault."""
    engagement = {battery.radar for battery in scenario.defence.batteries}
    for number, radar in enumerate(scenario.defence.radars):
        if radar.protection is None or radar.id in engagement:
            continue
        fields = type(radar.protection).model_fields
        for name in GATES:
            if getattr(radar.protection, name) is not None:
                key = fields[name].alias or name
                message = (
                    f"{shown(radar.id)} has no gates to protect: it is the engagement radar of no battery"
                )
                yield fault_here(("defence", "radars", number, "protection", key), message, "")
