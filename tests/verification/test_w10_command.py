"""W-10: links, the loss of a command post, and who takes over: through the whole engine.

Laws: a network without delay, loss and limit is no network, to the byte; a delay of d on both ways puts the first shot 2 d later;
a link of capacity c carries c messages a second; without its command post a battery acts as its rule says.
"""

import math

import numpy as np
import pytest
from support import runs, scenes
from support import saturation as sat

from openiads.doctrine.standard import decide
from openiads.engine import events
from openiads.engine.run import Engine
from openiads.engine.schedule import run_steps
from openiads.testing import check_invariants
from openiads.world import schema
from openiads.world.assemble import Place

QUICK = {"reaction_s": 2.0, "assessment_delay_s": 3.0, "decision_period_s": 0.25, "salvo": 1, "policy": 0, "min_pk": 0.0,
         "max_rounds_per_target": 2}  # fmt: skip


def blow(a, site, at_s, place):
    """A sure hit on a site."""
    path = sat.straight(
        sat.at(200.0, 300.0, 0.0, place), Place(place.lat_rad, place.lon_rad, 0.0), 300.0, at_s - 1.0
    )
    a.add_platform(
        "BLOW", sat.item("arm"), path, klass=0, identity=3, end=schema.END_IMPACT, target_site=site, p_iff_reply=0.0,
        p_ssr_reply=0.0, lethal_radius_m=30.0, cep_m=0.0,
        names={"class": "x", "identity": "hostile", "group": "g", "target": ""},
    )  # fmt: skip


def defended(n=4, lost_at_s=None, links=(), alone=False, spread=False, **rules):
    """One post 5 km off, one search radar and one battery; n targets from 70 km."""
    case = sat.fire_unit(130.0, n, 3 * n, 1.0, **QUICK)
    a = case.a
    place = sat.at(180.0, 5e3)
    a.sites[a.posts[0]["site"]]["place"] = place
    a.posts[0].update(rules)
    if alone:
        a.add_standby(0, sat.HOSTILE, **QUICK)
    for link in links:
        a.add_link(*link[:2], **link[2])
    sat.fan(case, n, 70e3, 700.0)
    if lost_at_s is not None:
        blow(a, a.posts[0]["site"], lost_at_s, place)
    return case


def star(delay_s=0.0, **more):
    return [("SR", "CP", {"delay_s": delay_s, **more}), ("B", "CP", {"delay_s": delay_s, **more})]


def play(seed=3, **how):
    return runs.run(defended(**how).world(), seed)


def first(o, code):
    return float(sat.of(o, code).t_s.min())


def fates(o):
    return [events.PLATFORM_FATE[k] for k in o.platform_state["fate"]]


def test_a_perfect_network_is_none(compiled_engine):
    assert not runs.differences(play(), play(links=star()))


@pytest.mark.parametrize("delay_s", [1.0, 4.0])
def test_delay_comes_twice_between_sensor_and_shooter(compiled_engine, delay_s):
    """Once for the plots and once for the order; the decision period (0.25 s) and the beat of the search (1 s) are the slack."""
    near, far = play(), play(links=star(delay_s))
    assert first(far, events.SYSTEM_TRACK) - first(near, events.SYSTEM_TRACK) == pytest.approx(
        delay_s, abs=1e-6
    )
    late = first(far, events.LAUNCH) - first(near, events.LAUNCH)
    assert 2 * delay_s - 1.25 <= late <= 2 * delay_s + 0.75


