"""W-91: reload columns through the whole engine.

References: arithmetic. A truck whose launchers are always empty hands over one load every 2 D + L, D the drive by road one way
(straight distance times detour over speed) and L the time of loading: capacity / (2 D + L) rounds a second. One launcher that
takes F to fire a load gets one every D + max(D, F) + L. Rounds: start = fired + ready + reserve + in the column + on trucks + lost.
"""

import math

import numpy as np
import pytest
from support import besieged
from support import saturation as sat
from support.worlds import Field, catalog, spot

from openiads.engine import events
from openiads.physics.geodesy import geodetic_to_ecef
from openiads.study import rows, tables
from openiads.testing import check_invariants
from openiads.world import schema

STEP = 0.25
DETOUR = 1.3
SENT, WAITS, RELOADS, BACK, GONE, STOCK, STRANDS = range(7)
HOME = spot(200.0, 8e3)


def depot(
    duration_s,
    *,
    launchers=1,
    ready=0,
    stock=100,
    trucks=1,
    reload_s=30.0,
    speed=40.0,
    hungry=True,
    place=HOME,
):
    """A fire unit of empty launchers that fire what they get at an empty place in the sea, and a column."""
    f = Field(duration_s)
    f.post(control=2)
    f.fire_unit(
        "B", spot(90.0, 500.0), {"9M96E2": (ready, 0)}, kind="92N6E", launchers=launchers, missiles=1000,
        reload_s=reload_s,
    )  # fmt: skip
    sea = f.add_site("SEA", schema.SITE_TARGET, spot(0.0, 20e3), 0.0, 0.01, 1e6)
    if hungry:
        f.strike(0, "9M96E2", sea, 0.0, rounds=1000)
        f.strikes[0]["interval_s"] = 1e-3
    column(f, stock=stock, trucks=trucks, speed=speed, place=place)
    return f


def column(f, name="COL", stock=100, trucks=1, speed=20.0, place=HOME, serves=None):
    served = range(len(f.launchers)) if serves is None else serves
    return f.add_column(name, place, {0: stock}, trucks, served, speed, DETOUR)


def drive_s(f, launcher=0, number=0, place=None):
    """By road, one way."""

    def ecef(p):
        return np.array(geodetic_to_ecef(p.lat_rad, p.lon_rad, p.alt_m))

    c = f.columns[number]
    to = place or f.sites[f.launchers[launcher]["site"]]["place"]
    dist = float(np.linalg.norm(ecef(to) - ecef(f.sites[c["site"]]["place"])))
    return DETOUR * dist / c["speed_mps"]


def run(f, seed=91):
    world, names = f.finish()
    (o,) = sat.replications(world, seed, 1)
    assert check_invariants(o, world, names) == []
    return o


def told(o, what=None):
    log = sat.of(o, events.RESUPPLY)
    return [(float(e.t_s), int(e.object), int(e.value)) for e in log if what is None or e.detail == what]


@pytest.mark.parametrize(("launchers", "trucks"), [(2, 1), (3, 1), (5, 2)])
def test_rounds_an_hour_of_busy_trucks(launchers, trucks):
    """The trucks are the bottleneck: each is on the road or loads all the time."""
    f = depot(9000.0, launchers=launchers, trucks=trucks, stock=200)
    o = run(f)
    drives = [drive_s(f, x) for x in range(launchers)]
    mean = 2.0 * float(np.mean(drives)) + 30.0
    done = [(t, x) for t, x, n in told(o, RELOADS) if n == 4]
    # First come, first served: the launchers in turn, and steps of a quarter of a second.
    if trucks == 1:
        first = drives[0] + 30.0
        for k, (t, x) in enumerate(done):
            assert x == k % launchers
            way = sum(2.0 * drives[i % launchers] + 30.0 for i in range(k)) + drives[x] + 30.0
            assert -1e-6 <= t - way <= STEP * (k + 2)
        assert done[0][0] == pytest.approx(first, abs=STEP)
    rate = 4.0 * (len(done) - trucks) / (done[-1][0] - done[trucks - 1][0])
    assert rate == pytest.approx(trucks * 4.0 / mean, rel=0.04)
    assert len(o.round) == 4 * len(done)


