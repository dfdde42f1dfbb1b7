"""Electronic attack and protection: parts of jammers, raiders and radars."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from openiads.scenario.burn_through import BurnThrough
from openiads.scenario.positions import PositionField, RouteField
from openiads.scenario.pull_off import CaptureRatio, LeadingEdge, RateCheck, VelocityGate
from openiads.scenario.quantity import Cat, Id, Model, Name, Probability, Q, Window, fault

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
    blanking_threshold: Annotated[float, Q("ratio", 0.1, 100.0)] | None = Field(
        None,
        description="side-lobe blanker: power of its auxiliary over the main channel that blanks a pulse",
    )
    moving_target_filter: bool | None = Field(
        None, description="what is slower in range than min_radial_speed is rejected at any elevation"
    )
    leading_edge_s: LeadingEdge | None = Field(
        None,
        alias="leading_edge",
        description="its tracker uses so much of the front of an echo only: a repeater that is slower does not get in; "
        "costs the rest of the echo",
    )
    capture_js_db: CaptureRatio | None = Field(
        None,
        alias="capture_js",
        description="a false echo so much stronger than the target's can take its gates",
    )
    capture_probability: Probability | None = Field(None, description="and does with this probability")
    velocity_gate_mps: VelocityGate | None = Field(
        None, alias="velocity_gate", description="width of its velocity gate in dedicated looks"
    )
    rate_check_mps: RateCheck | None = Field(
        None,
        alias="rate_check",
        description="it refuses echoes whose range rate and Doppler differ by more; without it: no such check",
    )
    burn_through: BurnThrough | None = Field(
        None,
        description="longer dedicated looks at what is jammed or weak; without it: all last one track dwell",
    )


class TowedDecoy(Model):
    """A decoy on a cable behind its carrier that returns the carrier's echo, stronger or weaker."""

    behind_m: Annotated[float, Q("length", 10.0, 2000.0)] = Field(
        alias="behind", description="length of cable"
    )
    echo_db: Annotated[float, Q("gain", -20.0, 30.0)] = Field(
        alias="echo", description="its echo over that of the carrier"
    )
    after_s: Annotated[float, Q("time", 0.0, 86_400.0)] = Field(
        0.0, alias="after", description="paid out so long after the carrier's start"
    )


class LaunchedDecoy(Model):
    """A decoy that leaves its carrier in flight and follows a route of its own."""

    type: Annotated[Name, Cat("platform")] = Field(description="catalogue item: how it flies")
    copies: Annotated[Name, Cat("platform")] | None = Field(
        None, description="catalogue item whose echo it has; without it: its own"
    )
    after_s: Annotated[float, Q("time", 0.0, 86_400.0)] = Field(
        alias="after", description="leaves so long after the carrier's start"
    )
    route: RouteField = Field(description="waypoints, from where it leaves the carrier")


class Chaff(Model):
    """Clouds of dipoles dropped one after the other."""

    after_s: Annotated[float, Q("time", 0.0, 86_400.0)] = Field(
        alias="after", description="first drop, so long after the start of the platform"
    )
    bundles: int = Field(1, ge=1, le=200, description="number of drops")
    every_s: Annotated[float, Q("time", 0.1, 3600.0)] = Field(
        1.0, alias="every", description="time between two drops"
    )
    dipoles: Annotated[float, Q("ratio", 1.0, 1e9)] = Field(description="dipoles of a drop that fly free")
    cut_hz: Annotated[float, Q("frequency", 30e6, 4e10)] = Field(
        alias="cut", description="frequency that they are cut for"
    )
    relative_bandwidth: Annotated[float, Q("ratio", 0.01, 2.0)] = Field(
        0.2, description="full width of their resonance at half echo, over that frequency"
    )
    bloom_s: Annotated[float, Q("time", 0.05, 60.0)] = Field(
        1.0, alias="bloom", description="time constant of opening"
    )
    radius_m: Annotated[float, Q("length", 1.0, 1000.0)] = Field(
        25.0, alias="radius", description="of the cloud one minute old; it grows with the root of time"
    )
    fall_mps: Annotated[float, Q("speed", 0.01, 5.0)] = Field(0.3, alias="fall", description="fall speed")
    lasts_s: Annotated[float, Q("time", 1.0, 86_400.0)] = Field(
        600.0, alias="lasts", description="after that it is forgotten"
    )


class FalseTargets(Window):
    """A repeater that answers every pulse with several delayed copies: echoes of what is not there."""

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
    count: int = Field(1, ge=1, le=50, description="copies of each pulse")
    first_m: Annotated[float, Q("length", 0.0, 200e3)] = Field(
        1000.0, alias="first", description="first false target, behind the repeater"
    )
    spacing_m: Annotated[float, Q("length", 0.0, 100e3)] = Field(
        2000.0, alias="spacing", description="from one false target to the next"
    )

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        if self.freq_min_hz >= self.freq_max_hz:
            raise fault("'freq_max' must be above 'freq_min'")


class SatnavJammer(Window):
    """A jammer of satellite navigation on the ground."""

    kind: ClassVar[str] = "satnav_jammer"

    id: Id
    position: PositionField = Field(description="of its antenna, with its height as altitude")
    erp_w: Annotated[float, Q("power", 1e-3, 1e6)] = Field(
        alias="erp", description="effective radiated power"
    )
    freq_hz: Annotated[float, Q("frequency", 1e9, 2e9)] = Field(
        1_575.42e6, alias="frequency", description="of the signals that it jams"
    )


class Navigation(Model):
    """How a weapon on a route navigates where satellite navigation is jammed."""

    drift_mps: Annotated[float, Q("speed", 0.0, 100.0)] = Field(
        alias="drift", description="error rate of its inertial system without aid (radial)"
    )
    threshold_db: Annotated[float, Q("gain", 10.0, 90.0)] = Field(
        35.0, alias="threshold", description="jammer over signal at which it loses its satellites"
    )
    null_db: Annotated[float, Q("gain", 0.0, 60.0)] = Field(
        0.0, alias="null_depth", description="depth of the nulls of its antenna toward jammers"
    )
    elements: int = Field(1, ge=1, le=16, description="of that antenna: one jammer less can be nulled")
