"""A builder of small Worlds for tests: fictional, in the open Atlantic, and as small as the mechanism allows."""

from __future__ import annotations

import math
from functools import cache
from typing import Any
from unittest import mock

import numpy as np

from openiads.catalog import load_catalog
from openiads.physics import flyout
from openiads.physics.ballistic import QUASI_BALLISTIC_MANOEUVRE, fly_ballistic
from openiads.physics.ballistic_flight import NO_MANOEUVRE, Missile
from openiads.physics.geodesy import enu_basis, geodetic_to_ecef
from openiads.physics.route import fly_route
from openiads.units import STANDARD_GRAVITY_MPS2
from openiads.world import schema
from openiads.world.assemble import Assembly, Place
from openiads.world.flights import CLASSES
from openiads.world.names import Names
from openiads.world.schema import World

LAT0, LON0 = math.radians(30.0), math.radians(-40.0)
_EARTH_M = 6_371_000.0
IDENTITY = {"unknown": 0, "friend": 1, "neutral": 2, "hostile": 3}


@cache
def catalog():
    """The shipped catalogue, read once."""
    return load_catalog()


def spot(bearing_deg: float, range_m: float, alt_m: float = 20.0) -> Place:
    """A place by bearing and range from the middle of the scene (spherical Earth: good enough to put things down)."""
    b, d = math.radians(bearing_deg), range_m / _EARTH_M
    lat = math.asin(math.sin(LAT0) * math.cos(d) + math.cos(LAT0) * math.sin(d) * math.cos(b))
    lon = LON0 + math.atan2(
        math.sin(b) * math.sin(d) * math.cos(LAT0), math.cos(d) - math.sin(LAT0) * math.sin(lat)
    )
    return Place(lat, lon, alt_m)


_flyout_memo: dict[bytes, tuple[np.ndarray, np.ndarray]] = {}


def _flyout(row):
    """`make_flyout` with a memory: the same missile type has the same table."""
    key = row.tobytes()
    if key not in _flyout_memo:
        _flyout_memo[key] = flyout.make_flyout(row)
    return _flyout_memo[key]


@cache
def _ballistic(kind: str, range_m: float) -> np.ndarray:
    """Knots of a flight from the north to the middle of the scene, at altitude 0; solved once per type and range."""
    item = catalog().get(kind, "platform")
    cd = item.table("cd")
    quasi = item.flag("quasi_ballistic")
    missile = Missile(
        launch_mass_kg=item.si("launch_mass_kg"),
        propellant_kg=item.si("propellant_mass_kg"),
        isp_s=item.si("isp_s"),
        burn_s=item.si("burn_time_s"),
        area_m2=0.25 * math.pi * item.si("diameter_m") ** 2,
        mach=np.array(cd.axes["mach"], dtype=float),
        cd=np.array(cd.values_si, dtype=float),
        pitch_rate_radps=math.radians(3.0 if quasi else 1.348),
    )
    start = spot(0.0, range_m, 0.0)
    times, pos, vel = fly_ballistic(
        start.lat_rad, start.lon_rad, 0.0, LAT0, LON0, 0.0, missile,
        apogee_m=item.si("apogee_max_m") if quasi else None,
        manoeuvre=QUASI_BALLISTIC_MANOEUVRE if quasi else NO_MANOEUVRE,
    )  # fmt: skip
    return np.column_stack([times, pos, vel])


def _frame(place: Place) -> tuple[np.ndarray, np.ndarray]:
    """Origin (ECEF m) and east, north, up as rows."""
    origin = np.array(geodetic_to_ecef(place.lat_rad, place.lon_rad, place.alt_m))
    return origin, np.array(enu_basis(place.lat_rad, place.lon_rad)).reshape(3, 3)


