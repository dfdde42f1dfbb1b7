"""W-66: guns of a point defence, through the whole engine.

References: n independent rounds, P = 1 - (1 - p)^n; the integral of a diffuse target of area A over a circular normal law, by
quadrature; a common laying error of a burst, A / (A + 2 pi (s^2 + a^2)) for one round (A. R. Washburn, M. Kress, Combat Modeling,
2009, ch. 2). Exact binomial limits, 3.5 sigma.
"""

import math

import numpy as np
import pytest
from scipy import integrate
from support import saturation as sat

from openiads.engine import events
from openiads.engine.systems import gun
from openiads.physics.gunnery import burst_kill_probability, hit_probability, time_of_flight_s
from openiads.testing import check_invariants

AREA, DISPERSION = 1.0, 2e-3
OPENS, MISS, KILL, NOTHING, SPENT = range(5)


@pytest.mark.parametrize(
    ("area", "sigma", "offset"), [(1.0, 2.0, 0.0), (1.0, 2.0, 3.0), (30.0, 1.0, 1.5), (0.05, 6.0, 4.0)]
)
def test_hits_are_the_dispersion_integral(area, sigma, offset):
    def inner(y, x):
        law = math.exp(-((x - offset) ** 2 + y**2) / (2.0 * sigma**2)) / (2.0 * math.pi * sigma**2)
        return law * math.exp(-math.pi * (x * x + y * y) / area)

    reach = 8.0 * math.sqrt(area) + 1e-3
    want, _ = integrate.dblquad(inner, -reach, reach, -reach, reach, epsabs=1e-10)
    assert hit_probability(area, sigma, offset) == pytest.approx(want, rel=1e-5)


def test_a_small_target_is_hit_as_a_disc():
    """1 - exp(-A / (2 pi s^2)) of a disc with sharp edges, as A gets small."""
    for area in (0.4, 0.04):
        assert hit_probability(area, 3.0, 0.0) == pytest.approx(
            1 - math.exp(-area / (18 * math.pi)), rel=area / 100
        )


def test_time_of_flight_is_the_integral_of_the_drag_law():
    k, v0 = math.log(2.0) / 1900.0, 960.0
    for r in (100.0, 1900.0, 4000.0):
        want, _ = integrate.quad(lambda s: math.exp(k * s) / v0, 0.0, r)
        assert time_of_flight_s(r, v0, k) == pytest.approx(want, rel=1e-9)


def range_(rounds=75, start_m=9000.0, alt_m=1500.0, seconds=50.0, area=AREA, channels=2, bearing=0.0, **more):
    """One target that flies straight at the unit, level, at 200 m/s; a gun beside the radar. Missiles: none."""
    case = sat.fire_unit(seconds, channels, 0, 0.5, decision_period_s=0.5)
    item = sat.item(
        "twin-30mm",
        dispersion_rad=DISPERSION,
        laying_rad=0.0,
        kill_given_hit=1.0,
        radius_m=1.0,
        altitude_max_m=5000.0,
    )
    case.a.add_gun("GUN", item, sat.HERE, 0, rounds, **more)
    end = sat.Place(sat.HERE.lat_rad, sat.HERE.lon_rad, alt_m)
    case.target(sat.straight(sat.at(bearing, start_m, alt_m), end, 200.0), area_m2=area)
    return case


def fire(o):
    return sat.of(o, events.GUN_FIRE)


def test_one_burst_against_the_closed_form():
    """One burst of 75 rounds without laying error: its probability from range and dispersion, and how often it kills."""
    world, names = range_(area=0.05).a.finish()
    n = 400
    kills, p, want = 0, [], []
    for o in sat.replications(world, 660, n):
        if o.replication < 3:
            assert check_invariants(o, world, names) == []
        rows = fire(o)
        assert rows.detail.tolist()[:2] == [OPENS, SPENT]
        last = rows[-1]
        s = DISPERSION * float(last.range_m)
        one = 0.05 / (0.05 + 2.0 * math.pi * s * s)
        want.append(1.0 - (1.0 - one) ** 75)
        assert float(last.value) <= want[-1] + 1e-12
        p.append(float(last.value))
        kills += int(last.detail == KILL)
    assert np.mean(p) > 0.9 * np.mean(want)  # the track is some metres off
    assert 0.005 < np.mean(want) < 0.2
    assert sat.inside(kills, n, float(np.mean(p)))


