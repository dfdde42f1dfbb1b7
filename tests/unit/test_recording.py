"""Recorded flights: reading, cleaning, smoothing, moving. Oracles: pymap3d, pyproj, and flights whose truth
is known."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pymap3d
import pyproj
import pytest

from openiads.physics.geodesy import ecef_to_geodetic
from openiads.world import recording as rec
from openiads.world import recording_knots
from openiads.world.recording_clean import COLUMNS, ROW_RULES

SHIPPED = ("civil-2018-08-01", "civil-2021-10-07")
FOLDER = Path(rec.__file__).resolve().parents[1] / "scenario/shipped/recordings"
DIRTY = FOLDER / "dirty-sample.csv"
FT, KT = 0.3048, 1852.0 / 3600.0


def make(name="X1", **columns):
    """A flight due east along 50 N at 200 m/s and 10 km, one state a second, unless told otherwise."""
    n = len(columns.get("t_s", np.zeros(300)))
    t = np.asarray(columns.get("t_s", np.arange(float(n))))
    a, f = 6_378_137.0, 1 / 298.257223563
    radius = a / math.sqrt(1 - f * (2 - f) * math.sin(math.radians(50.0)) ** 2) + 10_000.0
    base = {
        "t_s": t,
        "lat_rad": np.full(n, math.radians(50.0)),
        "lon_rad": 200.0 * t / (radius * math.cos(math.radians(50.0))),
        "baro_m": np.full(n, np.nan),
        "geo_m": np.full(n, 10_000.0),
        "on_ground": np.zeros(n, dtype=bool),
        "speed_mps": np.full(n, 200.0),
        "track_rad": np.full(n, 0.5 * math.pi),
        "climb_mps": np.zeros(n),
    }
    return rec.Flight(name=name, **{**base, **columns})


def changed(flight, at, **values):
    """The flight with other values in some rows."""
    columns = {key: getattr(flight, key).copy() for key in values}
    for key, value in values.items():
        columns[key][at] = value
    return replace(flight, **columns)


def hermite(knots, t):
    """Position and velocity on the curve: the textbook formula, written apart from the engine's."""
    i = np.clip(np.searchsorted(knots[:, 0], t, side="right") - 1, 0, len(knots) - 2)
    a, b = knots[i], knots[i + 1]
    h = (b[:, 0] - a[:, 0])[:, None]
    s = ((t - a[:, 0]) / h[:, 0])[:, None]
    p = (2 * s**3 - 3 * s**2 + 1) * a[:, 1:4] + (s**3 - 2 * s**2 + s) * h * a[:, 4:]
    p = p + (-2 * s**3 + 3 * s**2) * b[:, 1:4] + (s**3 - s**2) * h * b[:, 4:]
    v = (
        (6 * s**2 - 6 * s) * (a[:, 1:4] - b[:, 1:4]) / h
        + (3 * s**2 - 4 * s + 1) * a[:, 4:]
        + (3 * s**2 - 2 * s) * b[:, 4:]
    )
    return p, v


# --- a flight whose truth is known ----------------------------------------------------------------


def truth(t):
    """ECEF position and velocity: straight, a 90 degree turn at 1.5 degrees a second, straight, climbing 10
    m/s for 200 s."""
    rate, speed, begin, end = math.radians(1.5), 210.0, 300.0, 360.0
    turned = np.clip(t, begin, end) - begin
    course = rate * turned
    east = speed * (
        np.minimum(t, begin) * 0.0
        + (1 - np.cos(course)) / rate
        + np.maximum(t - end, 0) * math.sin(rate * 60.0)
    )
    north = speed * (
        np.minimum(t, begin) + np.sin(course) / rate + np.maximum(t - end, 0) * math.cos(rate * 60.0)
    )
    # On the ellipsoid at constant altitude: a point of the tangent plane, lifted along the normal.
    lat, lon, _ = pymap3d.enu2geodetic(east, north, 0.0 * t, 48.0, 2.0, 0.0)
    alt = 5000.0 + 10.0 * np.clip(t - 400.0, 0.0, 200.0)
    return lat, lon, alt, np.stack(pymap3d.geodetic2ecef(lat, lon, alt), axis=1)


