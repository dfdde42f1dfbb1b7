"""W-46: echo of rain, spikes of the surface, and surfaces by direction.

References: reflectivity of rain in dB by the usual form of Z = 200 R^1.6 (printed for 10 and 50 mm/h), the radar equation of a beam
that rain fills, the chord of a circle, the improvement factor at the radial speed of the wind, the tail of the Weibull law by
SciPy; through the engine: counts inside exact binomial or Poisson limits (3.5 sigma), and equal events where nothing may differ.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats
from support import land, runs
from support import saturation as sat
from support import sighting as see

from openiads.engine import events
from openiads.engine.run import Engine
from openiads.physics import clutter, clutter_plots, mti, rain
from openiads.physics.flight import Wind
from openiads.world.surface import Sector
from openiads.world.weather import RainArea, Weather

N, PFA = 10, 1e-6
STILL = Wind(np.zeros(0), np.zeros(0), np.zeros(0))


# --- closed forms -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("rain_mm_h", "dbz"), [(1.0, 23.0), (10.0, 39.0), (50.0, 50.2)])
def test_reflectivity_of_rain(rain_mm_h, dbz):
    """10 log 200 + 16 log R, by hand; eta = pi^5 0.93 Z / lambda^4."""
    eta = clutter.rain_reflectivity_per_m(rain_mm_h, 0.1)
    z = eta * 0.1**4 / (math.pi**5 * 0.93) * 1e18
    assert 10.0 * math.log10(z) == pytest.approx(dbz, abs=0.05)


def test_share_of_a_ray_in_a_disc():
    rng = np.random.default_rng(1)
    u = (np.arange(20_000) + 0.5) / 20_000
    for _ in range(200):
        e, n, ce, cn = rng.uniform(-50e3, 50e3, 4)
        radius, part = rng.uniform(1e3, 40e3), rng.uniform(0.0, 1.0)
        inside = ((u * e - ce) ** 2 + (u * n - cn) ** 2 < radius**2) & (u < part)
        assert rain.share_in_disc(e, n, ce, cn, radius, part) == pytest.approx(inside.mean(), abs=2e-4)


def test_the_wind_carries_the_rain_through_the_filter():
    """Across the wind the improvement is that of still rain; along it that of its radial speed."""
    args = (1e12, 10.0, 4000.0, 3e9, (0.02, 0.03), 150.0, mti.THREE_PULSE, (1000.0,), 0.0, 60.0, 0.0)
    table = rain.make_rain_table(*args, lambda alt_m: (12.0, 0.0))  # blows to the east
    still = rain.make_rain_table(*args, lambda alt_m: (0.0, 0.0))
    wave = 299792458.0 / 3e9
    assert table[0] == pytest.approx(still[0], rel=1e-9)
    quarter = rain.AZIMUTHS // 4
    want = mti.improvement(mti.THREE_PULSE, 2.0, 0.0, wave, 1000.0, 0.0, 1e6) / mti.improvement(
        mti.THREE_PULSE, 2.0, 12.0, wave, 1000.0, 0.0, 1e6
    )
    assert table[quarter, 0] / still[quarter, 0] == pytest.approx(want, rel=1e-9)
    assert want > 2.0
    assert rain.rain_constant_m2(table, 0.5 * math.pi, 0.1) == pytest.approx(table[quarter, 0], rel=1e-12)


@pytest.mark.parametrize("shape", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("residue", [0.3, 3.0, 100.0])
def test_excess_is_the_tail_of_the_weibull_law(shape, residue):
    threshold = -math.log(PFA) * (1.0 + residue)
    law = stats.weibull_min(shape, scale=residue / math.gamma(1.0 + 1.0 / shape))
    want = law.sf(threshold) - stats.expon(scale=residue).sf(threshold)
    assert law.mean() == pytest.approx(residue, rel=1e-9)
    assert clutter_plots.excess(np.array([residue]), shape, PFA)[0] == pytest.approx(want, rel=1e-9)


def test_no_spikes_where_the_power_is_exponential():
    assert clutter_plots.excess(np.array([0.0, 1.0, 1e3]), 1.0, PFA) == pytest.approx(0.0, abs=1e-15)


def test_the_plot_table_counts_cells():
    slant = np.linspace(1e3, 11e3, 2001)
    residue = 1e4 * (1e3 / slant) ** 3
    table = clutter_plots.make_plot_table(slant, residue, np.full(2001, 0.5), PFA, 100.0, 0.1)
    rate = integrate.quad(
        lambda r: clutter_plots.excess(np.array([1e4 * (1e3 / r) ** 3]), 0.5, PFA)[0] / 100.0, 1e3, 11e3
    )[0]
    assert table[0] == pytest.approx(0.1 * rate, rel=1e-4)
    half = integrate.quad(
        lambda r: clutter_plots.excess(np.array([1e4 * (1e3 / r) ** 3]), 0.5, PFA)[0] / 100.0, 1e3, table[17]
    )[0]
    assert half == pytest.approx(0.5 * rate, rel=1e-3)


# --- rain through the engine ------------------------------------------------------------------------


def ring(weather, n, range_m, alt_m, radar=None, bearings=None, antenna_m=10.0, **more):
    radar = radar or see.quiet("91N6E", scan_loss_exponent=0.0, canceller="none", range_min_m=100.0)
    watch = see.Watch(radar, radar.si("rotation_period_s") + 1.25, antenna_m, **more)
    watch.a.weather = weather
    for b in bearings if bearings is not None else 360.0 * (np.arange(n) + 0.5) / n:
        way = sat.at(b, range_m, alt_m), sat.at(b, range_m - 20.0, alt_m)
        watch.fly(sat.straight(*way, 1.0, step_s=2.0))
    return radar, watch


def seen(world, turns, period_s, seed=46):
    """How often each platform was detected in the first turn."""
    count = np.zeros(len(world.platform), int)
    for o in sat.replications(world, seed, turns):
        rows = sat.of(o, events.DETECTION)
        count[rows.subject[rows.t_s < period_s]] += 1
    return count


def snr_of(radar, rcs_m2, slant_m):
    return see.constant_from_claim(radar) * rcs_m2 / slant_m**4


RAINY = Weather(rain_mm_h=20.0, rain_top_m=6000.0, sea_state=0, clutter=True, rain_echo=True)


@pytest.mark.parametrize("rejection_db", [0.0, 10.0])
def test_rain_echo_by_the_equation(rejection_db, compiled_engine):
    """Half the looks must detect at the cross section that K eta V / (I R^4) asks for; absorption hits both alike."""
    n, turns, range_m, alt_m = 200, 4, 40e3, 2500.0
    radar, watch = ring(RAINY._replace(rain_mm_h=100.0), n, range_m, alt_m, rain_rejection_db=rejection_db)
    world = watch.world(1.0)
    slant = float(np.linalg.norm(watch.a.platforms[0]["knots"][0, 1:4] - watch.antenna()))
    wave = 299792458.0 / radar.si("freq_hz")
    eta = math.pi**5 * 0.93 * 200e-18 * 100.0**1.6 / wave**4
    beams = radar.si("beamwidth_az_rad") * radar.si("beamwidth_el_rad")
    volume = math.pi * slant**2 * beams * radar.si("range_resolution_m") / (8.0 * math.log(2.0))
    left_db = radar.si("clutter_improvement_db") + rejection_db
    echo = snr_of(radar, eta * volume, slant) * 10.0 ** (-0.1 * left_db)
    rcs = see.swerling1_snr(0.5, N, PFA) * (1.0 + echo) / snr_of(radar, 1.0, slant)
    world.loss[:, :, 1:] = 0.0  # the air between is checked elsewhere (W-10)
    world.rcs_dbsm[:] = 10.0 * math.log10(rcs)
    assert echo > 1.0
    got = int(seen(world, turns, radar.si("rotation_period_s")).sum())
    assert sat.inside(got, n * turns, 0.5), (got / (n * turns), echo)


def test_above_the_rain_there_is_no_echo(compiled_engine):
    """The whole beam above the top: the same events, to the byte."""
    worlds = [ring(w, 60, 30e3, 9000.0)[1].world(0.01) for w in (RAINY, RAINY._replace(rain_echo=False))]
    a, b = (next(iter(sat.replications(w, 3, 1))) for w in worlds)
    assert len(sat.of(a, events.DETECTION)) > 0
    assert a.event.tobytes() == b.event.tobytes()


def test_a_rain_area_hides_what_is_in_it_and_drifts(compiled_engine):
    """Three targets: in the rain, behind it, beside it. With the wind the rain moves on, and another one is in it."""
    place = sat.at(90.0, 30e3)
    area = RainArea(place.lat_rad, place.lon_rad, 6e3)

    def detected(wind):
        weather = RAINY._replace(rain_area=area, rain_mm_h=50.0, wind=wind)
        radar, watch = ring(weather, 0, 30e3, 1500.0, bearings=[90.0, 180.0, 60.0])
        slant = float(np.linalg.norm(watch.a.platforms[0]["knots"][0, 1:4] - watch.antenna()))
        rcs = see.swerling1_snr(0.8, N, PFA) / snr_of(radar, 1.0, slant)
        return seen(watch.world(rcs), 60, radar.si("rotation_period_s"))

    wet, behind, beside = detected(STILL)
    assert wet < 15
    assert behind > 35 and beside > 35
    # 3 s after the start the wind (absurd, so that a short run shows it) has carried the rain 15 km to the north-west.
    profile = Wind(np.array([0.0, 1e4]), np.full(2, -1400.0), np.full(2, 4800.0))
    moved = detected(profile)
    assert moved[0] > 35


def test_rain_between_weakens_by_the_chord(compiled_engine):
    """Two-way loss over the chord of the disc: the cross section that it asks for is detected half the time."""
    place = sat.at(90.0, 20e3)
    weather = RAINY._replace(
        rain_area=RainArea(place.lat_rad, place.lon_rad, 8e3), rain_mm_h=60.0, rain_echo=False, wind=STILL
    )
    radar = see.quiet("91N6E", freq_hz=10e9, scan_loss_exponent=0.0, canceller="none", range_min_m=100.0)
    bearings = [86.0, 90.0, 94.0]  # apart enough to be resolved
    _, watch = ring(weather, 0, 45e3, 3000.0, radar=radar, bearings=bearings)
    slant = float(np.linalg.norm(watch.a.platforms[1]["knots"][0, 1:4] - watch.antenna()))
    loss_db = (
        2.0 * 0.01217 * 60.0**1.2571 * 16.0 * slant / 45e3
    )  # k R^alpha of ITU-R P.838-3 at 10 GHz; 16 km
    rcs = 10.0 ** (0.1 * loss_db) * see.swerling1_snr(0.5, N, PFA) / snr_of(radar, 1.0, slant)
    got = seen(watch.world(rcs), 300, radar.si("rotation_period_s"))
    assert sat.inside(got[1], 300, 0.5), (got, loss_db)
    assert got[0] > got[1] and got[2] > got[1]  # shorter chords


# --- spikes through the engine ----------------------------------------------------------------------


def spiky(**more):
    """A radar over land whose suppression leaves much."""
    radar = see.quiet(
        "91N6E",
        scan_loss_exponent=0.0,
        canceller="none",
        range_min_m=500.0,
        clutter_improvement_db=0.0,
        pfa=PFA,
    )
    watch = see.Watch(radar, 121.0, 10.0, **more)
    watch.a.weather = Weather(land="mountain", clutter=True, plots=True, shape=0.3)
    watch.fly(sat.straight(sat.at(10.0, 200e3, 100.0), sat.at(10.0, 199e3, 100.0), 1.0))
    return watch


def plots_of(world, seed=3, keep=True):
    """(azimuth, range) of every false plot of one run, read from the buffer before it is tracked."""
    from openiads.engine.systems import spikes  # noqa: PLC0415

    engine = Engine(world, sat.decide)
    own, w = engine._own, engine._handle
    own.sim[0].seed = seed
    own.radar_state[0].emitting = 1
    out = []
    for step in range(480):
        own.sim[0].step, own.sim[0].t_s, own.sim[0].n_plots = step, 0.25 * step, 0
        spikes.clutter_plots(w, 0, 0.25 * step, 0.25 * (step + 1))
        n = int(own.sim[0].n_plots)
        out.append(np.column_stack([own.plot.az_rad[:n], own.plot.range_m[:n]]).copy())
    return np.concatenate(out)


def test_number_and_place_of_spikes(compiled_engine):
    world = spiky().world()
    want = float(world.spike[0, 0]) * 120.0
    found = plots_of(world)
    assert 100.0 < want < clutter_plots.MOST_PER_S * 120.0
    assert stats.poisson.ppf(sat.TAIL, want) <= len(found) <= stats.poisson.isf(sat.TAIL, want)
    level = np.linspace(0.0, 1.0, clutter_plots.QUANTILES)
    at = np.interp(found[:, 1], world.spike[0, 1:], level)
    assert stats.kstest(at, "uniform").pvalue > 5e-4
    assert stats.kstest((found[:, 0] / (2.0 * math.pi)) % 1.0, "uniform").pvalue > 5e-4


def test_spikes_only_where_there_is_land(compiled_engine):
    """A sea without waves to the south: the plots lie in the sector of land, at its rate."""
    sea = Sector(0.5 * math.pi, 1.5 * math.pi, 0, None, "medium-dry", None)
    world = spiky(surface=[sea]).world()
    found = plots_of(world)
    assert len(found) > 50
    assert (np.cos(found[:, 0]) > -0.03).all()
    want = float(world.spike[0, 0]) * 60.0
    assert stats.poisson.ppf(sat.TAIL, want) <= len(found) <= stats.poisson.isf(sat.TAIL, want)


def test_spikes_make_plots_in_a_run_and_nothing_without_them(compiled_engine):
    on = spiky().world()
    off = spiky()
    off.a.weather = off.a.weather._replace(plots=False)
    (a, with_), (b, without) = (runs.run_with_state(w, 5) for w in (on, off.world()))
    assert a.status == b.status == 0
    begun = int(with_.track_set.next_id[0] - without.track_set.next_id[0])
    assert (
        100 < begun < 1.3 * on.spike[0, 0] * 120.0
    )  # many fall beside one that is tentative still, and join it


# --- surfaces by direction --------------------------------------------------------------------------


def test_sectors_have_the_echo_of_their_own_surface(compiled_engine):
    """A ring at low level, land in the north and sea in the south, against rings over one of them only: look by look."""
    n, turns, range_m = 120, 4, 9e3
    base = Weather(sea_state=3, clutter=True)
    half = Sector(-0.5 * math.pi, 0.5 * math.pi, None, "wooded-hills", "medium-dry", None)
    radar = see.quiet("91N6E", scan_loss_exponent=0.0, canceller="none", range_min_m=100.0)
    period = radar.si("rotation_period_s")

    def counts(weather, **more):
        return seen(ring(weather, n, range_m, 60.0, radar=radar, **more)[1].world(1e-4), turns, period)

    mixed = counts(base, surface=[half])
    sea = counts(base)
    wood = counts(Weather(land="wooded-hills", clutter=True))
    bearing = 360.0 * (np.arange(n) + 0.5) / n
    north = (bearing < 90.0) | (bearing > 270.0)
    assert (mixed[north] == wood[north]).all()
    assert (mixed[~north] == sea[~north]).all()
    assert wood.sum() + 50 < sea.sum()


def test_a_radar_at_the_coast(compiled_engine):
    """Flat land 5 m high in the east, sea in the west: over the land the echo of land, over the sea that of the sea."""
    shore = land.ridge(0.0)
    heights = np.array(shore.height_m)
    columns = shore.west_deg + land.STEP_DEG * np.arange(heights.shape[1])
    heights[:, columns > math.degrees(sat.HERE.lon_rad) + 0.002] = 5.0
    shore = type(shore)(heights, shore.north_deg, shore.west_deg, land.STEP_DEG, land.STEP_DEG, "a shore")
    n, turns, range_m = 120, 4, 9e3
    radar = see.quiet("91N6E", scan_loss_exponent=0.0, canceller="none", range_min_m=100.0)
    period = radar.si("rotation_period_s")

    def counts(weather, elevation):
        watch = ring(weather, n, range_m, 60.0, radar=radar)[1]
        watch.a.elevation = elevation
        return seen(watch.world(1e-4), turns, period)

    coast = counts(Weather(sea_state=3, coast="wooded-hills", clutter=True), shore)
    sea = counts(Weather(sea_state=3, clutter=True), None)
    wood = counts(Weather(land="wooded-hills", clutter=True), None)
    bearing = 360.0 * (np.arange(n) + 0.5) / n
    east = (bearing > 5.0) & (bearing < 175.0)
    west = (bearing > 185.0) & (bearing < 355.0)
    assert (coast[west] == sea[west]).all()
    # The antenna stands 10 m above the sea but 5 m above that land, whose horizon is at 9.2 km: hardly an echo at 9 km.
    assert wood[east].sum() + 20 < coast[east].sum()


def test_land_at_the_height_of_the_sea_has_the_echo_of_land():
    """Ground 1.01 m high: the table of constant gamma for that antenna height, point by point (2 %), west of it the sea's."""
    shore = land.ridge(0.0)
    heights = np.full(shore.height_m.shape, 1.01, np.float32)
    flat = type(shore)(heights, shore.north_deg, shore.west_deg, land.STEP_DEG, land.STEP_DEG, "flat")
    radar = see.quiet("91N6E", canceller="none")
    watch = ring(Weather(sea_state=3, coast="wooded-hills", clutter=True), 4, 9e3, 60.0, radar=radar)[1]
    watch.a.elevation = flat
    world = watch.world()
    watch = ring(Weather(land="wooded-hills", clutter=True), 4, 9e3, 60.0, radar=radar, antenna_m=8.99)[1]
    wood = watch.world().clutter[0]
    for slant in (1e3, 3e3, 6e3, 9e3):
        got = clutter.surface_clutter_to_noise(world.clutter[world.sector[0, 90]], slant, 1.0)
        assert got == pytest.approx(clutter.surface_clutter_to_noise(wood, slant, 1.0), rel=0.02)


def test_a_hill_in_front_shadows_what_is_behind():
    watch = ring(Weather(sea_state=3, coast="mountain", clutter=True), 4, 9e3, 60.0)[1]
    watch.a.elevation = land.ridge(200.0, east_m=3e3, half_m=1000.0)
    world = watch.world()
    row = world.clutter[world.sector[0, 90]]
    west = world.clutter[world.sector[0, 270]]
    h, reach = row[1], row[0]
    slant = h + (reach - h) * (np.arange(clutter.TABLE_POINTS) / (clutter.TABLE_POINTS - 1)) ** 2
    front = (slant > 2200.0) & (slant < 2800.0)
    assert (row[2:][front] > 10.0 * west[2:][front]).all()
    assert (row[2:][slant > 3200.0] == 0.0).all()
    assert (west == world.clutter[0]).all()
