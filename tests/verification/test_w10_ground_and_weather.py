"""W-10: ground and weather in the engine: a ridge, rain, the lobes of the sea, surface echo and blind speeds.

References by other code: the straight ray over a 4/3 Earth against every sample of a made ridge (tests/support/land.py);
gamma = k R^alpha with the published coefficients of ITU-R P.838-3 at 10 GHz (k_H 0.01217, alpha_H 1.2571); the two-ray
sum with a path difference found by Fermat's principle; constant-gamma clutter and the canceller's 2 sin^2. Counts inside exact
binomial limits (3.5 sigma), fixed seeds. The rest are laws without numbers: more ridge, rain or sea never shows more.
"""

import math

import numpy as np
import pytest
from scipy import optimize
from support import land
from support import saturation as sat
from support import sighting as see

from openiads.engine import events
from openiads.world.weather import Weather

N, PFA = 10, 1e-6
K_10GHZ, ALPHA_10GHZ = 0.01217, 1.2571


# --- terrain ----------------------------------------------------------------------------------------


def inbound(elevation, alt_m, antenna_m=20.0, bearing_deg=90.0, start_m=70e3, jammer=False):
    radar = sat.sure_radar("91N6E", antenna_height_m=antenna_m)
    knots = sat.straight(
        sat.at(bearing_deg, start_m, alt_m), sat.at(bearing_deg, 2e3, alt_m), 240.0, step_s=5.0
    )
    watch = see.Watch(radar, float(knots[-1, 0]), antenna_m)
    watch.a.elevation = elevation
    p = watch.fly(knots, "cruise-missile", swerling=0)
    if jammer:
        noise = {"power_w": 500.0, "antenna_gain_db": 15.0, "bandwidth_hz": 200e6, "freq_min_hz": 2e9,
                 "freq_max_hz": 4e9, "polarisation_loss_db": 3.0}  # fmt: skip
        watch.a.add_jammer("J", p, noise)
    (o,) = sat.replications(watch.world(), 40, 1)
    return o


@pytest.mark.parametrize("top_m", [100.0, 200.0, 300.0])
@pytest.mark.parametrize("alt_m", [150.0, 400.0])
def test_first_sight_behind_a_ridge(top_m, alt_m):
    """240 m of flight between two looks; bilinear ground against samples at 80 m."""
    elevation = land.ridge(top_m)
    want = land.first_sight_m(20.0, alt_m, elevation)
    assert want < 60e3
    (sight,) = sat.of(inbound(elevation, alt_m), events.LINE_OF_SIGHT)
    assert sight.range_m == pytest.approx(want, abs=500.0)
    assert sight.value > 1.0 or math.isnan(sight.value)
    if want < 30e3:
        assert sight.value > 50.0  # seconds that the ridge alone hid it


def test_more_ridge_is_never_seen_earlier():
    ranges = [
        sat.of(inbound(land.ridge(h), 150.0), events.LINE_OF_SIGHT)[0].range_m
        for h in (0.0, 60.0, 150.0, 300.0)
    ]
    assert ranges == sorted(ranges, reverse=True)
    assert ranges[0] > ranges[-1] + 10e3


def test_away_from_the_ridge_nothing_changes():
    """From the west the same events, to the byte, at an altitude that the sea's own horizon does not touch."""
    flat = inbound(None, 2000.0, bearing_deg=270.0)
    hilly = inbound(land.ridge(300.0), 2000.0, bearing_deg=270.0)
    assert flat.event.tobytes() == hilly.event.tobytes()


def test_a_hidden_jammer_is_not_heard():
    def strobe_m(elevation):
        strobes = sat.of(inbound(elevation, 150.0, jammer=True), events.JAM_STROBE)
        return strobes[0].t_s if len(strobes) else math.inf

    assert strobe_m(land.ridge(300.0)) > strobe_m(land.ridge(0.0)) + 50.0


# --- air and rain -----------------------------------------------------------------------------------


def ring(radar, weather, n, range_m, alt_m, speed_mps=1.0, antenna_m=10.0):
    """A ring of n targets that fly inwards, each looked at once in a turn."""
    watch = see.Watch(radar, radar.si("rotation_period_s") + 1.25, antenna_m)
    watch.a.weather = weather
    for k in range(n):
        b = 360.0 * (k + 0.5) / n
        far = 20.0 * speed_mps
        watch.fly(
            sat.straight(sat.at(b, range_m, alt_m), sat.at(b, range_m - far, alt_m), speed_mps, step_s=2.0)
        )
    return watch