def velocity(t):
    h = 0.01
    return (truth(t + h)[3] - truth(t - h)[3]) / (2 * h)


def sent(t, late_s=0.0, **more):
    """What an aircraft on the true flight sends: positions of `late_s` before the stamp, its true
    velocity."""
    lat, lon, alt, _ = truth(t - late_s)
    true_lat, true_lon, _, _ = truth(t)
    v = velocity(t)
    e, n, u = pymap3d.ecef2enuv(v[:, 0], v[:, 1], v[:, 2], true_lat, true_lon)
    return make(
        t_s=t,
        lat_rad=np.radians(lat),
        lon_rad=np.radians(lon),
        geo_m=alt,
        speed_mps=np.hypot(e, n),
        track_rad=np.arctan2(e, n) % (2 * math.pi),
        climb_mps=u,
        **more,
    )


def errors(knots, t):
    p, v = hermite(knots, t)
    return np.linalg.norm(p - truth(t)[3], axis=1), np.linalg.norm(v - velocity(t), axis=1)


FINE = np.linspace(1.0, 899.0, 1797)


def test_a_perfect_recording_comes_back():
    """Smoothing and interpolation alone: under a metre where the flight is steady, a few where it turns at
    once."""
    knots, off = rec.to_knots(sent(np.arange(0.0, 901.0)))
    dp, dv = errors(knots, FINE)
    steady = (FINE < 250.0) | ((FINE > 450.0) & (FINE < 550.0)) | (FINE > 650.0)
    assert dp[steady].max() < 1.0
    assert dv[steady].max() < 0.05
    assert dp.max() < 12.0
    assert dv.max() < 5.0
    assert off.worst_m < 12.0


def test_late_positions_noise_and_spikes_do_not_move_it_far():
    """Stamps off by half a second, by 2 and 8 s now and then; altitude steps of 25 ft, speeds to a knot,
    outliers: as recorded."""
    rng = np.random.default_rng(7)
    t = np.arange(0.0, 901.0)
    late = rng.uniform(-0.5, 0.5, t.size)
    late[rng.choice(np.arange(10, 490), 20, replace=False)] = 8.0
    late[rng.choice(np.arange(510, 890), 20, replace=False)] = 2.0  # not far enough to be spikes
    f = sent(t, late)
    f = replace(
        f,
        geo_m=np.round(f.geo_m / (25 * FT)) * 25 * FT,
        speed_mps=np.round(f.speed_mps / KT) * KT,
        track_rad=np.radians(np.round(np.degrees(f.track_rad))),
        climb_mps=np.round(f.climb_mps / (64 * FT / 60)) * 64 * FT / 60,
    )
    f = changed(f, [100, 500, 501], lat_rad=math.radians(49.5))
    f = changed(f, [200, 201, 202], geo_m=123_100 * FT)
    f = changed(f, [650], geo_m=7600.0)
    (f,), counts = rec.clean(f)
    assert counts["position_spike"] == 23  # three far off, and the twenty that are 1.7 km late
    assert counts["altitude_out_of_range"] == 3
    assert counts["altitude_spike"] == 1
    knots, _ = rec.to_knots(f)
    dp, dv = errors(knots, FINE)
    assert math.sqrt((dp**2).mean()) < 20.0  # the stamps alone scatter by 60 m (210 m/s times 0.29 s)
    assert dp.max() < 60.0
    assert math.sqrt((dv**2).mean()) < 1.0
    assert dv.max() < 6.0
    # The same recording without reported velocities: still there, less exact at the ends.
    bare = replace(f, speed_mps=np.full(len(f), np.nan), climb_mps=np.full(len(f), np.nan))
    dp, dv = errors(rec.to_knots(bare)[0], FINE)
    assert math.sqrt((dp**2).mean()) < 30.0
    assert dp.max() < 150.0
    assert dv.max() < 20.0


def test_a_gap_is_bridged_near_the_truth():
    t = np.arange(0.0, 901.0)
    t = t[(t < 100.0) | (t > 158.0)]  # straight
    t = t[(t < 310.0) | (t > 350.0)]  # most of the turn
    (f,), counts = rec.clean(sent(t))
    assert counts["gaps_bridged"] == 2
    dp, _ = errors(rec.to_knots(f)[0], FINE)
    assert dp[(FINE > 90.0) & (FINE < 170.0)].max() < 0.5
    assert dp[(FINE > 300.0) & (FINE < 360.0)].max() < 120.0  # 24 s of a turn are not known


