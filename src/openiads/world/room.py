"""How many rows the tables of events and samples need."""

from __future__ import annotations

import math

from openiads.world import burn_through, columns, guns, moves, power, schema
from openiads.world.assemble import Assembly
from openiads.world.link_jam import link_jam_room
from openiads.world.passive import passive_event_room
from openiads.world.pull_off import pull_room
from openiads.world.survive import event_room

TRACK_SPARE = 64  # rows for false and duplicate tracks, besides half as many again as there are platforms
_EVENTS_PER_SPIKE = 1.5  # tracks that false plots of the surface begin; 0.4 to 0.7 at 40 a second


def event_capacity(a: Assembly, n_rounds: int, spikes_per_s: float) -> int:
    """Rows of the event log that no run fills."""
    # Every platform: sight and detection per radar, tracks, identity changes, withheld reasons; every round about five.
    per_platform = 4 * len(a.radars) + 60
    false_tracks = int(a.duration_s)
    false = sum(x["count"] for x in a.repeaters) * len(a.radars) * int(a.duration_s)
    plans = sum(int(a.duration_s) for j in a.jammers if j["plan"].get("planned"))
    # A command that comes and goes, at most every few seconds.
    changes = (len(a.batteries) + len(a.radars)) * int(a.duration_s) if a.links else 0
    noise = false_tracks * len(a.radars) + plans + false + changes + pull_room(a) + link_jam_room(a)
    # A strobe begins and ends at most once in 30 s of silence.
    noise += 2 * len(a.radars) * len(a.jammers) * (int(a.duration_s / 30.0) + 1)
    noise += math.ceil(_EVENTS_PER_SPIKE * spikes_per_s * a.duration_s)
    return int(
        len(a.platforms) * per_platform
        + n_rounds * 8
        + noise
        + 2000
        + event_room(a)
        + passive_event_room(a, n_rounds)
        + moves.event_room(a)
        + guns.event_room(a)
        + power.event_room(a)
        + burn_through.event_room(a)
        + columns.event_room(a)
    )


def sample_capacity(a: Assembly, n_rounds: int) -> int:
    """Rows of the sample table that no run fills."""
    if a.sample_s <= 0.0:
        return 1
    times = int(a.duration_s / a.sample_s) + 2
    return times * (2 * len(a.platforms) + TRACK_SPARE) + n_rounds * (int(400.0 / a.sample_s) + 2)


def plot_log_capacity(a: Assembly) -> int:
    """Rows of plots between two times that the log is emptied (`engine.run`), more than any run makes; 0: none are kept."""
    if not a.plots:
        return 0
    span_s = schema.LOG_STEPS * a.dt_s
    rows = 0.0
    for radar in a.radars:
        item = radar["item"]
        rotating = item.choice("scan") == "rotating"
        period_s = item.si("rotation_period_s" if rotating else "frame_time_s")
        per_scan = len(a.platforms) + 2.0 * item.si("false_plots_per_scan") + 64.0
        rows += (span_s / period_s + 2.0) * per_scan + schema.MAX_PLOTS
        if item.role == "engagement":
            rows += (span_s / item.si("track_period_s") + 2.0) * sum(b["targets"] for b in a.batteries)
    false = sum(int(x["count"]) for x in a.repeaters) * int(span_s) * len(a.radars)
    return int(rows) + false
