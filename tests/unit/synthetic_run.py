"""A made-up but plausible outcome, built by hand from the record dtypes: for tests of everything after the
engine.

Nothing here is a result: flights are straight lines and the fates are written down below. One threat per
way in which a kill chain can go, so that every sentence of `explain` has its case.
"""

from __future__ import annotations

import math

import numpy as np

from openiads.engine import events as ev
from openiads.engine.outcome import Outcome
from openiads.study.manifest import Provenance
from openiads.world import schema as ws
from openiads.world.names import Names

LAT0, LON0 = 60.0, -30.0  # open sea
A_M, F = 6_378_137.0, 1.0 / 298.257_223_563
NAN = float("nan")
T_END_S = 900.0
SAMPLE_S = 5.0
WEAPONS = ("40N6E", "48N6E3", "9M96E2")
REACH_M = (400e3, 250e3, 120e3)
SPEED_MPS = (1900.0, 1700.0, 900.0)


def ecef(lat_deg, lon_deg, alt_m):
    """ECEF metres of geodetic coordinates."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    e2 = F * (2.0 - F)
    n = A_M / np.sqrt(1.0 - e2 * np.sin(lat) ** 2)
    return np.array(
        [
            (n + alt_m) * np.cos(lat) * np.cos(lon),
            (n + alt_m) * np.cos(lat) * np.sin(lon),
            (n * (1.0 - e2) + alt_m) * np.sin(lat),
        ]
    )


def place(east_km, north_km, alt_m):
    """ECEF of a point given east and north of the defence (flat enough here)."""
    return ecef(LAT0 + north_km / 111.4, LON0 + east_km / (111.4 * math.cos(math.radians(LAT0))), alt_m)


class Flight:
    """A straight flight from (east, north) km towards another point, at one altitude and speed."""

    def __init__(self, ident, kind, klass, identity, group, start, goal, alt_m, speed_mps, target=""):
        self.ident, self.kind, self.klass, self.identity = ident, kind, klass, identity
        self.group, self.target, self.alt_m, self.speed_mps = group, target, alt_m, speed_mps
        self.start, self.goal = np.array(start, float), np.array(goal, float)
        self.length_km = float(np.hypot(*(self.goal - self.start)))
        self.t_arrive_s = 1000.0 * self.length_km / speed_mps

    def at(self, t_s):
        """(east, north) km and altitude."""
        share = min(t_s / self.t_arrive_s, 1.0)
        alt = self.alt_m
        if self.klass == "ballistic":
            alt = self.alt_m * 4.0 * share * (1.0 - share) + 50.0
        return *(self.start + share * (self.goal - self.start)), alt

    def range_m(self, t_s):
        """Slant range from the defence."""
        east, north, alt = self.at(t_s)
        return float(np.hypot(1000.0 * np.hypot(east, north), alt))

    def when(self, range_m):
        """First time within a range."""
        for t_s in np.arange(0.0, min(self.t_arrive_s, T_END_S), 0.5):
            if self.range_m(t_s) <= range_m:
                return float(t_s)
        return NAN


def flights():
    """Everything in the air."""
    out = []

    def add(*args, **kwargs):
        out.append(Flight(*args, **kwargs))

    for i in range(6):
        start, goal = (330 + 4 * i, 90 - 14 * i), (0.0, 0.0)
        add(f"strike-{i + 1}", "fighter", "fighter", "hostile", "strike", start, goal, 9000, 260, "port")
    for i in range(12):
        start, kind = (-150 - 3 * i, 80 + 9 * i), "cruise_missile"
        add(f"cm-{i + 1:02d}", kind, kind, "hostile", "cruise", start, (-4, 6), 40, 240, "port")
    for i in range(8):
        add(
            f"drone-{i + 1}",
            "one_way_drone",
            "drone",
            "hostile",
            "drones",
            (20 + 5 * i, -58),
            (2, -1),
            300,
            52,
            "depot",
        )
    for i in range(2):
        add(
            f"tbm-{i + 1}",
            "srbm",
            "ballistic",
            "hostile",
            "ballistic",
            (140, 250 + 30 * i),
            (0, 0),
            70000,
            1100,
            "port",
        )
    add("arm-1", "arm", "arm", "hostile", "sead", (190, 30), (1.0, 0.6), 15000, 700, "r91")
    add("jam-1", "escort_jammer", "fighter", "hostile", "jammers", (340, 220), (250, -120), 10000, 220)
    add("f35-1", "lo_fighter", "fighter", "hostile", "low-observable", (200, -120), (60, -10), 11000, 250)
    add("cap-1", "fighter", "fighter", "friend", "patrol", (-90, -70), (60, -90), 8000, 230)
    rng = np.random.default_rng(7)
    for i in range(24):
        a, b = rng.uniform(0, 2 * math.pi), rng.uniform(-0.7, 0.7)
        start = 380 * np.array([math.sin(a), math.cos(a)])
        goal = 380 * np.array([math.sin(a + math.pi + b), math.cos(a + math.pi + b)])
        add(f"civ-{i + 1:02d}", "airliner", "airliner", "neutral", "civil", start, goal, 10500, 235)
    return out


SITES = (
    ("r91", "radar", 1.0, 0.6, 30.0, 0.0), ("r96", "radar", -1.5, 1.0, 35.0, 0.0),
    ("r92", "radar", 0.0, 0.0, 25.0, 0.0),
    ("cp", "command post", 0.4, -0.5, 10.0, 0.0), ("l1", "launcher", 0.8, -1.0, 10.0, 0.0),
    ("l2", "launcher", -0.9, -0.7, 10.0, 0.0), ("l3", "launcher", -0.2, 1.4, 10.0, 0.0),
    ("port", "asset", -4.0, 6.0, 5.0, 10.0), ("depot", "asset", 3.0, -2.0, 5.0, 4.0),
)  # fmt: skip


def names(flown):
    """Names of the made-up world."""
    geo = [(LAT0 + n / 111.4, LON0 + e / (111.4 * 0.5)) for _, _, e, n, _, _ in SITES]
    return Names(
        platform=tuple(f.ident for f in flown),
        platform_type=tuple(f.kind for f in flown),
        platform_class=tuple(f.klass for f in flown),
        platform_identity=tuple(f.identity for f in flown),
        platform_group=tuple(f.group for f in flown),
        platform_target=tuple(f.target for f in flown),
        site=tuple(s[0] for s in SITES),
        site_kind=tuple(s[1] for s in SITES),
        site_lat_deg=tuple(g[0] for g in geo),
        site_lon_deg=tuple(g[1] for g in geo),
        site_alt_m=tuple(s[4] for s in SITES),
        site_value=tuple(s[5] for s in SITES),
        radar=("r91", "r96", "r92"),
        radar_type=("91N6E", "96L6E", "92N6E"),
        radar_range_m=(600e3, 300e3, 400e3),
        radar_antenna_m=(15.0, 6.0, 10.0),
        command_post=("cp",),
        battery=("b1",),
        launcher=("l1", "l2", "l3"),
        weapon=WEAPONS,
        weapon_range_m=REACH_M,
        magazine_launcher=("l1", "l2", "l3"),
        magazine_weapon=WEAPONS,
    )


_EVENT_FIELDS = [
    "t_s",
    "code",
    "subject",
    "object",
    "via",
    "detail",
    "range_m",
    "alt_m",
    "speed_mps",
    "value",
]
_ROUND_FIELDS = [
    "launcher",
    "battery",
    "channel",
    "track",
    "track_id",
    "platform",
    "site",
    "t_launch_s",
    "fate",
    "t_end_s",
    "miss_m",
]
_SAMPLE_FIELDS = [
    "t_s",
    "kind",
    "index",
    "x_m",
    "y_m",
    "z_m",
    "vx_mps",
    "vy_mps",
    "vz_mps",
    "sigma_m",
    "state",
    "truth",
]


def _records(dtype, fields, rows):
    """Rows of values by field name; fields that are not named stay zero."""
    table = np.zeros(len(rows), dtype=dtype)
    for name, values in zip(fields, zip(*rows, strict=True), strict=False):
        table[name] = values
    return table.view(np.recarray)


class Log:
    """Collects events and rounds."""

    def __init__(self):
        self.rows, self.rounds, self.trails = [], [], []

    def add(self, t, code, subject, obj=-1, via=-1, detail=-1, range_m=NAN, alt_m=NAN, speed=NAN, value=NAN):
        """One event."""
        self.rows.append((t, code, subject, obj, via, detail, range_m, alt_m, speed, value))


def _seen(log, i, flight, track):
    """Line of sight, detection, track and identification; returns the time of identification or NaN."""
    low = flight.klass in ("cruise_missile", "drone")
    sight = flight.when(45e3 if flight.alt_m < 100 else 65e3) if low else 0.5
    reach = {"lo_fighter": 85e3, "arm": 150e3, "airliner": 390e3, "cruise_missile": 43e3}.get(
        flight.kind, 330e3
    )
    if not math.isfinite(sight):
        return NAN
    log.add(sight, ev.LINE_OF_SIGHT, i, 0, range_m=flight.range_m(sight), alt_m=flight.at(sight)[2])
    near = flight.when(reach)
    if not math.isfinite(near) or flight.ident == "cm-12":
        return NAN
    seen = max(sight + 3.0, near)
    speed = flight.speed_mps
    log.add(
        seen,
        ev.DETECTION,
        i,
        0,
        range_m=flight.range_m(seen),
        alt_m=flight.at(seen)[2],
        speed=speed,
        value=14.2,
    )
    log.add(seen + 9.0, ev.LOCAL_TRACK, i, 0, track, range_m=flight.range_m(seen + 9))
    log.add(seen + 9.2, ev.SYSTEM_TRACK, i, 0, track, range_m=flight.range_m(seen + 9.2), speed=speed)
    held = {"friend": 1, "neutral": 2, "hostile": 3}[flight.identity]
    if flight.ident == "civ-03":
        held = 3
    if flight.ident == "strike-6":
        log.add(seen + 20.0, ev.IDENTIFIED, i, 0, track, 0, value=0.5)
        log.add(seen + 21.0, ev.WITHHELD, i, 0, track, 1, value=0.0, range_m=flight.range_m(seen + 21))
        return NAN
    log.add(seen + 14.0, ev.IDENTIFIED, i, 0, track, held, range_m=flight.range_m(seen + 14), value=0.97)
    log.add(seen + 14.0, ev.CLASSIFIED, i, 0, track, 0, value=0.8)
    return seen + 14.0 if held == 3 else NAN


def _shoot(log, i, flight, t0, weapon, fates, track):
    """Assignment and a salvo; returns (row, time) of the kill or None."""
    t_assign = t0 + 6.0
    log.add(t_assign, ev.ASSIGNED, i, 0, track, weapon, range_m=flight.range_m(t_assign), value=0.8)
    killed = None
    for k, fate in enumerate(fates):
        t_launch = t_assign + 8.0 + 3.0 * k
        tof = next(
            dt
            for dt in np.arange(5.0, 600.0, 0.5)
            if SPEED_MPS[weapon] * 0.6 * dt >= flight.range_m(t_launch + dt)
        )
        row = len(log.rounds)
        t_hit = t_launch + tof
        log.add(t_launch, ev.LAUNCH, row, i, weapon, weapon, flight.range_m(t_launch), 20.0, 0.0, tof)
        if flight.identity != "hostile":
            truth = ev.IDENTITY.index(flight.identity)
            log.add(t_launch, ev.WRONG_SHOT, row, i, track, truth, flight.range_m(t_launch))
        log.add(t_hit - 8.0, ev.SEEKER_ON, row, i, range_m=9000.0)
        if killed is not None:
            fate = "no target"
        miss = {"kill": 4.0, "miss": 61.0}.get(fate, NAN)
        if fate in ("kill", "miss"):
            log.add(
                t_hit,
                ev.BURST,
                row,
                i,
                -1,
                -1,
                miss,
                flight.at(t_hit)[2],
                1100.0,
                0.86 if fate == "kill" else 0.02,
            )
        log.add(t_hit, ev.MISSILE_END, row, i, -1, ev.MISSILE_FATE.index(fate), value=tof)
        log.rounds.append((weapon, 0, 0, 0, track, i, -1, t_launch, ev.MISSILE_FATE.index(fate), t_hit, miss))
        log.trails.append((row, i, t_launch, t_hit))
        if fate == "kill":
            killed = (row, t_hit)
    close = 1 if killed else 8
    last = log.rounds[-1][9] + 5.0
    log.add(last, ev.ENGAGEMENT_END, i, 0, track, close, value=float(len(fates)))
    return killed


PLAN = {  # who is shot at with what, and how the rounds end; everybody else is let through or left alone
    "strike-1": (0, ["kill", "miss"]), "strike-2": (0, ["kill"]), "strike-3": (0, ["miss", "kill"]),
    "strike-4": (1, ["kill"]), "strike-5": (1, ["miss", "miss"]),
    "cm-01": (2, ["kill"]), "cm-02": (2, ["kill"]), "cm-03": (2, ["miss", "kill"]), "cm-04": (2, ["kill"]),
    "cm-05": (2, ["miss", "miss"]), "cm-06": (2, ["kill"]), "cm-07": (2, ["kill"]),
    "tbm-1": (1, ["kill", "miss"]), "tbm-2": (1, ["miss", "miss"]),
    "drone-1": (2, ["kill"]), "drone-2": (2, ["kill"]), "drone-3": (2, ["kill"]),
    "civ-03": (0, ["miss"]),
}  # fmt: skip
WITHHELD = {"cm-08": 3, "cm-09": 3, "cm-10": 5, "drone-4": 4, "drone-5": 4, "cm-11": 5, "jam-1": 2,
            "arm-1": 5, "f35-1": 6}  # fmt: skip


def outcome(seed=1, replication=0):
    """(Outcome, Names) of the made-up raid."""
    flown = flights()
    log = Log()
    n = len(flown)
    fate = np.zeros(n, dtype=int)
    t_end = np.full(n, T_END_S)
    for i, flight in enumerate(flown):
        track = i + 1
        t0 = _seen(log, i, flight, track)
        killed = None
        if flight.ident in PLAN and math.isfinite(t0):
            killed = _shoot(log, i, flight, t0, *PLAN[flight.ident], track)
        if flight.ident in WITHHELD and math.isfinite(t0):
            log.add(
                t0 + 1.0, ev.WITHHELD, i, 0, track, WITHHELD[flight.ident], flight.range_m(t0 + 1), value=0.1
            )
        _end(log, i, flight, killed, fate, t_end)
    log.rows.sort(key=lambda row: row[0])
    order = np.argsort([r[7] for r in log.rounds], kind="stable")
    rank = np.argsort(order)
    return _outcome(flown, log, fate, t_end, order, rank, seed, replication), names(flown)


def _end(log, i, flight, killed, fate, t_end):
    if killed is not None:
        row, t_hit = killed
        fate[i], t_end[i] = ev.PLATFORM_FATE.index("killed"), t_hit
        log.add(t_hit, ev.PLATFORM_END, i, -1, row, fate[i], flight.range_m(t_hit), flight.at(t_hit)[2])
    elif flight.t_arrive_s < T_END_S and flight.target:
        site = [s[0] for s in SITES].index(flight.target)
        t = flight.t_arrive_s
        fate[i], t_end[i] = ev.PLATFORM_FATE.index("hit its target"), t
        log.add(t, ev.PLATFORM_END, i, site, -1, fate[i], 0.0, 5.0)
        log.add(t, ev.SITE_HIT, site, i, value=6.0)
        if flight.target in ("r91", "depot"):
            log.add(t, ev.SITE_LOST, site, i)
    else:
        fate[i] = ev.PLATFORM_FATE.index("end of run" if flight.t_arrive_s >= T_END_S else "left the area")
        t_end[i] = min(T_END_S, flight.t_arrive_s)
        log.add(t_end[i], ev.PLATFORM_END, i, -1, -1, fate[i])


def _outcome(flown, log, fate, t_end, order, rank, seed, replication):
    event = _records(ws.EVENT, _EVENT_FIELDS, log.rows)
    for code in (ev.LAUNCH, ev.SEEKER_ON, ev.BURST, ev.MISSILE_END, ev.WRONG_SHOT):
        rows = event.code == code
        event.subject[rows] = rank[event.subject[rows]]
    rows = (event.code == ev.PLATFORM_END) & (event.via >= 0)
    event.via[rows] = rank[event.via[rows]]
    platform_state = np.zeros(len(flown), dtype=ws.PLATFORM_STATE).view(np.recarray)
    platform_state.fate = fate
    site_state = np.zeros(len(SITES), dtype=ws.SITE_STATE).view(np.recarray)
    site_state.alive = 1
    for row in event[event.code == ev.SITE_HIT]:
        site_state.n_hits[row.subject] += 1
    for row in event[event.code == ev.SITE_LOST][::-1]:
        site_state.alive[row.subject], site_state.t_dead_s[row.subject] = 0, row.t_s
    magazine = np.zeros(3, dtype=ws.MAGAZINE_STATE).view(np.recarray)
    rounds = _records(ws.ROUND, _ROUND_FIELDS, [log.rounds[k] for k in order])
    magazine.fired = np.bincount(rounds.launcher, minlength=3)
    magazine.rounds, magazine.reserve = [4, 3, 2], [0, 0, 4]
    return Outcome(
        seed=seed,
        replication=replication,
        status=0,
        t_end_s=T_END_S,
        event=event,
        sample=_samples(flown, log, t_end, rank),
        platform_state=platform_state,
        site_state=site_state,
        magazine_state=magazine,
        round=rounds,
        radar_state=np.zeros(3, dtype=ws.RADAR_STATE).view(np.recarray),
    )


def _samples(flown, log, t_end, rank):
    rows = []
    rng = np.random.default_rng(3)
    for t in np.arange(0.0, T_END_S + 0.1, SAMPLE_S):
        for i, flight in enumerate(flown):
            if t > t_end[i]:
                continue
            pos, nxt = place(*flight.at(t)), place(*flight.at(t + 0.1))
            rows.append((t, 0, i, *pos, *((nxt - pos) * 10.0), NAN, 0, -1))
            if flight.alt_m > 1000 and t > 40:
                rows.append((t, 1, i + 1, *(pos + rng.normal(0, 80, 3)), *((nxt - pos) * 10.0), 140.0, 3, i))
    for row, i, t0, t1 in log.trails:
        for t in np.append(np.arange(t0, t1, 2.0), t1):
            share = (t - t0) / (t1 - t0)
            east, north, alt = flown[i].at(t1)
            height = alt * share + 20e3 * share * (1 - share) * min(1.0, flown[i].range_m(t1) / 1e5)
            rows.append((t, 2, rank[row], *place(east * share, north * share, height), 0, 0, 0, NAN, 0, -1))
    rows.sort(key=lambda r: (r[0], r[1], r[2]))
    made = _records(ws.SAMPLE, _SAMPLE_FIELDS, rows)
    made.cov_ecef_m2 = (
        np.square(made.sigma_m)[:, None] / 3.0 * [1.0, 0.0, 0.0, 1.0, 0.0, 1.0]
    )  # alike in all directions
    return made


def provenance():
    """Where the made-up run says it comes from."""
    return Provenance(
        name="made-up",
        scenario_text="# made up for tests\nname: made-up\n",
        catalog_sha256="0" * 64,
        title="A made-up raid",
        recordings=({"file": "civil.csv", "rows": 100, "spikes_removed": 2},),
    )