def test_velocities_that_contradict_the_positions_are_not_used():
    t = np.arange(0.0, 901.0)
    wrong = replace(sent(t), track_rad=np.full(t.size, 4.0))
    assert np.isnan(recording_knots.place(wrong, 0.0, rec.STAY).turn).all()
    assert not np.isnan(recording_knots.place(sent(t), 0.0, rec.STAY).turn).any()
    dp, _ = errors(rec.to_knots(wrong)[0], FINE)
    assert dp.max() < 50.0


# --- positions and the move -----------------------------------------------------------------------


def test_positions_agree_with_pymap3d_and_pyproj():
    rng = np.random.default_rng(3)
    n = 500
    f = make(
        t_s=np.arange(float(n)),
        lat_rad=rng.uniform(-1.57, 1.57, n),
        lon_rad=rng.uniform(-math.pi, math.pi, n),
        geo_m=rng.uniform(-400.0, 18_000.0, n),
    )
    got = recording_knots.place(f, 0.0, rec.STAY).xyz
    want = np.stack(pymap3d.geodetic2ecef(f.lat_rad, f.lon_rad, f.geo_m, deg=False), axis=1)
    assert np.abs(got - want).max() < 1e-6
    to_ecef = pyproj.Transformer.from_crs(4979, 4978, always_xy=True)
    want = np.stack(to_ecef.transform(f.lon_rad, f.lat_rad, f.geo_m, radians=True), axis=1)
    assert np.abs(got - want).max() < 1e-6


@pytest.mark.parametrize("turn_deg", [0.0, 37.0, 180.0, -90.0])
def test_the_move_is_rigid(turn_deg):
    """Angles between all positions stay, the reference comes to its place, north turns by the angle,
    altitudes stay."""
    start, goal = (math.radians(48.9), math.radians(2.5)), (math.radians(-33.0), math.radians(151.0))
    move = rec.rigid_move(*start, *goal, math.radians(turn_deg))
    assert np.abs(move @ move.T - np.eye(3)).max() < 1e-15
    assert np.linalg.det(move) == pytest.approx(1.0, abs=1e-14)
    f = make()
    f = changed(f, 0, lat_rad=start[0], lon_rad=start[1])
    f = changed(f, 1, lat_rad=start[0] + 1e-4, lon_rad=start[1])
    f = changed(f, 0, track_rad=0.0)
    path = recording_knots.place(f, 0.0, move)
    lat, lon, alt = pymap3d.ecef2geodetic(*path.xyz.T, deg=False)
    assert (lat[0], lon[0]) == pytest.approx(goal, abs=1e-13)
    assert np.abs(alt - 10_000.0).max() < 1e-5
    course = math.atan2((lon[1] - lon[0]) * math.cos(lat[0]), lat[1] - lat[0])
    assert math.degrees(course) == pytest.approx((turn_deg + 180) % 360 - 180, abs=0.02) or turn_deg == 180.0
    e, n, u = pymap3d.ecef2enuv(*path.turn[0], lat[0], lon[0], deg=False)
    assert math.atan2(e, n) == pytest.approx(
        math.atan2(*(math.sin(math.radians(turn_deg)), math.cos(math.radians(turn_deg)))), abs=1e-9
    )
    assert abs(u) < 1e-9


def test_speeds_and_altitudes_survive_the_move():
    """The ellipsoid is not a sphere: distances change, by less than 1 %."""
    f = sent(np.arange(0.0, 901.0))
    here, _ = rec.to_knots(f)
    there, _ = rec.to_knots(f, rec.rigid_move(math.radians(48.5), 0.035, 0.1, 1.0, 1.2))
    share = np.linalg.norm(there[:, 4:], axis=1) / np.linalg.norm(here[:, 4:], axis=1)
    assert 0.99 < share.min() <= share.max() < 1.01
    alt = [[ecef_to_geodetic(*row[1:4])[2] for row in knots] for knots in (here, there)]
    assert np.abs(np.subtract(*alt)).max() < 0.5


