"""What must be true of every run, whatever the scenario: for this package's tests and for users' own.

    world, names = …; outcome = openiads.engine.run.simulate(world, decide, seed)
    assert check_invariants(outcome, world, names) == []

Each check is one idea and reads nothing but the outcome (the log and the final accounts) and the World's parameters. A
sentence in the result names the thing, the time and what is wrong with it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from openiads.engine import events as ev
from openiads.engine import rng, status
from openiads.engine.outcome import Outcome
from openiads.engine.systems import fly, move
from openiads.physics import lethality
from openiads.world import schema
from openiads.world.names import Names, missile_id, track_id
from openiads.world.schema import World

_EPS_S = 1e-6  # two computations of one time
_SPEED_MARGIN_MPS = 100.0
_LOWEST_M, _HIGHEST_M = -1000.0, 5e6
_MAY_BE_NEVER = ("t_next_s",)  # infinite: nothing is due any more
_MAY_BE_NONE = ("aim_x_m",)  # NaN: a homing missile without an aim
_SHOWN = 25  # sentences per check; more would only repeat them


@dataclass(frozen=True)
class Row:
    """One event as plain Python numbers (fields of world.schema.EVENT)."""

    t: float
    code: int
    subject: int
    object: int
    via: int
    detail: int
    range_m: float
    alt_m: float
    speed_mps: float
    value: float


class Case:
    """An outcome with its World and Names, and the views of it that several checks need."""

    def __init__(self, outcome: Outcome, world: World, names: Names) -> None:
        self.o, self.w, self.names = outcome, world, names
        self.log = [Row(*row) for row in outcome.event.tolist()]
        self.by_code: dict[int, list[Row]] = defaultdict(list)
        for row in self.log:
            self.by_code[row.code].append(row)

    def of(self, *codes: int) -> list[Row]:
        """Events of these codes in order of time."""
        if len(codes) == 1:
            return self.by_code[codes[0]]
        return [row for row in self.log if row.code in codes]

    @cached_property
    def dead_from(self) -> list[float]:
        """Per site: the time at which it was lost, inf if never."""
        out = []
        for before, after in zip(self.w.site_state, self.o.site_state, strict=True):
            lost = math.inf if after.alive == 1 else float(after.t_dead_s)
            out.append(-math.inf if before.alive == 0 else lost)
        return out

    @cached_property
    def end_of(self) -> dict[int, Row]:
        """Per platform: its (first) end."""
        out: dict[int, Row] = {}
        for row in self.of(ev.PLATFORM_END):
            out.setdefault(row.subject, row)
        return out

    def platform(self, p: int) -> str:
        """Name of a platform."""
        return self.names.platform[p] if 0 <= p < len(self.names.platform) else f"platform {p}"

    def site(self, s: int) -> str:
        """Name of a site."""
        return self.names.site[s] if 0 <= s < len(self.names.site) else f"site {s}"

    def post_of_radar(self, r: int) -> int:
        """Command post that a radar reports to."""
        return int(self.w.radar[r].command_post)


def check_invariants(outcome: Outcome, world: World, names: Names) -> list[str]:
    """All that is wrong with an outcome, as sentences; empty when nothing is.

    outcome : of a finished run. world : the World that was run, in its initial state. names : its Names.
    """
    case = Case(outcome, world, names)
    wrong = list(_indices(case))
    if wrong:  # the other checks would stumble over them
        return [f"indices: {text}" for text in wrong[:_SHOWN]]
    found: list[str] = []
    for name, check in CHECKS.items():
        found += [f"{name}: {text}" for text in list(check(case))[:_SHOWN]]
    return found


# --- the log -------------------------------------------------------------------------------------------


def _indices(c: Case) -> Iterator[str]:
    """Known codes, and index columns that lie inside the tables that they refer to."""
    size = {
        "platform": len(c.w.platform), "radar": len(c.w.radar), "command_post": len(c.w.command_post),
        "battery": len(c.w.battery), "launcher": len(c.w.launcher), "site": len(c.w.site), "missile": len(c.o.round),
        "track": math.inf, None: 0,
    }  # fmt: skip
    for row in c.log:
        spec = ev.SPECS.get(row.code)
        if spec is None:
            yield f"unknown event code {row.code} at {row.t} s"
            continue
        for column in ("subject", "object", "via"):
            index, table = getattr(row, column), getattr(spec, column)
            if table not in size:
                yield f"{spec.name}: no table {table}"
            elif not -1 <= index < size[table]:
                yield f"{spec.name} at {row.t} s: {column} {index} is no row of {table}"
        if spec.detail is not None and not 0 <= row.detail < len(spec.detail):
            yield f"{spec.name} at {row.t} s: detail {row.detail} has no meaning"


def _time_order(c: Case) -> Iterator[str]:
    """Events in order, finite, inside the run; samples likewise."""
    last = 0.0
    for row in c.log:
        if not last <= row.t <= c.o.t_end_s + _EPS_S:
            yield f"{ev.SPECS[row.code].name} at {row.t} s, after one at {last} s, in a run of {c.o.t_end_s} s"
        last = row.t if row.t == row.t else last
    t = c.o.sample["t_s"]
    if len(t) and not (t[0] >= 0.0 and t[-1] <= c.o.t_end_s + _EPS_S and np.all(np.diff(t) >= 0.0)):
        yield "samples are not in order of time inside the run"


def _finite(c: Case) -> Iterator[str]:
    """No infinity anywhere, no NaN where a number is promised, no fatal status bit."""
    for text in status.translate(c.o.status & status.FATAL):
        yield f"status: {text}"
    for name in ("platform_state", "site_state", "magazine_state", "round", "radar_state"):
        table = getattr(c.o, name)
        for field in table.dtype.names:
            strange = ~np.isfinite(table[field])
            if field in _MAY_BE_NEVER:
                strange &= ~np.isposinf(table[field])
            if np.any(strange) and field not in _MAY_BE_NONE:
                yield f"{name}.{field} is not finite"
    for field in ("x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps"):
        if not np.all(np.isfinite(c.o.sample[field])):
            yield f"sample.{field} is not finite"
    for field in ("range_m", "alt_m", "speed_mps", "value"):
        if np.any(np.isinf(c.o.event[field])):
            yield f"event.{field} is infinite"


# --- what flies ----------------------------------------------------------------------------------------


def _one_end(c: Case) -> Iterator[str]:
    """Exactly one end per platform that has started, none for one that has not, and both books agree."""
    count = Counter(row.subject for row in c.of(ev.PLATFORM_END))
    for p, state in enumerate(c.o.platform_state):
        want = 0 if state.fate == move.NOT_STARTED else 1
        if count[p] != want:
            yield f"{c.platform(p)}: {count[p]} ends in the log, fate {ev.PLATFORM_FATE[int(state.fate)]!r}"
        if state.active != 0 or state.fate == move.FLYING:
            yield f"{c.platform(p)} is still flying after the run"
        par = c.w.platform[p]
        if (state.fate == move.NOT_STARTED) != (par.t_start_s > c.o.t_end_s):
            yield f"{c.platform(p)}: to start at {par.t_start_s} s, fate {ev.PLATFORM_FATE[int(state.fate)]!r}"
        end = c.end_of.get(p)
        if end is None:
            continue
        if end.detail != state.fate:
            yield f"{c.platform(p)}: the log says {ev.PLATFORM_FATE[end.detail]!r}, the state {int(state.fate)}"
        known = par.move == schema.MOVE_KNOTS
        if end.t < par.t_start_s - _EPS_S or (known and end.t > par.t_end_s + _EPS_S and end.t < c.o.t_end_s):
            yield f"{c.platform(p)} ends at {end.t} s, its flight lasts from {par.t_start_s} to {par.t_end_s} s"


def _silence_after_end(c: Case) -> Iterator[str]:
    """Nothing sees, strikes or meets a platform before its start or after its end; nothing of it is sampled."""
    codes = (ev.LINE_OF_SIGHT, ev.DETECTION, ev.LOCAL_TRACK, ev.SYSTEM_TRACK, ev.JAM_STROBE)
    for row in c.of(*codes):
        _ = row
        if row.subject >= 0 and not _flies(c, row.subject, row.t):
            yield f"{ev.SPECS[row.code].name} of {c.platform(row.subject)} at {row.t} s, when it does not fly"
    for row in c.of(ev.SEEKER_ON, ev.BURST, ev.SITE_HIT):
        if row.object >= 0 and not _flies(c, row.object, row.t):
            yield f"{ev.SPECS[row.code].name} by or at {c.platform(row.object)} at {row.t} s, when it does not fly"
    rows = c.o.sample[c.o.sample["kind"] == ev.SAMPLE_PLATFORM]
    for t, p in zip(rows["t_s"].tolist(), rows["index"].tolist(), strict=True):
        if not _flies(c, p, t):
            yield f"a sample of {c.platform(p)} at {t} s, when it does not fly"


def _flies(c: Case, p: int, t: float) -> bool:
    end = c.end_of.get(p)
    return end is not None and float(c.w.platform[p].t_start_s) - _EPS_S <= t <= end.t + _EPS_S


def _speeds(c: Case) -> Iterator[str]:
    """Nothing is faster than its own flight or motor allows, and all is between the ground and space."""
    s = c.o.sample
    speed = np.sqrt(s["vx_mps"] ** 2 + s["vy_mps"] ** 2 + s["vz_mps"] ** 2)
    radius = np.sqrt(s["x_m"] ** 2 + s["y_m"] ** 2 + s["z_m"] ** 2)
    for kind, limit in ((ev.SAMPLE_PLATFORM, _platform_limit), (ev.SAMPLE_MISSILE, _missile_limit)):
        mine = s["kind"] == kind
        for k in np.unique(s["index"][mine]).tolist():
            fastest = float(speed[mine & (s["index"] == k)].max())
            if fastest > limit(c, k):
                yield f"{ev.SAMPLE_KINDS[kind]} {k} flies at {fastest:.0f} m/s, its limit is {limit(c, k):.0f} m/s"
        outside = mine & ~((radius > 6.35e6 + _LOWEST_M) & (radius < 6.38e6 + _HIGHEST_M))
        if np.any(outside):
            yield f"a {ev.SAMPLE_KINDS[kind]} is {radius[outside][0]:.0f} m from the Earth's centre"
    for row in c.of(ev.BURST, ev.MISSILE_END):
        if row.speed_mps > _missile_limit(c, row.subject):
            yield f"{missile_id(row.subject)} at {row.speed_mps:.0f} m/s at its {ev.SPECS[row.code].name}"


def _platform_limit(c: Case, p: int) -> float:
    """The greatest speed of the knots (cubic in between), or the cruise speed of what steers itself, and some margin."""
    par = c.w.platform[p]
    knots = c.w.knot[par.first_knot : par.first_knot + par.n_knots]
    top = float(np.sqrt(knots["vx_mps"] ** 2 + knots["vy_mps"] ** 2 + knots["vz_mps"] ** 2).max())
    return 1.05 * max(top, float(par.speed_mps)) + _SPEED_MARGIN_MPS


def _missile_limit(c: Case, i: int) -> float:
    """Ejection speed and the rocket equation's ideal gain: air and height only take from it."""
    launch = next((row for row in c.of(ev.LAUNCH) if row.subject == i), None)
    if launch is None:
        return math.inf
    par = c.w.weapon[launch.detail]
    mass, gain = float(par.launch_mass_kg), 0.0
    for stage in ("boost", "sustain"):
        flow, burn = float(par[f"{stage}_mdot_kgps"]), float(par[f"{stage}_s"])
        if flow > 0.0 and burn > 0.0:
            after = max(mass - flow * burn, 1.0)
            gain += float(par[f"{stage}_thrust_n"]) / flow * math.log(mass / after)
            mass = after
    return float(par.eject_speed_mps) + gain + _SPEED_MARGIN_MPS