def _moved(knots: np.ndarray, target: Place, bearing_deg: float) -> np.ndarray:
    """The flight turned about its target's vertical and put down elsewhere. The Earth's flattening and turning make it
    a slightly different flight than one solved there; as a thing to shoot at it is as good."""
    origin, basis = _frame(Place(LAT0, LON0, 0.0))
    there, axes = _frame(target)
    b = math.radians(bearing_deg)
    turn = np.array([[math.cos(b), math.sin(b), 0.0], [-math.sin(b), math.cos(b), 0.0], [0.0, 0.0, 1.0]])
    matrix = axes.T @ turn @ basis
    out = knots.copy()
    out[:, 1:4] = (knots[:, 1:4] - origin) @ matrix.T + there
    out[:, 4:7] = knots[:, 4:7] @ matrix.T
    return out


class Field(Assembly):
    """An Assembly that speaks of bearings, ranges and catalogue names."""

    def finish(self) -> tuple[World, Names]:
        """As Assembly.finish; fly-out tables are remembered between Worlds."""
        with mock.patch("openiads.world.flyouts.make_flyout", _flyout):
            return super().finish()

    def post(self, name: str = "CP", place: Place | None = None, control: int = 0, **doctrine: Any) -> int:
        """A command post; `control` 0 free, 1 tight, 2 hold. Quick by default, so that scenes can be short."""
        quick = {"reaction_s": 4.0, "assessment_delay_s": 3.0, "decision_period_s": 1.0, **doctrine}
        roe = quick.pop("roe", {})
        return self.add_post(name, place or spot(0.0, 500.0), {"control": control, **roe}, **quick)

    def radar(self, name: str, kind: str, place: Place, post: int = 0, **more: Any) -> int:
        """A radar of a catalogue type."""
        return self.add_radar(name, catalog().get(kind, "radar"), place, post, **more)

    def fire_unit(
        self,
        name: str,
        place: Place,
        loads: dict[str, tuple[int, int]],
        kind: str = "generic-x-band",
        post: int = 0,
        towards_deg: float = 0.0,
        half_deg: float = 60.0,
        targets: int = 4,
        missiles: int = 8,
        launchers: int = 1,
        reload_s: float | None = None,
        **more: Any,
    ) -> int:
        """An engagement radar, its battery and its launchers, each with `loads`: weapon → (ready, in reserve)."""
        radar = self.radar(
            f"{name}-R", kind, place, post,
            az0_rad=math.radians(towards_deg), sector_half_rad=math.radians(half_deg), **more,
        )  # fmt: skip
        battery = self.add_battery(name, post, radar, targets, missiles)
        rounds = {self.add_weapon(catalog().get(w, "missile")): load for w, load in loads.items()}
        for k in range(launchers):
            near = Place(place.lat_rad + 1e-4 * (k + 1), place.lon_rad + 1e-4, place.alt_m)
            index = self.add_launcher(
                f"{name}-L{k}", catalog().get("5P85SE2", "launcher"), near, battery, rounds
            )
            if reload_s is not None:
                self.launchers[index]["reload_s"] = reload_s
        return battery

    def asset(self, name: str, place: Place, value: float = 100.0, radius_m: float = 50.0) -> int:
        """Something worth defending."""
        return self.add_site(name, schema.SITE_ASSET, place, value, radius_m, 1.0)

    def flight(
        self,
        name: str,
        kind: str,
        way: list[Place],
        speed_mps: float | None = None,
        at_s: float = 0.0,
        target: int = -1,
        identity: str = "hostile",
        answers: str = "",
        **more: Any,
    ) -> int:
        """A flight along places; with `target` it goes on to that site and strikes it. `answers`: "", "friend", "civil"."""
        item = catalog().get(kind, "platform")
        speed = speed_mps or item.si("cruise_speed_mps")
        points = list(way) + ([self.sites[target]["place"]] if target >= 0 else [])
        table = np.array([(p.lat_rad, p.lon_rad, p.alt_m, speed) for p in points])
        out = np.zeros((6000, 7))
        count = fly_route(table, at_s, math.radians(40.0), 80.0, 3.0, 0.5, at_s + self.duration_s + 60.0, out)
        assert count >= 2, f"{name}: no flight"
        return self._platform(name, item, out[:count].copy(), target, identity, answers, **more)

    def ballistic(
        self,
        name: str,
        kind: str,
        bearing_deg: float,
        range_m: float,
        target: int,
        arrives_s: float,
        **more: Any,
    ) -> int:
        """A ballistic flight from a bearing and range onto a site at `arrives_s`; it may have begun before the run."""
        knots = _moved(_ballistic(kind, range_m), self.sites[target]["place"], bearing_deg)
        knots[:, 0] += arrives_s - knots[-1, 0]
        return self._platform(name, catalog().get(kind, "platform"), knots, target, "hostile", "", **more)

    def arm(self, name: str, start: Place, target: int = -1, at_s: float = 0.0, **more: Any) -> int:
        """An anti-radiation missile that begins level, towards the middle of the scene."""
        item = catalog().get("arm", "platform")
        speed = item.si("cruise_speed_mps")
        position = np.array(geodetic_to_ecef(start.lat_rad, start.lon_rad, start.alt_m))
        middle = np.array(geodetic_to_ecef(LAT0, LON0, start.alt_m))
        up = np.array(enu_basis(start.lat_rad, start.lon_rad)[6:])
        ahead = middle - position
        ahead -= up * (ahead @ up)
        velocity = speed * ahead / np.linalg.norm(ahead)
        knots = np.array([[at_s, *position, *velocity], [at_s + 1.0, *(position + velocity), *velocity]])
        homing = {
            "move": schema.MOVE_HOMING, "speed_mps": speed, "memory": 1, "max_time_s": item.si("max_flight_time_s"),
            "turn_radps": item.si("load_factor_max") * STANDARD_GRAVITY_MPS2 / speed,
        }  # fmt: skip
        return self._platform(name, item, knots, target, "hostile", "", **{**homing, **more})

    def _platform(self, name, item, knots, target, identity, answers, **more) -> int:
        reply = 0.95
        fields = {
            "klass": CLASSES[item.role], "identity": IDENTITY[identity], "target_site": target,
            "vulnerability": item.si("vulnerability"), "end": schema.END_LEAVE,
            "p_iff_reply": reply if answers == "friend" else 0.0,
            "p_ssr_reply": reply if answers == "civil" else 0.0,
        }  # fmt: skip
        if item.has("lethal_radius_m"):
            fields["lethal_radius_m"], fields["cep_m"] = item.si("lethal_radius_m"), item.si("cep_m")
        if target >= 0:
            fields["end"] = schema.END_IMPACT
        labels = {
            "class": item.role, "identity": identity, "group": "G",
            "target": self.sites[target]["id"] if target >= 0 else "",
        }  # fmt: skip
        return self.add_platform(name, item, knots, **{**fields, **more}, names=labels)

    def jam(
        self, platform: int, kind: str = "self-protection-jammer", power: float = 1.0, **more: Any
    ) -> int:
        """A jammer of the catalogue on a platform, its power times a factor."""
        item = catalog().get(kind, "jammer")
        names = (
            "power_w",
            "antenna_gain_db",
            "bandwidth_hz",
            "freq_min_hz",
            "freq_max_hz",
            "polarisation_loss_db",
        )
        values = {n: item.si(n) for n in names}
        values["power_w"] *= power
        return self.add_jammer(f"J{len(self.jammers)}", platform, values, **more)

    def strike(self, battery: int, weapon: str, site: int, at_s: float, rounds: int = 1) -> None:
        """A planned surface strike."""
        known = [w.id for w in self.weapons]
        self.strikes.append({
            "battery": battery, "weapon": known.index(weapon), "site": site, "t_s": at_s, "rounds": rounds,
            "interval_s": 5.0,
        })  # fmt: skip


def noisier(world: World, factor: float) -> World:
    """The same World with `factor` times as many false plots."""
    world.radar["false_per_s"] *= factor
    return world


def kill_site(world: World, site: int) -> None:
    """The site is a wreck from the start."""
    world.site_state["alive"][site] = 0
    world.site_state["t_dead_s"][site] = 0.0
