"""Checks of engagements, launches, rounds and kills."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from openiads.engine import events as ev
from openiads.engine import rng
from openiads.engine.systems import fly, move
from openiads.physics import lethality
from openiads.testing.case import EPS_S, Case, Row
from openiads.world.names import missile_id, track_id


def one_fate(c: Case) -> Iterator[str]:
    """Each launched round: one launch, one end, at most one burst, in that order, and both books agree."""
    rows: dict[int, dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in c.of(ev.LAUNCH, ev.SEEKER_ON, ev.BURST, ev.STRIKE_IMPACT, ev.MISSILE_END):
        rows[row.subject][row.code].append(row)
    for i, r in enumerate(c.o.round):
        name, mine = missile_id(i), rows[i]
        if len(mine[ev.LAUNCH]) != 1 or len(mine[ev.MISSILE_END]) != 1:
            yield f"{name}: {len(mine[ev.LAUNCH])} launches, {len(mine[ev.MISSILE_END])} ends"
            continue
        launch, end = mine[ev.LAUNCH][0], mine[ev.MISSILE_END][0]
        if not 0 < r.fate < len(ev.MISSILE_FATE) or end.detail != r.fate:
            yield f"{name}: fate {int(r.fate)} in its row, {end.detail} in the log"
        if abs(launch.t - r.t_launch_s) > EPS_S or abs(end.t - r.t_end_s) > EPS_S or launch.via != r.launcher:
            yield f"{name}: its row and the log tell different times or launchers"
        between = [row.t for code in (ev.SEEKER_ON, ev.BURST, ev.STRIKE_IMPACT) for row in mine[code]]
        if not all(x <= y + EPS_S for x, y in zip([launch.t, *between], [*between, end.t], strict=True)):
            yield f"{name}: launch, seeker, burst and end are out of order"
        for code, fates in ((ev.BURST, (fly.KILL, fly.MISS)), (ev.STRIKE_IMPACT, (fly.STRIKE,))):
            if len(mine[code]) > 1 or (mine[code] and r.fate not in fates):
                yield f"{name}: {len(mine[code])} {ev.SPECS[code].name}s, fate {ev.MISSILE_FATE[int(r.fate)]!r}"
        if (r.fate == fly.KILL and not mine[ev.BURST]) or (r.fate == fly.STRIKE) != bool(
            mine[ev.STRIKE_IMPACT]
        ):
            yield f"{name}: {ev.MISSILE_FATE[int(r.fate)]!r} without its event"
        if (r.fate == fly.STRIKE and r.site < 0) or (r.site >= 0 and (mine[ev.BURST] or mine[ev.SEEKER_ON])):
            yield f"{name}: an air round with the fate of a surface strike, or the other way round"
    if len(rows) > len(c.o.round):
        yield "missiles in the log that have no row"


def kills(c: Case) -> Iterator[str]:
    """A burst kills when its draw says so, at the probability that the law gives for its miss distance; nothing else kills."""
    killed = {row.subject: row for row in c.of(ev.PLATFORM_END) if row.detail == move.KILLED}
    killers: Counter[int] = Counter()
    for row in c.of(ev.BURST):
        r, name, p = c.o.round[row.subject], missile_id(row.subject), row.object
        if row.subject not in c.launch_of:
            continue  # `one_fate` says so
        par = c.w.weapon[c.launch_of[row.subject].detail]
        pk = lethality.kill_probability(
            int(par.lethal_law), row.range_m, float(par.lethal_p0), float(par.lethal_radius_m),
            float(par.lethal_tail_m), float(par.fuze_radius_m), float(c.w.platform[p].vulnerability),
        )  # fmt: skip
        if abs(pk - row.value) > 1e-9:
            yield f"{name}: kill probability {row.value} at a miss of {row.range_m} m, the law gives {pk}"
        draws = rng.uniform4(c.o.seed, c.o.replication, rng.STREAM_KILL, int(r.address), p, 0)
        u = draws[0]
        if (u < row.value) != (r.fate == fly.KILL):
            yield f"{name}: draw {u}, kill probability {row.value}, fate {ev.MISSILE_FATE[int(r.fate)]!r}"
        if r.fate == fly.KILL:
            end = killed.get(p)
            killers[p] += 1
            if end is None or end.via != row.subject or abs(end.t - row.t) > EPS_S:
                yield f"{name} has killed {c.platform(p)} at {row.t} s, which did not end so"
    for row in c.of(ev.GUN_FIRE):
        if row.detail == ev.GUN.index("kill"):
            end = killed.get(row.subject)
            killers[row.subject] += 1
            if end is None or end.via != -1 or abs(end.t - row.t) > EPS_S:
                yield f"{c.site(row.object)} has killed {c.platform(row.subject)} at {row.t} s, which did not end so"
    for p in killed:
        if killers[p] != 1:
            yield f"{c.platform(p)} has been killed by {killers[p]} missiles and guns"


def magazines(c: Case) -> Iterator[str]:
    """Rounds are neither made nor lost: each magazine's account, and each launcher's through time."""
    fired: Counter[tuple[int, int]] = Counter()
    for row in c.of(ev.LAUNCH):
        fired[row.via, row.detail] += 1
    ready: Counter[int] = Counter()
    back: Counter[int] = Counter()
    for k, (par, s) in enumerate(zip(c.w.magazine, c.o.magazine_state, strict=True)):
        name = f"magazine {c.names.magazine_launcher[k]}/{c.names.magazine_weapon[k]}"
        start = c.w.magazine_state[k]
        brought = int(c.o.delivered[k]) if len(c.o.delivered) else 0
        if (
            min(s.rounds, s.reserve, s.fired) < 0
            or s.rounds + s.reserve + s.fired != start.rounds + start.reserve + brought
        ):
            yield f"{name}: began with {start.rounds}+{start.reserve}, got {brought}, now {s.rounds}+{s.reserve}, fired {s.fired}"
        if fired[int(par.launcher), int(par.weapon)] != s.fired:
            yield f"{name}: {s.fired} fired, {fired[int(par.launcher), int(par.weapon)]} launches in the log"
        ready[int(par.launcher)] += int(start.rounds)
        back[int(par.launcher)] += int(start.reserve - s.reserve) + brought
    last: dict[int, float] = {}
    for row in c.of(ev.LAUNCH, ev.RELOADED):
        x = row.via if row.code == ev.LAUNCH else row.subject
        name = c.names.launcher[x]
        if row.code == ev.RELOADED:
            ready[x] += int(row.value)
            back[x] -= int(row.value)
            if row.value < 1.0:
                yield f"{name} is reloaded with nothing at {row.t} s"
            continue
        ready[x] -= 1
        if ready[x] < 0:
            yield f"{name} fires at {row.t} s what it does not have"
        if row.t < last.get(x, -math.inf) + float(c.w.launcher[x].interval_s) - EPS_S:
            yield f"{name} fires at {row.t} s, too soon after {last[x]} s"
        last[x] = row.t
    for x, rest in back.items():
        if rest != 0:
            yield f"{c.names.launcher[x]}: reserve and reloads differ by {rest} rounds"
    for address, n in Counter(int(r.address) for r in c.o.round).items():
        if n > 1:
            yield f"{n} rounds share the random draws of address {address}"


def channels(c: Case) -> Iterator[str]:
    """Engagements: no more at a time than channels, each opened and closed once, its rounds counted; missile channels."""
    open_: dict[tuple[int, int], list[Row]] = defaultdict(list)
    fired: Counter[tuple[int, int]] = Counter()
    busy: Counter[int] = Counter()
    handed = c.of(ev.HANDED_OVER)
    for row in c.of(ev.ASSIGNED, ev.LAUNCH, ev.ENGAGEMENT_END, ev.HANDED_OVER):
        if row.code == ev.HANDED_OVER:
            old, new = (row.object, int(row.value)), (row.object, row.via)
            if not open_[old]:
                yield f"{c.names.battery[row.object]} hands over {track_id(old[1])} at {row.t} s, not engaged"
            open_[new] += open_.pop(old)
            fired[new] += fired.pop(old, 0)
            continue
        if row.code == ev.LAUNCH:
            r = c.o.round[row.subject]
            key = int(r.battery), _track_at_launch(row, int(r.battery), int(r.track_id), handed)
            if r.site >= 0:
                continue
            bat = c.w.battery[key[0]]
            fired[key] += 1
            if not open_[key] or row.detail not in [x.detail for x in open_[key]]:
                yield f"{missile_id(row.subject)} is launched at {row.t} s outside any engagement"
            if not bat.first_channel <= r.channel < bat.first_channel + bat.n_channel:
                yield f"{missile_id(row.subject)} flies on channel {int(r.channel)}, not its battery's"
            continue
        key, name = (row.object, row.via), c.names.battery[row.object]
        if row.code == ev.ASSIGNED:
            open_[key].append(row)
            busy[row.object] += 1
            if len(open_[key]) > 1:
                yield f"{name} engages {track_id(row.via)} twice at once, at {row.t} s"
            if busy[row.object] > c.w.battery[row.object].n_channel:
                yield f"{name} has {busy[row.object]} engagements at {row.t} s, more than channels"
            continue
        if not open_[key]:
            yield f"{name} ends an engagement of {track_id(row.via)} at {row.t} s that it does not have"
            continue
        open_[key].pop(0)
        busy[row.object] -= 1
        if fired.pop(key, 0) != row.value:
            yield f"{name}: {row.value} rounds fired at {track_id(row.via)} by {row.t} s, the log has another number"
    yield from _missile_channels(c)


def _track_at_launch(row: Row, battery: int, number: int, handed: list[Row]) -> int:
    """Number of the track that a round was launched at: what it flies on at its end, before it was handed over."""
    for change in reversed(handed):
        if change.object == battery and change.via == number and change.t >= row.t:
            number = int(change.value)
    return number


def _missile_channels(c: Case) -> Iterator[str]:
    for b, bat in enumerate(c.w.battery):
        mine = c.o.round[c.o.round["battery"] == b]
        change = [(float(t), -1) for t in mine["t_end_s"]] + [(float(t), 1) for t in mine["t_launch_s"]]
        flying = 0
        for t, step in sorted(
            change
        ):  # ends first: a channel is free again at the time at which its round ends
            flying += step
            if flying > bat.missile_channels:
                yield f"{c.names.battery[b]} guides {flying} missiles at {t} s, more than missile channels"


def wrong_shots(c: Case) -> Iterator[str]:
    """Each launch and each burst of a gun at what is not hostile is reported as such, and no other."""
    said = Counter((row.subject, row.object, row.detail) for row in c.of(ev.WRONG_SHOT))
    true = Counter(
        (row.subject, row.object, int(c.w.platform[row.object].identity))
        for row in c.of(ev.LAUNCH)
        if row.object >= 0 and c.w.platform[row.object].identity != ev.IDENTITY.index("hostile")
    )
    for row in c.of(ev.GUN_FIRE):
        if row.detail == ev.GUN.index("opens fire") and row.subject >= 0:
            truth = int(c.w.platform[row.subject].identity)
            true[-1, row.subject, truth] += truth != ev.IDENTITY.index("hostile")
    true = +true
    for key in (said - true) | (true - said):
        who = missile_id(key[0]) if key[0] >= 0 else "a gun"
        yield f"{who} at {c.platform(key[1])}: {said[key]} wrong shots in the log, {true[key]} in truth"
