"""The ground of a run for its picture: what the file holds, that it is deterministic, that damage is named, that it is drawn."""

from __future__ import annotations

import math
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from support import land
from support import saturation as sat
from support import sighting as see

from openiads.report.chart_ground import draw_ground
from openiads.report.mapping import Map
from openiads.results.ground import GroundError, read_ground
from openiads.study.ground import ground_file


def world(elevation):
    watch = see.Watch(see.quiet("91N6E"), 5.0, 30.0)
    watch.a.elevation = elevation
    watch.fly(sat.straight(sat.at(90.0, 60e3, 3e3), sat.at(90.0, 58e3, 3e3), 200.0))
    return watch.world()


def test_none_without_an_elevation_model():
    assert ground_file(world(None)) is None


def test_heights_places_and_lines_of_sight():
    elevation = land.ridge(300.0, side=500)
    data = ground_file(world(elevation))
    assert data == ground_file(world(elevation))
    ground = read_ground(data, Path("ground.npz"))
    assert max(ground.height_m.shape) <= 400 and ground.height_m.max() > 250
    crest = ground.lon_deg[int(np.argmax(ground.height_m[0]))]
    assert crest == pytest.approx(
        math.degrees(sat.HERE.lon_rad + 10e3 / (6378.137e3 * math.cos(sat.HERE.lat_rad))), abs=2e-3
    )
    # West of the crest all is seen; in its shadow, 3 km behind, nothing is.
    east_m = (
        np.radians(ground.lon_deg - math.degrees(sat.HERE.lon_rad)) * 6378.137e3 * math.cos(sat.HERE.lat_rad)
    )
    middle = ground.seen_by[ground.seen_by.shape[0] // 2]
    assert (middle[(east_m > -15e3) & (east_m < 9e3)] == 1).all()
    assert (middle[(east_m > 12e3) & (east_m < 18e3)] == 0).all()


def test_damage_is_named():
    data = ground_file(world(land.ridge(300.0)))
    for broken in (b"", data[:200], b"x" * 500):
        with pytest.raises(GroundError, match="damaged"):
            read_ground(broken, Path("ground.npz"))


def test_it_is_drawn_below_everything():
    ground = read_ground(ground_file(world(land.ridge(300.0))), Path("ground.npz"))
    with mpl.rc_context():
        axes = Figure().add_subplot()
        draw_ground(axes, ground, Map(sat.HERE.lat_rad, sat.HERE.lon_rad))
        hills, tint = axes.collections
        assert hills.get_zorder() < tint.get_zorder() < 0
        shade = np.ma.masked_invalid(hills.get_array())
        assert 0.0 <= shade.min() < shade.max() <= 1.0
        assert 0.3 < np.ma.count(tint.get_array()) / tint.get_array().size < 0.9