# --- seeing --------------------------------------------------------------------------------------------


def _kill_chain(c: Case) -> Iterator[str]:
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
        local.setdefault(c.post_of_radar(row.object), row.t)
    for row in c.of(ev.SYSTEM_TRACK):
        post = c.names.command_post[row.object]
        if local.get(row.object, math.inf) > row.t:
            yield f"{track_id(row.via)} of {post} at {row.t} s, before any radar of it has a track"
        seen = [first.get((ev.DETECTION, row.subject, r), math.inf) for r in range(len(c.w.radar))
                if c.post_of_radar(r) == row.object]  # fmt: skip
        if row.subject >= 0 and min(seen, default=math.inf) > row.t:
            yield f"{track_id(row.via)} of {post} is {c.platform(row.subject)}, which no radar of it has detected"


def _emission(c: Case) -> Iterator[str]:
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
    return any(row.subject == r and row.detail == 1 and abs(row.t - t) < _EPS_S for row in c.of(ev.EMISSION))


def _tracks(c: Case) -> Iterator[str]:
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
        post = int(c.w.battery[row.object].command_post) if row.code == ev.ASSIGNED else row.object
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


# --- shooting ------------------------------------------------------------------------------------------


def _one_fate(c: Case) -> Iterator[str]:
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
        if (
            abs(launch.t - r.t_launch_s) > _EPS_S
            or abs(end.t - r.t_end_s) > _EPS_S
            or launch.via != r.launcher
        ):
            yield f"{name}: its row and the log tell different times or launchers"
        between = [row.t for code in (ev.SEEKER_ON, ev.BURST, ev.STRIKE_IMPACT) for row in mine[code]]
        if not all(x <= y + _EPS_S for x, y in zip([launch.t, *between], [*between, end.t], strict=True)):
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


