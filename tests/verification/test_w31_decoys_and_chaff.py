"""W-31: towed and launched decoys and chaff, through the whole engine.

References: the cross section of a cloud 0.15 lambda^2 N (thin), its area (dense), by hand, in the exact law of a first detection
(tests/support/sighting.py); the share of echo power, by which a seeker takes one of two; laws: chaff is rejected by Doppler
and is not without, a lost carrier drops nothing more, an echo added in one cell adds. Binomial limits of 3.5 sigma, fixed seeds.
"""

import numpy as np
import pytest
from support import saturation as sat
from support import sighting as see

from openiads.engine import events
from openiads.physics.flight import STILL_AIR, Wind
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.scenario.electronic import Chaff
from openiads.world import schema
from openiads.world.compile import compile_scenario
from openiads.world.released import add_cloud, chaff_knots, cut, towed_knots

RADAR = see.quiet("91N6E", rotation_period_s=2.0, scan_loss_exponent=0.0)


def drops(**more):
    values = {"after": "0 s", "dipoles": 1e6, "cut": "3 GHz", "radius": "100 m", "bloom": "0.1 s", **more}
    return Chaff.model_validate(values)


def with_cloud(range_m, alt_m, protection=None, wind=STILL_AIR, radar=RADAR, duration_s=40.0, **more):
    """One cloud in front of the radar, dropped at -5 s by what flies across at 250 m/s; only the cloud is there."""
    chaff = drops(**more)
    path = sat.straight(sat.at(40.0, range_m, alt_m), sat.at(60.0, range_m, alt_m), 250.0)
    path[:, 0] -= 5.0  # five seconds old: it no longer has the speed of the carrier
    watch = see.Watch(radar, duration_s, protection=protection)
    cloud = add_cloud(watch.a, chaff, -5.0)
    watch.fly(chaff_knots(path[0], chaff, wind), swerling=1, cloud=cloud, vulnerability=0.0)
    return watch


def test_chaff_is_rejected_by_doppler_but_not_without():
    """A strong cloud in still air, well above the beam that touches the ground: with the filter it is not seen at all."""
    slow = see.quiet("91N6E", rotation_period_s=2.0, scan_loss_exponent=0.0, min_radial_speed_mps=10.0)
    count = {}
    for on in (False, True):
        watch = with_cloud(100e3, 9e3, {"moving_target_filter": on}, radar=slow)
        (o,) = sat.replications(watch.world(), 91, 1)
        count[on] = len(sat.of(o, events.DETECTION)), len(sat.of(o, events.SYSTEM_TRACK))
    assert count == {False: (1, 1), True: (0, 0)}
    # A gale along the line of sight carries it through the filter.
    gale = Wind(np.array([0.0]), np.array([-40.0]), np.array([-40.0]))
    watch = with_cloud(100e3, 9e3, {"moving_target_filter": True}, gale, slow)
    (o,) = sat.replications(watch.world(), 91, 1)
    assert len(sat.of(o, events.DETECTION)) == 1


def test_the_filter_leaves_what_closes_and_loses_what_crosses():
    slow = see.quiet("91N6E", rotation_period_s=2.0, scan_loss_exponent=0.0, min_radial_speed_mps=10.0)
    seen = []
    for bearing in (40.0, 130.0):  # inbound, and square to the line of sight
        start = sat.at(40.0, 100e3, 9e3)
        end = sat.at(40.0, 90e3, 9e3) if bearing == 40.0 else sat.at(bearing, 10e3, 9e3, start)
        watch = see.Watch(slow, 7.0, protection={"moving_target_filter": True})
        watch.fly(sat.straight(start, end, 250.0))
        (o,) = sat.replications(watch.world(4.0), 92, 1)
        seen.append(len(sat.of(o, events.DETECTION)))
    assert seen == [1, 0]


