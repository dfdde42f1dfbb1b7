"""The defending side: command posts, radars, batteries, launchers, what they defend, and their doctrine."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from openiads.scenario.electronic import Protection, SatnavJammer
from openiads.scenario.emitters import EngageEmitters, HomeOnJam, PassiveTracking
from openiads.scenario.ground import SurfaceSector, check_sectors
from openiads.scenario.moves import Moves
from openiads.scenario.network import CommandLoss, Network
from openiads.scenario.positions import Altitude, Bearing, PositionField
from openiads.scenario.quantity import Cat, Id, Model, Moment, Name, Pairs, Probability, Q, Ref, Window, fault
from openiads.scenario.survival import AgainstArm, Damage, Emission, Maintenance, RadarEmission

_DEG = math.pi / 180.0


class Identification(Model):
    """Beliefs of identification. What is left out has the default of docs/models/identification.md."""

    self_defence: bool | None = Field(
        None, description="shoot at what attacks the unit, if not friend or neutral"
    )
    prior_friend: Probability | None = Field(None, description="share of friends among tracks")
    prior_neutral: Probability | None = Field(None, description="share of neutrals among tracks")
    prior_hostile: Probability | None = Field(None, description="share of hostiles among tracks")
    declare_friend: Probability | None = Field(None, description="posterior needed to declare friend")
    declare_neutral: Probability | None = Field(None, description="posterior needed to declare neutral")
    declare_hostile: Probability | None = Field(None, description="posterior needed to declare hostile")
    keep: Probability | None = Field(None, description="a declared state stands above this posterior")
    crypto_on_friend: Probability | None = Field(None, description="share of friends with a working IFF set")
    crypto_on_hostile: Probability | None = Field(None, description="share of hostiles with a copied IFF set")
    crypto_reply: Probability | None = Field(None, description="IFF reply of a working set")
    crypto_false: Probability | None = Field(None, description="IFF reply booked to another track")
    civil_on_friend: Probability | None = Field(
        None, description="share of friends answering as civil traffic"
    )
    civil_on_neutral: Probability | None = Field(None, description="share of civil aircraft that answer")
    civil_on_hostile: Probability | None = Field(
        None, description="share of hostiles posing as civil traffic"
    )
    civil_reply: Probability | None = Field(None, description="reply of a working civil transponder")
    civil_false: Probability | None = Field(None, description="civil reply booked to another track")
    airway_friend: Probability | None = Field(None, description="in an airway, given a friend")
    airway_neutral: Probability | None = Field(None, description="in an airway, given a neutral")
    airway_hostile: Probability | None = Field(None, description="in an airway, given a hostile")
    closing_friend: Probability | None = Field(None, description="heading for an asset, given a friend")
    closing_neutral: Probability | None = Field(None, description="heading for an asset, given a neutral")
    closing_hostile: Probability | None = Field(None, description="heading for an asset, given a hostile")
    popup_friend: Probability | None = Field(None, description="first seen low and near, given a friend")
    popup_neutral: Probability | None = Field(None, description="first seen low and near, given a neutral")
    popup_hostile: Probability | None = Field(None, description="first seen low and near, given a hostile")
    jamming_friend: Probability | None = Field(None, description="jamming from its bearing, given a friend")
    jamming_neutral: Probability | None = Field(None, description="jamming from its bearing, given a neutral")
    jamming_hostile: Probability | None = Field(None, description="jamming from its bearing, given a hostile")
    emitter_ratio: Annotated[float, Q("ratio", 1.0, 10_000.0)] | None = Field(
        None,
        description="that strobes locate it as the source of jamming, likelier of a hostile by this factor; 1: no evidence; "
        "grade F, 1 to 10000",
    )

    def model_post_init(self, context: Any, /) -> None:
        priors = (self.prior_friend, self.prior_neutral, self.prior_hostile)
        given = [p for p in priors if p is not None]
        if given and (len(given) != 3 or abs(sum(given) - 1.0) > 1e-6):
            raise fault("give all three priors, adding up to 1")


class Doctrine(Model):
    """How a command post decides."""

    rules_of_engagement: Literal["free", "tight", "hold"] = Field(
        "tight", description="free: hostile and unknown; tight: hostile only; hold: self-defence only"
    )
    assignment: Literal["greedy", "optimal"] = Field("greedy", description="weapon-target assignment")
    policy: Literal["salvo", "shoot-look-shoot"] = Field(
        "shoot-look-shoot", description="all rounds at once, or one at a time while there is time to look"
    )
    salvo: int = Field(2, ge=1, le=16, description="rounds of a salvo")
    max_rounds_per_target: int = Field(4, ge=1, le=100, description="most rounds at one target in all")
    layering: Literal["longest-reach", "cheapest", "highest-pk"] = Field(
        "longest-reach", description="which of the missiles that reach the target is taken"
    )
    reaction_time_s: Annotated[float, Q("time", 0.0, 3600.0)] | None = Field(
        None,
        alias="reaction_time",
        description="assignment to launch; without it: of the command post's type",
    )
    kill_assessment_delay_s: Annotated[float, Q("time", 0.0, 600.0)] | None = Field(
        None, alias="kill_assessment_delay", description="burst to verdict; without it: of the type"
    )
    decision_period_s: Annotated[float, Q("time", 0.1, 600.0)] = Field(
        1.0, alias="decision_period", description="time between two looks at the whole picture"
    )
    min_pk: Probability = Field(0.3, description="no shot below this predicted kill probability")
    max_range_fraction: Annotated[float, Q("ratio", 0.05, 1.0)] = Field(
        1.0, description="of the declared reach: nothing is shot at beyond it"
    )
    asset_margin_m: Annotated[float, Q("length", 0.0, 500e3)] = Field(
        10e3, alias="asset_margin", description="what will pass an asset nearer than this threatens it"
    )
    max_threat_time_s: Annotated[float, Q("time", 1.0, 86_400.0)] = Field(
        900.0, alias="max_threat_time", description="and that within this time"
    )
    identification: Identification = Field(
        default_factory=lambda: Identification.model_validate({}),
        description="priors, thresholds and error rates of identification",
    )
    emission: Emission | None = Field(None, description="when radars transmit; without it: by their clock")
    against_arm: AgainstArm | None = Field(
        None, description="detection of anti-radiation missiles and the answer; without it: nothing is done"
    )
    on_command_loss: CommandLoss | None = Field(
        None, description="what is done when the command post is lost or cut off; without it: hold"
    )
    engage_on_remote: Literal["yes", "no"] = Field(
        "no", description="may a battery fire at what its own radar does not see, guided by the fused track"
    )
    registration_estimate: Literal["on", "off"] = Field(
        "off",
        description="are biases of the radars in azimuth and range estimated from common targets and corrected",
    )
    passive_tracking: PassiveTracking | None = Field(
        None,
        description="positions of jammers from the strobes of several radars; without it: strobes are reported only",
    )
    engage_emitters: EngageEmitters | None = Field(
        None, description="fire at passive tracks; needs passive_tracking; without it: they are not fired at"
    )


class Site(Model):
    """What stands on the ground. Extent and hardness come from the catalogue where they are left out."""

    kind: ClassVar[str] = ""

    id: Id
    position: PositionField = Field(description="where it stands")
    value: Annotated[float, Q("ratio", 0.0, 1000.0)] = Field(
        0.0, description="worth as a defended asset; 0: not defended for its own sake"
    )
    radius_m: Annotated[float, Q("length", 0.1, 20e3)] | None = Field(
        None, alias="radius", description="physical extent; a hit inside it counts in full"
    )
    hardness: Annotated[float, Q("ratio", 0.01, 1000.0)] | None = Field(
        None, description="divides the lethal radius of what hits it"
    )


class CommandPost(Site):
    """Fuses tracks, identifies, assigns weapons."""

    kind: ClassVar[str] = "command_post"

    type: Annotated[Name, Cat("command_post")] = Field(description="catalogue item")
    doctrine: Doctrine | None = Field(
        None, description="what differs here from the doctrine of the defence, key by key"
    )
    moves: Moves | None = Field(None, description="other places that it goes to; without it: it stays")
    power: Annotated[Name, Ref("power_unit")] | None = Field(
        None, description="power unit that it hangs on; without it: power of its own that cannot be hit"
    )


class Sector(Model):
    """Where a radar that does not rotate looks."""

    centre_rad: Bearing = Field(alias="centre", description="bearing of its middle")
    width_rad: Annotated[float, Q("angle", 1.0 * _DEG, 360.0 * _DEG)] | None = Field(
        None, alias="width", description="full width; without it: of the radar's type"
    )


class Registration(Model):
    """Constant errors of what a radar reports."""

    range_m: Annotated[float, Q("length", -5000.0, 5000.0)] = Field(
        0.0, alias="range", description="added to every reported range"
    )
    azimuth_rad: Annotated[float, Q("angle", -180.0 * _DEG, 180.0 * _DEG)] = Field(
        0.0, alias="azimuth", description="added to every reported azimuth, besides heading_error"
    )
    elevation_rad: Annotated[float, Q("angle", -5.0 * _DEG, 5.0 * _DEG)] = Field(
        0.0, alias="elevation", description="added to every reported elevation"
    )


class Radar(Site):
    """A radar. One that a battery names is that battery's engagement radar."""

    kind: ClassVar[str] = "radar"

    type: Annotated[Name, Cat("radar")] = Field(description="catalogue item")
    command_post: Annotated[Name, Ref("command_post")] = Field(
        description="where its tracks go; may be left out where there is one command post"
    )
    antenna_height_m: Annotated[float, Q("length", 0.5, 300.0)] | None = Field(
        None, alias="antenna_height", description="above the site; without it: of the radar's type"
    )
    sector: Sector | None = Field(None, description="where it looks, for one that does not rotate")
    heading_error_rad: Annotated[float, Q("angle", -180.0 * _DEG, 180.0 * _DEG)] = Field(
        0.0, alias="heading_error", description="error of north alignment, added to every reported azimuth"
    )
    emits: Window = Field(default_factory=lambda: Window.model_validate({}), description="when it transmits")
    protection: Protection | None = Field(
        None, description="against jamming; without it: of the radar's type"
    )
    emission: RadarEmission | None = Field(
        None, description="within that time; without it: as the doctrine of its command post says"
    )
    registration: Registration = Field(
        default_factory=lambda: Registration.model_validate({}), description="constant errors of its reports"
    )
    surface: Annotated[tuple[SurfaceSector, ...], Field(strict=False, max_length=36)] = Field(
        (), description="sea and land by sectors; elsewhere the surface of the environment"
    )
    rain_rejection_db: Annotated[float, Q("gain", 0.0, 40.0)] = Field(
        0.0, alias="rain_rejection", description="by circular polarisation, of the echo of rain"
    )
    moves: Moves | None = Field(None, description="other places that it goes to; without it: it stays")
    power: Annotated[Name, Ref("power_unit")] | None = Field(
        None, description="power unit that it hangs on; without it: power of its own that cannot be hit"
    )

    def model_post_init(self, context: Any, /) -> None:
        check_sectors(self.surface)


