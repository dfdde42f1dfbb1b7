"""Scenario → Assembly for staying alive: emission control, answers to anti-radiation missiles, components, repair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openiads.physics.sequential import wald_thresholds
from openiads.scenario import Scenario
from openiads.scenario.defence import Doctrine
from openiads.world import schema
from openiads.world.assemble import Assembly, Place

_MODES = {
    "continuous": schema.EMIT_CONTINUOUS, "silent": schema.EMIT_SILENT, "blinking": schema.EMIT_BLINKING,
    "staggered": schema.EMIT_STAGGERED, "cued": schema.EMIT_CUED,
}  # fmt: skip
_ANSWERS = {"ignore": 1, "shut-down": 2, "decoy-emitter": 3, "intercept": 4}  # events.ARM_ANSWER
KINDS = ("antenna", "transmitter", "link", "rail", "shelter", "generator")  # events.COMPONENT


def arm_fields(doctrine: Doctrine) -> dict[str, Any]:
    """Fields of COMMAND_POST for the test of anti-radiation missiles; none where the doctrine has no such part."""
    arm = doctrine.against_arm
    if arm is None:
        return {}
    _, upper = wald_thresholds(arm.false_alarm, arm.missed)
    return {
        "arm_answer": _ANSWERS[arm.answer], "arm_upper": upper,
        "arm_pass_other_m": arm.pass_other_m, "arm_pass_m": arm.pass_homing_m,
        "arm_closing_other_mps": arm.closing_other_mps, "arm_closing_mps": arm.closing_homing_mps,
        "arm_closing_sigma_mps": arm.closing_spread_mps, "arm_off_s": arm.shut_down_for_s, "arm_value": arm.value_limit,
    }  # fmt: skip


def control_emission(scenario: Scenario, out: Assembly, radars: Mapping[str, int]) -> None:
    """Emission of every radar under doctrine; what a radar says of itself comes first."""
    engagement = {battery.radar for battery in scenario.defence.batteries}
    for radar in scenario.defence.radars:
        own = radar.emission
        if own is not None:
            fields = {
                "on_s": own.on_s,
                "off_s": own.off_s,
                "phase_s": own.phase_s,
                "ambush_m": own.ambush_range_m,
                "guard": own.at_least_one,
            }
            mode = own.mode
        else:
            common = scenario.doctrine(radar.command_post).emission
            if common is None:
                continue
            if radar.id in engagement:
                mode, fields = common.engagement, {"ambush_m": common.ambush_range_m}
            else:
                mode = common.mode
                fields = {"on_s": common.on_s, "off_s": common.off_s, "guard": common.at_least_one}
        given = {name: value for name, value in fields.items() if value is not None}
        out.control_emission(radars[radar.id], _MODES[mode], **given)


def add_survival(scenario: Scenario, out: Assembly, sites: dict[str, int], posts: Mapping[str, int]) -> None:
    """Decoy emitters, components of sites, crews and spares."""
    d = scenario.defence
    for decoy in d.decoy_emitters:
        place = Place(decoy.position.lat_rad, decoy.position.lon_rad, decoy.position.alt_m)
        more = {"radius_m": decoy.radius_m, "hardness": decoy.hardness, "value": decoy.value}
        index = out.add_decoy_emitter(
            decoy.id, place, posts[decoy.command_post], decoy.power, decoy.transmits == "always",
            **{name: value for name, value in more.items() if value is not None},
        )  # fmt: skip
        sites[decoy.id] = out.decoy_emitters[index]["site"]
    if d.damage is None:
        return
    for parts, group in (
        (d.damage.command_post, d.command_posts), (d.damage.radar, d.radars), (d.damage.launcher, d.launchers),
        (d.damage.power_unit, d.power_units),
    ):  # fmt: skip
        if parts is None:
            continue
        for site in group:
            for name in type(parts).model_fields:
                hardness = getattr(parts, name)
                if hardness is not None:
                    out.add_component(
                        sites[site.id], KINDS.index(name), hardness=hardness, **_care(d.maintenance, name)
                    )
    care = d.maintenance
    if care is not None:
        out.crews = care.crews
        for kind, name in enumerate(KINDS):
            stock = getattr(care.spares, name)
            if stock is not None or getattr(care, name) is None:
                out.spares[kind] = 0 if getattr(care, name) is None else stock


def _care(maintenance: Any, name: str) -> dict[str, Any]:
    """Fields of COMPONENT for repair and failure."""
    part = getattr(maintenance, name) if maintenance is not None else None
    if part is None:
        return {}
    repair = part.repair
    if repair.law == "exponential":
        fields = {"law": schema.REPAIR_EXPONENTIAL, "repair_s": repair.mean_s, "repair_sigma": 0.0}
    else:
        fields = {
            "law": schema.REPAIR_LOGNORMAL,
            "repair_s": repair.median_s,
            "repair_sigma": repair.spread,
        }
    return {**fields, "mtbf_s": part.mtbf_s or 0.0}
