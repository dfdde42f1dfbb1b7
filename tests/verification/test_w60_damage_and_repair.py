"""W-60: damage by component, repair, failures.

References: the Gaussian damage law under a circular normal error, each component with its own hardness and its own draw
(A. R. Washburn, M. Kress, Combat Modeling, 2009, ch. 2), by quadrature; and the machine-interference model M/M/1//N (L. Takács,
Introduction to the Theory of Queues, 1962): N machines that fail at rate a while they work, one crew that repairs at rate m;
mean number out of work from P(n) proportional to N! / (N - n)! (a / m)^n.
"""

import math

import numpy as np
import pytest
from scipy import integrate, stats
from support import saturation as sat

from openiads.engine import events
from openiads.testing import check_invariants
from openiads.world import schema
from openiads.world.assemble import Assembly
from openiads.world.survive import N_KINDS
from openiads.world.survive_compile import KINDS

ANTENNA, TRANSMITTER, LINK, RAIL = range(4)
PER_SIGMA = math.sqrt(2.0 * math.log(2.0))


def test_one_list_of_components():
    assert KINDS == events.COMPONENT
    assert len(KINDS) == N_KINDS


def bare(duration_s, radars=1, radius_m=0.01, **more):
    a = Assembly(duration_s=duration_s, **more)
    post = a.add_post("CP", sat.at(180.0, 50e3), {"control": 2}, value=0.0)
    for k in range(radars):
        a.add_radar(f"R{k}", sat.sure_radar("91N6E"), sat.at(10.0 + k, 20e3), post, value=float(radars - k))
        a.sites[-1].update(radius_m=radius_m, hardness=1.0)
    return a


def strike(a, site, t_s, *, lethal_m, cep_m, number=0):
    """Something that comes down on a site."""
    place = a.sites[site]["place"]
    path = sat.straight(sat.at(10.0, 300.0, 100.0, place), place, 250.0, t_s - 1.2)
    a.add_platform(
        f"CM{number}", sat.item("cruise-missile"), path, klass=3, identity=3, end=schema.END_IMPACT, target_site=site,
        p_iff_reply=0.0, p_ssr_reply=0.0, cep_m=cep_m, lethal_radius_m=lethal_m,
        names={"class": "cruise_missile", "identity": "hostile", "group": "g", "target": ""},
    )  # fmt: skip


def test_each_component_by_its_own_hardness():
    """One impact a replication: each component's share, and the site's, against quadrature over the Rayleigh law."""
    hardness = {ANTENNA: 0.5, TRANSMITTER: 1.0, LINK: 2.0}
    lethal, cep, n = 30.0, 40.0, 1500
    a = bare(6.0)
    site = a.radars[0]["site"]
    for kind, h in hardness.items():
        a.add_component(site, kind, hardness=h)
    strike(a, site, 3.0, lethal_m=lethal, cep_m=cep)
    world, names = a.finish()
    broken, out = np.zeros(3, int), 0
    for o in sat.replications(world, 301, n):
        for e in sat.of(o, events.COMPONENT_LOST):
            broken[e.detail] += 1
        out += 1 - int(o.site_state["alive"][site])
        assert check_invariants(o, world, names) == []
    s = cep / PER_SIGMA

    def over_misses(f):
        return integrate.quad(lambda r: r / s**2 * math.exp(-0.5 * (r / s) ** 2) * f(r), 0.0, 12.0 * s)[0]

    def breaks(r, h):
        return math.exp(-0.5 * (r * h / lethal) ** 2)

    for kind, h in hardness.items():
        assert sat.inside(broken[kind], n, over_misses(lambda r, h=h: breaks(r, h))), kind
    whole = over_misses(lambda r: math.prod(1.0 - breaks(r, h) for h in hardness.values()))
    assert sat.inside(out, n, 1.0 - whole)


@pytest.mark.parametrize("law", [schema.REPAIR_LOGNORMAL, schema.REPAIR_EXPONENTIAL])
def test_repair_times_have_their_law(law):
    """One hit on the antenna of each of 40 radars, as many crews; times of the repairs, by Kolmogorov and Smirnov."""
    a = bare(4000.0, radars=40, radius_m=20.0)
    for r in a.radars:
        a.add_component(r["site"], ANTENNA, hardness=1e-3, law=law, repair_s=200.0, repair_sigma=0.6)
        strike(a, r["site"], 5.0, lethal_m=10.0, cep_m=1.0, number=r["site"])
    a.crews = 40
    world, names = a.finish()
    times = []
    for o in sat.replications(world, 302, 5):
        assert check_invariants(o, world, names) == []
        times += sat.of(o, events.REPAIR_STARTED).value.tolist()
    assert len(times) == 200
    exact = stats.lognorm(0.6, scale=200.0) if law == schema.REPAIR_LOGNORMAL else stats.expon(scale=200.0)
    assert stats.kstest(times, exact.cdf).pvalue > 2.0 * sat.TAIL


