"""Scenario → World and Names: the only place that knows both the language and the tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from openiads.catalog import Catalog
from openiads.doctrine import assign, salvo
from openiads.physics.geodesy import geodetic_to_ecef
from openiads.scenario import Fault, PlatformPlan, Scenario, ScenarioError, fault_of
from openiads.scenario.defence import Doctrine
from openiads.scenario.network import made_links
from openiads.scenario.raid import Jammer, Recorded
from openiads.world import flights, released, satnav, schema
from openiads.world.assemble import Assembly
from openiads.world.burn_through import too_long
from openiads.world.columns import add_columns
from openiads.world.emitters_compile import add_home_on_jam, passive_fields
from openiads.world.ground import load_terrain, on_the_ground
from openiads.world.guns import add_guns
from openiads.world.link_jam import link_jam_row
from openiads.world.low_flight import standing
from openiads.world.moves_compile import add_moves
from openiads.world.names import Names
from openiads.world.power import add_power
from openiads.world.pull_off import pull_row
from openiads.world.recording import recorded_platforms
from openiads.world.schema import World
from openiads.world.sections import (
    CONTROL,
    jam_plan,
    place_of,
    protection_fields,
    roe_fields,
    weather_of,
    wind_of,
)
from openiads.world.survive_compile import add_survival, arm_fields, control_emission
from openiads.world.weather_plan import completed, lacking_here, radar_weather

DEFAULT_SAMPLE_S = 2.0
_NEVER_S = 1e9
_WIDEST_SECTOR_RAD = math.radians(170.0)
_ASSIGNMENT = {"greedy": assign.GREEDY, "optimal": assign.OPTIMAL}
_POLICY = {"salvo": salvo.SALVO, "shoot-look-shoot": salvo.SHOOT_LOOK_SHOOT}
_LAYERING = {
    "longest-reach": salvo.LONGEST_REACH, "cheapest": salvo.CHEAPEST, "highest-pk": salvo.HIGHEST_PK,
}  # fmt: skip
_LOSS = {"hold": schema.LOSS_HOLD, "autonomous": schema.LOSS_AUTONOMOUS, "successor": schema.LOSS_SUCCESSOR}
_REFRACTION = {"four-thirds": 0, "crpl-exponential": 1}
# Worth of the defence's own equipment where the scenario gives none: enough to be a threat's target, less than an asset.
_OWN_VALUE = {"command_post": 20.0, "radar": 20.0, "launcher": 5.0}


@dataclass(frozen=True)
class Compiled:
    """A World in its initial state, the names of its rows, and what was read from recordings."""

    world: World
    names: Names
    recordings: tuple[Mapping[str, Any], ...]


def compile_scenario(
    scenario: Scenario, catalog: Catalog, sample_s: float | None = None, plots: bool = False
) -> Compiled:
    """Build the World of a scenario; with `plots` it keeps what the radars measure.

    ScenarioError for what only shows here (a target out of reach, for example).
    """
    elevation = load_terrain(scenario)
    scenario = on_the_ground(scenario, elevation)
    work = _Compiler(scenario, catalog, DEFAULT_SAMPLE_S if sample_s is None else sample_s)
    work.out.elevation = elevation
    work.out.plots = plots
    work.weather()
    work.ground()
    work.air()
    recordings = work.recorded()
    if work.faults:
        raise ScenarioError(work.faults)
    world, names = work.out.finish()
    return Compiled(world, names, tuple(recordings))


class _Compiler:
    def __init__(self, scenario: Scenario, catalog: Catalog, sample_s: float) -> None:
        self.scenario = scenario
        self.catalog = catalog
        self.faults: list[Fault] = []
        self.sites: dict[str, int] = {}
        self.posts: dict[str, int] = {}
        self.radars: dict[str, int] = {}
        self.batteries: dict[str, int] = {}
        self.wind = wind_of(scenario)
        self.arcs: dict[Any, Any] = {}
        self.out = Assembly(
            duration_s=scenario.duration_s,
            sample_s=sample_s,
            refraction_model=_REFRACTION[scenario.environment.refraction],
        )

    def weather(self) -> None:
        """Weather and surface; a radar that lacks a value for them is a fault."""
        self.out.weather = weather = completed(weather_of(self.scenario), self.scenario, self.wind)
        for number, radar in enumerate(self.scenario.defence.radars):
            missing = lacking_here(self.catalog.get(radar.type, "radar"), weather, radar)
            if missing:
                path = ("defence", "radars", number, "type")
                effects = " and ".join(n for n in ("multipath", "clutter") if getattr(weather, n))
                message = f"{radar.type} has no {', '.join(missing)} in the catalogue, which {effects} needs"
                self.faults.append(fault_of(self.scenario, path, message))

    # --- the defence ---------------------------------------------------------------------------

    def ground(self) -> None:
        """Sites first, in the order of the file, then what refers to them."""
        d = self.scenario.defence
        for post in d.command_posts:
            self._post(post)
        for radar in d.radars:
            self._radar(radar)
        for battery in d.batteries:
            item = self.catalog.get(d.radars[self.radars[battery.radar]].type, "radar")
            self.batteries[battery.id] = self.out.add_battery(
                battery.id, self.posts[battery.command_post], self.radars[battery.radar],
                item.count("target_channels"), item.count("missile_channels"),
            )  # fmt: skip
        self._standby()
        self.out.links = made_links(self.scenario)
        for launcher in d.launchers:
            self._launcher(launcher)
        self.faults += add_home_on_jam(self.scenario, self.out)
        for asset in d.assets:
            self._plain_site(asset, schema.SITE_ASSET, asset.value)
        for target in d.ground_targets:
            self._plain_site(target, schema.SITE_TARGET, 0.0)
        for number, strike in enumerate(d.surface_strikes):
            self._strike(number, strike)
        self.faults += add_columns(self.scenario, self.catalog, self.out, self.sites)
        control_emission(self.scenario, self.out, self.radars)
        self.faults += add_guns(self.scenario, self.catalog, self.out, self.sites, self.batteries)
        self.faults += add_power(self.scenario, self.out, self.sites)
        add_survival(self.scenario, self.out, self.sites, self.posts)
        self.faults += add_moves(self.scenario, self.catalog, self.out, self.sites)
        for airway in d.airways:
            for start, end in pairwise(airway.points):
                self.out.airways.append({
                    "start": place_of(start), "end": place_of(end), "half_width_m": 0.5 * airway.width_m,
                    "alt_min_m": airway.alt_min_m, "alt_max_m": airway.alt_max_m,
                })  # fmt: skip

    def _value(self, site: Any) -> float:
        return site.value if "value" in site.model_fields_set else _OWN_VALUE[site.kind]

    def _post(self, post: Any) -> None:
        item = self.catalog.get(post.type, "command_post")
        doctrine = self.scenario.doctrine(post.id)
        index = self.out.add_post(
            post.id,
            place_of(post.position),
            roe_fields(doctrine),
            value=self._value(post),
            **self._rules(post, doctrine),
        )
        self.posts[post.id] = index
        self._extent(post, self.out.posts[index]["site"], item)

    def _rules(self, post: Any, doctrine: Doctrine) -> dict[str, Any]:
        """Fields of COMMAND_POST by doctrine and type."""
        item = self.catalog.get(post.type, "command_post")
        reaction = (
            item.si("reaction_time_s") if doctrine.reaction_time_s is None else doctrine.reaction_time_s
        )
        delay = doctrine.kill_assessment_delay_s
        rules: dict[str, Any] = {
            "reaction_s": reaction,
            "assessment_delay_s": item.si("kill_assessment_s") if delay is None else delay,
            "decision_period_s": doctrine.decision_period_s,
            "assignment": _ASSIGNMENT[doctrine.assignment],
            "policy": _POLICY[doctrine.policy],
            "salvo": doctrine.salvo,
            "layering": _LAYERING[doctrine.layering],
            "min_pk": doctrine.min_pk,
            "max_range_fraction": doctrine.max_range_fraction,
            "max_rounds_per_target": doctrine.max_rounds_per_target,
            "asset_margin_m": doctrine.asset_margin_m,
            "max_threat_time_s": doctrine.max_threat_time_s,
            "remote": int(doctrine.engage_on_remote == "yes"),
            "registration": int(doctrine.registration_estimate == "on"),
            **arm_fields(doctrine),
            **passive_fields(doctrine),
        }
        rule = doctrine.on_command_loss
        if rule is not None:
            rules["loss_mode"] = _LOSS[rule.mode]
            rules["loss_after_s"] = rule.after_s
            rules["rejoin"] = int(rule.rejoin == "yes")
            ids = [p.id for p in self.scenario.defence.command_posts]
            rules["successor"] = -1 if rule.successor is None else ids.index(rule.successor)
            if rule.successor == post.id:  # the rule of all, read for the successor itself
                rules["loss_mode"], rules["successor"] = schema.LOSS_HOLD, -1
        return rules

    def _standby(self) -> None:
        """A command of its own for each battery that may come to stand alone."""
        posts = {p.id: p for p in self.scenario.defence.command_posts}
        for battery in self.scenario.defence.batteries:
            last = self._alone_after(battery.command_post)
            if last is None:
                continue
            doctrine = self.scenario.doctrine(last)
            assert doctrine.on_command_loss is not None
            control = doctrine.on_command_loss.rules_of_engagement or doctrine.rules_of_engagement
            roe = {**roe_fields(doctrine), "control": CONTROL[control]}
            rules = {**self._rules(posts[last], doctrine), "loss_mode": schema.LOSS_HOLD, "registration": 0}
            self.out.add_standby(self.batteries[battery.id], roe, **rules)

    def _alone_after(self, post: str) -> str | None:
        """The command post, this one or a successor, whose loss leaves batteries alone; None where none does."""
        seen: set[str] = set()
        while post not in seen:
            seen.add(post)
            rule = self.scenario.doctrine(post).on_command_loss
            if rule is None or rule.mode == "hold":
                return None
            if rule.mode == "autonomous":
                return post
            assert rule.successor is not None
            post = rule.successor
        return None

    def _extent(self, site: Any, index: int, item: Any) -> None:
        """Extent and hardness: the scenario's, else the catalogue's."""
        row = self.out.sites[index]
        row["radius_m"] = item.si("radius_m") if site.radius_m is None else site.radius_m
        row["hardness"] = item.si("hardness") if site.hardness is None else site.hardness
        self.sites[site.id] = index

    def _radar(self, radar: Any) -> None:
        item = self.catalog.get(radar.type, "radar")
        if item.choice("scan") == "sector" and radar.sector is not None:
            width = radar.sector.width_rad
            if width is not None and width > _WIDEST_SECTOR_RAD:
                path = ("defence", "radars", len(self.radars), "sector", "width")
                message = "a fixed array does not see behind its face"
                self.faults.append(fault_of(self.scenario, path, message, allowed="at most 170 deg"))
        half = None
        if radar.sector is not None and radar.sector.width_rad is not None:
            half = 0.5 * radar.sector.width_rad
        self.faults += too_long(self.scenario, item, radar, len(self.radars))
        index = self.out.add_radar(
            radar.id,
            item,
            place_of(radar.position),
            self.posts[radar.command_post],
            value=self._value(radar),
            antenna_height_m=radar.antenna_height_m,
            az0_rad=radar.sector.centre_rad if radar.sector is not None else 0.0,
            sector_half_rad=half,
            heading_error_rad=radar.heading_error_rad + radar.registration.azimuth_rad,
            bias_range_m=radar.registration.range_m,
            bias_el_rad=radar.registration.elevation_rad,
            t_on_s=radar.emits.from_s,
            t_off_s=_NEVER_S if radar.emits.until_s is None else radar.emits.until_s,
            protection=protection_fields(radar.protection),
            **radar_weather(radar),
        )
        self.radars[radar.id] = index
        self._extent(radar, self.out.radars[index]["site"], item)

    def _launcher(self, launcher: Any) -> None:
        item = self.catalog.get(launcher.type, "launcher")
        reserve = dict(launcher.reloads)
        loads = {name: (count, reserve.pop(name, 0)) for name, count in launcher.rounds}
        loads.update({name: (0, count) for name, count in reserve.items()})
        rounds = {
            self.out.add_weapon(self.catalog.get(name, "missile")): load for name, load in loads.items()
        }
        index = self.out.add_launcher(
            launcher.id, item, place_of(launcher.position), self.batteries[launcher.battery], rounds
        )
        site = self.out.launchers[index]["site"]
        self.out.sites[site]["value"] = self._value(launcher)
        self._extent(launcher, site, item)

    def _plain_site(self, site: Any, kind: int, value: float) -> None:
        index = self.out.add_site(site.id, kind, place_of(site.position), value)
        item = self.catalog.get(site.type, "asset") if site.type is not None else None
        row = self.out.sites[index]
        row["radius_m"] = site.radius_m if site.radius_m is not None else item.si("radius_m")  # type: ignore[union-attr]
        row["hardness"] = site.hardness or (item.si("hardness") if item is not None else 1.0)
        self.sites[site.id] = index

    def _strike(self, number: int, strike: Any) -> None:
        weapon = self.catalog.get(strike.weapon, "missile")
        known = [w.id for w in self.out.weapons]
        if strike.weapon not in known or weapon.si("surface_range_m") <= 0.0:
            path = ("defence", "surface_strikes", number, "weapon")
            why = "no launcher carries it" if strike.weapon not in known else "it has no surface mode"
            self.faults.append(fault_of(self.scenario, path, f"{strike.weapon} cannot be used here: {why}"))
            return
        reach_m = weapon.si("surface_range_m")
        away_m = self._strike_distance_m(strike, known.index(strike.weapon))
        if away_m > reach_m:
            path = ("defence", "surface_strikes", number, "target")
            message = f"{strike.target} is {away_m / 1e3:.0f} km from the launchers of {strike.battery}"
            allowed = f"at most {reach_m / 1e3:.0f} km for {strike.weapon}"
            self.faults.append(fault_of(self.scenario, path, message, allowed))
            return
        self.out.strikes.append({
            "battery": self.batteries[strike.battery], "weapon": known.index(strike.weapon),
            "site": self.sites[strike.target], "t_s": strike.at_s, "rounds": strike.rounds, "interval_s": 5.0,
        })  # fmt: skip

    def _strike_distance_m(self, strike: Any, weapon: int) -> float:
        """Straight distance from the farthest launcher of the battery that carries the weapon to the target."""

        def ecef(site: int) -> np.ndarray:
            place = self.out.sites[site]["place"]
            return np.array(geodetic_to_ecef(place.lat_rad, place.lon_rad, place.alt_m))

        armed = {m["launcher"] for m in self.out.magazines if m["weapon"] == weapon}
        spots = [
            x["site"]
            for k, x in enumerate(self.out.launchers)
            if k in armed and x["battery"] == self.batteries[strike.battery]
        ]
        target = ecef(self.sites[strike.target])
        return max((float(np.linalg.norm(ecef(s) - target)) for s in spots), default=math.inf)

    # --- what flies ----------------------------------------------------------------------------

    def air(self) -> None:
        """Raid and other groups, platform by platform."""
        where = {id(g): ("raid", "groups", k) for k, g in enumerate(self.scenario.raid.groups)}
        where.update({id(g): ("traffic", "groups", k) for k, g in enumerate(self.scenario.traffic.groups)})
        failed: set[int] = set()
        for plan in self.scenario.platforms():
            try:
                self._platform(plan)
            except ValueError as error:  # out of reach, no solution: one fault per group
                if id(plan.group) not in failed:
                    failed.add(id(plan.group))
                    path = (*where[id(plan.group)], "target" if plan.group.target else "route")
                    self.faults.append(fault_of(self.scenario, path, f"{plan.group.id}: {error}"))

    def _platform(self, plan: PlatformPlan) -> None:
        group = plan.group
        item = self.catalog.get(group.type, "platform")
        site = self.sites.get(group.target or "", -1)
        target = self._spot(site) if site >= 0 else None
        if item.role in ("ballistic_missile", "arm"):
            plan = replace(plan, route=standing(plan, self.out.elevation))
        if item.role == "ballistic_missile":
            if target is None:
                last = plan.route[-1]
                target = (last.lat_rad, last.lon_rad, last.alt_m)
            knots = self._ballistic(plan, item, target)
        elif item.role == "arm":
            knots = flights.homing_knots(plan, item, target or self._spot(self.out.posts[0]["site"]))
        else:
            carries_weapon = item.has("lethal_radius_m")
            knots = flights.route_knots(
                plan,
                item,
                target if carries_weapon or len(plan.route) == 1 else None,
                self.scenario.duration_s,
                self.out.elevation,
            )
        if group.arrive_at_s is not None:
            _time_on_target(knots, group.arrive_at_s + plan.index * group.stagger_s)
        fields = flights.platform_fields(plan, item, site)
        if group.navigation is not None and fields["end"] == schema.END_IMPACT:
            fields["cep_m"], lost_s = satnav.jammed_cep_m(
                knots, fields["cep_m"], group.navigation, self.scenario.defence.satnav_jammers
            )
            if lost_s > 0.0:
                self.out.extra[f"satnav {plan.id}"] = f"lost for {lost_s:.0f} s, CEP {fields['cep_m']:.0f} m"
        row = self.out.add_platform(
            plan.id, item, knots, **fields,
            names={"class": item.role, "identity": group.identity, "group": group.id, "target": group.target or ""},
        )  # fmt: skip
        if group.jammer is not None:
            self._jammer(plan, row, group.jammer)
        if group.false_targets is not None:
            made = group.false_targets
            self.out.repeaters.append({
                **{name: getattr(made, name) for name in type(made).model_fields}, "platform": row, "t_on_s": made.from_s,
                "t_off_s": _NEVER_S if made.until_s is None else made.until_s,
            })  # fmt: skip
        if group.link_jammer is not None:
            self.out.link_jammers.append(link_jam_row(group.link_jammer, row))
        if group.pull_off is not None:
            self.out.pull_offs.append(pull_row(group.pull_off, row))
        if group.towed_decoy is not None or group.decoys or group.chaff:
            released.add(self.out, self.catalog, plan, row, self.wind, self.scenario.duration_s)

    def _ballistic(self, plan: PlatformPlan, item: Any, target: flights.Target) -> Any:
        """Ballistic knots; missiles of one group from one place fly the same path, and it is computed once."""
        start = plan.route[0]
        key = (item.id, start.lat_rad, start.lon_rad, start.alt_m, target)
        if key not in self.arcs:
            self.arcs[key] = flights.ballistic_knots(plan, item, target, self.wind)
            self.arcs[key][:, 0] -= plan.at_s
        knots = self.arcs[key].copy()
        knots[:, 0] += plan.at_s
        return knots

    def _spot(self, site: int) -> flights.Target:
        place = self.out.sites[site]["place"]
        return place.lat_rad, place.lon_rad, place.alt_m

    def _jammer(self, plan: PlatformPlan, row: int, jammer: Jammer) -> None:
        item = self.catalog.get(jammer.type, "jammer") if jammer.type is not None else None
        values = {}
        for name in ("power_w", "antenna_gain_db", "bandwidth_hz", "freq_min_hz", "freq_max_hz"):
            own = getattr(jammer, name)
            values[name] = item.si(name) if own is None and item is not None else own
        values.update(
            mode=jammer.mode, sweep_period_s=jammer.sweep_period_s, polarisation=jammer.polarisation
        )
        loss = item.si("polarisation_loss_db") if item is not None else 0.0
        until = _NEVER_S if jammer.until_s is None else jammer.until_s
        self.out.add_jammer(
            f"{plan.id}-JAM", row, {**values, "polarisation_loss_db": loss}, jammer.from_s, until,
            **jam_plan(jammer),
        )  # fmt: skip

    def recorded(self) -> list[Mapping[str, Any]]:
        """Recorded flights; returns what was counted while cleaning them."""
        counts = []
        for recorded in self.scenario.traffic.recorded:
            found, count = self._recording(recorded)
            item = self.catalog.get(recorded.type, "platform")
            works = item.si("p_transponder_works")
            if recorded.transponder_works is not None:
                works = recorded.transponder_works
            for name, knots in found:
                self.out.add_platform(
                    name, item, knots, klass=flights.CLASSES[item.role], identity=2, end=schema.END_LEAVE,
                    vulnerability=item.si("vulnerability"), p_iff_reply=0.0, p_ssr_reply=item.si("p_reply"),
                    p_transponder_works=works,
                    names={"class": item.role, "identity": "neutral", "group": "recorded", "target": ""},
                )  # fmt: skip
            counts.append(count)
        return counts

    def _recording(self, recorded: Recorded) -> tuple[list[Any], Mapping[str, Any]]:
        name = recorded.file.removeprefix("shipped:")
        path: str | Path = name
        if name == recorded.file:
            path = Path(self.scenario.text_origin).parent / recorded.file
        move = recorded.move_to
        return recorded_platforms(
            path,
            None if move is None else move.lat_rad,
            None if move is None else move.lon_rad,
            recorded.rotate_rad,
            -recorded.start_at_s,
            recorded.limit,
            self.scenario.duration_s,
        )


def _time_on_target(knots: np.ndarray, arrive_s: float) -> None:
    """Move a flight in time so that it ends then. ValueError where it would have to begin before the run."""
    knots[:, 0] += arrive_s - knots[-1, 0]
    if knots[0, 0] < 0.0:
        raise ValueError(f"to arrive then it would have to start {-knots[0, 0]:.0f} s before the run")
