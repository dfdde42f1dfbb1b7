"""Staying alive, in the language: emission control, answers to anti-radiation missiles, damage by component, repair."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from openiads.scenario.quantity import Model, Q, fault

Turn = Annotated[float, Q("time", 1.0, 3600.0)]
_Range = Annotated[float, Q("length", 1e3, 500e3)]


class Emission(Model):
    """When the radars of a command post transmit."""

    mode: Literal["continuous", "silent", "blinking", "staggered"] = Field(
        "continuous",
        description="of its search radars; staggered: in turns, `on` long each, so that one always transmits",
    )
    on_s: Turn | None = Field(None, alias="on", description="blinking: time on the air; staggered: of a turn")
    off_s: Turn | None = Field(None, alias="off", description="blinking: time off the air")
    engagement: Literal["continuous", "cued"] = Field(
        "continuous", description="of its engagement radars; cued: silent until a target is assigned"
    )
    ambush_range_m: _Range | None = Field(
        None,
        alias="ambush_range",
        description="cued engagement radars take on nothing farther from them than this",
    )
    at_least_one: bool | None = Field(
        None,
        description="true: blinking radars of one command post that say so take turns where all of them would be silent",
    )

    def model_post_init(self, context: Any, /) -> None:
        _needs(self.mode, self.on_s, self.off_s)
        if self.ambush_range_m is not None and self.engagement != "cued":
            raise fault("an ambush_range needs engagement: cued")
        if self.at_least_one is not None and self.mode != "blinking":
            raise fault("at_least_one goes with mode: blinking")


class RadarEmission(Model):
    """When one radar transmits; takes the place of what the doctrine says."""

    mode: Literal["continuous", "silent", "blinking", "staggered", "cued"] = Field(
        description="cued: an engagement radar that is silent until a target is assigned"
    )
    on_s: Turn | None = Field(None, alias="on", description="blinking: time on the air; staggered: of a turn")
    off_s: Turn | None = Field(None, alias="off", description="blinking: time off the air")
    phase_s: Annotated[float, Q("time", 0.0, 7200.0)] = Field(
        0.0, alias="phase", description="blinking: so far into its cycle at the start"
    )
    ambush_range_m: _Range | None = Field(
        None, alias="ambush_range", description="cued: nothing farther from the radar is taken on"
    )
    at_least_one: bool | None = Field(
        None,
        description="true: blinking radars of one command post that say so take turns where all of them would be silent",
    )

    def model_post_init(self, context: Any, /) -> None:
        _needs(self.mode, self.on_s, self.off_s)
        if self.phase_s > 0.0 and self.mode != "blinking":
            raise fault("a phase needs mode: blinking")
        if self.ambush_range_m is not None and self.mode != "cued":
            raise fault("an ambush_range needs mode: cued")
        if self.at_least_one is not None and self.mode != "blinking":
            raise fault("at_least_one goes with mode: blinking")


def _needs(mode: str, on_s: float | None, off_s: float | None) -> None:
    if mode == "blinking" and (on_s is None or off_s is None):
        raise fault("blinking needs on and off, for example on: 20 s, off: 40 s")
    if mode == "staggered" and on_s is None:
        raise fault("staggered needs on, the length of a turn")
    if mode == "staggered" and off_s is not None:
        raise fault("staggered has no off: the radars follow one another")
    if mode not in ("blinking", "staggered") and (on_s is not None or off_s is not None):
        raise fault("on and off go with mode: blinking or staggered")


class AgainstArm(Model):
    """How anti-radiation missiles are told from other traffic, and what is done about them."""

    answer: Literal["shut-down", "decoy-emitter", "intercept", "ignore"] = Field(
        description="shut the threatened radar down; that and decoy emitters on; intercept it first; report only"
    )
    shut_down_for_s: Annotated[float, Q("time", 1.0, 3600.0)] = Field(
        60.0, alias="shut_down_for", description="how long the radar is silent and the decoy emitters are on"
    )
    value_limit: Annotated[float, Q("ratio", 0.0, 1000.0)] = Field(
        0.0, description="radars worth less are left on the air"
    )
    false_alarm: Annotated[float, Q("ratio", 1e-9, 0.4)] = Field(
        0.01, description="error rate of the test on tracks that do not home on a radar (alpha)"
    )
    missed: Annotated[float, Q("ratio", 1e-9, 0.4)] = Field(
        0.05, description="of missiles that do (beta); with false_alarm it sets the threshold"
    )
    pass_other_m: Annotated[float, Q("length", 100.0, 100e3)] = Field(
        5e3, alias="pass_other", description="spread of the distance at which other traffic passes a radar"
    )
    pass_homing_m: Annotated[float, Q("length", 10.0, 10e3)] = Field(
        300.0, alias="pass_homing", description="and of a missile that homes on it"
    )
    closing_other_mps: Annotated[float, Q("speed", 0.0, 3000.0)] = Field(
        250.0, alias="closing_other", description="mean closing speed of other traffic"
    )
    closing_homing_mps: Annotated[float, Q("speed", 0.0, 3000.0)] = Field(
        680.0, alias="closing_homing", description="and of a missile that homes on a radar"
    )
    closing_spread_mps: Annotated[float, Q("speed", 1.0, 2000.0)] = Field(
        150.0, alias="closing_spread", description="spread of both closing speeds"
    )

    def model_post_init(self, context: Any, /) -> None:
        if self.pass_homing_m >= self.pass_other_m:
            raise fault("'pass_homing' must be below 'pass_other'")


Hardness = Annotated[float, Q("ratio", 0.05, 100.0)]


class RadarDamage(Model):
    """Components of a radar, each with its hardness relative to the site's."""

    antenna: Hardness = Field(0.7, description="it stands up; grade F, 0.3 to 1.5")
    transmitter: Hardness = Field(1.3, description="with its power supply; grade F, 0.7 to 3")
    link: Hardness = Field(1.0, description="to the command post; grade F, 0.5 to 2")
    generator: Hardness | None = Field(None, description="beside it; without it: none that can be hit")