class Battery(Model):
    """A fire unit: one engagement radar and the launchers that name the battery."""

    kind: ClassVar[str] = "battery"

    id: Id
    command_post: Annotated[Name, Ref("command_post")] = Field(
        description="who commands it; may be left out where there is one command post"
    )
    radar: Annotated[Name, Ref("radar")] = Field(description="its engagement radar")


class Launcher(Site):
    """A launcher with its rounds."""

    kind: ClassVar[str] = "launcher"

    type: Annotated[Name, Cat("launcher")] = Field(description="catalogue item")
    battery: Annotated[Name, Ref("battery")] = Field(description="the battery it belongs to")
    rounds: Annotated[Pairs, Cat("missile")] = Field(description="missiles ready to fire, {type: number}")
    reloads: Annotated[Pairs, Cat("missile")] = Field((), description="missiles in reserve, {type: number}")
    moves: Moves | None = Field(None, description="other places that it goes to; without it: it stays")
    power: Annotated[Name, Ref("power_unit")] | None = Field(
        None, description="power unit that it hangs on; without it: power of its own that cannot be hit"
    )


class Asset(Site):
    """Something worth defending; what a raid attacks."""

    kind: ClassVar[str] = "asset"

    type: Annotated[Name, Cat("asset")] | None = Field(None, description="catalogue item; else give a radius")
    value: Annotated[float, Q("ratio", 0.0, 1000.0)] = Field(100.0, description="worth of the asset")

    def model_post_init(self, context: Any, /) -> None:
        if self.type is None and self.radius_m is None:
            raise fault("give a type of the catalogue or a radius")


