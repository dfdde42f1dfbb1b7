"""W-65: shoot-and-move. Times of silence and places are exact; the damage law sees where a site is; missiles are waited for.

References: arithmetic of the stated times (exact; what reads the state does so at the next step of 0.25 s); the Gaussian damage law
under a circular normal error, b^2 / (b^2 + s^2) (A. R. Washburn, M. Kress, Combat Modeling, 2009, ch. 2; exact binomial
limits, 3.5 sigma); and a World in which the radar has always stood at the new place and transmits from the time at which it
is ready there: the same events to the bit.
"""

import math

import numpy as np
import pytest
from support import besieged, land
from support import saturation as sat
from support.worlds import Field, spot

from openiads.engine import events
from openiads.testing import check_invariants
from openiads.world.surface import Sector
from openiads.world.weather import Weather

CEP, LETHAL = 8.0, 20.0
PER_SIGMA = math.sqrt(2.0 * math.log(2.0))


def runs(f, seed, n):
    """Outcomes, the first three checked."""
    world, names = f.finish()
    for o in sat.replications(world, seed, n):
        if o.replication < 3:
            assert check_invariants(o, world, names) == []
        yield o


def moves(o, site):
    """(time, phase, place) of one site."""
    rows = sat.of(o, events.SITE_MOVES)
    return [(round(float(e.t_s), 6), events.MOVE[e.detail], int(e.value)) for e in rows if e.subject == site]


def go(f, site, *places, speed_mps=25.0, at_s=(), **rules):
    f.add_move(
        site, [(p, ()) for p in places], speed_mps, at_s, **{"pack_s": 10.0, "set_up_s": 15.0, **rules}
    )


def chord_m(a, b):
    return float(np.linalg.norm(sat.ecef(a) - sat.ecef(b)))


def test_times_of_silence_are_exact():
    """Two moves with their ways (one round a corner); a planned time that passes on the way is taken at once after it."""
    f = Field(260.0)
    f.post(control=2)
    f.radar("R", "96L6E", spot(0.0, 10.0))
    site = f.radars[0]["site"]
    here, one, corner, two = spot(0.0, 10.0), spot(90.0, 500.0), spot(90.0, 900.0), spot(45.0, 900.0)
    rules = {"pack_s": 10.3, "set_up_s": 15.4}
    f.add_move(site, [(one, ()), (two, (corner,))], 25.0, (20.0, 40.0), **rules)
    (o,) = runs(f, 650, 1)
    ways = (chord_m(here, one) / 25.0, (chord_m(one, corner) + chord_m(corner, two)) / 25.0)
    want, t = [], 20.0
    for number, way in enumerate(ways, 1):
        for phase, lasts in (("packs up", 10.3), ("under way", way), ("sets up", 15.4), ("ready", 0.0)):
            want.append((round(t, 6), phase, number))
            t += lasts
        t = math.ceil(t / 0.25 - 1e-9) * 0.25  # the next order is given at a step
    got = moves(o, site)
    assert [g[1:] for g in got] == [g[1:] for g in want]
    assert np.allclose([g[0] for g in got], [g[0] for g in want], atol=1e-5)
    # Back on the air at the first step at or after it is ready; the second order comes in that same step.
    air = sat.of(o, events.EMISSION)
    ready = [g[0] for g in got if g[1] == "ready"]
    assert air.detail.tolist() == [1, 0, 1]
    assert air.t_s.tolist() == [0.0, 20.0, math.ceil(ready[1] / 0.25) * 0.25]
    assert o.site_state["alive"][site] == 1


def seen(f, seed=651):
    (o,) = runs(f, seed, 1)
    codes = (
        events.DETECTION,
        events.LOCAL_TRACK,
        events.SYSTEM_TRACK,
        events.LINE_OF_SIGHT,
        events.TRACK_DROPPED,
    )
    return o.event[np.isin(o.event.code, codes)]


