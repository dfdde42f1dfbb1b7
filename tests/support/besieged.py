"""Worlds of radars under attack: anti-radiation missiles, emission control, decoy emitters, breakage and repair."""

from __future__ import annotations

import math
from typing import Any

from openiads.engine import events
from openiads.world import schema
from openiads.world.names import Names
from openiads.world.schema import World

from .worlds import Field, catalog, spot

#: Doctrine of the sequential test, as fields of COMMAND_POST (alpha 1 %, beta 5 %).
TEST: dict[str, Any] = {
    "arm_upper": math.log(0.95 / 0.01), "arm_pass_other_m": 5e3, "arm_pass_m": 300.0,
    "arm_closing_other_mps": 250.0, "arm_closing_mps": 680.0, "arm_closing_sigma_mps": 150.0, "arm_off_s": 40.0,
    "arm_value": 0.0,
}  # fmt: skip
ANSWER = {name: number for number, name in enumerate(events.ARM_ANSWER)}
PART = {name: number for number, name in enumerate(events.COMPONENT)}


def components(f: Field, site: int, names: tuple[str, ...], **care: Any) -> None:
    """Parts of a site."""
    for name in names:
        f.add_component(site, PART[name], **care)


def siege() -> tuple[World, Names]:
    """Everything at once: blinking, taking turns, a cued fire unit in ambush, alarms, a decoy emitter, damage and repair."""
    f = Field(120.0, sample_s=10.0)
    f.post(arm_answer=ANSWER["decoy-emitter"], **{**TEST, "arm_off_s": 15.0})
    a = f.radar("S1", "96L6E", spot(20.0, 1500.0))
    b = f.radar("S2", "96L6E", spot(120.0, 2500.0))
    c = f.radar("S3", "point-defence-radar", spot(200.0, 1500.0))
    f.fire_unit("B", spot(90.0, 800.0), {"9M96E": (2, 2)}, reload_s=20.0)
    f.control_emission(a, schema.EMIT_STAGGERED, on_s=12.0)
    f.control_emission(b, schema.EMIT_STAGGERED, on_s=12.0)
    f.control_emission(c, schema.EMIT_BLINKING, on_s=8.0, off_s=6.0, phase_s=3.0)
    f.control_emission(3, schema.EMIT_CUED, ambush_m=25e3)
    f.add_decoy_emitter("LURE", spot(20.0, 2200.0), 0, power=2.0)
    for r in f.radars:
        components(f, r["site"], ("antenna", "transmitter", "link"), repair_s=12.0, repair_sigma=0.4, law=0)
    f.components[0]["mtbf_s"] = 60.0
    components(f, f.launchers[0]["site"], ("rail", "link"), repair_s=9.0, law=schema.REPAIR_EXPONENTIAL)
    components(f, f.posts[0]["site"], ("shelter", "link", "generator"), repair_s=5.0, law=1)
    f.crews = 2
    f.spares = {PART["antenna"]: 1, PART["rail"]: 0}
    f.asset("A", spot(180.0, 1500.0))
    f.arm("ARM1", spot(10.0, 32e3, 6000.0))
    f.arm("ARM2", spot(15.0, 36e3, 7000.0), target=f.radars[2]["site"])
    f.arm("ARM3", spot(0.0, 30e3, 5000.0), target=f.radars[0]["site"], at_s=2.0, seeker_cos=0.9)
    f.flight("CM", "cruise-missile", [spot(40.0, 17e3, 80.0)], target=f.posts[0]["site"])
    f.flight("CM2", "cruise-missile", [spot(60.0, 18e3, 80.0)], target=f.radars[1]["site"])
    return f.finish()


def on_the_move() -> tuple[World, Names]:
    """Sites that move after shots, by plan and on an alarm, a gun, and a power unit that is hit and repaired."""
    f = Field(150.0, sample_s=10.0)
    f.post(arm_answer=ANSWER["ignore"], **TEST)
    f.radar("S1", "96L6E", spot(20.0, 1500.0))
    f.fire_unit("B", spot(90.0, 800.0), {"9M96E": (4, 0)}, kind="92N6E", towards_deg=30.0)
    unit = f.add_site("GEN", schema.SITE_POWER, spot(150.0, 1800.0), 0.0, 5.0)
    f.add_supply(f.posts[0]["site"], unit, 8.0)
    components(f, unit, ("generator",), repair_s=15.0, repair_sigma=0.4)
    f.crews = 1
    f.add_gun("GUN", catalog().get("twin-30mm", "gun"), spot(90.0, 820.0), 0, 400)
    f.asset("A", spot(80.0, 1500.0))
    rules: dict[str, Any] = {"pack_s": 6.0, "set_up_s": 7.0, "waits": 1}
    f.add_move(f.radars[0]["site"], [(spot(60.0, 2200.0), ()), (spot(20.0, 900.0), (spot(40.0, 900.0),))], 90.0,
               (), after_alarm=1, **rules)  # fmt: skip
    f.add_move(f.launchers[0]["site"], [(spot(100.0, 1200.0), ())], 60.0, (), after_shots=1, **rules)
    f.add_move(f.radars[1]["site"], [(spot(80.0, 900.0), ())], 60.0, (70.0,), **rules)
    f.arm("ARM", spot(10.0, 36e3, 6000.0), target=f.radars[0]["site"])
    f.flight("CM", "cruise-missile", [spot(30.0, 14e3, 300.0)], target=f.radars[0]["site"])
    f.flight("CM2", "cruise-missile", [spot(150.0, 9e3, 80.0)], target=unit, lethal_radius_m=300.0)
    f.flight("D", "one-way-drone", [spot(35.0, 6e3, 300.0)], target=f.radars[1]["site"])
    return f.finish()