class GroundTarget(Site):
    """A fictional installation that surface strikes are aimed at."""

    kind: ClassVar[str] = "ground_target"

    type: Annotated[Name, Cat("asset")] | None = Field(None, description="catalogue item; else give a radius")

    def model_post_init(self, context: Any, /) -> None:
        if self.type is None and self.radius_m is None:
            raise fault("give a type of the catalogue or a radius")


class DecoyEmitter(Site):
    """Something that transmits like a radar, for anti-radiation missiles to home on."""

    kind: ClassVar[str] = "decoy_emitter"

    command_post: Annotated[Name, Ref("command_post")] = Field(
        description="who switches it on; may be left out where there is one command post"
    )
    power: Annotated[float, Q("ratio", 0.001, 1000.0)] = Field(
        1.0, description="as the missile hears it, relative to a radar at the same distance"
    )
    transmits: Literal["always", "on-alarm"] = Field(
        "on-alarm", description="all the time, or when an anti-radiation missile is answered with it"
    )


class Gun(Site):
    """A gun of a battery, laid by the battery's engagement radar."""

    kind: ClassVar[str] = "gun"

    type: Annotated[Name, Cat("gun")] = Field(description="catalogue item")
    battery: Annotated[Name, Ref("battery")] = Field(description="whose radar lays it")
    rounds: int | None = Field(None, ge=1, le=100_000, description="ammunition; without it: of its type")
    power: Annotated[Name, Ref("power_unit")] | None = Field(
        None, description="power unit that it hangs on; without it: power of its own that cannot be hit"
    )


