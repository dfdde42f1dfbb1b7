"""What the engine's radars do, counted: detections as often as the tables say, errors as stated, false plots at their rate.

One radar looks at a target that hangs nearly still, so that every look is the same experiment. Bounds are 3.5 standard
deviations of the count or mean; the runs are seeded, so a test that passes goes on passing.
"""

import math

import numpy as np
import pytest
from support.worlds import Field, spot

from openiads.doctrine.standard import decide
from openiads.engine import events
from openiads.engine.run import Engine
from openiads.engine.schedule import run_steps
from openiads.physics.detection import PD_SNR_MIN_DB, PD_SNR_STEP_DB, make_pd_table, pd_from_snr
from openiads.physics.geodesy import ecef_to_enu
from openiads.tracking.schema import FALSE, TARGET
from openiads.world import schema

Z = 3.5  # standard deviations; two-sided 1 in 2000
HEADING_RAD = math.radians(0.3)


def still_target(duration_s, range_m=25e3, alt_m=4000.0, **radar):
    """One point-defence radar (a look every 2 s) and one aircraft that hangs in the air."""
    f = Field(duration_s)
    f.post()
    f.radar("S", "point-defence-radar", spot(0.0, 0.0, 20.0), heading_error_rad=HEADING_RAD, **radar)
    f.flight("T", "fighter", [spot(30.0, range_m, alt_m), spot(30.0, range_m + 500.0, alt_m)])
    p = f.platforms[0]
    first = p["knots"][0].copy()
    first[4:7] *= 1e-6  # still, but with a nose and a tail
    last = first.copy()
    last[0] = duration_s + 10.0
    last[1:4] += first[4:7] * last[0]
    p["knots"] = np.stack([first, last])
    world, _ = f.finish()
    world.radar.min_radial_mps[0] = 0.0  # it would be clutter
    world.radar.false_per_s[0] = 0.0
    return world


def at_snr_db(world, snr_db):
    """The radar made stronger or weaker so that one pulse has this SNR on the target."""
    world.radar.constant_m2[0] *= 100.0  # to be seen in any case
    run = Engine(world, decide).run(1)
    found = run.event[run.event.code == events.DETECTION]
    assert len(found) == 1
    world.radar.constant_m2[0] *= 10.0 ** (0.1 * (snr_db - found.value[0]))
    return world


def watch(world, seed):
    """All plots of one run as one table, by steps of the engine; and the engine's tables."""
    engine = Engine(world, decide)
    own = engine._own
    schema.reset(own, world)
    own.sim[0].seed, own.sim[0].replication = seed, 0
    plots = []
    over = 0
    while not over:
        own.sim[0].n_plots = 0
        over = run_steps(engine._handle, engine._decide, 1)
        if own.sim[0].n_plots:
            plots.append(own.plot[: own.sim[0].n_plots].copy())
    return np.concatenate(plots), own


@pytest.mark.parametrize("swerling", [0, 1, 2, 3, 4])
def test_detection_rate(compiled_engine, swerling):
    """Detections of a still target: binomial with the table's Pd at the SNR that the log states. 2000 looks."""
    world = still_target(4000.0)
    world.platform.swerling[0] = swerling
    world.pd_table[0] = make_pd_table(
        int(world.radar.n_pulses[0]), 1e-6
    )  # a World's own has the cases that fly in it
    half_db = PD_SNR_MIN_DB + PD_SNR_STEP_DB * int(np.argmax(world.pd_table[0, swerling] > 0.5))
    world = at_snr_db(world, half_db)
    plots, own = watch(world, 3)
    stated = own.event[: own.sim[0].n_events]
    snr = 10.0 ** (0.1 * stated["value"][stated["code"] == events.DETECTION][0])
    pd = pd_from_snr(world.pd_table[0], swerling, snr)
    looks = int(own.radar_state[0].n_looks)
    hits = int(np.sum(plots["kind"] == TARGET))
    assert looks >= 1990 and 0.3 < pd < 0.7
    assert abs(hits - looks * pd) < Z * math.sqrt(looks * pd * (1.0 - pd)), f"{hits} of {looks}, Pd {pd}"
    # Looks are independent: pairs of detections one look apart are as many as chance makes them.
    seen = np.zeros(looks)
    seen[np.minimum(np.round((plots["t_s"] - plots["t_s"][0]) / 2.0).astype(int), looks - 1)] = 1.0
    x = seen - seen.mean()
    assert abs(np.sum(x[1:] * x[:-1]) / np.sum(x * x)) < Z / math.sqrt(looks)


def test_detection_rate_under_jamming(compiled_engine):
    """A jammer lowers the stated SNR, and the rate follows it."""
    clear = at_snr_db(still_target(1500.0), 18.0)
    f_world = still_target(1500.0)
    f_world.radar.constant_m2[0] = clear.radar.constant_m2[0]
    jammed = _with_jammer(f_world)
    rates = []
    for world in (clear, jammed):
        plots, own = watch(world, 4)
        log = own.event[: own.sim[0].n_events]
        snr = 10.0 ** (0.1 * log["value"][log["code"] == events.DETECTION][0])
        swerling = int(world.platform.swerling[0])
        pd, looks = pd_from_snr(world.pd_table[0], swerling, snr), int(own.radar_state[0].n_looks)
        hits = int(np.sum(plots["kind"] == TARGET))
        assert abs(hits - looks * pd) < Z * math.sqrt(looks * pd * (1.0 - pd)) + 1e-9
        rates.append(hits / looks)
    assert rates[1] < rates[0] - 0.1