@pytest.mark.parametrize("interval_s", [1.0, 120.0])
def test_one_launcher(interval_s):
    """Quick to fire: it waits for the truck to come home and back; slow to fire: the truck waits at home."""
    f = depot(6000.0)
    f.launchers[0]["interval_s"] = interval_s
    o = run(f)
    d, fire_s = drive_s(f), 3.0 * interval_s
    times = np.array([t for t, _, _ in told(o, RELOADS)])
    period = d + max(d, fire_s) + 30.0
    assert (fire_s > d) == (interval_s == 120.0)
    assert len(times) > 4
    assert np.diff(times) == pytest.approx(period, abs=4.0 * STEP)


def test_the_stock_runs_out():
    """Ten rounds make loads of 4, 4 and 2; after that nobody comes, and the accounts close."""
    f = depot(2400.0, launchers=2, stock=10)
    o = run(f)
    assert [n for _, _, n in told(o, RELOADS)] == [4, 4, 2]
    assert len(told(o, SENT)) == 3
    d = o.depot[0, 0]
    assert (d.rounds, d.out, d.delivered, d.lost) == (0, 0, 10, 0)
    assert len(o.round) == int(o.magazine_state["fired"].sum()) == 10


def test_the_column_with_the_shorter_road_sends_its_truck():
    f = depot(600.0, launchers=2, trucks=2, hungry=False)
    column(f, "NEAR", trucks=1, place=spot(90.0, 3e3), speed=20.0)
    column(f, "OTHER", trucks=5, place=spot(90.0, 700.0), serves=[])
    o = run(f)
    sites = [c["site"] for c in f.columns]
    log = sat.of(o, events.RESUPPLY)
    assert [(int(e.subject), int(e.object)) for e in log if e.detail == SENT] == [
        (sites[1], 0),
        (sites[0], 1),
    ]
    for x, k in ((0, 1), (1, 0)):
        t = next(float(e.t_s) for e in log if e.detail == RELOADS and e.object == x)
        assert t == pytest.approx(drive_s(f, x, k) + 30.0, abs=STEP)


@pytest.mark.parametrize("leaves_s", [0.0, 100.0, 10_000.0])
def test_a_launcher_that_goes_elsewhere(leaves_s):
    """It leaves before the truck is sent (the truck goes to its next place), while it is on the way (the truck waits where the
    launcher was, and drives on), or not at all."""
    f = depot(2400.0, hungry=False)
    there = spot(90.0, 3000.0)
    site = f.launchers[0]["site"]
    rules = {"pack_s": 60.0, "set_up_s": 400.0, "waits": 0}
    f.add_move(site, [(there, ())], 10.0, (leaves_s,), **rules)
    o = run(f)
    ((t, _, n),) = told(o, RELOADS)
    (sent,) = [x[0] for x in told(o, SENT)]
    assert n == 4
    start, end = f.sites[site]["place"], there
    along = np.linalg.norm(
        np.array(geodetic_to_ecef(end.lat_rad, end.lon_rad, end.alt_m))
        - np.array(geodetic_to_ecef(start.lat_rad, start.lon_rad, start.alt_m))
    )
    ready = leaves_s + 60.0 + along / 10.0 + 400.0
    if leaves_s > 1e3:
        assert t == pytest.approx(drive_s(f) + 30.0, abs=STEP)
        assert not told(o, WAITS)
        return
    went = there if leaves_s == 0.0 else start
    assert [x[0] for x in told(o, WAITS)] == pytest.approx([sent + drive_s(f, place=went)], abs=STEP)
    on_s = 0.0 if leaves_s == 0.0 else DETOUR * along / 40.0
    assert t == pytest.approx(ready + on_s + 30.0, abs=3.0 * STEP)


def test_without_power_it_is_loaded_later():
    """A unit that breaks and is repaired: the truck waits for the power."""
    f = depot(2000.0, hungry=False)
    unit = f.add_site("GEN", schema.SITE_POWER, spot(150.0, 1800.0), 0.0, 5.0)
    f.add_supply(f.launchers[0]["site"], unit, 0.0)
    besieged.components(f, unit, ("generator",), repair_s=900.0, repair_sigma=0.0)
    f.flight(
        "CM",
        "cruise-missile",
        [spot(150.0, 9e3, 80.0)],
        target=unit,
        lethal_radius_m=900.0,
        vulnerability=0.0,
    )
    f.crews = 1
    o = run(f)
    back = next(float(e.t_s) for e in sat.of(o, events.POWER) if events.POWER_STATE[e.detail] == "power back")
    assert back > drive_s(f)
    assert [x[0] for x in told(o, WAITS)] == pytest.approx([drive_s(f)], abs=STEP)
    assert [x[0] for x in told(o, RELOADS)] == pytest.approx([back + 30.0], abs=2.0 * STEP)