class PowerUnit(Site):
    """A generator that feeds the sites that name it."""

    kind: ClassVar[str] = "power_unit"

    backup_s: Annotated[float, Q("time", 0.0, 864_000.0)] = Field(
        0.0, alias="backup", description="so long those it feeds work on batteries when it is lost"
    )


class ReloadColumn(Site):
    """Trucks with rounds for launchers that are empty."""

    kind: ClassVar[str] = "reload_column"

    trucks: int = Field(ge=1, le=50, description="how many launchers it serves at a time")
    rounds: Annotated[Pairs, Cat("missile")] = Field(description="missiles that it holds, {type: number}")
    serves: Annotated[
        tuple[Annotated[Name, Ref("launcher", "battery")], ...], Field(strict=False, max_length=1000)
    ] = Field((), description="launchers, and batteries with all of theirs; without it: all launchers")
    speed_mps: Annotated[float, Q("speed", 0.5, 40.0)] = Field(
        40.0 / 3.6, alias="speed", description="of its trucks on the road; grade F, 20 to 60 km/h"
    )
    detour: Annotated[float, Q("ratio", 1.0, 5.0)] = Field(
        1.3, description="length of the road over the straight distance; grade F, 1.1 to 1.6"
    )


class SurfaceStrike(Model):
    """Rounds fired in the surface mode at a ground target."""

    battery: Annotated[Name, Ref("battery")] = Field(description="who fires")
    weapon: Annotated[Name, Cat("missile")] = Field(description="missile type")
    target: Annotated[Name, Ref("ground_target")] = Field(description="ground target")
    at_s: Moment = Field(alias="at", description="time of the first launch")
    rounds: int = Field(1, ge=1, le=100, description="number of rounds")


