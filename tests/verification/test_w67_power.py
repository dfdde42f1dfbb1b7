"""W-67: a power unit that several sites hang on, through the whole engine.

References: the Gaussian damage law, b^2 / (b^2 + s^2) (A. R. Washburn, M. Kress, Combat Modeling, 2009, ch. 2); an alternating
renewal process of working times of mean m and repair times of mean r, both exponential, with batteries for B: dark for the share
r exp(-B/r) / (m + r) of the time (S. M. Ross, Introduction to Probability Models, chapter on renewal theory).
"""

import math

import numpy as np
import pytest
from support import besieged
from support import saturation as sat
from support.worlds import Field, spot

from openiads.engine import events
from openiads.testing import check_invariants
from openiads.world import schema

CEP, LETHAL = 8.0, 20.0
BATTERIES, DARK, BACK = range(3)


def powered(backup_s=0.0, duration_s=110.0, struck=True, fed=("radar", "launcher"), late_s=0.0, **damage):
    """A search radar, a fire unit with a launcher, and a generator that a cruise missile goes for; it feeds some of them."""
    f = Field(duration_s)
    f.post(control=0, policy=0, salvo=1, max_rounds_per_target=1)
    f.radar("S", "96L6E", spot(200.0, 1000.0))
    f.fire_unit("B", spot(90.0, 500.0), {"9M96E2": (4, 0)}, kind="92N6E", towards_deg=90.0)
    unit = f.add_site("GEN", schema.SITE_POWER, spot(180.0, 3000.0), 0.0, 0.01, 1.0)
    for name in fed:
        site = {"radar": f.radars[0], "launcher": f.launchers[0], "post": f.posts[0]}[name]["site"]
        f.add_supply(site, unit, backup_s)
    if struck:
        f.flight(
            "CM", "cruise-missile", [spot(230.0, 9e3, 60.0)], target=unit, cep_m=damage.get("cep_m", 0.01),
            lethal_radius_m=damage.get("lethal_radius_m", 500.0), vulnerability=0.0,
        )  # fmt: skip
    asset = f.asset("A", spot(90.0, 2500.0))
    for k in range(2):
        f.flight(f"CM{k}", "cruise-missile", [spot(88.0, 25e3 + 6e3 * k, 600.0)], target=asset, at_s=late_s)
    return f, unit


def run(f, seed, checks=True):
    world, names = f.finish()
    (o,) = sat.replications(world, seed, 1)
    if checks:
        assert check_invariants(o, world, names) == []
    return o


def told(o):
    return [(round(float(e.t_s), 6), int(e.subject), int(e.detail)) for e in sat.of(o, events.POWER)]


@pytest.mark.parametrize("backup_s", [0.0, 13.1])
def test_batteries_last_their_time(backup_s):
    f, unit = powered(backup_s, fed=("radar",))
    o = run(f, 670)
    t_hit = next(float(e.t_s) for e in sat.of(o, events.SITE_LOST) if e.subject == unit)
    site = f.radars[0]["site"]
    want = [(t_hit, site, BATTERIES)] if backup_s else []
    want.append((t_hit + backup_s, site, DARK))
    assert np.allclose(told(o), want, atol=2e-6)
    air = sat.of(o, events.EMISSION)
    off = air.t_s[(air.subject == 0) & (air.detail == 0)]
    assert off.tolist() == [math.ceil((t_hit + backup_s) / 0.25 - 1e-9) * 0.25]
    assert o.site_state["alive"][site] == 1  # without power is not lost


def test_all_that_hang_on_it_stop_and_nothing_else_does():
    """Dark radar and launcher: no looks, no launches. A unit that feeds nobody changes nothing, to the bit."""
    f, _ = powered(late_s=50.0)
    dark = run(f, 671)
    t_dark = float(sat.of(dark, events.POWER).t_s[0])
    assert len(told(dark)) == 2
    plain = run(powered(fed=(), late_s=50.0)[0], 671)
    none = run(powered(struck=False, late_s=50.0)[0], 671)
    late = [float(e.t_s) for e in sat.of(dark, events.LAUNCH)]
    assert not late
    assert len(sat.of(plain, events.LAUNCH)) > len(late)
    assert len(told(none)) == 0
    before = [o.event[o.event.t_s < t_dark].tobytes() for o in (dark, plain)]
    assert before[0] == before[1]


def test_a_command_post_in_the_dark_decides_nothing():
    f, _ = powered(fed=("post",))
    o = run(f, 672)
    t_dark = float(sat.of(o, events.POWER).t_s[0])
    assert (
        max(float(e.t_s) for e in o.event if e.code in (events.ASSIGNED, events.IDENTIFIED)) <= t_dark + 0.25
    )


def test_dark_as_often_as_the_unit_is_lost():
    n = 400
    f, unit = powered(fed=("radar",), duration_s=60.0, cep_m=CEP, lethal_radius_m=LETHAL)
    world, _ = f.finish()
    dark = lost = 0
    for o in sat.replications(world, 673, n):
        dark += len(sat.of(o, events.POWER)) > 0
        lost += 1 - int(o.site_state["alive"][unit])
    s2 = (CEP / math.sqrt(2.0 * math.log(2.0))) ** 2
    assert dark == lost
    assert sat.inside(dark, n, LETHAL**2 / (LETHAL**2 + s2))


def test_power_comes_back_with_the_repair():
    """A repair of exactly 20 s: power is back in the step of the repair, and the radar on the air."""
    f, unit = powered(5.0, fed=("radar",))
    besieged.components(f, unit, ("generator",), repair_s=20.0, repair_sigma=0.0)
    f.crews = 1
    o = run(f, 674)
    repaired = float(sat.of(o, events.COMPONENT_REPAIRED).t_s[0])
    assert [x[2] for x in told(o)] == [BATTERIES, DARK, BACK]
    assert told(o)[2][0] == repaired
    air = sat.of(o, events.EMISSION)
    assert air.t_s[(air.subject == 0) & (air.detail == 1)].tolist() == [0.0, repaired]


@pytest.mark.parametrize("backup_s", [0.0, 60.0])
def test_share_of_the_time_in_the_dark(backup_s):
    """Generators that fail by themselves: the renewal process, over some thousand failures."""
    mean, repair, n = 300.0, 80.0, 8
    f = Field(40_000.0)
    f.post(control=2)
    for k in range(n):
        r = f.radar(f"R{k}", "96L6E", spot(40.0 * k, 1000.0))
        unit = f.add_site(f"GEN{k}", schema.SITE_POWER, spot(40.0 * k, 1100.0))
        f.add_supply(f.radars[r]["site"], unit, backup_s)
        besieged.components(
            f, unit, ("generator",), repair_s=repair, law=schema.REPAIR_EXPONENTIAL, mtbf_s=mean
        )
    f.crews = n
    world, _ = f.finish()
    world.radar["false_per_s"] = 0.0
    share = []
    for o in sat.replications(world, 675, 4):
        for k in range(n):
            air = sat.of(o, events.EMISSION)
            air = air[air.subject == k]
            times = np.append(air.t_s, o.t_end_s)
            share.append(float(np.diff(times)[air.detail == 0].sum()) / o.t_end_s)
    got, error = sat.mean_limits(share)
    want = repair * math.exp(-backup_s / repair) / (mean + repair)
    assert abs(got - want) < error + 0.002  # a step here and there