WET = Weather(gas=True, rain_mm_h=4.0, clutter=True, multipath=True)
SPIKY = Weather(
    rain_mm_h=4.0, sea_state=4, clutter=True, rain_echo=True, plots=True, shape=0.2, coast="mountain"
)
WOODS = Sector(-0.5 * math.pi, 0.5 * math.pi, None, "wooded-hills", "medium-dry", None)


def weathered(start, duration_s=200.0, weather=WET, **more):
    """A radar at one of two places beside a ridge, in rain, over clutter, with traffic on both sides of it."""
    f = Field(duration_s)
    f.elevation = land.ridge(150.0)
    f.weather = weather
    f.post(control=2)
    f.radar("R", "96L6E", start, **more)
    for k, bearing in enumerate((80.0, 90.0, 100.0, 270.0, 300.0)):
        path = [spot(bearing, 32e3, 250.0 + 60.0 * k), spot(bearing + 180.0, 20e3, 250.0 + 60.0 * k)]
        f.flight(f"T{k}", "fighter", path, speed_mps=220.0, identity="neutral")
    return f


@pytest.mark.parametrize(
    ("weather", "surface"),
    [(WET, ()), (SPIKY, ()), (SPIKY._replace(coast=None), (WOODS,))],
    ids=["rain and clutter", "coast and spikes", "sectors and spikes"],
)
def test_at_its_new_place_a_radar_is_one_that_has_always_stood_there(weather, surface):
    """Horizon, masking, attenuation, clutter, surfaces by direction and the looks themselves: to the bit."""
    old, new = spot(270.0, 4000.0), spot(90.0, 7000.0)
    more = {"weather": weather, "surface": surface}
    f = weathered(old, **more)
    go(f, f.radars[0]["site"], new, at_s=(0.0,), speed_mps=1000.0, pack_s=5.0, set_up_s=10.0)
    moved = seen(f)
    t_ready = 5.0 + chord_m(old, new) / 1000.0 + 10.0
    t_on = math.ceil(t_ready / 0.25 - 1e-9) * 0.25
    stood = seen(weathered(new, t_on_s=t_on, **more))
    stayed = seen(weathered(old, t_on_s=t_on, **more))
    assert len(moved) > 15
    assert moved.tobytes() == stood.tobytes()
    assert moved.tobytes() != stayed.tobytes()


def looking(start, towards_deg, **more):
    """A radar of a 90 degree sector, and traffic all around it."""
    f = Field(120.0)
    f.post(control=2)
    f.radar(
        "R", "92N6E", start, az0_rad=math.radians(towards_deg), sector_half_rad=math.radians(45.0), **more
    )
    for k in range(6):
        path = [spot(60.0 * k, 40e3, 6000.0), spot(60.0 * k + 20.0, 15e3, 6000.0)]
        f.flight(f"T{k}", "fighter", path, speed_mps=220.0, identity="neutral")
    return f


@pytest.mark.parametrize("turned", [True, False])
def test_a_sector_is_laid_anew_with_the_place(turned):
    """As one that has always stood there and looked that way, to the bit; without a new bearing it looks as before."""
    old, new = spot(270.0, 4000.0), spot(90.0, 3000.0)
    f = looking(old, 300.0)
    more = {"az0_rad": {1: math.radians(130.0)}} if turned else {}
    go(f, f.radars[0]["site"], new, at_s=(0.0,), speed_mps=1000.0, pack_s=5.0, set_up_s=10.0, **more)
    moved = seen(f)
    t_on = math.ceil((15.0 + chord_m(old, new) / 1000.0) / 0.25 - 1e-9) * 0.25
    there, before = (seen(looking(new, towards, t_on_s=t_on)) for towards in (130.0, 300.0))
    assert len(moved) > 3
    assert there.tobytes() != before.tobytes()
    assert moved.tobytes() == (there if turned else before).tobytes()


