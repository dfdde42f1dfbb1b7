"""Coverage against closed forms: the horizon, the fourth-power law, monotony, areas, rays of the vertical chart, lobes.

One radar on the open sea, smooth 4/3 Earth, clear air. Tolerances: a range is known to the step that it is looked up with
(stated at each), an area to its border times half a cell.
"""

import math
from pathlib import Path

import numpy as np
import pytest
from support import cover as small

import openiads
from openiads.cover import kernels
from openiads.cover.compute import coverage
from openiads.cover.maps import arc_m
from openiads.cover.picture_vertical import ray
from openiads.cover.projection import EqualArea, cap_area_m2
from openiads.physics.propagation import two_ray_factor_sq

MAST = 25.0


@pytest.fixture(scope="module")
def clear(tmp_path_factory):
    return small.write(tmp_path_factory.mktemp("cover"))


def farthest(polar, level, k=0):
    """Farthest range at which each azimuth sees it."""
    seen = polar.pd[:, :, k] >= level
    return np.where(seen.any(axis=1), polar.range_m[::-1][np.argmax(seen[:, ::-1], axis=1)], 0.0)


@pytest.mark.parametrize("altitude_m", [15.0, 100.0, 1000.0])
def test_horizon(clear, altitude_m):
    """A large target is seen to the horizon: the arc of two tangents. Step 100 m; the ellipsoid is not a sphere: 0.3 %."""
    found = coverage(clear, altitude_m, rcs_m2=1e4)
    reached = farthest(found.polar("R", 100.0, math.radians(10.0)), 0.5)
    expected = small.horizon_m(MAST, altitude_m)
    assert np.all(np.abs(reached - expected) < 100.0 + 0.003 * expected)


def test_sixteen_times_the_cross_section_is_twice_the_range(clear):
    """Free space, along a ray of 2 degrees (one steering of the array): steps of 25 m, and the refraction of the table."""
    ranges = []
    for rcs in (0.02, 0.32):
        model = coverage(clear, 1000.0, rcs_m2=rcs).model
        ground, height = ray(MAST, math.radians(2.0), 250e3, 10_001)
        lat, lon = model.fan(model.site_of(0), np.array([1.0]), ground[1:])
        seen = model.looks(0, lat[0], lon[0], height[1:]).pd >= 0.5
        ranges.append(25.0 * (np.flatnonzero(seen)[-1] + 1) / math.cos(math.radians(2.0)))
    assert ranges[1] / ranges[0] == pytest.approx(2.0, abs=2e-3)


def test_monotone(clear, tmp_path):
    """More cross section, more looks: never less likely anywhere. More noise: never more likely. Higher: never less seen."""
    args = {"rcs_m2": 0.5, "jamming": "on", "at_s": 60.0}
    base = coverage(clear, [200.0, 2000.0, 8000.0], **args)
    polar = base.polar("R", 2000.0, math.radians(3.0))
    larger = coverage(clear, [200.0, 2000.0, 8000.0], **{**args, "rcs_m2": 1.0}).polar(
        "R", 2000.0, math.radians(3.0)
    )
    assert np.all(larger.pd >= polar.pd) and np.any(larger.pd > polar.pd + 0.1)
    again = coverage(clear, [200.0, 2000.0, 8000.0], **args, looks=3).polar("R", 2000.0, math.radians(3.0))
    np.testing.assert_allclose(again.pd, 1.0 - (1.0 - polar.pd) ** 3, atol=1e-12)
    louder = small.write(tmp_path, power=5000.0)
    noisy = coverage(louder, [200.0, 2000.0, 8000.0], **args).polar("R", 2000.0, math.radians(3.0))
    quiet = coverage(clear, [200.0, 2000.0, 8000.0], rcs_m2=0.5).polar("R", 2000.0, math.radians(3.0))
    assert np.all(noisy.pd <= polar.pd) and np.all(polar.pd <= quiet.pd)
    assert np.any(noisy.pd < polar.pd - 0.1) and np.any(polar.pd < quiet.pd - 0.1)
    loud = np.argmin(polar.snr[:, 40, 2])
    assert 290.0 < math.degrees(polar.az_rad[loud]) < 340.0  # it is in the direction of the jammer
    reach = [farthest(quiet, 0.5, k) for k in range(3)]
    assert np.all(reach[1] >= reach[0])


def test_area_of_a_disc(clear):
    """Seen is what lies between the nearest range and the horizon: a difference of two caps. Border times half a cell."""
    found = coverage(clear, 50.0, rcs_m2=1e4)
    one = found.maps[0]
    outer = small.horizon_m(MAST, 50.0)
    radar = found.model.world.radar[0]
    expected = float(
        cap_area_m2(outer, math.radians(30.0)) - cap_area_m2(float(radar.range_min_m), math.radians(30.0))
    )
    got = float(one.seen(0.5).sum()) * one.cell_m2
    assert abs(got - expected) < 0.01 * expected
    finer = coverage(clear, 50.0, rcs_m2=1e4, cell_m=0.5 * one.cell_m).maps[0]
    assert abs(float(finer.seen(0.5).sum()) * finer.cell_m2 - got) < 0.002 * expected


