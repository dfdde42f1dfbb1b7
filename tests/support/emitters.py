"""Worlds of radars that hear jammers: search radars in a row, jammers that stand or fly, a command post that crosses strobes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from openiads.doctrine.standard import decide
from openiads.engine.run import Engine
from openiads.physics.geodesy import enu_basis
from openiads.world.assemble import Assembly, Place
from openiads.world.passive import DEFAULTS
from openiads.world.schema import World

from . import saturation as sat

NOISE = {"power_w": 200.0, "antenna_gain_db": 10.0, "bandwidth_hz": 200e6, "freq_min_hz": 1e9, "freq_max_hz": 12e9,
         "polarisation_loss_db": 3.0}  # fmt: skip
_NAMES = {"names": {"class": "fighter", "identity": "hostile", "group": "J", "target": ""}}


def radar(period_s: float = 2.0, **more: Any):
    """A search radar without false plots that looks all around, up and down."""
    own: dict[str, Any] = {
        "rotation_period_s": period_s, "false_plots_per_scan": 0.0, "scan_loss_exponent": 0.0, "interrogator": False,
        "elevation_min_rad": -0.2, "elevation_max_rad": 1.5, "min_radial_speed_mps": 0.0, "sigma_az_rad": 1e-3,
        "sigma_el_rad": 1e-3, "beamwidth_az_rad": 0.02, "beamwidth_el_rad": 0.02, "antenna_height_m": 30.0,
    }  # fmt: skip
    return sat.item("91N6E", **{**own, **more})


class Ears:
    """A command post, radars east of one another, jammers."""

    def __init__(
        self, duration_s: float, places: list[Place], item: Any = None, rules: dict[str, Any] | None = None,
        dt_s: float = 0.25, sample_s: float = 0.0, **post: Any,
    ) -> None:  # fmt: skip
        self.a = Assembly(duration_s=duration_s, dt_s=dt_s, sample_s=sample_s)
        settings: dict[str, Any] = {
            "reaction_s": 2.0, "assessment_delay_s": 5.0, "decision_period_s": 1.0, "policy": 0, "salvo": 1,
            "min_pk": 0.0, "max_rounds_per_target": 2, "asset_margin_m": 30e3, "value": 0.0, **post,
        }  # fmt: skip
        self.post = self.a.add_post("CP", sat.HERE, sat.HOSTILE, **settings)
        if rules is not None:
            self.a.posts[0]["passive"] = {**DEFAULTS, **rules}
        for k, place in enumerate(places):
            self.a.add_radar(f"S{k}", item or radar(), place, self.post, value=0.0)

    def jammer(
        self,
        start: Place,
        end: Place | None = None,
        speed_mps: float = 0.05,
        kind: str = "fighter",
        **more: Any,
    ) -> int:
        """A jammer that stands (creeps) or flies from start to end; `more`: plan of the jammer, `noise` over NOISE."""
        noise = {**NOISE, **more.pop("noise", {})}
        end = end or sat.at(0.0, 100.0, start.alt_m, start)
        p = self.a.add_platform(
            f"J{len(self.a.platforms)}", sat.item(kind, swerling=0), sat.straight(start, end, speed_mps), klass=0,
            identity=3, p_iff_reply=0.0, p_ssr_reply=0.0, **_NAMES,
        )  # fmt: skip
        self.a.add_jammer(f"N{p}", p, noise, **more)
        return p

    def unit(self, missile: Any, rounds: int = 4, **hoj: float) -> None:
        """A fire unit at HERE whose missile homes on jamming where `hoj` (range_m, memory_s) is given."""
        unit = sat.item(
            "92N6E", interrogator=False, scan_loss_exponent=0.0, false_plots_per_scan=0.0, elevation_min_rad=-0.2,
            elevation_max_rad=1.5, track_period_s=0.5, track_dwell_s=1e-4,
        )  # fmt: skip
        r = self.a.add_radar("FC", unit, sat.HERE, self.post, value=0.0, sector_half_rad=math.pi)
        battery = self.a.add_battery("B", self.post, r, 4, 8)
        weapon = self.a.add_weapon(missile)
        if hoj:
            self.a.home_on_jam[missile.id] = hoj
        self.a.add_launcher(
            "L", sat.item("5P85SE2", launch_interval_s=1.0), sat.HERE, battery, {weapon: (rounds, 0)}
        )
        self.a.sites[-1]["value"] = 0.0

    def world(self) -> World:
        return self.a.finish()[0]


def state(world: World, seed: int = 1, replication: int = 0) -> tuple[Any, World]:
    """(outcome, tables as the engine left them) of one replication."""
    engine = Engine(world, decide)
    return engine.run(seed, replication), engine._own


def enu(place: Place, xyz: np.ndarray) -> np.ndarray:
    """East, north, up (m) of an ECEF point from a place."""
    basis = np.array(enu_basis(place.lat_rad, place.lon_rad)).reshape(3, 3)
    return basis @ (np.asarray(xyz) - sat.ecef(place))