def test_a_laying_error_is_common_to_a_burst():
    """Bursts of one round: its mean probability is that of the errors together; of many rounds: less than of independent ones."""
    a = 3e-3
    world, _ = range_(1, rate_hz=1.0, laying_rad=a, area=4.0).a.finish()
    p, want = [], []
    for o in sat.replications(world, 661, 500):
        last = fire(o)[-1]
        r2 = float(last.range_m) ** 2
        p.append(float(last.value))
        want.append(4.0 / (4.0 + 2.0 * math.pi * (DISPERSION**2 + a**2) * r2))
    mean, error = sat.mean_limits(p)
    assert abs(mean - np.mean(want)) < error + 0.05 * np.mean(want)  # the error of the track
    world, _ = range_(75, laying_rad=a, area=4.0).a.finish()
    rows = [fire(o)[-1] for o in sat.replications(world, 662, 400)]
    mean, error = sat.mean_limits([float(e.value) for e in rows])
    range_m = float(np.mean([float(e.range_m) for e in rows]))
    spread, sigma = 4.0 + 2.0 * math.pi * (DISPERSION * range_m) ** 2, a * range_m

    def share(d):
        one = 4.0 / spread * math.exp(-math.pi * d * d / spread)
        return (1.0 - (1.0 - one) ** 75) * d / sigma**2 * math.exp(-d * d / (2.0 * sigma**2))

    want_many, _ = integrate.quad(share, 0.0, 10.0 * sigma)
    assert abs(mean - want_many) < error + 0.05 * want_many
    assert want_many < burst_kill_probability(float(np.mean(want)), 75) - 0.01  # not as independent rounds


def test_range_rate_and_ammunition():
    """Bursts in reach only, at their rate; no round more than there is; the last burst is what is left."""
    world, names = range_(200, kill_given_hit=0.0).a.finish()
    (o,) = sat.replications(world, 662, 1)
    assert check_invariants(o, world, names) == []
    rows = fire(o)
    opened = rows[rows.detail == OPENS]
    assert opened.value.tolist() == [75.0, 75.0, 50.0]
    assert np.diff(opened.t_s).tolist() == [2.0, 2.0]
    assert (opened.range_m <= 4000.0).all()
    assert opened.range_m[0] > 3500.0
    assert (rows.detail == SPENT).sum() == 1
    assert ((rows.detail == MISS) | (rows.detail == NOTHING)).sum() == 3
    high, _ = range_(200, alt_m=3000.0, kill_given_hit=0.0, height_max_m=2900.0).a.finish()
    (o,) = sat.replications(high, 662, 1)
    assert len(fire(o)) == 0
    inside, _ = range_(2000, kill_given_hit=0.0, range_min_m=3000.0).a.finish()
    (o,) = sat.replications(inside, 662, 1)
    rows = fire(o)
    assert rows.range_m[rows.detail == OPENS].min() >= 3000.0


def test_a_shell_takes_its_time():
    """From the middle of the burst to the point aimed at, by the drag law."""
    world, _ = range_(75, kill_given_hit=0.0).a.finish()
    (o,) = sat.replications(world, 663, 1)
    rows = fire(o)
    flight = float(rows[-1].t_s - rows[0].t_s) - 0.5
    assert flight == pytest.approx(
        time_of_flight_s(float(rows[0].range_m), 960.0, math.log(2.0) / 1900.0), abs=0.02
    )


def test_what_turns_is_missed():
    """The burst goes where the track was heading: after a turn in its time of flight it is off by half an acceleration."""
    value = {}
    t_open = 0.0
    for turns in (False, True):
        case = range_(75, area=10.0)
        if turns:  # a steady 30 m/s² to the side, from just after the burst has left
            case.a.platforms[0]["knots"] = bent(case.a.platforms[0]["knots"], 30.0, t_open + 0.1)
        (o,) = sat.replications(case.world(), 664, 1)
        rows = fire(o)
        assert not turns or float(rows.t_s[0]) == t_open
        t_open = float(rows.t_s[0])
        ends = rows[(rows.detail == MISS) | (rows.detail == KILL) | (rows.detail == NOTHING)]
        value[turns] = float(ends.value[0])
    assert value[False] > 0.75  # 0.84 without any error of the track
    assert value[True] < 0.01


