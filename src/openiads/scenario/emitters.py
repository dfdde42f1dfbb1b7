"""Jam strobes and emitters, in the language: crossing strobes, firing at what they locate, missiles that home on jamming."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from openiads.scenario.faults import Fault, listed, shown
from openiads.scenario.quantity import Cat, Model, Name, Q, fault

if TYPE_CHECKING:
    from openiads.scenario.spec import Scenario

_Error = Annotated[float, Q("length", 10.0, 200e3)]


class PassiveTracking(Model):
    """How a command post makes positions of jam strobes. All values are design choices, grade F."""

    radars: int = Field(
        2, ge=2, le=6, description="so many radars must agree before a passive track is held; 2 to 3"
    )
    confirm: int = Field(3, ge=1, le=20, description="strobes needed of each of them; 2 to 6")
    refute: Literal["yes", "no"] = Field(
        "yes",
        description="a radar of the same band that ought to hear an emitter and does not refutes the crossing",
    )
    window_s: Annotated[float, Q("time", 0.5, 60.0)] = Field(
        6.0, alias="window", description="strobes farther apart in time are not crossed; 3 to 15 s"
    )
    probability: Annotated[float, Q("ratio", 0.5, 0.99999)] = Field(
        0.999, description="that a true strobe passes the tests; 0.99 to 0.9999"
    )
    drop_after_s: Annotated[float, Q("time", 2.0, 600.0)] = Field(
        20.0, alias="drop_after", description="given up so long after the last strobe; 10 to 60 s"
    )
    speed_mps: Annotated[float, Q("speed", 0.1, 2000.0)] = Field(
        250.0, alias="speed", description="spread of an emitter's velocity before it is known; 100 to 400 m/s"
    )
    speed_max_mps: Annotated[float, Q("speed", 10.0, 5000.0)] = Field(
        1000.0, alias="speed_max", description="what seems to fly faster is a ghost; 500 to 1500 m/s"
    )
    acceleration_mps2: Annotated[float, Q("acceleration", 0.001, 100.0)] = Field(
        1.0, alias="acceleration", description="of an emitter, one sigma over 20 s; 0.1 to 10 m/s2"
    )
    altitude_m: Annotated[float, Q("length", 0.0, 30e3)] = Field(
        9e3, alias="altitude", description="taken where no radar measures elevation; 5 to 12 km"
    )
    altitude_spread_m: Annotated[float, Q("length", 10.0, 15e3)] = Field(
        4e3, alias="altitude_spread", description="its spread; 2 to 5 km"
    )
    max_error_m: _Error = Field(
        15e3, alias="max_error", description="crossings with a greater error are not taken; 5 to 30 km"
    )
    max_range_m: Annotated[float, Q("length", 1e3, 1500e3)] = Field(
        450e3, alias="max_range", description="farthest emitter from either radar; 300 to 600 km"
    )

    def model_post_init(self, context: Any, /) -> None:
        if self.speed_max_mps <= self.speed_mps:
            raise fault("'speed_max' must be above 'speed'")


class EngageEmitters(Model):
    """Fire at passive tracks, with missiles that home on jamming."""

    max_error_m: _Error = Field(
        5e3, alias="max_error", description="root of the trace of the position error; grade F, 2 to 10 km"
    )
    stand_off: Literal["yes", "no"] = Field("yes", description="those too that threaten nothing by their way")
    value: Annotated[float, Q("ratio", 0.01, 1000.0)] = Field(
        20.0, description="score of such a one among the threats; grade F, 5 to 100"
    )


class HomeOnJam(Model):
    """A missile that is taken to home on jamming, whatever the catalogue says."""

    missile: Annotated[Name, Cat("missile")] = Field(description="missile type")
    range_m: Annotated[float, Q("length", 1e3, 200e3)] = Field(
        30e3,
        alias="range",
        description="it listens from this distance to its target on; grade F, 15 to 60 km",
    )
    memory_s: Annotated[float, Q("time", 0.0, 60.0)] = Field(
        4.0, alias="memory", description="flies on so long after the source goes silent; grade F, 1 to 10 s"
    )


def check_emitters(scenario: Scenario, here: Callable[..., Fault]) -> Iterator[Fault]:
    """Faults that only the whole scenario shows. here(path, message, allowed) makes one."""
    d = scenario.defence
    for number, post in enumerate(d.command_posts):
        rules = scenario.doctrine(post.id)
        if rules.engage_emitters is not None and rules.passive_tracking is None:
            own = post.doctrine is not None and "engage_emitters" in post.doctrine.model_fields_set
            start: tuple[str | int, ...] = ("defence", "command_posts", number) if own else ("defence",)
            message = (
                f"the command post {shown(post.id)} has no passive_tracking, so there is nothing to engage"
            )
            yield here((*start, "doctrine", "engage_emitters"), message, "passive_tracking: {}")
    carried = {missile for launcher in d.launchers for missile, _ in (*launcher.rounds, *launcher.reloads)}
    seen: set[str] = set()
    for number, row in enumerate(d.home_on_jam):
        path = ("defence", "home_on_jam", number, "missile")
        if row.missile not in carried:
            yield here(path, f"no launcher carries {shown(row.missile)}", listed(sorted(carried)))
        if row.missile in seen:
            yield here(path, f"{shown(row.missile)} is named twice", "each missile once")
        seen.add(row.missile)