def test_projection_against_proj():
    """Forward, inverse and area of the equal-area map against PROJ, anywhere to 500 km: 3 mm (a series of latitude in it)."""
    pyproj = pytest.importorskip("pyproj", reason="pip install pyproj")
    rng = np.random.default_rng(2)
    for _ in range(20):
        plane = EqualArea(math.radians(rng.uniform(-80.0, 80.0)), math.radians(rng.uniform(-180.0, 180.0)))
        proj = pyproj.Proj(plane.proj4)
        x, y = rng.uniform(-5e5, 5e5, (2, 50))
        lat, lon = plane.inverse(x, y)
        e, n = proj(np.degrees(lon), np.degrees(lat))
        assert np.max(np.hypot(e - x, n - y)) < 3e-3
        back = plane.forward(lat, lon)
        assert np.max(np.hypot(back[0] - x, back[1] - y)) < 3e-3


@pytest.mark.parametrize("lat_deg", [0.0, 30.0, 60.0, 80.0])
def test_cap_area(lat_deg):
    """Area of a geodesic disc against GeographicLib's polygon through PROJ: 3e-4 (on the sphere of mean curvature)."""
    pyproj = pytest.importorskip("pyproj", reason="pip install pyproj")
    geod = pyproj.Geod(ellps="WGS84")
    az = np.linspace(0.0, 360.0, 3601)[:-1]
    for range_m in (40e3, 400e3, 600e3):
        lon, lat, _ = geod.fwd(np.zeros(az.size), np.full(az.size, lat_deg), az, np.full(az.size, range_m))
        area = abs(geod.polygon_area_perimeter(lon, lat)[0])
        assert float(cap_area_m2(range_m, math.radians(lat_deg))) == pytest.approx(area, rel=3e-4)


@pytest.mark.parametrize("elevation_deg", [0.0, 0.5, 1.0, 3.0, 10.0])
def test_rays_of_the_vertical_chart(clear, elevation_deg):
    """Along a ray of the chart the engine sees the target at that elevation: 0.1 mrad (the Earth there is no sphere)."""
    found = coverage(clear, 1000.0, rcs_m2=1e6)
    ground, height = ray(MAST, math.radians(elevation_deg), 150e3)
    keep = (ground > 6e3) & (height < 25e3)
    for az in (0.0, 1.0, math.pi):
        lat, lon = found.model.fan(found.model.site_of(0), np.array([az]), ground[keep])
        looks = found.model.looks(0, lat[0], lon[0], height[keep])
        assert np.isfinite(looks.el_rad).all()
        assert np.max(np.abs(looks.el_rad - math.radians(elevation_deg))) < 2e-4


def test_vertical_chart_ends_at_the_horizon(clear):
    """Lowest altitude seen at each range: that whose horizon it is; rows are even in the root of altitude, 0.25 sqrt(m)."""
    found = coverage(clear, 1000.0, rcs_m2=1e6)
    chart = found.vertical("R", 0.7, top_m=10e3, far_m=200e3)
    for j in np.flatnonzero(chart.range_m > 60e3)[::20]:
        lowest = chart.altitude_m[np.argmax(chart.pd[:, j] >= 0.5)]
        turn = chart.range_m[j] / small.A_E - math.acos(small.A_E / (small.A_E + MAST))
        assert abs(math.sqrt(lowest) - math.sqrt(small.A_E / math.cos(turn) - small.A_E)) < 0.6


