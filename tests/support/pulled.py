"""A fire unit whose radar is led away: Worlds with one self-screening target, and what each dedicated look brought back."""

from __future__ import annotations

from typing import Any

import numpy as np

from openiads.doctrine.standard import decide
from openiads.engine.run import collect, first_class
from openiads.engine.schedule import run_steps
from openiads.world import schema
from openiads.world.assemble import Assembly
from openiads.world.handle import handle
from openiads.world.schema import World

from . import saturation as sat

RCS_M2 = 4.0
#: Dwell to 3.5 s after the first look, then 30 m/s^2 for 10 s, 2 s there, 2 s silent.
PULL: dict[str, Any] = {
    "gate": "range", "power_w": 50.0, "antenna_gain_db": 5.0, "freq_min_hz": 8e9, "freq_max_hz": 12e9, "loss_db": 3.0,
    "repeater_delay_s": 100e-9, "start_s": 2.0, "dwell_s": 1.5, "pull_s": 10.0, "hold_s": 2.0, "silent_s": 2.0,
    "rate_mps": 0.0, "acceleration_mps2": 30.0, "t_on_s": 0.0, "t_off_s": 1e9,
}  # fmt: skip
SURE = {"capture_probability": 1.0}


def scene(
    pull: dict[str, Any] | None = None,
    *,
    duration_s: float = 40.0,
    protection: dict[str, Any] | None = None,
    others: int = 0,
    kill: float = 1e-6,
    lethal_m: float = 2000.0,
    rounds: int = 4,
    **radar: Any,
) -> World:
    """A fighter that comes straight in from 60 km, and a fire unit that takes it on at once. `pull`: changes of PULL, None:
    no repeater; `others`: search radars besides; `kill`: kill probability of a burst within `lethal_m`; `radar`: changes of
    its radar."""
    a = Assembly(duration_s=duration_s)
    post = a.add_post(
        "CP", sat.HERE, sat.HOSTILE, reaction_s=0.0, assessment_delay_s=5.0, decision_period_s=0.25, policy=0, salvo=1,
        min_pk=0.0, max_rounds_per_target=4, asset_margin_m=30e3, value=0.0,
    )  # fmt: skip
    unit = sat.sure_radar(
        "92N6E", **{"interrogator": False, "track_period_s": 0.5, "track_dwell_s": 1e-4, "scan_loss_exponent": 0.0,
                    "claim_range_m": 340e3, "frame_time_s": 5.0, **radar},
    )  # fmt: skip
    r = a.add_radar(
        "FC",
        unit,
        sat.HERE,
        post,
        value=0.0,
        sector_half_rad=np.pi,
        protection={**SURE, **(protection or {})},
    )
    battery = a.add_battery("B", post, r, 4, 16)
    weapon = a.add_weapon(sat.sure_missile(kill, lethal_radius_m=lethal_m, fuze_radius_m=lethal_m))
    a.add_launcher("L", sat.item("5P85SE2", launch_interval_s=0.0), sat.HERE, battery, {weapon: (rounds, 0)})
    for k in range(others):
        a.add_radar(
            f"SR{k}", sat.sure_radar("91N6E", interrogator=False), sat.at(120.0 * k, 4e3), post, value=0.0
        )
    asset = a.add_site("ASSET", schema.SITE_ASSET, sat.HERE, 100.0, 300.0, 1.0)
    knots = sat.straight(sat.at(40.0, 60e3, 9e3), sat.at(40.0, 10.0, 9e3), 250.0, step_s=2.0)
    row = a.add_platform(
        "T", sat.item("fighter", swerling=0), knots, klass=0, identity=3, end=schema.END_LEAVE, p_iff_reply=0.0,
        p_ssr_reply=0.0, target_site=asset, names={"class": "x", "identity": "hostile", "group": "g", "target": ""},
    )  # fmt: skip
    if pull is not None:
        a.pull_offs.append({**PULL, "platform": row, **pull})
    world = a.finish()[0]
    world.rcs_dbsm[:] = 10.0 * np.log10(RCS_M2)
    return world


def looks(world: World, seed: int = 7, replication: int = 0) -> tuple[list[dict[str, float]], Any]:
    """Every dedicated look of radar 0 that brought a plot, and the outcome: time, true distance, places of echo and plot
    over it, J/S that its strength shows, J/S by hand, distance of its fused track from the truth."""
    own = schema.scratch(world)
    schema.reset(own, world)
    own.sim[0].seed, own.sim[0].replication = seed, replication
    w, doctrine = handle(own), first_class(decide, handle(own))
    par, found = own.radar[0], []
    with np.errstate(all="ignore"):
        while int(own.sim[0].step) < int(own.sim[0].n_steps):
            before = float(own.channel.t_look_s.max())
            run_steps(w, doctrine, 1)
            mine = own.plot[0].radar == 0 and own.sim[0].n_echoes == 1
            if own.channel.t_look_s.max() > before and mine:
                found.append(_look(own, par, float(own.sim[0].t_s)))
        run_steps(w, doctrine, 1)
    return found, collect(own)


def where(world: World, platform: int, t_s: float) -> np.ndarray:
    """Place of a platform at a time, by the cubic between its knots (m, ECEF)."""
    p = world.platform[platform]
    k = world.knot[p.first_knot : p.first_knot + p.n_knots]
    i = int(np.clip(np.searchsorted(k.t_s, t_s, side="right") - 1, 0, len(k) - 2))
    h = k.t_s[i + 1] - k.t_s[i]
    u = (t_s - k.t_s[i]) / h
    (a, va), (b, vb) = (
        (np.array([r.x_m, r.y_m, r.z_m]), np.array([r.vx_mps, r.vy_mps, r.vz_mps])) for r in (k[i], k[i + 1])
    )
    one = (1.0 + 2.0 * u) * (1.0 - u) ** 2 * a + u * u * (3.0 - 2.0 * u) * b
    return one + h * u * (1.0 - u) * ((1.0 - u) * va - u * vb)


def _look(own: World, par: Any, t: float) -> dict[str, float]:
    e, plot = own.echo[0], own.plot[0]
    truth = where(own, 0, t)
    dist = float(np.linalg.norm(truth - np.array([par.x_m, par.y_m, par.z_m])))
    snr = par.constant_m2 * RCS_M2 / dist**4 * par.edge_gain
    ch = own.channel[int(np.argmax(own.channel.t_look_s))]
    trk = own.track[int(ch.track)]
    ahead = np.array(trk.pos_ecef_m) + np.array(trk.vel_ecef_mps) * (t - trk.t_s)
    js = (
        float(own.pull_coupling_m2[0, 0]) * dist**2 / (par.constant_m2 * RCS_M2) if len(own.pull_off) else 0.0
    )
    return {
        "t": t, "dist": dist, "echo": float(e.range_m) - dist, "plot": float(plot.range_m) - dist,
        "snr": float(e.snr / snr), "sigma": float(plot.range_sigma_m), "js": js,
        "error": float(np.linalg.norm(ahead - truth)), "seen": int(own.sim[0].n_plots), "held": int(ch.local_track >= 0),
        "start": float(own.pull_state[0, 0].t_start_s) if len(own.pull_off) else 0.0,
    }  # fmt: skip
