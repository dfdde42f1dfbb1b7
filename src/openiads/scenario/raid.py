"""What flies: groups of threats, groups of other traffic, recorded flights."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from openiads.scenario.electronic import (
    Beam,
    Chaff,
    FalseTargets,
    LaunchedDecoy,
    Navigation,
    Polarisation,
    TowedDecoy,
)
from openiads.scenario.link_jam import LinkJammer
from openiads.scenario.positions import Bearing, PositionField, RouteField
from openiads.scenario.pull_off import PullOff
from openiads.scenario.quantity import Cat, Id, Model, Moment, Name, Probability, Q, Ref, Window, fault

_DEG = math.pi / 180.0
_FILE = re.compile(
    r"(?:shipped:[A-Za-z0-9][A-Za-z0-9_.-]{0,79})|(?:[^/\\:\s][^\\:]*\.(?:csv|parquet))", re.ASCII
)
_NEEDED = ("power", "antenna_gain", "bandwidth", "freq_min", "freq_max")


class Jammer(Window):
    """A noise jammer on each platform of a group. Without a type it needs power, gain, bandwidth and band."""

    type: Annotated[Name, Cat("jammer")] | None = Field(None, description="catalogue item")
    power_w: Annotated[float, Q("power", 1e-3, 1e7)] | None = Field(
        None, alias="power", description="transmitted noise power"
    )
    antenna_gain_db: Annotated[float, Q("gain", -10.0, 50.0)] | None = Field(
        None, alias="antenna_gain", description="antenna gain toward the victim"
    )
    bandwidth_hz: Annotated[float, Q("frequency", 1e3, 2e10)] | None = Field(
        None, alias="bandwidth", description="bandwidth over which the power is spread"
    )
    freq_min_hz: Annotated[float, Q("frequency", 30e6, 4e10)] | None = Field(
        None, alias="freq_min", description="lowest frequency it can jam"
    )
    freq_max_hz: Annotated[float, Q("frequency", 30e6, 4e10)] | None = Field(
        None, alias="freq_max", description="highest frequency it can jam"
    )
    mode: Literal["spot", "barrage", "swept"] = Field(
        "spot",
        description="spot: its band is set on the radar; barrage: from freq_min to freq_max at once; "
        "swept: its band runs from freq_min to freq_max",
    )
    sweep_period_s: Annotated[float, Q("time", 1e-6, 60.0)] | None = Field(
        None, alias="sweep_period", description="time of one sweep; needed by mode swept, and only there"
    )
    polarisation: Polarisation | None = Field(
        None,
        description="of its noise; without it, or where that of the radar is not known: loss of the type",
    )
    beam: Beam | None = Field(None, description="directional antenna; without it: full gain everywhere")
    on_s: Annotated[float, Q("time", 1.0, 86_400.0)] | None = Field(
        None,
        alias="on_for",
        description="jams for so long, again and again from the start; goes with off_for",
    )
    off_s: Annotated[float, Q("time", 1.0, 86_400.0)] | None = Field(
        None, alias="off_for", description="and is silent for so long after each"
    )
    trigger: Literal["illuminated"] | None = Field(
        None, description="illuminated: silent until a radar in its band looks at it"
    )
    hold_s: Annotated[float, Q("time", 1.0, 3600.0)] = Field(
        15.0, alias="hold", description="with a trigger: jams on for so long after the last look"
    )

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        values = (self.power_w, self.antenna_gain_db, self.bandwidth_hz, self.freq_min_hz, self.freq_max_hz)
        missing = [name for name, value in zip(_NEEDED, values, strict=True) if value is None]
        if self.type is None and missing:
            raise fault(f"a jammer without a type needs {', '.join(missing)}")
        low, high = self.freq_min_hz, self.freq_max_hz
        if low is not None and high is not None and low >= high:
            raise fault("'freq_max' must be above 'freq_min'")
        if (self.mode == "swept") != (self.sweep_period_s is not None):
            raise fault("'mode: swept' and 'sweep_period' go together")
        if (self.on_s is None) != (self.off_s is None):
            raise fault("'on_for' and 'off_for' go together")
        if self.trigger is None and "hold_s" in self.model_fields_set:
            raise fault("'hold' goes with 'trigger'")


class Group(Model):
    """Platforms of one type on one route, one after the other or side by side."""

    kind: ClassVar[str] = "group"

    id: Id
    type: Annotated[Name, Cat("platform")] = Field(description="catalogue item")
    count: int = Field(1, ge=1, le=1000, description="number of platforms")
    at_s: Moment = Field(0.0, alias="at", description="start of the first platform")
    arrive_at_s: Moment | None = Field(
        None,
        alias="arrive_at",
        description="instead of at: when the first platform reaches the target; starts follow from the flight",
    )
    stagger_s: Annotated[float, Q("time", 0.0, 86_400.0)] = Field(
        0.0, alias="stagger", description="time between the starts (or arrivals) of two platforms"
    )
    spacing_m: Annotated[float, Q("length", 0.0, 50e3)] = Field(
        0.0, alias="spacing", description="sideways distance between two platforms, abreast"
    )
    route: RouteField = Field(description="waypoints; of a ballistic missile, where it is launched")
    target: (
        Annotated[
            Name,
            Ref(
                "asset",
                "radar",
                "launcher",
                "command_post",
                "ground_target",
                "gun",
                "power_unit",
                "reload_column",
                words=("strongest",),
            ),
        ]
        | None
    ) = Field(None, description="what it attacks; for an anti-radiation missile a radar, or strongest")
    identity: Literal["hostile", "friend", "neutral"] = Field(
        "hostile", description="the truth, used for scoring only"
    )
    iff: Literal["none", "friend", "spoofed"] | None = Field(
        None, description="cryptographic answers; without it: friend for friends, none for others"
    )
    transponder: Literal["on", "off"] | None = Field(
        None, description="civil answers; without it: on for friends and neutrals, off for hostiles"
    )
    transponder_works: Probability | None = Field(
        None, description="probability that its answering sets work at all; without it: of the type"
    )
    jammer: Jammer | None = Field(None, description="noise jammer on board")
    navigation: Navigation | None = Field(
        None, description="of a weapon on a route; without it satellite jamming does nothing to it"
    )
    false_targets: FalseTargets | None = Field(None, description="deceiving repeater on board")
    link_jammer: LinkJammer | None = Field(
        None, description="jammer on board against radio links of the network"
    )
    pull_off: PullOff | None = Field(
        None, description="deceiving repeater on board that leads the gates of tracking radars away"
    )
    towed_decoy: TowedDecoy | None = Field(None, description="decoy towed behind each platform")
    decoys: Annotated[tuple[LaunchedDecoy, ...], Field(strict=False, max_length=50)] = Field(
        (), description="decoys that each platform launches in flight"
    )
    chaff: Annotated[tuple[Chaff, ...], Field(strict=False, max_length=50)] = Field(
        (), description="chaff that each platform drops"
    )

    def model_post_init(self, context: Any, /) -> None:
        if len(self.route) < 2 and self.target is None:
            raise fault("a route of one point needs a target; else give two points or more")
        if self.arrive_at_s is not None and ("at_s" in self.model_fields_set or self.target is None):
            raise fault("'arrive_at' needs a target, and goes without 'at'")
        duration_s = getattr(context, "duration_s", None)
        last_s = self.at_s + self.stagger_s * (self.count - 1)
        if duration_s is not None and last_s > duration_s:
            raise fault(
                "the last platforms of the group would start after the end of the run: less stagger or count"
            )

    @property
    def iff_answers(self) -> str:
        """`iff` with its default filled in."""
        return self.iff or ("friend" if self.identity == "friend" else "none")

    @property
    def transponder_on(self) -> bool:
        """`transponder` with its default filled in."""
        return self.identity != "hostile" if self.transponder is None else self.transponder == "on"

    def platform_ids(self) -> tuple[str, ...]:
        """The group's id for one platform, else id-01, id-02, …"""
        if self.count == 1:
            return (self.id,)
        width = max(2, len(str(self.count)))
        return tuple(f"{self.id}-{k:0{width}d}" for k in range(1, self.count + 1))


