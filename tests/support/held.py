"""Fire units whose channels hold every target for good, and what each of their dedicated looks brought."""

from __future__ import annotations

from typing import Any

import numpy as np

from openiads._jit import kernel
from openiads.engine.run import collect, first_class
from openiads.engine.schedule import run_steps
from openiads.tracking.schema import CONFIRMED
from openiads.world import schema
from openiads.world.assemble import Assembly
from openiads.world.handle import handle
from openiads.world.schema import World

from . import saturation as sat

RCS_M2 = 4.0


@kernel
def hold(w, c):
    """A doctrine: a free channel takes each confirmed fused track and never gives it back; nobody fires."""
    first = w.command_post[c].first_track
    for k in range(first, first + w.track_set[w.radar.shape[0] + c].n_high):
        trk = w.track[k]
        if trk.status < CONFIRMED or trk.engaged == 1:
            continue
        for q in range(w.channel.shape[0]):
            ch = w.channel[q]
            if ch.phase == schema.CHANNEL_FREE and trk.engaged == 0:
                ch.phase = schema.CHANNEL_GUN
                ch.track = k
                ch.track_id = trk.id
                ch.t_look_s = w.sim[0].t_s
                ch.local_track = -1
                trk.engaged = 1


def scene(duration_s: float, channels: int = 4, burn: dict[str, Any] | None = None, **radar: Any) -> Assembly:
    """A search radar that sees everything, and an engagement radar of 340 km claimed range in another band. `burn`: most,
    pd, coherent of `world.burn_through`; `radar`: changes of the engagement radar."""
    a = Assembly(duration_s=duration_s)
    post = a.add_post("CP", sat.HERE, sat.HOSTILE, decision_period_s=0.25, value=0.0)
    a.add_radar("SR", sat.sure_radar("91N6E", interrogator=False), sat.HERE, post, value=0.0)
    unit = sat.sure_radar(
        "92N6E", **{"interrogator": False, "track_period_s": 0.5, "track_dwell_s": 1e-3, "scan_loss_exponent": 0.0,
                    "claim_range_m": 340e3, "frame_time_s": 5.0, "beamwidth_az_rad": 0.02, "beamwidth_el_rad": 0.02, **radar},
    )  # fmt: skip
    protection = {"burn_through": burn} if burn else {}
    r = a.add_radar(
        "FC", unit, sat.HERE, post, value=0.0, sector_half_rad=np.pi, protection=protection
    )  # fmt: skip
    a.add_battery("B", post, r, channels, 16)
    return a


def target(a: Assembly, name: str, start: Any, end: Any, speed_mps: float = 250.0, **more: Any) -> int:
    """Something steady of RCS_M2 that flies from place to place."""
    names = {"class": "x", "identity": "hostile", "group": "g", "target": ""}
    return a.add_platform(
        name, sat.item("fighter", swerling=more.pop("swerling", 0)), sat.straight(start, end, speed_mps, step_s=2.0), klass=0,
        identity=3, end=schema.END_LEAVE, p_iff_reply=0.0, p_ssr_reply=0.0, target_site=-1, names=names, **more,
    )  # fmt: skip


def jam(a: Assembly, platform: int, power_w: float, **more: Any) -> None:
    """Noise in the band of the engagement radar alone."""
    freq = sat.item("92N6E").si("freq_hz")
    values = {
        "power_w": power_w, "antenna_gain_db": 0.0, "bandwidth_hz": 200e6, "freq_min_hz": freq - 100e6,
        "freq_max_hz": freq + 100e6, "polarisation_loss_db": 0.0,
    }  # fmt: skip
    a.add_jammer(f"J{len(a.jammers)}", platform, values, **more)


def finish(a: Assembly) -> World:
    world = a.finish()[0]
    world.rcs_dbsm[:] = 10.0 * np.log10(RCS_M2)
    return world


def looks(world: World, seed: int = 7, replication: int = 0) -> tuple[list[dict[str, float]], Any]:
    """Every dedicated look (time, channel, platform, true distance, dwells, signal, was it seen), and the outcome. Takes
    note of at most one look per channel and step."""
    own = schema.scratch(world)
    schema.reset(own, world)
    own.sim[0].seed, own.sim[0].replication = seed, replication
    w, doctrine = handle(own), first_class(hold, handle(own))
    found = []
    with np.errstate(all="ignore"):
        while int(own.sim[0].step) < int(own.sim[0].n_steps):
            due = own.channel.t_look_s.copy()
            phase = own.channel.phase.copy()
            number = own.dwell_state.number.copy() if len(own.dwell_state) else np.ones(len(own.channel), int)
            seen = own.channel.t_plot_s.copy()
            run_steps(w, doctrine, 1)
            t = float(own.sim[0].t_s)
            for c in np.flatnonzero((own.channel.t_look_s > due) & (phase != schema.CHANNEL_FREE)):
                p = int(own.track[int(own.channel[c].track)].truth)
                s = own.platform_state[p]
                par = own.radar[1]
                d = np.array([s.x_m - par.x_m, s.y_m - par.y_m, s.z_m - par.z_m])
                found.append({
                    "t": t, "c": int(c), "p": p, "dist": float(np.linalg.norm(d)), "number": int(number[c]),
                    "snr": float(own.echo[0].snr), "seen": int(own.channel[c].t_plot_s > seen[c]),
                })  # fmt: skip
        run_steps(w, doctrine, 1)
    return found, collect(own)
