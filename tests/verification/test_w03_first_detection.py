"""W-03: what the engine's radars see, and when: claim, cross section, horizon, jamming.

References, all by other code than the package's (tests/support/sighting.py): the published claim "390 km on 4 m2" of the
91N6E class, read as Pd 0.5 against a slowly fluctuating target; the radar equation (fourth root of the cross
section); exact Swerling-1 detection; the 4/3-Earth horizon d = 4.124 (sqrt(h_a) + sqrt(h_t)) km; the noise of a
jammer as J/N = P G (overlap / B) G_r g lambda^2 / ((4 pi R)^2 k T B_r).

Counts inside exact Poisson-binomial limits by the normal law, means inside 3.5 standard errors; fixed seeds.
"""

import math
from functools import cache

import numpy as np
import pytest
from support import saturation as sat
from support import sighting as see

from openiads.engine import events

N, PFA = 10, 1e-6
REPLICATIONS = 150


NOISE = {"power_w": 500.0, "antenna_gain_db": 15.0, "bandwidth_hz": 200e6, "freq_min_hz": 2e9, "freq_max_hz": 4e9,
         "polarisation_loss_db": 3.0}  # fmt: skip
ASIDE = sat.at(160.0, 200e3, 10e3)  # 120 degrees from the approach


def around(radar, n, range_m, alt_m=12e3):
    """A ring of n targets that stand still, nearly; each is looked at once in a turn."""
    watch = see.Watch(radar, radar.si("rotation_period_s") + 1.25)
    for k in range(n):
        bearing = 360.0 * (k + 0.5) / n
        watch.fly(sat.straight(sat.at(bearing, range_m, alt_m), sat.at(bearing, range_m - 60.0, alt_m), 1.0))
    return watch


def scan_gain(radar, watch, knots):
    """(range m, one-way gain) with the beam turned from the array's face to where the target appears (4/3 Earth)."""
    d = knots[0, 1:4] - watch.antenna()
    r = float(np.linalg.norm(d))
    elevation = math.asin(float(d @ sat.enu(sat.HERE)[2]) / r) + 0.25 * r / (2.0 * 6371e3)
    return r, math.cos(elevation - radar.si("antenna_tilt_rad")) ** radar.si("scan_loss_exponent")


def seen_in_one_turn(world, seed, turns, period_s):
    return sum(
        int((sat.of(o, events.DETECTION).t_s < period_s).sum()) for o in sat.replications(world, seed, turns)
    )


@pytest.mark.parametrize(
    ("range_m", "rcs_m2"), [(390e3, 4.0), (300e3, 4.0), (450e3, 4.0), (219.3e3, 0.4), (551.5e3, 16.0)]
)
def test_surveillance_radar_keeps_its_claim(range_m, rcs_m2):
    """At 390 km on 4 m2, and by the fourth root at 219 km on 0.4 m2, half the looks detect (less the scan loss)."""
    radar = see.quiet("91N6E")
    n, turns = 200, 6  # 1.8 degrees apart: resolved
    watch = around(radar, n, range_m, 12e3 if range_m < 460e3 else 24e3)
    r, gain = scan_gain(radar, watch, watch.a.platforms[0]["knots"])
    assert gain > 0.95  # its face is tilted up by 15 degrees
    snr = see.constant_from_claim(radar) * rcs_m2 * gain * gain / r**4
    pd = float(see.swerling1_pd(snr, N, PFA)[0])
    if range_m not in (300e3, 450e3):
        assert pd == pytest.approx(0.5, abs=0.04)
    got = seen_in_one_turn(watch.world(rcs_m2), 31, turns, radar.si("rotation_period_s"))
    assert sat.inside(got, n * turns, pd), (got / (n * turns), pd)


