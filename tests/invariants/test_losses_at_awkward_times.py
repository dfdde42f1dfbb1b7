"""What is lost in the middle of something: each case was a defect, found by reading, that random scenes meet only rarely.

A bomb here is a platform that appears next to a site half a second before it strikes it, without dispersion and with a radius that
leaves nothing: a loss at a time of the test's choosing.
"""

import numpy as np
import pytest
from support import runs
from support.worlds import Field, catalog, spot

from openiads.engine import events as ev
from openiads.engine.systems import move
from openiads.physics.geodesy import geodetic_to_ecef
from openiads.testing import check_invariants

DURATION_S = 90.0


def bomb(field, name, site, t_s):
    """Strikes `site` at t_s, surely."""
    place = field.sites[site]["place"]
    end = np.array(geodetic_to_ecef(place.lat_rad, place.lon_rad, place.alt_m))
    down = -end / np.linalg.norm(end)
    rows = [[t_s - back, *(end - 100.0 * back * down), *(100.0 * down)] for back in (0.5, 0.0)]
    item = catalog().get("one-way-drone", "platform")
    return field._platform(name, item, np.array(rows), site, "hostile", "", lethal_radius_m=1e5, cep_m=0.0)


def scene(duration_s=DURATION_S, units=1, ready=2, **doctrine):
    """A drone comes in; `units` fire units side by side, which need six seconds from assignment to launch."""
    f = Field(duration_s)
    f.post(**{"reaction_s": 6.0, "salvo": 2, **doctrine})
    f.radar("S", "point-defence-radar", spot(200.0, 1000.0))
    for k in range(units):
        f.fire_unit(f"B{k}", spot(90.0 + k, 800.0), {"9M96E": (ready, 2)}, reload_s=20.0)
    asset = f.asset("A", spot(180.0, 2000.0))
    f.flight("D", "one-way-drone", [spot(10.0, 12e3, 600.0)], target=asset)
    return f


def run(field, seed=3):
    world, names = field.finish()
    outcome = runs.run(world, seed)
    assert check_invariants(outcome, world, names) == []
    return outcome


def events(outcome, code, **where):
    mask = outcome.event.code == code
    for column, value in where.items():
        mask &= outcome.event[column] == value
    return outcome.event[mask]


@pytest.fixture(scope="module")
def undisturbed(compiled_engine):
    outcome = run(scene(units=2))
    return outcome, events(outcome, ev.ASSIGNED)[0]


@pytest.mark.parametrize("how", ["destroyed", "switched off"])
def test_another_fire_unit_takes_over(undisturbed, how):
    """A radar lost before its rounds are out: they had stayed committed, and no other unit ever took the target."""
    _, first = undisturbed
    f = scene(units=2)
    lost = int(first.object)
    row = f.batteries[lost]["radar"]
    if how == "destroyed":
        bomb(f, "BOMB", f.radars[row]["site"], float(first.t_s) + 3.1)
    else:
        f.radars[row]["t_off_s"] = float(first.t_s) + 3.1
    outcome = run(f)
    closed = events(outcome, ev.ENGAGEMENT_END, object=lost)
    assert [ev.ENGAGEMENT_CLOSE[k] for k in closed.detail] == ["fire unit lost"]
    assert closed.value[0] == 0.0
    other = events(outcome, ev.ASSIGNED, object=1 - lost)
    assert len(other) and other.t_s[0] > closed.t_s[0]
    assert len(events(outcome, ev.LAUNCH)) > 0


def test_a_lost_command_post_launches_no_more(undisturbed):
    """The post dies between assignment and launch: the engagement had gone on by itself."""
    plain, first = undisturbed
    f = scene(units=2)
    t_s = float(first.t_s) + 3.1
    bomb(f, "BOMB", f.posts[0]["site"], t_s)
    assert len(events(plain, ev.LAUNCH)) > 0
    outcome = run(f)
    assert len(events(outcome, ev.SITE_LOST)) >= 1
    assert len(events(outcome, ev.LAUNCH)) == 0
    closed = events(outcome, ev.ENGAGEMENT_END)
    assert len(closed) == len(events(outcome, ev.ASSIGNED))
    assert set(closed.detail) == {ev.ENGAGEMENT_CLOSE.index("fire unit lost")}


def test_a_lost_launcher_is_not_loaded(compiled_engine):
    """It dies while it is being reloaded."""
    plain = run(scene(ready=1))
    launch, load = events(plain, ev.LAUNCH)[0], events(plain, ev.RELOADED)
    assert len(load) >= 1 and load.t_s[0] > launch.t_s
    f = scene(ready=1)
    bomb(f, "BOMB", f.launchers[0]["site"], float(load.t_s[0]) - 3.1)
    assert len(events(run(f), ev.RELOADED)) == 0


def test_missiles_fly_on_without_their_command_post(undisturbed):
    """Lost after the launch: each round still has its one fate, and the channel closes."""
    plain, _ = undisturbed
    launch = events(plain, ev.LAUNCH)[0]
    f = scene(units=2)
    bomb(f, "BOMB", f.posts[0]["site"], float(launch.t_s) + 2.1)
    outcome = run(f)
    flown = events(outcome, ev.LAUNCH)
    assert len(flown) >= 1 and np.all(flown.t_s <= launch.t_s + 2.1)
    assert np.all(outcome.round.fate > 0)
    assert len(events(outcome, ev.ENGAGEMENT_END)) == len(events(outcome, ev.ASSIGNED))


@pytest.mark.parametrize(
    ("after_end_s", "fate"), [(-0.3, "hit its target"), (0.1, "end of run"), (0.7, "not started")]
)
def test_nothing_happens_after_the_end(compiled_engine, after_end_s, fate):
    """An impact just before, just after and well after the last step."""
    f = scene(duration_s=20.0)
    p = bomb(f, "BOMB", f.posts[0]["site"], 20.0 + after_end_s)
    outcome = run(f)
    assert ev.PLATFORM_FATE[outcome.platform_state.fate[p]] == fate
    assert outcome.event.t_s.max() <= 20.0


def test_a_site_is_lost_once(compiled_engine):
    """Three bombs on one radar: three hits, one loss, and the radar is silent from the first."""
    f = scene()
    site = f.radars[0]["site"]
    for k, t_s in enumerate((10.1, 10.1, 14.2)):
        bomb(f, f"BOMB{k}", site, t_s)
    outcome = run(f)
    assert outcome.site_state.n_hits[site] == 3
    assert len(events(outcome, ev.SITE_LOST, subject=site)) == 1
    assert np.all(outcome.platform_state.fate[1:] == move.HIT_TARGET)
    off = events(outcome, ev.EMISSION, subject=0, detail=0)
    assert len(off) == 1 and 10.1 <= off.t_s[0] <= 10.35


def test_rounds_only_in_reserve_are_loaded(compiled_engine):
    """A launcher that begins empty: it had been "reloaded" with nothing for ever."""
    f = scene(ready=0)
    outcome = run(f)
    loads = events(outcome, ev.RELOADED)
    assert len(loads) == 1 and loads.value[0] == 2.0
    assert len(events(outcome, ev.LAUNCH)) > 0
