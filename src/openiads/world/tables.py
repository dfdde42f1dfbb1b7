"""Assembly → World: one function per table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from openiads.doctrine import assign
from openiads.doctrine.identify import default_roe
from openiads.physics.geodesy import enu_basis, geodetic_to_ecef
from openiads.physics.interceptor_schema import missiles
from openiads.tracking.params import tracker_params
from openiads.tracking.schema import make_plots, make_track_sets, make_tracks, make_work
from openiads.world import columns, guns, moves, network, power, schema
from openiads.world.assemble import Assembly
from openiads.world.burn_through import dwell_tables
from openiads.world.flyouts import flyout_tables
from openiads.world.ground import ground_tables
from openiads.world.jamming import fill_jammer, fill_protection, jam_tables, repeater_tables
from openiads.world.link_jam import link_jam_tables
from openiads.world.passive import passive_tables
from openiads.world.pull_off import fill_gates, pull_tables
from openiads.world.rain import rain_tables, widespread
from openiads.world.room import TRACK_SPARE, event_capacity, plot_log_capacity, sample_capacity
from openiads.world.schema import Desk, World
from openiads.world.schema_passive import MAX_PASSIVE
from openiads.world.sensors import antenna_height_m, fill_radar, pd_table, refraction_table
from openiads.world.signatures import rcs_table
from openiads.world.surface import spike_room, surface_tables
from openiads.world.survive import mark_components, survive_tables
from openiads.world.weapons import weapon_table
from openiads.world.weather import weather_tables

MAX_CANDIDATES = 256  # targets weighed at one decision epoch
_NEVER_S = 1e9


def _table(dtype: np.dtype, n: int | tuple[int, ...]) -> np.recarray:
    return np.zeros(n, dtype=dtype).view(np.recarray)


def build(a: Assembly) -> World:
    """All tables in their initial state."""
    n_rounds = sum(m["rounds"] + m["reserve"] for m in a.magazines) + columns.stock(a)
    n_track = len(a.platforms) * 3 // 2 + TRACK_SPARE + sum(4 * x["count"] for x in a.repeaters)
    by_place = moves.by_place(a, _refraction, _ground, _weather)
    spikes = by_place["spike_per_s"]
    n_track += spike_room(moves.antennas(a), spikes)
    n_track += MAX_PASSIVE * any(c.get("passive") for c in a.posts)
    n_sets = len(a.radars) + len(a.posts)
    n_channels = sum(b["targets"] for b in a.batteries)
    weapon = weapon_table(a.weapons)
    coupling, share, duty = jam_tables(a)
    repeater, repeater_coupling = repeater_tables(a)
    flyout, flyout_scale = flyout_tables(weapon)
    return World(
        sim=_sim(a),
        site=_sites(a),
        platform=_platforms(a),
        knot=_knots(a),
        carried=_carried(a),
        cloud=_clouds(a),
        radar=_radars(a, n_track),
        jammer=_jammers(a),
        command_post=_posts(a, n_track),
        battery=_batteries(a),
        launcher=_launchers(a),
        magazine=_magazines(a),
        strike=_strikes(a),
        airway=_airways(a),
        weapon=weapon,
        arsenal=_arsenal(a),
        roe=_roe(a),
        tracker=_trackers(a),
        rcs_dbsm=np.stack([rcs_table(i) for i in a.signatures]) if a.signatures else np.zeros((0, 6, 13, 37)),
        pd_table=_pd_tables(a),
        flyout=flyout,
        flyout_scale=flyout_scale,
        jam_coupling_m2=coupling,
        jam_share=share,
        jam_duty=duty,
        **by_place,
        **moves.move_tables(a, _antenna_alt_m),
        **guns.gun_tables(a),
        **power.power_tables(a),
        repeater=repeater,
        repeater_coupling_m2=repeater_coupling,
        **pull_tables(a),
        **dwell_tables(a),
        **columns.column_tables(a),
        node=network.node_table(a),
        link=network.link_table(a),
        **link_jam_tables(a),
        site_state=_site_state(a),
        platform_state=_platform_state(a),
        radar_state=_table(schema.RADAR_STATE, len(a.radars)),
        due_s=np.full((len(a.radars), len(a.platforms)), np.inf),
        look=_table(schema.LOOK, (len(a.radars), len(a.platforms))),
        jammer_state=_jammer_state(a),
        jam=_jam_state(a),
        battery_state=_battery_state(a),
        channel=_channels(n_channels),
        launcher_state=_table(schema.LAUNCHER_STATE, len(a.launchers)),
        magazine_state=_magazine_state(a),
        strike_state=_table(schema.STRIKE_STATE, len(a.strikes)),
        track=make_tracks(n_track * n_sets),
        track_set=_track_sets(a, n_sets),
        picture=_table(schema.PICTURE, n_track * n_sets),
        echo=_table(schema.ECHO, max(len(a.platforms), 1)),
        cell=np.full(schema.N_CELLS, -1, np.int64),
        plot=make_plots(schema.MAX_PLOTS),
        missile=missiles(n_rounds),
        round=_table(schema.ROUND, n_rounds),
        event=_table(schema.EVENT, event_capacity(a, n_rounds, float(spikes.sum()))),
        sample=_table(schema.SAMPLE, sample_capacity(a, n_rounds)),
        work=make_work(schema.MAX_PLOTS, n_track),
        desk=_desk(a, n_channels),
        **survive_tables(a),
        node_state=network.node_states(a),
        link_state=_table(schema.LINK_STATE, len(a.links)),
        route_s=network.ways(a, network.nodes(a))[0],
        route_link=network.ways(a, network.nodes(a))[1],
        report=network.reports(a),
        mail=_table(schema.MAIL, (len(a.radars), network.slots(a))),
        mail_plot=make_plots(len(a.radars) * network.slots(a)).reshape(len(a.radars), network.slots(a)),  # type: ignore[arg-type]
        mail_track=make_tracks(len(a.radars) * network.slots(a)).reshape(len(a.radars), network.slots(a)),  # type: ignore[arg-type]
        bias=network.biases(a),
        guide=_table(schema.GUIDE, n_rounds),
        plot_log=_table(schema.PLOT_LOG, plot_log_capacity(a)),
        **passive_tables(a, share, n_rounds),
    )


def _sim(a: Assembly) -> np.recarray:
    sim = _table(schema.SIM, 1)
    sim.dt_s = a.dt_s
    sim.n_steps = round(a.duration_s / a.dt_s)
    sim.n_substeps = a.n_substeps
    sim.sample_every = round(a.sample_s / a.dt_s) if a.sample_s > 0.0 else 0
    sim.commands = 1 if a.links or any(c.get("loss_mode", 0) != schema.LOSS_HOLD for c in a.posts) else 0
    return sim


def _sites(a: Assembly) -> np.recarray:
    table = _table(schema.SITE, len(a.sites))
    for row, s in zip(table, a.sites, strict=True):
        place = s["place"]
        row.kind, row.row, row.value = s["kind"], -1, s["value"]
        row.radius_m, row.hardness = s["radius_m"], s["hardness"]
        row.lat_rad, row.lon_rad, row.alt_m = place.lat_rad, place.lon_rad, place.alt_m
        row.x_m, row.y_m, row.z_m = geodetic_to_ecef(place.lat_rad, place.lon_rad, place.alt_m)
        for name, value in zip(
            (f"{v}{c}" for v in "enu" for c in "xyz"), enu_basis(place.lat_rad, place.lon_rad), strict=True
        ):
            row[name] = value
    for index, r in enumerate(a.radars):
        table[r["site"]].row = index
    for index, x in enumerate(a.launchers):
        table[x["site"]].row = index
    for index, c in enumerate(a.posts):
        if c.get("standby", -1) < 0:
            table[c["site"]].row = index
    for index, d in enumerate(a.decoy_emitters):
        table[d["site"]].row = index
    mark_components(a, table)
    return table


def _site_state(a: Assembly) -> np.recarray:
    table = _table(schema.SITE_STATE, len(a.sites))
    table.alive = 1
    table.t_dead_s = -1.0
    return table


_PLATFORM_DEFAULTS = {
    "target_site": -1, "seeker_cos": 2.0, "vulnerability": 1.0, "p_transponder_works": 1.0, "end": schema.END_LEAVE,
    "rcs_factor": 1.0, "cloud": -1,
}  # fmt: skip


def _platforms(a: Assembly) -> np.recarray:
    table = _table(schema.PLATFORM, len(a.platforms))
    first = 0
    for row, p in zip(table, a.platforms, strict=True):
        knots, item = p["knots"], p["echo"]
        for name, value in {**_PLATFORM_DEFAULTS, **p}.items():
            if name in (schema.PLATFORM.names or ()):
                row[name] = value
        row.first_knot, row.n_knots = first, len(knots)
        row.t_start_s, row.t_end_s = knots[0, 0], knots[-1, 0]
        row.signature = p["signature"]
        row.swerling = p.get("swerling", item.count("swerling"))
        first += len(knots)
    guns.fill_areas(a, table)
    for j in a.jammers:
        if j["plan"].get("lit"):
            table[j["platform"]].listens = 1
    return table


def _carried(a: Assembly) -> np.recarray:
    table = _table(schema.CARRIED, len(a.carried))
    for row, values in zip(table, a.carried, strict=True):
        row.platform, row.carrier, row.towed = values
    return table


def _clouds(a: Assembly) -> np.recarray:
    table = _table(schema.CLOUD, len(a.clouds))
    for row, values in zip(table, a.clouds, strict=True):
        for name, value in values.items():
            row[name] = value
    return table


def _knots(a: Assembly) -> np.recarray:
    if not a.platforms:
        return _table(schema.KNOT, 0)
    rows = np.concatenate([p["knots"] for p in a.platforms])
    table = _table(schema.KNOT, len(rows))
    for column, name in enumerate(schema.KNOT.names or ()):
        table[name] = rows[:, column]
    return table


def _platform_state(a: Assembly) -> np.recarray:
    table = _table(schema.PLATFORM_STATE, len(a.platforms))
    table.fate = 6  # not started
    table.emitter_site = -1
    table.aim_x_m = math.nan
    table.t_eval_s = -1.0
    for row, p in zip(table, a.platforms, strict=True):
        knots = p["knots"]
        chords = np.diff(knots[:, 1:4], axis=0) / np.diff(knots[:, 0])[:, None]
        # Between knots a cubic runs at 1.5 times its chord less a quarter of what its ends say together, at most: true of ends that
        # fly along the chord. Of all shipped and generated flights the fastest came to 0.97 of this.
        top = max(np.linalg.norm(knots[:, 4:7], axis=1).max(), 1.5 * np.linalg.norm(chords, axis=1).max())
        row.speed_max_mps = 1.1 * max(top, p.get("speed_mps", 0.0))
    table.t_next_s = [p["knots"][0, 0] for p in a.platforms]
    return table


def _antenna_alt_m(a: Assembly, r: dict[str, Any]) -> float:
    return float(a.sites[r["site"]]["place"].alt_m + antenna_height_m(r))


def _radars(a: Assembly, n_track: int) -> np.recarray:
    table = _table(schema.RADAR, len(a.radars))
    for index, (row, r) in enumerate(zip(table, a.radars, strict=True)):
        place = a.sites[r["site"]]["place"]
        fill_radar(row, r["item"])
        row.site, row.command_post, row.battery = r["site"], r["post"], r["battery"]
        row.alt_m = _antenna_alt_m(a, r)
        row.x_m, row.y_m, row.z_m = geodetic_to_ecef(place.lat_rad, place.lon_rad, row.alt_m)
        row.az0_rad = r.get("az0_rad", 0.0)
        if r.get("sector_half_rad") is not None:
            row.sector_half_rad = r["sector_half_rad"]
        row.heading_error_rad = r.get("heading_error_rad", 0.0)
        row.t_on_s, row.t_off_s = r.get("t_on_s", 0.0), r.get("t_off_s", _NEVER_S)
        row.first_track, row.n_track = index * n_track, n_track
        row.stand = index
        fill_protection(row, r)
        fill_gates(row, r)
        row.node = network.node_of_radar(a, network.nodes(a), r) if a.links else -1
        row.bias_range_m, row.bias_el_rad = r.get("bias_range_m", 0.0), r.get("bias_el_rad", 0.0)
    return table


def _refraction(a: Assembly) -> Mapping[str, Any]:
    tables = [refraction_table(round(_antenna_alt_m(a, r), 3), a.refraction_model) for r in a.radars]
    return {"refraction": np.stack(tables) if tables else np.zeros((0, 2, 3))}


def _ground(a: Assembly) -> Mapping[str, Any]:
    places = [a.sites[r["site"]]["place"] for r in a.radars]
    antennas = [(p.lat_rad, p.lon_rad, _antenna_alt_m(a, r)) for p, r in zip(places, a.radars, strict=True)]
    return ground_tables(a.elevation, antennas, [r["item"].si("range_instrumented_m") for r in a.radars])


def _weather(a: Assembly) -> Mapping[str, Any]:
    made = weather_tables(
        widespread(a.weather), [(r["item"], _antenna_alt_m(a, r), a.sites[r["site"]]["place"].alt_m) for r in a.radars],
        a.elevation is not None,
    )  # fmt: skip
    return {**surface_tables(a, made, [_antenna_alt_m(a, r) for r in a.radars]), **rain_tables(a)}


def _pd_tables(a: Assembly) -> np.ndarray:
    cases = frozenset(p.get("swerling", p["echo"].count("swerling")) for p in a.platforms)
    return np.stack([pd_table(r["item"], cases) for r in a.radars]) if a.radars else np.zeros((0, 5, 2))


def _jammers(a: Assembly) -> np.recarray:
    table = _table(schema.JAMMER, len(a.jammers))
    for row, j in zip(table, a.jammers, strict=True):
        row.platform, row.t_on_s, row.t_off_s = j["platform"], j["on"], j["off"]
        fill_jammer(row, j["plan"])
    return table


def _jammer_state(a: Assembly) -> np.recarray:
    table = _table(schema.JAMMER_STATE, len(a.jammers))
    table.t_lit_s = -_NEVER_S
    return table


def _jam_state(a: Assembly) -> np.recarray:
    table = _table(schema.JAM_STATE, (len(a.radars), len(a.jammers)))
    table["strobe_s"] = table["strobe_from_s"] = -_NEVER_S
    return table


_POST_DEFAULTS = {
    "assignment": assign.GREEDY, "policy": 0, "salvo": 2, "layering": 1, "reaction_s": 10.0, "assessment_delay_s": 5.0,
    "min_pk": 0.3, "max_range_fraction": 1.0, "max_rounds_per_target": 6, "asset_margin_m": 30e3,
    "max_threat_time_s": 1800.0, "standby": -1, "loss_mode": schema.LOSS_HOLD, "successor": -1, "loss_after_s": 20.0, "rejoin": 1,
    "remote": 0, "registration": 0,
}  # fmt: skip


def _posts(a: Assembly, n_track: int) -> np.recarray:
    table = _table(schema.COMMAND_POST, len(a.posts))
    for index, (row, c) in enumerate(zip(table, a.posts, strict=True)):
        for name, value in {**_POST_DEFAULTS, **c}.items():
            if name in (schema.COMMAND_POST.names or ()):
                row[name] = value
        row.decision_every = max(round(c.get("decision_period_s", 2.0) / a.dt_s), 1)
        row.first_track, row.n_track = (len(a.radars) + index) * n_track, n_track
        row.node = index if a.links and row.standby < 0 else -1
        row.reference = next((k for k, r in enumerate(a.radars) if r["post"] == index), -1)
    return table


def _roe(a: Assembly) -> np.recarray:
    table = default_roe(len(a.posts))
    for row, c in zip(table, a.posts, strict=True):
        for name, value in c["roe"].items():
            row[name] = value
    return table


def _batteries(a: Assembly) -> np.recarray:
    table = _table(schema.BATTERY, len(a.batteries))
    first = 0
    for row, b in zip(table, a.batteries, strict=True):
        row.command_post, row.radar = b["post"], b["radar"]
        row.first_channel, row.n_channel = first, b["targets"]
        row.missile_channels = b["missiles"]
        row.node = network.nodes(a)[b["id"]][0] if a.links else -1
        row.own_post = b.get("own_post", -1)
        first += b["targets"]
    return table


def _battery_state(a: Assembly) -> np.recarray:
    table = _table(schema.BATTERY_STATE, len(a.batteries))
    table["post"] = [b["post"] for b in a.batteries]
    return table


def _channels(n: int) -> np.recarray:
    table = _table(schema.CHANNEL, n)
    table.track_id = -1
    table.local_track = -1
    table.local_id = -1
    return table


def _launchers(a: Assembly) -> np.recarray:
    table = _table(schema.LAUNCHER, len(a.launchers))
    for row, x in zip(table, a.launchers, strict=True):
        row.site, row.battery, row.interval_s, row.reload_s = (
            x["site"],
            x["battery"],
            x["interval_s"],
            x["reload_s"],
        )
        row.first_magazine, row.n_magazine = x["first"], x["n"]
    return table


def _magazines(a: Assembly) -> np.recarray:
    table = _table(schema.MAGAZINE, len(a.magazines))
    for row, m in zip(table, a.magazines, strict=True):
        for name, value in m.items():
            row[name] = value
    return table


def _magazine_state(a: Assembly) -> np.recarray:
    table = _table(schema.MAGAZINE_STATE, len(a.magazines))
    for row, m in zip(table, a.magazines, strict=True):
        row.rounds, row.reserve = m["rounds"], m["reserve"]
    return table


def _strikes(a: Assembly) -> np.recarray:
    table = _table(schema.STRIKE, len(a.strikes))
    for row, s in zip(table, a.strikes, strict=True):
        for name, value in s.items():
            row[name] = value
    return table


def _airways(a: Assembly) -> np.recarray:
    table = _table(schema.AIRWAY, len(a.airways))
    for row, w in zip(table, a.airways, strict=True):
        for end, place in (("a", w["start"]), ("b", w["end"])):
            row[f"{end}x_m"], row[f"{end}y_m"], row[f"{end}z_m"] = geodetic_to_ecef(
                place.lat_rad, place.lon_rad, 0.0
            )
        row.half_width_m = w["half_width_m"]
        row.alt_min_m, row.alt_max_m = w["alt_min_m"], w["alt_max_m"]
    return table


def _arsenal(a: Assembly) -> np.recarray:
    table = _table(schema.ARSENAL, len(a.weapons))
    for row, item in zip(table, a.weapons, strict=True):
        row.reach_m = item.si("range_max_m")
        row.reliability = item.si("reliability")
        row.single_pk = item.si("lethal_p0") * item.si("reliability")
        row.cost = item.si("launch_mass_kg")
    return table


def _trackers(a: Assembly) -> np.recarray:
    table = tracker_params(len(a.radars) + len(a.posts))
    for row, r in zip(table, a.radars, strict=False):
        item = r["item"]
        row.revisit_s = item.si("rotation_period_s" if item.choice("scan") == "rotating" else "frame_time_s")
        if r["battery"] >= 0:
            row.min_gap = 0.0  # dedicated looks come between those of the search
    for index, row in enumerate(table[len(a.radars) :]):
        reporting = [t.revisit_s for t, r in zip(table, a.radars, strict=False) if r["post"] == index]
        row.revisit_s = min(reporting, default=10.0)
        alone = a.posts[index].get("standby", -1)
        if alone >= 0:
            row.revisit_s = table[a.batteries[alone]["radar"]].revisit_s
        elif a.links:
            row.retrodict = int(network.longest_s(a) > 0.0)
            row.late_max_s = network.late_max_s(a)
    return table


def _track_sets(a: Assembly, n_sets: int) -> np.recarray:
    table = make_track_sets(n_sets)
    for index in range(len(a.posts)):
        table[len(a.radars) + index].next_id = index * 1_000_000 + 1
    # Batteries that stand alone number theirs in what the first command post will never come to.
    alone = [k for k, c in enumerate(a.posts) if c.get("standby", -1) >= 0]
    for place, index in enumerate(alone):
        table[len(a.radars) + index].next_id = 100_000 + place * (900_000 // len(alone)) + 1
    return table


def _desk(a: Assembly, n_channels: int) -> Desk:
    n, m, q = MAX_CANDIDATES, max(len(a.batteries), 1), max(len(a.weapons), 1)
    desk = Desk(
        track=np.zeros(n, np.int64),
        value=np.zeros(n),
        reason=np.zeros(n, np.int64),
        pk=np.zeros((n, m)),
        weapon=np.zeros((n, m), np.int64),
        planned=np.zeros((n, m), np.int64),
        x=np.zeros((n, m), np.int64),
        rounds=np.zeros(m, np.int64),
        channels=np.zeros(m, np.int64),
        assets=np.zeros((len(a.sites), 5)),
        weapon_pk=np.zeros(q),
        weapon_time=np.zeros(q),
        weapon_wait=np.zeros(q),
        weapon_rounds=np.zeros(q, np.int64),
        weapon_reach=np.zeros(q),
        weapon_cost=np.zeros(q),
        wta=assign.make_work(n, m, max(n_channels, 1)),
    )
    for index, item in enumerate(a.weapons):
        desk.weapon_reach[index] = item.si("range_max_m")
        desk.weapon_cost[index] = item.si("launch_mass_kg")
    return desk