@cache
def inbound(speed_mps, start_m, alt_m, rcs_m2=None, kind="fighter", jammer="", power_w=500.0, seed=32):
    """First-detection ranges of one target that comes straight in, and the law that they should follow.

    `jammer`: "" none, "own" on the target, "aside" at ASIDE. The radar turns every two seconds and has no scan loss.
    """
    radar = see.quiet("91N6E", rotation_period_s=2.0, scan_loss_exponent=0.0)
    knots = sat.straight(sat.at(40.0, start_m, alt_m), sat.at(40.0, 6e3, alt_m), speed_mps, step_s=5.0)
    watch = see.Watch(radar, float(knots[-1, 0]))
    p = watch.fly(knots, kind)
    values = {**NOISE, "power_w": power_w}
    coupling = coupling_m2(radar, values) if jammer else 0.0
    if jammer == "aside":
        p = watch.fly(sat.straight(ASIDE, sat.at(0.0, 100.0, ASIDE.alt_m, ASIDE), 0.01))
    if jammer:
        watch.a.add_jammer("J", p, values)
    world = watch.world()
    if rcs_m2 is not None:
        world.rcs_dbsm[0] = 10.0 * math.log10(rcs_m2)
    found = see.first_detections(world, seed, REPLICATIONS)
    (o,) = sat.replications(world, seed, 1)
    sight = sat.of(o, events.LINE_OF_SIGHT)
    first = float(sight[sight.subject == 0][0].t_s)
    ranges = see.look_ranges(knots, watch.antenna(), first, 2.0)
    snr = (
        see.constant_from_claim(radar) * nose_rcs_m2(kind, rcs_m2, ranges, alt_m, watch.height_m) / ranges**4
    )
    if jammer == "own":
        snr /= 1.0 + coupling / ranges**2
    elif jammer == "aside":
        far = 10.0 ** (radar.si("far_sidelobe_db") / 10.0)
        snr /= 1.0 + coupling * far / float(np.linalg.norm(sat.ecef(ASIDE) - watch.antenna())) ** 2
    law = see.law_of_first(see.swerling1_pd(snr, N, PFA), ranges)
    return found, law


def nose_rcs_m2(kind, rcs_m2, ranges, alt_m, antenna_m):
    """Cross section from ahead and a little below: of the catalogue at S band, linear in dB between its elevations."""
    if rcs_m2 is not None:
        return rcs_m2
    table = sat.catalog().get(kind).table("rcs_m2")
    values = np.array(table.values_si, float)[list(table.axes["band"]).index("S")]
    els = np.array(table.axes["el"], float)
    below = -np.arcsin(np.clip((alt_m - antenna_m) / ranges + ranges / (2.0 * 6371e3), -1.0, 1.0))
    return 10.0 ** (np.interp(below, els, 10.0 * np.log10(values[:, 0])) / 10.0)


def coupling_m2(radar, v):
    """J/N * R^2 with both on axis; the jammer's band lies wholly over the radar's."""
    lam = 299792458.0 / radar.si("freq_hz")
    erp = v["power_w"] * 10.0 ** (v["antenna_gain_db"] / 10.0)
    gain = 10.0 ** (radar.si("antenna_gain_db") / 10.0)
    noise = 1.380649e-23 * radar.si("noise_temperature_k") * v["bandwidth_hz"]
    return erp * gain * lam**2 / ((4.0 * math.pi) ** 2 * noise * 10.0 ** (v["polarisation_loss_db"] / 10.0))


def as_the_law_says(found, law):
    mean, sd, never = law
    assert never < 1e-6
    assert not np.isnan(found).any()
    return abs(found.mean() - mean) < 3.5 * sd / math.sqrt(len(found))


def test_first_detection_of_a_steady_approach():
    found, law = inbound(300.0, 380e3, 12e3, rcs_m2=0.4)
    assert as_the_law_says(found, law)
    assert np.std(found, ddof=1) == pytest.approx(law[1], rel=3.5 / math.sqrt(2 * REPLICATIONS))
    assert law[0] > 219e3  # many looks: the first success comes before the range of an even chance


@pytest.mark.parametrize("kind", ["fighter", "lo-fighter"])
def test_catalogue_fighters_by_their_own_cross_sections(kind):
    start = 520e3 if kind == "fighter" else 200e3
    assert as_the_law_says(*inbound(280.0, start, 11e3, kind=kind))


def test_low_observable_fighter_by_the_fourth_root():
    """26 dB less from ahead: 0.224 of the range. Speed and height scaled alike, so that the looks fall alike."""
    factor = 10.0 ** (-26.0 / 40.0)
    big, _ = inbound(400.0, 500e3, 30e3, rcs_m2=10.0**0.5)
    small, _ = inbound(400.0 * factor, 500e3 * factor, 30e3 * factor, rcs_m2=10.0**-2.1, seed=33)
    ratio = small.mean() / big.mean()
    error = ratio * math.hypot(
        big.std() / big.mean() / math.sqrt(len(big)), small.std() / small.mean() / math.sqrt(len(small))
    )
    assert abs(ratio - factor) < 3.5 * error
    later, _ = inbound(280.0, 200e3, 11e3, kind="lo-fighter")
    sooner, _ = inbound(280.0, 520e3, 11e3, kind="fighter")
    assert later.max() < sooner.min()


