"""Fly-out tables against flights of the missile itself, and the predicted intercept against the flown one."""

import math

import numpy as np
import pytest
from interceptor_case import Flight, missile_type, point_north, speed

from openiads.physics import interceptor_schema as S
from openiads.physics.flyout import (
    N_ALT,
    N_RANGE,
    fly_to_point,
    flyout_lookup,
    ground_range,
    make_flyout,
    predict_intercept,
)
from openiads.physics.geodesy import geodetic_to_ecef
from openiads.world.flyouts import flyout_tables

SITE = point_north(0.0, 0.0)


@pytest.fixture(scope="module")
def made():
    par = missile_type(max_flight_s=200.0)
    table, scale = make_flyout(par)
    return par, table[None], scale[None]


def test_ground_range_is_the_arc():
    for arc in (10.0, 1e3, 50e3, 400e3):
        a = geodetic_to_ecef(0.0, 0.3, 0.0)
        b = geodetic_to_ecef(0.0, 0.3 + arc / 6.371e6, 12e3)
        assert ground_range(*a, *b) == pytest.approx(arc, rel=1e-6)
    assert ground_range(0.0, 0.0, 0.0, *b) == 0.0


def test_table_against_fine_flights(made):
    """200 points off the nodes, flown at 1/64 s: time within 0.7 s rms, speed within 2 % rms, feasibility
    right in 95 % of them and hardly ever promised in vain."""
    par, tables, scales = made
    fine = S.missile_types([{name: par[name] for name in par.dtype.names}])[0]
    fine.seeker_kind = 0
    m = S.missiles(1)[0]
    rng = np.random.default_rng(5)
    times, speeds, wrong, vain = [], [], 0, 0
    for _ in range(200):
        distance, alt = rng.uniform(5e3, scales[0, 0]), rng.uniform(50.0, scales[0, 1])
        fate = fly_to_point(m, fine, distance, alt, 0.25, 16)
        tof, v, margin = flyout_lookup(
            tables, scales, 0, ground_range(*SITE, *point_north(distance, alt)), alt
        )
        reached = fate == S.FATE_INTERCEPT
        if reached and margin > 0.0:
            times.append(tof - m.t_end_s)
            speeds.append(v / speed(m) - 1.0)
        vain += int(margin > 0.0 and not reached)
        wrong += int((margin > 0.0) != reached)
    assert len(times) > 100
    assert math.sqrt(np.mean(np.square(times))) < 0.7
    assert math.sqrt(np.mean(np.square(speeds))) < 0.02
    assert vain <= 2


def test_lookup_at_the_nodes_and_outside(made):
    _, tables, scales = made
    n_alt, n_range = tables.shape[1:3]
    for i in (1, n_alt // 2):
        for j in (1, n_range // 2):
            distance = scales[0, 0] * (j / (n_range - 1)) ** 2
            alt = scales[0, 1] * (i / (n_alt - 1)) ** 2
            assert flyout_lookup(tables, scales, 0, distance, alt) == pytest.approx(
                tuple(tables[0, i, j]), rel=1e-9
            )
    for distance, alt in ((scales[0, 0] + 1.0, 5e3), (20e3, scales[0, 1] + 1.0), (20e3, -500.0)):
        assert flyout_lookup(tables, scales, 0, distance, alt)[2] == -1.0
    assert flyout_lookup(tables, scales, 0, -5.0, 1e3) == flyout_lookup(tables, scales, 0, 0.0, 1e3)


def test_stacked_tables_number_their_types():
    types = S.missile_types(
        [
            {n: t[n] for n in t.dtype.names}
            for t in (missile_type(), missile_type(boost_s=8.0, max_flight_s=60.0))
        ]
    )
    tables, scales = flyout_tables(types)
    assert tables.shape == (2, N_ALT, N_RANGE, 3)
    assert scales.shape == (2, 2)
    assert list(types.flyout) == [0, 1]
    assert scales[0, 0] > scales[1, 0]
    for i in range(2):
        table, scale = make_flyout(types[i])
        assert (table == tables[i]).all() and (scale == scales[i]).all()


@pytest.mark.parametrize("mps", [0.0, 200.0, 600.0])
def test_predicted_intercept_is_the_flown_one(made, mps):
    """What fire control predicts for a straight target, and what the flight then gives: within 3 %: the table
    knows flights to resting points, and a round sent after a moving one lofts a little differently."""
    par, tables, scales = made
    p = np.array(point_north(70e3, 9e3))
    q = np.array(point_north(69e3, 9e3))
    v = mps * (q - p) / np.linalg.norm(q - p)
    t, *_, margin = predict_intercept(tables, scales, 0, *SITE, *p, *v, 0.0, 0.0, 0.0, 0.0, 300.0)
    flight = Flight(par, p, v)
    assert margin > 0.0
    assert flight.fate == S.FATE_INTERCEPT
    assert flight.m.t_end_s == pytest.approx(t, rel=0.03)
