"""Checks of what radars see and command posts know, and of what is lost."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from openiads.engine import events as ev
from openiads.engine.systems import move
from openiads.testing.case import EPS_S, Case, Row
from openiads.world.names import track_id

_STROBE_S = 2.0  # a strobe is worked on up to a beat after it was taken


def kill_chain(c: Case) -> Iterator[str]:
    """Line of sight, detection, local track, fused track: each after what it needs, the first two once per pair."""
    first: dict[tuple[int, int, int], float] = {}
    for row in c.of(ev.LINE_OF_SIGHT, ev.DETECTION):
        key = (row.code, row.subject, row.object)
        if key in first:
            yield f"second {ev.SPECS[row.code].name} of {c.platform(row.subject)} by {c.names.radar[row.object]}"
        first.setdefault(key, row.t)
    for row in c.of(ev.DETECTION):
        if first.get((ev.LINE_OF_SIGHT, row.subject, row.object), math.inf) > row.t:
            yield f"{c.platform(row.subject)} detected by {c.names.radar[row.object]} at {row.t} s, not yet in sight"
    for row in c.of(ev.LOCAL_TRACK):
        if row.subject >= 0 and first.get((ev.DETECTION, row.subject, row.object), math.inf) > row.t:
            yield f"{c.platform(row.subject)} tracked by {c.names.radar[row.object]} at {row.t} s, never detected"
    local: dict[int, float] = {}
    for row in c.of(ev.LOCAL_TRACK):
        for number in c.posts_of_radar(row.object):
            local.setdefault(number, row.t)
    crossed: dict[int, float] = {}
    for row in c.of(ev.STROBES_CROSS):
        crossed.setdefault(row.object, row.t)
    passive = {(row.object, row.via): row.t for row in reversed(list(c.of(ev.PASSIVE_TRACK)))}
    for row in c.of(ev.SYSTEM_TRACK):
        post = c.names.command_post[row.object]
        if passive.get((row.object, row.via), math.inf) <= row.t + EPS_S:  # it needs strobes, no echo
            if crossed.get(row.object, math.inf) > row.t + _STROBE_S:
                yield f"{track_id(row.via)} of {post} at {row.t} s, before any strobes have crossed"
            continue
        if local.get(row.object, math.inf) > row.t:
            yield f"{track_id(row.via)} of {post} at {row.t} s, before any radar of it has a track"
        seen = [first.get((ev.DETECTION, row.subject, r), math.inf) for r in range(len(c.w.radar))
                if row.object in c.posts_of_radar(r)]  # fmt: skip
        if row.subject >= 0 and min(seen, default=math.inf) > row.t:
            yield f"{track_id(row.via)} of {post} is {c.platform(row.subject)}, which no radar of it has detected"


def emission(c: Case) -> Iterator[str]:
    """Radars go on and off by turns, inside their window, and see only while they are on."""
    on: dict[int, bool] = defaultdict(bool)
    for row in c.of(ev.EMISSION, ev.LINE_OF_SIGHT, ev.DETECTION, ev.JAM_STROBE, ev.LOCAL_TRACK):
        r = row.subject if row.code == ev.EMISSION else row.object
        name, par = c.names.radar[r], c.w.radar[r]
        if row.code != ev.EMISSION:
            if not on[r] and not _just_switched(c, r, row.t):
                yield f"{ev.SPECS[row.code].name} by {name} at {row.t} s, which is not on the air"
            continue
        if on[r] == bool(row.detail):
            yield f"{name} is switched to {ev.ON_OFF[row.detail]!r} twice, at {row.t} s"
        on[r] = bool(row.detail)
        if on[r] and not (par.t_on_s <= row.t < par.t_off_s and row.t <= c.dead_from[par.site]):
            yield f"{name} goes on at {row.t} s: dead, or outside its window"
    for r, state in enumerate(c.o.radar_state):
        if bool(state.emitting) != on[r]:
            yield f"{c.names.radar[r]}: emitting {int(state.emitting)} in the state, not in the log"


def _just_switched(c: Case, r: int, t: float) -> bool:
    """The look was due within the base step in which the radar was switched (off: before the look, which is lost)."""
    return any(row.subject == r and row.detail == 1 and abs(row.t - t) < EPS_S for row in c.of(ev.EMISSION))


def tracks(c: Case) -> Iterator[str]:
    """A fused track begins once, is dropped at most once, and is spoken of only in between."""
    begun: dict[int, Row] = {}
    dropped: dict[int, float] = {}
    said: dict[tuple[int, int], int] = {}
    for row in c.of(
        ev.SYSTEM_TRACK, ev.TRACK_DROPPED, ev.IDENTIFIED, ev.CLASSIFIED, ev.WITHHELD, ev.ASSIGNED
    ):
        k, name, what = row.via, track_id(row.via), ev.SPECS[row.code].name
        if row.code == ev.SYSTEM_TRACK:
            if k in begun:
                yield f"{name} begins twice, at {begun[k].t} and {row.t} s"
            begun.setdefault(k, row)
            continue
        post = c.post_of_battery(row.object, row.t) if row.code == ev.ASSIGNED else row.object
        if k not in begun or begun[k].object != post:
            yield f"{what} of {name} at {row.t} s, which {c.names.command_post[post]} does not have"
        if k in dropped:
            yield f"{what} of {name} at {row.t} s, dropped at {dropped[k]} s"
        if row.code == ev.TRACK_DROPPED:
            dropped[k] = row.t
        elif row.code == ev.ASSIGNED:
            said.pop((ev.WITHHELD, k), None)
        elif said.get((row.code, k), 0 if row.code == ev.IDENTIFIED else -1) == row.detail:
            yield f"{what} of {name} at {row.t} s says nothing new"
        else:
            said[row.code, k] = row.detail


# --- losses


def site_losses(c: Case) -> Iterator[str]:
    """A site is lost once, at the time in its state, by something that came there; hits are counted."""
    lost = Counter(row.subject for row in c.of(ev.SITE_LOST))
    lost.subtract(row.subject for row in c.of(ev.SITE_RESTORED))
    hits = Counter(row.subject for row in c.of(ev.SITE_HIT))
    strikes = Counter(row.object for row in c.of(ev.STRIKE_IMPACT))
    for s, (before, after) in enumerate(zip(c.w.site_state, c.o.site_state, strict=True)):
        if lost[s] != before.alive - after.alive:
            yield f"{c.site(s)}: alive {before.alive} → {after.alive}, lost {lost[s]} times more than restored in the log"
        if not hits[s] <= after.n_hits <= hits[s] + strikes[s]:
            yield f"{c.site(s)}: {after.n_hits} hits in its state, {hits[s]} by platforms and {strikes[s]} strikes"
    last = {row.subject: row for row in c.of(ev.SITE_LOST)}
    for row in last.values():
        if abs(row.t - c.o.site_state[row.subject].t_dead_s) > EPS_S:
            yield f"{c.site(row.subject)} lost at {row.t} s, in its state another time"
    struck = Counter((row.object, row.subject) for row in c.of(ev.SITE_HIT))
    ends = Counter(
        (row.subject, row.object) for row in c.of(ev.PLATFORM_END) if row.detail == move.HIT_TARGET
    )
    for key in (struck - ends) | (ends - struck):
        yield f"{c.platform(key[0])}: {struck[key]} hits on {c.site(key[1])}, {ends[key]} ends there"


def dead_do_nothing(c: Case) -> Iterator[str]:
    """What is destroyed does not see, think, load or fire any more."""
    w, dead = c.w, c.dead_from
    radar = [dead[x.site] for x in w.radar]
    post = [dead[x.site] for x in w.command_post]
    launcher = [dead[x.site] for x in w.launcher]
    for row in c.of(ev.LINE_OF_SIGHT, ev.DETECTION, ev.LOCAL_TRACK, ev.JAM_STROBE):
        if row.t > radar[row.object] + EPS_S:
            yield f"{ev.SPECS[row.code].name} by {c.names.radar[row.object]} at {row.t} s, after its loss"
    for row in c.of(ev.SYSTEM_TRACK, ev.IDENTIFIED, ev.CLASSIFIED, ev.WITHHELD):
        if row.t > post[row.object] + EPS_S:
            yield f"{ev.SPECS[row.code].name} at {c.names.command_post[row.object]} at {row.t} s, after its loss"
    for row in c.of(ev.RELOADED):
        if row.t > launcher[row.subject] + EPS_S:
            yield f"{c.names.launcher[row.subject]} is reloaded at {row.t} s, after its loss"
    for row in c.of(ev.ASSIGNED, ev.LAUNCH):
        b = row.object if row.code == ev.ASSIGNED else int(w.launcher[row.via].battery)
        bat, what = w.battery[b], ev.SPECS[row.code].name
        planned = row.code == ev.LAUNCH and c.o.round[row.subject].site >= 0
        if row.code == ev.LAUNCH and row.t > launcher[row.via] + EPS_S:
            yield f"{what} from {c.names.launcher[row.via]} at {row.t} s, after its loss"
        if row.t > post[c.post_of_battery(b, row.t)] + EPS_S and not planned:
            yield f"{what} by {c.names.battery[b]} at {row.t} s, after the loss of its command post"
        if row.t > radar[bat.radar] + EPS_S and not planned:
            yield f"{what} by {c.names.battery[b]} at {row.t} s, after the loss of its radar"