def struck(f, site, at_s=0.0):
    f.flight(
        "CM", "cruise-missile", [spot(230.0, 12e3, 60.0)], target=site, at_s=at_s, cep_m=0.01, lethal_radius_m=300.0,
        vulnerability=0.0,
    )  # fmt: skip


def test_a_launcher_that_is_destroyed_while_it_is_loaded_takes_the_truck_with_it():
    f = depot(600.0, hungry=False, reload_s=500.0, speed=40.0, place=spot(90.0, 900.0))
    struck(f, f.launchers[0]["site"], 40.0)
    o = run(f)
    hit = float(sat.of(o, events.SITE_LOST).t_s[0])
    assert drive_s(f) < hit
    ((t, x, n),) = told(o, GONE)
    assert (x, n) == (0, 4) and 0.0 <= t - hit <= 2.0 * STEP
    d = o.depot[0, 0]
    assert (d.rounds, d.out, d.delivered, d.lost) == (96, 0, 0, 4)


def test_a_launcher_that_is_destroyed_before_lets_the_truck_turn_back():
    f = depot(1400.0, hungry=False, speed=20.0)
    struck(f, f.launchers[0]["site"])
    o = run(f)
    assert float(sat.of(o, events.SITE_LOST).t_s[0]) < drive_s(f)
    assert [(x, n) for _, x, n in told(o, BACK)] == [(0, 4)]
    assert o.depot[0, 0].rounds == 100
    assert not told(o, RELOADS)


def test_a_column_that_is_destroyed():
    """Its stock and the truck that is at home are gone; the one under way still loads its launcher, and comes back to nothing."""
    f = depot(3000.0, hungry=False, trucks=2, speed=10.0)
    struck(f, f.columns[0]["site"], 20.0)
    o = run(f)
    hit = float(sat.of(o, events.SITE_LOST).t_s[0])
    assert hit < drive_s(f)
    assert told(o, STOCK) == [(pytest.approx(hit, abs=1e-6), -1, 96)]
    ((t, _, n),) = told(o, RELOADS)
    assert n == 4 and t == pytest.approx(drive_s(f) + 30.0, abs=STEP)
    ((t, _, n),) = told(o, STRANDS)
    assert n == 0 and t == pytest.approx(2.0 * drive_s(f) + 30.0, abs=STEP)
    d = o.depot[0, 0]
    assert (d.rounds, d.out, d.delivered, d.lost) == (0, 0, 4, 96)


def test_rounds_in_the_tables_of_runs_and_studies():
    """What is counted at the start is fired, left, or lost; the rows of launchers and columns add up to it."""
    f = depot(900.0, launchers=2, ready=3, stock=50, trucks=2)
    struck(f, f.launchers[1]["site"], 100.0)
    world, names = f.finish()
    outcomes = list(sat.replications(world, 92, 2))
    for o in outcomes:
        made = tables.magazines_table(o, names).to_pydict()
        lost = int(o.depot["lost"].sum())
        assert sum(made["rounds_start"]) == 56
        assert made["launcher"] == ["B-L0", "B-L1", "COL"] and made["rounds_start"] == [3, 3, 50]
        assert sum(sum(made[c]) for c in ("rounds_fired", "rounds_ready", "rounds_reserve")) + lost == 56
        assert sum(made["rounds_fired"]) == len(o.round) > 6
    shard = rows.shard_tables(outcomes, 0, names, world, False, 0)
    runs, per_type = shard["runs"].to_pydict(), shard["rounds"].to_pydict()
    for k, o in enumerate(outcomes):
        lost = int(o.depot["lost"].sum())
        assert runs["rounds_start"][k] == 56 == runs["rounds_fired"][k] + runs["rounds_left"][k] + lost
        assert per_type["rounds_start"][k] == 56
        assert per_type["rounds_reserve"][k] == int(o.depot["rounds"].sum() + o.depot["out"].sum())


def test_without_columns_there_is_nothing():
    f = Field(1.0)
    f.post()
    f.fire_unit("B", spot(90.0, 500.0), {"9M96E2": (1, 0)})
    world, _ = f.finish()
    assert [
        len(getattr(world, n)) for n in ("column", "depot", "truck", "truck_load", "call", "delivered")
    ] == [0] * 6
    assert catalog() and math.isfinite(world.launcher[0].reload_s)