def _kills(c: Case) -> Iterator[str]:
    """A burst kills when its draw says so, at the probability that the law gives for its miss distance; nothing else kills."""
    killed = {row.subject: row for row in c.of(ev.PLATFORM_END) if row.detail == move.KILLED}
    killers = Counter()
    for row in c.of(ev.BURST):
        r, name, p = c.o.round[row.subject], missile_id(row.subject), row.object
        launch = next(x for x in c.of(ev.LAUNCH) if x.subject == row.subject)
        par = c.w.weapon[launch.detail]
        pk = lethality.kill_probability(
            int(par.lethal_law), row.range_m, float(par.lethal_p0), float(par.lethal_radius_m),
            float(par.lethal_tail_m), float(par.fuze_radius_m), float(c.w.platform[p].vulnerability),
        )  # fmt: skip
        if abs(pk - row.value) > 1e-9:
            yield f"{name}: kill probability {row.value} at a miss of {row.range_m} m, the law gives {pk}"
        u = rng.uniform4(c.o.seed, c.o.replication, rng.STREAM_KILL, int(r.address), p, 0)[0]
        if (u < row.value) != (r.fate == fly.KILL):
            yield f"{name}: draw {u}, kill probability {row.value}, fate {ev.MISSILE_FATE[int(r.fate)]!r}"
        if r.fate == fly.KILL:
            end = killed.get(p)
            killers[p] += 1
            if end is None or end.via != row.subject or abs(end.t - row.t) > _EPS_S:
                yield f"{name} has killed {c.platform(p)} at {row.t} s, which did not end so"
    for p in killed:
        if killers[p] != 1:
            yield f"{c.platform(p)} has been killed by {killers[p]} missiles"


