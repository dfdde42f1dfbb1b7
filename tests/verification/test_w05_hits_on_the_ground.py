"""W-05: what arrives: surface strikes, leakers, anti-radiation missiles.

References: a circular normal error puts half its impacts inside the CEP and 1 - 2^-(r/CEP)^2 inside r; the Gaussian damage law
exp(-r^2 / 2 b^2) under that error kills with b^2 / (b^2 + s^2), s = CEP / sqrt(2 ln 2) (Washburn, Kress, Combat Modeling,
2009, ch. 2). Counts inside exact binomial limits, 3.5 sigma, fixed seeds.
"""

import math

import numpy as np
import pytest
from scipy import integrate, stats
from support import saturation as sat

from openiads.engine import events
from openiads.scenario import ScenarioError
from openiads.study.execute import load
from openiads.world import schema
from openiads.world.assemble import Assembly

PER_SIGMA = math.sqrt(2.0 * math.log(2.0))


def struck(n, range_m, *, rounds=None, radius_m=0.01, hardness=1.0, duration_s=None, **missile):
    """A battery that fires n rounds, one a second, at one ground target."""
    a = Assembly(duration_s=duration_s or n + 300.0)
    post = a.add_post("CP", sat.HERE, {"control": 2}, value=0.0)
    radar = a.add_radar("FC", sat.sure_radar("92N6E"), sat.HERE, post, value=0.0, sector_half_rad=1.0)
    battery = a.add_battery("B", post, radar, 6, 10**6)
    weapon = a.add_weapon(sat.item("48N6E3", **{"reliability": 1.0, **missile}))
    launcher = sat.item("5P85SE2", launch_interval_s=0.0)
    a.add_launcher("L", launcher, sat.HERE, battery, {weapon: (n if rounds is None else rounds, 0)})
    target = a.add_site("T", schema.SITE_TARGET, sat.at(70.0, range_m), 0.0, radius_m, hardness)
    strike = {
        "battery": battery,
        "weapon": weapon,
        "site": target,
        "t_s": 1.0,
        "rounds": n,
        "interval_s": 1.0,
    }
    a.strikes.append(strike)
    return a.finish()[0], target


def one(world, seed=51):
    (o,) = sat.replications(world, seed, 1)
    return o


# --- surface mode -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("range_m", "cep_m"), [(40e3, 50.0), (110e3, 50.0), (80e3, 200.0), (80e3, 5.0)])
def test_impacts_scatter_by_the_stated_cep(range_m, cep_m):
    n = 400
    o = one(struck(n, range_m, cep_m=cep_m)[0])
    miss = sat.of(o, events.STRIKE_IMPACT).value
    assert len(miss) == n
    for factor in (0.5, 1.0, 2.0):
        share = 1.0 - 0.5 ** (factor * factor)
        assert sat.inside(int((miss <= factor * cep_m).sum()), n, share)
    assert stats.kstest(miss, stats.rayleigh(scale=cep_m / PER_SIGMA).cdf).pvalue > 2 * sat.TAIL
    fates = {events.MISSILE_FATE[f] for f in sat.of(o, events.MISSILE_END).detail}
    assert fates == {"strike"}


@pytest.mark.parametrize(("radius", "hardness"), [(20.0, 1.0), (20.0, 2.0), (60.0, 1.0)])
def test_damage_by_the_law(radius, hardness):
    """One round at one target of no extent; lost or not, replication by replication."""
    world, target = struck(1, 60e3, damage_radius_m=radius, hardness=hardness, cep_m=50.0)
    replications, lost, expected = 400, 0, []
    for o in sat.replications(world, 52, replications):
        lost += 1 - int(o.site_state["alive"][target])
        miss = float(sat.of(o, events.STRIKE_IMPACT)[0].value)
        expected.append(math.exp(-0.5 * (miss * hardness / radius) ** 2))
    p = np.array(expected)
    assert abs(lost - p.sum()) < 3.5 * math.sqrt((p * (1.0 - p)).sum())  # given where the rounds fell
    b2, s2 = (radius / hardness) ** 2, (50.0 / PER_SIGMA) ** 2
    assert sat.inside(lost, replications, b2 / (b2 + s2))  # and over both