def test_the_shortest_living_way_is_taken(compiled_engine):
    """Two ways, over relays X (2 x 1 s) and Y (2 x 3 s); when X dies at 10 s the other is taken."""
    seen = {}
    for lost in (None, "X"):
        case = defended(links=[("B", "CP", {"delay_s": 0.0})])
        a = case.a
        a.radars[1]["t_on_s"] = 1e8  # one radar tells
        for name, delay_s in (("X", 1.0), ("Y", 3.0)):
            a.add_radar(
                name, sat.sure_radar("91N6E", interrogator=False), sat.at(90.0, 4e3), 0, value=0.0, t_on_s=1e8
            )
            a.add_link("SR", name, delay_s)
            a.add_link(name, "CP", delay_s)
        # Targets that come up at 20 s tell the delay.
        sat.fan(case, 1, 60e3, 600.0, t0_s=20.0)
        if lost:
            site = a.radars[-2]["site"]
            blow(a, site, 10.0, a.sites[site]["place"])
        o = runs.run(case.world(), 3)
        rows = sat.of(o, events.SYSTEM_TRACK)
        local = sat.of(o, events.LOCAL_TRACK)
        new = len(o.platform_state) - (2 if lost else 1)
        seen[lost] = float(
            rows.t_s[rows.subject == new].min()
            - local.t_s[(local.subject == new) & (local.object == 0)].min()
        )
    assert seen == {None: pytest.approx(2.0), "X": pytest.approx(6.0)}


def test_a_full_link_carries_what_it_can(compiled_engine):
    """8 targets, one plot each a second, over a link of 3 a second: 3 in 8 arrive. A lossy one loses its share."""
    for more, share in (({"per_s": 3.0}, 3 / 8), ({"loss": 0.4}, 0.6)):
        case = defended(8, links=[("SR", "CP", {"delay_s": 0.5, **more}), ("B", "CP", {"delay_s": 0.5})])
        case.a.posts[0]["roe"]["control"] = 2
        world = case.world()
        _, state = runs.run_with_state(world, 3)
        link = state.link_state[0]
        total = int(link.n_sent + link.n_dropped)
        got = int(link.n_sent - link.n_lost)
        assert total > 500
        assert got / total == pytest.approx(
            share, abs=0.02 if "per_s" in more else 3.5 * math.sqrt(0.24 / total)
        )


def test_orders_over_a_lossy_link_are_repeated(compiled_engine):
    """Number of tries is geometric: mean delay of an order d + max(2 d, 1 s) q / (1 - q)."""
    times = []
    for seed in range(40):
        o = play(seed, n=6, links=[("SR", "CP", {}), ("B", "CP", {"delay_s": 1.0, "loss": 0.3})])
        assigned = {int(e.subject): float(e.t_s) for e in sat.of(o, events.ASSIGNED)[::-1]}
        shots = {int(e.object): float(e.t_s) for e in sat.of(o, events.LAUNCH)[::-1]}
        times += [shots[p] - assigned[p] - 2.0 for p in shots]
    mean, slack = sat.mean_limits(times)
    assert len(times) > 200
    assert abs(mean - (1.0 + 2.0 * 0.3 / 0.7)) < slack + 0.25  # a base step


# --- the loss of the command post ------------------------------------------------------------------------


def test_hold(compiled_engine):
    o = play(lost_at_s=4.0)
    assert len(o.round) == 0
    o = play(lost_at_s=4.0, loss_mode=schema.LOSS_AUTONOMOUS, loss_after_s=1e3, alone=True)
    assert len(o.round) == 0
    assert len(sat.of(o, events.COMMAND_LOST)) == 1
    assert len(sat.of(o, events.COMMAND_TAKEN)) == 0


def test_alone(compiled_engine):
    """It stands alone 5 s after the loss, sees and shoots all by itself."""
    o = play(lost_at_s=4.0, loss_mode=schema.LOSS_AUTONOMOUS, loss_after_s=5.0, alone=True)
    (lost,), (taken,) = sat.of(o, events.COMMAND_LOST), sat.of(o, events.COMMAND_TAKEN)
    assert lost.t_s == pytest.approx(4.0, abs=0.3)
    assert taken.t_s == pytest.approx(lost.t_s + 5.0, abs=0.26)
    assert (lost.object, taken.object) == (0, 1)
    assert fates(o)[:4] == ["killed"] * 4
    assert first(o, events.LAUNCH) >= taken.t_s + 2.0


def test_engagements_go_on(compiled_engine):
    """Lost with all rounds in the air: they are handed to the battery's own command with their targets, none is fired twice."""
    whole = play()
    mid = 0.5 * (first(whole, events.LAUNCH) + first(whole, events.BURST))
    o = play(lost_at_s=mid, loss_mode=schema.LOSS_AUTONOMOUS, loss_after_s=2.0, alone=True)
    assert len(o.round) == len(whole.round) == 4
    (taken,) = sat.of(o, events.COMMAND_TAKEN)
    assert taken.value == 4
    assert fates(o)[:4] == ["killed"] * 4
    assert len(sat.of(o, events.ENGAGEMENT_END)) == 4
    assert len(sat.of(o, events.HANDED_OVER)) == 4


