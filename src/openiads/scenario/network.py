"""Links between command posts, radars and batteries, and what happens when a command post is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from openiads.scenario.faults import Fault, listed, shown
from openiads.scenario.link_jam import Radio
from openiads.scenario.quantity import Model, Name, Probability, Q, Ref, fault

Delay = Annotated[float, Q("time", 0.0, 120.0)]


class Link(Model):
    """A link, both ways. What is left out is as the network says."""

    from_id: Annotated[Name, Ref("command_post", "radar", "battery")] = Field(
        alias="from", description="one end; for an engagement radar its battery"
    )
    to_id: Annotated[Name, Ref("command_post", "radar", "battery")] = Field(
        alias="to", description="other end"
    )
    delay_s: Delay | None = Field(None, alias="delay", description="of a message on this link")
    loss: Probability | None = Field(None, description="probability that a message is lost")
    bandwidth: int | None = Field(None, ge=1, le=100_000, description="messages a second")
    radio: Radio | None = Field(None, description="its radio, which can be jammed")
    cable: bool | None = Field(None, description="true: it has no radio, whatever the network says")

    def model_post_init(self, context: Any, /) -> None:
        if self.from_id == self.to_id:
            raise fault("a link needs two different ends")
        if self.cable and self.radio is not None:
            raise fault("a cable has no radio")


class Network(Model):
    """Over which links plots and orders go. Without a network all is known to all at once."""

    topology: Literal["star", "chain", "mesh"] | None = Field(
        None,
        description="links made at once. star: radars and batteries to their command post, command posts to the first; "
        "chain: the command posts in a line instead; mesh: everything to everything",
    )
    delay_s: Delay = Field(
        0.0, alias="delay", description="of a message on a link that does not say otherwise"
    )
    loss: Probability = Field(0.0, description="probability that a message is lost on such a link")
    bandwidth: int | None = Field(
        None, ge=1, le=100_000, description="messages a second on such a link; without it: no limit"
    )
    longest_wait_s: Annotated[float, Q("time", 0.0, 60.0)] = Field(
        1.0,
        alias="longest_wait",
        description="a message that would have to wait longer for a full link is dropped",
    )
    radio: Radio | None = Field(
        None, description="of links that do not say otherwise; without it: they cannot be jammed"
    )
    links: Annotated[tuple[Link, ...], Field(strict=False, max_length=5000)] = Field(
        (), description="links; one between two ends that the topology links too takes its place"
    )

    def model_post_init(self, context: Any, /) -> None:
        if self.topology is None and not self.links:
            raise fault("a network needs a topology or links")


class CommandLoss(Model):
    """What batteries and radars do whose command post is lost or cannot be reached."""

    mode: Literal["hold", "autonomous", "successor"] = Field(
        description="hold: no more shots; autonomous: each battery alone, on its own radar's tracks; successor: under another post"
    )
    successor: Annotated[Name, Ref("command_post")] | None = Field(
        None, description="the command post that takes over"
    )
    after_s: Annotated[float, Q("time", 0.0, 3600.0)] = Field(
        20.0, alias="after", description="time until it is noticed and done"
    )
    rules_of_engagement: Literal["free", "tight", "hold"] | None = Field(
        None, description="of batteries that are alone; without it: as before"
    )
    rejoin: Literal["yes", "no"] = Field(
        "yes", description="back to the command post when it can be reached again"
    )

    def model_post_init(self, context: Any, /) -> None:
        if (self.mode == "successor") != (self.successor is not None):
            raise fault("'successor' goes with mode: successor, and only with it")
        if self.rules_of_engagement is not None and self.mode != "autonomous":
            raise fault("'rules_of_engagement' go with mode: autonomous; a successor has its own")


def made_links(scenario: Any) -> list[dict[str, Any]]:
    """All links of a scenario, those of the topology first: ends, delay_s, loss, per_s, wait_max_s."""
    network = scenario.defence.network
    if network is None:
        return []
    pairs: dict[tuple[str, str], Link | None] = {_pair(a, b): None for a, b in _topology(scenario)}
    for link in network.links:
        pairs[_pair(link.from_id, link.to_id)] = link
    out = []
    for (a, b), link in pairs.items():
        own = {} if link is None else {k: getattr(link, k) for k in ("delay_s", "loss", "bandwidth")}
        value = {
            k: getattr(network, k) if own.get(k) is None else own[k] for k in ("delay_s", "loss", "bandwidth")
        }
        radio = network.radio if link is None or link.radio is None else link.radio
        if radio is not None and (link is None or not link.cable):
            value["radio"] = radio.values()
        out.append({
            "a": a, "b": b, "radio": value.get("radio"), "delay_s": value["delay_s"], "loss": value["loss"],
            "per_s": float(value["bandwidth"] or 0), "wait_max_s": network.longest_wait_s,
        })  # fmt: skip
    return out


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _members(scenario: Any) -> list[tuple[str, str]]:
    """(id, command post) of search radars and batteries."""
    d = scenario.defence
    taken = {battery.radar for battery in d.batteries}
    return [(x.id, x.command_post) for x in (*(r for r in d.radars if r.id not in taken), *d.batteries)]


def _topology(scenario: Any) -> Iterator[tuple[str, str]]:
    kind = scenario.defence.network.topology
    posts = [p.id for p in scenario.defence.command_posts]
    members = _members(scenario)
    if kind == "mesh":
        ids = [*posts, *(name for name, _ in members)]
        yield from ((a, b) for k, a in enumerate(ids) for b in ids[k + 1 :])
    elif kind is not None:
        yield from members
        for k, post in enumerate(posts[1:]):
            yield (posts[0] if kind == "star" else posts[k]), post


def check_network(scenario: Any, fault_here: Any) -> Iterator[Fault]:
    """Faults of the links as a whole. `fault_here(path, message, allowed)` makes one."""
    network = scenario.defence.network
    path: tuple[str | int, ...] = ("defence", "network")
    units = {battery.radar: battery.id for battery in scenario.defence.batteries}
    seen: dict[tuple[str, str], int] = {}
    for number, link in enumerate(network.links):
        here = (*path, "links", number)
        for key, name in (("from", link.from_id), ("to", link.to_id)):
            if name in units:
                message = f"{shown(name)} is the radar of {shown(units[name])}: its plots go over the battery's links"
                yield fault_here((*here, key), message, shown(units[name]))
        first = seen.setdefault(_pair(link.from_id, link.to_id), number)
        if first != number:
            yield fault_here(
                here, f"links[{first}] already is between {shown(link.from_id)} and {shown(link.to_id)}", ""
            )
    near: dict[str, set[str]] = {}
    for one in made_links(scenario):
        near.setdefault(one["a"], set()).add(one["b"])
        near.setdefault(one["b"], set()).add(one["a"])
    lost = [f"{name} to {post}" for name, post in _members(scenario) if not _joined(near, name, post)]
    if lost:
        yield fault_here(path, f"there is no way from {listed(lost)}", "links from each to its command post")


def _joined(near: dict[str, set[str]], start: str, goal: str) -> bool:
    todo, seen = [start], {start}
    while todo:
        here = todo.pop()
        if here == goal:
            return True
        new = near.get(here, set()) - seen
        seen |= new
        todo += sorted(new)
    return False


def check_succession(scenario: Any, fault_here: Any) -> Iterator[Fault]:
    """A command post does not succeed itself."""
    for number, post in enumerate(scenario.defence.command_posts):
        rule = scenario.doctrine(post.id).on_command_loss
        if rule is None or rule.successor != post.id:
            continue
        if post.doctrine is not None and "on_command_loss" in post.doctrine.model_fields_set:
            where: tuple[str | int, ...] = (
                "defence",
                "command_posts",
                number,
                "doctrine",
                "on_command_loss",
                "successor",
            )
        elif len(scenario.defence.command_posts) == 1:
            where = ("defence", "doctrine", "on_command_loss", "successor")
        else:
            continue  # the rule of all: for the successor itself it means nothing
        others = [p.id for p in scenario.defence.command_posts if p.id != post.id]
        yield fault_here(where, f"{shown(post.id)} cannot be its own successor", listed(others))