def seen(world, turns, period_s, seed=41):
    return sum(
        int((sat.of(o, events.DETECTION).t_s < period_s).sum()) for o in sat.replications(world, seed, turns)
    )


def claim_snr(radar, rcs_m2, range_m):
    return see.constant_from_claim(radar) * rcs_m2 / range_m**4


@pytest.mark.parametrize("rain", [0.0, 2.0, 4.0])
def test_rain_weakens_the_echo_as_the_equation_says(rain):
    radar = see.quiet("91N6E", freq_hz=10e9, scan_loss_exponent=0.0)
    n, turns, range_m = 200, 4, 120e3
    watch = ring(radar, Weather(rain_mm_h=rain, rain_top_m=12e3), n, range_m, 3000.0)
    slant = float(np.linalg.norm(watch.a.platforms[0]["knots"][0, 1:4] - watch.antenna()))
    loss_db = 2.0 * K_10GHZ * rain**ALPHA_10GHZ * slant / 1e3
    rcs = 10.0 ** (0.1 * loss_db) * see.swerling1_snr(0.5, N, PFA) / claim_snr(radar, 1.0, slant)
    got = seen(watch.world(rcs), turns, radar.si("rotation_period_s"))
    assert sat.inside(got, n * turns, 0.5), (got / (n * turns), loss_db)