def _with_jammer(world):
    """The target carries a jammer: one row more in the jammer tables, 10 dB above the noise on the beam axis."""
    jammer = np.zeros(1, schema.JAMMER).view(np.recarray)
    jammer.t_off_s = 1e9
    state = np.zeros(1, schema.JAMMER_STATE).view(np.recarray)
    jam = np.zeros((1, 1), schema.JAM_STATE).view(np.recarray)
    jam["strobe_s"] = jam["strobe_from_s"] = -1e9
    coupling = np.full((1, 1), 10.0 * 25e3**2)
    one = np.ones((1, 1))
    return world._replace(
        jammer=jammer, jammer_state=state, jam=jam, jam_coupling_m2=coupling, jam_share=one, jam_duty=one
    )


def test_measurement_errors(compiled_engine):
    """Errors in range, azimuth (with the heading error) and elevation over their sigma: mean 0, variance 1, independent."""
    world = at_snr_db(still_target(4000.0), 20.0)
    plots, _ = watch(world, 5)
    assert len(plots) > 1900
    radar, site = world.radar[0], world.site[world.radar[0].site]
    axes = [float(site[a + b]) for a in "enu" for b in "xyz"]
    knot = world.knot[0]
    errors = []
    for plot in plots:
        place = [float(knot[f"{a}_m"] + knot[f"v{a}_mps"] * plot["t_s"] - radar[f"{a}_m"]) for a in "xyz"]
        e, n, u = ecef_to_enu(*place, *axes)
        r = math.sqrt(e * e + n * n + u * u)
        errors.append((
            (plot["range_m"] - r) / plot["range_sigma_m"],
            (plot["az_rad"] - HEADING_RAD - math.atan2(e, n)) / plot["az_sigma_rad"],
            (plot["el_rad"] - math.asin(u / r)) / plot["el_sigma_rad"],
        ))  # fmt: skip
    z = np.array(errors)
    count = len(z)
    assert np.all(np.abs(z.mean(axis=0)) < Z / math.sqrt(count))
    assert np.all(np.abs(z.var(axis=0) - 1.0) < Z * math.sqrt(2.0 / count))
    assert np.all(np.abs(np.corrcoef(z.T)[np.triu_indices(3, 1)]) < Z / math.sqrt(count))
    assert np.all(np.abs(np.mean(z[1:] * z[:-1], axis=0)) < Z / math.sqrt(count))
    inside = np.mean(np.abs(z) < 1.0, axis=0)  # the shape too: 68 % within one sigma
    assert np.all(np.abs(inside - 0.6826895) < Z * math.sqrt(0.6826895 * 0.3173105 / count))
    heading = np.mean(plots["az_rad"]) - math.atan2(*_east_north(world))
    assert abs(heading - HEADING_RAD) < Z * float(plots["az_sigma_rad"][0]) / math.sqrt(count) + 1e-5


def _east_north(world):
    radar, site, knot = world.radar[0], world.site[world.radar[0].site], world.knot[0]
    place = [float(knot[f"{a}_m"] - radar[f"{a}_m"]) for a in "xyz"]
    return ecef_to_enu(*place, *[float(site[a + b]) for a in "enu" for b in "xyz"])[:2]


def test_false_plots(compiled_engine):
    """Their number is Poisson with the stated rate, in the searched volume and behind the beam."""
    world = still_target(2000.0)
    world.radar.false_per_s[0] = 1.5
    world.radar.constant_m2[0] *= 1e-6  # nothing else to see
    plots, own = watch(world, 6)
    plots = plots[plots["kind"] == FALSE]
    want = 1.5 * 2000.0
    assert abs(len(plots) - want) < Z * math.sqrt(want)
    par = world.radar[0]
    assert np.all((plots["range_m"] >= par.range_min_m) & (plots["range_m"] <= par.range_max_m))
    assert np.all((plots["el_rad"] >= par.el_min_rad) & (plots["el_rad"] <= par.el_max_rad))
    beam = par.az0_rad + 2.0 * math.pi * plots["t_s"] / par.period_s
    off = np.angle(np.exp(1j * (plots["az_rad"] - beam)))
    assert np.all(np.abs(off) <= 0.5 * par.bw_az_rad + 1e-9)
    per_second = np.histogram(plots["t_s"], bins=200, range=(0.0, 2000.0))[0]
    assert abs(per_second.var(ddof=1) / per_second.mean() - 1.0) < Z * math.sqrt(2.0 / 199)
    assert own.radar_state[0].n_looks > 0


def test_a_radar_that_comes_on_late_has_seen_nothing_before(compiled_engine):
    """False plots are those of the time on the air, not of the silence before it."""
    world = still_target(300.0, t_on_s=200.0)
    world.radar.false_per_s[0] = 1.5
    plots, _ = watch(world, 7)
    assert plots["t_s"].min() >= 200.0
    count = int(np.sum(plots["kind"] == FALSE))
    assert abs(count - 150.0) < Z * math.sqrt(150.0)