def _magazines(c: Case) -> Iterator[str]:
    """Rounds are neither made nor lost: each magazine's account, and each launcher's through time."""
    fired = Counter()
    for row in c.of(ev.LAUNCH):
        fired[row.via, row.detail] += 1
    ready, back = Counter(), Counter()
    for k, (par, s) in enumerate(zip(c.w.magazine, c.o.magazine_state, strict=True)):
        name = f"magazine {c.names.magazine_launcher[k]}/{c.names.magazine_weapon[k]}"
        start = c.w.magazine_state[k]
        if (
            min(s.rounds, s.reserve, s.fired) < 0
            or s.rounds + s.reserve + s.fired != start.rounds + start.reserve
        ):
            yield f"{name}: began with {start.rounds}+{start.reserve}, now {s.rounds}+{s.reserve}, fired {s.fired}"
        if fired[int(par.launcher), int(par.weapon)] != s.fired:
            yield f"{name}: {s.fired} fired, {fired[int(par.launcher), int(par.weapon)]} launches in the log"
        ready[int(par.launcher)] += int(start.rounds)
        back[int(par.launcher)] += int(start.reserve - s.reserve)
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
        if row.t < last.get(x, -math.inf) + float(c.w.launcher[x].interval_s) - _EPS_S:
            yield f"{name} fires at {row.t} s, too soon after {last[x]} s"
        last[x] = row.t
    for x, rest in back.items():
        if rest != 0:
            yield f"{c.names.launcher[x]}: reserve and reloads differ by {rest} rounds"
    for address, n in Counter(int(r.address) for r in c.o.round).items():
        if n > 1:
            yield f"{n} rounds share the random draws of address {address}"


def _channels(c: Case) -> Iterator[str]:
    """Engagements: no more at a time than channels, each opened and closed once, its rounds counted; missile channels."""
    open_: dict[tuple[int, int], list[Row]] = defaultdict(list)
    fired: Counter[tuple[int, int]] = Counter()
    busy: Counter[int] = Counter()
    for row in c.of(ev.ASSIGNED, ev.LAUNCH, ev.ENGAGEMENT_END):
        if row.code == ev.LAUNCH:
            r = c.o.round[row.subject]
            key = int(r.battery), int(r.track_id)
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


def _wrong_shots(c: Case) -> Iterator[str]:
    """Each launch at what is not hostile is reported as such, and no other."""
    said = Counter((row.subject, row.object, row.detail) for row in c.of(ev.WRONG_SHOT))
    true = Counter(
        (row.subject, row.object, int(c.w.platform[row.object].identity))
        for row in c.of(ev.LAUNCH)
        if row.object >= 0 and c.w.platform[row.object].identity != ev.IDENTITY.index("hostile")
    )
    for key in (said - true) | (true - said):
        yield f"{missile_id(key[0])} at {c.platform(key[1])}: {said[key]} wrong shots in the log, {true[key]} in truth"