def test_air_and_rain_never_show_more():
    radar = see.quiet("91N6E", scan_loss_exponent=0.0)
    counts = [
        seen(ring(radar, w, 120, 200e3, 6000.0).world(1.0), 3, radar.si("rotation_period_s"))
        for w in (Weather(), Weather(gas=True), Weather(gas=True, rain_mm_h=50.0))
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[2]


# --- lobes ------------------------------------------------------------------------------------------


def two_ray(antenna_m, target_m, arc_m, wavelength_m, bw_rad):
    """F^2 over a perfect mirror: path difference by Fermat's principle on the 4/3 Earth, Gaussian beam on the target."""
    a = land.A_E

    def point(h, angle):
        return np.array([(a + h) * math.sin(angle), (a + h) * math.cos(angle)])

    top, far = point(antenna_m, 0.0), point(target_m, arc_m / a)

    def legs(s):
        mirror = point(0.0, s / a)
        return float(np.linalg.norm(mirror - top) + np.linalg.norm(far - mirror))

    s = optimize.minimize_scalar(legs, bounds=(1.0, arc_m), method="bounded", options={"xatol": 1e-3}).x
    direct = far - top
    mirror = point(0.0, s / a) - top
    between = math.atan2(direct[1], direct[0]) - math.atan2(mirror[1], mirror[0])
    sine = -float(mirror @ point(0.0, s / a)) / (np.linalg.norm(mirror) * a)
    r1, r2 = float(np.linalg.norm(mirror)), float(np.linalg.norm(far - point(0.0, s / a)))
    spread = 1.0 / math.sqrt(1.0 + 2.0 * r1 * r2 / (a * (r1 + r2) * sine))
    size = spread * math.exp(-2.0 * math.log(2.0) * (between / bw_rad) ** 2)
    phase = 2.0 * math.pi / wavelength_m * (legs(s) - float(np.linalg.norm(direct)))
    return 1.0 + size * size - 2.0 * size * math.cos(phase)


@pytest.mark.parametrize("sort", ["lobe", "null", "between"])
def test_lobes_of_a_smooth_sea(sort):
    radar = see.quiet("91N6E", scan_loss_exponent=0.0, polarisation="horizontal")
    n, turns, range_m, antenna = 200, 3, 30e3, 15.0
    lam, bw = 299792458.0 / radar.si("freq_hz"), radar.si("beamwidth_el_rad")
    alts = np.arange(60.0, 260.0, 1.0)
    factor = np.array([two_ray(antenna, h, range_m, lam, bw) for h in alts])
    k = {"lobe": factor.argmax(), "null": factor.argmin(), "between": np.abs(factor - 1.0).argmin()}[sort]
    watch = ring(radar, Weather(sea_state=0, multipath=True), n, range_m, float(alts[k]), antenna_m=antenna)
    slant = float(np.linalg.norm(watch.a.platforms[0]["knots"][0, 1:4] - watch.antenna()))
    rcs = see.swerling1_snr(0.5, N, PFA) / claim_snr(radar, 1.0, slant)
    got = seen(watch.world(rcs), turns, radar.si("rotation_period_s")) / (n * turns)
    want = float(see.swerling1_pd(claim_snr(radar, rcs, slant) * factor[k] ** 2, N, PFA)[0])
    assert got == pytest.approx(want, abs=0.09)  # 600 looks; sea water is no perfect mirror
    if sort != "between":
        assert (got > 0.7) if sort == "lobe" else (got < 0.2)


def test_high_targets_have_no_lobes():
    """Beyond one and a half beamwidths of elevation the beam misses the surface: the same events, to the byte."""
    radar = see.quiet("91N6E", scan_loss_exponent=0.0)
    worlds = [
        ring(radar, w, 60, 60e3, 9000.0).world(1e-3)
        for w in (Weather(), Weather(sea_state=0, multipath=True))
    ]
    a, b = (next(iter(sat.replications(world, 42, 1))) for world in worlds)
    assert a.event.tobytes() == b.event.tobytes()


# --- surface echo -----------------------------------------------------------------------------------


def over_land(
    speed_mps, canceller=0, prf_hz=1000.0, alt_m=50.0, range_m=8e3, land_class="wooded-hills", n=200
):
    kind = {0: "none", 3: "three-pulse"}[canceller]
    radar = see.quiet("91N6E", scan_loss_exponent=0.0, range_min_m=100.0, canceller=kind)
    watch = ring(radar, Weather(land=land_class, clutter=True), n, range_m, alt_m, speed_mps)
    return radar, watch, lambda world: _one_prf(world, canceller, prf_hz)


def _one_prf(world, canceller, prf_hz):
    world.surface.canceller, world.surface.n_prf = canceller, 1
    world.prf_hz[:, 0] = prf_hz
    return world


def test_surface_echo_by_the_equation():
    """Constant gamma: C/N = K gamma sin(psi) A g^4 / (I R^4), the beam on the target; half the looks must detect."""
    radar, watch, fix = over_land(1.0)
    slant = float(np.linalg.norm(watch.a.platforms[0]["knots"][0, 1:4] - watch.antenna()))
    h, bw_az, bw_el = 10.0, radar.si("beamwidth_az_rad"), radar.si("beamwidth_el_rad")
    sine = h / slant - slant / (2.0 * land.A_E)
    area = math.sqrt(math.pi / (8.0 * math.log(2.0))) * slant * bw_az * radar.si("range_resolution_m")
    el = (50.0 - h) / slant - slant / (2.0 * land.A_E)
    depression = h / slant + slant / (2.0 * land.A_E)
    gain = math.exp(-4.0 * math.log(2.0) * ((el + depression) / bw_el) ** 2)
    world = fix(watch.world(1.0))
    sigma0_area = 0.1 * sine * area * gain * gain  # gamma of wooded hills: -10 dB
    improvement = 10.0 ** (0.1 * radar.si("clutter_improvement_db"))  # as declared, without a canceller
    rcs = see.swerling1_snr(0.5, N, PFA) * sigma0_area / improvement  # clutter is far above noise
    assert claim_snr(radar, sigma0_area, slant) / improvement > 100.0
    world.rcs_dbsm[:] = 10.0 * math.log10(rcs)
    got = seen(world, 4, radar.si("rotation_period_s"))
    assert sat.inside(got, 800, 0.5), got / 800


def test_blind_speed():
    """n lambda PRF / 2: a target with that radial speed is lost, one at half of it stands out by 8/3."""
    lam, prf = 299792458.0 / 3e9, 1000.0
    counts = {}
    for share in (0.5, 1.0, 1.5, 2.0):
        radar, watch, fix = over_land(share * lam * prf / 2.0, canceller=3, prf_hz=prf, range_m=12e3)
        counts[share] = seen(fix(watch.world(10.0)), 1, radar.si("rotation_period_s"))
    assert counts[1.0] + counts[2.0] < 10
    assert min(counts[0.5], counts[1.5]) > 190


def test_beyond_the_horizon_of_the_surface_there_is_no_echo():
    clear, land_ = (
        ring(see.quiet("91N6E"), w, 80, 40e3, 400.0).world(1e-4)
        for w in (Weather(), Weather(land="mountain", clutter=True))
    )
    land_.surface.canceller = 0
    a, b = (next(iter(sat.replications(w, 43, 1))) for w in (clear, land_))
    assert a.event.tobytes() == b.event.tobytes()


def test_more_sea_never_shows_more():
    counts = []
    for state in (0, 2, 5):
        radar = see.quiet("91N6E", scan_loss_exponent=0.0, range_min_m=100.0)
        world = ring(radar, Weather(sea_state=state, clutter=True), 150, 9e3, 60.0).world(2e-5)
        counts.append(seen(_one_prf(world, 0, 1000.0), 2, radar.si("rotation_period_s")))
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