class TrafficGroup(Group):
    """Civil or friendly flights."""

    identity: Literal["hostile", "friend", "neutral"] = Field(
        "neutral", description="the truth, used for scoring only"
    )


class Raid(Model):
    """The attack."""

    groups: Annotated[tuple[Group, ...], Field(strict=False, max_length=10_000)] = Field(
        (), description="groups of threats"
    )


def _file(value: str) -> str:
    allowed = "a .csv or .parquet file in the scenario's folder, or shipped:NAME"
    if not _FILE.fullmatch(value) or ".." in value.split("/"):
        raise fault("this file cannot be used", allowed)
    return value


class Recorded(Model):
    """Flights from a recording of ADS-B states, moved to the exercise."""

    file: Annotated[str, Field(max_length=200), AfterValidator(_file)] = Field(
        description="recording: a path relative to the scenario, or shipped:NAME"
    )
    move_to: PositionField | None = Field(
        None, description="where the middle of the recording is moved to; without it: it stays"
    )
    rotate_rad: Bearing = Field(0.0, alias="rotate", description="turned clockwise about its middle")
    start_at_s: Annotated[float, Q("time", -86_400.0, 86_400.0)] = Field(
        0.0, alias="start_at", description="time in the run of the recording's first record; may be negative"
    )
    limit: int | None = Field(None, ge=1, le=10_000, description="most flights taken; without it: all")
    type: Annotated[Name, Cat("platform")] = Field("airliner", description="catalogue item of the flights")
    transponder_works: Probability | None = Field(
        None, description="probability that a flight's transponder works; without it: of the type"
    )


class Traffic(Model):
    """Flights that are not part of the attack."""

    recorded: Annotated[tuple[Recorded, ...], Field(strict=False, max_length=20)] = Field(
        (), description="recordings"
    )
    groups: Annotated[tuple[TrafficGroup, ...], Field(strict=False, max_length=10_000)] = Field(
        (), description="groups of flights"
    )
