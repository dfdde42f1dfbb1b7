"""Shoot-and-move, in the language: other places of a site, and when it goes there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field

from openiads.scenario.faults import Fault
from openiads.scenario.nodes import Document
from openiads.scenario.positions import Bearing, PositionField
from openiads.scenario.quantity import Model, Moment, Q, fault
from openiads.scenario.references import fault_at

_Prepare = Annotated[float, Q("time", 0.0, 86_400.0)]


class OtherPlace(Model):
    """A place to go to, and the way there from the place before."""

    position: PositionField = Field(description="where it goes")
    via: Annotated[tuple[PositionField, ...], Field(strict=False, max_length=50)] = Field(
        (), description="points on the way; without them: straight"
    )
    at_s: Moment | None = Field(None, alias="at", description="an occasion at this time; ascending")
    sector_centre_rad: Bearing | None = Field(
        None,
        alias="sector_centre",
        description="of a radar with a sector: bearing of its middle from this place on; without it: as before",
    )


class Moves(Model):
    """Other places of a site, taken one after the other at an occasion each; at the last one it stays."""

    places: Annotated[tuple[OtherPlace, ...], Field(strict=False, min_length=1, max_length=20)] = Field(
        description="in the order in which they are taken"
    )
    speed_mps: Annotated[float, Q("speed", 0.5, 40.0)] = Field(
        40.0 / 3.6, alias="speed", description="on the way; grade F, 20 to 60 km/h"
    )
    pack_up_s: _Prepare | None = Field(
        None, alias="pack_up", description="order to start, off the air; without it: of its type"
    )
    set_up_s: _Prepare | None = Field(
        None, alias="set_up", description="arrival to ready; without it: of its type"
    )
    after_shots: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="goes after so many missiles fired from one place: its own, its battery's",
    )
    after_alarm: Literal["yes", "no"] = Field(
        "no",
        description="goes when an anti-radiation missile is recognised that homes on it or on its battery",
    )
    wait_for_missiles: Literal["yes", "no"] = Field(
        "yes", description="not before the missiles that it guides are down; takes nothing new meanwhile"
    )

    def model_post_init(self, context: Any, /) -> None:
        if self.after_shots is None and not self.times_s and self.after_alarm == "no":
            raise fault("a site that moves needs an occasion: after_shots, at of a place, or after_alarm")
        if any(b <= a for a, b in pairwise(self.times_s)):
            raise fault("the times of 'at' must ascend")

    @property
    def times_s(self) -> tuple[float, ...]:
        """Planned times."""
        return tuple(place.at_s for place in self.places if place.at_s is not None)


def check_moves(scenario: Any, document: Document) -> Iterator[Fault]:
    """An alarm needs somebody who recognises anti-radiation missiles, and only what has a sector can be turned."""
    d = scenario.defence
    for key in ("command_posts", "radars", "launchers"):
        for number, site in enumerate(getattr(d, key)):
            for n, place in enumerate(site.moves.places if site.moves is not None else ()):
                if place.sector_centre_rad is not None and getattr(site, "sector", None) is None:
                    path = (key, number, "moves", "places", n, "sector_centre")
                    yield fault_at(
                        document, ("defence", *path), f"{site.id} has no sector that could be laid anew"
                    )
    post_of = {battery.id: battery.command_post for battery in d.batteries}
    for key, posts in (
        ("command_posts", [post.id for post in d.command_posts]),
        ("radars", [radar.command_post for radar in d.radars]),
        ("launchers", [post_of.get(launcher.battery) for launcher in d.launchers]),
    ):
        for number, (site, post) in enumerate(zip(getattr(d, key), posts, strict=True)):
            if site.moves is None or post is None:
                continue
            if site.moves.after_alarm == "yes" and scenario.doctrine(post).against_arm is None:
                message = (
                    f"nobody recognises anti-radiation missiles: the doctrine of {post} has no against_arm"
                )
                yield fault_at(document, ("defence", key, number, "moves", "after_alarm"), message)


__all__ = ["Moves", "OtherPlace", "check_moves"]