def test_no_farther_than_it_flies():
    """Every round has one fate; beyond the flight-time limit none arrives."""
    near, far = one(struck(20, 100e3)[0]), one(struck(20, 400e3)[0])
    assert len(sat.of(near, events.STRIKE_IMPACT)) == 20
    assert len(sat.of(far, events.STRIKE_IMPACT)) == 0
    ends = sat.of(far, events.MISSILE_END)
    assert sorted(ends.subject) == list(range(20))
    assert ends.value.max() <= 260.0 + 1.0  # the catalogue's max_flight_s


def test_no_more_than_there_are():
    o = one(struck(10, 60e3, rounds=4)[0])
    assert len(o.round) == 4
    assert int(o.magazine_state["rounds"].sum()) == 0


# --- leakers ------------------------------------------------------------------------------------------


def arrivals(n, cep_m, lethal_m, radius_m, hardness=1.0):
    """n cruise missiles, one after another, at one undefended site."""
    a = Assembly(duration_s=n + 30.0)
    a.add_post("CP", sat.HERE, {"control": 2}, value=0.0)
    site = a.add_site("DEPOT", schema.SITE_ASSET, sat.at(10.0, 20e3), 10.0, radius_m, hardness)
    for k in range(n):
        path = sat.straight(sat.at(10.0, 22e3, 50.0), sat.at(10.0, 20e3, 0.0), 240.0, float(k))
        a.add_platform(
            f"CM{k}", sat.item("cruise-missile"), path, klass=3, identity=3, end=schema.END_IMPACT, target_site=site,
            p_iff_reply=0.0, p_ssr_reply=0.0, cep_m=cep_m, lethal_radius_m=lethal_m,
            names={"class": "cruise_missile", "identity": "hostile", "group": "g", "target": "DEPOT"},
        )  # fmt: skip
    return a.finish()[0], site


def effect(cep_m, lethal_m, radius_m, hardness=1.0):
    """P(inside the extent or destroyed) by quadrature over the Rayleigh law of the miss."""
    s, b = cep_m / PER_SIGMA, lethal_m / hardness
    tail, _ = integrate.quad(
        lambda r: r / s**2 * math.exp(-0.5 * (r / s) ** 2 - 0.5 * ((r - radius_m) / b) ** 2),
        radius_m,
        radius_m + 12 * (b + s),
    )
    return 1.0 - math.exp(-0.5 * (radius_m / s) ** 2) + tail


@pytest.mark.parametrize(
    ("cep", "lethal", "radius", "hardness"), [(10, 20, 0.01, 1), (30, 20, 10, 1), (30, 20, 10, 3)]
)
def test_leakers_damage_what_they_hit(cep, lethal, radius, hardness):
    n = 600
    world, site = arrivals(n, float(cep), float(lethal), float(radius), float(hardness))
    o = one(world)
    fates = o.platform_state["fate"]
    hit = int((fates == events.PLATFORM_FATE.index("hit its target")).sum())
    assert hit + int((fates == events.PLATFORM_FATE.index("missed its target")).sum()) == n
    assert sat.inside(hit, n, effect(cep, lethal, radius, hardness))
    assert int(o.site_state["n_hits"][site]) == hit
    assert len(sat.of(o, events.SITE_LOST)) == 1  # a site is lost once
    assert o.site_state["alive"][site] == 0


# --- anti-radiation missiles --------------------------------------------------------------------------


def hunt(n, *, off_s=1e9, memory=1, target=None, cep_m=10.0, memory_sigma_m=0.0):
    """n anti-radiation missiles from 60 km at a radar that transmits until off_s; a second radar is silent throughout."""
    a = Assembly(duration_s=300.0)
    post = a.add_post("CP", sat.HERE, {"control": 2}, value=0.0)
    for name, place, on in (("R1", sat.HERE, off_s), ("R2", sat.at(90.0, 15e3), 0.0)):
        a.add_radar(name, sat.item("96L6E", radius_m=0.01), place, post, value=0.0, t_on_s=0.0, t_off_s=on)
    for k in range(n):
        path = sat.straight(
            sat.at(300.0 + k % 60, 60e3, 9e3), sat.at(300.0 + k % 60, 50e3, 9e3), 700.0, 0.25 * (k % 40)
        )
        a.add_platform(
            f"A{k}", sat.item("arm"), path, klass=6, identity=3, move=schema.MOVE_HOMING, speed_mps=700.0, turn_radps=0.2,
            memory=memory, memory_sigma_m=memory_sigma_m, max_time_s=200.0, cep_m=cep_m, lethal_radius_m=15.0,
            target_site=-1 if target is None else a.radars[target]["site"], p_iff_reply=0.0, p_ssr_reply=0.0,
            names={"class": "arm", "identity": "hostile", "group": "g", "target": "strongest"},
        )  # fmt: skip
    world = a.finish()[0]
    return world, a.radars[0]["site"], a.radars[1]["site"]