@pytest.mark.parametrize(("dipoles", "cut_ghz"), [(1e3, 3.0), (3e3, 3.3)])
def test_echo_of_a_thin_cloud(dipoles, cut_ghz):
    """First looks at clouds far out: detected as often as 0.15 lambda^2 N, times the match of the cut, says."""
    lam = 299792458.0 / 3e9
    match = 1.0 / (1.0 + (2.0 * (3.0 - cut_ghz) / (0.2 * cut_ghz)) ** 2)
    rcs = 0.15 * lam * lam * dipoles * match
    snr = see.swerling1_snr(0.5, 10, 1e-6)
    range_m = (see.constant_from_claim(RADAR) * rcs / snr) ** 0.25
    watch = see.Watch(RADAR, 3.9)
    n = 150
    for k in range(n):
        chaff = drops(dipoles=dipoles, cut=f"{cut_ghz} GHz", radius="1000 m", bloom="50 ms")
        path = sat.straight(
            sat.at(360.0 * k / n, range_m, 9e3), sat.at(360.0 * k / n + 5.0, range_m, 9e3), 1.0
        )
        path[:, 0] -= 5.0  # five seconds old: open
        knots = chaff_knots(path[0], chaff, STILL_AIR)
        watch.fly(knots, swerling=1, cloud=add_cloud(watch.a, chaff, -5.0), vulnerability=0.0)
    world = watch.world()
    d = np.linalg.norm(np.array([p["knots"][0, 1:4] for p in watch.a.platforms]) - watch.antenna(), axis=1)
    pd = float(see.swerling1_pd(see.constant_from_claim(RADAR) * rcs / np.mean(d**4), 10, 1e-6)[0])
    seen = sum(int((sat.of(o, events.DETECTION).t_s < 2.0).sum()) for o in sat.replications(world, 93, 3))
    assert sat.inside(seen, 3 * n, pd), (seen, 3 * n * pd)


def test_a_cloud_goes_with_the_wind_and_falls():
    wind = Wind(np.array([0.0, 10e3]), np.array([5.0, 15.0]), np.array([0.0, -20.0]))
    start = np.array([0.0, *sat.ecef(sat.at(40.0, 50e3, 5e3)), 0.0, 0.0, 250.0])
    knots = chaff_knots(start, drops(lasts="10 min", fall="1 m/s"), wind)
    axes = sat.enu(sat.at(40.0, 50e3))
    moved = axes @ (knots[-1, 1:4] - knots[0, 1:4])
    # Mean wind between 4.4 and 5 km: east 5 + 4.7, north -9.4 m/s; and 50 m of the carrier's way.
    ahead = axes @ np.array([0.0, 0.0, 50.0])
    assert moved == pytest.approx(np.array([9.7 * 600.0, -9.4 * 600.0, -600.0]) + ahead, abs=15.0)
    assert knots[-1, 0] == 600.0 and (np.diff(knots[:, 0]) > 0.0).all()


def towed(case, echo, behind_m=150.0, **more):
    path = sat.straight(sat.at(20.0, 60e3, 8e3), sat.at(20.0, 2e3, 8e3), 250.0, step_s=5.0)
    a = case.target(path, "fighter", end=schema.END_LEAVE, **more)
    b = case.target(
        towed_knots(cut(path, 1.0, "x"), behind_m), "fighter", end=schema.END_LEAVE, rcs_factor=echo, **more
    )
    case.a.carried.append((b, a, 1))
    return a, b


def test_a_seeker_takes_one_of_two_by_power():
    """Decoy four times as strong: four seekers in five (less a hair: it is 150 m farther)."""
    seeker = sat.sure_missile(0.02, seeker="active", seeker_range_m=20e3, seeker_fov_rad=2.0)
    locks, taken, share = 0, 0, []
    case = sat.fire_unit(
        230.0, 4, 4, 0.0, missile=seeker, max_rounds_per_target=4, salvo=4, asset_margin_m=60e3
    )
    a, b = towed(case, 4.0)
    for o in sat.replications(case.world(), 94, 30):
        on, lured = sat.of(o, events.SEEKER_ON), sat.of(o, events.SEDUCED)
        locks += len(on)
        taken += len(lured)
        share += lured.value.tolist()
        assert set(lured.object.tolist()) <= {b} and set(on.object.tolist()) <= {a, b}
    assert locks > 60
    assert np.mean(share) == pytest.approx(0.8, abs=0.03)
    assert sat.inside(taken, locks, float(np.mean(share))), (taken, locks)