def test_a_world_is_as_new_after_a_run():
    """Replications do not inherit places."""
    f = weathered(spot(270.0, 4000.0), 60.0)
    go(f, f.radars[0]["site"], spot(90.0, 7000.0), at_s=(0.0,), speed_mps=1000.0)
    world, _ = f.finish()
    a, b = sat.replications(world, 652, 2)
    c = list(sat.replications(world, 652, 2))[1]
    assert b.event.tobytes() == c.event.tobytes()
    assert moves(a, f.radars[0]["site"]) == moves(b, f.radars[0]["site"])


def aimed_at(f, kind="launcher", n=1, **more):
    """A cruise missile that arrives at about 44 s at where a site stands at the start."""
    site = {"launcher": f.launchers, "radar": f.radars}[kind][0]["site"]
    f.sites[site].update(radius_m=0.01, hardness=1.0)
    f.flight(
        "CM",
        "cruise-missile",
        [spot(0.0, 12e3, 60.0)],
        target=site,
        cep_m=CEP,
        lethal_radius_m=LETHAL,
        **more,
    )
    return site


def unit(duration_s=80.0):
    f = Field(duration_s)
    f.post(control=2)
    f.fire_unit("B", spot(90.0, 500.0), {"9M96E2": (4, 0)}, kind="92N6E", towards_deg=180.0)
    return f


@pytest.mark.parametrize("at_s", [None, 5.0, 43.0])
def test_what_has_gone_is_not_hit(at_s):
    """Gone: never lost. Stayed, or still packing up when it arrives: lost by the law."""
    n = 400
    f = unit()
    site = aimed_at(f)
    if at_s is not None:
        go(f, site, spot(120.0, 1500.0), at_s=(at_s,), pack_s=20.0)
    dead = sum(1 - int(o.site_state["alive"][site]) for o in runs(f, 653, n))
    if at_s == 5.0:
        assert dead == 0
    else:
        assert sat.inside(dead, n, LETHAL**2 / (LETHAL**2 + (CEP / PER_SIGMA) ** 2))


def test_what_arrives_on_the_way_misses_by_the_way_made():
    """At 1 m/s, 6 s on the way: as an aim point 6 m off, exp(-d^2 / 2 (b^2 + s^2)) b^2 / (b^2 + s^2)."""
    n = 500
    f = unit(60.0)
    site = aimed_at(f)
    (o,) = runs(f, 654, 1)
    t_hit = float(sat.of(o, events.PLATFORM_END).t_s[0])
    f = unit(60.0)
    site = aimed_at(f)
    t_go = math.floor(t_hit / 0.25) * 0.25 - 12.0
    go(f, site, spot(120.0, 5000.0), at_s=(t_go,), pack_s=0.0, speed_mps=1.0)
    dead = sum(1 - int(o.site_state["alive"][site]) for o in runs(f, 654, n))
    s2 = (CEP / PER_SIGMA) ** 2
    d = (
        math.ceil(t_hit / 0.25 - 1e-9) * 0.25 - t_go
    )  # it is where it was at the step in which the impact is settled
    p = LETHAL**2 / (LETHAL**2 + s2) * math.exp(-d * d / (2.0 * (LETHAL**2 + s2)))
    assert sat.inside(dead, n, p)
    assert 0.4 < p < 0.8


@pytest.mark.parametrize("leaves", [True, False])
def test_an_anti_radiation_missile_goes_for_where_the_radar_was(leaves):
    f = Field(85.0)
    f.post(control=2, arm_answer=besieged.ANSWER["ignore"], **besieged.TEST)
    f.radar("R", "96L6E", spot(0.0, 10.0))
    site = f.radars[0]["site"]
    f.sites[site].update(radius_m=0.01)
    f.arm("ARM", spot(0.0, 45e3, 6000.0), target=site, cep_m=CEP, lethal_radius_m=LETHAL, memory_sigma_m=5.0)
    if leaves:
        go(f, site, spot(90.0, 800.0), after_alarm=1, pack_s=5.0)
    n = 60
    dead = 0
    for o in runs(f, 655, n):
        dead += 1 - int(o.site_state["alive"][site])
        if leaves:
            alarm = float(sat.of(o, events.ARM_ALARM).t_s[0])
            assert moves(o, site)[0][:2] == (alarm + 0.25, "packs up")
    assert dead == 0 if leaves else dead > 40