class LauncherDamage(Model):
    """Components of a launcher."""

    rail: Hardness = Field(1.0, description="tubes or rails and their erector; grade F, 0.5 to 2")
    link: Hardness = Field(1.0, description="to its fire unit; grade F, 0.5 to 2")
    generator: Hardness | None = Field(None, description="beside it; without it: none that can be hit")


class PostDamage(Model):
    """Components of a command post."""

    shelter: Hardness = Field(1.5, description="with crew and computers; grade F, 0.7 to 5")
    link: Hardness = Field(0.8, description="antennas and cables; grade F, 0.4 to 2")
    generator: Hardness | None = Field(None, description="beside it; without it: none that can be hit")


class PowerDamage(Model):
    """Components of a power unit."""

    generator: Hardness = Field(1.0, description="with its switchgear; grade F, 0.5 to 2")


class Damage(Model):
    """Sites that break by component; what is left out is lost as a whole."""

    radar: RadarDamage | None = Field(None, description="of every radar; {} takes the defaults")
    launcher: LauncherDamage | None = Field(None, description="of every launcher")
    command_post: PostDamage | None = Field(None, description="of every command post")
    power_unit: PowerDamage | None = Field(None, description="of every power unit")


class RepairTime(Model):
    """A distribution of repair times."""

    law: Literal["lognormal", "exponential"] = Field("lognormal", description="its form")
    median_s: Annotated[float, Q("time", 1.0, 864_000.0)] | None = Field(
        None, alias="median", description="lognormal: half of the repairs take no longer"
    )
    spread: Annotated[float, Q("ratio", 0.0, 3.0)] = Field(
        0.5, description="lognormal: standard deviation of the natural logarithm"
    )
    mean_s: Annotated[float, Q("time", 1.0, 864_000.0)] | None = Field(
        None, alias="mean", description="exponential: mean time"
    )

    def model_post_init(self, context: Any, /) -> None:
        if self.law == "lognormal" and (self.median_s is None or self.mean_s is not None):
            raise fault("a lognormal repair time needs a median (and a spread), no mean")
        if self.law == "exponential" and (self.mean_s is None or self.median_s is not None):
            raise fault("an exponential repair time needs a mean, no median")
        if self.law == "exponential" and "spread" in self.model_fields_set:
            raise fault("an exponential repair time has no spread")


class PartCare(Model):
    """Repair of one kind of component."""

    repair: RepairTime = Field(description="how long one crew works on it")
    mtbf_s: Annotated[float, Q("time", 60.0, 1e9)] | None = Field(
        None, alias="mtbf", description="mean time to a failure without enemy action; without it: never fails"
    )


class Spares(Model):
    """Spare components in stock; of what is left out there is any number."""

    antenna: int | None = Field(None, ge=0, le=1000, description="of radars")
    transmitter: int | None = Field(None, ge=0, le=1000, description="of radars")
    link: int | None = Field(None, ge=0, le=1000, description="of radars, launchers and command posts")
    rail: int | None = Field(None, ge=0, le=1000, description="of launchers")
    shelter: int | None = Field(None, ge=0, le=1000, description="of command posts")
    generator: int | None = Field(None, ge=0, le=1000, description="beside sites")


class Maintenance(Model):
    """Crews that repair components, the most valuable site first, one job at a time."""

    crews: int = Field(ge=0, le=1000, description="number of crews")
    spares: Spares = Field(
        default_factory=lambda: Spares.model_validate({}), description="spare components in stock"
    )
    antenna: PartCare | None = Field(None, description="without it: cannot be repaired")
    transmitter: PartCare | None = Field(None, description="without it: cannot be repaired")
    link: PartCare | None = Field(None, description="without it: cannot be repaired")
    rail: PartCare | None = Field(None, description="without it: cannot be repaired")
    shelter: PartCare | None = Field(None, description="without it: cannot be repaired")
    generator: PartCare | None = Field(None, description="without it: cannot be repaired")


__all__ = ["AgainstArm", "Damage", "Emission", "Maintenance", "RadarEmission"]