def test_the_log_adds_up(compiled_engine):
    """The checks that hold for every run hold for runs with links, losses, successors and hand-overs."""
    world, names = scenes.cut_off()
    seen = set()
    for seed in range(30):
        o = runs.run(world, seed)
        assert not check_invariants(o, world, names)
        seen |= set(o.event.code.tolist())
    assert {events.COMMAND_LOST, events.COMMAND_TAKEN, events.REPORTS_TO, events.HANDED_OVER} <= seen


def test_a_relay_cut_off_and_no_way_back(compiled_engine):
    """The post lives but the only way to it dies: as if it were lost; the search radar is no help any more."""
    case = defended(loss_mode=schema.LOSS_AUTONOMOUS, loss_after_s=3.0, alone=True)
    a = case.a
    a.add_radar("X", sat.sure_radar("91N6E", interrogator=False), sat.at(90.0, 6e3), 0, value=0.0, t_on_s=1e8)
    for end in ("SR", "B", "CP"):
        a.add_link("X", end, 0.25)
    site = a.radars[-1]["site"]
    blow(a, site, 4.0, a.sites[site]["place"])
    o = runs.run(case.world(), 3)
    assert len(sat.of(o, events.COMMAND_TAKEN)) == 1
    assert fates(o)[:4] == ["killed"] * 4


def two_posts(**rules):
    case = defended(lost_at_s=None, **rules)
    a = case.a
    a.add_post("CP2", sat.at(270.0, 20e3), sat.HOSTILE, **QUICK, value=0.0)
    blow(a, a.posts[0]["site"], 4.0, a.sites[a.posts[0]["site"]]["place"])
    return runs.run(case.world(), 3)


def test_a_successor(compiled_engine):
    """Battery and search radar go to the other post together."""
    o = two_posts(loss_mode=schema.LOSS_SUCCESSOR, successor=1, loss_after_s=3.0)
    (taken,), (moved,) = sat.of(o, events.COMMAND_TAKEN), sat.of(o, events.REPORTS_TO)
    assert (taken.object, moved.object) == (1, 1)
    assert moved.t_s == taken.t_s
    later = sat.of(o, events.SYSTEM_TRACK)
    assert set(later.object[later.t_s >= taken.t_s - 1.0]) == {1}  # the search hands over once a second
    assert fates(o)[:4] == ["killed"] * 4


def test_engage_on_remote(compiled_engine):
    """The battery's radar sees 30 km, the search radar all: with remote engagement the meeting is far outside its own sight."""
    reach = {}
    for remote in (0, 1):
        case = defended(remote=remote)
        case.a.radars[1]["item"] = sat.sure_radar(
            "92N6E", interrogator=False, track_period_s=0.5, track_dwell_s=1e-4, range_instrumented_m=20e3
        )
        o = runs.run(case.world(), 3)
        launches = sat.of(o, events.LAUNCH)
        reach[remote] = launches.range_m.max() if len(launches) else 0.0
    assert reach[0] <= 20e3
    assert reach[1] > 50e3


def test_rejoin(compiled_engine):
    """A post that comes back gets its battery back, unless the rule says no."""

    for rejoin in (1, 0):
        case = defended(
            lost_at_s=4.0, loss_mode=schema.LOSS_AUTONOMOUS, loss_after_s=2.0, alone=True, rejoin=rejoin
        )
        engine = Engine(case.world(), decide)
        own = engine._own
        run_steps(engine._handle, engine._decide, 60)
        assert own.battery_state.post[0] == 1
        own.site_state["alive"][case.a.posts[0]["site"]] = 1
        run_steps(engine._handle, engine._decide, 2)
        assert own.battery_state.post[0] == 1 - rejoin
        codes = own.event.code[: int(own.sim[0].n_events)]
        assert np.count_nonzero(codes == events.COMMAND_BACK) == rejoin