# --- losses --------------------------------------------------------------------------------------------


def _site_losses(c: Case) -> Iterator[str]:
    """A site is lost once, at the time in its state, by something that came there; hits are counted."""
    lost = Counter(row.subject for row in c.of(ev.SITE_LOST))
    hits = Counter(row.subject for row in c.of(ev.SITE_HIT))
    strikes = Counter(row.object for row in c.of(ev.STRIKE_IMPACT))
    for s, (before, after) in enumerate(zip(c.w.site_state, c.o.site_state, strict=True)):
        if lost[s] != before.alive - after.alive:
            yield f"{c.site(s)}: alive {before.alive} → {after.alive}, lost {lost[s]} times in the log"
        if not hits[s] <= after.n_hits <= hits[s] + strikes[s]:
            yield f"{c.site(s)}: {after.n_hits} hits in its state, {hits[s]} by platforms and {strikes[s]} strikes"
    for row in c.of(ev.SITE_LOST):
        if abs(row.t - c.o.site_state[row.subject].t_dead_s) > _EPS_S:
            yield f"{c.site(row.subject)} lost at {row.t} s, in its state another time"
    struck = Counter((row.object, row.subject) for row in c.of(ev.SITE_HIT))
    ends = Counter(
        (row.subject, row.object) for row in c.of(ev.PLATFORM_END) if row.detail == move.HIT_TARGET
    )
    for key in (struck - ends) | (ends - struck):
        yield f"{c.platform(key[0])}: {struck[key]} hits on {c.site(key[1])}, {ends[key]} ends there"


def _dead_do_nothing(c: Case) -> Iterator[str]:
    """What is destroyed does not see, think, load or fire any more."""
    w, dead = c.w, c.dead_from
    radar = [dead[x.site] for x in w.radar]
    post = [dead[x.site] for x in w.command_post]
    launcher = [dead[x.site] for x in w.launcher]
    for row in c.of(ev.LINE_OF_SIGHT, ev.DETECTION, ev.LOCAL_TRACK, ev.JAM_STROBE):
        if row.t > radar[row.object] + _EPS_S:
            yield f"{ev.SPECS[row.code].name} by {c.names.radar[row.object]} at {row.t} s, after its loss"
    for row in c.of(ev.SYSTEM_TRACK, ev.IDENTIFIED, ev.CLASSIFIED, ev.WITHHELD):
        if row.t > post[row.object] + _EPS_S:
            yield f"{ev.SPECS[row.code].name} at {c.names.command_post[row.object]} at {row.t} s, after its loss"
    for row in c.of(ev.RELOADED):
        if row.t > launcher[row.subject] + _EPS_S:
            yield f"{c.names.launcher[row.subject]} is reloaded at {row.t} s, after its loss"
    for row in c.of(ev.ASSIGNED, ev.LAUNCH):
        b = row.object if row.code == ev.ASSIGNED else int(w.launcher[row.via].battery)
        bat, what = w.battery[b], ev.SPECS[row.code].name
        planned = row.code == ev.LAUNCH and c.o.round[row.subject].site >= 0
        if row.code == ev.LAUNCH and row.t > launcher[row.via] + _EPS_S:
            yield f"{what} from {c.names.launcher[row.via]} at {row.t} s, after its loss"
        if row.t > post[bat.command_post] + _EPS_S and not planned:
            yield f"{what} by {c.names.battery[b]} at {row.t} s, after the loss of its command post"
        if row.t > radar[bat.radar] + _EPS_S and not planned:
            yield f"{what} by {c.names.battery[b]} at {row.t} s, after the loss of its radar"


#: Name → check. A check takes a Case and yields sentences.
CHECKS: dict[str, Callable[[Case], Iterator[str]]] = {
    "time": _time_order,
    "finite": _finite,
    "one end": _one_end,
    "silence": _silence_after_end,
    "speed": _speeds,
    "kill chain": _kill_chain,
    "emission": _emission,
    "tracks": _tracks,
    "one fate": _one_fate,
    "kills": _kills,
    "magazines": _magazines,
    "channels": _channels,
    "wrong shots": _wrong_shots,
    "site losses": _site_losses,
    "the dead": _dead_do_nothing,
}

__all__ = ["CHECKS", "Case", "Row", "check_invariants"]