def shooting(waits, **occasion):
    """A fire unit that fires at two targets one after the other; its radar is to move."""
    f = Field(260.0)
    f.post(control=0, policy=0, salvo=1, max_rounds_per_target=1)
    f.fire_unit("B", spot(90.0, 500.0), {"9M96E2": (4, 0)}, kind="92N6E")
    asset = f.asset("A", spot(180.0, 1500.0))
    for k in range(2):
        f.flight(f"CM{k}", "cruise-missile", [spot(5.0, 45e3, 900.0)], target=asset, at_s=120.0 * k)
    site = f.radars[0]["site"]
    go(f, site, spot(80.0, 900.0), waits=waits, pack_s=20.0, set_up_s=20.0, **occasion)
    return f, site


@pytest.mark.parametrize("waits", [1, 0])
def test_missiles_are_waited_for(waits):
    f, site = shooting(waits, after_shots=1)
    (o,) = runs(f, 656, 1)
    launch = float(sat.of(o, events.LAUNCH).t_s[0])
    down = float(sat.of(o, events.MISSILE_END).t_s[0])
    told = moves(o, site)
    if waits:
        assert told[0] == (launch + 0.25, "waits for its missiles", 1)
        assert told[1][1] == "packs up"
        assert down <= told[1][0] <= down + 0.5
        # Nothing new is taken in the meantime, and both are shot at in the end.
        assert len(np.unique(sat.of(o, events.LAUNCH).object)) == 2
    else:
        assert told[0] == (launch + 0.25, "packs up", 1)
    ready = next(t for t, what, _ in told if what == "ready")
    for e in o.event:
        if e.code in (events.LAUNCH, events.ASSIGNED) and e.t_s > launch:
            assert e.t_s >= ready


@pytest.mark.parametrize(("shots", "first"), [(1, 1), (2, 2)])
def test_a_launcher_goes_after_its_shots(shots, first):
    """The magazine goes with it, and the battery's other launcher fires on."""
    f = Field(200.0)
    f.post(control=0, policy=0, salvo=1, max_rounds_per_target=1)
    f.fire_unit("B", spot(90.0, 500.0), {"9M96E2": (4, 0)}, kind="92N6E", launchers=2)
    asset = f.asset("A", spot(180.0, 1500.0))
    for k in range(3):
        f.flight(f"CM{k}", "cruise-missile", [spot(5.0 + 3.0 * k, 40e3, 900.0)], target=asset, at_s=25.0 * k)
    site = f.launchers[0]["site"]
    go(f, site, spot(120.0, 900.0), after_shots=shots, pack_s=300.0)
    (o,) = runs(f, 657, 1)
    mine = [e for e in sat.of(o, events.LAUNCH) if e.via == 0]
    assert len(mine) == first
    assert moves(o, site)[0] == (float(mine[-1].t_s) + 0.25, "packs up", 1)
    assert o.magazine_state.fired.tolist()[0] == first
    assert o.magazine_state.rounds.tolist()[0] == 4 - first
    assert len(sat.of(o, events.LAUNCH)) == 3
    assert o.site_state["alive"][site] == 1  # under way is not lost


def test_a_command_post_on_the_move_decides_nothing():
    f, _ = shooting(1, at_s=(900.0,))
    post = f.posts[0]["site"]
    go(f, post, spot(0.0, 900.0), at_s=(10.0,), pack_s=20.0, set_up_s=20.0)
    (o,) = runs(f, 658, 1)
    ready = next(t for t, what, _ in moves(o, post) if what == "ready")
    decided = [float(e.t_s) for e in o.event if e.code in (events.ASSIGNED, events.IDENTIFIED)]
    assert decided
    assert all(t < 10.0 or t >= ready for t in decided)
