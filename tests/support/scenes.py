"""Scenes: small Worlds that between them use every system of the engine, and a generator of random ones."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from support import land, pulled
from support import saturation as sat
from support.besieged import on_the_move, siege
from support.supplied import supplied
from support.worlds import Field, kill_site, noisier, spot

import openiads
from openiads.study.execute import load
from openiads.world import schema
from openiads.world.names import Names
from openiads.world.schema import World


def one_drone(duration_s: float = 60.0, sample_s: float = 0.0) -> Field:
    """The smallest complete engagement: one search radar, one fire unit, one drone on its way to one asset."""
    f = Field(duration_s, sample_s=sample_s)
    f.post()
    f.radar("S", "point-defence-radar", spot(200.0, 1000.0))
    f.fire_unit("B", spot(90.0, 800.0), {"9M96E": (4, 0)})
    asset = f.asset("A", spot(180.0, 2000.0))
    f.flight("D", "one-way-drone", [spot(10.0, 14e3, 600.0)], target=asset)
    return f


def cruise_raid() -> tuple[World, Names]:
    """Four cruise missiles at low level against two rounds ready and two in reserve: kills, a leak, a reload, false plots."""
    f = Field(100.0, sample_s=5.0)
    f.post(policy=0, salvo=2, max_rounds_per_target=4)
    f.radar("S", "point-defence-radar", spot(200.0, 1000.0, 30.0))
    f.fire_unit("B", spot(90.0, 800.0, 30.0), {"9M96E": (2, 2)}, reload_s=15.0, targets=2, missiles=3)
    asset = f.asset("A", spot(180.0, 1500.0), radius_m=100.0)
    for k in range(4):
        f.flight(f"C{k}", "cruise-missile", [spot(-12.0 + 8.0 * k, 17e3 + 900.0 * k, 80.0)], target=asset)
    world, names = f.finish()
    return noisier(world, 8.0), names


def jammed_traffic() -> tuple[World, Names]:
    """Jamming fighters among an airliner and two friends, one of which does not answer; weapons free: a wrong shot."""
    f = Field(120.0, sample_s=10.0)
    f.post(control=0, policy=1, salvo=1, assignment=1, layering=2)
    f.radar("S", "96L6E", spot(200.0, 1000.0), heading_error_rad=math.radians(0.2))
    f.fire_unit("B", spot(90.0, 800.0), {"9M96E2": (6, 0), "9M96E": (2, 0)}, kind="92N6E", launchers=2)
    f.asset("A", spot(180.0, 1500.0))
    f.airways.append({
        "start": spot(60.0, 60e3), "end": spot(240.0, 60e3), "half_width_m": 8e3, "alt_min_m": 7e3, "alt_max_m": 12e3,
    })  # fmt: skip
    inward = spot(180.0, 3000.0, 8000.0)
    red = f.flight("F1", "fighter", [spot(5.0, 42e3, 8000.0), inward])
    f.jam(red, power=3.0)
    red = f.flight("F2", "fighter", [spot(355.0, 46e3, 9000.0), inward])
    f.jam(red, t_on_s=20.0, t_off_s=80.0)
    f.flight(
        "AIR",
        "airliner",
        [spot(60.0, 40e3, 10e3), spot(240.0, 40e3, 10e3)],
        identity="neutral",
        answers="civil",
    )
    f.flight("BLUE", "transport", [spot(20.0, 38e3, 6e3), inward], identity="friend", answers="friend")
    f.flight(
        "MUTE",
        "fighter",
        [spot(340.0, 38e3, 7e3), inward],
        identity="friend",
        answers="friend",
        p_iff_reply=0.0,
    )
    return f.finish()


def radar_hunt() -> tuple[World, Names]:
    """Three anti-radiation missiles, one radar that goes silent, one that comes on late, nothing to stop them with."""
    f = Field(80.0, sample_s=10.0)
    f.post(control=1)
    f.radar("S1", "96L6E", spot(20.0, 1500.0), t_off_s=45.0)
    f.radar("S2", "point-defence-radar", spot(200.0, 1500.0), t_on_s=25.0)
    f.fire_unit("B", spot(90.0, 800.0), {"9M96E": (1, 1)}, reload_s=20.0)
    f.asset("A", spot(180.0, 1500.0))
    f.arm("ARM1", spot(10.0, 32e3, 6000.0))
    f.arm("ARM2", spot(15.0, 36e3, 7000.0), target=f.radars[2]["site"])
    f.arm("ARM3", spot(0.0, 30e3, 5000.0), target=f.radars[0]["site"], at_s=2.0, memory=0)
    return f.finish()


def falling() -> tuple[World, Names]:
    """A ballistic and a quasi-ballistic missile come down on a depot."""
    f = Field(110.0, sample_s=10.0)
    f.post(control=0, salvo=2)
    f.radar("S", "96L6E", spot(200.0, 1000.0))
    f.fire_unit("B", spot(90.0, 800.0), {"48N6E3": (4, 0), "9M96E2": (4, 0)}, kind="92N6E", towards_deg=0.0)
    depot = f.asset("A", spot(180.0, 2000.0), radius_m=300.0)
    f.ballistic("BM", "srbm", 5.0, 200e3, depot, arrives_s=88.0)
    f.ballistic("QB", "quasi-ballistic-missile", 355.0, 120e3, depot, arrives_s=98.0)
    return f.finish()


def two_posts() -> tuple[World, Names]:
    """Two command posts, one of them lost to a drone; a surface strike; decoys; a launcher that is a wreck."""
    f = Field(90.0, sample_s=15.0)
    f.post("CP1", spot(0.0, 500.0), policy=1, salvo=2, assignment=1)
    f.post("CP2", spot(270.0, 9000.0), control=1, salvo=1)
    f.radar("S1", "point-defence-radar", spot(200.0, 1000.0), post=0)
    f.radar("S2", "generic-s-band", spot(270.0, 9500.0), post=1)
    first = f.fire_unit("B1", spot(90.0, 800.0), {"9M96E2": (3, 0), "48N6E3": (2, 0)}, post=0, launchers=2)
    f.fire_unit("B2", spot(265.0, 9000.0), {"9M96E": (2, 1)}, post=1, kind="92N6E", reload_s=25.0)
    f.asset("A", spot(180.0, 1500.0))
    target = f.add_site("T", 4, spot(30.0, 45e3), 0.0, 40.0, 1.0)
    f.strike(first, "48N6E3", target, at_s=3.0, rounds=2)
    f.flight("D1", "one-way-drone", [spot(280.0, 10e3, 300.0)], target=f.posts[1]["site"], speed_mps=60.0)
    f.flight("D2", "one-way-drone", [spot(275.0, 10.5e3, 300.0)], target=f.posts[1]["site"], speed_mps=60.0)
    f.flight("X1", "decoy", [spot(350.0, 24e3, 3000.0), spot(180.0, 5e3, 3000.0)])
    f.flight("X2", "fighter", [spot(10.0, 26e3, 4000.0), spot(180.0, 5e3, 4000.0)])
    world, names = f.finish()
    kill_site(world, f.launchers[1]["site"])
    return world, names


@cache
def quickstart() -> tuple[World, Names]:
    """The shipped quickstart; not to be changed by who gets it."""
    file = Path(openiads.__file__).parent / "scenario" / "shipped" / "quickstart.yaml"
    compiled = load(file).compiled
    return compiled.world, compiled.names


SCENES = {f.__name__: f for f in (cruise_raid, jammed_traffic, radar_hunt, falling, two_posts, siege)}

# --- random scenes -----------------------------------------------------------------------------------

_SEARCH = ("91N6E", "96L6E", "64N6E", "36D6", "generic-s-band", "point-defence-radar")
_FIRE = ("92N6E", "generic-x-band")
_WEAPONS = ("9M96E", "9M96E2", "48N6E3", "48N6E2", "40N6E")
_HEIGHTS = (10.0, 20.0, 35.0)
_KINDS = {  # kind → (altitudes m, ranges m)
    "cruise-missile": ((40.0, 300.0), (6e3, 25e3)),
    "supersonic-cruise-missile": ((60.0, 12e3), (20e3, 90e3)),
    "one-way-drone": ((200.0, 2000.0), (4e3, 14e3)),
    "quadcopter": ((60.0, 200.0), (1.5e3, 4e3)),
    "fighter": ((500.0, 11e3), (12e3, 60e3)),
    "lo-fighter": ((5e3, 11e3), (10e3, 40e3)),
    "heavy-bomber": ((5e3, 11e3), (30e3, 140e3)),
    "decoy": ((2e3, 8e3), (15e3, 60e3)),
    "helicopter": ((80.0, 400.0), (5e3, 15e3)),
    "airliner": ((7e3, 11e3), (15e3, 90e3)),
    "transport": ((5e3, 9e3), (15e3, 90e3)),
}


def generated(seed: int, inert: str = "") -> tuple[World, Names]:
    """A random scene: any mix of radars, fire units, doctrines, raids, jammers, mistakes and losses.

    `inert`: "platform", "radar" or "battery" adds, as the last row of its table, what nobody meets and what does nothing.
    """
    g = np.random.default_rng(seed)
    f = Field(float(g.integers(30, 150)), sample_s=float(g.choice([0.0, 5.0])))
    _posts(f, g)
    _defence(f, g)
    _air(f, g)
    _extras(f, g)
    n_sites = len(f.sites)
    far = spot(200.0, 4000e3, f.sites[f.radars[0]["site"]]["place"].alt_m)
    never = {"t_on_s": 1e8, "value": 0.0}
    kind = f.radars[0][
        "item"
    ].id  # a type that is there, so that the command post expects plots no more often
    if inert == "platform":
        f.flight(
            "INERT",
            "airliner",
            [spot(200.0, 4000e3, 9000.0), spot(200.0, 4200e3, 9000.0)],
            identity="neutral",
        )
    if inert == "radar":
        f.radar("INERT", kind, far, **never)
    if inert == "battery":
        f.fire_unit("INERT", far, {}, kind=kind, **never)
    world, names = f.finish()
    noisier(world, float(g.choice([0.0, 1.0, 10.0])))
    if g.random() < 0.25:
        kill_site(world, int(g.integers(n_sites)))
    return world, names


def _place(g, low_m: float, high_m: float) -> object:
    return spot(float(g.uniform(0, 360)), float(g.uniform(low_m, high_m)), float(g.choice(_HEIGHTS)))


def _posts(f: Field, g) -> None:
    for k in range(2 if g.random() < 0.2 else 1):
        f.post(
            f"CP{k}", _place(g, 100.0, 3e3), control=int(g.choice([0, 0, 1, 1, 2])),
            policy=int(g.integers(2)), salvo=int(g.integers(1, 4)), assignment=int(g.integers(2)),
            layering=int(g.integers(3)), reaction_s=float(g.choice([1.0, 4.0, 10.0])),
            assessment_delay_s=float(g.choice([1.0, 3.0, 8.0])), max_rounds_per_target=int(g.choice([1, 2, 6, -1])),
            min_pk=float(g.choice([0.1, 0.3, 0.7])), decision_period_s=float(g.choice([0.5, 2.0, 5.0])),
        )  # fmt: skip


def _defence(f: Field, g) -> None:
    for k in range(int(g.integers(1, 3))):
        window = (
            {"t_on_s": float(g.uniform(1, 20)), "t_off_s": float(g.uniform(25, 100))}
            if g.random() < 0.2
            else {}
        )
        f.radar(
            f"S{k}", str(g.choice(_SEARCH)), _place(g, 500.0, 6e3), post=int(g.integers(len(f.posts))),
            heading_error_rad=math.radians(float(g.normal(0.0, 0.3))), **window,
        )  # fmt: skip
    for k in range(int(g.choice([0, 1, 1, 2, 2]))):
        chosen = g.choice(_WEAPONS, size=int(g.integers(1, 3)), replace=False)
        loads = {str(w): (int(g.integers(1, 4)), int(g.integers(0, 3))) for w in chosen}
        f.fire_unit(
            f"B{k}", _place(g, 500.0, 6e3), loads, kind=str(g.choice(_FIRE)), post=int(g.integers(len(f.posts))),
            towards_deg=float(g.uniform(0, 360)), half_deg=float(g.choice([45.0, 90.0, 179.0])),
            targets=int(g.integers(1, 5)), missiles=int(g.integers(1, 7)), launchers=int(g.integers(1, 3)),
            reload_s=float(g.choice([5.0, 20.0, 30.0, 2700.0])), heading_error_rad=math.radians(float(g.normal(0.0, 0.2))),
        )  # fmt: skip
    for k in range(int(g.integers(1, 3))):
        f.asset(f"A{k}", _place(g, 500.0, 5e3), radius_m=float(g.choice([10.0, 100.0])))
    if g.random() < 0.3:
        f.airways.append({
            "start": spot(float(g.uniform(0, 360)), 80e3), "end": spot(float(g.uniform(0, 360)), 80e3),
            "half_width_m": 10e3, "alt_min_m": 6e3, "alt_max_m": 12e3,
        })  # fmt: skip


def _air(f: Field, g) -> None:
    for k in range(int(g.integers(1, 8))):
        draw = g.random()
        if draw < 0.12:
            target = int(g.choice([-1, f.radars[0]["site"]]))
            f.arm(
                f"P{k}", spot(float(g.uniform(0, 360)), float(g.uniform(8e3, 40e3)), float(g.uniform(1e3, 9e3))),
                target=target, at_s=float(g.uniform(0, 20)), memory=int(g.integers(2)),
            )  # fmt: skip
        elif draw < 0.24:
            kind = str(g.choice(["srbm", "quasi-ballistic-missile"]))
            distance = float(g.choice([120e3, 200e3]))
            bearing = float(g.uniform(0, 360))
            arrives = float(g.uniform(10, f.duration_s + 20))
            f.ballistic(f"P{k}", kind, bearing, distance, len(f.sites) - 1, arrives)
        else:
            _aircraft(f, g, f"P{k}")


def _aircraft(f: Field, g, name: str) -> None:
    kind = str(g.choice(list(_KINDS)))
    (low, high), (near, far) = _KINDS[kind]
    start = spot(float(g.uniform(0, 360)), float(g.uniform(near, far)), float(g.uniform(low, high)))
    at = float(g.choice([0.0, 0.0, 0.0, 7.3, 400.0]))  # the last: after the end
    if kind in ("airliner", "transport", "helicopter") and g.random() < 0.8:
        who, answers = [("neutral", "civil"), ("friend", "friend"), ("friend", ""), ("neutral", "")][
            int(g.integers(4))
        ]
        f.flight(name, kind, [start, spot(float(g.uniform(0, 360)), far, start.alt_m)], at_s=at, identity=who,
                 answers=answers)  # fmt: skip
        return
    if g.random() < 0.6:
        row = f.flight(name, kind, [start], at_s=at, target=int(g.integers(len(f.sites))))
    else:
        row = f.flight(name, kind, [start, spot(float(g.uniform(0, 360)), 2e3, start.alt_m)], at_s=at)
    if g.random() < 0.3:
        kind = str(g.choice(["self-protection-jammer", "escort-jammer", "stand-off-jammer"]))
        f.jam(row, kind, t_on_s=float(g.choice([0.0, 10.0])), t_off_s=float(g.choice([20.0, 1e9])))


def _extras(f: Field, g) -> None:
    if f.batteries and g.random() < 0.4:
        usable = [w.id for w in f.weapons if w.si("surface_range_m") > 0.0]
        target = f.add_site(
            "T", 4, spot(float(g.uniform(0, 360)), float(g.uniform(15e3, 60e3))), 0.0, 30.0, 1.0
        )
        if usable:
            f.strike(
                int(g.integers(len(f.batteries))),
                usable[0],
                target,
                float(g.uniform(0, 20)),
                int(g.integers(1, 4)),
            )


def dense(seed: int) -> tuple[World, Names]:
    """A crowd: thirty small targets from all sides at once, three fire units with quick reloads, anti-radiation missiles.

    Many things happen in one step here: bursts at one target, looks of two kinds, channels that open and close.
    """
    g = np.random.default_rng(seed)
    f = Field(90.0)
    f.post(
        policy=int(g.integers(2)), salvo=int(g.integers(1, 5)), assignment=int(g.integers(2)),
        reaction_s=float(g.choice([0.0, 1.0, 4.0])), assessment_delay_s=float(g.choice([0.0, 1.0])),
        decision_period_s=float(g.choice([0.25, 1.0, 2.0])), max_rounds_per_target=-1, layering=int(g.integers(3)),
    )  # fmt: skip
    f.radar("S", "point-defence-radar", spot(200.0, 1000.0))
    f.radar("S2", "96L6E", spot(100.0, 3000.0))
    for k in range(3):
        f.fire_unit(
            f"B{k}", spot(120.0 * k, 3000.0), {"9M96E": (6, 6), "9M96E2": (4, 4)}, half_deg=179.0, launchers=2,
            targets=int(g.integers(1, 8)), missiles=int(g.integers(1, 16)), reload_s=float(g.choice([1.0, 10.0])),
        )  # fmt: skip
    f.asset("A", spot(180.0, 1000.0))
    kinds = ["cruise-missile", "one-way-drone", "supersonic-cruise-missile", "decoy", "quadcopter"]
    for k in range(30):
        kind = str(g.choice(kinds))
        far = {"one-way-drone": 8e3, "quadcopter": 3e3}.get(kind, 25e3)
        start = spot(float(g.uniform(0, 360)), float(g.uniform(0.5 * far, far)), float(g.uniform(50, 1500)))
        f.flight(f"P{k}", kind, [start], target=int(g.integers(len(f.sites))))
    for k in range(4):
        f.arm(f"X{k}", spot(float(g.uniform(0, 360)), float(g.uniform(10e3, 30e3)), 4e3))
    world, names = f.finish()
    return noisier(world, float(g.choice([1.0, 5.0]))), names


def cut_off() -> tuple[World, Names]:
    """Links with delay, loss and a limit; a post lost to drones, its battery alone, a radar and a battery under a successor;
    biases found out; remote engagement."""
    f = Field(100.0, sample_s=20.0)
    f.post(
        "CP1", spot(0.0, 500.0), loss_mode=2, successor=1, loss_after_s=3.0, registration=1, remote=1, salvo=1
    )
    f.post("CP2", spot(270.0, 6000.0), loss_mode=1, loss_after_s=2.0, salvo=1)
    f.radar("S1", "point-defence-radar", spot(200.0, 1000.0), post=0)
    f.radar(
        "S2", "point-defence-radar", spot(150.0, 3000.0), post=0, heading_error_rad=0.006, bias_range_m=80.0
    )
    f.fire_unit("B1", spot(90.0, 800.0), {"9M96E2": (8, 0)}, post=0, half_deg=170.0)
    f.fire_unit("B2", spot(265.0, 4000.0), {"9M96E": (4, 0)}, post=1, half_deg=170.0)
    for battery in (0, 1):
        f.add_standby(battery, {"control": 0}, reaction_s=2.0, assessment_delay_s=3.0, salvo=1)
    for a, b, delay_s, loss, per_s in (
        ("S1", "CP1", 1.5, 0.1, 0.0),
        ("S2", "CP1", 3.0, 0.0, 4.0),
        ("B1", "CP1", 0.5, 0.1, 0.0),
        ("CP1", "CP2", 2.0, 0.0, 0.0),
        ("B1", "CP2", 4.0, 0.0, 0.0),
        ("S1", "CP2", 4.0, 0.0, 0.0),
        ("B2", "CP2", 0.5, 0.0, 0.0),
    ):
        f.add_link(a, b, delay_s, loss, per_s)
    asset = f.asset("A", spot(180.0, 1500.0))
    for k in range(4):
        f.flight(f"C{k}", "cruise-missile", [spot(-30.0 + 20.0 * k, 15e3 + 2e3 * k, 200.0)], target=asset)
    for k, post in enumerate((0, 0, 1, 1)):
        start = spot(20.0 * k, 800.0 + 6500.0 * post, 100.0) if post == 0 else spot(275.0 + k, 7500.0, 100.0)
        f.flight(f"D{k}", "one-way-drone", [start], target=f.posts[post]["site"], at_s=10.0 + 25.0 * post, speed_mps=60.0,
                 lethal_radius_m=60.0, cep_m=1.0)  # fmt: skip
    return f.finish()


SCENES[cut_off.__name__] = cut_off


def strobes() -> tuple[World, Names]:
    """Three radars with links cross the strobes of three jammers; one of these goes silent before a round that homes on it."""
    f = Field(50.0, sample_s=10.0)
    rule = {"on": 1, "confirm": 2, "engage": 1, "engage_error_m": 8e3, "drop_after_s": 8.0}
    f.post("CP", control=0, passive=rule, salvo=1)
    for k, (bearing, range_m) in enumerate(((270.0, 18e3), (90.0, 18e3), (0.0, 9e3))):
        f.radar(f"S{k + 1}", "point-defence-radar", spot(bearing, range_m), heading_error_rad=1e-3 * k)
        f.add_link(f"S{k + 1}", "CP", 0.4 * k)
    f.fire_unit("B", spot(45.0, 800.0), {"9M96E2": (4, 0)}, half_deg=170.0)
    f.add_link("B", "CP", 0.2)
    f.home_on_jam["9M96E2"] = {"range_m": 20e3, "memory_s": 3.0}
    asset = f.asset("A", spot(180.0, 1500.0))
    for k, (bearing, off_s) in enumerate(((-14.0, 1e9), (4.0, 30.0), (20.0, 1e9))):
        way = [spot(bearing, 42e3 + 2e3 * k, 7e3), spot(bearing, 8e3, 7e3)]
        p = f.flight(f"J{k}", "fighter", way, speed_mps=250.0, target=asset if k == 2 else -1)
        f.jam(p, power=30.0, t_off_s=off_s)
    return f.finish()


SCENES[strobes.__name__] = strobes


def misled() -> tuple[World, Names]:
    """A radar whose gate is led away, and a link that a jammer cuts for a while."""
    f = Field(60.0, sample_s=10.0)
    f.post("CP", control=0, salvo=1, max_rounds_per_target=4)
    f.radar("S", "point-defence-radar", spot(200.0, 4000.0))
    f.fire_unit("B", spot(90.0, 800.0), {"9M96E2": (8, 0)}, kind="92N6E", half_deg=170.0)
    f.radars[-1]["protection"] = pulled.SURE
    radio = {
        "freq_hz": 5e9, "bandwidth_hz": 10e6, "antenna_gain_db": 0.0, "beam_rad": 0.0, "sidelobe_db": -20.0, "noise_k": 1000.0,
        "margin_db": 10.0, "mast_m": 10.0,
    }  # fmt: skip
    f.add_link("S", "CP", 0.5, radio=radio)
    f.add_link("B", "CP", 0.2)
    asset = f.asset("A", spot(180.0, 1500.0))
    way = [spot(10.0, 45e3, 8e3), spot(10.0, 6e3, 8e3)]
    p = f.flight("P", "fighter", way, speed_mps=250.0, target=asset)
    f.pull_offs.append({**pulled.PULL, "platform": p, "power_w": 500.0})
    way = [spot(-40.0, 40e3, 8e3), spot(-40.0, 8e3, 8e3)]
    f.link_jammers.append({
        "platform": f.flight("J", "fighter", way, speed_mps=250.0, target=asset), "power_w": 500.0, "antenna_gain_db": 10.0,
        "bandwidth_hz": 10e6, "freq_min_hz": 4e9, "freq_max_hz": 6e9, "loss_db": 3.0, "t_on_s": 10.0, "t_off_s": 25.0,
    })  # fmt: skip
    return f.finish()


def behind_a_ridge() -> tuple[World, Names]:
    """A target that dives behind a ridge while a round homes on it; one beyond it that only another radar sees."""
    command = sat.item(
        "9M96E2", reliability=1.0, lethal_law="cookie", lethal_p0=1.0, lethal_radius_m=30.0, seeker="command", seeker_range_m=1e-6,
    )  # fmt: skip
    case = sat.fire_unit(60.0, 2, 4, 1.0, missile=command, reaction_s=1.0, decision_period_s=1.0, remote=1)
    case.a.elevation = land.ridge(700.0, side=340)
    east = sat.sure_radar("91N6E", interrogator=False)
    case.a.add_radar("EAST", east, sat.at(90.0, 24e3), 0, value=0.0, antenna_height_m=60.0)
    own = case.a.add_radar(
        "FC2", sat.sure_radar("92N6E", interrogator=False, track_period_s=0.5, track_dwell_s=1e-4), sat.HERE, 0, value=0.0,
        sector_half_rad=math.pi,
    )  # fmt: skip
    battery = case.a.add_battery("B2", 0, own, 2, 8)
    homes = case.a.add_weapon(sat.item("9M96E", reliability=1.0))
    case.a.add_launcher("L2", sat.item("5P85SE2", launch_interval_s=0.0), sat.HERE, battery, {homes: (4, 0)})
    ways = (
        [sat.at(90.0, 14.4e3, 1750.0), sat.at(90.0, 13.2e3, 1600.0), sat.at(90.0, 10.75e3, 250.0), sat.at(53.0, 13.4e3, 250.0)],
        [sat.at(90.0, 24e3, 300.0), sat.at(90.0, 18e3, 300.0), sat.at(80.0, 17.2e3, 300.0), sat.at(92.0, 15.5e3, 300.0)],
    )  # fmt: skip
    for way in ways:
        case.target(_along(way, 250.0), "cruise-missile", end=schema.END_LEAVE)
    return case.a.finish()


def _along(way: list, speed_mps: float) -> np.ndarray:
    """Knots from place to place."""
    out: list[np.ndarray] = []
    t_s = 0.0
    for a, b in pairwise(way):
        leg = sat.straight(a, b, speed_mps, t_s, 1.0)
        out.append(leg[1:] if out else leg)
        t_s = float(leg[-1, 0])
    return np.concatenate(out)


#: Of what the scenes above do not use, and the tests in determinism/ have Worlds of their own for.
MORE = {f.__name__: f for f in (on_the_move, misled, behind_a_ridge, supplied)}