@pytest.mark.parametrize("machines", [1, 4])
def test_machine_interference(machines):
    """Radars that fail by themselves and one crew: mean number out of work, a day at a time."""
    mtbf, repair, replications = 900.0, 300.0, 12
    a = bare(86_400.0, radars=machines, dt_s=1.0)
    for r in a.radars:
        a.add_component(r["site"], ANTENNA, law=schema.REPAIR_EXPONENTIAL, repair_s=repair, mtbf_s=mtbf)
    a.crews = 1
    world, names = a.finish()
    means = []
    for o in sat.replications(world, 303, replications):
        assert check_invariants(o, world, names) == []
        down = sat.of(o, events.SITE_RESTORED).value.sum()
        still = o.t_end_s - o.site_state["t_dead_s"][o.site_state["alive"] == 0]
        means.append((down + still.sum()) / o.t_end_s)
    weight = np.array([math.perm(machines, n) * (repair / mtbf) ** n for n in range(machines + 1)])
    exact = float(weight @ np.arange(machines + 1) / weight.sum())
    mean, error = sat.mean_limits(means)
    # A step of 1 s puts off each failure by half a second and each end of a repair likewise.
    assert abs(mean - exact) < error + 0.005 * machines


def test_the_queue_goes_by_value_and_spares_run_out():
    """Five radars broken at once, one crew, three spares: the three that are worth most come back, in that order."""
    a = bare(600.0, radars=5, radius_m=20.0)
    for r in a.radars:
        a.add_component(r["site"], ANTENNA, hardness=1e-3, law=0, repair_s=50.0, repair_sigma=0.0)
        strike(a, r["site"], 5.0, lethal_m=10.0, cep_m=1.0, number=r["site"])
    a.crews, a.spares = 1, {ANTENNA: 3}
    world, names = a.finish()
    (o,) = sat.replications(world, 304, 1)
    back = sat.of(o, events.SITE_RESTORED)
    assert back.subject.tolist() == [a.radars[k]["site"] for k in range(3)]
    assert np.allclose(np.diff(back.t_s), 50.0, atol=0.5)
    assert check_invariants(o, world, names) == []


def test_a_restored_radar_sees_again():
    """Out of action it sees nothing, and then what it would have seen all along."""
    a = bare(120.0, radius_m=20.0)
    a.add_component(a.radars[0]["site"], LINK, hardness=1e-3, law=0, repair_s=30.0, repair_sigma=0.0)
    strike(a, a.radars[0]["site"], 5.0, lethal_m=10.0, cep_m=1.0)
    path = sat.straight(sat.at(90.0, 80e3, 9e3), sat.at(270.0, 80e3, 9e3), 250.0, 10.0)
    late = a.add_platform(
        "LATE", sat.item("fighter"), path, klass=0, identity=3, end=schema.END_LEAVE, p_iff_reply=0.0, p_ssr_reply=0.0,
        names={"class": "fighter", "identity": "hostile", "group": "g", "target": ""},
    )  # fmt: skip
    a.crews = 1
    world, names = a.finish()
    (o,) = sat.replications(world, 305, 1)
    restored = float(sat.of(o, events.SITE_RESTORED).t_s[0])
    seen = sat.of(o, events.DETECTION)
    assert restored <= float(seen.t_s[seen.subject == late][0]) < restored + 3.0
    assert sat.of(o, events.EMISSION).detail.tolist() == [1, 0, 1]
    assert check_invariants(o, world, names) == []


def test_checks_see_a_repair_too_many():
    """The invariants are not blind: a log in which a crew does two jobs is refused."""
    a = bare(100.0, radars=2, radius_m=20.0)
    for r in a.radars:
        a.add_component(r["site"], ANTENNA, hardness=1e-3, law=0, repair_s=20.0, repair_sigma=0.0)
        strike(a, r["site"], 5.0, lethal_m=10.0, cep_m=1.0, number=r["site"])
    a.crews = 2
    world, names = a.finish()
    (o,) = sat.replications(world, 306, 1)
    assert check_invariants(o, world, names) == []
    one_crew = world._replace(crew=world.crew[:1].copy().view(np.recarray))
    assert any("crews" in text for text in check_invariants(o, one_crew, names))
    spare = world.spare.copy().view(np.recarray)
    spare["left"][ANTENNA] = 1
    assert any("spares" in text for text in check_invariants(o, world._replace(spare=spare), names))
