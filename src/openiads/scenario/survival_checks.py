"""What only the whole scenario shows of emission control, decoy emitters, damage and repair."""

from __future__ import annotations

from collections.abc import Iterator

from openiads.scenario.faults import Fault, shown
from openiads.scenario.nodes import Document
from openiads.scenario.references import fault_at
from openiads.scenario.spec import Scenario


def check_survival(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Faults of a scenario whose parts are all right by themselves."""
    d = scenario.defence
    engagement = {battery.radar for battery in d.batteries}
    for number, radar in enumerate(d.radars):
        if radar.emission is None:
            continue
        path = ("defence", "radars", number, "emission", "mode")
        mode = radar.emission.mode
        if radar.id in engagement and mode not in ("continuous", "cued"):
            message = f"{shown(radar.id)} is the engagement radar of a battery"
            yield fault_at(document, path, message, allowed="continuous, cued")
        elif radar.id not in engagement and mode == "cued":
            message = f"only the engagement radar of a battery is cued, and {shown(radar.id)} is none"
            yield fault_at(document, path, message, allowed="continuous, silent, blinking, staggered")
    with_decoys = {decoy.command_post for decoy in d.decoy_emitters}
    for number, post in enumerate(d.command_posts):
        against = scenario.doctrine(post.id).against_arm
        if against is not None and against.answer == "decoy-emitter" and post.id not in with_decoys:
            own = post.doctrine is not None and "against_arm" in post.doctrine.model_fields_set
            start = ("defence", "command_posts", number) if own else ("defence",)
            path = (*start, "doctrine", "against_arm", "answer")
            message = f"the command post {shown(post.id)} has no decoy_emitters"
            yield fault_at(document, path, message)
    if d.maintenance is not None and d.damage is None:
        message = "there is nothing to repair: sites that break by component need damage, for example damage: {radar: {}}"
        yield fault_at(document, ("defence", "maintenance"), message, key=True)
