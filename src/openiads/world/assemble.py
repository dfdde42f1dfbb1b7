"""Assembly: rows go in one by one, a World and its Names come out.

The scenario compiler is the usual caller; tests and studies of a single mechanism build small Worlds with it directly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from openiads.catalog.items import Item
from openiads.physics.jamming import check_jammer
from openiads.physics.radar import db_to_ratio
from openiads.world import schema
from openiads.world.elevation_grid import Elevation
from openiads.world.guns import gun_fields
from openiads.world.names import Names
from openiads.world.schema import World
from openiads.world.sensors import antenna_height_m
from openiads.world.weather import CLEAR, Weather

_SITE_KINDS = (
    "radar",
    "launcher",
    "command post",
    "asset",
    "target",
    "decoy emitter",
    "gun",
    "power unit",
    "reload column",
)


@dataclass
class Place:
    """Geodetic position: radians and metres above the ellipsoid."""

    lat_rad: float
    lon_rad: float
    alt_m: float


@dataclass
class Assembly:
    """Collects rows. Indices returned by the `add_…` methods are the rows of the later tables."""

    duration_s: float
    dt_s: float = 0.25
    n_substeps: int = 4
    sample_s: float = 0.0
    plots: bool = False  # keep what the radars measure
    refraction_model: int = 0
    sites: list[dict[str, Any]] = field(default_factory=list)
    radars: list[dict[str, Any]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    batteries: list[dict[str, Any]] = field(default_factory=list)
    launchers: list[dict[str, Any]] = field(default_factory=list)
    magazines: list[dict[str, Any]] = field(default_factory=list)
    weapons: list[Item] = field(default_factory=list)
    platforms: list[dict[str, Any]] = field(default_factory=list)
    signatures: list[Item] = field(default_factory=list)
    jammers: list[dict[str, Any]] = field(default_factory=list)
    strikes: list[dict[str, Any]] = field(default_factory=list)
    airways: list[dict[str, Any]] = field(default_factory=list)
    elevation: Elevation | None = None
    weather: Weather = CLEAR
    emission: dict[int, dict[str, Any]] = field(default_factory=dict)  # radar → fields of EMISSION
    decoy_emitters: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)  # fields of COMPONENT
    crews: int = 0
    spares: dict[int, int] = field(
        default_factory=dict
    )  # kind of component → number; without an entry: any number
    carried: list[tuple[int, int, int]] = field(default_factory=list)  # platform, carrier, towed
    clouds: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)  # for Names.extra
    repeaters: list[dict[str, Any]] = field(default_factory=list)  # `world.jamming.repeater_tables`
    links: list[dict[str, Any]] = field(default_factory=list)
    link_jammers: list[dict[str, Any]] = field(default_factory=list)  # `world.link_jam.link_jam_tables`
    pull_offs: list[dict[str, Any]] = field(default_factory=list)  # `world.pull_off.pull_tables`
    home_on_jam: dict[str, dict[str, float]] = field(default_factory=dict)  # missile → range_m, memory_s
    movers: list[dict[str, Any]] = field(default_factory=list)
    guns: list[dict[str, Any]] = field(default_factory=list)
    supplies: list[tuple[int, int, float]] = field(
        default_factory=list
    )  # site, power unit, seconds on batteries
    columns: list[dict[str, Any]] = field(default_factory=list)  # `world.columns.column_tables`

    # --- ground --------------------------------------------------------------------------------

    def add_site(
        self,
        name: str,
        kind: int,
        place: Place,
        value: float = 0.0,
        radius_m: float = 10.0,
        hardness: float = 1.0,
    ) -> int:
        """A place on the ground that can be seen, defended and hit."""
        self.sites.append(
            {
                "id": name,
                "kind": kind,
                "place": place,
                "value": value,
                "radius_m": radius_m,
                "hardness": hardness,
            }
        )
        return len(self.sites) - 1

    def add_post(self, name: str, place: Place, roe: Mapping[str, Any], **doctrine: Any) -> int:
        """A command post. `doctrine`: fields of COMMAND_POST; `roe`: fields of ROE that differ from the default."""
        site = self.add_site(name, schema.SITE_COMMAND_POST, place, doctrine.pop("value", 5.0), 15.0)
        self.posts.append({"id": name, "site": site, "roe": dict(roe), **doctrine})
        return len(self.posts) - 1

    def add_radar(self, name: str, item: Item, place: Place, post: int, **more: Any) -> int:
        """A radar of a catalogue type reporting to a command post. `more`: antenna_height_m, az0_rad, sector_half_rad,
        heading_error_rad, t_on_s, t_off_s, value, protection (`world.jamming`)."""
        site = self.add_site(
            name, schema.SITE_RADAR, place, more.pop("value", 5.0), item.si("radius_m"), item.si("hardness")
        )
        self.radars.append({"id": name, "item": item, "site": site, "post": post, "battery": -1, **more})
        return len(self.radars) - 1

    def add_battery(self, name: str, post: int, radar: int, targets: int, missile_channels: int) -> int:
        """A fire unit: an engagement radar with its channels."""
        self.batteries.append(
            {"id": name, "post": post, "radar": radar, "targets": targets, "missiles": missile_channels}
        )
        self.radars[radar]["battery"] = len(self.batteries) - 1
        return len(self.batteries) - 1

    def add_link(
        self,
        a: str,
        b: str,
        delay_s: float = 0.0,
        loss: float = 0.0,
        per_s: float = 0.0,
        wait_max_s: float = 1.0,
        radio: Mapping[str, float] | None = None,
    ) -> None:
        """A link, both ways, between two of: command posts, search radars, batteries (ids). With the first link
        messages go over links only. per_s: messages a second, 0 without limit; wait_max_s: those that would wait
        longer are dropped; radio: of a link that can be jammed (`world.link_jam`)."""
        self.links.append(
            {
                "a": a,
                "b": b,
                "delay_s": delay_s,
                "loss": loss,
                "per_s": per_s,
                "wait_max_s": wait_max_s,
                "radio": radio,
            }
        )

    def add_standby(self, battery: int, roe: Mapping[str, Any], **doctrine: Any) -> int:
        """The own command of a battery, for when it stands alone; after all command posts. As :meth:`add_post`."""
        unit = self.batteries[battery]
        site = self.radars[unit["radar"]]["site"]
        self.posts.append(
            {"id": f"{unit['id']} (alone)", "site": site, "roe": dict(roe), **doctrine, "standby": battery}
        )
        unit["own_post"] = len(self.posts) - 1
        return len(self.posts) - 1

    def add_launcher(
        self, name: str, item: Item, place: Place, battery: int, rounds: Mapping[int, tuple[int, int]]
    ) -> int:
        """A launcher of a battery. `rounds`: weapon index → (ready, in reserve)."""
        site = self.add_site(name, schema.SITE_LAUNCHER, place, 2.0, item.si("radius_m"), item.si("hardness"))
        index = len(self.launchers)
        self.launchers.append({
            "id": name, "site": site, "battery": battery, "interval_s": item.si("launch_interval_s"),
            "reload_s": item.si("reload_time_s"), "first": len(self.magazines), "n": len(rounds),
        })  # fmt: skip
        for weapon, (ready, reserve) in rounds.items():
            room = {str(at[0]): n for at, n in item.table("rounds_per_tube").cells()}
            full = item.count("tubes") * int(room.get(self.weapons[weapon].id, 1))
            self.magazines.append({
                "launcher": index, "weapon": weapon, "rounds": ready, "reserve": reserve, "capacity": ready or full,
            })  # fmt: skip
        return index

    def add_gun(self, name: str, item: Item, place: Place, battery: int, rounds: int, **more: float) -> int:
        """A gun of a battery, laid by its radar. `more`: fields of GUN in place of the item's."""
        site = self.add_site(name, schema.SITE_GUN, place, 0.0, item.si("radius_m"), item.si("hardness"))
        self.guns.append(
            {**gun_fields(item), **more, "id": name, "site": site, "battery": battery, "rounds": rounds}
        )
        return len(self.guns) - 1

    def add_column(
        self, name: str, place: Place, stock: Mapping[int, int], trucks: int, serves: Sequence[int], speed_mps: float,
        detour: float = 1.0, **more: float,
    ) -> int:  # fmt: skip
        """A reload column; returns its site. `stock`: weapon → rounds; `serves`: launchers; `more`: value, radius_m, hardness."""
        site = self.add_site(name, schema.SITE_COLUMN, place, **more)
        self.columns.append({
            "id": name, "site": site, "stock": dict(stock), "trucks": trucks, "serves": list(serves),
            "speed_mps": speed_mps, "detour": detour,
        })  # fmt: skip
        return site

    def add_weapon(self, item: Item) -> int:
        """A missile type of the catalogue; the same type once only."""
        for index, known in enumerate(self.weapons):
            if known.id == item.id:
                return index
        self.weapons.append(item)
        return len(self.weapons) - 1

    def control_emission(self, radar: int, mode: int, **more: float) -> None:
        """Emission of a radar under doctrine. `mode`: EMIT_*; `more`: the other fields of EMISSION."""
        self.emission[radar] = {"mode": mode, **more}

    def add_decoy_emitter(
        self, name: str, place: Place, post: int, power: float = 1.0, always: bool = False, **more: float
    ) -> int:
        """Something that transmits like a radar. `power`: as a missile hears it, a radar being 1. `more`: value, radius_m,
        hardness."""
        site = self.add_site(
            name, schema.SITE_DECOY_EMITTER, place, more.get("value", 0.0), more.get("radius_m", 2.0),
            more.get("hardness", 1.0),
        )  # fmt: skip
        self.decoy_emitters.append(
            {"site": site, "command_post": post, "power": power, "always": int(always)}
        )
        return len(self.decoy_emitters) - 1

    def add_component(self, site: int, kind: int, **more: float) -> int:
        """A part of a site that can break alone. `kind`: index of events.COMPONENT; `more`: the other fields of COMPONENT."""
        self.components.append({"site": site, "kind": kind, "hardness": 1.0, **more})
        return len(self.components) - 1

    def add_move(
        self,
        site: int,
        places: Sequence[tuple[Place, Sequence[Place]]],
        speed_mps: float,
        at_s: Sequence[float] = (),
        az0_rad: Mapping[int, float] | None = None,
        **rules: float,
    ) -> None:
        """A site goes to other places: (place, points on the way to it), one after the other, and stays at the last.
        `at_s`: planned times, ascending; `az0_rad`: middle of a radar's sector by place, of the first further one 1; `rules`:
        pack_s, set_up_s, after_shots, after_alarm, waits of MOVER."""
        self.movers.append({
            "site": site, "places": [(place, list(via)) for place, via in places], "speed_mps": speed_mps,
            "at_s": list(at_s), "rules": rules, "az0_rad": dict(az0_rad or {}),
        })  # fmt: skip

    def add_supply(self, site: int, unit: int, backup_s: float = 0.0) -> None:
        """A site hangs on a power unit (a site of SITE_POWER) and works on for `backup_s` without it."""
        self.supplies.append((site, unit, backup_s))

    # --- what flies ----------------------------------------------------------------------------

    def add_platform(self, name: str, item: Item, knots: np.ndarray, **more: Any) -> int:
        """Something that flies along knots [t_s, x, y, z, vx, vy, vz] (two or more rows). `more`: fields of PLATFORM,
        `echo` (an item: whose signature it has, where not its own) and `names`: a dict with class, identity, group and
        target for the tables."""
        if len(knots) < 2:
            raise ValueError(f"{name}: a trajectory needs at least two knots")
        ids = [known.id for known in self.signatures]
        seen_as = more.setdefault("echo", item)
        index = ids.index(seen_as.id) if seen_as.id in ids else len(ids)
        if index == len(ids):
            self.signatures.append(seen_as)
        self.platforms.append({"id": name, "item": item, "knots": knots, "signature": index, **more})
        return len(self.platforms) - 1

    def add_jammer(
        self,
        name: str,
        platform: int,
        values: Mapping[str, Any],
        t_on_s: float = 0.0,
        t_off_s: float = 1e9,
        **plan: Any,
    ) -> int:
        """A noise jammer carried by a platform. `values`: power_w, antenna_gain_db, bandwidth_hz, freq_min_hz,
        freq_max_hz, polarisation_loss_db, and mode, sweep_period_s, polarisation (`world.jamming`). `plan`: fields of
        JAMMER that differ from 0, with `aim` (a Place) for its beam. ValueError for one without power, gain or bandwidth.
        """
        check_jammer(values["power_w"], db_to_ratio(values["antenna_gain_db"]), values["bandwidth_hz"])
        self.jammers.append(
            {
                "id": name,
                "values": dict(values),
                "platform": platform,
                "on": t_on_s,
                "off": t_off_s,
                "plan": plan,
            }
        )
        return len(self.jammers) - 1

    # --- out -----------------------------------------------------------------------------------

    def finish(self) -> tuple[World, Names]:
        """The World in its initial state, and the names of its rows."""
        from openiads.world.tables import build  # noqa: PLC0415 - the other half of this class

        return build(self), self.names()

    def names(self) -> Names:
        """Ids and what the reports need to know besides."""

        def labels(key: str) -> tuple[str, ...]:
            return tuple(str(p["names"].get(key, "")) for p in self.platforms)

        return Names(
            platform=tuple(p["id"] for p in self.platforms),
            platform_type=tuple(p["item"].id for p in self.platforms),
            platform_class=labels("class"),
            platform_identity=labels("identity"),
            platform_group=labels("group"),
            platform_target=labels("target"),
            site=tuple(s["id"] for s in self.sites),
            site_kind=tuple(_SITE_KINDS[s["kind"]] for s in self.sites),
            site_lat_deg=tuple(math.degrees(s["place"].lat_rad) for s in self.sites),
            site_lon_deg=tuple(math.degrees(s["place"].lon_rad) for s in self.sites),
            site_alt_m=tuple(s["place"].alt_m for s in self.sites),
            site_value=tuple(s["value"] for s in self.sites),
            radar=tuple(r["id"] for r in self.radars),
            radar_type=tuple(r["item"].id for r in self.radars),
            radar_range_m=tuple(r["item"].si("range_instrumented_m") for r in self.radars),
            radar_antenna_m=tuple(antenna_height_m(r) for r in self.radars),
            command_post=tuple(c["id"] for c in self.posts),
            battery=tuple(b["id"] for b in self.batteries),
            launcher=tuple(x["id"] for x in self.launchers),
            jammer=tuple(j["id"] for j in self.jammers),
            weapon=tuple(w.id for w in self.weapons),
            weapon_range_m=tuple(w.si("range_max_m") for w in self.weapons),
            magazine_launcher=tuple(self.launchers[m["launcher"]]["id"] for m in self.magazines),
            magazine_weapon=tuple(self.weapons[m["weapon"]].id for m in self.magazines),
            site_places={
                m["site"]: tuple((math.degrees(p.lat_rad), math.degrees(p.lon_rad)) for p, _ in m["places"])
                for m in self.movers
            },
            column=tuple(c["id"] for c in self.columns),
            extra=dict(self.extra),
        )