def test_stand_off_jamming_through_the_side_lobes():
    """The same flight, clear and jammed: shorter by (1 + J/N)^(-1/4), which here is a half."""
    radar = see.quiet("91N6E")
    far = 10.0 ** (radar.si("far_sidelobe_db") / 10.0)
    slant = float(np.linalg.norm(sat.ecef(ASIDE) - sat.ecef(sat.at(0.0, 0.0, 10.0))))
    power = 15.0 * slant**2 / far / coupling_m2(radar, {**NOISE, "power_w": 1.0})
    found, law = inbound(150.0, 190e3, 6e3, rcs_m2=0.4, jammer="aside", power_w=power)
    assert as_the_law_says(found, law)
    clear, _ = inbound(300.0, 380e3, 12e3, rcs_m2=0.4)
    ratio = found.mean() / clear.mean()
    error = ratio * math.hypot(
        clear.std() / clear.mean() / math.sqrt(len(clear)), found.std() / found.mean() / math.sqrt(len(found))
    )
    assert abs(ratio - 0.5) < 3.5 * error, (ratio, error)


def test_self_screening_jammer_burns_through():
    """It hides its carrier until the echo, which grows faster than the noise, has caught up."""
    radar = see.quiet("91N6E")
    echo = see.constant_from_claim(radar) * 4.0 / see.swerling1_snr(0.5, N, PFA)  # m^4
    even = 40e3  # wanted: range at which signal and noise give an even chance, a tenth of the clear range
    power = (echo - even**4) / even**2 / coupling_m2(radar, {**NOISE, "power_w": 1.0})
    found, law = inbound(300.0, 140e3, 6e3, rcs_m2=4.0, jammer="own", power_w=power)
    assert as_the_law_says(found, law)
    c = power * coupling_m2(radar, {**NOISE, "power_w": 1.0})
    assert math.sqrt(0.5 * (-c + math.sqrt(c * c + 4.0 * echo))) == pytest.approx(even, rel=1e-6)
    assert (
        even < found.mean() < 0.3 * 390e3
    )  # noise grows with 1/R^2, echo with 1/R^4: a broad front, and many looks
    strobe = [len(sat.of(o, events.JAM_STROBE)) for o in (next(iter(sat.replications(_own_noise(), 3, 1))),)]
    assert strobe == [1]  # but a bearing to it is had at once


def _own_noise():
    watch = see.Watch(see.quiet("91N6E"), 60.0)
    knots = sat.straight(sat.at(40.0, 300e3, 9e3), sat.at(40.0, 100e3, 9e3), 300.0)
    watch.a.add_jammer("J", watch.fly(knots), NOISE)
    return watch.world(4.0)


HORIZON = {
    (5, 15): 25.2,
    (12, 30): 36.9,
    (30, 5): 31.8,
    (30, 15): 38.6,
    (30, 100): 63.8,
    (40, 300): 97.5,
    (12, 1000): 144.7,
}


@pytest.mark.parametrize(("antenna_m", "target_m"), HORIZON)
def test_the_horizon_comes_first(antenna_m, target_m):
    """A radar that would see 4 m2 at 10,000 km sees a low flyer when it rises above the horizon, and not before."""
    radar = sat.sure_radar("91N6E", antenna_height_m=float(antenna_m))
    start = 1.15e3 * HORIZON[antenna_m, target_m]
    knots = sat.straight(
        sat.at(75.0, start, target_m), sat.at(75.0, 0.8 * start, target_m), 240.0, step_s=5.0
    )
    watch = see.Watch(radar, float(knots[-1, 0]), float(antenna_m))
    watch.fly(knots, "cruise-missile", swerling=0)
    (o,) = sat.replications(watch.world(), 34, 1)
    seen = sat.of(o, events.DETECTION)[0]
    # 240 m/s and a turn each second; ellipsoid for sphere and slant for arc: 0.3 %
    assert seen.range_m == pytest.approx(1e3 * HORIZON[antenna_m, target_m], rel=0.004, abs=300.0)
    assert sat.of(o, events.LINE_OF_SIGHT)[0].t_s == seen.t_s


def test_poster_number():
    """Mast 30 m, cruise missile at 15 m and 240 m/s: 38.6 km, 161 s from the horizon to the site; 0.9 % of the ring."""
    radar = sat.sure_radar("91N6E", antenna_height_m=30.0)
    knots = sat.straight(sat.at(75.0, 60e3, 15.0), sat.at(75.0, 0.0, 15.0), 240.0, step_s=5.0)
    watch = see.Watch(radar, float(knots[-1, 0]) + 1.0, 30.0)
    watch.fly(knots, "cruise-missile", swerling=0)
    (o,) = sat.replications(watch.world(), 34, 1)
    seen, end = sat.of(o, events.DETECTION)[0], sat.of(o, events.PLATFORM_END)[0]
    assert end.t_s - seen.t_s == pytest.approx(161.0, abs=2.0)
    assert (seen.range_m / 400e3) ** 2 == pytest.approx(0.0093, abs=1e-4)