def test_the_centroid_comes_to_the_place_named():
    goal = (math.radians(40.0), math.radians(60.0))
    platforms, counts = rec.recorded_platforms(SHIPPED[1], *goal, 0.5, 0.0, None, 1800.0)
    ends = np.concatenate([k[:, 1:4] for _, k in platforms])
    middle = ends.mean(axis=0)
    lat, lon, _ = pymap3d.ecef2geodetic(*middle, deg=False)
    # Knots are not states: flights with gaps count differently, hence kilometres and not metres.
    assert pyproj.Geod(ellps="WGS84").inv(math.degrees(lon), math.degrees(lat), 60.0, 40.0)[2] < 3000.0
    assert counts["centroid_deg"] == pytest.approx([48.87, 2.49], abs=0.05)


# --- in time --------------------------------------------------------------------------------------


def test_cut_and_offset():
    f = make(t_s=np.arange(0.0, 600.0))
    knots, _ = rec.to_knots(f, rec.STAY, -100.5, 300.0)
    assert knots[0, 0] == 0.0
    assert knots[-1, 0] == 300.0
    assert (np.diff(knots[:, 0]) >= 5.0).all() and (np.diff(knots[:, 0]) <= 15.0).all()
    whole, _ = rec.to_knots(f)
    p, v = hermite(whole, knots[:, 0] + 100.5)
    assert np.linalg.norm(p - knots[:, 1:4], axis=1).max() < 0.01
    assert np.linalg.norm(v - knots[:, 4:], axis=1).max() < 0.01
    assert len(rec.to_knots(f, rec.STAY, -590.0, 300.0)[0]) == 0
    assert len(rec.to_knots(f, rec.STAY, 290.0, 300.0)[0]) == 0


def test_start_offset_and_limit():
    all_of, counts = rec.recorded_platforms(SHIPPED[1], None, None, 0.0, 600.0, None, 300.0)
    few, cut = rec.recorded_platforms(SHIPPED[1], None, None, 0.0, 600.0, 10, 300.0)
    assert len(few) == 10 == cut["flights"]["used"]
    assert cut["flights"]["dropped"]["over_the_limit"] == len(all_of) - 10
    by_name = dict(all_of)
    stay = sorted((k[-1, 0] - k[0, 0] for k in by_name.values()), reverse=True)
    assert all(np.array_equal(k, by_name[name]) for name, k in few)
    assert min(k[-1, 0] - k[0, 0] for _, k in few) >= stay[9]
    assert counts["flights"]["used"] == len(all_of)
    whole = dict(rec.recorded_platforms(SHIPPED[1], None, None, 0.0, 0.0, None, 1500.0)[0])
    later = dict(rec.recorded_platforms(SHIPPED[1], None, None, 0.0, -200.0, None, 1500.0)[0])
    name = next(n for n, k in whole.items() if 620.0 < k[0, 0] < 850.0)
    assert by_name[name][0, 0] == pytest.approx(whole[name][0, 0] - 600.0)
    assert later[name][0, 0] == pytest.approx(whole[name][0, 0] + 200.0)


# --- the rules ------------------------------------------------------------------------------------


def only(counts):
    return {k: v for k, v in counts.items() if v and (k in ROW_RULES or k == "sorted")}


