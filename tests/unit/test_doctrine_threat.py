"""Threat evaluation: closest approach, time to go, and who is served first."""

import math

import numpy as np
import pytest

from openiads.doctrine import classify, threat

R = 6.371e6


def place(east_m, north_m=0.0, up_m=0.0):
    """ECEF of a point by ground distance east and north of (R, 0, 0) on a sphere, and its axes."""
    lon, lat = east_m / R, north_m / R
    up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
    east = np.array([-math.sin(lon), math.cos(lon), 0.0])
    return up * (R + up_m), east, np.cross(up, east), up


def approach(pos, vel, radius=0.0):
    return threat.approach(*pos, *vel, R, 0.0, 0.0, radius)


def test_head_on_level_flight_over_the_bent_earth():
    """300 km away, level: leads over the asset; straight in space is 7 km above.

    At 10 km height the way is longer by 10 / 6,371, and the planes of asset and track differ: 0.3 %.
    """
    pos, east, _, _ = place(-300e3, up_m=10e3)
    time_s, miss_m, closing = approach(pos, 250.0 * east)
    assert closing == 1
    assert miss_m == pytest.approx(0.0, abs=1e-6)
    assert time_s == pytest.approx(300e3 / 250.0, rel=3e-3)


def test_passing_by():
    pos, east, _, _ = place(-50e3, 12e3, 5e3)
    time_s, miss_m, closing = approach(pos, 200.0 * east)
    assert closing == 1
    assert miss_m == pytest.approx(12e3, rel=3e-3)
    assert time_s == pytest.approx(250.0, rel=3e-3)


def test_time_is_to_the_edge_of_the_asset():
    pos, east, _, _ = place(-50e3, up_m=1e3)
    assert approach(pos, 200.0 * east, 10e3)[0] == pytest.approx(200.0, rel=1e-3)
    assert approach(pos, 200.0 * east, 60e3)[0] == 0.0  # already inside


def test_receding_and_still():
    pos, east, _, _ = place(-50e3)
    time_s, miss_m, closing = approach(pos, -200.0 * east)
    assert (time_s, closing) == (0.0, 0)
    assert miss_m == pytest.approx(50e3, rel=1e-3)
    assert approach(pos, 0.0 * east)[2] == 0


def assets(*rows):
    """(east_m, radius_m, value) each."""
    return np.array([[*place(e)[0], r, v] for e, r, v in rows])


def evaluate(pos, vel, table, klass=classify.FIGHTER, margin=10e3, longest=600.0, **impact):
    return threat.evaluate(*pos, *vel, klass, table, len(table), margin, longest, **impact)


def test_the_asset_on_the_way_is_chosen():
    table = assets((0.0, 1e3, 1.0), (80e3, 1e3, 1.0))
    pos, east, _, _ = place(-50e3, up_m=3e3)
    score, asset, time_s = evaluate(pos, 250.0 * east, table)
    assert asset == 0
    assert time_s == pytest.approx(49e3 / 250.0, rel=2e-3)
    assert score == pytest.approx(0.6 * threat.urgency(time_s), rel=1e-12)
    table[0, threat.ASSET_VALUE] = 0.0  # destroyed
    assert evaluate(pos, 250.0 * east, table)[1] == 1


def test_worth_beats_nearness_when_it_is_great():
    table = assets((0.0, 1e3, 1.0), (30e3, 1e3, 10.0))
    pos, east, _, _ = place(-50e3, up_m=3e3)
    assert evaluate(pos, 250.0 * east, table)[1] == 1


def test_no_threat():
    table = assets((0.0, 1e3, 1.0))
    pos, east, north, _ = place(-50e3, up_m=3e3)
    nothing = (0.0, -1, math.inf)
    assert evaluate(pos, 250.0 * north, table) == nothing  # passes 50 km off
    assert evaluate(pos, -250.0 * east, table) == nothing  # goes away
    assert evaluate(pos, 250.0 * east, table, longest=100.0) == nothing  # too far ahead
    assert evaluate(pos, 250.0 * east, table[:0]) == nothing
    assert evaluate(pos, 250.0 * east, table, klass=-1) == nothing


def test_near_and_going_away_counts_less():
    table = assets((0.0, 1e3, 1.0))
    pos, east, _, _ = place(-5e3, up_m=3e3)
    toward = evaluate(pos, 250.0 * east, table)[0]
    away = evaluate(pos, -250.0 * east, table)[0]
    assert 0.0 < away < toward


def test_a_ballistic_track_is_judged_by_its_impact_point():
    table = assets((0.0, 1e3, 1.0), (100e3, 1e3, 1.0))
    pos, east, _, up = place(-200e3, up_m=90e3)
    x, y, z = place(104e3)[0]
    flies_over = 1500.0 * east - 500.0 * up

    def judge(x, y, z, sigma=0.0):
        kind = classify.BALLISTIC
        return evaluate(
            pos, flies_over, table, kind, 5e3, impact_time_s=180.0, ix=x, iy=y, iz=z, impact_sigma_m=sigma
        )

    score, asset, time_s = judge(x, y, z)
    assert (asset, time_s) == (1, 180.0)
    assert score == pytest.approx(threat.urgency(180.0))
    far = place(110e3)[0]
    assert judge(*far)[1] == -1
    assert judge(*far, sigma=3e3)[1] == 1  # two standard deviations are added to the margin


def test_order_of_urgency_and_class():
    table = assets((0.0, 1e3, 1.0))
    near, east, _, _ = place(-20e3, up_m=1e3)
    far = place(-100e3, up_m=1e3)[0]
    score = {k: evaluate(near, 250.0 * east, table, klass=k)[0] for k in range(classify.N_CLASSES)}
    assert score[classify.ARM] > score[classify.FIGHTER] > score[classify.DRONE]
    assert score[classify.DRONE] > score[classify.AIRLINER] > 0.0
    assert evaluate(near, 250.0 * east, table)[0] > evaluate(far, 250.0 * east, table)[0]


def test_every_class_has_a_weight():
    assert threat.CLASS_WEIGHT.shape == (classify.N_CLASSES,)
    assert (threat.CLASS_WEIGHT > 0.0).all() and (threat.CLASS_WEIGHT <= 1.0).all()


def test_nan_is_no_threat():
    table = assets((0.0, 1e3, 1.0))
    assert evaluate((math.nan,) * 3, (1.0, 2.0, 3.0), table)[1] == -1