def bent(knots, accel, from_s):
    """The same flight with a steady acceleration to the right of its course."""
    t = np.arange(knots[0, 0], knots[-1, 0], 0.5)
    pos = np.array([np.interp(t, knots[:, 0], knots[:, k]) for k in (1, 2, 3)]).T
    vel = np.array([np.interp(t, knots[:, 0], knots[:, k]) for k in (4, 5, 6)]).T
    side = np.cross(vel[0], pos[0])
    side /= np.linalg.norm(side)
    since = np.maximum(t - from_s, 0.0)[:, None]
    return np.column_stack([t, pos + 0.5 * accel * since**2 * side, vel + accel * since * side])


@pytest.mark.parametrize("how", ["hold", "radar off", "gun lost", "no channel"])
def test_who_may_not_or_cannot_does_not_fire(how):
    case = range_(75)
    if how == "hold":
        case.a.posts[0]["roe"] = {**sat.HOSTILE, "control": 2, "self_defence": 0}
    if how == "radar off":
        case.a.radars[1]["t_off_s"] = 2.0
    world = case.world()
    if how == "gun lost":
        world.site_state["alive"][case.a.guns[0]["site"]] = 0
    if how == "no channel":
        world.battery["n_channel"] = 0
    (o,) = sat.replications(world, 665, 1)
    assert len(fire(o)) == 0


def test_two_guns_share_a_channel_and_spread_their_targets():
    """One channel: both fire at its target. Two channels and two targets: one each."""
    for channels in (1, 2):
        case = range_(75, channels=channels, kill_given_hit=0.0)
        item = case.a.guns[0]
        case.a.guns.append({**item, "site": case.a.add_site("GUN2", 6, sat.HERE, 0.0, 1.0), "id": "GUN2"})
        end = sat.Place(sat.HERE.lat_rad, sat.HERE.lon_rad, 1500.0)
        case.target(sat.straight(sat.at(60.0, 9000.0, 1500.0), end, 200.0), area_m2=AREA)
        world, names = case.a.finish()
        (o,) = sat.replications(world, 666, 1)
        assert check_invariants(o, world, names) == []
        rows = fire(o)
        opened = rows[rows.detail == OPENS]
        assert len(np.unique(opened.object)) == 2
        assert len(np.unique(opened.subject)) == channels


def test_the_codes_are_those_of_the_log():
    assert events.GUN[gun.KILLED] == "kill"
    assert events.GUN[gun.SPENT] == "ammunition spent"


@pytest.mark.parametrize("identity", [2, 3])
def test_bursts_at_what_is_not_hostile_are_wrong_shots(identity):
    """One report a burst at a neutral that is held to be hostile, none at what is hostile; the checks of every run agree."""
    case = range_(area=1e-6)
    case.a.platforms.clear()
    end = sat.Place(sat.HERE.lat_rad, sat.HERE.lon_rad, 1500.0)
    case.target(sat.straight(sat.at(0.0, 9000.0, 1500.0), end, 200.0), area_m2=1e-6, identity=identity)
    world, names = case.a.finish()
    (o,) = sat.replications(world, 661, 1)
    assert check_invariants(o, world, names) == []
    bursts = [(float(e.t_s), int(e.subject), int(e.via)) for e in fire(o) if e.detail == OPENS]
    wrong = [(float(e.t_s), int(e.object), int(e.via)) for e in sat.of(o, events.WRONG_SHOT)]
    assert len(bursts) > 0
    assert wrong == (bursts if identity == 2 else [])
    assert {(int(e.subject), int(e.detail)) for e in sat.of(o, events.WRONG_SHOT)} == (
        {(-1, 2)} if identity == 2 else set()
    )
