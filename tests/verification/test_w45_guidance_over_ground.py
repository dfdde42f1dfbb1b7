"""W-45: ground and Earth between a round, the radar that guides it and its target.

References by other code: rays over the samples of a made ridge, point by point, on a 4/3 Earth (`clear`). The laws: a target that
hides behind a ridge while it is homed on is missed, and hit without the ridge; a round that loses its command link flies on the
last word; without ground nothing of it happens.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from support import land
from support import saturation as sat

from openiads.engine import events
from openiads.engine.systems import sightline
from openiads.engine.systems.move import KILLED
from openiads.physics.geodesy import ecef_to_geodetic
from openiads.world import schema
from openiads.world.assemble import Place
from openiads.world.handle import handle

FLAT, RIDGE = land.ridge(0.0), land.ridge(700.0)


def along(points, speed_mps):
    """Knots from place to place."""
    out, t_s = [], 0.0
    for a, b in itertools.pairwise(points):
        leg = sat.straight(a, b, speed_mps, t_s, 1.0)
        out.append(leg[1:] if out else leg)
        t_s = float(leg[-1, 0])
    return np.concatenate(out)


def ground_m(elevation, lat_rad, lon_rad):
    """Height of a ridge that runs north and south: between the nearest columns."""
    columns = elevation.west_deg + land.STEP_DEG * np.arange(elevation.height_m.shape[1])
    return np.interp(np.degrees(lon_rad), columns, elevation.height_m[0].astype(float), left=0.0, right=0.0)


def clear(elevation, a, b, step_m=10.0):
    """Least height (m) of the ray over ground and sea, the last 100 m at each end left out; below 0: hidden."""
    (lat0, lon0, h0), (lat1, lon1, h1) = ecef_to_geodetic(*a), ecef_to_geodetic(*b)
    length = float(np.linalg.norm(np.subtract(b, a)))
    s = np.arange(100.0, length - 100.0, step_m)
    if not s.size:
        return math.inf
    u = s / length
    ray = h0 + u * (h1 - h0) - s * (length - s) / (2.0 * land.A_E)
    return float((ray - ground_m(elevation, lat0 + u * (lat1 - lat0), lon0 + u * (lon1 - lon0))).min())


# --- the ray ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    case = sat.fire_unit(10.0, 1, 1, 1.0)
    case.a.elevation = RIDGE
    case.target(sat.straight(sat.at(90.0, 30e3, 3e3), sat.at(90.0, 20e3, 3e3), 200.0))
    return case.world()


def test_rays_over_a_ridge(small, compiled_engine):
    """400 rays to 25 km across the crest: right wherever the ray is more than 15 m from the ground."""
    rng = np.random.default_rng(45)
    w, told = handle(small), 0
    for _ in range(400):
        a = sat.at(90.0 + rng.uniform(-20, 20), rng.uniform(2e3, 9e3), rng.uniform(20.0, 1500.0))
        b = sat.at(90.0 + rng.uniform(-20, 20), rng.uniform(11e3, 25e3), rng.uniform(20.0, 1500.0))
        p, q = sat.ecef(a), sat.ecef(b)
        room = clear(RIDGE, p, q)
        if abs(room) > 15.0:
            told += 1
            assert sightline.ray_clear(w, *p, a.alt_m, *q, b.alt_m) == (room > 0.0), room
            assert sightline.ray_clear(w, *q, b.alt_m, *p, a.alt_m) == (room > 0.0), room
    assert told > 300


def test_a_radar_sees_as_far_as_the_ridge_lets_it(small, compiled_engine):
    rng = np.random.default_rng(46)
    w, told = handle(small), 0
    antenna = np.array([small.radar.x_m[1], small.radar.y_m[1], small.radar.z_m[1]])
    for _ in range(300):
        b = sat.at(90.0 + rng.uniform(-60, 60), rng.uniform(2e3, 30e3), rng.uniform(20.0, 3000.0))
        q = sat.ecef(b)
        room = clear(RIDGE, antenna, q)
        if abs(room) > 40.0:
            told += 1
            assert bool(sightline.radar_sees(w, 1, *q, b.alt_m)) == (room > 0.0), room
    assert told > 200


# --- the seeker ---------------------------------------------------------------------------------------


def homing(elevation, **missile):
    """A target that comes over the ridge, dives behind its crest and flies along it."""
    round_ = sat.item(
        "9M96E2", reliability=1.0, lethal_law="cookie", lethal_p0=1.0, lethal_radius_m=30.0, **missile
    )
    case = sat.fire_unit(40.0, 1, 1, 1.0, missile=round_, reaction_s=1.0, decision_period_s=1.0)
    case.a.elevation = elevation
    way = [sat.at(90.0, 14.4e3, 1750.0), sat.at(90.0, 13.2e3, 1600.0), sat.at(90.0, 10.75e3, 250.0)]
    way.append(Place(way[-1].lat_rad + 8e3 / 6371e3, way[-1].lon_rad, 250.0))
    case.target(along(way, 250.0), "cruise-missile", end=schema.END_LEAVE)
    (outcome,) = sat.replications(case.world(), 1, 1)
    return outcome


def test_a_target_behind_a_ridge_is_missed(compiled_engine):
    flat, hidden = homing(FLAT), homing(RIDGE)
    for o in (flat, hidden):
        assert len(sat.of(o, events.LAUNCH)) == 1 and len(sat.of(o, events.SEEKER_ON)) == 1
    assert flat.platform_state.fate[0] == KILLED
    assert hidden.platform_state.fate[0] != KILLED
    assert not len(sat.of(flat, events.SEEKER_CUT))
    (cut,) = sat.of(hidden, events.SEEKER_CUT)
    assert events.LOCK[cut.detail] == "after its lock"
    assert cut.t_s > sat.of(hidden, events.SEEKER_ON).t_s[0]


def test_without_an_elevation_model_the_same_as_over_a_flat_one(compiled_engine):
    """The sea of a model whose ground is all 0 hides nothing at these heights: the same events, to the byte."""
    assert homing(None).event.tobytes() == homing(FLAT).event.tobytes()


def test_semi_active_needs_the_illuminator_to_see_the_target(compiled_engine):
    """The same flight with a semi-active seeker: blinded by the shadow of the radar, and not without the ridge."""
    hidden = homing(RIDGE, seeker="tvm")
    assert hidden.platform_state.fate[0] != KILLED
    assert len(sat.of(hidden, events.SEEKER_CUT)) == 1
    assert not len(sat.of(homing(FLAT, seeker="tvm"), events.SEEKER_CUT))


# --- the command link -----------------------------------------------------------------------------------


def commanded(elevation):
    """A command-guided round at a target beyond the ridge that turns away low down; a radar on the far side reports it."""
    round_ = sat.item(
        "9M96E2", reliability=1.0, lethal_law="cookie", lethal_p0=1.0, lethal_radius_m=30.0, seeker="command",
        seeker_range_m=1e-6,
    )  # fmt: skip
    case = sat.fire_unit(60.0, 1, 1, 1.0, missile=round_, reaction_s=1.0, decision_period_s=1.0, remote=1)
    case.a.sample_s = 0.25
    case.a.elevation = elevation
    case.a.add_radar(
        "EAST",
        sat.sure_radar("91N6E", interrogator=False),
        sat.at(90.0, 24e3),
        0,
        value=0.0,
        antenna_height_m=60.0,
    )
    way = [
        sat.at(90.0, 24e3, 300.0),
        sat.at(90.0, 18e3, 300.0),
        sat.at(80.0, 17.2e3, 300.0),
        sat.at(92.0, 15.5e3, 300.0),
    ]
    case.target(along(way, 250.0), "cruise-missile", end=schema.END_LEAVE)
    world = case.world()
    (outcome,) = sat.replications(world, 1, 1)
    return world, outcome


def test_a_round_behind_the_ridge_has_no_link(compiled_engine):
    """The first loss is told within a step of the first sample that the ray from the radar does not reach."""
    _, flat = commanded(FLAT)
    world, hidden = commanded(RIDGE)
    assert not len(sat.of(flat, events.COMMAND_LINK_CUT))
    (cut,) = sat.of(hidden, events.COMMAND_LINK_CUT)
    assert cut.via == 1
    antenna = np.array([world.radar.x_m[1], world.radar.y_m[1], world.radar.z_m[1]])
    rows = hidden.sample[hidden.sample.kind == events.SAMPLE_MISSILE]
    room = np.array([clear(RIDGE, antenna, (r.x_m, r.y_m, r.z_m)) for r in rows])
    falls = rows.t_s > rows.t_s[int(np.argmax(room))]
    first_s = float(rows.t_s[falls & (room < 0.0)][0])
    assert cut.t_s == pytest.approx(first_s, abs=0.51)
    # From then on it has heard nothing; without the ridge it hears until it passes the target.
    assert cut.t_s - 1.0 < hidden.round.t_est_s[0] < cut.t_s
    assert hidden.round.t_end_s[0] > cut.t_s + 1.0
    assert flat.round.t_end_s[0] - flat.round.t_est_s[0] < 0.51