RULES = {
    "no_time": ({"t_s": np.nan}, [5, 6]),
    "no_position": ({"lat_rad": np.nan}, [5, 17]),
    "position_out_of_range": ({"lat_rad": 1.6}, [40]),
    "duplicate_time": ({"t_s": 50.0}, [51, 52]),
    "on_ground": ({"on_ground": True}, [0, 1, 2]),
    "no_altitude": ({"geo_m": np.nan}, [9, 10, 11]),
    "altitude_out_of_range": ({"geo_m": 123_100 * FT}, [100, 101]),
    "altitude_spike": ({"geo_m": 9000.0}, [100, 101, 200]),
    "position_spike": ({"lat_rad": math.radians(50.02)}, [100, 101, 200]),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_drops_its_rows_and_no_other(rule):
    values, rows = RULES[rule]
    f = changed(make(), rows, **values)
    kept, counts = rec.clean(f)
    assert only(counts) == {rule: len(rows)}
    (part,) = kept
    assert np.array_equal(part.t_s, np.delete(make().t_s, rows))


def test_a_clean_flight_stays_as_it_is():
    (kept,), counts = rec.clean(make())
    assert not only(counts)
    assert all(np.array_equal(getattr(kept, c), getattr(make(), c), equal_nan=True) for c in COLUMNS)


def test_times_going_backwards_are_sorted():
    f = make()
    order = np.arange(300)
    order[[10, 11, 12]] = [12, 10, 11]
    (kept,), counts = rec.clean(f.rows(order))
    assert only(counts) == {"sorted": 2}
    assert np.array_equal(kept.t_s, f.t_s)


def test_held_positions_count_once_and_long_ones_split():
    f = make()
    held = changed(f, np.arange(100, 111), lon_rad=f.lon_rad[100])
    _, counts = rec.clean(held)
    assert only(counts) == {"position_repeated": 10}
    held = changed(f, np.arange(100, 181), lon_rad=f.lon_rad[100])
    kept, counts = rec.clean(held)
    assert only(counts) == {"position_repeated": 80}
    assert counts["splits_gap"] == 1 and len(kept) == 2


def test_gaps_split_only_when_long():
    f = make()
    kept, counts = rec.clean(f.rows((f.t_s < 100.0) | (f.t_s > 158.0)))
    assert len(kept) == 1 and counts["gaps_bridged"] == 1
    kept, counts = rec.clean(f.rows((f.t_s < 100.0) | (f.t_s > 161.0)))
    assert len(kept) == 2 and counts["splits_gap"] == 1 and counts["gaps_bridged"] == 0


def test_a_false_track_in_between_is_dropped():
    """Forty seconds somewhere else, consistent in themselves: one flight, bridged; longer: two flights, no
    ghost."""
    f = make()
    kept, counts = rec.clean(changed(f, np.arange(100, 140), lat_rad=math.radians(52.0)))
    assert only(counts) == {"position_spike": 40} and len(kept) == 1
    kept, counts = rec.clean(changed(f, np.arange(100, 190), lat_rad=math.radians(52.0)))
    assert only(counts) == {"position_spike": 90} and len(kept) == 2
    assert all(np.all(np.abs(part.lat_rad - math.radians(50.0)) < 1e-9) for part in kept)


def test_useless_flights():
    assert rec.clean(make(t_s=np.arange(50.0)))[1]["flight_too_short"] == 50
    assert rec.clean(make(t_s=np.arange(0.0, 900.0, 20.0)))[1]["flight_too_sparse"] == 45
    hover = make(lon_rad=1e-6 * np.arange(300.0) / 300)
    assert rec.clean(hover)[1]["flight_stationary"] == 300
    f = make()
    slow = changed(f, [0, 1], lon_rad=f.lon_rad[2] - np.array([2e-6, 1e-6]))
    (kept,), counts = rec.clean(slow)
    assert counts["stale_end"] == 2 and kept.t_s[0] == 2.0


def test_altitude_geometric_where_sent_else_barometric():
    both = make(baro_m=np.full(300, 9800.0))
    (kept,), _ = rec.clean(both)
    assert (kept.alt_m == 10_000.0).all() and np.isnan(kept.baro_m).all()
    holes = changed(both, np.arange(100, 150), geo_m=np.nan)  # no step of 200 m where it is missing
    (kept,), counts = rec.clean(holes)
    assert np.abs(kept.alt_m - 10_000.0).max() < 1e-9 and counts["altitude_from_offset"] == 50
    (kept,), _ = rec.clean(make(baro_m=np.full(300, 9800.0), geo_m=np.full(300, np.nan)))
    assert (kept.alt_m == 9800.0).all() and np.isnan(kept.geo_m).all()


def cleaned(recording):
    return [part for raw in recording.flights for part in rec.clean(raw)[0]]


@pytest.mark.parametrize("name", [*SHIPPED, "dirty"])
def test_cleaning_twice_changes_nothing(name):
    recording = rec.read_recording(DIRTY) if name == "dirty" else rec.load_shipped(name)
    once = cleaned(recording)
    assert once
    for part in once:
        (again,), counts = rec.clean(part)
        assert not only(counts)
        assert all(np.array_equal(getattr(part, c), getattr(again, c), equal_nan=True) for c in COLUMNS)


def test_cleaning_twice_changes_nothing_however_dirty():
    rng = np.random.default_rng(11)
    found = 0
    for _ in range(300):
        f = make(baro_m=np.full(300, 9800.0))
        for column, size in (
            ("t_s", 400.0),
            ("lat_rad", 1.0),
            ("geo_m", 3e4),
            ("baro_m", 3e4),
            ("lon_rad", 7.0),
        ):
            rows = rng.choice(300, rng.integers(0, 60), replace=False)
            f = changed(f, rows, **{column: rng.choice([np.nan, size, size * rng.random(), 0.0], rows.size)})
        f = changed(f, rng.choice(300, 20), on_ground=True)
        kept, counts = rec.clean(f)
        assert sum(counts[rule] for rule in ROW_RULES) + sum(map(len, kept)) == 300
        for part in kept:
            found += 1
            (again,), second = rec.clean(part)
            assert not only(second) and np.array_equal(part.alt_m, again.alt_m)
            knots, _ = rec.to_knots(part)
            assert np.isfinite(knots).all()
    assert found > 200


# --- whole recordings -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_recordings(name):
    platforms, counts = rec.recorded_platforms(name, 0.7, 0.9, 0.3, 0.0, None, 1500.0)
    assert json.loads(json.dumps(counts, allow_nan=False)) == counts
    assert counts["rows_read"] == counts["rows_kept"] + sum(counts["rows_dropped"].values())
    lost = counts["flights"]
    assert lost["found"] == lost["kept"] + sum(
        lost["dropped"][k] for k in ("too_short", "too_sparse", "stationary")
    )
    assert lost["used"] == len(platforms) >= 60
    names = [n for n, _ in platforms]
    assert len(set(names)) == len(names) and all(n.startswith("CIV") for n in names)
    for _, k in platforms:
        assert k.dtype == np.float64 and k.shape[1] == 7 and len(k) >= 2
        assert k[0, 0] >= 0.0 and k[-1, 0] <= 1500.0
        step = np.diff(k[:, 0])
        assert step.min() > 0.0 and step.max() <= 15.0
        t = np.arange(k[0, 0], k[-1, 0], 1.0)
        p, v = hermite(k, t)
        speed = np.linalg.norm(v, axis=1)
        assert speed.min() > 20.0 and speed.max() < 350.0
        # No jumps: the way flown in a second is the speed, and no airliner pulls 1 g along its path.
        assert np.abs(np.linalg.norm(np.diff(p, axis=0), axis=1) - 0.5 * (speed[1:] + speed[:-1])).max() < 5.0
        assert np.linalg.norm(np.diff(v, axis=0), axis=1).max() < 15.0


@pytest.mark.parametrize(
    ("name", "median_mps", "p99_mps"), [(SHIPPED[0], 3.0, 200.0), (SHIPPED[1], 1.5, 20.0)]
)
def test_positions_alone_give_the_reported_speed(name, median_mps, p99_mps):
    """An oracle inside the data: with the velocities withheld, the fit's ground speed against what the
    aircraft said."""
    differences = []
    for part in cleaned(rec.load_shipped(name)):
        bare = replace(part, speed_mps=np.full(len(part), np.nan), climb_mps=np.full(len(part), np.nan))
        knots, _ = rec.to_knots(bare)
        said = np.interp(knots[:, 0], part.t_s, part.speed_mps)
        differences.append(np.linalg.norm(knots[:, 4:], axis=1) - said)
    d = np.concatenate(differences)
    d = d[np.isfinite(d)]
    assert np.median(np.abs(d)) < median_mps
    assert abs(np.median(d)) < 0.5  # no bias: knots are knots, not metres a second or miles an hour
    assert np.percentile(np.abs(d), 99) < p99_mps


def test_the_dirty_sample():
    """Real receivers' dirt: false altitudes, flags and stamps. What remains flies like an aircraft."""
    platforms, counts = rec.recorded_platforms(DIRTY, None, None, 0.0, 0.0, None, 1500.0)
    assert counts["rows_read"] == 2244
    dropped = counts["rows_dropped"]
    assert dropped["on_ground"] == 262
    assert dropped["position_repeated"] > 100 and dropped["altitude_spike"] > 10
    assert counts["altitude"] == {"barometric": 5, "geometric": 1}
    assert counts["rows_kept"] + sum(dropped.values()) == 2244
    assert [n for n, _ in platforms] == ["CIV901", "CIV902", "CIV903", "CIV904", "CIV905", "CIV905-2"]
    for _, k in platforms:
        speed = np.linalg.norm(k[:, 4:], axis=1)
        assert speed.min() > 60.0 and speed.max() < 250.0
        alt = [ecef_to_geodetic(*row[1:4])[2] for row in k]
        assert np.abs(np.diff(alt) / np.diff(k[:, 0])).max() < 40.0


def digest(run):
    return [(name, knots.tobytes()) for name, knots in run[0]], run[1]


def test_same_input_same_bytes():
    arguments = (SHIPPED[1], 0.7, 0.9, 0.3, 100.0, 20, 900.0)
    assert digest(rec.recorded_platforms(*arguments)) == digest(rec.recorded_platforms(*arguments))


def test_interpreted_gives_the_same_bytes():
    code = (
        "from openiads.world.recording import recorded_platforms as r; import hashlib;"
        f"p, c = r({str(DIRTY)!r}, 0.7, 0.9, 0.3, 100.0, 3, 400.0);"
        "print(hashlib.sha256(b''.join(k.tobytes() for _, k in p)).hexdigest(), c['rows_dropped'], c['fit'])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "NUMBA_DISABLE_JIT": flag},
            capture_output=True,
            check=True,
        ).stdout
        for flag in ("0", "1")
    }
    assert len(said) == 1