def test_lobes_over_the_sea(tmp_path):
    """With multipath over a calm sea the echo at 30 km follows the two-ray factor of a flat Earth in its nulls' places.

    Heights of target at the first maxima are compared: lambda R / (4 h) (2 n + 1), less the Earth's curve below both.
    """
    sea = "environment: {multipath: on, surface: {sea_state: 0}}"
    file = small.write(tmp_path, environment=sea)
    flat = small.write(tmp_path)
    range_m = 12e3
    heights = np.arange(2.0, 120.0, 0.25)
    ratio = []
    for one in (file, flat):
        model = coverage(one, 100.0, rcs_m2=100.0).model
        lat, lon = model.fan(model.site_of(0), np.array([0.5]), np.array([range_m]))
        looks = model.looks(0, np.full(heights.size, lat[0, 0]), np.full(heights.size, lon[0, 0]), heights)
        ratio.append(looks.snr)
        wavelength = float(299_792_458.0 / model.world.radar[0].freq_hz)
    factor = ratio[0] / ratio[1]
    # The Earth falls away below both: their heights above the plane that touches it where the ray is mirrored.
    share = MAST / (MAST + heights)
    h_a = MAST - (share * range_m) ** 2 / (2.0 * small.A_E)
    h_t = heights - ((1.0 - share) * range_m) ** 2 / (2.0 * small.A_E)
    law = np.array(
        [two_ray_factor_sq(a, t, wavelength, range_m, 1.0) ** 2 for a, t in zip(h_a, h_t, strict=True)]
    )
    assert factor.max() > 12.0 and factor.min() < 0.05
    peaks = [k for k in range(1, heights.size - 1) if factor[k - 1] < factor[k] >= factor[k + 1]]
    expected = [k for k in range(1, heights.size - 1) if law[k - 1] < law[k] >= law[k + 1]]
    assert len(peaks) >= 3
    for k, m in zip(peaks[:3], expected[:3], strict=True):
        assert abs(heights[k] - heights[m]) < 0.06 * heights[m] + 0.5


def test_public_name_and_labels(clear):
    """`openiads.coverage` is the function, and its arrays say what their axes are."""
    found = openiads.coverage(clear, [100.0, 1000.0], rcs_m2=2.0)
    polar = found.polar("R", 5000.0, math.radians(10.0))
    assert polar.dims == ("az_rad", "range_m", "altitude_m")
    assert polar.pd.shape == (polar.az_rad.size, polar.range_m.size, polar.altitude_m.size)
    assert list(polar.altitude_m) == [100.0, 1000.0]
    assert found.maps[0].pd.shape == (1, found.maps[0].y_m.size, found.maps[0].x_m.size)


def test_noise_that_touches_a_look_by_chance():
    """The mean over all combinations, against the engine's own draws: 600 replications of each look, 4 standard deviations.

    `jamming-corridor` has two barrage and sweep jammers that a hopping radar meets by chance.
    """
    file = Path(openiads.__file__).parent / "scenario" / "shipped" / "jamming-corridor.yaml"
    model = coverage(file, 8000.0, jamming="as-scenario", at_s=300.0).model
    r = int(np.argmax((model._share < 1.0).any(axis=1)))
    by_chance = (model._share[r] < 1.0) & (model._heard[r] > 0.0)
    assert by_chance.any()
    az, ranges = np.radians(np.arange(262.0, 282.0, 4.0)), np.array([60e3, 120e3, 180e3])
    lat, lon = model.fan(model.site_of(r), az, ranges)
    alt = np.full(lat.shape, 8000.0)
    exact = model.looks(r, lat, lon, alt).pd.ravel()
    model.world.jam_share[:] = model._share
    drawn = []
    flat = [a.ravel() for a in (lat, lon, alt, np.zeros(lat.shape))]
    out = [np.empty(lat.size) for _ in range(3)]
    for k in range(600):
        model.world.sim[0].replication = k
        kernels.look_at(
            model._handle, r, model.row, 300.0, *flat, 1, 250.0, *out, np.empty(lat.size, np.int64)
        )
        drawn.append(out[1].copy())
    mean, deviation = np.mean(drawn, axis=0), np.std(drawn, axis=0)
    assert deviation.max() > 0.1
    assert np.all(np.abs(mean - exact) <= 4.0 * deviation / math.sqrt(600) + 1e-12)


def test_seen_in_time_is_the_horizon_less_the_way_flown_meanwhile():
    """A low target is met no farther than the horizon less its speed times (flight of the missile + reaction): two cells."""
    file = Path(openiads.__file__).parent / "scenario" / "shipped" / "quickstart.yaml"
    found = coverage(file, 15.0, rcs_m2=100.0, speed_mps=235.0)
    one, model = found.maps[0], found.model
    for unit in found.units:
        if unit.weapon == "9M96E":
            continue  # its own reach is shorter
        flags = one.engaged[unit.id]
        assert flags.any() and np.all(one.seen(0.5, unit.radar)[flags])
        away = np.where(flags, arc_m(model.site_of(unit.radar), one.lat_rad, one.lon_rad), 0.0)
        at = np.unravel_index(np.argmax(away), away.shape)
        point = [a[at].reshape(1) for a in (one.lat_rad, one.lon_rad, one.alt_m)]
        tof = min(float(model.meetings(unit.weapon_row, unit.post, s, *point)[0]) for s in unit.sites)
        wait = tof + float(model.world.command_post[unit.post].reaction_s)
        horizon = small.horizon_m(float(model.world.radar[unit.radar].alt_m), 15.0)
        assert away[at] + 235.0 * wait == pytest.approx(horizon, abs=2.0 * one.cell_m)