class Airway(Model):
    """A corridor of civil traffic that the defence knows of: points on the ground, width and altitudes."""

    kind: ClassVar[str] = "airway"

    id: Id
    points: Annotated[tuple[PositionField, ...], Field(strict=False, min_length=2, max_length=50)] = Field(
        description="middle line, at least two points"
    )
    width_m: Annotated[float, Q("length", 100.0, 200e3)] = Field(alias="width", description="full width")
    alt_min_m: Altitude = Field(0.0, alias="altitude_min", description="lower limit")
    alt_max_m: Altitude = Field(20e3, alias="altitude_max", description="upper limit")

    def model_post_init(self, context: Any, /) -> None:
        if self.alt_max_m <= self.alt_min_m:
            raise fault("'altitude_max' must be above 'altitude_min'")


def _many(most: int, least: int = 0) -> Any:
    return Field(strict=False, min_length=least, max_length=most)


class Defence(Model):
    """The defending side."""

    doctrine: Doctrine = Field(
        default_factory=lambda: Doctrine.model_validate({}), description="of all command posts"
    )
    command_posts: Annotated[tuple[CommandPost, ...], _many(100, 1)] = Field(description="command posts")
    radars: Annotated[tuple[Radar, ...], _many(1000)] = Field((), description="radars")
    batteries: Annotated[tuple[Battery, ...], _many(1000)] = Field((), description="batteries")
    launchers: Annotated[tuple[Launcher, ...], _many(5000)] = Field((), description="launchers")
    assets: Annotated[tuple[Asset, ...], _many(5000)] = Field((), description="defended assets")
    airways: Annotated[tuple[Airway, ...], _many(1000)] = Field((), description="corridors of civil traffic")
    ground_targets: Annotated[tuple[GroundTarget, ...], _many(1000)] = Field(
        (), description="targets of surface strikes"
    )
    satnav_jammers: Annotated[tuple[SatnavJammer, ...], _many(100)] = Field(
        (), description="jammers of satellite navigation"
    )
    surface_strikes: Annotated[tuple[SurfaceStrike, ...], _many(1000)] = Field(
        (), description="planned fires in the surface mode"
    )
    decoy_emitters: Annotated[tuple[DecoyEmitter, ...], _many(1000)] = Field(
        (), description="false radars for anti-radiation missiles"
    )
    power_units: Annotated[tuple[PowerUnit, ...], _many(1000)] = Field(
        (), description="generators that sites hang on"
    )
    reload_columns: Annotated[tuple[ReloadColumn, ...], _many(100)] = Field(
        (), description="trucks with rounds for launchers that are empty"
    )
    guns: Annotated[tuple[Gun, ...], _many(1000)] = Field((), description="guns of point defences")
    damage: Damage | None = Field(
        None, description="sites that break by component; without it: a site is lost as a whole"
    )
    maintenance: Maintenance | None = Field(None, description="crews and spares; without it: no repair")
    network: Network | None = Field(None, description="links; without it: communication is perfect")
    home_on_jam: Annotated[tuple[HomeOnJam, ...], _many(50)] = Field(
        (), description="missiles that home on jamming; of those left out the catalogue says whether they do"
    )