def test_it_takes_out_what_transmits_and_nothing_else():
    """One missile a replication; the radar is lost as often as scatter and law say, and stops transmitting."""
    world, first, second = hunt(1)
    replications, lost = 300, 0
    for o in sat.replications(world, 53, replications):
        lost += 1 - int(o.site_state["alive"][first])
        assert o.site_state["alive"][second] == 1  # a silent one is not even looked at
        off = sat.of(o, events.EMISSION)
        assert [(e.subject, e.detail) for e in off if e.t_s > 1.0] == (
            [(0, 0)] if not o.site_state["alive"][first] else []
        )
    assert sat.inside(lost, replications, effect(10.0, 15.0, 0.01))


def test_silence_saves_from_one_without_memory():
    world, first, _ = hunt(40, off_s=40.0, memory=0)
    o = one(world)
    assert o.site_state["alive"][first] == 1
    assert o.site_state["n_hits"].sum() == 0
    fates = {events.PLATFORM_FATE[f] for f in o.platform_state["fate"]}
    assert fates == {"missed its target"}


def test_silence_does_not_save_from_one_that_remembers():
    """It flies on to where the emitter was: as good as before with a perfect memory, worse with a poor one."""
    hits = {}
    for sigma in (0.0, 60.0):
        world, first, _ = hunt(40, off_s=40.0, memory=1, memory_sigma_m=sigma)
        hits[sigma] = sum(int(o.site_state["n_hits"][first]) for o in sat.replications(world, 54, 10))
    assert sat.inside(hits[0.0], 400, effect(10.0, 15.0, 0.01))
    assert sat.wilson(hits[60.0], 400)[1] < sat.wilson(hits[0.0], 400)[0]


def test_nothing_to_home_on():
    """Silent from the start: nothing is hit. Five seconds on the air are enough for one that remembers."""
    world, first, second = hunt(20, off_s=0.0)
    o = one(world)
    assert o.site_state["n_hits"].sum() == 0
    assert o.site_state["alive"][[first, second]].tolist() == [1, 1]
    world, first, _ = hunt(20, off_s=5.0, target=0)
    assert one(world).site_state["n_hits"][first] > 0


STRIKE = """\
openiads: 1
name: strike
origin: {{lat: 30 deg, lon: -40 deg}}
defence:
  command_posts: [{{id: CP, type: 55K6E, position: {{bearing: 0 deg, range: 0 m}}}}]
  radars: [{{id: FC, type: 92N6E, position: {{bearing: 90 deg, range: 500 m}}, sector: {{centre: 270 deg}}}}]
  batteries: [{{id: B1, radar: FC}}]
  launchers: [{{id: L1, type: 5P85SE2, battery: B1, position: {{bearing: 90 deg, range: 0 m}}, rounds: {{48N6E3: 4}}}}]
  ground_targets: [{{id: DUMMY, radius: 50 m, position: {{bearing: 270 deg, range: {range_km} km}}}}]
  surface_strikes: [{{battery: B1, weapon: 48N6E3, target: DUMMY, at: 1 min, rounds: 2}}]
"""


def test_a_strike_beyond_the_declared_range_is_refused(tmp_path):
    """120 km for the 48N6E3 class; the fault names the line."""
    file = tmp_path / "strike.yaml"
    file.write_text(STRIKE.format(range_km=119))
    assert len(load(file, 0.0).compiled.world.strike) == 1
    file.write_text(STRIKE.format(range_km=121))
    with pytest.raises(ScenarioError, match=r"strike\.yaml:10:"):
        load(file, 0.0)