# --- formats --------------------------------------------------------------------------------------


def table(n=120, **columns):
    t = np.arange(n)
    base = {
        "timestamp": pa.array((1_633_615_200 + t) * 1000, pa.timestamp("ms", tz="UTC")),
        "icao24": pa.array(["3c6444"] * n),
        "latitude": pa.array(50.0 + 0.001 * t),
        "longitude": pa.array(np.full(n, 8.0)),
        "altitude": pa.array(np.full(n, 30000.0)),
        "groundspeed": pa.array(np.full(n, 216.0)),
        "track": pa.array(np.zeros(n)),
        "vertical_rate": pa.array(np.zeros(n)),
        "onground": pa.array([False] * n),
    }
    return pa.table({**base, **columns})


def write(path, data):
    (pq.write_table if path.suffix == ".parquet" else pyarrow.csv.write_csv)(data, path)
    return path


def test_units_become_si(tmp_path):
    (f,) = rec.read_recording(write(tmp_path / "a.parquet", table())).flights
    assert f.name == "3C6444" and len(f) == 120
    assert f.baro_m[0] == pytest.approx(9144.0, abs=1e-9)
    assert f.speed_mps[0] == pytest.approx(216 * 1852 / 3600)
    assert f.lat_rad[10] == pytest.approx(math.radians(50.01))
    assert np.array_equal(f.t_s, np.arange(120.0))
    g = rec.read_recording(
        write(tmp_path / "b.parquet", table(vertical_rate=pa.array(np.full(120, -1500.0))))
    ).flights[0]
    assert g.climb_mps[0] == pytest.approx(-7.62)