def test_echoes_of_one_cell_are_one_plot():
    """Towed inside the range cell: one system track; 2 km behind: two."""
    counts = []
    for behind_m in (20.0, 2000.0):
        case = sat.fire_unit(60.0, 1, 0, 0.0)
        towed(case, 4.0, behind_m)
        (o,) = sat.replications(case.world(), 95, 1)
        counts.append(len({int(e.via) for e in sat.of(o, events.SYSTEM_TRACK)}))
    assert counts == [1, 2]


def test_a_lost_carrier_drops_nothing_and_takes_its_tow_along():
    case = sat.fire_unit(230.0, 1, 4, 1.0, asset_margin_m=60e3)  # kills with the first round
    path = sat.straight(sat.at(20.0, 60e3, 8e3), sat.at(20.0, 2e3, 8e3), 250.0, step_s=5.0)
    a = case.target(path, "fighter", end=schema.END_LEAVE)
    late = case.target(cut(path, 220.0, "x"), "decoy", end=schema.END_LEAVE)
    tow = case.target(
        towed_knots(path, 60.0), "fighter", end=schema.END_LEAVE, rcs_factor=0.1, vulnerability=0.0
    )
    case.a.carried += [(late, a, 0), (tow, a, 1)]
    (o,) = sat.replications(case.world(), 96, 1)
    fate = [events.PLATFORM_FATE[int(f)] for f in o.platform_state["fate"]]
    assert fate[a] == "killed" and fate[late] == "not started" and fate[tow] == "left the area"


TEXT = """
openiads: 1
name: x
origin: {lat: 30 deg, lon: -40 deg}
duration: 300 s
defence:
  command_posts: [{id: CP, type: 55K6E, position: {bearing: 0 deg, range: 1 km}}]
  radars: [{id: R, type: 91N6E, position: {bearing: 0 deg, range: 0 m}, protection: {moving_target_filter: true}}]
raid:
  groups:
    - id: F
      type: fighter
      at: 10 s
      route: [{bearing: 10 deg, range: 150 km, altitude: 9 km, speed: 250 m/s}, {bearing: 10 deg, range: 20 km}]
      towed_decoy: {behind: 150 m, echo: 6 dB, after: 5 s}
      decoys: [{type: decoy, copies: fighter, after: 20 s, route: [{bearing: 40 deg, range: 90 km, altitude: 9 km}]}]
      chaff: [{after: 30 s, bundles: 2, every: 5 s, dipoles: 2e6, cut: 3 GHz}]
"""


def compiled(text):
    cat = sat.catalog()
    return compile_scenario(load_text(text, "x.yaml", catalogue_names(cat)), cat)


def test_what_a_scenario_says_is_what_flies():
    made = compiled(TEXT)
    w, n = made.world, made.names
    assert n.platform == ("F", "F-TD", "F-D1", "F-CH01", "F-CH02")
    assert n.platform_class == ("fighter", "decoy", "decoy", "chaff", "chaff")
    assert w.platform.t_start_s.tolist() == [10.0, 15.0, 30.0, 40.0, 45.0]
    assert w.platform.signature.tolist() == [0, 0, 0, 0, 0]  # all of the fighter's
    assert w.carried.tolist() == [(1, 0, 1), (2, 0, 0), (3, 0, 0), (4, 0, 0)]
    assert w.platform.rcs_factor.tolist() == pytest.approx([1.0, 10.0**0.6, 1.0, 1.0, 1.0])
    assert w.platform.cloud.tolist() == [-1, -1, -1, 0, 1] and w.radar.mti[0] == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("echo: 6 dB", "echo: 6 m", "gain"),
        ("behind: 150 m, ", "", "this key is missing"),
        ("behind:", "behimd:", "behind"),
        ("copies: fighter", "copies: figther", "fighter"),
        ("after: 30 s, bundles", "after: 50 min, bundles", "the carrier flies from 10 s"),
        ("type: decoy, copies", "type: srbm, copies", "does not follow a route"),
        ("dipoles: 2e6, ", "", "this key is missing"),
    ],
)
def test_what_cannot_be_is_refused(old, new, words):
    assert old in TEXT
    with pytest.raises(ScenarioError) as caught:
        compiled(TEXT.replace(old, new))
    assert words in str(caught.value)