def test_csv_parquet_and_opensky_names_are_the_same(tmp_path):
    data = table()
    opensky = data.drop_columns(["altitude", "groundspeed", "vertical_rate"]).append_column(
        "baroaltitude", pa.array(np.full(120, 30000 * FT))
    )
    opensky = opensky.append_column("velocity", pa.array(np.full(120, 216 * KT)))
    opensky = opensky.append_column("vertrate", pa.array(np.zeros(120)))
    opensky = opensky.rename_columns(
        {"timestamp": "time", "latitude": "lat", "longitude": "lon", "track": "heading"}
    )
    seconds = pa.array(1_633_615_200 + np.arange(120))
    opensky = opensky.set_column(opensky.column_names.index("time"), "time", seconds)
    files = [
        write(tmp_path / "a.csv", data),
        write(tmp_path / "a.parquet", data),
        write(tmp_path / "o.csv", opensky),
        write(tmp_path / "o.parquet", opensky),
    ]
    got = [rec.read_recording(f) for f in files]
    assert [r.columns for r in got] == ["traffic", "traffic", "opensky", "opensky"]
    for other in got[1:]:
        assert other.start_utc_s == got[0].start_utc_s == 1_633_615_200.0
        for c in COLUMNS:
            a, b = getattr(got[0].flights[0], c), getattr(other.flights[0], c)
            assert np.allclose(a, b, rtol=1e-14, atol=0, equal_nan=True), c


TIMES = {
    "s": pa.array(1_633_615_200 + np.arange(120)),
    "float s": pa.array(1_633_615_200.0 + np.arange(120)),
    "ms": pa.array((1_633_615_200 + np.arange(120)) * 1000),
    "us": pa.array((1_633_615_200 + np.arange(120)) * 10**6),
    "ns": pa.array((1_633_615_200 + np.arange(120)) * 10**9),
    "naive": pa.array((1_633_615_200 + np.arange(120)) * 10**9, pa.timestamp("ns")),
    "zone": pa.array((1_633_615_200 + np.arange(120)) * 1000, pa.timestamp("ms", tz="Europe/Berlin")),
    "text": pa.array([f"2021-10-07T14:0{i // 60}:{i % 60:02d}Z" for i in range(120)]),
    "offset": pa.array([f"2021-10-07 16:0{i // 60}:{i % 60:02d}.000+02:00" for i in range(120)]),
}


@pytest.mark.parametrize("form", TIMES)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_forms_of_time(tmp_path, form, suffix):
    recording = rec.read_recording(write(tmp_path / f"a.{suffix}", table(timestamp=TIMES[form])))
    assert recording.start_utc_s == 1_633_615_200.0
    assert np.array_equal(recording.flights[0].t_s, np.arange(120.0))


def test_empty_cells_are_not_known(tmp_path):
    text = "timestamp,icao24,latitude,longitude,altitude\n" + "".join(
        f"{i},abc,{'' if i == 3 else 50 + i / 1000},{'NaN' if i == 4 else 8},{'None' if i == 5 else 30000}\n"
        for i in range(90)
    )
    file = tmp_path / "a.csv"
    file.write_text("\N{BYTE ORDER MARK}" + text, encoding="utf-8")
    (f,) = rec.read_recording(file).flights
    kept, counts = rec.clean(f)
    assert only(counts) == {"no_position": 2, "no_altitude": 1} and len(kept[0]) == 87


def test_rows_without_an_aircraft_or_far_off_in_time(tmp_path):
    names = ["3c6444"] * 118 + [None, "  "]
    stamps = (1_633_615_200 + np.arange(120)) * 1000
    stamps[7] += 86400 * 1000 * 30
    data = table(icao24=pa.array(names), timestamp=pa.array(stamps, pa.timestamp("ms", tz="UTC")))
    recording = rec.read_recording(write(tmp_path / "a.parquet", data))
    assert recording.counts == {"rows_read": 120, "no_identity": 2, "time_far_off": 1}
    _, counts = rec.recorded_platforms(tmp_path / "a.parquet", None, None, 0.0, 0.0, None, 200.0)
    assert counts["rows_kept"] + sum(counts["rows_dropped"].values()) == 120


def test_shipped_files_are_small_and_anonymous():
    for name in SHIPPED:
        path = FOLDER / f"{name}.parquet"
        assert path.stat().st_size < 200_000
        data = pq.read_table(path)
        assert "callsign" not in data.column_names and "squawk" not in data.column_names
        assert Counter(v[:3] for v in data.column("icao24").to_pylist()).keys() == {"CIV"}
    assert rec.shipped_names() == list(SHIPPED)
    first, second = ({f.name for f in rec.load_shipped(name).flights} for name in SHIPPED)
    assert not first & second  # both fit into one scenario
    assert {p.name for p in FOLDER.iterdir()} >= {"README.md", "LICENSE"}
